/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Serial ATA: the superset registers SStatus, SError, SControl and SActive.
 * Serial ATA 3.0, section 14.1.
 */

#ifndef _DEV_ATA_SATAREG_H_
#define	_DEV_ATA_SATAREG_H_

/* Interface power management, speed and detection, as the interface is. */
#define	SStatus_DET_NODEV	(0x0 << 0)	/* nothing there, no link */
#define	SStatus_DET_DEV_NE	(0x1 << 0)	/* something there, no link */
#define	SStatus_DET_DEV		(0x3 << 0)	/* there, with link */
#define	SStatus_DET_OFFLINE	(0x4 << 0)
#define	SStatus_DET_mask	(0xf << 0)
#define	SStatus_DET_shift	0
#define	SStatus_SPD_NONE	(0x0 << 4)
#define	SStatus_SPD_G1		(0x1 << 4)
#define	SStatus_SPD_G2		(0x2 << 4)
#define	SStatus_SPD_G3		(0x3 << 4)
#define	SStatus_SPD_mask	(0xf << 4)
#define	SStatus_SPD_shift	4
#define	SStatus_IPM_NODEV	(0x0 << 8)
#define	SStatus_IPM_ACTIVE	(0x1 << 8)
#define	SStatus_IPM_PARTIAL	(0x2 << 8)
#define	SStatus_IPM_SLUMBER	(0x6 << 8)
#define	SStatus_IPM_mask	(0xf << 8)
#define	SStatus_IPM_shift	8

/* Errors; a one clears. */
#define	SError_ERR_I		(1 << 0)	/* recovered data */
#define	SError_ERR_M		(1 << 1)	/* recovered communication */
#define	SError_ERR_T		(1 << 8)	/* transient data */
#define	SError_ERR_C		(1 << 9)	/* persistent communication */
#define	SError_ERR_P		(1 << 10)	/* protocol */
#define	SError_ERR_E		(1 << 11)	/* internal */
#define	SError_DIAG_N		(1 << 16)	/* PhyRdy changed */
#define	SError_DIAG_I		(1 << 17)	/* Phy internal */
#define	SError_DIAG_W		(1 << 18)	/* comm wake */
#define	SError_DIAG_B		(1 << 19)	/* 10b to 8b decode */
#define	SError_DIAG_D		(1 << 20)	/* disparity */
#define	SError_DIAG_C		(1 << 21)	/* CRC */
#define	SError_DIAG_H		(1 << 22)	/* handshake */
#define	SError_DIAG_S		(1 << 23)	/* link sequence */
#define	SError_DIAG_T		(1 << 24)	/* transport state */
#define	SError_DIAG_F		(1 << 25)	/* unknown FIS type */
#define	SError_DIAG_X		(1 << 26)	/* exchanged */

/* What the interface is told. */
#define	SControl_DET_NONE	(0x0 << 0)
#define	SControl_DET_INIT	(0x1 << 0)	/* resets it */
#define	SControl_DET_DISABLE	(0x4 << 0)
#define	SControl_SPD_ANY	(0x0 << 4)
#define	SControl_SPD_G1		(0x1 << 4)
#define	SControl_SPD_G2		(0x2 << 4)
#define	SControl_IPM_ANY	(0x0 << 8)
#define	SControl_IPM_NOPARTIAL	(0x1 << 8)
#define	SControl_IPM_NOSLUMBER	(0x2 << 8)
#define	SControl_IPM_NONE	(0x3 << 8)
#define	SControl_SPM_NONE	(0x0 << 12)
#define	SControl_SPM_PARTIAL	(0x1 << 12)
#define	SControl_SPM_SLUMBER	(0x2 << 12)
#define	SControl_SPM_ComWake	(0x4 << 12)
#define	SControl_PMP_mask	(0xf << 16)
#define	SControl_PMP_shift	16

#endif /* !_DEV_ATA_SATAREG_H_ */
