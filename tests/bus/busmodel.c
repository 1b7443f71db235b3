/* SPDX-License-Identifier: BSD-2-Clause */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "busmodel.h"

struct model {
	uint8_t	 ram[0x100];
	uint8_t	 io[BM_IOLEN];
	uint8_t	 buf[BM_BUFLEN];
	uint8_t	*lin;
	uint64_t addr, msgaddr, due;
	uint32_t len, flags, result, msgdata, fifo, lastwidth;
};

static uint64_t
get(const uint8_t *p, unsigned width)
{
	uint64_t v = 0;

	memcpy(&v, p, width);
	return v;
}

static uint64_t
bm_read(void *ctx, int space, uint64_t addr, unsigned width)
{
	struct model *m = ctx;
	uint64_t off = addr - BM_MEM, v = UINT64_MAX;

	if (space == RUMPUSER_SPACE_IO)
		return addr - BM_IO < BM_IOLEN ? get(m->io + (addr - BM_IO), width) : UINT64_MAX;
	if (addr - BM_LIN < BM_LINLEN)
		return get(m->lin + (addr - BM_LIN), width);
	if (off < 0x100)
		v = get(m->ram + off, width);
	else if (off - BM_BUF < BM_BUFLEN)
		v = get(m->buf + (off - BM_BUF), width);
	else if (off == BM_RESULT)
		v = m->result;
	else if (off == BM_FIFO)
		v = ++m->fifo;
	else if (off == BM_LASTWIDTH)
		v = m->lastwidth;
	m->lastwidth = width;
	return v;
}

static void
bm_write(void *ctx, int space, uint64_t addr, unsigned width, uint64_t v)
{
	struct model *m = ctx;
	uint64_t off = addr - BM_MEM;

	if (space == RUMPUSER_SPACE_IO) {
		if (addr - BM_IO < BM_IOLEN)
			memcpy(m->io + (addr - BM_IO), &v, width);
		return;
	}
	if (addr - BM_LIN < BM_LINLEN) {
		memcpy(m->lin + (addr - BM_LIN), &v, width);
		return;
	}
	m->lastwidth = width;
	if (off < 0x100)
		memcpy(m->ram + off, &v, width);
	else if (off - BM_BUF < BM_BUFLEN)
		memcpy(m->buf + (off - BM_BUF), &v, width);
	switch (off) {
	case BM_ADDR:
		m->addr = v;
		break;
	case BM_LEN:
		m->len = v < BM_BUFLEN ? v : BM_BUFLEN;
		break;
	case BM_FLAGS:
		m->flags = v;
		break;
	case BM_CMD:
		m->result = v == BM_FETCH ?
		    rumpuser_dma_read(m->addr, m->buf, m->len, m->flags) :
		    rumpuser_dma_write(m->addr, m->buf, m->len, m->flags);
		break;
	case BM_TIMER:
		m->due = rumpuser_dev_now() + v;
		break;
	case BM_MSGADDR:
		m->msgaddr = v;
		break;
	case BM_MSGDATA:
		m->msgdata = v;
		break;
	case BM_LEVEL:
		rumpuser_intr_level(BM_BDF, 1, v != 0);
		break;
	case BM_FIFO:
		m->fifo += v;
		break;
	}
}

static void *
bm_map(void *ctx, int space, uint64_t addr, uint64_t len)
{
	struct model *m = ctx;

	if (space != RUMPUSER_SPACE_MEM || addr < BM_LIN || len > BM_LINLEN ||
	    addr - BM_LIN > BM_LINLEN - len)
		return NULL;
	return m->lin + (addr - BM_LIN);
}

static uint64_t
bm_next(void *ctx)
{
	struct model *m = ctx;

	return m->due != 0 ? m->due : UINT64_MAX;
}

static void
bm_run(void *ctx, uint64_t now)
{
	struct model *m = ctx;

	if (m->due != 0 && m->due <= now) {
		m->due = 0;
		(void)rumpuser_intr_message(m->msgaddr, m->msgdata);
	}
}

static const struct rumpuser_dev_backend backend = {
	.db_name = "busmodel",
	.db_read = bm_read,
	.db_write = bm_write,
	.db_map = bm_map,
	.db_next = bm_next,
	.db_run = bm_run,
};

void
busmodel_attach(void)
{
	struct model *m;
	void *p;

	if (rumpuser_obj_alloc(sizeof(*m), 8, RUMPUSER_OBJ_HOST, "busmodel", &p) != 0)
		abort();
	m = p;
	memset(m, 0, sizeof(*m));
	if (rumpuser_obj_alloc(BM_LINLEN, 4096, RUMPUSER_OBJ_HOST, "busmodel", &p) != 0)
		abort();
	m->lin = p;
	memset(m->lin, 0, BM_LINLEN);
	rumpuser_dev_attach(&backend, m);
}
