package job

import (
	"errors"
	"strconv"

	"reduction/aggregate"
	"reduction/csvfast"
)

// Counts says what became of a file's rows.
type Counts struct {
	Rows    int64          // that count in the result
	Skipped int64          // bad rows, left out
	NoValue int64          // rows without a recovery time, left out by NO_VALUE=skip
	Headers int64          // later records that were the header again
	Reasons [reasons]int64 // of the bad rows
	Bad     []error        // the first of them, each a *RowError
}

// MaxBad is how many bad rows have their places kept.
const MaxBad = 10

// Reason is why a row is bad.
type Reason int

const (
	Quotes        Reason = iota // a quote where none may be, or one that is not closed
	Length                      // a record over the limit
	Fields                      // their number
	NotNumber                   // no decimal number, or one with too many digits
	OutOfRange                  // a number outside RANGE, or beyond a million days
	MissingNumber               // no recovery time
	MissingName                 // no hospital or no diagnosis
	Character                   // one that no name has
	NotUTF8                     // an invalid encoding
	KeyLength                   // names too long for a sort key
	reasons
)

var reasonNames = [reasons]string{
	"quotes", "length", "fields", "number", "range", "noValue", "noName", "character", "encoding", "keyLength",
}

func (r Reason) String() string { return reasonNames[r] }

// reasonOf returns the reason that an error is.
func reasonOf(err error) Reason {
	for _, k := range [...]struct {
		err    error
		reason Reason
	}{
		{csvfast.ErrRecordTooLong, Length}, {aggregate.ErrFieldCount, Fields},
		{aggregate.ErrNumber, NotNumber}, {aggregate.ErrFraction, NotNumber},
		{aggregate.ErrRange, OutOfRange}, {aggregate.ErrNumberRange, OutOfRange}, {aggregate.ErrNoValue, MissingNumber},
		{ErrMissing, MissingName}, {ErrCharacter, Character}, {ErrUTF8, NotUTF8}, {ErrKeyTooLong, KeyLength},
	} {
		if errors.Is(err, k.err) {
			return k.reason
		}
	}
	return Quotes
}

// skip counts a bad row that is left out.
func (c *Counts) skip(err error) {
	c.Skipped++
	c.Reasons[reasonOf(err)]++
	if len(c.Bad) < MaxBad {
		c.Bad = append(c.Bad, err)
	}
}

// add adds what became of other rows.
func (c *Counts) add(o *Counts) {
	c.Rows += o.Rows
	c.Skipped += o.Skipped
	c.NoValue += o.NoValue
	c.Headers += o.Headers
	for i, n := range o.Reasons {
		c.Reasons[i] += n
	}
	c.Bad = append(c.Bad, o.Bad[:min(len(o.Bad), MaxBad-len(c.Bad))]...)
}

// AppendReasons appends how many rows are bad for which reason: "fields 3, number 1".
func (c *Counts) AppendReasons(dst []byte) []byte {
	first := true
	for reason, n := range c.Reasons {
		if n == 0 {
			continue
		}
		if !first {
			dst = append(dst, ", "...)
		}
		first = false
		dst = append(append(dst, reasonNames[reason]...), ' ')
		dst = strconv.AppendInt(dst, n, 10)
	}
	return dst
}

// verdictSince is the verdict on what was counted since before: on one file of several.
func (c *Counts) verdictSince(before *Counts, allowed BadRows) error {
	one := Counts{Rows: c.Rows - before.Rows, Skipped: c.Skipped - before.Skipped, NoValue: c.NoValue - before.NoValue,
		Bad: c.Bad[len(before.Bad):]}
	return one.verdict(allowed)
}

// verdict fails where too many rows are bad, or none can be used.
func (c *Counts) verdict(allowed BadRows) error {
	e := &BadRowsError{Rows: c.Rows, Skipped: c.Skipped, NoValue: c.NoValue}
	if len(c.Bad) > 0 {
		e.First = c.Bad[0]
	}
	switch {
	case c.Rows == 0 && c.Skipped+c.NoValue > 0:
		return e
	case allowed.Share > 0 && allowed.Share.exceeded(c.Skipped, c.Rows+c.Skipped):
		e.Allowed = allowed.Share
		return e
	}
	return nil
}
