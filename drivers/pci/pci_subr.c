/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * PCI in words: what a function is, and what its configuration space says.
 * The names of classes are those of PCI Local Bus 3.0, appendix D.
 */

#include <sys/param.h>
#include <sys/systm.h>

#include "pci_impl.h"

struct pci_class_name {
	int		val;		/* -1: the end */
	const char	*name;
	const struct pci_class_name *subs;
};

static const struct pci_class_name ata_interfaces[] = {
	{ PCI_INTERFACE_ATA_SINGLEDMA, "single DMA", NULL },
	{ PCI_INTERFACE_ATA_CHAINEDDMA, "chained DMA", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name sata_interfaces[] = {
	{ PCI_INTERFACE_SATA_VND, "vendor specific", NULL },
	{ PCI_INTERFACE_SATA_AHCI10, "AHCI", NULL },
	{ PCI_INTERFACE_SATA_SSBI, "Serial Storage Bus Interface", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name nvm_interfaces[] = {
	{ PCI_INTERFACE_NVM_NVMHCI10, "NVMHCI", NULL },
	{ PCI_INTERFACE_NVM_NVME, "NVMe", NULL },
	{ PCI_INTERFACE_NVM_NVME_ADMIN, "NVMe admin", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name storage_subs[] = {
	{ PCI_SUBCLASS_MASS_STORAGE_SCSI, "SCSI", NULL },
	{ PCI_SUBCLASS_MASS_STORAGE_IDE, "IDE", NULL },
	{ PCI_SUBCLASS_MASS_STORAGE_FLOPPY, "floppy", NULL },
	{ PCI_SUBCLASS_MASS_STORAGE_IPI, "IPI", NULL },
	{ PCI_SUBCLASS_MASS_STORAGE_RAID, "RAID", NULL },
	{ PCI_SUBCLASS_MASS_STORAGE_ATA, "ATA", ata_interfaces },
	{ PCI_SUBCLASS_MASS_STORAGE_SATA, "SATA", sata_interfaces },
	{ PCI_SUBCLASS_MASS_STORAGE_SAS, "SAS", NULL },
	{ PCI_SUBCLASS_MASS_STORAGE_NVM, "Flash", nvm_interfaces },
	{ PCI_SUBCLASS_MASS_STORAGE_UFS, "UFS", NULL },
	{ PCI_SUBCLASS_MASS_STORAGE_MISC, "miscellaneous", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name network_subs[] = {
	{ PCI_SUBCLASS_NETWORK_ETHERNET, "ethernet", NULL },
	{ PCI_SUBCLASS_NETWORK_INFINIBAND, "InfiniBand", NULL },
	{ PCI_SUBCLASS_NETWORK_MISC, "miscellaneous", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name display_subs[] = {
	{ PCI_SUBCLASS_DISPLAY_VGA, "VGA", NULL },
	{ PCI_SUBCLASS_DISPLAY_3D, "3D", NULL },
	{ PCI_SUBCLASS_DISPLAY_MISC, "miscellaneous", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name multimedia_subs[] = {
	{ PCI_SUBCLASS_MULTIMEDIA_VIDEO, "video", NULL },
	{ PCI_SUBCLASS_MULTIMEDIA_AUDIO, "audio", NULL },
	{ PCI_SUBCLASS_MULTIMEDIA_HDAUDIO, "mixed mode", NULL },
	{ PCI_SUBCLASS_MULTIMEDIA_MISC, "miscellaneous", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name memory_subs[] = {
	{ PCI_SUBCLASS_MEMORY_RAM, "RAM", NULL },
	{ PCI_SUBCLASS_MEMORY_FLASH, "flash", NULL },
	{ PCI_SUBCLASS_MEMORY_MISC, "miscellaneous", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name bridge_subs[] = {
	{ PCI_SUBCLASS_BRIDGE_HOST, "host", NULL },
	{ PCI_SUBCLASS_BRIDGE_ISA, "ISA", NULL },
	{ PCI_SUBCLASS_BRIDGE_PCI, "PCI", NULL },
	{ PCI_SUBCLASS_BRIDGE_CARDBUS, "CardBus", NULL },
	{ PCI_SUBCLASS_BRIDGE_MISC, "miscellaneous", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name communications_subs[] = {
	{ PCI_SUBCLASS_COMMUNICATIONS_SERIAL, "serial", NULL },
	{ PCI_SUBCLASS_COMMUNICATIONS_PARALLEL, "parallel", NULL },
	{ PCI_SUBCLASS_COMMUNICATIONS_MPSERIAL, "multi-port serial", NULL },
	{ PCI_SUBCLASS_COMMUNICATIONS_MODEM, "modem", NULL },
	{ PCI_SUBCLASS_COMMUNICATIONS_MISC, "miscellaneous", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name system_subs[] = {
	{ PCI_SUBCLASS_SYSTEM_PIC, "interrupt", NULL },
	{ PCI_SUBCLASS_SYSTEM_DMA, "DMA", NULL },
	{ PCI_SUBCLASS_SYSTEM_TIMER, "timer", NULL },
	{ PCI_SUBCLASS_SYSTEM_RTC, "RTC", NULL },
	{ PCI_SUBCLASS_SYSTEM_PCIHOTPLUG, "PCI Hot-Plug", NULL },
	{ PCI_SUBCLASS_SYSTEM_SDHC, "SD Host Controller", NULL },
	{ PCI_SUBCLASS_SYSTEM_IOMMU, "IOMMU", NULL },
	{ PCI_SUBCLASS_SYSTEM_RCEC, "Root Complex Event Collector", NULL },
	{ PCI_SUBCLASS_SYSTEM_MISC, "miscellaneous", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name usb_interfaces[] = {
	{ PCI_INTERFACE_USB_UHCI, "UHCI", NULL },
	{ PCI_INTERFACE_USB_OHCI, "OHCI", NULL },
	{ PCI_INTERFACE_USB_EHCI, "EHCI", NULL },
	{ PCI_INTERFACE_USB_XHCI, "xHCI", NULL },
	{ PCI_INTERFACE_USB_USB4HCI, "USB4 HCI", NULL },
	{ PCI_INTERFACE_USB_DEVICE, "device", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name serialbus_subs[] = {
	{ PCI_SUBCLASS_SERIALBUS_FIREWIRE, "IEEE1394", NULL },
	{ PCI_SUBCLASS_SERIALBUS_USB, "USB", usb_interfaces },
	{ PCI_SUBCLASS_SERIALBUS_FIBER, "Fiber Channel", NULL },
	{ PCI_SUBCLASS_SERIALBUS_SMBUS, "SMBus", NULL },
	{ PCI_SUBCLASS_SERIALBUS_MISC, "miscellaneous", NULL },
	{ -1, NULL, NULL }
};
static const struct pci_class_name prehistoric_subs[] = {
	{ PCI_SUBCLASS_PREHISTORIC_MISC, "miscellaneous", NULL },
	{ PCI_SUBCLASS_PREHISTORIC_VGA, "VGA", NULL },
	{ -1, NULL, NULL }
};

static const struct pci_class_name classes[] = {
	{ PCI_CLASS_PREHISTORIC, "prehistoric", prehistoric_subs },
	{ PCI_CLASS_MASS_STORAGE, "mass storage", storage_subs },
	{ PCI_CLASS_NETWORK, "network", network_subs },
	{ PCI_CLASS_DISPLAY, "display", display_subs },
	{ PCI_CLASS_MULTIMEDIA, "multimedia", multimedia_subs },
	{ PCI_CLASS_MEMORY, "memory", memory_subs },
	{ PCI_CLASS_BRIDGE, "bridge", bridge_subs },
	{ PCI_CLASS_COMMUNICATIONS, "communications", communications_subs },
	{ PCI_CLASS_SYSTEM, "system", system_subs },
	{ PCI_CLASS_INPUT, "input", NULL },
	{ PCI_CLASS_DOCK, "dock", NULL },
	{ PCI_CLASS_PROCESSOR, "processor", NULL },
	{ PCI_CLASS_SERIALBUS, "serial bus", serialbus_subs },
	{ PCI_CLASS_WIRELESS, "wireless", NULL },
	{ PCI_CLASS_I2O, "I2O", NULL },
	{ PCI_CLASS_SATCOM, "satellite comm", NULL },
	{ PCI_CLASS_CRYPTO, "crypto", NULL },
	{ PCI_CLASS_DASP, "DASP", NULL },
	{ PCI_CLASS_ACCEL, "processing accelerators", NULL },
	{ PCI_CLASS_INSTRUMENT, "non-essential instrumentation", NULL },
	{ PCI_CLASS_UNDEFINED, "undefined", NULL },
	{ -1, NULL, NULL }
};

static const struct pci_class_name *
name_find(const struct pci_class_name *list, unsigned val)
{

	for (; list != NULL && list->val != -1; list++) {
		if ((unsigned)list->val == val)
			return list;
	}
	return NULL;
}

void
pci_devinfo(pcireg_t id, pcireg_t class, int showclass, char *buf, size_t len)
{
	const struct pci_class_name *c, *s = NULL, *i = NULL;
	char vendor[64], product[64], cname[80], iname[40], rname[24];

	pci_findvendor(vendor, sizeof(vendor), PCI_VENDOR(id));
	pci_findproduct(product, sizeof(product), PCI_VENDOR(id), PCI_PRODUCT(id));
	if (!showclass) {
		snprintf(buf, len, "%s %s", vendor, product);
		return;
	}
	if ((c = name_find(classes, PCI_CLASS(class))) != NULL &&
	    (s = name_find(c->subs, PCI_SUBCLASS(class))) != NULL)
		i = name_find(s->subs, PCI_INTERFACE(class));

	if (c == NULL)
		snprintf(cname, sizeof(cname), "class 0x%02x, subclass 0x%02x",
		    PCI_CLASS(class), PCI_SUBCLASS(class));
	else if (s == NULL)
		snprintf(cname, sizeof(cname), "%s, subclass 0x%02x", c->name,
		    PCI_SUBCLASS(class));
	else
		snprintf(cname, sizeof(cname), "%s %s", s->name, c->name);
	iname[0] = rname[0] = '\0';
	if (i != NULL)
		snprintf(iname, sizeof(iname), ", %s", i->name);
	else if (PCI_INTERFACE(class) != 0)
		snprintf(iname, sizeof(iname), ", interface 0x%02x", PCI_INTERFACE(class));
	if (PCI_REVISION(class) != 0)
		snprintf(rname, sizeof(rname), ", revision 0x%02x", PCI_REVISION(class));
	snprintf(buf, len, "%s %s (%s%s%s)", vendor, product, cname, iname, rname);
}

void
pci_aprint_devinfo_fancy(const struct pci_attach_args *pa, const char *naive,
    const char *known, int addrev)
{
	char devinfo[256];

	if (known != NULL) {
		aprint_normal(": %s", known);
		if (addrev)
			aprint_normal(" (rev. 0x%02x)", PCI_REVISION(pa->pa_class));
		aprint_normal("\n");
	} else {
		pci_devinfo(pa->pa_id, pa->pa_class, 0, devinfo, sizeof(devinfo));
		aprint_normal(": %s (rev. 0x%02x)\n", devinfo, PCI_REVISION(pa->pa_class));
	}
	if (naive != NULL)
		aprint_naive(": %s\n", naive);
	else
		aprint_naive("\n");
}

/*
 * A function's configuration space, line by line.
 */

static const char *const capnames[] = {
	[PCI_CAP_RESERVED0] = "reserved", [PCI_CAP_PWRMGMT] = "Power Management",
	[PCI_CAP_AGP] = "AGP", [PCI_CAP_VPD] = "VPD", [PCI_CAP_SLOTID] = "SlotID",
	[PCI_CAP_MSI] = "MSI", [PCI_CAP_CPCI_HOTSWAP] = "CompactPCI Hot-swapping",
	[PCI_CAP_PCIX] = "PCI-X", [PCI_CAP_LDT] = "HyperTransport",
	[PCI_CAP_VENDSPEC] = "Vendor-specific", [PCI_CAP_DEBUGPORT] = "Debug Port",
	[PCI_CAP_CPCI_RSRCCTL] = "CompactPCI Resource Control",
	[PCI_CAP_HOTPLUG] = "Hot-Plug", [PCI_CAP_SUBVENDOR] = "Subsystem vendor ID",
	[PCI_CAP_AGP8] = "AGP 8x", [PCI_CAP_SECURE] = "Secure Device",
	[PCI_CAP_PCIEXPRESS] = "PCI Express", [PCI_CAP_MSIX] = "MSI-X",
	[PCI_CAP_SATA] = "SATA", [PCI_CAP_PCIAF] = "Advanced Features",
	[PCI_CAP_EA] = "Enhanced Allocation", [PCI_CAP_FPB] = "Flattening Portal Bridge",
};

static void
print_bars(pci_chipset_tag_t pc, pcitag_t tag, int end)
{
	pcireg_t type;
	bus_addr_t base;
	bus_size_t size;
	int reg;

	for (reg = PCI_MAPREG_START; reg < end; reg += 4) {
		if (pci_mapreg_probe(pc, tag, reg, &type) == 0)
			continue;
		printf("    BAR at 0x%02x: %s", reg,
		    PCI_MAPREG_TYPE(type) == PCI_MAPREG_TYPE_IO ? "I/O" :
		    PCI_MAPREG_MEM_TYPE(type) == PCI_MAPREG_MEM_TYPE_64BIT ? "64-bit memory" :
		    "32-bit memory");
		if (pci_mapreg_info(pc, tag, reg, type, &base, &size, NULL) == 0)
			printf(", 0x%llx bytes at 0x%llx\n", (unsigned long long)size,
			    (unsigned long long)base);
		else
			printf(", not assigned\n");
		if (PCI_MAPREG_TYPE(type) == PCI_MAPREG_TYPE_MEM &&
		    PCI_MAPREG_MEM_TYPE(type) == PCI_MAPREG_MEM_TYPE_64BIT)
			reg += 4;
	}
}

static void
print_caps(pci_chipset_tag_t pc, pcitag_t tag)
{
	unsigned id;
	int offset;

	for (id = 0; id < __arraycount(capnames); id++) {
		if (pci_get_capability(pc, tag, id, &offset, NULL) != 0)
			printf("    capability at 0x%02x: %s\n", offset, capnames[id]);
	}
	for (id = 1; id <= PCI_EXTCAP_SFI; id++) {
		if (pci_get_ext_capability(pc, tag, id, &offset, NULL) != 0)
			printf("    extended capability at 0x%03x: 0x%04x\n", offset, id);
	}
}

void
pci_conf_print(pci_chipset_tag_t pc, pcitag_t tag,
    void (*printfn)(pci_chipset_tag_t, pcitag_t, const pcireg_t *))
{
	pcireg_t regs[PCI_CONF_SIZE / 4];
	char devinfo[256];
	unsigned i;

	for (i = 0; i < __arraycount(regs); i++)
		regs[i] = pci_conf_read(pc, tag, i * 4);
	pci_devinfo(regs[0], regs[2], 1, devinfo, sizeof(devinfo));
	printf("  %s\n", devinfo);
	printf("    command 0x%04x, status 0x%04x\n", regs[1] & PCI_COMMAND_MASK,
	    regs[1] >> PCI_STATUS_SHIFT & PCI_STATUS_MASK);
	switch (PCI_HDRTYPE_TYPE(regs[3])) {
	case PCI_HDRTYPE_DEVICE:
		printf("    subsystem vendor 0x%04x, id 0x%04x\n",
		    (unsigned)PCI_SUBSYS_VENDOR(regs[PCI_SUBSYS_ID_REG / 4]),
		    (unsigned)PCI_SUBSYS_ID(regs[PCI_SUBSYS_ID_REG / 4]));
		print_bars(pc, tag, PCI_MAPREG_END);
		break;
	case PCI_HDRTYPE_PPB:
		printf("    buses %u, %u to %u\n",
		    PCI_BRIDGE_BUS_NUM_PRIMARY(regs[PCI_BRIDGE_BUS_REG / 4]),
		    PCI_BRIDGE_BUS_NUM_SECONDARY(regs[PCI_BRIDGE_BUS_REG / 4]),
		    PCI_BRIDGE_BUS_NUM_SUBORDINATE(regs[PCI_BRIDGE_BUS_REG / 4]));
		print_bars(pc, tag, PCI_MAPREG_PPB_END);
		break;
	case PCI_HDRTYPE_PCB:
		print_bars(pc, tag, PCI_MAPREG_PCB_END);
		break;
	default:
		printf("    header type %u\n", PCI_HDRTYPE_TYPE(regs[3]));
		break;
	}
	printf("    interrupt pin %u, line %u\n", PCI_INTERRUPT_PIN(regs[PCI_INTERRUPT_REG / 4]),
	    PCI_INTERRUPT_LINE(regs[PCI_INTERRUPT_REG / 4]));
	print_caps(pc, tag);
	if (printfn != NULL)
		(*printfn)(pc, tag, regs);
}
