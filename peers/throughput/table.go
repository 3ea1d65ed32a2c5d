package main

import (
	"bufio"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"time"
)

// ours is what the others are compared with.
const ours = "reduction"

// printTable reads the lines that measure prints, and reduce.py. Runs of a process are
// numbered by their order, and each process's first is left out.
func printTable(in io.Reader) error {
	type key struct{ file, reader string }
	seconds := map[key][]float64{}
	rows, groups, digests := map[string]int64{}, map[string]int{}, map[string]string{}
	var files, names []string
	seen := map[key]int{}
	for lines := bufio.NewScanner(in); lines.Scan(); {
		var k key
		var s float64
		var n int64
		var g int
		var digest string
		if _, err := fmt.Sscan(lines.Text(), &k.reader, &k.file, &s, &n, &g, &digest); err != nil {
			return fmt.Errorf("%q: %w", lines.Text(), err)
		}
		if !slices.Contains(files, k.file) {
			files = append(files, k.file)
			rows[k.file], groups[k.file], digests[k.file] = n, g, digest
		}
		if digest != digests[k.file] || n != rows[k.file] {
			return fmt.Errorf("%s: %s and %s have different results", k.file, k.reader, ours)
		}
		if !slices.Contains(names, k.reader) {
			names = append(names, k.reader)
		}
		if seen[k]++; seen[k]%runs != 1 {
			seconds[k] = append(seconds[k], s)
		}
	}
	fmt.Printf("%s, one core, %s/%s, %s, %s\n", processor(), runtime.GOOS, runtime.GOARCH, runtime.Version(), time.Now().Format(time.DateOnly))
	for _, file := range files {
		info, err := os.Stat(filepath.Join(os.Getenv("DATA"), file))
		if err != nil {
			return err
		}
		slices.SortStableFunc(names, func(a, b string) int {
			return sign(median(seconds[key{file, a}]) - median(seconds[key{file, b}]))
		})
		fmt.Printf("\n%s: %d rows, %.1f MB, %d groups, all results equal\n", file, rows[file], float64(info.Size())/1e6, groups[file])
		fmt.Printf("%-24s %26s %6s %10s\n", "", "ns/row (least-most)", "MB/s", ours+" is")
		for _, name := range names {
			v := seconds[key{file, name}]
			if len(v) == 0 {
				continue
			}
			perRow := 1e9 / float64(rows[file])
			fmt.Printf("%-24s %26s %6.0f %9.1fx\n", name,
				fmt.Sprintf("%.1f (%.1f-%.1f)", median(v)*perRow, slices.Min(v)*perRow, slices.Max(v)*perRow),
				float64(info.Size())/1e6/median(v), median(v)/median(seconds[key{file, ours}]))
		}
	}
	return nil
}

func sign(x float64) int {
	if x < 0 {
		return -1
	}
	return 1
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}

// processor is its name, where the system tells.
func processor() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(text)) {
		if name, model, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return runtime.GOARCH
}
