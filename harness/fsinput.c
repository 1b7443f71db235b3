/* SPDX-License-Identifier: BSD-2-Clause */

/* Inputs made of an image and operations; see fsinput.h for the format. */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rumpuser_fuzz.h>

#include "fsinput.h"
#include "input.h"

static uint32_t
le32(const uint8_t *p)
{

	return p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
}

static void
put32(uint8_t *p, uint32_t v)
{

	p[0] = v;
	p[1] = v >> 8;
	p[2] = v >> 16;
	p[3] = v >> 24;
}

static void
parse_extents(struct fsinput *fi, const uint8_t *p, size_t left)
{

	while (left >= 8 && fi->fi_next < FSINPUT_MAXEXT) {
		struct fsinput_extent *fe = &fi->fi_ext[fi->fi_next];
		uint32_t len = le32(p + 4);

		fe->fe_off = (uint64_t)le32(p) * FSINPUT_BLKSIZE;
		fe->fe_data = p + 8;
		left -= 8;
		fe->fe_len = len < left ? len : left;
		p += 8 + fe->fe_len;
		left -= fe->fe_len;
		if (fe->fe_off >= fi->fi_size)
			continue;
		if (fe->fe_len > fi->fi_size - fe->fe_off)
			fe->fe_len = fi->fi_size - fe->fe_off;
		fi->fi_next++;
	}
}

void
fsinput_parse(struct fsinput *fi, const uint8_t *data, size_t len)
{
	uint32_t opslen = 0, flags = 0, blocks = 0;

	fi->fi_trailer = len >= FSINPUT_TRAILER &&
	    memcmp(data + len - 4, FSINPUT_MAGIC, 4) == 0;
	if (fi->fi_trailer) {
		const uint8_t *t = data + len - FSINPUT_TRAILER;

		opslen = le32(t);
		flags = le32(t + 4);
		blocks = le32(t + 8);
		len -= FSINPUT_TRAILER;
		if (opslen > len)
			opslen = len;
	}
	fi->fi_imagelen = len - opslen;
	fi->fi_ops = data + fi->fi_imagelen;
	fi->fi_nops = opslen / FSOP_SIZE;
	if (fi->fi_nops > FSINPUT_MAXOPS)
		fi->fi_nops = FSINPUT_MAXOPS;
	fi->fi_sparse = (flags & FSINPUT_SPARSE) != 0;
	fi->fi_next = 0;

	fi->fi_size = (uint64_t)blocks * FSINPUT_BLKSIZE;
	if (fi->fi_sparse) {
		parse_extents(fi, data, fi->fi_imagelen);
		return;
	}
	if (fi->fi_size == 0)
		fi->fi_size = (fi->fi_imagelen + FSINPUT_BLKSIZE - 1) / FSINPUT_BLKSIZE *
		    FSINPUT_BLKSIZE;
	if (fi->fi_imagelen != 0) {
		fi->fi_ext[0].fe_off = 0;
		fi->fi_ext[0].fe_len = fi->fi_imagelen < fi->fi_size ? fi->fi_imagelen :
		    fi->fi_size;
		fi->fi_ext[0].fe_data = data;
		fi->fi_next = 1;
	}
}

void
fsinput_op(const struct fsinput *fi, unsigned i, struct fsop *op)
{
	struct input in;

	input_init(&in, fi->fi_ops + (size_t)i * FSOP_SIZE, FSOP_SIZE);
	op->op = input_u8(&in);
	op->flags = input_u8(&in);
	op->path = input_u8(&in);
	op->path2 = input_u8(&in);
	op->fd = input_u8(&in);
	op->buf = input_u8(&in);
	op->mode = input_u16(&in);
	op->off = input_u32(&in);
	op->len = input_u32(&in);
}

void
fsop_encode(const struct fsop *op, uint8_t *p)
{

	p[0] = op->op;
	p[1] = op->flags;
	p[2] = op->path;
	p[3] = op->path2;
	p[4] = op->fd;
	p[5] = op->buf;
	p[6] = op->mode;
	p[7] = op->mode >> 8;
	put32(p + 8, op->off);
	put32(p + 12, op->len);
}

void
fsinput_trailer(uint8_t *p, uint32_t ops_len, uint32_t flags, uint32_t blocks)
{

	put32(p, ops_len);
	put32(p + 4, flags);
	put32(p + 8, blocks);
	memcpy(p + 12, FSINPUT_MAGIC, 4);
}

/*
 * The device.  A page of the image that was written is kept whole in a slot
 * of the pool; an open-addressed table finds it.  Nothing is cleared between
 * inputs: an entry counts when it carries the number of the current load.
 */

#define DEV_PAGE	4096u
#define DEV_SLOTS	4096u		/* 16 MiB written at most */
#define DEV_TABLE	(2 * DEV_SLOTS)

struct fsdev {
	const struct fsinput *fd_fi;
	uint32_t	fd_load;
	uint32_t	fd_nslots;
	struct {
		uint64_t page;
		uint32_t load;
		uint32_t slot;
	}		fd_table[DEV_TABLE];
	uint8_t	       *fd_pool;
};

struct fsdev *
fsdev_create(void)
{
	struct fsdev *fd = calloc(1, sizeof(*fd));

	if (fd != NULL && (fd->fd_pool = malloc((size_t)DEV_SLOTS * DEV_PAGE)) == NULL) {
		free(fd);
		fd = NULL;
	}
	return fd;
}

void
fsdev_destroy(struct fsdev *fd)
{

	free(fd->fd_pool);
	free(fd);
}

void
fsdev_load(struct fsdev *fd, const struct fsinput *fi)
{

	fd->fd_fi = fi;
	fd->fd_nslots = 0;
	fd->fd_load++;
}

static unsigned
dev_find(const struct fsdev *fd, uint64_t page)
{
	unsigned h = (unsigned)((page * 0x9e3779b97f4a7c15ull) >> 40) % DEV_TABLE;

	while (fd->fd_table[h].load == fd->fd_load && fd->fd_table[h].page != page)
		h = (h + 1) % DEV_TABLE;
	return h;
}

/* What the input itself has at [off, off + len). */
static void
base_read(const struct fsinput *fi, uint8_t *buf, size_t len, uint64_t off)
{
	unsigned i;

	if (fi->fi_next != 1 || off < fi->fi_ext[0].fe_off ||
	    off + len > fi->fi_ext[0].fe_off + fi->fi_ext[0].fe_len)
		memset(buf, 0, len);
	for (i = 0; i < fi->fi_next; i++) {
		const struct fsinput_extent *fe = &fi->fi_ext[i];
		uint64_t lo = fe->fe_off > off ? fe->fe_off : off;
		uint64_t hi = fe->fe_off + fe->fe_len;

		if (hi > off + len)
			hi = off + len;
		if (lo < hi)
			memcpy(buf + (lo - off), fe->fe_data + (lo - fe->fe_off), hi - lo);
	}
}

int
fsdev_read(void *dev, void *vbuf, size_t len, uint64_t off)
{
	struct fsdev *fd = dev;
	uint8_t *buf = vbuf;

	if (fd->fd_nslots == 0) {
		base_read(fd->fd_fi, buf, len, off);
		return 0;
	}
	while (len != 0) {
		uint64_t page = off / DEV_PAGE;
		size_t poff = off % DEV_PAGE;
		size_t n = DEV_PAGE - poff < len ? DEV_PAGE - poff : len;
		unsigned h = dev_find(fd, page);

		if (fd->fd_table[h].load == fd->fd_load)
			memcpy(buf, fd->fd_pool + (size_t)fd->fd_table[h].slot * DEV_PAGE + poff, n);
		else
			base_read(fd->fd_fi, buf, n, off);
		buf += n;
		off += n;
		len -= n;
	}
	return 0;
}

int
fsdev_write(void *dev, const void *vbuf, size_t len, uint64_t off)
{
	struct fsdev *fd = dev;
	const uint8_t *buf = vbuf;

	while (len != 0) {
		uint64_t page = off / DEV_PAGE;
		size_t poff = off % DEV_PAGE;
		size_t n = DEV_PAGE - poff < len ? DEV_PAGE - poff : len;
		unsigned h = dev_find(fd, page);
		uint8_t *p;

		if (fd->fd_table[h].load != fd->fd_load) {
			if (fd->fd_nslots == DEV_SLOTS)
				return 5;	/* EIO, in the kernel's numbers */
			fd->fd_table[h].load = fd->fd_load;
			fd->fd_table[h].page = page;
			fd->fd_table[h].slot = fd->fd_nslots++;
			p = fd->fd_pool + (size_t)fd->fd_table[h].slot * DEV_PAGE;
			base_read(fd->fd_fi, p, DEV_PAGE, page * DEV_PAGE);
		} else
			p = fd->fd_pool + (size_t)fd->fd_table[h].slot * DEV_PAGE;
		memcpy(p + poff, buf, n);
		buf += n;
		off += n;
		len -= n;
	}
	return 0;
}

uint64_t
fsdev_dirty(const struct fsdev *fd)
{

	return (uint64_t)fd->fd_nslots * DEV_PAGE;
}

const struct rumpuser_image_ops fsdev_ops = {
	.io_read = fsdev_read,
	.io_write = fsdev_write,
};
