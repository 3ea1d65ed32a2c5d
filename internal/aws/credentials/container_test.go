package credentials

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
)

func TestContainer(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	answer := func(key string, end time.Time) string {
		return `{"RoleArn":"r","AccessKeyId":"` + key + `","SecretAccessKey":"s","Token":"t","AccountId":"123456789012","Expiration":"` + end.Format(time.RFC3339) + `"}`
	}
	var answers []string // next first; "STATUS" alone is a failure
	var auth []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		auth = append(auth, r.Header.Get("Authorization")+" "+r.RequestURI)
		next := answers[0]
		answers = answers[1:]
		if status, err := strconv.Atoi(next); err == nil {
			w.WriteHeader(status)
			return
		}
		io.WriteString(w, next)
	}))
	defer server.Close()
	token := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(token, []byte("first\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	pool, err := transport.New(transport.Options{Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	pauses := retry.Pauses{Sleep: func(ctx context.Context, d time.Duration) error { return ctx.Err() }}
	source := Container{FullURI: server.URL + "/role?x=1", TokenFile: token}.Source(pool, pauses, func() time.Time { return now })
	want := func(key string, fails error) {
		t.Helper()
		id, err := source.Get(t.Context())
		if !errors.Is(err, fails) || (id == nil) != (key == "") || id != nil && id.AccessKeyID != key {
			t.Fatalf("%+v, %v, want %q", id, err, key)
		}
	}
	end := now.Add(time.Hour)
	answers = []string{"500", answer("A", end)}
	want("A", nil)
	want("A", nil) // no request
	if strings.Join(auth, "|") != "first /role?x=1|first /role?x=1" {
		t.Errorf("asked with %q", auth)
	}
	if id, _ := source.Get(t.Context()); id.AccountID != "123456789012" || id.SessionToken != "t" {
		t.Errorf("%+v", id)
	}
	now = end.Add(-refreshAhead)
	os.WriteFile(token, []byte("second"), 0o600)
	answers = []string{"500", "500", "500"}
	want("A", nil) // still good, though there are no others
	answers = []string{answer("B", end.Add(time.Hour))}
	want("B", nil)
	if last := auth[len(auth)-1]; last != "second /role?x=1" {
		t.Errorf("asked with %q", last)
	}
	now = now.Add(3 * time.Hour)
	answers = []string{"403"}
	want("", ErrInvalid)
	for _, bad := range []string{`{`, `{}`, `{"AccessKeyId":"a"}`, `{"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"soon"}`, `{"AccessKeyId":1}`} {
		answers = []string{bad}
		want("", ErrInvalid)
	}
	answers = []string{`{"AccessKeyId":"C","SecretAccessKey":"s","Token":"t"}`}
	want("C", nil)
}

func TestContainerEndpoint(t *testing.T) {
	for _, c := range []struct {
		container    Container
		host, target string // "": refused
	}{
		{Container{RelativeURI: "/v2/credentials/x"}, "169.254.170.2", "/v2/credentials/x"},
		{Container{RelativeURI: "/a", FullURI: "http://127.0.0.1/b"}, "169.254.170.2", "/a"},
		{Container{FullURI: "http://127.0.0.1:9001/b/"}, "127.0.0.1:9001", "/b/"},
		{Container{FullURI: "http://localhost"}, "localhost", "/"},
		{Container{FullURI: "http://[::1]/b"}, "[::1]", "/b"},
		{Container{FullURI: "http://169.254.170.23/v1/credentials"}, "169.254.170.23", "/v1/credentials"},
		{Container{FullURI: "http://[fd00:ec2::23]/v1/credentials"}, "[fd00:ec2::23]", "/v1/credentials"},
		{Container{FullURI: "https://example.com/c?a=b"}, "example.com", "/c?a=b"},
		{Container{FullURI: "http://example.com/c"}, "", ""},
		{Container{FullURI: "http://169.254.169.254/latest"}, "", ""},
		{Container{FullURI: "nonsense"}, "", ""},
		{Container{RelativeURI: "@example.com/"}, "", ""},
	} {
		at, target, err := c.container.endpoint()
		if c.host == "" {
			if !errors.Is(err, endpoint.ErrInvalid) {
				t.Errorf("%v: %v, %v", c.container, at, err)
			}
			continue
		}
		if err != nil || at.Host != c.host || target != c.target {
			t.Errorf("%v: %s %s, %v", c.container, at.Host, target, err)
		}
	}
}
