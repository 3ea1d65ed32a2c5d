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
	attrTTL       = "TTL"

	// ManifestSortKey is the sort key of the item that says a result is whole.
	ManifestSortKey = "#manifest"

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

// itemMaker turns groups into the attributes of items. It belongs to one goroutine: the
// attributes are valid until its next item.
type itemMaker struct {
	pk      string
	options Options
	ttl     string // "" without TTLDays
	attrs   []ddbwire.Attr
	buf     []byte
}

func newItemMaker(pk string, o Options, now time.Time) *itemMaker {
	m := &itemMaker{pk: pk, options: o}
	if o.TTLDays > 0 {
		// Seconds since the epoch: DynamoDB Developer Guide, Using time to live.
		m.ttl = strconv.FormatInt(now.Unix()+int64(o.TTLDays)*24*60*60, 10)
	}
	return m
}

func (m *itemMaker) item(g *aggregate.Group) []ddbwire.Attr {
	m.buf = AppendSortKey(m.buf[:0], g.Diagnosis, g.Hospital)
	key := string(m.buf)
	m.buf = g.AppendMean(m.buf[:0])
	m.attrs = append(m.attrs[:0],
		ddbwire.S(ddbwire.PartitionKey, m.pk),
		ddbwire.S(ddbwire.SortKey, key),
		ddbwire.N(attrMean, string(m.buf)),
		ddbwire.S(attrDiagnosis, g.Diagnosis),
		ddbwire.S(attrHospital, g.Hospital),
		ddbwire.S(attrTreatment, g.Treatment),
	)
	if m.options.Records {
		m.attrs = append(m.attrs, ddbwire.N(attrRecords, strconv.FormatInt(g.Count, 10)))
	}
	if m.ttl != "" {
		m.attrs = append(m.attrs, ddbwire.N(attrTTL, m.ttl))
	}
	return m.attrs
}

// check refuses groups that DynamoDB would refuse, or that would overwrite each other,
// while nothing has been written yet.
func (m *itemMaker) check(groups []aggregate.Group) error {
	for i := range groups {
		g := &groups[i]
		if err := ddbwire.CheckItem(m.item(g)...); err != nil {
			return &GroupError{First: g, Err: err}
		}
	}
	return checkSortKeys(groups)
}

// ambiguous is the part of hospitalMark that a diagnosis must contain before its group can
// share a sort key with another one. Say D1#hospital#H1 = D2#hospital#H2 and D1 is the
// shorter: then D1#hospital# begins D2#hospital#, and as the mark overlaps itself in its
// outer '#' only, D2 begins with D1#hospital.
var ambiguous = strings.TrimSuffix(hospitalMark, "#")

// checkSortKeys refuses two groups of the same sort key. Only groups whose diagnosis
// contains a mark are remembered: of a feed that makes sense, none.
func checkSortKeys(groups []aggregate.Group) error {
	var suspects map[string]*aggregate.Group
	var key []byte
	for i := range groups {
		g := &groups[i]
		if !strings.Contains(g.Diagnosis, ambiguous) {
			continue
		}
		key = AppendSortKey(key[:0], g.Diagnosis, g.Hospital)
		if other := suspects[string(key)]; other != nil {
			return sameSortKey(g, other)
		}
		if suspects == nil {
			suspects = make(map[string]*aggregate.Group)
		}
		suspects[string(key)] = g
	}
	if suspects == nil {
		return nil
	}
	for i := range groups {
		g := &groups[i]
		key = AppendSortKey(key[:0], g.Diagnosis, g.Hospital)
		if other := suspects[string(key)]; other != nil && other != g {
			return sameSortKey(g, other)
		}
	}
	return nil
}

func sameSortKey(a, b *aggregate.Group) error {
	if a.Offset > b.Offset {
		a, b = b, a
	}
	return &GroupError{First: a, Other: b, Err: ErrSameSortKey}
}
