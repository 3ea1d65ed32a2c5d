package main

import (
	"math/bits"
	"slices"
)

// codeLengths returns the lengths, limit at the most, of the prefix code that tells symbols
// of these frequencies in the fewest bits: package-merge. (Larmore and Hirschberg, "A fast
// algorithm for optimal length-limited Huffman codes", 1990.)
func codeLengths(frequency []uint32, limit int) []uint8 {
	type item struct {
		weight uint64
		symbol int      // of a leaf
		parts  [2]*item // of a package
	}
	lengths := make([]uint8, len(frequency))
	var leaves []*item
	for s, n := range frequency {
		if n > 0 {
			leaves = append(leaves, &item{weight: uint64(n), symbol: s})
		}
	}
	// Some decoders do not take a code of less than two symbols.
	for s := 0; len(leaves) < 2; s++ {
		if frequency[s] == 0 {
			leaves = append(leaves, &item{symbol: s})
		}
	}
	slices.SortStableFunc(leaves, func(a, b *item) int { return int(a.weight) - int(b.weight) })
	row := leaves
	for range limit - 1 {
		next := make([]*item, 0, 2*len(leaves))
		rest := leaves
		for i := 0; i+1 < len(row); i += 2 {
			pack := &item{weight: row[i].weight + row[i+1].weight, parts: [2]*item{row[i], row[i+1]}}
			for len(rest) > 0 && rest[0].weight <= pack.weight {
				next, rest = append(next, rest[0]), rest[1:]
			}
			next = append(next, pack)
		}
		row = append(next, rest...)
	}
	var deepen func(*item)
	deepen = func(i *item) {
		if i.parts[0] == nil {
			lengths[i.symbol]++
			return
		}
		deepen(i.parts[0])
		deepen(i.parts[1])
	}
	for _, i := range row[:2*len(leaves)-2] {
		deepen(i)
	}
	return lengths
}

// codes assigns a code's words by its lengths, RFC 1951 §3.2.2, first bit lowest.
func codes(lengths []uint8) []uint16 {
	words := make([]uint16, len(lengths))
	word := uint16(0)
	for length := uint8(1); length <= maxBits; length++ {
		word <<= 1
		for s, l := range lengths {
			if l == length {
				words[s] = bits.Reverse16(word) >> (16 - length)
				word++
			}
		}
	}
	return words
}

// lengthOrder is the order in which the lengths of the lengths' own code are told, RFC 1951
// §3.2.7.
var lengthOrder = [19]uint8{16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15}

// run is a length of a code, or the repetition of one.
type run struct{ symbol, extra, value uint8 }

// header is how a block tells its codes.
type header struct {
	symbol, distance []uint8 // lengths, without the zeros at the end
	runs             []run
	lengths          []uint8 // of the runs' code
	told             int     // how many of these, in lengthOrder
	bits             int
}

func (f *frequencies) header() *header {
	h := &header{
		symbol:   trim(codeLengths(f.symbol[:], maxBits), endOfBlock+1),
		distance: trim(codeLengths(f.distance[:], maxBits), 1),
	}
	var frequency [len(lengthOrder)]uint32
	h.runs = runs(slices.Concat(h.symbol, h.distance))
	for _, r := range h.runs {
		frequency[r.symbol]++
		h.bits += int(r.extra)
	}
	h.lengths = codeLengths(frequency[:], maxCodeBits)
	for s, n := range frequency {
		h.bits += int(n) * int(h.lengths[s])
	}
	h.told = len(lengthOrder)
	for h.told > 4 && h.lengths[lengthOrder[h.told-1]] == 0 {
		h.told--
	}
	h.bits += 3 + 5 + 5 + 4 + 3*h.told
	return h
}

func trim(lengths []uint8, least int) []uint8 {
	n := len(lengths)
	for n > least && lengths[n-1] == 0 {
		n--
	}
	return lengths[:n]
}

// runs shortens repetitions: 16 repeats the length before, 17 and 18 are zeros.
func runs(lengths []uint8) (out []run) {
	for i := 0; i < len(lengths); {
		length, n := lengths[i], 1
		for i+n < len(lengths) && lengths[i+n] == length {
			n++
		}
		i += n
		if length != 0 {
			out, n = append(out, run{symbol: length}), n-1
		}
		for n >= 3 {
			r := run{16, 2, uint8(min(n, 6) - 3)}
			switch {
			case length == 0 && n > 10:
				r = run{18, 7, uint8(min(n, 138) - 11)}
			case length == 0:
				r = run{17, 3, uint8(n - 3)}
			}
			out = append(out, r)
			n -= int(r.value) + map[uint8]int{16: 3, 17: 3, 18: 11}[r.symbol]
		}
		for range n {
			out = append(out, run{symbol: length})
		}
	}
	return out
}

// size is how many bits a block of these frequencies takes.
func (f *frequencies) size() int {
	h := f.header()
	size := h.bits
	for s, length := range h.symbol {
		extra := 0
		if s > endOfBlock && s < symbols-1 {
			extra = max(0, (s-endOfBlock-1)/4-1)
		}
		size += int(f.symbol[s]) * (int(length) + extra)
	}
	for d, length := range h.distance {
		size += int(f.distance[d]) * (int(length) + max(0, d/2-1))
	}
	return size
}

// bitWriter packs bits into bytes, first bit lowest.
type bitWriter struct {
	out  []byte
	held uint64
	n    int
}

func (w *bitWriter) put(value, n int) {
	w.held |= uint64(value) << w.n
	for w.n += n; w.n >= 8; w.n -= 8 {
		w.out = append(w.out, byte(w.held))
		w.held >>= 8
	}
}

func (w *bitWriter) bytes() []byte {
	w.put(0, 7)
	return w.out
}

// block writes tokens as a block with codes of its own.
func (w *bitWriter) block(tokens []token, last bool) {
	h := count(tokens).header()
	w.put(map[bool]int{true: 1}[last], 1)
	w.put(2, 2)
	w.put(len(h.symbol)-(endOfBlock+1), 5)
	w.put(len(h.distance)-1, 5)
	w.put(h.told-4, 4)
	for _, s := range lengthOrder[:h.told] {
		w.put(int(h.lengths[s]), 3)
	}
	words := codes(h.lengths)
	for _, r := range h.runs {
		w.put(int(words[r.symbol]), int(h.lengths[r.symbol]))
		w.put(int(r.value), int(r.extra))
	}
	symbol, distance := codes(h.symbol), codes(h.distance)
	for _, t := range tokens {
		if t.length == 0 {
			w.put(int(symbol[t.distance]), int(h.symbol[t.distance]))
			continue
		}
		s, extra, value := lengthSymbol(int(t.length))
		w.put(int(symbol[s]), int(h.symbol[s]))
		w.put(value, extra)
		s, extra, value = distanceSymbol(int(t.distance) + 1)
		w.put(int(distance[s]), int(h.distance[s]))
		w.put(value, extra)
	}
	w.put(int(symbol[endOfBlock]), int(h.symbol[endOfBlock]))
}
