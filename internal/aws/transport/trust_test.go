package transport

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"reduction/internal/aws/retry"
)

// authority is a certificate authority of a test's own.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T) *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "a test's authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &authority{cert, key}
}

// issue makes a server's certificate for a name or an address.
func (a *authority) issue(t *testing.T, name string, end time.Time) tls.Certificate {
	template := &x509.Certificate{SerialNumber: big.NewInt(2), NotBefore: time.Now().Add(-time.Hour), NotAfter: end}
	if ip := net.ParseIP(name); ip != nil {
		template.IPAddresses = []net.IP{ip}
	} else {
		template.DNSNames = []string{name}
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.cert, &a.key.PublicKey, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: a.key}
}

func (a *authority) pool() *x509.CertPool {
	p := x509.NewCertPool()
	p.AddCert(a.cert)
	return p
}

func (a *authority) file(t *testing.T) string {
	name := filepath.Join(t.TempDir(), "ca.pem")
	if err := os.WriteFile(name, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestTrust(t *testing.T) {
	ours, other := newAuthority(t), newAuthority(t)
	later, past := time.Now().Add(time.Hour), time.Now().Add(-time.Minute)
	for _, c := range []struct {
		name                   string
		server                 tls.Certificate
		bundle, amazon, system *authority
		want                   error
	}{
		{"bundle", ours.issue(t, "127.0.0.1", later), ours, nil, nil, nil},
		{"bundle alone", ours.issue(t, "127.0.0.1", later), other, ours, ours, ErrCertificate},
		{"embedded roots", ours.issue(t, "127.0.0.1", later), nil, ours, nil, nil},
		{"system's roots", ours.issue(t, "127.0.0.1", later), nil, other, ours, nil},
		{"nobody's", ours.issue(t, "127.0.0.1", later), nil, other, other, ErrCertificate},
		{"another address", ours.issue(t, "127.0.0.2", later), ours, nil, nil, ErrCertificate},
		{"a name", ours.issue(t, "s3.amazonaws.com", later), ours, nil, nil, ErrCertificate},
		{"expired", ours.issue(t, "127.0.0.1", past), ours, nil, nil, ErrCertificate},
		{"expired, embedded", ours.issue(t, "127.0.0.1", past), nil, ours, ours, ErrCertificate},
	} {
		s := newTLSServer(t, &tls.Config{Certificates: []tls.Certificate{c.server}})
		var o Options
		if c.bundle != nil {
			o.CABundle = c.bundle.file(t)
		}
		p := newPool(t, o)
		poolOf := func(a *authority) *x509.CertPool {
			if a == nil {
				t.Errorf("%s: looked too far", c.name)
				return x509.NewCertPool()
			}
			return a.pool()
		}
		p.trust.amazon = func() *x509.CertPool { return poolOf(c.amazon) }
		p.trust.system = func() (*x509.CertPool, error) { return poolOf(c.system), nil }
		_, err := get(t.Context(), p, s.URL)
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v", c.name, err)
		}
		if err != nil && Fault(err) != retry.Final {
			t.Errorf("%s: is tried again", c.name)
		}
		if err != nil && s.requests.Load() > 0 {
			t.Errorf("%s: a request went out", c.name)
		}
	}
}

func TestBundle(t *testing.T) {
	for file, want := range map[string]error{"/nowhere": os.ErrNotExist, "trust_test.go": errNoPEM} {
		if _, err := New(Options{CABundle: file}); !errors.Is(err, want) || !strings.Contains(err.Error(), file) {
			t.Errorf("%s: %v", file, err)
		}
	}
}

// TestTLSVersions holds which versions are spoken, the name sent, and that a second
// connection resumes the first one's session.
func TestTLSVersions(t *testing.T) {
	ours := newAuthority(t)
	cert := ours.issue(t, "localhost", time.Now().Add(time.Hour))
	for _, c := range []struct {
		version uint16
		ok      bool
	}{{tls.VersionTLS11, false}, {tls.VersionTLS12, true}, {tls.VersionTLS13, true}} {
		s := newTLSServer(t, &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: c.version, MaxVersion: c.version})
		var resumed []bool
		var names []string
		s.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			resumed = append(resumed, r.TLS.DidResume)
			names = append(names, r.TLS.ServerName)
			io.WriteString(w, body)
		})
		p := newPool(t, Options{CABundle: ours.file(t), Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, network, s.Listener.Addr().String())
		}})
		for range 2 {
			got, err := get(t.Context(), p, strings.Replace(s.URL, "127.0.0.1", "localhost", 1))
			if (err == nil) != c.ok || c.ok && got != body {
				t.Errorf("%x: %v", c.version, err)
			}
			p.Close()
		}
		if c.ok && (!slices.Equal(resumed, []bool{false, true}) || names[0] != "localhost") {
			t.Errorf("%x: resumed %v, names %q", c.version, resumed, names)
		}
	}
}
