/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A device for the tests of bus_space(9) and bus_dma(9).  It decodes
 *
 *	memory BM_MEM, BM_MEMLEN:
 *	    0x000 ... 0x0ff	bytes that are read and written
 *	    BM_ADDR ...		registers, below
 *	    0x1000 ... 0x4fff	BM_BUF: bytes for DMA
 *	memory BM_LIN, BM_LINLEN: plain memory that can be mapped
 *	ports BM_IO, BM_IOLEN: bytes that are read and written
 *
 * and is function 0 of device 1 on bus 0 where interrupts are concerned.
 */

#ifndef BUSMODEL_H
#define BUSMODEL_H

#define	BM_MEM		0x80000000
#define	BM_MEMLEN	0x5000
#define	BM_LIN		0x90000000
#define	BM_LINLEN	0x10000
#define	BM_IO		0x1000
#define	BM_IOLEN	0x100
#define	BM_BDF		(1 << 3)

#define	BM_ADDR		0x100	/* 8: machine address */
#define	BM_LEN		0x108	/* 4: bytes */
#define	BM_FLAGS	0x10c	/* 4: RUMPUSER_DMA_* */
#define	BM_CMD		0x110	/* 4: BM_FETCH, BM_STORE */
#define	BM_FETCH	1	/* memory to BM_BUF */
#define	BM_STORE	2	/* BM_BUF to memory */
#define	BM_RESULT	0x114	/* 4: errno of the last command */
#define	BM_TIMER	0x118	/* 8: message in so many ns */
#define	BM_MSGADDR	0x120	/* 8 */
#define	BM_MSGDATA	0x128	/* 4 */
#define	BM_LEVEL	0x12c	/* 4: of pin 1 */
#define	BM_FIFO		0x130	/* any: counts reads; adds what is written */
#define	BM_LASTWIDTH	0x138	/* 4: of the access before this one */
#define	BM_BUF		0x1000
#define	BM_BUFLEN	0x4000

/* Puts one in; it is the kernel's to restore. */
void	busmodel_attach(void);

#endif /* BUSMODEL_H */
