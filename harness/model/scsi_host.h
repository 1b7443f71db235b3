/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Targets of the SCSI model behind the kernel's adapter seam
 * (rumpuser_scsi.h), and a script of lies on top of them.
 *
 * The script has the records of hostile.h.  What they strike at here:
 *
 *	HOSTILE_CONF	a field of a result; where: enum scsi_host_field
 *	HOSTILE_REG	a CHECK CONDITION instead of the result; where: the
 *			opcode; val: key, code, qualifier, SCSI_HOST_S* bits
 *			in its bytes 0 to 3, INFORMATION in the upper half
 *	HOSTILE_STORE	data to the kernel; where: tag of the opcode
 *	HOSTILE_INTR	the completion: DROP is never, LATE is val ns later
 *	HOSTILE_SCRIBBLE the bytes of the sense data; where: the opcode
 *	HOSTILE_SPURIOUS an event after the command; where: its type, val: arg
 *	HOSTILE_UNPLUG	the unit is gone; where: HOSTILE_ANY or its number
 *	HOSTILE_SILENT	nothing completes from here on, for val ns (0: ever)
 *
 * nth and count are of commands, in the order in which the kernel gives them.
 */

#ifndef HARNESS_MODEL_SCSI_HOST_H
#define HARNESS_MODEL_SCSI_HOST_H

#include <stddef.h>
#include <stdint.h>

#include <rump/rumpuser_scsi.h>

#include "hostile.h"
#include "scsi.h"

struct scsi_host;

enum scsi_host_field {
	SCSI_HOST_STATUS,	/* sc_status */
	SCSI_HOST_RESID,	/* sc_resid: may be more than there was to move */
	SCSI_HOST_HOST,		/* sc_host */
	SCSI_HOST_SENSELEN,
	SCSI_HOST_DELAY,	/* ns */
	SCSI_HOST_NFIELD
};

#define SCSI_HOST_SDESC		0x01	/* descriptor format */
#define SCSI_HOST_SDEFERRED	0x02
#define SCSI_HOST_SINFO		0x04	/* INFORMATION is valid */
#define SCSI_HOST_SILI		0x20
#define SCSI_HOST_SEOM		0x40
#define SCSI_HOST_SFILEMARK	0x80

#define SCSI_HOST_MAXTARGETS	16

/* An adapter with no targets, registered; NULL without a slot or memory. */
struct scsi_host *scsi_host_create(const struct rumpuser_scsi_setup *);
/* Unregisters it, destroys its targets.  NULL is no host. */
void	scsi_host_destroy(struct scsi_host *);
unsigned scsi_host_adapter(const struct scsi_host *);

/*
 * Gives a target to the host, at channel 0; EEXIST, EINVAL.  With announce
 * the kernel hears of it.
 */
int	scsi_host_plug(struct scsi_host *, unsigned target, struct scsim_target *, int announce);
struct scsim_target *scsi_host_target(struct scsi_host *, unsigned target);

/*
 * Pulls the adapter out, commands and all; again: nothing.  scsi_host_replug()
 * registers it again (a new number).
 */
void	scsi_host_unplug(struct scsi_host *);
int	scsi_host_replug(struct scsi_host *);

/* The script; the bytes stay the caller's. */
void	scsi_host_script(struct scsi_host *, const uint8_t *script, size_t len, unsigned nrec);
/* Every command takes so many ns longer. */
void	scsi_host_delay(struct scsi_host *, uint64_t ns);
/* Sets the flag when a record of the script strikes. */
void	scsi_host_tampered(struct scsi_host *, int *flag);
/* Commands so far; those that are kept and not completed. */
unsigned scsi_host_commands(const struct scsi_host *);
unsigned scsi_host_outstanding(const struct scsi_host *);
/* Completes one command that is kept (the oldest); 0 if there is none. */
int	scsi_host_complete(struct scsi_host *);

/* Prints each command with its result; NULL: nothing. */
void	scsi_host_trace(struct scsi_host *, void (*)(const char *fmt, ...)
	    __attribute__((__format__(__printf__, 1, 2))));

#endif /* HARNESS_MODEL_SCSI_HOST_H */
