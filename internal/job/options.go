package job

import "reduction/internal/env"

// Options are the job's switches. The zero value is the experiment's job: a bad row fails
// it, and an item has the six attributes of the experiment's table.
type Options struct {
	SkipBadRows bool // leave bad rows out, counted, rather than fail
	Records     bool // add Records to each item: the number of rows behind its mean
	Manifest    bool // write one item last that says the result is whole
	TTLDays     int  // add TTL to each item, this many days ahead; 0: none
	Writers     int  // batches in flight at a time; 0: DefaultWriters

	// What stands between a hostile file and the out-of-memory killer: the number of
	// groups, and the bytes of the names of a column. 0: aggregate's defaults.
	MaxGroups, MaxNameBytes int
}

// DefaultWriters is how many batches are in flight at a time. The experiment's 400 groups
// are 16 batches.
const DefaultWriters = 8

// maxTTLDays keeps the sum far from overflow: a hundred years.
const maxTTLDays = 36_500

// ReadOptions reads BAD_ROWS (fail or skip), RECORDS, MANIFEST (on or off) and TTL_DAYS (a whole
// number of days).
func ReadOptions(r *env.Reader) Options {
	o := Options{
		SkipBadRows: r.Choice("BAD_ROWS", "fail", "skip") == "skip",
		Records:     r.On("RECORDS"),
		Manifest:    r.On("MANIFEST"),
	}
	o.TTLDays, _ = r.Number("TTL_DAYS", 0, maxTTLDays)
	return o
}
