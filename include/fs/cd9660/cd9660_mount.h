/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Arguments for mounting a file system of type "cd9660", see
 * mount_cd9660(8).
 */

#ifndef _ISOFS_CD9660_CD9660_MOUNT_H_
#define _ISOFS_CD9660_CD9660_MOUNT_H_

#include <sys/mount.h>

struct iso_args {
	const char	*fspec;		/* block device */
	struct	export_args30 _pad1;	/* unused, keeps the size */
	int	flags;			/* ISOFSMNT_* */
};

#define	ISOFSMNT_NORRIP		0x00000001 /* no Rock Ridge */
#define	ISOFSMNT_GENS		0x00000002 /* plain names with versions */
#define	ISOFSMNT_EXTATT		0x00000004 /* use extended attribute records */
#define	ISOFSMNT_NOJOLIET	0x00000008 /* no Joliet */
#define	ISOFSMNT_NOCASETRANS	0x00000010 /* plain names in upper case */
#define	ISOFSMNT_RRCASEINS	0x00000020 /* Rock Ridge names in any case */

#define	ISOFSMNT_BITS "\177\20" \
	"b\00norrip\0b\01gens\0b\02extatt\0b\03nojoliet\0" \
	"b\04nocasetrans\0b\05rrcaseins\0"

#endif /* _ISOFS_CD9660_CD9660_MOUNT_H_ */
