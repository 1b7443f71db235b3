/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * LOCKDEBUG: what is known of each lock class and each acquisition.
 */

#ifndef _SYS_LOCKDEBUG_H_
#define	_SYS_LOCKDEBUG_H_

#include <sys/types.h>

/*
 * A class of locks: all that one call of an init function made.  The
 * structure lives at the place of the call.
 */
struct lock_class {
	const char	*lc_site;	/* "file:line" */
	const char	*lc_func;
	u_int		lc_index;	/* in the order graph, 0: not yet */
};

#ifdef LOCKDEBUG
#define	LOCK_SITE	__FILE__ ":" ___STRING(__LINE__)
#define	LOCK_CLASS							\
	({								\
		static struct lock_class _lock_class = {		\
			.lc_site = LOCK_SITE, .lc_func = __func__,	\
		};							\
		&_lock_class;						\
	})

/* An acquisition that the calling lwp holds. */
struct lock_held {
	const volatile void	*lh_lock;
	struct lock_class	*lh_class;
	const char		*lh_site;
	u_int			lh_index;	/* of the class, 0: none */
	u_char			lh_kind;
#define	LOCK_KIND_MUTEX		1
#define	LOCK_KIND_SPIN		2
#define	LOCK_KIND_RW		3
#define	LOCK_KIND_BIG		4
	u_char			lh_shared;
};
#define	LOCK_MAXHELD	32

/*
 * Reports the locks that the calling lwp holds: it is about to leave the
 * kernel.  Called where a system call returns.
 */
void	lockdebug_check_user_return(void);
/* Reports when the caller may not sleep now. */
void	lockdebug_check_sleep(const char *what);
/* Reports when [base, base + size) holds a lock that is held. */
void	lockdebug_mem_check(const char *func, const char *site, void *base,
	    size_t size);
#define	LOCKDEBUG_MEM_CHECK(base, size)					\
	lockdebug_mem_check(__func__, LOCK_SITE, (base), (size))
#else
#define	lockdebug_check_user_return()	((void)0)
#define	LOCKDEBUG_MEM_CHECK(base, size)	((void)0)
#endif

/* Prints the locks that the calling lwp holds. */
void	lockdebug_show_held(void (*pr)(const char *, ...)
	    __attribute__((__format__(__printf__, 1, 2))));

#endif /* !_SYS_LOCKDEBUG_H_ */
