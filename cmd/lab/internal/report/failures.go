package report

import (
	"fmt"
	"slices"
	"strings"

	"reduction/cmd/lab/internal/cli"
)

// A failure is why functions have no times, or times that do not count, and where: over files of
// so many rows, at these memory sizes.
type failure struct {
	functions string
	why       string
	rows      []int64
	memory    [][]int // for each of the rows
}

// Failures returns each reason once, with the functions and the places that it is of.
func Failures(results []Result) []string {
	var all []*failure
	for i := range results {
		r := &results[i]
		why := r.Failed + r.Wrong()
		if why == "" {
			continue
		}
		at := slices.IndexFunc(all, func(f *failure) bool { return f.functions == r.Function && f.why == why })
		if at < 0 {
			at = len(all)
			all = append(all, &failure{functions: r.Function, why: why})
		}
		all[at].add(r.Rows, r.MemoryMB)
	}
	severalFiles := slices.ContainsFunc(results, func(r Result) bool { return r.Rows != results[0].Rows })
	var out []string
	for i, f := range all {
		where := f.where(severalFiles)
		same := slices.IndexFunc(all[:i], func(o *failure) bool { return o.why == f.why && o.where(severalFiles) == where })
		if same >= 0 {
			all[same].functions += ", " + f.functions
			f.why = "" // said there
		}
	}
	for _, f := range all {
		if f.why != "" {
			out = append(out, fmt.Sprintf("%s, %s: %s", f.functions, f.where(severalFiles), f.why))
		}
	}
	return out
}

func (f *failure) add(rows int64, memory int) {
	at := slices.Index(f.rows, rows)
	if at < 0 {
		at = len(f.rows)
		f.rows, f.memory = append(f.rows, rows), append(f.memory, nil)
	}
	if !slices.Contains(f.memory[at], memory) {
		f.memory[at] = append(f.memory[at], memory)
	}
}

func (f *failure) where(severalFiles bool) string {
	var parts []string
	for i, rows := range f.rows {
		part := Megabytes(f.memory[i])
		if severalFiles {
			part = fmt.Sprintf("%s rows at %s", cli.Thousands(rows), part)
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, ", ")
}

// Megabytes writes memory sizes: "128, 512 MB".
func Megabytes(sizes []int) string {
	var words []string
	for _, n := range sizes {
		words = append(words, fmt.Sprint(n))
	}
	return strings.Join(words, ", ") + " MB"
}
