package job

import (
	"context"
	"errors"
	"strconv"
	"sync"

	"reduction/ddbwire"
)

// writing is the state of writing a result. Several goroutines, each with a batch of its own, take
// the next groups until none are left.
type writing struct {
	*items
	groups *Reducer
	stride int
	w      Writer
	cancel context.CancelCauseFunc

	mu      sync.Mutex
	next    int // the first group that no goroutine has taken
	written int
}

// write stores one item for each group, in several batches at the same time. It returns how many
// items are known to be stored. After an error, more may be stored.
func (j *Job) write(ctx context.Context, sink Sink, m *items, groups *Reducer, writers int) (int, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	t := &writing{items: m, groups: groups, stride: coprimeStride(groups.Len()), w: sink.Writer(ctx), cancel: cancel}
	defer t.w.Close()
	work := func() {
		growStack(0)
		b := j.takeBatch()
		defer j.keepBatch(b)
		if err := t.run(ctx, b); err != nil {
			cancel(err)
		}
	}
	var others sync.WaitGroup
	for range writers - 1 {
		others.Go(work)
	}
	work()
	others.Wait()
	if n := groups.Len(); t.written < n {
		return t.written, &WriteError{Table: m.table, Written: t.written, Missing: n - t.written, Err: context.Cause(ctx)}
	}
	return t.written, nil
}

// writers returns how many batches are written at the same time: as many as the options say, or
// fewer if there is no memory for more. largest is the size of the largest item in bytes.
func (j *Job) writers(groups, largest int, share *share) (int, error) {
	n := j.Options.Writers
	if n <= 0 {
		n = DefaultWriters
	}
	n = min(n, (groups+ddbwire.MaxBatchItems-1)/ddbwire.MaxBatchItems)
	bytes := batchBytes(min(groups, ddbwire.MaxBatchItems), largest)
	for ; n > 1; n /= 2 {
		if share.try(int64(n) * bytes) {
			return n, nil
		}
	}
	return n, share.take(int64(n) * bytes)
}

// batchBytes returns the most memory that a batch of so many items takes. In JSON, no byte of a
// name takes more than two. A buffer that grows may have twice the size that it needs, beside the
// old buffer. An answer may return all items.
func batchBytes(items, largest int) int64 {
	const escaped, grown, answered = 2, 3, 2
	body := min(items*escaped*largest, fullBody+escaped*largest)
	return int64(body) * grown * answered
}

// checkTable checks the table's keys before a result of one group is stored. A table without the
// sort key accepts a single item, and the next result with the same partition key overwrites it. If
// the keys cannot be found out, unchecked is the reason. With a manifest that is an error, because
// the manifest would say that the result is whole.
func (j *Job) checkTable(ctx context.Context, sink Sink, table string) (unchecked, err error) {
	err = sink.CheckTable(ctx, table)
	switch {
	case err == nil:
		return nil, nil
	case !errors.Is(err, ddbwire.ErrTableKeys) && !j.Options.Manifest:
		return err, nil
	}
	return nil, &WriteError{Table: table, Missing: 1, Err: err}
}

// growStack grows the goroutine's stack once, to the size that sending over TLS needs. Growing it
// in steps, deep in nested calls, costs 3% of an invocation that stores 400 items: each step
// adjusts every frame.
//
//go:noinline
func growStack(i int) byte {
	var frame [12 << 10]byte
	frame[i] = 1
	return frame[len(frame)-1-i]
}

// run stores batches until no group is left, or ctx ends.
func (t *writing) run(ctx context.Context, b *batch) error {
	for ctx.Err() == nil {
		k, end := t.take()
		if k == end {
			return nil
		}
		for k < end && ctx.Err() == nil {
			n, err := t.fill(b, k, end)
			if err != nil {
				return err
			}
			left := 0
			if err = t.w.BatchWrite(&b.Batch); err != nil {
				left = b.Len()
			}
			t.mu.Lock()
			t.written += n - left
			t.mu.Unlock()
			if err != nil {
				return err
			}
			k += n
		}
	}
	return nil
}

// take takes the next groups: as many as a batch holds, but the last two batches get half of the
// rest each. So no batch has a single item, if there are at least two groups. In a table without
// the sort key, all items of a result would overwrite each other. DynamoDB refuses a batch that has
// the same key twice, so no such batch is stored.
func (t *writing) take() (k, end int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	k = t.next
	left := t.groups.Len() - k
	n := min(left, ddbwire.MaxBatchItems)
	if n < left && left < 2*ddbwire.MaxBatchItems {
		n = (left + 1) / 2
	}
	t.next += n
	return k, t.next
}

// fullBody is the length from which a body gets no further item. So the batches in flight take
// little memory, and no body comes near DynamoDB's limit of 16 MB.
const fullBody = 256 << 10

// fill puts the items of groups k to end into the batch, or fewer if the body is full, and returns
// how many. If there are several groups, it neither puts a single one nor leaves one.
func (t *writing) fill(b *batch, k, end int) (n int, err error) {
	b.Reset(t.table)
	for ; k < end; k++ {
		if len(b.Body()) >= fullBody && b.Len() > 1 && end-k > 1 {
			break
		}
		// Do not write in the order of the keys: if a table is partitioned by ranges of SK,
		// all writes at a time would go to one partition.
		g := t.groups.Group(k * t.stride % t.groups.Len())
		if err := t.put(b, &g); err != nil {
			return 0, err
		}
	}
	return b.Len(), nil
}

// coprimeStride returns a stride that visits each of n places once, each far from the one before.
func coprimeStride(n int) int {
	const golden = 0.6180339887498949
	step := max(1, int(float64(n)*golden+0.5))
	for gcd(step, n) != 1 {
		step++
	}
	return step
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}

// writeManifest stores the item that says a result is whole, after all others. A reader who finds
// it, and then finds as many items with its Run as it counts, has all items (with consistent
// reads).
func (j *Job) writeManifest(ctx context.Context, sink Sink, in *origin, m *items, e Extremes, sum *Summary) error {
	b := j.takeBatch()
	defer j.keepBatch(b)
	b.Reset(m.table)
	b.StartItem()
	b.String(ddbwire.PartitionKey, m.pk)
	b.String(ddbwire.SortKey, ManifestSortKey)
	in.put(b)
	b.Number("Rows", strconv.AppendInt(nil, sum.Rows, 10))
	b.Number("Skipped", strconv.AppendInt(nil, sum.Skipped, 10))
	if sum.Skipped > 0 {
		b.String("SkippedBy", string(sum.AppendReasons(nil)))
	}
	if sum.NoValue > 0 {
		b.Number("NoValue", strconv.AppendInt(nil, sum.NoValue, 10))
	}
	if e.Known {
		b.Number("LeastRecoveryTime", e.Least.Append(nil))
		b.Number("GreatestRecoveryTime", e.Greatest.Append(nil))
	}
	b.Number("Groups", strconv.AppendInt(nil, int64(sum.Groups), 10))
	if j.Options.MinRecords > 1 {
		b.Number("MinRecords", strconv.AppendInt(nil, int64(j.Options.MinRecords), 10))
		b.Number("Suppressed", strconv.AppendInt(nil, int64(sum.Suppressed), 10))
	}
	b.String("WrittenAt", timestamp(j.Now()))
	if m.expires != nil {
		b.Number("Expires", m.expires)
	}
	m.putLast(b)
	err := b.EndItem()
	if err == nil {
		w := sink.Writer(ctx)
		defer w.Close()
		err = w.BatchWrite(&b.Batch)
	}
	if err != nil {
		return &WriteError{Table: m.table, Written: sum.Items, Missing: 1, Err: err}
	}
	sum.Items++
	return nil
}

// maxKeptBody is the longest body whose buffer is kept for a later batch.
const maxKeptBody = 64 << 10

func (j *Job) takeBatch() *batch {
	if b, ok := j.batches.Get().(*batch); ok {
		return b
	}
	return new(batch)
}

func (j *Job) keepBatch(b *batch) {
	if cap(b.Body()) <= maxKeptBody {
		j.batches.Put(b)
	}
}
