package aggregate

import (
	"hash/maphash"
	"math/bits"
)

// seed is what the author of a file cannot know. Every hash here crosses the words of a key
// with secret ones, folds products of pairs with mix, and multiplies their sum by odd; its
// top bits choose the slot. Without the last step one seed in a hundred let names that
// differ in two bytes crowd together (16,384 of them 444 slots from home on average; with
// it, half a slot, as by chance).
type seed struct {
	words [8]uint64
	odd   uint64
}

func newSeed() (s seed) {
	random := maphash.MakeSeed()
	for i := range s.words {
		s.words[i] = maphash.Bytes(random, []byte{byte(i)})
	}
	s.odd = maphash.Bytes(random, nil) | 1
	return s
}

// pair returns the hash of two numbers.
func (s *seed) pair(a, b uint32) uint64 {
	return mix(uint64(a)<<32|uint64(b)^s.words[0], s.words[1]) * s.odd
}

// mix multiplies to 128 bits and folds the product: the step of wyhash, and of Go's own
// memhash where it has no AES.
func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
