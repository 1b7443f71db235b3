/* SPDX-License-Identifier: BSD-2-Clause */

/* Allocators of objects of one size: pool(9) and pool_cache(9). */

#ifndef _SYS_POOL_H_
#define	_SYS_POOL_H_

#include <sys/param.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/condvar.h>

struct pool;
struct pool_allocator {
	void	*(*pa_alloc)(struct pool *, int);
	void	 (*pa_free)(struct pool *, void *);
	unsigned int pa_pagesz;
};

/* A run of items from one allocation (builds without a sanitizer). */
struct pool_slab;
LIST_HEAD(pool_slablist, pool_slab);

struct pool {
	TAILQ_ENTRY(pool) pr_poollist;	/* pool_head_lock */
	kmutex_t	pr_lock;
	kcondvar_t	pr_cv;		/* waiters at the hard limit */
	struct pool_allocator *pr_alloc;	/* or NULL: the host's */
	const char	*pr_wchan;	/* name */
	size_t		pr_reqsize;
	size_t		pr_size;	/* rounded to pr_align */
	size_t		pr_slabsize;	/* 0: items are allocated singly */
	unsigned int	pr_slabitems;
	unsigned int	pr_align;
	int		pr_ipl;
	unsigned int	pr_flags;	/* PR_* of pool_init */
	void		(*pr_drain_hook)(void *, int);
	void		*pr_drain_hook_arg;
	/* The rest is locked by pr_lock. */
	struct pool_slablist pr_fullslabs;
	struct pool_slablist pr_partslabs;
	struct pool_slablist pr_emptyslabs;
	void		*pr_free;	/* free items allocated singly */
	unsigned int	pr_nitems;	/* free items at hand */
	unsigned int	pr_nout;	/* items given out */
	unsigned int	pr_minitems;	/* low water mark */
	unsigned int	pr_maxidle;	/* high water mark, free items */
	unsigned int	pr_hardlimit;
	unsigned int	pr_npages;	/* slabs */
	unsigned int	pr_waiters;
	unsigned long	pr_nget;
	unsigned long	pr_nfail;
	unsigned long	pr_nput;
	const char	*pr_hardlimit_warning;
	int		pr_hardlimit_ratecap;	/* seconds */
	time_t		pr_hardlimit_last;
	struct pool_cache *pr_cache;	/* cache on top, or NULL */
};

/* Flags of pool_get and friends, and of pool_init. */
#define	PR_WAITOK	0x01
#define	PR_NOWAIT	0x02
#define	PR_LIMITFAIL	0x04	/* fail at the hard limit, don't wait */
#define	PR_ZERO		0x10
#define	PR_LARGECACHE	0x80
#define	PR_RECURSIVE	0x100
#define	PR_NOTOUCH	0x200
#define	PR_NOALIGN	0x400
#define	PR_USEBMAP	0x800
#define	PR_PSERIALIZE	0x1000

#define	PR_ARENA_DEFAULT	(-1)

struct pool_cache;
typedef struct pool_cache *pool_cache_t;

typedef int	(*pool_cache_ctor_t)(void *, void *, int);
typedef void	(*pool_cache_dtor_t)(void *, void *);

/* Constructed free items of one CPU. */
struct pool_cache_cpu;

struct pool_cache {
	struct pool	pc_pool;
	int		(*pc_ctor)(void *, void *, int);
	void		(*pc_dtor)(void *, void *);
	void		*pc_arg;
	struct pool_cache_cpu *pc_cpus[32];	/* each its CPU's own */
};

extern struct pool_allocator pool_allocator_kmem;
extern struct pool_allocator pool_allocator_nointr;

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
unsigned int pool_nget(struct pool *);
unsigned int pool_nput(struct pool *);
void	pool_set_drain_hook(struct pool *, void (*)(void *, int), void *);

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
unsigned int pool_cache_nget(pool_cache_t);
unsigned int pool_cache_nput(pool_cache_t);
__END_DECLS

#define	pool_cache_get(pc, f)	pool_cache_get_paddr((pc), (f), NULL)
#define	pool_cache_put(pc, o)	pool_cache_put_paddr((pc), (o), POOL_PADDR_INVALID)
#define	POOL_PADDR_INVALID	((paddr_t)-1)

#endif /* !_SYS_POOL_H_ */
