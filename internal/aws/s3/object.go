package s3

import (
	"context"
	"errors"
	"io"
	"strings"

	"reduction/internal/aws/request"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
)

// ErrEncoding says that an object's Content-Encoding is a compression that is not supported.
var ErrEncoding = errors.New("the object's Content-Encoding is not supported")

// Object is an object's content, read from its beginning to its end, by one goroutine.
//
// Read returns io.EOF only at the object's true end: when as many bytes have arrived as S3 has
// said, all with the same ETag, and when their checksum is the one that S3 has sent, if it has sent
// one that can be verified (see Unverified). If a connection is cut or goes silent, Object opens
// another and goes on at the next byte.
//
// Object does not decompress: it returns the bytes that S3 stores.
type Object struct {
	ref     ObjectRef
	version string
	size    int64
	watch   *transport.Watcher
	src     source // the object's bytes, in order
	sum     *checksum
	lacks   string // see Unverified
	err     error
}

// source is where an Object's bytes come from: a stream, or an ahead.
type source interface {
	io.Reader
	Close()
}

// Object opens an object. When it returns, only the head of the first answer has arrived.
//
// An object of less than 16 MB costs exactly one request. It asks for no range, because S3 sends
// the checksum of the whole only then. For a larger object, this answer brings the first part, and
// other connections fetch the rest. Their number depends on the function's memory size: see
// planFor. If there are no other connections, one request brings the whole object, whatever its
// size.
//
// The caller must close the Object. If ctx ends, reading ends, too.
func (c *Client) Object(ctx context.Context, ref ObjectRef) (*Object, error) {
	o := &Object{ref: ref, watch: transport.NewWatcher(ctx)}
	if err := o.open(c); err != nil {
		o.watch.Stop()
		return nil, err
	}
	return o, nil
}

func (o *Object) open(c *Client) error {
	x, err := c.get(o.watch, &o.ref, whole, -1)
	if err != nil {
		return err
	}
	err = o.head(x, c.VerifyFull)
	if err == nil && !x.Delimited() && o.sum == nil {
		err = o.askSize(c)
	}
	if err != nil {
		e, ok := errors.AsType[*request.Error](err)
		if !ok {
			e = (&request.Error{Op: "GetObject", Place: o.ref.place(), Err: err}).Answered(x)
			e.Status = 0 // it was that of a success
		}
		x.Close()
		return e
	}
	if x.ContentLength >= minAhead && isStrong(o.ref.ETag) {
		if a := c.readAhead(o.watch, &o.ref, o.size, x); a != nil {
			if !c.VerifyFull {
				o.sum = nil // the helpers' answers have no checksum of the whole
			}
			o.src = a
		}
	}
	if o.src == nil {
		s := c.stream(o.watch, &o.ref, span{0, o.size}, o.size)
		s.x, s.xEnd, s.verified = x, o.size, o.sum != nil
		o.src = s
	}
	return nil
}

// ErrUnconfirmed says that a server does not say how long an object is. The end of a connection
// does not say it: a connection that is cut ends, too.
var ErrUnconfirmed = errors.New("the server does not say how long the object is")

// askSize sends a HEAD request for the size of an object. It is for an answer without a length,
// which ends with the connection.
func (o *Object) askSize(c *Client) error {
	x, err := c.get(o.watch, &o.ref, headOnly, -1)
	if err != nil {
		return err
	}
	defer x.Close()
	if o.size = x.ContentLength; o.size < 0 {
		return ErrUnconfirmed
	}
	return nil
}

// stream returns a stream of a span of an object, not yet opened. size is the object's, or -1.
func (c *Client) stream(w *transport.Watcher, ref *ObjectRef, s span, size int64) *stream {
	return &stream{client: c, watch: w, ref: ref, span: s, size: size, attempts: c.service.Retry.Start()}
}

// head reads the head of the first answer.
func (o *Object) head(x *transport.Exchange, verifyFull bool) error {
	o.size = x.ContentLength
	o.version = x.Header.Get("x-amz-version-id")
	o.ref.ETag = x.Header.Get("ETag")
	o.sum, o.lacks = newChecksum(x.Header)
	switch {
	case verifyFull && o.lacks != "":
		return &algorithmError{o.lacks}
	case verifyFull && o.sum == nil:
		return ErrNoChecksum
	}
	return checkEncoding(x.Header)
}

// checkEncoding refuses compressions that are not supported. It accepts gzip, which the reader
// finds out from the content; "aws-chunked", which some uploads leave in the header although S3 has
// decoded it; and others such as "utf-8", which some people write here by mistake.
func checkEncoding(h http1.Header) error {
	for encoding := range strings.SplitSeq(h.Get("Content-Encoding"), ",") {
		switch strings.ToLower(strings.TrimSpace(encoding)) {
		case "br", "compress", "x-compress", "deflate", "zstd":
			return ErrEncoding
		}
	}
	return nil
}

// Read reads the next bytes.
func (o *Object) Read(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.src.Read(p)
	o.sum.write(p[:n])
	if err == io.EOF {
		if bad := o.sum.verify(); bad != nil {
			err = bad
		}
	}
	if err != nil && err != io.EOF {
		err = o.ref.placed(err)
	}
	o.err = err
	return n, err
}

// Close closes the object and gives up its connections.
func (o *Object) Close() error {
	if o.err == nil {
		o.err = errClosed
	}
	o.src.Close()
	o.watch.Stop()
	return nil
}

var errClosed = errors.New("aws: the object is closed")

// Size returns the number of bytes that S3 stores, before decompression, or -1 if the server has
// not said.
func (o *Object) Size() int64 { return o.size }

// ETag returns the ETag of the object, with its quotes.
func (o *Object) ETag() string { return o.ref.ETag }

// VersionID returns the version of the object, or "" in a bucket without versions.
func (o *Object) VersionID() string { return o.version }

// Unverified names the algorithm of a checksum that S3 has sent and that is not verified, because
// this package lacks the algorithm. It returns "" where another checksum is verified, and where
// S3 has sent none.
func (o *Object) Unverified() string { return o.lacks }
