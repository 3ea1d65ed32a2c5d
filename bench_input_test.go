package reduction

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
)

// An input is a file as the job gets it.
type input struct {
	name string
	rows int
	data func() []byte // made once, from a fixed seed
}

var inputs = []input{
	made("1m", 1_000_000, experiment, false),
	made("10k", 10_000, experiment, false),
	made("quoted", 1_000_000, experiment, true),
	made("wide", 1_000_000, wide(), false),
}

// oneMillion is the experiment's large file, 45 MB.
var oneMillion = inputs[0]

func made(name string, rows int, n names, quoteAll bool) input {
	return input{name, rows, sync.OnceValue(func() []byte { return records(rows, n, quoteAll) })}
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
		diagnoses:  wideNames(r, 2000, "Chronic secondary syndrome type"),
		treatments: wideNames(r, 300, "Combined intensive therapy number"),
	}
}

func wideNames(r *rand.Rand, n int, prefix string) []string {
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

// records are rows drawn uniformly, with days from 5 to 60. Fields are in quotes where they
// must be, or all of them.
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
