/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Buffers that are given to a disk's driver without anything in between, many
 * at a time: each has to come back once.  A second time is the panic of
 * biodone(), for the buffers stay as they are until walk_bufs_end().
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/condvar.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/namei.h>
#include <sys/proc.h>
#include <sys/vnode.h>

#include <rump/rump.h>

#define	NBUF	8
#define	BUFLEN	4096

int	rump_walk_bufs(const char *, int);
unsigned rump_walk_bufs_end(void);

static kmutex_t lock;
static kcondvar_t cv;
static struct walkbuf {
	struct buf *wb_bp;
	void	*wb_data;
	unsigned wb_done;		/* lock */
} bufs[NBUF];

static void
done(struct buf *bp)
{
	struct walkbuf *wb = bp->b_private;

	mutex_enter(&lock);
	wb->wb_done++;
	cv_broadcast(&cv);
	mutex_exit(&lock);
}

static void
submit(struct vnode *vp, struct walkbuf *wb, int write)
{
	struct buf *bp = wb->wb_bp = getiobuf(vp, true);

	wb->wb_done = 0;
	bp->b_data = wb->wb_data = kmem_zalloc(BUFLEN, KM_SLEEP);
	bp->b_flags = write ? B_WRITE : B_READ;
	bp->b_bufsize = bp->b_bcount = bp->b_resid = BUFLEN;
	bp->b_blkno = (wb - bufs) * btodb(2 * BUFLEN);
	bp->b_iodone = done;
	bp->b_private = wb;
	BIO_SETPRIO(bp, BPRIO_TIMELIMITED);
	if (write) {
		mutex_enter(vp->v_interlock);
		vp->v_numoutput++;
		mutex_exit(vp->v_interlock);
	}
	(void)VOP_STRATEGY(vp, bp);
}

/*
 * From the host.  Opens the block device, gives it NBUF buffers at once, every
 * other one to be written if write is set, and waits for them, not for ever.
 * 0, or the error of the open or of a buffer.
 */
int
rump_walk_bufs(const char *path, int write)
{
	struct pathbuf *pb;
	struct vnode *vp;
	int error, i, mode = write ? FREAD | FWRITE : FREAD;

	rump_schedule();
	mutex_init(&lock, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&cv, "walkbuf");
	pb = pathbuf_create(path);
	error = vn_open(NULL, pb, 0, mode, 0, &vp, NULL, NULL);
	pathbuf_destroy(pb);
	if (error != 0)
		goto out;
	VOP_UNLOCK(vp);
	for (i = 0; i < NBUF; i++)
		submit(vp, &bufs[i], write && i % 2 != 0);
	mutex_enter(&lock);
	for (i = 0; i < NBUF; i++)
		while (bufs[i].wb_done == 0 && cv_timedwait(&cv, &lock, 3600 * hz) == 0)
			continue;
	mutex_exit(&lock);
	for (i = 0; i < NBUF; i++)
		if (bufs[i].wb_done != 0 && error == 0)
			error = bufs[i].wb_bp->b_error;
	(void)vn_close(vp, mode, curlwp->l_cred);
out:
	rump_unschedule();
	return error;
}

/* From the host, when the driver has gone: how many buffers did not come back once. */
unsigned
rump_walk_bufs_end(void)
{
	unsigned i, bad = 0;

	rump_schedule();
	for (i = 0; i < NBUF; i++) {
		if (bufs[i].wb_bp == NULL)
			continue;
		if (bufs[i].wb_done != 1) {
			printf("buffer %u: came back %u times\n", i, bufs[i].wb_done);
			bad++;
			continue;
		}
		kmem_free(bufs[i].wb_data, BUFLEN);
		putiobuf(bufs[i].wb_bp);
		bufs[i].wb_bp = NULL;
	}
	rump_unschedule();
	return bad;
}
