package aggregate

import (
	"cmp"
	"slices"
	"strings"
)

// Merge adds the rows of another table, o, and does not change o. Any order of merging gives the
// same groups. The first row of a group in both tables is the one with the smaller offset, or with
// the smaller record if the offsets are equal. After an error t holds part of o.
func (t *Table) Merge(o *Table) error {
	t.merged = true
	if err := t.begin(0); err != nil {
		return err
	}
	var ids [3][]uint32 // by id of o, the id of t
	for i, d := range []struct{ to, from *Dict }{
		{&t.hospitals, &o.hospitals}, {&t.diagnoses, &o.diagnoses}, {&t.treatments, &o.treatments},
	} {
		for from := range uint32(d.from.Len()) {
			id, err := d.to.idOfName(d.from.Name(from))
			if err != nil {
				return err
			}
			ids[i] = append(ids[i], id)
		}
	}
	if t.large == nil && !t.small.fit(t.hospitals.Len(), t.diagnoses.Len(), t.treatments.Len(), t.Memory) {
		if err := t.enlarge(); err != nil {
			return err
		}
	}
	for i := range uint32(o.groups.n) {
		from := o.groups.at(i)
		g, err := t.groupOf(group{
			hospital: ids[0][from.hospital], diagnosis: ids[1][from.diagnosis],
			record: from.record, offset: from.offset,
		})
		if err != nil {
			return err
		}
		sum := o.sum(i)
		n, ok := sum.Number()
		if !ok {
			return ErrOverflow
		}
		if err := t.addExact(g, n); err != nil {
			return err
		}
		for treatment, n := range o.countersOf(i) {
			if err := t.addCount(g, ids[2][treatment], n); err != nil {
				return err
			}
		}
	}
	t.rows += o.rows
	if o.rows > 0 {
		t.extreme(o.least)
		t.extreme(o.greatest)
	}
	return nil
}

// Shift adds to the places of groups, from the one with that number on. A table that has read a part
// of a file counts from the beginning of that part; Shift makes its places those of the file.
func (t *Table) Shift(from int, records, bytes int64) {
	for i := from; i < t.groups.n; i++ {
		g := t.groups.at(uint32(i))
		g.record += records
		g.offset += bytes
	}
}

// groupOf returns the number of the group that has the same names as g, and gives it the earlier of
// both places. If there is no such group, g becomes one.
func (t *Table) groupOf(g group) (uint32, error) {
	i, ok := t.find(g.hospital, g.diagnosis)
	if !ok {
		return t.addGroup(g)
	}
	if have := t.groups.at(i); g.offset < have.offset || g.offset == have.offset && g.record < have.record {
		have.record, have.offset = g.record, g.offset
	}
	return i, nil
}

// find returns the number of a group. In the small tally, fit must have made room for its names.
func (t *Table) find(hospital, diagnosis uint32) (uint32, bool) {
	if t.large != nil {
		return t.large.find(t.large.seed.pair(hospital, diagnosis), &t.groups, hospital, diagnosis)
	}
	cell := *t.small.cell(hospital, diagnosis)
	return cell - 1, cell != 0
}

// addGroup adds a group that find has not found.
func (t *Table) addGroup(g group) (uint32, error) {
	if t.large == nil && t.small.full() {
		if err := t.enlarge(); err != nil {
			return 0, err
		}
	}
	err := error(nil)
	if t.large != nil {
		err = t.large.room(t.Memory)
	} else {
		err = t.small.room(t.Memory)
	}
	if err != nil {
		return 0, err
	}
	i, err := t.newGroup(g)
	if err != nil {
		return 0, err
	}
	if t.large != nil {
		t.large.add(t.large.seed.pair(g.hospital, g.diagnosis), i)
	} else {
		t.small.addGroup()
		*t.small.cell(g.hospital, g.diagnosis) = i + 1
	}
	return i, nil
}

// addCount adds n rows to the counter of a group and a treatment.
func (t *Table) addCount(g, treatment uint32, n uint64) error {
	if t.large != nil {
		return t.count(t.groups.at(g), g, treatment, n)
	}
	t.small.row(g)[1+treatment] += int64(n)
	return nil
}

// sortByPlace sorts groups by their first rows. If two places are equal, as they are for rows that
// were added without a place, it sorts by names.
func sortByPlace(groups []Group) {
	slices.SortFunc(groups, func(a, b Group) int {
		if a.Offset != b.Offset || a.Record != b.Record {
			return cmp.Or(cmp.Compare(a.Offset, b.Offset), cmp.Compare(a.Record, b.Record))
		}
		return cmp.Or(strings.Compare(a.Hospital, b.Hospital), strings.Compare(a.Diagnosis, b.Diagnosis))
	})
}
