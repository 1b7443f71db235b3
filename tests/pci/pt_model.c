/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The model of the test device (pt_reg.h).
 */

#include <stdlib.h>
#include <string.h>

#include "pt_model.h"

#define	MEM_SIZE	0x100000

static uint64_t
pt_read(struct pcim_dev *d, unsigned bar, uint64_t off, unsigned width)
{
	struct pt *pt = pcim_softc(d);
	uint64_t v = 0;

	switch (bar) {
	case 0:
		switch (off) {
		case PT_SCRATCH:
			return pt->pt_scratch;
		case PT_STATUS:
			return pt->pt_status;
		case PT_RESETS:
			return pt->pt_resets;
		case PT_WANT:
			return pt->pt_want;
		case PT_NVEC:
			return pt->pt_nvec;
		case PT_SERIAL:
			return pt->pt_serial;
		}
		return 0;
	case 1:
		return off == 0 ? pt->pt_ioscratch : 0;
	case 2:
		memcpy(&v, pt->pt_mem + off, width);
		return v;
	}
	return 0;
}

static void
pt_write(struct pcim_dev *d, unsigned bar, uint64_t off, unsigned width, uint64_t val)
{
	struct pt *pt = pcim_softc(d);

	if (bar == 2)
		memcpy(pt->pt_mem + off, &val, width);
	else if (bar == 1 && off == 0)
		pt->pt_ioscratch = (uint32_t)val;
	if (bar != 0)
		return;
	switch (off) {
	case PT_SCRATCH:
		pt->pt_scratch = (uint32_t)val;
		break;
	case PT_STATUS:
		pt->pt_status &= ~(uint32_t)val;
		pcim_intx(d, pt->pt_status != 0);
		break;
	case PT_RAISE:
		if (pcim_intr_mode(d) == PCIM_INTR_INTX) {
			pt->pt_status |= 1u << (val & 31);
			pcim_intx(d, 1);
		} else
			(void)pcim_message(d, (unsigned)val);
		break;
	}
}

static void
pt_confwrite(struct pcim_dev *d, unsigned reg, unsigned width, uint32_t val)
{
	struct pt *pt = pcim_softc(d);
	unsigned at;

	/* An address with the flag writes, one without reads; either way it turns over. */
	if (pt->pt_vpdcap == 0 || reg != pt->pt_vpdcap)
		return;
	at = pcim_conf_get(d, pt->pt_vpdcap + 2, 2);
	if ((at & 0x7fff) / 4 >= sizeof(pt->pt_vpd) / sizeof(pt->pt_vpd[0]))
		return;
	if ((at & 0x8000) != 0)
		pt->pt_vpd[(at & 0x7fff) / 4] = pcim_conf_get(d, pt->pt_vpdcap + 4, 4);
	else
		pcim_conf_set(d, pt->pt_vpdcap + 4, 4, pt->pt_vpd[at / 4]);
	pcim_conf_set(d, pt->pt_vpdcap + 2, 2, at ^ 0x8000);
}

static void
pt_reset(struct pcim_dev *d)
{
	struct pt *pt = pcim_softc(d);

	pt->pt_scratch = pt->pt_ioscratch = pt->pt_status = 0;
	pt->pt_resets++;
}

static void
pt_unplug(struct pcim_dev *d)
{

	pt_of(d)->pt_unplugs++;
}

static void
pt_free(struct pcim_dev *d)
{

	free(pt_of(d)->pt_mem);
	free(pt_of(d));
}

static const struct pcim_ops ops = {
	.po_name = "test device",
	.po_read = pt_read,
	.po_write = pt_write,
	.po_confwrite = pt_confwrite,
	.po_reset = pt_reset,
	.po_unplug = pt_unplug,
	.po_free = pt_free,
};

struct pt *
pt_of(struct pcim_dev *d)
{

	return pcim_softc(d);
}

struct pcim_dev *
pt_create(struct pcim_bus *b, unsigned serial, unsigned want, unsigned nvec)
{
	static const uint8_t vpd[6];
	struct pcim_id id = { .pi_vendor = PT_VENDOR, .pi_device = PT_PRODUCT, .pi_class = 0xff,
	    .pi_intpin = 1 };
	struct pt *pt = calloc(1, sizeof(*pt));
	struct pcim_dev *d;

	pt->pt_serial = serial;
	pt->pt_want = want;
	pt->pt_nvec = nvec;
	pt->pt_mem = calloc(1, MEM_SIZE);
	d = pcim_dev_create(b, &ops, pt, &id);
	pcim_bar(d, 0, 0x1000, 0);
	pcim_bar(d, 1, 0x20, PCIM_BAR_IO);
	pcim_bar(d, 2, MEM_SIZE, PCIM_BAR_64 | PCIM_BAR_PREFETCH);
	pcim_bar(d, 4, 0x4000, 0);
	pcim_pm(d);
	if (want == PT_MSI)
		pcim_msi(d, nvec, PCIM_MSI_64 | PCIM_MSI_MASK);
	if (want == PT_MSIX)
		pcim_msix(d, nvec, 4, 0x1000, 0x2000);
	pt->pt_vpdcap = pcim_cap(d, 0x03, vpd, sizeof(vpd));
	pcim_conf_mask(d, pt->pt_vpdcap + 2, 2, 0xffff, 0);
	pcim_conf_mask(d, pt->pt_vpdcap + 4, 4, 0xffffffff, 0);
	pcim_pcie(d, 0, 1);
	return d;
}
