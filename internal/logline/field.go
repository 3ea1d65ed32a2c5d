package logline

import (
	"strconv"
	"time"
)

// Field is a named value of a line. A number has a unit, which [Logger.Metrics] writes.
type Field struct {
	name string
	text string
	n    int64
	unit string // of CloudWatch's API Reference, MetricDatum; "" for text and JSON
	json bool   // text is JSON
}

const (
	unitCount  = "Count"
	unitBytes  = "Bytes"
	unitMillis = "Milliseconds"
)

// Text returns a field of text.
func Text(name, value string) Field { return Field{name: name, text: value} }

// JSON returns a field whose value is JSON already, on one line.
func JSON(name string, value []byte) Field { return Field{name: name, text: string(value), json: true} }

// Count returns a field that counts something.
func Count(name string, n int64) Field { return Field{name: name, n: n, unit: unitCount} }

// Bytes returns a field that is a number of bytes.
func Bytes(name string, n int64) Field { return Field{name: name, n: n, unit: unitBytes} }

// Millis returns a field that is a duration, written in milliseconds to the microsecond.
func Millis(name string, d time.Duration) Field {
	return Field{name: name, n: d.Microseconds(), unit: unitMillis}
}

// appendValue appends the value as JSON: text in quotes, numbers plain.
func (f Field) appendValue(dst []byte) []byte {
	switch {
	case f.json:
		return appendClean(dst, f.text)
	case f.unit == "":
		return appendQuoted(dst, f.text)
	case f.unit == unitMillis:
		return appendThousandths(dst, f.n)
	}
	return strconv.AppendInt(dst, f.n, 10)
}

// appendThousandths appends n/1000, without trailing zeros.
func appendThousandths(dst []byte, n int64) []byte {
	if n < 0 {
		dst = append(dst, '-')
		n = -n
	}
	dst = strconv.AppendInt(dst, n/1000, 10)
	rest := n % 1000
	if rest == 0 {
		return dst
	}
	dst = append(dst, '.', byte('0'+rest/100), byte('0'+rest/10%10), byte('0'+rest%10))
	for dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

func appendMembers(dst []byte, fields []Field) []byte {
	for _, f := range fields {
		dst = append(dst, ',')
		dst = appendQuoted(dst, f.name)
		dst = append(dst, ':')
		dst = f.appendValue(dst)
	}
	return dst
}
