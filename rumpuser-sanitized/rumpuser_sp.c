/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The system call proxy's calls.  This layer has no server: a kernel that
 * asks for one is told so, and the rest can't be reached.
 */

#include "rumpuser_int.h"

int
rumpuser_sp_init(const char *url, const char *ostype, const char *osrelease,
    const char *machine)
{

	return NB_EOPNOTSUPP;
}

void
rumpuser_sp_fini(void *arg)
{
}

int
rumpuser_sp_copyin(void *arg, const void *raddr, void *laddr, size_t len)
{

	return NB_EOPNOTSUPP;
}

int
rumpuser_sp_copyinstr(void *arg, const void *raddr, void *laddr, size_t *len)
{

	return NB_EOPNOTSUPP;
}

int
rumpuser_sp_copyout(void *arg, const void *laddr, void *raddr, size_t len)
{

	return NB_EOPNOTSUPP;
}

int
rumpuser_sp_copyoutstr(void *arg, const void *laddr, void *raddr, size_t *len)
{

	return NB_EOPNOTSUPP;
}

int
rumpuser_sp_anonmmap(void *arg, size_t len, void **retp)
{

	return NB_EOPNOTSUPP;
}

int
rumpuser_sp_raise(void *arg, int sig)
{

	return NB_EOPNOTSUPP;
}
