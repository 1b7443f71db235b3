/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The NVMe controller: registers, queues, commands.  NVM Express 1.3,
 * sections 3.1 (registers), 4 (queues and PRPs), 5 and 6 (commands), 7.3
 * (resets), 7.5 (interrupts).
 *
 * A doorbell fetches what is new; each command waits for its time, is
 * executed then and completed, all from po_write or po_run.
 */

#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "nvme.h"

#define PAGE		4096u
#define BAR_SIZE	0x10000u
#define MSIX_TABLE	0x8000u
#define MSIX_PBA	0xc000u
#define DOORBELLS	0x1000u
#define NQ		(NVMEM_NIOQ + 1)
#define MAXMOVE		(8u << 20)	/* bytes a command moves at most */

#define CC_EN		0x1u
#define CSTS_RDY	0x1u
#define CSTS_CFS	0x2u
#define CSTS_SHST_DONE	0x8u

/* Status fields: type << 8 | code, as they stand above the phase bit. */
#define ST_OK		0x000
#define ST_OPCODE	0x001
#define ST_FIELD	0x002
#define ST_XFER		0x004
#define ST_INTERNAL	0x006
#define ST_NS		0x00b
#define ST_LBA		0x080
#define ST_BADCQ	0x100
#define ST_BADQID	0x101
#define ST_BADSIZE	0x102
#define ST_AERL		0x105
#define ST_VECTOR	0x108
#define ST_LOGPAGE	0x109
#define ST_DELQ		0x10c
#define ST_MISCOMPARE	0x285
#define ST_WRITEFAULT	0x280
#define ST_READFAULT	0x281
#define ST_HELD		0xffff		/* no completion for now */

struct sq {
	int	 on;
	uint64_t base;
	uint32_t size, head, tail;
	unsigned cq;
};

struct cq {
	int	 on, ien;
	uint64_t base;
	uint32_t size, head, tail;
	unsigned phase, vec;
	unsigned users;		/* submission queues that complete here */
};

struct cmd {
	struct cmd *next;
	uint64_t due;
	unsigned sq;
	uint8_t	 sqe[64];
	enum nvmem_fault fault;
	uint32_t arg;
	uint16_t status;	/* of one whose completion waits for room */
	uint32_t result;
	int	 executed;
};

struct ns {
	const struct rumpuser_image_ops *ops;
	void	*cookie;
	uint8_t	*mem;
	uint64_t size;
	unsigned lbads;
};

struct nvmem {
	struct pcim_dev *dev;
	struct nvmem_config conf;
	struct ns ns[NVMEM_NNS];
	unsigned nioq, mqes, nvec;

	uint32_t cc, csts, aqa, mask;
	uint64_t asq, acq;
	uint64_t rdy_at;	/* when RDY follows EN */
	int	 rdy;		/* to this */
	struct sq sq[NQ];
	struct cq cq[NQ];
	unsigned granted;	/* queues: all, or what Set Features asked for */
	uint32_t feat[256];
	struct cmd *todo, **tail;
	unsigned ntodo, aers, masked;	/* requests for events; types told and not read */
	uint16_t aer[4];		/* their identifiers */

	enum nvmem_fault fault;
	unsigned fop, fnth, ftimes, fforever;
	uint32_t farg;
	int	 quiet;		/* hostile_silent() said so */
	uint64_t quiet_until;
	struct nvmem_stats stats;
};

static void
putstr(uint8_t *p, size_t n, const char *s)
{
	memset(p, ' ', n);
	memcpy(p, s, strlen(s) < n ? strlen(s) : n);
}

/*
 * State.
 */

/* Everything between CC.EN going down and going up again. */
static void
drop_all(struct nvmem *sc)
{
	struct cmd *c;

	while ((c = sc->todo) != NULL) {
		sc->todo = c->next;
		free(c);
	}
	sc->tail = &sc->todo;
	sc->ntodo = sc->aers = sc->masked = 0;
	memset(sc->sq, 0, sizeof(sc->sq));
	memset(sc->cq, 0, sizeof(sc->cq));
	sc->granted = sc->nioq;
	sc->mask = 0;
	memset(sc->feat, 0, sizeof(sc->feat));
	sc->feat[6] = (sc->conf.nc_flags & NVMEM_NOVWC) == 0;
	sc->quiet = 0;
	for (unsigned i = 0; i < 2 * NQ; i++)
		hostile_region(i, 0, 0);
	if (pcim_intr_mode(sc->dev) == PCIM_INTR_INTX)
		pcim_intx(sc->dev, 0);
}

static void
nvmem_reset(struct pcim_dev *dev)
{
	struct nvmem *sc = pcim_softc(dev);

	drop_all(sc);
	sc->cc = sc->csts = sc->aqa = 0;
	sc->asq = sc->acq = 0;
	sc->rdy = 0;
	sc->rdy_at = 0;
}

static int
ready(struct nvmem *sc)
{
	if (rumpuser_dev_now() >= sc->rdy_at) {
		if (sc->rdy)
			sc->csts |= CSTS_RDY;
		else
			sc->csts &= ~CSTS_RDY;
	}
	return (sc->csts & CSTS_RDY) != 0;
}

static void
fatal(struct nvmem *sc)
{
	sc->csts |= CSTS_CFS;
}

/*
 * Interrupts.
 */

static void
raise_intr(struct nvmem *sc, unsigned vec)
{
	unsigned i;

	switch (pcim_intr_mode(sc->dev)) {
	case PCIM_INTR_MSIX:
		(void)pcim_message(sc->dev, vec);
		return;
	case PCIM_INTR_MSI:
		if ((sc->mask & 1) == 0)
			(void)pcim_message(sc->dev, 0);
		return;
	default:
		break;
	}
	for (i = 0; i < NQ; i++) {
		if (sc->cq[i].on && sc->cq[i].ien && sc->cq[i].head != sc->cq[i].tail)
			break;
	}
	pcim_intx(sc->dev, i < NQ && (sc->mask & 1) == 0);
}

/* After a mask or a head has moved. */
static void
level(struct nvmem *sc, int unmasked)
{
	unsigned i;

	if (pcim_intr_mode(sc->dev) == PCIM_INTR_INTX) {
		raise_intr(sc, 0);
	} else if (unmasked && pcim_intr_mode(sc->dev) == PCIM_INTR_MSI) {
		for (i = 0; i < NQ; i++) {
			if (sc->cq[i].on && sc->cq[i].head != sc->cq[i].tail) {
				raise_intr(sc, 0);
				return;
			}
		}
	}
}

/*
 * Data: len bytes between the PRPs of a command and buf, or fn for each piece.
 */
typedef int (*move_fn)(struct nvmem *, uint64_t mach, uint64_t off, size_t len, void *arg);

static unsigned
prp_walk(struct nvmem *sc, const uint8_t *sqe, uint64_t len, move_fn fn, void *arg)
{
	uint64_t prp = le64(sqe + 24), prp2 = le64(sqe + 32), off = 0, list = 0;
	size_t n;
	uint8_t e[8];
	int error;

	if ((prp & 3) != 0)
		pcim_violation(sc->dev, "PRP1 %#llx is not a multiple of 4",
		    (unsigned long long)prp);
	n = PAGE - (prp & (PAGE - 1));
	for (;;) {
		if (n > len - off)
			n = (size_t)(len - off);
		error = fn(sc, prp, off, n, arg);
		if (error)
			return (unsigned)error;
		off += n;
		if (off == len)
			return ST_OK;
		if (list == 0) {
			if (len - off <= PAGE) {
				prp = prp2;
			} else {
				list = prp2;
				if ((list & 7) != 0)
					pcim_violation(sc->dev, "PRP list at %#llx",
					    (unsigned long long)list);
			}
		}
		if (list != 0) {
			if (pcim_dma_read(sc->dev, list, e, 8, NVMEM_TAG_PRPLIST) != 0)
				return ST_XFER;
			prp = le64(e);
			/* The last entry of a page leads to the next page of the list. */
			if ((list & (PAGE - 1)) == PAGE - 8 && len - off > PAGE) {
				list = prp;
				if (pcim_dma_read(sc->dev, list, e, 8, NVMEM_TAG_PRPLIST) != 0)
					return ST_XFER;
				prp = le64(e);
			}
			list += 8;
		}
		if ((prp & (PAGE - 1)) != 0)
			pcim_violation(sc->dev, "PRP %#llx is no page",
			    (unsigned long long)prp);
		n = PAGE;
	}
}

struct flat {
	uint8_t	*buf;
	unsigned tag;
};

static int
flat_in(struct nvmem *sc, uint64_t mach, uint64_t off, size_t len, void *arg)
{
	struct flat *f = arg;

	return pcim_dma_write(sc->dev, mach, f->buf + off, len, f->tag) != 0 ? ST_XFER : 0;
}

static int
flat_out(struct nvmem *sc, uint64_t mach, uint64_t off, size_t len, void *arg)
{
	struct flat *f = arg;

	return pcim_dma_read(sc->dev, mach, f->buf + off, len, f->tag) != 0 ? ST_XFER : 0;
}

static unsigned
reply(struct nvmem *sc, const uint8_t *sqe, uint8_t *buf, size_t len, unsigned tag)
{
	struct flat f = { buf, tag };

	return prp_walk(sc, sqe, len, flat_in, &f);
}

static int
ns_read(struct ns *ns, void *buf, size_t len, uint64_t off)
{
	if (ns->ops != NULL)
		return ns->ops->io_read(ns->cookie, buf, len, off);
	memcpy(buf, ns->mem + off, len);
	return 0;
}

static int
ns_write(struct ns *ns, const void *buf, size_t len, uint64_t off)
{
	if (ns->ops != NULL) {
		if (ns->ops->io_write == NULL)
			return 1;
		return ns->ops->io_write(ns->cookie, buf, len, off);
	}
	memcpy(ns->mem + off, buf, len);
	return 0;
}

struct medium {
	struct ns *ns;
	uint64_t start;
};

static int
medium_in(struct nvmem *sc, uint64_t mach, uint64_t off, size_t len, void *arg)
{
	struct medium *m = arg;
	uint8_t buf[PAGE];

	if (ns_read(m->ns, buf, len, m->start + off) != 0)
		return ST_READFAULT;
	sc->stats.ns_read += len;
	return pcim_dma_write(sc->dev, mach, buf, len, NVMEM_TAG_DATA) != 0 ? ST_XFER : 0;
}

static int
medium_out(struct nvmem *sc, uint64_t mach, uint64_t off, size_t len, void *arg)
{
	struct medium *m = arg;
	uint8_t buf[PAGE];

	if (pcim_dma_read(sc->dev, mach, buf, len, NVMEM_TAG_DATA) != 0)
		return ST_XFER;
	sc->stats.ns_written += len;
	return ns_write(m->ns, buf, len, m->start + off) != 0 ? ST_WRITEFAULT : 0;
}

static int
medium_compare(struct nvmem *sc, uint64_t mach, uint64_t off, size_t len, void *arg)
{
	struct medium *m = arg;
	uint8_t a[PAGE], b[PAGE];

	if (pcim_dma_read(sc->dev, mach, a, len, NVMEM_TAG_DATA) != 0)
		return ST_XFER;
	if (ns_read(m->ns, b, len, m->start + off) != 0)
		return ST_READFAULT;
	return memcmp(a, b, len) == 0 ? 0 : ST_MISCOMPARE;
}

/*
 * Admin commands.
 */

static unsigned
identify(struct nvmem *sc, const uint8_t *sqe)
{
	unsigned cns = le32(sqe + 40) & 0xff, i, n = 0;
	uint32_t nsid = le32(sqe + 4);
	uint8_t page[PAGE] = { 0 };
	struct ns *ns;

	switch (cns) {
	case 0:
		if (nsid == 0 || nsid > NVMEM_NNS)
			return ST_NS;
		ns = &sc->ns[nsid - 1];
		if (ns->size != 0) {
			put64(page, ns->size >> ns->lbads);
			put64(page + 8, ns->size >> ns->lbads);
			put64(page + 16, ns->size >> ns->lbads);
			page[130] = (uint8_t)ns->lbads;
		}
		return reply(sc, sqe, page, PAGE, NVMEM_TAG_IDNS);
	case 1:
		put16(page, pcim_conf_get(sc->dev, 0, 2));
		put16(page + 2, pcim_conf_get(sc->dev, 0x2c, 2));
		putstr(page + 4, 20, "0123456789");
		putstr(page + 24, 40, "Model NVMe disk");
		putstr(page + 64, 8, "1.0");
		page[77] = (uint8_t)sc->conf.nc_mdts;
		put32(page + 80, 0x10300);
		page[258] = 3;			/* aborts, asynchronous events */
		page[259] = 3;
		page[512] = 0x66;
		page[513] = 0x44;
		for (i = 0; i < NVMEM_NNS; i++) {
			if (sc->ns[i].size != 0)
				n = i + 1;
		}
		put32(page + 516, n);
		/* Compare, DSM, write zeroes. */
		put16(page + 520, 0x1 | ((sc->conf.nc_flags & NVMEM_NODSM) == 0 ? 0x4 : 0) | 0x8);
		page[525] = (sc->conf.nc_flags & NVMEM_NOVWC) == 0;
		return reply(sc, sqe, page, PAGE, NVMEM_TAG_IDCTRL);
	case 2:
		for (i = 0; i < NVMEM_NNS; i++) {
			if (sc->ns[i].size != 0 && i + 1 > nsid)
				put32(page + 4 * n++, i + 1);
		}
		return reply(sc, sqe, page, PAGE, NVMEM_TAG_IDLIST);
	default:
		return ST_FIELD;
	}
}

static unsigned
create_cq(struct nvmem *sc, const uint8_t *sqe)
{
	unsigned id = le16(sqe + 40), size = le16(sqe + 42) + 1u, flags = le16(sqe + 44),
	    vec = le16(sqe + 46);
	struct cq *cq;

	if (id == 0 || id >= NQ || sc->cq[id].on || id > sc->granted) {
		pcim_violation(sc->dev, "creates completion queue %u of %u%s", id, sc->granted,
		    id < NQ && sc->cq[id].on ? ", again" : "");
		return ST_BADQID;
	}
	if (size < 2 || size > sc->mqes) {
		pcim_violation(sc->dev, "completion queue of %u entries, at most %u", size,
		    sc->mqes);
		return ST_BADSIZE;
	}
	if ((flags & 1) == 0 || (le64(sqe + 24) & (PAGE - 1)) != 0) {
		pcim_violation(sc->dev, "completion queue at %#llx, flags %#x",
		    (unsigned long long)le64(sqe + 24), flags);
		return ST_FIELD;
	}
	if (vec != 0 && (pcim_intr_mode(sc->dev) != PCIM_INTR_MSIX || vec >= sc->nvec)) {
		pcim_violation(sc->dev, "vector %u of %u", vec, sc->nvec);
		return ST_VECTOR;
	}
	if ((sc->cc >> 20 & 0xf) != 4)
		pcim_violation(sc->dev, "completion queue with CC.IOCQES %u", sc->cc >> 20 & 0xf);
	cq = &sc->cq[id];
	memset(cq, 0, sizeof(*cq));
	cq->on = 1;
	cq->ien = (flags & 2) != 0;
	cq->base = le64(sqe + 24);
	cq->size = size;
	cq->phase = 1;
	cq->vec = vec;
	hostile_region(2 * id + 1, cq->base, size * 16u);
	return ST_OK;
}

static unsigned
create_sq(struct nvmem *sc, const uint8_t *sqe)
{
	unsigned id = le16(sqe + 40), size = le16(sqe + 42) + 1u, flags = le16(sqe + 44),
	    cqid = le16(sqe + 46);
	struct sq *sq;

	if (id == 0 || id >= NQ || sc->sq[id].on || id > sc->granted) {
		pcim_violation(sc->dev, "creates submission queue %u of %u%s", id, sc->granted,
		    id < NQ && sc->sq[id].on ? ", again" : "");
		return ST_BADQID;
	}
	if (size < 2 || size > sc->mqes) {
		pcim_violation(sc->dev, "submission queue of %u entries, at most %u", size,
		    sc->mqes);
		return ST_BADSIZE;
	}
	if (cqid == 0 || cqid >= NQ || !sc->cq[cqid].on) {
		pcim_violation(sc->dev, "submission queue %u on completion queue %u, not there",
		    id, cqid);
		return ST_BADCQ;
	}
	if ((flags & 1) == 0 || (le64(sqe + 24) & (PAGE - 1)) != 0) {
		pcim_violation(sc->dev, "submission queue at %#llx, flags %#x",
		    (unsigned long long)le64(sqe + 24), flags);
		return ST_FIELD;
	}
	if ((sc->cc >> 16 & 0xf) != 6)
		pcim_violation(sc->dev, "submission queue with CC.IOSQES %u", sc->cc >> 16 & 0xf);
	sq = &sc->sq[id];
	memset(sq, 0, sizeof(*sq));
	sq->on = 1;
	sq->base = le64(sqe + 24);
	sq->size = size;
	sq->cq = cqid;
	sc->cq[cqid].users++;
	hostile_region(2 * id, sq->base, size * 64u);
	return ST_OK;
}

static unsigned
delete_sq(struct nvmem *sc, unsigned id)
{
	struct cmd **cp, *c;

	if (id == 0 || id >= NQ || !sc->sq[id].on) {
		pcim_violation(sc->dev, "deletes submission queue %u, not there", id);
		return ST_BADQID;
	}
	/* What it still holds ends here, unheard: the driver had to drain it. */
	for (cp = &sc->todo; (c = *cp) != NULL;) {
		if (c->sq != id) {
			cp = &c->next;
			continue;
		}
		*cp = c->next;
		free(c);
		sc->ntodo--;
	}
	sc->tail = cp;
	sc->cq[sc->sq[id].cq].users--;
	sc->sq[id].on = 0;
	hostile_region(2 * id, 0, 0);
	return ST_OK;
}

static unsigned
delete_cq(struct nvmem *sc, unsigned id)
{
	if (id == 0 || id >= NQ || !sc->cq[id].on) {
		pcim_violation(sc->dev, "deletes completion queue %u, not there", id);
		return ST_BADQID;
	}
	if (sc->cq[id].users != 0) {
		pcim_violation(sc->dev, "deletes completion queue %u before its submission queue",
		    id);
		return ST_DELQ;
	}
	sc->cq[id].on = 0;
	hostile_region(2 * id + 1, 0, 0);
	return ST_OK;
}

static unsigned
features(struct nvmem *sc, const uint8_t *sqe, int set, uint32_t *result)
{
	unsigned fid = sqe[40], i, want;
	uint32_t val = le32(sqe + 44);
	uint8_t zero[PAGE] = { 0 };

	if (fid == 0 || (fid > 0x0b && fid != 0x80))
		return ST_FIELD;
	if (fid == 6 && (sc->conf.nc_flags & NVMEM_NOVWC) != 0)
		return ST_FIELD;
	if (fid == 7 && set) {
		for (i = 1; i < NQ; i++) {
			if (sc->cq[i].on || sc->sq[i].on)
				pcim_violation(sc->dev, "asks for queues while it has some");
		}
		if ((val & 0xffff) == 0xffff || val >> 16 == 0xffff)
			return ST_FIELD;
		want = (val & 0xffff) > val >> 16 ? val & 0xffff : val >> 16;
		sc->granted = want + 1 < sc->nioq ? want + 1 : sc->nioq;
		sc->feat[7] = (sc->nioq - 1) << 16 | (sc->nioq - 1);
		*result = sc->feat[7];
		return ST_OK;
	}
	if (fid == 3) {
		if (set)
			return ST_FIELD;
		return reply(sc, sqe, zero, PAGE, NVMEM_TAG_LOG);
	}
	if (set)
		sc->feat[fid] = val;
	else
		*result = sc->feat[fid];
	return ST_OK;
}

static unsigned
log_page(struct nvmem *sc, const uint8_t *sqe)
{
	uint64_t len = ((uint64_t)(le32(sqe + 44) & 0xffff) << 16 | le32(sqe + 40) >> 16) * 4 + 4;
	uint8_t *buf;
	unsigned st;

	if (sqe[40] == 0 || sqe[40] > 3)
		return ST_LOGPAGE;
	/* Page by page: errors, health, and all that is left. */
	sc->masked &= sqe[40] == 1 ? ~1u : sqe[40] == 2 ? ~2u : 3u;
	if (len > MAXMOVE)
		return ST_FIELD;
	buf = calloc(1, (size_t)len);
	if (buf == NULL)
		return ST_INTERNAL;
	if (sqe[40] == 2 && len >= 4) {
		buf[0] = 0x02;		/* too warm */
		put16(buf + 1, 340);
		buf[3] = 100;
	}
	st = reply(sc, sqe, buf, (size_t)len, NVMEM_TAG_LOG);
	free(buf);
	return st;
}

static unsigned
admin(struct nvmem *sc, struct cmd *c)
{
	const uint8_t *sqe = c->sqe;

	switch (sqe[0]) {
	case 0x00:
		return delete_sq(sc, le16(sqe + 40));
	case 0x01:
		return create_sq(sc, sqe);
	case 0x02:
		return log_page(sc, sqe);
	case 0x04:
		return delete_cq(sc, le16(sqe + 40));
	case 0x05:
		return create_cq(sc, sqe);
	case 0x06:
		return identify(sc, sqe);
	case 0x08:
		c->result = 1;		/* was not aborted */
		return ST_OK;
	case 0x09:
		return features(sc, sqe, 1, &c->result);
	case 0x0a:
		return features(sc, sqe, 0, &c->result);
	case 0x0c:
		if (sc->aers >= 4)
			return ST_AERL;
		sc->aer[sc->aers++] = le16(sqe + 2);
		return ST_HELD;
	default:
		return ST_OPCODE;
	}
}

/*
 * NVM commands.
 */

static unsigned
deallocate(struct nvmem *sc, const uint8_t *sqe, struct ns *ns)
{
	unsigned nr = (le32(sqe + 40) & 0xff) + 1, i, st;
	static const uint8_t zero[PAGE];
	uint8_t range[256 * 16];
	struct flat f = { range, NVMEM_TAG_DSM };
	uint64_t slba, n, off, end;
	size_t len;

	sc->stats.ns_deallocates++;
	st = prp_walk(sc, sqe, nr * 16, flat_out, &f);
	if (st != ST_OK || (le32(sqe + 44) & 4) == 0)
		return st;
	for (i = 0; i < nr; i++) {
		n = le32(range + i * 16 + 4);
		slba = le64(range + i * 16 + 8);
		if (slba > ns->size >> ns->lbads || n > (ns->size >> ns->lbads) - slba)
			return ST_LBA;
		end = (slba + n) << ns->lbads;
		for (off = slba << ns->lbads; off < end; off += len) {
			len = end - off < PAGE ? (size_t)(end - off) : PAGE;
			if (ns_write(ns, zero, len, off) != 0)
				return ST_WRITEFAULT;
		}
	}
	return ST_OK;
}

static unsigned
nvm(struct nvmem *sc, const uint8_t *sqe)
{
	uint32_t nsid = le32(sqe + 4);
	uint64_t slba = le64(sqe + 40), nlb = le16(sqe + 48) + 1u, len, off;
	static const uint8_t zero[PAGE];
	struct medium m;
	struct ns *ns;
	size_t n;

	if (sqe[0] == 0 && nsid == UINT32_MAX)
		nsid = 1;
	if (nsid == 0 || nsid > NVMEM_NNS || sc->ns[nsid - 1].size == 0)
		return ST_NS;
	ns = &sc->ns[nsid - 1];
	switch (sqe[0]) {
	case 0x00:
		sc->stats.ns_flushes++;
		if (ns->ops != NULL && ns->ops->io_sync != NULL &&
		    ns->ops->io_sync(ns->cookie) != 0)
			return ST_WRITEFAULT;
		return ST_OK;
	case 0x01:
	case 0x02:
	case 0x05:
	case 0x08:
		break;
	case 0x09:
		if ((sc->conf.nc_flags & NVMEM_NODSM) != 0)
			return ST_OPCODE;
		return deallocate(sc, sqe, ns);
	default:
		return ST_OPCODE;
	}
	if (slba >= ns->size >> ns->lbads || nlb > (ns->size >> ns->lbads) - slba)
		return ST_LBA;
	m.ns = ns;
	m.start = slba << ns->lbads;
	len = nlb << ns->lbads;
	if (sqe[0] == 0x08) {
		for (off = 0; off < len; off += n) {
			n = len - off < PAGE ? (size_t)(len - off) : PAGE;
			if (ns_write(ns, zero, n, m.start + off) != 0)
				return ST_WRITEFAULT;
		}
		return ST_OK;
	}
	if (len > MAXMOVE || (sc->conf.nc_mdts != 0 && len > (uint64_t)PAGE << sc->conf.nc_mdts))
		return ST_FIELD;
	return prp_walk(sc, sqe, len, sqe[0] == 0x01 ? medium_out :
	    sqe[0] == 0x02 ? medium_in : medium_compare, &m);
}

/*
 * The way of a command.
 */

static int
cq_room(struct nvmem *sc, struct cmd *c)
{
	struct cq *cq = &sc->cq[sc->sq[c->sq].cq];

	return (cq->tail + 1) % cq->size != cq->head;
}

static void
post(struct nvmem *sc, struct cmd *c)
{
	struct sq *sq = &sc->sq[c->sq];
	struct cq *cq = &sc->cq[sq->cq];
	uint8_t cqe[16] = { 0 };

	/* A driver that was lied to can't be held to the rules. */
	if (c->fault == NVMEM_FAULT_CID || c->fault == NVMEM_FAULT_SQHD ||
	    c->fault == NVMEM_FAULT_TWICE)
		pcim_bus_trust(pcim_bus(sc->dev), 0);
	put32(cqe, c->result);
	put16(cqe + 8, c->fault == NVMEM_FAULT_SQHD ? c->arg : sq->head);
	put16(cqe + 10, c->sq);
	put16(cqe + 12, c->fault == NVMEM_FAULT_CID ? c->arg : le16(c->sqe + 2));
	put16(cqe + 14, (unsigned)c->status << 1 | cq->phase);
	hostile_completion();
	if (pcim_dma_write(sc->dev, cq->base + cq->tail * 16u, cqe, 16, NVMEM_TAG_CQE) != 0) {
		fatal(sc);
		return;
	}
	sc->stats.ns_done++;
	if (++cq->tail == cq->size) {
		cq->tail = 0;
		cq->phase ^= 1;
	}
	if (cq->ien && c->fault != NVMEM_FAULT_NOINTR)
		raise_intr(sc, cq->vec);
}

int
nvmem_event(struct pcim_dev *dev, unsigned type, unsigned info, unsigned page)
{
	struct nvmem *sc = pcim_softc(dev);
	struct cmd c = { .result = (type & 7) | (info & 0xff) << 8 | (page & 0xff) << 16 };

	if (!pcim_plugged(dev) || (sc->csts & CSTS_CFS) != 0 || !ready(sc) || sc->aers == 0 ||
	    (sc->masked & 1u << (type & 7)) != 0 || !cq_room(sc, &c))
		return 0;
	put16(c.sqe + 2, sc->aer[--sc->aers]);
	sc->masked |= 1u << (type & 7);
	sc->stats.ns_events++;
	post(sc, &c);
	return 1;
}

static enum nvmem_fault
fault_of(struct nvmem *sc, struct cmd *c)
{
	if (sc->fault == NVMEM_FAULT_NONE ||
	    (sc->fop != NVMEM_ANY && (c->sq == 0 || c->sqe[0] != sc->fop)))
		return NVMEM_FAULT_NONE;
	if (sc->fnth > 1) {
		sc->fnth--;
		return NVMEM_FAULT_NONE;
	}
	c->arg = sc->farg;
	if (!sc->fforever && --sc->ftimes == 0) {
		enum nvmem_fault f = sc->fault;

		sc->fault = NVMEM_FAULT_NONE;
		return f;
	}
	return sc->fault;
}

/* Executes and completes; 0 when the completion has to wait for room. */
static int
finish(struct nvmem *sc, struct cmd *c)
{
	unsigned st;

	if (!c->executed) {
		c->executed = 1;
		c->fault = fault_of(sc, c);
		switch (c->fault) {
		case NVMEM_FAULT_FATAL:
			fatal(sc);
			return 1;
		case NVMEM_FAULT_UNPLUG:
			pcim_unplug(sc->dev);
			return 1;
		case NVMEM_FAULT_NEVER:
			return 1;
		case NVMEM_FAULT_STATUS:
			/* Not "success": what was not done may be built upon. */
			st = (c->arg & 0x7ff) != 0 ? c->arg & 0x7fff : ST_INTERNAL;
			break;
		default:
			if ((c->sqe[1] & 0xc3) != 0)
				pcim_violation(sc->dev, "command flags %#x", c->sqe[1]);
			st = c->sq == 0 ? admin(sc, c) : nvm(sc, c->sqe);
			break;
		}
		if (st == ST_HELD)
			return 1;
		c->status = (uint16_t)st;
	}
	if ((sc->csts & CSTS_CFS) != 0 || !pcim_plugged(sc->dev))
		return 1;
	/* Deleting its own queue is not possible, so the queue is there. */
	if (!cq_room(sc, c))
		return 0;
	post(sc, c);
	if (c->fault == NVMEM_FAULT_TWICE && cq_room(sc, c))
		post(sc, c);
	return 1;
}

/* Does what is due. */
static void
work(struct nvmem *sc, uint64_t now)
{
	struct cmd **cp, **pick, *c;

	if (hostile_silent(&sc->quiet_until)) {
		sc->quiet = 1;
		return;
	}
	sc->quiet = 0;
	for (;;) {
		if ((sc->csts & CSTS_CFS) != 0 || !ready(sc) || !pcim_plugged(sc->dev))
			return;
		pick = NULL;
		for (cp = &sc->todo; (c = *cp) != NULL; cp = &c->next) {
			if (c->due > now || (c->executed && !cq_room(sc, c)))
				continue;
			pick = cp;
			if ((sc->conf.nc_flags & NVMEM_REVERSE) == 0)
				break;
		}
		if (pick == NULL)
			return;
		c = *pick;
		*pick = c->next;
		c->next = NULL;
		if (sc->tail == &c->next)
			sc->tail = pick;
		if (finish(sc, c)) {
			sc->ntodo--;
			free(c);
		} else {
			/* tail may have moved while it was off the list */
			*sc->tail = c;
			sc->tail = &c->next;
		}
	}
}

/* Takes what the tail doorbell says is new. */
static void
fetch(struct nvmem *sc, unsigned id)
{
	struct sq *sq = &sc->sq[id];
	uint64_t now = rumpuser_dev_now();
	struct cmd *c, *o;

	while (sq->head != sq->tail) {
		c = calloc(1, sizeof(*c));
		if (c == NULL)
			break;
		if (pcim_dma_read(sc->dev, sq->base + sq->head * 64u, c->sqe, 64,
		    NVMEM_TAG_SQE) != 0) {
			free(c);
			fatal(sc);
			return;
		}
		if (++sq->head == sq->size)
			sq->head = 0;
		c->sq = id;
		c->due = now + sc->conf.nc_delay;
		for (unsigned i = 0; id == 0 && i < sc->aers; i++) {
			if (sc->aer[i] == le16(c->sqe + 2))
				pcim_violation(sc->dev, "cid %u waits for an event", sc->aer[i]);
		}
		for (o = sc->todo; o != NULL; o = o->next) {
			if (o->sq == id && le16(o->sqe + 2) == le16(c->sqe + 2))
				pcim_violation(sc->dev, "queue %u: cid %u is outstanding already",
				    id, le16(c->sqe + 2));
		}
		if (id == 0)
			sc->stats.ns_admin++;
		else
			sc->stats.ns_io++;
		*sc->tail = c;
		sc->tail = &c->next;
		sc->ntodo++;
	}
}

/*
 * Registers.
 */

static void
doorbell(struct nvmem *sc, uint64_t off, uint32_t val)
{
	uint64_t i = (off - DOORBELLS) / (4u << sc->conf.nc_dstrd);
	unsigned id = (unsigned)(i / 2);
	struct cq *cq;
	struct sq *sq;

	if ((off - DOORBELLS) % (4u << sc->conf.nc_dstrd) != 0 || i / 2 >= NQ) {
		pcim_violation(sc->dev, "writes %#x at %#llx, no doorbell", val,
		    (unsigned long long)off);
		return;
	}
	if (!ready(sc)) {
		/* In the fatal state, or while it starts, the driver may not know yet. */
		if ((sc->cc & CC_EN) == 0)
			pcim_violation(sc->dev, "doorbell %u while off", id);
		return;
	}
	if (i % 2 == 0) {
		sq = &sc->sq[id];
		if (!sq->on || val >= sq->size) {
			pcim_violation(sc->dev, "submission queue %u: tail %u, %u entries", id,
			    val, sq->on ? sq->size : 0);
			return;
		}
		sq->tail = val;
		fetch(sc, id);
	} else {
		cq = &sc->cq[id];
		if (!cq->on || val >= cq->size) {
			pcim_violation(sc->dev, "completion queue %u: head %u, %u entries", id,
			    val, cq->on ? cq->size : 0);
			return;
		}
		if ((val + cq->size - cq->head) % cq->size >
		    (cq->tail + cq->size - cq->head) % cq->size) {
			pcim_violation(sc->dev, "completion queue %u: head %u beyond tail %u", id,
			    val, cq->tail);
			return;
		}
		cq->head = val;
		level(sc, 0);
	}
	work(sc, rumpuser_dev_now());
}

static void
enable(struct nvmem *sc)
{
	unsigned asqs = (sc->aqa & 0xfff) + 1, acqs = (sc->aqa >> 16 & 0xfff) + 1;

	if (ready(sc))
		pcim_violation(sc->dev, "CC.EN set before CSTS.RDY was clear");
	if (asqs < 2 || acqs < 2)
		pcim_violation(sc->dev, "admin queues of %u and %u entries", asqs, acqs);
	if ((sc->asq & (PAGE - 1)) != 0 || (sc->acq & (PAGE - 1)) != 0 || sc->asq == 0 ||
	    sc->acq == 0)
		pcim_violation(sc->dev, "admin queues at %#llx and %#llx",
		    (unsigned long long)sc->asq, (unsigned long long)sc->acq);
	if ((sc->cc >> 7 & 0xf) != 0 || (sc->cc >> 4 & 7) != 0 || (sc->cc >> 11 & 7) != 0)
		pcim_violation(sc->dev, "CC %#x: page size, command set or arbitration",
		    sc->cc);
	drop_all(sc);
	sc->sq[0].on = sc->cq[0].on = 1;
	sc->sq[0].base = sc->asq;
	sc->sq[0].size = asqs;
	sc->cq[0].base = sc->acq;
	sc->cq[0].size = acqs;
	sc->cq[0].phase = sc->cq[0].ien = 1;
	hostile_region(0, sc->asq, asqs * 64u);
	hostile_region(1, sc->acq, acqs * 16u);
	sc->csts = 0;
	sc->rdy = 1;
	sc->rdy_at = rumpuser_dev_now() + sc->conf.nc_ready;
}

static void
write_cc(struct nvmem *sc, uint32_t val)
{
	uint32_t old = sc->cc;

	sc->cc = val;
	if ((old & CC_EN) == 0 && (val & CC_EN) != 0) {
		enable(sc);
	} else if ((old & CC_EN) != 0 && (val & CC_EN) == 0) {
		sc->stats.ns_resets++;
		drop_all(sc);
		sc->csts &= CSTS_RDY;
		sc->rdy = 0;
		sc->rdy_at = rumpuser_dev_now() + sc->conf.nc_ready;
	} else if ((val & CC_EN) != 0 && ((old ^ val) & 0x3ff0) != 0) {
		pcim_violation(sc->dev, "CC from %#x to %#x while enabled", old, val);
	}
	if ((val & 0xc000) != 0)
		sc->csts |= CSTS_SHST_DONE;
	(void)ready(sc);
}

static void
write4(struct nvmem *sc, uint64_t off, uint32_t val)
{
	switch (off) {
	case 0x0c:
	case 0x10:
		if (pcim_intr_mode(sc->dev) == PCIM_INTR_MSIX)
			pcim_violation(sc->dev, "interrupt masks with MSI-X");
		if (off == 0x0c)
			sc->mask |= val;
		else
			sc->mask &= ~val;
		level(sc, off == 0x10);
		return;
	case 0x14:
		write_cc(sc, val);
		return;
	case 0x24:
	case 0x28:
	case 0x2c:
	case 0x30:
	case 0x34:
		if ((sc->cc & CC_EN) != 0)
			pcim_violation(sc->dev, "register %#llx written while enabled",
			    (unsigned long long)off);
		if (off == 0x24)
			sc->aqa = val;
		else if (off == 0x28)
			sc->asq = (sc->asq & ~(uint64_t)UINT32_MAX) | val;
		else if (off == 0x2c)
			sc->asq = (sc->asq & UINT32_MAX) | (uint64_t)val << 32;
		else if (off == 0x30)
			sc->acq = (sc->acq & ~(uint64_t)UINT32_MAX) | val;
		else
			sc->acq = (sc->acq & UINT32_MAX) | (uint64_t)val << 32;
		return;
	default:
		if (off >= DOORBELLS)
			doorbell(sc, off, val);
		else
			pcim_violation(sc->dev, "writes register %#llx", (unsigned long long)off);
	}
}

static void
nvmem_write(struct pcim_dev *dev, unsigned bar, uint64_t off, unsigned width, uint64_t val)
{
	struct nvmem *sc = pcim_softc(dev);

	if (width == 4) {
		write4(sc, off, (uint32_t)val);
	} else if (width == 8 && (off == 0x28 || off == 0x30)) {
		write4(sc, off, (uint32_t)val);
		write4(sc, off + 4, (uint32_t)(val >> 32));
	} else {
		pcim_violation(dev, "writes %u bytes at %#llx", width, (unsigned long long)off);
	}
}

static uint32_t
read4(struct nvmem *sc, uint64_t off)
{
	switch (off) {
	case 0x00:		/* CQR, TO 5 s */
		return (sc->mqes - 1) | 1u << 16 | 10u << 24;
	case 0x04:		/* DSTRD, NVM command set, MPSMIN and MPSMAX 4096 */
		return sc->conf.nc_dstrd | 1u << 5;
	case 0x08:
		return 0x10300;
	case 0x0c:
	case 0x10:
		return sc->mask;
	case 0x14:
		return sc->cc;
	case 0x1c:
		(void)ready(sc);
		return sc->csts;
	case 0x24:
		return sc->aqa;
	case 0x28:
		return (uint32_t)sc->asq;
	case 0x2c:
		return (uint32_t)(sc->asq >> 32);
	case 0x30:
		return (uint32_t)sc->acq;
	case 0x34:
		return (uint32_t)(sc->acq >> 32);
	default:
		if (off >= DOORBELLS)
			pcim_violation(sc->dev, "reads doorbell %#llx", (unsigned long long)off);
		return 0;
	}
}

static uint64_t
nvmem_read(struct pcim_dev *dev, unsigned bar, uint64_t off, unsigned width)
{
	struct nvmem *sc = pcim_softc(dev);

	if (width == 4)
		return read4(sc, off);
	if (width == 8 && (off == 0 || off == 0x28 || off == 0x30))
		return read4(sc, off) | (uint64_t)read4(sc, off + 4) << 32;
	pcim_violation(dev, "reads %u bytes at %#llx", width, (unsigned long long)off);
	return 0;
}

/*
 * The model's own.
 */

static uint64_t
nvmem_next(struct pcim_dev *dev)
{
	struct nvmem *sc = pcim_softc(dev);
	uint64_t next = UINT64_MAX;
	struct cmd *c;

	if ((sc->csts & (CSTS_CFS | CSTS_RDY)) != CSTS_RDY || !pcim_plugged(dev))
		return UINT64_MAX;
	for (c = sc->todo; c != NULL; c = c->next) {
		if (c->due < next && (!c->executed || cq_room(sc, c)))
			next = c->due;
	}
	if (next != UINT64_MAX && sc->quiet && sc->quiet_until > next)
		next = sc->quiet_until;
	return next;
}

static void
nvmem_run(struct pcim_dev *dev, uint64_t now)
{
	work(pcim_softc(dev), now);
}

static void
nvmem_unplug(struct pcim_dev *dev)
{
	struct nvmem *sc = pcim_softc(dev);

	/* The list goes at the reset or the end: this may be called from work(). */
	sc->csts |= CSTS_CFS;
}

static void
nvmem_free(struct pcim_dev *dev)
{
	struct nvmem *sc = pcim_softc(dev);
	struct cmd *c;
	unsigned i;

	while ((c = sc->todo) != NULL) {
		sc->todo = c->next;
		free(c);
	}
	for (i = 0; i < NVMEM_NNS; i++)
		free(sc->ns[i].mem);
	free(sc);
}

static const struct pcim_ops nvmem_ops = {
	.po_name = "nvme",
	.po_read = nvmem_read,
	.po_write = nvmem_write,
	.po_reset = nvmem_reset,
	.po_next = nvmem_next,
	.po_run = nvmem_run,
	.po_unplug = nvmem_unplug,
	.po_free = nvmem_free,
};

static int
nvmem_media(struct nvmem *sc)
{
	const struct nvmem_ns *nn;
	struct ns *ns;
	unsigned i;

	for (i = 0; i < NVMEM_NNS; i++) {
		nn = &sc->conf.nc_ns[i];
		ns = &sc->ns[i];
		ns->lbads = nn->nn_lbads != 0 ? nn->nn_lbads : 9;
		if (ns->lbads < 9 || ns->lbads > 16)
			return -1;
		ns->size = nn->nn_size >> ns->lbads << ns->lbads;
		if (ns->size != nn->nn_size)
			return -1;
		ns->ops = nn->nn_ops;
		ns->cookie = nn->nn_cookie;
		if (ns->ops == NULL && ns->size != 0 &&
		    (ns->mem = calloc(1, (size_t)ns->size)) == NULL)
			return -1;
	}
	return 0;
}

struct pcim_dev *
nvmem_create(struct pcim_bus *bus, const struct nvmem_config *conf)
{
	static const struct pcim_id id = {
		.pi_vendor = 0x1b36, .pi_device = 0x0010, .pi_class = 0x01, .pi_subclass = 0x08,
		.pi_progif = 0x02, .pi_rev = 2, .pi_subvendor = 0x1af4, .pi_subdevice = 0x1100,
		.pi_intpin = 1,
	};
	struct pcim_dev *dev = NULL;
	struct nvmem *sc;

	sc = calloc(1, sizeof(*sc));
	if (sc == NULL)
		return NULL;
	sc->conf = *conf;
	if (sc->conf.nc_dstrd > 7)
		sc->conf.nc_dstrd = 7;
	if (sc->conf.nc_mdts > 11)
		sc->conf.nc_mdts = 11;
	sc->tail = &sc->todo;
	sc->nioq = conf->nc_nioq != 0 && conf->nc_nioq < NVMEM_NIOQ ? conf->nc_nioq : NVMEM_NIOQ;
	sc->granted = sc->nioq;
	sc->mqes = conf->nc_mqes >= 2 && conf->nc_mqes <= 0x10000 ? conf->nc_mqes : 256;
	sc->nvec = conf->nc_nvec != 0 && conf->nc_nvec <= NQ ? conf->nc_nvec : sc->nioq + 1;
	sc->feat[6] = (conf->nc_flags & NVMEM_NOVWC) == 0;
	if (nvmem_media(sc) == 0)
		dev = pcim_dev_create(bus, &nvmem_ops, sc, &id);
	if (dev == NULL) {
		for (unsigned i = 0; i < NVMEM_NNS; i++)
			free(sc->ns[i].mem);
		free(sc);
		return NULL;
	}
	sc->dev = dev;
	pcim_bar(dev, 0, BAR_SIZE, PCIM_BAR_64);
	(void)pcim_pm(dev);
	if ((conf->nc_flags & NVMEM_NOMSI) == 0)
		(void)pcim_msi(dev, 1, PCIM_MSI_64);
	if ((conf->nc_flags & NVMEM_NOMSIX) == 0)
		(void)pcim_msix(dev, sc->nvec, 0, MSIX_TABLE, MSIX_PBA);
	(void)pcim_pcie(dev, 0, 1);
	return dev;
}

int
nvmem_idle(struct pcim_dev *dev)
{
	struct nvmem *sc = pcim_softc(dev);

	return ((sc->cc & CC_EN) == 0 || (sc->csts & CSTS_SHST_DONE) != 0) && sc->ntodo == 0;
}

void
nvmem_fault(struct pcim_dev *dev, enum nvmem_fault fault, unsigned opcode, unsigned nth,
    unsigned times, uint32_t arg)
{
	struct nvmem *sc = pcim_softc(dev);

	sc->fault = fault;
	sc->fop = opcode;
	sc->fnth = nth;
	sc->ftimes = times;
	sc->fforever = times == 0;
	sc->farg = arg;
}

const struct nvmem_stats *
nvmem_stats(struct pcim_dev *dev)
{
	return &((struct nvmem *)pcim_softc(dev))->stats;
}
