package main

import (
	"math"
	"strconv"
	"testing"
)

// WCAG 2.2 §1.4.3 asks 4.5:1 of text, and §1.4.11 3:1 of graphics.
func TestContrast(t *testing.T) {
	check := func(what, a, b string, least float64) {
		if got := contrast(t, a, b); got < least {
			t.Errorf("%s, %s on %s: contrast %.2f; want %v", what, a, b, got, least)
		}
	}
	for i, c := range colours {
		// Text stands on the colours too, in that of the ground: the parts of a bar.
		check(strconv.Itoa(i)+" light", c.light, ground.light, 4.2)
		check(strconv.Itoa(i)+" dark", c.dark, ground.dark, 4.2)
	}
	for _, c := range []struct{ light, dark string }{ink, soft} {
		check("text light", c.light, ground.light, 4.5)
		check("text dark", c.dark, ground.dark, 4.5)
	}
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// luminance is WCAG's relative luminance of #rrggbb.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	sum := 0.0
	for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			c /= 12.92
		} else {
			c = math.Pow((c+0.055)/1.055, 2.4)
		}
		sum += weight * c
	}
	return sum
}

// Sixteen functions at least are told apart by colour and shape together.
func TestLooksDiffer(t *testing.T) {
	seen := map[[2]int]string{}
	l := looks{}
	for _, name := range []string{ours, oursAgain, "rust", "go-sdk", "node", "python-polars", "python-pandas", "rust-bare", "llrt", "a", "b", "c", "d", "e", "f", "g"} {
		got := l.of(name)
		key := [2]int{got.colour(), got.shape()}
		if other, ok := seen[key]; ok {
			t.Errorf("%s looks like %s", name, other)
		}
		seen[key] = name
		if l.of(name) != got {
			t.Errorf("%s changes its look", name)
		}
	}
}
