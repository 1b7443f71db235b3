/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first sectors of a FAT volume: boot sector with the BIOS parameter
 * block, and the FSInfo sector of FAT32.  All numbers are little-endian and
 * many are unaligned, so a member is an array of bytes to be read with
 * le16dec() or le32dec().
 */
#ifndef _MSDOSFS_BPB_H_
#define _MSDOSFS_BPB_H_

#include <sys/types.h>

/* BIOS parameter block of DOS 3.3 and 5.0: offset 11 of the boot sector. */
struct byte_bpb50 {
	uint8_t	bpbBytesPerSec[2];	/* 512, 1024, 2048 or 4096 */
	uint8_t	bpbSecPerClust;		/* a power of two */
	uint8_t	bpbResSectors[2];	/* before the first FAT, at least 1 */
	uint8_t	bpbFATs;		/* number of FATs */
	uint8_t	bpbRootDirEnts[2];	/* fixed root directory; 0 on FAT32 */
	uint8_t	bpbSectors[2];		/* all sectors, 0: see bpbHugeSectors */
	uint8_t	bpbMedia;		/* media descriptor, 0xf0, 0xf8-0xff */
	uint8_t	bpbFATsecs[2];		/* sectors of a FAT; 0 on FAT32 */
	uint8_t	bpbSecPerTrack[2];
	uint8_t	bpbHeads[2];
	uint8_t	bpbHiddenSecs[4];	/* before this partition */
	uint8_t	bpbHugeSectors[4];	/* all sectors if bpbSectors is 0 */
};

/* The longer block of FAT32 (DOS 7.10). */
struct byte_bpb710 {
	struct byte_bpb50 bpb50;
	uint8_t	bpbBigFATsecs[4];	/* sectors of a FAT */
	uint8_t	bpbExtFlags[2];		/* FATNUM, FATMIRROR */
	uint8_t	bpbFSVers[2];		/* FSVERS, or it is not for us */
	uint8_t	bpbRootClust[4];	/* start cluster of the root directory */
	uint8_t	bpbFSInfo[2];		/* sector of FSInfo, 0 or 0xffff: none */
	uint8_t	bpbBackup[2];		/* sector of the boot sector's backup */
	uint8_t	bpbReserved[12];
};

/* bpbExtFlags */
#define FATNUM		0x0f	/* the one active FAT, if not mirrored */
#define FATMIRROR	0x80	/* set: FATs are not kept alike */
#define FSVERS		0	/* the only known version */

/* What follows the block in either form. */
struct extboot {
	uint8_t	exDriveNumber;
	uint8_t	exReserved1;		/* EXR_* */
	uint8_t	exBootSignature;	/* EXBOOTSIG: the rest is there */
	uint8_t	exVolumeID[4];
	uint8_t	exVolumeLabel[11];
	uint8_t	exFileSysType[8];	/* "FAT12   " and the like; a hint */
};
#define EXBOOTSIG	0x29
#define EXR_DIRTY	0x01	/* not cleanly unmounted */
#define EXR_SCAN	0x02	/* surface scan wanted */

#define BPB_OFFSET	11	/* of the parameter block in the sector */
#define EXT50_OFFSET	36	/* of struct extboot, FAT12 and FAT16 */
#define EXT710_OFFSET	64	/* of struct extboot, FAT32 */
#define BOOTSIG_OFFSET	510
#define BOOTSIG0	0x55
#define BOOTSIG1	0xaa

/* FSInfo: hints on free space, never to be believed unchecked. */
struct fsinfo {
	uint8_t	fsisig1[4];	/* FSISIG1 */
	uint8_t	fsifill1[480];
	uint8_t	fsisig2[4];	/* FSISIG2 */
	uint8_t	fsinfree[4];	/* free clusters, 0xffffffff: unknown */
	uint8_t	fsinxtfree[4];	/* where to look for the next free one */
	uint8_t	fsifill2[12];
	uint8_t	fsisig3[4];	/* FSISIG3 */
};
#define FSISIG1		0x41615252
#define FSISIG2		0x61417272
#define FSISIG3		0xaa550000

#endif
