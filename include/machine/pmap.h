/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Physical maps: the kernel lives in its host's address space.
 */

#ifndef _MACHINE_PMAP_H_
#define	_MACHINE_PMAP_H_

#include <sys/types.h>

struct pmap {
	int	pm_refs;
};
typedef struct pmap *pmap_t;

#define	PMAP_WIRED	0x00000010
#define	PMAP_CANFAIL	0x00000020
#define	PMAP_NOCACHE	0x01000000
#define	PMAP_WRITE_COMBINE 0x02000000

#endif /* !_MACHINE_PMAP_H_ */
