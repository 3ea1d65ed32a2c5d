package reportline

import (
	"bytes"
	"encoding/json"
	"math"
)

// An object is an event that Lambda logs for itself in a function whose log format is JSON.
type object struct {
	Type   string
	Record struct {
		RequestID string `json:"requestId"`
		Phase     string
		Status    string
		ErrorType string `json:"errorType"`
		Metrics   struct {
			DurationMs              *float64
			BilledDurationMs        *float64
			MemorySizeMB            float64
			MaxMemoryUsedMB         float64
			InitDurationMs          *float64
			RestoreDurationMs       *float64
			BilledRestoreDurationMs *float64
		}
	}
}

// objects passes every platform.report to consider, or an error if one is cut off, and every
// platform.initReport of an INIT that failed to failedInit. Objects of the function's own may be
// around them, on several lines or cut off, and so may be other text.
func objects(log []byte, consider func(*Report, error), failedInit func(status string)) {
	for at := 0; ; {
		next := bytes.IndexByte(log[at:], '{')
		if next < 0 {
			return
		}
		at += next
		var o object
		d := json.NewDecoder(bytes.NewReader(log[at:]))
		var raw json.RawMessage
		if d.Decode(&raw) != nil {
			// Not an object, or one that is cut off.
			line, _, _ := bytes.Cut(log[at:], []byte("\n"))
			if bytes.Contains(line, []byte(`"platform.report"`)) {
				consider(&Report{}, ErrCut)
			}
			at++
			continue
		}
		at += int(d.InputOffset())
		if json.Unmarshal(raw, &o) != nil {
			continue // a member of the same name and another type: the function's own
		}
		switch o.Type {
		case "platform.report":
			consider(o.report(string(raw)))
		case "platform.initReport":
			if s := failure(o.Record.Status, o.Record.ErrorType); s != "" && o.Record.Phase == "init" {
				failedInit(s)
			}
		}
	}
}

func (o *object) report(line string) (*Report, error) {
	m := &o.Record.Metrics
	r := &Report{
		RequestID:     o.Record.RequestID,
		MemoryMB:      int(min(m.MemorySizeMB, math.MaxInt32)),
		UsedMB:        int(min(m.MaxMemoryUsedMB, math.MaxInt32)),
		Init:          m.InitDurationMs,
		Restore:       m.RestoreDurationMs,
		BilledRestore: m.BilledRestoreDurationMs,
		Status:        o.Record.Status,
		ErrorType:     o.Record.ErrorType,
		Line:          line,
	}
	if m.DurationMs == nil || m.BilledDurationMs == nil {
		return r, ErrCut
	}
	r.Duration, r.Billed = *m.DurationMs, *m.BilledDurationMs
	return r, nil
}
