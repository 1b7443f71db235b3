/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * wd(4): an ATA disk.
 */

#ifndef _DEV_ATA_WDVAR_H_
#define	_DEV_ATA_WDVAR_H_

#include <sys/atomic.h>
#include <sys/callout.h>
#include <sys/disk.h>
#include <sys/mutex.h>
#include <sys/sysctl.h>

#include <dev/dkvar.h>
#include <dev/ata/atareg.h>
#include <dev/ata/atavar.h>

struct wd_softc {
	struct dk_softc	sc_dksc;	/* first */
	kmutex_t	sc_lock;	/* retries, flushes, detach */
	int		sc_quirks;

	struct ata_drive_datas *drvp;	/* the controller's part */
	const struct ata_bustype *atabus;
	struct ataparams sc_params;	/* checked when the disk attaches */
	int		sc_flags;
#define	WDF_LOADED	0x010		/* sc_params are */
#define	WDF_WAIT	0x020
#define	WDF_LBA		0x040
#define	WDF_LBA48	0x100
#define	WDF_FLUSH_PEND	0x200
#define	WDF_OPEN	0x400
#define	WDF_DIRTY	0x800		/* to be flushed */
	uint64_t	sc_capacity;	/* sectors */
	uint64_t	sc_capacity512;	/* in units of DEV_BSIZE */
	uint32_t	sc_capacity28;	/* sectors that LBA28 reaches */
	uint32_t	sc_blksize;	/* bytes in a sector */

	int		drv_max_tags;
#define	WD_MAX_OPENINGS(wd)						\
	(MAX(1, MIN(atomic_load_relaxed(&(wd)->drvp->drv_openings),	\
	    (wd)->drv_max_tags)))
	bool		drv_ncq;
#define	WD_USE_NCQ(wd)							\
	((wd)->drv_ncq &&						\
	    (atomic_load_relaxed(&(wd)->drvp->drive_flags) & ATA_DRIVE_NCQ))
	bool		drv_ncq_prio;
#define	WD_USE_NCQ_PRIO(wd)						\
	((wd)->drv_ncq_prio &&						\
	    (atomic_load_relaxed(&(wd)->drvp->drive_flags) &		\
	    ATA_DRIVE_NCQ_PRIO))

	/* Transfers that failed, or never began, and are to be tried again. */
	callout_t	sc_retry_callout;
	SLIST_HEAD(, ata_xfer) sc_retry_list;	/* sc_lock */
	int		sc_inflight;	/* sc_lock: buffers at the bus or here */
	int		sc_ending;	/* sc_lock: who still hands one back */
	bool		sc_gone;	/* sc_lock: no retries any more */
	bool		sc_starved;	/* sc_lock: a buffer waits for memory */
	kcondvar_t	sc_idle;	/* both fell to zero */

	/* NetBSD's wd.c only. */
	char		*sc_typename;	/* model; kmem_free() it */
	struct disk_sectoralign sc_sectoralign;
	unsigned	inflight;	/* sc_lock: buffers at the bus */
	SLIST_HEAD(, ata_xfer) sc_requeue_list;	/* sc_lock */
	callout_t	sc_requeue_callout;
	callout_t	sc_restart_diskqueue;
	struct sysctllog *nodelog;
	struct ata_xfer	dump_xfer;
};

#endif /* !_DEV_ATA_WDVAR_H_ */
