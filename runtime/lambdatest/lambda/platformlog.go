package lambda

import (
	"encoding/json"
	"math"
	"time"
)

// The forms of the lines that Lambda itself logs. Developer Guide, Log and event formats.
const (
	logText = "Text"
	logJSON = "JSON"
)

func (s *session) logInitStart() {
	if s.set().logFormat == logText {
		s.logf("INIT_START Runtime Version: provided:al2023.lambdatest\n")
		return
	}
	s.logPlatform("initStart", map[string]any{"initializationType": s.env.fn.initializationType(), "phase": "init",
		"functionName": s.env.fn.cfg.Name, "functionVersion": s.env.fn.version, "runtimeVersion": "provided:al2023.lambdatest"})
}

func (s *session) logStart(inv *invocation) {
	if s.set().logFormat == logText {
		s.logf("START RequestId: %s Version: %s\n", inv.id, s.env.fn.version)
		return
	}
	s.logPlatform("start", map[string]any{"requestId": inv.id, "version": s.env.fn.version})
}

// reportJSON logs what takes the place of END and REPORT. Developer Guide, Lambda Telemetry API
// Event schema reference.
func (s *session) reportJSON(inv *invocation) {
	res := &inv.result
	if inv.sent.IsZero() {
		s.logStart(inv)
	}
	done := map[string]any{"requestId": inv.id, "status": res.status(),
		"metrics": map[string]any{"durationMs": rounded(res.Duration), "producedBytes": len(res.Payload)}}
	metrics := map[string]any{"durationMs": rounded(res.Duration), "billedDurationMs": res.billed(),
		"memorySizeMB": s.set().memoryMB, "maxMemoryUsedMB": megabytes(res.MaxMemory)}
	if res.Cold && res.Init > 0 {
		metrics["initDurationMs"] = rounded(res.Init)
	}
	report := map[string]any{"requestId": inv.id, "metrics": metrics, "status": res.status()}
	if res.status() == "error" {
		done["errorType"], report["errorType"] = res.ErrorType, res.ErrorType
	}
	s.logPlatform("runtimeDone", done)
	s.logPlatform("report", report)
	res.LogTail = s.env.log.tail(logTailSize)
}

// logPlatform logs an event. At the system log level WARN, only those of what failed are logged.
func (s *session) logPlatform(event string, record map[string]any) {
	if status := record["status"]; s.set().systemLogLevel == "WARN" && (status == nil || status == "success" || event == "report") {
		return
	}
	line, err := json.Marshal(struct {
		Time   string         `json:"time"`
		Type   string         `json:"type"`
		Record map[string]any `json:"record"`
	}{time.Now().UTC().Format("2006-01-02T15:04:05.000Z"), "platform." + event, record})
	if err != nil {
		panic("lambda: " + err.Error()) // this package has made the record
	}
	s.logf("%s\n", line)
}

// rounded returns milliseconds with three decimal places, as Lambda's JSON has them.
func rounded(d time.Duration) float64 {
	return math.Round(float64(d)/float64(time.Microsecond)) / 1000
}
