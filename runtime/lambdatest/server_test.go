package lambdatest

import (
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"reduction/runtime/lambdatest/internal/client"
)

func TestCloseLeavesNothing(t *testing.T) {
	before := runtime.NumGoroutine()
	for range 3 {
		s := NewUnstartedServer()
		s.Network = Network{RoundTrip: time.Millisecond, Bandwidth: 1 << 20}
		s.StartTLS()
		s.S3.CreateBucket("logs")
		s.S3.Put("logs", "key", client.Pattern(4<<20))
		c := newClient(t, s)
		resp, err := c.HTTP.Do(c.Request("GET", "/logs/key", ""))
		if err != nil {
			t.Fatal(err)
		}
		s.Close() // in the middle of the answer
		resp.Body.Close()
		c.HTTP.CloseIdleConnections()
		if _, err := os.Stat(s.caFile); err == nil {
			t.Errorf("%s is still there", s.caFile)
		}
	}
	// Goroutines of net/http take a moment to end.
	for end := time.Now().Add(time.Minute); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

func TestListen(t *testing.T) {
	s := NewUnstartedServer()
	if err := s.Listen("0.0.0.0:0"); err != nil {
		t.Fatal(err)
	}
	s.StartTLS()
	c := newClient(t, s)
	if !strings.HasPrefix(s.URL, "https://127.0.0.1:") {
		t.Errorf("URL %s", s.URL)
	}
	c.Must("GET", "/", "")
	if err := s.Listen("nowhere:-1"); err == nil {
		t.Error("listens nowhere")
	}
}

// The certificate is good for whatever name a client asks for, under TLS 1.2 and 1.3. With RSAChain
// it is the first of four, and clients that trust the older root alone accept it, too.
func TestCertificate(t *testing.T) {
	checkCertificates(t, newClient(t, NewTLSServer()), 1)
	s := NewUnstartedServer()
	s.RSAChain = true
	s.StartTLS()
	c := newClient(t, s)
	chain := checkCertificates(t, c, 4)
	for i, cert := range chain {
		if key, ok := cert.PublicKey.(*rsa.PublicKey); !ok || key.N.BitLen() != 2048 || i > 0 && chain[i-1].CheckSignatureFrom(cert) != nil {
			t.Errorf("certificate %d: %v, signed by %v, key %T", i, cert.Subject, cert.Issuer, cert.PublicKey)
		}
	}
	config := c.HTTP.Transport.(*http.Transport).TLSClientConfig.Clone()
	config.RootCAs = x509.NewCertPool()
	config.RootCAs.AddCert(chain[3])
	c.HTTP = &http.Client{Transport: &http.Transport{TLSClientConfig: config}}
	t.Cleanup(c.HTTP.CloseIdleConnections)
	c.Must("GET", "/", "")
}

// checkCertificates returns the certificates that the server sends. There must be n.
func checkCertificates(t *testing.T, c testClient, n int) (chain []*x509.Certificate) {
	t.Helper()
	for _, name := range []string{"", "localhost", "logs.s3.us-east-1.amazonaws.com", "my.bucket.s3.amazonaws.com"} {
		for _, version := range []uint16{tls.VersionTLS12, tls.VersionTLS13} {
			config := c.HTTP.Transport.(*http.Transport).TLSClientConfig.Clone()
			config.ServerName, config.MaxVersion = name, version
			if name == "" {
				config.ServerName = "127.0.0.1"
			}
			nc, err := tls.Dial("tcp", c.s.Listener.Addr().String(), config)
			if err != nil {
				t.Errorf("%q, %s: %v", name, tls.VersionName(version), err)
				continue
			}
			nc.Close()
			if chain = nc.ConnectionState().PeerCertificates; len(chain) != n {
				t.Errorf("%q, %s: %d certificates, want %d", name, tls.VersionName(version), len(chain), n)
			}
		}
	}
	return chain
}
