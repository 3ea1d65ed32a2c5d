package event

import (
	"errors"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
)

// tables are the tables of the package documentation, each of the names in it with what is done.
func tables(t testing.TB) []map[string]string {
	t.Helper()
	doc, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	_, doc2, _ := strings.Cut(string(doc), "// # Names\n")
	var all []map[string]string
	for line := range strings.Lines(doc2) {
		row, table := strings.CutPrefix(line, "//\t")
		switch {
		case !table && line != "//\n":
			all = append(all, nil) // text ends a table
		case table:
			name, rest, _ := strings.Cut(row, "  ")
			does, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
			if all[len(all)-1] == nil {
				all[len(all)-1] = map[string]string{}
			}
			if all[len(all)-1][name] != "" {
				t.Errorf("%s is there twice", name)
			}
			all[len(all)-1][name] = does
		}
	}
	return slices.DeleteFunc(all, func(m map[string]string) bool { return m == nil })
}

// The package documentation lists the names that the code knows, no more and no fewer.
func TestNames(t *testing.T) {
	documented := tables(t)
	if len(documented) != 3 {
		t.Fatalf("%d tables", len(documented))
	}
	for i, lists := range []names{notifications, detailTypes, calls} {
		code := map[string]string{}
		for does, list := range map[string]string{"read": lists.read, "ignored": lists.ignored} {
			for name := range strings.Lines(strings.TrimPrefix(list, "\n")) {
				if name = strings.TrimSuffix(name, "\n"); code[name] != "" {
					t.Errorf("table %d: %s is there twice", i+1, name)
				}
				code[name] = does
			}
		}
		if !maps.Equal(code, documented[i]) {
			t.Errorf("table %d: documented\n%v\nin the code\n%v", i+1, documented[i], code)
		}
	}
}

// does parses an event of S3 and says what is done about it.
func does(t *testing.T, payload string) string {
	t.Helper()
	e, err := Parse([]byte(payload), testEnv)
	switch {
	case err != nil && !errors.Is(err, ErrName):
		t.Fatalf("%s: %v", payload, err)
	case err != nil:
		return ""
	case len(e.Objects) == 1 && len(e.Ignored) == 0 && e.Objects[0].Bucket == "b" && e.Objects[0].Key == "k":
		return "read"
	case len(e.Objects) == 0 && len(e.Ignored) == 1 && e.Ignored[0].Bucket == "b" && e.Ignored[0].Key == "k":
		return "ignored"
	}
	t.Fatalf("%s: %s", payload, show(e))
	return ""
}

// FuzzNames: of every name in every kind of event, what the documentation's table says is done, and
// an error that does not show it otherwise.
func FuzzNames(f *testing.F) {
	documented := tables(f)
	for _, table := range documented {
		for name := range table {
			f.Add(name)
			f.Add("s3:" + name)
			f.Add(name + " ")
			f.Add(strings.ToLower(name))
		}
	}
	for _, name := range []string{"", "s3:", "*", "ObjectCreated:*", "ObjectCreated:", "ObjectCreated", "Scheduled Event", "AWS API Call via CloudTrail"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		quoted := quote(name)
		if name != strings.ToValidUTF8(name, "") {
			return
		}
		if got, want := does(t, strings.Replace(s3("b", "k"), `"ObjectCreated:Put"`, quoted, 1)), documented[0][strings.TrimPrefix(name, "s3:")]; got != want {
			t.Errorf("notification %q: %q, want %q", name, got, want)
		}
		if name != "" && name != cloudTrail {
			if got, want := does(t, strings.Replace(eventBridge("b", "k"), `"Object Created"`, quoted, 1)), documented[1][name]; got != want {
				t.Errorf("detail type %q: %q, want %q", name, got, want)
			}
		}
		record := strings.Replace(call("PutObject", ""), `"PutObject"`, quoted, 1)
		record = strings.Replace(record, `a+b%20.csv`, "k", 1)
		if got, want := does(t, record), documented[2][name]; got != want {
			t.Errorf("call %q: %q, want %q", name, got, want)
		}
		// Failed calls and read-only ones are ignored, whatever they are called.
		for _, more := range []string{`"errorCode":"AccessDenied",`, `"errorCode":"AccessDenied","readOnly":true,`} {
			if got := does(t, strings.Replace(record, `"detail":{`, `"detail":{`+more, 1)); got != "ignored" {
				t.Errorf("call %q with %s: %q", name, more, got)
			}
		}
	})
}

// FuzzNoValues: whatever an unknown value is, no error and no list of ignored parts shows it.
func FuzzNoValues(f *testing.F) {
	for _, value := range []string{"Jane Doe, Asthma", "ObjectCreated:Secret", "patient-0815", `{"bucket":"Jane Doe"}`, "\x00\x01\x02\x03\x04\x05"} {
		f.Add(value)
	}
	// What errors say of their own.
	own := strings.ToLower(expected + (&ShapeError{}).Error() + ErrName.Error() + ErrVersion.Error() + ErrEscape.Error() + ErrNoObject.Error())
	f.Fuzz(func(t *testing.T, value string) {
		if len(value) < 6 || value != strings.ToValidUTF8(value, "") || strings.Contains(own, strings.ToLower(value)) {
			return
		}
		v := quote(value)
		for _, payload := range []string{
			v, `[` + v + `]`, `{"key1":` + v + `}`, `{"tabel":` + v + `}`, `{"bucket":"b","key":"k","version":` + v + `}`,
			`{"Items":[{"kye":` + v + `}]}`, `{"Items":[{"key":"k"}],"BatchInput":{"tabel":` + v + `}}`, `{"Items":` + v + `}`, `{"Records":` + v + `}`,
			`{"Records":[{"kinesis":` + v + `}]}`, `{"Records":[{"eventVersion":` + v + `,"eventName":` + v + `,"eventTime":` + v + `,"s3":` + v + `}]}`,
			strings.Replace(s3("b", "k"), `"ObjectCreated:Put"`, v, 1), strings.Replace(s3("b", "k"), `"2.1"`, v, 1),
			strings.Replace(s3("b", "k"), `"k"`, `"%"`, 1), strings.Replace(eventBridge("b", "k"), `"Object Created"`, v, 1),
			strings.Replace(eventBridge("b", "k"), `"aws.s3"`, v, 1), `{"detail-type":` + v + `,"source":"aws.s3","detail":` + v + `}`,
			strings.Replace(call("PutObject", ""), `"PutObject"`, v, 1), strings.Replace(call("PutObject", ""), `"s3.amazonaws.com"`, v, 1),
			call("PutObject", `"errorCode":`+v+`,`), call("GetObject", `"errorMessage":`+v+`,"readOnly":true,`),
			sqs(v), sqs(value), sns(value), sqs(envelope(value)), `{"Type":` + v + `,"TopicArn":` + v + `,"Message":` + v + `}`,
		} {
			shown := ""
			e, err := Parse([]byte(payload), testEnv)
			if err != nil {
				shown = err.Error()
			} else {
				for _, i := range e.Ignored {
					shown += i.Event
				}
			}
			if strings.Contains(shown, value) {
				t.Errorf("%s: %s", payload, shown)
			}
		}
	})
}
