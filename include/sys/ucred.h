/* SPDX-License-Identifier: BSD-2-Clause */

/* Credentials as they pass system call boundaries. */

#ifndef _SYS_UCRED_H_
#define	_SYS_UCRED_H_

#include <sys/types.h>
#include <sys/syslimits.h>

struct uucred {
	unsigned short	cr_unused;
	uid_t		cr_uid;
	gid_t		cr_gid;
	short		cr_ngroups;
	gid_t		cr_groups[NGROUPS_MAX];
};

struct ki_ucred {
	uint32_t	cr_ref;
	uid_t		cr_uid;
	gid_t		cr_gid;
	uint32_t	cr_ngroups;
	gid_t		cr_groups[NGROUPS_MAX];
};

struct ki_pcred {
	void		*p_pad;
	uid_t		p_ruid;
	uid_t		p_svuid;
	gid_t		p_rgid;
	gid_t		p_svgid;
	int32_t		p_refcnt;
};

#endif /* !_SYS_UCRED_H_ */
