/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ATA commands from a program, see wd(4).
 */

#ifndef _SYS_ATAIO_H_
#define	_SYS_ATAIO_H_

#include <sys/types.h>
#include <sys/ioctl.h>

typedef struct atareq {
	u_long	flags;			/* ATACMD_READ ... */
	u_char	command;		/* registers; with READREG those afterwards */
	u_char	features;
	u_char	sec_count;
	u_char	sec_num;
	u_char	head;
	u_short	cylinder;

	void	*databuf;
	u_long	datalen;
	int	timeout;		/* milliseconds */
	u_char	retsts;			/* ATACMD_OK ... */
	u_char	error;			/* error register, when that is an error */
} atareq_t;

/* flags */
#define	ATACMD_READ	0x00000001	/* data from the device */
#define	ATACMD_WRITE	0x00000002	/* data to it */
#define	ATACMD_READREG	0x00000004	/* registers afterwards wanted */
#define	ATACMD_LBA	0x00000008	/* the address is an LBA */

/* retsts */
#define	ATACMD_OK	0x00
#define	ATACMD_TIMEOUT	0x01
#define	ATACMD_ERROR	0x02
#define	ATACMD_DF	0x03

#define	ATAIOCCOMMAND	_IOWR('Q', 8, atareq_t)

#endif /* !_SYS_ATAIO_H_ */
