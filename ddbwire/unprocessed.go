package ddbwire

import (
	"errors"
	"math/bits"
	"strings"

	"reduction/internal/json"
)

// ErrAnswer says that an answer cannot be one to the request. If the request was a batch, it is not
// known which of its items are stored.
var ErrAnswer = errors.New("ddbwire: not an answer to this request")

// answerError is ErrAnswer for an answer that is not valid JSON. It says where.
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

// returned reads {"PutRequest":{"Item":{...}}} or {"DeleteRequest":{"Key":{...}}} and returns which
// item of ours has its key.
func (b *Batch) returned(s *json.Scanner) int {
	// For each key, the items that have its value, one bit each.
	var items [2]uint32
	if b.keys[1].name == "" {
		items[1] = ^items[1]
	}
	deletes := false
	for request := range s.Object() {
		want := "Item"
		switch string(request) {
		case "PutRequest":
		case "DeleteRequest":
			want, deletes = "Key", true
		default:
			continue
		}
		for member := range s.Object() {
			if string(member) != want {
				continue
			}
			for name := range s.Object() {
				for key := range b.keys {
					if string(name) == b.keys[key].name {
						items[key] = b.matching(key, s)
					}
				}
			}
		}
	}
	i := bits.TrailingZeros32(items[0] & items[1]) // the only one: keys are unique in a batch
	if i >= b.n || b.items[i].deletes != deletes {
		return -1
	}
	return i
}

// matching reads the value of a key, {"S":"..."}, and returns the items that have it, one bit each.
func (b *Batch) matching(key int, s *json.Scanner) (items uint32) {
	var buf [256]byte
	for kind := range s.Object() {
		if string(kind) != descriptors[b.keys[key].kind] {
			continue
		}
		text, _ := json.AppendEscaped(buf[:0], s.Text())
		for i := range b.items[:b.n] {
			if b.keys[key].same(b.text(b.items[i].keys[key]), text) {
				items |= 1 << i
			}
		}
	}
	return items
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
		b.items[n] = item{moved(it.span, by), it.deletes, [2]span{moved(it.keys[0], by), moved(it.keys[1], by)}}
		end += size
		n++
	}
	b.buf, b.n = b.buf[:end], n
}
