/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The interface between a virtio device's transport (virtio@pci,
 * virtio@mainbus) and the driver of the device (ld, vioscsi, ...), its child.
 *
 * A child attaches in this order:
 *
 *	virtio_child_attach_start(vsc, self, ipl, features, names);
 *	virtio_init_vq(vsc, &vqs[0], 0, handler, arg);
 *	virtio_alloc_vq(vsc, &vqs[0], maxsegsize, maxnsegs, "name");
 *	virtio_child_attach_finish(vsc, vqs, nvqs, config_change, flags);
 *
 * or gives up with virtio_child_attach_failed().  A request is made by
 *
 *	virtio_enqueue_prep(vsc, vq, &slot);
 *	virtio_enqueue_reserve(vsc, vq, slot, nsegs);
 *	virtio_enqueue(vsc, vq, slot, dmamap, write);	once or more
 *	virtio_enqueue_commit(vsc, vq, slot, true);
 *
 * and taken back by virtio_dequeue() and virtio_dequeue_commit().
 *
 * The device is not trusted.  Which chains are out, how long they are and
 * which descriptors are free is known from vq_descx alone, which the device
 * cannot reach.  One that answers with something that was not asked for is
 * reset and broken for good: that is said once, nothing can be enqueued any
 * more (ENXIO), and virtio_dequeue() gives each chain that is out back once,
 * with length 0.
 */

#ifndef _DEV_PCI_VIRTIOVAR_H_
#define	_DEV_PCI_VIRTIOVAR_H_

#include <sys/types.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/bus.h>
#include <sys/device.h>
#include <dev/pci/virtioreg.h>

struct virtio_softc;

struct virtqueue {
	struct virtio_softc	*vq_owner;
	unsigned int		vq_num;		/* entries, a power of two */
	int			vq_index;	/* which queue it is */

	/* The parts of the ring, as the driver sees them. */
	struct vring_desc	*vq_desc;
	struct vring_avail	*vq_avail;
	struct vring_used	*vq_used;
	struct vring_desc	*vq_indirect;	/* vq_maxnsegs for each entry */
	uint16_t		*vq_used_event;	/* behind avail */
	uint16_t		*vq_avail_event; /* behind used */

	/* The memory that all of it is in. */
	void			*vq_vaddr;
	int			vq_availoffset;
	int			vq_usedoffset;
	int			vq_indirectoffset;
	bus_dma_segment_t	vq_segs[1];
	unsigned int		vq_bytesize;
	bus_dmamap_t		vq_dmamap;

	int			vq_maxsegsize;
	int			vq_maxnsegs;

	uint16_t		vq_avail_idx;	/* (a) next place in avail */
	uint16_t		vq_used_idx;	/* (u) next place in used */
	uint16_t		vq_free_idx;	/* (f) first free entry */
	int			vq_queued;	/* (a) not used */
	kmutex_t		vq_aring_lock;	/* (a) */
	kmutex_t		vq_uring_lock;	/* (u) */
	kmutex_t		vq_freedesc_lock; /* (f), may be taken under (u) */

	/* What is run when the device has used something. */
	int			(*vq_done)(struct virtqueue *);
	int			(*vq_intrhand)(void *);
	void			*vq_intrhand_arg;

	uint32_t		vq_notify_off;	/* of the notify register */

	/* What the driver knows of each entry. */
	struct vring_desc_extra {
		bool		use_indirect;	/* (owner of the slot) */
		struct vring_desc *desc_base;	/* (owner) where enqueue fills in */
		uint16_t	desc_free_idx;	/* (f) next free one */
		uint16_t	desc_next;	/* (owner) next one of the chain */
		uint16_t	desc_nsegs;	/* (owner) reserved */
		uint16_t	desc_nused;	/* (owner) filled in */
		uint8_t		desc_state;	/* (f) free, (u) posted */
			uint64_t	desc_wlen;	/* (owner) bytes it may write */
		uint64_t	desc_rlen;	/* (owner) bytes it may read */
	}			*vq_descx;
	unsigned int		vq_nfree;	/* (f) */
	unsigned int		vq_nposted;	/* (u) chains that are out */
	uint16_t		vq_avail_pub;	/* (a) the index the device sees */
	unsigned int		vq_drain;	/* (u) broken: entries looked at */
	bool			vq_intr_off;	/* (a) virtio_stop_vq_intr() */
};

struct virtio_attach_args {
	int			sc_childdevid;	/* VIRTIO_DEVICE_ID_* */
};

typedef int (*virtio_callback)(struct virtio_softc *);

#ifdef VIRTIO_PRIVATE
/* What a transport does. */
struct virtio_ops {
	void		(*kick)(struct virtio_softc *, uint16_t);
	uint16_t	(*read_queue_size)(struct virtio_softc *, uint16_t);
	/* Gives a queue to the device, or takes it away (address 0). */
	void		(*setup_queue)(struct virtio_softc *, uint16_t, uint64_t);
	/* Adds bits to the status; 0 resets. */
	void		(*set_status)(struct virtio_softc *, int);
	int		(*get_status)(struct virtio_softc *); /* or NULL */
	/* Negotiates: leaves sc_active_features. */
	void		(*neg_features)(struct virtio_softc *, uint64_t);
	/* Tells the device that they are final; NULL: neg_features has. */
	int		(*finalize_features)(struct virtio_softc *);
	int		(*alloc_interrupts)(struct virtio_softc *);
	void		(*free_interrupts)(struct virtio_softc *);
	int		(*setup_interrupts)(struct virtio_softc *, int);
};

struct virtio_softc {
	device_t		sc_dev;
	const struct virtio_ops	*sc_ops;
	bus_dma_tag_t		sc_dmat;

	int			sc_bus_endian;	/* of the configuration */
	int			sc_struct_endian; /* of structures in memory */

	bus_space_tag_t		sc_devcfg_iot;
	bus_space_handle_t	sc_devcfg_ioh;
	bus_size_t		sc_devcfg_iosize;

	int			sc_ipl;		/* the child's */
	void			*sc_soft_ih;

	int			sc_flags;	/* VIRTIO_F_INTR_* */

	uint64_t		sc_active_features;
	bool			sc_indirect;
	bool			sc_version_1;

	int			sc_nvqs;	/* the child's */
	struct virtqueue	*sc_vqs;

	int			sc_childdevid;	/* 0: there is no device */
	device_t		sc_child;
	enum {
		VIRTIO_NO_CHILD = 0,
		VIRTIO_CHILD_ATTACH_FINISHED,
		VIRTIO_CHILD_ATTACH_FAILED
	}			sc_child_state;

	virtio_callback		sc_config_change; /* the child's */
	virtio_callback		sc_intrhand;

	volatile u_int		sc_broken;	/* VIRTIO_BROKEN, until the child goes */
	void			*sc_broken_ih;	/* completes what is out */
	bool			sc_cfg_said;	/* a short configuration */
};

/* sc_broken */
#define	VIRTIO_BROKEN		1		/* by the device's fault */
#define	VIRTIO_REVOKED		2		/* by virtio_revoke() */
#endif

/* Of virtio_child_attach_finish(), and what came of it. */
#define	VIRTIO_F_INTR_MPSAFE	(1 << 0)	/* handlers run without the kernel lock */
#define	VIRTIO_F_INTR_SOFTINT	(1 << 1)	/* ... as soft interrupts */
#define	VIRTIO_F_INTR_MSIX	(1 << 2)	/* MSI-X is in use */
#define	VIRTIO_F_INTR_PERVQ	(1 << 3)	/* a vector for each queue */

void	virtio_negotiate_features(struct virtio_softc *, uint64_t);

uint8_t	virtio_read_device_config_1(struct virtio_softc *, int);
uint16_t virtio_read_device_config_2(struct virtio_softc *, int);
uint32_t virtio_read_device_config_4(struct virtio_softc *, int);
uint64_t virtio_read_device_config_8(struct virtio_softc *, int);
uint16_t virtio_read_device_config_le_2(struct virtio_softc *, int);
uint32_t virtio_read_device_config_le_4(struct virtio_softc *, int);
void	virtio_write_device_config_1(struct virtio_softc *, int, uint8_t);
void	virtio_write_device_config_2(struct virtio_softc *, int, uint16_t);
void	virtio_write_device_config_4(struct virtio_softc *, int, uint32_t);
void	virtio_write_device_config_8(struct virtio_softc *, int, uint64_t);
void	virtio_write_device_config_le_2(struct virtio_softc *, int, uint16_t);
void	virtio_write_device_config_le_4(struct virtio_softc *, int, uint32_t);

void	virtio_init_vq(struct virtio_softc *, struct virtqueue *, int,
	    int (*)(void *), void *);
void	virtio_init_vq_vqdone(struct virtio_softc *, struct virtqueue *, int,
	    int (*)(struct virtqueue *));
int	virtio_alloc_vq(struct virtio_softc *, struct virtqueue *, int, int,
	    const char *);
int	virtio_free_vq(struct virtio_softc *, struct virtqueue *);
void	virtio_reset(struct virtio_softc *);
int	virtio_reinit_start(struct virtio_softc *);
void	virtio_reinit_end(struct virtio_softc *);
void	virtio_child_attach_start(struct virtio_softc *, device_t, int,
	    uint64_t, const char *);
int	virtio_child_attach_finish(struct virtio_softc *, struct virtqueue *,
	    size_t, virtio_callback, int);
void	virtio_child_attach_failed(struct virtio_softc *);
void	virtio_child_detach(struct virtio_softc *);

int	virtio_enqueue_prep(struct virtio_softc *, struct virtqueue *, int *);
int	virtio_enqueue_reserve(struct virtio_softc *, struct virtqueue *, int,
	    int);
int	virtio_enqueue(struct virtio_softc *, struct virtqueue *, int,
	    bus_dmamap_t, bool);
int	virtio_enqueue_p(struct virtio_softc *, struct virtqueue *, int,
	    bus_dmamap_t, bus_addr_t, bus_size_t, bool);
int	virtio_enqueue_commit(struct virtio_softc *, struct virtqueue *, int,
	    bool);
int	virtio_enqueue_abort(struct virtio_softc *, struct virtqueue *, int);

int	virtio_dequeue(struct virtio_softc *, struct virtqueue *, int *, int *);
int	virtio_dequeue_commit(struct virtio_softc *, struct virtqueue *, int);

bool	virtio_vq_is_enqueued(struct virtio_softc *, struct virtqueue *);
int	virtio_postpone_intr(struct virtio_softc *, struct virtqueue *,
	    uint16_t);
int	virtio_postpone_intr_smart(struct virtio_softc *, struct virtqueue *);
int	virtio_postpone_intr_far(struct virtio_softc *, struct virtqueue *);
void	virtio_stop_vq_intr(struct virtio_softc *, struct virtqueue *);
int	virtio_start_vq_intr(struct virtio_softc *, struct virtqueue *);

bus_dma_tag_t virtio_dmat(struct virtio_softc *);
device_t virtio_child(struct virtio_softc *);
int	virtio_intrhand(struct virtio_softc *);
uint64_t virtio_features(struct virtio_softc *);

void	virtio_set_status(struct virtio_softc *, int);
void	virtio_print_device_type(device_t, int, int);
int	virtio_attach_failed(struct virtio_softc *);

/*
 * Breaks the device by hand: a child has found what the transport cannot
 * see.  The text goes into the one line that is logged.  Any context.
 */
void	virtio_break(struct virtio_softc *, const char *, ...)
	    __printflike(2, 3);
/* The same for a device that is to go, without a word: a child's detach. */
void	virtio_revoke(struct virtio_softc *);
/* Whether one of the two has been. */
bool	virtio_is_broken(struct virtio_softc *);

#define	virtio_device_reset(sc)	virtio_set_status((sc), 0)

/* To and from the byte order of structures in memory. */
uint16_t virtio_rw16(struct virtio_softc *, uint16_t);
uint32_t virtio_rw32(struct virtio_softc *, uint32_t);
uint64_t virtio_rw64(struct virtio_softc *, uint64_t);

#endif /* _DEV_PCI_VIRTIOVAR_H_ */
