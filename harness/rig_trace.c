/* SPDX-License-Identifier: BSD-2-Clause */

/* What a target says it does; apart from the rig, for programs without one. */

#include <stdarg.h>
#include <stdio.h>

#include "rig.h"

FILE *rig_trace_file;

void
rig_trace(const char *fmt, ...)
{
	va_list ap;

	if (rig_trace_file == NULL)
		return;
	va_start(ap, fmt);
	vfprintf(rig_trace_file, fmt, ap);
	va_end(ap);
	fputc('\n', rig_trace_file);
	fflush(rig_trace_file);
}
