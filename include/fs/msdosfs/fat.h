/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * File allocation table: one entry of 12, 16 or 28 (of 32) bits for each
 * cluster, holding the number of the next cluster of the same file.
 *
 * Entries 0 and 1 stand for no cluster: 0 repeats the media descriptor and
 * the top bits of 1 are the volume's state on FAT16 and FAT32.
 */
#ifndef _MSDOSFS_FAT_H_
#define _MSDOSFS_FAT_H_

#include <sys/types.h>

/* Start cluster that a fixed root directory is known by. */
#define MSDOSFSROOT	0

/* Values of an entry, after masking with FATxx_MASK. */
#define CLUST_FREE	0
#define CLUST_FIRST	2
#define CLUST_RSRVD	0xfffffff6	/* this and above is no cluster */
#define CLUST_BAD	0xfffffff7
#define CLUST_EOFS	0xfffffff8	/* this and above ends a file */
#define CLUST_EOFE	0xffffffff

#define FAT12_MASK	0x00000fff
#define FAT16_MASK	0x0000ffff
#define FAT32_MASK	0x0fffffff

/* Fewest clusters that make a volume FAT16 or FAT32. */
#define FAT16_MINCLUST	4085
#define FAT32_MINCLUST	65525

/* Bits of entry 1: set means well. */
#define FAT16_CLEAN	0x8000
#define FAT16_NOERR	0x4000
#define FAT32_CLEAN	0x08000000
#define FAT32_NOERR	0x04000000

#ifdef _KERNEL

struct buf;
struct denode;
struct msdosfsmount;

/*
 * A place in the FAT with its block held busy; fatcur_done() releases it and
 * passes changes on to the other FATs.  Changes need pm_fatlock.
 */
struct fatcur {
	struct msdosfsmount *fc_pmp;
	struct buf	*fc_bp;		/* busy, or NULL */
	uint32_t	fc_blk;		/* index of the block in the FAT */
	bool		fc_dirty;
};

void	fatcur_init(struct fatcur *, struct msdosfsmount *);
int	fatcur_get(struct fatcur *, uint32_t, uint32_t *);
int	fatcur_set(struct fatcur *, uint32_t, uint32_t);
int	fatcur_done(struct fatcur *, int);

int	msdosfs_pcbmap(struct denode *, uint32_t, uint32_t *, uint32_t *);
void	msdosfs_extpurge(struct denode *, uint32_t);
int	msdosfs_chainalloc(struct msdosfsmount *, uint32_t, uint32_t,
	    uint32_t *, uint32_t *);
int	msdosfs_chainlink(struct msdosfsmount *, uint32_t, uint32_t);
int	msdosfs_chainfree(struct msdosfsmount *, uint32_t);
int	msdosfs_chaincut(struct msdosfsmount *, uint32_t);
int	msdosfs_fatflush(struct msdosfsmount *);
int	msdosfs_countfree(struct msdosfsmount *, uint32_t *);
int	msdosfs_fatstate(struct msdosfsmount *);
int	msdosfs_markdirty(struct msdosfsmount *);
int	msdosfs_markclean(struct msdosfsmount *);
void	msdosfs_markbad(struct msdosfsmount *);
int	msdosfs_fsinfo_write(struct msdosfsmount *, bool);
void	msdosfs_fatinit(struct msdosfsmount *);
void	msdosfs_fatfini(struct msdosfsmount *);

#endif
#endif
