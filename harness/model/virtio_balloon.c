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

struct balloon {
	uint32_t *b_held;		/* page numbers, in no order */
	unsigned b_nheld, b_maxheld;
};

/* Index of a page in b_held; b_nheld: it is not there. */
static unsigned
find(const struct balloon *b, uint32_t pfn)
{
	unsigned i;

	for (i = 0; i < b->b_nheld; i++)
		if (b->b_held[i] == pfn)
			break;
	return i;
}

static int
hold(struct balloon *b, uint32_t pfn)
{

	if (b->b_nheld == b->b_maxheld) {
		unsigned n = b->b_maxheld ? 2 * b->b_maxheld : 256;
		uint32_t *p = realloc(b->b_held, n * sizeof(*p));

		if (p == NULL)
			return 0;
		b->b_held = p;
		b->b_maxheld = n;
	}
	b->b_held[b->b_nheld++] = pfn;
	return 1;
}

static uint32_t
balloon_request(struct virtiom *vm, struct vm_chain *c)
{
	struct balloon *b = vm->vm_priv;
	uint64_t off;
	uint8_t p[4];
	uint32_t pfn;
	unsigned i;

	if (c->c_nin != 0 || c->c_outlen == 0 || c->c_outlen % 4 != 0) {
		vm_violation(vm, "request with %llu bytes to read and %llu to write",
		    (unsigned long long)c->c_outlen, (unsigned long long)c->c_inlen);
		return 0;
	}
	for (off = 0; off < c->c_outlen && off < 4 * MAXPAGES; off += 4) {
		if (vm_get(vm, c, off, p, sizeof(p), VIRTIOM_F_OUT) != sizeof(p))
			return 0;
		pfn = get_le(p, 4);
		i = find(b, pfn);
		if (c->c_q == Q_INFLATE) {
			if (i != b->b_nheld)
				vm_violation(vm, "page 0x%x is given up, and was before", pfn);
			else if (!hold(b, pfn))
				virtiom_need_reset(vm);
		} else if (i == b->b_nheld)
			vm_violation(vm, "page 0x%x is taken back, and was not given up", pfn);
		else
			b->b_held[i] = b->b_held[--b->b_nheld];
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

	free(b->b_held);
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
