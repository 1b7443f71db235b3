/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * FAT images under file operations.
 *
 * Input: an image and operations (harness/fsinput.h); a plain image is an
 * input.  Bits 16 to 21 of the trailer's flags are the mount's own flags, where
 * long names are wanted unless the bit is set.
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * unmount; well-formed directory entries; a bound on steps.
 * Blind: to what the data should be (the tests compare that with mtools), to
 * two processes at once, and to anything past the first 16 MiB written.
 */

#include <string.h>

#include <rump/rumpdefs.h>

#include "fsops.h"
#include "mutate.h"
#include "rig.h"

static size_t
args(void *p, size_t room, const char *dev, unsigned bits)
{
	struct rump_msdosfs_args a = {
		.fspec = (char *)(uintptr_t)dev, .mask = 0777, .dirmask = 0777, .version = 3,
		.flags = (0x10 | (bits & 0x2f)) ^ RUMP_MSDOSFSMNT_LONGNAME, .gmtoff = bits & 0x40 ? 3600 : 0,
	};

	memcpy(p, &a, sizeof(a));
	return sizeof(a);
}

static const struct fsops_fs fs = { .fs_type = "msdos", .fs_args = args, .fs_mutate = mutate_fat };

FSOPS_TARGET(fuzz_msdosfs, fs);
