/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The virtio console (5.3): ports with a queue in each direction, and with
 * F_MULTIPORT two control queues by which ports are named, opened and shut.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "virtio_impl.h"

#define CONSOLE_F_SIZE		(1ull << 0)
#define CONSOLE_F_MULTIPORT	(1ull << 1)

enum { DEVICE_READY, DEVICE_ADD, DEVICE_REMOVE, PORT_READY, CONSOLE_PORT, RESIZE, PORT_OPEN, PORT_NAME };

#define MAXPORTS	16u
#define PORTBUF		1024u
#define MAXCONTROL	64u
#define Q_CONTROL_IN	2u
#define Q_CONTROL_OUT	3u

struct console {
	unsigned c_nports;
	int	c_multi;
	struct port {
		size_t	nin, nout;
		uint8_t	in[PORTBUF], out[PORTBUF];
	}	*c_port;
	/* Messages the driver has no buffer for yet. */
	unsigned c_ncontrol;
	struct control {
		uint32_t id;
		uint16_t event, value;
	}	c_control[MAXCONTROL];
};

/* The receive queue of a port; transmit is the next one. */
static unsigned
port_queue(unsigned port)
{

	return port == 0 ? 0 : 2 + 2 * port;
}

static unsigned
queue_port(unsigned q)
{

	return q < 2 ? 0 : q / 2 - 1;
}

static int
multiport(const struct virtiom *vm)
{

	return (vm->vm_accepted & CONSOLE_F_MULTIPORT) != 0;
}

/* Moves what waits into the buffers there are. */
static void
deliver(struct virtiom *vm, unsigned q)
{
	struct console *co = vm->vm_priv;
	struct vm_chain *c = vm->vm_chain;
	struct port *p;
	uint8_t msg[8 + 16];
	size_t n;

	if (q == Q_CONTROL_IN && co->c_multi) {
		while (co->c_ncontrol != 0 && vm_pop(vm, q, c)) {
			struct control m = co->c_control[0];

			memmove(&co->c_control[0], &co->c_control[1],
			    --co->c_ncontrol * sizeof(m));
			put_le(msg, 4, m.id);
			put_le(msg + 4, 2, m.event);
			put_le(msg + 6, 2, m.value);
			n = 8;
			if (m.event == PORT_NAME)
				n += snprintf((char *)msg + 8, 16, "port.%u", m.id);
			vm_push(vm, c, vm_put(vm, c, 0, msg, n, VIRTIOM_F_IN));
		}
	} else {
		p = &co->c_port[queue_port(q)];
		while (p->nin != 0 && vm_pop(vm, q, c)) {
			n = vm_put(vm, c, 0, p->in, p->nin, VIRTIOM_F_IN);
			memmove(p->in, p->in + n, p->nin - n);
			p->nin -= n;
			vm_push(vm, c, n);
			if (n == 0)
				break;
		}
	}
	vm_signal(vm, q);
}

void
virtiom_console_control(struct virtiom *vm, unsigned port, unsigned event, unsigned value)
{
	struct console *co = vm->vm_priv;

	if (!co->c_multi || co->c_ncontrol == MAXCONTROL)
		return;
	co->c_control[co->c_ncontrol].id = port;
	co->c_control[co->c_ncontrol].event = event;
	co->c_control[co->c_ncontrol++].value = value;
	if (virtiom_running(vm) && multiport(vm))
		deliver(vm, Q_CONTROL_IN);
}

/* A message of the driver's. */
static void
control(struct virtiom *vm, struct vm_chain *c)
{
	struct console *co = vm->vm_priv;
	unsigned id, event, value, i;
	uint8_t msg[8];

	if (c->c_outlen < sizeof(msg) || vm_get(vm, c, 0, msg, sizeof(msg), VIRTIOM_F_OUT) !=
	    sizeof(msg)) {
		vm_violation(vm, "a control message of %llu bytes", (unsigned long long)c->c_outlen);
		return;
	}
	id = get_le(msg, 4);
	event = get_le(msg + 4, 2);
	value = get_le(msg + 6, 2);
	if (event != DEVICE_READY && id >= co->c_nports) {
		vm_violation(vm, "control message %u for port %u, there are %u", event, id, co->c_nports);
		return;
	}
	switch (event) {
	case DEVICE_READY:
		for (i = 0; value == 1 && i < co->c_nports; i++)
			virtiom_console_control(vm, i, DEVICE_ADD, 1);
		break;
	case PORT_READY:
		if (value != 1)
			break;
		if (id == 0)
			virtiom_console_control(vm, id, CONSOLE_PORT, 1);
		virtiom_console_control(vm, id, PORT_NAME, 1);
		virtiom_console_control(vm, id, PORT_OPEN, 1);
		break;
	case PORT_OPEN:
		break;
	default:
		vm_violation(vm, "control message %u, which is not the driver's", event);
	}
}

static uint32_t
console_request(struct virtiom *vm, struct vm_chain *c)
{
	struct console *co = vm->vm_priv;
	uint16_t head = c->c_head;
	struct port *p;
	uint64_t off;
	size_t n;

	if (c->c_nin != 0) {
		vm_violation(vm, "queue %u: %llu bytes to write in a buffer to send", c->c_q,
		    (unsigned long long)c->c_inlen);
		return 0;
	}
	if (co->c_multi && c->c_q == Q_CONTROL_OUT) {
		/* Answers are sent from within and use the device's one chain. */
		control(vm, c);
		c->c_q = Q_CONTROL_OUT;
		c->c_head = head;
		return 0;
	}
	p = &co->c_port[queue_port(c->c_q)];
	for (off = 0; off < c->c_outlen; off += n) {
		if (p->nout == PORTBUF)
			p->nout = 0;	/* nobody reads: the oldest goes */
		n = PORTBUF - p->nout;
		if (n > c->c_outlen - off)
			n = c->c_outlen - off;
		if ((n = vm_get(vm, c, off, p->out + p->nout, n, VIRTIOM_F_OUT)) == 0)
			break;
		p->nout += n;
	}
	return 0;
}

static int
console_keeps(struct virtiom *vm, unsigned q)
{

	return q % 2 == 0;
}

static void
console_reset(struct virtiom *vm)
{
	struct console *co = vm->vm_priv;

	co->c_ncontrol = 0;
}

static void
console_start(struct virtiom *vm)
{
	unsigned q;

	for (q = 0; q < vm->vm_nq; q += 2)
		if (vm->vm_q[q].vq_enabled)
			deliver(vm, q);
}

static void
console_config(struct virtiom *vm, unsigned off, unsigned width)
{

	vm_violation(vm, "configuration written at %u, %u bytes: not the driver's", off, width);
}

static void
console_free(struct virtiom *vm)
{
	struct console *co = vm->vm_priv;

	free(co->c_port);
	free(co);
}

static const struct vm_class console_class = {
	.vc_name = "console",
	.vc_id = 3,
	.vc_legacy = 0x1003,
	.vc_pciclass = 0x07,
	.vc_pcisubclass = 0x80,
	.vc_reset = console_reset,
	.vc_start = console_start,
	.vc_keeps = console_keeps,
	.vc_notify = deliver,
	.vc_request = console_request,
	.vc_config = console_config,
	.vc_free = console_free,
};

struct virtiom *
virtiom_console_create(const struct virtiom_params *vp, unsigned nports, int multi)
{
	struct console *co = calloc(1, sizeof(*co));
	struct virtiom *vm = NULL;

	if (nports == 0 || !multi)
		nports = 1;
	if (nports > MAXPORTS)
		nports = MAXPORTS;
	if (co == NULL || (co->c_port = calloc(nports, sizeof(*co->c_port))) == NULL)
		goto fail;
	co->c_nports = nports;
	co->c_multi = multi;
	vm = vm_create(&console_class, vp, multi ? 2 + 2 * nports : 2,
	    CONSOLE_F_SIZE | (multi ? CONSOLE_F_MULTIPORT : 0), co);
	if (vm == NULL)
		goto fail;
	vm->vm_cfglen = 12;
	put_le(vm->vm_cfg, 2, 80);
	put_le(vm->vm_cfg + 2, 2, 25);
	put_le(vm->vm_cfg + 4, 4, nports);
	return vm;
fail:
	if (co != NULL)
		free(co->c_port);
	free(co);
	return NULL;
}

size_t
virtiom_console_input(struct virtiom *vm, unsigned port, const void *buf, size_t len)
{
	struct console *co = vm->vm_priv;
	struct port *p;

	if (port >= co->c_nports)
		return 0;
	p = &co->c_port[port];
	if (len > PORTBUF - p->nin)
		len = PORTBUF - p->nin;
	memcpy(p->in + p->nin, buf, len);
	p->nin += len;
	if (virtiom_running(vm) && vm->vm_q[port_queue(port)].vq_enabled)
		deliver(vm, port_queue(port));
	return len;
}

size_t
virtiom_console_output(struct virtiom *vm, unsigned port, void *buf, size_t len)
{
	struct console *co = vm->vm_priv;
	struct port *p;

	if (port >= co->c_nports)
		return 0;
	p = &co->c_port[port];
	if (len > p->nout)
		len = p->nout;
	memcpy(buf, p->out, len);
	memmove(p->out, p->out + len, p->nout - len);
	p->nout -= len;
	return len;
}
