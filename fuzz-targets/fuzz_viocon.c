/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A virtio console that may lie, under viocon(4).
 *
 * Input: a device with its choices, operations on its terminals, and what the
 * hostile layer changes (harness/devops.h, harness/devops_virtio.h).  Own
 * bytes of the header: u8 bits (1: multiport), u8 ports.  An event is input
 * for a port, or a control message.
 * Oracles: sanitizers; the kernel's lock checks; everything returned after
 * the detach; the device as checker of its driver; DMA through two views; a
 * bound on steps.
 * Blind: to what the bytes on the line are.
 */

#include "devops_virtio.h"

static int
create(struct devops *d)
{
	struct virtiom_params vp;
	uint8_t bits, nports;

	devops_virtio_params(d, &vp);
	bits = input_u8(&d->dv_knobs);
	nports = input_u8(&d->dv_knobs);
	return devops_virtio_attach(d, &vp, virtiom_console_create(&vp, nports % 8, bits & 1));
}

static void
event(struct devops *d, const struct devop *op)
{
	uint8_t text[64];
	unsigned i;

	if (op->idx & 1) {
		virtiom_console_control(d->dv_model, op->mode, op->off % 9, op->len);
		return;
	}
	for (i = 0; i < sizeof(text); i++)
		text[i] = op->buf + i * (op->flags & 3);
	virtiom_console_input(d->dv_model, op->mode % 8, text, op->len % (sizeof(text) + 1));
}

static const struct devops_node nodes[] = {
	{ "/dev/ttyVI00", DEVOPS_SLEEPS }, { "/dev/ttyVI01", DEVOPS_SLEEPS },
	{ "/dev/ttyVI02", DEVOPS_SLEEPS }, { NULL, 0 },
};

static const struct devops_dev dev = {
	.dd_bus = "pci0", .dd_attr = "pci", .dd_nodes = nodes, .dd_ioctls = devops_tty_ioctls,
	.dd_hints = &devops_virtio_hints, .dd_create = create, .dd_unplug = devops_virtio_unplug,
	.dd_plug = devops_virtio_plug, .dd_event = event, .dd_destroy = devops_virtio_destroy,
};

DEVOPS_TARGET(fuzz_viocon, dev);
