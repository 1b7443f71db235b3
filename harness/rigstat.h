/* SPDX-License-Identifier: BSD-2-Clause */

/* The page that a running target shares with whoever watches it. */

#ifndef HARNESS_RIGSTAT_H
#define HARNESS_RIGSTAT_H

#include <stdint.h>

struct rigstat {
	uint64_t rs_execs;	/* inputs finished since the page was made */
};

#endif /* HARNESS_RIGSTAT_H */
