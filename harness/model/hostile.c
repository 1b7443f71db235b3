/* SPDX-License-Identifier: BSD-2-Clause */

/* The layer that makes a model lie; see hostile.h. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rumpuser_dev.h>

#include "hostile.h"
#include "pci.h"

#define NLATE	16

/* One script at a time: begin sets all of this, end clears it. */
static struct {
	struct pcim_bus *bus;
	struct rumpuser_dev_backend backend;
	void	(*unplug)(void *);
	void	*arg;
	const uint8_t *loose;
	size_t	nloose;

	unsigned nrec;
	struct hostile_record rec[HOSTILE_MAXREC];
	uint32_t seen[HOSTILE_MAXREC];		/* events that matched */
	uint32_t kinds;				/* bit for each kind there is */

	int	dirty, lied;
	size_t	withheld;
	unsigned accesses, completions;
	uint64_t silent;			/* until then; 0: it is not */
	uint8_t	bound[RUMPUSER_NIRQ];
	struct {
		uint64_t mach;
		size_t	len;
	}	region[HOSTILE_NREGION];
	struct {
		uint64_t when, addr;
		uint32_t data;
	}	late[NLATE];
	unsigned nlate;
} h;

/* Whether record i, whose event this is, strikes now. */
static int
strikes(unsigned i)
{
	const struct hostile_record *hr = &h.rec[i];
	uint32_t n = h.seen[i]++;

	if (n < hr->hr_nth || (hr->hr_count != 255 && n - hr->hr_nth > hr->hr_count))
		return 0;
	h.dirty = 1;
	if (hr->hr_kind != HOSTILE_STORE || hr->hr_how != HOSTILE_LESS)
		h.lied = 1;
	return 1;
}

/* The next record after i that strikes at an event; -1: none. */
static int
next_strike(int i, unsigned kind, unsigned where)
{

	for (i++; i < (int)h.nrec; i++)
		if (h.rec[i].hr_kind == kind &&
		    (h.rec[i].hr_where == HOSTILE_ANY || h.rec[i].hr_where == where) &&
		    strikes(i))
			return i;
	return -1;
}

#define FOR_STRIKES(i, kind, where)						\
	for (int i = (h.kinds & 1u << (kind)) != 0 ? next_strike(-1, kind, where) : -1;	\
	    i != -1; i = next_strike(i, kind, where))

static uint64_t
loose(uint64_t at, unsigned n)
{
	uint64_t v = 0;
	unsigned i;

	for (i = n; i-- > 0;)
		v = v << 8 | (at < h.nloose && i < h.nloose - at ? h.loose[at + i] : 0);
	return v;
}

/* A register's value (width up to 8) as record i wants it. */
static uint64_t
changed(unsigned i, uint64_t v, unsigned width)
{
	const struct hostile_record *hr = &h.rec[i];

	switch (hr->hr_how) {
	case HOSTILE_SET:
	case HOSTILE_COHERENT:
		v = hr->hr_val;
		break;
	case HOSTILE_XOR:
		v ^= hr->hr_val;
		break;
	case HOSTILE_ADD:
		v += hr->hr_val;
		break;
	case HOSTILE_ONES:
		v = UINT64_MAX;
		break;
	case HOSTILE_DROP:
		v = 0;
		break;
	case HOSTILE_BYTES:
		/* One after the other: each strike takes what follows. */
		v = loose(hr->hr_val + (h.seen[i] - 1 - hr->hr_nth) * width, width);
		break;
	}
	return width < 8 ? v & ((1ull << 8 * width) - 1) : v;
}

/* The same for bytes in memory. */
static void
change_bytes(unsigned i, uint8_t *p, size_t len)
{
	const struct hostile_record *hr = &h.rec[i];
	size_t n, k;
	uint64_t v = 0;

	if (hr->hr_off >= len)
		return;
	p += hr->hr_off;
	len -= hr->hr_off;
	if (hr->hr_how == HOSTILE_BYTES) {
		n = hr->hr_width != 0 && hr->hr_width * 8u < len ? hr->hr_width * 8u : len;
		if (hr->hr_val >= h.nloose)
			return;
		if (n > h.nloose - hr->hr_val)
			n = h.nloose - hr->hr_val;
		memcpy(p, h.loose + hr->hr_val, n);
		return;
	}
	n = hr->hr_width != 0 && hr->hr_width < 8 ? hr->hr_width : 8;
	if (n > len)
		n = len;
	for (k = n; k-- > 0;)
		v = v << 8 | p[k];
	v = changed(i, v, n);
	for (k = 0; k < n; k++)
		p[k] = v >> (8 * k);
}

/* An access of the kernel: what happens by itself may happen now. */
static void
access_point(void)
{
	unsigned n = h.accesses++, i, k, irq;

	if ((h.kinds & (1u << HOSTILE_SPURIOUS | 1u << HOSTILE_UNPLUG | 1u << HOSTILE_SILENT)) == 0)
		return;
	for (i = 0; i < h.nrec; i++) {
		const struct hostile_record *hr = &h.rec[i];

		if (hr->hr_kind < HOSTILE_SPURIOUS || n < hr->hr_nth ||
		    (hr->hr_count != 255 && n - hr->hr_nth > hr->hr_count))
			continue;
		h.dirty = h.lied = 1;
		switch (hr->hr_kind) {
		case HOSTILE_SPURIOUS:
			/* The where'th of the lines that are bound, round and round. */
			for (irq = k = 0; irq < RUMPUSER_NIRQ; irq++)
				k += h.bound[irq];
			if (k == 0)
				break;
			k = hr->hr_where % k;
			for (irq = 0; irq < RUMPUSER_NIRQ; irq++)
				if (h.bound[irq] && k-- == 0)
					break;
			rumpuser_intr_assert(irq);
			break;
		case HOSTILE_UNPLUG:
			if (h.unplug != NULL)
				h.unplug(h.arg);
			h.unplug = NULL;
			break;
		case HOSTILE_SILENT:
			if (n == hr->hr_nth)
				h.silent = hr->hr_val == 0 ? UINT64_MAX :
				    rumpuser_dev_now() + (hr->hr_val & 0xffffffffffull);
			break;
		}
	}
}

static uint32_t
h_confread(void *ctx, uint32_t bdf, unsigned reg, unsigned width)
{
	uint32_t v;

	access_point();
	v = pcim_backend.db_confread(ctx, bdf, reg, width);
	/* Nobody there: nobody who could lie. */
	if (v == 0xffffffffu >> (32 - 8 * width))
		return v;
	FOR_STRIKES(i, HOSTILE_CONF, reg)
		v = changed(i, v, width);
	return v;
}

static void
h_confwrite(void *ctx, uint32_t bdf, unsigned reg, unsigned width, uint32_t val)
{

	access_point();
	pcim_backend.db_confwrite(ctx, bdf, reg, width, val);
}

static uint64_t
h_read(void *ctx, int space, uint64_t addr, unsigned width)
{
	uint64_t v;

	access_point();
	v = pcim_backend.db_read(ctx, space, addr, width);
	FOR_STRIKES(i, HOSTILE_REG, addr & 0xfff)
		v = changed(i, v, width);
	return v;
}

static void
h_write(void *ctx, int space, uint64_t addr, unsigned width, uint64_t val)
{

	access_point();
	pcim_backend.db_write(ctx, space, addr, width, val);
}

static int
h_intr_bind(void *ctx, uint32_t bdf, int how, unsigned idx, unsigned irq, uint64_t *addrp,
    uint32_t *datap)
{
	int error = pcim_backend.db_intr_bind != NULL ?
	    pcim_backend.db_intr_bind(ctx, bdf, how, idx, irq, addrp, datap) : 0;

	if (error == 0 && irq < RUMPUSER_NIRQ)
		h.bound[irq] = 1;
	return error;
}

static void
h_intr_unbind(void *ctx, unsigned irq)
{

	if (irq < RUMPUSER_NIRQ)
		h.bound[irq] = 0;
	if (pcim_backend.db_intr_unbind != NULL)
		pcim_backend.db_intr_unbind(ctx, irq);
}

static uint64_t
h_next(void *ctx)
{
	uint64_t t = pcim_backend.db_next != NULL ? pcim_backend.db_next(ctx) : UINT64_MAX;
	unsigned i;

	for (i = 0; i < h.nlate; i++)
		if (h.late[i].when < t)
			t = h.late[i].when;
	return t;
}

static void
h_run(void *ctx, uint64_t now)
{
	unsigned i;

	for (i = 0; i < h.nlate;) {
		if (h.late[i].when > now) {
			i++;
			continue;
		}
		rumpuser_intr_message(h.late[i].addr, h.late[i].data);
		h.late[i] = h.late[--h.nlate];
	}
	if (pcim_backend.db_run != NULL)
		pcim_backend.db_run(ctx, now);
}

static int
hook_dma_read(void *arg, uint64_t mach, void *buf, size_t len, int flags, unsigned tag)
{
	int error = rumpuser_dma_read(mach, buf, len, flags);

	if (error != 0)
		return error;
	FOR_STRIKES(i, HOSTILE_FETCH, tag) {
		if (h.rec[i].hr_how == HOSTILE_SHORT || h.rec[i].hr_how == HOSTILE_LESS) {
			if (h.rec[i].hr_off < len)
				memset((uint8_t *)buf + h.rec[i].hr_off, 0, len - h.rec[i].hr_off);
		} else
			change_bytes(i, buf, len);
	}
	return 0;
}

static int
hook_dma_write(void *arg, uint64_t mach, const void *buf, size_t len, int flags, unsigned tag)
{
	uint8_t small[64], *p = NULL;
	int drop = 0, twice = 0, error;
	size_t n = len;

	FOR_STRIKES(i, HOSTILE_STORE, tag) {
		flags &= ~RUMPUSER_DMA_TRUST;
		if (p == NULL) {
			p = len <= sizeof(small) ? small : malloc(len);
			if (p == NULL)
				break;
			memcpy(p, buf, len);
		}
		switch (h.rec[i].hr_how) {
		case HOSTILE_DROP:
			drop = 1;
			break;
		case HOSTILE_TWICE:
			twice = 1;
			break;
		case HOSTILE_SHORT:
			if (h.rec[i].hr_off < n)
				n = h.rec[i].hr_off;
			break;
		case HOSTILE_LESS:
			if (h.rec[i].hr_off < n) {
				h.withheld += n - h.rec[i].hr_off;
				h.lied |= (tag & HOSTILE_TAG_COUNTED) == 0;
				n = h.rec[i].hr_off;
			}
			break;
		case HOSTILE_COHERENT:
			flags |= RUMPUSER_DMA_COHERENT;
			/* FALLTHROUGH */
		default:
			change_bytes(i, p, len);
		}
	}
	if (p == NULL)
		return rumpuser_dma_write(mach, buf, len, flags);
	error = drop || n == 0 ? 0 : rumpuser_dma_write(mach, p, n, flags);
	if (twice && error == 0)
		error = rumpuser_dma_write(mach, p, n, flags);
	if (p != small)
		free(p);
	return error;
}

static int
hook_message(void *arg, uint64_t addr, uint32_t data)
{
	int drop = 0, twice = 0;

	FOR_STRIKES(i, HOSTILE_INTR, 0) {
		if (h.rec[i].hr_how == HOSTILE_DROP)
			drop = 1;
		else if (h.rec[i].hr_how == HOSTILE_LATE && h.nlate < NLATE) {
			h.late[h.nlate].when = rumpuser_dev_now() + (h.rec[i].hr_val & 0xffffffffffull);
			h.late[h.nlate].addr = addr;
			h.late[h.nlate++].data = data;
			drop = 1;
		} else
			twice = 1;
	}
	if (twice)
		rumpuser_intr_message(addr, data);
	return drop ? 0 : rumpuser_intr_message(addr, data);
}

static void
hook_level(void *arg, uint32_t bdf, unsigned pin, int high)
{

	if (high)
		FOR_STRIKES(i, HOSTILE_INTR, 0)
			if (h.rec[i].hr_how == HOSTILE_DROP || h.rec[i].hr_how == HOSTILE_LATE)
				return;
	rumpuser_intr_level(bdf, pin, high);
}

static int
hook_clean(void *arg)
{

	return !h.dirty;
}

static const struct pcim_hooks hooks = {
	.ph_dma_read = hook_dma_read,
	.ph_dma_write = hook_dma_write,
	.ph_message = hook_message,
	.ph_level = hook_level,
	.ph_clean = hook_clean,
};

void
hostile_begin(struct pcim_bus *bus, const uint8_t *script, size_t len, unsigned nrec,
    void (*unplug)(void *), void *arg)
{
	unsigned i, regs = 0;

	memset(&h, 0, sizeof(h));
	h.bus = bus;
	h.unplug = unplug;
	h.arg = arg;
	if (nrec > len / HOSTILE_RECORD)
		nrec = len / HOSTILE_RECORD;
	h.loose = script + nrec * HOSTILE_RECORD;
	h.nloose = len - nrec * HOSTILE_RECORD;
	if (nrec > HOSTILE_MAXREC)
		nrec = HOSTILE_MAXREC;
	for (i = 0; i < nrec; i++) {
		hostile_decode(&h.rec[h.nrec], script + i * HOSTILE_RECORD);
		if (h.rec[h.nrec].hr_kind == HOSTILE_NONE)
			continue;
		h.kinds |= 1u << h.rec[h.nrec].hr_kind;
		regs += h.rec[h.nrec].hr_kind == HOSTILE_REG;
		h.nrec++;
	}
	if (h.nrec == 0) {
		rumpuser_dev_attach(&pcim_backend, bus);
		return;
	}
	h.backend = pcim_backend;
	h.backend.db_confread = h_confread;
	h.backend.db_confwrite = h_confwrite;
	h.backend.db_read = h_read;
	h.backend.db_write = h_write;
	h.backend.db_intr_bind = h_intr_bind;
	h.backend.db_intr_unbind = h_intr_unbind;
	h.backend.db_next = h_next;
	h.backend.db_run = h_run;
	/* Plain memory would go past us. */
	if (regs != 0)
		h.backend.db_map = NULL;
	pcim_bus_hooks(bus, &hooks, NULL);
	rumpuser_dev_attach(&h.backend, bus);
}

void
hostile_end(void)
{
	unsigned n;

	if (h.bus == NULL)
		return;
	rumpuser_dev_attach(NULL, NULL);
	if (h.nrec != 0)
		pcim_bus_hooks(h.bus, NULL, NULL);
	n = h.accesses;
	memset(&h, 0, sizeof(h));
	h.accesses = n;
}

int
hostile_clean(void)
{

	return !h.dirty;
}

int
hostile_honest(void)
{

	return h.dirty && !h.lied;
}

size_t
hostile_withheld(int told)
{
	size_t n = h.withheld;

	h.withheld = 0;
	h.lied |= n != 0 && !told;
	return n;
}

unsigned
hostile_accesses(void)
{

	return h.accesses;
}

int
hostile_silent(uint64_t *until)
{

	if (h.silent == 0)
		return 0;
	if (h.silent != UINT64_MAX && h.silent <= rumpuser_dev_now()) {
		h.silent = 0;
		return 0;
	}
	*until = h.silent;
	return 1;
}

void
hostile_region(unsigned slot, uint64_t mach, size_t len)
{

	if (h.nrec == 0 || slot >= HOSTILE_NREGION)
		return;
	h.region[slot].mach = mach;
	h.region[slot].len = len;
}

/* Writes over a region as a device may that minds nobody's business. */
static void
scribble(const struct hostile_record *hr, unsigned i)
{
	unsigned slot = hr->hr_where % HOSTILE_NREGION, k;
	unsigned n = hr->hr_width != 0 && hr->hr_width < 8 ? hr->hr_width : 8;
	uint64_t mach = h.region[slot].mach + hr->hr_off, v = 0;
	uint8_t b[8];

	if (hr->hr_off >= h.region[slot].len)
		return;
	if (n > h.region[slot].len - hr->hr_off)
		n = h.region[slot].len - hr->hr_off;
	if (rumpuser_dma_read(mach, b, n, 0) == 0)
		for (k = n; k-- > 0;)
			v = v << 8 | b[k];
	v = changed(i, v, n);
	for (k = 0; k < n; k++)
		b[k] = v >> (8 * k);
	rumpuser_dma_write(mach, b, n, hr->hr_how == HOSTILE_COHERENT ? RUMPUSER_DMA_COHERENT : 0);
}

void
hostile_completion(void)
{
	unsigned i;

	if ((h.kinds & 1u << HOSTILE_SCRIBBLE) == 0)
		return;
	for (i = 0; i < h.nrec; i++)
		if (h.rec[i].hr_kind == HOSTILE_SCRIBBLE && strikes(i))
			scribble(&h.rec[i], i);
}
