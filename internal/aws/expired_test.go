package aws

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"
)

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
		{"400 ExpiredToken | 400 ExpiredToken | 400 ExpiredToken | 400 ExpiredToken | 400 ExpiredToken", ErrExpired, 4},
	} {
		given = 0
		s := newFakeS3(t, pattern(10), strings.Split(c.script, " | ")...)
		config := testConfig(s.URL, nil)
		config.Credentials.AccessKeyID = ""
		config.Container.FullURI = server.URL
		_, err := fetch(newTestClient(t, config), testRef)
		if !errors.Is(err, c.want) || given != c.given {
			t.Errorf("%s: %v after %d", c.script, err, given)
		}
		// The answer to a HEAD says no more than 400.
		given = 0
		s = newFakeS3(t, pattern(10), strings.Split(c.script, " | ")...)
		config.Endpoints.S3 = s.URL
		if _, err := newTestClient(t, config).Head(context.Background(), testRef); (err == nil) != (c.want == nil) || given != c.given {
			t.Errorf("HEAD, %s: %v after %d", c.script, err, given)
		}
	}
}

// TestClock holds that a clock that is wrong is corrected by AWS's, once it matters.
func TestClock(t *testing.T) {
	theirs := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	s := newFakeS3(t, pattern(10), "403 RequestTimeTooSkewed Date="+strings.ReplaceAll(theirs.Format(http.TimeFormat), " ", "_"))
	var dates []string
	s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		dates = append(dates, r.Header.Get("X-Amz-Date"))
		s.ServeHTTP(w, r)
	})
	config := testConfig(s.URL, nil)
	config.Now = func() time.Time { return theirs.Add(-time.Hour) }
	if _, err := fetch(newTestClient(t, config), testRef); err != nil {
		t.Error(err)
	}
	if got := strings.Join(dates, " "); got != "20261123T110000Z 20261123T120000Z" {
		t.Errorf("signed at %s", got)
	}
}
