package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"reduction/aggregate"
	"reduction/internal/aws/s3"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/logline"
	"reduction/runtime"
	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/dynamodb"
)

const header = "Hospital,Diagnosis,Treatment,Recovery Time\n"

// world is the function, as the environment configures it, over the emulator.
type world struct {
	*lambdatest.Server
	f   *function
	log bytes.Buffer
}

func newWorld(t *testing.T, settings ...string) *world {
	t.Helper()
	s := lambdatest.NewTLSServer()
	t.Cleanup(s.Close)
	return newWorldOn(t, s, settings...)
}

func newWorldOn(t *testing.T, s *lambdatest.Server, settings ...string) *world {
	t.Helper()
	w := &world{Server: s}
	w.S3.CreateBucket("records")
	w.DynamoDB.CreateTable("results")
	env := map[string]string{"S3_BUCKET": "records", "FILE_NAME": "in.csv", "DB_TABLE": "results", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "128"}
	for _, kv := range append(w.Env(), settings...) {
		name, value, _ := strings.Cut(kv, "=")
		env[name] = value
	}
	getenv := func(name string) string { return env[name] }
	var err error
	if w.f, err = newFunction(getenv, logline.New(&w.log, time.Now, getenv)); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.f.client.Close)
	return w
}

func (w *world) invoke(requestID, payload string) (string, error) {
	answer, err := w.f.handle(context.Background(), &runtime.Invocation{RequestID: requestID, Payload: []byte(payload)})
	return string(answer), err
}

// keys are the stored items' keys, sorted.
func (w *world) keys() []string {
	var keys []string
	for _, item := range w.DynamoDB.Items("results") {
		keys = append(keys, item["PK"].Text()+" "+item["SK"].Text())
	}
	slices.Sort(keys)
	return keys
}

func TestDirect(t *testing.T) {
	for _, payload := range []string{"", "null", "{}", `{"key":"in.csv"}`, `{"bucket":"records","table":"results"}`} {
		w := newWorld(t)
		w.S3.Put("records", "in.csv", []byte(header+"H,D,T,5\nH,D,T,6\n"))
		w.f.begin()
		answer, err := w.invoke("request-1", payload)
		if err != nil {
			t.Fatalf("%q: %v", payload, err)
		}
		var got struct {
			RequestID                           string
			Rows, Groups, Items, Skipped, Bytes int64
			MS                                  struct{ Open, Read, Write *float64 }
		}
		if err := json.Unmarshal([]byte(answer), &got); err != nil {
			t.Fatalf("%s: %v", answer, err)
		}
		if got.RequestID != "request-1" || got.Rows != 2 || got.Groups != 1 || got.Items != 1 || got.Bytes != 59 ||
			got.MS.Open == nil || got.MS.Read == nil || got.MS.Write == nil {
			t.Errorf("%q: %s", payload, answer)
		}
		if keys := w.keys(); !slices.Equal(keys, []string{"request-1 #diagnosis#D#hospital#H"}) {
			t.Errorf("%q: %q", payload, keys)
		}
		if !strings.Contains(w.log.String(), "rows=2") {
			t.Errorf("%q: log %q", payload, w.log.String())
		}
	}
}

// A notification that is delivered twice leaves one result, whatever its request IDs.
func TestDeliveredTwice(t *testing.T) {
	w := newWorld(t)
	etag := w.S3.Put("records", "a b.csv", []byte(header+"H,D,T,5\n"))
	payload := `{"Records":[{"eventVersion":"2.6","eventSource":"aws:s3","eventName":"ObjectCreated:Put",
		"s3":{"bucket":{"name":"records"},"object":{"key":"a+b.csv","eTag":"` + strings.Trim(etag, `"`) + `"}}}]}`
	for _, id := range []string{"request-1", "request-2"} {
		if _, err := w.invoke(id, payload); err != nil {
			t.Fatal(err)
		}
	}
	if keys := w.keys(); len(keys) != 1 || !strings.HasPrefix(keys[0], "object#records#") {
		t.Errorf("%q", keys)
	}
	// Another object in its place is not read under its name.
	w.S3.Put("records", "a b.csv", []byte(header+"H2,D2,T,5\n"))
	if _, err := w.invoke("request-3", payload); err == nil || len(w.keys()) != 1 {
		t.Errorf("%v, %q", err, w.keys())
	}
}

// A table without the sort key is found out before anything is stored in it, or lost.
func TestNoSortKey(t *testing.T) {
	for _, groups := range []int{1, 2, 26, 51, 400} {
		for _, setting := range []string{"MANIFEST=off", "MANIFEST=on"} {
			w := newWorld(t, "DB_TABLE=flat", setting)
			w.DynamoDB.CreateTableWithKeys("flat", dynamodb.Key{Name: "PK", Type: "S"})
			csv := header
			for i := range groups {
				csv += "H,D" + strconv.Itoa(i) + ",T,5\n"
			}
			w.S3.Put("records", "in.csv", []byte(csv))
			answer, err := w.invoke("request-1", "")
			if typed, ok := errors.AsType[*typedError](err); !ok || typed.ErrorType() != "Function.TableKeys" || len(w.DynamoDB.Items("flat")) > 0 {
				t.Errorf("%d groups, %s: %s, %v; stored %v", groups, setting, answer, err, w.DynamoDB.Items("flat"))
			}
		}
	}
}

// Without the right to ask for a table's keys, a result of one group is stored, and the log says
// that they were not checked.
func TestKeysNotChecked(t *testing.T) {
	for setting, stored := range map[string]int{"MANIFEST=off": 1, "MANIFEST=on": 0} {
		w := newWorld(t, setting)
		w.S3.Put("records", "in.csv", []byte(header+"H,D,T,5\n"))
		w.Inject(lambdatest.Only("DescribeTable", func(lambdatest.Call) lambdatest.Fault {
			return lambdatest.Fault{Kind: lambdatest.Answer, Status: 400, Code: "AccessDeniedException", Message: "not authorized"}
		}))
		_, err := w.invoke("request-1", "")
		if len(w.keys()) != stored || (err == nil) != (stored > 0) {
			t.Errorf("%s: %v, %q", setting, err, w.keys())
		}
		told := w.log.String()
		if err != nil {
			told = err.Error()
		}
		if !strings.Contains(told, "results") || !strings.Contains(told, "the role needs dynamodb:DescribeTable") {
			t.Errorf("%s: %q", setting, told)
		}
	}
}

// No cell of a bad file reaches the answer, the error or the log.
func TestNoCellIsTold(t *testing.T) {
	for _, csv := range []string{
		"Secret,Secret,Secret,5\n", header + "Secret,Secret,T\n", header + "H,D,T,Secret\n", header + "Se\"cret,D,T,5\n",
		header + "\"Secret\" x,D,T,5\n", header + "H,Secret\xff,T,5\n", header + "\"Secret,D,T,5\n",
	} {
		for _, setting := range []string{"BAD_ROWS=fail", "BAD_ROWS=skip"} {
			w := newWorld(t, setting)
			w.S3.Put("records", "in.csv", []byte(csv))
			answer, err := w.invoke("request-1", "")
			told := answer + w.log.String()
			if err != nil {
				told += err.Error()
				if !strings.Contains(err.Error(), "s3://records/in.csv: ") {
					t.Errorf("%q does not name the object", err)
				}
			} else if setting == "BAD_ROWS=fail" {
				t.Errorf("%q: no error", csv)
			} else if !strings.Contains(w.log.String(), "WARN\tskipped: s3://records/in.csv: record 2 at byte 43") {
				t.Errorf("%q: log %q", csv, w.log.String())
			}
			if strings.Contains(told, "ecret") || strings.Contains(told, "cret") {
				t.Errorf("%s: %q", setting, told)
			}
			if len(w.keys()) > 0 {
				t.Errorf("%q: something was written", csv)
			}
		}
	}
}

// xxhash3Only is an answer in which S3's checksum is of an algorithm that the function lacks.
type xxhash3Only struct{ http.ResponseWriter }

func (w xxhash3Only) WriteHeader(status int) {
	if w.Header().Get("x-amz-checksum-crc64nvme") != "" {
		w.Header().Del("x-amz-checksum-crc64nvme")
		w.Header().Set("x-amz-checksum-xxhash3", "AAAAAAAAAAA=")
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w xxhash3Only) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// A checksum that cannot be verified is logged once, or refused.
func TestUnverified(t *testing.T) {
	for _, setting := range []string{"VERIFY=", "VERIFY=full"} {
		s := lambdatest.NewUnstartedServer()
		serve := s.Config.Handler
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve.ServeHTTP(xxhash3Only{w}, r) })
		s.StartTLS()
		t.Cleanup(s.Close)
		w := newWorldOn(t, s, setting)
		w.S3.Put("records", "in.csv", []byte(header+"H,D,T,5\n"))
		for _, id := range []string{"request-1", "request-2"} {
			_, err := w.invoke(id, "")
			if setting == "VERIFY=" && err != nil ||
				setting == "VERIFY=full" && (!errors.Is(err, s3.ErrChecksumAlgorithm) || !strings.Contains(err.Error(), "s3://records/in.csv")) {
				t.Errorf("%s, %s: %v", setting, id, err)
			}
		}
		lines := map[string]int{"VERIFY=": 1, "VERIFY=full": 0}[setting]
		const line = "\trequest-1\tWARN\tnot verified: s3://records/in.csv: its checksum is xxhash3, "
		if log := w.log.String(); strings.Count(log, line) != lines || strings.Count(log, "xxhash3") != lines {
			t.Errorf("%s: log %q", setting, log)
		}
	}
}

func TestSQS(t *testing.T) {
	payload := `{"Records":[
		{"messageId":"good","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:q","body":"{\"bucket\":\"records\",\"key\":\"good.csv\"}"},
		{"messageId":"bad","eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:q","body":"{\"bucket\":\"records\",\"key\":\"bad.csv\"}"}]}`
	for setting, want := range map[string]string{"SQS_PARTIAL=on": `{"batchItemFailures":[{"itemIdentifier":"bad"}]}`, "SQS_PARTIAL=off": ""} {
		w := newWorld(t, setting)
		w.S3.Put("records", "good.csv", []byte(header+"H,D,T,5\n"))
		w.S3.Put("records", "bad.csv", []byte(header+"H,D,T\n"))
		answer, err := w.invoke("request-1", payload)
		if answer != want || (err != nil) != (want == "") {
			t.Errorf("%s: %q, %v", setting, answer, err)
		}
		if !strings.Contains(w.log.String(), "ERROR\tjob: s3://records/bad.csv: record 2 at byte 43: ") {
			t.Errorf("%s: log %q", setting, w.log.String())
		}
	}
}

// A file of ever new names ends in an error before the process is killed for lack of memory.
func TestTooManyGroups(t *testing.T) {
	w := newWorld(t)
	w.f.job.Memory = job.NewBudget(4<<20, 1)
	var csv strings.Builder
	csv.WriteString(header)
	for i := range 100_000 {
		csv.WriteString("H" + strconv.Itoa(i%1000) + ",D" + strconv.Itoa(i/1000) + ",T,5\n")
	}
	w.S3.Put("records", "in.csv", []byte(csv.String()))
	if _, err := w.invoke("request-1", ""); !errors.Is(err, aggregate.ErrTooManyGroups) || !errors.Is(err, job.ErrTooLarge) || len(w.keys()) > 0 {
		t.Errorf("%v, %d items", err, len(w.keys()))
	}
}

func TestUnknownEvent(t *testing.T) {
	w := newWorld(t)
	if _, err := w.invoke("request-1", `{"key1":"value1","key2":"value2","key3":"value3"}`); !errors.Is(err, event.ErrUnknown) {
		t.Errorf("%v", err)
	}
}

func TestMetrics(t *testing.T) {
	w := newWorld(t, "METRICS=on")
	w.S3.Put("records", "in.csv", []byte(header+"H,D,T,5\n"))
	if _, err := w.invoke("request-1", ""); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(w.log.String(), `"CloudWatchMetrics"`) {
		t.Errorf("log %q", w.log.String())
	}
}

// A bad setting fails the start, and its error names the variable.
func TestSettings(t *testing.T) {
	for _, setting := range []string{"BAD_ROWS=x", "RECORDS=x", "MIN_RECORDS=x", "MIN_RECORDS=-1", "TTL_DAYS=x", "MANIFEST=x", "PK=x", "SQS_PARTIAL=x", "GONE=x", "METRICS=x", "VERIFY=x", "WARM=x"} {
		name, value, _ := strings.Cut(setting, "=")
		_, err := newFunction(func(n string) string {
			switch n {
			case name:
				return value
			case "AWS_REGION":
				return "us-east-1"
			case "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY":
				return "x"
			}
			return ""
		}, nil)
		if err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s: %v", setting, err)
		}
	}
}

// An environment that says nothing at all is no error before an event comes: then it is.
func TestNothingConfigured(t *testing.T) {
	f, err := newFunction(func(string) string { return "" }, nil)
	if err != nil {
		t.Fatal(err)
	}
	f.begin()
	for _, payload := range []string{"{}", `{"bucket":"b","key":"k","table":"t"}`} {
		if _, err := f.handle(context.Background(), &runtime.Invocation{RequestID: "request-1", Payload: []byte(payload)}); err == nil {
			t.Errorf("%s: no error", payload)
		}
	}
}

// LATEST names the newest result, whose items are then there. Two GETs find it: of the pointer and
// of the items under its partition key.
func TestLatest(t *testing.T) {
	for _, setting := range []string{"LATEST=object", "LATEST=prefix"} {
		w := newWorld(t, setting, "TTL_DAYS=30")
		w.S3.Put("records", "in.csv", []byte(header+"H,D,T,5\nH,D2,T,5\n"))
		w.ForgetRequests()
		answer, err := w.invoke("request-1", "")
		if err != nil {
			t.Fatal(err)
		}
		var operations []string
		for _, r := range w.Requests() {
			operations = append(operations, r.Operation)
		}
		if got, want := strings.Join(operations, " "), "GetObject BatchWriteItem BatchWriteItem GetItem HeadObject PutItem"; got != want {
			t.Errorf("%s: %s, want %s", setting, got, want)
		}
		var got struct{ Run, PartitionKey string }
		if err := json.Unmarshal([]byte(answer), &got); err != nil || got.Run == "" {
			t.Errorf("%s: %s, %v", setting, answer, err)
		}
		sk := map[string]string{"LATEST=object": "#object#records#in.csv", "LATEST=prefix": "#object#records#"}[setting]
		if keys := w.keys(); !slices.Equal(keys, []string{"latest " + sk, got.PartitionKey + " #0#manifest",
			got.PartitionKey + " #diagnosis#D#hospital#H", got.PartitionKey + " #diagnosis#D2#hospital#H"}) {
			t.Errorf("%s: %q", setting, keys)
		}
		if !strings.Contains(w.log.String(), "\tlatest=\"true\"") {
			t.Errorf("%s: log %q", setting, w.log.String())
		}
	}
	for _, setting := range []string{"PK=request", "MANIFEST=off"} {
		env := map[string]string{"AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "s", "LATEST": "object"}
		name, value, _ := strings.Cut(setting, "=")
		env[name] = value
		getenv := func(name string) string { return env[name] }
		if _, err := newFunction(getenv, logline.New(new(bytes.Buffer), time.Now, getenv)); errorType(t.Context(), err) != "Function.Setting" {
			t.Errorf("LATEST=object %s: %v", setting, err)
		}
	}
}

// Reading stops before the deadline, in time to say so.
func TestReadingStopsBeforeTheDeadline(t *testing.T) {
	w := newWorld(t)
	w.S3.Put("records", "in.csv", []byte(header+"H,D,T,5\n"))
	w.Inject(lambdatest.Only("GetObject", func(lambdatest.Call) lambdatest.Fault {
		return lambdatest.Fault{Kind: lambdatest.Stall, Bytes: 10} // until the client gives up
	}))
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	_, err := w.f.handle(ctx, &runtime.Invocation{RequestID: "request-1"})
	if ctx.Err() != nil {
		t.Error("the time was over before the answer came")
	}
	if typed, ok := errors.AsType[*typedError](err); !ok || typed.ErrorType() != "Function.Timeout" || !errors.Is(err, job.ErrDeadline) ||
		!strings.Contains(err.Error(), "s3://records/in.csv") || len(w.keys()) > 0 {
		t.Errorf("%v; stored %q", err, w.keys())
	}
}

// The objects of a prefix are reduced into one result, as if they were one file.
func TestPrefix(t *testing.T) {
	s := lambdatest.NewServer()
	t.Cleanup(s.Close)
	w := newWorldOn(t, s, "LATEST=object", "BAD_ROWS=skip", "MIN_RECORDS=2", "GONE=ignore")
	w.S3.Put("records", "days/", nil)
	w.S3.Put("records", "days/1.csv", []byte(header+"H,D,T,5\nH,D,T,x\nG,D,T,7\n"))
	w.S3.Put("records", "days/a é.csv", []byte("Diagnosis;Hospital;Recovery Time;Treatment\nD;H;8;T\n"))
	w.ForgetRequests()
	answer, err := w.invoke("request-1", `{"prefix":"days/"}`)
	if err != nil {
		t.Fatal(err)
	}
	var operations []string
	for _, r := range w.Requests() {
		operations = append(operations, r.Operation)
	}
	if got, want := strings.Join(operations, " "),
		"ListObjectsV2 GetObject GetObject DescribeTable BatchWriteItem BatchWriteItem GetItem ListObjectsV2 PutItem"; got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
	var got struct {
		Objects, Rows, Groups, Suppressed, Skipped int
		PartitionKey                               string
	}
	if err := json.Unmarshal([]byte(answer), &got); err != nil || got.Objects != 2 || got.Rows != 3 || got.Groups != 1 || got.Suppressed != 1 || got.Skipped != 1 {
		t.Errorf("%s, %v", answer, err)
	}
	if keys := w.keys(); !slices.Equal(keys, []string{"latest #prefix#records#days/", got.PartitionKey + " #0#manifest", got.PartitionKey + " #diagnosis#D#hospital#H"}) {
		t.Errorf("stored %q", keys)
	}
	for _, line := range []string{"skipped: s3://records/days/1.csv: record 3 at byte 51, column Recovery Time", "objects=2", "suppressed=1", "latest=\"true\""} {
		if !strings.Contains(w.log.String(), line) {
			t.Errorf("no %q in the log %q", line, w.log.String())
		}
	}
	// An object that is gone since it was listed is no reason for a smaller result, or for none.
	w.Inject(lambdatest.Only("GetObject", func(lambdatest.Call) lambdatest.Fault {
		w.Inject(nil)
		w.deleteObject(t, "days/1.csv", "")
		return lambdatest.Fault{}
	}))
	for payload, want := range map[string]string{`{"prefix":"days/"}`: "Function.NoSuchKey", `{"prefix":"none/"}`: "Function.NoSuchKey", `{"prefix":"days/","bucket":"none"}`: "Function.NoSuchBucket"} {
		_, err := w.invoke("request-2", payload)
		if typed, ok := errors.AsType[*typedError](err); !ok || typed.ErrorType() != want {
			t.Errorf("%s: %v, want %s", payload, err, want)
		}
		if payload == `{"prefix":"days/"}` && !strings.Contains(err.Error(), "s3://records/days/1.csv") {
			t.Errorf("%v", err)
		}
	}
}
