package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
)

// chartInput is one file to draw: one of the pointers is set.
type chartInput struct {
	file    string // without its folder and .json
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

// loadChart reads a file that one of lab's commands wrote, or published.json, or the output
// of AWS Lambda Power Tuning. Its errors name the file.
func loadChart(file string) (*chartInput, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	in, err := readChart(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	in.file = strings.TrimSuffix(filepath.Base(file), ".json")
	return in, nil
}

// readChart knows a report by its kind; what has none, by a field that nothing else has.
func readChart(data []byte) (*chartInput, error) {
	var known struct {
		Kind         *string         `json:"kind"`
		Runs         json.RawMessage `json:"runs"`
		StateMachine json.RawMessage `json:"stateMachine"`
		PowerTuning  json.RawMessage `json:"power_tuning"`
	}
	if err := json.Unmarshal(data, &known); err != nil {
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) {
			return nil, errors.New("is no report of lab's: " + err.Error())
		}
		return nil, errors.New("is not JSON: " + err.Error())
	}
	in := new(chartInput)
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

// check refuses what could not be drawn: files are edited by hand.
func (in *chartInput) check() error {
	switch {
	case in.cold != nil && len(in.cold.Results) == 0, in.tune != nil && len(in.tune.Sizes) == 0,
		in.compare != nil && len(in.compare.Results) == 0, in.tool != nil && len(in.tool.Stats) == 0,
		in.ladder != nil && len(in.ladder.Results) == 0,
		in.run != nil && len(in.run.Runs) == 0, in.others != nil && len(in.others.PowerTuning) == 0,
		in.bars != nil && len(in.bars.bars()) == 0:
		return errNoFigures
	}
	if r := in.ladder; r != nil && (len(r.Functions) == 0 || len(r.Rungs) != len(r.Functions) || len(r.Results)%len(r.Functions) != 0) {
		return errors.New("expected a rung for each function, and as many results at each memory size")
	}
	others := in.others
	if in.compare != nil {
		others = in.compare.Published
	}
	if others != nil {
		for _, t := range others.PowerTuning {
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

// memory are all memory sizes, which stand on a logarithmic scale.
func (in *chartInput) memory() []int {
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
		if in.compare.Published != nil {
			out = append(out, (&chartInput{others: in.compare.Published}).memory()...)
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

// mostNumber is beyond all that is measured, and within what can be reckoned with.
const mostNumber = 1e19

// checkNumbers refuses numbers that no scale could hold.
func checkNumbers(data []byte) error {
	d := json.NewDecoder(bytes.NewReader(data))
	for {
		token, err := d.Token()
		if err != nil {
			return nil // the end: it has been read before
		}
		if v, ok := token.(float64); ok && (v > mostNumber || v < -mostNumber || v != 0 && v < 1/mostNumber && v > -1/mostNumber) {
			return fmt.Errorf("the number %g is none that is measured", v)
		}
	}
}
