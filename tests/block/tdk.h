/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A disk in memory for tests, on dksubr: "tdk0", "tdk1", ...
 */

#ifndef _TDK_H_
#define	_TDK_H_

#include <sys/device.h>
#include <dev/dkvar.h>

struct tdk_softc {
	struct dk_softc	sc_dksc;	/* first */
	uint8_t		*sc_mem;
	size_t		sc_size;
	uint32_t	sc_secsize;
	unsigned	sc_fail;	/* errno for all transfers */
	unsigned	sc_again;	/* refuse this many starts */
	unsigned	sc_starts;
	unsigned	sc_maxxfer;	/* bytes that a transfer has at most; 0: any */
	unsigned	sc_dumps;	/* calls of d_dumpblocks */
	int		sc_dumperror;	/* what they return; 0: it is written */
	bool		sc_dumpagain;	/* dump while it dumps */
};

/* A disk of nsec sectors of secsize bytes, attached, all zero. */
struct tdk_softc *tdk_create(uint64_t nsec, uint32_t secsize);
void	tdk_destroy(struct tdk_softc *);
/* The block device number of a partition. */
dev_t	tdk_dev(struct tdk_softc *, int part);

#endif /* !_TDK_H_ */
