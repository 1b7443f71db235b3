/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Directory hash: names and free space of a large directory in memory, for
 * file systems whose directories are linear.
 */
#ifndef _SYS_DIRHASH_H_
#define _SYS_DIRHASH_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/dirent.h>

struct dirhash_entry {
	uint32_t		hashvalue;
	uint64_t		offset;
	uint32_t		d_namlen;
	uint32_t		entry_size;
	LIST_ENTRY(dirhash_entry) next;
};

#define DIRH_HASHBITS		5
#define DIRH_HASHSIZE		(1 << DIRH_HASHBITS)
#define DIRH_HASHMASK		(DIRH_HASHSIZE - 1)

#define DIRH_PURGED		0x0001	/* dirhash has been purged */
#define DIRH_COMPLETE		0x0002	/* has every entry */
#define DIRH_BROKEN		0x0004	/* directory is broken */
#define DIRH_FLAGS		"\20\3DIRH_BROKEN\2DIRH_COMPLETE\1DIRH_PURGED"

struct dirhash {
	uint32_t		flags;
	uint32_t		size;		/* bytes that it takes */
	uint32_t		refcnt;
	LIST_HEAD(, dirhash_entry) entries[DIRH_HASHSIZE];
	uint32_t		num_files;
	LIST_HEAD(, dirhash_entry) free_entries;
	TAILQ_ENTRY(dirhash)	next;		/* least recently used first */
};

void	dirhash_init(void);
void	dirhash_purge_entries(struct dirhash *);
void	dirhash_purge(struct dirhash **);
void	dirhash_get(struct dirhash **);
void	dirhash_put(struct dirhash *);
void	dirhash_enter(struct dirhash *, struct dirent *, uint64_t, uint32_t,
	    int);
void	dirhash_enter_freed(struct dirhash *, uint64_t, uint32_t);
void	dirhash_remove(struct dirhash *, struct dirent *, uint64_t, uint32_t);
int	dirhash_lookup(struct dirhash *, const char *, int,
	    struct dirhash_entry **);
int	dirhash_lookup_freed(struct dirhash *, uint32_t,
	    struct dirhash_entry **);
bool	dirhash_dir_isempty(struct dirhash *);

#endif
