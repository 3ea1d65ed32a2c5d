package reportline

import (
	"bytes"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// begin is the beginning of a REPORT line.
const begin = "REPORT RequestId: "

// texts passes every REPORT line to consider, or an error if it is incomplete: those at the
// beginning of a line, or those within one, where the function has not ended its own line.
func texts(log []byte, within bool, consider func(*Report, error)) {
	for len(log) > 0 {
		line := log[:lineEnd(log)]
		log = log[len(line):]
		at := bytes.LastIndex(line, []byte(begin))
		if at < 0 || within != (at > 0) || within && bytes.HasPrefix(bytes.TrimSpace(line), []byte("{")) {
			continue
		}
		text := string(line[at:])
		// X-Ray's fields are on a line of their own, and consoles break the line anywhere.
		for more := log; continued.Match(more); more = log {
			text += string(more[:lineEnd(more)])
			log = more[lineEnd(more):]
		}
		consider(parseText(text))
	}
}

// lineEnd returns the length of the first line, with its line feed.
func lineEnd(log []byte) int {
	if i := bytes.IndexByte(log, '\n'); i >= 0 {
		return i + 1
	}
	return len(log)
}

// field matches a field of a REPORT line. Where a name ends with another one, the longer comes
// first.
var field = regexp.MustCompile(`(Billed Restore Duration|Restore Duration|Billed Duration|Init Duration|Duration|` +
	`Memory Size|Max Memory Used|Status|Error Type|XRAY TraceId|SegmentId|Sampled): (\S+)( ms| MB)?`)

// continued matches a line that begins with a field.
var continued = regexp.MustCompile(`^[ \t]*` + field.String())

// parseText reads a line that begins with begin. One that does not end in a line feed may be cut
// off anywhere, so that everything in it must be known.
//
//	REPORT RequestId: 8f507cfc-... <tab> Duration: 23.04 ms <tab> Billed Duration: 24 ms <tab>
//	Memory Size: 128 MB <tab> Max Memory Used: 34 MB <tab> Init Duration: 120.1 ms <tab>
//
// Between fields there are tabs, or spaces where a console has shown the line.
func parseText(line string) (*Report, error) {
	ended := strings.HasSuffix(line, "\n")
	line = strings.TrimSpace(line)
	r := &Report{Line: line}
	words := strings.Fields(line)
	if len(words) < 3 {
		return r, ErrCut
	}
	r.RequestID = words[2]
	_, rest, _ := strings.Cut(line, r.RequestID)

	ok, seen := true, 0
	unknown := field.ReplaceAllStringFunc(rest, func(text string) string {
		m := field.FindStringSubmatch(text)
		unit := ""
		number := func() float64 {
			v, valid := parseNumber(m[2])
			ok = ok && valid && m[3] == unit
			return v
		}
		ms := func() *float64 {
			unit = " ms"
			v := number()
			return &v
		}
		mb := func() int {
			unit = " MB"
			return int(min(number(), math.MaxInt32))
		}
		switch m[1] {
		case "Duration":
			r.Duration = *ms()
			seen |= 1
		case "Billed Duration":
			r.Billed = *ms()
			seen |= 2
		case "Memory Size":
			r.MemoryMB = mb()
			seen |= 4
		case "Max Memory Used":
			r.UsedMB = mb()
			seen |= 8
		case "Init Duration":
			r.Init = ms()
		case "Restore Duration":
			r.Restore = ms()
		case "Billed Restore Duration":
			r.BilledRestore = ms()
		case "Status":
			r.Status = m[2]
		case "Error Type":
			r.ErrorType = m[2]
		}
		return ""
	})
	const all = 1 | 2 | 4 | 8
	if !ok || seen != all || !ended && strings.TrimSpace(unknown) != "" {
		return r, ErrCut
	}
	return r, nil
}

// parseNumber reads digits with at most one point.
func parseNumber(s string) (float64, bool) {
	if strings.Trim(s, "0123456789.") != "" {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil
}

// initReport matches the line about an INIT that failed. One of phase invoke is the INIT's
// repetition.
//
//	INIT_REPORT Init Duration: 9999.79 ms <tab> Phase: init <tab> Status: timeout
var initReport = regexp.MustCompile(`(?m)^INIT_REPORT .*\bPhase: init\s+Status: (\S+)(?:\s+Error Type: (\S+))?`)

func failedInitText(log []byte) string {
	m := initReport.FindSubmatch(log)
	if m == nil {
		return ""
	}
	return failure(string(m[1]), string(m[2]))
}

// failure joins a status and the type of an error. That of a success is "".
func failure(status, errorType string) string {
	if status == success || errorType == "" {
		return strings.TrimPrefix(status, success)
	}
	return status + " " + errorType
}
