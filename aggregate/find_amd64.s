//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// hashAES and findAES do for AES what hashShort and findGeneric do in Go: see find.go and index.go.
// Their registers:
//
//	NAME       Y0   the name's first 32 bytes, then its key
//	KEY0       X0   the lower half of NAME
//	KEY1       X1   the upper half of NAME
//	HASH       X2   the hash, in the lower 64 bits
//	SEED0      Y3   words 0 to 3 of the seed
//	SEED4      X4   words 4 and 5 of the seed
//	SEED6      X5   words 6 and 7 of the seed
//	EQUAL      Y6   all ones in each byte that is equal in NAME and in a slot's key
//
//	INDEX      AX   the index, until its fields are loaded
//	KEY        BX   the key that hashAES is given
//	SLOT       AX   a slot's offset in SLOTS, in bytes
//	TEXT0      BX   the first byte of the text
//	IDS        DI   where the next id is written
//	LEFT       R8   names to go
//	ENDS       SI   the end before the name; the name's own end follows
//	STRIDE     R9   from a name's ENDS to the next one's, in bytes
//	SLOTS      R10  the first slot
//	SLOT_MASK  R11  cuts SLOT to the size of the index
//	MASKS      R12  masks[0], which cuts off every byte
//	LEN_PLUS1  DX   the name's length, plus 1
//	TMP        CX
#define NAME      Y0
#define KEY0      X0
#define KEY1      X1
#define HASH      X2
#define SEED0     Y3
#define SEED4     X4
#define SEED6     X5
#define EQUAL     Y6
#define INDEX     AX
#define KEY       BX
#define SLOT      AX
#define TEXT0     BX
#define IDS       DI
#define LEFT      R8
#define ENDS      SI
#define STRIDE    R9
#define SLOTS     R10
#define SLOT_MASK R11
#define MASKS     R12
#define LEN_PLUS1 DX
#define TMP       CX

// LOAD_SEED loads the words that MIX needs.
#define LOAD_SEED \
	VMOVDQU (index_seed+seed_words+32)(INDEX), SEED4 \
	VMOVDQU (index_seed+seed_words+48)(INDEX), SEED6

// MIX hashes a key, whose words have been crossed with the seed's. round(x, k) is one round of AES
// on x with the round key k:
//
//	HASH = round(KEY0, SEED4)
//	HASH = round(HASH, KEY1)
//	HASH = round(HASH, SEED6)
//	HASH = round(HASH, SEED4)
//	HASH = round(HASH, SEED6)
//
// Two rounds lie between the halves of the key, so that one half cannot cancel the other. Three
// follow: then each byte of the key affects each byte of the hash. (With two, some sets of 65,536
// names that differ in two bytes had only 256 values in the top bits.)
#define MIX \
	VAESENC SEED4, KEY0, HASH \
	VAESENC KEY1, HASH, HASH  \
	VAESENC SEED6, HASH, HASH \
	VAESENC SEED4, HASH, HASH \
	VAESENC SEED6, HASH, HASH

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

// func hashAES(x *index, key *[4]uint64) uint64
TEXT ·hashAES(SB), NOSPLIT, $0-24
	MOVQ    x+0(FP), INDEX
	MOVQ    key+8(FP), KEY
	VMOVDQU (KEY), KEY0
	VMOVDQU 16(KEY), KEY1
	LOAD_SEED
	MIX
	VMOVQ   HASH, AX
	MOVQ    AX, ret+16(FP)
	RET

// func findAES(x *index, ids *uint32, count int, text *byte, ends *uint32, stride int) int
//
// For each name:
//
//	NAME = text[ENDS[0]:][:32] & MASKS[LEN_PLUS1] ^ SEED0
//	SLOT = the hash of NAME >> 32 & (len(SLOTS)-1), or one of those that follow
TEXT ·findAES(SB), NOSPLIT, $0-56
	MOVQ    x+0(FP), INDEX
	MOVQ    (index_slots+0)(INDEX), SLOTS
	MOVQ    (index_slots+8)(INDEX), SLOT_MASK
	DECQ    SLOT_MASK
	SHLQ    $6, SLOT_MASK // slots have 64 bytes
	VMOVDQU (index_seed+seed_words+0)(INDEX), SEED0
	LOAD_SEED
	MOVQ    ids+8(FP), IDS
	MOVQ    count+16(FP), LEFT
	MOVQ    text+24(FP), TEXT0
	MOVQ    ends+32(FP), ENDS
	MOVQ    stride+40(FP), STRIDE
	SHLQ    $2, STRIDE
	LEAQ    ·masks(SB), MASKS

name:
	MOVL (ENDS), TMP
	MOVL 4(ENDS), LEN_PLUS1
	SUBL TMP, LEN_PLUS1
	CMPL LEN_PLUS1, $(const_shortName+1)
	JHI  done

	VMOVDQU      (TEXT0)(TMP*1), NAME
	MOVL         LEN_PLUS1, TMP
	SHLL         $5, TMP // masks have 32 bytes
	VPAND        (MASKS)(TMP*1), NAME, NAME
	VPXOR        SEED0, NAME, NAME
	VEXTRACTI128 $1, NAME, KEY1
	MIX
	VMOVQ        HASH, SLOT
	SHRQ         $26, SLOT // by 32, and times 64; SLOT_MASK clears the bits below

probe:
	ANDQ      SLOT_MASK, SLOT
	CMPL      slot_lenPlus1(SLOTS)(SLOT*1), LEN_PLUS1
	JNE       other
	VPCMPEQB  (SLOTS)(SLOT*1), NAME, EQUAL
	VPMOVMSKB EQUAL, TMP
	INCL      TMP // 0 if all 32 bytes are equal
	JNZ       other
	MOVL      slot_id(SLOTS)(SLOT*1), TMP
	MOVL      TMP, (IDS)
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
	JEQ  done // a free slot: the name is not there
	ADDQ $64, SLOT
	JMP  probe
