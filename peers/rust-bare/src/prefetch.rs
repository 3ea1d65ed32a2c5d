//! The program's pages, asked for at its first instruction, as Go's package prefetch does it:
//! build.sh makes `prefetch_entry` the entry. madvise(MADV_WILLNEED) over all of the file,
//! 128 KB at a time, and whatever the kernel answers, on to libc's own.

use std::arch::global_asm;

#[cfg(target_arch = "x86_64")]
global_asm!(
    ".globl prefetch_entry",
    "prefetch_entry:",
    "lea rdi, [rip + __ehdr_start]",
    "and rdi, -0x10000",
    "lea r8, [rip + _edata]",
    "mov esi, 0x20000",
    "mov r9, rdx",
    "mov edx, 3",
    "2: mov eax, 28",
    "syscall",
    "add rdi, rsi",
    "cmp rdi, r8",
    "jb 2b",
    "mov rdx, r9",
    "jmp _start",
);

#[cfg(target_arch = "aarch64")]
global_asm!(
    ".globl prefetch_entry",
    "prefetch_entry:",
    "mov x9, x0",
    "adrp x3, __ehdr_start",
    "add x3, x3, :lo12:__ehdr_start",
    "and x3, x3, #-0x10000",
    "adrp x4, _edata",
    "add x4, x4, :lo12:_edata",
    "mov x1, #0x20000",
    "mov x2, #3",
    "mov x8, #233",
    "2: mov x0, x3",
    "svc #0",
    "add x3, x3, x1",
    "cmp x3, x4",
    "b.lo 2b",
    "mov x0, x9",
    "b _start",
);
