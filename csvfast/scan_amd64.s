//go:build !purego

#include "textflag.h"

// Both kernels do in each step what scanGeneric does, and in its order. Their registers:
#define SRC    SI  // the block
#define LEFT   CX  // blocks to go
#define NEXT   DI  // where the next position is written
#define BASE   DX  // 32 bits, added to positions
#define INSIDE R8  // all ones if the block begins inside quotes, or else 0
#define BEFORE R9  // bit 63: TAKEN's of the byte before the block
#define BEHIND R10 // bit 0: the byte before the block is a quote
#define COUNT  R11 // line ends so far
#define STOPS  AX  // mask of commas and line ends
#define QUOTES BX  // mask of quotes
#define LINES  R12 // mask of line ends
#define IN     R13 // mask of bytes inside quotes
#define TAKEN  R15 // mask of all these: the bytes that may touch a quote
#define TMP    R14

// JUDGE deals with a block that has quotes, or begins inside or right behind some. X7 is
// all ones: multiplied by it without carries, bit i becomes the xor of bits 0 to i. A byte
// outside quotes that is no stop must touch no quote: in front of one, the block is wrong;
// behind one, returns decides whether it is a '\r' that may stay. Then what is inside is
// taken from STOPS and LINES.
#define JUDGE \
	VMOVQ      QUOTES, X6              \
	VPCLMULQDQ $0, X7, X6, X6          \
	VMOVQ      X6, IN                  \
	XORQ       INSIDE, IN              \
	MOVQ       STOPS, TAKEN            \
	ORQ        QUOTES, TAKEN           \
	ORQ        IN, TAKEN               \
	SHRQ       $63, BEFORE             \
	LEAQ       (BEFORE)(TAKEN*2), TMP  \
	ANDNQ      QUOTES, TMP, TMP        \
	JNZ        done                    \
	LEAQ       (BEHIND)(QUOTES*2), TMP \
	ANDNQ      TMP, TAKEN, TMP         \
	JNZ        returns                 \
judged: \
	MOVQ       TAKEN, BEFORE           \
	MOVQ       QUOTES, BEHIND          \
	SHRQ       $63, BEHIND             \
	ANDNQ      STOPS, IN, STOPS        \
	ANDNQ      LINES, IN, LINES        \
	MOVQ       IN, INSIDE              \
	SARQ       $63, INSIDE

// POSITION writes the lowest position and takes it from the mask.
#define POSITION(at) \
	TZCNTQ STOPS, TMP    \
	ADDL   BASE, TMP     \
	MOVL   TMP, at(NEXT) \
	BLSRQ  STOPS, STOPS

// func scanAVX2(src *byte, blocks int, ends *uint32, base uint32, inside, before, behind uint64) (done, n, lines int, after uint64)
//
// A block is two registers of 32 bytes; a comparison and VPMOVMSKB make half a mask of each.
TEXT ·scanAVX2(SB), NOSPLIT, $0-88
	MOVQ         src+0(FP), SRC
	MOVQ         blocks+8(FP), LEFT
	MOVQ         ends+16(FP), NEXT
	MOVL         base+24(FP), BASE
	MOVQ         inside+32(FP), INSIDE
	MOVQ         before+40(FP), BEFORE
	MOVQ         behind+48(FP), BEHIND
	XORL         COUNT, COUNT
	MOVL         $0x2c2c2c2c, AX // ,
	VMOVD        AX, X0
	VPBROADCASTD X0, Y0
	MOVL         $0x0a0a0a0a, AX // \n
	VMOVD        AX, X1
	VPBROADCASTD X1, Y1
	MOVL         $0x22222222, AX // "
	VMOVD        AX, X2
	VPBROADCASTD X2, Y2
	MOVL         $0x0d0d0d0d, AX // \r
	VMOVD        AX, X8
	VPBROADCASTD X8, Y8
	VPCMPEQB     X7, X7, X7

block:
	VMOVDQU   (SRC), Y3
	VMOVDQU   32(SRC), Y4
	VPCMPEQB  Y3, Y1, Y5
	VPMOVMSKB Y5, LINES
	VPCMPEQB  Y4, Y1, Y5
	VPMOVMSKB Y5, TMP
	SHLQ      $32, TMP
	ORQ       TMP, LINES
	VPCMPEQB  Y3, Y0, Y5
	VPMOVMSKB Y5, STOPS
	VPCMPEQB  Y4, Y0, Y5
	VPMOVMSKB Y5, TMP
	SHLQ      $32, TMP
	ORQ       TMP, STOPS
	ORQ       LINES, STOPS
	VPCMPEQB  Y3, Y2, Y5
	VPMOVMSKB Y5, QUOTES
	VPCMPEQB  Y4, Y2, Y5
	VPMOVMSKB Y5, TMP
	SHLQ      $32, TMP
	ORQ       TMP, QUOTES

	MOVQ QUOTES, TMP
	ORQ  INSIDE, TMP
	ORQ  BEHIND, TMP
	JNZ  judge
	MOVQ STOPS, BEFORE

write:
	POPCNTQ LINES, LINES
	ADDQ    LINES, COUNT
	POPCNTQ STOPS, IN

	// Eight, whether there are so many or not: see appendPositions.
	POSITION(0)
	POSITION(4)
	POSITION(8)
	POSITION(12)
	POSITION(16)
	POSITION(20)
	POSITION(24)
	POSITION(28)
	LEAQ (NEXT)(IN*4), IN
	JNZ  more

advance:
	MOVQ IN, NEXT
	ADDQ $64, SRC
	ADDL $64, BASE
	DECQ LEFT
	JNZ  block

done:
	MOVQ blocks+8(FP), AX
	SUBQ LEFT, AX
	MOVQ AX, done+56(FP)
	SUBQ ends+16(FP), NEXT
	SHRQ $2, NEXT
	MOVQ NEXT, n+64(FP)
	MOVQ COUNT, lines+72(FP)
	MOVQ INSIDE, after+80(FP)
	VZEROUPPER
	RET

more:
	POSITION(32)
	LEAQ 4(NEXT), NEXT
	JNZ  more
	JMP  advance

judge:
	JUDGE
	JMP write

returns:
	VPCMPEQB  Y3, Y8, Y3
	VPCMPEQB  1(SRC), Y1, Y5
	VPAND     Y5, Y3, Y3
	VPMOVMSKB Y3, BEFORE
	VPCMPEQB  Y4, Y8, Y4
	VPCMPEQB  33(SRC), Y1, Y5
	VPAND     Y5, Y4, Y4
	VPMOVMSKB Y4, BEHIND
	SHLQ      $32, BEHIND
	ORQ       BEHIND, BEFORE
	ANDNQ     TMP, BEFORE, TMP
	JZ        judged
	JMP       done

// func scanAVX512(src *byte, blocks int, ends *uint32, base uint32, inside, before, behind uint64) (done, n, lines int, after uint64)
//
// A block is one register; a comparison makes a mask. VPCOMPRESSB packs the numbers 0 to 63
// at the mask's bits, and they are written sixteen at a time.
TEXT ·scanAVX512(SB), NOSPLIT, $0-88
	MOVQ         src+0(FP), SRC
	MOVQ         blocks+8(FP), LEFT
	MOVQ         ends+16(FP), NEXT
	MOVL         base+24(FP), BASE
	MOVQ         inside+32(FP), INSIDE
	MOVQ         before+40(FP), BEFORE
	MOVQ         behind+48(FP), BEHIND
	XORL         COUNT, COUNT
	MOVL         $0x2c2c2c2c, AX // ,
	VPBROADCASTD AX, Z0
	MOVL         $0x0a0a0a0a, AX // \n
	VPBROADCASTD AX, Z1
	MOVL         $0x22222222, AX // "
	VPBROADCASTD AX, Z2
	MOVL         $0x0d0d0d0d, AX // \r
	VPBROADCASTD AX, Z11
	VPCMPEQB     X7, X7, X7
	VMOVDQU64    numbers<>(SB), Z8
	VPBROADCASTD BASE, Z9
	MOVL         $64, AX
	VPBROADCASTD AX, Z10

block:
	VMOVDQU64 (SRC), Z3
	VPCMPEQB  Z3, Z0, K1
	VPCMPEQB  Z3, Z1, K2
	VPCMPEQB  Z3, Z2, K3
	KMOVQ     K1, STOPS
	KMOVQ     K2, LINES
	KMOVQ     K3, QUOTES
	ORQ       LINES, STOPS

	MOVQ QUOTES, TMP
	ORQ  INSIDE, TMP
	ORQ  BEHIND, TMP
	JNZ  judge
	MOVQ STOPS, BEFORE

write:
	KMOVQ         STOPS, K1
	POPCNTQ       LINES, LINES
	ADDQ          LINES, COUNT
	POPCNTQ       STOPS, IN
	VPCOMPRESSB.Z Z8, K1, Z4
	VPMOVZXBD     X4, Z5
	VPADDD        Z5, Z9, Z5
	VMOVDQU32     Z5, (NEXT)
	CMPQ          IN, $16
	JHI           more

advance:
	LEAQ   (NEXT)(IN*4), NEXT
	VPADDD Z9, Z10, Z9
	ADDQ   $64, SRC
	DECQ   LEFT
	JNZ    block

done:
	MOVQ blocks+8(FP), AX
	SUBQ LEFT, AX
	MOVQ AX, done+56(FP)
	SUBQ ends+16(FP), NEXT
	SHRQ $2, NEXT
	MOVQ NEXT, n+64(FP)
	MOVQ COUNT, lines+72(FP)
	MOVQ INSIDE, after+80(FP)
	VZEROUPPER
	RET

more:
	VEXTRACTI32X4 $1, Z4, X5
	VPMOVZXBD     X5, Z5
	VPADDD        Z5, Z9, Z5
	VMOVDQU32     Z5, 64(NEXT)
	VEXTRACTI32X4 $2, Z4, X5
	VPMOVZXBD     X5, Z5
	VPADDD        Z5, Z9, Z5
	VMOVDQU32     Z5, 128(NEXT)
	VEXTRACTI32X4 $3, Z4, X5
	VPMOVZXBD     X5, Z5
	VPADDD        Z5, Z9, Z5
	VMOVDQU32     Z5, 192(NEXT)
	JMP           advance

judge:
	JUDGE
	JMP write

returns:
	VPCMPEQB Z3, Z11, K1
	VPCMPEQB 1(SRC), Z1, K1, K1
	KMOVQ    K1, BEFORE
	ANDNQ    TMP, BEFORE, TMP
	JZ       judged
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
