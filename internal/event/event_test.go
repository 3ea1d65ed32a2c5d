package event

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	ourjson "reduction/internal/json"
)

var testEnv = Environment{Bucket: "B", Key: "K", Table: "T"}

// show writes an event on one line: sender, objects, what was ignored.
func show(e *Event) string {
	var b strings.Builder
	b.WriteString(e.Sender.String())
	for _, o := range e.Objects {
		if o.Prefix != "" {
			o.Key = o.Prefix + "*"
		}
		b.WriteString(" " + strings.TrimRight(strings.Join([]string{o.Bucket, o.Key, o.Table, o.VersionID, o.ETag}, "|"), "|"))
	}
	for _, i := range e.Ignored {
		b.WriteString(" -" + strings.TrimRight(strings.Join([]string{i.Event, i.Bucket, i.Key}, "|"), "|"))
	}
	return b.String()
}

// documented is what the events in testdata say, see SOURCES.md there.
var documented = []struct{ file, want string }{
	{"s3-put.json", "S3 mybucket|HappyFace.jpg|T|096fKKXTRTtl3on89fVO.nfljtsv6qko|d41d8cd98f00b204e9800998ecf8427e"},
	{"s3-replication.json", "S3 -Replication:OperationFailedReplication|bucket-name|object-key"},
	{"s3-test.json", "direct -s3:TestEvent|bucketname"},
	{"eventbridge-created.json", "EventBridge DOC-EXAMPLE-BUCKET1|example-key|T|IYV3p45BT0ac8hjHg1houSdS1a.Mro8e|b1946ac92492d2347c6235b4d2611184"},
	{"eventbridge-deleted.json", "EventBridge -Object Deleted|DOC-EXAMPLE-BUCKET1|example-key"},
	{"eventbridge-expired.json", "EventBridge -Object Deleted|DOC-EXAMPLE-BUCKET1|example-key"},
	{"eventbridge-restored.json", "EventBridge DOC-EXAMPLE-BUCKET1|example-key|T|KKsjUC1.6gIjqtvhfg5AdMI0eCePIiT3|b1946ac92492d2347c6235b4d2611184"},
	{"eventbridge-scheduled.json", "direct B|K|T"},
	{"eventbridge-scheduler.json", "direct B|K|T"},
	{"eventbridge-other.json", ""},
	{"cloudtrail-put.json", "EventBridge logs|AWSLogs/123456789012/CloudTrail/us-east-1/2019/11/09/123456789012_CloudTrail_us-east-1_20191109T1915Z_70IaedJDSUJDc2Tu.json.gz|T"},
	{"cloudtrail-list.json", "EventBridge -ListObjects|feed"},
	{"moto-sqs.json", "SQS records|in/a b+c.csv|T||9dd4e461268c8034f5c8564e155c67a6 records|in/a b+c.csv|T||9dd4e461268c8034f5c8564e155c67a6" +
		" records|in/a b+c.csv|T||9dd4e461268c8034f5c8564e155c67a6 records|in/a b+c.csv|T|null|9dd4e461268c8034f5c8564e155c67a6" +
		" -s3:TestEvent|records -ObjectRemoved:Delete|records|in/a b+c.csv -s3:TestEvent|records -s3:TestEvent|records" +
		" -Object Tags Added|records|in/a b+c.csv -Object Deleted|records|in/a b+c.csv"},
	{"pipes-sqs.json", "SQS records|in/a b+c.csv|T||9dd4e461268c8034f5c8564e155c67a6 -Object Tags Added|records|in/a b+c.csv"},
	{"minio-put.json", "S3 versions|in/a b+c.csv|T|3da856fd-ab86-4c6e-8daa-3cfee68419ae|f880f3997a7bb93178b4f2163fc44789"},
	{"minio-folder.json", "S3 records|incoming/|T|null|d41d8cd98f00b204e9800998ecf8427e"}, // it leaves a size of 0 out
	{"minio-tagging.json", "S3 -ObjectCreated:PutTagging|versions|copy.csv"},
	{"minio-deleted.json", "S3 -ObjectRemoved:DeleteMarkerCreated|versions|copy.csv"},
	{"minio-gateway-put.json", "S3 anze|hello.jpg|T|1|5fc7298143efe1276d39a3466d4e255f-1"},
	{"ceph-put.json", "S3 mscapetest-birm-ont-prod|mscapetest.sample-test.run-test.ont+1.csv|T||c48a8da4d9cc82cb0d8fc8fb794d676c"},
	{"versitygw-test.json", "direct -s3:TestEvent|Test-Bucket"},
	{"versitygw-folder.json", "S3 -folder marker|records|incoming/"},
	{"versitygw-multipart.json", "S3 records|multi.csv|T||c8897a38737602d4e1df0d8c0bf21b25-1"},
	{"map-listing.json", "direct B|processData/images/n02085620_1073.jpg|T||05704fbdccb224cb01c59005bebbad28"},
	{"map-batch.json", "direct my-bucket|processData/images/n02085620_1073.jpg|T||05704fbdccb224cb01c59005bebbad28" +
		" my-bucket|processData/images/n02085620_1074.jpg|T||05704fbdccb224cb01c59005bebbad28"},
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

// call is a record of CloudTrail in an event of EventBridge.
func call(name, more string) string {
	return `{"detail-type":"AWS API Call via CloudTrail","source":"aws.s3","time":"2026-11-23T02:16:01Z","detail":{"eventSource":"s3.amazonaws.com",` +
		more + `"eventName":"` + name + `","eventTime":"2026-11-23T02:16:00Z","requestParameters":{"bucketName":"b","key":"a+b%20.csv"}}}`
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
		{`{"key":"h\u00f6pital.csv"}`, "direct B|höpital.csv|T"},

		// All objects of a prefix.
		{`{"prefix":"2026/"}`, "direct B|2026/*|T"},
		{`{"bucket":"b","Prefix":"2026/","table":"t","key":"","etag":null}`, "direct b|2026/*|t"},
		{`[{"prefix":"1/"},{"bucket":"b","prefix":"2/"},{"key":"k"}]`, "direct B|1/*|T b|2/*|T B|k|T"},
		{`{"Items":[{"prefix":"1/"},{"key":"k"},{"table":"u"}],"BatchInput":{"bucket":"b","table":"t","prefix":"0/"}}`, "direct b|1/*|t b|k|t b|0/*|u"},
		{`{"Items":[{"prefix":"1/"}],"BatchInput":{"key":"k","etag":"e"}}`, "direct B|1/*|T"},
		{sqs(`{"prefix":"2026/"}`), "SQS B|2026/*|T"},

		// Step Functions.
		{`[{"bucket":"b","key":"1"},{"key":"2"}]`, "direct b|1|T B|2|T"},
		{`{"Items":[{"Key":"1"}],"BatchInput":{"table":"t"}}`, "direct B|1|t"},
		{`{"Items":[{"Key":"1"}]}`, "direct B|1|T"},

		{`[{"Key":"in/","Size":0,"LastModified":1668699881},{"Key":"in/1.csv","Size":7}]`, "direct B|in/1.csv|T -folder marker|B|in/"},
		{`[{"Bucket":"b","Key":"in/","Size":"0","BucketKeyStatus":"DISABLED","ObjectOwner":"o"}]`, "direct -folder marker|b|in/"},
		{`{"key":"in/"}`, "direct B|in/|T"},
		{`[` + eventBridge("b", "1") + `,` + s3("c", "2") + `]`, "S3 b|1|T||e c|2|T||e"},

		// S3, whose keys are URL-encoded; EventBridge, whose are not.
		{s3("b", "red+flower%20%2B.csv"), "S3 b|red flower +.csv|T||e"},
		{s3("b", "%E6%97%A5"), "S3 b|日|T||e"},
		{`{"Records":[` + s3record("2.6", "ObjectCreated:Copy", "b", "1") + `,` + s3record("2.10", "ObjectCreated:CompleteMultipartUpload", "c", "2") + `]}`, "S3 b|1|T||e c|2|T||e"},
		{`{"Records":[` + s3record("2.1", "ObjectRemoved:Delete", "b", "1") + `,` + s3record("2.1", "ObjectRestore:Completed", "c", "2") + `]}`, "S3 c|2|T||e -ObjectRemoved:Delete|b|1"},
		{eventBridge("b", "red+flower%20.csv"), "EventBridge b|red+flower%20.csv|T||e"},
		{strings.Replace(s3("b", "a+b%20"), "aws:s3", "ceph:s3", 1), "S3 b|a+b%20|T||e"},
		{strings.Replace(s3("b", "k"), `"e"`, `"\"e\""`, 1), "S3 b|k|T||e"},

		// A folder marker has no bytes; a key that ends so and has bytes is an object's.
		{strings.Replace(s3("b", "in%2F"), `"eTag"`, `"size":0,"eTag"`, 1), "S3 -folder marker|b|in/"},
		{strings.Replace(s3("b", "in/"), `"eTag"`, `"size":7,"eTag"`, 1), "S3 b|in/|T||e"},
		{strings.Replace(s3("b", "in"), `"eTag"`, `"size":0,"eTag"`, 1), "S3 b|in|T||e"},
		{strings.Replace(eventBridge("b", "in/"), `"etag"`, `"size":0,"etag"`, 1), "EventBridge -folder marker|b|in/"},

		// CloudTrail, whose keys are not encoded.
		{call("PutObject", ``), "EventBridge b|a+b%20.csv|T"},
		{call("CopyObject", `"responseElements":{"x-amz-version-id":"v","x-amz-server-side-encryption":"AES256"},`), "EventBridge b|a+b%20.csv|T|v"},
		{call("CompleteMultipartUpload", `"responseElements":null,`), "EventBridge b|a+b%20.csv|T"},
		{call("PutObject", `"errorCode":"AccessDenied","errorMessage":"Access Denied",`), "EventBridge -PutObject, which failed|b|a+b%20.csv"},
		{call("PutObject", `"errorCode":null,`), "EventBridge b|a+b%20.csv|T"},
		{call("CreateBucket", `"errorCode":"BucketAlreadyExists",`), "EventBridge -a call, which failed|b|a+b%20.csv"},
		{call("GetObject", `"readOnly":true,`), "EventBridge -GetObject|b|a+b%20.csv"},
		{call("GetObjectInventedLater", `"readOnly":true,`), "EventBridge -a call that only reads|b|a+b%20.csv"},
		{call("DeleteObject", `"readOnly":false,`), "EventBridge -DeleteObject|b|a+b%20.csv"},
		{sqs(call("PutObject", ``)), "SQS b|a+b%20.csv|T"},

		// Wrapped.
		{sqs(s3("b", "a+b"), eventBridge("c", "a+b")), "SQS b|a b|T||e c|a+b|T||e"},
		{sqs(testMessage), "SQS -s3:TestEvent|b"},
		{sqs(testMessage, s3("b", "k")), "SQS b|k|T||e -s3:TestEvent|b"},
		{sqs(`{"bucket":"b","key":"k"}`), "SQS b|k|T"},
		{sns(s3("b", "a+b")), "SNS b|a b|T||e"},
		{sns(eventBridge("b", "a+b")), "SNS b|a+b|T||e"},
		{sns(testMessage), "SNS -s3:TestEvent|b"},
		{sqs(envelope(s3("b", "k"))), "SQS b|k|T||e"},
		{sqs(envelope(eventBridge("b", "k"))), "SQS b|k|T||e"},
		{sqs(envelope(call("PutObject", ``))), "SQS b|a+b%20.csv|T"},
		{sns(call("PutObject", ``)), "SNS b|a+b%20.csv|T"},
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
		{`[{"key":"k"},{"messageId":"m0","body":"{\"key\":\"k\"}"}]`, ErrUnknown, "item 2: unknown event: messages of SQS among others"},
		{`{"Records":[` + s3record("2.1", "ObjectCreated:Put", "b", "k") + `,{"messageId":"m0","body":"{\"key\":\"k\"}"}]}`, ErrUnknown, "record 2"},
		{`[{"messageId":"m0","body":"{\"key\":\"k\"}"},{"key":"k"}]`, ErrUnknown, "item 2"},
		{`[]`, ErrUnknown, "an array without any item"},
		{`[1]`, ErrUnknown, "item 1"},
		{`[{"key":"k"},{"x":1}]`, ErrUnknown, "item 2"},
		{`[{}]`, ErrUnknown, "an object without members"},
		{`{"Records":[]}`, ErrUnknown, "an array without any record"},
		{`{"Records":[{"dynamodb":{}}]}`, ErrUnknown, "record 1"},
		{`{"Records":[1]}`, ErrUnknown, "record 1"},
		{`{"Records":{}}`, ErrUnknown, "an object with Records"},
		{`{"detail-type":"Object Created","source":"aws.rds","detail":{}}`, ErrUnknown, "EventBridge"},
		{`{"detail-type":"Scheduled Event","source":"aws.s3","detail":{}}`, ErrName, ""},
		{`{"detail-type":"AWS API Call via CloudTrail","source":"aws.ec2","detail":{}}`, ErrUnknown, "EventBridge"},
		{strings.Replace(call("PutObject", ""), "s3.amazonaws.com", "s3express.amazonaws.com", 1), ErrUnknown, "CloudTrail"},
		{call("CreateBucket", ``), ErrName, "s3://b/a+b%20.csv"},
		{call("", ``), ErrName, ""},
		{strings.Replace(call("PutObject", ""), `"key"`, `"prefix"`, 1), ErrNoObject, ""},
		{strings.Replace(eventBridge("b", "k"), "Object Created", "Object Renamed", 1), ErrName, "s3://b/k"},
		{strings.Replace(eventBridge("b", "k"), "Object Created", "Async Copy Completion", 1), ErrName, ""},
		{`{"Records":[` + s3record("2.1", "ObjectCreated:Append", "b", "a+b") + `]}`, ErrName, "record 1: s3://b/a b: an S3 event with an unknown name"},
		{`{"Records":[` + s3record("2.1", "s3:s3:ObjectCreated:Put", "b", "k") + `]}`, ErrName, ""},
		{`{"Records":[` + s3record("2.1", "objectcreated:put", "b", "k") + `]}`, ErrName, ""},
		{`{"Records":[` + s3record("2.1", "", "b", "k") + `]}`, ErrName, ""},
		{sqs(s3("b", "k"), `{"Records":[`+s3record("2.1", "ObjectCreated:Append", "b", "k")+`]}`), ErrName, "SQS message m1"},
		{sqs(string(`{"Type":"SubscriptionConfirmation","TopicArn":"arn","Message":"You have chosen","Token":"t"}`)), ErrUnknown, ""},
		{`[` + s3record("2.1", "ObjectCreated:Put", "b", "k") + `,{"x":1}]`, ErrUnknown, "item 2"},
		{sqs("{}"), ErrUnknown, "SQS message m0"},
		{sqs("null"), ErrUnknown, "SQS message m0"},
		{sqs(""), ErrUnknown, "SQS message m0"},
		{sqs(s3("b", "k"), "hello"), ourjson.ErrSyntax, "SQS message m1"},
		{sqs(sqs(s3("b", "k"))), ErrUnknown, ""},
		{sqs(envelope(envelope(envelope(envelope(s3("b", "k")))))), ErrUnknown, "messages in messages"},

		{`{"prefix":""}`, ErrNoObject, "an empty prefix"},
		{`{"prefix":null}`, ErrNoObject, "an empty prefix"},
		{`{"prefix":"2026/","key":"k"}`, ErrNoObject, "a prefix, and one object beside it"},
		{`[{"prefix":"2026/","etag":"e"}]`, ErrNoObject, "item 1: a prefix, and one object beside it"},
		{`{"prefix":"2026/","prefixes":1}`, ErrUnknown, "prefixes is not known; is prefix meant?"},

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

func TestTime(t *testing.T) {
	at := func(time string) string {
		return strings.Replace(s3("b", "k"), `"s3":`, `"eventTime":"`+time+`","s3":`, 1)
	}
	for _, test := range []struct{ payload, want string }{
		{at("2026-11-23T02:16:00.123Z"), "2026-11-23T02:16:00.123Z"},
		{at("2026-11-23T03:16:00+01:00"), "2026-11-23T02:16:00Z"},
		{at("2026-11-23T02:16:00.123456"), "2026-11-23T02:16:00.123456Z"}, // moto
		{at("today"), "0001-01-01T00:00:00Z"},
		{s3("b", "k"), "0001-01-01T00:00:00Z"},
		{sqs(envelope(at("2026-11-23T02:16:00Z"))), "2026-11-23T02:16:00Z"},
		{strings.Replace(eventBridge("b", "k"), `"source"`, `"time":"2026-11-23T02:16:00Z","source"`, 1), "2026-11-23T02:16:00Z"},
		{call("PutObject", ""), "2026-11-23T02:16:00Z"}, // the call's time, not the event's
		{`{"bucket":"b","key":"k"}`, "0001-01-01T00:00:00Z"},
	} {
		e, err := Parse([]byte(test.payload), testEnv)
		if err != nil {
			t.Errorf("%s: %v", test.payload, err)
		} else if got := e.Objects[0].Time.UTC().Format(time.RFC3339Nano); got != test.want {
			t.Errorf("%s: %s, want %s", test.payload, got, test.want)
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
		`{"` + strings.Repeat("Secret", 10) + `":1}`, `{"bucket":"b","key":"k","Secret Hospital":1}`, `{"key":"k","tabel":"Secret"}`,
		`{"Items":[{"key":"k"}],"BatchInput":{"tabel":"Secret"}}`, `{"Records":[` + s3record("2.1", "Secret", "b", "k") + `]}`,
		strings.Replace(eventBridge("b", "k"), "Object Created", "Secret", 1), call("Secret", ""), call("PutObject", `"requestParameters":"Secret",`) + "x",
		`{"detail-type":"Secret","source":"Secret","detail":"Secret"}`,
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
	f.Add(`[{"messageId":"m0","body":"{\"key\":\"k\"}"},{"key":"k"}]`)
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
		if slices.ContainsFunc(e.Ignored, func(i Ignored) bool { return i.Event == "" }) {
			t.Fatalf("ignored without a name: %s", show(e))
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
		// Where an object failed, the sender is told: by an error, or message by message.
		if answer, err := e.Respond(nil, nil); len(e.Objects) > 0 && (err == nil) != (e.Sender == SQS) || err == nil && !json.Valid(answer) ||
			err == nil && len(e.Objects) > 0 && !strings.Contains(string(answer), "itemIdentifier") {
			t.Fatalf("answer %s, %v", answer, err)
		}
	})
}
