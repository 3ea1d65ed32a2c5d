package dynamodb

import (
	"context"
	"errors"
	"time"

	"reduction/ddbwire"
	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/request"
	"reduction/internal/aws/retry"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
	"reduction/sigv4"
)

// lastMoment is how long before the deadline writing stops: long enough to report how much was
// written.
const lastMoment = 500 * time.Millisecond

// maxBatchAnswer bounds an answer: it may return all items that were sent, with other escapes.
const maxBatchAnswer = 4 * ddbwire.MaxRequestSize

// ErrDeadline says that the invocation's time was over.
var ErrDeadline = errors.New("the deadline is near")

// WriteError says how many items of a batch are stored. Of the other items, which are left in the
// batch, it is not known whether they are stored.
type WriteError struct {
	Table         string
	Written, Left int
	Err           error
}

// Error says why. It does not show Written and Left: the caller adds them up over its batches.
func (e *WriteError) Error() string {
	if _, ok := errors.AsType[*request.Error](e.Err); ok {
		return e.Err.Error()
	}
	return "aws: BatchWriteItem " + e.Table + ": " + e.Err.Error()
}

func (e *WriteError) Unwrap() error { return e.Err }

// Writer stores batches until its context ends. It may be used by several goroutines, each with
// a batch of its own.
type Writer struct {
	client *Client
	watch  *transport.Watcher
	cancel context.CancelFunc
}

// Writer returns a Writer, to be closed after its last call. It stops half a second before the
// deadline of ctx.
func (c *Client) Writer(ctx context.Context) *Writer {
	cancel := context.CancelFunc(func() {})
	if end, ok := ctx.Deadline(); ok {
		ctx, cancel = context.WithDeadlineCause(ctx, end.Add(-lastMoment), ErrDeadline)
	}
	return &Writer{client: c, watch: transport.NewWatcher(ctx), cancel: cancel}
}

// Close frees what the Writer holds. The client keeps the connections.
func (w *Writer) Close() {
	w.watch.Stop()
	w.cancel()
}

// BatchWrite stores the batch's items. It sends items that DynamoDB returns unprocessed again and
// again, until none is left or the Writer's time is over. An error is a WriteError, and b then
// holds the items that may not be stored.
func (w *Writer) BatchWrite(b *ddbwire.Batch) error {
	c, ctx, total := w.client, w.watch.Context, b.Len()
	if total == 0 {
		return nil
	}
	s, ok := c.senders.Get().(*sender)
	if !ok {
		s = newSender(c)
	}
	defer s.release()
	s.call.Watch, s.call.Place, s.batch = w.watch, b.Table(), b
	for idle := 0; ; {
		before := b.Len()
		err := s.send()
		if err == nil && s.left == 0 {
			return nil
		}
		if err == nil {
			// Unprocessed items are DynamoDB's way to say that it is busy. API Reference,
			// BatchWriteItem: "we strongly recommend that you use an exponential backoff
			// algorithm". As long as some get through, the pauses do not grow.
			pause := c.service.Retry.Backoff(retry.Transient, idle)
			if s.left == before {
				idle++
			}
			if end, ok := ctx.Deadline(); ok {
				pause = min(pause, time.Until(end)/2) // leave time for another attempt
			}
			err = c.service.Retry.Sleep(ctx, pause)
		}
		if err != nil {
			return &WriteError{Table: b.Table(), Written: total - b.Len(), Left: b.Len(), Err: err}
		}
	}
}

// sender sends batches, one after the other. It keeps buffers from one batch for the next, and the
// request's head, which it renders once for each identity.
type sender struct {
	client *Client
	call   request.Call
	batch  *ddbwire.Batch
	left   int // items that the last answer returned unprocessed

	id       *credentials.Identity // that at, line and template are for; nil: none yet
	at       endpoint.URL
	line     []byte // the request line and the fields that do not change
	template *sigv4.Template
	head     []byte
	req      http1.Request
	answer   []byte
}

func newSender(c *Client) *sender {
	s := &sender{client: c}
	s.call = request.Call{Op: "BatchWriteItem", Build: s.build, Accept: s.accept, Refused: refused}
	return s
}

// maxKeptAnswer is the largest buffer for answers that is kept for the next batch. It has room for
// all items of an ordinary batch.
const maxKeptAnswer = 64 << 10

// release puts the sender back into the pool.
func (s *sender) release() {
	s.call.Watch, s.batch = nil, nil
	if cap(s.answer) > maxKeptAnswer {
		s.answer = nil
	}
	s.client.senders.Put(s)
}

// send sends the batch once, and leaves in it the items that DynamoDB returned unprocessed.
func (s *sender) send() error {
	x, err := s.client.service.Send(&s.call)
	if err == nil {
		x.Close()
	}
	return err
}

func (s *sender) build(id *credentials.Identity, now time.Time) (endpoint.URL, *http1.Request, error) {
	if s.id != id {
		if err := s.render(id); err != nil {
			return endpoint.URL{}, nil, err
		}
	}
	body := s.batch.Body()
	s.head = s.template.AppendFields(append(s.head[:0], s.line...), body, now)
	s.req = http1.Request{Method: "POST", Head: s.head, Body: body}
	return s.at, &s.req, nil
}

// render makes the parts that all requests of an identity have in common.
func (s *sender) render(id *credentials.Identity) (err error) {
	c := s.client.service
	if s.at, err = c.Endpoints.Tables(c.Region, id.AccountID); err != nil {
		return err
	}
	fixed := []sigv4.Header{
		{Name: "Host", Value: s.at.Host},
		{Name: "Content-Type", Value: "application/x-amz-json-1.0"},
		{Name: "X-Amz-Target", Value: "DynamoDB_20120810.BatchWriteItem"},
	}
	path := s.at.Prefix + "/"
	s.line = append(s.line[:0], "POST "+path+" HTTP/1.1\r\n"...)
	for _, h := range fixed {
		s.line = append(s.line, h.Name+": "+h.Value+"\r\n"...)
	}
	s.template = c.Signer(id, c.Region).NewTemplate(&sigv4.Request{Method: "POST", Path: path, Header: fixed})
	s.id = id
	return nil
}

func (s *sender) accept(x *transport.Exchange) (err error) {
	if s.answer, err = http1.ReadAll(s.answer[:0], x, maxBatchAnswer); err != nil {
		return err
	}
	if err := request.VerifyCRC(x.Header, s.answer); err != nil {
		return err
	}
	s.left, err = s.batch.Unprocessed(s.answer)
	return err
}
