package event

import (
	"strconv"
	"time"
)

// run reads a Run.
func (r *strict) run() (run Run) {
	var kind string
	members := r.object(func(name string) bool {
		switch name {
		case "name":
			r.name(&run.Name)
		case "settings":
			r.name(&run.Settings)
		case "tasks":
			r.text(&run.Tasks)
		case "bucket":
			r.text(&run.Bucket)
		case "of":
			r.text(&kind)
		case "key":
			r.text(&run.Key)
		case "versionId":
			r.text(&run.VersionID)
		case "etag":
			r.text(&run.ETag)
		case "objects":
			run.Objects = int(r.number(maxCount))
		case "table":
			r.text(&run.Table)
		case "partitionKey":
			r.text(&run.PartitionKey)
		case "result":
			r.text(&run.Result)
		case "time":
			run.Time = time.Unix(r.number(maxSize), 0)
		default:
			return false
		}
		return true
	})
	r.check(members, " name settings tasks bucket of key objects table partitionKey ", " versionId etag result time ")
	switch kind {
	case "object":
	case "prefix":
		run.Prefix = true
	case "list":
		run.List = true
	default:
		r.fail("a run of nothing that is known")
	}
	return run
}

// AppendRun appends a run as a JSON object.
func AppendRun(dst []byte, run *Run) []byte {
	kind := "object"
	switch {
	case run.Prefix:
		kind = "prefix"
	case run.List:
		kind = "list"
	}
	dst = append(dst, `{"of":"`...)
	dst = append(append(dst, kind...), '"')
	for _, text := range [...]struct{ name, value string }{
		{"name", run.Name}, {"settings", run.Settings}, {"tasks", run.Tasks}, {"bucket", run.Bucket}, {"key", run.Key},
		{"versionId", run.VersionID}, {"etag", run.ETag}, {"table", run.Table}, {"partitionKey", run.PartitionKey}, {"result", run.Result},
	} {
		if text.value != "" || text.name == "key" {
			dst = appendText(dst, text.name, text.value)
		}
	}
	dst = appendNumber(dst, "objects", int64(run.Objects))
	if !run.Time.IsZero() {
		dst = appendNumber(dst, "time", run.Time.Unix())
	}
	return append(dst, '}')
}

// stored reads a Stored.
func (r *strict) stored() (s Stored) {
	members := r.object(func(name string) bool {
		switch name {
		case "part":
			s.Part = int(r.number(maxCount))
		case "parts":
			s.Parts = int(r.number(maxCount))
		case "groups":
			s.Groups = int(r.number(maxCount))
		case "suppressed":
			s.Suppressed = int(r.number(maxCount))
		case "items":
			s.Items = int(r.number(maxCount))
		default:
			return false
		}
		return true
	})
	r.check(members, " part parts groups suppressed items ", "")
	if s.Part >= s.Parts {
		r.fail("there is no such part")
	}
	return s
}

// AppendStored appends a Stored as a JSON object.
func AppendStored(dst []byte, s *Stored) []byte {
	dst = strconv.AppendInt(append(dst, `{"part":`...), int64(s.Part), 10)
	dst = appendNumber(dst, "parts", int64(s.Parts))
	dst = appendNumber(dst, "groups", int64(s.Groups))
	dst = appendNumber(dst, "suppressed", int64(s.Suppressed))
	return append(appendNumber(dst, "items", int64(s.Items)), '}')
}

// Next is the answer of plan, check and split: what is to be done next.
//
//	{"run": RUN, "again": true, "tasks": KEY, "count": N, "round": N}   map these tasks, then check
//	{"run": RUN, "again": false, "parts": [0, 1, ...], "of": N}         prepare each part, then write
type Next struct {
	Run   Run
	Tasks string // the key of the tasks; "": none are left
	Count int    // of the tasks
	Round int
	Parts int
}

// AppendNext appends a Next as a JSON object.
func AppendNext(dst []byte, n *Next) []byte {
	dst = AppendRun(append(dst, `{"run":`...), &n.Run)
	if n.Tasks != "" {
		dst = appendText(append(dst, `,"again":true`...), "tasks", n.Tasks)
		dst = appendNumber(dst, "count", int64(n.Count))
		return append(appendNumber(dst, "round", int64(n.Round)), '}')
	}
	dst = append(dst, `,"again":false,"parts":[`...)
	for i := range n.Parts {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = strconv.AppendInt(dst, int64(i), 10)
	}
	return append(appendNumber(append(dst, ']'), "of", int64(n.Parts)), '}')
}
