/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Magnetic tapes, see mtio(4).
 */

#ifndef _SYS_MTIO_H_
#define	_SYS_MTIO_H_

#include <sys/types.h>
#include <sys/ioccom.h>

/* MTIOCTOP: an operation, mt_count times. */
struct mtop {
	short	mt_op;			/* MTWEOF ... */
	int32_t	mt_count;
};

#define	MTWEOF		0		/* write file marks */
#define	MTFSF		1		/* forward over file marks */
#define	MTBSF		2		/* backward over file marks */
#define	MTFSR		3		/* forward over records */
#define	MTBSR		4		/* backward over records */
#define	MTREW		5		/* rewind */
#define	MTOFFL		6		/* rewind and unload */
#define	MTNOP		7		/* nothing, but sets the status */
#define	MTRETEN		8		/* even the tension out */
#define	MTERASE		9		/* erase from here on */
#define	MTEOM		10		/* to the end of what is recorded */
#define	MTNBSF		11		/* to the start of the count-th file back */
#define	MTCACHE		12		/* buffer writes */
#define	MTNOCACHE	13
#define	MTSETBSIZ	14		/* block size; 0: variable */
#define	MTSETDNSTY	15		/* density code */
#define	MTCMPRESS	16		/* compression off (0), on */
#define	MTEWARN		17		/* early warning off (0), on */

/* MTIOCGET: status. */
struct mtget {
	short	mt_type;		/* MT_IS* */
	short	mt_dsreg;		/* MT_DS_* */
	short	mt_erreg;		/* of SCSI: the last sense key */
	short	mt_resid;		/* of the last transfer */
	int32_t	mt_fileno;		/* where the tape is, -1: not known */
	int32_t	mt_blkno;
	int32_t	mt_blksiz;		/* now; 0: variable */
	int32_t	mt_density;		/* now */
	int32_t	mt_mblksiz[4];		/* of the minor devices' modes */
	int32_t	mt_mdensity[4];
};

/* mt_type */
#define	MT_ISTS		0x01		/* TS-11 */
#define	MT_ISHT		0x02		/* TM03: TE16, TU45, TU77 */
#define	MT_ISTM		0x03		/* TM11, TE10 */
#define	MT_ISMT		0x04		/* TM78, TU78 */
#define	MT_ISUT		0x05		/* SI TU-45 */
#define	MT_ISCPC	0x06		/* Sun */
#define	MT_ISAR		0x07		/* Sun; any SCSI tape */
#define	MT_ISTMSCP	0x08		/* TMSCP: TU81, TK50 */
#define	MT_ISCY		0x09		/* CCI Cipher */
#define	MT_ISCT		0x0a		/* HP cartridge */
#define	MT_ISFHP	0x0b		/* HP 7980 */
#define	MT_ISEXABYTE	0x0c		/* Exabyte */
#define	MT_ISEXA8200	0x0c
#define	MT_ISEXA8500	0x0d
#define	MT_ISVIPER1	0x0e		/* Archive Viper 150 */
#define	MT_ISPYTHON	0x0f		/* Archive Python */
#define	MT_ISHPDAT	0x10		/* HP 35450A */
#define	MT_ISWANGTEK	0x11		/* Wangtek 5150ES */
#define	MT_ISCALIPER	0x12		/* Caliper CP150 */
#define	MT_ISWTEK5099	0x13		/* Wangtek 5099ES */
#define	MT_ISVIPER2525	0x14		/* Archive Viper 2525 */
#define	MT_ISMFOUR	0x11		/* M4 Data, 9 tracks */
#define	MT_ISTK50	0x12		/* SCSI TK50 */
#define	MT_ISMT02	0x13		/* Emulex MT02 */

/* mt_dsreg */
#define	MT_DS_RDONLY	0x10		/* write protected */
#define	MT_DS_MOUNTED	0x03		/* there is a tape */

#define	MTIOCTOP	_IOW('m', 1, struct mtop)
#define	MTIOCGET	_IOR('m', 2, struct mtget)
#define	MTIOCIEOT	_IO('m', 3)	/* errors at the end do not count */
#define	MTIOCEEOT	_IO('m', 4)	/* they do */
#define	MTIOCRDSPOS	_IOR('m', 5, u_int32_t)	/* read the logical position */
#define	MTIOCRDHPOS	_IOR('m', 6, u_int32_t)	/* read the hardware's */
#define	MTIOCSLOCATE	_IOW('m', 5, u_int32_t)	/* go to a logical position */
#define	MTIOCHLOCATE	_IOW('m', 6, u_int32_t)	/* go to one of the hardware's */

#ifdef _KERNEL
/* Minor numbers of tapes that are no SCSI tapes. */
#define	T_UNIT		003
#define	T_NOREWIND	004		/* does not rewind at the last close */
#define	T_DENSEL	030
#define	T_800BPI	000
#define	T_1600BPI	010
#define	T_6250BPI	020
#define	T_BADBPI	030
#endif

#endif /* !_SYS_MTIO_H_ */
