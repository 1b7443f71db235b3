/* SPDX-License-Identifier: BSD-2-Clause */

/* SCSI units behind an adapter without a bus; see devops_scsi.h. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "devops_scsi.h"
#include "model/scsi_host.h"

#define OPENINGS	8
#define MAXXFER		65536u
#define SLOW		1000000000u	/* ns: slower than that it may be given up */

const enum scsim_type devops_scsi_types[DEVOPS_SCSI_NTYPES] = {
	SCSIM_DISK, SCSIM_CDROM, SCSIM_TAPE, SCSIM_PROCESSOR, SCSIM_ENCLOSURE, SCSIM_CHANGER,
	SCSIM_PROCESSOR, SCSIM_DISK,
};
#define TYPE_SAFTE	6

/*
 * Of the input that runs: requests after which reads and writes may fail set
 * it, since it is the program then who tampers.
 */
static int *tampered;

void
devops_scsi_ioctls_of(struct devops *d)
{

	tampered = &d->dv_tampered;
}

/* Records of several lengths with a file mark after each third. */
static void
write_tape(struct scsim_lun *sl, unsigned n, unsigned blksize)
{
	static const uint16_t lens[] = { 512, 1, 10240, 4096, 100 };
	uint8_t rec[10240];
	unsigned i;

	for (i = 0; i < n; i++) {
		memset(rec, i, sizeof(rec));
		if (i % 4 == 3)
			scsim_tape_append(sl, NULL, 0);
		else
			scsim_tape_append(sl, rec, blksize != 0 && blksize <= sizeof(rec) ? blksize :
			    lens[i % 5]);
	}
}

/* Puts variant v into the configuration of a unit. */
static void
vary(struct devops *d, struct scsim_config *cf, unsigned v)
{

	switch (cf->sm_type) {
	case SCSIM_DISK:
		cf->sm_blksize = 512u << (v & 3);
		cf->sm_nblocks = DEVOPS_DISKSIZE / cf->sm_blksize;
		break;
	case SCSIM_CDROM:
		cf->sm_nblocks = DEVOPS_DISKSIZE / 2048;
		cf->sm_tracks = 1 + (v & 15);
		cf->sm_audio = v >> 4 & 3;
		cf->sm_sessions = 1 + (v >> 6);
		d->dv_tampered |= cf->sm_audio != 0;
		break;
	case SCSIM_TAPE:
		cf->sm_blksize = v & 15 ? 1u << (v & 15) : 0;
		cf->sm_nblocks = 256;
		break;
	default:
		break;
	}
}

static int
add_unit(struct devops *d, struct scsi_host *sh, int apart, unsigned at, const struct scsim_config *cf)
{
	struct scsim_target *st = scsi_host_target(sh, apart ? at : 0);
	int error;

	if (st == NULL) {
		if ((st = scsim_create()) == NULL)
			return ENOMEM;
		if ((error = scsi_host_plug(sh, apart ? at : 0, st, 0)) != 0) {
			scsim_destroy(st);
			return error;
		}
	}
	return scsim_add(st, apart ? 0 : at, cf);
}

static int
create(struct devops *d, enum scsim_type type, int all)
{
	unsigned bits = input_u8(&d->dv_knobs), flags = input_u16(&d->dv_knobs), i;
	unsigned more = input_u8(&d->dv_knobs) | (all ? 0xff : 0), v = input_u8(&d->dv_knobs);
	int atapi = (bits & DEVOPS_SCSI_ATAPI) != 0, apart = atapi || bits & DEVOPS_SCSI_TARGETS;
	struct rumpuser_scsi_setup su = {
		.su_name = "scsihost", .su_bustype = atapi ? RUMPUSER_SCSI_ATAPI : RUMPUSER_SCSI_SCSI,
		.su_nchannels = 1, .su_ntargets = atapi ? 2 : apart ? 8 : 2, .su_nluns = apart ? 1 : 8,
		.su_id = atapi ? -1 : apart ? 7 : 1,
		.su_openings = bits & DEVOPS_SCSI_ONE ? 1 : OPENINGS,
		.su_perperiph = bits & DEVOPS_SCSI_ONE ? 1 : OPENINGS / 2,
		.su_maxxfer = bits & DEVOPS_SCSI_SMALL ? 4096 : MAXXFER,
		.su_flags = (bits & DEVOPS_SCSI_NOSENSE ? RUMPUSER_SCSI_NOSENSE : 0) |
		    (bits & DEVOPS_SCSI_TAGS ? RUMPUSER_SCSI_TAGS : 0) |
		    (bits & DEVOPS_SCSI_CANGROW ? RUMPUSER_SCSI_CANGROW : 0),
	};
	struct scsim_config cf = {
		.sm_type = type, .sm_flags = flags & ~SCSIM_SAFTE, .sm_image = d->dv_ops,
		.sm_cookie = d->dv_cookie,
	};
	struct scsi_host *sh;
	int error;

	if ((sh = scsi_host_create(&su)) == NULL)
		return ENOSPC;
	if (rig_trace_file != NULL)
		scsi_host_trace(sh, rig_trace);
	d->dv_model = sh;
	devops_scsi_ioctls_of(d);
	scsi_host_tampered(sh, &d->dv_tampered);
	scsi_host_script(sh, d->dv_script, d->dv_scriptlen, d->dv_nrec);
	scsi_host_delay(sh, d->dv_delay * 1000ull);
	if (atapi)
		cf.sm_flags |= SCSIM_ATAPI;
	/* Without a medium, or late, there is nothing to be read. */
	d->dv_tampered = (flags & (SCSIM_NOMEDIUM | SCSIM_ATAPI)) != 0 || atapi ||
	    d->dv_delay * 1000ull > SLOW;
	d->dv_readonly = type == SCSIM_CDROM || flags & SCSIM_READONLY;
	vary(d, &cf, v);
	if (type == SCSIM_DISK || type == SCSIM_CDROM)
		d->dv_blksize = type == SCSIM_CDROM ? 2048 : cf.sm_blksize;
	if (cf.sm_type == SCSIM_TAPE)
		cf.sm_image = NULL;
	error = add_unit(d, sh, apart, 0, &cf);
	if (error == 0 && type == SCSIM_TAPE)
		write_tape(scsim_lun(scsi_host_target(sh, 0), 0), v >> 4, cf.sm_blksize);
	for (i = 1; i < (atapi ? 2 : apart ? 7 : DEVOPS_SCSI_NTYPES) && error == 0; i++) {
		cf = (struct scsim_config){ .sm_type = devops_scsi_types[i] };
		if (!(more >> (i - 1) & 1))
			continue;
		if (atapi)
			cf.sm_flags = SCSIM_ATAPI;
		if (i == TYPE_SAFTE)
			cf.sm_flags = SCSIM_SAFTE;
		if (cf.sm_type == SCSIM_DISK)
			cf.sm_nblocks = 1024;
		error = add_unit(d, sh, apart, i, &cf);
	}
	if (error != 0)
		scsi_host_destroy(sh);
	return error;
}

int
devops_scsi_create_disk(struct devops *d)
{

	return create(d, SCSIM_DISK, 0);
}

int
devops_scsi_create_cd(struct devops *d)
{

	return create(d, SCSIM_CDROM, 0);
}

int
devops_scsi_create_tape(struct devops *d)
{

	return create(d, SCSIM_TAPE, 0);
}

int
devops_scsi_create_all(struct devops *d)
{

	return create(d, SCSIM_DISK, 1);
}

void
devops_scsi_unplug(struct devops *d)
{

	scsi_host_unplug(d->dv_model);
}

int
devops_scsi_plug(struct devops *d)
{

	return scsi_host_replug(d->dv_model);
}

void
devops_scsi_destroy(struct devops *d)
{

	scsi_host_destroy(d->dv_model);
}

static void
add_fault(struct scsim_lun *sl, const struct devop *op)
{
	struct scsim_fault f = {
		.sf_opcode = op->flags & 4 ? SCSIM_ANY : SCSIM_MEDIUM, .sf_instead = op->flags & 1,
		.sf_status = op->flags & 2 ? SCSIM_BUSY : SCSIM_CHECK, .sf_key = op->off & 15,
		.sf_asc = op->off >> 8, .sf_ascq = op->off >> 16, .sf_deferred = op->flags >> 3 & 1,
		.sf_delay = op->flags & 16 ? SCSIM_NEVER : 0, .sf_short = op->len,
		.sf_nth = 1 + op->buf % 8, .sf_times = 1 + (op->off >> 24),
	};

	scsim_fault(sl, &f);
}

void
devops_scsi_unit_event(struct devops *d, struct scsim_target *st, const struct devop *op)
{
	unsigned lun = op->mode % 8;
	struct scsim_lun *sl = scsim_lun(st, lun);

	d->dv_tampered = 1;
	if (op->idx % 8 == 0)
		scsim_add(st, lun, &(struct scsim_config){
		    .sm_type = devops_scsi_types[op->off % DEVOPS_SCSI_NTYPES], .sm_nblocks = 1024 });
	if (sl == NULL)
		return;
	switch (op->idx % 8) {
	case 1:
		scsim_remove(st, lun);
		break;
	case 2:
		scsim_attention(sl, op->off & 0xff, op->off >> 8 & 0xff);
		break;
	case 3:
		add_fault(sl, op);
		break;
	case 4:
		if (scsim_lun_type(sl) == SCSIM_DISK)
			scsim_resize(sl, op->off % 2048);
		break;
	case 5:
		scsim_eject(sl);
		break;
	case 6:
		scsim_insert(sl);
		break;
	case 7:
		scsim_steal(sl, 1, op->flags & 1);
		break;
	}
}

void
devops_scsi_event(struct devops *d, const struct devop *op)
{
	struct scsi_host *sh = d->dv_model;
	struct scsim_target *st = scsi_host_target(sh, op->buf % 8);
	struct rumpuser_scsi_event ev = {
		.ev_type = op->off % 4, .ev_target = op->mode & 15, .ev_lun = op->mode >> 8,
		.ev_arg = op->len,
	};

	d->dv_tampered = 1;
	switch (op->idx % 16) {
	case 8:
		rumpuser_scsi_event(scsi_host_adapter(sh), &ev);
		break;
	case 9:
		scsi_host_complete(sh);
		break;
	case 10:
		if (st != NULL)
			scsim_reset(st, -1);
		break;
	case 11:
		if (st != NULL)
			scsim_nexus_loss(st, 0);
		break;
	case 12:
		scsi_host_delay(sh, op->len);
		break;
	default:
		if ((st = st != NULL ? st : scsi_host_target(sh, 0)) != NULL)
			devops_scsi_unit_event(d, st, op);
		break;
	}
}

/*
 * What the mutator aims at.
 */

static const uint16_t fields[] = {
	SCSI_HOST_STATUS, SCSI_HOST_RESID, SCSI_HOST_HOST, SCSI_HOST_SENSELEN, SCSI_HOST_DELAY,
	HOSTILE_ANY,
};

static const uint16_t opcodes[] = {
	0x00, 0x03, 0x12, 0x1a, 0x5a, 0x15, 0x55, 0x1b, 0x1e, 0x25, 0x9e, 0x08, 0x28, 0x88, 0xa8, 0x0a,
	0x2a, 0x8a, 0x35, 0x42, 0x43, 0x46, 0x51, 0x52, 0xbe, 0x05, 0x10, 0x11, 0x34, 0x2b, 0x01, 0x1c,
	0x1d, 0x3c, 0xb8, 0xa5, 0xa0, HOSTILE_ANY,
};

#define TAG(op)	HOSTILE_TAG(HOSTILE_TAG_SCSI, op)
static const uint16_t tags[] = {
	TAG(0x03), TAG(0x12), TAG(0x12), TAG(0x1a), TAG(0x1a), TAG(0x5a), TAG(0x25), TAG(0x25), TAG(0x9e),
	TAG(0x08), TAG(0x28), TAG(0x42), TAG(0x43), TAG(0x43), TAG(0x46), TAG(0x51), TAG(0x52), TAG(0xbe),
	TAG(0x05), TAG(0x05), TAG(0x34), TAG(0x1c), TAG(0x1c), TAG(0x3c), TAG(0x3c), TAG(0xb8), TAG(0xb8),
	TAG(0xa0), TAG(0xa0), HOSTILE_ANY,
};

/* Statuses; sense as HOSTILE_REG has it: key, code, qualifier, bits, INFORMATION. */
static const uint64_t values[] = {
	0x02, 0x08, 0x18, 0x28, 0x30, 0x40,
	0x003a02, 0x010402, 0x020402, 0x070402, 0x002806, 0x002906, 0x092a06, 0x0e3f06, 0x002405, 0x002005,
	0x002505, 0x002605, 0x001103, 0x000c03, 0x004404, 0x002707, 0x00470b, 0x01000008, 0x050008,
	0x84010000, 0x44020000, 0x4402000d, 0x24000000, 0xffffffff24000000ull, 0x0000000184010000ull,
	0x01003a02, 0x02002806, 0x0100000003001103ull, 0x00000005040c0003ull, 0,
};

static void
knobs(uint8_t *k, uint32_t (*rnd)(void *, uint32_t), void *arg)
{

	switch (rnd(arg, 5)) {
	case 0:
		k[0] ^= 1 << rnd(arg, 7);
		break;
	case 1:
		k[1] ^= 1 << rnd(arg, 8);
		break;
	case 2:
		k[2] ^= 1 << rnd(arg, 4);
		break;
	case 3:
		k[3] ^= 1 << rnd(arg, 7);
		break;
	case 4:
		k[4] = rnd(arg, 2) ? rnd(arg, 16) : rnd(arg, 256);
		break;
	}
}

const struct devmut_hints devops_scsi_hints = {
	.mh_conf = fields, .mh_regs = opcodes, .mh_tags = tags, .mh_regions = opcodes,
	.mh_values = values, .mh_knobs = knobs,
};

/*
 * ioctls.
 */

static uint8_t room[65536];

static void
fill_tamper(const struct devop *op, void *arg)
{

	if (tampered != NULL)
		*tampered = 1;
}

/* struct scsireq: a command that makes sense for some type of unit, or bytes. */
static void
fill_command(const struct devop *op, void *arg)
{
	static const uint8_t cdbs[][16] = {
		{ 0x12, 0, 0, 0, 36 }, { 0x00 }, { 0x25 }, { 0x28, 0, 0, 0, 0, 0, 0, 0, 1 }, { 0x1a, 0, 0x3f, 0, 255 },
		{ 0x12, 1, 0x83, 0, 255 }, { 0xa0, 0, 0, 0, 0, 0, 0, 0, 4 }, { 0x03, 0, 0, 0, 18 },
		{ 0x2a, 0, 0, 0, 0, 9, 0, 0, 1 }, { 0x9e, 0x10, [13] = 32 }, { 0x5a, 0, 0x3f, 0, 0, 0, 0, 0, 255 },
		{ 0x1b, 0, 0, 0, 0 }, { 0x1b, 0, 0, 0, 1 }, { 0x1b, 0, 0, 0, 2 }, { 0x1b, 0, 0, 0, 3 },
		{ 0x42, 0, 0, 0, 0, 0, 0, 0, 24 }, { 0x43, 0, 0, 0, 0, 0, 0, 4 }, { 0xb8, 0x10, 0, 0, 0, 99, 0, 0, 4 },
		{ 0x1c, 1, 1, 4, 0 }, { 0x34 }, { 0x11, 1, 0, 0, 1 }, { 0x10, 0, 0, 0, 1 }, { 0x08, 0, 0, 2, 0 },
		{ 0x16 }, { 0x17 }, { 0x4d, 0, 0x40, [7] = 1 }, { 0x5e, 2, [8] = 8 }, { 0x3c, 2, [8] = 64 },
		{ 0xa3, 0x0c, [8] = 16 }, { 0x35 }, { 0x15, 0x10, 0, 0, 24 }, { 0x04 },
	};
	static const uint8_t size[8] = { 6, 10, 10, 6, 16, 12, 6, 6 };
	struct {
		uint64_t flags, timeout;
		uint8_t	 cmd[16], cmdlen;
		void	*databuf;
		uint64_t datalen, used;
		uint8_t	 sense[48], senselen, senselen_used, status, retsts;
		int	 error;
	} *r = arg;
	const uint8_t *cdb = cdbs[op->buf % (sizeof(cdbs) / sizeof(cdbs[0]))];

	fill_tamper(op, arg);
	memset(r, 0, sizeof(*r));
	memcpy(r->cmd, cdb, 16);
	r->cmdlen = op->flags & 4 ? op->flags >> 3 : size[cdb[0] >> 5];
	/* One byte of the command is the operation's. */
	if (op->mode != 0)
		r->cmd[op->mode & 15] = op->mode >> 8;
	r->flags = (op->flags & 2 ? 2 : 1) | (op->off & 0x34);
	r->timeout = op->off >> 8 & 0xffff;
	r->databuf = room;
	r->datalen = op->len == 0 ? 512 : op->len % (sizeof(room) + 1);
	r->senselen = op->off >> 24;
}

static void
fill_mtop(const struct devop *op, void *arg)
{
	struct {
		int16_t	op;
		int32_t	count;
	} *mt = arg;

	mt->op = op->off % 20;
	mt->count = op->flags & 2 ? (int32_t)op->len : (int32_t)(op->len % 9) - 2;
}

/* struct changer_element_status_request: room for 16 of 144 bytes. */
static void
fill_elements(const struct devop *op, void *arg)
{
	static uint8_t status[16 * 256];
	struct {
		int	type, unit, count, flags;
		void	*data, *vendor;
	} *r = arg;

	r->type = op->off % 5;
	r->unit = op->len % 6;
	r->count = op->len >> 8 & 15;
	if (r->count == 0)
		r->count = 1;
	r->flags = op->flags & 1;
	r->data = status;
	r->vendor = NULL;
}

static void
fill_oelements(const struct devop *op, void *arg)
{
	struct {
		int	type;
		uint8_t	*data;
	} *r = arg;

	r->type = op->off % 5;
	r->data = room;
}

/* struct ioc_read_toc_entry, ioc_read_subchannel: their buffers. */
static void
fill_toc(const struct devop *op, void *arg)
{
	struct {
		uint8_t	format, track;
		uint16_t len;
		void	*data;
	} *r = arg;

	r->format = 1 + op->off % 2;
	r->track = op->off >> 8;
	r->len = op->len;
	r->data = room;
}

static void
fill_subchannel(const struct devop *op, void *arg)
{
	struct {
		uint8_t	addr, format, track;
		int	len;
		void	*data;
	} *r = arg;

	r->addr = 1 + op->off % 2;
	r->format = op->off >> 8 & 3;
	r->track = op->off >> 16;
	r->len = op->len % (sizeof(room) + 1);
	r->data = room;
}

#define SCSI_IOCTLS								\
	{ 0xc0785101, "SCIOCCOMMAND", fill_command, 0, 0 },			\
	{ 0x40105104, "SCIOCIDENTIFY", NULL, 0, 0 },				\
	{ 0x400c5104, "OSCIOCIDENTIFY", NULL, 0, 0 },				\
	{ 0x20005107, "SCIOCRESET", fill_tamper, 0, 0 },			\
	{ 0x20005105, "SCIOCDECONFIG", fill_tamper, 0, 0 },			\
	{ 0x20005106, "SCIOCRECONFIG", fill_tamper, 0, 0 },			\
	{ 0x80045102, "SCIOCDEBUG", NULL, 0, 0 }

#define DISK_IOCTLS								\
	{ 0x40086484, "DIOCGMEDIASIZE", NULL, 0, 0 },				\
	{ 0x40046485, "DIOCGSECTORSIZE", NULL, 0, 0 },				\
	{ 0x41986465, "DIOCGDINFO", NULL, 0, 0 },				\
	{ 0x80046476, "DIOCCACHESYNC", NULL, 0, 0 },				\
	{ 0x81986466, "DIOCSDINFO", NULL, 0x41986465, 0 },			\
	{ 0x81986467, "DIOCWDINFO", NULL, 0x41986465, 0 },			\
	{ 0x80046470, "DIOCEJECT", fill_tamper, 0, 0 },				\
	{ 0x20006470, "ODIOCEJECT", fill_tamper, 0, 0 },			\
	{ 0x80046471, "DIOCLOCK", NULL, 0, 0 },					\
	{ 0x40046474, "DIOCGCACHE", NULL, 0, 0 },				\
	{ 0x80046475, "DIOCSCACHE", NULL, 0x40046474, 0 },			\
	{ 0x4030647d, "DIOCGSTRATEGY", NULL, 0, 0 },				\
	{ 0x40046480, "DIOCTUR", NULL, 0, 0 },					\
	{ 0xc0d06479, "DIOCAWEDGE", NULL, 0, 0 },				\
	{ 0x80206468, "DIOCGPARTINFO", NULL, 0, 0 }

#define CD_IOCTLS								\
	{ 0x40046304, "CDIOREADTOCHEADER", NULL, 0, 0 },			\
	{ 0xc0106305, "CDIOREADTOCENTRYS", fill_toc, 0, 0 },			\
	{ 0xc3306305, "CDIOREADTOCENTRIES_BUF", fill_toc, 0, 0 },		\
	{ 0xc0046306, "CDIOREADMSADDR", NULL, 0, 0 },				\
	{ 0xc0106303, "CDIOCREADSUBCHANNEL", fill_subchannel, 0, 0 },		\
	{ 0xc0406303, "CDIOCREADSUBCHANNEL_BUF", fill_subchannel, 0, 0 },	\
	{ 0x80046301, "CDIOCPLAYTRACKS", NULL, 0, 0 },				\
	{ 0x80086302, "CDIOCPLAYBLOCKS", NULL, 0, 0 },				\
	{ 0x80066319, "CDIOCPLAYMSF", NULL, 0, 0 },				\
	{ 0x4004630a, "CDIOCGETVOL", NULL, 0, 0 },				\
	{ 0x8004630b, "CDIOCSETVOL", NULL, 0x4004630a, 0 },			\
	{ 0x80046309, "CDIOCSETPATCH", NULL, 0, 0 },				\
	{ 0x2000630c, "CDIOCSETMONO", NULL, 0, 0 },				\
	{ 0x2000630d, "CDIOCSETSTEREO", NULL, 0, 0 },				\
	{ 0x2000630e, "CDIOCSETMUTE", NULL, 0, 0 },				\
	{ 0x2000630f, "CDIOCSETLEFT", NULL, 0, 0 },				\
	{ 0x20006310, "CDIOCSETRIGHT", NULL, 0, 0 },				\
	{ 0x20006313, "CDIOCPAUSE", NULL, 0, 0 },				\
	{ 0x20006314, "CDIOCRESUME", NULL, 0, 0 },				\
	{ 0x20006315, "CDIOCRESET", fill_tamper, 0, 0 },			\
	{ 0x20006316, "CDIOCSTART", NULL, 0, 0 },				\
	{ 0x20006317, "CDIOCSTOP", fill_tamper, 0, 0 },				\
	{ 0x20006318, "CDIOCEJECT", fill_tamper, 0, 0 },			\
	{ 0x2000631b, "CDIOCCLOSE", fill_tamper, 0, 0 },			\
	{ 0x20006319, "CDIOCALLOW", NULL, 0, 0 },				\
	{ 0x2000631a, "CDIOCPREVENT", NULL, 0, 0 },				\
	{ 0x8002631a, "CDIOCLOADUNLOAD", fill_tamper, 0, 0 },			\
	{ 0x4078631c, "MMCGETDISCINFO", NULL, 0, 0 },				\
	{ 0xc020631d, "MMCGETTRACKINFO", NULL, 0, 0 },				\
	{ 0xc01c631e, "MMCOP", fill_tamper, 0, 0 },				\
	{ 0x8010631f, "MMCSETUPWRITEPARAMS", fill_tamper, 0, 0 }

#define TAPE_IOCTLS								\
	{ 0x80086d01, "MTIOCTOP", fill_mtop, 0, 0 },				\
	{ 0x40386d02, "MTIOCGET", NULL, 0, 0 },					\
	{ 0x20006d03, "MTIOCIEOT", NULL, 0, 0 },				\
	{ 0x20006d04, "MTIOCEEOT", NULL, 0, 0 },				\
	{ 0x40046d05, "MTIOCRDSPOS", NULL, 0, 0 },				\
	{ 0x40046d06, "MTIOCRDHPOS", NULL, 0, 0 },				\
	{ 0x80046d05, "MTIOCSLOCATE", NULL, 0x40046d05, 0 },			\
	{ 0x80046d06, "MTIOCHLOCATE", NULL, 0, 0 }

#define OTHER_IOCTLS								\
	{ 0x20530001, "SESIOC_GETNOBJ", NULL, 0, 4 },				\
	{ 0x20530002, "SESIOC_GETOBJMAP", NULL, 0, 12288 },			\
	{ 0x20530003, "SESIOC_GETENCSTAT", NULL, 0, 1 },			\
	{ 0x20530004, "SESIOC_SETENCSTAT", NULL, 0, 1 },			\
	{ 0x20530005, "SESIOC_GETOBJSTAT", NULL, 0, 8 },			\
	{ 0x20530006, "SESIOC_SETOBJSTAT", NULL, 0, 8 },			\
	{ 0x20530007, "SESIOC_GETTEXT", NULL, 0, 4 },				\
	{ 0x20530008, "SESIOC_INIT", NULL, 0, 4 },				\
	{ 0x40146306, "CHIOGPARAMS", NULL, 0, 0 },				\
	{ 0x80206309, "CHIOGSTATUS", fill_elements, 0, 0 },			\
	{ 0x80106308, "OCHIOGSTATUS", fill_oelements, 0, 0 },			\
	{ 0x80146301, "CHIOMOVE", NULL, 0, 0 },					\
	{ 0x801c6302, "CHIOEXCHANGE", NULL, 0, 0 },				\
	{ 0x800c6303, "CHIOPOSITION", NULL, 0, 0 },				\
	{ 0x40046304, "CHIOGPICKER", NULL, 0, 0 },				\
	{ 0x80046305, "CHIOSPICKER", NULL, 0, 0 },				\
	{ 0x20006307, "CHIOIELEM", NULL, 0, 0 },				\
	{ 0x8030630a, "CHIOSVOLTAG", NULL, 0, 0 },				\
	{ 0x80085500, "SCBUSIOSCAN", fill_tamper, 0, 0 },			\
	{ 0x80085502, "SCBUSIODETACH", fill_tamper, 0, 0 },			\
	{ 0x20005501, "SCBUSIORESET", fill_tamper, 0, 0 },			\
	{ 0x20005503, "SCBUSIOLLSCAN", fill_tamper, 0, 0 }

#define LAST	{ 0, NULL, NULL, 0, 0 }

const struct devops_ioctl devops_scsi_disk_ioctls[] = { DISK_IOCTLS, SCSI_IOCTLS, LAST };
const struct devops_ioctl devops_cd_ioctls[] = { CD_IOCTLS, DISK_IOCTLS, SCSI_IOCTLS, LAST };
const struct devops_ioctl devops_tape_ioctls[] = { TAPE_IOCTLS, SCSI_IOCTLS, LAST };
const struct devops_ioctl devops_scsi_ioctls[] = {
	SCSI_IOCTLS, OTHER_IOCTLS, TAPE_IOCTLS, DISK_IOCTLS, CD_IOCTLS, LAST
};

/*
 * For measuring.
 */

static const struct devops_node disk_nodes[] = {
	{ "/dev/rsd0d", DEVOPS_RAWDISK }, { "/dev/sd0d", DEVOPS_BLOCK }, { "/dev/scsibus0", DEVOPS_NOREAD },
	{ "/dev/rsd1d", 0 }, { NULL, 0 },
};

const struct devops_dev devops_scsi_disk = {
	.dd_bus = "mainbus0", .dd_attr = "mainbus", .dd_nopci = 1, .dd_nodes = disk_nodes,
	.dd_ioctls = devops_scsi_disk_ioctls, .dd_hints = &devops_scsi_hints,
	.dd_create = devops_scsi_create_disk, .dd_unplug = devops_scsi_unplug,
	.dd_plug = devops_scsi_plug, .dd_event = devops_scsi_event, .dd_destroy = devops_scsi_destroy,
};

#define RD(at)	DEVOP_READ, 0, 0, 0, 0, 0, 0, 0, at, 0, 0, 0, 0, 0, 0, 0
#define WR(at)	DEVOP_WRITE, 0, 0, 0, at, 0, 0, 0, at, 0, 0, 0, 0, 0, 0, 0

const uint8_t bench_scsi_disk[] = {
	22, 0, 0, DEVOPS_UNUSED, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	DEVOP_OPEN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	RD(0), RD(1), RD(2), RD(3), RD(4), RD(5), RD(6), RD(7), RD(8), RD(9),
	WR(100), WR(101), WR(102), WR(103), WR(104), RD(100), RD(101), RD(102), RD(103), RD(104),
	DEVOP_CLOSE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
};
const size_t bench_scsi_disk_len = sizeof(bench_scsi_disk);
