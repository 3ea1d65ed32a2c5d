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
	"unicode"
	"unicode/utf8"
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
	if bom, err := in.Peek(3); err == nil && string(bom) == byteOrderMark {
		in.Discard(3)
	}
	r := csv.NewReader(in)
	r.FieldsPerRecord = -1 // a row of separators alone may have any number of them
	r.ReuseRecord = true
	header, err := r.Read()
	if err == io.EOF {
		return nil, nil, errors.New("dataset: no header")
	}
	if err != nil {
		return nil, nil, err
	}
	var column [4]int
	for i, name := range columns {
		if column[i] = slices.Index(header, name); column[i] < 0 {
			return nil, nil, errors.New("dataset: no column " + name)
		}
	}

	fields, first := len(header), true

	type key struct{ diagnosis, hospital string }
	type group struct {
		rows       int64
		sum        big.Rat
		treatments map[string]int64
	}
	groups := map[key]*group{}
	numbers := map[string]*big.Rat{} // by how they are written: there are few
	for {
		record, err := r.Read()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, nil, err
		}
		record[0] = strings.TrimPrefix(record[0], byteOrderMark) // files joined
		if strings.Join(record, "") == "" {
			continue // separators alone
		}
		line, _ := r.FieldPos(0)
		if again, ok := headerAgain(record); ok && again == column {
			continue
		} else if ok {
			return nil, nil, fmt.Errorf("dataset: line %d: the header again, with other positions", line)
		}
		if first && len(record) > fields && strings.Join(record[fields:], "") == "" {
			fields = len(record) // a spreadsheet that was wider once
		}
		first = false
		if strings.Join(record[min(len(record), len(header)):], "") != "" || len(record) != fields {
			return nil, nil, fmt.Errorf("dataset: line %d: %d fields, the header has %d", line, len(record), fields)
		}
		hospital, diagnosis := record[column[0]], record[column[1]]
		treatment, days := record[column[2]], record[column[3]]
		if isMissing(hospital) || isMissing(diagnosis) {
			return nil, nil, fmt.Errorf("dataset: line %d: no hospital or no diagnosis", line)
		}
		for _, name := range []string{hospital, diagnosis, treatment} {
			if !utf8.ValidString(name) || strings.ContainsFunc(name, isForbidden) {
				return nil, nil, fmt.Errorf("dataset: line %d: a character that no name has", line)
			}
		}
		n := numbers[days]
		if n == nil {
			if n, err = number(days); err != nil {
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
		g.sum.Add(&g.sum, n)
		if strings.TrimFunc(treatment, unicode.IsSpace) == "" {
			continue // it counts in the mean, and is no treatment
		}
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
			Mean:      mean(&g.sum, g.rows),
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

const byteOrderMark = "\ufeff"

var (
	columns = [4]string{"Hospital", "Diagnosis", "Treatment", "Recovery Time"}
	gap     = regexp.MustCompile(`[\s_\-\x{a0}\x{feff}]+`)
)

// headerAgain returns where the record has the columns' names, if it has all of them once.
func headerAgain(record []string) (column [4]int, ok bool) {
	for i, name := range columns {
		found := 0
		for j, field := range record {
			if strings.EqualFold(strings.TrimSpace(gap.ReplaceAllString(field, " ")), name) {
				column[i] = j
				found++
			}
		}
		if found != 1 {
			return column, false
		}
	}
	return column, true
}

// isMissing says whether a name says that there is none.
func isMissing(name string) bool {
	name = strings.TrimFunc(name, unicode.IsSpace)
	return name == "" || slices.Contains([]string{"NULL", `\N`, "#N/A", "NaN"}, name)
}

// isForbidden says whether no name has this character.
func isForbidden(r rune) bool {
	return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' || r == '\ufeff'
}

var (
	decimal  = regexp.MustCompile(`^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?$`)
	exponent = regexp.MustCompile(`[eE][+-]?0*[1-9][0-9]{4,}$`)
	million  = big.NewRat(1_000_000, 1)
	places   = new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(21), nil))
)

// number returns the exact value of a recovery time: from 0 to a million, at most 21 digits behind
// the point.
func number(s string) (*big.Rat, error) {
	if !decimal.MatchString(s) {
		return nil, errors.New("no decimal number")
	}
	// An exponent of five digits leaves zero, or no number in the range.
	if at := exponent.FindStringIndex(s); at != nil {
		if strings.Trim(s[:at[0]], "+-.0") != "" {
			return nil, errors.New("a number out of range")
		}
		s = s[:at[0]]
	}
	r, ok := new(big.Rat).SetString(s)
	if !ok {
		return nil, errors.New("no decimal number")
	}
	if r.Sign() < 0 || r.Cmp(million) > 0 {
		return nil, errors.New("a number out of range")
	}
	if !new(big.Rat).Mul(r, places).IsInt() {
		return nil, errors.New("more than 21 digits behind the point")
	}
	return r, nil
}

// mean returns the exact quotient, rounded once: [big.Rat.Float64] rounds to the nearest.
func mean(sum *big.Rat, rows int64) string {
	f, _ := new(big.Rat).Quo(sum, new(big.Rat).SetInt64(rows)).Float64()
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
