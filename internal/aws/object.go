package aws

import (
	"context"
	"errors"
	"io"
	"strings"

	"reduction/internal/http1"
)

// ErrEncoding says that an object is compressed in a way that is not read here.
var ErrEncoding = errors.New("the object's Content-Encoding is not supported")

// Object is an object's content, read from its beginning to its end, by one goroutine.
//
// io.EOF comes only at the object's true end: when as many bytes have come as S3 has said,
// of the ETag it has said, and when the checksum over them is the one that S3 holds, where
// it sent one that can be verified; see Unverified. A connection that breaks off or goes
// silent is replaced, and reading goes on at the next byte.
//
// An object that is compressed reads as S3 holds it.
type Object struct {
	ref     ObjectRef
	version string
	size    int64
	watch   *watcher
	src     source // the object's bytes, in order
	sum     *checksum
	lacks   string // see Unverified
	err     error
}

// source is where an Object's bytes come from: a stream, or several ahead.
type source interface {
	io.Reader
	Close()
}

// Object opens an object. Only its first answer's head has arrived when it returns.
//
// An object of up to 16 MB costs exactly one request, which asks for no range, because S3
// sends its checksum with no other answer. Of a larger one, the same answer brings the
// first part, while the rest is fetched over other connections, as many as the function's
// memory size makes sense of; see planFor. With a single connection one request does,
// whatever the size.
//
// What has been opened is to be closed. ctx covers the reading, too.
func (c *Client) Object(ctx context.Context, ref ObjectRef) (*Object, error) {
	o := &Object{ref: ref, watch: newWatcher(ctx)}
	if err := o.open(c); err != nil {
		o.watch.stop()
		return nil, err
	}
	return o, nil
}

func (o *Object) open(c *Client) error {
	x, err := c.get(o.watch, &o.ref, whole, -1)
	if err != nil {
		return err
	}
	err = o.head(x, c.config.VerifyFull)
	if err == nil && !x.Delimited() && o.sum == nil {
		err = o.askSize(c)
	}
	if err != nil {
		e, ok := errors.AsType[*Error](err)
		if !ok {
			e = (&Error{Op: "GetObject", Place: o.ref.place(), Err: err}).answered(x)
			e.Status = 0 // which was a success
		}
		x.Close()
		return e
	}
	if x.ContentLength >= minAhead && isStrong(o.ref.ETag) {
		if a := c.readAhead(o.watch, &o.ref, o.size, x); a != nil {
			if !c.config.VerifyFull {
				o.sum = nil // no answer is received whole
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

// ErrUnconfirmed says that a server tells nowhere how long an object is. The end of a connection
// is not its word for it: a connection that is cut ends, too.
var ErrUnconfirmed = errors.New("the server does not say how long the object is")

// askSize asks for the size of an object whose answer ends with the connection, and says nothing
// else about its end.
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

// stream returns a stream that has not been opened, of an object of a size.
func (c *Client) stream(w *watcher, ref *ObjectRef, s span, size int64) *stream {
	return &stream{client: c, watch: w, ref: ref, span: s, size: size, try: try{rules: c.s3.rules, bucket: &c.s3.bucket}}
}

// head reads the head of the first answer.
func (o *Object) head(x *exchange, verifyFull bool) error {
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

// checkEncoding refuses an object that is compressed in a way of which the content does not tell.
// Whether it is compressed with gzip, it does; "aws-chunked" is left by some uploads, and undone
// by S3; and "utf-8" is what people write here who mean the content's characters.
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
		if _, ok := errors.AsType[*Error](err); !ok {
			err = &Error{Op: "GetObject", Place: o.ref.place(), Err: err}
		}
	}
	o.err = err
	return n, err
}

// Close lets go of the connections. What has not been read is lost.
func (o *Object) Close() error {
	if o.err == nil {
		o.err = errClosed
	}
	o.src.Close()
	o.watch.stop()
	return nil
}

var errClosed = errors.New("aws: the object is closed")

// Size returns the number of bytes that S3 holds, before decompression; -1 where the server
// has not said.
func (o *Object) Size() int64 { return o.size }

// ETag returns the ETag of what is being read, as S3 has it, in quotes.
func (o *Object) ETag() string { return o.ref.ETag }

// VersionID returns the version of what is being read, or "" in a bucket without versions.
func (o *Object) VersionID() string { return o.version }

// Unverified names the algorithm of a checksum that S3 has sent and that is not verified, because
// this package lacks the algorithm. It returns "" where another checksum is verified, and where
// S3 has sent none.
func (o *Object) Unverified() string { return o.lacks }

// verified is the object's bytes as S3 holds them, with the checksum verified at the end.
type verified struct{ *Object }

func (v verified) Read(p []byte) (int, error) {
	n, err := v.src.Read(p)
	v.sum.write(p[:n])
	if err == io.EOF {
		if bad := v.sum.verify(); bad != nil {
			return n, bad
		}
	}
	return n, err
}
