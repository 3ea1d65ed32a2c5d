//go:build !purego

package crc64nvme

import "runtime"

// isar0 reads ID_AA64ISAR0_EL1.
func isar0() uint64

// hasPMULL reports whether the processor multiplies 64 bits by 64 without carries. This is in a
// register that only an operating system may read. Linux emulates the read for programs since 4.11
// (Linux kernel documentation, "ARM64 CPU Feature Registers"); Lambda has 5.10 or later. Every
// arm64 processor of Apple can. On other systems the read may be fatal, so they use tables.
func hasPMULL() bool {
	switch runtime.GOOS {
	case "linux":
		// Arm Architecture Reference Manual, ID_AA64ISAR0_EL1: bits 7:4, AES, are 2 with PMULL.
		return isar0()>>4&15 >= 2
	case "darwin":
		return true
	}
	return false
}

// variants are the folds that this machine can run, the fastest first.
func variants() []variant {
	if hasPMULL() {
		return []variant{{"pmull", foldPMULL}, {"table", foldTable}}
	}
	return []variant{{"table", foldTable}}
}

// pmull is the kernel. It reads n bytes from p: a positive multiple of 16.
//
//go:noescape
func pmull(state uint64, p *byte, n int) uint64

func foldPMULL(state uint64, blocks []byte) uint64 {
	if n := len(blocks) &^ (blockSize - 1); n > 0 {
		state = pmull(state, &blocks[0], n)
	}
	return state
}
