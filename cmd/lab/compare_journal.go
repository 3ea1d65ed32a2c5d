package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"reduction/cmd/lab/internal/report"
)

// A journal is a run's starts, a line of JSON each, as they come: with it a run that was
// interrupted goes on where it was. The first line says what is measured.
type journal struct {
	file    *os.File // nil: none is kept
	entries []entry  // of the parts of the run before
	spent   float64  // the seconds that those took
}

// entry is a line: what is measured, or the plan, or a start.
type entry struct {
	Run     *measured `json:"run,omitempty"`
	Plan    []planned `json:"plan,omitempty"`
	Start   *started  `json:"start,omitempty"`
	Seconds float64   `json:"seconds"` // since the run began, its interruptions left out
}

// measured is what must be the same for a run to go on.
type measured struct {
	Machine   string
	Functions []report.Program
	Rows      []int64
	Memory    []int
	Trips     []float64
	N, Warm   int
	Timeout   float64
	TLS       bool
	Stores    string `json:",omitempty"`
	Cache     string
	Seed      uint64
	Unlimited bool
	Shared    bool
	Roots     bool
	Unchecked bool `json:",omitempty"`
	Period    float64
}

// started is one start of a cell.
type started struct {
	Cell   int            `json:"cell"` // its place in the report
	Trial  bool           `json:"trial,omitempty"`
	Cold   float64        `json:"coldSeconds,omitempty"` // that a trial took, with all that belongs to it
	Warm   float64        `json:"warmSeconds,omitempty"`
	Failed string         `json:"failed,omitempty"`
	OK     bool           `json:"ok,omitempty"` // as in cell
	Sample *report.Sample `json:"sample,omitempty"`
}

// journalName is beside the report's file.
func journalName(file string) string { return strings.TrimSuffix(file, filepath.Ext(file)) + ".jsonl" }

// beginJournal begins one. Without a name none is kept.
func beginJournal(name string, run *measured) (*journal, error) {
	j := new(journal)
	if name == "" {
		return j, nil
	}
	var err error
	if j.file, err = os.Create(name); err != nil {
		return nil, err
	}
	return j, j.write(entry{Run: run})
}

// readJournal reads one, to go on with. A line that was being written is not one yet, and
// will be written over.
func readJournal(name string) (*journal, error) {
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s: no such file; there is nothing to go on with", name)
	}
	if err != nil {
		return nil, err
	}
	j := &journal{file: f}
	err = j.read()
	if err == nil && (len(j.entries) == 0 || j.entries[0].Run == nil) {
		err = errors.New("not the starts of a run")
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return j, nil
}

func (j *journal) read() error {
	text, err := io.ReadAll(j.file)
	if err != nil {
		return err
	}
	whole := bytes.LastIndexByte(text, '\n') + 1
	for line := range bytes.Lines(text[:whole]) {
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("line %d: %w", len(j.entries)+1, err)
		}
		j.entries = append(j.entries, e)
		j.spent = e.Seconds
	}
	if err := j.file.Truncate(int64(whole)); err != nil {
		return err
	}
	_, err = j.file.Seek(int64(whole), io.SeekStart)
	return err
}

// of says whether the journal is of a run like this one.
func (j *journal) of(run *measured) bool {
	was, _ := json.Marshal(j.entries[0].Run)
	is, _ := json.Marshal(run)
	return bytes.Equal(was, is)
}

func (j *journal) write(e entry) error {
	if j.file == nil {
		return nil
	}
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(line, '\n'))
	return err
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}
