//go:build linux

package rawio

import (
	"crypto/tls"
	"io"
	"net"
	"net/http/httptest"
	"syscall"
	"testing"
	"time"
)

// arrived waits until the socket has something to read.
func arrived(t *testing.T, nc net.Conn) {
	t.Helper()
	c := nc.(*conn)
	if err := c.rc.Read(func(fd uintptr) bool { return !nothing(fd) }); err != nil {
		t.Fatal(err)
	}
}

func TestQuiet(t *testing.T) {
	for _, test := range []struct {
		name string
		do   func(peer net.Conn)
		want bool
	}{
		{"nothing", nil, true},
		{"a byte", func(peer net.Conn) { peer.Write([]byte("x")) }, false},
		{"the end", func(peer net.Conn) { peer.Close() }, false},
		{"a reset", func(peer net.Conn) { peer.(*net.TCPConn).SetLinger(0); peer.Close() }, false},
	} {
		raw, peer := pair(t)
		if test.do != nil {
			test.do(peer)
			arrived(t, raw)
		}
		raw.SetDeadline(time.Unix(1, 0)) // Quiet does not wait, so it ignores deadlines
		if got := Quiet(raw); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
		if !test.want {
			continue
		}
		raw.SetDeadline(time.Time{})
		go peer.Write([]byte("later"))
		got := make([]byte, 5)
		if _, err := io.ReadFull(raw, got); err != nil || string(got) != "later" {
			t.Errorf("%s: %q, %v", test.name, got, err)
		}
	}
}

// A TLS 1.3 server sends a session ticket: that is no data, and the connection stays usable. Go's
// server sends it with its last message, and after the client's last one (as OpenSSL does) where it
// asks for a certificate. Data and the end of TLS are not quiet.
func TestQuietOverTLS(t *testing.T) {
	s := httptest.NewUnstartedServer(nil)
	s.StartTLS()
	defer s.Close()
	for _, handshake := range []struct {
		version uint16
		auth    tls.ClientAuthType
	}{
		{tls.VersionTLS12, tls.NoClientCert},
		{tls.VersionTLS13, tls.NoClientCert},
		{tls.VersionTLS13, tls.RequestClientCert},
	} {
		for _, test := range []struct {
			name string
			do   func(peer *tls.Conn)
			want bool
		}{
			{"nothing", nil, true},
			{"a byte", func(peer *tls.Conn) { peer.Write([]byte("x")) }, false},
			{"the end", func(peer *tls.Conn) { peer.Close() }, false},
		} {
			raw, peer := pair(t)
			server := tls.Server(peer, &tls.Config{Certificates: s.TLS.Certificates, ClientAuth: handshake.auth})
			sessions := &counter{ClientSessionCache: tls.NewLRUClientSessionCache(1)}
			client := tls.Client(raw, &tls.Config{InsecureSkipVerify: true, MaxVersion: handshake.version, ClientSessionCache: sessions})
			shaken := make(chan error)
			go func() { shaken <- server.Handshake() }()
			if err := client.Handshake(); err != nil {
				t.Fatal(err)
			}
			if err := <-shaken; err != nil {
				t.Fatal(err)
			}
			if handshake.auth == tls.RequestClientCert {
				arrived(t, raw) // the ticket
			}
			if test.do != nil {
				if !Quiet(client) {
					t.Errorf("%v: not quiet at first", handshake)
				}
				test.do(server)
				arrived(t, raw)
			}
			if got := Quiet(client); got != test.want {
				t.Errorf("%v, %s: %v", handshake, test.name, got)
			}
			if sessions.put == 0 {
				t.Errorf("%v, %s: the ticket is lost", handshake, test.name)
			}
			if !test.want {
				continue
			}
			go server.Write([]byte("later"))
			got := make([]byte, 5)
			if _, err := io.ReadFull(client, got); err != nil || string(got) != "later" {
				t.Errorf("%v, %s: %q, %v", handshake, test.name, got, err)
			}
		}
	}
}

type counter struct {
	tls.ClientSessionCache
	put int
}

func (c *counter) Put(key string, s *tls.ClientSessionState) {
	c.put++
	c.ClientSessionCache.Put(key, s)
}

func TestQuietAllocs(t *testing.T) {
	raw, _ := pair(t)
	if n := testing.AllocsPerRun(100, func() { Quiet(raw) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Quiet returns true for a connection that is not a socket.
func TestQuietOther(t *testing.T) {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	if !Quiet(a) {
		t.Error("a pipe is not quiet")
	}
}

// nothing reports whether a socket has nothing to read.
func nothing(fd uintptr) bool {
	var b [1]byte
	_, _, err := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
	return err == syscall.EAGAIN
}
