/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Between the files of autoconf(9).
 */

#ifndef _AUTOCONF_IMPL_H_
#define	_AUTOCONF_IMPL_H_

#include <sys/device_impl.h>

/*
 * config_misc_lock: who attaches and detaches what, references, pending
 * configuration; config_misc_cv is broadcast when any of that changes.
 * alldevs_lock: the list of devices and the drivers' tables of units; a spin
 * mutex, taken after the other.
 */
extern kmutex_t config_misc_lock, alldevs_lock;
extern kcondvar_t config_misc_cv;
extern struct devicelist alldevs;

/*
 * While it is held no device's memory is freed.  alldevs_release() frees
 * what went meanwhile.
 */
void	alldevs_hold(void);
void	alldevs_release(void);

/* Enters dev into the list and its driver's table; ENOSPC: unit is taken. */
int	device_enter(device_t, int unit, bool star);
/* The reverse; its memory goes now or with the last alldevs_release(). */
void	device_remove(device_t);

device_t device_alloc(cfdriver_t, device_t parent, size_t privsize);
void	device_free(device_t);

/* What a device that goes still had put off. */
void	config_defer_drop(device_t);
/* Runs what children of dev put off until dev is attached. */
void	config_defer_run(device_t);
/* Waits until nothing is pending. */
void	config_pending_wait(void);

/*
 * What rescanning from outside does; the big lock is held.  One at a time, and
 * the device does not go meanwhile; ENXIO: it went while the caller waited.
 */
int	config_rescan(device_t, const char *ifattr, const int *locs);

void	pmf_device_forget(device_t);

/* Boot. */
void	mainbus_attach(void);
void	intr_init(void);

#endif /* !_AUTOCONF_IMPL_H_ */
