/* SPDX-License-Identifier: BSD-2-Clause */

/* The superuser may do what is a superuser's; all may do what is theirs. */

#ifndef _SECMODEL_SUSER_SUSER_H_
#define	_SECMODEL_SUSER_SUSER_H_

#include <sys/kauth.h>

#define	SECMODEL_SUSER_ID	"org.netbsd.secmodel.suser"
#define	SECMODEL_SUSER_NAME	"Traditional NetBSD: Superuser"

void	secmodel_suser_init(void);
void	secmodel_suser_start(void);
void	secmodel_suser_stop(void);

int	secmodel_suser_generic_cb(kauth_cred_t, kauth_action_t, void *,
	    void *, void *, void *, void *);
int	secmodel_suser_system_cb(kauth_cred_t, kauth_action_t, void *,
	    void *, void *, void *, void *);
int	secmodel_suser_process_cb(kauth_cred_t, kauth_action_t, void *,
	    void *, void *, void *, void *);
int	secmodel_suser_network_cb(kauth_cred_t, kauth_action_t, void *,
	    void *, void *, void *, void *);
int	secmodel_suser_machdep_cb(kauth_cred_t, kauth_action_t, void *,
	    void *, void *, void *, void *);
int	secmodel_suser_device_cb(kauth_cred_t, kauth_action_t, void *,
	    void *, void *, void *, void *);
int	secmodel_suser_vnode_cb(kauth_cred_t, kauth_action_t, void *,
	    void *, void *, void *, void *);

#endif /* !_SECMODEL_SUSER_SUSER_H_ */
