package aggregate

import (
	"errors"
	"strconv"
)

// What is wrong with a row. Table returns these inside a [RowError].
var (
	ErrFieldCount  = errors.New("wrong number of fields")
	ErrNumber      = errors.New("not a decimal number")
	ErrNumberRange = errors.New("a number beyond a million")
	ErrFraction    = errors.New("more than 21 digits behind the decimal point")
	ErrRange       = errors.New("a number outside the range")
	ErrNoValue     = errors.New("no value")
)

// ErrOverflow ends the work, as ErrTooManyGroups, ErrTooManyNames and ErrTooManyCounters do: no
// later row can be added either.
var ErrOverflow = errors.New("sum out of range")

// RowError says which row could not be added, and why; never what stands in it.
type RowError struct {
	Record int64 // as counted by the caller of AddBlock; of Add, the number of the row
	Offset int64 // of the record's first byte
	Column int   // index of the field to blame; -1 where it is none in particular
	Err    error
}

func (e *RowError) Error() string {
	s := "aggregate: record " + strconv.FormatInt(e.Record, 10) + " at byte " + strconv.FormatInt(e.Offset, 10)
	if e.Column >= 0 {
		s += ", field " + strconv.Itoa(e.Column+1)
	}
	return s + ": " + e.Err.Error()
}

func (e *RowError) Unwrap() error { return e.Err }

// final tells whether an error ends the work, whatever the caller thinks of bad rows.
func final(err error) bool {
	switch err {
	case ErrOverflow, ErrTooManyGroups, ErrTooManyNames, ErrTooManyCounters:
		return true
	}
	_, limit := err.(*limitError)
	return limit
}
