package account

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"reduction/runtime/lambdatest"
	"reduction/sigv4"
)

const config = `
[default]
region = eu-west-1   
# aws_access_key_id = COMMENTED
[profile work]
region=ap-southeast-2
credential_process = ECHO '{"Version":1,"AccessKeyId":"AKIDPROCESS","SecretAccessKey":"s","SessionToken":"t"}'
s3 =
    region = nested
[profile role]
role_arn = arn:aws:iam::123456789012:role/admin
source_profile = default
[profile "two words"]
aws_access_key_id = AKIDWORDS
aws_secret_access_key = a=b+c/
endpoint_url = http://127.0.0.1:1/lambda/
[profile single]
sso_session = my
[profile half]
aws_access_key_id = AKIDHALF
[profile broken]
credential_process = "ECHO
[profile silent]
credential_process = ECHO
`

const credentials = `
[default]
aws_access_key_id = AKIDDEFAULT
aws_secret_access_key = default
[role]
aws_access_key_id = AKIDROLE
aws_secret_access_key = role
[only]
aws_access_key_id = AKIDONLY
aws_secret_access_key = only
aws_session_token = token
`

// home writes the two files.
func home(t *testing.T) string {
	t.Helper()
	echo, err := exec.LookPath("echo")
	if err != nil {
		t.Skip("there is no echo here: ", err)
	}
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, ".aws"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"config": strings.ReplaceAll(config, "ECHO", echo), "credentials": credentials} {
		if err := os.WriteFile(filepath.Join(dir, ".aws", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func environment(variables ...string) func(string) string {
	return func(name string) string {
		for _, v := range slices.Backward(variables) {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}
}

// The order is the CLI's: a profile on the command line, the environment's keys, a profile.
func TestCredentials(t *testing.T) {
	dir := home(t)
	keys := []string{"AWS_ACCESS_KEY_ID=AKIDENV", "AWS_SECRET_ACCESS_KEY=env"}
	for _, test := range []struct {
		profile, region string
		env             []string
		want, in, from  string // or, for a refusal, a part of it in from
	}{
		{"", "", nil, "AKIDDEFAULT", "eu-west-1", "profile default"},
		{"", "", keys, "AKIDENV", "eu-west-1", "the environment"},
		{"", "", append(keys, "AWS_REGION=us-west-2", "AWS_DEFAULT_REGION=us-east-2"), "AKIDENV", "us-west-2", "the environment"},
		{"", "", append(keys, "AWS_DEFAULT_REGION=us-east-2"), "AKIDENV", "us-east-2", "the environment"},
		{"", "sa-east-1", append(keys, "AWS_REGION=us-west-2"), "AKIDENV", "sa-east-1", "the environment"},
		{"", "", append(keys, "AWS_PROFILE=only"), "AKIDENV", "", "no region"},
		{"only", "us-east-1", keys, "AKIDONLY", "us-east-1", "profile only"},
		{"", "us-east-1", []string{"AWS_PROFILE=only"}, "AKIDONLY", "us-east-1", "profile only"},
		{"", "us-east-1", []string{"AWS_DEFAULT_PROFILE=only"}, "AKIDONLY", "us-east-1", "profile only"},
		{"work", "", nil, "AKIDPROCESS", "ap-southeast-2", "profile work"},
		{"two words", "us-east-1", nil, "AKIDWORDS", "us-east-1", "profile two words"},
		{"none", "us-east-1", nil, "", "", `no profile "none"`},
		{"role", "us-east-1", nil, "", "", "role_arn"},
		{"single", "us-east-1", nil, "", "", "sso_session"},
		{"half", "us-east-1", nil, "", "", "no aws_secret_access_key"},
		{"broken", "us-east-1", nil, "", "", "not closed"},
		{"silent", "us-east-1", nil, "", "", "prints no JSON"},
		{"", "us-east-1", []string{"AWS_ACCESS_KEY_ID=AKIDENV"}, "", "", "go together"},
		{"", "us-east-1", []string{"AWS_SHARED_CREDENTIALS_FILE=/nowhere"}, "", "", "no credentials"},
		{"", "us-east-1", []string{"AWS_CONFIG_FILE=/nowhere", "AWS_PROFILE=work"}, "", "", `no profile "work"`},
		{"", "us-east-1", append(keys, "AWS_ENDPOINT_URL=127.0.0.1"), "", "", "no URL"},
		{"", "us-east-1", append(keys, "AWS_CA_BUNDLE=/nowhere"), "", "", "AWS_CA_BUNDLE"},
		{"", "us-east-1", append(keys, "AWS_USE_FIPS_ENDPOINT=perhaps"), "", "", "AWS_USE_FIPS_ENDPOINT"},
	} {
		a, err := Load(Source{Profile: test.profile, Region: test.region, Getenv: environment(test.env...), Home: dir})
		if test.in == "" {
			if err == nil || !strings.Contains(err.Error(), test.from) {
				t.Errorf("%q %v: %v, want %q", test.profile, test.env, err, test.from)
			}
			continue
		}
		if err != nil {
			t.Errorf("%q %v: %v", test.profile, test.env, err)
		} else if a.credentials.AccessKeyID != test.want || a.Region != test.in || a.From != test.from {
			t.Errorf("%q %v: %s %s %s, want %s %s %s", test.profile, test.env, a.credentials.AccessKeyID, a.Region, a.From, test.want, test.in, test.from)
		}
	}
}

func TestEndpoint(t *testing.T) {
	dir := home(t)
	for _, test := range []struct {
		profile, region, service string
		env                      []string
		want                     string
	}{
		{"only", "eu-central-1", "lambda", nil, "https://lambda.eu-central-1.amazonaws.com"},
		{"only", "cn-north-1", "lambda", nil, "https://lambda.cn-north-1.amazonaws.com.cn"},
		{"only", "eu-central-1", "monitoring", nil, "https://monitoring.eu-central-1.amazonaws.com"},
		{"only", "us-gov-west-1", "lambda", []string{"AWS_USE_FIPS_ENDPOINT=true"}, "https://lambda-fips.us-gov-west-1.amazonaws.com"},
		{"only", "us-east-2", "lambda", []string{"AWS_USE_DUALSTACK_ENDPOINT=true"}, "https://lambda.us-east-2.api.aws"},
		{"only", "us-east-2", "lambda", []string{"AWS_ENDPOINT_URL=http://a:1/"}, "http://a:1"},
		{"only", "us-east-2", "monitoring", []string{"AWS_ENDPOINT_URL=http://a", "AWS_ENDPOINT_URL_CLOUDWATCH=http://b"}, "http://b"},
		{"two words", "us-east-2", "lambda", nil, "http://127.0.0.1:1/lambda"},
		{"two words", "us-east-2", "lambda", []string{"AWS_IGNORE_CONFIGURED_ENDPOINT_URLS=true"}, "https://lambda.us-east-2.amazonaws.com"},
	} {
		a, err := Load(Source{Profile: test.profile, Region: test.region, Getenv: environment(test.env...), Home: dir})
		if err != nil {
			t.Errorf("%+v: %v", test, err)
		} else if got := a.endpoint(test.service); got != test.want {
			t.Errorf("%+v: %s", test, got)
		}
	}
}

func TestSplitWords(t *testing.T) {
	for command, want := range map[string][]string{
		"a":                      {"a"},
		` a  "b c" 'd "e"' f"g"`: {"a", "b c", `d "e"`, "fg"},
		`a ''`:                   {"a", ""},
		"":                       nil,
		`a "b`:                   nil,
	} {
		if got, err := splitWords(command); !slices.Equal(got, want) || (err == nil) != (want != nil) {
			t.Errorf("%s: %q, %v", command, got, err)
		}
	}
}

// newTestAccount returns an account at a server, which does not wait between attempts.
func newTestAccount(t *testing.T, url string) *Account {
	t.Helper()
	a, err := Load(Source{Region: "us-east-1", Home: t.TempDir(), Getenv: environment("AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=s", "AWS_ENDPOINT_URL="+url)})
	if err != nil {
		t.Fatal(err)
	}
	a.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	return a
}

// A script answers requests in order; the last answer is repeated. "cut" cuts the connection.
func script(t *testing.T, answers ...string) (url string, asked *atomic.Int64) {
	asked = new(atomic.Int64)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer := answers[min(int(asked.Add(1)), len(answers))-1]
		status, code, _ := strings.Cut(answer, " ")
		switch status {
		case "cut":
			panic(http.ErrAbortHandler)
		case "200":
		default:
			w.Header().Set("X-Amzn-Errortype", code+":http://internal.amazon.com/coral/")
			w.WriteHeader(map[string]int{"429": 429, "500": 500, "404": 404, "403": 403, "409": 409}[status])
			w.Write([]byte(`{"Reason":"why","message":"a message"}`))
		}
	}))
	t.Cleanup(server.Close)
	return server.URL, asked
}

func TestAttempts(t *testing.T) {
	for _, test := range []struct {
		answers []string
		once    bool
		asked   int64
		code    string // of the error; "" is a success
	}{
		{[]string{"200"}, false, 1, ""},
		{[]string{"429 TooManyRequestsException", "500 ServiceException", "cut", "200"}, false, 4, ""},
		{[]string{"404 ResourceNotFoundException"}, false, 1, "ResourceNotFoundException"},
		{[]string{"409 ResourceConflictException"}, false, 1, "ResourceConflictException"},
		{[]string{"500 ServiceException"}, false, maxAttempts, "ServiceException"},
		{[]string{"429 TooManyRequestsException", "200"}, true, 2, ""},
		{[]string{"500 ServiceException"}, true, 1, "ServiceException"},
		{[]string{"cut"}, true, 1, "network"},
		{[]string{"cut"}, false, maxAttempts, "network"},
		{[]string{"403 ExpiredTokenException"}, false, 1, "ExpiredTokenException"},
	} {
		url, asked := script(t, test.answers...)
		_, err := newTestAccount(t, url).Do(t.Context(), &Request{Operation: "Op", Service: "lambda", Method: "POST", Path: "/", Once: test.once})
		code := ""
		if e, ok := errors.AsType[*Error](err); ok {
			code = e.Code
			if e.Message != "a message" || e.Reason != "why" || !strings.HasPrefix(err.Error(), "Op: ") {
				t.Errorf("%v: %+v", test.answers, e)
			}
			if e.Expired() != (code == "ExpiredTokenException") || e.Throttled() {
				t.Errorf("%v: %+v", test.answers, e)
			}
		} else if err != nil {
			code = "network"
		}
		if n := asked.Load(); n != test.asked || code != test.code {
			t.Errorf("%v, once %v: %d requests, %v; want %d, %q", test.answers, test.once, n, err, test.asked, test.code)
		}
	}
}

// The end of the context ends the attempts.
func TestInterrupted(t *testing.T) {
	url, asked := script(t, "500 ServiceException")
	a := newTestAccount(t, url)
	ctx, cancel := context.WithCancel(t.Context())
	a.Sleep = func(ctx context.Context, _ time.Duration) error { cancel(); return ctx.Err() }
	if _, err := a.Do(ctx, &Request{Operation: "Op", Service: "lambda", Method: "GET", Path: "/"}); !errors.Is(err, context.Canceled) || asked.Load() != 1 {
		t.Errorf("%d requests, %v", asked.Load(), err)
	}
}

// A deadliner answers nothing, and notes until when an answer is waited for.
type deadliner struct{ deadline time.Time }

func (d *deadliner) RoundTrip(r *http.Request) (*http.Response, error) {
	d.deadline, _ = r.Context().Deadline()
	return nil, context.DeadlineExceeded
}

// An attempt of a request that changes something is waited for, though the context ends; another is not
// made.
func TestInterruptedChange(t *testing.T) {
	for _, changes := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			cancel()
			if !changes {
				<-r.Context().Done() // the client is gone
			}
			w.Write([]byte("done"))
		}))
		response, err := newTestAccount(t, server.URL).Do(ctx, &Request{Operation: "Op", Service: "lambda", Method: "PUT", Path: "/", Changes: changes})
		if changes && (err != nil || string(response.Body) != "done") || !changes && !errors.Is(err, context.Canceled) {
			t.Errorf("changes %v: %v", changes, err)
		}
		server.Close()
		cancel()
	}
}

// An attempt ends after a time that grows with what is to be sent, unless the request does work.
func TestAttemptTime(t *testing.T) {
	for _, test := range []struct {
		request  Request
		from, to time.Duration // 0: no end
	}{
		{Request{}, attemptTime, attemptTime + time.Minute},
		{Request{Body: make([]byte, 100*uploadSpeed)}, attemptTime + 100*time.Second, attemptTime + 160*time.Second},
		{Request{Changes: true}, attemptTime, attemptTime + time.Minute},
		{Request{Once: true}, 0, 0},
	} {
		a, err := Load(Source{Region: "us-east-1", Home: t.TempDir(), Getenv: environment("AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b")})
		if err != nil {
			t.Fatal(err)
		}
		d := new(deadliner)
		a.HTTP.Transport = d
		begun := time.Now()
		if _, err := a.try(t.Context(), &test.request); !errors.Is(err, context.DeadlineExceeded) || !retriable(&Request{}, err, nil) {
			t.Error(err)
		}
		if test.to == 0 {
			if !d.deadline.IsZero() {
				t.Errorf("it ends at %v", d.deadline)
			}
		} else if left := d.deadline.Sub(begun); left < test.from || left > test.to {
			t.Errorf("%v, expected %v to %v", left, test.from, test.to)
		}
	}
}

// Signatures are judged by the emulator, which shares no code with the signer. Credentials that
// have expired are read again, once.
func TestSigned(t *testing.T) {
	server := lambdatest.NewUnstartedServer()
	server.Region = "eu-north-1"
	server.Credentials.SessionToken = "first"
	server.StartTLS()
	defer server.Close()
	token := "first"
	env := environment(server.Env()...)
	a, err := Load(Source{Home: t.TempDir(), Getenv: func(name string) string {
		if name == "AWS_SESSION_TOKEN" {
			return token
		}
		return env(name)
	}})
	if err != nil {
		t.Fatal(err)
	}
	list := &Request{Operation: "ListFunctions", Service: "lambda", Method: "GET", Path: "/2015-03-31/functions/", Query: "MaxItems=50&Marker=a%2Fb"}
	if _, err := a.Do(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	c := server.Credentials
	c.SessionToken = "second"
	server.Rotate(c)
	e, ok := errors.AsType[*Error](func() error { _, err := a.Do(t.Context(), list); return err }())
	if !ok || !e.Expired() || !strings.Contains(e.Error(), "renew them") {
		t.Fatalf("%+v", e)
	}
	token = "second"
	if _, err := a.Do(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	a.credentials = sigv4.Credentials{AccessKeyID: "A", SecretAccessKey: "B"}
	a.source.Getenv = environment("AWS_ACCESS_KEY_ID=A", "AWS_SECRET_ACCESS_KEY=B")
	if _, err := a.Do(t.Context(), list); err == nil {
		t.Error("other keys are accepted")
	}
}

// CloudWatch's errors are XML.
func TestXMLError(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(403)
		w.Write([]byte(`<ErrorResponse xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/"><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not you</Message></Error></ErrorResponse>`))
	}))
	defer server.Close()
	_, err := newTestAccount(t, server.URL).Do(t.Context(), &Request{Operation: "Op", Service: "monitoring", Method: "POST", Path: "/"})
	if e, ok := errors.AsType[*Error](err); !ok || e.Code != "AccessDenied" || e.Message != "not you" {
		t.Errorf("%v", err)
	}
}
