/* SPDX-License-Identifier: BSD-2-Clause */

/* Inputs of device targets, for measuring: see devops.h. */

#ifndef HARNESS_BENCH_DEV_H
#define HARNESS_BENCH_DEV_H

#include <stddef.h>
#include <stdint.h>

#include "devops.h"

/*
 * Runs an input n times as the rig does: a process, the input, the audits,
 * the restore; with an engine, notes on locks for as many as the rig has them
 * for.  After devops_boot() and rumpuser_snapshot().  0 if the
 * audits are content.
 */
unsigned bench_dev(const struct devops_dev *, const uint8_t *data, size_t len, unsigned n);

/*
 * The input of the bar for hostile virtio block: attach, a read, a write, a
 * flush, with a device that changes a register, a length in the used ring and
 * the data on its way, and late; detach.
 */
extern const uint8_t bench_dev_hostile[];
extern const size_t bench_dev_hostile_len;

#endif /* HARNESS_BENCH_DEV_H */
