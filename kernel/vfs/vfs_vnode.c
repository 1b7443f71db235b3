/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Life cycle of vnodes and the vnode cache, see vnode(9).
 *
 * The cache is a hash table by (mount, key).  A vnode is in one of the states
 * of enum vnode_state:
 *
 *	LOADING -> LOADED <-> BLOCKED
 *	              \         /
 *	              RECLAIMING -> RECLAIMED
 *
 * v_usecount counts references, v_holdcnt the buffers and cache entries that
 * need the structure to stay.  The structure is freed when it is RECLAIMED
 * and both are zero.  Locks nest as vcache_lock, v_interlock, vdrain_lock.
 *
 * There is no thread that drains the cache: whoever is about to look a name
 * up calls vdrain_poll(), at a point where it holds no vnode lock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/bitops.h>
#include <sys/buf.h>
#include <sys/conf.h>
#include <sys/fstrans.h>
#include <sys/kauth.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/rump_audit.h>
#include <sys/syslog.h>
#include <sys/vnode_impl.h>

#include <miscfs/deadfs/deadfs.h>
#include <miscfs/specfs/specdev.h>

#include "vfs_impl.h"

#define VCACHE_HASHSIZE	512		/* a power of two */

static kmutex_t vcache_lock;
static LIST_HEAD(vcache_bucket, vnode_impl) vcache_hash[VCACHE_HASHSIZE];
static uint64_t vcache_used[VCACHE_HASHSIZE / 64];	/* buckets that were, since the last audit */
static pool_cache_t vcache_pool;
static uint32_t vcache_serial;

static kmutex_t vdrain_lock;
static vnodelst_t lru_free_list;	/* no references, no holds */
static vnodelst_t lru_hold_list;	/* no references, but holds */
static vnodelst_t vrele_list;		/* last reference to be dropped */

u_int numvnodes;
int desiredvnodes = 1024;
int prtactive;

static void	vrelel(vnode_t *, int, int);
static void	vcache_reclaim(vnode_t *);
static void	vcache_free(vnode_impl_t *);

#define VRELEL_ASYNC	0x0001		/* may not sleep: queue it */

void
vfs_vnode_sysinit(void)
{
	int i;

	mutex_init(&vcache_lock, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&vdrain_lock, MUTEX_DEFAULT, IPL_NONE);
	for (i = 0; i < VCACHE_HASHSIZE; i++)
		LIST_INIT(&vcache_hash[i]);
	TAILQ_INIT(&lru_free_list);
	TAILQ_INIT(&lru_hold_list);
	TAILQ_INIT(&vrele_list);
	vcache_pool = pool_cache_init(sizeof(vnode_impl_t), COHERENCY_UNIT, 0,
	    0, "vcachepl", NULL, IPL_NONE, NULL, NULL, NULL);
}

/*
 * Vnode state.
 */

static const char *const vstate_names[] = {
	[VS_ACTIVE] = "ACTIVE", [VS_MARKER] = "MARKER",
	[VS_LOADING] = "LOADING", [VS_LOADED] = "LOADED",
	[VS_BLOCKED] = "BLOCKED", [VS_RECLAIMING] = "RECLAIMING",
	[VS_RECLAIMED] = "RECLAIMED",
};

const char *
vstate_name(enum vnode_state state)
{

	if ((unsigned)state >= __arraycount(vstate_names))
		return "ILLEGAL";
	return vstate_names[state];
}

void
_vstate_assert(vnode_t *vp, enum vnode_state state, const char *func, int line,
    bool has_lock)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);

	if (state == VS_ACTIVE) {
		if (vip->vi_state == VS_LOADED && vrefcnt(vp) > 0)
			return;
		if (vip->vi_state == VS_BLOCKED)
			return;
	} else if (vip->vi_state == state) {
		return;
	}
	panic("%s:%d: vnode is %s (%u references), expected %s", func, line,
	    vstate_name(vip->vi_state), vrefcnt(vp), vstate_name(state));
}

/*
 * A change from or to LOADED also needs vcache_lock where the key changes;
 * waiters in vcache_vget() and vdead_check() look again.
 */
static void
vstate_change(vnode_t *vp, enum vnode_state from, enum vnode_state to)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);

	KASSERT(mutex_owned(vp->v_interlock));
	KASSERTMSG(vip->vi_state == from, "vnode is %s, expected %s",
	    vstate_name(vip->vi_state), vstate_name(from));
	vip->vi_state = to;
	if (from != VS_LOADED || to != VS_BLOCKED)
		cv_broadcast(&vp->v_cv);
}

static bool
vstate_stable(vnode_impl_t *vip)
{

	return vip->vi_state == VS_LOADED || vip->vi_state == VS_RECLAIMED ||
	    vip->vi_state == VS_MARKER;
}

/*
 * Is the vnode dead?  0 or ENOENT; waits while that is being decided, or
 * returns EBUSY for VDEAD_NOWAIT.  Called with v_interlock held.
 */
int
vdead_check(vnode_t *vp, int flags)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);

	KASSERT(mutex_owned(vp->v_interlock));
	while (!vstate_stable(vip)) {
		if (flags & VDEAD_NOWAIT)
			return EBUSY;
		cv_wait(&vp->v_cv, vp->v_interlock);
	}
	return vip->vi_state == VS_RECLAIMED ? ENOENT : 0;
}

/*
 * Markers, for walking the list of a mount's vnodes.
 */

vnode_t *
vnalloc_marker(struct mount *mp)
{
	vnode_impl_t *vip;

	vip = pool_cache_get(vcache_pool, PR_WAITOK);
	memset(vip, 0, sizeof(*vip));
	VIMPL_TO_VNODE(vip)->v_mount = mp;
	VIMPL_TO_VNODE(vip)->v_type = VBAD;
	vip->vi_state = VS_MARKER;
	return VIMPL_TO_VNODE(vip);
}

void
vnfree_marker(vnode_t *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);

	KASSERT(vip->vi_state == VS_MARKER);
	pool_cache_put(vcache_pool, vip);
}

bool
vnis_marker(vnode_t *vp)
{

	return VNODE_TO_VIMPL(vp)->vi_state == VS_MARKER;
}

/*
 * Least recently used first.
 */

static void
lru_requeue(vnode_impl_t *vip, vnodelst_t *head)
{

	mutex_enter(&vdrain_lock);
	if (head != NULL && vip->vi_lrulisthd == head &&
	    TAILQ_NEXT(vip, vi_lrulist) == NULL) {
		mutex_exit(&vdrain_lock);
		return;
	}
	if (vip->vi_lrulisthd != NULL)
		TAILQ_REMOVE(vip->vi_lrulisthd, vip, vi_lrulist);
	vip->vi_lrulisthd = head;
	if (head != NULL)
		TAILQ_INSERT_TAIL(head, vip, vi_lrulist);
	mutex_exit(&vdrain_lock);
}

static vnodelst_t *
lru_which(vnode_t *vp)
{

	KASSERT(mutex_owned(vp->v_interlock));
	return vp->v_holdcnt > 0 ? &lru_hold_list : &lru_free_list;
}

/*
 * Frees the vnode at the head of a list if nobody uses it.  A vnode that is
 * in use goes to the tail, so a bounded number of calls meets all.
 */
static bool
vdrain_one(vnodelst_t *head, struct mount *mp)
{
	vnode_impl_t *vip;
	vnode_t *vp;

	mutex_enter(&vdrain_lock);
	TAILQ_FOREACH(vip, head, vi_lrulist) {
		vp = VIMPL_TO_VNODE(vip);
		if (mp == NULL || vp->v_mount == mp)
			break;
	}
	if (vip == NULL) {
		mutex_exit(&vdrain_lock);
		return false;
	}
	TAILQ_REMOVE(head, vip, vi_lrulist);
	TAILQ_INSERT_TAIL(head, vip, vi_lrulist);
	/* v_interlock comes before vdrain_lock: only try. */
	if (!mutex_tryenter(vp->v_interlock)) {
		mutex_exit(&vdrain_lock);
		return true;
	}
	mutex_exit(&vdrain_lock);
	if (vrefcnt(vp) > 0 || !vstate_stable(vip)) {
		mutex_exit(vp->v_interlock);
		return true;
	}
	mp = vp->v_mount;
	if (vfs_trybusy(mp) != 0) {
		mutex_exit(vp->v_interlock);
		return true;
	}
	if (vcache_vget(vp) == 0) {
		if (!vrecycle(vp))
			vrele(vp);
	}
	vfs_unbusy(mp);
	return true;
}

/*
 * Give back what vrele_async() queued, of one mount or of all.
 */
void
vrele_flush(struct mount *mp)
{
	vnode_impl_t *vip;
	vnode_t *vp;

	if (TAILQ_EMPTY(&vrele_list))
		return;
	for (;;) {
		mutex_enter(&vdrain_lock);
		TAILQ_FOREACH(vip, &vrele_list, vi_lrulist) {
			if (mp == NULL || VIMPL_TO_VNODE(vip)->v_mount == mp)
				break;
		}
		if (vip == NULL) {
			mutex_exit(&vdrain_lock);
			return;
		}
		TAILQ_REMOVE(&vrele_list, vip, vi_lrulist);
		vip->vi_lrulisthd = NULL;
		mutex_exit(&vdrain_lock);
		vp = VIMPL_TO_VNODE(vip);
		mutex_enter(vp->v_interlock);
		vrelel(vp, 0, LK_NONE);
	}
}

/*
 * Keep the cache within desiredvnodes.  Called where no vnode lock is held.
 */
void
vdrain_poll(void)
{
	u_int excess, tries;

	if (__predict_false(!TAILQ_EMPTY(&vrele_list)))
		vrele_flush(NULL);
	if (__predict_true(atomic_load_relaxed(&numvnodes) <= desiredvnodes))
		return;
	excess = numvnodes - desiredvnodes + desiredvnodes / 16;
	for (tries = 2 * excess; tries > 0; tries--) {
		if (numvnodes + desiredvnodes / 16 <= desiredvnodes)
			break;
		if (!vdrain_one(&lru_free_list, NULL) &&
		    !vdrain_one(&lru_hold_list, NULL))
			break;
	}
}

/*
 * Free as many vnodes as can be; for low memory and shutdown.
 */
int
vfs_drainvnodes(void)
{
	u_int tries;

	vrele_flush(NULL);
	for (tries = 2 * numvnodes; tries > 0; tries--) {
		if (!vdrain_one(&lru_free_list, NULL))
			break;
	}
	for (tries = 2 * numvnodes; tries > 0; tries--) {
		if (!vdrain_one(&lru_hold_list, NULL))
			break;
	}
	return 0;
}

/*
 * Allocation.
 */

static void vcache_uobjlock_gone(struct krwobj *);

static vnode_impl_t *
vcache_alloc(void)
{
	vnode_impl_t *vip;
	vnode_t *vp;

	vip = pool_cache_get(vcache_pool, PR_WAITOK);
	memset(vip, 0, sizeof(*vip));
	vp = VIMPL_TO_VNODE(vip);
	mutex_init(&vip->vi_ilock, MUTEX_DEFAULT, IPL_NONE);
	rw_init(&vip->vi_lock);
	rw_init(&vip->vi_uobjlock.ro_lock);
	vip->vi_uobjlock.ro_refcnt = 1;
	vip->vi_uobjlock.ro_gone = vcache_uobjlock_gone;
	vp->v_interlock = &vip->vi_ilock;
	vip->vi_ilock_owner = vip;
	vip->vi_memrefs = 1;
	vp->v_klist = &vip->vi_klist;
	klist_init(&vip->vi_klist.vk_klist);
	uvm_obj_init(&vp->v_uobj, &uvm_vnodeops, false, 1);
	vp->v_uobj.vmobjlock = &vip->vi_uobjlock.ro_lock;
	cv_init(&vp->v_cv, "vnode");
	LIST_INIT(&vp->v_cleanblkhd);
	LIST_INIT(&vp->v_dirtyblkhd);
	cache_vnode_init(vp);
	vp->v_usecount = 1;
	vp->v_type = VNON;
	vp->v_size = vp->v_writesize = VSIZENOTSET;
	vip->vi_state = VS_LOADING;
	mutex_enter(&vcache_lock);
	vip->vi_serial = ++vcache_serial;
	atomic_inc_uint(&numvnodes);
	mutex_exit(&vcache_lock);
	return vip;
}

/*
 * The memory of a vnode outlives it while another shares its interlock or the
 * lock of its pages.
 */
static void
vcache_memrele(vnode_impl_t *vip)
{
	bool last;

	mutex_enter(&vcache_lock);
	last = --vip->vi_memrefs == 0;
	mutex_exit(&vcache_lock);
	if (!last)
		return;
	mutex_destroy(&vip->vi_ilock);
	pool_cache_put(vcache_pool, vip);
}

/* Nobody refers to the lock of this vnode's pages any more. */
static void
vcache_uobjlock_gone(struct krwobj *ro)
{
	vnode_impl_t *vip = container_of(ro, vnode_impl_t, vi_uobjlock);

	if (vip->vi_uobjlock_memref)
		vcache_memrele(vip);
}

static void
vcache_uobj_destroy(vnode_impl_t *vip)
{
	vnode_t *vp = VIMPL_TO_VNODE(vip);
	krwlock_t *own = &vip->vi_uobjlock.ro_lock, *lock;

	lock = vp->v_uobj.vmobjlock;
	uvm_obj_destroy(&vp->v_uobj, false);
	if (lock == own && rw_obj_refcnt(own) > 1) {
		mutex_enter(&vcache_lock);
		vip->vi_memrefs++;
		mutex_exit(&vcache_lock);
		vip->vi_uobjlock_memref = true;
	}
	rw_obj_free(lock);
}

/*
 * Free a vnode that is RECLAIMED and has no user.  v_interlock is held and
 * goes with it.
 */
static void
vcache_free(vnode_impl_t *vip)
{
	vnode_t *vp = VIMPL_TO_VNODE(vip);
	vnode_impl_t *owner = vip->vi_ilock_owner;

	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT(vrefcnt(vp) == 0);
	KASSERT(vp->v_holdcnt == 0);
	KASSERT(vp->v_writecount == 0);
	lru_requeue(vip, NULL);
	mutex_exit(vp->v_interlock);

	vfs_insmntque(vp, NULL);
	if (vp->v_type == VBLK || vp->v_type == VCHR)
		spec_node_destroy(vp);
	cache_vnode_fini(vp);
	vcache_uobj_destroy(vip);
	cv_destroy(&vp->v_cv);
	if (vp->v_klist == &vip->vi_klist)
		klist_fini(&vip->vi_klist.vk_klist);
	rw_destroy(&vip->vi_lock);
	mutex_enter(&vcache_lock);
	atomic_dec_uint(&numvnodes);
	mutex_exit(&vcache_lock);
	vcache_memrele(vip);
	if (owner != vip)
		vcache_memrele(owner);
}

/*
 * Let `upper', not yet in use, share the interlock of `lower', which it keeps
 * a reference to for its life.
 */
void
vshareilock(vnode_t *upper, vnode_t *lower)
{
	vnode_impl_t *uip = VNODE_TO_VIMPL(upper);
	vnode_impl_t *owner = VNODE_TO_VIMPL(lower)->vi_ilock_owner;

	mutex_enter(&vcache_lock);
	owner->vi_memrefs++;
	mutex_exit(&vcache_lock);
	uip->vi_ilock_owner = owner;
	upper->v_interlock = &owner->vi_ilock;
}

/*
 * Let `upper' share the knotes of `lower'.
 */
void
vshareklist(vnode_t *upper, vnode_t *lower)
{

	upper->v_klist = lower->v_klist;
}

/*
 * References.
 */

int
vrefcnt(vnode_t *vp)
{

	return atomic_load_relaxed(&vp->v_usecount);
}

/*
 * Another reference, for a caller that has one.
 */
void
vref(vnode_t *vp)
{

	KASSERTMSG(vrefcnt(vp) > 0, "vref of a vnode without references");
	atomic_inc_uint(&vp->v_usecount);
}

/* Drop a reference unless it is the last. */
static bool
vtryrele(vnode_t *vp)
{
	u_int use;

	use = atomic_load_relaxed(&vp->v_usecount);
	while (use > 1) {
		if (__atomic_compare_exchange_n(&vp->v_usecount, &use,
		    use - 1, 0, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
			return true;
	}
	KASSERTMSG(use > 0, "vnode reference released twice");
	return false;
}

/*
 * Turn a pointer without reference into a reference.  v_interlock is held and
 * released.  ENOENT if the vnode was reclaimed; it may be gone then.
 */
int
vcache_vget(vnode_t *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	int error;

	KASSERT(mutex_owned(vp->v_interlock));
	if (!vstate_stable(vip)) {
		/* The hold keeps the structure while we sleep. */
		vp->v_holdcnt++;
		error = vdead_check(vp, 0);
		vp->v_holdcnt--;
	} else {
		error = vdead_check(vp, VDEAD_NOWAIT);
	}
	if (error != 0) {
		if (vrefcnt(vp) == 0 && vp->v_holdcnt == 0)
			vcache_free(vip);
		else
			mutex_exit(vp->v_interlock);
		return ENOENT;
	}
	atomic_inc_uint(&vp->v_usecount);
	mutex_exit(vp->v_interlock);
	return 0;
}

/*
 * The same without sleeping: EBUSY while the vnode changes state.
 */
int
vcache_tryvget(vnode_t *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	int error = 0;

	KASSERT(mutex_owned(vp->v_interlock));
	if (vip->vi_state == VS_RECLAIMED)
		error = ENOENT;
	else if (vip->vi_state != VS_LOADED)
		error = EBUSY;
	else
		atomic_inc_uint(&vp->v_usecount);
	mutex_exit(vp->v_interlock);
	return error;
}

void
vput(vnode_t *vp)
{
	int lktype;

	if (vtryrele(vp)) {
		VOP_UNLOCK(vp);
		return;
	}
	lktype = VOP_ISLOCKED(vp);
	KASSERT(lktype != LK_NONE);
	mutex_enter(vp->v_interlock);
	vrelel(vp, 0, lktype);
}

void
vrele(vnode_t *vp)
{

	if (vtryrele(vp))
		return;
	mutex_enter(vp->v_interlock);
	vrelel(vp, 0, LK_NONE);
}

/*
 * Drop a reference where the last one can't be dropped at once because that
 * may sleep or take vnode locks.
 */
void
vrele_async(vnode_t *vp)
{

	if (vtryrele(vp))
		return;
	mutex_enter(vp->v_interlock);
	vrelel(vp, VRELEL_ASYNC, LK_NONE);
}

/*
 * Drop a reference, `lktype' saying how the caller holds the vnode lock.
 * Called with v_interlock, returns without either.
 */
static void
vrelel(vnode_t *vp, int flags, int lktype)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	bool recycle;
	int error;

	KASSERT(mutex_owned(vp->v_interlock));
	if (vtryrele(vp)) {
		if (lktype != LK_NONE)
			VOP_UNLOCK(vp);
		mutex_exit(vp->v_interlock);
		return;
	}
	KASSERTMSG(vp->v_writecount == 0,
	    "last reference of a vnode that is open for writing");

	if (vip->vi_state == VS_RECLAIMED) {
		if (lktype != LK_NONE)
			VOP_UNLOCK(vp);
		goto drop;
	}

	if (flags & VRELEL_ASYNC) {
		KASSERT(lktype == LK_NONE);
		lru_requeue(vip, &vrele_list);
		mutex_exit(vp->v_interlock);
		return;
	}

	/* VOP_INACTIVE wants the exclusive lock. */
	if (lktype == LK_SHARED) {
		error = VOP_LOCK(vp, LK_UPGRADE | LK_NOWAIT);
		if (error == 0) {
			lktype = LK_EXCLUSIVE;
		} else {
			VOP_UNLOCK(vp);
			lktype = LK_NONE;
		}
	}
	mutex_exit(vp->v_interlock);
	if (lktype == LK_NONE) {
		error = vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
		KASSERT(error == 0);
	}
	mutex_enter(vp->v_interlock);
	if (vtryrele(vp)) {
		VOP_UNLOCK(vp);
		mutex_exit(vp->v_interlock);
		return;
	}
	if (vip->vi_state != VS_LOADED) {
		/* It died while we waited for the lock. */
		VOP_UNLOCK(vp);
		goto drop;
	}

	mutex_exit(vp->v_interlock);
	recycle = false;
	VOP_INACTIVE(vp, &recycle);
	/* Who has a mapping has a reference. */
	if (__predict_false((vp->v_vflag & VV_MAPPED) != 0) &&
	    vrefcnt(vp) == 1)
		vp->v_vflag &= ~VV_MAPPED;
	mutex_enter(vp->v_interlock);
	if (!recycle)
		VOP_UNLOCK(vp);
	if (vtryrele(vp)) {
		/* Somebody found it in the cache meanwhile. */
		if (recycle)
			VOP_UNLOCK(vp);
		mutex_exit(vp->v_interlock);
		return;
	}
	vp->v_iflag &= ~(VI_TEXT | VI_EXECMAP | VI_WRMAP);
	if (recycle) {
		/* Its file is gone; drops the lock. */
		vcache_reclaim(vp);
	}
drop:
	if (vtryrele(vp)) {
		mutex_exit(vp->v_interlock);
		return;
	}
	(void)__atomic_sub_fetch(&vp->v_usecount, 1, __ATOMIC_ACQ_REL);
	if (vip->vi_state == VS_RECLAIMED && vp->v_holdcnt == 0) {
		vcache_free(vip);
	} else {
		lru_requeue(vip, lru_which(vp));
		mutex_exit(vp->v_interlock);
	}
}

/*
 * Holds: for buffers and others that need the structure, not the file.
 */

void
vholdl(vnode_t *vp)
{

	KASSERT(mutex_owned(vp->v_interlock));
	if (vp->v_holdcnt++ == 0 && vrefcnt(vp) == 0)
		lru_requeue(VNODE_TO_VIMPL(vp), lru_which(vp));
}

void
vhold(vnode_t *vp)
{

	mutex_enter(vp->v_interlock);
	vholdl(vp);
	mutex_exit(vp->v_interlock);
}

void
holdrelel(vnode_t *vp)
{

	KASSERT(mutex_owned(vp->v_interlock));
	KASSERTMSG(vp->v_holdcnt > 0, "vnode hold released twice");
	if (--vp->v_holdcnt == 0 && vrefcnt(vp) == 0)
		lru_requeue(VNODE_TO_VIMPL(vp), lru_which(vp));
}

void
holdrele(vnode_t *vp)
{

	mutex_enter(vp->v_interlock);
	holdrelel(vp);
	if (__predict_false(vp->v_holdcnt == 0 && vrefcnt(vp) == 0 &&
	    VNODE_TO_VIMPL(vp)->vi_state == VS_RECLAIMED))
		vcache_free(VNODE_TO_VIMPL(vp));
	else
		mutex_exit(vp->v_interlock);
}

/*
 * The cache.
 */

static uint32_t
vcache_hash_key(const struct vcache_key *key)
{
	const uint8_t *p = key->vk_key;
	uint32_t h = 2166136261U ^ key->vk_mount->mnt_vcachesalt;
	size_t i;

	for (i = 0; i < key->vk_key_len; i++)
		h = (h ^ p[i]) * 16777619U;
	return h ^ (h >> 15);
}

static vnode_impl_t *
vcache_hash_lookup(const struct vcache_key *key, uint32_t hash)
{
	vnode_impl_t *vip;

	KASSERT(mutex_owned(&vcache_lock));
	LIST_FOREACH(vip, &vcache_hash[hash & (VCACHE_HASHSIZE - 1)],
	    vi_hash) {
		if (vip->vi_hashval == hash &&
		    vip->vi_key.vk_mount == key->vk_mount &&
		    vip->vi_key.vk_key_len == key->vk_key_len &&
		    memcmp(vip->vi_key.vk_key, key->vk_key,
		    key->vk_key_len) == 0)
			return vip;
	}
	return NULL;
}

static void
vcache_hash_insert(vnode_impl_t *vip, uint32_t hash)
{

	KASSERT(mutex_owned(&vcache_lock));
	vip->vi_hashval = hash;
	hash &= VCACHE_HASHSIZE - 1;
	LIST_INSERT_HEAD(&vcache_hash[hash], vip, vi_hash);
	vcache_used[hash / 64] |= (uint64_t)1 << hash % 64;
}

/* Undo vcache_alloc() of a vnode that nobody else has seen for long. */
static void
vcache_discard(vnode_impl_t *vip)
{
	vnode_t *vp = VIMPL_TO_VNODE(vip);

	mutex_enter(vp->v_interlock);
	vp->v_op = dead_vnodeop_p;
	vstate_change(vp, VS_LOADING, VS_RECLAIMED);
	atomic_dec_uint(&vp->v_usecount);
	if (vp->v_holdcnt == 0) {
		vcache_free(vip);
	} else {
		/* A waiter in vcache_vget() frees it. */
		mutex_exit(vp->v_interlock);
	}
}

/*
 * The vnode of the file that `key' names on `mp', from the cache or, through
 * VFS_LOADVNODE, from the file system.  Returned referenced, not locked.
 */
int
vcache_get(struct mount *mp, const void *key, size_t key_len,
    struct vnode **vpp)
{
	struct vcache_key vcache_key;
	vnode_impl_t *vip, *new_vip;
	const void *new_key;
	uint32_t hash;
	vnode_t *vp;
	int error;

	new_key = NULL;
	*vpp = NULL;
	vcache_key.vk_mount = mp;
	vcache_key.vk_key = key;
	vcache_key.vk_key_len = key_len;
	hash = vcache_hash_key(&vcache_key);
again:
	mutex_enter(&vcache_lock);
	vip = vcache_hash_lookup(&vcache_key, hash);
	if (vip != NULL) {
		vp = VIMPL_TO_VNODE(vip);
		mutex_enter(vp->v_interlock);
		mutex_exit(&vcache_lock);
		error = vcache_vget(vp);
		if (error == ENOENT)
			goto again;
		if (error == 0)
			*vpp = vp;
		KASSERT((error != 0) == (*vpp == NULL));
		return error;
	}
	mutex_exit(&vcache_lock);

	new_vip = vcache_alloc();
	new_vip->vi_key = vcache_key;
	mutex_enter(&vcache_lock);
	vip = vcache_hash_lookup(&vcache_key, hash);
	if (vip != NULL) {
		/* Another lwp was faster. */
		mutex_exit(&vcache_lock);
		vcache_discard(new_vip);
		goto again;
	}
	vcache_hash_insert(new_vip, hash);
	mutex_exit(&vcache_lock);

	vp = VIMPL_TO_VNODE(new_vip);
	error = vfs_busy(mp);
	if (error == 0) {
		error = VFS_LOADVNODE(mp, vp, key, key_len, &new_key);
		if (error == 0) {
			KASSERT(new_key != NULL);
			KASSERT(memcmp(key, new_key, key_len) == 0);
			KASSERT(vp->v_op != NULL);
			vfs_insmntque(vp, mp);
			if (mp->mnt_iflag & IMNT_MPSAFE)
				vp->v_vflag |= VV_MPSAFE;
		}
		vfs_unbusy(mp);
	}
	if (error != 0) {
		mutex_enter(&vcache_lock);
		LIST_REMOVE(new_vip, vi_hash);
		mutex_exit(&vcache_lock);
		vcache_discard(new_vip);
		return error;
	}

	mutex_enter(&vcache_lock);
	new_vip->vi_key.vk_key = new_key;
	mutex_exit(&vcache_lock);
	mutex_enter(vp->v_interlock);
	vstate_change(vp, VS_LOADING, VS_LOADED);
	mutex_exit(vp->v_interlock);
	*vpp = vp;
	return 0;
}

/*
 * A vnode for a new file, which VFS_NEWVNODE makes.  Returned referenced, not
 * locked.
 */
int
vcache_new(struct mount *mp, struct vnode *dvp, struct vattr *vap,
    kauth_cred_t cred, void *extra, struct vnode **vpp)
{
	vnode_impl_t *vip, *ovip;
	uint32_t hash;
	vnode_t *vp;
	int error;

	*vpp = NULL;
	/* A vnode from before may still hold the key for a moment. */
	vip = vcache_alloc();
	vip->vi_key.vk_mount = mp;
	vp = VIMPL_TO_VNODE(vip);
	error = vfs_busy(mp);
	if (error == 0) {
		error = VFS_NEWVNODE(mp, dvp, vp, vap, cred, extra,
		    &vip->vi_key.vk_key_len, &vip->vi_key.vk_key);
		if (error != 0)
			vfs_unbusy(mp);
	}
	if (error != 0) {
		vcache_discard(vip);
		return error;
	}
	KASSERT(vp->v_op != NULL);
	KASSERT((vip->vi_key.vk_key_len == 0) == (mp == dead_rootmount));
	if (vip->vi_key.vk_key_len > 0) {
		KASSERT(vip->vi_key.vk_key != NULL);
		hash = vcache_hash_key(&vip->vi_key);

		/* Wait for an old vnode of a reused inode to disappear. */
		mutex_enter(&vcache_lock);
		while ((ovip = vcache_hash_lookup(&vip->vi_key, hash)) !=
		    NULL) {
			vnode_t *ovp = VIMPL_TO_VNODE(ovip);

			mutex_enter(ovp->v_interlock);
			mutex_exit(&vcache_lock);
			error = vcache_vget(ovp);
			KASSERTMSG(error == ENOENT,
			    "new file has the key of a live one");
			if (error == 0)
				vrele(ovp);
			mutex_enter(&vcache_lock);
		}
		vcache_hash_insert(vip, hash);
		mutex_exit(&vcache_lock);
	}
	vfs_insmntque(vp, mp);
	if (mp->mnt_iflag & IMNT_MPSAFE)
		vp->v_vflag |= VV_MPSAFE;
	vfs_unbusy(mp);
	mutex_enter(vp->v_interlock);
	vstate_change(vp, VS_LOADING, VS_LOADED);
	mutex_exit(vp->v_interlock);
	*vpp = vp;
	return 0;
}

/*
 * Change the key of a vnode in two steps: enter makes sure that the new key
 * is free and reserves it, exit makes the change.  The old key's memory must
 * stay until exit returns.
 */
int
vcache_rekey_enter(struct mount *mp, struct vnode *vp,
    const void *old_key, size_t old_key_len,
    const void *new_key, size_t new_key_len)
{
	struct vcache_key old_vk, new_vk;
	vnode_impl_t *vip, *new_vip;
	uint32_t old_hash, new_hash;

	old_vk.vk_mount = new_vk.vk_mount = mp;
	old_vk.vk_key = old_key;
	old_vk.vk_key_len = old_key_len;
	new_vk.vk_key = new_key;
	new_vk.vk_key_len = new_key_len;
	old_hash = vcache_hash_key(&old_vk);
	new_hash = vcache_hash_key(&new_vk);

	new_vip = vcache_alloc();
	new_vip->vi_key = new_vk;

	mutex_enter(&vcache_lock);
	vip = vcache_hash_lookup(&new_vk, new_hash);
	if (vip != NULL) {
		mutex_exit(&vcache_lock);
		vcache_discard(new_vip);
		return EEXIST;
	}
	vcache_hash_insert(new_vip, new_hash);
	vip = vcache_hash_lookup(&old_vk, old_hash);
	KASSERT(vip != NULL);
	KASSERT(VIMPL_TO_VNODE(vip) == vp);
	KASSERT(vip->vi_key.vk_key != old_vk.vk_key);
	vip->vi_key.vk_key = old_key;
	mutex_exit(&vcache_lock);
	mutex_enter(vp->v_interlock);
	vstate_change(vp, VS_LOADED, VS_BLOCKED);
	mutex_exit(vp->v_interlock);
	return 0;
}

void
vcache_rekey_exit(struct mount *mp, struct vnode *vp,
    const void *old_key, size_t old_key_len,
    const void *new_key, size_t new_key_len)
{
	struct vcache_key old_vk, new_vk;
	vnode_impl_t *vip, *new_vip;
	uint32_t old_hash, new_hash;

	old_vk.vk_mount = new_vk.vk_mount = mp;
	old_vk.vk_key = old_key;
	old_vk.vk_key_len = old_key_len;
	new_vk.vk_key = new_key;
	new_vk.vk_key_len = new_key_len;
	old_hash = vcache_hash_key(&old_vk);
	new_hash = vcache_hash_key(&new_vk);

	mutex_enter(&vcache_lock);
	vip = vcache_hash_lookup(&old_vk, old_hash);
	KASSERT(vip != NULL && VIMPL_TO_VNODE(vip) == vp);
	new_vip = vcache_hash_lookup(&new_vk, new_hash);
	KASSERT(new_vip != NULL);
	LIST_REMOVE(vip, vi_hash);
	LIST_REMOVE(new_vip, vi_hash);
	vip->vi_key = new_vk;
	vcache_hash_insert(vip, new_hash);
	mutex_exit(&vcache_lock);
	mutex_enter(vp->v_interlock);
	vstate_change(vp, VS_BLOCKED, VS_LOADED);
	mutex_exit(vp->v_interlock);
	vcache_discard(new_vip);
}

/*
 * Take a live vnode out of the cache and its mount: it stays usable with
 * deadfs's operations and no file below it.
 */
void
vcache_make_anon(vnode_t *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	bool recycle;

	KASSERT(vp->v_type == VBLK || vp->v_type == VCHR);
	KASSERT(vp->v_mount != dead_rootmount);
	mutex_enter(&vcache_lock);
	LIST_REMOVE(vip, vi_hash);
	vip->vi_key.vk_mount = dead_rootmount;
	vip->vi_key.vk_key_len = 0;
	vip->vi_key.vk_key = NULL;
	mutex_exit(&vcache_lock);

	vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	VOP_INACTIVE(vp, &recycle);
	KASSERT(vp->v_data != NULL);
	VOP_RECLAIM(vp);
	vp->v_data = NULL;
	vp->v_op = spec_vnodeop_p;
	vp->v_vflag |= VV_MPSAFE;
	vfs_insmntque(vp, dead_rootmount);
}

/*
 * Detach the file system's node from a vnode.  Called with the vnode locked
 * exclusively and v_interlock held; returns with v_interlock, unlocked.  The
 * caller has a reference.
 */
static void
vcache_reclaim(vnode_t *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	struct mount *mp = vp->v_mount;
	uint8_t temp_buf[64], *temp_key;
	size_t temp_key_len;
	bool active, recycle;
	int error;

	KASSERT(mutex_owned(vp->v_interlock));
	KASSERT(vrefcnt(vp) > 0);
	vstate_change(vp, vip->vi_state == VS_BLOCKED ? VS_BLOCKED :
	    VS_LOADED, VS_RECLAIMING);
	active = vrefcnt(vp) > 1;
	mutex_exit(vp->v_interlock);

	/*
	 * The key lies in the node that VOP_RECLAIM frees, and the vnode must
	 * be found under it until the file system can load the file again.
	 */
	temp_key_len = vip->vi_key.vk_key_len;
	temp_key = temp_key_len <= sizeof(temp_buf) ? temp_buf :
	    kmem_alloc(temp_key_len, KM_SLEEP);
	if (temp_key_len > 0) {
		mutex_enter(&vcache_lock);
		memcpy(temp_key, vip->vi_key.vk_key, temp_key_len);
		vip->vi_key.vk_key = temp_key;
		mutex_exit(&vcache_lock);
	}
	fstrans_start(mp);

	/* Write out what is dirty; what can't be written is lost. */
	error = vinvalbuf(vp, V_SAVE, NOCRED, curlwp, false, 0);
	if (error != 0) {
		log(LOG_ERR, "%s: vnode's data lost at reclaim: error %d\n",
		    mp->mnt_stat.f_mntonname, error);
		error = vinvalbuf(vp, 0, NOCRED, curlwp, false, 0);
	}
	KASSERTMSG(error == 0, "vinvalbuf failed: %d", error);
	if (active && (vp->v_type == VBLK || vp->v_type == VCHR))
		spec_node_revoke(vp);

	/*
	 * Others still use it: the file system has not heard yet that it
	 * goes.
	 */
	if (active) {
		recycle = false;
		VOP_INACTIVE(vp, &recycle);
	}
	VOP_RECLAIM(vp);		/* unlocks */
	KASSERTMSG(vp->v_data == NULL, "reclaimed vnode has v_data");
	cache_purge(vp);

	if (temp_key_len > 0) {
		mutex_enter(&vcache_lock);
		LIST_REMOVE(vip, vi_hash);
		vip->vi_key.vk_mount = dead_rootmount;
		vip->vi_key.vk_key_len = 0;
		vip->vi_key.vk_key = NULL;
		mutex_exit(&vcache_lock);
	}
	if (temp_key != temp_buf)
		kmem_free(temp_key, temp_key_len);

	mutex_enter(vp->v_interlock);
	atomic_store_relaxed(&vp->v_op, dead_vnodeop_p);
	vp->v_tag = VT_NON;
	vp->v_vflag = (vp->v_vflag & ~VV_ROOT) | VV_MPSAFE;
	mutex_exit(vp->v_interlock);
	if (active)
		VN_KNOTE(vp, NOTE_REVOKE);
	vfs_insmntque(vp, dead_rootmount);
	fstrans_done(mp);
	mutex_enter(vp->v_interlock);
	vstate_change(vp, VS_RECLAIMING, VS_RECLAIMED);
}

/*
 * Reclaim a vnode whose only reference is the caller's, if it can be done
 * without waiting.  true if the reference is gone.
 */
bool
vrecycle(vnode_t *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	int error;

	mutex_enter(vp->v_interlock);
	if (vip->vi_state != VS_LOADED) {
		vrelel(vp, 0, LK_NONE);
		return true;
	}
	if (vrefcnt(vp) != 1) {
		mutex_exit(vp->v_interlock);
		return false;
	}
	vstate_change(vp, VS_LOADED, VS_BLOCKED);
	mutex_exit(vp->v_interlock);
	error = VOP_LOCK(vp, LK_EXCLUSIVE | LK_NOWAIT);
	mutex_enter(vp->v_interlock);
	if (error != 0 || vrefcnt(vp) != 1) {
		if (error == 0)
			VOP_UNLOCK(vp);
		vstate_change(vp, VS_BLOCKED, VS_LOADED);
		mutex_exit(vp->v_interlock);
		return false;
	}
	vcache_reclaim(vp);
	vrelel(vp, 0, LK_NONE);
	return true;
}

/*
 * Reclaim a vnode whoever uses it, and drop the caller's reference.
 */
void
vgone(vnode_t *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	int error;

	error = vn_lock(vp, LK_EXCLUSIVE | LK_RETRY);
	KASSERT(error == 0);
	mutex_enter(vp->v_interlock);
	if (vip->vi_state == VS_LOADED)
		vcache_reclaim(vp);
	else
		VOP_UNLOCK(vp);
	vrelel(vp, 0, LK_NONE);
}

/*
 * Revoke: everything that is open on the vnode, and for a device on all of
 * its vnodes, answers with an error from now on.
 */
void
vrevoke(vnode_t *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	enum vtype type;
	vnode_t *vq;
	dev_t dev;

	KASSERT(vrefcnt(vp) > 0);
	mutex_enter(vp->v_interlock);
	while (!vstate_stable(vip))
		cv_wait(&vp->v_cv, vp->v_interlock);
	if (vip->vi_state == VS_RECLAIMED) {
		mutex_exit(vp->v_interlock);
		return;
	}
	if (vp->v_type != VBLK && vp->v_type != VCHR) {
		atomic_inc_uint(&vp->v_usecount);
		mutex_exit(vp->v_interlock);
		vgone(vp);
		return;
	}
	dev = vp->v_rdev;
	type = vp->v_type;
	mutex_exit(vp->v_interlock);
	while (spec_node_lookup_by_dev(type, dev, VDEAD_NOWAIT, &vq) == 0)
		vgone(vq);
}

/*
 * Audits.
 */

static int64_t
vnode_audit_refs(void *arg)
{
	struct vcache_bucket *bucket;
	vnode_impl_t *vip;
	uint64_t left;
	int64_t n = 0;
	int i, bit;

	mutex_enter(&vcache_lock);
	for (i = 0; i < (int)__arraycount(vcache_used); i++) {
		for (left = vcache_used[i]; left != 0; left &= left - 1) {
			bit = ffs64(left) - 1;
			bucket = &vcache_hash[i * 64 + bit];
			LIST_FOREACH(vip, bucket, vi_hash)
				n += vrefcnt(VIMPL_TO_VNODE(vip));
			if (LIST_EMPTY(bucket))
				vcache_used[i] &= ~((uint64_t)1 << bit);
		}
	}
	mutex_exit(&vcache_lock);
	return n;
}

RUMP_AUDIT(vnode_refs, "vnode references", vnode_audit_refs, NULL)
