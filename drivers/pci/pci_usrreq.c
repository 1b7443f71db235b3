/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * /dev/pciN: configuration space for programs.  See pci(4).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/file.h>

#include <dev/pci/pciio.h>

#include "pci_impl.h"

static int
pciopen(dev_t dev, int flags, int mode, struct lwp *l)
{

	return device_lookup(&pci_cd, minor(dev)) != NULL ? 0 : ENXIO;
}

static int
pciclose(dev_t dev, int flags, int mode, struct lwp *l)
{

	return 0;
}

static int
pci_bus_ioctl_drvname(struct pci_softc *sc, u_int device, u_int function, char *name)
{
	device_t dev;

	if (device >= (u_int)sc->sc_maxndevs || function >= 8)
		return EINVAL;
	dev = sc->PCI_SC_DEVICESC(device, function).c_dev;
	if (dev == NULL)
		return ENXIO;
	strlcpy(name, device_xname(dev), PCI_IO_DRVNAME_LEN);
	return 0;
}

static struct pci_softc *
pci_bus_lookup(pci_chipset_tag_t pc, u_int bus)
{
	struct pci_softc *sc;
	int i;

	for (i = 0; i < pci_cd.cd_ndevs; i++) {
		sc = device_lookup_private(&pci_cd, i);
		if (sc != NULL && sc->sc_pc == pc && (u_int)sc->sc_bus == bus)
			return sc;
	}
	return NULL;
}

static int
pciioctl(dev_t dev, u_long cmd, void *data, int flag, struct lwp *l)
{
	struct pci_softc *sc = device_lookup_private(&pci_cd, minor(dev));
	struct pciio_drvnameonbus *dnb;
	struct pciio_bdf_cfgreg *bdfr;
	struct pciio_businfo *binfo;
	struct pciio_drvname *dn;
	pcitag_t tag;

	if (sc == NULL)
		return ENXIO;
	switch (cmd) {
	case PCI_IOC_BDF_CFGREAD:
	case PCI_IOC_BDF_CFGWRITE:
		bdfr = data;
		if (bdfr->bus > 255 || bdfr->device >= (u_int)sc->sc_maxndevs ||
		    bdfr->function > 7)
			return EINVAL;
		tag = pci_make_tag(sc->sc_pc, bdfr->bus, bdfr->device, bdfr->function);
		return pci_devioctl(sc->sc_pc, tag,
		    cmd == PCI_IOC_BDF_CFGREAD ? PCI_IOC_CFGREAD : PCI_IOC_CFGWRITE,
		    &bdfr->cfgreg, flag, l);
	case PCI_IOC_BUSINFO:
		binfo = data;
		binfo->busno = sc->sc_bus;
		binfo->maxdevs = sc->sc_maxndevs;
		return 0;
	case PCI_IOC_DRVNAME:
		dn = data;
		return pci_bus_ioctl_drvname(sc, dn->device, dn->function, dn->name);
	case PCI_IOC_DRVNAMEONBUS:
		dnb = data;
		if ((sc = pci_bus_lookup(sc->sc_pc, dnb->bus)) == NULL)
			return ENXIO;
		return pci_bus_ioctl_drvname(sc, dnb->device, dnb->function, dnb->name);
	default:
		return ENOTTY;
	}
}

int
pci_devioctl(pci_chipset_tag_t pc, pcitag_t tag, u_long cmd, void *data, int flag,
    struct lwp *l)
{
	struct pciio_cfgreg *r = data;

	switch (cmd) {
	case PCI_IOC_CFGREAD:
	case PCI_IOC_CFGWRITE:
		if (r->reg >= PCI_EXTCONF_SIZE || (r->reg & 3) != 0)
			return EINVAL;
		if (cmd == PCI_IOC_CFGREAD) {
			r->val = pci_conf_read(pc, tag, r->reg);
			return 0;
		}
		if ((flag & FWRITE) == 0)
			return EBADF;
		pci_conf_write(pc, tag, r->reg, r->val);
		return 0;
	default:
		return EPASSTHROUGH;
	}
}

const struct cdevsw pci_cdevsw = {
	.d_open = pciopen,
	.d_close = pciclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = pciioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_OTHER,
};
