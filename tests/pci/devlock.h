/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * DEV(call): what is done to a device from outside, or looked at, while the
 * kernel's threads run and the device does not run by itself.
 */

#ifndef TESTS_PCI_DEVLOCK_H
#define TESTS_PCI_DEVLOCK_H

#include <rump/rumpuser_dev.h>

#define	DEV(call) __extension__({						\
	int locked_ __attribute__((__cleanup__(dev_unlock), __unused__)) = dev_lock(); \
	call;									\
})

static inline int
dev_lock(void)
{

	rumpuser_dev_lock();
	return 0;
}

static inline void
dev_unlock(int *locked)
{

	rumpuser_dev_unlock();
}

#endif /* TESTS_PCI_DEVLOCK_H */
