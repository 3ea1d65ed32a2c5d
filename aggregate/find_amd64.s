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
#define IDS     DI
#define LEFT    R8
#define FROM    BX
#define ENDS    SI
#define STRIDE  R9
#define SLOTS   R10
#define MASK    R11
#define MASKS   R12
#define s       AX
#define at      CX
#define n1      DX

// func findAES(x *index, ids *uint32, count int, text *byte, ends *uint32, stride int) int
TEXT ·findAES(SB), NOSPLIT, $0-56
	MOVQ  x+0(FP), AX
	MOVQ  (index_slots+0)(AX), SLOTS
	MOVQ  (index_slots+8)(AX), MASK
	DECQ  MASK
	SHLQ  $6, MASK // slots have 64 bytes
	MOVOU (index_seed+seed_words+0)(AX), secret0
	MOVOU (index_seed+seed_words+16)(AX), secret1
	MOVOU (index_seed+seed_words+32)(AX), secret2
	MOVOU (index_seed+seed_words+48)(AX), secret3
	MOVQ  ids+8(FP), IDS
	MOVQ  count+16(FP), LEFT
	MOVQ  text+24(FP), FROM
	MOVQ  ends+32(FP), ENDS
	MOVQ  stride+40(FP), STRIDE
	SHLQ  $2, STRIDE
	LEAQ  ·masks(SB), MASKS

name:
	MOVL (ENDS), at
	MOVL 4(ENDS), n1
	SUBL at, n1
	CMPL n1, $33
	JHI  done

	// The first 32 bytes, cut to n.
	MOVOU (FROM)(at*1), key0
	MOVOU 16(FROM)(at*1), key1
	MOVL  n1, at
	SHLL  $5, at
	MOVOU (MASKS)(at*1), X2
	MOVOU 16(MASKS)(at*1), X3
	PAND  X2, key0
	PAND  X3, key1
	PXOR  secret0, key0
	PXOR  secret1, key1
	MIX
	MOVQ  hash, s
	SHRQ  $26, s // home, in bytes

probe:
	ANDQ     MASK, s
	MOVOU    (SLOTS)(s*1), X2
	MOVOU    16(SLOTS)(s*1), X3
	PCMPEQB  key0, X2
	PCMPEQB  key1, X3
	PAND     X3, X2
	PMOVMSKB X2, at
	CMPL     slot_n1(SLOTS)(s*1), n1
	JNE      other
	CMPL     at, $0xffff
	JNE      other
	MOVL     slot_id(SLOTS)(s*1), at
	MOVL     at, (IDS)
	ADDQ     $4, IDS
	ADDQ     STRIDE, ENDS
	DECQ     LEFT
	JNZ      name

done:
	SUBQ ids+8(FP), IDS
	SHRQ $2, IDS
	MOVQ IDS, ret+48(FP)
	RET

other:
	CMPL slot_n1(SLOTS)(s*1), $0
	JEQ  done
	ADDQ $64, s
	JMP  probe
