package runtime

import (
	"encoding/json"
	"errors"
	"testing"
	"time"
)

func TestLogLines(t *testing.T) {
	now := time.Date(2026, 11, 23, 3, 16, 0, 123456789, time.UTC)
	panicked := &PanicError{Value: "oops", stack: []frame{{"main.go", 7, "main.handle"}, {"loop.go", 9, "runtime.call"}}}
	for _, test := range []struct {
		inv        Invocation
		err        error
		text, json string
	}{
		{Invocation{}, errors.New("no table"),
			"2026-11-23T03:16:00.123Z\t\tERROR\tFunction.Error\tno table\n",
			`{"timestamp":"2026-11-23T03:16:00.123Z","level":"ERROR","message":"no table","errorType":"Function.Error"}` + "\n"},
		{Invocation{RequestID: "8286a188", TenantID: "blue"}, errors.New("two\nlines"),
			"2026-11-23T03:16:00.123Z\t8286a188\tERROR\tFunction.Error\ttwo\rlines\n",
			`{"timestamp":"2026-11-23T03:16:00.123Z","level":"ERROR","message":"two\nlines","errorType":"Function.Error","requestId":"8286a188","tenantId":"blue"}` + "\n"},
		{Invocation{RequestID: "8286a188"}, panicked,
			"2026-11-23T03:16:00.123Z\t8286a188\tERROR\tFunction.Panic\tpanic: oops\rmain.handle main.go:7\rruntime.call loop.go:9\n",
			`{"timestamp":"2026-11-23T03:16:00.123Z","level":"ERROR","message":"panic: oops","errorType":"Function.Panic",` +
				`"stackTrace":[{"path":"main.go","line":7,"label":"main.handle"},{"path":"loop.go","line":9,"label":"runtime.call"}],"requestId":"8286a188"}` + "\n"},
	} {
		if got := string(appendTextLine(nil, now, &test.inv, test.err)); got != test.text {
			t.Errorf("got  %q\nwant %q", got, test.text)
		}
		got := appendJSONLine(nil, now, &test.inv, test.err)
		if string(got) != test.json || !json.Valid(got) {
			t.Errorf("got  %s\nwant %s", got, test.json)
		}
	}
}
