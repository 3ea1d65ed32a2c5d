package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"slices"
	"syscall"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/powertuning"
	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/cmd/lab/internal/stats"
)

var tuneCommand = &cli.Command{
	Name:  "tune",
	Short: "time and cost by memory size, as AWS Lambda Power Tuning reckons them",
	About: `
Runs the function at several memory sizes, one after another in random order, in the sandbox
of lab cold: a start, its first invocation, which is counted apart, and n warm ones. Before a
time counts, every item of its invocation is compared with the reference. Sizes whose share
of CPU time is more than this machine has for the function are not measured.

The mean is AWS Lambda Power Tuning's: without a fifth of the durations at either end. That
tool counts the first invocation among the n. Beside the mean stand p50 and p95, each with
the 95% interval of the bootstrap over the n invocations: they are of one process a size.

The cost is what AWS charges for a warm invocation, by its published prices in us-east-1 for
the one architecture, by the millisecond begun; then the price of the request itself, and
what the invocation makes S3 and DynamoDB charge: the reading requests as they were counted,
and a write unit for each KB of each item. KMS is not used. No free tier, no transfer: there is
none between services of one region.

The times are this machine's; so are the costs that follow from them.`,
	Examples: `
lab tune
lab tune --rows 10000 -n 50 --strategy balanced --json tune.json
lab tune --arch arm64 --bootstrap peers/rust/dist/bootstrap --name rust --tool-json rust.json`,
	Setup: func(f *cli.Flags) func(*cli.Console, []string) error {
		b := &tuneBench{weight: 0.5}
		var binary, name string
		var plain bool
		cli.Whole(f, &b.rows, "rows", 1_000_000, 0, maxRunRows, "`N` rows of the experiment's data (default 1000000)")
		memoryFlag(f, &b.memory, []int{256, 512, 1024, 1536, 2048, 3008, 5000}, "`LIST` memory sizes in MB, with commas between (default the experiment's seven, 256 to 5000)")
		cli.Whole(f, &b.n, "n", 10, 5, 100_000, "`N` warm invocations at each size (default 10)")
		f.Duration(&b.timeout, "timeout", functionTimeout, time.Second, functionTimeout, "`TIME` that INIT or an invocation may take (default 15m)")
		f.Duration(&b.rtt, "rtt", defaultRoundTrip, 0, time.Minute, "`TIME` round trip to S3 and DynamoDB (default 5ms)")
		f.String(&b.architecture, "arch", pricing.MachineArchitecture(), "`NAME` architecture of the price: x86_64 or arm64 (default this machine's)")
		f.String(&b.strategy, "strategy", powertuning.Cost, "`NAME` what to choose a size by: cost, speed or balanced (default cost)")
		f.Func("balanced-weight", "`W` of the balanced strategy, from 0, the fastest, to 1, the cheapest (default 0.5)", b.setWeight)
		b.declare(f)
		f.String(&b.tool, "tool-json", "", "`FILE` write AWS Lambda Power Tuning's output there")
		f.String(&binary, "bootstrap", builtBootstrap(), "`PATH` the function (default "+builtBootstrap()+")")
		f.String(&name, "name", report.Ours, "`NAME` of the function in the results (default ours)")
		f.Bool(&plain, "plain", "print the table without colour or lines, as it is where no terminal is")
		return func(c *cli.Console, args []string) error {
			if err := cli.NoArguments(args); err != nil {
				return err
			}
			b.function = []report.Program{{Name: name, Path: binary}}
			if err := b.check(); err != nil {
				return err
			}
			result, err := b.run(cli.NewStatus(c.Err))
			if err != nil {
				return err
			}
			if err := errors.Join(report.Save(b.file, result), report.Save(b.tool, result.PowerTuning)); err != nil {
				return err
			}
			if err := result.Print(cli.NewPage(c.Out, plain)); err != nil {
				return err
			}
			if !result.OK {
				return cli.ErrReported
			}
			return nil
		}
	},
}

// tuneBench is one `lab tune`.
type tuneBench struct {
	setting
	function     []report.Program // one
	memory       []int
	rows         int64
	n            int
	rtt          time.Duration
	architecture string
	strategy     string
	weight       float64
	tool         string // for AWS Lambda Power Tuning's JSON; "" is none

	prices pricing.Prices
}

func (b *tuneBench) setWeight(text string) error {
	n, err := fmt.Sscan(text, &b.weight)
	if n != 1 || err != nil || !(b.weight >= 0 && b.weight <= 1) {
		return errors.New("expected a number from 0 to 1")
	}
	return nil
}

func (b *tuneBench) check() error {
	var ok bool
	if b.prices, ok = pricing.Of(b.architecture); !ok {
		return cli.Usagef("--arch is %q; expected %s or %s", b.architecture, pricing.X86, pricing.ARM)
	}
	if !slices.Contains([]string{powertuning.Cost, powertuning.Speed, powertuning.Balanced}, b.strategy) {
		return cli.Usagef("--strategy is %q; expected cost, speed or balanced", b.strategy)
	}
	if err := b.ready(b.memory, b.function); err != nil {
		return err
	}
	return writable(b.tool)
}

func (b *tuneBench) run(s *cli.Status) (*report.Tune, error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	defer s.Clear()
	if b.elsewhere() {
		b.rtt = 0
	}
	r, err := newRig(&b.setting, b.memory[len(b.memory)-1], []int64{b.rows}, []time.Duration{b.rtt}, s)
	if err != nil {
		return nil, err
	}
	err = b.measure(ctx, r, s)
	result := b.report(r)
	if closed := r.close(); err == nil {
		err = closed
	}
	if ctx.Err() != nil {
		return nil, errors.New("interrupted")
	}
	return result, err
}

// measure takes a sample of every size. What the first start would pay for all of them, the
// server's certificate and a cold page cache, another one pays before.
func (b *tuneBench) measure(ctx context.Context, r *rig, s *cli.Status) error {
	for _, memory := range b.memory {
		if _, err := r.cell(b.function[0], memory, b.rows, b.rtt); err != nil {
			return err
		}
	}
	order := slices.DeleteFunc(slices.Clone(r.cells), func(x *cell) bool { return x.failed != "" })
	if len(order) == 0 {
		return nil
	}
	s.Say("once before it counts")
	largest := order[len(order)-1]
	if _, err := largest.take(ctx, 0); err != nil || largest.failed != "" {
		return err
	}
	random := stats.NewRandom(b.seed)
	random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
	for i, x := range order {
		s.Say(fmt.Sprintf("%d MB, size %d of %d", x.memory, i+1, len(order)))
		sample, err := x.take(ctx, b.n)
		if err != nil {
			return err
		}
		if sample != nil {
			x.samples = []report.Sample{*sample}
		}
	}
	return nil
}

func (b *tuneBench) report(r *rig) *report.Tune {
	result := &report.Tune{
		Kind:       report.KindTune,
		Conditions: r.conditions(),
		RoundTrip:  report.Ms(b.rtt),
		Function:   b.function[0],
		Rows:       b.rows,
		Bytes:      r.objects[b.rows].bytes,
		N:          b.n,
		Discarded:  powertuning.Discard,
		Weight:     b.weight,
		Strategy:   b.strategy,
		Prices:     b.prices,
		OK:         true,
	}
	for _, x := range r.cells {
		t := b.tuned(x)
		result.OK = result.OK && (x.failed == "" || x.ok) && t.Wrong() == ""
		result.Sizes = append(result.Sizes, t)
	}
	result.Choose()
	return result
}

// tuned summarises what came of a size.
func (b *tuneBench) tuned(x *cell) report.TunedSize {
	t := report.TunedSize{MemoryMB: x.memory, Failed: x.failed}
	if x.rig.host.Limited() {
		t.VCPUs = sandbox.VCPUs(x.memory)
	}
	if len(x.samples) == 0 {
		return t
	}
	cold := &x.samples[0]
	at := func(p float64) *stats.Interval {
		i := stats.Estimate(cold.Warm, func(sorted []float64) float64 { return stats.Quantile(sorted, p) })
		return &i
	}
	mean := stats.Estimate(cold.Warm, func(sorted []float64) float64 { return stats.TrimmedMean(sorted, powertuning.Discard) })
	t.Cold, t.Mean, t.P50, t.P95, t.MaxMemory = cold, &mean, at(0.50), at(0.95), cold.MaxMemory
	t.Cost = b.prices.Cost(x.memory, mean.Value, cold.WarmGets, cold.WriteUnits)
	t.ColdCost = b.prices.Cost(x.memory, cold.Billed, cold.S3Gets, cold.WriteUnits)
	return t
}
