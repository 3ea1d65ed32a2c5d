package aws

import (
	"context"
	"errors"
	"time"

	"reduction/ddbwire"
	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/transport"
	"reduction/internal/http1"
	"reduction/sigv4"
)

// maxAnswer bounds the answer to an operation. It has room for an item with every byte escaped, or
// the description of a table with all its indexes.
const maxAnswer = 8 * ddbwire.MaxItemSize

// operation sends any request to DynamoDB but a batch, and returns the answer's body. It stops half
// a second before the deadline of ctx, as a Writer does.
func (c *Client) operation(ctx context.Context, op, table string, body []byte) (answer []byte, err error) {
	w := c.Writer(ctx)
	defer w.Close()
	x, err := c.send(&call{
		service: &c.dynamoDB,
		op:      op,
		place:   table,
		watch:   w.watch,
		build: func(id credentials.Identity, now time.Time) (endpoint.URL, *http1.Request, error) {
			at, err := c.config.Endpoints.Tables(c.config.Region, id.AccountID)
			if err != nil {
				return at, nil, err
			}
			m := &message{at: at, region: c.config.Region}
			m.Method, m.Path = "POST", at.Prefix+"/"
			m.Header = []sigv4.Header{
				{Name: "Content-Type", Value: "application/x-amz-json-1.0"},
				{Name: "X-Amz-Target", Value: "DynamoDB_20120810." + op},
			}
			m.PayloadHash = string(sigv4.AppendHash(nil, body))
			req := c.sign(&c.dynamoDB, id, m, now)
			req.Body = body
			return at, req, nil
		},
		accept: func(x *transport.Exchange) (err error) {
			if answer, err = transport.ReadAll(answer[:0], x, maxAnswer); err != nil {
				return err
			}
			return verifyCRC(x.Header, answer)
		},
		refused: refusedByDynamoDB,
	})
	if err != nil {
		return nil, err
	}
	x.Close()
	return answer, nil
}

// CheckTable asks DescribeTable for a table's keys. It returns nil if they are the keys that items
// are written with, and ddbwire.ErrTableKeys if they are not.
func (c *Client) CheckTable(ctx context.Context, table string) error {
	const op = "DescribeTable"
	answer, err := c.operation(ctx, op, table, ddbwire.AppendDescribeTable(nil, table))
	if err != nil {
		return err
	}
	if err := ddbwire.CheckTable(answer); err != nil {
		return &Error{Op: op, Place: table, Err: err, Hint: hintKeys}
	}
	return nil
}

// Item returns the attributes of an item that are text or numbers, by their names, or nil if there
// is no such item. The read is consistent.
func (c *Client) Item(ctx context.Context, table, pk, sk string) (map[string]string, error) {
	const op = "GetItem"
	answer, err := c.operation(ctx, op, table, ddbwire.AppendGetItem(nil, table, pk, sk))
	if err != nil {
		return nil, err
	}
	item, err := ddbwire.ReadItem(answer)
	if err != nil {
		return nil, &Error{Op: op, Place: table, Err: err}
	}
	return item, nil
}

// ErrCondition says that the stored item does not meet the condition. The reason may be that an
// earlier attempt has succeeded and its answer was lost.
var ErrCondition = errors.New("the condition is not met")

// PutItem stores the first item of a batch if a condition is met: see ddbwire's AppendPutItem.
func (c *Client) PutItem(ctx context.Context, b *ddbwire.Batch, condition string, number ddbwire.Attr) error {
	_, err := c.operation(ctx, "PutItem", b.Table(), b.AppendPutItem(nil, condition, number))
	return err
}
