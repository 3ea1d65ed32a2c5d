package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"reduction/aggregate"
	"reduction/internal/dataset"
	"reduction/internal/job"
)

// FuzzReduce holds the job, on one core and on two, against the reference, and an error on
// two cores against that on one: it has the same place. Job and reference may differ
// where the reference takes more: invalid UTF-8, two groups with one sort key, and sums
// beyond 128 bits; and in line ends inside quotes, of which encoding/csv drops the '\r'.
func FuzzReduce(f *testing.F) {
	const longest = 1000 // minimising a long input takes all the time there is
	for _, test := range good {
		if len(test.data) > longest {
			continue
		}
		f.Add(strings.TrimPrefix(test.data, dataset.Header), uint16(len(test.data)/3))
	}
	for _, test := range bad {
		f.Add(strings.TrimPrefix(test.data, dataset.Header), uint16(len(test.data)/2))
	}
	f.Fuzz(func(t *testing.T, rows string, chunk uint16) {
		if strings.Contains(rows, "\r") && strings.Contains(rows, `"`) {
			return
		}
		data := dataset.Header + rows
		want, wantErr := dataset.Reduce(strings.NewReader(data))
		var alone error
		for jobs := 1; jobs <= 2; jobs++ {
			r := &reduction{jobs: jobs, chunk: int(chunk) + 1}
			err := r.file(strings.NewReader(data), int64(len(data)))
			if jobs == 1 {
				alone = err
			} else if fmt.Sprint(err) != fmt.Sprint(alone) {
				t.Fatalf("%d jobs: %v, alone: %v", jobs, err, alone)
			}
			stricter := errors.Is(err, job.ErrSameSortKey) || errors.Is(err, aggregate.ErrNumberRange) || !utf8.ValidString(data)
			if err != nil && wantErr == nil && !stricter || err == nil && wantErr != nil {
				t.Fatalf("%d jobs: %v, the reference: %v", jobs, err, wantErr)
			}
			if err != nil {
				continue
			}
			var out strings.Builder
			printGroups(&out, r.groups)
			if got := printed(t, out.String()); !slices.Equal(got, want) {
				t.Fatalf("%d jobs:\n%v, the reference:\n%v", jobs, got, want)
			}
		}
	})
}
