/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * PCI devices of the host under this rump kernel, through Linux's VFIO: an
 * IOMMU lets them reach the memory that is meant for them and no other.
 */

#ifndef _RUMP_RUMPUSER_VFIO_H_
#define _RUMP_RUMPUSER_VFIO_H_

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Takes devices by their addresses on the host ("0000:01:00.0"; separated by
 * spaces or commas) and attaches them as the backend.  They must be bound to
 * vfio-pci.  Each becomes function 0 of a device of bus 0, the first of
 * device 1.  They are reset, if they can be.  The clock becomes the host's.
 * To be called before rump_init(); rumpuser_init() does it with $RUMP_VFIO.
 *
 * 0, or an errno with NetBSD's numbers after saying on the standard error
 * what is wrong: ENOENT (no such device, or no VFIO), EBUSY (another owner,
 * or started already), EINVAL, EIO.
 */
int	rumpuser_vfio_start(const char *addresses);

/* Gives them back and takes the backend out; nothing to do without any. */
void	rumpuser_vfio_stop(void);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPUSER_VFIO_H_ */
