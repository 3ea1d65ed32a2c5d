package compare

import (
	"context"
	"fmt"
	"math"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// A run is a Config being measured. Slices of numbers and plans are indexed by target.
type run struct {
	*Config
	bench   *measure.Bench
	journal *journal
	status  *cli.Status
	memory  []int     // those of Memory that differ here
	began   time.Time // the measuring, as if its earlier parts had just ended
	tried   []tried
	plan    []planned
	done    []int // starts that count
	replay  []int // how many of these are of an earlier part, and not to be repeated
}

// newRun adds the targets, in the order of the report, and takes over what an earlier part of the
// run has measured.
func newRun(c *Config, j *journal, status *cli.Status) (*run, error) {
	b, err := measure.NewBench(&c.Settings, c.Memory[len(c.Memory)-1], c.Rows, c.RoundTrips, status)
	if err != nil {
		return nil, err
	}
	r := &run{Config: c, bench: b, journal: j, status: status, memory: b.Sizes(c.Memory), began: time.Now().Add(-seconds(j.spent))}
	if err = r.addTargets(); err == nil {
		err = r.takeOver()
	}
	if err != nil {
		b.Close()
		return nil, err
	}
	return r, nil
}

func (r *run) addTargets() error {
	for _, trip := range r.RoundTrips {
		for _, rows := range r.Rows {
			for _, memory := range r.memory {
				for _, function := range r.functions {
					if _, err := r.bench.AddTarget(function, memory, rows, trip); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// takeOver adds the starts of the journal.
func (r *run) takeOver() error {
	n := len(r.bench.Targets)
	r.tried, r.done, r.replay = make([]tried, n), make([]int, n), make([]int, n)
	for _, e := range r.journal.entries {
		if e.Plan != nil {
			if len(e.Plan) != n {
				return fmt.Errorf("the journal's plan is of %d targets; there are %d", len(e.Plan), n)
			}
			r.plan = e.Plan
		}
		s := e.Start
		if s == nil {
			continue
		}
		if s.Target < 0 || s.Target >= n || s.Failed == "" && !s.Trial && s.Sample == nil {
			return fmt.Errorf("the journal has a start of target %d; there are %d", s.Target, n)
		}
		r.add(s)
		if !s.Trial {
			r.replay[s.Target]++
		}
	}
	return nil
}

// add adds a start to its target.
func (r *run) add(s *started) {
	t := r.bench.Targets[s.Target]
	switch {
	case s.Failed != "":
		t.Failed, t.Log, t.Excused = s.Failed, s.Log, s.OK
	case s.Trial:
		r.tried[s.Target] = tried{cold: seconds(s.Cold), warm: seconds(s.Warm)}
	default:
		t.Samples = append(t.Samples, *s.Sample)
		r.done[s.Target]++
	}
}

// note adds a start and writes it to the journal.
func (r *run) note(s *started) error {
	r.add(s)
	return r.journal.write(entry{Start: s, Seconds: r.spent().Seconds()})
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }

func (r *run) spent() time.Duration { return time.Since(r.began) }

// measure tries every target once, makes the plan, and follows it until the time is up.
func (r *run) measure(ctx context.Context) error {
	if r.plan == nil {
		if err := r.try(ctx); err != nil {
			return err
		}
	}
	r.copyTrials()
	if r.plan == nil {
		for n, t := range r.bench.Targets {
			r.tried[n].weight = 1
			if t.Function.Name == r.functions[0].Name {
				r.tried[n].weight = math.Sqrt(float64(len(r.functions) - 1))
			}
		}
		r.plan = makePlan(r.tried, r.N, r.Warm, r.Budget-r.spent())
		if err := r.journal.write(entry{Plan: r.plan, Seconds: r.spent().Seconds()}); err != nil {
			return err
		}
	}
	return r.follow(ctx)
}

// try starts every target of the first round trip once, in random order, with one warm
// invocation. That counts for nothing but the plan. Targets of other round trips need no trial:
// they take less time, and fail if these fail.
func (r *run) try(ctx context.Context) error {
	first := len(r.bench.Targets) / len(r.RoundTrips)
	random := stats.NewRandom(r.Seed + 1)
	for i, n := range random.Perm(first) {
		t := r.bench.Targets[n]
		if t.Failed != "" || r.tried[n].warm > 0 {
			continue
		}
		if r.spent() > r.Budget {
			if err := r.note(&started{Target: n, Trial: true, Failed: "not measured: the time was up", OK: true}); err != nil {
				return err
			}
			continue
		}
		r.status.Say(fmt.Sprintf("trying each once, %d of %d: %s", i+1, first, name(t)))
		began := time.Now()
		sample, err := t.Take(ctx, 1)
		if err != nil {
			return err
		}
		s := &started{Target: n, Trial: true, Failed: t.Failed, Log: t.Log, OK: t.Excused}
		if sample != nil {
			s.Warm = sample.Warm[0] / 1e3
			s.Cold = time.Since(began).Seconds() - s.Warm
		}
		if err := r.note(s); err != nil {
			return err
		}
		if t.Failed != "" {
			r.status.Note("%s: %s", name(t), t.Failed)
		}
	}
	return nil
}

// copyTrials gives the targets of other round trips the trials of the first.
func (r *run) copyTrials() {
	first := len(r.bench.Targets) / len(r.RoundTrips)
	for n := first; n < len(r.bench.Targets); n++ {
		t, like := r.bench.Targets[n], r.bench.Targets[n%first]
		r.tried[n] = r.tried[n%first]
		switch {
		case t.Failed != "":
		case r.tried[n].warm == 0:
			t.Failed, t.Log, t.Excused = like.Failed, like.Log, like.Excused
		case r.tried[n].cold > report.ManyTrips*(like.RoundTrip-t.RoundTrip).Abs():
			t.Failed, t.Excused = fmt.Sprintf("not measured: it takes more than %d round trips", report.ManyTrips), true
			r.tried[n] = tried{}
		}
	}
}

// follow takes the starts of the plan that are not in the journal yet. It skips those that do not
// fit into the budget.
func (r *run) follow(ctx context.Context) error {
	rounds := makeRounds(r.plan, r.Seed)
	for i, targets := range rounds {
		for k, n := range targets {
			if r.replay[n] > 0 {
				r.replay[n]--
				continue
			}
			left := r.expected(targets[k:])
			for _, later := range rounds[i+1:] {
				left += r.expected(later)
			}
			t := r.bench.Targets[n]
			if t.Failed != "" || r.spent().Seconds()+r.plan[n].Each > r.Budget.Seconds() {
				continue
			}
			r.status.Say(fmt.Sprintf("round %d of %d, %s left: %s", i+1, len(rounds),
				cli.RoughTime(min(left, (r.Budget-r.spent()).Seconds())), name(t)))
			sample, err := t.Take(ctx, r.plan[n].Warm)
			if err != nil {
				return err
			}
			if err := r.note(&started{Target: n, Failed: t.Failed, Log: t.Log, OK: t.Excused, Sample: sample}); err != nil {
				return err
			}
		}
	}
	return nil
}

// expected returns how many seconds the starts of targets should take that are not in the journal.
func (r *run) expected(targets []int) (total float64) {
	for _, n := range targets {
		if r.replay[n] == 0 && r.bench.Targets[n].Failed == "" {
			total += r.plan[n].Each
		}
	}
	return total
}

// name says in the status line which target is measured.
func name(t *measure.Target) string {
	return fmt.Sprintf("%s, %s rows, %d MB", t.Function.Name, cli.Thousands(t.Rows), t.MemoryMB)
}

func (r *run) report() *report.Compare {
	out := &report.Compare{
		Kind:       report.KindCompare,
		Conditions: r.bench.Conditions(),
		RoundTrips: r.roundTripsMs(),
		Rows:       r.Rows,
		Memory:     r.memory,
		Functions:  r.functions,
		LeftOut:    append([]report.LeftOut{}, r.leftOut...),
		Budget:     r.Budget.Seconds(),
		Took:       r.spent().Seconds(),
		Results:    r.bench.Results(),
		OK:         r.bench.OK(),
	}
	if r.Published {
		out.Published = published.Results()
	}
	for n := range r.bench.Targets {
		out.Done += r.done[n]
		if r.plan != nil {
			out.Planned += r.plan[n].Starts
		}
	}
	out.SetRatios()
	return out
}
