/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * SCSI adapters of the program: a few slots, each with the device's
 * functions, a list of commands that it has completed, and a ring of events.
 *
 * The slots are state that a snapshot saves.  Commands are the kernel's
 * memory; what is on a list here has left the device.
 */

#include "rumpuser_int.h"

#include <string.h>

#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_scsi.h>

#if RU_ASAN
#include <sanitizer/asan_interface.h>
#endif

#define	NB_EINPROGRESS	36

#define	MAXCHANNELS	4
#define	MAXTARGETS	256
#define	MAXLUNS		16384
#define	MAXOPENINGS	256

struct adapter {
	const struct rumpuser_scsi_ops *a_ops;	/* NULL: the slot is free */
	void	*a_ctx;
	struct rumpuser_scsi_setup a_setup;
	bool	a_open;
	int	a_irq;
	struct rumpuser_scsi_cmd *a_done;	/* oldest first */
	struct rumpuser_scsi_cmd **a_donetail;
	unsigned a_evhead, a_nev;
	struct rumpuser_scsi_event a_ev[RUMPUSER_SCSI_NEVENT];
};

static struct adapter adapters[RUMPUSER_SCSI_NADAPTER] RU_STATE = { { NULL } };

static struct adapter *
adapter_get(unsigned id)
{

	return id < RUMPUSER_SCSI_NADAPTER ? &adapters[id] : NULL;
}

static void
adapter_clear(struct adapter *a)
{

	a->a_done = NULL;
	a->a_donetail = &a->a_done;
	a->a_evhead = a->a_nev = 0;
}

/* Called without the lock: the interrupt layer has its own. */
static void
adapter_kick(int irq)
{

	if (irq >= 0)
		rumpuser_intr_assert((unsigned)irq);
}

int
rumpuser_scsi_attach(const struct rumpuser_scsi_setup *su, const struct rumpuser_scsi_ops *ops,
    void *ctx, unsigned *idp)
{
	struct adapter *a;
	unsigned i;

	if (su->su_bustype < RUMPUSER_SCSI_SCSI || su->su_bustype > RUMPUSER_SCSI_ATAPI ||
	    su->su_nchannels - 1 >= MAXCHANNELS || su->su_ntargets - 1 >= MAXTARGETS ||
	    su->su_nluns - 1 >= MAXLUNS || su->su_openings - 1 >= MAXOPENINGS ||
	    su->su_perperiph - 1 >= su->su_openings || su->su_maxxfer < 512 ||
	    ops->so_submit == NULL)
		return NB_EINVAL;
	ru_lock();
	for (i = 0; i < RUMPUSER_SCSI_NADAPTER; i++) {
		if (adapters[i].a_ops == NULL && !adapters[i].a_open)
			break;
	}
	if (i == RUMPUSER_SCSI_NADAPTER) {
		ru_unlock();
		return NB_ENOSPC;
	}
	a = &adapters[i];
	a->a_ops = ops;
	a->a_ctx = ctx;
	a->a_setup = *su;
	a->a_irq = -1;
	adapter_clear(a);
	ru_unlock();
	*idp = i;
	return 0;
}

void
rumpuser_scsi_detach(unsigned id)
{
	struct adapter *a = adapter_get(id);

	if (a == NULL)
		return;
	ru_lock();
	a->a_ops = NULL;
	a->a_ctx = NULL;
	ru_unlock();
}

int
rumpuser_scsi_probe(unsigned id, struct rumpuser_scsi_setup *su)
{
	struct adapter *a = adapter_get(id);
	int error = 0;

	if (a == NULL)
		return NB_EINVAL;
	ru_lock();
	if (a->a_ops == NULL)
		error = NB_ENOENT;
	else
		*su = a->a_setup;
	ru_unlock();
	return error;
}

int
rumpuser_scsi_open(unsigned id, int irq)
{
	struct adapter *a = adapter_get(id);
	int error = 0;

	if (a == NULL)
		return NB_ENOENT;
	ru_lock();
	if (a->a_ops == NULL)
		error = NB_ENOENT;
	else if (a->a_open)
		error = NB_EBUSY;
	else {
		a->a_open = true;
		a->a_irq = irq;
	}
	/* Events from before wait. */
	if (error != 0 || a->a_nev == 0)
		irq = -1;
	ru_unlock();
	adapter_kick(irq);
	return error;
}

void
rumpuser_scsi_close(unsigned id)
{
	struct adapter *a = adapter_get(id);

	if (a == NULL)
		return;
	ru_lock();
	a->a_open = false;
	a->a_irq = -1;
	adapter_clear(a);
	ru_unlock();
}
/*
 * An adapter may move every byte that the command says it has; a model looks
 * at those it needs.  A byte that is nobody's is touched, for ASan's report.
 */
static void
data_check(const struct rumpuser_scsi_cmd *c)
{
#if RU_ASAN
	const volatile char *bad;

	bad = __asan_region_is_poisoned(c->sc_data, c->sc_datalen);
	if (bad != NULL)
		(void)*bad;
#endif
}

int
rumpuser_scsi_submit(struct rumpuser_scsi_cmd *c)
{
	struct adapter *a = adapter_get(c->sc_adapter);
	const struct rumpuser_scsi_ops *ops = NULL;
	void *ctx = NULL;

	c->sc_host = RUMPUSER_SCSI_NODEV;
	c->sc_status = 0;
	c->sc_resid = 0;
	c->sc_senselen = 0;
	c->sc_delay = 0;
	c->sc_device = NULL;
	c->sc_next = NULL;
	if (a != NULL) {
		ru_lock();
		ops = a->a_ops;
		ctx = a->a_ctx;
		ru_unlock();
	}
	if (ops == NULL)
		return 0;
	c->sc_host = RUMPUSER_SCSI_OK;
	data_check(c);
	ru_writable(c->sc_data, c->sc_datalen);
	return ops->so_submit(ctx, c) == NB_EINPROGRESS ? NB_EINPROGRESS : 0;
}

void
rumpuser_scsi_done(struct rumpuser_scsi_cmd *c)
{
	struct adapter *a = adapter_get(c->sc_adapter);
	struct rumpuser_scsi_cmd *p;
	int irq = -1;

	if (a == NULL)
		return;
	ru_lock();
	if (!a->a_open) {
		ru_unlock();
		return;
	}
	for (p = a->a_done; p != NULL; p = p->sc_next) {
		if (p == c) {
			ru_unlock();
			rumpuser_report("scsi-adapter", "the device completes command 0x%02x twice",
			    c->sc_cdb[0]);
		}
	}
	c->sc_next = NULL;
	*a->a_donetail = c;
	a->a_donetail = &c->sc_next;
	irq = a->a_irq;
	ru_unlock();
	adapter_kick(irq);
}

struct rumpuser_scsi_cmd *
rumpuser_scsi_take(unsigned id)
{
	struct adapter *a = adapter_get(id);
	struct rumpuser_scsi_cmd *c;

	/* Nobody but the device's own thread adds: a look without the lock. */
	if (a == NULL || __atomic_load_n(&a->a_done, __ATOMIC_ACQUIRE) == NULL)
		return NULL;
	ru_lock();
	c = a->a_done;
	if (c != NULL) {
		a->a_done = c->sc_next;
		if (a->a_done == NULL)
			a->a_donetail = &a->a_done;
		c->sc_next = NULL;
	}
	ru_unlock();
	return c;
}

int
rumpuser_scsi_event(unsigned id, const struct rumpuser_scsi_event *ev)
{
	struct adapter *a = adapter_get(id);
	int error = 0, irq = -1;

	if (a == NULL)
		return NB_ENOENT;
	ru_lock();
	if (a->a_ops == NULL)
		error = NB_ENOENT;
	else if (a->a_nev == RUMPUSER_SCSI_NEVENT)
		error = NB_ENOSPC;
	else {
		a->a_ev[(a->a_evhead + a->a_nev++) % RUMPUSER_SCSI_NEVENT] = *ev;
		irq = a->a_irq;
	}
	ru_unlock();
	adapter_kick(irq);
	return error;
}

int
rumpuser_scsi_take_event(unsigned id, struct rumpuser_scsi_event *ev)
{
	struct adapter *a = adapter_get(id);
	int error = NB_ENOENT;

	if (a == NULL)
		return NB_ENOENT;
	ru_lock();
	if (a->a_nev > 0) {
		*ev = a->a_ev[a->a_evhead];
		a->a_evhead = (a->a_evhead + 1) % RUMPUSER_SCSI_NEVENT;
		a->a_nev--;
		error = 0;
	}
	ru_unlock();
	return error;
}

/* Whether a task management function covers a command. */
static bool
covers(enum rumpuser_scsi_tmf tmf, unsigned channel, unsigned target, uint64_t lun,
    const struct rumpuser_scsi_cmd *which, const struct rumpuser_scsi_cmd *c)
{

	switch (tmf) {
	case RUMPUSER_SCSI_ABORT:
		return c == which;
	case RUMPUSER_SCSI_LURESET:
		return c->sc_channel == channel && c->sc_target == target && c->sc_lun == lun;
	case RUMPUSER_SCSI_TARGETRESET:
		return c->sc_channel == channel && c->sc_target == target;
	case RUMPUSER_SCSI_BUSRESET:
		return c->sc_channel == channel;
	}
	return false;
}

int
rumpuser_scsi_tmf(unsigned id, enum rumpuser_scsi_tmf tmf, unsigned channel, unsigned target,
    uint64_t lun, struct rumpuser_scsi_cmd *which)
{
	struct adapter *a = adapter_get(id);
	const struct rumpuser_scsi_ops *ops;
	struct rumpuser_scsi_cmd **cp, *c;
	void *ctx;
	int error = NB_ESRCH;

	if (a == NULL)
		return NB_ESRCH;
	ru_lock();
	ops = a->a_ops;
	ctx = a->a_ctx;
	ru_unlock();
	if (ops != NULL && ops->so_tmf != NULL)
		error = ops->so_tmf(ctx, tmf, channel, target, lun, which);

	/* What had ended before that does not come out, either. */
	ru_lock();
	for (cp = &a->a_done; (c = *cp) != NULL; ) {
		if (covers(tmf, channel, target, lun, which, c)) {
			*cp = c->sc_next;
			c->sc_next = NULL;
		} else
			cp = &c->sc_next;
	}
	a->a_donetail = cp;
	ru_unlock();
	return error;
}

unsigned
rumpuser_scsi_grow(unsigned id)
{
	struct adapter *a = adapter_get(id);
	const struct rumpuser_scsi_ops *ops;
	void *ctx;

	if (a == NULL)
		return 0;
	ru_lock();
	ops = a->a_ops;
	ctx = a->a_ctx;
	ru_unlock();
	return ops != NULL && ops->so_grow != NULL ? ops->so_grow(ctx) : 0;
}
