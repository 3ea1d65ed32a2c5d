package ddbwire

// ItemSize returns the size of an item as DynamoDB counts it. Developer Guide, "DynamoDB
// item sizes and formats": the UTF-8 bytes of every attribute's name and value; for a number
// one byte for two significant digits, and one more. That page says "approximately": digits are
// paired from the decimal point on, so that the digits of 1.2 take two bytes, and a minus sign
// takes one.
func ItemSize(attrs ...Attr) int {
	size := 0
	for _, a := range attrs {
		size += len(a.name)
		switch a.kind {
		case kindN:
			if n, err := parseNumber(a.value); err == nil {
				size += n.size()
			}
		case kindBOOL, kindNULL:
			size++
		default:
			size += len(a.value)
		}
	}
	return size
}

func (n number) size() int {
	size := 1 + (n.digits+1)/2
	if n.digits > 0 && n.digits%2 == 0 && n.magnitude%2 == 0 {
		size++ // the first and the last digit are each alone in a pair
	}
	if n.negative {
		size++
	}
	return size
}
