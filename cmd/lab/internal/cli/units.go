package cli

import (
	"fmt"
	"strconv"
)

// Thousands writes n with a comma every three digits.
func Thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// Size writes a number of bytes in decimal units, as transfer rates are given.
func Size(n int64) string {
	switch {
	case n < 1e3:
		return strconv.FormatInt(n, 10) + " B"
	case n < 999_500: // three digits round up to a thousand
		return fmt.Sprintf("%.3g kB", float64(n)/1e3)
	case n < 999_500_000:
		return fmt.Sprintf("%.3g MB", float64(n)/1e6)
	case n < 999_500_000_000:
		return fmt.Sprintf("%.3g GB", float64(n)/1e9)
	}
	return fmt.Sprintf("%.4g TB", float64(n)/1e12)
}

// ThreeDigits writes v with two decimal places below 10, one below 100, and none above.
func ThreeDigits(v float64) string {
	switch {
	case v < 9.995:
		return fmt.Sprintf("%.2f", v)
	case v < 99.95:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// Milliseconds writes milliseconds with three digits.
func Milliseconds(ms float64) string { return ThreeDigits(ms) + " ms" }

// Dollars writes US dollars: cents below 100, whole dollars above.
func Dollars(v float64) string {
	if v < 99.95 {
		return fmt.Sprintf("$%.2f", v)
	}
	return "$" + Thousands(int64(v+0.5))
}

// RoughTime writes seconds as a person would say them.
func RoughTime(seconds float64) string {
	switch {
	case seconds < 1:
		return "a moment"
	case seconds < 90:
		return fmt.Sprintf("%.0f s", seconds)
	}
	return fmt.Sprintf("%.0f min", seconds/60)
}
