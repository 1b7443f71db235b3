/* SPDX-License-Identifier: BSD-2-Clause */

/* Inputs of device targets, for measuring; see bench_dev.h. */

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rumpuser_fuzz.h>

#include "bench_dev.h"

/* Header: 5 operations, 3 records; knobs all zero. */
const uint8_t bench_dev_hostile[] = {
	5, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	DEVOP_OPEN, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	DEVOP_READ, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0, 7, 0, 0, 0,
	DEVOP_WRITE, 0, 0, 0, 99, 0, 0, 0, 40, 0, 0, 0, 7, 0, 0, 0,
	DEVOP_IOCTL, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	DEVOP_CLOSE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
	/* The capacity's low byte is another; a used length is too long; data is changed. */
	HOSTILE_REG, HOSTILE_ADD, 0x00, 0x01, 0, 0, 255, 0, 0, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0,
	HOSTILE_STORE, HOSTILE_ADD, 0x02, 0x10, 3, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0,
	HOSTILE_STORE, HOSTILE_XOR, 0x0a, 0x18, 2, 0, 255, 1, 16, 0, 0, 0, 0xff, 0, 0, 0, 0, 0, 0, 0,
};
const size_t bench_dev_hostile_len = sizeof(bench_dev_hostile);

unsigned
bench_dev(const struct devops_dev *dd, const uint8_t *data, size_t len, unsigned n)
{
	struct lwp *home = rump_pub_lwproc_curlwp();
	unsigned differ = 0;

	while (n-- > 0 && differ == 0) {
#ifdef RIG_ENGINE
		rump_pub_lockdebug(n % RIG_LOCK_INPUTS == 0);
#endif
		if (rump_pub_lwproc_rfork(RUMP_RFCFDG) != 0)
			return 1;
		devops_run(dd, data, len);
		rump_pub_lwproc_releaselwp();
		rump_pub_lwproc_switch(home);
		if (rump_pub_audit(NULL, NULL) != 0) {
			rump_pub_drain();
			differ = rump_pub_audit(NULL, NULL);
		}
		if (rumpuser_restore() != 0)
			return 1;
	}
	return differ;
}
