// Package sigv4http signs requests of net/http with package sigv4. It sends nothing and retries
// nothing: an [http.Client] sends a signed request like any other.
package sigv4http

import (
	"cmp"
	"net/http"
	"strings"
	"time"

	"reduction/sigv4"
)

// Sign makes r a signed request at time t. The body is the one that r was made with. Sign signs the
// host and the header fields that AWS requires: Content-Type and all that begin with X-Amz-. Set
// these before. Sign replaces an earlier signature, so a retry can sign r again.
//
// A body that is not in memory cannot be hashed before it is sent. For such a request use
// [sigv4.Signer.Sign] and [sigv4.UnsignedPayload].
func Sign(s *sigv4.Signer, r *http.Request, body []byte, t time.Time) {
	signed := sigv4.Request{
		Method: r.Method, Path: r.URL.EscapedPath(), Query: r.URL.RawQuery,
		Header:      []sigv4.Header{{Name: "Host", Value: cmp.Or(r.Host, r.URL.Host)}},
		PayloadHash: string(sigv4.AppendHash(nil, body)),
	}
	for name, values := range r.Header {
		if name != "Content-Type" && !strings.HasPrefix(name, "X-Amz-") {
			continue
		}
		for _, value := range values {
			signed.Header = append(signed.Header, sigv4.Header{Name: name, Value: value})
		}
		delete(r.Header, name) // Sign replaces some of them, or leaves them out
	}
	r.Header.Del("Authorization")
	s.Sign(&signed, t)
	for _, h := range signed.Header[1:] { // net/http sends Host
		r.Header.Add(h.Name, h.Value)
	}
}
