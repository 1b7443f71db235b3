/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * mutex(9): mutual exclusion, sleeping or spinning by IPL.
 */

#ifndef _SYS_MUTEX_H_
#define	_SYS_MUTEX_H_

#include <sys/types.h>
#include <sys/lockdebug.h>
#include <sys/sleepq.h>
#include <machine/mutex.h>

typedef enum kmutex_type_t {
	MUTEX_SPIN	= 0,
	MUTEX_ADAPTIVE	= 1,
	MUTEX_DEFAULT	= 2,
	MUTEX_DRIVER	= 3,
	MUTEX_NODEBUG	= 4
} kmutex_type_t;

struct kmutex {
	volatile uintptr_t	mtx_owner;	/* lwp | MUTEX_BIT_WAITERS */
	struct sleepq		mtx_waiters;
	uint8_t			mtx_ipl;	/* of a spin mutex, else 0 */
	uint8_t			mtx_flags;
	struct lock_class	*mtx_class;	/* LOCKDEBUG */
};
typedef struct kmutex kmutex_t;

#ifdef _KERNEL
#include <machine/intr.h>

void	mutex_init(kmutex_t *, kmutex_type_t, int);
void	mutex_destroy(kmutex_t *);
void	mutex_enter(kmutex_t *);
void	mutex_exit(kmutex_t *);
int	mutex_tryenter(kmutex_t *);
void	mutex_spin_enter(kmutex_t *);
void	mutex_spin_exit(kmutex_t *);
int	mutex_owned(const kmutex_t *);
int	mutex_ownable(const kmutex_t *);
lwp_t	*mutex_owner(const kmutex_t *);
kmutex_t *mutex_obj_alloc(kmutex_type_t, int);
kmutex_t *mutex_obj_tryalloc(kmutex_type_t, int);
void	mutex_obj_hold(kmutex_t *);
bool	mutex_obj_free(kmutex_t *);
u_int	mutex_obj_refcnt(kmutex_t *);

/* The same, with the place of the call. */
void	mutex_init_at(kmutex_t *, kmutex_type_t, int, struct lock_class *);
void	mutex_enter_at(kmutex_t *, const char *);
int	mutex_tryenter_at(kmutex_t *, const char *);
kmutex_t *mutex_obj_alloc_at(kmutex_type_t, int, struct lock_class *);

#ifdef LOCKDEBUG
#define	mutex_init(mtx, type, ipl)					\
	mutex_init_at((mtx), (type), (ipl), LOCK_CLASS)
#define	mutex_enter(mtx)	mutex_enter_at((mtx), LOCK_SITE)
#define	mutex_spin_enter(mtx)	mutex_enter_at((mtx), LOCK_SITE)
#define	mutex_tryenter(mtx)	mutex_tryenter_at((mtx), LOCK_SITE)
#define	mutex_obj_alloc(type, ipl)					\
	mutex_obj_alloc_at((type), (ipl), LOCK_CLASS)
#else
/*
 * On fibers, where nobody can come in between, a free mutex is taken in
 * place; see kern_mutex.c for what the word says.
 */
extern bool klib_solo;
extern struct lwp *rumpuser_lwp;

static __inline void
_mutex_enter_solo(kmutex_t *mtx)
{

	if (__predict_true(klib_solo && mtx->mtx_owner == 0))
		mtx->mtx_owner = (uintptr_t)rumpuser_lwp;
	else
		mutex_enter(mtx);
}

static __inline void
_mutex_exit_solo(kmutex_t *mtx)
{

	if (__predict_true(klib_solo && (mtx->mtx_owner & 1) == 0))
		mtx->mtx_owner = 0;
	else
		mutex_exit(mtx);
}
#define	mutex_enter(mtx)	_mutex_enter_solo((mtx))
#define	mutex_exit(mtx)		_mutex_exit_solo((mtx))
#endif
#endif /* _KERNEL */

#endif /* !_SYS_MUTEX_H_ */
