package aggregate

import (
	"bytes"
	"errors"
	"math"
	"math/big"
	"math/rand/v2"
	"strconv"
	"testing"
)

// What Append writes of any sum, ParseSum reads.
func TestParseSum(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 10_000 {
		want := Number{int64(r.Uint64()) >> r.IntN(64), r.Uint64() >> r.IntN(64)}
		if got, ok := ParseSum(want.Append(nil)); !ok && want.big().CmpAbs(new(big.Int).Mul(big.NewInt(firstTooLarge), units)) < 0 || ok && got != want {
			t.Fatalf("%s: %v, %v, want %v", want.Append(nil), got, ok, want)
		}
	}
	for _, text := range []string{
		"", "-", ".", ".5", "+1", "1e3", "1,5", " 1", "1 ", "--1", "1.2.3", "0x1", "170141183460469231", "999999999999999999",
		"9999999999999999999", "1.0000000000000000000001", "1.1234567890123456789x", "1.x",
	} {
		if n, ok := ParseSum([]byte(text)); ok {
			t.Errorf("%q: %v", text, n)
		}
	}
}

// A table that parts are added to asks for memory, and a sum that does not fit is an error.
func TestAddPartLimits(t *testing.T) {
	most := Number{math.MaxInt64, math.MaxUint64}
	for _, c := range []struct {
		memory int64
		part   func(i int) Part
		want   error
	}{
		{200_000, func(i int) Part { return Part{Hospital: strconv.AppendInt(nil, int64(i), 10)} }, errNoMemory},
		{200_000, func(i int) Part { return Part{Diagnosis: bytes.Repeat([]byte("x"), i)} }, errNoMemory},
		{1 << 40, func(i int) Part { return Part{Sum: most} }, ErrOverflow},
	} {
		table := NewTable(plain)
		table.Memory = memoryOf(c.memory)
		var err error
		for i := 0; err == nil && i < 10_000; i++ {
			p := c.part(i)
			err = table.AddPart(&p)
		}
		if !errors.Is(err, c.want) {
			t.Errorf("%v, want %v", err, c.want)
		}
	}
}
