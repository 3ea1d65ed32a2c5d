package ddbwire

import "reduction/internal/json"

// Batch is the body of one BatchWriteItem request, in one buffer that is used again. The
// zero Batch wants a Reset. It belongs to one goroutine at a time.
//
//	{"RequestItems":{"TABLE":[ item , item , item ]}}
//	└──────── head ─────────┘ └ items[0] ┘        └ tail, see Body
type Batch struct {
	table string
	buf   []byte // head and items, without the tail
	head  int
	items [MaxBatchItems]item
	n     int
}

// item is one put request: its place in the body, the comma before it left out, and its key.
type item struct {
	start, end int
	pk, sk     string
}

const tail = "]}}"

// Reset empties the batch for items of a table, named or given by its ARN.
func (b *Batch) Reset(table string) {
	clear(b.items[:b.n])
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

// Body returns the request's body, valid until the next Put, Reset or Unprocessed. It is no
// valid request while the batch is empty: DynamoDB wants one item at least.
func (b *Batch) Body() []byte {
	n := len(b.buf)
	b.buf = append(b.buf, tail...)
	body := b.buf
	b.buf = b.buf[:n]
	return body
}

// Put adds an item, or returns why it cannot: ErrFull, in which case the item may go into
// the next batch; ErrDuplicateKey; or what [CheckItem] says. The batch is then as before.
func (b *Batch) Put(attrs ...Attr) error {
	if b.n == MaxBatchItems {
		return ErrFull
	}
	if err := CheckItem(attrs...); err != nil {
		return err
	}
	pk, _ := find(attrs, PartitionKey)
	sk, _ := find(attrs, SortKey)
	if b.index(pk, sk) >= 0 {
		// API Reference, BatchWriteItem: the whole batch would be rejected.
		return ErrDuplicateKey
	}
	undo := len(b.buf)
	if b.n > 0 {
		b.buf = append(b.buf, ',')
	}
	start := len(b.buf)
	b.buf = append(b.buf, `{"PutRequest":{"Item":{`...)
	for i, a := range attrs {
		if i > 0 {
			b.buf = append(b.buf, ',')
		}
		b.buf = a.append(b.buf)
	}
	b.buf = append(b.buf, "}}}"...)
	if len(b.buf)+len(tail) > MaxRequestSize {
		b.buf = b.buf[:undo]
		return ErrFull
	}
	b.items[b.n] = item{start, len(b.buf), pk, sk}
	b.n++
	return nil
}

// append appends the attribute: "Name":{"S":"value"}. Numbers travel as strings too, so
// that no JSON library on the way rounds them (Developer Guide, "DynamoDB low-level API").
func (a Attr) append(dst []byte) []byte {
	dst = json.AppendString(dst, a.name)
	if a.number {
		dst = append(dst, `:{"N":`...)
	} else {
		dst = append(dst, `:{"S":`...)
	}
	dst = json.AppendString(dst, a.value)
	return append(dst, '}')
}

func (b *Batch) index(pk, sk string) int {
	for i := range b.items[:b.n] {
		if b.items[i].sk == sk && b.items[i].pk == pk {
			return i
		}
	}
	return -1
}
