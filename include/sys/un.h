/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Addresses of local sockets: unix(4).
 */

#ifndef _SYS_UN_H_
#define _SYS_UN_H_

#include <sys/types.h>

#ifndef sa_family_t
typedef __sa_family_t sa_family_t;
#define	sa_family_t	__sa_family_t
#endif

struct sockaddr_un {
	uint8_t		sun_len;
	sa_family_t	sun_family;
	char		sun_path[104];
};

#define	LOCAL_OCREDS	0x0001
#define	LOCAL_CONNWAIT	0x0002
#define	LOCAL_PEEREID	0x0003
#define	LOCAL_CREDS	0x0004

struct unpcbid {
	pid_t	unp_pid;
	uid_t	unp_euid;
	gid_t	unp_egid;
};

#define	SUN_LEN(su)	\
	(sizeof(*(su)) - sizeof((su)->sun_path) + strlen((su)->sun_path))

#endif /* _SYS_UN_H_ */
