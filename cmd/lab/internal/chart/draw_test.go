package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"regexp"
	"strings"
	"testing"

	"reduction/cmd/lab/internal/pricing"
	"reduction/cmd/lab/internal/report"
	"reduction/cmd/lab/internal/stats"
)

// Every chart is well-formed XML, by itself and on the page, has a title and a description, no
// number that is not one, and all numbers of its table.
func TestCharts(t *testing.T) {
	for name, in := range inputs() {
		t.Run(name, func(t *testing.T) {
			charts := gather([]*input{in}, false)
			if (len(charts) == 0) != (name == "empty") {
				t.Fatalf("%d charts", len(charts))
			}
			for _, ch := range charts {
				checkSVG(t, ch, string(drawSVG(ch)), true)
				checkSVG(t, ch, string(drawInline(ch)), false)
			}
			page, err := drawPage(charts, sourcesOf([]*input{in}))
			if err != nil {
				t.Fatal(err)
			}
			for _, ch := range charts {
				for _, g := range ch.table().Groups {
					for _, row := range g.Rows {
						for _, cell := range row {
							if !strings.Contains(html.UnescapeString(string(page)), ">"+cell+"<") {
								t.Errorf("the page lacks %q", cell)
							}
						}
					}
				}
			}
			for _, bad := range []string{"<script", "http-equiv", " src=", "url(", "ZgotmplZ", "NaN", "+Inf", "-Inf", "%!"} {
				if strings.Contains(string(page), bad) {
					t.Errorf("the page holds %q", bad)
				}
			}
		})
	}
}

func checkSVG(t *testing.T, ch chart, svg string, complete bool) {
	t.Helper()
	var text strings.Builder
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%s: %v", ch.head().Name, err)
		}
		switch token := token.(type) {
		case xml.CharData:
			text.Write(token)
		case xml.StartElement:
			for _, a := range token.Attr {
				if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "href" || a.Name.Local == "style" {
					t.Errorf("%s: attribute %s", ch.head().Name, a.Name.Local)
				}
				if a.Name.Local == "width" && strings.HasPrefix(a.Value, "-") {
					t.Errorf("%s: width %s", ch.head().Name, a.Value)
				}
			}
		}
	}
	for _, bad := range []string{"NaN", "Inf", "%!"} {
		if strings.Contains(svg, bad) {
			t.Errorf("%s: holds %s", ch.head().Name, bad)
		}
	}
	for _, want := range []string{`role="img"`, "<title id=", "<desc id="} {
		if !strings.Contains(svg, want) {
			t.Errorf("%s: lacks %s", ch.head().Name, want)
		}
	}
	table := ch.table()
	for _, g := range table.Groups {
		for _, row := range g.Rows {
			if len(row) > len(table.Head) {
				t.Errorf("%s: row %q is longer than the head %q", ch.head().Name, row, table.Head)
			}
			for _, cell := range row {
				if complete && !strings.Contains(text.String(), cell) {
					t.Errorf("%s: does not say %q", ch.head().Name, cell)
				}
			}
		}
	}
}

// The value and the name of every bar are written, not only in the description.
func TestBarsSayValues(t *testing.T) {
	for _, far := range []bool{false, true} {
		ch := (&frame{looks: looks{}}).startUps(sampleCold([]string{report.Ours, "rust", "node"}, []int{128}, far).Results)
		if ch.Dots != far {
			t.Errorf("far apart %v, dots %v", far, ch.Dots)
		}
		svg := string(drawSVG(ch))
		for _, b := range ch.bars() {
			for _, want := range []string{b.Label, unitOf(unitMs).value(b.Value)} {
				if !regexp.MustCompile(`<text[^>]*>` + regexp.QuoteMeta(want) + `</text>`).MatchString(svg) {
					t.Errorf("%q is not written", want)
				}
			}
		}
		if got := strings.Count(svg, `class="whisker"`); got != 3*len(ch.bars()) {
			t.Errorf("%d lines of whiskers for %d bars", got, len(ch.bars()))
		}
	}
}

// Every text and mark is inside the drawing: anything outside would be cut off.
func TestNothingOutside(t *testing.T) {
	number := regexp.MustCompile(` (x|y|x1|x2|y1|y2)="(-?[0-9.]+)"`)
	written := regexp.MustCompile(`<text class="([^"]+)" x="([0-9.]+)"[^>]*>([^<]*)</text>`)
	height := regexp.MustCompile(`viewBox="0 0 800 ([0-9.]+)"`)
	for name, in := range inputs() {
		for _, ch := range gather([]*input{in}, false) {
			svg := string(drawSVG(ch))
			var high float64
			fmt.Sscan(height.FindStringSubmatch(svg)[1], &high)
			for _, m := range number.FindAllStringSubmatch(svg, -1) {
				var v float64
				fmt.Sscan(m[2], &v)
				limit := float64(drawWidth)
				if m[1][0] == 'y' {
					limit = high
				}
				if v < 0 || v > limit {
					t.Errorf("%s, %s: %s=%v of %v", name, ch.head().Name, m[1], v, limit)
				}
			}
			for _, m := range written.FindAllStringSubmatch(svg, -1) {
				var x float64
				fmt.Sscan(m[2], &x)
				size, ok := map[string]float64{"title": titleSize, "note": noteSize, "soft": noteSize, "tick": tickSize}[strings.Fields(m[1])[0]]
				if !ok {
					size = labelSize
				}
				width := textWidth(html.UnescapeString(m[3]), size)
				switch {
				case strings.Contains(m[1], "end"):
					x -= width
				case strings.Contains(m[1], "mid"):
					x -= width / 2
				}
				if x < -1 || x+width > drawWidth+1 {
					t.Errorf("%s, %s: %q is written from %.0f to %.0f", name, ch.head().Name, m[3], x, x+width)
				}
			}
		}
	}
}

func TestChartEscapes(t *testing.T) {
	const name = `<img src=x onerror="alert(1)">&'`
	in := []*input{
		{file: name, cold: sampleCold([]string{report.Ours, name}, []int{128}, false)},
		{file: name, tune: sampleTune(name, 128, 256)},
	}
	in[0].cold.Machine, in[0].cold.Sandbox = name, []string{name}
	charts := gather(in, false)
	page, err := drawPage(charts, sourcesOf(in))
	if err != nil {
		t.Fatal(err)
	}
	all := string(page)
	for _, ch := range charts {
		all += string(drawSVG(ch))
	}
	if strings.Contains(all, "<img") || !strings.Contains(all, "&lt;img") {
		t.Error("a name got in unescaped")
	}
}

// Costs of two architectures never share a chart, nor do times of two machines.
func TestTuneKeepsApart(t *testing.T) {
	a, b, c, d := sampleTune(report.Ours, 256), sampleTune("rust", 256), sampleTune(report.Ours, 256), sampleTune(report.Ours, 256)
	c.Prices, _ = pricing.Of(pricing.ARM)
	d.Machine = "another"
	var in []*input
	for i, r := range []*report.Tune{a, b, c, d} {
		in = append(in, &input{file: fmt.Sprint("f", i), tune: r})
	}
	charts := gather(in, false)
	var got []int
	names := map[string]bool{}
	for _, ch := range charts {
		got = append(got, len(ch.(*curveChart).Curves))
		names[ch.head().Name] = true
	}
	if fmt.Sprint(got) != "[2 1 1]" || len(names) != 3 {
		t.Errorf("curves in each chart %v, names %v; want 2, 1 and 1", got, names)
	}
}

func TestTuneTellsNamesakesApart(t *testing.T) {
	in := []*input{{file: "before", tune: sampleTune(report.Ours, 256)}, {file: "after", tune: sampleTune(report.Ours, 256)}, {file: "x", tune: sampleTune("rust", 256)}}
	if got := fmt.Sprint(tuneNames(in)); got != "[ours (before) ours (after) rust]" {
		t.Error(got)
	}
}

func TestTimesOurs(t *testing.T) {
	r := report.Ratio{Peer: "rust", Interval: stats.Interval{Value: 2, Low: 1.25, High: 4}}
	if b := ratioBar(&r, looks{}); b.Value != 2 || b.Low != 1.25 || b.High != 4 {
		t.Errorf("%+v", b)
	}
	r.NoDifference = true
	if b := ratioBar(&r, looks{}); b.text(unitOf(unitTimes)) != "no difference" {
		t.Errorf("%+v", b)
	}
	r.Few = true
	if b := ratioBar(&r, looks{}); b.Value != 2 || b.Low != 0 || b.High != 0 {
		t.Errorf("of few starts: %+v", b)
	}
	r.Interval = stats.Interval{High: 1}
	if b := ratioBar(&r, looks{}); b.None == "" {
		t.Errorf("%+v", b)
	}
}

func TestPublishedApart(t *testing.T) {
	for _, ch := range gather([]*input{{compare: sampleCompare()}}, false) {
		if ch.head().Apart {
			t.Errorf("%s: drawn without being asked for", ch.head().Name)
		}
	}
	charts := gather([]*input{{compare: sampleCompare()}}, true)
	seen, apart := map[string]bool{}, 0
	for _, ch := range charts {
		h := ch.head()
		if seen[h.Name] {
			t.Errorf("two charts are named %s", h.Name)
		}
		seen[h.Name] = true
		if h.Apart {
			apart++
		}
		if h.Apart != strings.Contains(h.Title, "Measured on AWS by others") {
			t.Errorf("%s: apart %v, title %q", h.Name, h.Apart, h.Title)
		}
	}
	if apart != 3 {
		t.Errorf("%d charts of what is published; want 3, once", apart)
	}
}

// Why something has no figures is said once on a chart, and once on the page; a size without any
// figure has no chart. Events are named.
func TestMissing(t *testing.T) {
	const why = "failed: it did; another event is --event FILE"
	r := sampleCold([]string{"hello", "other"}, []int{128, 256}, false)
	r.Event = "event.json"
	for i := range r.Results {
		if f := &r.Results[i]; f.Function == "other" || f.MemoryMB == 256 {
			*f = report.Result{Function: f.Function, MemoryMB: f.MemoryMB, Rows: f.Rows, Failed: why}
		}
	}
	r.SetRatios()
	in := []*input{{file: "cold", cold: r}}
	charts := gather(in, false)
	page, err := drawPage(charts, sourcesOf(in))
	if err != nil {
		t.Fatal(err)
	}
	if len(charts) != 1 {
		t.Fatalf("%d charts, want the starts at 128 MB", len(charts))
	}
	h := charts[0].head()
	if n := strings.Count(string(drawSVG(charts[0])), "another event is --event FILE"); n != 1 || !strings.Contains(h.Title, "event event.json, 128 MB") || strings.Contains(h.Title, "rows") {
		t.Errorf("%q: said %d times", h.Title, n)
	}
	for _, want := range []string{"<li>other, 128, 256 MB: " + why + "</li>", "<li>hello, 256 MB: " + why + "</li>"} {
		if strings.Count(string(page), want) != 1 {
			t.Errorf("the page lacks %q", want)
		}
	}
	if got := strings.Count(string(page), why); got != 2 {
		t.Errorf("%d reasons on the page, want 2", got)
	}
}
