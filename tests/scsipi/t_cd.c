/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * CD drives: reading, tables of contents, sound, trays, discs that can be
 * written; on SCSI and on ATAPI.
 */

#include "scsitest.h"

static const struct scsim_config drive = {
	.sm_type = SCSIM_CDROM, .sm_vendor = "ACME", .sm_product = "Disc", .sm_revision = "3.0",
	.sm_nblocks = 1000, .sm_tracks = 4, .sm_audio = 2, .sm_sessions = 2,
};

struct ioc_toc_header {
	unsigned short len;
	uint8_t	first, last;
};
struct cd_toc_entry {
	uint8_t	nothing1, type, track, nothing2;
	union {
		uint8_t	msf[4];
		uint32_t lba;
	} addr;
};
struct ioc_read_toc_entry {
	uint8_t	format, start;
	unsigned short len;
	struct cd_toc_entry *data;
};
struct ioc_read_subchannel {
	uint8_t	address_format, data_format, track;
	int	data_len;
	void	*data;
};
struct ioc_vol {
	uint8_t	vol[4];
};
struct ioc_play_track {
	uint8_t	from, fromindex, to, toindex;
};
#define	CDIOCPLAYTRACKS		NB_IOW('c', 1, struct ioc_play_track)
#define	CDIOCREADSUBCHANNEL	NB_IOWR('c', 3, struct ioc_read_subchannel)
#define	CDIOREADTOCHEADER	NB_IOR('c', 4, struct ioc_toc_header)
#define	CDIOREADTOCENTRYS	NB_IOWR('c', 5, struct ioc_read_toc_entry)
#define	CDIOREADMSADDR		NB_IOWR('c', 6, int)
#define	CDIOCGETVOL		NB_IOR('c', 10, struct ioc_vol)
#define	CDIOCSETVOL		NB_IOW('c', 11, struct ioc_vol)
#define	CDIOCPAUSE		NB_IO('c', 19)
#define	CDIOCRESUME		NB_IO('c', 20)
#define	CDIOCEJECT		NB_IO('c', 24)
#define	CDIOCCLOSE		NB_IO('c', 27)
#define	DIOCGMEDIASIZE		NB_IOR('d', 132, off_t)

static const struct rumpuser_scsi_setup *
setup(int atapi)
{
	static struct rumpuser_scsi_setup su;

	su = plain_setup;
	if (atapi) {
		su.su_bustype = RUMPUSER_SCSI_ATAPI;
		su.su_ntargets = 2;
		su.su_nluns = 1;
		su.su_openings = su.su_perperiph = 1;
		su.su_flags = 0;
	}
	return &su;
}

static void
reading(int atapi)
{
	static uint8_t medium[64 * 2048], buf[64 * 2048];
	struct scsim_config sm = drive;
	struct scsi_host *h;
	unsigned i, off, len;
	off_t size;
	int fd;

	boot();
	sm.sm_audio = 0;
	sm.sm_tracks = sm.sm_sessions = 1;
	if (atapi)
		sm.sm_flags = SCSIM_ATAPI;
	h = host_with(setup(atapi), &sm);
	for (i = 0; i < sizeof(medium); i++)
		medium[i] = (uint8_t)(i * 7 + i / 2048);
	ATF_REQUIRE_EQ(scsim_poke(unit0(h), 0, medium, sizeof(medium)), 0);
	scan();
	if (atapi)
		LOG_HAS("cd0 at atapibus0 drive 0: <ACME, Disc, 3.0> cdrom removable");
	else
		LOG_HAS("cd0 at scsibus0 target 0 lun 0: <ACME, Disc, 3.0> cdrom removable");
	ATF_REQUIRE((fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDONLY)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, DIOCGMEDIASIZE, &size), 0);
	ATF_CHECK_EQ(size, 1000 * 2048);
	for (i = 0; i < 40; i++) {
		/* Whole sectors, and parts of them. */
		len = i % 3 == 0 ? 2048 * (1 + i % 9) : 512 * (1 + i % 13);
		off = i % 3 == 0 ? 2048 * (i % 31) : 512 * (i * 3);
		ATF_REQUIRE_EQ_MSG(rump_sys_pread(fd, buf, len, off), (ssize_t)len,
		    "%u at %u: %d", len, off, errno);
		ATF_REQUIRE_EQ(memcmp(buf, medium + off, len), 0);
	}
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 2048, 1000 * 2048), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 4096, 1000 * 2048 - 1024), 1024);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(read_scsi);
ATF_TC_BODY(read_scsi, tc)
{

	reading(0);
}

ATF_TC_WITHOUT_HEAD(read_atapi);
ATF_TC_BODY(read_atapi, tc)
{

	reading(1);
}

ATF_TC_WITHOUT_HEAD(contents);
ATF_TC_BODY(contents, tc)
{
	struct cd_toc_entry e[100];
	struct ioc_read_toc_entry te = { 1, 0, sizeof(e), e };
	struct ioc_toc_header th;
	struct scsi_host *h;
	int fd, session = 0;

	boot();
	h = host_with(setup(0), &drive);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDONLY)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOREADTOCHEADER, &th), 0);
	ATF_CHECK_EQ(th.first, 1);
	ATF_CHECK_EQ(th.last, 4);
	ATF_CHECK_EQ(th.len, 2 + 5 * 8);
	memset(e, 0xee, sizeof(e));
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOREADTOCENTRYS, &te), 0);
	ATF_CHECK_EQ(e[0].track, 1);
	ATF_CHECK_EQ(e[1].addr.lba, 250);
	ATF_CHECK_EQ(e[1].type & 0xf, 4);
	ATF_CHECK_EQ(e[2].type & 0xf, 0);
	ATF_CHECK_EQ(e[4].track, 0xaa);
	ATF_CHECK_EQ(e[4].addr.lba, 1000);
	/* Not a byte more than there is. */
	ATF_CHECK_EQ(e[5].track, 0xee);
	te.format = 2;
	te.start = 2;
	te.len = 8;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOREADTOCENTRYS, &te), 0);
	ATF_CHECK_EQ(e[0].track, 2);
	ATF_CHECK_EQ(e[0].addr.msf[1], 0);
	ATF_CHECK_EQ(e[0].addr.msf[2], (250 + 150) / 75);
	te.len = 7;
	ATF_CHECK_EQ(rump_sys_ioctl(fd, CDIOREADTOCENTRYS, &te), -1);
	ATF_CHECK_EQ(errno, RUMP_EINVAL);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOREADMSADDR, &session), 0);
	ATF_CHECK_EQ(session, 500);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(sound);
ATF_TC_BODY(sound, tc)
{
	struct ioc_vol vol = { { 10, 20, 0, 0 } }, got;
	struct ioc_play_track play = { 3, 1, 4, 1 };
	uint8_t info[44];
	struct ioc_read_subchannel sub = { 1, 1, 0, 16, info };
	struct scsi_host *h;
	int fd;

	boot();
	h = host_with(setup(0), &drive);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDONLY)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOCSETVOL, &vol), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOCGETVOL, &got), 0);
	ATF_CHECK_EQ(got.vol[0], 10);
	ATF_CHECK_EQ(got.vol[1], 20);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOCPLAYTRACKS, &play), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOCREADSUBCHANNEL, &sub), 0);
	ATF_CHECK_MSG(info[1] == 0x11 || info[1] == 0x13, "audio status 0x%x", info[1]);
	(void)rump_sys_ioctl(fd, CDIOCPAUSE, NULL);
	(void)rump_sys_ioctl(fd, CDIOCRESUME, NULL);
	sub.data_len = 4096;
	ATF_CHECK_EQ(rump_sys_ioctl(fd, CDIOCREADSUBCHANNEL, &sub), -1);
	ATF_CHECK_EQ(errno, RUMP_EINVAL);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(tray);
ATF_TC_BODY(tray, tc)
{
	struct scsi_host *h;
	uint8_t buf[2048];
	int fd;

	boot();
	h = host_with(setup(0), &drive);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDONLY)) >= 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 2048, 0), 2048);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOCEJECT, NULL), 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 2048, 0), -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_sys_open("/dev/cd0a", RUMP_O_RDONLY), -1);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDONLY)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CDIOCCLOSE, NULL), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDONLY)) >= 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, buf, 2048, 0), 2048);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

/* The head of struct mmc_discinfo. */
struct discinfo {
	uint16_t profile, class;
	uint8_t	state, session_state, bg_state, penalty;
	uint64_t cur, cap;
	uint32_t flags, id;
	uint64_t barcode;
	uint8_t	app, unused[3];
	uint32_t last_lba, sector_size;
	uint16_t nsessions, ntracks, first, first_last, last_last, unused2;
	uint16_t r1[4];
	uint32_t r2[3], r3[8];
};
#define	MMCGETDISCINFO	NB_IOR('c', 28, struct discinfo)

ATF_TC_WITHOUT_HEAD(discinfo);
ATF_TC_BODY(discinfo, tc)
{
	struct discinfo di;
	struct scsi_host *h;
	int fd;

	boot();
	h = host_with(setup(0), &drive);
	scan();
	ATF_REQUIRE((fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDONLY)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MMCGETDISCINFO, &di), 0);
	ATF_CHECK_EQ(di.class, 2);
	ATF_CHECK_EQ(di.sector_size, 2048);
	ATF_CHECK_EQ(di.nsessions, 2);
	ATF_CHECK_EQ(di.first, 1);
	ATF_CHECK_EQ(di.last_last, 4);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, read_scsi);
	ATF_TP_ADD_TC(tp, read_atapi);
	ATF_TP_ADD_TC(tp, contents);
	ATF_TP_ADD_TC(tp, sound);
	ATF_TP_ADD_TC(tp, tray);
	ATF_TP_ADD_TC(tp, discinfo);
	return atf_no_error();
}
