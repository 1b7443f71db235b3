/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * SUSP and Rock Ridge (RRIP 1.09, 1.10, IEEE P1282) on the disk.
 *
 * What is left of a directory record after its name is a sequence of
 * entries: two letters, length, version, data.  CE says where the sequence
 * goes on.  The first entry of the root directory's "." is SP, which says
 * how many bytes to skip in every other record.
 */

#ifndef _ISOFS_CD9660_ISO_RRIP_H_
#define _ISOFS_CD9660_ISO_RRIP_H_

#include <sys/types.h>

#define	ISO_SUSP_SIG(a, b)	((uint16_t)((a) << 8 | (b)))

typedef struct {
	unsigned char	type[2];
	unsigned char	length[1];	/* 711, with this header */
	unsigned char	version[1];
} ISO_SUSP_HEADER;

/* SUSP */
typedef struct {
	ISO_SUSP_HEADER	h;
	unsigned char	check[2];	/* 0xbe 0xef */
	unsigned char	skip[1];	/* 711 */
} ISO_SUSP_OFFSET;			/* SP */

typedef struct {
	ISO_SUSP_HEADER	h;
	unsigned char	location[8];	/* 733, block */
	unsigned char	offset[8];	/* 733, bytes */
	unsigned char	len[8];		/* 733, bytes */
} ISO_RRIP_CONT;			/* CE */

typedef struct {
	ISO_SUSP_HEADER	h;
	unsigned char	len_id[1];
	unsigned char	len_des[1];
	unsigned char	len_src[1];
	unsigned char	version[1];
	unsigned char	id[1];		/* id, description, source */
} ISO_RRIP_EXTREF;			/* ER */

/* Rock Ridge */
typedef struct {
	ISO_SUSP_HEADER	h;
	unsigned char	mode[8];	/* 733 */
	unsigned char	links[8];
	unsigned char	uid[8];
	unsigned char	gid[8];
	unsigned char	ino[8];		/* from 1.12 on */
} ISO_RRIP_ATTR;			/* PX */
#define	ISO_RRIP_ATTR_SIZE	36	/* without ino */

typedef struct {
	ISO_SUSP_HEADER	h;
	unsigned char	dev_t_high[8];	/* 733 */
	unsigned char	dev_t_low[8];
} ISO_RRIP_DEVICE;			/* PN */

typedef struct {
	unsigned char	cflag[1];	/* ISO_SUSP_CFLAG_* */
	unsigned char	clen[1];
	unsigned char	name[1];
} ISO_RRIP_SLINK_COMPONENT;
#define	ISO_RRIP_SLSIZ	2

typedef struct {
	ISO_SUSP_HEADER	h;
	unsigned char	flags[1];	/* 1: goes on in the next SL */
	unsigned char	component[ISO_RRIP_SLSIZ];
} ISO_RRIP_SLINK;			/* SL */

typedef struct {
	ISO_SUSP_HEADER	h;
	unsigned char	flags[1];	/* ISO_SUSP_CFLAG_* */
	unsigned char	name[1];
} ISO_RRIP_ALTNAME;			/* NM */

#define	ISO_SUSP_CFLAG_CONTINUE	0x01
#define	ISO_SUSP_CFLAG_CURRENT	0x02
#define	ISO_SUSP_CFLAG_PARENT	0x04
#define	ISO_SUSP_CFLAG_ROOT	0x08
#define	ISO_SUSP_CFLAG_VOLROOT	0x10
#define	ISO_SUSP_CFLAG_HOST	0x20

typedef struct {
	ISO_SUSP_HEADER	h;
	unsigned char	dir_loc[8];	/* 733, block */
} ISO_RRIP_CLINK;			/* CL and PL */

typedef struct {
	ISO_SUSP_HEADER	h;
	unsigned char	flags[1];	/* ISO_SUSP_TSTAMP_* */
	unsigned char	time[1];	/* each 7 or 17 bytes */
} ISO_RRIP_TSTAMP;			/* TF */

#define	ISO_SUSP_TSTAMP_CREAT	0x01
#define	ISO_SUSP_TSTAMP_MODIFY	0x02
#define	ISO_SUSP_TSTAMP_ACCESS	0x04
#define	ISO_SUSP_TSTAMP_ATTR	0x08
#define	ISO_SUSP_TSTAMP_BACKUP	0x10
#define	ISO_SUSP_TSTAMP_EXPIRE	0x20
#define	ISO_SUSP_TSTAMP_EFFECT	0x40
#define	ISO_SUSP_TSTAMP_FORM17	0x80

/* Bounds on what one record may make us read. */
#define	ISO_SUSP_MAXCE		32	/* continuations */
#define	ISO_SUSP_MAXENTRIES	4096	/* entries */

#endif /* _ISOFS_CD9660_ISO_RRIP_H_ */
