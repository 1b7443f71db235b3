/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Virtio devices that lie.  Each case plants one lie and uses the disk: reads
 * end (with data or with an error), the driver goes when it is told to, and
 * nothing is left.  The lies come through the hostile layer, as in the fuzz
 * targets; where the driver must have noticed, its one line is counted.
 */

#include "vt.h"

#include "model/hostile.h"

#define	SIZE	(1u << 18)
#define	RAW	"/dev/rld0d"

/* What the kernel has printed since hush(). */
static char log_[1 << 16];
static size_t loglen;

static void
console(const char *buf, size_t len, void *arg)
{

	fwrite(buf, 1, len, stdout);
	if (len < sizeof(log_) - loglen) {
		memcpy(log_ + loglen, buf, len);
		loglen += len;
	}
}

static void
hush(void)
{

	loglen = 0;
	memset(log_, 0, sizeof(log_));
}

/* Lines with "device is broken". */
static unsigned
said(void)
{
	unsigned n = 0;

	for (const char *p = log_; (p = strstr(p, "device is broken")) != NULL; p++)
		n++;
	return n;
}

static void
unplug(void *arg)
{

	virtiom_unplug(arg);
}

static struct virtiom *
blk(struct virtiom_params vp, struct vt_disk *d)
{
	struct virtiom_blk_params bp = {
		.bp_sectors = d->size / 512, .bp_ops = &vt_disk_ops, .bp_cookie = d
	};

	return virtiom_blk_create(&vp, &bp);
}

/* Some of everything; how many operations failed. */
static unsigned
use(const char *path)
{
	uint8_t buf[8192];
	unsigned failed = 0;
	int fd;

	fd = rump_sys_open(path, RUMP_O_RDWR);
	if (fd < 0)
		return 100;
	vt_pattern(buf, sizeof(buf), 5);
	failed += rump_sys_pread(fd, buf, 512, 0) != 512;
	failed += rump_sys_pwrite(fd, buf, 4096, 8192) != 4096;
	failed += rump_sys_fsync(fd) != 0;
	failed += rump_sys_pread(fd, buf, 8192, 4096) != 8192;
	failed += rump_sys_close(fd) != 0;
	return failed;
}

/*
 * One device with this script: it is found, used, and goes.  From a kernel
 * that has done all of it once before, so that nothing may be left.
 */
static unsigned
round_of(struct virtiom_params vp, const struct hostile_record *hr, unsigned n)
{
	uint8_t script[8 * HOSTILE_RECORD];
	struct vt_disk *d = vt_disk(SIZE);
	struct virtiom *vm;
	unsigned failed;

	vt_bus = pcim_bus_create();
	vm = blk(vp, d);
	ATF_REQUIRE_EQ(virtiom_plug(vm, vt_bus, 3), 0);
	for (unsigned i = 0; i < n; i++)
		hostile_encode(&hr[i], script + i * HOSTILE_RECORD);
	hostile_begin(vt_bus, script, n * HOSTILE_RECORD, n, unplug, vm);
	(void)rump_pub_dev_rescan("mainbus0", NULL, NULL);
	if (vt_has("pci0"))
		(void)rump_pub_dev_rescan("pci0", NULL, NULL);
	rump_pub_dev_settle();
	failed = use(RAW);
	if (vt_has("virtio0"))
		ATF_CHECK_EQ(rump_pub_dev_detach("virtio0", RUMP_DETACH_FORCE), 0);
	ATF_CHECK(!vt_has("ld0"));
	if (vt_has("pci0"))
		ATF_CHECK_EQ(rump_pub_dev_detach("pci0", RUMP_DETACH_FORCE), 0);
	hostile_end();
	rumpuser_dev_attach(NULL, NULL);
	pcim_bus_destroy(vt_bus);
	vt_disk_free(d);
	rump_pub_drain();
	return failed;
}

static const struct hostile_record none;

static void
boot(void)
{
	struct virtiom_params vp = { 0 };

	rumpuser_console_sink(console, NULL);
	ATF_REQUIRE_EQ(rump_init(), 0);
	for (int i = 0; i < 2; i++)
		ATF_REQUIRE_EQ(round_of(vp, &none, 1), 0);
	vp.vp_transport = VIRTIOM_MMIO;
	ATF_REQUIRE_EQ(round_of(vp, &none, 1), 0);
	vp.vp_transport = VIRTIOM_MODERN;
	ATF_REQUIRE_EQ(round_of(vp, &none, 1), 0);
	rump_pub_audit_mark();
	hush();
}

/* After a good device the kernel has what it had after the first good one. */
static void
nothing_left(const char *what)
{
	struct virtiom_params vp = { 0 };
	int bad = 0;

	ATF_CHECK_EQ_MSG(round_of(vp, &none, 1), 0, "after: %s", what);
	(void)rump_pub_audit(vt_audit, &bad);
	ATF_CHECK_MSG(bad == 0, "%s: something was left", what);
	if (bad)
		rump_pub_audit_mark();
}

/*
 * The classes of lies about rings.
 */

#define	T(f)	VIRTIOM_TAG(0, VIRTIOM_F_##f)
/* Of the second request: a read, for wedges. */
#define	STORE(f, how, val)							\
	{ .hr_kind = HOSTILE_STORE, .hr_how = HOSTILE_##how, .hr_where = T(f), .hr_nth = 1, \
	  .hr_val = val }

static const struct {
	const char *name;
	struct hostile_record hr;
	int	breaks;			/* the driver must say so */
} lies[] = {
	{ "used id is the queue's size", STORE(USED_ID, SET, 16), 1 },
	{ "used id far off", STORE(USED_ID, SET, 0xffffffff), 1 },
	{ "used id not out", STORE(USED_ID, XOR, 7), 1 },
	{ "used length larger than posted", STORE(USED_LEN, SET, 1 << 20), 1 },
	{ "used length with the sign bit", STORE(USED_LEN, SET, 0xffffffff), 1 },
	{ "used length 0", STORE(USED_LEN, SET, 0), 1 },
	{ "used length short", STORE(USED_LEN, SET, 7), 1 },
	{ "used index one too far", STORE(USED_IDX, ADD, 1), 1 },
	{ "used index past the queue", STORE(USED_IDX, ADD, 17), 1 },
	{ "used index half way round", STORE(USED_IDX, ADD, 0x8000), 1 },
	{ "used index back", STORE(USED_IDX, ADD, 0xffff), 1 },
	{ "used element not written", STORE(USED_ID, DROP, 0), -1 },
	{ "used index not written", STORE(USED_IDX, DROP, 0), -1 },
	{ "used index written twice", STORE(USED_IDX, TWICE, 0), 0 },
	{ "avail event far off", STORE(AVAIL_EVENT, SET, 0x8000), -1 },
	{ "status not written", STORE(STATUS, DROP, 0), 0 },
	{ "status unknown", STORE(STATUS, SET, 77), 0 },
	{ "data not written", STORE(IN, DROP, 0), 0 },
	{ "interrupt lost", { .hr_kind = HOSTILE_INTR, .hr_how = HOSTILE_DROP, .hr_where = HOSTILE_ANY,
	    .hr_nth = 1 }, 0 },
	{ "all interrupts lost", { .hr_kind = HOSTILE_INTR, .hr_how = HOSTILE_DROP,
	    .hr_where = HOSTILE_ANY, .hr_count = 255 }, 0 },
	{ "interrupts twice", { .hr_kind = HOSTILE_INTR, .hr_how = HOSTILE_TWICE,
	    .hr_where = HOSTILE_ANY, .hr_count = 255 }, 0 },
	{ "silent", { .hr_kind = HOSTILE_SILENT, .hr_nth = 60, .hr_val = UINT64_MAX }, -1 },
};

static void
rings(enum virtiom_transport tr)
{
	struct virtiom_params vp = { .vp_transport = tr };
	unsigned failed;

	boot();
	for (unsigned i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
		hush();
		failed = round_of(vp, &lies[i].hr, 1);
		printf("%s: %u failed, %u said\n", lies[i].name, failed, said());
		ATF_CHECK_MSG(said() <= 1, "%s: said %u times", lies[i].name, said());
		/* A legacy device may count wrongly. */
		if (lies[i].breaks == 1 && (tr != VIRTIOM_LEGACY || lies[i].hr.hr_where != T(USED_LEN)))
			ATF_CHECK_MSG(said() == 1 && failed > 0, "%s: not noticed", lies[i].name);
		if (lies[i].breaks == 0)
			ATF_CHECK_MSG(said() == 0, "%s: device broken", lies[i].name);
		nothing_left(lies[i].name);
	}
}

ATF_TC_WITHOUT_HEAD(rings_modern);
ATF_TC_BODY(rings_modern, tc) { rings(VIRTIOM_MODERN); }
ATF_TC_WITHOUT_HEAD(rings_legacy);
ATF_TC_BODY(rings_legacy, tc) { rings(VIRTIOM_LEGACY); }
ATF_TC_WITHOUT_HEAD(rings_mmio);
ATF_TC_BODY(rings_mmio, tc) { rings(VIRTIOM_MMIO); }

/*
 * The classes of lies about capabilities and registers: every word of
 * configuration space and every register with values that are often wrong.
 */
static void
words(enum hostile_kind kind, unsigned first, unsigned last, unsigned step)
{
	static const uint64_t values[] = {
		0, 1, 3, 15, 0x40, 0x80, 0xff, 0x4009, 0x8009, 0xffff, 0x10000, 0x7fffffff, 0xfffff000,
		0xffffffff
	};
	struct virtiom_params vp = { 0 };

	boot();
	for (unsigned where = first; where <= last; where += step) {
		for (unsigned v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
			struct hostile_record hr = {
				.hr_kind = kind, .hr_how = HOSTILE_SET, .hr_where = where, .hr_count = 255,
				.hr_val = values[v]
			};

			hush();
			(void)round_of(vp, &hr, 1);
			ATF_CHECK_MSG(said() <= 1, "word %#x as %#llx: said %u times", where,
			    (unsigned long long)values[v], said());
		}
		nothing_left("a word");
	}
}

ATF_TC_WITHOUT_HEAD(conf_words);
ATF_TC_BODY(conf_words, tc) { words(HOSTILE_CONF, 0, 0xa0, 4); }
ATF_TC_WITHOUT_HEAD(register_words);
ATF_TC_BODY(register_words, tc) { words(HOSTILE_REG, 0, 0x40, 1); }

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, rings_modern);
	ATF_TP_ADD_TC(tp, rings_legacy);
	ATF_TP_ADD_TC(tp, rings_mmio);
	ATF_TP_ADD_TC(tp, conf_words);
	ATF_TP_ADD_TC(tp, register_words);
	return atf_no_error();
}
