/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A virtio block device that may lie, under ld(4).
 *
 * Input: a device with its choices, operations on its nodes, and what the
 * hostile layer changes (harness/devops.h, harness/devops_virtio_ld.h).
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the device as checker of its driver; the right data from a
 * device that was left alone; DMA through two views; a bound on steps.
 * Blind: to other drivers on the same bus, and to two processes at once.
 */

#include "devops_virtio_ld.h"

DEVOPS_TARGET(fuzz_ld_virtio, devops_virtio_ld);
