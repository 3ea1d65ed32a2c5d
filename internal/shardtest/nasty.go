// Package shardtest makes files that are hard to cut into shards, for the tests of those who cut
// them.
package shardtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"

	"reduction/aggregate"
	"reduction/internal/job"
)

// Nasty makes files that are hard to cut: line breaks and quotes inside quotes, CR LF, blank lines,
// repeated headers, byte order marks, damage, and a header that may be longer than a shard.
type Nasty struct {
	*rand.Rand
	Options job.Options
	Comma   string
	Breaks  []string // the line breaks
	Damaged int      // 1 of so many rows; 0: none
	Memory  int64    // that a table may take; 0: any
}

// New returns a Nasty with settings and habits by chance.
func New(r *rand.Rand) *Nasty {
	n := &Nasty{Rand: r, Comma: ",", Breaks: Pick(r, []string{"\n"}, []string{"\r\n"}, []string{"\n", "\r\n"})}
	if r.IntN(4) == 0 {
		n.Comma = Pick(r, ";", "\t", "|")
	}
	if r.IntN(2) == 0 {
		n.Damaged = 1 + r.IntN(40)
	}
	o := &n.Options
	switch r.IntN(4) {
	case 0:
		o.BadRows = job.BadRows{Skip: true, Share: job.Share(1 + r.IntN(999_999))}
	case 1, 2:
		o.BadRows.Skip = true
	}
	if r.IntN(2) == 0 {
		o.NoValue = job.SkipNoValue
	}
	if r.IntN(4) == 0 {
		o.Missing = []string{"none", "999"}
	}
	if r.IntN(4) == 0 {
		least, _ := aggregate.ParseNumber([]byte("3"), '.')
		greatest, _ := aggregate.ParseNumber([]byte("900"), '.')
		o.Range = &aggregate.Range{Least: least, Greatest: greatest}
	}
	o.Comma = r.IntN(6) == 0
	if r.IntN(6) == 0 {
		o.Encoding = job.Windows1252
	}
	if r.IntN(6) == 0 {
		o.Columns = job.Columns{"Site", "", "", "Days"}
	}
	o.Manifest = r.IntN(2) == 0
	if r.IntN(8) == 0 {
		o.MinRecords = r.IntN(4)
	}
	if r.IntN(8) == 0 {
		n.Memory = 1 << (14 + r.IntN(6))
	}
	return n
}

// Pick returns one of several.
func Pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// File makes a file of at most so many rows.
func (n *Nasty) File(rows int) []byte {
	var b bytes.Buffer
	if n.IntN(8) == 0 {
		b.WriteString("\ufeff")
	}
	if n.IntN(12) == 0 {
		b.WriteString("sep=" + n.Comma + n.lineBreak())
	}
	columns := n.Options.Columns.Names()
	names := []string{columns[0], columns[1], columns[2], columns[3]}
	values := []func() string{n.name, n.name, n.Treatment, n.number}
	for range n.IntN(3) {
		note := Pick(n.Rand, "Note", "a \"note\"\n", strings.Repeat("long ", n.IntN(200)))
		names, values = append(names, note), append(values, n.Note)
	}
	n.Shuffle(len(names), func(i, j int) {
		names[i], names[j] = names[j], names[i]
		values[i], values[j] = values[j], values[i]
	})
	var header []string
	for _, name := range names {
		header = append(header, n.Field(name))
	}
	line := strings.Join(header, n.Comma)
	b.WriteString(line + n.lineBreak())
	for range n.IntN(rows + 1) {
		switch n.IntN(60) {
		case 0:
			b.WriteString(n.lineBreak())
		case 1:
			b.WriteString(line + n.lineBreak())
		case 2:
			b.WriteString("\ufeff")
		case 3:
			b.WriteString(strings.Repeat(n.Comma, len(names)-1) + n.lineBreak())
		}
		var row []string
		for _, value := range values {
			row = append(row, n.Field(value()))
		}
		text := strings.Join(row, n.Comma) + n.lineBreak()
		if n.Damaged > 0 && n.IntN(n.Damaged) == 0 {
			text = n.damage(text)
		}
		b.WriteString(text)
	}
	file := b.Bytes()
	if n.IntN(3) == 0 {
		file = bytes.TrimRight(file, "\r\n")
	}
	return file
}

func (n *Nasty) lineBreak() string { return Pick(n.Rand, n.Breaks...) }

// Field quotes a value, if need be or by chance.
func (n *Nasty) Field(value string) string {
	if strings.ContainsAny(value, "\"\r\n,;\t|") || n.IntN(4) == 0 {
		return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return value
}

func (n *Nasty) name() string {
	return Pick(n.Rand, "A", "B", "City Hospital", "C, D", "E\nF", "G\r\nH", "I \"J\"", "\"", "\n", "1,2,3\n4,5,6", "\"\n\"\n", "K"+strings.Repeat("k", n.IntN(60)))
}

// Treatment makes the name of a treatment.
func (n *Nasty) Treatment() string {
	return Pick(n.Rand, "Medication A", "Surgery", "Surgery\n", "", "none", "\",\"")
}

// Note makes the text of a further column.
func (n *Nasty) Note() string {
	var b strings.Builder
	for range n.IntN(12) {
		b.WriteString(Pick(n.Rand, "text", "\n", "\"", ",", "\r\n", "A,B,Surgery,7\n", "\"\n", "\n\"", " "))
	}
	return b.String()
}

func (n *Nasty) number() string {
	mark := "."
	if n.Options.Comma {
		mark = ","
	}
	switch n.IntN(12) {
	case 0:
		return fmt.Sprint(n.IntN(100), mark, n.IntN(1_000_000))
	case 1:
		return fmt.Sprint("0", mark, strings.Repeat("0", n.IntN(12)), 1+n.IntN(99))
	case 2:
		if n.IntN(8) == 0 {
			return Pick(n.Rand, "", "NULL", "999", "-3", "1e3", "x", "1000001")
		}
	}
	return fmt.Sprint(5 + n.IntN(56))
}

// damage damages a row.
func (n *Nasty) damage(row string) string {
	at := n.IntN(len(row))
	return row[:at] + Pick(n.Rand, `"`, `"`, "\"\"", "\n", "\r", n.Comma, "\xff", "\x00", "\ufeff", "\u00e9", "\"\n") + row[at+n.IntN(2):]
}
