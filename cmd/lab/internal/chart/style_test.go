package chart

import (
	"math"
	"strconv"
	"testing"

	"reduction/cmd/lab/internal/report"
)

// WCAG 2.2 §1.4.3 asks 4.5:1 of text, and §1.4.11 3:1 of graphics.
func TestContrast(t *testing.T) {
	check := func(what, a, b string, least float64) {
		if got := contrast(t, a, b); got < least {
			t.Errorf("%s, %s on %s: contrast %.2f; want %v", what, a, b, got, least)
		}
	}
	for i, c := range colours {
		least := 3.0
		if i < labelled {
			least = 4.5
		}
		check(strconv.Itoa(i)+" light", c.light, ground.light, least)
		check(strconv.Itoa(i)+" dark", c.dark, ground.dark, least)
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

// luminance is WCAG's relative luminance.
func luminance(t *testing.T, hex string) float64 {
	c := linear(t, hex)
	return 0.2126*c[0] + 0.7152*c[1] + 0.0722*c[2]
}

// linear reads #rrggbb into linear light.
func linear(t *testing.T, hex string) (out [3]float64) {
	t.Helper()
	for i := range out {
		n, err := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8)
		if err != nil {
			t.Fatal(err)
		}
		c := float64(n) / 255
		if c <= 0.04045 {
			out[i] = c / 12.92
		} else {
			out[i] = math.Pow((c+0.055)/1.055, 2.4)
		}
	}
	return out
}

// How the colours look to people who lack one kind of cone: Machado, Oliveira and Fernandes 2009,
// at full severity. Two lines less than 10 apart in CIELAB would look like one.
func TestColoursKeepApart(t *testing.T) {
	const least = 13
	for who, eye := range map[string][3][3]float64{
		"all cones":    {{1, 0, 0}, {0, 1, 0}, {0, 0, 1}},
		"protanopia":   {{0.152286, 1.052583, -0.204868}, {0.114503, 0.786281, 0.099216}, {-0.003882, -0.048116, 1.051998}},
		"deuteranopia": {{0.367322, 0.860646, -0.227968}, {0.280085, 0.672501, 0.047413}, {-0.011820, 0.042940, 0.968881}},
	} {
		for i, a := range colours {
			for _, b := range colours[:i] {
				for _, pair := range [][2]string{{a.light, b.light}, {a.dark, b.dark}} {
					if got := distance(cielab(applied(eye, linear(t, pair[0]))), cielab(applied(eye, linear(t, pair[1])))); got < least {
						t.Errorf("%s: %s and %s are %.1f apart; want %d", who, pair[0], pair[1], got, least)
					}
				}
			}
		}
	}
}

func applied(m [3][3]float64, v [3]float64) (out [3]float64) {
	for i := range m {
		for j := range v {
			out[i] += m[i][j] * v[j]
		}
	}
	return out
}

// cielab is of linear sRGB under D65.
func cielab(rgb [3]float64) [3]float64 {
	for i := range rgb {
		rgb[i] = min(max(rgb[i], 0), 1)
	}
	f := applied([3][3]float64{{0.4339, 0.3762, 0.1899}, {0.2127, 0.7152, 0.0722}, {0.0178, 0.1095, 0.8728}}, rgb) // by the white point
	for i, v := range f {
		if v > 0.008856 {
			f[i] = math.Cbrt(v)
		} else {
			f[i] = 7.787*v + 16.0/116
		}
	}
	return [3]float64{116*f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])}
}

func distance(a, b [3]float64) float64 {
	return math.Sqrt((a[0]-b[0])*(a[0]-b[0]) + (a[1]-b[1])*(a[1]-b[1]) + (a[2]-b[2])*(a[2]-b[2]))
}

// At least sixteen functions differ in colour or shape.
func TestLooksDiffer(t *testing.T) {
	seen := map[[2]int]string{}
	l := looks{}
	for _, name := range []string{report.Ours, report.OursAgain, "rust", "go-sdk", "node", "python-polars", "python-pandas", "rust-bare", "llrt", "a", "b", "c", "d", "e", "f", "g"} {
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
