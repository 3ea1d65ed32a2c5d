package s3

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"reduction/internal/aws/request"
)

func TestHead(t *testing.T) {
	const head = "HEAD /bucket/a%20key"
	for _, c := range []struct {
		name, script string
		want         error
		marker       bool
		requests     []string
	}{
		{"there", "ok", nil, false, []string{head}},
		{"a fault on the way", "500 | ok", nil, false, []string{head, head}},
		{"elsewhere", "301 x-amz-bucket-region=eu-west-1 | ok", nil, false, []string{head, head}},
		{"gone", "404", ErrNoSuchKey, false, []string{head}},
		{"deleted", "404 x-amz-delete-marker=true", ErrNoSuchKey, true, []string{head}},
		{"a delete marker", "405 x-amz-delete-marker=true", ErrNoSuchKey, true, []string{head}},
		{"denied", "403", request.ErrAccessDenied, false, []string{head}},
		{"out of order", "503 | 503 | 503", request.ErrUnavailable, false, []string{head, head, head}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newFakeS3(t, pattern(10), strings.Split(c.script, " | ")...)
			s.header.Set("Last-Modified", "Mon, 23 Nov 2026 02:16:00 GMT")
			client := newTestClient(t, testConfig(s.URL, nil))
			s.header.Set("x-amz-version-id", "v1")
			got, err := client.Head(context.Background(), testRef)
			want := ObjectHead{10, s.etag, "v1", time.Date(2026, 11, 23, 2, 16, 0, 0, time.UTC)}
			if !errors.Is(err, c.want) || err == nil && (got.Size != want.Size || got.ETag != want.ETag || got.VersionID != want.VersionID || !got.Modified.Equal(want.Modified)) {
				t.Errorf("%+v, %v, want %+v, %v", got, err, want, c.want)
			}
			if e, ok := errors.AsType[*request.Error](err); ok && (e.DeleteMarker != c.marker || e.Op != "HeadObject" || e.Place != "s3://bucket/a key") {
				t.Errorf("%+v", e)
			}
			if log := s.requests(); !slices.Equal(log, c.requests) {
				t.Errorf("requests %q", log)
			}
			// The connection is of use for the next call.
			if _, err := fetch(client, testRef); err != nil || s.conns != 1 {
				t.Errorf("%v, %d connections", err, s.conns)
			}
		})
	}
}

func TestHeadDemands(t *testing.T) {
	s := newFakeS3(t, pattern(10))
	c := newTestClient(t, testConfig(s.URL, nil))
	for ref, want := range map[ObjectRef]error{
		{"bucket", "k", "v/1", ""}:   nil,
		{"bucket", "k", "", s.etag}:  nil,
		{"bucket", "k", "", "other"}: ErrChanged,
		{"bucket", "", "", ""}:       ErrPlace,
	} {
		if _, err := c.Head(context.Background(), ref); !errors.Is(err, want) {
			t.Errorf("%v: %v, want %v", ref, err, want)
		}
	}
}

// A refused GET tells of a delete marker, too.
func TestDeleteMarker(t *testing.T) {
	for script, marker := range map[string]bool{
		"404 NoSuchKey x-amz-delete-marker=true": true, "405 MethodNotAllowed x-amz-delete-marker=true": true, "404 NoSuchKey": false,
	} {
		s := newFakeS3(t, nil, script)
		_, err := fetch(newTestClient(t, testConfig(s.URL, nil)), testRef)
		if e, ok := errors.AsType[*request.Error](err); !ok || !errors.Is(err, ErrNoSuchKey) || e.DeleteMarker != marker {
			t.Errorf("%s: %v", script, err)
		}
	}
}
