/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The pthread backend: real threads and locks, the host's clock.  For
 * speed, ThreadSanitizer and servers; nothing here repeats, and there is no
 * snapshot.
 */

#include "dev_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

const bool ru_deterministic = false;

static pthread_mutex_t big = PTHREAD_MUTEX_INITIALIZER;

struct thread {
	pthread_t th_pt;
	void	*(*th_fn)(void *);
	void	*th_arg;
	bool	th_joinable;
	unsigned th_id;
	char	th_name[32];
};

#define	TLS	__thread __attribute__((__tls_model__("initial-exec")))

static TLS struct lwp *curlwp;
struct lwp *rumpuser_lwp;
static TLS struct thread *curthread;
static TLS uintptr_t stk_lo, stk_hi;

static unsigned nthread = 1;
static unsigned next_id = 1;

static void
must(int error, const char *what)
{

	if (error != 0)
		ru_die("%s: %s", what, strerror(error));
}

/*
 * For the rest of this layer.
 */

void
ru_lock(void)
{

	pthread_mutex_lock(&big);
}

void
ru_unlock(void)
{

	pthread_mutex_unlock(&big);
}

void
ru_thread_init(void)
{
}

void
ru_stack_bounds(uintptr_t *lo, uintptr_t *hi)
{
	pthread_attr_t attr;
	void *p;
	size_t size;

	if (__predict_false(stk_hi == 0) &&
	    pthread_getattr_np(pthread_self(), &attr) == 0) {
		pthread_attr_getstack(&attr, &p, &size);
		pthread_attr_destroy(&attr);
		stk_lo = (uintptr_t)p;
		stk_hi = (uintptr_t)p + size;
	}
	*lo = stk_lo;
	*hi = stk_hi;
}

const char *
ru_thread_name(void)
{

	return curthread != NULL ? curthread->th_name : "main";
}

unsigned
ru_thread_id(void)
{

	return curthread != NULL ? curthread->th_id : 0;
}

const char *
ru_thread_name_of(unsigned id)
{
	static TLS char buf[16];

	if (id == 0)
		return "main";
	snprintf(buf, sizeof(buf), "T%u", id);
	return buf;
}

unsigned
ru_thread_count(void)
{

	return __atomic_load_n(&nthread, __ATOMIC_RELAXED);
}

void
ru_stacks(void (*cb)(char *, char *))
{
}

int
ru_quiesce(void)
{

	return NB_EOPNOTSUPP;
}

void
ru_sleep_until(int64_t ns)
{

	ru_clock_host_sleep(ns);
}

void
rumpuser_sched_point(void)
{
}

int
rumpuser_sched_set(int policy, uint64_t seed, const uint8_t *bytes,
    size_t nbytes)
{

	return policy == RUMPUSER_SCHED_RUN ? 0 : NB_EOPNOTSUPP;
}

const char *
rumpuser_backend(void)
{

	return "pthread";
}

/* Whether a thread but the caller has the host's processor or waits for it. */
static bool
others_run(void)
{
	char path[300], buf[256], *p;
	struct dirent *de;
	pid_t self = gettid();
	bool run = false;
	ssize_t n;
	DIR *d;
	int fd;

	if ((d = opendir("/proc/self/task")) == NULL)
		return false;
	while (!run && (de = readdir(d)) != NULL) {
		if (de->d_name[0] == '.' || atoi(de->d_name) == self)
			continue;
		snprintf(path, sizeof(path), "/proc/self/task/%s/stat", de->d_name);
		if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
			continue;	/* it has ended */
		n = read(fd, buf, sizeof(buf) - 1);
		close(fd);
		if (n <= 0)
			continue;
		buf[n] = '\0';
		/* The name, in brackets, may have any byte in it. */
		p = strrchr(buf, ')');
		run = p != NULL && (strncmp(p, ") R", 3) == 0 || strncmp(p, ") D", 3) == 0);
	}
	closedir(d);
	return run;
}

int
rumpuser_settle(int64_t ns)
{
	const int64_t pause = 1000000;
	int64_t end = ru_clock_mono() + ns;
	int nlocks, quiet = 0;

	ru_unsched(&nlocks, NULL);
	/* Twice, since one that was seen asleep may have been woken by the next. */
	while (quiet < 2 && ru_clock_mono() < end) {
		ru_clock_host_sleep(ru_clock_mono() + pause);
		quiet = others_run() ? 0 : quiet + 1;
	}
	ru_sched(nlocks, NULL);
	return quiet < 2 ? NB_ETIMEDOUT : 0;
}

/*
 * Devices.  Who waits for an interrupt waits for a condition, or, when there
 * is a descriptor to watch, for that and a pipe.
 */

static pthread_mutex_t dev_lock = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_cond_t dev_cond;
static bool dev_cond_ready;
static int dev_pipe[2] = { -1, -1 };

void
ru_dev_enter(void)
{

	must(pthread_mutex_lock(&dev_lock), "pthread_mutex_lock");
}

void
ru_dev_exit(void)
{

	must(pthread_mutex_unlock(&dev_lock), "pthread_mutex_unlock");
}

static void
dev_cond_init(void)
{
	pthread_condattr_t attr;

	if (dev_cond_ready)
		return;
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	must(pthread_cond_init(&dev_cond, &attr), "pthread_cond_init");
	pthread_condattr_destroy(&attr);
	dev_cond_ready = true;
}

static void
dev_sleep_poll(int64_t until, int fd)
{
	struct pollfd pfd[2] = { { .fd = fd, .events = POLLIN } };
	int64_t now = ru_clock_mono(), ms = -1;
	char buf[64];

	if (dev_pipe[0] == -1 && pipe2(dev_pipe, O_NONBLOCK | O_CLOEXEC) == -1)
		ru_die("pipe: %s", strerror(errno));
	pfd[1].fd = dev_pipe[0];
	pfd[1].events = POLLIN;
	if (until != INT64_MAX)
		ms = until <= now ? 0 : (until - now + 999999) / 1000000;
	ru_dev_exit();
	(void)poll(pfd, 2, ms > INT32_MAX ? INT32_MAX : (int)ms);
	ru_dev_enter();
	while (read(dev_pipe[0], buf, sizeof(buf)) > 0)
		;
}

void
ru_dev_sleep(int64_t until, int fd)
{
	struct timespec ts;
	int64_t ns;
	int error;

	if (fd >= 0) {
		dev_sleep_poll(until, fd);
		return;
	}
	dev_cond_init();
	if (until == INT64_MAX) {
		must(pthread_cond_wait(&dev_cond, &dev_lock), "pthread_cond_wait");
		return;
	}
	clock_gettime(CLOCK_MONOTONIC, &ts);
	ns = until - ru_clock_mono();
	if (ns < 0)
		ns = 0;
	ns += ts.tv_nsec;
	ts.tv_sec += ns / RU_NSEC;
	ts.tv_nsec = ns % RU_NSEC;
	error = pthread_cond_timedwait(&dev_cond, &dev_lock, &ts);
	if (error != ETIMEDOUT)
		must(error, "pthread_cond_timedwait");
}

void
ru_dev_wakeup(void)
{

	if (dev_cond_ready)
		must(pthread_cond_broadcast(&dev_cond), "pthread_cond_broadcast");
	if (dev_pipe[1] != -1 && write(dev_pipe[1], "", 1) == -1 && errno != EAGAIN)
		ru_die("write to a pipe: %s", strerror(errno));
}

bool
ru_dev_yield(void)
{

	return false;
}

int64_t
ru_thread_wakes(void)
{

	return INT64_MAX;
}

/*
 * Threads.
 */

static void *
thread_start(void *arg)
{
	struct thread *th = arg;

	curthread = th;
	(*th->th_fn)(th->th_arg);
	rumpuser_thread_exit();
}

/* EAGAIN or ENOMEM from the host; priority and CPU index are hints. */
int
rumpuser_thread_create(void *(*fn)(void *), void *arg, const char *name,
    int joinable, int priority, int cpuidx, void **cookie)
{
	pthread_attr_t attr;
	struct thread *th;
	int error;

	if ((th = calloc(1, sizeof(*th))) == NULL)
		return NB_ENOMEM;
	th->th_fn = fn;
	th->th_arg = arg;
	th->th_joinable = joinable != 0;
	th->th_id = __atomic_fetch_add(&next_id, 1, __ATOMIC_RELAXED);
	snprintf(th->th_name, sizeof(th->th_name), "%s",
	    name != NULL ? name : "thread");
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, (size_t)1 << 20);
	if (!joinable)
		pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
	__atomic_fetch_add(&nthread, 1, __ATOMIC_RELAXED);
	/* The thread may be gone, and th with it, when this returns. */
	if (joinable && cookie != NULL)
		*cookie = th;
	error = pthread_create(&th->th_pt, &attr, thread_start, th);
	pthread_attr_destroy(&attr);
	if (error != 0) {
		__atomic_fetch_sub(&nthread, 1, __ATOMIC_RELAXED);
		free(th);
		return ru_errtrans(error);
	}
	return 0;
}

void
rumpuser_thread_exit(void)
{
	struct thread *th = curthread;

	if (th != NULL) {
		__atomic_fetch_sub(&nthread, 1, __ATOMIC_RELAXED);
		if (!th->th_joinable) {
			curthread = NULL;
			free(th);
		}
	}
	pthread_exit(NULL);
}

int
rumpuser_thread_join(void *cookie)
{
	struct thread *th = cookie;
	int error, nlocks;

	if (th == NULL || !th->th_joinable)
		return NB_EINVAL;
	ru_unsched(&nlocks, NULL);
	error = pthread_join(th->th_pt, NULL);
	ru_sched(nlocks, NULL);
	if (error != 0)
		return ru_errtrans(error);
	free(th);
	return 0;
}

struct lwp *
rumpuser_curlwp(void)
{

	return curlwp;
}

void
rumpuser_curlwpop(int op, struct lwp *l)
{

	switch (op) {
	case RUMPUSER_LWP_CREATE:
	case RUMPUSER_LWP_DESTROY:
		break;
	case RUMPUSER_LWP_SET:
		curlwp = l;
		break;
	case RUMPUSER_LWP_CLEAR:
		curlwp = NULL;
		break;
	}
}

static void *
lock_alloc(size_t len)
{
	void *p;

	if ((p = calloc(1, len)) == NULL)
		ru_die("no memory for a lock");
	return p;
}

/*
 * Mutexes.
 */

struct rumpuser_mtx {
	pthread_mutex_t m_pm;
	int	m_flags;
	struct lwp *m_owner;		/* read without the mutex */
};

void
rumpuser_mutex_init(struct rumpuser_mtx **mtxp, int flags)
{
	struct rumpuser_mtx *m = lock_alloc(sizeof(*m));

	must(pthread_mutex_init(&m->m_pm, NULL), "pthread_mutex_init");
	m->m_flags = flags;
	*mtxp = m;
}

void
rumpuser_mutex_destroy(struct rumpuser_mtx *m)
{

	must(pthread_mutex_destroy(&m->m_pm), "pthread_mutex_destroy");
	free(m);
}

int
rumpuser_mutex_spin_p(struct rumpuser_mtx *m)
{

	return (m->m_flags & RUMPUSER_MTX_SPIN) != 0;
}

RU_INLINE void
mutex_own(struct rumpuser_mtx *m)
{

	if (m->m_flags & RUMPUSER_MTX_KMUTEX)
		__atomic_store_n(&m->m_owner, curlwp, __ATOMIC_RELAXED);
}

RU_INLINE void
mutex_disown(struct rumpuser_mtx *m)
{

	if (m->m_flags & RUMPUSER_MTX_KMUTEX)
		__atomic_store_n(&m->m_owner, NULL, __ATOMIC_RELAXED);
}

void
rumpuser_mutex_enter_nowrap(struct rumpuser_mtx *m)
{

	must(pthread_mutex_lock(&m->m_pm), "pthread_mutex_lock");
	mutex_own(m);
}

void
rumpuser_mutex_enter(struct rumpuser_mtx *m)
{
	int nlocks;

	if (m->m_flags & RUMPUSER_MTX_SPIN) {
		rumpuser_mutex_enter_nowrap(m);
		return;
	}
	if (pthread_mutex_trylock(&m->m_pm) != 0) {
		ru_unsched(&nlocks, NULL);
		must(pthread_mutex_lock(&m->m_pm), "pthread_mutex_lock");
		ru_sched(nlocks, NULL);
	}
	mutex_own(m);
}

int
rumpuser_mutex_tryenter(struct rumpuser_mtx *m)
{
	int error;

	if ((error = pthread_mutex_trylock(&m->m_pm)) != 0)
		return ru_errtrans(error);
	mutex_own(m);
	return 0;
}

void
rumpuser_mutex_exit(struct rumpuser_mtx *m)
{

	mutex_disown(m);
	must(pthread_mutex_unlock(&m->m_pm), "pthread_mutex_unlock");
}

void
rumpuser_mutex_owner(struct rumpuser_mtx *m, struct lwp **lp)
{

	*lp = __atomic_load_n(&m->m_owner, __ATOMIC_RELAXED);
}

/*
 * Reader-writer locks: a mutex and a condition, because the host's own can
 * neither upgrade nor downgrade.
 */

struct rumpuser_rw {
	pthread_mutex_t rw_pm;
	pthread_cond_t rw_pc;
	unsigned rw_readers;
	unsigned rw_wwait;		/* writers that wait */
	bool	rw_written;		/* held for writing */
	struct lwp *rw_owner;
};

void
rumpuser_rw_init(struct rumpuser_rw **rwp)
{
	struct rumpuser_rw *rw = lock_alloc(sizeof(*rw));

	must(pthread_mutex_init(&rw->rw_pm, NULL), "pthread_mutex_init");
	must(pthread_cond_init(&rw->rw_pc, NULL), "pthread_cond_init");
	*rwp = rw;
}

void
rumpuser_rw_destroy(struct rumpuser_rw *rw)
{

	must(pthread_cond_destroy(&rw->rw_pc), "pthread_cond_destroy");
	must(pthread_mutex_destroy(&rw->rw_pm), "pthread_mutex_destroy");
	free(rw);
}

static bool
rw_try(int kind, struct rumpuser_rw *rw)
{

	if (kind == RUMPUSER_RW_WRITER) {
		if (rw->rw_written || rw->rw_readers != 0)
			return false;
		rw->rw_written = true;
		rw->rw_owner = curlwp;
	} else {
		if (rw->rw_written || rw->rw_wwait != 0)
			return false;
		rw->rw_readers++;
	}
	return true;
}

int
rumpuser_rw_tryenter(int kind, struct rumpuser_rw *rw)
{
	bool got;

	pthread_mutex_lock(&rw->rw_pm);
	got = rw_try(kind, rw);
	pthread_mutex_unlock(&rw->rw_pm);
	return got ? 0 : NB_EBUSY;
}

void
rumpuser_rw_enter(int kind, struct rumpuser_rw *rw)
{
	int nlocks;

	if (rumpuser_rw_tryenter(kind, rw) == 0)
		return;
	ru_unsched(&nlocks, NULL);
	pthread_mutex_lock(&rw->rw_pm);
	if (kind == RUMPUSER_RW_WRITER) {
		rw->rw_wwait++;
		while (!rw_try(kind, rw))
			pthread_cond_wait(&rw->rw_pc, &rw->rw_pm);
		rw->rw_wwait--;
	} else {
		while (!rw_try(kind, rw))
			pthread_cond_wait(&rw->rw_pc, &rw->rw_pm);
	}
	pthread_mutex_unlock(&rw->rw_pm);
	ru_sched(nlocks, NULL);
}

void
rumpuser_rw_exit(struct rumpuser_rw *rw)
{

	pthread_mutex_lock(&rw->rw_pm);
	if (rw->rw_written) {
		rw->rw_written = false;
		rw->rw_owner = NULL;
	} else if (rw->rw_readers != 0)
		rw->rw_readers--;
	else
		rumpuser_report("lock", "exit of a free rwlock");
	if (rw->rw_readers == 0)
		pthread_cond_broadcast(&rw->rw_pc);
	pthread_mutex_unlock(&rw->rw_pm);
}

int
rumpuser_rw_tryupgrade(struct rumpuser_rw *rw)
{
	int error = NB_EBUSY;

	pthread_mutex_lock(&rw->rw_pm);
	if (!rw->rw_written && rw->rw_readers == 1) {
		rw->rw_readers = 0;
		rw->rw_written = true;
		rw->rw_owner = curlwp;
		error = 0;
	}
	pthread_mutex_unlock(&rw->rw_pm);
	return error;
}

void
rumpuser_rw_downgrade(struct rumpuser_rw *rw)
{

	pthread_mutex_lock(&rw->rw_pm);
	rw->rw_written = false;
	rw->rw_owner = NULL;
	rw->rw_readers = 1;
	pthread_cond_broadcast(&rw->rw_pc);
	pthread_mutex_unlock(&rw->rw_pm);
}

void
rumpuser_rw_held(int kind, struct rumpuser_rw *rw, int *rvp)
{

	pthread_mutex_lock(&rw->rw_pm);
	if (kind == RUMPUSER_RW_WRITER)
		*rvp = rw->rw_written && rw->rw_owner == curlwp;
	else
		*rvp = rw->rw_readers > 0;
	pthread_mutex_unlock(&rw->rw_pm);
}

/*
 * Condition variables.
 */

struct rumpuser_cv {
	pthread_cond_t cv_pc;
	int	cv_nwaiters;
};

void
rumpuser_cv_init(struct rumpuser_cv **cvp)
{
	struct rumpuser_cv *cv = lock_alloc(sizeof(*cv));
	pthread_condattr_t attr;

	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	must(pthread_cond_init(&cv->cv_pc, &attr), "pthread_cond_init");
	pthread_condattr_destroy(&attr);
	*cvp = cv;
}

void
rumpuser_cv_destroy(struct rumpuser_cv *cv)
{

	must(pthread_cond_destroy(&cv->cv_pc), "pthread_cond_destroy");
	free(cv);
}

void
rumpuser_cv_wait_nowrap(struct rumpuser_cv *cv, struct rumpuser_mtx *m)
{

	__atomic_fetch_add(&cv->cv_nwaiters, 1, __ATOMIC_RELAXED);
	mutex_disown(m);
	must(pthread_cond_wait(&cv->cv_pc, &m->m_pm), "pthread_cond_wait");
	mutex_own(m);
	__atomic_fetch_sub(&cv->cv_nwaiters, 1, __ATOMIC_RELAXED);
}

/* Waits with the CPU given up; the host's error of the wait. */
static int
cv_sleep(struct rumpuser_cv *cv, struct rumpuser_mtx *m,
    const struct timespec *until)
{
	int error, nlocks;

	__atomic_fetch_add(&cv->cv_nwaiters, 1, __ATOMIC_RELAXED);
	ru_unsched(&nlocks, m);
	mutex_disown(m);
	if (until != NULL)
		error = pthread_cond_timedwait(&cv->cv_pc, &m->m_pm, until);
	else
		error = pthread_cond_wait(&cv->cv_pc, &m->m_pm);
	if (error != ETIMEDOUT)
		must(error, "pthread_cond_wait");
	/*
	 * Who holds a CPU may want the kernel's spin mutex, so those are
	 * taken after the CPU; the others before, as everywhere.
	 */
	if ((m->m_flags & (RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX)) ==
	    (RUMPUSER_MTX_SPIN | RUMPUSER_MTX_KMUTEX)) {
		must(pthread_mutex_unlock(&m->m_pm), "pthread_mutex_unlock");
		ru_sched(nlocks, m);
		rumpuser_mutex_enter_nowrap(m);
	} else {
		mutex_own(m);
		ru_sched(nlocks, m);
	}
	__atomic_fetch_sub(&cv->cv_nwaiters, 1, __ATOMIC_RELAXED);
	return error;
}

void
rumpuser_cv_wait(struct rumpuser_cv *cv, struct rumpuser_mtx *m)
{

	cv_sleep(cv, m, NULL);
}

int
rumpuser_cv_timedwait(struct rumpuser_cv *cv, struct rumpuser_mtx *m,
    int64_t sec, int64_t nsec)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	if (sec < 0 || nsec < 0)
		sec = nsec = 0;
	nsec += ts.tv_nsec;
	if (__builtin_add_overflow(sec, nsec / RU_NSEC, &sec) ||
	    __builtin_add_overflow(sec, ts.tv_sec, &sec) ||
	    sec > INT64_MAX / RU_NSEC)
		sec = INT64_MAX / RU_NSEC;
	ts.tv_sec = sec;
	ts.tv_nsec = nsec % RU_NSEC;
	return cv_sleep(cv, m, &ts) == ETIMEDOUT ? NB_ETIMEDOUT : 0;
}

void
rumpuser_cv_signal(struct rumpuser_cv *cv)
{

	must(pthread_cond_signal(&cv->cv_pc), "pthread_cond_signal");
}

void
rumpuser_cv_broadcast(struct rumpuser_cv *cv)
{

	must(pthread_cond_broadcast(&cv->cv_pc), "pthread_cond_broadcast");
}

void
rumpuser_cv_has_waiters(struct rumpuser_cv *cv, int *rvp)
{

	*rvp = __atomic_load_n(&cv->cv_nwaiters, __ATOMIC_RELAXED) > 0;
}
