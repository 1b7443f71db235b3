/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the files of the cd9660 file system share.
 */

#ifndef _ISOFS_CD9660_CD9660_EXTERN_H_
#define _ISOFS_CD9660_CD9660_EXTERN_H_

#include <sys/types.h>
#include <sys/mount.h>
#include <sys/vnode.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/cd9660_node.h>

#define	ISO_MAXNAMLEN		255	/* bytes of a name that users see */
#define	ISO_MAXSECTIONS		1024	/* sections of a file */
#define	ISO_MAXZEROSECTORS	16	/* in a row, inside a directory */

/* Each complaint is printed once for a mount. */
enum iso_complaint {
	ISO_BAD_BLOCKSIZE, ISO_BAD_VOLSIZE, ISO_BAD_ROOT, ISO_BAD_ENDIAN,
	ISO_BAD_BLOCK, ISO_BAD_RECLEN, ISO_BAD_NAMELEN, ISO_BAD_CROSSING,
	ISO_BAD_RECORDEND, ISO_BAD_DOT, ISO_BAD_DOTDOT, ISO_BAD_DIREXTENT,
	ISO_BAD_TYPE, ISO_BAD_SECTION, ISO_BAD_NSECTIONS, ISO_BAD_INTERLEAVE,
	ISO_BAD_SUSPLEN, ISO_BAD_SUSPFIELD, ISO_BAD_CE, ISO_BAD_NCE,
	ISO_BAD_NAME, ISO_BAD_SYMLINK, ISO_BAD_DEVICE, ISO_BAD_XAR,
	ISO_BAD_SPARSE, ISO_BAD_JOLIET, ISO_BAD_DEPTH,
	ISO_NCOMPLAINTS
};

/* A mounted volume; constant after mounting except for im_complained. */
struct iso_mnt {
	struct mount	*im_mountp;
	struct vnode	*im_devvp;
	struct vnode	*im_root;	/* referenced, so that it is always there */
	dev_t		im_dev;
	int		im_flags;	/* ISOFSMNT_* */
	enum ISO_FTYPE	iso_ftype;
	int		im_joliet_level; /* 0: not used */
	uint32_t	logical_block_size;
	int		im_bshift;	/* log2 of it */
	uint32_t	im_bmask;	/* it less 1 */
	uint32_t	volume_space_size; /* blocks, as the volume says */
	uint32_t	im_limit;	/* blocks that may be read */
	uint32_t	root_extent;	/* first block of the root directory */
	uint32_t	im_session;	/* first sector of the session */
	unsigned	rr_skip0;	/* bytes before SP in the root's "." */
	unsigned	rr_skip;	/* bytes to skip in other records */
	int		rr_id;		/* RRIP's place among the ER's, or -1 */
	uint64_t	im_complained;	/* bit for each complaint, atomic */
};

#define	VFSTOISOFS(mp)	((struct iso_mnt *)(mp)->mnt_data)
#define	lblktosize(imp, blk)	((uint64_t)(blk) << (imp)->im_bshift)

/*
 * Walks over the records of a directory.  One buffer is held between calls
 * at most, and none while another is read: an image may make any two
 * structures share a block.
 */
struct iso_scan {
	struct iso_mnt	*sc_imp;
	uint32_t	sc_start;	/* first block of the directory */
	uint64_t	sc_size;	/* bytes of it */
	uint64_t	sc_off;		/* where the next record is */
	uint64_t	sc_recoff;	/* where the last one was */
	bool		sc_more;	/* record before it had MULTIEXTENT */
	bool		sc_lastmore;	/* ... and the last one itself */
	unsigned	sc_zeros;	/* sectors without a record so far */
	struct buf	*sc_bp;		/* held, or NULL */
	uint64_t	sc_bpblk;	/* block in it, of the directory */
	/* a copy of the record */
	union {
		struct iso_directory_record rec;
		uint8_t	bytes[ISO_RECORD_MAX + 1];
	} sc_u;
};
#define	sc_rec		sc_u.rec
#define	sc_bytes	sc_u.bytes

/* Walks over the SUSP entries of a record, continuations included. */
struct iso_susp {
	struct iso_mnt	*su_imp;
	struct iso_scan	*su_scan;	/* gives up its buffer, or NULL */
	const uint8_t	*su_ptr;	/* next entry */
	size_t		su_left;	/* bytes from there on */
	bool		su_ce;		/* a continuation is known */
	uint32_t	su_ceblock, su_ceoff, su_celen;
	unsigned	su_nce;		/* continuations so far */
	unsigned	su_nentries;
	bool		su_other;	/* ES: entries of something else */
	uint8_t		*su_buf;	/* copy of a continuation area */
	size_t		su_buflen;
};

/* What a record's name field and Rock Ridge say of it as an entry. */
struct iso_entry {
	char		e_name[ISO_MAXNAMLEN + 1];
	size_t		e_namelen;
	uint64_t	e_ino;		/* st_ino */
	uint8_t		e_type;		/* DT_* */
	bool		e_hidden;	/* relocated, or not to be seen */
	bool		e_isdir;
	uint32_t	e_dirblock;	/* directory: first block */
};

/* cd9660_util.c */
void	cd9660_complain(struct iso_mnt *, enum iso_complaint, const char *,
	    uint64_t, uint64_t);
int	cd9660_bread(struct iso_mnt *, uint64_t, struct buf **);
int	cd9660_read_bytes(struct iso_mnt *, uint64_t, void *, size_t);
uint32_t cd9660_733(struct iso_mnt *, const unsigned char *, const char *);
void	cd9660_tstamp_conv7(const unsigned char *, struct timespec *);
void	cd9660_tstamp_conv17(const unsigned char *, struct timespec *);
size_t	cd9660_iso_name(struct iso_mnt *, const struct iso_directory_record *,
	    char *);
size_t	cd9660_joliet_name(struct iso_mnt *,
	    const struct iso_directory_record *, char *);
bool	cd9660_name_equal(struct iso_mnt *, const struct iso_entry *,
	    const struct iso_directory_record *, const char *, size_t);

/* cd9660_scan.c */
void	cd9660_scan_init(struct iso_scan *, struct iso_mnt *, uint32_t,
	    uint64_t);
int	cd9660_scan_seek(struct iso_scan *, uint64_t);
int	cd9660_scan_next(struct iso_scan *);
void	cd9660_scan_pause(struct iso_scan *);
#define	cd9660_scan_done(sc)	cd9660_scan_pause(sc)
bool	cd9660_rec_isdot(const struct iso_directory_record *);
bool	cd9660_rec_isdotdot(const struct iso_directory_record *);
uint32_t cd9660_rec_start(struct iso_mnt *,
	    const struct iso_directory_record *);
int	cd9660_rec_entry(struct iso_scan *, struct iso_node *,
	    struct iso_entry *);
int	cd9660_dir_head(struct iso_mnt *, uint32_t, struct iso_scan *,
	    uint64_t *);
int	cd9660_dir_parent(struct iso_mnt *, uint32_t, uint32_t *);

/* cd9660_rrip.c */
void	cd9660_susp_init(struct iso_susp *, struct iso_mnt *,
	    const struct iso_directory_record *, unsigned, struct iso_scan *);
int	cd9660_susp_next(struct iso_susp *, const uint8_t **);
void	cd9660_susp_done(struct iso_susp *);
void	cd9660_rrip_probe(struct iso_mnt *, struct iso_scan *);
int	cd9660_rrip_entry(struct iso_scan *, struct iso_entry *);
int	cd9660_rrip_parent(struct iso_scan *, uint32_t *);
int	cd9660_rrip_attrs(struct iso_node *,
	    const struct iso_directory_record *);

/* cd9660_node.c */
int	cd9660_loadvnode(struct mount *, struct vnode *, const void *, size_t,
	    const void **);
int	cd9660_getroot(struct mount *, struct vnode **);
int	cd9660_getparent(struct vnode *, struct vnode **);
int	cd9660_getchild(struct vnode *, uint64_t, bool, struct vnode **);
int	cd9660_block(struct iso_node *, uint64_t, uint64_t *, uint32_t *);
int	cd9660_inactive(void *);
int	cd9660_reclaim(void *);
void	cd9660_node_init(void);
void	cd9660_node_fini(void);

/* cd9660_lookup.c */
int	cd9660_lookup(void *);

/* cd9660_bmap.c */
int	cd9660_bmap(void *);

/* cd9660_vnops.c */
extern int (**cd9660_vnodeop_p)(void *);
extern int (**cd9660_specop_p)(void *);
extern int (**cd9660_fifoop_p)(void *);
extern const struct vnodeopv_desc cd9660_vnodeop_opv_desc;
extern const struct vnodeopv_desc cd9660_specop_opv_desc;
extern const struct vnodeopv_desc cd9660_fifoop_opv_desc;

/* cd9660_volume.c */
int	cd9660_volume_read(struct iso_mnt *);

extern const struct genfs_ops cd9660_genfsops;

/* cd9660_vfsops.c */
int	cd9660_mount(struct mount *, const char *, void *, size_t *);
int	cd9660_start(struct mount *, int);
int	cd9660_unmount(struct mount *, int);
int	cd9660_root(struct mount *, int, struct vnode **);
int	cd9660_statvfs(struct mount *, struct statvfs *);
int	cd9660_sync(struct mount *, int, kauth_cred_t);
int	cd9660_fhtovp(struct mount *, struct fid *, int, struct vnode **);
int	cd9660_vptofh(struct vnode *, struct fid *, size_t *);
void	cd9660_init(void);
void	cd9660_reinit(void);
void	cd9660_done(void);

#endif /* _ISOFS_CD9660_CD9660_EXTERN_H_ */
