//go:build !purego

#include "textflag.h"

// The kernel does in each step what scanGeneric does, and in its order. Its registers:
#define SRC    R0  // the block
#define LEFT   R1  // blocks to go
#define NEXT   R2  // where the next position is written
#define BASE   R3  // 32 bits, added to positions
#define INSIDE R4  // all ones if the block begins inside quotes, or else 0
#define BEFORE R5  // bit 63: TAKEN's of the byte before the block
#define BEHIND R6  // bit 0: the byte before the block is a quote
#define COUNT  R7  // line ends so far
#define STOPS  R8  // mask of commas and line ends
#define QUOTES R9  // mask of quotes
#define LINES  R10 // mask of line ends
#define IN     R11 // mask of bytes inside quotes
#define TAKEN  R12 // mask of all these: the bytes that may touch a quote
#define TMP    R13
#define AT     R14

// COMPARE makes four registers with bit i%8 of byte i set where byte i is c; PAIR adds
// neighbours until a mask's 64 bits stand in eight bytes of V(4), twice.
#define COMPARE(c, a, b, d, e) \
	VCMEQ c.B16, V0.B16, a.B16 \
	VCMEQ c.B16, V1.B16, b.B16 \
	VCMEQ c.B16, V2.B16, d.B16 \
	VCMEQ c.B16, V3.B16, e.B16 \
	VAND  V19.B16, a.B16, a.B16 \
	VAND  V19.B16, b.B16, b.B16 \
	VAND  V19.B16, d.B16, d.B16 \
	VAND  V19.B16, e.B16, e.B16 \
	VADDP b.B16, a.B16, a.B16 \
	VADDP e.B16, d.B16, d.B16 \
	VADDP d.B16, a.B16, a.B16

// POSITION writes the lowest position and takes it from the mask. It leaves STOPS-1&STOPS.
#define POSITION(at) \
	RBIT  STOPS, AT       \
	CLZ   AT, AT          \
	ADDW  BASE, AT        \
	MOVW  AT, at(NEXT)    \
	SUB   $1, STOPS, TMP  \
	AND   TMP, STOPS

// func scanNEON(src *byte, blocks int, ends *uint32, base uint32, inside, before, behind uint64) (done, n, lines int, after uint64)
TEXT ·scanNEON(SB), NOSPLIT, $0-88
	MOVD  src+0(FP), SRC
	MOVD  blocks+8(FP), LEFT
	MOVD  ends+16(FP), NEXT
	MOVWU base+24(FP), BASE
	MOVD  inside+32(FP), INSIDE
	MOVD  before+40(FP), BEFORE
	MOVD  behind+48(FP), BEHIND
	MOVD  ZR, COUNT
	VMOVI $0x2c, V16.B16 // ,
	VMOVI $0x0a, V17.B16 // \n
	VMOVI $0x22, V18.B16 // "
	MOVD  $0x8040201008040201, TMP
	VDUP  TMP, V19.D2

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

	ORR  INSIDE, QUOTES, TMP
	ORR  BEHIND, TMP
	CBNZ TMP, judge
	MOVD STOPS, BEFORE

write:
	VMOV     LINES, V4.D[0]
	VMOV     STOPS, V5.D[0]
	VCNT     V4.B8, V4.B8
	VCNT     V5.B8, V5.B8
	VUADDLV  V4.B8, V4
	VUADDLV  V5.B8, V5
	VMOV     V4.D[0], LINES
	VMOV     V5.D[0], IN
	ADD      LINES, COUNT

	// Eight, whether there are so many or not: see appendPositions.
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
	ADD  $64, SRC
	ADDW $64, BASE
	SUB  $1, LEFT
	CBNZ LEFT, block

done:
	MOVD blocks+8(FP), TMP
	SUB  LEFT, TMP
	MOVD TMP, done+56(FP)
	MOVD ends+16(FP), TMP
	SUB  TMP, NEXT
	LSR  $2, NEXT
	MOVD NEXT, n+64(FP)
	MOVD COUNT, lines+72(FP)
	MOVD INSIDE, after+80(FP)
	RET

more:
	POSITION(32)
	ADD  $4, NEXT
	CBNZ STOPS, more
	JMP  advance

	// The block has quotes, or begins inside or right behind some. A byte outside quotes
	// that is no stop must touch no quote: in front of one, the block is wrong; behind one,
	// it may be the '\r' of a line end.
judge:
	EOR  QUOTES<<1, QUOTES, IN // prefix xor
	EOR  IN<<2, IN
	EOR  IN<<4, IN
	EOR  IN<<8, IN
	EOR  IN<<16, IN
	EOR  IN<<32, IN
	EOR  INSIDE, IN
	ORR  QUOTES, STOPS, TAKEN
	ORR  IN, TAKEN
	LSR  $63, BEFORE
	ORR  TAKEN<<1, BEFORE
	BIC  BEFORE, QUOTES, TMP
	CBNZ TMP, done
	ORR  QUOTES<<1, BEHIND, TMP
	BIC  TAKEN, TMP
	CBNZ TMP, returns

judged:
	MOVD TAKEN, BEFORE
	LSR  $63, QUOTES, BEHIND
	BIC  IN, STOPS
	BIC  IN, LINES
	ASR  $63, IN, INSIDE
	JMP  write

returns:
	RBIT  TMP, AT
	CLZ   AT, AT
	ADD   SRC, AT
	MOVHU (AT), AT
	MOVD  $0x0a0d, BEFORE // free, and so is BEHIND
	CMP   BEFORE, AT
	BNE   done
	SUB   $1, TMP, BEHIND
	AND   BEHIND, TMP
	CBNZ  TMP, returns
	JMP   judged
