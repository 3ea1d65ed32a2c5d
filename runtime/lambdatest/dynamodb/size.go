package dynamodb

// maxItem is the largest item. Developer Guide, Constraints in Amazon DynamoDB, Items: 400 KB,
// names included.
const maxItem = 400 << 10

// size returns the size of an item as DynamoDB counts it. Developer Guide, DynamoDB item sizes
// and formats: names and strings count their UTF-8 bytes, a Boolean or null one byte, a list or
// map three bytes and one more for each element.
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
			return numberSize(c)
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
				n += numberSize(s)
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
	panic("dynamodb: unknown type of attribute value") // parseValue makes no other
}

func numberSize(s string) int {
	n, _ := parseNumber(s) // a stored number is in normal form
	return n.size()
}
