package dynamodb

import (
	"errors"
	"math"
)

// maxPage ends a page. API Reference, Query and Scan: 1 MB of items, counted before projection.
const maxPage = 1 << 20

// A page is the answer to a Query or Scan.
type page struct {
	Count            int
	ScannedCount     int
	Items            *[]Item           `json:",omitempty"` // nil if the request only counts
	LastEvaluatedKey Item              `json:",omitempty"`
	ConsumedCapacity *consumedCapacity `json:",omitempty"`

	limit int64
	size  int
}

// add adds an item and reports whether the page has room for another one.
func (p *page) add(item Item, paths []string) bool {
	p.Count++
	p.ScannedCount++
	p.size += item.size()
	if p.Items != nil {
		*p.Items = append(*p.Items, project(item, paths))
	}
	return p.size < maxPage && (p.limit == 0 || int64(p.Count) < p.limit)
}

// A read is a Query or a Scan.
type read struct {
	table      string
	page       *page
	start      Item // ExclusiveStartKey
	capacity   *capacity
	consistent bool
	expression *expression
	paths      []string // the attributes that are wanted; nil means all
}

// read reads the parameters that Query and Scan have in common. c has checked the others.
func (p *params) read(c checks, notSupported ...string) (*read, error) {
	r := &read{table: c.tableName(p), capacity: c.capacity(p), page: new(page)}
	r.page.limit, _ = c.integer(p, "Limit", "limit", 1, math.MaxInt64)
	selected := c.enum(p, "Select", "select", "SPECIFIC_ATTRIBUTES", "COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
	r.consistent = p.boolean("ConsistentRead", false)
	start := p.asMap(p.m["ExclusiveStartKey"], "AttributeValue")
	err := p.err(c, append(notSupported, "IndexName", "FilterExpression", "AttributesToGet", "ConditionalOperator")...)
	if err != nil {
		return nil, err
	}
	if start != nil {
		if r.start, err = p.item(start, 0); err != nil {
			return nil, startingKey(err)
		}
	}
	if r.expression, err = p.expression("KeyConditionExpression", "ProjectionExpression"); err != nil {
		return nil, err
	}
	if r.paths, err = r.expression.projection(p); err != nil {
		return nil, err
	}
	switch {
	case selected == "ALL_PROJECTED_ATTRIBUTES":
		return nil, invalidParameter("ALL_PROJECTED_ATTRIBUTES can be used only when Querying using an IndexName")
	case selected == "SPECIFIC_ATTRIBUTES" && r.paths == nil:
		return nil, invalidParameter("Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES")
	case (selected == "ALL_ATTRIBUTES" || selected == "COUNT") && r.paths != nil:
		return nil, invalidParameter("Cannot specify the ProjectionExpression when choosing to get " + map[string]string{
			"ALL_ATTRIBUTES": "ALL_ATTRIBUTES", "COUNT": "only the Count"}[selected])
	}
	if selected != "COUNT" {
		r.page.Items = &[]Item{}
	}
	return r, nil
}

// startingKey returns a validation error that says that it is about ExclusiveStartKey.
func startingKey(err error) error {
	if e, ok := errors.AsType[*apiError](err); ok {
		return invalid("The provided starting key is invalid: " + e.Message)
	}
	return err
}
