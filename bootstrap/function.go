package main

import (
	"context"
	"math"
	goruntime "runtime"
	"runtime/debug"
	"sync"
	"time"

	"reduction/internal/aws"
	"reduction/internal/aws/s3"
	"reduction/internal/env"
	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/logline"
	"reduction/internal/steps"
	"reduction/internal/stores"
)

// function is the program as the environment configures it. All invocations share it.
type function struct {
	env      event.Environment
	job      job.Job
	steps    steps.Runner
	client   *aws.Client
	unready  error // why there is no client; events are answered with it
	log      *logline.Logger
	metrics  bool
	warm     bool // open connections before asking for the first event
	memoryMB int

	ignoreGone bool // an object that is gone is no error

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
	r := env.New(getenv)
	options := job.ReadOptions(r)
	options.Writers = writersFor(config.MemoryMB)
	concurrency, ok := r.Number("AWS_LAMBDA_MAX_CONCURRENCY", 1, math.MaxInt32)
	if !ok {
		concurrency = 1
	}
	f := &function{
		env: event.Environment{
			Bucket: bucket,
			Key:    getenv("FILE_NAME"),
			Table:  getenv("DB_TABLE"),
		},
		job: job.Job{
			Source: stores.Source{Client: client}, Sink: stores.Sink{Client: client}, Options: options,
			Memory: budgetFor(config.MemoryMB, concurrency), Now: time.Now,
		},
		client:   client,
		unready:  unready,
		log:      log,
		memoryMB: config.MemoryMB,
	}
	f.steps = steps.Runner{Job: &f.job, Client: client, VerifyFull: config.VerifyFull}
	f.env.PartitionKey = event.ReadPolicy(r)
	if options.Latest != job.NoLatest {
		f.env.PartitionKey = event.ByObject
		r.Choice("PK", "object")
	}
	f.env.SQSPartial = r.On("SQS_PARTIAL")
	f.ignoreGone = r.Choice("GONE", "fail", "ignore") == "ignore"
	f.metrics = r.On("METRICS")
	f.warm = r.Choice("WARM", "on", "off") == "on"
	return f, r.Err()
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

// budgetFor returns the budget for memory that grows with an object's content: thirteen sixteenths
// of the heap, for all invocations together. The rest is for garbage and the Go runtime.
func budgetFor(memoryMB, concurrency int) *job.Budget {
	if memoryMB == 0 {
		return nil // the memory size is not known: no limit
	}
	return job.NewBudget(heapFor(memoryMB)/16*13, concurrency)
}

// warmTime is the longest that INIT waits for connections. Lambda allows 10 s for all of INIT.
const warmTime = 2 * time.Second

// begin opens the connections that the first invocation will need, unless WARM=off. INIT has
// whole CPUs, whatever the memory size: a TLS handshake is cheapest here. If the environment names
// no bucket, begin does nothing: only an event can say what the function will read.
//
// INIT and the first invocation of 2,000 rows took together, in ms (5 ms a round trip, TLS,
// CPU by memory size from the first event on, which came at once; medians of 12, x86-64,
// November 2026):
//
//	         128   256   512  1024  1769 MB
//	on        65    48    49    40    44
//	off      119    71    54    53    52
func (f *function) begin() {
	if !f.warm || f.env.Bucket == "" {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), warmTime)
	defer cancel()
	f.client.Warm(ctx, f.job.Options.Writers, f.env.Bucket)
}

// restored runs after SnapStart has restored a snapshot. It replaces the connections that the
// snapshot holds from INIT.
func (f *function) restored() error {
	f.client.Close()
	f.begin()
	return nil
}

// limitHeap makes the collector's limits follow the function's memory size: a heap that nears the
// limit is collected sooner rather than killed.
func limitHeap(memoryMB int) {
	debug.SetGCPercent(heapGrowth)
	if memoryMB > 0 {
		debug.SetMemoryLimit(heapFor(memoryMB))
	}
}

// heapFor is the most that the heap may take, in bytes. It leaves room for the rest of the process:
// text, stacks, the kernel's socket buffers and read-ahead buffers.
func heapFor(memoryMB int) int64 {
	return int64(max(memoryMB-besideHeapMB, memoryMB/2))<<20 - s3.ReadAheadBytes(memoryMB)
}

const besideHeapMB = 24

// limitCPUs makes a function that has less than one CPU run Go code on one thread at a time, from
// its first event on. Lambda shows such a function two CPUs. Then each goroutine that becomes ready
// wakes a second thread, which finds nothing to do: an invocation of 2,000 rows at 128 MB took
// 2.3 ms of CPU with two and 1.8 with one (x86-64, November 2026). INIT has whole CPUs, and uses
// both.
func limitCPUs(memoryMB int) {
	if memoryMB > 0 && memoryMB < oneCPU {
		goruntime.GOMAXPROCS(1)
	}
}

// oneCPU is the memory size in MB that comes with one CPU. Lambda Developer Guide, Configure
// Lambda function memory.
const oneCPU = 1769

// heapGrowth is the percentage by which the heap grows between two collections. The first
// collection runs when the heap nears 4 MB x heapGrowth/100. At 100, it would run in the middle of
// the first invocation of 2,000 rows: INIT and that invocation allocate 2.9 MB beside stacks.
const heapGrowth = 200
