package shard

import (
	"io"
	"math"

	"reduction/aggregate"
	"reduction/internal/job"
)

// Merger merges partials into the table of one Reducer, whose groups are then those of a single
// run. Their offsets are those that Plan.Place reads. Where groups are too many for one function's
// memory, several Mergers share them: by their sort keys, so that two groups with the same one meet.
type Merger struct {
	Part, Parts int // which of how many; the zero values: all groups

	table *aggregate.Table
	ids   []uint32 // of a partial's treatments
	key   []byte
}

// unknown is the number of a treatment that the table does not have yet. No table has so many.
const unknown = math.MaxUint32

// NewMerger returns a Merger that merges into rows, which forgets what it has read.
func NewMerger(rows *job.Reducer) *Merger {
	rows.StartMerge()
	return &Merger{table: rows.Table()}
}

// Add adds the groups of a partial of which r has read the head. An error ends the work.
func (m *Merger) Add(r *Reader, l Link) error {
	if r.Task != l.Task || r.Damage != nil {
		return ErrPartial
	}
	m.ids = m.ids[:0]
	for range r.Treatments {
		m.ids = append(m.ids, unknown)
	}
	for {
		g, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if !m.owns(g) {
			continue
		}
		g.Record += l.Before
		for i := range g.Treatments {
			t := &g.Treatments[i].Treatment
			if m.ids[*t] == unknown {
				// Only now is it one of this Merger's groups that has it.
				id, err := m.table.TreatmentID(r.Treatments[*t])
				if err != nil {
					return err
				}
				m.ids[*t] = id
			}
			*t = m.ids[*t]
		}
		if err := m.table.AddPart(g); err != nil {
			return err
		}
	}
}

// owns says whether a group is one of this Merger's.
func (m *Merger) owns(g *aggregate.Part) bool {
	if m.Parts <= 1 {
		return true
	}
	m.key = job.AppendSortKey(m.key[:0], string(g.Diagnosis), string(g.Hospital))
	hash := uint32(2166136261) // FNV-1a, as hash/fnv has it
	for _, c := range m.key {
		hash = (hash ^ uint32(c)) * 16777619
	}
	return int(hash%uint32(m.Parts)) == m.Part
}
