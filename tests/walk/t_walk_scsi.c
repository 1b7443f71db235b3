/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Surprise removal of SCSI units, at each command of each operation: of the
 * adapter, and of the unit alone, which the adapter tells of.  A command that
 * is under way when the adapter goes is never answered.
 */

#include "walk_disk.h"

#include "model/scsi.h"
#include "model/scsi_host.h"

static const struct rumpuser_scsi_setup setup = {
	.su_name = "test adapter", .su_bustype = RUMPUSER_SCSI_SCSI, .su_nchannels = 1,
	.su_ntargets = 2, .su_nluns = 4, .su_id = -1, .su_openings = 16, .su_perperiph = 8,
	.su_maxxfer = 65536, .su_flags = RUMPUSER_SCSI_TAGS,
};

static const struct scsim_config *unit;
static struct scsi_host *host;
static int alone;		/* the unit goes, not the adapter */

static int
filter(void *arg, struct scsim_cmd *sc, int after)
{

	if (!walk_step() || alone || after)
		return 0;
	sc->sc_delay = SCSIM_NEVER;
	return 1;
}

static void
create(void)
{
	struct scsim_target *t = scsim_create();

	host = scsi_host_create(&setup);
	if (t == NULL || host == NULL || scsim_add(t, 0, unit) != 0 || scsi_host_plug(host, 0, t, 0) != 0)
		abort();
	if (unit->sm_type == SCSIM_TAPE) {
		(void)scsim_tape_append(scsim_lun(t, 0), medium, 512);
		(void)scsim_tape_append(scsim_lun(t, 0), NULL, 0);
	}
	scsi_host_delay(host, walk_delay_ns);
	scsim_filter(t, filter, NULL);
}

static void
unplug(void)
{

	if (alone)
		(void)scsim_remove(scsi_host_target(host, 0), 0);
	else
		scsi_host_unplug(host);
}

static void
destroy(void)
{

	scsi_host_destroy(host);
}

/* struct scsireq: REQUEST SENSE, by SCIOCCOMMAND. */
static int
sense(const struct walk_op *wo, int fd)
{
	static uint8_t buf[18];
	struct {
		uint64_t flags, timeout;
		uint8_t	 cmd[16], cmdlen;
		void	*databuf;
		uint64_t datalen, used;
		uint8_t	 sense[48], senselen, senselen_used, status, retsts;
		int	 error;
	} rq = {
		.flags = 1, .timeout = 1000, .cmd = { 3, [4] = sizeof(buf) }, .cmdlen = 6, .databuf = buf,
		.datalen = sizeof(buf),
	};

	return rump_sys_ioctl(fd, SCIOCCOMMAND, &rq) == 0 ? 0 : errno;
}

/* SCSI's own, of any unit; node of the unit and of the bus. */
#define	BUS	"/dev/scsibus0"
#define	UNIT_OPS(node)								\
	FD("SCIOCCOMMAND", node, sense),					\
	FD("SCIOCRESET", node, walk_ioctl, SCIOCRESET),				\
	{ "rescan", WALK_DEV, .wo_run = walk_rescan, .wo_data = "scsibus0" },	\
	FD("SCBUSIOSCAN", BUS, walk_ioctl, SCBUSIOSCAN, anything),		\
	FD("SCBUSIORESET", BUS, walk_ioctl, SCBUSIORESET),			\
	{ "detach of the bus", WALK_DEV, .wo_run = walk_detach, .wo_data = "scsibus0" },	\
	{ "suspend and resume", WALK_DEV, .wo_run = walk_suspend, .wo_data = "scsihost0", .wo_mayfail = 1 }, \
	{ NULL }
#define	NODE_OPS(node, flags)							\
	{ "attach", WALK_ATTACH },						\
	{ "open", WALK_OPEN, node, flags },					\
	{ "close", WALK_CLOSE, node, flags }

static const int anything[2] = { -1, -1 };

/* An operation on a node that is opened for reading. */
#define	RO(name, node, fn, ...)	{ name, WALK_FD, node, RUMP_O_RDONLY, fn, ##__VA_ARGS__ }

static const int on = 1, off = 0;
static const struct walk_op sd_ops[] = {
	DISK_OPS("/dev/rsd0d", "/dev/sd0d", "scsihost0"),
	FD("discard", "/dev/rsd0d", walk_discard),
	FD("DIOCGCACHE", "/dev/rsd0d", walk_ioctl, DIOCGCACHE),
	FD("DIOCSCACHE", "/dev/rsd0d", walk_ioctl, DIOCSCACHE, &off),
	FD("DIOCTUR", "/dev/rsd0d", walk_ioctl, DIOCTUR),
	FD("DIOCLOCK", "/dev/rsd0d", walk_ioctl, DIOCLOCK, &on),
	{ "DIOCEJECT", WALK_FD, "/dev/rsd0d", RUMP_O_RDWR, walk_ioctl, DIOCEJECT, .wo_mayfail = 1 },
	UNIT_OPS("/dev/rsd0d"),
};

static const struct walk_op cd_ops[] = {
	NODE_OPS("/dev/rcd0d", RUMP_O_RDONLY),
	RO("read", "/dev/rcd0d", walk_read, 0),
	RO("read of the block device", "/dev/cd0d", walk_read, 0),
	{ "buffers", WALK_DEV, .wo_run = walk_bufs, .wo_data = "/dev/cd0d" },
	RO("CDIOREADTOCHEADER", "/dev/rcd0d", walk_ioctl, 0x40046304ul),
	RO("CDIOCGETVOL", "/dev/rcd0d", walk_ioctl, 0x4004630aul),
	RO("CDIOCPREVENT", "/dev/rcd0d", walk_ioctl, 0x2000631aul),
	RO("CDIOCSTART", "/dev/rcd0d", walk_ioctl, 0x20006316ul),
	RO("CDIOCEJECT", "/dev/rcd0d", walk_ioctl, 0x20006318ul),
	RO("MMCGETDISCINFO", "/dev/rcd0d", walk_ioctl, 0x4078631cul),
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = "cd0" },
	UNIT_OPS("/dev/rcd0d"),
};

#define	TAPE	"/dev/nrst0"
#define	MT(name, ...)	FD(name, TAPE, walk_ioctl, 0x80086d01ul, ((const int32_t[2]){ __VA_ARGS__ }))

static int
tape_write_read(const struct walk_op *wo, int fd)
{
	static const int32_t rewind[2] = { 5, 1 };
	struct walk_op mt = { .wo_arg = 0x80086d01ul, .wo_data = rewind };
	int error;

	if ((error = walk_put(wo, fd)) != 0 || (error = walk_put(wo, fd)) != 0 ||
	    (error = walk_ioctl(&mt, fd)) != 0)
		return error;
	return walk_stream(wo, fd);
}

static const struct walk_op st_ops[] = {
	NODE_OPS(TAPE, RUMP_O_RDWR),
	FD("read", TAPE, walk_stream),
	FD("write", TAPE, walk_put),
	FD("write, rewind, read", TAPE, tape_write_read),
	MT("MTWEOF", 0, 1),
	MT("MTFSF", 1, 1),
	MT("MTREW", 5, 1),
	MT("MTERASE", 9, 1),
	MT("MTEOM", 10, 1),
	MT("MTOFFL", 6, 1),
	FD("MTIOCGET", TAPE, walk_ioctl, 0x40386d02ul),
	FD("MTIOCRDSPOS", TAPE, walk_ioctl, 0x40046d05ul),
	{ "close of the rewinding node", WALK_CLOSE, "/dev/rst0", RUMP_O_RDWR },
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = "st0" },
	UNIT_OPS(TAPE),
};

#define	SES	"/dev/ses0"
static const struct walk_op ses_ops[] = {
	NODE_OPS(SES, RUMP_O_RDWR),
	FD("SESIOC_GETOBJMAP", SES, walk_ioctl, 0x20530002ul),
	FD("SESIOC_GETENCSTAT", SES, walk_ioctl, 0x20530003ul),
	FD("SESIOC_SETENCSTAT", SES, walk_ioctl, 0x20530004ul),
	FD("SESIOC_GETOBJSTAT", SES, walk_ioctl, 0x20530005ul),
	FD("SESIOC_SETOBJSTAT", SES, walk_ioctl, 0x20530006ul),
	FD("SESIOC_INIT", SES, walk_ioctl, 0x20530008ul),
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = "ses0" },
	UNIT_OPS(SES),
};

#define	CH	"/dev/ch0"
static const int slot0_to_slot1[5] = { 1, 0, 1, 7, 0 };
static const struct walk_op ch_ops[] = {
	NODE_OPS(CH, RUMP_O_RDWR),
	FD("CHIOGPARAMS", CH, walk_ioctl, 0x40146306ul),
	{ "CHIOMOVE", WALK_FD, CH, RUMP_O_RDWR, walk_ioctl, 0x80146301ul, slot0_to_slot1, .wo_mayfail = 1 },
	{ "CHIOPOSITION", WALK_FD, CH, RUMP_O_RDWR, walk_ioctl, 0x800c6303ul, slot0_to_slot1, .wo_mayfail = 1 },
	FD("CHIOIELEM", CH, walk_ioctl, 0x20006307ul),
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = "ch0" },
	UNIT_OPS(CH),
};

#define	UK	"/dev/uk0"
static const struct walk_op uk_ops[] = {
	NODE_OPS(UK, RUMP_O_RDWR),
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = "uk0" },
	UNIT_OPS(UK),
};

static const char *const sd_nodes[] = { "/dev/rsd0d", "/dev/sd0d", BUS, NULL };
static const char *const cd_nodes[] = { "/dev/rcd0d", "/dev/cd0d", BUS, NULL };
static const char *const st_nodes[] = { TAPE, "/dev/rst0", BUS, NULL };
static const char *const ses_nodes[] = { SES, BUS, NULL };
static const char *const ch_nodes[] = { CH, BUS, NULL };
static const char *const uk_nodes[] = { UK, BUS, NULL };

#define	CASES(name, ...)							\
static void									\
name(int unit_alone)								\
{										\
	static const struct scsim_config sm = { __VA_ARGS__ };			\
	static const struct walk_dev wd = {					\
		#name, "scsihost0", create, unplug, destroy, name##_nodes, name##_ops	\
	};									\
										\
	unit = &sm;								\
	alone = unit_alone;							\
	walk(&wd);								\
}										\
ATF_TC_WITHOUT_HEAD(name##_adapter);						\
ATF_TC_BODY(name##_adapter, tc) { name(0); }					\
ATF_TC_WITHOUT_HEAD(name##_unit);						\
ATF_TC_BODY(name##_unit, tc) { name(1); }

CASES(sd, .sm_type = SCSIM_DISK, .sm_nblocks = SIZE / 512, .sm_image = &medium_ops,
    .sm_flags = SCSIM_THIN | SCSIM_REMOVABLE)
CASES(cd, .sm_type = SCSIM_CDROM, .sm_nblocks = SIZE / 2048, .sm_image = &medium_ops)
CASES(st, .sm_type = SCSIM_TAPE, .sm_nblocks = 256)
CASES(ses, .sm_type = SCSIM_ENCLOSURE)
CASES(ch, .sm_type = SCSIM_CHANGER)
CASES(uk, .sm_type = SCSIM_PROCESSOR)

#define	ADD(name)								\
	ATF_TP_ADD_TC(tp, name##_adapter);					\
	ATF_TP_ADD_TC(tp, name##_unit)

ATF_TP_ADD_TCS(tp)
{

	ADD(sd);
	ADD(cd);
	ADD(st);
	ADD(ses);
	ADD(ch);
	ADD(uk);
	return atf_no_error();
}
