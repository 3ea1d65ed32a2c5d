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
	line := fmt.Sprintf("INIT_REPORT Init Duration: %s ms\tPhase: init\tStatus: %s", milliseconds(took), status)
	if errorType != "" {
		line += "\tError Type: " + errorType
	}
	s.logf("%s\n", line)
	inv.result.Init = took
}

// report logs the lines that Lambda logs at the end of an invocation, and puts the tail of the
// log into the result. Developer Guide, Sending Lambda function logs to CloudWatch Logs.
func (s *session) report(inv *invocation) {
	s.drain()
	res := &inv.result
	if res.Duration == 0 && !inv.sent.IsZero() {
		res.Duration = time.Since(inv.sent)
	}
	// Since August 2025 INIT is billed with the first invocation, for every kind of function.
	billed := math.Ceil(float64(res.Duration+res.Init) / float64(time.Millisecond))
	var b strings.Builder
	if inv.sent.IsZero() {
		fmt.Fprintf(&b, "START RequestId: %s Version: %s\n", inv.id, latest)
	}
	fmt.Fprintf(&b, "END RequestId: %s\n", inv.id)
	fmt.Fprintf(&b, "REPORT RequestId: %s\tDuration: %s ms\tBilled Duration: %.0f ms\tMemory Size: %d MB\tMax Memory Used: %d MB\t",
		inv.id, milliseconds(res.Duration), billed, s.env.fn.cfg.MemoryMB, (res.MaxMemory+1<<20-1)>>20)
	if res.Cold && res.Init > 0 {
		fmt.Fprintf(&b, "Init Duration: %s ms\t", milliseconds(res.Init))
	}
	switch {
	case res.ErrorType == "Sandbox.Timedout":
		b.WriteString("Status: timeout")
	case strings.HasPrefix(res.ErrorType, "Runtime.Exit"):
		b.WriteString("Status: error\tError Type: " + res.ErrorType)
	}
	s.logf("%s\n", &b)
	res.LogTail = s.env.log.tail(logTailSize)
}

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
