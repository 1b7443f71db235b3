/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Surprise removal at each step of each operation.
 *
 * A device is made and plugged, the kernel attaches it, an operation runs, and
 * at the n'th step of that the device is gone; n runs from 1 until the
 * operation ends without.  A step is whatever passes between kernel and
 * device: an access to configuration space or to a register, an access of the
 * device to memory, an interrupt, something that the device does by itself
 * when its time comes; for SCSI without a bus a command, before and after it
 * is done.
 *
 * After each: the operation ended, within a bound of virtual time; every
 * buffer that was given to the driver came back once; the driver detaches by
 * force; its nodes are ENXIO; nothing of it is left.
 */

#ifndef TESTS_WALK_H
#define TESTS_WALK_H

#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpdev_if_pub.h>
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "model/pci.h"

enum walk_kind {
	WALK_ATTACH,		/* the bus finds it */
	WALK_OPEN,		/* wo_node is opened */
	WALK_CLOSE,		/* and closed */
	WALK_FD,		/* wo_run with wo_node open */
	WALK_DEV,		/* wo_run with nothing open */
};

struct walk_op {
	const char *wo_name;
	enum walk_kind wo_kind;
	const char *wo_node;
	int	wo_flags;		/* RUMP_O_* of its open */
	/* 0, or NetBSD's errno; without removal it has to be 0. */
	int	(*wo_run)(const struct walk_op *, int fd);
	unsigned long wo_arg;		/* wo_run's own */
	const void *wo_data;
	int	wo_mayfail;		/* not 0 without removal, too */
};

/* What an operation is most of the time. */
int	walk_read(const struct walk_op *, int fd);	/* 8 KB at wo_arg */
int	walk_write(const struct walk_op *, int fd);
int	walk_stream(const struct walk_op *, int fd);	/* read(2) of 512 bytes */
int	walk_put(const struct walk_op *, int fd);	/* write(2) of 512 bytes */
int	walk_ioctl(const struct walk_op *, int fd);	/* wo_arg, from a copy of wo_data */
int	walk_fsync(const struct walk_op *, int fd);
int	walk_discard(const struct walk_op *, int fd);
int	walk_rescan(const struct walk_op *, int fd);	/* of wo_data */
int	walk_detach(const struct walk_op *, int fd);	/* likewise */
int	walk_suspend(const struct walk_op *, int fd);	/* likewise, and resumed */
/* Buffers of 4 KB, eight at a time, to the block device wo_data: wo_arg 1: every other one is a write. */
int	walk_bufs(const struct walk_op *, int fd);

struct walk_dev {
	const char *wd_name;
	const char *wd_controller;	/* what is detached: "virtio0" */
	/* Makes it, plugged; functions of walk_bus are at device number WALK_SLOT. */
	void	(*wd_create)(void);
	void	(*wd_unplug)(void);
	void	(*wd_destroy)(void);	/* after the detach; or NULL */
	const char *const *wd_nodes;	/* that are ENXIO in the end; ends with NULL */
	const struct walk_op *wd_ops;	/* ends with a NULL name */
};
#define	WALK_SLOT	3u

/* For wd_create: the bus, and how long the device takes for each thing. */
extern struct pcim_bus *walk_bus;
extern uint64_t walk_delay_ns;
/* How many steps there are from one to the next after the first twenty; 1. */
extern unsigned walk_stride;

/* For devices that are on no bus of models: a step; 1: the device has gone by now. */
int	walk_step(void);

/* Boots the kernel and does all of it; the case fails at what is wrong. */
void	walk(const struct walk_dev *);

#endif /* TESTS_WALK_H */
