// Package published has what the experiment's authors measured on AWS, with functions of their
// own. The JSON file names its source.
package published

import (
	_ "embed"
	"encoding/json"

	"reduction/cmd/lab/internal/pricing"
)

// An Experiment is the content of published.json.
type Experiment struct {
	Source       string             `json:"source"`
	Region       string             `json:"region"`
	Architecture string             `json:"architecture"`
	ColdStarts   map[string]float64 `json:"cold_start_ms_at_512_mb"` // by strategy
	PowerTuning  []Tuning           `json:"power_tuning"`
}

// A Tuning is one run of AWS Lambda Power Tuning.
type Tuning struct {
	Strategy string    `json:"strategy"` // the function: "rust", "python-pandas"
	Rows     int64     `json:"rows"`
	MemoryMB []int     `json:"memory_mb"`
	MeanMs   []float64 `json:"mean_duration_ms"`
	MeanUSD  []float64 `json:"mean_cost_usd"`
	Fragment string    `json:"fragment"` // of the lambda-power-tuning.show link
}

//go:embed published.json
var file []byte

// Results returns the published figures.
func Results() *Experiment {
	e := new(Experiment)
	if err := json.Unmarshal(file, e); err != nil {
		panic("published.json: " + err.Error()) // it is part of the program
	}
	return e
}

// X86Priced reports whether the costs are nearer to the price of x86 than to that of arm64.
func (t *Tuning) X86Priced() bool {
	gbSeconds, cost := 0.0, 0.0
	for i, memory := range t.MemoryMB {
		gbSeconds += t.MeanMs[i] / 1e3 * float64(memory) / pricing.MBPerGB
		cost += t.MeanUSD[i]
	}
	x86, _ := pricing.Of(pricing.X86)
	arm, _ := pricing.Of(pricing.ARM)
	return cost > gbSeconds*(x86.GBSecond+arm.GBSecond)/2
}
