/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What sd(4) and cd(4) have in common.  A softc of theirs starts with its
 * struct dk_softc: that is what device_private() of the disk is here.
 */

#ifndef _SCSIPI_DISK_IMPL_H_
#define	_SCSIPI_DISK_IMPL_H_

#include <dev/dkvar.h>
#include <dev/scsipi/scsipiconf.h>

/* Attach up to the first command to the disk; retry is for scsipi_disk_send(). */
void	scsipi_disk_init(device_t, struct dk_softc *, struct scsipi_periph *,
	    const struct dkdriver *, const struct scsipi_periphsw *, callout_t *retry);
/* ... and the rest of it, when the size is known. */
void	scsipi_disk_attach(device_t, struct dk_softc *,
	    bool (*suspend)(device_t, const pmf_qual_t *), bool (*shutdown)(device_t, int));
/*
 * Detach; an errno of disk_begindetach().  By force: commands that are out have
 * been or will be ended by the adapter; everything else fails here, before
 * anybody waits for it.
 */
int	scsipi_disk_detach(device_t, struct dk_softc *, struct scsipi_periph *, callout_t *retry,
	    const struct bdevsw *, const struct cdevsw *, int flags);

/* Whether dev can be opened by one more: 0, ENODEV, EIO for no medium. */
int	scsipi_disk_openable(struct dk_softc *, struct scsipi_periph *, dev_t, int fmt);
/* d_strategy: whether the buffer can go on; else it has been ended.  NULL: no disk. */
bool	scsipi_disk_usable(struct scsipi_periph *, struct buf *);
/* d_iosize by way of the driver's minphys. */
void	scsipi_disk_iosize(device_t, const struct bdevsw *, void (*)(struct buf *), int *count);
/* DIOCEJECT without force: EBUSY for other users of the disk; unlocks its door. */
int	scsipi_disk_unlock(struct dk_softc *, struct scsipi_periph *, int part);

/* READ or WRITE, the shortest that fits; of 6 bytes only with small.  Its length. */
int	scsipi_disk_rw_cdb(struct scsipi_generic *, bool read, uint64_t blkno, uint32_t nblks,
	    u_int8_t byte2, bool small);
/*
 * d_diskstart: 0 with the channel's lock held when there is room for a command;
 * else an errno.
 */
int	scsipi_disk_begin(struct scsipi_periph *);
/* ... hands bp's command to the adapter and drops the lock; errno as d_diskstart. */
int	scsipi_disk_send(struct dk_softc *, struct scsipi_periph *, callout_t *retry, struct buf *,
	    struct scsipi_generic *, int cdblen, int retries, int timeout);
/* psw_start and psw_done. */
void	scsipi_disk_start(struct scsipi_periph *);
void	scsipi_disk_done(struct scsipi_xfer *, int error);
/* psw_error of a disk that becomes ready: everything waits for it.  ERESTART. */
int	scsipi_disk_wait_ready(struct scsipi_xfer *);

#endif /* !_SCSIPI_DISK_IMPL_H_ */
