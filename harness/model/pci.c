/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A PCI bus made of models: configuration space, BARs, bridges, interrupts.
 * The interface is in pci.h; registers are those of PCI Local Bus 3.0 and
 * PCI-to-PCI Bridge 1.2.
 *
 * Configuration space is bytes with two masks: which bits the kernel may
 * write, and which it clears by writing one.  Most of what the space does
 * follows from the masks (a BAR tells its size since its low bits can't be
 * written); the few registers that do something are in conf_effects().
 */

#include <endian.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rumpuser_fuzz.h>

#include "pci.h"

/* What the root bus decodes. */
#define	MEM_BASE	0xe0000000ULL
#define	MEM_SIZE	0x10000000ULL
#define	PREF_BASE	0x800000000ULL
#define	PREF_SIZE	0x100000000ULL
#define	IO_BASE		0x1000ULL
#define	IO_SIZE		0xf000ULL
#define	PLAT_BASE	0xd0000000ULL
#define	PLAT_PAGE	0x1000ULL
#define	PLAT_MAX	16

#define	CMD		0x04
#define	CMD_IO		0x0001
#define	CMD_MEM		0x0002
#define	CMD_MASTER	0x0004
#define	CMD_INTX_OFF	0x0400
#define	CMD_WRITABLE	0x0547
#define	STATUS		0x06
#define	STATUS_INTX	0x0008
#define	STATUS_CAPS	0x0010
#define	STATUS_CLEAR	0xf900
#define	HDRTYPE		0x0e
#define	BAR(n)		(0x10 + 4 * (n))
#define	CAP_PTR		0x34
#define	INTLINE		0x3c
#define	INTPIN		0x3d
#define	BR_SECONDARY	0x19
#define	BR_SUBORDINATE	0x1a
#define	BR_IO		0x1c
#define	BR_MEM		0x20
#define	BR_PREF		0x24
#define	BR_PREF_BASE	0x28
#define	BR_PREF_LIMIT	0x2c
#define	BR_IO_HIGH	0x30
#define	BR_CONTROL	0x3e
#define	BR_CONTROL_RESET 0x40

#define	CAP_PM		0x01
#define	CAP_MSI		0x05
#define	CAP_PCIE	0x10
#define	CAP_MSIX	0x11
#define	MSI_ENABLE	0x0001
#define	MSIX_ENABLE	0x8000
#define	MSIX_FUNCMASK	0x4000
#define	MSIX_ENTRY	16
#define	MSIX_MASKED	0x1
#define	DCSR_FLR	0x8000

struct bar {
	uint64_t size;
	unsigned flags;
};

struct pcim_dev {
	struct pcim_dev *next;		/* all of the bus, in order of creation */
	struct pcim_bus *bus;
	const struct pcim_ops *ops;
	void	*softc;
	struct pcim_dev *parent;	/* the bridge it is behind, NULL: the root bus */
	unsigned place;			/* device << 3 | function */
	int	plugged;
	int	bridge;
	int	stopped;		/* bus mastering was taken away from it again */
	unsigned pin;

	unsigned confsize;		/* of the next four; what is behind is zero */
	uint8_t	*conf;
	uint8_t	*writable;
	uint8_t	*clear;
	uint8_t	*image;			/* conf as it was plugged */
	uint8_t	space[4][0x100];	/* theirs, unless there is more */
	struct bar bar[PCIM_NBAR];
	unsigned capend;		/* first free byte, and the last pointer */
	unsigned caplink;
	unsigned extend, extlink;

	unsigned pm, pcie, msi, msix;	/* offsets of capabilities, or 0 */
	unsigned msi_flags;
	uint32_t msi_pending;
	unsigned msix_n, msix_bar;
	uint32_t msix_table, msix_pba;
	uint8_t	*msix_entries;
	uint64_t *msix_pending;

	int	level;			/* what the device wants of its pin */
	int	wire;			/* what the line was told last, for wire_bdf */
	uint32_t wire_bdf;
};

struct pcim_plat {
	struct pcim_bus *bus;
	const struct pcim_plat_ops *ops;
	void	*softc;
	uint64_t addr, len;
	unsigned irq;
	int	plugged;
	int	level;
};

struct pcim_bus {
	struct pcim_dev *devs, **tail;
	struct pcim_dev *last;		/* decoded the last access */
	uint64_t last_base, last_size;	/* of its BAR; size 0: look again */
	unsigned last_bar;
	int	last_space;
	struct pcim_plat *plat[PLAT_MAX];
	unsigned nplat;
	uint64_t plat_next;
	struct pcim_hooks hooks;
	void	*hookarg;
	int	trust;
};

static uint32_t
get(const uint8_t *p, unsigned width)
{
	uint16_t half;
	uint32_t v;

	switch (width) {
	case 1:
		return p[0];
	case 2:
		memcpy(&half, p, sizeof(half));
		return le16toh(half);
	default:
		memcpy(&v, p, sizeof(v));
		return le32toh(v);
	}
}

static void
put(uint8_t *p, unsigned width, uint32_t v)
{
	uint16_t half = htole16((uint16_t)v);

	switch (width) {
	case 1:
		p[0] = (uint8_t)v;
		break;
	case 2:
		memcpy(p, &half, sizeof(half));
		break;
	default:
		v = htole32(v);
		memcpy(p, &v, sizeof(v));
		break;
	}
}

static uint64_t
ones(unsigned width)
{

	return width >= 8 ? UINT64_MAX : (1ULL << 8 * width) - 1;
}

/*
 * Buses.
 */

struct pcim_bus *
pcim_bus_create(void)
{
	struct pcim_bus *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->tail = &b->devs;
	b->trust = 1;
	b->plat_next = PLAT_BASE;
	return b;
}

static void
dev_free(struct pcim_dev *d)
{

	if (d->ops->po_free != NULL)
		d->ops->po_free(d);
	free(d->msix_entries);
	free(d->msix_pending);
	if (d->conf != d->space[0])
		free(d->conf);
	free(d);
}

void
pcim_bus_destroy(struct pcim_bus *b)
{
	struct pcim_dev *d;
	unsigned i;

	if (b == NULL)
		return;
	for (d = b->devs; d != NULL; d = d->next) {
		if (d->parent == NULL)
			pcim_unplug(d);
	}
	while ((d = b->devs) != NULL) {
		b->devs = d->next;
		dev_free(d);
	}
	for (i = 0; i < b->nplat; i++) {
		pcim_plat_unplug(b->plat[i]);
		if (b->plat[i]->ops->pp_free != NULL)
			b->plat[i]->ops->pp_free(b->plat[i]);
		free(b->plat[i]);
	}
	free(b);
}

void
pcim_bus_hooks(struct pcim_bus *b, const struct pcim_hooks *hooks, void *arg)
{

	if (hooks != NULL)
		b->hooks = *hooks;
	else
		memset(&b->hooks, 0, sizeof(b->hooks));
	b->hookarg = arg;
}

void
pcim_bus_trust(struct pcim_bus *b, int on)
{

	b->trust = on;
}

int
pcim_bus_trusted(const struct pcim_bus *b)
{

	return b->trust && (b->hooks.ph_clean == NULL || b->hooks.ph_clean(b->hookarg));
}

static void
violation(const char *who, const char *fmt, va_list ap)
{
	char what[256];

	vsnprintf(what, sizeof(what), fmt, ap);
	rumpuser_report("device-protocol", "%s: %s", who, what);
}

void
pcim_violation(struct pcim_dev *d, const char *fmt, ...)
{
	uint32_t bdf = pcim_bdf(d);
	char who[64];
	va_list ap;

	if (!pcim_bus_trusted(d->bus))
		return;
	snprintf(who, sizeof(who), "%s at %u:%u:%u", d->ops->po_name, bdf >> 8 & 0xff,
	    bdf >> 3 & 0x1f, bdf & 7);
	va_start(ap, fmt);
	violation(who, fmt, ap);
	va_end(ap);
}

/*
 * Descriptions.
 */

struct pcim_dev *
pcim_dev_create(struct pcim_bus *b, const struct pcim_ops *ops, void *softc,
    const struct pcim_id *id)
{
	struct pcim_dev *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->bus = b;
	d->ops = ops;
	d->softc = softc;
	d->confsize = sizeof(d->space[0]);
	d->conf = d->space[0];
	d->writable = d->space[1];
	d->clear = d->space[2];
	d->image = d->space[3];
	d->pin = id->pi_intpin;
	d->capend = 0x40;
	d->caplink = CAP_PTR;
	d->extend = 0x100;
	put(d->conf + 0x00, 2, id->pi_vendor);
	put(d->conf + 0x02, 2, id->pi_device);
	put(d->conf + 0x08, 4, (uint32_t)id->pi_class << 24 | (uint32_t)id->pi_subclass << 16 |
	    (uint32_t)id->pi_progif << 8 | id->pi_rev);
	put(d->conf + 0x2c, 2, id->pi_subvendor);
	put(d->conf + 0x2e, 2, id->pi_subdevice);
	d->conf[INTPIN] = id->pi_intpin;
	pcim_conf_mask(d, CMD, 4, CMD_WRITABLE, (uint32_t)STATUS_CLEAR << 16);
	pcim_conf_mask(d, 0x0c, 2, 0xffff, 0);
	pcim_conf_mask(d, INTLINE, 1, 0xff, 0);
	*b->tail = d;
	b->tail = &d->next;
	return d;
}

void
pcim_dev_destroy(struct pcim_dev *d)
{
	struct pcim_bus *b = d->bus;
	struct pcim_dev **dp, *child;

	pcim_unplug(d);
	if (d->bridge) {
		for (child = b->devs; child != NULL;) {
			if (child->parent == d) {
				pcim_dev_destroy(child);
				child = b->devs;
			} else
				child = child->next;
		}
	}
	for (dp = &b->devs; *dp != d; dp = &(*dp)->next)
		;
	*dp = d->next;
	if (b->tail == &d->next)
		b->tail = dp;
	dev_free(d);
}

void *
pcim_softc(const struct pcim_dev *d)
{

	return d->softc;
}

struct pcim_bus *
pcim_bus(const struct pcim_dev *d)
{

	return d->bus;
}

const char *
pcim_name(const struct pcim_dev *d)
{

	return d->ops->po_name;
}

/* Room for that many bytes of configuration space. */
static int
conf_room(struct pcim_dev *d, size_t end)
{
	uint8_t *p;
	unsigned i;

	if (end <= d->confsize)
		return 1;
	if (end > PCIM_CONF_SIZE || (p = calloc(4, PCIM_CONF_SIZE)) == NULL)
		return 0;
	for (i = 0; i < 4; i++)
		memcpy(p + i * PCIM_CONF_SIZE, d->space[i], sizeof(d->space[i]));
	d->confsize = PCIM_CONF_SIZE;
	d->conf = p;
	d->writable = p + PCIM_CONF_SIZE;
	d->clear = p + 2 * PCIM_CONF_SIZE;
	d->image = p + 3 * PCIM_CONF_SIZE;
	return 1;
}

void
pcim_conf_set(struct pcim_dev *d, unsigned reg, unsigned width, uint32_t val)
{

	d->bus->last_size = 0;
	if (conf_room(d, reg + width))
		put(d->conf + reg, width, val);
}

uint32_t
pcim_conf_get(const struct pcim_dev *d, unsigned reg, unsigned width)
{

	if (reg + width > PCIM_CONF_SIZE)
		return UINT32_MAX;
	return reg + width <= d->confsize ? get(d->conf + reg, width) : 0;
}

void
pcim_conf_mask(struct pcim_dev *d, unsigned reg, unsigned width, uint32_t writable,
    uint32_t clear)
{

	if (!conf_room(d, reg + width))
		return;
	put(d->writable + reg, width, writable);
	put(d->clear + reg, width, clear);
}

void
pcim_bar(struct pcim_dev *d, unsigned bar, uint64_t size, unsigned flags)
{
	uint64_t mask = ~(size - 1);

	if (bar >= (d->bridge ? 2u : PCIM_NBAR) || size == 0 || (size & (size - 1)) != 0)
		return;
	d->bar[bar].size = size;
	d->bar[bar].flags = flags;
	pcim_conf_set(d, BAR(bar), 4, flags);
	pcim_conf_mask(d, BAR(bar), 4, (uint32_t)mask & ((flags & PCIM_BAR_IO) != 0 ?
	    0xfffffffc : 0xfffffff0), 0);
	if ((flags & PCIM_BAR_64) != 0 && bar + 1 < PCIM_NBAR)
		pcim_conf_mask(d, BAR(bar + 1), 4, (uint32_t)(mask >> 32), 0);
}

unsigned
pcim_cap(struct pcim_dev *d, uint8_t id, const void *body, size_t len)
{
	unsigned off = d->capend;
	size_t need = (2 + len + 3) & ~(size_t)3;

	if (need > 0x100 - off)
		return 0;
	d->conf[off] = id;
	memcpy(d->conf + off + 2, body, len);
	d->conf[d->caplink] = (uint8_t)off;
	d->caplink = off + 1;
	d->capend = off + need;
	d->conf[STATUS] |= STATUS_CAPS;
	return off;
}

unsigned
pcim_extcap(struct pcim_dev *d, uint16_t id, uint8_t version, const void *body, size_t len)
{
	unsigned off = d->extend;
	size_t need = (4 + len + 3) & ~(size_t)3;

	if (!conf_room(d, off + need))
		return 0;
	put(d->conf + off, 4, id | (uint32_t)(version & 0xf) << 16);
	memcpy(d->conf + off + 4, body, len);
	if (d->extlink != 0)
		put(d->conf + d->extlink, 4, get(d->conf + d->extlink, 4) | (uint32_t)off << 20);
	d->extlink = off;
	d->extend = off + need;
	return off;
}

unsigned
pcim_msi(struct pcim_dev *d, unsigned nvec, unsigned flags)
{
	unsigned lg = 0, off, len = 10;
	uint8_t body[22] = { 0 };

	while (1u << lg < nvec && lg < 5)
		lg++;
	put(body, 2, lg << 1 | ((flags & PCIM_MSI_64) != 0 ? 0x80 : 0) |
	    ((flags & PCIM_MSI_MASK) != 0 ? 0x100 : 0));
	if ((flags & PCIM_MSI_64) != 0)
		len += 4;
	if ((flags & PCIM_MSI_MASK) != 0)
		len += 8;
	if ((off = pcim_cap(d, CAP_MSI, body, len)) == 0)
		return 0;
	d->msi = off;
	d->msi_flags = flags;
	pcim_conf_mask(d, off + 2, 2, 0x0071, 0);
	pcim_conf_mask(d, off + 4, 4, 0xfffffffc, 0);
	if ((flags & PCIM_MSI_64) != 0)
		pcim_conf_mask(d, off + 8, 4, 0xffffffff, 0);
	pcim_conf_mask(d, off + ((flags & PCIM_MSI_64) != 0 ? 12 : 8), 2, 0xffff, 0);
	if ((flags & PCIM_MSI_MASK) != 0)
		pcim_conf_mask(d, off + ((flags & PCIM_MSI_64) != 0 ? 16 : 12), 4,
		    lg == 5 ? 0xffffffff : (1u << (1u << lg)) - 1, 0);
	return off;
}

static void
msix_reset(struct pcim_dev *d)
{
	unsigned i;

	memset(d->msix_entries, 0, (size_t)d->msix_n * MSIX_ENTRY);
	memset(d->msix_pending, 0, (d->msix_n + 63) / 64 * sizeof(*d->msix_pending));
	for (i = 0; i < d->msix_n; i++)
		d->msix_entries[i * MSIX_ENTRY + 12] = MSIX_MASKED;
}

unsigned
pcim_msix(struct pcim_dev *d, unsigned nvec, unsigned bar, uint32_t table, uint32_t pba)
{
	uint8_t body[10];
	unsigned off;

	if (nvec == 0 || nvec > 2048 || bar >= PCIM_NBAR || d->msix != 0 ||
	    table + (uint64_t)nvec * MSIX_ENTRY > d->bar[bar].size ||
	    pba + (uint64_t)(nvec + 63) / 64 * 8 > d->bar[bar].size)
		return 0;
	d->msix_entries = calloc(nvec, MSIX_ENTRY);
	d->msix_pending = calloc((nvec + 63) / 64, sizeof(*d->msix_pending));
	put(body, 2, nvec - 1);
	put(body + 2, 4, table | bar);
	put(body + 6, 4, pba | bar);
	if (d->msix_entries == NULL || d->msix_pending == NULL ||
	    (off = pcim_cap(d, CAP_MSIX, body, sizeof(body))) == 0) {
		free(d->msix_entries);
		free(d->msix_pending);
		d->msix_entries = NULL;
		d->msix_pending = NULL;
		return 0;
	}
	d->msix = off;
	d->msix_n = nvec;
	d->msix_bar = bar;
	d->msix_table = table;
	d->msix_pba = pba;
	msix_reset(d);
	pcim_conf_mask(d, off + 2, 2, MSIX_ENABLE | MSIX_FUNCMASK, 0);
	return off;
}

unsigned
pcim_pm(struct pcim_dev *d)
{
	/* Version 1.2, D1 and D2, no PME. */
	static const uint8_t body[6] = { 0x03, 0x06 };
	unsigned off = pcim_cap(d, CAP_PM, body, sizeof(body));

	if (off != 0) {
		d->pm = off;
		pcim_conf_mask(d, off + 4, 2, 0x0003, 0x8000);
	}
	return off;
}

unsigned
pcim_pcie(struct pcim_dev *d, unsigned type, int flr)
{
	uint8_t body[0x3a] = { 0 };
	unsigned off;

	put(body + 0x00, 2, 2 | type << 4 | (type == 4 || type == 6 ? 0x100 : 0));
	put(body + 0x02, 4, 0x8000 | (flr ? 1u << 28 : 0));
	put(body + 0x06, 2, 0x2810);
	put(body + 0x0a, 4, 1 | 1 << 4);
	put(body + 0x10, 2, 1 | 1 << 4);
	if (type == 4 || type == 6) {
		/* A slot that can be plugged by surprise, something in it. */
		put(body + 0x12, 4, 0x60);
		put(body + 0x18, 2, 0x40);
	}
	if ((off = pcim_cap(d, CAP_PCIE, body, sizeof(body))) == 0)
		return 0;
	d->pcie = off;
	pcim_conf_mask(d, off + 0x08, 4, 0x7fff, 0x000f0000);
	pcim_conf_mask(d, off + 0x10, 2, 0x03ff, 0);
	pcim_conf_mask(d, off + 0x28, 2, 0xffff, 0);
	if (type == 4 || type == 6)
		pcim_conf_mask(d, off + 0x18, 4, 0x3fff, 0x011f0000);
	return off;
}

static const struct pcim_ops bridge_ops = { .po_name = "bridge" };

struct pcim_dev *
pcim_bridge_create(struct pcim_bus *b, int pcie)
{
	static const struct pcim_id plain = { .pi_vendor = 0x1b36, .pi_device = 0x0001,
	    .pi_class = 6, .pi_subclass = 4 };
	static const struct pcim_id port = { .pi_vendor = 0x1b36, .pi_device = 0x000c,
	    .pi_class = 6, .pi_subclass = 4 };
	struct pcim_dev *d = pcim_dev_create(b, &bridge_ops, NULL, pcie ? &port : &plain);

	if (d == NULL)
		return NULL;
	d->bridge = 1;
	d->conf[HDRTYPE] = 1;
	pcim_conf_set(d, 0x2c, 4, 0);
	pcim_conf_mask(d, 0x18, 4, 0xffffffff, 0);
	pcim_conf_set(d, BR_IO, 2, 0x0101);
	pcim_conf_mask(d, BR_IO, 4, 0xf0f0, 0xf9000000);
	pcim_conf_mask(d, BR_MEM, 4, 0xfff0fff0, 0);
	pcim_conf_set(d, BR_PREF, 4, 0x00010001);
	pcim_conf_mask(d, BR_PREF, 4, 0xfff0fff0, 0);
	pcim_conf_mask(d, BR_PREF_BASE, 4, 0xffffffff, 0);
	pcim_conf_mask(d, BR_PREF_LIMIT, 4, 0xffffffff, 0);
	pcim_conf_mask(d, BR_IO_HIGH, 4, 0xffffffff, 0);
	pcim_conf_mask(d, BR_CONTROL, 2, 0x0fff, 0);
	if (pcie) {
		pcim_pm(d);
		pcim_pcie(d, 4, 0);
	}
	return d;
}

/*
 * Places.
 */

static struct pcim_dev *
dev_at(struct pcim_bus *b, const struct pcim_dev *parent, unsigned place)
{
	struct pcim_dev *d;

	for (d = b->devs; d != NULL; d = d->next) {
		if (d->plugged && d->parent == parent && d->place == place)
			return d;
	}
	return NULL;
}

static void
multifunction(struct pcim_bus *b, const struct pcim_dev *parent, unsigned place)
{
	struct pcim_dev *d, *first = dev_at(b, parent, place & ~7u);

	if (first == NULL)
		return;
	first->conf[HDRTYPE] &= 0x7f;
	for (d = b->devs; d != NULL; d = d->next) {
		if (d->plugged && d->parent == parent && d != first &&
		    d->place >> 3 == first->place >> 3)
			first->conf[HDRTYPE] |= 0x80;
	}
}

/* What there is of configuration space. */
static unsigned
conf_end(const struct pcim_dev *d)
{

	return d->extlink != 0 ? d->extend : 0x100;
}

int
pcim_plug(struct pcim_dev *d, struct pcim_dev *parent, unsigned dev, unsigned fn)
{

	if (d->plugged || dev > 31 || fn > 7 ||
	    (parent != NULL && (!parent->bridge || parent == d)))
		return EINVAL;
	if (dev_at(d->bus, parent, dev << 3 | fn) != NULL)
		return EBUSY;
	memcpy(d->image, d->conf, conf_end(d));
	d->parent = parent;
	d->place = dev << 3 | fn;
	d->plugged = 1;
	multifunction(d->bus, parent, d->place);
	return 0;
}

static void
set_wire(struct pcim_dev *d, uint32_t bdf, int high)
{

	if (d->bus->hooks.ph_level != NULL)
		d->bus->hooks.ph_level(d->bus->hookarg, bdf, d->pin, high);
	else
		rumpuser_intr_level(bdf, d->pin, high);
}

/* Makes the line follow what the device wants and the registers allow. */
static void
intx_update(struct pcim_dev *d)
{
	uint32_t bdf = pcim_bdf(d);
	int high = d->level && d->plugged && bdf != UINT32_MAX && d->pin != 0 &&
	    (get(d->conf + CMD, 2) & CMD_INTX_OFF) == 0 && pcim_intr_mode(d) == PCIM_INTR_INTX;

	if (d->wire && (!high || d->wire_bdf != bdf)) {
		d->wire = 0;
		set_wire(d, d->wire_bdf, 0);
	}
	if (high && !d->wire) {
		d->wire = 1;
		d->wire_bdf = bdf;
		set_wire(d, bdf, 1);
	}
}

static void
dev_reset(struct pcim_dev *d)
{
	unsigned i, end = conf_end(d);

	d->bus->last_size = 0;
	for (i = 0; i < end; i += 4) {
		uint32_t w = get(d->writable + i, 4);

		put(d->conf + i, 4, (get(d->conf + i, 4) & ~w) | (get(d->image + i, 4) & w));
	}
	d->msi_pending = 0;
	if (d->msix != 0)
		msix_reset(d);
	d->stopped = 0;
	d->level = 0;
	intx_update(d);
	if (d->ops->po_reset != NULL)
		d->ops->po_reset(d);
}

static void
reset_behind(struct pcim_dev *bridge)
{
	struct pcim_dev *d;

	for (d = bridge->bus->devs; d != NULL; d = d->next) {
		if (!d->plugged || d->parent != bridge)
			continue;
		if (d->bridge)
			reset_behind(d);
		dev_reset(d);
	}
}

void
pcim_unplug(struct pcim_dev *d)
{
	struct pcim_dev *child;

	if (!d->plugged)
		return;
	if (d->bridge) {
		for (child = d->bus->devs; child != NULL; child = child->next) {
			if (child->parent == d)
				pcim_unplug(child);
		}
	}
	d->plugged = 0;
	intx_update(d);
	if (d->ops->po_unplug != NULL)
		d->ops->po_unplug(d);
	dev_reset(d);
	if (d->bus->last == d)
		d->bus->last = NULL;
	d->bus->last_size = 0;
	multifunction(d->bus, d->parent, d->place);
	if (d->conf[HDRTYPE] & 0x80)
		d->conf[HDRTYPE] &= 0x7f;
}

int
pcim_plugged(const struct pcim_dev *d)
{

	return d->plugged;
}

uint32_t
pcim_bdf(const struct pcim_dev *d)
{
	const struct pcim_dev *p;
	unsigned sec;

	/* Bridges above pass configuration on as soon as they have numbers. */
	for (p = d->parent; p != NULL; p = p->parent) {
		if (!p->plugged || p->conf[BR_SECONDARY] == 0)
			return UINT32_MAX;
	}
	sec = d->parent == NULL ? 0 : d->parent->conf[BR_SECONDARY];
	return sec << 8 | d->place;
}

/* Whether bus n is on the way to, or behind, a bridge below parent. */
static int
find_bus(struct pcim_bus *b, const struct pcim_dev *parent, unsigned n, struct pcim_dev **dp)
{
	struct pcim_dev *d;

	for (d = b->devs; d != NULL; d = d->next) {
		if (!d->plugged || !d->bridge || d->parent != parent ||
		    d->conf[BR_SECONDARY] == 0 || n < d->conf[BR_SECONDARY] ||
		    n > d->conf[BR_SUBORDINATE])
			continue;
		if (n == d->conf[BR_SECONDARY]) {
			*dp = d;
			return 1;
		}
		return find_bus(b, d, n, dp);
	}
	return 0;
}

struct pcim_dev *
pcim_lookup(struct pcim_bus *b, uint32_t bdf)
{
	struct pcim_dev *parent = NULL;

	if (bdf >> 8 != 0 && !find_bus(b, NULL, bdf >> 8, &parent))
		return NULL;
	return dev_at(b, parent, bdf & 0xff);
}

/*
 * Configuration space.
 */

static int
overlap(unsigned reg, unsigned width, unsigned at, unsigned len)
{

	return reg < at + len && at < reg + width;
}

static int
in_d0(const struct pcim_dev *d)
{

	return d->pm == 0 || (d->conf[d->pm + 4] & 3) == 0;
}

static int
send_message(struct pcim_dev *d, uint64_t addr, uint32_t data)
{

	if (d->bus->hooks.ph_message != NULL)
		return d->bus->hooks.ph_message(d->bus->hookarg, addr, data);
	return rumpuser_intr_message(addr, data);
}

static int
msix_send(struct pcim_dev *d, unsigned vec)
{
	const uint8_t *e = d->msix_entries + (size_t)vec * MSIX_ENTRY;

	return send_message(d, get(e, 4) | (uint64_t)get(e + 4, 4) << 32, get(e + 8, 4));
}

static int
msi_send(struct pcim_dev *d, unsigned vec)
{
	int wide = (d->msi_flags & PCIM_MSI_64) != 0;
	unsigned n = 1u << (d->conf[d->msi + 2] >> 4 & 7);
	uint64_t addr = get(d->conf + d->msi + 4, 4);
	uint32_t data = get(d->conf + d->msi + (wide ? 12 : 8), 2);

	if (wide)
		addr |= (uint64_t)get(d->conf + d->msi + 8, 4) << 32;
	return send_message(d, addr, (data & ~(n - 1)) | (vec & (n - 1)));
}

static uint32_t
msi_masked(const struct pcim_dev *d)
{
	unsigned off = d->msi + ((d->msi_flags & PCIM_MSI_64) != 0 ? 16 : 12);

	return (d->msi_flags & PCIM_MSI_MASK) != 0 ? get(d->conf + off, 4) : 0;
}

/* Sends what is pending and may go now. */
static void
messages_flush(struct pcim_dev *d)
{
	unsigned vec;

	if (!d->plugged)
		return;
	switch (pcim_intr_mode(d)) {
	case PCIM_INTR_MSIX:
		if ((get(d->conf + d->msix + 2, 2) & MSIX_FUNCMASK) != 0)
			return;
		for (vec = 0; vec < d->msix_n; vec++) {
			if ((d->msix_pending[vec / 64] >> vec % 64 & 1) == 0 ||
			    (d->msix_entries[vec * MSIX_ENTRY + 12] & MSIX_MASKED) != 0)
				continue;
			d->msix_pending[vec / 64] &= ~(1ULL << vec % 64);
			(void)msix_send(d, vec);
		}
		break;
	case PCIM_INTR_MSI:
		for (vec = 0; vec < 32; vec++) {
			if ((d->msi_pending & ~msi_masked(d) & 1u << vec) == 0)
				continue;
			d->msi_pending &= ~(1u << vec);
			(void)msi_send(d, vec);
		}
		break;
	}
}

/* What a write of registers makes happen, beyond the bits being there. */
static void
conf_effects(struct pcim_dev *d, unsigned reg, unsigned width, uint32_t val, uint32_t old)
{
	unsigned r;

	if (overlap(reg, width, CMD, 2)) {
		intx_update(d);
		if (reg == CMD)
			d->stopped = (d->stopped || (old & CMD_MASTER) != 0) &&
			    (val & CMD_MASTER) == 0;
	}
	if (d->bridge && overlap(reg, width, BR_CONTROL, 1)) {
		r = BR_CONTROL - reg;
		if ((val >> 8 * r & ~(old >> 8 * r) & BR_CONTROL_RESET) != 0)
			reset_behind(d);
	}
	if (d->msi != 0 && overlap(reg, width, d->msi, 24)) {
		intx_update(d);
		messages_flush(d);
	}
	if (d->msix != 0 && overlap(reg, width, d->msix + 2, 2)) {
		intx_update(d);
		messages_flush(d);
	}
	if (d->pm != 0 && overlap(reg, width, d->pm + 4, 1)) {
		r = d->pm + 4 - reg;
		if ((old >> 8 * r & 3) == 3 && (d->conf[d->pm + 4] & 3) == 0)
			dev_reset(d);
	}
	if (d->pcie != 0 && overlap(reg, width, d->pcie + 9, 1)) {
		r = d->pcie + 9 - reg;
		if ((val >> 8 * r & DCSR_FLR >> 8) != 0 &&
		    (d->conf[d->pcie + 7] & 0x10) != 0)
			dev_reset(d);
	}
}

static uint32_t
pcim_confread(void *ctx, uint32_t bdf, unsigned reg, unsigned width)
{
	struct pcim_dev *d = pcim_lookup(ctx, bdf);
	uint32_t val;

	if (d == NULL || width > 4 || reg > PCIM_CONF_SIZE - width)
		return (uint32_t)ones(width);
	val = reg + width <= d->confsize ? get(d->conf + reg, width) : 0;
	if (d->level && overlap(reg, width, STATUS, 1))
		val |= (uint32_t)STATUS_INTX << 8 * (STATUS - reg);
	if (d->msi != 0 && (d->msi_flags & PCIM_MSI_MASK) != 0 &&
	    reg == d->msi + ((d->msi_flags & PCIM_MSI_64) != 0 ? 20 : 16))
		val = d->msi_pending & (uint32_t)ones(width);
	if (d->ops->po_confread != NULL)
		val = d->ops->po_confread(d, reg, width, val) & (uint32_t)ones(width);
	return val;
}

static void
pcim_confwrite(void *ctx, uint32_t bdf, unsigned reg, unsigned width, uint32_t val)
{
	struct pcim_dev *d = pcim_lookup(ctx, bdf);
	uint32_t old = 0, w;

	if (d == NULL || width > 4 || reg > PCIM_CONF_SIZE - width)
		return;
	d->bus->last_size = 0;
	if (reg + width <= d->confsize) {
		old = get(d->conf + reg, width);
		w = get(d->writable + reg, width);
		put(d->conf + reg, width, ((old & ~w) | (val & w)) &
		    ~(val & get(d->clear + reg, width)));
	}
	conf_effects(d, reg, width, val, old);
	if (d->ops->po_confwrite != NULL)
		d->ops->po_confwrite(d, reg, width, val);
}

/*
 * Memory and I/O space.
 */

static uint64_t
bar_base(const struct pcim_dev *d, unsigned bar)
{
	uint64_t base = get(d->conf + BAR(bar), 4);

	base &= (d->bar[bar].flags & PCIM_BAR_IO) != 0 ? ~3ULL : ~15ULL;
	if ((d->bar[bar].flags & PCIM_BAR_64) != 0 && bar + 1 < PCIM_NBAR)
		base |= (uint64_t)get(d->conf + BAR(bar + 1), 4) << 32;
	return base;
}

uint64_t
pcim_bar_addr(const struct pcim_dev *d, unsigned bar)
{
	unsigned want;

	if (bar >= PCIM_NBAR || d->bar[bar].size == 0 || !d->plugged || !in_d0(d))
		return 0;
	want = (d->bar[bar].flags & PCIM_BAR_IO) != 0 ? CMD_IO : CMD_MEM;
	return (get(d->conf + CMD, 2) & want) != 0 ? bar_base(d, bar) : 0;
}

/* Whether a bridge lets an access of its upper side through. */
static int
bridge_passes(const struct pcim_dev *p, int space, uint64_t addr)
{
	uint64_t lo, hi;
	unsigned cmd = get(p->conf + CMD, 2);

	if (!in_d0(p))
		return 0;
	if (space == RUMPUSER_SPACE_IO) {
		lo = (uint64_t)(p->conf[BR_IO] & 0xf0) << 8 |
		    (uint64_t)get(p->conf + BR_IO_HIGH, 2) << 16;
		hi = (uint64_t)(p->conf[BR_IO + 1] & 0xf0) << 8 | 0xfff |
		    (uint64_t)get(p->conf + BR_IO_HIGH + 2, 2) << 16;
		return (cmd & CMD_IO) != 0 && addr >= lo && addr <= hi;
	}
	if ((cmd & CMD_MEM) == 0)
		return 0;
	lo = (uint64_t)(get(p->conf + BR_MEM, 2) & 0xfff0) << 16;
	hi = (uint64_t)(get(p->conf + BR_MEM + 2, 2) & 0xfff0) << 16 | 0xfffff;
	if (addr >= lo && addr <= hi)
		return 1;
	lo = (uint64_t)(get(p->conf + BR_PREF, 2) & 0xfff0) << 16 |
	    (uint64_t)get(p->conf + BR_PREF_BASE, 4) << 32;
	hi = (uint64_t)(get(p->conf + BR_PREF + 2, 2) & 0xfff0) << 16 | 0xfffff |
	    (uint64_t)get(p->conf + BR_PREF_LIMIT, 4) << 32;
	return addr >= lo && addr <= hi;
}

static int
decodes(const struct pcim_dev *d, int space, uint64_t addr, unsigned width, unsigned *barp)
{
	const struct pcim_dev *p;
	uint64_t base;
	unsigned bar;

	for (bar = 0; bar < PCIM_NBAR; bar++) {
		if (d->bar[bar].size == 0 ||
		    ((d->bar[bar].flags & PCIM_BAR_IO) != 0) != (space == RUMPUSER_SPACE_IO))
			continue;
		base = pcim_bar_addr(d, bar);
		if (base == 0 || addr < base || addr - base > d->bar[bar].size - width ||
		    width > d->bar[bar].size)
			continue;
		for (p = d->parent; p != NULL; p = p->parent) {
			if (!bridge_passes(p, space, addr))
				return 0;
		}
		*barp = bar;
		return 1;
	}
	return 0;
}

static struct pcim_dev *
decode(struct pcim_bus *b, int space, uint64_t addr, unsigned width, unsigned *barp,
    uint64_t *offp)
{
	struct pcim_dev *d = b->last;

	/* No register of configuration space was written since. */
	if (space == b->last_space && addr - b->last_base < b->last_size &&
	    width <= b->last_size - (addr - b->last_base)) {
		*barp = b->last_bar;
		*offp = addr - b->last_base;
		return d;
	}
	if (d == NULL || !decodes(d, space, addr, width, barp)) {
		for (d = b->devs; d != NULL; d = d->next) {
			if (d->plugged && decodes(d, space, addr, width, barp))
				break;
		}
		if (d == NULL)
			return NULL;
		b->last = d;
	}
	b->last_base = bar_base(d, *barp);
	b->last_size = d->bar[*barp].size;
	b->last_bar = *barp;
	b->last_space = space;
	*offp = addr - b->last_base;
	return d;
}

static struct pcim_plat *
plat_decode(struct pcim_bus *b, int space, uint64_t addr, unsigned width)
{
	unsigned i;

	if (space != RUMPUSER_SPACE_MEM)
		return NULL;
	for (i = 0; i < b->nplat; i++) {
		struct pcim_plat *p = b->plat[i];

		if (p->plugged && addr >= p->addr && addr - p->addr <= p->len - width)
			return p;
	}
	return NULL;
}

/* An access to the MSI-X table or its pending bits; 0 when it is none. */
static int
msix_access(struct pcim_dev *d, unsigned bar, uint64_t off, unsigned width, int write,
    uint64_t *valp)
{
	uint64_t tlen = (uint64_t)d->msix_n * MSIX_ENTRY, plen = (uint64_t)(d->msix_n + 63) / 64 * 8;
	unsigned i;

	if (d->msix == 0 || bar != d->msix_bar)
		return 0;
	if (off >= d->msix_table && off - d->msix_table < tlen) {
		off -= d->msix_table;
		if (width > tlen - off)
			width = (unsigned)(tlen - off);
		if (!write)
			*valp = 0;
		for (i = 0; i < width; i++) {
			if (write)
				d->msix_entries[off + i] = (uint8_t)(*valp >> 8 * i);
			else
				*valp |= (uint64_t)d->msix_entries[off + i] << 8 * i;
		}
		if (write)
			messages_flush(d);
		return 1;
	}
	if (off >= d->msix_pba && off - d->msix_pba < plen) {
		off -= d->msix_pba;
		if (!write)
			*valp = d->msix_pending[off / 8] >> 8 * (off % 8) & ones(width);
		return 1;
	}
	return 0;
}

static uint64_t
pcim_read(void *ctx, int space, uint64_t addr, unsigned width)
{
	struct pcim_plat *p;
	struct pcim_dev *d;
	uint64_t off, val;
	unsigned bar;

	if ((d = decode(ctx, space, addr, width, &bar, &off)) != NULL) {
		if (msix_access(d, bar, off, width, 0, &val))
			return val;
		return d->ops->po_read == NULL ? 0 :
		    d->ops->po_read(d, bar, off, width) & ones(width);
	}
	if ((p = plat_decode(ctx, space, addr, width)) != NULL)
		return p->ops->pp_read == NULL ? 0 :
		    p->ops->pp_read(p, addr - p->addr, width) & ones(width);
	return ones(width);
}

static void
pcim_write(void *ctx, int space, uint64_t addr, unsigned width, uint64_t val)
{
	struct pcim_plat *p;
	struct pcim_dev *d;
	uint64_t off;
	unsigned bar;

	val &= ones(width);
	if ((d = decode(ctx, space, addr, width, &bar, &off)) != NULL) {
		if (!msix_access(d, bar, off, width, 1, &val) && d->ops->po_write != NULL)
			d->ops->po_write(d, bar, off, width, val);
	} else if ((p = plat_decode(ctx, space, addr, width)) != NULL) {
		if (p->ops->pp_write != NULL)
			p->ops->pp_write(p, addr - p->addr, width, val);
	}
}

static void *
pcim_map(void *ctx, int space, uint64_t addr, uint64_t len)
{
	struct pcim_dev *d;
	uint64_t off, tlen;
	unsigned bar;

	if (len == 0 || (d = decode(ctx, space, addr, 1, &bar, &off)) == NULL ||
	    d->ops->po_map == NULL || len > d->bar[bar].size - off)
		return NULL;
	tlen = (uint64_t)d->msix_n * MSIX_ENTRY;
	if (d->msix != 0 && bar == d->msix_bar &&
	    ((off < d->msix_table + tlen && d->msix_table < off + len) ||
	    (off < d->msix_pba + tlen / 128 + 8 && d->msix_pba < off + len)))
		return NULL;
	return d->ops->po_map(d, bar, off, len);
}

static int
pcim_window(void *ctx, int space, int prefetch64, uint64_t *startp, uint64_t *lenp)
{

	if (space == RUMPUSER_SPACE_IO) {
		*startp = IO_BASE;
		*lenp = IO_SIZE;
	} else {
		*startp = prefetch64 ? PREF_BASE : MEM_BASE;
		*lenp = prefetch64 ? PREF_SIZE : MEM_SIZE;
	}
	return 0;
}

/*
 * What a device does.
 */

int
pcim_intr_mode(const struct pcim_dev *d)
{

	if (d->msix != 0 && (get(d->conf + d->msix + 2, 2) & MSIX_ENABLE) != 0)
		return PCIM_INTR_MSIX;
	if (d->msi != 0 && (get(d->conf + d->msi + 2, 2) & MSI_ENABLE) != 0)
		return PCIM_INTR_MSI;
	return PCIM_INTR_INTX;
}

void
pcim_intx(struct pcim_dev *d, int high)
{

	d->level = high != 0;
	intx_update(d);
}

/* Whether the device may start transactions: it, and all bridges above it. */
static int
may_master(struct pcim_dev *d, const char *what)
{
	const struct pcim_dev *p;

	if (!d->plugged)
		return ENXIO;
	for (p = d; p != NULL; p = p->parent) {
		if ((get(p->conf + CMD, 2) & CMD_MASTER) != 0)
			continue;
		/* What it was about to do then is what it was to be kept from. */
		if (!p->stopped)
			pcim_violation(d, "%s while bus mastering of the %s is off", what,
			    p == d ? "device" : "bridge");
		return EPERM;
	}
	return 0;
}

int
pcim_message(struct pcim_dev *d, unsigned vec)
{
	int error, mode = pcim_intr_mode(d);

	if (mode == PCIM_INTR_INTX)
		return ENXIO;
	if (vec >= (mode == PCIM_INTR_MSIX ? d->msix_n : 32))
		return EINVAL;
	if ((error = may_master(d, "a message")) != 0)
		return error;
	if (mode == PCIM_INTR_MSI) {
		vec &= (1u << (d->conf[d->msi + 2] >> 4 & 7)) - 1;
		if ((msi_masked(d) >> vec & 1) == 0)
			return msi_send(d, vec);
		d->msi_pending |= 1u << vec;
		return 0;
	}
	if ((get(d->conf + d->msix + 2, 2) & MSIX_FUNCMASK) == 0 &&
	    (d->msix_entries[vec * MSIX_ENTRY + 12] & MSIX_MASKED) == 0)
		return msix_send(d, vec);
	d->msix_pending[vec / 64] |= 1ULL << vec % 64;
	return 0;
}

static int
dma_read(struct pcim_bus *b, uint64_t mach, void *buf, size_t len, unsigned tag)
{
	int flags = pcim_bus_trusted(b) ? RUMPUSER_DMA_TRUST : 0;

	if (b->hooks.ph_dma_read != NULL)
		return b->hooks.ph_dma_read(b->hookarg, mach, buf, len, flags, tag);
	return rumpuser_dma_read(mach, buf, len, flags);
}

static int
dma_write(struct pcim_bus *b, uint64_t mach, const void *buf, size_t len, unsigned tag)
{
	int flags = pcim_bus_trusted(b) ? RUMPUSER_DMA_TRUST : 0;

	if (b->hooks.ph_dma_write != NULL)
		return b->hooks.ph_dma_write(b->hookarg, mach, buf, len, flags, tag);
	return rumpuser_dma_write(mach, buf, len, flags);
}

int
pcim_dma_read(struct pcim_dev *d, uint64_t mach, void *buf, size_t len, unsigned tag)
{
	int error = may_master(d, "DMA");

	return error != 0 ? error : dma_read(d->bus, mach, buf, len, tag);
}

int
pcim_dma_write(struct pcim_dev *d, uint64_t mach, const void *buf, size_t len, unsigned tag)
{
	int error = may_master(d, "DMA");

	return error != 0 ? error : dma_write(d->bus, mach, buf, len, tag);
}

static uint64_t
pcim_next(void *ctx)
{
	struct pcim_bus *b = ctx;
	struct pcim_dev *d;
	uint64_t t, next = UINT64_MAX;
	unsigned i;

	for (d = b->devs; d != NULL; d = d->next) {
		if (d->plugged && d->ops->po_next != NULL && (t = d->ops->po_next(d)) < next)
			next = t;
	}
	for (i = 0; i < b->nplat; i++) {
		if (b->plat[i]->plugged && b->plat[i]->ops->pp_next != NULL &&
		    (t = b->plat[i]->ops->pp_next(b->plat[i])) < next)
			next = t;
	}
	return next;
}

static void
pcim_run(void *ctx, uint64_t now)
{
	struct pcim_bus *b = ctx;
	struct pcim_dev *d;
	unsigned i;

	for (d = b->devs; d != NULL; d = d->next) {
		if (d->plugged && d->ops->po_run != NULL && d->ops->po_next != NULL &&
		    d->ops->po_next(d) <= now)
			d->ops->po_run(d, now);
	}
	for (i = 0; i < b->nplat; i++) {
		struct pcim_plat *p = b->plat[i];

		if (p->plugged && p->ops->pp_run != NULL && p->ops->pp_next != NULL &&
		    p->ops->pp_next(p) <= now)
			p->ops->pp_run(p, now);
	}
}

/*
 * Platform devices.
 */

struct pcim_plat *
pcim_plat_create(struct pcim_bus *b, const struct pcim_plat_ops *ops, void *softc, uint64_t len)
{
	struct pcim_plat *p;

	if (b->nplat == PLAT_MAX || len == 0 || len > MEM_SIZE / PLAT_MAX ||
	    (p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	p->bus = b;
	p->ops = ops;
	p->softc = softc;
	p->len = (len + PLAT_PAGE - 1) & ~(PLAT_PAGE - 1);
	p->addr = b->plat_next;
	b->plat_next += p->len;
	p->irq = RUMPUSER_PLATIRQ + b->nplat;
	p->plugged = 1;
	b->plat[b->nplat++] = p;
	return p;
}

void
pcim_plat_unplug(struct pcim_plat *p)
{

	if (!p->plugged)
		return;
	p->plugged = 0;
	p->level = 0;
	if (p->ops->pp_unplug != NULL)
		p->ops->pp_unplug(p);
}

void *
pcim_plat_softc(const struct pcim_plat *p)
{

	return p->softc;
}

struct pcim_bus *
pcim_plat_bus(const struct pcim_plat *p)
{

	return p->bus;
}

void
pcim_plat_level(struct pcim_plat *p, int high)
{
	int rises = high && !p->level;

	p->level = high && p->plugged;
	if (rises && p->plugged)
		rumpuser_intr_assert(p->irq);
}

int
pcim_plat_dma_read(struct pcim_plat *p, uint64_t mach, void *buf, size_t len, unsigned tag)
{

	return p->plugged ? dma_read(p->bus, mach, buf, len, tag) : ENXIO;
}

int
pcim_plat_dma_write(struct pcim_plat *p, uint64_t mach, const void *buf, size_t len,
    unsigned tag)
{

	return p->plugged ? dma_write(p->bus, mach, buf, len, tag) : ENXIO;
}

void
pcim_plat_violation(struct pcim_plat *p, const char *fmt, ...)
{
	char who[64];
	va_list ap;

	if (!pcim_bus_trusted(p->bus))
		return;
	snprintf(who, sizeof(who), "%s of irq %u", p->ops->pp_kind, p->irq);
	va_start(ap, fmt);
	violation(who, fmt, ap);
	va_end(ap);
}

static int
pcim_platdev(void *ctx, unsigned idx, struct rumpuser_platdev *pd)
{
	struct pcim_bus *b = ctx;

	if (idx >= b->nplat)
		return ENOENT;
	pd->pd_kind = b->plat[idx]->plugged ? b->plat[idx]->ops->pp_kind : "none";
	pd->pd_addr = b->plat[idx]->addr;
	pd->pd_len = b->plat[idx]->len;
	pd->pd_irq = b->plat[idx]->irq;
	return 0;
}

static void
pcim_eoi(void *ctx, unsigned irq)
{
	struct pcim_bus *b = ctx;

	if (irq >= RUMPUSER_PLATIRQ && irq - RUMPUSER_PLATIRQ < b->nplat &&
	    b->plat[irq - RUMPUSER_PLATIRQ]->level)
		rumpuser_intr_assert(irq);
}

const struct rumpuser_dev_backend pcim_backend = {
	.db_name = "model",
	.db_confread = pcim_confread,
	.db_confwrite = pcim_confwrite,
	.db_platdev = pcim_platdev,
	.db_read = pcim_read,
	.db_write = pcim_write,
	.db_map = pcim_map,
	.db_window = pcim_window,
	.db_intr_eoi = pcim_eoi,
	.db_next = pcim_next,
	.db_run = pcim_run,
};

/*
 * Firmware.
 */

struct cursors {
	uint64_t mem, pref, io;
	unsigned bus;
};

static uint64_t
roundup64(uint64_t v, uint64_t align)
{

	return (v + align - 1) & ~(align - 1);
}

static void
firmware_bars(struct pcim_dev *d, struct cursors *c)
{
	unsigned bar, cmd = 0;

	for (bar = 0; bar < PCIM_NBAR; bar++) {
		struct bar *r = &d->bar[bar];
		uint64_t *cur = (r->flags & PCIM_BAR_IO) != 0 ? &c->io :
		    (r->flags & (PCIM_BAR_64 | PCIM_BAR_PREFETCH)) ==
		    (PCIM_BAR_64 | PCIM_BAR_PREFETCH) ? &c->pref : &c->mem;

		if (r->size == 0)
			continue;
		*cur = roundup64(*cur, r->size);
		put(d->conf + BAR(bar), 4, (uint32_t)*cur | r->flags);
		if ((r->flags & PCIM_BAR_64) != 0)
			put(d->conf + BAR(bar + 1), 4, (uint32_t)(*cur >> 32));
		*cur += r->size;
		cmd |= (r->flags & PCIM_BAR_IO) != 0 ? CMD_IO : CMD_MEM;
	}
	put(d->conf + CMD, 2, get(d->conf + CMD, 2) | cmd);
}

static void
firmware_bus(struct pcim_bus *b, struct pcim_dev *parent, struct cursors *c)
{
	struct pcim_dev *d;

	for (d = b->devs; d != NULL; d = d->next) {
		if (!d->plugged || d->parent != parent)
			continue;
		firmware_bars(d, c);
		if (!d->bridge)
			continue;
		c->mem = roundup64(c->mem, 0x100000);
		c->pref = roundup64(c->pref, 0x100000);
		c->io = roundup64(c->io, 0x1000);
		d->conf[0x18] = parent == NULL ? 0 : parent->conf[BR_SECONDARY];
		d->conf[BR_SECONDARY] = (uint8_t)++c->bus;
		put(d->conf + BR_MEM, 2, (uint32_t)(c->mem >> 16));
		put(d->conf + BR_PREF, 2, (uint32_t)(c->pref >> 16 & 0xfff0) | 1);
		put(d->conf + BR_PREF_BASE, 4, (uint32_t)(c->pref >> 32));
		put(d->conf + BR_IO, 1, (uint32_t)(c->io >> 8 & 0xf0) | 1);
		put(d->conf + BR_IO_HIGH, 2, (uint32_t)(c->io >> 16));
		firmware_bus(b, d, c);
		/* One granule of each kind at least, for what is plugged later. */
		c->mem = roundup64(c->mem + 1, 0x100000);
		c->pref = roundup64(c->pref + 1, 0x100000);
		c->io = roundup64(c->io + 1, 0x1000);
		put(d->conf + BR_MEM + 2, 2, (uint32_t)((c->mem - 1) >> 16 & 0xfff0));
		put(d->conf + BR_PREF + 2, 2, (uint32_t)((c->pref - 1) >> 16 & 0xfff0) | 1);
		put(d->conf + BR_PREF_LIMIT, 4, (uint32_t)((c->pref - 1) >> 32));
		put(d->conf + BR_IO + 1, 1, (uint32_t)((c->io - 1) >> 8 & 0xf0) | 1);
		put(d->conf + BR_IO_HIGH + 2, 2, (uint32_t)((c->io - 1) >> 16));
		d->conf[BR_SUBORDINATE] = (uint8_t)c->bus;
		put(d->conf + CMD, 2, CMD_IO | CMD_MEM | CMD_MASTER);
	}
}

void
pcim_bus_firmware(struct pcim_bus *b)
{
	struct cursors c = { .mem = MEM_BASE, .pref = PREF_BASE, .io = IO_BASE };

	b->last_size = 0;
	firmware_bus(b, NULL, &c);
}
