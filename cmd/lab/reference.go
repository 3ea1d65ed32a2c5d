package main

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

// This file is the oracle: the job written a second time, as plainly as the standard
// library allows, sharing no code with what it judges. It is slow and holds a big.Int a
// group, and is meant to be believed by reading it.

// result is one line of the answer, as `lab reduce` prints it and as the table holds it.
type result struct {
	Diagnosis string
	Hospital  string
	Mean      string `json:"AverageRecoveryTime"` // shortest decimal that reads back the same float64
	Treatment string `json:"MostUsedTreatment"`
	Rows      int64  `json:",omitempty"`
}

func (r *result) sortKey() string {
	return "#diagnosis#" + r.Diagnosis + "#hospital#" + r.Hospital
}

// ties are the treatments that are as frequent as the chosen one, by a result's sort key.
type ties map[string][]string

// reference reduces CSV. The results come sorted by their sort keys.
func reference(src io.Reader) ([]result, error) {
	results, _, err := referenceAndTies(src)
	return results, err
}

func referenceAndTies(src io.Reader) ([]result, ties, error) {
	in := bufio.NewReader(src)
	if bom, err := in.Peek(3); err == nil && string(bom) == "\xef\xbb\xbf" {
		in.Discard(3)
	}
	r := csv.NewReader(in) // every row must have as many fields as the header
	r.ReuseRecord = true
	header, err := r.Read()
	if err == io.EOF {
		return nil, nil, errors.New("reference: no header")
	}
	if err != nil {
		return nil, nil, err
	}
	var column [4]int
	for i, name := range []string{"Hospital", "Diagnosis", "Treatment", "Recovery Time"} {
		if column[i] = slices.Index(header, name); column[i] < 0 {
			return nil, nil, errors.New("reference: no column " + name)
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
				return nil, nil, fmt.Errorf("reference: line %d: %w", line, err)
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

	results, tied := make([]result, 0, len(groups)), ties{}
	for k, g := range groups {
		r := result{
			Diagnosis: k.diagnosis,
			Hospital:  k.hospital,
			Mean:      mean(&g.billionths, g.rows),
			Treatment: mode(g.treatments),
			Rows:      g.rows,
		}
		for name, n := range g.treatments {
			if n == g.treatments[r.Treatment] && name != r.Treatment {
				tied[r.sortKey()] = append(tied[r.sortKey()], name)
			}
		}
		results = append(results, r)
	}
	slices.SortFunc(results, func(a, b result) int { return strings.Compare(a.sortKey(), b.sortKey()) })
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

// mean is the exact quotient, rounded once: [big.Rat.Float64] rounds to the nearest.
func mean(billionths *big.Int, rows int64) string {
	q := new(big.Rat).SetFrac(billionths, new(big.Int).Mul(oneBillion, big.NewInt(rows)))
	f, _ := q.Float64()
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// mode is the most frequent name, of several the first in byte order.
func mode(counts map[string]int64) string {
	best, most := "", int64(0)
	for name, n := range counts {
		if n > most || n == most && name < best {
			best, most = name, n
		}
	}
	return best
}
