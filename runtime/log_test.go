package runtime

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"reduction/internal/logline"
)

func TestReport(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 16, 0, 123456789, time.UTC)
	panicked := &PanicError{Value: "oops", stack: []frame{{"main.go", 7, "main.handle"}, {"loop.go", 9, "runtime.call"}}}
	for _, test := range []struct {
		inv        *Invocation
		err        error
		text, json string
	}{
		{nil, errors.New("no table"),
			"2026-11-23T03:16:00.123Z\t\tERROR\tno table\terrorType=\"Function.Error\"\n",
			`{"timestamp":"2026-11-23T03:16:00.123Z","level":"ERROR","message":"no table","errorType":"Function.Error"}` + "\n"},
		{&Invocation{RequestID: "8286a188", TenantID: "blue"}, errors.New("no table"),
			"2026-11-23T03:16:00.123Z\t8286a188\tERROR\tno table\ttenantId=blue\terrorType=\"Function.Error\"\n",
			`{"timestamp":"2026-11-23T03:16:00.123Z","level":"ERROR","message":"no table","requestId":"8286a188","tenantId":"blue","errorType":"Function.Error"}` + "\n"},
		{&Invocation{RequestID: "8286a188"}, panicked,
			"2026-11-23T03:16:00.123Z\t8286a188\tERROR\tpanic: oops\terrorType=\"Function.Panic\"\tstackTrace=\"main.handle main.go:7\\nruntime.call loop.go:9\"\n",
			`{"timestamp":"2026-11-23T03:16:00.123Z","level":"ERROR","message":"panic: oops","requestId":"8286a188","errorType":"Function.Panic",` +
				`"stackTrace":"main.handle main.go:7\nruntime.call loop.go:9"}` + "\n"},
	} {
		for format, want := range map[string]string{"": test.text, "JSON": test.json} {
			var out bytes.Buffer
			c := NewClient(func(string) string { return "" })
			c.log = logline.New(&out, func() time.Time { return now }, func(name string) string {
				return map[string]string{"AWS_LAMBDA_LOG_FORMAT": format}[name]
			})
			c.report(test.inv, test.err)
			if got := out.String(); got != want {
				t.Errorf("got  %q\nwant %q", got, want)
			}
		}
	}
}
