/* SPDX-License-Identifier: BSD-2-Clause */

/* The traditional model: superuser, securelevel, extensions. */

#ifndef _SECMODEL_BSD44_BSD44_H_
#define	_SECMODEL_BSD44_BSD44_H_

#define	SECMODEL_BSD44_ID	"org.netbsd.secmodel.bsd44"
#define	SECMODEL_BSD44_NAME	"Traditional NetBSD (derived from 4.4BSD)"

void	secmodel_bsd44_init(void);

#endif
