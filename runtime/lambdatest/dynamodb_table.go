package lambdatest

import (
	"bytes"
	"crypto/md5"
	"encoding/binary"
	"maps"
	"slices"
	"time"
)

// A ddbTable holds items by partition key and, within a partition, by sort key.
type ddbTable struct {
	name    string
	id      string
	created time.Time
	hash    ddbKey
	sort    *ddbKey // nil for a table without sort key
	ttl     string  // the attribute of TTL; "" while it is off

	provisioned   bool // else on demand
	reads, writes int64

	partitions map[string]*ddbPartition // by the encoded partition key
	order      []*ddbPartition          // nil when a partition came or went
}

// A ddbKey is a key attribute: its name, and its type: S, N or B.
type ddbKey struct{ name, kind string }

type ddbPartition struct {
	place   [md5.Size]byte // where the partition key's hash puts it
	records map[string]*ddbRecord
	order   []*ddbRecord // nil when a record came or went
}

type ddbRecord struct{ item Item }

func newDDBTable(name string, hash ddbKey, sort *ddbKey) *ddbTable {
	return &ddbTable{name: name, id: newUUID(), created: time.Now(), hash: hash, sort: sort,
		partitions: make(map[string]*ddbPartition)}
}

// keys returns the key attributes in order.
func (t *ddbTable) keys() []ddbKey {
	if t.sort == nil {
		return []ddbKey{t.hash}
	}
	return []ddbKey{t.hash, *t.sort}
}

// keyOf returns the key attributes of an item.
func (t *ddbTable) keyOf(item Item) Item {
	key := make(Item)
	for _, k := range t.keys() {
		key[k.name] = item[k.name]
	}
	return key
}

// encode returns a key attribute's content as bytes. Numbers are in normal form, so equal
// ones are equal here too.
func (t *ddbTable) encode(k *ddbKey, item Item) string {
	if k == nil {
		return ""
	}
	if b, ok := item[k.name]["B"].([]byte); ok {
		return string(b)
	}
	return item[k.name].Text()
}

func (t *ddbTable) get(key Item) Item {
	p := t.partitions[t.encode(&t.hash, key)]
	if p == nil || p.records[t.encode(t.sort, key)] == nil {
		return nil
	}
	return p.records[t.encode(t.sort, key)].item
}

// put stores an item and returns the one it replaces, or nil.
func (t *ddbTable) put(item Item) Item {
	hash, sort := t.encode(&t.hash, item), t.encode(t.sort, item)
	p := t.partitions[hash]
	if p == nil {
		p = &ddbPartition{place: md5.Sum([]byte(hash)), records: make(map[string]*ddbRecord)}
		t.partitions[hash], t.order = p, nil
	}
	if rec := p.records[sort]; rec != nil {
		old := rec.item
		rec.item = item
		return old
	}
	p.records[sort], p.order = &ddbRecord{item}, nil
	return nil
}

// delete removes the item of a key and returns it, or nil.
func (t *ddbTable) delete(key Item) Item {
	hash, sort := t.encode(&t.hash, key), t.encode(t.sort, key)
	p := t.partitions[hash]
	if p == nil || p.records[sort] == nil {
		return nil
	}
	old := p.records[sort].item
	delete(p.records, sort)
	p.order = nil
	if len(p.records) == 0 {
		delete(t.partitions, hash)
		t.order = nil
	}
	return old
}

// ordered returns the partitions in the order of their hashes, which is that of a scan.
// Sorting late keeps a million writes cheap.
func (t *ddbTable) ordered() []*ddbPartition {
	if t.order == nil {
		t.order = slices.SortedFunc(maps.Values(t.partitions), func(a, b *ddbPartition) int {
			return bytes.Compare(a.place[:], b.place[:])
		})
	}
	return t.order
}

// segment returns which of n segments of a parallel scan the partition belongs to.
func (p *ddbPartition) segment(n int64) int64 {
	return int64(binary.BigEndian.Uint32(p.place[:])) * n >> 32
}

// sorted returns the records of a partition by sort key.
func (t *ddbTable) sorted(p *ddbPartition) []*ddbRecord {
	if p.order == nil {
		p.order = slices.Collect(maps.Values(p.records))
		if t.sort != nil {
			slices.SortFunc(p.order, func(a, b *ddbRecord) int {
				return compareDDBScalars(a.item[t.sort.name], b.item[t.sort.name])
			})
		}
	}
	return p.order
}

// counts returns the number of items and their size.
func (t *ddbTable) counts() (items, size int) {
	for _, p := range t.partitions {
		items += len(p.records)
		for _, rec := range p.records {
			size += rec.item.size()
		}
	}
	return items, size
}

// after returns the partitions from that of a key on, wherever its hash falls; all for nil.
func (t *ddbTable) after(key Item) []*ddbPartition {
	all := t.ordered()
	if key == nil {
		return all
	}
	place := md5.Sum([]byte(t.encode(&t.hash, key)))
	i, _ := slices.BinarySearchFunc(all, place, func(p *ddbPartition, place [md5.Size]byte) int {
		return bytes.Compare(p.place[:], place[:])
	})
	return all[i:]
}
