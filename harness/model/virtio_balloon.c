/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The virtio memory balloon (5.5).  Knows the pages that the driver has
 * given up: none twice, and only those are taken back.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "virtio_impl.h"

#define BALLOON_F_MUST_TELL_HOST	(1ull << 0)
#define BALLOON_F_STATS_VQ		(1ull << 1)

enum { Q_INFLATE, Q_DEFLATE, Q_STATS, NQUEUES };

#define MAXPAGES	4096u		/* in one request */

/* The pages that it holds: a hash table, open, at most half full. */
struct balloon {
	uint64_t *b_slots;		/* page number + 1; 0: free */
	unsigned b_size;		/* a power of two, or 0 */
	unsigned b_nheld;
};

static unsigned
home(const struct balloon *b, uint64_t slot)
{

	return (unsigned)(slot * 0x9e3779b97f4a7c15u >> 40) & (b->b_size - 1);
}

/* Where a page is, or the free slot where it would be; the table is not empty. */
static unsigned
find(const struct balloon *b, uint32_t pfn)
{
	unsigned i = home(b, pfn + 1ull);

	while (b->b_slots[i] != 0 && b->b_slots[i] != pfn + 1ull)
		i = (i + 1) & (b->b_size - 1);
	return i;
}

static int
held(const struct balloon *b, uint32_t pfn)
{

	return b->b_nheld != 0 && b->b_slots[find(b, pfn)] != 0;
}

static int
hold(struct balloon *b, uint32_t pfn)
{
	struct balloon new = *b;
	unsigned i;

	if (b->b_nheld >= b->b_size / 2) {
		new.b_size = b->b_size ? 2 * b->b_size : 512;
		if ((new.b_slots = calloc(new.b_size, sizeof(*new.b_slots))) == NULL)
			return 0;
		for (i = 0; i < b->b_size; i++)
			if (b->b_slots[i] != 0)
				new.b_slots[find(&new, b->b_slots[i] - 1)] = b->b_slots[i];
		free(b->b_slots);
		*b = new;
	}
	b->b_slots[find(b, pfn)] = pfn + 1ull;
	b->b_nheld++;
	return 1;
}

/* Takes a page out that is there; what comes after it may move up. */
static void
release(struct balloon *b, uint32_t pfn)
{
	unsigned mask = b->b_size - 1, hole = find(b, pfn), i;

	for (i = (hole + 1) & mask; b->b_slots[i] != 0; i = (i + 1) & mask) {
		if (((i - home(b, b->b_slots[i])) & mask) < ((i - hole) & mask))
			continue;
		b->b_slots[hole] = b->b_slots[i];
		hole = i;
	}
	b->b_slots[hole] = 0;
	b->b_nheld--;
}

static uint32_t
balloon_request(struct virtiom *vm, struct vm_chain *c)
{
	struct balloon *b = vm->vm_priv;
	uint64_t off;
	uint8_t p[4];
	uint32_t pfn;

	if (c->c_nin != 0 || c->c_outlen == 0 || c->c_outlen % 4 != 0) {
		vm_violation(vm, "request with %llu bytes to read and %llu to write",
		    (unsigned long long)c->c_outlen, (unsigned long long)c->c_inlen);
		return 0;
	}
	for (off = 0; off < c->c_outlen && off < 4 * MAXPAGES; off += 4) {
		if (vm_get(vm, c, off, p, sizeof(p), VIRTIOM_F_OUT) != sizeof(p))
			return 0;
		pfn = get_le(p, 4);
		if (c->c_q == Q_INFLATE) {
			if (held(b, pfn))
				vm_violation(vm, "page 0x%x is given up, and was before", pfn);
			else if (!hold(b, pfn))
				virtiom_need_reset(vm);
		} else if (!held(b, pfn))
			vm_violation(vm, "page 0x%x is taken back, and was not given up", pfn);
		else
			release(b, pfn);
	}
	return 0;
}

static int
balloon_keeps(struct virtiom *vm, unsigned q)
{

	return q == Q_STATS;
}

static void
balloon_reset(struct virtiom *vm)
{
	struct balloon *b = vm->vm_priv;

	if (b->b_nheld != 0)
		memset(b->b_slots, 0, b->b_size * sizeof(*b->b_slots));
	b->b_nheld = 0;
	put_le(vm->vm_cfg + 4, 4, 0);
}

static void
balloon_config(struct virtiom *vm, unsigned off, unsigned width)
{

	if (off < 4 || off + width > 8)
		vm_violation(vm, "configuration written at %u, %u bytes: not the driver's", off, width);
}

static void
balloon_free(struct virtiom *vm)
{
	struct balloon *b = vm->vm_priv;

	free(b->b_slots);
	free(b);
}

static const struct vm_class balloon_class = {
	.vc_name = "balloon",
	.vc_id = 5,
	.vc_legacy = 0x1002,
	.vc_pciclass = 0x00,
	.vc_pcisubclass = 0xff,
	.vc_reset = balloon_reset,
	.vc_keeps = balloon_keeps,
	.vc_request = balloon_request,
	.vc_config = balloon_config,
	.vc_free = balloon_free,
};

struct virtiom *
virtiom_balloon_create(const struct virtiom_params *vp, uint32_t pages)
{
	struct balloon *b = calloc(1, sizeof(*b));
	struct virtiom *vm = b != NULL ? vm_create(&balloon_class, vp, NQUEUES,
	    BALLOON_F_MUST_TELL_HOST | BALLOON_F_STATS_VQ, b) : NULL;

	if (vm == NULL) {
		free(b);
		return NULL;
	}
	vm->vm_cfglen = 8;
	put_le(vm->vm_cfg, 4, pages);
	return vm;
}

void
virtiom_balloon_target(struct virtiom *vm, uint32_t pages)
{

	put_le(vm->vm_cfg, 4, pages);
	vm_config_changed(vm);
}

uint32_t
virtiom_balloon_held(const struct virtiom *vm)
{
	const struct balloon *b = vm->vm_priv;

	return b->b_nheld;
}
