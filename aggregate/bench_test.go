package aggregate

import (
	"bytes"
	"math/rand/v2"
	"strconv"
	"testing"
)

// blockBytes is the size of a block, as a scanner returns it.
const blockBytes = 128 << 10

type block struct {
	data           []byte
	ends           []uint32
	record, offset int64
}

// blocks cuts data into blocks, as a scanner does.
func blocks(data []byte) (out []block) {
	record, offset := int64(1), int64(0)
	for len(data) > 0 {
		n := min(len(data), blockBytes)
		ends := endsOf(data[:n])
		for data[ends[len(ends)-1]] != '\n' {
			ends = ends[:len(ends)-1]
		}
		n = int(ends[len(ends)-1]) + 1
		own := append(make([]byte, 0, n+Pad), data[:n]...)
		out = append(out, block{own, ends, record, offset})
		record += int64(bytes.Count(own, []byte("\n")))
		offset += int64(n)
		data = data[n:]
	}
	return out
}

// names are the names that the rows are made of.
type names struct{ hospitals, diagnoses, treatments []string }

func numbered(n int, prefix string) (out []string) {
	for i := range n {
		out = append(out, prefix+strconv.Itoa(i))
	}
	return out
}

// few are names as many and as long as those of the published experiment. wide are thousands of
// long ones.
var (
	few = names{
		numbered(20, "General Hospital "),
		numbered(20, "Diagnosis "),
		numbered(15, "Medication "),
	}
	wide = names{
		numbered(5000, "University Teaching Hospital of Saint "),
		numbered(2000, "Chronic secondary syndrome type "),
		numbered(300, "Combined intensive therapy number "),
	}
)

type shape struct {
	quote, end, fraction string
}

func generate(rows int, n names, s shape) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	var b []byte
	for range rows {
		for _, f := range []string{n.hospitals[r.IntN(len(n.hospitals))], n.diagnoses[r.IntN(len(n.diagnoses))], n.treatments[r.IntN(len(n.treatments))]} {
			b = append(append(append(append(b, s.quote...), f...), s.quote...), ',')
		}
		b = append(b, s.quote...)
		b = strconv.AppendInt(b, int64(5+r.IntN(56)), 10)
		b = append(append(append(b, s.fraction...), s.quote...), s.end...)
	}
	return b
}

// perRow reports the time that a row took.
func perRow(b *testing.B, rows int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(rows), "ns/row")
}

func BenchmarkAddBlock(b *testing.B) {
	const rows = 1_000_000
	for _, in := range []struct {
		name   string
		names  names
		shape  shape
		layout Layout
	}{
		{"1m", few, shape{"", "\n", ""}, plain},
		{"crlf", few, shape{"", "\r\n", ""}, plain},
		{"quoted", few, shape{"\"", "\n", ""}, plain},
		{"decimal", few, shape{"", "\n", ".5"}, plain},
		{"columns", few, shape{"", ",another column,\n", ""}, Layout{Fields: 6, Hospital: 0, Diagnosis: 1, Treatment: 2, RecoveryTime: 3}},
		{"wide", wide, shape{"", "\n", ""}, plain},
	} {
		b.Run(in.name, func(b *testing.B) {
			data := generate(rows, in.names, in.shape)
			blocks := blocks(data)
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				t := NewTable(in.layout)
				t.Decode = unquoteColumn
				for _, k := range blocks {
					if _, err := t.AddBlock(Block{k.data, k.ends, k.record, k.offset}); err != nil {
						b.Fatal(err)
					}
				}
			}
			perRow(b, rows)
		})
	}
}

// BenchmarkStep is what AddBlock does, step by step, with a block in the cache.
func BenchmarkStep(b *testing.B) {
	k := blocks(generate(10_000, few, shape{"", "\n", ""}))[0]
	t := NewTable(plain)
	if _, err := t.AddBlock(Block{k.data, k.ends, 1, 0}); err != nil {
		b.Fatal(err)
	}
	data, bt := k.data, &t.batch
	bt.records(data, k.ends[3:], &t.layout)
	for _, step := range []struct {
		name string
		do   func(ends []uint32)
	}{
		{"records", func(ends []uint32) { bt.records(data, ends, &t.layout) }},
		{"numbers", func([]uint32) { t.numbers(data, 3) }},
		{"names", func([]uint32) { t.names(&t.hospitals, bt.hospital[:], data, 0) }},
		{"names-short", func([]uint32) { t.names(&t.treatments, bt.treatment[:], data, 2) }},
		{"all", func(ends []uint32) { t.run(data, ends) }},
	} {
		b.Run(step.name, func(b *testing.B) {
			const batches = 16
			for b.Loop() {
				for i := range batches {
					step.do(k.ends[3+4*batchRows*i:])
				}
			}
			perRow(b, batches*batchRows)
		})
	}
}

// BenchmarkDict compares Dict with a map from names to ids.
func BenchmarkDict(b *testing.B) {
	for _, in := range []struct {
		name  string
		names []string
	}{{"hospitals", few.hospitals}, {"wide", wide.hospitals}} {
		raws := make([][]byte, 1<<14)
		r := rand.New(rand.NewPCG(3, 4))
		var text []byte
		for range raws {
			text = append(append(text, in.names[r.IntN(len(in.names))]...), '\n')
		}
		for i := range raws {
			n := bytes.IndexByte(text, '\n')
			raws[i], text = text[:n], text[n+1:]
		}
		b.Run("reduction/"+in.name, func(b *testing.B) {
			var d Dict
			for b.Loop() {
				for _, raw := range raws {
					if _, err := d.ID(raw); err != nil {
						b.Fatal(err)
					}
				}
			}
			perRow(b, len(raws))
		})
		b.Run("map/"+in.name, func(b *testing.B) {
			m := map[string]uint32{}
			for b.Loop() {
				for _, raw := range raws {
					if _, ok := m[string(raw)]; !ok {
						m[string(raw)] = uint32(len(m))
					}
				}
			}
			perRow(b, len(raws))
		})
	}
}

func BenchmarkGroups(b *testing.B) {
	t := NewTable(plain)
	for _, k := range blocks(generate(1_000_000, wide, shape{"", "\n", ""})) {
		if _, err := t.AddBlock(Block{k.data, k.ends, k.record, k.offset}); err != nil {
			b.Fatal(err)
		}
	}
	for b.Loop() {
		t.Groups()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(t.Len()), "ns/group")
}
