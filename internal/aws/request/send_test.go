package request_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"reduction/internal/aws/awstest"
	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/request"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
	"reduction/sigv4"
)

// get sends a request to a service whose refusals have a code for a body.
func get(s *request.Service) (string, error) {
	w := transport.NewWatcher(context.Background())
	defer w.Stop()
	var answer []byte
	x, err := s.Send(&request.Call{
		Op:    "Get",
		Place: "place",
		Watch: w,
		Build: func(id *credentials.Identity, now time.Time) (endpoint.URL, *http1.Request, error) {
			at, err := endpoint.Parse(s.Endpoints.S3)
			return at, s.Sign(id, at, s.Region, &sigv4.Request{Method: "GET", Path: "/"}, now), err
		},
		Accept: func(x *transport.Exchange) (err error) {
			answer, err = http1.ReadAll(nil, x, 1<<20)
			return err
		},
		Refused: func(e *request.Error, _ http1.Header, body []byte) bool {
			e.Says(string(body), "")
			return false
		},
	})
	if err != nil {
		return "", err
	}
	x.Close()
	return string(answer), nil
}

// newServer plays a script: "ok", or the status and the code of a refusal. The n-th request meets
// the n-th step.
func newServer(t *testing.T, script string) *httptest.Server {
	steps := strings.Split(script, " | ")
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		step := "ok"
		if len(steps) > 0 {
			step, steps = steps[0], steps[1:]
		}
		code, body, _ := strings.Cut(step, " ")
		if status, err := strconv.Atoi(code); err == nil {
			w.WriteHeader(status)
			io.WriteString(w, body)
			return
		}
		io.WriteString(w, "right")
	}))
	t.Cleanup(s.Close)
	return s
}

// TestExpired holds that credentials which AWS calls expired are replaced, once, where
// there are others.
func TestExpired(t *testing.T) {
	given := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		given++
		io.WriteString(w, `{"AccessKeyId":"K`+strconv.Itoa(given)+`","SecretAccessKey":"s","Token":"t"}`)
	}))
	defer server.Close()
	for _, c := range []struct {
		script string
		want   error
		given  int
	}{
		{"ok", nil, 1},
		{"400 ExpiredToken | ok", nil, 2},
		{"400 ExpiredToken | 400 ExpiredToken | 400 ExpiredToken | 400 ExpiredToken | 400 ExpiredToken", request.ErrExpired, 4},
		// The answer to a HEAD says no more than 400.
		{"400 | ok", nil, 2},
		{"400 | 400 | 400 | 400 | 400", request.ErrRefused, 4},
	} {
		given = 0
		config := awstest.New(newServer(t, c.script).URL, nil)
		config.Credentials.AccessKeyID = ""
		config.Container.FullURI = server.URL
		_, err := get(config.Service(t, "s3", retry.Standard))
		if !errors.Is(err, c.want) || given != c.given {
			t.Errorf("%s: %v after %d", c.script, err, given)
		}
	}
}

// TestClock holds that a clock that is wrong is corrected by AWS's, once it matters.
func TestClock(t *testing.T) {
	theirs := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	var dates []string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		dates = append(dates, r.Header.Get("X-Amz-Date"))
		if len(dates) == 1 {
			w.Header().Set("Date", theirs.Format(http.TimeFormat))
			w.WriteHeader(403)
			io.WriteString(w, "RequestTimeTooSkewed")
		}
	}))
	defer s.Close()
	config := awstest.New(s.URL, nil)
	config.Now = func() time.Time { return theirs.Add(-time.Hour) }
	if _, err := get(config.Service(t, "s3", retry.Standard)); err != nil {
		t.Error(err)
	}
	if got := strings.Join(dates, " "); got != "20261123T110000Z 20261123T120000Z" {
		t.Errorf("signed at %s", got)
	}
}

// TestClockOfMany holds that calls which AWS refuses at the same time, because our clock is wrong,
// are all sent again, whichever of them corrects the clock.
func TestClockOfMany(t *testing.T) {
	const calls = 12
	theirs := time.Now().Add(6 * time.Minute)
	var refused sync.WaitGroup
	refused.Add(calls)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", theirs.UTC().Format(http.TimeFormat))
		at, err := time.Parse("20060102T150405Z", r.Header.Get("X-Amz-Date"))
		if err == nil && theirs.Sub(at).Abs() < 5*time.Minute {
			io.WriteString(w, "right")
			return
		}
		refused.Done()
		refused.Wait() // none goes on before all are refused
		w.WriteHeader(403)
		io.WriteString(w, "RequestTimeTooSkewed")
	}))
	defer server.Close()
	s := awstest.New(server.URL, nil).Service(t, "s3", retry.Standard)
	var wg sync.WaitGroup
	for range calls {
		wg.Go(func() {
			if got, err := get(s); err != nil || got != "right" {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	wg.Wait()
}

// TestDialAgain holds that a dialer's failure is transient, its own timeout, too.
func TestDialAgain(t *testing.T) {
	for name, deadline := range map[string]time.Time{"unreachable": {}, "timeout": time.Now().Add(-time.Second)} {
		config := awstest.New(newServer(t, "ok").URL, nil)
		dials := 0
		config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
			switch dials++; {
			case dials > 1:
				return new(net.Dialer).DialContext(ctx, network, address)
			case deadline.IsZero():
				return nil, errors.New(name)
			}
			return (&net.Dialer{Deadline: deadline}).DialContext(ctx, network, address)
		}
		if got, err := get(config.Service(t, "s3", retry.Standard)); err != nil || got != "right" || dials != 2 {
			t.Errorf("%s: %q, %v after %d", name, got, err, dials)
		}
	}
}
