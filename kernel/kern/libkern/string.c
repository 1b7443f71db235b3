/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Strings and bytes: string(3), as far as the host does not lend them.
 */

#include <sys/param.h>
#include <lib/libkern/libkern.h>

void *
memchr(const void *s, int c, size_t n)
{
	const unsigned char *p = s;

	for (; n != 0; n--, p++)
		if (*p == (unsigned char)c)
			return __UNCONST(p);
	return NULL;
}

/* The first place of the ln bytes at needle within the lh at hay. */
void *
memmem(const void *hay, size_t lh, const void *needle, size_t ln)
{
	const char *p = hay;

	if (ln == 0)
		return __UNCONST(hay);
	for (; lh >= ln; lh--, p++)
		if (memcmp(p, needle, ln) == 0)
			return __UNCONST(p);
	return NULL;
}

char *
strcpy(char *dst, const char *src)
{

	memcpy(dst, src, strlen(src) + 1);
	return dst;
}

char *
strncpy(char *dst, const char *src, size_t n)
{
	const size_t len = strnlen(src, n);

	memcpy(dst, src, len);
	memset(dst + len, 0, n - len);
	return dst;
}

char *
strcat(char *dst, const char *src)
{

	strcpy(dst + strlen(dst), src);
	return dst;
}

char *
strncat(char *dst, const char *src, size_t n)
{
	char *end = dst + strlen(dst);
	const size_t len = strnlen(src, n);

	memcpy(end, src, len);
	end[len] = '\0';
	return dst;
}

char *
strchr(const char *s, int c)
{

	for (;; s++) {
		if (*s == (char)c)
			return __UNCONST(s);
		if (*s == '\0')
			return NULL;
	}
}

char *
strrchr(const char *s, int c)
{
	const char *last = NULL;

	for (;; s++) {
		if (*s == (char)c)
			last = s;
		if (*s == '\0')
			return __UNCONST(last);
	}
}

char *
strstr(const char *s, const char *find)
{

	return memmem(s, strlen(s), find, strlen(find));
}

char *
strnstr(const char *s, const char *find, size_t n)
{

	return memmem(s, strnlen(s, n), find, strlen(find));
}

size_t
strcspn(const char *s, const char *set)
{
	size_t n;

	for (n = 0; s[n] != '\0' && strchr(set, s[n]) == NULL; n++)
		continue;
	return n;
}

size_t
strspn(const char *s, const char *set)
{
	size_t n;

	for (n = 0; s[n] != '\0' && strchr(set, s[n]) != NULL; n++)
		continue;
	return n;
}

char *
strpbrk(const char *s, const char *set)
{

	s += strcspn(s, set);
	return *s == '\0' ? NULL : __UNCONST(s);
}

char *
strsep(char **sp, const char *delim)
{
	char *s = *sp;
	char *end;

	if (s == NULL)
		return NULL;
	end = s + strcspn(s, delim);
	*sp = *end == '\0' ? NULL : end + 1;
	*end = '\0';
	return s;
}

size_t
strnlen(const char *s, size_t n)
{
	size_t len;

	for (len = 0; len < n && s[len] != '\0'; len++)
		continue;
	return len;
}

size_t
strlcpy(char *dst, const char *src, size_t size)
{
	const size_t len = strlen(src);

	if (size != 0) {
		const size_t n = MIN(len, size - 1);

		memcpy(dst, src, n);
		dst[n] = '\0';
	}
	return len;
}

size_t
strlcat(char *dst, const char *src, size_t size)
{
	const size_t len = strnlen(dst, size);

	if (len == size)
		return len + strlen(src);
	return len + strlcpy(dst + len, src, size - len);
}

int
strncasecmp(const char *a, const char *b, size_t n)
{
	int ca, cb;

	for (; n != 0; n--, a++, b++) {
		ca = tolower((unsigned char)*a);
		cb = tolower((unsigned char)*b);
		if (ca != cb)
			return ca - cb;
		if (ca == '\0')
			break;
	}
	return 0;
}

int
strcasecmp(const char *a, const char *b)
{

	return strncasecmp(a, b, SIZE_MAX);
}

/* Runs of digits compare as numbers, the rest as strcmp(). */
int
strverscmp(const char *a, const char *b)
{
	size_t na, nb;
	int d;

	for (;;) {
		if (isdigit((unsigned char)*a) && isdigit((unsigned char)*b)) {
			a += strspn(a, "0");
			b += strspn(b, "0");
			na = strspn(a, "0123456789");
			nb = strspn(b, "0123456789");
			if (na != nb)
				return na < nb ? -1 : 1;
			if ((d = strncmp(a, b, na)) != 0)
				return d;
			a += na;
			b += nb;
			continue;
		}
		if (*a != *b || *a == '\0')
			return (unsigned char)*a - (unsigned char)*b;
		a++;
		b++;
	}
}

void *
explicit_memset(void *p, int c, size_t n)
{

	memset(p, c, n);
	__asm__ __volatile__("" : : "r"(p) : "memory");
	return p;
}

/* 1 if equal; takes as long for different bytes as for equal ones. */
int
consttime_memequal(const void *a, const void *b, size_t n)
{
	const volatile unsigned char *pa = a, *pb = b;
	unsigned char diff = 0;

	while (n-- != 0)
		diff |= *pa++ ^ *pb++;
	return diff == 0;
}

/*
 * Bytes of cp (size of them) up to one whose entry in table has a bit of
 * mask: what is left then.
 */
int
scanc(u_int size, const u_char *cp, const u_char *table, int mask)
{

	while (size != 0 && (table[*cp] & mask) == 0) {
		size--;
		cp++;
	}
	return (int)size;
}

/* Skips bytes equal to mask: what is left at the first other one. */
int
skpc(int mask, size_t size, u_char *cp)
{

	while (size != 0 && *cp == (u_char)mask) {
		size--;
		cp++;
	}
	return (int)size;
}

/*
 * Matches a shell-like pattern with ? * and [a-z] somewhere in string: 0 no
 * match, 1 some match, 2 exact; *estr is the end of the match.
 */
int
pmatch(const char *string, const char *pattern, const char **estr)
{
	const char *star_p = NULL, *star_s = NULL;
	const char *s = string, *p = pattern;

	for (;;) {
		const char *next = p;
		bool ok = false;

		switch (*p) {
		case '\0':
			*estr = s;
			return *s == '\0' ? 2 : 1;
		case '*':
			star_p = ++p;
			star_s = s;
			if (*p == '\0') {
				*estr = s + strlen(s);
				return 2;
			}
			continue;
		case '?':
			ok = *s != '\0';
			next = p + 1;
			break;
		case '[': {
			bool invert = false;
			const char *q = p + 1;

			if (*q == '^' || *q == '!') {
				invert = true;
				q++;
			}
			for (; *q != '\0' && *q != ']'; q++) {
				if (q[1] == '-' && q[2] != '\0' && q[2] != ']') {
					if (*s >= q[0] && *s <= q[2])
						ok = true;
					q += 2;
				} else if (*q == *s)
					ok = true;
			}
			ok = *s != '\0' && ok != invert;
			next = *q == ']' ? q + 1 : q;
			break;
		}
		default:
			ok = *p == *s;
			next = p + 1;
			break;
		}
		if (ok) {
			p = next;
			s++;
			continue;
		}
		if (star_p == NULL || *star_s == '\0')
			return 0;
		p = star_p;
		s = ++star_s;
	}
}

/* What fills the fields of devices that are longer than their text. */
static bool
vis_filler(char c)
{

	return c == ' ' || c == '\0' || c == '\377';
}

int
strnvisx(char *dst, size_t dlen, const char *src, size_t slen, int flags)
{
	char one[4];
	size_t n, len = 0;

	if (flags & VIS_TRIM) {
		for (; slen != 0 && vis_filler(src[0]); src++, slen--)
			continue;
		for (; slen != 0 && vis_filler(src[slen - 1]); slen--)
			continue;
	}
	for (; slen != 0; src++, slen--) {
		unsigned char c = *src;

		one[0] = c;
		n = 1;
		if (c == '\\') {
			one[n++] = '\\';
		} else if (c < 0x20 || c >= 0x7f) {
			one[0] = '\\';
			one[n++] = '0' + (c >> 6);
			one[n++] = '0' + (c >> 3 & 7);
			one[n++] = '0' + (c & 7);
		}
		if (dlen <= len + n)
			break;
		memcpy(dst + len, one, n);
		len += n;
	}
	if (dlen != 0)
		dst[len] = '\0';
	return len;
}
