/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Descriptors: filedesc(9), file(9).
 *
 * A table has a slot (fdfile_t) for each descriptor.  Slots are made when
 * first needed and live as long as the table, so that fd_getfile() can look
 * without a lock: it announces itself in ff_refcnt, then reads ff_file.
 * fd_close() clears ff_file, then looks at ff_refcnt: one of the two always
 * sees the other.  It asks the file's fo_restart to send sleeping users home
 * and waits for them, so a file is never closed under a user.
 *
 * Lock order: fd_lock, then filelist_lock.
 */

#include <sys/types.h>
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/file.h>
#include <sys/filedesc.h>
#include <sys/ioctl.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/lwp.h>
#include <sys/pool.h>
#include <sys/proc.h>
#include <sys/resourcevar.h>
#include <sys/rump_audit.h>
#include <sys/select.h>
#include <sys/signalvar.h>
#include <sys/stat.h>
#include <sys/syslog.h>
#include <sys/vnode.h>

#include "rump_private.h"
#include "sys_private.h"

static kmutex_t		filelist_lock;
struct filelist		filehead = LIST_HEAD_INITIALIZER(filehead);
u_int			nfiles;		/* filelist_lock */
u_int			maxfiles = 3404;

static u_int		nfdopen;	/* atomic: descriptors, all tables */
static pool_cache_t	file_cache;
static pool_cache_t	fdfile_cache;

/* Changes a count that others may change as well; sequentially consistent. */
static inline u_int
count_add(u_int *p, int delta)
{

	if (klib_solo)
		return *p += (u_int)delta;
	return __atomic_add_fetch(p, (u_int)delta, __ATOMIC_SEQ_CST);
}

static int
nohook_advlock(struct vnode *vp, void *id, int op, struct flock *fl,
    int flags)
{

	return ENOSYS;
}

static int
nohook_getpath(char *path, size_t len, struct vnode *vp, struct lwp *l)
{

	return ENOSYS;
}

struct vnode_hooks vnode_hooks = {
	.vh_advlock = nohook_advlock,
	.vh_getpath = nohook_getpath,
};

/* Runs once at boot. */
void
fd_sys_init(void)
{

	mutex_init(&filelist_lock, MUTEX_DEFAULT, IPL_NONE);
	file_cache = pool_cache_init(sizeof(struct file), 0, 0, 0, "file",
	    NULL, IPL_NONE, NULL, NULL, NULL);
	fdfile_cache = pool_cache_init(sizeof(fdfile_t), 0, 0, 0, "fdfile",
	    NULL, IPL_NONE, NULL, NULL, NULL);
	selsysinit(NULL);
	kqueue_init();
	pipe_init();
	lf_init();
}

static int64_t
audit_files(void *arg)
{

	return nfiles;
}
RUMP_AUDIT(files_audit, "open files", audit_files, NULL)

static int64_t
audit_fds(void *arg)
{

	return nfdopen;
}
RUMP_AUDIT(fds_audit, "descriptors", audit_fds, NULL)

/*
 * Slots.  The first three need fd_lock.
 */

static inline bool
fd_isused(const filedesc_t *fdp, unsigned fd)
{

	return (fdp->fd_lomap[fd >> NDENTRYSHIFT] &
	    (1U << (fd & NDENTRYMASK))) != 0;
}

static void
fd_used(filedesc_t *fdp, unsigned fd)
{

	fdp->fd_lomap[fd >> NDENTRYSHIFT] |= 1U << (fd & NDENTRYMASK);
	if ((int)fd > fdp->fd_lastfile)
		fdp->fd_lastfile = (int)fd;
	if ((int)fd == fdp->fd_freefile)
		fdp->fd_freefile++;
	fdp->fd_nused++;
	(void)count_add(&nfdopen, 1);
}

static void
fd_unused(filedesc_t *fdp, unsigned fd)
{

	KASSERT(fd_isused(fdp, fd));
	fdp->fd_lomap[fd >> NDENTRYSHIFT] &= ~(1U << (fd & NDENTRYMASK));
	if ((int)fd < fdp->fd_freefile)
		fdp->fd_freefile = (int)fd;
	if ((int)fd == fdp->fd_lastfile) {
		int i = (int)fd - 1;

		while (i >= 0 && !fd_isused(fdp, (unsigned)i))
			i--;
		fdp->fd_lastfile = i;
	}
	fdp->fd_nused--;
	(void)count_add(&nfdopen, -1);
}

/* Reserves descriptor fd, which is free and in the table. */
static void
fd_reserve(filedesc_t *fdp, unsigned fd)
{
	fdtab_t *dt = fdp->fd_dt;
	fdfile_t *ff = dt->dt_ff[fd];

	if (ff == NULL) {
		ff = pool_cache_get(fdfile_cache, PR_WAITOK);
		memset(ff, 0, sizeof(*ff));
		SLIST_INIT(&ff->ff_knlist);
		cv_init(&ff->ff_closing, "fdclose");
		__atomic_store_n(&dt->dt_ff[fd], ff, __ATOMIC_RELEASE);
	}
	KASSERT(ff->ff_file == NULL);
	ff->ff_allocated = true;
	ff->ff_exclose = false;
	fd_used(fdp, fd);
}

static u_int
fd_limit(const struct proc *p)
{
	rlim_t lim = p->p_rlimit[RLIMIT_NOFILE].rlim_cur;

	return lim < maxfiles ? (u_int)lim : maxfiles;
}

/*
 * Tables.
 */

static size_t
fdtab_size(u_int n)
{

	return sizeof(fdtab_t) + n * sizeof(fdfile_t *);
}

static fdtab_t *
fdtab_alloc(u_int n)
{
	fdtab_t *dt;

	dt = kmem_zalloc(fdtab_size(n), KM_SLEEP);
	dt->dt_nfiles = n;
	return dt;
}

filedesc_t *
fd_init(filedesc_t *fdp)
{
	bool isstatic = fdp != NULL;

	if (fdp == NULL)
		fdp = kmem_alloc(sizeof(*fdp), KM_SLEEP);
	memset(fdp, 0, sizeof(*fdp));
	mutex_init(&fdp->fd_lock, MUTEX_DEFAULT, IPL_NONE);
	fdp->fd_static = isstatic;
	fdp->fd_dt = fdtab_alloc(NDFILE);
	fdp->fd_lomap = fdp->fd_dlomap;
	fdp->fd_lastfile = -1;
	fdp->fd_refcnt = 1;
	return fdp;
}

/* Makes room for descriptor `least' at least; with fd_lock held. */
static void
fd_grow(filedesc_t *fdp, u_int least)
{
	fdtab_t *dt = fdp->fd_dt, *newdt;
	uint32_t *newmap;
	u_int n = dt->dt_nfiles;

	while (n <= least)
		n *= 2;
	if (n == dt->dt_nfiles)
		return;
	newdt = fdtab_alloc(n);
	newdt->dt_link = dt;
	memcpy(newdt->dt_ff, dt->dt_ff,
	    dt->dt_nfiles * sizeof(dt->dt_ff[0]));
	newmap = kmem_zalloc(NDLOSLOTS(n) * sizeof(*newmap), KM_SLEEP);
	memcpy(newmap, fdp->fd_lomap,
	    NDLOSLOTS(dt->dt_nfiles) * sizeof(*newmap));
	if (fdp->fd_lomap != fdp->fd_dlomap)
		kmem_free(fdp->fd_lomap,
		    NDLOSLOTS(dt->dt_nfiles) * sizeof(*newmap));
	fdp->fd_lomap = newmap;
	/* A reader with the old table finds the same slots in it. */
	__atomic_store_n(&fdp->fd_dt, newdt, __ATOMIC_RELEASE);
}

/* Doubles the table of p. */
void
fd_tryexpand(struct proc *p)
{
	filedesc_t *fdp = p->p_fd;

	mutex_enter(&fdp->fd_lock);
	fd_grow(fdp, fdp->fd_dt->dt_nfiles);
	mutex_exit(&fdp->fd_lock);
}

int
fd_alloc(struct proc *p, int want, int *result)
{
	filedesc_t *fdp = p->p_fd;
	u_int fd, lim, end, nslots;

	KASSERT(want >= 0);
	lim = fd_limit(p);
	mutex_enter(&fdp->fd_lock);
	nslots = fdp->fd_dt->dt_nfiles;
	end = MIN(nslots, lim);
	fd = (u_int)MAX(want, fdp->fd_freefile);
	while (fd < end) {
		uint32_t word = fdp->fd_lomap[fd >> NDENTRYSHIFT];

		if (word == ~(uint32_t)0) {
			fd = (fd | NDENTRYMASK) + 1;
			continue;
		}
		if ((word & (1U << (fd & NDENTRYMASK))) == 0)
			break;
		fd++;
	}
	if (fd >= end) {
		mutex_exit(&fdp->fd_lock);
		return nslots >= lim ? EMFILE : ENOSPC;
	}
	fd_reserve(fdp, fd);
	mutex_exit(&fdp->fd_lock);
	*result = (int)fd;
	return 0;
}

/* fd_alloc(), growing the table as it may. */
static int
fd_alloc_grow(struct proc *p, int want, int *result)
{
	int error;

	while ((error = fd_alloc(p, want, result)) == ENOSPC)
		fd_tryexpand(p);
	return error;
}

void
fd_affix(struct proc *p, struct file *fp, unsigned fd)
{
	filedesc_t *fdp = p->p_fd;
	fdfile_t *ff = fdp->fd_dt->dt_ff[fd];

	KASSERT(ff->ff_allocated);
	KASSERT(ff->ff_file == NULL);
	(void)count_add(&fp->f_count, 1);
	__atomic_store_n(&ff->ff_file, fp, __ATOMIC_RELEASE);
}

static void
ffree(struct file *fp)
{
	struct kauth_cred *cred = fp->f_cred;

	KASSERT(fp->f_count == 0);
	mutex_enter(&filelist_lock);
	LIST_REMOVE(fp, f_list);
	nfiles--;
	mutex_exit(&filelist_lock);
	mutex_destroy(&fp->f_lock);
	pool_cache_put(file_cache, fp);
	kauth_cred_free(cred);
}

void
fd_abort(struct proc *p, struct file *fp, unsigned fd)
{
	filedesc_t *fdp = p->p_fd;
	fdfile_t *ff;

	mutex_enter(&fdp->fd_lock);
	ff = fdp->fd_dt->dt_ff[fd];
	KASSERT(ff->ff_allocated && ff->ff_file == NULL);
	ff->ff_exclose = false;
	ff->ff_allocated = false;
	fd_unused(fdp, fd);
	mutex_exit(&fdp->fd_lock);
	if (fp != NULL)
		ffree(fp);
}

int
fd_allocfile(struct file **resultfp, int *resultfd)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;
	struct file *fp;
	int error, fd;

	error = fd_alloc_grow(p, 0, &fd);
	if (error)
		return error;
	fp = pool_cache_get(file_cache, PR_WAITOK);
	memset(fp, 0, sizeof(*fp));
	mutex_init(&fp->f_lock, MUTEX_DEFAULT, IPL_NONE);
	fp->f_cred = l->l_cred;
	kauth_cred_hold(fp->f_cred);

	mutex_enter(&filelist_lock);
	if (nfiles >= maxfiles) {
		mutex_exit(&filelist_lock);
		log(LOG_ERR, "file: %u files open, the limit is %u\n", nfiles,
		    maxfiles);
		mutex_destroy(&fp->f_lock);
		kauth_cred_free(fp->f_cred);
		pool_cache_put(file_cache, fp);
		fd_abort(p, NULL, (unsigned)fd);
		return ENFILE;
	}
	nfiles++;
	LIST_INSERT_HEAD(&filehead, fp, f_list);
	mutex_exit(&filelist_lock);

	*resultfp = fp;
	*resultfd = fd;
	return 0;
}

/* A file that no descriptor refers to, for callers of file operations. */
struct file *
fgetdummy(void)
{
	struct file *fp;

	fp = kmem_zalloc(sizeof(*fp), KM_SLEEP);
	mutex_init(&fp->f_lock, MUTEX_DEFAULT, IPL_NONE);
	return fp;
}

void
fputdummy(struct file *fp)
{

	mutex_destroy(&fp->f_lock);
	kmem_free(fp, sizeof(*fp));
}

/*
 * Users.
 */

static inline void
fdfile_release(filedesc_t *fdp, fdfile_t *ff)
{
	u_int u;

	u = count_add(&ff->ff_refcnt, -1);
	if (__predict_false(u == (FR_CLOSING | 1))) {
		mutex_enter(&fdp->fd_lock);
		cv_broadcast(&ff->ff_closing);
		mutex_exit(&fdp->fd_lock);
	}
}

/* The same as fd_getfile() and fd_putfile(), for who knows the table. */
struct file *
fd_lookup(filedesc_t *fdp, unsigned fd)
{
	fdtab_t *dt = __atomic_load_n(&fdp->fd_dt, __ATOMIC_ACQUIRE);
	fdfile_t *ff;
	struct file *fp;

	if (fd >= dt->dt_nfiles)
		return NULL;
	ff = __atomic_load_n(&dt->dt_ff[fd], __ATOMIC_ACQUIRE);
	if (ff == NULL ||
	    __atomic_load_n(&ff->ff_file, __ATOMIC_RELAXED) == NULL)
		return NULL;
	(void)count_add(&ff->ff_refcnt, 1);
	fp = __atomic_load_n(&ff->ff_file, __ATOMIC_SEQ_CST);
	if (__predict_false(fp == NULL))
		fdfile_release(fdp, ff);
	return fp;
}

struct file *
fd_getfile(unsigned fd)
{

	return fd_lookup(curlwp->l_fd, fd);
}

/*
 * The file of a descriptor of another process: with a reference to the file
 * itself, which closef() releases.
 */
struct file *
fd_getfile2(struct proc *p, unsigned fd)
{
	filedesc_t *fdp = p->p_fd;
	struct file *fp = NULL;

	mutex_enter(&fdp->fd_lock);
	if (fd < fdp->fd_dt->dt_nfiles && fdp->fd_dt->dt_ff[fd] != NULL &&
	    (fp = fdp->fd_dt->dt_ff[fd]->ff_file) != NULL)
		atomic_inc_uint(&fp->f_count);
	mutex_exit(&fdp->fd_lock);
	return fp;
}

void
fd_release(filedesc_t *fdp, unsigned fd)
{

	fdfile_release(fdp, fdp->fd_dt->dt_ff[fd]);
}

void
fd_putfile(unsigned fd)
{

	fd_release(curlwp->l_fd, fd);
}

/* The same for vnodes (EBADF, EINVAL: something else) and sockets. */
int
fd_getvnode(unsigned fd, struct file **fpp)
{
	struct file *fp;

	fp = fd_getfile(fd);
	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false(fp->f_type != DTYPE_VNODE)) {
		fd_putfile(fd);
		return EINVAL;
	}
	*fpp = fp;
	return 0;
}

int
fd_getsock1(unsigned fd, struct socket **sop, struct file **fpp)
{
	struct file *fp;

	fp = fd_getfile(fd);
	if (__predict_false(fp == NULL))
		return EBADF;
	if (__predict_false(fp->f_type != DTYPE_SOCKET)) {
		fd_putfile(fd);
		return ENOTSOCK;
	}
	*sop = fp->f_socket;
	*fpp = fp;
	return 0;
}

int
fd_getsock(unsigned fd, struct socket **sop)
{
	struct file *fp;

	return fd_getsock1(fd, sop, &fp);
}

/*
 * Closing.
 */

/* POSIX: closing any descriptor of a file ends all record locks on it. */
void
fd_unlock_posix(struct file *fp)
{
	struct proc *p = curproc;
	struct flock lf;

	if (fp->f_type != DTYPE_VNODE || fp->f_vnode == NULL ||
	    (p->p_flag & PK_ADVLOCK) == 0)
		return;
	memset(&lf, 0, sizeof(lf));
	lf.l_whence = SEEK_SET;
	lf.l_type = F_UNLCK;
	(void)(*vnode_hooks.vh_advlock)(fp->f_vnode, p, F_UNLCK, &lf,
	    F_POSIX);
}

int
fd_close(unsigned fd)
{
	struct lwp *l = curlwp;
	filedesc_t *fdp = l->l_fd;
	struct file *fp;
	fdfile_t *ff;

	mutex_enter(&fdp->fd_lock);
	ff = fdp->fd_dt->dt_ff[fd];
	fp = ff->ff_file;
	if (__predict_false(fp == NULL)) {
		/* Another thread was faster; it waits for us. */
		mutex_exit(&fdp->fd_lock);
		fdfile_release(fdp, ff);
		return EBADF;
	}
	if (klib_solo)
		ff->ff_file = NULL;
	else
		__atomic_store_n(&ff->ff_file, NULL, __ATOMIC_SEQ_CST);
	ff->ff_exclose = false;

	if (__predict_false(__atomic_load_n(&ff->ff_refcnt,
	    __ATOMIC_SEQ_CST) != 1)) {
		(void)__atomic_or_fetch(&ff->ff_refcnt, FR_CLOSING,
		    __ATOMIC_SEQ_CST);
		mutex_exit(&fdp->fd_lock);
		if (fp->f_ops->fo_restart != NULL)
			(*fp->f_ops->fo_restart)(fp);
		mutex_enter(&fdp->fd_lock);
		while (__atomic_load_n(&ff->ff_refcnt, __ATOMIC_SEQ_CST) !=
		    (FR_CLOSING | 1))
			cv_wait(&ff->ff_closing, &fdp->fd_lock);
		(void)__atomic_and_fetch(&ff->ff_refcnt, ~FR_CLOSING,
		    __ATOMIC_SEQ_CST);
	}
	if (__predict_false(!SLIST_EMPTY(&ff->ff_knlist))) {
		mutex_exit(&fdp->fd_lock);
		knote_fdclose((int)fd);
		mutex_enter(&fdp->fd_lock);
	}
	(void)count_add(&ff->ff_refcnt, -1);
	ff->ff_allocated = false;
	fd_unused(fdp, fd);
	mutex_exit(&fdp->fd_lock);

	fd_unlock_posix(fp);
	return closef(fp);
}

int
closef(struct file *fp)
{
	struct flock lf;
	int error = 0;

	if (count_add(&fp->f_count, -1) > 0)
		return 0;

	if ((fp->f_flag & FHASLOCK) && fp->f_type == DTYPE_VNODE) {
		memset(&lf, 0, sizeof(lf));
		lf.l_whence = SEEK_SET;
		lf.l_type = F_UNLCK;
		(void)(*vnode_hooks.vh_advlock)(fp->f_vnode, fp, F_UNLCK,
		    &lf, F_FLOCK);
	}
	if (fp->f_ops != NULL)
		error = (*fp->f_ops->fo_close)(fp);
	ffree(fp);
	return error;
}

/*
 * More descriptors for a file that the caller holds.
 */

int
fd_dup(struct file *fp, int minfd, int *newp, bool exclose)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;
	int error;

	error = fd_alloc_grow(p, minfd, newp);
	if (error)
		return error;
	fd_set_exclose(l, *newp, exclose);
	fd_affix(p, fp, (unsigned)*newp);
	return 0;
}

/*
 * EBADF: newfd is out of range; EBUSY: another thread is opening it just
 * now.
 */
int
fd_dup2(struct file *fp, unsigned newfd, int flags)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;
	filedesc_t *fdp = l->l_fd;

	if (newfd >= fd_limit(p))
		return EBADF;
	mutex_enter(&fdp->fd_lock);
	fd_grow(fdp, newfd);
	while (fd_isused(fdp, newfd)) {
		mutex_exit(&fdp->fd_lock);
		if (fd_getfile(newfd) == NULL)
			return EBUSY;
		(void)fd_close(newfd);
		mutex_enter(&fdp->fd_lock);
	}
	fd_reserve(fdp, newfd);
	mutex_exit(&fdp->fd_lock);
	if (flags & O_NONBLOCK)
		atomic_or_uint((u_int *)&fp->f_flag, FNONBLOCK);
	if (flags & O_NOSIGPIPE)
		atomic_or_uint((u_int *)&fp->f_flag, FNOSIGPIPE);
	fd_set_exclose(l, (int)newfd, (flags & O_CLOEXEC) != 0);
	fd_affix(p, fp, newfd);
	return 0;
}

/*
 * For an open routine that wants another file in place of its vnode: gives
 * the new file to the caller of open.  Always EMOVEFD.
 */
int
fd_clone(struct file *fp, unsigned fd, int flag, const struct fileops *fops,
    void *data)
{
	struct lwp *l = curlwp;

	fp->f_type = DTYPE_MISC;
	fp->f_flag = flag & FMASK;
	fp->f_ops = fops;
	fp->f_data = data;
	l->l_dupfd = (int)fd;
	fd_set_exclose(l, (int)fd, (flag & O_CLOEXEC) != 0);
	fd_affix(l->l_proc, fp, fd);
	return EMOVEFD;
}

/*
 * Makes *newp, a descriptor reserved by open(), a duplicate of old, or moves
 * old to it.  The file must allow what flags ask for.
 */
int
fd_dupopen(int old, bool moveit, int flags, int *newp)
{
	struct lwp *l = curlwp;
	filedesc_t *fdp = l->l_fd;
	struct file *fp;
	fdfile_t *ff;
	int error;

	fp = fd_getfile((unsigned)old);
	if (fp == NULL)
		return EBADF;
	if (moveit) {
		ff = fdp->fd_dt->dt_ff[old];
		error = fd_dup(fp, 0, newp, ff->ff_exclose);
		if (error) {
			(void)fd_close((unsigned)old);
			return error;
		}
		return fd_close((unsigned)old);
	}
	if (((flags & (FREAD | FWRITE)) | fp->f_flag) != fp->f_flag)
		error = EACCES;
	else
		error = fd_dup(fp, 0, newp, (flags & O_CLOEXEC) != 0);
	fd_putfile((unsigned)old);
	return error;
}

void
fd_set_exclose(struct lwp *l, int fd, bool exclose)
{
	filedesc_t *fdp = l->l_fd;

	fdp->fd_dt->dt_ff[fd]->ff_exclose = exclose;
	if (exclose)
		fdp->fd_exclose = true;
}

/*
 * Tables of processes.
 */

filedesc_t *
fd_copy(void)
{
	filedesc_t *fdp = curlwp->l_fd, *newfdp;
	fdfile_t *ff, *newff;
	struct file *fp;
	int fd;

	newfdp = fd_init(NULL);
	/* Nobody else knows the new table, its lock may be taken second. */
	mutex_enter(&fdp->fd_lock);
	if (fdp->fd_lastfile >= 0)
		fd_grow(newfdp, (u_int)fdp->fd_lastfile);
	for (fd = 0; fd <= fdp->fd_lastfile; fd++) {
		ff = fdp->fd_dt->dt_ff[fd];
		if (ff == NULL || (fp = ff->ff_file) == NULL ||
		    fp->f_type == DTYPE_KQUEUE)
			continue;
		fd_reserve(newfdp, (unsigned)fd);
		newff = newfdp->fd_dt->dt_ff[fd];
		newff->ff_exclose = ff->ff_exclose;
		atomic_inc_uint(&fp->f_count);
		newff->ff_file = fp;
	}
	newfdp->fd_exclose = fdp->fd_exclose;
	mutex_exit(&fdp->fd_lock);
	return newfdp;
}

void
fd_share(struct proc *p)
{

	p->p_fd = curlwp->l_fd;
	atomic_inc_uint(&p->p_fd->fd_refcnt);
}

void
fd_hold(struct lwp *l)
{

	atomic_inc_uint(&l->l_fd->fd_refcnt);
}

/*
 * Drops the current lwp's reference to its table.  The last one closes
 * everything, which may sleep.
 */
void
fd_free(void)
{
	filedesc_t *fdp = curlwp->l_fd;
	fdtab_t *dt, *next;
	struct file *fp;
	fdfile_t *ff;
	int fd;

	/* Record locks are the process's, whoever shares its table. */
	if (__atomic_sub_fetch(&fdp->fd_refcnt, 1, __ATOMIC_ACQ_REL) > 0) {
		if (curproc->p_flag & PK_ADVLOCK) {
			for (fd = 0; fd <= fdp->fd_lastfile; fd++) {
				if ((fp = fd_getfile((unsigned)fd)) == NULL)
					continue;
				fd_unlock_posix(fp);
				fd_putfile((unsigned)fd);
			}
		}
		return;
	}
	for (fd = 0; fd <= fdp->fd_lastfile; fd++)
		if (fd_getfile((unsigned)fd) != NULL)
			(void)fd_close((unsigned)fd);
	KASSERT(fdp->fd_lastfile == -1);
	dt = fdp->fd_dt;
	for (fd = 0; fd < (int)dt->dt_nfiles; fd++) {
		if ((ff = dt->dt_ff[fd]) == NULL)
			continue;
		cv_destroy(&ff->ff_closing);
		pool_cache_put(fdfile_cache, ff);
	}
	if (fdp->fd_lomap != fdp->fd_dlomap)
		kmem_free(fdp->fd_lomap,
		    NDLOSLOTS(dt->dt_nfiles) * sizeof(*fdp->fd_lomap));
	for (; dt != NULL; dt = next) {
		next = dt->dt_link;
		kmem_free(dt, fdtab_size(dt->dt_nfiles));
	}
	mutex_destroy(&fdp->fd_lock);
	if (!fdp->fd_static)
		kmem_free(fdp, sizeof(*fdp));
}

/* exec: closes what is marked so, in a table of the process's own. */
void
fd_closeexec(void)
{
	struct lwp *l = curlwp;
	struct proc *p = l->l_proc;
	filedesc_t *fdp;
	fdfile_t *ff;
	int fd;

	if (p->p_fd->fd_refcnt > 1) {
		fdp = fd_copy();
		fd_free();
		p->p_fd = fdp;
		l->l_fd = fdp;
	}
	fdp = p->p_fd;
	if (!fdp->fd_exclose)
		return;
	fdp->fd_exclose = false;
	for (fd = 0; fd <= fdp->fd_lastfile; fd++) {
		ff = fdp->fd_dt->dt_ff[fd];
		if (ff != NULL && ff->ff_exclose &&
		    fd_getfile((unsigned)fd) != NULL)
			(void)fd_close((unsigned)fd);
	}
}

/* A descriptor for a new file of the caller's own. */
int
fd_install(unsigned type, const struct fileops *ops, void *data, int flags,
    int fflag)
{
	struct lwp *l = curlwp;
	struct file *fp;
	int error, fd;

	error = fd_allocfile(&fp, &fd);
	if (error)
		return -error;
	fp->f_flag = fflag | (flags & (FNONBLOCK | FNOSIGPIPE));
	fp->f_type = type;
	fp->f_ops = ops;
	fp->f_data = data;
	fd_set_exclose(l, fd, (flags & O_CLOEXEC) != 0);
	fd_affix(l->l_proc, fp, (unsigned)fd);
	return fd;
}

/*
 * Who gets signals of a file: *pgid is a process, or a negative group.
 */
int
fsetown(pid_t *pgid, u_long cmd, const void *data)
{
	pid_t id = *(const pid_t *)data;
	int error = 0;

	switch (cmd) {
	case TIOCSPGRP:
		if (id < 0)
			return EINVAL;
		id = -id;
		break;
	default:
		break;
	}
	if (id <= INT_MIN)
		return EINVAL;
	mutex_enter(&proc_lock);
	if (id > 0 && proc_find(id) == NULL)
		error = ESRCH;
	else if (id < 0 && pgrp_find(-id) == NULL)
		error = ESRCH;
	mutex_exit(&proc_lock);
	if (error == 0)
		*pgid = id;
	return error;
}

int
fgetown(pid_t pgid, u_long cmd, void *data)
{

	*(int *)data = cmd == TIOCGPGRP ? -pgid : pgid;
	return 0;
}

void
fownsignal(pid_t pgid, int signo, int code, int band, void *fdescdata)
{
	struct proc *p;
	struct pgrp *pgrp;
	ksiginfo_t ksi;

	if (pgid == 0)
		return;
	KSI_INIT(&ksi);
	ksi.ksi_signo = signo;
	ksi.ksi_code = code;
	ksi.ksi_band = band;
	mutex_enter(&proc_lock);
	if (pgid > 0) {
		p = proc_find(pgid);
		if (p != NULL)
			kpsignal(p, &ksi, fdescdata);
	} else {
		pgrp = pgrp_find(-pgid);
		if (pgrp != NULL)
			kpgsignal(pgrp, &ksi, fdescdata, 0);
	}
	mutex_exit(&proc_lock);
}

int
do_sys_fstat(int fd, struct stat *sb)
{
	struct file *fp;
	int error;

	fp = fd_getfile((unsigned)fd);
	if (fp == NULL)
		return EBADF;
	error = (*fp->f_ops->fo_stat)(fp, sb);
	fd_putfile((unsigned)fd);
	return error;
}

/*
 * File operations for types that lack one.
 */

int
fnullop_fcntl(struct file *fp, u_int cmd, void *data)
{

	return cmd == F_SETFL ? 0 : EOPNOTSUPP;
}

int
fnullop_poll(struct file *fp, int events)
{

	return 0;
}

int
fnullop_kqfilter(struct file *fp, struct knote *kn)
{

	return EOPNOTSUPP;
}

void
fnullop_restart(struct file *fp)
{
}

int
fbadop_read(struct file *fp, off_t *offset, struct uio *uio,
    struct kauth_cred *cred, int flags)
{

	return EOPNOTSUPP;
}

int
fbadop_write(struct file *fp, off_t *offset, struct uio *uio,
    struct kauth_cred *cred, int flags)
{

	return EOPNOTSUPP;
}

int
fbadop_ioctl(struct file *fp, u_long cmd, void *data)
{

	return EOPNOTSUPP;
}

int
fbadop_close(struct file *fp)
{

	return EOPNOTSUPP;
}

int
fbadop_stat(struct file *fp, struct stat *sb)
{

	return EOPNOTSUPP;
}
