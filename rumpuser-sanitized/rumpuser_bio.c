/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Block I/O.  It is done when the call returns: images are memory or
 * callbacks, and host files are in the page cache mostly.
 */

#include "rumpuser_int.h"

#include <errno.h>
#include <unistd.h>

static int
host_io(int fd, int op, void *data, size_t len, int64_t off, size_t *donep)
{
	size_t done = 0;
	ssize_t n;

	if (op & RUMPUSER_BIO_READ)
		ru_writable(data, len);
	while (done < len) {
		if (op & RUMPUSER_BIO_READ)
			n = pread(fd, (char *)data + done, len - done,
			    off + done);
		else
			n = pwrite(fd, (char *)data + done, len - done,
			    off + done);
		if (n == 0)
			break;
		if (n == -1) {
			if (errno == EINTR)
				continue;
			return ru_errtrans(errno);
		}
		done += n;
	}
	if ((op & RUMPUSER_BIO_SYNC) && fdatasync(fd) == -1)
		return ru_errtrans(errno);
	*donep = done;
	return 0;
}

void
rumpuser_bio(int fd, int op, void *data, size_t len, int64_t off,
    rump_biodone_fn biodone, void *arg)
{
	size_t done = 0;
	int error, nlocks;

	if (off < 0)
		error = NB_EINVAL;
	else if (fd >= RU_IMAGE_FD) {
		error = ru_image_io(fd, (op & RUMPUSER_BIO_WRITE) != 0, data,
		    len, off, &done);
		if (error == 0 && (op & RUMPUSER_BIO_SYNC))
			error = ru_image_sync(fd);
	} else {
		ru_unsched(&nlocks, NULL);
		error = host_io(fd, op, data, len, off, &done);
		ru_sched(nlocks, NULL);
	}
	(*biodone)(arg, error != 0 ? 0 : done, error);
}
