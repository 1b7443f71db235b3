/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI target model: direct access block devices (SBC-3).
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scsi_impl.h"

#define SECTORS		63u
#define HEADS		16u

int
scsi_cdb_range(const struct scsim_cmd *sc, uint64_t *lba, uint64_t *n)
{
	const uint8_t *c = sc->sc_cdb;

	switch (c[0]) {
	case 0x08:
	case 0x0a:
		*lba = be24(c + 1) & 0x1fffff;
		*n = c[4] ? c[4] : 256;
		return 0;
	case 0x28:
	case 0x2a:
	case 0x2e:
	case 0x2f:
	case 0x34:
	case 0x35:
	case 0x41:
		*lba = be32(c + 2);
		*n = be16(c + 7);
		return 0;
	case 0xa8:
	case 0xaa:
	case 0xae:
	case 0xaf:
		*lba = be32(c + 2);
		*n = be32(c + 6);
		return 0;
	case 0xbe:
		*lba = be32(c + 2);
		*n = be24(c + 6);
		return 0;
	case 0x88:
	case 0x8a:
	case 0x8e:
	case 0x8f:
	case 0x91:
	case 0x93:
		*lba = be64(c + 2);
		*n = be32(c + 10);
		return 0;
	case 0x89:
		*lba = be64(c + 2);
		*n = c[13];
		return 0;
	}
	return -1;
}

/*
 * The range of a CDB in bytes; -1 after a sense when it is not on the medium
 * or when max bytes do not hold it.
 */
static int
range(struct scsim_lun *sl, struct scsim_cmd *sc, uint64_t max, uint64_t *off, uint64_t *len)
{
	uint64_t lba, n;

	if (scsi_cdb_range(sc, &lba, &n) != 0 || lba > sl->sl_cf.sm_nblocks ||
	    n > sl->sl_cf.sm_nblocks - lba || (lba == sl->sl_cf.sm_nblocks && n != 0)) {
		scsi_sense_full(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x21, 0x00, S_INFO, lba);
		return -1;
	}
	if (n > max / sl->sl_cf.sm_blksize) {
		scsi_badcdb(sl, sc, 1);
		return -1;
	}
	*off = lba * sl->sl_cf.sm_blksize;
	*len = n * sl->sl_cf.sm_blksize;
	return 0;
}

static void
medium_error(struct scsim_lun *sl, struct scsim_cmd *sc, uint64_t off, int write, int error)
{

	if (error == EROFS)
		scsim_sense(sl, sc, SCSIM_DATA_PROTECT, 0x27, 0x00);
	else
		scsi_sense_full(sl, sc, SCSIM_MEDIUM_ERROR, write ? 0x0c : 0x11,
		    write ? 0x02 : 0x00, S_INFO, off / sl->sl_cf.sm_blksize);
}

void
scsi_op_read(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint64_t off, len;
	size_t n;
	int error;

	if (range(sl, sc, SCSIM_XFER_MAX, &off, &len) != 0)
		return;
	if (sc->sc_cdb[0] != 0x08 && sc->sc_cdb[1] & 0xe0) {	/* RDPROTECT */
		scsi_badcdb(sl, sc, 1);
		return;
	}
	sc->sc_want = len;
	n = sc->sc_out ? 0 : len < sc->sc_datalen ? len : sc->sc_datalen;
	if (n != 0 && (error = scsi_store_read(sl, off, sc->sc_data, n)) != 0) {
		medium_error(sl, sc, off, 0, error);
		return;
	}
	sc->sc_done = n;
	sl->sl_stats.ss_read += n;
}

static void
op_write(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint64_t off, len;
	size_t n;
	int error;

	if (range(sl, sc, SCSIM_XFER_MAX, &off, &len) != 0)
		return;
	if (sc->sc_cdb[0] != 0x0a && sc->sc_cdb[1] & 0xe0) {
		scsi_badcdb(sl, sc, 1);
		return;
	}
	sc->sc_want = len;
	n = !sc->sc_out ? 0 : len < sc->sc_datalen ? len : sc->sc_datalen;
	n -= n % sl->sl_cf.sm_blksize;
	if (n != 0 && (error = scsi_store_write(sl, off, sc->sc_data, n)) != 0) {
		medium_error(sl, sc, off, 1, error);
		return;
	}
	sc->sc_done = n;
	sl->sl_stats.ss_written += n;
}

/* Compares the medium with data; the offset of the first difference in INFO. */
static int
compare(struct scsim_lun *sl, struct scsim_cmd *sc, uint64_t off, const uint8_t *data, size_t len)
{
	uint8_t buf[512];
	size_t at, n, i;
	int error;

	for (at = 0; at < len; at += n) {
		n = len - at < sizeof(buf) ? len - at : sizeof(buf);
		if ((error = scsi_store_read(sl, off + at, buf, n)) != 0) {
			medium_error(sl, sc, off + at, 0, error);
			return -1;
		}
		for (i = 0; i < n; i++)
			if (buf[i] != data[at + i]) {
				scsi_sense_full(sl, sc, SCSIM_MISCOMPARE, 0x1d, 0x00, S_INFO, at + i);
				return -1;
			}
	}
	return 0;
}

static void
op_verify(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	const uint8_t *data;
	uint64_t off, len;

	/* Without data there is nothing to move, and any length will do. */
	if (range(sl, sc, sc->sc_cdb[1] & 0x02 ? SCSIM_XFER_MAX : UINT64_MAX, &off, &len) != 0)
		return;
	if (!(sc->sc_cdb[1] & 0x02))
		return;
	if ((data = scsi_out(sl, sc, len)) != NULL)
		compare(sl, sc, off, data, len);
}

static void
op_compare_write(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	const uint8_t *data;
	uint64_t off, len;
	int error;

	if (range(sl, sc, SCSIM_XFER_MAX, &off, &len) != 0 ||
	    (data = scsi_out(sl, sc, 2 * len)) == NULL || compare(sl, sc, off, data, len) != 0)
		return;
	if ((error = scsi_store_write(sl, off, data + len, len)) != 0)
		medium_error(sl, sc, off, 1, error);
}

void
scsi_op_synccache(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint64_t off, len;

	if (range(sl, sc, UINT64_MAX, &off, &len) != 0)
		return;
	sl->sl_stats.ss_syncs++;
	if (sl->sl_cf.sm_image != NULL && sl->sl_cf.sm_image->io_sync != NULL &&
	    sl->sl_cf.sm_image->io_sync(sl->sl_cf.sm_cookie) != 0)
		medium_error(sl, sc, off, 1, EIO);
}

void
scsi_op_readcap(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint64_t last = sl->sl_cf.sm_nblocks - 1;
	uint8_t buf[8];

	if (!(sc->sc_cdb[8] & 0x01) && be32(sc->sc_cdb + 2) != 0) {
		scsi_badcdb(sl, sc, 2);
		return;
	}
	put32(buf, sl->sl_cf.sm_nblocks == 0 ? 0 : last > 0xffffffff ? 0xffffffff : last);
	put32(buf + 4, sl->sl_cf.sm_blksize);
	scsi_in(sc, buf, sizeof(buf), sizeof(buf));
}

static void
op_service_in(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[32] = { 0 };
	uint64_t lba = be64(sc->sc_cdb + 2);

	switch (sc->sc_cdb[1] & 0x1f) {
	case 0x10:		/* READ CAPACITY(16) */
		put64(buf, sl->sl_cf.sm_nblocks ? sl->sl_cf.sm_nblocks - 1 : 0);
		put32(buf + 8, sl->sl_cf.sm_blksize);
		if (sl->sl_cf.sm_flags & SCSIM_THIN)
			buf[14] = 0xc0;		/* LBPME, LBPRZ */
		scsi_in(sc, buf, 32, be32(sc->sc_cdb + 10));
		break;
	case 0x12:		/* GET LBA STATUS */
		if (lba >= sl->sl_cf.sm_nblocks) {
			scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x21, 0x00);
			break;
		}
		put32(buf, 20);
		put64(buf + 8, lba);
		put32(buf + 16, sl->sl_cf.sm_nblocks - lba > 0xffffffff ? 0xffffffff :
		    sl->sl_cf.sm_nblocks - lba);
		scsi_in(sc, buf, 24, be32(sc->sc_cdb + 10));
		break;
	default:
		scsi_badcdb(sl, sc, 1);
	}
}

static void
op_unmap(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	unsigned len = be16(sc->sc_cdb + 7), n, at;
	const uint8_t *list;

	if ((list = scsi_out(sl, sc, len)) == NULL || len == 0)
		return;
	if (len < 8 || (n = be16(list + 2)) > len - 8u || n % 16 != 0) {
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x1a, 0x00);
		return;
	}
	for (at = 8; at < 8 + n; at += 16) {
		uint64_t lba = be64(list + at), cnt = be32(list + at + 8);

		if (lba > sl->sl_cf.sm_nblocks || cnt > sl->sl_cf.sm_nblocks - lba) {
			scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x21, 0x00);
			return;
		}
		if (scsi_store_zero(sl, lba * sl->sl_cf.sm_blksize, cnt * sl->sl_cf.sm_blksize) != 0) {
			medium_error(sl, sc, lba * sl->sl_cf.sm_blksize, 1, EIO);
			return;
		}
	}
}

static void
op_write_same(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint32_t bs = sl->sl_cf.sm_blksize;
	uint64_t off, len, lba, n;
	const uint8_t *data;
	size_t i;
	int error = 0;

	if (range(sl, sc, UINT64_MAX, &off, &len) != 0)
		return;
	scsi_cdb_range(sc, &lba, &n);
	if (n == 0)
		len = (sl->sl_cf.sm_nblocks - lba) * bs;
	if ((data = scsi_out(sl, sc, bs)) == NULL)
		return;
	for (i = 0; i < bs && data[i] == 0; i++)
		continue;
	if (i == bs || sc->sc_cdb[1] & 0x08)
		error = scsi_store_zero(sl, off, len);
	else if (len > SCSIM_XFER_MAX) {
		scsi_badcdb(sl, sc, 7);
		return;
	} else
		for (; len != 0 && error == 0; off += bs, len -= bs)
			error = scsi_store_write(sl, off, data, bs);
	if (error != 0)
		medium_error(sl, sc, off, 1, error);
}

static void
op_format(struct scsim_lun *sl, struct scsim_cmd *sc)
{

	if (sc->sc_cdb[1] & 0x10) {
		/* A parameter list header, with no defects in it. */
		unsigned head = sc->sc_cdb[1] & 0x20 ? 8 : 4;
		const uint8_t *list = scsi_out(sl, sc, head);

		if (list == NULL)
			return;
		if ((head == 8 ? be32(list + 4) : be16(list + 2)) != 0) {
			scsi_badparam(sl, sc, 2);
			return;
		}
	}
	if (sl->u.disk.d_newblk != 0 && sl->u.disk.d_newblk != sl->sl_cf.sm_blksize) {
		sl->sl_cf.sm_nblocks = sl->sl_cf.sm_nblocks * sl->sl_cf.sm_blksize /
		    sl->u.disk.d_newblk;
		sl->sl_cf.sm_blksize = sl->u.disk.d_newblk;
	}
	if (sl->sl_cf.sm_image == NULL)
		scsi_store_zero(sl, 0, UINT64_MAX);
	sc->sc_delay += 2000000000u;
}

static void
op_reassign(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	const uint8_t *list = scsi_out(sl, sc, 4);

	if (list != NULL && be16(list + 2) > 1024)
		scsi_badparam(sl, sc, 2);
}

static void
op_read_defects(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint8_t buf[8] = { 0 };

	if (sc->sc_cdb[0] == 0x37) {
		buf[1] = sc->sc_cdb[2] & 0x1f;
		scsi_in(sc, buf, 4, be16(sc->sc_cdb + 7));
	} else {
		buf[1] = sc->sc_cdb[1] & 0x1f;
		scsi_in(sc, buf, 8, be32(sc->sc_cdb + 6));
	}
}

void
scsi_op_seek(struct scsim_lun *sl, struct scsim_cmd *sc)
{
	uint32_t lba = sc->sc_cdb[0] == 0x0b ? be24(sc->sc_cdb + 1) & 0x1fffff : be32(sc->sc_cdb + 2);

	if (lba >= sl->sl_cf.sm_nblocks)
		scsim_sense(sl, sc, SCSIM_ILLEGAL_REQUEST, 0x21, 0x00);
}

#define OP(code, name, fn, flags) [code] = { name, fn, flags }
#define R	C_MEDIUM
#define W	(C_MEDIUM | C_WRITE)

static const struct scsi_op disk_ops[256] = {
	OP(0x01, "REZERO UNIT", scsi_op_good, R),
	OP(0x04, "FORMAT UNIT", op_format, W),
	OP(0x07, "REASSIGN BLOCKS", op_reassign, W),
	OP(0x08, "READ(6)", scsi_op_read, R | C_NOATAPI),
	OP(0x0a, "WRITE(6)", op_write, W | C_NOATAPI),
	OP(0x0b, "SEEK(6)", scsi_op_seek, R),
	OP(0x1b, "START STOP UNIT", scsi_op_startstop, 0),
	OP(0x1e, "PREVENT ALLOW MEDIUM REMOVAL", scsi_op_prevent, C_NORESV),
	OP(0x25, "READ CAPACITY(10)", scsi_op_readcap, R),
	OP(0x28, "READ(10)", scsi_op_read, R),
	OP(0x2a, "WRITE(10)", op_write, W),
	OP(0x2b, "SEEK(10)", scsi_op_seek, R),
	OP(0x2e, "WRITE AND VERIFY(10)", op_write, W),
	OP(0x2f, "VERIFY(10)", op_verify, R),
	OP(0x34, "PRE-FETCH(10)", scsi_op_good, R),
	OP(0x35, "SYNCHRONIZE CACHE(10)", scsi_op_synccache, R | C_CACHE),
	OP(0x37, "READ DEFECT DATA(10)", op_read_defects, R),
	OP(0x41, "WRITE SAME(10)", op_write_same, W | C_THIN),
	OP(0x42, "UNMAP", op_unmap, W | C_THIN),
	OP(0x88, "READ(16)", scsi_op_read, R | C_MODERN),
	OP(0x89, "COMPARE AND WRITE", op_compare_write, W | C_MODERN),
	OP(0x8a, "WRITE(16)", op_write, W | C_MODERN),
	OP(0x8e, "WRITE AND VERIFY(16)", op_write, W | C_MODERN),
	OP(0x8f, "VERIFY(16)", op_verify, R | C_MODERN),
	OP(0x91, "SYNCHRONIZE CACHE(16)", scsi_op_synccache, R | C_CACHE | C_MODERN),
	OP(0x93, "WRITE SAME(16)", op_write_same, W | C_THIN),
	OP(0x9e, "SERVICE ACTION IN(16)", op_service_in, R | C_MODERN),
	OP(0xa8, "READ(12)", scsi_op_read, R),
	OP(0xaa, "WRITE(12)", op_write, W),
	OP(0xae, "WRITE AND VERIFY(12)", op_write, W),
	OP(0xaf, "VERIFY(12)", op_verify, R),
	OP(0xb7, "READ DEFECT DATA(12)", op_read_defects, R),
};

static int
disk_init(struct scsim_lun *sl)
{
	struct scsim_config *cf = &sl->sl_cf;

	if (cf->sm_blksize == 0)
		cf->sm_blksize = 512;
	if (cf->sm_nblocks == 0)
		cf->sm_nblocks = 16384;		/* 8 MiB of 512 bytes */
	if (cf->sm_nblocks > UINT64_MAX / 2 / cf->sm_blksize)
		return EINVAL;
	sl->u.disk.d_blocks = cf->sm_nblocks;
	return 0;
}

static unsigned
disk_modes(struct scsim_lun *sl, uint8_t *cur, uint8_t *mask)
{
	static const uint8_t recovery[12] = { 0x01, 10, 0xc0, 8, 0, 0, 0, 0, 8 };
	static const uint8_t recovery_mask[12] = { 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0xff };
	static const uint8_t disconnect[16] = { 0x02, 14, 128, 128, 0, 10 };
	static const uint8_t cache[20] = { 0x08, 18, 0x04, 0, 0xff, 0xff, 0, 0, 0xff, 0xff, 0xff,
		0xff, 0x80, 8 };
	static const uint8_t cache_mask[20] = { 0, 0, 0x05 };
	static const uint8_t control[12] = { 0x0a, 10, 0, 0x10 };
	static const uint8_t control_mask[12] = { 0, 0, 0x04, 0xf0 };
	static const uint8_t exceptions[12] = { 0x1c, 10, 0x08 };
	static const uint8_t exceptions_mask[12] = { 0, 0, 0xff, 0x0f };
	uint8_t format[24] = { 0x03, 22, [20] = 0x40 }, rigid[24] = { 0x04, 22 };
	uint8_t flexible[32] = { 0x05, 30, 0x13, 0x88 }, ctl[12];
	uint64_t cyl = sl->sl_cf.sm_nblocks / (SECTORS * HEADS);
	unsigned at = 0;

	if (cyl > 0xffffff)
		cyl = 0xffffff;
	put16(format + 2, HEADS);
	put16(format + 10, SECTORS);
	put16(format + 12, sl->sl_cf.sm_blksize);
	put24(rigid + 2, cyl);
	rigid[5] = HEADS;
	put16(rigid + 20, 7200);
	flexible[4] = HEADS;
	flexible[5] = SECTORS;
	put16(flexible + 6, sl->sl_cf.sm_blksize);
	put16(flexible + 8, cyl > 0xffff ? 0xffff : cyl);
	memcpy(ctl, control, sizeof(ctl));
	if (sl->sl_desc)
		ctl[2] |= 0x04;

	at = scsi_page(cur, mask, at, recovery, recovery_mask, 12);
	at = scsi_page(cur, mask, at, disconnect, NULL, 16);
	at = scsi_page(cur, mask, at, format, NULL, 24);
	at = scsi_page(cur, mask, at, rigid, NULL, 24);
	if (sl->sl_cf.sm_flags & SCSIM_REMOVABLE)
		at = scsi_page(cur, mask, at, flexible, NULL, 32);
	if (!(sl->sl_cf.sm_flags & SCSIM_NOCACHE))
		at = scsi_page(cur, mask, at, cache, cache_mask, 20);
	at = scsi_page(cur, mask, at, ctl, control_mask, 12);
	return scsi_page(cur, mask, at, exceptions, exceptions_mask, 12);
}

static uint8_t
disk_devspec(struct scsim_lun *sl)
{

	return (sl->sl_wp ? 0x80 : 0) | (sl->sl_cf.sm_flags & SCSIM_FUA ? 0x10 : 0);
}

static unsigned
disk_blkdesc(struct scsim_lun *sl, uint8_t *p, int longlba)
{
	uint64_t n = sl->sl_cf.sm_nblocks;

	if (longlba) {
		put64(p, n);
		put32(p + 12, sl->sl_cf.sm_blksize);
		return 16;
	}
	put32(p, n > 0xffffffff ? 0xffffffff : n);
	put24(p + 5, sl->sl_cf.sm_blksize);
	return 8;
}

static int
disk_setdesc(struct scsim_lun *sl, const uint8_t *p, unsigned len)
{
	uint32_t bs = len >= 16 ? be32(p + 12) : be24(p + 5);

	if (bs == 0)
		return 0;
	if (bs < 512 || bs > 4096 || (bs & (bs - 1)) != 0)
		return -1;
	sl->u.disk.d_newblk = bs;
	return 0;
}

static int
disk_vpd(struct scsim_lun *sl, unsigned page, uint8_t *p)
{
	int thin = (sl->sl_cf.sm_flags & SCSIM_THIN) != 0;
	uint32_t max = SCSIM_XFER_MAX / sl->sl_cf.sm_blksize;

	switch (page) {
	case 0xb0:		/* block limits */
		p[5] = 1;			/* COMPARE AND WRITE */
		put32(p + 8, max);
		put32(p + 12, max);
		if (thin) {
			put32(p + 20, 0x400000);
			put32(p + 24, 16);
			put32(p + 28, 8);
			put64(p + 36, max);
		}
		return 60;
	case 0xb1:		/* characteristics: does not rotate */
		put16(p + 4, 1);
		return 60;
	case 0xb2:
		if (!thin)
			return -1;
		p[5] = 0xe4;		/* UNMAP, WRITE SAME 16 and 10, reads zeroes */
		p[6] = 0x02;
		return 4;
	}
	return -1;
}

const struct scsi_unit scsi_disk_unit = {
	.su_ops = disk_ops, .su_product = "DISK", .su_init = disk_init, .su_modes = disk_modes,
	.su_devspec = disk_devspec, .su_blkdesc = disk_blkdesc, .su_setdesc = disk_setdesc,
	.su_vpd = disk_vpd,
};
