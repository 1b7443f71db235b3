/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Mutation of two-dimensional inputs: the operations as records, the image
 * as what its format says it is.  The same code runs under libFuzzer (through
 * the rig) and AFL++ (mutate_afl.c, rig_mutate.c).
 */

#ifndef HARNESS_MUTATE_H
#define HARNESS_MUTATE_H

#include <stddef.h>
#include <stdint.h>

#include "fsinput.h"
#include "rig.h"

/* An image under mutation: random access to it, wherever its bytes are. */
struct fsmut {
	uint8_t	       *fm_data;	/* the whole input */
	struct fsinput *fm_fi;
	uint64_t	fm_rand;	/* state of mut_rand() */
};

struct fsops_fs;

/* A rig_target's rt_mutate and rt_cross for file system inputs. */
size_t	fsmut_mutate(const struct fsops_fs *, uint8_t *data, size_t len, size_t max, unsigned seed,
	    rig_mutate_fn base);
size_t	fsmut_cross(const uint8_t *a, size_t alen, const uint8_t *b, size_t blen, uint8_t *out,
	    size_t max, unsigned seed);

/* A number from 0 to n - 1 (n not 0). */
uint32_t mut_rand(struct fsmut *, uint32_t n);

/* Reads len bytes of the image at off; zeroes where it has none. */
void	mut_peek(struct fsmut *, uint64_t off, void *buf, size_t len);
/* Writes them; 0 where the input holds no such bytes (holes are kept). */
int	mut_poke(struct fsmut *, uint64_t off, const void *buf, size_t len);

uint32_t mut_le(struct fsmut *, uint64_t off, unsigned width);
void	mut_put_le(struct fsmut *, uint64_t off, unsigned width, uint32_t v);

/*
 * A value likely to matter for a field of width bytes that holds now and for
 * which the limit is a bound of its format: edges, neighbours, signs.
 */
uint32_t mut_value(struct fsmut *, uint32_t now, uint32_t limit, unsigned width);

/* Mutators of formats. */
void	mutate_fat(struct fsmut *);
void	mutate_iso(struct fsmut *);
void	mutate_label(struct fsmut *);

#endif /* HARNESS_MUTATE_H */
