/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The registers of an ATA host adapter that the WD1003 had.  ATA/ATAPI-7
 * volume 2, section 9.  What they hold is in atareg.h.
 */

#ifndef _DEV_IC_WDCREG_H_
#define	_DEV_IC_WDCREG_H_

/* The command block; two names for one that is read and written differently. */
#define	wd_data		0
#define	wd_error	1
#define	wd_precomp	1
#define	wd_seccnt	2
#define	wd_ireason	2		/* of a packet command */
#define	wd_sector	3
#define	wd_cyl_lo	4
#define	wd_cyl_hi	5
#define	wd_sdh		6
#define	wd_command	7
#define	wd_lba_lo	3
#define	wd_lba_mi	4
#define	wd_lba_hi	5

/* Numbers of their own for what shares an offset: see wd_command, wd_error. */
#define	wd_status	8
#define	wd_features	9

/* The control block. */
#define	wd_aux_altsts	0
#define	wd_aux_ctlr	0
#define	WDCTL_HOB	0x80		/* show the high-order bytes */
#define	WDCTL_4BIT	0x08		/* obsolete */
#define	WDCTL_RST	0x04		/* software reset */
#define	WDCTL_IDS	0x02		/* no interrupts */

#endif /* !_DEV_IC_WDCREG_H_ */
