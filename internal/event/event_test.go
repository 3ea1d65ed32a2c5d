package event

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	ourjson "reduction/internal/json"
)

var testEnv = Environment{Bucket: "B", Key: "K", Table: "T"}

// show writes an event on one line: sender, objects, how many were ignored.
func show(e *Event) string {
	var b strings.Builder
	b.WriteString(e.Sender.String())
	for _, o := range e.Objects {
		b.WriteString(" " + strings.TrimRight(strings.Join([]string{o.Bucket, o.Key, o.Table, o.VersionID, o.ETag}, "|"), "|"))
	}
	if e.Ignored > 0 {
		b.WriteString(strings.Repeat(" -", e.Ignored))
	}
	return b.String()
}

// Documented is what the events of AWS's documentation say.
var documented = []struct{ file, want string }{
	{"s3-put.json", "S3 mybucket|HappyFace.jpg|T|096fKKXTRTtl3on89fVO.nfljtsv6qko|d41d8cd98f00b204e9800998ecf8427e"},
	{"s3-replication.json", "S3 -"},
	{"s3-test.json", "direct -"},
	{"eventbridge-created.json", "EventBridge DOC-EXAMPLE-BUCKET1|example-key|T|IYV3p45BT0ac8hjHg1houSdS1a.Mro8e|b1946ac92492d2347c6235b4d2611184"},
	{"eventbridge-deleted.json", "EventBridge -"},
	{"eventbridge-restored.json", "EventBridge DOC-EXAMPLE-BUCKET1|example-key|T|KKsjUC1.6gIjqtvhfg5AdMI0eCePIiT3|b1946ac92492d2347c6235b4d2611184"},
	{"eventbridge-scheduled.json", "direct B|K|T"},
	{"map-listing.json", "direct B|processData/images/n02085620_1073.jpg|T||05704fbdccb224cb01c59005bebbad28"},
	{"map-batch.json", "direct my-bucket|processData/images/n02085620_1073.jpg|T||05704fbdccb224cb01c59005bebbad28" +
		" my-bucket|processData/images/n02085620_1074.jpg|T||05704fbdccb224cb01c59005bebbad28"},
	{"eventbridge-other.json", ""},
	{"hello-world.json", ""},
	{"sns.json", ""}, // their messages are plain text
	{"sqs.json", ""},
	{"sns-envelope.json", ""},
}

func read(t testing.TB, file string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", file))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestDocumented(t *testing.T) {
	for _, test := range documented {
		e, err := Parse(read(t, test.file), testEnv)
		got := ""
		if err == nil {
			got = show(e)
		} else if !errors.Is(err, ErrUnknown) && !errors.Is(err, ourjson.ErrSyntax) {
			t.Errorf("%s: %v", test.file, err)
		}
		if got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.file, got, test.want)
		}
	}
	files, _ := filepath.Glob("testdata/*.json")
	if len(files) != len(documented) {
		t.Errorf("%d files, %d tests", len(files), len(documented))
	}
}

// quote wraps an event into the string of another.
func quote(s string) string { return string(ourjson.AppendString(nil, s)) }

func sqs(bodies ...string) string {
	var records []string
	for i, body := range bodies {
		records = append(records, `{"messageId":"m`+string(rune('0'+i))+`","body":`+quote(body)+`,"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-2:123456789012:q"}`)
	}
	return `{"Records":[` + strings.Join(records, ",") + `]}`
}

func sns(message string) string {
	return `{"Records":[{"EventSource":"aws:sns","Sns":{"Type":"Notification","Message":` + quote(message) + `}}]}`
}

func envelope(message string) string {
	return `{"Type":"Notification","TopicArn":"arn:aws:sns:us-west-2:123456789012:t","Message":` + quote(message) + `}`
}

func s3(bucket, key string) string {
	return `{"Records":[` + s3record("2.1", "ObjectCreated:Put", bucket, key) + `]}`
}

func s3record(version, event, bucket, key string) string {
	return `{"eventVersion":"` + version + `","eventSource":"aws:s3","eventName":"` + event + `","s3":{"bucket":{"name":"` + bucket + `"},"object":{"key":"` + key + `","eTag":"e","versionId":null}}}`
}

func eventBridge(bucket, key string) string {
	return `{"detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"` + bucket + `"},"object":{"key":"` + key + `","etag":"e"}}}`
}

const testMessage = `{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"b"}`

func TestParse(t *testing.T) {
	for _, test := range []struct{ payload, want string }{
		// The environment's object.
		{``, "direct B|K|T"},
		{" \n", "direct B|K|T"},
		{`null`, "direct B|K|T"},
		{` {} `, "direct B|K|T"},

		// Direct: each part overrides the environment's.
		{`{"bucket":"b"}`, "direct b|K|T"},
		{`{"key":"k"}`, "direct B|k|T"},
		{`{"table":"t"}`, "direct B|K|t"},
		{`{"bucket":"b","key":"k","table":"t"}`, "direct b|k|t"},
		{`{"bucket":null,"key":"","table":"t"}`, "direct B|K|t"},
		{`{"Bucket":"b","Key":"a+b%20c","VersionId":"v","ETag":"\"e\""}`, "direct b|a+b%20c|T|v|e"},
		{`{"bucket":"b","key":"k","comment":"x"}`, "direct b|k|T"},
		{`{"key":"h\u00f6pital.csv"}`, "direct B|höpital.csv|T"},

		// Step Functions.
		{`[{"bucket":"b","key":"1"},{"key":"2"}]`, "direct b|1|T B|2|T"},
		{`{"Items":[{"Key":"1"}],"BatchInput":{"table":"t"}}`, "direct B|1|t"},
		{`{"Items":[{"Key":"1"}]}`, "direct B|1|T"},

		// S3, whose keys are URL-encoded; EventBridge, whose are not.
		{s3("b", "red+flower%20%2B.csv"), "S3 b|red flower +.csv|T||e"},
		{s3("b", "%E6%97%A5"), "S3 b|日|T||e"},
		{`{"Records":[` + s3record("2.6", "ObjectCreated:Copy", "b", "1") + `,` + s3record("2.10", "ObjectCreated:CompleteMultipartUpload", "c", "2") + `]}`, "S3 b|1|T||e c|2|T||e"},
		{`{"Records":[` + s3record("2.1", "ObjectRemoved:Delete", "b", "1") + `,` + s3record("2.1", "ObjectRestore:Completed", "c", "2") + `]}`, "S3 c|2|T||e -"},
		{eventBridge("b", "red+flower%20.csv"), "EventBridge b|red+flower%20.csv|T||e"},

		// Wrapped.
		{sqs(s3("b", "a+b"), eventBridge("c", "a+b")), "SQS b|a b|T||e c|a+b|T||e"},
		{sqs(testMessage), "SQS -"},
		{sqs(testMessage, s3("b", "k")), "SQS b|k|T||e -"},
		{sqs(`{"bucket":"b","key":"k"}`), "SQS b|k|T"},
		{sns(s3("b", "a+b")), "SNS b|a b|T||e"},
		{sns(eventBridge("b", "a+b")), "SNS b|a+b|T||e"},
		{sns(testMessage), "SNS -"},
		{sqs(envelope(s3("b", "k"))), "SQS b|k|T||e"},
		{sqs(envelope(eventBridge("b", "k"))), "SQS b|k|T||e"},
	} {
		e, err := Parse([]byte(test.payload), testEnv)
		if err != nil {
			t.Errorf("%s:\n%v", test.payload, err)
		} else if got := show(e); got != test.want {
			t.Errorf("%s:\ngot  %s\nwant %s", test.payload, got, test.want)
		}
	}
}

func TestRefused(t *testing.T) {
	for _, test := range []struct {
		payload string
		kind    error
		shows   string
	}{
		{`{"key1":"value1","key2":"value2"}`, ErrUnknown, "an object with key1, key2"},
		{`"hello"`, ErrUnknown, `{"bucket":"...","key":"...","table":"..."}`},
		{`1`, ErrUnknown, ""},
		{`[]`, ErrUnknown, "an empty array"},
		{`[1]`, ErrUnknown, "item 1"},
		{`[{"key":"k"},{"x":1}]`, ErrUnknown, "item 2"},
		{`{"bucket":"b","kye":"k"}`, ErrUnknown, "an object with bucket, kye"},
		{`{"Records":[]}`, ErrUnknown, "Records without any"},
		{`{"Records":[{"dynamodb":{}}]}`, ErrUnknown, "record 1"},
		{`{"Records":[1]}`, ErrUnknown, "record 1"},
		{`{"Records":{}}`, ErrUnknown, "an object with Records"},
		{`{"detail-type":"Object Created","source":"aws.rds","detail":{}}`, ErrUnknown, "EventBridge"},
		{sqs("{}"), ErrUnknown, "SQS message m0"},
		{sqs("null"), ErrUnknown, "SQS message m0"},
		{sqs(""), ErrUnknown, "SQS message m0"},
		{sqs(s3("b", "k"), "hello"), ourjson.ErrSyntax, "SQS message m1"},
		{sqs(sqs(s3("b", "k"))), ErrUnknown, ""},
		{sqs(envelope(envelope(envelope(envelope(s3("b", "k")))))), ErrUnknown, "messages in messages"},

		{`{"bucket":1}`, ourjson.ErrType, "byte 10"},
		{`{"bucket":`, ourjson.ErrSyntax, "byte 10"},
		{`{"bucket":"b"} x`, ourjson.ErrSyntax, "byte 15"},
		{"{\"bucket\":\"\xff\"}", ourjson.ErrUTF8, "byte 11"},
		{strings.Repeat("[", 100000), ourjson.ErrDepth, ""},

		{s3("b", "100%"), ErrEscape, "record 1"},
		{s3("b", "%zz"), ErrEscape, ""},
		{s3("b", ""), ErrNoObject, ""},
		{s3("", "k"), ErrNoObject, ""},
		{`{"detail-type":"Object Created","source":"aws.s3"}`, ErrNoObject, ""},
		{`{"Records":[` + s3record("3.0", "ObjectCreated:Put", "b", "k") + `]}`, ErrVersion, ""},
		{`{"Records":[` + s3record("20.0", "ObjectCreated:Put", "b", "k") + `]}`, ErrVersion, ""},
	} {
		e, err := Parse([]byte(test.payload), testEnv)
		if !errors.Is(err, test.kind) || e != nil {
			t.Errorf("%.80s: %v", test.payload, err)
		} else if !strings.Contains(err.Error(), test.shows) || !strings.HasPrefix(err.Error(), "event: ") {
			t.Errorf("%.80s: %v does not show %s", test.payload, err, test.shows)
		}
	}
}

func TestEnvironmentMissing(t *testing.T) {
	for _, test := range []struct {
		env   Environment
		names string
	}{
		{Environment{Key: "k", Table: "t"}, "S3_BUCKET"},
		{Environment{Bucket: "b", Table: "t"}, "FILE_NAME"},
		{Environment{Bucket: "b", Key: "k"}, "DB_TABLE"},
	} {
		if _, err := Parse(nil, test.env); !errors.Is(err, ErrNoObject) || !strings.Contains(err.Error(), test.names) {
			t.Errorf("without %s: %v", test.names, err)
		}
	}
}

// TestNoValues: errors show names of members, if they look like names, never values.
func TestNoValues(t *testing.T) {
	for _, payload := range []string{
		`{"key1":"Secret"}`, `["Secret"]`, `"Secret"`, `{"Secret Hospital":1}`, `{"Records":[{"x":"Secret"}]}`,
		sqs("Secret"), sns("Secret"), `{"bucket":"b","kye":"Secret"}`, `{"bucket": Secret}`, s3("b", "Secret%"),
		`{"` + strings.Repeat("Secret", 10) + `":1}`,
	} {
		if _, err := Parse([]byte(payload), testEnv); err == nil || strings.Contains(err.Error(), "Secret") {
			t.Errorf("%s: %v", payload, err)
		}
	}
}

// FuzzParse: whatever comes, there is no panic, and every object is complete.
func FuzzParse(f *testing.F) {
	for _, test := range documented {
		f.Add(string(read(f, test.file)))
	}
	f.Add(sqs(s3("b", "k"), envelope(eventBridge("c", "l")), "x"))
	f.Add(sns(s3("b", "k")))
	f.Add(`[{"bucket":"b"},{"key":"k"}]`)
	partial := testEnv
	partial.SQSPartial = true
	f.Fuzz(func(t *testing.T, payload string) {
		if strings.TrimSpace(payload) != "" && !json.Valid([]byte(payload)) {
			if _, err := Parse([]byte(payload), testEnv); err == nil {
				t.Fatal("not JSON, but accepted")
			}
		}
		e, err := Parse([]byte(payload), partial)
		if err != nil {
			return
		}
		if slices.ContainsFunc(e.Objects, func(o Object) bool { return o.Bucket == "" || o.Key == "" || o.Table == "" }) {
			t.Fatalf("incomplete: %s", show(e))
		}
		results := make([]Result, len(e.Objects))
		for i := range results {
			results[i].Summary = []byte("{}")
			e.PartitionKey("id", i)
		}
		if answer, err := e.Respond(nil, results); err != nil || !json.Valid(answer) {
			t.Fatalf("answer %s, %v", answer, err)
		}
	})
}
