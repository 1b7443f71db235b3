/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Boot of bus_space(9) and bus_dma(9).
 */

#ifndef _BUS_IMPL_H_
#define	_BUS_IMPL_H_

void	bus_space_init(void);
void	bus_dma_init(void);

#endif /* !_BUS_IMPL_H_ */
