//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// func cpuid(leaf, subleaf uint32) (a, b, c, d uint32)
TEXT ·cpuid(SB), NOSPLIT, $0-24
	MOVL leaf+0(FP), AX
	MOVL subleaf+4(FP), CX
	CPUID
	MOVL AX, a+8(FP)
	MOVL BX, b+12(FP)
	MOVL CX, c+16(FP)
	MOVL DX, d+20(FP)
	RET

// func xgetbv() uint32
TEXT ·xgetbv(SB), NOSPLIT, $0-4
	XORL CX, CX
	XGETBV
	MOVL AX, ret+0(FP)
	RET

// The key of a name is in KEY0 and KEY1, crossed with secret words. AES mixes it: two rounds
// lie between its halves, so that neither can undo the other, and three behind, as many as
// it takes until each byte has a say in each (two leave 256 values to the top bits of some
// 65,536 names that differ in two bytes).
#define NAME    Y0
#define KEY0    X0 // the lower half of NAME
#define KEY1    X1
#define HASH    X2
#define SECRET  Y3 // 0 and 1
#define SECRET2 X4
#define SECRET3 X5
#define MIX \
	VAESENC SECRET2, KEY0, HASH \
	VAESENC KEY1, HASH, HASH    \
	VAESENC SECRET3, HASH, HASH \
	VAESENC SECRET2, HASH, HASH \
	VAESENC SECRET3, HASH, HASH

// func hashAES(x *index, key *[4]uint64) uint64
TEXT ·hashAES(SB), NOSPLIT, $0-24
	MOVQ    x+0(FP), AX
	MOVQ    key+8(FP), BX
	VMOVDQU (BX), KEY0
	VMOVDQU 16(BX), KEY1
	VMOVDQU (index_seed+seed_words+32)(AX), SECRET2
	VMOVDQU (index_seed+seed_words+48)(AX), SECRET3
	MIX
	VMOVQ   HASH, AX
	MOVQ    AX, ret+16(FP)
	RET

#define IDS     DI  // where the next id is written
#define LEFT    R8  // names to go
#define FROM    BX  // text
#define ENDS    SI  // the end before the name, and its own
#define STRIDE  R9  // of ENDS, in bytes
#define SLOTS   R10
#define MASK    R11 // cuts a slot's place to the index's size, in bytes
#define MASKS   R12 // by length: see index.go
#define SLOT    AX  // a slot's place among SLOTS, in bytes
#define AT      CX
#define LENGTH1 DX  // the length of the name, plus 1

// func findAES(x *index, ids *uint32, count int, text *byte, ends *uint32, stride int) int
TEXT ·findAES(SB), NOSPLIT, $0-56
	MOVQ    x+0(FP), AX
	MOVQ    (index_slots+0)(AX), SLOTS
	MOVQ    (index_slots+8)(AX), MASK
	DECQ    MASK
	SHLQ    $6, MASK // slots have 64 bytes
	VMOVDQU (index_seed+seed_words+0)(AX), SECRET
	VMOVDQU (index_seed+seed_words+32)(AX), SECRET2
	VMOVDQU (index_seed+seed_words+48)(AX), SECRET3
	MOVQ    ids+8(FP), IDS
	MOVQ    count+16(FP), LEFT
	MOVQ    text+24(FP), FROM
	MOVQ    ends+32(FP), ENDS
	MOVQ    stride+40(FP), STRIDE
	SHLQ    $2, STRIDE
	LEAQ    ·masks(SB), MASKS

name:
	MOVL (ENDS), AT
	MOVL 4(ENDS), LENGTH1
	SUBL AT, LENGTH1
	CMPL LENGTH1, $33
	JHI  done

	// The first 32 bytes, cut to n.
	VMOVDQU      (FROM)(AT*1), NAME
	MOVL         LENGTH1, AT
	SHLL         $5, AT
	VPAND        (MASKS)(AT*1), NAME, NAME
	VPXOR        SECRET, NAME, NAME
	VEXTRACTI128 $1, NAME, KEY1
	MIX
	VMOVQ        HASH, SLOT
	SHRQ         $26, SLOT // home times 64, and bits that MASK clears

probe:
	ANDQ      MASK, SLOT
	CMPL      slot_lenPlus1(SLOTS)(SLOT*1), LENGTH1
	JNE       other
	VPCMPEQB  (SLOTS)(SLOT*1), NAME, Y6
	VPMOVMSKB Y6, AT
	INCL      AT
	JNZ       other
	MOVL      slot_id(SLOTS)(SLOT*1), AT
	MOVL      AT, (IDS)
	ADDQ      $4, IDS
	ADDQ      STRIDE, ENDS
	DECQ      LEFT
	JNZ       name

done:
	VZEROUPPER
	SUBQ ids+8(FP), IDS
	SHRQ $2, IDS
	MOVQ IDS, ret+48(FP)
	RET

other:
	CMPL slot_lenPlus1(SLOTS)(SLOT*1), $0
	JEQ  done
	ADDQ $64, SLOT
	JMP  probe
