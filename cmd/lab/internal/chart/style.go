package chart

import (
	"fmt"
	"strings"
)

// colours are for light and for dark grounds. Every one has a contrast of at least 3:1 with its
// ground, as WCAG 2.2 §1.4.11 demands of graphics; the first few have the contrast of text. Any
// two can be told apart under protanopia and deuteranopia. A test checks that.
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

// The colours of the ground, the text and the lines.
var (
	ground  = struct{ light, dark string }{"#ffffff", "#0d1117"}
	ink     = struct{ light, dark string }{"#1f2328", "#e6edf3"}
	soft    = struct{ light, dark string }{"#59636e", "#9aa4af"}
	gridInk = struct{ light, dark string }{"#dde2e7", "#2b323b"}
	axisInk = struct{ light, dark string }{"#8c959f", "#6e7681"}
)

// fonts are those of the reader's system.
const fonts = `system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif`

// Font sizes, for the style sheet and for calculating widths.
const (
	titleSize = 17
	noteSize  = 12
	labelSize = 12.5
	tickSize  = 11.5
)

// styleSheet returns the style sheet of the charts. All its selectors begin with .lab-chart, so
// that a page can have it, too. It uses no variables: converters other than browsers know none.
func styleSheet() string {
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

// shades writes the rules that have a colour.
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
