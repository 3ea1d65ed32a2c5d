package event

import (
	"strconv"

	"reduction/internal/json"
)

// guess is the start of a Task whose first record is guessed.
const guess = -1

// task reads a member of a Task, or reports that it is none.
func (r *strict) task(t *Task, name string) bool {
	switch name {
	case "bucket":
		r.text(&t.Bucket)
	case "settings":
		r.name(&t.Settings)
	case "start":
		t.Start = r.number(maxSize)
	case "objects":
		r.array(func() { t.Objects = append(t.Objects, r.piece()) })
		for i, p := range t.Objects {
			if p.Object != t.Objects[0].Object+i {
				r.fail("objects are not in order")
			}
		}
		if len(t.Objects) == 0 {
			r.fail("no objects")
		}
	default:
		return false
	}
	return true
}

// piece reads a Piece.
func (r *strict) piece() (p Piece) {
	members := r.object(func(name string) bool {
		switch name {
		case "object":
			p.Object = int(r.number(maxCount))
		case "key":
			r.text(&p.Key)
		case "versionId":
			r.text(&p.VersionID)
		case "etag":
			r.text(&p.ETag)
		case "size":
			p.Size = r.number(maxSize)
		case "from":
			p.From = r.number(maxSize)
		case "to":
			p.To = r.number(maxSize)
		default:
			return false
		}
		return true
	})
	r.check(members, " object key etag size ", " versionId from to ")
	if !has(members, "to") {
		p.To = p.Size
	}
	if p.From >= p.To || p.To > p.Size {
		r.fail("an object without such bytes")
	}
	return p
}

// ParseTasks reads the tasks of a round, as AppendTasks writes them.
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
	if err := s.Err(); err != nil {
		return nil, &PlaceError{"tasks", err}
	}
	return tasks, nil
}

// AppendTask appends a task as an element of a JSON array.
func AppendTask(dst []byte, t *Task) []byte {
	dst = append(dst, `{"step":"map"`...)
	dst = appendText(dst, "bucket", t.Bucket)
	dst = appendText(dst, "run", t.Run)
	dst = appendText(dst, "settings", t.Settings)
	dst = appendNumber(dst, "shard", int64(t.Shard))
	if t.Start != guess {
		dst = appendNumber(dst, "start", t.Start)
	}
	dst = append(dst, `,"objects":[`...)
	for i := range t.Objects {
		p := &t.Objects[i]
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(append(dst, `{"object":`...), int64(p.Object), 10)
		dst = appendText(dst, "key", p.Key)
		if p.VersionID != "" {
			dst = appendText(dst, "versionId", p.VersionID)
		}
		dst = appendText(dst, "etag", p.ETag)
		dst = appendNumber(dst, "size", p.Size)
		if p.To-p.From != p.Size {
			dst = appendNumber(dst, "from", p.From)
			dst = appendNumber(dst, "to", p.To)
		}
		dst = append(dst, '}')
	}
	return append(dst, "]}"...)
}

// appendText appends a member that is not the first.
func appendText(dst []byte, name, value string) []byte {
	return json.AppendString(appendName(dst, name), value)
}

func appendNumber(dst []byte, name string, value int64) []byte {
	return strconv.AppendInt(appendName(dst, name), value, 10)
}

func appendName(dst []byte, name string) []byte {
	return append(append(append(dst, `,"`...), name...), `":`...)
}
