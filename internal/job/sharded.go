package job

import (
	"context"
	"time"

	"reduction/aggregate"
)

// Sharded is a result whose rows are read in shards: see package shard. Several invocations make it,
// one after the other. Each gets what the one before it knew.
//
//	Name      once the objects are known
//	Prepare   for each part of the groups
//	Store     for each part, when all have been prepared
//	Publish   when all parts are stored
//
// Of the objects, Name needs the names and versions, and Publish the number. The pointer of LATEST
// to the result of a prefix needs the names, too.
type Sharded struct {
	Object                // that was read; of a prefix, Key is the prefix
	Prefix, List bool     // the result is of all objects of a prefix, or of a list of objects
	Objects      []Listed // of a prefix or list: those with bytes

	Table        string
	PartitionKey string // as in [Job.Run]
	Run          string
	Time         time.Time // from which TTL_DAYS counts
}

// MaxShardedObjects is how many objects one result can be read from, in shards.
const MaxShardedObjects = 1 << 17

// Extremes are the least and the greatest recovery time, if they are known.
type Extremes struct {
	Least, Greatest aggregate.Number
	Known           bool
}

func extremesOf(least, greatest aggregate.Number, known bool) Extremes {
	return Extremes{least, greatest, known}
}

func (s *Sharded) origin(j *Job) *origin {
	return &origin{Object: s.Object, prefix: s.Prefix, list: s.List, sharded: true, source: j.Source,
		version: Version{ETag: s.ETag, VersionID: s.VersionID}, objects: s.Objects}
}

func (s *Sharded) items(j *Job) *items {
	return newItems(s.Table, s.PartitionKey, s.Run, &j.Options, s.Time)
}

// Name sets Run and PartitionKey, as they are for the same objects in one run. (Of a prefix in a
// bucket with versions, one run knows the objects' versions, too, and so has another Run.)
func (j *Job) Name(s *Sharded) error {
	in := s.origin(j)
	if j.Options.Latest != NoLatest && !s.List {
		s.PartitionKey = ""
		if _, err := in.sortKey(j.Options.Latest); err != nil {
			return in.failed(err)
		}
	}
	if s.PartitionKey != "" && !j.Options.Manifest {
		return nil
	}
	d := newDigest(&j.Options)
	d.text(s.Bucket)
	objects := s.Objects
	if s.Prefix || s.List {
		d.text(s.Key)
		d.number(len(objects))
	} else {
		objects = []Listed{{Key: s.Key}}
	}
	for _, o := range objects {
		v := Version{ETag: o.ETag}
		if !s.Prefix && !s.List {
			v = in.version
		}
		if err := d.version(o.Key, v); err != nil {
			return &Error{Bucket: s.Bucket, Key: o.Key, Err: err}
		}
	}
	s.Run = d.run()
	if s.PartitionKey == "" {
		s.PartitionKey = in.partitionKey(s.Run)
	}
	return nil
}

// WithMemory does work that takes memory as one of the runs that share it. The Reducer takes its
// memory from the run's share, and has read nothing. Where other runs leave too little, the work is
// done again, alone. The context of the work ends a moment before ctx.
func (j *Job) WithMemory(ctx context.Context, work func(ctx context.Context, rows *Reducer) error) error {
	reading, cancel := untilLastMoment(ctx)
	defer cancel()
	return j.withMemory(reading, func(share *share, err error) error {
		if err != nil {
			return err
		}
		rows := NewReducer(j.Options)
		rows.share, rows.stop = share, reading
		return work(reading, rows)
	})
}

// Take takes memory from the share of the Reducer's run, before it is allocated. A negative number
// gives memory back.
func (r *Reducer) Take(bytes int64) error { return r.share.take(bytes) }

// Prepare checks the merged groups of rows, and counts them in sum. It writes nothing.
func (j *Job) Prepare(s *Sharded, rows *Reducer, sum *Summary) error {
	_, err := j.prepare(s.items(j), rows, sum)
	return err
}

// Store checks the merged groups of rows as Prepare does, and then stores their items.
func (j *Job) Store(ctx context.Context, s *Sharded, rows *Reducer, sum *Summary) error {
	m := s.items(j)
	writers, err := j.prepare(m, rows, sum)
	if err != nil {
		return err
	}
	return j.store(ctx, m, rows, writers, sum)
}

// Publish makes the result visible, when all of its items are stored: it writes the manifest, and
// moves the pointer. sum has the counts of all parts.
func (j *Job) Publish(ctx context.Context, s *Sharded, e Extremes, sum *Summary) error {
	in := s.origin(j)
	var cancel func()
	in.ctx, cancel = untilLastMoment(ctx)
	defer cancel()
	return j.publish(ctx, in, s.items(j), e, sum)
}
