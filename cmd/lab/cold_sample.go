package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"reduction/lambdatest"
)

// coldRun is a coldBench under way.
type coldRun struct {
	*coldBench
	host   *host
	server *lambdatest.Server
	want   []result
	cells  []*cell
}

// A cell is one function at one memory size: its sandbox and what came of it.
type cell struct {
	run      *coldRun
	function program
	memory   int // MB
	failed   string
	ok       bool // what failed is a result, not a fault: out of memory, not emulable
	samples  []coldSample

	box   *sandbox
	fn    *lambdatest.Function
	table string
	files []string // for the page cache to forget

	mu    sync.Mutex
	clock milestones
}

// milestones are when what happened in a sample under way, as monotonic says. The launcher
// has no part in them.
type milestones struct {
	next, answer time.Duration // the arrivals of the first GET /next and of the answer
	err          error         // why the quota could not be set at the end of INIT
}

// coldSample is what one start of a function came to. Times are milliseconds.
type coldSample struct {
	StartToNext float64 `json:"startToNextMs"`
	Init        float64 `json:"initMs"`
	Billed      float64 `json:"initAndInvocationMs"` // before it is rounded up
	Client      float64 `json:"clientSawMs"`
	MaxMemory   int64   `json:"maxMemoryBytes,omitempty"`

	Counted *counters `json:"counted,omitempty"` // of the first invocation, where the kernel tells
	Warm    []float64 `json:"warmMs,omitempty"`  // the durations of invocations that followed
}

func newColdRun(b *coldBench, data []byte) (c *coldRun, err error) {
	c = &coldRun{coldBench: b}
	defer func() {
		if err != nil {
			c.close()
		}
	}()
	if c.want, err = reference(bytes.NewReader(data)); err != nil {
		return nil, err
	}
	if c.host, err = newHost(b.isolation, b.memory[len(b.memory)-1]); err != nil {
		return nil, err
	}
	c.server = lambdatest.NewUnstartedServer()
	c.server.Network.RoundTrip = b.rtt
	if b.noTLS {
		c.server.Start()
	} else {
		c.server.StartTLS()
	}
	const key = "records.csv"
	c.server.S3.CreateBucket(bucketName)
	c.server.S3.Put(bucketName, key, data)
	for _, memory := range b.memory {
		for _, function := range b.functions {
			cell, err := c.cell(function, memory, key)
			if err != nil {
				return nil, err
			}
			c.cells = append(c.cells, cell)
		}
	}
	return c, nil
}

func (c *coldRun) cell(function program, memory int, key string) (*cell, error) {
	x := &cell{run: c, function: function, memory: memory}
	if x.failed = c.host.emulable(memory); x.failed != "" {
		x.ok = true
		return x, nil
	}
	name := fmt.Sprintf("%s-%d", function.Name, memory)
	x.table = tableName + "-" + name
	c.server.DynamoDB.CreateTable(x.table)
	var err error
	if x.box, err = c.host.sandbox(memory); err != nil {
		return nil, err
	}
	x.fn = c.server.Lambda.CreateFunction(lambdatest.FunctionConfig{
		Name:      name,
		MemoryMB:  memory,
		Timeout:   functionTimeout,
		Exec:      x.box.command(function.Path),
		Env:       append(x.box.environ(function.Path), "S3_BUCKET="+bucketName, "FILE_NAME="+key, "DB_TABLE="+x.table),
		Intercept: x.watch,
	})
	return x, nil
}

// close ends processes first, then what held them.
func (c *coldRun) close() error {
	var errs []error
	for _, x := range c.cells {
		if x.box != nil {
			x.box.thaw() // a frozen process can't be ended
		}
	}
	if c.server != nil {
		c.server.Close()
	}
	for _, x := range c.cells {
		if x.box != nil {
			errs = append(errs, x.box.close())
		}
	}
	if c.host != nil {
		errs = append(errs, c.host.close())
	}
	return errors.Join(errs...)
}

// rounds takes a sample of every cell, in a new order each time. The first round counts for
// nothing: it makes the server's certificate, and a warm cache warm.
func (c *coldRun) rounds(ctx context.Context, s *status) error {
	random := rand.New(rand.NewPCG(c.seed, pcgStream))
	for round := range c.n + 1 {
		order := slices.Clone(c.cells)
		random.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
		for _, x := range order {
			if x.failed != "" {
				continue
			}
			s.say(fmt.Sprintf("round %d of %d: %s, %d MB", round, c.n, x.function.Name, x.memory))
			sample, err := x.sample(ctx, round == 0)
			var finding *finding
			switch {
			case ctx.Err() != nil:
				return ctx.Err()
			case errors.As(err, &finding):
				x.failed, x.ok = finding.what, finding.ok
			case err != nil:
				return fmt.Errorf("%s, %d MB: %w", x.function.Name, x.memory, err)
			case round > 0:
				x.samples = append(x.samples, *sample)
			}
		}
	}
	return nil
}

// finding is why a function has no times.
type finding struct {
	what string
	ok   bool // as in cell
}

func (f *finding) Error() string { return f.what }

// sample starts the function, invokes it once, and ends it.
func (x *cell) sample(ctx context.Context, first bool) (*coldSample, error) {
	if err := x.prepare(first); err != nil {
		return nil, err
	}
	r, err := x.fn.Invoke(ctx, nil)
	defer x.fn.Shutdown()
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	clock := x.clock
	x.mu.Unlock()
	switch {
	case x.box.outOfMemory():
		return nil, &finding{fmt.Sprintf("Runtime.OutOfMemory: signal: killed, at %d MB", x.memory), true}
	case clock.err != nil:
		return nil, clock.err
	case r.FunctionError != "":
		return nil, &finding{fmt.Sprintf("failed: %s\n%s", r.Payload, bytes.TrimSpace(r.LogTail)), false}
	}

	// Frozen, as between invocations, it can be looked at in peace.
	if err := x.box.freeze(); err != nil {
		return nil, err
	}
	defer x.box.thaw()
	birth, err := x.box.birth()
	if err != nil {
		return nil, err
	}
	started := clock.next - r.StartToNext // where there is no launcher to say it
	s := &coldSample{MaxMemory: r.MaxMemory}
	if birth != nil {
		started = birth.Clock
		if s.Counted, err = birth.used(); err != nil {
			return nil, err
		}
		if first {
			x.files = append(x.files, birth.mapped()...)
		}
	}
	s.StartToNext = ms(clock.next - started)
	s.Init = s.StartToNext + ms(r.Init-r.StartToNext)
	s.Billed = s.Init + ms(r.Duration)
	s.Client = ms(clock.answer - started)
	return s, x.compare(r.RequestID)
}

// prepare makes everything ready for a start.
func (x *cell) prepare(first bool) (err error) {
	x.mu.Lock()
	x.clock = milestones{}
	x.mu.Unlock()
	if err := x.box.reset(); err != nil {
		return err
	}
	switch {
	case first && x.run.cache == cacheDropped:
		x.files, err = deployed(filepath.Dir(x.function.Path))
	case x.run.cache == cacheDropped:
		err = dropPages(x.files)
	case x.run.cache == cacheEmpty:
		err = dropAllPages()
	}
	runtime.GC() // lab's own garbage is not to be collected at the function's cost
	return err
}

// watch sees every request to the Runtime API arrive. INIT ends, and the quota begins, with
// the first GET /next.
func (x *cell) watch(_ http.ResponseWriter, r *http.Request) bool {
	now := monotonic()
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case strings.HasSuffix(r.URL.Path, "/invocation/next") && x.clock.next == 0:
		x.clock.next = now
		x.clock.err = x.box.endInit()
	case strings.HasSuffix(r.URL.Path, "/response") && x.clock.answer == 0:
		x.clock.answer = now
	}
	return false
}

// compare holds what an invocation wrote against the reference.
func (x *cell) compare(id string) error {
	items := slices.DeleteFunc(x.run.server.DynamoDB.Items(x.table), func(item lambdatest.Item) bool {
		return item["PK"].Text() != id
	})
	if wrong := compare(items, x.run.want, []string{id}); len(wrong) > 0 {
		return &finding{fmt.Sprintf("wrong: %d things disagree with the reference, first %s", len(wrong), wrong[0]), false}
	}
	return nil
}

// deployed returns the files of a function's folder: its deployment package.
func deployed(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err == nil && entry.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	return files, err
}
