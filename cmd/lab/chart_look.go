package main

import (
	"fmt"
	"strings"
)

// A look is how one function is told from the others: by colour and by shape, since not
// everybody sees the colours, and none are there on paper.
type look int

// colours are for light and for dark grounds. Every one has a contrast of 3:1 or more with its
// ground, as WCAG 2.2 §1.4.11 asks of graphics, the first few that of text, and any two keep
// apart under protanopia and deuteranopia. A test holds that.
var colours = [...]struct{ light, dark string }{
	{"#0550ae", "#58a6ff"}, // blue
	{"#b23c00", "#f0883e"}, // vermilion
	{"#067a5b", "#3ddc9f"}, // green
	{"#b0479c", "#d16fc9"}, // purple
	{"#2f3b52", "#d5dde5"}, // slate
	{"#b98900", "#f5d76e"}, // ochre
	{"#86181c", "#d1524c"}, // dark red
	{"#8a949e", "#7c8a99"}, // grey
}

// labelled is how many of the first colours may have text on them.
const labelled = 5

// grounds and inks.
var (
	ground  = struct{ light, dark string }{"#ffffff", "#0d1117"}
	ink     = struct{ light, dark string }{"#1f2328", "#e6edf3"}
	soft    = struct{ light, dark string }{"#59636e", "#9aa4af"}
	gridInk = struct{ light, dark string }{"#dde2e7", "#2b323b"}
	axisInk = struct{ light, dark string }{"#8c959f", "#6e7681"}
)

// fonts is what the reader's system writes with.
const fonts = `system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif`

// Font sizes, for the classes of chartStyle and for what reckons with widths.
const (
	titleSize = 17
	noteSize  = 12
	labelSize = 12.5
	tickSize  = 11.5
)

// chartStyle is the style sheet of the charts. Everything stands under .lab-chart, so that a
// page can hold it too. No variables: converters other than browsers have none.
func chartStyle() string {
	var b strings.Builder
	fmt.Fprintf(&b, ".lab-chart text{font-family:%s;font-variant-numeric:tabular-nums}\n", fonts)
	fmt.Fprintf(&b, ".lab-chart .title{font-size:%dpx;font-weight:600}\n.lab-chart .note,.lab-chart .soft{font-size:%dpx}\n", titleSize, noteSize)
	fmt.Fprintf(&b, ".lab-chart .label,.lab-chart .value,.lab-chart .head{font-size:%vpx}\n.lab-chart .head{font-weight:600}\n", labelSize)
	fmt.Fprintf(&b, ".lab-chart .tick{font-size:%vpx}\n.lab-chart .end{text-anchor:end}\n.lab-chart .mid{text-anchor:middle}\n", tickSize)
	b.WriteString(".lab-chart .grid,.lab-chart .axis,.lab-chart .one{fill:none;stroke-width:1}\n" +
		".lab-chart .one{stroke-dasharray:4 3}\n" +
		".lab-chart .lead{fill:none;stroke-width:1;stroke-dasharray:1 3}\n" +
		".lab-chart .curve{fill:none;stroke-width:2.25;stroke-linejoin:round;stroke-linecap:round}\n" +
		".lab-chart .dashed{stroke-dasharray:6 4}\n" +
		".lab-chart .thin{stroke-width:1.4}\n" +
		".lab-chart .mark{stroke-width:1.75;stroke-linejoin:round}\n" +
		".lab-chart .part{opacity:.38}\n")
	shades(&b, func(c struct{ light, dark string }) string { return c.light })
	b.WriteString("@media screen and (prefers-color-scheme:dark){\n")
	shades(&b, func(c struct{ light, dark string }) string { return c.dark })
	b.WriteString("}\n")
	return b.String()
}

// shades writes all that has a colour.
func shades(b *strings.Builder, of func(struct{ light, dark string }) string) {
	fmt.Fprintf(b, ".lab-chart .ground{fill:%s}\n", of(ground))
	fmt.Fprintf(b, ".lab-chart text{fill:%s}\n.lab-chart .soft,.lab-chart .note,.lab-chart .tick{fill:%s}\n", of(ink), of(soft))
	fmt.Fprintf(b, ".lab-chart .grid{stroke:%s}\n.lab-chart .axis,.lab-chart .one,.lab-chart .lead{stroke:%s}\n", of(gridInk), of(axisInk))
	fmt.Fprintf(b, ".lab-chart .whisker{stroke:%s;stroke-width:1.4;fill:none}\n", of(ink))
	for i, c := range colours {
		fmt.Fprintf(b, ".lab-chart .f%d{fill:%s}.lab-chart .s%[1]d{stroke:%[2]s}\n", i, of(c))
	}
	fmt.Fprintf(b, ".lab-chart .hollow,.lab-chart .inside{fill:%s}\n", of(ground))
}

func (l look) colour() int { return int(l) % len(colours) }

// shape goes on by one more each time the colours have run out.
func (l look) shape() int { return (int(l) + int(l)/len(colours)) % len(shapes) }

// fill and stroke are the classes of its colour.
func (l look) fill() string   { return fmt.Sprintf("f%d", l.colour()) }
func (l look) stroke() string { return fmt.Sprintf("s%d", l.colour()) }

// shapes are drawn around a point: r is about the radius of each.
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

// mark draws the look's shape. A hollow one is for the second of two figures.
func (c *canvas) mark(l look, x, y, r float64, hollow bool) {
	fill := l.fill()
	if hollow {
		fill = "hollow"
	}
	c.path("mark "+l.stroke()+" "+fill, shapes[l.shape()](x, y, r))
}
