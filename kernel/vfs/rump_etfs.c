/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Host files at paths of the kernel, see rump_etfs(3).  This is the list; the
 * root file system looks names up in it, rumpblk does the I/O of devices.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/rump_audit.h>

#include <rump-sys/kern.h>
#include <rump/rump.h>
#include <rump/rumpvfs_if_pub.h>
#include <rump/rumpuser.h>

#include "rump_etfs.h"
#include "rump_vfsblk.h"

static LIST_HEAD(, etfs) etfs_list = LIST_HEAD_INITIALIZER(etfs_list);
static kmutex_t etfs_lock;
static ino_t etfs_nextid = (ino_t)1 << 32;	/* not a root file's number */
static unsigned etfs_count;
static int (*etfs_forget)(struct etfs *);
static struct rump_boot_etfs *boot_first, **boot_tail = &boot_first;

static int64_t
etfs_audit_count(void *arg)
{

	return etfs_count;
}

RUMP_AUDIT(etfs_audit, "host files", etfs_audit_count, NULL)

void
etfs_init(void)
{

	mutex_init(&etfs_lock, MUTEX_DEFAULT, IPL_NONE);
}

void
etfs_set_forget(int (*fn)(struct etfs *))
{

	etfs_forget = fn;
}

static const char *
etfs_skipslash(const char *key)
{

	while (*key == '/')
		key++;
	return key;
}

static struct etfs *
etfs_find_locked(const char *path, bool exact)
{
	struct etfs *et, *best = NULL;

	KASSERT(mutex_owned(&etfs_lock));
	path = etfs_skipslash(path);
	LIST_FOREACH(et, &etfs_list, et_link) {
		if (strncmp(path, et->et_key, et->et_keylen) != 0)
			continue;
		if (path[et->et_keylen] != '\0' &&
		    (exact || path[et->et_keylen] != '/' || !ETFS_ISDIR(et)))
			continue;
		if (best == NULL || et->et_keylen > best->et_keylen)
			best = et;
	}
	return best;
}

struct etfs *
etfs_find(const char *path, bool exact)
{
	struct etfs *et;

	mutex_enter(&etfs_lock);
	et = etfs_find_locked(path, exact);
	if (et != NULL)
		et->et_refs++;
	mutex_exit(&etfs_lock);
	return et;
}

size_t
etfs_match(const char *path)
{
	struct etfs *et;
	size_t len = 0;

	if (LIST_EMPTY(&etfs_list))
		return 0;
	mutex_enter(&etfs_lock);
	et = etfs_find_locked(path, false);
	if (et != NULL)
		len = (etfs_skipslash(path) - path) + et->et_keylen;
	mutex_exit(&etfs_lock);
	return len;
}

void
etfs_rele(struct etfs *et)
{

	mutex_enter(&etfs_lock);
	KASSERT(et->et_refs > 0);
	et->et_refs--;
	mutex_exit(&etfs_lock);
}

static void
etfs_free(struct etfs *et)
{

	/* The strings are behind it. */
	kmem_free(et, sizeof(*et) + et->et_keylen + 1 + et->et_hostpathlen);
}

static enum rump_etfs_type
etfs_realtype(int ft)
{

	switch (ft) {
	case RUMPUSER_FT_DIR:
		return RUMP_ETFS_DIR;
	case RUMPUSER_FT_BLK:
		return RUMP_ETFS_BLK;
	case RUMPUSER_FT_CHR:
		return RUMP_ETFS_CHR;
	default:
		return RUMP_ETFS_REG;
	}
}

/*
 * Registers a host file.  Errors: EINVAL (key without a leading slash or
 * empty, a directory as a file, window outside of the file), ENOTDIR (a file
 * as a directory), EISDIR (a window in a directory), EEXIST, and what the
 * host says.
 */
static int
etfs_register(const char *key, const char *hostpath, enum rump_etfs_type ftype,
    uint64_t begin, uint64_t size)
{
	struct etfs *et;
	const char *name;
	devminor_t dmin = -1;
	size_t keylen, pathlen;
	uint64_t fsize;
	int error, hft;
	bool isdir, toend;

	if (key[0] != '/')
		return EINVAL;
	name = etfs_skipslash(key);
	if (name[0] == '\0')
		return EINVAL;
	error = rumpuser_getfileinfo(hostpath, &fsize, &hft);
	if (error)
		return error;
	isdir = ftype == RUMP_ETFS_DIR || ftype == RUMP_ETFS_DIR_SUBDIRS;
	if (isdir && hft != RUMPUSER_FT_DIR)
		return ENOTDIR;
	if (isdir && (begin != 0 || size != RUMP_ETFS_SIZE_ENDOFF))
		return EISDIR;
	if (!isdir && hft == RUMPUSER_FT_DIR)
		return EINVAL;
	if ((ftype == RUMP_ETFS_BLK || ftype == RUMP_ETFS_CHR) &&
	    hft == RUMPUSER_FT_OTHER)
		return EINVAL;
	if (begin > fsize || begin > INT64_MAX)
		return EINVAL;
	toend = size == RUMP_ETFS_SIZE_ENDOFF;
	if (toend)
		size = fsize - begin;
	else if (size > fsize - begin)
		return EINVAL;

	keylen = strlen(name);
	pathlen = strlen(hostpath) + 1;
	et = kmem_zalloc(sizeof(*et) + keylen + 1 + pathlen, KM_SLEEP);
	et->et_keylen = keylen;
	et->et_key = (char *)(et + 1);
	memcpy(et->et_key, name, keylen + 1);
	et->et_hostpathlen = pathlen;
	et->et_hostpath = et->et_key + keylen + 1;
	memcpy(et->et_hostpath, hostpath, pathlen);
	et->et_type = ftype;
	et->et_realtype = etfs_realtype(hft);
	et->et_size = size;
	et->et_begin = begin;
	et->et_toend = toend;
	et->et_rdev = NODEV;
	et->et_blkmin = -1;

	mutex_enter(&etfs_lock);
	if (etfs_find_locked(name, true) != NULL) {
		mutex_exit(&etfs_lock);
		etfs_free(et);
		return EEXIST;
	}
	mutex_exit(&etfs_lock);

	if (ftype == RUMP_ETFS_BLK || ftype == RUMP_ETFS_CHR) {
		error = rumpblk_register(hostpath, fsize, &dmin, begin,
		    toend ? -1 : (off_t)MIN(size, INT64_MAX));
		if (error) {
			etfs_free(et);
			return error;
		}
		et->et_blkmin = dmin;
		et->et_rdev = makedev(RUMPBLK_DEVMAJOR, dmin);
	}
	mutex_enter(&etfs_lock);
	et->et_fileid = etfs_nextid++;
	LIST_INSERT_HEAD(&etfs_list, et, et_link);
	etfs_count++;
	mutex_exit(&etfs_lock);
	return 0;
}

static bool
etfs_minor_shared(const struct etfs *et)
{
	struct etfs *e;

	LIST_FOREACH(e, &etfs_list, et_link) {
		if (e != et && e->et_blkmin == et->et_blkmin)
			return true;
	}
	return false;
}

/*
 * Removes a key.  ENOENT; EBUSY while the device or file is open.
 */
static int
etfs_remove(const char *key)
{
	struct etfs *et;
	int error;

	if (key[0] != '/')
		return EINVAL;
	et = etfs_find(key, true);
	if (et == NULL)
		return ENOENT;
	if (etfs_forget != NULL) {
		error = (*etfs_forget)(et);
		if (error) {
			etfs_rele(et);
			return error;
		}
	}
	mutex_enter(&etfs_lock);
	if (--et->et_refs != 0) {
		mutex_exit(&etfs_lock);
		return EBUSY;
	}
	if (et->et_blkmin != -1 && !etfs_minor_shared(et)) {
		error = rumpblk_deregister(et->et_blkmin);
		if (error) {
			mutex_exit(&etfs_lock);
			return error;
		}
	}
	LIST_REMOVE(et, et_link);
	etfs_count--;
	mutex_exit(&etfs_lock);
	etfs_free(et);
	return 0;
}

void
etfs_boot(void)
{
	struct rump_boot_etfs *eb;

	for (eb = boot_first; eb != NULL; eb = eb->_eb_next)
		eb->eb_status = etfs_register(eb->eb_key, eb->eb_hostpath,
		    eb->eb_type, eb->eb_begin, eb->eb_size);
}

/*
 * The public calls.
 */

/* Before there is a kernel. */
void
rump_boot_etfs_register(struct rump_boot_etfs *eb)
{

	eb->eb_status = -1;
	eb->_eb_next = NULL;
	*boot_tail = eb;
	boot_tail = &eb->_eb_next;
}

int
rump_pub_etfs_register(const char *key, const char *hostpath,
    enum rump_etfs_type ftype)
{

	return rump_pub_etfs_register_withsize(key, hostpath, ftype, 0,
	    RUMP_ETFS_SIZE_ENDOFF);
}

int
rump_pub_etfs_register_withsize(const char *key, const char *hostpath,
    enum rump_etfs_type ftype, uint64_t begin, uint64_t size)
{
	int error;

	rump_schedule();
	error = etfs_register(key, hostpath, ftype, begin, size);
	rump_unschedule();
	return error;
}

int
rump_pub_etfs_remove(const char *key)
{
	int error;

	rump_schedule();
	error = etfs_remove(key);
	rump_unschedule();
	return error;
}
