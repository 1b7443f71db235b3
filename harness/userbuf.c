/* SPDX-License-Identifier: BSD-2-Clause */

/* Buffers of system calls; see userbuf.h. */

#include <rump/rumpuser_fuzz.h>

#include "userbuf.h"

void *
userbuf(size_t len)
{
	void *p;

	return rumpuser_obj_alloc(len ? len : 1, 8, RUMPUSER_OBJ_USER, "user buffer", &p) == 0 ? p :
	    NULL;
}

void
userbuf_free(void *p)
{

	if (p != NULL)
		rumpuser_obj_free(p, 0, RUMPUSER_OBJ_USER);
}

__attribute__((__no_sanitize__("address", "undefined"))) void
userbuf_fill(uint8_t *p, size_t len, uint8_t pattern)
{
	size_t i;

	for (i = 0; i < len; i++)
		p[i] = pattern + i * 7;
}
