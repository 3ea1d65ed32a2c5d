package main

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// baseline is the engine that ratios are to.
const baseline = "encoding-csv"

// A result is one line of `go test -bench`:
//
//	BenchmarkScan/engine=csvfast-blocks/input=1m-2  12  3719016 ns/op  12049.44 MB/s  3.719 ns/row  4 allocs/op
//	BenchmarkStep/sign-2  16156  7409 ns/op
type result struct {
	name    string // without "Benchmark" and the number of CPUs
	engine  string // or the step's name
	figures map[string]float64
}

var cpus = regexp.MustCompile(`-[0-9]+$`)

func parse(out string) (results []result) {
	for s := range strings.Lines(out) {
		f := strings.Fields(s)
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		r := result{name: cpus.ReplaceAllString(strings.TrimPrefix(f[0], "Benchmark"), ""), figures: map[string]float64{}}
		parts := strings.Split(r.name, "/")
		r.engine = strings.TrimPrefix(parts[min(1, len(parts)-1)], "engine=")
		for i := 2; i+1 < len(f); i += 2 {
			if v, err := strconv.ParseFloat(f[i], 64); err == nil {
				r.figures[f[i+1]] = v
			}
		}
		if r.figures["ns/op"] > 0 {
			results = append(results, r)
		}
	}
	return results
}

// quote makes a pattern of a name, in which -test.bench would split at a slash.
func quote(s string) string { return strings.ReplaceAll(regexp.QuoteMeta(s), "/", ".") }

// rows are a line's results: for each engine, in the order in which they came, its figures of
// every run by their units.
type rows struct {
	line
	engines []string
	figures map[string]map[string][]float64
	ratios  map[string][]float64 // an engine's speed by the baseline's of the same run
}

func newRows(l line) *rows {
	return &rows{line: l, figures: map[string]map[string][]float64{}, ratios: map[string][]float64{}}
}

// add adds the results of one program in one run. Every program runs the baseline before its own
// engines: their ratios are to that one.
func (r *rows) add(results []result) {
	for _, x := range results {
		if r.figures[x.engine] == nil {
			r.engines = append(r.engines, x.engine)
			r.figures[x.engine] = map[string][]float64{}
		}
		for unit, v := range x.figures {
			r.figures[x.engine][unit] = append(r.figures[x.engine][unit], v)
		}
		if base := r.figures[baseline]["ns/op"]; x.engine != baseline && len(base) > 0 {
			r.ratios[x.engine] = append(r.ratios[x.engine], base[len(base)-1]/x.figures["ns/op"])
		}
	}
}

// table prints rows as they come, in columns of fixed widths.
type table struct {
	kind  string // the header that was printed last
	speed map[string][]float64

	// The row whose runs differ most, and by how much.
	widest string
	spread float64
}

const (
	engineFormat = "%-16s  %-24s %8s %9s %10s %11s %7s   %s\n"
	stepFormat   = "%-16s  %-24s %12s %14s %9s %9s %7s\n"
)

func (t *table) add(r *rows) {
	if len(r.engines) == 0 {
		return
	}
	title := r.title
	if r.input == "" {
		if t.kind != "steps" {
			fmt.Printf("\n"+stepFormat, "", "", "time", "", "MB/s", "allocs/op", "spread")
			t.kind = "steps"
		}
		for _, e := range r.engines {
			f := r.figures[e]
			mb := ""
			if len(f["MB/s"]) > 0 {
				mb = fmt.Sprintf("%.0f", median(f["MB/s"]))
			}
			fmt.Printf(stepFormat, title, e, duration(median(f["ns/op"])), per(f), mb, fmt.Sprintf("%.0f", median(f["allocs/op"])), t.differ(r.title+" "+e, f["ns/op"]))
			title = ""
		}
		return
	}
	if t.kind != "engines" {
		fmt.Printf("\n"+engineFormat, "", "", "GB/s", "ns/row", "M rows/s", "allocs/row", "spread", "times encoding/csv")
		t.kind = "engines"
	}
	// By speed, and the baseline at the end.
	slices.SortStableFunc(r.engines, func(a, b string) int {
		switch {
		case a == baseline:
			return 1
		case b == baseline:
			return -1
		}
		return int(median(r.figures[a]["ns/op"]) - median(r.figures[b]["ns/op"]))
	})
	for _, e := range r.engines {
		f := r.figures[e]
		gb, ns := median(f["MB/s"])/1000, median(f["ns/row"])
		n := median(f["ns/op"]) / ns // rows
		fmt.Printf(engineFormat, title, e, fmt.Sprintf("%.2f", gb), fmt.Sprintf("%.1f", ns), fmt.Sprintf("%.1f", 1000/ns),
			fmt.Sprintf("%.3f", median(f["allocs/op"])/n), t.differ(r.title+" "+e, f["ns/op"]), ratio(r.ratios[e]))
		title = ""
		if t.speed == nil {
			t.speed = map[string][]float64{}
		}
		t.speed[r.title+" "+e] = f["MB/s"]
	}
}

// differ returns by how much the runs of a row differ: from the least to the greatest time, as a
// share of the median.
func (t *table) differ(row string, v []float64) string {
	if len(v) < 2 {
		return ""
	}
	spread := (slices.Max(v) - slices.Min(v)) / median(v)
	if spread > t.spread {
		t.widest, t.spread = row, spread
	}
	return fmt.Sprintf("%.0f%%", 100*spread)
}

// wide is a spread that an idle machine does not have.
const wide = 0.25

// warning says that runs differed too much, "" if they did not.
func (t *table) warning() string {
	if t.spread <= wide {
		return ""
	}
	return fmt.Sprintf("THE RUNS DIFFER: those of %s by %.0f%% of their median. Run it again when the machine is idle.\n", t.widest, 100*t.spread)
}

// quoted prints how fast a byte of the quoted file is reduced beside one of the plain file.
func (t *table) quoted() {
	for _, e := range []string{"reduction", "reduction-purego"} {
		quoted, plain := t.speed["reduce quoted "+e], t.speed["reduce 1m "+e]
		if n := min(len(quoted), len(plain)); n > 0 {
			ratios := make([]float64, n)
			for i := range ratios {
				ratios[i] = quoted[i] / plain[i]
			}
			fmt.Printf("\n%s: reduce quoted by reduce 1m, bytes a second: %s", e, ratio(ratios))
		}
	}
	fmt.Println()
}

// ratio prints the median with the least and the greatest.
func ratio(v []float64) string {
	if len(v) == 0 {
		return ""
	}
	low, high := slices.Min(v), slices.Max(v)
	s := fmt.Sprintf("%.2f", median(v))
	if len(v) > 1 {
		s += fmt.Sprintf(" (%.2f-%.2f)", low, high)
	}
	if low < 1 && high > 1 {
		s += " ~"
	}
	return s
}

// per prints the time for each of the things that an operation does, where there are some.
func per(figures map[string][]float64) string {
	for _, unit := range slices.Sorted(maps.Keys(figures)) {
		if strings.HasPrefix(unit, "ns/") && unit != "ns/op" {
			return fmt.Sprintf("%.1f %s", median(figures[unit]), unit)
		}
	}
	return ""
}

func duration(ns float64) string {
	switch {
	case ns >= 1e6:
		return fmt.Sprintf("%.2f ms", ns/1e6)
	case ns >= 1e3:
		return fmt.Sprintf("%.2f us", ns/1e3)
	}
	return fmt.Sprintf("%.1f ns", ns)
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// progress shows what is going on. On a terminal each message replaces the one before.
func progress(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if onTerminal() {
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", text)
	} else if text != "" {
		fmt.Fprintln(os.Stderr, text)
	}
}

func onTerminal() bool {
	info, err := os.Stderr.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
