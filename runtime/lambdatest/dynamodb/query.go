package dynamodb

import (
	"slices"
	"sort"
)

func (s *Service) query(p *params) (any, error) {
	forward := p.boolean("ScanIndexForward", true)
	keyCondition := p.str("KeyConditionExpression")
	r, err := p.read(nil, "KeyConditions", "QueryFilter")
	if err != nil {
		return nil, err
	}
	if !p.has("KeyConditionExpression") {
		return nil, invalid("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request.")
	}
	conditions, err := r.expression.keyConditions(keyCondition)
	if err != nil {
		return nil, err
	}
	if err := r.expression.unused(); err != nil {
		return nil, err
	}
	t, err := s.table(r.table)
	if err != nil {
		return nil, err
	}
	partitionKey, sortKey, err := t.conditions(conditions)
	if err != nil {
		return nil, err
	}
	if r.start != nil {
		if err := t.checkQueryStart(r.start, partitionKey, sortKey); err != nil {
			return nil, err
		}
	}

	t = s.asRead(t, r.consistent)
	var records []*record
	if part := t.partitions[t.partition.encode(Item{t.partition.name: partitionKey})]; part != nil {
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
		if sortKey != nil && !sortKey.matches(rec.item[t.sort.name]) {
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

// conditions returns the value of the partition key and the condition on the sort key, which is
// nil if there is none.
func (t *table) conditions(list []keyCondition) (partitionKey Value, sortKey *keyCondition, err error) {
	if len(list) > 2 {
		return nil, nil, invalid("Conditions can be of length 1 or 2 only")
	}
	for i := range list {
		c := &list[i]
		var k *keyAttribute
		switch {
		case c.name == t.partition.name:
			k = &t.partition
			if c.op != "=" {
				return nil, nil, invalid("Query key condition not supported")
			}
			partitionKey = c.values[0]
		case t.sort != nil && c.name == t.sort.name:
			k, sortKey = t.sort, c
		default:
			missed := t.partition.name
			if slices.ContainsFunc(list, func(c keyCondition) bool { return c.name == t.partition.name }) {
				if t.sort == nil {
					return nil, nil, invalid("Query key condition not supported")
				}
				missed = t.sort.name
			}
			return nil, nil, invalid("Query condition missed key schema element: " + missed)
		}
		for _, v := range c.values {
			if v.kind() != k.kind {
				return nil, nil, invalidParameter("Condition parameter type does not match schema type")
			}
			if k.encode(Item{k.name: v}) == "" {
				return nil, nil, errEmptyKey(*k)
			}
		}
	}
	if partitionKey == nil {
		return nil, nil, invalid("Query condition missed key schema element: " + t.partition.name)
	}
	return partitionKey, sortKey, nil
}

// checkQueryStart checks an ExclusiveStartKey against the query that it continues.
func (t *table) checkQueryStart(start Item, partitionKey Value, sortKey *keyCondition) error {
	if len(start) != len(t.keys()) {
		return invalid("The provided starting key is invalid")
	}
	if err := t.checkKey(start); err != nil {
		return startingKey(err)
	}
	outside := compareScalars(start[t.partition.name], partitionKey) != 0
	switch {
	case sortKey == nil && outside:
		return invalid("The provided starting key is outside query boundaries based on provided conditions")
	case sortKey != nil && !sortKey.matches(start[t.sort.name]):
		return invalid("The provided starting key does not match the range key predicate")
	case sortKey != nil && outside:
		return invalid("The query can return at most one row and cannot be restarted")
	}
	return nil
}

// follow returns the records that come after a key in a partition, forward or backward.
func (t *table) follow(records []*record, start Item, forward bool) []*record {
	if t.sort == nil {
		return nil // the key is the only one of its partition
	}
	return records[sort.Search(len(records), func(i int) bool {
		order := compareScalars(records[i].item[t.sort.name], start[t.sort.name])
		return forward && order > 0 || !forward && order < 0
	}):]
}
