/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Locators of the interface attributes: indices into the arrays that cfdata
 * and config_found() carry, and the value for "any".  In the order in which
 * each attribute's struct cfiattrdata describes them.
 */

#ifndef _LOCATORS_H_
#define	_LOCATORS_H_

/* pcibus: bus */
#define	PCIBUSCF_BUS		0
#define	PCIBUSCF_BUS_DEFAULT	-1
#define	PCIBUSCF_NLOCS		1

/* pci: dev, function */
#define	PCICF_DEV		0
#define	PCICF_DEV_DEFAULT	-1
#define	PCICF_FUNCTION		1
#define	PCICF_FUNCTION_DEFAULT	-1
#define	PCICF_NLOCS		2

/* scsi, atapi, ata: channel */
#define	SCSICF_CHANNEL		0
#define	SCSICF_CHANNEL_DEFAULT	-1
#define	SCSICF_NLOCS		1
#define	ATAPICF_CHANNEL		0
#define	ATAPICF_CHANNEL_DEFAULT	-1
#define	ATAPICF_NLOCS		1
#define	ATACF_CHANNEL		0
#define	ATACF_CHANNEL_DEFAULT	-1
#define	ATACF_NLOCS		1

/* scsibus: target, lun */
#define	SCSIBUSCF_TARGET	0
#define	SCSIBUSCF_TARGET_DEFAULT -1
#define	SCSIBUSCF_LUN		1
#define	SCSIBUSCF_LUN_DEFAULT	-1
#define	SCSIBUSCF_NLOCS		2

/* atapibus, ata_hl: drive */
#define	ATAPIBUSCF_DRIVE	0
#define	ATAPIBUSCF_DRIVE_DEFAULT -1
#define	ATAPIBUSCF_NLOCS	1
#define	ATA_HLCF_DRIVE		0
#define	ATA_HLCF_DRIVE_DEFAULT	-1
#define	ATA_HLCF_NLOCS		1

/* nvme: nsid */
#define	NVMECF_NSID		0
#define	NVMECF_NSID_DEFAULT	-1
#define	NVMECF_NLOCS		1

#endif /* !_LOCATORS_H_ */
