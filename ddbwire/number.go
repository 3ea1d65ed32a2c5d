package ddbwire

import "bytes"

// number has the properties of a number that DynamoDB limits.
type number struct {
	negative  bool
	digits    int // significant ones: without leading and trailing zeros; none in zero
	magnitude int // d.ddd * 10^magnitude
}

// parseNumber reads a number written by the grammar of RFC 8259 §6, and checks the limits of the
// Developer Guide, "Supported data types": 38 significant digits, and a magnitude from 1E-130 to
// 9.99E+125, or zero.
func parseNumber[S string | []byte](s S) (number, error) {
	var n number
	i := 0
	if i < len(s) && s[i] == '-' {
		n.negative = true
		i++
	}
	// first and last are the positions of the first and last digit that is not a zero,
	// counted in digits; point is the count of those before the decimal point.
	first, last, digits := -1, -1, 0
	count := func() (start int) {
		start = i
		for ; i < len(s) && '0' <= s[i] && s[i] <= '9'; i++ {
			if s[i] != '0' {
				if first < 0 {
					first = digits
				}
				last = digits
			}
			digits++
		}
		return start
	}
	whole := count()
	point := digits
	if point == 0 || point > 1 && s[whole] == '0' {
		return n, ErrNumber
	}
	if i < len(s) && s[i] == '.' {
		i++
		if count(); digits == point {
			return n, ErrNumber
		}
	}
	exponent := 0
	if i < len(s) && (s[i] == 'e' || s[i] == 'E') {
		var ok bool
		if exponent, ok = parseExponent(s[i+1:]); !ok {
			return n, ErrNumber
		}
		i = len(s)
	}
	if i < len(s) {
		return n, ErrNumber
	}
	if first < 0 {
		return number{}, nil // zero, whatever its sign and exponent
	}
	n.digits = last - first + 1
	n.magnitude = point - 1 - first + exponent
	if n.digits > MaxNumberDigits || n.magnitude < MinNumberMagnitude || n.magnitude > MaxNumberMagnitude {
		return n, ErrNumber
	}
	return n, nil
}

// maxExponent is beyond every exponent that parseNumber could accept for a value within
// an item's size, and far from overflow.
const maxExponent = 10 * MaxItemSize

func parseExponent[S string | []byte](s S) (n int, ok bool) {
	negative := false
	if len(s) > 0 && (s[0] == '+' || s[0] == '-') {
		negative = s[0] == '-'
		s = s[1:]
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
		n = min(n*10+int(s[i]-'0'), maxExponent)
	}
	if negative {
		n = -n
	}
	return n, len(s) > 0
}

// equalNumbers reports whether two numbers are the same, however they are written: DynamoDB
// returns 1.50e1 as 15.
func equalNumbers(a, b []byte) bool {
	x, errX := parseNumber(a)
	y, errY := parseNumber(b)
	return errX == nil && errY == nil && x == y && bytes.Equal(significant(nil, a), significant(nil, b))
}

// significant appends the digits of a number, without its exponent, its point and its outer zeros.
func significant(dst, number []byte) []byte {
	for _, c := range number {
		if c == 'e' || c == 'E' {
			break
		}
		if '0' <= c && c <= '9' {
			dst = append(dst, c)
		}
	}
	return bytes.Trim(dst, "0")
}
