package main

import (
	"io"
	"math/bits"
	"math/rand/v2"
	"strconv"
)

// The experiment's data: every column drawn uniformly, all columns independently.
// (luiscarlosjayk/oxidizing-lambda-functions.)
var (
	hospitals = []string{
		"General Hospital", "City Hospital", "Northside Hospital", "West End Medical Center",
		"Southside Clinic", "Eastside Health Center", "Pine Valley Hospital", "Lakeside Medical",
		"Riverside Hospital", "Greenwood Medical Center", "Downtown Medical Plaza",
		"Suburban Hospital", "Mountain View Health", "Oceanview Clinic", "Uptown Medical",
		"Hilltop Hospital", "Metro Health Clinic", "Parkview Hospital", "Sunrise Medical Center",
		"Grandview Hospital",
	}
	diagnoses = []string{
		"Hypertension", "Diabetes", "Asthma", "Pneumonia", "COVID-19", "Heart Disease",
		"Chronic Kidney Disease", "Stroke", "COPD", "Cancer", "Anxiety", "Depression", "Arthritis",
		"Obesity", "Alzheimer", "Epilepsy", "Migraine", "Tuberculosis", "Liver Cirrhosis", "Leukemia",
	}
	treatments = []string{
		"Medication A", "Medication B", "Medication C", "Medication D",
		"Therapy A", "Therapy B", "Therapy C", "Therapy D",
		"Surgery A", "Surgery B", "Surgery C", "Surgery D",
		"Rehabilitation A", "Rehabilitation B", "Rehabilitation C",
	}
)

const (
	dataHeader                = "Hospital,Diagnosis,Treatment,Recovery Time\n"
	shortestStay, longestStay = 5, 60 // days, both included

	defaultSeed = 1

	// maxGeneratedRow is no less than the longest row.
	maxGeneratedRow = 128
)

// generator is a reader of the experiment's data. The bytes depend on the seed alone, on
// any machine and with any version of Go: [rand.PCG] is a published algorithm, and how
// its output becomes a row stands below. A file of fewer rows is a prefix of a longer one.
type generator struct {
	left    int64 // rows not made yet
	source  *rand.PCG
	columns [4][]string // what each column draws from, with the separator that follows
	buf     []byte
	unread  []byte // of buf
}

// pcgStream is the second half of PCG's seed: any constant; the digits of pi.
const pcgStream = 0x3141592653589793

func newGenerator(rows int64, seed uint64) *generator {
	var stays []string
	for days := shortestStay; days <= longestStay; days++ {
		stays = append(stays, strconv.Itoa(days))
	}
	g := &generator{
		left:   rows,
		source: rand.NewPCG(seed, pcgStream),
		columns: [4][]string{
			endedBy(',', hospitals), endedBy(',', diagnoses), endedBy(',', treatments), endedBy('\n', stays),
		},
		buf: make([]byte, 0, 64<<10),
	}
	g.unread = append(g.buf, dataHeader...)
	return g
}

func endedBy(separator byte, names []string) []string {
	out := make([]string, len(names))
	for i, s := range names {
		out[i] = s + string(separator)
	}
	return out
}

func (g *generator) Read(p []byte) (int, error) {
	if len(g.unread) == 0 {
		if g.left == 0 {
			return 0, io.EOF
		}
		g.unread = g.buf[:0]
		for g.left > 0 && len(g.unread) < cap(g.buf)-maxGeneratedRow {
			g.unread = g.appendRow(g.unread)
			g.left--
		}
	}
	n := copy(p, g.unread)
	g.unread = g.unread[n:]
	return n, nil
}

// appendRow spends one random number a row. Multiplied by a column's length, its high word
// is the choice and its low word the fraction that is left for the next column: a number
// written in mixed radix. 20*20*15*56 rows out of 2^64 numbers: uniform to 2^-45.
func (g *generator) appendRow(dst []byte) []byte {
	left := g.source.Uint64()
	for _, column := range g.columns {
		var choice uint64
		choice, left = bits.Mul64(left, uint64(len(column)))
		dst = append(dst, column[choice]...)
	}
	return dst
}
