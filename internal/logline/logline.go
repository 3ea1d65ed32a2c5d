// Package logline writes log lines as Lambda reads them: JSON objects or plain text, as
// the function is configured, and CloudWatch's embedded metrics.
//
// One line is one Write, so that lines of invocations that run at the same time do not
// mix. The package writes what it is given: the caller must leave out what must not be logged.
// The package has no levels for subsystems, no sampling and no handlers. If you need them, use
// log/slog, which makes the program larger.
package logline

import (
	"io"
	"strings"
	"sync"
	"time"
)

// Level is how severe a line is. Lambda Developer Guide, "Log-level filtering".
type Level int8

// The zero Level is Info, Lambda's default.
const (
	Trace Level = iota - 2
	Debug
	Info
	Warn
	Error
	Fatal
)

var levelNames = [...]string{"TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"}

func (l Level) String() string { return levelNames[min(max(l, Trace), Fatal)-Trace] }

// parseLevel reads a value of AWS_LAMBDA_LOG_LEVEL. Unknown values are Info.
func parseLevel(s string) Level {
	for i, name := range levelNames {
		if strings.EqualFold(s, name) {
			return Level(i) + Trace
		}
	}
	return Info
}

// Logger writes lines. It may be used by several goroutines at once, as long as none
// changes its fields.
type Logger struct {
	Out  io.Writer
	Now  func() time.Time
	JSON bool  // JSON lines, not text
	Min  Level // lines below this level are dropped

	// Function and Namespace identify metrics, see [Logger.Metrics].
	Function, Namespace string

	mu  sync.Mutex
	buf []byte
}

// New returns a Logger as the function is configured. Lambda Developer Guide, "Defined
// runtime environment variables".
func New(out io.Writer, now func() time.Time, getenv func(string) string) *Logger {
	return &Logger{
		Out:      out,
		Now:      now,
		JSON:     strings.EqualFold(getenv("AWS_LAMBDA_LOG_FORMAT"), "JSON"),
		Min:      parseLevel(getenv("AWS_LAMBDA_LOG_LEVEL")),
		Function: getenv("AWS_LAMBDA_FUNCTION_NAME"), Namespace: "reduction",
	}
}

// Invocation says which invocation a line belongs to. Empty fields are left out.
type Invocation struct{ RequestID, TenantID string }

// timeFormat is RFC 3339 with the milliseconds that AWS's runtimes write.
const timeFormat = "2006-01-02T15:04:05.000Z07:00"

// Log writes a line, unless its level is below the Logger's.
//
//	{"timestamp":"2026-11-23T02:16:00.123Z","level":"INFO","message":"done","requestId":"8286a188","rows":2000}
//	2026-11-23T02:16:00.123Z	8286a188	INFO	done	rows=2000
//
// A failure to write is ignored: there is no other place to report it.
func (l *Logger) Log(level Level, of Invocation, message string, fields ...Field) {
	if level < l.Min {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.JSON {
		l.buf = appendHead(append(l.buf[:0], '{'), l.Now(), level, of, message)
		l.buf = appendMembers(l.buf, fields)
		l.buf = append(l.buf, '}', '\n')
	} else {
		l.buf = appendText(l.buf[:0], l.Now(), level, of, message, fields)
	}
	l.Out.Write(l.buf)
}

// appendHead appends the members that every JSON line has. Lambda Developer Guide,
// "Configuring JSON and plain text log formats".
func appendHead(dst []byte, t time.Time, level Level, of Invocation, message string) []byte {
	dst = append(dst, `"timestamp":"`...)
	dst = t.UTC().AppendFormat(dst, timeFormat)
	dst = append(dst, `","level":"`...)
	dst = append(dst, level.String()...)
	dst = append(dst, `","message":`...)
	dst = appendQuoted(dst, message)
	if of.RequestID != "" {
		dst = append(dst, `,"requestId":`...)
		dst = appendQuoted(dst, of.RequestID)
	}
	if of.TenantID != "" {
		dst = append(dst, `,"tenantId":`...)
		dst = appendQuoted(dst, of.TenantID)
	}
	return dst
}

// appendText appends a line in the order that AWS's Node.js runtime writes it. Line ends in a text
// are escaped: CloudWatch would take the text after a line end for another event.
func appendText(dst []byte, t time.Time, level Level, of Invocation, message string, fields []Field) []byte {
	dst = t.UTC().AppendFormat(dst, timeFormat)
	dst = append(dst, '\t')
	dst = appendClean(dst, of.RequestID)
	dst = append(dst, '\t')
	dst = append(dst, level.String()...)
	dst = append(dst, '\t')
	dst = appendClean(dst, message)
	if of.TenantID != "" {
		dst = append(dst, "\ttenantId="...)
		dst = appendClean(dst, of.TenantID)
	}
	for _, f := range fields {
		dst = append(dst, '\t')
		dst = append(dst, f.name...)
		dst = append(dst, '=')
		dst = f.appendValue(dst)
	}
	return append(dst, '\n')
}
