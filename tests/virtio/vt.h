/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Virtio drivers against the models: a bus with one device on one of the
 * transports, a kernel that probes it, and what must be left when it goes.
 */

#ifndef VT_H
#define VT_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpdev_if_pub.h>
#define	LIBRUMPUSER	/* threads come from the layer below */
#include <rump/rumpuser.h>
#include <rump/rumpuser_fuzz.h>

#include "model/pci.h"
#include "model/virtio.h"
#include "../pci/devlock.h"

#define	WORKS(e)	ATF_REQUIRE_MSG((e) >= 0, "%s: errno %d", #e, errno)
#define	FAILS(err, e) do {							\
	errno = 0;								\
	ATF_CHECK_MSG((e) == -1, "%s succeeded", #e);				\
	ATF_CHECK_EQ(errno, err);						\
} while (0)

static struct pcim_bus *vt_bus;

/* A bus without devices and a kernel that sees it. */
static inline void
vt_boot(void)
{

	vt_bus = pcim_bus_create();
	ATF_REQUIRE(vt_bus != NULL);
	rumpuser_dev_attach(&pcim_backend, vt_bus);
	ATF_REQUIRE_EQ(rump_init(), 0);
}

static inline void
vt_rescan(void)
{

	ATF_REQUIRE_EQ(rump_pub_dev_rescan("mainbus0", "mainbus", NULL), 0);
	ATF_REQUIRE_EQ(rump_pub_dev_rescan("pci0", "pci", NULL), 0);
	rump_pub_dev_settle();
}

static int
vt_one(const struct rump_devinfo *di, void *arg)
{

	return strcmp(di->di_name, arg) == 0 ? ((char *)arg)[0] = '\0', 1 : 0;
}

/* Whether there is a device of that name. */
static int
vt_has(const char *name)
{
	char buf[32];

	snprintf(buf, sizeof(buf), "%s", name);
	(void)rump_pub_dev_list(vt_one, buf);
	return buf[0] == '\0';
}

/*
 * Puts a device on the bus and lets the kernel find it.  The driver comes,
 * goes and comes again: what the first time leaves behind, as tables that
 * have grown, is no leak.
 */
static inline void
vt_plug(struct virtiom *vm)
{
	int fd[3];

	ATF_REQUIRE(vm != NULL);
	for (int i = 0; i < 3; i++)
		WORKS(fd[i] = rump_sys_open("/dev/null", RUMP_O_RDWR));
	for (int i = 0; i < 3; i++)
		WORKS(rump_sys_close(fd[i]));
	ATF_REQUIRE_EQ(DEV(virtiom_plug(vm, vt_bus, 3)), 0);
	vt_rescan();
	ATF_REQUIRE_EQ(rump_pub_dev_detach("virtio0", 0), 0);
	rump_pub_drain();
	rump_pub_audit_mark();
	vt_rescan();
}

static void
vt_audit(const char *name, int64_t baseline, int64_t now, void *arg)
{

	if (baseline != now) {
		printf("%s: %lld at first, %lld now\n", name, (long long)baseline, (long long)now);
		*(int *)arg = 1;
	}
}

/* The end: the driver has gone and nothing of it is left. */
static inline void
vt_end(void)
{
	int bad = 0;

	if (vt_has("virtio0"))
		ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), 0);
	ATF_CHECK(!vt_has("virtio0"));
	rump_pub_drain();
	(void)rump_pub_audit(vt_audit, &bad);
	ATF_CHECK_EQ(bad, 0);
	rumpuser_dev_attach(NULL, NULL);
	pcim_bus_destroy(vt_bus);
}

/* Memory as a medium. */
struct vt_disk {
	uint8_t *data;
	uint64_t size;
	unsigned syncs;
};

static int
vt_disk_read(void *cookie, void *buf, size_t len, uint64_t off)
{
	struct vt_disk *d = cookie;

	if (off > d->size || len > d->size - off)
		return EIO;
	memcpy(buf, d->data + off, len);
	return 0;
}

static int
vt_disk_write(void *cookie, const void *buf, size_t len, uint64_t off)
{
	struct vt_disk *d = cookie;

	if (off > d->size || len > d->size - off)
		return EIO;
	memcpy(d->data + off, buf, len);
	return 0;
}

static int
vt_disk_sync(void *cookie)
{

	((struct vt_disk *)cookie)->syncs++;
	return 0;
}

static const struct rumpuser_image_ops vt_disk_ops = {
	vt_disk_read, vt_disk_write, vt_disk_sync
};

static void
vt_pattern(uint8_t *p, size_t len, uint32_t seed)
{
	uint32_t x = seed * 2654435761u + 1;

	for (size_t i = 0; i < len; i++) {
		x = x * 1664525 + 1013904223;
		p[i] = x >> 24;
	}
}

static inline struct vt_disk *
vt_disk(uint64_t size)
{
	struct vt_disk *d = calloc(1, sizeof(*d));

	d->data = malloc(size);
	d->size = size;
	vt_pattern(d->data, size, 1);
	return d;
}

static inline void
vt_disk_free(struct vt_disk *d)
{

	free(d->data);
	free(d);
}

#endif /* VT_H */
