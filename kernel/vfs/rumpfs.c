/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * rumpfs: the file system at the root, in memory, with room for host files
 * that rump_etfs(3) puts at some paths.
 *
 * A name in the root that begins an etfs key is one component however many
 * slashes the key has: VOP_PARSEPATH says so.
 *
 * A kernel has hundreds of device nodes and uses a few.  The nodes of one
 * driver are a range, and one of them is a node only while it has a vnode; it
 * stays one when its attributes, links or name are changed.
 *
 * Locks: the vnode lock guards a node; rfm_lock the table of nodes, ranges and
 * the count of bytes.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/extattr.h>
#include <sys/fcntl.h>
#include <sys/fstrans.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/lwp.h>
#include <sys/malloc.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/unistd.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/specfs/specdev.h>

#include <rump/rumpuser.h>

#include "rump_etfs.h"
#include "vfs_impl.h"

#define RUMPFS_HASH	256		/* a power of two */
#define RUMPFS_CHUNK	4096
#define RUMPFS_MAXSIZE	((off_t)1 << 30)	/* of a file in memory */
#define RUMPFS_HOSTBUF	65536		/* at once from and to the host */

struct rumpfs_dent {
	TAILQ_ENTRY(rumpfs_dent) rd_entries;
	struct rumpfs_node *rd_node;	/* NULL: whiteout */
	off_t		rd_cookie;	/* offset in the directory */
	size_t		rd_namelen;
	char		rd_name[];
};
TAILQ_HEAD(rumpfs_dents, rumpfs_dent);

struct rumpfs_node {
	LIST_ENTRY(rumpfs_node) rn_hash;
	ino_t		rn_ino;		/* : key of its vnode */
	enum vtype	rn_type;	/* : */
	bool		rn_hasvnode;	/* rfm_lock */
	bool		rn_transient;	/* rfm_lock; of a range, and goes with its vnode */
	mode_t		rn_mode;
	nlink_t		rn_nlink;
	uid_t		rn_uid;
	gid_t		rn_gid;
	u_long		rn_flags;
	off_t		rn_size;
	dev_t		rn_rdev;
	struct timespec	rn_atime, rn_mtime, rn_ctime, rn_birthtime;
	bool		rn_accessed;	/* atomic: rn_atime is due */
	struct lockf	*rn_lockf;
	union {
		struct {		/* VDIR */
			struct rumpfs_dents dents;
			struct rumpfs_node *parent;
			off_t nextcookie;
		} dir;
		struct {		/* VREG in memory */
			char **chunks;
			size_t nchunks;
		} reg;
		struct {		/* VLNK */
			char *target;
		} link;
		struct {		/* host file or directory */
			struct etfs *et;
			char *path;
			int readfd, writefd;
			off_t begin;
		} host;
	} rn_u;
	bool		rn_ishost;	/* : rn_u.host */
};

#define rn_dents	rn_u.dir.dents
#define rn_parent	rn_u.dir.parent
#define rn_nextcookie	rn_u.dir.nextcookie
#define rn_chunks	rn_u.reg.chunks
#define rn_nchunks	rn_u.reg.nchunks
#define rn_target	rn_u.link.target
#define rn_et		rn_u.host.et
#define rn_hostpath	rn_u.host.path
#define rn_readfd	rn_u.host.readfd
#define rn_writefd	rn_u.host.writefd
#define rn_begin	rn_u.host.begin

#define VTORN(vp)	((struct rumpfs_node *)(vp)->v_data)

/* Nodes of devices with prefix, number, perhaps a letter, suffix as names. */
struct rumpfs_range {
	LIST_ENTRY(rumpfs_range) rr_entries;	/* rfm_lock */
	struct rumpfs_node *rr_dir;	/* : */
	char		rr_prefix[32];	/* : */
	char		rr_suffix[16];	/* : */
	unsigned	rr_units;	/* : */
	unsigned	rr_parts;	/* : 0: no letters */
	unsigned	rr_n;		/* : names */
	ino_t		rr_ino;		/* : the first's; the others follow */
	off_t		rr_cookie;	/* : likewise */
	enum vtype	rr_type;	/* : */
	devmajor_t	rr_major;	/* : */
	devminor_t	rr_minor, rr_step;	/* : minor0 + unit * step + part */
	struct timespec	rr_time;
	uint8_t		rr_own[];	/* dir's lock, rfm_lock: names that left the range */
};

#define COOKIE_DOT	0
#define COOKIE_DOTDOT	1
#define COOKIE_FIRST	2

struct rumpfs_mount {
	struct mount	*rfm_mount;
	kmutex_t	rfm_lock;
	LIST_HEAD(, rumpfs_node) rfm_nodes[RUMPFS_HASH];
	LIST_HEAD(, rumpfs_range) rfm_ranges;
	ino_t		rfm_nextino;
	uint64_t	rfm_nnodes;
	uint64_t	rfm_bytes;	/* in chunks */
	struct rumpfs_node *rfm_root;
};

#define MPTORFM(mp)	((struct rumpfs_mount *)(mp)->mnt_data)

static int (**rumpfs_vnodeop_p)(void *);
static int (**rumpfs_specop_p)(void *);
static int (**rumpfs_fifoop_p)(void *);

static struct mount *rumpfs_rootmount;	/* where etfs keys are */

/*
 * Nodes.
 */

static void
rumpfs_now(struct timespec *ts)
{

	getnanotime(ts);
}

/* Reading is common and the time is seldom asked for: note it down later. */
static inline void
rumpfs_accessed(struct rumpfs_node *rn)
{

	atomic_store_relaxed(&rn->rn_accessed, true);
}

static void
rumpfs_atime(struct rumpfs_node *rn)
{

	if (atomic_load_relaxed(&rn->rn_accessed)) {
		rumpfs_now(&rn->rn_atime);
		atomic_store_relaxed(&rn->rn_accessed, false);
	}
}

static struct rumpfs_node *
rumpfs_node_find(struct rumpfs_mount *rfm, ino_t ino)
{
	struct rumpfs_node *rn;

	KASSERT(mutex_owned(&rfm->rfm_lock));
	LIST_FOREACH(rn, &rfm->rfm_nodes[ino & (RUMPFS_HASH - 1)], rn_hash) {
		if (rn->rn_ino == ino)
			break;
	}
	return rn;
}

static struct rumpfs_node *
rumpfs_node_new(enum vtype type, mode_t mode, uid_t uid, gid_t gid, dev_t rdev)
{
	struct rumpfs_node *rn;

	rn = kmem_zalloc(sizeof(*rn), KM_SLEEP);
	rn->rn_type = type;
	rn->rn_mode = mode & ALLPERMS;
	rn->rn_uid = uid;
	rn->rn_gid = gid;
	rn->rn_rdev = rdev;
	rn->rn_nlink = 1;
	rumpfs_now(&rn->rn_ctime);
	rn->rn_atime = rn->rn_mtime = rn->rn_birthtime = rn->rn_ctime;
	if (type == VDIR) {
		TAILQ_INIT(&rn->rn_dents);
		rn->rn_nextcookie = COOKIE_FIRST;
		rn->rn_nlink = 2;
	}
	return rn;
}

static void
rumpfs_node_insert(struct rumpfs_mount *rfm, struct rumpfs_node *rn, ino_t ino)
{

	KASSERT(mutex_owned(&rfm->rfm_lock));
	rn->rn_ino = ino;
	LIST_INSERT_HEAD(&rfm->rfm_nodes[ino & (RUMPFS_HASH - 1)], rn, rn_hash);
}

/* A new node with the number `ino', or the next one for 0. */
static struct rumpfs_node *
rumpfs_node_alloc(struct rumpfs_mount *rfm, enum vtype type, mode_t mode,
    uid_t uid, gid_t gid, dev_t rdev, ino_t ino)
{
	struct rumpfs_node *rn = rumpfs_node_new(type, mode, uid, gid, rdev);

	mutex_enter(&rfm->rfm_lock);
	rumpfs_node_insert(rfm, rn, ino != 0 ? ino : rfm->rfm_nextino++);
	rfm->rfm_nnodes++;
	mutex_exit(&rfm->rfm_lock);
	return rn;
}

/* Its attributes or links change: it is a node of its own from now on. */
static void
rumpfs_keep(struct rumpfs_mount *rfm, struct rumpfs_node *rn)
{

	mutex_enter(&rfm->rfm_lock);
	rn->rn_transient = false;
	mutex_exit(&rfm->rfm_lock);
}

static void
rumpfs_chunks_free(struct rumpfs_mount *rfm, struct rumpfs_node *rn,
    size_t from)
{
	uint64_t freed = 0;
	size_t i;

	for (i = from; i < rn->rn_nchunks; i++) {
		if (rn->rn_chunks[i] == NULL)
			continue;
		kmem_free(rn->rn_chunks[i], RUMPFS_CHUNK);
		rn->rn_chunks[i] = NULL;
		freed += RUMPFS_CHUNK;
	}
	if (freed == 0)
		return;
	mutex_enter(&rfm->rfm_lock);
	rfm->rfm_bytes -= freed;
	mutex_exit(&rfm->rfm_lock);
}

/* Those of a directory, or all for NULL. */
static void
rumpfs_ranges_free(struct rumpfs_mount *rfm, const struct rumpfs_node *dn)
{
	struct rumpfs_range *rr, *next;

	LIST_FOREACH_SAFE(rr, &rfm->rfm_ranges, rr_entries, next) {
		if (dn != NULL && rr->rr_dir != dn)
			continue;
		LIST_REMOVE(rr, rr_entries);
		kmem_free(rr, sizeof(*rr) + howmany(rr->rr_n, NBBY));
	}
}

static void
rumpfs_node_free(struct rumpfs_mount *rfm, struct rumpfs_node *rn)
{
	struct rumpfs_dent *rd;

	mutex_enter(&rfm->rfm_lock);
	KASSERT(!rn->rn_hasvnode);
	LIST_REMOVE(rn, rn_hash);
	KASSERT(!rn->rn_transient);
	rfm->rfm_nnodes--;
	if (rn->rn_type == VDIR)
		rumpfs_ranges_free(rfm, rn);
	mutex_exit(&rfm->rfm_lock);
	if (rn->rn_ishost) {
		if (rn->rn_hostpath != NULL)
			kmem_strfree(rn->rn_hostpath);
		if (rn->rn_et != NULL)
			etfs_rele(rn->rn_et);
	} else {
		switch (rn->rn_type) {
		case VDIR:
			while ((rd = TAILQ_FIRST(&rn->rn_dents)) != NULL) {
				TAILQ_REMOVE(&rn->rn_dents, rd, rd_entries);
				kmem_free(rd, sizeof(*rd) + rd->rd_namelen);
			}
			break;
		case VREG:
			rumpfs_chunks_free(rfm, rn, 0);
			if (rn->rn_chunks != NULL)
				kmem_free(rn->rn_chunks, rn->rn_nchunks *
				    sizeof(*rn->rn_chunks));
			break;
		case VLNK:
			if (rn->rn_target != NULL)
				kmem_free(rn->rn_target, rn->rn_size + 1);
			break;
		default:
			break;
		}
	}
	kmem_free(rn, sizeof(*rn));
}

/*
 * Directories.
 */

static struct rumpfs_dent *
rumpfs_dent_find(struct rumpfs_node *dn, const char *name, size_t len)
{
	struct rumpfs_dent *rd;

	TAILQ_FOREACH(rd, &dn->rn_dents, rd_entries) {
		if (rd->rd_namelen == len &&
		    memcmp(rd->rd_name, name, len) == 0)
			return rd;
	}
	return NULL;
}

static void
rumpfs_dent_add(struct rumpfs_node *dn, const char *name, size_t len, struct rumpfs_node *rn)
{
	struct rumpfs_dent *rd = kmem_alloc(sizeof(*rd) + len, KM_SLEEP);

	rd->rd_node = rn;
	rd->rd_namelen = len;
	rd->rd_cookie = dn->rn_nextcookie++;
	memcpy(rd->rd_name, name, len);
	TAILQ_INSERT_TAIL(&dn->rn_dents, rd, rd_entries);
}

static void
rumpfs_dent_enter(struct rumpfs_node *dn, const char *name, size_t len,
    struct rumpfs_node *rn)
{
	struct rumpfs_dent *rd;

	/* A whiteout makes room for what it hid. */
	rd = rumpfs_dent_find(dn, name, len);
	if (rd != NULL) {
		KASSERT(rd->rd_node == NULL);
		rd->rd_node = rn;
	} else {
		rumpfs_dent_add(dn, name, len, rn);
		dn->rn_size += len + 1;
	}
	rumpfs_now(&dn->rn_mtime);
	dn->rn_ctime = dn->rn_mtime;
}

static void
rumpfs_dent_remove(struct rumpfs_node *dn, struct rumpfs_dent *rd)
{

	TAILQ_REMOVE(&dn->rn_dents, rd, rd_entries);
	dn->rn_size -= rd->rd_namelen + 1;
	kmem_free(rd, sizeof(*rd) + rd->rd_namelen);
	rumpfs_now(&dn->rn_mtime);
	dn->rn_ctime = dn->rn_mtime;
}

/* The name is gone, or a whiteout is left in its place. */
static void
rumpfs_dent_delete(struct rumpfs_node *dn, struct rumpfs_dent *rd,
    const struct componentname *cnp)
{

	if (cnp->cn_flags & DOWHITEOUT) {
		rd->rd_node = NULL;
		rumpfs_now(&dn->rn_mtime);
		dn->rn_ctime = dn->rn_mtime;
	} else {
		rumpfs_dent_remove(dn, rd);
	}
}

/*
 * Ranges of device nodes.
 */

static int
rumpfs_range_name(const struct rumpfs_range *rr, unsigned i, char *buf, size_t size)
{

	if (rr->rr_parts == 0)
		return snprintf(buf, size, "%s%u%s", rr->rr_prefix, i, rr->rr_suffix);
	return snprintf(buf, size, "%s%u%c%s", rr->rr_prefix, i / rr->rr_parts,
	    (int)('a' + i % rr->rr_parts), rr->rr_suffix);
}

/* The range of a directory that a name is in, and its index there; or NULL. */
static struct rumpfs_range *
rumpfs_range_find(struct rumpfs_mount *rfm, const struct rumpfs_node *dn, const char *name,
    size_t len, unsigned *ip)
{
	struct rumpfs_range *rr;
	size_t plen, end, at;
	unsigned i, part;

	mutex_enter(&rfm->rfm_lock);
	LIST_FOREACH(rr, &rfm->rfm_ranges, rr_entries) {
		plen = strlen(rr->rr_prefix);
		end = len - strlen(rr->rr_suffix);
		if (rr->rr_dir != dn || end > len || end <= plen ||
		    memcmp(name, rr->rr_prefix, plen) != 0 ||
		    memcmp(name + end, rr->rr_suffix, len - end) != 0)
			continue;
		part = 0;
		if (rr->rr_parts != 0 && (part = name[--end] - 'a') >= rr->rr_parts)
			continue;
		for (i = 0, at = plen; at < end && isdigit(name[at]) && i < rr->rr_units; at++)
			i = i * 10 + (name[at] - '0');
		if (at != end || at == plen || i >= rr->rr_units ||
		    (name[plen] == '0' && at != plen + 1))
			continue;
		i = i * MAX(1, rr->rr_parts) + part;
		if (isclr(rr->rr_own, i)) {
			*ip = i;
			break;
		}
	}
	mutex_exit(&rfm->rfm_lock);
	return rr;
}

/* The next name of a directory's ranges at a cookie or behind it. */
static struct rumpfs_range *
rumpfs_range_next(struct rumpfs_mount *rfm, const struct rumpfs_node *dn, off_t cookie,
    unsigned *ip)
{
	struct rumpfs_range *rr, *best = NULL;
	unsigned i;

	mutex_enter(&rfm->rfm_lock);
	LIST_FOREACH(rr, &rfm->rfm_ranges, rr_entries) {
		if (rr->rr_dir != dn || cookie >= rr->rr_cookie + rr->rr_n)
			continue;
		for (i = MAX(cookie - rr->rr_cookie, 0); i < rr->rr_n && isset(rr->rr_own, i); i++)
			continue;
		if (i < rr->rr_n && (best == NULL || rr->rr_cookie < best->rr_cookie)) {
			best = rr;
			*ip = i;
		}
	}
	mutex_exit(&rfm->rfm_lock);
	return best;
}

/*
 * The node of a name of a range: for good, the name is about to get an entry
 * of its own; else for the vnode that is being made.  NULL: it left the range.
 */
static struct rumpfs_node *
rumpfs_range_node(struct rumpfs_mount *rfm, struct rumpfs_range *rr, unsigned i, bool forgood)
{
	const unsigned parts = MAX(1, rr->rr_parts);
	struct rumpfs_node *rn, *new;

	new = rumpfs_node_new(rr->rr_type, 0666, 0, rr->rr_dir->rn_gid, makedev(rr->rr_major,
	    rr->rr_minor + i / parts * rr->rr_step + i % parts));
	new->rn_atime = new->rn_mtime = new->rn_ctime = new->rn_birthtime = rr->rr_time;
	mutex_enter(&rfm->rfm_lock);
	rn = rumpfs_node_find(rfm, rr->rr_ino + i);
	if (rn == NULL && isclr(rr->rr_own, i)) {
		rn = new;
		new = NULL;
		rn->rn_transient = true;
		rumpfs_node_insert(rfm, rn, rr->rr_ino + i);
	}
	if (rn != NULL && forgood) {
		rn->rn_transient = false;
		setbit(rr->rr_own, i);
	} else if (rn != NULL)
		rn->rn_hasvnode = true;
	mutex_exit(&rfm->rfm_lock);
	if (new != NULL)
		kmem_free(new, sizeof(*new));
	return rn;
}

/* The entry of a name for one who will change it; the directory is locked. */
static struct rumpfs_dent *
rumpfs_dent_own(struct rumpfs_mount *rfm, struct rumpfs_node *dn, const char *name, size_t len)
{
	struct rumpfs_dent *rd = rumpfs_dent_find(dn, name, len);
	struct rumpfs_node *rn;
	struct rumpfs_range *rr;
	unsigned i;

	if (rd == NULL && (rr = rumpfs_range_find(rfm, dn, name, len, &i)) != NULL &&
	    (rn = rumpfs_range_node(rfm, rr, i, true)) != NULL) {
		rumpfs_dent_add(dn, name, len, rn);
		rd = TAILQ_LAST(&dn->rn_dents, rumpfs_dents);
	}
	return rd;
}

/*
 * Puts device nodes for everybody into a directory, see rump_vfs_makedevunits().
 * Names that are there already stay as they are.  EOPNOTSUPP if the directory
 * is not of this file system.
 */
int
rumpfs_devunits(struct vnode *dvp, const char *prefix, const char *suffix, enum vtype type,
    unsigned units, unsigned parts, devmajor_t maj, devminor_t minor0, devminor_t step)
{
	const unsigned n = units * MAX(1, parts);
	struct rumpfs_range *rr;
	struct rumpfs_mount *rfm;
	struct rumpfs_node *dn;
	char name[64];
	unsigned i, dup;
	int len;

	if (dvp->v_op != rumpfs_vnodeop_p || dvp->v_type != VDIR || VTORN(dvp)->rn_ishost)
		return EOPNOTSUPP;
	if (strlen(prefix) >= sizeof(rr->rr_prefix) || strlen(suffix) >= sizeof(rr->rr_suffix))
		return ENAMETOOLONG;
	rfm = MPTORFM(dvp->v_mount);
	dn = VTORN(dvp);
	rr = kmem_zalloc(sizeof(*rr) + howmany(n, NBBY), KM_SLEEP);
	rr->rr_dir = dn;
	strlcpy(rr->rr_prefix, prefix, sizeof(rr->rr_prefix));
	strlcpy(rr->rr_suffix, suffix, sizeof(rr->rr_suffix));
	rr->rr_units = units;
	rr->rr_parts = parts;
	rr->rr_n = n;
	rr->rr_type = type;
	rr->rr_major = maj;
	rr->rr_minor = minor0;
	rr->rr_step = step;
	rumpfs_now(&rr->rr_time);
	for (i = 0; i < n; i++) {
		len = rumpfs_range_name(rr, i, name, sizeof(name));
		if (rumpfs_dent_find(dn, name, len) != NULL ||
		    rumpfs_range_find(rfm, dn, name, len, &dup) != NULL)
			setbit(rr->rr_own, i);
		else
			dn->rn_size += len + 1;
	}
	rumpfs_now(&dn->rn_mtime);
	dn->rn_ctime = dn->rn_mtime;
	rr->rr_cookie = dn->rn_nextcookie;
	dn->rn_nextcookie += n;
	mutex_enter(&rfm->rfm_lock);
	rr->rr_ino = rfm->rfm_nextino;
	rfm->rfm_nextino += n;
	for (i = 0; i < n; i++)
		rfm->rfm_nnodes += isclr(rr->rr_own, i);
	LIST_INSERT_HEAD(&rfm->rfm_ranges, rr, rr_entries);
	mutex_exit(&rfm->rfm_lock);
	/* Somebody may know that they are not there. */
	cache_purge(dvp);
	return 0;
}

/*
 * Vnode operations.
 */

/*
 * Does a host file hide what the name cache knows of this name?
 */
bool
rumpfs_hides(struct vnode *dvp, const char *name)
{

	return dvp->v_mount == rumpfs_rootmount && etfs_match(name) != 0;
}

static int
rumpfs_parsepath(void *v)
{
	struct vop_parsepath_args *ap = v;
	struct vnode *dvp = ap->a_dvp;
	size_t n;

	if ((dvp->v_vflag & VV_ROOT) != 0 &&
	    dvp->v_mount == rumpfs_rootmount) {
		n = etfs_match(ap->a_name);
		if (n != 0) {
			*ap->a_retval = n;
			return 0;
		}
	}
	return genfs_parsepath(v);
}

/* A node for a host file; takes the reference of `et' over if it is given. */
static struct rumpfs_node *
rumpfs_hostnode(struct rumpfs_mount *rfm, struct etfs *et, const char *path,
    enum vtype type, off_t size, dev_t rdev, ino_t ino)
{
	struct rumpfs_node *rn;

	rn = rumpfs_node_alloc(rfm, type, type == VDIR ? 0777 : 0666, 0, 0,
	    rdev, ino);
	memset(&rn->rn_u, 0, sizeof(rn->rn_u));
	rn->rn_ishost = true;
	rn->rn_et = et;
	rn->rn_hostpath = kmem_strdup(path, KM_SLEEP);
	rn->rn_readfd = rn->rn_writefd = -1;
	rn->rn_size = size;
	return rn;
}

/* A name in the root: the key of a host file? */
static int
rumpfs_lookup_etfs(struct vnode *dvp, const struct componentname *cnp,
    struct vnode **vpp)
{
	struct rumpfs_mount *rfm = MPTORFM(dvp->v_mount);
	struct rumpfs_node *rn;
	struct etfs *et;
	enum vtype type;
	char *key;
	ino_t ino;
	int error;

	if (etfs_match(cnp->cn_nameptr) != cnp->cn_namelen)
		return ENOENT;
	key = kmem_alloc(cnp->cn_namelen + 1, KM_SLEEP);
	memcpy(key, cnp->cn_nameptr, cnp->cn_namelen);
	key[cnp->cn_namelen] = '\0';
again:
	et = etfs_find(key, true);
	if (et == NULL) {
		kmem_free(key, cnp->cn_namelen + 1);
		return ENOENT;
	}
	ino = et->et_fileid;
	mutex_enter(&rfm->rfm_lock);
	rn = rumpfs_node_find(rfm, et->et_fileid);
	mutex_exit(&rfm->rfm_lock);
	if (rn == NULL) {
		switch (et->et_type) {
		case RUMP_ETFS_BLK:
			type = VBLK;
			break;
		case RUMP_ETFS_CHR:
			type = VCHR;
			break;
		case RUMP_ETFS_DIR:
		case RUMP_ETFS_DIR_SUBDIRS:
			type = VDIR;
			break;
		default:
			type = VREG;
			break;
		}
		rn = rumpfs_hostnode(rfm, et, et->et_hostpath, type,
		    et->et_size, et->et_rdev, et->et_fileid);
		rn->rn_begin = et->et_begin;
	} else {
		etfs_rele(et);
	}
	error = vcache_get(dvp->v_mount, &ino, sizeof(ino), vpp);
	/* Its last user may have taken the node away meanwhile. */
	if (error == ENOENT)
		goto again;
	kmem_free(key, cnp->cn_namelen + 1);
	return error;
}

/* A name in a host directory. */
static int
rumpfs_lookup_host(struct vnode *dvp, const struct componentname *cnp,
    struct vnode **vpp)
{
	struct rumpfs_mount *rfm = MPTORFM(dvp->v_mount);
	struct rumpfs_node *dn = VTORN(dvp), *rn = NULL;
	struct etfs *et = dn->rn_et;
	uint64_t fsize;
	char *path;
	int error, ft, i;

	path = kmem_asprintf("%s/%.*s", dn->rn_hostpath, (int)cnp->cn_namelen,
	    cnp->cn_nameptr);
	error = rumpuser_getfileinfo(path, &fsize, &ft);
	if (error != 0)
		goto out;
	if (ft == RUMPUSER_FT_DIR && et->et_type != RUMP_ETFS_DIR_SUBDIRS) {
		error = ENOENT;
		goto out;
	}
	if (ft != RUMPUSER_FT_DIR && ft != RUMPUSER_FT_REG) {
		error = ENOENT;
		goto out;
	}
	mutex_enter(&rfm->rfm_lock);
	for (i = 0; i < RUMPFS_HASH && rn == NULL; i++) {
		LIST_FOREACH(rn, &rfm->rfm_nodes[i], rn_hash) {
			if (rn->rn_ishost &&
			    strcmp(rn->rn_hostpath, path) == 0)
				break;
		}
	}
	mutex_exit(&rfm->rfm_lock);
	if (rn == NULL) {
		/* The key stays in use as long as one of its files is known. */
		et = etfs_find(et->et_key, true);
		if (et == NULL) {
			error = ENOENT;
			goto out;
		}
		rn = rumpfs_hostnode(rfm, et, path,
		    ft == RUMPUSER_FT_DIR ? VDIR : VREG, fsize, NODEV, 0);
	}
	error = vcache_get(dvp->v_mount, &rn->rn_ino, sizeof(rn->rn_ino),
	    vpp);
out:
	kmem_strfree(path);
	return error;
}

static int
rumpfs_lookup(void *v)
{
	struct vop_lookup_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp, **vpp = ap->a_vpp;
	struct componentname *cnp = ap->a_cnp;
	struct rumpfs_mount *rfm = MPTORFM(dvp->v_mount);
	struct rumpfs_node *dn = VTORN(dvp), *rn;
	struct rumpfs_range *rr = NULL;
	struct rumpfs_dent *rd;
	bool last = (cnp->cn_flags & ISLASTCN) != 0, rdonly;
	int error, iswhiteout;
	unsigned i;
	ino_t ino;

	*vpp = NULL;
	error = VOP_ACCESS(dvp, VEXEC, cnp->cn_cred);
	if (error != 0)
		return error;
	rdonly = (dvp->v_mount->mnt_flag & MNT_RDONLY) != 0 || dn->rn_ishost;
	if (last && rdonly && (cnp->cn_nameiop == DELETE ||
	    cnp->cn_nameiop == RENAME))
		return EROFS;

	if (cnp->cn_namelen == 1 && cnp->cn_nameptr[0] == '.') {
		if (last && cnp->cn_nameiop == RENAME)
			return EISDIR;
		vref(dvp);
		*vpp = dvp;
		return 0;
	}
	if ((dvp->v_vflag & VV_ROOT) != 0 &&
	    dvp->v_mount == rumpfs_rootmount) {
		error = rumpfs_lookup_etfs(dvp, cnp, vpp);
		if (error != ENOENT) {
			if (error == 0 && last && cnp->cn_nameiop != LOOKUP &&
			    cnp->cn_nameiop != CREATE) {
				vrele(*vpp);
				*vpp = NULL;
				return EPERM;
			}
			return error;
		}
	}
	if (dn->rn_ishost && (cnp->cn_flags & ISDOTDOT) == 0) {
		error = rumpfs_lookup_host(dvp, cnp, vpp);
		if (error == ENOENT && last && cnp->cn_nameiop == CREATE)
			error = EROFS;
		return error;
	}
	if (cnp->cn_flags & ISDOTDOT) {
		if (last && cnp->cn_nameiop == RENAME)
			return EINVAL;
		rn = dn->rn_ishost ? MPTORFM(dvp->v_mount)->rfm_root :
		    dn->rn_parent;
		if (rn == NULL)
			return ENOENT;
		return vcache_get(dvp->v_mount, &rn->rn_ino,
		    sizeof(rn->rn_ino), vpp);
	}
	if (cache_lookup(dvp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_nameiop, cnp->cn_flags, &iswhiteout, vpp)) {
		if (iswhiteout)
			cnp->cn_flags |= ISWHITEOUT;
		return *vpp == NULL ? ENOENT : 0;
	}
	if (iswhiteout)
		cnp->cn_flags |= ISWHITEOUT;

	rd = rumpfs_dent_find(dn, cnp->cn_nameptr, cnp->cn_namelen);
	if (rd != NULL && rd->rd_node == NULL) {
		cnp->cn_flags |= ISWHITEOUT;
		rd = NULL;
	} else if (rd == NULL) {
		rr = rumpfs_range_find(rfm, dn, cnp->cn_nameptr, cnp->cn_namelen, &i);
		if (rr != NULL && last && (cnp->cn_nameiop == DELETE || cnp->cn_nameiop == RENAME))
			rd = rumpfs_dent_own(rfm, dn, cnp->cn_nameptr, cnp->cn_namelen);
	}
	if (rd == NULL && rr == NULL) {
		if (last && (cnp->cn_nameiop == CREATE ||
		    cnp->cn_nameiop == RENAME)) {
			if (rdonly)
				return EROFS;
			/* Into a directory that is removed nothing can go. */
			if (dn->rn_nlink == 0)
				return ENOENT;
			error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
			if (error != 0)
				return error;
			return EJUSTRETURN;
		}
		cache_enter(dvp, NULL, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
		return ENOENT;
	}
	rn = rd != NULL ? rd->rd_node : NULL;
	ino = rn != NULL ? rn->rn_ino : rr->rr_ino + i;
	if (rn != NULL && last && (cnp->cn_nameiop == DELETE ||
	    cnp->cn_nameiop == RENAME)) {
		error = VOP_ACCESS(dvp, VWRITE, cnp->cn_cred);
		if (error == 0 && (dn->rn_mode & S_ISTXT) != 0)
			error = kauth_authorize_vnode(cnp->cn_cred,
			    KAUTH_VNODE_DELETE, dvp, NULL,
			    genfs_can_sticky(dvp, cnp->cn_cred, dn->rn_uid,
			    rn->rn_uid));
		if (error != 0)
			return error;
	}
	error = vcache_get(dvp->v_mount, &ino, sizeof(ino), vpp);
	if (error == 0)
		cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen,
		    cnp->cn_flags);
	return error;
}

/* A new file in a directory that VOP_LOOKUP has checked. */
static int
rumpfs_makefile(struct vnode *dvp, struct vnode **vpp,
    struct componentname *cnp, struct vattr *vap, const char *target)
{
	struct rumpfs_mount *rfm = MPTORFM(dvp->v_mount);
	struct rumpfs_node *dn = VTORN(dvp), *rn;
	size_t len;
	int error;

	if (dn->rn_nlink == 0)
		return ENOENT;
	if (vap->va_type == VDIR && dn->rn_nlink >= LINK_MAX)
		return EMLINK;
	rn = rumpfs_node_alloc(rfm, vap->va_type, vap->va_mode,
	    kauth_cred_geteuid(cnp->cn_cred), dn->rn_gid,
	    vap->va_type == VBLK || vap->va_type == VCHR ?
	    vap->va_rdev : NODEV, 0);
	/* Set group id is for members of the group. */
	if ((rn->rn_mode & S_ISGID) && vap->va_type != VDIR &&
	    kauth_cred_groupmember(cnp->cn_cred, rn->rn_gid) != 0 &&
	    kauth_cred_geteuid(cnp->cn_cred) != 0)
		rn->rn_mode &= ~S_ISGID;
	if (target != NULL) {
		len = strlen(target);
		rn->rn_target = kmem_alloc(len + 1, KM_SLEEP);
		memcpy(rn->rn_target, target, len + 1);
		rn->rn_size = len;
	}
	if (vap->va_type == VDIR)
		rn->rn_parent = dn;
	error = vcache_get(dvp->v_mount, &rn->rn_ino, sizeof(rn->rn_ino),
	    vpp);
	if (error != 0) {
		rumpfs_node_free(rfm, rn);
		return error;
	}
	rumpfs_dent_enter(dn, cnp->cn_nameptr, cnp->cn_namelen, rn);
	if (vap->va_type == VDIR)
		dn->rn_nlink++;
	cache_enter(dvp, *vpp, cnp->cn_nameptr, cnp->cn_namelen,
	    cnp->cn_flags);
	return 0;
}

static int
rumpfs_create(void *v)
{
	struct vop_create_v3_args *ap = v;

	KASSERT(ap->a_vap->va_type == VREG || ap->a_vap->va_type == VSOCK);
	return rumpfs_makefile(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap,
	    NULL);
}

static int
rumpfs_mknod(void *v)
{
	struct vop_mknod_v3_args *ap = v;

	return rumpfs_makefile(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap,
	    NULL);
}

static int
rumpfs_mkdir(void *v)
{
	struct vop_mkdir_v3_args *ap = v;

	return rumpfs_makefile(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap,
	    NULL);
}

static int
rumpfs_symlink(void *v)
{
	struct vop_symlink_v3_args *ap = v;

	ap->a_vap->va_type = VLNK;
	return rumpfs_makefile(ap->a_dvp, ap->a_vpp, ap->a_cnp, ap->a_vap,
	    ap->a_target);
}

static int
rumpfs_open(void *v)
{
	struct vop_open_args *ap = v;
	struct rumpfs_node *rn = VTORN(ap->a_vp);
	int error;

	if ((rn->rn_flags & APPEND) != 0 &&
	    (ap->a_mode & (FWRITE | O_APPEND)) == FWRITE)
		return EPERM;
	if (!rn->rn_ishost || rn->rn_type != VREG)
		return 0;
	if ((ap->a_mode & FREAD) != 0 && rn->rn_readfd == -1) {
		error = rumpuser_open(rn->rn_hostpath, RUMPUSER_OPEN_RDONLY,
		    &rn->rn_readfd);
		if (error != 0)
			return error;
	}
	if ((ap->a_mode & FWRITE) != 0 && rn->rn_writefd == -1) {
		error = rumpuser_open(rn->rn_hostpath, RUMPUSER_OPEN_WRONLY,
		    &rn->rn_writefd);
		if (error != 0)
			return error;
	}
	return 0;
}

static int
rumpfs_access(void *v)
{
	struct vop_access_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VTORN(vp);

	if ((ap->a_accmode & VWRITE) != 0) {
		switch (vp->v_type) {
		case VREG:
		case VDIR:
		case VLNK:
			if (vp->v_mount->mnt_flag & MNT_RDONLY)
				return EROFS;
			break;
		default:
			break;
		}
		if (rn->rn_flags & IMMUTABLE)
			return EPERM;
	}
	return kauth_authorize_vnode(ap->a_cred, KAUTH_ACCESS_ACTION(
	    ap->a_accmode, vp->v_type, rn->rn_mode), vp, NULL,
	    genfs_can_access(vp, ap->a_cred, rn->rn_uid, rn->rn_gid,
	    rn->rn_mode, NULL, ap->a_accmode));
}

static int
rumpfs_getattr(void *v)
{
	struct vop_getattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VTORN(vp);
	struct vattr *vap = ap->a_vap;
	size_t i;

	rumpfs_atime(rn);
	vattr_null(vap);
	vap->va_type = vp->v_type;
	vap->va_mode = rn->rn_mode;
	vap->va_nlink = rn->rn_nlink;
	vap->va_uid = rn->rn_uid;
	vap->va_gid = rn->rn_gid;
	vap->va_fsid = vp->v_mount->mnt_stat.f_fsidx.__fsid_val[0];
	vap->va_fileid = rn->rn_ino;
	vap->va_size = rn->rn_size;
	vap->va_blocksize = RUMPFS_CHUNK;
	vap->va_atime = rn->rn_atime;
	vap->va_mtime = rn->rn_mtime;
	vap->va_ctime = rn->rn_ctime;
	vap->va_birthtime = rn->rn_birthtime;
	vap->va_gen = 1;
	vap->va_flags = rn->rn_flags;
	vap->va_rdev = rn->rn_rdev;
	vap->va_filerev = 0;
	vap->va_bytes = 0;
	if (vp->v_type == VREG && !rn->rn_ishost) {
		for (i = 0; i < rn->rn_nchunks; i++) {
			if (rn->rn_chunks[i] != NULL)
				vap->va_bytes += RUMPFS_CHUNK;
		}
	} else {
		vap->va_bytes = rn->rn_size;
	}
	vap->va_vaflags = 0;
	return 0;
}

/* Change the size of a file in memory. */
static int
rumpfs_truncate(struct vnode *vp, off_t size)
{
	struct rumpfs_node *rn = VTORN(vp);
	size_t chunk, off;

	if (rn->rn_ishost)
		return size == rn->rn_size ? 0 : EOPNOTSUPP;
	if (size < 0)
		return EINVAL;
	if (size > RUMPFS_MAXSIZE)
		return EFBIG;
	if (size < rn->rn_size) {
		rumpfs_chunks_free(MPTORFM(vp->v_mount), rn,
		    howmany(size, RUMPFS_CHUNK));
		/* What is cut off must not come back. */
		chunk = size / RUMPFS_CHUNK;
		off = size % RUMPFS_CHUNK;
		if (off != 0 && chunk < rn->rn_nchunks &&
		    rn->rn_chunks[chunk] != NULL)
			memset(rn->rn_chunks[chunk] + off, 0,
			    RUMPFS_CHUNK - off);
	}
	rn->rn_size = size;
	uvm_vnp_setsize(vp, size);
	rumpfs_now(&rn->rn_mtime);
	rn->rn_ctime = rn->rn_mtime;
	return 0;
}

static int
rumpfs_setflags(struct vnode *vp, struct rumpfs_node *rn, u_long flags,
    kauth_cred_t cred)
{
	kauth_action_t action = KAUTH_VNODE_WRITE_FLAGS;
	bool changing_sysflags = false;
	int error;

	if ((flags & SF_SETTABLE) != (rn->rn_flags & SF_SETTABLE)) {
		action |= KAUTH_VNODE_WRITE_SYSFLAGS;
		changing_sysflags = true;
	}
	if (rn->rn_flags & (SF_IMMUTABLE | SF_APPEND))
		action |= KAUTH_VNODE_HAS_SYSFLAGS;
	error = kauth_authorize_vnode(cred, action, vp, NULL,
	    genfs_can_chflags(vp, cred, rn->rn_uid, changing_sysflags));
	if (error != 0)
		return error;
	rn->rn_flags = flags;
	return 0;
}

static int
rumpfs_setattr(void *v)
{
	struct vop_setattr_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VTORN(vp);
	struct vattr *vap = ap->a_vap;
	kauth_cred_t cred = ap->a_cred;
	uid_t uid;
	gid_t gid;
	int error;

	if (vap->va_type != VNON || vap->va_nlink != (nlink_t)VNOVAL ||
	    vap->va_fsid != (dev_t)VNOVAL ||
	    vap->va_fileid != (ino_t)VNOVAL ||
	    vap->va_blocksize != VNOVAL || vap->va_rdev != (dev_t)VNOVAL ||
	    vap->va_bytes != (u_quad_t)VNOVAL || vap->va_gen != (u_long)VNOVAL)
		return EINVAL;
	if (vp->v_mount->mnt_flag & MNT_RDONLY)
		return EROFS;

	rumpfs_keep(MPTORFM(vp->v_mount), rn);
	if (vap->va_flags != (u_long)VNOVAL) {
		error = rumpfs_setflags(vp, rn, vap->va_flags, cred);
		if (error != 0)
			return error;
		rumpfs_now(&rn->rn_ctime);
		if (vap->va_flags & (IMMUTABLE | APPEND))
			return 0;
	}
	if (rn->rn_flags & (IMMUTABLE | APPEND))
		return EPERM;

	if (vap->va_size != (u_quad_t)VNOVAL) {
		switch (vp->v_type) {
		case VDIR:
			return EISDIR;
		case VREG:
			if (vap->va_size > INT64_MAX)
				return EINVAL;
			error = rumpfs_truncate(vp, vap->va_size);
			if (error != 0)
				return error;
			break;
		case VCHR:
		case VBLK:
		case VFIFO:
			break;
		default:
			return EOPNOTSUPP;
		}
	}
	if (vap->va_uid != (uid_t)VNOVAL || vap->va_gid != (gid_t)VNOVAL) {
		uid = vap->va_uid != (uid_t)VNOVAL ? vap->va_uid : rn->rn_uid;
		gid = vap->va_gid != (gid_t)VNOVAL ? vap->va_gid : rn->rn_gid;
		error = kauth_authorize_vnode(cred,
		    KAUTH_VNODE_CHANGE_OWNERSHIP, vp, NULL,
		    genfs_can_chown(vp, cred, rn->rn_uid, rn->rn_gid, uid,
		    gid));
		if (error != 0)
			return error;
		rn->rn_uid = uid;
		rn->rn_gid = gid;
		rumpfs_now(&rn->rn_ctime);
		cache_enter_id(vp, rn->rn_mode, rn->rn_uid, rn->rn_gid, true);
	}
	if (vap->va_mode != (mode_t)VNOVAL) {
		error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_SECURITY,
		    vp, NULL, genfs_can_chmod(vp, cred, rn->rn_uid,
		    rn->rn_gid, vap->va_mode));
		if (error != 0)
			return error;
		rn->rn_mode = vap->va_mode & ALLPERMS;
		rumpfs_now(&rn->rn_ctime);
		cache_enter_id(vp, rn->rn_mode, rn->rn_uid, rn->rn_gid, true);
	}
	if (vap->va_atime.tv_sec != VNOVAL || vap->va_mtime.tv_sec != VNOVAL ||
	    vap->va_birthtime.tv_sec != VNOVAL) {
		error = kauth_authorize_vnode(cred, KAUTH_VNODE_WRITE_TIMES,
		    vp, NULL, genfs_can_chtimes(vp, cred, rn->rn_uid,
		    vap->va_vaflags));
		if (error != 0)
			return error;
		if (vap->va_atime.tv_sec != VNOVAL) {
			rn->rn_atime = vap->va_atime;
			rn->rn_accessed = false;
		}
		if (vap->va_mtime.tv_sec != VNOVAL)
			rn->rn_mtime = vap->va_mtime;
		if (vap->va_birthtime.tv_sec != VNOVAL)
			rn->rn_birthtime = vap->va_birthtime;
		rumpfs_now(&rn->rn_ctime);
	}
	return 0;
}

/* Through a buffer from or to the host; the window is [begin, begin+size). */
static int
rumpfs_hostio(struct rumpfs_node *rn, struct uio *uio)
{
	struct rumpuser_iovec iov;
	size_t n, done;
	char *buf;
	off_t left;
	int error = 0;

	buf = kmem_alloc(MIN(uio->uio_resid, RUMPFS_HOSTBUF), KM_SLEEP);
	n = MIN(uio->uio_resid, RUMPFS_HOSTBUF);
	const size_t bufsize = n;

	while (uio->uio_resid > 0) {
		left = rn->rn_size - uio->uio_offset;
		if (uio->uio_rw == UIO_WRITE && rn->rn_et->et_toend)
			left = INT64_MAX - rn->rn_begin - uio->uio_offset;
		if (left <= 0) {
			if (uio->uio_rw == UIO_WRITE)
				error = ENOSPC;
			break;
		}
		n = MIN(MIN(uio->uio_resid, bufsize), (size_t)left);
		iov.iov_base = buf;
		iov.iov_len = n;
		if (uio->uio_rw == UIO_READ) {
			error = rumpuser_iovread(rn->rn_readfd, &iov, 1,
			    rn->rn_begin + uio->uio_offset, &done);
			if (error != 0 || done == 0)
				break;
			error = uiomove(buf, MIN(done, n), uio);
		} else {
			off_t off = uio->uio_offset;

			error = uiomove(buf, n, uio);
			if (error != 0)
				break;
			error = rumpuser_iovwrite(rn->rn_writefd, &iov, 1,
			    rn->rn_begin + off, &done);
			if (error == 0 && done != n)
				error = EIO;
			if (error != 0) {
				uio->uio_resid += n;
				uio->uio_offset = off;
			} else if (uio->uio_offset > rn->rn_size) {
				rn->rn_size = uio->uio_offset;
			}
		}
		if (error != 0)
			break;
	}
	kmem_free(buf, bufsize);
	return error;
}

static int
rumpfs_read(void *v)
{
	static const char zeros[512];
	struct vop_read_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VTORN(vp);
	struct uio *uio = ap->a_uio;
	size_t chunk, off, n;
	int error = 0;

	if (vp->v_type == VDIR)
		return EISDIR;
	if (vp->v_type != VREG)
		return EINVAL;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	if ((vp->v_mount->mnt_flag & MNT_NOATIME) == 0)
		rumpfs_accessed(rn);
	if (rn->rn_ishost) {
		if (rn->rn_readfd == -1)
			return EBADF;
		return rumpfs_hostio(rn, uio);
	}
	while (error == 0 && uio->uio_resid > 0 &&
	    uio->uio_offset < rn->rn_size) {
		chunk = uio->uio_offset / RUMPFS_CHUNK;
		off = uio->uio_offset % RUMPFS_CHUNK;
		n = MIN(RUMPFS_CHUNK - off, uio->uio_resid);
		n = MIN(n, (size_t)(rn->rn_size - uio->uio_offset));
		if (chunk < rn->rn_nchunks && rn->rn_chunks[chunk] != NULL)
			error = uiomove(rn->rn_chunks[chunk] + off, n, uio);
		else
			error = uiomove(__UNCONST(zeros),
			    MIN(n, sizeof(zeros)), uio);
	}
	return error;
}

/* Memory for a chunk of a file; ENOSPC if there is none. */
static int
rumpfs_chunk_alloc(struct rumpfs_mount *rfm, struct rumpfs_node *rn,
    size_t chunk)
{
	size_t n;
	char **chunks;

	if (chunk >= rn->rn_nchunks) {
		n = rn->rn_nchunks != 0 ? rn->rn_nchunks : 4;
		while (n <= chunk)
			n *= 2;
		chunks = kmem_zalloc(n * sizeof(*chunks), KM_NOSLEEP);
		if (chunks == NULL)
			return ENOSPC;
		if (rn->rn_chunks != NULL) {
			memcpy(chunks, rn->rn_chunks,
			    rn->rn_nchunks * sizeof(*chunks));
			kmem_free(rn->rn_chunks,
			    rn->rn_nchunks * sizeof(*chunks));
		}
		rn->rn_chunks = chunks;
		rn->rn_nchunks = n;
	}
	if (rn->rn_chunks[chunk] != NULL)
		return 0;
	rn->rn_chunks[chunk] = kmem_zalloc(RUMPFS_CHUNK, KM_NOSLEEP);
	if (rn->rn_chunks[chunk] == NULL)
		return ENOSPC;
	mutex_enter(&rfm->rfm_lock);
	rfm->rfm_bytes += RUMPFS_CHUNK;
	mutex_exit(&rfm->rfm_lock);
	return 0;
}

static int
rumpfs_write(void *v)
{
	struct vop_write_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VTORN(vp);
	struct uio *uio = ap->a_uio;
	size_t chunk, off, n, resid;
	off_t osize = rn->rn_size, ooff;
	int error = 0;

	if (vp->v_type != VREG)
		return vp->v_type == VDIR ? EISDIR : EINVAL;
	if (ap->a_ioflag & IO_APPEND)
		uio->uio_offset = rn->rn_size;
	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	rumpfs_now(&rn->rn_mtime);
	rn->rn_ctime = rn->rn_mtime;
	if (rn->rn_ishost) {
		if (rn->rn_writefd == -1)
			return EBADF;
		error = rumpfs_hostio(rn, uio);
		if (rn->rn_size != osize)
			uvm_vnp_setsize(vp, rn->rn_size);
		return error;
	}
	if (uio->uio_offset > RUMPFS_MAXSIZE ||
	    uio->uio_resid > (size_t)(RUMPFS_MAXSIZE - uio->uio_offset))
		return EFBIG;
	ooff = uio->uio_offset;
	resid = uio->uio_resid;
	while (error == 0 && uio->uio_resid > 0) {
		chunk = uio->uio_offset / RUMPFS_CHUNK;
		off = uio->uio_offset % RUMPFS_CHUNK;
		n = MIN(RUMPFS_CHUNK - off, uio->uio_resid);
		error = rumpfs_chunk_alloc(MPTORFM(vp->v_mount), rn, chunk);
		if (error == 0)
			error = uiomove(rn->rn_chunks[chunk] + off, n, uio);
		if (uio->uio_offset > rn->rn_size)
			rn->rn_size = uio->uio_offset;
	}
	/* All or nothing. */
	if (error != 0 && (ap->a_ioflag & IO_UNIT) != 0) {
		(void)rumpfs_truncate(vp, osize);
		uio->uio_offset = ooff;
		uio->uio_resid = resid;
	}
	if (rn->rn_size != osize)
		uvm_vnp_setsize(vp, rn->rn_size);
	/* A program that was changed is no longer the owner's word. */
	if (error == 0 && (rn->rn_mode & (S_ISUID | S_ISGID)) != 0 &&
	    kauth_authorize_vnode(ap->a_cred, KAUTH_VNODE_RETAIN_SUID, vp,
	    NULL, EPERM) != 0)
		rn->rn_mode &= ~(S_ISUID | S_ISGID);
	return error;
}

static int
rumpfs_fsync(void *v)
{
	struct vop_fsync_args *ap = v;
	struct rumpfs_node *rn = VTORN(ap->a_vp);

	if (rn->rn_ishost && rn->rn_type == VREG && rn->rn_writefd != -1)
		return rumpuser_syncfd(rn->rn_writefd, RUMPUSER_SYNCFD_WRITE |
		    RUMPUSER_SYNCFD_BARRIER, 0, 0);
	return 0;
}

static int
rumpfs_remove(void *v)
{
	struct vop_remove_v3_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	struct rumpfs_node *dn = VTORN(dvp), *rn = VTORN(vp);
	struct rumpfs_dent *rd;
	int error = 0;

	if (vp->v_type == VDIR) {
		error = EPERM;
		goto out;
	}
	if ((rn->rn_flags & (IMMUTABLE | APPEND)) != 0 ||
	    (dn->rn_flags & APPEND) != 0) {
		error = EPERM;
		goto out;
	}
	rd = rumpfs_dent_find(dn, ap->a_cnp->cn_nameptr,
	    ap->a_cnp->cn_namelen);
	if (rd == NULL || rd->rd_node != rn) {
		error = ENOENT;
		goto out;
	}
	rumpfs_dent_delete(dn, rd, ap->a_cnp);
	rn->rn_nlink--;
	rumpfs_now(&rn->rn_ctime);
	ap->ctx_vp_new_nlink = rn->rn_nlink;
	cache_purge(vp);
out:
	if (dvp == vp)
		vrele(vp);
	else
		vput(vp);
	return error;
}

static int
rumpfs_link(void *v)
{
	struct vop_link_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	struct rumpfs_node *dn = VTORN(dvp), *rn;
	int error;

	KASSERT(dvp != vp);
	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error != 0) {
		VOP_ABORTOP(dvp, ap->a_cnp);
		return error;
	}
	rn = VTORN(vp);
	if (dvp->v_mount != vp->v_mount)
		error = EXDEV;
	else if (vp->v_type == VDIR || (rn->rn_flags & (IMMUTABLE | APPEND)))
		error = EPERM;
	else if (rn->rn_ishost)
		error = EPERM;
	else if (rn->rn_nlink == 0 || dn->rn_nlink == 0)
		error = ENOENT;
	else if (rn->rn_nlink >= LINK_MAX)
		error = EMLINK;
	if (error == 0) {
		rumpfs_keep(MPTORFM(vp->v_mount), rn);
		rn->rn_nlink++;
		rumpfs_now(&rn->rn_ctime);
		rumpfs_dent_enter(dn, ap->a_cnp->cn_nameptr,
		    ap->a_cnp->cn_namelen, rn);
		cache_enter(dvp, vp, ap->a_cnp->cn_nameptr,
		    ap->a_cnp->cn_namelen, ap->a_cnp->cn_flags);
	} else {
		VOP_ABORTOP(dvp, ap->a_cnp);
	}
	VOP_UNLOCK(vp);
	return error;
}

static bool
rumpfs_dir_empty(struct rumpfs_mount *rfm, struct rumpfs_node *rn)
{
	struct rumpfs_dent *rd;
	unsigned i;

	TAILQ_FOREACH(rd, &rn->rn_dents, rd_entries) {
		if (rd->rd_node != NULL)
			return false;
	}
	return rumpfs_range_next(rfm, rn, 0, &i) == NULL;
}

static int
rumpfs_rmdir(void *v)
{
	struct vop_rmdir_v2_args *ap = v;
	struct vnode *dvp = ap->a_dvp, *vp = ap->a_vp;
	struct rumpfs_node *dn = VTORN(dvp), *rn = VTORN(vp);
	struct rumpfs_dent *rd;
	int error = 0;

	KASSERT(vp->v_type == VDIR);
	if (dvp == vp)
		error = EINVAL;
	else if (rn->rn_ishost)
		error = EPERM;
	else if (rn->rn_parent != dn)
		error = ENOTEMPTY;
	else if (!rumpfs_dir_empty(MPTORFM(vp->v_mount), rn))
		error = ENOTEMPTY;
	else if ((rn->rn_flags & (IMMUTABLE | APPEND)) ||
	    (dn->rn_flags & APPEND))
		error = EPERM;
	if (error != 0)
		goto out;
	rd = rumpfs_dent_find(dn, ap->a_cnp->cn_nameptr,
	    ap->a_cnp->cn_namelen);
	if (rd == NULL || rd->rd_node != rn) {
		error = ENOENT;
		goto out;
	}
	rumpfs_dent_delete(dn, rd, ap->a_cnp);
	dn->rn_nlink--;
	rn->rn_nlink = 0;
	rn->rn_parent = NULL;
	rumpfs_now(&rn->rn_ctime);
	cache_purge(dvp);
	cache_purge(vp);
out:
	if (dvp == vp)
		vrele(vp);
	else
		vput(vp);
	return error;
}

/*
 * Rename.
 */

static bool
rumpfs_gro_directory_empty_p(struct mount *mp, kauth_cred_t cred,
    struct vnode *vp, struct vnode *dvp)
{

	return rumpfs_dir_empty(MPTORFM(mp), VTORN(vp));
}

static int
rumpfs_gro_rename_check_possible(struct mount *mp, struct vnode *fdvp,
    struct vnode *fvp, struct vnode *tdvp, struct vnode *tvp)
{

	if (VTORN(fvp)->rn_ishost || VTORN(tdvp)->rn_ishost ||
	    (tvp != NULL && VTORN(tvp)->rn_ishost))
		return EPERM;
	return genfs_ufslike_rename_check_possible(VTORN(fdvp)->rn_flags,
	    VTORN(fvp)->rn_flags, VTORN(tdvp)->rn_flags,
	    tvp != NULL ? VTORN(tvp)->rn_flags : 0, tvp != NULL, IMMUTABLE,
	    APPEND);
}

static int
rumpfs_gro_rename_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *fdvp, struct vnode *fvp, struct vnode *tdvp,
    struct vnode *tvp)
{

	return genfs_ufslike_rename_check_permitted(cred, fdvp,
	    VTORN(fdvp)->rn_mode, VTORN(fdvp)->rn_uid, fvp,
	    VTORN(fvp)->rn_uid, tdvp, VTORN(tdvp)->rn_mode,
	    VTORN(tdvp)->rn_uid, tvp, tvp != NULL ? VTORN(tvp)->rn_uid : 0);
}

static int
rumpfs_gro_remove_check_possible(struct mount *mp, struct vnode *dvp,
    struct vnode *vp)
{

	return genfs_ufslike_remove_check_possible(VTORN(dvp)->rn_flags,
	    VTORN(vp)->rn_flags, IMMUTABLE, APPEND);
}

static int
rumpfs_gro_remove_check_permitted(struct mount *mp, kauth_cred_t cred,
    struct vnode *dvp, struct vnode *vp)
{

	return genfs_ufslike_remove_check_permitted(cred, dvp,
	    VTORN(dvp)->rn_mode, VTORN(dvp)->rn_uid, vp, VTORN(vp)->rn_uid);
}

static int
rumpfs_gro_rename(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct componentname *fcnp, void *fde, struct vnode *fvp,
    struct vnode *tdvp, struct componentname *tcnp, void *tde,
    struct vnode *tvp, nlink_t *tvp_nlinkp)
{
	struct rumpfs_node *fdn = VTORN(fdvp), *tdn = VTORN(tdvp);
	struct rumpfs_node *fn = VTORN(fvp), *tn;
	struct rumpfs_dent *rd;

	if (tdn->rn_nlink == 0)
		return ENOENT;
	if (fvp->v_type == VDIR && fdvp != tdvp && tvp == NULL &&
	    tdn->rn_nlink >= LINK_MAX)
		return EMLINK;
	if (tvp != NULL) {
		tn = VTORN(tvp);
		rd = rumpfs_dent_find(tdn, tcnp->cn_nameptr,
		    tcnp->cn_namelen);
		KASSERT(rd != NULL && rd->rd_node == tn);
		rumpfs_dent_remove(tdn, rd);
		if (tvp->v_type == VDIR) {
			tn->rn_nlink = 0;
			tn->rn_parent = NULL;
			tdn->rn_nlink--;
		} else {
			tn->rn_nlink--;
		}
		rumpfs_now(&tn->rn_ctime);
		*tvp_nlinkp = tn->rn_nlink;
	}
	rd = rumpfs_dent_find(fdn, fcnp->cn_nameptr, fcnp->cn_namelen);
	KASSERT(rd != NULL && rd->rd_node == fn);
	rumpfs_dent_delete(fdn, rd, fcnp);
	rumpfs_dent_enter(tdn, tcnp->cn_nameptr, tcnp->cn_namelen, fn);
	if (fvp->v_type == VDIR) {
		fdn->rn_nlink--;
		tdn->rn_nlink++;
		fn->rn_parent = tdn;
	}
	rumpfs_now(&fn->rn_ctime);
	return 0;
}

static int
rumpfs_gro_remove(struct mount *mp, kauth_cred_t cred, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode *vp, nlink_t *nlinkp)
{
	struct rumpfs_node *dn = VTORN(dvp), *rn = VTORN(vp);
	struct rumpfs_dent *rd;

	rd = rumpfs_dent_find(dn, cnp->cn_nameptr, cnp->cn_namelen);
	KASSERT(rd != NULL && rd->rd_node == rn);
	rumpfs_dent_delete(dn, rd, cnp);
	*nlinkp = --rn->rn_nlink;
	rumpfs_now(&rn->rn_ctime);
	return 0;
}

static int
rumpfs_gro_lookup(struct mount *mp, struct vnode *dvp,
    struct componentname *cnp, void *de, struct vnode **vpp)
{
	struct rumpfs_node *dn = VTORN(dvp);
	struct rumpfs_dent *rd;

	if (dn->rn_ishost)
		return EPERM;
	rd = rumpfs_dent_own(MPTORFM(mp), dn, cnp->cn_nameptr, cnp->cn_namelen);
	if (rd == NULL || rd->rd_node == NULL)
		return ENOENT;
	return vcache_get(mp, &rd->rd_node->rn_ino,
	    sizeof(rd->rd_node->rn_ino), vpp);
}

/* Parents change under the rename lock only, which is held. */
static int
rumpfs_gro_genealogy(struct mount *mp, kauth_cred_t cred, struct vnode *fdvp,
    struct vnode *tdvp, struct vnode **intermediatep)
{
	struct rumpfs_node *rn = VTORN(tdvp), *parent;

	*intermediatep = NULL;
	if (rn->rn_ishost || VTORN(fdvp)->rn_ishost)
		return EPERM;
	for (; (parent = rn->rn_parent) != NULL && parent != rn;
	    rn = parent) {
		if (parent == VTORN(fdvp))
			return vcache_get(mp, &rn->rn_ino,
			    sizeof(rn->rn_ino), intermediatep);
	}
	/* Removed, so nothing can move there. */
	return parent == NULL ? ENOENT : 0;
}

static int
rumpfs_gro_lock_directory(struct mount *mp, struct vnode *vp)
{
	int error;

	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error == 0 && VTORN(vp)->rn_nlink == 0) {
		VOP_UNLOCK(vp);
		error = ENOENT;
	}
	return error;
}

static const struct genfs_rename_ops rumpfs_genfs_rename_ops = {
	.gro_directory_empty_p = rumpfs_gro_directory_empty_p,
	.gro_rename_check_possible = rumpfs_gro_rename_check_possible,
	.gro_rename_check_permitted = rumpfs_gro_rename_check_permitted,
	.gro_remove_check_possible = rumpfs_gro_remove_check_possible,
	.gro_remove_check_permitted = rumpfs_gro_remove_check_permitted,
	.gro_rename = rumpfs_gro_rename,
	.gro_remove = rumpfs_gro_remove,
	.gro_lookup = rumpfs_gro_lookup,
	.gro_genealogy = rumpfs_gro_genealogy,
	.gro_lock_directory = rumpfs_gro_lock_directory,
};

static int
rumpfs_sane_rename(struct vnode *fdvp, struct componentname *fcnp,
    struct vnode *tdvp, struct componentname *tcnp, kauth_cred_t cred,
    bool posixly_correct)
{

	return genfs_sane_rename(&rumpfs_genfs_rename_ops, fdvp, fcnp, NULL,
	    tdvp, tcnp, NULL, cred, posixly_correct);
}

static int
rumpfs_rename(void *v)
{

	return genfs_insane_rename(v, rumpfs_sane_rename);
}

/*
 * The offset of an entry is its cookie, which never changes.
 */
static int
rumpfs_readdir(void *v)
{
	struct vop_readdir_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VTORN(vp);
	struct rumpfs_mount *rfm = MPTORFM(vp->v_mount);
	struct uio *uio = ap->a_uio;
	struct rumpfs_range *rr;
	struct rumpfs_dent *rd;
	struct dirent *de;
	unsigned i;
	off_t *cookies = NULL, next;
	size_t maxcookies = 0, ncookies = 0;
	int error = 0;
	bool eof = false;

	if (vp->v_type != VDIR)
		return ENOTDIR;
	if (uio->uio_offset < 0)
		return EINVAL;
	de = kmem_zalloc(sizeof(*de), KM_SLEEP);
	if (ap->a_ncookies != NULL) {
		*ap->a_ncookies = 0;
		maxcookies = uio->uio_resid / _DIRENT_MINSIZE(de) + 1;
		cookies = malloc(maxcookies * sizeof(*cookies), M_TEMP,
		    M_WAITOK);
	}
	rd = rn->rn_ishost ? NULL : TAILQ_FIRST(&rn->rn_dents);
	for (;;) {
		memset(de, 0, _DIRENT_NAMEOFF(de));
		if (uio->uio_offset == COOKIE_DOT) {
			de->d_fileno = rn->rn_ino;
			de->d_type = DT_DIR;
			de->d_namlen = 1;
			strlcpy(de->d_name, ".", sizeof(de->d_name));
			next = COOKIE_DOTDOT;
		} else if (uio->uio_offset == COOKIE_DOTDOT) {
			de->d_fileno = rn->rn_ishost || rn->rn_parent == NULL ?
			    rn->rn_ino : rn->rn_parent->rn_ino;
			de->d_type = DT_DIR;
			de->d_namlen = 2;
			strlcpy(de->d_name, "..", sizeof(de->d_name));
			next = COOKIE_FIRST;
		} else {
			while (rd != NULL && rd->rd_cookie < uio->uio_offset)
				rd = TAILQ_NEXT(rd, rd_entries);
			rr = rn->rn_ishost ? NULL :
			    rumpfs_range_next(rfm, rn, uio->uio_offset, &i);
			if (rr != NULL && (rd == NULL || rr->rr_cookie + i < rd->rd_cookie)) {
				de->d_fileno = rr->rr_ino + i;
				de->d_type = vtype2dt(rr->rr_type);
				de->d_namlen = rumpfs_range_name(rr, i, de->d_name,
				    sizeof(de->d_name));
				next = rr->rr_cookie + i + 1;
			} else if (rd == NULL || rd->rd_namelen > MAXNAMLEN) {
				eof = rd == NULL;
				break;
			} else {
				if (rd->rd_node != NULL) {
					de->d_fileno = rd->rd_node->rn_ino;
					de->d_type = vtype2dt(rd->rd_node->rn_type);
				} else {
					de->d_fileno = 1;
					de->d_type = DT_WHT;
				}
				de->d_namlen = rd->rd_namelen;
				memcpy(de->d_name, rd->rd_name, rd->rd_namelen);
				next = rd->rd_cookie + 1;
			}
		}
		de->d_reclen = _DIRENT_SIZE(de);
		memset(de->d_name + de->d_namlen, 0,
		    de->d_reclen - _DIRENT_NAMEOFF(de) - de->d_namlen);
		if (uio->uio_resid < de->d_reclen)
			break;
		error = uiomove(de, de->d_reclen, uio);
		if (error != 0)
			break;
		uio->uio_offset = next;
		if (cookies != NULL) {
			KASSERT(ncookies < maxcookies);
			cookies[ncookies++] = next;
		}
	}
	kmem_free(de, sizeof(*de));
	rumpfs_accessed(rn);
	if (ap->a_eofflag != NULL)
		*ap->a_eofflag = eof;
	if (cookies != NULL) {
		if (error != 0) {
			free(cookies, M_TEMP);
			*ap->a_cookies = NULL;
		} else {
			*ap->a_cookies = cookies;
			*ap->a_ncookies = ncookies;
		}
	}
	return error;
}

static int
rumpfs_readlink(void *v)
{
	struct vop_readlink_args *ap = v;
	struct rumpfs_node *rn = VTORN(ap->a_vp);

	if (rn->rn_type != VLNK)
		return EINVAL;
	return uiomove(rn->rn_target, MIN((size_t)rn->rn_size,
	    ap->a_uio->uio_resid), ap->a_uio);
}

static int
rumpfs_whiteout(void *v)
{
	struct vop_whiteout_args *ap = v;
	struct rumpfs_node *dn = VTORN(ap->a_dvp);
	struct componentname *cnp = ap->a_cnp;
	struct rumpfs_dent *rd;

	switch (ap->a_flags) {
	case LOOKUP:
		return 0;
	case CREATE:
		if (dn->rn_ishost)
			return EROFS;
		rumpfs_dent_enter(dn, cnp->cn_nameptr, cnp->cn_namelen, NULL);
		cache_purge1(ap->a_dvp, cnp->cn_nameptr, cnp->cn_namelen, 0);
		return 0;
	case DELETE:
		cnp->cn_flags &= ~DOWHITEOUT;
		rd = rumpfs_dent_find(dn, cnp->cn_nameptr, cnp->cn_namelen);
		if (rd == NULL || rd->rd_node != NULL)
			return EEXIST;
		rumpfs_dent_remove(dn, rd);
		cache_purge1(ap->a_dvp, cnp->cn_nameptr, cnp->cn_namelen, 0);
		return 0;
	default:
		return EINVAL;
	}
}

static int
rumpfs_inactive(void *v)
{
	struct vop_inactive_v2_args *ap = v;
	struct rumpfs_node *rn = VTORN(ap->a_vp);

	if (rn->rn_ishost && rn->rn_type == VREG) {
		if (rn->rn_readfd != -1) {
			(void)rumpuser_close(rn->rn_readfd);
			rn->rn_readfd = -1;
		}
		if (rn->rn_writefd != -1) {
			(void)rumpuser_close(rn->rn_writefd);
			rn->rn_writefd = -1;
		}
	}
	rumpfs_atime(rn);
	/* A host file's node is found again by its key. */
	*ap->a_recycle = rn->rn_nlink == 0 || rn->rn_ishost;
	return 0;
}

static int
rumpfs_reclaim(void *v)
{
	struct vop_reclaim_v2_args *ap = v;
	struct vnode *vp = ap->a_vp;
	struct rumpfs_node *rn = VTORN(vp);
	struct rumpfs_mount *rfm = MPTORFM(vp->v_mount);
	bool gone, transient;

	VOP_UNLOCK(vp);
	mutex_enter(&rfm->rfm_lock);
	rn->rn_hasvnode = false;
	gone = rn->rn_nlink == 0 || rn->rn_ishost;
	/* Nobody finds it from here on, and makes it stay. */
	transient = rn->rn_transient;
	if (transient)
		LIST_REMOVE(rn, rn_hash);
	mutex_exit(&rfm->rfm_lock);
	vp->v_data = NULL;
	if (transient)
		kmem_free(rn, sizeof(*rn));
	else if (gone)
		rumpfs_node_free(rfm, rn);
	return 0;
}

static int
rumpfs_print(void *v)
{
	struct vop_print_args *ap = v;
	struct rumpfs_node *rn = VTORN(ap->a_vp);

	printf("tag VT_RUMP, node %llu, mode 0%o, %u links, %lld bytes%s\n",
	    (unsigned long long)rn->rn_ino, rn->rn_mode, rn->rn_nlink,
	    (long long)rn->rn_size, rn->rn_ishost ? ", on the host" : "");
	return 0;
}

static int
rumpfs_pathconf(void *v)
{
	struct vop_pathconf_args *ap = v;

	switch (ap->a_name) {
	case _PC_LINK_MAX:
		*ap->a_retval = LINK_MAX;
		return 0;
	case _PC_NAME_MAX:
		*ap->a_retval = KERNEL_NAME_MAX;
		return 0;
	case _PC_PIPE_BUF:
		*ap->a_retval = PIPE_BUF;
		return 0;
	case _PC_CHOWN_RESTRICTED:
	case _PC_NO_TRUNC:
	case _PC_SYNC_IO:
	case _PC_2_SYMLINKS:
		*ap->a_retval = 1;
		return 0;
	case _PC_FILESIZEBITS:
		*ap->a_retval = 64;
		return 0;
	case _PC_SYMLINK_MAX:
		*ap->a_retval = MAXPATHLEN;
		return 0;
	default:
		return genfs_pathconf(v);
	}
}

static int
rumpfs_advlock(void *v)
{
	struct vop_advlock_args *ap = v;
	struct rumpfs_node *rn = VTORN(ap->a_vp);

	return lf_advlock(ap, &rn->rn_lockf, rn->rn_size);
}

static int
rumpfs_bmap(void *v)
{
	struct vop_bmap_args *ap = v;

	if (ap->a_vpp != NULL)
		*ap->a_vpp = ap->a_vp;
	if (ap->a_bnp != NULL)
		*ap->a_bnp = ap->a_bn;
	if (ap->a_runp != NULL)
		*ap->a_runp = 0;
	return 0;
}

static int
rumpfs_getpages(void *v)
{
	struct vop_getpages_args *ap = v;

	/* The bytes are not in pages; nothing maps them. */
	if ((ap->a_flags & PGO_LOCKED) == 0)
		rw_exit(ap->a_vp->v_uobj.vmobjlock);
	return (ap->a_flags & PGO_LOCKED) ? EBUSY : EFAULT;
}

/* Device and pipe nodes: the times and locks here, the rest elsewhere. */

static int
rumpfs_specread(void *v)
{
	struct vop_read_args *ap = v;

	rumpfs_accessed(VTORN(ap->a_vp));
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_read), v);
}

static int
rumpfs_specwrite(void *v)
{
	struct vop_write_args *ap = v;

	rumpfs_now(&VTORN(ap->a_vp)->rn_mtime);
	return VOCALL(spec_vnodeop_p, VOFFSET(vop_write), v);
}

static int
rumpfs_specclose(void *v)
{

	return VOCALL(spec_vnodeop_p, VOFFSET(vop_close), v);
}

static int
rumpfs_specfsync(void *v)
{

	return VOCALL(spec_vnodeop_p, VOFFSET(vop_fsync), v);
}

static int
rumpfs_fiforead(void *v)
{
	struct vop_read_args *ap = v;

	rumpfs_accessed(VTORN(ap->a_vp));
	return vn_fifo_bypass(v);
}

static int
rumpfs_fifowrite(void *v)
{
	struct vop_write_args *ap = v;

	rumpfs_now(&VTORN(ap->a_vp)->rn_mtime);
	return vn_fifo_bypass(v);
}

static const struct vnodeopv_entry_desc rumpfs_vnodeop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_parsepath_desc, rumpfs_parsepath },
	{ &vop_lookup_desc, rumpfs_lookup },
	{ &vop_create_desc, rumpfs_create },
	{ &vop_mknod_desc, rumpfs_mknod },
	{ &vop_open_desc, rumpfs_open },
	{ &vop_close_desc, genfs_nullop },
	{ &vop_access_desc, rumpfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, rumpfs_getattr },
	{ &vop_setattr_desc, rumpfs_setattr },
	{ &vop_read_desc, rumpfs_read },
	{ &vop_write_desc, rumpfs_write },
	{ &vop_fallocate_desc, genfs_eopnotsupp },
	{ &vop_fdiscard_desc, genfs_eopnotsupp },
	{ &vop_ioctl_desc, genfs_enoioctl },
	{ &vop_fcntl_desc, genfs_fcntl },
	{ &vop_poll_desc, genfs_poll },
	{ &vop_kqfilter_desc, genfs_kqfilter },
	{ &vop_revoke_desc, genfs_revoke },
	{ &vop_mmap_desc, genfs_eopnotsupp },
	{ &vop_fsync_desc, rumpfs_fsync },
	{ &vop_seek_desc, genfs_seek },
	{ &vop_remove_desc, rumpfs_remove },
	{ &vop_link_desc, rumpfs_link },
	{ &vop_rename_desc, rumpfs_rename },
	{ &vop_mkdir_desc, rumpfs_mkdir },
	{ &vop_rmdir_desc, rumpfs_rmdir },
	{ &vop_symlink_desc, rumpfs_symlink },
	{ &vop_readdir_desc, rumpfs_readdir },
	{ &vop_readlink_desc, rumpfs_readlink },
	{ &vop_abortop_desc, genfs_abortop },
	{ &vop_inactive_desc, rumpfs_inactive },
	{ &vop_reclaim_desc, rumpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_bmap_desc, rumpfs_bmap },
	{ &vop_print_desc, rumpfs_print },
	{ &vop_pathconf_desc, rumpfs_pathconf },
	{ &vop_advlock_desc, rumpfs_advlock },
	{ &vop_whiteout_desc, rumpfs_whiteout },
	{ &vop_getpages_desc, rumpfs_getpages },
	{ &vop_putpages_desc, genfs_null_putpages },
	{ NULL, NULL }
};

static const struct vnodeopv_desc rumpfs_vnodeop_opv_desc = {
	&rumpfs_vnodeop_p, rumpfs_vnodeop_entries
};

static const struct vnodeopv_entry_desc rumpfs_specop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	GENFS_SPECOP_ENTRIES,
	{ &vop_close_desc, rumpfs_specclose },
	{ &vop_access_desc, rumpfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, rumpfs_getattr },
	{ &vop_setattr_desc, rumpfs_setattr },
	{ &vop_read_desc, rumpfs_specread },
	{ &vop_write_desc, rumpfs_specwrite },
	{ &vop_fsync_desc, rumpfs_specfsync },
	{ &vop_inactive_desc, rumpfs_inactive },
	{ &vop_reclaim_desc, rumpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, rumpfs_print },
	{ &vop_bwrite_desc, vn_bwrite },
	{ NULL, NULL }
};

static const struct vnodeopv_desc rumpfs_specop_opv_desc = {
	&rumpfs_specop_p, rumpfs_specop_entries
};

static const struct vnodeopv_entry_desc rumpfs_fifoop_entries[] = {
	{ &vop_default_desc, vn_default_error },
	GENFS_FIFOOP_ENTRIES,
	{ &vop_close_desc, vn_fifo_bypass },
	{ &vop_access_desc, rumpfs_access },
	{ &vop_accessx_desc, genfs_accessx },
	{ &vop_getattr_desc, rumpfs_getattr },
	{ &vop_setattr_desc, rumpfs_setattr },
	{ &vop_read_desc, rumpfs_fiforead },
	{ &vop_write_desc, rumpfs_fifowrite },
	{ &vop_fsync_desc, genfs_nullop },
	{ &vop_inactive_desc, rumpfs_inactive },
	{ &vop_reclaim_desc, rumpfs_reclaim },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_print_desc, rumpfs_print },
	{ NULL, NULL }
};

static const struct vnodeopv_desc rumpfs_fifoop_opv_desc = {
	&rumpfs_fifoop_p, rumpfs_fifoop_entries
};

static const struct vnodeopv_desc *const rumpfs_opv_descs[] = {
	&rumpfs_vnodeop_opv_desc,
	&rumpfs_specop_opv_desc,
	&rumpfs_fifoop_opv_desc,
	NULL
};

/*
 * File system operations.
 */

static void
rumpfs_newmount(struct mount *mp)
{
	struct rumpfs_mount *rfm;
	int i;

	rfm = kmem_zalloc(sizeof(*rfm), KM_SLEEP);
	rfm->rfm_mount = mp;
	mutex_init(&rfm->rfm_lock, MUTEX_DEFAULT, IPL_NONE);
	for (i = 0; i < RUMPFS_HASH; i++)
		LIST_INIT(&rfm->rfm_nodes[i]);
	LIST_INIT(&rfm->rfm_ranges);
	rfm->rfm_nextino = 2;
	mp->mnt_data = rfm;
	rfm->rfm_root = rumpfs_node_alloc(rfm, VDIR, 0755, 0, 0, NODEV, 0);
	rfm->rfm_root->rn_parent = rfm->rfm_root;
	vfs_getnewfsid(mp);
	mp->mnt_flag |= MNT_LOCAL;
	mp->mnt_iflag |= IMNT_MPSAFE | IMNT_DTYPE | IMNT_SHRLOOKUP |
	    IMNT_NCLOOKUP;
	mp->mnt_fs_bshift = DEV_BSHIFT;
	mp->mnt_dev_bshift = DEV_BSHIFT;
	mp->mnt_stat.f_namemax = KERNEL_NAME_MAX;
}

static int
rumpfs_mount(struct mount *mp, const char *mntpath, void *data,
    size_t *data_len)
{
	int error;

	if (mp->mnt_flag & MNT_GETARGS) {
		*data_len = 0;
		return 0;
	}
	if (mp->mnt_flag & MNT_UPDATE)
		return 0;
	error = set_statvfs_info(mntpath, UIO_USERSPACE, "rumpfs",
	    UIO_SYSSPACE, mp->mnt_op->vfs_name, mp, curlwp);
	if (error == 0)
		rumpfs_newmount(mp);
	return error;
}

static int
rumpfs_start(struct mount *mp, int flags)
{

	return 0;
}

static int
rumpfs_unmount(struct mount *mp, int mntflags)
{
	struct rumpfs_mount *rfm = MPTORFM(mp);
	struct rumpfs_node *rn;
	int error, i;

	error = vflush(mp, NULL, (mntflags & MNT_FORCE) ? FORCECLOSE : 0);
	if (error != 0)
		return error;
	if (mp == rumpfs_rootmount)
		rumpfs_rootmount = NULL;
	for (i = 0; i < RUMPFS_HASH; i++) {
		while ((rn = LIST_FIRST(&rfm->rfm_nodes[i])) != NULL)
			rumpfs_node_free(rfm, rn);
	}
	rumpfs_ranges_free(rfm, NULL);
	mutex_destroy(&rfm->rfm_lock);
	kmem_free(rfm, sizeof(*rfm));
	mp->mnt_data = NULL;
	return 0;
}

static int
rumpfs_vget(struct mount *mp, ino_t ino, int lktype, struct vnode **vpp)
{
	int error;

	error = vcache_get(mp, &ino, sizeof(ino), vpp);
	if (error != 0)
		return error;
	error = vn_lock(*vpp, lktype);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

static int
rumpfs_root(struct mount *mp, int lktype, struct vnode **vpp)
{
	ino_t ino = MPTORFM(mp)->rfm_root->rn_ino;
	int error;

	error = vcache_get(mp, &ino, sizeof(ino), vpp);
	if (error == 0 && lktype != LK_NONE) {
		error = vn_lock(*vpp, lktype);
		if (error != 0) {
			vrele(*vpp);
			*vpp = NULL;
		}
	}
	return error;
}

static int
rumpfs_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t key_len, const void **new_key)
{
	struct rumpfs_mount *rfm = MPTORFM(mp);
	struct rumpfs_range *rr = NULL;
	struct rumpfs_node *rn;
	ino_t ino;

	KASSERT(key_len == sizeof(ino));
	memcpy(&ino, key, sizeof(ino));
	mutex_enter(&rfm->rfm_lock);
	rn = rumpfs_node_find(rfm, ino);
	if (rn != NULL)
		rn->rn_hasvnode = true;
	else {
		LIST_FOREACH(rr, &rfm->rfm_ranges, rr_entries) {
			if (ino >= rr->rr_ino && ino - rr->rr_ino < rr->rr_n)
				break;
		}
	}
	mutex_exit(&rfm->rfm_lock);
	if (rr != NULL)
		rn = rumpfs_range_node(rfm, rr, ino - rr->rr_ino, false);
	if (rn == NULL)
		return ENOENT;

	vp->v_type = rn->rn_type;
	vp->v_tag = VT_RUMP;
	vp->v_data = rn;
	switch (rn->rn_type) {
	case VBLK:
	case VCHR:
		vp->v_op = rumpfs_specop_p;
		spec_node_init(vp, rn->rn_rdev);
		break;
	case VFIFO:
		vp->v_op = rumpfs_fifoop_p;
		break;
	default:
		vp->v_op = rumpfs_vnodeop_p;
		break;
	}
	if (rn == rfm->rfm_root)
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, rn->rn_size);
	*new_key = &rn->rn_ino;
	if (rn->rn_type == VDIR && !rn->rn_ishost)
		cache_enter_id(vp, rn->rn_mode, rn->rn_uid, rn->rn_gid, true);
	return 0;
}

static int
rumpfs_statvfs(struct mount *mp, struct statvfs *sbp)
{
	struct rumpfs_mount *rfm = MPTORFM(mp);
	uint64_t used;

	sbp->f_bsize = sbp->f_frsize = sbp->f_iosize = RUMPFS_CHUNK;
	mutex_enter(&rfm->rfm_lock);
	used = rfm->rfm_bytes / RUMPFS_CHUNK;
	sbp->f_files = rfm->rfm_nnodes;
	mutex_exit(&rfm->rfm_lock);
	sbp->f_bfree = sbp->f_bavail = RUMPFS_MAXSIZE / RUMPFS_CHUNK;
	sbp->f_blocks = used + sbp->f_bfree;
	sbp->f_bresvd = 0;
	sbp->f_ffree = sbp->f_favail = INT32_MAX;
	sbp->f_fresvd = 0;
	copy_statvfs_info(sbp, mp);
	return 0;
}

static int
rumpfs_sync(struct mount *mp, int waitfor, struct kauth_cred *cred)
{

	return 0;
}

struct rumpfs_fid {
	uint16_t	len;
	uint16_t	pad;
	ino_t		ino;
} __packed;

static int
rumpfs_vptofh(struct vnode *vp, struct fid *fhp, size_t *fh_size)
{
	struct rumpfs_fid rfid;

	if (*fh_size < sizeof(rfid)) {
		*fh_size = sizeof(rfid);
		return E2BIG;
	}
	*fh_size = sizeof(rfid);
	if (fhp != NULL) {
		memset(&rfid, 0, sizeof(rfid));
		rfid.len = sizeof(rfid);
		rfid.ino = VTORN(vp)->rn_ino;
		memcpy(fhp, &rfid, sizeof(rfid));
	}
	return 0;
}

static int
rumpfs_fhtovp(struct mount *mp, struct fid *fid, int lktype,
    struct vnode **vpp)
{
	struct rumpfs_fid rfid;
	int error;

	if (fid->fid_len != sizeof(rfid))
		return EINVAL;
	memcpy(&rfid, fid, sizeof(rfid));
	error = rumpfs_vget(mp, rfid.ino, lktype, vpp);
	return error == ENOENT ? ESTALE : error;
}

/* The key is being removed: its node goes, unless it is in use. */
static int
rumpfs_etfs_forget(struct etfs *et)
{
	struct mount *mp = rumpfs_rootmount;
	struct rumpfs_mount *rfm;
	struct rumpfs_node *rn;
	struct vnode *vp;
	bool hasvnode;
	int i, error;

	if (mp == NULL)
		return 0;
	rfm = MPTORFM(mp);
again:
	mutex_enter(&rfm->rfm_lock);
	rn = rumpfs_node_find(rfm, et->et_fileid);
	/* Files in a host directory have numbers of their own. */
	for (i = 0; i < RUMPFS_HASH && rn == NULL && ETFS_ISDIR(et); i++) {
		LIST_FOREACH(rn, &rfm->rfm_nodes[i], rn_hash) {
			if (rn->rn_ishost && rn->rn_et == et)
				break;
		}
	}
	hasvnode = rn != NULL && rn->rn_hasvnode;
	mutex_exit(&rfm->rfm_lock);
	if (rn == NULL)
		return 0;
	if (!hasvnode) {
		rumpfs_node_free(rfm, rn);
		goto again;
	}
	error = vcache_get(mp, &rn->rn_ino, sizeof(rn->rn_ino), &vp);
	if (error != 0)
		return error;
	cache_purge(vp);
	if (!vrecycle(vp)) {
		vrele(vp);
		return EBUSY;
	}
	goto again;
}

static void
rumpfs_init(void)
{

	etfs_set_forget(rumpfs_etfs_forget);
}

static void
rumpfs_done(void)
{

	etfs_set_forget(NULL);
}

static struct vfsops rumpfs_vfsops = {
	.vfs_name = MOUNT_RUMPFS,
	.vfs_min_mount_data = 0,
	.vfs_mount = rumpfs_mount,
	.vfs_start = rumpfs_start,
	.vfs_unmount = rumpfs_unmount,
	.vfs_root = rumpfs_root,
	.vfs_quotactl = (void *)eopnotsupp,
	.vfs_statvfs = rumpfs_statvfs,
	.vfs_sync = rumpfs_sync,
	.vfs_vget = rumpfs_vget,
	.vfs_loadvnode = rumpfs_loadvnode,
	.vfs_newvnode = (void *)eopnotsupp,
	.vfs_fhtovp = rumpfs_fhtovp,
	.vfs_vptofh = rumpfs_vptofh,
	.vfs_init = rumpfs_init,
	.vfs_done = rumpfs_done,
	.vfs_snapshot = (void *)eopnotsupp,
	.vfs_extattrctl = vfs_stdextattrctl,
	.vfs_suspendctl = genfs_suspendctl,
	.vfs_renamelock_enter = genfs_renamelock_enter,
	.vfs_renamelock_exit = genfs_renamelock_exit,
	.vfs_fsync = (void *)eopnotsupp,
	.vfs_opv_descs = rumpfs_opv_descs,
};

/*
 * Boot: rumpfs at the root, and what everybody expects to be there.
 */
int
rumpfs_mountroot(void)
{
	struct mount *mp;
	int error;

	error = vfs_attach(&rumpfs_vfsops);
	if (error != 0)
		return error;
	error = vfs_rootmountalloc(MOUNT_RUMPFS, "rumpfs", &mp);
	if (error != 0)
		return error;
	mp->mnt_flag &= ~MNT_RDONLY;
	rumpfs_newmount(mp);
	rumpfs_rootmount = mp;
	mountlist_append(mp);
	return rumpfs_statvfs(mp, &mp->mnt_stat);
}
