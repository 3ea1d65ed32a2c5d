package main

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed chart/page.html
var pageFile string

var pageTemplate = template.Must(template.New("page").Parse(pageFile))

// pageChart is a chart on the page, and its table.
type pageChart struct {
	*heading
	SVG   template.HTML // by drawInline, which escapes what others wrote
	Table chartTable
}

// drawPage returns the page with all charts: one file that needs no other.
func drawPage(charts []chart, sources []source) ([]byte, error) {
	page := struct {
		Style         template.CSS
		Here, Apart   []pageChart
		Sources       []source
		NotBelievable bool
	}{Style: template.CSS(chartStyle()), Sources: sources}
	for _, ch := range charts {
		p := pageChart{ch.head(), template.HTML(drawInline(ch)), ch.table()}
		if p.Apart {
			page.Apart = append(page.Apart, p)
		} else {
			page.Here = append(page.Here, p)
		}
	}
	for _, s := range sources {
		page.NotBelievable = page.NotBelievable || !s.OK
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, page)
	return b.Bytes(), err
}
