/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * File operations on a mounted image, from an input of fsinput.h: what the
 * file system targets have in common.
 *
 * An input is mounted at /mnt, its tree is walked for names, the operations
 * run over a pool of paths and one of descriptors, the tree is walked and
 * read again, and everything is closed and unmounted.  Results are not
 * judged here: the kernel's own checks, the sanitizers and the rig's oracles
 * do that.
 */

#ifndef HARNESS_FSOPS_H
#define HARNESS_FSOPS_H

#include <stddef.h>
#include <stdint.h>

#include "fsinput.h"

struct fsmut;
struct rumpuser_image_ops;

/* A disk and its drivers under the file system, in the place of a host file. */
struct fsops_stack {
	/* Makes it out of the image: path of the block device, or NULL. */
	const char *(*sk_attach)(const struct rumpuser_image_ops *, void *cookie,
		    const struct fsinput *);
	/* An operation whose code is FSOPS_EVENT or above. */
	void	  (*sk_event)(const struct fsop *);
	/* Nothing is mounted or open any more. */
	void	  (*sk_detach)(void);
};
#define FSOPS_EVENT	0xe0

struct fsops_fs {
	const char *fs_type;	/* as for mount(2): "msdos" */
	int	    fs_readonly;	/* mounts read-only whatever the input says */
	/*
	 * Fills mount arguments for the device and the mount bits of the
	 * input (bits 16 to 31 of the trailer's flags); returns their length.
	 */
	size_t	  (*fs_args)(void *args, size_t room, const char *dev, unsigned bits);
	/* Mutates the image's own structures through a view; see mutate.h. */
	void	  (*fs_mutate)(struct fsmut *);
	const struct fsops_stack *fs_stack;	/* NULL: the image is the device */
};

/* Trailer flag: mount read-only. */
#define FSINPUT_RDONLY	0x100

enum fsop_code {
	FSOP_WALK, FSOP_OPEN, FSOP_CLOSE, FSOP_READ, FSOP_WRITE, FSOP_PREAD, FSOP_PWRITE, FSOP_LSEEK,
	FSOP_TRUNCATE, FSOP_FTRUNCATE, FSOP_MKDIR, FSOP_RMDIR, FSOP_UNLINK, FSOP_RENAME, FSOP_LINK,
	FSOP_SYMLINK, FSOP_READLINK, FSOP_STAT, FSOP_LSTAT, FSOP_FSTAT, FSOP_CHMOD, FSOP_CHOWN,
	FSOP_UTIMES, FSOP_GETDENTS, FSOP_FSYNC, FSOP_SYNC, FSOP_STATVFS, FSOP_ACCESS, FSOP_CHDIR,
	FSOP_MKNOD, FSOP_MKFIFO, FSOP_FHOPEN, FSOP_LOCK, FSOP_FLOCK, FSOP_DUP, FSOP_READV,
	FSOP_WRITEV, FSOP_REMOUNT, FSOP_UPDATE, FSOP_PATHCONF, FSOP_FAULT, FSOP_CHFLAGS,
	FSOP_FSYNC_RANGE, FSOP_FCHDIR, FSOP_OPENAT, FSOP_FORCE, FSOP_FADVISE,
	FSOP_N
};

/* Makes the mount point; before the snapshot. */
int	fsops_boot(void);
void	fsops_run(const struct fsops_fs *, const uint8_t *data, size_t len);

/* Defines rig_target for a file system: name and a struct fsops_fs. */
#define FSOPS_TARGET(name, fs)								\
static void										\
name##_run(const uint8_t *data, size_t len)						\
{											\
	fsops_run(&fs, data, len);							\
}											\
static size_t										\
name##_mutate(uint8_t *data, size_t len, size_t max, unsigned seed, rig_mutate_fn base)	\
{											\
	return fsmut_mutate(&fs, data, len, max, seed, base);				\
}											\
const struct rig_target rig_target = {							\
	.rt_name = #name, .rt_boot = fsops_boot, .rt_run = name##_run,			\
	.rt_mutate = name##_mutate, .rt_cross = fsmut_cross,				\
}

#endif /* HARNESS_FSOPS_H */
