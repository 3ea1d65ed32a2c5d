package job

import (
	"strconv"
	"strings"
	"time"

	"reduction/aggregate"
	"reduction/ddbwire"
)

// Attributes and keys of the items.
const (
	attrMean      = "AverageRecoveryTime"
	attrDiagnosis = "Diagnosis"
	attrHospital  = "Hospital"
	attrTreatment = "MostUsedTreatment"
	attrRecords   = "Records"
	attrRun       = "Run"
	attrTTL       = "TTL"

	// ManifestSortKey is the sort key of the item that says a result is whole. It sorts before
	// every group's, so a Query returns the manifest on its first page. It is written last: a
	// reader who has found it then finds all the items that it counts on the pages that follow.
	ManifestSortKey = "#0#manifest"

	diagnosisMark = "#diagnosis#"
	hospitalMark  = "#hospital#"
)

// AppendSortKey appends a group's sort key, "#diagnosis#{Diagnosis}#hospital#{Hospital}".
func AppendSortKey(dst []byte, diagnosis, hospital string) []byte {
	dst = append(dst, diagnosisMark...)
	dst = append(dst, diagnosis...)
	dst = append(dst, hospitalMark...)
	return append(dst, hospital...)
}

// items has the values that all items of a result share.
type items struct {
	table, pk string
	run       string // "" without a manifest
	records   bool
	ttl       []byte // nil without TTL
	expires   []byte // the time in the manifest at which the result expires; nil without TTL
}

const day = 24 * 60 * 60 // seconds

// expiryMargin is how much later than the manifest says the items of a result expire. DynamoDB
// deletes expired items one by one. With the margin, no item is missing before the time in the
// manifest. The margin also covers several runs that write the same result at different times.
const expiryMargin = 7 * day

func newItems(table, pk, run string, o *Options, now time.Time) *items {
	m := &items{table: table, pk: pk, records: o.Records}
	// Seconds since the epoch: DynamoDB Developer Guide, Using time to live.
	end := now.Unix() + int64(o.TTLDays)*day
	if o.Manifest {
		m.run = run
		if o.TTLDays > 0 {
			m.expires = strconv.AppendInt(nil, end, 10)
			end += expiryMargin
		}
	}
	if o.TTLDays > 0 {
		m.ttl = strconv.AppendInt(nil, end, 10)
	}
	return m
}

// batch is a batch of items, and room for the numbers in them.
type batch struct {
	ddbwire.Batch
	number []byte
}

// put adds the item of a group.
func (m *items) put(b *batch, g *aggregate.Group) error {
	b.StartItem()
	b.String(ddbwire.PartitionKey, m.pk)
	b.String(ddbwire.SortKey, diagnosisMark, g.Diagnosis, hospitalMark, g.Hospital)
	b.number = g.AppendMean(b.number[:0])
	b.Number(attrMean, b.number)
	b.String(attrDiagnosis, g.Diagnosis)
	b.String(attrHospital, g.Hospital)
	if g.Treatment != "" {
		b.String(attrTreatment, g.Treatment)
	}
	if m.records {
		b.number = strconv.AppendInt(b.number[:0], g.Count, 10)
		b.Number(attrRecords, b.number)
	}
	m.putLast(b)
	return b.EndItem()
}

// putLast adds what every item of the result ends with, the manifest too.
func (m *items) putLast(b *batch) {
	if m.run != "" {
		b.String(attrRun, m.run)
	}
	if m.ttl != nil {
		b.Number(attrTTL, m.ttl)
	}
}

// check refuses groups that DynamoDB would refuse, or that would overwrite each other, before
// anything is written. Items differ in three names, and in numbers that always fit. So check makes
// one item, and of the others checks only the lengths of the names. It returns the size of the
// largest item in bytes, or more.
func (m *items) check(b *batch, groups *Reducer, share *share) (largest int, err error) {
	if groups.Len() == 0 {
		return 0, nil
	}
	b.Reset(m.table)
	g := groups.Group(0)
	if err := m.put(b, &g); err != nil {
		return 0, &GroupError{First: PlaceOf(&g), Err: err}
	}
	const (
		keyMarks = len(diagnosisMark) + len(hospitalMark)
		// around is an upper bound of the rest of an item: the attributes' names, the marks of
		// the sort key, and the numbers.
		around = 512
	)
	longest := groups.table.LongestTreatment()
	for i := range groups.Len() {
		hospital, diagnosis := groups.names(i)
		names := len(diagnosis) + len(hospital)
		if keyMarks+names > ddbwire.MaxSortKey {
			g := groups.Group(i)
			return 0, &GroupError{First: PlaceOf(&g), Err: &ddbwire.AttrError{Name: ddbwire.SortKey, Err: ddbwire.ErrKeyTooLong}}
		}
		size := around + len(m.pk) + 2*names
		if size+longest > ddbwire.MaxItemSize {
			g := groups.Group(i)
			if size+len(g.Treatment) > ddbwire.MaxItemSize {
				return 0, &GroupError{First: PlaceOf(&g), Err: ddbwire.ErrItemTooLarge}
			}
		}
		largest = max(largest, min(size+longest, ddbwire.MaxItemSize))
	}
	return largest, checkSortKeys(groups, share)
}

// ambiguous is "#hospital". Two groups can only have the same sort key if one of the diagnoses
// contains it. Proof: let D1#hospital#H1 = D2#hospital#H2, and D1 be shorter than D2. Then
// D2#hospital# begins with D1#hospital#. The mark #hospital# can overlap itself only in its outer
// '#'. So D2 begins with D1#hospital.
var ambiguous = strings.TrimSuffix(hospitalMark, "#")

// checkSortKeys refuses two groups with the same sort key. It only remembers groups whose diagnosis
// contains ambiguous. Ordinary files have none.
func checkSortKeys(groups *Reducer, share *share) error {
	var suspects map[string]int
	var key []byte
	for i := range groups.Len() {
		hospital, diagnosis := groups.names(i)
		if !strings.Contains(diagnosis, ambiguous) {
			continue
		}
		key = AppendSortKey(key[:0], diagnosis, hospital)
		if other, ok := suspects[string(key)]; ok {
			return sameSortKey(groups.Group(i), groups.Group(other))
		}
		if err := share.take(suspectBytes + int64(len(key))); err != nil {
			g := groups.Group(i)
			return &GroupError{First: PlaceOf(&g), Err: err}
		}
		if suspects == nil {
			suspects = make(map[string]int)
		}
		suspects[string(key)] = i
	}
	if suspects == nil {
		return nil
	}
	for i := range groups.Len() {
		hospital, diagnosis := groups.names(i)
		key = AppendSortKey(key[:0], diagnosis, hospital)
		if other, ok := suspects[string(key)]; ok && other != i {
			return sameSortKey(groups.Group(i), groups.Group(other))
		}
	}
	return nil
}

// suspectBytes is the memory that a remembered sort key takes in addition to its bytes: its entry
// in the map, and what the allocator rounds up.
const suspectBytes = 256

func sameSortKey(a, b aggregate.Group) error {
	if a.Offset > b.Offset {
		a, b = b, a
	}
	return &GroupError{First: PlaceOf(&a), Other: PlaceOf(&b), Err: ErrSameSortKey}
}
