/* SPDX-License-Identifier: BSD-2-Clause */

/* What is done with each disk, and its medium. */

#ifndef TESTS_WALK_DISK_H
#define TESTS_WALK_DISK_H

#include "walk.h"

#define	SIZE		(1u << 20)

#define	DIOCGCACHE	0x40046474ul
#define	DIOCSCACHE	0x80046475ul
#define	DIOCCACHESYNC	0x80046476ul
#define	DIOCMWEDGES	0x40046483ul
#define	DIOCLOCK	0x80046471ul
#define	DIOCEJECT	0x80046470ul
#define	DIOCTUR		0x40046480ul
#define	SCIOCCOMMAND	0xc0785101ul
#define	SCIOCRESET	0x20005107ul
#define	SCBUSIOSCAN	0x80085500ul
#define	SCBUSIORESET	0x20005501ul

static uint8_t medium[SIZE];

static int
medium_read(void *cookie, void *buf, size_t len, uint64_t off)
{

	if (off > SIZE || len > SIZE - off)
		return EIO;
	memcpy(buf, medium + off, len);
	return 0;
}

static int
medium_write(void *cookie, const void *buf, size_t len, uint64_t off)
{

	if (off > SIZE || len > SIZE - off)
		return EIO;
	memcpy(medium + off, buf, len);
	return 0;
}

static int
medium_sync(void *cookie)
{

	return 0;
}

static const struct rumpuser_image_ops medium_ops = { medium_read, medium_write, medium_sync };

/* A disk that is written: the rows of its table. */
#define	FD(name, node, fn, ...)							\
	{ name, WALK_FD, node, RUMP_O_RDWR, fn, ##__VA_ARGS__ }
#define	DISK_OPS(raw, block, controller)					\
	{ "attach", WALK_ATTACH },						\
	{ "open", WALK_OPEN, raw, RUMP_O_RDWR },				\
	{ "close", WALK_CLOSE, raw, RUMP_O_RDWR },				\
	FD("read", raw, walk_read, 0),						\
	FD("write", raw, walk_write, 65536),					\
	FD("read of the block device", block, walk_read, 0),			\
	FD("write and fsync of the block device", block, walk_write_fsync, 65536),	\
	{ "buffers", WALK_DEV, .wo_run = walk_bufs, .wo_arg = 1, .wo_data = block },	\
	FD("DIOCCACHESYNC", raw, walk_ioctl, DIOCCACHESYNC),			\
	FD("DIOCMWEDGES", raw, walk_ioctl, DIOCMWEDGES),			\
	{ "detach", WALK_DEV, .wo_run = walk_detach, .wo_data = controller }

static int __attribute__((__unused__))
walk_write_fsync(const struct walk_op *wo, int fd)
{
	int error = walk_write(wo, fd);

	return error != 0 ? error : walk_fsync(wo, fd);
}

#endif /* TESTS_WALK_DISK_H */
