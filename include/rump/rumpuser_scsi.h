/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Hypercalls for SCSI without a bus: a program registers adapters, the
 * kernel's scsihost(4) finds them and hands them commands.
 *
 * A command is a CDB for a logical unit with a buffer and a time limit.  The
 * device answers at once, after some time, when it likes, or never.  It also
 * tells of events (bus reset, units that come and go) and takes aborts and
 * resets.  The kernel trusts nothing of an answer.
 *
 * Integer results are 0 or an errno with NetBSD's numbers.
 */

#ifndef _RUMP_RUMPUSER_SCSI_H_
#define _RUMP_RUMPUSER_SCSI_H_

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

#define	RUMPUSER_SCSI_NADAPTER	8	/* adapters at a time */
#define	RUMPUSER_SCSI_SENSELEN	252	/* the standard's limit */
#define	RUMPUSER_SCSI_NEVENT	32	/* events that may wait */

/* su_bustype */
#define	RUMPUSER_SCSI_SCSI	0	/* channels of targets of units */
#define	RUMPUSER_SCSI_ATAPI	1	/* drives 0 ... su_ntargets - 1 */

/* What an adapter can do. */
struct rumpuser_scsi_setup {
	const char *su_name;		/* for the log; lives as long as it */
	int	su_bustype;
	unsigned su_nchannels;		/* 1 ... 4 */
	unsigned su_ntargets;		/* in each channel, 1 ... 256 */
	unsigned su_nluns;		/* in each target, 1 ... 16384 */
	int	su_id;			/* target number of its own, or -1 */
	unsigned su_openings;		/* commands at a time, 1 ... 256 */
	unsigned su_perperiph;		/* ... of one unit, 1 ... su_openings */
	size_t	su_maxxfer;		/* bytes of one command, 512 or more */
	unsigned su_flags;		/* RUMPUSER_SCSI_TAGS, ... */
};
#define	RUMPUSER_SCSI_TAGS	0x01	/* tagged commands */
#define	RUMPUSER_SCSI_NOSENSE	0x02	/* no sense with CHECK CONDITION: ask */
#define	RUMPUSER_SCSI_CANGROW	0x04	/* openings grow on demand */

/* sc_dir */
#define	RUMPUSER_SCSI_NONE	0
#define	RUMPUSER_SCSI_IN	1	/* device to memory */
#define	RUMPUSER_SCSI_OUT	2	/* memory to device */

/* sc_tagtype: the message codes of SCSI, 0 for an untagged command. */
#define	RUMPUSER_SCSI_SIMPLE	0x20
#define	RUMPUSER_SCSI_HEAD	0x21
#define	RUMPUSER_SCSI_ORDERED	0x22

/* sc_host: how far the command came. */
#define	RUMPUSER_SCSI_OK	0	/* sc_status is the device's */
#define	RUMPUSER_SCSI_NODEV	1	/* nobody at that address */
#define	RUMPUSER_SCSI_TIMEOUT	2	/* started, no answer */
#define	RUMPUSER_SCSI_BUSY	3	/* the adapter has no room now */
#define	RUMPUSER_SCSI_RESET	4	/* ended by a reset */
#define	RUMPUSER_SCSI_REQUEUE	5	/* not started; ask again */
#define	RUMPUSER_SCSI_ERROR	6	/* the adapter failed */

/*
 * A command.  The kernel owns it until submit and after completion; the
 * device may use it, and the sc_datalen bytes at sc_data, in between.
 */
struct rumpuser_scsi_cmd {
	/* Set by the kernel. */
	unsigned sc_adapter;
	unsigned sc_channel;
	unsigned sc_target;
	uint64_t sc_lun;
	uint8_t	sc_cdb[16];
	unsigned sc_cdblen;		/* 6 ... 16 */
	int	sc_dir;
	void	*sc_data;
	size_t	sc_datalen;
	unsigned sc_timeout;		/* ms; the kernel aborts after it */
	uint8_t	sc_tagtype;
	uint8_t	sc_tag;
	void	*sc_kernel;		/* not the device's business */

	/* Set by the device. */
	int	sc_host;
	uint8_t	sc_status;		/* SCSI status byte */
	size_t	sc_resid;		/* bytes of sc_datalen not moved */
	unsigned sc_senselen;		/* bytes of sc_sense that are valid */
	uint8_t	sc_sense[RUMPUSER_SCSI_SENSELEN];
	uint64_t sc_delay;		/* ns until the kernel may know */
	void	*sc_device;		/* for the device's own use */
	struct rumpuser_scsi_cmd *sc_next; /* the hypercall layer's */
};

/* Task management. */
enum rumpuser_scsi_tmf {
	RUMPUSER_SCSI_ABORT,		/* one command */
	RUMPUSER_SCSI_LURESET,		/* a unit */
	RUMPUSER_SCSI_TARGETRESET,
	RUMPUSER_SCSI_BUSRESET,		/* a channel */
};

/* Events. */
enum rumpuser_scsi_evtype {
	RUMPUSER_SCSI_EV_RESET,		/* somebody reset the channel */
	RUMPUSER_SCSI_EV_OPENINGS,	/* unit takes ev_arg commands */
	RUMPUSER_SCSI_EV_PLUG,		/* a unit came (lun ~0: a target) */
	RUMPUSER_SCSI_EV_UNPLUG,	/* a unit went (lun ~0: a target) */
};
struct rumpuser_scsi_event {
	enum rumpuser_scsi_evtype ev_type;
	unsigned ev_channel;
	unsigned ev_target;
	uint64_t ev_lun;
	unsigned ev_arg;
};

/*
 * From the kernel.
 */

/* Facts of the idx'th slot: 0, ENOENT if empty, EINVAL past the last. */
int	rumpuser_scsi_probe(unsigned adapter, struct rumpuser_scsi_setup *);

/*
 * Takes the adapter into use: the line irq is asserted whenever a command or
 * an event is there to be taken (irq -1: it is not, look after each submit).
 * ENOENT, or EBUSY while it is in use.
 */
int	rumpuser_scsi_open(unsigned adapter, int irq);
/* Ends that; what was not taken is dropped. */
void	rumpuser_scsi_close(unsigned adapter);

/*
 * Hands a command over.  0: it is answered, sc_delay says when; EINPROGRESS:
 * the device keeps it and rumpuser_scsi_take() will return it some day, or
 * never.  Without an adapter the answer is RUMPUSER_SCSI_NODEV.
 */
int	rumpuser_scsi_submit(struct rumpuser_scsi_cmd *);

/* The next command that the device completed, or NULL. */
struct rumpuser_scsi_cmd *rumpuser_scsi_take(unsigned adapter);

/* The next event; ENOENT if there is none. */
int	rumpuser_scsi_take_event(unsigned adapter, struct rumpuser_scsi_event *);

/*
 * Task management.  For an abort cmd is the command, which the device has not
 * to touch any more when this returns, whatever the result; it will not come
 * out of rumpuser_scsi_take().  The resets let go of all commands of the
 * unit, target or channel in the same way.  ESRCH: the device knows no such
 * command, unit, target.
 */
int	rumpuser_scsi_tmf(unsigned adapter, enum rumpuser_scsi_tmf, unsigned channel,
	    unsigned target, uint64_t lun, struct rumpuser_scsi_cmd *cmd);

/* Wants more openings; returns how many more there are now. */
unsigned rumpuser_scsi_grow(unsigned adapter);

/*
 * The device.  Its functions are called in the thread that made the
 * hypercall and must not call into the kernel.
 */
struct rumpuser_scsi_ops {
	/* As rumpuser_scsi_submit(). */
	int	(*so_submit)(void *ctx, struct rumpuser_scsi_cmd *);
	/* As rumpuser_scsi_tmf(); or NULL: nothing can be aborted (ESRCH). */
	int	(*so_tmf)(void *ctx, enum rumpuser_scsi_tmf, unsigned channel,
		    unsigned target, uint64_t lun, struct rumpuser_scsi_cmd *);
	/* As rumpuser_scsi_grow(); or NULL. */
	unsigned (*so_grow)(void *ctx);
};

/*
 * From the program and from the device.
 */

/*
 * Registers an adapter.  The kernel sees it at boot, or when its main bus is
 * scanned again (rump_pub_dev_rescan()).  A restore puts back those that a
 * snapshot saw.  EINVAL for a setup out of the limits above, ENOSPC.
 */
int	rumpuser_scsi_attach(const struct rumpuser_scsi_setup *,
	    const struct rumpuser_scsi_ops *, void *ctx, unsigned *adapterp);

/* Takes it out, by force; the kernel gets RUMPUSER_SCSI_NODEV from then on. */
void	rumpuser_scsi_detach(unsigned adapter);

/* Gives a command back that so_submit answered with EINPROGRESS. */
void	rumpuser_scsi_done(struct rumpuser_scsi_cmd *);

/* Tells of an event; ENOSPC when too many wait, ENOENT. */
int	rumpuser_scsi_event(unsigned adapter, const struct rumpuser_scsi_event *);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPUSER_SCSI_H_ */
