/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Name cache, see namecache(9): (directory, name) to vnode, or to nothing for
 * a name known not to exist.
 *
 * Entries have no reference to their vnodes; they go when one of those is
 * reclaimed.  All is under namecache_lock, which comes before v_interlock.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/dirent.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/mutex.h>
#include <sys/namei.h>
#include <sys/rump_audit.h>
#include <sys/stat.h>
#include <sys/sysctl.h>
#include <sys/vnode_impl.h>

#include <uvm/uvm_extern.h>

#include <miscfs/genfs/genfs.h>

#include "vfs_impl.h"

struct namecache {
	LIST_ENTRY(namecache) nc_hash;		/* chain */
	TAILQ_ENTRY(namecache) nc_lru;		/* least recently used first */
	TAILQ_ENTRY(namecache) nc_child;	/* of nc_dvp */
	TAILQ_ENTRY(namecache) nc_parent;	/* of nc_vp */
	struct vnode	*nc_dvp;
	struct vnode	*nc_vp;			/* NULL: no such name */
	uint32_t	nc_hashval;
	uint16_t	nc_nlen;
	bool		nc_whiteout;
	char		nc_name[];		/* nc_nlen bytes, no NUL */
};

#define NC_HASHSIZE	512		/* a power of two */

static kmutex_t namecache_lock;
static LIST_HEAD(nc_bucket, namecache) nc_hashtab[NC_HASHSIZE];
static TAILQ_HEAD(nc_lruhead, namecache) nc_lrulist;
static u_int nc_count;
static struct nchstats nchstats;

static void nc_remove(struct namecache *);

static uint32_t
nc_hash(struct vnode *dvp, const char *name, size_t len)
{
	uint32_t h = 2166136261U ^
	    (VNODE_TO_VIMPL(dvp)->vi_serial * 2654435761U);
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (uint8_t)name[i]) * 16777619U;
	return h ^ (h >> 16);
}

static inline u_int
nc_limit(void)
{

	return 2 * desiredvnodes;
}

/* Forgets names until `keep' are left; false if there was nothing to forget. */
static bool
nc_drain(u_int keep)
{
	bool freed = false;

	/* Whoever needs the memory may be entering a name. */
	if (!mutex_tryenter(&namecache_lock))
		return false;
	while (nc_count > keep) {
		nc_remove(TAILQ_FIRST(&nc_lrulist));
		freed = true;
	}
	mutex_exit(&namecache_lock);
	return freed;
}

static bool
nc_drain_hook(void *arg)
{

	return nc_drain(0);
}

static bool
vnode_drain_hook(void *arg)
{
	u_int before = numvnodes;

	vfs_drainvnodes();
	return numvnodes < before;
}

static struct rump_drain nc_drain_names = {
	.rd_name = "names",
	.rd_prio = RUMP_DRAIN_NAMECACHE,
	.rd_func = nc_drain_hook,
};
static struct rump_drain nc_drain_vnodes = {
	.rd_name = "vnodes",
	.rd_prio = RUMP_DRAIN_VNODE,
	.rd_func = vnode_drain_hook,
};

void
nchinit(void)
{
	int i;

	mutex_init(&namecache_lock, MUTEX_DEFAULT, IPL_NONE);
	for (i = 0; i < NC_HASHSIZE; i++)
		LIST_INIT(&nc_hashtab[i]);
	TAILQ_INIT(&nc_lrulist);
	rump_drain_register(&nc_drain_names);
	rump_drain_register(&nc_drain_vnodes);
}

void
cache_vnode_init(struct vnode *vp)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);

	TAILQ_INIT(&vip->vi_nclist);
	TAILQ_INIT(&vip->vi_ncchildren);
	vip->vi_ncid.nid_valid = false;
}

void
cache_vnode_fini(struct vnode *vp)
{

	/* A lookup may have found the vnode while it was taken away. */
	cache_purge(vp);
}

static struct namecache *
nc_find(struct vnode *dvp, const char *name, size_t len, uint32_t hash)
{
	struct namecache *nc;

	KASSERT(mutex_owned(&namecache_lock));
	LIST_FOREACH(nc, &nc_hashtab[hash & (NC_HASHSIZE - 1)], nc_hash) {
		if (nc->nc_hashval == hash && nc->nc_dvp == dvp &&
		    nc->nc_nlen == len &&
		    memcmp(nc->nc_name, name, len) == 0)
			return nc;
	}
	return NULL;
}

static void
nc_remove(struct namecache *nc)
{

	KASSERT(mutex_owned(&namecache_lock));
	LIST_REMOVE(nc, nc_hash);
	TAILQ_REMOVE(&nc_lrulist, nc, nc_lru);
	TAILQ_REMOVE(&VNODE_TO_VIMPL(nc->nc_dvp)->vi_ncchildren, nc, nc_child);
	if (nc->nc_vp != NULL)
		TAILQ_REMOVE(&VNODE_TO_VIMPL(nc->nc_vp)->vi_nclist, nc,
		    nc_parent);
	nc_count--;
	kmem_free(nc, sizeof(*nc) + nc->nc_nlen);
}

/*
 * Look a name up.  false: not in the cache, ask the directory.  true: *vn_ret
 * is the vnode, referenced, or NULL if there is no such name; *iswhiteout
 * says whether a whiteout hides it.  An entry that the operation is about to
 * make wrong is removed.
 */
bool
cache_lookup(struct vnode *dvp, const char *name, size_t namelen,
    uint32_t nameiop, uint32_t cnflags, int *iswhiteout_ret,
    struct vnode **vn_ret)
{
	struct namecache *nc;
	struct vnode *vp;
	uint32_t hash;
	int error;

	if (iswhiteout_ret != NULL)
		*iswhiteout_ret = 0;
	*vn_ret = NULL;
	hash = nc_hash(dvp, name, namelen);
	mutex_enter(&namecache_lock);
	nc = nc_find(dvp, name, namelen, hash);
	if (nc == NULL) {
		nchstats.ncs_miss++;
		goto miss;
	}
	if ((cnflags & MAKEENTRY) == 0) {
		nchstats.ncs_badhits++;
		nc_remove(nc);
		goto miss;
	}
	if (nc->nc_vp == NULL) {
		if (iswhiteout_ret != NULL)
			*iswhiteout_ret = nc->nc_whiteout;
		if (nameiop == CREATE && (cnflags & ISLASTCN) != 0) {
			/* It is about to exist. */
			nchstats.ncs_badhits++;
			nc_remove(nc);
			goto miss;
		}
		nchstats.ncs_neghits++;
		if (TAILQ_NEXT(nc, nc_lru) != NULL) {
			TAILQ_REMOVE(&nc_lrulist, nc, nc_lru);
			TAILQ_INSERT_TAIL(&nc_lrulist, nc, nc_lru);
		}
		mutex_exit(&namecache_lock);
		return true;
	}
	vp = nc->nc_vp;
	if (TAILQ_NEXT(nc, nc_lru) != NULL) {
		TAILQ_REMOVE(&nc_lrulist, nc, nc_lru);
		TAILQ_INSERT_TAIL(&nc_lrulist, nc, nc_lru);
	}
	nchstats.ncs_goodhits++;
	/* The lock keeps a dying vnode from being freed under us. */
	mutex_enter(vp->v_interlock);
	error = vcache_tryvget(vp);
	mutex_exit(&namecache_lock);
	if (error != 0)
		return false;
	*vn_ret = vp;
	return true;

miss:
	mutex_exit(&namecache_lock);
	return false;
}

/*
 * For namei(): a step down a path without locking the directory, where its
 * file system lets the cache hold what access checks need.  false: take the
 * slow way.  *plock is not used: entries are under one lock here.
 */
bool
cache_lookup_linked(struct vnode *dvp, const char *name, size_t namelen,
    struct vnode **vn_ret, krwlock_t **plock, kauth_cred_t cred)
{
	vnode_impl_t *dvip = VNODE_TO_VIMPL(dvp);
	struct namecache *nc;
	struct vnode *vp;
	uint32_t hash;
	mode_t mode;
	uid_t uid;
	gid_t gid;
	int error;

	*vn_ret = NULL;
	hash = nc_hash(dvp, name, namelen);
	mutex_enter(&namecache_lock);
	if (!dvip->vi_ncid.nid_valid)
		goto slow;
	mode = dvip->vi_ncid.nid_mode;
	uid = dvip->vi_ncid.nid_uid;
	gid = dvip->vi_ncid.nid_gid;
	nc = nc_find(dvp, name, namelen, hash);
	if (nc == NULL)
		goto slow;
	if (nc->nc_vp == NULL) {
		if (nc->nc_whiteout)
			goto slow;
		nchstats.ncs_neghits++;
		mutex_exit(&namecache_lock);
		if (kauth_authorize_vnode(cred, KAUTH_ACCESS_ACTION(VEXEC,
		    dvp->v_type, mode & ALLPERMS), dvp, NULL,
		    genfs_can_access(dvp, cred, uid, gid, mode & ALLPERMS,
		    NULL, VEXEC)) != 0)
			return false;
		return true;
	}
	vp = nc->nc_vp;
	if (TAILQ_NEXT(nc, nc_lru) != NULL) {
		TAILQ_REMOVE(&nc_lrulist, nc, nc_lru);
		TAILQ_INSERT_TAIL(&nc_lrulist, nc, nc_lru);
	}
	nchstats.ncs_goodhits++;
	/* The lock keeps a dying vnode from being freed under us. */
	mutex_enter(vp->v_interlock);
	error = vcache_tryvget(vp);
	mutex_exit(&namecache_lock);
	if (error != 0)
		return false;
	if (kauth_authorize_vnode(cred, KAUTH_ACCESS_ACTION(VEXEC,
	    dvp->v_type, mode & ALLPERMS), dvp, NULL,
	    genfs_can_access(dvp, cred, uid, gid, mode & ALLPERMS, NULL,
	    VEXEC)) != 0) {
		vrele(vp);
		return false;
	}
	*vn_ret = vp;
	return true;

slow:
	mutex_exit(&namecache_lock);
	return false;
}

/*
 * What access checks on a directory need, while it is locked.
 */
void
cache_enter_id(struct vnode *vp, mode_t mode, uid_t uid, gid_t gid,
    bool valid)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);

	if (vp->v_type != VDIR)
		return;
	mutex_enter(&namecache_lock);
	vip->vi_ncid.nid_mode = mode;
	vip->vi_ncid.nid_uid = uid;
	vip->vi_ncid.nid_gid = gid;
	atomic_store_relaxed(&vip->vi_ncid.nid_valid, valid);
	mutex_exit(&namecache_lock);
}

bool
cache_have_id(struct vnode *vp)
{

	return vp->v_type == VDIR &&
	    atomic_load_relaxed(&VNODE_TO_VIMPL(vp)->vi_ncid.nid_valid);
}

/*
 * May the current lwp do `mode' (VREAD, VEXEC ...) in the directory, as far
 * as the cache knows?  -1 if it does not.
 */
int
cache_diraccess(struct vnode *vp, int mode)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	kauth_cred_t cred = kauth_cred_get();
	mode_t fmode;
	uid_t uid;
	gid_t gid;

	if (vp->v_type != VDIR)
		return -1;
	mutex_enter(&namecache_lock);
	if (!vip->vi_ncid.nid_valid) {
		mutex_exit(&namecache_lock);
		return -1;
	}
	fmode = vip->vi_ncid.nid_mode & ALLPERMS;
	uid = vip->vi_ncid.nid_uid;
	gid = vip->vi_ncid.nid_gid;
	mutex_exit(&namecache_lock);
	return kauth_authorize_vnode(cred, KAUTH_ACCESS_ACTION(mode,
	    vp->v_type, fmode), vp, NULL,
	    genfs_can_access(vp, cred, uid, gid, fmode, NULL, mode));
}

/*
 * From a vnode to the directory that it was found in.  0: *dvpp, referenced;
 * if bpp is given, the name is put before *bpp, which must not get below
 * bufp (ERANGE).  -1: not in the cache.  With checkaccess also EACCES.
 */
int
cache_revlookup(struct vnode *vp, struct vnode **dvpp, char **bpp, char *bufp,
    bool checkaccess, accmode_t accmode)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	struct namecache *nc;
	struct vnode *dvp;
	char *bp;
	int error;

	*dvpp = NULL;
	if (checkaccess) {
		error = cache_diraccess(vp, accmode);
		if (error != 0)
			return error < 0 ? -1 : error;
	}
	mutex_enter(&namecache_lock);
	TAILQ_FOREACH(nc, &vip->vi_nclist, nc_parent) {
		if (nc->nc_nlen == 2 && nc->nc_name[0] == '.' &&
		    nc->nc_name[1] == '.')
			continue;
		if (bpp != NULL) {
			bp = *bpp;
			if ((size_t)(bp - bufp) < nc->nc_nlen) {
				mutex_exit(&namecache_lock);
				return ERANGE;
			}
			bp -= nc->nc_nlen;
			memcpy(bp, nc->nc_name, nc->nc_nlen);
		} else {
			bp = NULL;
		}
		dvp = nc->nc_dvp;
		nchstats.ncs_revhits++;
		mutex_enter(dvp->v_interlock);
		error = vcache_tryvget(dvp);
		mutex_exit(&namecache_lock);
		if (error != 0)
			return -1;
		if (bpp != NULL)
			*bpp = bp;
		*dvpp = dvp;
		return 0;
	}
	nchstats.ncs_revmiss++;
	mutex_exit(&namecache_lock);
	return -1;
}

/*
 * Remember a name; vp NULL: that it does not exist.  dvp is locked.
 */
void
cache_enter(struct vnode *dvp, struct vnode *vp, const char *name,
    size_t namelen, uint32_t cnflags)
{
	struct namecache *nc, *onc;
	uint32_t hash;

	if ((cnflags & MAKEENTRY) == 0)
		return;
	if (namelen > NAME_MAX || (vp == NULL && nc_limit() == 0))
		return;
	hash = nc_hash(dvp, name, namelen);
	nc = kmem_alloc(sizeof(*nc) + namelen, KM_SLEEP);
	nc->nc_dvp = dvp;
	nc->nc_vp = vp;
	nc->nc_hashval = hash;
	nc->nc_nlen = namelen;
	nc->nc_whiteout = vp == NULL && (cnflags & ISWHITEOUT) != 0;
	memcpy(nc->nc_name, name, namelen);

	mutex_enter(&namecache_lock);
	onc = nc_find(dvp, name, namelen, hash);
	if (onc != NULL)
		nc_remove(onc);
	while (nc_count >= nc_limit() &&
	    (onc = TAILQ_FIRST(&nc_lrulist)) != NULL)
		nc_remove(onc);
	LIST_INSERT_HEAD(&nc_hashtab[hash & (NC_HASHSIZE - 1)], nc, nc_hash);
	TAILQ_INSERT_TAIL(&nc_lrulist, nc, nc_lru);
	TAILQ_INSERT_TAIL(&VNODE_TO_VIMPL(dvp)->vi_ncchildren, nc, nc_child);
	if (vp != NULL)
		TAILQ_INSERT_HEAD(&VNODE_TO_VIMPL(vp)->vi_nclist, nc,
		    nc_parent);
	nc_count++;
	mutex_exit(&namecache_lock);
}

/*
 * Forget: the name in `vp' if one is given, or the names of vp
 * (PURGE_PARENTS) and in vp (PURGE_CHILDREN).
 */
void
cache_purge1(struct vnode *vp, const char *name, size_t namelen, int flags)
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	struct namecache *nc;

	mutex_enter(&namecache_lock);
	if (flags & PURGE_PARENTS) {
		while ((nc = TAILQ_FIRST(&vip->vi_nclist)) != NULL)
			nc_remove(nc);
	}
	if (flags & PURGE_CHILDREN) {
		while ((nc = TAILQ_FIRST(&vip->vi_ncchildren)) != NULL)
			nc_remove(nc);
		atomic_store_relaxed(&vip->vi_ncid.nid_valid, false);
	}
	if (name != NULL) {
		nc = nc_find(vp, name, namelen, nc_hash(vp, name, namelen));
		if (nc != NULL)
			nc_remove(nc);
	}
	mutex_exit(&namecache_lock);
}

/*
 * Forget all names of a mount.
 */
void
cache_purgevfs(struct mount *mp)
{
	vnode_impl_t *vip;
	struct namecache *nc;

	mutex_enter(mp->mnt_vnodelock);
	mutex_enter(&namecache_lock);
	TAILQ_FOREACH(vip, &mp->mnt_vnodelist, vi_mntvnodes) {
		if (vip->vi_state == VS_MARKER)
			continue;
		while ((nc = TAILQ_FIRST(&vip->vi_ncchildren)) != NULL)
			nc_remove(nc);
	}
	mutex_exit(&namecache_lock);
	mutex_exit(mp->mnt_vnodelock);
}

void
namecache_print(struct vnode *vp, void (*func)(const char *, ...))
{
	vnode_impl_t *vip = VNODE_TO_VIMPL(vp);
	struct namecache *nc;

	TAILQ_FOREACH(nc, &vip->vi_nclist, nc_parent)
		(*func)("name %.*s\n", (int)nc->nc_nlen, nc->nc_name);
	TAILQ_FOREACH(nc, &vip->vi_ncchildren, nc_child)
		(*func)("child %.*s%s\n", (int)nc->nc_nlen, nc->nc_name,
		    nc->nc_vp == NULL ? " (none)" : "");
}

/*
 * Counts a lookup that started in the middle of a directory: all that did, and
 * those that found the name only after the start over.  Called by file systems.
 */
void
namecache_count_2passes(void)
{

	mutex_enter(&namecache_lock);
	nchstats.ncs_2passes++;
	mutex_exit(&namecache_lock);
}

void
namecache_count_pass2(void)
{

	mutex_enter(&namecache_lock);
	nchstats.ncs_pass2++;
	mutex_exit(&namecache_lock);
}

static int64_t
namecache_audit(void *arg)
{

	return nc_count;
}

RUMP_AUDIT(namecache, "name cache entries", namecache_audit, NULL)

static int
sysctl_namecache_stats(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	struct nchstats stats;

	mutex_enter(&namecache_lock);
	stats = nchstats;
	mutex_exit(&namecache_lock);
	node.sysctl_data = &stats;
	node.sysctl_size = sizeof(stats);
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

SYSCTL_SETUP(sysctl_cache_setup, "name cache")
{

	sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT, CTLTYPE_STRUCT,
	    "namecache_stats", SYSCTL_DESCR("what the name cache was worth"),
	    sysctl_namecache_stats, 0, NULL, 0,
	    CTL_VFS, CTL_CREATE, CTL_EOL);
}
