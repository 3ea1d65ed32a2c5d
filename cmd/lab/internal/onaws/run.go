// Package onaws measures functions in an AWS account: a temporary copy of each, or one function
// itself. Whatever happens, what it has changed there is undone: a file says beforehand what is to
// be undone, and Restore does it when the process could not.
package onaws

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/account"
	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/lambdaapi"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/reportline"
)

// A Config says what to measure.
type Config struct {
	account.Source
	Functions []string // names or ARNs, each with a version or an alias behind it or not
	Live      string   // the name of the function that is measured itself; "": copies
	Event     []byte
	Memory    []int // MB, the smallest first; none: that of the functions
	N         int
	Seed      uint64
	Yes       bool   // no question
	Record    string // the file for the REPORT lines
	Dir       string // for the file that says what is to be undone

	// Connect, if it is not nil, takes the place of account.Load.
	Connect func(account.Source) (*account.Account, error)
}

// ErrInterrupted ends a measurement that its user ended.
var ErrInterrupted = errors.New("interrupted")

// A run is one measurement.
type run struct {
	*Config
	id       string
	client   *lambdaapi.Client
	subjects []*subject
	targets  []*target // by memory size, then in the order of the functions
	todo     *todo
	record   *record
	status   *cli.Status
	err      io.Writer
	begun    time.Time
	notes    []string // for the report
	lost     int      // invocations without an answer, one after the other
}

// A target is a function at one memory size.
type target struct {
	*subject
	memoryMB int
	samples  []report.Sample
	taken    int    // starts, cold or not, after the one that does not count
	failed   string // why it has no times; "" if it has
	excused  bool   // the failure is a result
	lineless int    // invocations without a REPORT line, one after the other
}

// measure prepares the measurement, asks whether to go on, takes the samples and undoes what it has
// changed. With an error it returns the run only if there is something to report.
func (c *Config) measure(ctx context.Context, console *cli.Console, estimate func(*run) plan, take func(context.Context, *run) error) (*run, error) {
	r := &run{Config: c, id: newID(), err: console.Err, status: console.Status(), begun: time.Now()}
	defer r.status.Clear()
	if err := r.prepare(ctx); err != nil {
		return nil, interrupted(ctx, err)
	}
	p := estimate(r)
	if err := r.print(&p); err != nil {
		return nil, err
	}
	if err := r.ask(ctx, console.In); err != nil {
		return nil, interrupted(ctx, err)
	}
	var err error
	if r.record, err = newRecord(r.Record); err != nil {
		return nil, err
	}
	defer r.record.close()
	if r.todo, err = newTodo(r.Dir, r.id, r.client.Region); err != nil {
		return nil, err
	}
	err = r.protected(ctx, take)
	if err != nil && !slices.ContainsFunc(r.targets, func(t *target) bool { return len(t.samples) > 0 || t.failed != "" }) {
		return nil, err
	}
	return r, err
}

// undoTime is how long undoing is tried for.
const undoTime = 5 * time.Minute

// protected makes the copies and measures, and undoes what was done: also after a panic, and after
// the context has ended.
func (r *run) protected(ctx context.Context, take func(context.Context, *run) error) (err error) {
	defer func() {
		r.status.Clear()
		if ctx.Err() != nil {
			r.say("Interrupted. What was changed is undone now; a second Ctrl-C leaves it to: lab cold --restore %s", r.todo.path)
		}
		undoing, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTime)
		defer cancel()
		published := r.published(undoing)
		u := &undoer{client: r.client, todo: r.todo, say: r.say, ours: true}
		undone := u.undo(undoing)
		if undone != nil {
			undone = fmt.Errorf("NOT ALL IS UNDONE. When that is possible again, run: lab cold --restore %s\n%w", r.todo.path, undone)
		}
		err = errors.Join(interrupted(ctx, err), undone, published)
	}()
	for _, s := range r.subjects {
		if s.live {
			f := s.original.Configuration
			r.todo.Changed = append(r.todo.Changed, changed{Function: s.name, ARN: f.FunctionArn, MemorySize: f.MemorySize, Description: f.Description})
			s.last = f
			continue
		}
		r.status.Say("making " + s.measured)
		if err := r.makeCopy(ctx, s); err != nil {
			return err
		}
		if a, b := runtimeVersion(s.original.Configuration), runtimeVersion(s.last); a != b {
			r.notes = append(r.notes, fmt.Sprintf("The copy of %s runs on another version of the runtime: %s, not %s.", s.name, b, a))
		}
	}
	return take(ctx, r)
}

// published returns an error if a version of a function was published while it was measured itself:
// that version has settings of ours.
func (r *run) published(ctx context.Context) error {
	var errs []error
	for _, s := range r.subjects {
		if !s.live || s.steps == 0 {
			continue
		}
		versions, err := r.client.Versions(ctx, s.name)
		if err != nil {
			r.say("whether a version of %s was published meanwhile is not known: %v", s.name, err)
		}
		for _, v := range versions {
			if strings.HasPrefix(v.Description, marker(r.id)) {
				errs = append(errs, fmt.Errorf("version %s of %s was published while it was measured, with %d MB and a description of lab's: publish another one",
					v.Version, s.name, v.MemorySize))
			}
		}
	}
	return errors.Join(errs...)
}

func runtimeVersion(f *lambdaapi.Configuration) string {
	if f.RuntimeVersionConfig == nil {
		return ""
	}
	return f.RuntimeVersionConfig.RuntimeVersionArn
}

// interrupted returns ErrInterrupted in place of an error that the end of the context has caused.
func interrupted(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return ErrInterrupted
	}
	return err
}

// say tells the user what was done.
func (r *run) say(format string, args ...any) {
	r.status.Clear()
	fmt.Fprintf(r.err, format+"\n", args...)
}

// newID returns the name of a run.
func newID() string {
	var b [4]byte
	rand.Read(b[:])
	return hex.EncodeToString(b[:])
}

// A failure is why a target has no times.
type failure struct {
	reason  string
	excused bool
}

func (f *failure) Error() string { return f.reason }

// mostLost is how many invocations may stay without an answer, or without a REPORT line, one after the
// other.
const mostLost = 3

// errNotCounted is returned with a sample that does not count, and for one that was lost.
var errNotCounted = errors.New("not counted")

// start sets the target's memory size, which ends the environments, and invokes the function once.
// A start that was not cold, and one whose answer was lost, is errNotCounted.
func (r *run) start(ctx context.Context, t *target, round int) (*report.Sample, error) {
	if err := r.set(ctx, t.subject, t.memoryMB); err != nil {
		e, ok := errors.AsType[*account.Error](err)
		if ok && e.Code == "InvalidParameterValueException" {
			return nil, &failure{"refused by Lambda: " + e.Message, true}
		}
		return nil, err
	}
	sample, cold, err := r.invoke(ctx, t, round, true)
	if err == nil && !cold {
		err = errNotCounted
	}
	return sample, err
}

// invoke invokes the target's function once, and records what Lambda reports. It reports whether the
// invocation was a cold start. It is counted if that is what was wanted, and it is not of round 0.
func (r *run) invoke(ctx context.Context, t *target, round int, wantCold bool) (s *report.Sample, cold bool, err error) {
	e := &entry{Function: t.label(), Measured: t.measured, MemoryMB: t.memoryMB, Round: round}
	defer func() {
		e.Time = time.Now().UTC().Format(time.RFC3339Nano)
		e.Counted = e.Why == ""
		if writeErr := r.record.write(e); writeErr != nil && err == nil {
			s, err = nil, writeErr
		}
	}()
	limit, cancel := context.WithTimeout(ctx, time.Duration(t.original.Configuration.Timeout)*time.Second+answerMargin)
	defer cancel()
	inv, err := r.client.Invoke(limit, t.measured, r.Event)
	if err != nil {
		e.Why = err.Error()
		if e, answered := errors.AsType[*account.Error](err); answered && e.Status < 500 || ctx.Err() != nil {
			return nil, false, err
		}
		// The network, or an error of Lambda's: the function may have run.
		if r.lost++; r.lost == mostLost {
			return nil, false, fmt.Errorf("%d invocations in a row have no answer: %w", mostLost, err)
		}
		return nil, false, errNotCounted
	}
	r.lost = 0
	e.RequestID, e.ClientMs = inv.RequestID, report.Ms(inv.Took)
	line, lineErr := reportline.Find(inv.Log, inv.RequestID)
	if lineErr != nil {
		e.Log = string(inv.Log)
	} else {
		e.Line, e.Cold = line.Line, line.Cold()
	}
	if failed := outcome(inv, line, lineErr, t); failed != nil {
		e.Why = failed.reason
		if inv.FunctionError == "" && lineErr != nil {
			if t.lineless++; t.lineless < mostLost {
				return nil, false, errNotCounted
			}
		}
		return nil, false, failed
	}
	t.lineless = 0
	if wrong := t.checkAnswer(inv.Payload, inv.RequestID); wrong != "" {
		e.Why = wrong
		return nil, false, &failure{wrong, false}
	}
	switch {
	case round == 0:
		e.Why = "the first round does not count"
	case wantCold && !line.Cold():
		e.Why = "the start was not cold"
	case !wantCold && line.Cold():
		e.Why = "the invocation was not warm"
	}
	return sampleOf(inv, line, round), line.Cold(), nil
}

// answerMargin is how much longer than the function's timeout an answer is waited for: INIT, a
// network interface in a VPC, and the way.
const answerMargin = 2 * time.Minute

// outcome returns why an invocation has no times; nil if it has.
func outcome(inv *lambdaapi.Invocation, line *reportline.Report, lineErr error, t *target) *failure {
	if line != nil && (line.ErrorType == "Runtime.OutOfMemory" || line.Status == "timeout") {
		what := cmp.Or(line.ErrorType, "timed out after "+fmt.Sprint(t.original.Configuration.Timeout)+" s")
		return &failure{fmt.Sprintf("%s, at %d MB", what, t.memoryMB), true}
	}
	switch {
	case inv.FunctionError != "":
		return &failure{"failed: " + shortened(inv.Payload), false}
	case lineErr != nil:
		return &failure{lineErr.Error(), false}
	case line.Failed():
		return &failure{"failed: " + cmp.Or(line.ErrorType, line.Status), false}
	case line.FailedInit != "":
		return &failure{"INIT failed (" + line.FailedInit + "), and was repeated in the invocation", false}
	}
	return nil
}

// shortened returns the answer of a function that failed, up to a length.
func shortened(payload []byte) string {
	const most = 300
	text := strings.Join(strings.Fields(string(payload)), " ")
	if len(text) > most {
		text = strings.ToValidUTF8(text[:most], "") + "…"
	}
	return text
}

func sampleOf(inv *lambdaapi.Invocation, line *reportline.Report, round int) *report.Sample {
	s := &report.Sample{
		Client:    report.Ms(inv.Took),
		MaxMemory: int64(line.UsedMB) << 20,
		AWS:       &report.Reported{RequestID: inv.RequestID, Round: round, Duration: line.Duration, Billed: line.Billed, Restore: line.Restore},
	}
	switch {
	case line.Restore != nil:
		s.Init = *line.Restore
	case line.Init != nil:
		s.Init = *line.Init
	}
	s.Billed = s.Init + line.Duration
	return s
}

// settle notes in a target why it has no times. An error that it returns ends the measurement.
func (t *target) settle(err error) error {
	if f, ok := errors.AsType[*failure](err); ok {
		t.failed, t.excused = f.reason, f.excused
		return nil
	}
	if errors.Is(err, errNotCounted) {
		return nil
	}
	return err
}

// ok reports whether every target has times, or an excuse.
func (r *run) ok() bool {
	return !slices.ContainsFunc(r.targets, func(t *target) bool { return (t.failed != "" || len(t.samples) == 0) && !t.excused })
}
