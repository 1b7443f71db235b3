/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Medium changers, see chio(1), ch(4).
 */

#ifndef _SYS_CHIO_H_
#define	_SYS_CHIO_H_

#include <sys/types.h>
#include <sys/ioccom.h>

/* Types of elements. */
#define	CHET_MT		0		/* medium transport: picker */
#define	CHET_ST		1		/* storage: slot */
#define	CHET_IE		2		/* import and export: portal */
#define	CHET_DT		3		/* data transfer: drive */

/* CHIOMOVE: a medium from here to there. */
struct changer_move_request {
	int	cm_fromtype;
	int	cm_fromunit;
	int	cm_totype;
	int	cm_tounit;
	int	cm_flags;
};
#define	CM_INVERT	0x01		/* turn it over */

/*
 * CHIOEXCHANGE: the medium of the source goes to the first destination, what
 * was there to the second, which may be the source.
 */
struct changer_exchange_request {
	int	ce_srctype;
	int	ce_srcunit;
	int	ce_fdsttype;
	int	ce_fdstunit;
	int	ce_sdsttype;
	int	ce_sdstunit;
	int	ce_flags;
};
#define	CE_INVERT1	0x01		/* turn the first medium over */
#define	CE_INVERT2	0x02

/* CHIOPOSITION: the picker goes there. */
struct changer_position_request {
	int	cp_type;
	int	cp_unit;
	int	cp_flags;
};
#define	CP_INVERT	0x01		/* turn the picker over */

/* CHIOGPARAMS */
struct changer_params {
	int	cp_curpicker;
	int	cp_npickers;
	int	cp_nslots;
	int	cp_nportals;
	int	cp_ndrives;
};

/* OCHIOGSTATUS: one byte of CESTATUS_* for each element of the type. */
struct ochanger_element_status_request {
	int	cesr_type;
	uint8_t	*cesr_data;
};

/* What is written on a medium's label. */
#define	CHANGER_VOLTAG_SIZE	32
struct changer_voltag {
	char	cv_tag[CHANGER_VOLTAG_SIZE + 1];
	uint16_t cv_serial;
};

/* One element's status. */
struct changer_element_status {
	int	ces_flags;		/* CESTATUS_* */
	char	ces_xname[16];		/* drive: its device */
	int	ces_from_type;		/* where the medium was before */
	int	ces_from_unit;
	struct changer_voltag ces_pvoltag;
	struct changer_voltag ces_avoltag;
	size_t	ces_vendor_len;
	uint8_t	ces_asc;		/* with CESTATUS_EXCEPT */
	uint8_t	ces_ascq;
	uint8_t	ces_target;		/* drive: its address */
	uint8_t	ces_lun;
};

#define	CESTATUS_FULL		0x0001
#define	CESTATUS_IMPEXP		0x0002	/* put there by the operator */
#define	CESTATUS_EXCEPT		0x0004	/* not in a normal state */
#define	CESTATUS_ACCESS		0x0008	/* the picker can get at it */
#define	CESTATUS_EXENAB		0x0010	/* can export */
#define	CESTATUS_INENAB		0x0020	/* can import */

#define	CESTATUS_PICKER_MASK	0x0005
#define	CESTATUS_SLOT_MASK	0x000c
#define	CESTATUS_PORTAL_MASK	0x003f
#define	CESTATUS_DRIVE_MASK	0x000c

#define	CESTATUS_INVERTED	0x0040
#define	CESTATUS_NOTBUS		0x0080	/* drive on another bus */

/* Which members are valid. */
#define	CESTATUS_STATUS_VALID	0x0100	/* any */
#define	CESTATUS_XNAME_VALID	0x0200
#define	CESTATUS_FROM_VALID	0x0400
#define	CESTATUS_PVOL_VALID	0x0800
#define	CESTATUS_AVOL_VALID	0x1000
#define	CESTATUS_TARGET_VALID	0x2000
#define	CESTATUS_LUN_VALID	0x4000

#define	CESTATUS_BITS							\
	"\20\6INEAB\5EXENAB\4ACCESS\3EXCEPT\2IMPEXP\1FULL"

/* CHIOGSTATUS: cesr_count elements of a type from cesr_unit on. */
struct changer_element_status_request {
	int	cesr_type;
	int	cesr_unit;
	int	cesr_count;
	int	cesr_flags;
	struct changer_element_status *cesr_data;
	void	**cesr_vendor_data;
};
#define	CESR_VOLTAGS		0x01	/* with labels */

/* CHIOSVOLTAG */
struct changer_set_voltag_request {
	int	csvr_type;
	int	csvr_unit;
	int	csvr_flags;
	struct changer_voltag csvr_voltag;
};
#define	CSVR_MODE_SET		0x00	/* if there is none */
#define	CSVR_MODE_REPLACE	0x01
#define	CSVR_MODE_CLEAR		0x02
#define	CSVR_MODE_MASK		0x0f
#define	CSVR_ALTERNATE		0x10	/* the other label */

/*
 * Events: read(2) gives a mask of those since the open, and does not wait;
 * poll(2) does.
 */
#define	CHANGER_EVENT_SIZE		sizeof(u_int)
#define	CHEV_ELEMENT_STATUS_CHANGED	0x00000001

#define	CHIOMOVE	_IOW('c', 0x01, struct changer_move_request)
#define	CHIOEXCHANGE	_IOW('c', 0x02, struct changer_exchange_request)
#define	CHIOPOSITION	_IOW('c', 0x03, struct changer_position_request)
#define	CHIOGPICKER	_IOR('c', 0x04, int)
#define	CHIOSPICKER	_IOW('c', 0x05, int)
#define	CHIOGPARAMS	_IOR('c', 0x06, struct changer_params)
#define	CHIOIELEM	_IO('c', 0x07)
#define	OCHIOGSTATUS	_IOW('c', 0x08, struct ochanger_element_status_request)
#define	CHIOGSTATUS	_IOW('c', 0x09, struct changer_element_status_request)
#define	CHIOSVOLTAG	_IOW('c', 0x0a, struct changer_set_voltag_request)

#endif /* !_SYS_CHIO_H_ */
