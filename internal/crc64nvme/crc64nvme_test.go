package crc64nvme

import (
	"bytes"
	crc64 "hash/crc64"
	"testing"
)

// TestCRC64 sweeps lengths and cuts against hash/crc64.
func TestCRC64(t *testing.T) {
	tables := NewTables()
	std := crc64.MakeTable(polynomial)
	data := pattern(9*lane + 50)
	for n := range len(data) {
		if n > 200 && n%lane > 10 && n%97 != 0 {
			continue
		}
		want := crc64.Checksum(data[:n], std)
		for _, cut := range []int{0, n / 3, n} {
			h := tables.New()
			h.Write(data[:cut])
			h.Write(data[cut:n])
			if got := h.Sum(nil); !bytes.Equal(got, be64(want)) {
				t.Fatalf("%d bytes, cut at %d: %x, want %x", n, cut, got, want)
			}
		}
	}
	// The catalogue's check value: https://reveng.sourceforge.io/crc-catalogue/
	h := tables.New()
	h.Write([]byte("123456789"))
	if got := h.Sum(nil); !bytes.Equal(got, be64(0xae8b14860a799888)) {
		t.Errorf("check value %x", got)
	}
}

func be64(v uint64) []byte {
	var b []byte
	for shift := 56; shift >= 0; shift -= 8 {
		b = append(b, byte(v>>shift))
	}
	return b
}

func TestCRC64Allocates(t *testing.T) {
	h, data := NewTables().New(), pattern(20_000)
	if n := testing.AllocsPerRun(10, func() { h.Write(data) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCRC64(b *testing.B) {
	data := pattern(16 << 10) // a TLS record
	b.Run("ours", func(b *testing.B) {
		h := NewTables().New()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			h.Write(data)
		}
	})
	b.Run("std", func(b *testing.B) {
		h := crc64.New(crc64.MakeTable(polynomial))
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			h.Write(data)
		}
	})
	b.Run("std 128 KB", func(b *testing.B) {
		h, data := crc64.New(crc64.MakeTable(polynomial)), pattern(128<<10)
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			h.Write(data)
		}
	})
	b.Run("tables", func(b *testing.B) {
		for b.Loop() {
			NewTables()
		}
	})
}

func pattern(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(i * i >> 3)
	}
	return data
}
