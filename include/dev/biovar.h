/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * bio(4): questions to RAID controllers, by the name of the controller, through
 * /dev/bio.  Each structure begins with the cookie that BIOCLOCATE gave.
 */

#ifndef _DEV_BIOVAR_H_
#define	_DEV_BIOVAR_H_

#include <sys/types.h>
#include <sys/device_if.h>
#include <sys/ioccom.h>

struct bio_common {
	void		*bc_cookie;
};

/* The controller of that name. */
struct bio_locate {
	void		*bl_cookie;
	char		*bl_name;	/* user's */
};
#define	BIOCLOCATE	_IOWR('B', 0, struct bio_locate)

struct bioc_inq {
	void		*bi_cookie;
	char		bi_dev[16];	/* the controller */
	int		bi_novol;	/* volumes */
	int		bi_nodisk;	/* disks */
};
#define	BIOCINQ		_IOWR('B', 32, struct bioc_inq)

struct bioc_disk {
	void		*bd_cookie;
	uint16_t	bd_channel;
	uint16_t	bd_target;
	uint16_t	bd_lun;
	uint16_t	bd_other_id;
	int		bd_volid;	/* asked: of which volume, ... */
	int		bd_diskid;	/* ... and which one there */
	int		bd_status;	/* BIOC_SD* */
	uint64_t	bd_size;	/* bytes */
	char		bd_vendor[32];
	char		bd_serial[32];
	char		bd_procdev[16];
	bool		bd_disknovol;	/* of no volume */
};
#define	BIOCDISK	_IOWR('B', 33, struct bioc_disk)
#define	BIOCDISK_NOVOL	_IOWR('b', 38, struct bioc_disk)
#define	BIOC_SDONLINE		0x00
#define	BIOC_SDONLINE_S		"Online"
#define	BIOC_SDOFFLINE		0x01
#define	BIOC_SDOFFLINE_S	"Offline"
#define	BIOC_SDFAILED		0x02
#define	BIOC_SDFAILED_S		"Failed"
#define	BIOC_SDREBUILD		0x03
#define	BIOC_SDREBUILD_S	"Rebuild"
#define	BIOC_SDHOTSPARE		0x04
#define	BIOC_SDHOTSPARE_S	"Hot spare"
#define	BIOC_SDUNUSED		0x05
#define	BIOC_SDUNUSED_S		"Unused"
#define	BIOC_SDSCRUB		0x06
#define	BIOC_SDSCRUB_S		"Scrubbing"
#define	BIOC_SDPASSTHRU		0x07
#define	BIOC_SDPASSTHRU_S	"Pass through"
#define	BIOC_SDINVALID		0xff
#define	BIOC_SDINVALID_S	"Invalid"

struct bioc_vol {
	void		*bv_cookie;
	int		bv_volid;	/* asked: which one */
	int16_t		bv_percent;	/* of what is going on, -1: nothing */
	uint16_t	bv_seconds;	/* since it began */
	int		bv_status;	/* BIOC_SV* */
	uint64_t	bv_size;	/* bytes */
	int		bv_level;	/* RAID level, or BIOC_SVOL_* */
	int		bv_nodisk;
	char		bv_dev[16];
	char		bv_vendor[32];
	uint16_t	bv_stripe_size;	/* KiB */
};
#define	BIOCVOL		_IOWR('B', 34, struct bioc_vol)
#define	BIOC_SVONLINE		0x00
#define	BIOC_SVONLINE_S		"Online"
#define	BIOC_SVOFFLINE		0x01
#define	BIOC_SVOFFLINE_S	"Offline"
#define	BIOC_SVDEGRADED		0x02
#define	BIOC_SVDEGRADED_S	"Degraded"
#define	BIOC_SVBUILDING		0x03
#define	BIOC_SVBUILDING_S	"Building"
#define	BIOC_SVSCRUB		0x04
#define	BIOC_SVSCRUB_S		"Scrubbing"
#define	BIOC_SVREBUILD		0x05
#define	BIOC_SVREBUILD_S	"Rebuild"
#define	BIOC_SVMIGRATING	0x06
#define	BIOC_SVMIGRATING_S	"Migrating"
#define	BIOC_SVCHECKING		0x07
#define	BIOC_SVCHECKING_S	"Checking"
#define	BIOC_SVINVALID		0xff
#define	BIOC_SVINVALID_S	"Invalid"
#define	BIOC_SVOL_UNUSED	0xaa
#define	BIOC_SVOL_HOTSPARE	0xbb
#define	BIOC_SVOL_PASSTHRU	0xcc

struct bioc_alarm {
	void		*ba_cookie;
	int		ba_opcode;	/* BIOC_SA*, BIOC_GASTATUS */
	int		ba_status;	/* answer of BIOC_GASTATUS */
};
#define	BIOCALARM	_IOWR('B', 35, struct bioc_alarm)
#define	BIOC_SADISABLE		0x00
#define	BIOC_SAENABLE		0x01
#define	BIOC_SASILENCE		0x02
#define	BIOC_GASTATUS		0x03
#define	BIOC_SATEST		0x04

struct bioc_blink {
	void		*bb_cookie;
	uint16_t	bb_channel;
	uint16_t	bb_target;
	int		bb_status;	/* BIOC_SB* */
};
#define	BIOCBLINK	_IOWR('B', 36, struct bioc_blink)
#define	BIOC_SBUNBLINK		0x00
#define	BIOC_SBBLINK		0x01
#define	BIOC_SBALARM		0x02

struct bioc_setstate {
	void		*bs_cookie;
	uint16_t	bs_channel;
	uint16_t	bs_target;
	uint16_t	bs_lun;
	uint16_t	bs_other_id;
	int		bs_status;	/* BIOC_SS* */
	int		bs_volid;
};
#define	BIOCSETSTATE	_IOWR('B', 37, struct bioc_setstate)
#define	BIOC_SSONLINE		0x00
#define	BIOC_SSOFFLINE		0x01
#define	BIOC_SSHOTSPARE		0x02
#define	BIOC_SSREBUILD		0x03
#define	BIOC_SSDELHOTSPARE	0x04
#define	BIOC_SSPASSTHRU		0x05
#define	BIOC_SSDELPASSTHRU	0x06
#define	BIOC_SSCHECKSTART_VOL	0x07
#define	BIOC_SSCHECKSTOP_VOL	0x08

struct bioc_volops {
	void		*bc_cookie;
	uint64_t	bc_size;	/* bytes */
	uint64_t	bc_other_id;
	uint32_t	bc_devmask;	/* of which disks */
	uint16_t	bc_channel;
	uint16_t	bc_target;
	uint16_t	bc_lun;
	uint16_t	bc_stripe;	/* KiB */
	uint16_t	bc_level;
	int		bc_opcode;	/* BIOC_V* */
	int		bc_volid;
};
#define	BIOCVOLOPS	_IOWR('B', 39, struct bioc_volops)
#define	BIOC_VCREATE_VOLUME	0x00
#define	BIOC_VREMOVE_VOLUME	0x01

#ifdef _KERNEL
/*
 * From here on the controller can be asked: ioctl gets one of the structures
 * above, in a thread, and returns an errno.  Sleeps.  bio_unregister() waits
 * for questions that are being answered; not from within ioctl.
 */
int	bio_register(device_t, int (*ioctl)(device_t, u_long, void *));
void	bio_unregister(device_t);
#endif

#endif /* !_DEV_BIOVAR_H_ */
