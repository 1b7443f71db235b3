/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * PCI for drivers.  See pci(9), pci_intr(9), pci_msi(9), pci_configure_bus(9).
 */

#ifndef _DEV_PCI_PCIVAR_H_
#define	_DEV_PCI_PCIVAR_H_

#include <sys/bus.h>
#include <sys/device.h>
#include <sys/pmf.h>

#include <dev/pci/pcireg.h>
#include <dev/pci/pci_verbose.h>

struct pcibus_attach_args;
struct pci_attach_args;
struct pci_softc;

#ifdef _KERNEL

#include <machine/pci_machdep.h>

/*
 * What a bus driver may answer itself instead of the platform; one bit for
 * each that is set in struct pci_overrides.  See pci_chipset_tag_create().
 */
enum pci_override_idx {
	PCI_OVERRIDE_CONF_READ = __BIT(0),
	PCI_OVERRIDE_CONF_WRITE = __BIT(1),
	PCI_OVERRIDE_INTR_MAP = __BIT(2),
	PCI_OVERRIDE_INTR_STRING = __BIT(3),
	PCI_OVERRIDE_INTR_EVCNT = __BIT(4),
	PCI_OVERRIDE_INTR_ESTABLISH = __BIT(5),
	PCI_OVERRIDE_INTR_DISESTABLISH = __BIT(6),
	PCI_OVERRIDE_MAKE_TAG = __BIT(7),
	PCI_OVERRIDE_DECOMPOSE_TAG = __BIT(8),
};

struct pci_overrides {
	pcireg_t (*ov_conf_read)(void *, pci_chipset_tag_t, pcitag_t, int);
	void (*ov_conf_write)(void *, pci_chipset_tag_t, pcitag_t, int, pcireg_t);
	int (*ov_intr_map)(void *, const struct pci_attach_args *, pci_intr_handle_t *);
	const char *(*ov_intr_string)(void *, pci_chipset_tag_t, pci_intr_handle_t, char *,
	    size_t);
	const struct evcnt *(*ov_intr_evcnt)(void *, pci_chipset_tag_t, pci_intr_handle_t);
	void *(*ov_intr_establish)(void *, pci_chipset_tag_t, pci_intr_handle_t, int,
	    int (*)(void *), void *);
	void (*ov_intr_disestablish)(void *, pci_chipset_tag_t, void *);
	pcitag_t (*ov_make_tag)(void *, pci_chipset_tag_t, int, int, int);
	void (*ov_decompose_tag)(void *, pci_chipset_tag_t, pcitag_t, int *, int *, int *);
};

/* For a bus: what its host or bridge tells it. */
struct pcibus_attach_args {
	char		*_pba_busname;
	bus_space_tag_t	pba_iot;
	bus_space_tag_t	pba_memt;
	bus_dma_tag_t	pba_dmat;	/* below 4 GB */
	bus_dma_tag_t	pba_dmat64;	/* anywhere, or NULL */
	pci_chipset_tag_t pba_pc;
	int		pba_flags;	/* PCI_FLAGS_* */
	int		pba_bus;
	int		pba_sub;	/* last bus number behind this one */
	pcitag_t	*pba_bridgetag;	/* NULL: a root bus */
	u_int		pba_intrswiz;	/* of a bus behind a bridge: how pins turn */
	pcitag_t	pba_intrtag;	/* and where they seem to come from */
};

static inline pci_chipset_tag_t
pcibus_attach_args_pc(struct pcibus_attach_args *pba)
{

	return pba->pba_pc;
}

/* For a driver: the function it may have. */
struct pci_attach_args {
	bus_space_tag_t	pa_iot;
	bus_space_tag_t	pa_memt;
	bus_dma_tag_t	pa_dmat;
	bus_dma_tag_t	pa_dmat64;
	pci_chipset_tag_t pa_pc;
	int		pa_flags;
	u_int		pa_bus;
	u_int		pa_device;
	u_int		pa_function;
	pcitag_t	pa_tag;
	pcireg_t	pa_id, pa_class;
	u_int		pa_intrswiz;
	pcitag_t	pa_intrtag;
	pci_intr_pin_t	pa_intrpin;	/* as seen at pa_intrtag */
	pci_intr_line_t	pa_intrline;
	pci_intr_pin_t	pa_rawintrpin;	/* as the function itself says */
};

static inline pci_chipset_tag_t
pci_attach_args_pc(const struct pci_attach_args *pa)
{

	return pa->pa_pc;
}

/* pba_flags, pa_flags. */
#define	PCI_FLAGS_IO_OKAY	0x01
#define	PCI_FLAGS_MEM_OKAY	0x02
#define	PCI_FLAGS_MRL_OKAY	0x04
#define	PCI_FLAGS_MRM_OKAY	0x08
#define	PCI_FLAGS_MWI_OKAY	0x10
#define	PCI_FLAGS_MSI_OKAY	0x20
#define	PCI_FLAGS_MSIX_OKAY	0x40

/* What the bus code has to know about particular functions. */
struct pci_quirkdata {
	pci_vendor_id_t	vendor;
	pci_product_id_t product;
	int		quirks;
};
#define	PCI_QUIRK_MULTIFUNCTION	1
#define	PCI_QUIRK_MONOFUNCTION	2
#define	PCI_QUIRK_SKIP_FUNC(n)	(4 << n)
#define	PCI_QUIRK_SKIP_FUNC0	PCI_QUIRK_SKIP_FUNC(0)
#define	PCI_QUIRK_SKIP_FUNC1	PCI_QUIRK_SKIP_FUNC(1)
#define	PCI_QUIRK_SKIP_FUNC2	PCI_QUIRK_SKIP_FUNC(2)
#define	PCI_QUIRK_SKIP_FUNC3	PCI_QUIRK_SKIP_FUNC(3)
#define	PCI_QUIRK_SKIP_FUNC4	PCI_QUIRK_SKIP_FUNC(4)
#define	PCI_QUIRK_SKIP_FUNC5	PCI_QUIRK_SKIP_FUNC(5)
#define	PCI_QUIRK_SKIP_FUNC6	PCI_QUIRK_SKIP_FUNC(6)
#define	PCI_QUIRK_SKIP_FUNC7	PCI_QUIRK_SKIP_FUNC(7)

/* The first 64 bytes of a function, kept over a suspend. */
struct pci_conf_state {
	pcireg_t	reg[16];
};

struct pci_child {
	device_t	c_dev;
	bool		c_psok;		/* has power states */
	pcireg_t	c_powerstate;
	struct pci_conf_state c_conf;
	pcireg_t	c_id;		/* what sat there when the driver attached */
};

struct pci_softc {
	device_t	sc_dev;
	bus_space_tag_t	sc_iot, sc_memt;
	bus_dma_tag_t	sc_dmat;
	bus_dma_tag_t	sc_dmat64;
	pci_chipset_tag_t sc_pc;
	int		sc_bus, sc_maxndevs;
	pcitag_t	*sc_bridgetag;
	u_int		sc_intrswiz;
	pcitag_t	sc_intrtag;
	int		sc_flags;
	uint32_t	sc_driven;	/* device numbers that have had a driver */
	struct pci_child sc_devices[32 * 8];
#define	PCI_SC_DEVICESC(d, f)	sc_devices[(d) * 8 + (f)]
};

extern struct cfdriver pci_cd;

/* Print function for a pcibus_attach_args. */
int	pcibusprint(void *, const char *);

/*
 * BARs.  reg is its offset in configuration space.
 */

/* Whether there is a BAR; its type bits in *typep if typep is not NULL. */
int	pci_mapreg_probe(pci_chipset_tag_t, pcitag_t, int reg, pcireg_t *typep);
pcireg_t pci_mapreg_type(pci_chipset_tag_t, pcitag_t, int reg);

/*
 * Address, size and BUS_SPACE_MAP_* flags of a BAR of that type; each pointer
 * may be NULL.  Decoding is off for a moment.  0 when it has an address, else
 * nonzero.
 */
int	pci_mapreg_info(pci_chipset_tag_t, pcitag_t, int reg, pcireg_t type, bus_addr_t *,
	    bus_size_t *, int *flags);

/*
 * Maps a BAR, all of it, or maxsize bytes from offset (maxsize 0: the rest).
 * What is mapped is the caller's to bus_space_unmap().  0, or nonzero when the
 * BAR has no address, its space does not decode, or there is no such part.
 */
int	pci_mapreg_map(const struct pci_attach_args *, int reg, pcireg_t type, int busflags,
	    bus_space_tag_t *, bus_space_handle_t *, bus_addr_t *, bus_size_t *);
int	pci_mapreg_submap(const struct pci_attach_args *, int reg, pcireg_t type, int busflags,
	    bus_size_t maxsize, bus_size_t offset, bus_space_tag_t *, bus_space_handle_t *,
	    bus_addr_t *, bus_size_t *);

/* Finds the image of code_type in a mapped expansion ROM of size bytes: 0, or 1 without one. */
int	pci_find_rom(const struct pci_attach_args *, bus_space_tag_t, bus_space_handle_t,
	    bus_size_t size, int code_type, bus_space_handle_t *, bus_size_t *);

/*
 * Capabilities: 1 if the function has it, with its offset and first word
 * where the pointers are not NULL, else 0.  A list that is cyclic, leaves the
 * space, or starts inside the header ends there, with one line in the log.
 */
int	pci_get_capability(pci_chipset_tag_t, pcitag_t, int capid, int *offset, pcireg_t *value);
int	pci_get_ht_capability(pci_chipset_tag_t, pcitag_t, int capid, int *offset,
	    pcireg_t *value);
int	pci_get_ext_capability(pci_chipset_tag_t, pcitag_t, int capid, int *offset,
	    pcireg_t *value);

/* Number of messages that the function could send, 0 without the capability. */
int	pci_msi_count(pci_chipset_tag_t, pcitag_t);
int	pci_msix_count(pci_chipset_tag_t, pcitag_t);

/*
 * For the bus.
 */

/*
 * Looks at each function of a bus (locators "dev" and "function" -1: all):
 * without match, attaches drivers and returns 0; with it, returns the first
 * nonzero answer of match, with *pap filled in.
 */
int	pci_enumerate_bus(struct pci_softc *, const int *locators,
	    int (*match)(const struct pci_attach_args *), struct pci_attach_args *pap);
int	pci_probe_device(struct pci_softc *, pcitag_t tag,
	    int (*match)(const struct pci_attach_args *), struct pci_attach_args *pap);

/* "Vendor Product (class, subclass, ...)" to a buffer. */
void	pci_devinfo(pcireg_t id, pcireg_t class, int showclass, char *, size_t);
void	pci_aprint_devinfo_fancy(const struct pci_attach_args *, const char *naive,
	    const char *known, int addrev);
#define	pci_aprint_devinfo(pap, naive)					\
	pci_aprint_devinfo_fancy(pap, naive, NULL, 0);
/* Prints the header, the BARs and the list of capabilities. */
void	pci_conf_print(pci_chipset_tag_t, pcitag_t,
	    void (*)(pci_chipset_tag_t, pcitag_t, const pcireg_t *));
const struct pci_quirkdata *pci_lookup_quirkdata(pci_vendor_id_t, pci_product_id_t);

struct lwp;
/* PCI_IOC_CFGREAD and CFGWRITE on one function. */
int	pci_devioctl(pci_chipset_tag_t, pcitag_t, u_long cmd, void *data, int flag, struct lwp *);

/*
 * Power.
 */
#define	PCI_PWR_D0	0
#define	PCI_PWR_D1	1
#define	PCI_PWR_D2	2
#define	PCI_PWR_D3	3
int	pci_get_powerstate(pci_chipset_tag_t, pcitag_t, pcireg_t *);
int	pci_set_powerstate(pci_chipset_tag_t, pcitag_t, pcireg_t);
/* Wakes a function up to D0; wakeup is asked when it was in another state. */
int	pci_activate(pci_chipset_tag_t, pcitag_t, device_t,
	    int (*wakeup)(pci_chipset_tag_t, pcitag_t, device_t, pcireg_t));
int	pci_activate_null(pci_chipset_tag_t, pcitag_t, device_t, pcireg_t);
void	pci_conf_capture(pci_chipset_tag_t, pcitag_t, struct pci_conf_state *);
void	pci_conf_restore(pci_chipset_tag_t, pcitag_t, struct pci_conf_state *);

/* count words of vital product data from offset, a multiple of 4; EIO on a timeout. */
int	pci_vpd_read(pci_chipset_tag_t, pcitag_t, int offset, int count, pcireg_t *);
int	pci_vpd_write(pci_chipset_tag_t, pcitag_t, int offset, int count, pcireg_t *);

/*
 * Looks for a function on every bus: 1 with *pa filled in when match says so,
 * else 0.
 */
int	pci_find_device(struct pci_attach_args *pa, int (*match)(const struct pci_attach_args *));
int	pci_dma64_available(const struct pci_attach_args *);

/*
 * Tables of struct device_compatible_entry by .id = PCI_ID_CODE(vendor,
 * product), which end with PCI_COMPAT_EOL: the entry for a function, or NULL,
 * and whether there is one; by its identification, or by its subsystem's.
 */
#define	PCI_COMPAT_EOL_VALUE	0xffffffffU
#define	PCI_COMPAT_EOL		{ .id = PCI_COMPAT_EOL_VALUE }

int	pci_compatible_match(const struct pci_attach_args *,
	    const struct device_compatible_entry *);
int	pci_compatible_match_subsys(const struct pci_attach_args *,
	    const struct device_compatible_entry *);
const struct device_compatible_entry *
	pci_compatible_lookup(const struct pci_attach_args *,
	    const struct device_compatible_entry *);
const struct device_compatible_entry *
	pci_compatible_lookup_subsys(const struct pci_attach_args *,
	    const struct device_compatible_entry *);

/*
 * A chipset whose present functions (PCI_OVERRIDE_* bits) come from ov with
 * ctx and whose others are those of opc.  Sleeps; destroyed after use.
 */
int	pci_chipset_tag_create(pci_chipset_tag_t opc, uint64_t present,
	    const struct pci_overrides *ov, void *ctx, pci_chipset_tag_t *pcp);
void	pci_chipset_tag_destroy(pci_chipset_tag_t);

/* The bus driver, for those who build theirs on it. */
int	pcimatch(device_t, cfdata_t, void *);
void	pciattach(device_t, device_t, void *);
int	pcidetach(device_t, int);
void	pcidevdetached(device_t, device_t);
int	pcirescan(device_t, const char *, const int *);

/* Attributes of an interrupt. */
#define	PCI_INTR_MPSAFE		1
int	pci_intr_setattr(pci_chipset_tag_t, pci_intr_handle_t *, int attr, uint64_t data);

#endif /* _KERNEL */

#endif /* !_DEV_PCI_PCIVAR_H_ */
