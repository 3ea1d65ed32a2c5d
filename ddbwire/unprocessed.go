package ddbwire

import (
	"bytes"
	"errors"
	"math/bits"
	"strings"

	"reduction/internal/json"
)

// ErrAnswer is an answer that cannot be one to the batch: then nothing is known about
// which items are stored.
var ErrAnswer = errors.New("ddbwire: not an answer to this batch")

// answerError is an answer that is no complete JSON document, and where it is not.
type answerError struct{ err error }

func (e *answerError) Error() string        { return ErrAnswer.Error() + ": " + e.err.Error() }
func (e *answerError) Unwrap() error        { return e.err }
func (e *answerError) Is(target error) bool { return target == ErrAnswer }

// Unprocessed reads the answer to the batch and returns how many of its items came back
// unprocessed. The batch then holds exactly these, in the bytes that were sent before, and
// its Body is the request to be sent next. API Reference, BatchWriteItem, UnprocessedItems.
//
// An answer without UnprocessedItems, with an item that was not sent, with one twice or
// with one of another table is an error, which leaves the batch as it was.
func (b *Batch) Unprocessed(response []byte) (n int, err error) {
	var back [MaxBatchItems]bool
	found := false
	s := json.NewScanner(response)
	for member := range s.Object() {
		if string(member) != "UnprocessedItems" {
			continue
		}
		found = true
		for table := range s.Object() {
			ours := tableName(string(table)) == tableName(b.table)
			for range s.Array() {
				i := b.returned(s)
				if !ours || i < 0 || back[i] {
					return 0, ErrAnswer
				}
				back[i] = true
				n++
			}
		}
	}
	if err := s.End(); err != nil {
		return 0, &answerError{err}
	}
	if !found {
		return 0, ErrAnswer
	}
	b.keep(&back)
	return n, nil
}

// tableName returns the name of a table that is given by its name or its ARN.
func tableName(table string) string { return table[strings.LastIndexByte(table, '/')+1:] }

// returned reads {"PutRequest":{"Item":{...}}} and returns which item of ours has its key.
func (b *Batch) returned(s *json.Scanner) int {
	// One bit an item: those that the key attributes read so far allow.
	pk, sk := uint32(0), uint32(0)
	for request := range s.Object() {
		if string(request) != "PutRequest" {
			continue
		}
		for member := range s.Object() {
			if string(member) != "Item" {
				continue
			}
			for name := range s.Object() {
				switch string(name) {
				case PartitionKey:
					pk = b.matching(stringValue(s), func(it *item) span { return it.pk })
				case SortKey:
					sk = b.matching(stringValue(s), func(it *item) span { return it.sk })
				}
			}
		}
	}
	if pk&sk == 0 {
		return -1
	}
	return bits.TrailingZeros32(pk & sk) // the only one: keys are unique in a batch
}

// matching returns the items, one bit each, of which a key has this value.
func (b *Batch) matching(value []byte, key func(*item) span) (items uint32) {
	var buf [256]byte
	text, _ := json.AppendEscaped(buf[:0], value)
	for i := range b.items[:b.n] {
		if bytes.Equal(b.text(key(&b.items[i])), text) {
			items |= 1 << i
		}
	}
	return items
}

// stringValue reads {"S":"..."}.
func stringValue(s *json.Scanner) (value []byte) {
	for kind := range s.Object() {
		if string(kind) == "S" {
			value = s.Text()
		}
	}
	return value
}

// keep drops the items that are not marked.
func (b *Batch) keep(marked *[MaxBatchItems]bool) {
	end, n := b.head, 0
	moved := func(s span, by int) span { return span{s.start + by, s.end + by} }
	for i, it := range b.items[:b.n] {
		if !marked[i] {
			continue
		}
		if n > 0 {
			b.buf[end] = ','
			end++
		}
		size := copy(b.buf[end:], b.buf[it.start:it.end])
		by := end - it.start
		b.items[n] = item{moved(it.span, by), moved(it.pk, by), moved(it.sk, by)}
		end += size
		n++
	}
	b.buf, b.n = b.buf[:end], n
}
