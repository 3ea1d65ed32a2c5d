package measure

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"runtime"
	"strings"

	"reduction/runtime/lambdatest"
)

// A failure is why a function has no times.
type failure struct {
	reason  string // in one line, with what to do
	excused bool   // as in Target
	log     []byte // the end of what the function printed
}

func (f *failure) Error() string { return f.reason }

// emulatorLines are the lines that Lambda adds to a function's log, and the lines that the emulator
// adds.
var emulatorLines = regexp.MustCompile(`^(INIT_START|INIT_REPORT|START|END|REPORT) |^RequestId: |^Runtime\.ExitError$|^[-0-9]{10}T[:.0-9]+Z [-0-9a-f]{36} Task timed out`)

// lastLine returns the last line that the function itself printed; "" if it printed nothing.
func lastLine(log []byte) string {
	last := ""
	for line := range strings.Lines(string(log)) {
		if line = strings.TrimSpace(line); line != "" && !emulatorLines.MatchString(line) {
			last = line
		}
	}
	return last
}

// requestPrefix is what Lambda begins its own messages with.
var requestPrefix = regexp.MustCompile(`^RequestId: [-0-9a-f]{36} Error: `)

// DescribeError says in one line why an invocation failed, and what to do.
func DescribeError(r *lambdatest.Result) string {
	var body struct{ ErrorType, ErrorMessage string }
	message := shorten(r.Payload)
	if json.Unmarshal(r.Payload, &body) == nil && body.ErrorType != "" {
		message = body.ErrorType + ": " + requestPrefix.ReplaceAllString(body.ErrorMessage, "")
	}
	last := lastLine(r.LogTail)
	switch {
	case r.ErrorType == "Sandbox.Timedout":
		return shorten([]byte(message)) + "; --timeout allows longer"
	case strings.Contains(last, "exec format error"):
		return fmt.Sprintf("it is no program for %s/%s, nor a script with a #! line", runtime.GOOS, runtime.GOARCH)
	case strings.HasPrefix(last, sandboxPrefix):
		return "it could not be started: " + shorten([]byte(strings.TrimPrefix(last, sandboxPrefix)))
	case !strings.HasPrefix(r.ErrorType, "Runtime.Exit"):
		return shorten([]byte(message)) + "; another event is --event FILE"
	case last == "":
		return shorten([]byte(message)) + "; it printed nothing"
	}
	return fmt.Sprintf("%s; the last line it printed is %q", shorten([]byte(message)), shorten([]byte(last)))
}

// sandboxPrefix begins the line of a launcher that could not become the function.
const sandboxPrefix = "lab: the sandbox: "

// failed returns the failure of an invocation.
func failed(r *lambdatest.Result) *failure {
	return &failure{reason: "failed: " + DescribeError(r), log: bytes.TrimSpace(r.LogTail)}
}
