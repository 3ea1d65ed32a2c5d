// Package workflow sends the steps of a run in shards, as the state machine in
// deploy/statemachine.asl.json does. Tests and the lab drive the function with it. It knows the
// payloads and answers from their documentation alone, and shares no code with the function.
package workflow

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sync"
)

// A Workflow sends steps.
type Workflow struct {
	// Invoke carries out a step, again and again if need be, until it has an answer, or an error that
	// stays. Several goroutines call it, each with a number of its own from 0 to Functions-1.
	Invoke func(function int, payload string) (answer string, err error)
	// Object returns an object of a run.
	Object func(bucket, key string) ([]byte, error)
	// IsSplit reports whether an error of prepare says that groups have to be split.
	IsSplit func(error) bool

	Functions int        // that work at a time
	Order     *rand.Rand // of tasks and parts

	Shards, Rounds, Splits int // what the run has taken
}

// Next is the answer of plan, check and split.
type Next struct {
	Run   json.RawMessage
	Again bool

	Tasks        string
	Count, Round int

	Parts []int
	Of    int
}

func (w *Workflow) next(format string, args ...any) (n Next, err error) {
	payload := fmt.Sprintf(format, args...)
	answer, err := w.Invoke(0, payload)
	if err != nil {
		return n, err
	}
	if err := json.Unmarshal([]byte(answer), &n); err != nil {
		return n, fmt.Errorf("%s is answered with %s: %w", payload, answer, err)
	}
	return n, nil
}

// Each carries out steps in any order, and returns their answers. If some fail, the error is that
// of the first.
func (w *Workflow) Each(payloads []string) (answers []json.RawMessage, err error) {
	answers = make([]json.RawMessage, len(payloads))
	failed := len(payloads)
	queue := make(chan int, len(payloads))
	for _, i := range w.Order.Perm(len(payloads)) {
		queue <- i
	}
	close(queue)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for function := range w.Functions {
		wg.Go(func() {
			for i := range queue {
				answer, e := w.Invoke(function, payloads[i])
				mu.Lock()
				if e != nil && i < failed {
					failed, err = i, e
				}
				answers[i] = json.RawMessage(answer)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return answers, err
}

// Plan begins a run over what an event names. If size is 0, shards have the default size.
func (w *Workflow) Plan(execution, input string, size int64) (Next, error) {
	option := ""
	if size > 0 {
		option = fmt.Sprintf(`,"shard":%d`, size)
	}
	n, err := w.next(`{"step":"plan","execution":%q,"input":%s%s}`, execution, input, option)
	w.Shards = n.Count
	return n, err
}

// TasksOf reads the tasks of a round, as the reader of a Distributed Map does.
func (w *Workflow) TasksOf(n Next) (payloads []string, err error) {
	var run struct{ Bucket string }
	if err := json.Unmarshal(n.Run, &run); err != nil {
		return nil, err
	}
	document, err := w.Object(run.Bucket, n.Tasks)
	if err != nil {
		return nil, err
	}
	var tasks []json.RawMessage
	if err := json.Unmarshal(document, &tasks); err != nil || len(tasks) != n.Count {
		return nil, fmt.Errorf("%s: %d tasks of %d: %w", n.Tasks, len(tasks), n.Count, err)
	}
	for _, task := range tasks {
		payloads = append(payloads, string(task))
	}
	return payloads, nil
}

// Chain maps and checks until no shard has to be mapped again.
func (w *Workflow) Chain(n Next) (Next, error) {
	for n.Again {
		w.Rounds++
		tasks, err := w.TasksOf(n)
		if err == nil {
			_, err = w.Each(tasks)
		}
		if err == nil {
			n, err = w.next(`{"step":"check","run":%s,"round":%d}`, n.Run, n.Round)
		}
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// PartsOf returns the payloads of prepare or write.
func PartsOf(step string, n Next) (payloads []string) {
	for _, part := range n.Parts {
		payloads = append(payloads, fmt.Sprintf(`{"step":%q,"run":%s,"part":%d,"parts":%d}`, step, n.Run, part, n.Of))
	}
	return payloads
}

// Split divides the groups into more parts.
func (w *Workflow) Split(n Next) (Next, error) {
	w.Splits++
	return w.next(`{"step":"split","run":%s,"parts":%d}`, n.Run, n.Of)
}

// Store prepares, writes and publishes. It returns the answer of publish.
func (w *Workflow) Store(n Next) (string, error) {
	for {
		_, err := w.Each(PartsOf("prepare", n))
		if err == nil {
			break
		}
		if !w.IsSplit(err) {
			return "", err
		}
		if n, err = w.Split(n); err != nil {
			return "", err
		}
	}
	stored, err := w.Each(PartsOf("write", n))
	if err != nil {
		return "", err
	}
	all, err := json.Marshal(stored)
	if err != nil {
		return "", err
	}
	return w.Invoke(0, fmt.Sprintf(`{"step":"publish","run":%s,"stored":%s}`, n.Run, all))
}

// Run carries out all steps.
func (w *Workflow) Run(execution, input string, size int64) (string, error) {
	n, err := w.Plan(execution, input, size)
	if err == nil {
		n, err = w.Chain(n)
	}
	if err != nil {
		return "", err
	}
	return w.Store(n)
}
