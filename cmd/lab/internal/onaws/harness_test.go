package onaws

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"reduction/cmd/lab/internal/account"
	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/lambdaapi"
	"reduction/runtime/lambdatest"
)

func TestMain(m *testing.M) { labtest.Main(m) }

// programs are those of the functions that are measured, one for all worlds of a test: they are
// copies of the test binary.
var programs struct {
	sync.Mutex
	of map[*testing.T]string
}

// program returns the path of a test's program, which answers every event.
func program(t *testing.T) string {
	t.Helper()
	programs.Lock()
	defer programs.Unlock()
	if programs.of == nil {
		programs.of = map[*testing.T]string{}
	}
	if programs.of[t] == "" {
		programs.of[t] = labtest.Liar(t)
	}
	return programs.of[t]
}

// A world is an emulated account with a function f, and the folder that lab works in. Waiting there
// takes no time: it moves the account's clock.
type world struct {
	t      *testing.T
	server *lambdatest.Server
	dir    string
	out    bytes.Buffer // what the user is told

	mu    sync.Mutex
	ahead time.Duration // of the clock
	edit  func(request int, h http.Header)
	asked int // invocations
}

// mostWaiting ends a test that would wait for ever.
const mostWaiting = 2 * undoTime

func newWorld(t *testing.T, change ...func(*lambdatest.FunctionConfig)) *world {
	t.Helper()
	w := &world{t: t, dir: t.TempDir()}
	w.server = lambdatest.NewUnstartedServer()
	w.server.Now = func() time.Time {
		w.mu.Lock()
		defer w.mu.Unlock()
		return time.Now().Add(w.ahead)
	}
	w.server.Lambda.UpdateTime = 3 * time.Second
	w.server.Start()
	t.Cleanup(w.server.Close)
	cfg := lambdatest.FunctionConfig{Name: "f", MemoryMB: 256, Description: "the owner's", Env: []string{"SECRET=s3cr3t-old", "DB_TABLE=results"},
		Exec: []string{program(t)}, Timeout: time.Minute}
	for _, c := range change {
		c(&cfg)
	}
	w.server.Lambda.CreateFunction(cfg)
	return w
}

// connect returns the account with its present credentials.
func (w *world) connect(s account.Source) (*account.Account, error) {
	s.Home = w.dir
	s.Getenv = w.server.Getenv
	a, err := account.Load(s)
	if err != nil {
		return nil, err
	}
	a.Now = w.server.Now
	waited := time.Duration(0)
	a.Sleep = func(ctx context.Context, d time.Duration) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.ahead += d
		if waited += d; waited > mostWaiting {
			return context.DeadlineExceeded
		}
		return ctx.Err()
	}
	a.HTTP.Transport = editor{w, a.HTTP.Transport}
	return a, nil
}

// An editor changes the headers of what Invoke answers.
type editor struct {
	w    *world
	next http.RoundTripper
}

func (e editor) RoundTrip(r *http.Request) (*http.Response, error) {
	response, err := e.next.RoundTrip(r)
	if err == nil && e.w.edit != nil && strings.HasSuffix(r.URL.Path, "/invocations") {
		e.w.edit(e.w.asked, response.Header)
		e.w.asked++
	}
	return response, err
}

// setCold makes the last line of a log one of a cold start, or of another one.
func setCold(h http.Header, cold bool) {
	log, err := base64.StdEncoding.DecodeString(h.Get("X-Amz-Log-Result"))
	if err != nil {
		panic(err)
	}
	text := strings.TrimSpace(string(log))
	last := strings.LastIndex(text, "\n") + 1
	line, _, _ := strings.Cut(text[last:], "\tInit Duration: ")
	if cold {
		line += "\tInit Duration: 1.00 ms"
	}
	h.Set("X-Amz-Log-Result", base64.StdEncoding.EncodeToString([]byte(text[:last]+line+"\t\n")))
}

// measurement returns one of one start of f, after one that does not count.
func (w *world) measurement(live bool) *Config {
	c := &Config{Functions: []string{"f"}, Event: []byte(`{"a":1}`), N: 1, Yes: true, Memory: []int{512}, Dir: w.dir, Record: filepath.Join(w.dir, "record.jsonl"), Connect: w.connect}
	if live {
		c.Live = "f"
	}
	return c
}

// console is that of a user who answers a question.
func (w *world) console(answer string) *cli.Console {
	return &cli.Console{In: strings.NewReader(answer), Out: io.Discard, Err: &w.out}
}

// cold runs a measurement.
func (w *world) cold(ctx context.Context, c *Config) error {
	_, err := c.Cold(ctx, w.console(""))
	return err
}

// functions returns the functions of the account and what is shown of each, without what changes by
// itself.
func (w *world) functions() map[string]map[string]any {
	w.t.Helper()
	w.server.Inject(nil)
	w.mu.Lock()
	w.ahead += time.Minute // what is in progress ends
	w.mu.Unlock()
	a, err := w.connect(account.Source{})
	if err != nil {
		w.t.Fatal(err)
	}
	response, err := a.Do(context.Background(), &account.Request{Operation: "ListFunctions", Service: "lambda", Method: "GET", Path: "/2015-03-31/functions"})
	if err != nil {
		w.t.Fatal(err)
	}
	var list struct{ Functions []map[string]any }
	if err := json.Unmarshal(response.Body, &list); err != nil {
		w.t.Fatal(err)
	}
	out := map[string]map[string]any{}
	for _, f := range list.Functions {
		for _, name := range []string{"RevisionId", "LastModified", "LastUpdateStatus"} {
			delete(f, name)
		}
		out[f["FunctionName"].(string)] = f
	}
	return out
}

// left returns the file that says what is to be undone; "" if there is none. There is nothing else in
// the folder but the record.
func (w *world) left() string {
	w.t.Helper()
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		w.t.Fatal(err)
	}
	file := ""
	for _, e := range entries {
		switch {
		case strings.HasPrefix(e.Name(), "lab-restore-") && strings.HasSuffix(e.Name(), ".json") && file == "":
			file = filepath.Join(w.dir, e.Name())
		case e.Name() != "record.jsonl":
			w.t.Errorf("the folder has %s", e.Name())
		}
	}
	return file
}

// asBefore compares the account with what it was.
func (w *world) asBefore(before map[string]map[string]any, what string) {
	w.t.Helper()
	after := w.functions()
	if reflect.DeepEqual(before, after) {
		return
	}
	w.t.Errorf("%s: the account has %v", what, slices.Sorted(maps.Keys(after)))
	for name := range before["f"] {
		if !reflect.DeepEqual(before["f"][name], after["f"][name]) {
			w.t.Errorf("%s: %s was %v and is %v", what, name, before["f"][name], after["f"][name])
		}
	}
}

// undone checks that the account is what it was, and that no file says what is to be undone.
func (w *world) undone(before map[string]map[string]any, what string) {
	w.t.Helper()
	w.asBefore(before, what)
	if file := w.left(); file != "" {
		w.t.Errorf("%s: %s is left\n%s", what, file, &w.out)
	}
}

// restore undoes what is left, if there is a file.
func (w *world) restore() error {
	file := w.left()
	if file == "" {
		return nil
	}
	return Restore(context.Background(), file, account.Source{}, w.connect, &w.out)
}

// change changes a function as somebody else would.
func (w *world) change(function, body string) {
	w.do("PUT", "/configuration", body, function)
}

// do sends a request about a function, f if none is named, as somebody else would.
func (w *world) do(method, path, body string, function ...string) {
	a, err := w.connect(account.Source{})
	if err != nil {
		panic(err)
	}
	name := append(function, "f")[0]
	for {
		_, err = a.Do(context.Background(), &account.Request{Operation: method + path, Service: "lambda", Method: method,
			Path: "/2015-03-31/functions/" + name + path, Body: []byte(body)})
		if !lambdaapi.Has(err, lambdaapi.Conflict) {
			break
		}
		a.Sleep(context.Background(), time.Second)
	}
	if err != nil {
		panic(fmt.Sprint(body, ": ", err))
	}
}

// calls counts the calls of a measurement that nothing disturbs.
func calls(t *testing.T, live bool) int {
	t.Helper()
	w := newWorld(t)
	n := 0
	w.server.Inject(func(lambdatest.Call) lambdatest.Fault { n++; return lambdatest.Fault{} })
	if err := w.cold(t.Context(), w.measurement(live)); err != nil {
		t.Fatalf("%v\n%s", err, &w.out)
	}
	return n
}

// at returns a plan that does something in the n-th call, counted from 0.
func at(n int, do func(lambdatest.Call) lambdatest.Fault) func(lambdatest.Call) lambdatest.Fault {
	var mu sync.Mutex
	i := -1
	return func(c lambdatest.Call) lambdatest.Fault {
		mu.Lock()
		i++
		now := i == n
		mu.Unlock()
		if now {
			return do(c)
		}
		return lambdatest.Fault{}
	}
}
