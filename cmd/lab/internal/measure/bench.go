package measure

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/internal/dataset"
	"reduction/internal/machine"
	"reduction/runtime/lambdatest"
)

// A Bench is this machine prepared to measure functions: sandboxes, servers, and the data.
type Bench struct {
	*Settings
	Targets []*Target // in the order in which they were added

	host    *sandbox.Host
	servers map[time.Duration]*lambdatest.Server // by round trip
	bare    *lambdatest.Server                   // of targets without a job; made with the first
	objects map[int64]*object                    // by rows
	files   map[string][]string                  // by program, for the page cache to drop
	cpu     machine.CPUTime                      // when the bench was ready
	noCPU   error                                // why the functions' CPU time is not known

	interrupted bool // before all was measured
}

// An object is one file of the experiment's data, and what the reference makes of it.
type object struct {
	key   string
	bytes int64
	want  []dataset.Result
	tied  dataset.Ties
}

// NewBench prepares a bench for memory sizes up to the largest, with a file for each number of
// rows and a server for each round trip.
func NewBench(s *Settings, largestMB int, rows []int64, roundTrips []time.Duration, status *cli.Status) (*Bench, error) {
	b := &Bench{
		Settings: s,
		servers:  map[time.Duration]*lambdatest.Server{},
		objects:  map[int64]*object{},
		files:    map[string][]string{},
	}
	if err := b.prepare(largestMB, rows, roundTrips, status); err != nil {
		b.Close()
		return nil, err
	}
	b.cpu, _ = machine.CPUTimes()
	return b, nil
}

func (b *Bench) prepare(largestMB int, rows []int64, roundTrips []time.Duration, status *cli.Status) (err error) {
	if b.host, err = sandbox.NewHost(b.Options, largestMB); err != nil {
		if _, ok := errors.AsType[*sandbox.RootsError](err); ok {
			err = fmt.Errorf("--roots system: %w", err)
		}
		return err
	}
	for _, trip := range roundTrips {
		b.servers[trip] = b.newServer(trip)
	}
	for _, n := range rows {
		status.Say("making the data, " + cli.Thousands(n) + " rows")
		if b.objects[n], err = b.newObject(n); err != nil {
			return err
		}
	}
	return nil
}

// newServer starts an emulator whose round trips take so long.
func (b *Bench) newServer(trip time.Duration) *lambdatest.Server {
	server := lambdatest.NewUnstartedServer()
	server.Network.RoundTrip = trip
	server.Credentials.SessionToken = sessionToken
	if b.Elsewhere() {
		server.Credentials, server.Region = b.credentials()
	}
	if b.NoTLS || b.Elsewhere() {
		server.Start()
	} else {
		server.RSAChain = b.Certificates == CertificatesRSA
		server.StartTLS()
	}
	server.S3.CreateBucket(Bucket)
	return server
}

// newObject makes a file and stores it on all servers.
func (b *Bench) newObject(rows int64) (*object, error) {
	data := dataset.New(rows, b.Seed).Bytes()
	want, tied, err := dataset.ReduceWithTies(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	o := &object{fmt.Sprintf("records-%d.csv", rows), int64(len(data)), want, tied}
	for _, server := range b.servers {
		server.S3.Put(Bucket, o.key, data)
	}
	if b.Elsewhere() {
		err = b.put(o.key, data)
	}
	return o, err
}

// Bytes returns the size of the file with so many rows.
func (b *Bench) Bytes(rows int64) int64 { return b.objects[rows].bytes }

// Results returns the results of the targets.
func (b *Bench) Results() []report.Result {
	var out []report.Result
	for _, t := range b.Targets {
		out = append(out, t.Result())
	}
	return out
}

// Measured reports whether any target has samples.
func (b *Bench) Measured() bool {
	return slices.ContainsFunc(b.Targets, func(t *Target) bool { return t.Failed == "" && len(t.Samples) > 0 })
}

// OK reports whether something was measured, and every target has times that count, or an excuse
// for having none.
func (b *Bench) OK() bool {
	for _, t := range b.Targets {
		if r := t.Result(); !t.OK() || r.Wrong() != "" {
			return false
		}
	}
	return b.Measured()
}

// Sizes returns those of the memory sizes that differ. Where nothing is limited, all of them are the
// same, and the largest stands for them.
func (b *Bench) Sizes(memory []int) []int {
	if b.host.Limited() {
		return memory
	}
	return memory[len(memory)-1:]
}

// timeout is that of INIT, and of an invocation.
func (b *Bench) timeout() time.Duration { return cmp.Or(b.Timeout, LongestTimeout) }

// Close ends the processes, then the servers, and removes the sandboxes.
func (b *Bench) Close() error {
	var errs []error
	for _, t := range b.Targets {
		if t.box != nil {
			t.box.Thaw() // a frozen process cannot be ended
		}
	}
	for _, server := range b.servers {
		server.Close()
	}
	if b.bare != nil {
		b.bare.Close()
	}
	for _, t := range b.Targets {
		if t.box != nil {
			errs = append(errs, t.box.Close())
		}
	}
	if b.host != nil {
		errs = append(errs, b.host.Close())
	}
	return errors.Join(errs...)
}

// End closes the bench, and returns what ended the measurement: the user, err, or an error of
// Close.
func (b *Bench) End(ctx context.Context, err error) error {
	closed := b.Close()
	if ctx.Err() != nil {
		return ErrInterrupted
	}
	return cmp.Or(err, closed)
}

// Finish returns the report of what was measured until err, which is nil if that is all, and closes
// the bench. It returns what ended the measurement, too. Without a sample there is no report.
func Finish[Report any](ctx context.Context, b *Bench, err error, report func() *Report) (*Report, error) {
	b.interrupted = err != nil || ctx.Err() != nil
	r := report()
	if err = b.End(ctx, err); err != nil && !b.Measured() {
		return nil, err
	}
	return r, err
}

// Conditions returns the present conditions.
func (b *Bench) Conditions() report.Conditions {
	now, _ := machine.CPUTimes()
	where := "this machine's emulator of S3, DynamoDB and Lambda, not AWS"
	if b.Elsewhere() {
		where = fmt.Sprintf("this machine's emulator of Lambda, S3 at %s, DynamoDB at %s, not AWS", b.S3, b.DynamoDB)
	}
	c := report.Conditions{
		Where:    where,
		Date:     time.Now().UTC().Format(time.RFC3339),
		Machine:  machine.Name(),
		Sandbox:  b.host.Notes(),
		Limited:  b.host.Limited(),
		PeriodMs: report.Ms(b.Period),
		TLS:      !b.NoTLS && !strings.HasPrefix(b.S3, "http:"),
		Cache:    b.Cache,
		Seed:     b.Seed,
		Load:     now.Since(b.cpu),

		Interrupted: b.interrupted,
	}
	if c.TLS {
		c.Certificates = b.Certificates
	}
	if b.noCPU != nil {
		c.Sandbox = append(c.Sandbox, "CPU time of the function not known: "+b.noCPU.Error())
	}
	b.Job.describe(&c)
	return c
}
