package scale

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"reduction/cmd/lab/internal/reduce"
	"reduction/internal/workflow"
	"reduction/runtime/lambdatest"
)

// Functions reduces files with processes of the function itself, on an emulator of S3, DynamoDB and
// Lambda: the steps are those that the state machine sends.
type Functions struct {
	Bootstrap string
	Settings  reduce.Settings
	MemoryMB  int

	Size      int64 // of shards, in bytes
	Functions int   // at a time
	Faults    bool  // processes are killed, slow, and get a task twice
	Seed      uint64

	Items    []lambdatest.Item // the result, without the manifest, in the order of the sort keys
	Shards   int
	Rounds   int
	Parts    int   // that the groups were split into; 1: they were not
	Started  int   // steps that were sent, again or not
	Died     int   // of these
	Repeated int   // steps that were sent again although they had been done
	Memory   int64 // the largest resident set of a process, in bytes; 0: not known
	Took     time.Duration

	server    *lambdatest.Server
	functions []*lambdatest.Function
	mu        sync.Mutex // of what counts
}

const (
	bucket    = "lab"
	table     = "results"
	folder    = "files/"
	execution = "arn:aws:states:eu-central-1:123456789012:execution:reduction:lab"
	stepTime  = 15 * time.Minute // Lambda's longest timeout
)

// Files reduces files to one result.
func (f *Functions) Files(ctx context.Context, names []string) error {
	objects, err := Files{}.Objects(ctx, names)
	if err != nil {
		return err
	}
	var unread atomic.Pointer[error]
	f.server = lambdatest.NewTLSServer()
	defer f.server.Close()
	f.server.S3.CreateBucket(bucket)
	f.server.DynamoDB.CreateTable(table)
	for _, o := range objects {
		file, err := os.Open(o.Key)
		if err != nil {
			return err
		}
		defer file.Close()
		f.server.S3.PutSynthetic(bucket, keyOf(o.Key), o.Size, func(off int64, p []byte) {
			if n, err := file.ReadAt(p, off); n < len(p) {
				unread.Store(&err)
			}
		})
	}
	input := map[string]string{"bucket": bucket, "table": table}
	if len(objects) == 1 {
		input["key"] = keyOf(objects[0].Key)
	} else {
		input["prefix"] = folder
	}
	event, err := json.Marshal(input)
	if err != nil {
		return err
	}
	f.start()
	defer f.shutDown()
	w := &workflow.Workflow{
		Invoke:    func(function int, payload string) (string, error) { return f.invoke(ctx, function, payload) },
		Object:    f.object,
		IsSplit:   func(err error) bool { e, ok := errors.AsType[*stepError](err); return ok && e.Type == "Function.Split" },
		Functions: f.Functions, Order: rand.New(rand.NewPCG(f.Seed, 1)),
	}
	start := time.Now()
	_, err = w.Run(execution, string(event), f.Size)
	f.Took = time.Since(start)
	f.Shards, f.Rounds, f.Parts = w.Shards, w.Rounds, 1
	for range w.Splits {
		f.Parts *= 4
	}
	if bad := unread.Load(); bad != nil {
		return *bad
	}
	if err != nil {
		return err
	}
	if now, err := (Files{}).Objects(ctx, names); err != nil || !slices.Equal(now, objects) {
		return errors.Join(err, ErrChanged)
	}
	for _, item := range f.server.DynamoDB.Items(table) {
		if item["Diagnosis"].Text() != "" {
			f.Items = append(f.Items, item)
		}
	}
	slices.SortFunc(f.Items, func(a, b lambdatest.Item) int { return strings.Compare(a["SK"].Text(), b["SK"].Text()) })
	return nil
}

// keyOf is the key of a file in S3. Keys sort as the names of files do.
func keyOf(path string) string { return folder + filepath.ToSlash(path) }

func (f *Functions) object(bucket, key string) ([]byte, error) {
	data, ok := f.server.S3.Object(bucket, key)
	if !ok {
		return nil, fmt.Errorf("s3://%s/%s: %w", bucket, key, os.ErrNotExist)
	}
	return data, nil
}

func (f *Functions) start() {
	env := []string{"RECORDS=on", "DB_TABLE=" + table}
	for name, value := range f.Settings {
		env = append(env, name+"="+value)
	}
	for i := range f.Functions {
		f.functions = append(f.functions, f.server.Lambda.CreateFunction(lambdatest.FunctionConfig{
			Name: fmt.Sprint("reduction-", i), MemoryMB: f.MemoryMB, Timeout: stepTime, Exec: []string{f.Bootstrap}, Env: env,
		}))
	}
}

func (f *Functions) shutDown() {
	var wg sync.WaitGroup
	for _, fn := range f.functions {
		wg.Go(fn.Shutdown)
	}
	wg.Wait()
}

// stepError is an error that a step is answered with.
type stepError struct {
	Type    string `json:"errorType"`
	Message string `json:"errorMessage"`
}

func (e *stepError) Error() string { return e.Message + " (" + e.Type + ")" }

// again reports whether the state machine sends a step again that has failed so.
func (e *stepError) again() bool {
	switch e.Type {
	case "Function.Throttled", "Function.Unavailable", "Function.Timeout", "Function.Panic":
		return true
	}
	return strings.HasPrefix(e.Type, "Runtime.Exit") || strings.HasPrefix(e.Type, "Sandbox.")
}

// maxAttempts bounds how often a step is sent that fails.
const maxAttempts = 10

// invoke sends a step to a function until it has an answer, or an error that stays.
func (f *Functions) invoke(ctx context.Context, function int, payload string) (string, error) {
	h := fnv.New64a()
	h.Write([]byte(payload))
	chance := rand.New(rand.NewPCG(f.Seed, h.Sum64()))
	answered := ""
	for attempt := 1; ; attempt++ {
		fate := fine
		if f.Faults && attempt <= maxFaults && chance.IntN(3) == 0 {
			fate = fate.choose(chance)
		}
		answer, err := f.send(ctx, function, payload, fate, chance)
		e, ok := errors.AsType[*stepError](err)
		switch {
		case ok && e.again() && attempt < maxAttempts:
			continue
		case err != nil:
			return "", err
		case answered != "" && answer != answered && !strings.Contains(payload, `"step":"publish"`) && !strings.Contains(payload, `"step":"check"`):
			return "", fmt.Errorf("%s is answered with %s, and then with %s", payload, answered, answer)
		case fate == twice:
			answered = answer
			f.count(&f.Repeated)
			continue
		}
		return answer, nil
	}
}

func (f *Functions) count(n *int) {
	f.mu.Lock()
	*n++
	f.mu.Unlock()
}

// send sends a step once. The process may be killed at any moment meanwhile.
func (f *Functions) send(ctx context.Context, function int, payload string, fate fate, chance *rand.Rand) (string, error) {
	f.count(&f.Started)
	fn := f.functions[function]
	pause := time.Duration(chance.IntN(20_000)) * time.Microsecond
	switch fate {
	case slow:
		time.Sleep(pause)
	case lost, deadBefore, deadAfter:
		killed := make(chan struct{})
		timer := time.AfterFunc(pause, func() {
			defer close(killed)
			if pid := fn.PID(); pid > 0 {
				if p, err := os.FindProcess(pid); err == nil && p.Kill() == nil {
					f.count(&f.Died)
				}
			}
		})
		defer func() {
			if !timer.Stop() {
				<-killed
			}
		}()
	}
	result, err := fn.Invoke(ctx, []byte(payload))
	if err != nil {
		return "", err
	}
	f.mu.Lock()
	f.Memory = max(f.Memory, result.MaxMemory)
	f.mu.Unlock()
	if result.FunctionError == "" {
		return string(result.Payload), nil
	}
	e := &stepError{Type: result.ErrorType}
	if json.Unmarshal(result.Payload, e) != nil || e.Message == "" {
		e.Message = string(result.Payload)
	}
	return "", e
}

// Print writes what lab reduce prints, from the items of the table.
func (f *Functions) Print(w io.Writer) error {
	var lines []byte
	for _, item := range f.Items {
		lines = reduce.AppendLine(lines, item["Diagnosis"].Text(), item["Hospital"].Text(), item["MostUsedTreatment"].Text(),
			[]byte(item["AverageRecoveryTime"].Text()), []byte(item["Records"].Text()))
	}
	_, err := w.Write(lines)
	return err
}
