/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The BSD disk label.  See disklabel(5), disklabel(9).
 */

#ifndef _SYS_DISKLABEL_H_
#define	_SYS_DISKLABEL_H_

#include <sys/types.h>
#include <machine/disklabel.h>

#define	MAXMAXPARTITIONS	22

#define	DISKUNIT(dev)	(minor(dev) / MAXPARTITIONS)
#define	DISKPART(dev)	(minor(dev) % MAXPARTITIONS)
#define	DISKMINOR(unit, part)	(((unit) * MAXPARTITIONS) + (part))
#define	MAKEDISKDEV(maj, unit, part)	\
    (makedev((maj), DISKMINOR((unit), (part))))

#define	DISKMAGIC	((uint32_t)0x82564557)
#define	DISKMAGIC_REV	((uint32_t)0x57455682)

struct disklabel {
	uint32_t d_magic;		/* DISKMAGIC */
	uint16_t d_type;		/* DKTYPE_* */
	uint16_t d_subtype;
	char	d_typename[16];

	union {
		char	un_d_packname[16];
		struct {
			char *un_d_boot0;
			char *un_d_boot1;
		} un_b;
		uint64_t un_d_pad;
	} d_un;
#define	d_packname	d_un.un_d_packname
#define	d_boot0		d_un.un_b.un_d_boot0
#define	d_boot1		d_un.un_b.un_d_boot1

	uint32_t d_secsize;		/* bytes per sector */
	uint32_t d_nsectors;		/* sectors per track */
	uint32_t d_ntracks;		/* tracks per cylinder */
	uint32_t d_ncylinders;
	uint32_t d_secpercyl;		/* sectors per cylinder */
	uint32_t d_secperunit;		/* sectors of the disk */

	uint16_t d_sparespertrack;
	uint16_t d_sparespercyl;
	uint32_t d_acylinders;

	uint16_t d_rpm;
	uint16_t d_interleave;
	uint16_t d_trackskew;
	uint16_t d_cylskew;
	uint32_t d_headswitch;		/* microseconds */
	uint32_t d_trkseek;		/* microseconds */
	uint32_t d_flags;		/* D_* below */
#define	NDDATA	5
	uint32_t d_drivedata[NDDATA];
#define	NSPARE	5
	uint32_t d_spare[NSPARE];
	uint32_t d_magic2;		/* DISKMAGIC again */
	uint16_t d_checksum;		/* makes the xor of all words 0 */

	uint16_t d_npartitions;
	uint32_t d_bbsize;		/* boot area, bytes */
	uint32_t d_sbsize;		/* largest superblock, bytes */
	struct partition {
		uint32_t p_size;	/* sectors */
		uint32_t p_offset;	/* first sector */
		union {
			uint32_t fsize;
			uint32_t cdsession;
		} __partition_u2;
#define	p_fsize		__partition_u2.fsize
#define	p_cdsession	__partition_u2.cdsession
		uint8_t	p_fstype;	/* FS_* */
		uint8_t	p_frag;		/* fragments per block */
		union {
			uint16_t cpg;
			uint16_t sgs;
		} __partition_u1;
#define	p_cpg	__partition_u1.cpg
#define	p_sgs	__partition_u1.sgs
	} d_partitions[MAXPARTITIONS];
};

/* d_type: number and name. */
#define	DKTYPE_DEFN(x)				\
x(UNKNOWN,	0,	"unknown")		\
x(SMD,		1,	"SMD")			\
x(MSCP,		2,	"MSCP")			\
x(DEC,		3,	"old DEC")		\
x(SCSI,		4,	"SCSI")			\
x(ESDI,		5,	"ESDI")			\
x(ST506,	6,	"ST506")		\
x(HPIB,		7,	"HP-IB")		\
x(HPFL,		8,	"HP-FL")		\
x(TYPE_9,	9,	"type 9")		\
x(FLOPPY,	10,	"floppy")		\
x(CCD,		11,	"ccd")			\
x(VND,		12,	"vnd")			\
x(ATAPI,	13,	"ATAPI")		\
x(RAID,		14,	"RAID")			\
x(LD,		15,	"ld")			\
x(JFS2,		16,	"jfs")			\
x(CGD,		17,	"cgd")			\
x(VINUM,	18,	"vinum")		\
x(FLASH,	19,	"flash")		\
x(DM,		20,	"dm")			\
x(RUMPD,	21,	"rumpd")		\
x(MD,		22,	"md")

#define	DKTYPE_NUMS(tag, number, name)	DKTYPE_##tag = number,
enum { DKTYPE_DEFN(DKTYPE_NUMS) DKMAXTYPES };
#undef DKTYPE_NUMS

#ifdef DKTYPENAMES
#define	DKTYPE_NAMES(tag, number, name)	[number] = name,
static const char *const dktypenames[] = { DKTYPE_DEFN(DKTYPE_NAMES) NULL };
#undef DKTYPE_NAMES
#endif

/* p_fstype: number, name, fsck and mount programs. */
#define	FSTYPE_DEFN(x)						\
x(UNUSED,    0,	"unused",	  NULL,	    NULL)		\
x(SWAP,	     1,	"swap",		  NULL,	    NULL)		\
x(V6,	     2,	"Version 6",	  NULL,	    NULL)		\
x(V7,	     3,	"Version 7",	  "v7fs",   "v7fs")		\
x(SYSV,	     4,	"System V",	  NULL,	    NULL)		\
x(V71K,	     5,	"4.1BSD",	  NULL,	    NULL)		\
x(V8,	     6,	"Eighth Edition", NULL,	    NULL)		\
x(BSDFFS,    7,	"4.2BSD",	  "ffs",    "ffs")		\
x(MSDOS,     8,	"MSDOS",	  "msdos",  "msdos")		\
x(BSDLFS,    9,	"4.4LFS",	  "lfs",    "lfs")		\
x(OTHER,    10,	"unknown",	  NULL,	    NULL)		\
x(HPFS,	    11,	"HPFS",		  NULL,	    NULL)		\
x(ISO9660,  12,	"ISO9660",	  NULL,	    "cd9660")		\
x(BOOT,	    13,	"boot",		  NULL,	    NULL)		\
x(ADOS,	    14,	"ADOS",		  NULL,	    "ados")		\
x(HFS,	    15,	"HFS",		  NULL,	    NULL)		\
x(FILECORE, 16,	"FILECORE",	  NULL,	    "filecore")		\
x(EX2FS,    17,	"Linux Ext2",	  "ext2fs", "ext2fs")		\
x(NTFS,	    18,	"NTFS",		  NULL,	    "ntfs")		\
x(RAID,	    19,	"RAID",		  NULL,	    NULL)		\
x(CCD,	    20,	"ccd",		  NULL,	    NULL)		\
x(JFS2,	    21,	"jfs",		  NULL,	    NULL)		\
x(APPLEUFS, 22,	"Apple UFS",	  "ffs",    "ffs")		\
x(VINUM,    23,	"vinum",	  NULL,	    NULL)		\
x(UDF,	    24,	"UDF",		  NULL,	    "udf")		\
x(SYSVBFS,  25,	"SysVBFS",	  NULL,	    "sysvbfs")		\
x(EFS,	    26,	"EFS",		  NULL,	    "efs")		\
x(NILFS,    27,	"NiLFS",	  NULL,	    "nilfs")		\
x(CGD,	    28,	"cgd",		  NULL,	    NULL)		\
x(MINIXFS3, 29,	"MINIX FSv3",	  NULL,	    NULL)		\
x(VMKCORE,  30,	"VMware vmkcore", NULL,	    NULL)		\
x(VMFS,	    31,	"VMware VMFS",	  NULL,	    NULL)		\
x(VMWRESV,  32,	"VMware Reserved", NULL,    NULL)		\
x(ZFS,	    33,	"ZFS",		  NULL,	    "zfs")

#define	FS_TYPENUMS(tag, number, name, fsck, mount)	FS_##tag = number,
enum { FSTYPE_DEFN(FS_TYPENUMS) FSMAXTYPES };
#undef FS_TYPENUMS

#ifdef FSTYPENAMES
#define	FS_TYPENAMES(tag, number, name, fsck, mount)	[number] = name,
static const char *const fstypenames[] = { FSTYPE_DEFN(FS_TYPENAMES) NULL };
#undef FS_TYPENAMES
#endif

#ifdef FSCKNAMES
#define	FS_FSCKNAMES(tag, number, name, fsck, mount)	[number] = fsck,
static const char *const fscknames[] = { FSTYPE_DEFN(FS_FSCKNAMES) NULL };
#undef FS_FSCKNAMES
#define	FSMAXNAMES	FSMAXTYPES
#endif

#ifdef MOUNTNAMES
#define	FS_MOUNTNAMES(tag, number, name, fsck, mount)	[number] = mount,
static const char *const mountnames[] = { FSTYPE_DEFN(FS_MOUNTNAMES) NULL };
#undef FS_MOUNTNAMES
#define	FSMAXMOUNTNAMES	FSMAXTYPES
#endif

/* d_flags */
#define	D_REMOVABLE	0x01
#define	D_ECC		0x02
#define	D_BADSECT	0x04
#define	D_RAMDISK	0x08
#define	D_CHAIN		0x10
#define	D_SCSI_MMC	0x20

/* d_drivedata by kind of disk. */
#define	d_smdflags	d_drivedata[0]
#define	D_SSE		0x1
#define	d_mindist	d_drivedata[1]
#define	d_maxdist	d_drivedata[2]
#define	d_sdist		d_drivedata[3]
#define	d_precompcyl	d_drivedata[0]
#define	d_gap3		d_drivedata[1]
#define	d_blind		d_drivedata[0]

struct format_op {
	char	*df_buf;
	int	df_count;
	daddr_t	df_startblk;
	int	df_reg[8];
};

#ifdef _KERNEL

/* What DIOCGPARTINFO tells of one partition. */
struct partinfo {
	uint64_t pi_offset;		/* sectors */
	uint64_t pi_size;		/* sectors */
	uint32_t pi_secsize;		/* bytes */
	uint32_t pi_bsize;		/* block size of its file system, or 0 */
	uint8_t	pi_fstype;		/* FS_* */
	uint8_t	pi_frag;
	union {
		uint16_t pi_cpg;
		uint16_t pi_sgs;
	};
	union {
		uint32_t pi_fsize;
		uint32_t pi_cdsession;
	};
};

struct buf;
struct cpu_disklabel;
struct disk;

int	disk_read_sectors(void (*)(struct buf *), const struct disklabel *,
	    struct buf *, unsigned int, int);
void	diskerr(const struct buf *, const char *, const char *, int,
	    int, const struct disklabel *);
u_int	dkcksum(struct disklabel *);
u_int	dkcksum_sized(struct disklabel *, size_t);
const char *convertdisklabel(struct disklabel *, void (*)(struct buf *),
	    struct buf *, uint32_t);
int	setdisklabel(struct disklabel *, struct disklabel *, u_long,
	    struct cpu_disklabel *);
const char *readdisklabel(dev_t, void (*)(struct buf *),
	    struct disklabel *, struct cpu_disklabel *);
int	writedisklabel(dev_t, void (*)(struct buf *), struct disklabel *,
	    struct cpu_disklabel *);
int	bounds_check_with_label(struct disk *, struct buf *, int);
int	bounds_check_with_mediasize(struct buf *, int, uint64_t);
const char *getfstypename(int);
int	disklabel_dev_unit(dev_t);

#endif /* _KERNEL */

#endif /* !_SYS_DISKLABEL_H_ */
