package chart

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// drawWidth is the width of every chart, in pixels of its own coordinates: about the width of a
// README on GitHub.
const drawWidth = 800

// A canvas collects the elements of an SVG document. Their colours are classes, so that one
// style sheet serves light and dark.
type canvas struct{ b bytes.Buffer }

func (c *canvas) line(class string, x1, y1, x2, y2 float64) {
	fmt.Fprintf(&c.b, `<line class="%s" x1="%s" y1="%s" x2="%s" y2="%s"/>`+"\n", class, px(x1), px(y1), px(x2), px(y2))
}

func (c *canvas) rect(class string, x, y, w, h float64) {
	fmt.Fprintf(&c.b, `<rect class="%s" x="%s" y="%s" width="%s" height="%s"/>`+"\n", class, px(x), px(y), px(w), px(h))
}

// text writes s with its baseline at y.
func (c *canvas) text(class string, x, y float64, s string) {
	fmt.Fprintf(&c.b, `<text class="%s" x="%s" y="%s">%s</text>`+"\n", class, px(x), px(y), escape(s))
}

// turned writes s upwards, from a point.
func (c *canvas) turned(class string, x, y float64, s string) {
	fmt.Fprintf(&c.b, `<text class="%s" transform="translate(%s %s) rotate(-90)">%s</text>`+"\n", class, px(x), px(y), escape(s))
}

// lines writes s in lines of at most a width, and returns the baseline of the next line.
func (c *canvas) lines(class string, x, y, width, fontSize, leading float64, s string) float64 {
	for _, line := range wrap(s, width, fontSize) {
		c.text(class, x, y, line)
		y += leading
	}
	return y
}

func (c *canvas) path(class, d string) {
	fmt.Fprintf(&c.b, `<path class="%s" d="%s"/>`+"\n", class, d)
}

// whisker draws a horizontal line at y from low to high, with a stroke at each end.
func (c *canvas) whisker(class string, low, high, y, half float64) {
	c.line(class, low, y, high, y)
	c.line(class, low, y-half, low, y+half)
	c.line(class, high, y-half, high, y+half)
}

// standing draws a vertical whisker at x.
func (c *canvas) standing(class string, x, low, high, half float64) {
	c.line(class, x, low, x, high)
	c.line(class, x-half, low, x+half, low)
	c.line(class, x-half, high, x+half, high)
}

// px writes a coordinate to a tenth of a pixel.
func px(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		panic("lab: a chart's coordinate is not a number")
	}
	return strconv.FormatFloat(math.Round(v*10)/10+0, 'f', -1, 64)
}

func escape(s string) string {
	var b strings.Builder
	xml.EscapeText(&b, []byte(s))
	return b.String()
}

// textWidth estimates the width of s at a font size. It is generous, since the font is the
// reader's.
func textWidth(s string, fontSize float64) float64 {
	em := 0.0
	for _, r := range s {
		switch {
		case strings.ContainsRune(" .,:;|!'ijlIt/()[]-", r):
			em += 0.38
		case strings.ContainsRune("mwMW%@", r):
			em += 0.98
		case 'A' <= r && r <= 'Z' || r == '+' || r == '=' || r == '<' || r == '>':
			em += 0.74
		default:
			em += 0.63
		}
	}
	return em * fontSize
}

// wrap breaks s between words into lines of at most a width. A word that is wider is cut.
func wrap(s string, width, fontSize float64) []string {
	var out []string
	line := ""
	for _, word := range strings.Fields(s) {
		if line != "" && textWidth(line+" "+word, fontSize) > width {
			out, line = append(out, line), ""
		}
		if line != "" {
			line += " "
		}
		line += cut(word, width, fontSize)
	}
	if line != "" {
		out = append(out, line)
	}
	return out
}

// cut returns s, or as much of its beginning as fits into a width, with an ellipsis.
func cut(s string, width, fontSize float64) string {
	if textWidth(s, fontSize) <= width {
		return s
	}
	letters := []rune(s)
	for len(letters) > 0 && textWidth(string(letters)+"…", fontSize) > width {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + "…"
}
