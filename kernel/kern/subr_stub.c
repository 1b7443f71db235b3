/* SPDX-License-Identifier: BSD-2-Clause */

/* Operations that do nothing, or fail always. */

#include <sys/param.h>
#include <sys/systm.h>

int
nullop(void *v)
{

	return 0;
}

void
voidop(void)
{
}

int
enodev(void)
{

	return ENODEV;
}

int
enxio(void)
{

	return ENXIO;
}

int
enoioctl(void)
{

	return ENOTTY;
}

int
enosys(void)
{

	return ENOSYS;
}

int
eopnotsupp(void)
{

	return EOPNOTSUPP;
}
