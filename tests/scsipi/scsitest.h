/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the tests of SCSI share: the kernel with its log in a buffer, targets
 * of the model behind an adapter, and the ioctls as a program sees them.
 */

#ifndef _SCSITEST_H_
#define	_SCSITEST_H_

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rump_fuzz.h>
#include <rump/rumpuser_fuzz.h>
#include <rump/rumpuser_scsi.h>

#include "../../harness/model/scsi.h"
#include "../../harness/model/scsi_host.h"

/* NetBSD's request numbers. */
#define	NB_IOC(inout, g, n, len)					\
	((unsigned long)(inout) << 28 | (unsigned long)(len) << 16 |	\
	    (unsigned long)(g) << 8 | (unsigned long)(n))
#define	NB_IO(g, n)		NB_IOC(2, g, n, 0)
#define	NB_IOR(g, n, t)		NB_IOC(4, g, n, sizeof(t))
#define	NB_IOW(g, n, t)		NB_IOC(8, g, n, sizeof(t))
#define	NB_IOWR(g, n, t)	NB_IOC(12, g, n, sizeof(t))

struct scsireq {
	unsigned long flags, timeout;
	uint8_t	cmd[16], cmdlen;
	void	*databuf;
	unsigned long datalen, datalen_used;
	uint8_t	sense[48], senselen, senselen_used, status, retsts;
	int	error;
};
#define	SCCMD_READ	1UL
#define	SCCMD_WRITE	2UL
#define	SCIOCCOMMAND	NB_IOWR('Q', 1, struct scsireq)
#define	SCIOCRESET	NB_IO('Q', 7)
struct scsi_addr {
	int	type, bus, target, lun;
};
#define	SCIOCIDENTIFY	NB_IOR('Q', 4, struct scsi_addr)
struct scbusargs {
	int	sa_target, sa_lun;
};
#define	SCBUSIOSCAN	NB_IOW('U', 0, struct scbusargs)
#define	SCBUSIORESET	NB_IO('U', 1)
#define	SCBUSIODETACH	NB_IOW('U', 2, struct scbusargs)

static char	logbuf[262144];
static size_t	loglen;

static void __attribute__((__unused__))
log_sink(const char *buf, size_t len, void *arg)
{

	if (len > sizeof(logbuf) - 1 - loglen)
		len = sizeof(logbuf) - 1 - loglen;
	memcpy(logbuf + loglen, buf, len);
	loglen += len;
	fwrite(buf, 1, len, stdout);
}

/* Forgets the log. */
static void __attribute__((__unused__))
log_clear(void)
{

	memset(logbuf, 0, loglen);
	loglen = 0;
}

#define	LOG_HAS(s)	ATF_CHECK_MSG(strstr(logbuf, (s)) != NULL, "not in the log: %s", (s))
#define	LOG_HASNOT(s)	ATF_CHECK_MSG(strstr(logbuf, (s)) == NULL, "in the log: %s", (s))

/* How often a string is in the log. */
static unsigned __attribute__((__unused__))
log_count(const char *s)
{
	const char *p = logbuf;
	unsigned n = 0;

	while ((p = strstr(p, s)) != NULL) {
		p += strlen(s);
		n++;
	}
	return n;
}

static void __attribute__((__unused__))
boot(void)
{

	setenv("RUMP_VERBOSE", "1", 1);
	rumpuser_console_sink(log_sink, NULL);
	ATF_REQUIRE_EQ(rump_init(), 0);
}

static const struct rumpuser_scsi_setup plain_setup = {
	.su_name = "test adapter",
	.su_bustype = RUMPUSER_SCSI_SCSI,
	.su_nchannels = 1,
	.su_ntargets = 4,
	.su_nluns = 8,
	.su_id = -1,
	.su_openings = 16,
	.su_perperiph = 8,
	.su_maxxfer = 65536,
	.su_flags = RUMPUSER_SCSI_TAGS,
};

/* Whether a device of that name is there. */
static int
find_cb(const struct rump_devinfo *di, void *arg)
{
	const char **name = arg;

	if (strcmp(di->di_name, *name) != 0)
		return 0;
	*name = NULL;
	return 1;
}

static bool __attribute__((__unused__))
have(const char *name)
{

	(void)rump_pub_dev_list(find_cb, &name);
	return name == NULL;
}

/* Lets the kernel find what has been registered. */
static void __attribute__((__unused__))
scan(void)
{

	ATF_REQUIRE_EQ(rump_pub_dev_rescan("mainbus0", NULL, NULL), 0);
	rump_pub_dev_settle();
}

/* A host with one target at 0 which has one unit at LUN 0. */
static struct scsi_host * __attribute__((__unused__))
host_with(const struct rumpuser_scsi_setup *su, const struct scsim_config *sm)
{
	struct scsim_target *t = scsim_create();
	struct scsi_host *h = scsi_host_create(su);

	ATF_REQUIRE(t != NULL && h != NULL);
	ATF_REQUIRE_EQ(scsim_add(t, 0, sm), 0);
	ATF_REQUIRE_EQ(scsi_host_plug(h, 0, t, 0), 0);
	return h;
}

static struct scsim_lun * __attribute__((__unused__))
unit0(struct scsi_host *h)
{

	return scsim_lun(scsi_host_target(h, 0), 0);
}

/* A command through SCIOCCOMMAND; the request has the results. */
static int __attribute__((__unused__))
command(int fd, struct scsireq *rq, const void *cdb, size_t cdblen, int dir, void *data,
    size_t len)
{

	memset(rq, 0, sizeof(*rq));
	rq->flags = (unsigned long)dir;
	rq->timeout = 10000;
	memcpy(rq->cmd, cdb, cdblen);
	rq->cmdlen = (uint8_t)cdblen;
	rq->databuf = data;
	rq->datalen = len;
	rq->senselen = sizeof(rq->sense);
	return rump_sys_ioctl(fd, SCIOCCOMMAND, rq);
}

#endif /* !_SCSITEST_H_ */
