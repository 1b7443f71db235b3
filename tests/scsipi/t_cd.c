/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * CD drives: reading, tables of contents, sound, trays, discs that can be
 * written; on SCSI and on ATAPI.
 */

#include "../block/dumptest.h"
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

struct trackinfo {
	uint16_t track, session;
	uint8_t	mode, data_mode;
	uint16_t flags;
	uint32_t start, next, free, packet, size, last;
};
#define	MMCGETTRACKINFO	NB_IOWR('c', 29, struct trackinfo)
#define	NWA_VALID	0x40
#define	DATA		0x100
#define	AUDIO		0x200

/* The drive knows no such command. */
static void
unknown(struct scsi_host *h, unsigned opcode)
{
	struct scsim_fault f = { .sf_opcode = (uint16_t)opcode, .sf_instead = 1,
	    .sf_status = SCSIM_CHECK, .sf_key = SCSIM_ILLEGAL_REQUEST, .sf_asc = 0x20,
	    .sf_nth = 1 };

	ATF_REQUIRE_EQ(scsim_fault(unit0(h), &f), 0);
}

/* Drives of before MMC: a disc's facts are those of its table of contents. */
ATF_TC_WITHOUT_HEAD(discinfo_old);
ATF_TC_BODY(discinfo_old, tc)
{
	struct scsim_fault bad = { .sf_opcode = 0x43, .sf_status = SCSIM_CHECK,
	    .sf_key = SCSIM_MEDIUM_ERROR, .sf_asc = 0x11, .sf_nth = 1 };
	struct trackinfo ti = { .track = 2 };
	struct scsi_host *h;
	struct discinfo di;
	int fd;

	boot();
	h = host_with(setup(0), &drive);
	scan();
	unknown(h, 0x46);
	unknown(h, 0x51);
	unknown(h, 0x52);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDONLY)) >= 0);
	memset(&di, 0xee, sizeof(di));
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MMCGETDISCINFO, &di), 0);
	ATF_CHECK_EQ(di.profile, 8);
	ATF_CHECK_EQ(di.class, 2);
	ATF_CHECK_EQ(di.cap, 0);
	ATF_CHECK_EQ(di.state, 2);
	ATF_CHECK_EQ(di.session_state, 2);
	ATF_CHECK_EQ(di.bg_state, 3);
	ATF_CHECK_EQ(di.nsessions, 2);
	ATF_CHECK_EQ(di.ntracks, 4);
	ATF_CHECK_EQ(di.first, 1);
	ATF_CHECK_EQ(di.first_last, 3);
	ATF_CHECK_EQ(di.last_last, 4);
	ATF_CHECK_EQ(di.last_lba, 1000);
	ATF_CHECK_EQ(di.sector_size, 2048);

	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MMCGETTRACKINFO, &ti), 0);
	ATF_CHECK_EQ(ti.track, 2);
	ATF_CHECK_EQ(ti.start, 250);
	ATF_CHECK_EQ(ti.size, 250);
	ATF_CHECK_EQ(ti.flags, DATA);
	ti = (struct trackinfo){ .track = 4 };
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MMCGETTRACKINFO, &ti), 0);
	ATF_CHECK_EQ(ti.start, 750);
	ATF_CHECK_EQ(ti.size, 250);
	ATF_CHECK_EQ(ti.flags, AUDIO);
	/* Neither past the last one, nor the lead-out. */
	ti.track = 5;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, MMCGETTRACKINFO, &ti) == -1);
	ti.track = 0xaa;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, MMCGETTRACKINFO, &ti) == -1);

	/* A table that can't be read is an error, not an empty disc. */
	ATF_REQUIRE_EQ(scsim_fault(unit0(h), &bad), 0);
	ATF_CHECK_ERRNO(RUMP_EIO, rump_sys_ioctl(fd, MMCGETDISCINFO, &di) == -1);
	ti.track = 2;
	ATF_CHECK_ERRNO(RUMP_EIO, rump_sys_ioctl(fd, MMCGETTRACKINFO, &ti) == -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

/*
 * A drive that writes: what the model has no commands for.
 */
static struct writer {
	uint8_t	page5[2 + 0x32];	/* the write parameters */
	int	has_page5;
	uint8_t	select[8 + 2 + 0x32];	/* the last MODE SELECT */
	size_t	selectlen;
	uint8_t	reserve[10];		/* the last RESERVE TRACK */
	unsigned nreserves;
	uint32_t next;			/* next writable address, or 0 */
	uint8_t	cdb[10];		/* the last WRITE */
	uint8_t	sectors[8 * 2048];
	unsigned nwrites;
} writer;

static void
writer_in(struct scsim_cmd *sc, const void *data, size_t len)
{

	sc->sc_want = len;
	sc->sc_done = len < sc->sc_datalen ? len : sc->sc_datalen;
	memcpy(sc->sc_data, data, sc->sc_done);
}

static int
writer_filter(void *arg, struct scsim_cmd *sc, int after)
{
	struct writer *w = arg;
	uint8_t buf[8 + sizeof(w->page5)] = { 0 };

	switch (sc->sc_cdb[0]) {
	case 0x2a:
		if (!after) {
			ATF_REQUIRE(sc->sc_datalen <= sizeof(w->sectors));
			memcpy(w->cdb, sc->sc_cdb, sizeof(w->cdb));
			memcpy(w->sectors, sc->sc_data, sc->sc_datalen);
			sc->sc_done = sc->sc_want = sc->sc_datalen;
			w->nwrites++;
		}
		return 1;
	case 0x52:
		if (after && sc->sc_status == SCSIM_GOOD && sc->sc_done >= 16 && w->next != 0) {
			sc->sc_data[7] |= 1;
			sc->sc_data[14] = (uint8_t)(w->next >> 8);
			sc->sc_data[15] = (uint8_t)w->next;
		}
		return 0;
	case 0x53:
		if (!after) {
			memcpy(w->reserve, sc->sc_cdb, sizeof(w->reserve));
			w->nreserves++;
		}
		return 1;
	case 0x55:
		if (!after) {
			ATF_REQUIRE(sc->sc_datalen <= sizeof(w->select));
			memcpy(w->select, sc->sc_data, sc->sc_datalen);
			sc->sc_done = sc->sc_want = w->selectlen = sc->sc_datalen;
		}
		return 1;
	case 0x5a:
		if ((sc->sc_cdb[2] & 0x3f) != 5 || !w->has_page5)
			return 0;
		if (!after) {
			buf[1] = sizeof(buf) - 2;
			memcpy(buf + 8, w->page5, sizeof(w->page5));
			writer_in(sc, buf, sizeof(buf));
		}
		return 1;
	}
	return 0;
}

static struct scsi_host *
writer_start(int *fd)
{
	struct scsim_config cf = drive;
	struct scsi_host *h;

	boot();
	cf.sm_audio = 0;
	h = host_with(setup(0), &cf);
	scsim_filter(scsi_host_target(h, 0), writer_filter, &writer);
	scan();
	ATF_REQUIRE((*fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDWR)) >= 0);
	return h;
}

static void
writer_end(struct scsi_host *h, int fd)
{

	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	scsi_host_destroy(h);
}

struct mmc_op {
	uint16_t op, profile, track, session;
	uint32_t extent, reserved[4];
};
#define	MMCOP		NB_IOWR('c', 30, struct mmc_op)
#define	RESERVETRACK	5
#define	RESERVETRACK_NWA 6

ATF_TC_WITHOUT_HEAD(reserve);
ATF_TC_BODY(reserve, tc)
{
	static const uint8_t whole[10] = { 0x53, [5] = 0x00, 0x01, 0x02, 0x03 };
	static const uint8_t rest[10] = { 0x53, [7] = 0x02, 0x00 };
	struct mmc_op op = { .op = RESERVETRACK, .extent = 0x010203 };
	struct scsi_host *h;
	int fd;

	h = writer_start(&fd);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MMCOP, &op), 0);
	ATF_CHECK_EQ(memcmp(writer.reserve, whole, sizeof(whole)), 0);
	/* Up to an address: needs one to count from, and some room. */
	op = (struct mmc_op){ .op = RESERVETRACK_NWA, .extent = 0x1234 };
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, MMCOP, &op) == -1);
	writer.next = 0x1234;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, MMCOP, &op) == -1);
	ATF_CHECK_EQ(writer.nreserves, 1);
	writer.next = 0x1034;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MMCOP, &op), 0);
	ATF_CHECK_EQ(writer.nreserves, 2);
	ATF_CHECK_EQ(memcmp(writer.reserve, rest, sizeof(rest)), 0);
	/* A drive that does not write says so. */
	scsim_filter(scsi_host_target(h, 0), NULL, NULL);
	op = (struct mmc_op){ .op = RESERVETRACK, .extent = 16 };
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, MMCOP, &op) == -1);
	op.op = 10;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, MMCOP, &op) == -1);
	writer_end(h, fd);
}

struct writeparams {
	uint16_t track, class;
	uint32_t cur, blocking;
	uint8_t	track_mode, data_mode;
};
#define	MMCSETUPWRITEPARAMS NB_IOW('c', 31, struct writeparams)

ATF_TC_WITHOUT_HEAD(write_params);
ATF_TC_BODY(write_params, tc)
{
	struct writeparams wp = { .class = 3 };
	const uint8_t *page = writer.select + 8;
	struct scsi_host *h;
	int fd;

	h = writer_start(&fd);
	/* DVDs which are not written in order have nothing to set up; CDs have, by a page. */
	ATF_CHECK_EQ(rump_sys_ioctl(fd, MMCSETUPWRITEPARAMS, &wp), 0);
	wp = (struct writeparams){ .class = 2, .blocking = 32, .track_mode = 5, .data_mode = 2 };
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, MMCSETUPWRITEPARAMS, &wp) == -1);
	/* A page that is shorter than what is set. */
	writer.has_page5 = 1;
	writer.page5[0] = 0x85;
	writer.page5[1] = 0x0e;
	ATF_CHECK_ERRNO(RUMP_EIO, rump_sys_ioctl(fd, MMCSETUPWRITEPARAMS, &wp) == -1);
	ATF_CHECK_EQ(writer.selectlen, 0);

	/* Packets of 32 blocks, XA; what is not known stays as the drive has it. */
	writer.page5[1] = 0x32;
	writer.page5[2] = 0x41;
	writer.page5[3] = 0xc4;
	writer.page5[4] = 0x10;
	writer.page5[5] = 0x07;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MMCSETUPWRITEPARAMS, &wp), 0);
	ATF_CHECK_EQ(writer.selectlen, 8 + 2 + 0x32);
	ATF_CHECK_EQ(writer.select[1], 0);
	ATF_CHECK_EQ(page[0], 0x05);
	ATF_CHECK_EQ(page[2], 0x00);
	ATF_CHECK_EQ(page[3], 0xc5);
	ATF_CHECK_EQ(page[4], 0x1a);
	ATF_CHECK_EQ(page[5], 0x07);
	ATF_CHECK_EQ(page[8], 0x20);
	ATF_CHECK_EQ(page[13], 32);
	/* Of fixed size, mode 1. */
	wp.cur = 0x100;
	wp.data_mode = 1;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MMCSETUPWRITEPARAMS, &wp), 0);
	ATF_CHECK_EQ(page[3], 0xe5);
	ATF_CHECK_EQ(page[4], 0x18);
	ATF_CHECK_EQ(page[8], 0);
	/* As a track is, which there has to be. */
	wp = (struct writeparams){ .track = 1, .class = 2, .blocking = 32 };
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, MMCSETUPWRITEPARAMS, &wp), 0);
	ATF_CHECK_EQ(page[3], 0xc4);
	ATF_CHECK_EQ(page[13], 0);
	wp.track = 7;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, MMCSETUPWRITEPARAMS, &wp) == -1);
	writer_end(h, fd);
}

/* Whole sectors go to the drive, and to the disc when it is closed. */
ATF_TC_WITHOUT_HEAD(raw_write);
ATF_TC_BODY(raw_write, tc)
{
	static const uint8_t cdb[10] = { 0x2a, [5] = 10, [8] = 3 };
	uint8_t buf[3 * 2048];
	struct scsi_host *h;
	unsigned i;
	int fd;

	for (i = 0; i < sizeof(buf); i++)
		buf[i] = (uint8_t)(i * 5 + i / 2048);
	h = writer_start(&fd);
	ATF_CHECK_EQ(rump_sys_pwrite(fd, buf, sizeof(buf), 10 * 2048), (ssize_t)sizeof(buf));
	ATF_CHECK_EQ(writer.nwrites, 1);
	ATF_CHECK_EQ(memcmp(writer.cdb, cdb, sizeof(cdb)), 0);
	ATF_CHECK_EQ(memcmp(writer.sectors, buf, sizeof(buf)), 0);
	/* Parts of sectors would need what is around them. */
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_pwrite(fd, buf, 512, 0) == -1);
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_pwrite(fd, buf, 2048, 512) == -1);
	ATF_CHECK_EQ(writer.nwrites, 1);
	ATF_CHECK_EQ(scsim_stats(unit0(h))->ss_byop[0x35], 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(scsim_stats(unit0(h))->ss_byop[0x35], 1);

	/* A drive that does not write. */
	scsim_filter(scsi_host_target(h, 0), NULL, NULL);
	ATF_REQUIRE((fd = rump_sys_open("/dev/rcd0d", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_pwrite(fd, buf, 2048, 0) == -1);
	writer_end(h, fd);
}

/* Nobody dumps to a disc, though it may be written. */
ATF_TC_WITHOUT_HEAD(dump);
ATF_TC_BODY(dump, tc)
{
	uint8_t buf[2048] = { 0 };
	struct scsi_host *h;
	int fd;

	h = writer_start(&fd);
	ATF_CHECK_EQ(rump_dumptest_run("cd0", 0, buf, sizeof(buf)), RUMP_ENXIO);
	ATF_CHECK_EQ(writer.nwrites, 0);
	writer_end(h, fd);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, read_scsi);
	ATF_TP_ADD_TC(tp, read_atapi);
	ATF_TP_ADD_TC(tp, contents);
	ATF_TP_ADD_TC(tp, sound);
	ATF_TP_ADD_TC(tp, tray);
	ATF_TP_ADD_TC(tp, discinfo);
	ATF_TP_ADD_TC(tp, discinfo_old);
	ATF_TP_ADD_TC(tp, reserve);
	ATF_TP_ADD_TC(tp, write_params);
	ATF_TP_ADD_TC(tp, raw_write);
	ATF_TP_ADD_TC(tp, dump);
	return atf_no_error();
}
