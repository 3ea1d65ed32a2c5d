package signature

import (
	"crypto/hmac"
	"net/http"
	"net/url"
	"time"
)

// How far a request's date may be from the server's clock. For S3: S3 API Reference, "Error
// responses", RequestTimeTooSkewed. For the others: IAM User Guide, "AWS Signature Version 4
// for API requests", a request must reach AWS within five minutes of its time stamp.
const (
	maxSkewS3 = 15 * time.Minute
	maxSkew   = 5 * time.Minute
)

// Credentials are what requests have to be signed with.
type Credentials struct{ AccessKeyID, SecretAccessKey, SessionToken string }

// A Server is what Verify compares a request with.
type Server struct {
	Region      string
	Credentials Credentials
	Now         time.Time
	Expired     func(keyOrToken string) bool // whether an access key ID or token has expired
}

// Verify verifies a request's signature for a service. payloadHash is the last line of the
// canonical request. The chain that it returns verifies the chunks of an aws-chunked body.
func Verify(r *http.Request, query url.Values, service, payloadHash string, s Server) (*Chain, *Refusal) {
	sig, ref := parse(r, query)
	if ref != nil {
		return nil, ref
	}
	switch {
	case sig.scope.region != s.Region:
		return nil, refuseRegion(sig.scope.region, s.Region, sig.presigned)
	case sig.scope.service != service:
		return nil, refuseService(sig.scope.service, service, sig.presigned)
	}
	if ref := sig.checkIdentity(s); ref != nil {
		return nil, ref
	}
	if ref := sig.checkTime(service, s.Now.UTC()); ref != nil {
		return nil, ref
	}
	if missing := sig.unsigned(r); missing != nil {
		return nil, refuseUnsigned(missing)
	}
	canonical := canonicalRequest(r, service, sig.signed, payloadHash)
	toSign := stringToSign(Algorithm, sig.date, sig.scope, SHA256Hex([]byte(canonical)))
	key := signingKey(s.Credentials.SecretAccessKey, sig.scope)
	want := hexMAC(key, toSign)
	if !hmac.Equal([]byte(want), []byte(sig.value)) {
		return nil, refuseSignature(sig, toSign, canonical)
	}
	return &Chain{key: key, scope: sig.scope, date: sig.date, last: want}, nil
}

// checkIdentity compares access key and session token with the server's.
func (sig *signature) checkIdentity(s Server) *Refusal {
	switch c := s.Credentials; {
	case s.Expired(sig.accessKey), sig.token != "" && s.Expired(sig.token):
		return RefuseExpiredToken()
	case sig.accessKey != c.AccessKeyID:
		return refuseAccessKey(sig.accessKey)
	case sig.token == "" && c.SessionToken != "":
		// AWS doesn't know a temporary key without its token.
		return refuseAccessKey(sig.accessKey)
	case sig.token != c.SessionToken:
		return refuseToken(sig.token)
	}
	return nil
}

// checkTime compares the time of signing with the server's clock.
func (sig *signature) checkTime(service string, now time.Time) *Refusal {
	skew := maxSkew
	if service == "s3" {
		skew = maxSkewS3
	}
	switch ahead := sig.time.Sub(now); {
	case sig.presigned && ahead > skew:
		return refuseNotYet(sig, now)
	case sig.presigned && now.Sub(sig.time) > sig.expires:
		return refuseExpiredURL(sig, now)
	case !sig.presigned && ahead.Abs() > skew:
		return refuseSkew(sig, now, skew)
	}
	return nil
}

// A Chain calculates the signatures of the chunks of an aws-chunked body. Each signature covers the
// one before it, and the first covers the request's. So no chunk can be left out or moved. S3 API
// Reference, "Transferring Payload in Multiple Chunks".
type Chain struct {
	key   []byte
	scope scope
	date  string
	last  string // signature so far
}

// Continues reports whether next is the next signature of the chain: that of an algorithm and
// of the hashes that end the string to sign. The chain moves on in either case.
func (c *Chain) Continues(next, algorithm string, hashes ...string) bool {
	hashes = append([]string{c.last}, hashes...)
	c.last = hexMAC(c.key, stringToSign(algorithm, c.date, c.scope, hashes...))
	return hmac.Equal([]byte(c.last), []byte(next))
}
