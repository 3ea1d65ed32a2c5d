package shard

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"

	"reduction/aggregate"
	"reduction/internal/job"
)

// nasty makes files that are hard to cut: line breaks and quotes inside quotes, CR LF, blank lines,
// repeated headers, byte order marks, damage, and a header that may be longer than a shard.
type nasty struct {
	*rand.Rand
	options job.Options
	comma   string
	breaks  []string
	damaged int   // 1 of so many rows; 0: none
	memory  int64 // that a table may take; 0: any
}

func newNasty(r *rand.Rand) *nasty {
	n := &nasty{Rand: r, comma: ",", breaks: pick(r, []string{"\n"}, []string{"\r\n"}, []string{"\n", "\r\n"})}
	if r.IntN(4) == 0 {
		n.comma = pick(r, ";", "\t", "|")
	}
	if r.IntN(2) == 0 {
		n.damaged = 1 + r.IntN(40)
	}
	o := &n.options
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
		n.memory = 1 << (14 + r.IntN(6))
	}
	return n
}

func pick[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

// file makes a file of at most so many rows.
func (n *nasty) file(rows int) []byte {
	var b bytes.Buffer
	if n.IntN(8) == 0 {
		b.WriteString("\ufeff")
	}
	if n.IntN(12) == 0 {
		b.WriteString("sep=" + n.comma + n.lineBreak())
	}
	columns := n.options.Columns.Names()
	names := []string{columns[0], columns[1], columns[2], columns[3]}
	values := []func() string{n.name, n.name, n.treatment, n.number}
	for range n.IntN(3) {
		note := pick(n.Rand, "Note", "a \"note\"\n", strings.Repeat("long ", n.IntN(200)))
		names, values = append(names, note), append(values, n.note)
	}
	n.Shuffle(len(names), func(i, j int) {
		names[i], names[j] = names[j], names[i]
		values[i], values[j] = values[j], values[i]
	})
	var header []string
	for _, name := range names {
		header = append(header, n.field(name))
	}
	line := strings.Join(header, n.comma)
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
			b.WriteString(strings.Repeat(n.comma, len(names)-1) + n.lineBreak())
		}
		var row []string
		for _, value := range values {
			row = append(row, n.field(value()))
		}
		text := strings.Join(row, n.comma) + n.lineBreak()
		if n.damaged > 0 && n.IntN(n.damaged) == 0 {
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

func (n *nasty) lineBreak() string { return pick(n.Rand, n.breaks...) }

// field quotes a value, if need be or by chance.
func (n *nasty) field(value string) string {
	if strings.ContainsAny(value, "\"\r\n,;\t|") || n.IntN(4) == 0 {
		return `"` + strings.ReplaceAll(value, `"`, `""`) + `"`
	}
	return value
}

func (n *nasty) name() string {
	return pick(n.Rand, "A", "B", "City Hospital", "C, D", "E\nF", "G\r\nH", "I \"J\"", "\"", "\n", "1,2,3\n4,5,6", "\"\n\"\n", "K"+strings.Repeat("k", n.IntN(60)))
}

func (n *nasty) treatment() string {
	return pick(n.Rand, "Medication A", "Surgery", "Surgery\n", "", "none", "\",\"")
}

func (n *nasty) note() string {
	var b strings.Builder
	for range n.IntN(12) {
		b.WriteString(pick(n.Rand, "text", "\n", "\"", ",", "\r\n", "A,B,Surgery,7\n", "\"\n", "\n\"", " "))
	}
	return b.String()
}

func (n *nasty) number() string {
	mark := "."
	if n.options.Comma {
		mark = ","
	}
	switch n.IntN(12) {
	case 0:
		return fmt.Sprint(n.IntN(100), mark, n.IntN(1_000_000))
	case 1:
		return fmt.Sprint("0", mark, strings.Repeat("0", n.IntN(12)), 1+n.IntN(99))
	case 2:
		if n.IntN(8) == 0 {
			return pick(n.Rand, "", "NULL", "999", "-3", "1e3", "x", "1000001")
		}
	}
	return fmt.Sprint(5 + n.IntN(56))
}

// damage damages a row.
func (n *nasty) damage(row string) string {
	at := n.IntN(len(row))
	return row[:at] + pick(n.Rand, `"`, `"`, "\"\"", "\n", "\r", n.comma, "\xff", "\x00", "\ufeff", "\u00e9", "\"\n") + row[at+n.IntN(2):]
}
