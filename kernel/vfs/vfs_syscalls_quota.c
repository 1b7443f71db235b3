/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * quotactl(2): copies what each operation points to in, asks the file
 * system, and copies the answer out.  A file system without quotas answers
 * EOPNOTSUPP.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mount.h>
#include <sys/namei.h>
#include <sys/quotactl.h>
#include <sys/syscallargs.h>
#include <sys/vfs_syscalls.h>
#include <sys/vnode.h>

#include "vfs_syscalls_impl.h"

/* The most quotas that one call may get. */
#define	QUOTA_MAXGET	256

/* Kernel copies of what a small operation points to. */
union quota_copy {
	struct quotastat stat;
	struct quotaidtypestat idtypestat;
	struct quotaobjtypestat objtypestat;
	struct quotakcursor cursor;
	struct {
		struct quotakey key;
		struct quotaval val;
	} kv;
};

static int
quota_cursorget(struct mount *mp, struct quotactl_args *args)
{
	const unsigned max = args->u.cursorget.qc_maxnum;
	struct quotactl_args k = *args;
	struct quotakcursor cursor;
	struct quotakey *keys;
	struct quotaval *vals;
	unsigned n = 0;
	int error;

	if (max == 0 || max > QUOTA_MAXGET)
		return EINVAL;
	error = copyin(args->u.cursorget.qc_cursor, &cursor, sizeof(cursor));
	if (error != 0)
		return error;
	keys = kmem_zalloc(max * sizeof(*keys), KM_SLEEP);
	vals = kmem_zalloc(max * sizeof(*vals), KM_SLEEP);
	k.u.cursorget.qc_cursor = &cursor;
	k.u.cursorget.qc_keys = keys;
	k.u.cursorget.qc_vals = vals;
	k.u.cursorget.qc_ret = &n;
	error = VFS_QUOTACTL(mp, &k);
	if (error == 0 && n > max)
		n = max;
	if (error == 0)
		error = copyout(keys, args->u.cursorget.qc_keys,
		    n * sizeof(*keys));
	if (error == 0)
		error = copyout(vals, args->u.cursorget.qc_vals,
		    n * sizeof(*vals));
	if (error == 0)
		error = copyout(&n, args->u.cursorget.qc_ret, sizeof(n));
	if (error == 0)
		error = copyout(&cursor, args->u.cursorget.qc_cursor,
		    sizeof(cursor));
	kmem_free(vals, max * sizeof(*vals));
	kmem_free(keys, max * sizeof(*keys));
	return error;
}

/* An operation whose only pointer is its cursor, read and written back. */
static int
quota_cursor(struct mount *mp, struct quotactl_args *args,
    struct quotakcursor **cursorp)
{
	struct quotakcursor *ucursor = *cursorp, cursor;
	int error;

	error = copyin(ucursor, &cursor, sizeof(cursor));
	if (error != 0)
		return error;
	*cursorp = &cursor;
	error = VFS_QUOTACTL(mp, args);
	*cursorp = ucursor;
	if (error == 0)
		error = copyout(&cursor, ucursor, sizeof(cursor));
	return error;
}

static int
quota_quotaon(struct mount *mp, struct quotactl_args *args)
{
	char *path = PNBUF_GET();
	int error;

	error = copyinstr(args->u.quotaon.qc_quotafile, path, MAXPATHLEN,
	    NULL);
	if (error == 0) {
		args->u.quotaon.qc_quotafile = path;
		error = VFS_QUOTACTL(mp, args);
	}
	PNBUF_PUT(path);
	return error;
}

/* args is a kernel copy, whose pointers are the user's still. */
static int
quota_op(struct mount *mp, struct quotactl_args *args)
{
	union quota_copy k;
	void *uptr;
	int atend, error;

	memset(&k, 0, sizeof(k));
	switch (args->qc_op) {
	case QUOTACTL_STAT:
		uptr = args->u.stat.qc_info;
		args->u.stat.qc_info = &k.stat;
		error = VFS_QUOTACTL(mp, args);
		if (error == 0)
			error = copyout(&k.stat, uptr, sizeof(k.stat));
		return error;

	case QUOTACTL_IDTYPESTAT:
		uptr = args->u.idtypestat.qc_info;
		args->u.idtypestat.qc_info = &k.idtypestat;
		error = VFS_QUOTACTL(mp, args);
		if (error == 0)
			error = copyout(&k.idtypestat, uptr,
			    sizeof(k.idtypestat));
		return error;

	case QUOTACTL_OBJTYPESTAT:
		uptr = args->u.objtypestat.qc_info;
		args->u.objtypestat.qc_info = &k.objtypestat;
		error = VFS_QUOTACTL(mp, args);
		if (error == 0)
			error = copyout(&k.objtypestat, uptr,
			    sizeof(k.objtypestat));
		return error;

	case QUOTACTL_GET:
		error = copyin(args->u.get.qc_key, &k.kv.key,
		    sizeof(k.kv.key));
		if (error != 0)
			return error;
		uptr = args->u.get.qc_val;
		args->u.get.qc_key = &k.kv.key;
		args->u.get.qc_val = &k.kv.val;
		error = VFS_QUOTACTL(mp, args);
		if (error == 0)
			error = copyout(&k.kv.val, uptr, sizeof(k.kv.val));
		return error;

	case QUOTACTL_PUT:
		error = copyin(args->u.put.qc_key, &k.kv.key,
		    sizeof(k.kv.key));
		if (error == 0)
			error = copyin(args->u.put.qc_val, &k.kv.val,
			    sizeof(k.kv.val));
		if (error != 0)
			return error;
		args->u.put.qc_key = &k.kv.key;
		args->u.put.qc_val = &k.kv.val;
		return VFS_QUOTACTL(mp, args);

	case QUOTACTL_DEL:
		error = copyin(args->u.del.qc_key, &k.kv.key,
		    sizeof(k.kv.key));
		if (error != 0)
			return error;
		args->u.del.qc_key = &k.kv.key;
		return VFS_QUOTACTL(mp, args);

	case QUOTACTL_CURSOROPEN:
		uptr = args->u.cursoropen.qc_cursor;
		args->u.cursoropen.qc_cursor = &k.cursor;
		error = VFS_QUOTACTL(mp, args);
		if (error == 0)
			error = copyout(&k.cursor, uptr, sizeof(k.cursor));
		return error;

	case QUOTACTL_CURSORCLOSE:
		return quota_cursor(mp, args, &args->u.cursorclose.qc_cursor);
	case QUOTACTL_CURSORSKIPIDTYPE:
		return quota_cursor(mp, args,
		    &args->u.cursorskipidtype.qc_cursor);
	case QUOTACTL_CURSORREWIND:
		return quota_cursor(mp, args,
		    &args->u.cursorrewind.qc_cursor);

	case QUOTACTL_CURSORATEND:
		uptr = args->u.cursoratend.qc_ret;
		args->u.cursoratend.qc_ret = &atend;
		error = quota_cursor(mp, args,
		    &args->u.cursoratend.qc_cursor);
		if (error == 0)
			error = copyout(&atend, uptr, sizeof(atend));
		return error;

	case QUOTACTL_CURSORGET:
		return quota_cursorget(mp, args);
	case QUOTACTL_QUOTAON:
		return quota_quotaon(mp, args);
	case QUOTACTL_QUOTAOFF:
		return VFS_QUOTACTL(mp, args);
	default:
		return EINVAL;
	}
}

/* args points to a kernel structure whose pointers are the user's. */
int
do_sys_quotactl(const char *path, const struct quotactl_args *args)
{
	struct quotactl_args kargs = *args;
	struct mount *mp;
	struct vnode *vp;
	int error;

	error = vfs_lookupat_user(curlwp, AT_FDCWD, path, FOLLOW, &vp);
	if (error != 0)
		return error;
	mp = vp->v_mount;
	error = quota_op(mp, &kargs);
	vrele(vp);
	return error;
}

int
sys___quotactl(struct lwp *l, const struct sys___quotactl_args *uap,
    register_t *retval)
{
	/* {
		syscallarg(const char *) path;
		syscallarg(struct quotactl_args *) args;
	} */
	struct quotactl_args args;
	int error;

	error = copyin(SCARG(uap, args), &args, sizeof(args));
	if (error != 0)
		return error;
	return do_sys_quotactl(SCARG(uap, path), &args);
}

const struct syscall_package vfs_syscalls_quota[] = {
	VFS_SYSCALL(__quotactl),
	VFS_SYSCALL_END
};
