package dynamodb

import (
	"fmt"
	"maps"
	"slices"
)

// API Reference, BatchWriteItem and BatchGetItem.
const (
	maxBatchWrite = 25
	maxBatchGet   = 100
	maxBatchRead  = 16 << 20
)

// A writeRequest is one request of a BatchWriteItem: a put or a delete.
type writeRequest struct {
	table string
	put   Item
	del   Item // the key of a delete
	raw   any  // as it came; UnprocessedItems has it like this
}

func (s *Service) batchWriteItem(p *params) (any, error) {
	var c checks
	used := c.capacity(p)
	c.enum(p, "ReturnItemCollectionMetrics", "returnItemCollectionMetrics", "SIZE", "NONE")
	writes, err := p.writes(&c)
	if err != nil {
		return nil, err
	}
	if err := s.checkWrites(writes); err != nil {
		return nil, err
	}
	unprocessed := make(map[string][]any)
	for i, w := range writes {
		t := s.tables[w.table]
		switch {
		case p.handsBack(i):
			unprocessed[w.table] = append(unprocessed[w.table], w.raw)
		case w.put != nil:
			used.write(w.table, s.put(t, w.put), w.put)
		default:
			used.write(w.table, s.delete(t, w.del), nil)
		}
	}
	return struct {
		UnprocessedItems map[string][]any
		ConsumedCapacity []consumedCapacity `json:",omitempty"`
	}{unprocessed, used.list()}, nil
}

// writes reads the requests of a batch and checks what can be checked without the tables. The
// writes of a table keep their order; the tables are sorted by name.
func (p *params) writes(c *checks) ([]writeRequest, error) {
	tables := p.asMap(p.m["RequestItems"], "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>")
	if c.required(p, "RequestItems", "requestItems") && len(tables) == 0 {
		c.fail("'{}'", "requestItems", "Member must have length greater than or equal to 1")
	}
	var writes []writeRequest
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		c.mapKey(table, "requestItems")
		requests := p.asList(tables[table])
		if len(requests) < 1 || len(requests) > maxBatchWrite {
			c.fail("'{"+table+"=[...]}'", "requestItems", "Map value must satisfy constraint: "+
				"[Member must have length less than or equal to 25, Member must have length greater than or equal to 1]")
		}
		for i, raw := range requests {
			request := p.asObject(raw, "WriteRequest")
			at := fmt.Sprintf("requestItems.%s.member.%d.member.", table, i+1)
			if put := request.object("PutRequest", "PutRequest"); put.m != nil {
				c.required(put, "Item", at+"putRequest.item")
			}
			if del := request.object("DeleteRequest", "DeleteRequest"); del.m != nil {
				c.required(del, "Key", at+"deleteRequest.key")
			}
			writes = append(writes, writeRequest{table: table, raw: raw})
		}
	}
	if err := p.err(*c); err != nil {
		return nil, err
	}
	if len(writes) > maxBatchWrite {
		return nil, invalid("Too many items requested for the BatchWriteItem call")
	}
	for i := range writes {
		if err := p.write(&writes[i]); err != nil {
			return nil, err
		}
	}
	return writes, nil
}

// write reads the put or delete of one request.
func (p *params) write(w *writeRequest) (err error) {
	request := p.asObject(w.raw, "WriteRequest")
	put, del := request.object("PutRequest", "PutRequest"), request.object("DeleteRequest", "DeleteRequest")
	if (put.m == nil) == (del.m == nil) {
		return invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	}
	if del.m != nil {
		w.del, err = p.item(p.asMap(del.m["Key"], "AttributeValue"), 0)
		return err
	}
	w.put, err = p.item(p.asMap(put.m["Item"], "AttributeValue"), 0)
	if err == nil && w.put.size() > maxItem {
		return errItemSize
	}
	return err
}

// checkWrites checks the writes of a batch against the schemas of their tables and against each
// other. API Reference, BatchWriteItem: one invalid write rejects the entire batch.
func (s *Service) checkWrites(writes []writeRequest) error {
	seen := make(map[string]bool)
	for _, w := range writes {
		t, err := s.table(w.table)
		if err != nil {
			return err
		}
		item := w.put
		if w.put != nil {
			for _, k := range t.keys() {
				if item[k.name].kind() != k.kind { // the same message for every violation, unlike PutItem
					return errKeySchema
				}
			}
			err = t.checkItem(item)
		} else {
			item = w.del
			err = t.checkKey(item)
		}
		if err != nil {
			return err
		}
		if id := w.table + " " + t.identity(item); seen[id] {
			return invalid("Provided list of item keys contains duplicates")
		} else {
			seen[id] = true
		}
	}
	return nil
}

func (s *Service) batchGetItem(p *params) (any, error) {
	var c checks
	used := c.capacity(p)
	tables := p.asMap(p.m["RequestItems"], "KeysAndAttributes")
	if c.required(p, "RequestItems", "requestItems") && len(tables) == 0 {
		c.fail("'{}'", "requestItems", "Member must have length greater than or equal to 1")
	}
	total := 0
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		c.mapKey(table, "requestItems")
		keys := p.asObject(tables[table], "KeysAndAttributes").list("Keys")
		c.list(keys, "requestItems."+table+".member.keys", 1, maxBatchGet)
		total += len(keys)
	}
	if err := p.err(c); err != nil {
		return nil, err
	}
	if total > maxBatchGet {
		return nil, invalid("Too many items requested for the BatchGetItem call")
	}

	responses, unprocessed := make(map[string][]Item), make(map[string]map[string]any)
	size := 0
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		request := p.asObject(tables[table], "KeysAndAttributes")
		paths, keys, err := s.batchKeys(request, table)
		if err != nil {
			return nil, err
		}
		consistent := request.boolean("ConsistentRead", false)
		t := s.asRead(s.tables[table], consistent)
		responses[table] = []Item{}
		for i, key := range keys {
			item := t.get(key)
			if size += item.size(); size > maxBatchRead {
				rest := maps.Clone(request.m)
				rest["Keys"] = request.list("Keys")[i:]
				unprocessed[table] = rest
				break
			}
			used.read(table, item.size(), consistent)
			if item != nil {
				responses[table] = append(responses[table], project(item, paths))
			}
		}
	}
	return struct {
		Responses        map[string][]Item
		UnprocessedKeys  map[string]map[string]any
		ConsumedCapacity []consumedCapacity `json:",omitempty"`
	}{responses, unprocessed, used.list()}, nil
}

// batchKeys reads and checks what a BatchGetItem asks of one table.
func (s *Service) batchKeys(request *params, table string) (paths []string, keys []Item, err error) {
	if request.has("AttributesToGet") {
		return nil, nil, unsupported("AttributesToGet")
	}
	if paths, err = request.projection(); err != nil {
		return nil, nil, err
	}
	t, err := s.table(table)
	if err != nil {
		return nil, nil, err
	}
	seen := make(map[string]bool)
	for _, raw := range request.list("Keys") {
		key, err := request.item(request.asMap(raw, "AttributeValue"), 0)
		if err != nil {
			return nil, nil, err
		}
		if err := t.checkKey(key); err != nil {
			return nil, nil, err
		}
		if seen[t.identity(key)] {
			return nil, nil, invalid("Provided list of item keys contains duplicates")
		}
		seen[t.identity(key)] = true
		keys = append(keys, key)
	}
	return paths, keys, nil
}
