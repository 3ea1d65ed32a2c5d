package s3

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/request"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
	"reduction/sigv4"
)

// ObjectRef names an object. If VersionID or ETag is not empty, every request demands it.
type ObjectRef struct {
	Bucket, Key, VersionID, ETag string
}

func (r *ObjectRef) place() string { return "s3://" + r.Bucket + "/" + r.Key }

// placed returns an error of reading the object with its place, if it lacks one.
func (r *ObjectRef) placed(err error) error {
	if _, ok := errors.AsType[*request.Error](err); ok {
		return err
	}
	return &request.Error{Op: "GetObject", Place: r.place(), Err: err}
}

// span is a range of bytes, its end excluded. An end of -1 is the object's.
type span struct{ off, end int64 }

// whole asks for no range: only then does S3 send a checksum of the whole object.
var whole = span{0, -1}

// headOnly asks for an object's head, and not for the object.
var headOnly = span{-1, -1}

// appendRange appends the span as a Range header has it. RFC 9110 §14.1.2.
func (s span) appendRange(dst []byte) []byte {
	dst = append(dst, "bytes="...)
	dst = strconv.AppendInt(dst, s.off, 10)
	dst = append(dst, '-')
	if s.end >= 0 {
		dst = strconv.AppendInt(dst, s.end-1, 10)
	}
	return dst
}

// get requests an object, a span of it, or its head alone. The caller reads the answer's body. size
// is the object's size in an earlier answer, or -1.
func (c *Client) get(w *transport.Watcher, ref *ObjectRef, s span, size int64) (*transport.Exchange, error) {
	op, method := "GetObject", "GET"
	if s == headOnly {
		op, method = "HeadObject", "HEAD"
	}
	if err := ref.check(); err != nil {
		return nil, &request.Error{Op: op, Place: ref.place(), Err: err}
	}
	r := &s3Request{op: op, method: method, bucket: ref.Bucket, key: ref.Key, etag: ref.ETag, place: ref.place()}
	if ref.VersionID != "" {
		r.query = string(sigv4.AppendEscaped([]byte("versionId="), ref.VersionID))
	}
	switch s {
	case whole:
		r.header = append(r.header, sigv4.Header{Name: "x-amz-checksum-mode", Value: "ENABLED"})
	case headOnly:
	default:
		r.part = true
		r.header = append(r.header, sigv4.Header{Name: "Range", Value: string(s.appendRange(nil))})
	}
	return c.askS3(w, r, func(x *transport.Exchange) error {
		if etag := x.Header.Get("ETag"); ref.ETag != "" && !SameETag(etag, ref.ETag) {
			return ErrChanged // from a server that knows no If-Match
		}
		return s.accept(x.Status, x.Header, x.ContentLength, size)
	})
}

// s3Request is a request to S3. It is about an object, or about a bucket if key is "".
type s3Request struct {
	op, method, bucket, key string
	query                   string // escaped
	header                  []sigv4.Header
	etag                    string // that the object must have, or ""
	part                    bool   // header asks for a range
	place                   string // for errors
	body                    []byte // of a PUT
}

// askS3 sends a request to the region of its bucket, to which it follows redirections.
func (c *Client) askS3(w *transport.Watcher, r *s3Request, accept func(x *transport.Exchange) error) (*transport.Exchange, error) {
	region := c.regionOf(r.bucket)
	var elsewhere string // the host that a 307 points to
	weakly := false      // do not send If-Match: only compare the answer's ETag
	return c.service.Send(&request.Call{
		Op:    r.op,
		Place: r.place,
		Watch: w,
		Build: func(id *credentials.Identity, now time.Time) (endpoint.URL, *http1.Request, error) {
			at, pathStyle, err := c.service.Endpoints.Bucket(region, r.bucket)
			if err != nil {
				return at, nil, err
			}
			if elsewhere != "" {
				at.Host, pathStyle = elsewhere, !strings.HasPrefix(elsewhere, r.bucket+".")
			}
			path := []byte(at.Prefix + "/")
			if pathStyle {
				path = append(path, r.bucket+"/"...)
			}
			m := &sigv4.Request{Method: r.method, Query: r.query, Header: append([]sigv4.Header(nil), r.header...)}
			m.Path = string(sigv4.AppendEscapedPath(path, r.key))
			if c.RequesterPays {
				m.Header = append(m.Header, sigv4.Header{Name: "x-amz-request-payer", Value: "requester"})
			}
			if isStrong(r.etag) && !weakly {
				m.Header = append(m.Header, sigv4.Header{Name: "If-Match", Value: quoteETag(r.etag)})
			}
			if r.method == "PUT" {
				m.PayloadHash = string(sigv4.AppendHash(nil, r.body))
			}
			req := c.service.Sign(id, at, region, m, now)
			req.Body = r.body
			return at, req, nil
		},
		Accept: accept,
		Final:  final[:],
		Refused: func(e *request.Error, h http1.Header, body []byte) bool {
			message := element(body, "Message")
			e.Says(element(body, "Code"), message)
			if r.method == "PUT" {
				explainPut(e, message)
			}
			e.DeleteMarker = h.Get("x-amz-delete-marker") == "true"
			if r.method == "HEAD" && (e.Status == 404 || e.Status == 405) {
				e.Code = "NoSuchKey" // the answer to a HEAD has no body with a code
			}
			if e.Status == 501 && r.part {
				e.Err = ErrNoRanges
			}
			explain(e, message)
			if class := request.Plain(element(body, "StorageClass"), "_"); class != "" {
				e.Message = strings.TrimSpace(e.Message + " (storage class " + class + ")")
			}
			if there := h.Get("ETag"); e.Status == 412 && isWeak(there) && SameETag(there, r.etag) && !weakly {
				weakly = true
				return true
			}
			if at, ok := redirected(e, h, body); ok && elsewhere == "" {
				elsewhere = at
				return true
			}
			there := regionIn(e, h, body)
			if there == "" || there == region || !endpoint.IsHostLabel(there) {
				return false
			}
			region, elsewhere = there, ""
			c.setRegion(r.bucket, region)
			return true
		},
	})
}

// ObjectHead describes an object's version: its size, or -1 if the server does not say; its ETag, in
// quotes; its version ID, which is "" in a
// bucket without versions; and the time when it was last modified.
type ObjectHead struct {
	Size            int64
	ETag, VersionID string
	Modified        time.Time
}

// Head requests the head of an object's current version, or of the one that ref names. If there is
// no such object, the error is ErrNoSuchKey, and DeleteMarker is set if S3 has a delete marker for
// it.
func (c *Client) Head(ctx context.Context, ref ObjectRef) (h ObjectHead, err error) {
	w := transport.NewWatcher(ctx)
	defer w.Stop()
	x, err := c.get(w, &ref, headOnly, -1)
	if err != nil {
		return h, err
	}
	h.Size, h.ETag, h.VersionID = x.ContentLength, x.Header.Get("ETag"), x.Header.Get("x-amz-version-id")
	h.Modified, _ = time.Parse(time.RFC1123, x.Header.Get("Last-Modified"))
	x.Close()
	return h, nil
}

// ErrPlace says that a bucket and a key name no object that can be read here.
var ErrPlace = errors.New("not an object that can be read")

// check refuses names that S3 would not understand, or would understand as something else.
func (r *ObjectRef) check() error {
	if r.Bucket == "" || r.Key == "" {
		return &placeError{"bucket and key are both needed"}
	}
	return checkBucket(r.Bucket)
}

func checkBucket(name string) error {
	why := ""
	switch {
	case strings.HasSuffix(name, ".mrap"):
		why = "Multi-Region Access Points are not supported: name the bucket in one region, or an access point there"
	case strings.HasPrefix(name, "arn:"):
		why = "an access point is named by its alias here, not by its ARN"
	case strings.HasSuffix(name, "--x-s3"), strings.HasSuffix(name, "--xa-s3"):
		why = "directory buckets (S3 Express One Zone) and their access points are not supported: copy the object to a general purpose bucket"
	case strings.HasSuffix(name, "--op-s3"):
		why = "access points of S3 on Outposts are not supported: copy the object to a bucket in a region"
	case name == "", name == ".", name == "..", strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c == 0x7f || strings.ContainsRune("/?#%\\", c) }):
		why = "this is no bucket's name"
	default:
		return nil
	}
	return &placeError{why}
}

type placeError struct{ why string }

func (e *placeError) Error() string { return e.why }
func (e *placeError) Unwrap() error { return ErrPlace }

// quoteETag returns an ETag with quotes, as If-Match needs it. S3's events have it without.
func quoteETag(etag string) string {
	if strings.HasPrefix(etag, `"`) {
		return etag
	}
	return `"` + etag + `"`
}

// SameETag reports whether two ETags are equal, by the weak comparison of RFC 9110 §8.8.3.2. Each
// may have quotes or not, and be weak or not.
func SameETag(a, b string) bool {
	return quoteETag(strings.TrimPrefix(a, weakMark)) == quoteETag(strings.TrimPrefix(b, weakMark))
}

// weakMark begins a weak ETag. Two objects with different bytes may share one, and so it fails
// every If-Match (RFC 9110 §8.8.1, §13.1.1).
const weakMark = "W/"

func isWeak(etag string) bool { return strings.HasPrefix(etag, weakMark) }

// isStrong reports whether answers with this ETag are parts of one object.
func isStrong(etag string) bool { return etag != "" && !isWeak(etag) }

// accept checks that a success is what was asked for, or the whole object instead of a part. RFC
// 9110 §14.2, §14.4, §15.3.7. A part with the status 200 is accepted as a part.
func (s span) accept(status int, h http1.Header, length, known int64) error {
	if s == whole || s == headOnly {
		if status != 200 {
			return ErrRange
		}
		return nil
	}
	part := h.Get("Content-Range")
	if status == 200 && part == "" {
		if known >= 0 && length >= 0 && length != known {
			return ErrSize
		}
		return nil // Range is ignored: see stream.open
	}
	from, end, size, ok := contentRange(part)
	switch {
	case status != 206 && status != 200 || !ok || from != s.off:
		return ErrRange
	case s.end >= 0 && end != s.end || s.end < 0 && end != size:
		return ErrSize // the object's end is another, although If-Match has not failed
	case known >= 0 && size != known:
		return ErrSize // bytes after the first answer's end would be lost
	case length >= 0 && length != end-from:
		return ErrRange
	}
	return nil
}

// contentRange reads "bytes 0-9/100" as 0, 10, 100. RFC 9110 §14.4.
func contentRange(s string) (from, end, size int64, ok bool) {
	s, ok1 := strings.CutPrefix(s, "bytes ")
	first, s, ok2 := strings.Cut(s, "-")
	last, total, ok3 := strings.Cut(s, "/")
	from, err1 := strconv.ParseInt(first, 10, 64)
	end, err2 := strconv.ParseInt(last, 10, 64)
	size, err3 := strconv.ParseInt(total, 10, 64)
	ok = ok1 && ok2 && ok3 && err1 == nil && err2 == nil && err3 == nil && 0 <= from && from <= end && end < size
	return from, end + 1, size, ok
}

// regionIn finds the bucket's region in a refusal that has to do with regions. Amazon S3
// User Guide, Making requests: a 301 and a 400 AuthorizationHeaderMalformed name it.
func regionIn(e *request.Error, h http1.Header, body []byte) string {
	switch {
	case e.Status == 301 || e.Status == 307:
	case e.Status == 400 && (e.Code == "AuthorizationHeaderMalformed" || e.Code == "IllegalLocationConstraintException"):
	default:
		return ""
	}
	if region := h.Get("x-amz-bucket-region"); region != "" {
		return region
	}
	return element(body, "Region")
}

// redirected returns the host that a 307 points to. S3 sends a 307 while the name of a new bucket
// is not yet known everywhere.
func redirected(e *request.Error, h http1.Header, body []byte) (host string, ok bool) {
	if e.Status != 307 {
		return "", false
	}
	at, err := endpoint.Parse(strings.SplitN(h.Get("Location"), "?", 2)[0])
	if err != nil || !at.TLS && !endpoint.IsLoopback(at.Name()) {
		return "", false
	}
	return at.Host, true
}
