/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Extended attributes by the names that Linux gives them, see setxattr(2):
 * the prefix ("user.", "system.") says the namespace of extattr(9) and is
 * part of the name there too.
 */
#ifndef _SYS_XATTR_H_
#define _SYS_XATTR_H_

#include <sys/types.h>
#include <sys/syslimits.h>

#define XATTR_NAME_MAX		255	/* without the NUL */
#define XATTR_SIZE_MAX		65536
#define XATTR_LIST_MAX		65536

/* setxattr(2) */
#define XATTR_CREATE		0x01	/* EEXIST if it is there */
#define XATTR_REPLACE		0x02	/* ENOATTR if it is not */

#endif
