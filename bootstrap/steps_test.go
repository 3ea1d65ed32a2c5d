package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/shardtest"
	"reduction/runtime"
	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/dynamodb"
)

var (
	runs    = flag.Int("runs", 60, "how many random runs TestSteps drives")
	runSeed = flag.Uint64("run-seed", 1, "the seed of the first")
)

// machine carries out the steps as a state machine does. Tasks are done in any order. Some functions
// die while they work, and some answers are lost: then the step is done again.
type machine struct {
	t *testing.T
	w *world
	*rand.Rand
	faults bool

	rounds, splits, deaths int
}

// invoke carries out a step until it has an answer, and sometimes once more.
func (m *machine) invoke(payload string) (string, error) {
	for tries := 0; ; tries++ {
		ctx, cancel := context.WithCancelCause(context.Background())
		left := 1 + m.IntN(30)
		m.w.Inject(func(lambdatest.Call) lambdatest.Fault {
			if left--; left == 0 && m.faults && tries < 3 && m.IntN(4) == 0 {
				cancel(errDied)
			}
			return lambdatest.Fault{}
		})
		answer, err := m.w.f.handle(ctx, &runtime.Invocation{RequestID: fmt.Sprint("request-", m.Uint32()), Payload: []byte(payload)})
		died := ctx.Err() != nil
		cancel(nil)
		switch {
		case died:
			m.deaths++
		case m.faults && m.IntN(8) == 0 && tries < 3: // the answer is lost
		default:
			if len(answer) > 256<<10 {
				m.t.Fatalf("an answer of %d bytes", len(answer))
			}
			return string(answer), err
		}
	}
}

var errDied = errors.New("the function died")

// next is an answer of plan, check or split.
type next struct {
	Run          json.RawMessage
	Again        bool
	Tasks        string
	Count, Round int
	Parts        []int
	Of           int
}

func (m *machine) next(format string, args ...any) (n next, err error) {
	answer, err := m.invoke(fmt.Sprintf(format, args...))
	if err != nil {
		return n, err
	}
	if err := json.Unmarshal([]byte(answer), &n); err != nil {
		m.t.Fatalf("%v: %s", err, answer)
	}
	return n, nil
}

// each carries out steps in any order. The errors of several are that of the first.
func (m *machine) each(payloads []string) (answers []json.RawMessage, err error) {
	answers = make([]json.RawMessage, len(payloads))
	failed := len(payloads)
	for _, i := range m.Perm(len(payloads)) {
		answer, e := m.invoke(payloads[i])
		if e != nil && i < failed {
			failed, err = i, e
		}
		answers[i] = json.RawMessage(answer)
	}
	return answers, err
}

// tasks reads what the reader of a Distributed Map reads.
func (m *machine) tasks(bucket string, n next) (payloads []string) {
	document, ok := m.w.S3.Object(bucket, n.Tasks)
	var tasks []json.RawMessage
	if err := json.Unmarshal(document, &tasks); !ok || err != nil || len(tasks) != n.Count {
		m.t.Fatalf("%s: %t, %v, %d tasks of %d", n.Tasks, ok, err, len(tasks), n.Count)
	}
	for _, task := range tasks {
		payloads = append(payloads, string(task))
	}
	return payloads
}

// plan begins a run over an input. No size: the default.
func (m *machine) plan(execution, input string, size int64) (next, error) {
	option := ""
	if size > 0 {
		option = `,"shard":` + strconv.FormatInt(size, 10)
	}
	return m.next(`{"step":"plan","execution":%q,"input":%s%s}`, execution, input, option)
}

// chain maps and checks until there is a chain.
func (m *machine) chain(n next) (next, error) {
	for n.Again {
		m.rounds++
		if _, err := m.each(m.tasks("records", n)); err != nil {
			return n, err
		}
		var err error
		if n, err = m.next(`{"step":"check","run":%s,"round":%d}`, n.Run, n.Round); err != nil {
			return n, err
		}
	}
	return n, nil
}

func ofParts(step string, n next) (payloads []string) {
	for _, part := range n.Parts {
		payloads = append(payloads, fmt.Sprintf(`{"step":%q,"run":%s,"part":%d,"parts":%d}`, step, n.Run, part, n.Of))
	}
	return payloads
}

// store prepares, writes and publishes.
func (m *machine) store(n next) (string, error) {
	for {
		_, err := m.each(ofParts("prepare", n))
		if err == nil {
			break
		}
		if typeOf(err) != "Function.Split" {
			return "", err
		}
		m.splits++
		if n, err = m.next(`{"step":"split","run":%s,"parts":%d}`, n.Run, n.Of); err != nil {
			return "", err
		}
	}
	stored, err := m.each(ofParts("write", n))
	if err != nil {
		return "", err
	}
	all, err := json.Marshal(stored)
	if err != nil {
		m.t.Fatal(err)
	}
	return m.invoke(fmt.Sprintf(`{"step":"publish","run":%s,"stored":%s}`, n.Run, all))
}

// run does all steps.
func (m *machine) run(execution, input string, size int64) (string, error) {
	n, err := m.plan(execution, input, size)
	if err == nil {
		n, err = m.chain(n)
	}
	if err != nil {
		return "", err
	}
	return m.store(n)
}

func typeOf(err error) string {
	if typed, ok := errors.AsType[*typedError](err); ok {
		return typed.ErrorType()
	}
	return fmt.Sprint(err)
}

func (w *world) items(table string) []dynamodb.Item {
	items := w.DynamoDB.Items(table)
	slices.SortFunc(items, func(a, b dynamodb.Item) int {
		return strings.Compare(a["PK"].Text()+"\x00"+a["SK"].Text(), b["PK"].Text()+"\x00"+b["SK"].Text())
	})
	return items
}

// newMachine returns a machine over a world with two tables: single and sharded.
func newMachine(t *testing.T, r *rand.Rand, settings ...string) *machine {
	t.Helper()
	s := lambdatest.NewServer()
	t.Cleanup(s.Close)
	w := newWorldOn(t, s, settings...)
	w.DynamoDB.CreateTable("single")
	w.DynamoDB.CreateTable("sharded")
	w.f.job.Now = func() time.Time { return time.Unix(1_796_000_000, 0) }
	return &machine{t: t, w: w, Rand: r}
}

const execution = "arn:aws:states:eu-central-1:123456789012:execution:reduction:8286a188"

// Whatever the files, the settings and the size of shards, and whatever becomes of the functions:
// all stored items are those of a single run, and so are the errors.
func TestSteps(t *testing.T) {
	var failures, rounds, splits, deaths int
	for k := range uint64(*runs) {
		t.Run(fmt.Sprint("seed=", *runSeed+k), func(t *testing.T) {
			r := rand.New(rand.NewPCG(*runSeed+k, 2))
			n := shardtest.New(r)
			m := newMachine(t, r)
			m.faults = true
			o := &m.w.f.job.Options
			*o = n.Options
			o.Records = r.IntN(2) == 0
			if r.IntN(3) == 0 {
				o.TTLDays = 30
			}
			if r.IntN(3) == 0 {
				o.Latest, o.Manifest = shardtest.Pick(r, job.LatestOfObject, job.LatestOfPrefix), true
				m.w.f.env.PartitionKey = event.ByObject
			}
			input := `{"key":"feed/0.csv","table":"%s"}`
			count := 1
			if r.IntN(3) == 0 {
				count = 1 + r.IntN(5)
				input = `{"prefix":"feed/","table":"%s"}`
				m.w.S3.Put("records", "feed/", nil)
			}
			longest := 0
			for i := range count {
				file := n.File(1 << r.IntN(6))
				longest = max(longest, len(file))
				m.w.S3.Put("records", fmt.Sprintf("feed/%d.csv", i), file)
			}
			_, wantErr := m.w.invoke(execution, fmt.Sprintf(input, "single"))
			_, err := m.run(execution, fmt.Sprintf(input, "sharded"), int64(1+r.IntN(longest+2)))
			if fmt.Sprint(err) != fmt.Sprint(wantErr) || err != nil && typeOf(err) != typeOf(wantErr) {
				t.Fatalf("%v\nwant %v", err, wantErr)
			}
			if got, want := m.w.items("sharded"), m.w.items("single"); !reflect.DeepEqual(got, want) {
				t.Errorf("%d items, want %d\n%v\nwant\n%v", len(got), len(want), got, want)
			}
			if err != nil {
				failures++
			}
			rounds, splits, deaths = max(rounds, m.rounds), splits+m.splits, deaths+m.deaths
		})
	}
	t.Logf("%d errors, at most %d rounds, %d splits, %d deaths", failures, rounds, splits, deaths)
	if failures == *runs || rounds < 2 || deaths == 0 {
		t.Error("the runs are too tame")
	}
}
