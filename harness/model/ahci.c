/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The AHCI adapter: registers, command lists, and the devices at its ports.
 * Serial ATA AHCI 1.3, sections 3, 4, 5.3 (ports as state machines), 10.
 *
 * A write to PxCI takes the command; it waits for its time, is executed then
 * and completed, all from po_write or po_run.  A port does one at a time; queued
 * commands (Serial ATA 3, 13.6) leave PxCI when the drive has them and PxSACT
 * when they are done, in order or the last one first.  After an error of one of
 * them the drive does nothing until page 10h of its log is read.
 */

#include <stdlib.h>
#include <string.h>

#include "ahci.h"
#include "bytes.h"

#define SECTOR		512u
#define NSLOTS		32u
#define MAXMOVE		(1u << 20)	/* bytes a command moves at most */

#define GHC_HR		0x1u
#define GHC_IE		0x2u
#define GHC_AE		0x80000000u

#define CMD_ST		0x1u
#define CMD_FRE		0x10u
#define CMD_FR		0x4000u
#define CMD_CR		0x8000u
#define CMD_KEPT	0xff00003fu	/* bits that software writes */

#define IS_DHRS		0x1u
#define IS_PSS		0x2u
#define IS_SDBS		0x8u
#define IS_PCS		0x40u
#define IS_PRCS		0x400000u
#define IS_IFS		0x08000000u
#define IS_HBFS		0x20000000u
#define IS_TFES		0x40000000u

#define ST_BSY		0x80u
#define ST_DRDY		0x40u
#define ST_DSC		0x10u
#define ST_ERR		0x01u
#define ER_ABRT		0x04u
#define ER_IDNF		0x10u
#define ER_UNC		0x40u

struct port {
	enum ahcim_kind kind;
	const struct rumpuser_image_ops *ops;
	void	*cookie;
	uint8_t	*mem;
	uint64_t size;
	unsigned flags;
	struct scsim_target *target;
	int	 up;		/* the drive is in */

	uint64_t clb, fb;
	uint32_t is, ie, cmd, tfd, sig, ssts, sctl, serr, ci;
	uint64_t sig_at;	/* the signature comes; UINT64_MAX: not */
	uint64_t due;		/* the oldest command's time */
	int	 stuck, busy, wcache;
	int	 srst;		/* in a software reset */

	uint32_t sact, queued;	/* queued commands: announced, with the drive */
	int	 failed;	/* one failed: its slot, and what the log says */
	uint8_t	 fstatus, ferror;
	uint8_t	 ffis[16];
};

struct ahcim {
	struct pcim_dev *dev;
	struct ahcim_config conf;
	unsigned nports;
	uint32_t ghc, is;
	struct port port[AHCIM_NPORTS];

	enum ahcim_fault fault;
	unsigned fcmd, fnth, ftimes, fforever;
	uint32_t farg;
	int	 quiet;
	uint64_t quiet_until;
	struct ahcim_stats stats;
};

/* One command while it is executed. */
struct exec {
	struct port *p;
	unsigned slot;
	uint16_t hflags;
	unsigned prdtl;
	uint64_t table;
	uint8_t	 fis[64], acmd[16];
	uint64_t moved;
	uint8_t	 status, error;
	int	 pio, queued;
};

/* Strings of IDENTIFY: bytes of each word swapped, padded with spaces. */
static void
putstr(uint8_t *p, size_t n, const char *s)
{
	size_t i, len = strlen(s);

	for (i = 0; i < n; i++)
		p[i ^ 1] = (uint8_t)(i < len ? s[i] : ' ');
}

static unsigned
portno(struct ahcim *sc, struct port *p)
{
	return (unsigned)(p - sc->port);
}

/*
 * Interrupts.
 */

static void
update(struct ahcim *sc, int edge)
{
	unsigned i;

	for (i = 0; i < sc->nports; i++) {
		if ((sc->port[i].is & sc->port[i].ie) != 0)
			sc->is |= 1u << i;
	}
	if (pcim_intr_mode(sc->dev) == PCIM_INTR_INTX)
		pcim_intx(sc->dev, (sc->ghc & GHC_IE) != 0 && sc->is != 0);
	else if (edge && (sc->ghc & GHC_IE) != 0 && sc->is != 0)
		(void)pcim_message(sc->dev, 0);
}

static void
raise_port(struct ahcim *sc, struct port *p, uint32_t bits)
{
	p->is |= bits;
	update(sc, (bits & p->ie) != 0);
}

/*
 * Links.
 */

static void
link_down(struct ahcim *sc, struct port *p)
{
	p->ssts = 0;
	p->tfd = 0x7f;
	p->sig = 0xffffffff;
	p->ci = p->sact = p->queued = 0;
	p->failed = -1;
	p->srst = 0;
	p->sig_at = UINT64_MAX;
	p->serr |= 1u << 16;		/* PhyRdy changed */
	raise_port(sc, p, IS_PRCS);
}

static void
link_up(struct ahcim *sc, struct port *p)
{
	if (!p->up)
		return;
	p->ssts = 0x123;
	p->tfd = ST_BSY;
	p->busy = 0;
	p->sig_at = rumpuser_dev_now() + sc->conf.ac_ready;
	p->serr |= 1u << 16 | 1u << 26;	/* changed, exchanged */
	raise_port(sc, p, IS_PRCS | IS_PCS);
}

/* The first frame after a reset. */
static void
signature(struct ahcim *sc, struct port *p)
{
	uint8_t fis[20] = { 0x34 };

	if (rumpuser_dev_now() < p->sig_at || (p->cmd & CMD_FRE) == 0 || !p->up)
		return;
	p->sig_at = UINT64_MAX;
	fis[2] = p->kind == AHCIM_DISK ? ST_DRDY | ST_DSC : 0;
	fis[3] = 1;
	fis[4] = fis[12] = 1;
	if (p->kind == AHCIM_ATAPI) {
		fis[5] = 0x14;
		fis[6] = 0xeb;
	}
	p->tfd = (uint32_t)fis[3] << 8 | fis[2];
	p->sig = (uint32_t)fis[6] << 24 | (uint32_t)fis[5] << 16 | (uint32_t)fis[4] << 8 | fis[12];
	if (p->fb != 0)
		(void)pcim_dma_write(sc->dev, p->fb + 0x40, fis, sizeof(fis), AHCIM_TAG_RFIS);
}

/*
 * Data: the pieces of a command.  fn gets each in turn; at most len bytes.
 */
typedef int (*move_fn)(struct ahcim *, struct exec *, uint64_t mach, uint64_t off, size_t len,
    void *arg);

static int
prd_walk(struct ahcim *sc, struct exec *x, uint64_t len, move_fn fn, void *arg)
{
	uint8_t prd[16];
	uint64_t off = 0, n;
	unsigned i;

	for (i = 0; i < x->prdtl && off < len; i++) {
		if (pcim_dma_read(sc->dev, x->table + 0x80 + 16u * i, prd, 16, AHCIM_TAG_PRD) != 0)
			return -1;
		n = (le32(prd + 12) & 0x3fffff) + 1;
		if ((le64(prd) & 1) != 0 || (n & 1) != 0)
			pcim_violation(sc->dev, "piece %u of slot %u: %llu bytes at %#llx", i, x->slot,
			    (unsigned long long)n, (unsigned long long)le64(prd));
		if (n > len - off)
			n = len - off;
		if (fn(sc, x, le64(prd), off, (size_t)n, arg) != 0)
			return -1;
		off += n;
	}
	x->moved = off;
	return 0;
}

/* How many bytes the pieces hold. */
static uint64_t
prd_room(struct ahcim *sc, struct exec *x)
{
	uint8_t prd[16];
	uint64_t n = 0;
	unsigned i;

	for (i = 0; i < x->prdtl; i++) {
		if (pcim_dma_read(sc->dev, x->table + 0x80 + 16u * i, prd, 16, AHCIM_TAG_PRD) != 0)
			break;
		n += (le32(prd + 12) & 0x3fffff) + 1;
	}
	return n;
}

struct flat {
	uint8_t	*buf;
	unsigned tag;
};

static int
flat_in(struct ahcim *sc, struct exec *x, uint64_t mach, uint64_t off, size_t len, void *arg)
{
	struct flat *f = arg;

	return pcim_dma_write(sc->dev, mach, f->buf + off, len, f->tag);
}

static int
flat_out(struct ahcim *sc, struct exec *x, uint64_t mach, uint64_t off, size_t len, void *arg)
{
	struct flat *f = arg;

	return pcim_dma_read(sc->dev, mach, f->buf + off, len, f->tag);
}

static void
fail(struct exec *x, unsigned error)
{
	x->status = ST_DRDY | ST_DSC | ST_ERR;
	x->error = (uint8_t)error;
}

/*
 * The disk.
 */

struct medium {
	uint64_t start;
	int	 bad;
};

static int
medium_in(struct ahcim *sc, struct exec *x, uint64_t mach, uint64_t off, size_t len, void *arg)
{
	struct medium *m = arg;
	struct port *p = x->p;
	uint8_t buf[4096];
	size_t n, done;

	for (done = 0; done < len; done += n) {
		n = len - done < sizeof(buf) ? len - done : sizeof(buf);
		if (p->ops == NULL) {
			memcpy(buf, p->mem + m->start + off + done, n);
		} else if (p->ops->io_read(p->cookie, buf, n, m->start + off + done) != 0) {
			m->bad = 1;
			return -1;
		}
		if (pcim_dma_write(sc->dev, mach + done, buf, n, AHCIM_TAG_DATA) != 0)
			return -1;
		sc->stats.as_read += n;
	}
	return 0;
}

static int
medium_out(struct ahcim *sc, struct exec *x, uint64_t mach, uint64_t off, size_t len, void *arg)
{
	struct medium *m = arg;
	struct port *p = x->p;
	uint8_t buf[4096];
	size_t n, done;

	for (done = 0; done < len; done += n) {
		n = len - done < sizeof(buf) ? len - done : sizeof(buf);
		if (pcim_dma_read(sc->dev, mach + done, buf, n, AHCIM_TAG_DATA) != 0)
			return -1;
		if (p->ops == NULL) {
			memcpy(p->mem + m->start + off + done, buf, n);
		} else if (p->ops->io_write == NULL ||
		    p->ops->io_write(p->cookie, buf, n, m->start + off + done) != 0) {
			m->bad = 1;
			return -1;
		}
		sc->stats.as_written += n;
	}
	return 0;
}

/* -1: the bus failed. */
static int
transfer(struct ahcim *sc, struct exec *x, int write, int ext, unsigned part)
{
	struct port *p = x->p;
	struct medium m = { 0, 0 };
	uint64_t lba, n, len;

	lba = x->fis[4] | (uint64_t)x->fis[5] << 8 | (uint64_t)x->fis[6] << 16;
	if (ext) {
		lba |= (uint64_t)x->fis[8] << 24 | (uint64_t)x->fis[9] << 32 |
		    (uint64_t)x->fis[10] << 40;
		n = x->queued ? x->fis[3] | (unsigned)x->fis[11] << 8 : le16(x->fis + 12);
		n = n != 0 ? n : 65536;
	} else {
		lba |= (uint64_t)(x->fis[7] & 0xf) << 24;
		n = x->fis[12] != 0 ? x->fis[12] : 256;
	}
	if ((x->fis[7] & 0x40) == 0)
		pcim_violation(sc->dev, "command %#x without LBA", x->fis[2]);
	if (((x->hflags & 0x40) != 0) != write)
		pcim_violation(sc->dev, "command %#x with header flags %#x", x->fis[2], x->hflags);
	if ((ext && (p->flags & AHCIM_LBA28) != 0) || n * SECTOR > MAXMOVE) {
		fail(x, ER_ABRT);
		return 0;
	}
	if (lba >= p->size / SECTOR || n > p->size / SECTOR - lba) {
		fail(x, ER_IDNF);
		return 0;
	}
	len = n * SECTOR;
	if (prd_room(sc, x) < len)
		pcim_violation(sc->dev, "pieces of slot %u hold %llu of %llu bytes", x->slot,
		    (unsigned long long)prd_room(sc, x), (unsigned long long)len);
	m.start = lba * SECTOR;
	if (prd_walk(sc, x, len / part, write ? medium_out : medium_in, &m) != 0) {
		if (!m.bad)
			return -1;
		fail(x, ER_UNC);
	}
	return 0;
}

static int
ncq(const struct port *p)
{
	return (p->flags & (AHCIM_NCQ | AHCIM_LBA28)) == AHCIM_NCQ && p->kind == AHCIM_DISK;
}

/* Page 10h of the log: the queued command that failed; it goes on after that. */
static int
read_log(struct ahcim *sc, struct exec *x)
{
	struct port *p = x->p;
	uint8_t page[512] = { 0 }, sum = 0;
	struct flat f = { page, AHCIM_TAG_DATA };
	unsigned i;

	if (!ncq(p) || x->fis[4] != 0x10 || le16(x->fis + 12) != 1) {
		fail(x, ER_ABRT);
		return 0;
	}
	if (p->failed == -1) {
		page[0] = 0x80;		/* no queued command */
	} else {
		page[0] = (uint8_t)p->failed;
		page[2] = p->fstatus;
		page[3] = p->ferror;
		memcpy(page + 4, p->ffis + 4, 9);
	}
	for (i = 0; i < 511; i++)
		sum += page[i];
	page[511] = (uint8_t)-sum;
	p->failed = -1;
	x->pio = 1;
	return prd_walk(sc, x, sizeof(page), flat_in, &f);
}

static int
identify(struct ahcim *sc, struct exec *x)
{
	struct port *p = x->p;
	uint8_t id[512] = { 0 };
	struct flat f = { id, AHCIM_TAG_IDENTIFY };
	uint64_t n = p->size / SECTOR, n28 = n < 0x0fffffff ? n : 0x0fffffff;
	int atapi = p->kind == AHCIM_ATAPI, lba48 = (p->flags & AHCIM_LBA28) == 0;
	int cache = (p->flags & AHCIM_NOCACHE) == 0;
	uint8_t sum = 0;
	unsigned i;

	/* General configuration; a CD with 12-byte packets is type 5. */
	put16(id, atapi ? 0x8000 | 0x5 << 8 | 0x80 | 0x40 : 0x0040);
	putstr(id + 20, 20, "R0123456789");
	putstr(id + 46, 8, "1.0");
	putstr(id + 54, 40, atapi ? "Model ATAPI device" : "Model ATA disk");
	put16(id + 98, 0x0f00);		/* IORDY, LBA, DMA */
	put16(id + 106, 0x0006);
	put16(id + 126, 0x0007);	/* DMA, PIO and Ultra-DMA modes */
	put16(id + 128, 0x0003);
	put16(id + 176, 0x003f);
	put16(id + 152, 0x0006);	/* SATA 1.5 and 3 Gb/s */
	put16(id + 160, 0x01f0);
	if (!atapi) {
		put16(id + 2, n > 16383u * 16 * 63 ? 16383 : (unsigned)(n / (16 * 63)));
		put16(id + 6, 16);
		put16(id + 12, 63);
		put32(id + 120, (uint32_t)n28);
		if (ncq(p)) {
			put16(id + 150, NSLOTS - 1);
			put16(id + 152, 0x0106);
		}
		put16(id + 164, cache ? 0x20 : 0);
		put16(id + 166, 0x5000 | (lba48 ? 0x2400 : 0));
		put16(id + 168, 0x4040);
		put16(id + 170, cache && p->wcache ? 0x20 : 0);
		put16(id + 172, 0x1000 | (lba48 ? 0x2400 : 0));
		put16(id + 174, 0x4040);
		if (lba48) {
			put32(id + 200, (uint32_t)n);
			put32(id + 204, (uint32_t)(n >> 32));
		}
	}
	id[510] = 0xa5;
	for (i = 0; i < 511; i++)
		sum += id[i];
	id[511] = (uint8_t)-sum;
	x->pio = 1;
	if ((x->hflags & 0x40) != 0)
		pcim_violation(sc->dev, "identify with header flags %#x", x->hflags);
	return prd_walk(sc, x, sizeof(id), flat_in, &f);
}

static int
disk(struct ahcim *sc, struct exec *x, unsigned part)
{
	struct port *p = x->p;

	if (p->failed != -1 && x->fis[2] != 0x2f) {
		pcim_violation(sc->dev, "command %#x before the log tells of slot %d", x->fis[2],
		    p->failed);
		fail(x, ER_ABRT);
		return 0;
	}
	switch (x->fis[2]) {
	case 0x2f:
		return read_log(sc, x);
	case 0x60:
	case 0x61:
		return transfer(sc, x, x->fis[2] == 0x61, 1, part);
	case 0xec:
		return identify(sc, x);
	case 0xc8:
		return transfer(sc, x, 0, 0, part);
	case 0xca:
		return transfer(sc, x, 1, 0, part);
	case 0x25:
		return transfer(sc, x, 0, 1, part);
	case 0x35:
	case 0x3d:
		return transfer(sc, x, 1, 1, part);
	case 0xe7:
	case 0xea:
		sc->stats.as_flushes++;
		if (p->ops != NULL && p->ops->io_sync != NULL && p->ops->io_sync(p->cookie) != 0)
			fail(x, ER_ABRT);
		return 0;
	case 0xef:
		if (x->fis[3] == 0x02 || x->fis[3] == 0x82)
			p->wcache = x->fis[3] == 0x02;
		else if (x->fis[3] != 0x03 && x->fis[3] != 0xaa && x->fis[3] != 0x55)
			fail(x, ER_ABRT);
		return 0;
	case 0xe5:
		x->fis[12] = 0xff;	/* awake */
		return 0;
	case 0xe0:
		sc->stats.as_standbys++;
		return 0;
	case 0xe1:
		return 0;
	default:
		fail(x, ER_ABRT);
		return 0;
	}
}

/*
 * The ATAPI device.
 */

static int
packet(struct ahcim *sc, struct exec *x, uint64_t *delay)
{
	struct scsim_cmd c;
	uint64_t room = prd_room(sc, x);
	struct flat f = { NULL, AHCIM_TAG_ATAPI };
	int rv = 0;

	sc->stats.as_packets++;
	if ((x->hflags & 0x20) == 0)
		pcim_violation(sc->dev, "packet without the A flag");
	if (room > MAXMOVE)
		room = MAXMOVE;
	f.buf = calloc(1, room != 0 ? (size_t)room : 1);
	if (f.buf == NULL) {
		fail(x, ER_ABRT);
		return 0;
	}
	memset(&c, 0, sizeof(c));
	c.sc_cdb = x->acmd;
	c.sc_cdblen = 12;
	c.sc_data = f.buf;
	c.sc_datalen = (size_t)room;
	c.sc_out = (x->hflags & 0x40) != 0;
	if (c.sc_out)
		rv = prd_walk(sc, x, room, flat_out, &f);
	if (rv == 0) {
		scsim_execute(x->p->target, &c);
		*delay = c.sc_delay;
		if (!c.sc_out && c.sc_done != 0)
			rv = prd_walk(sc, x, c.sc_done, flat_in, &f);
		else
			x->moved = c.sc_done;
	}
	free(f.buf);
	if (rv == 0 && c.sc_status != SCSIM_GOOD) {
		x->status = ST_DRDY | ST_ERR;
		x->error = (uint8_t)((c.sc_senselen > 2 ? c.sc_sense[2] & 0xf : 0xb) << 4);
	}
	return rv;
}

static int
atapi(struct ahcim *sc, struct exec *x, uint64_t *delay)
{
	switch (x->fis[2]) {
	case 0xa0:
		return packet(sc, x, delay);
	case 0xa1:
		return identify(sc, x);
	case 0xef:
	case 0x00:
		return 0;
	default:
		fail(x, ER_ABRT);
		return 0;
	}
}

/*
 * The way of a command.
 */

static enum ahcim_fault
fault_of(struct ahcim *sc, unsigned command)
{
	enum ahcim_fault f = sc->fault;

	if (f == AHCIM_FAULT_NONE || (sc->fcmd != AHCIM_ANY && sc->fcmd != command))
		return AHCIM_FAULT_NONE;
	if (sc->fnth > 1) {
		sc->fnth--;
		return AHCIM_FAULT_NONE;
	}
	if (!sc->fforever && --sc->ftimes == 0)
		sc->fault = AHCIM_FAULT_NONE;
	return f;
}

/* Header, table and frame; 0 when the bus failed. */
static int
fetch(struct ahcim *sc, struct exec *x)
{
	uint8_t h[32], t[0x80];

	if (pcim_dma_read(sc->dev, x->p->clb + 32u * x->slot, h, sizeof(h),
	    AHCIM_TAG_HEADER) != 0)
		return 0;
	x->hflags = le16(h);
	x->prdtl = le16(h + 2);
	x->table = le64(h + 8);
	if ((x->hflags & 0x1f) != 5 || le32(h + 4) != 0 || (x->table & 0x7f) != 0)
		pcim_violation(sc->dev, "header of slot %u: flags %#x, count %u, table %#llx",
		    x->slot, x->hflags, le32(h + 4), (unsigned long long)x->table);
	if (pcim_dma_read(sc->dev, x->table, t, sizeof(t), AHCIM_TAG_TABLE) != 0)
		return 0;
	memcpy(x->fis, t, sizeof(x->fis));
	memcpy(x->acmd, t + 0x40, sizeof(x->acmd));
	if (x->fis[0] != 0x27)
		pcim_violation(sc->dev, "slot %u: frame %#x %#x", x->slot, x->fis[0], x->fis[1]);
	return 1;
}

/* The bus failed: nothing goes on until the port is started anew. */
static void
bus_failed(struct ahcim *sc, struct port *p)
{
	p->busy = 1;
	raise_port(sc, p, IS_HBFS);
}

/* The result of a queued command: the frame of the device's bits. */
static void
finish_queued(struct ahcim *sc, struct exec *x, enum ahcim_fault f)
{
	struct port *p = x->p;
	uint8_t sdb[8] = { 0xa1, 0x40 };

	hostile_completion();
	sdb[2] = x->status & 0x77;
	sdb[3] = x->error;
	if ((x->status & ST_ERR) == 0)
		put32(sdb + 4, 1u << x->slot);
	if (pcim_dma_write(sc->dev, p->fb + 0x58, sdb, sizeof(sdb), AHCIM_TAG_RFIS) != 0) {
		bus_failed(sc, p);
		return;
	}
	p->tfd = (uint32_t)x->error << 8 | x->status;
	sc->stats.as_done++;
	if ((x->status & ST_ERR) != 0) {
		p->failed = (int)x->slot;
		p->fstatus = x->status;
		p->ferror = x->error;
		memcpy(p->ffis, x->fis, sizeof(p->ffis));
		raise_port(sc, p, IS_TFES | IS_SDBS);
		return;
	}
	p->queued &= ~(1u << x->slot);
	p->sact &= ~(1u << x->slot);
	if (f != AHCIM_FAULT_NOINTR)
		raise_port(sc, p, IS_SDBS);
	else
		p->is |= IS_SDBS;
}

/* The result of an executed command: count, frame, task file, interrupt. */
static void
finish(struct ahcim *sc, struct exec *x, enum ahcim_fault f)
{
	struct port *p = x->p;
	uint8_t fis[20] = { 0x34, 0x40 }, n[4];

	if (x->queued) {
		finish_queued(sc, x, f);
		return;
	}
	hostile_completion();
	if (f == AHCIM_FAULT_COUNT)
		x->moved += sc->farg;
	put32(n, (uint32_t)x->moved);
	if (pcim_dma_write(sc->dev, p->clb + 32u * x->slot + 4, n, 4, AHCIM_TAG_PRDBC) != 0) {
		bus_failed(sc, p);
		return;
	}
	memcpy(fis + 4, x->fis + 4, 9);
	fis[2] = x->status;
	fis[3] = x->error;
	if (x->pio)
		fis[0] = 0x5f;
	if (pcim_dma_write(sc->dev, p->fb + (x->pio ? 0x20 : 0x40), fis, sizeof(fis),
	    AHCIM_TAG_RFIS) != 0) {
		bus_failed(sc, p);
		return;
	}
	p->tfd = (uint32_t)x->error << 8 | x->status;
	sc->stats.as_done++;
	if ((x->status & ST_ERR) != 0) {
		/* The command stays in PxCI, as the specification has it. */
		raise_port(sc, p, IS_TFES | IS_DHRS);
		return;
	}
	p->ci &= ~(1u << x->slot);
	if (f != AHCIM_FAULT_NOINTR)
		raise_port(sc, p, x->pio ? IS_PSS : IS_DHRS);
	else
		p->is |= x->pio ? IS_PSS : IS_DHRS;
}

/*
 * A frame that is no command: the device control register.  Software reset is
 * a frame that sets its bit, done when it is sent, and one that clears it,
 * done when the signature is there.
 */
static void
control(struct ahcim *sc, struct exec *x)
{
	struct port *p = x->p;
	int srst = (x->fis[15] & 0x04) != 0;

	if (srst && (x->hflags & 0x500) != 0x500)
		pcim_violation(sc->dev, "slot %u: reset with flags %#x", x->slot, x->hflags);
	/* It may have been a queued command when it was taken. */
	p->ci &= ~(1u << x->slot);
	p->queued &= ~(1u << x->slot);
	if (!srst && p->srst) {
		p->failed = -1;
		p->sact = p->queued = 0;
		p->sig_at = rumpuser_dev_now();
		signature(sc, p);
	}
	p->srst = srst;
}

/* The oldest command of a port, whose time has come. */
static void
execute(struct ahcim *sc, struct port *p, unsigned slot)
{
	struct exec x = { .p = p, .slot = slot, .status = ST_DRDY | ST_DSC };
	enum ahcim_fault f;
	uint64_t delay = 0;
	int rv;

	if (!fetch(sc, &x)) {
		bus_failed(sc, p);
		return;
	}
	if ((x.fis[1] & 0x80) == 0) {
		control(sc, &x);
		return;
	}
	if (p->srst)
		pcim_violation(sc->dev, "slot %u: command %#x in a reset", slot, x.fis[2]);
	x.queued = (p->queued & (1u << slot)) != 0;
	if (!x.queued)
		sc->stats.as_commands++;
	f = fault_of(sc, x.fis[2]);
	switch (f) {
	case AHCIM_FAULT_LOST:
		if (x.queued) {
			p->queued &= ~(1u << slot);
			return;
		}
		/* FALLTHROUGH */
	case AHCIM_FAULT_NEVER:
	case AHCIM_FAULT_STUCK:
		p->busy = 1;
		p->stuck = f == AHCIM_FAULT_STUCK;
		return;
	case AHCIM_FAULT_BUSY:
		p->busy = 1;
		p->tfd = ST_BSY;
		return;
	case AHCIM_FAULT_INTERFACE:
	case AHCIM_FAULT_BUS:
		p->busy = 1;
		raise_port(sc, p, f == AHCIM_FAULT_BUS ? IS_HBFS : IS_IFS);
		return;
	case AHCIM_FAULT_LINK:
		ahcim_link(sc->dev, portno(sc, p), 0);
		return;
	case AHCIM_FAULT_UNPLUG:
		pcim_unplug(sc->dev);
		return;
	case AHCIM_FAULT_ERROR:
		x.status = (uint8_t)sc->farg;
		x.error = (uint8_t)(sc->farg >> 8);
		rv = 0;
		break;
	default:
		rv = p->kind == AHCIM_DISK ? disk(sc, &x, f == AHCIM_FAULT_SHORT ? 2 : 1) :
		    atapi(sc, &x, &delay);
		break;
	}
	if (!pcim_plugged(sc->dev) || p->ssts == 0)
		return;
	if (rv != 0) {
		bus_failed(sc, p);
	} else if (delay == SCSIM_NEVER) {
		p->busy = 1;
	} else {
		finish(sc, &x, f);
		p->due = rumpuser_dev_now() + sc->conf.ac_delay;
	}
	/* After an error nothing goes on until the port is started anew. */
	if ((p->tfd & ST_ERR) != 0)
		p->busy = 1;
}

/* The drive takes the queued commands that are new. */
static void
take(struct ahcim *sc, struct port *p)
{
	struct exec x = { .p = p };
	uint32_t new = p->ci & p->sact;
	unsigned n;

	for (; new != 0 && ncq(p); new &= new - 1) {
		x.slot = (unsigned)__builtin_ctz(new);
		if (!fetch(sc, &x)) {
			bus_failed(sc, p);
			return;
		}
		if (x.fis[2] != 0x60 && x.fis[2] != 0x61) {
			pcim_violation(sc->dev, "slot %u: command %#x is no queued one", x.slot,
			    x.fis[2]);
			continue;
		}
		if (x.fis[12] >> 3 != x.slot)
			pcim_violation(sc->dev, "slot %u: tag %u", x.slot, x.fis[12] >> 3);
		sc->stats.as_commands++;
		sc->stats.as_queued++;
		p->ci &= ~(1u << x.slot);
		p->queued |= 1u << x.slot;
	}
	n = (unsigned)__builtin_popcount(p->queued);
	if (n > sc->stats.as_together)
		sc->stats.as_together = n;
}

/* The next one: of the queued commands, or what is in PxCI. */
static unsigned
next_slot(struct port *p)
{
	uint32_t m = p->queued != 0 ? p->queued : p->ci;

	return p->queued != 0 && (p->flags & AHCIM_REVERSE) != 0 ?
	    31 - (unsigned)__builtin_clz(m) : (unsigned)__builtin_ctz(m);
}

static int
runnable(struct port *p)
{
	return (p->ci | p->queued) != 0 && (p->cmd & CMD_ST) != 0 && !p->busy && p->ssts != 0 &&
	    p->sig_at == UINT64_MAX;
}

static void
work(struct ahcim *sc, uint64_t now)
{
	struct port *p;
	unsigned i;

	if (hostile_silent(&sc->quiet_until)) {
		sc->quiet = 1;
		return;
	}
	sc->quiet = 0;
	for (i = 0; i < sc->nports; i++) {
		p = &sc->port[i];
		signature(sc, p);
		while (pcim_plugged(sc->dev) && runnable(p) && p->due <= now)
			execute(sc, p, next_slot(p));
	}
}

/*
 * Registers.
 */

static void
write_cmd(struct ahcim *sc, struct port *p, uint32_t val)
{
	uint32_t old = p->cmd;
	unsigned i = portno(sc, p);

	p->cmd = (p->cmd & ~CMD_KEPT) | (val & CMD_KEPT & ~8u);
	if ((old & CMD_FRE) == 0 && (val & CMD_FRE) != 0) {
		if ((p->fb & 0xff) != 0 || p->fb == 0)
			pcim_violation(sc->dev, "port %u: frames at %#llx", i,
			    (unsigned long long)p->fb);
		p->cmd |= CMD_FR;
		hostile_region(2 * i + 1, p->fb, 256);
		signature(sc, p);
	}
	if ((old & CMD_ST) == 0 && (val & CMD_ST) != 0) {
		if ((old & CMD_CR) != 0 || (p->cmd & CMD_FRE) == 0 || (p->tfd & 0x88) != 0 ||
		    (p->ssts & 0xf) != 3)
			pcim_violation(sc->dev, "port %u started: command %#x, task file %#x, "
			    "SStatus %#x", i, old, p->tfd, p->ssts);
		if ((p->clb & 0x3ff) != 0 || p->clb == 0)
			pcim_violation(sc->dev, "port %u: command list at %#llx", i,
			    (unsigned long long)p->clb);
		p->cmd |= CMD_CR;
		p->busy = 0;
		p->ci = p->sact = p->queued = 0;
		hostile_region(2 * i, p->clb, 1024);
	} else if ((old & CMD_ST) != 0 && (val & CMD_ST) == 0) {
		p->ci = p->sact = p->queued = 0;
		if (!p->stuck)
			p->cmd &= ~CMD_CR;
		hostile_region(2 * i, 0, 0);
	}
	if ((old & CMD_FRE) != 0 && (val & CMD_FRE) == 0) {
		if ((p->cmd & CMD_CR) != 0 && !p->stuck)
			pcim_violation(sc->dev, "port %u: no frames while it runs", i);
		p->cmd &= ~CMD_FR;
		hostile_region(2 * i + 1, 0, 0);
	}
}

static void
write_sctl(struct ahcim *sc, struct port *p, uint32_t val)
{
	uint32_t old = p->sctl;

	p->sctl = val;
	if ((val & 0xf) == 1 && (old & 0xf) != 1) {
		if ((p->cmd & CMD_ST) != 0)
			pcim_violation(sc->dev, "port %u: link reset while it runs",
			    portno(sc, p));
		sc->stats.as_resets++;
		link_down(sc, p);
	} else if ((val & 0xf) == 0 && (old & 0xf) == 1) {
		link_up(sc, p);
	}
}

static void
write_ci(struct ahcim *sc, struct port *p, uint32_t val)
{
	if ((p->cmd & CMD_ST) == 0) {
		pcim_violation(sc->dev, "port %u: commands %#x while it is stopped", portno(sc, p),
		    val);
		return;
	}
	if ((val & p->ci) != 0)
		pcim_violation(sc->dev, "port %u: commands %#x again", portno(sc, p), val & p->ci);
	if (p->ssts == 0)
		return;
	if (p->sact != 0 ? (val & ~p->sact) != 0 || p->ci != 0 : p->ci != 0 && ncq(p))
		pcim_violation(sc->dev, "port %u: commands %#x beside %#x, of which %#x are queued",
		    portno(sc, p), val, p->ci | p->queued, p->sact);
	if ((p->ci | p->queued) == 0)
		p->due = rumpuser_dev_now() + sc->conf.ac_delay;
	p->ci |= val;
	take(sc, p);
	work(sc, rumpuser_dev_now());
}

static void
write_port(struct ahcim *sc, struct port *p, unsigned reg, uint32_t val)
{
	if ((sc->ghc & GHC_AE) == 0)
		pcim_violation(sc->dev, "port register %#x while not in AHCI mode", reg);
	switch (reg) {
	case 0x00:
	case 0x04:
		if ((p->cmd & (CMD_ST | CMD_CR)) != 0 && !p->stuck)
			pcim_violation(sc->dev, "command list moved while it runs");
		if (reg == 0)
			p->clb = (p->clb & ~(uint64_t)UINT32_MAX) | val;
		else
			p->clb = (p->clb & UINT32_MAX) | (uint64_t)val << 32;
		break;
	case 0x08:
	case 0x0c:
		if ((p->cmd & (CMD_FRE | CMD_FR)) != 0)
			pcim_violation(sc->dev, "frames moved while they come in");
		if (reg == 8)
			p->fb = (p->fb & ~(uint64_t)UINT32_MAX) | val;
		else
			p->fb = (p->fb & UINT32_MAX) | (uint64_t)val << 32;
		break;
	case 0x10:
		/* The bits of the link are those of SError. */
		p->is &= ~val | ((p->serr & 1u << 26) != 0 ? IS_PCS : 0) |
		    ((p->serr & 1u << 16) != 0 ? IS_PRCS : 0);
		update(sc, 0);
		break;
	case 0x14:
		p->ie = val;
		update(sc, (p->is & p->ie) != 0);
		break;
	case 0x18:
		write_cmd(sc, p, val);
		break;
	case 0x2c:
		write_sctl(sc, p, val);
		break;
	case 0x30:
		p->serr &= ~val;
		if ((p->serr & 1u << 26) == 0)
			p->is &= ~IS_PCS;
		if ((p->serr & 1u << 16) == 0)
			p->is &= ~IS_PRCS;
		break;
	case 0x34:
		if (val != 0 && (!ncq(p) || (p->cmd & CMD_ST) == 0 || (val & p->sact) != 0))
			pcim_violation(sc->dev, "port %u: queued commands %#x, has %#x, command "
			    "%#x", portno(sc, p), val, p->sact, p->cmd);
		else
			p->sact |= val;
		break;
	case 0x38:
		write_ci(sc, p, val);
		break;
	default:
		pcim_violation(sc->dev, "writes port register %#x", reg);
	}
}

static void
reset_ports(struct ahcim *sc)
{
	struct port *p;
	unsigned i;

	for (i = 0; i < AHCIM_NPORTS; i++) {
		p = &sc->port[i];
		p->is = p->ie = p->cmd = p->sctl = p->serr = p->ci = 0;
		p->sact = p->queued = 0;
		p->failed = -1;
		p->clb = p->fb = 0;
		p->stuck = p->busy = p->srst = 0;
		p->wcache = 1;
		p->sig_at = UINT64_MAX;
		p->tfd = 0x7f;
		p->sig = 0xffffffff;
		p->ssts = 0;
		hostile_region(2 * i, 0, 0);
		hostile_region(2 * i + 1, 0, 0);
		if (i < sc->nports && p->kind != AHCIM_EMPTY && p->up) {
			p->ssts = 0x123;
			p->tfd = ST_BSY;
			p->sig_at = rumpuser_dev_now() + sc->conf.ac_ready;
		}
	}
	sc->is = 0;
}

static void
ahcim_write(struct pcim_dev *dev, unsigned bar, uint64_t off, unsigned width, uint64_t val64)
{
	struct ahcim *sc = pcim_softc(dev);
	uint32_t val = (uint32_t)val64;

	if (width != 4) {
		pcim_violation(dev, "writes %u bytes at %#llx", width, (unsigned long long)off);
		return;
	}
	if (off >= 0x100) {
		if ((off - 0x100) / 0x80 >= sc->nports)
			pcim_violation(dev, "writes at %#llx, has %u ports",
			    (unsigned long long)off, sc->nports);
		else
			write_port(sc, &sc->port[(off - 0x100) / 0x80], (unsigned)off & 0x7f, val);
		return;
	}
	switch (off) {
	case 0x04:
		if ((val & GHC_HR) != 0) {
			reset_ports(sc);
			sc->ghc = 0;
			if (pcim_intr_mode(dev) == PCIM_INTR_INTX)
				pcim_intx(dev, 0);
			return;
		}
		sc->ghc = val & (GHC_AE | GHC_IE);
		update(sc, (val & GHC_IE) != 0);
		break;
	case 0x08:
		sc->is &= ~val;
		update(sc, (sc->is & val) != 0);
		break;
	default:
		pcim_violation(dev, "writes register %#llx", (unsigned long long)off);
	}
}

static uint32_t
read_port(struct ahcim *sc, struct port *p, unsigned reg)
{
	signature(sc, p);
	switch (reg) {
	case 0x00:
		return (uint32_t)p->clb;
	case 0x04:
		return (uint32_t)(p->clb >> 32);
	case 0x08:
		return (uint32_t)p->fb;
	case 0x0c:
		return (uint32_t)(p->fb >> 32);
	case 0x10:
		return p->is;
	case 0x14:
		return p->ie;
	case 0x18:
		return p->cmd;
	case 0x20:
		return p->tfd;
	case 0x24:
		return p->sig;
	case 0x28:
		return p->ssts;
	case 0x2c:
		return p->sctl;
	case 0x30:
		return p->serr;
	case 0x34:
		return p->sact;
	case 0x38:
		return p->ci;
	default:
		return 0;
	}
}

static uint64_t
ahcim_read(struct pcim_dev *dev, unsigned bar, uint64_t off, unsigned width)
{
	struct ahcim *sc = pcim_softc(dev);
	unsigned i;
	uint32_t n;

	if (width != 4) {
		pcim_violation(dev, "reads %u bytes at %#llx", width, (unsigned long long)off);
		return 0;
	}
	if (off >= 0x100)
		return (off - 0x100) / 0x80 >= sc->nports ? 0 :
		    read_port(sc, &sc->port[(off - 0x100) / 0x80], (unsigned)off & 0x7f);
	switch (off) {
	case 0x00:	/* ports, 32 slots, 3 Gb/s, AHCI only */
		for (n = i = 0; i < sc->nports; i++)
			n |= ncq(&sc->port[i]);
		return (sc->nports - 1) | 31u << 8 | 1u << 18 | 2u << 20 | n << 30 |
		    ((sc->conf.ac_flags & AHCIM_32BIT) != 0 ? 0 : 1u << 31);
	case 0x04:
		return sc->ghc | GHC_AE;
	case 0x08:
		return sc->is;
	case 0x0c:
		return (1u << sc->nports) - 1;
	case 0x10:
		return 0x10300;
	default:
		return 0;
	}
}

static uint64_t
ahcim_next(struct pcim_dev *dev)
{
	struct ahcim *sc = pcim_softc(dev);
	uint64_t next = UINT64_MAX;
	struct port *p;
	unsigned i;

	if (!pcim_plugged(dev))
		return UINT64_MAX;
	for (i = 0; i < sc->nports; i++) {
		p = &sc->port[i];
		if (p->sig_at < next && (p->cmd & CMD_FRE) != 0)
			next = p->sig_at;
		if (runnable(p) && p->due < next)
			next = p->due;
	}
	if (next != UINT64_MAX && sc->quiet && sc->quiet_until > next)
		next = sc->quiet_until;
	return next;
}

static void
ahcim_run(struct pcim_dev *dev, uint64_t now)
{
	work(pcim_softc(dev), now);
}

static void
ahcim_reset(struct pcim_dev *dev)
{
	struct ahcim *sc = pcim_softc(dev);

	reset_ports(sc);
	sc->ghc = 0;
}

static void
ahcim_free(struct pcim_dev *dev)
{
	struct ahcim *sc = pcim_softc(dev);
	unsigned i;

	for (i = 0; i < AHCIM_NPORTS; i++)
		free(sc->port[i].mem);
	free(sc);
}

static const struct pcim_ops ahcim_ops = {
	.po_name = "ahci",
	.po_read = ahcim_read,
	.po_write = ahcim_write,
	.po_reset = ahcim_reset,
	.po_next = ahcim_next,
	.po_run = ahcim_run,
	.po_free = ahcim_free,
};

struct pcim_dev *
ahcim_create(struct pcim_bus *bus, const struct ahcim_config *conf)
{
	static const struct pcim_id id = {
		.pi_vendor = 0x8086, .pi_device = 0x2922, .pi_class = 0x01, .pi_subclass = 0x06,
		.pi_progif = 0x01, .pi_rev = 2, .pi_subvendor = 0x1af4, .pi_subdevice = 0x1100,
		.pi_intpin = 1,
	};
	struct pcim_dev *dev = NULL;
	struct ahcim *sc;
	struct port *p;
	unsigned i;

	sc = calloc(1, sizeof(*sc));
	if (sc == NULL)
		return NULL;
	sc->conf = *conf;
	sc->nports = conf->ac_nports != 0 && conf->ac_nports < AHCIM_NPORTS ? conf->ac_nports :
	    AHCIM_NPORTS;
	for (i = 0; i < AHCIM_NPORTS; i++) {
		p = &sc->port[i];
		p->kind = conf->ac_port[i].ap_kind;
		p->ops = conf->ac_port[i].ap_ops;
		p->cookie = conf->ac_port[i].ap_cookie;
		p->size = conf->ac_port[i].ap_size / SECTOR * SECTOR;
		p->flags = conf->ac_port[i].ap_flags;
		p->failed = -1;
		p->target = conf->ac_port[i].ap_target;
		p->up = p->kind != AHCIM_EMPTY;
		if (p->kind == AHCIM_DISK && p->ops == NULL &&
		    (p->mem = calloc(1, p->size != 0 ? (size_t)p->size : 1)) == NULL)
			goto fail;
	}
	reset_ports(sc);
	dev = pcim_dev_create(bus, &ahcim_ops, sc, &id);
	if (dev == NULL)
		goto fail;
	sc->dev = dev;
	pcim_bar(dev, 5, 0x1000, 0);
	(void)pcim_pm(dev);
	if ((conf->ac_flags & AHCIM_NOMSI) == 0)
		(void)pcim_msi(dev, 1, PCIM_MSI_64);
	return dev;
fail:
	for (i = 0; i < AHCIM_NPORTS; i++)
		free(sc->port[i].mem);
	free(sc);
	return NULL;
}

int
ahcim_idle(struct pcim_dev *dev)
{
	struct ahcim *sc = pcim_softc(dev);
	unsigned i;

	for (i = 0; i < sc->nports; i++) {
		if ((sc->port[i].cmd & (CMD_ST | CMD_CR | CMD_FRE | CMD_FR)) != 0 &&
		    !sc->port[i].stuck)
			return 0;
	}
	return (sc->ghc & GHC_IE) == 0;
}

void
ahcim_link(struct pcim_dev *dev, unsigned port, int up)
{
	struct ahcim *sc = pcim_softc(dev);
	struct port *p;

	if (port >= sc->nports || sc->port[port].kind == AHCIM_EMPTY)
		return;
	p = &sc->port[port];
	p->up = up;
	/* One that is in was out for a moment, and remembers nothing. */
	if (!up || p->ssts != 0)
		link_down(sc, p);
	if (up)
		link_up(sc, p);
}

void
ahcim_drive(struct pcim_dev *dev, unsigned port, unsigned flags)
{
	struct ahcim *sc = pcim_softc(dev);

	if (port < sc->nports && !sc->port[port].up)
		sc->port[port].flags = flags;
}

void
ahcim_fault(struct pcim_dev *dev, enum ahcim_fault fault, unsigned command, unsigned nth,
    unsigned times, uint32_t arg)
{
	struct ahcim *sc = pcim_softc(dev);

	sc->fault = fault;
	sc->fcmd = command;
	sc->fnth = nth;
	sc->ftimes = times;
	sc->fforever = times == 0;
	sc->farg = arg;
}

const struct ahcim_stats *
ahcim_stats(struct pcim_dev *dev)
{
	return &((struct ahcim *)pcim_softc(dev))->stats;
}
