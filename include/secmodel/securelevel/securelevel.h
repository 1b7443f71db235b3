/* SPDX-License-Identifier: BSD-2-Clause */

/* The level that only rises, and what it forbids. */

#ifndef _SECMODEL_SECURELEVEL_SECURELEVEL_H_
#define	_SECMODEL_SECURELEVEL_SECURELEVEL_H_

#include <sys/kauth.h>

#define	SECMODEL_SECURELEVEL_ID		"org.netbsd.secmodel.securelevel"
#define	SECMODEL_SECURELEVEL_NAME	"Traditional NetBSD: Securelevel"

extern int securelevel;

void	secmodel_securelevel_init(void);
void	secmodel_securelevel_start(void);
void	secmodel_securelevel_stop(void);

#endif
