/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Descriptor tables and per-process directories.  filedesc(9).
 */

#ifndef _SYS_FILEDESC_H_
#define _SYS_FILEDESC_H_

#include <sys/types.h>
#include <sys/param.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/rwlock.h>
#include <sys/condvar.h>

struct file;
struct knote;
struct lwp;
struct proc;
struct vnode;
struct socket;
struct kauth_cred;
struct stat;
struct fileops;

#define	NDFILE		20		/* slots in a new table */
#define	NDENTRIES	32		/* descriptors per bitmap word */
#define	NDENTRYMASK	(NDENTRIES - 1)
#define	NDENTRYSHIFT	5
#define	NDLOSLOTS(x)	(((x) + NDENTRIES - 1) >> NDENTRYSHIFT)

/*
 * One descriptor.  ff_refcnt counts the threads that use it; FR_CLOSING in it
 * tells the last but one of them that fd_close() waits in the other.
 */
typedef struct fdfile {
	bool		ff_exclose;	/* fd_lock */
	bool		ff_allocated;	/* fd_lock */
	u_int		ff_refcnt;	/* atomic */
	struct file	*ff_file;	/* atomic; written under fd_lock */
	SLIST_HEAD(, knote) ff_knlist;	/* fd_lock */
	kcondvar_t	ff_closing;	/* fd_lock */
} fdfile_t;

#define	FR_CLOSING	0x80000000u

/*
 * A table of pointers to descriptors.  Readers don't lock, so an outgrown
 * table is kept on dt_link until the filedesc_t goes.
 */
typedef struct fdtab {
	u_int		dt_nfiles;	/* slots */
	struct fdtab	*dt_link;	/* outgrown predecessor */
	fdfile_t	*dt_ff[];
} fdtab_t;

typedef struct filedesc {
	fdtab_t * volatile fd_dt;	/* written under fd_lock */
	uint32_t	*fd_lomap;	/* fd_lock: descriptors in use */
	kmutex_t	fd_lock;
	int		fd_lastfile;	/* fd_lock: highest open, or -1 */
	int		fd_freefile;	/* fd_lock: none free below */
	u_int		fd_nused;	/* fd_lock: descriptors open */
	u_int		fd_refcnt;	/* atomic: processes sharing it */
	bool		fd_exclose;	/* some descriptor may close on exec */
	bool		fd_static;	/* constant: the memory is not ours */
	uint32_t	fd_dlomap[NDLOSLOTS(NDFILE)];
} filedesc_t;

/*
 * The directories of a process.  cwdi_lock guards the pointers; cwdi_refcnt
 * is atomic.
 */
struct cwdinfo {
	struct vnode	*cwdi_cdir;	/* current directory */
	struct vnode	*cwdi_rdir;	/* root directory, NULL: the real one */
	struct vnode	*cwdi_edir;	/* root of the emulation, unused */
	krwlock_t	cwdi_lock;
	u_short		cwdi_cmask;	/* file creation mask */
	u_int		cwdi_refcnt;
};

#ifdef _KERNEL

/* Called at boot, before the first process has descriptors. */
void	fd_sys_init(void);

/*
 * Tables.  fd_init() gives a new empty one (or resets the one given);
 * fd_copy() a copy of the current process's; fd_share() lets p use the
 * current process's; fd_hold() and fd_free() count the users of a table,
 * fd_free() in the current process's.
 */
filedesc_t *fd_init(filedesc_t *);
filedesc_t *fd_copy(void);
void	fd_share(struct proc *);
void	fd_hold(struct lwp *);
void	fd_free(void);
void	fd_closeexec(void);

/*
 * Descriptors of the current process.
 *
 * fd_alloc() reserves the lowest free descriptor >= want (ENOSPC: grow with
 * fd_tryexpand() and retry; EMFILE: at the limit).  fd_affix() makes a
 * reserved descriptor usable; fd_abort() gives it up with its file.
 * fd_getfile() returns the file with a reference, NULL if fd is not open;
 * fd_putfile() releases it.  fd_close() wants such a reference and releases
 * it too; it waits until no other thread uses the descriptor.
 */
int	fd_alloc(struct proc *, int, int *);
void	fd_tryexpand(struct proc *);
void	fd_affix(struct proc *, struct file *, unsigned);
void	fd_abort(struct proc *, struct file *, unsigned);
struct file *fd_getfile(unsigned);
void	fd_putfile(unsigned);
struct file *fd_getfile2(struct proc *, unsigned);
int	fd_getvnode(unsigned, struct file **);
int	fd_getsock(unsigned, struct socket **);
int	fd_getsock1(unsigned, struct socket **, struct file **);
#define	fd_putvnode(fd)	fd_putfile(fd)
#define	fd_putsock(fd)	fd_putfile(fd)
int	fd_close(unsigned);
int	fd_dup(struct file *, int, int *, bool);
int	fd_dup2(struct file *, unsigned, int);
int	fd_clone(struct file *, unsigned, int, const struct fileops *,
	    void *);
void	fd_set_exclose(struct lwp *, int, bool);
int	fd_dupopen(int, bool, int, int *);
struct file *fgetdummy(void);
void	fputdummy(struct file *);

/*
 * Files.  fd_allocfile() gives a new file and a reserved descriptor for it;
 * closef() drops a reference to a file (the last one closes it).
 */
int	fd_allocfile(struct file **, int *);
int	closef(struct file *);

/*
 * Directories.  cwdinit() copies the current process's; cwdshare() lets p
 * use them; cwdunshare() gives p its own copy; cwdfree() drops a reference.
 */
struct cwdinfo *cwdinit(void);
void	cwdshare(struct proc *);
void	cwdunshare(struct proc *);
void	cwdfree(struct cwdinfo *);
void	cwdexec(struct proc *);

int	do_sys_fstat(int, struct stat *);

#endif /* _KERNEL */

#endif /* _SYS_FILEDESC_H_ */
