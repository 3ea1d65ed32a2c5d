package main

import (
	"context"
	"errors"
	"runtime/debug"
	"sync"
	"time"

	"reduction/internal/aws"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/logline"
)

// function is what the environment makes of this program, for all invocations.
type function struct {
	env      event.Environment
	job      job.Job
	client   *aws.Client
	unready  error // why there is no client; events are answered with it
	log      *logline.Logger
	metrics  bool
	warming  string // when connections are opened: before, beside or off
	memoryMB int

	unverified sync.Once // logs the first object whose checksum is not verified
}

// newFunction reads the environment, so that a bad setting fails the start of the function
// and not its first event.
func newFunction(getenv func(string) string, log *logline.Logger) (*function, error) {
	config, err := aws.FromEnv(getenv)
	if err != nil {
		return nil, err
	}
	bucket := getenv("S3_BUCKET")
	client, unready := aws.New(config)
	if unready != nil && bucket != "" {
		return nil, unready
	}
	options, err := job.OptionsFromEnv(getenv)
	if err != nil {
		return nil, err
	}
	options.Writers = writersFor(config.MemoryMB)
	options.MaxGroups, options.MaxNameBytes = limitsFor(config.MemoryMB)
	f := &function{
		env: event.Environment{
			Bucket: bucket,
			Key:    getenv("FILE_NAME"),
			Table:  getenv("DB_TABLE"),
		},
		job:      job.Job{Source: source{client}, Sink: client, Options: options, Now: time.Now},
		client:   client,
		unready:  unready,
		log:      log,
		memoryMB: config.MemoryMB,
	}
	if f.env.PartitionKey, err = event.ParsePolicy(getenv("PK")); err != nil {
		return nil, err
	}
	if f.env.SQSPartial, err = onOff(getenv, "SQS_PARTIAL"); err != nil {
		return nil, err
	}
	if f.metrics, err = onOff(getenv, "METRICS"); err != nil {
		return nil, err
	}
	switch f.warming = getenv("WARM"); f.warming {
	case "":
		f.warming = "before"
	case "before", "beside", "off":
	default:
		return nil, errors.New("bootstrap: WARM: expected before, beside or off")
	}
	return f, nil
}

func onOff(getenv func(string) string, name string) (bool, error) {
	switch getenv(name) {
	case "", "off":
		return false, nil
	case "on":
		return true, nil
	}
	return false, errors.New("bootstrap: " + name + ": expected on or off")
}

// source is the client as the job sees it: the one place where both are known.
type source struct{ client *aws.Client }

func (s source) Object(ctx context.Context, o job.Object) (job.Body, error) {
	return s.client.Object(ctx, aws.ObjectRef{Bucket: o.Bucket, Key: o.Key, VersionID: o.VersionID, ETag: o.ETag})
}

// writersFor is how many batches are in flight at a time. Each has a connection of its own,
// opened in INIT. INIT and the first invocation of 2,000 rows took together, in ms (5 ms a
// round trip, TLS, CPU by memory size from the first event on; medians of 20, x86-64,
// November 2026):
//
//	writers    2    3    4    5    6    8
//	128 MB   120  104   95   96   89  123
//	256 MB   102   77   73   71   69   67
//	512 MB    98   83   73   72   64   62
//
// 12 and 16 take from 256 to 1769 MB 1.03 to 1.05 and 1.06 to 1.16 times as long as 8.
func writersFor(memoryMB int) int {
	if memoryMB > 0 && memoryMB < 256 {
		return 6
	}
	return job.DefaultWriters
}

// limitsFor leaves half of the function's memory to groups, some 200 bytes each with what is
// made of them (package aggregate), and three sixteenths to the names of the three columns.
func limitsFor(memoryMB int) (groups, nameBytes int) {
	const bytesPerGroup = 256
	bytes := memoryMB << 20
	return bytes / 2 / bytesPerGroup, bytes / 16
}

// warmTime is what INIT waits for connections at the most; Lambda gives all of INIT 10 s.
const warmTime = 2 * time.Second

// begin is what runs before the function asks for its first event: connections are opened
// then, or, with WARM=beside, while it waits, or, with WARM=off, when they are needed.
// INIT and the first invocation of 2,000 rows took together, in ms (5 ms a round trip, TLS,
// CPU by memory size from the first event on, which came at once; medians of 12, x86-64,
// November 2026):
//
//	         128   256   512  1024  1769 MB
//	before    65    48    49    40    44
//	beside   101    57    45    45    46
//	off      119    71    54    53    52
func (f *function) begin() {
	switch f.warming {
	case "before":
		f.warm()
	case "beside":
		go f.warm()
	}
}

// warm opens the connections that the first invocation will need. INIT has a whole CPU,
// whatever the memory size: a TLS handshake is cheapest here. A function that the
// environment names no bucket to needs none before its first event.
func (f *function) warm() {
	if f.env.Bucket == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmTime)
	defer cancel()
	f.client.Warm(ctx, f.job.Options.Writers, f.env.Bucket)
}

// restored replaces what a snapshot of SnapStart has kept of INIT's connections.
func (f *function) restored() error {
	f.client.Close()
	if f.warming != "off" {
		f.warm()
	}
	return nil
}

// limitHeap makes the collector's limits follow the function's memory size: what the
// process needs beside the heap (text, stacks, socket buffers) is left to it, and a heap
// that nears the limit is collected sooner rather than killed.
func limitHeap(memoryMB int) {
	debug.SetGCPercent(heapGrowth)
	if memoryMB > 0 {
		debug.SetMemoryLimit(int64(max(memoryMB-besideHeapMB, memoryMB/2)) << 20)
	}
}

const besideHeapMB = 24

// heapGrowth is the percentage by which the heap grows between two collections, the first
// of which runs when it nears 4 MB x heapGrowth/100. At 100, that is in the middle of the first
// invocation of 2,000 rows: INIT and it allocate 2.9 MB beside stacks.
const heapGrowth = 200
