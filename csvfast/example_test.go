package csvfast_test

import (
	"errors"
	"fmt"
	"strings"

	"reduction/csvfast"
)

func ExampleScanner() {
	s := csvfast.NewScanner(strings.NewReader("Name,Days\n\"Liver, acute\",12\nStroke,30\n"))
	for s.Next() {
		fmt.Printf("%d: %s, %s\n", s.Record(), s.Field(0), s.Field(1))
	}
	fmt.Println(s.Err())
	// Output:
	// 1: Name, Days
	// 2: Liver, acute, 12
	// 3: Stroke, 30
	// <nil>
}

func ExampleScanner_Records() {
	for fields, err := range csvfast.NewScanner(strings.NewReader("a,b\nc,d\n")).Records() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Printf("%s\n", fields)
	}
	// Output:
	// [a b]
	// [c d]
}

func ExampleScanner_SkipBad() {
	s := csvfast.NewScanner(strings.NewReader("a,b\nc,\"d\"e\nf,g\n"))
	for {
		for s.Next() {
			fmt.Printf("%d: %s %s\n", s.Record(), s.Field(0), s.Field(1))
		}
		if s.Err() == nil {
			return
		}
		fmt.Println(s.Err())
		if !s.SkipBad() {
			return
		}
	}
	// Output:
	// 1: a b
	// csvfast: record 2 at byte 4, near byte 8: a quote that is not closed, or text after a closing quote
	// 3: f g
}

// A record may be right as CSV and bad for the caller. Here a stray quote joins three lines to one
// record, which has a field too many. After Reject, the second line is found as a record.
func ExampleScanner_Reject() {
	s := csvfast.NewScanner(strings.NewReader("Oslo,\"Asthma,5\nRome,COPD,7\nBonn\",Flu,9\n"))
	for s.Next() {
		if s.NumFields() != 3 {
			fmt.Printf("%d: %d fields\n", s.Record(), s.NumFields())
			s.Reject(s.Offset())
			continue
		}
		fmt.Printf("%d: %s %s %s\n", s.Record(), s.Field(0), s.Field(1), s.Field(2))
	}
	fmt.Println(s.Err())
	// Output:
	// 1: 4 fields
	// 2: Rome COPD 7
	// csvfast: record 3 at byte 27, near byte 31: a quote in a field that does not begin with one
}

// NextBlock finds the fields of many records at once, as they are in the file.
func ExampleBlock() {
	s := csvfast.NewScanner(strings.NewReader("a,b\n\"c\",d\n"))
	for s.NextBlock() {
		b := s.Block()
		start := uint32(0)
		for _, end := range b.Ends {
			fmt.Printf("%s, ended by %q\n", b.Data[start:end], b.Data[end])
			start = end + 1
		}
	}
	// Output:
	// a, ended by ','
	// b, ended by '\n'
	// "c", ended by ','
	// d, ended by '\n'
}

func ExampleError() {
	s := csvfast.NewScanner(strings.NewReader("a,b\nc,\"d\n"))
	for s.Next() {
	}
	if e, ok := errors.AsType[*csvfast.Error](s.Err()); ok {
		fmt.Println(e.Record, e.Offset, errors.Is(e, csvfast.ErrQuote))
	}
	// Output: 2 4 true
}

func ExampleAppendUnquoted() {
	value, err := csvfast.AppendUnquoted(nil, []byte(`"the ""old"" one"`))
	fmt.Printf("%s %v\n", value, err)
	// Output: the "old" one <nil>
}
