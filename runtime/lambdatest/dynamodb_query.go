package lambdatest

import (
	"errors"
	"fmt"
	"slices"
	"sort"
)

// API Reference, Query and Scan: a page ends at 1 MB of items, counted before projection.
const ddbMaxPage = 1 << 20

// A ddbPage is what Query and Scan answer.
type ddbPage struct {
	Count            int
	ScannedCount     int
	Items            *[]Item      `json:",omitempty"` // nil when only counted
	LastEvaluatedKey Item         `json:",omitempty"`
	ConsumedCapacity *ddbConsumed `json:",omitempty"`

	limit int64
	size  int
}

// add takes an item and reports whether the page has room for another.
func (page *ddbPage) add(item Item, paths []string) bool {
	page.Count++
	page.ScannedCount++
	page.size += item.size()
	if page.Items != nil {
		*page.Items = append(*page.Items, project(item, paths))
	}
	return page.size < ddbMaxPage && (page.limit == 0 || int64(page.Count) < page.limit)
}

// A ddbRead is what Query and Scan have in common.
type ddbRead struct {
	table      string
	page       *ddbPage
	start      Item // ExclusiveStartKey
	capacity   *ddbCapacity
	consistent bool
	expr       *ddbExpr
	paths      []string
}

func (p *ddbParams) read(notHere ...string) (*ddbRead, error) {
	var c ddbChecks
	r := &ddbRead{table: c.tableName(p), capacity: c.capacity(p), page: &ddbPage{limit: c.limit(p, 0)}}
	selected := c.enum(p, "Select", "select", "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	r.consistent = p.boolean("ConsistentRead", false)
	start := p.asMap(p.m["ExclusiveStartKey"], "AttributeValue")
	err := p.checked(c, append(notHere, "IndexName", "FilterExpression", "AttributesToGet", "ConditionalOperator")...)
	if err != nil {
		return nil, err
	}
	if start != nil {
		if r.start, err = p.item(start, 0); err != nil {
			return nil, startingKey(err)
		}
	}
	if r.expr, err = p.expr("KeyConditionExpression", "ProjectionExpression"); err != nil {
		return nil, err
	}
	if r.paths, err = r.expr.projection(p); err != nil {
		return nil, err
	}
	switch {
	case selected == "ALL_PROJECTED_ATTRIBUTES":
		return nil, ddbParameter("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	case selected == "SPECIFIC_ATTRIBUTES" && r.paths == nil:
		return nil, ddbParameter("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case (selected == "ALL_ATTRIBUTES" || selected == "COUNT") && r.paths != nil:
		return nil, ddbParameter("Cannot specify the ProjectionExpression when choosing to get " + map[string]string{
			"ALL_ATTRIBUTES": "ALL_ATTRIBUTES", "COUNT": "only the Count"}[selected])
	}
	if selected != "COUNT" {
		r.page.Items = &[]Item{}
	}
	return r, nil
}

// startingKey says of a validation error that it is about ExclusiveStartKey.
func startingKey(err error) error {
	if e, ok := errors.AsType[*ddbError](err); ok {
		return ddbInvalid("The provided starting key is invalid: " + e.Message)
	}
	return err
}

func (d *DynamoDB) query(p *ddbParams) (any, error) {
	forward := p.boolean("ScanIndexForward", true)
	expression := p.str("KeyConditionExpression")
	r, err := p.read("KeyConditions", "QueryFilter")
	if err != nil {
		return nil, err
	}
	if !p.has("KeyConditionExpression") {
		return nil, ddbInvalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	conditions, err := r.expr.keyConditions(expression)
	if err != nil {
		return nil, err
	}
	if err := r.expr.unused(); err != nil {
		return nil, err
	}
	t, err := d.table(r.table)
	if err != nil {
		return nil, err
	}
	hash, key, err := t.conditions(conditions)
	if err != nil {
		return nil, err
	}
	if r.start != nil {
		if err := t.checkQueryStart(r.start, hash, key); err != nil {
			return nil, err
		}
	}

	var records []*ddbRecord
	if part := t.partitions[t.encode(&t.hash, Item{t.hash.name: hash})]; part != nil {
		records = t.sorted(part)
	}
	if !forward {
		records = slices.Clone(records)
		slices.Reverse(records)
	}
	if r.start != nil {
		records = t.follow(records, r.start, forward)
	}
	for _, rec := range records {
		if key != nil && !key.matches(rec.item[t.sort.name]) {
			continue
		}
		if !r.page.add(rec.item, r.paths) {
			r.page.LastEvaluatedKey = t.keyOf(rec.item)
			break
		}
	}
	r.capacity.read(r.table, r.page.size, r.consistent)
	r.page.ConsumedCapacity = r.capacity.one()
	return r.page, nil
}

// conditions sorts a query's conditions into the partition key's value and the condition on
// the sort key, nil when there is none.
func (t *ddbTable) conditions(list []ddbCondition) (hash Value, key *ddbCondition, err error) {
	if len(list) > 2 {
		return nil, nil, ddbInvalid("Conditions can be of length 1 or 2 only")
	}
	for i := range list {
		c := &list[i]
		var k *ddbKey
		switch {
		case c.name == t.hash.name:
			k = &t.hash
			if c.op != "=" {
				return nil, nil, ddbInvalid("Query key condition not supported")
			}
			hash = c.values[0]
		case t.sort != nil && c.name == t.sort.name:
			k, key = t.sort, c
		default:
			missed := t.hash.name
			if slices.ContainsFunc(list, func(c ddbCondition) bool { return c.name == t.hash.name }) {
				if t.sort == nil {
					return nil, nil, ddbInvalid("Query key condition not supported")
				}
				missed = t.sort.name
			}
			return nil, nil, ddbInvalid("Query condition missed key schema element: " + missed)
		}
		for _, v := range c.values {
			if v.kind() != k.kind {
				return nil, nil, ddbParameter("Condition parameter type does not match schema type")
			}
			if t.encode(k, Item{k.name: v}) == "" {
				return nil, nil, emptyDDBKey(*k)
			}
		}
	}
	if hash == nil {
		return nil, nil, ddbInvalid("Query condition missed key schema element: " + t.hash.name)
	}
	return hash, key, nil
}

// checkQueryStart holds an ExclusiveStartKey to the query it continues.
func (t *ddbTable) checkQueryStart(start Item, hash Value, key *ddbCondition) error {
	if len(start) != len(t.keys()) {
		return ddbInvalid("The provided starting key is invalid")
	}
	if err := t.checkKey(start); err != nil {
		return startingKey(err)
	}
	outside := compareDDBScalars(start[t.hash.name], hash) != 0
	switch {
	case key == nil && outside:
		return ddbInvalid("The provided starting key is outside query boundaries based on provided conditions")
	case key != nil && !key.matches(start[t.sort.name]):
		return ddbInvalid("The provided starting key does not match the range key predicate")
	case key != nil && outside:
		return ddbInvalid("The query can return at most one row and cannot be restarted")
	}
	return nil
}

func (d *DynamoDB) scan(p *ddbParams) (any, error) {
	segment, hasSegment := p.integer("Segment")
	total, hasTotal := p.integer("TotalSegments")
	r, err := p.read("ScanFilter")
	if err != nil {
		return nil, err
	}
	switch {
	case hasSegment && !hasTotal:
		return nil, ddbInvalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case hasTotal && !hasSegment:
		return nil, ddbInvalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case hasTotal && segment >= total:
		return nil, ddbInvalid(fmt.Sprintf("The Segment parameter is zero-based and must be less than parameter TotalSegments: "+
			"Segment: %d is not less than TotalSegments: %d", segment, total))
	}
	if err := r.expr.unused(); err != nil {
		return nil, err
	}
	t, err := d.table(r.table)
	if err != nil {
		return nil, err
	}
	if r.start != nil {
		if err := t.checkKey(r.start); err != nil {
			return nil, startingKey(err)
		}
	}
	t.scan(r, segment, total)
	r.capacity.read(r.table, r.page.size, r.consistent)
	r.page.ConsumedCapacity = r.capacity.one()
	return r.page, nil
}

// scan fills the page from the partitions of a segment; total 0 is the whole table.
func (t *ddbTable) scan(r *ddbRead, segment, total int64) {
	for _, part := range t.after(r.start) {
		if total > 0 && part.segment(total) != segment {
			continue
		}
		records := t.sorted(part)
		if r.start != nil && part == t.partitions[t.encode(&t.hash, r.start)] {
			records = t.follow(records, r.start, true)
		}
		for _, rec := range records {
			if !r.page.add(rec.item, r.paths) {
				r.page.LastEvaluatedKey = t.keyOf(rec.item)
				return
			}
		}
	}
}

// follow returns the records of a partition behind a key, in either direction.
func (t *ddbTable) follow(records []*ddbRecord, start Item, forward bool) []*ddbRecord {
	if t.sort == nil {
		return nil // the key was the partition's only one
	}
	return records[sort.Search(len(records), func(i int) bool {
		order := compareDDBScalars(records[i].item[t.sort.name], start[t.sort.name])
		return forward && order > 0 || !forward && order < 0
	}):]
}
