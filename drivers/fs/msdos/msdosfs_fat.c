/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File allocation table: cluster chains, allocation, the volume's state bits
 * and the FSInfo sector.
 *
 * Nothing that the table says is trusted: a cluster number is checked before
 * it is used, a walk ends after as many steps as the volume has clusters,
 * and a chain that comes back to itself is found by Brent's method.
 *
 * The table is never read as a whole.  The search for free clusters starts
 * where the last one ended and skips the blocks that are known to be full.
 *
 * Order of writes: changed blocks stay in the buffer cache, their numbers in
 * pm_dirtyfat; msdosfs_fatflush() writes them before a directory entry that
 * relies on them may reach the device.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
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

#define MAXCOMPLAINTS	8	/* log lines on damage for each mount */
#define LOOKAHEAD	256	/* clusters to look for beyond the one asked */

/*
 * Notes that the volume is damaged, with a line on the log (but not for
 * ever).  Returns EIO for the caller to pass on.  Takes no lock.
 */
int
msdosfs_corrupt(struct msdosfsmount *pmp, const char *fmt, ...)
{
	va_list ap;

	atomic_or_uint(&pmp->pm_flags, MSDOSFS_CORRUPT);
	if (atomic_inc_uint_nv(&pmp->pm_complaints) <= MAXCOMPLAINTS) {
		printf("msdosfs: %s: ", pmp->pm_mountp->mnt_stat.f_mntonname);
		va_start(ap, fmt);
		vprintf(fmt, ap);
		va_end(ap);
		printf("\n");
	}
	return EIO;
}

/*
 * Notes the result of a transfer, and returns it: an error of the device is
 * told by the volume's state once it is unmounted, for whoever checks the
 * volume.  Takes no lock.
 */
int
msdosfs_ioerror(struct msdosfsmount *pmp, int error)
{

	if (__predict_false(error == EIO))
		atomic_or_uint(&pmp->pm_flags, MSDOSFS_IOERR);
	return error;
}

static daddr_t
fatblk_addr(const struct msdosfsmount *pmp, u_int fat, uint32_t blk)
{

	return de_bn2kb(pmp, pmp->pm_fatsec + fat * pmp->pm_fatsecs +
	    blk * pmp->pm_fatblksecs);
}

static int
fatblk_size(const struct msdosfsmount *pmp, uint32_t blk)
{

	return MIN(pmp->pm_fatblksecs,
	    pmp->pm_fatsecs - blk * pmp->pm_fatblksecs) << pmp->pm_secshift;
}

/* Sets up a cursor that holds nothing. */
void
fatcur_init(struct fatcur *fc, struct msdosfsmount *pmp)
{

	fc->fc_pmp = pmp;
	fc->fc_bp = NULL;
	fc->fc_blk = 0;
	fc->fc_dirty = false;
}

/* Remembers a changed block for fatflush; false if there is no room. */
static bool
fat_note(struct msdosfsmount *pmp, uint32_t blk)
{
	u_int i;

	for (i = 0; i < pmp->pm_ndirtyfat; i++)
		if (pmp->pm_dirtyfat[i] == blk)
			return true;
	if (pmp->pm_ndirtyfat == MSDOSFS_NDIRTYFAT)
		return false;
	pmp->pm_dirtyfat[pmp->pm_ndirtyfat++] = blk;
	return true;
}

/*
 * Releases the block of a cursor, which can be used again.  Returns error if
 * that is not 0, else that of a write.
 */
int
fatcur_done(struct fatcur *fc, int error)
{
	struct msdosfsmount *pmp = fc->fc_pmp;
	struct buf *bp = fc->fc_bp, *nbp;
	int werror = 0;
	u_int i;

	if (bp == NULL)
		return error;
	fc->fc_bp = NULL;
	if (!fc->fc_dirty) {
		brelse(bp, 0);
		return error;
	}
	fc->fc_dirty = false;
	for (i = 0; i < pmp->pm_nfats; i++) {
		if (i == pmp->pm_curfat || !(pmp->pm_flags & MSDOSFS_FATMIRROR))
			continue;
		nbp = getblk(pmp->pm_devvp, fatblk_addr(pmp, i, fc->fc_blk),
		    bp->b_bcount, 0, 0);
		if (nbp == NULL) {
			werror = EIO;
			continue;
		}
		memcpy(nbp->b_data, bp->b_data, bp->b_bcount);
		bdwrite(nbp);
	}
	if (!(pmp->pm_flags & MSDOSFSMNT_WAITONFAT) && (!msdosfs_ordered(pmp) ||
	    fat_note(pmp, fc->fc_blk)))
		bdwrite(bp);
	else {
		int e = msdosfs_ioerror(pmp, bwrite(bp));

		if (werror == 0)
			werror = e;
	}
	return error != 0 ? error : werror;
}

static int
fatcur_load(struct fatcur *fc, uint32_t blk)
{
	struct msdosfsmount *pmp = fc->fc_pmp;
	int error;

	if (fc->fc_bp != NULL && (error = fatcur_done(fc, 0)) != 0)
		return error;
	error = msdosfs_ioerror(pmp, bread(pmp->pm_devvp,
	    fatblk_addr(pmp, pmp->pm_curfat, blk), fatblk_size(pmp, blk), 0,
	    &fc->fc_bp));
	if (error != 0)
		fc->fc_bp = NULL;
	fc->fc_blk = blk;
	return error;
}

/* Gets the block with the entry of cluster cn, and a pointer to the entry. */
static inline int
fatcur_seek(struct fatcur *fc, uint32_t cn, uint8_t **pp)
{
	const struct msdosfsmount *pmp = fc->fc_pmp;
	const uint32_t blk = cn >> pmp->pm_entshift;
	const uint32_t off = cn & (pmp->pm_entsperblk - 1);
	int error;

	KASSERT(cn <= pmp->pm_maxcluster);
	if ((fc->fc_bp == NULL || fc->fc_blk != blk) &&
	    (error = fatcur_load(fc, blk)) != 0)
		return error;
	*pp = (uint8_t *)fc->fc_bp->b_data + (pmp->pm_fattype == 12 ?
	    off + off / 2 : pmp->pm_fattype == 16 ? off * 2 : off * 4);
	return 0;
}

static inline uint32_t
ent_get(const struct msdosfsmount *pmp, const uint8_t *p, uint32_t cn)
{
	uint32_t v;

	if (pmp->pm_fattype == 12) {
		v = le16dec(p);
		v = cn & 1 ? v >> 4 : v & FAT12_MASK;
	} else if (pmp->pm_fattype == 16)
		v = le16dec(p);
	else
		v = le32dec(p) & FAT32_MASK;
	if (v >= (CLUST_RSRVD & pmp->pm_fatmask))
		v |= ~pmp->pm_fatmask;
	return v;
}

/*
 * Entry of cluster cn, at most pm_maxcluster; marks are CLUST_RSRVD to
 * CLUST_EOFE on every kind of FAT.  Keeps the block until fatcur_done().
 */
int
fatcur_get(struct fatcur *fc, uint32_t cn, uint32_t *vp)
{
	uint8_t *p;
	int error;

	if ((error = fatcur_seek(fc, cn, &p)) == 0)
		*vp = ent_get(fc->fc_pmp, p, cn);
	return error;
}

/* Sets the entry of cluster cn.  The caller holds pm_fatlock. */
int
fatcur_set(struct fatcur *fc, uint32_t cn, uint32_t v)
{
	struct msdosfsmount *pmp = fc->fc_pmp;
	uint32_t old;
	uint8_t *p;
	int error;

	if ((error = fatcur_seek(fc, cn, &p)) != 0)
		return error;
	old = ent_get(pmp, p, cn);
	v &= pmp->pm_fatmask;
	if (pmp->pm_fattype == 12) {
		if (cn & 1)
			le16enc(p, (uint16_t)((le16dec(p) & 0x000f) | v << 4));
		else
			le16enc(p, (uint16_t)((le16dec(p) & 0xf000) | v));
	} else if (pmp->pm_fattype == 16)
		le16enc(p, (uint16_t)v);
	else
		le32enc(p, (le32dec(p) & ~FAT32_MASK) | v);
	fc->fc_dirty = true;

	if (cn < CLUST_FIRST || (old == CLUST_FREE) == (v == CLUST_FREE))
		return 0;
	if (v == CLUST_FREE) {
		if (pmp->pm_fatfull != NULL)
			clrbit(pmp->pm_fatfull, fc->fc_blk);
		if (pmp->pm_freecount < pmp->pm_nclusters)
			pmp->pm_freecount++;
	} else if (pmp->pm_freecount > 0)
		pmp->pm_freecount--;
	atomic_or_uint(&pmp->pm_flags, MSDOSFS_FSIMOD);
	return 0;
}

/* Remembers where a run of clusters of a file is.  Holds pm_extlock. */
static void
ext_insert(struct denode *dep, const struct de_extent *run)
{
	struct de_extent *ex, *empty = NULL;
	u_int i;

	for (i = 0; i < DE_NEXTENTS; i++) {
		ex = &dep->de_ext[i];
		if (ex->ex_len == 0) {
			empty = ex;
			continue;
		}
		if (run->ex_fcn - ex->ex_fcn != run->ex_cn - ex->ex_cn)
			continue;
		/* The same run if they touch. */
		if (run->ex_fcn >= ex->ex_fcn &&
		    run->ex_fcn - ex->ex_fcn <= ex->ex_len) {
			ex->ex_len = MAX(ex->ex_len,
			    run->ex_fcn + run->ex_len - ex->ex_fcn);
			return;
		}
		if (run->ex_fcn < ex->ex_fcn &&
		    ex->ex_fcn - run->ex_fcn <= run->ex_len) {
			uint32_t end = MAX(ex->ex_fcn + ex->ex_len,
			    run->ex_fcn + run->ex_len);

			*ex = *run;
			ex->ex_len = end - run->ex_fcn;
			return;
		}
	}
	if (empty == NULL) {
		empty = &dep->de_ext[dep->de_exthand];
		dep->de_exthand = (dep->de_exthand + 1) % DE_NEXTENTS;
	}
	*empty = *run;
}

/* Forgets what is known of cluster fcn and behind it. */
void
msdosfs_extpurge(struct denode *dep, uint32_t fcn)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct de_extent *ex;
	u_int i;

	mutex_enter(&pmp->pm_extlock);
	for (i = 0; i < DE_NEXTENTS; i++) {
		ex = &dep->de_ext[i];
		if (ex->ex_fcn >= fcn)
			ex->ex_len = 0;
		else if (ex->ex_len > fcn - ex->ex_fcn)
			ex->ex_len = fcn - ex->ex_fcn;
	}
	if (dep->de_cycfcn >= fcn)
		dep->de_cyccn = dep->de_cycfcn = 0;
	mutex_exit(&pmp->pm_extlock);
}

/*
 * Cluster fcn of a file: *cnp is its number and *runp says how many from
 * there on are known to lie in a row.
 *
 * E2BIG if the chain ends before: then *runp is the length of the chain and
 * *cnp its last cluster (0 if there is none).  EIO, reported, if the chain
 * is damaged before that cluster.
 */
int
msdosfs_pcbmap(struct denode *dep, uint32_t fcn, uint32_t *cnp,
    uint32_t *runp)
{
	struct msdosfsmount *pmp = dep->de_pmp;
	struct de_extent run;
	struct fatcur fc;
	uint32_t pos, c, v, cycfcn, cyccn;
	int error = 0;
	u_int i;

	run.ex_fcn = 0;
	run.ex_cn = dep->de_StartCluster;
	run.ex_len = 1;
	if (run.ex_cn == 0) {
		*cnp = *runp = 0;
		return E2BIG;
	}
	if (!msdosfs_validcn(pmp, run.ex_cn))
		return msdosfs_corrupt(pmp, "start cluster %u, must be 2 to %u",
		    run.ex_cn, pmp->pm_maxcluster);
	if (fcn > pmp->pm_nclusters)
		return msdosfs_corrupt(pmp, "cluster %u of a file on a volume "
		    "of %u", fcn, pmp->pm_nclusters);

	mutex_enter(&pmp->pm_extlock);
	for (i = 0; i < DE_NEXTENTS; i++) {
		struct de_extent *ex = &dep->de_ext[i];

		if (ex->ex_len == 0 || ex->ex_fcn > fcn)
			continue;
		if (fcn - ex->ex_fcn < ex->ex_len) {
			*cnp = ex->ex_cn + (fcn - ex->ex_fcn);
			*runp = ex->ex_len - (fcn - ex->ex_fcn);
			mutex_exit(&pmp->pm_extlock);
			return 0;
		}
		if (ex->ex_fcn >= run.ex_fcn)
			run = *ex;
	}
	cycfcn = dep->de_cycfcn;
	cyccn = dep->de_cyccn;
	mutex_exit(&pmp->pm_extlock);

	pos = run.ex_fcn + run.ex_len - 1;
	c = run.ex_cn + run.ex_len - 1;
	fatcur_init(&fc, pmp);
	/*
	 * Up to fcn an obstacle is an error; behind it, it just ends the run,
	 * and so does the end of this FAT block.
	 */
	while (pos < fcn || (pos - fcn < LOOKAHEAD && (fc.fc_bp == NULL ||
	    fc.fc_blk == c >> pmp->pm_entshift))) {
		if ((error = fatcur_get(&fc, c, &v)) != 0)
			break;
		if (v >= CLUST_EOFS) {
			error = E2BIG;
			break;
		}
		if (!msdosfs_validcn(pmp, v)) {
			if (pos < fcn)
				error = msdosfs_corrupt(pmp,
				    "cluster %u is followed by %#x, "
				    "must be 2 to %u", c, v,
				    pmp->pm_maxcluster);
			break;
		}
		if (v == cyccn && pos + 1 != cycfcn) {
			if (pos < fcn)
				error = msdosfs_corrupt(pmp, "cluster %u comes "
				    "twice in one chain", v);
			break;
		}
		if (v != c + 1 && pos >= fcn)
			break;
		pos++;
		if (v == c + 1)
			run.ex_len++;
		else {
			run.ex_fcn = pos;
			run.ex_cn = v;
			run.ex_len = 1;
		}
		c = v;
		if (cyccn == 0 || pos / 2 >= cycfcn) {
			cycfcn = pos;
			cyccn = c;
		}
	}
	fatcur_done(&fc, 0);

	mutex_enter(&pmp->pm_extlock);
	dep->de_cycfcn = cycfcn;
	dep->de_cyccn = cyccn;
	if (error == 0 || error == E2BIG)
		ext_insert(dep, &run);
	mutex_exit(&pmp->pm_extlock);

	if (pos >= fcn) {
		*cnp = run.ex_cn + (fcn - run.ex_fcn);
		*runp = run.ex_len - (fcn - run.ex_fcn);
		return 0;
	}
	if (error == E2BIG) {
		*cnp = c;
		*runp = pos + 1;
	}
	return error;
}

/*
 * The volume's state: entry 1 of the FAT, not on FAT12.
 */

static uint32_t
cleanbit(const struct msdosfsmount *pmp)
{

	return pmp->pm_fattype == 32 ? FAT32_CLEAN : FAT16_CLEAN;
}

static uint32_t
noerrbit(const struct msdosfsmount *pmp)
{

	return pmp->pm_fattype == 32 ? FAT32_NOERR : FAT16_NOERR;
}

static int
state_change(struct msdosfsmount *pmp, uint32_t set, uint32_t clear)
{
	struct fatcur fc;
	uint32_t v;
	int error;

	fatcur_init(&fc, pmp);
	if ((error = fatcur_get(&fc, 1, &v)) == 0)
		error = fatcur_set(&fc, 1, (v | set) & ~clear);
	return fatcur_done(&fc, error);
}

static int
fatflush_locked(struct msdosfsmount *pmp)
{
	struct buf *bp;
	uint32_t blk;
	u_int n, fat;
	int error = 0, e;

	n = pmp->pm_ndirtyfat;
	pmp->pm_ndirtyfat = 0;
	while (n-- > 0) {
		blk = pmp->pm_dirtyfat[n];
		for (fat = 0; fat < pmp->pm_nfats; fat++) {
			if (fat != pmp->pm_curfat &&
			    !(pmp->pm_flags & MSDOSFS_FATMIRROR))
				continue;
			e = bread(pmp->pm_devvp, fatblk_addr(pmp, fat, blk),
			    fatblk_size(pmp, blk), 0, &bp);
			if (e == 0) {
				if (bp->b_oflags & BO_DELWRI)
					e = bwrite(bp);
				else
					brelse(bp, 0);
			}
			(void)msdosfs_ioerror(pmp, e);
			if (error == 0)
				error = e;
		}
	}
	return error;
}

/*
 * Writes the changed blocks of the FAT and waits, so that a directory entry
 * may be written that relies on them.  Nothing to do on MNT_ASYNC.
 */
int
msdosfs_fatflush(struct msdosfsmount *pmp)
{
	int error = 0;

	if (!msdosfs_ordered(pmp))
		return 0;
	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	if (pmp->pm_ndirtyfat != 0)
		error = fatflush_locked(pmp);
	rw_exit(&pmp->pm_fatlock);
	return error;
}

static int
markdirty_locked(struct msdosfsmount *pmp)
{
	int error = 0;

	if (pmp->pm_flags & MSDOSFS_DIRTIED)
		return 0;
	if (pmp->pm_flags & MSDOSFS_CLEANBIT) {
		if ((error = state_change(pmp, 0, cleanbit(pmp))) == 0 &&
		    msdosfs_ordered(pmp))
			error = fatflush_locked(pmp);
	}
	if (error == 0)
		atomic_or_uint(&pmp->pm_flags, MSDOSFS_DIRTIED);
	return error;
}

/* Reads the state at a mount for writing, and says if it is not good. */
int
msdosfs_fatstate(struct msdosfsmount *pmp)
{
	struct fatcur fc;
	uint32_t v;
	int error;

	if (pmp->pm_fattype == 12)
		return 0;
	fatcur_init(&fc, pmp);
	error = fatcur_done(&fc, fatcur_get(&fc, 1, &v));
	if (error != 0)
		return error;
	if (v & cleanbit(pmp))
		atomic_or_uint(&pmp->pm_flags, MSDOSFS_CLEANBIT);
	else
		printf("msdosfs: %s: was not unmounted cleanly\n",
		    pmp->pm_mountp->mnt_stat.f_mntonname);
	if ((v & noerrbit(pmp)) == 0)
		printf("msdosfs: %s: had disk errors before\n",
		    pmp->pm_mountp->mnt_stat.f_mntonname);
	return 0;
}

/* To be called before the first change: the volume is in use from now on. */
int
msdosfs_markdirty(struct msdosfsmount *pmp)
{
	int error;

	if (__predict_true(pmp->pm_flags & MSDOSFS_DIRTIED))
		return 0;
	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	error = markdirty_locked(pmp);
	rw_exit(&pmp->pm_fatlock);
	return error;
}

/*
 * After everything is written: the volume is good again, if it was at the
 * mount and no damage was met since.
 */
int
msdosfs_markclean(struct msdosfsmount *pmp)
{
	int error = 0;

	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	if ((pmp->pm_flags & MSDOSFS_DIRTIED) &&
	    (pmp->pm_flags & MSDOSFS_CLEANBIT) &&
	    !(pmp->pm_flags & MSDOSFS_CORRUPT)) {
		if ((error = state_change(pmp, cleanbit(pmp), 0)) == 0)
			error = fatflush_locked(pmp);
	}
	if (error == 0)
		atomic_and_uint(&pmp->pm_flags, ~MSDOSFS_DIRTIED);
	rw_exit(&pmp->pm_fatlock);
	return error;
}

/*
 * Tells in the volume's state of a device that failed, once for each mount.
 * That it can't be told, either, is no news.
 */
void
msdosfs_markbad(struct msdosfsmount *pmp)
{

	if ((pmp->pm_flags & (MSDOSFS_IOERR | MSDOSFS_IOERRSAID)) !=
	    MSDOSFS_IOERR || pmp->pm_fattype == 12)
		return;
	atomic_or_uint(&pmp->pm_flags, MSDOSFS_IOERRSAID);
	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	if (state_change(pmp, 0, noerrbit(pmp)) == 0)
		(void)fatflush_locked(pmp);
	rw_exit(&pmp->pm_fatlock);
}

/*
 * FSInfo.  Its count is believed only where counting would take long, and
 * only after a clean unmount.
 */

static bool
fsi_valid(const struct fsinfo *fsi)
{

	return le32dec(fsi->fsisig1) == FSISIG1 &&
	    le32dec(fsi->fsisig2) == FSISIG2 &&
	    le32dec(fsi->fsisig3) == FSISIG3;
}

#define FSI_MINBLKS	64	/* FATs of fewer blocks are counted */

static void
fsi_read_locked(struct msdosfsmount *pmp)
{
	const struct fsinfo *fsi;
	struct buf *bp;
	uint32_t nfree, next;

	if (pmp->pm_flags & MSDOSFS_FSIREAD)
		return;
	atomic_or_uint(&pmp->pm_flags, MSDOSFS_FSIREAD);
	if (pmp->pm_fsinfo == 0)
		return;
	if (bread(pmp->pm_devvp, de_bn2kb(pmp, pmp->pm_fsinfo),
	    1 << pmp->pm_secshift, 0, &bp) != 0) {
		pmp->pm_fsinfo = 0;
		return;
	}
	fsi = bp->b_data;
	if (fsi_valid(fsi)) {
		nfree = le32dec(fsi->fsinfree);
		next = le32dec(fsi->fsinxtfree);
		if (nfree <= pmp->pm_nclusters &&
		    pmp->pm_fatblks >= FSI_MINBLKS &&
		    (pmp->pm_flags & MSDOSFS_FREEKNOWN) == 0 &&
		    (pmp->pm_flags & MSDOSFS_CLEANBIT)) {
			pmp->pm_freecount = nfree;
			atomic_or_uint(&pmp->pm_flags, MSDOSFS_FREEKNOWN);
		}
		if (msdosfs_validcn(pmp, next))
			pmp->pm_nxtfree = next;
	} else
		pmp->pm_fsinfo = 0;
	brelse(bp, 0);
}

/*
 * Writes FSInfo if there is one and it changed, unless nothing else did;
 * waits if told so.
 */
int
msdosfs_fsinfo_write(struct msdosfsmount *pmp, bool wait)
{
	struct fsinfo *fsi;
	struct buf *bp;
	int error = 0;

	if (pmp->pm_fsinfo == 0 || !(pmp->pm_flags & MSDOSFS_FSIMOD) ||
	    !(pmp->pm_flags & MSDOSFS_DIRTIED))
		return 0;
	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	fsi_read_locked(pmp);
	if (pmp->pm_fsinfo == 0)
		goto out;
	error = bread(pmp->pm_devvp, de_bn2kb(pmp, pmp->pm_fsinfo),
	    1 << pmp->pm_secshift, B_MODIFY, &bp);
	if (error != 0)
		goto out;
	fsi = bp->b_data;
	if (!fsi_valid(fsi)) {
		brelse(bp, 0);
		goto out;
	}
	le32enc(fsi->fsinfree, pmp->pm_flags & MSDOSFS_FREEKNOWN ?
	    pmp->pm_freecount : 0xffffffff);
	le32enc(fsi->fsinxtfree, pmp->pm_nxtfree);
	atomic_and_uint(&pmp->pm_flags, ~MSDOSFS_FSIMOD);
	if (wait)
		error = bwrite(bp);
	else
		bdwrite(bp);
out:
	rw_exit(&pmp->pm_fatlock);
	return error;
}

/*
 * Free clusters.
 */

/* Counts the free ones whose entries are in FAT block blk. */
static int
countblk(struct fatcur *fc, uint32_t blk, uint32_t *np)
{
	struct msdosfsmount *pmp = fc->fc_pmp;
	uint32_t lo = MAX(blk * pmp->pm_entsperblk, CLUST_FIRST);
	uint32_t hi = MIN(pmp->pm_maxcluster,
	    blk * pmp->pm_entsperblk + pmp->pm_entsperblk - 1);
	uint32_t cn, n = 0;
	uint8_t *p;
	int error;

	if ((error = fatcur_seek(fc, lo, &p)) != 0)
		return error;
	switch (pmp->pm_fattype) {
	case 12:
		for (cn = lo; cn <= hi; p += 1 + (cn & 1), cn++)
			n += cn & 1 ? le16dec(p) >> 4 == 0 :
			    (le16dec(p) & FAT12_MASK) == 0;
		break;
	case 16:
		for (cn = lo; cn <= hi; cn++, p += 2)
			n += le16dec(p) == 0;
		break;
	default:
		for (cn = lo; cn <= hi; cn++, p += 4)
			n += (le32dec(p) & FAT32_MASK) == 0;
		break;
	}
	*np += n;
	return 0;
}

static int
count_locked(struct msdosfsmount *pmp)
{
	struct fatcur fc;
	uint32_t blk, n = 0;
	int error = 0;

	fatcur_init(&fc, pmp);
	for (blk = 0; blk < pmp->pm_fatblks && error == 0; blk++)
		error = countblk(&fc, blk, &n);
	error = fatcur_done(&fc, error);
	if (error == 0) {
		if (!(pmp->pm_flags & MSDOSFS_FREEKNOWN) ||
		    n != pmp->pm_freecount)
			atomic_or_uint(&pmp->pm_flags, MSDOSFS_FSIMOD);
		pmp->pm_freecount = n;
		atomic_or_uint(&pmp->pm_flags,
		    MSDOSFS_FREEKNOWN | MSDOSFS_FREEEXACT);
	}
	return error;
}

/* The number of free clusters; counts them if nobody knows it. */
int
msdosfs_countfree(struct msdosfsmount *pmp, uint32_t *np)
{
	int error = 0;

	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	fsi_read_locked(pmp);
	if (!(pmp->pm_flags & MSDOSFS_FREEKNOWN))
		error = count_locked(pmp);
	*np = pmp->pm_freecount;
	rw_exit(&pmp->pm_fatlock);
	return error;
}

/*
 * Takes up to want free clusters in a row, the first at or after hint if
 * there is one, and makes them a chain.
 */
static int
alloc_run(struct fatcur *fc, uint32_t hint, uint32_t want, uint32_t *firstp,
    uint32_t *lenp)
{
	struct msdosfsmount *pmp = fc->fc_pmp;
	uint32_t blk, lo, hi, start, c, n, v, i;
	int error;

	if (!msdosfs_validcn(pmp, hint))
		hint = CLUST_FIRST;
	blk = hint >> pmp->pm_entshift;
	/* The first block comes again at the end, for its lower part. */
	for (i = 0; i <= pmp->pm_fatblks; i++, blk++) {
		if (blk == pmp->pm_fatblks)
			blk = 0;
		if (isset(pmp->pm_fatfull, blk))
			continue;
		lo = MAX(blk * pmp->pm_entsperblk, CLUST_FIRST);
		hi = MIN(pmp->pm_maxcluster,
		    blk * pmp->pm_entsperblk + pmp->pm_entsperblk - 1);
		start = i == 0 ? hint : lo;
		for (c = start; c <= hi; c++) {
			if ((error = fatcur_get(fc, c, &v)) != 0)
				return error;
			if (v == CLUST_FREE)
				break;
		}
		if (c > hi) {
			if (start == lo)
				setbit(pmp->pm_fatfull, blk);
			continue;
		}
		for (n = 1; n < want && c + n <= hi; n++) {
			if ((error = fatcur_get(fc, c + n, &v)) != 0)
				return error;
			if (v != CLUST_FREE)
				break;
		}
		*firstp = c;
		*lenp = n;
		for (; n > 1; n--, c++)
			if ((error = fatcur_set(fc, c, c + 1)) != 0)
				return error;
		return fatcur_set(fc, c, CLUST_EOFE);
	}
	return ENOSPC;
}

static int
chainfree_locked(struct msdosfsmount *pmp, struct fatcur *fc, uint32_t cn)
{
	uint32_t v, n;
	int error;

	for (n = 0; n < pmp->pm_nclusters; n++) {
		if (!msdosfs_validcn(pmp, cn))
			return msdosfs_corrupt(pmp, "chain to free has cluster "
			    "%#x, must be 2 to %u", cn, pmp->pm_maxcluster);
		if ((error = fatcur_get(fc, cn, &v)) != 0)
			return error;
		/* Ours no more: the chain is a ring or joins another. */
		if (v == CLUST_FREE)
			return msdosfs_corrupt(pmp, "chain to free has cluster "
			    "%u, which is free", cn);
		if ((error = fatcur_set(fc, cn, CLUST_FREE)) != 0)
			return error;
		if (v >= CLUST_EOFS)
			break;
		cn = v;
	}
	return 0;
}

/*
 * Makes a chain of want (at least 1) free clusters, from hint on if it can.
 * It belongs to nobody until it is linked, so a failure or a crash loses
 * nothing else.  ENOSPC, and nothing is allocated, if there are not as many.
 */
int
msdosfs_chainalloc(struct msdosfsmount *pmp, uint32_t hint, uint32_t want,
    uint32_t *firstp, uint32_t *lastp)
{
	struct fatcur fc;
	uint32_t first = 0, last = 0, c, n, got;
	int error;

	KASSERT(want > 0);
	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	fsi_read_locked(pmp);
	if (!(pmp->pm_flags & MSDOSFS_FREEKNOWN) &&
	    pmp->pm_fatblks < FSI_MINBLKS && (error = count_locked(pmp)) != 0)
		goto out;
	error = ENOSPC;
	if ((pmp->pm_flags & MSDOSFS_FREEEXACT) && want > pmp->pm_freecount)
		goto out;
	if (want > pmp->pm_nclusters)
		goto out;
	if ((error = markdirty_locked(pmp)) != 0)
		goto out;
	if (pmp->pm_fatfull == NULL)
		pmp->pm_fatfull = kmem_zalloc(howmany(pmp->pm_fatblks, NBBY),
		    KM_SLEEP);
	if (!msdosfs_validcn(pmp, hint))
		hint = pmp->pm_nxtfree;

	fatcur_init(&fc, pmp);
	for (got = 0; got < want; got += n) {
		error = alloc_run(&fc, hint, want - got, &c, &n);
		if (error == 0 && last != 0)
			error = fatcur_set(&fc, last, c);
		if (error != 0)
			break;
		if (first == 0)
			first = c;
		last = c + n - 1;
		hint = last + 1;
	}
	if (error != 0 && first != 0)
		chainfree_locked(pmp, &fc, first);
	if (error == ENOSPC && got == 0)
		pmp->pm_freecount = 0;
	error = fatcur_done(&fc, error);
	if (error == 0) {
		pmp->pm_nxtfree = msdosfs_validcn(pmp, hint) ? hint :
		    CLUST_FIRST;
		*firstp = first;
		*lastp = last;
	}
out:
	rw_exit(&pmp->pm_fatlock);
	return error;
}

/* Makes next follow cluster cn, the last of a chain. */
int
msdosfs_chainlink(struct msdosfsmount *pmp, uint32_t cn, uint32_t next)
{
	struct fatcur fc;
	int error;

	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	fatcur_init(&fc, pmp);
	if ((error = markdirty_locked(pmp)) == 0)
		error = fatcur_set(&fc, cn, next);
	error = fatcur_done(&fc, error);
	rw_exit(&pmp->pm_fatlock);
	return error;
}

/*
 * Frees a chain from cluster cn on, as far as it is sound.  What refers to
 * it must be gone from the device before.
 */
int
msdosfs_chainfree(struct msdosfsmount *pmp, uint32_t cn)
{
	struct fatcur fc;
	int error;

	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	fatcur_init(&fc, pmp);
	fsi_read_locked(pmp);
	if ((error = markdirty_locked(pmp)) == 0)
		error = chainfree_locked(pmp, &fc, cn);
	error = fatcur_done(&fc, error);
	rw_exit(&pmp->pm_fatlock);
	return error;
}

/* Makes cn the last of its chain and frees what came after it. */
int
msdosfs_chaincut(struct msdosfsmount *pmp, uint32_t cn)
{
	struct fatcur fc;
	uint32_t v;
	int error;

	rw_enter(&pmp->pm_fatlock, RW_WRITER);
	fatcur_init(&fc, pmp);
	fsi_read_locked(pmp);
	if ((error = markdirty_locked(pmp)) == 0 &&
	    (error = fatcur_get(&fc, cn, &v)) == 0 && v < CLUST_EOFS) {
		error = fatcur_set(&fc, cn, CLUST_EOFE);
		if (error == 0)
			error = chainfree_locked(pmp, &fc, v);
	}
	error = fatcur_done(&fc, error);
	rw_exit(&pmp->pm_fatlock);
	return error;
}

/* Sets up the members that this file uses; after msdosfs_bpb_check(). */
void
msdosfs_fatinit(struct msdosfsmount *pmp)
{

	rw_init(&pmp->pm_fatlock);
	mutex_init(&pmp->pm_extlock, MUTEX_DEFAULT, IPL_NONE);
	pmp->pm_nxtfree = CLUST_FIRST;
}

void
msdosfs_fatfini(struct msdosfsmount *pmp)
{

	if (pmp->pm_fatfull != NULL)
		kmem_free(pmp->pm_fatfull, howmany(pmp->pm_fatblks, NBBY));
	rw_destroy(&pmp->pm_fatlock);
	mutex_destroy(&pmp->pm_extlock);
}
