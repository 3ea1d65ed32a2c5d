package main

import (
	"fmt"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
)

// looks give every function the same look in all charts, of this day and of another.
type looks map[string]look

// knownLooks are of the functions in peers.
var knownLooks = looks{report.Ours: 0, "rust": 1, "go-sdk": 2, "node": 3, "python-polars": 4, "python-pandas": 5, "rust-bare": 6, "llrt": 7,
	report.OursAgain: look(len(colours)), "nodejs20": 3}

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

func rowsText(rows int64) string {
	if rows == 1 {
		return "1 row"
	}
	return cli.Thousands(rows) + " rows"
}

func rowsSlug(rows int64) string { return fmt.Sprintf("%d rows", rows) }
