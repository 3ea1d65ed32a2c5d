//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// The kernel does the same steps as scanGeneric, in the same order. Masks have bit i for byte i of
// the block. Its registers:
//
//	SRC        R0   the block
//	LEFT       R1   blocks to go
//	NEXT       R2   where the next position is written
//	BASE       R3   32 bits, added to positions
//	INSIDE     R4   all ones if the block begins inside quotes, or else 0
//	PREVTAKEN  R5   bit 63: the byte before the block may be next to a quote (TAKEN of that byte)
//	PREVQUOTE  R6   bit 0: the byte before the block is a quote; no other bit is set
//	COUNT      R7   line ends so far
//	STOPS      R8   mask of separators and line feeds
//	QUOTES     R9   mask of quotes
//	LINES      R10  mask of line feeds
//	IN         R11  mask of bytes inside quotes; elsewhere, the number of ends
//	TAKEN      R12  mask of the bytes that may be next to a quote: STOPS, QUOTES and IN; 0 until a
//	                block is judged
//	TMP        R13
//	AT         R14
//	CRLF       R15  "\r\n" as a number
//
//	V0-V3    the block
//	V4-V15   scratch
//	V16      the separator in every byte
//	V17      '\n' in every byte
//	V18      '"' in every byte
//	V19      bit i%8 in byte i
#define SRC       R0
#define LEFT      R1
#define NEXT      R2
#define BASE      R3
#define INSIDE    R4
#define PREVTAKEN R5
#define PREVQUOTE R6
#define COUNT     R7
#define STOPS     R8
#define QUOTES    R9
#define LINES     R10
#define IN        R11
#define TAKEN     R12
#define TMP       R13
#define AT        R14
#define CRLF      R15

// COMPARE sets bit i%8 of byte i where byte i is c, in four registers, and adds neighbours until
// each byte of a has the bits of eight bytes. The lower half of a needs one more VADDP.
#define COMPARE(c, a, b, d, e) \
	VCMEQ c.B16, V0.B16, a.B16  \
	VCMEQ c.B16, V1.B16, b.B16  \
	VCMEQ c.B16, V2.B16, d.B16  \
	VCMEQ c.B16, V3.B16, e.B16  \
	VAND  V19.B16, a.B16, a.B16 \
	VAND  V19.B16, b.B16, b.B16 \
	VAND  V19.B16, d.B16, d.B16 \
	VAND  V19.B16, e.B16, e.B16 \
	VADDP b.B16, a.B16, a.B16   \
	VADDP e.B16, d.B16, d.B16   \
	VADDP d.B16, a.B16, a.B16

// POSITION writes the lowest position and clears its bit.
#define POSITION(at) \
	RBIT STOPS, AT      \
	CLZ  AT, AT         \
	ADDW BASE, AT       \
	MOVW AT, at(NEXT)   \
	SUB  $1, STOPS, TMP \
	AND  TMP, STOPS

// POPCOUNT counts the bits of a mask.
#define POPCOUNT(mask, n, v) \
	VMOV    mask, v.D[0] \
	VCNT    v.B8, v.B8   \
	VUADDLV v.B8, v      \
	VMOV    v.D[0], n

// PREFIX_XOR sets bit i of x to the xor of bits 0 to i of mask.
#define PREFIX_XOR(mask, x) \
	EOR mask<<1, mask, x \
	EOR x<<2, x          \
	EOR x<<4, x          \
	EOR x<<8, x          \
	EOR x<<16, x         \
	EOR x<<32, x

// func scanNEON(src *byte, blocks int, ends *uint32, base uint32, comma byte, inside, prevTaken, prevQuote uint64) (r result)
TEXT ·scanNEON(SB), NOSPLIT, $0-96
	MOVD  src+0(FP), SRC
	MOVD  blocks+8(FP), LEFT
	MOVD  ends+16(FP), NEXT
	MOVWU base+24(FP), BASE
	MOVBU comma+28(FP), TMP
	MOVD  inside+32(FP), INSIDE
	MOVD  prevTaken+40(FP), PREVTAKEN
	MOVD  prevQuote+48(FP), PREVQUOTE
	MOVD  ZR, COUNT
	MOVD  ZR, TAKEN
	VDUP  TMP, V16.B16
	VMOVI $const_lineFeed, V17.B16
	VMOVI $const_quote, V18.B16
	MOVD  $0x8040201008040201, TMP
	VDUP  TMP, V19.D2
	MOVD  $(const_lineFeed<<8 | const_carriageReturn), CRLF

block:
	VLD1  (SRC), [V0.B16, V1.B16, V2.B16, V3.B16]
	COMPARE(V17, V4, V5, V6, V7)
	COMPARE(V16, V8, V9, V10, V11)
	COMPARE(V18, V12, V13, V14, V15)
	VADDP V8.B16, V4.B16, V4.B16
	VADDP V12.B16, V12.B16, V12.B16
	VMOV  V4.D[0], LINES
	VMOV  V4.D[1], STOPS
	VMOV  V12.D[0], QUOTES
	ORR   LINES, STOPS

	// Does the block have quotes, begin inside quotes or follow one?
	ORR  INSIDE, QUOTES, TMP
	ORR  PREVQUOTE, TMP
	CBNZ TMP, judge
	MOVD STOPS, PREVTAKEN

write:
	POPCOUNT(LINES, LINES, V4)
	POPCOUNT(STOPS, IN, V5)
	ADD  LINES, COUNT

	// Eight positions are always written: see appendPositions.
	POSITION(0)
	POSITION(4)
	POSITION(8)
	POSITION(12)
	POSITION(16)
	POSITION(20)
	POSITION(24)
	POSITION(28)
	ADD  IN<<2, NEXT, IN
	CBNZ STOPS, more

advance:
	MOVD IN, NEXT
	ADD  $const_blockSize, SRC
	ADDW $const_blockSize, BASE
	SUB  $1, LEFT
	CBNZ LEFT, block

done:
	MOVD blocks+8(FP), TMP
	SUB  LEFT, TMP
	MOVD TMP, r_blocks+56(FP)
	MOVD ends+16(FP), TMP
	SUB  TMP, NEXT
	LSR  $2, NEXT
	MOVD NEXT, r_n+64(FP)
	MOVD COUNT, r_lines+72(FP)
	MOVD INSIDE, r_inside+80(FP)
	ORR  LEFT, TAKEN
	CMP  $0, TAKEN // a block has been judged, or is wrong
	CSET NE, TMP
	MOVB TMP, r_quotes+88(FP)
	RET

more:
	POSITION(32)
	ADD  $4, NEXT
	CBNZ STOPS, more
	JMP  advance

	// A quote that follows a byte that may not be next to one is wrong:
	//
	//	IN = prefixXor(QUOTES) ^ INSIDE
	//	TAKEN = STOPS | QUOTES | IN
	//	TMP = QUOTES &^ (TAKEN<<1 | PREVTAKEN>>63)
judge:
	PREFIX_XOR(QUOTES, IN)
	EOR  INSIDE, IN
	ORR  QUOTES, STOPS, TAKEN
	ORR  IN, TAKEN
	LSR  $63, PREVTAKEN
	ORR  TAKEN<<1, PREVTAKEN
	BIC  PREVTAKEN, QUOTES, TMP
	CBNZ TMP, done

	// A byte that may not be next to a quote but follows one must be the '\r' of a line end:
	//
	//	TMP = (QUOTES<<1 | PREVQUOTE) &^ TAKEN
	ORR  QUOTES<<1, PREVQUOTE, TMP
	BIC  TAKEN, TMP
	CBNZ TMP, returns

	// Remove what is inside quotes from STOPS and LINES, and set what the next block needs:
	//
	//	PREVTAKEN, PREVQUOTE, INSIDE = TAKEN, QUOTES>>63, -(IN>>63)
	//	STOPS, LINES = STOPS &^ IN, LINES &^ IN
settle:
	MOVD TAKEN, PREVTAKEN
	LSR  $63, QUOTES, PREVQUOTE
	BIC  IN, STOPS
	BIC  IN, LINES
	ASR  $63, IN, INSIDE
	JMP  write

	// Each byte of TMP, the lowest first, must be a '\r' before a '\n'.
returns:
	RBIT  TMP, AT
	CLZ   AT, AT
	ADD   SRC, AT
	MOVHU (AT), AT
	CMP   CRLF, AT
	BNE   done
	SUB   $1, TMP, AT
	AND   AT, TMP
	CBNZ  TMP, returns
	JMP   settle
