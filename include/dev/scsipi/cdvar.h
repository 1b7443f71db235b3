/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A CD drive's state, see cd(4).
 */

#ifndef _DEV_SCSIPI_CDVAR_H_
#define	_DEV_SCSIPI_CDVAR_H_

#include <sys/types.h>
#include <sys/callout.h>

#include <dev/dkvar.h>

#define	CDRETRIES	4

struct cd_softc {
	struct dk_softc sc_dksc;	/* first */

	int	flags;			/* CDF_* */
#define	CDF_ANCIENT	0x10		/* CDBs of 6 bytes; see cdminphys */
#define	CDF_EJECTED	0x20		/* no words when flushing fails */
#define	CDF_DIRTY	0x40		/* its cache is to be flushed */

	struct scsipi_periph *sc_periph;

	struct cd_parms {
		u_int	blksize;	/* bytes of a sector */
		u_long	disksize;	/* sectors */
		u_long	disksize512;	/* sectors of 512 bytes */
	} params;

	struct callout sc_callout;	/* cdstart() again */
};

#define	CDGP_RESULT_OK		0
#define	CDGP_RESULT_OFFLINE	1	/* no medium, or no answer */
#define	CDGP_RESULT_UNFORMATTED	2	/* not formatted: what could be */

#endif /* !_DEV_SCSIPI_CDVAR_H_ */
