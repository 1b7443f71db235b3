/* SPDX-License-Identifier: BSD-2-Clause */

/* The virtio entropy device (5.4), without any entropy: its bytes count. */

#include <stdint.h>
#include <stdlib.h>

#include "virtio_impl.h"

struct rng {
	unsigned r_chunk;
	uint32_t r_next;
};

static uint32_t
rng_request(struct virtiom *vm, struct vm_chain *c)
{
	struct rng *r = vm->vm_priv;
	uint64_t want = r->r_chunk != 0 && r->r_chunk < c->c_inlen ? r->r_chunk : c->c_inlen, off;
	uint8_t b[64];
	size_t n, i;

	if (c->c_nout != 0 || c->c_inlen == 0) {
		vm_violation(vm, "request with %llu bytes to read and %llu to write",
		    (unsigned long long)c->c_outlen, (unsigned long long)c->c_inlen);
		return 0;
	}
	/* A driver that wants more than this asks again. */
	if (want > 65536)
		want = 65536;
	for (off = 0; off < want; off += n) {
		n = want - off < sizeof(b) ? want - off : sizeof(b);
		for (i = 0; i < n; i++)
			b[i] = r->r_next++ * 0x9e3779b1u >> 24;
		if (vm_put(vm, c, off, b, n, VIRTIOM_F_IN) != n)
			break;
	}
	return off;
}

static void
rng_free(struct virtiom *vm)
{

	free(vm->vm_priv);
}

static const struct vm_class rng_class = {
	.vc_name = "entropy",
	.vc_id = 4,
	.vc_legacy = 0x1005,
	.vc_pciclass = 0x00,
	.vc_pcisubclass = 0xff,
	.vc_request = rng_request,
	.vc_free = rng_free,
};

struct virtiom *
virtiom_rng_create(const struct virtiom_params *vp, unsigned chunk)
{
	struct rng *r = calloc(1, sizeof(*r));
	struct virtiom *vm = r != NULL ? vm_create(&rng_class, vp, 1, 0, r) : NULL;

	if (vm == NULL) {
		free(r);
		return NULL;
	}
	r->r_chunk = chunk;
	return vm;
}
