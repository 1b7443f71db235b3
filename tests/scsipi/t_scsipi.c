/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI middle layer: finding units, running commands, errors of devices
 * and of adapters.
 */

#include "rawdev.h"

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
	/* Sense data come back as the device sent them: it was turned on; an unknown command. */
	ATF_REQUIRE_EQ(command(fd, &rq, bad, 6, 0, NULL, 0), 0);
	ATF_CHECK_EQ(rq.retsts, 3);
	ATF_CHECK_EQ(rq.sense[2] & 0xf, 6);
	ATF_CHECK_EQ(rq.sense[12], 0x29);
	ATF_REQUIRE_EQ(command(fd, &rq, bad, 6, 0, NULL, 0), 0);
	ATF_CHECK_EQ(rq.retsts, 3);
	ATF_CHECK_EQ(rq.status, 2);
	ATF_CHECK_EQ(rq.sense[2] & 0xf, 5);
	ATF_CHECK_EQ(rq.sense[12], 0x20);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(find_one_by_one);
ATF_TC_BODY(find_one_by_one, tc)
{
	struct scsim_config old = processor;
	struct scsi_host *h;
	struct scsim_target *t;

	/* Without REPORT LUNS: in order, until one says that there are no more. */
	boot();
	old.sm_flags = SCSIM_OLD;
	h = scsi_host_create(&plain_setup);
	t = scsim_create();
	ATF_REQUIRE_EQ(scsim_add(t, 0, &old), 0);
	ATF_REQUIRE_EQ(scsim_add(t, 1, &old), 0);
	ATF_REQUIRE_EQ(scsi_host_plug(h, 2, t, 0), 0);
	scan();
	LOG_HAS("uk0 at scsibus0 target 2 lun 0:");
	LOG_HAS("uk1 at scsibus0 target 2 lun 1:");
	ATF_CHECK(!have("uk2"));
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

static int
hostile_luns(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{
	uint8_t b[2056];
	unsigned i;

	if (c->sc_cdb[0] != 0xa0)
		return 0;
	/* A list of 4 GB, with numbers of every kind, many times. */
	memset(b, 0xff, 8);
	for (i = 8; i < sizeof(b); i += 8) {
		memset(&b[i], 0, 8);
		b[i] = (uint8_t)(i * 37);
		b[i + 1] = (uint8_t)(i / 8);
	}
	memset(&b[8], 0, 16);
	raw_data(c, b, sizeof(b));
	return 0;
}

ATF_TC_WITHOUT_HEAD(hostile_report_luns);
ATF_TC_BODY(hostile_report_luns, tc)
{
	struct rawdev rd = { .rd_cmd = hostile_luns };

	boot();
	raw_attach(&rd, &plain_setup);
	LOG_HAS("list of 4294967295 bytes of LUNs, limit 2048");
	ATF_CHECK(have("uk0"));
	ATF_CHECK(!have("uk1"));
	raw_detach(&rd);
}

static const uint8_t tur[6] = { 0 };

static int
answer_check(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{

	raw_check(c, 6, 0x29, 0x00);
	return 0;
}

ATF_TC_WITHOUT_HEAD(attention_for_ever);
ATF_TC_BODY(attention_for_ever, tc)
{
	struct rawdev rd = { .rd_cmd = NULL, .rd_type = 0, .rd_version = 3 };
	uint8_t buf[512];
	int fd;

	/* A disk that always has something to tell is tried so often, no more. */
	boot();
	rd.rd_cmd = answer_check;
	raw_attach(&rd, &plain_setup);
	LOG_HAS("sd0: drive offline");
	LOG_HAS("tried 64 times, limit 64");
	ATF_CHECK_EQ(rd.rd_byop[0] % 65, 0);
	log_clear();
	ATF_CHECK_EQ(fd = rump_sys_open("/dev/sd0d", RUMP_O_RDWR), -1);
	ATF_CHECK_EQ(rump_sys_read(fd, buf, 512), -1);
	raw_detach(&rd);
}

static int
answer_status(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{
	static const struct {
		int	host;
		uint8_t	status;
	} lies[] = {
		{ RUMPUSER_SCSI_OK, 0x08 }, { RUMPUSER_SCSI_OK, 0x28 }, { RUMPUSER_SCSI_OK, 0x18 },
		{ RUMPUSER_SCSI_REQUEUE, 0 }, { RUMPUSER_SCSI_RESET, 0 },
		{ RUMPUSER_SCSI_TIMEOUT, 0 }, { RUMPUSER_SCSI_BUSY, 0 },
		{ RUMPUSER_SCSI_ERROR, 0 }, { RUMPUSER_SCSI_OK, 0x40 }, { RUMPUSER_SCSI_NODEV, 0 },
	};

	c->sc_host = lies[rd->rd_nresets].host;
	c->sc_status = lies[rd->rd_nresets].status;
	return 0;
}

ATF_TC_WITHOUT_HEAD(no_for_ever);
ATF_TC_BODY(no_for_ever, tc)
{
	struct rawdev rd = { .rd_version = 3 };
	struct scsireq rq;
	unsigned n;
	int fd;

	/* Each way not to do a command, for ever: it ends, and says so. */
	boot();
	raw_attach(&rd, &plain_setup);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	rd.rd_cmd = answer_status;
	for (n = 0; n < 10; n++) {
		rd.rd_nresets = n;
		rd.rd_ncmd = 0;
		ATF_REQUIRE_EQ(command(fd, &rq, tur, 6, 0, NULL, 0), 0);
		ATF_CHECK_MSG(rq.retsts != 0, "way %u", n);
		ATF_CHECK_MSG(rd.rd_ncmd >= 1 && rd.rd_ncmd <= 65, "way %u: %u commands", n,
		    rd.rd_ncmd);
	}
	LOG_HAS("adapter resource shortage");
	rd.rd_cmd = NULL;
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	raw_detach(&rd);
}

static int
answer_never(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{

	return raw_keep(rd, c);
}

ATF_TC_WITHOUT_HEAD(never);
ATF_TC_BODY(never, tc)
{
	struct rawdev rd = { 0 };
	struct scsireq rq;
	int fd;

	boot();
	raw_attach(&rd, &plain_setup);
	ATF_REQUIRE((fd = rump_sys_open("/dev/uk0", RUMP_O_RDWR)) >= 0);
	rd.rd_cmd = answer_never;
	ATF_REQUIRE_EQ(command(fd, &rq, tur, 6, 0, NULL, 0), 0);
	ATF_CHECK_EQ(rq.retsts, 1);
	ATF_CHECK_EQ(rd.rd_naborts, 1);
	ATF_CHECK_EQ(rd.rd_nkept, 0);
	LOG_HAS("uk0(scsihost0:0:0:0): command 0x00 timed out after 10000 ms");
	rd.rd_cmd = NULL;
	ATF_REQUIRE_EQ(command(fd, &rq, tur, 6, 0, NULL, 0), 0);
	ATF_CHECK_EQ(rq.retsts, 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	raw_detach(&rd);
}

/* The second command brings the first one's answer, too. */
static int
answer_in_pairs(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{

	if (rd->rd_nkept == 0)
		return raw_keep(rd, c);
	rumpuser_scsi_done(rd->rd_kept[--rd->rd_nkept]);
	rumpuser_scsi_done(c);
	return RUMP_EINPROGRESS;
}

static int
answer_later(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{

	c->sc_delay = 3000000000;
	return 0;
}

ATF_TC_WITHOUT_HEAD(later);
ATF_TC_BODY(later, tc)
{
	struct rawdev rd = { 0 };
	struct scsireq rq;
	int fd;

	boot();
	raw_attach(&rd, &plain_setup);
	ATF_REQUIRE((fd = rump_sys_open("/dev/uk0", RUMP_O_RDWR)) >= 0);
	rd.rd_cmd = answer_later;
	ATF_REQUIRE_EQ(command(fd, &rq, tur, 6, 0, NULL, 0), 0);
	ATF_CHECK_EQ(rq.retsts, 0);
	/* Past its own time, an answer is none. */
	memset(&rq, 0, sizeof(rq));
	rq.timeout = 2000;
	rq.cmdlen = 6;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SCIOCCOMMAND, &rq), 0);
	ATF_CHECK_EQ(rq.retsts, 1);
	/* Given back inside of the submission. */
	rd.rd_cmd = answer_in_pairs;
	rd.rd_kept[rd.rd_nkept] = NULL;
	ATF_REQUIRE_EQ(command(fd, &rq, tur, 6, 0, NULL, 0), 0);
	ATF_CHECK_EQ(rq.retsts, 1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	raw_detach(&rd);
}

static int
answer_wrong(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{

	switch (rd->rd_nresets) {
	case 0:
		c->sc_resid = c->sc_datalen + 1;
		break;
	case 1:
		c->sc_status = 2;
		c->sc_senselen = 4096;
		break;
	case 2:
		c->sc_host = 99;
		break;
	case 3:
		c->sc_host = -1;
		break;
	default:
		c->sc_status = 0x55;
		break;
	}
	return 0;
}

ATF_TC_WITHOUT_HEAD(wrong_answers);
ATF_TC_BODY(wrong_answers, tc)
{
	struct rawdev rd = { 0 };
	static const uint8_t cdb[6] = { 0x08, 0, 0, 0, 1 };
	struct scsireq rq;
	uint8_t buf[64];
	unsigned n;
	int fd;

	boot();
	raw_attach(&rd, &plain_setup);
	ATF_REQUIRE((fd = rump_sys_open("/dev/uk0", RUMP_O_RDWR)) >= 0);
	rd.rd_cmd = answer_wrong;
	for (n = 0; n < 5; n++) {
		rd.rd_nresets = n;
		ATF_REQUIRE_EQ(command(fd, &rq, cdb, 6, SCCMD_READ, buf, sizeof(buf)), 0);
		ATF_CHECK_EQ(rq.retsts, 4);
	}
	LOG_HAS("scsihost0: residual 65, limit 64");
	ATF_CHECK_EQ(log_count("limit"), 1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	raw_detach(&rd);
}

static int
answer_no_autosense(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{
	static const uint8_t sense[18] = { 0x70, 0, 3, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x11, 0x01 };

	if (c->sc_cdb[0] == 0x03)
		raw_data(c, sense, sizeof(sense));
	else
		c->sc_status = 2;
	return 0;
}

ATF_TC_WITHOUT_HEAD(request_sense);
ATF_TC_BODY(request_sense, tc)
{
	struct rumpuser_scsi_setup su = plain_setup;
	struct rawdev rd = { 0 };
	struct scsireq rq;
	int fd;

	/* The adapter brings no sense data: they are asked for. */
	boot();
	su.su_flags |= RUMPUSER_SCSI_NOSENSE;
	raw_attach(&rd, &su);
	ATF_REQUIRE((fd = rump_sys_open("/dev/uk0", RUMP_O_RDWR)) >= 0);
	rd.rd_cmd = answer_no_autosense;
	ATF_REQUIRE_EQ(command(fd, &rq, tur, 6, 0, NULL, 0), 0);
	ATF_CHECK_EQ(rq.retsts, 3);
	ATF_CHECK_EQ(rq.sense[2], 3);
	ATF_CHECK_EQ(rq.sense[12], 0x11);
	ATF_CHECK_EQ(rd.rd_byop[3], 1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	raw_detach(&rd);
}

static int
answer_recovered(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{

	raw_check(c, 1, 0x17, 0x01);
	memset(c->sc_data, 0x5a, c->sc_datalen);
	c->sc_resid = 0;
	return 0;
}

ATF_TC_WITHOUT_HEAD(data_and_sense);
ATF_TC_BODY(data_and_sense, tc)
{
	static const uint8_t cdb[6] = { 0x08, 0, 0, 0, 1 };
	struct rawdev rd = { 0 };
	uint8_t buf[64] = { 0 };
	struct scsireq rq;
	int fd;

	/* A user's command may bring both. */
	boot();
	raw_attach(&rd, &plain_setup);
	ATF_REQUIRE((fd = rump_sys_open("/dev/uk0", RUMP_O_RDWR)) >= 0);
	rd.rd_cmd = answer_recovered;
	ATF_REQUIRE_EQ(command(fd, &rq, cdb, 6, SCCMD_READ, buf, sizeof(buf)), 0);
	ATF_CHECK_EQ(rq.retsts, 3);
	ATF_CHECK_EQ(rq.sense[2], 1);
	ATF_CHECK_EQ(rq.datalen_used, sizeof(buf));
	ATF_CHECK_EQ(buf[63], 0x5a);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	raw_detach(&rd);
}

/* A tape that answers all but what moves it. */
static int
answer_stuck(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{
	static const uint8_t mode[12] = { 11, 0, 0, 8 }, limits[6] = { 0, 0xff, 0xff, 0xff, 0, 1 };

	switch (c->sc_cdb[0]) {
	case 0x01:
	case 0x11:
		return raw_keep(rd, c);
	case 0x05:
		raw_data(c, limits, sizeof(limits));
		break;
	case 0x1a:
		raw_data(c, mode, sizeof(mode));
		break;
	}
	return 0;
}

ATF_TC_WITHOUT_HEAD(stuck_tape);
ATF_TC_BODY(stuck_tape, tc)
{
	struct rawdev rd = { .rd_type = 1, .rd_version = 3, .rd_cmd = answer_stuck, .rd_removable = true };
	unsigned i;
	int fd;

	/* It may take hours to rewind, once; then it gets minutes. */
	boot();
	raw_attach(&rd, &plain_setup);
	for (i = 0; i < 4; i++) {
		ATF_REQUIRE((fd = rump_sys_open("/dev/rst0", RUMP_O_RDONLY)) >= 0);
		ATF_CHECK_EQ(rump_sys_close(fd), 0);
	}
	ATF_CHECK_EQ(rd.rd_naborts, 4);
	ATF_CHECK_EQ(log_count("command 0x01 timed out after 14400000 ms"), 1);
	ATF_CHECK_EQ(log_count("command 0x01 timed out after 900000 ms"), 3);
	raw_detach(&rd);
}

ATF_TC_WITHOUT_HEAD(come_and_go);
ATF_TC_BODY(come_and_go, tc)
{
	struct rumpuser_scsi_event ev = { .ev_type = RUMPUSER_SCSI_EV_UNPLUG };
	struct rawdev rd = { 0 };
	struct scbusargs a = { -1, -1 };
	struct scsireq rq;
	int fd, bus, i;

	boot();
	raw_attach(&rd, &plain_setup);
	ATF_REQUIRE(have("uk0"));
	/* As often as one likes. */
	for (i = 0; i < 100; i++) {
		ev.ev_type = RUMPUSER_SCSI_EV_UNPLUG;
		ATF_REQUIRE_EQ(rumpuser_scsi_event(rd.rd_id, &ev), 0);
		rump_pub_dev_settle();
		while (have("uk0"))
			rump_sys_nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
		ATF_CHECK_EQ(rump_sys_open("/dev/uk0", RUMP_O_RDWR), -1);
		ATF_CHECK_EQ(errno, RUMP_ENXIO);
		ev.ev_type = RUMPUSER_SCSI_EV_PLUG;
		ev.ev_lun = ~(uint64_t)0;
		ATF_REQUIRE_EQ(rumpuser_scsi_event(rd.rd_id, &ev), 0);
		while (!have("uk0"))
			rump_sys_nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
		ev.ev_lun = 0;
	}
	/* Gone under an open descriptor. */
	ATF_REQUIRE((fd = rump_sys_open("/dev/uk0", RUMP_O_RDWR)) >= 0);
	ev.ev_type = RUMPUSER_SCSI_EV_UNPLUG;
	ATF_REQUIRE_EQ(rumpuser_scsi_event(rd.rd_id, &ev), 0);
	while (have("uk0"))
		rump_sys_nanosleep(&(struct timespec){ 0, 1000000 }, NULL);
	ATF_CHECK_EQ(command(fd, &rq, tur, 6, 0, NULL, 0), -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);

	/* By the bus's ioctls. */
	ATF_REQUIRE((bus = rump_sys_open("/dev/scsibus0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(rump_sys_ioctl(bus, SCBUSIOSCAN, &a), 0);
	ATF_CHECK(have("uk0"));
	ATF_CHECK_EQ(rump_sys_ioctl(bus, SCBUSIOSCAN, &a), 0);
	ATF_CHECK(!have("uk1"));
	ATF_CHECK_EQ(rump_sys_ioctl(bus, SCBUSIORESET, NULL), 0);
	ATF_CHECK_EQ(rd.rd_nresets, 1);
	ATF_CHECK_EQ(rump_sys_ioctl(bus, SCBUSIODETACH, &a), 0);
	ATF_CHECK(!have("uk0"));
	a.sa_target = 4;
	ATF_CHECK_EQ(rump_sys_ioctl(bus, SCBUSIOSCAN, &a), -1);
	ATF_CHECK_EQ(errno, RUMP_EINVAL);
	ATF_CHECK_EQ(rump_sys_close(bus), 0);
	raw_detach(&rd);
}

static int
plain_disk(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{
	static const uint8_t cap[8] = { 0, 0, 15, 255, 0, 0, 2, 0 };

	switch (c->sc_cdb[0]) {
	case 0x25:
		raw_data(c, cap, sizeof(cap));
		break;
	case 0x08:
	case 0x28:
		memset(c->sc_data, 0x5a, c->sc_datalen);
		break;
	case 0x1a:
	case 0x9e:
		raw_check(c, 5, 0x20, 0);
		break;
	}
	return 0;
}

/* A disk that wants to be started, and says no to that without telling why. */
static int
answer_stopped(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{
	static const uint8_t sense[18] = { 0x70, 0, 5, 0, 0, 0, 0, 10, 0, 0, 0, 0, 0x24, 0 };

	switch (c->sc_cdb[0]) {
	case 0x08:
	case 0x28:
		raw_check(c, 2, 0x04, 0x02);
		return 0;
	case 0x1b:
		c->sc_status = 2;
		return 0;
	case 0x03:
		raw_data(c, sense, sizeof(sense));
		return 0;
	}
	return plain_disk(rd, c);
}

ATF_TC_WITHOUT_HEAD(sense_of_recovery);
ATF_TC_BODY(sense_of_recovery, tc)
{
	struct rawdev rd = { .rd_version = 3, .rd_cmd = plain_disk };
	uint8_t buf[512];
	int fd;

	/* The sense of the START is asked for while the START has the place for recovery. */
	boot();
	raw_attach(&rd, &plain_setup);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	rd.rd_cmd = answer_stopped;
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), -1);
	ATF_CHECK(rd.rd_byop[0x1b] >= 1);
	ATF_CHECK_EQ(rd.rd_byop[0x03], rd.rd_byop[0x1b]);
	LOG_HAS("sd0: unable to restart pack");
	rd.rd_cmd = plain_disk;
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), 512);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	raw_detach(&rd);
}

ATF_TC_WITHOUT_HEAD(silent_unit);
ATF_TC_BODY(silent_unit, tc)
{
	struct rawdev rd = { .rd_version = 3, .rd_cmd = plain_disk };
	uint8_t buf[512];
	unsigned n;
	int fd;

	/* After four times without an answer it is asked but once, until it answers. */
	boot();
	raw_attach(&rd, &plain_setup);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	rd.rd_cmd = answer_never;
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), -1);
	ATF_CHECK_EQ(rd.rd_naborts, 5);
	LOG_HAS("timed out after 60000 ms");
	log_clear();
	for (n = 6; n < 20; n++) {
		ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), -1);
		ATF_CHECK_EQ(rd.rd_naborts, n);
	}
	ATF_CHECK_EQ(log_count("timed out after 10000 ms"), 14);
	LOG_HASNOT("60000");
	rd.rd_cmd = plain_disk;
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), 512);
	rd.rd_cmd = answer_never;
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, sizeof(buf), 0), -1);
	ATF_CHECK_EQ(rd.rd_naborts, 24);
	rd.rd_cmd = plain_disk;
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	raw_detach(&rd);
}

static int
silent_submit(void *ctx, struct rumpuser_scsi_cmd *c)
{

	return RUMP_EINPROGRESS;
}

/* Every number is a unit. */
static int
crowd_submit(void *ctx, struct rumpuser_scsi_cmd *c)
{
	static const uint8_t inq[36] = { 3, 0, 5, 2, 31 };
	uint8_t b[8 + 256 * 8] = { 0, 0, 8 };
	unsigned i;

	if (c->sc_cdb[0] == 0x12)
		raw_data(c, inq, sizeof(inq));
	for (i = 0; i < 256; i++)
		b[8 + i * 8 + 1] = (uint8_t)i;
	if (c->sc_cdb[0] == 0xa0)
		raw_data(c, b, sizeof(b));
	return 0;
}

ATF_TC_WITHOUT_HEAD(crowded_bus);
ATF_TC_BODY(crowded_bus, tc)
{
	static const struct rumpuser_scsi_ops ops = { .so_submit = crowd_submit };
	struct rumpuser_scsi_setup su = plain_setup;
	struct rawdev rd = { 0 };
	uint64_t steps;

	boot();
	su.su_ntargets = 8;
	su.su_nluns = 256;
	ATF_REQUIRE_EQ(rumpuser_scsi_attach(&su, &ops, &rd, &rd.rd_id), 0);
	steps = rumpuser_steps();
	scan();
	LOG_HAS("1024 units, limit 1024");
	ATF_CHECK(have("uk1023"));
	ATF_CHECK(!have("uk1024"));
	raw_detach(&rd);
	printf("%llu steps\n", (unsigned long long)(rumpuser_steps() - steps));
}

/* After each command the kernel is told that something came. */
static int
flood_submit(void *ctx, struct rumpuser_scsi_cmd *c)
{
	struct rumpuser_scsi_event ev = { .ev_type = RUMPUSER_SCSI_EV_PLUG, .ev_lun = ~(uint64_t)0 };
	struct rawdev *rd = ctx;

	(void)rumpuser_scsi_event(rd->rd_id, &ev);
	return raw_submit(ctx, c);
}

ATF_TC_WITHOUT_HEAD(silent_bus);
ATF_TC_BODY(silent_bus, tc)
{
	static const struct rumpuser_scsi_ops ops = { .so_submit = silent_submit };
	struct rumpuser_scsi_setup su = plain_setup;
	struct rawdev rd = { 0 };

	/* Each target would be waited for: a scan has an end before the last of them. */
	boot();
	su.su_ntargets = 256;
	ATF_REQUIRE_EQ(rumpuser_scsi_attach(&su, &ops, &rd, &rd.rd_id), 0);
	scan();
	LOG_HAS("scsibus0: not all was looked at: 30");
	ATF_CHECK_EQ(log_count("timed out"), 30);
	raw_detach(&rd);
}

ATF_TC_WITHOUT_HEAD(flood_of_events);
ATF_TC_BODY(flood_of_events, tc)
{
	static const struct rumpuser_scsi_ops ops = { .so_submit = flood_submit, .so_tmf = raw_tmf };
	struct rawdev rd = { .rd_type = 3, .rd_version = 5 };
	unsigned n;

	/* Each look makes the next event: it slows down, and then nobody looks any more. */
	boot();
	ATF_REQUIRE_EQ(rumpuser_scsi_attach(&plain_setup, &ops, &rd, &rd.rd_id), 0);
	scan();
	rump_sys_nanosleep(&(struct timespec){ 1000, 0 }, NULL);
	LOG_HAS("33 events without a pause, limit 32");
	ATF_CHECK_EQ(log_count("64 events in a row, limit 64: no more are taken"), 1);
	n = rd.rd_ncmd;
	rump_sys_nanosleep(&(struct timespec){ 1000, 0 }, NULL);
	ATF_CHECK_EQ(rd.rd_ncmd, n);
	ATF_CHECK(have("uk0"));
	raw_detach(&rd);
}

static void
audit(const char *name, int64_t baseline, int64_t now, void *arg)
{

	if (strcmp(name, "kmem bytes") == 0)
		*(int64_t *)arg = now;
}

ATF_TC_WITHOUT_HEAD(removal_at_each_step);
ATF_TC_BODY(removal_at_each_step, tc)
{
	int64_t mem[2] = { 0, 0 };
	uint8_t buf[4096];
	unsigned n, how;
	bool done;
	int fd;

	/*
	 * The device goes at its nth command, and answers "nobody there" or
	 * nothing at all: whatever is done with it ends, and it detaches.
	 */
	boot();
	for (how = 0; how < 2; how++) {
		done = false;
		for (n = 1; !done; n++) {
			struct rawdev rd = {
				.rd_version = 3, .rd_cmd = plain_disk, .rd_diesat = n,
				.rd_silent = how == 1,
			};

			raw_attach(&rd, &plain_setup);
			fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR);
			if (fd >= 0) {
				(void)rump_sys_pread(fd, buf, sizeof(buf), 0);
				(void)rump_sys_pwrite(fd, buf, sizeof(buf), 8192);
				(void)rump_sys_pread(fd, buf, sizeof(buf), 65536);
				if ((n & 1) == 0)
					(void)rump_sys_close(fd);
			}
			done = rd.rd_ncmd < n && rd.rd_ncmd > 10;
			raw_detach(&rd);
			if (fd >= 0 && (n & 1) != 0) {
				ATF_CHECK_EQ(rump_sys_pread(fd, buf, 512, 0), -1);
				(void)rump_sys_close(fd);
			}
			ATF_CHECK_MSG(rd.rd_nkept == 0, "step %u: %u commands are kept", n,
			    rd.rd_nkept);
			ATF_REQUIRE(n < 100);
			(void)rump_pub_audit(audit, &mem[1]);
			if (n == 3)
				mem[0] = mem[1];
			else if (n > 3)
				ATF_CHECK_MSG(mem[1] <= mem[0], "step %u: %lld bytes more", n,
				    (long long)(mem[1] - mem[0]));
		}
		printf("%u steps\n", n - 1);
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, find_report_luns);
	ATF_TP_ADD_TC(tp, find_one_by_one);
	ATF_TP_ADD_TC(tp, hostile_report_luns);
	ATF_TP_ADD_TC(tp, user_command);
	ATF_TP_ADD_TC(tp, attention_for_ever);
	ATF_TP_ADD_TC(tp, no_for_ever);
	ATF_TP_ADD_TC(tp, never);
	ATF_TP_ADD_TC(tp, later);
	ATF_TP_ADD_TC(tp, wrong_answers);
	ATF_TP_ADD_TC(tp, request_sense);
	ATF_TP_ADD_TC(tp, data_and_sense);
	ATF_TP_ADD_TC(tp, stuck_tape);
	ATF_TP_ADD_TC(tp, come_and_go);
	ATF_TP_ADD_TC(tp, sense_of_recovery);
	ATF_TP_ADD_TC(tp, silent_unit);
	ATF_TP_ADD_TC(tp, silent_bus);
	ATF_TP_ADD_TC(tp, crowded_bus);
	ATF_TP_ADD_TC(tp, flood_of_events);
	ATF_TP_ADD_TC(tp, removal_at_each_step);
	return atf_no_error();
}
