package job

import (
	"context"
	"strconv"
	"sync"
	"time"

	"reduction/aggregate"
	"reduction/ddbwire"
)

// write stores one item a group, several batches in flight together. It returns how many
// are known to be stored, which on an error may be fewer than are.
func (j *Job) write(ctx context.Context, groups []aggregate.Group, table, pk string, now time.Time) (int, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)

	writers := j.Options.Writers
	if writers <= 0 {
		writers = DefaultWriters
	}
	batches := (len(groups) + ddbwire.MaxBatchItems - 1) / ddbwire.MaxBatchItems
	var (
		mu      sync.Mutex
		next    int // the first group that no writer has taken
		written int
		wg      sync.WaitGroup
	)
	stride := coprimeStride(len(groups))
	take := func(b *ddbwire.Batch, m *itemMaker) error {
		mu.Lock()
		first := next
		next = min(next+ddbwire.MaxBatchItems, len(groups))
		last := next
		mu.Unlock()
		b.Reset(table)
		for k := first; k < last; k++ {
			// Not in the order of the keys: a table read by ranges of SK would take
			// all writes of a moment in one place.
			if err := b.Put(m.item(&groups[k*stride%len(groups)])...); err != nil {
				return err
			}
		}
		return nil
	}
	for range min(writers, batches) {
		wg.Go(func() {
			var b ddbwire.Batch
			m := newItemMaker(pk, j.Options, now)
			for ctx.Err() == nil {
				err := take(&b, m)
				n := b.Len()
				if err == nil && n == 0 {
					return
				}
				left := n
				if err == nil {
					if err = j.Sink.BatchWrite(ctx, &b); err == nil {
						left = 0
					} else {
						left = b.Len()
					}
				}
				mu.Lock()
				written += n - left
				mu.Unlock()
				if err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	wg.Wait()
	if written < len(groups) {
		return written, &WriteError{Table: table, Written: written, Missing: len(groups) - written, Err: context.Cause(ctx)}
	}
	return written, nil
}

// coprimeStride returns a step that visits each of n places once, far from its last one.
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

// writeManifest stores the item that says a result is whole: it is written last, so that a
// reader who finds it will find all the others (with a consistent read).
func (j *Job) writeManifest(ctx context.Context, o Object, body Body, table, pk string, sum *Summary) error {
	now := j.Now()
	var b ddbwire.Batch
	b.Reset(table)
	attrs := []ddbwire.Attr{
		ddbwire.S(ddbwire.PartitionKey, pk),
		ddbwire.S(ddbwire.SortKey, ManifestSortKey),
		ddbwire.S("Object", "s3://"+o.Bucket+"/"+o.Key),
		ddbwire.S("ETag", body.ETag()),
		ddbwire.S("VersionId", body.VersionID()),
		ddbwire.N("Rows", strconv.FormatInt(sum.Rows, 10)),
		ddbwire.N("Skipped", strconv.FormatInt(sum.Skipped, 10)),
		ddbwire.N("Groups", strconv.Itoa(sum.Groups)),
		ddbwire.S("WrittenAt", now.UTC().Format(time.RFC3339)),
	}
	if m := newItemMaker(pk, j.Options, now); m.ttl != "" {
		attrs = append(attrs, ddbwire.N(attrTTL, m.ttl))
	}
	if err := b.Put(attrs...); err != nil {
		return &WriteError{Table: table, Written: sum.Items, Missing: 1, Err: err}
	}
	if err := j.Sink.BatchWrite(ctx, &b); err != nil {
		return &WriteError{Table: table, Written: sum.Items, Missing: 1, Err: err}
	}
	sum.Items++
	return nil
}
