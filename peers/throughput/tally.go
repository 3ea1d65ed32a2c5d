package main

import "strings"

// tally is how the job is done by those who have only a CSV reader: maps, looked up by
// bytes so that only a new name allocates. All readers but the first share it.
type tally struct {
	groups     map[string]*sums
	treatments map[string]string
	key        []byte
}

type sums struct {
	diagnosis, hospital string
	days, rows          int64
	treatments          map[string]int64
}

func newTally() *tally {
	return &tally{groups: map[string]*sums{}, treatments: map[string]string{}}
}

// add adds a row. It keeps nothing of its arguments.
func add[T string | []byte](t *tally, hospital, diagnosis, treatment T, days int64) {
	key := append(append(append(append(append(t.key[:0], diagnosis...), 0), hospital...), 0), treatment...)
	t.key = key
	group, name := key[:len(key)-len(treatment)-1], key[len(key)-len(treatment):]
	g := t.groups[string(group)]
	if g == nil {
		g = &sums{diagnosis: string(diagnosis), hospital: string(hospital), treatments: map[string]int64{}}
		t.groups[string(group)] = g
	}
	g.days += days
	g.rows++
	s, ok := t.treatments[string(name)]
	if !ok {
		s = string(name)
		t.treatments[s] = s
	}
	g.treatments[s]++
}

func (t *tally) result() []group {
	var all []group
	for _, g := range t.groups {
		r := group{diagnosis: strings.Clone(g.diagnosis), hospital: strings.Clone(g.hospital),
			mean: float64(g.days) / float64(g.rows), rows: g.rows}
		most := int64(0)
		for name, n := range g.treatments {
			// Of several, the first in byte order.
			if n > most || n == most && name < r.treatment {
				r.treatment, most = name, n
			}
		}
		all = append(all, r)
	}
	return all
}
