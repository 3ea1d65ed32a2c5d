package dynamodb

import (
	"maps"
	"math/rand/v2"
)

// Stale makes reads without ConsistentRead return old data, as replicas that lag behind do. Each
// such read sees the table as it was some writes ago; random numbers from the seed choose how many.
// A read, or a page of a Query, may see an older table than the one before it. Call Stale before the
// first write.
func (s *Service) Stale(seed uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stale = rand.New(rand.NewPCG(seed, 0))
}

// A change is a write, as stale reads undo it.
type change struct{ key, before Item } // before is nil where there was no item

// asRead returns the table as a read sees it.
func (s *Service) asRead(t *table, consistent bool) *table {
	if s.stale == nil || consistent {
		return t
	}
	return t.before(s.stale.IntN(1 + s.stale.IntN(1+len(t.changes))))
}

// before returns a copy of the table without its last n changes.
func (t *table) before(n int) *table {
	past := *t
	past.order, past.changes = nil, nil
	past.partitions = make(map[string]*partition, len(t.partitions))
	for key, p := range t.partitions {
		past.partitions[key] = &partition{hash: p.hash, records: maps.Clone(p.records)}
	}
	for i := range n {
		c := t.changes[len(t.changes)-1-i]
		past.delete(c.key)
		if c.before != nil {
			past.put(c.before)
		}
	}
	return &past
}

// remember keeps a change for stale reads, if there are any.
func (s *Service) remember(t *table, item, before Item) {
	if s.stale != nil {
		t.changes = append(t.changes, change{t.keyOf(item), before})
	}
}

func (s *Service) put(t *table, item Item) (before Item) {
	before = t.put(item)
	s.remember(t, item, before)
	return before
}

func (s *Service) delete(t *table, key Item) (before Item) {
	before = t.delete(key)
	s.remember(t, key, before)
	return before
}
