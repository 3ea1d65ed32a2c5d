package onaws

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/account"
	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/lambdaapi"
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/lambda"
)

// record returns the entries of the record.
func (w *world) record(c *Config) []entry {
	w.t.Helper()
	text, err := os.ReadFile(c.Record)
	if err != nil {
		w.t.Fatal(err)
	}
	var out []entry
	for line := range strings.Lines(string(text)) {
		var e entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			w.t.Fatalf("%s: %v", line, err)
		}
		out = append(out, e)
	}
	return out
}

func TestCold(t *testing.T) {
	w := newWorld(t)
	w.server.Lambda.CreateFunction(lambdatest.FunctionConfig{Name: "g", MemoryMB: 128, Exec: []string{program(t)}})
	before := w.functions()
	// One start is not cold, in the first round that counts.
	w.edit = func(request int, h http.Header) {
		if request == 5 {
			setCold(h, false)
		}
	}
	c := w.measurement(false)
	c.Functions, c.N, c.Memory, c.Yes = []string{"f", "g"}, 2, []int{128, 256}, false
	r, err := c.Cold(t.Context(), w.console("y\n"))
	if err != nil || !r.OK {
		t.Fatalf("%v\n%s", err, &w.out)
	}
	w.asBefore(before, "cold")
	told := labtest.Flat(w.out.String())
	for _, want := range []string{"account 123456789012", "with the credentials of the environment", "f: a temporary copy, lab-copy-", "g: a temporary copy, lab-copy-",
		"12 invocations: 2 starts each of 2 functions at 2 memory sizes, of which 4 do not count", "it writes its results into results", "Go on? [y/N]"} {
		if !strings.Contains(told, want) {
			t.Errorf("%q is not said in\n%s", want, &w.out)
		}
	}
	starts, samples := 0, 0
	for i, f := range r.Results {
		if want := []string{"f", "g"}[i%2]; f.Function != want || f.MemoryMB != []int{128, 256}[i/2] || f.Failed != "" {
			t.Errorf("result %d: %+v", i, f)
		}
		if f.StartToNext != nil || f.Init == nil || f.Client.P50 <= 0 || f.MaxMemory == nil || f.Billed.P50 < f.Init.P50 {
			t.Errorf("result %d: %+v", i, f)
		}
		starts, samples = starts+f.Starts, samples+len(f.Samples)
	}
	record := w.record(c)
	notCounted := slices.DeleteFunc(slices.Clone(record), func(e entry) bool { return e.Counted || e.Round == 0 })
	if len(record) != 12 || starts != 8 || samples+len(notCounted) != 8 {
		t.Errorf("%d lines; %d of %d starts counted, %d not", len(record), samples, starts, len(notCounted))
	}
	for _, e := range record {
		if !strings.HasPrefix(e.Line, "REPORT RequestId: "+e.RequestID) || e.Counted != (e.Cold && e.Round > 0) || !strings.HasPrefix(e.Measured, copyPrefix) {
			t.Errorf("%+v", e)
		}
	}
	if record[5].Cold || record[5].Counted {
		t.Errorf("%+v", record[5])
	}
}

// The answer to the question decides.
func TestQuestion(t *testing.T) {
	for _, answer := range []string{"", "\n", "n\n", "no way\n"} {
		w := newWorld(t)
		c := w.measurement(false)
		c.Yes = false
		r, err := c.Cold(t.Context(), w.console(answer))
		if r != nil || err == nil || !strings.Contains(err.Error(), "nothing was done") {
			t.Errorf("%q: %v", answer, err)
		}
		for _, request := range w.server.Requests() {
			if request.Operation != "GetFunction" {
				t.Errorf("%q: %s", answer, request.Operation)
			}
		}
		if file := w.left(); file != "" {
			t.Errorf("%q: %s is left", answer, file)
		}
	}
}

func TestTune(t *testing.T) {
	w := newWorld(t)
	before := w.functions()
	c := w.measurement(false)
	c.N, c.Memory = 5, []int{256, 512}
	r, err := c.Tune(t.Context(), w.console(""), "cost", 0.5)
	if err != nil || !r.OK {
		t.Fatalf("%v\n%s", err, &w.out)
	}
	w.asBefore(before, "tune")
	if record := w.record(c); len(record) != 1+2*(1+5) {
		t.Errorf("%d invocations", len(record))
	}
	prices, _ := pricing.Of(pricing.X86)
	for i, size := range r.Sizes {
		if size.MemoryMB != c.Memory[i] || size.Mean == nil || len(size.Cold.Warm) != 5 || *size.Cost != *prices.Cost(size.MemoryMB, size.Mean.Value, 0, 0) {
			t.Errorf("%+v", size)
		}
	}
	if r.PowerTuning == nil || !strings.HasPrefix(r.PowerTuning.StateMachine.Visualization, "https://lambda-power-tuning.show/#") {
		t.Errorf("%+v", r.PowerTuning)
	}
	// Warm ones that were cold are taken again, up to a limit.
	w = newWorld(t)
	w.edit = func(request int, h http.Header) {
		if request > 1 {
			setCold(h, true)
		}
	}
	c = w.measurement(false)
	c.N = 5
	r, err = c.Tune(t.Context(), w.console(""), "cost", 0.5)
	if err != nil || r.OK || r.Sizes[0].Failed != "only 0 of 10 invocations were warm" {
		t.Errorf("%+v, %v", r, err)
	}
}

// A function that fails has no times, and says why.
func TestFailures(t *testing.T) {
	answer := func(text string) func(int, http.Header) {
		return func(_ int, h http.Header) {
			h.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString([]byte(strings.ReplaceAll(text, "ID", h.Get("X-Amzn-Requestid")))))
		}
	}
	report := "REPORT RequestId: ID\tDuration: 1 ms\tBilled Duration: 1 ms\tMemory Size: 512 MB\tMax Memory Used: 512 MB\t"
	for _, test := range []struct {
		what, want string
		ok         bool // it is a result
		edit       func(int, http.Header)
	}{
		{"no log", "no REPORT line: the log is empty", false, answer("")},
		{"a line cut off", "the REPORT line is incomplete", false, answer(report[:60])},
		{"another request's", "but one of another", false, answer(strings.Replace(report, "ID", "another", 1) + "\n")},
		{"out of memory", "Runtime.OutOfMemory, at 512 MB", true, answer(report + "Status: error\tError Type: Runtime.OutOfMemory\n")},
		{"timeout", "timed out after 60 s, at 512 MB", true, answer(report + "Status: timeout\n")},
		{"INIT failed", "INIT failed (timeout)", false, answer("INIT_REPORT Init Duration: 9999.79 ms\tPhase: init\tStatus: timeout\n" + report + "\n")},
		{"an error", `failed: {"rows":1}`, false, func(_ int, h http.Header) { h.Set("X-Amz-Function-Error", "Unhandled") }},
	} {
		w := newWorld(t)
		before := w.functions()
		w.edit = test.edit
		c := w.measurement(false)
		c.N = 5
		r, err := c.Cold(t.Context(), w.console(""))
		if err != nil || !strings.Contains(r.Results[0].Failed, test.want) || r.OK != test.ok {
			t.Errorf("%s: %+v, %v; want %q", test.what, r, err, test.want)
		}
		invocations := 1
		if strings.Contains(test.want, "REPORT line") || strings.Contains(test.want, "another") {
			invocations = mostLost // a line may be missing
		}
		if record := w.record(c); len(record) != invocations || record[0].Counted || record[0].Why == "" {
			t.Errorf("%s: %+v", test.what, record)
		}
		w.asBefore(before, test.what)
	}
}

// A start whose line is missing is not counted; the others are.
func TestMissingLine(t *testing.T) {
	w := newWorld(t)
	w.edit = func(request int, h http.Header) {
		if request == 1 || request == 2 {
			h.Del("X-Amz-Log-Result")
		}
	}
	c := w.measurement(false)
	c.N = 4
	r, err := c.Cold(t.Context(), w.console(""))
	if err != nil || !r.OK || len(r.Results[0].Samples) != 2 || r.Results[0].Starts != 4 {
		t.Errorf("%+v, %v", r, err)
	}
}

// A function that fails after some starts has no times, and the report is not OK.
func TestFailsLater(t *testing.T) {
	w := newWorld(t)
	w.edit = func(request int, h http.Header) {
		if request == 2 {
			h.Set("X-Amz-Function-Error", "Unhandled")
		}
	}
	c := w.measurement(false)
	c.N = 3
	r, err := c.Cold(t.Context(), w.console(""))
	if err != nil || r.OK || len(r.Results[0].Samples) != 0 || r.Results[0].Failed == "" {
		t.Errorf("%+v, %v", r, err)
	}
}

// Lambda's own lines in JSON, as deploy/template.yaml has them.
func TestJSONLogs(t *testing.T) {
	w := newWorld(t, func(c *lambdatest.FunctionConfig) { c.LogFormat = "JSON" })
	c := w.measurement(false)
	r, err := c.Cold(t.Context(), w.console(""))
	if err != nil || !r.OK || len(r.Results[0].Samples) != 1 {
		t.Fatalf("%+v, %v\n%s", r, err, &w.out)
	}
	for _, e := range w.record(c) {
		if !strings.Contains(e.Line, `"type":"platform.report"`) || !e.Cold {
			t.Errorf("%+v", e)
		}
	}
}

// What Lambda says of a copy that it refuses may quote a secret.
func TestRefusedCopy(t *testing.T) {
	for _, test := range []struct{ message, want string }{
		{`String measured: {"SECRET":"s3cr3t-old"}`, "the message is left out"},
		{"The role cannot be assumed.", "The role cannot be assumed."},
	} {
		w := newWorld(t)
		before := w.functions()
		w.server.Inject(lambdatest.Only("CreateFunction", func(lambdatest.Call) lambdatest.Fault {
			return lambdatest.Fault{Kind: lambdatest.Answer, Status: 400, Code: "InvalidParameterValueException", Message: test.message}
		}))
		r, err := w.measurement(false).Cold(t.Context(), w.console(""))
		if r != nil || err == nil || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error()+w.out.String(), "s3cr3t-old") {
			t.Errorf("%v\n%s", err, &w.out)
		}
		w.undone(before, test.message)
	}
}

// Invocations that have no answer are not repeated: the function may have run. Three in a row end the
// measurement.
func TestLostAnswers(t *testing.T) {
	for _, lost := range []int{2, 3} {
		w := newWorld(t)
		before := w.functions()
		n := 0
		w.server.Inject(lambdatest.Only("Invoke", func(lambdatest.Call) lambdatest.Fault {
			if n++; n <= lost {
				return lambdatest.Fault{Kind: lambdatest.Cut, Bytes: -1}
			}
			return lambdatest.Fault{}
		}))
		c := w.measurement(false)
		c.N = 4
		r, err := c.Cold(t.Context(), w.console(""))
		if (err != nil) != (lost == mostLost) || n != min(5, lost+max(0, mostLost-lost)*5) {
			t.Errorf("%d are lost: %v after %d invocations", lost, err, n)
		}
		if lost < mostLost && (len(r.Results[0].Samples) != 3 || r.Results[0].Starts != 4) {
			t.Errorf("%+v", r.Results[0])
		}
		w.asBefore(before, "lost answers")
	}
}

// An answer of our function's is compared with the first one.
func TestAnswer(t *testing.T) {
	good := `{"requestId":"r","rows":9,"groups":3,"items":3,"skipped":0,"bytes":7}`
	for _, test := range []struct{ payload, want string }{
		{good, ""},
		{strings.Replace(good, `"bytes":7`, `"bytes":8`, 1), ""},
		{strings.Replace(good, `"rows":9`, `"rows":8`, 1), "wrong: 8 rows, 3 groups and 0 skipped rows, but 9, 3 and 0 the first time"},
		{strings.Replace(good, `"groups":3`, `"groups":4`, 1), "wrong: 9 rows, 4 groups"},
		{strings.Replace(good, `"skipped":0`, `"skipped":1`, 1), "and 1 skipped rows"},
		{strings.Replace(good, `"r"`, `"q"`, 1), "the answer to request r says that it is to q"},
		{`{"requestId":"q"}`, ""}, // another function's
		{`[]`, ""}, {``, ""}, {`null`, ""},
	} {
		s := new(subject)
		if wrong := s.checkAnswer([]byte(good), "r"); wrong != "" {
			t.Fatal(wrong)
		}
		if got := s.checkAnswer([]byte(test.payload), "r"); got != test.want && (test.want == "" || !strings.Contains(got, test.want)) {
			t.Errorf("%s: %q, want %q", test.payload, got, test.want)
		}
	}
}

// What is not measured, and why: nothing is changed, and nothing asked.
func TestRefused(t *testing.T) {
	reserved := 5
	connected := func(c lambda.Connections) func(*lambdatest.FunctionConfig) {
		return func(cfg *lambdatest.FunctionConfig) { cfg.Connections = c }
	}
	for _, test := range []struct {
		what, want string
		config     func(*lambdatest.FunctionConfig)
		change     func(*Config)
	}{
		{"an event source", "an event source mapping reads arn:aws:sqs", connected(lambda.Connections{EventSources: []string{"arn:aws:sqs:us-east-1:123456789012:q"}}), live},
		{"a policy", "resource policy", connected(lambda.Connections{Policy: "{}"}), live},
		{"a URL", "function URL", connected(lambda.Connections{URLAuth: "AWS_IAM"}), live},
		{"reserved", "5 concurrent executions are reserved", connected(lambda.Connections{Reserved: &reserved}), live},
		{"provisioned", "provisioned concurrency", connected(lambda.Connections{Provisioned: 1}), live},
		{"measured already", "lab is measuring it, or has not restored it", func(c *lambdatest.FunctionConfig) { c.Description = "lab 0badcafe: being measured; step 3" }, live},
		{"a copy of it", "lab is measuring it, or has not restored it", func(c *lambdatest.FunctionConfig) { c.Description = "lab 0badcafe: being measured; step 3" }, nil},
		{"no such function", "ResourceNotFoundException", nil, func(c *Config) { c.Functions = []string{"g"} }},
		{"no such version", "ResourceNotFoundException", nil, func(c *Config) { c.Functions = []string{"f:7"} }},
		{"another account", "the credentials are those of another account", nil, func(c *Config) { c.Functions = []string{"arn:aws:lambda:us-east-1:999999999999:function:f"} }},
	} {
		w := newWorld(t)
		if test.config != nil {
			w.server.Close()
			w = newWorld(t, test.config)
		}
		before := w.functions()
		c := w.measurement(false)
		if test.change != nil {
			test.change(c)
		}
		r, err := c.Cold(t.Context(), w.console(""))
		if r != nil || err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v, want %q", test.what, err, test.want)
		}
		for _, request := range w.server.Requests() {
			if request.Operation == "Invoke" || strings.HasPrefix(request.Operation, "Update") || strings.HasPrefix(request.Operation, "Create") {
				t.Errorf("%s: %s", test.what, request.Operation)
			}
		}
		w.undone(before, test.what)
	}
}

func live(c *Config) { c.Live = c.Functions[0] }

// A function that is invoked by others is not measured itself.
func TestRecentlyInvoked(t *testing.T) {
	w := newWorld(t)
	w.do("POST", "/invocations", "{}")
	c := w.measurement(true)
	if err := w.cold(t.Context(), c); err == nil || !strings.Contains(err.Error(), "CloudWatch counts 1 invocations") {
		t.Error(err)
	}
}

func TestCheck(t *testing.T) {
	arn := "arn:aws:lambda:eu-west-1:123456789012:function:f"
	for _, test := range []struct {
		functions    string
		live, region string
		want         string // "": none
	}{
		{functions: "f"}, {functions: "f,g"}, {functions: "f:live,f:7"}, {functions: arn}, {functions: arn + ":live"}, {functions: "f", live: "f"},
		{functions: arn, region: "eu-west-1"}, {functions: arn, live: "f"},
		{functions: "", want: "neither a name nor an ARN"},
		{functions: "f,", want: "neither a name nor an ARN"},
		{functions: "a/b", want: "neither a name nor an ARN"},
		{functions: "f:a/b", want: "neither a name nor an ARN"},
		{functions: "f,f", want: "twice"},
		{functions: "f,g", live: "f", want: "--live f"},
		{functions: "f", live: "g", want: "--live g"},
		{functions: arn, region: "eu-west-2", want: "is not in region eu-west-2"},
		{functions: arn + "," + strings.Replace(arn, "west-1", "west-2", 1), want: "is not in region"},
		{functions: "arn:aws:s3:::bucket", want: "no ARN of a function"},
		{functions: "arn:aws:lambda:eu-west-1:123456789012:layer:f", want: "no ARN of a function"},
	} {
		c := Config{Functions: strings.Split(test.functions, ","), Live: test.live, Source: account.Source{Region: test.region}}
		err := c.Check()
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%+v: %v", test, err)
		}
		if err == nil && strings.HasPrefix(test.functions, "arn") && c.Region != "eu-west-1" {
			t.Errorf("%+v: region %q", test, c.Region)
		}
	}
}

// A copy has what its original has, in the form of a request.
func TestCopyRequest(t *testing.T) {
	f := new(lambdaapi.Function)
	f.Configuration = new(lambdaapi.Configuration)
	// API Reference, FunctionConfiguration.
	text := `{"FunctionName":"f","FunctionArn":"arn:aws:lambda:us-east-1:123456789012:function:f","Runtime":"python3.13","Role":"arn:aws:iam::123456789012:role/r",
"Handler":"a.b","CodeSize":10,"Description":"the owner's","Timeout":7,"MemorySize":300,"LastModified":"x","CodeSha256":"x","Version":"$LATEST",
"VpcConfig":{"SubnetIds":["s-1"],"SecurityGroupIds":["g-1"],"VpcId":"v-1","Ipv6AllowedForDualStack":true},"DeadLetterConfig":{"TargetArn":"q"},
"Environment":{"Variables":{"SECRET":"s3cr3t-old"}},"KMSKeyArn":"k","TracingConfig":{"Mode":"Active"},"RevisionId":"x",
"Layers":[{"Arn":"l:1","CodeSize":3},{"Arn":"l:2","CodeSize":4}],"State":"Active","FileSystemConfigs":[{"Arn":"fs","LocalMountPath":"/mnt/a"}],
"PackageType":"Image","ImageConfigResponse":{"ImageConfig":{"Command":["c"]}},"Architectures":["arm64"],"EphemeralStorage":{"Size":1024},
"SnapStart":{"ApplyOn":"PublishedVersions","OptimizationStatus":"Off"},"LoggingConfig":{"LogFormat":"JSON","SystemLogLevel":"WARN","LogGroup":"shared"},
"TenancyConfig":null,"ANewOne":{"On":true}}`
	if err := json.Unmarshal([]byte(text), f.Configuration); err != nil {
		t.Fatal(err)
	}
	f.Code.ImageUri = "123456789012.dkr.ecr.us-east-1.amazonaws.com/i@sha256:0"
	s := &subject{name: "f", original: f, measured: "lab-copy-0badcafe-0-f"}
	r := &run{todo: &todo{Run: "0badcafe"}, Config: &Config{}}
	request, err := r.copyRequest(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.Marshal(request)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"Architectures":["arm64"],"Code":{"ImageUri":"123456789012.dkr.ecr.us-east-1.amazonaws.com/i@sha256:0"},` +
		`"Description":"lab 0badcafe: temporary copy of f, to be deleted","Environment":{"Variables":{"SECRET":"s3cr3t-old"}},"EphemeralStorage":{"Size":1024},` +
		`"FileSystemConfigs":[{"Arn":"fs","LocalMountPath":"/mnt/a"}],"FunctionName":"lab-copy-0badcafe-0-f","Handler":"a.b","ImageConfig":{"Command":["c"]},` +
		`"KMSKeyArn":"k","Layers":["l:1","l:2"],"LoggingConfig":{"LogFormat":"JSON","LogGroup":"shared","SystemLogLevel":"INFO"},"MemorySize":300,` +
		`"PackageType":"Image","Role":"arn:aws:iam::123456789012:role/r","Runtime":"python3.13","Timeout":7,"TracingConfig":{"Mode":"Active"},` +
		`"VpcConfig":{"SubnetIds":["s-1"],"SecurityGroupIds":["g-1"],"Ipv6AllowedForDualStack":true}}`
	if string(got) != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	warnings := strings.Join(r.warnings(s), "\n")
	for _, want := range []string{"SnapStart works in published versions only", "the copy has INFO", "the copy logs into shared", "without ANewOne"} {
		if !strings.Contains(warnings, want) {
			t.Errorf("%q is not said in\n%s", want, warnings)
		}
	}
	if err := s.check(t.Context(), nil); err != nil {
		t.Error(err)
	}
	for _, test := range []struct{ member, want string }{
		{`"DurableConfig":{"ExecutionTimeout":60}`, "it has DurableConfig"},
		{`"Environment":{"Error":{"ErrorCode":"AccessDeniedException","Message":"no"}}`, "its environment cannot be read (AccessDeniedException: no)"},
		{`"PackageType":"Zip","CodeSize":60000000`, "a copy of more than 50 MB cannot be uploaded"},
		{`"PackageType":"Zip"`, "its package cannot be downloaded"},
	} {
		f.Configuration = new(lambdaapi.Configuration)
		if err := json.Unmarshal([]byte("{"+test.member+"}"), f.Configuration); err != nil {
			t.Fatal(err)
		}
		if err := s.check(t.Context(), nil); err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.member, err)
		}
	}
}

// What a report prints is about an account, and says nothing of a sandbox.
func TestPrinted(t *testing.T) {
	w := newWorld(t)
	c := w.measurement(false)
	c.N = report.FewStarts
	r, err := c.Cold(t.Context(), w.console(""))
	if err != nil {
		t.Fatal(err)
	}
	if r.RoundTrip != report.OnAWS || r.Rows != report.OnAWS || r.AWS.Functions[0].Live || r.AWS.Functions[0].MemoryMB != 256 {
		t.Errorf("%+v", r)
	}
	text, err := json.Marshal(r)
	if err != nil || strings.Contains(string(text), "s3cr3t-old") || strings.Contains(string(text), `"a":1`) {
		t.Errorf("the report has a secret, or the event: %s, %v", text, err)
	}
}
