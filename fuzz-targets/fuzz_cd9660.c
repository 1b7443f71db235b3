/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ISO 9660 images, with Rock Ridge and Joliet, under file operations.
 *
 * Input: an image and operations (harness/fsinput.h); a plain image is an
 * input.  Bits 16 to 21 of the trailer's flags are the mount's own flags.
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * unmount; well-formed directory entries; a bound on steps.
 * Blind: to what the data should be (the tests compare that with xorriso),
 * to sessions told by a drive, and to two processes at once.
 */

#include <string.h>

#include <rump/rumpdefs.h>

#include "fsops.h"
#include "mutate.h"
#include "rig.h"

static size_t
args(void *p, size_t room, const char *dev, unsigned bits)
{
	struct rump_iso_args a = { .fspec = (char *)(uintptr_t)dev, .flags = bits & 0x3f };

	memcpy(p, &a, sizeof(a));
	return sizeof(a);
}

static const struct fsops_fs fs = {
	.fs_type = "cd9660", .fs_readonly = 1, .fs_args = args, .fs_mutate = mutate_iso,
};

FSOPS_TARGET(fuzz_cd9660, fs);
