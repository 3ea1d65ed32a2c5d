package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"io"
	"math/rand/v2"
	"os"
	"strings"
	"testing"
)

// The oracle is compress/flate.
func checkDeflate(t *testing.T, data []byte) (packed int) {
	t.Helper()
	out := deflate(data)
	got, err := io.ReadAll(flate.NewReader(bytes.NewReader(out)))
	if err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%d bytes: %d came back, %v", len(data), len(got), err)
	}
	return len(out)
}

func TestDeflate(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	noise := make([]byte, 100_000)
	for i := range noise {
		noise[i] = byte(random.Uint32())
	}
	letters := make([]byte, 100_000)
	for i := range letters {
		letters[i] = "abcd"[random.IntN(4)]
	}
	far := append(append([]byte("the farthest match"), noise[:window-18]...), "the farthest match"...)
	tooFar := append(append([]byte("the farthest match"), noise[:window-17]...), "the farthest match"...)
	every := make([]byte, 0, 1<<17) // a match of each length
	for n := range maxLength + 2 {
		every = append(append(every, noise[:n]...), byte(n))
	}
	for _, data := range [][]byte{
		nil, {0}, []byte("a"), []byte("aa"), []byte("aaa"), []byte("abcabcabcabc"),
		make([]byte, 258), make([]byte, 259), make([]byte, 260), make([]byte, 100_000),
		noise, letters, far, tooFar, every,
		[]byte(strings.Repeat("General Hospital,Diabetes,Medication A,5\n", 5_000)),
	} {
		checkDeflate(t, data)
	}
	for n := range 70 {
		checkDeflate(t, letters[:n])
	}
}

func FuzzDeflate(f *testing.F) {
	f.Add([]byte("abcabcabcabcabcabd"), uint8(0))
	f.Add([]byte{0, 1, 2}, uint8(200))
	f.Fuzz(func(t *testing.T, data []byte, again uint8) {
		checkDeflate(t, append(append(data, make([]byte, again)...), data...))
	})
}

// It has to be worth its time.
func TestSmaller(t *testing.T) {
	data, err := os.ReadFile("deflate.go")
	if err != nil {
		t.Fatal(err)
	}
	var best bytes.Buffer
	w, _ := flate.NewWriter(&best, flate.BestCompression)
	w.Write(data)
	w.Close()
	if n := checkDeflate(t, data); n >= best.Len() {
		t.Errorf("%d bytes; compress/flate needs %d", n, best.Len())
	}
}

func TestCodeLengths(t *testing.T) {
	// Fibonacci's numbers make the deepest codes.
	fibonacci := []uint32{1, 1}
	for len(fibonacci) < symbols && fibonacci[len(fibonacci)-1] < 1<<30 {
		n := len(fibonacci)
		fibonacci = append(fibonacci, fibonacci[n-1]+fibonacci[n-2])
	}
	for _, frequency := range [][]uint32{{0, 0}, {0, 5}, {1, 1, 1}, {1, 2, 4, 8, 16, 32, 64, 128, 256, 512}, fibonacci} {
		for _, limit := range []int{maxCodeBits, maxBits} {
			room := 1 << limit
			for s, length := range codeLengths(frequency, limit) {
				if int(length) > limit || frequency[s] > 0 && length == 0 {
					t.Errorf("%v: %d has length %d of %d", frequency, s, length, limit)
				}
				if length > 0 {
					room -= 1 << (limit - int(length))
				}
			}
			if room != 0 {
				t.Errorf("%v: room for %d/%d more", frequency, room, 1<<limit)
			}
		}
	}
}

func TestPack(t *testing.T) {
	binary := []byte(strings.Repeat("\x7fELF", 1000))
	archive, err := pack(binary)
	if err != nil {
		t.Fatal(err)
	}
	if again, _ := pack(binary); !bytes.Equal(again, archive) {
		t.Error("not the same bytes every time")
	}
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	if len(z.File) != 1 || z.File[0].Name != "bootstrap" || z.File[0].Mode() != 0o755 {
		t.Fatalf("%+v", z.File)
	}
	r, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if got, err := io.ReadAll(r); err != nil || !bytes.Equal(got, binary) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}
