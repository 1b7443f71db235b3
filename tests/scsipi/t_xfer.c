/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The bodies of st_xfer.c: each command of SCSI ends once, or there is a
 * report that says where it began.
 */

#include <sys/wait.h>
#include <unistd.h>

#include <rump/rumpuser_dev.h>

#include "../kern/kerntest.h"
#include "rawdev.h"

static void
run(const char *name)
{
	struct rawdev rd = { 0 };

	boot();
	raw_attach(&rd, &plain_setup);
	ATF_CHECK_EQ(rump_kerntest_run(name), 0);
	raw_detach(&rd);
}

/* A body that ends in a report with these words, and the place where its command began. */
static void
dies(const char *name, const char *words)
{
	struct rawdev rd = { 0 };
	int status, nwords = 0, nbegan = 0;
	char line[512];
	pid_t pid;
	FILE *f;

	if (!rump_kerntest_lockdebug())
		atf_tc_skip("no checks in this build");
	if ((pid = fork()) == 0) {
		if (freopen("out", "w", stdout) == NULL || freopen("out", "a", stderr) == NULL)
			_exit(0);
		setvbuf(stdout, NULL, _IONBF, 0);
		boot();
		raw_attach(&rd, &plain_setup);
		(void)rump_kerntest_run(name);
		_exit(0);
	}
	ATF_REQUIRE(waitpid(pid, &status, 0) == pid);
	ATF_CHECK(!WIFEXITED(status) || WEXITSTATUS(status) != 0);
	ATF_REQUIRE((f = fopen("out", "r")) != NULL);
	while (fgets(line, sizeof(line), f) != NULL) {
		fputs(line, stderr);
		nwords += strstr(line, words) != NULL;
		nbegan += strstr(line, "scsipi_get_xs") != NULL;
	}
	fclose(f);
	ATF_CHECK_MSG(nwords > 0, "no \"%s\"", words);
	if (rumpuser_dma_mode() == RUMPUSER_DMA_VIEWS)
		ATF_CHECK_MSG(nbegan > 0, "not where it began");
}

ATF_TC_WITHOUT_HEAD(ends_twice);
ATF_TC_BODY(ends_twice, tc)
{

	dies("xfer_twice", "scsi-xfer: command 0x00 of scsibus0 target 0 lun 0");
}

ATF_TC_WITHOUT_HEAD(ends_again_later);
ATF_TC_BODY(ends_again_later, tc)
{

	/* What was freed is the sanitizer's to find. */
	dies("xfer_late", rumpuser_dma_mode() == RUMPUSER_DMA_VIEWS ? "heap-use-after-free" :
	    "after it was given back");
}

ATF_TC_WITHOUT_HEAD(ends_never);
ATF_TC_BODY(ends_never, tc)
{

	dies("xfer_never", "not ended by the adapter, though the unit goes away");
}

ATF_TC_WITHOUT_HEAD(sense_put_off);
ATF_TC_BODY(sense_put_off, tc)
{

	run("xfer_put_off");
}

ATF_TC_WITHOUT_HEAD(reset_with_lock);
ATF_TC_BODY(reset_with_lock, tc)
{

	run("xfer_reset_locked");
}

ATF_TC_WITHOUT_HEAD(event_before_attach);
ATF_TC_BODY(event_before_attach, tc)
{

	run("xfer_event_early");
}

ATF_TC_WITHOUT_HEAD(adapter_grows);
ATF_TC_BODY(adapter_grows, tc)
{

	run("xfer_grows");
}

ATF_TC_WITHOUT_HEAD(no_slot_now);
ATF_TC_BODY(no_slot_now, tc)
{

	run("xfer_no_slot");
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, ends_twice);
	ATF_TP_ADD_TC(tp, ends_again_later);
	ATF_TP_ADD_TC(tp, ends_never);
	ATF_TP_ADD_TC(tp, sense_put_off);
	ATF_TP_ADD_TC(tp, reset_with_lock);
	ATF_TP_ADD_TC(tp, event_before_attach);
	ATF_TP_ADD_TC(tp, adapter_grows);
	ATF_TP_ADD_TC(tp, no_slot_now);
	return atf_no_error();
}
