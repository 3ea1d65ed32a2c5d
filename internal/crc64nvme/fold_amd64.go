//go:build !purego

package crc64nvme

import "reduction/internal/cpu"

const (
	pclmulNeeds     = cpu.PCLMULQDQ | cpu.AVX
	vpclmul256Needs = pclmulNeeds | cpu.AVX2 | cpu.VPCLMULQDQ
)

// variants are the folds that this machine can run, the fastest first.
func variants() []variant {
	var v []variant
	if cpu.Has(vpclmul256Needs | cpu.AVX512F) {
		v = append(v, variant{"vpclmul512", foldVPCLMUL512})
	}
	if cpu.Has(vpclmul256Needs) {
		v = append(v, variant{"vpclmul256", foldVPCLMUL256})
	}
	if cpu.Has(pclmulNeeds) {
		v = append(v, variant{"pclmul", foldPCLMUL})
	}
	return append(v, variant{"table", foldTable})
}

// The kernels read n bytes from p: a positive multiple of 16, of 4·32 or of 4·64, in this order.

//go:noescape
func pclmul(state uint64, p *byte, n int) uint64

//go:noescape
func vpclmul256(state uint64, p *byte, n int) uint64

//go:noescape
func vpclmul512(state uint64, p *byte, n int) uint64

func foldPCLMUL(state uint64, blocks []byte) uint64 {
	if n := len(blocks) &^ (blockSize - 1); n > 0 {
		state = pclmul(state, &blocks[0], n)
	}
	return state
}

func foldVPCLMUL256(state uint64, blocks []byte) uint64 {
	n := len(blocks) &^ (4*32 - 1)
	if n > 0 {
		state = vpclmul256(state, &blocks[0], n)
	}
	return foldPCLMUL(state, blocks[n:])
}

func foldVPCLMUL512(state uint64, blocks []byte) uint64 {
	n := len(blocks) &^ (4*64 - 1)
	if n > 0 {
		state = vpclmul512(state, &blocks[0], n)
	}
	return foldPCLMUL(state, blocks[n:])
}
