/* SPDX-License-Identifier: BSD-2-Clause */

/* iic(9) and iic(4). */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpdev_if_pub.h>

int	rump_kerntest_run(const char *);

/* <dev/i2c/i2c_io.h> */
struct exec {
	int	op;
	uint16_t addr;
	const void *cmd;
	size_t	cmdlen;
	void	*buf;
	size_t	buflen;
};
#define EXEC	(0x80000000ul | sizeof(struct exec) << 16 | 'I' << 8)

static void
body(const char *name)
{

	ATF_CHECK_EQ_MSG(rump_kerntest_run(name), 0, "%s", name);
}

ATF_TC_WITHOUT_HEAD(transfers);
ATF_TC_BODY(transfers, tc)
{

	rump_init();
	body("transfers");
}

ATF_TC_WITHOUT_HEAD(bus);
ATF_TC_BODY(bus, tc)
{

	rump_init();
	body("bus");
	ATF_CHECK_EQ(rump_pub_dev_detach("it0", 0), 0);
	ATF_CHECK_EQ(rump_pub_dev_rescan("mainbus0", "mainbus", NULL), 0);
	body("bus");
}

ATF_TC_WITHOUT_HEAD(node);
ATF_TC_BODY(node, tc)
{
	uint8_t cmd = 10, buf[300] = { 0 };
	struct exec e = { .op = 1, .addr = 0x50, .cmd = &cmd, .cmdlen = 1, .buf = buf, .buflen = 4 };
	int fd, ro;

	rump_init();
	body("fill");
	ATF_REQUIRE((fd = rump_sys_open("/dev/iic0", RUMP_O_RDWR)) != -1);
	ATF_CHECK_ERRNO(6, rump_sys_open("/dev/iic1", RUMP_O_RDWR) == -1);
	/* A driver has the chip. */
	ATF_CHECK_ERRNO(16, rump_sys_ioctl(fd, EXEC, &e) == -1);
	ATF_REQUIRE_EQ(rump_pub_dev_detach("itchip0", 0), 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, EXEC, &e), 0);
	ATF_CHECK_EQ(buf[0], 30);
	ATF_CHECK_EQ(buf[3], 39);
	ATF_CHECK_EQ(buf[4], 0);
	e.op = 3;
	buf[0] = 77;
	e.buflen = 1;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, EXEC, &e), 0);
	e.op = 1;
	buf[0] = 0;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, EXEC, &e), 0);
	ATF_CHECK_EQ(buf[0], 77);
	/* Nobody there; what there is not; too much; not for readers. */
	e.addr = 0x51;
	ATF_CHECK_ERRNO(6, rump_sys_ioctl(fd, EXEC, &e) == -1);
	e.addr = 0x400;
	ATF_CHECK_ERRNO(22, rump_sys_ioctl(fd, EXEC, &e) == -1);
	e.addr = 0x50;
	e.op = 4;
	ATF_CHECK_ERRNO(22, rump_sys_ioctl(fd, EXEC, &e) == -1);
	e.op = 1;
	e.buflen = 257;
	ATF_CHECK_ERRNO(22, rump_sys_ioctl(fd, EXEC, &e) == -1);
	e.buflen = 1;
	ATF_CHECK_ERRNO(25, rump_sys_ioctl(fd, 0x20004200, NULL) == -1);
	ATF_REQUIRE((ro = rump_sys_open("/dev/iic0", RUMP_O_RDONLY)) != -1);
	ATF_CHECK_ERRNO(9, rump_sys_ioctl(ro, EXEC, &e) == -1);
	ATF_REQUIRE_EQ(rump_sys_close(ro), 0);
	/* The bus goes with the node open. */
	ATF_REQUIRE_EQ(rump_pub_dev_detach("it0", 0), 0);
	ATF_CHECK(rump_sys_ioctl(fd, EXEC, &e) == -1);
	ATF_REQUIRE_EQ(rump_sys_close(fd), 0);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, bus);
	ATF_TP_ADD_TC(tp, node);
	ATF_TP_ADD_TC(tp, transfers);
	return atf_no_error();
}
