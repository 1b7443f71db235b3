/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Boot of the network component.
 */

#include <sys/param.h>
#include <sys/mbuf.h>

#include <rump-sys/kern.h>

#include "net_impl.h"

RUMP_COMPONENT(RUMP_COMPONENT_NET)
{

	mbuf_init();
}
