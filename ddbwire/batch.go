package ddbwire

import (
	"bytes"

	"reduction/internal/json"
)

// Batch is the body of one BatchWriteItem request, in one buffer that is used again. Reset comes
// first. A Batch belongs to one goroutine at a time.
//
//	{"RequestItems":{"TABLE":[ item , item , item ]}}
//	└──────── head ─────────┘ └ items[0] ┘        └ tail, see Body
//
// Put adds an item. StartItem, String, Number and EndItem add one, too, without a slice of
// attributes: each appends to the buffer what it is given.
type Batch struct {
	table string
	buf   []byte // head and items, without the tail
	head  int
	items [MaxBatchItems]item
	n     int

	next next // the item between StartItem and EndItem
	// The attributes of the last item, of which next has the first ones so far. Most items
	// have the same: then each name has been checked and escaped before.
	names []name
}

// name is an attribute's name, and how its value begins: `"Name":{"S":"`.
type name struct {
	name  string
	kind  byte // 'S' or 'N'
	begin string
}

// item is one put request: its place in the buffer, without the comma before it.
type item struct {
	span
	pk, sk span // the keys' values there, as JSON has them between its quotes
}

// span is a part of the buffer, its end excluded.
type span struct{ start, end int }

// next is an item that is being appended.
type next struct {
	item
	undo  int   // the length of the buffer before it
	names int   // how many of Batch.names it has
	size  int   // see ItemSize
	err   error // the first, which EndItem returns
}

const tail = "]}}"

// Reset empties the batch for items of a table, given by its name or its ARN.
func (b *Batch) Reset(table string) {
	b.table, b.n = table, 0
	b.buf = append(b.buf[:0], `{"RequestItems":{`...)
	b.buf = json.AppendString(b.buf, table)
	b.buf = append(b.buf, ":["...)
	b.head = len(b.buf)
}

// Len returns how many items the batch holds.
func (b *Batch) Len() int { return b.n }

// Table returns the table given to Reset.
func (b *Batch) Table() string { return b.table }

// Body returns the request's body, valid until the batch is changed. While the batch is empty
// it is no valid request: DynamoDB wants one item at least.
func (b *Batch) Body() []byte {
	n := len(b.buf)
	b.buf = append(b.buf, tail...)
	body := b.buf
	b.buf = b.buf[:n]
	return body
}

// Put adds an item. Where it cannot, the batch stays as it was, and the error is one of those
// that EndItem returns.
func (b *Batch) Put(attrs ...Attr) error {
	b.StartItem()
	for _, a := range attrs {
		if a.number {
			appendNumber(b, a.name, a.value)
		} else {
			b.String(a.name, a.value)
		}
	}
	return b.EndItem()
}

// StartItem begins an item. One that has been begun and not ended is dropped.
func (b *Batch) StartItem() {
	if b.next.undo > 0 {
		b.buf = b.buf[:b.next.undo]
	}
	undo := len(b.buf)
	if b.n > 0 {
		b.buf = append(b.buf, ',')
	}
	b.next = next{undo: undo, item: item{span: span{start: len(b.buf)}}}
	b.buf = append(b.buf, `{"PutRequest":{"Item":{`...)
}

// String appends an attribute of type S. Its value is the parts, joined.
func (b *Batch) String(name string, parts ...string) {
	b.begin(name, 'S')
	start, size := len(b.buf), 0
	for _, part := range parts {
		valid := false
		if b.buf, valid = json.AppendEscaped(b.buf, part); !valid {
			b.fail(name, ErrUTF8)
		}
		size += len(part)
	}
	value := span{start, len(b.buf)}
	b.buf = append(b.buf, `"}`...)
	b.next.size += size
	switch name {
	case PartitionKey:
		b.next.pk = value
		b.checkKey(name, size, MaxPartitionKey)
	case SortKey:
		b.next.sk = value
		b.checkKey(name, size, MaxSortKey)
	}
}

// Number appends an attribute of type N. The text is written as in JSON, with up to 38 digits.
func (b *Batch) Number(name string, text []byte) { appendNumber(b, name, text) }

// appendNumber appends a number, which travels as a string, so that no JSON library on the way
// rounds it (Developer Guide, "DynamoDB low-level API").
func appendNumber[S string | []byte](b *Batch, name string, text S) {
	n, err := parseNumber(text)
	if err != nil {
		b.fail(name, err)
	}
	b.begin(name, 'N')
	b.next.size += n.size()
	b.buf = append(b.buf, text...)
	b.buf = append(b.buf, `"}`...)
}

// begin appends an attribute up to its value, and a comma before all but the first.
func (b *Batch) begin(name string, kind byte) {
	at := b.next.names
	if at > 0 {
		b.buf = append(b.buf, ',')
	}
	if at == len(b.names) || b.names[at].name != name || b.names[at].kind != kind {
		b.newName(name, kind)
	}
	b.buf = append(b.buf, b.names[at].begin...)
	b.next.names++
	b.next.size += len(name)
}

// newName puts a name into the place of those that the last item had from here on.
func (b *Batch) newName(text string, kind byte) {
	b.names = b.names[:b.next.names]
	for _, other := range b.names {
		if other.name == text {
			b.fail(text, ErrDuplicateAttribute)
		}
	}
	if text == "" || len(text) > MaxAttributeName {
		b.fail(text, ErrName)
	}
	begin, valid := json.AppendEscaped([]byte{'"'}, text)
	if !valid {
		b.fail(text, ErrUTF8)
	}
	begin = append(append(append(begin, `":{"`...), kind), `":"`...)
	b.names = append(b.names, name{text, kind, string(begin)})
}

func (b *Batch) checkKey(name string, size, most int) {
	if size == 0 {
		b.fail(name, ErrEmptyKey)
	} else if size > most {
		b.fail(name, ErrKeyTooLong)
	}
}

// fail keeps the first error of an item.
func (b *Batch) fail(name string, err error) {
	if b.next.err == nil {
		b.next.err = &AttrError{name, err}
	}
}

// EndItem adds the item that StartItem began. Where it cannot, the batch is as it was before,
// and the error says why: ErrFull, in which case the item may go into the next batch;
// ErrDuplicateKey; ErrItemTooLarge; or an [*AttrError], about its first bad attribute.
func (b *Batch) EndItem() error {
	err := b.endItem()
	if err != nil {
		b.buf = b.buf[:b.next.undo]
		b.names = nil // a bad one may be among them, which is to be met again
	}
	b.next.undo = 0
	return err
}

func (b *Batch) endItem() error {
	it := &b.next
	b.buf = append(b.buf, "}}}"...)
	it.end = len(b.buf)
	switch {
	case b.n == MaxBatchItems:
		return ErrFull
	case it.err != nil:
		return it.err
	case it.pk.end == 0:
		return &AttrError{PartitionKey, ErrNoKey}
	case it.sk.end == 0:
		return &AttrError{SortKey, ErrNoKey}
	case it.size > MaxItemSize:
		return ErrItemTooLarge
	case b.has(it.pk, it.sk):
		// API Reference, BatchWriteItem: the whole batch would be rejected.
		return ErrDuplicateKey
	case len(b.buf)+len(tail) > MaxRequestSize:
		return ErrFull
	}
	b.items[b.n] = it.item
	b.n++
	return nil
}

// has reports whether an item has these keys. Equal values have been escaped in the same way.
func (b *Batch) has(pk, sk span) bool {
	for i := range b.items[:b.n] {
		it := &b.items[i]
		if it.sk.len() == sk.len() && it.pk.len() == pk.len() &&
			bytes.Equal(b.text(it.sk), b.text(sk)) && bytes.Equal(b.text(it.pk), b.text(pk)) {
			return true
		}
	}
	return false
}

func (s span) len() int { return s.end - s.start }

func (b *Batch) text(s span) []byte { return b.buf[s.start:s.end] }
