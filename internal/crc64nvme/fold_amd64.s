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

// The kernels' registers. X, Y and Z are the same ones, with 16, 32 and 64 bytes of them used.
#define SRC   SI // the next byte to read
#define LEFT  CX // bytes to go
#define STATE AX
//      BX          a temporary of REDUCE
//      X0 to X3    the four registers that move, a to d
//      X4 to X7    temporaries of FOLD, one for each of them
//      X8          the constants of the distance: for first halves, for second halves
//      X0, X8      hold the last block and by128 when REDUCE begins

// FOLD moves a block onto the next: block = F·k[0] + S·k[1] + next. The immediate of VPCLMULQDQ
// chooses halves: bit 0 of the third operand, bit 4 of the second.
#define FOLD(block, tmp, k, next) \
	VPCLMULQDQ $0x00, k, block, tmp   \
	VPCLMULQDQ $0x11, k, block, block \
	VPXOR      next, tmp, tmp         \
	VPXOR      tmp, block, block

// FOLD512 is FOLD on 64 bytes. VPTERNLOGQ adds three: 0x96 is the truth table of their xor.
#define FOLD512(block, tmp, k, next) \
	VPCLMULQDQ $0x00, k, block, tmp   \
	VPCLMULQDQ $0x11, k, block, block \
	VPTERNLOGQ $0x96, next, tmp, block

// REDUCE computes the state that the last block leaves.
#define REDUCE \
	VPCLMULQDQ $0x10, X8, X0, X1                         \ // F·(x^128 mod P)
	VPSRLDQ    $8, X0, X0                                \ // S·x^64
	VPXOR      X1, X0, X0                                \ // A, B
	VMOVDQU    ·constants+foldConstants_barrett(SB), X8  \
	VPCLMULQDQ $0x00, X8, X0, X1                         \ // q = A·μ, its first half
	VPCLMULQDQ $0x10, X8, X1, X2                         \ // q·P, its second half
	VPXOR      X2, X0, X0                                \ // added to B
	VPEXTRQ    $1, X0, STATE                             \
	VMOVQ      X1, BX                                    \
	XORQ       BX, STATE                                 // and q·x^0

// func pclmul(state uint64, p *byte, n int) uint64
TEXT ·pclmul(SB), NOSPLIT, $0-32
	MOVQ    state+0(FP), STATE
	MOVQ    p+8(FP), SRC
	MOVQ    n+16(FP), LEFT
	VMOVQ   STATE, X0
	VPXOR   (SRC), X0, X0
	VMOVDQU ·constants+foldConstants_by128(SB), X8
	ADDQ    $16, SRC
	SUBQ    $16, LEFT
	CMPQ    LEFT, $48
	JB      rest

	VMOVDQU 0(SRC), X1
	VMOVDQU 16(SRC), X2
	VMOVDQU 32(SRC), X3
	VMOVDQU ·constants+foldConstants_by512(SB), X8
	ADDQ    $48, SRC
	SUBQ    $48, LEFT
	JMP     more

four:
	FOLD(X0, X4, X8, 0(SRC))
	FOLD(X1, X5, X8, 16(SRC))
	FOLD(X2, X6, X8, 32(SRC))
	FOLD(X3, X7, X8, 48(SRC))
	ADDQ $64, SRC
	SUBQ $64, LEFT

more:
	CMPQ    LEFT, $64
	JAE     four
	VMOVDQU ·constants+foldConstants_by256(SB), X8
	FOLD(X0, X4, X8, X2)
	FOLD(X1, X5, X8, X3)
	VMOVDQU ·constants+foldConstants_by128(SB), X8
	FOLD(X0, X4, X8, X1)

rest:
	TESTQ LEFT, LEFT
	JZ    reduce
	FOLD(X0, X4, X8, 0(SRC))
	ADDQ  $16, SRC
	SUBQ  $16, LEFT
	JMP   rest

reduce:
	REDUCE
	MOVQ STATE, ret+24(FP)
	RET

// func vpclmul256(state uint64, p *byte, n int) uint64
TEXT ·vpclmul256(SB), NOSPLIT, $0-32
	MOVQ           state+0(FP), STATE
	MOVQ           p+8(FP), SRC
	MOVQ           n+16(FP), LEFT
	VMOVQ          STATE, X0
	VPXOR          0(SRC), Y0, Y0
	VMOVDQU        32(SRC), Y1
	VMOVDQU        64(SRC), Y2
	VMOVDQU        96(SRC), Y3
	VBROADCASTI128 ·constants+foldConstants_by1024(SB), Y8
	JMP            more

four:
	FOLD(Y0, Y4, Y8, 0(SRC))
	FOLD(Y1, Y5, Y8, 32(SRC))
	FOLD(Y2, Y6, Y8, 64(SRC))
	FOLD(Y3, Y7, Y8, 96(SRC))

more:
	ADDQ           $128, SRC
	SUBQ           $128, LEFT
	JNZ            four
	VBROADCASTI128 ·constants+foldConstants_by512(SB), Y8
	FOLD(Y0, Y4, Y8, Y2)
	FOLD(Y1, Y5, Y8, Y3)
	VBROADCASTI128 ·constants+foldConstants_by256(SB), Y8
	FOLD(Y0, Y4, Y8, Y1)
	VEXTRACTI128   $1, Y0, X1
	VMOVDQU        ·constants+foldConstants_by128(SB), X8
	FOLD(X0, X4, X8, X1)
	REDUCE
	VZEROUPPER
	MOVQ           STATE, ret+24(FP)
	RET

// func vpclmul512(state uint64, p *byte, n int) uint64
TEXT ·vpclmul512(SB), NOSPLIT, $0-32
	MOVQ            state+0(FP), STATE
	MOVQ            p+8(FP), SRC
	MOVQ            n+16(FP), LEFT
	VMOVQ           STATE, X0
	VPXORQ          0(SRC), Z0, Z0
	VMOVDQU64       64(SRC), Z1
	VMOVDQU64       128(SRC), Z2
	VMOVDQU64       192(SRC), Z3
	VBROADCASTI32X4 ·constants+foldConstants_by2048(SB), Z8
	JMP             more

four:
	FOLD512(Z0, Z4, Z8, 0(SRC))
	FOLD512(Z1, Z5, Z8, 64(SRC))
	FOLD512(Z2, Z6, Z8, 128(SRC))
	FOLD512(Z3, Z7, Z8, 192(SRC))

more:
	ADDQ            $256, SRC
	SUBQ            $256, LEFT
	JNZ             four
	VBROADCASTI32X4 ·constants+foldConstants_by1024(SB), Z8
	FOLD512(Z0, Z4, Z8, Z2)
	FOLD512(Z1, Z5, Z8, Z3)
	VBROADCASTI32X4 ·constants+foldConstants_by512(SB), Z8
	FOLD512(Z0, Z4, Z8, Z1)
	VEXTRACTI64X4   $1, Z0, Y1
	VBROADCASTI128  ·constants+foldConstants_by256(SB), Y8
	FOLD(Y0, Y4, Y8, Y1)
	VEXTRACTI128    $1, Y0, X1
	VMOVDQU         ·constants+foldConstants_by128(SB), X8
	FOLD(X0, X4, X8, X1)
	REDUCE
	VZEROUPPER
	MOVQ            STATE, ret+24(FP)
	RET
