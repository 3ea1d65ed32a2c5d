package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"runtime"
	"slices"
	"strings"
	"syscall"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
	"reduction/runtime/lambdatest"
)

// greet takes the starts of functions that nothing is configured for. What they answer does
// not count, nor whether they do: the sample is over when GET /next arrives.
func (b *ladderBench) greet(s *cli.Status) (*report.Cold, error) {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	defer s.Clear()
	r, err := newRig(&b.setting, b.memory[len(b.memory)-1], nil, nil, s)
	if err != nil {
		return nil, err
	}
	server := lambdatest.NewServer()
	c := &coldRun{&b.coldBench, r}
	for _, memory := range b.memory {
		for _, function := range b.functions {
			if err := c.greeter(server, function, memory); err != nil {
				c.end(server)
				return nil, err
			}
		}
	}
	err = c.greetings(ctx, s)
	result := &report.Cold{Conditions: c.conditions(), N: b.n, Functions: b.functions, OK: true}
	for _, x := range c.cells {
		result.OK = result.OK && (x.failed == "" || x.ok)
		result.Results = append(result.Results, x.found())
	}
	return result, errors.Join(err, c.end(server))
}

// end lets go of frozen processes before the server ends them.
func (c *coldRun) end(server *lambdatest.Server) error {
	for _, x := range c.cells {
		if x.box != nil {
			x.box.Thaw()
		}
	}
	server.Close()
	return c.close()
}

// greeter adds a cell without a job.
func (c *coldRun) greeter(server *lambdatest.Server, function report.Program, memory int) error {
	x := &cell{rig: c.rig, function: function, memory: memory, object: &object{}, server: server}
	c.cells = append(c.cells, x)
	if x.failed = c.host.Emulable(memory); x.failed != "" {
		x.ok = true
		return nil
	}
	var err error
	if x.box, err = c.host.NewSandbox(memory); err != nil {
		return err
	}
	x.fn = server.Lambda.CreateFunction(lambdatest.FunctionConfig{
		Name:      fmt.Sprintf("%s-%d", strings.NewReplacer(" ", "-", ",", "").Replace(function.Name), memory),
		MemoryMB:  memory,
		Timeout:   c.timeout,
		Exec:      x.box.Command(function.Path),
		Env:       x.box.Environ(function.Path),
		Intercept: x.watch,
	})
	return nil
}

func (c *coldRun) greetings(ctx context.Context, s *cli.Status) error {
	random := stats.NewRandom(c.rig.seed)
	for round := range c.n + 1 {
		order := slices.Clone(c.cells)
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, x := range order {
			if x.failed != "" {
				continue
			}
			s.Say(fmt.Sprintf("round %d of %d: %s, %d MB", round, c.n, x.function.Name, x.memory))
			sample, err := x.greeting(ctx)
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case err != nil:
				x.failed = err.Error()
			case round > 0:
				x.samples = append(x.samples, *sample)
			}
		}
	}
	return nil
}

// greeting starts the function, up to its first GET /next and the answer to one event.
func (x *cell) greeting(ctx context.Context) (*report.Sample, error) {
	first, err := x.prepare()
	if err != nil {
		return nil, err
	}
	runtime.GC()
	defer x.fn.Shutdown()
	r, err := x.fn.Invoke(ctx, []byte(`{}`))
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	clock := x.clock
	x.mu.Unlock()
	if clock.next == 0 {
		return nil, fmt.Errorf("never asked for an event: %s", r.Payload)
	}
	if err := x.box.Freeze(); err != nil {
		return nil, err
	}
	defer x.box.Thaw()
	birth, err := x.box.ExecRecord()
	if err != nil {
		return nil, err
	}
	s := &report.Sample{StartToNext: report.Ms(clock.next - birth.Clock), MaxMemory: r.MaxMemory}
	s.Init, s.Billed, s.Client = s.StartToNext, s.StartToNext, s.StartToNext // no more is measured
	used, _ := birth.Used()                                                  // one that ended itself has no more
	s.Counted = (*report.Counters)(used)
	if first {
		x.rig.code[x.function.Path] = append(x.rig.code[x.function.Path], birth.Mapped()...)
	}
	return s, nil
}
