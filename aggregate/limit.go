package aggregate

import (
	"errors"
	"strconv"
)

// What is wrong with a row. Table returns these inside a [RowError].
var (
	ErrFieldCount  = errors.New("not as many fields as the header has: a value with a separator in it needs quotes")
	ErrNumber      = errors.New("not a decimal number")
	ErrNumberRange = errors.New("a number beyond a million")
	ErrFraction    = errors.New("more than 21 digits behind the decimal point")
	ErrRange       = errors.New("a number outside the range")
	ErrNoValue     = errors.New("no value")
)

// ErrOverflow ends the work, as ErrTooManyGroups, ErrTooManyNames and ErrTooManyCounters do: no
// later row can be added either.
var ErrOverflow = errors.New("sum out of range")

// RowError says which row could not be added, and why. It never shows the row's content.
type RowError struct {
	Record int64 // as counted by the caller of AddBlock; of Add, the number of the row
	Offset int64 // of the record's first byte
	Column int   // index of the field to blame; -1 if no single field is to blame
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

// final reports whether an error ends the work, also if bad rows are to be skipped.
func final(err error) bool {
	switch err {
	case ErrOverflow, ErrTooManyGroups, ErrTooManyNames, ErrTooManyCounters:
		return true
	}
	_, limit := err.(*limitError)
	return limit
}

// What needs more memory than there is. Table and Dict return these together with the error of
// their field Memory: errors.Is finds both.
var (
	ErrTooManyGroups   = errors.New("too many groups")
	ErrTooManyNames    = errors.New("too many bytes of distinct names")
	ErrTooManyCounters = errors.New("too many pairs of group and treatment")
)

// limitError says what is too much, and why there is no memory for it.
type limitError struct{ kind, err error }

func (e *limitError) Error() string   { return e.kind.Error() + ": " + e.err.Error() }
func (e *limitError) Unwrap() []error { return []error{e.kind, e.err} }

// account asks for memory before it is allocated.
type account func(bytes int64) error

// take asks for so many bytes. kind is the error to return, with the account's, if they are
// refused.
func (a account) take(bytes int64, kind error) error {
	if a == nil {
		return nil
	}
	if err := a(bytes); err != nil {
		return &limitError{kind, err}
	}
	return nil
}

// give gives so many bytes back.
func (a account) give(bytes int64) {
	if a != nil && bytes > 0 {
		a(-bytes)
	}
}

// Sizes in memory, in bytes. A test compares them with the compiler's.
const (
	groupSize   = 64
	numberSize  = 16
	nameSize    = 16 // a string, without its bytes
	slotSize    = 64
	counterSize = 8
	cellSize    = 4
	wordSize    = 8

	// idSize is the most that a name takes in the map of a Dict. A Go map is at least 7/16 full
	// after it has grown, and has 25 bytes for each name that it has room for.
	idSize = 64
)

// Strings of more than maxSmall bytes take whole pages; shorter ones take the next size class,
// which is at most an eighth more (runtime, sizeclasses.go).
const (
	maxSmall = 32 << 10
	pageSize = 8 << 10
)

// textSize returns the most that a string of n bytes takes.
func textSize(n int) int64 {
	if n > maxSmall {
		return (int64(n) + pageSize - 1) &^ (pageSize - 1)
	}
	return int64(n + n/8 + 16)
}

// list is a list that grows in chunks and never moves its elements. A million groups take 64 MB:
// copying them each time that a slice doubles would cost more time than filling them, and half as
// much memory again.
type list[T any] struct {
	chunks []*[chunk]T
	n      int
}

const chunk = 1 << 10

func (l *list[T]) at(i uint32) *T { return &l.chunks[i/chunk][i%chunk] }

// full reports whether add allocates a chunk.
func (l *list[T]) full() bool { return l.n == len(l.chunks)*chunk }

func (l *list[T]) add(v T) uint32 {
	if l.full() {
		l.chunks = append(l.chunks, new([chunk]T))
	}
	i := uint32(l.n)
	l.n++
	*l.at(i) = v
	return i
}

// reset empties the list, keeps the memory of one chunk, and returns how many it has dropped.
func (l *list[T]) reset() (dropped int64) {
	l.n = 0
	if len(l.chunks) > 1 {
		dropped = int64(len(l.chunks) - 1)
		clear(l.chunks[1:])
		l.chunks = l.chunks[:1]
	}
	return dropped
}
