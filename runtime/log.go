package runtime

import "reduction/internal/logline"

// report passes an error to the hook, or logs it.
func (c *Client) report(inv *Invocation, err error) {
	if c.Log != nil {
		c.Log(inv, err)
		return
	}
	var of logline.Invocation
	if inv != nil {
		of = logline.Invocation{RequestID: inv.RequestID, TenantID: inv.TenantID}
	}
	fields := []logline.Field{logline.Text("errorType", errorType(err))}
	if stack := stackOf(err); len(stack) > 0 {
		fields = append(fields, logline.Text("stackTrace", stackText(stack)))
	}
	c.log.Log(logline.Error, of, err.Error(), fields...)
}
