package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

type key struct {
	diagnosis, hospital string
}

type group struct {
	rows       int64
	days       float64 // exact as long as the file has whole days
	treatments map[string]int64
}

// reduce reads the records one at a time.
func reduce(r io.Reader) (map[key]*group, int64, error) {
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

	groups := make(map[key]*group)
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
		k := key{diagnosis: record[column[1]], hospital: record[column[0]]}
		g := groups[k]
		if g == nil {
			g = &group{treatments: make(map[string]int64)}
			groups[key{strings.Clone(k.diagnosis), strings.Clone(k.hospital)}] = g
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

func (g *group) mean() float64 { return g.days / float64(g.rows) }

// mode is the most frequent treatment, of several the first in byte order.
func (g *group) mode() string {
	var best string
	var most int64
	for name, n := range g.treatments {
		if n > most || n == most && name < best {
			best, most = name, n
		}
	}
	return best
}
