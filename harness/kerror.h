/* SPDX-License-Identifier: BSD-2-Clause */

/* The text of an error number of the kernel's, which errno is after a rump_sys_*(). */

#ifndef HARNESS_KERROR_H
#define HARNESS_KERROR_H

#include <string.h>

#include <rump/rumperrno2host.h>

static inline const char *
kstrerror(int error)
{

	return strerror(rump_errno2host(error));
}

#endif /* HARNESS_KERROR_H */
