/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Enclosures: power supplies, fans, slots and what else there is, see ses(4).
 *
 * Their number is SESIOC_GETNOBJ's, what they are SESIOC_GETOBJMAP's.  The
 * argument of each ioctl is a pointer that the driver follows by itself.
 */

#ifndef _DEV_SCSIPI_SES_H_
#define	_DEV_SCSIPI_SES_H_

#include <sys/ioccom.h>

#define	SESIOC			(('s' - 040) << 8)
#define	SESIOC_GETNOBJ		_IO(SESIOC, 1)	/* unsigned int */
#define	SESIOC_GETOBJMAP	_IO(SESIOC, 2)	/* ses_object, for each */
#define	SESIOC_GETENCSTAT	_IO(SESIOC, 3)	/* ses_encstat */
#define	SESIOC_SETENCSTAT	_IO(SESIOC, 4)	/* ses_encstat */
#define	SESIOC_GETOBJSTAT	_IO(SESIOC, 5)	/* ses_objstat with obj_id */
#define	SESIOC_SETOBJSTAT	_IO(SESIOC, 6)	/* ses_objstat */
#define	SESIOC_GETTEXT		_IO(SESIOC, 7)	/* ses_hlptxt */
#define	SESIOC_INIT		_IO(SESIOC, 8)

typedef struct {
	unsigned int	obj_id;
	unsigned char	subencid;
	unsigned char	object_type;	/* SESTYP_* */
} ses_object;

#define	SESTYP_UNSPECIFIED	0x00
#define	SESTYP_DEVICE		0x01
#define	SESTYP_POWER		0x02
#define	SESTYP_FAN		0x03
#define	SESTYP_THERM		0x04
#define	SESTYP_DOORLOCK		0x05
#define	SESTYP_ALARM		0x06
#define	SESTYP_ESCC		0x07	/* enclosure services controller */
#define	SESTYP_SCC		0x08	/* SCC controller */
#define	SESTYP_NVRAM		0x09
#define	SESTYP_UPS		0x0b
#define	SESTYP_DISPLAY		0x0c
#define	SESTYP_KEYPAD		0x0d
#define	SESTYP_SCSIXVR		0x0f	/* transceiver */
#define	SESTYP_LANGUAGE		0x10
#define	SESTYP_COMPORT		0x11
#define	SESTYP_VOM		0x12	/* voltage */
#define	SESTYP_AMMETER		0x13
#define	SESTYP_SCSI_TGT		0x14
#define	SESTYP_SCSI_INI		0x15
#define	SESTYP_SUBENC		0x16

/* The worst there is in the enclosure. */
typedef unsigned char ses_encstat;
#define	SES_ENCSTAT_UNRECOV	0x1
#define	SES_ENCSTAT_CRITICAL	0x2
#define	SES_ENCSTAT_NONCRITICAL	0x4
#define	SES_ENCSTAT_INFO	0x8

/* Status and control of one object: four bytes as SES has them. */
typedef struct {
	unsigned int	obj_id;
	unsigned char	cstat[4];
} ses_objstat;

/* Lower half of cstat[0], read */
#define	SES_OBJSTAT_UNSUPPORTED		0
#define	SES_OBJSTAT_OK			1
#define	SES_OBJSTAT_CRIT		2
#define	SES_OBJSTAT_NONCRIT		3
#define	SES_OBJSTAT_UNRECOV		4
#define	SES_OBJSTAT_NOTINSTALLED	5
#define	SES_OBJSTAT_UNKNOWN		6
#define	SES_OBJSTAT_NOTAVAIL		7

/* cstat[0], written; without SESCTL_CSEL an object is left alone. */
#define	SESCTL_CSEL	0x80
#define	SESCTL_PRDFAIL	0x40
#define	SESCTL_DISABLE	0x20
#define	SESCTL_RSTSWAP	0x10

/* Devices, cstat[2] */
#define	SESCTL_DRVLCK	0x40		/* do not remove */
#define	SESCTL_RQSINS	0x08
#define	SESCTL_RQSRMV	0x04
#define	SESCTL_RQSID	0x02
/* ... cstat[3] */
#define	SESCTL_RQSFLT	0x20
#define	SESCTL_DEVOFF	0x10

/* Others, cstat[3] */
#define	SESCTL_RQSTFAIL	0x40
#define	SESCTL_RQSTON	0x20

/* obj_id in, text out. */
typedef union {
	unsigned int	obj_id;
	char		obj_text[1];
} ses_hlptxt;

#endif /* !_DEV_SCSIPI_SES_H_ */
