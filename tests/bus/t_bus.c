/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * bus_space(9), bus_dma(9), interrupt lines and mbuf(9): the bodies of bt_*.c,
 * each in a kernel of its own, with nothing left afterwards.
 */

#include <sys/wait.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "../kern/kerntest.h"
#include "busmodel.h"

static void
audit(const char *name, int64_t before, int64_t now, void *arg)
{

	if (before != now) {
		printf("%s: %lld at first, %lld now\n", name, (long long)before,
		    (long long)now);
		*(int *)arg = 1;
	}
}

static void
run(const char *name)
{
	int bad = 0;

	ATF_REQUIRE_EQ(rump_init(), 0);
	busmodel_attach();
	rump_pub_audit_mark();
	ATF_CHECK_EQ(rump_kerntest_run(name), 0);
	(void)rump_pub_audit(audit, &bad);
	ATF_CHECK_EQ(bad, 0);
}

/* A body that is twice the same, with a restore between. */
static void
run_again(const char *name)
{
	int error, i, bad = 0;

	ATF_REQUIRE_EQ(rump_init(), 0);
	busmodel_attach();
	rump_pub_audit_mark();
	if ((error = rumpuser_snapshot()) != 0)
		atf_tc_skip("no snapshot here");
	for (i = 0; i < 3; i++) {
		ATF_CHECK_EQ(rump_kerntest_run(name), 0);
		ATF_REQUIRE_EQ(rumpuser_restore(), 0);
		(void)rump_pub_audit(audit, &bad);
		ATF_REQUIRE_EQ(bad, 0);
	}
}

/* A body that must end in a report, if the build checks that. */
static void
dies(const char *name, const char *words, bool sanitized)
{
	char line[512];
	int status, found = 0;
	pid_t pid;
	FILE *f;

	if (sanitized && rumpuser_dma_mode() != RUMPUSER_DMA_VIEWS)
		atf_tc_skip("one view of memory in this build");
	if (!sanitized && !rump_kerntest_lockdebug())
		atf_tc_skip("no checks in this build");
	if ((pid = fork()) == 0) {
		if (freopen("out", "w", stdout) == NULL || freopen("out", "a", stderr) == NULL)
			_exit(0);
		setvbuf(stdout, NULL, _IONBF, 0);
		if (rump_init() != 0)
			_exit(0);
		busmodel_attach();
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

#define	BODIES(x)							\
	x(space_widths) x(space_every_width) x(space_counts)		\
	x(space_map) x(space_linear) x(space_reserve) x(space_tags) x(space_fault)			\
	x(dma_buffer) x(dma_views) x(dma_direction) x(dma_segments)	\
	x(dma_limits) x(dma_memory) x(dma_shared) x(dma_look_between) x(dma_memory_segments) \
	x(dma_boundary) x(dma_uio) x(dma_mbuf) x(dma_bounce) x(dma_tags) x(dma_reuse)	\
	x(dma_forgiving) x(page_lists)					\
	x(intr_message) x(intr_pin) x(intr_delay) x(intr_storm)		\
	x(mbuf_shape) x(mbuf_copies) x(mbuf_external)

#define	AGAIN(x)							\
	x(again_dma, dma_segments) x(again_left, left_loaded)		\
	x(again_intr, intr_message)

#define	REPORTS(x)							\
	x(report_space_end, "read of 4 bytes at address 0x8000007e", false)	\
	x(report_space_unmapped, "which is not mapped", false)		\
	x(report_space_size, "no such region", false)			\
	x(report_dma_no_prewrite, "did not sync it with PREWRITE", true) \
	x(report_dma_other_bytes, "changed byte 63", true)		\
	x(report_dma_other_direction, "did not sync it with PREWRITE", true) \
	x(report_dma_changed, "changed byte 17", true)			\
	x(report_dma_no_preread, "byte 0 of them was not synced", true)	\
	x(report_dma_no_postread, "was not synced with POSTREAD", true)	\
	x(report_dma_early_look, "synced with PREREAD and not yet", true) \
	x(report_dma_beyond, "in no loaded map", true)			\
	x(report_dma_wrong_way, "was not loaded for that", true)	\
	x(report_dma_unloaded, "in a map that was unloaded", true)	\
	x(report_dma_freed_buffer, "use-after", true)			\
	x(report_dma_load_twice, "load of a map that is loaded", true)	\
	x(report_dma_sync_unloaded, "map that is not loaded", true)	\
	x(report_dma_sync_beyond, "sync of 64 bytes at offset 1", true)	\
	x(report_dma_free_loaded, "still loaded", true)			\
	x(report_dma_memory_end, "heap-buffer-overflow", true)

#define	BODY(name)							\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
									\
	run(#name);							\
}
BODIES(BODY)

#define	AGAIN_BODY(name, body)						\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
									\
	run_again(#body);						\
}
AGAIN(AGAIN_BODY)

#define	REPORT_BODY(name, words, sanitized)				\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)							\
{									\
									\
	dies(#name, words, sanitized);					\
}
REPORTS(REPORT_BODY)

/* Loads are told of by clang, and threads that look at once are none of it. */
ATF_TC_WITHOUT_HEAD(report_dma_double_fetch);
ATF_TC_BODY(report_dma_double_fetch, tc)
{

#ifdef WATCHED_LOADS
	if (strcmp(rumpuser_backend(), "fiber") == 0) {
		dies("report_dma_double_fetch", "double-fetch: byte 0 of 2 at offset 4", true);
		return;
	}
#endif
	atf_tc_skip("loads are not watched in this build");
}

#define	ADD(name, ...)	ATF_TP_ADD_TC(tp, name);

ATF_TP_ADD_TCS(tp)
{

	BODIES(ADD)
	AGAIN(ADD)
	REPORTS(ADD)
	ADD(report_dma_double_fetch)
	return atf_no_error();
}
