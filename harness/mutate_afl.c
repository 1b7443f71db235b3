/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The mutators as a library for AFL++ (AFL_CUSTOM_MUTATOR_LIBRARY).  Which
 * format the image has is said by RUMPFUZZ_FORMAT: "msdos", "cd9660",
 * "disklabel", or
 * nothing.
 */

#include <stdlib.h>
#include <string.h>

#include "fsops.h"
#include "mutate.h"

struct state {
	struct fsops_fs fs;
	uint8_t	       *buf;
	size_t		room;
	unsigned	seed;
};

void   *afl_custom_init(void *afl, unsigned seed);
void	afl_custom_deinit(void *data);
size_t	afl_custom_fuzz(void *data, uint8_t *buf, size_t len, uint8_t **out, uint8_t *add,
	    size_t addlen, size_t max);

/* One byte at random: AFL++ does the rest of that kind by itself. */
static size_t
one_byte(uint8_t *p, size_t len, size_t max)
{

	if (len != 0)
		p[rand() % len] = rand();
	return len;
}

void *
afl_custom_init(void *afl, unsigned seed)
{
	const char *format = getenv("RUMPFUZZ_FORMAT");
	struct state *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->seed = seed;
	srand(seed);
	if (format != NULL && strcmp(format, "msdos") == 0)
		s->fs.fs_mutate = mutate_fat;
	else if (format != NULL && strcmp(format, "cd9660") == 0)
		s->fs.fs_mutate = mutate_iso;
	else if (format != NULL && strcmp(format, "disklabel") == 0)
		s->fs.fs_mutate = mutate_label;
	return s;
}

void
afl_custom_deinit(void *data)
{
	struct state *s = data;

	free(s->buf);
	free(s);
}

size_t
afl_custom_fuzz(void *data, uint8_t *buf, size_t len, uint8_t **out, uint8_t *add, size_t addlen,
    size_t max)
{
	struct state *s = data;
	uint8_t *n;

	if (s->room < max) {
		if ((n = realloc(s->buf, max)) == NULL)
			return 0;
		s->buf = n;
		s->room = max;
	}
	if (add != NULL && addlen != 0 && s->seed % 8 == 0)
		len = fsmut_cross(buf, len, add, addlen, s->buf, max, ++s->seed);
	else {
		if (len > max)
			len = max;
		memcpy(s->buf, buf, len);
		len = fsmut_mutate(&s->fs, s->buf, len, max, ++s->seed, one_byte);
	}
	*out = s->buf;
	return len;
}
