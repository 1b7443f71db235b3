/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Advisory locks of ranges: fcntl(2) F_SETLK, flock(2); what a file system's
 * VOP_ADVLOCK calls.
 *
 * The locks of a file are a list, ordered by start.  Locks of one owner do
 * not overlap.  Those who wait are on one list for all files and try again,
 * in order, when something is unlocked under their range.
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/lwp.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/rump_audit.h>
#include <sys/vnode.h>

#define	LF_PERUSER	1024		/* locks of one user */
#define	LF_MAX		8192		/* locks of all, root's included */
#define	LF_EOF		INT64_MAX	/* the end of any file */

struct lockf {
	struct lockf	*lf_next;
	off_t		lf_start;
	off_t		lf_end;		/* last byte */
	void		*lf_id;		/* struct proc or struct file */
	struct uidinfo	*lf_uip;	/* who pays; NULL: a spare */
	pid_t		lf_pid;		/* -1: flock(2) */
	short		lf_type;	/* F_RDLCK, F_WRLCK */
	short		lf_flags;	/* F_POSIX or F_FLOCK */
};

struct lfwaiter {
	TAILQ_ENTRY(lfwaiter) w_entry;
	const struct lockf *w_lock;	/* what it wants */
	struct lockf	**w_head;
	kcondvar_t	w_cv;
	bool		w_gone;		/* the file was revoked */
	bool		w_reached;	/* deadlock search */
};

/* Everything here is under this lock. */
static kmutex_t		lockf_lock;
static TAILQ_HEAD(, lfwaiter) lfwaiters = TAILQ_HEAD_INITIALIZER(lfwaiters);
static pool_cache_t	lockf_cache;
static u_int		nlocks;

/* Once, at boot. */
void
lf_init(void)
{

	mutex_init(&lockf_lock, MUTEX_DEFAULT, IPL_NONE);
	lockf_cache = pool_cache_init(sizeof(struct lockf), 0, 0, 0, "lockf",
	    NULL, IPL_NONE, NULL, NULL, NULL);
}

static int64_t
audit_locks(void *arg)
{

	return nlocks;
}
RUMP_AUDIT(locks_audit, "advisory locks", audit_locks, NULL)

static bool
lf_conflict(const struct lockf *held, const struct lockf *want)
{

	return held->lf_id != want->lf_id &&
	    held->lf_start <= want->lf_end && held->lf_end >= want->lf_start &&
	    (held->lf_type == F_WRLCK || want->lf_type == F_WRLCK);
}

static struct lockf *
lf_blocker(struct lockf *lf, const struct lockf *want)
{

	for (; lf != NULL && lf->lf_start <= want->lf_end; lf = lf->lf_next)
		if (lf_conflict(lf, want))
			return lf;
	return NULL;
}

static bool
lf_blocks(const void *id, struct lockf *head, const struct lockf *want)
{
	struct lockf *lf;

	for (lf = head; lf != NULL; lf = lf->lf_next)
		if (lf->lf_id == id && (lf->lf_flags & F_POSIX) &&
		    lf_conflict(lf, want))
			return true;
	return false;
}

/*
 * Would a process that waits for `want' wait for itself?  Follows those
 * record locks' owners that wait as well, until nobody new is found.
 */
static bool
lf_deadlock(const struct lockf *want, struct lockf **head)
{
	struct lfwaiter *w, *from;
	bool found;

	TAILQ_FOREACH(w, &lfwaiters, w_entry)
		w->w_reached = (w->w_lock->lf_flags & F_POSIX) &&
		    lf_blocks(w->w_lock->lf_id, *head, want);
	do {
		found = false;
		TAILQ_FOREACH(from, &lfwaiters, w_entry) {
			if (!from->w_reached || from->w_gone)
				continue;
			if (lf_blocks(want->lf_id, *from->w_head,
			    from->w_lock))
				return true;
			TAILQ_FOREACH(w, &lfwaiters, w_entry) {
				if (w->w_reached ||
				    (w->w_lock->lf_flags & F_POSIX) == 0 ||
				    !lf_blocks(w->w_lock->lf_id,
				    *from->w_head, from->w_lock))
					continue;
				w->w_reached = true;
				found = true;
			}
		}
	} while (found);
	return false;
}

/* Wakes those who want something of the range of lf. */
static void
lf_wakeup(struct lockf **head, const struct lockf *lf)
{
	struct lfwaiter *w;

	TAILQ_FOREACH(w, &lfwaiters, w_entry)
		if (w->w_head == head &&
		    w->w_lock->lf_start <= lf->lf_end &&
		    w->w_lock->lf_end >= lf->lf_start)
			cv_broadcast(&w->w_cv);
}

static void
lf_insert(struct lockf **head, struct lockf *lf)
{

	while (*head != NULL && (*head)->lf_start < lf->lf_start)
		head = &(*head)->lf_next;
	lf->lf_next = *head;
	*head = lf;
	lf->lf_uip->ui_lockcnt++;
	nlocks++;
}

static void
lf_remove(struct lockf **lfp, struct lockf **freelist)
{
	struct lockf *lf = *lfp;

	*lfp = lf->lf_next;
	lf->lf_uip->ui_lockcnt--;
	nlocks--;
	lf->lf_next = *freelist;
	*freelist = lf;
}

/*
 * Takes the range of `range' out of its owner's locks.  If one of them is cut
 * in two, *spare becomes the second part.
 */
static void
lf_clear(struct lockf **head, const struct lockf *range, struct lockf **spare,
    struct lockf **freelist)
{
	struct lockf **lfp = head, *lf, *rest;
	bool restart;

	do {
		restart = false;
		for (lfp = head; (lf = *lfp) != NULL &&
		    lf->lf_start <= range->lf_end; lfp = &lf->lf_next) {
			if (lf->lf_id != range->lf_id ||
			    lf->lf_end < range->lf_start)
				continue;
			if (lf->lf_start < range->lf_start) {
				if (lf->lf_end > range->lf_end) {
					rest = *spare;
					*spare = NULL;
					*rest = *lf;
					rest->lf_start = range->lf_end + 1;
					lf_insert(head, rest);
				}
				lf->lf_end = range->lf_start - 1;
			} else if (lf->lf_end > range->lf_end) {
				/* Its place in the order changes. */
				rest = lf;
				*lfp = lf->lf_next;
				rest->lf_uip->ui_lockcnt--;
				nlocks--;
				rest->lf_start = range->lf_end + 1;
				lf_insert(head, rest);
			} else
				lf_remove(lfp, freelist);
			restart = true;
			break;
		}
	} while (restart);
}

/* Sets `want', which the caller filled in; it goes into the list. */
static int
lf_set(struct lockf **head, struct lockf *want, struct lockf **spare,
    struct lockf **freelist, bool wait)
{
	struct uidinfo *uip = want->lf_uip;
	struct lockf *prev, **lfp;
	struct lfwaiter w;
	int error;

	/* A file's lock becomes exclusive by giving up the shared one. */
	if ((want->lf_flags & F_FLOCK) && want->lf_type == F_WRLCK &&
	    lf_blocker(*head, want) != NULL) {
		lf_clear(head, want, spare, freelist);
		lf_wakeup(head, want);
	}
	while (lf_blocker(*head, want) != NULL) {
		if (!wait)
			return EAGAIN;
		if ((want->lf_flags & F_POSIX) && lf_deadlock(want, head))
			return EDEADLK;
		w.w_lock = want;
		w.w_head = head;
		w.w_gone = false;
		cv_init(&w.w_cv, "lockf");
		TAILQ_INSERT_TAIL(&lfwaiters, &w, w_entry);
		error = cv_wait_sig(&w.w_cv, &lockf_lock);
		TAILQ_REMOVE(&lfwaiters, &w, w_entry);
		cv_destroy(&w.w_cv);
		if (w.w_gone)
			return EBADF;
		if (error)
			return error;
	}
	if (nlocks >= LF_MAX ||
	    (uip->ui_uid != 0 && uip->ui_lockcnt >= LF_PERUSER))
		return ENOLCK;

	lf_clear(head, want, spare, freelist);
	/* Neighbours of the same owner and kind become one. */
	for (lfp = head; (prev = *lfp) != NULL; ) {
		if (prev->lf_id == want->lf_id &&
		    prev->lf_type == want->lf_type &&
		    prev->lf_end != LF_EOF &&
		    prev->lf_end + 1 == want->lf_start) {
			want->lf_start = prev->lf_start;
			lf_remove(lfp, freelist);
		} else if (prev->lf_id == want->lf_id &&
		    prev->lf_type == want->lf_type &&
		    want->lf_end != LF_EOF &&
		    want->lf_end + 1 == prev->lf_start) {
			want->lf_end = prev->lf_end;
			lf_remove(lfp, freelist);
		} else
			lfp = &prev->lf_next;
	}
	lf_insert(head, want);
	/* A shared lock in place of an exclusive one lets others in. */
	if (want->lf_type == F_RDLCK)
		lf_wakeup(head, want);
	return 0;
}

static void
lf_get(struct lockf *head, const struct lockf *want, struct flock *fl)
{
	struct lockf *lf = lf_blocker(head, want);

	if (lf == NULL) {
		fl->l_type = F_UNLCK;
		return;
	}
	fl->l_type = lf->lf_type;
	fl->l_whence = SEEK_SET;
	fl->l_start = lf->lf_start;
	fl->l_len = lf->lf_end == LF_EOF ? 0 : lf->lf_end - lf->lf_start + 1;
	fl->l_pid = lf->lf_pid;
}

/* The range that fl means in a file of the given size: EINVAL, EOVERFLOW. */
static int
lf_range(const struct flock *fl, off_t size, off_t *startp, off_t *endp)
{
	off_t start = fl->l_start, end;

	switch (fl->l_whence) {
	case SEEK_SET:
	case SEEK_CUR:
		/* The caller of VOP_ADVLOCK has added the offset. */
		break;
	case SEEK_END:
		if (__builtin_add_overflow(start, size, &start))
			return EOVERFLOW;
		break;
	default:
		return EINVAL;
	}
	if (fl->l_len == 0)
		end = LF_EOF;
	else if (fl->l_len > 0) {
		if (__builtin_add_overflow(start, fl->l_len - 1, &end))
			return EOVERFLOW;
	} else {
		end = start - 1;
		if (__builtin_add_overflow(start, fl->l_len, &start))
			return EINVAL;
	}
	if (start < 0 || end < 0)
		return EINVAL;
	*startp = start;
	*endp = end;
	return 0;
}

int
lf_advlock(struct vop_advlock_args *ap, struct lockf **head, off_t size)
{
	struct flock *fl = ap->a_fl;
	struct lockf *want, *spare, *freelist = NULL, *next;
	off_t start, end;
	int error;

	error = lf_range(fl, size, &start, &end);
	if (error)
		return error;
	if (ap->a_op == F_UNLCK && *head == NULL) {
		fl->l_type = F_UNLCK;
		return 0;
	}

	want = pool_cache_get(lockf_cache, PR_WAITOK);
	spare = pool_cache_get(lockf_cache, PR_WAITOK);
	memset(want, 0, sizeof(*want));
	memset(spare, 0, sizeof(*spare));
	want->lf_start = start;
	want->lf_end = end;
	want->lf_id = ap->a_id;
	want->lf_type = fl->l_type;
	want->lf_flags = ap->a_flags & (F_POSIX | F_FLOCK);
	want->lf_pid = (ap->a_flags & F_POSIX) ?
	    ((struct proc *)ap->a_id)->p_pid : -1;
	want->lf_uip = uid_find(kauth_cred_geteuid(curlwp->l_cred));

	mutex_enter(&lockf_lock);
	switch (ap->a_op) {
	case F_SETLK:
		if (fl->l_type != F_RDLCK && fl->l_type != F_WRLCK) {
			error = EINVAL;
			break;
		}
		error = lf_set(head, want, &spare, &freelist,
		    (ap->a_flags & F_WAIT) != 0);
		if (error == 0)
			want = NULL;
		break;
	case F_UNLCK:
		lf_clear(head, want, &spare, &freelist);
		lf_wakeup(head, want);
		break;
	case F_GETLK:
		lf_get(*head, want, fl);
		break;
	default:
		error = EINVAL;
		break;
	}
	mutex_exit(&lockf_lock);

	if (want != NULL)
		pool_cache_put(lockf_cache, want);
	if (spare != NULL)
		pool_cache_put(lockf_cache, spare);
	for (; freelist != NULL; freelist = next) {
		next = freelist->lf_next;
		pool_cache_put(lockf_cache, freelist);
	}
	return error;
}

void
lf_purge(struct lockf **head)
{
	struct lockf *freelist = NULL, *next;
	struct lfwaiter *w;

	if (*head == NULL)
		return;
	mutex_enter(&lockf_lock);
	while (*head != NULL)
		lf_remove(head, &freelist);
	TAILQ_FOREACH(w, &lfwaiters, w_entry) {
		if (w->w_head == head) {
			w->w_gone = true;
			cv_broadcast(&w->w_cv);
		}
	}
	mutex_exit(&lockf_lock);
	for (; freelist != NULL; freelist = next) {
		next = freelist->lf_next;
		pool_cache_put(lockf_cache, freelist);
	}
}
