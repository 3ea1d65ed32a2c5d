package onaws

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"reduction/cmd/lab/internal/account"
	"reduction/runtime/lambdatest"
)

// modes are a measurement of a copy, and of the function itself.
var modes = map[string]bool{"copy": false, "live": true}

// Ctrl-C in any call, before it is carried out or after, leaves the account as it was.
func TestInterruptedAnywhere(t *testing.T) {
	t.Parallel()
	for mode, live := range modes {
		for n := range calls(t, live) {
			for when, fault := range map[string]lambdatest.Fault{"before": {Kind: lambdatest.Drop}, "after": {Kind: lambdatest.Cut, Bytes: -1}, "while": {}} {
				w := newWorld(t)
				before := w.functions()
				ctx, cancel := context.WithCancel(t.Context())
				what := ""
				w.server.Inject(at(n, func(c lambdatest.Call) lambdatest.Fault { what = c.Operation; cancel(); return fault }))
				err := w.cold(ctx, w.measurement(live))
				what = fmt.Sprintf("%s, %s call %d, %s", mode, when, n, what)
				// In the last calls, everything was measured, and the end is not disturbed.
				if err != nil && !errors.Is(err, ErrInterrupted) {
					t.Errorf("%s: %v\n%s", what, err, &w.out)
				}
				w.undone(before, what)
				cancel()
				w.server.Close()
			}
		}
	}
}

// An answer that is lost, a request that is lost, a throttle and an error of Lambda's change nothing,
// wherever they are.
func TestOneFaultAnywhere(t *testing.T) {
	t.Parallel()
	for mode, live := range modes {
		for n := range calls(t, live) {
			for _, kind := range []lambdatest.FaultKind{lambdatest.Drop, lambdatest.Cut, lambdatest.Throttle, lambdatest.ServerError} {
				w := newWorld(t)
				before := w.functions()
				operation := ""
				w.server.Inject(at(n, func(c lambdatest.Call) lambdatest.Fault {
					operation = c.Operation
					return lambdatest.Fault{Kind: kind, Bytes: -1}
				}))
				err := w.cold(t.Context(), w.measurement(live))
				what := fmt.Sprintf("%s, %v in call %d, %s", mode, kind, n, operation)
				if err != nil {
					t.Errorf("%s: %v\n%s", what, err, &w.out)
				}
				w.undone(before, what)
				w.server.Close()
			}
		}
	}
}

// Where the network is gone for good, or the credentials have expired, the file is left, and Restore
// does what it says.
func TestRestore(t *testing.T) {
	t.Parallel()
	for mode, live := range modes {
		for n := range calls(t, live) {
			for _, kind := range []lambdatest.FaultKind{lambdatest.Drop, lambdatest.Cut, lambdatest.ExpiredToken} {
				w := newWorld(t)
				before := w.functions()
				i, operation := 0, ""
				w.server.Inject(func(c lambdatest.Call) lambdatest.Fault {
					if i++; i <= n {
						return lambdatest.Fault{}
					}
					if i == n+1 {
						operation = c.Operation
					}
					if kind == lambdatest.Cut && i > n+1 {
						return lambdatest.Fault{Kind: lambdatest.Drop}
					}
					return lambdatest.Fault{Kind: kind, Bytes: -1}
				})
				err := w.cold(t.Context(), w.measurement(live))
				what := fmt.Sprintf("%s, %v from call %d, %s", mode, kind, n, operation)
				if err == nil && operation != "" { // not, where there were fewer calls
					t.Errorf("%s: no error", what)
				}
				w.server.Inject(nil)
				if w.left() != "" && !strings.Contains(fmt.Sprint(err), "lab cold --restore "+w.left()) {
					t.Errorf("%s: %v\nwhich does not say what to do", what, err)
				}
				if err := w.restore(); err != nil {
					t.Errorf("%s: restoring: %v", what, err)
				}
				w.undone(before, what)
				w.server.Close()
			}
		}
	}
}

// A deployment made while the function is measured ends the measurement, and is left alone, in
// whichever call it is made.
func TestDeployedMeanwhile(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		body, says string
		member     string
		value      any
	}{
		{`{"Timeout":77}`, "(Timeout)", "Timeout", 77.0},
		{`{"MemorySize":300}`, "MemorySize was changed by somebody else to 300 MB and is left alone", "MemorySize", 300.0},
		{`{"Description":"deployed"}`, "Description was changed by somebody else and is left alone", "Description", "deployed"},
		{`{"Environment":{"Variables":{"SECRET":"s3cr3t-new"}}}`, "(Environment)", "Environment", map[string]any{"Variables": map[string]any{"SECRET": "s3cr3t-new"}}},
	} {
		ended := 0
		for n := range calls(t, true) {
			w := newWorld(t)
			want := w.functions()
			want["f"][test.member] = test.value
			operation := ""
			w.server.Inject(at(n, func(c lambdatest.Call) lambdatest.Fault {
				operation = c.Operation
				w.change("f", test.body)
				return lambdatest.Fault{}
			}))
			err := w.cold(t.Context(), w.measurement(true))
			if operation == "" {
				break // how often lab looks whether an update is over depends on the clock
			}
			what := fmt.Sprintf("%s in call %d, %s", test.body, n, operation)
			said := fmt.Sprint(err, w.out.String())
			switch {
			case err == nil: // before the first look, or after the last one
			case strings.Contains(said, "its last update InProgress"):
			case !strings.Contains(said, "somebody else has changed function f") || !strings.Contains(said, test.says):
				t.Errorf("%s: %v\n%s\ndoes not say %q", what, err, &w.out, test.says)
			default:
				ended++
			}
			if strings.Contains(said, "s3cr3t") {
				t.Errorf("%s: a secret is shown: %s", what, said)
			}
			w.undone(want, what)
			w.server.Close()
		}
		if ended == 0 {
			t.Errorf("%s: it has ended no measurement", test.body)
		}
	}
}

// A deployment of the memory size that lab is about to set is left alone, too.
func TestDeployedTheSame(t *testing.T) {
	w := newWorld(t)
	want := w.functions()
	want["f"]["MemorySize"] = 512.0
	w.server.Inject(lambdatest.Only("UpdateFunctionConfiguration", at(0, func(lambdatest.Call) lambdatest.Fault {
		w.change("f", `{"MemorySize":512}`)
		return lambdatest.Fault{}
	})))
	if err := w.cold(t.Context(), w.measurement(true)); err == nil {
		t.Errorf("no error\n%s", &w.out)
	}
	w.undone(want, "deployed")
}

// A version that is published while the function is measured has its settings, which is said.
func TestPublishedMeanwhile(t *testing.T) {
	w := newWorld(t)
	before := w.functions()
	w.server.Inject(lambdatest.Only("Invoke", at(1, func(lambdatest.Call) lambdatest.Fault {
		w.do("POST", "/versions", "{}")
		return lambdatest.Fault{}
	})))
	err := w.cold(t.Context(), w.measurement(true))
	if err == nil || !strings.Contains(err.Error(), "version 1 of f was published while it was measured, with 512 MB") {
		t.Errorf("%v\n%s", err, &w.out)
	}
	w.asBefore(before, "published")
}

// Credentials that expire, and are renewed while lab tries to undo, are used.
func TestRenewedCredentials(t *testing.T) {
	for mode, live := range modes {
		w := newWorld(t)
		before := w.functions()
		var until time.Time
		w.server.Inject(func(c lambdatest.Call) lambdatest.Fault {
			if until.IsZero() && c.Operation == "Invoke" {
				until = w.server.Now().Add(time.Minute)
			}
			if w.server.Now().Before(until) {
				return lambdatest.Fault{Kind: lambdatest.ExpiredToken}
			}
			return lambdatest.Fault{}
		})
		if err := w.cold(t.Context(), w.measurement(live)); err == nil || !strings.Contains(err.Error(), "renew them") {
			t.Errorf("%s: %v", mode, err)
		}
		if !strings.Contains(w.out.String(), "trying again") {
			t.Errorf("%s: %s", mode, &w.out)
		}
		w.undone(before, mode)
	}
}

// A panic undoes what was done, too.
func TestPanic(t *testing.T) {
	for mode, live := range modes {
		w := newWorld(t)
		before := w.functions()
		w.edit = func(int, http.Header) { panic("a defect") }
		func() {
			defer func() {
				if p := recover(); p != "a defect" {
					t.Errorf("%s: %v", mode, p)
				}
			}()
			w.cold(t.Context(), w.measurement(live))
			t.Errorf("%s: no panic", mode)
		}()
		w.undone(before, mode)
	}
}

// Lambda may give a function a new revision though nobody has changed it.
func TestNewRevision(t *testing.T) {
	for mode, live := range modes {
		w := newWorld(t)
		before := w.functions()
		w.server.Inject(lambdatest.Only("UpdateFunctionConfiguration", at(1, func(c lambdatest.Call) lambdatest.Fault {
			for name := range w.functions() {
				if live || name != "f" {
					w.change(name, `{}`)
				}
			}
			return lambdatest.Fault{}
		})))
		if err := w.cold(t.Context(), w.measurement(live)); err != nil {
			t.Errorf("%s: %v\n%s", mode, err, &w.out)
		}
		w.asBefore(before, mode)
	}
}

// Where the file cannot be written, nothing is changed; where it no longer can, all is undone.
func TestNoFile(t *testing.T) {
	for mode, live := range modes {
		for _, operation := range []string{"GetFunction", "UpdateFunctionConfiguration", "Invoke"} {
			w := newWorld(t)
			before := w.functions()
			dir := filepath.Join(w.dir, "gone")
			if err := os.Mkdir(dir, 0o700); err != nil {
				t.Fatal(err)
			}
			w.server.Inject(lambdatest.Only(operation, func(lambdatest.Call) lambdatest.Fault {
				os.RemoveAll(dir)
				return lambdatest.Fault{}
			}))
			c := w.measurement(live)
			c.Dir = dir
			what := mode + ", gone in " + operation
			if err := w.cold(t.Context(), c); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %v", what, err)
			}
			w.asBefore(before, what)
			w.server.Close()
		}
	}
}

// What Restore refuses to do.
func TestRestoreRefuses(t *testing.T) {
	file := func(w *world, text string) string {
		path := filepath.Join(w.dir, "lab-restore-x.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	arn := "arn:aws:lambda:us-east-1:123456789012:function:f"
	for _, test := range []struct{ text, want string }{
		{``, "not a file that lab has left"},
		{`{}`, "no run and no region"},
		{`{"run":"0badcafe","region":"us-east-1","delete":[{"function":"f"}]}`, `"f" is not the name of a temporary function`},
		{`{"run":"0badcafe","region":"us-east-1","delete":[{"function":"lab-copy-12345678-0-f"}]}`, "is not the name of a temporary function"},
		{`{"run":"0badcafe","region":"us-east-1","restore":[{"function":"f"}]}`, `does not say what "f" was`},
		{`{"run":"0badcafe","region":"us-east-1","restore":[{"function":"f","memorySize":1,"arn":"arn:aws:lambda:us-east-1:999999999999:function:f"}]}`, "another account"},
		{`{"run":"0badcafe","region":"us-east-1","restore":[{"function":"g","memorySize":1,"arn":"` + arn + `"}]}`, "is not there"},
		{`{"run":"0badcafe","region":"us-east-1","delete":[{"function":"lab-copy-0badcafe-0-g","of":"` + arn + `g","made":true}]}`, "another account"},
	} {
		w := newWorld(t)
		before := w.functions()
		err := Restore(t.Context(), file(w, test.text), account.Source{}, w.connect, &w.out)
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v; want %q", test.text, err, test.want)
		}
		if w.left() == "" {
			t.Errorf("%s: the file is gone", test.text)
		}
		w.asBefore(before, test.text)
	}
	w := newWorld(t)
	path := file(w, `{"run":"0badcafe","region":"us-east-1"}`)
	if err := Restore(t.Context(), path, account.Source{Region: "eu-west-1"}, w.connect, &w.out); err == nil {
		t.Error("another region is not refused")
	}
	if err := Restore(t.Context(), filepath.Join(w.dir, "absent"), account.Source{}, w.connect, &w.out); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	// A function whose name is that of a copy, and which lab has not made, is left alone.
	name := "lab-copy-0badcafe-0-f"
	w = newWorld(t, func(c *lambdatest.FunctionConfig) { c.Name, c.Description = name, "somebody else's" })
	err := Restore(t.Context(), file(w, `{"run":"0badcafe","region":"us-east-1","delete":[{"function":"`+name+`"}]}`), account.Source{}, w.connect, &w.out)
	if !errors.Is(err, errLeft) || w.functions()[name] == nil {
		t.Error(err)
	}
}
