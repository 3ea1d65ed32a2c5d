package reduction

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"testing"

	"reduction/csvfast"
	"reduction/job"
)

// The whole path, one benchmark a step, each beside the standard library on the same
// bytes in the same run. `make bench` runs them with and without assembly and prints the
// ratios; the raw form is benchstat's.

// inputs are made once, from fixed seeds.
var inputs = []struct {
	name string
	data func() []byte
}{
	{"1m", sync.OnceValue(func() []byte { return records(1_000_000, experiment, false) })},
	{"10k", sync.OnceValue(func() []byte { return records(10_000, experiment, false) })},
	{"quoted", sync.OnceValue(func() []byte { return records(1_000_000, experiment, true) })},
	{"wide", sync.OnceValue(func() []byte { return records(1_000_000, wide(), false) })},
}

// names are what a file's rows draw from.
type names struct{ hospitals, diagnoses, treatments []string }

// experiment is the published experiment's data (luiscarlosjayk/oxidizing-lambda-functions).
var experiment = names{
	hospitals: []string{"General Hospital", "City Hospital", "Northside Hospital", "West End Medical Center", "Southside Clinic",
		"Eastside Health Center", "Pine Valley Hospital", "Lakeside Medical", "Riverside Hospital", "Greenwood Medical Center",
		"Downtown Medical Plaza", "Suburban Hospital", "Mountain View Health", "Oceanview Clinic", "Uptown Medical",
		"Hilltop Hospital", "Metro Health Clinic", "Parkview Hospital", "Sunrise Medical Center", "Grandview Hospital"},
	diagnoses: []string{"Hypertension", "Diabetes", "Asthma", "Pneumonia", "COVID-19", "Heart Disease", "Chronic Kidney Disease",
		"Stroke", "COPD", "Cancer", "Anxiety", "Depression", "Arthritis", "Obesity", "Alzheimer", "Epilepsy", "Migraine",
		"Tuberculosis", "Liver Cirrhosis", "Leukemia"},
	treatments: []string{"Medication A", "Medication B", "Medication C", "Medication D", "Therapy A", "Therapy B", "Therapy C",
		"Therapy D", "Surgery A", "Surgery B", "Surgery C", "Surgery D", "Rehabilitation A", "Rehabilitation B", "Rehabilitation C"},
}

// wide is what a national register might hold: thousands of names, most of them over 32
// bytes, one in ten of them with a character that needs quotes. Nearly every row is the
// first of its group.
func wide() names {
	r := rand.New(rand.NewPCG(7, 7))
	return names{
		hospitals:  wideNames(r, 5000, "University Teaching Hospital of Saint"),
		diagnoses:  wideNames(r, 2000, "Chronic secondary syndrome, type"),
		treatments: wideNames(r, 300, "Combined intensive therapy number"),
	}
}

func wideNames(r *rand.Rand, n int, prefix string) []string {
	prefix = strings.ReplaceAll(prefix, ",", "")
	out := make([]string, n)
	for i := range out {
		out[i] = prefix + " " + strconv.Itoa(i)
		if r.IntN(10) == 0 {
			at := r.IntN(len(out[i]))
			out[i] = out[i][:at] + []string{",", `"`, "\n", `, "x" `}[r.IntN(4)] + out[i][at:]
		}
	}
	return out
}

func records(rows int, n names, quoteAll bool) []byte {
	r := rand.New(rand.NewPCG(1, uint64(rows)))
	quoted := func(in []string) []string {
		out := make([]string, len(in))
		for i, s := range in {
			if quoteAll || strings.ContainsAny(s, ",\"\n") {
				s = `"` + strings.ReplaceAll(s, `"`, `""`) + `"`
			}
			out[i] = s
		}
		return out
	}
	h, d, t := quoted(n.hospitals), quoted(n.diagnoses), quoted(n.treatments)
	var b bytes.Buffer
	b.WriteString("Hospital,Diagnosis,Treatment,Recovery Time\n")
	for range rows {
		days := strconv.Itoa(5 + r.IntN(56))
		if quoteAll {
			days = `"` + days + `"`
		}
		for _, s := range []string{h[r.IntN(len(h))], ",", d[r.IntN(len(d))], ",", t[r.IntN(len(t))], ",", days, "\n"} {
			b.WriteString(s)
		}
	}
	return b.Bytes()
}

// perRow reports what a row cost, and so what a second is good for.
func perRow(b *testing.B, data []byte, rows int) {
	b.SetBytes(int64(len(data)))
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

func rowsOf(data []byte) int {
	n := 0
	for r := csv.NewReader(bytes.NewReader(data)); ; n++ {
		r.ReuseRecord = true
		if _, err := r.Read(); err != nil {
			return n - 1 // the header
		}
	}
}

func onEach(b *testing.B, name string, f func(b *testing.B, data []byte) error) {
	b.Run(name, func(b *testing.B) {
		for _, in := range inputs {
			b.Run(in.name, func(b *testing.B) {
				data := in.data()
				rows := rowsOf(data)
				b.ReportAllocs()
				for b.Loop() {
					if err := f(b, data); err != nil {
						b.Fatal(err)
					}
				}
				perRow(b, data, rows)
			})
		}
	})
}

// BenchmarkScan finds every field of every record and touches none.
func BenchmarkScan(b *testing.B) {
	onEach(b, engine, func(b *testing.B, data []byte) error {
		s := csvfast.NewScanner(bytes.NewReader(data))
		for s.NextBlock() {
		}
		return s.Err()
	})
	onEach(b, "encoding-csv", func(b *testing.B, data []byte) error {
		r := csv.NewReader(bytes.NewReader(data))
		r.ReuseRecord = true
		for {
			if _, err := r.Read(); err == io.EOF {
				return nil
			} else if err != nil {
				return err
			}
		}
	})
}

// BenchmarkReduce is the full job between the two sockets: bytes in, groups out.
func BenchmarkReduce(b *testing.B) {
	onEach(b, engine, func(b *testing.B, data []byte) error {
		r := job.NewReducer(job.Options{})
		_, err := r.ReadFrom(bytes.NewReader(data))
		sink = len(r.Groups())
		return err
	})
	onEach(b, "encoding-csv", func(b *testing.B, data []byte) error {
		groups, err := reduceWithStandardLibrary(data)
		sink = len(groups)
		return err
	})
}

var sink int

type stdGroup struct {
	sum, count int64
	treatments map[string]int64
}

// reduceWithStandardLibrary is the job as one would write it with encoding/csv at its
// best: a record reused, maps looked up by bytes so that only a new name allocates.
func reduceWithStandardLibrary(data []byte) (map[string]*stdGroup, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.ReuseRecord = true
	r.FieldsPerRecord = 4
	if _, err := r.Read(); err != nil {
		return nil, err
	}
	groups := map[string]*stdGroup{}
	names := map[string]string{}
	var key []byte
	for {
		rec, err := r.Read()
		if err == io.EOF {
			return groups, nil
		}
		if err != nil {
			return nil, err
		}
		key = append(append(append(key[:0], rec[1]...), 0), rec[0]...)
		g := groups[string(key)]
		if g == nil {
			g = &stdGroup{treatments: map[string]int64{}}
			groups[string(key)] = g
		}
		days, err := strconv.ParseInt(rec[3], 10, 64)
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", g.count, err)
		}
		g.sum += days
		g.count++
		treatment, ok := names[rec[2]]
		if !ok {
			treatment = strings.Clone(rec[2])
			names[treatment] = treatment
		}
		g.treatments[treatment]++
	}
}
