/* SPDX-License-Identifier: BSD-2-Clause */

/* Drivers of QEMU's devices that are no disks: entropy, console, balloon. */

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpdev_if_pub.h>
#include <rump/rumpuser_qemu.h>

#include "qemu.h"

static void
boot(const char *args)
{

	need_qemu();
	ATF_REQUIRE_EQ(rumpuser_qemu_start_string(args), 0);
	ATF_REQUIRE_EQ(rump_init(), 0);
	rump_pub_dev_settle();
}

static void
ms(unsigned n)
{
	struct timespec ts = { n / 1000, n % 1000 * 1000000 };

	(void)rump_sys_nanosleep(&ts, NULL);
}

static uint64_t
interrupts(void)
{
	uint64_t n = 0;

	for (unsigned irq = 0; irq < 256; irq++)
		n += rump_pub_dev_intrcount(irq);
	return n;
}

/* Who asks for random bytes makes the device give some. */
ATF_TC_WITHOUT_HEAD(rng);
ATF_TC_BODY(rng, tc)
{
	uint64_t before;
	uint8_t buf[16];

	boot("-device\nvirtio-rng-pci");
	ms(200);
	ATF_CHECK((before = interrupts()) > 0);
	for (int i = 0; i < 5; i++) {
		ATF_CHECK_EQ(rump_sys_getrandom(buf, sizeof(buf), 0), sizeof(buf));
		ms(100);
	}
	ATF_CHECK_MSG(interrupts() > before, "still %llu interrupts", (unsigned long long)before);
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), 0);
	rumpuser_qemu_stop();
}

/* Two ports of a multiport console, each to a file. */
ATF_TC_WITHOUT_HEAD(console);
ATF_TC_BODY(console, tc)
{
	uint8_t out[2000], in[3000];
	int fd, file, port;
	char name[32];

	boot("-device\nvirtio-serial-pci\n-chardev\nfile,id=c,path=port0\n-device\nvirtconsole,chardev=c\n"
	    "-chardev\nfile,id=d,path=port1\n-device\nvirtserialport,chardev=d,name=second");
	ms(300);
	for (port = 0; port < 2; port++) {
		for (size_t i = 0; i < sizeof(out); i++)
			out[i] = i * 7 + port;
		snprintf(name, sizeof(name), "/dev/ttyVI0%d", port);
		fd = rump_sys_open(name, RUMP_O_RDWR);
		ATF_REQUIRE_MSG(fd != -1, "%s: errno %d", name, errno);
		for (size_t off = 0; off < sizeof(out);) {
			ssize_t n = rump_sys_write(fd, out + off, sizeof(out) - off);

			ATF_REQUIRE_MSG(n > 0, "%s: errno %d", name, errno);
			off += n;
		}
		ATF_CHECK_EQ(rump_sys_close(fd), 0);
		ms(300);
		snprintf(name, sizeof(name), "port%d", port);
		ATF_REQUIRE((file = open(name, O_RDONLY)) != -1);
		ATF_CHECK_EQ(read(file, in, sizeof(in)), sizeof(out));
		ATF_CHECK(memcmp(in, out, sizeof(out)) == 0);
		close(file);
	}
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), 0);
	rumpuser_qemu_stop();
}

/* What the balloon holds is what QEMU says that it asked for. */
ATF_TC_WITHOUT_HEAD(balloon);
ATF_TC_BODY(balloon, tc)
{
	static const unsigned long long target[] = { 255ull << 20, 256ull << 20, 254ull << 20 };
	char buf[256], want[64];

	boot("-device\nvirtio-balloon-pci");
	ms(200);
	for (int i = 0; i < 3; i++) {
		snprintf(buf, sizeof(buf), "{\"execute\":\"balloon\",\"arguments\":{\"value\":%llu}}", target[i]);
		ATF_REQUIRE_EQ(rumpuser_qemu_command(buf, buf, sizeof(buf)), 0);
		ms(2000);
		ATF_REQUIRE_EQ(rumpuser_qemu_command("{\"execute\":\"query-balloon\"}", buf, sizeof(buf)), 0);
		snprintf(want, sizeof(want), "{\"return\": {\"actual\": %llu}}", target[i]);
		buf[strcspn(buf, "\r\n")] = '\0';
		ATF_CHECK_STREQ(buf, want);
	}
	ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", 0), 0);
	rumpuser_qemu_stop();
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, rng);
	ATF_TP_ADD_TC(tp, console);
	ATF_TP_ADD_TC(tp, balloon);
	return atf_no_error();
}
