package main

import (
	"cmp"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"strings"
)

// What AWS Lambda Power Tuning computes, so that its users find here what they know.
// github.com/alexcasalboni/aws-lambda-power-tuning, lambda/utils.js and lambda/analyzer.js.

// defaultDiscard is its discardTopBottom.
const defaultDiscard = 0.2

// compute is the price of an invocation's time, by the millisecond begun (computePrice).
func (p *prices) compute(memoryMB int, ms float64) float64 {
	return math.Ceil(ms) / 1e3 * p.GBSecond * float64(memoryMB) / megabytesPerGB
}

// Its strategies.
const (
	strategyCost     = "cost"
	strategySpeed    = "speed"
	strategyBalanced = "balanced"
)

// choose returns the stat that a strategy prefers, of several the first. The weight of the
// balanced one is from 0, the fastest, to 1, the cheapest (findCheapest, findFastest,
// findBalanced).
func choose(stats []powerStat, strategy string, weight float64) powerStat {
	most := powerStat{}
	for _, s := range stats {
		most.AveragePrice = max(most.AveragePrice, s.AveragePrice)
		most.AverageDuration = max(most.AverageDuration, s.AverageDuration)
	}
	value := func(s powerStat) float64 {
		return weight*s.AveragePrice/most.AveragePrice + (1-weight)*s.AverageDuration/most.AverageDuration
	}
	return slices.MinFunc(stats, func(a, b powerStat) int {
		cost, time := cmp.Compare(a.AveragePrice, b.AveragePrice), cmp.Compare(a.AverageDuration, b.AverageDuration)
		switch {
		case strategy == strategyBalanced:
			return cmp.Compare(value(a), value(b))
		case strategy == strategySpeed && time != 0 || cost == 0:
			return time
		}
		return cost
	})
}

// visualizationURL is the page that draws what a link's fragment holds.
const visualizationURL = "https://lambda-power-tuning.show/#"

// fragment encodes stats for that page: memory sizes as 16-bit integers, mean milliseconds
// and mean dollars as 32-bit floats, all little-endian, in base64 (buildVisualizationURL).
func fragment(stats []powerStat) string {
	var sizes, times, costs []byte
	for _, s := range stats {
		sizes = binary.LittleEndian.AppendUint16(sizes, uint16(s.Value))
		times = binary.LittleEndian.AppendUint32(times, math.Float32bits(float32(s.AverageDuration)))
		costs = binary.LittleEndian.AppendUint32(costs, math.Float32bits(float32(s.AveragePrice)))
	}
	e := base64.StdEncoding
	return e.EncodeToString(sizes) + ";" + e.EncodeToString(times) + ";" + e.EncodeToString(costs)
}

var errFragment = errors.New("not a fragment of a lambda-power-tuning.show link")

// parseFragment is fragment's inverse.
func parseFragment(text string) ([]powerStat, error) {
	parts := strings.Split(text, ";")
	if len(parts) != 3 {
		return nil, errFragment
	}
	var column [3][]byte
	for i, part := range parts {
		var err error
		if column[i], err = base64.StdEncoding.DecodeString(part); err != nil {
			return nil, errFragment
		}
	}
	stats := make([]powerStat, len(column[0])/2)
	if len(column[0]) != 2*len(stats) || len(column[1]) != 4*len(stats) || len(column[2]) != 4*len(stats) {
		return nil, errFragment
	}
	for i := range stats {
		stats[i] = powerStat{
			Value:           int(int16(binary.LittleEndian.Uint16(column[0][2*i:]))),
			AverageDuration: float64(math.Float32frombits(binary.LittleEndian.Uint32(column[1][4*i:]))),
			AveragePrice:    float64(math.Float32frombits(binary.LittleEndian.Uint32(column[2][4*i:]))),
		}
	}
	return stats, nil
}
