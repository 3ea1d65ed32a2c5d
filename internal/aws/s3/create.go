package s3

import (
	"context"
	"errors"
	"strings"

	"reduction/internal/aws/request"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
	"reduction/sigv4"
)

// ErrExists says that an object with this key is there already. It may be what an earlier attempt
// has stored, whose answer was lost.
var ErrExists = errors.New("the object exists")

// maxCreated bounds the answer, whose body is empty.
const maxCreated = 64 << 10

// Create stores an object under a key that has none; else the error is ErrExists, and the object is
// as it was. What arrives is what was sent: S3 holds it against the hash that is signed.
func (c *Client) Create(ctx context.Context, bucket, key string, data []byte) error {
	ref := ObjectRef{Bucket: bucket, Key: key}
	const op = "PutObject"
	if err := ref.check(); err != nil {
		return &request.Error{Op: op, Place: ref.place(), Err: err}
	}
	w := transport.NewWatcher(ctx)
	defer w.Stop()
	r := &s3Request{op: op, method: "PUT", bucket: bucket, key: key, place: ref.place(), body: data,
		header: []sigv4.Header{{Name: "If-None-Match", Value: "*"}}}
	for n := 0; ; n++ {
		x, err := c.askS3(w, r, func(x *transport.Exchange) error {
			_, err := http1.ReadAll(nil, x, maxCreated)
			return err
		})
		if err == nil {
			x.Close()
			return nil
		}
		// Two requests for one key were under way at a time; S3 asks to send them again. Amazon S3
		// User Guide, Conditional writes.
		e, ok := errors.AsType[*request.Error](err)
		if !ok || e.Status != 409 || n+1 == c.service.Retry.Attempts {
			return err
		}
		if c.service.Retry.Pause(ctx, c.service.Retry.Backoff(retry.Transient, n)) != nil {
			return err
		}
	}
}

// explainPut says what is peculiar to a refused PUT. The body, which has the code, may not have been
// received.
func explainPut(e *request.Error, message string) {
	switch {
	case e.Status == 412:
		e.Err = ErrExists
	case e.Status == 409:
		e.Err = request.ErrUnavailable
	case e.Code == "AccessDenied":
		e.Err, e.Hint = request.ErrAccessDenied, "the role needs s3:PutObject on the object"
		if strings.Contains(message, "kms:") {
			e.Err, e.Hint = request.ErrKMS, "the role needs kms:GenerateDataKey and kms:Decrypt on the key that the bucket encrypts with"
		}
	}
}
