/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the files of the middle layer share.
 */

#ifndef _SCSIPI_IMPL_H_
#define	_SCSIPI_IMPL_H_

#include <sys/device.h>

#include <dev/scsipi/scsipiconf.h>

/* periph_flags: scsipi_kill_pending() was here, nothing starts any more. */
#define	PERIPH_GONE		0x1000

/* chan_flags: somebody is in scsipi_run_queue(); it shall look again. */
#define	SCSIPI_CHAN_RUNNING	0x1000
#define	SCSIPI_CHAN_RERUN	0x2000
/* ... somebody looks for devices. */
#define	SCSIPI_CHAN_PROBING	0x4000
/* ... its bus detaches: nobody shall look any more. */
#define	SCSIPI_CHAN_DYING	0x8000

/* chan_tflags: the thread shall have the adapter agree with all targets. */
#define	SCSIPI_CHANT_MODES	0x1000

/* xs_status: where the middle layer has the command. */
#define	XS_STS_QUEUED		0x00000010	/* on chan_queue */
#define	XS_STS_SENT		0x00000020	/* with the adapter */
#define	XS_STS_LOST		0x00000040	/* given up while it is there */
#define	XS_STS_FROZE		0x00000080	/* froze its periph */
#define	XS_STS_FREE		0x00000100	/* not a command any more */

/* Times a command may be queued again, whatever the reason. */
#define	SCSIPI_MAXREQUEUE	64

/* Seconds after which one is not queued again. */
#define	SCSIPI_MAXTIME		300

/*
 * Commands in a row without an answer in time, after which the unit is asked
 * but once for each, and so many ms at most; until it answers.
 */
#define	SCSIPI_MAXLATE		4
#define	SCSIPI_LATE_TIMEOUT	10000

/* ms that a unit gets at most which has let hours go by; until one takes long and is answered. */
#define	SCSIPI_LONG_TIMEOUT	900000

/* Seconds beyond its own time that an adapter may have a command at its end. */
#define	SCSIPI_DRAIN_GRACE	600

/* LUNs of REPORT LUNS, and those found one by one, that are looked at. */
#define	SCSIPI_MAXLUNS		256

/* Units of a channel, and seconds for looking at all of it. */
#define	SCSIPI_MAXUNITS		1024
#define	SCSIPI_PROBE_MAXTIME	300

/*
 * INQUIRY for a page of vital product data: at most size (255) bytes of it, its
 * header first, at data; those that the device does not have are zero.  ENXIO:
 * it has no such page.  Sleeps, unless flags say XS_CTL_POLL.
 */
struct scsipi_inquiry_evpd_header;
int	scsipi_inquire_vpd(struct scsipi_periph *, u_int8_t page,
	    struct scsipi_inquiry_evpd_header *data, size_t size, int flags);

/*
 * Sense data in the fixed format, whatever the device sent: descriptor
 * format is translated, SCSI-1's becomes "no sense".
 */
void	scsipi_sense_fixed(const struct scsi_sense_data *, struct scsi_sense_data *);

/* Whether the periph is going away. */
static inline bool
scsipi_periph_gone(const struct scsipi_periph *periph)
{

	return (periph->periph_flags & PERIPH_GONE) != 0;
}

/* scsipi_kill_pending() without the channel's lock. */
void	scsipi_end_commands(struct scsipi_periph *);

/* The words of scsipi_verbose.c. */
int	scsipi_print_sense_real(struct scsipi_xfer *, int);
void	scsipi_print_sense_data_real(struct scsi_sense_data *, int);
const char *scsipi_sense_text(unsigned asc, unsigned ascq);

/* A device's strings without control characters and trailing blanks. */
void	scsipi_strvis(char *dst, size_t dlen, const char *src, size_t slen);

/* Looking for devices: one thread at a time, or two find the same one; the adapter is on. */
int	scsipi_probe_enter(struct scsipi_channel *);
void	scsipi_probe_leave(struct scsipi_channel *);
/*
 * Whether a look that began at this tick has to end: the bus goes away, or, of
 * which it tells, there are too many units or they let us wait for too long.
 */
bool	scsipi_probe_over(struct scsipi_channel *, int began);

/*
 * What the buses have in common: the thread that looks for devices after boot;
 * their end, up to the channel's; a unit's driver (NULL: there is none), and
 * its end.
 */
void	scsipi_bus_discover(device_t self, struct scsipi_channel *, void (*)(void *), void *);
int	scsipi_bus_detach(struct scsipi_channel *, int flags);
device_t scsipi_bus_attach_unit(device_t self, struct scsipibus_attach_args *, int *locs, cfprint_t);
void	scsipi_bus_childdet(struct scsipi_channel *, device_t child);

/* Units that one opens at a time: adapter and PERIPH_OPEN.  EBUSY, or the adapter's. */
int	scsipi_unit_open(struct scsipi_periph *);
/* ... their end, and that of a close that comes once more after a revoke. */
void	scsipi_unit_close(struct scsipi_periph *);

/* Fails the commands that the adapter has not got. */
void	scsipi_fail_queued(struct scsipi_periph *);

#endif /* !_SCSIPI_IMPL_H_ */
