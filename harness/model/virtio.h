/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Virtio devices in the process (Virtual I/O Device version 1.2): what is
 * the same for all of them, and the devices.
 *
 * A device is a class (its features, queues and configuration) behind one of
 * five transports.  The same code is the checker of its driver: a driver
 * that breaks the protocol is reported ("device-protocol") as long as the
 * hostile layer has left the device alone; after that the device just does
 * what real ones do, which is to ask for a reset.
 *
 * Created and destroyed within one input, as its bus is; no state outside of the object.
 */

#ifndef HARNESS_MODEL_VIRTIO_H
#define HARNESS_MODEL_VIRTIO_H

#include <stddef.h>
#include <stdint.h>

#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "hostile.h"

struct pcim_bus;
struct pcim_dev;
struct scsim_target;
struct virtiom;

#define VIRTIOM_MAXQ	34		/* a console with 16 ports */
#define VIRTIOM_MAXCFG	96
#define VIRTIOM_QSIZE	16		/* unless asked for another */
#define VIRTIOM_MAXSEG	1026

enum virtiom_transport {
	VIRTIOM_MODERN,			/* virtio-pci 1.x, capabilities */
	VIRTIOM_LEGACY,			/* virtio-pci 0.9.5, I/O BAR */
	VIRTIOM_TRANSITIONAL,		/* both */
	VIRTIOM_MMIO,			/* version 2 */
	VIRTIOM_MMIO_LEGACY,		/* version 1 */
	VIRTIOM_NTRANSPORT
};

/* What can be chosen for any device.  All zero is the plain one. */
struct virtiom_params {
	enum virtiom_transport vp_transport;
	unsigned vp_qsize;		/* of each queue, as it is told to the driver; 0: VIRTIOM_QSIZE */
	uint64_t vp_without;		/* features not offered */
	int	 vp_nomsix;		/* PCI: INTx only */
	unsigned vp_delay;		/* microseconds to a completion; 0: at once */
	int	 vp_reorder;		/* complete the newest first, when delayed */
	int	 vp_qemu;		/* PCI: structures on pages of their own, as QEMU has them */
	struct pcim_dev *vp_bridge;	/* PCI: what it is plugged behind; NULL: the root bus */
};

/*
 * What DMA tags mean: for rings of queue q (below 16; others count as 15), for
 * buffers by their direction.
 */
#define VIRTIOM_TAG(q, f)	(HOSTILE_TAG(HOSTILE_TAG_VIRTIO, \
	((f) >= VIRTIOM_F_IN ? HOSTILE_TAG_COUNTED : 0) | ((q) < 16 ? (q) : 15) << 4 | (f)))
enum virtiom_field {
	VIRTIOM_F_USED_IDX, VIRTIOM_F_USED_ID, VIRTIOM_F_USED_LEN, VIRTIOM_F_USED_FLAGS,
	VIRTIOM_F_AVAIL_EVENT, VIRTIOM_F_AVAIL_IDX, VIRTIOM_F_AVAIL_RING, VIRTIOM_F_DESC,
	VIRTIOM_F_INDIRECT, VIRTIOM_F_OUT, VIRTIOM_F_IN,
	VIRTIOM_F_STATUS
};
/* Slots of hostile_region(): descriptors, avail, used ring of queue q. */
#define VIRTIOM_REGION(q, part)	((q) % 16 * 4 + (part))
enum virtiom_part { VIRTIOM_R_DESC, VIRTIOM_R_AVAIL, VIRTIOM_R_USED, VIRTIOM_R_BUFFER };

/*
 * Puts a device on a bus: as function dev.0 of the root bus or behind
 * vp_bridge, or as a platform device for the mmio transports (dev is ignored), which come but once.  The
 * bus owns the device from then on, also when this fails, and frees it in
 * its end.  0 or an errno.
 */
int	virtiom_plug(struct virtiom *, struct pcim_bus *, unsigned dev);
/* Pulls it off: all reads are ones from now on.  Again: nothing. */
void	virtiom_unplug(struct virtiom *);
/* vp_delay of what is completed from now on. */
void	virtiom_delay(struct virtiom *, unsigned us);
/* Frees a device that is on no bus.  NULL is nothing. */
void	virtiom_destroy(struct virtiom *);

/* Has the driver got as far as DRIVER_OK. */
int	virtiom_running(const struct virtiom *);
/* The device finds itself broken and asks for a reset. */
void	virtiom_need_reset(struct virtiom *);

/*
 * Block (5.2).  The medium is read and written by its operations, in
 * multiples of 512 bytes.
 */
struct virtiom_blk_params {
	uint64_t bp_sectors;		/* of 512 bytes */
	const struct rumpuser_image_ops *bp_ops;
	void	*bp_cookie;
	int	 bp_readonly;
	unsigned bp_blksize;		/* 0: 512 */
	unsigned bp_seg_max;		/* 0: what the queue holds */
	unsigned bp_size_max;		/* 0: not offered */
	const char *bp_serial;		/* for GET_ID; NULL: "rumpfuzz" */
};
struct virtiom *virtiom_blk_create(const struct virtiom_params *, const struct virtiom_blk_params *);
/* Another size, and a configuration interrupt. */
void	virtiom_blk_resize(struct virtiom *, uint64_t sectors);
/* The nth request from here (1: the next) fails with this status (1 IOERR, 2 UNSUPP). */
void	virtiom_blk_fail(struct virtiom *, unsigned nth, uint8_t status);
/* Requests done so far by type: 0 read, 1 write, 2 flush, 3 others. */
void	virtiom_blk_counts(const struct virtiom *, unsigned counts[4]);

/*
 * SCSI host (5.6) with targets of scsi.h, which it owns and destroys in its
 * end.  Units that come and go are told by events.
 */
#define VIRTIOM_NTARGETS	8
struct virtiom_scsi_params {
	struct scsim_target *sp_target[VIRTIOM_NTARGETS];	/* NULL: nobody there */
	unsigned sp_max_lun;		/* 0: 16383 */
	unsigned sp_cmd_per_lun;	/* 0: 128 */
	unsigned sp_seg_max;		/* 0: what the queue holds */
	unsigned sp_max_sectors;	/* 0: 65535 */
};
struct virtiom *virtiom_scsi_create(const struct virtiom_params *, const struct virtiom_scsi_params *);
/* An event (5.6.6.3): 1 transport reset, 2 asynchronous notify, 3 parameter change. */
void	virtiom_scsi_event(struct virtiom *, uint32_t event, unsigned target, unsigned lun,
	    uint32_t reason);

/* Entropy (5.4): bytes of a counter, at most chunk (0: all asked for) each time. */
struct virtiom *virtiom_rng_create(const struct virtiom_params *, unsigned chunk);

/* Console (5.3); multiport offers F_MULTIPORT with nports (16 at most). */
struct virtiom *virtiom_console_create(const struct virtiom_params *, unsigned nports, int multiport);
/* Input for a port as if typed; returns what there was room for. */
size_t	virtiom_console_input(struct virtiom *, unsigned port, const void *buf, size_t len);
/* What the driver has written to a port, at most len bytes; consumed. */
size_t	virtiom_console_output(struct virtiom *, unsigned port, void *buf, size_t len);
/* A control message (5.3.6.2) to the driver: event 1 DEVICE_ADD, 2 REMOVE, 6 OPEN ... */
void	virtiom_console_control(struct virtiom *, unsigned port, unsigned event, unsigned value);

/* Memory balloon (5.5). */
struct virtiom *virtiom_balloon_create(const struct virtiom_params *, uint32_t pages);
/* Asks the driver for this many pages, and a configuration interrupt. */
void	virtiom_balloon_target(struct virtiom *, uint32_t pages);
/* Pages the driver has given up and not taken back, as it told us. */
uint32_t virtiom_balloon_held(const struct virtiom *);

#endif /* HARNESS_MODEL_VIRTIO_H */
