package job

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
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
	"reduction/internal/env"
)

const header = "Hospital,Diagnosis,Treatment,Recovery Time\n"

// memory is a Source of one object and a Sink that keeps what it is given.
type memory struct {
	csv  string
	body func(io.Reader) io.Reader // nil: as it is

	etag, version string // of the object; both "": "etag" and v1

	keys error // of CheckTable

	mu      sync.Mutex
	items   map[string]map[string]string // by sort key
	order   []string
	sizes   []int // of the batches
	batches int
	refuse  int // the batch that fails, from 1
}

type body struct {
	io.Reader
	etag, version string
}

func (body) Close() error        { return nil }
func (b body) ETag() string      { return b.etag }
func (b body) VersionID() string { return b.version }
func (body) Unverified() string  { return "xxhash3" }

func (m *memory) Object(context.Context, Object) (Body, error) {
	var r io.Reader = strings.NewReader(m.csv)
	if m.body != nil {
		r = m.body(r)
	}
	if m.etag == "" && m.version == "" {
		return body{r, `"etag"`, "v1"}, nil
	}
	return body{r, m.etag, m.version}, nil
}

var errRefused = errors.New("refused")

func (m *memory) Writer(context.Context) Writer { return m }

func (m *memory) Close() {}

func (m *memory) CheckTable(context.Context, string) error { return m.keys }

func (m *memory) List(context.Context, string, string, int) ([]Listed, error) {
	panic("only prefixes are listed")
}

func (m *memory) Current(context.Context, Object) (Version, error) { panic("only LATEST asks for it") }

func (m *memory) Item(context.Context, string, string, string) (map[string]string, error) {
	panic("only LATEST reads items")
}

func (m *memory) PutItem(context.Context, *ddbwire.Batch, string, ddbwire.Attr) (bool, error) {
	panic("only LATEST puts one")
}

func (m *memory) BatchWrite(b *ddbwire.Batch) error {
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
	m.sizes = append(m.sizes, b.Len())
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
			"Diagnosis": "D", "Hospital": "H", "MostUsedTreatment": "T1", "Records": "2", "Run": sum.Run, "TTL": "1796212800"},
		"#0#manifest": {"PK": "request-1", "SK": "#0#manifest", "Run": sum.Run, "Object": "s3://b/k.csv", "ETag": `"etag"`, "VersionId": "v1",
			"Rows": "2", "Skipped": "0", "LeastRecoveryTime": "5", "GreatestRecoveryTime": "6", "Groups": "1", "WrittenAt": "2026-11-23T12:00:00Z", "Expires": "1795608000", "TTL": "1796212800"},
	}
	if !maps.EqualFunc(m.items, want, maps.Equal[map[string]string, map[string]string]) {
		t.Errorf("stored %v", m.items)
	}
	if sum.Rows != 2 || sum.Groups != 1 || sum.Items != 2 || sum.Bytes != int64(len(m.csv)) || sum.Unverified != "xxhash3" {
		t.Errorf("summary %+v", sum)
	}
}

// Groups of few rows are left out, and counted. The extremes are, too: each is one patient's
// number.
func TestMinRecords(t *testing.T) {
	const csv = header + "H,D,T,5\nH,D,T,6\nG,D,T,1\nG,E,T,2\nG,E,T,3\nG,E,T,4\n"
	for _, tt := range []struct {
		least, groups int
		extremes      bool
	}{{0, 3, true}, {1, 3, true}, {2, 2, false}, {3, 1, false}, {4, 0, false}} {
		m := &memory{csv: csv}
		sum, err := run(m, Options{MinRecords: tt.least, Manifest: true})
		if err != nil || sum.Groups != tt.groups || sum.Suppressed != 3-tt.groups || sum.Items != tt.groups+1 || len(m.items) != tt.groups+1 || sum.Rows != 6 {
			t.Errorf("%d: %+v, %v; stored %v", tt.least, sum, err, m.items)
		}
		manifest := m.items[ManifestSortKey]
		suppressed := ""
		if tt.least > 1 {
			suppressed = strconv.Itoa(3 - tt.groups)
		}
		if _, extremes := manifest["LeastRecoveryTime"]; manifest["Groups"] != strconv.Itoa(tt.groups) || manifest["Suppressed"] != suppressed || extremes != tt.extremes {
			t.Errorf("%d: manifest %v", tt.least, manifest)
		}
		if _, ok := m.items["#diagnosis#D#hospital#G"]; ok != (tt.least < 2) {
			t.Errorf("%d: stored %v", tt.least, m.items)
		}
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
	{"decimals", header + "H,D,T,12.5\nH,D,T,3\nH,D,T,+4\nH,D,T,0.000000001\n", "D/H=4.87500000025,T"},
	{"numbers of machines", header + "H,D,T,4.4999999999999996\nH,D,T,4.5000000000\nH,D,T,0E-18\nH,D,T,1e3\n", "D/H=252.25,T"},
	{"negative zero", header + "H,D,T,-0\n", "D/H=0,T"},
	{"tie", header + "H,D,b,1\nH,D,a,1\nH,D,c,1\n", "D/H=1,a"},
	{"no treatment", header + "H,D,,5\nH,D,,6\nH,D,T,7\nH,E,,1\nH,E,  ,2\n", "D/H=6,T E/H=1.5,"},
	{"semicolons", strings.ReplaceAll(header+"H,D,T,5\nH,D,T,6\n", ",", ";"), "D/H=5.5,T"},
	{"tabs", strings.ReplaceAll(header+"H,D,T,5\nH,D,T,6\n", ",", "\t"), "D/H=5.5,T"},
	{"bars", strings.ReplaceAll(header+"H,D,T,5\nH,D,T,6\n", ",", "|"), "D/H=5.5,T"},
	{"semicolons, commas in names", "Hospital;Diagnosis;Treatment;Recovery Time\nH, x;D;T;5\n", "D/H, x=5,T"},
	{"sep=", "sep=;\r\nHospital;Diagnosis;Treatment;Recovery Time\r\nH;D;T;5\r\n", "D/H=5,T"},
	{"sep= behind a mark, in quotes", "\ufeff\"sep=;\"\nHospital;Diagnosis;Treatment;Recovery Time\nH;D;T;5\n", "D/H=5,T"},
	{"other spellings in the header", "HOSPITAL, diagnosis ,treatment,recovery_time\nH,D,T,5\n", "D/H=5,T"},
	{"hyphen, no-break space", "hospital,diagnosis,treatment,Recovery\u00a0-Time\nH,D,T,5\n", "D/H=5,T"},
	{"empty columns in the header", "Hospital,Diagnosis,Treatment,Recovery Time,,\nH,D,T,5,,\nH,D,T,6,,\n", "D/H=5.5,T"},
	{"empty columns in the header alone", "Hospital,Diagnosis,Treatment,Recovery Time,,\nH,D,T,5\nH,D,T,6\n", "D/H=5.5,T"},
	{"empty columns in every row", header + "H,D,T,5,,\r\nH,D,T,6,,\r\n", "D/H=5.5,T"},
	{"rows of separators", header + ",,,\nH,D,T,5\n,,,\r\n\n,,,\n", "D/H=5,T"},
	{"repeated header", header + "H,D,T,5\n" + header + "H,D,T,6\n\ufeff" + header + "\ufeffH,D,T,7\n\ufeff\"H\",D,T,8\n", "D/H=6.5,T"},
	{"repeated header, quoted", header + "H,D,T,5\n\"Hospital\",\"diagnosis\",TREATMENT,recovery-time\nH,D,T,6\n", "D/H=5.5,T"},
	{"tabs and line breaks in a name", header + "\"H\ti\n\",D,T,5\n", "D/H\ti\n=5,T"},
	{"mark at the first row, number first", "Recovery Time,Hospital,Diagnosis,Treatment\n5,H,D,T\n\ufeff6,H,D,T\n", "D/H=5.5,T"},
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
			slices.Sort(got)
			if got := strings.Join(got, " "); got != tt.want {
				t.Errorf("%s, %s: %q, want %q", tt.name, name, got, tt.want)
			}
		}
	}
}

// Where files were joined, a byte order mark at the start of a line is none of the name's characters,
// in any encoding.
func TestMarkInOtherEncodings(t *testing.T) {
	const row, joined, mark = "H,D,T,5\n", "\xef\xbb\xbf\xdc,D,T,1\n\xef\xbb\xbf\"\xdc\",D,T,2\n", "H,\xef\xbb\xbf\xdc,T,5\n"
	for _, o := range []Options{{Encoding: Windows1252}, {Encoding: ISO8859_1}} {
		for rows := range 5 {
			m := &memory{csv: header + strings.Repeat(row, rows) + joined + strings.Repeat(row, 5)}
			if _, err := run(m, o); err != nil || len(m.items) != 2 || m.items["#diagnosis#D#hospital#Ü"]["AverageRecoveryTime"] != "1.5" {
				t.Errorf("%d rows before: %v, %v", rows, m.items, err)
			}
			m = &memory{csv: header + strings.Repeat(row, rows) + mark + strings.Repeat(row, 5)}
			if _, err := run(m, o); !errors.Is(err, ErrCharacter) {
				t.Errorf("a mark that begins no line: %v, want %v", err, ErrCharacter)
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
	{"a byte order mark only", "\ufeff\n", ErrEmpty, "s3://b/k.csv"},
	{"no header", "Mr. Secret,Secret disease,T,5\n", ErrHeader, "lacks Hospital, Diagnosis, Treatment, Recovery Time (columns found: 4): the file seems to have no header"},
	{"one column missing", "Hospital,Diagnosis,Treatment\nSecret,D,T\n", ErrHeader, "lacks Recovery Time (columns found: 3)"},
	{"column twice", "Hospital,Hospital,Diagnosis,Treatment,Recovery Time\n", ErrHeader, "has twice Hospital (columns found: 5)"},
	{"too few fields", header + "H,D,T,5\nSecret,D,T\n", aggregate.ErrFieldCount, "record 3 at byte 51: "},
	{"too many fields", header + "H,D,T,5\nSecret,D,T,5,6\n", aggregate.ErrFieldCount, "record 3 at byte 51: "},
	{"no number", header + "H,D,T,Secret\n", aggregate.ErrNumber, "record 2 at byte 43, column Recovery Time: "},
	{"no number, quoted", header + "H,D,T,\"Secret\"\n", aggregate.ErrNumber, "record 2 at byte 43, column Recovery Time: "},
	{"empty number", header + "H,D,T,\n", aggregate.ErrNoValue, "record 2 at byte 43, column Recovery Time: "},
	{"NULL", header + "H,D,T,NULL\n", aggregate.ErrNoValue, "record 2 at byte 43, column Recovery Time: "},
	{"negative", header + "H,D,T,-3\n", aggregate.ErrRange, "record 2 at byte 43, column Recovery Time: "},
	{"huge", header + "H,D,T,1e999999999\n", aggregate.ErrNumberRange, "record 2 at byte 43, column Recovery Time: "},
	{"thousands", header + "H,D,T,\"1,234.5\"\n", aggregate.ErrNumber, "record 2 at byte 43, column Recovery Time: "},
	{"decimal comma", "Hospital;Diagnosis;Treatment;Recovery Time\nH;D;T;5\nSecret;D;T;4,5\n", ErrDecimalComma, "record 3 at byte 51, column Recovery Time: a number with a comma: set DECIMAL=comma"},
	{"no hospital", header + ",Secret,T,5\n", ErrMissing, "record 2 at byte 43, column Hospital: "},
	{"a blank diagnosis", header + "Secret,\" \u00a0\",T,5\n", ErrMissing, "record 2 at byte 43, column Diagnosis: "},
	{"a missing hospital", header + `\N,Secret,T,5` + "\n", ErrMissing, "record 2 at byte 43, column Hospital: "},
	{"NUL", header + "Sec\x00ret,D,T,5\n", ErrCharacter, "record 2 at byte 43, column Hospital: "},
	{"a mark within", header + "H,D\ufeff,T,5\n", ErrCharacter, "record 2 at byte 43, column Diagnosis: "},
	{"a mark that begins no line", header + "H,\ufeffSecret,T,5\n", ErrCharacter, "record 2 at byte 43, column Diagnosis: "},
	{"C1", header + "H,D,\u0085Secret,5\n", ErrCharacter, "record 2 at byte 43, column Treatment: "},
	{"DEL", header + "H,D\x7f,T,5\n", ErrCharacter, "record 2 at byte 43, column Diagnosis: "},
	{"a header in other positions", header + "H,D,T,5\nDiagnosis,Hospital,Treatment,Recovery Time\nSecret,H,T,5\n", ErrHeaderMoved, "record 3 at byte 51: "},
	{"two separators", "Hospital,Diagnosis,Treatment,Recovery Time,x;Hospital;Diagnosis;Treatment;Recovery Time;y\n", ErrSeparator, "comma and semicolon"},
	{"two names for one", "Hospital,hospital ,Diagnosis,Treatment,Recovery Time\n", ErrHeader, "has twice Hospital (columns found: 5)"},
	{"a near miss", "Hospitals,Diagnosis,Treatment,RecoveryTime\nSecret,D,T,5\n", ErrHeader, "the header lacks Hospital, Recovery Time (columns found: 4); it has Hospitals, RecoveryTime: "},
	{"a title", "Report of Secret\n\n" + header + "H,D,T,5\n", ErrHeader, "remove the lines before the header, which is line 3"},
	{"spaces before quotes", `"Hospital", "Diagnosis", "Treatment", "Recovery Time"` + "\n", ErrHeader, "lacks Hospital, Diagnosis, Treatment, Recovery Time (columns found: 0): a quote in it is out of place: no space"},
	{"nothing behind Excel's line", "sep=;\n", ErrHeader, "(columns found: 0)"},
	{"rows alone", "Secret Hospital,Secret disease,T,5\nH,D,T,6\n", ErrHeader, "the file seems to have no header"},
	{"CR CR LF", strings.ReplaceAll(header+"H,D,T,5\n", "\n", "\r\r\n"), ErrFormat, "CR CR LF"},
	{"CR alone", strings.ReplaceAll(header+"Secret,D,T,5\n", "\n", "\r"), ErrFormat, "CR alone"},
	{"UTF-16", "\xff\xfeH\x00o\x00s\x00", ErrFormat, "the file is UTF-16: save it as UTF-8"},
	{"UTF-16 without a mark", "H\x00o\x00s\x00p\x00i\x00t\x00a\x00l\x00", ErrFormat, "UTF-16"},
	{"HTML", "<!DOCTYPE html><title>Secret</title>", ErrFormat, "HTML"},
	{"JSON", "{\"message\":\"Secret\"}", ErrFormat, "JSON"},
	{"zstd", "\x28\xb5\x2f\xfdSecret", ErrFormat, "zstd"},
	{"bzip2", "BZh91AY", ErrFormat, "bzip2"},
	{"gzip twice", zipped(zipped(header)), ErrFormat, "gzip twice"},
	{"tar", "Secret.csv" + strings.Repeat("\x00", 247) + "ustar\x00", ErrFormat, "a tar archive"},
	{"tar, compressed", zipped("Secret.csv" + strings.Repeat("\x00", 247) + "ustar  \x00"), ErrFormat, "a tar archive"},
	{"zip", "PK\x03\x04Secret", ErrFormat, "zip"},
	{"xlsx", "PK\x03\x04.........[Content_Types].xml", ErrFormat, "xlsx"},
	{"bare quote", header + "H,D,T,5\nSec\"ret,D,T,5\n", csvfast.ErrBareQuote, "record 3 at byte 51: "},
	{"text behind quotes", header + "\"Secret\"x,D,T,5\n", csvfast.ErrQuote, "record 2 at byte 43: "},
	{"invalid UTF-8", header + "H,Secret\xff,T,5\n", ErrUTF8, "record 2 at byte 43, column Diagnosis: "},
	{"same sort key", header + "b,Secret#hospital#a,T,1\na#hospital#b,Secret,T,1\n", ErrSameSortKey, "record 2 at byte 43 and the one first seen in record 3 at byte 67"},
	{"same sort key, marks overlapping", header + "b,Secret#hospital,T,1\nhospital#b,Secret,T,1\n", ErrSameSortKey, "record 2 at byte 43"},
	{"sort key too long", header + "H," + strings.Repeat("Secret", 200) + ",T,1\n", ErrKeyTooLong, "record 2 at byte 43"},
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
	sum, err := run(m, Options{BadRows: BadRows{Skip: true}})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(sum.AppendReasons(nil)); got != "quotes 2, fields 1, number 1, encoding 1" {
		t.Errorf("reasons: %s", got)
	}
	if sum.Rows != 3 || sum.Skipped != 5 || m.items["#diagnosis#D#hospital#H"]["AverageRecoveryTime"] != "6" {
		t.Errorf("%+v, items %v", sum, m.items)
	}
	for i, record := range []int64{3, 4, 6, 7, 8} {
		row, ok := errors.AsType[*RowError](sum.Bad[i])
		if !ok || row.Record != record {
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
		sum, err := run(&memory{csv: header + tt.csv}, Options{BadRows: BadRows{Skip: true}})
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
	for _, o := range []Options{{}, {BadRows: BadRows{Skip: true}}} {
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

// Of two groups or more, no request carries one item: a table without the sort key must not keep it
// in the place of the others.
func TestNoItemIsWrittenAlone(t *testing.T) {
	for n := 2; n < 110; n++ {
		for _, writers := range []int{1, 3} {
			m := &memory{csv: manyGroups(n)}
			if _, err := run(m, Options{Writers: writers}); err != nil || slices.Contains(m.sizes, 1) || m.batches != (n+24)/25 {
				t.Errorf("%d groups: batches of %v, %v", n, m.sizes, err)
			}
		}
	}
}

// Items as large as they may be, of which a full batch would exceed 16 MB, go into several. Two or
// three fill a batch, so that little memory is needed for those in flight.
func TestLargeItems(t *testing.T) {
	for _, n := range []int{2, 26} {
		var b strings.Builder
		b.WriteString(header)
		for i := range n {
			// Quotes, which JSON escapes: an item of 390 KB is 780 KB on the wire.
			b.WriteString("H,D" + strconv.Itoa(i) + ",\"" + strings.Repeat("\"\"", 390_000) + strconv.Itoa(i) + "\",5\n")
		}
		m := &memory{csv: b.String()}
		sum, err := run(m, Options{})
		if err != nil || sum.Items != n || len(m.items) != n || slices.Contains(m.sizes, 1) || slices.Max(m.sizes) > 3 {
			t.Errorf("%d groups: %d stored, batches of %v, %v", n, len(m.items), m.sizes, err)
		}
	}
}

// A result of one group asks for the table's keys first.
func TestTableKeys(t *testing.T) {
	unknown := errors.New("no right to ask")
	for _, tt := range []struct {
		name     string
		groups   int
		manifest bool
		keys     error // of CheckTable
		want     error
		items    int
	}{
		{"right", 1, false, nil, nil, 1},
		{"right, manifest", 1, true, nil, nil, 2},
		{"other", 1, false, ddbwire.ErrTableKeys, ddbwire.ErrTableKeys, 0},
		{"other, manifest", 1, true, ddbwire.ErrTableKeys, ddbwire.ErrTableKeys, 0},
		{"not known", 1, false, unknown, nil, 1},
		{"not known, manifest", 1, true, unknown, unknown, 0},
		{"two groups, which DynamoDB refuses", 2, true, ddbwire.ErrTableKeys, nil, 3},
	} {
		m := &memory{csv: manyGroups(tt.groups), keys: tt.keys}
		sum, err := run(m, Options{Manifest: tt.manifest})
		if !errors.Is(err, tt.want) || len(m.items) != tt.items {
			t.Errorf("%s: %d items, %v", tt.name, len(m.items), err)
		}
		if reported := sum.Unchecked != nil; reported != (tt.keys == unknown && err == nil) {
			t.Errorf("%s: unchecked: %v", tt.name, sum.Unchecked)
		}
		if _, ok := errors.AsType[*WriteError](err); err != nil && !ok {
			t.Errorf("%s: %v does not name the table", tt.name, err)
		}
	}
}

// A write that fails half-way says how much is stored, and leaves no manifest.
func TestHalfWritten(t *testing.T) {
	m := &memory{csv: manyGroups(400), refuse: 4}
	_, err := run(m, Options{Manifest: true, Writers: 1})
	w, ok := errors.AsType[*WriteError](err)
	if !ok || !errors.Is(err, errRefused) || w.Written != 75 || w.Missing != 325 {
		t.Errorf("%v", err)
	}
	if m.items[ManifestSortKey] != nil {
		t.Error("a manifest stands on half a result")
	}
}

func number(s string) aggregate.Number {
	n, err := aggregate.ParseNumber([]byte(s), '.')
	if err != nil {
		panic(err)
	}
	return n
}

func TestReadOptions(t *testing.T) {
	for _, tt := range []struct {
		env  string
		want Options
		bad  string // the variable that the error names
	}{
		{"", Options{}, ""},
		{"BAD_ROWS=fail RECORDS=off MANIFEST=off TTL_DAYS=0", Options{}, ""},
		{"BAD_ROWS=skip RECORDS=on MANIFEST=on TTL_DAYS=30", Options{BadRows: BadRows{Skip: true}, Records: true, Manifest: true, TTLDays: 30}, ""},
		{"BAD_ROWS=5% NO_VALUE=skip DECIMAL=comma ENCODING=windows-1252", Options{BadRows: BadRows{true, 50_000}, NoValue: SkipNoValue, Comma: true, Encoding: Windows1252}, ""},
		{"BAD_ROWS=0.5% MISSING=NULL,\\N,999 ENCODING=iso-8859-1", Options{BadRows: BadRows{true, 5_000}, Missing: []string{"NULL", `\N`, "999"}, Encoding: ISO8859_1}, ""},
		{"COLUMNS=Hospital=site,recovery_time=los_days", Options{Columns: Columns{"site", "", "", "los_days"}}, ""},
		{"RANGE=0..3650", Options{Range: &aggregate.Range{Greatest: number("3650")}}, ""},
		{"RANGE=0.5..60", Options{Range: &aggregate.Range{Least: number("0.5"), Greatest: number("60")}}, ""},
		{"LATEST=object", Options{Latest: LatestOfObject, Manifest: true}, ""},
		{"LATEST=prefix MANIFEST=on", Options{Latest: LatestOfPrefix, Manifest: true}, ""},
		{"LATEST=object MANIFEST=off", Options{}, "MANIFEST"},
		{"LATEST=on", Options{}, "LATEST"},
		{"BAD_ROWS=Skip", Options{}, "BAD_ROWS"},
		{"BAD_ROWS=5", Options{}, "BAD_ROWS"},
		{"BAD_ROWS=0%", Options{}, "BAD_ROWS"},
		{"BAD_ROWS=101%", Options{}, "BAD_ROWS"},
		{"BAD_ROWS=NaN%", Options{}, "BAD_ROWS"},
		{"NO_VALUE=ignore", Options{}, "NO_VALUE"},
		{"MISSING=a,,b", Options{}, "MISSING"},
		{"RANGE=5", Options{}, "RANGE"},
		{"RANGE=5..1", Options{}, "RANGE"},
		{"RANGE=x..1", Options{}, "RANGE"},
		{"DECIMAL=,", Options{}, "DECIMAL"},
		{"ENCODING=utf-16", Options{}, "ENCODING"},
		{"COLUMNS=Ward=x", Options{}, "COLUMNS"},
		{"COLUMNS=Hospital", Options{}, "COLUMNS"},
		{"COLUMNS=Hospital=a,Hospital=b", Options{}, "COLUMNS"},
		{"RECORDS=true", Options{}, "RECORDS"},
		{"TTL_DAYS=-1", Options{}, "TTL_DAYS"},
		{"TTL_DAYS=1.5", Options{}, "TTL_DAYS"},
		{"TTL_DAYS=99999999999", Options{}, "TTL_DAYS"},
	} {
		vars := map[string]string{}
		for _, kv := range strings.Fields(tt.env) {
			k, v, _ := strings.Cut(kv, "=")
			vars[k] = v
		}
		r := env.New(func(name string) string { return vars[name] })
		got, err := ReadOptions(r), r.Err()
		setting, ok := errors.AsType[*env.Error](err)
		switch {
		case tt.bad == "" && (err != nil || !reflect.DeepEqual(got, tt.want)):
			t.Errorf("%s: %+v, %v", tt.env, got, err)
		case tt.bad != "" && (!ok || setting.Name != tt.bad):
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
		r := NewReducer(Options{})
		r.layout = aggregate.Layout{Fields: 4, Hospital: 0, Diagnosis: 1, Treatment: 2, RecoveryTime: 3}
		r.start()
		r.table.Decode, r.table.NewGroup = nil, nil
		for _, g := range [][2]string{{h1, d1}, {h2, d2}} {
			if err := r.table.Add([]byte(g[0]), []byte(g[1]), []byte("T"), []byte("1")); err != nil {
				t.Fatal(err)
			}
		}
		same := string(AppendSortKey(nil, d1, h1)) == string(AppendSortKey(nil, d2, h2))
		if err := checkSortKeys(r, nil); (err != nil) != same {
			t.Errorf("same key %v, but checkSortKeys: %v", same, err)
		}
	})
}

// A failure to read is not a bad row, and no setting skips it.
func TestReadingEnds(t *testing.T) {
	const rows = 10_000 // more than startSize
	for _, o := range []Options{{}, {BadRows: BadRows{Skip: true}}} {
		m := &memory{csv: header + strings.Repeat("H,D,T,5\n", rows) + "H,D", body: func(r io.Reader) io.Reader { return io.MultiReader(r, iotest.ErrReader(errRefused)) }}
		sum, err := run(m, o)
		if _, row := errors.AsType[*RowError](err); row || !errors.Is(err, errRefused) || sum.Skipped > 0 || len(m.items) > 0 ||
			!strings.HasSuffix(err.Error(), ": reading ended at record "+strconv.Itoa(rows+2)+": refused") {
			t.Errorf("%v, %d skipped", err, sum.Skipped)
		}
	}
}
