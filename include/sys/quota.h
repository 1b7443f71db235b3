/* SPDX-License-Identifier: BSD-2-Clause */
/* Keys and values of disk quotas, see quota(5) and quotactl(2). */
#ifndef _SYS_QUOTA_H_
#define _SYS_QUOTA_H_

#include <sys/types.h>

/* qk_idtype */
#define QUOTA_IDTYPE_USER	0
#define QUOTA_IDTYPE_GROUP	1

/* qk_id: the defaults of new ids */
#define QUOTA_DEFAULTID		((id_t)-1)

/* qk_objtype */
#define QUOTA_OBJTYPE_BLOCKS	0
#define QUOTA_OBJTYPE_FILES	1

#define QUOTA_NOLIMIT		((uint64_t)0xffffffffffffffffULL)
#define QUOTA_NOTIME		((time_t)-1)

struct quotakey {
	int	qk_idtype;
	id_t	qk_id;
	int	qk_objtype;
};

struct quotaval {
	uint64_t qv_hardlimit;
	uint64_t qv_softlimit;
	uint64_t qv_usage;
	time_t	qv_expiretime;
	time_t	qv_grace;
};

#endif
