/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directory entries of FAT: slots of 32 bytes.  A file has one with its 8.3
 * name, after up to 20 with the parts of its long name, last part first.
 */
#ifndef _MSDOSFS_DIRENTRY_H_
#define _MSDOSFS_DIRENTRY_H_

#include <sys/types.h>

struct direntry {
	uint8_t	deName[11];	/* name and extension, blank padded */
	uint8_t	deAttributes;	/* ATTR_* */
	uint8_t	deReserved;	/* LCASE_* */
	uint8_t	deCHundredth;	/* of the creation: 0..199 */
	uint8_t	deCTime[2];	/* creation */
	uint8_t	deCDate[2];
	uint8_t	deADate[2];	/* last access */
	uint8_t	deHighClust[2];	/* high half of the start cluster, FAT32 */
	uint8_t	deMTime[2];	/* last modification */
	uint8_t	deMDate[2];
	uint8_t	deStartCluster[2];
	uint8_t	deFileSize[4];	/* 0 for a directory */
};

/* deName[0] */
#define SLOT_EMPTY	0x00	/* unused, and so is all behind it */
#define SLOT_E5		0x05	/* the real first byte is 0xe5 */
#define SLOT_DELETED	0xe5	/* unused */

/* deAttributes */
#define ATTR_NORMAL	0x00
#define ATTR_READONLY	0x01
#define ATTR_HIDDEN	0x02
#define ATTR_SYSTEM	0x04
#define ATTR_VOLUME	0x08	/* volume label */
#define ATTR_DIRECTORY	0x10
#define ATTR_ARCHIVE	0x20	/* changed since it was archived */
#define ATTR_WIN95	0x0f	/* part of a long name */
#define ATTR_WIN95MASK	0x3f	/* what to look at for ATTR_WIN95 */

/* deReserved: show this part of the 8.3 name in lower case. */
#define LCASE_BASE	0x08
#define LCASE_EXT	0x10

/* Part of a long name: 13 units of UTF-16, ended by 0, padded with 0xffff. */
struct winentry {
	uint8_t	weCnt;		/* number of the part, from 1; WIN_LAST */
	uint8_t	wePart1[10];
	uint8_t	weAttributes;	/* ATTR_WIN95 */
	uint8_t	weReserved1;	/* 0: a name */
	uint8_t	weChksum;	/* of the 8.3 name that it belongs to */
	uint8_t	wePart2[12];
	uint8_t	weReserved2[2];	/* 0 */
	uint8_t	wePart3[4];
};
#define WIN_LAST	0x40	/* in weCnt: the last part of the name */
#define WIN_CNT		0x3f
#define WIN_CHARS	13	/* units in a part */
#define WIN_MAXSUBENTRIES 20	/* parts of a name */
#define WIN_MAXLEN	255	/* units of a name */

/* Time of day: two-second steps. */
#define DT_2SECONDS_MASK	0x001f
#define DT_2SECONDS_SHIFT	0
#define DT_MINUTES_MASK		0x07e0
#define DT_MINUTES_SHIFT	5
#define DT_HOURS_MASK		0xf800
#define DT_HOURS_SHIFT		11

/* Date: years count from 1980, months and days from 1. */
#define DD_DAY_MASK		0x001f
#define DD_DAY_SHIFT		0
#define DD_MONTH_MASK		0x01e0
#define DD_MONTH_SHIFT		5
#define DD_YEAR_MASK		0xfe00
#define DD_YEAR_SHIFT		9

#define DOS_SLOTSIZE	32
#define DOS_MAXDIRSIZE	(65536 * DOS_SLOTSIZE)	/* no directory is longer */

#ifdef _KERNEL

struct timespec;

void	unix2dostime(const struct timespec *, int, uint16_t *, uint16_t *,
	    uint8_t *);
void	dos2unixtime(uint16_t, uint16_t, uint8_t, int, struct timespec *);

uint8_t	winChksum(const uint8_t *);
int	unix2win(const char *, size_t, bool, uint16_t *, size_t *);
int	win2unix(const uint16_t *, size_t, bool, char *, size_t, size_t *);
bool	winlegal(const uint16_t *, size_t);
bool	winequal(const uint16_t *, size_t, const uint16_t *, size_t);
void	unix2winfn(const uint16_t *, size_t, struct winentry *, u_int,
	    uint8_t);
int	win2unixfn(const struct winentry *, uint16_t *, size_t *);
void	dos2unixfn(const uint8_t *, uint8_t, uint16_t *, size_t *);
bool	dosfn_odd(const uint8_t *);
bool	dosfn_exact(const uint16_t *, size_t, uint8_t *, bool *);
void	dosfn_basis(const uint16_t *, size_t, uint8_t *);
void	dosfn_tail(uint8_t *, const uint8_t *, u_int);
bool	dosfn_istail(const uint8_t *, const uint8_t *, u_int *);

#endif
#endif
