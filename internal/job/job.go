// Package job is the data path of this project's one job: an object's bytes go in, a table's items
// come out.
//
//	Source -> csvfast -> aggregate -> items -> ddbwire -> Sink
//
// The job is the one of the experiment "Oxidizing Lambda Functions": read a CSV of
// medical records, compute for each diagnosis in each hospital the mean recovery time
// and the most used treatment, and store one item a group.
//
// Two promises hold for every input. Nothing is written before the whole object has been
// read and found good. And no error, here or below, carries the content of a cell: these
// are patients' records, so an error names the place (bucket, key, record, byte offset,
// column) and the reason instead.
//
// The package knows no socket, no environment and no log: it is given a [Source], a
// [Sink] and a clock, and reports what it did in a [Summary].
package job

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"reduction/ddbwire"
)

// Object names what to read. VersionID and ETag, where not empty, are demanded of the
// object: another version than the one an event spoke of is not read in its place.
type Object struct {
	Bucket, Key, VersionID, ETag string
}

// Body is an object's bytes, and which version of it they are. Read returns io.EOF only
// when the last byte has been delivered: a download cut short is an error. Unverified names the
// algorithm of a checksum that came with the object and is not verified, or is "".
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

// is says whether two states are of one version.
func (v Version) is(o Version) bool {
	return v.ETag == o.ETag && versionOf(v.VersionID) == versionOf(o.VersionID)
}

// versionOf returns the version that an ID names, or "" where it names none: objects that were
// written while versioning was off or suspended have no ID or "null", and are overwritten (Amazon S3
// User Guide, "How S3 Versioning works"). Their ETag tells.
func versionOf(id string) string {
	if id == "null" {
		return ""
	}
	return id
}

// Listed is an object as a listing has it.
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
	// Current returns the version that is there now, whatever o demands: the zero Version where
	// there is none.
	Current(ctx context.Context, o Object) (Version, error)
}

// Sink stores batches.
type Sink interface {
	// Writer returns a Writer that goes on until ctx ends. It is closed after its last call.
	Writer(ctx context.Context) Writer
	// CheckTable returns ddbwire.ErrTableKeys for a table with other keys than items have, nil
	// for one with these, and any other error where it cannot tell.
	CheckTable(ctx context.Context, table string) error
	// Item reads an item, consistently: its attributes that are text or numbers, or nil.
	Item(ctx context.Context, table, pk, sk string) (map[string]string, error)
	// PutItem stores the item of b if the condition is met, and says whether it has been. The
	// number has a name in the condition.
	PutItem(ctx context.Context, b *ddbwire.Batch, condition string, number ddbwire.Attr) (bool, error)
}

// Writer stores batches. BatchWrite returns nil only when every item of b is stored; otherwise
// b holds those that may not be. It may be called from several goroutines, each with a batch of
// its own.
type Writer interface {
	BatchWrite(b *ddbwire.Batch) error
	Close()
}

// Job is the data path with its two ends attached. It may run several objects, at the same time
// too, and keeps buffers from one for the next. It must not be copied after its first run.
type Job struct {
	Source  Source
	Sink    Sink
	Options Options
	Memory  *Budget // of all runs together; nil: no limit
	Now     func() time.Time

	reducers sync.Pool // of *Reducer
	batches  sync.Pool // of *batch
}

// Summary says what a run did, for the response and the log.
type Summary struct {
	Counts
	Objects    int   // read into a result of a prefix
	Bytes      int64 // of CSV, after decompression
	Groups     int   // pairs of diagnosis and hospital, without those that are suppressed
	Suppressed int   // pairs that MinRecords leaves out
	Items      int   // written, the manifest included

	PartitionKey string // of the items
	Run          string // names the result; "" where neither the key nor a manifest needs it
	Latest       bool   // LATEST names the result

	Unverified string // see Body
	Unchecked  error  // why the table's keys are not known, where that matters; see checkTable

	Open  time.Duration // until the object's first bytes could be read; of a prefix, with the listing
	Read  time.Duration // reading, scanning and aggregating
	Write time.Duration // sorting out, checking and storing the items
}

// Run reduces the object o into items of the table, under the partition key pk. Where pk is "", or
// Options.Latest is set, the key is made of the object and the Run, so that what is stored under it
// never changes.
func (j *Job) Run(ctx context.Context, o Object, table, pk string) (Summary, error) {
	return j.RunWith(ctx, j.Source, j.Sink, o, table, pk)
}

// RunWith runs the job with another source and another sink.
func (j *Job) RunWith(ctx context.Context, source Source, sink Sink, o Object, table, pk string) (Summary, error) {
	return j.run(ctx, sink, origin{Object: o, source: source}, table, pk)
}

// RunPrefix reduces all objects whose keys begin with the prefix into items of the table, as one
// result, under the partition key pk. Where pk is "", or Options.Latest is set, the key is made of
// the prefix and the Run.
func (j *Job) RunPrefix(ctx context.Context, bucket, prefix, table, pk string) (Summary, error) {
	return j.run(ctx, j.Sink, origin{Object: Object{Bucket: bucket, Key: prefix}, source: j.Source, prefix: true}, table, pk)
}

// run has a result made. One that other runs have left too little memory for, which shows before
// anything is written, is made again when no other run is under way.
func (j *Job) run(ctx context.Context, sink Sink, in origin, table, pk string) (sum Summary, err error) {
	waiting, cancel := untilLastMoment(ctx)
	defer cancel()
	attempt := func(alone bool) (Summary, error) {
		share, err := j.Memory.begin(waiting, alone)
		if err != nil {
			return Summary{}, in.failed(err)
		}
		defer share.end()
		in := in
		return j.reduce(ctx, sink, &in, table, pk, share)
	}
	sum, err = attempt(false)
	if errors.Is(err, ErrBusy) {
		sum, err = attempt(true)
	}
	return sum, err
}

// reduce reads everything, and then writes the items, the manifest and the pointer, in this order.
func (j *Job) reduce(ctx context.Context, sink Sink, in *origin, table, pk string, share *share) (sum Summary, err error) {
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
	if err := j.read(ctx, in, rows, &sum); err != nil {
		return sum, err
	}
	if in.digest != nil {
		sum.Run = in.digest.run()
	}
	if sum.PartitionKey = pk; pk == "" {
		sum.PartitionKey = in.partitionKey(sum.Run)
	}

	start := j.Now()
	if err := rows.suppress(); err != nil {
		return sum, in.failed(err)
	}
	sum.Groups, sum.Suppressed = rows.Len(), rows.Suppressed
	m := newItems(table, sum.PartitionKey, sum.Run, &j.Options, start)
	largest, err := j.check(m, rows, share)
	if err != nil {
		return sum, in.failed(err)
	}
	writers, err := j.writers(sum.Groups, largest, share)
	if err != nil {
		return sum, in.failed(err)
	}
	if sum.Groups == 1 {
		if sum.Unchecked, err = j.checkTable(ctx, sink, table); err != nil {
			return sum, err
		}
	}
	sum.Items, err = j.write(ctx, sink, m, rows, writers)
	if err == nil && j.Options.Manifest {
		err = j.writeManifest(ctx, sink, in, m, rows, &sum)
	}
	if err == nil && latest {
		if sum.Latest, err = j.moveLatest(ctx, sink, in, m, &sum); err != nil {
			err = &WriteError{Table: table, Written: sum.Items, Missing: 1, Err: err}
		}
	}
	sum.Write = j.Now().Sub(start)
	return sum, err
}

// read reads all that the result is made of, and stops a moment before the deadline.
func (j *Job) read(ctx context.Context, in *origin, rows *Reducer, sum *Summary) error {
	ctx, cancel := untilLastMoment(ctx)
	defer cancel()
	rows.stop = ctx
	if in.digest != nil {
		in.digest.text(in.Bucket)
	}
	if !in.prefix {
		return j.readObject(ctx, in, in.Object, rows, sum)
	}
	start := j.Now()
	if err := in.list(ctx); err != nil {
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
		if err := j.readObject(ctx, in, Object{Bucket: in.Bucket, Key: o.Key, ETag: o.ETag}, rows, sum); err != nil {
			return err
		}
		sum.Objects++
	}
	return nil
}

// readObject adds the rows of an object. Of several, each has to be as good as one that is read
// alone.
func (j *Job) readObject(ctx context.Context, in *origin, o Object, rows *Reducer, sum *Summary) error {
	failed := func(err error) error { return &Error{Bucket: o.Bucket, Key: o.Key, Err: err} }
	start := j.Now()
	body, err := in.source.Object(ctx, o)
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
		if err := in.digest.version(o.Key, body); err != nil {
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

// takeReducer returns a Reducer that takes its memory from the share. What one from an earlier run
// has kept, the run has without asking.
func (j *Job) takeReducer(share *share) *Reducer {
	r, ok := j.reducers.Get().(*Reducer)
	if !ok {
		r = NewReducer(j.Options)
	}
	r.share = share
	share.take(r.held) // at most ownBytes
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
