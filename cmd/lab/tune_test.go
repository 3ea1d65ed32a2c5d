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
		{"tune --peer a=b", 2, `unknown flag --peer`},
		{"tune --bootstrap /bin/sh --tool-json /nowhere/at/all.json", 1, `open /nowhere/at/all.json`},
	} {
		test.check(t)
	}
}

// With the limits that this machine allows, every size has figures and costs, and one is chosen.
// Without limits there is one size, and no choice.
func TestTune(t *testing.T) {
	dir, bootstrap := t.TempDir(), labtest.Bootstrap(t)
	file, tool := filepath.Join(dir, "tune.json"), filepath.Join(dir, "tool.json")
	args := []string{"tune", "--rows", "500", "--memory", "512,256", "-n", "5", "--rtt", "0s",
		"--arch", "arm64", "--strategy", "speed", "--bootstrap", bootstrap, "--json", file}
	status, out, stderr := shell(nil, append(args, "--unlimited")...)
	if status != 0 || stderr != "" || !strings.Contains(labtest.Flat(out), "NOT limited") || !strings.Contains(labtest.Flat(out), "none is chosen") || strings.Contains(out, "US dollars") {
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	var r report.Tune
	read(t, file, &r)
	if r.Kind != report.KindTune || !r.OK || r.Limited || len(r.Sizes) != 1 || r.Sizes[0].MemoryMB != 512 || r.Sizes[0].Cost != nil || r.PowerTuning != nil {
		t.Fatalf("%+v", r)
	}
	checkSize(t, &r.Sizes[0])
	if status, _, stderr := shell(nil, append(args, "--unlimited", "--tool-json", tool)...); status != 1 || !strings.Contains(stderr, tool+": not written: no size was chosen") {
		t.Errorf("status %d, stderr %s", status, stderr)
	}

	status, out, stderr = shell(nil, append(args, "--shared")...)
	if status != 0 || stderr != "" {
		t.Fatalf("status %d, stderr %s, stdout %s", status, stderr, out)
	}
	r = report.Tune{}
	read(t, file, &r)
	if !r.Limited {
		t.Skip("nothing can be limited here")
	}
	if !r.OK || r.N != 5 || r.Rows != 500 || r.Prices.Architecture != pricing.ARM || len(r.Sizes) != 2 {
		t.Fatalf("%+v", r)
	}
	for i := range r.Sizes {
		s := &r.Sizes[i]
		checkSize(t, s)
		if s.MemoryMB != 256<<i {
			t.Errorf("size %d is %d MB", i, s.MemoryMB)
		}
		if c := s.Cost; c.S3Gets < 1 || c.WriteUnits < 100 || c.KMS != 0 || c.DynamoDB != float64(c.WriteUnits)*r.Prices.WriteUnit || float64(c.BilledMs) < s.Mean.Value {
			t.Errorf("%d MB: %+v", s.MemoryMB, c)
		}
		if s.ColdCost.BilledMs < int64(s.Cold.Billed) {
			t.Errorf("%d MB: %+v", s.MemoryMB, s.ColdCost)
		}
	}
	for _, want := range []string{"not AWS", "trimmed", "fastest", "write units each", r.PowerTuning.StateMachine.Visualization, "arm64 in us-east-1"} {
		if !strings.Contains(labtest.Flat(out), want) {
			t.Errorf("the output does not say %q:\n%s", want, out)
		}
	}
	checkWidth(t, out, r.PowerTuning.StateMachine.Visualization)
	if status, _, stderr := shell(nil, append(args, "--shared", "--tool-json", tool)...); status != 0 {
		t.Fatalf("status %d, stderr %s", status, stderr)
	}
	checkTool(t, tool)
}

func checkSize(t *testing.T, s *report.TunedSize) {
	t.Helper()
	if len(s.Cold.Warm) != 5 || s.Cold.Billed <= s.Cold.Init || s.MaxMemory < s.Cold.MaxMemory {
		t.Errorf("%+v", s)
	}
	if m := s.Mean; !(m.Low <= m.Value && m.Value <= m.High) || s.P95.Value < s.P50.Value || s.P50.Value <= 0 {
		t.Errorf("%d MB: %v, %v, %v", s.MemoryMB, m, s.P50, s.P95)
	}
	if s.Cold.InitCPU > 0 && (s.CPU == nil || s.CPU.Value <= 0 || len(s.Cold.WarmCPU) != 5) {
		t.Errorf("%d MB: CPU time %+v of %v", s.MemoryMB, s.CPU, s.Cold.WarmCPU)
	}
}

// checkTool checks the output for AWS Lambda Power Tuning: the fields and their names are the tool's.
func checkTool(t *testing.T, tool string) {
	t.Helper()
	var p struct {
		Power        int
		Cost         float64
		Duration     float64
		StateMachine struct {
			ExecutionCost, LambdaCost *float64
			Visualization             string
		} `json:"stateMachine"`
		Stats []powertuning.Stat
	}
	read(t, tool, &p)
	if p.StateMachine.Visualization != powertuning.Link(p.Stats) || len(p.Stats) != 2 || p.Stats[0].Value != 256 {
		t.Fatalf("%+v", p)
	}
	if p.StateMachine.LambdaCost == nil || *p.StateMachine.LambdaCost < 10*min(p.Stats[0].AveragePrice, p.Stats[1].AveragePrice)/2 ||
		p.Power != powertuning.Choose(p.Stats, powertuning.Speed, 0.5).Value || p.Duration <= 0 || p.Cost <= 0 {
		t.Errorf("%+v", p)
	}
}
