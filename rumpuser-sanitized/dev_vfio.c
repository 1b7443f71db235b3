/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * PCI devices of the host through VFIO; see Linux's documentation of its
 * user space API.
 *
 * A device is a file descriptor with regions: configuration space and BARs.
 * Registers are accessed in a mapping where there is one, else by pread(2)
 * and pwrite(2).  Addresses in BARs are the kernel's to choose: VFIO keeps
 * what is written there and the device's own do not change, so that all that
 * is needed is to know which BAR an address belongs to.
 *
 * VFIO programs MSI and MSI-X itself and signals messages through eventfds.
 * What the kernel writes to the capability or the table is kept here and has
 * no effect but that of the mask bits.  INTx is masked by VFIO when it comes;
 * the eoi unmasks it.
 *
 * Memory is one piece that is entered into the IOMMU at the start.
 */

#include "dev_int.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/vfio.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rump/rumpuser_vfio.h>

#define	NDEV		16
#define	NBAR		6
#define	NVEC		64		/* vectors of a function that are used */
#define	NCAP		48		/* capabilities looked at */

#define	VFIO_IOVA	((uint64_t)16 << 20)
#define	VFIO_MEMORY	((size_t)64 << 20)

/* Configuration space. */
#define	CFG_COMMAND	0x04
#define	CFG_STATUS	0x06
#define	STATUS_CAPS	0x10
#define	CFG_HEADER	0x0e
#define	CFG_BAR		0x10
#define	CFG_CAPS	0x34
#define	CAP_MSI		0x05
#define	CAP_MSIX	0x11
#define	MSIX_ENTRY	16
#define	MSIX_CONTROL	12		/* in an entry */

struct bar {
	uint64_t b_addr;		/* in the kernel's bus; 0: none */
	uint64_t b_size;
	uint64_t b_off;			/* in the descriptor */
	char	*b_map;
	bool	b_io;
	bool	b_64;
};

struct vdev;

/* An eventfd of one vector, or of INTx. */
struct vec {
	struct vdev *v_dev;
	int	v_fd;			/* -1: none */
	int	v_irq;			/* -1: not bound */
	unsigned v_idx;
	int	v_how;			/* 0: INTx */
	bool	v_lost;			/* came while masked */
};

struct vdev {
	int	vd_fd;
	int	vd_group;
	uint32_t vd_bdf;
	char	vd_name[16];
	uint64_t vd_cfg;		/* offset of configuration space */
	uint64_t vd_cfgsize;
	struct bar vd_bar[NBAR];
	unsigned vd_msi;		/* capabilities' registers; 0: none */
	unsigned vd_msix;
	unsigned vd_msilen;
	unsigned vd_nmsi;
	unsigned vd_nmsix;
	unsigned vd_tablebar;
	uint64_t vd_tableoff;
	uint8_t	*vd_table;		/* what the kernel wrote there */
	uint8_t	vd_msixctl;		/* enable and function mask */
	uint8_t	vd_msicap[24];		/* MSI as the kernel wrote it */
	int	vd_how;			/* what is enabled; -1: nothing */
	unsigned vd_nvec;		/* and how many vectors of it */
	struct vec vd_intx;
	struct vec vd_vec[NVEC];
};

static struct vdev vdevs[NDEV];
static unsigned nvdev;
static int container = -1, epollfd = -1;
static char *memory;

/*
 * Access.
 */

static struct vdev *
vdev_find(uint32_t bdf)
{
	unsigned i;

	for (i = 0; i < nvdev; i++)
		if (vdevs[i].vd_bdf == bdf)
			return &vdevs[i];
	return NULL;
}

static uint64_t
fd_read(struct vdev *vd, uint64_t off, unsigned width)
{
	uint64_t v = 0;

	if (pread(vd->vd_fd, &v, width, off) != (ssize_t)width)
		return UINT64_MAX;
	return v;
}

static void
fd_write(struct vdev *vd, uint64_t off, unsigned width, uint64_t v)
{

	/* A device that is gone takes no writes. */
	if (pwrite(vd->vd_fd, &v, width, off) != (ssize_t)width)
		return;
}

static uint32_t
cfg_read(struct vdev *vd, unsigned reg, unsigned width)
{

	if (reg + width > vd->vd_cfgsize)
		return UINT32_MAX;
	return fd_read(vd, vd->vd_cfg + reg, width);
}

/* Learns which addresses the kernel has given to the BARs. */
static void
bars_refresh(struct vdev *vd)
{
	struct bar *b;
	uint32_t lo;
	unsigned i;

	for (i = 0; i < NBAR; i++) {
		b = &vd->vd_bar[i];
		if (b->b_size == 0)
			continue;
		lo = cfg_read(vd, CFG_BAR + i * 4, 4);
		b->b_io = (lo & 1) != 0;
		b->b_64 = !b->b_io && (lo & 6) == 4;
		b->b_addr = lo & (b->b_io ? ~3U : ~15U);
		if (b->b_64 && i + 1 < NBAR)
			b->b_addr |= (uint64_t)cfg_read(vd, CFG_BAR + i * 4 + 4, 4) << 32;
	}
}

static uint32_t
vfio_confread(void *ctx, uint32_t bdf, unsigned reg, unsigned width)
{
	struct vdev *vd = vdev_find(bdf);
	uint32_t v;
	unsigned i;

	if (vd == NULL)
		return UINT32_MAX;
	v = cfg_read(vd, reg, width);
	for (i = 0; i < width; i++) {
		unsigned r = reg + i;
		uint8_t byte = v >> i * 8;

		/* It is alone in its device here. */
		if (r == CFG_HEADER)
			byte &= 0x7f;
		if (vd->vd_msix != 0 && r == vd->vd_msix + 3)
			byte = (byte & 0x3f) | vd->vd_msixctl;
		if (vd->vd_msi != 0 && r > vd->vd_msi + 3 && r < vd->vd_msi + vd->vd_msilen)
			byte = vd->vd_msicap[r - vd->vd_msi];
		if (vd->vd_msi != 0 && r == vd->vd_msi + 2)
			byte = (byte & 0x8e) | (vd->vd_msicap[2] & 0x71);
		v = (v & ~(0xffU << i * 8)) | (uint32_t)byte << i * 8;
	}
	return v;
}

static bool
vec_masked(const struct vec *v)
{
	const struct vdev *vd = v->v_dev;

	return v->v_how == RUMPUSER_INTR_MSIX && ((vd->vd_msixctl & 0x40) != 0 ||
	    (vd->vd_table[v->v_idx * MSIX_ENTRY + MSIX_CONTROL] & 1) != 0);
}

static void
vec_deliver(struct vec *v)
{

	v->v_lost = vec_masked(v);
	if (!v->v_lost && v->v_irq >= 0)
		rumpuser_intr_assert(v->v_irq);
}

/* Bytes that belong to the capabilities that are kept here. */
static bool
cap_write(struct vdev *vd, unsigned r, uint8_t byte)
{

	if (vd->vd_msix != 0 && r >= vd->vd_msix + 2 && r < vd->vd_msix + 12) {
		if (r == vd->vd_msix + 3)
			vd->vd_msixctl = byte & 0xc0;
		return true;
	}
	if (vd->vd_msi != 0 && r >= vd->vd_msi + 2 && r < vd->vd_msi + vd->vd_msilen) {
		vd->vd_msicap[r - vd->vd_msi] = byte;
		return true;
	}
	return false;
}

static void
vfio_confwrite(void *ctx, uint32_t bdf, unsigned reg, unsigned width, uint32_t v)
{
	struct vdev *vd = vdev_find(bdf);
	unsigned i;
	bool kept = false;

	if (vd == NULL || reg + width > vd->vd_cfgsize)
		return;
	for (i = 0; i < width; i++)
		if (cap_write(vd, reg + i, v >> i * 8))
			kept = true;
	if (kept) {
		for (i = 0; i < NVEC; i++)
			if (vd->vd_vec[i].v_lost)
				vec_deliver(&vd->vd_vec[i]);
		return;
	}
	fd_write(vd, vd->vd_cfg + reg, width, v);
	if (reg + width > CFG_BAR && reg < CFG_BAR + NBAR * 4)
		bars_refresh(vd);
}

static struct vdev *
bar_find(bool io, uint64_t addr, unsigned width, struct bar **bp)
{
	struct bar *b;
	unsigned i, j;

	for (i = 0; i < nvdev; i++) {
		for (j = 0; j < NBAR; j++) {
			b = &vdevs[i].vd_bar[j];
			if (b->b_size == 0 || b->b_io != io || addr < b->b_addr ||
			    addr - b->b_addr > b->b_size - width)
				continue;
			*bp = b;
			return &vdevs[i];
		}
	}
	return NULL;
}

/* Where in what the kernel wrote to the MSI-X table this is, or NULL. */
static uint8_t *
table_at(struct vdev *vd, const struct bar *b, uint64_t off, unsigned width)
{

	if (vd->vd_table == NULL || b != &vd->vd_bar[vd->vd_tablebar] || off < vd->vd_tableoff ||
	    off + width > vd->vd_tableoff + vd->vd_nmsix * MSIX_ENTRY)
		return NULL;
	return vd->vd_table + (off - vd->vd_tableoff);
}

static uint64_t
vfio_read(void *ctx, int space, uint64_t addr, unsigned width)
{
	uint64_t off, v = 0;
	struct vdev *vd;
	struct bar *b;
	uint8_t *t;

	if ((vd = bar_find(space == RUMPUSER_SPACE_IO, addr, width, &b)) == NULL)
		return UINT64_MAX;
	off = addr - b->b_addr;
	if ((t = table_at(vd, b, off, width)) != NULL) {
		memcpy(&v, t, width);
		return v;
	}
	if (b->b_map == NULL)
		return fd_read(vd, b->b_off + off, width);
	switch (width) {
	case 1:
		return *(volatile uint8_t *)(b->b_map + off);
	case 2:
		return *(volatile uint16_t *)(b->b_map + off);
	case 4:
		return *(volatile uint32_t *)(b->b_map + off);
	default:
		return *(volatile uint64_t *)(b->b_map + off);
	}
}

static void
vfio_write(void *ctx, int space, uint64_t addr, unsigned width, uint64_t val)
{
	struct vdev *vd;
	struct bar *b;
	uint64_t off;
	unsigned idx;
	uint8_t *t;

	if ((vd = bar_find(space == RUMPUSER_SPACE_IO, addr, width, &b)) == NULL)
		return;
	off = addr - b->b_addr;
	if ((t = table_at(vd, b, off, width)) != NULL) {
		memcpy(t, &val, width);
		idx = (off - vd->vd_tableoff) / MSIX_ENTRY;
		if (idx < NVEC && vd->vd_vec[idx].v_lost)
			vec_deliver(&vd->vd_vec[idx]);
		return;
	}
	if (b->b_map == NULL) {
		fd_write(vd, b->b_off + off, width, val);
		return;
	}
	/* Memory that the device will read is written first. */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	switch (width) {
	case 1:
		*(volatile uint8_t *)(b->b_map + off) = val;
		break;
	case 2:
		*(volatile uint16_t *)(b->b_map + off) = val;
		break;
	case 4:
		*(volatile uint32_t *)(b->b_map + off) = val;
		break;
	default:
		*(volatile uint64_t *)(b->b_map + off) = val;
		break;
	}
}

static void *
vfio_map(void *ctx, int space, uint64_t addr, uint64_t len)
{
	struct bar *b;

	if (space != RUMPUSER_SPACE_MEM || bar_find(false, addr, 1, &b) == NULL ||
	    b->b_map == NULL || len > b->b_size - (addr - b->b_addr))
		return NULL;
	return b->b_map + (addr - b->b_addr);
}

static int
vfio_window(void *ctx, int space, int prefetch64, uint64_t *startp, uint64_t *lenp)
{

	if (space == RUMPUSER_SPACE_IO) {
		*startp = 0x2000;
		*lenp = 0xe000;
	} else if (prefetch64) {
		*startp = (uint64_t)64 << 30;
		*lenp = (uint64_t)64 << 30;
	} else {
		*startp = 0xa0000000;
		*lenp = 0x40000000;
	}
	return 0;
}

/*
 * Interrupts.
 */

/* Tells VFIO about n eventfds of an index from start on; n 0: no more. */
static int
irq_set(struct vdev *vd, unsigned index, unsigned start, unsigned n, const int *fds,
    unsigned action)
{
	union {
		struct vfio_irq_set set;
		char room[sizeof(struct vfio_irq_set) + NVEC * sizeof(int)];
	} u;
	int rv;

	memset(&u, 0, sizeof(u));
	u.set.argsz = sizeof(u.set);
	u.set.index = index;
	u.set.start = start;
	u.set.count = n;
	u.set.flags = action;
	if (fds != NULL) {
		u.set.argsz += n * sizeof(int);
		u.set.flags |= VFIO_IRQ_SET_DATA_EVENTFD;
		memcpy(u.set.data, fds, n * sizeof(int));
	} else
		u.set.flags |= VFIO_IRQ_SET_DATA_NONE;
	rv = ioctl(vd->vd_fd, VFIO_DEVICE_SET_IRQS, &u.set);
	/* More than 0: the host has only so many vectors left. */
	return rv == -1 ? ru_errtrans(errno) : rv > 0 ? NB_ENOSPC : 0;
}

static int
vec_open(struct vec *v)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.ptr = v };

	if (v->v_fd != -1)
		return 0;
	v->v_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (v->v_fd == -1)
		return ru_errtrans(errno);
	if (epoll_ctl(epollfd, EPOLL_CTL_ADD, v->v_fd, &ev) == -1)
		return ru_errtrans(errno);
	return 0;
}

static unsigned
how_index(int how)
{

	switch (how) {
	case RUMPUSER_INTR_MSI:
		return VFIO_PCI_MSI_IRQ_INDEX;
	case RUMPUSER_INTR_MSIX:
		return VFIO_PCI_MSIX_IRQ_INDEX;
	default:
		return VFIO_PCI_INTX_IRQ_INDEX;
	}
}

/* Ends what is enabled. */
static void
how_disable(struct vdev *vd)
{

	if (vd->vd_how != -1)
		(void)irq_set(vd, how_index(vd->vd_how), 0, 0, NULL, VFIO_IRQ_SET_ACTION_TRIGGER);
	vd->vd_how = -1;
	vd->vd_nvec = 0;
}

/*
 * Enables at least n vectors of a kind.  VFIO can't add any to those that are
 * enabled, so all end and begin again; drivers do this before there is
 * something to lose.
 */
static int
how_enable(struct vdev *vd, int how, unsigned n)
{
	int fds[NVEC], error;
	struct vec *v;
	unsigned i;

	/* MSI comes in powers of two. */
	while (how == RUMPUSER_INTR_MSI && (n & (n - 1)) != 0)
		n++;
	if (vd->vd_how == how && n <= vd->vd_nvec)
		return 0;
	if (vd->vd_how != -1 && vd->vd_how != how)
		return NB_EBUSY;
	for (i = 0; i < n; i++) {
		v = how == 0 ? &vd->vd_intx : &vd->vd_vec[i];
		if ((error = vec_open(v)) != 0)
			return error;
		v->v_how = how;
		fds[i] = v->v_fd;
	}
	how_disable(vd);
	error = irq_set(vd, how_index(how), 0, n, fds, VFIO_IRQ_SET_ACTION_TRIGGER);
	if (error != 0) {
		ru_print("rumpuser: vfio: %s: no %u vectors of index %u: error %d\n", vd->vd_name,
		    n, how_index(how), error);
		return error;
	}
	vd->vd_how = how;
	vd->vd_nvec = n;
	return 0;
}

static int
vfio_intr_bind(void *ctx, uint32_t bdf, int how, unsigned idx, unsigned irq, uint64_t *addrp,
    uint32_t *datap)
{
	struct vdev *vd = vdev_find(bdf);
	struct vec *v;
	int error;

	if (vd == NULL)
		return NB_ENOENT;
	if (how != 0 && idx >= (how == RUMPUSER_INTR_MSI ? vd->vd_nmsi : vd->vd_nmsix))
		return NB_EINVAL;
	if (how != 0 && idx >= NVEC)
		return NB_ENOSPC;
	v = how == 0 ? &vd->vd_intx : &vd->vd_vec[idx];
	v->v_irq = irq;
	error = how_enable(vd, how, how == 0 ? 1 : idx + 1);
	if (error != 0)
		v->v_irq = -1;
	return error;
}

static void
vfio_intr_unbind(void *ctx, unsigned irq)
{
	struct vdev *vd;
	unsigned i, j, left;

	for (i = 0; i < nvdev; i++) {
		vd = &vdevs[i];
		if (vd->vd_how == -1)
			continue;
		left = 0;
		for (j = 0; j < NVEC; j++) {
			if (vd->vd_vec[j].v_irq == (int)irq)
				vd->vd_vec[j].v_irq = -1;
			left += vd->vd_vec[j].v_irq >= 0;
		}
		if (vd->vd_intx.v_irq == (int)irq)
			vd->vd_intx.v_irq = -1;
		left += vd->vd_intx.v_irq >= 0;
		if (left == 0)
			how_disable(vd);
	}
}

static void
vfio_intr_eoi(void *ctx, unsigned irq)
{
	struct vdev *vd;
	unsigned i;

	for (i = 0; i < nvdev; i++) {
		vd = &vdevs[i];
		if (vd->vd_how != 0 || vd->vd_intx.v_irq != (int)irq)
			continue;
		/* If its level is still high, it comes again by itself. */
		rumpuser_intr_level(vd->vd_bdf, vd->vd_intx.v_idx, 0);
		(void)irq_set(vd, VFIO_PCI_INTX_IRQ_INDEX, 0, 1, NULL,
		    VFIO_IRQ_SET_ACTION_UNMASK);
	}
}

static int
vfio_pollfd(void *ctx)
{

	return epollfd;
}

static void
vfio_run(void *ctx, uint64_t now)
{
	struct epoll_event ev[16];
	struct vec *v;
	uint64_t count;
	int i, n;

	n = epoll_wait(epollfd, ev, 16, 0);
	for (i = 0; i < n; i++) {
		v = ev[i].data.ptr;
		if (read(v->v_fd, &count, sizeof(count)) != sizeof(count))
			continue;
		if (v->v_how == 0)
			rumpuser_intr_level(v->v_dev->vd_bdf, v->v_idx, 1);
		else
			vec_deliver(v);
	}
}

static int
vfio_memory(void *ctx, void **basep, uint64_t *machp, size_t *lenp)
{

	*basep = memory;
	*machp = VFIO_IOVA;
	*lenp = VFIO_MEMORY;
	return 0;
}

static const struct rumpuser_dev_backend vfio_backend = {
	.db_name = "vfio",
	.db_confread = vfio_confread,
	.db_confwrite = vfio_confwrite,
	.db_read = vfio_read,
	.db_write = vfio_write,
	.db_map = vfio_map,
	.db_window = vfio_window,
	.db_intr_bind = vfio_intr_bind,
	.db_intr_unbind = vfio_intr_unbind,
	.db_intr_eoi = vfio_intr_eoi,
	.db_dma_memory = vfio_memory,
	.db_run = vfio_run,
	.db_pollfd = vfio_pollfd,
};

/*
 * Start and end.
 */

static int
fail(int error, const char *name, const char *what)
{

	ru_print("rumpuser: vfio: %s: %s: %s\n", name, what, strerror(error));
	return ru_errtrans(error);
}

/* Opens the group a device is in and puts it into the container. */
static int
group_open(struct vdev *vd)
{
	struct vfio_group_status status = { .argsz = sizeof(status) };
	char path[128], link[256], group[64];
	const char *base;
	ssize_t n;
	unsigned i;

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group", vd->vd_name);
	if ((n = readlink(path, link, sizeof(link) - 1)) == -1)
		return fail(errno, vd->vd_name, "no IOMMU group");
	link[n] = '\0';
	base = strrchr(link, '/');
	base = base != NULL ? base + 1 : link;
	snprintf(group, sizeof(group), "/dev/vfio/%.32s", base);
	vd->vd_group = open(group, O_RDWR | O_CLOEXEC);
	if (vd->vd_group == -1 && errno == EBUSY) {
		/* Perhaps it is that of a device we have. */
		for (i = 0; &vdevs[i] != vd; i++) {
			snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/iommu_group/devices/%s",
			    vdevs[i].vd_name, vd->vd_name);
			if (access(path, F_OK) == 0) {
				vd->vd_group = dup(vdevs[i].vd_group);
				return vd->vd_group == -1 ? fail(errno, group, "dup") : 0;
			}
		}
		errno = EBUSY;
	}
	if (vd->vd_group == -1)
		return fail(errno, vd->vd_name, group);
	if (ioctl(vd->vd_group, VFIO_GROUP_GET_STATUS, &status) == -1)
		return fail(errno, group, "status");
	if ((status.flags & VFIO_GROUP_FLAGS_VIABLE) == 0)
		return fail(EBUSY, group, "a device of the group is not bound to vfio-pci");
	if (ioctl(vd->vd_group, VFIO_GROUP_SET_CONTAINER, &container) == -1)
		return fail(errno, group, "container");
	return 0;
}

/* The IOMMU, once there is a group; and the memory that devices see. */
static int
iommu_open(void)
{
	struct vfio_iommu_type1_dma_map map = {
		.argsz = sizeof(map),
		.flags = VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE,
		.iova = VFIO_IOVA,
		.size = VFIO_MEMORY,
	};
	void *p;

	if (memory != NULL)
		return 0;
	if (ioctl(container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) == -1)
		return fail(errno, "/dev/vfio/vfio", "type 1 IOMMU");
	p = mmap(NULL, VFIO_MEMORY, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return fail(errno, "memory", "mmap");
	map.vaddr = (uintptr_t)p;
	if (ioctl(container, VFIO_IOMMU_MAP_DMA, &map) == -1) {
		munmap(p, VFIO_MEMORY);
		return fail(errno, "memory", "VFIO_IOMMU_MAP_DMA (see ulimit -l)");
	}
	memory = p;
	return 0;
}

static void
caps_find(struct vdev *vd)
{
	unsigned reg, i, ctl, table;

	if ((cfg_read(vd, CFG_STATUS, 2) & STATUS_CAPS) == 0)
		return;
	reg = cfg_read(vd, CFG_CAPS, 1) & ~3U;
	for (i = 0; i < NCAP && reg >= 0x40 && reg < 0x100; i++) {
		switch (cfg_read(vd, reg, 1)) {
		case CAP_MSI:
			vd->vd_msi = reg;
			ctl = cfg_read(vd, reg + 2, 2);
			vd->vd_nmsi = 1U << (ctl >> 1 & 7);
			/* An address of 64 bits, and masks, make it longer. */
			vd->vd_msilen = 10 + ((ctl & 0x80) != 0 ? 4 : 0) +
			    ((ctl & 0x100) != 0 ? 10 : 0);
			break;
		case CAP_MSIX:
			vd->vd_msix = reg;
			ctl = cfg_read(vd, reg + 2, 2);
			table = cfg_read(vd, reg + 4, 4);
			vd->vd_nmsix = (ctl & 0x7ff) + 1;
			vd->vd_tablebar = table & 7;
			vd->vd_tableoff = table & ~7U;
			break;
		}
		reg = cfg_read(vd, reg + 1, 1) & ~3U;
	}
}

static int
vdev_open(struct vdev *vd)
{
	struct vfio_device_info info = { .argsz = sizeof(info) };
	struct vfio_region_info ri;
	struct bar *b;
	unsigned i;
	void *p;
	int error;

	if ((error = group_open(vd)) != 0 || (error = iommu_open()) != 0)
		return error;
	vd->vd_fd = ioctl(vd->vd_group, VFIO_GROUP_GET_DEVICE_FD, vd->vd_name);
	if (vd->vd_fd == -1)
		return fail(errno, vd->vd_name, "device");
	if (ioctl(vd->vd_fd, VFIO_DEVICE_GET_INFO, &info) == -1)
		return fail(errno, vd->vd_name, "information");
	if ((info.flags & VFIO_DEVICE_FLAGS_PCI) == 0)
		return fail(EINVAL, vd->vd_name, "not a PCI device");
	if ((info.flags & VFIO_DEVICE_FLAGS_RESET) != 0)
		(void)ioctl(vd->vd_fd, VFIO_DEVICE_RESET);
	for (i = 0; i <= VFIO_PCI_CONFIG_REGION_INDEX; i++) {
		if (i >= NBAR && i != VFIO_PCI_CONFIG_REGION_INDEX)
			continue;
		memset(&ri, 0, sizeof(ri));
		ri.argsz = sizeof(ri);
		ri.index = i;
		if (ioctl(vd->vd_fd, VFIO_DEVICE_GET_REGION_INFO, &ri) == -1)
			return fail(errno, vd->vd_name, "region");
		if (i == VFIO_PCI_CONFIG_REGION_INDEX) {
			vd->vd_cfg = ri.offset;
			vd->vd_cfgsize = ri.size;
			continue;
		}
		b = &vd->vd_bar[i];
		b->b_size = ri.size;
		b->b_off = ri.offset;
		if (ri.size == 0 || (ri.flags & VFIO_REGION_INFO_FLAG_MMAP) == 0)
			continue;
		p = mmap(NULL, ri.size, PROT_READ | PROT_WRITE, MAP_SHARED, vd->vd_fd, ri.offset);
		if (p != MAP_FAILED)
			b->b_map = p;
	}
	caps_find(vd);
	if (vd->vd_nmsix != 0) {
		if (vd->vd_tablebar >= NBAR)
			return fail(EINVAL, vd->vd_name, "MSI-X table in no BAR");
		vd->vd_table = calloc(vd->vd_nmsix, MSIX_ENTRY);
		if (vd->vd_table == NULL)
			return fail(ENOMEM, vd->vd_name, "MSI-X table");
		for (i = 0; i < vd->vd_nmsix; i++)
			vd->vd_table[i * MSIX_ENTRY + MSIX_CONTROL] = 1;
	}
	for (i = 0; i < vd->vd_msilen; i++)
		vd->vd_msicap[i] = cfg_read(vd, vd->vd_msi + i, 1);
	bars_refresh(vd);
	return 0;
}

static void
vdev_close(struct vdev *vd)
{
	unsigned i;

	for (i = 0; i < NVEC; i++)
		if (vd->vd_vec[i].v_fd != -1)
			close(vd->vd_vec[i].v_fd);
	if (vd->vd_intx.v_fd != -1)
		close(vd->vd_intx.v_fd);
	for (i = 0; i < NBAR; i++)
		if (vd->vd_bar[i].b_map != NULL)
			munmap(vd->vd_bar[i].b_map, vd->vd_bar[i].b_size);
	free(vd->vd_table);
	if (vd->vd_fd != -1)
		close(vd->vd_fd);
	if (vd->vd_group != -1)
		close(vd->vd_group);
}

static void
vfio_close(void)
{

	while (nvdev > 0)
		vdev_close(&vdevs[--nvdev]);
	if (container != -1)
		close(container);
	if (epollfd != -1)
		close(epollfd);
	if (memory != NULL)
		munmap(memory, VFIO_MEMORY);
	container = epollfd = -1;
	memory = NULL;
}

/* The next address in *p; false at the end. */
static bool
next_address(const char **p, char *name, size_t size)
{
	size_t n;

	*p += strspn(*p, " ,\t\n");
	n = strcspn(*p, " ,\t\n");
	if (n == 0)
		return false;
	snprintf(name, size, "%.*s", n < size ? (int)n : (int)size - 1, *p);
	*p += n;
	return true;
}

int
rumpuser_vfio_start(const char *addresses)
{
	struct vdev *vd;
	char name[16];
	unsigned i, pin;
	int error;

	if (container != -1)
		return NB_EBUSY;
	container = open("/dev/vfio/vfio", O_RDWR | O_CLOEXEC);
	if (container == -1)
		return fail(errno, "/dev/vfio/vfio", "open");
	if (ioctl(container, VFIO_GET_API_VERSION) != VFIO_API_VERSION) {
		error = fail(EINVAL, "/dev/vfio/vfio", "version");
		goto bad;
	}
	if ((epollfd = epoll_create1(EPOLL_CLOEXEC)) == -1) {
		error = fail(errno, "epoll", "create");
		goto bad;
	}
	while (next_address(&addresses, name, sizeof(name))) {
		if (nvdev == NDEV) {
			error = fail(ENOSPC, name, "too many devices");
			goto bad;
		}
		vd = &vdevs[nvdev];
		memset(vd, 0, sizeof(*vd));
		snprintf(vd->vd_name, sizeof(vd->vd_name), "%s", name);
		vd->vd_bdf = RUMPUSER_BDF(0, nvdev + 1, 0);
		vd->vd_fd = vd->vd_group = vd->vd_how = -1;
		for (i = 0; i < NVEC; i++) {
			vd->vd_vec[i].v_dev = vd;
			vd->vd_vec[i].v_fd = vd->vd_vec[i].v_irq = -1;
			vd->vd_vec[i].v_idx = i;
		}
		vd->vd_intx.v_dev = vd;
		vd->vd_intx.v_fd = vd->vd_intx.v_irq = -1;
		nvdev++;
		if ((error = vdev_open(vd)) != 0)
			goto bad;
		/* A device's only function has its pin to itself. */
		pin = cfg_read(vd, 0x3d, 1);
		vd->vd_intx.v_idx = pin >= 1 && pin <= 4 ? pin : 1;
	}
	if (nvdev == 0) {
		error = NB_EINVAL;
		goto bad;
	}
	rumpuser_clock_mode(RUMPUSER_CLOCK_HOST);
	rumpuser_dev_attach(&vfio_backend, NULL);
	return 0;
 bad:
	vfio_close();
	return error;
}

void
rumpuser_vfio_stop(void)
{

	if (container == -1)
		return;
	rumpuser_dev_attach(NULL, NULL);
	vfio_close();
}
