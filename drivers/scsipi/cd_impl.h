/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Between cd.c (the block device), cd_audio.c (contents and sound) and
 * cd_mmc.c (discs that can be written).
 */

#ifndef _CD_IMPL_H_
#define	_CD_IMPL_H_

#include <sys/cdio.h>

#include <dev/scsipi/cdvar.h>

#define	CD_MAXTRACK	99

/* A table of contents as the drive sends it, and how much of it is valid. */
struct cd_toc {
	struct scsipi_toc_header header;
	struct cd_toc_entry entries[CD_MAXTRACK + 1];
};

/* A command with len bytes of data; the errno. */
int	cd_cmd(struct cd_softc *, void *cdb, int cdblen, void *data, int len, int flags,
	    int timeout);

/*
 * Reads the TOC or the list of sessions (form 0 or 1) from a track on, at
 * most len bytes with the header.  *nentries is how many entries came.
 */
int	cd_read_toc(struct cd_softc *, int form, int address_format, int start,
	    struct cd_toc *, size_t len, unsigned *nentries, int flags);

/* Requests about sound and contents; ENOTTY for others. */
int	cd_audio_ioctl(struct cd_softc *, u_long cmd, void *addr);
/* Where the last session starts. */
int	cd_read_msaddr(struct cd_softc *, int *addr);

/* Requests about discs that can be written; ENOTTY for others. */
int	cd_mmc_ioctl(struct cd_softc *, u_long cmd, void *addr);

#endif /* !_CD_IMPL_H_ */
