package main

import (
	"bytes"
	"cmp"
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

// figures are what a trial found. Times are milliseconds.
type figures struct {
	Rows  int64 `json:"rows"`
	Bytes int64 `json:"bytes"`

	StartToReady float64 `json:"startToReadyMs"`
	Init         float64 `json:"initMs"`
	FirstAnswer  float64 `json:"firstAnswerMs"`

	Cold       invoked   `json:"cold"`
	Warm       []invoked `json:"warm"`
	WarmMin    float64   `json:"warmMinMs"`
	WarmMedian float64   `json:"warmMedianMs"`

	RowsPerSecond float64 `json:"rowsPerSecond"` // of the fastest invocation
	MaxMemory     int64   `json:"maxMemoryBytes,omitempty"`

	Groups int              `json:"groups"` // one item each, in each invocation
	Items  int              `json:"items"`  // in the table, of all invocations
	Wrong  []string         `json:"wrong"`  // what disagrees with the reference
	Sample []dataset.Result `json:"sample"` // of the table
}

// invoked is one invocation, as the emulator timed it and as the function reported it.
type invoked struct {
	RequestID string  `json:"requestId"`
	Duration  float64 `json:"ms"`
	Answer    answer  `json:"answer"`
}

// answer is the function's response.
type answer struct {
	Rows    int64 `json:"rows"`
	Groups  int   `json:"groups"`
	Items   int   `json:"items"`
	Bytes   int64 `json:"bytes"`
	Skipped int64 `json:"skipped"`
	Ms      struct {
		Open  float64 `json:"open"`
		Read  float64 `json:"read"`
		Write float64 `json:"write"`
	} `json:"ms"`
}

func (t *trial) run(ctx context.Context, rows int64) (*figures, error) {
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

	f := &figures{Rows: rows, Bytes: int64(len(data)), Groups: len(want), Warm: []invoked{}, Wrong: []string{}}
	t.status.Say(label + "cold start")
	runtime.GC() // what the reference left is not to be collected at the function's cost
	start := time.Now()
	cold, err := t.invoke(ctx, fn, f)
	if err != nil {
		return nil, err
	}
	f.FirstAnswer = ms(time.Since(start))
	f.StartToReady, f.Init, f.Cold = ms(cold.result.StartToNext), ms(cold.result.Init), cold.invoked
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
	f.summarise()

	t.status.Say(label + "comparing the table")
	items := t.server.DynamoDB.Items(table)
	f.Items = len(items)
	f.Wrong = append(f.Wrong, disagree(items, want, f.requestIDs())...)
	f.Sample = sample(items, f.Cold.RequestID)
	return f, nil
}

// functionTimeout is the longest that Lambda allows.
const functionTimeout = 15 * time.Minute

// outcome is an invocation with all that the emulator knows of it.
type outcome struct {
	result  *lambdatest.Result
	invoked invoked
}

// invoke sends an empty event, which means the function's own bucket, key and table, and
// holds the answer against what is known of the data.
func (t *trial) invoke(ctx context.Context, fn *lambdatest.Function, f *figures) (*outcome, error) {
	r, err := fn.Invoke(ctx, nil)
	if err != nil {
		return nil, err
	}
	if r.FunctionError != "" {
		return nil, fmt.Errorf("the function failed: %s\n%s", r.Payload, bytes.TrimSpace(r.LogTail))
	}
	in := invoked{RequestID: r.RequestID, Duration: ms(r.Duration)}
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

func (f *figures) summarise() {
	fastest := f.Cold.Duration
	if len(f.Warm) > 0 {
		times := make([]float64, len(f.Warm))
		for i, in := range f.Warm {
			times[i] = in.Duration
		}
		slices.Sort(times)
		f.WarmMin = times[0]
		f.WarmMedian = (times[(len(times)-1)/2] + times[len(times)/2]) / 2
		fastest = f.WarmMin
	}
	if fastest > 0 {
		f.RowsPerSecond = float64(f.Rows) / fastest * 1e3
	}
}

// median returns the warm invocation that stands in the middle.
func (f *figures) median() invoked {
	if len(f.Warm) == 0 {
		return f.Cold
	}
	warm := slices.Clone(f.Warm)
	slices.SortFunc(warm, func(a, b invoked) int { return cmp.Compare(a.Duration, b.Duration) })
	return warm[len(warm)/2]
}

func (f *figures) requestIDs() []string {
	ids := []string{f.Cold.RequestID}
	for _, in := range f.Warm {
		ids = append(ids, in.RequestID)
	}
	return ids
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

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
