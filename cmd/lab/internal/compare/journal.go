package compare

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

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/internal/machine"
)

// A journal is the starts of a run, a line of JSON each, written as they are measured. A run that
// was interrupted goes on from it. The first line says what is measured.
type journal struct {
	file    *os.File // nil: no journal is kept
	entries []entry  // of the earlier parts of the run
	spent   float64  // the seconds that those took
}

// An entry is a line: what is measured, or the plan, or a start.
type entry struct {
	Run     *identity `json:"run,omitempty"`
	Plan    []planned `json:"plan,omitempty"`
	Start   *started  `json:"start,omitempty"`
	Seconds float64   `json:"seconds"` // since the run began, without its interruptions
}

// An identity is what must be the same for a run to go on.
type identity struct {
	Machine      string
	Functions    []report.Program
	Rows         []int64
	Memory       []int
	Trips        []float64
	N, Warm      int
	Timeout      float64
	TLS          bool
	Certificates string
	Stores       string `json:",omitempty"`
	Cache        string
	Seed         uint64
	Unlimited    bool
	Shared       bool
	Roots        bool
	Unchecked    bool `json:",omitempty"`
	Period       float64
	Job          string `json:",omitempty"` // its checksum
}

// A started is one start of a target.
type started struct {
	Target int            `json:"cell"` // its place in the report
	Trial  bool           `json:"trial,omitempty"`
	Cold   float64        `json:"coldSeconds,omitempty"` // of a trial, with everything around it
	Warm   float64        `json:"warmSeconds,omitempty"`
	Failed string         `json:"failed,omitempty"`
	Log    string         `json:"log,omitempty"`
	OK     bool           `json:"ok,omitempty"` // the failure is excused
	Sample *report.Sample `json:"sample,omitempty"`
}

// openJournal weighs the functions, and begins a journal or reads the one to go on with.
func (c *Config) openJournal(status *cli.Status) (*journal, error) {
	name := ""
	if c.File != "" {
		name = journalName(c.File)
	}
	var j *journal
	var known []report.Program
	if c.Resume {
		var err error
		if j, err = readJournal(name); err != nil {
			return nil, err
		}
		known = j.entries[0].Run.Functions
	}
	status.Say("weighing deployment packages")
	if err := weigh(c.functions, known); err != nil {
		return nil, err
	}
	run := c.identity()
	if j == nil {
		return beginJournal(name, run, status)
	}
	if !j.isOf(run) {
		j.close()
		return nil, fmt.Errorf("%s: of another run, with other functions or flags", name)
	}
	return j, nil
}

func (c *Config) identity() *identity {
	return &identity{
		Machine: machine.Name(), Functions: c.functions, Rows: c.Rows, Memory: c.Memory, Trips: c.roundTripsMs(), N: c.N, Warm: c.Warm,
		Timeout: c.Timeout.Seconds(), TLS: !c.NoTLS, Certificates: c.Certificates, Stores: c.S3 + c.DynamoDB, Cache: c.Cache, Seed: c.Seed,
		Unlimited: c.Unlimited, Shared: c.Shared, Roots: c.SystemRoots, Unchecked: c.Unchecked, Period: report.Ms(c.Period), Job: c.Job.Sum(),
	}
}

// roundTripsMs returns the round trips in milliseconds.
func (c *Config) roundTripsMs() []float64 {
	out := make([]float64, len(c.RoundTrips))
	for i, trip := range c.RoundTrips {
		out[i] = report.Ms(trip)
	}
	return out
}

const journalExt = ".jsonl"

// journalName returns the name of the journal beside the report's file.
func journalName(file string) string {
	return strings.TrimSuffix(file, filepath.Ext(file)) + journalExt
}

// beginJournal begins a journal. Without a name none is kept. The journal of an earlier run is kept
// under another name.
func beginJournal(name string, run *identity, status *cli.Status) (*journal, error) {
	j := new(journal)
	if name == "" {
		return j, nil
	}
	kept, err := keepJournal(name)
	if err != nil {
		return nil, err
	}
	if kept != "" {
		status.Note("the starts of an earlier run were in %s; they are kept in %s", name, kept)
	}
	if j.file, err = os.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644); err != nil {
		return nil, err
	}
	return j, j.write(entry{Run: run})
}

// keepJournal renames the journal of an earlier run, and returns its new name: that with the time of
// its last start. "" is none.
func keepJournal(name string) (kept string, err error) {
	info, err := os.Stat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	base := strings.TrimSuffix(name, journalExt) + info.ModTime().UTC().Format("-20060102-150405")
	for n := 0; ; n++ {
		kept = base + journalExt
		if n > 0 {
			kept = fmt.Sprintf("%s-%d%s", base, n, journalExt)
		}
		if _, err := os.Lstat(kept); errors.Is(err, fs.ErrNotExist) {
			return kept, os.Rename(name, kept)
		}
	}
}

// readJournal reads a journal to go on with. A last line that is not complete is written over.
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
	complete := bytes.LastIndexByte(text, '\n') + 1
	for line := range bytes.Lines(text[:complete]) {
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return fmt.Errorf("line %d: %w", len(j.entries)+1, err)
		}
		j.entries = append(j.entries, e)
		j.spent = e.Seconds
	}
	if err := j.file.Truncate(int64(complete)); err != nil {
		return err
	}
	_, err = j.file.Seek(int64(complete), io.SeekStart)
	return err
}

// isOf reports whether the journal is of such a run.
func (j *journal) isOf(run *identity) bool {
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
