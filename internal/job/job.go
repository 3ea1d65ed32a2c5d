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
	"io"
	"sync"
	"time"

	"reduction/aggregate"
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

// Source opens objects.
type Source interface {
	Object(ctx context.Context, o Object) (Body, error)
}

// Sink stores batches.
type Sink interface {
	// Writer returns a Writer that goes on until ctx ends. It is closed after its last call.
	Writer(ctx context.Context) Writer
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

	Unverified string // see Body

	Open  time.Duration // until the object's first bytes could be read
	Read  time.Duration // reading, scanning and aggregating
	Write time.Duration // sorting out, checking and storing the items
}

// Run reduces the object o into items of the table, under the partition key pk.
func (j *Job) Run(ctx context.Context, o Object, table, pk string) (Summary, error) {
	return j.RunWith(ctx, j.Source, j.Sink, o, table, pk)
}

// RunWith runs the job with another source and another sink.
func (j *Job) RunWith(ctx context.Context, source Source, sink Sink, o Object, table, pk string) (Summary, error) {
	var sum Summary
	start := j.Now()
	body, err := source.Object(ctx, o)
	if err != nil {
		return sum, err
	}
	defer body.Close()
	sum.Open = j.Now().Sub(start)
	sum.Unverified = body.Unverified()

	start = j.Now()
	rows := j.takeReducer()
	defer j.keepReducer(rows)
	sum.Bytes, err = rows.ReadFrom(body)
	if err == nil {
		err = rows.Verdict()
	}
	sum.Counts = rows.Counts
	sum.Read = j.Now().Sub(start)
	if err != nil {
		return sum, &Error{Bucket: o.Bucket, Key: o.Key, Err: err}
	}

	start = j.Now()
	groups := rows.Groups()
	sum.Groups = len(groups)
	m := newItems(table, pk, &j.Options, start)
	if err := j.check(m, groups); err != nil {
		return sum, &Error{Bucket: o.Bucket, Key: o.Key, Err: err}
	}
	sum.Items, err = j.write(ctx, sink, m, groups)
	if err == nil && j.Options.Manifest {
		err = j.writeManifest(ctx, sink, o, body, m, rows, &sum)
	}
	sum.Write = j.Now().Sub(start)
	return sum, err
}

func (j *Job) takeReducer() *Reducer {
	r, ok := j.reducers.Get().(*Reducer)
	if !ok {
		return NewReducer(j.Options)
	}
	r.reset()
	return r
}

// maxKeptGroups is the greatest result whose memory is kept for the next.
const maxKeptGroups = 1 << 10

func (j *Job) keepReducer(r *Reducer) {
	if len(r.groups) <= maxKeptGroups {
		j.reducers.Put(r)
	}
}

func (j *Job) check(m *items, groups []aggregate.Group) error {
	b := j.takeBatch()
	defer j.keepBatch(b)
	return m.check(b, groups)
}
