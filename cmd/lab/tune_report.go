package main

import (
	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/stats"
)

// tuneReport is what `lab tune` found: one function at several memory sizes, over one file.
// Times are milliseconds, costs US dollars for one warm invocation.
type tuneReport struct {
	Kind string `json:"kind"` // kindTune
	conditions
	RoundTrip float64        `json:"roundTripMs"`
	Function  program        `json:"function"`
	Rows      int64          `json:"rows"`
	Bytes     int64          `json:"bytes"`
	N         int            `json:"n"`                // warm invocations at each size
	Discarded float64        `json:"discardTopBottom"` // the part of them left out at either end for the mean
	Weight    float64        `json:"balancedWeight"`
	Strategy  string         `json:"strategy"` // that PowerTuning's choice is by
	Prices    pricing.Prices `json:"prices"`
	Sizes     []tuned        `json:"sizes"` // the smallest first; those without figures too
	Best      best           `json:"best"`

	// PowerTuning is the same in the shape of AWS Lambda Power Tuning's output.
	PowerTuning *powertuning.Output `json:"powerTuning,omitempty"`
	OK          bool                `json:"ok"`
}

const kindTune = "lab tune"

// tuned is one memory size. Where Failed says why not, there are no figures.
type tuned struct {
	MemoryMB int     `json:"memoryMB"`
	VCPUs    float64 `json:"vCPUs,omitempty"` // that it was held to
	Failed   string  `json:"failed,omitempty"`

	Cold *coldSample `json:"cold,omitempty"` // the start and the first invocation, counted apart; its warmMs are the durations of the n warm ones

	Mean      *stats.Interval `json:"trimmedMeanMs,omitempty"` // as AWS Lambda Power Tuning trims; the interval is 95%
	P50       *stats.Interval `json:"p50Ms,omitempty"`
	P95       *stats.Interval `json:"p95Ms,omitempty"`
	MaxMemory int64           `json:"maxMemoryBytes,omitempty"`

	Cost     *pricing.Cost `json:"cost,omitempty"`     // of a warm invocation of the mean's duration
	ColdCost *pricing.Cost `json:"coldCost,omitempty"` // of the first, with its INIT
}

// best names a memory size in MB for each of AWS Lambda Power Tuning's strategies; 0 is none.
type best struct {
	Cost     int `json:"cost"`
	Speed    int `json:"speed"`
	Balanced int `json:"balanced"`
}
