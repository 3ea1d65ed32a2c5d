package aws

import (
	"context"
	"errors"
	"io"
	"strings"

	"reduction/sigv4"
)

// ErrExists says that an object with this key is there already. It may be what an earlier attempt
// has stored, whose answer was lost.
var ErrExists = errors.New("the object exists")

// Create stores an object under a key that has none; else the error is ErrExists, and the object is
// as it was. What arrives is what was sent: S3 holds it against the hash that is signed.
func (c *Client) Create(ctx context.Context, bucket, key string, data []byte) error {
	ref := ObjectRef{Bucket: bucket, Key: key}
	const op = "PutObject"
	if err := ref.check(); err != nil {
		return &Error{Op: op, Place: ref.place(), Err: err}
	}
	w := newWatcher(ctx)
	defer w.stop()
	r := &s3Request{op: op, method: "PUT", bucket: bucket, key: key, place: ref.place(), body: data,
		header: []sigv4.Header{{Name: "If-None-Match", Value: "*"}}}
	for n := 0; ; n++ {
		x, err := c.askS3(w, r, func(x *exchange) error {
			_, err := readAll(nil, x, maxErrorBody)
			return err
		})
		if err == nil {
			x.Close()
			return nil
		}
		// Two requests for one key were under way at a time; S3 asks to send them again. Amazon S3
		// User Guide, Conditional writes.
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Code != "ConditionalRequestConflict" || n+1 == c.s3.rules.attempts {
			return err
		}
		if c.pause(ctx, c.s3.rules.backoff(transient, n, c.config.Random())) != nil {
			return err
		}
	}
}

// explainPut says what is peculiar to a refused PUT.
func (e *Error) explainPut() {
	switch e.Code {
	case "PreconditionFailed":
		e.Err = ErrExists
	case "ConditionalRequestConflict":
		e.Err = ErrUnavailable
	case "AccessDenied":
		e.Err, e.Hint = ErrAccessDenied, "the role needs s3:PutObject on the object"
		if strings.Contains(e.said, "kms:") {
			e.Err, e.Hint = ErrKMS, "the role needs kms:GenerateDataKey and kms:Decrypt on the key that the bucket encrypts with"
		}
	}
}

// Part opens the bytes of an object from from up to to, of which size is all. ref has a strong
// ETag, which every answer has to have. A connection that breaks off is replaced, and reading goes
// on at the next byte. Nothing is sent before the first Read. What has been opened is to be closed.
func (c *Client) Part(ctx context.Context, ref ObjectRef, from, to, size int64) io.ReadCloser {
	p := &partOf{ref: ref, watch: newWatcher(ctx)}
	p.stream = c.stream(p.watch, &p.ref, span{from, to}, size)
	p.stream.part = true
	return p
}

// partOf is a part of an object that is being read.
type partOf struct {
	ref    ObjectRef
	watch  *watcher
	stream *stream
}

func (p *partOf) Read(b []byte) (int, error) {
	n, err := p.stream.Read(b)
	if err != nil && err != io.EOF {
		if _, ok := errors.AsType[*Error](err); !ok {
			err = &Error{Op: "GetObject", Place: p.ref.place(), Err: err}
		}
	}
	return n, err
}

func (p *partOf) Close() error {
	p.stream.Close()
	p.watch.stop()
	return nil
}
