package report

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/stats"
)

// Ladder is the report of `lab ladder`: functions that differ from one another by one habit.
type Ladder struct {
	Kind string `json:"kind"` // KindLadder
	Cold
	Job      bool          `json:"job"`               // the whole job, or the start alone
	Storage  string        `json:"storage,omitempty"` // if it was not this machine's disk
	Rungs    []Rung        `json:"rungs"`             // one for each function
	LeftOut  []string      `json:"left"`
	Compared []LadderRatio `json:"compared"`
}

// A Rung says what a function of the ladder is.
type Rung struct {
	Name string `json:"name"`
	What string `json:"what"` // what differs from the rung before, or what it is
	Part string `json:"part"` // the table that it is in
}

// The tables of a ladder.
const (
	PartSteps     = "steps"
	PartLanguages = "languages"
	PartHello     = "hello"
)

// A LadderRatio divides the median of a function by another's.
type LadderRatio struct {
	Kind     string `json:"kind"` // RatioStep or RatioOurs
	Function string `json:"function"`
	MemoryMB int    `json:"memoryMB"`
	stats.Interval
}

// The kinds of LadderRatios.
const (
	RatioStep = "step"  // the function by the rung before it
	RatioOurs = "times" // the function by ours
)

// UnmarshalJSON also reads the ratios of older reports, whose kind "ours" is ours by the function.
func (x *LadderRatio) UnmarshalJSON(data []byte) error {
	type fields LadderRatio
	if err := json.Unmarshal(data, (*fields)(x)); err != nil {
		return err
	}
	if x.Kind == "ours" {
		x.Kind, x.Interval = RatioOurs, x.Inverse()
	}
	return nil
}

// SetRatios divides each step by the one before, and everything else by ours.
func (r *Ladder) SetRatios() {
	r.Ratios, r.Compared = nil, nil // the ratios of a Cold are all of the first function
	for same := range slices.Chunk(r.Results, len(r.Functions)) {
		ours := slices.IndexFunc(same, func(f Result) bool { return f.Function == Ours })
		for i := range same {
			if i > 0 && r.Rungs[i].Part == PartSteps {
				r.addRatio(RatioStep, &same[i], &same[i-1])
			}
			if ours >= 0 && i != ours {
				r.addRatio(RatioOurs, &same[i], &same[ours])
			}
		}
	}
}

// addRatio adds a divided by b.
func (r *Ladder) addRatio(kind string, a, b *Result) {
	if len(a.Samples) == 0 || len(b.Samples) == 0 {
		return
	}
	figure := func(s *Sample) float64 { return s.StartToNext }
	if r.Job {
		figure = func(s *Sample) float64 { return s.Billed }
	}
	r.Compared = append(r.Compared, LadderRatio{kind, a.Function, a.MemoryMB,
		stats.RatioOfMedians(stats.Singles(a.values(figure)), stats.Singles(b.values(figure)))})
}

// ratio writes how many times the step before, or ours, a function takes.
func (r *Ladder) ratio(kind string, f *Result) string {
	for _, x := range r.Compared {
		if x.Kind == kind && x.Function == f.Function && x.MemoryMB == f.MemoryMB {
			return fmt.Sprintf("%.2f (%.2f-%.2f)", x.Value, x.Low, x.High)
		}
	}
	return "-"
}

// Title says in a few words what was measured.
func (r *Ladder) Title(memoryMB int) string {
	title := fmt.Sprintf("%d MB, page cache %s", memoryMB, r.Cache)
	if r.Job {
		title = cli.Thousands(r.Rows) + " rows, " + title
	}
	if r.Storage != "" {
		title += ", " + r.Storage
	}
	return title
}

// Check says what is wrong with a report that was read from a file.
func (r *Ladder) Check() error {
	if len(r.Functions) == 0 || len(r.Results) == 0 || len(r.Rungs) != len(r.Functions) || len(r.Results)%len(r.Functions) != 0 {
		return errors.New("expected a rung for each function, and as many results at each memory size")
	}
	return nil
}

// ReadLadders reads files that `lab ladder --json` wrote.
func ReadLadders(files []string) ([]*Ladder, error) {
	var out []*Ladder
	for _, file := range files {
		text, err := ReadFile(file)
		if err != nil {
			return nil, err
		}
		r := new(Ladder)
		if err := json.Unmarshal(text, r); err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		if r.Kind != KindLadder || r.Check() != nil {
			return nil, fmt.Errorf("%s: is not what lab ladder --json writes", file)
		}
		out = append(out, r)
	}
	return out, nil
}
