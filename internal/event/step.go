package event

import (
	"errors"
	"time"

	"reduction/internal/json"
)

// Step is a step of a run in shards. A state machine sends it: deploy/statemachine.asl.json.
//
//	{"step": "plan", "execution": ID, "input": EVENT, "shard": BYTES}   shard may be left out
//	{"step": "map", ...}                                                see [Task]
//	{"step": "check", "run": RUN, "round": N}
//	{"step": "prepare", "run": RUN, "part": N, "parts": N}
//	{"step": "split", "run": RUN, "parts": N}                           where these were too few
//	{"step": "write", "run": RUN, "part": N, "parts": N}
//	{"step": "publish", "run": RUN, "stored": [STORED, ...]}
//
// All members are known, and all that a step needs are there.
type Step struct {
	Name string

	Execution string // plan: the ID of the execution
	Input     *Event // plan: what to read
	Payload   []byte // plan: the payload, which says all that the plan depends on
	Shard     int64  // plan: the size of shards in bytes; 0: the default

	Task Task // map

	Run         Run      // the others
	Round       int      // check: how many rounds of tasks have been mapped
	Part, Parts int      // prepare, split, write
	Stored      []Stored // publish: what write has answered, for each part
}

// Run is what the steps of a run know of it. Plan answers it, and the state machine hands it on.
type Run struct {
	Name         string // of the run: part of its objects' keys
	Settings     string // digest of the function's settings
	Tasks        string // the key of the tasks of the first round
	Bucket       string // of what is read, and of the run's objects
	Key          string // of an object, or a prefix
	Prefix, List bool   // of a prefix, or a list of objects
	VersionID    string // of an object
	ETag         string
	Objects      int
	Table        string
	PartitionKey string
	Result       string    // the Run of the result; "" without one
	Time         time.Time // when it was checked; before that, zero
}

// Task is a shard to map, on its own: the payload of map.
//
//	{"step": "map", "bucket": NAME, "run": NAME, "settings": DIGEST, "shard": N, "start": N,
//	 "objects": [{"object": N, "key": KEY, "versionId": ID, "etag": TAG, "size": N, "from": N, "to": N}]}
//
// Without a start, the first record is guessed. Without from and to, all of the object is read.
type Task struct {
	Bucket, Run, Settings string
	Shard                 int
	Start                 int64 // where the first record begins; -1: it is guessed
	Objects               []Piece
}

// Piece is an object, or a part of one, in a Task.
type Piece struct {
	Object               int // its index in the plan
	Key, VersionID, ETag string
	Size, From, To       int64
}

// Stored is the answer of write: what it has stored of a part of the groups.
type Stored struct {
	Part, Parts               int
	Groups, Suppressed, Items int
}

// ErrStep says that a step lacks a member, or has one that is wrong.
var ErrStep = errors.New("event: not the payload of a step: the state machine is of another version than the function")

// steps are the steps, the members that each needs, and those that it may have.
var steps = [...]struct{ name, needs, may string }{
	{"plan", " execution input ", " shard "},
	{"map", " bucket run settings shard objects ", " start "},
	{"check", " run round ", ""},
	{"prepare", " run part parts ", ""},
	{"split", " run parts ", ""},
	{"write", " run part parts ", ""},
	{"publish", " run stored ", ""},
}

// isStep reports whether a text names a step.
func isStep(name []byte) bool {
	for i := range steps {
		if steps[i].name == string(name) {
			return true
		}
	}
	return false
}

// parseStep reads the payload of a step. It is valid JSON.
func (e *Event) parseStep(payload []byte) error {
	step := &Step{Payload: payload, Task: Task{Start: guess}}
	r := &strict{Scanner: json.NewScanner(payload), what: "step"}
	members := r.object(func(name string) bool {
		switch name {
		case "step":
			r.text(&step.Name)
		case "execution":
			r.name(&step.Execution)
		case "input":
			if step.Input, r.err = readInput(r.Raw(), e.env); r.err != nil {
				return true
			}
		case "shard": // a size, or the number of a task
			step.Shard = r.number(maxSize)
			step.Task.Shard = int(step.Shard)
		case "round":
			step.Round = int(r.number(maxCount))
		case "part":
			step.Part = int(r.number(maxCount))
		case "parts":
			step.Parts = int(r.number(maxCount))
		case "stored":
			r.array(func() { step.Stored = append(step.Stored, r.stored()) })
		case "run": // what is known of it, or its name alone
			if r.Peek() == json.Object {
				step.Run = r.run()
			} else {
				r.name(&step.Task.Run)
			}
		default:
			return r.task(&step.Task, name)
		}
		return true
	})
	for _, k := range steps {
		if k.name == step.Name {
			r.check(members, k.needs, " step "+k.may)
		}
	}
	if has(members, "parts") && step.Part >= step.Parts {
		r.fail("there is no such part")
	}
	if r.err != nil {
		return r.err
	}
	e.Step = step
	return nil
}

// readInput reads the event that says what to read.
func readInput(raw []byte, env Environment) (*Event, error) {
	env.SQSPartial = false // a message that cannot be read fails the plan
	e, err := Parse(raw, env)
	if err != nil {
		return nil, err
	}
	if e.Step != nil || len(e.Objects) == 0 {
		return nil, &PlaceError{"input of plan", ErrNoObject}
	}
	first := e.Objects[0]
	for _, o := range e.Objects[1:] {
		if o.Bucket != first.Bucket || o.Table != first.Table || o.Prefix+first.Prefix != "" {
			return nil, &PlaceError{"input of plan: one result is of one prefix, or of objects of one bucket, for one table", ErrNoObject}
		}
	}
	return e, nil
}
