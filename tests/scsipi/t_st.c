/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * st(4): records, file marks and the end of a tape, as a program sees them.
 */

#include "scsitest.h"

struct mtop {
	int16_t	mt_op;
	int32_t	mt_count;
};
struct mtget {
	int16_t	mt_type, mt_dsreg, mt_erreg, mt_resid;
	int32_t	mt_fileno, mt_blkno, mt_blksiz, mt_density, mt_mblksiz[4], mt_mdensity[4];
};
#define	MTIOCTOP	NB_IOW('m', 1, struct mtop)
#define	MTIOCGET	NB_IOR('m', 2, struct mtget)
#define	MTIOCRDSPOS	NB_IOR('m', 5, uint32_t)
#define	MTIOCSLOCATE	NB_IOW('m', 5, uint32_t)

enum {
	MTWEOF, MTFSF, MTBSF, MTFSR, MTBSR, MTREW, MTOFFL, MTNOP, MTRETEN, MTERASE, MTEOM, MTNBSF,
	MTCACHE, MTNOCACHE, MTSETBSIZ, MTSETDNSTY, MTCMPRESS, MTEWARN
};

static uint8_t buf[65536];

static struct scsi_host *
tape(unsigned flags, unsigned kib)
{
	static struct scsim_config cf;
	struct scsi_host *h;

	cf = (struct scsim_config){ .sm_type = SCSIM_TAPE, .sm_flags = flags, .sm_nblocks = kib };
	boot();
	h = host_with(&plain_setup, &cf);
	scan();
	return h;
}

static int
mt(int fd, int op, int count)
{
	struct mtop m = { .mt_op = op, .mt_count = count };

	return rump_sys_ioctl(fd, MTIOCTOP, &m) == -1 ? errno : 0;
}

static ssize_t
put(int fd, size_t len, uint8_t pattern)
{

	memset(buf, pattern, len);
	return rump_sys_write(fd, buf, len);
}

/* Reads up to len bytes, which all are pattern; how many came. */
static ssize_t
get(int fd, size_t len, uint8_t pattern)
{
	ssize_t n, i;

	memset(buf, ~pattern, sizeof(buf));
	n = rump_sys_read(fd, buf, len);
	for (i = 0; i < n; i++)
		ATF_REQUIRE_EQ_MSG(buf[i], pattern, "byte %zd is 0x%02x", i, buf[i]);
	return n;
}

static void
end(struct scsi_host *h)
{

	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	ATF_CHECK(!have("st0"));
	scsi_host_destroy(h);
}

/* Records keep their lengths, and read(2) finds the ends of files. */
ATF_TC_WITHOUT_HEAD(variable_records);
ATF_TC_BODY(variable_records, tc)
{
	struct scsi_host *h = tape(0, 0);
	struct mtget mg;
	uint32_t pos;
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(put(fd, 512, 1), 512);
	ATF_CHECK_EQ(put(fd, 100, 2), 100);
	ATF_CHECK_EQ(put(fd, 10240, 3), 10240);
	ATF_CHECK_EQ(mt(fd, MTWEOF, 1), 0);
	ATF_CHECK_EQ(put(fd, 1, 4), 1);
	ATF_CHECK_EQ(mt(fd, MTREW, 1), 0);
	ATF_CHECK_EQ(get(fd, 512, 1), 512);
	ATF_CHECK_EQ(get(fd, 4096, 2), 100);
	ATF_CHECK_EQ(get(fd, 10240, 3), 10240);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCGET, &mg), 0);
	ATF_CHECK_EQ(mg.mt_type, 7);
	ATF_CHECK_EQ(mg.mt_fileno, 0);
	ATF_CHECK_EQ(mg.mt_blkno, 3);
	ATF_CHECK_EQ(mg.mt_blksiz, 0);
	ATF_CHECK_EQ(mg.mt_density, 0x46);
	ATF_CHECK_EQ(get(fd, 512, 0), 0);
	ATF_CHECK_EQ(get(fd, 512, 4), 1);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCGET, &mg), 0);
	ATF_CHECK_EQ(mg.mt_fileno, 1);
	ATF_CHECK_EQ(mg.mt_blkno, 1);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCRDSPOS, &pos), 0);
	ATF_CHECK_EQ(pos, 5);
	/* The rewind put a mark at the end; then the tape is blank: once, then an error. */
	ATF_CHECK_EQ(get(fd, 512, 0), 0);
	ATF_CHECK_EQ(get(fd, 512, 0), 0);
	ATF_CHECK_ERRNO(RUMP_EIO, get(fd, 512, 0) == -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

/* A record that is longer than the buffer is an error, and the next one comes. */
ATF_TC_WITHOUT_HEAD(record_too_long);
ATF_TC_BODY(record_too_long, tc)
{
	struct scsi_host *h = tape(0, 0);
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(put(fd, 1000, 1), 1000);
	ATF_CHECK_EQ(put(fd, 10, 2), 10);
	ATF_CHECK_EQ(mt(fd, MTREW, 1), 0);
	ATF_CHECK_ERRNO(RUMP_EIO, get(fd, 999, 1) == -1);
	LOG_HAS("st0: 1000-byte tape record bigger than the buffer of 999");
	ATF_CHECK_EQ(get(fd, 999, 2), 10);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

/* Fixed blocks: several to a transfer, and a mark in the middle of one. */
ATF_TC_WITHOUT_HEAD(fixed_blocks);
ATF_TC_BODY(fixed_blocks, tc)
{
	struct scsi_host *h = tape(0, 0);
	struct mtget mg;
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(mt(fd, MTSETBSIZ, 1024), 0);
	ATF_CHECK_EQ(put(fd, 4096, 7), 4096);
	ATF_CHECK_ERRNO(RUMP_EIO, put(fd, 1000, 7) == -1);
	ATF_CHECK_EQ(mt(fd, MTWEOF, 1), 0);
	ATF_CHECK_EQ(put(fd, 2048, 8), 2048);
	ATF_CHECK_EQ(mt(fd, MTREW, 1), 0);
	/* Four blocks and then the mark: a short read, then the end of the file. */
	ATF_CHECK_EQ(get(fd, 8192, 7), 4096);
	ATF_CHECK_EQ(get(fd, 8192, 0), 0);
	ATF_CHECK_EQ(get(fd, 1024, 8), 1024);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCGET, &mg), 0);
	ATF_CHECK_EQ(mg.mt_blksiz, 1024);
	ATF_CHECK_EQ(mg.mt_fileno, 1);
	ATF_CHECK_EQ(mg.mt_blkno, 1);
	/* One block was written as four: variable reads see each. */
	ATF_CHECK_EQ(mt(fd, MTREW, 1), 0);
	ATF_CHECK_EQ(mt(fd, MTSETBSIZ, 0), 0);
	ATF_CHECK_EQ(get(fd, 8192, 7), 1024);
	/* ... and read as blocks of another size they are an error. */
	ATF_CHECK_EQ(mt(fd, MTSETBSIZ, 512), 0);
	ATF_CHECK_ERRNO(RUMP_EIO, get(fd, 512, 7) == -1);
	ATF_CHECK_EQ(mt(fd, MTSETBSIZ, -1), RUMP_EINVAL);
	ATF_CHECK_EQ(mt(fd, MTSETBSIZ, 2000000), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

ATF_TC_WITHOUT_HEAD(spacing);
ATF_TC_BODY(spacing, tc)
{
	struct scsi_host *h = tape(0, 0);
	struct mtget mg;
	uint32_t pos;
	int fd, i;

	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	for (i = 0; i < 12; i++) {
		ATF_CHECK_EQ(put(fd, 512, i), 512);
		if (i % 4 == 3)
			ATF_CHECK_EQ(mt(fd, MTWEOF, 1), 0);
	}
	ATF_CHECK_EQ(mt(fd, MTREW, 1), 0);
	ATF_CHECK_EQ(mt(fd, MTFSF, 2), 0);
	ATF_CHECK_EQ(get(fd, 512, 8), 512);
	ATF_CHECK_EQ(mt(fd, MTFSR, 2), 0);
	ATF_CHECK_EQ(get(fd, 512, 11), 512);
	ATF_CHECK_EQ(mt(fd, MTBSR, 1), 0);
	ATF_CHECK_EQ(get(fd, 512, 11), 512);
	/* Back over a mark, and to the start of this file, and of the one before. */
	ATF_CHECK_EQ(mt(fd, MTBSF, 1), 0);
	ATF_CHECK_EQ(get(fd, 512, 0), 0);
	ATF_CHECK_EQ(get(fd, 512, 8), 512);
	ATF_CHECK_EQ(mt(fd, MTNBSF, 2), 0);
	ATF_CHECK_EQ(get(fd, 512, 4), 512);
	/* Records end at a mark. */
	ATF_CHECK_EQ(mt(fd, MTFSR, 9), RUMP_EIO);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCGET, &mg), 0);
	ATF_CHECK_EQ(mg.mt_fileno, 2);
	ATF_CHECK_EQ(get(fd, 512, 8), 512);
	ATF_CHECK_EQ(mt(fd, MTFSF, 5), RUMP_EIO);
	ATF_CHECK_EQ(mt(fd, MTREW, 1), 0);
	ATF_CHECK_EQ(mt(fd, MTBSR, 1), RUMP_EIO);
	ATF_CHECK_EQ(mt(fd, MTEOM, 1), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCRDSPOS, &pos), 0);
	ATF_CHECK_EQ(pos, 15);
	pos = 6;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCSLOCATE, &pos), 0);
	ATF_CHECK_EQ(get(fd, 512, 5), 512);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCGET, &mg), 0);
	ATF_CHECK_EQ(mg.mt_fileno, -1);
	ATF_CHECK_EQ(mt(fd, MTFSF, INT32_MAX), RUMP_EINVAL);
	ATF_CHECK_EQ(mt(fd, MTBSF, INT32_MIN), RUMP_EINVAL);
	ATF_CHECK_EQ(mt(fd, MTWEOF, -1), RUMP_EINVAL);
	ATF_CHECK_EQ(mt(fd, 99, 1), RUMP_EINVAL);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

/* What the minor devices do at close. */
ATF_TC_WITHOUT_HEAD(close_ways);
ATF_TC_BODY(close_ways, tc)
{
	struct scsi_host *h = tape(0, 0);
	const struct scsim_stats *ss = scsim_stats(unit0(h));
	struct mtget mg;
	int fd;

	/* Not rewinding: one file behind the other. */
	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_ERRNO(RUMP_EBUSY, rump_sys_open("/dev/rst0", RUMP_O_RDONLY) == -1);
	ATF_CHECK_EQ(put(fd, 512, 1), 512);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(ss->ss_byop[0x10], 1);
	ATF_CHECK_EQ(ss->ss_byop[0x01], 0);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rst0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(put(fd, 512, 2), 512);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(ss->ss_byop[0x10], 2);
	ATF_CHECK_EQ(ss->ss_byop[0x01], 1);
	ATF_REQUIRE((fd = rump_sys_open("/dev/erst0", RUMP_O_RDONLY)) >= 0);
	ATF_CHECK_EQ(get(fd, 512, 1), 512);
	ATF_CHECK_EQ(get(fd, 512, 0), 0);
	ATF_CHECK_EQ(get(fd, 512, 2), 512);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	/* Ejected: only control can be opened. */
	ATF_CHECK_ERRNO(RUMP_ENODEV, rump_sys_open("/dev/rst0", RUMP_O_RDONLY) == -1);
	ATF_REQUIRE((fd = rump_sys_open("/dev/enrst0", RUMP_O_RDONLY)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCGET, &mg), 0);
	ATF_CHECK_EQ(mg.mt_dsreg, 0);
	ATF_CHECK_ERRNO(RUMP_EIO, get(fd, 512, 0) == -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	scsim_insert(unit0(h));
	ATF_REQUIRE((fd = rump_sys_open("/dev/rst0", RUMP_O_RDONLY)) >= 0);
	ATF_CHECK_EQ(get(fd, 512, 1), 512);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCGET, &mg), 0);
	ATF_CHECK_EQ(mg.mt_dsreg, 3);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

/* The end of the tape: a short write, ENOSPC; with MTEWARN a warning before. */
ATF_TC_WITHOUT_HEAD(end_of_tape);
ATF_TC_BODY(end_of_tape, tc)
{
	struct scsi_host *h = tape(0, 64);
	int fd, n;

	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	for (n = 0; put(fd, 4096, n) == 4096; n++)
		continue;
	ATF_CHECK_EQ(errno, RUMP_ENOSPC);
	ATF_CHECK_EQ(n, 16);
	ATF_CHECK_EQ(mt(fd, MTREW, 1), RUMP_ENOSPC);
	ATF_CHECK_EQ(mt(fd, MTREW, 1), 0);
	ATF_CHECK_EQ(mt(fd, MTEWARN, 1), 0);
	for (n = 0; put(fd, 4096, n) == 4096; n++)
		continue;
	ATF_CHECK_EQ(errno, RUMP_ENOSPC);
	ATF_CHECK_EQ(n, 15);
	/* The warning once: what still fits is written. */
	ATF_CHECK_EQ(put(fd, 512, 1), 512);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

ATF_TC_WITHOUT_HEAD(write_protected);
ATF_TC_BODY(write_protected, tc)
{
	struct scsi_host *h = tape(SCSIM_READONLY, 0);
	struct mtget mg;
	int fd;

	LOG_HAS("st0: density code 70, variable blocks, write-protected");
	ATF_CHECK_ERRNO(RUMP_EROFS, rump_sys_open("/dev/nrst0", RUMP_O_RDWR) == -1);
	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDONLY)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCGET, &mg), 0);
	ATF_CHECK_EQ(mg.mt_dsreg, 0x13);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

ATF_TC_WITHOUT_HEAD(modes);
ATF_TC_BODY(modes, tc)
{
	static const uint8_t sense[6] = { 0x1a, 0x08, 0x0f, 0, 20 };
	struct scsi_host *h = tape(0, 0);
	struct scsireq rq;
	struct mtget mg;
	uint8_t page[20];
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(mt(fd, MTCMPRESS, 0), 0);
	ATF_REQUIRE_EQ(command(fd, &rq, sense, 6, SCCMD_READ, page, sizeof(page)), 0);
	ATF_CHECK_EQ(page[4 + 2] & 0x80, 0);
	ATF_CHECK_EQ(mt(fd, MTCMPRESS, 1), 0);
	ATF_REQUIRE_EQ(command(fd, &rq, sense, 6, SCCMD_READ, page, sizeof(page)), 0);
	ATF_CHECK_EQ(page[4 + 2] & 0x80, 0x80);
	ATF_CHECK_EQ(mt(fd, MTNOCACHE, 1), 0);
	ATF_REQUIRE_EQ(command(fd, &rq, sense, 6, SCCMD_READ, page, sizeof(page)), 0);
	ATF_CHECK_EQ(page[2], 0x00);
	ATF_CHECK_EQ(mt(fd, MTCACHE, 1), 0);
	ATF_REQUIRE_EQ(command(fd, &rq, sense, 6, SCCMD_READ, page, sizeof(page)), 0);
	ATF_CHECK_EQ(page[2], 0x10);
	ATF_CHECK_EQ(mt(fd, MTSETDNSTY, 0x13), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MTIOCGET, &mg), 0);
	ATF_CHECK_EQ(mg.mt_density, 0x13);
	ATF_CHECK_EQ(mg.mt_mdensity[0], 0x13);
	ATF_CHECK_EQ(mt(fd, MTSETDNSTY, 256), RUMP_EINVAL);
	ATF_CHECK_EQ(mt(fd, MTRETEN, 1), 0);
	ATF_CHECK_EQ(put(fd, 512, 1), 512);
	ATF_CHECK_EQ(mt(fd, MTREW, 1), 0);
	ATF_CHECK_EQ(mt(fd, MTERASE, 1), 0);
	ATF_CHECK_EQ(get(fd, 512, 0), 0);
	ATF_CHECK_EQ(mt(fd, MTOFFL, 1), 0);
	ATF_CHECK_ERRNO(RUMP_EIO, put(fd, 512, 1) == -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

/* A tape that is taken out under its user is an error until it is closed. */
ATF_TC_WITHOUT_HEAD(changed_under_user);
ATF_TC_BODY(changed_under_user, tc)
{
	struct scsi_host *h = tape(0, 0);
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(put(fd, 512, 1), 512);
	scsim_eject(unit0(h));
	ATF_CHECK_ERRNO(RUMP_ENODEV, put(fd, 512, 1) == -1);
	scsim_insert(unit0(h));
	ATF_CHECK_ERRNO(RUMP_EIO, put(fd, 512, 1) == -1);
	ATF_CHECK_ERRNO(RUMP_EIO, put(fd, 512, 1) == -1);
	(void)rump_sys_close(fd);
	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(get(fd, 512, 1), 512);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

/* Residuals that make no sense are cut, and said so. */
ATF_TC_WITHOUT_HEAD(wrong_residual);
ATF_TC_BODY(wrong_residual, tc)
{
	struct scsi_host *h = tape(0, 0);
	struct scsim_fault sf = {
		.sf_opcode = 0x08, .sf_instead = 1, .sf_status = SCSIM_CHECK, .sf_key = 0,
		.sf_info_valid = 1, .sf_info = 0x7fffffff, .sf_times = 1,
	};
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(scsim_fault(unit0(h), &sf), 0);
	ATF_CHECK_EQ(get(fd, 512, 0), 0);
	LOG_HAS("st0: residual of 2147483647 in a transfer of 512");
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h);
}

/* Limits of the drive that exclude each other. */
ATF_TC_WITHOUT_HEAD(wrong_limits);
ATF_TC_BODY(wrong_limits, tc)
{
	struct scsi_host *h = tape(0, 0);
	uint8_t rec[20] = { HOSTILE_STORE, HOSTILE_SET, 0x05, 0x40, [6] = 255, 4, 1, [12] = 0, 0, 1, 0xff };
	int fd;

	scsi_host_script(h, rec, sizeof(rec), 1);
	ATF_CHECK_ERRNO(RUMP_EIO, (fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) == -1);
	LOG_HAS("st0: blocks of at least 65281 bytes, at most 1");
	end(h);
}

/* Detached by force while it is open, at a step that the test walks. */
ATF_TC_WITHOUT_HEAD(surprise_removal);
ATF_TC_BODY(surprise_removal, tc)
{
	struct scsi_host *h;
	unsigned step;
	int fd;

	boot();
	for (step = 1; step < 24; step++) {
		struct scsim_config cf = { .sm_type = SCSIM_TAPE };
		struct scsim_fault sf = {
			.sf_opcode = SCSIM_ANY, .sf_nth = step, .sf_delay = SCSIM_NEVER, .sf_times = 0,
		};

		h = host_with(&plain_setup, &cf);
		ATF_REQUIRE_EQ(scsim_fault(unit0(h), &sf), 0);
		scan();
		if ((fd = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) != -1) {
			(void)put(fd, 512, 1);
			(void)mt(fd, MTWEOF, 1);
			(void)mt(fd, MTREW, 1);
			(void)get(fd, 512, 1);
		}
		ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", RUMP_DETACH_FORCE), 0);
		ATF_CHECK(!have("st0"));
		if (fd != -1) {
			ATF_CHECK_EQ(put(fd, 512, 1), -1);
			(void)rump_sys_close(fd);
		}
		ATF_CHECK_EQ(scsi_host_outstanding(h), 0);
		scsi_host_destroy(h);
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, variable_records);
	ATF_TP_ADD_TC(tp, record_too_long);
	ATF_TP_ADD_TC(tp, fixed_blocks);
	ATF_TP_ADD_TC(tp, spacing);
	ATF_TP_ADD_TC(tp, close_ways);
	ATF_TP_ADD_TC(tp, end_of_tape);
	ATF_TP_ADD_TC(tp, write_protected);
	ATF_TP_ADD_TC(tp, modes);
	ATF_TP_ADD_TC(tp, changed_under_user);
	ATF_TP_ADD_TC(tp, wrong_residual);
	ATF_TP_ADD_TC(tp, wrong_limits);
	ATF_TP_ADD_TC(tp, surprise_removal);
	return atf_no_error();
}
