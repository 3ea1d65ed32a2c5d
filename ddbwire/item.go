package ddbwire

import "unicode/utf8"

// CheckItem returns why DynamoDB would refuse an item, or nil.
func CheckItem(attrs ...Attr) error {
	for i, a := range attrs {
		if err := a.check(); err != nil {
			return &AttrError{a.name, err}
		}
		for _, b := range attrs[:i] {
			if a.name == b.name {
				return &AttrError{a.name, ErrDuplicateAttribute}
			}
		}
	}
	if err := checkKey(attrs, PartitionKey, MaxPartitionKey); err != nil {
		return &AttrError{PartitionKey, err}
	}
	if err := checkKey(attrs, SortKey, MaxSortKey); err != nil {
		return &AttrError{SortKey, err}
	}
	if ItemSize(attrs...) > MaxItemSize {
		return ErrItemTooLarge
	}
	return nil
}

func (a Attr) check() error {
	switch {
	case a.name == "" || len(a.name) > MaxAttributeName:
		return ErrName
	case !utf8.ValidString(a.name):
		return ErrUTF8
	case a.number:
		_, err := parseNumber(a.value)
		return err
	case !utf8.ValidString(a.value):
		return ErrUTF8
	}
	return nil
}

func checkKey(attrs []Attr, name string, most int) error {
	switch key, ok := find(attrs, name); {
	case !ok:
		return ErrNoKey
	case key == "":
		return ErrEmptyKey
	case len(key) > most:
		return ErrKeyTooLong
	}
	return nil
}

// find returns the value of a string attribute.
func find(attrs []Attr, name string) (value string, ok bool) {
	for _, a := range attrs {
		if a.name == name {
			return a.value, !a.number
		}
	}
	return "", false
}

// ItemSize returns the size of an item as DynamoDB counts it. Developer Guide, "DynamoDB
// item sizes and formats": the UTF-8 bytes of every attribute's name and value; for a number
// one byte for two significant digits, and one more. That page says "approximately": digits
// go in pairs from the decimal point on, so that 1.2 takes two, and a minus sign
// takes one.
func ItemSize(attrs ...Attr) int {
	size := 0
	for _, a := range attrs {
		size += len(a.name)
		if !a.number {
			size += len(a.value)
		} else if n, err := parseNumber(a.value); err == nil {
			size += n.size()
		}
	}
	return size
}

func (n number) size() int {
	size := 1 + (n.digits+1)/2
	if n.digits > 0 && n.digits%2 == 0 && n.magnitude%2 == 0 {
		size++ // the first and the last digit have half a pair each
	}
	if n.negative {
		size++
	}
	return size
}
