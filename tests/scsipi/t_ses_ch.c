/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ses(4) and ch(4): enclosures of both kinds, and a changer with its drive.
 */

#include <poll.h>

#include "scsitest.h"

typedef struct {
	unsigned int obj_id;
	unsigned char subencid, object_type;
} ses_object;
typedef struct {
	unsigned int obj_id;
	unsigned char cstat[4];
} ses_objstat;
#define	SESIOC(n)	NB_IO(0x5300, n)
#define	SESIOC_GETNOBJ	SESIOC(1)
#define	SESIOC_GETOBJMAP SESIOC(2)
#define	SESIOC_GETENCSTAT SESIOC(3)
#define	SESIOC_SETENCSTAT SESIOC(4)
#define	SESIOC_GETOBJSTAT SESIOC(5)
#define	SESIOC_SETOBJSTAT SESIOC(6)
#define	SESIOC_INIT	SESIOC(8)

struct changer_move {
	int	fromtype, fromunit, totype, tounit, flags;
};
struct changer_exchange {
	int	srctype, srcunit, ftype, funit, stype, sunit, flags;
};
struct changer_params {
	int	curpicker, npickers, nslots, nportals, ndrives;
};
struct voltag {
	char	tag[33];
	uint16_t serial;
};
struct element_status {
	int	flags;
	char	xname[16];
	int	from_type, from_unit;
	struct voltag pvoltag, avoltag;
	size_t	vendor_len;
	uint8_t	asc, ascq, target, lun;
};
struct element_request {
	int	type, unit, count, flags;
	struct element_status *data;
	void	**vendor;
};
struct set_voltag {
	int	type, unit, flags;
	struct voltag tag;
};
#define	CHIOMOVE	NB_IOW('c', 1, struct changer_move)
#define	CHIOEXCHANGE	NB_IOW('c', 2, struct changer_exchange)
#define	CHIOGPICKER	NB_IOR('c', 4, int)
#define	CHIOSPICKER	NB_IOW('c', 5, int)
#define	CHIOGPARAMS	NB_IOR('c', 6, struct changer_params)
#define	CHIOIELEM	NB_IO('c', 7)
#define	CHIOGSTATUS	NB_IOW('c', 9, struct element_request)
#define	CHIOSVOLTAG	NB_IOW('c', 10, struct set_voltag)
enum { MT, ST, IE, DT };

static struct scsi_host *
start(const struct scsim_config *cf)
{
	struct scsi_host *h;

	boot();
	h = host_with(&plain_setup, cf);
	scan();
	return h;
}

static void
end(struct scsi_host *h, const char *dev)
{

	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", 0), 0);
	ATF_CHECK(!have(dev));
	scsi_host_destroy(h);
}

ATF_TC_WITHOUT_HEAD(ses_objects);
ATF_TC_BODY(ses_objects, tc)
{
	static const uint8_t types[] = { 1, 1, 1, 1, 2, 2, 3, 3, 4, 5, 6 };
	static const uint8_t page2[6] = { 0x1c, 0x01, 0x02, 0, 128 };
	struct scsireq rq;
	uint8_t page[128];
	struct scsim_config cf = { .sm_type = SCSIM_ENCLOSURE };
	struct scsi_host *h = start(&cf);
	ses_objstat os;
	ses_object objs[16];
	unsigned n = 0, i;
	uint8_t es;
	int fd;

	LOG_HAS("ses0: SES device");
	ATF_REQUIRE((fd = rump_sys_open("/dev/ses0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_ERRNO(RUMP_EBUSY, rump_sys_open("/dev/ses0", RUMP_O_RDWR) == -1);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETNOBJ, &n), 0);
	ATF_REQUIRE_EQ(n, sizeof(types));
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETOBJMAP, objs), 0);
	for (i = 0; i < n; i++) {
		ATF_CHECK_EQ(objs[i].obj_id, i);
		ATF_CHECK_EQ(objs[i].object_type, types[i]);
		os.obj_id = i;
		ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETOBJSTAT, &os), 0);
		ATF_CHECK_EQ(os.cstat[0], 1);
	}
	/* The second slot's light, and nobody else's. */
	os = (ses_objstat){ .obj_id = 1, .cstat = { 0x80, 0, 0x02, 0 } };
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_SETOBJSTAT, &os), 0);
	for (i = 0; i < n; i++) {
		os.obj_id = i;
		ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETOBJSTAT, &os), 0);
		ATF_CHECK_EQ_MSG(os.cstat[2], i == 1 ? 2 : 0, "object %u", i);
	}
	/* The first supply comes after the overall elements of two types. */
	os = (ses_objstat){ .obj_id = 4, .cstat = { 0x80, 0x55, 0, 0 } };
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_SETOBJSTAT, &os), 0);
	ATF_REQUIRE_EQ(command(fd, &rq, page2, 6, SCCMD_READ, page, sizeof(page)), 0);
	ATF_CHECK_EQ(page[8 + 4 * 6 + 1], 0x55);
	es = 0x04;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_SETENCSTAT, &es), 0);
	es = 0;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETENCSTAT, &es), 0);
	ATF_CHECK_EQ(es, 0x04);
	os.obj_id = n;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, SESIOC_GETOBJSTAT, &os) == -1);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_INIT, NULL), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_REQUIRE((fd = rump_sys_open("/dev/ses0", RUMP_O_RDONLY)) >= 0);
	ATF_CHECK_ERRNO(RUMP_EBADF, rump_sys_ioctl(fd, SESIOC_SETENCSTAT, &es) == -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h, "ses0");
}

ATF_TC_WITHOUT_HEAD(saf_te);
ATF_TC_BODY(saf_te, tc)
{
	static const uint8_t types[] = { 3, 3, 2, 1, 1, 1, 1, 5, 6, 4, 4, 4 };
	struct scsim_config cf = { .sm_type = SCSIM_PROCESSOR, .sm_flags = SCSIM_SAFTE };
	struct scsi_host *h = start(&cf);
	ses_object objs[16];
	ses_objstat os;
	unsigned n = 0, i;
	uint8_t es;
	int fd;

	LOG_HAS("ses0: SAF-TE device");
	ATF_CHECK(!have("uk0"));
	ATF_REQUIRE((fd = rump_sys_open("/dev/ses0", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETNOBJ, &n), 0);
	ATF_REQUIRE_EQ(n, sizeof(types));
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETOBJMAP, objs), 0);
	for (i = 0; i < n; i++)
		ATF_CHECK_EQ(objs[i].object_type, types[i]);
	os.obj_id = 9;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETOBJSTAT, &os), 0);
	ATF_CHECK_EQ(os.cstat[0], 1);
	ATF_CHECK_EQ(os.cstat[2], 45);
	os = (ses_objstat){ .obj_id = 4, .cstat = { 0x80, 0, 0, 0x20 } };
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_SETOBJSTAT, &os), 0);
	memset(os.cstat, 0, 4);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETOBJSTAT, &os), 0);
	ATF_CHECK_EQ(os.cstat[0], 2);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_GETENCSTAT, &es), 0);
	ATF_CHECK_EQ(es, 0);
	es = 2;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, SESIOC_SETENCSTAT, &es), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h, "ses0");
}

/* Configurations that do not add up: EIO, one line, nothing attached to. */
ATF_TC_WITHOUT_HEAD(ses_lies);
ATF_TC_BODY(ses_lies, tc)
{
	static const struct {
		uint8_t off, val;
		const char *line;
	} lies[] = {
		{ 0, 9, "page 0x09 of" }, { 1, 255, "of 256 at byte" }, { 3, 0, "of 0 bytes instead" },
		{ 11, 255, "enclosure 0 of 1 at byte 8" }, { 10, 255, "255 types in" },
	};
	struct scsim_config cf = { .sm_type = SCSIM_ENCLOSURE };
	struct scsi_host *h = start(&cf);
	uint8_t rec[20];
	unsigned i;

	for (i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		memset(rec, 0, sizeof(rec));
		rec[0] = HOSTILE_STORE;
		rec[2] = 0x1c;
		rec[3] = 0x40;
		rec[6] = 255;
		rec[7] = 1;
		rec[8] = lies[i].off;
		rec[12] = lies[i].val;
		log_clear();
		scsi_host_script(h, rec, sizeof(rec), 1);
		ATF_CHECK_ERRNO(RUMP_EIO, rump_sys_open("/dev/ses0", RUMP_O_RDWR) == -1);
		LOG_HAS(lies[i].line);
	}
	scsi_host_script(h, NULL, 0, 0);
	end(h, "ses0");
}

static struct scsi_host *
changer(void)
{
	struct scsim_config cf = { .sm_type = SCSIM_CHANGER };
	struct scsim_target *t;
	struct scsi_host *h;

	boot();
	h = host_with(&plain_setup, &cf);
	t = scsi_host_target(h, 0);
	cf = (struct scsim_config){ .sm_type = SCSIM_TAPE, .sm_flags = SCSIM_NOMEDIUM };
	ATF_REQUIRE_EQ(scsim_add(t, 1, &cf), 0);
	scan();
	ATF_CHECK(have("st0"));
	return h;
}

static void
status(int fd, int type, int n, struct element_status *es)
{
	struct element_request r = { .type = type, .count = n, .flags = 1, .data = es };

	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOGSTATUS, &r), 0);
}

ATF_TC_WITHOUT_HEAD(changer_moves);
ATF_TC_BODY(changer_moves, tc)
{
	struct scsi_host *h = changer();
	struct changer_params cp;
	struct changer_move mv = { .fromtype = ST, .fromunit = 1, .totype = DT, .tounit = 0 };
	struct changer_exchange ex = { ST, 0, ST, 2, ST, 3, 0 };
	struct element_status es[4];
	int fd, st, picker;

	ATF_REQUIRE((fd = rump_sys_open("/dev/ch0", RUMP_O_RDWR)) >= 0);
	LOG_HAS("ch0: 4 slots, 1 drive, 1 picker, 1 portal");
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOGPARAMS, &cp), 0);
	ATF_CHECK_EQ(cp.nslots, 4);
	ATF_CHECK_EQ(cp.ndrives, 1);
	status(fd, ST, 4, es);
	ATF_CHECK_EQ(es[0].flags & 0x101, 0x101);
	ATF_CHECK_EQ(es[3].flags & 0x101, 0x100);
	ATF_CHECK_STREQ(es[1].pvoltag.tag, "RF0002L1");

	/* Without a tape the drive can't be opened; with it it can. */
	ATF_CHECK_ERRNO(RUMP_ENODEV, rump_sys_open("/dev/nrst0", RUMP_O_RDWR) == -1);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOMOVE, &mv), 0);
	status(fd, DT, 1, es);
	ATF_CHECK_EQ(es[0].flags & 1, 1);
	ATF_CHECK_EQ(es[0].flags & 0x7600, 0x6600 | 0);
	ATF_CHECK_STREQ(es[0].xname, "st0");
	ATF_CHECK_EQ(es[0].from_type, ST);
	ATF_CHECK_EQ(es[0].from_unit, 1);
	ATF_CHECK_EQ(es[0].lun, 1);
	ATF_REQUIRE((st = rump_sys_open("/dev/nrst0", RUMP_O_RDWR)) >= 0);
	/* ... and holds it. */
	mv = (struct changer_move){ .fromtype = DT, .totype = ST, .tounit = 3 };
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, CHIOMOVE, &mv) == -1);
	ATF_CHECK_EQ(rump_sys_close(st), 0);
	ATF_REQUIRE((st = rump_sys_open("/dev/erst0", RUMP_O_RDONLY)) >= 0);
	ATF_CHECK_EQ(rump_sys_close(st), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOMOVE, &mv), 0);
	status(fd, ST, 4, es);
	ATF_CHECK_STREQ(es[3].pvoltag.tag, "RF0002L1");
	ATF_CHECK_EQ(es[1].flags & 1, 0);

	/* Back to its place, and two change places. */
	mv = (struct changer_move){ .fromtype = ST, .fromunit = 3, .totype = ST, .tounit = 1 };
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOMOVE, &mv), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOEXCHANGE, &ex), 0);
	status(fd, ST, 4, es);
	ATF_CHECK_STREQ(es[2].pvoltag.tag, "RF0001L1");
	ATF_CHECK_STREQ(es[3].pvoltag.tag, "RF0003L1");

	/* What is not there. */
	mv.tounit = 4;
	ATF_CHECK_ERRNO(RUMP_ENODEV, rump_sys_ioctl(fd, CHIOMOVE, &mv) == -1);
	mv.totype = 4;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, CHIOMOVE, &mv) == -1);
	picker = 1;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, CHIOSPICKER, &picker) == -1);
	picker = 0;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOSPICKER, &picker), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOIELEM, NULL), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h, "ch0");
}

ATF_TC_WITHOUT_HEAD(changer_tags);
ATF_TC_BODY(changer_tags, tc)
{
	struct scsi_host *h = changer();
	struct set_voltag sv = { .type = ST, .unit = 2, .flags = 1, .tag = { "NEWTAG", 0 } };
	struct element_status es[4];
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/ch0", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOSVOLTAG, &sv), 0);
	status(fd, ST, 4, es);
	ATF_CHECK_STREQ(es[2].pvoltag.tag, "NEWTAG");
	sv.flags = 0;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, CHIOSVOLTAG, &sv) == -1);
	sv.flags = 2;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, CHIOSVOLTAG, &sv), 0);
	status(fd, ST, 4, es);
	ATF_CHECK_STREQ(es[2].pvoltag.tag, "");
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h, "ch0");
}

/* Media moved by hand are an event: poll(2) wakes up, read(2) takes it. */
ATF_TC_WITHOUT_HEAD(changer_events);
ATF_TC_BODY(changer_events, tc)
{
	struct scsi_host *h = changer();
	struct element_status es[4];
	struct pollfd pfd;
	unsigned events = 1;
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/ch0", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(rump_sys_read(fd, &events, sizeof(events)), sizeof(events));
	ATF_CHECK_EQ(events, 0);
	pfd = (struct pollfd){ .fd = fd, .events = POLLIN };
	ATF_CHECK_EQ(rump_sys_poll(&pfd, 1, 10), 0);
	scsim_attention(unit0(h), 0x28, 0x01);
	status(fd, ST, 4, es);
	ATF_CHECK_EQ(rump_sys_poll(&pfd, 1, 10), 1);
	ATF_REQUIRE_EQ(rump_sys_read(fd, &events, sizeof(events)), sizeof(events));
	ATF_CHECK_EQ(events, 1);
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_read(fd, &events, 1) == -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h, "ch0");
}

/* The same by kevent(2). */
static int kq;

static int
watch(int fd, uint32_t filter, uint32_t flags)
{
	struct rump_kevent ev = { .ident = (uintptr_t)fd, .filter = filter, .flags = flags };

	return rump_sys_kevent(kq, &ev, 1, NULL, 0, NULL);
}

static int
seen(struct rump_kevent *ev, size_t n)
{
	static const struct timespec now;

	return rump_sys_kevent(kq, NULL, 0, ev, n, &now);
}

ATF_TC_WITHOUT_HEAD(changer_kevents);
ATF_TC_BODY(changer_kevents, tc)
{
	struct scsi_host *h = changer();
	struct element_status es[4];
	struct rump_kevent ev[2];
	unsigned events;
	int fd;

	ATF_REQUIRE((kq = rump_sys_kqueue()) >= 0);
	ATF_REQUIRE((fd = rump_sys_open("/dev/ch0", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(watch(fd, RUMP_EVFILT_READ, RUMP_EV_ADD), 0);
	ATF_CHECK_EQ(seen(ev, 2), 0);
	scsim_attention(unit0(h), 0x28, 0x01);
	status(fd, ST, 4, es);
	ATF_REQUIRE_EQ(seen(ev, 2), 1);
	ATF_CHECK_EQ(ev[0].ident, (uintptr_t)fd);
	ATF_CHECK_EQ(ev[0].filter, RUMP_EVFILT_READ);
	ATF_CHECK_EQ(ev[0].flags & RUMP_EV_EOF, 0);
	ATF_CHECK_EQ(ev[0].data, sizeof(events));
	/* It stays until it is read. */
	ATF_CHECK_EQ(seen(ev, 2), 1);
	ATF_REQUIRE_EQ(rump_sys_read(fd, &events, sizeof(events)), sizeof(events));
	ATF_CHECK_EQ(seen(ev, 2), 0);

	/* Another unit attention is none; writing is possible, to no effect. */
	scsim_attention(unit0(h), 0x29, 0x00);
	status(fd, ST, 4, es);
	ATF_CHECK_EQ(seen(ev, 2), 0);
	ATF_REQUIRE_EQ(watch(fd, RUMP_EVFILT_WRITE, RUMP_EV_ADD), 0);
	ATF_REQUIRE_EQ(seen(ev, 2), 1);
	ATF_CHECK_EQ(ev[0].filter, RUMP_EVFILT_WRITE);
	ATF_REQUIRE_EQ(watch(fd, RUMP_EVFILT_WRITE, RUMP_EV_DELETE), 0);

	/* Nobody hears of it who does not look any more. */
	ATF_REQUIRE_EQ(watch(fd, RUMP_EVFILT_READ, RUMP_EV_DELETE), 0);
	scsim_attention(unit0(h), 0x28, 0x00);
	status(fd, ST, 4, es);
	ATF_CHECK_EQ(seen(ev, 2), 0);
	ATF_REQUIRE_EQ(watch(fd, RUMP_EVFILT_READ, RUMP_EV_ADD), 0);
	ATF_CHECK_EQ(seen(ev, 2), 1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(seen(ev, 2), 0);

	/* A changer that goes away is the end of its events. */
	ATF_REQUIRE((fd = rump_sys_open("/dev/ch0", RUMP_O_RDWR)) >= 0);
	ATF_REQUIRE_EQ(watch(fd, RUMP_EVFILT_READ, RUMP_EV_ADD), 0);
	ATF_CHECK_EQ(seen(ev, 2), 0);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", RUMP_DETACH_FORCE), 0);
	ATF_CHECK(!have("ch0"));
	ATF_REQUIRE_EQ(seen(ev, 2), 1);
	ATF_CHECK(ev[0].flags & RUMP_EV_EOF);
	ATF_CHECK_EQ(watch(fd, RUMP_EVFILT_READ, RUMP_EV_DELETE), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK_EQ(rump_sys_close(kq), 0);
	scsi_host_destroy(h);
}

/* Descriptors that are too short, or go past what was read. */
ATF_TC_WITHOUT_HEAD(changer_lies);
ATF_TC_BODY(changer_lies, tc)
{
	struct scsi_host *h = changer();
	struct element_status es[4];
	struct element_request r = { .type = ST, .count = 4, .flags = 1, .data = es };
	uint8_t rec[20] = { HOSTILE_STORE, HOSTILE_SET, 0xb8, 0x40, [6] = 255, 2, 10 };
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/ch0", RUMP_O_RDWR)) >= 0);
	scsi_host_script(h, rec, sizeof(rec), 1);	/* edl 0 */
	ATF_CHECK_ERRNO(RUMP_EIO, rump_sys_ioctl(fd, CHIOGSTATUS, &r) == -1);
	LOG_HAS("ch0: element descriptors of 0 bytes, at least 12");
	rec[12] = rec[13] = 0xff;			/* edl 65535 */
	scsi_host_script(h, rec, sizeof(rec), 1);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, CHIOGSTATUS, &r), 0);
	ATF_CHECK_EQ(es[0].flags, 0);
	rec[7] = 3;					/* far more than there is */
	rec[8] = 5;
	rec[12] = rec[13] = rec[14] = 0xff;
	scsi_host_script(h, rec, sizeof(rec), 1);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, CHIOGSTATUS, &r), 0);
	scsi_host_script(h, NULL, 0, 0);
	r.count = 5;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, CHIOGSTATUS, &r) == -1);
	r.count = -1;
	ATF_CHECK_ERRNO(RUMP_EINVAL, rump_sys_ioctl(fd, CHIOGSTATUS, &r) == -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h, "ch0");
}

/* A bus with units of these kinds goes to sleep, and is awake after that. */
ATF_TC_WITHOUT_HEAD(sleep);
ATF_TC_BODY(sleep, tc)
{
	struct scsim_config cf = { .sm_type = SCSIM_ENCLOSURE };
	struct scsi_host *h = changer();
	struct changer_params cp;
	int fd;

	ATF_REQUIRE_EQ(scsim_add(scsi_host_target(h, 0), 2, &cf), 0);
	cf.sm_type = 3;		/* a processor: uk */
	ATF_REQUIRE_EQ(scsim_add(scsi_host_target(h, 0), 3, &cf), 0);
	ATF_REQUIRE_EQ(rump_pub_dev_rescan("scsibus0", NULL, NULL), 0);
	ATF_REQUIRE(have("ch0") && have("st0") && have("ses0") && have("uk0"));
	ATF_REQUIRE((fd = rump_sys_open("/dev/ch0", RUMP_O_RDWR)) >= 0);
	ATF_CHECK_EQ(rump_pub_dev_suspend("scsibus0"), 0);
	ATF_CHECK_EQ(rump_pub_dev_resume("scsibus0", 1), 0);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, CHIOGPARAMS, &cp), 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	end(h, "uk0");
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, ses_objects);
	ATF_TP_ADD_TC(tp, saf_te);
	ATF_TP_ADD_TC(tp, ses_lies);
	ATF_TP_ADD_TC(tp, changer_moves);
	ATF_TP_ADD_TC(tp, changer_tags);
	ATF_TP_ADD_TC(tp, changer_events);
	ATF_TP_ADD_TC(tp, changer_kevents);
	ATF_TP_ADD_TC(tp, changer_lies);
	ATF_TP_ADD_TC(tp, sleep);
	return atf_no_error();
}
