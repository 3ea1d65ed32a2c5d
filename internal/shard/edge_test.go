package shard

import (
	"context"
	"errors"
	"io"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"reduction/aggregate"
	"reduction/csvfast"
	"reduction/internal/job"
	"reduction/internal/shardtest"
)

const header = "Hospital,Diagnosis,Treatment,Recovery Time\n"

// pieces makes shards of an object out of the places where it is cut.
func pieces(size int64, cuts ...int) (all []Shard) {
	from := int64(0)
	for _, cut := range append(cuts, int(size)) {
		if int64(cut) > from {
			all = append(all, Shard{{From: from, To: int64(cut)}})
			from = int64(cut)
		}
	}
	return all
}

// Each file is cut at every byte, and at every two bytes.
func TestEveryEdge(t *testing.T) {
	skip := job.Options{BadRows: job.BadRows{Skip: true}}
	for _, c := range []struct {
		name, file string
		options    job.Options
	}{
		{"quoted line breaks", header + "A,\"B\n\nC\",\"D\n\",1\n\"\nA\",\"\n\",\"\",2\nA,B,C,3\n", job.Options{}},
		{"doubled quotes", header + "\"\"\"A\"\"\",\"\"\"\n\"\"\",\"\"\"\"\"\",1\n\"\"\"\",\"B\"\"\nC\",D,2\n", job.Options{}},
		{"CR LF", strings.ReplaceAll(header+"A,\"B\n\",C,1\n\n\nA,B,\"\n\n\",2\n", "\n", "\r\n"), job.Options{}},
		{"a record in quotes", header + "A,\"B\nA,B,C,7\nA,B,C,8\n\",C,1\nA,B,C,2\n", job.Options{}},
		{"a byte order mark at the start of a line", header + "\ufeffA,B,C,1\n\ufeff\"A\",B,C,2\n\ufeff\"A\nB\",C,D,3\n", job.Options{}},
		{"no line end", header + "A,B,C,1\n\"A\n\",B,\"C\n\",2", job.Options{}},
		{"blank lines", header + "\n\r\n\n,,,\n\nA,B,C,1\n\n\n", job.Options{}},
		{"no rows", header, job.Options{}},
		{"a long header", "\"" + strings.Repeat("note\n", 20) + "\"," + header + "1,A,B,C,2\n", job.Options{}},
		{"sep=", "sep=;\n" + strings.ReplaceAll(header, ",", ";") + "A;\"B;\n\";C;1\nA;B;C;2\n", job.Options{}},
		{"a quote in the wrong place", header + "A,B,C,1\nA\",B,C,2\nA,\"B\nC\"D,E,3\n\"A\n\",B,C,4\n", skip},
		{"the same, not skipped", header + "A,B,C,1\n\"A\n\",B,C,4\nA\",B,C,2\nA,\"B\nC\"D,E,3\n", job.Options{}},
		{"a quote that is not closed", header + "A,B,C,1\nA,\"B,C,2\nA,B,C,3\n\"A\n\",B,C,4\n", skip},
		{"rows of several lines with too few fields", header + "\"A\n,\nA,B,C,5\n\",B,C\nA,B,C,1\n\"A\nA,B,C,9\",\"B\n\"\n", skip},
		{"no usable row", header + "A,B,C\n\"A\n\",B\n", skip},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := rand.New(rand.NewPCG(1, 2))
			f := &files{Rand: r, bytes: [][]byte{[]byte(c.file)}}
			p, err := NewPlan("run", &c.options, f.objects(), int64(len(c.file)))
			if err != nil {
				t.Fatal(err)
			}
			want := single(p, f, c.options)
			for i := 1; i < len(c.file); i++ {
				for j := i; j < len(c.file); j += 1 + r.IntN(30) {
					p.Shards = pieces(int64(len(c.file)), i, j)
					if got, _ := run(t, r, p, f, c.options); !reflect.DeepEqual(got, want) {
						t.Fatalf("cut at %d and %d\ngot  %+v\nwant %+v\n%q", i, j, got, want, c.file)
					}
				}
			}
		})
	}
}

// In a file without damage, two rounds are enough, however many wrong guesses follow each other.
func TestRounds(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	for range 50 {
		n := &shardtest.Nasty{Rand: r, Comma: ",", Breaks: []string{"\n", "\r\n"}}
		var b strings.Builder
		b.WriteString("Note," + header)
		for range 100 {
			name := shardtest.Pick(r, "A", "C, D", "E\nF", "G\r\nH", "I \"J\"", "1,2,3\n4,5,6")
			b.WriteString(n.Field(n.Note()+"\n") + "," + n.Field(name) + ",B," + n.Field(n.Treatment()) + ",7\n")
		}
		f := &files{Rand: r, bytes: [][]byte{[]byte(b.String())}}
		var o job.Options
		p, err := NewPlan("run", &o, f.objects(), int64(1+r.IntN(100)))
		if err != nil {
			t.Fatal(err)
		}
		if got, rounds := run(t, r, p, f, o); got.Err != nil || rounds > 2 {
			t.Errorf("%d shards of %d bytes: %d rounds, %v", len(p.Shards), p.Size, rounds, got.Err)
		}
	}
}

// Each kind of damage has a name in a partial, by which it comes back as it was.
func TestKinds(t *testing.T) {
	seen := map[string]bool{}
	for _, c := range []struct {
		rows    string
		options job.Options
		want    error
	}{
		{"A\",B,C,1\n", job.Options{}, csvfast.ErrBareQuote},
		{"A,\"B\"C,D,1\n", job.Options{}, csvfast.ErrQuote},
		{"A,\"" + strings.Repeat("x", csvfast.DefaultMaxRecord) + "\",C,1\n", job.Options{}, csvfast.ErrRecordTooLong},
		{"A,B,C\n", job.Options{}, aggregate.ErrFieldCount},
		{"A,B,C,x\n", job.Options{}, aggregate.ErrNumber},
		{"A,B,C,1000001\n", job.Options{}, aggregate.ErrNumberRange},
		{"A,B,C,0.0000000000000000000001\n", job.Options{}, aggregate.ErrFraction},
		{"A,B,C,5\n", job.Options{Range: &aggregate.Range{}}, aggregate.ErrRange},
		{"A,B,C,\n", job.Options{}, aggregate.ErrNoValue},
		{"Diagnosis,Hospital,Treatment,Recovery Time\n", job.Options{}, job.ErrHeaderMoved},
		{"A,\"B\xff\",C,1\n", job.Options{}, job.ErrUTF8},
		{"A,\u00e9,C,1\n", job.Options{Encoding: job.ISO8859_1}, job.ErrNotEncoded},
		{"A,\x00,C,1\n", job.Options{}, job.ErrCharacter},
		{"A,,C,1\n", job.Options{}, job.ErrMissing},
		{"A," + strings.Repeat("x", 1024) + ",C,1\n", job.Options{}, job.ErrKeyTooLong},
		{"A," + strings.Repeat("x", 900) + ",C,1\n", job.Options{}, job.ErrTooLarge},
		{"A;B;C;1,5\n", job.Options{}, job.ErrDecimalComma},
	} {
		head := header
		if c.want == job.ErrDecimalComma {
			head = strings.ReplaceAll(header, ",", ";")
		}
		// Rows around it make it the second of three shards.
		good := strings.Repeat(strings.NewReplacer(",", head[8:9]).Replace("A,B,C,0\n"), 10)
		file := head + good + c.rows + good
		f := &files{Rand: rand.New(rand.NewPCG(5, 6)), bytes: [][]byte{[]byte(file)}}
		p, err := NewPlan("run", &c.options, f.objects(), int64(len(file)))
		if err != nil {
			t.Fatal(err)
		}
		if c.want == job.ErrTooLarge {
			f.memory = 150_000 // the names beside this one take less
		}
		want := single(p, f, c.options)
		if !errors.Is(want.Err, c.want) {
			t.Fatalf("%v, want %v", want.Err, c.want)
		}
		p.Shards = pieces(int64(len(file)), len(head)+40, len(file)-40)
		if got, _ := run(t, f.Rand, p, f, c.options); !reflect.DeepEqual(got.Err, want.Err) && !(f.memory > 0 && errors.Is(got.Err, c.want)) {
			t.Errorf("%v, want %v", got.Err, want.Err)
		}
		seen[kindOf(c.want)] = true
	}
	// This takes billions of rows.
	if d, ok := damageOf(3, aggregate.ErrOverflow); !ok || d.Object != 3 || d.Err != aggregate.ErrOverflow {
		t.Errorf("%v, %v", d, ok)
	}
	seen["overflow"] = true
	for _, k := range kinds {
		if !seen[k.name] {
			t.Errorf("no damage of kind %s", k.name)
		}
	}
	for _, err := range []error{io.ErrUnexpectedEOF, job.ErrEmpty, job.ErrShardCompressed, context.Canceled} {
		if _, ok := damageOf(0, err); ok {
			t.Errorf("%v is damage", err)
		}
	}
}
