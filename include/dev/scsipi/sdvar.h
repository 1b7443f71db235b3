/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A disk's state, see sd(4).
 */

#ifndef _DEV_SCSIPI_SDVAR_H_
#define	_DEV_SCSIPI_SDVAR_H_

#include <sys/types.h>
#include <sys/callout.h>
#include <sys/rndsource.h>

#include <dev/dkvar.h>

#ifndef	SDRETRIES
#define	SDRETRIES	4
#endif

#ifndef	SD_IO_TIMEOUT
#define	SD_IO_TIMEOUT	(60 * 1000)	/* ms */
#endif

struct disk_parms {
	u_long	heads;
	u_long	cyls;
	u_long	sectors;		/* in a track */
	u_long	blksize;		/* bytes of a sector */
	u_long	rot_rate;		/* per minute */
	u_int64_t disksize;		/* sectors */
	u_int64_t disksize512;		/* sectors of 512 bytes */
};

struct sd_softc {
	struct dk_softc sc_dksc;	/* first */

	int	flags;			/* SDF_* */
#define	SDF_ANCIENT	0x10		/* CDBs of 6 bytes; see sdminphys */
#define	SDF_DIRTY	0x20		/* its cache is to be flushed */
#define	SDF_FLUSHING	0x40		/* SYNCHRONIZE CACHE is under way */
#define	SDF_UNMAP	0x80		/* it has UNMAP */

	struct scsipi_periph *sc_periph;

	struct disk_parms params;
	u_int32_t unmap_max;		/* sectors of one UNMAP, if SDF_UNMAP */

	callout_t sc_callout;		/* sdstart() again */
	u_int8_t type;			/* T_* */
	char	name[16];		/* product, for the label */
	char	typename[16];		/* ... of the disk's kind */
};

/* What finding the parameters led to. */
#define	SDGP_RESULT_OK		0
#define	SDGP_RESULT_OFFLINE	1	/* no medium, or no answer */
#define	SDGP_RESULT_UNFORMATTED	2	/* not formatted: what could be */

#endif /* !_DEV_SCSIPI_SDVAR_H_ */
