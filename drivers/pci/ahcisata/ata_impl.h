/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the files of the ATA code share.
 */

#ifndef _ATA_IMPL_H_
#define	_ATA_IMPL_H_

#define	ATABUS_PRIVATE
#include <dev/ata/atareg.h>
#include <dev/ata/atavar.h>

/* The thread that works for channels, the pool of transfers; at boot. */
int	ata_component_init(void);

/* An active transfer, which is not polled, is late in so many ms.  Locked. */
void	ata_deadline(struct ata_xfer *, int);

/* Waits until nobody looks for drives; ATACH_SHUTDOWN keeps it so. */
void	ata_rescan_wait(struct ata_channel *);

/* Looks for drives on a channel whose bus is attached, again and again. */
void	atabus_probe(struct atabus_softc *);

extern struct cfdriver atabus_cd, wd_cd;
extern const struct bdevsw wd_bdevsw;
extern const struct cdevsw wd_cdevsw;

#endif /* !_ATA_IMPL_H_ */
