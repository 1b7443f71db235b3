/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The bodies of st_xfer.c: each command of SCSI ends once, or there is a
 * report that says where it began; and what adapters and drivers of devices
 * are given to use.
 */

#include <sys/wait.h>
#include <unistd.h>

#include <rump/rumpuser_dev.h>

#include "../kern/kerntest.h"
#include "rawdev.h"

static void
run_on(const char *name, struct rawdev rd)
{

	boot();
	raw_attach(&rd, &plain_setup);
	ATF_CHECK_EQ(rump_kerntest_run(name), 0);
	raw_detach(&rd);
}

static void
run(const char *name)
{

	run_on(name, (struct rawdev){ 0 });
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

ATF_TC_WITHOUT_HEAD(frozen);
ATF_TC_BODY(frozen, tc)
{

	run("xfer_frozen");
}

ATF_TC_WITHOUT_HEAD(adapter_power);
ATF_TC_BODY(adapter_power, tc)
{

	run("xfer_power");
}

ATF_TC_WITHOUT_HEAD(change_definition);
ATF_TC_BODY(change_definition, tc)
{

	run("xfer_changedef");
}

ATF_TC_WITHOUT_HEAD(sync_factors);
ATF_TC_BODY(sync_factors, tc)
{

	run("xfer_sync_factors");
}

/* What the device says to REPORT SUPPORTED OPERATION CODES, one time after the other. */
static int
opcodes(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{
	static const uint8_t
	    good[] = { 0, 0, 0, 48,
		0x00, 0, 0, 0, 0, 0, 0, 6,
		0x28, 0, 0, 0, 0, 2, 0, 10,	/* 30 s, 90 s at most */
		0, 10, 0, 0, 0, 0, 0, 30, 0, 0, 0, 90,
		0x2a, 0, 0, 0, 0, 2, 0, 10,	/* a year */
		0, 10, 0, 0, 0x01, 0xe1, 0x33, 0x80, 0, 0, 0, 0 },
	    services[] = { 0, 0, 0, 40,
		0x9e, 0, 0, 0x10, 0, 3, 0, 16,
		0, 10, 0, 0, 0, 0, 0, 50, 0, 0, 0, 0,
		0x9e, 0, 0, 0x12, 0, 3, 0, 16,
		0, 10, 0, 0, 0, 0, 0, 20, 0, 0, 0, 0 },
	    shortdesc[] = { 0, 0, 0, 20,
		0x28, 0, 0, 0, 0, 2, 0, 10,
		0, 2, 0, 0,			/* ... of 4 bytes */
		0x2a, 0, 0, 0, 0, 0, 0, 10 },
	    cut[] = { 0xff, 0xff, 0xff, 0xff,	/* far more than there is */
		0x28, 0, 0, 0, 0, 0, 0, 10 };

	if (c->sc_cdb[0] != 0xa3)
		return 0;
	ATF_CHECK_EQ(c->sc_cdb[1], 0x0c);
	ATF_CHECK_EQ(c->sc_cdb[2], 0x80);
	switch (rd->rd_byop[0xa3]) {
	case 1:
		raw_data(c, good, sizeof(good));
		break;
	case 2:
		raw_data(c, services, sizeof(services));
		break;
	case 3:
		raw_data(c, shortdesc, sizeof(shortdesc));
		break;
	case 4:
		raw_data(c, cut, sizeof(cut));
		break;
	default:
		raw_check(c, 5, 0x20, 0);
		break;
	}
	return 0;
}

ATF_TC_WITHOUT_HEAD(supported_opcodes);
ATF_TC_BODY(supported_opcodes, tc)
{

	run_on("xfer_opcodes", (struct rawdev){ .rd_cmd = opcodes });
	LOG_HAS("timeouts descriptor of 4 bytes, least is 12");
}

/* Nobody swaps to a CD. */
ATF_TC_WITHOUT_HEAD(cd_no_swap);
ATF_TC_BODY(cd_no_swap, tc)
{

	run_on("xfer_cd_size", (struct rawdev){ .rd_type = 5, .rd_removable = true });
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
	ATF_TP_ADD_TC(tp, frozen);
	ATF_TP_ADD_TC(tp, adapter_power);
	ATF_TP_ADD_TC(tp, change_definition);
	ATF_TP_ADD_TC(tp, sync_factors);
	ATF_TP_ADD_TC(tp, supported_opcodes);
	ATF_TP_ADD_TC(tp, cd_no_swap);
	return atf_no_error();
}
