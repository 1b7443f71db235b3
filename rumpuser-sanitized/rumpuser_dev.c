/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Devices: the backend that is attached, its registers, interrupt lines, and
 * the time at which it wants to do something by itself.
 *
 * All state is one structure in the arena, made by the first use, so that a
 * program without devices pays nothing and a restore puts it back.
 *
 * A line is pending until rumpuser_intr_wait() takes it, and in service until
 * its eoi.  A level line that is high again at each eoi is a storm, and so is
 * a line whose messages follow one another with next to no time between them:
 * after a while its next delivery is put off by virtual time, longer and
 * longer, so that timeouts of drivers are reached.
 */

#include "dev_int.h"

#include <poll.h>
#include <string.h>

#define	NWORD		(RUMPUSER_NIRQ / 64)
#define	NINTX		128		/* INTx pins that are remembered */

#define	STORM_FREE	64		/* re-assertions at full speed */
#define	STORM_NS	100000		/* first delay; doubles each 64 */
#define	STORM_SHIFT	12
#define	STORM_MSG_FREE	4096	/* the same for messages, ... */
#define	STORM_MSG_SHIFT	7
#define	STORM_MSG_GAP	10000	/* ... which are that close, in ns */

#define	IDLE_NS		1000	/* what a device that is due takes at least */

#define	MSI_ADDRESS	0xfee00000U
#define	MSI_X_DATA	0x8000U

enum { HOW_NONE = 0, HOW_INTX = 3 };	/* besides RUMPUSER_INTR_* */

struct line {
	uint64_t ln_addr;		/* message that asserts it */
	uint32_t ln_data;
	uint32_t ln_bdf;
	int64_t	ln_hold;		/* storm: not before; 0: no */
	int64_t	ln_eoi;			/* when the last one was */
	uint16_t ln_idx;
	uint16_t ln_high;		/* INTx pins that are high */
	uint16_t ln_storm;		/* eois with the level still high, or close messages */
	uint8_t	ln_how;
	bool	ln_alloc;
};

struct intx {
	uint32_t ix_bdf;
	uint8_t	ix_pin;			/* 1 to 4 */
	bool	ix_high;
	int16_t	ix_irq;			/* -1: not bound */
};

struct devstate {
	const struct rumpuser_dev_backend *ds_be;
	void	*ds_ctx;
	uint64_t ds_pend[NWORD];
	uint64_t ds_block[NWORD];	/* in service, masked or held */
	uint64_t ds_mask[NWORD];
	uint64_t ds_service[NWORD];
	unsigned ds_last;		/* line taken last */
	unsigned ds_nlines;		/* lines from here on are unused */
	unsigned ds_nheld;
	unsigned ds_nintx;
	struct line ds_line[RUMPUSER_NIRQ];
	struct intx ds_intx[NINTX];
};

static struct devstate *ds RU_STATE = NULL;
bool	ru_dev_active RU_STATE = false;
unsigned ru_dev_looks RU_STATE = 0;

static bool
dev_init(void)
{
	struct devstate *d;

	if (ds != NULL)
		return true;
	ru_lock();
	d = ru_alloc(sizeof(*d), 64);
	ru_unlock();
	if (d == NULL)
		return false;
	memset(d, 0, sizeof(*d));
	ds = d;
	ru_dev_active = true;
	return true;
}

/* Threads find it made; fibers make it when they need it. */
static void __attribute__((__constructor__(104)))
dev_constructor(void)
{

	if (!ru_deterministic && !dev_init())
		ru_die("no memory for devices");
}

void
rumpuser_dev_attach(const struct rumpuser_dev_backend *be, void *ctx)
{
	unsigned i;

	ru_dev_enter();
	if (be == NULL && ds == NULL) {
		ru_dev_exit();
		return;
	}
	if (!dev_init())
		ru_die("no memory for devices");
	ds->ds_be = be;
	ds->ds_ctx = ctx;
	/* The old devices' wires are cut. */
	for (i = 0; i < ds->ds_nintx; i++)
		ds->ds_intx[i].ix_high = false;
	for (i = 0; i < ds->ds_nlines; i++) {
		ds->ds_line[i].ln_high = 0;
		ds->ds_line[i].ln_hold = 0;
	}
	ds->ds_nheld = 0;
	memset(ds->ds_pend, 0, sizeof(ds->ds_pend));
	for (i = 0; i < NWORD; i++)
		ds->ds_block[i] = ds->ds_mask[i] | ds->ds_service[i];
	ru_dma_backend(be, ctx);
	ru_dev_exit();
}

/* The backend, with the lock taken; NULL, without it, when there is none. */
RU_INLINE const struct rumpuser_dev_backend *
backend_enter(void)
{
	const struct rumpuser_dev_backend *be;

	if (__predict_false(ds == NULL))
		return NULL;
	ru_dev_enter();
	be = ds->ds_be;
	if (__predict_false(be == NULL))
		ru_dev_exit();
	return be;
}

void
rumpuser_dev_lock(void)
{

	ru_dev_enter();
}

void
rumpuser_dev_unlock(void)
{

	ru_dev_exit();
}

const char *
rumpuser_dev_backend_name(void)
{
	const struct rumpuser_dev_backend *be = backend_enter();

	if (be == NULL)
		return NULL;
	ru_dev_exit();
	return be->db_name;
}

/*
 * Configuration space and registers.
 */

RU_INLINE uint64_t
ones(unsigned width)
{

	return width >= 8 ? UINT64_MAX : (UINT64_C(1) << width * 8) - 1;
}

/* A device may want to run earlier now than who sleeps for it thinks. */
RU_INLINE void
time_changed(void)
{

	if (!ru_deterministic && ds->ds_be != NULL && ds->ds_be->db_next != NULL)
		ru_dev_wakeup();
}

uint32_t
rumpuser_pci_confread(uint32_t bdf, unsigned reg, unsigned width)
{
	const struct rumpuser_dev_backend *be;
	uint32_t v = UINT32_MAX;

	rumpuser_step(1);
	if ((be = backend_enter()) == NULL)
		return ones(width);
	if (be->db_confread != NULL && reg < 4096 && (reg & (width - 1)) == 0)
		v = (*be->db_confread)(ds->ds_ctx, bdf, reg, width);
	ru_dev_exit();
	return v & ones(width);
}

void
rumpuser_pci_confwrite(uint32_t bdf, unsigned reg, unsigned width, uint32_t val)
{
	const struct rumpuser_dev_backend *be;

	rumpuser_step(1);
	if ((be = backend_enter()) == NULL)
		return;
	if (be->db_confwrite != NULL && reg < 4096 && (reg & (width - 1)) == 0) {
		(*be->db_confwrite)(ds->ds_ctx, bdf, reg, width, val & ones(width));
		time_changed();
	}
	ru_dev_exit();
}

int
rumpuser_platdev(unsigned idx, struct rumpuser_platdev *pd)
{
	const struct rumpuser_dev_backend *be;
	int error = NB_ENOENT;

	if ((be = backend_enter()) == NULL)
		return NB_ENOENT;
	if (be->db_platdev != NULL)
		error = (*be->db_platdev)(ds->ds_ctx, idx, pd);
	ru_dev_exit();
	return error;
}

RU_NOSAN uint64_t
rumpuser_bus_read(int space, uint64_t addr, unsigned width)
{
	const struct rumpuser_dev_backend *be;
	uint64_t v = UINT64_MAX;

	rumpuser_step(1);
	rumpuser_sched_point();
	ru_dev_look(true);
	if (__predict_false(rumpuser_fault(RUMPUSER_FAULT_DEVICE) != 0) ||
	    (be = backend_enter()) == NULL)
		return ones(width);
	if (__predict_true(be->db_read != NULL && (addr & (width - 1)) == 0))
		v = (*be->db_read)(ds->ds_ctx, space, addr, width);
	ru_dma_snoop();
	ru_dev_exit();
	return v & ones(width);
}

RU_NOSAN void
rumpuser_bus_write(int space, uint64_t addr, unsigned width, uint64_t val)
{
	const struct rumpuser_dev_backend *be;

	rumpuser_step(1);
	rumpuser_sched_point();
	if (__predict_false(rumpuser_fault(RUMPUSER_FAULT_DEVICE) != 0) ||
	    (be = backend_enter()) == NULL)
		return;
	if (__predict_true(be->db_write != NULL && (addr & (width - 1)) == 0)) {
		(*be->db_write)(ds->ds_ctx, space, addr, width, val & ones(width));
		time_changed();
	}
	ru_dev_exit();
}

void *
rumpuser_bus_map(int space, uint64_t addr, uint64_t len)
{
	const struct rumpuser_dev_backend *be;
	void *p = NULL;

	if ((be = backend_enter()) == NULL)
		return NULL;
	if (be->db_map != NULL)
		p = (*be->db_map)(ds->ds_ctx, space, addr, len);
	ru_dev_exit();
	return p;
}

int
rumpuser_pci_window(int space, int prefetch64, uint64_t *startp, uint64_t *lenp)
{
	const struct rumpuser_dev_backend *be;
	int error = NB_ENOENT;

	if ((be = backend_enter()) == NULL)
		return NB_ENOENT;
	if (be->db_window != NULL)
		error = (*be->db_window)(ds->ds_ctx, space, prefetch64, startp, lenp);
	ru_dev_exit();
	return error;
}

/*
 * Lines.
 */

RU_INLINE bool
bit_test(const uint64_t *w, unsigned irq)
{

	return (w[irq / 64] >> (irq % 64) & 1) != 0;
}

RU_INLINE void
bit_set(uint64_t *w, unsigned irq)
{

	w[irq / 64] |= UINT64_C(1) << (irq % 64);
}

RU_INLINE void
bit_clear(uint64_t *w, unsigned irq)
{

	w[irq / 64] &= ~(UINT64_C(1) << (irq % 64));
}

/* A line is blocked for one of three reasons. */
static void
line_reblock(unsigned irq)
{

	if (bit_test(ds->ds_mask, irq) || bit_test(ds->ds_service, irq) ||
	    ds->ds_line[irq].ln_hold != 0)
		bit_set(ds->ds_block, irq);
	else {
		bit_clear(ds->ds_block, irq);
		if (bit_test(ds->ds_pend, irq))
			ru_dev_wakeup();
	}
}

static void
line_pend(unsigned irq)
{

	bit_set(ds->ds_pend, irq);
	if (!bit_test(ds->ds_block, irq))
		ru_dev_wakeup();
}

static void
line_unhold(unsigned irq)
{

	if (ds->ds_line[irq].ln_hold != 0) {
		ds->ds_line[irq].ln_hold = 0;
		ds->ds_nheld--;
		line_reblock(irq);
	}
}

/* Marks a line as used, so that scans find it. */
static struct line *
line_use(unsigned irq)
{

	if (irq >= ds->ds_nlines)
		ds->ds_nlines = irq + 1;
	return &ds->ds_line[irq];
}

RU_INLINE bool
line_known(unsigned irq)
{

	return ds != NULL && irq < RUMPUSER_NIRQ;
}

int
rumpuser_intr_alloc(unsigned *irqp)
{
	unsigned irq;

	ru_dev_enter();
	if (!dev_init()) {
		ru_dev_exit();
		return NB_ENOMEM;
	}
	/* 0 is left out: to many drivers it means none. */
	for (irq = 1; irq < RUMPUSER_PLATIRQ && ds->ds_line[irq].ln_alloc; irq++)
		;
	if (irq < RUMPUSER_PLATIRQ)
		line_use(irq)->ln_alloc = true;
	ru_dev_exit();
	if (irq == RUMPUSER_PLATIRQ)
		return NB_ENOSPC;
	*irqp = irq;
	return 0;
}

void
rumpuser_intr_free(unsigned irq)
{

	if (!line_known(irq))
		return;
	ru_dev_enter();
	rumpuser_intr_unbind(irq);
	ds->ds_line[irq].ln_alloc = false;
	bit_clear(ds->ds_mask, irq);
	line_reblock(irq);
	ru_dev_exit();
}

static struct intx *
intx_find(uint32_t bdf, unsigned pin, bool create)
{
	struct intx *ix;
	unsigned i;

	for (i = 0; i < ds->ds_nintx; i++) {
		ix = &ds->ds_intx[i];
		if (ix->ix_bdf == bdf && ix->ix_pin == pin)
			return ix;
	}
	if (!create)
		return NULL;
	/* One that is neither bound nor high says nothing and can go. */
	for (i = 0; i < ds->ds_nintx; i++)
		if (ds->ds_intx[i].ix_irq < 0 && !ds->ds_intx[i].ix_high)
			break;
	if (i == NINTX)
		return NULL;
	if (i == ds->ds_nintx)
		ds->ds_nintx++;
	ix = &ds->ds_intx[i];
	ix->ix_bdf = bdf;
	ix->ix_pin = pin;
	ix->ix_high = false;
	ix->ix_irq = -1;
	return ix;
}

int
rumpuser_intr_bind_intx(uint32_t bdf, unsigned pin, unsigned irq)
{
	struct line *ln;
	struct intx *ix;
	int error = 0;

	if (!line_known(irq) || pin < 1 || pin > 4)
		return NB_EINVAL;
	ru_dev_enter();
	ln = line_use(irq);
	if (ln->ln_how != HOW_NONE && ln->ln_how != HOW_INTX) {
		error = NB_EBUSY;
		goto out;
	}
	if ((ix = intx_find(bdf, pin, true)) == NULL) {
		error = NB_ENOSPC;
		goto out;
	}
	if (ix->ix_irq == (int)irq)
		goto out;
	if (ix->ix_irq >= 0) {
		error = NB_EBUSY;
		goto out;
	}
	if (ds->ds_be != NULL && ds->ds_be->db_intr_bind != NULL) {
		error = (*ds->ds_be->db_intr_bind)(ds->ds_ctx, bdf, 0, pin, irq, NULL, NULL);
		if (error != 0)
			goto out;
	}
	ln->ln_how = HOW_INTX;
	ix->ix_irq = irq;
	if (ix->ix_high && ln->ln_high++ == 0)
		line_pend(irq);
 out:
	ru_dev_exit();
	return error;
}

int
rumpuser_intr_bind_msi(uint32_t bdf, int how, unsigned idx, unsigned irq, uint64_t *addrp,
    uint32_t *datap)
{
	uint64_t addr = MSI_ADDRESS | (bdf & 0xffff) << 4;
	uint32_t data = how == RUMPUSER_INTR_MSIX ? MSI_X_DATA | idx : idx;
	struct line *ln;
	unsigned i;
	int error = 0;

	if (!line_known(irq) || (how != RUMPUSER_INTR_MSI && how != RUMPUSER_INTR_MSIX) ||
	    idx >= (how == RUMPUSER_INTR_MSI ? 32 : 2048))
		return NB_EINVAL;
	ru_dev_enter();
	ln = line_use(irq);
	if (ln->ln_how != HOW_NONE) {
		error = NB_EBUSY;
		goto out;
	}
	for (i = 0; i < ds->ds_nlines; i++)
		if (ds->ds_line[i].ln_how == how && ds->ds_line[i].ln_bdf == bdf &&
		    ds->ds_line[i].ln_idx == idx) {
			error = NB_EBUSY;
			goto out;
		}
	if (ds->ds_be != NULL && ds->ds_be->db_intr_bind != NULL) {
		error = (*ds->ds_be->db_intr_bind)(ds->ds_ctx, bdf, how, idx, irq, &addr, &data);
		if (error != 0)
			goto out;
	}
	ln->ln_how = how;
	ln->ln_bdf = bdf;
	ln->ln_idx = idx;
	ln->ln_addr = addr;
	ln->ln_data = data;
	*addrp = addr;
	*datap = data;
 out:
	ru_dev_exit();
	return error;
}

void
rumpuser_intr_unbind(unsigned irq)
{
	struct line *ln;
	unsigned i;

	if (!line_known(irq))
		return;
	ru_dev_enter();
	ln = &ds->ds_line[irq];
	if (ln->ln_how != HOW_NONE && ds->ds_be != NULL && ds->ds_be->db_intr_unbind != NULL)
		(*ds->ds_be->db_intr_unbind)(ds->ds_ctx, irq);
	for (i = 0; i < ds->ds_nintx; i++)
		if (ds->ds_intx[i].ix_irq == (int)irq)
			ds->ds_intx[i].ix_irq = -1;
	line_unhold(irq);
	ln->ln_how = HOW_NONE;
	ln->ln_high = 0;
	ln->ln_storm = 0;
	bit_clear(ds->ds_pend, irq);
	ru_dev_exit();
}

/* For how long a line is held after its eoi; 0: not at all. */
RU_INLINE int64_t
storm_delay(const struct line *ln)
{
	const unsigned nfree = ln->ln_how == HOW_INTX ? STORM_FREE : STORM_MSG_FREE;
	const unsigned most = ln->ln_how == HOW_INTX ? STORM_SHIFT : STORM_MSG_SHIFT;
	unsigned shift;

	if (__predict_true(ln->ln_storm <= nfree))
		return 0;
	shift = (ln->ln_storm - nfree) / STORM_FREE;
	return (int64_t)STORM_NS << (shift < most ? shift : most);
}

void
rumpuser_intr_eoi(unsigned irq)
{
	struct line *ln;
	int64_t delay;

	if (!line_known(irq))
		return;
	ru_dev_enter();
	ln = &ds->ds_line[irq];
	bit_clear(ds->ds_service, irq);
	if (ds->ds_be != NULL && ds->ds_be->db_intr_eoi != NULL)
		(*ds->ds_be->db_intr_eoi)(ds->ds_ctx, irq);
	ln->ln_eoi = ru_clock_mono();
	if (ln->ln_how == HOW_INTX) {
		if (ln->ln_high == 0)
			ln->ln_storm = 0;
		else {
			bit_set(ds->ds_pend, irq);
			if (ln->ln_storm < UINT16_MAX)
				ln->ln_storm++;
		}
	}
	if ((delay = storm_delay(ln)) != 0 && ln->ln_hold == 0) {
		ln->ln_hold = ln->ln_eoi + delay;
		ds->ds_nheld++;
	}
	line_reblock(irq);
	ru_dev_exit();
}

void
rumpuser_intr_mask(unsigned irq, int masked)
{

	if (!line_known(irq))
		return;
	ru_dev_enter();
	if (masked)
		bit_set(ds->ds_mask, irq);
	else
		bit_clear(ds->ds_mask, irq);
	line_reblock(irq);
	ru_dev_exit();
}

/* A line that may be delivered; those after the last one first. -1: none. */
static RU_NOSAN int
line_ready(void)
{
	unsigned i, first = (ds->ds_last + 1) % RUMPUSER_NIRQ, n;
	uint64_t w;

	for (i = 0; i <= NWORD; i++) {
		n = (first / 64 + i) % NWORD;
		w = ds->ds_pend[n] & ~ds->ds_block[n];
		if (i == 0)
			w &= UINT64_MAX << (first % 64);
		if (w != 0)
			return n * 64 + __builtin_ctzll(w);
	}
	return -1;
}

static bool
line_serviced(void)
{
	unsigned i;

	for (i = 0; i < NWORD; i++)
		if (ds->ds_service[i] != 0)
			return true;
	return false;
}

/* A message is delivered: does it follow the last one without time between? */
RU_INLINE void
storm_message(struct line *ln)
{
	int64_t delay = storm_delay(ln);

	if (ru_clock_mono() - ln->ln_eoi > (delay > STORM_MSG_GAP ? delay : STORM_MSG_GAP))
		ln->ln_storm = 0;
	else if (ln->ln_storm < UINT16_MAX)
		ln->ln_storm++;
}

static RU_NOSAN bool
line_take(unsigned *irqp)
{
	int irq = line_ready();

	if (irq < 0)
		return false;
	if (ds->ds_line[irq].ln_how != HOW_INTX && ru_clock_virtual())
		storm_message(&ds->ds_line[irq]);
	bit_clear(ds->ds_pend, irq);
	bit_set(ds->ds_service, irq);
	bit_set(ds->ds_block, irq);
	ds->ds_last = irq;
	*irqp = irq;
	ru_dma_snoop();
	return true;
}

/*
 * From a device.
 */

void
rumpuser_intr_assert(unsigned irq)
{

	if (!line_known(irq))
		return;
	ru_dev_enter();
	line_use(irq);
	line_pend(irq);
	ru_dev_exit();
}

void
rumpuser_intr_level(uint32_t bdf, unsigned pin, int high)
{
	struct line *ln;
	struct intx *ix;

	if (ds == NULL || pin < 1 || pin > 4)
		return;
	ru_dev_enter();
	ix = intx_find(bdf, pin, high != 0);
	if (ix == NULL || ix->ix_high == (high != 0))
		goto out;
	ix->ix_high = high != 0;
	if (ix->ix_irq < 0)
		goto out;
	ln = &ds->ds_line[ix->ix_irq];
	if (high) {
		if (ln->ln_high++ == 0)
			line_pend(ix->ix_irq);
	} else if (ln->ln_high != 0 && --ln->ln_high == 0) {
		bit_clear(ds->ds_pend, ix->ix_irq);
		ln->ln_storm = 0;
		line_unhold(ix->ix_irq);
	}
 out:
	ru_dev_exit();
}

int
rumpuser_intr_message(uint64_t addr, uint32_t data)
{
	const struct line *ln;
	unsigned i;
	int error = NB_ESRCH;

	if (ds == NULL)
		return NB_ESRCH;
	ru_dev_enter();
	for (i = 0; i < ds->ds_nlines; i++) {
		ln = &ds->ds_line[i];
		if (ln->ln_addr == addr && ln->ln_data == data &&
		    (ln->ln_how == RUMPUSER_INTR_MSI || ln->ln_how == RUMPUSER_INTR_MSIX)) {
			line_pend(i);
			error = 0;
			break;
		}
	}
	ru_dev_exit();
	return error;
}

/*
 * Time.
 */

uint64_t
rumpuser_dev_now(void)
{

	return ru_clock_mono();
}

/* When something wants to happen by itself; INT64_MAX: never. */
static int64_t
dev_next(void)
{
	int64_t next = INT64_MAX;
	uint64_t t;
	unsigned i;

	if (ds->ds_be != NULL && ds->ds_be->db_next != NULL) {
		t = (*ds->ds_be->db_next)(ds->ds_ctx);
		if (t < INT64_MAX)
			next = t;
	}
	for (i = 0; ds->ds_nheld != 0 && i < ds->ds_nlines; i++)
		if (ds->ds_line[i].ln_hold != 0 && ds->ds_line[i].ln_hold < next)
			next = ds->ds_line[i].ln_hold;
	return next;
}

/* Lets what is due happen. */
static void
dev_run(void)
{
	int64_t now = ru_clock_mono();
	unsigned i;

	for (i = 0; ds->ds_nheld != 0 && i < ds->ds_nlines; i++)
		if (ds->ds_line[i].ln_hold != 0 && ds->ds_line[i].ln_hold <= now)
			line_unhold(i);
	if (ds->ds_be != NULL && ds->ds_be->db_run != NULL)
		(*ds->ds_be->db_run)(ds->ds_ctx, now);
}

static int
dev_pollfd(void)
{

	if (ds->ds_be == NULL || ds->ds_be->db_pollfd == NULL)
		return -1;
	return (*ds->ds_be->db_pollfd)(ds->ds_ctx);
}

/* Waits for the descriptor; whether it became readable. */
static bool
dev_poll(int fd, int64_t until)
{
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	int64_t now = ru_clock_mono(), ms;
	int n;

	if (until == INT64_MAX)
		ms = -1;
	else if (until <= now)
		ms = 0;
	else if ((ms = (until - now + 999999) / 1000000) > INT32_MAX)
		ms = INT32_MAX;
	n = poll(&pfd, 1, ms);
	return n > 0;
}

/*
 * No thread can run: the earliest of what a device wants to do happens, if
 * that is not after until.  A device outside of the process is waited for in
 * real time, which a virtual clock follows.
 */
bool
ru_dev_idle(int64_t until)
{
	int64_t next, now;
	int fd;

	next = dev_next();
	fd = dev_pollfd();
	if (fd < 0) {
		if (next == INT64_MAX || next > until)
			return false;
		/* A device that wants to run for ever must not hang us. */
		rumpuser_step(1);
		if (ru_clock_virtual()) {
			now = ru_clock_mono();
			if (next < now + IDLE_NS)
				next = until - now < IDLE_NS ? until : now + IDLE_NS;
			ru_clock_advance(next);
		}
		else
			ru_clock_host_sleep(next);
		dev_run();
		return true;
	}
	if (dev_poll(fd, next < until ? next : until)) {
		dev_run();
		return true;
	}
	if (next > until)
		return false;
	if (ru_clock_virtual())
		ru_clock_advance(next);
	dev_run();
	return true;
}

/*
 * What happens next happens now: what threads do that can run, if they may;
 * then the end of a sleep of theirs, or what the device does.  The step count
 * ends a wait for nothing.
 */
void
ru_dev_spin(bool others)
{
	static bool yielded RU_STATE = false;
	int64_t next, wake = INT64_MAX;

	ru_dev_looks = 0;
	/* A read of a register has been counted. */
	if (!others)
		rumpuser_step(RU_DEV_LOOKS);
	if (ds == NULL || !ru_clock_virtual() || dev_pollfd() >= 0)
		return;
	yielded = others && !yielded && ru_dev_yield();
	if (yielded)
		return;
	next = dev_next();
	if (others)
		wake = ru_thread_wakes();
	if (wake < next)
		ru_clock_advance(wake);
	else if (next != INT64_MAX) {
		ru_clock_advance(next);
		dev_run();
	}
	if (others && (wake <= ru_clock_mono() || line_ready() >= 0 || line_serviced()))
		(void)ru_dev_yield();
}

void
rumpuser_dev_delay(uint64_t ns)
{
	int64_t now = ru_clock_mono(), until, next;
	int fd;

	until = ns > (uint64_t)(INT64_MAX - 1 - now) ? INT64_MAX - 1 : now + (int64_t)ns;
	rumpuser_step(1);
	if (ru_deterministic)
		ru_dev_looks = 0;
	if (ds == NULL || !ru_deterministic) {
		if (ru_clock_virtual())
			ru_clock_advance(until);
		else
			ru_clock_host_sleep(until);
		return;
	}
	fd = dev_pollfd();
	for (;;) {
		next = dev_next();
		if (next > until)
			next = until;
		if (fd >= 0 && dev_poll(fd, ru_clock_virtual() ? 0 : next))
			dev_run();
		else if (!ru_clock_virtual() && fd < 0)
			ru_clock_host_sleep(next);
		if (ru_clock_virtual())
			ru_clock_advance(next);
		if (dev_next() <= ru_clock_mono()) {
			rumpuser_step(1);
			dev_run();
		}
		/* Its thread may have taken one, and not come to run since. */
		if (line_ready() >= 0 || line_serviced())
			(void)ru_dev_yield();
		if (ru_clock_mono() >= until && dev_next() > until)
			break;
	}
}

/*
 * Delivery.
 */

int
rumpuser_intr_poll(unsigned *irqp)
{
	bool got;

	if (ds == NULL)
		return NB_EAGAIN;
	ru_dev_enter();
	if (dev_next() <= ru_clock_mono())
		dev_run();
	got = line_take(irqp);
	ru_dev_exit();
	return got ? 0 : NB_EAGAIN;
}

int
rumpuser_intr_wait(unsigned *irqp)
{
	int64_t next = INT64_MAX;
	int nlocks, fd = -1;
	bool got;

	rumpuser_step(1);
	ru_dev_enter();
	if (!dev_init()) {
		ru_dev_exit();
		return NB_ENOMEM;
	}
	got = line_take(irqp);
	ru_dev_exit();
	if (got)
		return 0;
	ru_unsched(&nlocks, NULL);
	ru_dev_enter();
	while (!line_take(irqp)) {
		/* On fibers the scheduler asks the device when all sleep. */
		if (!ru_deterministic) {
			if ((next = dev_next()) <= ru_clock_mono()) {
				dev_run();
				continue;
			}
			fd = dev_pollfd();
		}
		ru_dev_sleep(next, fd);
		if (fd >= 0)
			dev_run();
	}
	ru_dev_exit();
	ru_sched(nlocks, NULL);
	return 0;
}
