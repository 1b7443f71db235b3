/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What Serial ATA drivers share.
 */

#ifndef _DEV_ATA_SATAVAR_H_
#define	_DEV_ATA_SATAVAR_H_

#include <sys/bus.h>
#include <dev/ata/atavar.h>

/* Words for a speed of SStatus. */
const char *sata_speed(uint32_t);

/*
 * Resets an interface and waits for its link; returns what of SStatus is in
 * SStatus_DET_mask.  flags are AT_WAIT (may sleep) or AT_POLL.  The channel is
 * locked.
 */
uint32_t sata_reset_interface(struct ata_channel *, bus_space_tag_t,
	    bus_space_handle_t scontrol, bus_space_handle_t sstatus, int flags);

/*
 * Type of the drive at a port from its signature.  Makes room for one drive if
 * there is none.  The channel is locked; may sleep.
 */
void	sata_interpret_sig(struct ata_channel *, int port, uint32_t sig);

#endif /* !_DEV_ATA_SATAVAR_H_ */
