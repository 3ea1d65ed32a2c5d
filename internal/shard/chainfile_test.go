package shard

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"reduction/aggregate"
	"reduction/internal/job"
)

// What is stored of a chain is read again as it was; one of another run, without its end, or changed, is not.
func TestChainFile(t *testing.T) {
	var o job.Options
	p, err := NewPlan("run", &o, []Object{{Size: 100}}, 10)
	if err != nil {
		t.Fatal(err)
	}
	least, _ := aggregate.ParseSum([]byte("0.5"))
	greatest, _ := aggregate.ParseSum([]byte("99"))
	c := &Chain{Bytes: 100, Least: least, Greatest: greatest, Extremes: true, Links: []Link{{Task{0, Guess}, 0}, {Task{2, 25}, 7}}}
	c.Rows, c.Skipped, c.NoValue, c.Headers, c.Reasons[job.Quotes] = 12, 3, 2, 1, 3
	file := c.Append(nil, p)
	read, err := ReadChain(bytes.NewReader(file), p.Run, p.Settings)
	if err != nil || !reflect.DeepEqual(read, c) {
		t.Errorf("%+v, %v\nwant %+v", read, err, c)
	}
	if _, err := ReadChain(bytes.NewReader(file), "another", p.Settings); !errors.Is(err, ErrPartial) {
		t.Errorf("%v, want %v", err, ErrPartial)
	}
	for n := range file {
		if _, err := ReadChain(bytes.NewReader(file[:n]), p.Run, p.Settings); !errors.Is(err, ErrPartial) {
			t.Errorf("the first %d bytes: %v, want %v", n, err, ErrPartial)
		}
		changed := bytes.Clone(file)
		changed[n] ^= 1
		if _, err := ReadChain(bytes.NewReader(changed), p.Run, p.Settings); !errors.Is(err, ErrPartial) {
			t.Errorf("byte %d is another: %v, want %v", n, err, ErrPartial)
		}
	}
}
