package reduce

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"reduction/aggregate"
	"reduction/internal/dataset"
	"reduction/internal/job"
)

// good are files that are reduced to what the reference says.
var good = []struct{ name, data string }{
	{"plain", dataset.Header + "A,x,T,1\nB,x,T,2\nA,x,U,4\nA,y,U,8\n"},
	{"header only", dataset.Header},
	{"header without line end", strings.TrimSpace(dataset.Header)},
	{"no final line end", dataset.Header + "A,x,T,1\nA,x,T,2"},
	{"CRLF", strings.ReplaceAll(dataset.Header+"A,x,T,1\nB,x,T,2\n", "\n", "\r\n")},
	{"byte order mark", "\ufeff" + dataset.Header + "A,x,T,1\n"},
	{"byte order mark in a name", dataset.Header + "\ufeffA,x,T,1\nA,x,T,2\n\ufeffA,x,T,3\n\ufeffA,x,T,4\n\ufeffA,y,T,4\n"},
	{"blank lines", "\n\n" + dataset.Header + "\nA,x,T,1\n\n\nA,x,T,2\n\n"},
	{"quotes", dataset.Header + "\"A\",\"x\",\"T\",\"1\"\nA,x,T,2\n\"A, \"\"a\"\"\",\"x\ny\",\"\"\"\",\"3\"\n\"\nA\",\"\n\nx\",\",\",4\n"},
	{"columns elsewhere", "n,Recovery Time,Treatment,\"a\nb\",Hospital,Diagnosis\n1,5,T,,A,x\n2,6,T,\"\n\",A,x\n"},
	{"decimals", dataset.Header + "A,x,T,12.5\nA,x,T,+4\nA,x,T,.25\nA,x,T,7.\nB,x,T,0.000000001\nB,x,T,0.1\nC,x,T,-0.0\nC,x,T,4.500000000000000000000000000\nC,x,T,1.5e3\nC,x,T,0E-18\nC,x,T,0.000000000000000000001\n"},
	{"thirds", dataset.Header + "A,x,T,1\nA,x,T,0\nA,x,T,1\nB,x,T,1\nB,x,T,0\nB,x,T,0\n"},
	{"large", dataset.Header + "A,x,T,999999.000000000000000000001\nB,x,T,1000000\nB,x,T,1e6\n"},
	{"ties", dataset.Header + "A,x,b,1\nA,x,a,1\nA,x,B,1\nA,x,b,1\nA,x,a,1\n"},
	{"order", dataset.Header + "b,x#,T,1\nB,x,T,1\nb,x,T,1\nb,\"x\"\"#\",T,1\na,xx,T,1\né,x,T,1\n"},
	{"empty treatments", dataset.Header + "A,x,,1\nA,x,T,2\nA,x,,3\nB,x,,4\nB,x,\" \",5\nC,x,NULL,6\n"},
	{"rows of separators", dataset.Header + ",,,\nA,x,T,1\n,,,,,,\n,\n"},
	{"the header again", dataset.Header + "A,x,T,1\n" + dataset.Header + "A,x,T,2\n\ufeff" + dataset.Header + "A,x,T,3\n"},
	{"escapes", dataset.Header + "\"A\t\\\",\"<x>&\u2028\",\"\u00e9\U0001f600\",1\n"},
	{"wide", dataset.Header + wideRows(400)},
	{"experiment", string(dataset.New(3000, 5).Bytes())},
}

// wideRows returns rows of long names, many of them in quotes, with many groups of one row.
func wideRows(n int) string {
	r := rand.New(rand.NewPCG(1, 1))
	name := func(what string, of int) string {
		k := r.IntN(of)
		s := strings.Repeat(what+" of Saint ", 1+k%7) + strconv.Itoa(k)
		if k%3 == 0 {
			s = `"` + s + `, ""x""` + "\n" + `"`
		}
		return s
	}
	var b strings.Builder
	for range n {
		fmt.Fprintf(&b, "%s,%s,%s,%d.%d\n", name("Hospital", 50), name("Syndrome", 50), name("Therapy", 9), r.IntN(99), r.IntN(99))
	}
	return b.String()
}

// printed parses what Print writes.
func printed(t *testing.T, out string) []dataset.Result {
	t.Helper()
	var all []dataset.Result
	for line := range strings.Lines(out) {
		var r struct {
			Diagnosis, Hospital string
			AverageRecoveryTime json.Number
			MostUsedTreatment   string
			Rows                int64
		}
		d := json.NewDecoder(strings.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		all = append(all, dataset.Result{Diagnosis: r.Diagnosis, Hospital: r.Hospital, Mean: string(r.AverageRecoveryTime), Treatment: r.MostUsedTreatment, Rows: r.Rows})
	}
	return all
}

func TestReduce(t *testing.T) {
	for _, test := range good {
		want, err := dataset.Reduce(strings.NewReader(test.data))
		if err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		path := filepath.Join(t.TempDir(), "data.csv")
		if err := os.WriteFile(path, []byte(test.data), 0o600); err != nil {
			t.Fatal(err)
		}
		zipped := path + ".gz"
		var z bytes.Buffer
		w := gzip.NewWriter(&z)
		w.Write([]byte(test.data))
		w.Close()
		if err := os.WriteFile(zipped, z.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		for name, read := range map[string]func(*Reduction) error{
			"one core":          func(r *Reduction) error { return r.File(path) },
			"three cores":       func(r *Reduction) error { r.Jobs = 3; return r.File(path) },
			"skipping bad rows": func(r *Reduction) error { r.Jobs, r.Options.BadRows.Skip = 3, true; return r.File(path) },
			"gzip":              func(r *Reduction) error { return r.File(zipped) },
			"stream":            func(r *Reduction) error { return r.Stream(iotest.HalfReader(strings.NewReader(test.data))) },
		} {
			r := new(Reduction)
			var out strings.Builder
			if err := read(r); err != nil || r.Print(&out) != nil {
				t.Errorf("%s, %s: %v", test.name, name, err)
			} else if got := printed(t, out.String()); !slices.Equal(got, want) {
				t.Errorf("%s, %s:\n%v, want\n%v", test.name, name, got, want)
			}
		}
	}
}

// Wherever a file is cut, and however many cores share it, the output is the same.
func TestReduceCutEverywhere(t *testing.T) {
	for _, test := range good {
		var want bytes.Buffer
		r := &Reduction{Jobs: 1}
		if err := r.readerAt(strings.NewReader(test.data), int64(len(test.data))); err != nil {
			t.Fatalf("%s: %v", test.name, err)
		}
		r.Print(&want)

		step := 1 + len(test.data)/250*10 // the long ones in 25 ways
		for chunk := 1; chunk < len(test.data); chunk += step {
			var got bytes.Buffer
			r := &Reduction{Jobs: 3, chunk: chunk}
			if err := r.readerAt(strings.NewReader(test.data), int64(len(test.data))); err != nil {
				t.Fatalf("%s in chunks of %d: %v", test.name, chunk, err)
			}
			r.Print(&got)
			if got.String() != want.String() {
				t.Fatalf("%s in chunks of %d, %d cores: %s, want %s", test.name, chunk, r.Cores, &got, &want)
			}
			if rows := bytes.Count([]byte(test.data), []byte("\n")); rows > 3 && chunk < 10 && r.Cores < 2 {
				t.Errorf("%s in chunks of %d was not shared", test.name, chunk)
			}
		}
	}
}

const secret = "PATIENT"

// bad are files that fail. The error names the same place, whatever reads them.
var bad = []struct{ name, data, says string }{
	{"empty", "", "empty"},
	{"only blank lines", "\n\r\n\n", "empty"},
	{"negative", dataset.Header + "A,x,T,-3\n", "record 2 at byte 43, column Recovery Time"},
	{"no recovery time", dataset.Header + "A,x,T,\n", "record 2 at byte 43, column Recovery Time"},
	{"too large", dataset.Header + "A,x,T,1000001\n", "record 2 at byte 43, column Recovery Time"},
	{"no hospital", dataset.Header + ",x,T,1\n", "record 2 at byte 43, column Hospital"},
	{"a control character", dataset.Header + "A,x\x01,T,1\n", "record 2 at byte 43, column Diagnosis"},
	{"joined files that differ", dataset.Header + "A,x,T,1\nHospital,Treatment,Diagnosis,Recovery Time\nA,x,T,1\n", "record 3 at byte 51"},
	{"no header", secret + ",x,T,1\nA,x,T,1\n", "Hospital, Diagnosis, Treatment, Recovery Time"},
	{"a column missing", "Hospital,Diagnosis,Treatment\nA,x,T\n", "Recovery Time"},
	{"word", dataset.Header + "A,x,T,1\nA,x,T," + secret + "\n", "record 3 at byte 51, column Recovery Time"},
	{"exponent", dataset.Header + "A,x,T,1e7\n", "record 2 at byte 43, column Recovery Time"},
	{"short", dataset.Header + "A,x,T,1\n\n" + secret + ",x,T\nA,x,T,1\n", "record 3 at byte 52"},
	{"long", dataset.Header + "A,x,T,1," + secret + "\n", "record 2 at byte 43"},
	{"bare quote", dataset.Header + "A,x,T,1\nA,x\"" + secret + ",T,1\nA,\"x\ny\",T,1\n", "record 3 at byte 51"},
	{"text after a quote", dataset.Header + "A,\"x\"" + secret + ",T,1\nA,x,T,1\n", "record 2 at byte 43"},
	{"open quote", dataset.Header + "A,x,T,1\nA,\"x,T,1\nA,x,T,1\n" + secret, "record 3 at byte 51"},
	{"UTF-8", dataset.Header + "A,x,T,1\nA,\xff" + secret + ",T,1\n", "record 3 at byte 51, column Diagnosis"},
	{"same sort key", dataset.Header + "B,a#hospital#A,T,1\nA#hospital#B,a,T,1\nA,x,T,1\nA,x,T,1\nB,a#hospital#A,T,1\n", "record 3 at byte 62"},
}

func TestReduceBad(t *testing.T) {
	for _, test := range bad {
		path := filepath.Join(t.TempDir(), "data.csv")
		if err := os.WriteFile(path, []byte(test.data), 0o600); err != nil {
			t.Fatal(err)
		}
		check := func(how string, err error) {
			if err == nil || !strings.Contains(err.Error(), test.says) || strings.Contains(err.Error(), secret) {
				t.Errorf("%s, %s: %v; want %q", test.name, how, err, test.says)
			}
		}
		check("file", (&Reduction{Jobs: 2}).File(path))
		check("stream", new(Reduction).Stream(strings.NewReader(test.data)))
		for chunk := 1; chunk <= len(test.data); chunk++ {
			r := &Reduction{Jobs: 2, chunk: chunk}
			check(fmt.Sprint("chunks of ", chunk), r.readerAt(strings.NewReader(test.data), int64(len(test.data))))
		}
	}
}

// Bad rows are left out and counted, wherever the file is cut.
func TestReduceSkipBad(t *testing.T) {
	const dirty = dataset.Header + "A,x,T,1\nA,x,T,none\nB,x\"" + secret + "\",T,1\nA,x\nC,x,\"T\"T,1\nA,x,T,2\nA,\xff,T,1\n\"B\n\",x,T,4\n"
	const clean = dataset.Header + "A,x,T,1\nA,x,T,2\n\"B\n\",x,T,4\n"
	want, err := dataset.Reduce(strings.NewReader(clean))
	if err != nil {
		t.Fatal(err)
	}
	for chunk := range len(dirty) { // 0 is the usual size, for which the file is too small to be shared
		r := &Reduction{Options: job.Options{BadRows: job.BadRows{Skip: true}}, Jobs: 2, chunk: chunk}
		if err := r.readerAt(strings.NewReader(dirty), int64(len(dirty))); err != nil {
			t.Fatal(err)
		}
		var out strings.Builder
		r.Print(&out)
		if got := printed(t, out.String()); !slices.Equal(got, want) || r.Skipped != 5 || r.Rows != 3 || len(r.Bad) != 5 {
			t.Errorf("in chunks of %d: %d left out, %s", chunk, r.Skipped, &out)
		}
		for _, bad := range r.Bad {
			if !strings.HasPrefix(bad.Error(), "record") || strings.Contains(bad.Error(), secret) {
				t.Errorf("%v", bad)
			}
		}
	}
}

func TestReduceFails(t *testing.T) {
	src := io.MultiReader(bytes.NewReader(dataset.New(10, 1).Bytes()), iotest.ErrReader(errors.New("the line went dead")))
	if err := new(Reduction).Stream(src); err == nil || !strings.Contains(err.Error(), "the line went dead") {
		t.Errorf("input: %v", err)
	}
	r := new(Reduction)
	if err := r.Stream(bytes.NewReader(dataset.New(10, 1).Bytes())); err != nil {
		t.Fatal(err)
	}
	if err := r.Print(full{}); err == nil || err.Error() != "no space left" {
		t.Errorf("output: %v", err)
	}
	path := filepath.Join(t.TempDir(), "data.gz")
	os.WriteFile(path, []byte("\x1f\x8bnot so, and long enough"), 0o600)
	for path, says := range map[string]string{path: "gzip", filepath.Dir(path): "is a directory", path + ".csv": "no such file"} {
		if err := new(Reduction).File(path); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v, want %q", path, err, says)
		}
	}
}

// A full is a device without space.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestCompareSortKeys(t *testing.T) {
	names := []string{"", "#"}
	for _, a := range []string{"a", "#", "#hosp", "#hospital#", "h", "~"} {
		for _, b := range []string{"", "a", "#", "#hospital#", "#hospital#a"} {
			names = append(names, a+b)
		}
	}
	for _, d1 := range names {
		for _, d2 := range names {
			for _, h1 := range names {
				for _, h2 := range names {
					a, b := aggregate.Group{Diagnosis: d1, Hospital: h1}, aggregate.Group{Diagnosis: d2, Hospital: h2}
					want := strings.Compare((&dataset.Result{Diagnosis: d1, Hospital: h1}).SortKey(), (&dataset.Result{Diagnosis: d2, Hospital: h2}).SortKey())
					if got := compareSortKeys(&a, &b); got != want {
						t.Fatalf("%q %q and %q %q: %d, want %d", d1, h1, d2, h2, got, want)
					}
				}
			}
		}
	}
}
