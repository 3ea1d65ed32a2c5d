// Package powertuning computes what AWS Lambda Power Tuning computes, so that its users find
// the figures they know: github.com/alexcasalboni/aws-lambda-power-tuning, lambda/utils.js and
// lambda/analyzer.js.
package powertuning

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"math"
	"slices"
)

// Discard is the part of the durations that the tool leaves out at either end before it takes
// the mean (discardTopBottom).
const Discard = 0.2

// Output is the output of the tool's state machine, field by field (its README, "State machine
// output").
type Output struct {
	Power        int     `json:"power"`    // MB, chosen by the strategy
	Cost         float64 `json:"cost"`     // of an average invocation at that size: compute alone
	Duration     float64 `json:"duration"` // its mean
	StateMachine struct {
		ExecutionCost float64 `json:"executionCost"` // of Step Functions: 0, none is used here
		LambdaCost    float64 `json:"lambdaCost"`    // of all invocations
		Visualization string  `json:"visualization"` // the link
	} `json:"stateMachine"`
	Stats []Stat `json:"stats"`
}

// A Stat is the averages of one memory size.
type Stat struct {
	Value           int     `json:"value"` // MB
	AveragePrice    float64 `json:"averagePrice"`
	AverageDuration float64 `json:"averageDuration"`
}

// The strategies by which a memory size is chosen.
const (
	Cost     = "cost"
	Speed    = "speed"
	Balanced = "balanced"
)

// Choose returns the stat that a strategy prefers; of several equal ones, the first. The
// weight of the balanced strategy is from 0, the fastest, to 1, the cheapest (findCheapest,
// findFastest, findBalanced).
func Choose(stats []Stat, strategy string, weight float64) Stat {
	most := Stat{}
	for _, s := range stats {
		most.AveragePrice = max(most.AveragePrice, s.AveragePrice)
		most.AverageDuration = max(most.AverageDuration, s.AverageDuration)
	}
	value := func(s Stat) float64 {
		return weight*s.AveragePrice/most.AveragePrice + (1-weight)*s.AverageDuration/most.AverageDuration
	}
	return slices.MinFunc(stats, func(a, b Stat) int {
		cost, time := cmp.Compare(a.AveragePrice, b.AveragePrice), cmp.Compare(a.AverageDuration, b.AverageDuration)
		switch {
		case strategy == Balanced:
			return cmp.Compare(value(a), value(b))
		case strategy == Speed && time != 0 || cost == 0:
			return time
		}
		return cost
	})
}

// Link returns the address of the page that draws the stats. The page sends them nowhere: they
// are in the address's fragment (buildVisualizationURL).
func Link(stats []Stat) string { return "https://lambda-power-tuning.show/#" + fragment(stats) }

// fragment encodes memory sizes as 16-bit integers, mean milliseconds and mean dollars as
// 32-bit floats, all little-endian, in base64.
func fragment(stats []Stat) string {
	var sizes, times, costs []byte
	for _, s := range stats {
		sizes = binary.LittleEndian.AppendUint16(sizes, uint16(s.Value))
		times = binary.LittleEndian.AppendUint32(times, math.Float32bits(float32(s.AverageDuration)))
		costs = binary.LittleEndian.AppendUint32(costs, math.Float32bits(float32(s.AveragePrice)))
	}
	e := base64.StdEncoding
	return e.EncodeToString(sizes) + ";" + e.EncodeToString(times) + ";" + e.EncodeToString(costs)
}
