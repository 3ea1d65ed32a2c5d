package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"reduction/cmd/lab/internal/cli"
	"reduction/cmd/lab/internal/report"
	"reduction/internal/dataset"
	"reduction/runtime/lambdatest"
)

// What the emulator holds is named as the deployed template would have it.
const (
	bucketName   = "hospital-records"
	tableName    = "recovery-times"
	functionName = "reduction"
)

// trial is one size's turn in a bench: its data in S3, a table and a function of its own.
type trial struct {
	*bench
	path   string
	server *lambdatest.Server
	status *cli.Status
}

func (t *trial) run(ctx context.Context, rows int64) (*report.RunSize, error) {
	label := cli.Thousands(rows) + " rows: "
	t.status.Say(label + "making the data")
	data, err := io.ReadAll(dataset.New(rows, t.seed))
	if err != nil {
		return nil, err
	}
	t.status.Say(label + "reducing them by the reference")
	want, err := dataset.Reduce(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}

	suffix := "-" + strconv.FormatInt(rows, 10)
	key, table := "records"+suffix+".csv", tableName+suffix
	t.server.S3.Put(bucketName, key, data)
	t.server.DynamoDB.CreateTable(table)
	fn := t.server.Lambda.CreateFunction(lambdatest.FunctionConfig{
		Name:     functionName + suffix,
		MemoryMB: t.memory,
		Timeout:  functionTimeout,
		Exec:     []string{t.path},
		Env:      []string{"S3_BUCKET=" + bucketName, "FILE_NAME=" + key, "DB_TABLE=" + table},
	})
	defer fn.Shutdown()

	f := &report.RunSize{Rows: rows, Bytes: int64(len(data)), Groups: len(want), Warm: []report.Invocation{}, Wrong: []string{}}
	t.status.Say(label + "cold start")
	runtime.GC() // what the reference left is not to be collected at the function's cost
	start := time.Now()
	cold, err := t.invoke(ctx, fn, f)
	if err != nil {
		return nil, err
	}
	f.FirstAnswer = report.Ms(time.Since(start))
	f.StartToReady, f.Init, f.Cold = report.Ms(cold.result.StartToNext), report.Ms(cold.result.Init), cold.invoked
	if !cold.result.Cold {
		f.Wrong = append(f.Wrong, "the first invocation was not a cold one")
	}
	for i := range t.warm {
		t.status.Say(fmt.Sprintf("%swarm, %d of %d", label, i+1, t.warm))
		warm, err := t.invoke(ctx, fn, f)
		if err != nil {
			return nil, err
		}
		f.Warm = append(f.Warm, warm.invoked)
		if warm.result.Cold {
			f.Wrong = append(f.Wrong, fmt.Sprintf("invocation %s: not by the process that was there", warm.result.RequestID))
		}
	}
	f.Summarise()

	t.status.Say(label + "comparing the table")
	items := t.server.DynamoDB.Items(table)
	f.Items = len(items)
	f.Wrong = append(f.Wrong, disagree(items, want, f.RequestIDs())...)
	f.Sample = sample(items, f.Cold.RequestID)
	return f, nil
}

// functionTimeout is the longest that Lambda allows.
const functionTimeout = 15 * time.Minute

// outcome is an invocation with all that the emulator knows of it.
type outcome struct {
	result  *lambdatest.Result
	invoked report.Invocation
}

// invoke sends an empty event, which means the function's own bucket, key and table, and
// holds the answer against what is known of the data.
func (t *trial) invoke(ctx context.Context, fn *lambdatest.Function, f *report.RunSize) (*outcome, error) {
	r, err := fn.Invoke(ctx, nil)
	if err != nil {
		return nil, err
	}
	if r.FunctionError != "" {
		return nil, fmt.Errorf("the function failed: %s\n%s", r.Payload, bytes.TrimSpace(r.LogTail))
	}
	in := report.Invocation{RequestID: r.RequestID, Duration: report.Ms(r.Duration)}
	if err := json.Unmarshal(r.Payload, &in.Answer); err != nil {
		return nil, fmt.Errorf("the function's response is not what it should be: %w", err)
	}
	if a := in.Answer; a.Rows != f.Rows || a.Groups != f.Groups || a.Items != f.Groups || a.Bytes != f.Bytes || a.Skipped != 0 {
		f.Wrong = append(f.Wrong, fmt.Sprintf("invocation %s: the response does not speak of %d rows, %d groups and %d bytes: %s",
			r.RequestID, f.Rows, f.Groups, f.Bytes, r.Payload))
	}
	f.MaxMemory = max(f.MaxMemory, r.MaxMemory)
	return &outcome{r, in}, nil
}

// sample returns a few of an invocation's items, as the table has them.
func sample(items []lambdatest.Item, id string) []dataset.Result {
	const rows = 4
	var out []dataset.Result
	for _, item := range items {
		if item["PK"].Text() == id {
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
