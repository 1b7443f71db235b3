/* SPDX-License-Identifier: BSD-2-Clause */

/* Allocators of objects of one size: pool(9) and pool_cache(9). */

#ifndef _SYS_POOL_H_
#define	_SYS_POOL_H_

#include <sys/param.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/condvar.h>

struct cpu_info;
struct pool;
struct pool_allocator {
	void	*(*pa_alloc)(struct pool *, int);
	void	 (*pa_free)(struct pool *, void *);
	unsigned int pa_pagesz;
};

/* One slab of a pool (builds without a sanitizer). */
struct pool_slab;
LIST_HEAD(pool_slablist, pool_slab);

struct pool {
	TAILQ_ENTRY(pool) pr_poollist;	/* pool_head_lock */
	kmutex_t	pr_lock;
	kcondvar_t	pr_cv;		/* waiters for an item below hardlimit */
	struct pool_allocator *pr_alloc;
	const char	*pr_wchan;	/* name */
	size_t		pr_reqsize;
	size_t		pr_size;	/* rounded to pr_align */
	unsigned int	pr_align;
	unsigned int	pr_itemoffset;
	int		pr_ipl;
	unsigned int	pr_flags;	/* PR_* of pool_init */
	unsigned int	pr_roflags;
	/* The rest is locked by pr_lock. */
	struct pool_slablist pr_fullslabs;
	struct pool_slablist pr_partslabs;
	struct pool_slablist pr_emptyslabs;
	unsigned int	pr_slabitems;
	size_t		pr_slabsize;
	unsigned int	pr_nitems;	/* free items at hand */
	unsigned int	pr_nout;	/* items given out */
	unsigned int	pr_hardlimit;
	unsigned int	pr_minitems;
	unsigned int	pr_maxitems;
	unsigned int	pr_npages;	/* slabs */
	unsigned int	pr_nempty;	/* of them without an item out */
	unsigned int	pr_waiters;
	unsigned long	pr_nget;
	unsigned long	pr_nfail;
	unsigned long	pr_nput;
	unsigned long	pr_npagealloc;
	unsigned long	pr_npagefree;
	unsigned int	pr_hiwat;	/* most slabs ever */
	const char	*pr_hardlimit_warning;
	struct timeval	pr_hardlimit_ratecap;
	struct timeval	pr_hardlimit_warning_last;
	void		(*pr_drain_hook)(void *, int);
	void		*pr_drain_hook_arg;
	void		*pr_freecheck;
	void		*pr_qcache;	/* pool_cache on top, or NULL */
};

/* Flags of pool_get and friends, and of pool_init. */
#define	PR_WAITOK	0x01
#define	PR_NOWAIT	0x02
#define	PR_LIMITFAIL	0x04	/* fail at the hard limit, don't wait */
#define	PR_WANTED	0x08
#define	PR_ZERO		0x10
#define	PR_PHINPAGE	0x40
#define	PR_LARGECACHE	0x80
#define	PR_RECURSIVE	0x100
#define	PR_NOTOUCH	0x200
#define	PR_NOALIGN	0x400
#define	PR_USEBMAP	0x800
#define	PR_PSERIALIZE	0x1000
#define	PR_GROWING	0x2000

#define	PR_ARENA_DEFAULT	(-1)

struct pool_cache;
typedef struct pool_cache *pool_cache_t;

typedef int	(*pool_cache_ctor_t)(void *, void *, int);
typedef void	(*pool_cache_dtor_t)(void *, void *);

struct pool_cache {
	struct pool	pc_pool;	/* the items below */
	int		(*pc_ctor)(void *, void *, int);
	void		(*pc_dtor)(void *, void *);
	void		*pc_arg;
	/* Constructed items that are free, a stack.  pc_pool.pr_lock. */
	void		**pc_free;
	unsigned int	pc_nfree;
	unsigned int	pc_maxfree;
	unsigned long	pc_hits;
	unsigned long	pc_misses;
	unsigned int	pc_refcnt;
};

extern struct pool_allocator pool_allocator_kmem;
extern struct pool_allocator pool_allocator_nointr;
extern struct pool_allocator pool_allocator_meta;

__BEGIN_DECLS
void	pool_subsystem_init(void);
void	pool_init(struct pool *, size_t, u_int, u_int, int, const char *,
	    struct pool_allocator *, int);
void	pool_destroy(struct pool *);
void	*pool_get(struct pool *, int);
void	pool_put(struct pool *, void *);
int	pool_reclaim(struct pool *);
void	pool_prime(struct pool *, int);
void	pool_setlowat(struct pool *, int);
void	pool_sethiwat(struct pool *, int);
void	pool_sethardlimit(struct pool *, int, const char *, int);
bool	pool_drain(struct pool **);
int	pool_totalpages(void);
int	pool_totalpages_locked(void);
unsigned int pool_nget(struct pool *);
unsigned int pool_nput(struct pool *);
void	pool_set_drain_hook(struct pool *, void (*)(void *, int), void *);
int	pool_chk(struct pool *, const char *);
void	pool_printall(const char *, void (*)(const char *, ...)
	    __printflike(1, 2));

pool_cache_t pool_cache_init(size_t, u_int, u_int, u_int, const char *,
	    struct pool_allocator *, int, int (*)(void *, void *, int),
	    void (*)(void *, void *), void *);
void	pool_cache_bootstrap(pool_cache_t, size_t, u_int, u_int, u_int,
	    const char *, struct pool_allocator *, int,
	    int (*)(void *, void *, int), void (*)(void *, void *), void *);
void	pool_cache_destroy(pool_cache_t);
void	pool_cache_bootstrap_destroy(pool_cache_t);
void	*pool_cache_get_paddr(pool_cache_t, int, paddr_t *);
void	pool_cache_put_paddr(pool_cache_t, void *, paddr_t);
void	pool_cache_destruct_object(pool_cache_t, void *);
void	pool_cache_invalidate(pool_cache_t);
bool	pool_cache_reclaim(pool_cache_t);
void	pool_cache_set_drain_hook(pool_cache_t, void (*)(void *, int),
	    void *);
void	pool_cache_setlowat(pool_cache_t, int);
void	pool_cache_sethiwat(pool_cache_t, int);
void	pool_cache_sethardlimit(pool_cache_t, int, const char *, int);
void	pool_cache_prime(pool_cache_t, int);
void	pool_cache_cpu_init(struct cpu_info *);
unsigned int pool_cache_nget(pool_cache_t);
unsigned int pool_cache_nput(pool_cache_t);
__END_DECLS

#define	pool_cache_get(pc, f)	pool_cache_get_paddr((pc), (f), NULL)
#define	pool_cache_put(pc, o)	pool_cache_put_paddr((pc), (o), POOL_PADDR_INVALID)
#define	POOL_PADDR_INVALID	((paddr_t)-1)

#endif /* !_SYS_POOL_H_ */
