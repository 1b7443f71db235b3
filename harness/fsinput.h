/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Two-dimensional inputs: a disk image and a list of operations on the file
 * system in it.
 *
 * A file which does not end in the trailer below is a plain disk image with
 * no operations, so images made by mkfs or found in a bug report are inputs
 * as they are.  With the trailer:
 *
 *	image part, operations (ops_len bytes), trailer (16 bytes):
 *	le32 ops_len, le32 flags, le32 image size in 512-byte blocks
 *	(0: as long as the image part), "rfz1"
 *
 * With FSINPUT_SPARSE the image part is a list of extents, each le32 block
 * number, le32 byte length, data; a later extent covers an earlier one and
 * all else reads as zero.  Lengths that do not fit are cut, never refused.
 *
 * An operation is a record of 16 bytes (struct fsop).
 */

#ifndef HARNESS_FSINPUT_H
#define HARNESS_FSINPUT_H

#include <stddef.h>
#include <stdint.h>

#define FSINPUT_TRAILER	 16
#define FSINPUT_MAGIC	 "rfz1"
#define FSINPUT_SPARSE	 0x01
#define FSINPUT_MAXEXT	 512
#define FSINPUT_BLKSIZE	 512u
#define FSINPUT_MAXOPS	 128

#define FSOP_SIZE	 16

/* What an operation's bytes say; which fields count is the operation's. */
struct fsop {
	uint8_t	 op;		/* enum fsop_code, modulo its number */
	uint8_t	 flags;
	uint8_t	 path;		/* index into the path pool */
	uint8_t	 path2;
	uint8_t	 fd;		/* index into the descriptor pool */
	uint8_t	 buf;		/* pattern of a buffer */
	uint16_t mode;
	uint32_t off;
	uint32_t len;
};

struct fsinput_extent {
	uint64_t       fe_off;	/* bytes from the start of the image */
	uint32_t       fe_len;
	const uint8_t *fe_data;
};

struct fsinput {
	uint64_t	fi_size;	/* of the image, bytes, multiple of 512 */
	unsigned	fi_next;
	struct fsinput_extent fi_ext[FSINPUT_MAXEXT];
	const uint8_t  *fi_ops;
	unsigned	fi_nops;
	size_t		fi_imagelen;	/* bytes of the image part */
	int		fi_sparse;
	int		fi_trailer;
};

/* Splits an input; data stays the caller's and must outlive fi.  Never fails. */
void	fsinput_parse(struct fsinput *fi, const uint8_t *data, size_t len);

/* Decodes operation i (less than fi_nops). */
void	fsinput_op(const struct fsinput *fi, unsigned i, struct fsop *op);

/* Encodes an operation into FSOP_SIZE bytes. */
void	fsop_encode(const struct fsop *op, uint8_t *p);

/* Writes a trailer of FSINPUT_TRAILER bytes at p. */
void	fsinput_trailer(uint8_t *p, uint32_t ops_len, uint32_t flags, uint32_t blocks);

/*
 * The image of an input as a device: the input's bytes below, what was
 * written above.  Written pages live in a pool of the device's own; when it
 * is full a write answers EIO.
 */
struct fsdev;
struct rumpuser_image_ops;

struct fsdev *fsdev_create(void);
void	fsdev_destroy(struct fsdev *);
/* Gives the device the content of fi, which must stay; drops what was written. */
void	fsdev_load(struct fsdev *, const struct fsinput *fi);
int	fsdev_read(void *dev, void *buf, size_t len, uint64_t off);
int	fsdev_write(void *dev, const void *buf, size_t len, uint64_t off);
/* Bytes written since the load (counted once for each page). */
uint64_t fsdev_dirty(const struct fsdev *);
extern const struct rumpuser_image_ops fsdev_ops;

#endif /* HARNESS_FSINPUT_H */
