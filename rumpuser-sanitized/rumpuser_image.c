/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Images: block devices or files by name whose bytes come from memory or
 * from callbacks of the harness.  Descriptors are numbers above RU_IMAGE_FD.
 *
 * The tables belong to the state that is restored: an image added or opened
 * by one input is not there for the next.
 */

#include "rumpuser_int.h"

#include <string.h>

#define	NIMAGE		64
#define	NOPEN		256
#define	NAME_MAX_LEN	128

struct ru_image {
	char	im_name[NAME_MAX_LEN];	/* "": free */
	uint64_t im_size;
	int	im_flags;
	int	im_writable;
	unsigned im_opens;
	struct rumpuser_image_ops im_ops;
	void	*im_cookie;
	uint8_t	*im_mem;		/* NULL: callbacks */
};

struct open {
	struct ru_image *op_im;		/* NULL: free */
	int	op_flags;
	uint64_t op_off;		/* for transfers without an offset */
};

/* In the arena, allocated by the first image. */
static struct tables {
	struct ru_image t_image[NIMAGE];
	struct open t_open[NOPEN];
} *tab RU_STATE = NULL;
static unsigned nimage RU_STATE = 0;	/* slots ever used */
static unsigned nopen RU_STATE = 0;

static struct ru_image *
lookup(const char *name)
{
	unsigned i;

	for (i = 0; i < nimage; i++)
		if (tab->t_image[i].im_name[0] != '\0' &&
		    strcmp(tab->t_image[i].im_name, name) == 0)
			return &tab->t_image[i];
	return NULL;
}

static int
image_new(const char *name, uint64_t size, int flags, struct ru_image **imp)
{
	struct ru_image *im;
	unsigned i;

	if (name[0] == '\0' || strlen(name) >= NAME_MAX_LEN ||
	    size > INT64_MAX)
		return NB_EINVAL;
	if (tab == NULL) {
		/* Entries from nimage and nopen on hold nothing yet. */
		if ((tab = ru_alloc(sizeof(*tab), 64)) == NULL)
			return NB_ENOMEM;
	}
	if (lookup(name) != NULL)
		return NB_EEXIST;
	for (i = 0; i < nimage && tab->t_image[i].im_name[0] != '\0'; i++)
		;
	if (i == NIMAGE)
		return NB_ENOSPC;
	if (i == nimage)
		nimage++;
	im = &tab->t_image[i];
	memset(im, 0, sizeof(*im));
	strcpy(im->im_name, name);
	im->im_size = size;
	im->im_flags = flags;
	*imp = im;
	return 0;
}

/* EEXIST, EINVAL (name or size), ENOSPC (too many). */
int
rumpuser_image_add(const char *name, uint64_t size, int flags,
    const struct rumpuser_image_ops *ops, void *cookie)
{
	struct ru_image *im;
	int error;

	if (ops == NULL || ops->io_read == NULL)
		return NB_EINVAL;
	ru_lock();
	error = image_new(name, size, flags, &im);
	if (error == 0) {
		im->im_ops = *ops;
		im->im_cookie = cookie;
		im->im_writable = ops->io_write != NULL;
	}
	ru_unlock();
	return error;
}

int
rumpuser_image_add_mem(const char *name, void *mem, uint64_t size,
    int writable)
{
	struct ru_image *im;
	int error;

	if (mem == NULL && size != 0)
		return NB_EINVAL;
	ru_lock();
	error = image_new(name, size, 0, &im);
	if (error == 0) {
		im->im_mem = mem;
		im->im_writable = writable;
	}
	ru_unlock();
	return error;
}

int
rumpuser_image_remove(const char *name)
{
	struct ru_image *im;
	int error = 0;

	ru_lock();
	if ((im = lookup(name)) == NULL)
		error = NB_ENOENT;
	else if (im->im_opens != 0)
		error = NB_EBUSY;
	else
		im->im_name[0] = '\0';
	ru_unlock();
	return error;
}

/* ESRCH: no image has this name. */
int
ru_image_info(const char *name, uint64_t *sizep, int *ftp)
{
	struct ru_image *im;
	int error = 0;

	ru_lock();
	if ((im = lookup(name)) == NULL)
		error = NB_ESRCH;
	else {
		if (sizep != NULL)
			*sizep = im->im_size;
		if (ftp != NULL)
			*ftp = im->im_flags & RUMPUSER_IMAGE_BLK ?
			    RUMPUSER_FT_BLK : RUMPUSER_FT_REG;
	}
	ru_unlock();
	return error;
}

int
ru_image_open(const char *name, int flags, int *fdp)
{
	struct ru_image *im;
	unsigned i;
	int error = 0;

	ru_lock();
	if ((im = lookup(name)) == NULL) {
		error = NB_ESRCH;
		goto out;
	}
	if ((flags & RUMPUSER_OPEN_ACCMODE) != RUMPUSER_OPEN_RDONLY &&
	    !im->im_writable) {
		error = NB_EROFS;
		goto out;
	}
	for (i = 0; i < nopen && tab->t_open[i].op_im != NULL; i++)
		;
	if (i == NOPEN) {
		error = NB_EMFILE;
		goto out;
	}
	if (i == nopen)
		nopen++;
	tab->t_open[i].op_im = im;
	tab->t_open[i].op_flags = flags;
	tab->t_open[i].op_off = 0;
	im->im_opens++;
	*fdp = RU_IMAGE_FD + i;
 out:
	ru_unlock();
	return error;
}

static struct open *
open_of(int fd)
{
	unsigned i = fd - RU_IMAGE_FD;

	if (i >= nopen || tab->t_open[i].op_im == NULL)
		return NULL;
	return &tab->t_open[i];
}

int
ru_image_close(int fd)
{
	struct open *op;
	int error = 0;

	ru_lock();
	if ((op = open_of(fd)) == NULL)
		error = NB_EBADF;
	else {
		op->op_im->im_opens--;
		op->op_im = NULL;
	}
	ru_unlock();
	return error;
}

/*
 * Moves up to len bytes at off, or at the descriptor's own offset for
 * RUMPUSER_IOV_NOSEEK.  A read stops at the end; a write past it: ENOSPC.
 */
int
ru_image_io(int fd, bool wr, void *buf, size_t len, int64_t off,
    size_t *donep)
{
	struct ru_image *im;
	struct open *op;
	uint64_t pos;
	size_t n = len;
	int error;

	if ((op = open_of(fd)) == NULL)
		return NB_EBADF;
	im = op->op_im;
	if ((op->op_flags & RUMPUSER_OPEN_ACCMODE) ==
	    (wr ? RUMPUSER_OPEN_RDONLY : RUMPUSER_OPEN_WRONLY))
		return NB_EBADF;
	if (off < RUMPUSER_IOV_NOSEEK)
		return NB_EINVAL;
	pos = off == RUMPUSER_IOV_NOSEEK ? op->op_off : (uint64_t)off;
	if (pos >= im->im_size) {
		if (wr && len != 0)
			return NB_ENOSPC;
		n = 0;
	} else if (n > im->im_size - pos)
		n = im->im_size - pos;
	if (n != 0) {
		if (im->im_mem != NULL) {
			if (wr)
				memcpy(im->im_mem + pos, buf, n);
			else
				memcpy(buf, im->im_mem + pos, n);
		} else {
			if (!wr)
				ru_writable(buf, n);
			error = wr ?
			    (*im->im_ops.io_write)(im->im_cookie, buf, n, pos) :
			    (*im->im_ops.io_read)(im->im_cookie, buf, n, pos);
			if (error != 0)
				return error;
		}
	}
	if (off == RUMPUSER_IOV_NOSEEK)
		op->op_off = pos + n;
	*donep = n;
	return 0;
}

int
ru_image_sync(int fd)
{
	struct open *op;

	if ((op = open_of(fd)) == NULL)
		return NB_EBADF;
	if (op->op_im->im_ops.io_sync == NULL)
		return 0;
	return (*op->op_im->im_ops.io_sync)(op->op_im->im_cookie);
}
