/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The switch of fibers: saves what a function must preserve on the old
 * stack, takes it from the new one.
 */

	.text

/*
 * void ru_fiber_swap(void **savesp, void *newsp)
 */
	.globl	ru_fiber_swap
	.hidden	ru_fiber_swap
	.type	ru_fiber_swap, @function
	.p2align 4
ru_fiber_swap:
	.cfi_startproc
	pushq	%rbp
	.cfi_adjust_cfa_offset 8
	pushq	%rbx
	.cfi_adjust_cfa_offset 8
	pushq	%r12
	.cfi_adjust_cfa_offset 8
	pushq	%r13
	.cfi_adjust_cfa_offset 8
	pushq	%r14
	.cfi_adjust_cfa_offset 8
	pushq	%r15
	.cfi_adjust_cfa_offset 8
	movq	%rsp, (%rdi)
	movq	%rsi, %rsp
	popq	%r15
	.cfi_adjust_cfa_offset -8
	popq	%r14
	.cfi_adjust_cfa_offset -8
	popq	%r13
	.cfi_adjust_cfa_offset -8
	popq	%r12
	.cfi_adjust_cfa_offset -8
	popq	%rbx
	.cfi_adjust_cfa_offset -8
	popq	%rbp
	.cfi_adjust_cfa_offset -8
	ret
	.cfi_endproc
	.size	ru_fiber_swap, . - ru_fiber_swap

/*
 * Where a new fiber starts: the end of every stack trace.  The stack is at
 * a multiple of 16 here, so that the callee sees what the ABI promises.
 */
	.globl	ru_fiber_entry
	.hidden	ru_fiber_entry
	.type	ru_fiber_entry, @function
	.p2align 4
ru_fiber_entry:
	.cfi_startproc
	.cfi_undefined %rip
	.cfi_undefined %rbp
	xorl	%ebp, %ebp
	call	ru_fiber_main
	ud2
	.cfi_endproc
	.size	ru_fiber_entry, . - ru_fiber_entry

	.section .note.GNU-stack,"",@progbits
