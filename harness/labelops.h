/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A disk with a partition table, from an input of fsinput.h: what the target
 * of labels and wedges does.
 *
 * The image is attached as a disk (imgdk0) and its wedges are found.  Each
 * wedge, then each partition of the label, is opened and read at its first
 * and last sectors; what is read must be what the image has there, and none
 * may reach past the disk or overlap another wedge.  Then the operations run,
 * if there are any the same is done once more, and the disk goes away, with or without force.
 *
 * Bits of the trailer's flags: 16 and 17: log2 of the sector size over 512;
 * 18: it goes by force with everything open.
 */

#ifndef HARNESS_LABELOPS_H
#define HARNESS_LABELOPS_H

#include <stddef.h>
#include <stdint.h>

#define LABELOPS_SECSHIFT(flags)	((flags) >> 16 & 3)
#define LABELOPS_FORCE	0x40000

enum labelop_code {
	LABELOP_READ, LABELOP_WRITE, LABELOP_OPEN, LABELOP_CLOSE, LABELOP_GETLABEL, LABELOP_SETLABEL,
	LABELOP_DISCOVER, LABELOP_FORGET, LABELOP_ADD, LABELOP_DELETE, LABELOP_LIST, LABELOP_FLAG,
	LABELOP_WALK, LABELOP_DETACH, LABELOP_RESCAN, LABELOP_FAULT,
	LABELOP_N
};

/* Makes the image's device; before the snapshot. */
int	labelops_boot(void);
void	labelops_run(const uint8_t *data, size_t len);

#endif /* HARNESS_LABELOPS_H */
