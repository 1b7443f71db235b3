/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the base of a rump kernel offers its host program besides system
 * calls.  Each call enters the kernel and leaves it.
 */

#ifndef _RUMP_RUMPKERN_IF_PUB_H_
#define _RUMP_RUMPKERN_IF_PUB_H_

#ifdef __cplusplus
extern "C" {
#endif

/* Initialises modules that are linked in or loaded; ends one. */
int	rump_pub_module_init(const struct modinfo *const *, size_t);
int	rump_pub_module_fini(const struct modinfo *);
/* Symbol and string table of what was loaded: not kept, ignored. */
int	rump_pub_kernelfsym_load(void *, uint64_t, char *, uint64_t);

/* A uio over host memory: buffer, length, offset, direction. */
struct uio *rump_pub_uio_setup(void *, size_t, off_t, enum rump_uiorw);
size_t	rump_pub_uio_getresid(struct uio *);
off_t	rump_pub_uio_getoff(struct uio *);
size_t	rump_pub_uio_free(struct uio *);

/* Credentials: uid, gid, count of groups, groups. */
struct kauth_cred *rump_pub_cred_create(uid_t, gid_t, size_t, gid_t *);
void	rump_pub_cred_put(struct kauth_cred *);

/*
 * rump_lwproc(3).  rfork makes a process, a child of the caller's, with one
 * lwp, and switches to it; newlwp makes an lwp of a process and switches to
 * it; switch runs the calling thread as that lwp (NULL: as none);
 * releaselwp ends the current one, and its process with its last.
 */
int	rump_pub_lwproc_rfork(int);
int	rump_pub_lwproc_newlwp(pid_t);
void	rump_pub_lwproc_switch(struct lwp *);
void	rump_pub_lwproc_releaselwp(void);
struct lwp *rump_pub_lwproc_curlwp(void);
void	rump_pub_lwproc_sysent_usenative(void);

/* Makes all user and group ids of a process the given one, unasked. */
void	rump_pub_allbetsareoff_setid(pid_t, int);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPKERN_IF_PUB_H_ */
