// Package run runs the function over files of several sizes on the emulator, without a sandbox,
// and checks every item.
package run

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/measure"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/sandbox"
	"reduction/internal/dataset"
	"reduction/internal/machine"
	"reduction/runtime/lambdatest"
)

// A Config says what to run.
type Config struct {
	Bootstrap string  // the function
	Rows      []int64 // one file each
	MemoryMB  int     // the memory size that the function is told
	Warm      int     // invocations behind the cold one
	Seed      uint64  // of the data
	Timeout   time.Duration
}

// Measure runs the function and returns the report. If it was interrupted, the report is of the files
// that were done; nil if there are none.
func Measure(ctx context.Context, c *Config, status *cli.Status) (*report.Run, error) {
	defer status.Clear()
	path, size, err := measure.FindBootstrap(c.Bootstrap)
	if err != nil {
		return nil, err
	}
	server := lambdatest.NewTLSServer()
	defer server.Close()
	server.S3.CreateBucket(measure.Bucket)

	r := &report.Run{
		Where:     "this machine's emulator of S3, DynamoDB and Lambda, not AWS",
		Machine:   machine.Name(),
		Bootstrap: c.Bootstrap,
		Size:      size,
		MemoryMB:  c.MemoryMB,
		OK:        true,
	}
	for _, rows := range c.Rows {
		s := &sizeRun{Config: c, server: server, status: status, out: &report.RunSize{Rows: rows, Warm: []report.Invocation{}, Wrong: []string{}}}
		err := s.run(ctx, path)
		if ctx.Err() != nil {
			if len(r.Runs) == 0 {
				return nil, measure.ErrInterrupted
			}
			r.Interrupted = true
			return r, measure.ErrInterrupted
		}
		if err != nil {
			return nil, fmt.Errorf("%s rows: %w", cli.Thousands(rows), err)
		}
		r.Runs = append(r.Runs, s.out)
		r.OK = r.OK && len(s.out.Wrong) == 0
	}
	return r, nil
}

// A sizeRun is the function over one file, with a table of its own.
type sizeRun struct {
	*Config
	server *lambdatest.Server
	status *cli.Status
	out    *report.RunSize

	fn      *lambdatest.Function
	initCPU time.Duration // the process's CPU time at the end of INIT; 0 where it is not known
}

func (s *sizeRun) say(format string, args ...any) {
	s.status.Say(cli.Thousands(s.out.Rows) + " rows: " + fmt.Sprintf(format, args...))
}

func (s *sizeRun) run(ctx context.Context, path string) error {
	s.say("making the data")
	data := dataset.New(s.out.Rows, s.Seed).Bytes()
	s.say("reducing it by the reference")
	want, err := dataset.Reduce(bytes.NewReader(data))
	if err != nil {
		return err
	}
	s.out.Bytes, s.out.Groups = int64(len(data)), len(want)

	suffix := "-" + strconv.FormatInt(s.out.Rows, 10)
	key, table := "records"+suffix+".csv", measure.Table+suffix
	s.server.S3.Put(measure.Bucket, key, data)
	s.server.DynamoDB.CreateTable(table)
	s.fn = s.server.Lambda.CreateFunction(lambdatest.FunctionConfig{
		Name:      measure.Function + suffix,
		MemoryMB:  s.MemoryMB,
		Timeout:   s.Timeout,
		Exec:      []string{path},
		Env:       []string{"S3_BUCKET=" + measure.Bucket, "FILE_NAME=" + key, "DB_TABLE=" + table},
		Intercept: s.watch,
	})
	defer s.fn.Shutdown()
	if err := s.invokeAll(ctx); err != nil {
		return err
	}
	s.out.Summarise()

	s.say("comparing the table")
	items := s.server.DynamoDB.Items(table)
	s.out.Items = len(items)
	s.out.Wrong = append(s.out.Wrong, measure.Differences(items, want, s.out.RequestIDs())...)
	s.out.Sample = sample(items, s.out.Cold.RequestID)
	return nil
}

// watch sees every request to the Runtime API. The first GET /next ends INIT.
func (s *sizeRun) watch(_ http.ResponseWriter, r *http.Request) bool {
	if s.initCPU == 0 && strings.HasSuffix(r.URL.Path, "/invocation/next") {
		if c, err := sandbox.ProcessCPU(s.fn.PID()); err == nil {
			s.initCPU = c.Time
		}
	}
	return false
}

// invokeAll makes the cold invocation and the warm ones.
func (s *sizeRun) invokeAll(ctx context.Context) error {
	s.say("cold start")
	runtime.GC() // now, so that the reference's garbage is not collected while the function runs
	start := time.Now()
	cold, result, err := s.invoke(ctx)
	if err != nil {
		return err
	}
	s.out.FirstAnswer = report.Ms(time.Since(start))
	s.out.StartToReady, s.out.Init, s.out.Cold = report.Ms(result.StartToNext), report.Ms(result.Init), *cold
	if !result.Cold {
		s.out.Wrong = append(s.out.Wrong, "the first invocation was not a cold one")
	}
	cpu := s.readCPU()
	if cpu != nil && s.initCPU > 0 {
		s.out.InitCPU = report.Ms(s.initCPU)
		s.out.Cold.CPU = report.Ms(cpu.Time - s.initCPU)
	}
	for i := range s.Warm {
		s.say("warm, %d of %d", i+1, s.Warm)
		warm, result, err := s.invoke(ctx)
		if err != nil {
			return err
		}
		before := cpu
		if cpu = s.readCPU(); before != nil && cpu != nil {
			warm.CPU = report.Ms(cpu.Time - before.Time)
			if n, ok := cpu.SwitchesSince(*before); ok {
				warm.Switches = &n
			}
		}
		s.out.Warm = append(s.out.Warm, *warm)
		if result.Cold {
			s.out.Wrong = append(s.out.Wrong, fmt.Sprintf("invocation %s: made by a new process", result.RequestID))
		}
	}
	return nil
}

// restTime is how long the process gets to come to rest after an invocation.
const restTime = time.Millisecond

// readCPU returns what the process has used up to now; nil where that is not known.
func (s *sizeRun) readCPU() *sandbox.CPU {
	time.Sleep(restTime)
	cpu, err := sandbox.ProcessCPU(s.fn.PID())
	if err != nil {
		return nil
	}
	return &cpu
}

// invoke sends an empty event, for which the function uses its own bucket, key and table, and
// compares the response with what is known of the data.
func (s *sizeRun) invoke(ctx context.Context) (*report.Invocation, *lambdatest.Result, error) {
	r, err := s.fn.Invoke(ctx, nil)
	if err != nil {
		return nil, nil, err
	}
	if r.FunctionError != "" {
		return nil, nil, fmt.Errorf("the function failed: %s", measure.DescribeError(r))
	}
	v := &report.Invocation{RequestID: r.RequestID, Duration: report.Ms(r.Duration)}
	if err := json.Unmarshal(r.Payload, &v.Answer); err != nil {
		return nil, nil, fmt.Errorf("the function's response is not this job's (%w); lab cold --event measures another job", err)
	}
	if a := v.Answer; a.Rows != s.out.Rows || a.Groups != s.out.Groups || a.Items != s.out.Groups || a.Bytes != s.out.Bytes || a.Skipped != 0 {
		s.out.Wrong = append(s.out.Wrong, fmt.Sprintf("invocation %s: the response does not report %d rows, %d groups and %d bytes: %s",
			r.RequestID, s.out.Rows, s.out.Groups, s.out.Bytes, r.Payload))
	}
	s.out.MaxMemory = max(s.out.MaxMemory, r.MaxMemory)
	return v, r, nil
}

// sample returns some of an invocation's items, as the table has them.
func sample(items []lambdatest.Item, requestID string) []dataset.Result {
	const rows = 4
	var out []dataset.Result
	for _, item := range items {
		if item["PK"].Text() == requestID {
			out = append(out, dataset.Result{
				Diagnosis: item["Diagnosis"].Text(),
				Hospital:  item["Hospital"].Text(),
				Mean:      item["AverageRecoveryTime"].Text(),
				Treatment: item["MostUsedTreatment"].Text(),
			})
		}
	}
	slices.SortFunc(out, func(a, b dataset.Result) int { return strings.Compare(a.SortKey(), b.SortKey()) })
	return out[:min(rows, len(out))]
}
