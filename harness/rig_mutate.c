/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The target's mutator for engines that have it in another process: requests
 * come from standard input, inputs go to standard output (rig.h).
 */

#include <stdio.h>
#include <stdlib.h>

#include "rig.h"

/* One byte at random: the engine does the rest of that kind by itself. */
static size_t
one_byte(uint8_t *p, size_t len, size_t max)
{

	if (len != 0)
		p[rand() % len] = rand();
	return len;
}

int
rig_mutate_serve(void)
{
	static struct rig_mutate_request rq;
	uint8_t *buf = NULL, *add, *out;
	uint32_t len;

	while (fread(&rq, sizeof(rq), 1, stdin) == 1) {
		/* The input and what grows of it, the other input, the result of both. */
		buf = realloc(buf, 2 * (size_t)rq.rq_max + rq.rq_addlen + 1);
		if (buf == NULL || rq.rq_len > rq.rq_max)
			return 1;
		add = buf + rq.rq_max;
		out = add + rq.rq_addlen;
		if (fread(buf, 1, rq.rq_len, stdin) != rq.rq_len ||
		    fread(add, 1, rq.rq_addlen, stdin) != rq.rq_addlen)
			return 1;
		srand(rq.rq_seed);
		if (rq.rq_addlen != 0 && rig_target.rt_cross != NULL)
			len = rig_target.rt_cross(buf, rq.rq_len, add, rq.rq_addlen, out, rq.rq_max,
			    rq.rq_seed);
		else {
			out = buf;
			len = rig_target.rt_mutate != NULL ? rig_target.rt_mutate(buf, rq.rq_len,
			    rq.rq_max, rq.rq_seed, one_byte) : one_byte(buf, rq.rq_len, rq.rq_max);
		}
		if (fwrite(&len, sizeof(len), 1, stdout) != 1 || fwrite(out, 1, len, stdout) != len ||
		    fflush(stdout) != 0)
			return 1;
	}
	free(buf);
	return 0;
}
