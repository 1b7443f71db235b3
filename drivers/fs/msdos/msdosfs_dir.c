/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directories of FAT: walking, finding, entering and removing names.
 *
 * A directory is read through the device's buffers, in blocks of the mount's
 * transfer size.  Slots that make no sense are passed over: parts of a long
 * name without their file (wrong number, checksum or content), a "." or ".."
 * that is not one of the first two, names that begin with a blank.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <fs/msdosfs/bpb.h>
#include <fs/msdosfs/denode.h>
#include <fs/msdosfs/direntry.h>
#include <fs/msdosfs/fat.h>
#include <fs/msdosfs/msdosfsmount.h>

static const uint8_t dotname[11] = ".          ";
static const uint8_t dotdotname[11] = "..         ";

/* Start cluster of an entry; only FAT32 has the high half. */
uint32_t
msdosfs_entstart(struct msdosfsmount *pmp, const struct direntry *ep)
{
	uint32_t cn = le16dec(ep->deStartCluster);

	if (pmp->pm_fattype == 32)
		cn |= (uint32_t)le16dec(ep->deHighClust) << 16;
	return cn;
}

void
msdosfs_entsetstart(struct direntry *ep, uint32_t cn)
{

	le16enc(ep->deStartCluster, (uint16_t)cn);
	le16enc(ep->deHighClust, (uint16_t)(cn >> 16));
}

/* Place of an entry, as if it were that of a file. */
void
msdosfs_slotkey(struct msdosfsmount *pmp, const struct dirname *dn,
    struct denode_key *key)
{

	key->dk_dirgen = 0;
	key->dk_dirclust = dn->dn_cn;
	key->dk_diroffset = dn->dn_cn == MSDOSFSROOT ? dn->dn_off :
	    dn->dn_off & (pmp->pm_bpcluster - 1);
}

/* Key of the file or directory that an entry stands for. */
void
msdosfs_entkey(struct msdosfsmount *pmp, const struct dirname *dn,
    struct denode_key *key)
{

	msdosfs_slotkey(pmp, dn, key);
	if (dn->dn_entry.deAttributes & ATTR_DIRECTORY) {
		key->dk_dirclust = msdosfs_entstart(pmp, &dn->dn_entry);
		key->dk_diroffset = MSDOSFSROOT_OFS;
	}
}

/* File number: where the entry is on the device, in slots; root is 1. */
ino_t
msdosfs_fileno(struct msdosfsmount *pmp, uint32_t cn, uint32_t off)
{
	uint64_t at;

	if (off == MSDOSFSROOT_OFS) {
		if (cn == MSDOSFSROOT)
			return 1;
		off = 0;
	}
	if (cn == MSDOSFSROOT)
		at = (uint64_t)pmp->pm_rootsec << pmp->pm_secshift;
	else
		at = ((uint64_t)pmp->pm_datasec << pmp->pm_secshift) +
		    ((uint64_t)(cn - CLUST_FIRST) << pmp->pm_cnshift);
	return (at + off) / DOS_SLOTSIZE;
}

/* Starts a walk through a directory that the caller has locked. */
void
dirscan_init(struct dirscan *ds, struct denode *dep)
{

	memset(ds, 0, sizeof(*ds));
	ds->ds_dep = dep;
}

/* Releases the block at hand, if any; error as in fatcur_done(). */
int
dirscan_done(struct dirscan *ds, int error)
{
	struct buf *bp = ds->ds_bp;
	int werror = 0;

	if (bp == NULL)
		return error;
	ds->ds_bp = NULL;
	if (!ds->ds_dirty)
		brelse(bp, 0);
	else if (ds->ds_sync)
		werror = msdosfs_ioerror(ds->ds_dep->de_pmp, bwrite(bp));
	else
		bdwrite(bp);
	ds->ds_dirty = false;
	return error != 0 ? error : werror;
}

/*
 * The slot at offset off, a multiple of DOS_SLOTSIZE; ENOENT at the end of
 * the directory.  *epp is good until the next call.
 */
int
dirscan_slot(struct dirscan *ds, uint32_t off, struct direntry **epp)
{
	struct denode *dep = ds->ds_dep;
	struct msdosfsmount *pmp = dep->de_pmp;
	const uint32_t bsize = 1u << pmp->pm_bshift;
	uint32_t base = off & ~(bsize - 1), size = bsize, run;
	daddr_t kb;
	int error;

	if (off >= dep->de_FileSize)
		return ENOENT;
	if (ds->ds_bp != NULL && ds->ds_base != base &&
	    (error = dirscan_done(ds, 0)) != 0)
		return error;
	if (ds->ds_bp == NULL) {
		if (dep->de_StartCluster == MSDOSFSROOT) {
			ds->ds_cn = MSDOSFSROOT;
			kb = de_bn2kb(pmp, pmp->pm_rootsec) +
			    (base >> DEV_BSHIFT);
			size = MIN(size, roundup2(pmp->pm_rootsize - base,
			    1u << pmp->pm_secshift));
		} else {
			error = msdosfs_pcbmap(dep, base >> pmp->pm_cnshift,
			    &ds->ds_cn, &run);
			if (error == E2BIG)
				error = msdosfs_corrupt(pmp, "directory ends "
				    "after %u clusters, expected %u", run,
				    dep->de_FileSize >> pmp->pm_cnshift);
			if (error != 0)
				return error;
			kb = de_cn2kb(pmp, ds->ds_cn) +
			    ((base & (pmp->pm_bpcluster - 1)) >> DEV_BSHIFT);
		}
		error = msdosfs_ioerror(pmp,
		    bread(pmp->pm_devvp, kb, size, 0, &ds->ds_bp));
		if (error != 0) {
			ds->ds_bp = NULL;
			return error;
		}
		ds->ds_base = base;
	}
	*epp = (struct direntry *)((char *)ds->ds_bp->b_data + (off - base));
	return 0;
}

static bool
islong(const struct direntry *ep)
{

	return (ep->deAttributes & ATTR_WIN95MASK) == ATTR_WIN95;
}

/* Is this row of units nothing but dots and blanks? */
static bool
nothing(const uint16_t *u, size_t n)
{

	while (n > 0 && (u[n - 1] == '.' || u[n - 1] == ' '))
		n--;
	return n == 0;
}

/*
 * The next file at or after *offp, which is left behind it.  ENOENT at the
 * end.
 */
int
msdosfs_dirnext(struct dirscan *ds, uint32_t *offp, struct dirname *dn)
{
	struct msdosfsmount *pmp = ds->ds_dep->de_pmp;
	struct direntry *ep;
	const struct winentry *wep;
	uint32_t off;
	u_int expect = 0, parts = 0;	/* 0: no long name under way */
	uint8_t chksum = 0;
	size_t len = 0;
	int error;

	for (off = *offp;; off += DOS_SLOTSIZE) {
		error = dirscan_slot(ds, off, &ep);
		if (error != 0 || ep->deName[0] == SLOT_EMPTY) {
			*offp = off;
			if ((error == 0 || error == ENOENT) &&
			    ds->ds_nfree < ds->ds_want) {
				/* From here on all is free. */
				if (ds->ds_nfree == 0)
					ds->ds_free = off;
				ds->ds_nfree = (ds->ds_dep->de_FileSize -
				    ds->ds_free) / DOS_SLOTSIZE;
				ds->ds_end = true;
			}
			return error != 0 ? error : ENOENT;
		}
		if (ep->deName[0] == SLOT_DELETED) {
			parts = 0;
			if (ds->ds_nfree < ds->ds_want) {
				if (ds->ds_nfree++ == 0)
					ds->ds_free = off;
			}
			continue;
		}
		if (ds->ds_nfree < ds->ds_want)
			ds->ds_nfree = 0;
		if (islong(ep)) {
			if (pmp->pm_flags & MSDOSFSMNT_NOWIN95)
				continue;
			wep = (const void *)ep;
			if (wep->weCnt & WIN_LAST) {
				parts = expect = wep->weCnt & WIN_CNT;
				chksum = wep->weChksum;
			} else if (parts == 0)
				continue;
			if (expect == 0 || (wep->weCnt & WIN_CNT) != expect ||
			    wep->weChksum != chksum ||
			    win2unixfn(wep, dn->dn_name, &len) != 0)
				parts = 0;
			else
				expect--;
			continue;
		}
		if ((ep->deAttributes & ATTR_VOLUME) == 0 &&
		    ep->deName[0] != ' ' &&
		    memcmp(ep->deName, dotname, 11) != 0 &&
		    memcmp(ep->deName, dotdotname, 11) != 0)
			break;
		parts = 0;
	}
	dn->dn_off = off;
	dn->dn_entry = *ep;
	dn->dn_cn = ds->ds_cn;
	dn->dn_nslots = 1;
	dn->dn_len = 0;
	if (parts != 0 && expect == 0 && chksum == winChksum(ep->deName)) {
		dn->dn_nslots = parts + 1;
		if (!nothing(dn->dn_name, len))
			dn->dn_len = len;
	}
	*offp = off + DOS_SLOTSIZE;
	return 0;
}

/* Short name of an entry as it is shown, in units. */
static void
shortname(struct msdosfsmount *pmp, const struct direntry *ep, uint16_t *u,
    size_t *np)
{
	size_t i;

	dos2unixfn(ep->deName, pmp->pm_flags & MSDOSFSMNT_SHORTNAME ?
	    LCASE_BASE | LCASE_EXT : ep->deReserved, u, np);
	if (pmp->pm_flags & MSDOSFSMNT_UTF8)
		return;
	for (i = 0; i < *np; i++)
		if (u[i] > 0xff)
			u[i] = '_';
}

/*
 * Name of a file as programs see it, with a NUL.  The short name if there is
 * no long one, or if size or the character set has no room for it.
 */
void
msdosfs_entname(struct msdosfsmount *pmp, const struct dirname *dn, char *name,
    size_t size, size_t *lenp)
{
	const bool utf8 = (pmp->pm_flags & MSDOSFSMNT_UTF8) != 0;
	uint16_t u[12];
	size_t n;

	if (dn->dn_len != 0 && !(pmp->pm_flags & MSDOSFSMNT_SHORTNAME) &&
	    win2unix(dn->dn_name, dn->dn_len, utf8, name, size, lenp) == 0)
		return;
	shortname(pmp, &dn->dn_entry, u, &n);
	if (win2unix(u, n, utf8, name, size, lenp) != 0) {
		name[0] = '\0';
		*lenp = 0;
	}
}

/* Can the short name only be compared as it is shown? */
static bool
isodd(const uint8_t *dn)
{
	int i;

	if (dosfn_odd(dn))
		return true;
	for (i = 0; i < 11; i++)
		if (dn[i] >= 0x80)
			return true;
	return false;
}

static bool
matches(struct msdosfsmount *pmp, const struct dirname *dn, const uint16_t *u,
    size_t n, const uint8_t *dosname)
{
	uint16_t su[12];
	size_t sn;

	if (dn->dn_len != 0 && !(pmp->pm_flags & MSDOSFSMNT_SHORTNAME) &&
	    winequal(dn->dn_name, dn->dn_len, u, n))
		return true;
	if (dosname != NULL && memcmp(dn->dn_entry.deName, dosname, 11) == 0)
		return true;
	if (n > 12 || !isodd(dn->dn_entry.deName))
		return false;
	shortname(pmp, &dn->dn_entry, su, &sn);
	return winequal(su, sn, u, n);
}

/*
 * Looks for a name, and in passing for room for want slots.  Returns 0 also
 * if there is no such name.  The file whose entry is at offset skip does not
 * count.  EINVAL if it can't be a name, ENAMETOOLONG.
 */
int
msdosfs_dirfind(struct denode *dep, const char *name, size_t len, u_int want,
    uint32_t skip, struct dirfind *df)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint16_t u[WIN_MAXLEN];
	uint8_t dosname[11];
	struct dirscan ds;
	uint32_t off = 0;
	size_t n;
	bool exact, same;
	int error;

	error = unix2win(name, len, (pmp->pm_flags & MSDOSFSMNT_UTF8) != 0,
	    u, &n);
	if (error != 0)
		return error;
	exact = dosfn_exact(u, n, dosname, &same);
	df->df_found = false;
	dirscan_init(&ds, dep);
	ds.ds_want = want;
	while ((error = msdosfs_dirnext(&ds, &off, &df->df_name)) == 0) {
		if (df->df_name.dn_off != skip &&
		    matches(pmp, &df->df_name, u, n, exact ? dosname : NULL)) {
			df->df_found = true;
			break;
		}
	}
	df->df_free = ds.ds_free;
	df->df_nfree = ds.ds_nfree;
	df->df_end = ds.ds_end;
	return dirscan_done(&ds, error == ENOENT ? 0 : error);
}

#define TAILS		512u		/* numbers looked at in one pass */

/*
 * Gives the short name basis a tail that makes it the only one of its kind
 * in the directory, among short and long names.  EEXIST if all are taken.
 */
static int
uniqtail(struct denode *dep, uint8_t *basis)
{
	uint8_t used[TAILS / NBBY], other[11];
	struct dirname *dn;
	struct dirscan ds;
	uint32_t off;
	u_int first, num, i;
	bool same;
	int error;

	dn = kmem_alloc(sizeof(*dn), KM_SLEEP);
	/* More numbers than slots in the longest directory: one is free. */
	for (first = 1; first <= 2 * DOS_MAXDIRSIZE / DOS_SLOTSIZE;
	    first += TAILS) {
		memset(used, 0, sizeof(used));
		dirscan_init(&ds, dep);
		off = 0;
		while ((error = msdosfs_dirnext(&ds, &off, dn)) == 0) {
			if (dosfn_istail(dn->dn_entry.deName, basis, &num) &&
			    num - first < TAILS)
				setbit(used, num - first);
			if (dn->dn_len != 0 && dn->dn_len <= 12 &&
			    dosfn_exact(dn->dn_name, dn->dn_len, other, &same) &&
			    dosfn_istail(other, basis, &num) &&
			    num - first < TAILS)
				setbit(used, num - first);
		}
		error = dirscan_done(&ds, error == ENOENT ? 0 : error);
		if (error != 0)
			goto out;
		for (i = 0; i < TAILS; i++)
			if (isclr(used, i)) {
				dosfn_tail(basis, basis, first + i);
				goto out;
			}
	}
	error = EEXIST;
out:
	kmem_free(dn, sizeof(*dn));
	return error;
}

/* Writes zeros to a cluster that is not part of anything yet. */
static int
zerocluster(struct msdosfsmount *pmp, uint32_t cn)
{
	const uint32_t bsize = 1u << pmp->pm_bshift;
	struct buf *bp;
	uint32_t off;
	int error;

	for (off = 0; off < pmp->pm_bpcluster; off += bsize) {
		bp = getblk(pmp->pm_devvp,
		    de_cn2kb(pmp, cn) + (off >> DEV_BSHIFT), bsize, 0, 0);
		if (bp == NULL)
			return EIO;
		memset(bp->b_data, 0, bsize);
		if (!msdosfs_ordered(pmp))
			bdwrite(bp);
		else if ((error = bwrite(bp)) != 0)
			return error;
	}
	return 0;
}

/*
 * Forgets the blocks of a cluster that a directory no longer has: written
 * later, they would destroy the file that gets it next.
 */
static void
dropcluster(struct msdosfsmount *pmp, uint32_t cn)
{
	const uint32_t bsize = 1u << pmp->pm_bshift;
	struct buf *bp;
	uint32_t off;
	daddr_t kb;

	for (off = 0; off < pmp->pm_bpcluster; off += bsize) {
		kb = de_cn2kb(pmp, cn) + (off >> DEV_BSHIFT);
		mutex_enter(&bufcache_lock);
		bp = incore(pmp->pm_devvp, kb);
		mutex_exit(&bufcache_lock);
		if (bp == NULL)
			continue;
		if ((bp = getblk(pmp->pm_devvp, kb, bsize, 0, 0)) != NULL)
			brelse(bp, BC_INVAL);
	}
}

/* Frees a cluster that was to be part of a directory. */
void
msdosfs_dirfree1(struct msdosfsmount *pmp, uint32_t cn)
{

	dropcluster(pmp, cn);
	(void)msdosfs_chainfree(pmp, cn);
}

/* Forgets the blocks of a whole directory, before its clusters are freed. */
void
msdosfs_dirdrop(struct denode *dep)
{
	const u_int shift = dep->de_pmp->pm_cnshift;
	uint32_t fcn, cn, run;

	for (fcn = 0; fcn < dep->de_FileSize >> shift; fcn++) {
		if (msdosfs_pcbmap(dep, fcn, &cn, &run) != 0)
			break;
		dropcluster(dep->de_pmp, cn);
	}
}

/*
 * Makes a directory longer by as many clusters as need for size bytes.  They
 * are zeroed on the device before they become part of it.
 */
static int
growdir(struct denode *dep, uint32_t size)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	uint32_t have = dep->de_FileSize >> pmp->pm_cnshift;
	uint32_t want = de_clcount(pmp, size), cn, last, run;
	int error;

	if (dep->de_StartCluster == MSDOSFSROOT || size > DOS_MAXDIRSIZE)
		return ENOSPC;
	while (have < want) {
		error = msdosfs_pcbmap(dep, have - 1, &last, &run);
		if (error != 0)
			return error == E2BIG ? EIO : error;
		error = msdosfs_chainalloc(pmp, last + 1, 1, &cn, &cn);
		if (error != 0)
			return error;
		if ((error = zerocluster(pmp, cn)) != 0 ||
		    (error = msdosfs_chainlink(pmp, last, cn)) != 0) {
			msdosfs_dirfree1(pmp, cn);
			return error;
		}
		have++;
		dep->de_FileSize += pmp->pm_bpcluster;
		if (dep->de_StartCluster == pmp->pm_rootclust)
			pmp->pm_rootlen = dep->de_FileSize;
	}
	uvm_vnp_setsize(DETOV(dep), dep->de_FileSize);
	return msdosfs_fatflush(pmp);
}

/*
 * Writes the slots of a name: entry with its 8.3 name set, behind the parts
 * of the long name u (n may be 0).  Room is at off.
 */
static int
writeslots(struct denode *dep, const struct dirfind *df,
    const struct direntry *entry, const uint16_t *u, size_t n,
    struct dirplace *dp)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	const uint32_t bmask = (1u << pmp->pm_bshift) - 1;
	u_int parts = howmany(n, WIN_CHARS), i;
	uint8_t chksum = winChksum(entry->deName);
	uint32_t off = df->df_free, end = off + parts * DOS_SLOTSIZE;
	struct dirname at;
	struct direntry *ep;
	struct dirscan ds;
	int error;

	dirscan_init(&ds, dep);
	/*
	 * Whatever lies behind the end mark must not come to light; the new
	 * mark is on the device first.
	 */
	if (df->df_end && end + DOS_SLOTSIZE < dep->de_FileSize) {
		error = dirscan_slot(&ds, end + DOS_SLOTSIZE, &ep);
		if (error != 0)
			return dirscan_done(&ds, error);
		if (ep->deName[0] != SLOT_EMPTY) {
			ep->deName[0] = SLOT_EMPTY;
			ds.ds_dirty = true;
			ds.ds_sync = msdosfs_ordered(pmp) &&
			    ((end + DOS_SLOTSIZE) & ~bmask) != (off & ~bmask);
		}
	}
	for (i = parts; i > 0; i--, off += DOS_SLOTSIZE) {
		if ((error = dirscan_slot(&ds, off, &ep)) != 0)
			return dirscan_done(&ds, error);
		unix2winfn(u, n, (struct winentry *)(void *)ep, i, chksum);
		ds.ds_dirty = true;
		ds.ds_sync = msdosfs_ordered(pmp) &&
		    (off & ~bmask) != (end & ~bmask);
	}
	if ((error = dirscan_slot(&ds, off, &ep)) != 0)
		return dirscan_done(&ds, error);
	*ep = *entry;
	ds.ds_dirty = true;
	ds.ds_sync = (pmp->pm_flags & MSDOSFSMNT_WAITONFAT) != 0;
	at.dn_off = off;
	at.dn_cn = ds.ds_cn;
	at.dn_entry = *entry;
	msdosfs_entkey(pmp, &at, &dp->dp_key);
	msdosfs_slotkey(pmp, &at, &dp->dp_slot);
	memcpy(dp->dp_name, entry->deName, 11);
	return dirscan_done(&ds, 0);
}

/* Has a short name blanks other than at the ends of its parts? */
static bool
innerblank(const uint8_t *dn)
{
	int i;

	for (i = 1; i < 11; i++)
		if (i != 8 && dn[i - 1] == ' ' && dn[i] != ' ')
			return true;
	return false;
}

/*
 * Enters a file into a directory, which the caller has locked.  The entry's
 * 8.3 name is made from the name.  *dp says where it is.  A file of the same
 * name is an error unless its entry is at offset skip.  Clusters that the
 * entry refers to must be on the device; it is there itself only later, or
 * after msdosfs_writeslot().
 *
 * EEXIST; EINVAL and ENAMETOOLONG for a name that can't be; ENOSPC; ENOENT
 * if the directory was removed.
 */
int
msdosfs_direnter(struct denode *dep, const struct direntry *entry,
    const char *name, size_t len, uint32_t skip, struct dirplace *dp)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct direntry new = *entry;
	struct dirfind *df;
	uint16_t *u;
	size_t n;
	u_int want;
	bool exact, same;
	int error;

	if (dep->de_removed)
		return ENOENT;
	if ((error = msdosfs_markdirty(pmp)) != 0)
		return error;
	u = kmem_alloc(WIN_MAXLEN * sizeof(*u), KM_SLEEP);
	df = kmem_alloc(sizeof(*df), KM_SLEEP);
	error = unix2win(name, len, (pmp->pm_flags & MSDOSFSMNT_UTF8) != 0,
	    u, &n);
	if (error != 0)
		goto out;
	error = EINVAL;
	if (!winlegal(u, n))
		goto out;
	exact = dosfn_exact(u, n, new.deName, &same);
	if (exact && (same || (pmp->pm_flags & MSDOSFSMNT_SHORTNAME)))
		want = 1;
	else if (pmp->pm_flags & MSDOSFSMNT_SHORTNAME)
		goto out;
	else
		want = 1 + howmany(n, WIN_CHARS);

	if ((error = msdosfs_dirfind(dep, name, len, want, skip, df)) != 0)
		goto out;
	error = EEXIST;
	if (df->df_found)
		goto out;
	if (!exact || (want > 1 && innerblank(new.deName))) {
		dosfn_basis(u, n, new.deName);
		if ((error = uniqtail(dep, new.deName)) != 0)
			goto out;
	}
	if (df->df_nfree < want) {
		error = growdir(dep, df->df_free + want * DOS_SLOTSIZE);
		if (error != 0)
			goto out;
	}
	new.deReserved = 0;
	error = writeslots(dep, df, &new, u, want > 1 ? n : 0, dp);
out:
	kmem_free(df, sizeof(*df));
	kmem_free(u, WIN_MAXLEN * sizeof(*u));
	return error;
}

/*
 * Removes the entry at off and the parts of its long name before it, nslots
 * in all.  With wait it is on the device at return.
 */
int
msdosfs_dirremove(struct denode *dep, uint32_t off, u_int nslots, bool wait)
{
	struct direntry *ep;
	struct dirscan ds;
	int error;

	if ((error = msdosfs_markdirty(dep->de_pmp)) != 0)
		return error;
	dirscan_init(&ds, dep);
	ds.ds_sync = wait;
	for (; nslots > 0; nslots--, off -= DOS_SLOTSIZE) {
		if ((error = dirscan_slot(&ds, off, &ep)) != 0)
			break;
		ep->deName[0] = SLOT_DELETED;
		ds.ds_dirty = true;
	}
	return dirscan_done(&ds, error);
}

/* ENOTEMPTY if there is a file in the directory. */
int
msdosfs_dirempty(struct denode *dep)
{
	struct dirname *dn;
	struct dirscan ds;
	uint32_t off = 0;
	int error;

	dn = kmem_alloc(sizeof(*dn), KM_SLEEP);
	dirscan_init(&ds, dep);
	error = msdosfs_dirnext(&ds, &off, dn);
	error = dirscan_done(&ds, error);
	kmem_free(dn, sizeof(*dn));
	return error == 0 ? ENOTEMPTY : error == ENOENT ? 0 : error;
}

/* Lets ".." of a directory mean the directory with start cluster parent. */
int
msdosfs_dirsetparent(struct denode *dep, uint32_t parent)
{
	struct direntry *ep;
	struct dirscan ds;
	int error;

	dirscan_init(&ds, dep);
	ds.ds_sync = msdosfs_ordered(dep->de_pmp);
	error = dirscan_slot(&ds, DOS_SLOTSIZE, &ep);
	if (error == 0) {
		msdosfs_entsetstart(ep, parent);
		ds.ds_dirty = true;
	}
	error = dirscan_done(&ds, error);
	if (error == 0)
		dep->de_parent = parent;
	return error;
}

/*
 * Makes an empty directory in cluster cn, which belongs to nobody yet, and
 * writes it to the device.  Times and attributes are those of entry.
 */
int
msdosfs_dirinit(struct msdosfsmount *pmp, uint32_t cn,
    const struct direntry *entry, uint32_t parent)
{
	struct direntry *ep;
	struct buf *bp;
	int error;

	if ((error = zerocluster(pmp, cn)) != 0)
		return error;
	error = msdosfs_ioerror(pmp, bread(pmp->pm_devvp, de_cn2kb(pmp, cn),
	    1 << pmp->pm_bshift, B_MODIFY, &bp));
	if (error != 0)
		return error;
	ep = bp->b_data;
	ep[0] = *entry;
	memcpy(ep[0].deName, dotname, 11);
	msdosfs_entsetstart(&ep[0], cn);
	ep[1] = *entry;
	memcpy(ep[1].deName, dotdotname, 11);
	msdosfs_entsetstart(&ep[1], parent);
	if (msdosfs_ordered(pmp))
		return bwrite(bp);
	bdwrite(bp);
	return 0;
}

/* A volume label, for people: 11 bytes to a string without blanks at its end. */
void
msdosfs_setlabel(struct msdosfsmount *pmp, const uint8_t *name)
{
	int i;

	for (i = 0; i < 11; i++) {
		uint8_t c = i == 0 && name[i] == SLOT_E5 ? SLOT_DELETED :
		    name[i];

		pmp->pm_label[i] = c >= 0x20 && c < 0x7f ? (char)c : '_';
	}
	while (i > 0 && pmp->pm_label[i - 1] == ' ')
		i--;
	pmp->pm_label[i] = '\0';
}

/*
 * Looks at the root directory during the mount, at its first block for the
 * volume's label, which counts more than the one in the boot sector.  Also
 * decides between short and long names if the caller did not: short ones if
 * there are files but no long name, which takes all of it.
 */
int
msdosfs_rootscan(struct msdosfsmount *pmp)
{
	struct denode *dep;
	struct direntry *ep;
	struct dirscan ds;
	uint32_t off;
	bool decided, label = false, files = false, names = false;
	int error = 0;

	if (pmp->pm_flags & (MSDOSFSMNT_NOWIN95 | MSDOSFSMNT_GEMDOSFS))
		pmp->pm_flags = (pmp->pm_flags & ~MSDOSFSMNT_LONGNAME) |
		    MSDOSFSMNT_SHORTNAME;
	decided = (pmp->pm_flags &
	    (MSDOSFSMNT_SHORTNAME | MSDOSFSMNT_LONGNAME)) != 0;
	/* There is no vnode yet; what a walk needs is soon made. */
	dep = kmem_zalloc(sizeof(*dep), KM_SLEEP);
	dep->de_pmp = pmp;
	dep->de_StartCluster = pmp->pm_rootclust;
	dep->de_FileSize = pmp->pm_rootlen;
	dirscan_init(&ds, dep);
	for (off = 0;; off += DOS_SLOTSIZE) {
		if ((decided || names) && (label || off >> pmp->pm_bshift != 0))
			break;
		error = dirscan_slot(&ds, off, &ep);
		if (error != 0 || ep->deName[0] == SLOT_EMPTY)
			break;
		if (ep->deName[0] == SLOT_DELETED)
			continue;
		if (islong(ep))
			names = true;
		else if ((ep->deAttributes & ATTR_VOLUME) == 0)
			files = true;
		else if (!label && off >> pmp->pm_bshift == 0) {
			msdosfs_setlabel(pmp, ep->deName);
			label = true;
		}
	}
	error = dirscan_done(&ds, error == ENOENT || decided ? 0 : error);
	if (!decided)
		pmp->pm_flags |= files && !names ? MSDOSFSMNT_SHORTNAME :
		    MSDOSFSMNT_LONGNAME;
	kmem_free(dep, sizeof(*dep));
	return error;
}
