/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Where amd64 keeps its disk label, and how many partitions it has.
 */

#ifndef _MACHINE_DISKLABEL_H_
#define	_MACHINE_DISKLABEL_H_

#define	LABELUSESMBR	1		/* inside of the NetBSD MBR partition */
#define	LABELSECTOR	1
#define	LABELOFFSET	0
#define	MAXPARTITIONS	16
#define	RAW_PART	3		/* 'd' is the whole disk */

#include <sys/dkbad.h>
#include <sys/bootblock.h>

struct cpu_disklabel {
#define	__HAVE_DISKLABEL_DKBAD
	struct dkbad bad;
};

#endif /* !_MACHINE_DISKLABEL_H_ */
