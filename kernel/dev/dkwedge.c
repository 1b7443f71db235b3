/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Wedges: a range of sectors of a disk as a disk of its own.  See dk(4),
 * dkctl(8).  They are added by ioctl or found by methods that know a kind of
 * partition table.
 *
 * A wedge's transfer is a buffer of its own on the parent's raw device, which
 * is open while any of its wedges is.
 *
 * Locks: dkwedges_lock (all wedges), then the parent's dk_rawbusy or its
 * dk_openlock.  dkwedge_scanlock is a leaf.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/bufq.h>
#include <sys/conf.h>
#include <sys/device_impl.h>
#include <sys/disk.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include <rump-sys/vfs.h>

#include "disk_impl.h"

#define	DK_MAJOR	168
#define	DKW_MAX		256		/* wedges of all disks */
#define	DK_NNODES	8		/* those with nodes in /dev */

struct dkwedge_softc {
	device_t	sc_dev;
	struct disk	sc_dk;		/* ours */
	struct disk	*sc_parent;	/* the disk we are on */
	daddr_t		sc_offset;	/* sectors */
	uint64_t	sc_size;	/* sectors */
	uint8_t		sc_wname[128];
	char		sc_ptype[32];
	dev_t		sc_pdev;	/* parent's raw block device */
	kmutex_t	sc_iolock;	/* sc_iopend */
	kcondvar_t	sc_dkdrn;
	unsigned	sc_iopend;	/* transfers on the way */
	bool		sc_dying;	/* parent's dk_rawbusy */
	LIST_ENTRY(dkwedge_softc) sc_plink;	/* parent's dk_openlock */
};

static CFDRIVER_DECL(dk, DV_DISK, NULL);

static krwlock_t dkwedges_lock;
static kmutex_t dkwedge_scanlock;

static LIST_HEAD(, dkwedge_discovery_method) dkwedge_methods =
    LIST_HEAD_INITIALIZER(dkwedge_methods);

static dev_type_open(dkopen);
static dev_type_close(dkclose);
static dev_type_read(dkread);
static dev_type_write(dkwrite);
static dev_type_ioctl(dkioctl);
static dev_type_strategy(dkstrategy);
static dev_type_dump(dkdump);
static dev_type_size(dksize);
static dev_type_discard(dkdiscard);

static const struct bdevsw dk_bdevsw = {
	.d_open = dkopen,
	.d_close = dkclose,
	.d_strategy = dkstrategy,
	.d_ioctl = dkioctl,
	.d_dump = dkdump,
	.d_psize = dksize,
	.d_discard = dkdiscard,
	.d_cfdriver = &dk_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_DISK | D_MPSAFE
};

static const struct cdevsw dk_cdevsw = {
	.d_open = dkopen,
	.d_close = dkclose,
	.d_read = dkread,
	.d_write = dkwrite,
	.d_ioctl = dkioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = dkdiscard,
	.d_cfdriver = &dk_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_DISK | D_MPSAFE
};

static void dkminphys(struct buf *);
static const struct dkdriver dkdkdriver = {
	.d_strategy = dkstrategy,
	.d_minphys = dkminphys
};

/*
 * Once, at boot.
 */
void
dkwedge_init(void)
{
	devmajor_t bmaj = DK_MAJOR, cmaj = DK_MAJOR;

	rw_init(&dkwedges_lock);
	mutex_init(&dkwedge_scanlock, MUTEX_DEFAULT, IPL_NONE);
	if (devsw_attach("dk", &dk_bdevsw, &bmaj, &dk_cdevsw, &cmaj) != 0)
		panic("dk: cannot attach");
	if (rump_vfs_makedevunits(S_IFBLK, "dk", "", DK_NNODES, 0, bmaj, 0, 1) != 0 ||
	    rump_vfs_makedevunits(S_IFCHR, "rdk", "", DK_NNODES, 0, cmaj, 0, 1) != 0)
		panic("dk: no device nodes");
}

/*
 * Adds a way to find wedges; lower priorities are asked first, equal ones by
 * name.  From constructors.
 */
void
dkwedge_method_register(struct dkwedge_discovery_method *ddm)
{
	struct dkwedge_discovery_method *d, *last = NULL;

	LIST_FOREACH(d, &dkwedge_methods, ddm_list) {
		if (ddm->ddm_priority < d->ddm_priority ||
		    (ddm->ddm_priority == d->ddm_priority &&
		    strcmp(ddm->ddm_name, d->ddm_name) < 0)) {
			LIST_INSERT_BEFORE(d, ddm, ddm_list);
			return;
		}
		last = d;
	}
	if (last == NULL)
		LIST_INSERT_HEAD(&dkwedge_methods, ddm, ddm_list);
	else
		LIST_INSERT_AFTER(last, ddm, ddm_list);
}

static struct dkwedge_softc *
dkwedge_lookup(dev_t dev)
{

	return device_lookup_private(&dk_cd, minor(dev));
}

/* The wedge of that name, dkwedges_lock is held. */
static struct dkwedge_softc *
dkwedge_byname(const char *wname)
{
	struct dkwedge_softc *sc;
	int i;

	for (i = 0; i < dk_cd.cd_ndevs; i++) {
		sc = device_lookup_private(&dk_cd, i);
		if (sc != NULL && strcmp((char *)sc->sc_wname, wname) == 0)
			return sc;
	}
	return NULL;
}

/* The raw block device of a disk called "sd0", or NODEV. */
static dev_t
dkwedge_parentdev(const char *pname)
{
	devmajor_t maj;
	const char *p;
	int unit = 0;

	maj = devsw_name2blk(pname, NULL, 0);
	if (maj == NODEVMAJOR)
		return NODEV;
	for (p = pname; *p != '\0' && (*p < '0' || *p > '9'); p++)
		continue;
	if (*p == '\0')
		return NODEV;
	for (; *p >= '0' && *p <= '9'; p++) {
		unit = unit * 10 + (*p - '0');
		if (unit > 0xffff)
			return NODEV;
	}
	return MAKEDISKDEV(maj, unit, RAW_PART);
}

static bool
is_overlapping(const struct dkwedge_softc *sc, daddr_t start, uint64_t size)
{
	const uint64_t s1 = sc->sc_offset, e1 = s1 + sc->sc_size;
	const uint64_t s2 = start, e2 = s2 + size;

	return s1 < e2 && s2 < e1;
}

/*
 * Adds a wedge as dkw says, and puts its device name there.  ENODEV without
 * such a parent; EINVAL for a range outside of it or one that overlaps
 * another; EEXIST for a name that is taken; EBUSY while partitions of the
 * parent are open; ENXIO while it detaches; ENOMEM past the limit.
 */
int
dkwedge_add(struct dkwedge_info *dkw)
{
	struct dkwedge_softc *sc, *lsc, *last = NULL;
	struct disk *pdk;
	device_t dev;
	dev_t pdev;
	int error = 0;

	dkw->dkw_parent[sizeof(dkw->dkw_parent) - 1] = '\0';
	dkw->dkw_wname[sizeof(dkw->dkw_wname) - 1] = '\0';
	dkw->dkw_ptype[sizeof(dkw->dkw_ptype) - 1] = '\0';
	pdk = disk_find(dkw->dkw_parent);
	if (pdk == NULL)
		return ENODEV;
	pdev = dkwedge_parentdev(pdk->dk_name);
	if (pdev == NODEV)
		return ENODEV;
	if (dkw->dkw_offset < 0 || dkw->dkw_size == 0 ||
	    (uint64_t)dkw->dkw_offset >= (uint64_t)pdk->dk_geom.dg_secperunit ||
	    dkw->dkw_size > (uint64_t)pdk->dk_geom.dg_secperunit -
	    dkw->dkw_offset)
		return EINVAL;

	rw_enter(&dkwedges_lock, RW_WRITER);
	mutex_enter(&pdk->dk_openlock);
	if (pdk->dk_leaving)
		error = ENXIO;
	/* Partitions through the label and wedges exclude each other. */
	if ((pdk->dk_openmask & ~(1 << RAW_PART)) != 0)
		error = EBUSY;
	LIST_FOREACH(lsc, &pdk->dk_wedges, sc_plink) {
		if (is_overlapping(lsc, dkw->dkw_offset, dkw->dkw_size))
			error = EINVAL;
		last = lsc;
	}
	if (error == 0 && dkwedge_byname((char *)dkw->dkw_wname) != NULL)
		error = EEXIST;
	if (error == 0 && pdk->dk_nwedges >= DKW_MAX)
		error = ENOMEM;
	if (error)
		goto out;

	dev = device_create(&dk_cd, NULL, sizeof(*sc));
	sc = device_private(dev);
	sc->sc_dev = dev;
	sc->sc_parent = pdk;
	sc->sc_pdev = pdev;
	sc->sc_offset = dkw->dkw_offset;
	sc->sc_size = dkw->dkw_size;
	memcpy(sc->sc_wname, dkw->dkw_wname, sizeof(sc->sc_wname));
	memcpy(sc->sc_ptype, dkw->dkw_ptype, sizeof(sc->sc_ptype));
	mutex_init(&sc->sc_iolock, MUTEX_DEFAULT, IPL_BIO);
	cv_init(&sc->sc_dkdrn, "dkdrn");
	disk_init(&sc->sc_dk, device_xname(dev), &dkdkdriver);
	sc->sc_dk.dk_geom.dg_secperunit = sc->sc_size;
	sc->sc_dk.dk_geom.dg_secsize = DEV_BSIZE << pdk->dk_blkshift;
	sc->sc_dk.dk_geom.dg_nsectors = 32;
	sc->sc_dk.dk_geom.dg_ntracks = 64;
	disk_set_info(dev, &sc->sc_dk, "WEDGE");
	disk_attach(&sc->sc_dk);
	if (last == NULL)
		LIST_INSERT_HEAD(&pdk->dk_wedges, sc, sc_plink);
	else
		LIST_INSERT_AFTER(last, sc, sc_plink);
	pdk->dk_nwedges++;
	strlcpy(dkw->dkw_devname, device_xname(dev), sizeof(dkw->dkw_devname));
	aprint_verbose("%s at %s: \"%s\", %" PRIu64 " blocks at %" PRId64
	    ", type: %s\n", dkw->dkw_devname, pdk->dk_name, sc->sc_wname,
	    sc->sc_size, sc->sc_offset, sc->sc_ptype);
out:
	mutex_exit(&pdk->dk_openlock);
	rw_exit(&dkwedges_lock);
	return error;
}

/*
 * Who opens or closes the disk for one of its wedges has it to himself, and
 * no lock: a vnode's may be held around it, and another's is taken inside.
 */
static void
raw_enter(struct disk *pdk)
{

	mutex_enter(&pdk->dk_rawlock);
	while (pdk->dk_rawbusy)
		cv_wait(&pdk->dk_rawcv, &pdk->dk_rawlock);
	pdk->dk_rawbusy = true;
	mutex_exit(&pdk->dk_rawlock);
}

static void
raw_exit(struct disk *pdk)
{

	mutex_enter(&pdk->dk_rawlock);
	pdk->dk_rawbusy = false;
	cv_broadcast(&pdk->dk_rawcv);
	mutex_exit(&pdk->dk_rawlock);
}

/*
 * Ends a wedge; dkwedges_lock is write-held.  EBUSY while it is open, unless
 * forced: then those who have it open find that it is gone.
 */
static int
dkwedge_detach(struct dkwedge_softc *sc, bool force)
{
	const int unit = device_unit(sc->sc_dev);
	struct disk *pdk = sc->sc_parent;

	raw_enter(pdk);
	if (sc->sc_dk.dk_openmask != 0 && !force) {
		raw_exit(pdk);
		return EBUSY;
	}
	sc->sc_dying = true;
	raw_exit(pdk);

	/* Who is in dkopen() gets ENXIO; then nobody is. */
	device_drain(sc->sc_dev);
	vdevgone(bdevsw_lookup_major(&dk_bdevsw), unit, unit, VBLK);
	vdevgone(cdevsw_lookup_major(&dk_cdevsw), unit, unit, VCHR);
	mutex_enter(&pdk->dk_rawlock);
	while (sc->sc_dk.dk_openmask != 0)
		cv_wait(&pdk->dk_rawcv, &pdk->dk_rawlock);
	mutex_exit(&pdk->dk_rawlock);

	mutex_enter(&sc->sc_iolock);
	while (sc->sc_iopend != 0)
		cv_wait(&sc->sc_dkdrn, &sc->sc_iolock);
	mutex_exit(&sc->sc_iolock);

	mutex_enter(&pdk->dk_openlock);
	LIST_REMOVE(sc, sc_plink);
	pdk->dk_nwedges--;
	mutex_exit(&pdk->dk_openlock);

	disk_detach(&sc->sc_dk);
	disk_destroy(&sc->sc_dk);
	cv_destroy(&sc->sc_dkdrn);
	mutex_destroy(&sc->sc_iolock);
	device_destroy(sc->sc_dev);
	return 0;
}

/*
 * Removes the wedge with the device name and on the disk in dkw.  ESRCH, EBUSY.
 */
int
dkwedge_del(struct dkwedge_info *dkw)
{
	struct dkwedge_softc *sc;
	int error = ESRCH, i;

	dkw->dkw_devname[sizeof(dkw->dkw_devname) - 1] = '\0';
	dkw->dkw_parent[sizeof(dkw->dkw_parent) - 1] = '\0';
	rw_enter(&dkwedges_lock, RW_WRITER);
	for (i = 0; i < dk_cd.cd_ndevs; i++) {
		sc = device_lookup_private(&dk_cd, i);
		if (sc != NULL && strcmp(device_xname(sc->sc_dev),
		    dkw->dkw_devname) == 0 &&
		    strcmp(sc->sc_parent->dk_name, dkw->dkw_parent) == 0) {
			error = dkwedge_detach(sc, false);
			break;
		}
	}
	rw_exit(&dkwedges_lock);
	return error;
}

static void
dkwedge_del1(struct disk *pdk, bool force)
{
	struct dkwedge_softc *sc, *next;

	rw_enter(&dkwedges_lock, RW_WRITER);
	for (sc = LIST_FIRST(&pdk->dk_wedges); sc != NULL; sc = next) {
		next = LIST_NEXT(sc, sc_plink);
		(void)dkwedge_detach(sc, force);
	}
	rw_exit(&dkwedges_lock);
}

/* Removes all wedges of a disk, which goes away, also those that are open. */
void
dkwedge_delall(struct disk *pdk)
{
	device_t parent;

	parent = device_find_by_xname(pdk->dk_name);
	if (parent != NULL && parent->dv_detaching == curlwp) {
		/* Whoever is still in an ioctl of the disk adds none behind us. */
		rw_enter(&dkwedges_lock, RW_WRITER);
		pdk->dk_leaving = true;
		rw_exit(&dkwedges_lock);
		/*
		 * Who opens a wedge opens its disk, and who opens a disk waits for
		 * its detach to be sure.  Without its wedges it is.
		 */
		if (pdk->dk_nwedges != 0)
			config_detach_commit(parent);
	}
	dkwedge_del1(pdk, true);
}

/* Removes the wedges of a disk that are not open. */
void
dkwedge_delidle(struct disk *pdk)
{

	dkwedge_del1(pdk, false);
}

static void
dkwedge_fillinfo(struct dkwedge_softc *sc, struct dkwedge_info *dkw)
{

	memset(dkw, 0, sizeof(*dkw));
	strlcpy(dkw->dkw_devname, device_xname(sc->sc_dev),
	    sizeof(dkw->dkw_devname));
	memcpy(dkw->dkw_wname, sc->sc_wname, sizeof(dkw->dkw_wname));
	strlcpy(dkw->dkw_parent, sc->sc_parent->dk_name,
	    sizeof(dkw->dkw_parent));
	dkw->dkw_offset = sc->sc_offset;
	dkw->dkw_size = sc->sc_size;
	strlcpy(dkw->dkw_ptype, sc->sc_ptype, sizeof(dkw->dkw_ptype));
}

/*
 * Copies out what wedges a disk has, as many as fit in the caller's array.
 */
int
dkwedge_list(struct disk *pdk, struct dkwedge_list *dkwl, struct lwp *l)
{
	struct dkwedge_softc *sc;
	struct dkwedge_info dkw;
	size_t left = dkwl->dkwl_bufsize;
	char *dst = dkwl->dkwl_buf;
	int error = 0;

	dkwl->dkwl_ncopied = 0;
	rw_enter(&dkwedges_lock, RW_READER);
	LIST_FOREACH(sc, &pdk->dk_wedges, sc_plink) {
		if (left < sizeof(dkw))
			break;
		dkwedge_fillinfo(sc, &dkw);
		error = copyout(&dkw, dst, sizeof(dkw));
		if (error)
			break;
		dst += sizeof(dkw);
		left -= sizeof(dkw);
		dkwl->dkwl_ncopied++;
	}
	dkwl->dkwl_nwedges = pdk->dk_nwedges;
	rw_exit(&dkwedges_lock);
	return error;
}

/* The wedge of that name, or NULL. */
device_t
dkwedge_find_by_wname(const char *wname)
{
	struct dkwedge_softc *sc;

	rw_enter(&dkwedges_lock, RW_READER);
	sc = dkwedge_byname(wname);
	rw_exit(&dkwedges_lock);
	return sc != NULL ? sc->sc_dev : NULL;
}

/* The first wedge of a disk from index *i on; *i becomes the next index. */
device_t
dkwedge_find_by_parent(const char *name, size_t *i)
{
	struct dkwedge_softc *sc;
	device_t dev = NULL;

	rw_enter(&dkwedges_lock, RW_READER);
	for (; dev == NULL && *i < (size_t)dk_cd.cd_ndevs; (*i)++) {
		sc = device_lookup_private(&dk_cd, *i);
		if (sc != NULL && strcmp(sc->sc_parent->dk_name, name) == 0)
			dev = sc->sc_dev;
	}
	rw_exit(&dkwedges_lock);
	return dev;
}

/* The wedge of a disk with exactly that range, or NULL. */
device_t
dkwedge_find_partition(device_t parent, daddr_t startblk, uint64_t nblks)
{
	struct dkwedge_softc *sc;
	device_t dev = NULL;
	int i;

	rw_enter(&dkwedges_lock, RW_READER);
	for (i = 0; i < dk_cd.cd_ndevs && dev == NULL; i++) {
		sc = device_lookup_private(&dk_cd, i);
		if (sc != NULL && sc->sc_offset == startblk &&
		    sc->sc_size == nblks && strcmp(sc->sc_parent->dk_name,
		    device_xname(parent)) == 0)
			dev = sc->sc_dev;
	}
	rw_exit(&dkwedges_lock);
	return dev;
}

/* The name of the disk that a wedge is on, or NULL if dev is no wedge. */
const char *
dkwedge_get_parent_name(dev_t dev)
{
	struct dkwedge_softc *sc;

	if (bdevsw_lookup(dev) != &dk_bdevsw)
		return NULL;
	sc = dkwedge_lookup(dev);
	return sc != NULL ? sc->sc_parent->dk_name : NULL;
}

/* Prints the names of all wedges. */
void
dkwedge_print_wnames(void)
{
	struct dkwedge_softc *sc;
	int i;

	rw_enter(&dkwedges_lock, RW_READER);
	for (i = 0; i < dk_cd.cd_ndevs; i++) {
		sc = device_lookup_private(&dk_cd, i);
		if (sc != NULL)
			printf(" wedge:%s", sc->sc_wname);
	}
	printf("\n");
	rw_exit(&dkwedges_lock);
}

/*
 * Discovery.
 */

/* Opens the raw device of a disk. */
static int
dk_open_parent(dev_t dev, int mode, struct vnode **vpp)
{
	struct vnode *vp;
	int error;

	error = bdevvp(dev, &vp);
	if (error)
		return error;
	error = vn_lock(vp, LK_EXCLUSIVE);
	if (error) {
		vrele(vp);
		return error;
	}
	error = VOP_OPEN(vp, mode, NOCRED);
	if (error) {
		vput(vp);
		return error;
	}
	/* v_writecount counts, as vn_close() will. */
	if (mode & FWRITE) {
		mutex_enter(vp->v_interlock);
		vp->v_writecount++;
		mutex_exit(vp->v_interlock);
	}
	VOP_UNLOCK(vp);
	*vpp = vp;
	return 0;
}

/*
 * The methods all look at the first sectors, which are read for all of them
 * at once.  Who discovers has one of these on the list.
 */
#define	SCAN_HEAD	2		/* sectors */

struct dkwedge_scan {
	LIST_ENTRY(dkwedge_scan) s_link;	/* dkwedge_scanlock */
	struct lwp	*s_lwp;
	struct disk	*s_disk;
	void		*s_head;	/* read if s_valid */
	size_t		s_headlen;
	bool		s_valid;
	bool		s_tried;
	bool		s_gone;		/* the disk is: it is not asked again */
};

static LIST_HEAD(, dkwedge_scan) dkwedge_scans = LIST_HEAD_INITIALIZER(dkwedge_scans);

/* The scan of this disk that the caller works for, or NULL. */
static struct dkwedge_scan *
scan_mine(struct disk *pdk)
{
	struct dkwedge_scan *s;

	mutex_enter(&dkwedge_scanlock);
	LIST_FOREACH(s, &dkwedge_scans, s_link) {
		if (s->s_lwp == curlwp && s->s_disk == pdk)
			break;
	}
	mutex_exit(&dkwedge_scanlock);
	return s;
}

/* Whether the caller is on its way to look for wedges on this disk. */
bool
dkwedge_scanning(struct disk *pdk)
{

	return scan_mine(pdk) != NULL;
}

/*
 * Asks the methods in turn until one knows the disk's partition table.
 */
void
dkwedge_discover(struct disk *pdk)
{
	struct dkwedge_scan scan = { .s_lwp = curlwp, .s_disk = pdk };
	struct dkwedge_discovery_method *ddm;
	struct vnode *vp;
	dev_t pdev;
	int error;

	pdev = dkwedge_parentdev(pdk->dk_name);
	if (pdev == NODEV)
		return;
	mutex_enter(&dkwedge_scanlock);
	LIST_INSERT_HEAD(&dkwedge_scans, &scan, s_link);
	mutex_exit(&dkwedge_scanlock);
	error = dk_open_parent(pdev, FREAD, &vp);
	if (error) {
		aprint_verbose("%s: cannot open to look for wedges, error "
		    "%d\n", pdk->dk_name, error);
		vp = NULL;
		goto out;
	}
	scan.s_headlen = MIN(SCAN_HEAD, pdk->dk_geom.dg_secperunit) *
	    (DEV_BSIZE << pdk->dk_blkshift);
	if (scan.s_headlen != 0)
		scan.s_head = kmem_alloc(scan.s_headlen, KM_SLEEP);
	LIST_FOREACH(ddm, &dkwedge_methods, ddm_list) {
		error = (*ddm->ddm_discover)(pdk, vp);
		if (error == 0)
			break;
		if (error != ESRCH)
			printf("%s: wedge search by %s failed, error %d\n",
			    pdk->dk_name, ddm->ddm_name, error);
		if (scan.s_gone)
			break;
	}
	if (scan.s_head != NULL)
		kmem_free(scan.s_head, scan.s_headlen);
out:
	mutex_enter(&dkwedge_scanlock);
	LIST_REMOVE(&scan, s_link);
	mutex_exit(&dkwedge_scanlock);
	if (vp != NULL)
		(void)vn_close(vp, FREAD, NOCRED);
}

/* Whole sectors; len and blkno are right. */
static int
read_sectors(struct disk *pdk, struct vnode *vp, daddr_t blkno, void *tbuf, size_t len)
{
	const uint32_t secsize = DEV_BSIZE << pdk->dk_blkshift;
	struct buf *bp;
	size_t n;
	int error = 0;

	bp = getiobuf(NULL, true);
	while (len > 0 && error == 0) {
		bp->b_flags = B_READ;
		bp->b_oflags = 0;
		bp->b_error = 0;
		bp->b_dev = vp->v_rdev;
		bp->b_blkno = blkno << pdk->dk_blkshift;
		bp->b_bcount = MIN(len, MAXPHYS);
		/* As much as the driver takes, but a sector. */
		if (pdk->dk_driver != NULL && pdk->dk_driver->d_minphys != NULL)
			(*pdk->dk_driver->d_minphys)(bp);
		n = MAX(rounddown(bp->b_bcount, secsize), secsize);
		bp->b_bcount = bp->b_resid = bp->b_bufsize = n;
		bp->b_data = tbuf;
		BIO_SETPRIO(bp, BPRIO_TIMECRITICAL);
		bdev_strategy(bp);
		error = biowait(bp);
		if (error == 0 && bp->b_resid != 0)
			error = EIO;
		tbuf = (char *)tbuf + n;
		blkno += n / secsize;
		len -= n;
	}
	putiobuf(bp);
	return error;
}

/*
 * Reads len bytes, whole sectors, from a sector of a disk, for methods.
 */
int
dkwedge_read(struct disk *pdk, struct vnode *vp, daddr_t blkno, void *tbuf,
    size_t len)
{
	const uint32_t secsize = DEV_BSIZE << pdk->dk_blkshift;
	const uint64_t total = pdk->dk_geom.dg_secperunit;
	struct dkwedge_scan *s;
	int error;

	if (len == 0 || len % secsize != 0 || blkno < 0 ||
	    (uint64_t)blkno > total || len / secsize > total - blkno)
		return EINVAL;
	s = scan_mine(pdk);
	if (s == NULL)
		return read_sectors(pdk, vp, blkno, tbuf, len);
	if (s->s_gone)
		return ENXIO;
	if (len <= s->s_headlen && (uint64_t)blkno * secsize <= s->s_headlen - len) {
		if (!s->s_tried) {
			s->s_tried = true;
			error = read_sectors(pdk, vp, 0, s->s_head, s->s_headlen);
			s->s_valid = error == 0;
			s->s_gone = error == ENXIO;
			if (s->s_gone)
				return error;
		}
		if (s->s_valid) {
			memcpy(tbuf, (char *)s->s_head + blkno * secsize, len);
			return 0;
		}
	}
	error = read_sectors(pdk, vp, blkno, tbuf, len);
	if (error == ENXIO)
		s->s_gone = true;
	return error;
}

/*
 * The driver.
 */

/*
 * The masks of a wedge belong to who has its parent's dk_rawbusy, which is
 * held while the parent is opened and closed.
 */
static int
dkopen(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct dkwedge_softc *sc = dkwedge_lookup(dev);
	struct disk *pdk;
	struct vnode *vp;
	int error = 0;

	if (sc == NULL)
		return ENXIO;
	pdk = sc->sc_parent;
	raw_enter(pdk);
	if (sc->sc_dying) {
		error = ENXIO;
		goto out;
	}
	if (sc->sc_dk.dk_openmask == 0) {
		if (pdk->dk_rawopens == 0) {
			KASSERT(pdk->dk_rawvp == NULL);
			error = dk_open_parent(sc->sc_pdev, FREAD | FWRITE,
			    &vp);
			if ((error == EROFS || error == EACCES) &&
			    (flags & FWRITE) == 0)
				error = dk_open_parent(sc->sc_pdev, FREAD,
				    &vp);
			if (error)
				goto out;
			pdk->dk_rawvp = vp;
		}
		pdk->dk_rawopens++;
	}
	if (fmt == S_IFCHR)
		sc->sc_dk.dk_copenmask |= 1;
	else
		sc->sc_dk.dk_bopenmask |= 1;
	sc->sc_dk.dk_openmask =
	    sc->sc_dk.dk_copenmask | sc->sc_dk.dk_bopenmask;
out:
	raw_exit(pdk);
	return error;
}

static int
dkclose(dev_t dev, int flags, int fmt, struct lwp *l)
{
	struct dkwedge_softc *sc = dkwedge_lookup(dev);
	struct vnode *vp;
	struct disk *pdk;

	if (sc == NULL)
		return ENXIO;
	pdk = sc->sc_parent;
	raw_enter(pdk);
	if (fmt == S_IFCHR)
		sc->sc_dk.dk_copenmask &= ~1;
	else
		sc->sc_dk.dk_bopenmask &= ~1;
	sc->sc_dk.dk_openmask =
	    sc->sc_dk.dk_copenmask | sc->sc_dk.dk_bopenmask;
	if (sc->sc_dk.dk_openmask == 0) {
		KASSERT(pdk->dk_rawopens > 0);
		if (--pdk->dk_rawopens == 0) {
			vp = pdk->dk_rawvp;
			pdk->dk_rawvp = NULL;
			(void)vn_close(vp, vp->v_writecount > 0 ?
			    FREAD | FWRITE : FREAD, NOCRED);
		}
	}
	raw_exit(pdk);
	return 0;
}

static void
dkminphys(struct buf *bp)
{
	struct dkwedge_softc *sc = dkwedge_lookup(bp->b_dev);
	const struct dkdriver *drv;
	dev_t dev = bp->b_dev;

	if (sc != NULL) {
		drv = sc->sc_parent->dk_driver;
		bp->b_dev = sc->sc_pdev;
		if (drv != NULL && drv->d_minphys != NULL)
			(*drv->d_minphys)(bp);
		bp->b_dev = dev;
	}
	minphys(bp);
}

static void
dkiodone(struct buf *nbp)
{
	struct buf *bp = nbp->b_private;
	struct dkwedge_softc *sc = dkwedge_lookup(bp->b_dev);
	const int error = nbp->b_error, resid = nbp->b_resid;

	KASSERT(sc != NULL);	/* not detached while sc_iopend */
	bp->b_error = error;
	bp->b_resid = (bp->b_bcount - nbp->b_bcount) + resid;
	mutex_enter(&sc->sc_iolock);
	disk_unbusy(&sc->sc_dk, nbp->b_bcount - resid, nbp->b_flags & B_READ);
	if (--sc->sc_iopend == 0)
		cv_broadcast(&sc->sc_dkdrn);
	mutex_exit(&sc->sc_iolock);
	putiobuf(nbp);
	biodone(bp);
}

static void
dkstrategy(struct buf *bp)
{
	struct dkwedge_softc *sc = dkwedge_lookup(bp->b_dev);
	struct buf *nbp;
	uint64_t p_size;
	int bcount = bp->b_bcount;

	if (sc == NULL || sc->sc_dk.dk_openmask == 0) {
		bp->b_error = ENXIO;
		goto done;
	}
	bp->b_error = 0;
	if (bcount == 0)
		goto done;
	p_size = sc->sc_size << sc->sc_parent->dk_blkshift;
	if (!bounds_check_with_mediasize(bp, DEV_BSIZE, p_size))
		goto done;

	nbp = getiobuf(NULL, true);
	nbp->b_data = bp->b_data;
	nbp->b_flags = bp->b_flags & (B_READ | B_PHYS | B_RAW | B_MEDIA_FLAGS);
	nbp->b_oflags = 0;
	nbp->b_iodone = dkiodone;
	nbp->b_proc = bp->b_proc;
	nbp->b_private = bp;
	nbp->b_dev = sc->sc_pdev;
	nbp->b_bcount = nbp->b_bufsize = nbp->b_resid = bp->b_bcount;
	nbp->b_blkno = bp->b_blkno +
	    (sc->sc_offset << sc->sc_parent->dk_blkshift);
	nbp->b_lblkno = nbp->b_rawblkno = nbp->b_blkno;
	BIO_COPYPRIO(nbp, bp);
	bp->b_bcount = bcount;
	mutex_enter(&sc->sc_iolock);
	sc->sc_iopend++;
	disk_busy(&sc->sc_dk);
	mutex_exit(&sc->sc_iolock);
	bdev_strategy(nbp);
	return;
done:
	bp->b_bcount = bcount;
	bp->b_resid = bp->b_bcount;
	biodone(bp);
}

static int
dkread(dev_t dev, struct uio *uio, int flags)
{

	if (dkwedge_lookup(dev) == NULL)
		return ENXIO;
	return physio(dkstrategy, NULL, dev, B_READ, dkminphys, uio);
}

static int
dkwrite(dev_t dev, struct uio *uio, int flags)
{

	if (dkwedge_lookup(dev) == NULL)
		return ENXIO;
	return physio(dkstrategy, NULL, dev, B_WRITE, dkminphys, uio);
}

static int
dkioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct dkwedge_softc *sc = dkwedge_lookup(dev);
	struct vnode *vp;
	int error;

	if (sc == NULL)
		return ENXIO;
	switch (cmd) {
	case DIOCGWEDGEINFO:
		dkwedge_fillinfo(sc, data);
		return 0;
	case DIOCGDINFO:
	case DIOCGPARTINFO:
	case DIOCAWEDGE:
	case DIOCDWEDGE:
	case DIOCLWEDGES:
	case DIOCMWEDGES:
	case DIOCRMWEDGES:
		/* A wedge has no partitions of its own. */
		return ENOTTY;
	}
	error = disk_ioctl(&sc->sc_dk, dev, cmd, data, flag, l);
	if (error != EPASSTHROUGH)
		return error;
	switch (cmd) {
	case DIOCGCACHE:
	case DIOCCACHESYNC:
	case DIOCGSTRATEGY:
		vp = sc->sc_parent->dk_rawvp;
		if (vp == NULL)
			return ENXIO;
		return VOP_IOCTL(vp, cmd, data, flag,
		    l != NULL ? l->l_cred : NOCRED);
	default:
		return ENOTTY;
	}
}

static int
dkdiscard(dev_t dev, off_t pos, off_t len)
{
	struct dkwedge_softc *sc = dkwedge_lookup(dev);
	unsigned shift;
	off_t offset, maxlen;

	if (sc == NULL || sc->sc_dk.dk_openmask == 0)
		return ENXIO;
	shift = sc->sc_parent->dk_blkshift + DEV_BSHIFT;
	maxlen = (off_t)sc->sc_size << shift;
	offset = (off_t)sc->sc_offset << shift;
	if (pos < 0 || len < 0 || pos > maxlen || len > maxlen - pos)
		return EINVAL;
	return bdev_discard(sc->sc_pdev, pos + offset, len);
}

static int
dksize(dev_t dev)
{
	struct dkwedge_softc *sc = dkwedge_lookup(dev);
	uint64_t n;

	if (sc == NULL || strcmp(sc->sc_ptype, DKW_PTYPE_SWAP) != 0)
		return -1;
	n = sc->sc_size << sc->sc_parent->dk_blkshift;
	return MIN(n, INT_MAX);
}

static int
dkdump(dev_t dev, daddr_t blkno, void *va, size_t size)
{
	struct dkwedge_softc *sc = dkwedge_lookup(dev);
	uint64_t n;

	if (sc == NULL)
		return ENXIO;
	n = sc->sc_size << sc->sc_parent->dk_blkshift;
	if (strcmp(sc->sc_ptype, DKW_PTYPE_SWAP) != 0)
		return ENXIO;
	if (size % DEV_BSIZE != 0 || blkno < 0 || (uint64_t)blkno > n ||
	    size / DEV_BSIZE > n - blkno)
		return EINVAL;
	return bdev_dump(sc->sc_pdev, blkno +
	    (sc->sc_offset << sc->sc_parent->dk_blkshift), va, size);
}
