package main

import (
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/cmd/lab/internal/stats"
)

// sampleCold is a lab cold of some functions at some sizes, their times a thousandfold apart
// from one to the next where far is set.
func sampleCold(functions []string, memory []int, far bool) *coldReport {
	r := &coldReport{Kind: kindCold, conditions: sampleConditions(), RoundTrip: 5, Rows: 2000, N: 3, OK: true}
	for _, name := range functions {
		r.Functions = append(r.Functions, program{Name: name})
	}
	for _, mb := range memory {
		for i, name := range functions {
			f := found{Function: name, MemoryMB: mb, VCPUs: sandbox.VCPUs(mb), Rows: 2000, RoundTrip: 5}
			base := 10.25 + float64(i)
			if far {
				base *= float64(i*i*100 + 1)
			}
			for j := range 3 {
				v := base + float64(j)
				f.Samples = append(f.Samples, coldSample{StartToNext: v, Init: v + 1, Billed: 2*v + 1, Client: 2 * v})
			}
			for _, figure := range coldFigures {
				s := stats.Summarise(f.values(figure.of))
				*figure.summary(&f) = &s
			}
			r.Cells = append(r.Cells, f)
		}
	}
	r.compare()
	return r
}

func sampleConditions() conditions {
	return conditions{Where: "a test", Date: "2026-11-20T10:00:00Z", Machine: "linux/test, 2 CPUs", Limited: true, PeriodMs: 20, TLS: true, Cache: cacheWarm, Sandbox: []string{"nothing is real"}}
}

func sampleTune(name string, memory ...int) *tuneReport {
	r := &tuneReport{Kind: kindTune, conditions: sampleConditions(), Function: program{Name: name}, Rows: 10_000, N: 5, Discarded: 0.2, OK: true}
	r.Prices, _ = pricing.Of(pricing.X86)
	for i, mb := range memory {
		mean := stats.Interval{Value: 100 / float64(i+1), Low: 90 / float64(i+1), High: 120 / float64(i+1)}
		r.Sizes = append(r.Sizes, tuned{MemoryMB: mb, Mean: &mean, P50: &mean, P95: &mean, Cold: &coldSample{}, Cost: r.Prices.Cost(mb, mean.Value, 1, 400), ColdCost: &pricing.Cost{}})
	}
	r.Sizes = append(r.Sizes, tuned{MemoryMB: 9000, Failed: "not emulable: <too> much"})
	r.tune()
	return r
}

func sampleCompare() *compareReport {
	r := &compareReport{Kind: kindCompare, conditions: sampleConditions(), RoundTrips: []float64{5, 0}, Rows: []int64{2000, 10_000}, Memory: []int{128, 512},
		Planned: 20, Done: 18, LeftOut: []leftOut{{Name: "llrt", Why: "no binary"}}, Published: published.Results(), OK: true}
	for _, trip := range r.RoundTrips {
		for _, rows := range r.Rows {
			for _, f := range sampleCold([]string{ours, oursAgain, "rust", "node"}, r.Memory, false).Cells {
				f.Rows, f.RoundTrip = rows, trip
				f.Warm = &stats.Summary{P50: 7, P90: 9}
				for i := range f.Samples {
					f.Samples[i].Warm = []float64{6, 7, 9}
				}
				r.Cells = append(r.Cells, f)
			}
		}
	}
	r.Functions = []program{{Name: ours}, {Name: oursAgain}, {Name: "rust"}, {Name: "node"}}
	r.compare()
	return r
}

func sampleLadder() *ladderReport {
	functions := []string{ours, "rust"}
	r := &ladderReport{Kind: kindLadder, coldReport: *sampleCold(functions, []int{128}, false), Job: true}
	for range functions {
		r.Rungs = append(r.Rungs, rung{Part: partSteps})
	}
	return r
}

func sampleRun() *report {
	f := &figures{Rows: 2000, Init: 15, Cold: invoked{Duration: 20}, Warm: []invoked{{Duration: 18}}}
	f.Cold.Answer.Ms.Open, f.Cold.Answer.Ms.Read, f.Cold.Answer.Ms.Write = 1, 2, 3
	f.Warm[0].Answer.Ms.Open = 1.5
	silent := &figures{Rows: 10_000, Init: 15, Cold: invoked{Duration: 20}}
	return &report{Where: "a test", Runs: []*figures{f, nil, silent}, OK: true}
}

// inputs are reports as they come, and as they should not.
func inputs() map[string]*chartInput {
	failed := sampleCold([]string{ours, "rust"}, []int{128}, false)
	failed.Cells[1] = found{Function: "rust", MemoryMB: 128, Rows: 2000, Failed: `failed: "<&>"`}
	empty := sampleCold([]string{ours}, []int{128}, false)
	empty.Cells[0] = found{Function: ours}
	zero := sampleCold([]string{ours, "rust"}, []int{128}, false)
	for i := range zero.Cells {
		for _, figure := range coldFigures {
			*figure.summary(&zero.Cells[i]) = &stats.Summary{}
		}
	}
	zero.Ratios[0].Interval = stats.Interval{}
	nothing := sampleTune(ours)
	nothing.Prices = pricing.Prices{}
	free := sampleTune(ours, 128, 256)
	free.Sizes[0].Mean, free.Sizes[0].Cost, free.Sizes[1].Cost = new(stats.Interval), new(pricing.Cost), nil
	many := sampleCold([]string{ours, "a", "b", "c", "d", "e", "f", "g", "h", "a name that goes on and on, much longer than any column is wide"}, []int{128}, true)
	p99 := sampleCold([]string{ours}, []int{128}, false)
	p99.Cells[0].Init.P99 = new(float64)
	*p99.Cells[0].Init.P99 = 77
	return map[string]*chartInput{
		"cold":     {file: "cold", cold: sampleCold([]string{ours, "rust"}, []int{128, 512}, false)},
		"cold far": {file: "cold", cold: sampleCold([]string{ours, "rust", "node"}, []int{128, 512}, true)},
		"alone":    {file: "cold", cold: sampleCold([]string{ours}, []int{128}, false)},
		"failed":   {file: "cold", cold: failed},
		"empty":    {file: "cold", cold: empty},
		"zero":     {file: "cold", cold: zero},
		"many":     {file: "cold", cold: many},
		"p99":      {file: "cold", cold: p99},
		"tune":     {file: "tune", tune: sampleTune(ours, 256, 512, 1024)},
		"one size": {file: "tune", tune: sampleTune(ours, 256)},
		"no size":  {file: "tune", tune: nothing},
		"free":     {file: "tune", tune: free},
		"compare":  {file: "compare", compare: sampleCompare()},
		"ladder":   {file: "ladder", ladder: sampleLadder()},
		"run":      {file: "run", run: sampleRun()},
		"tool":     {file: "tool", tool: sampleTune(ours, 256, 512).PowerTuning},
		"others":   {file: "published", others: published.Results()},
		"bars":     {file: "bars", bars: &barChart{heading: heading{Name: "../ladder", Title: "A & B"}, Unit: "ns", Value: "mean", Low: "from", High: "to", Groups: []barGroup{{Bars: []bar{{Label: "<step>", Value: -3, Low: -4, High: -2}, {Label: "none", None: "no value"}}}}}},
		"no bars":  {file: "bars", bars: &barChart{Unit: "ns", Dots: true}},
		"unnamed":  {file: "bars", bars: &barChart{Groups: []barGroup{{Bars: []bar{{}}}}}},
	}
}
