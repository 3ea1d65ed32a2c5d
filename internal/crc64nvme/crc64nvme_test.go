package crc64nvme

import (
	"bytes"
	"encoding/binary"
	"hash/crc64"
	"math/rand/v2"
	"testing"
)

var oracle = crc64.MakeTable(polynomial)

// onEach runs a test for each fold that this machine has.
func onEach(t *testing.T, test func(*testing.T, fold)) {
	for _, v := range variants() {
		t.Run(v.name, func(t *testing.T) { test(t, v.fold) })
	}
}

func newDigest(f fold) *digest { return &digest{state: ^uint64(0), fold: f} }

// sameAsOracle compares the checksum of the pieces, written one by one, with hash/crc64's.
func sameAsOracle(t *testing.T, f fold, pieces ...[]byte) {
	t.Helper()
	d, want := newDigest(f), uint64(0)
	for _, p := range pieces {
		d.Write(p)
		want = crc64.Update(want, oracle, p)
	}
	if got := d.Sum64(); got != want {
		var lengths []int
		for _, p := range pieces {
			lengths = append(lengths, len(p))
		}
		t.Fatalf("pieces of %d bytes: %#x, want %#x", lengths, got, want)
	}
}

// published are checksums that others have published.
var published = []struct {
	data []byte
	want uint64
}{
	// https://reveng.sourceforge.io/crc-catalogue/17plus.htm#crc.cat.crc-64-nvme
	{[]byte("123456789"), 0xae8b14860a799888},
	// NVM Express NVM Command Set Specification 1.0d, §5.2.1.3.5, figure 122.
	{every(4096, func(int) byte { return 0 }), 0x6482d367eb22b64e},
	{every(4096, func(int) byte { return 0xff }), 0xc0ddba7302eca3ac},
	{every(4096, func(i int) byte { return byte(i) }), 0x3e729f5f6750449c},
	{every(4096, func(i int) byte { return byte(0xff - i) }), 0x9a2df64b8e9e517e},
}

func every(n int, f func(i int) byte) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = f(i)
	}
	return data
}

func TestVariants(t *testing.T) {
	onEach(t, func(t *testing.T, f fold) {
		for _, p := range published {
			d := newDigest(f)
			d.Write(p.data)
			if got := d.Sum64(); got != p.want {
				t.Errorf("%d bytes: %#x, want %#x", len(p.data), got, p.want)
			}
		}
	})
}

// maxLength has room for the widest kernel's step, twice, and for any rest.
const maxLength = 600

func TestLengthsAndAlignments(t *testing.T) {
	data := random(64 + maxLength)
	onEach(t, func(t *testing.T, f fold) {
		for at := range 64 {
			for n := range maxLength + 1 {
				sameAsOracle(t, f, data[at:at+n])
			}
		}
	})
}

func TestSplits(t *testing.T) {
	data := random(maxLength)
	onEach(t, func(t *testing.T, f fold) {
		for n := range maxLength + 1 {
			for cut := range n + 1 {
				sameAsOracle(t, f, data[:cut], data[cut:n])
			}
		}
	})
}

func TestLong(t *testing.T) {
	data := random(1 << 20)
	onEach(t, func(t *testing.T, f fold) {
		r := rand.New(rand.NewPCG(2, 2))
		for range 20 {
			a, b := r.IntN(len(data)), r.IntN(len(data))
			sameAsOracle(t, f, data[min(a, b):max(a, b)], data[:a], data[b:])
		}
	})
}

// TestHash checks what hash.Hash64 promises.
func TestHash(t *testing.T) {
	data := random(1000)
	h := New()
	for range 2 {
		if n, err := h.Write(data); n != len(data) || err != nil {
			t.Errorf("Write returned %d, %v", n, err)
		}
		want := crc64.Checksum(data, oracle)
		for range 2 { // Sum changes nothing
			if got := h.Sum([]byte("a")); !bytes.Equal(got, binary.BigEndian.AppendUint64([]byte("a"), want)) || h.Sum64() != want {
				t.Errorf("Sum %x, Sum64 %x, want %x", got, h.Sum64(), want)
			}
		}
		h.Reset()
	}
	if h.Sum64() != 0 || h.Size() != Size || len(h.Sum(nil)) != Size || h.BlockSize() < 1 {
		t.Errorf("%x, %d, %d bytes, blocks of %d", h.Sum64(), h.Size(), len(h.Sum(nil)), h.BlockSize())
	}
}

func TestAllocations(t *testing.T) {
	data := random(1003)
	onEach(t, func(t *testing.T, f fold) {
		d := newDigest(f)
		if n := testing.AllocsPerRun(10, func() { d.Write(data) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	})
}

// FuzzHashCRC64 compares each fold with hash/crc64, for data that is written in two pieces.
func FuzzHashCRC64(f *testing.F) {
	for _, p := range published {
		f.Add(p.data, len(p.data)/3)
	}
	f.Fuzz(func(t *testing.T, data []byte, cut int) {
		cut = min(max(cut, 0), len(data))
		for _, v := range variants() {
			sameAsOracle(t, v.fold, data[:cut], data[cut:])
		}
	})
}

func random(n int) []byte {
	r := rand.New(rand.NewPCG(1, 1))
	return every(n, func(int) byte { return byte(r.Uint32()) })
}
