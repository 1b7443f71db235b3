/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The PCI bus over topologies of model devices: each test puts functions and
 * bridges together, boots, and looks from the driver's side (pt_body.c), or
 * plugs and pulls while the kernel runs.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpuser_fuzz.h>

#include "../kern/kerntest.h"
#include "devlock.h"
#include "pt_model.h"

unsigned rump_pt_count(int);

static struct pcim_bus *bus;
static char log_text[65536];
static size_t log_len;

static void
collect(const char *buf, size_t len, void *arg)
{

	if (len > sizeof(log_text) - 1 - log_len)
		len = sizeof(log_text) - 1 - log_len;
	memcpy(log_text + log_len, buf, len);
	log_len += len;
	log_text[log_len] = '\0';
	fwrite(buf, 1, len, stdout);
}

/* Lines of the log with these words. */
static unsigned
lines_with(const char *words)
{
	const char *p = log_text;
	unsigned n = 0;

	while ((p = strstr(p, words)) != NULL) {
		n++;
		p += strlen(words);
	}
	return n;
}

static struct pcim_dev *
plug(struct pcim_dev *parent, unsigned dev, unsigned fn, unsigned serial, unsigned want,
    unsigned nvec)
{
	struct pcim_dev *d = DEV(pt_create(bus, serial, want, nvec));

	ATF_REQUIRE_EQ(DEV(pcim_plug(d, parent, dev, fn)), 0);
	return d;
}

static struct pcim_dev *
bridge(struct pcim_dev *parent, unsigned dev, unsigned fn, int pcie)
{
	struct pcim_dev *d = DEV(pcim_bridge_create(bus, pcie));

	ATF_REQUIRE_EQ(DEV(pcim_plug(d, parent, dev, fn)), 0);
	return d;
}

static void
setup(void)
{

	setenv("RUMP_VERBOSE", "1", 1);
	bus = pcim_bus_create();
	ATF_REQUIRE(bus != NULL);
}

static void
boot(void)
{

	rumpuser_console_sink(collect, NULL);
	rumpuser_dev_attach(&pcim_backend, bus);
	ATF_REQUIRE_EQ(rump_init(), 0);
}

static void
body(const char *name)
{

	ATF_CHECK_EQ_MSG(rump_kerntest_run(name), 0, "%s", name);
}

static void
rescan(void)
{

	ATF_REQUIRE_EQ(rump_pub_dev_rescan("mainbus0", NULL, NULL), 0);
}

/* attached, detached, of these by force. */
static void
counts(unsigned attached, unsigned detached, unsigned forced)
{

	ATF_CHECK_EQ(rump_pt_count(0), attached);
	ATF_CHECK_EQ(rump_pt_count(1), detached);
	ATF_CHECK_EQ(rump_pt_count(2), forced);
}

#define	TEST(name)							\
ATF_TC_WITHOUT_HEAD(name);						\
ATF_TC_BODY(name, tc)

TEST(probe)
{

	setup();
	plug(NULL, 3, 0, 1, PT_INTX, 1);
	boot();
	body("one_device");
	body("map_parts");
	body("rom_images");
	body("words");
	body("power_states");
	body("overrides");
	counts(1, 0, 0);
}

TEST(nothing)
{

	/* No backend at all: no bus. */
	setenv("RUMP_VERBOSE", "1", 1);
	rumpuser_console_sink(collect, NULL);
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_CHECK_EQ(lines_with("pci0"), 0);
	ATF_CHECK_EQ(rump_pub_dev_rescan("pci0", NULL, NULL), RUMP_ENXIO);
	/* An empty bus comes at a rescan, and what is plugged then. */
	setup();
	rumpuser_dev_attach(&pcim_backend, bus);
	rescan();
	ATF_CHECK_EQ(lines_with("pci0 at mainbus0 bus 0"), 1);
	plug(NULL, 0, 0, 1, PT_INTX, 1);
	rescan();
	body("one_device");
}

TEST(firmware)
{

	setup();
	plug(NULL, 3, 0, 1, PT_INTX, 1);
	plug(bridge(NULL, 4, 0, 1), 0, 0, 2, PT_MSIX, 4);
	pcim_bus_firmware(bus);
	boot();
	body("firmware_kept");
	body("all_devices");
	counts(2, 0, 0);
}

TEST(functions)
{
	struct pcim_dev *alone;

	setup();
	plug(NULL, 3, 0, 1, PT_INTX, 1);
	plug(NULL, 3, 3, 2, PT_MSI, 2);
	plug(NULL, 3, 7, 3, PT_MSIX, 3);
	plug(NULL, 31, 0, 4, PT_NONE, 0);
	/* A function without function 0 is not found. */
	alone = plug(NULL, 9, 1, 5, PT_INTX, 1);
	/* Places are taken once, and have to exist. */
	ATF_CHECK_EQ(DEV(pcim_plug(pt_create(bus, 6, 0, 0), NULL, 3, 3)), EBUSY);
	ATF_CHECK_EQ(DEV(pcim_plug(pt_create(bus, 6, 0, 0), NULL, 32, 0)), EINVAL);
	ATF_CHECK_EQ(DEV(pcim_plug(alone, NULL, 10, 0)), EINVAL);
	boot();
	body("all_devices");
	counts(4, 0, 0);
}

TEST(bridges)
{
	struct pcim_dev *b1, *b2, *b3, *b4;

	setup();
	b1 = bridge(NULL, 1, 0, 1);
	b2 = bridge(b1, 0, 0, 0);
	b3 = bridge(b2, 5, 0, 0);
	b4 = bridge(NULL, 2, 0, 0);
	plug(NULL, 3, 0, 1, PT_INTX, 1);
	plug(b1, 1, 0, 2, PT_INTX, 1);
	plug(b2, 1, 0, 3, PT_MSI, 2);
	plug(b3, 1, 0, 4, PT_MSIX, 3);
	plug(b3, 2, 0, 5, PT_INTX, 1);
	plug(b4, 0, 0, 6, PT_INTX, 1);
	plug(b4, 0, 1, 7, PT_INTX, 1);
	boot();
	body("all_devices");
	counts(7, 0, 0);
	ATF_CHECK_EQ(lines_with("ppb0: PCI Express root port"), 1);
	/* The tree of numbers is one of depth-first search. */
	ATF_CHECK_EQ(pcim_bdf(b1), RUMPUSER_BDF(0, 1, 0));
	ATF_CHECK_EQ(pcim_conf_get(b1, 0x19, 1), 1);
	ATF_CHECK_EQ(pcim_conf_get(b2, 0x19, 1), 2);
	ATF_CHECK_EQ(pcim_conf_get(b3, 0x19, 1), 3);
	ATF_CHECK(pcim_conf_get(b1, 0x1a, 1) >= pcim_conf_get(b2, 0x1a, 1));
	ATF_CHECK(pcim_conf_get(b4, 0x19, 1) > pcim_conf_get(b1, 0x1a, 1));
}

TEST(deep)
{
	struct pcim_dev *b = NULL;
	unsigned i;

	/* As deep as it goes, and deeper. */
	setup();
	for (i = 0; i < 24; i++) {
		b = bridge(b, 0, 0, 0);
		if (i % 4 == 0)
			plug(b, 1, 0, i + 1, PT_NONE, 0);
	}
	boot();
	ATF_CHECK_EQ(lines_with("more than 16 bridges on top of each other"), 1);
	counts(4, 0, 0);
	body("all_devices");
	body("one_device");
}

TEST(wide)
{
	unsigned i;

	/* A full bus behind a bridge. */
	setup();
	for (i = 0; i < 32; i++)
		plug(NULL, i, 0, i + 1, PT_MSIX, 1);
	boot();
	counts(32, 0, 0);
	body("all_devices");
}

TEST(intx)
{

	setup();
	plug(NULL, 1, 0, 1, PT_INTX, 1);
	plug(NULL, 5, 0, 2, PT_INTX, 1);
	boot();
	body("intx_shared");
}

TEST(intx_off)
{

	setup();
	plug(NULL, 1, 0, 1, PT_INTX, 1);
	boot();
	body("intx_disable");
	body("config_bytes");
}

TEST(intx_behind)
{
	struct pcim_dev *b;

	/* INTA of device 2 behind device 1 is INTC of that, which is where device 7's INTA is. */
	setup();
	b = bridge(NULL, 1, 0, 0);
	plug(b, 2, 0, 1, PT_INTX, 1);
	plug(NULL, 7, 0, 2, PT_INTX, 1);
	boot();
	body("intx_shared");
}

TEST(msi)
{

	setup();
	plug(NULL, 1, 0, 1, PT_MSI, 4);
	boot();
	body("msi_four");
}

TEST(msix)
{

	setup();
	plug(bridge(NULL, 1, 0, 1), 0, 0, 1, PT_MSIX, 8);
	boot();
	body("msix_eight");
	body("msix_map");
}

TEST(msi_at_most)
{

	setup();
	plug(NULL, 1, 0, 1, PT_MSI, 4);
	boot();
	body("messages_at_most");
}

TEST(msix_at_most)
{

	setup();
	plug(NULL, 1, 0, 1, PT_MSIX, 8);
	boot();
	body("messages_at_most");
}

TEST(suspend)
{

	setup();
	plug(NULL, 1, 0, 1, PT_MSIX, 4);
	boot();
	body("suspend_resume");
}

TEST(suspend_msi)
{

	setup();
	plug(NULL, 1, 0, 1, PT_MSI, 4);
	boot();
	body("suspend_resume");
}

TEST(find)
{

	setup();
	plug(bridge(NULL, 1, 0, 1), 0, 0, 1, PT_INTX, 1);
	plug(NULL, 2, 0, 2, PT_INTX, 1);
	boot();
	body("find_device");
	body("compatible");
}

TEST(vpd)
{

	setup();
	plug(NULL, 2, 0, 1, PT_INTX, 1);
	boot();
	body("vital_product_data");
}

TEST(caps)
{
	static const uint8_t serial[8] = { 1, 2, 3, 4, 5, 6, 7, 8 }, aer[0x34];
	struct pcim_dev *d;

	setup();
	d = DEV(pt_create(bus, 1, PT_INTX, 1));
	ATF_CHECK_EQ(pcim_extcap(d, 3, 1, serial, sizeof(serial)), 0x100);
	ATF_CHECK_EQ(pcim_extcap(d, 1, 2, aer, sizeof(aer)), 0x10c);
	ATF_REQUIRE_EQ(DEV(pcim_plug(d, NULL, 2, 0)), 0);
	boot();
	body("capabilities");
	ATF_CHECK_EQ(lines_with("capabilit"), 0);
}

/* A device whose lists are made up: one line, and it works all the same. */
static void
bad_list(unsigned reg, unsigned width, uint32_t val, const char *line)
{
	struct pcim_dev *d;

	setup();
	d = DEV(pt_create(bus, 1, PT_INTX, 1));
	pcim_conf_set(d, reg, width, val);
	ATF_REQUIRE_EQ(DEV(pcim_plug(d, NULL, 2, 0)), 0);
	boot();
	body("capability_missing");
	ATF_CHECK_EQ(lines_with(line), 1);
	ATF_CHECK_EQ(lines_with("pci 0:2:0: "), 1);
	body("one_device");
}

TEST(cap_cyclic)
{

	bad_list(0x41, 1, 0x40, "the list is cyclic");
}

TEST(cap_below)
{

	bad_list(0x34, 1, 0x3c, "capability at 0x3c");
}

TEST(cap_odd)
{

	bad_list(0x41, 1, 0x4a, "capability at 0x4a");
}

TEST(extcap_cyclic)
{

	bad_list(0x100, 4, 0x10010003, "there already: the list is cyclic");
}

TEST(extcap_below)
{

	bad_list(0x100, 4, 0x04010003, "extended capability at 0x40");
}

/* An MSI-X capability that points nowhere: INTx it is, after one line. */
static void
bad_msix(uint32_t table, const char *line)
{
	struct pcim_dev *d;
	unsigned off;

	setup();
	d = DEV(pt_create(bus, 1, PT_MSIX, 8));
	for (off = 0x40; pcim_conf_get(d, off, 1) != 0x11; off = pcim_conf_get(d, off + 1, 1))
		ATF_REQUIRE(off != 0);
	pcim_conf_set(d, off + 4, 4, table);
	ATF_REQUIRE_EQ(DEV(pcim_plug(d, NULL, 2, 0)), 0);
	boot();
	body("fell_back_to_intx");
	ATF_CHECK_EQ(lines_with(line), 1);
}

TEST(msix_no_bar)
{

	bad_msix(7, "MSI-X table in register 0x2c");
}

TEST(msix_io_bar)
{

	bad_msix(1, "MSI-X table in register 0x14");
}

TEST(msix_beyond)
{

	bad_msix(0x3f90 | 4, "MSI-X table of 8 entries at 0x3f90");
}

TEST(msix_wraps)
{

	bad_msix(0xfffffff8 | 4, "MSI-X table of 8 entries at 0xfffffff8");
}

TEST(header)
{
	struct pcim_dev *d;

	setup();
	d = DEV(pt_create(bus, 2, PT_INTX, 1));
	pcim_conf_set(d, 0x0e, 1, 0x05);
	ATF_REQUIRE_EQ(DEV(pcim_plug(d, NULL, 4, 0)), 0);
	d = DEV(pt_create(bus, 1, PT_INTX, 1));
	pcim_conf_set(d, 0x3d, 1, 9);
	ATF_REQUIRE_EQ(DEV(pcim_plug(d, NULL, 5, 0)), 0);
	boot();
	ATF_CHECK_EQ(lines_with("header type 5"), 1);
	ATF_CHECK_EQ(lines_with("interrupt pin 9"), 1);
	ATF_CHECK_EQ(lines_with("no interrupt"), 1);
	counts(1, 0, 0);
	body("one_device");
}

TEST(no_room)
{
	struct pcim_dev *d;

	/* A BAR larger than all there is: its function is off, the others live. */
	setup();
	d = DEV(pt_create(bus, 2, PT_INTX, 1));
	pcim_bar(d, 5, 0x40000000, 0);
	ATF_REQUIRE_EQ(DEV(pcim_plug(d, NULL, 2, 0)), 0);
	plug(NULL, 3, 0, 1, PT_INTX, 1);
	boot();
	ATF_CHECK_EQ(lines_with("no room for BAR 5 of 0x40000000 bytes"), 1);
	ATF_CHECK_EQ(lines_with("can't map registers"), 1);
	ATF_CHECK_EQ(pcim_bar_addr(d, 0), 0);
	body("one_device");
}

/* A bridge behind a bridge that has no number left to give. */
TEST(no_number)
{
	struct pcim_dev *b;

	setup();
	b = bridge(NULL, 1, 0, 0);
	/* As if it was full: firmware has left it one number. */
	pcim_conf_set(b, 0x18, 4, 0x00fefe00);
	pcim_conf_mask(b, 0x18, 4, 0, 0);
	plug(bridge(b, 0, 0, 0), 0, 0, 2, PT_INTX, 1);
	plug(b, 1, 0, 1, PT_INTX, 1);
	boot();
	ATF_CHECK_EQ(lines_with("no bus number left"), 1);
	counts(1, 0, 0);
	body("one_device");
}

/* A bridge that doesn't take its number. */
TEST(stubborn_bridge)
{
	struct pcim_dev *b;

	setup();
	b = bridge(NULL, 1, 0, 0);
	pcim_conf_set(b, 0x18, 4, 0x00000005);
	pcim_conf_mask(b, 0x18, 4, 0, 0);
	plug(b, 0, 0, 2, PT_INTX, 1);
	plug(NULL, 3, 0, 1, PT_INTX, 1);
	boot();
	ATF_CHECK_EQ(lines_with("secondary bus is 0, was set to 1"), 1);
	counts(1, 0, 0);
	body("one_device");
}

TEST(hotplug)
{
	struct pcim_dev *d;

	setup();
	d = plug(NULL, 2, 0, 1, PT_MSIX, 4);
	plug(NULL, 3, 0, 2, PT_INTX, 1);
	boot();
	counts(2, 0, 0);
	rump_pub_audit_mark();
	/* Out, and nobody has looked yet. */
	DEV(pcim_unplug(d));
	counts(2, 0, 0);
	rescan();
	counts(2, 1, 1);
	ATF_CHECK_EQ(lines_with("pt0: device is gone"), 1);
	/* In again, the same one. */
	ATF_REQUIRE_EQ(DEV(pcim_plug(d, NULL, 2, 0)), 0);
	rescan();
	counts(3, 1, 1);
	body("all_devices");
	/* Out and in between two looks: it has lost its addresses. */
	DEV(pcim_unplug(d));
	ATF_REQUIRE_EQ(DEV(pcim_plug(d, NULL, 2, 0)), 0);
	rescan();
	counts(4, 2, 2);
	body("all_devices");
	ATF_CHECK_EQ(lines_with("replaced by another device"), 1);
	ATF_CHECK_EQ(DEV(pt_of(d)->pt_unplugs), 2);
	/* A rescan with nothing new changes nothing. */
	rescan();
	counts(4, 2, 2);
	/* The driver can go without the device, and comes back. */
	ATF_CHECK_EQ(rump_pub_dev_detach("pt1", 0), 0);
	counts(4, 3, 2);
	rescan();
	counts(5, 3, 2);
	body("all_devices");
}

TEST(hotplug_bridge)
{
	struct pcim_dev *b, *b2, *d;

	setup();
	b = bridge(NULL, 1, 0, 1);
	plug(NULL, 3, 0, 1, PT_INTX, 1);
	boot();
	counts(1, 0, 0);
	/* Into an empty slot. */
	d = plug(b, 0, 0, 2, PT_MSIX, 2);
	rescan();
	counts(2, 0, 0);
	body("all_devices");
	/* A whole enclosure: a bridge with a bridge and devices. */
	b2 = bridge(NULL, 4, 0, 1);
	plug(b2, 0, 0, 3, PT_INTX, 1);
	plug(bridge(b2, 1, 0, 0), 0, 0, 4, PT_MSI, 2);
	rescan();
	counts(4, 0, 0);
	body("all_devices");
	/* And out with it, drivers, bus and bridge. */
	DEV(pcim_unplug(b2));
	rescan();
	counts(4, 2, 2);
	body("all_devices");
	DEV(pcim_unplug(b));
	rescan();
	counts(4, 3, 3);
	ATF_CHECK(!DEV(pcim_plugged(d)));
	body("one_device");
	/* Room and numbers are free again. */
	ATF_REQUIRE_EQ(DEV(pcim_plug(b, NULL, 1, 0)), 0);
	ATF_REQUIRE_EQ(DEV(pcim_plug(d, b, 0, 0)), 0);
	rescan();
	counts(5, 3, 3);
	body("all_devices");
}

TEST(hotplug_many)
{
	struct pcim_dev *d;
	uint64_t at = 0;
	int i;

	/* What a function was given comes back and is given to the next. */
	setup();
	boot();
	for (i = 0; i < 100; i++) {
		d = plug(NULL, 2, 0, 1, i % 3, 2);
		rescan();
		body("one_device");
		if (at == 0)
			at = pcim_bar_addr(d, 0);
		ATF_CHECK_EQ(pcim_bar_addr(d, 0), at);
		DEV(pcim_unplug(d));
		rescan();
		DEV(pcim_dev_destroy(d));
	}
	counts(100, 100, 100);
}

/*
 * Surprise removal at step n of attach: the n'th access to the device, of
 * whatever kind, finds it gone.
 */
static struct pcim_dev *victim;
static unsigned steps_left;

static void
step(void)
{

	if (steps_left != 0 && --steps_left == 0)
		pcim_unplug(victim);
}

static uint32_t
step_confread(void *ctx, uint32_t bdf, unsigned reg, unsigned width)
{

	step();
	return pcim_backend.db_confread(ctx, bdf, reg, width);
}

static void
step_confwrite(void *ctx, uint32_t bdf, unsigned reg, unsigned width, uint32_t val)
{

	step();
	pcim_backend.db_confwrite(ctx, bdf, reg, width, val);
}

static uint64_t
step_read(void *ctx, int space, uint64_t addr, unsigned width)
{

	step();
	return pcim_backend.db_read(ctx, space, addr, width);
}

static void
step_write(void *ctx, int space, uint64_t addr, unsigned width, uint64_t val)
{

	step();
	pcim_backend.db_write(ctx, space, addr, width, val);
}

static void
audit(const char *name, int64_t baseline, int64_t now, void *arg)
{

	if (baseline == now)
		return;
	printf("%s: %lld at first, %lld now\n", name, (long long)baseline, (long long)now);
	*(int *)arg = 1;
}

TEST(surprise)
{
	struct rumpuser_dev_backend be = pcim_backend;
	unsigned n, wants[] = { PT_INTX, PT_MSI, PT_MSIX }, w;
	int bad = 0;

	be.db_confread = step_confread;
	be.db_confwrite = step_confwrite;
	be.db_read = step_read;
	be.db_write = step_write;
	setup();
	plug(NULL, 3, 0, 9, PT_INTX, 1);
	rumpuser_dev_attach(&be, bus);
	ATF_REQUIRE_EQ(rump_init(), 0);
	/* Once without surprise: what has been used once may be kept. */
	for (w = 0; w < 3; w++) {
		victim = plug(NULL, 2, 0, 1, wants[w], 2);
		rescan();
		DEV(pcim_unplug(victim));
		rescan();
		DEV(pcim_dev_destroy(victim));
	}
	rump_pub_drain();
	rump_pub_audit_mark();
	for (w = 0; w < 3; w++) {
		for (n = 1;; n++) {
			victim = plug(NULL, 2, 0, 1, wants[w], 2);
			DEV(steps_left = n);
			rescan();
			if (DEV(steps_left) != 0)
				break;
			rescan();
			ATF_CHECK_EQ_MSG(rump_pt_count(0) - rump_pt_count(1), 1,
			    "removed at step %u: %u attached, %u detached", n, rump_pt_count(0),
			    rump_pt_count(1));
			DEV(pcim_dev_destroy(victim));
		}
		printf("want %u: %u steps\n", wants[w], n);
		ATF_CHECK(n > 100);
		DEV(pcim_unplug(victim));
		DEV(steps_left = 0);
		rescan();
		DEV(pcim_dev_destroy(victim));
	}
	rump_pub_drain();
	(void)rump_pub_audit(audit, &bad);
	ATF_CHECK_EQ(bad, 0);
}

TEST(node)
{
	struct {
		unsigned bus, device, function;
		uint32_t reg, val;
	} cfg = { 0, 3, 0, 0, 0 };
	struct {
		unsigned device, function;
		char name[16];
	} drv = { 3, 0, "" };
	unsigned info[2];
	int fd;

	/* The ioctls as a program has them; numbers are the interface. */
	setup();
	plug(NULL, 3, 0, 1, PT_INTX, 1);
	boot();
	ATF_REQUIRE((fd = rump_sys_open("/dev/pci0", RUMP_O_RDONLY)) >= 0);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0x40085004, info), 0);
	ATF_CHECK_EQ(info[0], 0);
	ATF_CHECK_EQ(info[1], 32);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0xc0145002, &cfg), 0);
	ATF_CHECK_EQ(cfg.val, (uint32_t)PT_PRODUCT << 16 | PT_VENDOR);
	cfg.reg = 0x1002;
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0xc0145002, &cfg), -1);
	cfg.reg = 0x1000;
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0xc0145002, &cfg), -1);
	cfg.reg = 0x0c;
	/* Writing needs a descriptor for it. */
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0x80145003, &cfg), -1);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0xc0185005, &drv), 0);
	ATF_CHECK_STREQ(drv.name, "pt0");
	drv.device = 4;
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0xc0185005, &drv), -1);
	drv.device = 32;
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0xc0185005, &drv), -1);
	ATF_CHECK_EQ(rump_sys_close(fd), 0);
	ATF_REQUIRE((fd = rump_sys_open("/dev/pci0", RUMP_O_RDWR)) >= 0);
	cfg.val = 0x40;
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0x80145003, &cfg), 0);
	ATF_CHECK_EQ(rump_sys_ioctl(fd, 0xc0145002, &cfg), 0);
	ATF_CHECK_EQ(cfg.val & 0xff, 0x40);
	ATF_CHECK_EQ(rump_sys_open("/dev/pci1", RUMP_O_RDONLY), -1);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, bridges);
	ATF_TP_ADD_TC(tp, cap_below);
	ATF_TP_ADD_TC(tp, cap_cyclic);
	ATF_TP_ADD_TC(tp, cap_odd);
	ATF_TP_ADD_TC(tp, caps);
	ATF_TP_ADD_TC(tp, deep);
	ATF_TP_ADD_TC(tp, extcap_below);
	ATF_TP_ADD_TC(tp, extcap_cyclic);
	ATF_TP_ADD_TC(tp, find);
	ATF_TP_ADD_TC(tp, firmware);
	ATF_TP_ADD_TC(tp, functions);
	ATF_TP_ADD_TC(tp, header);
	ATF_TP_ADD_TC(tp, hotplug);
	ATF_TP_ADD_TC(tp, hotplug_bridge);
	ATF_TP_ADD_TC(tp, hotplug_many);
	ATF_TP_ADD_TC(tp, intx);
	ATF_TP_ADD_TC(tp, intx_behind);
	ATF_TP_ADD_TC(tp, intx_off);
	ATF_TP_ADD_TC(tp, msi);
	ATF_TP_ADD_TC(tp, msi_at_most);
	ATF_TP_ADD_TC(tp, msix);
	ATF_TP_ADD_TC(tp, msix_at_most);
	ATF_TP_ADD_TC(tp, msix_beyond);
	ATF_TP_ADD_TC(tp, msix_io_bar);
	ATF_TP_ADD_TC(tp, msix_no_bar);
	ATF_TP_ADD_TC(tp, msix_wraps);
	ATF_TP_ADD_TC(tp, no_number);
	ATF_TP_ADD_TC(tp, no_room);
	ATF_TP_ADD_TC(tp, node);
	ATF_TP_ADD_TC(tp, nothing);
	ATF_TP_ADD_TC(tp, probe);
	ATF_TP_ADD_TC(tp, stubborn_bridge);
	ATF_TP_ADD_TC(tp, surprise);
	ATF_TP_ADD_TC(tp, suspend);
	ATF_TP_ADD_TC(tp, suspend_msi);
	ATF_TP_ADD_TC(tp, vpd);
	ATF_TP_ADD_TC(tp, wide);
	return atf_no_error();
}
