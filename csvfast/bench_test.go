package csvfast

import (
	"bytes"
	"encoding/csv"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// benchRows makes files about as long as the published experiment's (45 MB).
const benchRows = 1_000_000

// benchFiles have the same rows: plain, with other separators, with every field in quotes, and with
// line ends of two bytes.
var benchFiles = []struct {
	name  string
	comma byte
	data  func() []byte
}{
	{"plain", ',', sync.OnceValue(func() []byte { return benchFile("", ",", "\n") })},
	{"plain-semicolons", ';', sync.OnceValue(func() []byte { return benchFile("", ";", "\n") })},
	{"plain-tabs", '\t', sync.OnceValue(func() []byte { return benchFile("", "\t", "\n") })},
	{"plain-crlf", ',', sync.OnceValue(func() []byte { return benchFile("", ",", "\r\n") })},
	{"quoted", ',', sync.OnceValue(func() []byte { return benchFile(`"`, ",", "\n") })},
	{"quoted-semicolons", ';', sync.OnceValue(func() []byte { return benchFile(`"`, ";", "\n") })},
	{"quoted-crlf", ',', sync.OnceValue(func() []byte { return benchFile(`"`, ",", "\r\n") })},
}

func benchFile(quote, comma, lineEnd string) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	columns := [][]string{
		{"General Hospital", "City Hospital", "West End Medical Center", "Southside Clinic", "Lakeside Medical", "Metro Health Clinic"},
		{"Hypertension", "COVID-19", "Chronic Kidney Disease", "Stroke", "Liver Cirrhosis", "Asthma", "COPD"},
		{"Medication A", "Therapy B", "Surgery C", "Rehabilitation A"},
	}
	var b bytes.Buffer
	b.WriteString(strings.Join([]string{"Hospital", "Diagnosis", "Treatment", "Recovery Time"}, comma) + lineEnd)
	for range benchRows {
		for _, c := range columns {
			b.WriteString(quote + c[r.IntN(len(c))] + quote + comma)
		}
		b.WriteString(quote + strconv.Itoa(5+r.IntN(56)) + quote + lineEnd)
	}
	return b.Bytes()
}

// BenchmarkScan finds all fields and does not look at them.
func BenchmarkScan(b *testing.B) {
	for _, f := range benchFiles {
		b.Run(f.name, func(b *testing.B) {
			data := f.data()
			for _, v := range variants() {
				b.Run(v.name+"/blocks", func(b *testing.B) { benchScan(b, data, f.comma, v.scan, (*Scanner).NextBlock) })
				b.Run(v.name+"/records", func(b *testing.B) { benchScan(b, data, f.comma, v.scan, (*Scanner).Next) })
			}
			b.Run("encoding-csv", func(b *testing.B) {
				b.SetBytes(int64(len(data)))
				for b.Loop() {
					r := csv.NewReader(bytes.NewReader(data))
					r.ReuseRecord = true
					r.Comma = rune(f.comma)
					for {
						if _, err := r.Read(); err == io.EOF {
							break
						} else if err != nil {
							b.Fatal(err)
						}
					}
				}
				perRow(b)
			})
		})
	}
}

func benchScan(b *testing.B, data []byte, comma byte, scan kernel, next func(*Scanner) bool) {
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		s := NewScanner(bytes.NewReader(data))
		s.scan, s.Comma = scan, comma
		for next(s) {
		}
		if s.Err() != nil || s.Record() != benchRows+1 {
			b.Fatal(s.Record(), s.Err())
		}
	}
	perRow(b)
}

func perRow(b *testing.B) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/benchRows, "ns/row")
}
