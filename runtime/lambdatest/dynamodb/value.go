package dynamodb

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// maxDepth is how deep values may be nested. Developer Guide, Constraints in Amazon DynamoDB:
// 32 levels.
const maxDepth = 32

// value reads an attribute value: {"S": "text"}. It returns numbers in normal form.
func (p *params) value(v any, depth int) (Value, error) {
	o := p.asObject(v, "AttributeValue")
	out := make(Value)
	for name, v := range o.m {
		if v == nil {
			continue
		}
		content, err := p.content(name, v, depth)
		if err != nil {
			return nil, err
		}
		if content != nil {
			out[name] = content
		}
	}
	switch {
	case *p.failed != nil:
		return nil, *p.failed
	case len(out) == 0:
		return nil, invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	case len(out) > 1:
		return nil, invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	}
	return out, nil
}

// content reads the content of a value of the type name; nil if there is no such type.
func (p *params) content(name string, v any, depth int) (any, error) {
	switch name {
	case "S":
		return p.asString(v), nil
	case "B":
		return p.asBinary(v), nil
	case "BOOL":
		return p.asBool(v), nil
	case "NULL":
		if !p.asBool(v) && *p.failed == nil {
			return nil, invalidParameter("Null attribute value types must have the value of true")
		}
		return true, nil
	case "N":
		s := p.asString(v)
		if *p.failed != nil {
			return nil, *p.failed
		}
		n, err := parseNumber(s)
		return n.String(), err
	case "SS":
		return p.stringSet(p.asList(v))
	case "NS":
		return p.numberSet(p.asList(v))
	case "BS":
		return p.binarySet(p.asList(v))
	case "L", "M":
		if depth == maxDepth {
			return nil, invalid("Nesting Levels have exceeded supported limits")
		}
	}
	switch name {
	case "L":
		list := []Value{}
		for _, e := range p.asList(v) {
			value, err := p.value(e, depth+1)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case "M":
		return p.item(p.asMap(v, "AttributeValue"), depth+1)
	}
	return nil, nil
}

// item reads a map of attribute values.
func (p *params) item(m map[string]any, depth int) (Item, error) {
	item := make(Item, len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) { // sorted, so that the first error is always the same
		value, err := p.value(m[name], depth)
		if err != nil {
			return nil, err
		}
		item[name] = value
	}
	return item, nil
}

func (p *params) stringSet(list []any) (any, error) {
	set := []string{}
	for _, e := range list {
		set = append(set, p.asString(e))
	}
	switch {
	case *p.failed != nil:
		return nil, *p.failed
	case len(set) == 0:
		return nil, invalidParameter("An string set  may not be empty") // DynamoDB's spaces
	case len(slices.Compact(slices.Sorted(slices.Values(set)))) < len(set):
		return nil, invalidParameter("Input collection [" + strings.Join(set, ", ") + "] contains duplicates.")
	}
	slices.Sort(set) // equal sets are stored alike: a set has no order
	return set, nil
}

func (p *params) numberSet(list []any) (any, error) {
	set := []string{}
	for _, e := range list {
		s := p.asString(e)
		if *p.failed != nil {
			return nil, *p.failed
		}
		n, err := parseNumber(s)
		if err != nil {
			return nil, err
		}
		if slices.Contains(set, n.String()) {
			return nil, invalid("Input collection contains duplicates")
		}
		set = append(set, n.String())
	}
	if len(set) == 0 && *p.failed == nil {
		return nil, invalidParameter("An number set  may not be empty")
	}
	slices.Sort(set)
	return set, nil
}

func (p *params) binarySet(list []any) (any, error) {
	set := [][]byte{}
	for _, e := range list {
		b := p.asBinary(e)
		if slices.ContainsFunc(set, func(o []byte) bool { return bytes.Equal(o, b) }) && *p.failed == nil {
			return nil, invalidParameter(fmt.Sprintf("Input collection [%s]of type BS contains duplicates.", joinAny(list))) // DynamoDB's missing space
		}
		set = append(set, b)
	}
	if len(set) == 0 && *p.failed == nil {
		return nil, invalidParameter("Binary sets should not be empty")
	}
	slices.SortFunc(set, bytes.Compare)
	return set, nil
}

func joinAny(list []any) string {
	words := make([]string, len(list))
	for i, v := range list {
		words[i] = fmt.Sprint(v)
	}
	return strings.Join(words, ", ")
}

// kind returns the name of a value's type.
func (v Value) kind() string {
	for name := range v {
		return name
	}
	return ""
}

// compareScalars compares two values of the same scalar type: numbers by value, strings and
// binaries by their bytes.
func compareScalars(a, b Value) int {
	switch a := a[a.kind()].(type) {
	case []byte:
		return bytes.Compare(a, b["B"].([]byte))
	case string:
		if n, ok := b["N"].(string); ok {
			return compareNumbers(a, n)
		}
		return cmp.Compare(a, b["S"].(string))
	}
	panic("dynamodb: not a scalar") // callers compare keys, and the key schema says their types
}
