/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The kernel's C library: strings, numbers, sorting, assertions.
 *
 * memcpy, memmove, memset, memcmp, strlen, strcmp and strncmp are the
 * host's, so that sanitizers see them.
 */

#ifndef _LIB_LIBKERN_LIBKERN_H_
#define	_LIB_LIBKERN_LIBKERN_H_

#include <sys/types.h>
#include <sys/inttypes.h>
#include <sys/null.h>
#include <sys/stdarg.h>
#include <sys/container_of.h>

#ifndef LIBKERN_INLINE
#define	LIBKERN_INLINE	static __inline __unused
#define	LIBKERN_BODY
#endif

LIBKERN_INLINE int
imax(int a, int b)
{

	return a > b ? a : b;
}

LIBKERN_INLINE int
imin(int a, int b)
{

	return a < b ? a : b;
}

LIBKERN_INLINE long
lmax(long a, long b)
{

	return a > b ? a : b;
}

LIBKERN_INLINE long
lmin(long a, long b)
{

	return a < b ? a : b;
}

LIBKERN_INLINE u_int
uimax(u_int a, u_int b)
{

	return a > b ? a : b;
}

LIBKERN_INLINE u_int
uimin(u_int a, u_int b)
{

	return a < b ? a : b;
}

LIBKERN_INLINE u_long
ulmax(u_long a, u_long b)
{

	return a > b ? a : b;
}

LIBKERN_INLINE u_long
ulmin(u_long a, u_long b)
{

	return a < b ? a : b;
}

LIBKERN_INLINE int
abs(int j)
{

	return j < 0 ? -j : j;
}

LIBKERN_INLINE long long
llabs(long long j)
{

	return j < 0 ? -j : j;
}

/* Characters, as in the C locale. */
LIBKERN_INLINE int
isspace(int ch)
{

	return ch == ' ' || (ch >= '\t' && ch <= '\r');
}

LIBKERN_INLINE int
isascii(int ch)
{

	return (ch & ~0x7f) == 0;
}

LIBKERN_INLINE int
isupper(int ch)
{

	return ch >= 'A' && ch <= 'Z';
}

LIBKERN_INLINE int
islower(int ch)
{

	return ch >= 'a' && ch <= 'z';
}

LIBKERN_INLINE int
isalpha(int ch)
{

	return isupper(ch) || islower(ch);
}

LIBKERN_INLINE int
isdigit(int ch)
{

	return ch >= '0' && ch <= '9';
}

LIBKERN_INLINE int
isalnum(int ch)
{

	return isalpha(ch) || isdigit(ch);
}

LIBKERN_INLINE int
isxdigit(int ch)
{

	return isdigit(ch) || (ch >= 'A' && ch <= 'F') ||
	    (ch >= 'a' && ch <= 'f');
}

LIBKERN_INLINE int
iscntrl(int ch)
{

	return (ch >= 0 && ch < 0x20) || ch == 0x7f;
}

LIBKERN_INLINE int
isgraph(int ch)
{

	return ch > 0x20 && ch < 0x7f;
}

LIBKERN_INLINE int
isprint(int ch)
{

	return ch >= 0x20 && ch < 0x7f;
}

LIBKERN_INLINE int
ispunct(int ch)
{

	return isgraph(ch) && !isalnum(ch);
}

LIBKERN_INLINE int
isblank(int ch)
{

	return ch == ' ' || ch == '\t';
}

LIBKERN_INLINE int
toupper(int ch)
{

	return islower(ch) ? ch - 0x20 : ch;
}

LIBKERN_INLINE int
tolower(int ch)
{

	return isupper(ch) ? ch + 0x20 : ch;
}

/*
 * Assertions: assert always, KASSERT in DIAGNOSTIC kernels, KDASSERT in
 * DEBUG ones.  A failure panics.
 */
void	kern_assert(const char *, ...) __dead __printflike(1, 2);

#define	assert(e)							\
	(__predict_true((e)) ? (void)0 :				\
	    kern_assert("assertion \"%s\" failed: file \"%s\", line %d ", \
	    #e, __FILE__, __LINE__))

#define	_DIAGASSERT(e)	KASSERT(e)

#define	CTASSERT(x)	__CTASSERT(x)
#define	CTASSERT_SIGNED(x)	__CTASSERT(((__typeof__(x))-1) < 0)
#define	CTASSERT_UNSIGNED(x)	__CTASSERT(((__typeof__(x))-1) >= 0)

#ifdef DIAGNOSTIC
#define	KASSERTMSG(e, msg, ...)						\
	(__predict_true((e)) ? (void)0 :				\
	    kern_assert("kernel %sassertion \"%s\" failed: "		\
	    "file \"%s\", line %d " msg, "diagnostic ", #e, __FILE__,	\
	    __LINE__, ## __VA_ARGS__))
#define	KASSERT(e)							\
	(__predict_true((e)) ? (void)0 :				\
	    kern_assert("kernel %sassertion \"%s\" failed: "		\
	    "file \"%s\", line %d ", "diagnostic ", #e, __FILE__,	\
	    __LINE__))
#else
#define	KASSERTMSG(e, msg, ...)	((void)sizeof((long)(e)))
#define	KASSERT(e)		((void)sizeof((long)(e)))
#endif

#ifdef DEBUG
#define	KDASSERTMSG(e, msg, ...)					\
	(__predict_true((e)) ? (void)0 :				\
	    kern_assert("kernel %sassertion \"%s\" failed: "		\
	    "file \"%s\", line %d " msg, "debugging ", #e, __FILE__,	\
	    __LINE__, ## __VA_ARGS__))
#define	KDASSERT(e)							\
	(__predict_true((e)) ? (void)0 :				\
	    kern_assert("kernel %sassertion \"%s\" failed: "		\
	    "file \"%s\", line %d ", "debugging ", #e, __FILE__,	\
	    __LINE__))
#else
#define	KDASSERTMSG(e, msg, ...)	((void)sizeof((long)(e)))
#define	KDASSERT(e)			((void)sizeof((long)(e)))
#endif

#ifndef offsetof
#define	offsetof(type, member)	__builtin_offsetof(type, member)
#endif

#ifndef __arraycount
#define	__arraycount(a)	(sizeof(a) / sizeof(*(a)))
#endif

/* Memory and strings. */
void	*memcpy(void *, const void *, size_t);
int	 memcmp(const void *, const void *, size_t);
void	*memset(void *, int, size_t);
void	*memmove(void *, const void *, size_t);
void	*memchr(const void *, int, size_t);
void	*memmem(const void *, size_t, const void *, size_t);
size_t	 strlen(const char *);
int	 strcmp(const char *, const char *);
int	 strncmp(const char *, const char *, size_t);
char	*strcpy(char *, const char *);
char	*strncpy(char *, const char *, size_t);
char	*strcat(char *, const char *);
char	*strncat(char *, const char *, size_t);
char	*strchr(const char *, int);
char	*strrchr(const char *, int);
char	*strstr(const char *, const char *);
char	*strnstr(const char *, const char *, size_t);
char	*strpbrk(const char *, const char *);
char	*strsep(char **, const char *);
size_t	 strcspn(const char *, const char *);
size_t	 strspn(const char *, const char *);
size_t	 strnlen(const char *, size_t);
size_t	 strlcpy(char *, const char *, size_t);
size_t	 strlcat(char *, const char *, size_t);
int	 strcasecmp(const char *, const char *);
int	 strncasecmp(const char *, const char *, size_t);
int	 strverscmp(const char *, const char *);

/*
 * Copies a field of slen bytes as a string of at most dlen - 1 characters:
 * what is not printable as \ooo, \ as \\, whole or not at all.  The length.
 * VIS_TRIM drops what fills fields (space, 0, 0xff) at both ends.
 */
int	 strnvisx(char *dst, size_t dlen, const char *src, size_t slen, int flags);
#define	VIS_OCTAL	0x01		/* this is always so */
#define	VIS_SAFE	0x20		/* and this */
#define	VIS_TRIM	0x40


/* As bcmp(3) and friends of old; arguments of bcopy are (from, to). */
#define	bcopy(s, d, l)	memmove((d), (s), (l))
#define	bzero(d, l)	memset((d), 0, (l))
#define	bcmp(a, b, l)	memcmp((a), (b), (l))

/* Not removed by the compiler; compares without an early end. */
void	*explicit_memset(void *, int, size_t);
int	 consttime_memequal(const void *, const void *, size_t);

#define	memcpy(d, s, l)		__builtin_memcpy((d), (s), (l))
#define	memcmp(a, b, l)		__builtin_memcmp((a), (b), (l))
#define	memset(d, v, l)		__builtin_memset((d), (v), (l))
#define	memmove(d, s, l)	__builtin_memmove((d), (s), (l))
#define	strlen(s)		__builtin_strlen(s)
#define	strcmp(a, b)		__builtin_strcmp((a), (b))
#define	strncmp(a, b, l)	__builtin_strncmp((a), (b), (l))

/* Numbers from strings. */
int	 atoi(const char *);
long	 strtol(const char *, char **, int);
unsigned long strtoul(const char *, char **, int);
long long strtoll(const char *, char **, int);
unsigned long long strtoull(const char *, char **, int);
intmax_t strtoimax(const char *, char **, int);
uintmax_t strtoumax(const char *, char **, int);
intmax_t strtoi(const char *, char **, int, intmax_t, intmax_t, int *);
uintmax_t strtou(const char *, char **, int, uintmax_t, uintmax_t, int *);
u_quad_t strtouq(const char *, char **, int);

/* Bits and checksums. */
int	 ffs(int);
u_int	 popcount(unsigned int) __constfunc;
u_int	 popcountl(unsigned long) __constfunc;
u_int	 popcountll(unsigned long long) __constfunc;
u_int	 popcount32(uint32_t) __constfunc;
u_int	 popcount64(uint64_t) __constfunc;
uint32_t crc32(uint32_t, const void *, size_t);
uint32_t crc32c(uint32_t, const void *, size_t);
int	 scanc(u_int, const u_char *, const u_char *, int);
int	 skpc(int, size_t, u_char *);
uint32_t random(void);
void	 srandom(uint32_t);
u_int32_t inet_addr(const char *);

/* Sorting and searching. */
void	*bsearch(const void *, const void *, size_t, size_t,
	    int (*)(const void *, const void *));
int	 kheapsort(void *, size_t, size_t,
	    int (*)(const void *, const void *), void *);
void	 qsort(void *, size_t, size_t, int (*)(const void *, const void *));

/* Text that people read. */
char	*intoa(u_int32_t);
#define	inet_ntoa(a)	intoa((a).s_addr)
int	 pmatch(const char *, const char *, const char **);

/* Options in a string "a=b c=d": optstr(9). */
bool	 optstr_get(const char *, const char *, char *, size_t);

#endif /* !_LIB_LIBKERN_LIBKERN_H_ */
