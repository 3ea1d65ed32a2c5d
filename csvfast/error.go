package csvfast

import (
	"errors"
	"strconv"
)

// What can be wrong with a record, or with Scanner.Comma. The Scanner wraps them in an [Error].
var (
	ErrBareQuote     = errors.New("a quote in a field that does not begin with one")
	ErrQuote         = errors.New("a quote that is not closed, or text after a closing quote")
	ErrRecordTooLong = errors.New("a record longer than the limit: perhaps a quote is not closed")
	ErrComma         = errors.New("the separator is a quote, a carriage return or a line feed")
)

// An Error says where scanning stopped and why. It never shows what is there.
type Error struct {
	Record int64 // number of the record, counted from 1 without blank lines
	Offset int64 // bytes of the stream before the record
	At     int64 // bytes before the fault: the wrong quote, or where the reader failed
	Err    error // ErrBareQuote, ErrQuote, ErrRecordTooLong, ErrComma or the reader's
}

func (e *Error) Error() string {
	b := make([]byte, 0, 96)
	b = append(b, "csvfast: record "...)
	b = strconv.AppendInt(b, e.Record, 10)
	b = append(b, " at byte "...)
	b = strconv.AppendInt(b, e.Offset, 10)
	if e.At != e.Offset {
		b = append(b, ", near byte "...)
		b = strconv.AppendInt(b, e.At, 10)
	}
	b = append(b, ": "...)
	return string(append(b, e.Err.Error()...))
}

func (e *Error) Unwrap() error { return e.Err }
