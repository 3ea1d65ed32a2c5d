package reduce

import (
	"io"
	"slices"
	"strconv"
	"strings"

	"reduction/aggregate"
	"reduction/internal/job"
	"reduction/internal/json"
)

// SetGroups makes groups the outcome. It sorts them by sort key, and fails if two have the same.
func (r *Reduction) SetGroups(groups []aggregate.Group) error {
	r.Sorted = groups
	slices.SortFunc(groups, func(a, b aggregate.Group) int { return compareSortKeys(&a, &b) })
	for i := 1; i < len(groups); i++ {
		a, b := &groups[i-1], &groups[i]
		if compareSortKeys(a, b) == 0 {
			if a.Offset > b.Offset {
				a, b = b, a
			}
			return &job.GroupError{First: job.PlaceOf(a), Other: job.PlaceOf(b), Err: job.ErrSameSortKey}
		}
	}
	return nil
}

// compareSortKeys compares the groups' sort keys. It builds them only if one diagnosis is the
// beginning of the other, and goes on like the mark between the names.
func compareSortKeys(a, b *aggregate.Group) int {
	const mark = "#hospital#"
	x, y := a.Diagnosis, b.Diagnosis
	n := min(len(x), len(y))
	if c := strings.Compare(x[:n], y[:n]); c != 0 {
		return c
	}
	rest, sign := x[n:], 1 // what one has where the other has the mark
	if len(y) > n {
		rest, sign = y[n:], -1
	}
	if rest == "" {
		return strings.Compare(a.Hospital, b.Hospital)
	}
	n = min(len(rest), len(mark))
	if c := strings.Compare(rest[:n], mark[:n]); c != 0 {
		return sign * c
	}
	return strings.Compare(
		string(job.AppendSortKey(nil, a.Diagnosis, a.Hospital)),
		string(job.AppendSortKey(nil, b.Diagnosis, b.Hospital)))
}

// Print writes one JSON object a line for each group.
func (r *Reduction) Print(w io.Writer) error {
	const flushAt = 64 << 10
	var lines []byte
	for i := range r.Sorted {
		lines = appendGroup(lines, &r.Sorted[i])
		if len(lines) < flushAt && i < len(r.Sorted)-1 {
			continue
		}
		if _, err := w.Write(lines); err != nil {
			return err
		}
		lines = lines[:0]
	}
	return nil
}

func appendGroup(dst []byte, g *aggregate.Group) []byte {
	var mean [64]byte
	var rows [20]byte
	return AppendLine(dst, g.Diagnosis, g.Hospital, g.Treatment, g.AppendMean(mean[:0]), strconv.AppendInt(rows[:0], g.Count, 10))
}

// AppendLine appends the line of a group.
func AppendLine(dst []byte, diagnosis, hospital, treatment string, mean, rows []byte) []byte {
	dst = append(dst, `{"Diagnosis":`...)
	dst = json.AppendString(dst, diagnosis)
	dst = append(dst, `,"Hospital":`...)
	dst = json.AppendString(dst, hospital)
	dst = append(dst, `,"AverageRecoveryTime":`...)
	dst = append(dst, mean...)
	dst = append(dst, `,"MostUsedTreatment":`...)
	dst = json.AppendString(dst, treatment)
	dst = append(dst, `,"Rows":`...)
	dst = append(dst, rows...)
	return append(dst, "}\n"...)
}
