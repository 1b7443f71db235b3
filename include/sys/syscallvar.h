/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The switch from a system call's number to its handler, and how a module
 * puts its calls there.
 */

#ifndef _SYS_SYSCALLVAR_H_
#define _SYS_SYSCALLVAR_H_

#include <sys/types.h>
#include <sys/syscall.h>

struct lwp;

typedef int sy_call_t(struct lwp *, const void *, register_t *);

struct sysent {
	short		sy_narg;	/* arguments, in registers */
	short		sy_argsize;	/* bytes of them */
	int		sy_flags;
	sy_call_t	*sy_call;
};

struct emul;
extern struct sysent	sysent[SYS_NSYSENT];

/*
 * A module's calls: an array that ends with a zero sp_call.  The emulation
 * is NULL for the native one.
 */
struct syscall_package {
	uint16_t	sp_code;	/* SYS_* */
	uint16_t	sp_flags;
	sy_call_t	*sp_call;
};

/*
 * syscall_establish() makes the calls available, all or none: EBUSY if one
 * has a handler already, EINVAL for a number out of range.
 * syscall_disestablish() takes them away; the caller makes sure that nothing
 * runs in them.
 */
int	syscall_establish(const struct emul *, const struct syscall_package *);
int	syscall_disestablish(const struct emul *,
	    const struct syscall_package *);

/*
 * Runs the handler of a call: 0, or an errno.  The arguments are what
 * <sys/syscallargs.h> says for it.
 */
static inline int
sy_call(const struct sysent *sy, struct lwp *l, const void *uap,
    register_t *rval)
{

	return (*sy->sy_call)(l, uap, rval);
}

int	sys_nosys(struct lwp *, const void *, register_t *);
int	sys_nomodule(struct lwp *, const void *, register_t *);

#endif /* _SYS_SYSCALLVAR_H_ */
