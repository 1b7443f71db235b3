/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directory hash, see sys/dirhash.h: a file system whose directories are
 * lists enters each name's hash and offset once and then finds candidates
 * without reading.  What hashes take together is bounded; the least recently
 * used ones that nobody holds are emptied.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/dirent.h>
#include <sys/dirhash.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/pool.h>

#define DIRHASH_MAXSIZE	(1024 * 1024)	/* bytes, all together */

static pool_cache_t dirhash_pool, dirhash_entry_pool;
static kmutex_t dirhashmutex;		/* all hashes */
static uint32_t maxdirhashsize = DIRHASH_MAXSIZE;
static uint32_t dirhashsize;
static TAILQ_HEAD(_dirhash, dirhash) dirhash_queue;

void
dirhash_init(void)
{

	mutex_init(&dirhashmutex, MUTEX_DEFAULT, IPL_NONE);
	dirhash_pool = pool_cache_init(sizeof(struct dirhash), 0, 0, 0,
	    "dirhpl", NULL, IPL_NONE, NULL, NULL, NULL);
	dirhash_entry_pool = pool_cache_init(sizeof(struct dirhash_entry), 0,
	    0, 0, "dirhepl", NULL, IPL_NONE, NULL, NULL, NULL);
	TAILQ_INIT(&dirhash_queue);
}

static uint32_t
dirhash_hash(const char *name, size_t len)
{
	uint32_t h = 2166136261U;
	size_t i;

	for (i = 0; i < len; i++)
		h = (h ^ (uint8_t)name[i]) * 16777619U;
	return h ^ (h >> 16);
}

static void
dirhash_purge_locked(struct dirhash *dirh)
{
	struct dirhash_entry *e;
	int i;

	KASSERT(mutex_owned(&dirhashmutex));
	for (i = 0; i < DIRH_HASHSIZE; i++) {
		while ((e = LIST_FIRST(&dirh->entries[i])) != NULL) {
			LIST_REMOVE(e, next);
			pool_cache_put(dirhash_entry_pool, e);
		}
	}
	while ((e = LIST_FIRST(&dirh->free_entries)) != NULL) {
		LIST_REMOVE(e, next);
		pool_cache_put(dirhash_entry_pool, e);
	}
	dirh->flags &= ~DIRH_COMPLETE;
	dirh->flags |= DIRH_PURGED;
	dirh->num_files = 0;
	dirhashsize -= dirh->size;
	dirh->size = 0;
}

/*
 * Forget all entries.
 */
void
dirhash_purge_entries(struct dirhash *dirh)
{

	if (dirh == NULL)
		return;
	mutex_enter(&dirhashmutex);
	if (dirh->size != 0)
		dirhash_purge_locked(dirh);
	mutex_exit(&dirhashmutex);
}

/*
 * Free a hash that nobody holds.
 */
void
dirhash_purge(struct dirhash **dirhp)
{
	struct dirhash *dirh = *dirhp;

	if (dirh == NULL)
		return;
	mutex_enter(&dirhashmutex);
	KASSERT(dirh->refcnt == 0);
	dirhash_purge_locked(dirh);
	TAILQ_REMOVE(&dirhash_queue, dirh, next);
	mutex_exit(&dirhashmutex);
	pool_cache_put(dirhash_pool, dirh);
	*dirhp = NULL;
}

/*
 * Hold the hash of a directory, made at the first call.
 */
void
dirhash_get(struct dirhash **dirhp)
{
	struct dirhash *dirh;
	int i;

	if (*dirhp == NULL) {
		dirh = pool_cache_get(dirhash_pool, PR_WAITOK);
		memset(dirh, 0, sizeof(*dirh));
		for (i = 0; i < DIRH_HASHSIZE; i++)
			LIST_INIT(&dirh->entries[i]);
		LIST_INIT(&dirh->free_entries);
		mutex_enter(&dirhashmutex);
		if (*dirhp == NULL) {
			TAILQ_INSERT_TAIL(&dirhash_queue, dirh, next);
			*dirhp = dirh;
			dirh = NULL;
		}
		mutex_exit(&dirhashmutex);
		if (dirh != NULL)
			pool_cache_put(dirhash_pool, dirh);
	}
	dirh = *dirhp;
	mutex_enter(&dirhashmutex);
	TAILQ_REMOVE(&dirhash_queue, dirh, next);
	TAILQ_INSERT_TAIL(&dirhash_queue, dirh, next);
	dirh->refcnt++;
	mutex_exit(&dirhashmutex);
}

void
dirhash_put(struct dirhash *dirh)
{

	mutex_enter(&dirhashmutex);
	KASSERT(dirh->refcnt > 0);
	dirh->refcnt--;
	mutex_exit(&dirhashmutex);
}

/* Make room by emptying hashes that nobody holds. */
static void
dirhash_limit(void)
{
	struct dirhash *dirh;

	KASSERT(mutex_owned(&dirhashmutex));
	TAILQ_FOREACH(dirh, &dirhash_queue, next) {
		if (dirhashsize <= maxdirhashsize)
			break;
		if (dirh->refcnt == 0 && dirh->size != 0)
			dirhash_purge_locked(dirh);
	}
}

/*
 * Enter a name of the directory.  `new' says that it was just made in space
 * that was free.
 */
void
dirhash_enter(struct dirhash *dirh, struct dirent *dirent, uint64_t offset,
    uint32_t entry_size, int new_p)
{
	struct dirhash_entry *e, *fe;
	uint32_t hashvalue;

	if (!new_p && (dirh->flags & DIRH_COMPLETE))
		return;
	hashvalue = dirhash_hash(dirent->d_name, dirent->d_namlen);
	e = pool_cache_get(dirhash_entry_pool, PR_WAITOK);
	mutex_enter(&dirhashmutex);
	LIST_FOREACH(fe, &dirh->entries[hashvalue & DIRH_HASHMASK], next) {
		if (fe->hashvalue == hashvalue && fe->offset == offset &&
		    fe->d_namlen == dirent->d_namlen) {
			mutex_exit(&dirhashmutex);
			pool_cache_put(dirhash_entry_pool, e);
			return;
		}
	}
	if (new_p) {
		/* Its space is no longer free. */
		LIST_FOREACH(fe, &dirh->free_entries, next) {
			if (fe->offset == offset)
				break;
		}
		if (fe != NULL) {
			LIST_REMOVE(fe, next);
			dirh->size -= sizeof(*fe);
			dirhashsize -= sizeof(*fe);
			pool_cache_put(dirhash_entry_pool, fe);
		}
	}
	e->hashvalue = hashvalue;
	e->offset = offset;
	e->d_namlen = dirent->d_namlen;
	e->entry_size = entry_size;
	LIST_INSERT_HEAD(&dirh->entries[hashvalue & DIRH_HASHMASK], e, next);
	dirh->size += sizeof(*e);
	dirhashsize += sizeof(*e);
	dirh->num_files++;
	dirhash_limit();
	mutex_exit(&dirhashmutex);
}

/*
 * Enter free space.
 */
void
dirhash_enter_freed(struct dirhash *dirh, uint64_t offset,
    uint32_t entry_size)
{
	struct dirhash_entry *e, *fe;

	e = pool_cache_get(dirhash_entry_pool, PR_WAITOK);
	mutex_enter(&dirhashmutex);
	LIST_FOREACH(fe, &dirh->free_entries, next) {
		if (fe->offset == offset) {
			mutex_exit(&dirhashmutex);
			pool_cache_put(dirhash_entry_pool, e);
			return;
		}
	}
	memset(e, 0, sizeof(*e));
	e->offset = offset;
	e->entry_size = entry_size;
	LIST_INSERT_HEAD(&dirh->free_entries, e, next);
	dirh->size += sizeof(*e);
	dirhashsize += sizeof(*e);
	mutex_exit(&dirhashmutex);
}

/*
 * A name is gone and its space is free.
 */
void
dirhash_remove(struct dirhash *dirh, struct dirent *dirent, uint64_t offset,
    uint32_t entry_size)
{
	struct dirhash_entry *e;
	uint32_t hashvalue;

	hashvalue = dirhash_hash(dirent->d_name, dirent->d_namlen);
	mutex_enter(&dirhashmutex);
	LIST_FOREACH(e, &dirh->entries[hashvalue & DIRH_HASHMASK], next) {
		if (e->hashvalue == hashvalue && e->offset == offset &&
		    e->d_namlen == dirent->d_namlen)
			break;
	}
	if (e != NULL) {
		LIST_REMOVE(e, next);
		e->entry_size = entry_size;
		LIST_INSERT_HEAD(&dirh->free_entries, e, next);
		KASSERT(dirh->num_files > 0);
		dirh->num_files--;
	}
	mutex_exit(&dirhashmutex);
}

/*
 * The next candidate for a name; *result NULL starts.  1: compare the name at
 * its offset; 0: there are no more.
 */
int
dirhash_lookup(struct dirhash *dirh, const char *d_name, int d_namlen,
    struct dirhash_entry **result)
{
	struct dirhash_entry *e;
	uint32_t hashvalue;

	hashvalue = dirhash_hash(d_name, d_namlen);
	mutex_enter(&dirhashmutex);
	e = *result != NULL ? LIST_NEXT(*result, next) :
	    LIST_FIRST(&dirh->entries[hashvalue & DIRH_HASHMASK]);
	for (; e != NULL; e = LIST_NEXT(e, next)) {
		if (e->hashvalue == hashvalue &&
		    e->d_namlen == (uint32_t)d_namlen)
			break;
	}
	*result = e;
	mutex_exit(&dirhashmutex);
	return e != NULL;
}

/*
 * The next free space of at least this size.
 */
int
dirhash_lookup_freed(struct dirhash *dirh, uint32_t min_entrysize,
    struct dirhash_entry **result)
{
	struct dirhash_entry *e;

	mutex_enter(&dirhashmutex);
	e = *result != NULL ? LIST_NEXT(*result, next) :
	    LIST_FIRST(&dirh->free_entries);
	for (; e != NULL; e = LIST_NEXT(e, next)) {
		if (e->entry_size >= min_entrysize)
			break;
	}
	*result = e;
	mutex_exit(&dirhashmutex);
	return e != NULL;
}

bool
dirhash_dir_isempty(struct dirhash *dirh)
{

	return dirh->num_files == 0;
}
