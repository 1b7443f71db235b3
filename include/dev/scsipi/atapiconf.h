/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ATAPI busses, see atapi(4).
 */

#ifndef _DEV_SCSIPI_ATAPICONF_H_
#define	_DEV_SCSIPI_ATAPICONF_H_

#include <sys/device.h>
#include <dev/scsipi/scsipiconf.h>

#ifdef _KERNEL
struct atapibus_softc {
	device_t sc_dev;
	struct scsipi_channel *sc_channel;
};

extern const struct scsipi_periphsw atapi_probe_periphsw;
extern const struct scsipi_bustype atapi_bustype;

/*
 * An adapter of ATAPI channels: chan_adapter points to one of these.
 * atapi_probe_device looks for a drive; when it is there it identifies it,
 * fills a scsipi_periph and scsipibus_attach_args in, and calls
 * atapi_probe_device(), which attaches its driver.
 */
struct atapi_adapter {
	struct scsipi_adapter _generic;
	void	(*atapi_probe_device)(struct atapibus_softc *, int);
};

void	*atapi_probe_device(struct atapibus_softc *, int,
	    struct scsipi_periph *, struct scsipibus_attach_args *);
int	atapiprint(void *, const char *);
void	atapi_print_addr(struct scsipi_periph *);
int	atapi_interpret_sense(struct scsipi_xfer *);
void	atapi_scsipi_cmd(struct scsipi_xfer *);
void	atapi_kill_pending(struct scsipi_periph *);
#endif

#endif /* !_DEV_SCSIPI_ATAPICONF_H_ */
