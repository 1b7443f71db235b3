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

/* iic: addr, size; i2cbus: bus */
#define	IICCF_ADDR		0
#define	IICCF_ADDR_DEFAULT	-1
#define	IICCF_SIZE		1
#define	IICCF_SIZE_DEFAULT	-1
#define	IICCF_NLOCS		2
#define	I2CBUSCF_BUS		0
#define	I2CBUSCF_BUS_DEFAULT	-1
#define	I2CBUSCF_NLOCS		1

/* Disks of RAID adapters: unit */
#define	AACCF_UNIT		0
#define	AACCF_UNIT_DEFAULT	-1
#define	AACCF_NLOCS		1
#define	AMRCF_UNIT		0
#define	AMRCF_UNIT_DEFAULT	-1
#define	AMRCF_NLOCS		1
#define	CACCF_UNIT		0
#define	CACCF_UNIT_DEFAULT	-1
#define	CACCF_NLOCS		1
#define	ICPCF_UNIT		0
#define	ICPCF_UNIT_DEFAULT	-1
#define	ICPCF_NLOCS		1
#define	MLXCF_UNIT		0
#define	MLXCF_UNIT_DEFAULT	-1
#define	MLXCF_NLOCS		1
#define	TWACF_UNIT		0
#define	TWACF_UNIT_DEFAULT	-1
#define	TWACF_NLOCS		1
#define	TWECF_UNIT		0
#define	TWECF_UNIT_DEFAULT	-1
#define	TWECF_NLOCS		1

#endif /* !_LOCATORS_H_ */
