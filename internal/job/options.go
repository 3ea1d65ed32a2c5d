package job

import (
	"math/bits"
	"strconv"
	"strings"

	"reduction/aggregate"
	"reduction/internal/env"
)

// Options are the job's settings. The zero value is the experiment's job: a bad row fails it, and
// an item has the six attributes of the experiment's table.
type Options struct {
	// BadRows says what to do with bad rows, and NoValue with rows without a recovery time.
	BadRows BadRows
	NoValue NoValue

	Missing  []string         // more spellings of a missing value than the default ones
	Range    *aggregate.Range // of recovery times, in days; nil: from 0 to a million
	Comma    bool             // the decimal mark is a comma
	Encoding Encoding
	Columns  Columns // the columns' names in the header; "": the name in the experiment

	Records    bool // add Records to each item: the number of rows behind its mean
	MinRecords int  // leave out groups of fewer rows, and count them; 0: none
	Manifest   bool // add Run to each item, and write one last that says the result is whole
	TTLDays    int  // add TTL to each item, this many days ahead, and a week with Manifest; 0: none
	Latest     Latest
	Writers    int // batches in flight at a time, if there is memory for them; 0: DefaultWriters
}

// BadRows says what to do with bad rows. With the zero value, the first one fails the job.
type BadRows struct {
	Skip  bool  // leave out bad rows, and count them
	Share Share // fail the job if more than this share of the rows is bad; 0: no limit
}

// Share is a part of a whole, in millionths.
type Share int64

// parseShare reads a percentage with up to four digits behind the point: "2.5%".
func parseShare(s string) (Share, bool) {
	number, ok := strings.CutSuffix(s, "%")
	whole, fraction, _ := strings.Cut(number, ".")
	digits := whole + fraction
	for len(fraction) < 4 {
		digits += "0"
		fraction += "0"
	}
	n, err := strconv.ParseUint(digits, 10, 32)
	return Share(n), ok && err == nil && whole != "" && len(fraction) == 4
}

// String returns the percentage.
func (s Share) String() string {
	text := strconv.Itoa(int(s) / 10_000)
	if fraction := int(s) % 10_000; fraction > 0 {
		text += "." + strings.TrimRight(strconv.Itoa(10_000 + fraction)[1:], "0")
	}
	return text + "%"
}

// exceeded reports whether n rows of so many are more than the share.
func (s Share) exceeded(n, of int64) bool {
	hi, lo := bits.Mul64(uint64(n), 1_000_000)
	limitHi, limitLo := bits.Mul64(uint64(s), uint64(of))
	return hi > limitHi || hi == limitHi && lo > limitLo
}

// NoValue says what to do with rows without a recovery time: those of patients not yet discharged.
type NoValue int

const (
	FailNoValue NoValue = iota // treat them as bad rows
	SkipNoValue                // leave them out, and count them apart
)

// Encoding is how a file's characters are encoded.
type Encoding int

const (
	UTF8 Encoding = iota
	Windows1252
	ISO8859_1
)

// DefaultWriters is how many batches are in flight at a time. The experiment's 400 groups
// are 16 batches.
const DefaultWriters = 8

// maxTTLDays is a hundred years. It keeps times far from overflow.
const maxTTLDays = 36_500

// maxMinRecords is more rows than an invocation can read.
const maxMinRecords = 1_000_000_000

// ReadOptions reads the settings of the job:
//
//	BAD_ROWS     fail, skip, or a share of the rows that may be skipped: 5%
//	NO_VALUE     fail or skip
//	MISSING      spellings of missing values, with commas between: NULL,n/a,999
//	RANGE        of recovery times in days: 0..3650
//	DECIMAL      point or comma
//	ENCODING     utf-8, windows-1252 or iso-8859-1
//	COLUMNS      other names in the header: Hospital=site,Recovery Time=los_days
//	RECORDS      on or off
//	MIN_RECORDS  a whole number: groups of fewer rows are left out
//	MANIFEST     on or off
//	TTL_DAYS     a whole number of days
//	LATEST       off, object or prefix; with one of the two, MANIFEST=on is the default
func ReadOptions(r *env.Reader) Options {
	o := Options{
		BadRows:  readBadRows(r),
		Missing:  readMissing(r),
		Range:    readRange(r),
		Comma:    r.Choice("DECIMAL", "point", "comma") == "comma",
		Columns:  readColumns(r),
		Records:  r.On("RECORDS"),
		Manifest: r.On("MANIFEST"),
	}
	switch r.Choice("LATEST", "off", "object", "prefix") {
	case "object":
		o.Latest = LatestOfObject
	case "prefix":
		o.Latest = LatestOfPrefix
	}
	if o.Latest != NoLatest {
		// A pointer to a result that may be half written would be of no use.
		o.Manifest = r.Choice("MANIFEST", "on") == "on"
	}
	if r.Choice("NO_VALUE", "fail", "skip") == "skip" {
		o.NoValue = SkipNoValue
	}
	switch r.Choice("ENCODING", "utf-8", "windows-1252", "iso-8859-1") {
	case "windows-1252":
		o.Encoding = Windows1252
	case "iso-8859-1":
		o.Encoding = ISO8859_1
	}
	o.TTLDays, _ = r.Number("TTL_DAYS", 0, maxTTLDays)
	o.MinRecords, _ = r.Number("MIN_RECORDS", 0, maxMinRecords)
	return o
}

func readBadRows(r *env.Reader) BadRows {
	switch v := r.First("BAD_ROWS"); v {
	case "", "fail":
		return BadRows{}
	case "skip":
		return BadRows{Skip: true}
	default:
		share, ok := parseShare(v)
		if !ok || share == 0 || share >= 1_000_000 {
			r.Fail("BAD_ROWS", "fail, skip, or a share such as 5%, above 0% and below 100%")
		}
		return BadRows{Skip: true, Share: share}
	}
}

func readMissing(r *env.Reader) (spellings []string) {
	v := r.First("MISSING")
	if v == "" {
		return nil
	}
	for s := range strings.SplitSeq(v, ",") {
		s = strings.TrimSpace(s)
		if s == "" {
			r.Fail("MISSING", "spellings with commas between, such as NULL,n/a")
		}
		spellings = append(spellings, s)
	}
	return spellings
}

func readRange(r *env.Reader) *aggregate.Range {
	v := r.First("RANGE")
	if v == "" {
		return nil
	}
	least, greatest, ok := strings.Cut(v, "..")
	low, err1 := aggregate.ParseNumber([]byte(least), '.')
	high, err2 := aggregate.ParseNumber([]byte(greatest), '.')
	if !ok || err1 != nil || err2 != nil || low.Compare(high) > 0 {
		r.Fail("RANGE", "two numbers of days, the lesser first, such as 0..3650")
	}
	return &aggregate.Range{Least: low, Greatest: high}
}

func readColumns(r *env.Reader) (c Columns) {
	v := r.First("COLUMNS")
	if v == "" {
		return c
	}
	for pair := range strings.SplitSeq(v, ",") {
		name, given, ok := strings.Cut(pair, "=")
		defaults := defaultColumns.normal()
		column := indexOf(&defaults, []byte(name))
		if !ok || column < 0 || normal(given) == "" || c[column] != "" {
			r.Fail("COLUMNS", "names such as Hospital=site,Recovery Time=los_days, each of "+strings.Join(defaultColumns[:], ", ")+" at most once")
			return Columns{}
		}
		c[column] = strings.TrimSpace(given)
	}
	return c
}
