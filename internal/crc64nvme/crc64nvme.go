// Package crc64nvme computes CRC-64/NVME, the checksum that S3 computes for every object that is
// uploaded without one.
//
// It folds with the processor's carry-less multiplication (amd64, arm64) and looks up tables
// elsewhere and with the build tag purego. For other polynomials use hash/crc64, which looks up
// tables everywhere; the tests compare this package with it.
//
// The package is not part of aws because it is compiled for speed, and aws for size.
package crc64nvme

import (
	"encoding/binary"
	"hash"
)

// polynomial is P without its x^64, reflected: bit 63 is x^0, as in hash/crc64.
// NVM Express NVM Command Set Specification 1.0d, §5.2.1.3.4: 0xad93d23594c93659.
// Amazon S3 User Guide, "Checking object integrity".
const polynomial = 0x9a6c9329ac4bc9b5

// Size is the length of a checksum in bytes.
const Size = 8

// blockSize is the least that a fold takes: a register of 128 bits.
const blockSize = 16

// digest is a hash.Hash64 of CRC-64/NVME.
type digest struct {
	state uint64 // the checksum, inverted
	fold  fold
	block [blockSize + 8]byte // the buffer of addRest
}

// New returns a hash that computes the checksum. Writing to it does not allocate.
func New() hash.Hash64 { return &digest{state: ^uint64(0), fold: fastest()} }

func (d *digest) Write(p []byte) (int, error) {
	whole := len(p) &^ (blockSize - 1)
	d.state = d.fold(d.state, p[:whole])
	if whole < len(p) {
		d.addRest(p[whole:])
	}
	return len(p), nil
}

// addRest adds p, which is shorter than a block. It folds a block of zeros with p at the end:
//
//	          0                            16            24
//	block     | 0 0 0 0 0 0 0 0 0 0 0 p p p p p |
//	                                | s s s s s   s s s |
//
// The state s is added to the eight bytes that follow it. The bytes of s after the block are not
// folded: they are added to the result. The fold begins with a state of 0, so the zeros before p
// do not change the result.
func (d *digest) addRest(p []byte) {
	at := blockSize - len(p)
	d.block = [len(d.block)]byte{}
	binary.LittleEndian.PutUint64(d.block[at:], d.state)
	for i, b := range p {
		d.block[at+i] ^= b
	}
	d.state = d.fold(0, d.block[:blockSize]) ^ binary.LittleEndian.Uint64(d.block[blockSize:])
}

func (d *digest) Sum64() uint64       { return ^d.state }
func (d *digest) Sum(b []byte) []byte { return binary.BigEndian.AppendUint64(b, d.Sum64()) }
func (d *digest) Reset()              { d.state = ^uint64(0) }
func (d *digest) Size() int           { return Size }
func (d *digest) BlockSize() int      { return 1 }
