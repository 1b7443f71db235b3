/* SPDX-License-Identifier: BSD-2-Clause */

/* What a target says it does; apart from the rig, for programs without one. */

#include <stdarg.h>
#include <stdio.h>

#include "rig.h"

FILE *rig_trace_file;
static int open_call;		/* its line has no end yet */

static void __attribute__((__format__(__printf__, 1, 0)))
rig_vtrace(const char *fmt, va_list ap)
{

	vfprintf(rig_trace_file, fmt, ap);
	fputc('\n', rig_trace_file);
	fflush(rig_trace_file);
}

void
rig_trace_call(const char *call)
{

	if (rig_trace_file == NULL)
		return;
	fputs(call, rig_trace_file);
	fflush(rig_trace_file);
	open_call = 1;
}

void
rig_trace_result(const char *fmt, ...)
{
	va_list ap;

	if (rig_trace_file == NULL)
		return;
	/* Something was said meanwhile. */
	fputs(open_call ? " = " : "    = ", rig_trace_file);
	open_call = 0;
	va_start(ap, fmt);
	rig_vtrace(fmt, ap);
	va_end(ap);
}

void
rig_trace_break(void)
{

	if (rig_trace_file != NULL && open_call) {
		fputc('\n', rig_trace_file);
		fflush(rig_trace_file);
	}
	open_call = 0;
}

void
rig_trace(const char *fmt, ...)
{
	va_list ap;

	if (rig_trace_file == NULL)
		return;
	rig_trace_break();
	va_start(ap, fmt);
	rig_vtrace(fmt, ap);
	va_end(ap);
}
