/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Messages that begin with a device's name: aprint(9), device_printf.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/kprintf.h>

#define	DEVMSG(dev, flags)						\
	do {								\
		char prefix[DEVICE_XNAME_SIZE + 2];			\
		va_list ap;						\
									\
		snprintf(prefix, sizeof(prefix), "%s: ",		\
		    device_xname(dev));					\
		va_start(ap, fmt);					\
		kmsg((flags), prefix, fmt, ap);				\
		va_end(ap);						\
	} while (0)

#define	APRINT_DEV(kind)						\
void									\
aprint_##kind##_dev(device_t dev, const char *fmt, ...)			\
{									\
	const int flags = aprint_##kind##_to();				\
									\
	if (flags != 0)							\
		DEVMSG(dev, flags);					\
}

APRINT_DEV(normal)
APRINT_DEV(error)
APRINT_DEV(naive)
APRINT_DEV(verbose)
APRINT_DEV(debug)

void
device_printf(device_t dev, const char *fmt, ...)
{

	DEVMSG(dev, TOCONS | TOLOG);
}
