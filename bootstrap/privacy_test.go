package main

import (
	"math/rand/v2"
	"strings"
	"testing"
)

// What docs/privacy.md says: no line of the log, no answer and no error has the content of a cell,
// whatever the file is like and whatever becomes of it.
func TestNoCellIsShown(t *testing.T) {
	const cell = "Zebra"
	for name, csv := range map[string]string{
		"good":                     header + "Zebra Hospital,Zebra fever,Zebra cure,5\n",
		"a column more":            "Hospital,Patient,Diagnosis,Treatment,Recovery Time\nH,Jane Zebra,D,T,5\n",
		"bad rows":                 header + "H,D,T,Zebra\nZebra,D,T\nH,\"Zebra\"x,T,5\nH,Zebra\"x,T,5\nH,Zebra\xff,T,5\nZebra\x00,D,T,5\nH,D,T,1e9Zebra\nH,D,T,5\n",
		"bad rows alone":           header + "H,D,T,Zebra\n",
		"no header":                "Zebra Hospital,Zebra fever,Zebra cure,5\n",
		"a title":                  "Report of Zebra\n" + header + "H,D,T,5\n",
		"another header":           "Zebra,Hospitals,Diagnosis,Treatment\nH,D,T,5\n",
		"two groups, one sort key": header + "b,Zebra#hospital#a,T,1\na#hospital#b,Zebra,T,1\n",
		"a long name":              header + "H," + strings.Repeat("Zebra", 300) + ",T,5\n",
		"an unfinished quote":      header + "H,D,T,5\nH,\"Zebra,T,5\n",
		"not CSV":                  "{\"patient\":\"Zebra\"}",
	} {
		for _, setting := range []string{"BAD_ROWS=fail", "BAD_ROWS=skip", "BAD_ROWS=1%"} {
			m := newMachine(t, rand.New(rand.NewPCG(1, 1)), setting, "LATEST=object")
			w := m.w
			w.S3.Put("records", "in.csv", []byte(csv))
			w.S3.Put("records", "days/1.csv", []byte(csv))
			for _, payload := range []string{"", `{"prefix":"days/"}`, `{"key":"days/1.csv","Zebra Hospital":"Zebra"}`, `{"tabel":"Zebra"}`, `"Zebra"`, `{"key":Zebra}`} {
				answer, err := w.invoke("request-1", payload)
				if err != nil {
					answer = err.Error()
				}
				if strings.Contains(answer+w.log.String(), cell) {
					t.Errorf("%s, %s, %s: answer %s, log %s", name, setting, payload, answer, w.log.String())
				}
			}
			for _, payload := range []string{`{"key":"in.csv"}`, `{"prefix":"days/"}`} {
				answer, err := m.Run(execution, payload, 20)
				if err != nil {
					answer = err.Error()
				}
				if strings.Contains(answer+w.log.String(), cell) {
					t.Errorf("%s, %s, steps over %s: answer %s, log %s", name, setting, payload, answer, w.log.String())
				}
			}
		}
	}
}
