// Package plain is the job's middle as the standard library invites to write it: encoding/csv
// and maps. The rungs that still have it share it, so that they differ in nothing else.
package plain

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// Key names a group.
type Key struct{ Diagnosis, Hospital string }

// Group is what is known of one.
type Group struct {
	rows       int64
	days       float64 // exact as long as the file has whole days
	treatments map[string]int64
}

// Reduce reads the records one at a time.
func Reduce(r io.Reader) (map[Key]*Group, int64, error) {
	records := csv.NewReader(r)
	records.ReuseRecord = true
	header, err := records.Read()
	if err != nil {
		return nil, 0, fmt.Errorf("header: %w", err)
	}
	header[0] = strings.TrimPrefix(header[0], "\ufeff")
	var column [4]int
	for i, name := range []string{"Hospital", "Diagnosis", "Treatment", "Recovery Time"} {
		if column[i] = slices.Index(header, name); column[i] < 0 {
			return nil, 0, fmt.Errorf("no column %q", name)
		}
	}
	groups := make(map[Key]*Group)
	for rows := int64(0); ; rows++ {
		record, err := records.Read()
		if err == io.EOF {
			return groups, rows, nil
		}
		if err != nil {
			return nil, 0, err
		}
		days, err := strconv.ParseFloat(record[column[3]], 64)
		if err != nil {
			line, _ := records.FieldPos(column[3])
			return nil, 0, fmt.Errorf("line %d: recovery time: no number", line)
		}
		k := Key{Diagnosis: record[column[1]], Hospital: record[column[0]]}
		g := groups[k]
		if g == nil {
			g = &Group{treatments: make(map[string]int64)}
			groups[Key{strings.Clone(k.Diagnosis), strings.Clone(k.Hospital)}] = g
		}
		g.rows++
		g.days += days
		if _, seen := g.treatments[record[column[2]]]; seen {
			g.treatments[record[column[2]]]++
		} else {
			g.treatments[strings.Clone(record[column[2]])] = 1
		}
	}
}

// SortKey is the item's SK.
func (k Key) SortKey() string { return "#diagnosis#" + k.Diagnosis + "#hospital#" + k.Hospital }

// Mean is the mean recovery time, as DynamoDB takes a number.
func (g *Group) Mean() string { return strconv.FormatFloat(g.days/float64(g.rows), 'f', -1, 64) }

// Mode is the most frequent treatment, of several the first in byte order.
func (g *Group) Mode() string {
	var best string
	var most int64
	for name, n := range g.treatments {
		if n > most || n == most && name < best {
			best, most = name, n
		}
	}
	return best
}
