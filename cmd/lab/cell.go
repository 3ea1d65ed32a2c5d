package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/runtime/lambdatest"
)

// A cell is one function at one memory size, over one file and one network: its sandbox, and
// what came of it.
type cell struct {
	rig      *rig
	function report.Program
	memory   int // MB
	object   *object
	trip     time.Duration
	failed   string
	ok       bool // what failed is a result, not a fault: out of memory, not emulable
	samples  []report.Sample

	server *lambdatest.Server
	box    *sandbox.Sandbox
	fn     *lambdatest.Function
	table  string

	mu    sync.Mutex
	clock milestones
}

// milestones are when what happened in a start under way, as monotonic says. The launcher
// has no part in them.
type milestones struct {
	next, answer time.Duration // the arrivals of the first GET /next and of the first answer
	err          error         // why the quota could not be set at the end of INIT
}

// cell adds one to the rig.
func (r *rig) cell(function report.Program, memory int, rows int64, trip time.Duration) (*cell, error) {
	x := &cell{rig: r, function: function, memory: memory, object: r.objects[rows], trip: trip, server: r.servers[trip]}
	if x.failed = r.host.Emulable(memory); x.failed != "" {
		x.ok = true
		r.cells = append(r.cells, x)
		return x, nil
	}
	name := fmt.Sprintf("%s-%d-%d", report.Slug(function.Name), memory, rows)
	x.table = tableName + "-" + name
	x.server.DynamoDB.CreateTable(x.table)
	if r.elsewhere() {
		if err := r.empty(x.table); err != nil {
			return nil, err
		}
	}
	var err error
	if x.box, err = r.host.NewSandbox(memory); err != nil {
		return nil, err
	}
	x.fn = x.server.Lambda.CreateFunction(lambdatest.FunctionConfig{
		Name:      name,
		MemoryMB:  memory,
		Timeout:   r.timeout,
		Exec:      x.box.Command(function.Path),
		Env:       slices.Concat(x.box.Environ(function.Path), r.trust(x.server), r.environ(), []string{"S3_BUCKET=" + bucketName, "FILE_NAME=" + x.object.key, "DB_TABLE=" + x.table}),
		Intercept: x.watch,
	})
	r.cells = append(r.cells, x)
	return x, nil
}

// trust returns what makes clients that do not read AWS_CA_BUNDLE trust the server: OpenSSL's
// and Rust's SSL_CERT_FILE, and Node's own variable.
func (r *rig) trust(server *lambdatest.Server) []string {
	if r.SystemRoots {
		return nil
	}
	for _, variable := range server.Env() {
		if file, ok := strings.CutPrefix(variable, sandbox.CABundle+"="); ok {
			return []string{"SSL_CERT_FILE=" + file, "NODE_EXTRA_CA_CERTS=" + file}
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

// take starts the function and returns what it came to; nil where it had no times, which is
// the cell's to say from then on. An error is not the function's.
func (x *cell) take(ctx context.Context, warm int) (*report.Sample, error) {
	s, err := x.start(ctx, warm)
	var finding *finding
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case errors.As(err, &finding):
		x.failed, x.ok = finding.what, finding.ok
		return nil, nil
	case err != nil:
		return nil, fmt.Errorf("%s, %d MB: %w", x.function.Name, x.memory, err)
	}
	return s, nil
}

// start starts the function, invokes it once and then so many times more, and ends it.
func (x *cell) start(ctx context.Context, warm int) (*report.Sample, error) {
	first, err := x.prepare()
	if err != nil {
		return nil, err
	}
	defer x.fn.Shutdown()
	r, err := x.invoke(ctx)
	if err != nil {
		return nil, err
	}
	x.mu.Lock()
	clock := x.clock
	x.mu.Unlock()
	if clock.err != nil {
		return nil, clock.err
	}

	// Frozen, as between invocations, it can be looked at in peace.
	if err := x.box.Freeze(); err != nil {
		return nil, err
	}
	defer x.box.Thaw() // before Shutdown: what is frozen can't be ended
	birth, err := x.box.ExecRecord()
	if err != nil {
		return nil, err
	}
	started := clock.next - r.StartToNext // where there is no launcher to say it
	s := &report.Sample{MaxMemory: r.MaxMemory, S3Gets: x.gets()}
	if birth != nil {
		started = birth.Clock
		used, err := birth.Used()
		if err != nil {
			return nil, err
		}
		s.Counted = (*report.Counters)(used)
		if first {
			x.rig.code[x.function.Path] = append(x.rig.code[x.function.Path], birth.Mapped()...)
		}
	}
	s.StartToNext = report.Ms(clock.next - started)
	s.Init = s.StartToNext + report.Ms(r.Init-r.StartToNext)
	s.Billed = s.Init + report.Ms(r.Duration)
	s.Client = report.Ms(clock.answer - started)
	if s.WriteUnits, err = x.check(s, r.RequestID); err != nil {
		return nil, err
	}
	for range warm {
		if err := x.again(ctx, s); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// again invokes the function that is there, and frozen, once more.
func (x *cell) again(ctx context.Context, s *report.Sample) error {
	runtime.GC() // as before a start
	x.server.ForgetRequests()
	if err := x.box.Thaw(); err != nil {
		return err
	}
	r, err := x.invoke(ctx)
	if err != nil {
		return err
	}
	if r.Cold {
		return &finding{"wrong: a warm invocation was not by the process that was there", false}
	}
	if err := x.box.Freeze(); err != nil {
		return err
	}
	s.Warm = append(s.Warm, report.Ms(r.Duration))
	s.WarmGets = x.gets()
	s.MaxMemory = max(s.MaxMemory, r.MaxMemory)
	_, err = x.check(s, r.RequestID)
	return err
}

// invoke sends an empty event, which means the function's own bucket, key and table.
func (x *cell) invoke(ctx context.Context) (*lambdatest.Result, error) {
	r, err := x.fn.Invoke(ctx, nil)
	switch {
	case err != nil:
		return nil, err
	case x.box.OutOfMemory():
		return nil, &finding{fmt.Sprintf("Runtime.OutOfMemory: signal: killed, at %d MB", x.memory), true}
	case r.ErrorType == "Sandbox.Timedout":
		return nil, &finding{fmt.Sprintf("Sandbox.Timedout: Task timed out after %.2f seconds, at %d MB", x.rig.timeout.Seconds(), x.memory), true}
	case r.FunctionError != "":
		return nil, &finding{fmt.Sprintf("failed: %s\n%s", r.Payload, bytes.TrimSpace(r.LogTail)), false}
	}
	return r, nil
}

// prepare makes everything ready for a start. The first of a program drops none of its files
// from the page cache: they are not known yet.
func (x *cell) prepare() (first bool, err error) {
	x.mu.Lock()
	x.clock = milestones{}
	x.mu.Unlock()
	if err := x.box.Reset(); err != nil {
		return false, err
	}
	x.server.ForgetRequests()
	files, known := x.rig.code[x.function.Path]
	switch {
	case !known:
		x.rig.code[x.function.Path], err = deployed(filepath.Dir(x.function.Path))
	case x.rig.cache == cacheDropped:
		err = sandbox.DropFiles(files)
	case x.rig.cache == cacheEmpty:
		err = sandbox.DropPageCache()
	}
	runtime.GC() // lab's own garbage is not to be collected at the function's cost
	return !known, err
}

// watch sees every request to the Runtime API arrive. INIT ends, and the quota begins, with
// the first GET /next.
func (x *cell) watch(_ http.ResponseWriter, r *http.Request) bool {
	now := sandbox.Monotonic()
	x.mu.Lock()
	defer x.mu.Unlock()
	switch {
	case strings.HasSuffix(r.URL.Path, "/invocation/next") && x.clock.next == 0:
		x.clock.next = now
		x.clock.err = x.box.EndInit()
	case strings.HasSuffix(r.URL.Path, "/response") && x.clock.answer == 0:
		x.clock.answer = now
	}
	return false
}

// gets counts the requests that S3 charges as reading, since they were last forgotten.
func (x *cell) gets() int {
	n := 0
	for _, r := range x.server.S3.Requests() {
		if r.Method == http.MethodGet || r.Method == http.MethodHead {
			n++
		}
	}
	return n
}

// check holds what an invocation of a start wrote against the reference, returns the write
// units that it is worth, and empties the table for the next one.
func (x *cell) check(s *report.Sample, id string) (units int, err error) {
	items := x.server.DynamoDB.Items(x.table)
	x.server.DynamoDB.Empty(x.table)
	if x.rig.elsewhere() {
		if items, err = x.rig.items(x.table); err != nil {
			return 0, err
		}
		if err := x.rig.empty(x.table); err != nil {
			return 0, err
		}
	}
	if wrong := differences(items, x.object.want, x.object.tied, id); wrong != "" {
		if !x.rig.unchecked {
			return 0, &finding{"wrong: " + wrong, false}
		}
		s.Wrong = wrong
	}
	for _, item := range items {
		units += pricing.WriteUnits(item)
	}
	return units, nil
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
