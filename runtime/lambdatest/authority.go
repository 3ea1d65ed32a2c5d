package lambdatest

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"sync"
	"time"
)

// An authority issues a certificate for whatever name a client asks for. So a client can dial
// the loopback address for a virtual-hosted bucket or one of AWS's own names, and still verify
// the certificate.
type authority struct {
	root *x509.Certificate // clients trust it

	issuer    *x509.Certificate
	issuerKey crypto.Signer
	leafKey   crypto.Signer
	behind    [][]byte // the certificates that are sent after a server's own

	mu     sync.Mutex
	issued map[string]*tls.Certificate
}

// certificateLife is below 825 days: Apple refuses certificates with a longer life.
const certificateLife = 365 * 24 * time.Hour

// newAuthority returns an authority whose keys are ECDSA's, and whose root signs the servers'
// certificates. Such keys are made much faster than RSA's.
func newAuthority() *authority {
	root, leaf := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)), must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := authorityTemplate("lambdatest authority")
	cert := sign(template, template, root.Public(), root)
	return &authority{root: cert, issuer: cert, issuerKey: root, leafKey: leaf, issued: make(map[string]*tls.Certificate)}
}

// newRSAAuthority returns an authority that is built like Amazon's. A server sends four
// certificates, all of RSA keys of 2048 bits (https://www.amazontrust.com/repository/):
//
//	its own                  signed by the issuer    (Amazon RSA 2048 M01)
//	that of the issuer       signed by the root      (Amazon Root CA 1)
//	that of the root         signed by an older root (Starfield Services Root G2)
//	that of the older root   signed by a root older still
//
// A client that trusts the root needs the first two.
func newRSAAuthority() *authority {
	keys := rsaKeys()
	leaf, issuer, root, older := keys[0], keys[1], keys[2], keys[3]
	issuing, rooted, olderRoot := authorityTemplate("lambdatest RSA 2048"), authorityTemplate("lambdatest authority"), authorityTemplate("lambdatest older authority")
	a := &authority{root: sign(rooted, rooted, root.Public(), root), issuerKey: issuer, leafKey: leaf, issued: make(map[string]*tls.Certificate)}
	a.issuer = sign(issuing, a.root, issuer.Public(), root)
	a.behind = [][]byte{
		a.issuer.Raw,
		sign(rooted, sign(olderRoot, olderRoot, older.Public(), older), root.Public(), older).Raw,
		sign(olderRoot, authorityTemplate("lambdatest oldest authority"), older.Public(), older).Raw,
	}
	return a
}

// rsaKeys returns four RSA keys, which take a moment to make: a process makes them once.
var rsaKeys = sync.OnceValue(func() (keys [4]*rsa.PrivateKey) {
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() { keys[i] = must(rsa.GenerateKey(rand.Reader, 2048)) })
	}
	all.Wait()
	return keys
})

func must[T any](v T, err error) T {
	if err != nil {
		panic("lambdatest: " + err.Error())
	}
	return v
}

func authorityTemplate(name string) *x509.Certificate {
	template := certificateTemplate(name)
	template.IsCA = true
	template.BasicConstraintsValid = true
	template.KeyUsage = x509.KeyUsageCertSign
	return template
}

func certificateTemplate(name string) *x509.Certificate {
	now := time.Now()
	return &x509.Certificate{
		SerialNumber: must(rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120))),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    now.Add(-24 * time.Hour),
		NotAfter:     now.Add(certificateLife),
	}
}

// sign returns a certificate for a public key, signed with the parent's key.
func sign(template, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) *x509.Certificate {
	return must(x509.ParseCertificate(must(x509.CreateCertificate(rand.Reader, template, parent, public, key))))
}

// pem returns the root, as a CA bundle.
func (a *authority) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.root.Raw})
}

// certificate is the GetCertificate of tls.Config. A client that sends no name has dialled an IP
// address, so the certificate is for the local address too.
func (a *authority) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	name := hello.ServerName
	local, _, err := net.SplitHostPort(hello.Conn.LocalAddr().String())
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if c := a.issued[name+" "+local]; c != nil {
		return c, nil
	}
	template := certificateTemplate("lambdatest")
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	template.DNSNames = []string{"localhost"}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback, net.ParseIP(local)}
	if name != "" && name != "localhost" {
		template.DNSNames = append(template.DNSNames, name)
	}
	leaf := sign(template, a.issuer, a.leafKey.Public(), a.issuerKey)
	c := &tls.Certificate{Certificate: append([][]byte{leaf.Raw}, a.behind...), PrivateKey: a.leafKey, Leaf: leaf}
	a.issued[name+" "+local] = c
	return c, nil
}
