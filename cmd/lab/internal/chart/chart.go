// Package chart draws reports as SVG files, and as one HTML page that needs no other file: no
// script, no font. Charts follow the reader's choice of light or dark, tell functions apart by
// colour and by shape, and say their numbers in words for readers who cannot see them.
package chart

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"reduction/cmd/lab/internal/report"
)

// Options say what Write writes.
type Options struct {
	SVG       string // the folder for a file of each chart; "" is none
	HTML      string // the file for the page; "" is none
	Published bool   // draw what the experiment's authors measured, too
}

// Write draws the charts of files that lab's commands wrote, and lists on w the files that it
// wrote.
func Write(w io.Writer, files []string, o *Options) error {
	var in []*input
	var errs []error
	for _, file := range files {
		one, err := load(file)
		in, errs = append(in, one), append(errs, err)
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	charts := gather(in, o.Published)
	if len(charts) == 0 { // no function has times: all failed
		return fmt.Errorf("%s: %w", strings.Join(files, ", "), errNoFigures)
	}
	if o.SVG != "" {
		if err := writeSVGs(w, o.SVG, charts); err != nil {
			return err
		}
	}
	if o.HTML != "" {
		page, err := drawPage(charts, sourcesOf(in))
		if err != nil {
			return err
		}
		if err := os.WriteFile(o.HTML, page, 0o644); err != nil {
			return err
		}
		fmt.Fprintf(w, "%s  %d charts\n", o.HTML, len(charts))
	}
	return nil
}

// writeSVGs writes a file for each chart into a folder, which it makes if need be.
func writeSVGs(w io.Writer, dir string, charts []chart) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, ch := range charts {
		file := filepath.Join(dir, ch.head().Name+".svg")
		if err := os.WriteFile(file, drawSVG(ch), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(w, "%s  %s\n", file, ch.head().Title)
	}
	return nil
}

// WriteLadders writes a file for each chart of ladders into a folder.
func WriteLadders(dir string, reports []*report.Ladder) error {
	var charts []chart
	for _, r := range reports {
		for _, ch := range ladderCharts(r) {
			charts = append(charts, ch)
		}
	}
	return writeSVGs(io.Discard, dir, charts)
}

// A chart can be drawn, and has a table of the same numbers.
type chart interface {
	head() *heading
	draw(c *canvas, top float64) (bottom float64)
	table() table
}

// A heading is the text around a chart.
type heading struct {
	Name     string   `json:"name"`     // of its file, without .svg: letters, digits, dashes
	Title    string   `json:"title"`    // what the chart shows
	Subtitle string   `json:"subtitle"` // how it is drawn
	Notes    []string `json:"notes"`    // below: where, when and how it was measured
	Missing  []string `json:"missing"`  // why something has no figures; the page has it once, with the sources
	Apart    bool     `json:"apart"`    // measured by others: in a section of its own
}

func (h *heading) head() *heading { return h }

// A table has the numbers of a chart. The first cell of a row is its name.
type table struct {
	Head   []string
	Groups []tableGroup
}

// A tableGroup is rows under one label, which may be empty. A row of only two cells has no
// numbers: the second cell says why.
type tableGroup struct {
	Label string
	Rows  [][]string
}
