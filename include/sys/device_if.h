/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Names of the device types, for headers that only pass pointers around.
 */

#ifndef _SYS_DEVICE_IF_H
#define	_SYS_DEVICE_IF_H

#include <sys/types.h>

struct device;
typedef struct device *device_t;

#ifdef _KERNEL
/* How much of a device is awake: its class on its driver on its bus. */
typedef enum devact_level {
	DEVACT_LEVEL_CLASS = 0,
	DEVACT_LEVEL_DRIVER = 1,
	DEVACT_LEVEL_BUS = 2
} devact_level_t;

#define	DEVACT_LEVEL_FULL	DEVACT_LEVEL_CLASS

typedef uint64_t devgen_t;

struct device_lock;
struct device_suspensor;

typedef struct device_lock *device_lock_t;
typedef struct device_suspensor device_suspensor_t;
#endif

#endif /* !_SYS_DEVICE_IF_H */
