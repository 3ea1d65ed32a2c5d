package job

import (
	"errors"
	"strconv"
	"strings"

	"reduction/aggregate"
)

// Kinds of failure, for errors.Is. Errors of the scanner and the table keep their own kinds:
// csvfast.ErrBareQuote, aggregate.ErrNumber and so on.
var (
	ErrEmpty       = errors.New("the object is empty: not even a header")
	ErrHeader      = errors.New("the header lacks a column")
	ErrSeparator   = errors.New("the header can be read with two separators")
	ErrHeaderMoved = errors.New("the header is repeated with its columns in other positions or with another separator: the files that were joined differ")
	ErrFormat      = errors.New("the file is not CSV")
	ErrTrailing    = errors.New("there is more data after the end of the compressed data")

	ErrUTF8         = errors.New("invalid UTF-8: if the file has another encoding, set ENCODING")
	ErrNotEncoded   = errors.New("valid UTF-8, where ENCODING says otherwise: do not set ENCODING for this file")
	ErrDecimalComma = errors.New("a number with a comma: set DECIMAL=comma")
	ErrCharacter    = errors.New("a control character or byte order mark")
	ErrMissing      = errors.New("no name")
	ErrKeyTooLong   = errors.New("the names are too long for DynamoDB's sort key of 1,024 bytes")

	ErrTooManyBad  = errors.New("too many bad rows")
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

// RowError says which row is bad, in which column, and why. It never shows the row's content.
type RowError struct {
	Record int64  // number of the record; the header is 1, and blank lines do not count
	Offset int64  // of the record's first byte
	Column string // "" if no single column is to blame
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

// readError says that reading failed. The record that was being read may be good.
type readError struct {
	record int64 // the one that was being read
	err    error
}

func (e *readError) Error() string {
	return "reading ended at record " + strconv.FormatInt(e.record, 10) + ": " + e.err.Error()
}

func (e *readError) Unwrap() error { return e.err }

// FormatError is the error of a file that is not CSV. It says what the file is, and what to do.
type FormatError struct{ Is, Advice string }

func (e *FormatError) Error() string { return "the file is " + e.Is + ": " + e.Advice }
func (e *FormatError) Unwrap() error { return ErrFormat }

// HeaderError says what is wrong with the header. It shows the columns that the job expects, and
// names in the header that are nearly the same. It shows no other names: the first record of a file
// without a header is a patient's.
type HeaderError struct {
	Missing, Twice []string
	Separators     []byte   // with which the header can be read, if there are several
	Found          int      // number of columns in the header
	Near           []string // names in the header that are nearly those of missing columns
	Hint           string
	Err            error
}

func (e *HeaderError) Error() string {
	if len(e.Separators) > 0 {
		var names []string
		for _, c := range e.Separators {
			names = append(names, SeparatorName(c))
		}
		return ErrSeparator.Error() + ", " + strings.Join(names, " and ")
	}
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
	s += " (columns found: " + strconv.Itoa(e.Found) + ")"
	if len(e.Near) > 0 {
		s += "; it has " + strings.Join(e.Near, ", ")
	}
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	return s
}

func (e *HeaderError) Unwrap() error { return e.Err }

// SeparatorName returns the name of a separator.
func SeparatorName(c byte) string {
	switch c {
	case ',':
		return "comma"
	case ';':
		return "semicolon"
	case '\t':
		return "tab"
	}
	return "vertical bar"
}

// BadRowsError says that too many rows are bad: more than the share that BAD_ROWS allows, or all.
type BadRowsError struct {
	Rows, Skipped, NoValue int64
	Allowed                Share // 0 if no row can be used
	First                  error // the first bad row's
}

func (e *BadRowsError) Error() string {
	all := e.Rows + e.Skipped
	s := strconv.FormatInt(e.Skipped, 10) + " of " + strconv.FormatInt(all, 10) + " rows are bad"
	if e.Allowed > 0 {
		s += ", more than the " + e.Allowed.String() + " that BAD_ROWS allows"
	} else {
		s += ", and none can be used"
	}
	if e.NoValue > 0 {
		s += " (" + strconv.FormatInt(e.NoValue, 10) + " more have no recovery time)"
	}
	if e.First != nil {
		s += "; the first: " + e.First.Error()
	}
	return s
}

func (e *BadRowsError) Unwrap() error { return ErrTooManyBad }

// Place is where a group was first seen.
type Place struct{ Record, Offset int64 }

// PlaceOf returns the place of a group.
func PlaceOf(g *aggregate.Group) Place { return Place{g.Record, g.Offset} }

// GroupError says which group cannot be stored as an item. It names the group by the place of its
// first row. If two groups are to blame, it names both.
type GroupError struct {
	First, Other Place // Other is zero if one group alone is to blame
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

// WriteError says how many items were stored before writing failed. They stay stored:
// BatchWriteItem is not a transaction.
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
