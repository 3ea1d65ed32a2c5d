package dynamodb

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"reduction/runtime/lambdatest/internal/front"
)

// A table holds items by partition key and, within a partition, by sort key.
type table struct {
	name      string
	id        string
	created   time.Time
	partition keyAttribute
	sort      *keyAttribute // nil for a table without a sort key
	ttl       string        // the attribute of TTL; "" if it is disabled

	provisioned   bool // otherwise on demand
	reads, writes int64

	partitions map[string]*partition // by the encoded partition key
	order      []*partition          // nil after a partition was added or removed

	changes []change // all of them, in their order, where Service.Stale was called
}

// A keyAttribute is a key attribute: its name, and its type, which is S, N or B.
type keyAttribute struct{ name, kind string }

// A partition holds the items that share a partition key.
type partition struct {
	hash    [md5.Size]byte // of the partition key; the order of Scan
	records map[string]*record
	order   []*record // nil after a record was added or removed
}

type record struct{ item Item }

func newTable(name string, partitionKey keyAttribute, sort *keyAttribute, now time.Time) *table {
	return &table{name: name, id: front.NewUUID(), created: now, partition: partitionKey, sort: sort,
		partitions: make(map[string]*partition)}
}

// keys returns the key attributes, the partition key first.
func (t *table) keys() []keyAttribute {
	if t.sort == nil {
		return []keyAttribute{t.partition}
	}
	return []keyAttribute{t.partition, *t.sort}
}

// keyOf returns the key attributes of an item.
func (t *table) keyOf(item Item) Item {
	key := make(Item)
	for _, k := range t.keys() {
		key[k.name] = item[k.name]
	}
	return key
}

// encode returns the content of a key attribute as a string. Equal numbers have equal strings,
// since numbers are in normal form.
func (k *keyAttribute) encode(item Item) string {
	if k == nil {
		return ""
	}
	if b, ok := item[k.name]["B"].([]byte); ok {
		return string(b)
	}
	return item[k.name].Text()
}

func (t *table) get(key Item) Item {
	p := t.partitions[t.partition.encode(key)]
	if p == nil || p.records[t.sort.encode(key)] == nil {
		return nil
	}
	return p.records[t.sort.encode(key)].item
}

// put stores an item and returns the one that it replaces, or nil.
func (t *table) put(item Item) Item {
	partitionKey, sortKey := t.partition.encode(item), t.sort.encode(item)
	p := t.partitions[partitionKey]
	if p == nil {
		p = &partition{hash: md5.Sum([]byte(partitionKey)), records: make(map[string]*record)}
		t.partitions[partitionKey], t.order = p, nil
	}
	if rec := p.records[sortKey]; rec != nil {
		old := rec.item
		rec.item = item
		return old
	}
	p.records[sortKey], p.order = &record{item}, nil
	return nil
}

// delete removes the item of a key and returns it, or nil.
func (t *table) delete(key Item) Item {
	partitionKey, sortKey := t.partition.encode(key), t.sort.encode(key)
	p := t.partitions[partitionKey]
	if p == nil || p.records[sortKey] == nil {
		return nil
	}
	old := p.records[sortKey].item
	delete(p.records, sortKey)
	p.order = nil
	if len(p.records) == 0 {
		delete(t.partitions, partitionKey)
		t.order = nil
	}
	return old
}

// ordered returns the partitions in the order of Scan, which is that of their hashes. They are
// sorted here and not by put, which keeps a million writes cheap.
func (t *table) ordered() []*partition {
	if t.order == nil {
		t.order = slices.SortedFunc(maps.Values(t.partitions), func(a, b *partition) int {
			return bytes.Compare(a.hash[:], b.hash[:])
		})
	}
	return t.order
}

// from returns the partitions in the order of Scan, from the one of a key on. That one need
// not exist. A nil key means all partitions.
func (t *table) from(key Item) []*partition {
	all := t.ordered()
	if key == nil {
		return all
	}
	hash := md5.Sum([]byte(t.partition.encode(key)))
	i, _ := slices.BinarySearchFunc(all, hash, func(p *partition, hash [md5.Size]byte) int {
		return bytes.Compare(p.hash[:], hash[:])
	})
	return all[i:]
}

// segment returns to which of the n segments of a parallel scan the partition belongs.
func (p *partition) segment(n int64) int64 {
	return int64(binary.BigEndian.Uint32(p.hash[:])) * n >> 32
}

// sorted returns the records of a partition in the order of the sort key.
func (t *table) sorted(p *partition) []*record {
	if p.order == nil {
		p.order = slices.Collect(maps.Values(p.records))
		if t.sort != nil {
			slices.SortFunc(p.order, func(a, b *record) int {
				return compareScalars(a.item[t.sort.name], b.item[t.sort.name])
			})
		}
	}
	return p.order
}

// counts returns the number of items and their size.
func (t *table) counts() (items, size int) {
	for _, p := range t.partitions {
		items += len(p.records)
		for _, rec := range p.records {
			size += rec.item.size()
		}
	}
	return items, size
}
