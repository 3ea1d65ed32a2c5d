//go:build linux && !purego

#include "textflag.h"

// ASK requests the memory from the page of one symbol up to another symbol, SI bytes at a time.
// Pages have at most 64 KB. The system call changes AX, CX and R11.
#define ASK(from, to, piece) \
	LEAQ from(SB), DI; \
	ANDQ $~0xffff, DI; \
	LEAQ to(SB), R8; \
piece: \
	MOVL $28, AX; /* madvise */ \
	SYSCALL; \
	ADDQ SI, DI; \
	CMPQ DI, R8; \
	JCS  piece

// func entry()
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVL $(128<<10), SI
	MOVL $3, DX // MADV_WILLNEED
	ASK(runtime·noptrdata, runtime·edata, data)
	ASK(runtime·text, runtime·noptrdata, text)
	XORL DX, DX // as when the kernel started the program
	JMP  _rt0_amd64_linux(SB)
