/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * SCSI busses, see scsi(4).
 */

#ifndef _DEV_SCSIPI_SCSICONF_H_
#define	_DEV_SCSIPI_SCSICONF_H_

#include <dev/scsipi/scsipiconf.h>

#ifdef _KERNEL
/* The print function for config_found() of a channel. */
int	scsiprint(void *, const char *);

struct scsibus_softc {
	device_t sc_dev;
	struct scsipi_channel *sc_channel;
	int	sc_flags;
};

/* sc_flags */
#define	SCSIBUSF_OPEN	0x00000001
#endif

/* Transports, for SCSIPI_BUSTYPE_BUSTYPE(). */
#define	SCSIPI_BUSTYPE_SCSI_PSCSI	0
#define	SCSIPI_BUSTYPE_SCSI_FC		1
#define	SCSIPI_BUSTYPE_SCSI_SAS		2
#define	SCSIPI_BUSTYPE_SCSI_USB		3

#ifdef _KERNEL
extern const struct scsipi_bustype scsi_bustype;
extern const struct scsipi_bustype scsi_fc_bustype;
extern const struct scsipi_bustype scsi_sas_bustype;
extern const struct scsipi_bustype scsi_usb_bustype;

int	scsi_change_def(struct scsipi_periph *, int);
void	scsi_kill_pending(struct scsipi_periph *);
void	scsi_print_addr(struct scsipi_periph *);
int	scsi_probe_bus(struct scsibus_softc *, int, int);
void	scsi_scsipi_cmd(struct scsipi_xfer *);
void	scsi_async_event_xfer_mode(struct scsipi_channel *, void *);
void	scsi_fc_sas_async_event_xfer_mode(struct scsipi_channel *, void *);
#endif

#endif /* !_DEV_SCSIPI_SCSICONF_H_ */
