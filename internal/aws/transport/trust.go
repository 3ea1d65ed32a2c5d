package transport

import (
	"crypto/tls"
	"crypto/x509"
	_ "embed"
	"errors"
	"os"
	"sync"
)

// amazonRoots are the root certificates of all AWS endpoints: Amazon Root CA 1 to 4 and Starfield
// Services Root CA - G2, one DER after the other.
// https://www.amazontrust.com/repository/
//
//go:embed roots.der
var amazonRoots []byte

// ErrCertificate says that a server's certificate is not trusted.
var ErrCertificate = errors.New("certificate not trusted")

// sessions is how many TLS sessions are kept for resumption, one for each host: DynamoDB's, and one
// for each bucket.
const sessions = 16

// trust decides which certificates are good.
//
// Reading the system's roots costs 11-21 ms of CPU in a fresh process (golang/go#79018). Reading
// the five of Amazon costs 0.15 ms. So these are tried first, and read when the first connection
// needs them. The system's roots are only read for a certificate that no Amazon root has signed:
// that of a private CA in a VPC, of an emulator, or of a proxy that decrypts the traffic.
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
		panic("transport: the embedded roots do not parse")
	}
	pool := x509.NewCertPool()
	for _, root := range roots {
		pool.AddCert(root)
	}
	return pool
}

// verify checks a server's certificates as crypto/tls would. host is a parameter because the
// connection's state has no server name if host is an IP address, and without a name x509 would not
// check any.
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

// config returns the TLS configuration of a connection to host. All share the session cache.
func (t *trust) config(host string) *tls.Config {
	return &tls.Config{
		ServerName: host,
		// crypto/tls can only use one set of roots; verify tries two. crypto/tls calls
		// VerifyConnection in every handshake, and sends no request before it returns nil.
		InsecureSkipVerify: true,
		VerifyConnection: func(s tls.ConnectionState) error {
			if s.DidResume {
				return nil // verify has accepted the session's first handshake with this host
			}
			return t.verify(host, &s)
		},
		ClientSessionCache: t.sessions,
		MinVersion:         tls.VersionTLS12,
		// Send each request in one record and one write, the first one, too. By default
		// crypto/tls begins with records of one packet, for web pages that render early.
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
