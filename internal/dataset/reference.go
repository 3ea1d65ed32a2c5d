package dataset

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// This file is the reference: the job written a second time, as plainly as the standard
// library allows, sharing no code with what it judges. It is slow, holds a big.Int for each
// group, and is meant to be believed by reading it.

// Result is one group, as the function stores it and as `lab reduce` prints it.
type Result struct {
	Diagnosis string
	Hospital  string
	Mean      string `json:"AverageRecoveryTime"` // shortest decimal that reads back the same float64
	Treatment string `json:"MostUsedTreatment"`
	Rows      int64  `json:",omitempty"`
}

// SortKey returns the sort key of the group's item.
func (r *Result) SortKey() string {
	return "#diagnosis#" + r.Diagnosis + "#hospital#" + r.Hospital
}

// Ties holds the treatments that are as frequent as the one chosen, by a result's sort key.
type Ties map[string][]string

// Reduce reduces CSV to one result for each group, sorted by the sort key.
func Reduce(src io.Reader) ([]Result, error) {
	results, _, err := ReduceWithTies(src)
	return results, err
}

// ReduceWithTies reduces like Reduce, and also returns the treatments that tied for the mode.
func ReduceWithTies(src io.Reader) ([]Result, Ties, error) {
	in := bufio.NewReader(src)
	if bom, err := in.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		in.Discard(3)
	}
	r := csv.NewReader(in) // every row must have as many fields as the header
	r.ReuseRecord = true
	header, err := r.Read()
	if err == io.EOF {
		return nil, nil, errors.New("dataset: no header")
	}
	if err != nil {
		return nil, nil, err
	}
	var column [4]int
	for i, name := range []string{"Hospital", "Diagnosis", "Treatment", "Recovery Time"} {
		if column[i] = slices.Index(header, name); column[i] < 0 {
			return nil, nil, errors.New("dataset: no column " + name)
		}
	}

	type key struct{ diagnosis, hospital string }
	type group struct {
		rows       int64
		billionths big.Int
		treatments map[string]int64
	}
	groups := map[key]*group{}
	numbers := map[string]*big.Int{} // by how they are written: there are few
	for {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		hospital, diagnosis := record[column[0]], record[column[1]]
		treatment, days := record[column[2]], record[column[3]]
		n := numbers[days]
		if n == nil {
			line, _ := r.FieldPos(column[3])
			if n, err = billionths(days); err != nil {
				return nil, nil, fmt.Errorf("dataset: line %d: %w", line, err)
			}
			numbers[strings.Clone(days)] = n
		}
		g := groups[key{diagnosis, hospital}]
		if g == nil {
			g = &group{treatments: map[string]int64{}}
			groups[key{strings.Clone(diagnosis), strings.Clone(hospital)}] = g
		}
		g.rows++
		g.billionths.Add(&g.billionths, n)
		if _, seen := g.treatments[treatment]; !seen {
			treatment = strings.Clone(treatment)
		}
		g.treatments[treatment]++
	}

	results, tied := make([]Result, 0, len(groups)), Ties{}
	for k, g := range groups {
		r := Result{
			Diagnosis: k.diagnosis,
			Hospital:  k.hospital,
			Mean:      mean(&g.billionths, g.rows),
			Treatment: mode(g.treatments),
			Rows:      g.rows,
		}
		for name, n := range g.treatments {
			if n == g.treatments[r.Treatment] && name != r.Treatment {
				tied[r.SortKey()] = append(tied[r.SortKey()], name)
			}
		}
		results = append(results, r)
	}
	slices.SortFunc(results, func(a, b Result) int { return strings.Compare(a.SortKey(), b.SortKey()) })
	return results, tied, nil
}

var (
	decimal    = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]{0,9})?|\.[0-9]{1,9})$`)
	oneBillion = big.NewInt(1e9)
	errDecimal = errors.New("no decimal number of at most 9 places")
)

func billionths(s string) (*big.Int, error) {
	if !decimal.MatchString(s) {
		return nil, errDecimal
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, errDecimal
	}
	r.Mul(r, new(big.Rat).SetInt(oneBillion))
	return r.Num(), nil
}

// mean returns the exact quotient, rounded once: [big.Rat.Float64] rounds to the nearest.
func mean(billionths *big.Int, rows int64) string {
	q := new(big.Rat).SetFrac(billionths, new(big.Int).Mul(oneBillion, big.NewInt(rows)))
	f, _ := q.Float64()
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// mode returns the most frequent name. Of several equally frequent ones it returns the first
// in byte order.
func mode(counts map[string]int64) string {
	best, most := "", int64(0)
	for name, n := range counts {
		if n > most || n == most && name < best {
			best, most = name, n
		}
	}
	return best
}
