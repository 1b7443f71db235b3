/* SPDX-License-Identifier: BSD-2-Clause */

/* Between the files of the virtio models: the device, its queues, its class. */

#ifndef HARNESS_MODEL_VIRTIO_IMPL_H
#define HARNESS_MODEL_VIRTIO_IMPL_H

#include <stdint.h>

#include "virtio.h"

/* Device status (2.1). */
#define S_ACKNOWLEDGE	0x01
#define S_DRIVER	0x02
#define S_DRIVER_OK	0x04
#define S_FEATURES_OK	0x08
#define S_NEEDS_RESET	0x40
#define S_FAILED	0x80

/* Feature bits of all devices (6). */
#define F_NOTIFY_ON_EMPTY	(1ull << 24)
#define F_ANY_LAYOUT		(1ull << 27)
#define F_INDIRECT		(1ull << 28)
#define F_EVENT_IDX		(1ull << 29)
#define F_VERSION_1		(1ull << 32)
#define F_ACCESS_PLATFORM	(1ull << 33)
#define F_ORDER_PLATFORM	(1ull << 36)
#define F_TRANSPORT		0x0000ffffff000000ull	/* bits 24 to 47 */

#define D_NEXT		1
#define D_WRITE		2
#define D_INDIRECT	4

#define NO_VECTOR	0xffffu
#define MAXQSIZE	1024u

#define ISR_QUEUE	1
#define ISR_CONFIG	2

struct vm_queue {
	uint16_t vq_max;		/* told to the driver */
	uint16_t vq_num;		/* in use */
	uint16_t vq_vector;
	uint8_t	vq_enabled;
	uint64_t vq_desc, vq_avail, vq_used;
	uint16_t vq_last;		/* avail entries taken */
	uint16_t vq_idx;		/* used entries made */
	uint16_t vq_told;		/* vq_idx at the last thought of an interrupt */
	uint8_t	vq_out[MAXQSIZE / 8];	/* heads that the device has */
};

struct vm_seg {
	uint64_t s_addr;
	uint32_t s_len;
};

/* A request: what the device reads, then what it writes. */
struct vm_chain {
	unsigned c_q;
	uint16_t c_head;
	unsigned c_nout, c_nin;
	uint64_t c_outlen, c_inlen;
	struct vm_seg c_seg[VIRTIOM_MAXSEG];
};

/* A request to run, or one that was run and is to be given back, at some time. */
struct vm_pend {
	uint64_t p_when;
	uint16_t p_q, p_head;
	int	p_done;
	uint32_t p_len;
};

#define VM_HELD	UINT32_MAX		/* vc_request: vm_later() or nobody gives it back */

struct vm_class {
	const char *vc_name;
	uint16_t vc_id;			/* device ID (5) */
	uint16_t vc_legacy;		/* PCI device ID before 1.0 */
	uint8_t	vc_pciclass, vc_pcisubclass;
	/* Status 0 was written: forget everything. */
	void	(*vc_reset)(struct virtiom *);
	/* DRIVER_OK. */
	void	(*vc_start)(struct virtiom *);
	/*
	 * A queue whose buffers the device keeps until it has something
	 * for them; others are run request by request.
	 */
	int	(*vc_keeps)(struct virtiom *, unsigned q);
	/* A kept queue has more. */
	void	(*vc_notify)(struct virtiom *, unsigned q);
	/* Runs a request; returns the bytes written. */
	uint32_t (*vc_request)(struct virtiom *, struct vm_chain *);
	/* The driver wrote configuration, which holds it now. */
	void	(*vc_config)(struct virtiom *, unsigned off, unsigned width);
	void	(*vc_free)(struct virtiom *);
};

struct virtiom {
	const struct vm_class *vm_class;
	struct virtiom_params vm_p;
	void	*vm_priv;
	struct pcim_dev *vm_pci;	/* one of these, on a bus */
	struct pcim_plat *vm_plat;
	int	vm_gone;

	uint64_t vm_offered, vm_accepted;
	uint32_t vm_devsel, vm_drvsel;
	uint16_t vm_qsel, vm_cfgvector;
	uint8_t	vm_status, vm_isr, vm_generation;
	uint32_t vm_pagesize, vm_align;	/* mmio, version 1 */
	uint32_t vm_cfgcap[4];		/* PCI: access window: bar, offset, length, its place */
	unsigned vm_cfglen;
	uint8_t	vm_cfg[VIRTIOM_MAXCFG];

	unsigned vm_npend, vm_maxpend;
	struct vm_pend *vm_pend;
	int	vm_busy;		/* in vm_run(): no recursion */
	struct vm_chain *vm_chain;	/* of the request being run */

	unsigned vm_nq;
	struct vm_queue vm_q[];
};

/* A device with nq queues; features are those of the class.  NULL without memory. */
struct virtiom *vm_create(const struct vm_class *, const struct virtiom_params *, unsigned nq,
	    uint64_t features, void *priv);

/* The status register. */
void	vm_status_write(struct virtiom *, uint8_t);
void	vm_reset(struct virtiom *);
/* Features: word sel of what the driver accepts. */
void	vm_feature_write(struct virtiom *, unsigned sel, uint32_t);
uint32_t vm_feature_read(const struct virtiom *, unsigned sel);
/* The queue is set up: checks it and takes it into use. */
void	vm_queue_enable(struct virtiom *, unsigned q);
/* Legacy: one address for all of it; 0 takes it out of use. */
void	vm_queue_legacy(struct virtiom *, unsigned q, uint64_t addr, uint32_t align);
void	vm_notify(struct virtiom *, unsigned q);
uint32_t vm_config_read(struct virtiom *, unsigned off, unsigned width);
void	vm_config_write(struct virtiom *, unsigned off, unsigned width, uint32_t val);
/* isr is read and cleared, and the line falls. */
uint8_t	vm_isr_read(struct virtiom *);
void	vm_isr_ack(struct virtiom *, uint8_t);

/* po_next and po_run of both kinds of bus. */
uint64_t vm_next(struct virtiom *);
void	vm_run(struct virtiom *, uint64_t now);

/* Transports. */
int	vm_pci_plug(struct virtiom *, struct pcim_bus *, unsigned dev);
int	vm_mmio_plug(struct virtiom *, struct pcim_bus *);

/* For classes: takes the next buffer of a kept queue; 0: none. */
int	vm_pop(struct virtiom *, unsigned q, struct vm_chain *);
/* Reads the descriptors of a head again; 0: they are of no use. */
int	vm_walk(struct virtiom *, unsigned q, uint16_t head, struct vm_chain *);
/* A request that is held is given back at that time. */
void	vm_later(struct virtiom *, unsigned q, uint16_t head, uint32_t len, uint64_t when);
/* Gives a request back with len bytes written. */
void	vm_push(struct virtiom *, const struct vm_chain *, uint32_t len);
/* Interrupts for what was pushed, where the driver wants them. */
void	vm_signal(struct virtiom *, unsigned q);
void	vm_config_changed(struct virtiom *);
/*
 * Copies from the request's first part at off, or to its second; returns the
 * bytes copied, fewer than len where the part ends or memory is not there.
 */
size_t	vm_get(struct virtiom *, const struct vm_chain *, uint64_t off, void *, size_t len,
	    unsigned field);
size_t	vm_put(struct virtiom *, const struct vm_chain *, uint64_t off, const void *, size_t len,
	    unsigned field);

/* The driver broke a rule: a report while nobody tampers, else NEEDS_RESET. */
void	vm_violation(struct virtiom *, const char *fmt, ...)
	    __attribute__((__format__(__printf__, 2, 3)));

static inline void
put_le(uint8_t *p, unsigned n, uint64_t v)
{

	for (; n-- > 0; v >>= 8)
		*p++ = v;
}

static inline uint64_t
get_le(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

#endif /* HARNESS_MODEL_VIRTIO_IMPL_H */
