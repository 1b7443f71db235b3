/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Data that subsystems hang on lwps and processes.
 */

#ifndef _SYS_SPECIFICDATA_H_
#define	_SYS_SPECIFICDATA_H_

#include <sys/types.h>

#ifdef _KERNEL
typedef u_int specificdata_key_t;
typedef void (*specificdata_dtor_t)(void *);

struct specificdata_container;
typedef struct {
	struct specificdata_container *specdataref_container;
} specificdata_reference;
#endif

#endif /* !_SYS_SPECIFICDATA_H_ */
