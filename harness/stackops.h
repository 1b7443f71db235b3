/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A file system on a disk driver on a device that may lie: inputs of fsops.h
 * whose image is the medium of a model, with a hostile layer (hostile.h)
 * between it and the kernel.
 *
 * Operations from FSOPS_EVENT on are not the file system's:
 *
 *	0xe0	the device is pulled out
 *	0xe1	and put in again, and looked for
 *	0xe2	len milliseconds pass, modulo 65536
 *	0xe3	an event of the device (struct devop: flags, idx, mode, off, len)
 *	0xf0	and above: a record of the hostile layer, of kind op - 0xf0, in
 *		force from the start: flags is how, path and path2 where, mode
 *		nth, fd count, buf width, off off, len val (with bit 7 of flags
 *		in its high half, too)
 */

#ifndef HARNESS_STACKOPS_H
#define HARNESS_STACKOPS_H

#include "devops.h"
#include "fsops.h"

#define STACKOP_UNPLUG	0xe0
#define STACKOP_PLUG	0xe1
#define STACKOP_DELAY	0xe2
#define STACKOP_EVENT	0xe3
#define STACKOP_RECORD	0xf0

struct stackops {
	const struct devops_dev *so_dev;	/* the device; its first block node is mounted */
	struct fsops_fs so_fs;			/* with stackops_stack as its fs_stack */
};
extern const struct fsops_stack stackops_stack;

int	stackops_boot(void);
void	stackops_run(const struct stackops *, const uint8_t *data, size_t len);
size_t	stackops_mutate(const struct stackops *, uint8_t *data, size_t len, size_t max, unsigned seed,
	    rig_mutate_fn base);

/* Defines rig_target for a stack: name and a struct stackops. */
#define STACKOPS_TARGET(name, stack)							\
static void										\
name##_run(const uint8_t *data, size_t len)						\
{											\
	stackops_run(&stack, data, len);						\
}											\
static size_t										\
name##_mutate(uint8_t *data, size_t len, size_t max, unsigned seed, rig_mutate_fn base)	\
{											\
	return stackops_mutate(&stack, data, len, max, seed, base);			\
}											\
const struct rig_target rig_target = {							\
	.rt_name = #name, .rt_boot = stackops_boot, .rt_run = name##_run,		\
	.rt_mutate = name##_mutate, .rt_cross = fsmut_cross,				\
}

#endif /* HARNESS_STACKOPS_H */
