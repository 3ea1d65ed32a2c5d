package report

import (
	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/stats"
)

// Tune is the report of `lab tune`: one function at several memory sizes, over one file. Costs
// are of one warm invocation.
type Tune struct {
	Kind string `json:"kind"` // KindTune
	Conditions
	RoundTrip float64        `json:"roundTripMs"`
	Function  Program        `json:"function"`
	Rows      int64          `json:"rows"`
	Bytes     int64          `json:"bytes"`
	N         int            `json:"n"`                // warm invocations at each size
	Discarded float64        `json:"discardTopBottom"` // what the mean leaves out at either end
	Weight    float64        `json:"balancedWeight"`
	Strategy  string         `json:"strategy"` // by which PowerTuning chooses
	Prices    pricing.Prices `json:"prices"`
	Sizes     []TunedSize    `json:"sizes"` // the smallest first; those without figures, too
	Best      Best           `json:"best"`

	// PowerTuning has the same figures in the shape of AWS Lambda Power Tuning's output.
	PowerTuning *powertuning.Output `json:"powerTuning,omitempty"`
	OK          bool                `json:"ok"`
}

// A TunedSize is one memory size. Where Failed says why, there are no figures.
type TunedSize struct {
	MemoryMB int     `json:"memoryMB"`
	VCPUs    float64 `json:"vCPUs,omitempty"`  // the share of CPU time that it was limited to
	Failed   string  `json:"failed,omitempty"` // in one line
	Log      string  `json:"log,omitempty"`    // of a function that failed: the end of what it printed

	// Cold is the start and the first invocation. Its warm invocations are those that the figures
	// below are of.
	Cold *Sample `json:"cold,omitempty"`

	Mean      *stats.Interval `json:"trimmedMeanMs,omitempty"` // as AWS Lambda Power Tuning trims
	P50       *stats.Interval `json:"p50Ms,omitempty"`
	P95       *stats.Interval `json:"p95Ms,omitempty"`
	MaxMemory int64           `json:"maxMemoryBytes,omitempty"`

	CPU      *stats.Interval `json:"p50CpuMs,omitempty"`           // of a warm invocation
	Switches *float64        `json:"p50ContextSwitches,omitempty"` // of a warm invocation

	Cost     *pricing.Cost `json:"cost,omitempty"`     // of a warm invocation, by the mean
	ColdCost *pricing.Cost `json:"coldCost,omitempty"` // of the first, with its INIT
}

// Best is the memory size in MB that each of AWS Lambda Power Tuning's strategies chooses; 0
// is none.
type Best struct {
	Cost     int `json:"cost"`
	Speed    int `json:"speed"`
	Balanced int `json:"balanced"`
}

// Choose sets Best and PowerTuning from the sizes that have figures. Where nothing is limited, sizes
// differ in nothing but what the function is told, and there is no choice.
func (r *Tune) Choose() {
	if !r.Limited {
		return
	}
	tool := new(powertuning.Output)
	for _, t := range r.Sizes {
		if t.Mean == nil {
			continue
		}
		tool.Stats = append(tool.Stats, powertuning.Stat{Value: t.MemoryMB, AveragePrice: t.Cost.Compute, AverageDuration: t.Mean.Value})
		tool.StateMachine.LambdaCost += t.ColdCost.Compute
		for _, ms := range t.Cold.Warm {
			tool.StateMachine.LambdaCost += r.Prices.Compute(t.MemoryMB, ms)
		}
	}
	if len(tool.Stats) == 0 {
		return
	}
	r.Best.Cost = powertuning.Choose(tool.Stats, powertuning.Cost, r.Weight).Value
	r.Best.Speed = powertuning.Choose(tool.Stats, powertuning.Speed, r.Weight).Value
	r.Best.Balanced = powertuning.Choose(tool.Stats, powertuning.Balanced, r.Weight).Value
	chosen := powertuning.Choose(tool.Stats, r.Strategy, r.Weight)
	tool.Power, tool.Cost, tool.Duration = chosen.Value, chosen.AveragePrice, chosen.AverageDuration
	tool.StateMachine.Visualization = powertuning.Link(tool.Stats)
	r.PowerTuning = tool
}

// Summarise sets the figures of a memory size from the sample at it, which has warm invocations.
func (t *TunedSize) Summarise(cold *Sample) {
	estimate := func(values []float64, statistic func([]float64) float64) *stats.Interval {
		i := stats.Estimate(values, statistic)
		return &i
	}
	median := func(sorted []float64) float64 { return stats.Quantile(sorted, 0.50) }
	t.Cold, t.MaxMemory = cold, cold.MaxMemory
	t.Mean = estimate(cold.Warm, func(sorted []float64) float64 { return stats.TrimmedMean(sorted, powertuning.Discard) })
	t.P50 = estimate(cold.Warm, median)
	t.P95 = estimate(cold.Warm, func(sorted []float64) float64 { return stats.Quantile(sorted, 0.95) })
	if len(cold.WarmCPU) > 0 {
		t.CPU = estimate(cold.WarmCPU, median)
	}
	if len(cold.WarmSwitches) > 0 {
		switches := stats.Summarise(cold.WarmSwitches).P50
		t.Switches = &switches
	}
}
