package job

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"reduction/aggregate"
	"reduction/csvfast"
)

// file is an object of a bucket.
type file struct{ csv, etag, version string }

// files are a Source of some objects, by their keys, with a table beside it.
type files struct {
	memory
	objects map[string]file
	read    []Object
}

func (f *files) List(_ context.Context, bucket, prefix string, most int) (all []Listed, err error) {
	if bucket != "b" || most != maxObjects {
		return nil, fmt.Errorf("bucket %s, no more than %d", bucket, most)
	}
	for _, key := range slices.Sorted(maps.Keys(f.objects)) {
		if strings.HasPrefix(key, prefix) {
			all = append(all, Listed{key, f.objects[key].etag, int64(len(f.objects[key].csv)), noon})
		}
	}
	return all, nil
}

func (f *files) Object(_ context.Context, o Object) (Body, error) {
	f.read = append(f.read, o)
	v := f.objects[o.Key]
	return body{strings.NewReader(v.csv), v.etag, v.version}, nil
}

func (f *files) run(o Options, prefix, pk string) (Summary, error) {
	j := Job{Source: f, Sink: &f.memory, Options: o, Now: func() time.Time { return noon }}
	return j.RunPrefix(context.Background(), "b", prefix, "table", pk)
}

// threeDays are files of one sender whose program has changed between them.
func threeDays() *files {
	return &files{objects: map[string]file{
		"days/":      {"", `"0"`, ""},
		"days/1.csv": {header + "H,D,T1,1\nH,D,T2,2\n", `"1"`, ""},
		"days/2.csv": {"recovery time;Treatment;x;diagnosis;hospital\n3;T2;;D;H\n4;T1;;D;G\n", `"2"`, "v2"},
		"days/3.csv": {header + header + "H,D,T2,6\n", `"3"`, ""},
		"daysold":    {"no CSV", `"4"`, ""},
	}}
}

func TestPrefix(t *testing.T) {
	f := threeDays()
	sum, err := f.run(Options{Records: true, Manifest: true}, "days/", "")
	if err != nil {
		t.Fatal(err)
	}
	pk := "prefix#b#" + sum.Run + "#days/"
	want := map[string]map[string]string{
		"#diagnosis#D#hospital#H": {"PK": pk, "SK": "#diagnosis#D#hospital#H", "Diagnosis": "D", "Hospital": "H", "Run": sum.Run,
			"AverageRecoveryTime": "3", "MostUsedTreatment": "T2", "Records": "4"},
		"#diagnosis#D#hospital#G": {"PK": pk, "SK": "#diagnosis#D#hospital#G", "Diagnosis": "D", "Hospital": "G", "Run": sum.Run,
			"AverageRecoveryTime": "4", "MostUsedTreatment": "T1", "Records": "1"},
		"#0#manifest": {"PK": pk, "SK": "#0#manifest", "Run": sum.Run, "Prefix": "s3://b/days/", "Objects": "3", "Rows": "5", "Skipped": "0",
			"LeastRecoveryTime": "1", "GreatestRecoveryTime": "6", "Groups": "2", "WrittenAt": "2026-11-23T12:00:00Z"},
	}
	if !maps.EqualFunc(f.items, want, maps.Equal[map[string]string, map[string]string]) {
		t.Errorf("stored %v\nwant   %v", f.items, want)
	}
	bytes := int64(0)
	for _, key := range []string{"days/1.csv", "days/2.csv", "days/3.csv"} {
		bytes += int64(len(f.objects[key].csv))
	}
	if sum.Objects != 3 || sum.Rows != 5 || sum.Headers != 1 || sum.Items != 3 || sum.Bytes != bytes || sum.PartitionKey != pk {
		t.Errorf("%+v", sum)
	}
	// What was listed is demanded: the result is that of one listing.
	if got, want := fmt.Sprint(f.read), `[{b days/1.csv  "1"} {b days/2.csv  "2"} {b days/3.csv  "3"}]`; got != want {
		t.Errorf("read %s, want %s", got, want)
	}
	// A direct invocation without a manifest has neither a Run nor another key.
	f = threeDays()
	sum, err = f.run(Options{}, "days/", "request-1")
	if err != nil || sum.Run != "" || sum.PartitionKey != "request-1" || f.items["#diagnosis#D#hospital#H"]["PK"] != "request-1" || len(f.items) != 2 {
		t.Errorf("%+v, %v, %v", sum, err, f.items)
	}
}

// Whatever may change the result changes its Run.
func TestRunOfPrefix(t *testing.T) {
	seen := map[string]string{}
	for name, change := range map[string]func(f *files){
		"as it is":            func(f *files) {},
		"another version":     func(f *files) { f.objects["days/2.csv"] = file{f.objects["days/2.csv"].csv, `"2"`, "v3"} },
		"another ETag":        func(f *files) { f.objects["days/1.csv"] = file{f.objects["days/1.csv"].csv, `"9"`, ""} },
		"one more":            func(f *files) { f.objects["days/4.csv"] = file{header, `"4"`, ""} },
		"one less":            func(f *files) { delete(f.objects, "days/3.csv") },
		"one under a new key": func(f *files) { f.objects["days/4.csv"] = f.objects["days/3.csv"]; delete(f.objects, "days/3.csv") },
		"two exchanged": func(f *files) {
			f.objects["days/1.csv"], f.objects["days/3.csv"] = f.objects["days/3.csv"], f.objects["days/1.csv"]
		},
	} {
		f, again := threeDays(), threeDays()
		change(f)
		change(again)
		sum, err := f.run(Options{}, "days/", "")
		same, err2 := again.run(Options{}, "days/", "")
		if err != nil || err2 != nil || sum.Run != same.Run {
			t.Errorf("%s: %v and %v; %s, and once more %s", name, err, err2, sum.Run, same.Run)
		}
		if other, ok := seen[sum.Run]; ok {
			t.Errorf("%s has the Run of %s", name, other)
		}
		seen[sum.Run] = name
	}
	f := threeDays()
	for prefix, o := range map[string]Options{"day": {}, "days/1": {}, "days/1.csv": {}, "days": {Records: true}} {
		delete(f.objects, "daysold")
		sum, err := f.run(o, prefix, "")
		if other, ok := seen[sum.Run]; ok || err != nil {
			t.Errorf("%s has the Run of %s; %v", prefix, other, err)
		}
		seen[sum.Run] = prefix
	}
	j := Job{Source: f, Sink: &f.memory, Now: func() time.Time { return noon }}
	if sum, err := j.Run(context.Background(), Object{Bucket: "b", Key: "days/1.csv"}, "table", ""); err != nil || seen[sum.Run] != "" {
		t.Errorf("an object has the Run of %s; %v", seen[sum.Run], err)
	}
}

// Each file has to be as good as one that is read alone; the error, and the places of bad rows,
// name it. Nothing is written before the last has been read.
func TestPrefixRefused(t *testing.T) {
	for _, tt := range []struct {
		name    string
		file    file
		bad     BadRows
		kind    error
		place   string
		skipped int64
	}{
		{"good", file{header + "H,D,T,5\n", `"e"`, ""}, BadRows{}, nil, "", 0},
		{"empty", file{"", `"e"`, ""}, BadRows{}, ErrEmpty, "s3://b/days/2b.csv: ", 0},
		{"no CSV", file{"BZh91AY", `"e"`, ""}, BadRows{}, ErrFormat, "s3://b/days/2b.csv: ", 0},
		{"a bad row", file{header + "H,D,T,x\n", `"e"`, ""}, BadRows{}, aggregate.ErrNumber, "s3://b/days/2b.csv: record 2 at byte 43, column Recovery Time", 0},
		{"a bad row, with the columns elsewhere", file{"Recovery Time,Hospital,Diagnosis,Treatment\nx,H,D,T\n", `"e"`, ""}, BadRows{}, aggregate.ErrNumber, "s3://b/days/2b.csv: record 2 at byte 43, column Recovery Time", 0},
		{"a bad row, skipped", file{header + "H,D,T,x\nH,D,T,5\nH,\"D\"x,T,6\n", `"e"`, ""}, BadRows{Skip: true}, nil, "", 2},
		{"no good row", file{header + "H,D,T,x\n", `"e"`, ""}, BadRows{Skip: true}, ErrTooManyBad, "s3://b/days/2b.csv: 1 of 1 rows are bad", 1},
		{"too many bad rows", file{header + "H,D,T,x\nH,D,T,5\n", `"e"`, ""}, BadRows{Skip: true, Share: 400_000}, ErrTooManyBad, "s3://b/days/2b.csv: 1 of 2 rows are bad", 1},
		{"a quote", file{header + "H,D\"x\",T,6\n", `"e"`, ""}, BadRows{}, csvfast.ErrBareQuote, "s3://b/days/2b.csv: record 2", 0},
		{"no version", file{header, "", ""}, BadRows{}, ErrNoVersion, "s3://b/days/2b.csv", 0},
	} {
		f := threeDays()
		f.objects["days/2b.csv"] = tt.file
		sum, err := f.run(Options{BadRows: tt.bad}, "days/", "")
		if !errors.Is(err, tt.kind) || err != nil && (!strings.Contains(err.Error(), tt.place) || f.batches > 0) || sum.Skipped != tt.skipped {
			t.Errorf("%s: %v; %+v, stored %v", tt.name, err, sum, f.items)
		}
		for _, bad := range sum.Bad {
			if e, ok := errors.AsType[*Error](bad); !ok || e.Key != "days/2b.csv" {
				t.Errorf("%s: skipped %v", tt.name, bad)
			}
		}
	}
	f := threeDays()
	if _, err := f.run(Options{}, "none/", ""); !errors.Is(err, ErrNoObjects) || !strings.Contains(err.Error(), "s3://b/none/") {
		t.Errorf("no object: %v", err)
	}
	for i := range maxObjects + 1 {
		f.objects[fmt.Sprintf("many/%d", i)] = file{header, `"e"`, ""}
	}
	if _, err := f.run(Options{}, "many/", ""); !errors.Is(err, ErrTooManyObjects) || len(f.read) > 0 {
		t.Errorf("too many objects: %v, read %d", err, len(f.read))
	}
	// Two groups have the same sort key only if both objects are in one result.
	f = &files{objects: map[string]file{"p1": {header + "b,Secret#hospital#a,T,1\n", `"1"`, ""}, "p2": {header + "a#hospital#b,Secret,T,1\n", `"2"`, ""}}}
	if _, err := f.run(Options{}, "p", ""); !errors.Is(err, ErrSameSortKey) || !strings.Contains(err.Error(), "s3://b/p: ") || strings.Contains(err.Error(), "Secret") {
		t.Errorf("the same sort key: %v", err)
	}
}

// The pointer to a prefix's result has a sort key of its own, and is not moved where an object has
// come, gone or changed since.
func TestLatestOfPrefixResult(t *testing.T) {
	for _, tt := range []struct {
		name   string
		latest Latest
		change func(s *shop)
		moved  bool
	}{
		{"nothing", LatestOfObject, func(s *shop) {}, true},
		{"nothing, LATEST=prefix", LatestOfPrefix, func(s *shop) {}, true},
		{"elsewhere", LatestOfObject, func(s *shop) { s.upload("b/1", 9, noon) }, true},
		{"a new object", LatestOfObject, func(s *shop) { s.upload("a/0", 1, noon) }, false},
		{"a new version", LatestOfObject, func(s *shop) { s.upload("a/1", 9, noon) }, false},
		{"an object gone", LatestOfObject, func(s *shop) { delete(s.objects, "a/2") }, false},
		{"all gone", LatestOfObject, func(s *shop) { clear(s.objects) }, false},
	} {
		s := newShop()
		s.upload("a/1", 2, noon.Add(time.Hour))
		s.upload("a/2", 3, noon)
		s.turn = func(step string) {
			if step == "Item" {
				tt.change(s)
			}
		}
		j := Job{Source: s, Sink: s, Options: Options{Latest: tt.latest, Manifest: true}, Now: func() time.Time { return noon }}
		sum, err := j.RunPrefix(context.Background(), "b", "a/", "table", "ignored")
		pointer := s.pointers["#prefix#b#a/"]
		if err != nil || sum.Latest != tt.moved || len(s.pointers) > 1 || tt.moved != (pointer != nil) {
			t.Errorf("%s: %+v, %v; %v", tt.name, sum, err, s.pointers)
		}
		if tt.moved && (pointer["PartitionKey"] != "prefix#b#"+sum.Run+"#a/" || pointer["Prefix"] != "s3://b/a/" || pointer["Objects"] != "2" ||
			pointer["Modified"] != "2026-11-23T13:00:00Z" || pointer["Run"] != sum.Run) {
			t.Errorf("%s: %v", tt.name, pointer)
		}
	}
}
