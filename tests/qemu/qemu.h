/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What tests share that have one body for QEMU's devices and for the models:
 * a table of devices, of which each row is the cases qemu_NAME and model_NAME.
 */

#ifndef TESTS_QEMU_QEMU_H
#define TESTS_QEMU_QEMU_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include "model/pci.h"

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

/* Adds the case BACKEND_NAME to a test program; its body looks up NAME. */
static inline atf_error_t
add_case(atf_tp_t *tp, const char *backend, const char *name, atf_tc_head_t head, atf_tc_body_t body)
{
	atf_tc_t *tc = malloc(sizeof(*tc));
	char **config = atf_tp_get_config(tp);
	atf_error_t error;
	char *ident;

	/* The case keeps its name's address. */
	if (tc == NULL || config == NULL || asprintf(&ident, "%s_%s", backend, name) == -1)
		abort();
	error = atf_tc_init(tc, ident, head, body, NULL, (const char *const *)config);
	atf_utils_free_charpp(config);
	return atf_is_error(error) ? error : atf_tp_add_tc(tp, tc);
}

/* NAME of a case, and whether it is one of QEMU's. */
static inline const char *
case_of(const atf_tc_t *tc, int *on_qemu)
{
	const char *ident = atf_tc_get_ident(tc);

	*on_qemu = strncmp(ident, "qemu_", 5) == 0;
	return strchr(ident, '_') + 1;
}

/* Where a device is: what is between it and the root bus. */
enum place { ROOT, BRIDGE, ROOT_PORT, TWO_BRIDGES };

static inline struct pcim_dev *
bridge(struct pcim_bus *bus, struct pcim_dev *parent, unsigned dev, int pcie)
{
	struct pcim_dev *b = pcim_bridge_create(bus, pcie);

	ATF_REQUIRE(b != NULL);
	ATF_REQUIRE_EQ(pcim_plug(b, parent, dev, 0), 0);
	return b;
}

/* The bridges of a place on a bus of models; returns the innermost one. */
static inline struct pcim_dev *
bridges(struct pcim_bus *bus, enum place place)
{

	switch (place) {
	case ROOT:
		return NULL;
	case BRIDGE:
		return bridge(bus, NULL, 2, 0);
	case ROOT_PORT:
		return bridge(bus, NULL, 2, 1);
	case TWO_BRIDGES:
		return bridge(bus, bridge(bus, bridge(bus, NULL, 2, 1), 0, 0), 3, 0);
	}
	abort();
}

#endif /* TESTS_QEMU_QEMU_H */
