/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What every disk driver has in common, and wedges.  See disk(9), dk(4).
 */

#ifndef _SYS_DISK_H_
#define	_SYS_DISK_H_

#include <sys/types.h>
#include <sys/dkio.h>
#include <sys/time.h>
#include <sys/queue.h>
#include <sys/iostat.h>

struct dkwedge_info {
	char		dkw_devname[16];	/* "dk0" */
	uint8_t		dkw_wname[128];		/* its name, UTF-8 */
	char		dkw_parent[16];		/* disk it is on */
	daddr_t		dkw_offset;		/* first sector on the disk */
	uint64_t	dkw_size;		/* sectors */
	char		dkw_ptype[32];		/* DKW_PTYPE_* */
};

struct dkwedge_list {
	void		*dkwl_buf;		/* array of dkwedge_info */
	size_t		dkwl_bufsize;		/* its bytes */
	u_int		dkwl_nwedges;		/* wedges there are */
	u_int		dkwl_ncopied;		/* wedges copied */
};

/* dkw_ptype */
#define	DKW_PTYPE_UNKNOWN	""
#define	DKW_PTYPE_UNUSED	"unused"
#define	DKW_PTYPE_SWAP		"swap"
#define	DKW_PTYPE_FFS		"ffs"
#define	DKW_PTYPE_LFS		"lfs"
#define	DKW_PTYPE_EXT2FS	"ext2fs"
#define	DKW_PTYPE_ISO9660	"cd9660"
#define	DKW_PTYPE_AMIGADOS	"ados"
#define	DKW_PTYPE_APPLEHFS	"hfs"
#define	DKW_PTYPE_FAT		"msdos"
#define	DKW_PTYPE_FILECORE	"filecore"
#define	DKW_PTYPE_RAIDFRAME	"raidframe"
#define	DKW_PTYPE_CCD		"ccd"
#define	DKW_PTYPE_APPLEUFS	"appleufs"
#define	DKW_PTYPE_NTFS		"ntfs"
#define	DKW_PTYPE_CGD		"cgd"
#define	DKW_PTYPE_SYSVBFS	"sysvbfs"
#define	DKW_PTYPE_UDF		"udf"
#define	DKW_PTYPE_EFS		"efs"
#define	DKW_PTYPE_NILFS		"nilfs"
#define	DKW_PTYPE_ZFS		"zfs"
#define	DKW_PTYPE_VMFS		"vmfs"

/* Geometry; all that matters today is the sector size and their number. */
struct disk_geom {
	int64_t		dg_secperunit;
	uint32_t	dg_secsize;
	uint32_t	dg_nsectors;
	uint32_t	dg_ntracks;
	uint32_t	dg_ncylinders;
	uint32_t	dg_secpercyl;
	uint32_t	dg_pcylinders;
	uint32_t	dg_sparespertrack;
	uint32_t	dg_sparespercyl;
	uint32_t	dg_acylinders;
};

struct disk_badsectors {
	SLIST_ENTRY(disk_badsectors) dbs_next;
	daddr_t		dbs_min;
	daddr_t		dbs_max;
	struct timeval	dbs_failedat;
};

struct disk_badsecinfo {
	uint32_t	dbsi_bufsize;
	uint32_t	dbsi_skip;
	uint32_t	dbsi_copied;
	uint32_t	dbsi_left;
	void		*dbsi_buffer;
};

#define	DK_STRATEGYNAMELEN	32
struct disk_strategy {
	char	dks_name[DK_STRATEGYNAMELEN];
	char	*dks_param;		/* NULL */
	size_t	dks_paramlen;		/* 0 */
};

struct disk_sectoralign {
	uint32_t dsa_firstaligned;	/* first aligned sector */
	uint32_t dsa_alignment;		/* sectors */
};

#ifdef _KERNEL

#include <sys/condvar.h>
#include <sys/device.h>
#include <sys/mutex.h>

struct buf;
struct disk;
struct disklabel;
struct cpu_disklabel;
struct lwp;
struct vnode;
struct _prop_dictionary;

struct dkwedge_discovery_method {
	LIST_ENTRY(dkwedge_discovery_method) ddm_list;
	const char *ddm_name;
	int	ddm_priority;		/* low ones are asked first */
	int	(*ddm_discover)(struct disk *, struct vnode *);
};

void	dkwedge_method_register(struct dkwedge_discovery_method *);

/* Puts a way to find wedges on the list before boot. */
#define	DKWEDGE_DISCOVERY_METHOD_DECL(name, prio, discover)		\
static struct dkwedge_discovery_method name ## _ddm = {			\
	{ NULL, NULL },							\
	#name,								\
	prio,								\
	discover							\
};									\
static void __attribute__((__constructor__))				\
name ## _ddm_ctor(void)							\
{									\
	dkwedge_method_register(&name ## _ddm);				\
}									\
struct dkwedge_discovery_method

struct disk {
	TAILQ_ENTRY(disk) dk_link;	/* all disks */
	const char	*dk_name;
	struct _prop_dictionary *dk_info; /* properties, if any */
	struct disk_geom dk_geom;	/* set before disk_set_info() */
	int		dk_bopenmask;	/* partitions open as block device */
	int		dk_copenmask;	/* ... as character device */
	int		dk_openmask;	/* either */
	int		dk_state;	/* DK_* below */
	int		dk_blkshift;	/* log2(sector size / DEV_BSIZE) */
	int		dk_byteshift;	/* log2(sector size) */
	struct io_stats	*dk_stats;
	const struct dkdriver *dk_driver;

	kmutex_t	dk_rawlock;	/* dk_rawbusy */
	kcondvar_t	dk_rawcv;
	bool		dk_rawbusy;	/* who set it has the next two */
	u_int		dk_rawopens;	/* wedges that have dk_rawvp open */
	struct vnode	*dk_rawvp;	/* the RAW_PART block device */

	kmutex_t	dk_openlock;	/* masks, wedges */
	u_int		dk_nwedges;
	LIST_HEAD(, dkwedge_softc) dk_wedges;
	bool		dk_leaving;	/* detaches: gets no more wedges */

	daddr_t		dk_labelsector;
	struct disklabel *dk_label;	/* allocated by disk_init() */
	struct cpu_disklabel *dk_cpulabel;
};

struct dkdriver {
	void	(*d_strategy)(struct buf *);
	void	(*d_minphys)(struct buf *);
	int	(*d_open)(dev_t, int, int, struct lwp *);
	int	(*d_close)(dev_t, int, int, struct lwp *);
	int	(*d_diskstart)(device_t, struct buf *);
	void	(*d_iosize)(device_t, int *);
	int	(*d_dumpblocks)(device_t, void *, daddr_t, int);
	int	(*d_lastclose)(device_t);
	int	(*d_discard)(device_t, off_t, off_t);
	int	(*d_firstopen)(device_t, dev_t, int, int);
	void	(*d_label)(device_t, struct disklabel *);
};

/* dk_state */
#define	DK_CLOSED	0
#define	DK_WANTOPEN	1
#define	DK_WANTOPENRAW	2
#define	DK_RDLABEL	3
#define	DK_OPEN		4
#define	DK_OPENRAW	5

#define	DK_BSIZE2BLKSHIFT(b)	((ffs((b) / DEV_BSIZE)) - 1)
#define	DK_BSIZE2BYTESHIFT(b)	(ffs((b)) - 1)
#define	DK_DEV_BSIZE_OK(b) \
    ((b) >= DEV_BSIZE && ((b) & ((b) - 1)) == 0 && (b) <= MAXPHYS)

extern int disk_count;

void	disk_rename(struct disk *, const char *);
void	disk_attach(struct disk *);
int	disk_begindetach(struct disk *, int (*)(device_t), device_t, int);
void	disk_detach(struct disk *);
void	disk_init(struct disk *, const char *, const struct dkdriver *);
void	disk_destroy(struct disk *);
void	disk_wait(struct disk *);
void	disk_busy(struct disk *);
void	disk_unbusy(struct disk *, long, int);
bool	disk_isbusy(struct disk *);
struct disk *disk_find(const char *);
int	disk_ioctl(struct disk *, dev_t, u_long, void *, int, struct lwp *);
void	disk_set_info(device_t, struct disk *, const char *);

void	dkwedge_init(void);
int	dkwedge_add(struct dkwedge_info *);
int	dkwedge_del(struct dkwedge_info *);
void	dkwedge_delall(struct disk *);
void	dkwedge_delidle(struct disk *);
int	dkwedge_list(struct disk *, struct dkwedge_list *, struct lwp *);
void	dkwedge_discover(struct disk *);
int	dkwedge_read(struct disk *, struct vnode *, daddr_t, void *, size_t);
device_t dkwedge_find_by_wname(const char *);
device_t dkwedge_find_by_parent(const char *, size_t *);
const char *dkwedge_get_parent_name(dev_t);
void	dkwedge_print_wnames(void);
device_t dkwedge_find_partition(device_t, daddr_t, uint64_t);

int	getdiskinfo(struct vnode *, struct dkwedge_info *);
int	getdisksize(struct vnode *, uint64_t *, unsigned int *);

#endif /* _KERNEL */

#endif /* !_SYS_DISK_H_ */
