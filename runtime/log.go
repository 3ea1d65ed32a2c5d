package runtime

import (
	"errors"
	"os"
	"time"

	"reduction/internal/json"
)

// report passes an error to the hook, or writes it to standard error.
func (c *Client) report(inv *Invocation, err error) {
	if c.Log != nil {
		c.Log(inv, err)
		return
	}
	if inv == nil {
		inv = &Invocation{}
	}
	appendLine := appendTextLine
	if c.jsonLog {
		appendLine = appendJSONLine
	}
	os.Stderr.Write(appendLine(nil, time.Now(), inv, err))
}

// timeFormat is RFC 3339 with milliseconds, as AWS's runtimes write it.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// appendJSONLine appends a line with the keys that Lambda reads. Developer Guide,
// "Configuring JSON and plain text log formats".
func appendJSONLine(dst []byte, t time.Time, inv *Invocation, err error) []byte {
	dst = append(dst, `{"timestamp":"`...)
	dst = t.UTC().AppendFormat(dst, timeFormat)
	dst = append(dst, `","level":"ERROR","message":`...)
	dst = json.AppendString(dst, err.Error())
	dst = append(dst, `,"errorType":`...)
	dst = json.AppendString(dst, errorType(err))
	if stack := stackOf(err); len(stack) > 0 {
		dst = append(dst, `,"stackTrace":`...)
		dst = appendStack(dst, stack)
	}
	if inv.RequestID != "" {
		dst = append(dst, `,"requestId":`...)
		dst = json.AppendString(dst, inv.RequestID)
	}
	if inv.TenantID != "" {
		dst = append(dst, `,"tenantId":`...)
		dst = json.AppendString(dst, inv.TenantID)
	}
	return append(dst, '}', '\n')
}

// appendTextLine appends a line as AWS's Node.js runtime writes it: its parts between tabs,
// and line ends as '\r', which CloudWatch keeps within one event.
func appendTextLine(dst []byte, t time.Time, inv *Invocation, err error) []byte {
	dst = t.UTC().AppendFormat(dst, timeFormat)
	dst = append(dst, '\t')
	dst = append(dst, inv.RequestID...)
	dst = append(dst, "\tERROR\t"...)
	dst = append(dst, errorType(err)...)
	dst = append(dst, '\t')
	dst = append(dst, err.Error()...)
	if p, ok := errors.AsType[*PanicError](err); ok {
		dst = append(dst, '\n')
		dst = append(dst, p.Stack()...)
	}
	for i, c := range dst {
		if c == '\n' {
			dst[i] = '\r'
		}
	}
	return append(dst, '\n')
}
