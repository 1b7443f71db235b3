/* SPDX-License-Identifier: BSD-2-Clause */

/* Values of "key=value" words in a string: optstr(9). */

#ifndef _SYS_OPTSTR_H_
#define	_SYS_OPTSTR_H_

#include <sys/types.h>

bool	optstr_get(const char *, const char *, char *, size_t);
bool	optstr_get_string(const char *, const char *, const char **);
bool	optstr_get_number(const char *, const char *, unsigned long *);
bool	optstr_get_number_hex(const char *, const char *, unsigned long *);
bool	optstr_get_number_binary(const char *, const char *, unsigned long *);

#endif
