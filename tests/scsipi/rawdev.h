/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A device of which a test decides each answer: it says INQUIRY and REPORT
 * LUNS by itself, as a processor device, and gives every other command to
 * the test.
 */

#ifndef _RAWDEV_H_
#define	_RAWDEV_H_

#include "scsitest.h"

struct rawdev {
	unsigned rd_id;
	uint8_t	rd_type, rd_version;
	/* Returns what so_submit returns; NULL: all is well. */
	int	(*rd_cmd)(struct rawdev *, struct rumpuser_scsi_cmd *);
	unsigned rd_ncmd, rd_byop[256];
	unsigned rd_naborts, rd_nresets;
	struct rumpuser_scsi_cmd *rd_kept[64];
	unsigned rd_nkept;
	unsigned rd_diesat;		/* commands after which it is gone, or 0 */
	bool	rd_removable;
	bool	rd_silent;		/* gone means: no answer at all */
};

static void __attribute__((__unused__))
raw_check(struct rumpuser_scsi_cmd *c, unsigned key, unsigned asc, unsigned ascq)
{

	c->sc_status = 2;
	memset(c->sc_sense, 0, sizeof(c->sc_sense));
	c->sc_sense[0] = 0x70;
	c->sc_sense[2] = (uint8_t)key;
	c->sc_sense[7] = 10;
	c->sc_sense[12] = (uint8_t)asc;
	c->sc_sense[13] = (uint8_t)ascq;
	c->sc_senselen = 18;
	c->sc_resid = c->sc_datalen;
}

static void __attribute__((__unused__))
raw_data(struct rumpuser_scsi_cmd *c, const void *data, size_t len)
{

	if (len > c->sc_datalen)
		len = c->sc_datalen;
	memcpy(c->sc_data, data, len);
	c->sc_resid = c->sc_datalen - len;
}

static int
raw_keep(struct rawdev *rd, struct rumpuser_scsi_cmd *c)
{

	ATF_REQUIRE(rd->rd_nkept < 64);
	rd->rd_kept[rd->rd_nkept++] = c;
	return RUMP_EINPROGRESS;
}

static int
raw_submit(void *ctx, struct rumpuser_scsi_cmd *c)
{
	struct rawdev *rd = ctx;
	uint8_t inq[36] = { 0 }, luns[16] = { 0 };

	if (c->sc_target != 0 || c->sc_lun != 0) {
		c->sc_host = RUMPUSER_SCSI_NODEV;
		return 0;
	}
	rd->rd_ncmd++;
	rd->rd_byop[c->sc_cdb[0]]++;
	if (rd->rd_diesat != 0 && rd->rd_ncmd > rd->rd_diesat) {
		if (rd->rd_silent)
			return raw_keep(rd, c);
		c->sc_host = RUMPUSER_SCSI_NODEV;
		return 0;
	}
	/* Pages of vital product data are the test's. */
	if (rd->rd_cmd != NULL && (c->sc_cdb[0] != 0x12 || (c->sc_cdb[1] & 1) != 0) &&
	    c->sc_cdb[0] != 0xa0)
		return rd->rd_cmd(rd, c);
	switch (c->sc_cdb[0]) {
	case 0x12:
		inq[0] = rd->rd_type;
		inq[1] = rd->rd_removable ? 0x80 : 0;
		inq[2] = rd->rd_version;
		inq[3] = 2;
		inq[4] = 31;
		inq[7] = 2;
		memcpy(inq + 8, "TEST    Raw             0   ", 28);
		raw_data(c, inq, sizeof(inq));
		break;
	case 0xa0:
		if (rd->rd_cmd != NULL)
			return rd->rd_cmd(rd, c);
		luns[3] = 8;
		raw_data(c, luns, sizeof(luns));
		break;
	}
	return 0;
}

static int
raw_tmf(void *ctx, enum rumpuser_scsi_tmf tmf, unsigned channel, unsigned target, uint64_t lun,
    struct rumpuser_scsi_cmd *c)
{
	struct rawdev *rd = ctx;
	unsigned i;

	if (tmf != RUMPUSER_SCSI_ABORT) {
		rd->rd_nresets++;
		return 0;
	}
	for (i = 0; i < rd->rd_nkept; i++) {
		if (rd->rd_kept[i] == c) {
			rd->rd_kept[i] = rd->rd_kept[--rd->rd_nkept];
			rd->rd_naborts++;
			return 0;
		}
	}
	return RUMP_ESRCH;
}

static const struct rumpuser_scsi_ops raw_ops = { .so_submit = raw_submit, .so_tmf = raw_tmf };

static void __attribute__((__unused__))
raw_attach(struct rawdev *rd, const struct rumpuser_scsi_setup *su)
{

	if (rd->rd_type == 0 && rd->rd_version == 0)
		rd->rd_type = 3;
	if (rd->rd_version == 0)
		rd->rd_version = 5;
	ATF_REQUIRE_EQ(rumpuser_scsi_attach(su, &raw_ops, rd, &rd->rd_id), 0);
	scan();
}

/* Takes adapter and device out; the kernel has nothing left of them. */
static void __attribute__((__unused__))
raw_detach(struct rawdev *rd)
{

	rumpuser_scsi_detach(rd->rd_id);
	ATF_CHECK_EQ(rump_pub_dev_detach("scsihost0", RUMP_DETACH_FORCE), 0);
	ATF_CHECK(!have("scsihost0"));
	ATF_CHECK(!have("scsibus0"));
}

#endif /* !_RAWDEV_H_ */
