package faults

import (
	"bytes"
	"cmp"
	"encoding/csv"
	"fmt"
	"maps"
	"math/big"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"

	"reduction/internal/job"
	"reduction/runtime/lambdatest"
)

// patient is in every cell below the header and in no error that may be shown.
const patient = "Zebra"

// row is a record before it is CSV.
type row struct {
	hospital, diagnosis, treatment string
	hundredths                     int64 // of a day
}

func (r *row) days() string { return strconv.FormatFloat(float64(r.hundredths)/100, 'f', -1, 64) }

// extremes returns the least and the greatest recovery time, of at least one.
func extremes(rows []row) (least, greatest string) {
	byDays := func(a, b row) int { return cmp.Compare(a.hundredths, b.hundredths) }
	low, high := slices.MinFunc(rows, byDays), slices.MaxFunc(rows, byDays)
	return low.days(), high.days()
}

// names has all that makes CSV hard to split in its places.
func name(kind string, i int) string {
	s := patient + " " + kind + " " + strconv.Itoa(i)
	return []string{s, s + ", annex", s + ` "new"`, s + "\nback", s + " é"}[i%5]
}

// makeRows returns up to three rows for each of so many groups, the first of which has a number.
// Which groups there are does not depend on r.
func makeRows(r *rand.Rand, first, groups int) []row {
	var rows []row
	for g := first; g < first+groups; g++ {
		for range 1 + r.IntN(3) {
			rows = append(rows, row{name("Hospital", g%20), name("fever", g/20), name("cure", r.IntN(3)), r.Int64N(10_000)})
		}
	}
	r.Shuffle(len(rows), func(i, j int) { rows[i], rows[j] = rows[j], rows[i] })
	return rows
}

// encode writes rows as CSV, in whatever order of columns. Notes, which the job does not
// read, make it as long as it has to be; but not its end, where rows are short, so that what
// loses a few bytes there loses some of them.
func encode(r *rand.Rand, rows []row, size int) []byte {
	order := r.Perm(5)
	noted := (len(rows) + 3) / 4
	note := strings.Repeat(" note", size/max(1, noted)/len(" note"))
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	write := func(fields ...string) {
		var record [5]string
		for i, at := range order {
			record[at] = fields[i]
		}
		w.Write(record[:]) // to a Buffer: no error
	}
	write("Hospital", "Diagnosis", "Treatment", "Recovery Time", "Notes")
	for i, row := range rows {
		if i == noted {
			note = ""
		}
		write(row.hospital, row.diagnosis, row.treatment, row.days(), patient+note)
	}
	w.Flush()
	return b.Bytes()
}

// reference is what a table has to hold: by sort key, what describe says of an item.
type reference map[string]string

// reduce is the job as its definition has it, on rows that never were CSV.
func reduce(rows []row, records bool) reference {
	type group struct {
		sum, count int64
		cures      map[string]int
	}
	groups := map[[2]string]*group{}
	for _, row := range rows {
		at := [2]string{row.diagnosis, row.hospital}
		g := groups[at]
		if g == nil {
			g = &group{cures: map[string]int{}}
			groups[at] = g
		}
		g.sum += row.hundredths
		g.count++
		g.cures[row.treatment]++
	}
	ref := reference{}
	for at, g := range groups {
		mean, _ := big.NewRat(g.sum, 100*g.count).Float64()
		most := ""
		for cure, n := range g.cures {
			if most == "" || n > g.cures[most] || n == g.cures[most] && cure < most {
				most = cure
			}
		}
		item := lambdatest.Item{
			"SK":                  {"S": "#diagnosis#" + at[0] + "#hospital#" + at[1]},
			"AverageRecoveryTime": {"N": strconv.FormatFloat(mean, 'f', -1, 64)},
			"Diagnosis":           {"S": at[0]},
			"Hospital":            {"S": at[1]},
			"MostUsedTreatment":   {"S": most},
		}
		if records {
			item["Records"] = lambdatest.Value{"N": strconv.FormatInt(g.count, 10)}
		}
		ref[item["SK"].Text()] = describe(item)
	}
	return ref
}

// describe makes items of results comparable, wherever they are; fmt prints maps in the order of
// their keys.
func describe(item lambdatest.Item) string {
	plain := maps.Clone(item)
	delete(plain, "PK")
	delete(plain, "Run")
	return fmt.Sprint(plain)
}

// version is one state of an object.
type version struct {
	data []byte
	rows int64
	etag string

	least, greatest string    // recovery times
	ref             reference // of its rows
}

// stored is what a table holds under a partition key.
type stored struct {
	items    reference
	runs     map[string]string // of the items, by sort key
	manifest lambdatest.Item   // or nil
}

// of are the items of a Run; all of them where it is "".
func (s *stored) of(run string) reference {
	items := reference{}
	for sk, item := range s.items {
		if run == "" || s.runs[sk] == run {
			items[sk] = item
		}
	}
	return items
}

// readTable returns what is stored, by partition key, and the pointers of LATEST.
func readTable(s *lambdatest.Server, table string) (results map[string]*stored, pointers []lambdatest.Item) {
	results = map[string]*stored{}
	for _, item := range s.DynamoDB.Items(table) {
		pk, sk := item["PK"].Text(), item["SK"].Text()
		if pk == job.LatestPartitionKey {
			pointers = append(pointers, item)
			continue
		}
		t := results[pk]
		if t == nil {
			t = &stored{items: reference{}, runs: map[string]string{}}
			results[pk] = t
		}
		if sk == job.ManifestSortKey {
			t.manifest = item
		} else {
			t.items[sk], t.runs[sk] = describe(item), item["Run"].Text()
		}
	}
	return results, pointers
}

// within says whether each item is one of the reference's.
func (got reference) within(want reference) bool {
	for sk, item := range got {
		if want[sk] != item {
			return false
		}
	}
	return true
}

func (got reference) equal(want reference) bool {
	return len(got) == len(want) && got.within(want)
}
