package lambda

import (
	"fmt"
	"math"
	"strings"
	"time"
)

func (s *session) logf(format string, args ...any) { fmt.Fprintf(s.log, format, args...) }

// initReport logs the end of an INIT that failed.
func (s *session) initReport(inv *invocation, status, errorType string) {
	s.drain()
	took := time.Since(s.started)
	inv.result.Init = took
	if s.set().logFormat == logJSON {
		record := map[string]any{"initializationType": s.env.fn.initializationType(), "phase": "init", "status": status,
			"metrics": map[string]any{"durationMs": rounded(took)}}
		if errorType != "" {
			record["errorType"] = errorType
		}
		s.logPlatform("initReport", record)
		return
	}
	line := fmt.Sprintf("INIT_REPORT Init Duration: %s ms\tPhase: init\tStatus: %s", milliseconds(took), status)
	if errorType != "" {
		line += "\tError Type: " + errorType
	}
	s.logf("%s\n", line)
}

// report logs the lines that Lambda logs at the end of an invocation, and puts the tail of the
// log into the result. Developer Guide, Sending Lambda function logs to CloudWatch Logs.
func (s *session) report(inv *invocation) {
	s.drain()
	res := &inv.result
	if res.Duration == 0 && !inv.sent.IsZero() {
		res.Duration = time.Since(inv.sent)
	}
	if s.set().logFormat == logJSON {
		s.reportJSON(inv)
		return
	}
	var b strings.Builder
	if inv.sent.IsZero() {
		fmt.Fprintf(&b, "START RequestId: %s Version: %s\n", inv.id, s.env.fn.version)
	}
	fmt.Fprintf(&b, "END RequestId: %s\n", inv.id)
	fmt.Fprintf(&b, "REPORT RequestId: %s\tDuration: %s ms\tBilled Duration: %.0f ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t",
		inv.id, milliseconds(res.Duration), res.billed(), s.set().memoryMB, megabytes(res.MaxMemory))
	if res.Cold && res.Init > 0 {
		fmt.Fprintf(&b, "Init Duration: %s ms\t", milliseconds(res.Init))
	}
	switch status := res.status(); status {
	case "timeout":
		b.WriteString("Status: timeout")
	case "error":
		b.WriteString("Status: error\tError Type: " + res.ErrorType)
	}
	s.logf("%s\n", &b)
	res.LogTail = s.env.log.tail(logTailSize)
}

// status returns how the invocation ended, as Lambda sees it: an error that the runtime reports is a
// success.
func (r *Result) status() string {
	switch {
	case r.ErrorType == "Sandbox.Timedout":
		return "timeout"
	case strings.HasPrefix(r.ErrorType, "Runtime.Exit"):
		return "error"
	}
	return "success"
}

// billed returns the billed duration. Since August 2025 INIT is billed with the first invocation,
// for every kind of function.
func (r *Result) billed() float64 {
	return math.Ceil(float64(r.Duration+r.Init) / float64(time.Millisecond))
}

// megabytes rounds bytes up to MB.
func megabytes(n int64) int64 { return (n + 1<<20 - 1) >> 20 }

// drain waits until the process's output is in the log.
func (s *session) drain() {
	s.mu.Lock()
	p := s.process
	s.mu.Unlock()
	if p != nil {
		p.out.drain()
	}
}

func milliseconds(d time.Duration) string {
	return fmt.Sprintf("%.2f", float64(d)/float64(time.Millisecond))
}
