package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/internal/dataset"
	"reduction/internal/machine"
	"reduction/runtime/lambdatest"
)

// A rig is this machine made ready to measure functions: a place for sandboxes, and servers
// with the data. Its cells are what is measured.
type rig struct {
	*setting
	timeout time.Duration // of INIT, and of an invocation
	host    *sandbox.Host
	servers map[time.Duration]*lambdatest.Server // by round trip
	objects map[int64]*object                    // by rows
	code    map[string][]string                  // a program's files, for the page cache to forget
	cells   []*cell
	cpu     machine.CPUTime // when all was ready
}

// An object is one file of the experiment's data, and what it comes to.
type object struct {
	key   string
	rows  int64
	bytes int64
	want  []dataset.Result
	tied  dataset.Ties
}

// newRig prepares for memory sizes up to the largest.
func newRig(s *setting, largestMB int, rows []int64, roundTrips []time.Duration, status *cli.Status) (r *rig, err error) {
	r = &rig{
		setting: s,
		timeout: cmp.Or(s.timeout, functionTimeout),
		servers: map[time.Duration]*lambdatest.Server{},
		objects: map[int64]*object{},
		code:    map[string][]string{},
	}
	begun := r // what is returned with an error is nil
	defer func() {
		if err != nil {
			begun.close()
		}
	}()
	if r.host, err = sandbox.NewHost(s.Options, largestMB); err != nil {
		if _, ok := errors.AsType[*sandbox.RootsError](err); ok {
			err = fmt.Errorf("--roots system: %w", err)
		}
		return nil, err
	}
	for _, trip := range roundTrips {
		server := lambdatest.NewUnstartedServer()
		server.Network.RoundTrip = trip
		server.Credentials.SessionToken = sessionToken
		if s.elsewhere() {
			server.Credentials, server.Region = s.credentials()
		}
		if s.noTLS || s.elsewhere() {
			server.Start()
		} else {
			server.StartTLS()
		}
		server.S3.CreateBucket(bucketName)
		r.servers[trip] = server
	}
	for _, n := range rows {
		status.Say("making the data, " + cli.Thousands(n) + " rows")
		data, err := io.ReadAll(dataset.New(n, s.seed))
		if err != nil {
			return nil, err
		}
		o := &object{key: fmt.Sprintf("records-%d.csv", n), rows: n, bytes: int64(len(data))}
		if o.want, o.tied, err = dataset.ReduceWithTies(bytes.NewReader(data)); err != nil {
			return nil, err
		}
		for _, server := range r.servers {
			server.S3.Put(bucketName, o.key, data)
		}
		if s.elsewhere() {
			if err := s.put(o.key, data); err != nil {
				return nil, err
			}
		}
		r.objects[n] = o
	}
	r.cpu, _ = machine.CPUTimes()
	return r, nil
}

// close ends processes first, then what held them.
func (r *rig) close() error {
	var errs []error
	for _, x := range r.cells {
		if x.box != nil {
			x.box.Thaw() // a frozen process can't be ended
		}
	}
	for _, server := range r.servers {
		server.Close()
	}
	for _, x := range r.cells {
		if x.box != nil {
			errs = append(errs, x.box.Close())
		}
	}
	if r.host != nil {
		errs = append(errs, r.host.Close())
	}
	return errors.Join(errs...)
}

// conditions are those of now.
func (r *rig) conditions() report.Conditions {
	now, _ := machine.CPUTimes()
	where := "this machine's emulator of S3, DynamoDB and Lambda, not AWS"
	if r.elsewhere() {
		where = fmt.Sprintf("this machine's emulator of Lambda, S3 at %s, DynamoDB at %s, not AWS", r.s3, r.dynamodb)
	}
	return report.Conditions{
		Where:    where,
		Date:     time.Now().UTC().Format(time.RFC3339),
		Machine:  machine.Name(),
		Sandbox:  r.host.Notes(),
		Limited:  r.host.Limited(),
		PeriodMs: report.Ms(r.Period),
		TLS:      !r.noTLS && !strings.HasPrefix(r.s3, "http:"),
		Cache:    r.cache,
		Seed:     r.seed,
		Load:     now.Since(r.cpu),
	}
}
