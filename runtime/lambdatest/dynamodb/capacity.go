package dynamodb

import (
	"cmp"
	"slices"
)

// A capacity adds up the capacity units of a request, by table. Developer Guide, Read and write
// operations: a write takes one unit for each KB; a consistent read takes one unit for each
// 4 KB, any other read half of that.
type capacity struct {
	mode  string // ReturnConsumedCapacity
	units map[string]float64
}

func (c *capacity) add(table string, units float64) {
	if c.units == nil {
		c.units = make(map[string]float64)
	}
	c.units[table] += units
}

// write adds a write that turned one item into another. Either may be nil.
func (c *capacity) write(table string, before, after Item) {
	c.add(table, float64(max(1, ceilDiv(before.size(), 1<<10), ceilDiv(after.size(), 1<<10))))
}

func (c *capacity) read(table string, size int, consistent bool) {
	units := float64(max(1, ceilDiv(size, 4<<10)))
	if !consistent {
		units /= 2
	}
	c.add(table, units)
}

type consumedCapacity struct {
	TableName     string
	CapacityUnits float64
	Table         *tableCapacity `json:",omitempty"`
}

type tableCapacity struct{ CapacityUnits float64 }

// list returns what was consumed, nil if the request didn't ask for it.
func (c *capacity) list() []consumedCapacity {
	if c.mode != "TOTAL" && c.mode != "INDEXES" {
		return nil
	}
	var out []consumedCapacity
	for table, units := range c.units {
		consumed := consumedCapacity{TableName: table, CapacityUnits: units}
		if c.mode == "INDEXES" {
			consumed.Table = &tableCapacity{units}
		}
		out = append(out, consumed)
	}
	slices.SortFunc(out, func(a, b consumedCapacity) int { return cmp.Compare(a.TableName, b.TableName) })
	return out
}

// one is list for operations on one table.
func (c *capacity) one() *consumedCapacity {
	if l := c.list(); len(l) > 0 {
		return &l[0]
	}
	return nil
}

func ceilDiv(n, d int) int { return (n + d - 1) / d }
