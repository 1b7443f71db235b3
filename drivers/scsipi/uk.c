/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * uk(4): a device that no other driver wants.  It can be opened by one at a
 * time, for SCIOCCOMMAND and the other requests of scsi(4).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsiconf.h>

#include "scsipi_impl.h"

#define	UKUNIT(z)	(minor(z))

struct uk_softc {
	device_t sc_dev;
	struct scsipi_periph *sc_periph;	/* NULL: not attached */
};

static int	ukmatch(device_t, cfdata_t, void *);
static void	ukattach(device_t, device_t, void *);
static int	ukdetach(device_t, int);

CFATTACH_DECL_NEW(uk, sizeof(struct uk_softc), ukmatch, ukattach, ukdetach, NULL);

extern struct cfdriver uk_cd;

static dev_type_open(ukopen);
static dev_type_close(ukclose);
static dev_type_ioctl(ukioctl);

const struct cdevsw uk_cdevsw = {
	.d_open = ukopen,
	.d_close = ukclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = ukioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &uk_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_OTHER
};

static int
ukmatch(device_t parent, cfdata_t cf, void *aux)
{

	/* Any device, if nobody knows it better. */
	return 1;
}

static void
ukattach(device_t parent, device_t self, void *aux)
{
	struct uk_softc *uk = device_private(self);
	struct scsipibus_attach_args *sa = aux;
	struct scsipi_periph *periph = sa->sa_periph;

	uk->sc_dev = self;
	uk->sc_periph = periph;
	periph->periph_dev = self;
	aprint_naive("\n");
	aprint_normal("\n");
	if (!pmf_device_register(self, NULL, NULL))
		aprint_error_dev(self, "couldn't establish power handler\n");
}

static int
ukdetach(device_t self, int flags)
{
	struct uk_softc *uk = device_private(self);
	int cmaj, mn;

	if (uk->sc_periph != NULL) {
		if ((flags & DETACH_FORCE) == 0 &&
		    (uk->sc_periph->periph_flags & PERIPH_OPEN) != 0)
			return EBUSY;
		scsipi_end_commands(uk->sc_periph);
	}
	cmaj = cdevsw_lookup_major(&uk_cdevsw);
	mn = device_unit(self);
	vdevgone(cmaj, mn, mn, VCHR);
	pmf_device_deregister(self);
	return 0;
}

static int
ukopen(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct uk_softc *uk = device_lookup_private(&uk_cd, UKUNIT(dev));
	struct scsipi_periph *periph;

	if (uk == NULL || (periph = uk->sc_periph) == NULL)
		return ENXIO;
	/* One at a time: commands of several would be mixed up. */
	return scsipi_unit_open(periph);
}

static int
ukclose(dev_t dev, int flag, int fmt, struct lwp *l)
{
	struct uk_softc *uk = device_lookup_private(&uk_cd, UKUNIT(dev));
	struct scsipi_periph *periph;

	if (uk == NULL || (periph = uk->sc_periph) == NULL)
		return ENXIO;
	scsipi_wait_drain(periph);
	scsipi_unit_close(periph);
	return 0;
}

/* The requests of all devices; there are no others. */
static int
ukioctl(dev_t dev, u_long cmd, void *addr, int flag, struct lwp *l)
{
	struct uk_softc *uk = device_lookup_private(&uk_cd, UKUNIT(dev));

	if (uk == NULL || uk->sc_periph == NULL)
		return ENXIO;
	return scsipi_do_ioctl(uk->sc_periph, dev, cmd, addr, flag, l);
}
