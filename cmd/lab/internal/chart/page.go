package chart

import (
	"bytes"
	_ "embed"
	"html/template"
)

//go:embed page.html
var pageFile string

var pageTemplate = template.Must(template.New("page").Parse(pageFile))

// A pageChart is a chart on the page, and its table.
type pageChart struct {
	*heading
	SVG   template.HTML // by drawInline, which escapes the text of files
	Table table
}

// drawPage returns the page with all charts, which needs no other file.
func drawPage(charts []chart, sources []source) ([]byte, error) {
	page := struct {
		Style       template.CSS
		Here, Apart []pageChart
		Sources     []source
		SomeWrong   bool
	}{Style: template.CSS(styleSheet()), Sources: sources}
	for _, ch := range charts {
		p := pageChart{ch.head(), template.HTML(drawInline(ch)), ch.table()}
		if p.Apart {
			page.Apart = append(page.Apart, p)
		} else {
			page.Here = append(page.Here, p)
		}
	}
	for _, s := range sources {
		page.SomeWrong = page.SomeWrong || !s.OK
	}
	var b bytes.Buffer
	err := pageTemplate.Execute(&b, page)
	return b.Bytes(), err
}
