/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI middle layer: finding units, running commands, errors of devices
 * and of adapters.
 */

#include "scsitest.h"

static const struct scsim_config processor = {
	.sm_type = SCSIM_PROCESSOR, .sm_vendor = "ACME", .sm_product = "Thing", .sm_revision = "1.0",
};

ATF_TC_WITHOUT_HEAD(find_report_luns);
ATF_TC_BODY(find_report_luns, tc)
{
	struct scsi_host *h;
	struct scsim_target *t;

	boot();
	h = scsi_host_create(&plain_setup);
	t = scsim_create();
	ATF_REQUIRE_EQ(scsim_add(t, 0, &processor), 0);
	ATF_REQUIRE_EQ(scsim_add(t, 2, &processor), 0);
	ATF_REQUIRE_EQ(scsim_add(t, 5, &processor), 0);
	ATF_REQUIRE_EQ(scsi_host_plug(h, 0, t, 0), 0);
	scan();
	LOG_HAS("scsihost0 at mainbus0: test adapter, 1 channel");
	LOG_HAS("scsibus0 at scsihost0: 4 targets, 8 luns per target");
	LOG_HAS("uk0 at scsibus0 target 0 lun 0: <ACME, Thing, 1.0> processor fixed");
	LOG_HAS("uk1 at scsibus0 target 0 lun 2:");
	LOG_HAS("uk2 at scsibus0 target 0 lun 5:");
	ATF_CHECK(!have("uk3"));
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	ATF_CHECK(!have("uk0"));
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(user_command);
ATF_TC_BODY(user_command, tc)
{
	static const uint8_t inquiry[6] = { 0x12, 0, 0, 0, 36 };
	static const uint8_t bad[6] = { 0x02 };
	struct scsi_host *h;
	struct scsi_addr sa;
	struct scsireq rq;
	uint8_t buf[36];
	int fd;

	boot();
	h = host_with(&plain_setup, &processor);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/uk0", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SCIOCIDENTIFY, &sa), 0);
	ATF_CHECK_EQ(sa.type, 0);
	ATF_CHECK_EQ(sa.bus, 0);
	ATF_CHECK_EQ(sa.target, 0);
	ATF_CHECK_EQ(sa.lun, 0);
	ATF_REQUIRE_EQ(command(fd, &rq, inquiry, 6, SCCMD_READ, buf, sizeof(buf)), 0);
	ATF_CHECK_EQ(rq.retsts, 0);
	ATF_CHECK_EQ(rq.datalen_used, 36);
	ATF_CHECK_EQ(memcmp(buf + 8, "ACME    Thing           1.0 ", 28), 0);
	/* Nobody knows this one: sense data come back as the device sent them. */
	ATF_REQUIRE_EQ(command(fd, &rq, bad, 6, 0, NULL, 0), 0);
	ATF_CHECK_EQ(rq.retsts, 3);
	ATF_CHECK_EQ(rq.status, 2);
	ATF_CHECK_EQ(rq.sense[2] & 0xf, 5);
	ATF_CHECK_EQ(rq.sense[12], 0x20);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, find_report_luns);
	ATF_TP_ADD_TC(tp, user_command);
	return atf_no_error();
}
