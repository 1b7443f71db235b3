/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * clock_gettime(2), nanosleep(2), gettimeofday(2), adjtime(2).
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/kauth.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/syscallargs.h>
#include <sys/time.h>
#include <sys/timevar.h>

int
sys___clock_gettime50(struct lwp *l,
    const struct sys___clock_gettime50_args *uap, register_t *retval)
{
	struct timespec ts;
	int error;

	error = clock_gettime1(SCARG(uap, clock_id), &ts);
	if (error)
		return error;
	return copyout(&ts, SCARG(uap, tp), sizeof(ts));
}

int
sys___clock_settime50(struct lwp *l,
    const struct sys___clock_settime50_args *uap, register_t *retval)
{
	struct timespec ts;
	int error;

	error = copyin(SCARG(uap, tp), &ts, sizeof(ts));
	if (error)
		return error;
	return clock_settime1(l->l_proc, SCARG(uap, clock_id), &ts, true);
}

int
sys___clock_getres50(struct lwp *l,
    const struct sys___clock_getres50_args *uap, register_t *retval)
{
	struct timespec ts;
	int error;

	error = clock_getres1(SCARG(uap, clock_id), &ts);
	if (error == 0 && SCARG(uap, tp) != NULL)
		error = copyout(&ts, SCARG(uap, tp), sizeof(ts));
	return error;
}

static int
dosleep(struct lwp *l, clockid_t id, int flags, const struct timespec *urqt,
    struct timespec *urmt)
{
	struct timespec rqt, rmt;
	int error, error1;

	error = copyin(urqt, &rqt, sizeof(rqt));
	if (error)
		return error;
	error = nanosleep1(l, id, flags, &rqt, urmt != NULL ? &rmt : NULL);
	if (urmt == NULL || (error != 0 && error != EINTR))
		return error;
	error1 = copyout(&rmt, urmt, sizeof(rmt));
	return error1 != 0 ? error1 : error;
}

int
sys___nanosleep50(struct lwp *l, const struct sys___nanosleep50_args *uap,
    register_t *retval)
{

	return dosleep(l, CLOCK_MONOTONIC, 0, SCARG(uap, rqtp),
	    SCARG(uap, rmtp));
}

/* The error is the result, as POSIX wants it. */
int
sys_clock_nanosleep(struct lwp *l, const struct sys_clock_nanosleep_args *uap,
    register_t *retval)
{

	*retval = dosleep(l, SCARG(uap, clock_id), SCARG(uap, flags),
	    SCARG(uap, rqtp), SCARG(uap, rmtp));
	return 0;
}

int
sys___gettimeofday50(struct lwp *l,
    const struct sys___gettimeofday50_args *uap, register_t *retval)
{
	struct timezone tz;
	struct timeval tv;
	int error = 0;

	if (SCARG(uap, tp) != NULL) {
		memset(&tv, 0, sizeof(tv));
		microtime(&tv);
		error = copyout(&tv, SCARG(uap, tp), sizeof(tv));
		if (error)
			return error;
	}
	if (SCARG(uap, tzp) != NULL) {
		memset(&tz, 0, sizeof(tz));
		error = copyout(&tz, SCARG(uap, tzp), sizeof(tz));
	}
	return error;
}

int
sys___settimeofday50(struct lwp *l,
    const struct sys___settimeofday50_args *uap, register_t *retval)
{

	return settimeofday1(SCARG(uap, tv), true, SCARG(uap, tzp), l, true);
}

/*
 * The clock is the host's, or jumps from one timeout to the next: there is
 * nothing that it could be made to approach slowly.  So it moves at once, and
 * nothing ever remains of an earlier adjustment.
 */
int
sys___adjtime50(struct lwp *l, const struct sys___adjtime50_args *uap,
    register_t *retval)
{
	struct timeval delta, none;
	struct timespec now, by;
	int error;

	error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_TIME,
	    KAUTH_REQ_SYSTEM_TIME_ADJTIME, NULL, NULL, NULL);
	if (error)
		return error;
	if (SCARG(uap, olddelta) != NULL) {
		memset(&none, 0, sizeof(none));
		error = copyout(&none, SCARG(uap, olddelta), sizeof(none));
		if (error)
			return error;
	}
	if (SCARG(uap, delta) == NULL)
		return 0;
	error = copyin(SCARG(uap, delta), &delta, sizeof(delta));
	if (error)
		return error;
	if (delta.tv_usec <= -1000000 || delta.tv_usec >= 1000000 ||
	    delta.tv_sec < -INT_MAX || delta.tv_sec > INT_MAX)
		return EINVAL;
	if (delta.tv_usec < 0) {
		delta.tv_sec--;
		delta.tv_usec += 1000000;
	}
	TIMEVAL_TO_TIMESPEC(&delta, &by);
	nanotime(&now);
	timespecadd(&now, &by, &now);
	return settime(l->l_proc, &now);
}
