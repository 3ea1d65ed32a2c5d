package aws

import (
	"context"
	"errors"
	"hash/crc32"
	"strconv"
	"time"

	"reduction/ddbwire"
	"reduction/internal/http1"
	"reduction/sigv4"
)

// lastMoment is what is left of an invocation when writing stops: enough to say how far it
// came.
const lastMoment = 500 * time.Millisecond

// maxBatchAnswer bounds an answer: it may hand back all that was sent, escaped another way.
const maxBatchAnswer = 4 * ddbwire.MaxRequestSize

// ErrDeadline says that the invocation's time was over.
var ErrDeadline = errors.New("the deadline is near")

// ErrCorrupt says that an answer did not arrive as it was sent.
var ErrCorrupt = errors.New("the answer arrived damaged")

// WriteError says how many of a batch's items are known to be stored, and that the others
// are not known to be. Those are what the batch holds.
type WriteError struct {
	Table         string
	Written, Left int
	Err           error
}

// Error is why: how many items there are is for the caller to add up over its batches.
func (e *WriteError) Error() string {
	var answered *Error
	if errors.As(e.Err, &answered) {
		return e.Err.Error()
	}
	return "aws: BatchWriteItem " + e.Table + ": " + e.Err.Error()
}

func (e *WriteError) Unwrap() error { return e.Err }

// BatchWrite stores the batch's items. Items that DynamoDB hands back unprocessed are sent
// again, however often, until none is left, or until half a second before ctx's deadline.
// The error is then a WriteError, and b holds the items that may not be stored.
func (c *Client) BatchWrite(ctx context.Context, b *ddbwire.Batch) error {
	total := b.Len()
	if total == 0 {
		return nil
	}
	if end, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadlineCause(ctx, end.Add(-lastMoment), ErrDeadline)
		defer cancel()
	}
	for idle := 0; ; {
		before := b.Len()
		left, err := c.batchWriteItem(ctx, b)
		if err == nil && left == 0 {
			return nil
		}
		if err == nil {
			// Unprocessed items are DynamoDB's way to say that it is busy. API Reference,
			// BatchWriteItem: "we strongly recommend that you use an exponential backoff
			// algorithm". As long as some get through, the pauses do not grow.
			pause := dynamoDBRules.backoff(transient, idle, c.config.Random())
			if left == before {
				idle++
			}
			if end, ok := ctx.Deadline(); ok {
				pause = min(pause, time.Until(end)/2) // rather once more than too late
			}
			err = c.config.Sleep(ctx, pause)
		}
		if err != nil {
			return &WriteError{Table: b.Table(), Written: total - b.Len(), Left: b.Len(), Err: err}
		}
	}
}

// batchWriteItem sends the batch once, and leaves in it what came back.
func (c *Client) batchWriteItem(ctx context.Context, b *ddbwire.Batch) (left int, err error) {
	body := b.Body()
	hash := string(sigv4.AppendHash(nil, body))
	x, err := c.send(ctx, &call{
		service: &c.dynamoDB,
		op:      "BatchWriteItem",
		place:   b.Table(),
		build: func(id identity) (*message, error) {
			at, err := c.config.Endpoints.dynamoDB(c.config.Region, id.accountID)
			if err != nil {
				return nil, err
			}
			return &message{
				at:     at,
				region: c.config.Region,
				body:   body,
				Request: sigv4.Request{
					Method:      "POST",
					Path:        at.prefix + "/",
					PayloadHash: hash,
					Header: []sigv4.Header{
						{Name: "Content-Type", Value: "application/x-amz-json-1.0"},
						{Name: "X-Amz-Target", Value: "DynamoDB_20120810.BatchWriteItem"},
					},
				},
			}, nil
		},
		accept: func(x *exchange) (err error) {
			answer, err := readAll(x, maxBatchAnswer)
			if err != nil {
				return err
			}
			if err := verifyCRC(x.Header, answer); err != nil {
				return err
			}
			left, err = b.Unprocessed(answer)
			return err
		},
		refused: func(e *Error, h http1.Header, body []byte) bool {
			if verifyCRC(h, body) != nil {
				return false
			}
			said := ddbwire.ParseError(body)
			e.Code = said.Type
			if quotable(e.Code) {
				e.Message = said.Message
			}
			return false
		},
	})
	if err != nil {
		return 0, err
	}
	x.Close()
	return left, nil
}

// verifyCRC holds an answer against its X-Amz-Crc32, the CRC-32 (IEEE) of the body in
// decimal. DynamoDB Developer Guide, DynamoDB low-level API.
func verifyCRC(h http1.Header, body []byte) error {
	s := h.Get("X-Amz-Crc32")
	if s == "" {
		return nil // an emulator's answer
	}
	want, err := strconv.ParseUint(s, 10, 32)
	if err != nil || crc32.ChecksumIEEE(body) != uint32(want) {
		return ErrCorrupt
	}
	return nil
}
