package lambda_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/internal/client"
	"reduction/runtime/lambdatest/lambda"
)

const functionsPath = "/2015-03-31/functions"

// A plane is a server with a function whose updates take a minute of a clock that the test moves.
type plane struct {
	*lambdatest.Server
	*client.Client
	fn    *lambda.Function
	clock atomic.Int64 // what it is ahead
	t     *testing.T
}

func newPlane(t *testing.T, cfg lambda.FunctionConfig) *plane {
	p := &plane{Server: lambdatest.NewUnstartedServer(), t: t}
	p.Server.Now = func() time.Time { return time.Now().Add(time.Duration(p.clock.Load())) }
	p.Lambda.UpdateTime = time.Minute
	p.Start()
	t.Cleanup(p.Close)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cfg.Name, cfg.Timeout = "f", patience
	cfg.Exec = []string{exe, "-test.run=^TestFunctionProcess$"}
	cfg.Env = append(cfg.Env, "LAMBDATEST_FUNCTION=echo", "X=it's 1")
	p.fn = p.Lambda.CreateFunction(cfg)
	p.Client = client.New(t, p.Env(), "lambda")
	p.Client.Now = p.Server.Now
	return p
}

// later ends what is in progress.
func (p *plane) later() { p.clock.Add(int64(time.Minute)) }

// ask sends a request, whose status has to be want, and returns the JSON of the answer. A method
// and a path are "PUT /f/configuration".
func (p *plane) ask(want int, request, body string) map[string]any {
	p.t.Helper()
	method, path, _ := strings.Cut(request, " ")
	if !strings.HasPrefix(path, "/20") {
		path = functionsPath + path
	}
	a := p.Do(method, path, body)
	if a.Err != nil || a.Status != want {
		p.t.Fatalf("%s: %d %s %v, want %d", request, a.Status, a.Body, a.Err, want)
	}
	out := map[string]any{"errorType": a.Header.Get("X-Amzn-Errortype"), "log": a.Header.Get("X-Amz-Log-Result")}
	if a.Body != "" {
		if err := json.Unmarshal([]byte(a.Body), &out); err != nil {
			out["text"] = a.Body
		}
	}
	return out
}

func (p *plane) refused(request, body, errorType string) {
	p.t.Helper()
	status := map[string]int{"ResourceConflictException": 409, "PreconditionFailedException": 412, "InvalidParameterValueException": 400, "ResourceNotFoundException": 404, "UnknownOperationException": 404}[errorType]
	if got := p.ask(status, request, body)["errorType"]; got != errorType {
		p.t.Errorf("%s %s: %v, want %s", request, body, got, errorType)
	}
}

func TestUpdate(t *testing.T) {
	p := newPlane(t, lambda.FunctionConfig{Description: "first"})
	before := p.ask(200, "GET /f/configuration", "")
	if first := mustInvoke(t, p.fn, "1"); !first.Cold {
		t.Error("not cold")
	}
	updated := p.ask(200, "PUT /f/configuration", fmt.Sprintf(`{"MemorySize":512,"Description":"second","RevisionId":%q}`, before["RevisionId"]))
	if updated["LastUpdateStatus"] != "InProgress" || updated["MemorySize"] != 512.0 || updated["Description"] != "second" || updated["RevisionId"] == before["RevisionId"] {
		t.Errorf("%v", updated)
	}
	p.refused("PUT /f/configuration", `{"MemorySize":256}`, "ResourceConflictException")
	p.refused("POST /f/versions", ``, "ResourceConflictException")
	if r := mustInvoke(t, p.fn, "2"); r.Cold || !bytes.Contains(r.LogTail, []byte("Memory Size: 128 MB")) {
		t.Errorf("while the update is in progress: %s", r.LogTail)
	}
	p.later()
	after := p.ask(200, "GET /f/configuration", "")
	if after["LastUpdateStatus"] != "Successful" || after["RevisionId"] == updated["RevisionId"] {
		t.Errorf("%v", after)
	}
	if r := mustInvoke(t, p.fn, "3"); !r.Cold || !bytes.Contains(r.LogTail, []byte("Memory Size: 512 MB")) {
		t.Errorf("after the update: %s", r.LogTail)
	}
	if r := mustInvoke(t, p.fn, "4"); r.Cold {
		t.Error("cold again")
	}
	// Only what was asked for has changed.
	for _, name := range []string{"RevisionId", "LastModified", "MemorySize", "Description"} {
		delete(before, name)
		delete(after, name)
	}
	if fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("%v\n%v", before, after)
	}
	for _, body := range []string{`{"MemorySize":64}`, `{"MemorySize":10241}`, `{"Timeout":0}`, `{"Timeout":901}`, `{"LoggingConfig":{"LogFormat":"XML"}}`,
		`{"Description":"` + strings.Repeat("x", 257) + `"}`, `{`, `{"MemorySize":"1"}`} {
		p.refused("PUT /f/configuration", body, "InvalidParameterValueException")
	}
	p.refused("PUT /f/configuration", `{"RevisionId":"another"}`, "PreconditionFailedException")
	p.refused("PUT /g/configuration", `{}`, "ResourceNotFoundException")
	// An update of the environment replaces all of it.
	p.ask(200, "PUT /f/configuration", `{"Environment":{"Variables":{"LAMBDATEST_FUNCTION":"echo"}},"Role":"another","Timeout":7}`)
	got := p.ask(200, "GET /f", "")["Configuration"].(map[string]any)
	if v := got["Environment"].(map[string]any)["Variables"].(map[string]any); len(v) != 1 || got["Role"] != "another" || got["Timeout"] != 7.0 {
		t.Errorf("%v", got)
	}
}

// A copy of a function, from its download, does the same and is a function of its own.
func TestCopyOfAFunction(t *testing.T) {
	p := newPlane(t, lambda.FunctionConfig{MemoryMB: 256})
	got := p.ask(200, "GET /f", "")
	configuration := got["Configuration"].(map[string]any)
	location := got["Code"].(map[string]any)["Location"].(string)
	response, err := http.Get(location)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	code, err := io.ReadAll(response.Body)
	if err != nil || response.StatusCode != 200 || len(code) != int(configuration["CodeSize"].(float64)) {
		t.Fatalf("%s: %s, %d bytes, %v", location, response.Status, len(code), err)
	}
	if response, err := http.Get(location + "x"); err != nil || response.StatusCode != 403 {
		t.Errorf("with another token: %v %v", response, err)
	}
	create := func(name string) string {
		body, err := json.Marshal(map[string]any{"FunctionName": name, "Role": "a role", "Runtime": "provided.al2023", "Layers": []string{"a layer"},
			"Code": map[string]any{"ZipFile": code}, "MemorySize": 1024, "Environment": configuration["Environment"], "LoggingConfig": map[string]string{"LogFormat": "JSON"}})
		if err != nil {
			t.Fatal(err)
		}
		return string(body)
	}
	made := p.ask(201, "POST ", create("copy"))
	if made["State"] != "Pending" || made["MemorySize"] != 1024.0 || made["CodeSha256"] != configuration["CodeSha256"] || fmt.Sprint(made["Layers"]) != "[a layer]" {
		t.Errorf("%v", made)
	}
	p.refused("POST ", create("copy"), "ResourceConflictException")
	p.refused("POST /copy/invocations", "{}", "ResourceConflictException")
	p.later()
	if got := p.ask(200, "GET /copy/configuration", ""); got["State"] != "Active" {
		t.Errorf("%v", got)
	}
	a := p.Must("POST", functionsPath+"/copy/invocations", `"hello"`, "X-Amz-Log-Type: Tail")
	log, err := base64.StdEncoding.DecodeString(a.Header.Get("X-Amz-Log-Result"))
	if err != nil || a.Body != `"hello"` {
		t.Fatalf("%s %v\n%s", a.Body, err, log)
	}
	var kinds []string
	for line := range strings.Lines(string(log)) {
		var e struct {
			Time, Type string
			Record     struct {
				RequestId string
				Metrics   map[string]float64
				Status    string
			}
		}
		if json.Unmarshal([]byte(line), &e) != nil {
			continue // the function's own line
		}
		kinds = append(kinds, e.Type)
		if m := e.Record.Metrics; e.Type == "platform.report" && (m["memorySizeMB"] != 1024 || m["initDurationMs"] <= 0 || m["billedDurationMs"] < m["durationMs"] ||
			e.Record.Status != "success" || e.Record.RequestId != a.Header.Get("X-Amzn-Requestid")) {
			t.Error(line)
		}
	}
	if want := "[platform.initStart platform.start platform.runtimeDone platform.report]"; fmt.Sprint(kinds) != want {
		t.Errorf("%v, want %s\n%s", kinds, want, log)
	}
	p.ask(204, "DELETE /copy", "")
	p.refused("DELETE /copy", "", "ResourceNotFoundException")
	p.refused("POST /copy/invocations", "{}", "ResourceNotFoundException")
	mustInvoke(t, p.fn, "1") // which is another function

	for _, body := range []string{`{`, `{"FunctionName":"g","Role":"r","Code":{"S3Bucket":"b"}}`, `{"FunctionName":"g","Code":{"ZipFile":"AAAA"}}`,
		`{"FunctionName":"g","Role":"r","Code":{"ZipFile":"AAAA"}}`, `{"FunctionName":"a b","Role":"r","Code":{"ZipFile":"AAAA"}}`,
		`{"FunctionName":"g","Role":"r","Code":{"ZipFile":"` + base64.StdEncoding.EncodeToString(zipOf(t, "../out")) + `"}}`} {
		p.refused("POST ", body, "InvalidParameterValueException")
	}
}

func zipOf(t *testing.T, name string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	file, err := w.Create(name)
	if err == nil {
		_, err = file.Write([]byte("x"))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSystemLogLevel(t *testing.T) {
	p := newPlane(t, lambda.FunctionConfig{LogFormat: "JSON"})
	if r := mustInvoke(t, p.fn, "1"); !bytes.Contains(r.LogTail, []byte("platform.report")) || bytes.Contains(r.LogTail, []byte("REPORT")) {
		t.Errorf("%s", r.LogTail)
	}
	p.ask(200, "PUT /f/configuration", `{"LoggingConfig":{"SystemLogLevel":"WARN"}}`)
	p.later()
	if r := mustInvoke(t, p.fn, "1"); !r.Cold || bytes.Contains(r.LogTail[bytes.LastIndex(r.LogTail, []byte("starting")):], []byte("platform")) {
		t.Errorf("%s", r.LogTail)
	}
}

func TestVersionsAndAliases(t *testing.T) {
	p := newPlane(t, lambda.FunctionConfig{})
	one := p.ask(201, "POST /f/versions", `{"Description":"one"}`)
	if one["Version"] != "1" || one["Description"] != "one" || !strings.HasSuffix(one["FunctionArn"].(string), ":f:1") {
		t.Errorf("%v", one)
	}
	if again := p.ask(201, "POST /f/versions", ``); again["Version"] != "1" {
		t.Errorf("nothing has changed: %v", again)
	}
	p.ask(200, "PUT /f/configuration", `{"MemorySize":256}`)
	p.later()
	p.refused("POST /f/versions", `{"RevisionId":"another"}`, "PreconditionFailedException")
	p.refused("POST /f/versions", `{"CodeSha256":"another"}`, "InvalidParameterValueException")
	if two := p.ask(201, "POST /f/versions", `{}`); two["Version"] != "2" || two["MemorySize"] != 256.0 {
		t.Errorf("%v", two)
	}
	if list := p.ask(200, "GET /f/versions", "")["Versions"].([]any); len(list) != 3 {
		t.Errorf("%v", list)
	}
	p.refused("PUT /f:1/configuration", `{"MemorySize":256}`, "InvalidParameterValueException")
	p.refused("DELETE /f?Qualifier=1", "", "UnknownOperationException") // Lambda deletes the version
	made := p.ask(201, "POST /f/aliases", `{"Name":"live","FunctionVersion":"1"}`)
	p.refused("POST /f/aliases", `{"Name":"live","FunctionVersion":"1"}`, "ResourceConflictException")
	p.refused("POST /f/aliases", `{"Name":"other","FunctionVersion":"9"}`, "ResourceNotFoundException")
	p.refused("POST /f/aliases", `{"Name":"other","FunctionVersion":"1","RoutingConfig":{"AdditionalVersionWeights":{"2":0.5}}}`, "InvalidParameterValueException")
	p.refused("POST /f/aliases", `{}`, "InvalidParameterValueException")
	for qualifier, memory := range map[string]float64{"1": 128, "2": 256, "live": 128, "%24LATEST": 256} {
		if got := p.ask(200, "GET /f/configuration?Qualifier="+qualifier, ""); got["MemorySize"] != memory {
			t.Errorf("%s: %v", qualifier, got)
		}
	}
	a := p.Must("POST", functionsPath+"/f:live/invocations", "7")
	if a.Header.Get("X-Amz-Executed-Version") != "1" || a.Body != "7" {
		t.Errorf("%v %s", a.Header, a.Body)
	}
	p.refused("PUT /f/aliases/live", `{"FunctionVersion":"2","RevisionId":"another"}`, "PreconditionFailedException")
	moved := p.ask(200, "PUT /f/aliases/live", fmt.Sprintf(`{"FunctionVersion":"2","RevisionId":%q}`, made["RevisionId"]))
	if got := p.ask(200, "GET /f/aliases/live", ""); got["FunctionVersion"] != "2" || got["RevisionId"] != moved["RevisionId"] {
		t.Errorf("%v", got)
	}
	if list := p.ask(200, "GET /f/aliases", "")["Aliases"].([]any); len(list) != 1 {
		t.Errorf("%v", list)
	}
	p.ask(204, "DELETE /f/aliases/live", "")
	p.refused("GET /f/aliases/live", "", "ResourceNotFoundException")
	p.refused("PUT /f/aliases/live", "{}", "ResourceNotFoundException")
	p.refused("POST /f:live/invocations", "{}", "ResourceNotFoundException")
}

func TestConnections(t *testing.T) {
	none := newPlane(t, lambda.FunctionConfig{})
	none.refused("GET /f/policy", "", "ResourceNotFoundException")
	reserved := 3
	all := newPlane(t, lambda.FunctionConfig{Connections: lambda.Connections{EventSources: []string{"arn:aws:sqs:us-east-1:123456789012:q"},
		Policy: `{"Statement":[]}`, URLAuth: "AWS_IAM", Reserved: &reserved, Provisioned: 2}})
	all.ask(200, "GET /f/policy", "")
	for path, want := range map[string]string{
		"/2015-03-31/event-source-mappings?FunctionName=f":         "arn:aws:sqs:us-east-1:123456789012:q",
		"/2015-03-31/event-source-mappings":                        "arn:aws:sqs:us-east-1:123456789012:q",
		"/2021-10-31/functions/f/urls":                             "AWS_IAM",
		"/2019-09-30/functions/f/concurrency":                      "ReservedConcurrentExecutions:3",
		"/2019-09-30/functions/f/provisioned-concurrency?List=ALL": "READY",
	} {
		if got := fmt.Sprint(all.ask(200, "GET "+path, "")); !strings.Contains(got, want) {
			t.Errorf("%s: %s", path, got)
		}
		if got := fmt.Sprint(none.ask(200, "GET "+path, "")); strings.Contains(got, want) {
			t.Errorf("%s: %s", path, got)
		}
	}
	none.refused("GET /2015-03-31/event-source-mappings?FunctionName=g", "", "ResourceNotFoundException")
}

func TestInvocationsMetric(t *testing.T) {
	p := newPlane(t, lambda.FunctionConfig{})
	c := client.New(t, p.Env(), "monitoring")
	c.Now = p.Server.Now
	sum := func(name string) string {
		now := p.Server.Now().UTC()
		return c.Must("POST", "/", "Action=GetMetricStatistics&Version=2010-08-01&Namespace=AWS%2FLambda&MetricName=Invocations&Period=3600&Statistics.member.1=Sum"+
			"&Dimensions.member.1.Name=FunctionName&Dimensions.member.1.Value="+name+"&StartTime="+now.Add(-time.Hour).Format(time.RFC3339)+"&EndTime="+now.Add(time.Hour).Format(time.RFC3339)).Body
	}
	if got := sum("f"); strings.Contains(got, "<Sum>") {
		t.Error(got)
	}
	mustInvoke(t, p.fn, "1")
	if got := sum("f"); !strings.Contains(got, "<Sum>1.0</Sum>") {
		t.Error(got)
	}
	if got := sum("g"); strings.Contains(got, "<Sum>") {
		t.Error(got)
	}
	for _, body := range []string{"Action=PutMetricData", "Action=GetMetricStatistics&Period=59"} {
		if a := c.Do("POST", "/", body); a.Status != 400 || !strings.Contains(a.Body, "<Code>Invalid") {
			t.Errorf("%s: %+v", body, a)
		}
	}
	c.Credentials.SecretAccessKey = "another"
	if a := c.Do("POST", "/", "Action=GetMetricStatistics"); a.Status != 403 {
		t.Errorf("%+v", a)
	}
}
