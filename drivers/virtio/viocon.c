/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * viocon(4): a console device at virtio(4), with one port or, if it has
 * VIRTIO_CONSOLE_F_MULTIPORT, up to VIOCON_MAXPORTS of them that come and go.
 *
 * A port is the character device ttyVI<unit><port>, minor unit * 16 + port:
 * bytes in and out as they are, without a line discipline.  A read waits for
 * input (EOF when the other side of a port of many has closed); a write waits
 * for room.  One that moves nothing for VIOCON_PATIENCE seconds ends with
 * ETIMEDOUT, whatever else the device does meanwhile.
 *
 * Queues: input and output of port 0, input and output of control messages,
 * then input and output of each other port.  A port's buffers are made when
 * it appears for the first time and stay with its queues until detach: a
 * queue gives nothing back before the device is reset.  Control messages are
 * read in a thread, and each buffer goes back after its message was read, so
 * that a device cannot send faster than we look.  A message that is to be
 * answered keeps the next ones waiting until there is a buffer for the answer.
 *
 * Virtual I/O Device (VIRTIO) 1.1, section 5.3.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/condvar.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/event.h>
#include <sys/fcntl.h>
#include <sys/filio.h>
#include <sys/ioctl.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/module.h>
#include <sys/mutex.h>
#include <sys/poll.h>
#include <sys/proc.h>
#include <sys/select.h>
#include <sys/ttycom.h>
#include <sys/uio.h>
#include <sys/vnode.h>

#include <dev/pci/virtioreg.h>
#include <dev/pci/virtiovar.h>

#include "viocon_var.h"
#include "virtio_dma.h"
#include "virtio_task.h"

#define	VIRTIO_CONSOLE_F_SIZE		__BIT(0)
#define	VIRTIO_CONSOLE_F_MULTIPORT	__BIT(1)
#define	VIRTIO_CONSOLE_F_EMERG_WRITE	__BIT(2)

#define	VIRTIO_CONSOLE_FLAG_BITS	\
	VIRTIO_COMMON_FLAG_BITS		\
	"b\x02" "EMERG_WRITE\0"		\
	"b\x01" "MULTIPORT\0"		\
	"b\x00" "SIZE\0"

/* Configuration. */
#define	VIRTIO_CONSOLE_CONFIG_COLS	0	/* 16 */
#define	VIRTIO_CONSOLE_CONFIG_ROWS	2	/* 16 */
#define	VIRTIO_CONSOLE_CONFIG_MAXPORTS	4	/* 32 */

/* Control messages. */
struct virtio_console_control {
	uint32_t	id;		/* port */
	uint16_t	event;		/* VIRTIO_CONSOLE_* */
	uint16_t	value;
} __packed;

#define	VIRTIO_CONSOLE_DEVICE_READY	0	/* to the device */
#define	VIRTIO_CONSOLE_PORT_ADD		1	/* from it */
#define	VIRTIO_CONSOLE_PORT_REMOVE	2	/* from it */
#define	VIRTIO_CONSOLE_PORT_READY	3	/* to the device */
#define	VIRTIO_CONSOLE_CONSOLE_PORT	4	/* from it */
#define	VIRTIO_CONSOLE_RESIZE		5	/* from it, with rows, columns */
#define	VIRTIO_CONSOLE_PORT_OPEN	6	/* both ways */
#define	VIRTIO_CONSOLE_PORT_NAME	7	/* from it, with a name */

#define	VIOCON_NRX		4	/* input buffers of a port */
#define	VIOCON_NTX		2	/* output buffers */
#define	VIOCON_BUFSIZE		512
#define	VIOCON_NCTL		8	/* control messages each way */
#define	VIOCON_CTLSIZE		64	/* with the longest name */
#define	VIOCON_CTLBURST		64	/* messages in one go */
#define	VIOCON_NAMELEN		32
#define	VIOCON_PATIENCE		10	/* seconds */

#define	VIOCON_CTL_RX		2	/* queues */
#define	VIOCON_CTL_TX		3

/* A piece of DMA memory cut into buffers of one size. */
struct viocon_mem {
	bus_dma_segment_t m_seg;
	bus_dmamap_t	m_map;
	char		*m_va;
	bus_size_t	m_bufsize;
	unsigned	m_nbufs;
};

/* A queue and which buffer is under which of its slots. */
struct viocon_queue {
	struct virtqueue *q_vq;
	struct viocon_mem *q_mem;
	uint16_t	*q_slots;	/* q_num of them */
	unsigned	q_num;
	bool		q_out;		/* the device reads */
};

struct viocon_port {
	struct viocon_softc *vp_sc;
	unsigned	vp_index;
	struct viocon_queue vp_rx, vp_tx; /* (p) */
	struct viocon_mem vp_mem;	/* VIOCON_NRX, then VIOCON_NTX */

	kmutex_t	vp_lock;	/* (p) at IPL_TTY */
	kcondvar_t	vp_cv;		/* something has changed */
	struct selinfo	vp_rsel, vp_wsel; /* (p) */
	bool		vp_present;	/* (p) the device has it */
	bool		vp_open;	/* (p) by us */
	bool		vp_hostopen;	/* (p) by the other side */
	unsigned	vp_users;	/* (p) threads that are in here */

	bool		vp_rbusy;	/* (p) somebody copies input */
	bool		vp_havebuf;	/* (p) there is a buffer with input */
	unsigned	vp_rbuf;	/* (p) which */
	unsigned	vp_roff, vp_rlen; /* (p) what is left in it */
	uint32_t	vp_txfree;	/* (p) output buffers, by bit */
	struct winsize	vp_winsize;	/* (p) */
};

struct viocon_softc {
	device_t	sc_dev;
	struct virtio_softc *sc_virtio;
	struct virtqueue *sc_vqs;
	unsigned	sc_nvqs;
	struct viocon_port *sc_ports;
	unsigned	sc_nports;
	bool		sc_multiport;

	kmutex_t	sc_lock;	/* (l) at IPL_TTY */
	kcondvar_t	sc_cv;		/* outgoing buffers are free again */
	struct virtio_task sc_task;	/* control messages, size */
	struct viocon_mem sc_mem;	/* VIOCON_NCTL in, then as many out */
	struct viocon_queue sc_ctlrx, sc_ctltx; /* (l) */
	uint32_t	sc_ctlfree;	/* (l) outgoing buffers, by bit */
	bool		sc_ctlstuck;	/* (l) nobody reads them */
	bool		sc_dying;	/* (l) */
	/* The task's: an answer without a buffer yet; event 0: none. */
	struct viocon_answer {
		unsigned a_port, a_event, a_value;
	}		sc_answer;
	bool		sc_said;	/* one line on odd messages is enough */
	bool		sc_attached;	/* (l) for the task */
};

extern struct cfdriver viocon_cd;

static int	viocon_match(device_t, cfdata_t, void *);
static void	viocon_attach(device_t, device_t, void *);
static int	viocon_detach(device_t, int);

extern struct cfattach viocon_ca;
CFATTACH_DECL_NEW(viocon, sizeof(struct viocon_softc),
    viocon_match, viocon_attach, viocon_detach, NULL);

static dev_type_open(viocondev_open);
static dev_type_close(viocondev_close);
static dev_type_read(viocondev_read);
static dev_type_write(viocondev_write);
static dev_type_ioctl(viocondev_ioctl);
static dev_type_poll(viocondev_poll);
static dev_type_kqfilter(viocondev_kqfilter);
static int	viocon_devtounit(dev_t);

const struct cdevsw viocon_cdevsw = {
	.d_open = viocondev_open,
	.d_close = viocondev_close,
	.d_read = viocondev_read,
	.d_write = viocondev_write,
	.d_ioctl = viocondev_ioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = viocondev_poll,
	.d_mmap = nommap,
	.d_kqfilter = viocondev_kqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &viocon_cd,
	.d_devtounit = viocon_devtounit,
	.d_flag = D_OTHER | D_MPSAFE
};

/*
 * Buffers and queues.
 */

static int
viocon_mem_alloc(struct viocon_softc *sc, struct viocon_mem *m,
    bus_size_t bufsize, unsigned nbufs)
{

	m->m_bufsize = bufsize;
	m->m_nbufs = nbufs;
	m->m_va = virtio_dmamem_alloc(virtio_dmat(sc->sc_virtio),
	    bufsize * nbufs, 64, 0, &m->m_seg, &m->m_map);
	return m->m_va == NULL ? ENOMEM : 0;
}

static void
viocon_mem_free(struct viocon_softc *sc, struct viocon_mem *m)
{

	virtio_dmamem_free(virtio_dmat(sc->sc_virtio),
	    m->m_bufsize * m->m_nbufs, &m->m_seg, m->m_map, m->m_va);
	m->m_va = NULL;
}

static char *
viocon_buf(struct viocon_mem *m, unsigned i)
{

	KASSERT(i < m->m_nbufs);
	return m->m_va + i * m->m_bufsize;
}

/* Gives len bytes of buffer i to the device. */
static int
viocon_post(struct viocon_softc *sc, struct viocon_queue *q, unsigned i,
    bus_size_t len)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct viocon_mem *m = q->q_mem;
	int error, slot;

	error = virtio_enqueue_prep(vsc, q->q_vq, &slot);
	if (error)
		return error;
	error = virtio_enqueue_reserve(vsc, q->q_vq, slot, 1);
	if (error)
		return error;
	bus_dmamap_sync(virtio_dmat(vsc), m->m_map, i * m->m_bufsize, len,
	    q->q_out ? BUS_DMASYNC_PREWRITE : BUS_DMASYNC_PREREAD);
	virtio_enqueue_p(vsc, q->q_vq, slot, m->m_map, i * m->m_bufsize, len,
	    q->q_out);
	q->q_slots[slot] = i;
	return virtio_enqueue_commit(vsc, q->q_vq, slot, true);
}

/* Takes a buffer back, with the bytes the device has put into it. */
static int
viocon_take(struct viocon_softc *sc, struct viocon_queue *q, unsigned *ip,
    unsigned *lenp)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct viocon_mem *m = q->q_mem;
	int error, len, slot;

	if (m == NULL)
		return ENOENT;
	error = virtio_dequeue(vsc, q->q_vq, &slot, &len);
	if (error)
		return error;
	*ip = q->q_slots[slot];
	*lenp = len;
	bus_dmamap_sync(virtio_dmat(vsc), m->m_map, *ip * m->m_bufsize,
	    m->m_bufsize,
	    q->q_out ? BUS_DMASYNC_POSTWRITE : BUS_DMASYNC_POSTREAD);
	virtio_dequeue_commit(vsc, q->q_vq, slot);
	return 0;
}

/*
 * Output buffers.
 */

/* Those that have been read are free; something is again when it says so. */
static bool
viocon_tx_reap(struct viocon_port *vp)
{
	unsigned i, len;
	bool some = false;

	KASSERT(mutex_owned(&vp->vp_lock));
	while (viocon_take(vp->vp_sc, &vp->vp_tx, &i, &len) == 0) {
		vp->vp_txfree |= 1U << (i - VIOCON_NRX);
		some = true;
	}
	if (some) {
		cv_broadcast(&vp->vp_cv);
		selnotify(&vp->vp_wsel, POLLOUT | POLLWRNORM, NOTE_SUBMIT);
	}
	return some;
}

static int
viocon_tx_intr(void *arg)
{
	struct viocon_port *vp = arg;

	mutex_enter(&vp->vp_lock);
	(void)viocon_tx_reap(vp);
	mutex_exit(&vp->vp_lock);
	return 1;
}

/*
 * Input.
 */

/* Whether there is input: then it is in vp_rbuf. */
static bool
viocon_rx_fetch(struct viocon_port *vp)
{
	struct viocon_softc *sc = vp->vp_sc;
	unsigned i, len;

	KASSERT(mutex_owned(&vp->vp_lock));
	while (!vp->vp_havebuf &&
	    viocon_take(sc, &vp->vp_rx, &i, &len) == 0) {
		if (len == 0) {
			/* Also what a broken device gives back. */
			virtio_break(sc->sc_virtio, "input of 0 bytes");
			continue;
		}
		vp->vp_havebuf = true;
		vp->vp_rbuf = i;
		vp->vp_roff = 0;
		vp->vp_rlen = len;
	}
	return vp->vp_havebuf;
}

static int
viocon_rx_intr(void *arg)
{
	struct viocon_port *vp = arg;

	mutex_enter(&vp->vp_lock);
	cv_broadcast(&vp->vp_cv);
	selnotify(&vp->vp_rsel, POLLIN | POLLRDNORM, NOTE_SUBMIT);
	/* Output buffers that are free do not come back from a broken device. */
	if (virtio_is_broken(vp->vp_sc->sc_virtio))
		selnotify(&vp->vp_wsel, POLLOUT | POLLHUP, NOTE_SUBMIT);
	mutex_exit(&vp->vp_lock);
	return 1;
}

/* Whether reading ends instead of waiting. */
static bool
viocon_rx_eof(struct viocon_port *vp)
{

	return vp->vp_sc->sc_multiport && !vp->vp_hostopen;
}

static bool
viocon_usable(struct viocon_port *vp)
{

	return vp->vp_present && !virtio_is_broken(vp->vp_sc->sc_virtio);
}

/*
 * Control messages.
 */

static void
viocon_ctl_reap(struct viocon_softc *sc)
{
	unsigned i, len;

	KASSERT(mutex_owned(&sc->sc_lock));
	while (viocon_take(sc, &sc->sc_ctltx, &i, &len) == 0) {
		sc->sc_ctlfree |= 1U << (i - VIOCON_NCTL);
		sc->sc_ctlstuck = false;
		cv_broadcast(&sc->sc_cv);
	}
}

static int
viocon_ctl_tx_intr(void *arg)
{
	struct viocon_softc *sc = arg;

	mutex_enter(&sc->sc_lock);
	viocon_ctl_reap(sc);
	/* The task may want one. */
	if (!sc->sc_dying)
		virtio_task_schedule(&sc->sc_task);
	mutex_exit(&sc->sc_lock);
	return 1;
}

static int
viocon_ctl_rx_intr(void *arg)
{
	struct viocon_softc *sc = arg;

	mutex_enter(&sc->sc_lock);
	if (!sc->sc_dying)
		virtio_task_schedule(&sc->sc_task);
	mutex_exit(&sc->sc_lock);
	return 1;
}

static void
viocon_odd(struct viocon_softc *sc, const char *what, unsigned val,
    unsigned limit)
{

	if (!sc->sc_said)
		device_printf(sc->sc_dev, "%s %u, limit %u\n", what, val,
		    limit);
	sc->sc_said = true;
}

/*
 * Sends a control message, unless there is no buffer for it.  With wait that
 * means: for VIOCON_PATIENCE seconds, and from then on until there is one.
 */
static bool
viocon_ctl_send(struct viocon_softc *sc, unsigned port, unsigned event,
    unsigned value, bool wait)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtio_console_control *c;
	unsigned i;
	int error = 0;

	if (!sc->sc_multiport)
		return true;
	mutex_enter(&sc->sc_lock);
	viocon_ctl_reap(sc);
	while (wait && sc->sc_ctlfree == 0 && !sc->sc_ctlstuck &&
	    !sc->sc_dying) {
		error = cv_timedwait(&sc->sc_cv, &sc->sc_lock,
		    VIOCON_PATIENCE * hz);
		viocon_ctl_reap(sc);
		if (error != 0 && sc->sc_ctlfree == 0) {
			sc->sc_ctlstuck = true;
			viocon_odd(sc, "control messages that nobody reads",
			    VIOCON_NCTL, VIOCON_NCTL);
		}
	}
	if (sc->sc_ctlfree == 0) {
		mutex_exit(&sc->sc_lock);
		return false;
	}
	i = ffs(sc->sc_ctlfree) - 1;
	c = (void *)viocon_buf(&sc->sc_mem, VIOCON_NCTL + i);
	c->id = virtio_rw32(vsc, port);
	c->event = virtio_rw16(vsc, event);
	c->value = virtio_rw16(vsc, value);
	if (viocon_post(sc, &sc->sc_ctltx, VIOCON_NCTL + i, sizeof(*c)) == 0)
		sc->sc_ctlfree &= ~(1U << i);
	mutex_exit(&sc->sc_lock);
	return true;
}

/* Sends the answer to a message, if there is one; false: not yet. */
static bool
viocon_ctl_answer(struct viocon_softc *sc)
{
	struct viocon_answer *a = &sc->sc_answer;

	if (a->a_event != 0) {
		if (!viocon_ctl_send(sc, a->a_port, a->a_event, a->a_value,
		    false))
			return false;
		a->a_event = 0;
	}
	return true;
}

/*
 * A port appears: it gets its buffers, the first time.
 */
static int
viocon_port_add(struct viocon_port *vp)
{
	struct viocon_softc *sc = vp->vp_sc;
	unsigned i, n;
	int error;

	if (vp->vp_mem.m_va == NULL) {
		error = viocon_mem_alloc(sc, &vp->vp_mem, VIOCON_BUFSIZE,
		    VIOCON_NRX + VIOCON_NTX);
		if (error)
			return error;
		mutex_enter(&vp->vp_lock);
		vp->vp_rx.q_mem = vp->vp_tx.q_mem = &vp->vp_mem;
		n = MIN(VIOCON_NTX, vp->vp_tx.q_num);
		vp->vp_txfree = (1U << n) - 1;
		n = MIN(VIOCON_NRX, vp->vp_rx.q_num);
		for (i = 0; i < n; i++)
			(void)viocon_post(sc, &vp->vp_rx, i, VIOCON_BUFSIZE);
		mutex_exit(&vp->vp_lock);
	}
	mutex_enter(&vp->vp_lock);
	vp->vp_present = true;
	mutex_exit(&vp->vp_lock);
	return 0;
}

static void
viocon_port_remove(struct viocon_port *vp)
{

	mutex_enter(&vp->vp_lock);
	vp->vp_present = vp->vp_hostopen = false;
	cv_broadcast(&vp->vp_cv);
	selnotify(&vp->vp_rsel, POLLIN | POLLHUP, NOTE_SUBMIT);
	selnotify(&vp->vp_wsel, POLLOUT | POLLHUP, NOTE_SUBMIT);
	mutex_exit(&vp->vp_lock);
}

/* A name that can be printed. */
static void
viocon_port_name(struct viocon_port *vp, const char *name, unsigned len)
{
	char buf[VIOCON_NAMELEN];
	unsigned i;

	for (i = 0; i < len && i < sizeof(buf) - 1 && name[i] != '\0'; i++)
		buf[i] = name[i] >= ' ' && name[i] <= '~' ? name[i] : '?';
	buf[i] = '\0';
	aprint_verbose_dev(vp->vp_sc->sc_dev, "port %u is \"%s\"\n",
	    vp->vp_index, buf);
}

/* What msg, of len bytes, wants; it may leave an answer. */
static void
viocon_ctl_message(struct viocon_softc *sc, const char *msg, unsigned len)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtio_console_control c;
	struct viocon_port *vp;
	uint16_t rowcol[2];
	unsigned id, event, value;
	int error;

	if (len < sizeof(c)) {
		viocon_odd(sc, "control message's bytes", len, sizeof(c));
		return;
	}
	memcpy(&c, msg, sizeof(c));
	msg += sizeof(c);
	len -= sizeof(c);
	id = virtio_rw32(vsc, c.id);
	event = virtio_rw16(vsc, c.event);
	value = virtio_rw16(vsc, c.value);
	if (id >= sc->sc_nports) {
		viocon_odd(sc, "port", id, sc->sc_nports - 1);
		return;
	}
	vp = &sc->sc_ports[id];
	if (event != VIRTIO_CONSOLE_PORT_ADD && !vp->vp_present) {
		viocon_odd(sc, "message to absent port", id, event);
		return;
	}
	switch (event) {
	case VIRTIO_CONSOLE_PORT_ADD:
		if (vp->vp_present)
			break;
		error = viocon_port_add(vp);
		sc->sc_answer = (struct viocon_answer){ id,
		    VIRTIO_CONSOLE_PORT_READY, error == 0 };
		if (error)
			device_printf(sc->sc_dev, "no memory for port %u: "
			    "error %d\n", id, error);
		break;
	case VIRTIO_CONSOLE_PORT_REMOVE:
		viocon_port_remove(vp);
		break;
	case VIRTIO_CONSOLE_CONSOLE_PORT:
		/* A console is open as long as it is there. */
		sc->sc_answer = (struct viocon_answer){ id,
		    VIRTIO_CONSOLE_PORT_OPEN, 1 };
		break;
	case VIRTIO_CONSOLE_RESIZE:
		if (len < sizeof(rowcol)) {
			viocon_odd(sc, "size's bytes", len, sizeof(rowcol));
			break;
		}
		memcpy(rowcol, msg, sizeof(rowcol));
		mutex_enter(&vp->vp_lock);
		vp->vp_winsize.ws_row = virtio_rw16(vsc, rowcol[0]);
		vp->vp_winsize.ws_col = virtio_rw16(vsc, rowcol[1]);
		mutex_exit(&vp->vp_lock);
		break;
	case VIRTIO_CONSOLE_PORT_OPEN:
		mutex_enter(&vp->vp_lock);
		vp->vp_hostopen = value != 0;
		cv_broadcast(&vp->vp_cv);
		selnotify(&vp->vp_rsel, POLLIN | POLLRDNORM, NOTE_SUBMIT);
		mutex_exit(&vp->vp_lock);
		break;
	case VIRTIO_CONSOLE_PORT_NAME:
		viocon_port_name(vp, msg, len);
		break;
	default:
		viocon_odd(sc, "control event", event,
		    VIRTIO_CONSOLE_PORT_NAME);
		break;
	}
}

static void
viocon_read_size(struct viocon_softc *sc)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct viocon_port *vp = &sc->sc_ports[0];
	struct winsize ws = { 0 };

	if ((virtio_features(vsc) & VIRTIO_CONSOLE_F_SIZE) == 0)
		return;
	ws.ws_col = virtio_read_device_config_2(vsc,
	    VIRTIO_CONSOLE_CONFIG_COLS);
	ws.ws_row = virtio_read_device_config_2(vsc,
	    VIRTIO_CONSOLE_CONFIG_ROWS);
	mutex_enter(&vp->vp_lock);
	vp->vp_winsize = ws;
	mutex_exit(&vp->vp_lock);
}

/* Control messages and changes of the configuration. */
static void
viocon_task(void *arg)
{
	struct viocon_softc *sc = arg;
	char msg[VIOCON_CTLSIZE];
	unsigned i, len, n;
	bool attached;
	int error = 0;

	/* An interrupt may come before the attachment has ended, or failed. */
	mutex_enter(&sc->sc_lock);
	attached = sc->sc_attached;
	mutex_exit(&sc->sc_lock);
	if (!attached)
		return;
	viocon_read_size(sc);
	for (n = 0; sc->sc_multiport && n < VIOCON_CTLBURST; n++) {
		/* A buffer that comes back lets us run again. */
		if (!viocon_ctl_answer(sc))
			return;
		mutex_enter(&sc->sc_lock);
		error = sc->sc_dying ? ENXIO :
		    viocon_take(sc, &sc->sc_ctlrx, &i, &len);
		mutex_exit(&sc->sc_lock);
		if (error)
			break;
		if (virtio_is_broken(sc->sc_virtio))
			continue;
		/* The one look at it; then the buffer is the device's. */
		memcpy(msg, viocon_buf(&sc->sc_mem, i), len);
		mutex_enter(&sc->sc_lock);
		(void)viocon_post(sc, &sc->sc_ctlrx, i, VIOCON_CTLSIZE);
		mutex_exit(&sc->sc_lock);
		viocon_ctl_message(sc, msg, len);
	}
	if (sc->sc_multiport && error == 0)
		(void)viocon_ctl_rx_intr(sc);
}

static int
viocon_config_change(struct virtio_softc *vsc)
{

	return viocon_ctl_rx_intr(device_private(virtio_child(vsc)));
}

/*
 * Attachment.
 */

static int
viocon_match(device_t parent, cfdata_t match, void *aux)
{
	const struct virtio_attach_args *va = aux;

	return va->sc_childdevid == VIRTIO_DEVICE_ID_CONSOLE;
}

static int
viocon_alloc_queue(struct viocon_softc *sc, struct viocon_queue *q,
    unsigned index, int (*intr)(void *), void *arg, bool out, const char *name)
{
	struct virtio_softc *vsc = sc->sc_virtio;
	struct virtqueue *vq = &sc->sc_vqs[index];
	int error;

	virtio_init_vq(vsc, vq, index, intr, arg);
	error = virtio_alloc_vq(vsc, vq, VIOCON_BUFSIZE, 1, name);
	if (error)
		return error;
	q->q_vq = vq;
	q->q_num = vq->vq_num;
	q->q_out = out;
	q->q_slots = kmem_zalloc(q->q_num * sizeof(*q->q_slots), KM_SLEEP);
	return 0;
}

static void
viocon_free_queue(struct viocon_softc *sc, struct viocon_queue *q)
{

	if (q->q_slots == NULL)
		return;
	(void)virtio_free_vq(sc->sc_virtio, q->q_vq);
	kmem_free(q->q_slots, q->q_num * sizeof(*q->q_slots));
	q->q_slots = NULL;
}

static int
viocon_alloc_queues(struct viocon_softc *sc)
{
	struct viocon_port *vp;
	unsigned i, index;
	char name[16];
	int error;

	for (i = 0; i < sc->sc_nports; i++) {
		vp = &sc->sc_ports[i];
		/* Those for control are between the first two ports'. */
		index = i == 0 ? 0 : 2 * i + 2;
		snprintf(name, sizeof(name), "port %u input", i);
		error = viocon_alloc_queue(sc, &vp->vp_rx, index,
		    viocon_rx_intr, vp, false, name);
		if (error)
			return error;
		snprintf(name, sizeof(name), "port %u output", i);
		error = viocon_alloc_queue(sc, &vp->vp_tx, index + 1,
		    viocon_tx_intr, vp, true, name);
		if (error)
			return error;
	}
	if (!sc->sc_multiport)
		return 0;
	error = viocon_alloc_queue(sc, &sc->sc_ctlrx, VIOCON_CTL_RX,
	    viocon_ctl_rx_intr, sc, false, "control input");
	if (error)
		return error;
	error = viocon_alloc_queue(sc, &sc->sc_ctltx, VIOCON_CTL_TX,
	    viocon_ctl_tx_intr, sc, true, "control output");
	if (error)
		return error;
	error = viocon_mem_alloc(sc, &sc->sc_mem, VIOCON_CTLSIZE,
	    2 * VIOCON_NCTL);
	if (error)
		return error;
	sc->sc_ctlrx.q_mem = sc->sc_ctltx.q_mem = &sc->sc_mem;
	sc->sc_ctlfree = (1U << MIN(VIOCON_NCTL, sc->sc_ctltx.q_num)) - 1;
	return 0;
}

/* Everything of the attachment; the device has been reset. */
static void
viocon_free(struct viocon_softc *sc)
{
	struct viocon_port *vp;
	unsigned i;

	for (i = 0; i < sc->sc_nports; i++) {
		vp = &sc->sc_ports[i];
		viocon_free_queue(sc, &vp->vp_rx);
		viocon_free_queue(sc, &vp->vp_tx);
		viocon_mem_free(sc, &vp->vp_mem);
		seldestroy(&vp->vp_rsel);
		seldestroy(&vp->vp_wsel);
		cv_destroy(&vp->vp_cv);
		mutex_destroy(&vp->vp_lock);
	}
	viocon_free_queue(sc, &sc->sc_ctlrx);
	viocon_free_queue(sc, &sc->sc_ctltx);
	viocon_mem_free(sc, &sc->sc_mem);
	kmem_free(sc->sc_ports, sc->sc_nports * sizeof(*sc->sc_ports));
	kmem_free(sc->sc_vqs, sc->sc_nvqs * sizeof(*sc->sc_vqs));
	sc->sc_ports = NULL;
	sc->sc_vqs = NULL;
	cv_destroy(&sc->sc_cv);
	mutex_destroy(&sc->sc_lock);
}

static void
viocon_attach(device_t parent, device_t self, void *aux)
{
	struct viocon_softc *sc = device_private(self);
	struct virtio_softc *vsc = device_private(parent);
	struct viocon_port *vp;
	uint32_t nports = 1;
	unsigned i;

	if (virtio_child(vsc) != NULL) {
		aprint_error(": %s has a child already\n",
		    device_xname(parent));
		return;
	}
	sc->sc_dev = self;
	sc->sc_virtio = vsc;
	virtio_child_attach_start(vsc, self, IPL_TTY,
	    VIRTIO_CONSOLE_F_SIZE | VIRTIO_CONSOLE_F_MULTIPORT |
	    VIRTIO_F_RING_EVENT_IDX, VIRTIO_CONSOLE_FLAG_BITS);
	sc->sc_multiport =
	    (virtio_features(vsc) & VIRTIO_CONSOLE_F_MULTIPORT) != 0;
	if (sc->sc_multiport)
		nports = virtio_read_device_config_4(vsc,
		    VIRTIO_CONSOLE_CONFIG_MAXPORTS);
	if (nports == 0) {
		aprint_error_dev(self, "no ports\n");
		virtio_child_attach_failed(vsc);
		return;
	}
	sc->sc_nports = MIN(nports, VIOCON_MAXPORTS);
	sc->sc_nvqs = sc->sc_multiport ? 2 * (sc->sc_nports + 1) : 2;
	sc->sc_vqs = kmem_zalloc(sc->sc_nvqs * sizeof(*sc->sc_vqs), KM_SLEEP);
	sc->sc_ports = kmem_zalloc(sc->sc_nports * sizeof(*sc->sc_ports),
	    KM_SLEEP);
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_TTY);
	cv_init(&sc->sc_cv, "vioconct");
	virtio_task_init(&sc->sc_task, viocon_task, sc);
	for (i = 0; i < sc->sc_nports; i++) {
		vp = &sc->sc_ports[i];
		vp->vp_sc = sc;
		vp->vp_index = i;
		mutex_init(&vp->vp_lock, MUTEX_DEFAULT, IPL_TTY);
		cv_init(&vp->vp_cv, "viocon");
		selinit(&vp->vp_rsel);
		selinit(&vp->vp_wsel);
	}
	if (viocon_alloc_queues(sc) != 0)
		goto fail;
	if (virtio_child_attach_finish(vsc, sc->sc_vqs, sc->sc_nvqs,
	    viocon_config_change, VIRTIO_F_INTR_MPSAFE) != 0)
		goto fail;
	mutex_enter(&sc->sc_lock);
	sc->sc_attached = true;
	mutex_exit(&sc->sc_lock);

	aprint_normal_dev(self, "%u port%s\n", sc->sc_nports,
	    sc->sc_nports == 1 ? "" : "s");
	viocon_read_size(sc);
	if (!sc->sc_multiport) {
		if (viocon_port_add(&sc->sc_ports[0]) != 0)
			aprint_error_dev(self, "no memory for the port\n");
		return;
	}
	mutex_enter(&sc->sc_lock);
	for (i = 0; i < MIN(VIOCON_NCTL, sc->sc_ctlrx.q_num); i++)
		(void)viocon_post(sc, &sc->sc_ctlrx, i, VIOCON_CTLSIZE);
	mutex_exit(&sc->sc_lock);
	(void)viocon_ctl_send(sc, 0, VIRTIO_CONSOLE_DEVICE_READY, 1, true);
	return;

fail:
	virtio_task_drain(&sc->sc_task);
	viocon_free(sc);
	virtio_child_attach_failed(vsc);
}

static int
viocon_detach(device_t self, int flags)
{
	struct viocon_softc *sc = device_private(self);
	struct viocon_port *vp;
	unsigned buf, i, len;
	bool open = false;
	int cmaj, mn;

	if (!sc->sc_attached)
		return 0;
	for (i = 0; i < sc->sc_nports; i++) {
		vp = &sc->sc_ports[i];
		mutex_enter(&vp->vp_lock);
		open |= vp->vp_open;
		mutex_exit(&vp->vp_lock);
	}
	if (open && (flags & DETACH_FORCE) == 0)
		return EBUSY;
	mutex_enter(&sc->sc_lock);
	sc->sc_dying = true;
	cv_broadcast(&sc->sc_cv);
	mutex_exit(&sc->sc_lock);
	virtio_task_drain(&sc->sc_task);
	virtio_revoke(sc->sc_virtio);
	for (i = 0; i < sc->sc_nports; i++)
		viocon_port_remove(&sc->sc_ports[i]);
	cmaj = cdevsw_lookup_major(&viocon_cdevsw);
	mn = VIOCON_MINOR(device_unit(self), 0);
	vdevgone(cmaj, mn, mn + VIOCON_MAXPORTS - 1, VCHR);

	for (i = 0; i < sc->sc_nports; i++) {
		vp = &sc->sc_ports[i];
		mutex_enter(&vp->vp_lock);
		while (vp->vp_users > 0)
			cv_wait(&vp->vp_cv, &vp->vp_lock);
		(void)viocon_tx_reap(vp);
		while (viocon_take(sc, &vp->vp_rx, &buf, &len) == 0)
			continue;
		mutex_exit(&vp->vp_lock);
	}
	mutex_enter(&sc->sc_lock);
	viocon_ctl_reap(sc);
	while (viocon_take(sc, &sc->sc_ctlrx, &buf, &len) == 0)
		continue;
	mutex_exit(&sc->sc_lock);
	virtio_child_detach(sc->sc_virtio);
	viocon_free(sc);
	sc->sc_attached = false;
	return 0;
}

/*
 * Device switch.
 */

static int
viocon_devtounit(dev_t dev)
{

	return VIOCON_UNIT(dev);
}

/* Enters a port that is there; viocon_leave() is next. */
static int
viocon_enter(dev_t dev, struct viocon_port **vpp)
{
	struct viocon_softc *sc;
	struct viocon_port *vp;

	sc = device_lookup_private(&viocon_cd, VIOCON_UNIT(dev));
	if (sc == NULL || !sc->sc_attached ||
	    VIOCON_PORT(dev) >= sc->sc_nports)
		return ENXIO;
	vp = &sc->sc_ports[VIOCON_PORT(dev)];
	mutex_enter(&vp->vp_lock);
	if (!vp->vp_present) {
		mutex_exit(&vp->vp_lock);
		return ENXIO;
	}
	vp->vp_users++;
	*vpp = vp;
	return 0;
}

/* The port is locked at both ends. */
static void
viocon_leave(struct viocon_port *vp)
{

	KASSERT(vp->vp_users > 0);
	if (--vp->vp_users == 0 && !vp->vp_present)
		cv_broadcast(&vp->vp_cv);
	mutex_exit(&vp->vp_lock);
}

static int
viocondev_open(dev_t dev, int flag, int mode, struct lwp *l)
{
	struct viocon_port *vp;
	bool first;
	int error;

	error = viocon_enter(dev, &vp);
	if (error)
		return error;
	first = !vp->vp_open;
	vp->vp_open = true;
	mutex_exit(&vp->vp_lock);
	if (first)
		(void)viocon_ctl_send(vp->vp_sc, vp->vp_index,
		    VIRTIO_CONSOLE_PORT_OPEN, 1, true);
	mutex_enter(&vp->vp_lock);
	viocon_leave(vp);
	return 0;
}

/* The last close, also of a port that has gone. */
static int
viocondev_close(dev_t dev, int flag, int mode, struct lwp *l)
{
	struct viocon_softc *sc;
	struct viocon_port *vp;
	bool present;

	sc = device_lookup_private(&viocon_cd, VIOCON_UNIT(dev));
	if (sc == NULL || !sc->sc_attached ||
	    VIOCON_PORT(dev) >= sc->sc_nports)
		return 0;
	vp = &sc->sc_ports[VIOCON_PORT(dev)];
	mutex_enter(&vp->vp_lock);
	vp->vp_users++;
	vp->vp_open = false;
	present = vp->vp_present;
	mutex_exit(&vp->vp_lock);
	if (present)
		(void)viocon_ctl_send(sc, vp->vp_index,
		    VIRTIO_CONSOLE_PORT_OPEN, 0, true);
	mutex_enter(&vp->vp_lock);
	viocon_leave(vp);
	return 0;
}

/* Copies what there is of the input; the port is locked. */
static int
viocon_copy_input(struct viocon_port *vp, struct uio *uio)
{
	const size_t n = MIN(uio->uio_resid, vp->vp_rlen);
	const char *p = viocon_buf(&vp->vp_mem, vp->vp_rbuf) + vp->vp_roff;
	int error;

	vp->vp_rbusy = true;
	mutex_exit(&vp->vp_lock);
	error = uiomove(__UNCONST(p), n, uio);
	mutex_enter(&vp->vp_lock);
	vp->vp_rbusy = false;
	cv_broadcast(&vp->vp_cv);
	if (error)
		return error;
	vp->vp_roff += n;
	vp->vp_rlen -= n;
	if (vp->vp_rlen == 0) {
		vp->vp_havebuf = false;
		(void)viocon_post(vp->vp_sc, &vp->vp_rx, vp->vp_rbuf,
		    VIOCON_BUFSIZE);
	}
	return 0;
}

static int
viocondev_read(dev_t dev, struct uio *uio, int ioflag)
{
	const size_t want = uio->uio_resid;
	struct viocon_port *vp;
	int error;

	error = viocon_enter(dev, &vp);
	if (error)
		return error;
	while (uio->uio_resid > 0 && error == 0) {
		if (!vp->vp_rbusy && viocon_rx_fetch(vp)) {
			error = viocon_copy_input(vp, uio);
			continue;
		}
		if (uio->uio_resid < want ||
		    (!vp->vp_rbusy && viocon_rx_eof(vp) && vp->vp_present))
			break;
		if (!viocon_usable(vp))
			error = EIO;
		else if ((ioflag & IO_NDELAY) != 0)
			error = EWOULDBLOCK;
		else
			error = cv_wait_sig(&vp->vp_cv, &vp->vp_lock);
	}
	viocon_leave(vp);
	return uio->uio_resid < want ? 0 : error;
}

/* Waits for a free output buffer: its number is in *ip. */
static int
viocon_wait_output(struct viocon_port *vp, int ioflag, unsigned *ip)
{
	const int begin = getticks();
	int error, left;

	for (;;) {
		if (!viocon_usable(vp))
			return EIO;
		if (vp->vp_txfree != 0)
			break;
		if (viocon_tx_reap(vp))
			continue;
		if ((ioflag & IO_NDELAY) != 0)
			return EWOULDBLOCK;
		/* Input wakes us, too, and must not make it longer. */
		left = VIOCON_PATIENCE * hz - (getticks() - begin);
		if (left <= 0)
			return ETIMEDOUT;
		error = cv_timedwait_sig(&vp->vp_cv, &vp->vp_lock, left);
		if (error != 0 && error != EWOULDBLOCK)
			return error;
	}
	*ip = ffs(vp->vp_txfree) - 1;
	vp->vp_txfree &= ~(1U << *ip);
	return 0;
}

static int
viocondev_write(dev_t dev, struct uio *uio, int ioflag)
{
	const size_t want = uio->uio_resid;
	struct viocon_port *vp;
	unsigned i;
	size_t n;
	int error;

	error = viocon_enter(dev, &vp);
	if (error)
		return error;
	while (uio->uio_resid > 0 && error == 0) {
		error = viocon_wait_output(vp, ioflag, &i);
		if (error)
			break;
		mutex_exit(&vp->vp_lock);
		n = MIN(uio->uio_resid, VIOCON_BUFSIZE);
		error = uiomove(viocon_buf(&vp->vp_mem, VIOCON_NRX + i), n,
		    uio);
		mutex_enter(&vp->vp_lock);
		if (error == 0)
			error = viocon_post(vp->vp_sc, &vp->vp_tx,
			    VIOCON_NRX + i, n);
		if (error) {
			vp->vp_txfree |= 1U << i;
			cv_broadcast(&vp->vp_cv);
		}
	}
	viocon_leave(vp);
	/* What went out counts, unless the last piece was lost. */
	if (error == EWOULDBLOCK || error == ETIMEDOUT || error == EINTR ||
	    error == ERESTART)
		return uio->uio_resid < want ? 0 : error;
	return error;
}

static int
viocondev_ioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct viocon_port *vp;
	int error;

	error = viocon_enter(dev, &vp);
	if (error)
		return error;
	switch (cmd) {
	case FIONBIO:
	case FIOASYNC:
		break;
	case FIONREAD:
		*(int *)data = viocon_rx_fetch(vp) ? vp->vp_rlen : 0;
		break;
	case TIOCGWINSZ:
		*(struct winsize *)data = vp->vp_winsize;
		break;
	case TIOCSWINSZ:
		vp->vp_winsize = *(struct winsize *)data;
		break;
	default:
		error = ENOTTY;
		break;
	}
	viocon_leave(vp);
	return error;
}

static int
viocondev_poll(dev_t dev, int events, struct lwp *l)
{
	struct viocon_port *vp;
	int revents = 0;

	if (viocon_enter(dev, &vp) != 0)
		return POLLHUP;
	if (!viocon_usable(vp))
		revents |= POLLHUP;
	if ((events & (POLLIN | POLLRDNORM)) != 0) {
		if (viocon_rx_fetch(vp) || viocon_rx_eof(vp))
			revents |= events & (POLLIN | POLLRDNORM);
		else
			selrecord(l, &vp->vp_rsel);
	}
	if ((events & (POLLOUT | POLLWRNORM)) != 0) {
		if (vp->vp_txfree != 0 || viocon_tx_reap(vp))
			revents |= events & (POLLOUT | POLLWRNORM);
		else
			selrecord(l, &vp->vp_wsel);
	}
	viocon_leave(vp);
	return revents;
}

/*
 * Events: EVFILT_READ and EVFILT_WRITE; kn_hook is the port.
 */

static void
filt_vioconrdetach(struct knote *kn)
{
	struct viocon_port *vp = kn->kn_hook;

	mutex_enter(&vp->vp_lock);
	selremove_knote(&vp->vp_rsel, kn);
	mutex_exit(&vp->vp_lock);
}

static int
filt_vioconread(struct knote *kn, long hint)
{
	struct viocon_port *vp = kn->kn_hook;
	int ready;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(&vp->vp_lock);
	kn->kn_data = viocon_rx_fetch(vp) ? vp->vp_rlen : 0;
	ready = kn->kn_data > 0;
	if (!viocon_usable(vp) || (!ready && viocon_rx_eof(vp))) {
		knote_set_eof(kn, 0);
		ready = 1;
	} else
		knote_clear_eof(kn);
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(&vp->vp_lock);
	return ready;
}

static void
filt_vioconwdetach(struct knote *kn)
{
	struct viocon_port *vp = kn->kn_hook;

	mutex_enter(&vp->vp_lock);
	selremove_knote(&vp->vp_wsel, kn);
	mutex_exit(&vp->vp_lock);
}

static int
filt_vioconwrite(struct knote *kn, long hint)
{
	struct viocon_port *vp = kn->kn_hook;
	int ready;

	if ((hint & NOTE_SUBMIT) == 0)
		mutex_enter(&vp->vp_lock);
	kn->kn_data = popcount32(vp->vp_txfree) * VIOCON_BUFSIZE;
	ready = kn->kn_data > 0;
	if (!viocon_usable(vp)) {
		knote_set_eof(kn, 0);
		ready = 1;
	} else
		knote_clear_eof(kn);
	if ((hint & NOTE_SUBMIT) == 0)
		mutex_exit(&vp->vp_lock);
	return ready;
}

static const struct filterops viocon_rfiltops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_vioconrdetach,
	.f_event = filt_vioconread,
};

static const struct filterops viocon_wfiltops = {
	.f_flags = FILTEROP_ISFD | FILTEROP_MPSAFE,
	.f_detach = filt_vioconwdetach,
	.f_event = filt_vioconwrite,
};

static int
viocondev_kqfilter(dev_t dev, struct knote *kn)
{
	struct viocon_port *vp;
	int error;

	error = viocon_enter(dev, &vp);
	if (error)
		return error;
	switch (kn->kn_filter) {
	case EVFILT_READ:
		kn->kn_fop = &viocon_rfiltops;
		kn->kn_hook = vp;
		selrecord_knote(&vp->vp_rsel, kn);
		break;
	case EVFILT_WRITE:
		kn->kn_fop = &viocon_wfiltops;
		kn->kn_hook = vp;
		selrecord_knote(&vp->vp_wsel, kn);
		break;
	default:
		error = EINVAL;
		break;
	}
	viocon_leave(vp);
	return error;
}

MODULE(MODULE_CLASS_DRIVER, viocon, "virtio");

static int
viocon_modcmd(modcmd_t cmd, void *opaque)
{

	switch (cmd) {
	case MODULE_CMD_INIT:
	case MODULE_CMD_FINI:
		return 0;
	default:
		return ENOTTY;
	}
}
