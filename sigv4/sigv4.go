// Package sigv4 signs requests to AWS with Signature Version 4.
//
// A signature is made in four steps. Each step is a function here, so that each can be compared
// with AWS's published examples:
//
//	canonical request   AppendCanonicalRequest   the request, written in one fixed way
//	string to sign      AppendStringToSign       its hash, with the time and the scope
//	signature           AppendSignature          an HMAC of that, under the day's key
//	Authorization       AppendAuthorization      the header that carries it
//
// [Signer.Sign] does all four and sets the headers that AWS requires; [Signer.AppendPresigned]
// puts the signature in the query instead.
//
// The package reads no clock, opens no connection and does not use net/http: a [Request] is the
// few strings that a signature covers. Package [reduction/sigv4/sigv4http] signs requests of
// net/http. The package does not sign chunks of a streamed upload (aws-chunked), and has neither
// Signature Version 4A nor the older Version 2.
//
// Rules are cited from the IAM User Guide, "Create a signed AWS API request", and the
// Amazon S3 API Reference, "Authenticating Requests (AWS Signature Version 4)".
package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"sync/atomic"
	"time"
)

const algorithm = "AWS4-HMAC-SHA256"

// What [Request.PayloadHash] may be besides the hash of a payload.
const (
	// EmptyPayload is the hash of no bytes.
	EmptyPayload = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
	// UnsignedPayload leaves the body out of the signature. Only S3 accepts it.
	UnsignedPayload = "UNSIGNED-PAYLOAD"
)

// Credentials are what requests are signed with. SessionToken is empty for long-term
// credentials.
type Credentials struct {
	AccessKeyID, SecretAccessKey, SessionToken string
}

// Header is one header field of a request.
type Header struct{ Name, Value string }

// Request is what a signature covers. Strings are as they go over the wire.
type Request struct {
	Method string
	Path   string // escaped already, see [AppendEscapedPath]; "" is "/"
	Query  string // without its '?'
	// Header lists all fields to be signed: Host, which is required, every X-Amz-*,
	// Content-Type if there is one, and no field that a proxy may change. An Authorization
	// field is ignored.
	Header      []Header
	PayloadHash string // see [AppendHash]; "" is [EmptyPayload]
}

// Signer signs requests to one service in one region. It may be used by several goroutines
// at once, as long as none changes its fields.
type Signer struct {
	Credentials
	Region, Service string

	key atomic.Pointer[signingKey]
}

// signingKey is a derived key and what it was derived from. It is valid for one day.
type signingKey struct {
	secret, date, region, service string
	key                           [sha256.Size]byte
}

// IAM User Guide, "Elements of an AWS API request signature": times are UTC, in ISO 8601
// basic format.
const (
	timeFormat = "20060102T150405Z"
	dateFormat = "20060102"
)

// AppendTime appends t in the form of the X-Amz-Date header.
func AppendTime(dst []byte, t time.Time) []byte { return t.UTC().AppendFormat(dst, timeFormat) }

// AppendHash appends the hash of a payload in the form of [Request.PayloadHash] and of the header
// X-Amz-Content-Sha256.
func AppendHash(dst, payload []byte) []byte {
	sum := sha256.Sum256(payload)
	return hex.AppendEncode(dst, sum[:])
}

// appendScope appends the credential scope, which ties a signature to a day, a region and
// a service.
func (s *Signer) appendScope(dst []byte, t time.Time) []byte {
	dst = t.UTC().AppendFormat(dst, dateFormat)
	dst = append(dst, '/')
	dst = append(dst, s.Region...)
	dst = append(dst, '/')
	dst = append(dst, s.Service...)
	return append(dst, "/aws4_request"...)
}

// AppendStringToSign appends the second step: algorithm, time, scope and the hash of the
// canonical request.
func (s *Signer) AppendStringToSign(dst []byte, r *Request, t time.Time) []byte {
	n := len(dst)
	dst = s.AppendCanonicalRequest(dst, r) // only its hash is needed: dst is the buffer
	sum := sha256.Sum256(dst[n:])
	dst = append(dst[:n], algorithm+"\n"...)
	dst = AppendTime(dst, t)
	dst = append(dst, '\n')
	dst = s.appendScope(dst, t)
	dst = append(dst, '\n')
	return hex.AppendEncode(dst, sum[:])
}

// AppendSignature appends the third step: the signature in hexadecimal.
func (s *Signer) AppendSignature(dst []byte, r *Request, t time.Time) []byte {
	n := len(dst)
	dst = s.AppendStringToSign(dst, r, t)
	mac := hmac.New(sha256.New, s.signingKey(t))
	mac.Write(dst[n:])
	var sum [sha256.Size]byte
	return hex.AppendEncode(dst[:n], mac.Sum(sum[:0]))
}

// AppendAuthorization appends the last step: the value of the Authorization header.
func (s *Signer) AppendAuthorization(dst []byte, r *Request, t time.Time) []byte {
	dst = append(dst, algorithm+" Credential="...)
	dst = append(dst, s.AccessKeyID...)
	dst = append(dst, '/')
	dst = s.appendScope(dst, t)
	dst = append(dst, ", SignedHeaders="...)
	dst = appendSignedHeaders(dst, r.Header)
	dst = append(dst, ", Signature="...)
	return s.AppendSignature(dst, r, t)
}

// signingKey derives the key of t's day. The four hashes it takes cost more than the rest
// of a signature, so the last key is kept.
func (s *Signer) signingKey(t time.Time) []byte {
	var date [len(dateFormat)]byte
	t.UTC().AppendFormat(date[:0], dateFormat)
	k := s.key.Load()
	if k == nil || k.date != string(date[:]) || k.secret != s.SecretAccessKey || k.region != s.Region || k.service != s.Service {
		k = &signingKey{secret: s.SecretAccessKey, date: string(date[:]), region: s.Region, service: s.Service}
		sum := []byte("AWS4" + k.secret)
		for _, part := range []string{k.date, k.region, k.service, "aws4_request"} {
			mac := hmac.New(sha256.New, sum)
			mac.Write([]byte(part))
			sum = mac.Sum(nil)
		}
		copy(k.key[:], sum)
		s.key.Store(k)
	}
	return k.key[:]
}
