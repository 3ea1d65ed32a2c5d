package main

import (
	"path/filepath"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/labtest"
	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
)

func TestTuneCommandLine(t *testing.T) {
	for _, test := range []refusal{
		{"tune extra", 2, `unexpected argument "extra"`},
		{"tune --n 4", 2, `invalid value "4" for --n: expected a whole number from 5`},
		{"tune --arch amd64", 2, `--arch is "amd64"; expected x86_64 or arm64`},
		{"tune --strategy best", 2, `--strategy is "best"; expected cost, speed or balanced`},
		{"tune --balanced-weight 1.1", 2, `invalid value "1.1" for --balanced-weight: expected a number from 0 to 1`},
		{"tune --balanced-weight NaN", 2, `expected a number from 0 to 1`},
		{"tune --seed x", 2, `invalid value "x" for --seed: expected a whole number`},
		{"tune --bootstrap /nowhere/bootstrap", 1, `lab tune: /nowhere/bootstrap: no such file`},
		{"tune --bootstrap main.go --tool-json /nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
	} {
		test.check(t)
	}
}

// Without limits, so that every machine can measure all sizes.
func TestTune(t *testing.T) {
	dir := t.TempDir()
	file, tool := filepath.Join(dir, "tune.json"), filepath.Join(dir, "tool.json")
	status, out, stderr := shell(nil, "tune", "--unlimited", "--rows", "500", "--memory", "512,256", "-n", "5", "--rtt", "0s",
		"--arch", "arm64", "--strategy", "speed", "--bootstrap", labtest.Bootstrap(t), "--json", file, "--tool-json", tool)
	if status != 0 || stderr != "" {
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	var r report.Tune
	read(t, file, &r)
	if r.Kind != report.KindTune || !r.OK || r.Limited || r.N != 5 || r.Rows != 500 || r.Prices.Architecture != pricing.ARM || len(r.Sizes) != 2 {
		t.Fatalf("%+v", r)
	}
	for i, s := range r.Sizes {
		if s.MemoryMB != 256<<i || len(s.Cold.Warm) != 5 || s.Cold.Billed <= s.Cold.Init || s.MaxMemory < s.Cold.MaxMemory {
			t.Errorf("%+v", s)
		}
		if m := s.Mean; !(m.Low <= m.Value && m.Value <= m.High) || s.P95.Value < s.P50.Value || s.P50.Value <= 0 {
			t.Errorf("%d MB: %v, %v, %v", s.MemoryMB, m, s.P50, s.P95)
		}
		if c := s.Cost; c.S3Gets < 1 || c.WriteUnits < 100 || c.KMS != 0 || c.DynamoDB != float64(c.WriteUnits)*r.Prices.WriteUnit || float64(c.BilledMs) < s.Mean.Value {
			t.Errorf("%d MB: %+v", s.MemoryMB, c)
		}
		if s.ColdCost.BilledMs < int64(s.Cold.Billed) {
			t.Errorf("%d MB: %+v", s.MemoryMB, s.ColdCost)
		}
	}

	// The fields and their names are the tool's.
	var p struct {
		Power        int
		Cost         float64
		Duration     float64
		StateMachine struct {
			ExecutionCost, LambdaCost *float64
			Visualization             string
		} `json:"stateMachine"`
		Stats []struct {
			Value                         int
			AveragePrice, AverageDuration float64
		}
	}
	read(t, tool, &p)
	link := powertuning.Link(r.PowerTuning.Stats)
	if p.StateMachine.Visualization != link || len(p.Stats) != 2 || p.Stats[0].Value != 256 {
		t.Fatalf("%+v", p)
	}
	if p.StateMachine.LambdaCost == nil || *p.StateMachine.LambdaCost < 10*min(p.Stats[0].AveragePrice, p.Stats[1].AveragePrice)/2 || p.Power != r.Best.Speed {
		t.Errorf("%+v", p)
	}
	for _, want := range []string{"not AWS", "trimmed", "fastest", "write units each", link, "arm64 in us-east-1"} {
		if !strings.Contains(labtest.Flat(out), want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
	}
	checkWidth(t, out, link)
}
