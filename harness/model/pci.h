/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A PCI bus made of models.
 *
 * A bus (struct pcim_bus) is a backend of the device hypercalls
 * (rump/rumpuser_dev.h): a root bus with any tree of bridges, functions with
 * configuration space, BARs, capabilities, INTx, MSI and MSI-X, and platform
 * devices beside it.  A function (struct pcim_dev) is described first and
 * plugged then; from there on everything that is the same for each PCI
 * function (BAR sizing and decoding, the command register, capability bits,
 * MSI-X table and pending bits, bridge windows, power states, reset) is done
 * here, and the model of the device sees reads and writes inside its BARs.
 *
 *	b = pcim_bus_create();
 *	d = pcim_dev_create(b, &ops, softc, &id);
 *	pcim_bar(d, 0, 0x4000, PCIM_BAR_64);
 *	pcim_msix(d, 4, 0, 0x2000, 0x3000);
 *	pcim_plug(d, NULL, 3, 0);
 *	rumpuser_dev_attach(&pcim_backend, b);
 *	...
 *	rumpuser_dev_attach(NULL, NULL);
 *	pcim_bus_destroy(b);
 *
 * All state is in memory from malloc(3) that pcim_bus_destroy() frees: make a
 * bus in the input and destroy it at the end of the input.
 *
 * Threads: the hypercall layer calls one at a time.  A program plugs, unplugs
 * and describes from the thread that runs the kernel's fibers; a model may do
 * so from its callbacks, too, but never destroys anything there.
 *
 * See PCI Local Bus 3.0 (chapter 6), PCI-to-PCI Bridge 1.2 (chapter 3), and
 * PCI Express Base 2.0 (chapter 7).
 */

#ifndef HARNESS_MODEL_PCI_H
#define HARNESS_MODEL_PCI_H

#include <stddef.h>
#include <stdint.h>

#include <rump/rumpuser_dev.h>

struct pcim_bus;
struct pcim_dev;
struct pcim_plat;

#define	PCIM_NBAR	6
#define	PCIM_CONF_SIZE	4096

/* What a function says it is. */
struct pcim_id {
	uint16_t pi_vendor, pi_device;
	uint8_t pi_class, pi_subclass, pi_progif, pi_rev;
	uint16_t pi_subvendor, pi_subdevice;
	uint8_t pi_intpin;		/* 0: none, 1 to 4: INTA to INTD */
};

/*
 * A device model.  Each function may be NULL: reads as zero, drops writes,
 * does nothing.  pcim_softc() gives the softc of pcim_dev_create().
 */
struct pcim_ops {
	const char *po_name;

	/*
	 * Registers: off is within the BAR, off + width too; width is 1, 2,
	 * 4 or 8 and off a multiple of it.  Not called for an MSI-X table or
	 * its pending bits, nor while the function does not decode.
	 */
	uint64_t (*po_read)(struct pcim_dev *, unsigned bar, uint64_t off, unsigned width);
	void	(*po_write)(struct pcim_dev *, unsigned bar, uint64_t off, unsigned width,
		    uint64_t val);
	/* Plain memory behind [off, off + len) of a BAR, or NULL. */
	void	*(*po_map)(struct pcim_dev *, unsigned bar, uint64_t off, uint64_t len);

	/*
	 * Configuration space that the device has a hand in.  A read gets
	 * what the space holds and returns what the kernel is to see.  A
	 * write is told after it has been done; reg and width are as written.
	 */
	uint32_t (*po_confread)(struct pcim_dev *, unsigned reg, unsigned width, uint32_t val);
	void	(*po_confwrite)(struct pcim_dev *, unsigned reg, unsigned width, uint32_t val);

	/* Back to power-on state (FLR, D3hot to D0, secondary bus reset). */
	void	(*po_reset)(struct pcim_dev *);

	/* As db_next and db_run of the backend, for this function. */
	uint64_t (*po_next)(struct pcim_dev *);
	void	(*po_run)(struct pcim_dev *, uint64_t now);

	/* It was pulled out, just now: no interrupt, no DMA from here on. */
	void	(*po_unplug)(struct pcim_dev *);
	/* Frees the softc; the last call. */
	void	(*po_free)(struct pcim_dev *);
};

/*
 * The bus.
 */

/* An empty root bus; NULL without memory. */
struct pcim_bus *pcim_bus_create(void);

/* Destroys every device (po_free) and the bus.  Accepts NULL. */
void	pcim_bus_destroy(struct pcim_bus *);

/* The backend; its context is the struct pcim_bus. */
extern const struct rumpuser_dev_backend pcim_backend;

/*
 * Firmware: gives every bridge its bus numbers and every BAR an address and
 * enables decoding, as a BIOS leaves it.  Without it all BARs are zero and
 * the kernel does that itself.
 */
void	pcim_bus_firmware(struct pcim_bus *);

/*
 * What stands between the models and the world; NULL members: the layer's own
 * functions.  The hostile layer puts itself in here.  tag says what the bytes
 * are, in the model's own numbering; flags as for rumpuser_dma_read().
 * ph_clean says whether everything that the driver has seen so far came from
 * the models alone (NULL: yes).
 */
struct pcim_hooks {
	int	(*ph_dma_read)(void *arg, uint64_t mach, void *buf, size_t len, int flags,
		    unsigned tag);
	int	(*ph_dma_write)(void *arg, uint64_t mach, const void *buf, size_t len, int flags,
		    unsigned tag);
	int	(*ph_message)(void *arg, uint64_t addr, uint32_t data);
	void	(*ph_level)(void *arg, uint32_t bdf, unsigned pin, int high);
	int	(*ph_clean)(void *arg);
};
void	pcim_bus_hooks(struct pcim_bus *, const struct pcim_hooks *, void *arg);

/*
 * Whether the driver is to be held to the rules (the default, while ph_clean
 * agrees): DMA outside of what it opened, DMA while bus mastering is off, and
 * pcim_violation() are reports.
 */
void	pcim_bus_trust(struct pcim_bus *, int on);
int	pcim_bus_trusted(const struct pcim_bus *);

/*
 * Functions: made unplugged, described, plugged.
 */

/*
 * A function of that identity, which the bus owns.  softc is the model's own
 * and goes in po_free.  NULL without memory (softc stays the caller's).
 */
struct pcim_dev *pcim_dev_create(struct pcim_bus *, const struct pcim_ops *, void *softc,
	    const struct pcim_id *);

/* Unplugs if need be, and frees; a bridge with all that is behind it. */
void	pcim_dev_destroy(struct pcim_dev *);

void	*pcim_softc(const struct pcim_dev *);
struct pcim_bus *pcim_bus(const struct pcim_dev *);
const char *pcim_name(const struct pcim_dev *);

/*
 * BAR number bar: size bytes, a power of two, at least 16 (memory) or 4
 * (I/O, at most 256).  A 64-bit BAR takes the next number too.
 */
#define	PCIM_BAR_IO		0x1
#define	PCIM_BAR_64		0x4
#define	PCIM_BAR_PREFETCH	0x8
void	pcim_bar(struct pcim_dev *, unsigned bar, uint64_t size, unsigned flags);

/* Where the kernel has put a BAR, 0 while it does not decode. */
uint64_t pcim_bar_addr(const struct pcim_dev *, unsigned bar);

/*
 * Appends a capability: id and next are written here, body follows them
 * (len bytes from offset 2, read-only).  Its offset, or 0 when the space
 * from 0x40 is used up.
 */
unsigned pcim_cap(struct pcim_dev *, uint8_t id, const void *body, size_t len);

/* The same for an extended capability, body from its offset 4. */
unsigned pcim_extcap(struct pcim_dev *, uint16_t id, uint8_t version, const void *body, size_t len);

/* Bytes of configuration space, as the device itself sets and sees them. */
void	pcim_conf_set(struct pcim_dev *, unsigned reg, unsigned width, uint32_t val);
uint32_t pcim_conf_get(const struct pcim_dev *, unsigned reg, unsigned width);
/* Bits that the kernel may write, and bits that it clears by writing one. */
void	pcim_conf_mask(struct pcim_dev *, unsigned reg, unsigned width, uint32_t writable,
	    uint32_t clear);

/*
 * Standard capabilities; each returns its offset.  MSI: nvec a power of two
 * up to 32.  MSI-X: nvec up to 2048, table and pending bits at offsets
 * (multiples of 8) in a BAR that pcim_bar() has made.  PCI Express: type is
 * the device/port type (0 endpoint, 4 root port, 5 and 6 switch ports).
 */
#define	PCIM_MSI_64	0x1
#define	PCIM_MSI_MASK	0x2
unsigned pcim_msi(struct pcim_dev *, unsigned nvec, unsigned flags);
unsigned pcim_msix(struct pcim_dev *, unsigned nvec, unsigned bar, uint32_t table, uint32_t pba);
unsigned pcim_pm(struct pcim_dev *);
unsigned pcim_pcie(struct pcim_dev *, unsigned type, int flr);

/*
 * A PCI-to-PCI bridge, to be plugged like any function; pcie != 0 makes it a
 * root port.  Functions are plugged behind it by its name as parent.
 */
struct pcim_dev *pcim_bridge_create(struct pcim_bus *, int pcie);

/*
 * Puts a function in its place: behind a bridge, or on the root bus with
 * parent NULL.  EBUSY when the place is taken; EINVAL for a place that does
 * not exist (dev 0 to 31, fn 0 to 7) or a function that is plugged.  Any
 * time; the kernel finds it by a rescan.  Function 0 of a device with
 * several gets its multi-function bit here.
 */
int	pcim_plug(struct pcim_dev *, struct pcim_dev *parent, unsigned dev, unsigned fn);

/*
 * Pulls it out: from the next access on everything reads as all ones, lines
 * fall, DMA fails.  What is behind a bridge goes with it.  The function may
 * be plugged again, after a reset, or destroyed.
 */
void	pcim_unplug(struct pcim_dev *);
int	pcim_plugged(const struct pcim_dev *);

/* Address as the kernel sees it now; UINT32_MAX when it can't see it. */
uint32_t pcim_bdf(const struct pcim_dev *);
struct pcim_dev *pcim_lookup(struct pcim_bus *, uint32_t bdf);

/*
 * What a device does.
 */

/* How the driver wants interrupts now. */
#define	PCIM_INTR_INTX	0
#define	PCIM_INTR_MSI	RUMPUSER_INTR_MSI
#define	PCIM_INTR_MSIX	RUMPUSER_INTR_MSIX
int	pcim_intr_mode(const struct pcim_dev *);

/* Sets the level of the INTx pin; nothing moves while it is disabled. */
void	pcim_intx(struct pcim_dev *, int high);

/*
 * Sends message vec of the MSI or MSI-X that is enabled.  A masked one stays
 * pending and is sent when its mask goes.  EINVAL for a vector that is not
 * there, ENXIO when neither is enabled, ESRCH for a message to nowhere.
 */
int	pcim_message(struct pcim_dev *, unsigned vec);

/*
 * Memory.  EFAULT outside of what the driver has opened, ENXIO when unplugged,
 * EPERM while bus mastering is off (a report, in a trusted bus: the driver
 * started a device that may not master).
 */
int	pcim_dma_read(struct pcim_dev *, uint64_t mach, void *buf, size_t len, unsigned tag);
int	pcim_dma_write(struct pcim_dev *, uint64_t mach, const void *buf, size_t len,
	    unsigned tag);

/*
 * Reports a driver that breaks its device's protocol, with the name and place
 * of the function: rumpuser_report("device-protocol", ...).  Does not return
 * on a trusted bus; otherwise does nothing.
 */
void	pcim_violation(struct pcim_dev *, const char *fmt, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

/*
 * Platform devices: registers at an address that the bus picks, and a line.
 */
struct pcim_plat_ops {
	const char *pp_kind;		/* "virtio_mmio" */
	uint64_t (*pp_read)(struct pcim_plat *, uint64_t off, unsigned width);
	void	(*pp_write)(struct pcim_plat *, uint64_t off, unsigned width, uint64_t val);
	uint64_t (*pp_next)(struct pcim_plat *);
	void	(*pp_run)(struct pcim_plat *, uint64_t now);
	void	(*pp_unplug)(struct pcim_plat *);
	void	(*pp_free)(struct pcim_plat *);
};

/* len bytes of registers, rounded up to a page; NULL without memory. */
struct pcim_plat *pcim_plat_create(struct pcim_bus *, const struct pcim_plat_ops *, void *softc,
	    uint64_t len);
/* Its place stays, as one of kind "none". */
void	pcim_plat_unplug(struct pcim_plat *);
void	*pcim_plat_softc(const struct pcim_plat *);
struct pcim_bus *pcim_plat_bus(const struct pcim_plat *);
/* The level of its line: asserted while high, again after each eoi. */
void	pcim_plat_level(struct pcim_plat *, int high);
int	pcim_plat_dma_read(struct pcim_plat *, uint64_t mach, void *buf, size_t len,
	    unsigned tag);
int	pcim_plat_dma_write(struct pcim_plat *, uint64_t mach, const void *buf, size_t len,
	    unsigned tag);
void	pcim_plat_violation(struct pcim_plat *, const char *fmt, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

#endif /* HARNESS_MODEL_PCI_H */
