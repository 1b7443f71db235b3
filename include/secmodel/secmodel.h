/* SPDX-License-Identifier: BSD-2-Clause */

/* Security models: secmodel(9). */

#ifndef _SECMODEL_SECMODEL_H_
#define	_SECMODEL_SECMODEL_H_

#include <sys/types.h>
#include <sys/stdarg.h>

#define	SECMODEL_ID_BSD44	"org.netbsd.secmodel.bsd44"
#define	SECMODEL_ID_SUSER	"org.netbsd.secmodel.suser"
#define	SECMODEL_ID_SECURELEVEL	"org.netbsd.secmodel.securelevel"
#define	SECMODEL_ID_EXTENSIONS	"org.netbsd.secmodel.extensions"

struct secmodel_descr;
typedef struct secmodel_descr *secmodel_t;
typedef int (*secmodel_eval_t)(const char *, void *, void *);
typedef void (*secmodel_setinfo_t)(void *);

void	secmodel_init(void);
int	secmodel_register(secmodel_t *, const char *, const char *, void *,
	    secmodel_eval_t, secmodel_setinfo_t);
int	secmodel_deregister(secmodel_t);
int	secmodel_nsecmodels(void);
int	secmodel_eval(const char *, const char *, void *, void *);

#endif /* !_SECMODEL_SECMODEL_H_ */
