package job

import (
	"strconv"
	"strings"
	"time"

	"reduction/aggregate"
	"reduction/ddbwire"
)

// The experiment's table, beside its keys.
const (
	attrMean      = "AverageRecoveryTime"
	attrDiagnosis = "Diagnosis"
	attrHospital  = "Hospital"
	attrTreatment = "MostUsedTreatment"
	attrRecords   = "Records"
	attrRun       = "Run"
	attrTTL       = "TTL"

	// ManifestSortKey is the sort key of the item that says a result is whole. It sorts before
	// every group's: a reader who finds it on the first page of a Query, whose later pages are
	// read later, finds all the items that it counts.
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

// items is what all items of a result have in common.
type items struct {
	table, pk string
	run       string // "" without a manifest
	records   bool
	ttl       []byte // nil without TTL
	expires   []byte // when the manifest says that the result does; nil without TTL
}

const day = 24 * 60 * 60 // seconds

// expiryMargin is how much later than the manifest says the items of a result expire. DynamoDB
// deletes them one by one: until the manifest's time has come, all of them are there. Runs of one
// result that write at the same time, or one after the other, may disagree by less than that.
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

// check refuses groups that DynamoDB would refuse, or that would overwrite each other, while
// nothing has been written yet. Items differ in three names and in numbers that always fit: of
// one item everything is checked, of the others how long the names are. It returns as many bytes as
// the largest item has, or more.
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
		// An upper bound of all that is no name and no partition key: attributes' names,
		// keys and marks, numbers.
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

// ambiguous is the part of hospitalMark that a diagnosis must contain before its group can
// share a sort key with another one. Say D1#hospital#H1 = D2#hospital#H2 and D1 is the
// shorter: then D1#hospital# begins D2#hospital#, and as the mark overlaps itself in its
// outer '#' only, D2 begins with D1#hospital.
var ambiguous = strings.TrimSuffix(hospitalMark, "#")

// checkSortKeys refuses two groups of the same sort key. Only groups whose diagnosis
// contains a mark are remembered: of a feed that makes sense, none.
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

// suspectBytes is what a sort key that is remembered takes beside its own bytes: a place in a map,
// and what the allocator rounds up.
const suspectBytes = 256

func sameSortKey(a, b aggregate.Group) error {
	if a.Offset > b.Offset {
		a, b = b, a
	}
	return &GroupError{First: PlaceOf(&a), Other: PlaceOf(&b), Err: ErrSameSortKey}
}
