/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ld(4): a disk behind a controller that takes reads and writes of blocks and
 * little else.  The controller's part fills in the second half of struct
 * ld_softc, calls ldattach(), gets transfers through sc_start, and gives each
 * back by lddone() once.
 */

#ifndef _DEV_LDVAR_H_
#define	_DEV_LDVAR_H_

#include <sys/mutex.h>
#include <sys/condvar.h>
#include <sys/rndsource.h>

#include <dev/dkvar.h>

struct ld_softc {
	struct dk_softc	sc_dksc;
	kmutex_t	sc_mutex;	/* counts, LDF_SUSPEND */
	kcondvar_t	sc_drain;	/* sc_queuecnt has become 0 */

	int		sc_queuecnt;	/* transfers the controller has */
	int		sc_ncylinders;
	int		sc_nheads;
	int		sc_nsectors;
	uint64_t	sc_disksize512;	/* DEV_BSIZE blocks */

	/* By the controller's part, before ldattach(). */
	device_t	sc_dv;
	int		sc_flags;	/* LDF_* */
	uint64_t	sc_secperunit;	/* sectors */
	int		sc_secsize;	/* bytes of a sector */
	int		sc_physsecsize;	/* bytes of a physical one, or 0 */
	uint32_t	sc_alignedsec;	/* first sector that starts a physical one */
	int		sc_maxxfer;	/* bytes of a transfer */
	int		sc_maxqueuecnt;	/* transfers it can have at once */
	char		*sc_typename;	/* its name, or NULL */

	/*
	 * sc_start begins a transfer at bp->b_rawblkno: 0 when lddone() will
	 * be called, EAGAIN when it has no room, else the transfer's error.
	 * sc_dump writes blocks without interrupts.  sc_ioctl gets what ld
	 * itself does not know; the last argument says whether it may sleep
	 * for long.  sc_discard is like sc_start, with lddiscardend().
	 */
	int		(*sc_dump)(struct ld_softc *, void *, int, int);
	int		(*sc_ioctl)(struct ld_softc *, u_long, void *, int32_t, bool);
	int		(*sc_start)(struct ld_softc *, struct buf *);
	int		(*sc_discard)(struct ld_softc *, struct buf *);

	int		sc_starters;	/* threads that look for more to start */
};

/* sc_flags */
#define	LDF_ENABLED	0x001		/* there is a medium to use */
#define	LDF_UNUSED0	0x020
#define	LDF_NO_RND	0x040		/* gives nothing to the entropy pool */
#define	LDF_MPSAFE	0x080		/* runs without the kernel lock */
#define	LDF_SUSPEND	0x100		/* asleep: transfers wait */

int	ldadjqparam(struct ld_softc *, int);
void	ldattach(struct ld_softc *, const char *);
int	ldbegindetach(struct ld_softc *, int);
void	ldenddetach(struct ld_softc *);
void	lddone(struct ld_softc *, struct buf *);
void	lddiscardend(struct ld_softc *, struct buf *);

#endif /* !_DEV_LDVAR_H_ */
