/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the ATA code is configured with: DMA and Ultra-DMA, no PIO-only
 * machines.
 */

#ifndef _DEV_ATA_ATACONF_H_
#define	_DEV_ATA_ATACONF_H_

#define	NATA_DMA	1
#define	NATA_UDMA	1
#define	NATA_PIOBM	0

#endif /* !_DEV_ATA_ATACONF_H_ */
