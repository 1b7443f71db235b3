/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A device and what is done with it, from an input: what the targets of
 * device drivers have in common.
 *
 * An input makes a device (a model, with choices from the input), the kernel
 * probes for it, operations on its nodes run, the driver is detached and the
 * device destroyed.  Meanwhile a hostile layer (model/hostile.h) changes what
 * the kernel gets from the device where the input says so.
 *
 *	header of DEVOPS_HEADER bytes, operations of DEVOP_SIZE bytes, records
 *	of HOSTILE_RECORD bytes, loose bytes
 *
 *	u8 operations, u8 records, u8 schedule (0: run to block, else seed),
 *	u8 bits (DEVOPS_*), le32 microseconds of the device's delay, 24 bytes
 *	which belong to the device
 *
 * What is missing at the end is zero; the empty input is a plain device that
 * is attached, read from and detached.
 *
 * Judged are, beyond the rig's oracles: a device that nobody tampered with
 * does what it is asked for without an error, and raw reads and writes move
 * the right bytes; nothing of the driver is left after the detach.
 */

#ifndef HARNESS_DEVOPS_H
#define HARNESS_DEVOPS_H

#include <stddef.h>
#include <stdint.h>

#include "fsinput.h"
#include "input.h"
#include "model/hostile.h"
#include "rig.h"

struct pcim_bus;

#define DEVOPS_HEADER	32
#define DEVOPS_KNOBS	24		/* the device's part of it, at the end */
#define DEVOPS_MAXOPS	96
#define DEVOP_SIZE	16
#define DEVOPS_DISKSIZE	(512u << 10)	/* bytes of the medium, unless the device says else */

/* Bits of the header. */
#define DEVOPS_FIRMWARE	0x01		/* BARs were set up before the kernel came */
#define DEVOPS_UNUSED	0x02		/* not even the plain read after the attach */
#define DEVOPS_CONTENT	0x04		/* loose bytes are the start of the medium */

enum devop_code {
	DEVOP_NONE, DEVOP_OPEN, DEVOP_CLOSE, DEVOP_READ, DEVOP_WRITE, DEVOP_IOCTL, DEVOP_POLL,
	DEVOP_FSYNC, DEVOP_SYNC, DEVOP_DELAY, DEVOP_RESCAN, DEVOP_DETACH, DEVOP_UNPLUG, DEVOP_PLUG,
	DEVOP_MOUNT, DEVOP_UNMOUNT, DEVOP_FSREAD, DEVOP_FSWRITE, DEVOP_FAULT, DEVOP_EVENT,
	DEVOP_SUSPEND, DEVOP_RESUME, DEVOP_STREAM,
	DEVOP_N
};

/* What an operation's bytes say; which fields count is the operation's. */
struct devop {
	uint8_t	 op;		/* enum devop_code, modulo its number */
	uint8_t	 flags;
	uint8_t	 node;		/* index into the device's nodes */
	uint8_t	 fd;		/* index into the open descriptors */
	uint8_t	 buf;		/* pattern of a buffer */
	uint8_t	 idx;		/* which ioctl, which event */
	uint16_t mode;
	uint32_t off;		/* sectors, unless flags has DEVOP_BYTES */
	uint32_t len;		/* sectors likewise */
};
#define DEVOP_BYTES	0x80	/* off and len are bytes, aligned to nothing */
/*
 * DEVOP_OPEN, of disks and nodes with DEVOPS_SLEEPS: a thread opens it, and
 * does there what bits 0 and 1 say: reads, writes (a terminal: 3), waits for
 * input or for the disk's cache (2), discards (a disk: 3).  Of nodes with
 * DEVOPS_ASKS: its ioctl is this operation's, with flags shifted by 3.
 */
#define DEVOP_ASIDE	0x04

struct devops_node {
	const char *dn_path;
	unsigned dn_flags;
};
#define DEVOPS_RAWDISK	0x1	/* reads and writes the medium itself */
#define DEVOPS_BLOCK	0x2	/* block device: can be mounted */
#define DEVOPS_RDONLY	0x4	/* opened for reading only */
#define DEVOPS_NOREAD	0x8	/* never read unless the input says so (it may sleep) */
#define DEVOPS_SLEEPS	0x10	/* likewise, and DEVOP_ASIDE makes it sleep */
#define DEVOPS_ASKS	0x20	/* has ioctls alone, and DEVOP_ASIDE repeats one */

/* An ioctl with its name; its size and direction are in its number. */
struct devops_ioctl {
	unsigned long di_cmd;
	const char *di_name;
	/* Puts sense into the argument, which has bytes of the operation; or NULL. */
	void	(*di_fill)(const struct devop *, void *arg);
	/* The argument begins as what this one gets (0: none), with one byte changed. */
	unsigned long di_from;
	/* Bytes of the argument, if the number does not say. */
	unsigned di_room;
	/* The number is what this makes of the operation; or NULL. */
	unsigned long (*di_make)(const struct devop *);
};
/* For di_fill: len bytes (DEVOPS_GIVEN times at most) until the ioctl returns, or NULL. */
void	*devops_given(size_t len);
#define DEVOPS_GIVEN	2
extern const struct devops_ioctl devops_disk_ioctls[];	/* what each disk has */
extern const struct devops_ioctl devops_tty_ioctls[];	/* what each terminal has */

#define DEVMUT_GROUP	4

/* Where the mutator aims: what the hostile layer can do to this device. */
struct devmut_hints {
	const uint16_t *mh_conf, *mh_regs, *mh_tags, *mh_regions;	/* each ends with HOSTILE_ANY */
	const uint64_t *mh_values;	/* worth a try anywhere; ends with 0 */
	/* Records that make one lie together; how many, at most DEVMUT_GROUP.  Or NULL. */
	unsigned (*mh_group)(struct hostile_record *, uint32_t (*rnd)(void *, uint32_t n), void *arg);
	/* Mutates the device's part of the header; or NULL. */
	void	(*mh_knobs)(uint8_t *knobs, uint32_t (*rnd)(void *, uint32_t n), void *arg);
	/* It lies by loose bytes, its answers; there are no records. */
	int	mh_answers;
};

struct devops;

/* A kind of device.  Functions may be NULL unless it is said otherwise. */
struct devops_dev {
	const char *dd_bus;		/* the bus that is rescanned: "pci0" */
	const char *dd_attr;		/* and its interface attribute: "pci", or NULL */
	int	dd_nopci;		/* makes its own way: no struct pcim_bus */
	const struct devops_node *dd_nodes;	/* ends with NULL */
	const struct devops_ioctl *dd_ioctls;	/* ends with 0 */
	const struct devmut_hints *dd_hints;

	/*
	 * Makes the device from dv_knobs, plugged in; never NULL.  It may
	 * choose another bus by setting dv_bus and dv_attr.
	 */
	int	(*dd_create)(struct devops *);
	/* Pulled out, perhaps from within one of its own functions; again: nothing. */
	void	(*dd_unplug)(struct devops *);
	/* Put in again after that. */
	int	(*dd_plug)(struct devops *);
	/* Something happens on the device's side. */
	void	(*dd_event)(struct devops *, const struct devop *);
	/* After the detach; the PCI bus frees what it owns by itself. */
	void	(*dd_destroy)(struct devops *);
};

/* One input while it runs. */
struct devops {
	const struct devops_dev *dv_dev;
	struct pcim_bus *dv_pci;
	const char *dv_bus, *dv_attr;	/* as dd_bus, dd_attr */
	void	*dv_model, *dv_aux;	/* dd_create's own */
	struct input dv_knobs;		/* DEVOPS_KNOBS bytes */
	uint32_t dv_delay;
	const uint8_t *dv_script;
	size_t	dv_scriptlen;
	unsigned dv_nrec;
	/* A disk's medium: rumpuser_image_ops with its cookie, and bytes. */
	const struct rumpuser_image_ops *dv_ops;
	void	*dv_cookie;
	uint64_t dv_size;
	uint32_t dv_blksize;		/* transfers are multiples of this */
	int	dv_readonly;
	int	dv_tampered;		/* an event or a fault: errors are in order */
};

/* Nobody and nothing has interfered: all has to work. */
int	devops_clean(const struct devops *);

/* Before the snapshot. */
int	devops_boot(void);
/* ... of it an empty PCI bus, so that the kernel has what devices are plugged into. */
int	devops_boot_bus(void);
void	devops_run(const struct devops_dev *, const uint8_t *data, size_t len);

/* mutate_dev.c: a rig_target's rt_mutate and rt_cross for such inputs. */
size_t	devmut_mutate(const struct devmut_hints *, uint8_t *data, size_t len, size_t max,
	    unsigned seed, rig_mutate_fn base);
size_t	devmut_cross(const uint8_t *a, size_t alen, const uint8_t *b, size_t blen, uint8_t *out,
	    size_t max, unsigned seed);

/* Defines rig_target for a device: name and a struct devops_dev. */
#define DEVOPS_TARGET(name, dev)							\
static void										\
name##_run(const uint8_t *data, size_t len)						\
{											\
	devops_run(&dev, data, len);							\
}											\
static size_t										\
name##_mutate(uint8_t *data, size_t len, size_t max, unsigned seed, rig_mutate_fn base)	\
{											\
	return devmut_mutate(dev.dd_hints, data, len, max, seed, base);			\
}											\
const struct rig_target rig_target = {							\
	.rt_name = #name, .rt_boot = devops_boot, .rt_run = name##_run,			\
	.rt_mutate = name##_mutate, .rt_cross = devmut_cross,				\
}

#endif /* HARNESS_DEVOPS_H */
