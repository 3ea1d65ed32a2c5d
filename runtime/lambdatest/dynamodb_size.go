package lambdatest

import (
	"cmp"
	"slices"
)

// Developer Guide, Constraints in Amazon DynamoDB, Items: 400 KB with names and values.
const ddbMaxItem = 400 << 10

// size counts an item as DynamoDB does. Developer Guide, DynamoDB item sizes and formats:
// names and strings are their UTF-8 bytes, a boolean or null one byte, a list or map three
// and one more an element.
func (item Item) size() int {
	n := 0
	for name, v := range item {
		n += len(name) + v.size()
	}
	return n
}

func (v Value) size() int {
	switch c := v[v.kind()].(type) {
	case string:
		if v["N"] != nil {
			return ddbNumberSize(c)
		}
		return len(c)
	case []byte:
		return len(c)
	case bool:
		return 1
	case []string:
		n := 0
		for _, s := range c {
			if v["NS"] != nil {
				n += ddbNumberSize(s)
			} else {
				n += len(s)
			}
		}
		return n
	case [][]byte:
		n := 0
		for _, b := range c {
			n += len(b)
		}
		return n
	case []Value:
		n := 3 + len(c)
		for _, e := range c {
			n += e.size()
		}
		return n
	case Item:
		return 3 + len(c) + c.size()
	}
	panic("lambdatest: unknown attribute value") // value makes no other
}

func ddbNumberSize(s string) int {
	n, _ := parseDDBNumber(s) // stored numbers are in normal form
	return n.size()
}

// A ddbCapacity adds up the capacity units of a request, table by table. Developer Guide,
// Read and write operations: a write takes a unit a KB, a read half a unit per 4 KB, a whole
// one when consistent.
type ddbCapacity struct {
	mode  string // ReturnConsumedCapacity
	units map[string]float64
}

func (c *ddbCapacity) add(table string, units float64) {
	if c.units == nil {
		c.units = make(map[string]float64)
	}
	c.units[table] += units
}

func (c *ddbCapacity) write(table string, before, after Item) {
	c.add(table, float64(max(1, ceilDiv(before.size(), 1<<10), ceilDiv(after.size(), 1<<10))))
}

func (c *ddbCapacity) read(table string, size int, consistent bool) {
	units := float64(max(1, ceilDiv(size, 4<<10)))
	if !consistent {
		units /= 2
	}
	c.add(table, units)
}

type ddbConsumed struct {
	TableName     string
	CapacityUnits float64
	Table         *ddbConsumedTable `json:",omitempty"`
}

type ddbConsumedTable struct{ CapacityUnits float64 }

// list returns what was consumed, nil when the request didn't ask.
func (c *ddbCapacity) list() []ddbConsumed {
	if c.mode != "TOTAL" && c.mode != "INDEXES" {
		return nil
	}
	var out []ddbConsumed
	for table, units := range c.units {
		consumed := ddbConsumed{TableName: table, CapacityUnits: units}
		if c.mode == "INDEXES" {
			consumed.Table = &ddbConsumedTable{units}
		}
		out = append(out, consumed)
	}
	slices.SortFunc(out, func(a, b ddbConsumed) int { return cmp.Compare(a.TableName, b.TableName) })
	return out
}

// one is list for the operations on a single table.
func (c *ddbCapacity) one() *ddbConsumed {
	if l := c.list(); len(l) > 0 {
		return &l[0]
	}
	return nil
}

func ceilDiv(n, d int) int { return (n + d - 1) / d }
