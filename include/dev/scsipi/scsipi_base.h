/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Getting, filling and putting back struct scsipi_xfer, for those who do
 * not use scsipi_command().
 */

#ifndef _DEV_SCSIPI_SCSIPI_BASE_H_
#define	_DEV_SCSIPI_SCSIPI_BASE_H_

#include <dev/scsipi/scsipiconf.h>

#ifdef _KERNEL
#include <sys/systm.h>

/* An xfer of the periph, or NULL (none free and NOSLEEP, or it goes); lock held. */
struct scsipi_xfer *scsipi_get_xs(struct scsipi_periph *, int);
/* Gives it back; the channel's lock is held. */
void	scsipi_put_xs(struct scsipi_xfer *);

/*
 * An xfer with a copy of the CDB, or NULL.  Sleeps unless NOSLEEP; the
 * channel's lock is held.
 */
static __inline struct scsipi_xfer *
scsipi_make_xs_internal(struct scsipi_periph *periph, struct scsipi_generic *cmd,
    int cmdlen, u_char *data_addr, int datalen, int retries, int timeout,
    struct buf *bp, int flags)
{
	struct scsipi_xfer *xs;

	xs = scsipi_get_xs(periph, flags);
	if (xs == NULL)
		return NULL;
	memcpy(&xs->cmdstore, cmd, (size_t)cmdlen);
	xs->cmd = &xs->cmdstore;
	xs->cmdlen = cmdlen;
	xs->data = data_addr;
	xs->datalen = datalen;
	xs->xs_retries = retries;
	xs->timeout = timeout;
	xs->bp = bp;
	return xs;
}

static __inline struct scsipi_xfer *
scsipi_make_xs_locked(struct scsipi_periph *periph, struct scsipi_generic *cmd,
    int cmdlen, u_char *data_addr, int datalen, int retries, int timeout,
    struct buf *bp, int flags)
{

	return scsipi_make_xs_internal(periph, cmd, cmdlen, data_addr, datalen,
	    retries, timeout, bp, flags);
}

/* The same without the lock. */
static __inline struct scsipi_xfer *
scsipi_make_xs_unlocked(struct scsipi_periph *periph, struct scsipi_generic *cmd,
    int cmdlen, u_char *data_addr, int datalen, int retries, int timeout,
    struct buf *bp, int flags)
{
	kmutex_t *lock = chan_mtx(periph->periph_channel);
	struct scsipi_xfer *xs;

	mutex_enter(lock);
	xs = scsipi_make_xs_internal(periph, cmd, cmdlen, data_addr, datalen,
	    retries, timeout, bp, flags);
	mutex_exit(lock);
	return xs;
}
#endif /* _KERNEL */

#endif /* !_DEV_SCSIPI_SCSIPI_BASE_H_ */
