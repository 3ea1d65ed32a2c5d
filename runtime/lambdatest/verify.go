package lambdatest

import (
	"crypto/hmac"
	"net/http"
	"net/url"
	"time"
)

// Services as the scope of a signature names them.
const (
	serviceS3       = "s3"
	serviceDynamoDB = "dynamodb"
	serviceLambda   = "lambda"
)

// How far a request's date may be from the server's clock: S3 Error Responses,
// RequestTimeTooSkewed; for the others IAM User Guide, "AWS Signature Version 4 for API
// requests": it must reach AWS within five minutes of its time stamp.
const (
	maxSkewS3 = 15 * time.Minute
	maxSkew   = 5 * time.Minute
)

// A verified signature has what the chunks of an aws-chunked body are signed with.
type verified struct {
	key     []byte
	scope   scope
	amzDate string
	seed    string // the request's signature
}

// verify holds a request's signature to what it must be. payloadHash is the last line of the
// canonical request.
func (s *Server) verify(r *http.Request, query url.Values, service, payloadHash string) (*verified, *refusal) {
	sig, ref := parseSignature(r, query)
	if ref != nil {
		return nil, ref
	}
	switch {
	case sig.scope.region != s.Region:
		return nil, refuseRegion(sig.scope.region, s.Region, sig.presigned)
	case sig.scope.service != service:
		return nil, refuseService(sig.scope.service, service, sig.presigned)
	}
	cred := s.currentCredentials()
	if ref := s.checkIdentity(sig, cred); ref != nil {
		return nil, ref
	}
	if ref := s.checkTime(sig, service); ref != nil {
		return nil, ref
	}
	if missing := sig.unsigned(r); missing != nil {
		return nil, refuseUnsigned(missing)
	}
	canonical := canonicalRequest(r, service, sig.signed, payloadHash)
	toSign := stringToSign(signAlgorithm, sig.amzDate, sig.scope, sha256Hex([]byte(canonical)))
	v := &verified{key: signingKey(cred.SecretAccessKey, sig.scope), scope: sig.scope, amzDate: sig.amzDate}
	v.seed = hexMAC(v.key, toSign)
	if !hmac.Equal([]byte(v.seed), []byte(sig.value)) {
		return nil, refuseSignature(sig, toSign, canonical)
	}
	return v, nil
}

// checkIdentity holds access key and session token to the server's.
func (s *Server) checkIdentity(sig *signature, c Credentials) *refusal {
	switch {
	case s.hasExpired(sig.accessKey), sig.token != "" && s.hasExpired(sig.token):
		return refuseExpiredToken()
	case sig.accessKey != c.AccessKeyID:
		return refuseAccessKey(sig.accessKey)
	case sig.token == "" && c.SessionToken != "":
		// Without its token a temporary key is not known.
		return refuseAccessKey(sig.accessKey)
	case sig.token != c.SessionToken:
		return refuseToken(sig.token)
	}
	return nil
}

// checkTime holds the time of signing to the server's clock.
func (s *Server) checkTime(sig *signature, service string) *refusal {
	now := s.Now().UTC()
	skew := maxSkew
	if service == serviceS3 {
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
