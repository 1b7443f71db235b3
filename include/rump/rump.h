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

struct componentname;
struct fid;
struct kauth_cred;
struct lwp;
struct modinfo;
struct mount;
struct stat;
struct statvfs;
struct uio;
struct vattr;
struct vfsops;
struct vnode;

enum rump_uiorw { RUMPUIO_READ, RUMPUIO_WRITE };

/* What the kernel does with a signal posted to one of its processes. */
enum rump_sigmodel {
	RUMP_SIGMODEL_PANIC,
	RUMP_SIGMODEL_IGNORE,
	RUMP_SIGMODEL__HOST_NOTANYMORE,	/* the same as RAISE */
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
#define	RUMP_RFFD_COPY	RUMP_RFFDG
#define	RUMP_RFFD_CLEAR	RUMP_RFCFDG

/* rump_pub_freecn() */
#define	RUMPCN_FREECRED	0x02

/*
 * A host file that is there, see rump_etfs(3), before a component looks for
 * it at boot.  eb_begin and eb_size as in rump_pub_etfs_register_withsize().
 */
struct rump_boot_etfs {
	const char	*eb_key;
	const char	*eb_hostpath;
	enum rump_etfs_type eb_type;
	uint64_t	eb_begin;
	uint64_t	eb_size;

	struct rump_boot_etfs *_eb_next;
	int		eb_status;	/* 0 or an errno, after rump_init() */
};

/*
 * Starts the kernel.  Once per process; 0 or an errno.  The calling thread
 * has no lwp of its own after it: what it calls runs in process 1.
 */
int	rump_init(void);
/*
 * The same; calls the function, inside the kernel, when memory, CPUs and
 * threads are there and no component has started.
 */
int	rump_init_callback(void (*)(void));

/* __NetBSD_Version__ of the kernel's interfaces. */
int	rump_getversion(void);
int	rump_pub_getversion(void);

/* Reboot flags (RB_*) which rump_init() sees; before it. */
int	rump_boot_gethowto(void);
void	rump_boot_sethowto(int);
void	rump_boot_setsigmodel(enum rump_sigmodel);
/* Before rump_init(); the structure stays the kernel's. */
void	rump_boot_etfs_register(struct rump_boot_etfs *);

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
