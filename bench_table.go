//go:build ignore

// Turn the raw output of `go test -bench`, run some times over, into tables with ratios:
//
//	for i in 1 2 3 4 5; do go test -run='^$' -bench=. . ; done | go run bench_table.go
//
// Of several runs the median counts; the least and the most stand behind it. A ratio is to
// the run of encoding/csv just before, which has met the same machine.
package main

import (
	"bufio"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// baseline is what the ratios are to.
const baseline = "encoding-csv"

// engines are the contestants in the table's order, by the names they go by there.
var engines = []struct{ name, title string }{
	{"reduction", "assembly"},
	{"reduction-purego", "pure Go"},
	{baseline, "encoding/csv"},
}

// goals are ratios to the baseline: at least, and aimed at.
var goals = map[string][2]float64{
	"Scan/reduction/1m":          {12, 15},
	"Scan/reduction-purego/1m":   {6, 8},
	"Reduce/reduction/1m":        {7.5, 10},
	"Reduce/reduction-purego/1m": {5.5, 6.5},
	"Reduce/reduction/wide":      {4, 6},
}

// quotedGoal is for a byte of the quoted file beside one of the plain file.
var quotedGoal = [2]float64{0.8, 1}

// results are every benchmark's figures, by unit, a figure a run.
type results struct {
	names   []string // as they first came
	figures map[string]map[string][]float64
	base    map[string]float64 // the baseline's last ns/op, by what comes before and after its name
	cpu     string
	failed  bool
}

func main() {
	r := results{figures: map[string]map[string][]float64{}, base: map[string]float64{}}
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		r.line(lines.Text())
	}
	if len(r.names) == 0 || r.failed {
		fmt.Fprintln(os.Stderr, "bench_table: a benchmark failed, or there was none")
		os.Exit(1)
	}
	runs := len(r.figures[r.names[len(r.names)-1]]["ns/op"])
	fmt.Printf("%s, %d CPUs, %s/%s, %s, %s; medians of %d runs (least-most)\n",
		r.cpu, runtime.NumCPU(), runtime.GOOS, runtime.GOARCH, runtime.Version(), time.Now().Format(time.DateOnly), runs)
	r.comparison()
	r.steps()
}

// line reads a line such as
//
//	BenchmarkScan/reduction/1m-2  12  3719016 ns/op  12049.44 MB/s  3.719 ns/row  4 allocs/op
func (r *results) line(s string) {
	if cpu, ok := strings.CutPrefix(s, "cpu: "); ok {
		r.cpu = cpu
	}
	r.failed = r.failed || strings.Contains(s, "FAIL")
	f := strings.Fields(s)
	if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
		return
	}
	name := strings.TrimPrefix(f[0], "Benchmark")
	if i := strings.LastIndexByte(name, '-'); i > 0 {
		if _, err := strconv.Atoi(name[i+1:]); err == nil {
			name = name[:i] // GOMAXPROCS
		}
	}
	if r.figures[name] == nil {
		r.figures[name] = map[string][]float64{}
		r.names = append(r.names, name)
	}
	add := func(unit string, v float64) { r.figures[name][unit] = append(r.figures[name][unit], v) }
	for i := 2; i+1 < len(f); i += 2 {
		if v, err := strconv.ParseFloat(f[i], 64); err == nil {
			add(f[i+1], v)
		}
	}
	if step, engine, input, ok := parts(name); ok {
		now := r.figures[name]["ns/op"]
		if engine == baseline {
			r.base[step+input] = now[len(now)-1]
		} else if before := r.base[step+input]; before > 0 {
			add("ratio", before/now[len(now)-1])
		}
	}
}

// parts are those of the name of a benchmark that has a rival.
func parts(name string) (step, engine, input string, ok bool) {
	p := strings.Split(name, "/")
	if len(p) != 3 {
		return "", "", "", false
	}
	return p[0], p[1], p[2], true
}

// comparison prints <step>/<engine>/<input>.
func (r *results) comparison() {
	t := table{{"", "", "ns/row", "MB/s", "allocs/row", "x encoding/csv", "goal", "aim", ""}}
	for _, first := range r.names {
		step, engine, input, ok := parts(first)
		if !ok || engine != baseline {
			continue
		}
		title := step + " " + input
		for _, e := range engines {
			name := step + "/" + e.name + "/" + input
			f := r.figures[name]
			if f == nil {
				continue
			}
			rows := median(f["ns/op"]) / median(f["ns/row"])
			t = append(t, append([]string{title, e.title, spread(f["ns/row"], "%.1f"), fmt.Sprintf("%.0f", median(f["MB/s"])),
				fmt.Sprintf("%.3f", median(f["allocs/op"])/rows)}, verdict(f["ratio"], goals[name])...))
			title = ""
		}
	}
	for _, e := range engines {
		quoted, plain := r.figures["Reduce/"+e.name+"/quoted"]["MB/s"], r.figures["Reduce/"+e.name+"/1m"]["MB/s"]
		if e.name == baseline || len(quoted) == 0 || len(plain) == 0 {
			continue
		}
		ratios := make([]float64, min(len(quoted), len(plain)))
		for i := range ratios {
			ratios[i] = quoted[i] / plain[i]
		}
		t = append(t, append([]string{"Reduce quoted : 1m", e.title, "", "MB/s", ""}, verdict(ratios, quotedGoal)...))
	}
	t.print()
}

// steps prints the other benchmarks.
func (r *results) steps() {
	t := table{{"", "", "ns/op", "", "MB/s", "B/op", "allocs/op"}}
	for _, name := range r.names {
		if _, _, _, ok := parts(name); ok {
			continue
		}
		f := r.figures[name]
		per, mb := "", ""
		for unit, v := range f {
			if strings.HasPrefix(unit, "ns/") && unit != "ns/op" {
				per = fmt.Sprintf("%.1f %s", median(v), unit)
			}
		}
		if len(f["MB/s"]) > 0 {
			mb = fmt.Sprintf("%.0f", median(f["MB/s"]))
		}
		step, which, _ := strings.Cut(name, "/")
		t = append(t, []string{step, which, spread(f["ns/op"], "%.0f"), per, mb,
			fmt.Sprintf("%.0f", median(f["B/op"])), fmt.Sprintf("%.0f", median(f["allocs/op"]))})
	}
	t.print()
}

// verdict is a ratio, what it was to be, and which of these it is.
func verdict(ratios []float64, goal [2]float64) []string {
	if len(ratios) == 0 {
		return nil
	}
	cells := []string{spread(ratios, "%.2f")}
	if goal[0] == 0 {
		return cells
	}
	m, is := median(ratios), "short"
	if m >= goal[1] {
		is = "aim"
	} else if m >= goal[0] {
		is = "goal"
	}
	return append(cells, fmt.Sprint(goal[0]), fmt.Sprint(goal[1]), is)
}

// spread is the median with the least and the most.
func spread(v []float64, format string) string {
	s := fmt.Sprintf(format, median(v))
	if len(v) > 1 {
		s += fmt.Sprintf(" ("+format+"-"+format+")", slices.Min(v), slices.Max(v))
	}
	return s
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// A table's first two columns are words, the others figures.
type table [][]string

func (t table) print() {
	if len(t) == 1 {
		return
	}
	width := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			width[i] = max(width[i], utf8.RuneCountInString(cell))
		}
	}
	fmt.Println()
	for _, row := range t {
		var line strings.Builder
		for i, cell := range row {
			if i < 2 {
				fmt.Fprintf(&line, "%-*s  ", width[i], cell)
			} else {
				fmt.Fprintf(&line, "%*s  ", width[i], cell)
			}
		}
		fmt.Println(strings.TrimRight(line.String(), " "))
	}
}
