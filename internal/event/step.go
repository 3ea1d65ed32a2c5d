package event

import (
	"errors"
	"strconv"

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
// Plan, check and split are answered with a [Next], and write with a [Stored].
type Step struct {
	Name string

	Execution string // plan: the ID of the execution
	Input     *Event // plan: what to read; without Objects if all of it is Ignored
	Payload   []byte // plan: the payload, which says all that the plan depends on
	Size      int64  // plan: of shards in bytes; 0: the default

	Task Task // map

	Run         Run      // the others
	Round       int64    // check: how many rounds of tasks have been mapped
	Part, Parts int64    // prepare, split, write
	Stored      []Stored // publish: what write has answered, for each part
}

// Run is what the steps of a run know of it. Plan answers it, and the state machine hands it on.
type Run struct {
	Name         string // of the run: part of its objects' keys
	Settings     string // digest of the function's settings
	Bucket       string // of what is read, and of the run's objects
	Of           string // what is read: OfObject, OfPrefix or OfList
	Key          string // of an object, or the prefix
	VersionID    string // of an object
	ETag         string
	Objects      int64 // with bytes
	Table        string
	PartitionKey string
	Result       string // the Run of the result; "" without one
	Time         int64  // when it was checked, in seconds of Unix's time; 0: it was not
}

// What a run reads.
const (
	OfObject = "object"
	OfPrefix = "prefix"
	OfList   = "list"
)

func (r *Run) members() []member {
	return []member{
		{name: "name", text: &r.Name}, {name: "settings", text: &r.Settings}, {name: "bucket", text: &r.Bucket},
		{name: "of", text: &r.Of}, {name: "key", text: &r.Key, may: true},
		{name: "versionId", text: &r.VersionID, may: true}, {name: "etag", text: &r.ETag, may: true},
		{name: "objects", number: &r.Objects}, {name: "table", text: &r.Table},
		{name: "partitionKey", text: &r.PartitionKey}, {name: "result", text: &r.Result, may: true},
		{name: "time", number: &r.Time, may: true},
	}
}

// Next is what is to be done next.
//
//	{"run": RUN, "again": true, "tasks": KEY, "count": N, "round": N}   map these tasks, then check
//	{"run": RUN, "again": false, "parts": [0, 1, ...], "of": N}         prepare each part, then write
type Next struct {
	Run   Run
	Tasks string // the key of the tasks; "": none are left
	Count int    // of the tasks
	Round int64
	Parts int64
}

// Append appends a Next as a JSON object.
func (n *Next) Append(dst []byte) []byte {
	dst = appendMembers(append(dst, `{"run":`...), n.Run.members())
	if n.Tasks != "" {
		dst = json.AppendString(append(dst, `,"again":true,"tasks":`...), n.Tasks)
		dst = strconv.AppendInt(append(dst, `,"count":`...), int64(n.Count), 10)
		return append(strconv.AppendInt(append(dst, `,"round":`...), n.Round, 10), '}')
	}
	dst = append(dst, `,"again":false,"parts":[`...)
	for i := range n.Parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, i, 10)
	}
	return append(strconv.AppendInt(append(dst, `],"of":`...), n.Parts, 10), '}')
}

// Stored is what a step has stored of a part of the groups.
type Stored struct {
	Part, Parts               int64
	Groups, Suppressed, Items int64
}

func (s *Stored) members() []member {
	return []member{
		{name: "part", number: &s.Part}, {name: "parts", number: &s.Parts}, {name: "groups", number: &s.Groups},
		{name: "suppressed", number: &s.Suppressed}, {name: "items", number: &s.Items},
	}
}

// Append appends a Stored as a JSON object.
func (s *Stored) Append(dst []byte) []byte { return appendMembers(dst, s.members()) }

// Task is a shard to map, on its own: the payload of map.
//
//	{"step": "map", "bucket": NAME, "run": NAME, "settings": DIGEST, "shard": N, "start": N,
//	 "objects": [{"object": N, "key": KEY, "versionId": ID, "etag": TAG, "size": N, "from": N, "to": N}]}
//
// Without a start, the first record is guessed. Without from and to, all of the object is read.
type Task struct {
	Bucket, Run, Settings string
	Shard                 int64
	Start                 int64 // where the first record begins; 0: it is guessed
	Objects               []Piece
}

// Piece is an object, or a part of one, in a Task.
type Piece struct {
	Object               int64 // its index in the plan
	Key, VersionID, ETag string
	Size, From, To       int64
}

func (p *Piece) members() []member {
	return []member{
		{name: "object", number: &p.Object}, {name: "key", text: &p.Key}, {name: "versionId", text: &p.VersionID, may: true},
		{name: "etag", text: &p.ETag}, {name: "size", number: &p.Size},
		{name: "from", number: &p.From, may: true}, {name: "to", number: &p.To, may: true},
	}
}

// Append appends a task as a JSON object.
func (t *Task) Append(dst []byte) []byte {
	name := "map"
	dst = appendMembers(dst, []member{
		{name: "step", text: &name}, {name: "bucket", text: &t.Bucket}, {name: "run", text: &t.Run}, {name: "settings", text: &t.Settings},
		{name: "shard", number: &t.Shard}, {name: "start", number: &t.Start, may: true},
	})
	dst = append(dst[:len(dst)-1], `,"objects":[`...)
	for i, p := range t.Objects {
		if i > 0 {
			dst = append(dst, ',')
		}
		if p.To == p.Size && p.From == 0 {
			p.To = 0
		}
		dst = appendMembers(dst, p.members())
	}
	return append(dst, "]}"...)
}

// ErrStep says that a step lacks a member, or has one that is wrong.
var ErrStep = errors.New("event: not the payload of a step: the state machine is of another version than the function")

// steps are the steps, the members that each needs, and those that it may have.
var steps = [...]struct{ name, needs, may string }{
	{"plan", " execution input ", " step shard "},
	{"map", " bucket run settings shard objects ", " step start "},
	{"check", " run round ", " step "},
	{"prepare", " run part parts ", " step "},
	{"split", " run parts ", " step "},
	{"write", " run part parts ", " step "},
	{"publish", " run stored ", " step "},
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
	s := &Step{Payload: payload}
	t := &s.Task
	r := &record{Scanner: json.NewScanner(payload)}
	names := r.object([]member{
		{name: "step", text: &s.Name}, {name: "execution", text: &s.Execution, may: true}, {name: "shard", number: &t.Shard, may: true},
		{name: "bucket", text: &t.Bucket, may: true}, {name: "settings", text: &t.Settings, may: true}, {name: "start", number: &t.Start, may: true},
		{name: "round", number: &s.Round, may: true}, {name: "part", number: &s.Part, may: true}, {name: "parts", number: &s.Parts, may: true},
	}, func(name string) bool {
		switch name {
		case "input":
			s.Input, r.err = readInput(r.Raw(), e.env)
		case "stored":
			r.array(func() {
				var part Stored
				r.object(part.members(), nil)
				s.Stored = append(s.Stored, part)
			})
		case "objects":
			r.array(func() { r.piece(t) })
		case "run": // what is known of it, or its name alone
			if r.Peek() == json.Object {
				r.object(s.Run.members(), nil)
			} else {
				t.Run = string(r.Text())
			}
		default:
			return false
		}
		return true
	})
	for _, k := range steps {
		if k.name == s.Name {
			r.only(names, k.needs, k.may)
		}
	}
	if has(names, "run") && (s.Name == "map") != (t.Run != "") {
		r.fail("member run has a value of the wrong type")
	}
	if r.err != nil {
		return r.err
	}
	s.Size = t.Shard // of a plan
	e.Step = s
	return nil
}

// piece reads a Piece of a Task.
func (r *record) piece(t *Task) {
	var p Piece
	r.object(p.members(), nil)
	if p.To == 0 {
		p.To = p.Size
	}
	if p.From >= p.To || p.To > p.Size {
		r.fail("an object has no such bytes")
	}
	t.Objects = append(t.Objects, p)
	if p.Object != t.Objects[0].Object+int64(len(t.Objects)-1) {
		r.fail("objects are not in order")
	}
}

// ParseTasks reads a JSON array of tasks.
func ParseTasks(document []byte) (tasks []Task, err error) {
	if err := json.Check(document); err != nil {
		return nil, &PlaceError{"tasks", err}
	}
	e := new(Event)
	s := json.NewScanner(document)
	for i := range s.Array() {
		if err := e.parseStep(s.Raw()); err != nil {
			return nil, at("task", i, err)
		}
		tasks = append(tasks, e.Step.Task)
	}
	return tasks, s.Err()
}

// readInput reads the event that says what to read.
func readInput(raw []byte, env Environment) (*Event, error) {
	env.SQSPartial = false // a message that cannot be read fails the plan
	e, err := Parse(raw, env)
	if err != nil {
		return nil, err
	}
	if e.Step != nil {
		return nil, &PlaceError{"input of plan", ErrNoObject}
	}
	for _, o := range e.Objects {
		first := e.Objects[0]
		if len(e.Objects) > 1 && (o.Bucket != first.Bucket || o.Table != first.Table || o.Prefix != "") {
			return nil, &PlaceError{"input of plan: one result is of one prefix, or of objects of one bucket, for one table", ErrNoObject}
		}
	}
	return e, nil
}
