package aws

import (
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"os"
	"sync"
)

// amazonRoots are the roots that every AWS endpoint's certificate leads to: Amazon Root CA 1
// to 4 and Starfield Services Root CA - G2, one DER after the other.
// https://www.amazontrust.com/repository/
//
//go:embed roots.der
var amazonRoots []byte

// ErrCertificate says that the other end could not prove who it is.
var ErrCertificate = errors.New("certificate not trusted")

// sessions is how many TLS sessions are kept for resumption: a host each for S3 and
// DynamoDB, and for the buckets of other regions.
const sessions = 16

// trust decides which certificates are good.
//
// Reading the system's roots costs 11-21 ms of CPU in a fresh process (golang/go#79018),
// reading these five 0.15 ms. So they are tried first, when the first connection needs
// them, and the system's only for a certificate that they do not lead to: a VPC with a
// private CA, an emulator, a proxy that looks inside.
type trust struct {
	bundle *x509.CertPool // AWS_CA_BUNDLE or SSL_CERT_FILE: then nothing else is trusted
	amazon func() *x509.CertPool
	system func() (*x509.CertPool, error)

	sessions tls.ClientSessionCache
}

// newTrust reads the bundle, if one is named.
func newTrust(bundle string) (*trust, error) {
	t := &trust{sessions: tls.NewLRUClientSessionCache(sessions)}
	if bundle == "" {
		t.amazon = sync.OnceValue(amazonPool)
		t.system = x509.SystemCertPool
		return t, nil
	}
	pem, err := os.ReadFile(bundle)
	if err != nil {
		return nil, &bundleError{bundle, err}
	}
	t.bundle = x509.NewCertPool()
	if !t.bundle.AppendCertsFromPEM(pem) {
		return nil, &bundleError{bundle, errNoPEM}
	}
	return t, nil
}

func amazonPool() *x509.CertPool {
	roots, err := x509.ParseCertificates(amazonRoots)
	if err != nil {
		panic("aws: the embedded roots do not parse")
	}
	pool := x509.NewCertPool()
	for _, root := range roots {
		pool.AddCert(root)
	}
	return pool
}

// verify checks the other end's certificates as crypto/tls does when it is left to it. host
// is given, and not taken from the connection's state: that one has no name where host is
// an address, and without a name x509 checks none.
func (t *trust) verify(host string, s *tls.ConnectionState) error {
	o := x509.VerifyOptions{DNSName: host, Intermediates: x509.NewCertPool(), Roots: t.bundle}
	for _, cert := range s.PeerCertificates[1:] {
		o.Intermediates.AddCert(cert)
	}
	if t.bundle == nil {
		o.Roots = t.amazon()
	}
	_, err := s.PeerCertificates[0].Verify(o)
	if _, unknown := errors.AsType[x509.UnknownAuthorityError](err); unknown && t.bundle == nil {
		roots, e := t.system()
		if e != nil {
			return &certificateError{host, err}
		}
		o.Roots = roots
		_, err = s.PeerCertificates[0].Verify(o)
	}
	if err != nil {
		return &certificateError{host, err}
	}
	return nil
}

// config is for one connection to host; the sessions are shared by all.
func (t *trust) config(host string) *tls.Config {
	return &tls.Config{
		ServerName: host,
		// crypto/tls knows one set of roots; verify knows which to try in turn. It runs in
		// every handshake, and nothing is sent before it has agreed.
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if s.DidResume {
				return nil // what is resumed is a session with this host that verify agreed to
			}
			return t.verify(host, &s)
		},
		ClientSessionCache: t.sessions,
		MinVersion:         tls.VersionTLS12,
		// A request goes out in one record and one write from the connection's first on:
		// crypto/tls would begin with records of a packet each, for pages that render early.
		DynamicRecordSizingDisabled: true,
	}
}

type certificateError struct {
	host string
	err  error
}

func (e *certificateError) Error() string {
	return "aws: " + e.host + ": " + ErrCertificate.Error() + ": " + e.err.Error() +
		" (a private certificate authority goes into AWS_CA_BUNDLE)"
}
func (e *certificateError) Unwrap() []error { return []error{ErrCertificate, e.err} }

var errNoPEM = errors.New("it has no certificate in PEM form")

type bundleError struct {
	file string
	err  error
}

func (e *bundleError) Error() string { return "aws: CA bundle " + e.file + ": " + e.err.Error() }
func (e *bundleError) Unwrap() error { return e.err }
