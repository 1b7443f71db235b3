/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Denodes: loading them, writing them back, changing their size.
 *
 * Order on the device: clusters are allocated before the directory entry
 * refers to them, and the entry lets go of them before they are free.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include <uvm/uvm_extern.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>

#include <fs/msdosfs/bpb.h>
#include <fs/msdosfs/denode.h>
#include <fs/msdosfs/direntry.h>
#include <fs/msdosfs/fat.h>
#include <fs/msdosfs/msdosfsmount.h>

static int msdosfs_gop_alloc(struct vnode *, off_t, off_t, int, kauth_cred_t);
static void msdosfs_gop_markupdate(struct vnode *, int);

const struct genfs_ops msdosfs_genfsops = {
	.gop_size = genfs_size,
	.gop_alloc = msdosfs_gop_alloc,
	.gop_write = genfs_gop_write,
	.gop_markupdate = msdosfs_gop_markupdate,
	.gop_putrange = genfs_gop_putrange,
};

/*
 * Reads the block with the entry of a denode; *epp points into it.  For a
 * directory that is its own ".".
 */
static int
readentry(struct msdosfsmount *pmp, const struct denode_key *key,
    struct buf **bpp, struct direntry **epp)
{
	const uint32_t bsize = 1u << pmp->pm_bshift;
	uint32_t off = key->dk_diroffset, base, size = bsize;
	daddr_t kb;
	int error;

	if (off == MSDOSFSROOT_OFS)
		off = 0;
	base = off & ~(bsize - 1);
	if (key->dk_dirclust == MSDOSFSROOT) {
		kb = de_bn2kb(pmp, pmp->pm_rootsec);
		size = MIN(size, roundup2(pmp->pm_rootsize - base,
		    1u << pmp->pm_secshift));
	} else
		kb = de_cn2kb(pmp, key->dk_dirclust);
	error = msdosfs_ioerror(pmp, bread(pmp->pm_devvp,
	    kb + (base >> DEV_BSHIFT), size, 0, bpp));
	if (error == 0)
		*epp = (struct direntry *)((char *)(*bpp)->b_data +
		    (off - base));
	return error;
}

static void
de_from(struct denode *dep, const struct direntry *ep)
{

	memcpy(dep->de_Name, ep->deName, 11);
	dep->de_Attributes = ep->deAttributes;
	dep->de_LCase = ep->deReserved;
	dep->de_CHun = ep->deCHundredth;
	dep->de_CTime = le16dec(ep->deCTime);
	dep->de_CDate = le16dec(ep->deCDate);
	dep->de_ADate = le16dec(ep->deADate);
	dep->de_MTime = le16dec(ep->deMTime);
	dep->de_MDate = le16dec(ep->deMDate);
	dep->de_StartCluster = msdosfs_entstart(dep->de_pmp, ep);
	dep->de_FileSize = le32dec(ep->deFileSize);
}

/*
 * Puts what a denode knows into an entry, all but the name.  Without long
 * names the fields that came with them stay as they are.
 */
void
msdosfs_de_to(const struct denode *dep, struct direntry *ep)
{
	const struct msdosfsmount *pmp = dep->de_pmp;

	ep->deAttributes = dep->de_Attributes;
	if ((pmp->pm_flags & MSDOSFSMNT_NOWIN95) == 0) {
		ep->deReserved = dep->de_LCase;
		ep->deCHundredth = dep->de_CHun;
		le16enc(ep->deCTime, dep->de_CTime);
		le16enc(ep->deCDate, dep->de_CDate);
		le16enc(ep->deADate, dep->de_ADate);
	}
	le16enc(ep->deMTime, dep->de_MTime);
	le16enc(ep->deMDate, dep->de_MDate);
	le16enc(ep->deStartCluster, (uint16_t)dep->de_StartCluster);
	if (pmp->pm_fattype == 32)
		le16enc(ep->deHighClust, (uint16_t)(dep->de_StartCluster >> 16));
	le32enc(ep->deFileSize, dep->de_Attributes & ATTR_DIRECTORY ? 0 :
	    dep->de_FileSize);
}

/* Length of a directory: that of its chain. */
static int
dirsize(struct denode *dep)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t max = DOS_MAXDIRSIZE >> pmp->pm_cnshift, cn, run;
	int error;

	error = msdosfs_pcbmap(dep, MIN(max, pmp->pm_nclusters), &cn, &run);
	if (error == 0)
		return msdosfs_corrupt(pmp, "directory at cluster %u is longer "
		    "than %u clusters", dep->de_StartCluster, max);
	if (error != E2BIG)
		return error;
	dep->de_FileSize = run << pmp->pm_cnshift;
	return 0;
}

/*
 * Measures the root directory, once at the mount.  It is the one directory
 * that must be had without I/O: a mount whose root can't be had could not be
 * unmounted.
 */
int
msdosfs_rootmeasure(struct msdosfsmount *pmp)
{
	struct denode *dep;
	int error;

	pmp->pm_rootlen = pmp->pm_rootsize;
	if (pmp->pm_rootclust == 0)
		return 0;
	dep = kmem_zalloc(sizeof(*dep), KM_SLEEP);
	dep->de_pmp = pmp;
	dep->de_StartCluster = pmp->pm_rootclust;
	error = dirsize(dep);
	pmp->pm_rootlen = dep->de_FileSize;
	kmem_free(dep, sizeof(*dep));
	return error;
}

/* Checks "." and ".." of the directory in cluster cn and learns from them. */
static int
loaddir(struct denode *dep, uint32_t cn)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct direntry *ep;
	struct buf *bp;
	uint32_t self, up;
	int error;

	if (!msdosfs_validcn(pmp, cn) || cn == pmp->pm_rootclust)
		return ESTALE;
	if ((error = readentry(pmp, &dep->de_key, &bp, &ep)) != 0)
		return error;
	de_from(dep, ep);
	self = dep->de_StartCluster;
	up = msdosfs_entstart(pmp, &ep[1]);
	if (up == pmp->pm_rootclust)
		up = MSDOSFSROOT;
	if (memcmp(ep[0].deName, ".          ", 11) != 0 ||
	    (ep[0].deAttributes & ATTR_DIRECTORY) == 0 || self != cn)
		error = msdosfs_corrupt(pmp, "directory at cluster %u has no "
		    "entry for itself", cn);
	else if (memcmp(ep[1].deName, "..         ", 11) != 0 ||
	    (ep[1].deAttributes & ATTR_DIRECTORY) == 0)
		error = msdosfs_corrupt(pmp, "directory at cluster %u has no "
		    "entry for its parent", cn);
	else if (up == cn || (up != MSDOSFSROOT && !msdosfs_validcn(pmp, up)))
		error = msdosfs_corrupt(pmp, "directory at cluster %u says "
		    "that its parent is %u", cn, up);
	brelse(bp, 0);
	if (error != 0)
		return error;
	dep->de_parent = up;
	dep->de_Attributes = (dep->de_Attributes & ~ATTR_VOLUME) |
	    ATTR_DIRECTORY;
	return dirsize(dep);
}

static int
loadfile(struct denode *dep, const struct denode_key *key)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct direntry *ep;
	struct buf *bp;
	int error = 0;

	if (key->dk_diroffset % DOS_SLOTSIZE != 0)
		return ESTALE;
	if (key->dk_dirclust == MSDOSFSROOT) {
		if (key->dk_diroffset >= pmp->pm_rootsize)
			return ESTALE;
	} else if (!msdosfs_validcn(pmp, key->dk_dirclust) ||
	    key->dk_diroffset >= pmp->pm_bpcluster)
		return ESTALE;
	if ((error = readentry(pmp, key, &bp, &ep)) != 0)
		return error;
	/* A file handle may be older than the entry. */
	if (ep->deName[0] == SLOT_EMPTY || ep->deName[0] == SLOT_DELETED ||
	    (ep->deAttributes & (ATTR_VOLUME | ATTR_DIRECTORY)) != 0)
		error = ESTALE;
	else
		de_from(dep, ep);
	brelse(bp, 0);
	return error;
}

/*
 * Fills a new denode, whose de_pmp is set, with what the volume says of it.
 * ESTALE if nothing is there.
 */
int
msdosfs_deload(struct denode *dep, const struct denode_key *key)
{
	struct msdosfsmount *pmp = dep->de_pmp;

	dep->de_key = *key;
	if (key->dk_dirgen != 0)
		return ESTALE;
	if (key->dk_diroffset != MSDOSFSROOT_OFS)
		return loadfile(dep, key);
	if (key->dk_dirclust != MSDOSFSROOT)
		return loaddir(dep, key->dk_dirclust);

	/* The root has no entry. */
	memset(dep->de_Name, ' ', 11);
	dep->de_Attributes = ATTR_DIRECTORY;
	dep->de_CDate = dep->de_ADate = dep->de_MDate =
	    1 << DD_MONTH_SHIFT | 1 << DD_DAY_SHIFT;
	dep->de_StartCluster = pmp->pm_rootclust;
	dep->de_FileSize = pmp->pm_rootlen;
	return 0;
}

/* The vnode at a place; see struct denode_key.  Referenced, not locked. */
int
msdosfs_deget(struct msdosfsmount *pmp, uint32_t dirclust, uint32_t diroffset,
    struct vnode **vpp)
{
	struct denode_key key;

	key.dk_dirclust = dirclust;
	key.dk_diroffset = diroffset;
	key.dk_dirgen = 0;
	return vcache_get(pmp->pm_mountp, &key, sizeof(key), vpp);
}

/*
 * The vnode of a name found in directory ddep.  A subdirectory must agree
 * that it is one of ddep, so there is one way only into each directory.
 */
int
msdosfs_degetent(struct denode *ddep, const struct dirname *dn,
    struct vnode **vpp)
{
	struct msdosfsmount *pmp = ddep->de_pmp;
	struct denode_key key;
	struct denode *dep;
	uint32_t up = ddep->de_StartCluster;
	bool dir = (dn->dn_entry.deAttributes & ATTR_DIRECTORY) != 0;
	int error;

	msdosfs_entkey(pmp, dn, &key);
	if (dir && (!msdosfs_validcn(pmp, key.dk_dirclust) ||
	    key.dk_dirclust == pmp->pm_rootclust || key.dk_dirclust == up))
		return msdosfs_corrupt(pmp, "entry of a directory has start "
		    "cluster %u", key.dk_dirclust);
	error = vcache_get(pmp->pm_mountp, &key, sizeof(key), vpp);
	if (error != 0 || !dir)
		return error;
	if (up == pmp->pm_rootclust)
		up = MSDOSFSROOT;
	dep = VTODE(*vpp);
	if (dep == NULL)
		error = ENOENT;
	else if (dep->de_parent != up)
		error = msdosfs_corrupt(pmp, "directory at cluster %u is in "
		    "the one at %u, but says %u", key.dk_dirclust, up,
		    dep->de_parent);
	if (error != 0) {
		vrele(*vpp);
		*vpp = NULL;
	}
	return error;
}

/* Makes due times real.  A shared lock on the vnode is enough. */
void
msdosfs_detimes(struct denode *dep)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct timespec ts;
	uint16_t date;
	u_int due, flag = 0;

	if ((dep->de_flag & (DE_UPDATE | DE_CREATE | DE_ACCESS)) == 0)
		return;
	getnanotime(&ts);
	mutex_enter(&pmp->pm_extlock);
	due = dep->de_flag & (DE_UPDATE | DE_CREATE | DE_ACCESS);
	if (due & DE_UPDATE) {
		unix2dostime(&ts, pmp->pm_gmtoff, &dep->de_MDate,
		    &dep->de_MTime, NULL);
		if ((dep->de_Attributes & ATTR_DIRECTORY) == 0)
			dep->de_Attributes |= ATTR_ARCHIVE;
		flag = DE_MODIFIED;
	}
	if ((pmp->pm_flags & MSDOSFSMNT_NOWIN95) == 0) {
		unix2dostime(&ts, pmp->pm_gmtoff, &date, NULL, NULL);
		/* It has no time of day, so it seldom changes. */
		if (date != dep->de_ADate) {
			dep->de_ADate = date;
			flag = DE_MODIFIED;
		}
		if (due & DE_CREATE) {
			unix2dostime(&ts, pmp->pm_gmtoff, &dep->de_CDate,
			    &dep->de_CTime, &dep->de_CHun);
			flag = DE_MODIFIED;
		}
	}
	atomic_and_uint(&dep->de_flag, ~due);
	atomic_or_uint(&dep->de_flag, flag);
	mutex_exit(&pmp->pm_extlock);
}

/*
 * Writes the directory entry of a denode if it changed; the vnode is locked.
 * With wait it is on the device at return, changed now or before.
 */
int
msdosfs_deupdat(struct denode *dep, bool wait)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct direntry *ep;
	struct buf *bp;
	int error;

	if (pmp->pm_flags & MSDOSFSMNT_RONLY) {
		atomic_and_uint(&dep->de_flag,
		    ~(DE_UPDATE | DE_CREATE | DE_ACCESS | DE_MODIFIED));
		return 0;
	}
	msdosfs_detimes(dep);
	/* The root has no entry, and a removed file has none any more. */
	if (dep->de_removed || (dep->de_key.dk_diroffset == MSDOSFSROOT_OFS &&
	    dep->de_key.dk_dirclust == MSDOSFSROOT)) {
		atomic_and_uint(&dep->de_flag, ~DE_MODIFIED);
		return 0;
	}
	if ((dep->de_flag & DE_MODIFIED) == 0 && !wait)
		return 0;
	if ((dep->de_flag & DE_MODIFIED) &&
	    (error = msdosfs_markdirty(pmp)) != 0)
		return error;
	if ((error = msdosfs_fatflush(pmp)) != 0 ||
	    (error = readentry(pmp, &dep->de_key, &bp, &ep)) != 0)
		return error;
	if (dep->de_flag & DE_MODIFIED) {
		atomic_and_uint(&dep->de_flag, ~DE_MODIFIED);
		msdosfs_de_to(dep, ep);
	} else if ((bp->b_oflags & BO_DELWRI) == 0) {
		brelse(bp, 0);
		return 0;
	}
	if (wait || (pmp->pm_flags & MSDOSFSMNT_WAITONFAT))
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

/* Are both slots written by one transfer? */
bool
msdosfs_sameblock(struct msdosfsmount *pmp, const struct denode_key *a,
    const struct denode_key *b)
{

	return a->dk_dirclust == b->dk_dirclust &&
	    a->dk_diroffset >> pmp->pm_bshift ==
	    b->dk_diroffset >> pmp->pm_bshift;
}

/* Has the slot on the device at return, if order matters on this mount. */
int
msdosfs_writeslot(struct msdosfsmount *pmp, const struct denode_key *key)
{
	struct direntry *ep;
	struct buf *bp;
	int error;

	if (!msdosfs_ordered(pmp))
		return 0;
	if ((error = readentry(pmp, key, &bp, &ep)) != 0)
		return error;
	if (bp->b_oflags & BO_DELWRI)
		return bwrite(bp);
	brelse(bp, 0);
	return 0;
}

/*
 * Sees to it that a file has clusters for size bytes, without making it
 * longer.  All or nothing: ENOSPC if there are not enough.
 */
int
msdosfs_deextend(struct denode *dep, uint32_t size)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t want = de_clcount(pmp, size), have, last, first, end;
	int error;

	if (want == 0)
		return 0;
	if (want > pmp->pm_nclusters)
		return ENOSPC;
	error = msdosfs_pcbmap(dep, want - 1, &last, &have);
	if (error != E2BIG)
		return error;
	if (have < de_clcount(pmp, dep->de_FileSize))
		return msdosfs_corrupt(pmp, "file of %u bytes has only %u "
		    "clusters", dep->de_FileSize, have);
	error = msdosfs_chainalloc(pmp, last != 0 ? last + 1 : 0, want - have,
	    &first, &end);
	if (error != 0)
		return error;
	if (last == 0) {
		dep->de_StartCluster = first;
		atomic_or_uint(&dep->de_flag, DE_MODIFIED);
	} else if ((error = msdosfs_chainlink(pmp, last, first)) != 0)
		msdosfs_chainfree(pmp, first);
	return error;
}

static int
shrink(struct denode *dep, uint32_t size)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct vnode *vp = DETOV(dep);
	uint32_t keep = de_clcount(pmp, size), old = dep->de_StartCluster;
	uint32_t last = 0, run;
	int error;

	if (keep != 0) {
		error = msdosfs_pcbmap(dep, keep - 1, &last, &run);
		if (error == E2BIG)
			error = msdosfs_corrupt(pmp, "file of %u bytes has "
			    "only %u clusters", dep->de_FileSize, run);
		if (error != 0)
			return error;
	}
	dep->de_FileSize = size;
	uvm_vnp_setsize(vp, size);
	if (keep == 0)
		dep->de_StartCluster = 0;
	msdosfs_extpurge(dep, keep);
	atomic_or_uint(&dep->de_flag, DE_UPDATE | DE_MODIFIED);
	if (old == 0)
		return msdosfs_deupdat(dep, false);
	/* Only after this the clusters may become someone else's. */
	if ((error = msdosfs_deupdat(dep, msdosfs_ordered(pmp))) != 0)
		return error;
	if (keep != 0)
		return msdosfs_chaincut(pmp, last);
	/* What can't be freed is lost, but the file is empty all the same. */
	error = msdosfs_chainfree(pmp, old);
	return pmp->pm_flags & MSDOSFS_CORRUPT ? 0 : error;
}

#define ZEROBYTES	512
#define ZEROVECS	8

/*
 * Writes zeros to [from, to) of a file whose v_writesize is at least to and
 * whose old end is at most from.
 */
int
msdosfs_zerofill(struct vnode *vp, off_t from, off_t to)
{
	static const uint8_t zeros[ZEROBYTES];
	struct iovec iov[ZEROVECS];
	struct uio uio;
	off_t was;
	size_t n;
	u_int i;
	int error = 0;

	while (from < to && error == 0) {
		memset(&uio, 0, sizeof(uio));
		uio.uio_iov = iov;
		for (i = 0, n = 0; i < ZEROVECS && from + n < to; i++) {
			iov[i].iov_base = __UNCONST(zeros);
			iov[i].iov_len = MIN(ZEROBYTES, to - from - n);
			n += iov[i].iov_len;
		}
		uio.uio_iovcnt = i;
		uio.uio_offset = from;
		uio.uio_resid = n;
		uio.uio_rw = UIO_WRITE;
		UIO_SETUP_SYSSPACE(&uio);
		error = ubc_uiomove(&vp->v_uobj, &uio, n,
		    UVM_ADV_SEQUENTIAL, UBC_WRITE | UBC_FAULTBUSY |
		    UBC_PARTIALOK | UBC_VNODE_FLAGS(vp));
		was = from;
		from = uio.uio_offset;
		/* A long gap must not fill the memory with dirty pages. */
		if (error == 0 && was >> 16 != from >> 16) {
			rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
			error = VOP_PUTPAGES(vp, was & ~0xffffLL,
			    from & ~0xffffLL, PGO_CLEANIT | PGO_LAZY);
		}
	}
	return error;
}

/* Gives clusters behind the end of the file back. */
void
msdosfs_droptail(struct denode *dep)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t keep = de_clcount(pmp, dep->de_FileSize), cn, run;

	msdosfs_extpurge(dep, keep);
	if (keep == 0) {
		cn = dep->de_StartCluster;
		dep->de_StartCluster = 0;
		atomic_or_uint(&dep->de_flag, DE_MODIFIED);
		if (cn != 0)
			msdosfs_chainfree(pmp, cn);
	} else if (msdosfs_pcbmap(dep, keep - 1, &cn, &run) == 0)
		msdosfs_chaincut(pmp, cn);
}

/*
 * Makes a file shorter or longer; the vnode is locked.  What is added reads
 * as zeros.  The entry of a file that grew is written later.
 */
int
msdosfs_desetsize(struct denode *dep, uint32_t size)
{
	struct vnode *vp = DETOV(dep);
	uint32_t old = dep->de_FileSize;
	int error;

	KASSERT(vp->v_type == VREG);
	dep->de_modrev++;
	if (size < old || (size == 0 && dep->de_StartCluster != 0))
		return shrink(dep, size);
	if (size == old) {
		atomic_or_uint(&dep->de_flag, DE_UPDATE);
		return 0;
	}
	if ((error = msdosfs_deextend(dep, size)) != 0)
		return error;
	/* FAT has no holes, and old data is behind the old end. */
	uvm_vnp_setwritesize(vp, size);
	error = msdosfs_zerofill(vp, old, size);
	dep->de_FileSize = error == 0 ? size : old;
	uvm_vnp_setsize(vp, dep->de_FileSize);
	if (error != 0)
		msdosfs_droptail(dep);
	atomic_or_uint(&dep->de_flag, DE_UPDATE | DE_MODIFIED);
	return error;
}

/*
 * The entry of this file is gone: it gets a key that no other file can have,
 * and its clusters become free when the last user is done with it.
 */
int
msdosfs_deremoved(struct denode *dep)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct denode_key old = dep->de_key, new = dep->de_key;
	int error;

	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	if (++pmp->pm_serial == 0)
		pmp->pm_serial = 1;
	new.dk_dirgen = pmp->pm_serial;
	rw_exit(&pmp->pm_fatlock);
	dep->de_removed = true;
	error = vcache_rekey_enter(pmp->pm_mountp, DETOV(dep),
	    &old, sizeof(old), &new, sizeof(new));
	if (error != 0)
		return error;
	dep->de_key = new;
	vcache_rekey_exit(pmp->pm_mountp, DETOV(dep), &old, sizeof(old),
	    &dep->de_key, sizeof(dep->de_key));
	return 0;
}

/* There are no holes, so a page that exists has its clusters. */
static int
msdosfs_gop_alloc(struct vnode *vp, off_t off, off_t len, int flags,
    kauth_cred_t cred)
{

	return 0;
}

static void
msdosfs_gop_markupdate(struct vnode *vp, int flags)
{
	u_int mask = 0;

	if (flags & GOP_UPDATE_ACCESSED)
		mask |= DE_ACCESS;
	if (flags & GOP_UPDATE_MODIFIED)
		mask |= DE_UPDATE;
	if (mask != 0)
		atomic_or_uint(&VTODE(vp)->de_flag, mask);
}
