package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"reduction/internal/event"
	"reduction/internal/job"
	"reduction/internal/shard"
	"reduction/internal/shardtest"
	"reduction/internal/workflow"
	"reduction/runtime"
	"reduction/runtime/lambdatest"
	"reduction/runtime/lambdatest/dynamodb"
)

var (
	runs    = flag.Int("runs", 60, "how many random runs TestSteps drives")
	runSeed = flag.Uint64("run-seed", 1, "the seed of the first")
)

// machine is a state machine over the function. Some functions die while they work, and some
// answers are lost: then the step is done again.
type machine struct {
	*workflow.Workflow
	t *testing.T
	w *world
	*rand.Rand
	faults bool
	deaths int
}

// invoke carries out a step until it has an answer, and sometimes once more.
func (m *machine) invoke(payload string) (string, error) {
	for tries := 0; ; tries++ {
		ctx, cancel := context.WithCancelCause(context.Background())
		var requests atomic.Int64
		dies := int64(0) // at which request; 0: never
		if m.faults && tries < 3 && m.IntN(4) == 0 {
			dies = 1 + m.Int64N(30)
		}
		m.w.Inject(func(lambdatest.Call) lambdatest.Fault {
			if requests.Add(1) == dies {
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

// tasks reads the tasks of a round.
func (m *machine) tasks(n workflow.Next) []string {
	m.t.Helper()
	tasks, err := m.TasksOf(n)
	if err != nil {
		m.t.Fatal(err)
	}
	return tasks
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
	m := &machine{t: t, w: w, Rand: r}
	m.Workflow = &workflow.Workflow{
		Invoke: func(_ int, payload string) (string, error) { return m.invoke(payload) },
		Object: func(bucket, key string) ([]byte, error) {
			data, ok := w.S3.Object(bucket, key)
			if !ok {
				return nil, errors.New("no such object")
			}
			return data, nil
		},
		IsSplit:   func(err error) bool { return typeOf(err) == "Function.Split" },
		Functions: 1, Order: r,
	}
	return m
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
			_, err := m.Run(execution, fmt.Sprintf(input, "sharded"), int64(1+r.IntN(longest+2)))
			if fmt.Sprint(err) != fmt.Sprint(wantErr) || err != nil && typeOf(err) != typeOf(wantErr) {
				t.Fatalf("%v\nwant %v", err, wantErr)
			}
			if got, want := m.w.items("sharded"), m.w.items("single"); !reflect.DeepEqual(got, want) {
				t.Errorf("%d items, want %d\n%v\nwant\n%v", len(got), len(want), got, want)
			}
			if err != nil {
				failures++
			}
			rounds, splits, deaths = max(rounds, m.Rounds), splits+m.Splits, deaths+m.deaths
		})
	}
	t.Logf("%d errors, at most %d rounds, %d splits, %d deaths", failures, rounds, splits, deaths)
	if failures == *runs || rounds < 2 || deaths == 0 {
		t.Error("the runs are too tame")
	}
}

// rows are records that no line break inside quotes makes hard to cut, or that one does.
func rows(n int) []byte {
	var b strings.Builder
	b.WriteString(header)
	for i := range n {
		fmt.Fprintf(&b, "Hospital %d,\"Diagnosis\n%d\",Treatment %d,%d\n", i%7, i%5, i%3, i%50)
	}
	return []byte(b.String())
}

// wantType fails the test unless an error has a type.
func wantType(t *testing.T, what string, err error, want string) {
	t.Helper()
	if typeOf(err) != want {
		t.Errorf("%s: %v (%s), want %s", what, err, typeOf(err), want)
	}
}

// A step that is done again, however late, gives the same answer and leaves the same table.
func TestStepsAgain(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)), "MANIFEST=on", "TTL_DAYS=3", "MIN_RECORDS=2")
	m.w.S3.Put("records", "in.csv", rows(300))
	type done struct{ payload, answer string }
	var all []done
	step := func(format string, args ...any) (n workflow.Next) {
		payload := fmt.Sprintf(format, args...)
		answer, err := m.invoke(payload)
		if err != nil {
			t.Fatalf("%s: %v", payload, err)
		}
		all = append(all, done{payload, answer})
		if !strings.HasPrefix(answer, `{"run":`) {
			return n
		}
		if err := json.Unmarshal([]byte(answer), &n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	n := step(`{"step":"plan","execution":%q,"input":{"table":"sharded"},"shard":900}`, execution)
	for n.Again {
		for _, task := range m.tasks(n) {
			step("%s", task)
		}
		n = step(`{"step":"check","run":%s,"round":%d}`, n.Run, n.Round)
	}
	n = step(`{"step":"split","run":%s,"parts":%d}`, n.Run, n.Of)
	for _, payload := range workflow.PartsOf("prepare", n) {
		step("%s", payload)
	}
	if len(m.w.items("sharded")) > 0 {
		t.Fatal("something was written before all parts were prepared")
	}
	var stored []string
	for _, payload := range workflow.PartsOf("write", n) {
		step("%s", payload)
		stored = append(stored, all[len(all)-1].answer)
	}
	publish := fmt.Sprintf(`{"step":"publish","run":%s,"stored":[%s]}`, n.Run, strings.Join(stored, ","))
	if _, err := m.invoke(publish); err != nil {
		t.Fatal(err)
	}
	want := m.w.items("sharded")
	if _, err := m.w.invoke("other", `{"table":"single"}`); err != nil || len(want) != 36 || len(m.w.items("single")) != 36 {
		t.Fatalf("%d items, %v", len(want), err)
	}
	for _, i := range m.Perm(len(all)) {
		if answer, err := m.invoke(all[i].payload); err != nil || answer != all[i].answer {
			t.Errorf("%s:\n%s, %v\nwant %s", all[i].payload, answer, err, all[i].answer)
		}
	}
	if _, err := m.invoke(publish); err != nil {
		t.Error(err)
	}
	if got := m.w.items("sharded"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}

	// The plan stays, whatever happens to the object; and it is read in no other version.
	m.w.S3.Put("records", "in.csv", append(rows(300), "A,B,C,1\n"...))
	if answer, err := m.invoke(all[0].payload); err != nil || answer != all[0].answer {
		t.Errorf("%s, %v\nwant %s", answer, err, all[0].answer)
	}
	_, err := m.invoke(all[1].payload)
	wantType(t, "an object that has changed", err, "Function.Changed")
	if !strings.Contains(err.Error(), "s3://records/in.csv") {
		t.Error(err)
	}
	if got := m.w.items("sharded"); !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	// Another execution, or another input, is another run.
	for _, payload := range []string{strings.Replace(all[0].payload, "8286a188", "8286a189", 1), strings.Replace(all[0].payload, "900", "901", 1)} {
		if answer, err := m.invoke(payload); err != nil || answer == all[0].answer {
			t.Errorf("%s: %s, %v", payload, answer, err)
		}
	}
}

// What a run cannot be made of is refused by name, before anything is stored.
func TestPlanRefuses(t *testing.T) {
	for _, c := range []struct{ name, settings, input, want string }{
		{"VERIFY=full", "VERIFY=full", `{}`, "Function.Setting"},
		{"a compressed object", "", `{"key":"in.csv.gz"}`, "Function.Compressed"},
		{"a compressed object of a prefix", "", `{"prefix":"in.csv.g"}`, "Function.Compressed"},
		{"no object", "", `{"key":"none.csv"}`, "Function.NoSuchKey"},
		{"no object of a prefix", "", `{"prefix":"none"}`, "Function.NoSuchKey"},
		{"no bucket", "", `{"bucket":"none","prefix":"x"}`, "Function.NoSuchBucket"},
		{"an empty object", "", `{"key":"empty.csv"}`, "Function.Empty"},
		{"an object twice", "", `[{"key":"in.csv"},{"key":"other.csv"},{"key":"in.csv"}]`, "Function.BadEvent"},
		{"objects of two buckets", "", `[{"key":"in.csv"},{"key":"in.csv","bucket":"other"}]`, "Function.BadEvent"},
		{"results in two tables", "", `[{"key":"in.csv"},{"key":"other.csv","table":"other"}]`, "Function.BadEvent"},
		{"a prefix and an object", "", `[{"key":"in.csv"},{"prefix":"x"}]`, "Function.BadEvent"},
		{"an event that is ignored", "", `{"Records":[{"eventVersion":"2.1","eventName":"ObjectRemoved:Delete","s3":{"bucket":{"name":"records"},"object":{"key":"in.csv"}}}]}`, "Function.NotNeeded"},
		{"an object of a run", "", `{"detail-type":"Object Created","source":"aws.s3","detail":{"bucket":{"name":"records"},"object":{"key":"reduction-runs/1.part"}}}`, "Function.NotNeeded"},
		{"an object that was replaced", "", `{"detail-type":"Object Created","source":"aws.s3","time":"2020-01-01T00:00:00Z","detail":{"bucket":{"name":"records"},"object":{"key":"in.csv","etag":"0123"}}}`, "Function.NotNeeded"},
		{"a step", "", `{"step":"check"}`, "Function.BadEvent"},
		{"another ETag", "", `{"key":"in.csv","etag":"0123"}`, "Function.Superseded"},
		{"no table", "", `{"key":"in.csv","table":"none"}`, "Function.NoSuchTable"},
		{"a table without a sort key", "", `{"key":"in.csv","table":"flat"}`, "Function.TableKeys"},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t, rand.New(rand.NewPCG(1, 1)), c.settings)
			m.w.S3.Put("records", "in.csv", rows(10))
			m.w.S3.Put("records", "other.csv", rows(10))
			m.w.S3.Put("records", "empty.csv", nil)
			m.w.S3.Put("records", "in.csv.gz", zipped(rows(1000)))
			m.w.DynamoDB.CreateTableWithKeys("flat", dynamodb.Key{Name: "PK", Type: "S"})
			_, err := m.Plan(execution, c.input, 300)
			wantType(t, c.input, err, c.want)
		})
	}
}

func zipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

// A list of objects, some of them compressed or without bytes, is one result: that of a prefix.
func TestStepsList(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)), "RECORDS=on", "PK=request")
	m.w.S3.Put("records", "days/1.csv", rows(100))
	m.w.S3.Put("records", "days/2.csv.gz", zipped(rows(70)))
	m.w.S3.Put("records", "days/3.csv", rows(50))
	if _, err := m.w.invoke(execution, `{"prefix":"days/","table":"single"}`); err != nil {
		t.Fatal(err)
	}
	m.w.S3.Put("records", "days/4.csv", nil)
	list := `[{"key":"days/1.csv","table":"sharded"},{"key":"days/2.csv.gz","table":"sharded"},{"key":"days/4.csv","table":"sharded"},{"key":"days/3.csv","table":"sharded"}]`
	answer, err := m.Run(execution, list, 1500)
	if err != nil || !strings.Contains(answer, `"objects":3,"rows":220,"groups":35,`) {
		t.Fatalf("%s, %v", answer, err)
	}
	if got, want := m.w.items("sharded"), m.w.items("single"); len(want) != 35 || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// In a bucket with versions, a result has the Run of a single one, and a version that the input names
// is read even if it is not the current one any more.
func TestStepsVersions(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)), "LATEST=object")
	m.w.ask(t, "PUT", "", "versioning", "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>")
	first := m.w.S3.PutObject("records", "in.csv", rows(100), nil)
	if _, err := m.w.invoke(execution, `{"table":"single"}`); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Run(execution, `{"table":"sharded"}`, 500); err != nil {
		t.Fatal(err)
	}
	if got, want := m.w.items("sharded"), m.w.items("single"); len(want) != 37 || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	want := m.w.items("single")
	m.w.DynamoDB.Empty("sharded")
	n, err := m.Plan(execution, fmt.Sprintf(`{"key":"in.csv","table":"sharded","versionId":%q}`, first.VersionID), 500)
	if err != nil {
		t.Fatal(err)
	}
	m.w.S3.Put("records", "in.csv", rows(50))
	if n, err = m.Chain(n); err != nil {
		t.Fatal(err)
	}
	answer, err := m.Store(n)
	if err != nil || !strings.Contains(answer, `"rows":100,`) {
		t.Fatalf("%s, %v", answer, err)
	}
	// All but the pointer, which is for the newer version.
	if got := m.w.items("sharded"); len(got) != 36 || !reflect.DeepEqual(got, slices.DeleteFunc(want, func(i dynamodb.Item) bool { return i["PK"].Text() == "latest" })) {
		t.Errorf("%v\nwant %v", got, want)
	}
}

// Many small objects share shards; those without bytes are left out.
func TestStepsManyObjects(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)), "LATEST=prefix", "BAD_ROWS=5%")
	for i := range 600 {
		m.w.S3.Put("records", fmt.Sprintf("feed/%03d.csv", i), fmt.Appendf(nil, "%sH%d,\"D\n%d\",T,%d\n", header, i%9, i%7, i))
	}
	if _, err := m.w.invoke(execution, `{"prefix":"feed/","table":"single"}`); err != nil {
		t.Fatal(err)
	}
	for i := range 60 {
		m.w.S3.Put("records", fmt.Sprintf("feed/%03d.csv.empty", i), nil)
	}
	answer, err := m.Run(execution, `{"prefix":"feed/","table":"sharded"}`, 10_000)
	if err != nil || !strings.Contains(answer, `"objects":600,"rows":600,"groups":63,`) || m.Shards > 5 || m.Rounds != 1 {
		t.Fatalf("%d shards, %d rounds, %s, %v", m.Shards, m.Rounds, answer, err)
	}
	if got, want := m.w.items("sharded"), m.w.items("single"); len(want) != 65 || !reflect.DeepEqual(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	if !strings.Contains(m.w.log.String(), "objects=600\tempty=60") {
		t.Error(m.w.log.String())
	}
	// One bad row is more than the share of its object, though few of all rows are bad.
	m.w.S3.Put("records", "feed/3.csv", []byte(header+"H,D,T,x\nH,D,T,1\n"))
	_, want := m.w.invoke("again", `{"prefix":"feed/3.csv","table":"single"}`)
	_, err = m.Run("again", `{"prefix":"feed/","table":"sharded"}`, 10_000)
	wantType(t, "a bad object", err, "Function.TooManyBadRows")
	if fmt.Sprint(err) != fmt.Sprint(want) {
		t.Errorf("%v\nwant %v", err, want)
	}
}

// Another setting makes every step fail, since partials of both would be mixed.
func TestStepsSettings(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)))
	m.w.S3.Put("records", "in.csv", rows(100))
	n, err := m.Plan(execution, `{}`, 500)
	if err != nil {
		t.Fatal(err)
	}
	task := m.tasks(n)[0]
	m.w.f.job.Options.BadRows.Skip = true
	for _, payload := range []string{
		task, fmt.Sprintf(`{"step":"check","run":%s,"round":1}`, n.Run),
		fmt.Sprintf(`{"step":"prepare","run":%s,"part":0,"parts":1}`, n.Run), fmt.Sprintf(`{"step":"write","run":%s,"part":0,"parts":1}`, n.Run),
		fmt.Sprintf(`{"step":"publish","run":%s,"stored":[{"part":0,"parts":1,"groups":1,"suppressed":0,"items":1}]}`, n.Run),
	} {
		_, err := m.invoke(payload)
		wantType(t, payload, err, "Function.SettingsChanged")
	}
}

// Groups, or their treatments, that are too many for the memory are split, until each part fits.
func TestStepsSplit(t *testing.T) {
	for name, row := range map[string]string{
		"groups":     "H,A diagnosis with a long name:%0500[1]d,T,%[2]d\n",
		"treatments": "H,D%[1]d,A treatment with a long name:%0500[1]d,%[2]d\n",
	} {
		t.Run(name, func(t *testing.T) {
			m := newMachine(t, rand.New(rand.NewPCG(1, 1)), "MANIFEST=on")
			var b strings.Builder
			b.WriteString(header)
			for i := range 6_000 {
				fmt.Fprintf(&b, row, i, i%60)
			}
			m.w.S3.Put("records", "in.csv", []byte(b.String()))
			if _, err := m.w.invoke("one", `{"table":"single"}`); err != nil {
				t.Fatal(err)
			}
			m.w.f.job.Memory = job.NewBudget(5<<19, 1)
			_, err := m.w.invoke("too large", `{}`)
			wantType(t, "a single run", err, "Function.TooLarge")
			if _, err := m.Run("one", `{"table":"sharded"}`, 300_000); err != nil || m.Splits == 0 {
				t.Fatalf("%d splits, %v", m.Splits, err)
			}
			if got, want := m.w.items("sharded"), m.w.items("single"); len(want) != 6_001 || !reflect.DeepEqual(got, want) {
				t.Errorf("%d items, want %d", len(got), len(want))
			}
			_, err = m.invoke(fmt.Sprintf(`{"step":"split","run":%s,"parts":256}`, runOf(t, m)))
			wantType(t, "more parts than there may be", err, "Function.TooLarge")
		})
	}
}

// runOf returns what plan says of a run.
func runOf(t *testing.T, m *machine) json.RawMessage {
	t.Helper()
	n, err := m.Plan(execution, `{}`, 0)
	if err != nil {
		t.Fatal(err)
	}
	return n.Run
}

// There is an end to rounds of maps, with an error of its own.
func TestStepsRounds(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)))
	m.w.S3.Put("records", "in.csv", rows(100))
	n, err := m.Plan(execution, `{}`, 40) // most of these guess wrongly
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Each(m.tasks(n)); err != nil {
		t.Fatal(err)
	}
	document, _ := m.w.S3.Object("records", n.Tasks)
	for round := 2; round <= 20; round++ {
		m.w.S3.Put("records", strings.Replace(n.Tasks, "tasks-1", fmt.Sprint("tasks-", round), 1), document)
	}
	_, err = m.invoke(fmt.Sprintf(`{"step":"check","run":%s,"round":20}`, n.Run))
	wantType(t, "the last round", err, "Function.Rounds")
	if !strings.Contains(err.Error(), "s3://records/in.csv") {
		t.Error(err)
	}
}

// What is stored of a run is not taken for what it is not.
func TestStepsDamage(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)))
	m.w.S3.Put("records", "in.csv", rows(100))
	n, err := m.Plan(execution, `{}`, 500)
	if err != nil {
		t.Fatal(err)
	}
	tasks := n
	if n, err = m.Chain(n); err != nil {
		t.Fatal(err)
	}
	var task struct{ Run, Settings string }
	if err := json.Unmarshal([]byte(m.tasks(tasks)[0]), &task); err != nil {
		t.Fatal(err)
	}
	folder := shard.Folder + task.Run + "/"
	partial := folder + "00000-guess-" + task.Settings + ".part"
	check := fmt.Sprintf(`{"step":"check","run":%s,"round":1}`, n.Run)
	prepare := workflow.PartsOf("prepare", n)[0]
	publish := fmt.Sprintf(`{"step":"publish","run":%s,"stored":[{"part":0,"parts":1,"groups":35,"suppressed":0,"items":35}]}`, n.Run)
	for _, c := range []struct {
		key     string
		change  func([]byte) []byte
		payload string
		want    string
	}{
		{partial, func(b []byte) []byte { return b[:len(b)-10] }, prepare, "Function.BadPartial"},
		{partial, func(b []byte) []byte { return b[:20] }, check, "Function.BadPartial"},
		{partial, func(b []byte) []byte {
			return bytes.Replace(b, []byte("treatment,Treatment 1"), []byte("treatment,Treatment 2"), 1)
		}, prepare, "Function.BadPartial"},
		{partial, func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(task.Run), []byte("other")) }, check, "Function.BadPartial"},
		{partial, func(b []byte) []byte { return append(b, '\n') }, m.tasks(tasks)[0], "Function.Conflict"},
		{folder + "chain.part", func(b []byte) []byte { return b[:len(b)-3] }, prepare, "Function.BadPartial"},
		{folder + "chain.part", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(task.Run), []byte("other")) }, publish, "Function.BadPartial"},
		{folder + "tasks-1.part", func(b []byte) []byte { return b[1:] }, check, "Function.BadPartial"},
		{folder + "tasks-1.part", func([]byte) []byte { return []byte("[]") }, check, "Function.BadPartial"},
		{folder + "tasks-1.part", func(b []byte) []byte { return bytes.ReplaceAll(b, []byte(task.Run), []byte("other")) }, check, "Function.BadPartial"},
	} {
		good, ok := m.w.S3.Object("records", c.key)
		if !ok {
			t.Fatalf("no %s", c.key)
		}
		m.w.S3.Put("records", c.key, c.change(bytes.Clone(good)))
		_, err := m.invoke(c.payload)
		wantType(t, c.key, err, c.want)
		if !strings.Contains(fmt.Sprint(err), c.key) {
			t.Errorf("%v does not name %s", err, c.key)
		}
		if c.want != "Function.Conflict" { // which comes of writing, not of reading
			m.w.ask(t, "DELETE", c.key, "", "")
			_, err = m.invoke(c.payload)
			wantType(t, c.key, err, "Function.NoSuchKey")
			if !strings.Contains(fmt.Sprint(err), "s3://records/"+c.key+": an object of the run is not there") {
				t.Error(err)
			}
		}
		m.w.S3.Put("records", c.key, good)
		if _, err := m.invoke(c.payload); err != nil {
			t.Errorf("%s is as it was: %v", c.key, err)
		}
	}
	for _, stored := range []string{`[]`, `[{"part":0,"parts":2,"groups":1,"suppressed":0,"items":1}]`,
		`[{"part":0,"parts":2,"groups":1,"suppressed":0,"items":1},{"part":0,"parts":2,"groups":1,"suppressed":0,"items":1}]`,
		`[{"part":1,"parts":1,"groups":1,"suppressed":0,"items":1}]`} {
		_, err := m.invoke(fmt.Sprintf(`{"step":"publish","run":%s,"stored":%s}`, n.Run, stored))
		wantType(t, stored, err, "Function.BadEvent")
	}
}

// A run that is not as the step before has answered it is refused, and nothing is stored.
func TestStepsRun(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)), "LATEST=prefix", "TTL_DAYS=3")
	m.w.S3.Put("records", "feed/1.csv", rows(100))
	m.w.S3.Put("records", "feed/2.csv", rows(100))
	planned, err := m.Plan(execution, `{"prefix":"feed/","table":"sharded"}`, 500)
	if err != nil {
		t.Fatal(err)
	}
	checked, err := m.Chain(planned)
	if err != nil {
		t.Fatal(err)
	}
	objects := func(n string) string { return strings.Replace(string(checked.Run), `"objects":2`, `"objects":`+n, 1) }
	const prepare, write = `{"step":"prepare","run":%s,"part":0,"parts":1}`, `{"step":"write","run":%s,"part":0,"parts":1}`
	const publish = `{"step":"publish","run":%s,"stored":[{"part":0,"parts":1,"groups":35,"suppressed":0,"items":35}]}`
	for _, c := range []struct{ name, step, run string }{
		{"plan's answer, which has no time", prepare, string(planned.Run)},
		{"plan's answer, which has no time", write, string(planned.Run)},
		{"plan's answer, which has no time", publish, string(planned.Run)},
		{"more objects than there may be", prepare, objects("1099511627776")},
		{"more objects than there may be", write, objects("2147483648")},
		{"more objects than there may be", publish, objects("1099511627776")},
	} {
		_, err := m.invoke(fmt.Sprintf(c.step, c.run))
		wantType(t, c.name+": "+c.step, err, "Function.BadEvent")
		if !strings.Contains(fmt.Sprint(err), "s3://records/feed/") {
			t.Errorf("%v does not name the prefix", err)
		}
	}
	for _, n := range []string{"1", "3"} {
		_, err := m.invoke(fmt.Sprintf(publish, objects(n)))
		wantType(t, n+" objects, not 2", err, "Function.BadPartial")
		if !strings.Contains(fmt.Sprint(err), "s3://records/"+planned.Tasks) {
			t.Errorf("%v does not name the tasks", err)
		}
	}
	if items := m.w.items("sharded"); len(items) > 0 {
		t.Errorf("%d items were stored", len(items))
	}
}

// Tasks that were changed in the bucket, so that they do not cover the objects of the run, make no
// result.
func TestStepsTasks(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)))
	m.w.S3.Put("records", "feed/1.csv", rows(3))
	m.w.S3.Put("records", "feed/2.csv", rows(4))
	n, err := m.Plan(execution, `{"prefix":"feed/","table":"sharded"}`, 1)
	if err == nil {
		_, err = m.Each(m.tasks(n))
	}
	if err != nil {
		t.Fatal(err)
	}
	check := fmt.Sprintf(`{"step":"check","run":%s,"round":1}`, n.Run)
	good, _ := m.w.S3.Object("records", n.Tasks)
	tasks := strings.Split(string(good), ",\n")
	without := func(object string) []byte {
		return []byte(strings.TrimSuffix(strings.Join(slices.DeleteFunc(slices.Clone(tasks), func(task string) bool { return strings.Contains(task, object) }), ",\n"), "]") + "]")
	}
	for name, changed := range map[string][]byte{
		"without an object":   without(`"object":1`),
		"another size":        bytes.Replace(good, []byte(fmt.Sprintf(`"size":%d`, len(rows(4)))), []byte(`"size":1000`), 1),
		"without a last task": append([]byte(strings.Join(tasks[:len(tasks)-1], ",\n")), ']'),
	} {
		m.w.S3.Put("records", n.Tasks, changed)
		_, err := m.invoke(check)
		wantType(t, name, err, "Function.BadPartial")
	}
	m.w.S3.Put("records", n.Tasks, good)
	if _, err := m.invoke(check); err != nil {
		t.Errorf("the tasks are as they were: %v", err)
	}
}

// Partials in the prefix that a rule or a prefix names are no files of records.
func TestKeptObjects(t *testing.T) {
	w := newWorldOn(t, lambdatest.NewServer(), "PK=object")
	t.Cleanup(w.Close)
	w.S3.Put("records", "reduction-runs/1/00000-guess-0.part", []byte("no records"))
	w.S3.Put("records", "reduction-runs.csv", rows(10))
	answer, err := w.invoke("1", `{"version":"0","id":"1","detail-type":"Object Created","source":"aws.s3","time":"2026-11-30T00:00:00Z",
		"detail":{"bucket":{"name":"records"},"object":{"key":"reduction-runs/1/00000-guess-0.part","size":10}}}`)
	if err != nil || !strings.Contains(w.log.String(), "ignored: kept by a run in shards: s3://records/reduction-runs/1/00000-guess-0.part") {
		t.Errorf("%s, %v, %s", answer, err, w.log.String())
	}
	if answer, err := w.invoke("2", `{"prefix":"reduction-runs"}`); err != nil || !strings.Contains(answer, `"objects":1,"rows":10,`) {
		t.Errorf("%s, %v", answer, err)
	}
	const record = `{"eventVersion":"2.1","eventName":"ObjectCreated:Put","s3":{"bucket":{"name":"records"},"object":{"key":%q}}}`
	both := fmt.Sprintf(record+","+record, "reduction-runs/1/00000-guess-0.part", "reduction-runs.csv")
	if answer, err := w.invoke("4", fmt.Sprintf(`{"step":"plan","execution":%q,"input":{"Records":[%s]}}`, execution, both)); err != nil ||
		!strings.Contains(answer, `"of":"object","key":"reduction-runs.csv"`) {
		t.Errorf("beside another object: %s, %v", answer, err)
	}
	_, err = w.invoke("3", `{"key":"reduction-runs/1/00000-guess-0.part"}`)
	wantType(t, "a direct invocation", err, "Function.BadHeader")
}

// A plan of as many shards, and groups in as many parts, as there may be, fit the state of a state
// machine.
func TestStepsSizes(t *testing.T) {
	m := newMachine(t, rand.New(rand.NewPCG(1, 1)))
	m.w.S3.Put("records", "in.csv", rows(1000)[:20_000])
	n, err := m.Plan(execution, `{}`, 1)
	if err != nil || n.Count < 9_000 || n.Count > 10_000 {
		t.Fatalf("%d shards, %v", n.Count, err)
	}
	if tasks := m.tasks(n); len(tasks) != n.Count {
		t.Errorf("%d tasks of %d", len(tasks), n.Count)
	}
	n.Of = 255
	if n, err = m.Split(n); err != nil || n.Of != 256 || len(n.Parts) != 256 {
		t.Errorf("%d parts, %v", n.Of, err)
	}
}
