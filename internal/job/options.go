package job

import (
	"errors"
	"strconv"
)

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

var errSwitch = errors.New("job: bad setting")

// SettingError says which environment variable has a value that means nothing here.
type SettingError struct{ Name, Expected string }

func (e *SettingError) Error() string { return "job: " + e.Name + ": expected " + e.Expected }
func (e *SettingError) Unwrap() error { return errSwitch }

// OptionsFromEnv reads BAD_ROWS (fail or skip), RECORDS, MANIFEST (on or off) and TTL_DAYS
// (a whole number of days). A variable that is not set, or empty, leaves its default.
func OptionsFromEnv(getenv func(string) string) (Options, error) {
	var o Options
	var err error
	choose := func(name, no, yes string) bool {
		switch getenv(name) {
		case "", no:
			return false
		case yes:
			return true
		}
		if err == nil {
			err = &SettingError{name, no + " or " + yes}
		}
		return false
	}
	o.SkipBadRows = choose("BAD_ROWS", "fail", "skip")
	o.Records = choose("RECORDS", "off", "on")
	o.Manifest = choose("MANIFEST", "off", "on")
	if s := getenv("TTL_DAYS"); s != "" {
		n, bad := strconv.Atoi(s)
		if bad != nil || n < 0 || n > maxTTLDays {
			return o, &SettingError{"TTL_DAYS", "a number of days from 0 to " + strconv.Itoa(maxTTLDays)}
		}
		o.TTLDays = n
	}
	return o, err
}
