/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What a system call is given: memory of exactly its size, so that a kernel
 * reading or writing past it is seen.
 */

#ifndef HARNESS_USERBUF_H
#define HARNESS_USERBUF_H

#include <stddef.h>
#include <stdint.h>

/* len bytes (at least one), or NULL. */
void	*userbuf(size_t len);
/* Accepts NULL. */
void	userbuf_free(void *);
/* Puts into it what pattern stands for. */
void	userbuf_fill(uint8_t *, size_t len, uint8_t pattern);

#endif /* HARNESS_USERBUF_H */
