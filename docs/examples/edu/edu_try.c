/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Boots a kernel with the driver, on the model of the device, and uses it.
 * With RUMP_QEMU in the environment the device is QEMU's instead.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>

#include "model/edu.h"

#define EDU_FACTORIAL	0xc0044501ul	/* eduio.h */

int
main(void)
{
	uint8_t out[1000], in[1000];
	struct pcim_bus *bus = NULL;
	uint32_t n = 10;
	unsigned i;
	int fd;

	if (getenv("RUMP_QEMU") == NULL) {
		bus = pcim_bus_create();
		pcim_plug(edu_create(bus, 1000000, 0), NULL, 2, 0);
		rumpuser_dev_attach(&pcim_backend, bus);
	}
	if (rump_init() != 0)
		return 1;
	if ((fd = rump_sys_open("/dev/edu0", RUMP_O_RDWR)) == -1) {
		perror("/dev/edu0");
		return 1;
	}
	if (rump_sys_ioctl(fd, EDU_FACTORIAL, &n) == -1) {
		perror("EDU_FACTORIAL");
		return 1;
	}
	printf("10! is %u\n", n);
	for (i = 0; i < sizeof(out); i++)
		out[i] = (uint8_t)(i * 7);
	if (rump_sys_pwrite(fd, out, sizeof(out), 100) != sizeof(out) ||
	    rump_sys_pread(fd, in, sizeof(in), 100) != sizeof(in)) {
		perror("the buffer");
		return 1;
	}
	if (n != 3628800 || memcmp(in, out, sizeof(in)) != 0)
		return 1;
	printf("%zu bytes there and back\n", sizeof(in));
	return 0;
}
