package reduce

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"reduction/internal/dataset"
	"reduction/internal/job"
)

// FuzzReduce compares the job, on one core and on two, with the reference, and an error on two
// cores with that on one: both name the same place. The job and the reference may differ where
// the reference accepts more: two groups with one sort key, and names too long for one. They also differ in line ends inside quotes: encoding/csv drops the '\r' there.
func FuzzReduce(f *testing.F) {
	const longest = 1000 // minimising a long input would take all of the time
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
			r := &Reduction{Jobs: jobs, chunk: int(chunk) + 1}
			err := r.readerAt(strings.NewReader(data), int64(len(data)))
			if jobs == 1 {
				alone = err
			} else if fmt.Sprint(err) != fmt.Sprint(alone) {
				t.Fatalf("%d jobs: %v, alone: %v", jobs, err, alone)
			}
			stricter := errors.Is(err, job.ErrSameSortKey) || errors.Is(err, job.ErrKeyTooLong)
			if err != nil && wantErr == nil && !stricter || err == nil && wantErr != nil {
				t.Fatalf("%d jobs: %v, the reference: %v", jobs, err, wantErr)
			}
			if err != nil {
				continue
			}
			var out strings.Builder
			r.Print(&out)
			if got := printed(t, out.String()); !slices.Equal(got, want) {
				t.Fatalf("%d jobs:\n%v, the reference:\n%v", jobs, got, want)
			}
		}
	})
}
