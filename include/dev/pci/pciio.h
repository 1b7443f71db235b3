/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Ioctls of /dev/pciN: configuration space of the functions on a bus.
 * See pci(4).
 */

#ifndef _DEV_PCI_PCIIO_H_
#define	_DEV_PCI_PCIIO_H_

#include <sys/types.h>
#include <sys/ioccom.h>

#include <dev/pci/pcireg.h>

#define	PCI_IO_DRVNAME_LEN	16

struct pciio_cfgreg {
	pcireg_t	reg;
	pcireg_t	val;
};

struct pciio_bdf_cfgreg {
	u_int		bus;
	u_int		device;
	u_int		function;
	struct pciio_cfgreg cfgreg;
};

struct pciio_businfo {
	u_int		busno;
	u_int		maxdevs;
};

struct pciio_drvname {
	u_int		device;
	u_int		function;
	char		name[PCI_IO_DRVNAME_LEN];
};

struct pciio_drvnameonbus {
	u_int		bus;
	u_int		device;
	u_int		function;
	char		name[PCI_IO_DRVNAME_LEN];
};

/* On a function's own node, then on a bus. */
#define	PCI_IOC_CFGREAD		_IOWR('P', 0, struct pciio_cfgreg)
#define	PCI_IOC_CFGWRITE	_IOW('P', 1, struct pciio_cfgreg)
#define	PCI_IOC_BDF_CFGREAD	_IOWR('P', 2, struct pciio_bdf_cfgreg)
#define	PCI_IOC_BDF_CFGWRITE	_IOW('P', 3, struct pciio_bdf_cfgreg)
#define	PCI_IOC_BUSINFO		_IOR('P', 4, struct pciio_businfo)
#define	PCI_IOC_DRVNAME		_IOWR('P', 5, struct pciio_drvname)
#define	PCI_IOC_DRVNAMEONBUS	_IOWR('P', 6, struct pciio_drvnameonbus)

#endif /* !_DEV_PCI_PCIIO_H_ */
