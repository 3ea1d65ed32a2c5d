package aggregate

import (
	"bytes"
	"cmp"
	"math/bits"
	"slices"
	"strings"
)

// Part is a group of a table, as it is carried to another table: beside its names and its place
// the exact sum of its numbers, and how many of its rows have which treatment.
type Part struct {
	Hospital, Diagnosis []byte
	Record, Offset      int64
	Sum                 Number
	Treatments          []TreatmentRows // in the order of Treatment; each has rows
}

// TreatmentRows counts the rows of one treatment, which has a number.
type TreatmentRows struct {
	Treatment uint32
	Rows      int64
}

// Treatments returns the names of treatments that rows of the table have, sorted. In the Parts of
// the table, a treatment's number is its index here.
func (t *Table) Treatments() []string {
	names, _ := t.usedTreatments()
	return names
}

// usedTreatments returns what Treatments does, and each id's index there.
func (t *Table) usedTreatments() (names []string, numbers []uint32) {
	used := make([]bool, t.treatments.Len())
	for i := range uint32(t.groups.n) {
		for treatment := range t.countersOf(i) {
			used[treatment] = true
		}
	}
	var ids []uint32
	for id := range uint32(len(used)) {
		if used[id] {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b uint32) int { return strings.Compare(t.treatments.Name(a), t.treatments.Name(b)) })
	numbers = make([]uint32, len(used))
	for i, id := range ids {
		names = append(names, t.treatments.Name(id))
		numbers[id] = uint32(i)
	}
	return names, numbers
}

// Parts yields the groups, in the order of [Table.Group]. A Part is valid until the next one. It
// panics for a group whose sum does not fit a Number: AddPart and AddBlock refuse such sums.
func (t *Table) Parts(yield func(*Part) bool) {
	names, numbers := t.usedTreatments()
	rows := make([]int64, len(names)) // of the group, by treatment
	var have []uint32                 // those that have rows
	var part Part
	for i := range uint32(t.groups.n) {
		g, sum := t.groups.at(i), t.sum(i)
		part.Hospital = append(part.Hospital[:0], t.hospitals.Name(g.hospital)...)
		part.Diagnosis = append(part.Diagnosis[:0], t.diagnoses.Name(g.diagnosis)...)
		part.Record, part.Offset = g.record, g.offset
		var ok bool
		if part.Sum, ok = sum.Number(); !ok {
			panic("aggregate: a sum out of range")
		}
		have = have[:0]
		for treatment, n := range t.countersOf(i) {
			k := numbers[treatment]
			have, rows[k] = append(have, k), int64(n)
		}
		slices.SortFunc(have, cmp.Compare)
		part.Treatments = part.Treatments[:0]
		for _, k := range have {
			part.Treatments = append(part.Treatments, TreatmentRows{k, rows[k]})
		}
		if !yield(&part) {
			return
		}
	}
}

// TreatmentID returns the table's number of a treatment, for AddPart.
func (t *Table) TreatmentID(name string) (uint32, error) {
	if err := t.begin(0); err != nil {
		return 0, err
	}
	return t.treatments.ID([]byte(name))
}

// AddPart adds a group of another table to this one, whose Decode is nil; the numbers of treatments
// are those of TreatmentID. As with Merge, the order of parts does not matter. After an error,
// which is one that ends the work, the table holds some of the part.
func (t *Table) AddPart(p *Part) error {
	t.merged = true
	if err := t.begin(0); err != nil {
		return err
	}
	hospital, err := t.hospitals.ID(p.Hospital)
	if err != nil {
		return err
	}
	diagnosis, err := t.diagnoses.ID(p.Diagnosis)
	if err != nil {
		return err
	}
	if t.large == nil && !t.small.fit(t.hospitals.Len(), t.diagnoses.Len(), t.treatments.Len(), t.Memory) {
		if err := t.enlarge(); err != nil {
			return err
		}
	}
	g, err := t.groupOf(group{hospital: hospital, diagnosis: diagnosis, record: p.Record, offset: p.Offset})
	if err != nil {
		return err
	}
	if err := t.addExact(g, p.Sum); err != nil {
		return err
	}
	for _, n := range p.Treatments {
		if err := t.addCount(g, n.Treatment, uint64(n.Rows)); err != nil {
			return err
		}
		t.rows += n.Rows
	}
	return nil
}

// ParseSum reads what Number.Append writes of a sum, in any range that a sum may have.
func ParseSum(text []byte) (Number, bool) {
	negative := len(text) > 0 && text[0] == '-'
	if negative {
		text = text[1:]
	}
	integer, fraction, _ := bytes.Cut(text, []byte{'.'})
	const most = len("170141183460469231") // 2^127 / 10^21
	if len(integer) == 0 || len(integer) > most || len(fraction) > fractionDigits {
		return Number{}, false
	}
	digits := append(make([]byte, 0, fractionDigits), fraction...)
	for len(digits) < fractionDigits {
		digits = append(digits, '0')
	}
	n, ok1 := digitsOf(integer)
	high, ok2 := digitsOf(digits[:9])
	low, ok3 := digitsOf(digits[9:])
	if !ok1 || !ok2 || !ok3 || n >= firstTooLarge {
		return Number{}, false
	}
	hi, lo := bits.Mul64(high, unitsPerNano)
	lo, carry := bits.Add64(lo, low, 0)
	sum, _ := whole(int64(n)).Add(Number{int64(hi + carry), lo})
	if negative {
		sum = sum.neg()
	}
	return sum, true
}

// firstTooLarge is the first whole number of which not every fraction fits a Number.
const firstTooLarge = 170141183460469231

// digitsOf returns the number that at most 18 digits write.
func digitsOf(text []byte) (n uint64, ok bool) {
	for _, c := range text {
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + uint64(c-'0')
	}
	return n, true
}
