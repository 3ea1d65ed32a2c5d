// Package job reads an object, reduces it, and writes the result as items of a table.
//
//	Source -> csvfast -> aggregate -> items -> ddbwire -> Sink
//
// The job is that of the experiment "Oxidizing Lambda Functions": read a CSV of medical records,
// compute the mean recovery time and the most used treatment for each diagnosis in each hospital,
// and store one item for each such group.
//
// Two promises hold for every input. Nothing is written before the whole object has been read and
// found good. No error, here or in the packages below, shows the content of a cell: these are
// patients' records. Instead an error names the place (bucket, key, record, byte offset, column)
// and the reason.
//
// The package uses no socket and no log. It gets a [Source], a [Sink] and a clock, and returns a
// [Summary] of what it did.
package job

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"reduction/ddbwire"
)

// Object names what to read. If VersionID or ETag is not empty, the Source must demand it, so that
// another version than the event's is not read by mistake.
type Object struct {
	Bucket, Key, VersionID, ETag string
}

// Body is an object's bytes and version. Read returns io.EOF only after the last byte: a download
// that is cut short is an error. Unverified returns the algorithm of a checksum that came with the
// object and is not verified, or "".
type Body interface {
	io.ReadCloser
	ETag() string
	VersionID() string
	Unverified() string
}

// Version is the state of an object.
type Version struct {
	ETag, VersionID string
	Modified        time.Time
}

// is reports whether two states are of the same version.
func (v Version) is(o Version) bool {
	return v.ETag == o.ETag && versionOf(v.VersionID) == versionOf(o.VersionID)
}

// versionOf returns a version ID, or "" if it names no fixed version. Objects that were written
// while versioning was off or suspended have no ID, or "null", and are overwritten (Amazon S3 User
// Guide, "How S3 Versioning works"). Their ETags tell them apart.
func versionOf(id string) string {
	if id == "null" {
		return ""
	}
	return id
}

// Listed is an object in a listing.
type Listed struct {
	Key, ETag string
	Size      int64
	Modified  time.Time
}

// Source opens objects.
type Source interface {
	Object(ctx context.Context, o Object) (Body, error)
	// List returns the objects whose keys begin with the prefix, in the order of their keys. It
	// may stop when it has more than most.
	List(ctx context.Context, bucket, prefix string, most int) ([]Listed, error)
	// Current returns the current version of an object, whatever o demands. It returns the zero
	// Version if there is no such object.
	Current(ctx context.Context, o Object) (Version, error)
}

// Sink stores batches.
type Sink interface {
	// Writer returns a Writer that goes on until ctx ends. It is closed after its last call.
	Writer(ctx context.Context) Writer
	// CheckTable returns nil if the table has the keys that items have, ddbwire.ErrTableKeys if
	// it has others, and any other error if the keys are not known.
	CheckTable(ctx context.Context, table string) error
	// Item returns the attributes of an item that are text or numbers, or nil if there is no such
	// item. The read is consistent.
	Item(ctx context.Context, table, pk, sk string) (map[string]string, error)
	// PutItem stores the item of b if the condition is met, and reports whether it did. The
	// condition refers to number by its name.
	PutItem(ctx context.Context, b *ddbwire.Batch, condition string, number ddbwire.Attr) (bool, error)
}

// Writer stores batches. BatchWrite returns nil only if every item of b is stored; otherwise b
// holds the items that may not be stored. Several goroutines may call it, each with a batch of its
// own.
type Writer interface {
	BatchWrite(b *ddbwire.Batch) error
	Close()
}

// Job runs the job over objects, several at the same time if the caller wants. It keeps buffers
// from one run for the next. It must not be copied after its first run.
type Job struct {
	Source  Source
	Sink    Sink
	Options Options
	Memory  *Budget // shared by all runs; nil: no limit
	Now     func() time.Time

	reducers sync.Pool // of *Reducer
	batches  sync.Pool // of *batch
}

// Summary says what a run did, for the response and the log.
type Summary struct {
	Counts
	Objects    int   // how many objects of a prefix were read
	Bytes      int64 // of CSV, after decompression
	Groups     int   // pairs of diagnosis and hospital, without those that are suppressed
	Suppressed int   // pairs that MinRecords leaves out
	Items      int   // written, the manifest included

	PartitionKey string // of the items
	Run          string // names the result; "" if neither the key nor a manifest needs it
	Latest       bool   // the pointer of LATEST names the result

	Unverified string // see Body
	Unchecked  error  // why the table's keys could not be checked; see checkTable

	Open  time.Duration // until the object's first bytes could be read; for a prefix, with the listing
	Read  time.Duration // reading, scanning and aggregating
	Write time.Duration // leaving out small groups, checking and storing the items
}

// Run reduces the object o into items of the table, with the partition key pk. If pk is "", or
// Options.Latest is set, the key is made of the object and the Run, so that the items under a key
// never change.
func (j *Job) Run(ctx context.Context, o Object, table, pk string) (Summary, error) {
	return j.run(ctx, origin{Object: o}, table, pk)
}

// RunPrefix reduces all objects whose keys begin with the prefix into one result in the table, with
// the partition key pk. If pk is "", or Options.Latest is set, the key is made of the prefix and
// the Run.
func (j *Job) RunPrefix(ctx context.Context, bucket, prefix, table, pk string) (Summary, error) {
	return j.run(ctx, origin{Object: Object{Bucket: bucket, Key: prefix}, prefix: true}, table, pk)
}

// run makes a result. If other runs leave too little memory, it fails before anything is written.
// Then run waits until no other run is under way, and starts again. Waiting and reading end a moment
// before the deadline.
func (j *Job) run(ctx context.Context, in origin, table, pk string) (sum Summary, err error) {
	reading, cancel := untilLastMoment(ctx)
	defer cancel()
	in.source, in.ctx = j.Source, reading
	err = j.withMemory(reading, func(share *share, err error) error {
		sum = Summary{}
		if err != nil {
			return in.failed(err)
		}
		in := in
		sum, err = j.reduce(ctx, &in, table, pk, share)
		return err
	})
	return sum, err
}

// withMemory does work with a share of the memory, or with an error if there is none. Where other
// runs leave too little, it does the work again when no other run is under way.
func (j *Job) withMemory(reading context.Context, work func(*share, error) error) error {
	attempt := func(alone bool) error {
		share, err := j.Memory.begin(reading, alone)
		defer share.end()
		return work(share, err)
	}
	err := attempt(false)
	if errors.Is(err, ErrBusy) {
		err = attempt(true)
	}
	return err
}

// reduce reads everything, and then writes the items, the manifest and the pointer, in this order.
func (j *Job) reduce(ctx context.Context, in *origin, table, pk string, share *share) (sum Summary, err error) {
	latest := j.Options.Latest != NoLatest
	if latest {
		pk = ""
		if _, err := in.sortKey(j.Options.Latest); err != nil {
			return sum, in.failed(err)
		}
	}
	if pk == "" || j.Options.Manifest {
		in.digest = newDigest(&j.Options)
	}
	rows := j.takeReducer(share)
	defer j.keepReducer(rows)
	if err := j.read(in, rows, &sum); err != nil {
		return sum, err
	}
	if in.digest != nil {
		sum.Run = in.digest.run()
	}
	if sum.PartitionKey = pk; pk == "" {
		sum.PartitionKey = in.partitionKey(sum.Run)
	}

	start := j.Now()
	m := newItems(table, sum.PartitionKey, sum.Run, &j.Options, start)
	writers, err := j.prepare(m, rows, &sum)
	if err != nil {
		return sum, in.failed(err)
	}
	if err = j.store(ctx, m, rows, writers, &sum); err == nil {
		err = j.publish(ctx, in, m, extremesOf(rows.Extreme()), &sum)
	}
	sum.Write = j.Now().Sub(start)
	return sum, err
}

// prepare leaves out small groups and checks the others, before anything is written. It returns how
// many batches to write at the same time.
func (j *Job) prepare(m *items, rows *Reducer, sum *Summary) (writers int, err error) {
	if err := rows.suppress(); err != nil {
		return 0, err
	}
	sum.Groups, sum.Suppressed = rows.Len(), rows.Suppressed
	largest, err := j.check(m, rows, rows.share)
	if err != nil {
		return 0, err
	}
	return j.writers(sum.Groups, largest, rows.share)
}

// store writes the items of the groups.
func (j *Job) store(ctx context.Context, m *items, rows *Reducer, writers int, sum *Summary) (err error) {
	if sum.Groups == 1 {
		if sum.Unchecked, err = j.checkTable(ctx, j.Sink, m.table); err != nil {
			return err
		}
	}
	sum.Items, err = j.write(ctx, j.Sink, m, rows, writers)
	return err
}

// publish writes the manifest, and then the pointer, where the options ask for them.
func (j *Job) publish(ctx context.Context, in *origin, m *items, e Extremes, sum *Summary) (err error) {
	if j.Options.Manifest {
		err = j.writeManifest(ctx, j.Sink, in, m, e, sum)
	}
	if err == nil && j.Options.Latest != NoLatest && !in.list {
		if sum.Latest, err = j.moveLatest(ctx, j.Sink, in, m, sum); err != nil {
			err = &WriteError{Table: m.table, Written: sum.Items, Missing: 1, Err: err}
		}
	}
	return err
}

// read reads the object, or all objects of the prefix.
func (j *Job) read(in *origin, rows *Reducer, sum *Summary) error {
	rows.stop = in.ctx
	if in.digest != nil {
		in.digest.text(in.Bucket)
	}
	if !in.prefix {
		return j.readObject(in, in.Object, rows, sum)
	}
	start := j.Now()
	if err := in.find(); err != nil {
		return err
	}
	if err := rows.share.take(2 * in.size()); err != nil { // LATEST lists again
		return in.failed(err)
	}
	sum.Open = j.Now().Sub(start)
	if in.digest != nil {
		in.digest.text(in.Key)
		in.digest.number(len(in.objects))
	}
	for _, o := range in.objects {
		rows.AnotherFile()
		if err := j.readObject(in, Object{Bucket: in.Bucket, Key: o.Key, ETag: o.ETag}, rows, sum); err != nil {
			return err
		}
		sum.Objects++
	}
	return nil
}

// readObject adds the rows of an object. Each object of a prefix must be as good as one that is
// read alone.
func (j *Job) readObject(in *origin, o Object, rows *Reducer, sum *Summary) error {
	failed := func(err error) error { return &Error{Bucket: o.Bucket, Key: o.Key, Err: err} }
	start := j.Now()
	body, err := in.source.Object(in.ctx, o)
	if err != nil {
		return err
	}
	defer body.Close()
	opened := j.Now()
	sum.Open += opened.Sub(start)
	if unverified := body.Unverified(); unverified != "" {
		sum.Unverified = unverified
	}
	in.version = Version{ETag: body.ETag(), VersionID: body.VersionID()}
	if in.digest != nil {
		if err := in.digest.version(o.Key, in.version); err != nil {
			return failed(err)
		}
	}
	before := rows.Counts
	n, err := rows.ReadFrom(body)
	if err == nil {
		err = rows.verdictSince(&before, j.Options.BadRows)
	}
	if in.prefix {
		for i, bad := range rows.Bad[len(before.Bad):] {
			rows.Bad[len(before.Bad)+i] = failed(bad)
		}
	}
	sum.Counts = rows.Counts
	sum.Bytes += n
	sum.Read += j.Now().Sub(opened)
	if err != nil {
		return failed(err)
	}
	return nil
}

// takeReducer returns a Reducer that takes its memory from the share. A Reducer of an earlier run
// has kept some memory. That is at most ownBytes, so it never has to wait for it.
func (j *Job) takeReducer(share *share) *Reducer {
	r, ok := j.reducers.Get().(*Reducer)
	if !ok {
		r = NewReducer(j.Options)
	}
	r.share = share
	share.take(r.held)
	return r
}

func (j *Job) keepReducer(r *Reducer) {
	r.reset()
	if r.stop, r.share = nil, nil; r.held <= ownBytes {
		j.reducers.Put(r)
	}
}

func (j *Job) check(m *items, groups *Reducer, share *share) (largest int, err error) {
	b := j.takeBatch()
	defer j.keepBatch(b)
	return m.check(b, groups, share)
}
