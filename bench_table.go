//go:build ignore

// Turn the raw output of `go test -bench` into a table with ratios:
//
//	go test -run='^$' -bench='Scan|Reduce' . | go run bench_table.go
//
// A benchmark's name is Benchmark<step>/<engine>/<input>. Of several runs of one the median
// counts. The raw lines pass through to standard error, for benchstat.
package main

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// baseline is what the ratios are to.
const baseline = "encoding-csv"

type key struct{ step, engine, input string }

func main() {
	perRow := map[key][]float64{}
	perSecond := map[key][]float64{}
	var steps, engines, others []string
	inputs := map[string][]string{} // of a step, in order
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		fmt.Fprintln(os.Stderr, lines.Text())
		f := strings.Fields(lines.Text())
		if len(f) < 4 || !strings.HasPrefix(f[0], "Benchmark") {
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(f[0], "Benchmark"), "-"+cpus(f[0]))
		parts := strings.Split(name, "/")
		if len(parts) != 3 {
			others = append(others, lines.Text())
			continue
		}
		k := key{parts[0], parts[1], parts[2]}
		steps, engines = add(steps, k.step), add(engines, k.engine)
		inputs[k.step] = add(inputs[k.step], k.input)
		for i := 2; i+1 < len(f); i += 2 {
			v, err := strconv.ParseFloat(f[i], 64)
			if err != nil {
				continue
			}
			switch f[i+1] {
			case "ns/row":
				perRow[k] = append(perRow[k], v)
			case "MB/s":
				perSecond[k] = append(perSecond[k], v)
			}
		}
	}
	slices.SortStableFunc(engines, func(a, b string) int { return rank(a) - rank(b) })
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(out, "\n\t\t")
	for _, e := range engines {
		fmt.Fprintf(out, "%s\t\t", e)
		if e != baseline {
			fmt.Fprint(out, "\t")
		}
	}
	fmt.Fprintln(out)
	for _, step := range steps {
		for _, input := range inputs[step] {
			fmt.Fprintf(out, "%s\t%s\t", step, input)
			for _, e := range engines {
				k, base := key{step, e, input}, key{step, baseline, input}
				if len(perRow[k]) == 0 {
					fmt.Fprint(out, "-\t-\t")
				} else {
					fmt.Fprintf(out, "%.1f ns/row\t%.0f MB/s\t", median(perRow[k]), median(perSecond[k]))
				}
				if e != baseline {
					if len(perRow[k]) == 0 || len(perRow[base]) == 0 {
						fmt.Fprint(out, "-\t")
					} else {
						fmt.Fprintf(out, "%.1fx\t", median(perRow[base])/median(perRow[k]))
					}
				}
			}
			fmt.Fprintln(out)
		}
	}
	out.Flush()
	for _, line := range others {
		fmt.Println(line)
	}
}

// cpus is the number behind the last dash of a benchmark's name, or something that no name
// contains: with one CPU there is none.
func cpus(name string) string {
	i := strings.LastIndexByte(name, '-')
	if _, err := strconv.Atoi(name[i+1:]); i < 0 || err != nil {
		return "\x00"
	}
	return name[i+1:]
}

func rank(engine string) int {
	return map[string]int{"reduction": 0, "reduction-purego": 1, baseline: 3}[engine]
}

func add(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

func median(v []float64) float64 {
	slices.Sort(v)
	n := len(v)
	return (v[(n-1)/2] + v[n/2]) / 2
}
