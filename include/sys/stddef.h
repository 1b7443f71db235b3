/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _SYS_STDDEF_H_
#define	_SYS_STDDEF_H_
#include <sys/ansi.h>
#include <sys/null.h>
typedef __SIZE_TYPE__		size_t;
typedef __PTRDIFF_TYPE__	ptrdiff_t;
#ifndef __cplusplus
typedef __WCHAR_TYPE__		wchar_t;
#endif
#define	offsetof(type, member)	__builtin_offsetof(type, member)
#endif
