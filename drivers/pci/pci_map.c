/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Base address registers, and the capability lists.  See pci(9);
 * PCI Local Bus 3.0 sections 6.2.5 and 6.7.
 *
 * A BAR says how large it is by the bits that can't be written.  All that
 * follows from it is computed in 64 bits and checked: the device may answer
 * anything.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/stdarg.h>

#include "pci_impl.h"

/* No list is longer than the space has room for. */
#define	CAP_MAX		((PCI_CONF_SIZE - 0x40) / 4)
#define	EXTCAP_MAX	((PCI_EXTCONF_SIZE - PCI_EXTCAPLIST_BASE) / 4)

/* No ROM has more images: one for each machine there is, and some. */
#define	ROM_MAX		32

/* Places that were complained about; big lock or nobody minds. */
#define	NCOMPLAINT	64
static uint32_t complaints[NCOMPLAINT];	/* bdf + 1 */

void
pci_complain(pcitag_t tag, const char *fmt, ...)
{
	unsigned i = (tag.pt_bdf ^ tag.pt_bdf >> 6) % NCOMPLAINT;
	char what[128];
	va_list ap;

	if (complaints[i] == tag.pt_bdf + 1)
		return;
	complaints[i] = tag.pt_bdf + 1;
	va_start(ap, fmt);
	vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	aprint_error("pci %u:%u:%u: %s\n", tag.pt_bdf >> 8 & 0xff, tag.pt_bdf >> 3 & 0x1f,
	    tag.pt_bdf & 7, what);
}

void
pci_complain_reset(pcitag_t tag)
{
	unsigned i = (tag.pt_bdf ^ tag.pt_bdf >> 6) % NCOMPLAINT;

	if (complaints[i] == tag.pt_bdf + 1)
		complaints[i] = 0;
}

/*
 * Capabilities.
 */

/*
 * Walks the list until want says so.  1 with the place and the first word, or
 * 0 at the end.
 */
static int
cap_walk(pci_chipset_tag_t pc, pcitag_t tag, bool (*want)(pcireg_t, int), int id, int *offset,
    pcireg_t *value)
{
	pcireg_t reg = pci_conf_read(pc, tag, PCI_COMMAND_STATUS_REG);
	int n, ofs, ptr;

	if ((reg & PCI_STATUS_CAPLIST_SUPPORT) == 0 || reg == PCI_NOTHERE)
		return 0;
	reg = pci_conf_read(pc, tag, PCI_BHLC_REG);
	switch (PCI_HDRTYPE_TYPE(reg)) {
	case PCI_HDRTYPE_DEVICE:
	case PCI_HDRTYPE_PPB:
		ptr = PCI_CAPLISTPTR_REG;
		break;
	case PCI_HDRTYPE_PCB:
		ptr = PCI_CARDBUS_CAPLISTPTR_REG;
		break;
	default:
		return 0;
	}
	ofs = PCI_CAPLIST_PTR(pci_conf_read(pc, tag, ptr));
	for (n = 0; ofs != 0; n++) {
		if (n == CAP_MAX) {
			pci_complain(tag, "more than %d capabilities: the list is cyclic", CAP_MAX);
			return 0;
		}
		if (ofs < 0x40 || (ofs & 3) != 0) {
			pci_complain(tag, "capability at 0x%x, not a multiple of 4 from 0x40 on",
			    ofs);
			return 0;
		}
		reg = pci_conf_read(pc, tag, ofs);
		if (reg == PCI_NOTHERE)
			return 0;
		if ((*want)(reg, id)) {
			if (offset != NULL)
				*offset = ofs;
			if (value != NULL)
				*value = reg;
			return 1;
		}
		ofs = PCI_CAPLIST_NEXT(reg);
	}
	return 0;
}

static bool
want_cap(pcireg_t reg, int id)
{

	return PCI_CAPLIST_CAP(reg) == (unsigned)id;
}

static bool
want_ht(pcireg_t reg, int id)
{

	return PCI_CAPLIST_CAP(reg) == PCI_CAP_LDT && PCI_HT_CAP(reg) == (unsigned)id;
}

int
pci_get_capability(pci_chipset_tag_t pc, pcitag_t tag, int capid, int *offset, pcireg_t *value)
{

	return cap_walk(pc, tag, want_cap, capid, offset, value);
}

int
pci_get_ht_capability(pci_chipset_tag_t pc, pcitag_t tag, int capid, int *offset,
    pcireg_t *value)
{

	return cap_walk(pc, tag, want_ht, capid, offset, value);
}

int
pci_get_ext_capability(pci_chipset_tag_t pc, pcitag_t tag, int capid, int *offset,
    pcireg_t *value)
{
	uint32_t seen[howmany(EXTCAP_MAX, 32)] = { 0 };
	int n, ofs = PCI_EXTCAPLIST_BASE;
	pcireg_t reg;

	while (ofs != 0) {
		if (ofs < PCI_EXTCAPLIST_BASE || (ofs & 3) != 0) {
			pci_complain(tag, "extended capability at 0x%x, not a multiple of 4 "
			    "from 0x%x on", ofs, PCI_EXTCAPLIST_BASE);
			return 0;
		}
		n = (ofs - PCI_EXTCAPLIST_BASE) / 4;
		if ((seen[n / 32] >> n % 32 & 1) != 0) {
			pci_complain(tag, "extended capability at 0x%x is there already: "
			    "the list is cyclic", ofs);
			return 0;
		}
		seen[n / 32] |= 1U << n % 32;
		reg = pci_conf_read(pc, tag, ofs);
		/* No list at all, or no space for one. */
		if (reg == PCI_NOTHERE || reg == 0)
			return 0;
		if (PCI_EXTCAPLIST_CAP(reg) == (unsigned)capid) {
			if (offset != NULL)
				*offset = ofs;
			if (value != NULL)
				*value = reg;
			return 1;
		}
		ofs = PCI_EXTCAPLIST_NEXT(reg);
	}
	return 0;
}

/*
 * BARs.
 */

/* Whether reg is a BAR that this header has. */
static bool
is_mapreg(pci_chipset_tag_t pc, pcitag_t tag, int reg)
{
	pcireg_t bhlc;
	int end;

	if (reg == PCI_MAPREG_ROM)
		return true;
	if (reg < PCI_MAPREG_START || (reg & 3) != 0)
		return false;
	bhlc = pci_conf_read(pc, tag, PCI_BHLC_REG);
	switch (PCI_HDRTYPE_TYPE(bhlc)) {
	case PCI_HDRTYPE_DEVICE:
		end = PCI_MAPREG_END;
		break;
	case PCI_HDRTYPE_PPB:
		end = PCI_MAPREG_PPB_END;
		break;
	case PCI_HDRTYPE_PCB:
		end = PCI_MAPREG_PCB_END;
		break;
	default:
		return false;
	}
	return reg < end;
}

/*
 * Reads a BAR and the mask of its bits that can be written, with decoding
 * off meanwhile.  64-bit ones take the next register.
 */
void
pci_mapreg_size(pci_chipset_tag_t pc, pcitag_t tag, int reg, uint64_t *addrp, uint64_t *maskp)
{
	pcireg_t csr, lo, hi = 0, mlo, mhi = 0;
	bool wide;

	csr = pci_conf_read(pc, tag, PCI_COMMAND_STATUS_REG) & PCI_COMMAND_MASK;
	lo = pci_conf_read(pc, tag, reg);
	wide = reg != PCI_MAPREG_ROM && reg + 4 < PCI_MAPREG_END &&
	    PCI_MAPREG_TYPE(lo) == PCI_MAPREG_TYPE_MEM &&
	    PCI_MAPREG_MEM_TYPE(lo) == PCI_MAPREG_MEM_TYPE_64BIT;
	if (wide)
		hi = pci_conf_read(pc, tag, reg + 4);

	if ((csr & (PCI_COMMAND_IO_ENABLE | PCI_COMMAND_MEM_ENABLE)) != 0)
		pci_conf_write(pc, tag, PCI_COMMAND_STATUS_REG,
		    csr & ~(PCI_COMMAND_IO_ENABLE | PCI_COMMAND_MEM_ENABLE));
	pci_conf_write(pc, tag, reg,
	    reg == PCI_MAPREG_ROM ? (pcireg_t)PCI_MAPREG_ROM_ADDR_MASK : 0xffffffff);
	mlo = pci_conf_read(pc, tag, reg);
	pci_conf_write(pc, tag, reg, lo);
	if (wide) {
		pci_conf_write(pc, tag, reg + 4, 0xffffffff);
		mhi = pci_conf_read(pc, tag, reg + 4);
		pci_conf_write(pc, tag, reg + 4, hi);
	}
	if ((csr & (PCI_COMMAND_IO_ENABLE | PCI_COMMAND_MEM_ENABLE)) != 0)
		pci_conf_write(pc, tag, PCI_COMMAND_STATUS_REG, csr);

	*addrp = (uint64_t)hi << 32 | lo;
	*maskp = (uint64_t)mhi << 32 | mlo;
}

int
pci_mapreg_probe(pci_chipset_tag_t pc, pcitag_t tag, int reg, pcireg_t *typep)
{
	uint64_t addr, mask;

	if (!is_mapreg(pc, tag, reg))
		return 0;
	pci_mapreg_size(pc, tag, reg, &addr, &mask);
	if ((uint32_t)mask == 0 || (uint32_t)mask == PCI_NOTHERE)
		return 0;
	if (typep != NULL) {
		if (reg == PCI_MAPREG_ROM)
			*typep = PCI_MAPREG_TYPE_ROM;
		else if (PCI_MAPREG_TYPE((uint32_t)mask) == PCI_MAPREG_TYPE_IO)
			*typep = PCI_MAPREG_TYPE_IO;
		else
			*typep = PCI_MAPREG_TYPE_MEM | PCI_MAPREG_MEM_TYPE((uint32_t)mask);
	}
	return 1;
}

pcireg_t
pci_mapreg_type(pci_chipset_tag_t pc, pcitag_t tag, int reg)
{
	pcireg_t val;

	if (reg == PCI_MAPREG_ROM)
		return PCI_MAPREG_TYPE_ROM;
	val = pci_conf_read(pc, tag, reg);
	if (PCI_MAPREG_TYPE(val) == PCI_MAPREG_TYPE_IO)
		return PCI_MAPREG_TYPE_IO;
	return PCI_MAPREG_TYPE_MEM | PCI_MAPREG_MEM_TYPE(val);
}

int
pci_mapreg_info(pci_chipset_tag_t pc, pcitag_t tag, int reg, pcireg_t type, bus_addr_t *basep,
    bus_size_t *sizep, int *flagsp)
{
	uint64_t addr, addrmask, mask, size;
	bool prefetch, io = reg != PCI_MAPREG_ROM && PCI_MAPREG_TYPE(type) == PCI_MAPREG_TYPE_IO;

	if (!is_mapreg(pc, tag, reg))
		return 1;
	pci_mapreg_size(pc, tag, reg, &addr, &mask);
	if ((uint32_t)mask == 0 || (uint32_t)mask == PCI_NOTHERE)
		return 1;
	if (reg != PCI_MAPREG_ROM &&
	    (PCI_MAPREG_TYPE((uint32_t)mask) == PCI_MAPREG_TYPE_IO) != io) {
		pci_complain(tag, "register 0x%x maps %s space, expected was %s", reg,
		    io ? "memory" : "I/O", io ? "I/O" : "memory");
		return 1;
	}
	if (io) {
		addrmask = PCI_MAPREG_IO_ADDR_MASK;
		/* Upper bits of an I/O BAR may be missing. */
		if ((mask & 0xffff0000) == 0)
			mask |= 0xffff0000;
	} else if (reg == PCI_MAPREG_ROM)
		addrmask = (uint32_t)PCI_MAPREG_ROM_ADDR_MASK;
	else if (PCI_MAPREG_MEM_TYPE((uint32_t)addr) == PCI_MAPREG_MEM_TYPE_64BIT)
		addrmask = PCI_MAPREG_MEM64_ADDR_MASK;
	else
		addrmask = PCI_MAPREG_MEM_ADDR_MASK;
	prefetch = !io && reg != PCI_MAPREG_ROM && PCI_MAPREG_MEM_PREFETCHABLE(mask);
	mask &= addrmask;
	addr &= addrmask;
	size = mask & -mask;
	if (size == 0 || addr == 0)
		return 1;
	if (addr + (size - 1) < addr || (addr & (size - 1)) != 0) {
		pci_complain(tag, "register 0x%x maps 0x%llx bytes at 0x%llx", reg,
		    (unsigned long long)size, (unsigned long long)addr);
		return 1;
	}
	if (basep != NULL)
		*basep = addr;
	if (sizep != NULL)
		*sizep = size;
	if (flagsp != NULL)
		*flagsp = prefetch ? BUS_SPACE_MAP_PREFETCHABLE : 0;
	return 0;
}

int
pci_mapreg_submap(const struct pci_attach_args *pa, int reg, pcireg_t type, int busflags,
    bus_size_t maxsize, bus_size_t offset, bus_space_tag_t *tagp, bus_space_handle_t *handlep,
    bus_addr_t *basep, bus_size_t *sizep)
{
	bool io = reg != PCI_MAPREG_ROM && PCI_MAPREG_TYPE(type) == PCI_MAPREG_TYPE_IO;
	bus_space_tag_t tag = io ? pa->pa_iot : pa->pa_memt;
	bus_space_handle_t handle;
	bus_addr_t base;
	bus_size_t size;
	pcireg_t csr;
	int flags;

	csr = pci_conf_read(pa->pa_pc, pa->pa_tag, PCI_COMMAND_STATUS_REG);
	if ((csr & (io ? PCI_COMMAND_IO_ENABLE : PCI_COMMAND_MEM_ENABLE)) == 0)
		return 1;
	if (pci_mapreg_info(pa->pa_pc, pa->pa_tag, reg, type, &base, &size, &flags) != 0)
		return 1;
	if (reg == PCI_MAPREG_ROM)
		pci_conf_write(pa->pa_pc, pa->pa_tag, reg, base | PCI_MAPREG_ROM_ENABLE);
	if (offset >= size || maxsize > size - offset)
		return 1;
	base += offset;
	size = maxsize != 0 ? maxsize : size - offset;
	if (bus_space_map(tag, base, size, busflags | flags, &handle) != 0)
		return 1;
	if (tagp != NULL)
		*tagp = tag;
	if (handlep != NULL)
		*handlep = handle;
	if (basep != NULL)
		*basep = base;
	if (sizep != NULL)
		*sizep = size;
	return 0;
}

int
pci_mapreg_map(const struct pci_attach_args *pa, int reg, pcireg_t type, int busflags,
    bus_space_tag_t *tagp, bus_space_handle_t *handlep, bus_addr_t *basep, bus_size_t *sizep)
{

	return pci_mapreg_submap(pa, reg, type, busflags, 0, 0, tagp, handlep, basep, sizep);
}

/*
 * Expansion ROM: images one behind the other, each telling its length.
 */
int
pci_find_rom(const struct pci_attach_args *pa, bus_space_tag_t bst, bus_space_handle_t bsh,
    bus_size_t size, int type, bus_space_handle_t *romh, bus_size_t *romsz)
{
	bus_size_t at, data, len;
	uint8_t indicator;
	int n;

	for (at = 0, n = 0; size >= sizeof(struct pci_rom_header) &&
	    at <= size - sizeof(struct pci_rom_header); at += len) {
		if (n++ == ROM_MAX) {
			pci_complain(pa->pa_tag, "more than %d images in the ROM", ROM_MAX);
			return 1;
		}
		if (bus_space_read_2(bst, bsh, at) != PCI_ROM_HEADER_MAGIC)
			return 1;
		data = bus_space_read_2(bst, bsh, at + offsetof(struct pci_rom_header,
		    romh_data_ptr));
		if (data < sizeof(struct pci_rom_header) || (data & 3) != 0 ||
		    sizeof(struct pci_rom) > size || at + data > size - sizeof(struct pci_rom)) {
			pci_complain(pa->pa_tag, "ROM data at 0x%llx, in 0x%llx bytes",
			    (unsigned long long)(at + data), (unsigned long long)size);
			return 1;
		}
		data += at;
		if (bus_space_read_4(bst, bsh, data) != PCI_ROM_SIGNATURE)
			return 1;
		len = (bus_size_t)bus_space_read_2(bst, bsh,
		    data + offsetof(struct pci_rom, rom_len)) * 512;
		indicator = bus_space_read_1(bst, bsh,
		    data + offsetof(struct pci_rom, rom_indicator));
		if (len == 0 || len > size - at) {
			pci_complain(pa->pa_tag, "ROM image of 0x%llx bytes, in 0x%llx",
			    (unsigned long long)len, (unsigned long long)(size - at));
			return 1;
		}
		if (bus_space_read_2(bst, bsh, data + offsetof(struct pci_rom, rom_vendor)) ==
		    PCI_VENDOR(pa->pa_id) &&
		    bus_space_read_2(bst, bsh, data + offsetof(struct pci_rom, rom_product)) ==
		    PCI_PRODUCT(pa->pa_id) &&
		    bus_space_read_1(bst, bsh, data + offsetof(struct pci_rom, rom_code_type)) ==
		    type) {
			if (romsz != NULL)
				*romsz = len;
			return bus_space_subregion(bst, bsh, at, len, romh) != 0;
		}
		if ((indicator & PCI_ROM_INDICATOR_LAST) != 0)
			return 1;
	}
	return 1;
}
