/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Numbers: from text and to text, bits, chance.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cprng.h>
#include <sys/atomic.h>
#include <lib/libkern/libkern.h>

/*
 * The magnitude of a number in text; sign and overflow apart.  *endp becomes
 * the first character that does not belong to it, text if there is none.
 */
static uintmax_t
parse(const char *text, char **endp, int base, bool *neg, bool *overflow)
{
	const char *s = text;
	uintmax_t v = 0;
	bool any = false;
	int d;

	*neg = *overflow = false;
	while (isspace((unsigned char)*s))
		s++;
	if (*s == '-' || *s == '+')
		*neg = *s++ == '-';
	if ((base == 0 || base == 16) && s[0] == '0' &&
	    (s[1] == 'x' || s[1] == 'X') && isxdigit((unsigned char)s[2])) {
		s += 2;
		base = 16;
	}
	if (base == 0)
		base = *s == '0' ? 8 : 10;
	for (;; s++) {
		if (isdigit((unsigned char)*s))
			d = *s - '0';
		else if (isalpha((unsigned char)*s))
			d = tolower((unsigned char)*s) - 'a' + 10;
		else
			break;
		if (d >= base)
			break;
		any = true;
		if (__builtin_mul_overflow(v, (uintmax_t)base, &v) ||
		    __builtin_add_overflow(v, (uintmax_t)d, &v))
			*overflow = true;
	}
	if (endp != NULL)
		*endp = __UNCONST(any ? s : text);
	return v;
}

uintmax_t
strtoumax(const char *s, char **endp, int base)
{
	bool neg, overflow;
	uintmax_t v = parse(s, endp, base, &neg, &overflow);

	if (overflow)
		return UINTMAX_MAX;
	return neg ? -v : v;
}

intmax_t
strtoimax(const char *s, char **endp, int base)
{
	bool neg, overflow;
	uintmax_t v = parse(s, endp, base, &neg, &overflow);

	if (overflow || v > (uintmax_t)INTMAX_MAX + neg)
		return neg ? INTMAX_MIN : INTMAX_MAX;
	return neg ? (intmax_t)-v : (intmax_t)v;
}

unsigned long
strtoul(const char *s, char **endp, int base)
{

	return strtoumax(s, endp, base);
}

unsigned long long
strtoull(const char *s, char **endp, int base)
{

	return strtoumax(s, endp, base);
}

u_quad_t
strtouq(const char *s, char **endp, int base)
{

	return strtoumax(s, endp, base);
}

long
strtol(const char *s, char **endp, int base)
{

	return strtoimax(s, endp, base);
}

long long
strtoll(const char *s, char **endp, int base)
{

	return strtoimax(s, endp, base);
}

int
atoi(const char *s)
{

	return (int)strtoimax(s, NULL, 10);
}

/*
 * Numbers within [lo, hi]; *rstatus is 0, ERANGE outside (and the nearer
 * bound is returned), ECANCELED without a number, ENOTSUP with text behind.
 */
intmax_t
strtoi(const char *s, char **endp, int base, intmax_t lo, intmax_t hi,
    int *rstatus)
{
	char *end;
	bool neg, overflow;
	uintmax_t u = parse(s, &end, base, &neg, &overflow);
	intmax_t v = strtoimax(s, NULL, base);
	int st = 0;

	if (end == s)
		st = ECANCELED;
	else if (overflow || u > (uintmax_t)INTMAX_MAX + neg || v < lo ||
	    v > hi)
		st = ERANGE;
	else if (*end != '\0')
		st = ENOTSUP;
	if (endp != NULL)
		*endp = end;
	if (rstatus != NULL)
		*rstatus = st;
	return v < lo ? lo : v > hi ? hi : v;
}

uintmax_t
strtou(const char *s, char **endp, int base, uintmax_t lo, uintmax_t hi,
    int *rstatus)
{
	char *end;
	bool neg, overflow;
	uintmax_t v = parse(s, &end, base, &neg, &overflow);
	int st = 0;

	if (overflow)
		v = UINTMAX_MAX;
	else if (neg)
		v = -v;
	if (end == s)
		st = ECANCELED;
	else if (overflow || v < lo || v > hi)
		st = ERANGE;
	else if (*end != '\0')
		st = ENOTSUP;
	if (endp != NULL)
		*endp = end;
	if (rstatus != NULL)
		*rstatus = st;
	return v < lo ? lo : v > hi ? hi : v;
}

int
ffs(int v)
{

	return __builtin_ffs(v);
}

u_int
popcount(unsigned int v)
{

	return __builtin_popcount(v);
}

u_int
popcountl(unsigned long v)
{

	return __builtin_popcountl(v);
}

u_int
popcountll(unsigned long long v)
{

	return __builtin_popcountll(v);
}

u_int
popcount32(uint32_t v)
{

	return __builtin_popcount(v);
}

u_int
popcount64(uint64_t v)
{

	return __builtin_popcountl(v);
}

/* A sequence without quality, the same after each boot: 31 bits. */
static volatile uint32_t random_state = 0x9e3779b9;

uint32_t
random(void)
{
	const uint32_t x = atomic_add_32_nv(&random_state, 0x6d2b79f5);
	uint32_t z = x;

	z = (z ^ (z >> 16)) * 0x85ebca6b;
	z = (z ^ (z >> 13)) * 0xc2b2ae35;
	return (z ^ (z >> 16)) & 0x7fffffff;
}

void
srandom(uint32_t seed)
{

	random_state = seed;
}

/* An IPv4 address in network order as text, in one of a few buffers. */
char *
intoa(u_int32_t addr)
{
	static char bufs[4][16];
	static volatile unsigned next;
	char *buf = bufs[atomic_inc_uint_nv(&next) % 4];

	addr = ntohl(addr);
	snprintf(buf, sizeof(bufs[0]), "%u.%u.%u.%u", addr >> 24,
	    (addr >> 16) & 0xff, (addr >> 8) & 0xff, addr & 0xff);
	return buf;
}

/* The reverse; INADDR_NONE (all ones) for what is none. */
u_int32_t
inet_addr(const char *s)
{
	uint32_t addr = 0;
	char *end;
	unsigned i;
	unsigned long v;

	for (i = 0; i < 4; i++) {
		if (!isdigit((unsigned char)*s))
			return 0xffffffff;
		v = strtoul(s, &end, 10);
		if (v > 255 || *end != (i < 3 ? '.' : '\0'))
			return 0xffffffff;
		addr = addr << 8 | (uint32_t)v;
		s = end + 1;
	}
	return htonl(addr);
}
