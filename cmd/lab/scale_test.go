package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/labtest"
	"reduction/internal/dataset"
	"reduction/runtime/lambdatest"
)

// write writes a file for a test and returns its path.
func write(t *testing.T, path string, data []byte) string {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// Whatever the size of shards, and whatever becomes of the functions: lab scale prints what lab
// reduce prints, the bad rows too.
func TestScale(t *testing.T) {
	dir := t.TempDir()
	quoted := bytes.ReplaceAll(dataset.New(12, 1).Bytes(), []byte(",Medication A,"), []byte(",\"Medication\n\"\"A\"\"\r\n\","))
	damaged := append(bytes.Clone(quoted), "A,x\"y,T,1\nA,\"x\ny,T,2\nA,x,T,\nA,x,T,3\n"...)
	for name, data := range map[string][]byte{
		"plain":   dataset.New(12, 1).Bytes(),
		"quoted":  quoted,
		"damaged": damaged,
		"no rows": []byte(header),
	} {
		path := write(t, filepath.Join(dir, name+".csv"), data)
		for _, settings := range [][]string{{}, {"--bad-rows=skip"}, {"--bad-rows=1%", "--no-value=skip"}} {
			status, want, wantErr := shell(nil, append([]string{"reduce", path, "--jobs=1"}, settings...)...)
			for _, shard := range []string{"7", "57", "1kB", "1GB"} {
				args := append([]string{"scale", path, "--faults", "--functions=3", "--shard", shard}, settings...)
				got, out, stderr := shell(nil, args...)
				if stderr = strings.Replace(stderr, "lab scale:", "lab reduce:", 1); got != status || out != want || stderr != wantErr {
					t.Errorf("%s, %s bytes a shard, %s: status %d, want %d\nstderr %q\nwant   %q", name, shard, settings, got, status, stderr, wantErr)
				}
			}
		}
	}
}

// Processes of the function, some of them killed, leave a table that prints as lab reduce does.
func TestScaleBootstrap(t *testing.T) {
	bootstrap, dir := labtest.Bootstrap(t), t.TempDir()
	quoted := bytes.ReplaceAll(dataset.New(400, 1).Bytes(), []byte(",Medication A,"), []byte(",\"Medication\n\"\"A\"\"\r\n\","))
	bad := append(bytes.Clone(quoted), "A,x\"y,T,1\nA,x,T,\nA,x,T,3\n"...)
	for _, c := range []struct {
		name  string
		file  []byte
		flags []string
	}{
		{"good", quoted, nil},
		{"skipped", bad, []string{"--bad-rows=skip", "--min-records=2"}},
		{"refused", bad, nil},
	} {
		path := write(t, filepath.Join(dir, c.name+".csv"), c.file)
		status, want, wantErr := shell(nil, append([]string{"reduce", path, "--jobs=1"}, c.flags...)...)
		got, out, stderr := shell(nil, append([]string{"scale", path, "--bootstrap", bootstrap, "--faults", "--functions=2", "--shard=1500"}, c.flags...)...)
		_, place, _ := strings.Cut(wantErr, c.name+".csv: ")
		if got != status || out != want || (status == 0) != (stderr == "") && c.name != "skipped" || !strings.Contains(stderr, strings.TrimSpace(place)) && status != 0 {
			t.Errorf("%s: status %d, want %d\nstderr %q\nwant   %q\nstdout %q\nwant   %q", c.name, got, status, stderr, wantErr, out, want)
		}
	}
	for i := range 5 {
		write(t, filepath.Join(dir, "several", fmt.Sprint(i, ".csv")), []byte(fmt.Sprintf("%sA,\"x\ny\",T,%d\n", header, i)))
	}
	status, out, stderr := shell(nil, "scale", "--bootstrap", bootstrap, "--stats", "--shard=100", filepath.Join(dir, "several"))
	const want = `{"Diagnosis":"x\ny","Hospital":"A","AverageRecoveryTime":2,"MostUsedTreatment":"T","Rows":5}` + "\n"
	if status != 0 || out != want || !strings.HasPrefix(stderr, "shards 5, rounds 1, parts 1, steps 10 (0 died, 0 repeated), items 1, ") {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
}

// Files of a folder are one result, and those without bytes are left out.
func TestScaleFolder(t *testing.T) {
	dir := t.TempDir()
	for i := range 100 {
		file := fmt.Sprintf("%sA,\"x\ny\",T,%d\n", header, i)
		if i%10 == 0 {
			file = ""
		}
		write(t, filepath.Join(dir, fmt.Sprint("day ", i%3), fmt.Sprint(i, ".csv")), []byte(file))
	}
	status, out, stderr := shell(nil, "scale", "--stats", "--shard=400", dir)
	const want = `{"Diagnosis":"x\ny","Hospital":"A","AverageRecoveryTime":50,"MostUsedTreatment":"T","Rows":90}` + "\n"
	if status != 0 || out != want || !strings.Contains(stderr, "10 files without bytes left out\n") || !strings.HasPrefix(stderr, "shards 13, rounds 1, maps 13 ") {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
	bad := write(t, filepath.Join(dir, "bad.csv"), []byte(header+"A,x,T,PATIENT\n"))
	if status, out, stderr := shell(nil, "scale", dir); status != 1 || out != "" || stderr != "lab scale: "+bad+": record 2 at byte 43, column Recovery Time: not a decimal number\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
}

// Two groups whose sort keys are the same are in two files: both are named.
func TestScaleSameSortKey(t *testing.T) {
	dir := t.TempDir()
	a := write(t, filepath.Join(dir, "a.csv"), []byte(header+"h,d#hospital#e,T,1\n"))
	b := write(t, filepath.Join(dir, "b.csv"), []byte(header+"x,y,T,1\ne#hospital#h,d,T,1\n"))
	status, out, stderr := shell(nil, "scale", dir)
	if status != 1 || out != "" || stderr != "lab scale: "+a+", byte 43, and "+b+", byte 51: two groups have the same sort key\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
}

// Objects in S3 are read there, and partials kept there: those of a run that is repeated are found.
func TestScaleS3(t *testing.T) {
	s := lambdatest.NewServer()
	defer s.Close()
	for _, v := range s.Env() {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	s.S3.CreateBucket("feed")
	data := dataset.New(2000, 1).Bytes()
	s.S3.Put("feed", "days/1.csv", data)
	_, want, _ := shell(bytes.NewReader(data), "reduce", "-")
	folder := t.TempDir()
	for _, partials := range []string{"", folder, "s3://feed/days/partials/", "s3://feed/days/partials/"} {
		status, out, stderr := shell(nil, "scale", "--shard=5kB", "--faults", "--partials", partials, "s3://feed/days/")
		if status != 0 || out != want || stderr != "" {
			t.Errorf("partials in %q: status %d, stderr %q", partials, status, stderr)
		}
	}
	kept, err := filepath.Glob(filepath.Join(folder, "run", "*.part"))
	if err != nil || len(kept) != 18 {
		t.Errorf("%d partials, %v", len(kept), err)
	}
	s.S3.Put("feed", "days/2.csv", []byte(header+"A,x,T,PATIENT\n"))
	if status, out, stderr := shell(nil, "scale", "s3://feed/days/"); status != 1 || out != "" || stderr != "lab scale: s3://feed/days/2.csv: record 2 at byte 43, column Recovery Time: not a decimal number\n" {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, stderr)
	}
	for _, test := range []refusal{
		{"scale s3://feed/none/", 1, "no object to read"},
		{"scale s3://none/x", 1, "NoSuchBucket"},
		{"scale s3://feed/days/ days", 1, "days: expected s3://BUCKET/PREFIX"},
	} {
		test.check(t)
	}
}

func TestScaleRefuses(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	dataset.New(1000, 1).WriteTo(w)
	w.Close()
	t.Chdir(t.TempDir()) // whose path may have spaces, at which a refusal's arguments are split
	write(t, "data.csv.gz", z.Bytes())
	for _, test := range []refusal{
		{"scale", 2, "expected FILE, FOLDER or s3://BUCKET/PREFIX"},
		{"scale /nowhere/at/all.csv", 1, "/nowhere/at/all.csv: no such file"},
		{"scale --shard 0 x", 2, `invalid value "0" for --shard: expected a number of bytes, such as 64MB`},
		{"scale --shard 100 data.csv.gz", 1, "data.csv.gz: the file is compressed with gzip"},
		{"scale --plan", 2, "--size is missing"},
		{"scale --bootstrap b s3://x/y", 2, "--bootstrap reads files"},
		{"scale --bootstrap /nowhere/at/all x.csv", 1, "/nowhere/at/all"},
		{"scale --plan --size 1TB x", 2, "--plan reads no file"},
		{"scale --plan --size 1TB --price-athena free", 2, "expected a price in US dollars"},
		{"scale --bad-rows 100% x", 2, "for --bad-rows: expected fail, skip"},
	} {
		test.check(t)
	}
	if status, out, stderr := shell(nil, "scale", "data.csv.gz"); status != 0 || strings.Count(out, "\n") == 0 || stderr != "" {
		t.Errorf("one shard: status %d, stderr %q", status, stderr)
	}
}

func TestScalePlan(t *testing.T) {
	status, out, stderr := shell(nil, strings.Fields("scale --plan --size 1TB --shard 100MB --speed 50MB --concurrency 100 --memory 1024 --again 0 --price-gb-second 0.00001 --price-requests 0 --price-workflows 2 --price-workflow-gb-hour 0 --price-gets 0 --price-puts 1 --price-writes 0 --price-athena 5")...)
	if status != 0 || stderr != "" {
		t.Fatalf("status %d, stderr %q", status, stderr)
	}
	// 10,000 shards, each 2.5 s with the start, 100 at a time: 250 s of 25,000 s in all, and 9 s of
	// the merge.
	for _, want := range []string{
		"1 TB in 10,000 shards of 100 MB, 100 functions at a time\n", "one shard   2.5s", "all shards   4m10s",
		"Lambda   $0.25", "Step Functions   $0.02", "S3   $10.00", "together   $10.27", "Athena, to scan as much   $5.00",
	} {
		if !strings.Contains(strings.Join(strings.Fields(out), " "), strings.Join(strings.Fields(want), " ")) {
			t.Errorf("no %q in\n%s", want, out)
		}
	}
}
