/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Files of the host and images, by the same calls.  Host files keep the
 * host's descriptors; those opened after a snapshot are closed by the
 * restore.
 */

#include "rumpuser_int.h"

#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <unistd.h>

/* Host descriptors open now, and at the snapshot. */
#define	NHOSTFD	1024
static uint64_t fd_open[NHOSTFD / 64];
static uint64_t fd_snap[NHOSTFD / 64];
static unsigned fd_opened;		/* since the snapshot */

static void
fd_note(int fd, bool isopen)
{

	if (fd < 0 || fd >= NHOSTFD)
		return;
	ru_lock();
	if (isopen) {
		fd_open[fd / 64] |= 1UL << (fd % 64);
		fd_opened++;
	} else
		fd_open[fd / 64] &= ~(1UL << (fd % 64));
	ru_unlock();
}

void
ru_file_snapshot(void)
{
	unsigned i;

	for (i = 0; i < NHOSTFD / 64; i++)
		fd_snap[i] = fd_open[i];
	fd_opened = 0;
}

void
ru_file_restore(void)
{
	uint64_t extra;
	unsigned i, bit;

	if (fd_opened == 0)
		return;
	for (i = 0; i < NHOSTFD / 64; i++) {
		extra = fd_open[i] & ~fd_snap[i];
		while (extra != 0) {
			bit = __builtin_ctzl(extra);
			close(i * 64 + bit);
			extra &= extra - 1;
		}
		fd_open[i] &= fd_snap[i];
	}
	fd_opened = 0;
}

int
rumpuser_open(const char *path, int rflags, int *fdp)
{
	int error, fd, flags;

	error = ru_image_open(path, rflags, fdp);
	if (error != NB_ESRCH)
		return error;
	switch (rflags & RUMPUSER_OPEN_ACCMODE) {
	case RUMPUSER_OPEN_RDONLY:
		flags = O_RDONLY;
		break;
	case RUMPUSER_OPEN_WRONLY:
		flags = O_WRONLY;
		break;
	case RUMPUSER_OPEN_RDWR:
		flags = O_RDWR;
		break;
	default:
		return NB_EINVAL;
	}
	if (rflags & RUMPUSER_OPEN_CREATE)
		flags |= O_CREAT;
	if (rflags & RUMPUSER_OPEN_EXCL)
		flags |= O_EXCL;
	if ((fd = open(path, flags | O_CLOEXEC, 0644)) == -1)
		return ru_errtrans(errno);
	fd_note(fd, true);
	*fdp = fd;
	return 0;
}

int
rumpuser_close(int fd)
{
	int nlocks;

	if (fd >= RU_IMAGE_FD)
		return ru_image_close(fd);
	ru_unsched(&nlocks, NULL);
	fsync(fd);
	close(fd);
	ru_sched(nlocks, NULL);
	fd_note(fd, false);
	return 0;
}

int
rumpuser_getfileinfo(const char *path, uint64_t *sizep, int *ftp)
{
	struct stat st;
	uint64_t size;
	int error, fd, ft;

	error = ru_image_info(path, sizep, ftp);
	if (error != NB_ESRCH)
		return error;
	if (stat(path, &st) == -1)
		return ru_errtrans(errno);
	size = st.st_size;
	switch (st.st_mode & S_IFMT) {
	case S_IFDIR:
		ft = RUMPUSER_FT_DIR;
		break;
	case S_IFREG:
		ft = RUMPUSER_FT_REG;
		break;
	case S_IFBLK:
		ft = RUMPUSER_FT_BLK;
		break;
	case S_IFCHR:
		ft = RUMPUSER_FT_CHR;
		break;
	default:
		ft = RUMPUSER_FT_OTHER;
		break;
	}
	/* stat() says 0 for a block device. */
	if (sizep != NULL && ft == RUMPUSER_FT_BLK) {
		if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
			return ru_errtrans(errno);
		error = ioctl(fd, BLKGETSIZE64, &size) == -1 ?
		    ru_errtrans(errno) : 0;
		close(fd);
		if (error != 0)
			return error;
	}
	if (sizep != NULL)
		*sizep = size;
	if (ftp != NULL)
		*ftp = ft;
	return 0;
}

static int
image_iov(int fd, bool wr, const struct rumpuser_iovec *iov, size_t iovlen,
    int64_t off, size_t *retp)
{
	size_t done = 0, n, i;
	int error;

	for (i = 0; i < iovlen; i++) {
		error = ru_image_io(fd, wr, iov[i].iov_base, iov[i].iov_len,
		    off == RUMPUSER_IOV_NOSEEK ? off : off + (int64_t)done,
		    &n);
		if (error != 0) {
			if (done != 0)
				break;
			return error;
		}
		done += n;
		if (n != iov[i].iov_len)
			break;
	}
	*retp = done;
	return 0;
}

/* EINVAL for an offset below RUMPUSER_IOV_NOSEEK or too many pieces. */
int
rumpuser_iovread(int fd, struct rumpuser_iovec *iov, size_t iovlen,
    int64_t off, size_t *retp)
{
	struct iovec *hiov = (struct iovec *)iov;
	ssize_t n;
	size_t i;
	int error, nlocks;

	if (off < RUMPUSER_IOV_NOSEEK || iovlen > 1024)
		return NB_EINVAL;
	if (fd >= RU_IMAGE_FD)
		return image_iov(fd, false, iov, iovlen, off, retp);
	for (i = 0; i < iovlen; i++)
		ru_writable(hiov[i].iov_base, hiov[i].iov_len);
	ru_unsched(&nlocks, NULL);
	if (off == RUMPUSER_IOV_NOSEEK)
		n = readv(fd, hiov, (int)iovlen);
	else
		n = preadv(fd, hiov, (int)iovlen, off);
	error = n == -1 ? ru_errtrans(errno) : 0;
	ru_sched(nlocks, NULL);
	if (error == 0)
		*retp = n;
	return error;
}

int
rumpuser_iovwrite(int fd, const struct rumpuser_iovec *iov, size_t iovlen,
    int64_t off, size_t *retp)
{
	const struct iovec *hiov = (const struct iovec *)iov;
	ssize_t n;
	int error, nlocks;

	if (off < RUMPUSER_IOV_NOSEEK || iovlen > 1024)
		return NB_EINVAL;
	if (fd >= RU_IMAGE_FD)
		return image_iov(fd, true, iov, iovlen, off, retp);
	ru_unsched(&nlocks, NULL);
	if (off == RUMPUSER_IOV_NOSEEK)
		n = writev(fd, hiov, (int)iovlen);
	else
		n = pwritev(fd, hiov, (int)iovlen, off);
	error = n == -1 ? ru_errtrans(errno) : 0;
	ru_sched(nlocks, NULL);
	if (error == 0)
		*retp = n;
	return error;
}

/*
 * Makes what was written durable.  The host can do this for a whole file
 * only, which is more than was asked.  EINVAL without READ or WRITE.
 */
int
rumpuser_syncfd(int fd, int flags, uint64_t start, uint64_t len)
{
	int error = 0, nlocks;

	if ((flags & (RUMPUSER_SYNCFD_READ | RUMPUSER_SYNCFD_WRITE)) == 0)
		return NB_EINVAL;
	if (fd >= RU_IMAGE_FD)
		return ru_image_sync(fd);
	ru_unsched(&nlocks, NULL);
	if (flags & RUMPUSER_SYNCFD_SYNC) {
		if (fdatasync(fd) == -1)
			error = ru_errtrans(errno);
	} else if (flags & RUMPUSER_SYNCFD_WRITE) {
		if (sync_file_range(fd, start, len, SYNC_FILE_RANGE_WRITE) ==
		    -1 && errno != ESPIPE)
			error = ru_errtrans(errno);
	}
	ru_sched(nlocks, NULL);
	return error;
}
