package aws

import (
	"bytes"
	stdcrc64 "hash/crc64"
	"testing"
)

// TestCRC64 sweeps lengths and cuts against hash/crc64.
func TestCRC64(t *testing.T) {
	tables := newCRCTables()
	std := stdcrc64.MakeTable(crc64NVME)
	data := pattern(9*crcLane + 50)
	for n := range len(data) {
		if n > 200 && n%crcLane > 10 && n%97 != 0 {
			continue
		}
		want := stdcrc64.Checksum(data[:n], std)
		for _, cut := range []int{0, n / 3, n} {
			h := tables.new()
			h.Write(data[:cut])
			h.Write(data[cut:n])
			if got := h.Sum(nil); !bytes.Equal(got, be64(want)) {
				t.Fatalf("%d bytes, cut at %d: %x, want %x", n, cut, got, want)
			}
		}
	}
	// The catalogue's check value: https://reveng.sourceforge.io/crc-catalogue/
	h := tables.new()
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
	h, data := newCRCTables().new(), pattern(20_000)
	if n := testing.AllocsPerRun(10, func() { h.Write(data) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkCRC64(b *testing.B) {
	data := pattern(16 << 10) // a TLS record
	b.Run("ours", func(b *testing.B) {
		h := newCRCTables().new()
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			h.Write(data)
		}
	})
	b.Run("std", func(b *testing.B) {
		h := stdcrc64.New(stdcrc64.MakeTable(crc64NVME))
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			h.Write(data)
		}
	})
	b.Run("std 128 KB", func(b *testing.B) {
		h, data := stdcrc64.New(stdcrc64.MakeTable(crc64NVME)), pattern(128<<10)
		b.SetBytes(int64(len(data)))
		for b.Loop() {
			h.Write(data)
		}
	})
	b.Run("tables", func(b *testing.B) {
		for b.Loop() {
			newCRCTables()
		}
	})
}
