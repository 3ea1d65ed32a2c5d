package job

import (
	"context"
	"errors"
	"strconv"

	"reduction/ddbwire"
)

// Latest says what has a pointer to its newest result. A pointer is an item that names the result's
// partition key. A reader gets the pointer, and then queries that key.
type Latest int

const (
	NoLatest       Latest = iota
	LatestOfObject        // each object
	LatestOfPrefix        // all objects whose keys are the same up to the last slash
)

// LatestPartitionKey is the partition key of all pointers.
const LatestPartitionKey = "latest"

var (
	ErrLatestKey  = errors.New("bucket and key together are too long for DynamoDB's sort key of 1,024 bytes, which LATEST needs")
	errNoTime     = errors.New("S3 does not say when the object was last modified, by which LATEST=prefix orders objects")
	errLatestItem = errors.New("the pointer to the newest result is an item that this function did not write")
	ErrLatestBusy = errors.New("the pointer to the newest result was moved by another run each time that this run tried to move it")
)

// maxMoves is how often a run tries to move a pointer. Each attempt fails only because another run
// has moved the pointer meanwhile.
const maxMoves = 100

// moveLatest makes the pointer name the stored result, if that is the newest, and reports whether
// it does.
//
//	read the pointer                        if it is moved after this, the last step fails
//	HEAD the object, or list the prefix     if it has changed, stop: a newer run moves the pointer
//	LATEST=prefix: compare with the object  if the pointer's is newer, stop: by Last-Modified,
//	that the pointer names                  then by key
//	PutItem, if the pointer is unchanged    if it has changed, start again
//
// The order matters. If an object is replaced after the HEAD, the new object has a run of its own.
// That run moves the pointer after this one; or it has moved it before, and then the Revision has
// changed and the PutItem fails. The condition compares the Revision and not the Run, because an
// object that is replaced and put back has the same Run again.
func (j *Job) moveLatest(ctx context.Context, sink Sink, in *origin, m *items, sum *Summary) (bool, error) {
	sk, err := in.sortKey(j.Options.Latest)
	if err != nil || sum.Groups == 0 {
		return false, err
	}
	place := in.place()
	b := j.takeBatch()
	defer j.keepBatch(b)
	for range maxMoves {
		old, err := sink.Item(ctx, m.table, LatestPartitionKey, sk)
		if err != nil {
			return false, err
		}
		if old["Run"] == sum.Run && old["Expires"] >= string(m.expires) { // both have ten digits
			return true, nil
		}
		lastModified, current, err := in.current()
		if err != nil || !current {
			return false, err
		}
		if j.Options.Latest == LatestOfPrefix && lastModified.IsZero() {
			return false, errNoTime
		}
		modified := timestamp(lastModified)
		if other := old["Object"]; !in.prefix && other != place && (old["Modified"] > modified || old["Modified"] == modified && other > place) {
			return false, nil
		}
		revision := int64(0)
		if old != nil {
			if revision, err = strconv.ParseInt(old["Revision"], 10, 64); err != nil {
				return false, errLatestItem
			}
		}
		b.Reset(m.table)
		b.StartItem()
		b.String(ddbwire.PartitionKey, LatestPartitionKey)
		b.String(ddbwire.SortKey, sk)
		b.String("PartitionKey", m.pk)
		b.String(attrRun, sum.Run)
		in.put(b)
		b.String("Modified", modified)
		b.Number("Rows", strconv.AppendInt(nil, sum.Rows, 10))
		b.Number("Groups", strconv.AppendInt(nil, int64(sum.Groups), 10))
		b.String("WrittenAt", timestamp(j.Now()))
		b.Number("Revision", strconv.AppendInt(nil, revision+1, 10))
		if m.expires != nil {
			b.Number("Expires", m.expires)
		}
		if err := b.EndItem(); err != nil {
			return false, err
		}
		asRead := ddbwire.N(":revision", strconv.FormatInt(revision, 10))
		if stored, err := sink.PutItem(ctx, &b.Batch, "attribute_not_exists(PK) OR Revision = :revision", asRead); stored || err != nil {
			return stored, err
		}
	}
	return false, ErrLatestBusy
}
