/* SPDX-License-Identifier: BSD-2-Clause */

/* A driver's mistake, to see its report. */

#include <sys/param.h>
#include <sys/kmem.h>

void	rump_planted_overflow(void);

void
rump_planted_overflow(void)
{
	volatile char *p = kmem_zalloc(40, KM_SLEEP);

	p[40] = 1;
	kmem_free((void *)(uintptr_t)p, 40);
}
