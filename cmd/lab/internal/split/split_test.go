package split

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
)

// nasty are bodies whose line ends and quotes are easily misread.
var nasty = []string{
	"",
	"\n",
	"a,b\n",
	"a,b",
	"a,b\nc,d\ne,f",
	"\n\n\na\n\n\nb\n\n",
	"a\r\nb\r\n",
	"\"\n\"\n",
	"\"\n\n\n\"\n\"\n\"",
	"\"a\"\"\n\"\"b\",c\n\"\"\"\"\n\"\n\"\"\n\",d\n",
	"\"\r\n\",x\r\n\"\"\r\ny\r\n",
	"\"" + strings.Repeat("long\n", 20) + "\"\nz\n",
	strings.Repeat("long", 20) + "\nz\n",
	"\ufeffname,1\nname,2\n\ufeffname,3\n",
}

// shared reads body with n readers and chunks of the given size. The readers take turns in an
// order that depends on the seed alone. It returns what each yielded.
func shared(body string, n, chunk int, seed uint64) ([]string, error) {
	s := New(strings.NewReader("header\n"+body), int64(len("header\n"+body)), int64(len("header\n")), chunk)
	random := rand.New(rand.NewPCG(seed, 0))
	out := make([][]byte, n)
	open := make([]io.Reader, n)
	for i := range open {
		open[i] = s.Reader()
	}
	buf := make([]byte, 7)
	for left := n; left > 0; {
		i := random.IntN(n)
		if open[i] == nil {
			continue
		}
		k, err := open[i].Read(buf[:1+random.IntN(len(buf))])
		out[i] = append(out[i], buf[:k]...)
		if err == io.EOF {
			open[i] = nil
			left--
		} else if err != nil {
			return nil, err
		}
	}
	var yielded []string
	for _, b := range out {
		yielded = append(yielded, string(b))
	}
	return yielded, nil
}

// recordsOf returns the records of bodies, sorted: which reader yields which record is chance.
func recordsOf(t *testing.T, bodies ...string) []string {
	t.Helper()
	var all []string
	for _, body := range bodies {
		r := csv.NewReader(strings.NewReader(body))
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		if err != nil {
			t.Fatalf("%q: %v", body, err)
		}
		for _, fields := range records {
			all = append(all, fmt.Sprintf("%q", fields))
		}
	}
	slices.Sort(all)
	return all
}

func TestSplitEverywhere(t *testing.T) {
	for _, body := range nasty {
		want := recordsOf(t, body)
		for chunk := 1; chunk <= len(body)+1; chunk++ {
			for readers := 1; readers <= 3; readers++ {
				got, err := shared(body, readers, chunk, uint64(chunk*readers))
				if err != nil {
					t.Fatalf("%q in chunks of %d: %v", body, chunk, err)
				}
				if !slices.Equal(recordsOf(t, got...), want) {
					t.Fatalf("%q in chunks of %d to %d readers: %q", body, chunk, readers, got)
				}
			}
		}
	}
}

// Of well-formed CSV the readers yield exactly its records, as encoding/csv reads them.
func FuzzSplit(f *testing.F) {
	for i, body := range nasty {
		f.Add(body, uint8(i), uint8(i))
	}
	f.Fuzz(func(t *testing.T, body string, chunk, readers uint8) {
		r := csv.NewReader(strings.NewReader(body))
		r.FieldsPerRecord = -1
		if _, err := r.ReadAll(); err != nil {
			return // the readers' parsers refuse it, not the splitter
		}
		got, err := shared(body, int(readers%4)+1, int(chunk)+1, uint64(chunk))
		if err != nil {
			t.Fatal(err)
		}
		if want := recordsOf(t, body); !slices.Equal(recordsOf(t, got...), want) {
			t.Fatalf("%q, want %q", got, want)
		}
	})
}

func TestSplitAtOnce(t *testing.T) {
	body := strings.Repeat("\"name, \"\"x\"\"\n\",1\nplain,2\n", 20_000)
	s := New(strings.NewReader(body), int64(len(body)), 0, 1000)
	var wg sync.WaitGroup
	got := make([]bytes.Buffer, 4)
	for i := range got {
		wg.Go(func() {
			if _, err := got[i].ReadFrom(s.Reader()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	quoted, plain := 0, 0
	for i := range got {
		quoted += bytes.Count(got[i].Bytes(), []byte("\"name, \"\"x\"\"\n\",1\n"))
		plain += bytes.Count(got[i].Bytes(), []byte("plain,2\n"))
	}
	if quoted != 20_000 || plain != 20_000 {
		t.Errorf("%d and %d records", quoted, plain)
	}
}

// A failing is a file of which one byte cannot be read.
type failing struct {
	io.ReaderAt
	at int64
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	if off <= f.at && f.at < off+int64(len(p)) {
		n, _ := f.ReaderAt.ReadAt(p[:f.at-off], off)
		return n, iotest.ErrTimeout
	}
	return f.ReaderAt.ReadAt(p, off)
}

func TestSplitErrors(t *testing.T) {
	body := strings.Repeat("a,b\n", 100)
	size := int64(len(body))
	for at := range size {
		s := New(failing{strings.NewReader(body), at}, size, 0, 10)
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() { io.Copy(io.Discard, s.Reader()) })
		}
		wg.Wait()
		if !errors.Is(s.Err(), iotest.ErrTimeout) {
			t.Fatalf("byte %d: %v", at, s.Err())
		}
	}

	s := New(strings.NewReader(body[:100]), size, 0, 10)
	if _, err := io.Copy(io.Discard, s.Reader()); err != io.ErrUnexpectedEOF {
		t.Errorf("a file that became shorter: %v", err)
	}
	s = New(strings.NewReader("a\n"+strings.Repeat("b", 2*maxTail)), 2+2*maxTail, 0, 10)
	if _, err := io.Copy(io.Discard, s.Reader()); err != errTail {
		t.Errorf("a record without end: %v", err)
	}
}
