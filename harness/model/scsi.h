/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A SCSI target in process: logical units that execute command descriptor
 * blocks.  Disk (SBC-3), CD/DVD (MMC-5), tape (SSC-3), enclosure (SES-2),
 * medium changer (SMC-3) and a unit of no special type, with what all of
 * them have from SPC-4: sense in both formats, unit attentions, REPORT LUNS,
 * INQUIRY with vital product data, mode pages, reservations.
 *
 * A target is plain host memory of one owner: made with scsim_create(),
 * filled with units, given to whatever carries commands (the adapter seam,
 * the virtio-scsi model, a port of the AHCI model for ATAPI), and destroyed.
 * Nothing here is static, sleeps, keeps time or calls the kernel.
 *
 * Execution is a function of the unit's state: scsim_execute() returns with
 * status, sense and data.  Whoever carries the command delivers the result,
 * after sc_delay nanoseconds or never if the result says so.
 *
 * Medium contents live in memory (sparse; what was never written reads as
 * zero) or behind struct rumpuser_image_ops, as a file or a fuzz input does.
 */

#ifndef HARNESS_MODEL_SCSI_H
#define HARNESS_MODEL_SCSI_H

#include <stddef.h>
#include <stdint.h>

#include <rump/rumpuser_fuzz.h>

struct scsim_target;
struct scsim_lun;

/* Peripheral device types of INQUIRY. */
enum scsim_type {
	SCSIM_DISK = 0x00,
	SCSIM_TAPE = 0x01,
	SCSIM_PROCESSOR = 0x03,		/* what uk(4) attaches to */
	SCSIM_CDROM = 0x05,
	SCSIM_CHANGER = 0x08,
	SCSIM_ENCLOSURE = 0x0d,
};

/* SAM status codes. */
#define SCSIM_GOOD		0x00
#define SCSIM_CHECK		0x02
#define SCSIM_BUSY		0x08
#define SCSIM_CONFLICT		0x18
#define SCSIM_TASK_SET_FULL	0x28
#define SCSIM_ABORTED		0x40

/* Sense keys. */
enum {
	SCSIM_NO_SENSE, SCSIM_RECOVERED, SCSIM_NOT_READY, SCSIM_MEDIUM_ERROR,
	SCSIM_HARDWARE_ERROR, SCSIM_ILLEGAL_REQUEST, SCSIM_UNIT_ATTENTION, SCSIM_DATA_PROTECT,
	SCSIM_BLANK_CHECK, SCSIM_VENDOR, SCSIM_COPY_ABORTED, SCSIM_ABORTED_COMMAND,
	SCSIM_VOLUME_OVERFLOW = 0xd, SCSIM_MISCOMPARE = 0xe
};

#define SCSIM_NLUNS		256u	/* units of a target: LUN 0 to 255 */
#define SCSIM_SENSE_MAX		96u
#define SCSIM_XFER_MAX		(16u << 20)	/* bytes one command may move */
#define SCSIM_NEVER		UINT64_MAX

/* What a unit is.  Zero fields take the type's defaults. */
struct scsim_config {
	enum scsim_type	sm_type;
	unsigned	sm_flags;
	const char     *sm_vendor;	/* cut or padded to 8, 16 and 4 characters */
	const char     *sm_product;
	const char     *sm_revision;
	const char     *sm_serial;	/* VPD page 0x80; default from the LUN */
	uint32_t	sm_blksize;	/* 512 (disk), 2048 (CD); tape: 0 is variable */
	uint64_t	sm_nblocks;	/* disk, CD; tape: capacity in KiB */
	/* Medium; NULL: in memory.  Tapes are always in memory. */
	const struct rumpuser_image_ops *sm_image;
	void	       *sm_cookie;
	/* Changer: elements of each kind; drives are the LUNs after the changer's. */
	uint16_t	sm_pickers, sm_slots, sm_portals, sm_drives;
	/* Enclosure: elements of the types that have any, by SES type code. */
	uint8_t		sm_elements[16];
	/* CD: tracks and sessions; 0 is one data track. */
	uint8_t		sm_tracks, sm_audio;	/* the last sm_audio tracks are audio */
	uint8_t		sm_sessions;
};

#define SCSIM_REMOVABLE		0x0001	/* medium can go (CD, tape: always) */
#define SCSIM_NOMEDIUM		0x0002	/* starts without one */
#define SCSIM_READONLY		0x0004	/* write protected */
#define SCSIM_DESC_SENSE	0x0008	/* descriptor format sense from the start */
#define SCSIM_NOCACHE		0x0010	/* no caching page, no SYNCHRONIZE CACHE */
#define SCSIM_THIN		0x0020	/* UNMAP and WRITE SAME with its VPD pages */
#define SCSIM_OLD		0x0040	/* SCSI-2: no REPORT LUNS, VPD, 16 byte CDBs */
#define SCSIM_ATAPI		0x0080	/* answers as an ATAPI device does */
#define SCSIM_NO_UA		0x0100	/* no power-on unit attention */
#define SCSIM_STOPPED		0x0200	/* needs START STOP UNIT */
#define SCSIM_FUA		0x0400	/* says so in mode sense */
#define SCSIM_SAFTE		0x0800	/* enclosure: SAF-TE processor instead of SES */

/* One command and its result. */
struct scsim_cmd {
	/* From the initiator.  Data-in is cut at sc_datalen. */
	uint16_t	sc_lun;
	uint8_t		sc_initiator;	/* who asks, for reservations */
	uint8_t		sc_cdblen;	/* 6 to 32 */
	const uint8_t  *sc_cdb;
	uint8_t	       *sc_data;	/* data-out, or room for data-in */
	size_t		sc_datalen;
	int		sc_out;		/* sc_data is data-out */

	/* The result. */
	uint8_t		sc_status;
	uint8_t		sc_senselen;	/* with SCSIM_CHECK: autosense */
	size_t		sc_done;	/* bytes moved; the rest is the residual */
	uint64_t	sc_want;	/* bytes the device wanted to move */
	uint64_t	sc_delay;	/* deliver this much later; SCSIM_NEVER: do not */
	uint8_t		sc_sense[SCSIM_SENSE_MAX];
};

/* Events that a carrier may tell the initiator about, without a command. */
enum scsim_event {
	SCSIM_EV_ATTACH = 1,	/* the unit is new */
	SCSIM_EV_DETACH,	/* it is gone */
	SCSIM_EV_CHANGE,	/* parameters or capacity changed (asc, ascq) */
	SCSIM_EV_RESET,
};

/* An empty target; NULL without memory.  destroy accepts NULL. */
struct scsim_target *scsim_create(void);
void	scsim_destroy(struct scsim_target *);

/*
 * Adds a unit; EEXIST, EINVAL (number or block size), ENOMEM.  The strings
 * are copied; the image's cookie stays the caller's.  Units that are there
 * learn of it by a unit attention, the carrier by an event.
 */
int	scsim_add(struct scsim_target *, unsigned lun, const struct scsim_config *);
/* Takes it away; ENXIO.  Commands to it answer LOGICAL UNIT NOT SUPPORTED. */
int	scsim_remove(struct scsim_target *, unsigned lun);
struct scsim_lun *scsim_lun(struct scsim_target *, unsigned lun);
enum scsim_type scsim_lun_type(const struct scsim_lun *);

/* Executes; the result is in the command.  Whatever the CDB, it returns. */
void	scsim_execute(struct scsim_target *, struct scsim_cmd *);

/*
 * Task management: LOGICAL UNIT RESET, or of all units with lun < 0.  State
 * returns to what it was at power-on, medium and its contents stay.
 */
void	scsim_reset(struct scsim_target *, int lun);
/* I_T NEXUS LOSS: reservations of the initiator end, units say so. */
void	scsim_nexus_loss(struct scsim_target *, unsigned initiator);

/* Who hears of events; one listener, NULL to stop. */
void	scsim_listen(struct scsim_target *, void (*)(void *arg, unsigned lun, enum scsim_event,
	    unsigned asc, unsigned ascq), void *arg);

/* Pends a unit attention (up to 8; more push the oldest out). */
void	scsim_attention(struct scsim_lun *, unsigned asc, unsigned ascq);

/* Takes the medium out by hand, or puts it in (with its contents). */
void	scsim_eject(struct scsim_lun *);
void	scsim_insert(struct scsim_lun *);
/* Disk: the capacity becomes this many blocks (unit attention 2A/09). */
void	scsim_resize(struct scsim_lun *, uint64_t nblocks);
/* Medium contents, for tests: bytes at off, past the caches; 0 or an errno. */
int	scsim_peek(struct scsim_lun *, uint64_t off, void *, size_t);
int	scsim_poke(struct scsim_lun *, uint64_t off, const void *, size_t);
/* Tape: appends a record as if written (NULL: a file mark); 0 or ENOSPC. */
int	scsim_tape_append(struct scsim_lun *, const void *, size_t);
/* Reserves the unit for another initiator, or ends that. */
void	scsim_steal(struct scsim_lun *, unsigned initiator, int on);

/*
 * Faults.  A fault waits for the nth command (1: the next one) with this
 * opcode (SCSIM_ANY: whichever; medium access is SCSIM_MEDIUM), then acts
 * `times` times (0: for ever).  At most SCSIM_NFAULTS wait at a time;
 * ENOSPC.  A fault with sf_instead set replaces execution, else the command
 * is executed and the result changed.
 */
#define SCSIM_NFAULTS	16u
#define SCSIM_ANY	0x100
#define SCSIM_MEDIUM	0x101

struct scsim_fault {
	uint16_t	sf_opcode;
	uint8_t		sf_instead;
	uint8_t		sf_status;	/* SCSIM_CHECK with the sense below, or another */
	uint8_t		sf_key, sf_asc, sf_ascq;
	uint8_t		sf_deferred;	/* response code 71h or 73h */
	uint8_t		sf_info_valid;
	uint64_t	sf_info;	/* INFORMATION field */
	uint32_t	sf_short;	/* so many bytes less than asked move */
	uint64_t	sf_delay;	/* added to sc_delay; SCSIM_NEVER */
	uint32_t	sf_nth, sf_times;
	/* Medium errors: blocks [sf_lba, sf_lba + sf_nblks), 0: all. */
	uint64_t	sf_lba, sf_nblks;
};
int	scsim_fault(struct scsim_lun *, const struct scsim_fault *);
void	scsim_fault_clear(struct scsim_lun *);

/*
 * A hostile layer's place: called with each command before execution
 * (after 0: nonzero means "handled, do not execute") and with the result
 * (after 1).  It may change everything that is the device's to say.
 */
typedef int (*scsim_filter_fn)(void *arg, struct scsim_cmd *, int after);
void	scsim_filter(struct scsim_target *, scsim_filter_fn, void *arg);

/* Fills status, sense format and length of a result as the unit would. */
void	scsim_sense(const struct scsim_lun *, struct scsim_cmd *, unsigned key, unsigned asc,
	    unsigned ascq);

/* Counters of a unit, for tests and reports. */
struct scsim_stats {
	uint64_t	ss_commands, ss_checks;
	uint64_t	ss_read, ss_written;	/* bytes */
	uint64_t	ss_syncs;
	uint32_t	ss_byop[256];
	uint8_t		ss_lastop;
};
const struct scsim_stats *scsim_stats(const struct scsim_lun *);

/* The name of an opcode for this type of unit ("READ(10)"), or NULL. */
const char *scsim_opname(enum scsim_type, unsigned opcode);

#endif /* HARNESS_MODEL_SCSI_H */
