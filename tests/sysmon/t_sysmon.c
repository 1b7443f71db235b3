/* SPDX-License-Identifier: BSD-2-Clause */

/* sysmon_envsys(9) and bio(4): what drivers tell, and what programs get. */

#include <stdint.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>

int	rump_kerntest_run(const char *);

/* <sys/envsys.h>, <dev/biovar.h> */
struct tre_data {
	unsigned sensor;
	int32_t cur, min, max, avg;
	uint32_t warnflags, validflags;
	unsigned units;
};
struct basic_info {
	unsigned sensor, units;
	char	desc[33];
	unsigned rpms;
	uint32_t validflags;
};
struct locate {
	void	*cookie;
	char	*name;
};
struct vol {
	void	*cookie;
	int	volid;
	int16_t	percent;
	uint16_t seconds;
	int	status;
	uint64_t size;
	int	level, nodisk;
	char	dev[16], vendor[32];
	uint16_t stripe_size;
};
struct alarm {
	void	*cookie;
	int	opcode, status;
};
#define IOWR(g, n, t)	(0xc0000000ul | (unsigned long)sizeof(t) << 16 | (g) << 8 | (n))
#define GTREDATA	IOWR('E', 2, struct tre_data)
#define GTREINFO	IOWR('E', 4, struct basic_info)
#define BIOCLOCATE	IOWR('B', 0, struct locate)
#define BIOCVOL		IOWR('B', 34, struct vol)
#define BIOCALARM	IOWR('B', 35, struct alarm)

static void
body(const char *name)
{

	ATF_CHECK_EQ_MSG(rump_kerntest_run(name), 0, "%s", name);
}

ATF_TC_WITHOUT_HEAD(sensors);
ATF_TC_BODY(sensors, tc)
{
	struct tre_data d = { .sensor = 1 };
	struct basic_info b = { .sensor = 1 };
	int fd;

	rump_init();
	body("sensors");
	ATF_REQUIRE((fd = rump_sys_open("/dev/sysmon", RUMP_O_RDONLY)) != -1);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, GTREINFO, &b), 0);
	ATF_CHECK_EQ(b.validflags, 1);
	ATF_CHECK_EQ(b.units, 11);
	ATF_CHECK_STREQ(b.desc, "volume 0");
	/* Each question is a refresh. */
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, GTREDATA, &d), 0);
	ATF_CHECK_EQ(d.cur, 205);
	ATF_CHECK_EQ(d.max, 7);
	ATF_CHECK_EQ(d.units, 11);
	ATF_CHECK_EQ(d.validflags, 0x01 | 0x02 | 0x08 | 0x20);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, GTREDATA, &d), 0);
	ATF_CHECK_EQ(d.cur, 206);
	d.sensor = b.sensor = 2;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, GTREDATA, &d), 0);
	ATF_CHECK_EQ(d.validflags, 0);
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, GTREINFO, &b), 0);
	ATF_CHECK_EQ(b.validflags, 0);
	ATF_CHECK_ERRNO(25, rump_sys_ioctl(fd, BIOCVOL, &(struct vol){ 0 }) == -1);
	body("sensors_gone");
	d.sensor = 0;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, GTREDATA, &d), 0);
	ATF_CHECK_EQ(d.validflags, 0);
	ATF_REQUIRE_EQ(rump_sys_close(fd), 0);
}

ATF_TC_WITHOUT_HEAD(volumes);
ATF_TC_BODY(volumes, tc)
{
	struct locate l = { .name = (char[]){ "raid7" } };
	struct vol v = { .volid = 3 };
	struct alarm a = { .opcode = 9 };
	int fd;

	rump_init();
	ATF_REQUIRE((fd = rump_sys_open("/dev/bio", RUMP_O_RDWR)) != -1);
	ATF_CHECK_ERRNO(2, rump_sys_ioctl(fd, BIOCLOCATE, &l) == -1);
	body("volumes");
	ATF_CHECK_ERRNO(2, rump_sys_ioctl(fd, BIOCLOCATE, &l) == -1);
	l.name = (char[]){ "a name that is longer than any device's" };
	ATF_CHECK_ERRNO(63, rump_sys_ioctl(fd, BIOCLOCATE, &l) == -1);
	l.name = (char[]){ "mainbus0" };
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, BIOCLOCATE, &l), 0);
	ATF_CHECK_ERRNO(2, rump_sys_ioctl(fd, BIOCVOL, &v) == -1);
	v.cookie = a.cookie = l.cookie;
	ATF_REQUIRE_EQ(rump_sys_ioctl(fd, BIOCVOL, &v), 0);
	ATF_CHECK_EQ(v.level, 5);
	ATF_CHECK_STREQ(v.dev, "mainbus0");
	v.volid = 4;
	ATF_CHECK_ERRNO(22, rump_sys_ioctl(fd, BIOCVOL, &v) == -1);
	/* An opcode that there is not; one that the driver does not know. */
	ATF_CHECK_ERRNO(22, rump_sys_ioctl(fd, BIOCALARM, &a) == -1);
	a.opcode = 3;
	ATF_CHECK_ERRNO(25, rump_sys_ioctl(fd, BIOCALARM, &a) == -1);
	body("volumes_gone");
	ATF_CHECK_ERRNO(2, rump_sys_ioctl(fd, BIOCVOL, &v) == -1);
	ATF_REQUIRE_EQ(rump_sys_close(fd), 0);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, sensors);
	ATF_TP_ADD_TC(tp, volumes);
	return atf_no_error();
}
