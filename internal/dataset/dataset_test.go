package dataset

import (
	"bytes"
	"crypto/sha256"
	"encoding/csv"
	"encoding/hex"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func generated(rows int64, seed uint64) []byte { return New(rows, seed).Bytes() }

// A seed stands for its bytes, in every version from the first: results of different days
// are compared by it.
func TestSeedsArePinned(t *testing.T) {
	for _, test := range []struct {
		rows int64
		seed uint64
		sum  string
	}{
		{0, 1, "86828526b33ff53ad36606175446dfad0ae21daad01a1cdd90f90f87cfb06a61"},
		{2000, 1, "0eb7b26ca1e0924e5df22666238c6240171d7b171fcc4215e2c4ad307bf7b7b6"},
		{2000, 2, "20e38adefbfc96a5ac8c06f2ec492a308fbd5cfd93bca94c00c915df4e591b76"},
		{100_000, 1, "033ba478df0e8e4e206f9917352b05e6f86a5769efe63675513d29b2f3c145af"},
	} {
		sum := sha256.Sum256(generated(test.rows, test.seed))
		if got := hex.EncodeToString(sum[:]); got != test.sum {
			t.Errorf("%d rows, seed %d: %s, want %s", test.rows, test.seed, got, test.sum)
		}
	}
}

func TestShorterIsPrefix(t *testing.T) {
	long := generated(5000, 3)
	for _, rows := range []int64{0, 1, 2, 4999, 5000} {
		if short := generated(rows, 3); !bytes.HasPrefix(long, short) || bytes.Count(short, []byte("\n")) != int(rows)+1 {
			t.Errorf("%d rows are no prefix", rows)
		}
	}
	if err := iotest.TestReader(New(3000, 3), generated(3000, 3)); err != nil {
		t.Error(err)
	}
}

func TestDataAreUniform(t *testing.T) {
	const rows = 200_000
	records, err := csv.NewReader(bytes.NewReader(generated(rows, 1))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(records[0], ",") + "\n"; got != Header {
		t.Errorf("header %q", got)
	}
	if len(records) != rows+1 {
		t.Fatalf("%d records", len(records))
	}
	for column, names := range [][]string{Hospitals, Diagnoses, Treatments, nil} {
		counts := map[string]int{}
		for _, r := range records[1:] {
			counts[r[column]]++
		}
		want := len(names)
		if names == nil {
			want = LongestStay - ShortestStay + 1
			if counts["5"] == 0 || counts["60"] == 0 || counts["4"] != 0 || counts["61"] != 0 {
				t.Error("stays do not go from 5 to 60")
			}
		}
		if len(counts) != want {
			t.Errorf("column %d: %d values, want %d", column, len(counts), want)
		}
		for name, n := range counts {
			// Seven standard deviations.
			mean := float64(rows) / float64(want)
			if d := float64(n) - mean; d*d > 49*mean {
				t.Errorf("column %d: %d times %q, expected about %.0f", column, n, name, mean)
			}
			if names != nil && !slices.Contains(names, name) {
				t.Errorf("column %d: %q", column, name)
			}
		}
	}
}

// The variants are the rows that they say, with every field in quotes, or names that need them.
func TestVariants(t *testing.T) {
	const rows = 20_000
	plain := parse(t, New(rows, 5))
	if quoted := parse(t, NewQuoted(rows, 5)); !slices.EqualFunc(plain, quoted, slices.Equal) {
		t.Error("quoted: not the same records as the plain data")
	}
	if data := NewQuoted(1, 5).Bytes(); bytes.Count(data[len(Header):], []byte(`"`)) != 8 {
		t.Errorf("quoted: %q", data)
	}
	groups, special := map[string]bool{}, 0
	for _, r := range parse(t, NewWide(rows, 5))[1:] {
		groups[r[0]+"\x00"+r[1]] = true
		if strings.ContainsAny(r[0], ",\"\n") {
			special++
		}
	}
	if len(groups) < rows*9/10 || special < rows/20 || special > rows/5 {
		t.Errorf("wide: %d groups, %d rows with a hospital that needs quotes", len(groups), special)
	}
}

func parse(t *testing.T, r io.Reader) [][]string {
	t.Helper()
	records, err := csv.NewReader(r).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return records
}

func TestNoRowIsTooLong(t *testing.T) {
	for _, g := range []*Generator{New(0, 1), NewQuoted(0, 1), NewWide(0, 1)} {
		longest := 0
		for _, names := range g.columns {
			m := 0
			for _, s := range names {
				m = max(m, len(s))
			}
			longest += m
		}
		if longest > maxRow {
			t.Errorf("a row may have %d bytes", longest)
		}
	}
}
