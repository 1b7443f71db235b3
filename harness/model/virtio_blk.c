/* SPDX-License-Identifier: BSD-2-Clause */

/* The virtio block device (5.2). */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "virtio_impl.h"

#define BLK_F_SIZE_MAX		(1ull << 1)
#define BLK_F_SEG_MAX		(1ull << 2)
#define BLK_F_GEOMETRY		(1ull << 4)
#define BLK_F_RO		(1ull << 5)
#define BLK_F_BLK_SIZE		(1ull << 6)
#define BLK_F_FLUSH		(1ull << 9)
#define BLK_F_TOPOLOGY		(1ull << 10)
#define BLK_F_CONFIG_WCE	(1ull << 11)
#define BLK_F_DISCARD		(1ull << 13)
#define BLK_F_WRITE_ZEROES	(1ull << 14)

enum { T_IN = 0, T_OUT = 1, T_FLUSH = 4, T_GET_ID = 8, T_DISCARD = 11, T_WRITE_ZEROES = 13 };
enum { ST_OK, ST_IOERR, ST_UNSUPP };

#define SECTOR		512u
#define MAXRANGE	1u		/* segments of one discard */
#define ID_LEN		20u

struct blk {
	struct virtiom_blk_params b_p;
	int	b_resized;
	unsigned b_fail;		/* requests to the one that fails */
	uint8_t	b_failstatus;
	unsigned b_counts[4];
};

/* Bytes on their way; of no meaning between two requests. */
static uint8_t scratch[65536];

static int
medium(struct blk *b, int write, void *buf, size_t len, uint64_t off)
{

	if (write)
		return b->b_p.bp_ops->io_write == NULL ? ST_IOERR :
		    b->b_p.bp_ops->io_write(b->b_p.bp_cookie, buf, len, off) == 0 ? ST_OK : ST_IOERR;
	return b->b_p.bp_ops->io_read(b->b_p.bp_cookie, buf, len, off) == 0 ? ST_OK : ST_IOERR;
}

/* Whether [sector, sector + n) is on the disk; else says what the driver did. */
static int
in_range(struct virtiom *vm, uint64_t sector, uint64_t n)
{
	struct blk *b = vm->vm_priv;

	if (sector <= b->b_p.bp_sectors && n <= b->b_p.bp_sectors - sector)
		return 1;
	if (!b->b_resized)
		vm_violation(vm, "request for %llu sectors at %llu, the disk has %llu",
		    (unsigned long long)n, (unsigned long long)sector,
		    (unsigned long long)b->b_p.bp_sectors);
	return 0;
}

static int
check_segments(struct virtiom *vm, const struct vm_chain *c, unsigned n)
{
	struct blk *b = vm->vm_priv;
	unsigned i;

	if ((vm->vm_accepted & BLK_F_SEG_MAX) != 0 && n > get_le(vm->vm_cfg + 12, 4)) {
		vm_violation(vm, "%u segments, seg_max is %u", n, (unsigned)get_le(vm->vm_cfg + 12, 4));
		return 0;
	}
	if (b->b_p.bp_size_max == 0 || (vm->vm_accepted & BLK_F_SIZE_MAX) == 0)
		return 1;
	for (i = 0; i < c->c_nout + c->c_nin; i++) {
		if (c->c_seg[i].s_len > b->b_p.bp_size_max) {
			vm_violation(vm, "a segment of %u bytes, size_max is %u", c->c_seg[i].s_len,
			    b->b_p.bp_size_max);
			return 0;
		}
	}
	return 1;
}

/* Reads or writes; *donep is what went to the driver's memory. */
static int
transfer(struct virtiom *vm, struct vm_chain *c, uint64_t sector, int write, uint32_t *donep)
{
	struct blk *b = vm->vm_priv;
	uint64_t len = write ? c->c_outlen - 16 : c->c_inlen - 1, off;
	unsigned nseg = write ? c->c_nout - 1 : c->c_nin - 1;
	size_t n;
	int st;

	b->b_counts[write]++;
	if (len % SECTOR != 0) {
		vm_violation(vm, "%llu bytes of data are no whole sectors", (unsigned long long)len);
		return ST_IOERR;
	}
	if (write && b->b_p.bp_readonly)
		return ST_IOERR;
	if (!in_range(vm, sector, len / SECTOR) || !check_segments(vm, c, nseg))
		return ST_IOERR;
	for (off = 0; off < len; off += n) {
		n = len - off < sizeof(scratch) ? len - off : sizeof(scratch);
		if (write && vm_get(vm, c, 16 + off, scratch, n, VIRTIOM_F_OUT) != n)
			return ST_IOERR;
		if ((st = medium(b, write, scratch, n, sector * SECTOR + off)) != ST_OK)
			return st;
		if (!write) {
			if (vm_put(vm, c, off, scratch, n, VIRTIOM_F_IN) != n)
				return ST_IOERR;
			*donep += n;
		}
	}
	return ST_OK;
}

/* Discard and write zeroes: both leave zeroes here. */
static int
clear(struct virtiom *vm, struct vm_chain *c, int type)
{
	struct blk *b = vm->vm_priv;
	uint64_t len = c->c_outlen - 16, sector, off, bytes;
	uint32_t nsect, flags;
	uint8_t range[16];
	size_t n;

	b->b_counts[3]++;
	if ((vm->vm_accepted & (type == T_DISCARD ? BLK_F_DISCARD : BLK_F_WRITE_ZEROES)) == 0) {
		vm_violation(vm, "request of type %d, and the feature was not accepted", type);
		return ST_UNSUPP;
	}
	if (len == 0 || len % 16 != 0 || len / 16 > MAXRANGE) {
		vm_violation(vm, "request of type %d with %llu bytes of ranges", type,
		    (unsigned long long)len);
		return ST_IOERR;
	}
	if (vm_get(vm, c, 16, range, sizeof(range), VIRTIOM_F_OUT) != sizeof(range))
		return ST_IOERR;
	sector = get_le(range, 8);
	nsect = get_le(range + 8, 4);
	flags = get_le(range + 12, 4);
	if ((flags & (type == T_DISCARD ? ~0u : ~1u)) != 0)
		return ST_UNSUPP;
	if (b->b_p.bp_readonly || !in_range(vm, sector, nsect) ||
	    nsect > get_le(vm->vm_cfg + (type == T_DISCARD ? 36 : 48), 4))
		return ST_IOERR;
	memset(scratch, 0, sizeof(scratch));
	bytes = (uint64_t)nsect * SECTOR;
	for (off = 0; off < bytes; off += n) {
		n = bytes - off < sizeof(scratch) ? bytes - off : sizeof(scratch);
		if (medium(b, 1, scratch, n, sector * SECTOR + off) != ST_OK)
			return ST_IOERR;
	}
	return ST_OK;
}

static int
flush(struct virtiom *vm)
{
	struct blk *b = vm->vm_priv;

	b->b_counts[2]++;
	if ((vm->vm_accepted & BLK_F_FLUSH) == 0) {
		vm_violation(vm, "a flush, and the feature was not accepted");
		return ST_UNSUPP;
	}
	if (b->b_p.bp_ops->io_sync == NULL)
		return ST_OK;
	return b->b_p.bp_ops->io_sync(b->b_p.bp_cookie) == 0 ? ST_OK : ST_IOERR;
}

static int
get_id(struct virtiom *vm, struct vm_chain *c, uint32_t *donep)
{
	struct blk *b = vm->vm_priv;
	const char *serial = b->b_p.bp_serial != NULL ? b->b_p.bp_serial : "rumpfuzz";
	char id[ID_LEN] = "";

	b->b_counts[3]++;
	if (c->c_inlen - 1 < ID_LEN)
		return ST_IOERR;
	memcpy(id, serial, strnlen(serial, ID_LEN));
	*donep = vm_put(vm, c, 0, id, ID_LEN, VIRTIOM_F_IN);
	return *donep == ID_LEN ? ST_OK : ST_IOERR;
}

static uint32_t
blk_request(struct virtiom *vm, struct vm_chain *c)
{
	struct blk *b = vm->vm_priv;
	uint8_t head[16], status;
	uint32_t done = 0;
	uint64_t sector;

	if (c->c_outlen < sizeof(head) || c->c_inlen < 1) {
		vm_violation(vm, "request with %llu bytes to read and %llu to write",
		    (unsigned long long)c->c_outlen, (unsigned long long)c->c_inlen);
		return 0;
	}
	if (vm_get(vm, c, 0, head, sizeof(head), VIRTIOM_F_OUT) != sizeof(head))
		return 0;
	sector = get_le(head + 8, 8);
	if (b->b_fail != 0 && --b->b_fail == 0)
		status = b->b_failstatus;
	else switch (get_le(head, 4)) {
	case T_IN:
	case T_OUT:
		status = transfer(vm, c, sector, head[0] == T_OUT, &done);
		break;
	case T_FLUSH:
		status = flush(vm);
		break;
	case T_GET_ID:
		status = get_id(vm, c, &done);
		break;
	case T_DISCARD:
	case T_WRITE_ZEROES:
		status = clear(vm, c, head[0]);
		break;
	default:
		b->b_counts[3]++;
		vm_violation(vm, "request of type %u", (unsigned)get_le(head, 4));
		status = ST_UNSUPP;
	}
	if (vm_put(vm, c, c->c_inlen - 1, &status, 1, VIRTIOM_F_STATUS) != 1)
		return 0;
	return done + 1;
}

static void
blk_config(struct virtiom *vm, unsigned off, unsigned width)
{

	if (off == 32 && width == 1 && (vm->vm_accepted & BLK_F_CONFIG_WCE) != 0) {
		vm->vm_cfg[32] &= 1;
		return;
	}
	vm_violation(vm, "configuration written at %u, %u bytes: not the driver's", off, width);
}

static void
blk_free(struct virtiom *vm)
{

	free(vm->vm_priv);
}

static const struct vm_class blk_class = {
	.vc_name = "block",
	.vc_id = 2,
	.vc_legacy = 0x1001,
	.vc_pciclass = 0x01,
	.vc_pcisubclass = 0x00,
	.vc_request = blk_request,
	.vc_config = blk_config,
	.vc_free = blk_free,
};

static void
fill_config(struct virtiom *vm)
{
	struct blk *b = vm->vm_priv;
	unsigned qsize = vm->vm_q[0].vq_max, blksize = b->b_p.bp_blksize != 0 ? b->b_p.bp_blksize : SECTOR;
	uint8_t *c = vm->vm_cfg;

	vm->vm_cfglen = 60;
	put_le(c + 0, 8, b->b_p.bp_sectors);
	put_le(c + 8, 4, b->b_p.bp_size_max);
	put_le(c + 12, 4, b->b_p.bp_seg_max != 0 ? b->b_p.bp_seg_max : qsize > 2 ? qsize - 2 : 1);
	put_le(c + 16, 2, b->b_p.bp_sectors / (16 * 63));
	c[18] = 16;
	c[19] = 63;
	put_le(c + 20, 4, blksize);
	c[24] = blksize < 4096 ? 3 : 0;	/* physical blocks of 8 logical ones */
	put_le(c + 26, 2, 1);
	put_le(c + 28, 4, 8);
	c[32] = 1;
	put_le(c + 34, 2, 1);
	put_le(c + 36, 4, 8192);
	put_le(c + 40, 4, MAXRANGE);
	put_le(c + 44, 4, blksize / SECTOR);
	put_le(c + 48, 4, 8192);
	put_le(c + 52, 4, MAXRANGE);
	c[56] = 1;
}

struct virtiom *
virtiom_blk_create(const struct virtiom_params *vp, const struct virtiom_blk_params *bp)
{
	uint64_t features = BLK_F_SEG_MAX | BLK_F_GEOMETRY | BLK_F_BLK_SIZE | BLK_F_FLUSH |
	    BLK_F_TOPOLOGY | BLK_F_CONFIG_WCE | BLK_F_DISCARD | BLK_F_WRITE_ZEROES;
	struct blk *b = calloc(1, sizeof(*b));
	struct virtiom *vm;

	if (b == NULL)
		return NULL;
	b->b_p = *bp;
	if (bp->bp_readonly)
		features |= BLK_F_RO;
	if (bp->bp_size_max != 0)
		features |= BLK_F_SIZE_MAX;
	if ((vm = vm_create(&blk_class, vp, 1, features, b)) == NULL) {
		free(b);
		return NULL;
	}
	fill_config(vm);
	return vm;
}

void
virtiom_blk_resize(struct virtiom *vm, uint64_t sectors)
{
	struct blk *b = vm->vm_priv;

	b->b_p.bp_sectors = sectors;
	b->b_resized = 1;
	put_le(vm->vm_cfg, 8, sectors);
	vm_config_changed(vm);
}

void
virtiom_blk_fail(struct virtiom *vm, unsigned nth, uint8_t status)
{
	struct blk *b = vm->vm_priv;

	b->b_fail = nth;
	b->b_failstatus = status;
}

void
virtiom_blk_counts(const struct virtiom *vm, unsigned counts[4])
{
	const struct blk *b = vm->vm_priv;

	memcpy(counts, b->b_counts, sizeof(b->b_counts));
}
