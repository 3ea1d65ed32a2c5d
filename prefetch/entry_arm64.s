//go:build linux && !purego

#include "textflag.h"

// func entry()
TEXT ·entry(SB), NOSPLIT|NOFRAME, $0
	MOVD $runtime·text(SB), R3
	AND  $~0xffff, R3 // to a page, of whatever size
	MOVD $runtime·edata(SB), R4
	MOVD $(128<<10), R1
	MOVD $3, R2   // MADV_WILLNEED
	MOVD $233, R8 // madvise; it changes R0

ask:
	MOVD R3, R0
	SVC
	ADD  R1, R3
	CMP  R4, R3
	BLO  ask
	MOVD $0, R0 // what the kernel started the program with
	B    _rt0_arm64_linux(SB)
