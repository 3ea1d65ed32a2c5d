//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Both kernels do the same steps as scanGeneric, in the same order. Masks have bit i for byte i of
// the block. The registers of both:
//
//	SRC        SI   the block
//	LEFT       CX   blocks to go
//	NEXT       DI   where the next position is written
//	BASE       DX   32 bits, added to positions
//	INSIDE     R8   all ones if the block begins inside quotes, or else 0
//	PREVTAKEN  R9   bit 63: the byte before the block may be next to a quote (TAKEN of that byte)
//	PREVQUOTE  R10  bit 0: the byte before the block is a quote; no other bit is set
//	COUNT      R11  line ends so far
//	STOPS      AX   mask of separators and line feeds
//	QUOTES     BX   mask of quotes
//	LINES      R12  mask of line feeds
//	IN         R13  mask of bytes inside quotes; between write and advance, the number of ends
//	TAKEN      R15  mask of the bytes that may be next to a quote: STOPS, QUOTES and IN; 0 until a
//	                block is judged
//	TMP        R14
//
//	           scanAVX2         scanAVX512
//	separator  Y0               Z0           in every byte
//	'\n'       Y1               Z1           in every byte
//	'"'        Y2               Z2           in every byte
//	block      Y3, Y4           Z3
//	scratch    Y5, X6           Z4, Z5, X6, K1, K2, K3
//	all ones   X7               X7           for the prefix xor
//	'\r'       Y8               Z8           in every byte
//	base                        Z9           sixteen times
//	64                          Z10          sixteen times
//	0 to 63                     Z11          bytes
#define SRC       SI
#define LEFT      CX
#define NEXT      DI
#define BASE      DX
#define INSIDE    R8
#define PREVTAKEN R9
#define PREVQUOTE R10
#define COUNT     R11
#define STOPS     AX
#define QUOTES    BX
#define LINES     R12
#define IN        R13
#define TAKEN     R15
#define TMP       R14

// ARGUMENTS loads the arguments.
#define ARGUMENTS \
	MOVQ src+0(FP), SRC              \
	MOVQ blocks+8(FP), LEFT          \
	MOVQ ends+16(FP), NEXT           \
	MOVL base+24(FP), BASE           \
	MOVQ inside+32(FP), INSIDE       \
	MOVQ prevTaken+40(FP), PREVTAKEN \
	MOVQ prevQuote+48(FP), PREVQUOTE \
	XORL COUNT, COUNT                \
	XORL TAKEN, TAKEN

// RESULTS stores the results. LEFT blocks have not been done. If that is not 0, the first of them is
// wrong.
//
//	quotes = TAKEN | LEFT != 0
#define RESULTS \
	MOVQ  blocks+8(FP), AX        \
	SUBQ  LEFT, AX                \
	MOVQ  AX, r_blocks+56(FP)     \
	SUBQ  ends+16(FP), NEXT       \
	SHRQ  $2, NEXT                \
	MOVQ  NEXT, r_n+64(FP)        \
	MOVQ  COUNT, r_lines+72(FP)   \
	MOVQ  INSIDE, r_inside+80(FP) \
	ORQ   LEFT, TAKEN             \
	SETNE r_quotes+88(FP)

// PLAIN sets the zero flag if the block has no quotes, does not begin inside quotes and does not
// follow one. TMP = QUOTES | INSIDE | PREVQUOTE
#define PLAIN \
	MOVQ QUOTES, TMP \
	ORQ  INSIDE, TMP \
	ORQ  PREVQUOTE, TMP

// JUDGE_FRONT clears the zero flag if a quote follows a byte that may not be next to one.
// Multiplying by all ones without carries makes the prefix xor.
//
//	IN = prefixXor(QUOTES) ^ INSIDE
//	TAKEN = STOPS | QUOTES | IN
//	TMP = QUOTES &^ (TAKEN<<1 | PREVTAKEN>>63)
#define JUDGE_FRONT \
	VMOVQ      QUOTES, X6                \
	VPCLMULQDQ $0, X7, X6, X6            \
	VMOVQ      X6, IN                    \
	XORQ       INSIDE, IN                \
	MOVQ       STOPS, TAKEN              \
	ORQ        QUOTES, TAKEN             \
	ORQ        IN, TAKEN                 \
	SHRQ       $63, PREVTAKEN            \
	LEAQ       (PREVTAKEN)(TAKEN*2), TMP \
	ANDNQ      QUOTES, TMP, TMP

// JUDGE_BACK clears the zero flag if a byte that may not be next to a quote follows one. Each such
// byte must be the '\r' of a line end.
// TMP = (QUOTES<<1 | PREVQUOTE) &^ TAKEN
#define JUDGE_BACK \
	LEAQ  (PREVQUOTE)(QUOTES*2), TMP \
	ANDNQ TMP, TAKEN, TMP

// SETTLE removes what is inside quotes from STOPS and LINES, and sets what the next block needs.
//
//	PREVTAKEN, PREVQUOTE, INSIDE = TAKEN, QUOTES>>63, -(IN>>63)
//	STOPS, LINES = STOPS &^ IN, LINES &^ IN
#define SETTLE \
	MOVQ  TAKEN, PREVTAKEN  \
	MOVQ  QUOTES, PREVQUOTE \
	SHRQ  $63, PREVQUOTE    \
	ANDNQ STOPS, IN, STOPS  \
	ANDNQ LINES, IN, LINES  \
	MOVQ  IN, INSIDE        \
	SARQ  $63, INSIDE

// COUNT_LINES adds the line ends to COUNT, and sets IN to the number of ends.
#define COUNT_LINES \
	POPCNTQ LINES, LINES \
	ADDQ    LINES, COUNT \
	POPCNTQ STOPS, IN

// BYTES sets all bytes of a register, yz, to a constant. x is its lowest part.
#define BYTES(c, x, yz) \
	MOVL         $c, AX \
	VMOVD        AX, x  \
	VPBROADCASTB x, yz

// COMMA sets them to the separator.
#define COMMA(x, yz) \
	MOVBLZX      comma+28(FP), AX \
	VMOVD        AX, x            \
	VPBROADCASTB x, yz

// MASK makes the mask of the bytes in Y3 and Y4 that equal those in c.
#define MASK(c, mask) \
	VPCMPEQB  Y3, c, Y5 \
	VPMOVMSKB Y5, mask  \
	VPCMPEQB  Y4, c, Y5 \
	VPMOVMSKB Y5, TMP   \
	SHLQ      $32, TMP  \
	ORQ       TMP, mask

// POSITION writes the position of the lowest bit and clears the bit. It sets the zero flag if no
// bit is left.
#define POSITION(at) \
	TZCNTQ STOPS, TMP    \
	ADDL   BASE, TMP     \
	MOVL   TMP, at(NEXT) \
	BLSRQ  STOPS, STOPS

// SIXTEEN writes sixteen positions: base plus the bytes of x.
#define SIXTEEN(x, at) \
	VPMOVZXBD x, Z5      \
	VPADDD    Z5, Z9, Z5 \
	VMOVDQU32 Z5, at(NEXT)

// func scanAVX2(src *byte, blocks int, ends *uint32, base uint32, comma byte, inside, prevTaken, prevQuote uint64) (r result)
//
// A block is two registers of 32 bytes. A comparison and VPMOVMSKB make half a mask of each.
TEXT ·scanAVX2(SB), NOSPLIT, $0-96
	ARGUMENTS
	COMMA(X0, Y0)
	BYTES(const_lineFeed, X1, Y1)
	BYTES(const_quote, X2, Y2)
	BYTES(const_carriageReturn, X8, Y8)
	VPCMPEQB X7, X7, X7

block:
	VMOVDQU (SRC), Y3
	VMOVDQU 32(SRC), Y4
	MASK(Y1, LINES)
	MASK(Y0, STOPS)
	ORQ     LINES, STOPS
	MASK(Y2, QUOTES)
	PLAIN
	JNZ     judge
	MOVQ    STOPS, PREVTAKEN

write:
	COUNT_LINES

	// Eight positions are always written: see appendPositions.
	POSITION(0)
	POSITION(4)
	POSITION(8)
	POSITION(12)
	POSITION(16)
	POSITION(20)
	POSITION(24)
	POSITION(28)
	LEAQ (NEXT)(IN*4), IN // keeps the flags of POSITION
	JNZ  more

advance:
	MOVQ IN, NEXT
	ADDQ $const_blockSize, SRC
	ADDL $const_blockSize, BASE
	DECQ LEFT
	JNZ  block

done:
	RESULTS
	VZEROUPPER
	RET

more:
	POSITION(32)
	LEAQ 4(NEXT), NEXT
	JNZ  more
	JMP  advance

judge:
	JUDGE_FRONT
	JNZ done
	JUDGE_BACK
	JNZ returns

settle:
	SETTLE
	JMP write

	// Each byte of TMP must be a '\r' before a '\n'. SETTLE sets PREVTAKEN and PREVQUOTE anew.
returns:
	VPCMPEQB  Y3, Y8, Y3
	VPCMPEQB  1(SRC), Y1, Y5
	VPAND     Y5, Y3, Y3
	VPMOVMSKB Y3, PREVTAKEN
	VPCMPEQB  Y4, Y8, Y4
	VPCMPEQB  33(SRC), Y1, Y5
	VPAND     Y5, Y4, Y4
	VPMOVMSKB Y4, PREVQUOTE
	SHLQ      $32, PREVQUOTE
	ORQ       PREVQUOTE, PREVTAKEN
	ANDNQ     TMP, PREVTAKEN, TMP
	JZ        settle
	JMP       done

// func scanAVX512(src *byte, blocks int, ends *uint32, base uint32, comma byte, inside, prevTaken, prevQuote uint64) (r result)
//
// A block is one register, and a comparison makes a mask. VPCOMPRESSB packs the numbers 0 to 63 at
// the mask's bits. They are written sixteen at a time.
TEXT ·scanAVX512(SB), NOSPLIT, $0-96
	ARGUMENTS
	COMMA(X0, Z0)
	BYTES(const_lineFeed, X1, Z1)
	BYTES(const_quote, X2, Z2)
	BYTES(const_carriageReturn, X8, Z8)
	VPCMPEQB     X7, X7, X7
	VPBROADCASTD BASE, Z9
	MOVL         $const_blockSize, AX
	VPBROADCASTD AX, Z10
	VMOVDQU64    numbers<>(SB), Z11

block:
	VMOVDQU64 (SRC), Z3
	VPCMPEQB  Z3, Z0, K1
	VPCMPEQB  Z3, Z1, K2
	VPCMPEQB  Z3, Z2, K3
	KMOVQ     K1, STOPS
	KMOVQ     K2, LINES
	KMOVQ     K3, QUOTES
	ORQ       LINES, STOPS
	PLAIN
	JNZ       judge
	MOVQ      STOPS, PREVTAKEN

write:
	KMOVQ         STOPS, K1
	COUNT_LINES
	VPCOMPRESSB.Z Z11, K1, Z4
	SIXTEEN(X4, 0)
	CMPQ          IN, $16
	JHI           more

advance:
	LEAQ   (NEXT)(IN*4), NEXT
	VPADDD Z9, Z10, Z9
	ADDQ   $const_blockSize, SRC
	DECQ   LEFT
	JNZ    block

done:
	RESULTS
	VZEROUPPER
	RET

more:
	VEXTRACTI32X4 $1, Z4, X5
	SIXTEEN(X5, 64)
	VEXTRACTI32X4 $2, Z4, X5
	SIXTEEN(X5, 128)
	VEXTRACTI32X4 $3, Z4, X5
	SIXTEEN(X5, 192)
	JMP           advance

judge:
	JUDGE_FRONT
	JNZ done
	JUDGE_BACK
	JNZ returns

settle:
	SETTLE
	JMP write

	// Each byte of TMP must be a '\r' before a '\n'. SETTLE sets PREVTAKEN anew.
returns:
	VPCMPEQB Z3, Z8, K1
	VPCMPEQB 1(SRC), Z1, K1, K1
	KMOVQ    K1, PREVTAKEN
	ANDNQ    TMP, PREVTAKEN, TMP
	JZ       settle
	JMP      done

DATA numbers<>+0(SB)/8, $0x0706050403020100
DATA numbers<>+8(SB)/8, $0x0f0e0d0c0b0a0908
DATA numbers<>+16(SB)/8, $0x1716151413121110
DATA numbers<>+24(SB)/8, $0x1f1e1d1c1b1a1918
DATA numbers<>+32(SB)/8, $0x2726252423222120
DATA numbers<>+40(SB)/8, $0x2f2e2d2c2b2a2928
DATA numbers<>+48(SB)/8, $0x3736353433323130
DATA numbers<>+56(SB)/8, $0x3f3e3d3c3b3a3938
GLOBL numbers<>(SB), RODATA|NOPTR, $64
