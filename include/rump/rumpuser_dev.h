/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Hypercalls for devices: configuration space, register space, DMA memory,
 * interrupts; and the one interface that every backend of them implements
 * (in-process models, hostile devices, QEMU's models, VFIO).
 *
 * Three parties meet here.  The kernel (pci(9), bus_space(9), bus_dma(9),
 * interrupt threads) calls the first part.  A device, through its backend,
 * calls the second part to reach memory and raise interrupts.  A program
 * that puts an image together calls the third part.
 *
 * Integer results are 0 or an errno with NetBSD's numbers.  An address that
 * nobody decodes reads as all ones and drops writes, as on a bus.
 */

#ifndef _RUMP_RUMPUSER_DEV_H_
#define _RUMP_RUMPUSER_DEV_H_

#ifdef _KERNEL
#include <sys/types.h>
#else
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* A PCI function's address: bus << 8 | device << 3 | function. */
#define	RUMPUSER_BDF(b, d, f)	((uint32_t)(b) << 8 | (uint32_t)(d) << 3 | (f))

#define	RUMPUSER_SPACE_MEM	0
#define	RUMPUSER_SPACE_IO	1

#define	RUMPUSER_NIRQ		256	/* interrupt lines 0 ... 255 */
#define	RUMPUSER_PLATIRQ	240	/* from here on: lines of platform devices */

/*
 * From the kernel: is there a bus, and what is on it.
 */

/* Name of the backend ("model", "qemu", ...), or NULL without one. */
const char *rumpuser_dev_backend_name(void);

/*
 * Configuration space; width 1, 2 or 4, reg a multiple of it and below 4096.
 * An absent function reads as all ones.
 */
uint32_t rumpuser_pci_confread(uint32_t bdf, unsigned reg, unsigned width);
void	rumpuser_pci_confwrite(uint32_t bdf, unsigned reg, unsigned width, uint32_t val);

/*
 * The idx'th device that is no PCI device but has registers and a line of
 * its own (virtio-mmio).  kind is "virtio_mmio" today.  ENOENT past the last.
 */
struct rumpuser_platdev {
	const char *pd_kind;
	uint64_t pd_addr;
	uint64_t pd_len;
	unsigned pd_irq;
};
int	rumpuser_platdev(unsigned idx, struct rumpuser_platdev *);

/*
 * From the kernel: registers.  addr is a bus address (what a BAR holds),
 * width 1, 2, 4 or 8, addr a multiple of width.
 */
uint64_t rumpuser_bus_read(int space, uint64_t addr, unsigned width);
void	rumpuser_bus_write(int space, uint64_t addr, unsigned width, uint64_t val);

/*
 * Plain memory behind [addr, addr + len) that reads and writes without side
 * effects at the same width, or NULL when the backend has none.  Valid until
 * the device goes.
 */
void	*rumpuser_bus_map(int space, uint64_t addr, uint64_t len);

/* Free address range of the root bus for BARs: [*startp, *startp + *lenp). */
int	rumpuser_pci_window(int space, int prefetch64, uint64_t *startp, uint64_t *lenp);

/*
 * From the kernel: interrupts.
 *
 * A line is allocated, bound to a source, and unbound before it is freed.
 * An asserted line is pending until rumpuser_intr_wait() hands it out.
 * Lines below RUMPUSER_PLATIRQ are allocated; the others belong to platform
 * devices (pd_irq) and are used as they are.  ENOSPC when all are in use.
 */
int	rumpuser_intr_alloc(unsigned *irqp);
void	rumpuser_intr_free(unsigned irq);

/*
 * Binds INTx pin (1 to 4) of a function: the line follows its level.  Several
 * pins may share a line, which is high as long as one of them is.
 */
int	rumpuser_intr_bind_intx(uint32_t bdf, unsigned pin, unsigned irq);

/*
 * Binds message idx of a function's MSI or MSI-X.  *addrp and *datap are
 * what the kernel writes to the capability or the table entry.
 */
#define	RUMPUSER_INTR_MSI	1
#define	RUMPUSER_INTR_MSIX	2
int	rumpuser_intr_bind_msi(uint32_t bdf, int how, unsigned idx, unsigned irq,
	    uint64_t *addrp, uint32_t *datap);
/* Drops all that is bound to the line, and what is pending on it. */
void	rumpuser_intr_unbind(unsigned irq);

/*
 * Handlers of the line have run; a level that is still high asserts again
 * (after a while of the device's clock, when that happens over and over).
 */
void	rumpuser_intr_eoi(unsigned irq);
void	rumpuser_intr_mask(unsigned irq, int masked);

/*
 * Sleeps (giving the CPU up as any blocking hypercall) until a line is
 * pending and takes it.  One thread of the kernel sits here.
 */
int	rumpuser_intr_wait(unsigned *irqp);
/* The same without sleeping: EAGAIN when no line is pending. */
int	rumpuser_intr_poll(unsigned *irqp);

/*
 * Lets ns of time pass without giving the CPU up for good: devices and
 * interrupts that are due meanwhile happen.  What delay(9) is made of.
 */
void	rumpuser_dev_delay(uint64_t ns);

/*
 * From the kernel: DMA.
 *
 * A device addresses memory by machine addresses.  How its memory and the
 * kernel's are related is one of three, and changes only with the backend:
 *
 * RUMPUSER_DMA_VIEWS (sanitized builds on in-process devices): the device
 * has copies of its own of everything, which meet the kernel's in
 * rumpuser_dma_sync() alone.  RUMPUSER_DMA_DIRECT (other builds): a machine
 * address is the kernel's address, or memory from rumpuser_dma_alloc(), seen
 * by both.  RUMPUSER_DMA_BOUNCE (devices outside of the process): they see
 * only memory from rumpuser_dma_alloc(); what is elsewhere is copied.
 */
#define	RUMPUSER_DMA_VIEWS	0
#define	RUMPUSER_DMA_DIRECT	1
#define	RUMPUSER_DMA_BOUNCE	2
int	rumpuser_dma_mode(void);

/*
 * Device memory of len bytes within [low, high], aligned, crossing no
 * boundary (0: none).  *viewp is where the device's copy can be seen; with
 * viewp NULL the bytes are undefined until they are opened.  ENOMEM; EINVAL
 * for an alignment or boundary that is no power of two.
 */
int	rumpuser_dma_alloc(size_t len, uint64_t align, uint64_t boundary, uint64_t low,
	    uint64_t high, uint64_t *machp, void **viewp);
void	rumpuser_dma_free(uint64_t mach, size_t len);

/*
 * Opens [mach, mach + len) to the device, for reading, writing or both, on
 * behalf of map; the caller's stack is recorded for reports.  cpu is where
 * the kernel's copy of these bytes is.  ENOMEM, or what the backend's IOMMU
 * says.
 *
 * RUMPUSER_DMA_SHARED is memory that kernel and device use at the same time
 * (rings).  Without it the kernel's copy is off limits for the kernel from
 * the sync before a device's write to the sync after it, in builds with ASan.
 */
#define	RUMPUSER_DMA_READ	0x1	/* the device may read */
#define	RUMPUSER_DMA_WRITE	0x2	/* the device may write */
#define	RUMPUSER_DMA_SHARED	0x4
int	rumpuser_dma_open(const void *map, uint64_t mach, void *cpu, size_t len, int access);

/*
 * Ends it.  With strict checking, bytes that a trusted device wrote and that
 * were never synced are a report.
 */
void	rumpuser_dma_close(const void *map, uint64_t mach, void *cpu, size_t len);

/*
 * Moves the bytes of [mach, mach + len), inside of one opened range of map
 * whose kernel's copy there is at cpu, between the two views.  ops is that of
 * bus_dmamap_sync(9); access as the range was opened with.  Nothing to do
 * where kernel and device see the same memory.
 */
void	rumpuser_dma_sync(const void *map, uint64_t mach, void *cpu, size_t len, int ops,
	    int access);

/* Whether misuse of bus_dma(9) is to be reported, and a report about map. */
int	rumpuser_dma_isstrict(void);
void	rumpuser_dma_report(const void *map, const char *fmt, ...)
	    __attribute__((__format__(__printf__, 2, 3), __noreturn__));

/*
 * From a device: memory.  EFAULT for bytes outside of what is open; with
 * RUMPUSER_DMA_TRUST in flags that is a report, since the address came from
 * the driver and the device is known to be right.  With strict checking so
 * is a read of bytes that the kernel has changed and not synced, and a write
 * of bytes that it has not synced for that.  With RUMPUSER_DMA_COHERENT the
 * kernel sees a write at once, without a sync, as on hardware that snoops.
 */
#define	RUMPUSER_DMA_TRUST	0x100
#define	RUMPUSER_DMA_COHERENT	0x200
int	rumpuser_dma_read(uint64_t mach, void *buf, size_t len, int flags);
int	rumpuser_dma_write(uint64_t mach, const void *buf, size_t len, int flags);

/*
 * From a device: interrupts.  The first is an edge or a message; the second
 * sets the level of a function's INTx pin.  rumpuser_intr_message() is a
 * message write: it asserts the line that was given addr and data, and
 * returns ESRCH when there is none.
 */
void	rumpuser_intr_assert(unsigned irq);
void	rumpuser_intr_level(uint32_t bdf, unsigned pin, int high);
int	rumpuser_intr_message(uint64_t addr, uint32_t data);

/*
 * From the harness: no device runs between these, which nest.  Around what is
 * done to a device from outside while the kernel's threads run.
 */
void	rumpuser_dev_lock(void);
void	rumpuser_dev_unlock(void);

/* The device's clock: nanoseconds, virtual where the kernel's is. */
uint64_t rumpuser_dev_now(void);

/*
 * A backend.  Functions left NULL answer as if nothing was there.  They are
 * called with the backend's own context, in the thread that made the
 * hypercall, one at a time; they may call the device's half above and must
 * not call into the kernel.
 */
struct rumpuser_dev_backend {
	const char *db_name;
	uint32_t (*db_confread)(void *ctx, uint32_t bdf, unsigned reg, unsigned width);
	void	(*db_confwrite)(void *ctx, uint32_t bdf, unsigned reg, unsigned width,
		    uint32_t val);
	int	(*db_platdev)(void *ctx, unsigned idx, struct rumpuser_platdev *);
	uint64_t (*db_read)(void *ctx, int space, uint64_t addr, unsigned width);
	void	(*db_write)(void *ctx, int space, uint64_t addr, unsigned width, uint64_t val);
	void	*(*db_map)(void *ctx, int space, uint64_t addr, uint64_t len);
	int	(*db_window)(void *ctx, int space, int prefetch64, uint64_t *startp,
		    uint64_t *lenp);

	/* A line was bound or unbound (how 0: INTx, idx is the pin). */
	int	(*db_intr_bind)(void *ctx, uint32_t bdf, int how, unsigned idx, unsigned irq,
		    uint64_t *addrp, uint32_t *datap);
	void	(*db_intr_unbind)(void *ctx, unsigned irq);
	void	(*db_intr_eoi)(void *ctx, unsigned irq);

	/*
	 * Device memory of the backend's own (guest RAM, IOMMU), asked for
	 * once when it is attached; NULL: the layer's arena.  Open and close
	 * as above, to program an IOMMU.
	 */
	int	(*db_dma_memory)(void *ctx, void **basep, uint64_t *machp, size_t *lenp);
	int	(*db_dma_open)(void *ctx, uint64_t mach, size_t len, int access);
	void	(*db_dma_close)(void *ctx, uint64_t mach, size_t len);

	/*
	 * The device's own doings.  db_next says when db_run wants to be
	 * called (rumpuser_dev_now() time; UINT64_MAX: not at all).  Called
	 * when every thread sleeps and from rumpuser_dev_delay(); virtual
	 * time jumps to the earlier of this and the kernel's next timeout.
	 */
	uint64_t (*db_next)(void *ctx);
	void	(*db_run)(void *ctx, uint64_t now);

	/* For devices outside of the process: becomes readable on an event. */
	int	(*db_pollfd)(void *ctx);
};

/*
 * From the program: puts a backend in, or takes it out (NULL).  Lines and
 * DMA ranges that are still bound stay with the kernel and go nowhere.
 * Survives a snapshot; a restore puts back the one that was there.
 */
void	rumpuser_dev_attach(const struct rumpuser_dev_backend *, void *ctx);

/*
 * Strict checking of bus_dma(9) use, by reports; on by default in sanitized
 * builds.  Without it every write of a device is coherent: the kernel sees it
 * at once, or at the next interrupt or read of a register if the device is
 * outside of the process.  RUMP_DMA_STRICT=0 or 1 in the environment, at
 * rumpuser_init().
 */
void	rumpuser_dma_strict(int on);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPUSER_DEV_H_ */
