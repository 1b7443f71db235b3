/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * SCSI units behind an adapter without a bus (scsihost(4)), for targets.  The
 * script has the kinds of records that model/scsi_host.h tells of.
 *
 * The device's part of the header:
 *
 *	u8 bits of the adapter (DEVOPS_SCSI_*), u8 and u8 bits of the first
 *	unit (SCSIM_*, little-endian), u8 further units, a bit for each of
 *	devops_scsi_types from the second on, u8 variant of the first unit
 *
 * The variant of a disk is its block size (0: 512, 1: 1024, 2: 2048, 3:
 * 4096); of a CD the tracks in bits 0 to 3, less one, of them audio in bits 4
 * and 5, and the sessions in bits 6 and 7, less one; of a tape the block size
 * in bits 0 to 3 (0: variable, else 2^n bytes), and in the others the records
 * that are on it.
 */

#ifndef HARNESS_DEVOPS_SCSI_H
#define HARNESS_DEVOPS_SCSI_H

#include "devops.h"
#include "model/scsi.h"

#define DEVOPS_SCSI_NOSENSE	0x01	/* no autosense */
#define DEVOPS_SCSI_TAGS	0x02
#define DEVOPS_SCSI_CANGROW	0x04
#define DEVOPS_SCSI_ONE		0x08	/* one command at a time */
#define DEVOPS_SCSI_SMALL	0x10	/* at most 4 KiB a command */
#define DEVOPS_SCSI_ATAPI	0x20	/* an ATAPI bus */
#define DEVOPS_SCSI_TARGETS	0x40	/* units are LUN 0 of targets, not LUNs of one */

/* What unit i is: disk, CD, tape, unknown, enclosure, changer, SAF-TE, disk. */
#define DEVOPS_SCSI_NTYPES	8
extern const enum scsim_type devops_scsi_types[DEVOPS_SCSI_NTYPES];

/*
 * Functions of struct devops_dev.  create makes a first unit of its type with
 * what the header says; devops_scsi_create_all makes all eight.
 */
int	devops_scsi_create_disk(struct devops *);
int	devops_scsi_create_cd(struct devops *);
int	devops_scsi_create_tape(struct devops *);
int	devops_scsi_create_all(struct devops *);
void	devops_scsi_unplug(struct devops *);
int	devops_scsi_plug(struct devops *);
void	devops_scsi_event(struct devops *, const struct devop *);
void	devops_scsi_destroy(struct devops *);

/*
 * What happens to units of a target, by idx modulo 8: a unit comes (0) or goes
 * (1), a unit attention (2), a fault (3), a resize (4), the medium goes (5) or
 * comes (6), another host's reservation (7).  mode is the unit.
 */
void	devops_scsi_unit_event(struct devops *, struct scsim_target *, const struct devop *);

extern const struct devmut_hints devops_scsi_hints;

/* ioctls: of disks with scsi(4)'s, of CDs, of tapes, of all. */
extern const struct devops_ioctl devops_scsi_disk_ioctls[], devops_cd_ioctls[], devops_tape_ioctls[],
    devops_scsi_ioctls[];
/* Whose those are, for devices with a create of their own. */
void	devops_scsi_ioctls_of(struct devops *);

/*
 * The input of the bar for SCSI: a disk attached, at least 20 commands with
 * what comes of attaching it not counted, detached.
 */
extern const struct devops_dev devops_scsi_disk;
extern const uint8_t bench_scsi_disk[];
extern const size_t bench_scsi_disk_len;

#endif /* HARNESS_DEVOPS_SCSI_H */
