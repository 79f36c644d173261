/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fake kernel's code. None of it ever runs: the unit tests read the file. It is bytes of x86-64 (and a few words of
 * arm64), so it is the same wherever it is built.
 */
#define BEGIN(name) .globl name; .type name, %function; name:
#define BEGIN_CODE(name) name: .type name, %notype;
#define END(name)   .size name, . - name
#define CALL	    .byte 0xe8, 0, 0, 0, 0
#define NOPS(count) .fill count, 1, 0x90

	.text

/* At the very beginning of the section: there is nothing to look back at. */
BEGIN(first)
	.byte 0xff, 0xd0
	NOPS(14)
END(first)

/* All forms of a call, one behind the other. Their ends are in test_vmlinux.c. */
BEGIN(calls)
	CALL
	.byte 0xff, 0xd0			/* call *%rax */
	.byte 0x41, 0xff, 0xd3			/* call *%r11 */
	.byte 0xff, 0x10			/* call *(%rax) */
	.byte 0xff, 0x50, 8			/* call *8(%rax) */
	.byte 0xff, 0x14, 0xc8			/* call *(%rax, %rcx, 8) */
	.byte 0xff, 0x54, 0x24, 16		/* call *16(%rsp) */
	.byte 0xff, 0x15, 0, 0, 0, 0		/* call *0(%rip) */
	.byte 0xff, 0x90, 0, 1, 0, 0		/* call *256(%rax) */
	.byte 0xff, 0x94, 0x24, 0, 1, 0, 0	/* call *256(%rsp) */
	.byte 0xff, 0x14, 0x25, 0, 0, 0, 0	/* call *0 */
END(calls)

BEGIN(not_calls)
	NOPS(8)
	.byte 0xe9, 0, 0, 0, 0			/* jmp */
	.byte 0xff, 0xe0			/* jmp *%rax */
	.byte 0xff, 0x20			/* jmp *(%rax) */
	.byte 0xff, 0x30			/* push (%rax) */
	.byte 0xff, 0xc0			/* inc %eax */
	NOPS(8)
END(not_calls)

	.balign 16
BEGIN(arm64_calls)
	.byte 0x01, 0x00, 0x00, 0x94		/* bl forwards */
	.byte 0xff, 0xff, 0xff, 0x97		/* bl backwards */
	.byte 0x00, 0x01, 0x3f, 0xd6		/* blr x8 */
	.byte 0x01, 0x00, 0x00, 0x14		/* b */
	.byte 0x00, 0x01, 0x1f, 0xd6		/* br x8 */
	.byte 0x1f, 0x20, 0x03, 0xd5		/* nop */
END(arm64_calls)

/* These call in their first instruction: a return address is 5 bytes in. */
	.balign 16
BEGIN(start_kernel)
	CALL
	NOPS(11)
END(start_kernel)
BEGIN(setup_arch)
	CALL
	NOPS(11)
END(setup_arch)
/* A function with a frame, behind the call of ftrace; the others have none. */
BEGIN(sparse_init)
	CALL
	.byte 0x55				/* push %rbp */
	NOPS(10)
END(sparse_init)

/* Entry code is no function, but it has a size. */
BEGIN_CODE(early_idt_handler_common)
	CALL
	NOPS(11)
END(early_idt_handler_common)

/* Calls in its last instruction and never gets back: the return address is where the next function begins. */
BEGIN(dies)
	NOPS(11)
	CALL
END(dies)

/* Where CPUs halt that a kexec has stopped. */
BEGIN(stop_this_cpu)
	NOPS(16)
END(stop_this_cpu)

BEGIN(outer)
	NOPS(8)
BEGIN(inner)
	NOPS(8)
END(inner)
	NOPS(16)
END(outer)

	NOPS(16)
BEGIN(unsized)
	NOPS(16)
BEGIN(after_unsized)
	NOPS(16)
END(after_unsized)

	NOPS(16)
BEGIN(last_unsized)
	NOPS(16)

	.section .note.GNU-stack, "", %progbits
