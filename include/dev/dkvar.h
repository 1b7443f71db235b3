/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The half of a disk driver that is the same in all of them.  A driver puts
 * a struct dk_softc into its softc, fills in a struct dkdriver, and calls
 * these from its device switch.
 */

#ifndef _DEV_DKVAR_H_
#define	_DEV_DKVAR_H_

#include <sys/types.h>
#include <sys/mutex.h>
#include <sys/disk.h>
#include <sys/rndsource.h>

struct pathbuf;
struct bufq_state;

struct dk_softc {
	device_t	sc_dev;
	u_int32_t	sc_flags;	/* DKF_*, the low half is the driver's */
#define	DK_XNAME_SIZE 8
	char		sc_xname[DK_XNAME_SIZE];
	struct disk	sc_dkdev;
	kmutex_t	sc_iolock;	/* sc_bufq, sc_deferred, sc_busy */
	struct bufq_state *sc_bufq;	/* buffers not started yet */
	int		sc_dtype;	/* DKTYPE_* */
	struct buf	*sc_deferred;	/* one that d_diskstart refused */
	bool		sc_busy;	/* somebody runs dk_start() */
	bool		sc_kicked;	/* ... and shall look once more */
	krndsource_t	sc_rnd_source;
};

/* sc_flags */
#define	DKF_INITED	0x00010000	/* attached */
#define	DKF_WLABEL	0x00020000	/* label area is writable */
#define	DKF_LABELLING	0x00040000	/* label is being written */
#define	DKF_WARNLABEL	0x00080000	/* say when there is no label */
#define	DKF_LABELSANITY	0x00100000	/* say when the label is not sane */
#define	DKF_TAKEDUMP	0x00200000	/* may be dumped to */
#define	DKF_KLABEL	0x00400000	/* keep the label at last close */
#define	DKF_VLABEL	0x00800000	/* label is valid */
#define	DKF_NO_RND	0x01000000	/* gives nothing to the entropy pool */
#define	DKF_SLEEP	0x80000000	/* dk_start and dk_done may sleep */

#define	DK_FLAGMASK	0xffff0000

#define	DK_ATTACHED(_dksc)	((_dksc)->sc_flags & DKF_INITED)

#define	DK_BUSY(_dksc, _pmask)					\
	(((_dksc)->sc_dkdev.dk_openmask & ~(_pmask)) ||		\
	((_dksc)->sc_dkdev.dk_bopenmask & (_pmask) &&		\
	((_dksc)->sc_dkdev.dk_copenmask & (_pmask))))

void	dk_init(struct dk_softc *, device_t, int);
void	dk_attach(struct dk_softc *);
void	dk_detach(struct dk_softc *);

int	dk_open(struct dk_softc *, dev_t, int, int, struct lwp *);
int	dk_close(struct dk_softc *, dev_t, int, int, struct lwp *);
void	dk_strategy(struct dk_softc *, struct buf *);
int	dk_strategy_defer(struct dk_softc *, struct buf *);
int	dk_strategy_pending(struct dk_softc *);
int	dk_discard(struct dk_softc *, dev_t, off_t, off_t);
void	dk_start(struct dk_softc *, struct buf *);
void	dk_done(struct dk_softc *, struct buf *);
void	dk_drain(struct dk_softc *);
int	dk_size(struct dk_softc *, dev_t);
int	dk_ioctl(struct dk_softc *, dev_t, u_long, void *, int, struct lwp *);
int	dk_dump(struct dk_softc *, dev_t, daddr_t, void *, size_t, int);
void	dk_getdisklabel(struct dk_softc *, dev_t);
void	dk_getdefaultlabel(struct dk_softc *, struct disklabel *);

int	dk_lookup(struct pathbuf *, struct lwp *, struct vnode **);

/* Flag of dk_dump(): the driver runs dumps of its own. */
#define	DK_DUMP_RECURSIVE	__BIT(0)

#endif /* !_DEV_DKVAR_H_ */
