/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Raw I/O between a caller's memory and a device.  See physio(9).
 *
 * The data goes through kernel memory: the caller's may belong to another
 * process than the one that does the transfer, and a device gets an object
 * with bounds.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/uio.h>

/*
 * Limits a transfer to what every driver can do.
 */
void
minphys(struct buf *bp)
{

	if (bp->b_bcount > MAXPHYS)
		bp->b_bcount = MAXPHYS;
}

/*
 * Transfers what uio says with a driver's strategy, in pieces that its
 * minphys allows; bp, if not NULL, is a buffer to use.  Sleeps.  A transfer
 * that ends at the end of the device is short, not an error; a negative
 * offset is EINVAL.
 */
int
physio(void (*strategy)(struct buf *), struct buf *obp, dev_t dev, int flags,
    void (*min_phys)(struct buf *), struct uio *uio)
{
	struct buf *bp;
	void *data;
	size_t bufsize, n, done;
	int error = 0;

	if (uio->uio_offset < 0)
		return EINVAL;
	if (uio->uio_resid == 0)
		return 0;
	/* The flags say which way; drivers' own uios may say nothing. */
	uio->uio_rw = (flags & B_READ) != 0 ? UIO_READ : UIO_WRITE;
	bufsize = MIN(uio->uio_resid, MAXPHYS);
	data = kmem_alloc(bufsize, KM_SLEEP);
	bp = obp != NULL ? obp : getiobuf(NULL, true);

	while (uio->uio_resid > 0 && error == 0) {
		bp->b_dev = dev;
		bp->b_error = 0;
		bp->b_flags = (flags & B_READ) | B_PHYS | B_RAW;
		bp->b_cflags |= BC_BUSY;
		bp->b_oflags = 0;
		bp->b_data = data;
		bp->b_blkno = btodb(uio->uio_offset);
		bp->b_lblkno = bp->b_rawblkno = bp->b_blkno;
		bp->b_proc = curproc;
		bp->b_bcount = MIN(uio->uio_resid, bufsize);
		BIO_SETPRIO(bp, BPRIO_TIMECRITICAL);
		(*min_phys)(bp);
		n = bp->b_bcount;
		if (n == 0 || n > bufsize ||
		    (uio->uio_offset & (DEV_BSIZE - 1)) != 0) {
			error = EINVAL;
			break;
		}
		bp->b_bufsize = bp->b_resid = n;
		if ((flags & B_READ) == 0) {
			error = uiomove(data, n, uio);
			if (error)
				break;
		}
		(*strategy)(bp);
		error = biowait(bp);
		/* The driver may have cut it at the end of the device. */
		done = MIN((size_t)MAX(bp->b_bcount, 0), n);
		done -= MIN((size_t)MAX(bp->b_resid, 0), done);
		if ((flags & B_READ) != 0) {
			if (error == 0)
				error = uiomove(data, done, uio);
		} else if (done != n) {
			/* Not all that was taken from the caller went out. */
			uio->uio_resid += n - done;
			uio->uio_offset -= n - done;
			if (error == 0)
				break;
		}
		if (done != n)
			break;
	}
	if (obp == NULL)
		putiobuf(bp);
	kmem_free(data, bufsize);
	return error;
}
