/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What /dev/vtour<unit> does: each request is one call, or a few, of the
 * interface in <dev/pci/virtiovar.h>.
 */

#ifndef VIRTIO_TOUR_H
#define VIRTIO_TOUR_H

struct vtour_op {
	unsigned a, b, c, d;
};

#define	VTOUR_IOC(n)	(0x80000000ul | sizeof(struct vtour_op) << 16 | 'V' << 8 | (n))

#define	VTOUR_POST	VTOUR_IOC(1)	/* a segments, b bytes each, c: tell the device */
#define	VTOUR_ABORT	VTOUR_IOC(2)	/* prepare a segments and give up; b: before the reserve */
#define	VTOUR_NOTIFY	VTOUR_IOC(3)	/* tell it of all */
#define	VTOUR_REAP	VTOUR_IOC(4)	/* take back up to a (0: all) */
#define	VTOUR_INTR	VTOUR_IOC(5)	/* a: stop, start, postpone by b, smart, far */
#define	VTOUR_REINIT	VTOUR_IOC(6)	/* reset and start again */
#define	VTOUR_CONFIG	VTOUR_IOC(7)	/* a: width and direction, at b, value c */
#define	VTOUR_BREAK	VTOUR_IOC(8)	/* a: by the driver's own finding, else revoke */
#define	VTOUR_WAIT	VTOUR_IOC(9)	/* a ms */

#endif /* VIRTIO_TOUR_H */
