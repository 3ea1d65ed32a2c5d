package logline

import (
	"strconv"
)

// Metrics writes a line in CloudWatch's embedded metric format: every field that is a
// number becomes a metric of the Logger's Namespace with the dimension FunctionName, and
// the line can be searched like any other. CloudWatch User Guide, "Specification: Embedded
// metric format"; a line may have up to 100 metrics.
//
// The line is JSON even if the log is text. In the JSON format, Lambda drops lines below the
// configured level, and their metrics with them. So the line has at least that level, and metrics
// arrive at AWS_LAMBDA_LOG_LEVEL=ERROR, too.
func (l *Logger) Metrics(of Invocation, message string, fields ...Field) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.Now()
	dst := append(l.buf[:0], `{"_aws":{"Timestamp":`...)
	dst = strconv.AppendInt(dst, now.UnixMilli(), 10)
	dst = append(dst, `,"CloudWatchMetrics":[{"Namespace":`...)
	dst = appendQuoted(dst, l.Namespace)
	dst = append(dst, `,"Dimensions":[["FunctionName"]],"Metrics":[`...)
	first := true
	for _, f := range fields {
		if f.unit == "" {
			continue
		}
		if !first {
			dst = append(dst, ',')
		}
		first = false
		dst = append(dst, `{"Name":`...)
		dst = appendQuoted(dst, f.name)
		dst = append(dst, `,"Unit":"`...)
		dst = append(dst, f.unit...)
		dst = append(dst, `"}`...)
	}
	dst = append(dst, `]}]},"FunctionName":`...)
	dst = appendQuoted(dst, l.Function)
	dst = append(dst, ',')
	dst = appendHead(dst, now, max(Info, l.Min), of, message)
	dst = appendMembers(dst, fields)
	l.buf = append(dst, '}', '\n')
	l.Out.Write(l.buf)
}
