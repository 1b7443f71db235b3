/* SPDX-License-Identifier: BSD-2-Clause */

/* NetBSD's mount arguments as a Linux program passes them: mount_msdos(8), mount_cd9660(8). */

#ifndef HARNESS_FSMOUNT_H
#define HARNESS_FSMOUNT_H

#include <stdint.h>

/* Was struct export_args up to NetBSD 3; its place is kept, its content ignored. */
struct fsmount_export30 {
	int32_t	 ex_flags;
	uint32_t ex_root;
	struct {
		uint16_t cr_unused;
		uint32_t cr_uid;
		uint32_t cr_gid;
		int16_t	 cr_ngroups;
		uint32_t cr_groups[16];
	}	 ex_anon;
	void	*ex_addr;
	int32_t	 ex_addrlen;
	void	*ex_mask;
	int32_t	 ex_masklen;
	char	*ex_indexfile;
};

struct fsmount_msdos {
	const char *fspec;
	struct fsmount_export30 pad;
	uint32_t uid;
	uint32_t gid;
	uint32_t mask;
	int32_t	 flags;		/* 1 SHORTNAME, 2 LONGNAME, 4 NOWIN95, 8 GEMDOSFS, 0x10 VERSIONED, 0x20 UTF8 */
	int32_t	 version;	/* MSDOSFSMNT_VERSION, 3 */
	uint32_t dirmask;
	int32_t	 gmtoff;	/* seconds east of UTC */
};

struct fsmount_iso {
	const char *fspec;
	struct fsmount_export30 pad;
	int32_t	 flags;		/* 1 NORRIP, 2 GENS, 4 EXTATT, 8 NOJOLIET, 0x10 NOCASETRANS, 0x20 RRCASEINS */
};

#endif /* HARNESS_FSMOUNT_H */
