package chart

import (
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/cmd/lab/internal/stats"
)

// sampleCold returns a report of lab cold. With far, the times of its functions differ a
// hundredfold and more.
func sampleCold(functions []string, memory []int, far bool) *report.Cold {
	r := &report.Cold{Kind: report.KindCold, Conditions: sampleConditions(), RoundTrip: 5, Rows: 2000, N: 3, OK: true}
	for _, name := range functions {
		r.Functions = append(r.Functions, report.Program{Name: name})
	}
	for _, mb := range memory {
		for i, name := range functions {
			f := report.Result{Function: name, MemoryMB: mb, VCPUs: sandbox.VCPUs(mb), Rows: 2000, RoundTrip: 5}
			base := 10.25 + float64(i)
			if far {
				base *= float64(i*i*100 + 1)
			}
			for j := range 3 {
				v := base + float64(j)
				f.Samples = append(f.Samples, report.Sample{StartToNext: v, Init: v + 1, Billed: 2*v + 1, Client: 2 * v, InitCPU: v / 2, FirstCPU: v / 3})
			}
			f.Summarise()
			r.Results = append(r.Results, f)
		}
	}
	r.SetRatios()
	return r
}

func sampleConditions() report.Conditions {
	return report.Conditions{Where: "a test", Date: "2026-11-20T10:00:00Z", Machine: "linux/test, 2 CPUs", Limited: true, PeriodMs: 20, TLS: true, Cache: "warm", Sandbox: []string{"nothing is real"}}
}

func sampleTune(name string, memory ...int) *report.Tune {
	r := &report.Tune{Kind: report.KindTune, Conditions: sampleConditions(), Function: report.Program{Name: name}, Rows: 10_000, N: 5, Discarded: 0.2, OK: true}
	r.Prices, _ = pricing.Of(pricing.X86)
	for i, mb := range memory {
		mean := stats.Interval{Value: 100 / float64(i+1), Low: 90 / float64(i+1), High: 120 / float64(i+1)}
		r.Sizes = append(r.Sizes, report.TunedSize{MemoryMB: mb, Mean: &mean, P50: &mean, P95: &mean, Cold: &report.Sample{}, Cost: r.Prices.Cost(mb, mean.Value, 1, 400), ColdCost: &pricing.Cost{}})
	}
	r.Sizes = append(r.Sizes, report.TunedSize{MemoryMB: 9000, Failed: "skipped: <too> much"})
	r.Choose()
	return r
}

func sampleCompare() *report.Compare {
	r := &report.Compare{Kind: report.KindCompare, Conditions: sampleConditions(), RoundTrips: []float64{5, 0}, Rows: []int64{2000, 10_000}, Memory: []int{128, 512},
		Planned: 20, Done: 18, LeftOut: []report.LeftOut{{Name: "llrt", Why: "no binary"}}, Published: published.Results(), OK: true}
	for _, trip := range r.RoundTrips {
		for _, rows := range r.Rows {
			for _, f := range sampleCold([]string{report.Ours, report.OursAgain, "rust", "node"}, r.Memory, false).Results {
				f.Rows, f.RoundTrip = rows, trip
				f.Warm = &stats.Summary{P50: 7, P90: 9}
				for i := range f.Samples {
					f.Samples[i].Warm = []float64{6, 7, 9}
				}
				r.Results = append(r.Results, f)
			}
		}
	}
	r.Functions = []report.Program{{Name: report.Ours}, {Name: report.OursAgain}, {Name: "rust"}, {Name: "node"}}
	r.SetRatios()
	return r
}

func sampleLadder() *report.Ladder {
	functions := []string{report.Ours, "rust"}
	r := &report.Ladder{Kind: report.KindLadder, Cold: *sampleCold(functions, []int{128}, false), Job: true}
	for range functions {
		r.Rungs = append(r.Rungs, report.Rung{Part: report.PartSteps})
	}
	return r
}

func sampleRun() *report.Run {
	f := &report.RunSize{Rows: 2000, Init: 15, InitCPU: 4, Cold: report.Invocation{Duration: 20, CPU: 5}, Warm: []report.Invocation{{Duration: 18, CPU: 3}}}
	f.Cold.Answer.Ms.Open, f.Cold.Answer.Ms.Read, f.Cold.Answer.Ms.Write = 1, 2, 3
	f.Warm[0].Answer.Ms.Open = 1.5
	silent := &report.RunSize{Rows: 10_000, Init: 15, Cold: report.Invocation{Duration: 20}}
	return &report.Run{Where: "a test", Runs: []*report.RunSize{f, nil, silent}, OK: true}
}

// inputs returns reports as they are written, and as they should not be.
func inputs() map[string]*input {
	failed := sampleCold([]string{report.Ours, "rust"}, []int{128}, false)
	failed.Results[1] = report.Result{Function: "rust", MemoryMB: 128, Rows: 2000, Failed: `failed: "<&>"`}
	empty := sampleCold([]string{report.Ours}, []int{128}, false)
	empty.Results[0] = report.Result{Function: report.Ours}
	zero := sampleCold([]string{report.Ours, "rust"}, []int{128}, false)
	for i := range zero.Results {
		f := &zero.Results[i]
		f.StartToNext, f.Init, f.Billed, f.Client = new(stats.Summary), new(stats.Summary), new(stats.Summary), new(stats.Summary)
	}
	zero.Ratios[0].Interval = stats.Interval{}
	cpu := sampleTune(report.Ours, 256, 512)
	cpu.Sizes[0].CPU = &stats.Interval{Value: 5, Low: 4, High: 7}
	nothing := sampleTune(report.Ours)
	nothing.Prices = pricing.Prices{}
	free := sampleTune(report.Ours, 128, 256)
	free.Sizes[0].Mean, free.Sizes[0].Cost, free.Sizes[1].Cost = new(stats.Interval), new(pricing.Cost), nil
	many := sampleCold([]string{report.Ours, "a", "b", "c", "d", "e", "f", "g", "h", "a name that goes on and on, much longer than any column is wide"}, []int{128}, true)
	p99 := sampleCold([]string{report.Ours}, []int{128}, false)
	p99.Results[0].Init.P99 = new(float64)
	*p99.Results[0].Init.P99 = 77
	return map[string]*input{
		"cold":     {file: "cold", cold: sampleCold([]string{report.Ours, "rust"}, []int{128, 512}, false)},
		"cold far": {file: "cold", cold: sampleCold([]string{report.Ours, "rust", "node"}, []int{128, 512}, true)},
		"alone":    {file: "cold", cold: sampleCold([]string{report.Ours}, []int{128}, false)},
		"failed":   {file: "cold", cold: failed},
		"empty":    {file: "cold", cold: empty},
		"zero":     {file: "cold", cold: zero},
		"many":     {file: "cold", cold: many},
		"p99":      {file: "cold", cold: p99},
		"tune":     {file: "tune", tune: sampleTune(report.Ours, 256, 512, 1024)},
		"tune cpu": {file: "tune", tune: cpu},
		"one size": {file: "tune", tune: sampleTune(report.Ours, 256)},
		"no size":  {file: "tune", tune: nothing},
		"free":     {file: "tune", tune: free},
		"compare":  {file: "compare", compare: sampleCompare()},
		"ladder":   {file: "ladder", ladder: sampleLadder()},
		"run":      {file: "run", run: sampleRun()},
		"tool":     {file: "tool", tool: sampleTune(report.Ours, 256, 512).PowerTuning},
		"others":   {file: "published", others: published.Results()},
		"bars":     {file: "bars", bars: &barChart{heading: heading{Name: "../ladder", Title: "A & B"}, Unit: "ns", Value: "mean", Low: "from", High: "to", Groups: []barGroup{{Bars: []bar{{Label: "<step>", Value: -3, Low: -4, High: -2}, {Label: "none", None: "no value"}}}}}},
		"no bars":  {file: "bars", bars: &barChart{Unit: "ns", Dots: true}},
		"unnamed":  {file: "bars", bars: &barChart{Groups: []barGroup{{Bars: []bar{{}}}}}},
	}
}
