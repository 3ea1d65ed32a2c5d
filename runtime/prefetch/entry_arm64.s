//go:build linux && !purego

#include "textflag.h"

// ASK requests the memory from the page of one symbol up to another symbol, R1 bytes at a time.
// Pages have at most 64 KB. The system call changes R0.
#define ASK(from, to, piece) \
	MOVD $from(SB), R3; \
	AND  $~0xffff, R3; \
	MOVD $to(SB), R4; \
piece: \
	MOVD R3, R0; \
	SVC; \
	ADD  R1, R3; \
	CMP  R4, R3; \
	BLO  piece

// func entry()
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVD $(128<<10), R1
	MOVD $3, R2   // MADV_WILLNEED
	MOVD $233, R8 // madvise
	ASK(runtime·noptrdata, runtime·edata, data)
	ASK(runtime·text, runtime·noptrdata, text)
	MOVD $0, R0 // as when the kernel started the program
	B    _rt0_arm64_linux(SB)
