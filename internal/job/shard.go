package job

import (
	"bytes"
	"errors"
	"io"
	"strings"

	"reduction/aggregate"
)

// This file is for those who read a file in shards, each by a Reducer of its own: package shard.

// ErrShardCompressed says that a file is compressed, so that it can only be read from its
// beginning.
var ErrShardCompressed = errors.New("the file is compressed with gzip, and is larger than a shard: make shards larger than the file, or upload it in several files")

// StartShard reads a file's header, for ReadShard: src is the beginning of the file, and need not
// be read to its end. It returns where the header ends, and how many records that far are.
func (r *Reducer) StartShard(src io.Reader) (end, records int64, err error) {
	r.reset()
	var start [2]byte
	n, err := io.ReadFull(src, start[:])
	if IsGzip(start[:n]) {
		return 0, 0, ErrShardCompressed
	}
	in := &counter{r: bytes.NewReader(start[:n]), stop: r.stop}
	if err == nil {
		in.r = io.MultiReader(in.r, src)
	} else if err != io.EOF && err != io.ErrUnexpectedEOF {
		return 0, 0, err
	}
	if err := r.open(in); err != nil {
		return 0, 0, err
	}
	return min(r.scanner.InputOffset(), in.n), r.scanner.Record(), nil
}

// ReadShard reads the rows of a shard: the records that begin in the file at the byte start or
// behind it, and before the byte stop. A line begins at start, which is where src begins; src goes
// on to the end of the file, but is read no further than to the end of the last record. ReadShard
// returns where the line behind that record begins, and how many records it has read, bad ones too.
// The places of groups and errors count records from 1 at start, and bytes from the beginning of
// the file.
func (r *Reducer) ReadShard(src io.Reader, start, stop int64) (end, records int64, err error) {
	// A blank line first: at the very beginning of what it reads, the scanner would take three
	// bytes that look like a byte order mark for the file's.
	const blank = "\n"
	in := &counter{r: io.MultiReader(strings.NewReader(blank), src), stop: r.stop}
	r.scanner.Reset(in)
	r.scanner.Comma = r.layout.Comma
	before := start - int64(len(blank))
	end, records, err = r.rows(&r.scanner, stop-before)
	end = min(end, in.n) + before
	r.table.Shift(0, 0, before)
	for _, err := range append(r.Bad[:len(r.Bad):len(r.Bad)], err) {
		if row, ok := errors.AsType[*RowError](err); ok {
			row.Offset += before
		}
	}
	return end, records, err
}

// Table returns the table with the rows that have been read. It is the Reducer's.
func (r *Reducer) Table() *aggregate.Table { return &r.table }

// Add adds what became of other rows. Of the first bad rows, those of c come first.
func (c *Counts) Add(o *Counts) { c.add(o) }

// Verdict fails where BAD_ROWS allows no result of rows that became what c says.
func (o *Options) Verdict(c *Counts) error { return c.verdict(o.BadRows) }

// Digest returns the digest of every setting that changes a result.
func (o *Options) Digest() string {
	return newDigest(o).run()
}

// MergedLayout is that of tables to which names are added, not fields.
var MergedLayout = aggregate.Layout{Fields: 4, Hospital: 0, Diagnosis: 1, Treatment: 2, RecoveryTime: 3}

// StartMerge makes the Reducer one whose groups come from other tables, by [aggregate.Table.AddPart]
// of its Table.
func (r *Reducer) StartMerge() {
	r.reset()
	r.table.Decode = nil // names come as they are
	r.layout = MergedLayout
	r.start()
}

// LimitMemory has take asked before more memory is allocated for what is read: see
// [aggregate.Table]. An error ends reading.
func (r *Reducer) LimitMemory(take func(bytes int64) error) {
	r.table.Memory, r.scanner.Memory = take, take
}

// Reset forgets what has been read, and keeps the memory.
func (r *Reducer) Reset() { r.reset() }
