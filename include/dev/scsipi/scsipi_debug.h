/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Tracing of SCSI and ATAPI devices: periph_dbflags and its macros, see
 * SCIOCDEBUG.  Compiled in with SCSIPI_DEBUG.
 */

#ifndef _DEV_SCSIPI_SCSIPI_DEBUG_H_
#define	_DEV_SCSIPI_SCSIPI_DEBUG_H_

#define	SCSIPI_DB1	0x0001		/* commands, errors, data */
#define	SCSIPI_DB2	0x0002		/* functions entered */
#define	SCSIPI_DB3	0x0004		/* ways through functions */
#define	SCSIPI_DB4	0x0008		/* what a driver likes */

/* Which unit is traced from its discovery on. */
#ifndef SCSIPI_DEBUG_TYPE
#define	SCSIPI_DEBUG_TYPE	SCSIPI_BUSTYPE_ATAPI
#endif
#ifndef SCSIPI_DEBUG_TARGET
#define	SCSIPI_DEBUG_TARGET	-1	/* none */
#endif
#ifndef SCSIPI_DEBUG_LUN
#define	SCSIPI_DEBUG_LUN	0
#endif
#ifndef SCSIPI_DEBUG_FLAGS
#define	SCSIPI_DEBUG_FLAGS	(SCSIPI_DB1|SCSIPI_DB2|SCSIPI_DB3)
#endif

#ifdef SCSIPI_DEBUG
#define	SC_DEBUG(periph, flags, x)					\
do {									\
	if ((periph)->periph_dbflags & (flags)) {			\
		scsipi_printaddr((periph));				\
		printf x;						\
	}								\
} while (0)
#define	SC_DEBUGN(periph, flags, x)					\
do {									\
	if ((periph)->periph_dbflags & (flags))				\
		printf x;						\
} while (0)
#else
#define	SC_DEBUG(periph, flags, x)	/* nothing */
#define	SC_DEBUGN(periph, flags, x)	/* nothing */
#endif

#endif /* !_DEV_SCSIPI_SCSIPI_DEBUG_H_ */
