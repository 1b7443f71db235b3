/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Host files inside the kernel's name space, see rump_etfs(3): the list of
 * registered keys, and the block driver behind those of type BLK.  The root
 * file system asks this list when it looks a name up and makes a node for
 * what it finds.
 */

#ifndef _RUMP_ETFS_H_
#define	_RUMP_ETFS_H_

#include <sys/types.h>
#include <sys/queue.h>

#include <rump/rump.h>

/*
 * One key.  All but et_refs stays the same until the key is removed.
 */
struct etfs {
	char	*et_key;		/* without leading slashes */
	size_t	et_keylen;
	char	*et_hostpath;
	size_t	et_hostpathlen;
	enum rump_etfs_type et_type;
	enum rump_etfs_type et_realtype; /* what the host says it is */
	dev_t	et_rdev;		/* BLK, CHR: the device; else NODEV */
	int	et_blkmin;		/* rumpblk minor, or -1 */
	uint64_t et_size;		/* bytes, as registered */
	uint64_t et_begin;		/* first byte of the window */
	bool	et_toend;		/* no last one: a file may grow */
	ino_t	et_fileid;		/* differs between keys */
	unsigned et_refs;		/* nodes made for it; etfs_lock */
	LIST_ENTRY(etfs) et_link;
};

/*
 * The key that path (leading slashes do not matter) is, or the directory's
 * that it starts with, followed by a slash; the longest one.  With exact the
 * whole path must be the key.  NULL if there is none.  A reference is taken for the caller's
 * node; etfs_rele() gives it back.
 */
struct etfs *etfs_find(const char *path, bool exact);
/* The same without a reference: how many bytes of path the key takes, or 0. */
size_t	etfs_match(const char *path);
void	etfs_rele(struct etfs *);
/*
 * What to call before a key is removed: lets go of cached nodes for it, or
 * answers EBUSY when one is in use.
 */
void	etfs_set_forget(int (*)(struct etfs *));

/* RUMP_ETFS_DIR, RUMP_ETFS_DIR_SUBDIRS: names below are the host's. */
#define	ETFS_ISDIR(et)	((et)->et_type == RUMP_ETFS_DIR ||		\
			 (et)->et_type == RUMP_ETFS_DIR_SUBDIRS)

/* The block and character major of rumpblk. */
#define	RUMPBLK_DEVMAJOR	197

void	etfs_init(void);
/* Registers what the program asked for before boot. */
void	etfs_boot(void);
void	rumpblk_init(void);
int	rumpblk_register(const char *, uint64_t, devminor_t *, off_t, off_t);
int	rumpblk_deregister(devminor_t);

#endif /* !_RUMP_ETFS_H_ */
