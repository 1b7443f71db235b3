/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * workqueue(9): one thread, or with WQ_PERCPU one on each CPU, that calls a
 * function with each work that was put on its queue, in that order.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/condvar.h>
#include <sys/cpu.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/kthread.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/workqueue.h>

#include "rump_private.h"

/* What a struct work is to us. */
struct work_impl {
	struct work_impl *wi_next;
	struct workqueue_queue *wi_queue;	/* on it; NULL: not queued */
};
__CTASSERT(sizeof(struct work_impl) == sizeof(struct work));

struct workqueue_queue {
	kmutex_t	q_lock;
	kcondvar_t	q_cv;		/* work for the thread */
	kcondvar_t	q_done;		/* a batch is done */
	struct work_impl *q_first;
	struct work_impl **q_tail;
	struct work_impl *q_running;	/* only compared */
	uint64_t	q_gen;		/* works done */
	lwp_t		*q_thread;
	struct workqueue *q_wq;
	bool		q_exit;
};

struct workqueue {
	void		(*wq_func)(struct work *, void *);
	void		*wq_arg;
	int		wq_flags;
	u_int		wq_nqueue;
	const char	*wq_name;
	struct workqueue_queue wq_queue[];
};

static volatile u_int nqueued;

static void
workqueue_thread(void *arg)
{
	struct workqueue_queue *q = arg;
	struct workqueue *wq = q->q_wq;
	struct work_impl *wk;

	mutex_enter(&q->q_lock);
	for (;;) {
		if ((wk = q->q_first) == NULL) {
			if (q->q_exit)
				break;
			cv_wait(&q->q_cv, &q->q_lock);
			continue;
		}
		if ((q->q_first = wk->wi_next) == NULL)
			q->q_tail = &q->q_first;
		wk->wi_queue = NULL;
		q->q_running = wk;
		mutex_exit(&q->q_lock);
		atomic_dec_uint(&nqueued);
		/* The function may free the work, or queue it again. */
		if ((wq->wq_flags & WQ_MPSAFE) == 0)
			KERNEL_LOCK(1, NULL);
		(*wq->wq_func)((struct work *)wk, wq->wq_arg);
		if ((wq->wq_flags & WQ_MPSAFE) == 0)
			KERNEL_UNLOCK_ONE(NULL);
		lockdebug_check_user_return();
		mutex_enter(&q->q_lock);
		q->q_running = NULL;
		q->q_gen++;
		cv_broadcast(&q->q_done);
	}
	mutex_exit(&q->q_lock);
	kthread_exit(0);
}

/*
 * Makes a work queue.  Without WQ_MPSAFE the function runs with the big
 * lock.  May sleep.
 */
int
workqueue_create(struct workqueue **wqp, const char *name,
    void (*func)(struct work *, void *), void *arg, pri_t prio, int ipl,
    int flags)
{
	u_int i, n = (flags & WQ_PERCPU) ? ncpu : 1;
	struct workqueue_queue *q;
	struct workqueue *wq;
	int error;

	wq = kmem_zalloc(sizeof(*wq) + n * sizeof(wq->wq_queue[0]), KM_SLEEP);
	wq->wq_func = func;
	wq->wq_arg = arg;
	wq->wq_flags = flags;
	wq->wq_name = name;
	wq->wq_nqueue = n;
	for (i = 0; i < n; i++) {
		q = &wq->wq_queue[i];
		mutex_init(&q->q_lock, MUTEX_DEFAULT, ipl);
		cv_init(&q->q_cv, name);
		cv_init(&q->q_done, "wqwait");
		q->q_tail = &q->q_first;
		q->q_wq = wq;
	}
	for (i = 0; i < n; i++) {
		q = &wq->wq_queue[i];
		error = kthread_create(prio, KTHREAD_MUSTJOIN | KTHREAD_MPSAFE,
		    (flags & WQ_PERCPU) ? cpu_lookup(i) : NULL,
		    workqueue_thread, q, &q->q_thread,
		    "%s/%u", name, i);
		if (error != 0) {
			workqueue_destroy(wq);
			return error;
		}
	}
	*wqp = wq;
	return 0;
}

/* Ends a work queue; what is on it is done first. */
void
workqueue_destroy(struct workqueue *wq)
{
	struct workqueue_queue *q;
	u_int i;

	for (i = 0; i < wq->wq_nqueue; i++) {
		q = &wq->wq_queue[i];
		if (q->q_thread != NULL) {
			mutex_enter(&q->q_lock);
			q->q_exit = true;
			cv_broadcast(&q->q_cv);
			mutex_exit(&q->q_lock);
			kthread_join(q->q_thread);
		}
		cv_destroy(&q->q_cv);
		cv_destroy(&q->q_done);
		mutex_destroy(&q->q_lock);
	}
	kmem_free(wq, sizeof(*wq) +
	    wq->wq_nqueue * sizeof(wq->wq_queue[0]));
}

/*
 * Queues a work, which is on no queue; on that of CPU ci (NULL: this one's)
 * with WQ_PERCPU.  Never sleeps.
 */
void
workqueue_enqueue(struct workqueue *wq, struct work *wk0,
    struct cpu_info *ci)
{
	struct work_impl *wk = (struct work_impl *)wk0;
	struct workqueue_queue *q;
	u_int i = 0;

	KASSERT(ci == NULL || (wq->wq_flags & WQ_PERCPU) != 0);
	if (wq->wq_flags & WQ_PERCPU)
		i = cpu_index(ci != NULL ? ci : curcpu());
	q = &wq->wq_queue[i];
	mutex_enter(&q->q_lock);
	KASSERT(!q->q_exit);
	atomic_inc_uint(&nqueued);
	wk->wi_queue = q;
	wk->wi_next = NULL;
	*q->q_tail = wk;
	q->q_tail = &wk->wi_next;
	cv_signal(&q->q_cv);
	mutex_exit(&q->q_lock);
}

static bool
queued(struct workqueue_queue *q, struct work_impl *wk)
{
	struct work_impl *w;

	for (w = q->q_first; w != NULL; w = w->wi_next) {
		if (w == wk)
			return true;
	}
	return false;
}

/*
 * Waits until a work that nobody queues again is done.  Called by the
 * function itself it does nothing.
 */
void
workqueue_wait(struct workqueue *wq, struct work *wk0)
{
	struct work_impl *wk = (struct work_impl *)wk0;
	struct workqueue_queue *q;
	uint64_t gen;
	u_int i;

	for (i = 0; i < wq->wq_nqueue; i++) {
		q = &wq->wq_queue[i];
		if (q->q_thread == curlwp)
			continue;
		mutex_enter(&q->q_lock);
		while (queued(q, wk))
			cv_wait(&q->q_done, &q->q_lock);
		gen = q->q_gen;
		while (q->q_running == wk && q->q_gen == gen)
			cv_wait(&q->q_done, &q->q_lock);
		mutex_exit(&q->q_lock);
	}
}

int64_t
works_pending(void)
{

	return atomic_load_relaxed(&nqueued);
}
