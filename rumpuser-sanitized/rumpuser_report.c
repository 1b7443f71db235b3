/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Reports.  Ours look like the sanitizers' and end the process by abort(),
 * which libFuzzer, AFL++ and a debugger all take as a crash.  ASan's own are
 * extended: when the address lies in an object of ours, the object and where
 * it was allocated and freed are printed after them.
 */

#include "dev_int.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#if RU_ASAN
#include <sanitizer/asan_interface.h>
#endif
#if RU_ASAN || RU_TSAN || RU_MSAN
#include <sanitizer/common_interface_defs.h>
#define	RU_SYMBOLIZE	1
#else
#define	RU_SYMBOLIZE	0
#endif

static void (*hook)(void *);
static void *hook_arg;
static volatile int hook_ran;
static volatile int reporting;

void
rumpuser_report_hook(void (*fn)(void *), void *arg)
{

	hook = fn;
	hook_arg = arg;
}

static void
run_hook(void)
{

	if (hook != NULL && !__atomic_exchange_n(&hook_ran, 1,
	    __ATOMIC_ACQ_REL))
		(*hook)(hook_arg);
}

/* To standard error, past stdio, as the sanitizers do. */
void
ru_print(const char *fmt, ...)
{
	char buf[2048];
	va_list ap;
	ssize_t n;
	int len;

	va_start(ap, fmt);
	len = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (len >= (int)sizeof(buf))
		len = sizeof(buf) - 1;
	for (char *p = buf; len > 0; p += n, len -= n)
		if ((n = write(STDERR_FILENO, p, len)) <= 0)
			break;
}

/* Something in the host is not as we need it. */
void
ru_die(const char *fmt, ...)
{
	char buf[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	ru_print("rumpuser: %s\n", buf);
	abort();
}

#if RU_SYMBOLIZE
/* A return address belongs to the call in front of it. */
static void
symbolize(void *pc, const char *fmt, char *buf, size_t len)
{

	memset(buf, 0, len);
	__sanitizer_symbolize_pc((char *)pc, fmt, buf, len - 2);
}
#endif

/* Prints a stack in the sanitizers' form, an empty line after it. */
void
ru_print_stack(void *const *pcs, unsigned n)
{
	unsigned i, frame = 0;

	for (i = 0; i < n; i++) {
#if RU_SYMBOLIZE
		char buf[2048], *p;

		/* One string for each function inlined there. */
		symbolize(pcs[i], "%p in %f %S", buf, sizeof(buf));
		for (p = buf; *p != '\0'; p += strlen(p) + 1)
			ru_print("    #%u %s\n", frame++, p);
#else
		Dl_info info;
		const char *file;

		if (dladdr(pcs[i], &info) != 0 && info.dli_fname != NULL) {
			file = strrchr(info.dli_fname, '/');
			ru_print("    #%u %p in %s (%s+0x%zx)\n", frame++,
			    pcs[i],
			    info.dli_sname != NULL ? info.dli_sname : "??",
			    file != NULL ? file + 1 : info.dli_fname,
			    (size_t)((char *)pcs[i] -
			    (char *)info.dli_fbase));
		} else
			ru_print("    #%u %p in ??\n", frame++, pcs[i]);
#endif
	}
	if (n == 0)
		ru_print("    (no stack was kept)\n");
	ru_print("\n");
}

void
ru_report_begin(const char *kind)
{

	/* A report out of a report: say so little that it can't fail. */
	if (__atomic_exchange_n(&reporting, 1, __ATOMIC_ACQ_REL)) {
		ru_print("==%d==ERROR: rumpfuzz: nested %s\n", (int)getpid(),
		    kind);
		abort();
	}
	ru_print("=================================================="
	    "===============\n==%d==ERROR: rumpfuzz: %s: ", (int)getpid(),
	    kind);
}

void
ru_report_end(const char *kind, void *const *pcs, unsigned n)
{
#if RU_SYMBOLIZE
	char buf[1024];

	if (n != 0) {
		symbolize(pcs[0], "%S in %f", buf, sizeof(buf));
		ru_print("SUMMARY: rumpfuzz: %s %s\n", kind, buf);
	} else
		ru_print("SUMMARY: rumpfuzz: %s\n", kind);
#else
	Dl_info info;

	ru_print("SUMMARY: rumpfuzz: %s in %s\n", kind,
	    n != 0 && dladdr(pcs[0], &info) != 0 && info.dli_sname != NULL ?
	    info.dli_sname : "??");
#endif
	run_hook();
	abort();
}

void
rumpuser_report(const char *kind, const char *fmt, ...)
{
	void *pcs[RU_NFRAME];
	char msg[1024];
	va_list ap;
	unsigned n;

	n = ru_walk(pcs, RU_NFRAME, __builtin_frame_address(0));
	va_start(ap, fmt);
	vsnprintf(msg, sizeof(msg), fmt, ap);
	va_end(ap);
	ru_report_begin(kind);
	ru_print("%s\n", msg);
	ru_print("thread \"%s\":\n", ru_thread_name());
	ru_print_stack(pcs, n);
	ru_report_end(kind, pcs, n);
}

/*
 * ASan's reports.
 */
#if RU_ASAN
static void
asan_report(const char *text)
{
	static volatile int done;

	if (__atomic_exchange_n(&done, 1, __ATOMIC_ACQ_REL))
		return;
	ru_print("thread \"%s\"\n", ru_thread_name());
	if (__asan_report_present()) {
		ru_obj_explain(__asan_get_report_address());
		ru_dma_explain(__asan_get_report_address());
	}
	run_hook();
}
#endif

#if RU_ASAN || RU_TSAN || RU_MSAN
/*
 * Set before main(): libFuzzer puts its own in place of it later, which
 * writes the crash file and must stay.
 */
static void __attribute__((__constructor__(103)))
report_constructor(void)
{

	__sanitizer_set_death_callback(run_hook);
#if RU_ASAN
	__asan_set_error_report_callback(asan_report);
#endif
}
#endif

/*
 * UBSan calls this, by this name, after each of its reports; they are all
 * fatal here.  Its death callback may be libFuzzer's, so the hook runs now.
 */
void	__ubsan_on_report(void);

void
__ubsan_on_report(void)
{

	run_hook();
}

void
ru_report_init(void)
{
#if RU_ASAN
	__asan_set_error_report_callback(asan_report);
#endif
}
