/* SPDX-License-Identifier: BSD-2-Clause */

/* From a member's address to its structure's: container_of(9). */

#ifndef _SYS_CONTAINER_OF_H_
#define	_SYS_CONTAINER_OF_H_

#include <sys/stddef.h>

#define	container_of(ptr, type, member)					\
	((type *)((char *)(ptr) - offsetof(type, member) +		\
	    0 * sizeof((ptr) == &((type *)(ptr))->member)))
#define	const_container_of(ptr, type, member)				\
	((const type *)((const char *)(ptr) - offsetof(type, member) +	\
	    0 * sizeof((ptr) == &((const type *)(ptr))->member)))

#endif
