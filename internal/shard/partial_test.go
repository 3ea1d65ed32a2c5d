package shard

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"hash/crc64"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"

	"reduction/internal/job"
)

// example is a plan and the partial of its second task.
func example(t testing.TB) (*Plan, Task, []byte) {
	t.Helper()
	o := job.Options{BadRows: job.BadRows{Skip: true}, Manifest: true}
	f := &files{Rand: rand.New(rand.NewPCG(1, 2)), bytes: [][]byte{[]byte(header + "A,B,C,1\n\"A, \"\"\n\",B,,2.5\nA,B,\"C\nD\",3\nA,B,C,x\nE,F,C,4\n")}}
	p, err := NewPlan("run", &o, f.objects(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	p.Objects[0].VersionID, p.Objects[0].ETag = "v1", `"abc"`
	p.Shards = pieces(p.Objects[0].Size, 51)
	task := Task{1, Guess}
	partial, err := (&Mapper{Source: f, Options: &o}).Map(context.Background(), nil, p, task)
	if err != nil {
		t.Fatal(err)
	}
	return p, task, partial
}

// seal appends a checksum and a line end. CRC-64/NVME has this polynomial: see package crc64nvme.
func seal(data []byte) []byte {
	return fmt.Appendf(data, "%016x\n", crc64.Checksum(data, crc64.MakeTable(0x9a6c9329ac4bc9b5)))
}

// The format, as it is: whoever changes it raises its number.
func TestFormat(t *testing.T) {
	p, _, got := example(t)
	want := `partial,3,run,` + p.Settings + `,1,guess
object,0,feed,"a, ""0"".csv",v1,"""abc""",95
span,0,51,95,51,95,4,1,0,0,51,58,3,1,0
rows,44,3,1,0,0,number,1
bad,0,3,79,number,Recovery Time
extremes,2.5,4
treatment,
treatment,C
treatment,"C
D"
0,1,51,2.5,"A, ""
",B,0,1
0,2,67,3,A,B,2,1
0,4,87,4,E,F,1,1
end,3,`
	want = string(seal([]byte(want)))
	if string(got) != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// read reads a partial as a merge does.
func read(src io.Reader, task Task) error {
	var r Reader
	if err := r.Reset(src); err != nil {
		return err
	}
	return NewMerger(job.NewReducer(job.Options{})).Add(&r, Link{Task: task})
}

// A partial that is cut short anywhere, or of which a byte is another one, is no partial.
func TestDamagedPartial(t *testing.T) {
	_, task, partial := example(t)
	if err := read(iotest.OneByteReader(bytes.NewReader(partial)), task); err != nil {
		t.Fatal(err)
	}
	for n := range partial {
		if err := read(iotest.OneByteReader(bytes.NewReader(partial[:n])), task); !errors.Is(err, ErrPartial) {
			t.Errorf("%d of %d bytes: %v", n, len(partial), err)
		}
		for _, c := range [...]byte{partial[n] ^ 1, '0', '"', '\n'} {
			changed := bytes.Clone(partial)
			changed[n] = c
			if err := read(bytes.NewReader(changed), task); c != partial[n] && !errors.Is(err, ErrPartial) {
				t.Errorf("byte %d is %q: %v", n, c, err)
			}
		}
	}
	broken := errors.New("broken")
	if err := read(iotest.ErrReader(broken), task); !errors.Is(err, broken) {
		t.Errorf("%v, want %v", err, broken)
	}
}

// What a Reader accepts, encoding/csv reads the same way.
func FuzzReader(f *testing.F) {
	_, _, partial := example(f)
	partial = partial[:len(partial)-sealSize]
	f.Add(partial)
	f.Add(bytes.ReplaceAll(partial, []byte("\nrows"), []byte("\ndamage,0,1,2,quote,Hospital\nrows")))
	f.Fuzz(func(t *testing.T, data []byte) {
		data = seal(data)
		var r Reader
		if r.Reset(bytes.NewReader(data)) != nil {
			return
		}
		var rows, groups int64
		for {
			g, err := r.Next()
			if err == io.EOF {
				break
			} else if err != nil {
				return
			}
			groups++
			for _, n := range g.Treatments {
				rows += n.Rows
			}
		}
		c := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
		c.FieldsPerRecord = -1
		records, err := c.ReadAll()
		if err != nil {
			return // csvfast and encoding/csv differ: see package csvfast
		}
		for _, record := range records {
			if _, err := strconv.ParseInt(record[0], 10, 64); err == nil && !strings.HasPrefix(record[0], "+") {
				groups--
				for i := 7; i < len(record); i += 2 {
					n, _ := strconv.ParseInt(record[i], 10, 64)
					rows -= n
				}
			}
		}
		if groups != 0 || rows != 0 {
			t.Errorf("%d groups and %d rows more than in the records", groups, rows)
		}
	})
}
