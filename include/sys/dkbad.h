/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The DEC standard 144 table of bad sectors.
 */

#ifndef _SYS_DKBAD_H_
#define	_SYS_DKBAD_H_

#include <sys/types.h>

#define	NBT_BAD	126
#define	DKBAD_MAGIC	0x4321

struct dkbad {
	int32_t	bt_csn;			/* cartridge serial number */
	uint16_t bt_mbz;		/* zero */
	uint16_t bt_flag;		/* -1: alignment cartridge */
	struct bt_bad {
		uint16_t bt_cyl;
		uint16_t bt_trksec;
	} bt_bad[NBT_BAD];
};

#define	ECC	0
#define	SSE	1
#define	BSE	2
#define	CONT	3

#ifdef _KERNEL
int	isbad(struct dkbad *, int, int, int);
#endif

#endif /* !_SYS_DKBAD_H_ */
