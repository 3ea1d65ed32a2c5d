package job

import (
	"bytes"
	"compress/gzip"
	"io"
	"testing"
	"testing/iotest"
)

// TestOpenMembers holds that a compressed file is read to its end wherever its members end, and
// however it arrives.
func TestOpenMembers(t *testing.T) {
	csv := append([]byte("Hospital,Diagnosis,Treatment,Recovery Time\n"), bytes.Repeat([]byte("H,D,T,1\n"), 100_000)...)
	for _, first := range []int{0, 1, 100, 4096, startSize - 1, startSize, startSize + 1, 200_001, 300_000, len(csv)} {
		file := []byte(zipped(string(csv[:first])) + zipped(string(csv[first:])))
		file = append(file, make([]byte, first%513)...)
		for _, arrives := range []struct {
			how  string
			wrap func(io.Reader) io.Reader
		}{
			{"whole", func(r io.Reader) io.Reader { return r }},
			{"end with the last bytes", iotest.DataErrReader},
			{"halves", iotest.HalfReader},
		} {
			for _, size := range []int{512, startSize, 1 << 20} {
				r, compressed, err := Open(arrives.wrap(bytes.NewReader(file)))
				if err != nil || !compressed {
					t.Fatal(compressed, err)
				}
				var got []byte
				for p := make([]byte, size); err == nil; {
					var n int
					n, err = r.Read(p)
					got = append(got, p[:n]...)
				}
				if err != io.EOF || !bytes.Equal(got, csv) {
					t.Errorf("first member of %d bytes, arriving %s, read by %d: %d of %d bytes, %v",
						first, arrives.how, size, len(got), len(csv), err)
				}
			}
		}
	}
}

// zipped returns a file of one member of gzip.
func zipped(text string) string {
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, gzip.BestSpeed)
	w.Write([]byte(text))
	w.Close()
	return z.String()
}
