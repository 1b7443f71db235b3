/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Bodies that look at what the bus code made of a topology that t_pci.c has
 * put together, from where drivers are.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/device.h>

#include <dev/pci/pciidevar.h>

#include "kerntest.h"
#include "pt_var.h"

/* Where the model's root bus has its windows. */
#define	MEM_FIRST	0xe0000000ULL
#define	MEM_LAST	0xefffffffULL
#define	PREF_FIRST	0x800000000ULL

static int
registers_work(struct pt_softc *sc)
{

	CHECK_EQ(sc->sc_memsize, 0x1000);
	CHECK(sc->sc_memaddr >= MEM_FIRST && sc->sc_memaddr + 0xfff <= MEM_LAST);
	bus_space_write_4(sc->sc_memt, sc->sc_memh, PT_SCRATCH, 0x12345678 + sc->sc_serial);
	CHECK_EQ(bus_space_read_4(sc->sc_memt, sc->sc_memh, PT_SCRATCH),
	    0x12345678 + sc->sc_serial);

	CHECK_EQ(sc->sc_iosize, 0x20);
	CHECK(sc->sc_ioaddr >= 0x1000 && sc->sc_ioaddr <= 0xffe0);
	bus_space_write_4(sc->sc_iot, sc->sc_ioh, 0, 0x55aa0000 + sc->sc_serial);
	CHECK_EQ(bus_space_read_4(sc->sc_iot, sc->sc_ioh, 0), 0x55aa0000 + sc->sc_serial);

	CHECK_EQ(sc->sc_prefsize, 0x100000);
	CHECK(sc->sc_prefaddr >= PREF_FIRST && (sc->sc_prefaddr & 0xfffff) == 0);
	bus_space_write_4(sc->sc_preft, sc->sc_prefh, 0xffffc, 0xdead0000 + sc->sc_serial);
	CHECK_EQ(bus_space_read_4(sc->sc_preft, sc->sc_prefh, 0xffffc),
	    0xdead0000 + sc->sc_serial);
	return 0;
}

/* One device anywhere: all its registers answer. */
KERNTEST(one_device)
{
	struct pt_softc *sc = pt_find(1);

	CHECK(sc != NULL);
	return registers_work(sc);
}

/* Every device that attached answers as itself, after all were written. */
KERNTEST(all_devices)
{
	struct pt_softc *sc, *other;
	int i, j;

	for (i = 0; i < pt_cd.cd_ndevs; i++) {
		if ((sc = device_lookup_private(&pt_cd, i)) == NULL)
			continue;
		if (registers_work(sc) != 0)
			return 1;
		for (j = 0; j < i; j++) {
			if ((other = device_lookup_private(&pt_cd, j)) == NULL)
				continue;
			CHECK_EQ(bus_space_read_4(other->sc_memt, other->sc_memh, PT_SCRATCH),
			    0x12345678 + other->sc_serial);
			CHECK_EQ(bus_space_read_4(other->sc_iot, other->sc_ioh, 0),
			    0x55aa0000 + other->sc_serial);
		}
	}
	return 0;
}

/* Firmware had put the one device where it is still. */
KERNTEST(firmware_kept)
{
	struct pt_softc *sc = pt_find(1);

	CHECK(sc != NULL);
	CHECK_EQ(sc->sc_memaddr, MEM_FIRST);
	CHECK_EQ(sc->sc_ioaddr, 0x1000);
	CHECK_EQ(sc->sc_prefaddr, PREF_FIRST);
	return registers_work(sc);
}

static void
raise_vec(struct pt_softc *sc, unsigned vec)
{

	bus_space_write_4(sc->sc_memt, sc->sc_memh, PT_RAISE, vec);
	kt_settle();
}

/* Interrupts of a vector, while its handler may run. */
static unsigned
count(struct pt_softc *sc, unsigned vec)
{

	return atomic_load_relaxed(&sc->sc_vec[vec].pv_count);
}

/* Devices 1 and 2 share a line; each gets its own, also when the other is off. */
KERNTEST(intx_shared)
{
	struct pt_softc *a = pt_find(1), *b = pt_find(2);
	char sa[PCI_INTRSTR_LEN], sb[PCI_INTRSTR_LEN];
	unsigned n;

	CHECK(a != NULL && b != NULL);
	CHECK_EQ(a->sc_type, PCI_INTR_TYPE_INTX);
	pci_intr_string(a->sc_pa.pa_pc, a->sc_pihp[0], sa, sizeof(sa));
	pci_intr_string(b->sc_pa.pa_pc, b->sc_pihp[0], sb, sizeof(sb));
	CHECK(strcmp(sa, sb) == 0);

	raise_vec(a, 0);
	CHECK_EQ(count(a, 0), 1);
	CHECK_EQ(count(b, 0), 0);
	raise_vec(b, 0);
	CHECK_EQ(count(a, 0), 1);
	CHECK_EQ(count(b, 0), 1);

	pt_intr_give(a);
	raise_vec(b, 0);
	CHECK_EQ(count(b, 0), 2);
	/* High while nobody listens, and seen when somebody does. */
	raise_vec(a, 3);
	n = count(a, 0);
	CHECK_EQ(pt_intr_take(a), 0);
	kt_settle();
	CHECK_EQ(count(a, 0), n + 1);
	raise_vec(b, 0);
	CHECK_EQ(count(b, 0), 3);
	return 0;
}

/* The INTx disable bit holds the line. */
KERNTEST(intx_disable)
{
	struct pt_softc *sc = pt_find(1);
	pcireg_t csr;

	CHECK(sc != NULL);
	csr = pci_conf_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_COMMAND_STATUS_REG);
	pci_conf_write(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_COMMAND_STATUS_REG,
	    csr | PCI_COMMAND_INTERRUPT_DISABLE);
	raise_vec(sc, 0);
	CHECK_EQ(count(sc, 0), 0);
	CHECK((pci_conf_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_COMMAND_STATUS_REG) &
	    PCI_STATUS_INT_STATUS) != 0);
	pci_conf_write(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_COMMAND_STATUS_REG, csr);
	kt_settle();
	CHECK_EQ(count(sc, 0), 1);
	return 0;
}

/* Single bytes: the interrupt line is the one that is nobody else's. */
KERNTEST(config_bytes)
{
	struct pt_softc *sc = pt_find(1);
	pcireg_t old, reg;

	CHECK(sc != NULL);
	old = pci_conf_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_INTERRUPT_REG);
	CHECK_EQ(pciide_pci_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_INTERRUPT_REG + 1),
	    (old >> 8) & 0xff);
	pciide_pci_write(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_INTERRUPT_REG, 0xa5);
	reg = pci_conf_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_INTERRUPT_REG);
	CHECK_EQ(reg, (old & ~0xffU) | 0xa5);
	CHECK_EQ(pciide_pci_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_INTERRUPT_REG), 0xa5);
	pci_conf_write(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_INTERRUPT_REG, old);
	return 0;
}

static int
messages(int type, int nvec)
{
	struct pt_softc *sc = pt_find(1);
	int i, j;

	CHECK(sc != NULL);
	CHECK_EQ(sc->sc_type, type);
	CHECK_EQ(sc->sc_nvec, nvec);
	for (i = 0; i < nvec; i++) {
		raise_vec(sc, i);
		for (j = 0; j < nvec; j++)
			CHECK_EQ(count(sc, j), j <= i ? 1 : 0);
	}
	/* Nothing comes where nobody is. */
	pt_intr_give(sc);
	raise_vec(sc, 0);
	CHECK_EQ(count(sc, 0), 1);
	/* Not even when a device forgets that it was told so. */
	CHECK_EQ(pt_intr_take(sc), 0);
	bus_space_write_4(sc->sc_memt, sc->sc_memh, PT_STATUS, ~0U);
	raise_vec(sc, nvec - 1);
	CHECK_EQ(count(sc, nvec - 1), 2);
	return 0;
}

KERNTEST(msi_four)
{

	return messages(PCI_INTR_TYPE_MSI, 4);
}

KERNTEST(msix_eight)
{

	return messages(PCI_INTR_TYPE_MSIX, 8);
}

/* Table entries by number; those that are not in the table, or twice, are refused. */
KERNTEST(msix_map)
{
	struct pt_softc *sc = pt_find(1);
	u_int good[] = { 5, 2 }, twice[] = { 1, 1 }, beyond[] = { 0, 8 };
	pci_intr_handle_t *ih;
	char buf[PCI_INTRSTR_LEN];

	CHECK(sc != NULL);
	/* One owner at a time. */
	CHECK_EQ(pci_msix_alloc_map(&sc->sc_pa, &ih, good, 2), EBUSY);
	pt_intr_give(sc);
	CHECK_EQ(pci_msix_alloc_map(&sc->sc_pa, &ih, twice, 2), EINVAL);
	CHECK_EQ(pci_msix_alloc_map(&sc->sc_pa, &ih, beyond, 2), EINVAL);
	CHECK_EQ(pci_msix_alloc_exact(&sc->sc_pa, &ih, 9), EINVAL);
	CHECK_EQ(pci_msix_count(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag), 8);
	CHECK_EQ(pci_msi_count(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag), 0);
	CHECK_EQ(pci_msix_alloc_map(&sc->sc_pa, &ih, good, 2), 0);
	CHECK(strstr(pci_intr_string(sc->sc_pa.pa_pc, ih[0], buf, sizeof(buf)), "vec 5") != NULL);
	pci_intr_release(sc->sc_pa.pa_pc, ih, 2);
	return 0;
}

static int
counted(void *arg)
{

	*(int *)arg += 1;
	return 1;
}

/* As many as there are, of either type; a handler without a name. */
KERNTEST(messages_at_most)
{
	struct pt_softc *sc = pt_find(1);
	pci_chipset_tag_t pc;
	pci_intr_handle_t *ih;
	int error, got = 0, max, n;
	void *cookie;
	bool msix;

	CHECK(sc != NULL);
	pc = sc->sc_pa.pa_pc;
	msix = sc->sc_type == PCI_INTR_TYPE_MSIX;
	max = sc->sc_nvec;
	pt_intr_give(sc);
	/* The other type is not there. */
	n = 4;
	error = msix ? pci_msi_alloc(&sc->sc_pa, &ih, &n) : pci_msix_alloc(&sc->sc_pa, &ih, &n);
	CHECK_EQ(error, ENODEV);
	n = 0;
	error = msix ? pci_msix_alloc(&sc->sc_pa, &ih, &n) : pci_msi_alloc(&sc->sc_pa, &ih, &n);
	CHECK_EQ(error, EINVAL);
	n = 3;
	error = msix ? pci_msix_alloc(&sc->sc_pa, &ih, &n) : pci_msi_alloc(&sc->sc_pa, &ih, &n);
	CHECK_EQ(error, 0);
	/* MSI comes in powers of two. */
	CHECK_EQ(n, msix ? 3 : 2);
	pci_intr_release(pc, ih, n);
	n = 1000;
	error = msix ? pci_msix_alloc(&sc->sc_pa, &ih, &n) : pci_msi_alloc(&sc->sc_pa, &ih, &n);
	CHECK_EQ(error, 0);
	CHECK_EQ(n, max);
	cookie = pci_intr_establish(pc, ih[0], IPL_BIO, counted, &got);
	CHECK(cookie != NULL);
	CHECK(pci_intr_evcnt(pc, ih[0]) == NULL);
	raise_vec(sc, 0);
	CHECK_EQ(got, 1);
	pci_intr_disestablish(pc, cookie);
	pci_intr_release(pc, ih, n);
	return 0;
}

/* A device whose MSI-X table makes no sense gets INTx. */
KERNTEST(fell_back_to_intx)
{
	struct pt_softc *sc = pt_find(1);

	CHECK(sc != NULL);
	CHECK_EQ(sc->sc_type, PCI_INTR_TYPE_INTX);
	CHECK(sc->sc_vec[0].pv_ih != NULL);
	return 0;
}

/* Suspended and resumed: as before, messages too. */
KERNTEST(suspend_resume)
{
	struct pt_softc *sc = pt_find(1);
	pcireg_t state;

	CHECK(sc != NULL);
	raise_vec(sc, 1);
	CHECK_EQ(count(sc, 1), 1);
	CHECK(pmf_device_suspend(sc->sc_dev, PMF_Q_SELF));
	CHECK_EQ(pci_get_powerstate(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, &state), 0);
	CHECK_EQ(state, PCI_PWR_D3);
	CHECK_EQ(bus_space_read_4(sc->sc_memt, sc->sc_memh, PT_SCRATCH), 0xffffffff);
	CHECK(pmf_device_resume(sc->sc_dev, PMF_Q_SELF));
	CHECK_EQ(pci_get_powerstate(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, &state), 0);
	CHECK_EQ(state, PCI_PWR_D0);
	if (registers_work(sc) != 0)
		return 1;
	raise_vec(sc, 1);
	CHECK_EQ(count(sc, 1), 2);
	return 0;
}

KERNTEST(power_states)
{
	struct pt_softc *sc = pt_find(1);
	pci_chipset_tag_t pc;
	pcireg_t state;
	pcitag_t tag;

	CHECK(sc != NULL);
	pc = sc->sc_pa.pa_pc;
	tag = sc->sc_pa.pa_tag;
	CHECK_EQ(pci_set_powerstate(pc, tag, 4), EINVAL);
	CHECK_EQ(pci_set_powerstate(pc, tag, PCI_PWR_D1), 0);
	CHECK_EQ(pci_set_powerstate(pc, tag, PCI_PWR_D2), 0);
	CHECK_EQ(pci_set_powerstate(pc, tag, PCI_PWR_D1), EINVAL);
	CHECK_EQ(pci_activate(pc, tag, sc->sc_dev, NULL), 0);
	CHECK_EQ(pci_get_powerstate(pc, tag, &state), 0);
	CHECK_EQ(state, PCI_PWR_D0);
	CHECK_EQ(pci_set_powerstate(pc, tag, PCI_PWR_D3), 0);
	CHECK_EQ(pci_activate(pc, tag, sc->sc_dev, NULL), EOPNOTSUPP);
	CHECK_EQ(pci_activate(pc, tag, sc->sc_dev, pci_activate_null), 0);
	return 0;
}

KERNTEST(vital_product_data)
{
	struct pt_softc *sc = pt_find(1);
	pcireg_t data[2] = { 0x11223344, 0x55667788 }, back[2];

	CHECK(sc != NULL);
	CHECK_EQ(pci_vpd_write(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, 8, 2, data), 0);
	CHECK_EQ(pci_vpd_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, 8, 2, back), 0);
	CHECK(memcmp(data, back, sizeof(data)) == 0);
	CHECK_EQ(pci_vpd_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, 3, 1, back), EINVAL);
	CHECK_EQ(pci_vpd_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, 0x7ffc, 2, back), EINVAL);
	/* Beyond its end the device never answers. */
	CHECK_EQ(pci_vpd_read(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, 0x7ffc, 1, back), EIO);
	return 0;
}

static unsigned find_seen;

static int
find_match(const struct pci_attach_args *pa)
{

	find_seen++;
	return PCI_PRODUCT(pa->pa_id) == PT_PRODUCT && pa->pa_device == 2;
}

static int
find_none(const struct pci_attach_args *pa)
{

	return 0;
}

KERNTEST(find_device)
{
	struct pci_attach_args pa;

	CHECK_EQ(pci_find_device(&pa, find_match), 1);
	CHECK_EQ(pa.pa_device, 2);
	CHECK(find_seen >= 2);
	CHECK_EQ(pci_find_device(NULL, find_none), 0);
	return 0;
}

/* Tables by number: of the function, of its subsystem. */
KERNTEST(compatible)
{
	static const struct device_compatible_entry ours[] = {
		{ .id = PCI_ID_CODE(0x4242, 0x2424), .value = 1 },
		{ .id = PCI_ID_CODE(PT_VENDOR, PT_PRODUCT), .value = 2 },
		PCI_COMPAT_EOL
	};
	const struct device_compatible_entry subsys[] = {
		{ .id = pci_conf_read(pt_find(1)->sc_pa.pa_pc, pt_find(1)->sc_pa.pa_tag,
		    PCI_SUBSYS_ID_REG), .value = 3 },
		PCI_COMPAT_EOL
	};
	static const struct device_compatible_entry none[] = { PCI_COMPAT_EOL };
	const struct pci_attach_args *pa = &pt_find(1)->sc_pa;

	CHECK_EQ(pci_compatible_lookup(pa, ours)->value, 2);
	CHECK(pci_compatible_match(pa, ours));
	CHECK(!pci_compatible_match(pa, none));
	CHECK(pci_compatible_lookup(pa, none) == NULL);
	CHECK_EQ(pci_compatible_lookup_subsys(pa, subsys)->value, 3);
	CHECK(pci_compatible_match_subsys(pa, subsys));
	CHECK(!pci_compatible_match_subsys(pa, ours));
	return 0;
}

KERNTEST(words)
{
	struct pt_softc *sc = pt_find(1);
	char buf[256];

	pci_devinfo(PCI_ID_CODE(0x1af4, 0x1001), PCI_CLASS_CODE(PCI_CLASS_MASS_STORAGE,
	    PCI_SUBCLASS_MASS_STORAGE_SCSI, 0), 1, buf, sizeof(buf));
	CHECK(strcmp(buf, "Qumranet virtio block (SCSI mass storage)") == 0);
	pci_devinfo(PCI_ID_CODE(0x4242, 0x2424), PCI_CLASS_CODE(PCI_CLASS_SERIALBUS,
	    PCI_SUBCLASS_SERIALBUS_USB, PCI_INTERFACE_USB_XHCI) | 3, 1, buf, sizeof(buf));
	CHECK(strcmp(buf, "vendor 4242 product 2424 (USB serial bus, xHCI, revision 0x03)") == 0);
	pci_devinfo(0, PCI_CLASS_CODE(0x77, 0x66, 0x55), 1, buf, sizeof(buf));
	CHECK(strcmp(buf, "vendor 0000 product 0000 (class 0x77, subclass 0x66, "
	    "interface 0x55)") == 0);
	pci_devinfo(PCI_ID_CODE(0x1af4, 0x1001), 0, 0, buf, 10);
	CHECK(strcmp(buf, "Qumranet ") == 0);
	CHECK(sc != NULL);
	pci_conf_print(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, NULL);
	return 0;
}

/* BARs by parts, and what is refused. */
KERNTEST(map_parts)
{
	struct pt_softc *sc = pt_find(1);
	struct pci_attach_args *pa = &sc->sc_pa;
	bus_space_handle_t h;
	bus_space_tag_t t;
	bus_addr_t base;
	bus_size_t size;
	pcireg_t csr, type;
	int flags;

	CHECK(sc != NULL);
	CHECK_EQ(pci_mapreg_type(pa->pa_pc, pa->pa_tag, PCI_BAR1), PCI_MAPREG_TYPE_IO);
	CHECK_EQ(pci_mapreg_type(pa->pa_pc, pa->pa_tag, PCI_BAR2), PCI_MAPREG_MEM_TYPE_64BIT);
	CHECK_EQ(pci_mapreg_probe(pa->pa_pc, pa->pa_tag, PCI_BAR4, &type), 1);
	CHECK_EQ(type, PCI_MAPREG_TYPE_MEM);
	CHECK_EQ(pci_mapreg_probe(pa->pa_pc, pa->pa_tag, PCI_BAR5, NULL), 0);
	CHECK_EQ(pci_mapreg_probe(pa->pa_pc, pa->pa_tag, PCI_MAPREG_ROM, NULL), 0);
	CHECK_EQ(pci_mapreg_probe(pa->pa_pc, pa->pa_tag, 0x28, NULL), 0);
	CHECK_EQ(pci_mapreg_probe(pa->pa_pc, pa->pa_tag, 0x12, NULL), 0);
	CHECK_EQ(pci_mapreg_info(pa->pa_pc, pa->pa_tag, PCI_BAR2, PCI_MAPREG_MEM_TYPE_64BIT,
	    &base, &size, &flags), 0);
	CHECK_EQ(size, 0x100000);
	CHECK_EQ(flags, BUS_SPACE_MAP_PREFETCHABLE);
	/* The wrong kind. */
	CHECK(pci_mapreg_info(pa->pa_pc, pa->pa_tag, PCI_BAR1, PCI_MAPREG_TYPE_MEM, &base, &size,
	    NULL) != 0);

	CHECK_EQ(pci_mapreg_submap(pa, PCI_BAR4, PCI_MAPREG_TYPE_MEM, 0, 0x800, 0x3000, &t, &h,
	    &base, &size), 0);
	CHECK_EQ(size, 0x800);
	CHECK_EQ(base & 0x3fff, 0x3000);
	bus_space_unmap(t, h, size);
	CHECK_EQ(pci_mapreg_submap(pa, PCI_BAR4, PCI_MAPREG_TYPE_MEM, 0, 0, 0x3000, &t, &h, NULL,
	    &size), 0);
	CHECK_EQ(size, 0x1000);
	bus_space_unmap(t, h, size);
	CHECK(pci_mapreg_submap(pa, PCI_BAR4, PCI_MAPREG_TYPE_MEM, 0, 0x1001, 0x3000, &t, &h,
	    NULL, NULL) != 0);
	CHECK(pci_mapreg_submap(pa, PCI_BAR4, PCI_MAPREG_TYPE_MEM, 0, 0, 0x4000, &t, &h, NULL,
	    NULL) != 0);
	/* What does not decode is not mapped. */
	csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG,
	    csr & ~PCI_COMMAND_MEM_ENABLE);
	CHECK(pci_mapreg_map(pa, PCI_BAR4, PCI_MAPREG_TYPE_MEM, 0, &t, &h, NULL, NULL) != 0);
	pci_conf_write(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG, csr);
	return 0;
}

/* ROM images in the device's memory: found, not found, and made up. */
KERNTEST(rom_images)
{
	struct pt_softc *sc = pt_find(1);
	bus_space_handle_t h;
	bus_size_t size;
	int i, second = 0x400;

	CHECK(sc != NULL);
#define	PUT2(at, v)	bus_space_write_2(sc->sc_preft, sc->sc_prefh, at, v)
#define	PUT4(at, v)	bus_space_write_4(sc->sc_preft, sc->sc_prefh, at, v)
	PUT2(0, PCI_ROM_HEADER_MAGIC);
	PUT2(24, 0x20);
	PUT4(0x20, PCI_ROM_SIGNATURE);
	PUT2(0x24, PT_VENDOR);
	PUT2(0x26, PT_PRODUCT);
	PUT2(0x20 + offsetof(struct pci_rom, rom_len), 2);
	PUT2(0x20 + offsetof(struct pci_rom, rom_code_type), PCI_ROM_CODE_TYPE_X86);
	PUT2(second, PCI_ROM_HEADER_MAGIC);
	PUT2(second + 24, 0x40);
	PUT4(second + 0x40, PCI_ROM_SIGNATURE);
	PUT2(second + 0x44, PT_VENDOR);
	PUT2(second + 0x46, PT_PRODUCT);
	PUT2(second + 0x40 + offsetof(struct pci_rom, rom_len), 1);
	PUT2(second + 0x40 + offsetof(struct pci_rom, rom_code_type),
	    PCI_ROM_CODE_TYPE_EFI | PCI_ROM_INDICATOR_LAST << 8);
	CHECK_EQ(pci_find_rom(&sc->sc_pa, sc->sc_preft, sc->sc_prefh, 0x10000,
	    PCI_ROM_CODE_TYPE_EFI, &h, &size), 0);
	CHECK_EQ(size, 512);
	CHECK_EQ(bus_space_read_2(sc->sc_preft, h, 24), 0x40);
	CHECK_EQ(pci_find_rom(&sc->sc_pa, sc->sc_preft, sc->sc_prefh, 0x10000,
	    PCI_ROM_CODE_TYPE_OFW, &h, &size), 1);
	/* The one that is wanted behind more than there ever are. */
	for (i = 0; i < 40; i++) {
		PUT2(0x200 * i, PCI_ROM_HEADER_MAGIC);
		PUT2(0x200 * i + 24, 0x20);
		PUT4(0x200 * i + 0x20, PCI_ROM_SIGNATURE);
		PUT2(0x200 * i + 0x24, PT_VENDOR);
		PUT2(0x200 * i + 0x26, PT_PRODUCT);
		PUT2(0x200 * i + 0x20 + offsetof(struct pci_rom, rom_len), 1);
		PUT2(0x200 * i + 0x20 + offsetof(struct pci_rom, rom_code_type),
		    i < 39 ? PCI_ROM_CODE_TYPE_X86 : PCI_ROM_CODE_TYPE_EFI);
	}
	CHECK_EQ(pci_find_rom(&sc->sc_pa, sc->sc_preft, sc->sc_prefh, 0x10000,
	    PCI_ROM_CODE_TYPE_EFI, &h, &size), 1);
	/* An image of no length, one that is too long, data outside. */
	PUT2(0x20 + offsetof(struct pci_rom, rom_len), 0);
	CHECK_EQ(pci_find_rom(&sc->sc_pa, sc->sc_preft, sc->sc_prefh, 0x10000,
	    PCI_ROM_CODE_TYPE_EFI, &h, &size), 1);
	PUT2(0x20 + offsetof(struct pci_rom, rom_len), 0xffff);
	CHECK_EQ(pci_find_rom(&sc->sc_pa, sc->sc_preft, sc->sc_prefh, 0x10000,
	    PCI_ROM_CODE_TYPE_EFI, &h, &size), 1);
	PUT2(24, 0xfff0);
	CHECK_EQ(pci_find_rom(&sc->sc_pa, sc->sc_preft, sc->sc_prefh, 0x10000,
	    PCI_ROM_CODE_TYPE_EFI, &h, &size), 1);
	CHECK_EQ(pci_find_rom(&sc->sc_pa, sc->sc_preft, sc->sc_prefh, 4,
	    PCI_ROM_CODE_TYPE_EFI, &h, &size), 1);
	return 0;
}

/* A chipset that answers some things itself. */
static unsigned overridden;

static pcireg_t
over_read(void *ctx, pci_chipset_tag_t pc, pcitag_t tag, int reg)
{

	overridden++;
	return reg == PCI_ID_REG ? 0xdeadbeef : pci_conf_read(pc->pc_super, tag, reg);
}

KERNTEST(overrides)
{
	static const struct pci_overrides ov = { .ov_conf_read = over_read };
	struct pt_softc *sc = pt_find(1);
	pci_chipset_tag_t pc;

	CHECK(sc != NULL);
	CHECK_EQ(pci_chipset_tag_create(sc->sc_pa.pa_pc,
	    PCI_OVERRIDE_CONF_READ | PCI_OVERRIDE_CONF_WRITE, &ov, NULL, &pc), EINVAL);
	CHECK_EQ(pci_chipset_tag_create(sc->sc_pa.pa_pc, PCI_OVERRIDE_CONF_READ, &ov, NULL, &pc),
	    0);
	CHECK_EQ(pci_conf_read(pc, sc->sc_pa.pa_tag, PCI_ID_REG), 0xdeadbeef);
	CHECK_EQ(pci_conf_read(pc, sc->sc_pa.pa_tag, PCI_CLASS_REG), sc->sc_pa.pa_class);
	CHECK_EQ(overridden, 2);
	pci_chipset_tag_destroy(pc);
	return 0;
}

/* Capabilities in their place, and none where there is none. */
KERNTEST(capabilities)
{
	struct pt_softc *sc = pt_find(1);
	pcireg_t val;
	int off;

	CHECK(sc != NULL);
	CHECK_EQ(pci_get_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_CAP_PWRMGMT, &off,
	    &val), 1);
	CHECK_EQ(off, 0x40);
	CHECK_EQ(PCI_CAPLIST_CAP(val), PCI_CAP_PWRMGMT);
	CHECK_EQ(pci_get_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_CAP_PCIEXPRESS, NULL,
	    NULL), 1);
	CHECK_EQ(pci_get_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_CAP_AGP, &off, &val),
	    0);
	CHECK_EQ(pci_get_ht_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_HT_CAP_MSIMAP, &off,
	    &val), 0);
	CHECK_EQ(pci_get_ext_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_EXTCAP_SERNUM,
	    &off, &val), 1);
	CHECK_EQ(off, 0x100);
	CHECK_EQ(pci_get_ext_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_EXTCAP_AER, &off,
	    &val), 1);
	CHECK_EQ(pci_get_ext_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_EXTCAP_LTR, &off,
	    &val), 0);
	return 0;
}

/* Asked three times for what the list hasn't got; the caller counts lines. */
KERNTEST(capability_missing)
{
	struct pt_softc *sc = pt_find(1);
	int i, off;

	CHECK(sc != NULL);
	for (i = 0; i < 3; i++) {
		CHECK_EQ(pci_get_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag, PCI_CAP_AGP, &off,
		    NULL), 0);
		CHECK_EQ(pci_get_ext_capability(sc->sc_pa.pa_pc, sc->sc_pa.pa_tag,
		    PCI_EXTCAP_LTR, &off, NULL), 0);
	}
	return 0;
}

/* For t_pci.c: how many attached (0), detached (1), and these by force (2). */
unsigned rump_pt_count(int);

unsigned
rump_pt_count(int which)
{

	return which == 0 ? pt_attached : which == 1 ? pt_detached : pt_forced;
}
