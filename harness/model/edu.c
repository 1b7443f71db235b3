/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * QEMU's educational device; its registers are in edu.h.
 *
 * Of its driver it expects what the specification says: DMA between memory
 * and the buffer, all of it inside, not started while another one runs.
 */

#include <stdlib.h>
#include <string.h>

#include "edu.h"
#include "hostile.h"

#define IDENT		0x010000edu
#define ADDR_LINES	0x0fffffffu	/* 28 */

#define STATUS_BUSY	0x01
#define STATUS_INTR	0x80
#define CMD_START	0x01
#define CMD_TO_MEMORY	0x02
#define CMD_INTR	0x04
#define INTR_FACTORIAL	0x001
#define INTR_DMA	0x100

struct edu {
	uint64_t delay;
	uint32_t live, fact, status, intr;
	uint64_t src, dst, cnt, cmd;
	uint64_t fact_due, dma_due;	/* UINT64_MAX: not running */
	uint8_t	buf[EDU_BUFSIZE];
};

static void
intr_raise(struct pcim_dev *d, uint32_t bits)
{
	struct edu *e = pcim_softc(d);

	e->intr |= bits;
	if (e->intr == 0)
		return;
	if (pcim_intr_mode(d) == PCIM_INTR_INTX)
		pcim_intx(d, 1);
	else
		(void)pcim_message(d, 0);
}

static void
dma_run(struct pcim_dev *d)
{
	struct edu *e = pcim_softc(d);
	int out = (e->cmd & CMD_TO_MEMORY) != 0, error;
	uint64_t at = out ? e->src : e->dst, mem = (out ? e->dst : e->src) & ADDR_LINES;

	e->dma_due = UINT64_MAX;
	if (at < EDU_BUFFER || e->cnt > EDU_BUFSIZE || at - EDU_BUFFER > EDU_BUFSIZE - e->cnt)
		pcim_violation(d, "DMA of 0x%llx bytes at 0x%llx, the buffer is 0x%x bytes at 0x%x",
		    (unsigned long long)e->cnt, (unsigned long long)at, EDU_BUFSIZE, EDU_BUFFER);
	else {
		uint8_t *p = e->buf + (at - EDU_BUFFER);

		error = out ? pcim_dma_write(d, mem, p, e->cnt, EDU_TAG_OUT) :
		    pcim_dma_read(d, mem, p, e->cnt, EDU_TAG_IN);
		(void)error;	/* a real one has no way to say so */
	}
	e->cmd &= ~(uint64_t)CMD_START;
	if ((e->cmd & CMD_INTR) != 0)
		intr_raise(d, INTR_DMA);
}

static void
factorial_run(struct pcim_dev *d)
{
	struct edu *e = pcim_softc(d);
	uint32_t n = e->fact, r = 1;

	e->fact_due = UINT64_MAX;
	/* From 34 on it is 0 modulo 2^32, and 0 stays 0. */
	for (; n > 1 && r != 0; n--)
		r *= n;
	e->fact = r;
	e->status &= ~(uint32_t)STATUS_BUSY;
	if ((e->status & STATUS_INTR) != 0)
		intr_raise(d, INTR_FACTORIAL);
}

static uint64_t
edu_read(struct pcim_dev *d, unsigned bar, uint64_t off, unsigned width)
{
	struct edu *e = pcim_softc(d);

	if ((off < 0x80 && width != 4) || (off >= 0x80 && width != 4 && width != 8))
		return UINT64_MAX;
	switch (off) {
	case 0x00:
		return IDENT;
	case 0x04:
		return e->live;
	case 0x08:
		return e->fact;
	case 0x20:
		return e->status;
	case 0x24:
		return e->intr;
	case 0x80:
		return e->src;
	case 0x88:
		return e->dst;
	case 0x90:
		return e->cnt;
	case 0x98:
		return e->cmd;
	}
	return UINT64_MAX;
}

static void
dma_set(struct pcim_dev *d, uint64_t *reg, uint64_t val)
{
	struct edu *e = pcim_softc(d);

	if ((e->cmd & CMD_START) != 0)
		pcim_violation(d, "DMA registers written while DMA runs");
	else
		*reg = val;
}

static void
edu_write(struct pcim_dev *d, unsigned bar, uint64_t off, unsigned width, uint64_t val)
{
	struct edu *e = pcim_softc(d);
	uint64_t now = rumpuser_dev_now();

	if ((off < 0x80 && width != 4) || (off >= 0x80 && width != 4 && width != 8))
		return;
	switch (off) {
	case 0x04:
		e->live = ~(uint32_t)val;
		break;
	case 0x08:
		if ((e->status & STATUS_BUSY) != 0)
			break;
		e->fact = (uint32_t)val;
		e->status |= STATUS_BUSY;
		e->fact_due = now + e->delay;
		if (e->delay == 0)
			factorial_run(d);
		break;
	case 0x20:
		e->status = (e->status & ~(uint32_t)STATUS_INTR) | ((uint32_t)val & STATUS_INTR);
		break;
	case 0x60:
		intr_raise(d, (uint32_t)val);
		break;
	case 0x64:
		e->intr &= ~(uint32_t)val;
		if (e->intr == 0)
			pcim_intx(d, 0);
		break;
	case 0x80:
		dma_set(d, &e->src, val);
		break;
	case 0x88:
		dma_set(d, &e->dst, val);
		break;
	case 0x90:
		dma_set(d, &e->cnt, val);
		break;
	case 0x98:
		dma_set(d, &e->cmd, val & 7);
		if ((val & CMD_START) == 0 || e->dma_due != UINT64_MAX)
			break;
		e->dma_due = now + e->delay;
		if (e->delay == 0)
			dma_run(d);
		break;
	}
}

static uint64_t
edu_next(struct pcim_dev *d)
{
	struct edu *e = pcim_softc(d);
	uint64_t t = e->fact_due < e->dma_due ? e->fact_due : e->dma_due, until;

	if (t != UINT64_MAX && hostile_silent(&until) && until > t)
		t = until;
	return t;
}

static void
edu_run(struct pcim_dev *d, uint64_t now)
{
	struct edu *e = pcim_softc(d);

	if (e->fact_due <= now)
		factorial_run(d);
	if (e->dma_due <= now)
		dma_run(d);
}

static void
edu_reset(struct pcim_dev *d)
{
	struct edu *e = pcim_softc(d);
	uint64_t delay = e->delay;

	memset(e, 0, sizeof(*e));
	e->delay = delay;
	e->fact_due = e->dma_due = UINT64_MAX;
}

static void
edu_free(struct pcim_dev *d)
{

	free(pcim_softc(d));
}

static const struct pcim_ops ops = {
	.po_name = "edu",
	.po_read = edu_read,
	.po_write = edu_write,
	.po_reset = edu_reset,
	.po_next = edu_next,
	.po_run = edu_run,
	.po_free = edu_free,
};

struct pcim_dev *
edu_create(struct pcim_bus *b, uint64_t delay_ns, int nomsi)
{
	static const struct pcim_id id = { .pi_vendor = 0x1234, .pi_device = 0x11e8,
	    .pi_class = 0, .pi_subclass = 0xff, .pi_rev = 0x10, .pi_intpin = 1 };
	struct edu *e = calloc(1, sizeof(*e));
	struct pcim_dev *d;

	if (e == NULL)
		return NULL;
	e->delay = delay_ns;
	e->fact_due = e->dma_due = UINT64_MAX;
	if ((d = pcim_dev_create(b, &ops, e, &id)) == NULL) {
		free(e);
		return NULL;
	}
	pcim_bar(d, 0, 0x100000, 0);
	if (!nomsi)
		pcim_msi(d, 1, PCIM_MSI_64);
	return d;
}

uint8_t *
edu_buffer(struct pcim_dev *d)
{

	return ((struct edu *)pcim_softc(d))->buf;
}

int
edu_idle(struct pcim_dev *d)
{
	struct edu *e = pcim_softc(d);

	return (e->cmd & CMD_START) == 0 && (e->status & STATUS_BUSY) == 0 && e->intr == 0;
}
