/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Tests whose bodies run in the kernel.  A body returns 0, or 1 after a line
 * on the console that says where it failed.
 */

#ifndef _KERNTEST_H_
#define _KERNTEST_H_

struct kerntest {
	const char	*kt_name;
	int		(*kt_body)(void);
	struct kerntest	*kt_next;
};

void	kerntest_add(struct kerntest *);

#define	KERNTEST(name)							\
	static int name(void);						\
	static struct kerntest name##_test = { #name, name, NULL };	\
	static void __attribute__((__constructor__))			\
	name##_add(void)						\
	{								\
									\
		kerntest_add(&name##_test);				\
	}								\
	static int							\
	name(void)

#define	CHECK(cond)							\
do {									\
	if (!(cond)) {							\
		printf("%s:%d: %s\n", __func__, __LINE__, #cond);	\
		return 1;						\
	}								\
} while (0)

#define	CHECK_EQ(a, b)							\
do {									\
	long long _a = (long long)(a), _b = (long long)(b);		\
	if (_a != _b) {							\
		printf("%s:%d: %s is %lld, not %s, %lld\n", __func__,	\
		    __LINE__, #a, _a, #b, _b);				\
		return 1;						\
	}								\
} while (0)

/* Runs fn(arg) in a kernel thread that kt_join() waits for. */
struct lwp *kt_thread(void (*fn)(void *), void *arg);
void	kt_join(struct lwp *);
/* Lets others run until all of them sleep. */
void	kt_settle(void);

/* From the host: the body of that name; 2 if there is none. */
int	rump_kerntest_run(const char *);
/* Whether the kernel was compiled with LOCKDEBUG. */
int	rump_kerntest_lockdebug(void);

#endif /* _KERNTEST_H_ */
