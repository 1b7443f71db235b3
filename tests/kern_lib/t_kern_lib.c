/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The kernel's library: the bodies of kl_*.c, each in a kernel of its own,
 * and what shows only from outside.
 */

#include <sys/types.h>
#include <sys/wait.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rumpuser_fuzz.h>

#include "../kern/kerntest.h"

static void
audit(const char *name, int64_t baseline, int64_t now, void *arg)
{

	if (baseline != now)
		atf_tc_fail_nonfatal("%s: %lld before, %lld after", name,
		    (long long)baseline, (long long)now);
}

/* A body, which leaves nothing behind. */
static void
run(const char *name)
{

	ATF_REQUIRE_EQ(rump_init(), 0);
	rump_pub_audit_mark();
	ATF_CHECK_EQ(rump_kerntest_run(name), 0);
	(void)rump_pub_audit(audit, NULL);
}

#define	BODY(name)							\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
									\
	run(#name);							\
}

BODY(bits_all)
BODY(copy_basic)
BODY(copy_fault)
BODY(cprng_rnd)
BODY(cred_basic)
BODY(evcnt_attach)
BODY(extent_basic)
BODY(hash_tables)
BODY(hash_values)
BODY(hooks_run)
BODY(link_sets)
BODY(kauth_listeners)
BODY(kauth_vnode_decision)
BODY(kcpuset_basic)
BODY(kmem_fault)
BODY(kmem_huge)
BODY(kmem_sizes)
BODY(kmem_strings)
BODY(kmem_threads)
BODY(malloc_basic)
BODY(module_builtins_init)
BODY(module_ctl)
BODY(module_late)
BODY(number_parse)
BODY(pool_allocator_own)
BODY(pool_basic)
BODY(pool_cache_basic)
BODY(pool_hardlimit)
BODY(printf_bits)
BODY(printf_formats)
BODY(printf_humans)
BODY(printf_messages)
BODY(prop_containers)
BODY(prop_values)
BODY(queue_all)
BODY(radixtree_model)
BODY(rbtree_model)
BODY(securelevel_denies)
BODY(sort_all)
BODY(string_basic)
BODY(string_vis)
BODY(string_match)
BODY(sysctl_base)
BODY(sysctl_create_destroy)
BODY(sysctl_evcnt_msgbuf)
BODY(sysctl_query_describe)
BODY(sysctl_user_nodes)
BODY(tree_model)
BODY(uio_moves)
BODY(uuid_codec)
BODY(uvm_km_basic)
BODY(vmem_basic)
BODY(vmem_model)

ATF_TC_WITHOUT_HEAD(memlimit);
ATF_TC_BODY(memlimit, tc)
{

	setenv("RUMP_MEMLIMIT", "8m", 1);
	run("memlimit");
}

/* Something that is no size is said so once, and is no limit. */
ATF_TC_WITHOUT_HEAD(memlimit_bad);
ATF_TC_BODY(memlimit_bad, tc)
{

	setenv("RUMP_MEMLIMIT", "lots", 1);
	run("kmem_sizes");
}

/* Runs a body in a child that must die; its words go to the file. */
static void
dies(const char *name, const char *words)
{
	char line[512];
	int status, found = 0;
	pid_t pid;
	FILE *f;

	if ((pid = fork()) == 0) {
		if (freopen("out", "w", stdout) == NULL ||
		    freopen("out", "a", stderr) == NULL)
			_exit(0);
		setvbuf(stdout, NULL, _IONBF, 0);
		if (rump_init() != 0)
			_exit(0);
		(void)rump_kerntest_run(name);
		_exit(0);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_CHECK(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
	f = fopen("out", "r");
	ATF_REQUIRE(f != NULL);
	while (fgets(line, sizeof(line), f) != NULL) {
		fputs(line, stderr);
		if (strstr(line, words) != NULL)
			found = 1;
	}
	fclose(f);
	ATF_CHECK_MSG(found, "no \"%s\"", words);
}

#define	DIES(name, words, sanitized)					\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
									\
	if ((sanitized) && !rump_kernlib_sanitized())			\
		atf_tc_skip("objects have no red zones here");		\
	dies(#name, words);						\
}

int	rump_kernlib_sanitized(void);

DIES(panic_says_why, "panic: because 42", 0)
DIES(kassert_says_where, "assertion \"one == 2\" failed", 0)
DIES(kmem_too_large, "memory", 0)
DIES(kmem_overflow, "heap-buffer-overflow", 1)
DIES(kmem_after_free, "use-after", 1)
DIES(kmem_wrong_size, "bad-free", 1)
DIES(pool_overflow, "ERROR", 1)
DIES(pool_cache_after_put, "use-after", 1)
DIES(malloc_double_free, "double-free", 1)
DIES(pool_wrong_pool, "bad-free", 1)

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, bits_all);
	ATF_TP_ADD_TC(tp, copy_basic);
	ATF_TP_ADD_TC(tp, copy_fault);
	ATF_TP_ADD_TC(tp, cprng_rnd);
	ATF_TP_ADD_TC(tp, cred_basic);
	ATF_TP_ADD_TC(tp, evcnt_attach);
	ATF_TP_ADD_TC(tp, extent_basic);
	ATF_TP_ADD_TC(tp, hash_tables);
	ATF_TP_ADD_TC(tp, hash_values);
	ATF_TP_ADD_TC(tp, hooks_run);
	ATF_TP_ADD_TC(tp, link_sets);
	ATF_TP_ADD_TC(tp, kauth_listeners);
	ATF_TP_ADD_TC(tp, kauth_vnode_decision);
	ATF_TP_ADD_TC(tp, kcpuset_basic);
	ATF_TP_ADD_TC(tp, kmem_fault);
	ATF_TP_ADD_TC(tp, kmem_huge);
	ATF_TP_ADD_TC(tp, kmem_sizes);
	ATF_TP_ADD_TC(tp, kmem_strings);
	ATF_TP_ADD_TC(tp, kmem_threads);
	ATF_TP_ADD_TC(tp, malloc_basic);
	ATF_TP_ADD_TC(tp, module_builtins_init);
	ATF_TP_ADD_TC(tp, module_ctl);
	ATF_TP_ADD_TC(tp, module_late);
	ATF_TP_ADD_TC(tp, number_parse);
	ATF_TP_ADD_TC(tp, pool_allocator_own);
	ATF_TP_ADD_TC(tp, pool_basic);
	ATF_TP_ADD_TC(tp, pool_cache_basic);
	ATF_TP_ADD_TC(tp, pool_hardlimit);
	ATF_TP_ADD_TC(tp, printf_bits);
	ATF_TP_ADD_TC(tp, printf_formats);
	ATF_TP_ADD_TC(tp, printf_humans);
	ATF_TP_ADD_TC(tp, printf_messages);
	ATF_TP_ADD_TC(tp, prop_containers);
	ATF_TP_ADD_TC(tp, prop_values);
	ATF_TP_ADD_TC(tp, queue_all);
	ATF_TP_ADD_TC(tp, radixtree_model);
	ATF_TP_ADD_TC(tp, rbtree_model);
	ATF_TP_ADD_TC(tp, securelevel_denies);
	ATF_TP_ADD_TC(tp, sort_all);
	ATF_TP_ADD_TC(tp, string_basic);
	ATF_TP_ADD_TC(tp, string_vis);
	ATF_TP_ADD_TC(tp, string_match);
	ATF_TP_ADD_TC(tp, sysctl_base);
	ATF_TP_ADD_TC(tp, sysctl_create_destroy);
	ATF_TP_ADD_TC(tp, sysctl_evcnt_msgbuf);
	ATF_TP_ADD_TC(tp, sysctl_query_describe);
	ATF_TP_ADD_TC(tp, sysctl_user_nodes);
	ATF_TP_ADD_TC(tp, tree_model);
	ATF_TP_ADD_TC(tp, uio_moves);
	ATF_TP_ADD_TC(tp, uuid_codec);
	ATF_TP_ADD_TC(tp, uvm_km_basic);
	ATF_TP_ADD_TC(tp, vmem_basic);
	ATF_TP_ADD_TC(tp, vmem_model);
	ATF_TP_ADD_TC(tp, memlimit);
	ATF_TP_ADD_TC(tp, memlimit_bad);
	ATF_TP_ADD_TC(tp, panic_says_why);
	ATF_TP_ADD_TC(tp, kassert_says_where);
	ATF_TP_ADD_TC(tp, kmem_too_large);
	ATF_TP_ADD_TC(tp, kmem_overflow);
	ATF_TP_ADD_TC(tp, kmem_after_free);
	ATF_TP_ADD_TC(tp, kmem_wrong_size);
	ATF_TP_ADD_TC(tp, pool_overflow);
	ATF_TP_ADD_TC(tp, pool_cache_after_put);
	ATF_TP_ADD_TC(tp, malloc_double_free);
	ATF_TP_ADD_TC(tp, pool_wrong_pool);
	return atf_no_error();
}
