//go:build !purego

#include "textflag.h"
#include "go_asm.h"

// func isar0() uint64
TEXT ·isar0(SB), NOSPLIT, $0-8
	MRS  ID_AA64ISAR0_EL1, R0
	MOVD R0, ret+0(FP)
	RET

// The kernel's registers.
#define SRC   R0 // the next byte to read
#define LEFT  R1 // bytes to go
#define STATE R2
#define CONST R3 // the constants
#define TMP   R4
//      V0 to V3    the four blocks that move, a to d
//      V4 to V7    the next four
//      V16 to V19  temporaries of FOLD
//      V20         the constants of the distance: for first halves, for second halves
//      V0, V20     the last block and by128 when REDUCE begins
//      V21         zero

// FOLD moves a block onto the next: block = F·k[0] + S·k[1] + next.
#define FOLD(block, tmp, next) \
	VPMULL  V20.D1, block.D1, tmp.Q1   \
	VPMULL2 V20.D2, block.D2, block.Q1 \
	VEOR    next.B16, tmp.B16, tmp.B16 \
	VEOR    tmp.B16, block.B16, block.B16

// REDUCE computes the state that the last block leaves.
#define REDUCE \
	VDUP   V20.D[1], V20.D2                  \
	VPMULL V20.D1, V0.D1, V1.Q1              \ // F·(x^128 mod P)
	VEXT   $8, V21.B16, V0.B16, V0.B16       \ // S·x^64
	VEOR   V1.B16, V0.B16, V0.B16            \ // A, B
	FMOVQ  foldConstants_barrett(CONST), F20 \
	VPMULL V20.D1, V0.D1, V1.Q1              \ // q = A·μ, its first half
	VDUP   V20.D[1], V20.D2                  \
	VPMULL V20.D1, V1.D1, V2.Q1              \ // q·P, its second half
	VEOR   V2.B16, V0.B16, V0.B16            \ // added to B
	VMOV   V0.D[1], STATE                    \
	VMOV   V1.D[0], TMP                      \
	EOR    TMP, STATE                        // and q·x^0

// func pmull(state uint64, p *byte, n int) uint64
TEXT ·pmull(SB), NOSPLIT, $0-32
	MOVD   state+0(FP), STATE
	MOVD   p+8(FP), SRC
	MOVD   n+16(FP), LEFT
	MOVD   $·constants(SB), CONST
	VEOR   V21.B16, V21.B16, V21.B16
	VEOR   V1.B16, V1.B16, V1.B16
	VMOV   STATE, V1.D[0]
	VLD1.P 16(SRC), [V0.B16]
	VEOR   V1.B16, V0.B16, V0.B16
	FMOVQ  foldConstants_by128(CONST), F20
	SUB    $16, LEFT
	CMP    $48, LEFT
	BLT    rest

	VLD1.P 48(SRC), [V1.B16, V2.B16, V3.B16]
	FMOVQ  foldConstants_by512(CONST), F20
	SUB    $48, LEFT
	JMP    more

four:
	VLD1.P 64(SRC), [V4.B16, V5.B16, V6.B16, V7.B16]
	FOLD(V0, V16, V4)
	FOLD(V1, V17, V5)
	FOLD(V2, V18, V6)
	FOLD(V3, V19, V7)
	SUB    $64, LEFT

more:
	CMP   $64, LEFT
	BGE   four
	FMOVQ foldConstants_by256(CONST), F20
	FOLD(V0, V16, V2)
	FOLD(V1, V17, V3)
	FMOVQ foldConstants_by128(CONST), F20
	FOLD(V0, V16, V1)

rest:
	CBZ    LEFT, reduce
	VLD1.P 16(SRC), [V4.B16]
	FOLD(V0, V16, V4)
	SUB    $16, LEFT
	JMP    rest

reduce:
	REDUCE
	MOVD STATE, ret+24(FP)
	RET
