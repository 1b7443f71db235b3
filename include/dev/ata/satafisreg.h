/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Frame information structures: byte offsets of their fields.  rhd: register,
 * host to device; rdh: register, device to host; sdb: set device bits.
 * Serial ATA 3.0, section 10.3.
 */

#ifndef _DEV_ATA_FISREG_H_
#define	_DEV_ATA_FISREG_H_

#define	fis_type	0

#define	RHD_FISTYPE	0x27
#define	RHD_FISLEN	20
#define	rhd_c		1	/* command bit; port of a multiplier */
#define	RHD_C		0x80
#define	rhd_cdpmp	rhd_c
#define	rhd_command	2
#define	rhd_features0	3
#define	rhd_features	rhd_features0
#define	rhd_lba0	4
#define	rhd_lba1	5
#define	rhd_lba2	6
#define	rhd_dh		7	/* device register */
#define	rhd_lba3	8
#define	rhd_lba4	9
#define	rhd_lba5	10
#define	rhd_features1	11
#define	rhd_features_exp rhd_features1
#define	rhd_count0	12
#define	rhd_count1	13
#define	rhd_control	15
#define	rhd_sector	rhd_lba0
#define	rhd_cyl_lo	rhd_lba1
#define	rhd_cyl_hi	rhd_lba2
#define	rhd_sector_exp	rhd_lba3
#define	rhd_cyl_lo_exp	rhd_lba4
#define	rhd_cyl_hi_exp	rhd_lba5
#define	rhd_seccnt	rhd_count0
#define	rhd_seccnt_exp	rhd_count1

#define	RDH_FISTYPE	0x34
#define	RDH_FISLEN	20
#define	rdh_i		1	/* interrupt bit */
#define	RDH_I		0x40
#define	rdh_status	2
#define	rdh_error	3
#define	rdh_lba0	4
#define	rdh_lba1	5
#define	rdh_lba2	6
#define	rdh_dh		7
#define	rdh_lba3	8
#define	rdh_lba4	9
#define	rdh_lba5	10
#define	rdh_count0	12
#define	rdh_count1	13
#define	rdh_sector	rdh_lba0
#define	rdh_cyl_lo	rdh_lba1
#define	rdh_cyl_hi	rdh_lba2

#define	SDB_FISTYPE	0xa1
#define	SDB_FISLEN	8
#define	sdb_i		1
#define	sdb_status	2
#define	sdb_error	3

#endif /* !_DEV_ATA_FISREG_H_ */
