/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * How the sanitizers run in each program on the kernel.
 *
 * Frames of parked threads must stay on the stacks that a snapshot saves; the
 * kernel's memory comes from its own arena, which the host's leak check does
 * not know, and leaks are asked for by audit.  The quarantine is the host's
 * heap alone: models come and go with each input, and new pages are dear.
 */

const char *__asan_default_options(void);
const char *__ubsan_default_options(void);

const char *
__asan_default_options(void)
{

	return "detect_stack_use_after_return=0:detect_leaks=0:allocator_may_return_null=1:"
	    "symbolize=1:quarantine_size_mb=4";
}

const char *
__ubsan_default_options(void)
{

	return "print_stacktrace=1:halt_on_error=1";
}
