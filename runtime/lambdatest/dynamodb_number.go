package lambdatest

import (
	"cmp"
	"strconv"
	"strings"
)

// Developer Guide, Constraints in Amazon DynamoDB, Data types: 38 digits of precision,
// 1E-130 to 9.9999999999999999999999999999999999999E+125 on either side of zero.
const (
	ddbMaxDigits   = 38
	ddbMaxExponent = 125
	ddbMinExponent = -130
)

// A ddbNumber is a decimal: 0.DIGITS x 10^exp, with no zero at either end of the digits.
// Zero has no digits.
type ddbNumber struct {
	neg    bool
	digits string
	exp    int
}

// parseDDBNumber reads a number: sign, digits with a point somewhere or nowhere, exponent.
func parseDDBNumber(s string) (ddbNumber, error) {
	if s == "" {
		return ddbNumber{}, ddbInvalid("The parameter cannot be converted to a numeric value")
	}
	malformed := ddbInvalid("The parameter cannot be converted to a numeric value: " + s)
	rest, neg := strings.CutPrefix(s, "-")
	if !neg {
		rest = strings.TrimPrefix(rest, "+")
	}
	mantissa, exponent := rest, 0
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		e, err := strconv.Atoi(rest[i+1:])
		if err != nil {
			return ddbNumber{}, malformed
		}
		mantissa, exponent = rest[:i], e
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return ddbNumber{}, malformed
	}
	n := ddbNumber{neg: neg, exp: len(whole) + exponent}
	significant := strings.TrimLeft(digits, "0")
	n.exp -= len(digits) - len(significant)
	n.digits = strings.TrimRight(significant, "0")
	if n.digits == "" {
		return ddbNumber{}, nil
	}
	switch magnitude := n.exp - 1; {
	case magnitude > ddbMaxExponent:
		return ddbNumber{}, ddbInvalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	case magnitude < ddbMinExponent:
		return ddbNumber{}, ddbInvalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	case len(n.digits) > ddbMaxDigits:
		return ddbNumber{}, ddbInvalid("Attempting to store more than 38 significant digits in a Number")
	}
	return n, nil
}

// String returns the normal form: plain decimals, whatever the exponent was.
func (n ddbNumber) String() string {
	if n.digits == "" {
		return "0"
	}
	var b strings.Builder
	if n.neg {
		b.WriteByte('-')
	}
	switch {
	case n.exp <= 0:
		b.WriteString("0." + strings.Repeat("0", -n.exp) + n.digits)
	case n.exp >= len(n.digits):
		b.WriteString(n.digits + strings.Repeat("0", n.exp-len(n.digits)))
	default:
		b.WriteString(n.digits[:n.exp] + "." + n.digits[n.exp:])
	}
	return b.String()
}

func (n ddbNumber) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.neg:
		return -1
	}
	return 1
}

// compareDDBNumbers compares two numbers in normal form by what they are worth.
func compareDDBNumbers(a, b string) int {
	x, _ := parseDDBNumber(a)
	y, _ := parseDDBNumber(b)
	if x.sign() != y.sign() {
		return cmp.Compare(x.sign(), y.sign())
	}
	// Digits begin right behind the point: the bigger exponent is the bigger number, and
	// with equal exponents digits compare as text.
	order := cmp.Or(cmp.Compare(x.exp, y.exp), cmp.Compare(x.digits, y.digits))
	if x.neg {
		return -order
	}
	return order
}

// size is what the number counts for in an item. Developer Guide, DynamoDB item sizes and
// formats: "approximately one byte per two significant digits plus one byte"; the digits go
// in pairs from the point, so an odd end takes a byte of its own, and so does a minus sign.
func (n ddbNumber) size() int {
	if n.digits == "" {
		return 1
	}
	first := n.exp & 1 // an odd exponent leaves the first digit alone in its pair
	pairs := first + (len(n.digits)-first+1)/2
	if n.neg {
		pairs++
	}
	return pairs + 1
}
