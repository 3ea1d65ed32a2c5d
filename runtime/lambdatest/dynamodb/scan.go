package dynamodb

import "fmt"

func (s *Service) scan(p *params) (any, error) {
	// API Reference, Scan.
	var c checks
	segment, hasSegment := c.integer(p, "Segment", "segment", 0, 999_999)
	total, hasTotal := c.integer(p, "TotalSegments", "totalSegments", 1, 1_000_000)
	r, err := p.read(c, "ScanFilter")
	if err != nil {
		return nil, err
	}
	switch {
	case hasSegment && !hasTotal:
		return nil, invalid("The TotalSegments parameter is required but was not present in the request when Segment parameter is present")
	case hasTotal && !hasSegment:
		return nil, invalid("The Segment parameter is required but was not present in the request when parameter TotalSegments is present")
	case hasTotal && segment >= total:
		return nil, invalid(fmt.Sprintf("The Segment parameter is zero-based and must be less than parameter TotalSegments: "+
			"Segment: %d is not less than TotalSegments: %d", segment, total))
	}
	if err := r.expression.unused(); err != nil {
		return nil, err
	}
	t, err := s.table(r.table)
	if err != nil {
		return nil, err
	}
	if r.start != nil {
		if err := t.checkKey(r.start); err != nil {
			return nil, startingKey(err)
		}
	}
	s.asRead(t, r.consistent).scan(r, segment, total)
	r.capacity.read(r.table, r.page.size, r.consistent)
	r.page.ConsumedCapacity = r.capacity.one()
	return r.page, nil
}

// scan fills the page from the partitions of one of total segments. With total 0 it scans the
// whole table.
func (t *table) scan(r *read, segment, total int64) {
	for _, part := range t.from(r.start) {
		if total > 0 && part.segment(total) != segment {
			continue
		}
		records := t.sorted(part)
		if r.start != nil && part == t.partitions[t.partition.encode(r.start)] {
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
