package main

import (
	"reduction/cmd/lab/internal/published"
	"reduction/cmd/lab/internal/stats"
)

// compareReport is what `lab compare` found: several functions in one run, over files of
// several sizes, at several memory sizes, cold and warm. Times are milliseconds.
type compareReport struct {
	Kind string `json:"kind"` // kindCompare
	conditions
	RoundTrips []float64             `json:"roundTripsMs"` // the network's shape first; 0, where it is among them, is without
	Rows       []int64               `json:"rows"`
	Memory     []int                 `json:"memoryMB"`
	Functions  []program             `json:"functions"` // ours, ours again, then the others
	LeftOut    []leftOut             `json:"leftOut"`   // not built here
	Budget     float64               `json:"budgetSeconds"`
	Took       float64               `json:"tookSeconds"` // all parts of a resumed run
	Planned    int                   `json:"plannedStarts"`
	Done       int                   `json:"doneStarts"`
	Cells      []found               `json:"cells"`     // by round trip, rows, memory size, function, in the order of the lists above
	Ratios     []ratio               `json:"ratios"`    // ours by each other, of each cell and figure
	Published  *published.Experiment `json:"published"` // measured elsewhere, by others, on AWS
	OK         bool                  `json:"ok"`
}

const kindCompare = "lab compare"

// oursAgain is our function a second time: what it differs by from itself is noise.
const oursAgain = "ours again"

// leftOut is a function that could not take part.
type leftOut struct {
	Name  string `json:"name"`
	Why   string `json:"why"`
	Build string `json:"build,omitempty"` // the command that would change it
}

func (c *compareRun) report() *compareReport {
	r := &compareReport{
		Kind:       kindCompare,
		conditions: c.conditions(),
		RoundTrips: milliseconds(c.trips),
		Rows:       c.rows,
		Memory:     c.memory,
		Functions:  c.functions,
		LeftOut:    append([]leftOut{}, c.leftOut...),
		Budget:     c.budget.Seconds(),
		Took:       c.spent().Seconds(),
		Ratios:     []ratio{},
		Published:  published.Results(),
		OK:         true,
	}
	for n, x := range c.cells {
		r.OK = r.OK && (x.failed == "" || x.ok)
		r.Done += c.done[n]
		if c.plan != nil {
			r.Planned += c.plan[n].Starts
		}
		r.Cells = append(r.Cells, x.found())
		r.OK = r.OK && r.Cells[n].wrong() == ""
	}
	r.compare()
	return r
}

// warmFigure is the name of the fifth figure, of the invocations that are not the first.
const warmFigure = "warmMs"

// compare sets ours against each other function. Cells that differ in the function alone
// stand together, ours first.
func (r *compareReport) compare() {
	for i := 0; i < len(r.Cells); i += len(r.Functions) {
		our := &r.Cells[i]
		for j := i + 1; j < i+len(r.Functions); j++ {
			peer := &r.Cells[j]
			if len(our.Samples) == 0 || len(peer.Samples) == 0 {
				continue
			}
			set := func(figure string, a, b [][]float64) {
				r.Ratios = append(r.Ratios, ratio{peer.Function, peer.MemoryMB, peer.Rows, peer.RoundTrip, figure, few(our, peer), stats.RatioOfMedians(a, b)})
			}
			for _, figure := range coldFigures {
				set(figure.name, stats.Singles(our.values(figure.of)), stats.Singles(peer.values(figure.of)))
			}
			set(warmFigure, our.warm(), peer.warm())
		}
	}
}
