package transport

import (
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"reduction/internal/aws/endpoint"
)

// fakeProxy tunnels, and forwards plain requests, to one address whatever is asked for.
type fakeProxy struct {
	*httptest.Server
	to   string
	auth string
	log  []string
}

func newFakeProxy(t *testing.T, to, auth string) *fakeProxy {
	p := &fakeProxy{to: to, auth: auth}
	p.Server = httptest.NewServer(p)
	t.Cleanup(p.Close)
	return p
}

func (p *fakeProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.log = append(p.log, r.Method+" "+r.RequestURI)
	if r.Header.Get("Proxy-Authorization") != p.auth {
		w.WriteHeader(407)
		return
	}
	if r.Method != "CONNECT" {
		r.Header.Del("Proxy-Authorization")
		r.URL.Scheme, r.URL.Host = "http", p.to
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			w.WriteHeader(502)
			return
		}
		defer resp.Body.Close()
		for name, v := range resp.Header {
			w.Header()[name] = v
		}
		w.WriteHeader(resp.StatusCode)
		io.Copy(w, resp.Body)
		return
	}
	server, err := net.Dial("tcp", p.to)
	if err != nil {
		w.WriteHeader(502)
		return
	}
	w.WriteHeader(200)
	client, sent, _ := w.(http.Hijacker).Hijack()
	go func() { io.Copy(server, sent); server.Close() }()
	io.Copy(client, server)
	client.Close()
}

func TestProxy(t *testing.T) {
	ours := newAuthority(t)
	escaped := "Basic " + base64.StdEncoding.EncodeToString([]byte("us@er:p:/%w"))
	basic := "Basic " + base64.StdEncoding.EncodeToString([]byte("me:pass word"))
	for _, c := range []struct {
		name, endpoint, setting, auth, none string
		log                                 string // "": not asked
		want                                error
	}{
		{"tunnel", "https://s3.test", "http://PROXY", "", "", "CONNECT s3.test:443", nil},
		{"tunnel, no scheme", "https://s3.test:8443", "PROXY", "", "", "CONNECT s3.test:8443", nil},
		{"tunnel with password", "https://s3.test", "http://me:pass%20word@PROXY", basic, "", "CONNECT s3.test:443", nil},
		{"tunnel without password", "https://s3.test", "http://PROXY", basic, "", "CONNECT s3.test:443", ErrProxy},
		{"plain", "http://s3.test:9000", "http://PROXY", "", "", "GET http://s3.test:9000/a%20path", nil},
		{"plain with password", "http://s3.test", "http://me:pass%20word@PROXY", basic, "", "GET http://s3.test/a%20path", nil},
		{"passed by", "https://s3.test", "http://PROXY", "", "example.com, .test", "", nil},
		{"this machine", "https://127.0.0.1", "http://PROXY", "", "", "", nil},
		{"tunnel over TLS", "https://s3.test", "https://me:pass%20word@PROXY", basic, "", "CONNECT s3.test:443", nil},
		{"plain over TLS", "http://s3.test:9000", "https://PROXY", "", "", "GET http://s3.test:9000/a%20path", nil},
		{"escaped", "https://s3.test", "http://us%40er:p%3A%2F%25w@PROXY", escaped, "", "CONNECT s3.test:443", nil},
		{"not escaped", "https://s3.test", "http://me:pass%word@PROXY", "", "", "", ErrProxy},
		{"another scheme", "https://s3.test", "socks5://me:pass%20word@PROXY", "", "", "", ErrProxy},
		{"nonsense", "https://s3.test", "http://", "", "", "", ErrProxy},
	} {
		name := "s3.test"
		if strings.Contains(c.endpoint, "127.0.0.1") {
			name = "127.0.0.1"
		}
		var s *server
		if strings.HasPrefix(c.endpoint, "https") {
			s = newTLSServer(t, &tls.Config{Certificates: []tls.Certificate{ours.issue(t, name, time.Now().Add(time.Hour))}})
		} else {
			s = newServer(t)
		}
		p := newFakeProxy(t, s.Listener.Addr().String(), c.auth)
		if strings.HasPrefix(c.setting, "https:") {
			p.Close()
			p.Server = httptest.NewUnstartedServer(p)
			p.TLS = &tls.Config{Certificates: []tls.Certificate{ours.issue(t, "127.0.0.1", time.Now().Add(time.Hour))}}
			p.StartTLS()
			t.Cleanup(p.Close)
		}
		setting := strings.Replace(c.setting, "PROXY", p.Listener.Addr().String(), 1)
		pool := newPool(t, Options{
			CABundle: ours.file(t),
			Proxies:  Proxies{HTTPS: setting, HTTP: setting, None: c.none},
			Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
				if address != p.Listener.Addr().String() {
					address = s.Listener.Addr().String() // as if DNS knew the name
				}
				return new(net.Dialer).DialContext(ctx, network, address)
			},
		})
		got, err := get(t.Context(), pool, c.endpoint)
		if !errors.Is(err, c.want) || err == nil && got != body {
			t.Errorf("%s: %v", c.name, err)
		}
		if log := strings.Join(p.log, " | "); log != c.log {
			t.Errorf("%s: the proxy was asked %q", c.name, log)
		}
		if err != nil && (strings.Contains(err.Error(), "word@") || c.name != "tunnel without password" && !strings.Contains(err.Error(), "HTTPS_PROXY")) {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestNoProxy(t *testing.T) {
	for _, c := range []struct {
		setting, endpoint string
		want              bool
	}{
		{"", "https://a.example.com", false},
		{"*", "https://a.example.com", true},
		{"example.com", "https://a.example.com", true},
		{"example.com", "https://example.com", true},
		{"example.com", "https://notexample.com", false},
		{".example.com", "https://a.example.com", true},
		{"*.example.com", "https://a.example.com", true},
		{"EXAMPLE.com", "https://A.Example.COM", true},
		{"a, b ,example.com", "https://example.com", true},
		{"example.com:443", "https://example.com", true},
		{"example.com:80", "https://example.com", false},
		{"example.com:9000", "http://example.com:9000", true},
		{"10.0.0.1", "https://10.0.0.1", true},
		{"10.0.0.1", "https://10.0.0.2", false},
		{"10.0.0.0/8", "https://10.1.2.3", true},
		{"10.0.0.0/8", "https://11.1.2.3", false},
		{"fd00::/8", "https://[fd00::1]", true},
		{"[fd00::1]", "https://[fd00::1]", true},
		{"fd00::1", "https://[fd00::1]:9000", true},
		{"10.0.0.0/8", "https://example.com", false},
		{",,", "https://example.com", false},
	} {
		at, err := endpoint.Parse(c.endpoint)
		if err != nil {
			t.Fatal(err)
		}
		if got := bypasses(c.setting, at); got != c.want {
			t.Errorf("NO_PROXY=%s, %s: %v", c.setting, c.endpoint, got)
		}
	}
}

// TestProxyUnreachable holds that the error names the setting, and no password.
func TestProxyUnreachable(t *testing.T) {
	p := newPool(t, Options{
		Proxies: Proxies{HTTPS: "http://me:secret@proxy.test:3128"},
		Dial: func(context.Context, string, string) (net.Conn, error) {
			return nil, &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}
		},
	})
	_, err := get(t.Context(), p, "https://s3.test")
	if !errors.Is(err, syscall.ECONNREFUSED) || !strings.Contains(err.Error(), "proxy proxy.test:3128 of HTTPS_PROXY: ") || strings.Contains(err.Error(), "secret") {
		t.Error(err)
	}
}

// TestNoRoute holds that an error says what a network without IPv4 needs.
func TestNoRoute(t *testing.T) {
	p := newPool(t, Options{Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Err: syscall.ENETUNREACH}
	}})
	_, err := get(t.Context(), p, "https://s3.test")
	if !errors.Is(err, syscall.ENETUNREACH) || !strings.Contains(err.Error(), "AWS_USE_DUALSTACK_ENDPOINT=true") {
		t.Error(err)
	}
}
