// Package job is the data path: an object's bytes go in, a table's items come out.
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

// is says whether a body is of this version.
func (v Version) is(b Body) bool {
	return v.ETag == b.ETag() && versionOf(v.VersionID) == versionOf(b.VersionID())
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

// Source opens objects.
type Source interface {
	Object(ctx context.Context, o Object) (Body, error)
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
	Bytes  int64 // of CSV, after decompression
	Groups int   // pairs of diagnosis and hospital
	Items  int   // written, the manifest included

	PartitionKey string // of the items
	Run          string // names the result; "" where neither the key nor a manifest needs it
	Latest       bool   // LATEST names the result

	Unverified string // see Body
	Unchecked  error  // why the table's keys are not known, where that matters; see checkTable

	Open  time.Duration // until the object's first bytes could be read
	Read  time.Duration // reading, scanning and aggregating
	Write time.Duration // sorting out, checking and storing the items
}

// Run reduces the object o into items of the table, under the partition key pk. Where pk is "", or
// Options.Latest is set, the key is made of the object and the Run, so that what is stored under it
// never changes.
func (j *Job) Run(ctx context.Context, o Object, table, pk string) (Summary, error) {
	return j.RunWith(ctx, j.Source, j.Sink, o, table, pk)
}

// RunWith runs the job with another source and another sink. A run that other runs have left too
// little memory for, which shows before anything is written, is done again, alone.
func (j *Job) RunWith(ctx context.Context, source Source, sink Sink, o Object, table, pk string) (sum Summary, err error) {
	reading, cancel := untilLastMoment(ctx)
	defer cancel()
	for _, alone := range [...]bool{false, true} {
		var share *share
		if share, err = j.Memory.begin(reading, alone); err != nil {
			return sum, &Error{Bucket: o.Bucket, Key: o.Key, Err: err}
		}
		sum, err = j.run(ctx, reading, source, sink, o, table, pk, share)
		share.end()
		if !errors.Is(err, ErrBusy) {
			break
		}
	}
	return sum, err
}

// run is one attempt of RunWith. Reading ends with the context reading, a moment before ctx.
func (j *Job) run(ctx, reading context.Context, source Source, sink Sink, o Object, table, pk string, share *share) (Summary, error) {
	var sum Summary
	failed := func(err error) error { return &Error{Bucket: o.Bucket, Key: o.Key, Err: err} }
	latest := j.Options.Latest != NoLatest
	if latest {
		pk = ""
		if _, err := j.Options.Latest.sortKey(o); err != nil {
			return sum, failed(err)
		}
	}
	start := j.Now()
	body, err := source.Object(reading, o)
	if err != nil {
		return sum, err
	}
	defer body.Close()
	sum.Open = j.Now().Sub(start)
	sum.Unverified = body.Unverified()
	sum.PartitionKey = pk
	if pk == "" || j.Options.Manifest {
		if sum.Run, err = runOf(o, body, &j.Options); err != nil {
			return sum, failed(err)
		}
	}
	if pk == "" {
		// Neither a bucket's name nor a Run contains '#'; a key may, and stands last.
		sum.PartitionKey = "object#" + o.Bucket + "#" + sum.Run + "#" + o.Key
	}

	start = j.Now()
	rows := j.takeReducer(share)
	defer j.keepReducer(rows)
	rows.stop = reading
	sum.Bytes, err = rows.ReadFrom(body)
	if err == nil {
		err = rows.Verdict()
	}
	sum.Counts = rows.Counts
	sum.Read = j.Now().Sub(start)
	if err != nil {
		return sum, failed(err)
	}

	start = j.Now()
	sum.Groups = rows.Len()
	m := newItems(table, sum.PartitionKey, sum.Run, &j.Options, start)
	largest, err := j.check(m, rows, share)
	if err != nil {
		return sum, failed(err)
	}
	writers, err := j.writers(sum.Groups, largest, share)
	if err != nil {
		return sum, failed(err)
	}
	if sum.Groups == 1 {
		if sum.Unchecked, err = j.checkTable(ctx, sink, table); err != nil {
			return sum, err
		}
	}
	sum.Items, err = j.write(ctx, sink, m, rows, writers)
	if err == nil && j.Options.Manifest {
		err = j.writeManifest(ctx, sink, o, body, m, rows, &sum)
	}
	if err == nil && latest {
		if sum.Latest, err = j.moveLatest(ctx, source, sink, o, body, m, &sum); err != nil {
			err = &WriteError{Table: table, Written: sum.Items, Missing: 1, Err: err}
		}
	}
	sum.Write = j.Now().Sub(start)
	return sum, err
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
