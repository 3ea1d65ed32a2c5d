package main

import (
	"reduction/cmd/lab/internal/stats"
)

// tuneReport is what `lab tune` found: one function at several memory sizes, over one file.
// Times are milliseconds, costs US dollars for one warm invocation.
type tuneReport struct {
	Kind string `json:"kind"` // kindTune
	conditions
	RoundTrip float64 `json:"roundTripMs"`
	Function  program `json:"function"`
	Rows      int64   `json:"rows"`
	Bytes     int64   `json:"bytes"`
	N         int     `json:"n"`                // warm invocations at each size
	Discarded float64 `json:"discardTopBottom"` // the part of them left out at either end for the mean
	Weight    float64 `json:"balancedWeight"`
	Strategy  string  `json:"strategy"` // that PowerTuning's choice is by
	Prices    prices  `json:"prices"`
	Sizes     []tuned `json:"sizes"` // the smallest first; those without figures too
	Best      best    `json:"best"`

	// PowerTuning is the same in the shape of AWS Lambda Power Tuning's output.
	PowerTuning *powerTuning `json:"powerTuning,omitempty"`
	OK          bool         `json:"ok"`
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

	Cost     *cost `json:"cost,omitempty"`     // of a warm invocation of the mean's duration
	ColdCost *cost `json:"coldCost,omitempty"` // of the first, with its INIT
}

// cost is what one invocation makes AWS charge, in US dollars, and for what.
type cost struct {
	BilledMs   int64   `json:"billedMs"`
	Compute    float64 `json:"computeUSD"` // billed time by memory size
	Request    float64 `json:"requestUSD"` // Lambda's own price of being invoked
	S3Gets     int     `json:"s3Gets"`     // GET and HEAD requests, as the emulator counted them
	S3         float64 `json:"s3USD"`
	WriteUnits int     `json:"writeUnits"` // DynamoDB's: an item's size in KB, rounded up, for each item
	DynamoDB   float64 `json:"dynamoDBUSD"`
	KMS        float64 `json:"kmsUSD"` // 0: nothing of the job's is encrypted by a key of the customer's
	Total      float64 `json:"totalUSD"`
}

// best names a memory size in MB for each of AWS Lambda Power Tuning's strategies; 0 is none.
type best struct {
	Cost     int `json:"cost"`
	Speed    int `json:"speed"`
	Balanced int `json:"balanced"`
}

// powerTuning is the output of AWS Lambda Power Tuning's state machine, field by field
// (README, State machine output).
type powerTuning struct {
	Power        int     `json:"power"`    // MB, by the strategy
	Cost         float64 `json:"cost"`     // of an average invocation at that size: compute alone
	Duration     float64 `json:"duration"` // its mean
	StateMachine struct {
		ExecutionCost float64 `json:"executionCost"` // of Step Functions: 0, there was none
		LambdaCost    float64 `json:"lambdaCost"`    // of all invocations
		Visualization string  `json:"visualization"` // the link
	} `json:"stateMachine"`
	Stats []powerStat `json:"stats"`
}

type powerStat struct {
	Value           int     `json:"value"` // MB
	AveragePrice    float64 `json:"averagePrice"`
	AverageDuration float64 `json:"averageDuration"`
}
