package chart

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// Whatever a file holds, it is refused, or it is drawn and the drawing is well-formed XML.
func FuzzChart(f *testing.F) {
	for _, in := range inputs() {
		for _, report := range []any{in.cold, in.tune, in.compare, in.run, in.tool, in.others, in.bars} {
			if data, err := json.Marshal(report); err == nil && string(data) != "null" && len(data) < 20_000 {
				f.Add(data)
			}
		}
	}
	f.Add([]byte(`{"kind":"lab bars","unit":"ms","dots":true,"groups":[{"bars":[{"value":1e19,"low":-1,"high":1e-19,"far":3,"parts":[1,-2]}]}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		in, err := parse(data)
		if err != nil {
			return
		}
		charts := gather([]*input{in}, false)
		for _, ch := range charts {
			d := xml.NewDecoder(strings.NewReader(string(drawSVG(ch))))
			for {
				_, err := d.Token()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("%s: %v", ch.head().Name, err)
				}
			}
		}
		if _, err := drawPage(charts, sourcesOf([]*input{in})); err != nil {
			t.Fatal(err)
		}
	})
}
