/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the files of the AHCI driver share.
 */

#ifndef _AHCI_IMPL_H_
#define	_AHCI_IMPL_H_

#include "ata_impl.h"

#include <dev/ic/ahcisatavar.h>

#define	AHCI_ACHP(chp)	((struct ahci_channel *)(chp))

/* How a transfer ends, besides with what the device says. */
enum ahci_end {
	AHCI_END_TFD,		/* the task file says it */
	AHCI_END_TIMEOUT,
	AHCI_END_RESET,
	AHCI_END_GONE,
	AHCI_END_REQUEUE,
	AHCI_END_DMA,		/* bytes that moved are not those asked for */
};

/* ahcisata_core.c */
int	ahci_issue(struct ata_channel *, struct ata_xfer *, void *, size_t, int,
	    uint16_t, int);
bool	ahci_usable(struct ata_channel *);
bool	ahci_active(struct ata_channel *, const struct ata_xfer *);
struct ata_xfer *ahci_claim(struct ata_channel *, int);
size_t	ahci_retire(struct ata_channel *, struct ata_xfer *);
int	ahci_poll(struct ata_channel *, struct ata_xfer *);
enum ahci_end ahci_reason(int);
uint8_t	*ahci_cfis(struct ata_channel *, int);
void	ahci_read_rfis(struct ata_channel *, uint8_t *);

/* ahcisata_xfer.c */

/* A kind of transfer: how it starts, and what its end means to who asked for it. */
struct ahci_xfer_ops {
	struct ata_xfer_ops xo_ops;	/* first */
	void	(*xo_end)(struct ata_channel *, struct ata_xfer *, enum ahci_end, int tfd,
		    size_t moved);
};
#define	AHCI_XFER_OPS(start)	{					\
	.c_start = (start),						\
	.c_poll = ahci_poll,						\
	.c_abort = ahci_xfer_abort,					\
	.c_intr = ahci_xfer_intr,					\
	.c_kill_xfer = ahci_xfer_kill,					\
}
void	ahci_xfer_finish(struct ata_channel *, struct ata_xfer *, enum ahci_end, int tfd);
void	ahci_xfer_abort(struct ata_channel *, struct ata_xfer *);
int	ahci_xfer_intr(struct ata_channel *, struct ata_xfer *, int);
void	ahci_xfer_kill(struct ata_channel *, struct ata_xfer *, int);

extern const struct ata_bustype ahci_ata_bustype;
void	ahci_recovery(struct ata_channel *, int, uint32_t);
void	ahci_reset_drive(struct ata_drive_datas *, int, uint32_t *);
void	ahci_reset_channel(struct ata_channel *, int);

/* ahcisata_atapi.c */
void	ahci_atapibus_attach(struct atabus_softc *);

#endif /* !_AHCI_IMPL_H_ */
