package event

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

var stepEnv = Environment{Bucket: "feed", Key: "in.csv", Table: "results"}

// What steps append, they read.
func TestStepRoundTrip(t *testing.T) {
	run := Run{Name: "1f", Settings: "2e", Bucket: "feed", Of: OfObject, Key: "a \"b\"\n.csv", VersionID: "v1", ETag: `"9b2c"`,
		Objects: 1, Table: "results", PartitionKey: "object#feed#3d#a", Result: "3d", Time: 1_796_000_000}
	for _, run := range []Run{run, {Name: "1f", Settings: "2e", Bucket: "feed", Of: OfList, Objects: 7, Table: "results", PartitionKey: "x"}} {
		n := Next{Run: run, Parts: 3}
		answer := string(n.Append(nil))
		runJSON, rest, _ := strings.Cut(strings.TrimPrefix(answer, `{"run":`), `,"again"`)
		if rest != `:false,"parts":[0,1,2],"of":3}` {
			t.Errorf("%s", answer)
		}
		n.Tasks, n.Count, n.Round = "reduction-runs/1f/tasks-2.part", 5, 2
		if answer := string(n.Append(nil)); !strings.HasSuffix(answer, `,"again":true,"tasks":"reduction-runs/1f/tasks-2.part","count":5,"round":2}`) {
			t.Errorf("%s", answer)
		}
		stored := Stored{Part: 1, Parts: 2, Groups: 30, Suppressed: 4, Items: 26}
		e, err := Parse(fmt.Appendf(nil, `{"step":"publish","run":%s,"stored":[%s]}`, runJSON, stored.Append(nil)), stepEnv)
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(e.Step.Run, run) || !reflect.DeepEqual(e.Step.Stored, []Stored{stored}) || e.Step.Name != "publish" || len(e.Objects) > 0 {
			t.Errorf("%+v", e.Step)
		}
	}
	tasks := []Task{
		{Bucket: "feed", Run: "1f", Settings: "2e", Shard: 0, Objects: []Piece{{Key: "a,\"b\"", VersionID: "v", ETag: `"1"`, Size: 10, To: 10}, {Object: 1, Key: "c", ETag: "2", Size: 3, To: 3}}},
		{Bucket: "feed", Run: "1f", Settings: "2e", Shard: 1, Start: 77, Objects: []Piece{{Object: 2, Key: "d", ETag: "3", Size: 100, From: 50, To: 100}}},
		{Bucket: "feed", Run: "1f", Settings: "2e", Shard: 2, Objects: []Piece{{Object: 2, Key: "d", ETag: "3", Size: 100, From: 0, To: 50}}},
	}
	document := []byte{'['}
	for i := range tasks {
		if i > 0 {
			document = append(document, ',')
		}
		document = tasks[i].Append(document)
	}
	document = append(document, ']')
	if got, err := ParseTasks(document); err != nil || !reflect.DeepEqual(got, tasks) {
		t.Errorf("%+v, %v\nwant %+v\n%s", got, err, tasks, document)
	}
	e, err := Parse([]byte(`{"step":"plan","execution":"arn:1","input":{"prefix":"days/"},"shard":5}`), stepEnv)
	if err != nil || e.Step.Size != 5 || e.Step.Execution != "arn:1" || len(e.Step.Input.Objects) != 1 || e.Step.Input.Objects[0].Prefix != "days/" {
		t.Errorf("%+v, %v", e, err)
	}
}

// A payload that is not exactly that of a step is refused, and nothing of it is shown but the names
// of its members.
func TestStepRefuses(t *testing.T) {
	const run = `{"name":"1f","settings":"2e","bucket":"feed","of":"object","key":"SECRET","objects":1,"table":"t","partitionKey":"p"}`
	for _, payload := range []string{
		`{"step":"plan","execution":"arn:1"}`,
		`{"step":"plan","input":{}}`,
		`{"step":"plan","execution":"arn:1","input":{},"round":1}`,
		`{"step":"plan","execution":"arn:1","input":{},"shard":-1}`,
		`{"step":"plan","execution":"arn:1","input":{},"shard":"SECRET"}`,
		`{"step":"plan","execution":["SECRET"],"input":{}}`,
		`{"step":"check","run":` + run + `}`,
		`{"step":"check","run":` + run + `,"round":1,"round":2}`,
		`{"step":"check","run":` + run + `,"round":1,"SECRET !":2}`,
		`{"step":"check","run":` + run + `,"round":1.5}`,
		`{"step":"check","run":` + run + `,"round":9e99}`,
		`{"step":"check","run":{"name":"1f"},"round":1}`,
		`{"step":"check","run":` + strings.Replace(run, `"name"`, `"title"`, 1) + `,"round":1}`,
		`{"step":"check","run":"SECRET","round":1}`,
		`{"step":"prepare","run":` + run + `,"part":0}`,
		`{"step":"publish","run":` + run + `,"stored":[{"part":0}]}`,
		`{"step":"publish","run":` + run + `,"stored":["SECRET"]}`,
		`{"step":"map","bucket":"feed","run":"1f","settings":"2e","shard":1}`,
		`{"step":"map","bucket":"feed","run":"1f","settings":"2e","shard":1,"objects":[{"object":0,"key":"SECRET","etag":"1","size":0}]}`,
		`{"step":"map","bucket":"feed","run":"1f","settings":"2e","shard":1,"objects":[{"object":0,"key":"SECRET","etag":"1","size":9,"from":9,"to":9}]}`,
		`{"step":"map","bucket":"feed","run":"1f","settings":"2e","shard":1,"objects":[{"object":0,"key":"SECRET","etag":"1","size":9,"to":10}]}`,
		`{"step":"map","bucket":"feed","run":"1f","settings":"2e","shard":1,"objects":[{"object":0,"key":"SECRET","etag":"1","size":9},{"object":2,"key":"SECRET","etag":"1","size":9}]}`,
	} {
		_, err := Parse([]byte(payload), stepEnv)
		if !errors.Is(err, ErrStep) || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%s: %v", payload, err)
		}
		if strings.Contains(payload, `"map"`) {
			if _, err := ParseTasks([]byte("[" + payload + "]")); !errors.Is(err, ErrStep) {
				t.Errorf("%s: %v", payload, err)
			}
		}
	}
	for _, payload := range []string{
		`{"step":"mop","run":"1f"}`, `{"step":1}`, `{"Records":[{"step":"plan"}]}`, `[{"step":"check"}]`,
		`{"step":"plan","execution":"arn:1","input":{"step":"check"}}`,
		`{"step":"plan","execution":"arn:1","input":[{"key":"a"},{"key":"b","bucket":"other"}]}`,
		`{"step":"plan","execution":"arn:1","input":{"prefix":""}}`,
	} {
		if e, err := Parse([]byte(payload), stepEnv); err == nil {
			t.Errorf("%s: %+v", payload, e)
		}
	}
}
