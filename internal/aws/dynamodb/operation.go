package dynamodb

import (
	"context"
	"time"

	"reduction/ddbwire"
	"reduction/internal/aws/credentials"
	"reduction/internal/aws/endpoint"
	"reduction/internal/aws/request"
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
	x, err := c.service.Send(&request.Call{
		Op:    op,
		Place: table,
		Watch: w.watch,
		Build: func(id *credentials.Identity, now time.Time) (endpoint.URL, *http1.Request, error) {
			at, err := c.service.Endpoints.Tables(c.service.Region, id.AccountID)
			if err != nil {
				return at, nil, err
			}
			r := &sigv4.Request{Method: "POST", Path: at.Prefix + "/"}
			r.Header = []sigv4.Header{
				{Name: "Content-Type", Value: "application/x-amz-json-1.0"},
				{Name: "X-Amz-Target", Value: "DynamoDB_20120810." + op},
			}
			r.PayloadHash = string(sigv4.AppendHash(nil, body))
			req := c.service.Sign(id, at, c.service.Region, r, now)
			req.Body = body
			return at, req, nil
		},
		Accept: func(x *transport.Exchange) (err error) {
			if answer, err = http1.ReadAll(answer[:0], x, maxAnswer); err != nil {
				return err
			}
			return request.VerifyCRC(x.Header, answer)
		},
		Refused: refused,
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
		return &request.Error{Op: op, Place: table, Err: err, Hint: hintKeys}
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
		return nil, &request.Error{Op: op, Place: table, Err: err}
	}
	return item, nil
}

// PutItem stores the first item of a batch if a condition is met: see ddbwire's AppendPutItem.
func (c *Client) PutItem(ctx context.Context, b *ddbwire.Batch, condition string, number ddbwire.Attr) error {
	_, err := c.operation(ctx, "PutItem", b.Table(), b.AppendPutItem(nil, condition, number))
	return err
}
