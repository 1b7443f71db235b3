/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Randomness.  On fibers a generator with a seed, so that runs repeat; on
 * pthreads the host's, until a seed is set.  The generator is xoshiro256**
 * seeded through splitmix64.
 */

#include "rumpuser_int.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>

static uint64_t rng[4] RU_STATE = { 0 };
static bool rng_seeded RU_STATE = false;

RU_INLINE uint64_t
rotl(uint64_t x, int k)
{
	return x << k | x >> (64 - k);
}

static uint64_t
rng_next(void)
{
	uint64_t r = rotl(rng[1] * 5, 7) * 9, t = rng[1] << 17;

	rng[2] ^= rng[0];
	rng[3] ^= rng[1];
	rng[1] ^= rng[2];
	rng[0] ^= rng[3];
	rng[2] ^= t;
	rng[3] = rotl(rng[3], 45);
	return r;
}

static void
rng_seed(uint64_t seed)
{
	uint64_t x;
	unsigned i;

	for (i = 0; i < 4; i++) {
		x = (seed += 0x9e3779b97f4a7c15UL);
		x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9UL;
		x = (x ^ (x >> 27)) * 0x94d049bb133111ebUL;
		rng[i] = x ^ (x >> 31);
	}
	rng_seeded = true;
}

void
rumpuser_random_seed(uint64_t seed)
{

	ru_lock();
	rng_seed(seed);
	ru_unlock();
}

int
rumpuser_getrandom(void *buf, size_t len, int flags, size_t *retp)
{
	size_t done = 0, n;
	uint64_t word;
	ssize_t got;

	if (ru_deterministic || rng_seeded) {
		ru_lock();
		if (!rng_seeded)
			rng_seed(0);
		while (done < len) {
			word = rng_next();
			n = len - done < sizeof(word) ? len - done :
			    sizeof(word);
			memcpy((char *)buf + done, &word, n);
			done += n;
		}
		ru_unlock();
		*retp = len;
		return 0;
	}
	while (done < len) {
		got = getrandom((char *)buf + done, len - done,
		    flags & RUMPUSER_RANDOM_NOWAIT ? GRND_NONBLOCK : 0);
		if (got > 0)
			done += got;
		else if (errno != EINTR) {
			if (done != 0)
				break;
			return ru_errtrans(errno);
		}
	}
	*retp = done;
	return 0;
}
