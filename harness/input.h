/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Reading fields off an input.  Fields are read in a fixed order; an
 * exhausted input reads as zero for ever, so that a short input is a valid
 * one and new fields can be added at the end.
 */

#ifndef HARNESS_INPUT_H
#define HARNESS_INPUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct input {
	const uint8_t *in_p;
	size_t	in_left;
};

/* Reads from data[0..len), which stays the caller's. */
static inline void
input_init(struct input *in, const uint8_t *data, size_t len)
{

	in->in_p = data;
	in->in_left = len;
}

/* Copies n bytes to buf, zeroes where the input has ended. */
static inline void
input_bytes(struct input *in, void *buf, size_t n)
{
	size_t take = n < in->in_left ? n : in->in_left;

	memcpy(buf, in->in_p, take);
	memset((uint8_t *)buf + take, 0, n - take);
	in->in_p += take;
	in->in_left -= take;
}

static inline uint8_t
input_u8(struct input *in)
{
	uint8_t v = 0;

	if (in->in_left != 0) {
		v = *in->in_p++;
		in->in_left--;
	}
	return v;
}

/* Little-endian, as everything in an input. */
static inline uint16_t
input_u16(struct input *in)
{
	uint8_t b[2];

	input_bytes(in, b, sizeof(b));
	return (uint16_t)(b[0] | b[1] << 8);
}

static inline uint32_t
input_u32(struct input *in)
{
	uint8_t b[4];

	input_bytes(in, b, sizeof(b));
	return b[0] | b[1] << 8 | b[2] << 16 | (uint32_t)b[3] << 24;
}

#endif /* HARNESS_INPUT_H */
