package chart

import (
	"fmt"
	"strings"

	"reduction/cmd/lab/internal/report"
)

// A look tells one function from the others, by a colour and by a shape: not everybody sees the
// colours, and paper may have none.
type look int

// looks give every function the same look in all charts.
type looks map[string]look

// knownLooks are the looks of the functions in peers, which never change.
var knownLooks = looks{report.Ours: 0, "rust": 1, "go-sdk": 2, "node": 3, "python-polars": 4, "python-pandas": 5, "rust-bare": 6, "llrt": 7,
	report.OursAgain: look(len(colours)), "nodejs20": 3}

// of returns the look of a name. An unknown name gets the first look that no other has.
func (l looks) of(name string) look {
	if known, ok := knownLooks[name]; ok {
		return known
	}
	if _, ok := l[name]; !ok {
		l[name] = look(len(colours) + 1 + len(l))
	}
	return l[name]
}

// colour returns the index of the look's colour.
func (l look) colour() int { return int(l) % len(colours) }

// shape returns the index of the look's shape. Each time the colours start again, the shapes are
// shifted by one, so that no pair comes twice.
func (l look) shape() int { return (int(l) + int(l)/len(colours)) % len(shapes) }

// fill and stroke return the classes of the look's colour.
func (l look) fill() string   { return fmt.Sprintf("f%d", l.colour()) }
func (l look) stroke() string { return fmt.Sprintf("s%d", l.colour()) }

// shapes are drawn around a point; r is about their radius.
var shapes = [...]func(x, y, r float64) string{
	func(x, y, r float64) string { // circle
		return fmt.Sprintf("M%s %sa%s %[3]s 0 1 0 %s 0a%[3]s %[3]s 0 1 0 -%[4]s 0z", px(x-r), px(y), px(r), px(2*r))
	},
	func(x, y, r float64) string { r *= 0.88; return polygon(x-r, y-r, x+r, y-r, x+r, y+r, x-r, y+r) },
	func(x, y, r float64) string { r *= 1.25; return polygon(x, y-r, x+r, y, x, y+r, x-r, y) },
	func(x, y, r float64) string { r *= 1.2; return polygon(x, y-r, x+r, y+0.75*r, x-r, y+0.75*r) },
	func(x, y, r float64) string { r *= 1.2; return polygon(x, y+r, x-r, y-0.75*r, x+r, y-0.75*r) },
	func(x, y, r float64) string { // cross
		a, b := 1.2*r, 0.42*r
		return polygon(x-b, y-a, x+b, y-a, x+b, y-b, x+a, y-b, x+a, y+b, x+b, y+b, x+b, y+a, x-b, y+a, x-b, y+b, x-a, y+b, x-a, y-b, x-b, y-b)
	},
	func(x, y, r float64) string { // hourglass
		return polygon(x-r, y-1.1*r, x+r, y-1.1*r, x, y, x+r, y+1.1*r, x-r, y+1.1*r, x, y)
	},
	func(x, y, r float64) string { // pentagon
		return polygon(x, y-1.15*r, x+1.1*r, y-0.35*r, x+0.68*r, y+0.95*r, x-0.68*r, y+0.95*r, x-1.1*r, y-0.35*r)
	},
}

func polygon(xy ...float64) string {
	var b strings.Builder
	for i := 0; i < len(xy); i += 2 {
		fmt.Fprintf(&b, "%s%s %s", map[bool]string{true: "M", false: "L"}[i == 0], px(xy[i]), px(xy[i+1]))
	}
	return b.String() + "z"
}

// mark draws the look's shape, hollow for the second of two figures.
func (c *canvas) mark(l look, x, y, r float64, hollow bool) {
	fill := l.fill()
	if hollow {
		fill = "hollow"
	}
	c.path("mark "+l.stroke()+" "+fill, shapes[l.shape()](x, y, r))
}
