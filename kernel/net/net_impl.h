/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Between the files of the network component.
 */

#ifndef _NET_IMPL_H_
#define	_NET_IMPL_H_

void	mbuf_init(void);

#endif /* !_NET_IMPL_H_ */
