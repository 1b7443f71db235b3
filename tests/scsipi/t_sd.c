/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * SCSI disks: transfers of every size and place, the cache, media that come
 * and go, and disks that misbehave.
 */

#include "scsitest.h"

static const struct scsim_config disk = {
	.sm_type = SCSIM_DISK, .sm_vendor = "ACME", .sm_product = "Disk", .sm_revision = "2.0",
	.sm_nblocks = 8192,
};

static void
fill(uint8_t *p, size_t len, unsigned seed)
{
	size_t i;

	for (i = 0; i < len; i++) {
		seed = seed * 1103515245 + 12345;
		p[i] = (uint8_t)(seed >> 16);
	}
}

ATF_TC_WITHOUT_HEAD(read_write);
ATF_TC_BODY(read_write, tc)
{
	static const size_t lens[] = { 512, 1024, 4096, 65536, 131072, 1536 };
	static uint8_t out[131072], in[131072], peek[131072];
	struct scsi_host *h;
	off_t off;
	unsigned i;
	int fd;

	boot();
	h = host_with(&plain_setup, &disk);
	scan();
	LOG_HAS("sd0 at scsibus0 target 0 lun 0: <ACME, Disk, 2.0> disk fixed");
	LOG_HAS("sd0: 4096 KB, 4 cyl, 64 head, 32 sec, 512 bytes/sect x 8192 sectors");
	ATF_REQUIRE((fd = rump_sys_open("/dev/rsd0d", RUMP_O_RDWR)) >= 0);
	for (i = 0; i < 30; i++) {
		size_t len = lens[i % 6];

		off = (off_t)((i * 7919) % 7900) * 512;
		fill(out, len, i);
		ATF_REQUIRE_EQ(rump_sys_pwrite(fd, out, len, off), (ssize_t)len);
		ATF_REQUIRE_EQ(rump_sys_pread(fd, in, len, off), (ssize_t)len);
		ATF_REQUIRE_EQ(memcmp(in, out, len), 0);
		ATF_REQUIRE_EQ(scsim_peek(unit0(h), (uint64_t)off, peek, len), 0);
		ATF_REQUIRE_EQ(memcmp(peek, out, len), 0);
	}
	/* Past the end, and not whole sectors. */
	ATF_CHECK_EQ(rump_sys_pread(fd, in, 1024, 8191 * 512), 512);
	ATF_CHECK_EQ(rump_sys_pread(fd, in, 512, 8192 * 512), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, in, 100, 0), -1);
	ATF_CHECK_EQ(errno, RUMP_EINVAL);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(scsim_stats(unit0(h))->ss_syncs, 1);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, read_write);
	return atf_no_error();
}
