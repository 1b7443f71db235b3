/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * xcall(9) and pserialize(9).
 *
 * A CPU is an lwp's from the moment it takes it until it sleeps.  So code
 * "on another CPU" is code of the caller's once it has that CPU: the caller
 * visits each, and its call is over when xc_broadcast() returns.
 *
 * Readers of pserialize(9) do not sleep, hence keep their CPU: when every
 * CPU has been visited, every reader that was there before is gone.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/evcnt.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/pserialize.h>
#include <sys/xcall.h>

#include "rump_private.h"

/* Calls func(arg1, arg2) on each CPU.  May sleep; a token for xc_wait(). */
uint64_t
xc_broadcast(u_int flags, xcfunc_t func, void *arg1, void *arg2)
{
	int i;

	ASSERT_SLEEPABLE();
	for (i = 0; i < ncpu; i++)
		rump_run_on_cpu(&cpu_info_list[i], func, arg1, arg2);
	return 1;
}

/* Calls it on one CPU. */
uint64_t
xc_unicast(u_int flags, xcfunc_t func, void *arg1, void *arg2,
    struct cpu_info *ci)
{

	KASSERT(ci != NULL);
	ASSERT_SLEEPABLE();
	rump_run_on_cpu(ci, func, arg1, arg2);
	return 1;
}

/* Waits for a call, which is over by now. */
void
xc_wait(uint64_t where)
{

	KASSERT(where == 1);
}

/* Every CPU has been through code that may sleep. */
void
xc_barrier(u_int flags)
{

	(void)xc_broadcast(flags, NULL, NULL, NULL);
}

unsigned int
xc_encode_ipl(int ipl)
{

	return XC_HIGHPRI_IPL(ipl);
}

/*
 * pserialize(9).
 */
struct pserialize {
	int	psz_refs;
};

pserialize_t
pserialize_create(void)
{

	return kmem_zalloc(sizeof(struct pserialize), KM_SLEEP);
}

void
pserialize_destroy(pserialize_t psz)
{

	kmem_free(psz, sizeof(*psz));
}

/* Waits until nobody who reads can still see what was taken away. */
void
pserialize_perform(pserialize_t psz)
{

	KASSERT(!pserialize_in_read_section());
	if (panicstr != NULL)
		return;
	xc_barrier(XC_HIGHPRI);
}

int
pserialize_read_enter(void)
{
	struct lwp *l = curlwp;

	l->l_nopreempt++;
	l->l_cpu->ci_psz_read_depth++;
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return l->l_ipl;
}

void
pserialize_read_exit(int s)
{
	struct lwp *l = curlwp;

	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	KASSERT(l->l_cpu->ci_psz_read_depth > 0);
	l->l_cpu->ci_psz_read_depth--;
	l->l_nopreempt--;
}

/* For assertions. */
bool
pserialize_in_read_section(void)
{

	return curcpu()->ci_psz_read_depth > 0;
}

bool
pserialize_not_in_read_section(void)
{

	return !pserialize_in_read_section();
}
