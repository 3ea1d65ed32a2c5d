package ddbwire

import (
	"encoding/base64"

	"reduction/internal/json"
)

// Batch is the body of one BatchWriteItem request, in one buffer that is reused. Call Reset first.
// A Batch belongs to one goroutine at a time.
//
//	{"RequestItems":{"TABLE":[ item , item , item ]}}
//	└──────── head ─────────┘ └ items[0] ┘        └ tail, see Body
//
// Put adds an item, and Delete the key of an item to delete. StartItem, String, Number and EndItem
// add an item, too, without a slice of attributes: each appends its arguments to the buffer.
type Batch struct {
	// Partition and Sort are the table's key attributes. Set them before Reset. A table without
	// a sort key has a zero Sort. If Partition is zero, the keys are strings named [PartitionKey]
	// and [SortKey].
	Partition, Sort Key

	table string
	keys  [2]Key // Partition and Sort since the last Reset
	buf   []byte // head and items, without the tail
	head  int
	items [MaxBatchItems]item
	n     int

	next next // the item between StartItem and EndItem
	// names are the attributes of the last item. The first next.names of them belong to the
	// item that is being appended, too. Most items have the same attributes, so each name is
	// checked and escaped only once.
	names []name
}

// name is an attribute's name, and how its value begins: `"Name":{"S":"`.
type name struct {
	name  string
	kind  kind
	key   int // index in Batch.keys, or notKey
	begin string
}

const notKey = -1

// item is one request to put or to delete: its place in the buffer, without the comma before it.
type item struct {
	span
	deletes bool
	keys    [2]span // the keys' values in the buffer, without their quotes
}

// span is a part of the buffer, its end excluded.
type span struct{ start, end int }

// next is an item that is being appended.
type next struct {
	item
	undo  int   // the length of the buffer before it
	names int   // how many of Batch.names it has
	size  int   // see ItemSize
	err   error // the first error, which EndItem returns
}

const tail = "]}}"

// Reset empties the batch for items of a table, given by its name or its ARN.
func (b *Batch) Reset(table string) {
	keys := [2]Key{b.Partition, b.Sort}
	if b.Partition.name == "" {
		keys = [2]Key{{name: PartitionKey}, {name: SortKey}}
	}
	if keys[0].name != b.keys[0].name || keys[1].name != b.keys[1].name {
		b.names = nil // their fields key are about the old keys
	}
	b.table, b.keys, b.n = table, keys, 0
	b.buf = append(b.buf[:0], `{"RequestItems":{`...)
	b.buf = json.AppendString(b.buf, table)
	b.buf = append(b.buf, ":["...)
	b.head = len(b.buf)
}

// Len returns how many items the batch holds.
func (b *Batch) Len() int { return b.n }

// Table returns the table given to Reset.
func (b *Batch) Table() string { return b.table }

// Body returns the request's body, valid until the batch is changed. The body of an empty batch
// is not a valid request: DynamoDB requires at least one item.
func (b *Batch) Body() []byte {
	n := len(b.buf)
	b.buf = append(b.buf, tail...)
	body := b.buf
	b.buf = b.buf[:n]
	return body
}

// Put adds an item. If it fails, the batch is unchanged, and the error is one of those that
// EndItem returns.
func (b *Batch) Put(attrs ...Attr) error {
	b.StartItem()
	b.attrs(attrs)
	return b.EndItem()
}

// Delete adds a request to delete the item with this key: the key attributes, and no others. If it
// fails, the batch is unchanged, and the error is one of those that EndItem returns.
func (b *Batch) Delete(key ...Attr) error {
	b.start(`{"DeleteRequest":{"Key":{`)
	b.next.deletes = true
	b.attrs(key)
	for _, name := range b.names[:b.next.names] {
		if name.key == notKey {
			b.fail(name.name, ErrNotKey)
		}
	}
	return b.EndItem()
}

func (b *Batch) attrs(attrs []Attr) {
	for _, a := range attrs {
		switch a.kind {
		case kindN:
			appendNumber(b, a.name, a.value)
		case kindB:
			b.binary(a.name, a.value)
		case kindBOOL, kindNULL:
			b.begin(a.name, a.kind)
			b.buf = append(append(b.buf, a.value...), '}')
			b.next.size++
		default:
			b.String(a.name, a.value)
		}
	}
}

// StartItem begins an item. One that has been begun and not ended is dropped.
func (b *Batch) StartItem() { b.start(`{"PutRequest":{"Item":{`) }

func (b *Batch) start(request string) {
	if b.next.undo > 0 {
		b.buf = b.buf[:b.next.undo]
	}
	undo := len(b.buf)
	if b.n > 0 {
		b.buf = append(b.buf, ',')
	}
	b.next = next{undo: undo, item: item{span: span{start: len(b.buf)}}}
	b.buf = append(b.buf, request...)
}

// String appends an attribute of type S. Its value is the parts, joined.
func (b *Batch) String(name string, parts ...string) {
	key := b.begin(name, kindS)
	start, size := len(b.buf), 0
	for _, part := range parts {
		valid := false
		if b.buf, valid = json.AppendEscaped(b.buf, part); !valid {
			b.fail(name, ErrUTF8)
		}
		size += len(part)
	}
	if key != notKey {
		b.setKey(key, kindS, start, size)
	}
	b.buf = append(b.buf, `"}`...)
	b.next.size += size
}

// binary appends an attribute of type B.
func (b *Batch) binary(name, value string) {
	key := b.begin(name, kindB)
	start := len(b.buf)
	b.buf = base64.StdEncoding.AppendEncode(b.buf, []byte(value))
	if key != notKey {
		b.setKey(key, kindB, start, len(value))
	}
	b.buf = append(b.buf, `"}`...)
	b.next.size += len(value)
}

// setKey records the place of a key's value, which has just been appended from start on.
func (b *Batch) setKey(key int, kind kind, start, size int) {
	k := &b.keys[key]
	if k.kind != kind {
		return // EndItem returns ErrNoKey
	}
	b.next.keys[key] = span{start, len(b.buf)}
	most := MaxPartitionKey
	if key > 0 {
		most = MaxSortKey
	}
	if size == 0 {
		b.fail(k.name, ErrEmptyKey)
	} else if size > most {
		b.fail(k.name, ErrKeyTooLong)
	}
}

// Number appends an attribute of type N. The text is written as in JSON, with up to 38 digits.
func (b *Batch) Number(name string, text []byte) { appendNumber(b, name, text) }

// appendNumber appends a number. It is sent as a string, so that no JSON library rounds it
// (Developer Guide, "DynamoDB low-level API").
func appendNumber[S string | []byte](b *Batch, name string, text S) {
	n, err := parseNumber(text)
	if err != nil {
		b.fail(name, err)
	}
	key := b.begin(name, kindN)
	b.next.size += n.size()
	start := len(b.buf)
	b.buf = append(b.buf, text...)
	if key != notKey {
		b.setKey(key, kindN, start, len(text))
	}
	b.buf = append(b.buf, `"}`...)
}

// begin appends an attribute up to its value, and a comma before all but the first. It returns
// the index of the attribute in Batch.keys, or notKey.
func (b *Batch) begin(name string, kind kind) (key int) {
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
	return b.names[at].key
}

// newName replaces the last item's names, from index b.next.names on, with this one.
func (b *Batch) newName(text string, kind kind) {
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
	begin = append(append(begin, `":{"`...), descriptors[kind]...)
	if begin = append(begin, `":`...); kind < kindBOOL {
		begin = append(begin, '"')
	}
	key := notKey
	for i := range b.keys {
		if b.keys[i].name == text {
			key = i
		}
	}
	b.names = append(b.names, name{text, kind, key, string(begin)})
}

// fail keeps the first error of an item.
func (b *Batch) fail(name string, err error) {
	if b.next.err == nil {
		b.next.err = &AttrError{name, err}
	}
}

// EndItem adds the item that StartItem began. If it fails, the batch is unchanged, and the error
// says why: ErrFull, in which case the item may go into the next batch; ErrDuplicateKey;
// ErrItemTooLarge; or an [*AttrError] about the first bad attribute.
func (b *Batch) EndItem() error {
	err := b.endItem()
	if err != nil {
		b.buf = b.buf[:b.next.undo]
		b.names = nil // a bad name among them must be refused again
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
	case it.keys[0].end == 0:
		return &AttrError{b.keys[0].name, ErrNoKey}
	case it.keys[1].end == 0 && b.keys[1].name != "":
		return &AttrError{b.keys[1].name, ErrNoKey}
	case it.size > MaxItemSize:
		return ErrItemTooLarge
	case b.has(it.keys):
		// API Reference, BatchWriteItem: DynamoDB would reject the whole batch.
		return ErrDuplicateKey
	case len(b.buf)+len(tail) > MaxRequestSize:
		return ErrFull
	}
	b.items[b.n] = it.item
	b.n++
	return nil
}

// has reports whether an item has these keys.
func (b *Batch) has(keys [2]span) bool {
	partition, sort := b.text(keys[0]), b.text(keys[1])
	for i := range b.items[:b.n] {
		it := &b.items[i]
		if b.keys[1].same(b.text(it.keys[1]), sort) && b.keys[0].same(b.text(it.keys[0]), partition) {
			return true
		}
	}
	return false
}

func (b *Batch) text(s span) []byte { return b.buf[s.start:s.end] }
