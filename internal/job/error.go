package job

import (
	"errors"
	"strconv"
	"strings"

	"reduction/aggregate"
)

// Kinds of failure, for errors.Is. What the scanner and the table refuse keeps its own
// kinds: csvfast.ErrBareQuote, aggregate.ErrNumber and so on.
var (
	ErrEmpty       = errors.New("the object is empty: not even a header")
	ErrHeader      = errors.New("the header lacks a column")
	ErrUTF8        = errors.New("invalid UTF-8")
	ErrSameSortKey = errors.New("two groups have the same sort key")
)

// Error says which object failed.
type Error struct {
	Bucket, Key string
	Err         error
}

func (e *Error) Error() string {
	return "job: s3://" + e.Bucket + "/" + e.Key + ": " + e.Err.Error()
}

func (e *Error) Unwrap() error { return e.Err }

// RowError says which row is bad, in which column, and why; never what stands there.
type RowError struct {
	Record int64  // the header is record 1; blank lines are none
	Offset int64  // of the record's first byte
	Column string // "" where no single column is to blame
	Err    error
}

func (e *RowError) Error() string {
	s := "record " + strconv.FormatInt(e.Record, 10) + " at byte " + strconv.FormatInt(e.Offset, 10)
	if e.Column != "" {
		s += ", column " + e.Column
	}
	return s + ": " + e.Err.Error()
}

func (e *RowError) Unwrap() error { return e.Err }

// HeaderError says which columns the header lacks, or has twice. It names only columns
// that the job expects: a file without a header has a patient in its first record.
type HeaderError struct {
	Missing, Twice []string
	Found          int // columns in the header
}

func (e *HeaderError) Error() string {
	var s string
	if len(e.Missing) > 0 {
		s = "the header lacks " + strings.Join(e.Missing, ", ")
	}
	if len(e.Twice) > 0 {
		if s != "" {
			s += " and "
		} else {
			s = "the header "
		}
		s += "has twice " + strings.Join(e.Twice, ", ")
	}
	return s + " (columns found: " + strconv.Itoa(e.Found) + ")"
}

func (e *HeaderError) Unwrap() error { return ErrHeader }

// Place is where a group was first seen.
type Place struct{ Record, Offset int64 }

// PlaceOf returns the place of a group.
func PlaceOf(g *aggregate.Group) Place { return Place{g.Record, g.Offset} }

// GroupError says which group cannot be an item, by the place of its first row, and where
// two groups are to blame, of the other's.
type GroupError struct {
	First, Other Place // Other is zero where one group alone is to blame
	Err          error
}

func (e *GroupError) Error() string {
	s := "the group first seen in record " + strconv.FormatInt(e.First.Record, 10) +
		" at byte " + strconv.FormatInt(e.First.Offset, 10)
	if e.Other != (Place{}) {
		s += " and the one first seen in record " + strconv.FormatInt(e.Other.Record, 10) +
			" at byte " + strconv.FormatInt(e.Other.Offset, 10)
	}
	return s + ": " + e.Err.Error()
}

func (e *GroupError) Unwrap() error { return e.Err }

// WriteError says how much of the result was stored when writing ended. The items that
// were stored stay: BatchWriteItem is no transaction.
type WriteError struct {
	Table            string
	Written, Missing int
	Err              error
}

func (e *WriteError) Error() string {
	return "job: table " + e.Table + ": " + strconv.Itoa(e.Written) + " items written, " +
		strconv.Itoa(e.Missing) + " not: " + e.Err.Error()
}

func (e *WriteError) Unwrap() error { return e.Err }
