/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Compiled once into each component: tells the hypercall layer where the
 * component's data and bss are, so that a snapshot covers them.
 */

#include <sys/types.h>

#include <rump/rumpuser_fuzz.h>

extern char __start_rump_data[] __attribute__((__weak__, __visibility__("hidden")));
extern char __stop_rump_data[] __attribute__((__weak__, __visibility__("hidden")));
extern char __start_rump_bss[] __attribute__((__weak__, __visibility__("hidden")));
extern char __stop_rump_bss[] __attribute__((__weak__, __visibility__("hidden")));

static void __attribute__((__constructor__))
region_register(void)
{

	if (__start_rump_data != NULL)
		rumpuser_region_add(__start_rump_data, __stop_rump_data - __start_rump_data,
		    RUMP_COMPONENT_NAME " data");
	if (__start_rump_bss != NULL)
		rumpuser_region_add(__start_rump_bss, __stop_rump_bss - __start_rump_bss,
		    RUMP_COMPONENT_NAME " bss");
}
