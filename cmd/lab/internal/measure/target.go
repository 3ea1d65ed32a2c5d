package measure

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/runtime/lambdatest"
)

// A Target is one function at one memory size, over one file and one network.
type Target struct {
	Function  report.Program
	MemoryMB  int
	Rows      int64
	RoundTrip time.Duration
	Samples   []report.Sample // that count; the caller adds them

	Failed  string // why it has no times, in one line; "" if it has
	Excused bool   // the failure is a result, not a fault: out of memory, or skipped
	Log     string // of a function that failed: the end of what it printed

	bench  *Bench
	object *object
	server *lambdatest.Server
	box    *sandbox.Sandbox
	fn     *lambdatest.Function
	table  string

	cpu *sandbox.CPU // of the sandbox after the last invocation; nil where it is not known

	mu    sync.Mutex
	clock milestones
}

// milestones are when what happened in the present start, as sandbox.Monotonic tells the time.
type milestones struct {
	next, answer time.Duration // the arrivals of the first GET /next and of the first answer
	err          error         // why the quota could not be set at the end of INIT

	initCPU time.Duration // the sandbox's CPU time at the end of INIT
	cpuErr  error         // why that is not known
}

// OK reports whether the target has times, or an excuse for having none.
func (t *Target) OK() bool { return t.Failed == "" || t.Excused }

// AddTarget adds a function at a memory size, over the file with so many rows and the server
// with a round trip.
func (b *Bench) AddTarget(function report.Program, memoryMB int, rows int64, trip time.Duration) (*Target, error) {
	t := &Target{Function: function, MemoryMB: memoryMB, Rows: rows, RoundTrip: trip, bench: b, object: b.objects[rows], server: b.servers[trip]}
	b.Targets = append(b.Targets, t)
	if ok, err := t.newSandbox(); !ok {
		return t, err
	}
	name := b.freeName(t.server, fmt.Sprintf("%s-%d-%d", report.Slug(function.Name), memoryMB, rows))
	t.table = Table + "-" + name
	t.server.DynamoDB.CreateTable(t.table)
	if b.Elsewhere() {
		if err := b.makeTable(t.table); err != nil {
			return nil, err
		}
	}
	t.createFunction(name, slices.Concat(b.trust(t.server), b.environ(),
		[]string{"S3_BUCKET=" + Bucket, "FILE_NAME=" + t.object.key, "DB_TABLE=" + t.table}, b.Env))
	return t, nil
}

// freeName returns a name for a function and its table that no other has on the server: names that
// differ in punctuation alone give the same slug.
func (b *Bench) freeName(server *lambdatest.Server, name string) string {
	taken := func(name string) bool {
		return slices.ContainsFunc(b.Targets, func(t *Target) bool { return t.server == server && t.table == Table+"-"+name })
	}
	free := name
	for n := 2; taken(free); n++ {
		free = fmt.Sprintf("%s-%d", name, n)
	}
	return free
}

// newSandbox makes the sandbox. It returns false if the memory size cannot be measured, or if an
// error occurred.
func (t *Target) newSandbox() (ok bool, err error) {
	if t.Failed = t.bench.host.Skipped(t.MemoryMB); t.Failed != "" {
		t.Excused = true
		return false, nil
	}
	t.box, err = t.bench.host.NewSandbox(t.MemoryMB)
	return err == nil, err
}

// createFunction makes the function in the emulator, in the sandbox.
func (t *Target) createFunction(name string, env []string) {
	t.fn = t.server.Lambda.CreateFunction(lambdatest.FunctionConfig{
		Name:      name,
		MemoryMB:  t.MemoryMB,
		Timeout:   t.bench.timeout(),
		Exec:      t.box.Command(t.Function.Path),
		Env:       slices.Concat(t.box.Environ(t.Function.Path), env),
		Intercept: t.watch,
	})
}

// trust returns the variables that make clients trust the server which do not read
// AWS_CA_BUNDLE: SSL_CERT_FILE for OpenSSL and Rust, and Node's own variable.
func (b *Bench) trust(server *lambdatest.Server) []string {
	if b.SystemRoots {
		return nil
	}
	file := server.Getenv(sandbox.CABundle)
	if file == "" {
		return nil
	}
	return []string{"SSL_CERT_FILE=" + file, "NODE_EXTRA_CA_CERTS=" + file}
}

// watch sees every request to the Runtime API when it arrives. The first GET /next ends INIT and
// begins the quota.
func (t *Target) watch(_ http.ResponseWriter, r *http.Request) bool {
	now := sandbox.Monotonic()
	t.mu.Lock()
	defer t.mu.Unlock()
	switch {
	case strings.HasSuffix(r.URL.Path, "/invocation/next") && t.clock.next == 0:
		t.clock.next = now
		t.clock.err = t.box.EndInit()
		t.clock.initCPU, t.clock.cpuErr = t.box.CPUTime()
	case isAnswer(r.URL.Path) && t.clock.answer == 0:
		t.clock.answer = now
	}
	return false
}

// isAnswer reports whether a request to the Runtime API answers an invocation.
func isAnswer(path string) bool {
	return strings.Contains(path, "/invocation/") && (strings.HasSuffix(path, "/response") || strings.HasSuffix(path, "/error"))
}

// milestones returns those of the present start.
func (t *Target) milestones() milestones {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.clock
}

// prepare makes everything ready for a start. It returns true for the first start of a program,
// whose files are not dropped from the page cache, since they are not known yet.
func (t *Target) prepare() (first bool, err error) {
	t.mu.Lock()
	t.clock = milestones{}
	t.mu.Unlock()
	if err := t.box.Reset(); err != nil {
		return false, err
	}
	t.server.ForgetRequests()
	files, known := t.bench.files[t.Function.Path]
	switch {
	case !known:
		t.bench.files[t.Function.Path], err = PackageFiles(filepath.Dir(t.Function.Path))
	case t.bench.Cache == cacheDropped:
		err = sandbox.DropFiles(files)
	case t.bench.Cache == cacheEmpty:
		err = sandbox.DropPageCache()
	}
	runtime.GC() // now, so that lab's garbage is not collected while the function runs
	return !known, err
}

// remember notes the files that a process has mapped, to be dropped before later starts.
func (t *Target) remember(process *sandbox.ExecRecord) {
	t.bench.files[t.Function.Path] = append(t.bench.files[t.Function.Path], process.Mapped()...)
}

// Result summarises the target. One that failed in the end has no times, whatever it had before.
func (t *Target) Result() report.Result {
	r := report.Result{Function: t.Function.Name, MemoryMB: t.MemoryMB, Rows: t.Rows, RoundTrip: report.Ms(t.RoundTrip), Failed: t.Failed, Log: t.Log, Samples: []report.Sample{}}
	if t.bench.host.Limited() {
		r.VCPUs = sandbox.VCPUs(t.MemoryMB)
	}
	if t.Failed == "" && len(t.Samples) > 0 {
		r.Samples = t.Samples
		r.Summarise()
	}
	return r
}

// settle returns a sample, or notes in the target why there is no sample. An error that it returns
// is not the function's fault.
func (t *Target) settle(ctx context.Context, s *report.Sample, err error) (*report.Sample, error) {
	if ctx.Err() != nil {
		return s, ctx.Err()
	}
	if f, ok := errors.AsType[*failure](err); ok {
		t.Failed, t.Excused, t.Log = f.reason, f.excused, string(f.log)
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s, %d MB: %w", t.Function.Name, t.MemoryMB, err)
	}
	return s, nil
}
