package lambdaapi

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"reduction/cmd/lab/internal/account"
	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/reportline"
	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/lambda"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// newClient returns a client of an emulator with a function f, whose waiting moves the emulator's
// clock instead of taking time.
func newClient(t *testing.T, connections lambda.Connections) (*Client, *lambdatest.Server) {
	t.Helper()
	var ahead atomic.Int64
	server := lambdatest.NewUnstartedServer()
	server.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	server.Lambda.UpdateTime = 3 * time.Second
	server.Start()
	t.Cleanup(server.Close)
	server.Lambda.CreateFunction(lambdatest.FunctionConfig{Name: "f", MemoryMB: 256, Description: "mine", Env: []string{"SECRET=hidden"},
		Exec: []string{labtest.Liar(t)}, Timeout: time.Minute, Connections: connections})
	a, err := account.Load(account.Source{Home: t.TempDir(), Getenv: server.Getenv})
	if err != nil {
		t.Fatal(err)
	}
	a.Now = server.Now
	a.Sleep = func(ctx context.Context, d time.Duration) error {
		ahead.Add(int64(d))
		return ctx.Err()
	}
	return &Client{a}, server
}

func TestUpdate(t *testing.T) {
	c, server := newClient(t, lambda.Connections{})
	before, err := c.Configuration(t.Context(), "f")
	if err != nil || before.MemorySize != 256 || before.Description != "mine" || before.Environment.Variables["SECRET"] != "hidden" || !before.Ready() {
		t.Fatalf("%+v, %v", before, err)
	}
	memory, description := 512, ""
	updated, err := c.Update(t.Context(), "f", Change{MemorySize: &memory, Description: &description, RevisionId: before.RevisionId})
	if err != nil || updated.Ready() {
		t.Fatalf("%+v, %v", updated, err)
	}
	if _, err := c.Update(t.Context(), "f", Change{Description: &description}); !Has(err, Conflict) {
		t.Errorf("while an update is in progress: %v", err)
	}
	after, err := c.Wait(t.Context(), "f")
	if err != nil || after.MemorySize != 512 || after.Description != "" || after.Environment.Variables["SECRET"] != "hidden" {
		t.Fatalf("%+v, %v", after, err)
	}
	if d := before.Differences(after); len(d) > 0 {
		t.Errorf("%v differ", d)
	}
	if _, err := c.Update(t.Context(), "f", Change{MemorySize: &memory, RevisionId: before.RevisionId}); !Has(err, PreconditionFailed) {
		t.Errorf("with an old revision: %v", err)
	}
	for _, r := range server.Requests() {
		if r.Status == 0 || r.Status >= 400 && r.Status != 409 && r.Status != 412 {
			t.Errorf("%+v", r)
		}
	}
	// What is sent can be nothing else.
	text, err := json.Marshal(Change{MemorySize: &memory, Description: &description, RevisionId: "r"})
	if want := `{"MemorySize":512,"Description":"","RevisionId":"r"}`; err != nil || string(text) != want {
		t.Errorf("%s, want %s", text, want)
	}
}

func TestDifferences(t *testing.T) {
	read := func(text string) *Configuration {
		f := new(Configuration)
		if err := json.Unmarshal([]byte(text), f); err != nil {
			t.Fatal(err)
		}
		return f
	}
	a := read(`{"MemorySize":1,"RevisionId":"a","Timeout":3,"Layers":[{"Arn":"x"}],"Environment":{"Variables":{"A":"1","B":"2"}},"New":1}`)
	b := read(`{"MemorySize":2,"RevisionId":"b","Timeout":4,"Layers":[{"Arn":"x"}],"Environment":{"Variables":{"B":"2","A":"3"}}}`)
	if got := a.Differences(b); !slices.Equal(got, []string{"Environment", "New", "Timeout"}) {
		t.Error(got)
	}
	if got := a.Differences(read(`{"Layers":[{"Arn": "x"}],"Environment":{"Variables":{"B":"2","A":"1"}},"New":1,"Timeout":3}`)); len(got) > 0 {
		t.Error(got)
	}
}

func TestCopy(t *testing.T) {
	c, _ := newClient(t, lambda.Connections{})
	f, err := c.Function(t.Context(), "f", "$LATEST")
	if err != nil {
		t.Fatal(err)
	}
	code, err := c.Download(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Create(t.Context(), map[string]any{"FunctionName": "copy", "Role": f.Configuration.Role, "Code": map[string]any{"ZipFile": code}, "Timeout": 60}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Wait(t.Context(), "copy"); err != nil {
		t.Fatal(err)
	}
	for _, cold := range []bool{true, false} {
		r, err := c.Invoke(t.Context(), "copy", []byte(`{}`))
		if err != nil || r.FunctionError != "" || string(r.Payload) != `{"rows":1}` || r.Took <= 0 {
			t.Fatalf("%+v, %v", r, err)
		}
		report, err := reportline.Find(r.Log, r.RequestID)
		if err != nil || report.Cold() != cold || report.MemoryMB != 128 {
			t.Errorf("%+v, %v", report, err)
		}
	}
	if err := c.Delete(t.Context(), "copy"); err != nil {
		t.Error(err)
	}
	if err := c.Delete(t.Context(), "copy"); !Has(err, NotFound) {
		t.Error(err)
	}
	f.Configuration.CodeSha256 = "another"
	if _, err := c.Download(t.Context(), f); err == nil || strings.Contains(err.Error(), "token=") {
		t.Errorf("a package with another hash: %v", err)
	}
	f.Code.Location += "x"
	if _, err := c.Download(t.Context(), f); err == nil || strings.Contains(err.Error(), "token=") {
		t.Errorf("no right to download: %v", err)
	}
	f.Code.Location = "http://127.0.0.1:1/?token=secret"
	if _, err := c.Download(t.Context(), f); err == nil || strings.Contains(err.Error(), "token=") {
		t.Errorf("nobody there: %v", err)
	}
}

func TestTraffic(t *testing.T) {
	reserved := 0
	for _, test := range []struct {
		connections lambda.Connections
		want        string
	}{
		{lambda.Connections{}, ""},
		{lambda.Connections{EventSources: []string{"arn:aws:sqs:us-east-1:123456789012:q"}}, "an event source mapping reads arn:aws:sqs"},
		{lambda.Connections{Policy: `{"Version":"2012-10-17","Statement":[{"Effect":"Allow"}]}`}, "resource policy"},
		{lambda.Connections{Policy: `{"Version":"2012-10-17","Statement":[]}`}, ""},
		{lambda.Connections{Policy: `{"Version":"2012-10-17","Statement":{"Effect":"Allow"}}`}, "resource policy"},
		{lambda.Connections{Policy: "{}"}, "resource policy"},
		{lambda.Connections{URLAuth: "NONE"}, "the function URL https://"},
		{lambda.Connections{Reserved: &reserved}, "0 concurrent executions are reserved"},
		{lambda.Connections{Provisioned: 1}, ":live has provisioned concurrency"},
	} {
		c, _ := newClient(t, test.connections)
		signs, err := c.Traffic(t.Context(), "f")
		if got := strings.Join(signs, "\n"); err != nil || (got == "") != (test.want == "") || !strings.Contains(got, test.want) {
			t.Errorf("%+v: %q, %v; want %q", test.connections, signs, err, test.want)
		}
	}
	c, server := newClient(t, lambda.Connections{})
	if _, err := c.Invoke(t.Context(), "f", nil); err != nil {
		t.Fatal(err)
	}
	if signs, err := c.Traffic(t.Context(), "f"); err != nil || len(signs) != 1 || !strings.Contains(signs[0], "counts 1 invocations in the last 25 hours") {
		t.Errorf("%q, %v", signs, err)
	}
	c, server = newClient(t, lambda.Connections{})
	if err := c.call(t.Context(), "PublishVersion", "POST", functions+"/f/versions", "", struct{}{}, nil); err != nil {
		t.Fatal(err)
	}
	for name, version := range map[string]string{"live": "$LATEST", "stable": "1"} {
		if err := c.call(t.Context(), "CreateAlias", "POST", functions+"/f/aliases", "", map[string]string{"Name": name, "FunctionVersion": version}, nil); err != nil {
			t.Fatal(err)
		}
	}
	if signs, err := c.Traffic(t.Context(), "f"); err != nil || !slices.Equal(signs, []string{"its alias live is $LATEST"}) {
		t.Errorf("%q, %v", signs, err)
	}
	// Each of the questions has to be answered.
	for _, operation := range []string{"ListEventSourceMappings", "GetPolicy", "ListAliases", "ListFunctionUrlConfigs", "GetFunctionConcurrency", "ListProvisionedConcurrencyConfigs", "GetMetricStatistics"} {
		server.Inject(lambdatest.Only(operation, func(lambdatest.Call) lambdatest.Fault {
			return lambdatest.Fault{Kind: lambdatest.Answer, Status: 403, Code: "AccessDeniedException", Message: "no"}
		}))
		if _, err := c.Traffic(t.Context(), "f"); err == nil || !strings.Contains(err.Error(), operation) {
			t.Errorf("%s is refused: %v", operation, err)
		}
	}
}
