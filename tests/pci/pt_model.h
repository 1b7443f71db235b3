/* SPDX-License-Identifier: BSD-2-Clause */

#ifndef _PT_MODEL_H_
#define	_PT_MODEL_H_

#include "pci.h"
#include "pt_reg.h"

struct pt {
	unsigned pt_want, pt_nvec, pt_serial;
	uint32_t pt_scratch, pt_ioscratch, pt_status, pt_resets;
	uint8_t	*pt_mem;
	unsigned pt_unplugs;
	uint32_t pt_vpd[8];	/* vital product data, from 0x80 in its capability */
	unsigned pt_vpdcap;
};

/* The device, described but not plugged; what it wants as in pt_reg.h. */
struct pcim_dev *pt_create(struct pcim_bus *, unsigned serial, unsigned want, unsigned nvec);
struct pt *pt_of(struct pcim_dev *);

#endif /* !_PT_MODEL_H_ */
