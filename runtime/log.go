package runtime

import "reduction/internal/logline"

// report passes an error to the hook. Without a hook, or if the hook panics, report logs the error.
// It returns what is known about the error.
func (c *Client) report(inv *Invocation, err error) report {
	r := describe(err)
	if c.Log == nil || !c.hook(inv, err) {
		c.write(inv, r)
	}
	return r
}

func (c *Client) hook(inv *Invocation, err error) (logged bool) {
	defer func() { recover() }()
	c.Log(inv, err)
	return true
}

func (c *Client) write(inv *Invocation, r report) {
	var of logline.Invocation
	if inv != nil {
		of = logline.Invocation{RequestID: inv.RequestID, TenantID: inv.TenantID}
	}
	fields := []logline.Field{logline.Text("errorType", r.kind)}
	if len(r.stack) > 0 {
		fields = append(fields, logline.Text("stackTrace", stackText(r.stack)))
	}
	c.log.Log(logline.Error, of, r.text, fields...)
}
