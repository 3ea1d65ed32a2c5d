package main

import (
	"fmt"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
)

// looks give every function the same look in all charts, of this day and of another.
type looks map[string]look

// knownLooks are of the functions in peers.
var knownLooks = looks{ours: 0, "rust": 1, "go-sdk": 2, "node": 3, "python-polars": 4, "python-pandas": 5, "rust-bare": 6, "llrt": 7,
	oursAgain: look(len(colours)), "nodejs20": 3}

// of returns the look of a name. One not known gets the first that nothing has.
func (l looks) of(name string) look {
	if known, ok := knownLooks[name]; ok {
		return known
	}
	if _, ok := l[name]; !ok {
		l[name] = look(len(colours) + 1 + len(l))
	}
	return l[name]
}

// A source is where figures come from: what a reader judges them by.
type source struct {
	File    string
	Method  string
	Sandbox []string
	OK      bool
}

// method is the line under a chart: where, on what, when, how.
func (c *conditions) method(more ...string) string {
	parts := []string{"Measured on " + or(c.Where, "a machine not named"), c.Machine, day(c.Date)}
	if !c.Limited {
		parts = append(parts, "CPU and memory not limited here")
	} else if c.PeriodMs > 0 {
		parts = append(parts, fmt.Sprintf("CPU quota in periods of %v ms", c.PeriodMs))
	}
	parts = append(parts, transport(c.TLS), "page cache "+or(c.Cache, "not said"))
	return sentence(append(parts, more...)...)
}

func roundTripText(ms float64) string {
	if ms == 0 {
		return "no round trip"
	}
	return fmt.Sprintf("round trip %v ms", ms)
}

// sentence joins what is not empty.
func sentence(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, "; ") + "."
}

func or(s, instead string) string {
	if s == "" {
		return instead
	}
	return s
}

// day is the date of an RFC 3339 time; what is none stays as it is.
func day(s string) string {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return s
	}
	return t.UTC().Format("2 January 2006")
}

// slug is a name as a file has it: small letters, digits and single dashes.
func slug(words ...string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(strings.Join(words, "-")) {
		switch {
		case 'a' <= r && r <= 'z' || '0' <= r && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	return strings.Trim(b.String(), "-")
}

func rowsText(rows int64) string {
	if rows == 1 {
		return "1 row"
	}
	return cli.Thousands(rows) + " rows"
}

func rowsSlug(rows int64) string { return fmt.Sprintf("%d rows", rows) }
