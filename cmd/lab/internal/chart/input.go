package chart

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
)

// An input is one file to draw. One of the pointers is set.
type input struct {
	file    string // without its folder, .json and .gz
	cold    *report.Cold
	tune    *report.Tune
	compare *report.Compare
	ladder  *report.Ladder
	run     *report.Run
	tool    *powertuning.Output
	others  *published.Experiment
	bars    *barChart
}

var errNoFigures = errors.New("holds no figures to draw")

// load reads a file that one of lab's commands wrote, a published.json, or an output of AWS
// Lambda Power Tuning. Its errors name the file.
func load(file string) (*input, error) {
	data, err := report.ReadFile(file)
	if err != nil {
		return nil, err
	}
	in, err := parse(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	in.file = strings.TrimSuffix(strings.TrimSuffix(filepath.Base(file), report.Compressed), ".json")
	return in, nil
}

// parse recognises a report by its kind, and other files by a field that nothing else has.
func parse(data []byte) (*input, error) {
	var known struct {
		Kind         *string         `json:"kind"`
		Runs         json.RawMessage `json:"runs"`
		StateMachine json.RawMessage `json:"stateMachine"`
		PowerTuning  json.RawMessage `json:"power_tuning"`
	}
	if err := json.Unmarshal(data, &known); err != nil {
		if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
			return nil, errors.New("is no report of lab's: the JSON has another form")
		}
		return nil, errors.New("is not JSON: " + err.Error())
	}
	in := new(input)
	var to any
	switch {
	case known.Kind != nil && *known.Kind == report.KindCold:
		to = newInto(&in.cold)
	case known.Kind != nil && *known.Kind == report.KindTune:
		to = newInto(&in.tune)
	case known.Kind != nil && *known.Kind == report.KindCompare:
		to = newInto(&in.compare)
	case known.Kind != nil && *known.Kind == report.KindLadder:
		to = newInto(&in.ladder)
	case known.Kind != nil && *known.Kind == kindBars:
		to = newInto(&in.bars)
	case known.Kind != nil:
		return nil, fmt.Errorf("its kind is %q; expected one of %q, %q, %q, %q, %q", *known.Kind, report.KindCold, report.KindTune, report.KindCompare, report.KindLadder, kindBars)
	case known.Runs != nil:
		to = newInto(&in.run)
	case known.StateMachine != nil:
		to = newInto(&in.tool)
	case known.PowerTuning != nil:
		to = newInto(&in.others)
	default:
		return nil, errors.New("is no report of lab cold, tune, compare, ladder or run, nor of AWS Lambda Power Tuning")
	}
	if err := json.Unmarshal(data, to); err != nil {
		return nil, fmt.Errorf("does not read as what it says it is: %w", err)
	}
	return in, errors.Join(checkNumbers(data), in.check())
}

func newInto[T any](to **T) *T {
	*to = new(T)
	return *to
}

// check refuses what cannot be drawn: people edit files.
func (in *input) check() error {
	switch {
	case in.cold != nil && len(in.cold.Results) == 0, in.tune != nil && len(in.tune.Sizes) == 0,
		in.compare != nil && len(in.compare.Results) == 0, in.tool != nil && len(in.tool.Stats) == 0,
		in.ladder != nil && len(in.ladder.Results) == 0,
		in.run != nil && len(in.run.Runs) == 0, in.others != nil && len(in.others.PowerTuning) == 0,
		in.bars != nil && len(in.bars.bars()) == 0:
		return errNoFigures
	}
	if in.ladder != nil {
		if err := in.ladder.Check(); err != nil {
			return err
		}
	}
	if in.others != nil {
		for _, t := range in.others.PowerTuning {
			if len(t.MeanMs) != len(t.MemoryMB) || len(t.MeanUSD) != len(t.MemoryMB) {
				return fmt.Errorf("%s, %d rows: as many times and costs as memory sizes are expected", t.Strategy, t.Rows)
			}
		}
	}
	for _, memory := range in.memory() {
		if memory <= 0 {
			return fmt.Errorf("a memory size of %d MB", memory)
		}
	}
	if in.bars != nil {
		for _, b := range in.bars.bars() {
			if b.Look < 0 {
				return fmt.Errorf("bar %q: its look is negative", b.Label)
			}
		}
	}
	return nil
}

// memory returns all memory sizes: the logarithmic scale takes no others than positive ones.
func (in *input) memory() []int {
	var out []int
	switch {
	case in.tune != nil:
		for _, t := range in.tune.Sizes {
			out = append(out, t.MemoryMB)
		}
	case in.compare != nil:
		for _, f := range in.compare.Results {
			out = append(out, f.MemoryMB)
		}
	case in.tool != nil:
		for _, s := range in.tool.Stats {
			out = append(out, s.Value)
		}
	case in.others != nil:
		for _, t := range in.others.PowerTuning {
			out = append(out, t.MemoryMB...)
		}
	}
	return out
}

// mostNumber is larger than anything that is measured, and small enough to calculate with.
const mostNumber = 1e19

// checkNumbers refuses numbers that no scale can show.
func checkNumbers(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if err != nil {
			return nil // the end: that the data are JSON is known
		}
		if v, ok := token.(float64); ok && (v > mostNumber || v < -mostNumber || v != 0 && v < 1/mostNumber && v > -1/mostNumber) {
			return fmt.Errorf("the number %g is not a measured one", v)
		}
	}
}
