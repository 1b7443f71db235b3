/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Device numbers of viocon(4): ttyVI<unit><port>.
 */

#ifndef _VIOCON_VAR_H_
#define	_VIOCON_VAR_H_

#define	VIOCON_MAXPORTS		16
#define	VIOCON_UNIT(dev)	(minor(dev) / VIOCON_MAXPORTS)
#define	VIOCON_PORT(dev)	(minor(dev) % VIOCON_MAXPORTS)
#define	VIOCON_MINOR(unit, port) ((unit) * VIOCON_MAXPORTS + (port))

#endif /* !_VIOCON_VAR_H_ */
