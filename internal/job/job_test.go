package job

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"reduction/aggregate"
	"reduction/csvfast"
	"reduction/ddbwire"
)

const header = "Hospital,Diagnosis,Treatment,Recovery Time\n"

// memory is a Source of one object and a Sink that keeps what it is given.
type memory struct {
	csv  string
	body func(io.Reader) io.Reader // nil: as it is

	mu      sync.Mutex
	items   map[string]map[string]string // by sort key
	order   []string
	batches int
	refuse  int // the batch that fails, from 1
}

type body struct{ io.Reader }

func (body) Close() error      { return nil }
func (body) ETag() string      { return `"etag"` }
func (body) VersionID() string { return "v1" }

func (m *memory) Object(context.Context, Object) (Body, error) {
	var r io.Reader = strings.NewReader(m.csv)
	if m.body != nil {
		r = m.body(r)
	}
	return body{r}, nil
}

var errRefused = errors.New("refused")

func (m *memory) BatchWrite(_ context.Context, b *ddbwire.Batch) error {
	var request struct {
		RequestItems map[string][]struct {
			PutRequest struct{ Item map[string]map[string]string }
		}
	}
	if err := json.Unmarshal(b.Body(), &request); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.batches++; m.batches == m.refuse {
		return errRefused
	}
	if m.items == nil {
		m.items = map[string]map[string]string{}
	}
	for _, put := range request.RequestItems["table"] {
		flat := map[string]string{}
		for name, value := range put.PutRequest.Item {
			for _, v := range value {
				flat[name] = v
			}
		}
		m.items[flat["SK"]] = flat
		m.order = append(m.order, flat["SK"])
	}
	return nil
}

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

func run(m *memory, o Options) (Summary, error) {
	j := Job{Source: m, Sink: m, Options: o, Now: func() time.Time { return noon }}
	return j.Run(context.Background(), Object{Bucket: "b", Key: "k.csv"}, "table", "request-1")
}

func TestItem(t *testing.T) {
	m := &memory{csv: header + "H,D,T2,5\nH,D,T1,6\n"}
	sum, err := run(m, Options{Records: true, TTLDays: 2, Manifest: true})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]map[string]string{
		"#diagnosis#D#hospital#H": {"PK": "request-1", "SK": "#diagnosis#D#hospital#H", "AverageRecoveryTime": "5.5",
			"Diagnosis": "D", "Hospital": "H", "MostUsedTreatment": "T1", "Records": "2", "TTL": "1795608000"},
		"#manifest": {"PK": "request-1", "SK": "#manifest", "Object": "s3://b/k.csv", "ETag": `"etag"`, "VersionId": "v1",
			"Rows": "2", "Skipped": "0", "Groups": "1", "WrittenAt": "2026-11-23T12:00:00Z", "TTL": "1795608000"},
	}
	if !maps.EqualFunc(m.items, want, maps.Equal[map[string]string, map[string]string]) {
		t.Errorf("stored %v", m.items)
	}
	if sum.Rows != 2 || sum.Groups != 1 || sum.Items != 2 || sum.Bytes != int64(len(m.csv)) {
		t.Errorf("summary %+v", sum)
	}
}

// The experiment's item has six attributes and no more.
func TestItemPlain(t *testing.T) {
	m := &memory{csv: header + "H,D,T,5\n"}
	if _, err := run(m, Options{}); err != nil {
		t.Fatal(err)
	}
	got := slices.Sorted(maps.Keys(m.items["#diagnosis#D#hospital#H"]))
	if want := []string{"AverageRecoveryTime", "Diagnosis", "Hospital", "MostUsedTreatment", "PK", "SK"}; !slices.Equal(got, want) {
		t.Errorf("attributes %v", got)
	}
}

// good inputs, and "diagnosis/hospital=mean,treatment" of what comes out.
var goodInputs = []struct{ name, csv, want string }{
	{"plain", header + "H,D,T,5\n", "D/H=5,T"},
	{"header only", header, ""},
	{"header only, no line end", strings.TrimSuffix(header, "\n"), ""},
	{"byte order mark", "\xef\xbb\xbf" + header + "H,D,T,5\n", "D/H=5,T"},
	{"CRLF", strings.ReplaceAll(header+"H,D,T,5\nH,D,T,6\n", "\n", "\r\n"), "D/H=5.5,T"},
	{"no final line end", header + "H,D,T,5", "D/H=5,T"},
	{"blank lines", "\n" + header + "\n\r\nH,D,T,5\n\n", "D/H=5,T"},
	{"quotes", header + "\"H, \"\"x\"\"\",\"D\",\"T\",\"5\"\n\"H, \"\"x\"\"\",D,\"T\",6\n", `D/H, "x"=5.5,T`},
	{"other order, other columns", "x,Recovery Time,Treatment,y,Diagnosis,Hospital\n,5,T,\"a\nb\",D,H\n", "D/H=5,T"},
	{"name column last, CRLF", "Recovery Time,Treatment,Diagnosis,Hospital\r\n5,T,D,H\r\n6,T,D,H\n", "D/H=5.5,T"},
	{"decimals", header + "H,D,T,12.5\nH,D,T,-3\nH,D,T,+4\nH,D,T,0.000000001\n", "D/H=3.37500000025,T"},
	{"negative zero", header + "H,D,T,-0\n", "D/H=0,T"},
	{"tie", header + "H,D,b,1\nH,D,a,1\nH,D,c,1\n", "D/H=1,a"},
	{"empty names", header + ",,,5\n", "/=5,"},
}

func TestGoodInputs(t *testing.T) {
	for _, tt := range goodInputs {
		for name, reader := range map[string]func(io.Reader) io.Reader{"whole": nil, "one byte": iotest.OneByteReader, "data with EOF": iotest.DataErrReader} {
			m := &memory{csv: tt.csv, body: reader}
			if _, err := run(m, Options{}); err != nil {
				t.Errorf("%s, %s: %v", tt.name, name, err)
				continue
			}
			var got []string
			for _, it := range m.items {
				got = append(got, it["Diagnosis"]+"/"+it["Hospital"]+"="+it["AverageRecoveryTime"]+","+it["MostUsedTreatment"])
			}
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("%s, %s: %q, want %q", tt.name, name, got, tt.want)
			}
		}
	}
}

// bad inputs: the kind of the error and the place it names.
var badInputs = []struct {
	name, csv string
	kind      error
	place     string
}{
	{"empty", "", ErrEmpty, "s3://b/k.csv"},
	{"blank lines only", "\n\n", ErrEmpty, "s3://b/k.csv"},
	{"no header", "Mr. Secret,Secret disease,T,5\n", ErrHeader, "lacks Hospital, Diagnosis, Treatment, Recovery Time (columns found: 4)"},
	{"one column missing", "Hospital,Diagnosis,Treatment\nSecret,D,T\n", ErrHeader, "lacks Recovery Time (columns found: 3)"},
	{"column twice", "Hospital,Hospital,Diagnosis,Treatment,Recovery Time\n", ErrHeader, "has twice Hospital (columns found: 5)"},
	{"too few fields", header + "H,D,T,5\nSecret,D,T\n", aggregate.ErrFieldCount, "record 3 at byte 51: "},
	{"too many fields", header + "H,D,T,5\nSecret,D,T,5,6\n", aggregate.ErrFieldCount, "record 3 at byte 51: "},
	{"no number", header + "H,D,T,Secret\n", aggregate.ErrNumber, "record 2 at byte 43, column Recovery Time: "},
	{"no number, quoted", header + "H,D,T,\"Secret\"\n", aggregate.ErrNumber, "record 2 at byte 43, column Recovery Time: "},
	{"empty number", header + "H,D,T,\n", aggregate.ErrNumber, "record 2 at byte 43, column Recovery Time: "},
	{"bare quote", header + "H,D,T,5\nSec\"ret,D,T,5\n", csvfast.ErrBareQuote, "record 3 at byte 51: "},
	{"text behind quotes", header + "\"Secret\"x,D,T,5\n", csvfast.ErrQuote, "record 2 at byte 43: "},
	{"invalid UTF-8", header + "H,Secret\xff,T,5\n", ErrUTF8, "record 2 at byte 43, column Diagnosis: "},
	{"same sort key", header + "b,Secret#hospital#a,T,1\na#hospital#b,Secret,T,1\n", ErrSameSortKey, "record 2 at byte 43 and the one first seen in record 3 at byte 67"},
	{"same sort key, marks overlapping", header + "b,Secret#hospital,T,1\nhospital#b,Secret,T,1\n", ErrSameSortKey, "record 2 at byte 43"},
	{"sort key too long", header + "H," + strings.Repeat("Secret", 200) + ",T,1\n", ddbwire.ErrKeyTooLong, "record 2 at byte 43"},
}

func TestBadInputs(t *testing.T) {
	for _, tt := range badInputs {
		m := &memory{csv: tt.csv}
		_, err := run(m, Options{})
		if !errors.Is(err, tt.kind) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.kind)
			continue
		}
		if s := err.Error(); !strings.Contains(s, "s3://b/k.csv") || !strings.Contains(s, tt.place) {
			t.Errorf("%s: %q does not name %q", tt.name, s, tt.place)
		}
		if strings.Contains(err.Error(), "Secret") {
			t.Errorf("%s: %q carries a cell", tt.name, err)
		}
		if m.batches > 0 {
			t.Errorf("%s: something was written", tt.name)
		}
	}
}

func TestSkipBadRows(t *testing.T) {
	m := &memory{csv: header +
		"H,D,T,5\n" +
		"Secret,D,T\n" +
		"H,Sec\"ret,T,5\n" +
		"H,D,T,6\n" +
		"H,D,T,Secret\n" +
		"\"Secret\"x,D,T,5\n" +
		"H,\xff,T,5\n" +
		"H,D,T,7"}
	sum, err := run(m, Options{SkipBadRows: true})
	if err != nil {
		t.Fatal(err)
	}
	if sum.Rows != 3 || sum.Skipped != 5 || m.items["#diagnosis#D#hospital#H"]["AverageRecoveryTime"] != "6" {
		t.Errorf("%+v, items %v", sum, m.items)
	}
	for i, record := range []int64{3, 4, 6, 7, 8} {
		var row *RowError
		if !errors.As(sum.Bad[i], &row) || row.Record != record {
			t.Errorf("bad row %d: %v, want record %d", i, sum.Bad[i], record)
		}
		if strings.Contains(sum.Bad[i].Error(), "Secret") {
			t.Errorf("%v carries a cell", sum.Bad[i])
		}
	}
}

// A bad row costs its first line and no other, wherever the damage was noticed.
func TestSkipBadRowsOfSeveralLines(t *testing.T) {
	good := strings.Repeat("H,D,T,6\n", 5000) // more than a block
	for _, tt := range []struct {
		name, csv string
		rows      int64
		skipped   []int64 // their records
	}{
		{"a quote that is never closed", "H,\"D,T,5\n" + good, 5000, []int64{2}},
		{"a quote closed in another row", "H,\"D,T,5\n" + good + "H,\"D\",T,6\n", 5001, []int64{2}},
		{"a stray quote in another row", "\"H,D,T,5\n" + good + "H,D,T\",5\n", 5000, []int64{2, 5003}},
		{"a number of several lines", "H,D,T,\"5\n" + good + "\"\n", 5000, []int64{2, 5003}},
		{"too many fields", "H,D,\"T\nH,D,T,6\n\",5,6\n" + good, 5001, []int64{2, 4}},
	} {
		sum, err := run(&memory{csv: header + tt.csv}, Options{SkipBadRows: true})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		var skipped []int64
		for _, bad := range sum.Bad {
			if row, ok := errors.AsType[*RowError](bad); ok {
				skipped = append(skipped, row.Record)
			}
		}
		if sum.Rows != tt.rows || !slices.Equal(skipped, tt.skipped) {
			t.Errorf("%s: %d rows, skipped %v, want %d, %v", tt.name, sum.Rows, skipped, tt.rows, tt.skipped)
		}
	}
}

// A download that ends early is an error, and nothing is written.
func TestCutShort(t *testing.T) {
	cut := errors.New("cut")
	m := &memory{csv: header + "H,D,T,5\n", body: func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(cut)) }}
	for _, o := range []Options{{}, {SkipBadRows: true}} {
		if _, err := run(m, o); !errors.Is(err, cut) {
			t.Errorf("%v, want %v", err, cut)
		}
	}
	if m.batches > 0 {
		t.Error("something was written")
	}
}

func manyGroups(n int) string {
	var b strings.Builder
	b.WriteString(header)
	for i := range n {
		b.WriteString("H,D" + strconv.Itoa(100_000+i) + ",T,5\n")
	}
	return b.String()
}

func TestEveryGroupIsWrittenOnce(t *testing.T) {
	for _, n := range []int{0, 1, 2, 3, 24, 25, 26, 50, 400, 1013} {
		m := &memory{csv: manyGroups(n)}
		sum, err := run(m, Options{})
		if err != nil || sum.Items != n || len(m.items) != n || len(m.order) != n {
			t.Errorf("%d groups: %d items, %d stored, %d writes, %v", n, sum.Items, len(m.items), len(m.order), err)
		}
		if m.batches != (n+24)/25 {
			t.Errorf("%d groups in %d batches", n, m.batches)
		}
		if n > 2 && slices.IsSorted(m.order) {
			t.Errorf("%d groups are written in the order of their keys", n)
		}
	}
}

// A write that fails half-way says how much is stored, and leaves no manifest.
func TestHalfWritten(t *testing.T) {
	m := &memory{csv: manyGroups(400), refuse: 4}
	_, err := run(m, Options{Manifest: true, Writers: 1})
	var w *WriteError
	if !errors.As(err, &w) || !errors.Is(err, errRefused) || w.Written != 75 || w.Missing != 325 {
		t.Errorf("%v", err)
	}
	if m.items[ManifestSortKey] != nil {
		t.Error("a manifest stands on half a result")
	}
}

func TestOptionsFromEnv(t *testing.T) {
	for _, tt := range []struct {
		env  string
		want Options
		bad  string // the variable that the error names
	}{
		{"", Options{}, ""},
		{"BAD_ROWS=fail RECORDS=off MANIFEST=off TTL_DAYS=0", Options{}, ""},
		{"BAD_ROWS=skip RECORDS=on MANIFEST=on TTL_DAYS=30", Options{SkipBadRows: true, Records: true, Manifest: true, TTLDays: 30}, ""},
		{"BAD_ROWS=Skip", Options{}, "BAD_ROWS"},
		{"RECORDS=true", Options{}, "RECORDS"},
		{"TTL_DAYS=-1", Options{}, "TTL_DAYS"},
		{"TTL_DAYS=1.5", Options{}, "TTL_DAYS"},
		{"TTL_DAYS=99999999999", Options{}, "TTL_DAYS"},
	} {
		env := map[string]string{}
		for _, kv := range strings.Fields(tt.env) {
			k, v, _ := strings.Cut(kv, "=")
			env[k] = v
		}
		got, err := OptionsFromEnv(func(name string) string { return env[name] })
		var setting *SettingError
		switch {
		case tt.bad == "" && (err != nil || got != tt.want):
			t.Errorf("%s: %+v, %v", tt.env, got, err)
		case tt.bad != "" && (!errors.As(err, &setting) || setting.Name != tt.bad):
			t.Errorf("%s: %v, want an error that names %s", tt.env, err, tt.bad)
		}
	}
}

func FuzzSortKeys(f *testing.F) {
	f.Add("a", "hospital#b", "a#hospital", "b")
	f.Add("a", "b#hospital#c", "a#hospital#b", "c")
	f.Add("x#diagnosis#", "y", "x", "y")
	f.Fuzz(func(t *testing.T, d1, h1, d2, h2 string) {
		if d1 == d2 && h1 == h2 {
			return
		}
		groups := []aggregate.Group{{Diagnosis: d1, Hospital: h1}, {Diagnosis: d2, Hospital: h2}}
		same := string(AppendSortKey(nil, d1, h1)) == string(AppendSortKey(nil, d2, h2))
		if err := checkSortKeys(groups); (err != nil) != same {
			t.Errorf("same key %v, but checkSortKeys: %v", same, err)
		}
	})
}
