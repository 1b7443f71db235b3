/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Chance: cprng(9) on the host's (or the seeded) random numbers, and the
 * register of entropy sources, rnd(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/condvar.h>
#include <sys/cprng.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/rnd.h>
#include <sys/sysctl.h>

#include "kern_lib.h"

struct cprng_strong {
	char	cs_name[16];
	int	cs_flags;
};

cprng_strong_t *kern_cprng;
cprng_strong_t *user_cprng;

static kmutex_t rnd_lock;		/* rnd_sources, rnd_calls */
static kcondvar_t rnd_cv;		/* a callback has returned */

/* A thread that runs the callback of a source, which stays meanwhile. */
struct rnd_call {
	LIST_ENTRY(rnd_call) rc_list;
	struct krndsource *rc_source;
};
static LIST_HEAD(, rnd_call) rnd_calls;
static LIST_HEAD(, krndsource) rnd_sources =
    LIST_HEAD_INITIALIZER(rnd_sources);
static bool rnd_ready;

/* Fills buf; the number of bytes, which is len. */
static size_t
fill(void *buf, size_t len)
{
	char *p = buf;
	size_t left = len, got;

	while (left != 0) {
		got = 0;
		if (rumpuser_getrandom(p, left, RUMPUSER_RANDOM_HARD, &got) !=
		    0 || got == 0)
			panic("no random numbers from the host");
		p += got;
		left -= got;
	}
	return len;
}

void
cprng_init(void)
{
	static cprng_strong_t kern = { "kernel", CPRNG_INIT_ANY };
	static cprng_strong_t user = { "user", CPRNG_INIT_ANY };

	mutex_init(&rnd_lock, MUTEX_DEFAULT, IPL_VM);
	cv_init(&rnd_cv, "rnddet");
	rnd_ready = true;
	kern_cprng = &kern;
	user_cprng = &user;
}

/* A generator of its own; all draw from the same place. */
cprng_strong_t *
cprng_strong_create(const char *name, int ipl, int flags)
{
	cprng_strong_t *c = kmem_zalloc(sizeof(*c), KM_SLEEP);

	strlcpy(c->cs_name, name, sizeof(c->cs_name));
	c->cs_flags = flags;
	return c;
}

void
cprng_strong_destroy(cprng_strong_t *c)
{

	kmem_free(c, sizeof(*c));
}

/* Fills at most CPRNG_MAX_LEN bytes; their number. */
size_t
cprng_strong(cprng_strong_t *c, void *buf, size_t len, int flags)
{

	return fill(buf, MIN(len, CPRNG_MAX_LEN));
}

uint32_t
cprng_strong32(void)
{
	uint32_t v;

	fill(&v, sizeof(v));
	return v;
}

uint64_t
cprng_strong64(void)
{
	uint64_t v;

	fill(&v, sizeof(v));
	return v;
}

size_t
cprng_fast(void *buf, size_t len)
{

	return fill(buf, len);
}

uint32_t
cprng_fast32(void)
{

	return cprng_strong32();
}

uint64_t
cprng_fast64(void)
{

	return cprng_strong64();
}

/*
 * Sources.  What they give is counted; it does not change what the
 * generators return, which the host decides.
 */

void
rndsource_setcb(struct krndsource *rs, void (*get)(size_t, void *), void *arg)
{

	rs->get = get;
	rs->getarg = arg;
	rs->flags |= RND_FLAG_HASCB;
}

void
rnd_attach_source(struct krndsource *rs, const char *name, uint32_t type,
    uint32_t flags)
{
	const bool hascb = (rs->flags & RND_FLAG_HASCB) != 0;

	if (!hascb)
		rs->get = NULL;
	memset(rs->name, 0, sizeof(rs->name));
	strlcpy(rs->name, name, sizeof(rs->name));
	if (flags == 0)
		flags = RND_FLAG_DEFAULT;
	/* What comes over the network is not believed in by default. */
	if (type == RND_TYPE_NET)
		flags |= RND_FLAG_NO_ESTIMATE;
	rs->flags = flags | (hascb ? RND_FLAG_HASCB : 0);
	rs->type = type;
	rs->total = 0;
	rs->time_samples = rs->value_samples = 0;
	mutex_enter(&rnd_lock);
	LIST_INSERT_HEAD(&rnd_sources, rs, list);
	mutex_exit(&rnd_lock);
	if (hascb)
		(*rs->get)(32, rs->getarg);
}

/* Waits while a callback of the source runs: it does so no more afterwards. */
void
rnd_detach_source(struct krndsource *rs)
{
	struct rnd_call *rc;

	mutex_enter(&rnd_lock);
	for (rc = LIST_FIRST(&rnd_calls); rc != NULL;) {
		if (rc->rc_source == rs) {
			cv_wait(&rnd_cv, &rnd_lock);
			rc = LIST_FIRST(&rnd_calls);
		} else
			rc = LIST_NEXT(rc, rc_list);
	}
	LIST_REMOVE(rs, list);
	mutex_exit(&rnd_lock);
}

void
rnd_add_data(struct krndsource *rs, const void *buf, uint32_t len,
    uint32_t entropybits)
{

	if (rs == NULL || (rs->flags & RND_FLAG_NO_COLLECT) != 0)
		return;
	mutex_enter(&rnd_lock);
	rs->value_samples++;
	if ((rs->flags & RND_FLAG_NO_ESTIMATE) == 0 &&
	    entropybits <= len * NBBY)
		rs->total += MIN(entropybits, UINT32_MAX - rs->total);
	mutex_exit(&rnd_lock);
}

void
rnd_add_data_intr(struct krndsource *rs, const void *buf, uint32_t len,
    uint32_t entropybits)
{

	rnd_add_data(rs, buf, len, entropybits);
}

void
rnd_add_data_sync(struct krndsource *rs, const void *buf, uint32_t len,
    uint32_t entropybits)
{

	rnd_add_data(rs, buf, len, entropybits);
}

void
_rnd_add_uint32(struct krndsource *rs, uint32_t v)
{

	rnd_add_data(rs, &v, sizeof(v), 0);
}

void
_rnd_add_uint64(struct krndsource *rs, uint64_t v)
{

	rnd_add_data(rs, &v, sizeof(v), 0);
}

void
rnd_add_uint32(struct krndsource *rs, uint32_t v)
{

	_rnd_add_uint32(rs, v);
}

unsigned
rnd_request(size_t nbytes)
{
	struct krndsource *rs;
	struct rnd_call rc;
	unsigned n = 0;

	if (!rnd_ready)
		return 0;
	/* A callback may add data, and that locks: step by step. */
	mutex_enter(&rnd_lock);
	for (rs = LIST_FIRST(&rnd_sources); rs != NULL;
	    rs = LIST_NEXT(rs, list)) {
		if ((rs->flags & RND_FLAG_HASCB) == 0)
			continue;
		rc.rc_source = rs;
		LIST_INSERT_HEAD(&rnd_calls, &rc, rc_list);
		mutex_exit(&rnd_lock);
		(*rs->get)(nbytes, rs->getarg);
		n++;
		mutex_enter(&rnd_lock);
		LIST_REMOVE(&rc, rc_list);
		cv_broadcast(&rnd_cv);
	}
	mutex_exit(&rnd_lock);
	return n;
}

/* kern.urandom and kern.arandom */
static int
sysctl_urandom(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	int v = (int)cprng_strong32();

	node.sysctl_data = &v;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

static int
sysctl_arandom(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	char v[256];

	if (*oldlenp == 0)
		return 0;
	node.sysctl_size = MIN(*oldlenp, sizeof(v));
	fill(v, node.sysctl_size);
	node.sysctl_data = v;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

SYSCTL_SETUP(sysctl_cprng_setup, "random numbers")
{

	sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT, CTLTYPE_INT,
	    "urandom", "Random integer value", sysctl_urandom, 0, NULL, 0,
	    CTL_KERN, KERN_URND, CTL_EOL);
	sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT, CTLTYPE_STRUCT,
	    "arandom", "n bytes of random data", sysctl_arandom, 0, NULL, 0,
	    CTL_KERN, KERN_ARND, CTL_EOL);
}
