/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * SCSI and ATAPI tapes: what st(4) shares with its attachments.
 */

#ifndef _DEV_SCSIPI_STVAR_H_
#define	_DEV_SCSIPI_STVAR_H_

#include <sys/types.h>
#include <sys/bufq.h>
#include <sys/callout.h>
#include <sys/device.h>
#include <sys/iostat.h>
#include <sys/mutex.h>
#include <sys/rndsource.h>

#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsiconf.h>

/* Time limits, ms. */
#define	ST_IO_TIME	(3 * 60 * 1000)
#define	ST_CTL_TIME	(30 * 1000)
#define	ST_SPC_TIME	(4 * 60 * 60 * 1000)

#define	ST_RETRIES	4		/* of what moves no tape */

/* A minor device's density and block size. */
struct modes {
	u_int	quirks;
	int	blksize;		/* 0: variable */
	uint8_t	density;
};

struct quirkdata {
	u_int	quirks;
#define	ST_Q_FORCE_BLKSIZE	0x0001
#define	ST_Q_SENSE_HELP		0x0002	/* read before MODE SENSE */
#define	ST_Q_IGNORE_LOADS	0x0004
#define	ST_Q_BLKSIZE		0x0008	/* says a size though it is variable */
#define	ST_Q_UNIMODAL		0x0010	/* no MODE SELECT */
#define	ST_Q_NOPREVENT		0x0020
#define	ST_Q_ERASE_NOIMM	0x0040
#define	ST_Q_NOFILEMARKS	0x0080	/* knows 0 file marks only */
	u_int	page_0_size;
#define	MAX_PAGE_0_SIZE		64
	struct modes modes[4];
};

struct st_quirk_inquiry_pattern {
	struct scsipi_inquiry_pattern pattern;
	struct quirkdata quirkdata;
};

/*
 * A tape drive.  What a command's end changes, the flags among it, is under
 * the channel's lock; the rest belongs to whoever has the device open.
 */
struct st_softc {
	device_t sc_dev;
	int	(*ops)(struct st_softc *, int, int);	/* the attachment's */
#define	ST_OPS_RBL		0x00	/* read block limits */
#define	ST_OPS_MODESENSE	0x01
#define	ST_OPS_MODESELECT	0x02
#define	ST_OPS_CMPRSS_ON	0x03
#define	ST_OPS_CMPRSS_OFF	0x04

	int	flags;
	u_int	quirks;			/* of the drive and the open mode */
	int	blksize;		/* in use; with ST_FIXEDBLOCKS */
	uint8_t	density;		/* in use */
	u_int	page_0_size;
	u_int	last_dsty;		/* mode of the last open */
	short	mt_resid;		/* for MTIOCGET */
	short	mt_erreg;
#define	mt_key	mt_erreg		/* the last sense key */
	daddr_t	fileno;			/* position, -1: not known */
	daddr_t	blkno;
	int32_t	last_io_resid;
	int32_t	last_ctl_resid;
	uint8_t	asc;			/* the last sense code */
	uint8_t	ascq;

	struct scsipi_periph *sc_periph;

	int	blkmin;			/* bytes, from READ BLOCK LIMITS */
	int	blkmax;
	const struct quirkdata *quirkdata;	/* or NULL */

	u_long	numblks;		/* from MODE SENSE */
	int	media_blksize;		/* 0: variable */
	uint8_t	media_density;

	u_int	drive_quirks;

	struct modes modes[4];
	uint8_t	modeflags[4];
#define	DENSITY_SET_BY_USER	0x01
#define	DENSITY_SET_BY_QUIRK	0x02
#define	BLKSIZE_SET_BY_USER	0x04
#define	BLKSIZE_SET_BY_QUIRK	0x08

	u_char	sense_data[MAX_PAGE_0_SIZE];	/* pages, as sensed */

	struct bufq_state *buf_queue;
	struct bufq_state *buf_defer;	/* NetBSD's st.c only: what could not start */
	struct callout sc_callout;	/* starts the queue again */

	struct io_stats *stats;
	krndsource_t rnd_source;
	kmutex_t sc_iolock;		/* NetBSD's st.c only: queues, statistics */
};

/* flags */
#define	ST_INFO_VALID	0x0001		/* media_* and numblks */
#define	ST_BLOCK_SET	0x0002		/* block size, density by ioctl */
#define	ST_WRITTEN	0x0004		/* data, and no mark behind it */
#define	ST_FIXEDBLOCKS	0x0008
#define	ST_AT_FILEMARK	0x0010		/* the next read finds the end of file */
#define	ST_EIO_PENDING	0x0020		/* the next transfer fails */
#define	ST_NEW_MOUNT	0x0040		/* the mode is still to be chosen */
#define	ST_READONLY	0x0080
#define	ST_FM_WRITTEN	0x0100		/* the last thing written was a mark */
#define	ST_BLANK_READ	0x0200		/* blank tape was read once */
#define	ST_2FM_AT_EOD	0x0400		/* two marks end the tape */
#define	ST_MOUNTED	0x0800
#define	ST_DONTBUFFER	0x1000
#define	ST_EARLYWARN	0x2000		/* report the early warning */
#define	ST_EOM_PENDING	0x4000		/* the next write finds the end */
#define	ST_POSUPDATED	0x8000		/* the position is right already */

#define	ST_PER_ACTION	(ST_AT_FILEMARK | ST_EIO_PENDING | ST_EOM_PENDING | ST_BLANK_READ)
#define	ST_PER_MOUNT	(ST_INFO_VALID | ST_BLOCK_SET | ST_WRITTEN | ST_FIXEDBLOCKS | \
			 ST_READONLY | ST_FM_WRITTEN | ST_2FM_AT_EOD | ST_PER_ACTION | ST_POSUPDATED)

void	stattach(device_t, device_t, void *);
int	stdetach(device_t, int);
/* MODE SELECT of density, block size and buffering; flags are XS_CTL_*.  Sleeps. */
int	st_mode_select(struct st_softc *, int);

extern struct cfdriver st_cd;

#endif /* !_DEV_SCSIPI_STVAR_H_ */
