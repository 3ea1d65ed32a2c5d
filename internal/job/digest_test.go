package job

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"reduction/aggregate"
)

// options has every setting. For a setting that changes items it has values, each of which must give
// another Run than the default. For a setting that changes no item it has none.
var options = map[string][]Options{
	"BadRows":    {{BadRows: BadRows{Skip: true}}, {BadRows: BadRows{true, 50_000}}, {BadRows: BadRows{true, 500_000}}},
	"NoValue":    {{NoValue: SkipNoValue}},
	"Missing":    {{Missing: []string{"a", "b"}}, {Missing: []string{"a"}}, {Missing: []string{"ab"}}, {Missing: []string{"a", "", "b"}}},
	"Range":      {{Range: &aggregate.Range{Greatest: number("9")}}, {Range: &aggregate.Range{Greatest: number("5")}}, {Range: &aggregate.Range{Least: number("5"), Greatest: number("5")}}},
	"Comma":      {{Comma: true}},
	"Encoding":   {{Encoding: Windows1252}, {Encoding: ISO8859_1}},
	"Columns":    {{Columns: Columns{"a"}}, {Columns: Columns{"", "a"}}, {Columns: Columns{"", "", "a", "b"}}},
	"Records":    {{Records: true}},
	"MinRecords": {{MinRecords: 2}, {MinRecords: 3}},
	"Manifest":   {{Manifest: true}},
	"TTLDays":    {{TTLDays: 1}, {TTLDays: 2}},
	"Latest":     nil,
	"Writers":    nil,
}

// runOf is the Run of an object's result.
func runOf(o Object, b body, s *Options) (string, error) {
	d := newDigest(s)
	d.text(o.Bucket)
	err := d.version(o.Key, Version{ETag: b.ETag(), VersionID: b.VersionID()})
	return d.run(), err
}

// Whatever may change an item of a result changes its Run: the object, its version, each setting.
func TestRun(t *testing.T) {
	names := slices.Collect(maps.Keys(options))
	var fields []string
	for f := range reflect.TypeFor[Options]().Fields() {
		fields = append(fields, f.Name)
	}
	slices.Sort(names)
	slices.Sort(fields)
	if !slices.Equal(names, fields) {
		t.Errorf("settings %v, tested %v", fields, names)
	}

	seen := map[string]string{}
	try := func(what string, o Object, b body, s Options) {
		t.Helper()
		run, err := runOf(o, b, &s)
		if err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if other, ok := seen[run]; ok {
			t.Errorf("%s has the Run of %s", what, other)
		}
		seen[run] = what
	}
	object, version := Object{Bucket: "b", Key: "k"}, body{nil, `"e"`, "v"}
	try("nothing", object, version, Options{})
	for name, values := range options {
		for _, s := range values {
			try(name, object, version, s)
		}
	}
	try("bucket", Object{Bucket: "bk", Key: "k"}, version, Options{})
	try("key", Object{Bucket: "b", Key: "kv"}, version, Options{})
	try("version", object, body{nil, `"e"`, "v2"}, Options{})
	try("ETag", object, body{nil, `"e2"`, "v"}, Options{})
	try("ETag alone", object, body{nil, `"e"`, ""}, Options{})
	try("version alone", object, body{nil, "", "v"}, Options{})
}

// What is read under two names is one version: the event's names say nothing, the answer's do.
func TestRunOfNullVersion(t *testing.T) {
	without, _ := runOf(Object{Bucket: "b", Key: "k"}, body{nil, `"e"`, ""}, &Options{})
	null, _ := runOf(Object{Bucket: "b", Key: "k", VersionID: "null", ETag: "e"}, body{nil, `"e"`, "null"}, &Options{})
	if without != null {
		t.Errorf("%s, and as version null %s", without, null)
	}
}

// Without a version, a key of the object and a manifest are errors. The experiment's layout needs
// none.
func TestNoVersion(t *testing.T) {
	for _, v := range []body{{nil, "", "null"}, {nil, `W/"e"`, ""}} {
		m := &memory{csv: header + "H,D,T,5\n", etag: v.etag, version: v.version}
		j := Job{Source: m, Sink: m, Now: func() time.Time { return noon }}
		_, err := j.Run(context.Background(), Object{Bucket: "b", Key: "k.csv"}, "table", "")
		if !errors.Is(err, ErrNoVersion) || !strings.Contains(err.Error(), "s3://b/k.csv") {
			t.Errorf("PK=object: %v", err)
		}
		if _, err := run(m, Options{Manifest: true}); !errors.Is(err, ErrNoVersion) {
			t.Errorf("MANIFEST=on: %v", err)
		}
		if m.batches > 0 {
			t.Error("something was written")
		}
		if _, err := run(m, Options{}); err != nil {
			t.Errorf("neither: %v", err)
		}
	}
}

// byObject runs the job with the key made of what is read.
func byObject(t *testing.T, m *memory, o Options) Summary {
	t.Helper()
	j := Job{Source: m, Sink: m, Options: o, Now: func() time.Time { return noon }}
	sum, err := j.Run(context.Background(), Object{Bucket: "b", Key: "k#1.csv"}, "table", "")
	if err != nil {
		t.Fatal(err)
	}
	if want := "object#b#" + sum.Run + "#k#1.csv"; sum.PartitionKey != want || len(sum.Run) != 2*runLength {
		t.Errorf("partition key %s, want %s", sum.PartitionKey, want)
	}
	return sum
}

// What is stored under an object's key never changes: neither another version nor another setting
// writes there.
func TestKeyByObject(t *testing.T) {
	const rows = "H,D,T,5\nG,D,U,5\nG,D,V,5\nG,D,V,5\n"
	keys := map[string]string{}
	for name, values := range options {
		for _, o := range append([]Options{{}}, values...) {
			names := o.Columns.Names()
			csv := strings.Join(names[:], ",") + "\n" + rows
			m := &memory{csv: csv}
			sum := byObject(t, m, o)
			again := &memory{csv: csv}
			byObject(t, again, o)
			stored, _ := json.Marshal(m.items)
			if same, _ := json.Marshal(again.items); string(same) != string(stored) {
				t.Errorf("%s: %s, and once more %s", name, stored, same)
			}
			if other, ok := keys[sum.PartitionKey]; ok && other != string(stored) {
				t.Errorf("%s: under %s are %s, and %s", name, sum.PartitionKey, stored, other)
			}
			keys[sum.PartitionKey] = string(stored)
		}
	}
	first := byObject(t, &memory{csv: header + rows, etag: `"1"`}, Options{})
	second := byObject(t, &memory{csv: header + rows, etag: `"2"`}, Options{})
	if first.PartitionKey == second.PartitionKey {
		t.Error("two versions have one key")
	}
}

// The items of this file and these settings are known by their digest. If this test fails because
// items have changed, raise resultFormat, and put the new digest here.
func TestResultFormat(t *testing.T) {
	const format, want = 1, "ca58aae4ce282dc4"
	m := &memory{csv: header + "\"H, \"\"x\"\"\",D,T2,5\nH,D,T1,6.25\nH,D,,1e1\nG,D, ,0\n" + strings.Repeat("G,\"E é\",b,1\nG,\"E é\",a,2\n", 3)}
	sum := byObject(t, m, Options{Records: true, TTLDays: 2, Manifest: true})
	for _, item := range m.items {
		for name, value := range item {
			item[name] = strings.ReplaceAll(value, sum.Run, "RUN")
		}
	}
	stored, _ := json.Marshal(m.items)
	hash := sha256.Sum256(stored)
	if got := hex.EncodeToString(hash[:8]); got != want || resultFormat != format {
		t.Errorf("the items of format %d have the digest %s, and those of %d have %s:\n%s", resultFormat, got, format, want, stored)
	}
}
