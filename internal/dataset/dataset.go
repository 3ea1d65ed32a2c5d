// Package dataset generates the experiment's data, and reduces it by an independent reference.
//
// The benchmarks, the lab and the tests share it, so that all of them measure the same bytes.
// It imports nothing of this module: what it computes is what the product is held against.
package dataset

import (
	"bytes"
	"io"
	"math/bits"
	"math/rand/v2"
	"strconv"
	"strings"
)

// The names of the published experiment (luiscarlosjayk/oxidizing-lambda-functions), which
// draws every column uniformly and independently of the others.
var (
	Hospitals = []string{
		"General Hospital", "City Hospital", "Northside Hospital", "West End Medical Center",
		"Southside Clinic", "Eastside Health Center", "Pine Valley Hospital", "Lakeside Medical",
		"Riverside Hospital", "Greenwood Medical Center", "Downtown Medical Plaza",
		"Suburban Hospital", "Mountain View Health", "Oceanview Clinic", "Uptown Medical",
		"Hilltop Hospital", "Metro Health Clinic", "Parkview Hospital", "Sunrise Medical Center",
		"Grandview Hospital",
	}
	Diagnoses = []string{
		"Hypertension", "Diabetes", "Asthma", "Pneumonia", "COVID-19", "Heart Disease",
		"Chronic Kidney Disease", "Stroke", "COPD", "Cancer", "Anxiety", "Depression", "Arthritis",
		"Obesity", "Alzheimer", "Epilepsy", "Migraine", "Tuberculosis", "Liver Cirrhosis", "Leukemia",
	}
	Treatments = []string{
		"Medication A", "Medication B", "Medication C", "Medication D",
		"Therapy A", "Therapy B", "Therapy C", "Therapy D",
		"Surgery A", "Surgery B", "Surgery C", "Surgery D",
		"Rehabilitation A", "Rehabilitation B", "Rehabilitation C",
	}
)

const (
	Header = "Hospital,Diagnosis,Treatment,Recovery Time\n"

	ShortestStay, LongestStay = 5, 60 // days, both included

	DefaultSeed = 1

	// maxRow is no less than the longest row, in bytes.
	maxRow = 256
)

// Generator is an [io.Reader] of generated records. The bytes depend on the kind of data, the
// number of rows and the seed alone, on any machine and with any version of Go: [rand.PCG] is
// a published algorithm, and appendRow below turns its output into a row. A file of fewer rows
// is a prefix of a longer one with the same seed.
type Generator struct {
	left    int64 // rows not made yet
	source  *rand.PCG
	columns [4][]string // what each column draws from, with the separator that follows
	buf     []byte
	unread  []byte // of buf
}

// pcgStream is the second half of PCG's seed. Any constant would do; these are digits of pi.
const pcgStream = 0x3141592653589793

// New generates the experiment's data: rows of 45 bytes on average, no field in quotes.
func New(rows int64, seed uint64) *Generator {
	return newGenerator(rows, seed, Hospitals, Diagnoses, Treatments, false)
}

// NewQuoted generates the experiment's data with every field of every row in quotes, as some
// spreadsheets export it.
func NewQuoted(rows int64, seed uint64) *Generator {
	return newGenerator(rows, seed, Hospitals, Diagnoses, Treatments, true)
}

// NewWide generates what a national register might hold: 5,000 hospitals, 2,000 diagnoses and
// 300 treatments, most names longer than 32 bytes, every tenth with a comma, a quote or a line
// break inside. Up to some ten million rows, nearly every row is the first of its group.
func NewWide(rows int64, seed uint64) *Generator {
	source := rand.NewPCG(seed, pcgStream)
	return newGenerator(rows, seed,
		wideNames(source, 5000, "University Teaching Hospital of Saint"),
		wideNames(source, 2000, "Chronic secondary syndrome type"),
		wideNames(source, 300, "Combined intensive therapy number"), false)
}

func wideNames(source *rand.PCG, n int, prefix string) []string {
	special := []string{",", `"`, "\n", `, "x" `}
	names := make([]string, n)
	for i := range names {
		name := prefix + " " + strconv.Itoa(i)
		if choice := source.Uint64(); choice%10 == 0 {
			at := int(choice / 40 % uint64(len(name)))
			name = name[:at] + special[choice/10%4] + name[at:]
		}
		names[i] = name
	}
	return names
}

func newGenerator(rows int64, seed uint64, hospitals, diagnoses, treatments []string, quoted bool) *Generator {
	var stays []string
	for days := ShortestStay; days <= LongestStay; days++ {
		stays = append(stays, strconv.Itoa(days))
	}
	g := &Generator{
		left:   rows,
		source: rand.NewPCG(seed, pcgStream),
		columns: [4][]string{
			fields(hospitals, quoted, ','), fields(diagnoses, quoted, ','), fields(treatments, quoted, ','), fields(stays, quoted, '\n'),
		},
		buf: make([]byte, 0, 64<<10),
	}
	g.unread = append(g.buf, Header...)
	return g
}

// fields returns names as they stand in a file, each with the separator that follows. A name
// is in quotes where RFC 4180 §2.6 demands it, or wherever quoted says so.
func fields(names []string, quoted bool, separator byte) []string {
	out := make([]string, len(names))
	for i, s := range names {
		if quoted || strings.ContainsAny(s, ",\"\r\n") {
			s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
		}
		out[i] = s + string(separator)
	}
	return out
}

// Left returns how many rows have not been generated yet.
func (g *Generator) Left() int64 { return g.left }

// Read implements [io.Reader].
func (g *Generator) Read(p []byte) (int, error) {
	if len(g.unread) == 0 {
		if g.left == 0 {
			return 0, io.EOF
		}
		g.unread = g.buf[:0]
		for g.left > 0 && len(g.unread) < cap(g.buf)-maxRow {
			g.unread = g.appendRow(g.unread)
			g.left--
		}
	}
	n := copy(p, g.unread)
	g.unread = g.unread[n:]
	return n, nil
}

// WriteTo implements [io.WriterTo]: one write for each buffer of 64 KB.
func (g *Generator) WriteTo(w io.Writer) (int64, error) {
	buf := make([]byte, cap(g.buf))
	for written := int64(0); ; {
		n, err := g.Read(buf)
		if err == io.EOF {
			return written, nil
		}
		n, err = w.Write(buf[:n])
		written += int64(n)
		if err != nil {
			return written, err
		}
	}
}

// Bytes returns everything that has not been read yet.
func (g *Generator) Bytes() []byte {
	var b bytes.Buffer
	g.WriteTo(&b) // a bytes.Buffer's Write does not fail
	return b.Bytes()
}

// appendRow spends one random number on a row. Multiplied by the length of a column, the high
// word of the product is the choice, and the low word is the fraction that is left for the
// next column: a number written in mixed radix. The experiment has 20*20*15*56 different rows
// to 2^64 numbers, so a row is uniform to 2^-45.
func (g *Generator) appendRow(dst []byte) []byte {
	left := g.source.Uint64()
	for _, column := range g.columns {
		var choice uint64
		choice, left = bits.Mul64(left, uint64(len(column)))
		dst = append(dst, column[choice]...)
	}
	return dst
}
