//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// func cpuAES() bool
TEXT ·cpuAES(SB), NOSPLIT, $0-1
	MOVL $1, AX
	XORL CX, CX
	CPUID
	SHRL $25, CX // Intel SDM, CPUID leaf 1: AESNI
	ANDL $1, CX
	MOVB CX, ret+0(FP)
	RET

// The key of a name is in key0 and key1, crossed with secret words. AES mixes it: two rounds
// lie between its halves, so that neither can undo the other, and three behind, as many as
// it takes until each byte has a say in each (two leave 256 values to the top bits of some
// 65,536 names that differ in two bytes).
#define key0    X0
#define key1    X1
#define hash    X4
#define secret2 X10
#define secret3 X11
#define MIX \
	MOVO   key0, hash    \
	AESENC secret2, hash \
	AESENC key1, hash    \
	AESENC secret3, hash \
	AESENC secret2, hash \
	AESENC secret3, hash

// func hashAES(x *index, key *[4]uint64) uint64
TEXT ·hashAES(SB), NOSPLIT, $0-24
	MOVQ  x+0(FP), AX
	MOVQ  key+8(FP), BX
	MOVOU (BX), key0
	MOVOU 16(BX), key1
	MOVOU (index_seed+seed_words+32)(AX), secret2
	MOVOU (index_seed+seed_words+48)(AX), secret3
	MIX
	MOVQ  hash, ret+16(FP)
	RET

#define secret0 X8
#define secret1 X9
#define j       DX
#define COUNT   R8
#define IDS     DI
#define FIELDS  SI
#define BASE    BX
#define LIMIT   R9
#define SLOTS   R10
#define LAST    R11
#define n1      R13
#define at      R12
#define s       AX

// func findAES(x *index, ids *uint32, fields *span, count int, base *byte, limit int) int
TEXT ·findAES(SB), NOSPLIT, $0-56
	MOVQ  x+0(FP), AX
	MOVQ  (index_slots+0)(AX), SLOTS
	MOVQ  (index_slots+8)(AX), LAST
	DECQ  LAST
	MOVQ  index_shift(AX), CX
	MOVOU (index_seed+seed_words+0)(AX), secret0
	MOVOU (index_seed+seed_words+16)(AX), secret1
	MOVOU (index_seed+seed_words+32)(AX), secret2
	MOVOU (index_seed+seed_words+48)(AX), secret3
	MOVQ  ids+8(FP), IDS
	MOVQ  fields+16(FP), FIELDS
	MOVQ  count+24(FP), COUNT
	MOVQ  base+32(FP), BASE
	MOVQ  limit+40(FP), LIMIT
	LEAQ  ·masks(SB), R15
	XORL  j, j

name:
	CMPQ j, COUNT
	JGE  done
	MOVL span_n(FIELDS)(j*8), n1
	MOVL span_p(FIELDS)(j*8), at
	CMPL n1, $32
	JHI  done
	CMPQ at, LIMIT
	JGT  done

	// The first 32 bytes, cut to n.
	MOVOU (BASE)(at*1), key0
	MOVOU 16(BASE)(at*1), key1
	MOVL  n1, at
	SHLQ  $5, at
	MOVOU (R15)(at*1), X2
	MOVOU 16(R15)(at*1), X3
	PAND  X2, key0
	PAND  X3, key1
	PXOR  secret0, key0
	PXOR  secret1, key1
	MIX
	MOVQ  hash, at
	SHRQ  CX, at
	INCL  n1

probe:
	MOVQ     at, s
	SHLQ     $6, s
	ADDQ     SLOTS, s
	MOVOU    (s), X2
	MOVOU    16(s), X3
	PCMPEQB  key0, X2
	PCMPEQB  key1, X3
	PAND     X3, X2
	CMPL     slot_n1(s), n1
	JNE      other
	PMOVMSKB X2, R15
	CMPL     R15, $0xffff
	LEAQ     ·masks(SB), R15
	JNE      other
	MOVL     slot_id(s), s
	MOVL     s, (IDS)(j*4)
	INCQ     j
	JMP      name

other:
	CMPL slot_n1(s), $0
	JEQ  done
	INCQ at
	ANDQ LAST, at
	JMP  probe

done:
	MOVQ j, ret+48(FP)
	RET
