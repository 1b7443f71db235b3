/* SPDX-License-Identifier: BSD-2-Clause */
/* Extended attributes, see extattr(9) and extattr_get_file(2). */
#ifndef _SYS_EXTATTR_H_
#define _SYS_EXTATTR_H_

#include <sys/types.h>

#define EXTATTR_NAMESPACE_EMPTY		0x00000000
#define EXTATTR_NAMESPACE_USER		0x00000001
#define EXTATTR_NAMESPACE_SYSTEM	0x00000002

#define EXTATTR_NAMESPACE_EMPTY_STRING	"empty"
#define EXTATTR_NAMESPACE_USER_STRING	"user"
#define EXTATTR_NAMESPACE_SYSTEM_STRING	"system"

#define EXTATTR_MAXNAMELEN	255	/* KERNEL_NAME_MAX */

/* VOP_LISTEXTATTR: each name after its length byte */
#define EXTATTR_LIST_LENPREFIX	1

/* extattrctl(2) */
#define EXTATTR_CMD_START	0x00000001
#define EXTATTR_CMD_STOP	0x00000002

#endif
