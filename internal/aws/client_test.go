package aws

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"
)

func TestDialAgain(t *testing.T) {
	s := newFakeS3(t, pattern(10))
	config := testConfig(s.URL, nil)
	dials := 0
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		if dials++; dials == 1 {
			return nil, errors.New("unreachable")
		}
		return new(net.Dialer).DialContext(ctx, network, address)
	}
	if _, err := fetch(newTestClient(t, config), testRef); err != nil || dials != 2 {
		t.Error(dials, err)
	}
}

// TestDialTimeout holds that a dialer's own timeout is a fault like others.
func TestDialTimeout(t *testing.T) {
	s := newFakeS3(t, pattern(10))
	config := testConfig(s.URL, nil)
	dials := 0
	config.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		d := new(net.Dialer)
		if dials++; dials == 1 {
			d.Deadline = time.Now().Add(-time.Second)
		}
		return d.DialContext(ctx, network, address)
	}
	if _, err := fetch(newTestClient(t, config), testRef); err != nil || dials != 2 {
		t.Error(dials, err)
	}
}

func TestWarm(t *testing.T) {
	s := newFakeS3(t, pattern(10))
	c := newTestClient(t, testConfig(s.URL, nil))
	c.Warm(context.Background(), 1, "bucket")
	eventually(t, "connections to be accepted", func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return s.conns == 2
	})
	if _, err := fetch(c, testRef); err != nil || s.conns != 2 {
		t.Error(s.conns, err)
	}
	if len(s.requests()) != 1 {
		t.Error("warming made a request")
	}
}
