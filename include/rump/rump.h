/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rump(3): starting a rump kernel and entering it.  See also
 * <rump/rump_syscalls.h> for its system calls.
 */

#ifndef _RUMP_RUMP_H_
#define _RUMP_RUMP_H_

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#endif

#include <rump/rumpdefs.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kauth_cred;
struct lwp;
struct modinfo;
struct uio;

enum rump_uiorw { RUMPUIO_READ, RUMPUIO_WRITE };

/* What the kernel does with a signal posted to one of its processes. */
enum rump_sigmodel {
	RUMP_SIGMODEL_PANIC,
	RUMP_SIGMODEL_IGNORE,
	RUMP_SIGMODEL_HOST,
	RUMP_SIGMODEL_RAISE,
	RUMP_SIGMODEL_RECORD
};

enum rump_etfs_type {
	RUMP_ETFS_REG,
	RUMP_ETFS_BLK,
	RUMP_ETFS_CHR,
	RUMP_ETFS_DIR,		/* only the directory */
	RUMP_ETFS_DIR_SUBDIRS	/* with all below it */
};
#define	RUMP_ETFS_SIZE_ENDOFF	((uint64_t)-1)

/* rump_pub_lwproc_rfork(): file descriptors of the new process. */
#define	RUMP_RFFDG	0x01	/* a copy */
#define	RUMP_RFCFDG	0x02	/* none */
#define	RUMP_RFFD_SHARE	0x00	/* shared */

/*
 * Starts the kernel.  Once per process; 0 or an errno.  The calling thread
 * has no lwp of its own after it: what it calls runs in process 1.
 */
int	rump_init(void);

/* Reboot flags (RB_*) which rump_init() sees; before it. */
int	rump_boot_gethowto(void);
void	rump_boot_sethowto(int);
void	rump_boot_setsigmodel(enum rump_sigmodel);

/*
 * Enter and leave the kernel: from one to the other the calling thread holds
 * a virtual CPU and has an lwp.  System calls and rump_pub_*() do it.
 */
void	rump_schedule(void);
void	rump_unschedule(void);

void	rump_printevcnts(void);

int	rump_daemonize_begin(void);
int	rump_daemonize_done(int);
#define	RUMP_DAEMONIZE_SUCCESS	0

/* A server of remote clients; EOPNOTSUPP where the layer below has none. */
int	rump_init_server(const char *);

/* Whether system calls have the host's own ABI. */
int	rump_nativeabi_p(void);

#ifdef __cplusplus
}
#endif

#ifndef _KERNEL
#include <rump/rumpkern_if_pub.h>
#include <rump/rumpdev_if_pub.h>
#include <rump/rumpvfs_if_pub.h>
#endif

#endif /* _RUMP_RUMP_H_ */
