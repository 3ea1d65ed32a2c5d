package ddbwire

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

// request is the body of BatchWriteItem, and the UnprocessedItems of its answer.
type request struct {
	RequestItems     map[string][]write `json:",omitempty"`
	UnprocessedItems map[string][]write `json:",omitempty"`
}

type write struct {
	PutRequest struct{ Item map[string]map[string]string }
}

// read returns the items of a body, as encoding/json sees them, keyed by PK and SK.
func read(t testing.TB, table string, body []byte) []write {
	t.Helper()
	var r request
	if err := json.Unmarshal(body, &r); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	if len(r.RequestItems) != 1 || r.RequestItems[table] == nil {
		t.Fatalf("no items for %q in %s", table, body)
	}
	return r.RequestItems[table]
}

func key(i int) []Attr { return []Attr{S(PartitionKey, "pk"), S(SortKey, fmt.Sprint("sk", i))} }

func TestBody(t *testing.T) {
	var b Batch
	b.Reset("table")
	if err := b.Put(S("PK", `a"b`), S("SK", "é\n"), N("Mean", "12.5"), S("Empty", "")); err != nil {
		t.Fatal(err)
	}
	if err := b.Put(S("SK", "s"), S("PK", "p")); err != nil {
		t.Fatal(err)
	}
	const first = `{"PutRequest":{"Item":{"PK":{"S":"a\"b"},"SK":{"S":"é\n"},"Mean":{"N":"12.5"},"Empty":{"S":""}}}}`
	const second = `{"PutRequest":{"Item":{"SK":{"S":"s"},"PK":{"S":"p"}}}}`
	const want = `{"RequestItems":{"table":[` + first + `,` + second + `]}}`
	if got := string(b.Body()); got != want || b.Len() != 2 || b.Table() != "table" {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if got := string(b.Body()); got != want {
		t.Errorf("the second time: %s", got)
	}
	b.Reset("other")
	if err := b.Put(key(1)...); err != nil {
		t.Error(err)
	}
	if got := read(t, "other", b.Body()); len(got) != 1 {
		t.Errorf("after Reset: %s", b.Body())
	}
}

// TestRefusedPut: a Put that fails leaves the batch as it was.
func TestRefusedPut(t *testing.T) {
	var b Batch
	b.Reset("t")
	if err := b.Put(key(1)...); err != nil {
		t.Fatal(err)
	}
	before := string(b.Body())
	for _, test := range []struct {
		attrs []Attr
		kind  error
	}{
		{key(1), ErrDuplicateKey},
		{append(key(1), S("more", "x")), ErrDuplicateKey},
		{append(key(2), N("n", "x")), ErrNumber},
		{[]Attr{S("PK", "p")}, ErrNoKey},
	} {
		if err := b.Put(test.attrs...); !errors.Is(err, test.kind) {
			t.Errorf("%v: %v", test.attrs, err)
		}
		if got := string(b.Body()); got != before || b.Len() != 1 {
			t.Errorf("%v: the batch is now %s", test.attrs, got)
		}
	}
	// The same sort key under another partition key is another item.
	if err := b.Put(S("PK", "other"), S("SK", "sk1")); err != nil {
		t.Error(err)
	}
}

func TestFull(t *testing.T) {
	var b Batch
	b.Reset("t")
	for i := range MaxBatchItems {
		if err := b.Put(key(i)...); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Put(key(99)...); err != ErrFull || b.Len() != MaxBatchItems {
		t.Errorf("%v, %d items", err, b.Len())
	}
	if got := read(t, "t", b.Body()); len(got) != MaxBatchItems {
		t.Errorf("%d items", len(got))
	}

	// Control characters take six bytes each: so a body may reach its limit with items that are
	// within theirs.
	b.Reset("t")
	text := S("text", strings.Repeat("\x01", MaxItemSize-100))
	var err error
	n := 0
	for ; err == nil; n++ {
		err = b.Put(append(key(n), text)...)
	}
	if size := len(b.Body()); err != ErrFull || b.Len() != 6 || size > MaxRequestSize || size+6*text.size() < MaxRequestSize {
		t.Errorf("%v after %d items, %d bytes", err, b.Len(), size)
	}
	if got := read(t, "t", b.Body()); len(got) != 6 {
		t.Errorf("%d items", len(got))
	}
}

func (a Attr) size() int { return len(a.name) + len(a.value) }

func TestUnprocessed(t *testing.T) {
	const a = `{"PutRequest":{"Item":{"PK":{"S":"pk"},"SK":{"S":"sk0"}}}}`
	const c = `{"PutRequest":{"Item":{"x":{"N":"1"},"SK":{"S":"sk\u0032"},"PK":{"S":"pk"}}}}`
	for _, test := range []struct {
		answer string
		left   string // sort keys, "" for all four and an error
		n      int
	}{
		{`{"UnprocessedItems":{}}`, "none", 0},
		{`{"UnprocessedItems":{},"ConsumedCapacity":[{"TableName":"t"}]}`, "none", 0},
		{`{"UnprocessedItems":{"t":[]}}`, "none", 0},
		{`{"UnprocessedItems":{"t":[` + a + `]}}`, "sk0", 1},
		{`{"UnprocessedItems":{"t":[` + c + `,` + a + `]}}`, "sk0 sk2", 2},
		{`{"UnprocessedItems":{"arn:aws:dynamodb:us-east-1:123456789012:table/t":[` + a + `]}}`, "sk0", 1},

		{`{}`, "", 0},
		{``, "", 0},
		{`<html>`, "", 0},
		{`{"UnprocessedItems":{"t":[` + a + `]}`, "", 0}, // cut
		{`{"UnprocessedItems":null}`, "", 0},
		{`{"UnprocessedItems":{"t":[` + a + `,` + a + `]}}`, "", 0},
		{`{"UnprocessedItems":{"u":[` + a + `]}}`, "", 0},
		{`{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"PK":{"S":"pk"},"SK":{"S":"sk9"}}}}]}}`, "", 0},
		{`{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"PK":{"S":"pk"}}}}]}}`, "", 0},
		{`{"UnprocessedItems":{"t":[{"PutRequest":{"Item":{"PK":{"N":"1"},"SK":{"S":"sk1"}}}}]}}`, "", 0},
		{`{"UnprocessedItems":{"t":[{"DeleteRequest":{"Key":{"PK":{"S":"pk"},"SK":{"S":"sk1"}}}}]}}`, "", 0},
		{`{"UnprocessedItems":{"t":[1]}}`, "", 0},
	} {
		var b Batch
		b.Reset("t")
		for i := range 4 {
			if err := b.Put(append(key(i), N("x", fmt.Sprint(i)))...); err != nil {
				t.Fatal(err)
			}
		}
		before := string(b.Body())
		n, err := b.Unprocessed([]byte(test.answer))
		switch {
		case test.left == "":
			if !errors.Is(err, ErrAnswer) || n != 0 || string(b.Body()) != before || b.Len() != 4 {
				t.Errorf("%s: %v, and the batch is now %s", test.answer, err, b.Body())
			}
			continue
		case err != nil || n != test.n || b.Len() != n:
			t.Errorf("%s: %d items, %v", test.answer, n, err)
		}
		var left []string
		if n > 0 {
			for _, w := range read(t, "t", b.Body()) {
				left = append(left, w.PutRequest.Item["SK"]["S"])
				if len(w.PutRequest.Item) != 3 {
					t.Errorf("%s: an attribute is gone from %v", test.answer, w)
				}
			}
		}
		if got := strings.Join(left, " "); got != test.left && n > 0 {
			t.Errorf("%s: %s left, want %s", test.answer, got, test.left)
		}
	}
}

// TestUnprocessedAgain: a retry's answer is about what the retry carried.
func TestUnprocessedAgain(t *testing.T) {
	var b Batch
	b.Reset("t")
	for i := range MaxBatchItems {
		if err := b.Put(key(i)...); err != nil {
			t.Fatal(err)
		}
	}
	for n := MaxBatchItems - 1; n >= 0; n-- {
		items := read(t, "t", b.Body())
		var answer request
		if n > 0 {
			answer.UnprocessedItems = map[string][]write{"t": items[1:]}
		}
		body, _ := json.Marshal(answer)
		if n == 0 {
			body = []byte(`{"UnprocessedItems":{}}`)
		}
		if got, err := b.Unprocessed(body); got != n || err != nil {
			t.Fatalf("%d, %v, want %d", got, err, n)
		}
	}
	if err := b.Put(key(3)...); err != nil || b.Len() != 1 {
		t.Errorf("%v, %d items", err, b.Len())
	}
}

func TestBatchAllocs(t *testing.T) {
	var b Batch
	attrs := make([][]Attr, MaxBatchItems)
	for i := range attrs {
		attrs[i] = append(key(i), N("AverageRecoveryTime", "32.5"), S("Hospital", "General \"Hospital\""))
	}
	var size int
	fill := func() {
		b.Reset("recommendations")
		for _, a := range attrs {
			if err := b.Put(a...); err != nil {
				t.Fatal(err)
			}
		}
		size = len(b.Body())
	}
	fill()
	if n := testing.AllocsPerRun(100, fill); n != 0 {
		t.Errorf("filling a batch of %d bytes allocates %v times", size, n)
	}
	answer := []byte(`{"UnprocessedItems":{"recommendations":[{"PutRequest":{"Item":{"PK":{"S":"pk"},"SK":{"S":"sk3"}}}}]}}`)
	if n := testing.AllocsPerRun(100, func() {
		fill()
		if n, err := b.Unprocessed(answer); n != 1 || err != nil {
			t.Fatal(n, err)
		}
	}); n > 2 { // the scanner, and the name of the table
		t.Errorf("reading an answer allocates %v times", n)
	}
}

// FuzzBatch: encoding/json reads from the body what was put in, and an answer that
// encoding/json writes, with any part of it in any order, leaves exactly that part.
func FuzzBatch(f *testing.F) {
	f.Add("table", "pk", "Hypertension", "General", "1.5", uint32(5))
	f.Add("arn:aws:dynamodb:us-east-1:1:table/t", "é", "\x00\"\\", "日本", "-1e-9", uint32(0xffff))
	f.Fuzz(func(t *testing.T, table, pk, sk, text, number string, back uint32) {
		if table == "" || !utf8.ValidString(table) {
			return
		}
		var b Batch
		b.Reset(table)
		var want []map[string]map[string]string
		for i := range MaxBatchItems {
			sk := fmt.Sprint(sk, i)
			before := string(b.Body())
			err := b.Put(S(PartitionKey, pk), S("text", text), N("number", number), S(SortKey, sk))
			_, badNumber := parseNumber(number)
			good := utf8.ValidString(pk+"|"+text+"|"+sk) && pk != "" && badNumber == nil && len(pk) <= MaxPartitionKey &&
				len(sk) <= MaxSortKey && len(pk)+len(text)+len(sk)+len(number) < MaxItemSize-100
			if good != (err == nil) {
				t.Fatal(err)
			}
			if err != nil {
				if string(b.Body()) != before {
					t.Fatalf("%v has changed the batch", err)
				}
				return
			}
			want = append(want, map[string]map[string]string{
				PartitionKey: {"S": pk}, "text": {"S": text}, "number": {"N": number}, SortKey: {"S": sk},
			})
		}
		items := read(t, table, b.Body())
		same := func(got []write, want []map[string]map[string]string) {
			if !slices.EqualFunc(got, want, func(w write, m map[string]map[string]string) bool {
				return maps.EqualFunc(w.PutRequest.Item, m, func(a, b map[string]string) bool { return maps.Equal(a, b) })
			}) {
				t.Fatalf("got  %v\nwant %v", got, want)
			}
		}
		same(items, want)

		var left []map[string]map[string]string
		answer := request{UnprocessedItems: map[string][]write{table: {}}}
		for i := range items {
			if back>>i&1 == 1 {
				left = append(left, want[i])
				answer.UnprocessedItems[table] = append(answer.UnprocessedItems[table], items[i])
			}
		}
		slices.Reverse(answer.UnprocessedItems[table])
		body, err := json.Marshal(answer)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := b.Unprocessed(body); n != len(left) || err != nil {
			t.Fatalf("%d, %v, want %d", n, err, len(left))
		}
		if len(left) > 0 {
			same(read(t, table, b.Body()), left)
		}
	})
}

// An item that is begun and not ended leaves nothing in the batch.
func TestStartItemTwice(t *testing.T) {
	var b Batch
	b.Reset("t")
	for i := range 2 {
		b.StartItem()
		b.String(PartitionKey, "dropped")
		b.StartItem()
		b.String(PartitionKey, "p", "k")
		b.String(SortKey, "s", fmt.Sprint(i), "k")
		b.Number("n", []byte("1"))
		if err := b.EndItem(); err != nil {
			t.Fatal(err)
		}
	}
	const want = `{"RequestItems":{"t":[{"PutRequest":{"Item":{"PK":{"S":"pk"},"SK":{"S":"s0k"},"n":{"N":"1"}}}},` +
		`{"PutRequest":{"Item":{"PK":{"S":"pk"},"SK":{"S":"s1k"},"n":{"N":"1"}}}}]}}`
	if got := string(b.Body()); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func BenchmarkBatch(b *testing.B) {
	attrs := make([][]Attr, MaxBatchItems)
	for i := range attrs {
		attrs[i] = append(key(i), N("AverageRecoveryTime", "32.512"), S("Diagnosis", "Chronic Kidney Disease"),
			S("Hospital", "Pine Valley Hospital"), S("MostUsedTreatment", "Rehabilitation A"))
	}
	b.Run("ours", func(b *testing.B) {
		var batch Batch
		b.ReportAllocs()
		for b.Loop() {
			batch.Reset("recommendations")
			for _, a := range attrs {
				if err := batch.Put(a...); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(batch.Body())))
		}
	})
	b.Run("in place", func(b *testing.B) {
		var batch Batch
		b.ReportAllocs()
		for b.Loop() {
			batch.Reset("recommendations")
			for i := range attrs {
				batch.StartItem()
				batch.String(PartitionKey, attrs[i][0].value)
				batch.String(SortKey, attrs[i][1].value)
				batch.Number("AverageRecoveryTime", []byte("32.512"))
				batch.String("Diagnosis", "Chronic Kidney Disease")
				batch.String("Hospital", "Pine Valley Hospital")
				batch.String("MostUsedTreatment", "Rehabilitation A")
				if err := batch.EndItem(); err != nil {
					b.Fatal(err)
				}
			}
			b.SetBytes(int64(len(batch.Body())))
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var r request
			for _, a := range attrs {
				var w write
				w.PutRequest.Item = make(map[string]map[string]string, len(a))
				for _, attr := range a {
					w.PutRequest.Item[attr.name] = map[string]string{"S": attr.value}
				}
				r.RequestItems = map[string][]write{"recommendations": append(r.RequestItems["recommendations"], w)}
			}
			body, err := json.Marshal(r)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(int64(len(body)))
		}
	})
}
