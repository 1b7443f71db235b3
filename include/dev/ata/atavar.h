/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ATA: controllers with channels, drives on them, and the transfers that a
 * drive's driver gives to a channel's queue.  See ata(4).
 *
 * A transfer (ata_xfer) is got, filled in, and executed: from the queue it
 * becomes active in a slot, its c_start puts it to the hardware, its c_intr
 * (or c_poll, c_abort, c_kill_xfer) ends it: deactivated, and handed to the
 * drive's driver, once.  ch_lock guards queue and flags of a channel; c_start
 * runs with it, all else without.
 */

#ifndef _DEV_ATA_ATAVAR_H_
#define	_DEV_ATA_ATAVAR_H_

#include <sys/callout.h>
#include <sys/condvar.h>
#include <sys/device.h>
#include <sys/lock.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/workqueue.h>

#include <dev/ata/ataconf.h>

#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/atapiconf.h>

struct ataparams;
struct ata_channel;
struct ata_queue;
struct ata_xfer;
struct ata_xfer_ops;
struct disklabel;
struct scsipi_xfer;

/* A read or write of blocks. */
struct ata_bio {
	volatile uint16_t flags;
#define	ATA_POLL	0x0002	/* no interrupts */
#define	ATA_ITSDONE	0x0004
#define	ATA_SINGLE	0x0008	/* sector by sector */
#define	ATA_LBA		0x0010
#define	ATA_READ	0x0020	/* else a write */
#define	ATA_CORR	0x0040	/* had a corrected error */
#define	ATA_LBA48	0x0080
#define	ATA_FUA		0x0100	/* through the cache */
#define	ATA_PRIO_HIGH	0x0200
	daddr_t		blkno;		/* first block, in sectors */
	daddr_t		blkdone;	/* sectors done */
	daddr_t		nblks;		/* sectors in this transfer */
	int		nbytes;		/* bytes in this transfer */
	long		bcount;		/* bytes left; after it, not moved */
	char		*databuf;
	volatile int	error;
#define	NOERROR		0
#define	ERROR		1		/* see r_error */
#define	ERR_DF		2		/* device fault */
#define	ERR_DMA		3
#define	TIMEOUT		4
#define	ERR_NODEV	5		/* it is gone */
#define	ERR_RESET	6		/* the channel was reset */
#define	REQUEUE		7		/* another one failed: try again */
	uint8_t		r_error;	/* error register */
	struct buf	*bp;
};

/* Any other ATA command. */
struct ata_command {
	uint64_t	r_lba;		/* before and after */
	uint16_t	r_count;
	union {
		uint16_t r_features;	/* before */
		uint8_t	r_error;	/* after */
	};
	union {
		uint8_t	r_command;	/* before */
		uint8_t	r_status;	/* after */
	};
	uint8_t		r_device;
	uint8_t		r_st_bmask;	/* status wanted before */
	uint8_t		r_st_pmask;	/* ... after */
	volatile uint16_t flags;
#define	AT_READ		0x0001		/* data from the device */
#define	AT_WRITE	0x0002		/* data to it */
#define	AT_WAIT		0x0008		/* sleep until done */
#define	AT_POLL		0x0010		/* no interrupts */
#define	AT_DONE		0x0020
#define	AT_XFDONE	0x0040		/* data have moved */
#define	AT_ERROR	0x0080		/* see r_error */
#define	AT_TIMEOU	0x0100
#define	AT_DF		0x0200		/* device fault */
#define	AT_RESET	0x0400		/* ended by a reset */
#define	AT_GONE		0x0800		/* ended: the device is gone */
#define	AT_READREG	0x1000		/* registers afterwards wanted */
#define	AT_LBA		0x2000
#define	AT_LBA48	0x4000
	int		timeout;	/* milliseconds */
	void		*data;
	int		bcount;		/* its bytes; after it, bytes moved */
};

struct ata_xfer {
	int8_t		c_slot;		/* while active, else -1 */
	struct ata_channel *c_chp;
	uint16_t	c_drive;
	uint16_t	c_retries;
	volatile u_int	c_flags;
#define	C_ATAPI		0x0001
#define	C_TIMEOU	0x0002		/* its time is over */
#define	C_POLL		0x0004		/* no interrupts */
#define	C_DMA		0x0008
#define	C_WAIT		0x0010		/* the caller may sleep */
#define	C_WAITACT	0x0020		/* the caller waits for it to start */
#define	C_FREE		0x0040
#define	C_PIOBM		0x0080
#define	C_NCQ		0x0100
#define	C_SKIP_QUEUE	0x0200		/* before all others */
#define	C_WAITTIMO	0x0400
#define	C_CHAOS		0x0800
#define	C_RECOVERED	0x1000
#define	C_PRIVATE_ALLOC	0x2000		/* not of the pool */
	int		c_deadline;	/* ticks; 0: when the channel's time is over */
	void		*c_databuf;
	int		c_bcount;	/* bytes left */
	int		c_skip;		/* bytes done */
#define	ATACH_ERR_ST(error, status)	((error) << 8 | (status))
#define	ATACH_ERR(val)			(((val) >> 8) & 0xff)
#define	ATACH_ST(val)			(((val) >> 0) & 0xff)
	union {
		struct ata_bio	c_bio;
		struct ata_command c_ata_c;
		struct {
			struct scsipi_xfer *c_scsipi;
			int	c_dscpoll;
			int	c_lenoff;
		} atapi;
	} u;
#define	c_bio		u.c_bio
#define	c_ata_c		u.c_ata_c
#define	c_atapi		u.atapi
#define	c_scsipi	c_atapi.c_scsipi
	SIMPLEQ_ENTRY(ata_xfer) c_xferchain;	/* waiting */
	TAILQ_ENTRY(ata_xfer) c_activechain;	/* active */
	SLIST_ENTRY(ata_xfer) c_retrychain;	/* the drive's driver's */
	const struct ata_xfer_ops *ops;
};

/* What a controller does with a transfer. */
struct ata_xfer_ops {
	/* Puts it to the hardware; locked, never sleeps. */
	int	(*c_start)(struct ata_channel *, struct ata_xfer *);
#define	ATASTART_STARTED	0	/* an interrupt will end it */
#define	ATASTART_TH		1	/* needs a thread */
#define	ATASTART_POLL		2	/* wants c_poll */
#define	ATASTART_ABORT		3	/* wants c_abort */
	int	(*c_poll)(struct ata_channel *, struct ata_xfer *);
#define	ATAPOLL_DONE		0
#define	ATAPOLL_AGAIN		1
	void	(*c_abort)(struct ata_channel *, struct ata_xfer *);
	/* An interrupt, or with C_TIMEOU the end of its time; nonzero: mine. */
	int	(*c_intr)(struct ata_channel *, struct ata_xfer *, int);
	void	(*c_kill_xfer)(struct ata_channel *, struct ata_xfer *, int);
#define	KILL_GONE		1	/* active, the device is gone */
#define	KILL_RESET		2	/* active, the channel was reset */
#define	KILL_GONE_INACTIVE	3	/* still waiting, the device is gone */
#define	KILL_REQUEUE		4	/* active, try it again */
};

#define	ATA_MAX_OPENINGS	32
#define	ATA_REAL_OPENINGS(op)	((op) > 1 ? (op) - 1 : 1)
#define	ATA_BSIZE		512

#ifdef ATABUS_PRIVATE
struct ata_queue {
	int8_t		queue_flags;
#define	QF_IDLE_WAIT	0x01
#define	QF_NEED_XFER	0x02
	int8_t		queue_active;	/* transfers in slots */
	uint8_t		queue_openings;	/* slots */
	SIMPLEQ_HEAD(, ata_xfer) queue_xfer;	/* waiting */
	int		queue_freeze;	/* nothing starts while not 0 */
	kcondvar_t	queue_drain;
	kcondvar_t	queue_idle;	/* a transfer ended */
	TAILQ_HEAD(, ata_xfer) active_xfers;
	uint32_t	active_xfers_used;	/* slots taken */
	uint32_t	queue_xfers_avail;	/* slots there are */
	uint32_t	queue_hold;	/* slots set aside by a recovery */
	kcondvar_t	c_active;	/* a C_WAITACT one may start */
	kcondvar_t	c_cmd_finish;	/* an AT_WAIT command is done */
	struct work	queue_work;	/* what a thread is asked for */
	bool		queue_work_on;
	struct work	queue_rescan;	/* looking for drives */
	bool		queue_rescan_on;
	u_int		queue_rescans;	/* without a pause */
	int		queue_rescanned; /* tick of the last one */
	struct ata_channel *queue_chp;	/* whose it is */
};
#endif

/* atabus: one for each channel. */
struct atabus_softc {
	device_t	sc_dev;
	struct ata_channel *sc_chan;
	int		sc_flags;
#define	ATABUSCF_OPEN	0x01
#define	ATABUSCF_SUSPENDED 0x02	/* it sleeps, or is about to: */
#define	ATABUSCF_FROZEN	0x04	/*  its queue is frozen, */
#define	ATABUSCF_RESCAN	0x08	/*  somebody wanted to look meanwhile */
	u_int		sc_probers;	/* look for drives, or wait to */
	bool		sc_probing;	/* one of them does */
};

struct atabus_initq {
	TAILQ_ENTRY(atabus_initq) atabus_initq;
	struct atabus_softc *atabus_sc;
};

/* A drive, as its controller and its driver share it. */
struct ata_drive_datas {
	uint8_t		drive;		/* number on the channel */
	int8_t		ata_vers;
	uint16_t	drive_flags;
#define	ATA_DRIVE_CAP32		0x0001
#define	ATA_DRIVE_DMA		0x0002
#define	ATA_DRIVE_UDMA		0x0004
#define	ATA_DRIVE_MODE		0x0008	/* said which modes it is in */
#define	ATA_DRIVE_RESET		0x0010
#define	ATA_DRIVE_WAITDRAIN	0x0020	/* somebody waits for its queue */
#define	ATA_DRIVE_NOSTREAM	0x0040
#define	ATA_DRIVE_ATAPIDSCW	0x0080
#define	ATA_DRIVE_WFUA		0x0100	/* has WRITE DMA FUA EXT */
#define	ATA_DRIVE_NCQ		0x0200
#define	ATA_DRIVE_NCQ_PRIO	0x0400
#define	ATA_DRIVE_TH_RESET	0x0800
	uint8_t		drive_type;
#define	ATA_DRIVET_NONE		0
#define	ATA_DRIVET_ATA		1
#define	ATA_DRIVET_ATAPI	2
#define	ATA_DRIVET_OLD		3
#define	ATA_DRIVET_PM		4
	uint8_t		PIO_mode;	/* in force */
	uint8_t		DMA_mode;
	uint8_t		UDMA_mode;
	uint8_t		PIO_cap;	/* possible */
	uint8_t		DMA_cap;
	uint8_t		UDMA_cap;
	uint8_t		state;		/* since the last reset */
#define	RESET		0
#define	READY		1
	uint8_t		drv_openings;	/* tags */
	uint8_t		n_dmaerrs;
	uint32_t	n_xfers;
#define	NERRS_MAX	4
#define	NXFER		4000

	/* Of the drive's driver: a read or write is done; no lock held. */
	void		(*drv_done)(device_t, struct ata_xfer *);
	device_t	drv_softc;	/* its instance */
	struct ata_channel *chnl_softc;

	struct disklabel *lp;
	uint8_t		multi;
	daddr_t		badsect[127];
};

/* cf_flags of a drive's configuration line. */
#define	ATA_CONFIG_PIO_MODES	0x0007
#define	ATA_CONFIG_PIO_SET	0x0008
#define	ATA_CONFIG_PIO_OFF	0
#define	ATA_CONFIG_DMA_MODES	0x0070
#define	ATA_CONFIG_DMA_SET	0x0080
#define	ATA_CONFIG_DMA_DISABLE	0x0070
#define	ATA_CONFIG_DMA_OFF	4
#define	ATA_CONFIG_UDMA_MODES	0x0700
#define	ATA_CONFIG_UDMA_SET	0x0800
#define	ATA_CONFIG_UDMA_DISABLE	0x0700
#define	ATA_CONFIG_UDMA_OFF	8

/* What a controller offers to drives; starts as a scsipi_bustype does. */
struct ata_bustype {
	int	bustype_type;
	void	(*ata_bio)(struct ata_drive_datas *, struct ata_xfer *);
	void	(*ata_reset_drive)(struct ata_drive_datas *, int, uint32_t *);
	void	(*ata_reset_channel)(struct ata_channel *, int);
#define	AT_RST_EMERG	0x10000		/* for a dump */
	void	(*ata_exec_command)(struct ata_drive_datas *, struct ata_xfer *);
#define	ATACMD_COMPLETE	0x01
#define	ATACMD_QUEUED	0x02
#define	ATACMD_TRY_AGAIN 0x03
	int	(*ata_get_params)(struct ata_drive_datas *, uint8_t, struct ataparams *);
	int	(*ata_addref)(struct ata_drive_datas *);
	void	(*ata_delref)(struct ata_drive_datas *);
	void	(*ata_killpending)(struct ata_drive_datas *);
	void	(*ata_recovery)(struct ata_channel *, int, uint32_t);
};
#define	SCSIPI_BUSTYPE_ATA	2

/* For the driver of a drive: what it attaches to. */
struct ata_device {
	const struct ata_bustype *adev_bustype;
	int		adev_channel;
	struct ata_drive_datas *adev_drv_data;
};

struct ata_channel {
	int		ch_channel;	/* number on the controller */
	struct atac_softc *ch_atac;
	kmutex_t	ch_lock;	/* IPL_BIO */
	u_int		ch_attached;	/* atomic: an interrupt may use it */
	volatile int	ch_flags;
#define	ATACH_SHUTDOWN	0x02		/* goes away */
#define	ATACH_IRQ_WAIT	0x10
#define	ATACH_DMA_WAIT	0x20
#define	ATACH_PIOBM_WAIT 0x40
#define	ATACH_DISABLED	0x80
#define	ATACH_TH_RESET	0x200		/* a thread is to reset it, */
#define	ATACH_TH_RESCAN	0x400		/*  to look for drives, */
#define	ATACH_NCQ	0x800		/* queued commands are active */
#define	ATACH_DMA_BEFORE_CMD	0x01000
#define	ATACH_TH_DRIVE_RESET	0x02000	/*  to reset drives, */
#define	ATACH_RECOVERING	0x04000
#define	ATACH_TH_RECOVERY	0x08000	/*  to recover from an error */
#define	ATACH_DETACHED		0x10000
#define	ATACH_NODRIVE	0xff
	struct callout	c_timo_callout;	/* of what is active */
	int		ch_ndrives;
	struct ata_drive_datas *ch_drive;	/* ch_ndrives of them */
	device_t	atabus;
	device_t	atapibus;
	struct scsipi_channel ch_atapi_channel;
	struct ata_queue *ch_queue;
	struct lwp	*ch_thread;	/* while it works for the channel */
	kcondvar_t	ch_thr_idle;	/* who looked for drives is done */
	int		ch_satapmp_nports;	/* no multipliers: 0 */
	struct ata_xfer	recovery_xfer;
	uint8_t		recovery_blk[ATA_BSIZE];
	uint32_t	recovery_tfd;	/* ATACH_ERR_ST() */
};

struct atac_softc {
	device_t	atac_dev;
	int		atac_cap;
#define	ATAC_CAP_DATA16	0x0001
#define	ATAC_CAP_DATA32	0x0002
#define	ATAC_CAP_DMA	0x0008
#define	ATAC_CAP_UDMA	0x0010
#define	ATAC_CAP_PIOBM	0x0020
#define	ATAC_CAP_ATA_NOSTREAM	0x0040
#define	ATAC_CAP_ATAPI_NOSTREAM	0x0080
#define	ATAC_CAP_NOIRQ	0x1000
#define	ATAC_CAP_RAID	0x4000
#define	ATAC_CAP_NCQ	0x8000
	uint8_t		atac_pio_cap;	/* best modes */
	uint8_t		atac_dma_cap;
	uint8_t		atac_udma_cap;
	struct ata_channel **atac_channels;
	int		atac_nchannels;
	const struct ata_bustype *atac_bustype_ata;
	struct atapi_adapter atac_atapi_adapter;
	void	(*atac_atapibus_attach)(struct atabus_softc *);
	/* Looks for drives: makes ch_drive and sets their types.  Sleeps. */
	void	(*atac_probe)(struct ata_channel *);
	int	(*atac_claim_hw)(struct ata_channel *, int);
	void	(*atac_free_hw)(struct ata_channel *);
	void	(*atac_set_modes)(struct ata_channel *);
};

#ifdef _KERNEL
/*
 * Channels.  A controller fills ata_channel in and initialises (queue and
 * locks) and attaches it (its atabus); on the way out destroys it when its
 * atabus is gone.
 */
void	ata_channel_attach(struct ata_channel *);
void	ata_channel_init(struct ata_channel *);
void	ata_channel_detach(struct ata_channel *);
void	ata_channel_destroy(struct ata_channel *);
int	atabusprint(void *aux, const char *);
int	ataprint(void *aux, const char *);
int	atabus_alloc_drives(struct ata_channel *, int);
void	atabus_free_drives(struct ata_channel *);

/* IDENTIFY and SET FEATURES with flags AT_WAIT or AT_POLL. */
int	ata_get_params(struct ata_drive_datas *, uint8_t, struct ataparams *);
int	ata_set_mode(struct ata_drive_datas *, uint8_t, uint8_t);
#define	CMD_OK		0
#define	CMD_ERR		1
#define	CMD_AGAIN	2
/* Which queued command failed: slot, status, error; 0 or an errno. */
int	ata_read_log_ext_ncq(struct ata_drive_datas *, uint8_t, uint8_t *,
	    uint8_t *, uint8_t *);
void	ata_recovery_resume(struct ata_channel *, int, int, int);

/* Transfers. */
struct ata_xfer *ata_get_xfer(struct ata_channel *, bool);
void	ata_free_xfer(struct ata_channel *, struct ata_xfer *);
void	ata_deactivate_xfer(struct ata_channel *, struct ata_xfer *);
void	ata_exec_xfer(struct ata_channel *, struct ata_xfer *);
int	ata_xfer_start(struct ata_xfer *);
void	ata_wait_cmd(struct ata_channel *, struct ata_xfer *);
void	ata_timeout(void *);
bool	ata_timo_xfer_check(struct ata_xfer *);
void	ata_kill_pending(struct ata_drive_datas *);
void	ata_kill_active(struct ata_channel *, int, int);
void	ata_thread_run(struct ata_channel *, int, int, int);
bool	ata_is_thread_run(struct ata_channel *);
void	ata_channel_freeze(struct ata_channel *);
void	ata_channel_thaw_locked(struct ata_channel *);
void	ata_channel_lock(struct ata_channel *);
void	ata_channel_unlock(struct ata_channel *);
void	ata_channel_lock_owned(struct ata_channel *);

int	ata_addref(struct ata_channel *);
void	ata_delref(struct ata_channel *);
void	atastart(struct ata_channel *);
void	ata_print_modes(struct ata_channel *);
void	ata_probe_caps(struct ata_drive_datas *);
void	ata_dmaerr(struct ata_drive_datas *, int);

/* Queues and slots. */
struct ata_queue *ata_queue_alloc(uint8_t openings);
void	ata_queue_free(struct ata_queue *);
struct ata_xfer *ata_queue_hwslot_to_xfer(struct ata_channel *, int);
struct ata_xfer *ata_queue_get_active_xfer(struct ata_channel *);
struct ata_xfer *ata_queue_get_active_xfer_locked(struct ata_channel *);
struct ata_xfer *ata_queue_drive_active_xfer(struct ata_channel *, int);
bool	ata_queue_alloc_slot(struct ata_channel *, uint8_t *, uint8_t);
void	ata_queue_free_slot(struct ata_channel *, uint8_t);
uint32_t ata_queue_active(struct ata_channel *);
uint8_t	ata_queue_openings(struct ata_channel *);
void	ata_queue_hold(struct ata_channel *);
void	ata_queue_unhold(struct ata_channel *);

/* Waits ms: by sleep with AT_WAIT (the lock is let go meanwhile), else spins. */
void	ata_delay(struct ata_channel *, int, const char *, int);
/* True when the drive's queue is being drained: the transfer was killed. */
bool	ata_waitdrain_xfer_check(struct ata_channel *, struct ata_xfer *);
/* Turns a queued read or write into its command, features, count, device. */
void	atacmd_toncq(struct ata_xfer *, uint8_t *, uint16_t *, uint16_t *,
	    uint8_t *);
#endif /* _KERNEL */

#endif /* !_DEV_ATA_ATAVAR_H_ */
