package shard

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"

	"reduction/internal/job"
)

const (
	// DefaultSize is the size of shards where a plan names none: a function of one CPU reads that
	// much in some seconds, so that one that has to be tried again costs little.
	DefaultSize = 256 << 20

	// MaxShards is how many shards a plan has at the most. AWS Step Functions runs as many child
	// workflows of a Distributed Map at a time (Step Functions Developer Guide, Quotas), and Check
	// reads the head of each partial.
	MaxShards = 10_000

	// MaxObjects is how many objects a plan has at the most: 1 << (63 - offsetBits).
	MaxObjects = job.MaxShardedObjects

	// offsetBits are the bits of an offset in an object: 64 TiB. S3's largest object has less, and
	// the bits above them number the objects, in the places of groups.
	offsetBits = 46
)

var (
	ErrNoObjects      = errors.New("there is no object to read")
	ErrTooManyObjects = errors.New("more than 131,072 objects: give each run some of them")
	ErrObjectTooLarge = errors.New("an object of more than 64 TiB")
)

// Object is an object whose version and size are fixed.
type Object struct {
	job.Object
	Size int64
}

// Piece is a part of an object: the bytes from From up to To.
type Piece struct {
	Object   int // its index in the plan
	From, To int64
}

// Shard is what one map reads: a piece of an object that is larger than a shard, or some smaller
// objects.
type Shard []Piece

// Plan says what a run reads, and how it is shared.
type Plan struct {
	Run      string // names the run: partials of different runs never meet
	Settings string // the digest of the settings that partials depend on
	Size     int64  // of shards, about
	Objects  []Object
	Shards   []Shard
	Empty    int // objects without bytes, which are left out

	firstShard, firstObject int // of a plan that has only one shard of another: see One
}

// One returns a plan that has only one shard of another one, for a Map of that shard alone. objects
// are those of the shard's pieces, without others between them.
func One(run, settings string, shard int, s Shard, objects []Object) *Plan {
	return &Plan{Run: run, Settings: settings, Objects: objects, Shards: []Shard{s}, firstShard: shard, firstObject: s[0].Object}
}

// object returns an object by its index in the plan.
func (p *Plan) object(i int) *Object { return &p.Objects[i-p.firstObject] }

// shard returns a shard by its index in the plan, if the plan has it.
func (p *Plan) shard(i int) (s Shard, ok bool) {
	if i -= p.firstShard; i < 0 || i >= len(p.Shards) {
		return nil, false
	}
	return p.Shards[i], true
}

// NewPlan shares objects among shards of about size bytes, or more where they would be more than
// MaxShards. Objects no larger than a shard are not cut, and share shards.
func NewPlan(run string, o *job.Options, objects []Object, size int64) (*Plan, error) {
	p := &Plan{Run: run, Settings: o.Digest(), Size: size}
	if size <= 0 {
		p.Size = DefaultSize
	}
	var total int64
	for i := range objects {
		o := &objects[i]
		switch {
		case o.Size == 0:
			p.Empty++
			continue
		case o.Size > 1<<offsetBits:
			return nil, &job.Error{Bucket: o.Bucket, Key: o.Key, Err: ErrObjectTooLarge}
		}
		p.Objects = append(p.Objects, *o)
		total += o.Size
	}
	switch {
	case len(p.Objects) == 0 && len(objects) == 1:
		return nil, &job.Error{Bucket: objects[0].Bucket, Key: objects[0].Key, Err: job.ErrEmpty}
	case len(p.Objects) == 0:
		return nil, ErrNoObjects
	case len(p.Objects) > MaxObjects:
		return nil, ErrTooManyObjects
	}
	p.Size = max(p.Size, total/MaxShards)
	for !p.cut() {
		p.Size += p.Size/8 + 1
	}
	return p, nil
}

// cut makes shards, and says whether they are few enough.
func (p *Plan) cut() bool {
	p.Shards = nil
	var shared Shard
	room, names := p.Size, maxNames
	flush := func() {
		if len(shared) > 0 {
			p.Shards = append(p.Shards, shared)
		}
		shared, room, names = nil, p.Size, maxNames
	}
	for i := range p.Objects {
		o := &p.Objects[i]
		if o.Size > p.Size {
			flush()
			n := (o.Size + p.Size - 1) / p.Size
			if int64(len(p.Shards))+n > MaxShards {
				return false
			}
			for k := range n {
				p.Shards = append(p.Shards, Shard{{Object: i, From: share(o.Size, k, n), To: share(o.Size, k+1, n)}})
			}
			continue
		}
		size := namesSize(o)
		if o.Size > room || size > names {
			flush()
		}
		room -= o.Size
		names -= size
		shared = append(shared, Piece{Object: i, To: o.Size})
	}
	flush()
	return len(p.Shards) <= MaxShards
}

// maxNames bounds what a shard says of its objects, in bytes. All of it is in the input of one child
// execution of Step Functions, which may have 256 KiB (Step Functions Developer Guide, Quotas).
const maxNames = 200_000

// namesSize is the most that an object takes there: the names of members and its numbers, and its
// names in JSON, where plain characters of ASCII take a byte and all others six at the most.
func namesSize(o *Object) int {
	size := len(`{"object":131071,"key":"","versionId":"","etag":"","size":70368744177664},`)
	for _, name := range [...]string{o.Key, o.VersionID, o.ETag} {
		for i := range len(name) {
			if c := name[i]; c < ' ' || c == '"' || c == '\\' || c > '~' {
				size += 5
			}
			size++
		}
	}
	return size
}

// share returns where part k of n begins.
func share(size, k, n int64) int64 { return size/n*k + size%n*k/n }

// whole says whether a piece is a whole object.
func (p *Plan) whole(piece Piece) bool {
	return piece.From == 0 && piece.To == p.object(piece.Object).Size
}

// Verify fails where an object that would be cut is compressed.
func (p *Plan) Verify(ctx context.Context, source Source) error {
	for _, s := range p.Shards {
		o := &p.Objects[s[0].Object]
		if s[0].From > 0 || p.whole(s[0]) {
			continue
		}
		var start [2]byte
		in := p.reader(ctx, source, s[0].Object, 0, int64(len(start)))
		_, err := io.ReadFull(in, start[:])
		in.Close()
		if err != nil && err != io.ErrUnexpectedEOF {
			return err
		}
		if job.IsGzip(start[:]) {
			return &job.Error{Bucket: o.Bucket, Key: o.Key, Err: job.ErrShardCompressed}
		}
	}
	return nil
}

// Guess is the start of a Task whose first record is guessed.
const Guess = -1

// Task is what a map does: a shard, and where its first record begins, as far as anyone knows.
type Task struct {
	Shard int
	Start int64 // Guess, or an offset within the shard's only piece
}

// First are the tasks that a run begins with.
func (p *Plan) First() []Task {
	tasks := make([]Task, len(p.Shards))
	for i := range tasks {
		tasks[i] = Task{i, Guess}
	}
	return tasks
}

// Name is the name of a task's partial. It is the same however often a task is carried out.
func (p *Plan) Name(t Task) string {
	shard := strconv.Itoa(t.Shard)
	const zeros = "00000"
	return p.Run + "/" + zeros[min(len(shard), len(zeros)):] + shard + "-" + t.start() + "-" + p.Settings + Suffix
}

// start names the start.
func (t Task) start() string {
	if t.Start == Guess {
		return "guess"
	}
	return strconv.FormatInt(t.Start, 10)
}

// Folder begins the keys of the objects that a run on AWS keeps, beside what it reads. Suffix ends
// their names, and those of all partials.
const (
	Folder = "reduction-runs/"
	Suffix = ".part"
)

// IsKept says whether a key is that of an object that a run on AWS keeps.
func IsKept(key string) bool {
	return strings.HasPrefix(key, Folder) && strings.HasSuffix(key, Suffix)
}

// place returns the offset that groups of an object have in a table of several objects.
func place(object int, offset int64) int64 { return int64(object)<<offsetBits | offset }

// Place returns the object in which a group was first seen, and where there.
func (p *Plan) Place(offset int64) (o *Object, at int64) {
	return &p.Objects[offset>>offsetBits], offset & (1<<offsetBits - 1)
}
