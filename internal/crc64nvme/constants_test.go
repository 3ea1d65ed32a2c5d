package crc64nvme

import "testing"

// TestConstants derives the kernels' constants from the polynomial.
func TestConstants(t *testing.T) {
	by := func(d int) [2]uint64 { return [2]uint64{powerOfX(d + 64 - 1), powerOfX(d - 1)} }
	want := foldConstants{
		by2048:  by(2048),
		by1024:  by(1024),
		by512:   by(512),
		by256:   by(256),
		by128:   by(128),
		barrett: [2]uint64{quotient(), polynomial<<1&(1<<64-1) | 1},
	}
	if constants != want {
		t.Errorf("constants are\n%#x, want\n%#x", constants, want)
	}
}

// powerOfX returns x^n mod P.
func powerOfX(n int) uint64 {
	state := uint64(1) << 63 // x^0
	for range n {
		state = timesX(state)
	}
	return state
}

// quotient returns x^128 div P without its last bit: bit i is x^(64-i). It divides as on paper,
// a bit of the quotient at a time, from the highest on.
func quotient() uint64 {
	q := uint64(1)             // x^128 = x^64·P + a rest of lower degree
	rest := uint64(polynomial) // reflected: bit 0 is its highest power
	for i := 1; i < 64; i++ {
		q |= rest & 1 << i
		rest = timesX(rest)
	}
	return q
}
