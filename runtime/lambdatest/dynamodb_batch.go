package lambdatest

import (
	"fmt"
	"maps"
	"slices"
)

// API Reference, BatchWriteItem and BatchGetItem.
const (
	ddbMaxBatchWrite = 25
	ddbMaxBatchGet   = 100
	ddbMaxBatchRead  = 16 << 20
)

// A ddbWrite is one request of a BatchWriteItem: a put or a delete.
type ddbWrite struct {
	table string
	put   Item
	del   Item // the key of a delete
	raw   any  // as it came, to be handed back
}

func (d *DynamoDB) batchWriteItem(p *ddbParams) (any, error) {
	var c ddbChecks
	capacity := c.capacity(p)
	c.enum(p, "ReturnItemCollectionMetrics", "returnItemCollectionMetrics", "SIZE", "NONE")
	writes, err := p.writes(&c)
	if err != nil {
		return nil, err
	}
	if err := d.checkWrites(writes); err != nil {
		return nil, err
	}
	unprocessed := make(map[string][]any)
	for i, w := range writes {
		t := d.tables[w.table]
		switch {
		case p.handBack(i):
			unprocessed[w.table] = append(unprocessed[w.table], w.raw)
		case w.put != nil:
			capacity.write(w.table, t.put(w.put), w.put)
		default:
			capacity.write(w.table, t.delete(w.del), nil)
		}
	}
	return struct {
		UnprocessedItems map[string][]any
		ConsumedCapacity []ddbConsumed `json:",omitempty"`
	}{unprocessed, capacity.list()}, nil
}

// writes reads the requests of a batch and checks what needs no table. The writes of one
// table keep their order; tables go by name.
func (p *ddbParams) writes(c *ddbChecks) ([]ddbWrite, error) {
	tables := p.asMap(p.m["RequestItems"], "java.util.List<com.amazonaws.dynamodb.v20120810.WriteRequest>")
	if c.required(p, "RequestItems", "requestItems") && len(tables) == 0 {
		c.fail("'{}'", "requestItems", "Member must have length greater than or equal to 1")
	}
	var writes []ddbWrite
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		c.mapKey(table, "requestItems")
		requests := p.asList(tables[table])
		if len(requests) < 1 || len(requests) > ddbMaxBatchWrite {
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
			writes = append(writes, ddbWrite{table: table, raw: raw})
		}
	}
	if err := p.checked(*c); err != nil {
		return nil, err
	}
	if len(writes) > ddbMaxBatchWrite {
		return nil, ddbInvalid("Too many items requested for the BatchWriteItem call")
	}
	for i := range writes {
		if err := p.write(&writes[i]); err != nil {
			return nil, err
		}
	}
	return writes, nil
}

// write reads the put or delete of one request.
func (p *ddbParams) write(w *ddbWrite) (err error) {
	request := p.asObject(w.raw, "WriteRequest")
	put, del := request.object("PutRequest", "PutRequest"), request.object("DeleteRequest", "DeleteRequest")
	if (put.m == nil) == (del.m == nil) {
		return ddbInvalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	}
	if del.m != nil {
		w.del, err = p.item(p.asMap(del.m["Key"], "AttributeValue"), 0)
		return err
	}
	w.put, err = p.item(p.asMap(put.m["Item"], "AttributeValue"), 0)
	if err == nil && w.put.size() > ddbMaxItem {
		return errDDBItemSize
	}
	return err
}

// checkWrites holds the writes of a batch to their tables' schemas and to each other. API
// Reference, BatchWriteItem: one that fails rejects the entire batch.
func (d *DynamoDB) checkWrites(writes []ddbWrite) error {
	seen := make(map[string]bool)
	for _, w := range writes {
		t, err := d.table(w.table)
		if err != nil {
			return err
		}
		item := w.put
		if w.put != nil {
			for _, k := range t.keys() {
				if item[k.name].kind() != k.kind { // one wording for all, unlike PutItem
					return errDDBKeySchema
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
			return ddbInvalid("Provided list of item keys contains duplicates")
		} else {
			seen[id] = true
		}
	}
	return nil
}

func (d *DynamoDB) batchGetItem(p *ddbParams) (any, error) {
	var c ddbChecks
	capacity := c.capacity(p)
	tables := p.asMap(p.m["RequestItems"], "KeysAndAttributes")
	if c.required(p, "RequestItems", "requestItems") && len(tables) == 0 {
		c.fail("'{}'", "requestItems", "Member must have length greater than or equal to 1")
	}
	total := 0
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		c.mapKey(table, "requestItems")
		keys := p.asObject(tables[table], "KeysAndAttributes").list("Keys")
		c.list(keys, "requestItems."+table+".member.keys", 1, ddbMaxBatchGet)
		total += len(keys)
	}
	if err := p.checked(c); err != nil {
		return nil, err
	}
	if total > ddbMaxBatchGet {
		return nil, ddbInvalid("Too many items requested for the BatchGetItem call")
	}

	responses, unprocessed := make(map[string][]Item), make(map[string]map[string]any)
	size := 0
	for _, table := range slices.Sorted(maps.Keys(tables)) {
		request := p.asObject(tables[table], "KeysAndAttributes")
		paths, keys, err := d.batchKeys(request, table)
		if err != nil {
			return nil, err
		}
		t := d.tables[table]
		responses[table] = []Item{}
		for i, key := range keys {
			item := t.get(key)
			if size += item.size(); size > ddbMaxBatchRead {
				rest := maps.Clone(request.m)
				rest["Keys"] = request.list("Keys")[i:]
				unprocessed[table] = rest
				break
			}
			capacity.read(table, item.size(), request.boolean("ConsistentRead", false))
			if item != nil {
				responses[table] = append(responses[table], project(item, paths))
			}
		}
	}
	return struct {
		Responses        map[string][]Item
		UnprocessedKeys  map[string]map[string]any
		ConsumedCapacity []ddbConsumed `json:",omitempty"`
	}{responses, unprocessed, capacity.list()}, nil
}

// batchKeys reads and checks what one table of a BatchGetItem is asked for.
func (d *DynamoDB) batchKeys(request *ddbParams, table string) (paths []string, keys []Item, err error) {
	if request.has("AttributesToGet") {
		return nil, nil, ddbUnsupported("AttributesToGet")
	}
	if paths, err = request.projection(); err != nil {
		return nil, nil, err
	}
	t, err := d.table(table)
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
			return nil, nil, ddbInvalid("Provided list of item keys contains duplicates")
		}
		seen[t.identity(key)] = true
		keys = append(keys, key)
	}
	return paths, keys, nil
}
