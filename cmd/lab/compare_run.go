package main

import (
	"context"
	"fmt"
	"math"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
	"reduction/internal/machine"
)

// compareRun is a compareBench under way.
type compareRun struct {
	*compareBench
	*rig
	journal *journal
	status  *cli.Status
	began   time.Time // of the measuring, as if the parts before had just ended
	tried   []tried
	plan    []planned
	done    []int // starts of each cell
	again   []int // how many of them the rounds are to step over: they are of a part before
}

// open weighs the functions and opens the journal.
func (b *compareBench) open(s *cli.Status) (*journal, error) {
	name := ""
	if b.file != "" {
		name = journalName(b.file)
	}
	var j *journal
	var known []report.Program
	if b.resume {
		var err error
		if j, err = readJournal(name); err != nil {
			return nil, err
		}
		known = j.entries[0].Run.Functions
	}
	s.Say("weighing deployment packages")
	if err := weigh(b.functions, known); err != nil {
		return nil, err
	}
	run := &measured{
		Machine: machine.Name(), Functions: b.functions, Rows: b.rows, Memory: b.memory, Trips: milliseconds(b.trips), N: b.n, Warm: b.warm,
		Timeout: b.timeout.Seconds(), TLS: !b.noTLS, Stores: b.s3 + b.dynamodb, Cache: b.cache, Seed: b.seed,
		Unlimited: b.Unlimited, Shared: b.Shared, Roots: b.SystemRoots, Unchecked: b.unchecked, Period: report.Ms(b.Period),
	}
	if j == nil {
		return beginJournal(name, run)
	}
	if !j.of(run) {
		return nil, fmt.Errorf("%s: of another run, with other functions or flags", name)
	}
	return j, nil
}

// newCompareRun makes the cells, in the order of the report, and takes over what a part of
// the run before has measured.
func newCompareRun(b *compareBench, j *journal, s *cli.Status) (*compareRun, error) {
	r, err := newRig(&b.setting, b.memory[len(b.memory)-1], b.rows, b.trips, s)
	if err != nil {
		return nil, err
	}
	c := &compareRun{compareBench: b, rig: r, journal: j, status: s, began: time.Now().Add(-seconds(j.spent))}
	for _, trip := range b.trips {
		for _, rows := range b.rows {
			for _, memory := range b.memory {
				for _, function := range b.functions {
					if _, err := r.cell(function, memory, rows, trip); err != nil {
						r.close()
						return nil, err
					}
				}
			}
		}
	}
	c.tried, c.done, c.again = make([]tried, len(c.cells)), make([]int, len(c.cells)), make([]int, len(c.cells))
	for _, e := range j.entries {
		if e.Plan != nil {
			c.plan = e.Plan
		}
		if e.Start != nil {
			if n := e.Start.Cell; n < 0 || n >= len(c.cells) {
				r.close()
				return nil, fmt.Errorf("the journal has a cell %d; there are %d", n, len(c.cells))
			}
			c.take(e.Start)
			if !e.Start.Trial {
				c.again[e.Start.Cell]++
			}
		}
	}
	return c, nil
}

// take takes a start over into its cell.
func (c *compareRun) take(s *started) {
	x := c.cells[s.Cell]
	switch {
	case s.Failed != "":
		x.failed, x.ok = s.Failed, s.OK
	case s.Trial:
		c.tried[s.Cell] = tried{cold: seconds(s.Cold), warm: seconds(s.Warm)}
	default:
		x.samples = append(x.samples, *s.Sample)
		c.done[s.Cell]++
	}
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

func (c *compareRun) spent() time.Duration { return time.Since(c.began) }

// measure tries every cell once, makes the plan, and follows it until the time is up.
func (c *compareRun) measure(ctx context.Context) error {
	if c.plan == nil {
		if err := c.try(ctx); err != nil {
			return err
		}
	}
	c.follow()
	if c.plan == nil {
		for n, x := range c.cells {
			c.tried[n].weight = 1
			if x.function.Name == report.Ours {
				c.tried[n].weight = math.Sqrt(float64(len(c.functions) - 1))
			}
		}
		c.plan = plan(c.tried, c.n, c.warm, c.budget-c.spent())
		if err := c.journal.write(entry{Plan: c.plan, Seconds: c.spent().Seconds()}); err != nil {
			return err
		}
	}
	all := rounds(c.plan, c.rig.seed)
	for i, cells := range all {
		for k, n := range cells {
			if c.again[n] > 0 {
				c.again[n]--
				continue
			}
			left := c.expect(cells[k:])
			for _, later := range all[i+1:] {
				left += c.expect(later)
			}
			x := c.cells[n]
			if x.failed != "" || c.spent().Seconds()+c.plan[n].Each > c.budget.Seconds() {
				continue
			}
			c.status.Say(fmt.Sprintf("round %d of %d, %s left: %s, %s rows, %d MB", i+1, len(all),
				cli.RoughTime(min(left, (c.budget-c.spent()).Seconds())), x.function.Name, cli.Thousands(x.object.rows), x.memory))
			sample, err := x.take(ctx, c.plan[n].Warm)
			if err != nil {
				return err
			}
			if err := c.note(&started{Cell: n, Failed: x.failed, OK: x.ok, Sample: sample}); err != nil {
				return err
			}
		}
	}
	return nil
}

// expect returns how many seconds the starts of cells should take that are still to come.
func (c *compareRun) expect(cells []int) (total float64) {
	for _, n := range cells {
		if c.again[n] == 0 && c.cells[n].failed == "" {
			total += c.plan[n].Each
		}
	}
	return total
}

// try starts every cell of the first round trip once, in random order, with one warm
// invocation. It counts for nothing but the plan. Cells of further round trips need no trial:
// they take less time, and what fails here fails there.
func (c *compareRun) try(ctx context.Context) error {
	one := len(c.cells) / len(c.trips)
	random := stats.NewRandom(c.rig.seed + 1)
	for i, n := range random.Perm(one) {
		x := c.cells[n]
		if x.failed != "" || c.tried[n].warm > 0 {
			continue
		}
		if c.spent() > c.budget {
			if err := c.note(&started{Cell: n, Trial: true, Failed: "not measured: the time was up", OK: true}); err != nil {
				return err
			}
			continue
		}
		c.status.Say(fmt.Sprintf("trying each once, %d of %d: %s, %s rows, %d MB", i+1, one, x.function.Name, cli.Thousands(x.object.rows), x.memory))
		began := time.Now()
		sample, err := x.take(ctx, 1)
		if err != nil {
			return err
		}
		s := &started{Cell: n, Trial: true, Failed: x.failed, OK: x.ok}
		if sample != nil {
			s.Warm = sample.Warm[0] / 1e3
			s.Cold = time.Since(began).Seconds() - s.Warm
		}
		if err := c.note(s); err != nil {
			return err
		}
	}
	return nil
}

// follow does for the cells of further round trips what try has done for those of the first.
func (c *compareRun) follow() {
	one := len(c.cells) / len(c.trips)
	for n := one; n < len(c.cells); n++ {
		x, like := c.cells[n], c.cells[n%one]
		c.tried[n] = c.tried[n%one]
		switch {
		case x.failed != "":
		case c.tried[n].warm == 0:
			x.failed, x.ok = like.failed, like.ok
		case c.tried[n].cold > report.ManyTrips*(like.trip-x.trip).Abs():
			x.failed, x.ok = fmt.Sprintf("not measured: it takes more than %d round trips", report.ManyTrips), true
			c.tried[n] = tried{}
		}
	}
}

// note writes a start down and takes it over.
func (c *compareRun) note(s *started) error {
	c.take(s)
	return c.journal.write(entry{Start: s, Seconds: c.spent().Seconds()})
}

// milliseconds returns durations in milliseconds.
func milliseconds(s []time.Duration) []float64 {
	out := make([]float64, len(s))
	for i, d := range s {
		out[i] = report.Ms(d)
	}
	return out
}

func (c *compareRun) report() *report.Compare {
	r := &report.Compare{
		Kind:       report.KindCompare,
		Conditions: c.conditions(),
		RoundTrips: milliseconds(c.trips),
		Rows:       c.rows,
		Memory:     c.memory,
		Functions:  c.functions,
		LeftOut:    append([]report.LeftOut{}, c.leftOut...),
		Budget:     c.budget.Seconds(),
		Took:       c.spent().Seconds(),
		Ratios:     []report.Ratio{},
		Published:  published.Results(),
		OK:         true,
	}
	for n, x := range c.cells {
		r.OK = r.OK && (x.failed == "" || x.ok)
		r.Done += c.done[n]
		if c.plan != nil {
			r.Planned += c.plan[n].Starts
		}
		r.Results = append(r.Results, x.found())
		r.OK = r.OK && r.Results[n].Wrong() == ""
	}
	r.SetRatios()
	return r
}
