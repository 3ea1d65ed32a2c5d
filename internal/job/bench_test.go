package job

import (
	"bytes"
	"testing"

	"reduction/internal/dataset"
)

// BenchmarkSeparator reduces the same rows with each separator, and numbers with either mark.
func BenchmarkSeparator(b *testing.B) {
	const rows = 100_000
	commas := dataset.New(rows, 1).Bytes()
	for _, c := range []struct{ name, separator, mark string }{
		{"comma", ",", ""}, {"semicolon", ";", ""}, {"tab", "\t", ""}, {"bar", "|", ""},
		{"decimal-point", ",", "."}, {"decimal-comma", ";", ","},
	} {
		b.Run(c.name, func(b *testing.B) {
			data := bytes.ReplaceAll(commas, []byte(","), []byte(c.separator))
			if c.mark != "" {
				head, rest, _ := bytes.Cut(data, []byte("\n"))
				rest = bytes.ReplaceAll(rest, []byte("\n"), []byte(c.mark+"5\n"))
				data = append(append(bytes.Clone(head), '\n'), rest...)
			}
			b.SetBytes(int64(len(data)))
			r := NewReducer(Options{Comma: c.mark == ","})
			for b.Loop() {
				r.reset()
				if _, err := r.ReadFrom(bytes.NewReader(data)); err != nil || r.Rows != rows {
					b.Fatal(r.Rows, err)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/rows, "ns/row")
		})
	}
}
