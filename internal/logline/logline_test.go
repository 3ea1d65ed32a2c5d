package logline

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"
)

var at = time.Date(2026, 11, 23, 3, 16, 0, 123_456_789, time.FixedZone("", 3600))

func env(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func TestLines(t *testing.T) {
	id := Invocation{RequestID: "8286"}
	tenant := Invocation{RequestID: "8286", TenantID: "blue"}
	for _, test := range []struct {
		json   bool
		of     Invocation
		level  Level
		text   string
		fields []Field
		want   string
	}{
		{true, id, Info, "done", nil, `{"timestamp":"2026-11-23T02:16:00.123Z","level":"INFO","message":"done","requestId":"8286"}`},
		{true, tenant, Warn, "a\nb", nil, `{"timestamp":"2026-11-23T02:16:00.123Z","level":"WARN","message":"a\nb","requestId":"8286","tenantId":"blue"}`},
		{true, Invocation{}, Fatal, "", []Field{Count("rows", 7), Text("key", `a"b`), JSON("query", []byte(`{"a":1}`))}, `{"timestamp":"2026-11-23T02:16:00.123Z","level":"FATAL","message":"","rows":7,"key":"a\"b","query":{"a":1}}`},
		{false, id, Info, "done", nil, "2026-11-23T02:16:00.123Z\t8286\tINFO\tdone"},
		{false, tenant, Error, "a\nb", nil, "2026-11-23T02:16:00.123Z\t8286\tERROR\ta\\nb\ttenantId=blue"},
		{false, Invocation{}, Info, "x", []Field{Millis("read", 1500*time.Microsecond), Bytes("bytes", 45), Text("key", "a b")}, "2026-11-23T02:16:00.123Z\t\tINFO\tx\tread=1.5\tbytes=45\tkey=\"a b\""},
	} {
		var out strings.Builder
		l := Logger{Out: &out, Now: func() time.Time { return at }, JSON: test.json}
		l.Log(test.level, test.of, test.text, test.fields...)
		if out.String() != test.want+"\n" {
			t.Errorf("got  %swant %s\n", out.String(), test.want)
		}
	}
}

func TestLevels(t *testing.T) {
	for _, test := range []struct{ env, written string }{
		{"TRACE", "TRACE DEBUG INFO WARN ERROR FATAL"},
		{"DEBUG", "DEBUG INFO WARN ERROR FATAL"},
		{"", "INFO WARN ERROR FATAL"},
		{"nonsense", "INFO WARN ERROR FATAL"},
		{"info", "INFO WARN ERROR FATAL"},
		{"WARN", "WARN ERROR FATAL"},
		{"Error", "ERROR FATAL"},
		{"FATAL", "FATAL"},
	} {
		var out strings.Builder
		l := New(&out, func() time.Time { return at }, env("AWS_LAMBDA_LOG_LEVEL", test.env))
		for level := Trace; level <= Fatal; level++ {
			l.Log(level, Invocation{}, "")
		}
		var written []string
		for line := range strings.Lines(out.String()) {
			written = append(written, strings.Split(line, "\t")[2])
		}
		if got := strings.Join(written, " "); got != test.written {
			t.Errorf("at %q: %s, want %s", test.env, got, test.written)
		}
	}
}

func TestFormat(t *testing.T) {
	for value, want := range map[string]bool{"JSON": true, "json": true, "Text": false, "": false} {
		if l := New(nil, nil, env("AWS_LAMBDA_LOG_FORMAT", value)); l.JSON != want {
			t.Errorf("%q: JSON %v", value, l.JSON)
		}
	}
}

func TestMillis(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0", time.Microsecond: "0.001", 1230 * time.Microsecond: "1.23", 2 * time.Second: "2000",
		-1500 * time.Microsecond: "-1.5", 999 * time.Nanosecond: "0", 100 * time.Microsecond: "0.1",
	} {
		if got := string(Millis("", d).appendValue(nil)); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}

// TestMetrics checks a line against the specification: every metric that the directive names
// and every dimension must be a member at the top, the one a number, the other a string.
func TestMetrics(t *testing.T) {
	var out strings.Builder
	l := New(&out, func() time.Time { return at }, env("AWS_LAMBDA_LOG_LEVEL", "ERROR", "AWS_LAMBDA_FUNCTION_NAME", "reduce"))
	l.Metrics(Invocation{RequestID: "8286"}, "done", Count("rows", 2000), Bytes("bytes", 91827), Millis("read", 1234567*time.Nanosecond), Text("key", "a.csv"))

	var line map[string]any
	if err := json.Unmarshal([]byte(out.String()), &line); err != nil {
		t.Fatal(err)
	}
	var head struct {
		AWS struct {
			Timestamp         int64
			CloudWatchMetrics []struct {
				Namespace  string
				Dimensions [][]string
				Metrics    []struct{ Name, Unit string }
			}
		} `json:"_aws"`
	}
	if err := json.Unmarshal([]byte(out.String()), &head); err != nil {
		t.Fatal(err)
	}
	if head.AWS.Timestamp != at.UnixMilli() || len(head.AWS.CloudWatchMetrics) != 1 {
		t.Fatal(out.String())
	}
	d := head.AWS.CloudWatchMetrics[0]
	if d.Namespace != "reduction" || len(d.Metrics) != 3 || len(d.Dimensions) != 1 {
		t.Fatal(out.String())
	}
	for _, name := range d.Dimensions[0] {
		if line[name] != "reduce" {
			t.Errorf("dimension %s is %v", name, line[name])
		}
	}
	want := map[string]float64{"rows": 2000, "bytes": 91827, "read": 1.234}
	for _, m := range d.Metrics {
		if line[m.Name] != want[m.Name] {
			t.Errorf("metric %s is %v", m.Name, line[m.Name])
		}
	}
	if line["level"] != "ERROR" || line["requestId"] != "8286" || line["key"] != "a.csv" {
		t.Error(out.String())
	}
}

// writes counts what it is given, and fails.
type writes struct{ lines []string }

func (w *writes) Write(p []byte) (int, error) {
	w.lines = append(w.lines, string(p))
	return 0, errors.New("no space left on device")
}

func TestOneWriteALine(t *testing.T) {
	var w writes
	l := Logger{Out: &w, Now: func() time.Time { return at }, JSON: true}
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				l.Log(Info, Invocation{RequestID: "8286"}, "done", Count("rows", 1))
				l.Metrics(Invocation{RequestID: "8286"}, "done", Count("rows", 1))
			}
		})
	}
	wg.Wait()
	if len(w.lines) != 800 {
		t.Errorf("%d writes", len(w.lines))
	}
	for _, line := range w.lines {
		if !json.Valid([]byte(line)) || strings.Index(line, "\n") != len(line)-1 {
			t.Fatalf("not a line: %q", line)
		}
	}
}

func ExampleLogger() {
	l := New(os.Stdout, func() time.Time { return at }, env("AWS_LAMBDA_LOG_FORMAT", "JSON"))
	l.Log(Info, Invocation{RequestID: "8286a188"}, "done", Count("rows", 2000), Millis("read", 12*time.Millisecond))
	l.Log(Debug, Invocation{RequestID: "8286a188"}, "not written")
	// Output: {"timestamp":"2026-11-23T02:16:00.123Z","level":"INFO","message":"done","requestId":"8286a188","rows":2000,"read":12}
}

// Characters that could end a line, or change what a terminal shows, are escaped in both formats.
func TestSpecial(t *testing.T) {
	const text = "a\tb\r\x00\x1b\x7f\u0085\u009b\u2028\u2029é\xff\\z"
	for _, test := range []struct {
		json bool
		want string
	}{
		{false, "2026-11-23T02:16:00.123Z\ti\\nd\tINFO\ta\\tb\\r\\u0000\\u001b\\u007f\\u0085\\u009b\\u2028\\u2029é\\ufffd\\z\ttenantId=t\\u0085" +
			`	key="\u0085"` + "\n"},
		{true, `{"timestamp":"2026-11-23T02:16:00.123Z","level":"INFO","message":"a\tb\r\u0000\u001b\u007f\u0085\u009b\u2028\u2029é\ufffd\\z","requestId":"i\nd","tenantId":"t\u0085","key":"\u0085"}` + "\n"},
	} {
		var out strings.Builder
		l := Logger{Out: &out, Now: func() time.Time { return at }, JSON: test.json}
		l.Log(Info, Invocation{"i\nd", "t\u0085"}, text, Text("key", "\u0085"))
		if want := strings.Replace(test.want, `\tkey`, "\tkey", 1); out.String() != want {
			t.Errorf("got  %swant %s", out.String(), want)
		}
		if test.json && !json.Valid([]byte(out.String())) {
			t.Errorf("no JSON: %s", out.String())
		}
	}
}
