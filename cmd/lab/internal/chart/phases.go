package chart

import (
	"fmt"
	"slices"

	"reduction/cmd/lab/internal/report"
)

// runCharts draws the phases of invocations, as the function itself reports them, and their CPU time
// if it is known.
func runCharts(r *report.Run) []chart {
	ch := &barChart{
		heading: heading{
			Name:     "phases",
			Title:    "Where an invocation's time goes",
			Subtitle: "INIT only where the process is started. The phases are as the function reports them; the rest is all that it doesn't time.",
			Notes: []string{report.Sentence("Measured on "+r.Where, r.Machine, fmt.Sprintf("told it has %d MB", r.MemoryMB), "CPU not limited here", "TLS",
				"warm: the median invocation")},
		},
		Unit: unitMs, Value: "all",
		Parts: []string{"INIT", "S3 answers", "read, reduce", "write items", "rest"},
	}
	cpu := &barChart{
		heading: heading{
			Name:     "phases-cpu",
			Title:    "CPU time of an invocation",
			Subtitle: "In user and system mode. INIT only where the process is started.",
			Notes:    ch.Notes,
		},
		Unit: unitMs, Value: "all",
		Parts: []string{"INIT", "invocation"},
	}
	for _, f := range r.Runs {
		if f == nil {
			continue
		}
		g, used := barGroup{Label: inputText("", f.Rows)}, barGroup{Label: inputText("", f.Rows)}
		g.Bars = append(g.Bars, phaseBar("first", f.Init, &f.Cold))
		used.Bars = append(used.Bars, cpuBar("first", f.InitCPU, f.Cold.CPU))
		if len(f.Warm) > 0 {
			median := f.Median()
			g.Bars = append(g.Bars, phaseBar("warm", 0, &median))
			used.Bars = append(used.Bars, cpuBar("warm", 0, f.MedianCPU().CPU))
		}
		ch.Groups, cpu.Groups = append(ch.Groups, g), append(cpu.Groups, used)
	}
	if !slices.ContainsFunc(cpu.bars(), func(b *bar) bool { return b.None == "" }) {
		return []chart{ch}
	}
	return []chart{ch, cpu}
}

func cpuBar(label string, init, invocation float64) bar {
	if invocation == 0 {
		return bar{Label: label, None: noTimes("")}
	}
	return bar{Label: label, Value: init + invocation, Parts: []float64{init, invocation}}
}

func phaseBar(label string, init float64, v *report.Invocation) bar {
	phases := v.Answer.Ms
	known := phases.Open + phases.Read + phases.Write
	if known == 0 {
		return bar{Label: label, None: "the function reports no phases"}
	}
	parts := []float64{init, phases.Open, phases.Read, phases.Write, max(0, v.Duration-known)}
	b := bar{Label: label, Parts: parts}
	for _, p := range parts {
		b.Value += p
	}
	return b
}
