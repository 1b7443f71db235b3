/* SPDX-License-Identifier: BSD-2-Clause */

/* bus_space(9) on the device of busmodel.h. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bus.h>
#include <sys/errno.h>
#include <sys/kmem.h>

#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "busmodel.h"
#include "kerntest.h"

#define	MEM	x86_bus_space_mem
#define	IO	x86_bus_space_io

/* Each width, and that the device sees it as one access. */
KERNTEST(space_widths)
{
	bus_space_handle_t h, ioh;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, BM_MEMLEN, 0, &h), 0);
	bus_space_write_8(MEM, h, 0, 0x1122334455667788);
	CHECK_EQ(bus_space_read_1(MEM, h, 0), 0x88);
	CHECK_EQ(bus_space_read_4(MEM, h, BM_LASTWIDTH), 1);
	CHECK_EQ(bus_space_read_2(MEM, h, 2), 0x5566);
	CHECK_EQ(bus_space_read_4(MEM, h, BM_LASTWIDTH), 2);
	CHECK_EQ(bus_space_read_4(MEM, h, 4), 0x11223344);
	CHECK_EQ(bus_space_read_8(MEM, h, 0), 0x1122334455667788);
	CHECK_EQ(bus_space_read_4(MEM, h, BM_LASTWIDTH), 8);
	bus_space_write_1(MEM, h, 1, 0xaa);
	bus_space_write_2(MEM, h, 2, 0xbbbb);
	bus_space_write_4(MEM, h, 4, 0xcccccccc);
	CHECK_EQ(bus_space_read_stream_8(MEM, h, 0), 0xccccccccbbbbaa88);
	/* In pieces where the address asks for it. */
	CHECK_EQ(bus_space_read_4(MEM, h, 1), 0xccbbbbaa);
	bus_space_write_2(MEM, h, 3, 0x1234);
	CHECK_EQ(bus_space_read_4(MEM, h, 2), 0xcc1234bb);
	bus_space_barrier(MEM, h, 0, BM_MEMLEN, BUS_SPACE_BARRIER_READ);

	CHECK_EQ(bus_space_map(IO, BM_IO, BM_IOLEN, 0, &ioh), 0);
	bus_space_write_2(IO, ioh, 4, 0x4242);
	CHECK_EQ(bus_space_read_4(IO, ioh, 4), 0x4242);
	CHECK_EQ(bus_space_read_1(MEM, h, 4), 0x12);
	bus_space_unmap(IO, ioh, BM_IOLEN);
	bus_space_unmap(MEM, h, BM_MEMLEN);
	return 0;
}

/* A register again and again, and consecutive ones. */
KERNTEST(space_counts)
{
	bus_space_handle_t h;
	uint32_t v[4];
	uint16_t w[4];
	uint8_t b[8];
	int i;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, BM_MEMLEN, 0, &h), 0);
	bus_space_read_multi_4(MEM, h, BM_FIFO, v, 4);
	for (i = 0; i < 4; i++)
		CHECK_EQ(v[i], i + 1);
	for (i = 0; i < 4; i++)
		w[i] = i;
	bus_space_write_multi_2(MEM, h, BM_FIFO, w, 4);
	CHECK_EQ(bus_space_read_4(MEM, h, BM_FIFO), 4 + 6 + 1);
	bus_space_set_multi_1(MEM, h, BM_FIFO, 10, 3);
	CHECK_EQ(bus_space_read_4(MEM, h, BM_FIFO), 11 + 30 + 1);

	for (i = 0; i < 4; i++)
		v[i] = i * 0x01010101;
	bus_space_write_region_4(MEM, h, 0x10, v, 4);
	bus_space_read_region_1(MEM, h, 0x12, b, 8);
	CHECK_EQ(b[0], 0);
	CHECK_EQ(b[1], 0);
	CHECK_EQ(b[2], 1);
	CHECK_EQ(b[7], 2);
	bus_space_set_region_2(MEM, h, 0x20, 0x55aa, 4);
	CHECK_EQ(bus_space_read_8(MEM, h, 0x20), 0x55aa55aa55aa55aa);
	CHECK_EQ(bus_space_read_8(MEM, h, 0x28), 0);

	/* Copies that overlap go either way. */
	for (i = 0; i < 8; i++)
		bus_space_write_1(MEM, h, 0x40 + i, i);
	bus_space_copy_region_1(MEM, h, 0x40, h, 0x42, 8);
	for (i = 0; i < 8; i++)
		CHECK_EQ(bus_space_read_1(MEM, h, 0x42 + i), i);
	bus_space_copy_region_2(MEM, h, 0x42, h, 0x40, 4);
	for (i = 0; i < 8; i++)
		CHECK_EQ(bus_space_read_1(MEM, h, 0x40 + i), i);
	bus_space_unmap(MEM, h, BM_MEMLEN);
	return 0;
}

/* What there is for each width, in bytes of the device. */
static int
bytes_are(bus_space_handle_t h, bus_size_t off, const void *p, size_t len)
{
	const uint8_t *b = p;
	size_t i;

	for (i = 0; i < len; i++)
		CHECK_EQ(bus_space_read_1(MEM, h, off + i), b[i]);
	return 0;
}

#define	WIDTH(n, type)								\
static int									\
width_##n(bus_space_handle_t h)							\
{										\
	type v[6], w[6];							\
	uint32_t fifo;								\
	int i;									\
										\
	bus_space_set_region_1(MEM, h, 0, 0, 0x100);				\
	for (i = 0; i < 6; i++)							\
		v[i] = (type)((i + 1) * 0x1020304050607089);			\
	bus_space_write_region_##n(MEM, h, 0x10, v, 6);				\
	CHECK_EQ(bus_space_read_4(MEM, h, BM_LASTWIDTH), n);			\
	CHECK_EQ(bytes_are(h, 0x10, v, 6 * n), 0);				\
	CHECK_EQ(bus_space_read_1(MEM, h, 0x10 + 6 * n), 0);			\
	bus_space_read_region_##n(MEM, h, 0x10, w, 6);				\
	CHECK_EQ(bus_space_read_4(MEM, h, BM_LASTWIDTH), n);			\
	CHECK(memcmp(v, w, sizeof(v)) == 0);					\
	/* Either way, where they overlap. */					\
	bus_space_copy_region_##n(MEM, h, 0x10, h, 0x10 + n, 6);		\
	CHECK_EQ(bytes_are(h, 0x10 + n, v, 6 * n), 0);				\
	CHECK_EQ(bytes_are(h, 0x10, v, n), 0);					\
	bus_space_copy_region_##n(MEM, h, 0x10 + n, h, 0x10, 6);		\
	CHECK_EQ(bytes_are(h, 0x10, v, 6 * n), 0);				\
	bus_space_set_region_##n(MEM, h, 0x80, v[1], 3);			\
	for (i = 0; i < 3; i++)							\
		CHECK_EQ(bytes_are(h, 0x80 + i * n, &v[1], n), 0);		\
	CHECK_EQ(bus_space_read_1(MEM, h, 0x80 + 3 * n), 0);			\
										\
	for (i = 0; i < 6; i++)							\
		v[i] = (type)(i + 1);						\
	fifo = bus_space_read_4(MEM, h, BM_FIFO);				\
	bus_space_read_multi_##n(MEM, h, BM_FIFO, w, 6);			\
	CHECK_EQ(bus_space_read_4(MEM, h, BM_LASTWIDTH), n);			\
	for (i = 0; i < 6; i++)							\
		CHECK_EQ(w[i], (type)(fifo + 1 + i));				\
	bus_space_write_multi_##n(MEM, h, BM_FIFO, v, 6);			\
	CHECK_EQ(bus_space_read_4(MEM, h, BM_FIFO), fifo + 6 + 21 + 1);		\
	bus_space_set_multi_##n(MEM, h, BM_FIFO, 9, 3);				\
	CHECK_EQ(bus_space_read_4(MEM, h, BM_LASTWIDTH), n);			\
	CHECK_EQ(bus_space_read_4(MEM, h, BM_FIFO), fifo + 28 + 27 + 1);	\
	return 0;								\
}
WIDTH(1, uint8_t)
WIDTH(2, uint16_t)
WIDTH(4, uint32_t)
WIDTH(8, uint64_t)

KERNTEST(space_every_width)
{
	bus_space_handle_t h;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, BM_MEMLEN, 0, &h), 0);
	CHECK_EQ(width_1(h), 0);
	CHECK_EQ(width_2(h), 0);
	CHECK_EQ(width_4(h), 0);
	CHECK_EQ(width_8(h), 0);
	bus_space_unmap(MEM, h, BM_MEMLEN);
	return 0;
}

/* Addresses are given out once. */
KERNTEST(space_map)
{
	bus_space_handle_t h, h2, sub;
	bus_addr_t addr;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, BM_MEMLEN, 0, &h), 0);
	CHECK_EQ(bus_space_map(MEM, BM_MEM + 0x1000, 4, 0, &h2), EAGAIN);
	CHECK_EQ(bus_space_map(MEM, BM_MEM - 4, 8, 0, &h2), EAGAIN);
	CHECK_EQ(bus_space_map(MEM, BM_MEM - 4, 4, 0, &h2), 0);
	/* Nobody is there. */
	CHECK_EQ(bus_space_read_4(MEM, h2, 0), 0xffffffff);
	CHECK_EQ(bus_space_read_1(MEM, h2, 0), 0xff);
	bus_space_unmap(MEM, h2, 4);
	CHECK_EQ(bus_space_map(MEM, 0, 0, 0, &h2), EINVAL);
	CHECK_EQ(bus_space_map(MEM, ~(bus_addr_t)0 - 3, 8, 0, &h2), EINVAL);
	CHECK_EQ(bus_space_map(IO, 0xfffe, 4, 0, &h2), EINVAL);

	CHECK_EQ(bus_space_subregion(MEM, h, 0x80, 0x10, &sub), 0);
	bus_space_write_4(MEM, sub, 4, 77);
	CHECK_EQ(bus_space_read_4(MEM, h, 0x84), 77);
	CHECK(bus_space_handle_is_equal(MEM, h, h));
	CHECK(!bus_space_handle_is_equal(MEM, h, sub));
	CHECK(bus_space_is_equal(MEM, MEM));
	CHECK(!bus_space_is_equal(MEM, IO));

	/* Around what is mapped. */
	CHECK_EQ(bus_space_alloc(MEM, BM_MEM - 0x1000, BM_MEM + BM_MEMLEN + 0xfff, 0x1000, 0x1000,
	    0, 0, &addr, &h2), 0);
	CHECK_EQ(addr, BM_MEM - 0x1000);
	CHECK_EQ(bus_space_alloc(MEM, BM_MEM - 0x1000, BM_MEM + BM_MEMLEN + 0xfff, 0x1000, 0x1000,
	    0, 0, &addr, &sub), 0);
	CHECK_EQ(addr, BM_MEM + BM_MEMLEN);
	bus_space_free(MEM, sub, 0x1000);
	CHECK_EQ(bus_space_alloc(MEM, BM_MEM, BM_MEM + BM_MEMLEN - 1, 4, 4, 0, 0, &addr, &sub),
	    EAGAIN);
	bus_space_free(MEM, h2, 0x1000);
	/* Not across a boundary. */
	CHECK_EQ(bus_space_alloc(IO, 0x0ff8, 0x1fff, 0x10, 4, 0x100, 0, &addr, &sub), 0);
	CHECK_EQ(addr, 0x1000);
	bus_space_free(IO, sub, 0x10);
	bus_space_unmap(MEM, h, BM_MEMLEN);
	return 0;
}

KERNTEST(space_linear)
{
	bus_space_handle_t h, sub;
	volatile uint8_t *va;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, BM_MEMLEN, BUS_SPACE_MAP_LINEAR, &h), EOPNOTSUPP);
	CHECK_EQ(bus_space_map(IO, BM_IO, BM_IOLEN, BUS_SPACE_MAP_LINEAR, &h), EOPNOTSUPP);
	CHECK_EQ(bus_space_map(MEM, BM_LIN, BM_LINLEN,
	    BUS_SPACE_MAP_LINEAR | BUS_SPACE_MAP_PREFETCHABLE, &h), 0);
	CHECK_EQ(bus_space_subregion(MEM, h, 0x100, 0x100, &sub), 0);
	va = bus_space_vaddr(MEM, sub);
	CHECK(va != NULL);
	va[3] = 0x33;
	CHECK_EQ(bus_space_read_1(MEM, h, 0x103), 0x33);
	CHECK_EQ(bus_space_mmap(MEM, BM_LIN, 0x2000, 0, 0), (BM_LIN + 0x2000) >> PAGE_SHIFT);
	bus_space_unmap(MEM, h, BM_LINLEN);
	CHECK_EQ(bus_space_map(MEM, BM_MEM, BM_MEMLEN, 0, &h), 0);
	CHECK(bus_space_vaddr(MEM, h) == NULL);
	bus_space_unmap(MEM, h, BM_MEMLEN);
	return 0;
}

KERNTEST(space_reserve)
{
	bus_space_reservation_t bsr, bsr2;
	bus_space_handle_t h;

	CHECK_EQ(bus_space_reserve(MEM, BM_MEM, BM_MEMLEN, 0, &bsr), 0);
	CHECK_EQ(bus_space_reservation_addr(&bsr), BM_MEM);
	CHECK_EQ(bus_space_reservation_size(&bsr), BM_MEMLEN);
	CHECK_EQ(bus_space_map(MEM, BM_MEM, 4, 0, &h), EAGAIN);
	CHECK_EQ(bus_space_reserve_subregion(MEM, BM_MEM, BM_MEM + 2 * BM_MEMLEN - 1, 16, 16, 0,
	    0, &bsr2), 0);
	CHECK_EQ(bus_space_reservation_addr(&bsr2), BM_MEM + BM_MEMLEN);
	CHECK_EQ(bus_space_reservation_map(MEM, &bsr, 0, &h), 0);
	CHECK_EQ(bus_space_reservation_map(MEM, &bsr, 0, &h), EAGAIN);
	bus_space_write_4(MEM, h, 0, 5);
	CHECK_EQ(bus_space_read_4(MEM, h, 0), 5);
	bus_space_reservation_unmap(MEM, h, BM_MEMLEN);
	CHECK_EQ(bus_space_map(MEM, BM_MEM, 4, 0, &h), EAGAIN);
	bus_space_release(MEM, &bsr2);
	bus_space_release(MEM, &bsr);
	CHECK_EQ(bus_space_map(MEM, BM_MEM, 4, 0, &h), 0);
	bus_space_unmap(MEM, h, 4);
	return 0;
}

static int
ov_map(void *ctx, bus_space_tag_t t, bus_addr_t addr, bus_size_t size, int flags,
    bus_space_handle_t *hp)
{

	(*(int *)ctx)++;
	return bus_space_map(MEM, addr + BM_MEM, size, flags, hp);
}

KERNTEST(space_tags)
{
	static const struct bus_space_overrides ov = { .ov_space_map = ov_map };
	bus_space_tag_t t, t2;
	bus_space_handle_t h;
	int calls = 0, calls2 = 0;

	CHECK_EQ(bus_space_tag_create(MEM, BUS_SPACE_OVERRIDE_UNMAP, 0, &ov, &calls, &t), EINVAL);
	CHECK_EQ(bus_space_tag_create(MEM, BUS_SPACE_OVERRIDE_MAP, 0, &ov, &calls, &t), 0);
	CHECK_EQ(bus_space_tag_create(t, 0, 0, &ov, &calls2, &t2), 0);
	CHECK_EQ(bus_space_map(t2, 0, BM_MEMLEN, 0, &h), 0);
	CHECK_EQ(calls, 1);
	CHECK_EQ(calls2, 0);
	bus_space_write_4(t2, h, 8, 9);
	CHECK_EQ(bus_space_read_4(MEM, h, 8), 9);
	bus_space_unmap(t2, h, BM_MEMLEN);
	bus_space_tag_destroy(t2);
	bus_space_tag_destroy(t);
	return 0;
}

/* A register access that fails reads as all ones and writes nothing. */
KERNTEST(space_fault)
{
	bus_space_handle_t h;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, BM_MEMLEN, 0, &h), 0);
	bus_space_write_4(MEM, h, 0, 1);
	rumpuser_fault_set(RUMPUSER_FAULT_DEVICE, 1, 0, EIO);
	bus_space_write_4(MEM, h, 0, 2);
	CHECK_EQ(bus_space_read_4(MEM, h, 0), 1);
	rumpuser_fault_set(RUMPUSER_FAULT_DEVICE, 2, 0, EIO);
	CHECK_EQ(bus_space_read_4(MEM, h, 0), 1);
	CHECK_EQ(bus_space_read_2(MEM, h, 0), 0xffff);
	CHECK_EQ(bus_space_read_2(MEM, h, 0), 1);
	bus_space_unmap(MEM, h, BM_MEMLEN);
	return 0;
}

/* Reports. */

KERNTEST(report_space_end)
{
	bus_space_handle_t h;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, 0x80, 0, &h), 0);
	(void)bus_space_read_4(MEM, h, 0x7e);
	return 0;
}

KERNTEST(report_space_unmapped)
{
	bus_space_handle_t h;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, 0x80, 0, &h), 0);
	bus_space_unmap(MEM, h, 0x80);
	bus_space_write_4(MEM, h, 0, 0);
	return 0;
}

KERNTEST(report_space_size)
{
	bus_space_handle_t h;

	CHECK_EQ(bus_space_map(MEM, BM_MEM, 0x80, 0, &h), 0);
	bus_space_unmap(MEM, h, 0x40);
	return 0;
}
