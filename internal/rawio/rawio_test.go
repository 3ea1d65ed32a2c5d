//go:build linux

package rawio

import (
	"bytes"
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// pair returns both ends of a connection, the first of them raw.
func pair(t testing.TB) (raw, peer net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	nc, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	if peer, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	raw = Conn(nc)
	t.Cleanup(func() { raw.Close(); peer.Close() })
	return raw, peer
}

// More than any socket buffer holds goes through in both directions, and the end is io.EOF.
func TestBothWays(t *testing.T) {
	raw, peer := pair(t)
	data := bytes.Repeat([]byte("0123456789abcdef"), 1<<20)
	go func() {
		io.Copy(peer, peer) // echo
		peer.Close()
	}()
	go func() {
		if n, err := raw.Write(data); n != len(data) || err != nil {
			t.Errorf("%d bytes written, %v", n, err)
		}
	}()
	got := make([]byte, len(data))
	if _, err := io.ReadFull(raw, got); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%v, the same bytes: %v", err, bytes.Equal(got, data))
	}
	peer.(*net.TCPConn).CloseWrite()
	if n, err := raw.Read(got); n != 0 || err != io.EOF {
		t.Errorf("at the end: %d, %v", n, err)
	}
	if n, err := raw.Read(nil); n != 0 || err != nil {
		t.Errorf("of nothing: %d, %v", n, err)
	}
}

func TestDeadline(t *testing.T) {
	raw, peer := pair(t)
	buf := make([]byte, 8)
	raw.SetReadDeadline(time.Now().Add(time.Millisecond))
	if _, err := raw.Read(buf); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read: %v", err)
	}
	// A deadline that is moved into the past ends a wait.
	raw.SetReadDeadline(time.Time{})
	done := make(chan error)
	go func() { _, err := raw.Read(buf); done <- err }()
	raw.SetDeadline(time.Unix(1, 0))
	if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read, while waiting: %v", err)
	}
	if _, err := raw.Write(make([]byte, 64<<20)); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("write: %v", err)
	}
	// A later deadline lets both read and write again.
	raw.SetDeadline(time.Time{})
	go peer.Write([]byte("x"))
	if n, err := raw.Read(buf); n != 1 || err != nil {
		t.Errorf("afterwards: %d, %v", n, err)
	}
}

func TestClosed(t *testing.T) {
	raw, _ := pair(t)
	done := make(chan error)
	go func() { _, err := raw.Read(make([]byte, 1)); done <- err }()
	raw.Close()
	if err := <-done; !errors.Is(err, net.ErrClosed) {
		t.Errorf("while waiting: %v", err)
	}
	if _, err := raw.Write([]byte("x")); !errors.Is(err, net.ErrClosed) {
		t.Errorf("write: %v", err)
	}
}

// After the other end has reset the connection, a write returns an error of package net.
func TestReset(t *testing.T) {
	raw, peer := pair(t)
	peer.(*net.TCPConn).SetLinger(0)
	peer.Close()
	var err error
	for range 100 { // the first write may still succeed
		if _, err = raw.Write([]byte("x")); err != nil {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if op, ok := errors.AsType[*net.OpError](err); !ok || op.Op != "write" {
		t.Errorf("%v", err)
	}
}

// Conn returns a connection that is not a socket as it is.
func TestOther(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if Conn(a) != a {
		t.Error("a pipe is wrapped")
	}
}

func TestAllocs(t *testing.T) {
	raw, peer := pair(t)
	go io.Copy(peer, peer)
	buf := make([]byte, 100)
	if n := testing.AllocsPerRun(100, func() {
		raw.Write(buf)
		io.ReadFull(raw, buf)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkEcho sends and receives 100 bytes, between two goroutines.
func BenchmarkEcho(b *testing.B) {
	for _, wrap := range []struct {
		name string
		of   func(net.Conn) net.Conn
	}{{"net", func(nc net.Conn) net.Conn { return nc.(*conn).Conn }}, {"raw", func(nc net.Conn) net.Conn { return nc }}} {
		b.Run(wrap.name, func(b *testing.B) {
			raw, peer := pair(b)
			go io.Copy(peer, peer)
			c, buf := wrap.of(raw), make([]byte, 100)
			for b.Loop() {
				c.Write(buf)
				io.ReadFull(c, buf)
			}
		})
	}
}

// A Writer writes everything, in order, whatever its length and however slow the reader is.
func TestWriter(t *testing.T) {
	r, f, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	w := NewWriter(f)
	var want []byte
	written := make(chan struct{})
	go func() {
		defer close(written)
		defer f.Close()
		for i := range 300 {
			line := bytes.Repeat([]byte{byte('a' + i%26)}, i*31%9000)
			if n, err := w.Write(line); n != len(line) || err != nil {
				t.Errorf("%d of %d bytes, %v", n, len(line), err)
			}
		}
	}()
	for i := range 300 {
		want = append(want, bytes.Repeat([]byte{byte('a' + i%26)}, i*31%9000)...)
	}
	time.Sleep(10 * time.Millisecond) // the pipe is full
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, want) {
		t.Errorf("%d bytes of %d, the same: %v, %v", len(got), len(want), bytes.Equal(got, want), err)
	}
	<-written
	if _, err := w.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("closed: %v", err)
	}
}
