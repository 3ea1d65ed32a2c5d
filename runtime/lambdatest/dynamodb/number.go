package dynamodb

import (
	"cmp"
	"strconv"
	"strings"
)

// Developer Guide, Constraints in Amazon DynamoDB, Data types: 38 digits of precision,
// magnitudes from 1E-130 to 9.9999999999999999999999999999999999999E+125.
const (
	maxDigits   = 38
	maxExponent = 125
	minExponent = -130
)

// A number is the decimal 0.DIGITS × 10^exp. The digits neither begin nor end with a zero. The
// number zero has no digits.
type number struct {
	neg    bool
	digits string
	exp    int
}

// parseNumber reads a number: a sign, digits with or without a point, an exponent.
func parseNumber(s string) (number, error) {
	if s == "" {
		return number{}, invalid("The parameter cannot be converted to a numeric value")
	}
	malformed := invalid("The parameter cannot be converted to a numeric value: " + s)
	rest, neg := strings.CutPrefix(s, "-")
	if !neg {
		rest = strings.TrimPrefix(rest, "+")
	}
	mantissa, exponent := rest, 0
	if i := strings.IndexAny(rest, "eE"); i >= 0 {
		e, err := strconv.Atoi(rest[i+1:])
		if err != nil {
			return number{}, malformed
		}
		mantissa, exponent = rest[:i], e
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return number{}, malformed
	}
	n := number{neg: neg, exp: len(whole) + exponent}
	significant := strings.TrimLeft(digits, "0")
	n.exp -= len(digits) - len(significant)
	n.digits = strings.TrimRight(significant, "0")
	if n.digits == "" {
		return number{}, nil
	}
	switch magnitude := n.exp - 1; {
	case magnitude > maxExponent:
		return number{}, invalid("Number overflow. Attempting to store a number with magnitude larger than supported range")
	case magnitude < minExponent:
		return number{}, invalid("Number underflow. Attempting to store a number with magnitude smaller than supported range")
	case len(n.digits) > maxDigits:
		return number{}, invalid("Attempting to store more than 38 significant digits in a Number")
	}
	return n, nil
}

// String returns the normal form: a decimal without an exponent.
func (n number) String() string {
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

func (n number) sign() int {
	switch {
	case n.digits == "":
		return 0
	case n.neg:
		return -1
	}
	return 1
}

// compareNumbers compares the values of two numbers in normal form.
func compareNumbers(a, b string) int {
	x, _ := parseNumber(a)
	y, _ := parseNumber(b)
	if x.sign() != y.sign() {
		return cmp.Compare(x.sign(), y.sign())
	}
	// The first digit follows the point and is not zero. So the larger exponent is the larger
	// magnitude. If the exponents are equal, digits compare as text.
	order := cmp.Or(cmp.Compare(x.exp, y.exp), cmp.Compare(x.digits, y.digits))
	if x.neg {
		return -order
	}
	return order
}

// size returns what a number adds to the size of its item. Developer Guide, DynamoDB item sizes
// and formats: "approximately one byte per two significant digits plus one byte". The digits
// are paired from the point on, so a single digit at either end takes a byte of its own. A
// minus sign takes one too.
func (n number) size() int {
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
