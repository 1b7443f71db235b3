/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Partition tables and wedges: MBR, GPT, BSD labels, the ioctls of disks.
 *
 * Input: an image of a disk, operations on the disk, its partitions and its
 * wedges (harness/labelops.h).  The mutator knows the tables and repairs
 * their checksums (harness/mutate_label.c).
 * Oracles: sanitizers; the kernel's lock checks; no partition or wedge leads
 * past the disk, no wedges overlap, and each shows the sectors that it should;
 * everything returned after the disk is gone; a bound on steps.
 * Blind: to disks that answer late (fuzz_disk_stack), and to tables of
 * machines with other label sectors.
 */

#include "fsops.h"
#include "labelops.h"
#include "mutate.h"
#include "rig.h"

static const struct fsops_fs format = { .fs_mutate = mutate_label };

static size_t
mutate(uint8_t *data, size_t len, size_t max, unsigned seed, rig_mutate_fn base)
{

	return fsmut_mutate(&format, data, len, max, seed, base);
}

const struct rig_target rig_target = {
	.rt_name = "fuzz_disklabel", .rt_boot = labelops_boot, .rt_run = labelops_run,
	.rt_mutate = mutate, .rt_cross = fsmut_cross,
};
