//go:build linux && !purego

#include "textflag.h"

// func entry()
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	LEAQ runtime·text(SB), DI
	ANDQ $~0xffff, DI // to a page, of whatever size
	LEAQ runtime·edata(SB), R8
	MOVL $(128<<10), SI
	MOVL $3, DX // MADV_WILLNEED

ask:
	MOVL $28, AX // madvise; it changes AX, CX and R11
	SYSCALL
	ADDQ SI, DI
	CMPQ DI, R8
	JCS  ask
	XORL DX, DX // what the kernel started the program with
	JMP  _rt0_amd64_linux(SB)
