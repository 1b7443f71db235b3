/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Device inputs: what is pulled out at any access leaves nothing behind, what
 * a device lies about arrives, and what mutation may do.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <atf-c.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rumpuser_fuzz.h>

#include "bench_dev.h"
#include "devops_virtio_ld.h"

#define KNOBS	(DEVOPS_HEADER - DEVOPS_KNOBS)

static char text[65536];
static size_t textlen;

static void
console(const char *buf, size_t len, void *arg)
{

	if (len > sizeof(text) - 1 - textlen)
		len = sizeof(text) - 1 - textlen;
	memcpy(text + textlen, buf, len);
	text[textlen += len] = '\0';
}

static void
boot(void)
{

	rumpuser_console_sink(console, NULL);
	ATF_REQUIRE_EQ(rump_init(), 0);
	ATF_REQUIRE_EQ(rump_pub_lwproc_rfork(RUMP_RFCFDG), 0);
	ATF_REQUIRE_EQ(devops_boot(), 0);
	rump_pub_drain();
	rump_pub_audit_mark();
	ATF_REQUIRE_EQ(rumpuser_snapshot(), 0);
}

/* Appends an operation; fields as struct devop has them. */
static size_t
op(uint8_t *in, size_t len, const struct devop *o)
{
	uint8_t *p = in + len;

	memset(p, 0, DEVOP_SIZE);
	p[0] = o->op;
	p[1] = o->flags;
	p[2] = o->node;
	p[4] = o->buf;
	p[5] = o->idx;
	p[8] = o->off;
	p[9] = o->off >> 8;
	p[12] = o->len;
	in[0]++;
	return len + DEVOP_SIZE;
}

/* Reads, writes in two ways, a file system: the session that is cut short. */
static size_t
session(uint8_t *in, unsigned transport)
{
	size_t len = DEVOPS_HEADER;

	memset(in, 0, DEVOPS_HEADER);
	in[KNOBS] = transport;
	len = op(in, len, &(struct devop){ .op = DEVOP_OPEN });
	len = op(in, len, &(struct devop){ .op = DEVOP_WRITE, .off = 300, .len = 15, .buf = 9 });
	len = op(in, len, &(struct devop){ .op = DEVOP_READ, .off = 300, .len = 15 });
	len = op(in, len, &(struct devop){ .op = DEVOP_FSYNC });
	len = op(in, len, &(struct devop){ .op = DEVOP_CLOSE });
	len = op(in, len, &(struct devop){ .op = DEVOP_OPEN, .node = 1 });
	len = op(in, len, &(struct devop){ .op = DEVOP_WRITE, .off = 320, .len = 31, .buf = 7 });
	len = op(in, len, &(struct devop){ .op = DEVOP_FSYNC });
	len = op(in, len, &(struct devop){ .op = DEVOP_CLOSE });
	len = op(in, len, &(struct devop){ .op = DEVOP_MOUNT });
	len = op(in, len, &(struct devop){ .op = DEVOP_FSWRITE, .flags = 1, .len = 99 });
	return op(in, len, &(struct devop){ .op = DEVOP_UNMOUNT });
}

/* Pulls the device out at each access in turn, until there are no more. */
static void
removal(unsigned transport)
{
	struct hostile_record hr = { .hr_kind = HOSTILE_UNPLUG };
	uint8_t in[DEVOPS_HEADER + 16 * DEVOP_SIZE + HOSTILE_RECORD];
	size_t len;
	unsigned k, n;

	boot();
	len = session(in, transport);
	in[1] = 1;
	hr.hr_nth = 0xffff;
	hostile_encode(&hr, in + len);
	ATF_REQUIRE_EQ(bench_dev(&devops_virtio_ld, in, len + HOSTILE_RECORD, 1), 0);
	n = hostile_accesses();
	printf("%u accesses\n", n);
	ATF_REQUIRE(n > 100);
	for (k = 0; k < n; k++) {
		hr.hr_nth = k;
		hostile_encode(&hr, in + len);
		textlen = 0;
		if (bench_dev(&devops_virtio_ld, in, len + HOSTILE_RECORD, 1) != 0)
			atf_tc_fail("removal at access %u of %u leaves something behind", k, n);
	}
}

ATF_TC_WITHOUT_HEAD(removal_modern);
ATF_TC_BODY(removal_modern, tc)
{

	removal(VIRTIOM_MODERN);
}

ATF_TC_WITHOUT_HEAD(removal_legacy);
ATF_TC_BODY(removal_legacy, tc)
{

	removal(VIRTIOM_LEGACY);
}

ATF_TC_WITHOUT_HEAD(removal_mmio);
ATF_TC_BODY(removal_mmio, tc)
{

	removal(VIRTIOM_MMIO);
}

/* The driver is told of a used id that is not out, and says so once. */
ATF_TC_WITHOUT_HEAD(lie);
ATF_TC_BODY(lie, tc)
{
	struct hostile_record hr = {
		.hr_kind = HOSTILE_STORE, .hr_how = HOSTILE_SET, .hr_where = VIRTIOM_TAG(0, VIRTIOM_F_USED_ID),
		.hr_nth = 3, .hr_val = 11,
	};
	uint8_t in[DEVOPS_HEADER + HOSTILE_RECORD] = { 0, 1 };
	const char *p;

	boot();
	hostile_encode(&hr, in + DEVOPS_HEADER);
	ATF_REQUIRE_EQ(bench_dev(&devops_virtio_ld, in, sizeof(in), 1), 0);
	ATF_REQUIRE_MSG((p = strstr(text, "used id 11")) != NULL, "%s", text);
	ATF_CHECK(strstr(p + 1, "used id") == NULL);
}

static size_t
flip(uint8_t *p, size_t len, size_t max)
{

	if (len != 0)
		p[len / 2] ^= 0x10;
	return len;
}

/* Whatever comes out fits, and the counts in the header are what is there. */
ATF_TC_WITHOUT_HEAD(mutate);
ATF_TC_BODY(mutate, tc)
{
	uint8_t a[1024], b[1024], out[1024];
	size_t alen = session(a, 0), blen = 0, n, max;
	unsigned i;

	for (i = 0; i < 20000; i++) {
		max = i % 3 == 0 ? 100 : sizeof(a);
		if (alen > max)
			alen = max;
		alen = devmut_mutate(&devops_virtio_hints, a, alen, max, i, flip);
		ATF_REQUIRE(alen <= max);
		if (alen >= DEVOPS_HEADER)
			ATF_REQUIRE(DEVOPS_HEADER + a[0] * DEVOP_SIZE + a[1] * HOSTILE_RECORD <= alen);
		n = devmut_cross(a, alen, b, blen, out, max, i);
		ATF_REQUIRE(n <= max);
		memcpy(b, out, blen = n);
	}
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, removal_modern);
	ATF_TP_ADD_TC(tp, removal_legacy);
	ATF_TP_ADD_TC(tp, removal_mmio);
	ATF_TP_ADD_TC(tp, lie);
	ATF_TP_ADD_TC(tp, mutate);
	return atf_no_error();
}
