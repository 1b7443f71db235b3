/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Drivers of devices that are no disks, each body on QEMU's device and on the
 * model: entropy, console, balloon, edu.  The driver comes, is used, goes,
 * and comes again.
 */

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
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_qemu.h>

#include "qemu.h"

#include "model/edu.h"
#include "model/pci.h"
#include "model/virtio.h"

#define	EDU_FACTORIAL	0xc0044501ul	/* _IOWR('E', 1, uint32_t) */

/* The model, or NULL: it is QEMU's device. */
static struct virtiom *model;

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
static void
rng(void)
{
	uint64_t before;
	uint8_t buf[16];

	ms(100);
	ATF_CHECK((before = interrupts()) > 0);
	for (int i = 0; i < 5; i++) {
		ATF_CHECK_EQ(rump_sys_getrandom(buf, sizeof(buf), 0), sizeof(buf));
		ms(50);
	}
	ATF_CHECK_MSG(interrupts() > before, "still %llu interrupts", (unsigned long long)before);
}

/* What has come out of a port of the console since the last time. */
static size_t
port_output(unsigned port, uint8_t *buf, size_t len)
{
	static off_t seen[2];
	char name[32];
	ssize_t n;
	int fd;

	if (model != NULL)
		return virtiom_console_output(model, port, buf, len);
	snprintf(name, sizeof(name), "port%u", port);
	ATF_REQUIRE((fd = open(name, O_RDONLY)) != -1);
	ATF_REQUIRE((n = pread(fd, buf, len, seen[port])) >= 0);
	seen[port] += n;
	close(fd);
	return n;
}

/* Two ports of a multiport console: what is written comes out. */
static void
console(void)
{
	uint8_t out[2000], in[2000];
	char name[32];
	int fd, port;

	ms(200);
	for (port = 0; port < 2; port++) {
		for (size_t i = 0; i < sizeof(out); i++)
			out[i] = i * 7 + port;
		snprintf(name, sizeof(name), "/dev/ttyVI0%d", port);
		fd = rump_sys_open(name, RUMP_O_RDWR);
		ATF_REQUIRE_MSG(fd != -1, "%s: errno %d", name, errno);
		for (size_t off = 0; off < sizeof(out); off += 500) {
			ATF_REQUIRE_EQ_MSG(rump_sys_write(fd, out + off, 500), 500, "%s: errno %d", name,
			    errno);
			ms(100);
			ATF_CHECK_EQ(port_output(port, in + off, sizeof(in) - off), 500);
		}
		ATF_CHECK_EQ(rump_sys_close(fd), 0);
		ATF_CHECK(memcmp(in, out, sizeof(out)) == 0);
	}
}

#define	QEMU_PAGES	65536u		/* of the memory that QEMU believes to have */

static void
balloon_target(unsigned pages)
{
	char buf[256];

	if (model != NULL) {
		virtiom_balloon_target(model, pages);
		return;
	}
	snprintf(buf, sizeof(buf), "{\"execute\":\"balloon\",\"arguments\":{\"value\":%llu}}",
	    (QEMU_PAGES - pages) * 4096ull);
	ATF_REQUIRE_EQ(rumpuser_qemu_command(buf, buf, sizeof(buf)), 0);
}

static unsigned
balloon_held(void)
{
	unsigned long long actual;
	char buf[256];

	if (model != NULL)
		return virtiom_balloon_held(model);
	ATF_REQUIRE_EQ(rumpuser_qemu_command("{\"execute\":\"query-balloon\"}", buf, sizeof(buf)), 0);
	ATF_REQUIRE_MSG(sscanf(buf, "{\"return\": {\"actual\": %llu}}", &actual) == 1, "%s", buf);
	return QEMU_PAGES - actual / 4096;
}

/* What the balloon holds is what the device asked for; the driver goes with an empty one. */
static void
balloon(void)
{
	static const unsigned target[] = { 256, 0, 512, 3, 0 };

	for (unsigned i = 0; i < sizeof(target) / sizeof(target[0]); i++) {
		balloon_target(target[i]);
		for (int wait = 0; wait < 500 && balloon_held() != target[i]; wait++)
			ms(10);
		ATF_CHECK_EQ(balloon_held(), target[i]);
	}
}

/*
 * Registers, interrupt, DMA to the device and back; not up to the last byte of
 * the device's buffer, which some of QEMU's versions take for one past it.
 */
static void
edu(void)
{
	static uint8_t out[4000], in[4000];
	uint64_t before = interrupts();
	uint32_t n = 10;
	int fd;

	ATF_REQUIRE((fd = rump_sys_open("/dev/edu0", RUMP_O_RDWR)) != -1);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, EDU_FACTORIAL, &n), 0);
	ATF_CHECK_EQ(n, 3628800);
	for (size_t i = 0; i < sizeof(out); i++)
		out[i] = i * 7 + i / 256;
	ATF_CHECK_EQ(rump_sys_pwrite(fd, out, sizeof(out), 0), sizeof(out));
	ATF_CHECK_EQ(rump_sys_pread(fd, in, sizeof(in), 0), sizeof(in));
	ATF_CHECK(memcmp(in, out, sizeof(in)) == 0);
	ATF_CHECK_EQ(rump_sys_pread(fd, in, 1000, 100), 1000);
	ATF_CHECK(memcmp(in, out + 100, 1000) == 0);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_CHECK(interrupts() > before);
}

/*
 * The devices.
 */

struct device {
	const char *d_name;
	void	(*d_body)(void);
	const char *d_controller, *d_bus;
	const char *d_qemu;		/* its arguments */
	enum place d_place;
	enum virtiom_transport d_transport;
};

static void
plug_model(struct pcim_bus *bus, const struct device *d)
{
	struct virtiom_params vp = { .vp_transport = d->d_transport };

	vp.vp_bridge = bridges(bus, d->d_place);
	if (d->d_body == edu) {
		ATF_REQUIRE_EQ(pcim_plug(edu_create(bus, 1000000, 0), vp.vp_bridge, 3, 0), 0);
		return;
	}
	model = d->d_body == rng ? virtiom_rng_create(&vp, 0) :
	    d->d_body == console ? virtiom_console_create(&vp, 2, 1) : virtiom_balloon_create(&vp, 0);
	ATF_REQUIRE(model != NULL);
	ATF_REQUIRE_EQ(virtiom_plug(model, bus, 3), 0);
}

#define	CHARDEVS	"-chardev\nfile,id=c,path=port0\n-chardev\nfile,id=d,path=port1\n"
#define	PORTS		"\n-device\nvirtconsole,chardev=c\n-device\nvirtserialport,chardev=d,name=second"
#define	LEGACY		",disable-modern=on"

static const struct device devices[] = {
	{ "rng", rng, "virtio0", "pci0", "-device\nvirtio-rng-pci" },
	{ "rng_legacy", rng, "virtio0", "pci0", "-device\nvirtio-rng-pci" LEGACY,
	    .d_transport = VIRTIOM_LEGACY },
	{ "console", console, "virtio0", "pci0", CHARDEVS "-device\nvirtio-serial-pci" PORTS },
	{ "console_legacy", console, "virtio0", "pci0", CHARDEVS "-device\nvirtio-serial-pci" LEGACY
	    PORTS, .d_transport = VIRTIOM_LEGACY },
	{ "balloon", balloon, "virtio0", "pci0", "-device\nvirtio-balloon-pci" },
	{ "balloon_legacy", balloon, "virtio0", "pci0", "-device\nvirtio-balloon-pci" LEGACY,
	    .d_transport = VIRTIOM_LEGACY },
	{ "edu", edu, "edu0", "pci0", "-device\nedu" },
	{ "edu_bridge", edu, "edu0", "pci1",
	    "-device\npci-bridge,id=b,chassis_nr=1\n-device\nedu,bus=b,addr=3", .d_place = BRIDGE },
	{ "rng_root_port", rng, "virtio0", "pci1",
	    "-device\npcie-root-port,id=r,chassis=1,slot=1\n-device\nvirtio-rng-pci,bus=r",
	    .d_place = ROOT_PORT },
};
#define	NDEVICES	(sizeof(devices) / sizeof(devices[0]))

static void
device_body(const atf_tc_t *tc)
{
	const struct device *d = devices;
	struct pcim_bus *bus = NULL;
	int on_qemu;
	const char *name = case_of(tc, &on_qemu);

	while (strcmp(d->d_name, name) != 0)
		d++;
	if (on_qemu) {
		need_qemu();
		ATF_REQUIRE_EQ(rumpuser_qemu_start_string(d->d_qemu), 0);
	} else {
		ATF_REQUIRE((bus = pcim_bus_create()) != NULL);
		plug_model(bus, d);
		rumpuser_dev_attach(&pcim_backend, bus);
	}
	ATF_REQUIRE_EQ(rump_init(), 0);
	rump_pub_dev_settle();
	d->d_body();
	ATF_REQUIRE_EQ(rump_pub_dev_detach(d->d_controller, 0), 0);
	ATF_REQUIRE_EQ(rump_pub_dev_rescan(d->d_bus, NULL, NULL), 0);
	rump_pub_dev_settle();
	d->d_body();
	ATF_CHECK_EQ(rump_pub_dev_detach(d->d_controller, 0), 0);
	if (on_qemu) {
		rumpuser_qemu_stop();
		return;
	}
	rumpuser_dev_attach(NULL, NULL);
	pcim_bus_destroy(bus);
}

ATF_TP_ADD_TCS(tp)
{
	atf_error_t error = atf_no_error();

	for (unsigned i = 0; i < NDEVICES && !atf_is_error(error); i++) {
		error = add_case(tp, "qemu", devices[i].d_name, NULL, device_body);
		if (!atf_is_error(error))
			error = add_case(tp, "model", devices[i].d_name, NULL, device_body);
	}
	return error;
}
