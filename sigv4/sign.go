package sigv4

import (
	"slices"
	"strconv"
	"time"
)

// The header fields that [Signer.Sign] sets.
const (
	headerDate          = "X-Amz-Date"
	headerToken         = "X-Amz-Security-Token"
	headerPayload       = "X-Amz-Content-Sha256"
	headerAuthorization = "Authorization"
)

// Sign sets the header fields that make r a signed request at time t: X-Amz-Date,
// X-Amz-Security-Token if the credentials have one, X-Amz-Content-Sha256 for S3, and
// Authorization. Sign replaces those of an earlier signature, so a retry can sign r again.
func (s *Signer) Sign(r *Request, t time.Time) {
	var buf [512]byte
	r.set(headerDate, string(AppendTime(buf[:0], t)))
	r.set(headerToken, s.SessionToken)
	if s.isS3() {
		// Authenticating Requests: S3 requires the header, and requires that it is signed.
		hash := r.PayloadHash
		if hash == "" {
			hash = EmptyPayload
		}
		r.set(headerPayload, hash)
	}
	r.set(headerAuthorization, string(s.AppendAuthorization(buf[:0], r, t)))
}

// set replaces a field, or removes it for a value of "".
func (r *Request) set(name, value string) {
	r.Header = slices.DeleteFunc(r.Header, func(h Header) bool { return equalFold(h.Name, name) })
	if value != "" {
		r.Header = append(r.Header, Header{name, value})
	}
}

// MaxExpires is the longest time for which a presigned request may be valid.
// Authenticating Requests: Using Query Parameters.
const MaxExpires = 7 * 24 * time.Hour

// AppendPresigned appends the path and the query of a request that carries its signature in the
// query. The request is valid from t on, for the duration expires. With "https://" and the host
// before it, the result is a URL that anyone may use. For S3, set [Request.PayloadHash] to
// [UnsignedPayload].
func (s *Signer) AppendPresigned(dst []byte, r *Request, t time.Time, expires time.Duration) []byte {
	query := append(make([]byte, 0, 512), r.Query...)
	if len(query) > 0 {
		query = append(query, '&')
	}
	query = append(query, "X-Amz-Algorithm="+algorithm+"&X-Amz-Credential="...)
	query = AppendEscaped(query, s.AccessKeyID+"/"+string(s.appendScope(nil, t)))
	query = append(query, "&X-Amz-Date="...)
	query = AppendTime(query, t)
	query = append(query, "&X-Amz-Expires="...)
	query = strconv.AppendInt(query, int64(expires/time.Second), 10)
	if s.SessionToken != "" {
		query = append(query, "&X-Amz-Security-Token="...)
		query = AppendEscaped(query, s.SessionToken)
	}
	query = append(query, "&X-Amz-SignedHeaders="...)
	query = AppendEscaped(query, string(appendSignedHeaders(nil, r.Header)))

	signed := *r
	signed.Query = string(query)
	if signed.Path == "" {
		signed.Path = "/"
	}
	dst = append(dst, signed.Path...)
	dst = append(dst, '?')
	dst = append(dst, query...)
	dst = append(dst, "&X-Amz-Signature="...)
	return s.AppendSignature(dst, &signed, t)
}
