/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The page cache under a file system of one file, whose block size, block map
 * and errors the test chooses.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/disklabel.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>
#include <uvm/uvm.h>

#include "kerntest.h"
#include "tdk.h"

#define	NBLK	64
#define	SEC	512

struct onefs {
	struct genfs_node of_gn;	/* first */
	struct vnode	*of_devvp;
	struct tdk_softc *of_tdk;
	int		of_bshift;
	int64_t		of_map[NBLK];	/* block on the disk, -1 */
	int64_t		of_next;	/* next free one */
	int		of_error;	/* of VOP_BMAP */
	unsigned	of_bmaps;
	unsigned	of_puts;	/* calls of VOP_PUTPAGES */
	int		of_key;
};

static struct onefs *thefs;

static int
of_bmap(void *v)
{
	struct vop_bmap_args *ap = v;
	struct onefs *of = ap->a_vp->v_data;
	int64_t b;
	int run = 0;

	of->of_bmaps++;
	if (of->of_error)
		return of->of_error;
	if (ap->a_bn < 0 || ap->a_bn >= NBLK)
		return EFBIG;
	b = of->of_map[ap->a_bn];
	if (ap->a_vpp != NULL)
		*ap->a_vpp = of->of_devvp;
	*ap->a_bnp = b == -1 ? -1 :
	    b * (1 << (of->of_bshift - DEV_BSHIFT));
	while (b != -1 && ap->a_bn + run + 1 < NBLK &&
	    of->of_map[ap->a_bn + run + 1] == b + run + 1)
		run++;
	if (ap->a_runp != NULL)
		*ap->a_runp = run;
	return 0;
}

static int
of_putpages(void *v)
{
	struct vop_putpages_args *ap = v;
	struct onefs *of = ap->a_vp->v_data;

	of->of_puts++;
	return genfs_putpages(v);
}

static int
of_reclaim(void *v)
{
	struct vop_reclaim_v2_args *ap = v;

	VOP_UNLOCK(ap->a_vp);
	genfs_node_destroy(ap->a_vp);
	ap->a_vp->v_data = NULL;
	return 0;
}

static int
of_inactive(void *v)
{
	struct vop_inactive_v2_args *ap = v;

	*ap->a_recycle = true;
	return 0;
}

static int
of_fsync(void *v)
{
	struct vop_fsync_args *ap = v;

	return vflushbuf(ap->a_vp, ap->a_flags);
}

static int (**of_vnodeop_p)(void *);
static const struct vnodeopv_entry_desc of_entries[] = {
	{ &vop_default_desc, vn_default_error },
	{ &vop_lock_desc, genfs_lock },
	{ &vop_unlock_desc, genfs_unlock },
	{ &vop_islocked_desc, genfs_islocked },
	{ &vop_getpages_desc, genfs_getpages },
	{ &vop_putpages_desc, of_putpages },
	{ &vop_bwrite_desc, vn_bwrite },
	{ &vop_bmap_desc, of_bmap },
	{ &vop_reclaim_desc, of_reclaim },
	{ &vop_inactive_desc, of_inactive },
	{ &vop_fsync_desc, of_fsync },
	{ NULL, NULL }
};
static const struct vnodeopv_desc of_opv_desc =
    { &of_vnodeop_p, of_entries };
static const struct vnodeopv_desc *const of_opv_descs[] =
    { &of_opv_desc, NULL };

static int
of_gopalloc(struct vnode *vp, off_t off, off_t len, int flags,
    struct kauth_cred *cred)
{
	struct onefs *of = vp->v_data;
	off_t b;

	for (b = off >> of->of_bshift; b << of->of_bshift < off + len; b++) {
		if (b >= NBLK)
			return EFBIG;
		if (of->of_map[b] == -1)
			of->of_map[b] = of->of_next++;
	}
	return 0;
}

static const struct genfs_ops of_genfsops = {
	.gop_size = genfs_size,
	.gop_alloc = of_gopalloc,
	.gop_write = genfs_gop_write,
	.gop_putrange = genfs_gop_putrange,
};

static int
of_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t key_len, const void **new_key)
{

	vp->v_tag = VT_NON;
	vp->v_type = VREG;
	vp->v_op = of_vnodeop_p;
	vp->v_data = thefs;
	genfs_node_init(vp, &of_genfsops);
	*new_key = &thefs->of_key;
	return 0;
}

static void
of_nothing(void)
{

}

static struct vfsops of_vfsops = {
	.vfs_name = "onefs",
	.vfs_loadvnode = of_loadvnode,
	.vfs_init = of_nothing,
	.vfs_done = of_nothing,
	.vfs_opv_descs = of_opv_descs,
};

static struct mount *of_mp;

/* Byte o of block b of the disk. */
static uint8_t
pattern(uint64_t o)
{

	return o * 13 + (o >> 9) + 1;
}

static struct vnode *
fs_open(int bshift, off_t size)
{
	struct onefs *of;
	struct vnode *vp;
	uint64_t i;
	int key = 7, error;

	error = vfs_attach(&of_vfsops);
	KASSERT(error == 0);
	of = kmem_zalloc(sizeof(*of), KM_SLEEP);
	thefs = of;
	of->of_bshift = bshift;
	of->of_key = key;
	of->of_tdk = tdk_create((2 * NBLK << bshift) / SEC, SEC);
	for (i = 0; i < of->of_tdk->sc_size; i++)
		of->of_tdk->sc_mem[i] = pattern(i);
	for (i = 0; i < NBLK; i++)
		of->of_map[i] = -1;
	of->of_next = 1;
	error = vn_bdev_open(tdk_dev(of->of_tdk, RAW_PART), &of->of_devvp,
	    curlwp);
	KASSERT(error == 0);
	of_mp = vfs_mountalloc(&of_vfsops, NULL);
	of_mp->mnt_fs_bshift = bshift;
	of_mp->mnt_dev_bshift = DEV_BSHIFT;
	of_vfsops.vfs_refcount++;
	error = vcache_get(of_mp, &key, sizeof(key), &vp);
	KASSERT(error == 0);
	uvm_vnp_setsize(vp, size);
	return vp;
}

static int
fs_close(struct vnode *vp)
{
	struct onefs *of = thefs;

	vrele(vp);
	CHECK(TAILQ_EMPTY(&of_mp->mnt_vnodelist));
	vfs_rele(of_mp);
	CHECK_EQ(vn_close(of->of_devvp, FREAD | FWRITE, curlwp->l_cred), 0);
	tdk_destroy(of->of_tdk);
	kmem_free(of, sizeof(*of));
	CHECK_EQ(vfs_detach(&of_vfsops), 0);
	return 0;
}

static int
io(struct vnode *vp, enum uio_rw rw, off_t off, void *data, size_t len,
    int flags)
{
	struct iovec iov = { .iov_base = data, .iov_len = len };
	struct uio uio;

	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_offset = off;
	uio.uio_resid = len;
	uio.uio_rw = rw;
	UIO_SETUP_SYSSPACE(&uio);
	return ubc_uiomove(&vp->v_uobj, &uio, len, UVM_ADV_NORMAL, flags |
	    (rw == UIO_READ ? UBC_READ : UBC_WRITE));
}

/* The write of a file system: blocks, then pages, then the size. */
static int
fs_write(struct vnode *vp, off_t off, void *data, size_t len)
{
	int error, flags = 0;

	genfs_node_wrlock(vp);
	error = GOP_ALLOC(vp, off, len, 0, curlwp->l_cred);
	genfs_node_unlock(vp);
	if (error)
		return error;
	if (off + (off_t)len > vp->v_size) {
		uvm_vnp_setwritesize(vp, off + len);
		flags = UBC_FAULTBUSY;
	}
	error = io(vp, UIO_WRITE, off, data, len, flags);
	if (error == 0 && off + (off_t)len > vp->v_size)
		uvm_vnp_setsize(vp, off + len);
	return error;
}

static int
put(struct vnode *vp, off_t lo, off_t hi, int flags)
{

	rw_enter(vp->v_uobj.vmobjlock, RW_WRITER);
	return VOP_PUTPAGES(vp, lo, hi, flags);
}

/* Every block size: scattered blocks, runs, holes, the end. */
static int
read_all(int bshift)
{
	const size_t bsize = 1 << bshift;
	const size_t size = 20 * bsize + 777;
	struct vnode *vp;
	uint8_t *data;
	size_t i, o;

	vp = fs_open(bshift, size);
	for (i = 0; i < 21; i++)
		thefs->of_map[i] = i < 8 ? (int64_t)(40 - i) :
		    i < 12 ? -1 : (int64_t)(i + 3);
	data = kmem_alloc(size, KM_SLEEP);
	memset(data, 0xff, size);
	CHECK_EQ(io(vp, UIO_READ, 0, data, size, 0), 0);
	for (o = 0; o < size; o++) {
		i = o >> bshift;
		if (thefs->of_map[i] == -1)
			CHECK_EQ(data[o], 0);
		else
			CHECK_EQ(data[o], pattern((thefs->of_map[i] <<
			    bshift) + (o & (bsize - 1))));
	}
	/* Again, from memory. */
	i = thefs->of_bmaps;
	CHECK_EQ(io(vp, UIO_READ, 333, data, size - 333, 0), 0);
	CHECK_EQ(thefs->of_bmaps, i);
	CHECK_EQ(io(vp, UIO_READ, round_page(size) + 4096 * 16, data, 1, 0),
	    EINVAL);
	kmem_free(data, size);
	return fs_close(vp);
}

KERNTEST(pages_read_512)
{

	return read_all(9);
}

KERNTEST(pages_read_2k)
{

	return read_all(11);
}

KERNTEST(pages_read_4k)
{

	return read_all(12);
}

KERNTEST(pages_read_32k)
{

	return read_all(15);
}

KERNTEST(pages_read_64k)
{

	return read_all(16);
}

static int
write_all(int bshift)
{
	const size_t bsize = 1 << bshift;
	const size_t max = NBLK / 2 * bsize;
	struct vnode *vp;
	uint8_t *ref, *data;
	uint32_t seed = 12345 + bshift;
	size_t off, len, size = 0, i;
	int n;

	vp = fs_open(bshift, 0);
	ref = kmem_zalloc(max, KM_SLEEP);
	data = kmem_alloc(max, KM_SLEEP);
#define	RND()	(seed = seed * 1103515245 + 12345, seed >> 8)
	for (n = 0; n < 200; n++) {
		off = RND() % (size + 1);
		if (n % 7 == 0 && size < max - bsize)
			off = size + RND() % (max - size);
		len = RND() % MIN(max - off + 1, 30000);
		if (n % 10 == 9)
			len = MIN(len, 100);
		if (len == 0)
			continue;
		for (i = 0; i < len; i++)
			data[i] = n + i;
		if (off > size) {
			/* A gap has blocks, and reads as zero. */
			genfs_node_wrlock(vp);
			CHECK_EQ(GOP_ALLOC(vp, size, off - size, 0, NULL), 0);
			genfs_node_unlock(vp);
			uvm_vnp_setwritesize(vp, off);
			ubc_zerorange(&vp->v_uobj, size, off - size, 0);
			uvm_vnp_setsize(vp, off);
		}
		CHECK_EQ(fs_write(vp, off, data, len), 0);
		memcpy(ref + off, data, len);
		size = MAX(size, off + len);
		CHECK_EQ(vp->v_size, size);
		if (n % 16 == 15)
			CHECK_EQ(put(vp, 0, 0, PGO_ALLPAGES | PGO_CLEANIT |
			    PGO_SYNCIO | (n % 32 == 31 ? PGO_FREE : 0)), 0);
		if (n % 32 == 31)
			CHECK_EQ(vp->v_uobj.uo_npages, 0);
		if (n % 50 == 49 && size > 1000) {
			/* Truncation to the middle of a page and back. */
			size -= 500;
			memset(ref + size, 0, 500);
			ubc_zerorange(&vp->v_uobj, size, MIN(500,
			    round_page(size) - size), 0);
			uvm_vnp_setsize(vp, size);
		}
	}
	memset(data, 0xee, max);
	CHECK_EQ(io(vp, UIO_READ, 0, data, size, 0), 0);
	for (i = 0; i < size; i++)
		CHECK_EQ(data[i], ref[i]);
	CHECK_EQ(put(vp, 0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO), 0);
	CHECK_EQ(vp->v_uobj.uo_ndirty, 0);
	CHECK_EQ(vp->v_iflag & VI_ONWORKLST, 0);
	for (i = 0; i < size; i++)
		CHECK_EQ(thefs->of_tdk->sc_mem[(thefs->of_map[i >> bshift] <<
		    bshift) + (i & (bsize - 1))], ref[i]);
	kmem_free(ref, max);
	kmem_free(data, max);
	return fs_close(vp);
}

KERNTEST(pages_write_512)
{

	return write_all(9);
}

KERNTEST(pages_write_1k)
{

	return write_all(10);
}

KERNTEST(pages_write_4k)
{

	return write_all(12);
}

KERNTEST(pages_write_16k)
{

	return write_all(14);
}

/* What is dirty goes out when the vnode does. */
KERNTEST(pages_reclaim_writes)
{
	struct vnode *vp;
	uint8_t data[5000];
	struct tdk_softc *sc;
	int key = 7;

	vp = fs_open(12, 0);
	sc = thefs->of_tdk;
	memset(data, 0x42, sizeof(data));
	CHECK_EQ(fs_write(vp, 0, data, sizeof(data)), 0);
	CHECK(sc->sc_mem[4096] != 0x42);
	CHECK(vp->v_iflag & VI_ONWORKLST);
	vrele(vp);
	CHECK_EQ(sc->sc_mem[4096], 0x42);
	CHECK_EQ(sc->sc_mem[4096 + 4999], 0x42);
	CHECK_EQ(vcache_get(of_mp, &key, sizeof(key), &vp), 0);
	uvm_vnp_setsize(vp, sizeof(data));
	return fs_close(vp);
}

KERNTEST(pages_errors)
{
	struct vnode *vp;
	uint8_t data[20000];
	int i;

	vp = fs_open(12, 20000);
	for (i = 0; i < 5; i++)
		thefs->of_map[i] = i + 1;
	/* Reading fails: no page stays behind. */
	thefs->of_tdk->sc_fail = EIO;
	CHECK_EQ(io(vp, UIO_READ, 0, data, 20000, 0), EIO);
	CHECK_EQ(vp->v_uobj.uo_npages, 0);
	thefs->of_tdk->sc_fail = 0;
	thefs->of_error = ENXIO;
	CHECK_EQ(io(vp, UIO_READ, 0, data, 1, 0), ENXIO);
	thefs->of_error = 0;
	CHECK_EQ(vp->v_uobj.uo_npages, 0);
	CHECK_EQ(io(vp, UIO_READ, 0, data, 20000, 0), 0);
	CHECK_EQ(data[0], pattern(4096));
	/* Addresses no device has. */
	CHECK_EQ(put(vp, 0, 0, PGO_ALLPAGES | PGO_FREE), 0);
	thefs->of_map[2] = INT64_MAX >> 3;
	CHECK(io(vp, UIO_READ, 8192, data, 1, 0) != 0);
	thefs->of_map[2] = -77;
	CHECK(io(vp, UIO_READ, 8192, data, 1, 0) != 0);
	thefs->of_map[2] = 1 << 20;
	CHECK_EQ(io(vp, UIO_READ, 8192, data, 1, 0), EINVAL);
	thefs->of_map[2] = 3;
	/* Writing fails: who waits hears of it. */
	CHECK_EQ(fs_write(vp, 0, data, 10000), 0);
	thefs->of_tdk->sc_fail = EIO;
	CHECK_EQ(put(vp, 0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO), EIO);
	thefs->of_tdk->sc_fail = 0;
	CHECK_EQ(vp->v_numoutput, 0);
	/* A page without a block. */
	CHECK_EQ(fs_write(vp, 0, data, 100), 0);
	thefs->of_map[0] = -1;
	CHECK_EQ(put(vp, 0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO), EIO);
	CHECK_EQ(put(vp, 0, 0, PGO_ALLPAGES | PGO_FREE), 0);
	CHECK_EQ(vp->v_uobj.uo_npages, 0);
	return fs_close(vp);
}

/* The part of an extending write that the caller's memory did not give. */
static int
fault_uio(struct vnode *vp, off_t off, int flags)
{
	struct uio uio;
	struct iovec iov[2];
	static uint8_t good[6000];

	memset(good, 0x61, sizeof(good));
	iov[0].iov_base = good;
	iov[0].iov_len = sizeof(good);
	iov[1].iov_base = NULL;
	iov[1].iov_len = 6000;
	uio.uio_iov = iov;
	uio.uio_iovcnt = 2;
	uio.uio_offset = off;
	uio.uio_resid = 12000;
	uio.uio_rw = UIO_WRITE;
	uio.uio_vmspace = curproc->p_vmspace;
	return ubc_uiomove(&vp->v_uobj, &uio, 12000, 0, UBC_WRITE | flags);
}

KERNTEST(pages_write_fault)
{
	struct vnode *vp;
	uint8_t data[12000];
	int i, error;

	vp = fs_open(12, 0);
	CHECK_EQ(GOP_ALLOC(vp, 0, 12000, 0, NULL), 0);
	uvm_vnp_setwritesize(vp, 12000);
	error = fault_uio(vp, 0, UBC_FAULTBUSY);
	CHECK_EQ(error, EFAULT);
	uvm_vnp_setsize(vp, 12000);
	CHECK_EQ(io(vp, UIO_READ, 0, data, 12000, 0), 0);
	for (i = 8192; i < 12000; i++)
		CHECK_EQ(data[i], 0);
	return fs_close(vp);
}

/* Pages are given back when memory is asked for, dirty ones are not lost. */
KERNTEST(pages_drain)
{
	struct vnode *vp;
	uint8_t data[4096], c;
	int i;

	vp = fs_open(12, 0);
	for (i = 0; i < 20; i++) {
		memset(data, i + 1, sizeof(data));
		CHECK_EQ(fs_write(vp, i * 4096, data, 4096), 0);
	}
	CHECK_EQ(put(vp, 0, 10 * 4096, PGO_CLEANIT | PGO_SYNCIO), 0);
	CHECK_EQ(vp->v_uobj.uo_npages, 20);
	CHECK_EQ(vp->v_uobj.uo_ndirty, 10);
	while (rump_drain_run())
		continue;
	CHECK_EQ(vp->v_uobj.uo_npages, 10);
	for (i = 0; i < 20; i++) {
		CHECK_EQ(io(vp, UIO_READ, i * 4096 + 5, &c, 1, 0), 0);
		CHECK_EQ(c, i + 1);
	}
	return fs_close(vp);
}

static struct vnode *par_vp;
static _Atomic int par_bad;

static void
par_reader(void *arg)
{
	uint8_t data[3000];
	int i, j;
	const uintptr_t seed = (uintptr_t)arg;

	for (i = 0; i < 200; i++) {
		off_t off = (i * 7919 + seed * 104729) % (60 * 4096 - 3000);

		if (io(par_vp, UIO_READ, off, data, sizeof(data), 0) != 0)
			par_bad++;
		for (j = 0; j < 3000; j++)
			if (data[j] != pattern(4096 + off + j))
				par_bad++;
		if (i % 16 == (int)seed)
			(void)put(par_vp, 0, 0, PGO_ALLPAGES | PGO_FREE |
			    PGO_CLEANIT | PGO_SYNCIO);
	}
	kthread_exit(0);
}

KERNTEST(pages_parallel)
{
	struct lwp *l[3];
	uintptr_t i;

	par_vp = fs_open(12, 60 * 4096);
	par_bad = 0;
	for (i = 0; i < 60; i++)
		thefs->of_map[i] = i + 1;
	for (i = 0; i < 3; i++)
		l[i] = kt_thread(par_reader, (void *)(i + 1));
	for (i = 0; i < 3; i++)
		kt_join(l[i]);
	CHECK_EQ(par_bad, 0);
	return fs_close(par_vp);
}

/* Each thread owns every third 100 bytes of the file; others' stay. */
static void
par_writer(void *arg)
{
	const uintptr_t me = (uintptr_t)arg;
	uint8_t data[100];
	int i;

	memset(data, 0x40 + me, sizeof(data));
	for (i = 0; i < 300; i++) {
		off_t off = (i * 37 % 800 * 3 + me) * 100;

		if (io(par_vp, UIO_WRITE, off, data, sizeof(data), 0) != 0)
			par_bad++;
		if (i % 32 == (int)me)
			(void)put(par_vp, 0, 0, PGO_ALLPAGES | PGO_FREE |
			    PGO_CLEANIT | PGO_SYNCIO);
		if (i % 50 == 0)
			(void)rump_drain_run();
	}
	kthread_exit(0);
}

KERNTEST(pages_parallel_write)
{
	struct lwp *l[3];
	uintptr_t i, me;
	off_t off;

	par_vp = fs_open(12, 60 * 4096);
	par_bad = 0;
	for (i = 0; i < 60; i++)
		thefs->of_map[i] = i + 1;
	for (i = 0; i < 3; i++)
		l[i] = kt_thread(par_writer, (void *)i);
	for (i = 0; i < 3; i++)
		kt_join(l[i]);
	CHECK_EQ(par_bad, 0);
	CHECK_EQ(put(par_vp, 0, 0, PGO_ALLPAGES | PGO_CLEANIT | PGO_SYNCIO),
	    0);
	for (me = 0; me < 3; me++) {
		for (i = 0; i < 300; i++) {
			off = (i * 37 % 800 * 3 + me) * 100;
			CHECK_EQ(thefs->of_tdk->sc_mem[4096 + off], 0x40 + me);
			CHECK_EQ(thefs->of_tdk->sc_mem[4096 + off + 99],
			    0x40 + me);
		}
	}
	return fs_close(par_vp);
}

KERNTEST(pages_directio)
{
	struct vnode *vp;
	struct iovec iov;
	struct uio uio;
	uint8_t *data;
	int i;

	vp = fs_open(12, 10 * 4096 + 100);
	for (i = 0; i < 11; i++)
		thefs->of_map[i] = i == 5 ? -1 : i + 1;
	data = kmem_alloc(12 * 4096, KM_SLEEP);
	iov.iov_base = data;
	iov.iov_len = 12 * 4096;
	uio.uio_iov = &iov;
	uio.uio_iovcnt = 1;
	uio.uio_offset = 4096;
	uio.uio_resid = 12 * 4096;
	uio.uio_rw = UIO_READ;
	UIO_SETUP_SYSSPACE(&uio);
	genfs_directio(vp, &uio, 0);
	/* As far as the hole; no page was made. */
	CHECK_EQ(uio.uio_offset, 5 * 4096);
	CHECK_EQ(data[0], pattern(2 * 4096));
	CHECK_EQ(vp->v_uobj.uo_npages, 0);
	uio.uio_offset = 8 * 4096;
	genfs_directio(vp, &uio, 0);
	CHECK_EQ(uio.uio_offset, 10 * 4096);
	kmem_free(data, 12 * 4096);
	return fs_close(vp);
}

/* A file system with its pages elsewhere hears of the end that moves. */
KERNTEST(pages_setsize_puts)
{
	struct vnode *vp;
	unsigned puts;

	vp = fs_open(12, 10 * PAGE_SIZE);
	CHECK_EQ(vp->v_uobj.uo_npages, 0);
	puts = thefs->of_puts;
	uvm_vnp_setsize(vp, 9 * PAGE_SIZE + 1);
	CHECK_EQ(thefs->of_puts, puts);
	uvm_vnp_setsize(vp, 9 * PAGE_SIZE);
	CHECK_EQ(thefs->of_puts, puts + 1);
	uvm_vnp_setsize(vp, 10 * PAGE_SIZE);
	CHECK_EQ(thefs->of_puts, puts + 1);
	return fs_close(vp);
}

/* The lock of a vnode's pages is shared, and either may end first. */
KERNTEST(pages_shared_lock)
{
	struct uvm_object *uobj;
	struct vnode *vp;
	krwlock_t *lock;

	vp = fs_open(12, 4096);
	uobj = uao_create(4 * PAGE_SIZE, 0);
	lock = vp->v_uobj.vmobjlock;
	rw_obj_hold(lock);
	uvm_obj_setlock(uobj, lock);
	CHECK_EQ(rw_obj_refcnt(lock), 2);
	uao_detach(uobj);
	CHECK_EQ(rw_obj_refcnt(lock), 1);

	uobj = uao_create(4 * PAGE_SIZE, 0);
	lock = uobj->vmobjlock;
	rw_obj_hold(lock);
	uvm_obj_setlock(&vp->v_uobj, lock);
	CHECK(vp->v_uobj.vmobjlock == lock);
	CHECK_EQ(fs_close(vp), 0);
	CHECK_EQ(rw_obj_refcnt(lock), 1);
	uao_detach(uobj);

	vp = fs_open(12, 4096);
	uobj = uao_create(4 * PAGE_SIZE, 0);
	lock = vp->v_uobj.vmobjlock;
	rw_obj_hold(lock);
	uvm_obj_setlock(uobj, lock);
	CHECK_EQ(fs_close(vp), 0);
	rw_enter(uobj->vmobjlock, RW_WRITER);
	CHECK(rw_write_held(lock));
	rw_exit(uobj->vmobjlock);
	uao_detach(uobj);
	return 0;
}

/* What VFS_MOUNT makes is found when the file system is mounted. */
KERNTEST(vnode_before_mount)
{
	struct vnode *vp, *again;
	int key = 7;

	vp = fs_open(12, 4096);
	mountlist_append(of_mp);
	CHECK_EQ(vcache_get(of_mp, &key, sizeof(key), &again), 0);
	CHECK(again == vp);
	mountlist_remove(of_mp);
	vrele(again);
	return fs_close(vp);
}
