/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Serial ATA port multipliers: registers and the commands that reach them.
 * Serial ATA Port Multiplier 1.1, section 3.5; SATA 3.x, section 16.4.
 */

#ifndef _DEV_ATA_SATAPMPREG_H_
#define	_DEV_ATA_SATAPMPREG_H_

/* Of the multiplier itself, read and written through its control port. */
#define	PMP_GSCR_ID		0x00
#define		PMP_ID_DEV(x)		((x) >> 16)
#define		PMP_ID_VEND(x)		((x) & 0xffff)
#define	PMP_GSCR_REV		0x01
#define		PMP_REV_SPEC_10		0x02	/* follows 1.0 */
#define		PMP_REV_SPEC_11		0x04	/* ... 1.1 */
#define		PMP_REV_LEVEL(x)	(((x) >> 8) & 0xff)
#define	PMP_GSCR_INF		0x02
#define		PMP_INF_NPORTS(x)	((x) & 0xf)
#define	PMP_GSCR_ERR		0x20	/* ports with an error */
#define		PMP_ERR(p)		(1 << (p))
#define	PMP_GSCR_ERREN		0x21	/* ... that are to show there */
#define		PMP_ERREN(p)		(1 << (p))
#define	PMP_GSCR_FEAT		0x40	/* what it can do */
#define		PMP_FEAT_BIST		0x01
#define		PMP_FEAT_PMREQ		0x02
#define		PMP_FEAT_SCC		0x04
#define		PMP_FEAT_ASYNC		0x08
#define	PMP_GSCR_FEATEN		0x60	/* ... and does */
#define	PMP_GSCR_VENDSTART	0x80	/* the vendor's from here */
#define	PMP_GSCR_NREGS		256

/* Of each port. */
#define	PMP_PSCR_SStatus	0x00
#define	PMP_PSCR_SError		0x01
#define	PMP_PSCR_SControl	0x02
#define	PMP_PSCR_SActive	0x03

#define	PMP_PORT_CTL		0x0f	/* the control port */
#define	PMP_MAX_DRIVES		16	/* ports, the control port with them */

/* Commands. */
#define	PMPC_READ_PORT		0xe4
#define	PMPC_WRITE_PORT		0xe8

#endif /* !_DEV_ATA_SATAPMPREG_H_ */
