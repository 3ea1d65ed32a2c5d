package main

import (
	"bytes"
	"compress/gzip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/cli"
	"reduction/internal/dataset"
)

const header = dataset.Header

func TestReduce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data.csv")
	if err := os.WriteFile(path, []byte(header+"A,x,T,1\nA,x,T,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const want = `{"Diagnosis":"x","Hospital":"A","AverageRecoveryTime":1.5,"MostUsedTreatment":"T","Rows":2}` + "\n"
	for _, args := range [][]string{{path}, {path, "--jobs=3"}, {"--jobs", "1", path}} {
		if status, out, stderr := shell(nil, append([]string{"reduce"}, args...)...); status != 0 || out != want || stderr != "" {
			t.Errorf("%s: status %d, stdout %q, stderr %q", args, status, out, stderr)
		}
	}
}

func TestReduceStats(t *testing.T) {
	status, out, stderr := shell(bytes.NewReader(dataset.New(2000, 1).Bytes()), "reduce", "-", "--stats")
	if status != 0 || strings.Count(out, "\n") == 0 || !strings.HasPrefix(stderr, "rows 2,000, bytes ") || !strings.Contains(stderr, "cores 1,") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}

func TestReduceSkipBad(t *testing.T) {
	dirty := header + "A,x,T,1\n" + strings.Repeat("A,x,T,PATIENT\n", 12)
	status, out, stderr := shell(strings.NewReader(dirty), "reduce", "--skip-bad", "-")
	if status != 0 || strings.Count(out, "\n") != 1 || strings.Contains(stderr, "PATIENT") ||
		!strings.HasPrefix(stderr, "12 bad rows left out, of 13: number 12\n  record 3 at byte 51") || !strings.HasSuffix(stderr, "  and 2 more\n") {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
}

func TestReduceFails(t *testing.T) {
	status, out, stderr := shell(strings.NewReader(header+"A,x,T,1\nA,x,T,PATIENT\n"), "reduce", "--stats", "-")
	if status != 1 || out != "" || !strings.HasPrefix(stderr, "lab reduce: -: record 3 at byte 51") || strings.Contains(stderr, "PATIENT") {
		t.Errorf("input: status %d, stdout %q, stderr %q", status, out, stderr)
	}
	var err bytes.Buffer
	c := &cli.Console{In: bytes.NewReader(dataset.New(10, 1).Bytes()), Out: full{}, Err: &err}
	if status := lab().Run([]string{"reduce", "-"}, c); status != 1 || !strings.Contains(err.String(), "no space") {
		t.Errorf("output: status %d, stderr %q", status, &err)
	}
}

// The flags are the function's settings, checked as the function checks them.
func TestReduceSettings(t *testing.T) {
	dirty := "site;Diagnosis;Treatment;recovery_time\nA;x;T;1,5\nA;x;T;999\nA;x;T;\nB;x;T;PATIENT\nB;n/a;T;4\n\xc4;x;T;2\n"
	status, out, stderr := shell(strings.NewReader(dirty), "reduce", "-", "--columns=Hospital=site", "--decimal=comma",
		"--encoding=windows-1252", "--missing=n/a,999", "--no-value=skip", "--bad-rows=60%", "--range=0..365")
	const want = `{"Diagnosis":"x","Hospital":"A","AverageRecoveryTime":1.5,"MostUsedTreatment":"T","Rows":1}` + "\n" +
		`{"Diagnosis":"x","Hospital":"Ä","AverageRecoveryTime":2,"MostUsedTreatment":"T","Rows":1}` + "\n"
	if status != 0 || out != want || !strings.Contains(stderr, "2 bad rows left out, of 4: number 1, noName 1\n") ||
		!strings.Contains(stderr, "2 rows without a recovery time left out\n") || strings.Contains(stderr, "PATIENT") {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
	for _, args := range [][]string{
		{"--bad-rows=most"}, {"--no-value=0"}, {"--range=5"}, {"--decimal=dot"}, {"--encoding=latin1"}, {"--columns=a=b"},
		{"--skip-bad", "--bad-rows=5%"},
	} {
		status, out, stderr := shell(strings.NewReader(dirty), append([]string{"reduce", "-"}, args...)...)
		if status != 2 || out != "" || strings.Count(stderr, "\n") != 1 {
			t.Errorf("%s: status %d, stdout %q, stderr %q", args, status, out, stderr)
		}
	}
}

// An error that names a setting of the function says which flag it is here.
func TestReduceNamesFlags(t *testing.T) {
	for _, test := range []struct{ file, says string }{
		{"Hospital;Diagnosis;Treatment;Recovery Time\nA;x;T;1,5\n", ": set DECIMAL=comma (DECIMAL is the flag --decimal)\n"},
		{header + "\xc4,x,T,1\n", ", set ENCODING (ENCODING is the flag --encoding)\n"},
	} {
		if status, _, stderr := shell(strings.NewReader(test.file), "reduce", "-"); status != 1 || !strings.HasSuffix(stderr, test.says) {
			t.Errorf("status %d, stderr %q; want %q", status, stderr, test.says)
		}
	}
	t.Chdir(t.TempDir())
	if status, _, stderr := shell(nil, "scale", "RANGE"); status != 1 || strings.Contains(stderr, "--range") {
		t.Errorf("status %d, stderr %q", status, stderr)
	}
}

func TestReduceJSON(t *testing.T) {
	const dirty = header + "A,x,T,1\nA,x,T,PATIENT\nA,x,T\n" + header + "A,x,T,\n"
	status, out, stderr := shell(strings.NewReader(dirty), "reduce", "-", "--json", "--bad-rows=skip", "--no-value=skip")
	const want = `{"rows":1,"groups":1,"skipped":2,"reasons":{"fields":1,"number":1},"noValue":1,"headers":1,"bytes":121,` +
		`"bad":["record 3 at byte 51, column Recovery Time: not a decimal number","record 4 at byte 65: not as many fields as the header has: a value with a separator in it needs quotes"]}` + "\n"
	if status != 0 || out != want || stderr != "" {
		t.Errorf("status %d, stdout %s, stderr %q", status, out, stderr)
	}
	status, out, _ = shell(strings.NewReader(dirty), "reduce", "-", "--json")
	if status != 1 || !strings.Contains(out, `"error":"-: record 3 at byte 51, column Recovery Time: not a decimal number"`) {
		t.Errorf("status %d, stdout %s", status, out)
	}
}

// What --explain prints of a file, refused or not. No cell is in it.
func TestReduceExplain(t *testing.T) {
	zipped := func(s string) string {
		var b bytes.Buffer
		z := gzip.NewWriter(&b)
		z.Write([]byte(s))
		z.Close()
		return b.String()
	}
	semicolons := strings.ReplaceAll(header, ",", ";")
	for _, test := range []struct {
		file   string
		status int
		says   []string
	}{
		{"\ufeff" + semicolons + "A;x;T;1\r\n", 0, []string{"encoding    valid UTF-8 with a byte order mark\n",
			"line ends   1 LF, 1 CR LF\n", "separator   semicolon\n", "column      4 of 4 is Recovery Time\n", "rows        1 can be used\n"}},
		{zipped(header + "A,x,T,PATIENT\nB,x,T,1\nC,x\n"), 1, []string{"compression gzip\n", "encoding    ASCII\n",
			"rows        1 can be used\n", "bad rows    2: fields 1, number 1\n", "            record 2 at byte 43, column Recovery Time: not"}},
		{header + "PATIENT\xe4,x,T,1\n", 1, []string{"encoding    not UTF-8: the first invalid byte is byte 50; perhaps"}},
		{"PATIENT,x,T,1\n", 1, []string{"header      the header lacks Hospital"}},
		{"Hospital,Diagnosis,Treatment,Recovery Tim\n", 1, []string{"it has Recovery Tim: "}},
		{"PK\x03\x04PATIENT", 1, []string{"format      a zip archive\n"}},
	} {
		path := filepath.Join(t.TempDir(), "data.csv")
		if err := os.WriteFile(path, []byte(test.file), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{path, "-"} {
			status, _, stderr := shell(strings.NewReader(test.file), "reduce", "--explain", name)
			if status != test.status || strings.Contains(stderr, "PATIENT") {
				t.Errorf("%q: status %d, stderr %s", test.file, status, stderr)
			}
			for _, says := range test.says {
				if !strings.Contains(stderr, says) {
					t.Errorf("%q: %q is not in %s", test.file, says, stderr)
				}
			}
		}
	}
}
