package reportline

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func ms(v float64) *float64 { return &v }

// Each file of testdata is a log: one as AWS documents it, or one that its users have published. Its
// first line says where it is from, and with which request ID to look for the report.
func TestFind(t *testing.T) {
	for name, want := range map[string]Report{
		"text":            {RequestID: "8f507cfc-xmpl-4697-b07a-ac58fc914c95", Duration: 23.04, Billed: 24, MemoryMB: 128, UsedMB: 34},
		"text-init":       {RequestID: "8fc6f963-411b-58b5-8483-a32130c0f45d", Duration: 201.67, Billed: 202, MemoryMB: 2048, UsedMB: 81, Init: ms(480.25)},
		"text-restore":    {RequestID: "8c360c87-d4b7-4423-b5f3-af02be3c1763", Duration: 2338.66, Billed: 2521, MemoryMB: 3009, UsedMB: 173, Restore: ms(398.97), BilledRestore: ms(182)},
		"text-timeout":    {RequestID: "054d8776-b852-42f6-a1a6-752552daea41", Duration: 600000, Billed: 600000, MemoryMB: 1024, UsedMB: 1024, Status: "timeout"},
		"text-memory":     {RequestID: "806ab12b-e660-4a4a-8d9a-eee01e457f98", Duration: 376256.59, Billed: 376257, MemoryMB: 10239, UsedMB: 10239, Init: ms(551.73), Status: "error", ErrorType: "Runtime.OutOfMemory"},
		"text-entrypoint": {RequestID: "83269395-33ee-45a8-8a99-38f67b6faf72", Duration: 11.48, Billed: 12, MemoryMB: 128, UsedMB: 10, Status: "error", ErrorType: "Runtime.InvalidEntrypoint"},
		"text-no-newline": {RequestID: "61348fde-626c-4dca-acf0-c1ab952e77de", Duration: 2122.88, Billed: 2123, MemoryMB: 512, UsedMB: 512, Init: ms(0.33)},
		"text-init-fails": {RequestID: "b1b9cd4e-0b0a-4a6c-9c43-0f7e2a4d3f10", Duration: 2411.1, Billed: 2412, MemoryMB: 512, UsedMB: 301, FailedInit: "timeout"},
		"text-old":        {RequestID: "3364d63a-b18c-5ed6-97c7-85c6bf57800e", Duration: 18018.26, Billed: 18000, MemoryMB: 512, UsedMB: 82},
		"text-broken":     {RequestID: "7a563ee5-369d-4d7f-bcf8-c3cac3cac68f", Duration: 44.43, Billed: 45, MemoryMB: 128, UsedMB: 128, Init: ms(0.03)},
		"json":            {RequestID: "6d68ca91-49c9-448d-89b8-7ca3e6dc66aa", Duration: 693.92, Billed: 694, MemoryMB: 128, UsedMB: 84, Init: ms(397.68)},
		"json-warm":       {RequestID: "d661f7cf-9208-46b9-85b0-213b04a91065", Duration: 1.5, Billed: 2, MemoryMB: 512, UsedMB: 91, Status: "success"},
		"json-restore":    {RequestID: "d661f7cf-9208-46b9-85b0-213b04a91065", Duration: 147.156, Billed: 201, MemoryMB: 512, UsedMB: 91, Restore: ms(500.795), BilledRestore: ms(53), Status: "success"},
		"json-mixed":      {RequestID: "79b5e81f-9cdd-4145-b1f6-7c50ef8a2a36", Duration: 1233.96, Billed: 1698, MemoryMB: 256, UsedMB: 123, Init: ms(463.512), Status: "success"},
		"json-timeout":    {RequestID: "4b142fc3-17b8-4cdb-a46b-a8dbe7918715", Duration: 3000, Billed: 3000, MemoryMB: 128, UsedMB: 60, Status: "timeout", FailedInit: "timeout"},
	} {
		log := testLog(t, name)
		for _, id := range []string{want.RequestID, ""} {
			got, err := Find(log, id)
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			if !strings.Contains(got.Line, want.RequestID) || !bytes.Contains(log, []byte(got.Line)) {
				t.Errorf("%s: the line is %q", name, got.Line)
			}
			r := *got
			r.Line = ""
			if !reflect.DeepEqual(r, want) {
				t.Errorf("%s:\n%+v, want\n%+v", name, r, want)
			}
			if cold := want.Init != nil || want.Restore != nil || want.FailedInit != ""; got.Cold() != cold || got.Failed() != (want.Status != "" && want.Status != "success") {
				t.Errorf("%s: cold %v, failed %v", name, got.Cold(), got.Failed())
			}
		}
		if _, err := Find(log, "00000000-0000-0000-0000-000000000000"); !errors.Is(err, ErrNone) {
			t.Errorf("%s: of another request: %v", name, err)
		}
	}
}

func testLog(t testing.TB, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".log"))
	if err != nil {
		t.Fatal(err)
	}
	_, log, _ := bytes.Cut(text, []byte("\n")) // the source
	return log
}

const line = "REPORT RequestId: r\tDuration: 10.50 ms\tBilled Duration: 132 ms\tMemory Size: 128 MB\tMax Memory Used: 34 MB\tInit Duration: 120.75 ms\t"

// A report that is cut off anywhere is never read as another one.
func TestCut(t *testing.T) {
	whole, err := Find([]byte(line+"\n"), "r")
	if err != nil {
		t.Fatal(err)
	}
	for at := range len(line) {
		if r, err := Find([]byte(line[:at]), "r"); err == nil {
			// Where the cut is between two fields, only the fields after it are lost.
			if rest := line[at:]; !strings.HasPrefix(strings.TrimLeft(rest, "\t"), "Init Duration: ") && strings.Trim(rest, "\t") != "" {
				t.Errorf("cut at %d, %q: %+v", at, line[:at], r)
			}
		}
		if r, err := Find([]byte(line[at:]+"\n"), "r"); at > 0 && err == nil {
			t.Errorf("cut before %d, %q: %+v", at, line[at:], r)
		}
	}
	object := bytes.TrimSpace(testLog(t, "json-restore"))
	object = object[bytes.LastIndex(object, []byte("\n"))+1:]
	for at := range object {
		for _, part := range [][]byte{object[:at], object[at:]} {
			if r, err := Find(part, ""); err == nil && len(part) < len(object) {
				t.Errorf("%q: %+v", part, r)
			} else if err != nil && !errors.Is(err, ErrCut) && !errors.Is(err, ErrNone) {
				t.Error(err)
			}
		}
	}
	// A log of 4 KB whose beginning is lost still has its end.
	long := append(bytes.Repeat([]byte(`{"level":"INFO","message":"a line of the function's"}`+"\n"), 200), line+"\n"...)
	got, err := Find(long[len(long)-4096:], "r")
	if err != nil || !reflect.DeepEqual(got, whole) {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestWhatIsNoReport(t *testing.T) {
	for _, test := range []struct {
		log  string
		want error
	}{
		{"", ErrNone},
		{"START RequestId: r Version: $LATEST\nEND RequestId: r\n", ErrNone},
		{"REPORT RequestId: r", ErrCut},
		{"REPORT RequestId: ", ErrCut},
		{"REPORT RequestId: r\tDuration: 1 s\tBilled Duration: 1 ms\tMemory Size: 1 MB\tMax Memory Used: 1 MB\n", ErrCut},
		{"REPORT RequestId: r\tDuration: -1 ms\tBilled Duration: 1 ms\tMemory Size: 1 MB\tMax Memory Used: 1 MB\n", ErrCut},
		{"REPORT RequestId: r\tDuration: NaN ms\tBilled Duration: 1 ms\tMemory Size: 1 MB\tMax Memory Used: 1 MB\n", ErrCut},
		{"REPORT RequestId: r\tDuration: 1.2.3 ms\tBilled Duration: 1 ms\tMemory Size: 1 MB\tMax Memory Used: 1 MB\n", ErrCut},
		{`{"type":"platform.report","record":{"requestId":"r"}}`, ErrCut},
		{`{"type":"platform.report","record":{"requestId":"r","metrics":{"durationMs":"1"}}}`, ErrNone},
		{`{"type":"platform.report"`, ErrCut},
		{`{"type":"platform.start","record":{"requestId":"r"}}`, ErrNone},
		{`{"message":"REPORT RequestId: r\tDuration: 1 ms\tBilled Duration: 1 ms\tMemory Size: 1 MB\tMax Memory Used: 1 MB"}`, ErrNone},
		{`{"message":"REPORT RequestId: r Duration: 1 ms Billed Duration: 1 ms Memory Size: 1 MB Max Memory Used: 1 MB"}`, ErrNone},
		{`{"nested":{"type":"platform.report","record":{"requestId":"r","metrics":{"durationMs":1,"billedDurationMs":1}}}}`, ErrNone},
		{strings.Repeat("{", 4096), ErrNone},
	} {
		if r, err := Find([]byte(test.log), "r"); !errors.Is(err, test.want) {
			t.Errorf("%.80q: %+v, %v; want %v", test.log, r, err, test.want)
		}
	}
}

// What a function logs before the report does not change it: another report, an older one.
func TestTheLastCounts(t *testing.T) {
	old := strings.Replace(line, "10.50", "99.99", 1)
	for _, log := range []string{
		old + "\n" + line + "\n",
		"no line feed here" + line + "\n",
		"EXTENSION\tName: x\n" + line + "\nREPORT of the extension: done\n",
		strings.Replace(old, "RequestId: r", "RequestId: q", 1) + "\n" + line + "\n",
		line + "\nforged " + old + "\n",
		line + "\n" + strings.Replace(old, "RequestId: r", "RequestId: q", 1) + "\n",
	} {
		if r, err := Find([]byte(log), "r"); err != nil || r.Duration != 10.5 || *r.Init != 120.75 {
			t.Errorf("%q: %+v, %v", log, r, err)
		}
	}
}

// Whatever is in the log, the figures are those of a line in it.
func FuzzFind(f *testing.F) {
	f.Add([]byte(line+"\n"), "r")
	files, _ := filepath.Glob("testdata/*.log")
	for _, file := range files {
		f.Add(testLog(f, strings.TrimSuffix(filepath.Base(file), ".log")), "")
	}
	f.Fuzz(func(t *testing.T, log []byte, id string) {
		r, err := Find(log, id)
		if err != nil {
			if r != nil || !errors.Is(err, ErrNone) && !errors.Is(err, ErrCut) {
				t.Fatalf("%+v, %v", r, err)
			}
			return
		}
		if !bytes.Contains(log, []byte(r.Line)) || id != "" && r.RequestID != id {
			t.Fatalf("%+v of %q", r, log)
		}
		again, err := Find([]byte(r.Line+"\n"), r.RequestID)
		if err != nil || again.Duration != r.Duration || again.Billed != r.Billed || (again.Init == nil) != (r.Init == nil) {
			t.Fatalf("%+v and again %+v, %v", r, again, err)
		}
	})
}

func ExampleFind() {
	log := "START RequestId: 8f507cfc Version: $LATEST\nhello\nEND RequestId: 8f507cfc\n" +
		"REPORT RequestId: 8f507cfc\tDuration: 23.04 ms\tBilled Duration: 24 ms\tMemory Size: 128 MB\tMax Memory Used: 34 MB\t\n"
	r, err := Find([]byte(log), "8f507cfc")
	fmt.Println(r.Duration, r.Billed, r.Cold(), err)
	// Output: 23.04 24 false <nil>
}
