package reduce

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"reduction/internal/dataset"
	"reduction/internal/job"
)

// A lineModel reduces as the rule for bad rows has it, one record at a time and in memory: a bad
// record loses its first line, and reading goes on behind it, outside quotes.
type lineModel struct {
	good    []string // the good records, as they are in the file
	skipped int64
	first   int64 // where the first bad record begins, or -1
}

func newLineModel(rows string, offset int) *lineModel {
	m := &lineModel{first: -1}
	for at := 0; at < len(rows); {
		record, fields, ok := modelRecord(rows[at:])
		switch {
		case ok && strings.Join(fields, "") == "": // a blank line, or separators alone
		case ok && goodRow(fields):
			m.good = append(m.good, record)
		default:
			m.skipped++
			if m.first < 0 {
				m.first = int64(offset + at)
			}
			record, _, _ = strings.Cut(rows[at:], "\n")
			record += "\n"
		}
		at += len(record)
	}
	return m
}

// modelRecord reads a record with its line end. A quote stands around a whole field, and twice
// within one, or the record is bad.
func modelRecord(s string) (record string, fields []string, ok bool) {
	i := 0
	for {
		var field strings.Builder
		if i < len(s) && s[i] == '"' {
			for i++; ; i++ {
				if i == len(s) {
					return "", nil, false
				}
				if s[i] == '"' {
					i++
					if i == len(s) || s[i] != '"' {
						break
					}
				}
				field.WriteByte(s[i])
			}
		} else {
			for ; i < len(s) && s[i] != ',' && s[i] != '\n'; i++ {
				if s[i] == '"' {
					return "", nil, false
				}
				field.WriteByte(s[i])
			}
		}
		fields = append(fields, field.String())
		switch {
		case i == len(s):
			return s, fields, true
		case s[i] == '\n':
			return s[:i+1], fields, true
		case s[i] != ',':
			return "", nil, false
		}
		i++
	}
}

// goodRow says whether a record of four fields is a row.
func goodRow(fields []string) bool {
	_, err := dataset.Reduce(strings.NewReader(dataset.Header + quoteAll(fields)))
	return err == nil && len(fields) == 4
}

func quoteAll(fields []string) string {
	for i, f := range fields {
		fields[i] = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
	}
	return strings.Join(fields, ",") + "\n"
}

// FuzzRecovery compares what is left of a damaged file with the model, on one core and on several,
// however the file is cut and however little is read at a time.
func FuzzRecovery(f *testing.F) {
	for _, rows := range []string{
		"A,x,T,1\nA,\"x,T,1\nA,x,T,2\nB,x,\"T\",3\n",
		"A,\"x\ny\",T\nA,x,T,1\n",
		"A,\"x\nA,y,T,2\nz\",T\nA,x,T,1\n",
		"\"A,x,T,1\n\"\n\"\n,,,\nA,x,T,1",
		"A,x,T,word\nA,\"\n\",T,1\n\"A\n\",\"\nx\",T,-1\nA,x,T,5\n",
		"A,x\"y,T,1\nA,\"x\"y,T,1\n\"A,x,T,1\nA,x,T,1\"\n",
	} {
		f.Add(rows, uint16(7))
	}
	f.Fuzz(func(t *testing.T, rows string, chunk uint16) {
		if strings.ContainsAny(rows, "\r\ufeff") || len(rows) > 1<<12 || strings.Contains(strings.ToLower(rows), "hosp") {
			return // the rules for line ends, marks and headers are the reference's to judge
		}
		// The row before them says how many fields a row has.
		data := dataset.Header + "Z,z,z,0\n" + rows
		model := newLineModel("Z,z,z,0\n"+rows, len(dataset.Header))
		want, err := dataset.Reduce(strings.NewReader(dataset.Header + withLineEnds(model.good)))
		if err != nil {
			t.Fatal(err)
		}
		options := job.Options{BadRows: job.BadRows{Skip: true}}
		for name, read := range map[string]func(*Reduction) error{
			"one core":     func(r *Reduction) error { return r.readerAt(strings.NewReader(data), int64(len(data))) },
			"two cores":    func(r *Reduction) error { r.Jobs = 2; return r.readerAt(strings.NewReader(data), int64(len(data))) },
			"byte by byte": func(r *Reduction) error { return r.Stream(iotest.OneByteReader(strings.NewReader(data))) },
			"data and end": func(r *Reduction) error {
				return r.Stream(iotest.DataErrReader(io.MultiReader(strings.NewReader(data))))
			},
		} {
			r := &Reduction{Options: options, Jobs: 1, chunk: int(chunk) + 1}
			if err := read(r); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			var out strings.Builder
			r.Print(&out)
			if got := printed(t, out.String()); !slices.Equal(got, want) || r.Skipped != model.skipped {
				t.Fatalf("%s: %d bad rows, want %d; %v, want %v", name, r.Skipped, model.skipped, got, want)
			}
			if place := fmt.Sprintf("at byte %d", model.first); model.skipped > 0 && !strings.Contains(r.Bad[0].Error(), place) {
				t.Fatalf("%s: %v, want %s", name, r.Bad[0], place)
			}
		}
	})
}

func withLineEnds(records []string) string {
	var b strings.Builder
	for _, r := range records {
		b.WriteString(strings.TrimSuffix(r, "\n") + "\n")
	}
	return b.String()
}
