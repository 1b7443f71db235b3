/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The SCSI and ATAPI middle layer, see scsi(4), scsi(9).
 *
 * An adapter (struct scsipi_adapter) has channels (struct scsipi_channel).
 * Adapter drivers fill both in and call config_found(self, chan, scsiprint)
 * for each channel; the bus that attaches finds peripherals (struct
 * scsipi_periph).  A peripheral's driver runs commands (struct scsipi_xfer)
 * by scsipi_command() or scsipi_execute_xs(); the adapter gets them through
 * adapt_request and gives them back with scsipi_done().
 *
 * Locks: all of a channel's and its peripherals' members that change are
 * under chan_mtx(), which is the adapter's.
 */

#ifndef _DEV_SCSIPI_SCSIPICONF_H_
#define	_DEV_SCSIPI_SCSIPICONF_H_

typedef	int	boolean;

#include <sys/types.h>
#include <sys/callout.h>
#include <sys/queue.h>
#include <sys/condvar.h>
#ifdef _KERNEL
#include <sys/device_if.h>
#include <sys/mutex.h>
#endif
#include <dev/scsipi/scsi_spc.h>
#include <dev/scsipi/scsipi_debug.h>

struct buf;
struct proc;
struct device;
struct lwp;
struct scsipi_channel;
struct scsipi_periph;
struct scsipi_xfer;
struct scsipi_inquiry_data;

TAILQ_HEAD(scsipi_xfer_queue, scsipi_xfer);

/* Any CDB. */
struct scsipi_generic {
	u_int8_t opcode;
	u_int8_t bytes[15];
};

/*
 * What an adapter tells the middle layer, and the argument.
 */
typedef enum {
	ASYNC_EVENT_MAX_OPENINGS,	/* struct scsipi_max_openings * */
	ASYNC_EVENT_XFER_MODE,		/* struct scsipi_xfer_mode * */
	ASYNC_EVENT_RESET		/* NULL: the channel was reset */
} scsipi_async_event_t;

struct scsipi_max_openings {
	int	mo_target;
	int	mo_lun;
	int	mo_openings;
};

struct scsipi_xfer_mode {
	int	xm_target;
	int	xm_mode;		/* PERIPH_CAP_* in use */
	int	xm_period;		/* sync period factor */
	int	xm_offset;		/* sync offset */
};

/*
 * What the middle layer asks of an adapter, and the argument.
 */
typedef enum {
	ADAPTER_REQ_RUN_XFER,		/* struct scsipi_xfer * */
	ADAPTER_REQ_GROW_RESOURCES,	/* NULL: more openings */
	ADAPTER_REQ_SET_XFER_MODE	/* struct scsipi_xfer_mode * */
} scsipi_adapter_req_t;

#ifdef _KERNEL
/*
 * Functions of a peripheral's driver.
 *
 * psw_error	sense data or an error came; EJUSTRETURN: the middle layer
 *		shall do what it does by default, ERESTART: run it again,
 *		else the errno.  Called without the channel's lock.
 * psw_start	there may be openings again.  Called with the lock.
 * psw_async	an event came from the adapter.
 * psw_done	the command has ended with this errno.
 */
struct scsipi_periphsw {
	int	(*psw_error)(struct scsipi_xfer *);
	void	(*psw_start)(struct scsipi_periph *);
	int	(*psw_async)(struct scsipi_periph *,
		    scsipi_async_event_t, void *);
	void	(*psw_done)(struct scsipi_xfer *, int);
};

struct disk_parms;
struct scsipi_inquiry_pattern;

/*
 * An adapter.  Openings are counted here, or in each channel with
 * SCSIPI_CHAN_OPENINGS.
 */
struct scsipi_adapter {
	device_t adapt_dev;
	int	adapt_nchannels;
	volatile int adapt_refcnt;	/* users, see adapt_enable */
	int	adapt_openings;		/* commands it can still take */
	int	adapt_max_periph;	/* ... at a time from one peripheral */
	int	adapt_flags;		/* SCSIPI_ADAPT_* */

	void	(*adapt_request)(struct scsipi_channel *,
		    scsipi_adapter_req_t, void *);
	void	(*adapt_minphys)(struct buf *);
	int	(*adapt_ioctl)(struct scsipi_channel *, u_long,
		    void *, int, struct proc *);
	int	(*adapt_enable)(device_t, int);
	int	(*adapt_getgeom)(struct scsipi_periph *,
		    struct disk_parms *, u_long);
	int	(*adapt_accesschk)(struct scsipi_periph *,
		    struct scsipi_inquiry_pattern *);

	kmutex_t adapt_mtx;
	volatile int adapt_running;	/* channels that use adapt_mtx */
};

/* adapt_flags */
#define	SCSIPI_ADAPT_POLL_ONLY	0x01	/* no interrupts */
#define	SCSIPI_ADAPT_MPSAFE	0x02	/* works without the kernel lock */

/* Calls of an adapter's functions; with the kernel lock unless MPSAFE. */
void	scsipi_adapter_minphys(struct scsipi_channel *, struct buf *);
void	scsipi_adapter_request(struct scsipi_channel *,
	    scsipi_adapter_req_t, void *);
int	scsipi_adapter_ioctl(struct scsipi_channel *, u_long,
	    void *, int, struct proc *);
int	scsipi_adapter_enable(struct scsipi_adapter *, int);
#endif

/*
 * A kind of bus: SCSI of several transports, ATAPI.
 */
struct scsipi_bustype {
	int	bustype_type;

	void	(*bustype_cmd)(struct scsipi_xfer *);
	int	(*bustype_interpret_sense)(struct scsipi_xfer *);
	void	(*bustype_printaddr)(struct scsipi_periph *);
	void	(*bustype_kill_pending)(struct scsipi_periph *);
	void	(*bustype_async_event_xfer_mode)(struct scsipi_channel *,
		    void *);
};

/* bustype_type: the type, and in the second byte the transport. */
#define	SCSIPI_BUSTYPE_TYPE_SHIFT	0
#define	SCSIPI_BUSTYPE_TYPE(x)	(((x) >> SCSIPI_BUSTYPE_TYPE_SHIFT) & 0xff)
#define	SCSIPI_BUSTYPE_SCSI	0
#define	SCSIPI_BUSTYPE_ATAPI	1
#define	SCSIPI_BUSTYPE_SUBTYPE_SHIFT	8
#define	SCSIPI_BUSTYPE_SUBTYPE(x)	\
    (((x) >> SCSIPI_BUSTYPE_SUBTYPE_SHIFT) & 0xff)
#define	SCSIPI_BUSTYPE_BUSTYPE(t, s)	\
    ((t) << SCSIPI_BUSTYPE_TYPE_SHIFT | (s) << SCSIPI_BUSTYPE_SUBTYPE_SHIFT)

#define	SCSIPI_CHAN_PERIPH_BUCKETS	16
#define	SCSIPI_CHAN_PERIPH_HASHMASK	(SCSIPI_CHAN_PERIPH_BUCKETS - 1)

#ifdef _KERNEL
/*
 * A channel.  chan_bustype is first: ATA attaches with a structure that
 * starts with its bus type, too.
 */
struct scsipi_channel {
	const struct scsipi_bustype *chan_bustype;
	const char *chan_name;

	struct scsipi_adapter *chan_adapter;

	LIST_HEAD(, scsipi_periph) chan_periphtab[SCSIPI_CHAN_PERIPH_BUCKETS];

	int	chan_channel;		/* its number */
	int	chan_flags;		/* SCSIPI_CHAN_* */
	int	chan_openings;
	int	chan_max_periph;

	int	chan_ntargets;
	int	chan_nluns;
	int	chan_id;		/* the adapter's target number */

	int	chan_defquirks;		/* PQUIRK_* of all its devices */

	struct lwp *chan_dthread;	/* discovery */
	struct lwp *chan_thread;	/* completion */
	int	chan_tflags;		/* SCSIPI_CHANT_* */

	int	chan_qfreeze;		/* nothing starts while not 0 */

	struct scsipi_xfer_queue chan_queue;	/* to be started */
	struct scsipi_xfer_queue chan_complete;	/* ended with an error */

	/* What the completion thread shall call, with CHANT_CALLBACK. */
	void	(*chan_callback)(struct scsipi_channel *, void *);
	void	*chan_callback_arg;

	/* What it shall call once when it starts. */
	void	(*chan_init_cb)(struct scsipi_channel *, void *);
	void	*chan_init_cb_arg;

	kcondvar_t chan_cv_comp;
	kcondvar_t chan_cv_thr;
	kcondvar_t chan_cv_xs;

	struct scsipi_xfer_queue chan_reap;	/* freed once their callout rests */
	int	chan_users;		/* threads that will look at it again */

#define	chan_cv_complete(ch)	(&(ch)->chan_cv_comp)
#define	chan_cv_thread(ch)	(&(ch)->chan_cv_thr)
};

#define	chan_running(ch)	((ch)->chan_adapter->adapt_running)
#define	chan_mtx(ch)		(&(ch)->chan_adapter->adapt_mtx)
#endif

/* chan_flags */
#define	SCSIPI_CHAN_OPENINGS	0x01	/* chan_openings counts */
#define	SCSIPI_CHAN_CANGROW	0x02	/* REQ_GROW_RESOURCES works */
#define	SCSIPI_CHAN_NOSETTLE	0x04	/* no waiting before the scan */
#define	SCSIPI_CHAN_TACTIVE	0x08	/* the completion thread runs */

/* chan_tflags */
#define	SCSIPI_CHANT_SHUTDOWN	0x01	/* the thread shall end */
#define	SCSIPI_CHANT_CALLBACK	0x02	/* ... call chan_callback */
#define	SCSIPI_CHANT_KICK	0x04	/* ... run the queue */
#define	SCSIPI_CHANT_GROWRES	0x08	/* ... ask for more openings */

#define	SCSIPI_CHAN_MAX_PERIPH(chan)					\
	(((chan)->chan_flags & SCSIPI_CHAN_OPENINGS) ?			\
	    (chan)->chan_max_periph : (chan)->chan_adapter->adapt_max_periph)

#define	scsipi_printaddr(periph)					\
	(*(periph)->periph_channel->chan_bustype->bustype_printaddr)((periph))

#define	scsipi_periph_bustype(periph)					\
	(periph)->periph_channel->chan_bustype->bustype_type

/* A bit for each of 256 tags. */
#define	PERIPH_NTAGWORDS	((256 / 8) / sizeof(u_int32_t))

#ifdef _KERNEL
/*
 * Commands a device knows and how long they may take, if it said so.
 */
struct scsipi_opcodes {
	struct scsipi_opinfo {
		long	ti_timeout;	/* seconds; 0: not known */
		unsigned long ti_flags;
#define	SCSIPI_TI_VALID		0x0001	/* the device knows it */
#define	SCSIPI_TI_LOGGED	0x8000	/* a change was traced */
	} opcode_info[0x100];
};

/*
 * A peripheral: a logical unit and the way to it.
 */
struct scsipi_periph {
	device_t periph_dev;		/* its driver's, NULL before attach */
	struct scsipi_channel *periph_channel;

	LIST_ENTRY(scsipi_periph) periph_hash;

	const struct scsipi_periphsw *periph_switch;
	int	periph_openings;	/* commands at a time */
	int	periph_active;		/* commands there are */
	int	periph_sent;		/* ... that the adapter has */

	int	periph_mode;		/* PERIPH_CAP_* in use */
	int	periph_period;
	int	periph_offset;

	/* From its INQUIRY data. */
	u_int8_t periph_type;		/* T_* */
	int	periph_cap;		/* PERIPH_CAP_* */
	int	periph_quirks;		/* PQUIRK_* */

	int	periph_flags;		/* PERIPH_* */
	int	periph_dbflags;		/* SCSIPI_DB* */

	int	periph_target;		/* drive, on ATAPI */
	int	periph_lun;		/* 0, on ATAPI */

	int	periph_version;		/* SPC version; ANSI SCSI's before */

	int	periph_qfreeze;		/* nothing starts while not 0 */

	struct scsipi_opcodes *periph_opcs;	/* or NULL */

	u_int32_t periph_freetags[PERIPH_NTAGWORDS];

	struct scsipi_xfer_queue periph_xferq;	/* all there are */

	callout_t periph_callout;

	struct scsipi_xfer *periph_xscheck;	/* its sense is being read */
	int	periph_sensing;		/* commands whose sense is */

	kcondvar_t periph_cv;
#define	periph_cv_periph(p)	(&(p)->periph_cv)
#define	periph_cv_active(p)	(&(p)->periph_cv)

	int	periph_waiters;		/* sleepers for an opening */
	int	periph_starting;	/* threads in psw_start, and others that use it */
	int	periph_late;		/* commands in a row that were not answered in time */
	bool	periph_slow;		/* one that had hours was not answered */
};
#endif

#define	PERIPH_XFER_MODE(periph)					\
	(((periph)->periph_flags & PERIPH_MODE_VALID) ?			\
	    (periph)->periph_mode : 0)

/* periph_cap */
#define	PERIPH_CAP_ANEC		0x0001	/* asynchronous events */
#define	PERIPH_CAP_TERMIOP	0x0002	/* TERMINATE I/O PROCESS */
#define	PERIPH_CAP_RELADR	0x0004	/* relative addresses */
#define	PERIPH_CAP_WIDE32	0x0008
#define	PERIPH_CAP_WIDE16	0x0010
					/* 0x0060: ATAPI's DRQ type */
#define	PERIPH_CAP_SYNC		0x0080
#define	PERIPH_CAP_LINKCMDS	0x0100
#define	PERIPH_CAP_TQING	0x0200	/* tagged commands */
#define	PERIPH_CAP_SFTRESET	0x0400
#define	PERIPH_CAP_CMD16	0x0800	/* CDBs of 16 bytes (ATAPI) */
#define	PERIPH_CAP_DT		0x1000
#define	PERIPH_CAP_QAS		0x2000
#define	PERIPH_CAP_IUS		0x4000

/* periph_flags */
#define	PERIPH_REMOVABLE	0x0001	/* the medium can be removed */
#define	PERIPH_MEDIA_LOADED	0x0002	/* what was learnt of it holds */
#define	PERIPH_WAITING		0x0004	/* somebody waits for an opening */
#define	PERIPH_OPEN		0x0008
#define	PERIPH_WAITDRAIN	0x0010	/* somebody waits for the last one */
#define	PERIPH_GROW_OPENINGS	0x0020	/* openings may grow */
#define	PERIPH_MODE_VALID	0x0040	/* periph_mode is valid */
#define	PERIPH_RECOVERING	0x0080	/* only urgent commands */
#define	PERIPH_RECOVERY_ACTIVE	0x0100	/* one of them is running */
#define	PERIPH_KEEP_LABEL	0x0200	/* after the last close */
#define	PERIPH_SENSE		0x0400	/* sense is to be read */
#define	PERIPH_UNTAG		0x0800	/* an untagged command is running */

/* periph_quirks */
#define	PQUIRK_AUTOSAVE		0x00000001	/* saves pointers by itself */
#define	PQUIRK_NOSYNC		0x00000002	/* no SDTR */
#define	PQUIRK_NOWIDE		0x00000004	/* no WDTR */
#define	PQUIRK_NOTAG		0x00000008	/* no tagged commands */
#define	PQUIRK_NOLUNS		0x00000010	/* only LUN 0 */
#define	PQUIRK_FORCELUNS	0x00000020	/* look for LUNs in spite of it */
#define	PQUIRK_NOMODESENSE	0x00000040	/* MODE SENSE does harm */
#define	PQUIRK_NOSYNCCACHE	0x00000100	/* no SYNCHRONIZE CACHE */
#define	PQUIRK_LITTLETOC	0x00000400	/* little-endian TOC */
#define	PQUIRK_NOCAPACITY	0x00000800	/* no READ CD CAPACITY */
#define	PQUIRK_NOTUR		0x00001000	/* no TEST UNIT READY */
#define	PQUIRK_NODOORLOCK	0x00002000	/* the door has no lock */
#define	PQUIRK_NOSENSE		0x00004000	/* no REQUEST SENSE */
#define	PQUIRK_ONLYBIG		0x00008000	/* no CDBs of 6 bytes */
#define	PQUIRK_NOBIGMODESENSE	0x00040000	/* no MODE SENSE (10) */
#define	PQUIRK_CAP_SYNC		0x00080000	/* sync, though not said */
#define	PQUIRK_CAP_WIDE16	0x00100000	/* wide, though not said */
#define	PQUIRK_CAP_NODT		0x00200000	/* no DT, though said */
#define	PQUIRK_START		0x00400000	/* START before it is ready */
#define	PQUIRK_NOFUA		0x00800000	/* no FUA bit */
#define	PQUIRK_NOREPSUPPOPC	0x01000000	/* no REPORT SUPPORTED OPCODES */

/* What an adapter says of a command. */
typedef enum {
	XS_NOERROR,		/* it worked */
	XS_SENSE,		/* there is sense data */
	XS_SHORTSENSE,		/* there is ATAPI's short sense */
	XS_DRIVER_STUFFUP,	/* the adapter failed */
	XS_RESOURCE_SHORTAGE,	/* the adapter has no room */
	XS_SELTIMEOUT,		/* nobody there */
	XS_TIMEOUT,		/* no answer in time */
	XS_BUSY,		/* the device is busy: see status */
	XS_RESET,		/* ended by a reset */
	XS_REQUEUE		/* run it again */
} scsipi_xfer_result_t;

#ifdef _KERNEL
/*
 * A command.  channel_q is the middle layer's until the adapter gets the
 * command, the adapter's until scsipi_done(), the middle layer's again.
 */
struct scsipi_xfer {
	TAILQ_ENTRY(scsipi_xfer) channel_q;
	TAILQ_ENTRY(scsipi_xfer) device_q;	/* periph_xferq */
	callout_t xs_callout;		/* for the adapter */
	int	xs_control;		/* XS_CTL_* */
	volatile int xs_status;		/* XS_STS_* */
	struct scsipi_periph *xs_periph;
	int	xs_retries;		/* that are left */
	int	xs_requeuecnt;		/* times it was queued again */
	int	timeout;		/* ms */
	struct	scsipi_generic *cmd;	/* the CDB: cmdstore */
	int	cmdlen;
	u_char	*data;			/* buffer, or a uio */
	int	datalen;
	int	resid;			/* bytes not moved */
	scsipi_xfer_result_t error;
	struct	buf *bp;		/* whose I/O it is, or NULL */
	union {
		struct	scsi_sense_data scsi_sense;
		u_int32_t atapi_sense;
	} sense;

	struct scsipi_xfer *xs_sensefor;	/* whose sense it reads */

	u_int8_t status;		/* SCSI status byte */

	u_int8_t xs_tag_type;		/* MSG_*_Q_TAG, or 0 */
	u_int8_t xs_tag_id;

	struct	scsipi_generic cmdstore __aligned(4);
	int	xs_began;		/* tick when the adapter got it first */

#define	xs_cv(xs)	(&(xs)->xs_periph->periph_channel->chan_cv_xs)
};
#endif

/* xs_control */
#define	XS_CTL_NOSLEEP		0x00000001	/* do not sleep */
#define	XS_CTL_POLL		0x00000002	/* wait by polling */
#define	XS_CTL_DISCOVERY	0x00000004	/* looking for devices */
#define	XS_CTL_ASYNC		0x00000008	/* do not wait */
#define	XS_CTL_USERCMD		0x00000010	/* from SCIOCCOMMAND */
#define	XS_CTL_SILENT		0x00000020	/* do not print sense */
#define	XS_CTL_IGNORE_NOT_READY	0x00000040
#define	XS_CTL_IGNORE_MEDIA_CHANGE 0x00000080
#define	XS_CTL_IGNORE_ILLEGAL_REQUEST 0x00000100
#define	XS_CTL_SILENT_NODEV	0x00000200	/* ... "no medium" */
#define	XS_CTL_RESET		0x00000400	/* reset the device */
#define	XS_CTL_DATA_UIO		0x00000800	/* data is a uio */
#define	XS_CTL_DATA_IN		0x00001000	/* device to memory */
#define	XS_CTL_DATA_OUT		0x00002000	/* memory to device */
#define	XS_CTL_TARGET		0x00004000	/* target mode */
#define	XS_CTL_ESCAPE		0x00008000
#define	XS_CTL_URGENT		0x00010000	/* recovery: goes first */
#define	XS_CTL_SIMPLE_TAG	0x00020000
#define	XS_CTL_ORDERED_TAG	0x00040000
#define	XS_CTL_HEAD_TAG		0x00080000
#define	XS_CTL_THAW_PERIPH	0x00100000	/* once it is queued */
#define	XS_CTL_FREEZE_PERIPH	0x00200000	/* when it is done */
#define	XS_CTL_REQSENSE		0x00800000	/* a REQUEST SENSE of ours */

#define	XS_CTL_TAGMASK	(XS_CTL_SIMPLE_TAG|XS_CTL_ORDERED_TAG|XS_CTL_HEAD_TAG)
#define	XS_CTL_TAGTYPE(xs)	((xs)->xs_control & XS_CTL_TAGMASK)

/* xs_status */
#define	XS_STS_DONE		0x00000001
#define	XS_STS_PRIVATE		0xf0000000	/* the adapter's */

/*
 * A device, for scsipi_inqmatch(); the more of it matches the better.
 */
struct scsipi_inquiry_pattern {
	u_int8_t type;
	boolean removable;
	const char *vendor;
	const char *product;
	const char *revision;
};

/* What a peripheral's driver gets at match and attach. */
struct scsipibus_attach_args {
	struct scsipi_periph *sa_periph;
	struct scsipi_inquiry_pattern sa_inqbuf;
	struct scsipi_inquiry_data *sa_inqptr;
	union {
		u_int8_t scsi_version;
	} scsipi_info;
};

struct scsi_quirk_inquiry_pattern {
	struct scsipi_inquiry_pattern pattern;
	int quirks;
};

#define	SCSIPIRETRIES	4		/* for commands of no importance */

#ifdef _KERNEL
void	scsipi_init(void);
void	scsipi_ioctl_init(void);
void	scsipi_load_verbose(void);
int	scsipi_command(struct scsipi_periph *, struct scsipi_generic *, int,
	    u_char *, int, int, int, struct buf *, int);
void	scsipi_create_completion_thread(void *);
const void *scsipi_inqmatch(struct scsipi_inquiry_pattern *, const void *,
	    size_t, size_t, int *);
const char *scsipi_dtype(int);
int	scsipi_execute_xs(struct scsipi_xfer *);
int	scsipi_test_unit_ready(struct scsipi_periph *, int);
int	scsipi_prevent(struct scsipi_periph *, int, int);
int	scsipi_inquire(struct scsipi_periph *,
	    struct scsipi_inquiry_data *, int);
int	scsipi_mode_select(struct scsipi_periph *, int,
	    struct scsi_mode_parameter_header_6 *, int, int, int, int);
int	scsipi_mode_select_big(struct scsipi_periph *, int,
	    struct scsi_mode_parameter_header_10 *, int, int, int, int);
int	scsipi_mode_sense(struct scsipi_periph *, int, int,
	    struct scsi_mode_parameter_header_6 *, int, int, int, int);
int	scsipi_mode_sense_big(struct scsipi_periph *, int, int,
	    struct scsi_mode_parameter_header_10 *, int, int, int, int);
int	scsipi_start(struct scsipi_periph *, int, int);
void	scsipi_done(struct scsipi_xfer *);
void	scsipi_user_done(struct scsipi_xfer *);
int	scsipi_interpret_sense(struct scsipi_xfer *);
void	scsipi_wait_drain(struct scsipi_periph *);
void	scsipi_kill_pending(struct scsipi_periph *);
void	scsipi_get_opcodeinfo(struct scsipi_periph *);
void	scsipi_free_opcodeinfo(struct scsipi_periph *);
struct scsipi_periph *scsipi_alloc_periph(int);
void	scsipi_free_periph(struct scsipi_periph *);

/* Words for sense data; scsi_verbose_loaded says that they are there. */
extern int	(*scsipi_print_sense)(struct scsipi_xfer *, int);
extern void	(*scsipi_print_sense_data)(struct scsi_sense_data *, int);
int	scsipi_print_sense_stub(struct scsipi_xfer *, int);
void	scsipi_print_sense_data_stub(struct scsi_sense_data *, int);
extern int	scsi_verbose_loaded;

void	scsipi_print_cdb(struct scsipi_generic *);
int	scsipi_thread_call_callback(struct scsipi_channel *,
	    void (*)(struct scsipi_channel *, void *), void *);
void	scsipi_async_event(struct scsipi_channel *,
	    scsipi_async_event_t, void *);
int	scsipi_do_ioctl(struct scsipi_periph *, dev_t, u_long, void *,
	    int, struct lwp *);

void	scsipi_set_xfer_mode(struct scsipi_channel *, int, int);

int	scsipi_channel_init(struct scsipi_channel *);
void	scsipi_channel_shutdown(struct scsipi_channel *);

void	scsipi_insert_periph(struct scsipi_channel *,
	    struct scsipi_periph *);
void	scsipi_remove_periph(struct scsipi_channel *,
	    struct scsipi_periph *);
struct scsipi_periph *scsipi_lookup_periph(struct scsipi_channel *,
	    int, int);
struct scsipi_periph *scsipi_lookup_periph_locked(struct scsipi_channel *,
	    int, int);
int	scsipi_target_detach(struct scsipi_channel *, int, int, int);

int	scsipi_adapter_addref(struct scsipi_adapter *);
void	scsipi_adapter_delref(struct scsipi_adapter *);

void	scsipi_channel_freeze(struct scsipi_channel *, int);
void	scsipi_channel_thaw(struct scsipi_channel *, int);
void	scsipi_channel_timed_thaw(void *);

void	scsipi_periph_freeze(struct scsipi_periph *, int);
void	scsipi_periph_thaw(struct scsipi_periph *, int);
void	scsipi_periph_timed_thaw(void *);

void	scsipi_periph_freeze_locked(struct scsipi_periph *, int);
void	scsipi_periph_thaw_locked(struct scsipi_periph *, int);

int	scsipi_sync_period_to_factor(int);
int	scsipi_sync_factor_to_period(int);
int	scsipi_sync_factor_to_freq(int);

void	show_scsipi_xs(struct scsipi_xfer *);
void	show_scsipi_cmd(struct scsipi_xfer *);
void	show_mem(u_char *, int);
#endif /* _KERNEL */

/*
 * Big-endian ("b") and little-endian ("l") numbers of some bytes.
 */
static __inline void
_lto2b(u_int32_t val, u_int8_t *bytes)
{

	bytes[0] = (u_int8_t)(val >> 8);
	bytes[1] = (u_int8_t)val;
}

static __inline void
_lto3b(u_int32_t val, u_int8_t *bytes)
{

	bytes[0] = (u_int8_t)(val >> 16);
	_lto2b(val, bytes + 1);
}

static __inline void
_lto4b(u_int32_t val, u_int8_t *bytes)
{

	_lto2b(val >> 16, bytes);
	_lto2b(val, bytes + 2);
}

static __inline void
_lto8b(u_int64_t val, u_int8_t *bytes)
{

	_lto4b((u_int32_t)(val >> 32), bytes);
	_lto4b((u_int32_t)val, bytes + 4);
}

static __inline u_int32_t
_2btol(const u_int8_t *bytes)
{

	return (u_int32_t)bytes[0] << 8 | bytes[1];
}

static __inline u_int32_t
_3btol(const u_int8_t *bytes)
{

	return (u_int32_t)bytes[0] << 16 | _2btol(bytes + 1);
}

static __inline u_int32_t
_4btol(const u_int8_t *bytes)
{

	return _2btol(bytes) << 16 | _2btol(bytes + 2);
}

static __inline u_int64_t
_5btol(const u_int8_t *bytes)
{

	return (u_int64_t)bytes[0] << 32 | _4btol(bytes + 1);
}

static __inline u_int64_t
_8btol(const u_int8_t *bytes)
{

	return (u_int64_t)_4btol(bytes) << 32 | _4btol(bytes + 4);
}

static __inline void
_lto2l(u_int32_t val, u_int8_t *bytes)
{

	bytes[0] = (u_int8_t)val;
	bytes[1] = (u_int8_t)(val >> 8);
}

static __inline void
_lto3l(u_int32_t val, u_int8_t *bytes)
{

	_lto2l(val, bytes);
	bytes[2] = (u_int8_t)(val >> 16);
}

static __inline void
_lto4l(u_int32_t val, u_int8_t *bytes)
{

	_lto2l(val, bytes);
	_lto2l(val >> 16, bytes + 2);
}

static __inline u_int32_t
_2ltol(const u_int8_t *bytes)
{

	return bytes[0] | (u_int32_t)bytes[1] << 8;
}

static __inline u_int32_t
_3ltol(const u_int8_t *bytes)
{

	return _2ltol(bytes) | (u_int32_t)bytes[2] << 16;
}

static __inline u_int32_t
_4ltol(const u_int8_t *bytes)
{

	return _2ltol(bytes) | _2ltol(bytes + 2) << 16;
}

#endif /* !_DEV_SCSIPI_SCSIPICONF_H_ */
