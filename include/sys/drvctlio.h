/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * drvctl(4): devices from the outside.
 */

#ifndef _SYS_DRVCTLIO_H_
#define	_SYS_DRVCTLIO_H_

#include <prop/proplib.h>
#include <sys/ioccom.h>

#define	DRVCTLDEV	"/dev/drvctl"

struct devdetachargs {
	char	devname[16];
};

/* Children of l_devname ("": the root); l_children is room, then number. */
struct devlistargs {
	char	l_devname[16];
	char	(*l_childname)[16];
	size_t	l_children;
};

enum devpmflags {
	DEVPM_F_SUBTREE = 0x1
};

struct devpmargs {
	char	devname[16];
	uint32_t flags;
};

struct devrescanargs {
	char	busname[16];
	char	ifattr[16];
	unsigned int numlocators;
	int	*locators;
};

#define	DRVDETACHDEV	_IOW('D', 123, struct devdetachargs)
#define	DRVRESCANBUS	_IOW('D', 124, struct devrescanargs)
#define	DRVRESUMEDEV	_IOW('D', 126, struct devpmargs)
#define	DRVLISTDEV	_IOWR('D', 127, struct devlistargs)
#define	DRVSUSPENDDEV	_IOW('D', 129, struct devpmargs)

#endif /* !_SYS_DRVCTLIO_H_ */
