/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rwlock(9): one writer or many readers.
 */

#ifndef _SYS_RWLOCK_H_
#define	_SYS_RWLOCK_H_

#include <sys/types.h>
#include <sys/lockdebug.h>
#include <sys/sleepq.h>
#include <machine/rwlock.h>

typedef enum krw_t {
	RW_READER = 0,
	RW_WRITER = 1
} krw_t;

struct krwlock {
	volatile uintptr_t	rw_owner;	/* see kern_rwlock.c */
	struct sleepq		rw_waiters;
	uint8_t			rw_state;
	struct lock_class	*rw_class;	/* LOCKDEBUG */
};
typedef struct krwlock krwlock_t;

#ifdef _KERNEL
void	rw_init(krwlock_t *);
void	rw_destroy(krwlock_t *);
void	rw_enter(krwlock_t *, const krw_t);
void	rw_exit(krwlock_t *);
int	rw_tryenter(krwlock_t *, const krw_t);
int	rw_tryupgrade(krwlock_t *);
void	rw_downgrade(krwlock_t *);
int	rw_read_held(krwlock_t *);
int	rw_write_held(krwlock_t *);
int	rw_lock_held(krwlock_t *);
krw_t	rw_lock_op(krwlock_t *);
krwlock_t *rw_obj_alloc(void);
krwlock_t *rw_obj_tryalloc(void);
void	rw_obj_hold(krwlock_t *);
bool	rw_obj_free(krwlock_t *);
u_int	rw_obj_refcnt(krwlock_t *);

/* The same, with the place of the call. */
void	rw_init_at(krwlock_t *, struct lock_class *);
void	rw_enter_at(krwlock_t *, const krw_t, const char *);
int	rw_tryenter_at(krwlock_t *, const krw_t, const char *);
krwlock_t *rw_obj_alloc_at(struct lock_class *);

#ifdef LOCKDEBUG
#define	rw_init(rw)		rw_init_at((rw), LOCK_CLASS)
#define	rw_enter(rw, op)	rw_enter_at((rw), (op), LOCK_SITE)
#define	rw_tryenter(rw, op)	rw_tryenter_at((rw), (op), LOCK_SITE)
#define	rw_obj_alloc()		rw_obj_alloc_at(LOCK_CLASS)
#endif
#endif /* _KERNEL */

#endif /* !_SYS_RWLOCK_H_ */
