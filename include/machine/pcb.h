/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Process control block: what a fault handler may arm.
 */

#ifndef _MACHINE_PCB_H_
#define	_MACHINE_PCB_H_

struct pcb {
	void	*pcb_onfault;
};

#endif /* !_MACHINE_PCB_H_ */
