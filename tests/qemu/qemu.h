/* SPDX-License-Identifier: BSD-2-Clause */

/* What tests on QEMU's devices share. */

#ifndef TESTS_QEMU_QEMU_H
#define TESTS_QEMU_QEMU_H

#include <stdio.h>
#include <stdlib.h>

#include <atf-c.h>

/* Skips the test where there is no QEMU. */
static inline void
need_qemu(void)
{
	const char *path = getenv("QEMU");
	char cmd[512];

	snprintf(cmd, sizeof(cmd), "%s --version >/dev/null 2>&1",
	    path != NULL ? path : "qemu-system-x86_64");
	if (system(cmd) != 0)
		atf_tc_skip("no QEMU here: install Debian's package qemu-system-x86");
}

#endif /* TESTS_QEMU_QEMU_H */
