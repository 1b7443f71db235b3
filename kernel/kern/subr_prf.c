/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Messages: printf(9), log(9), aprint(9), panic(9).
 *
 * A message is formatted into memory first and then put out in one go, so
 * that messages of several CPUs do not mix.  What goes to the console goes
 * to the message buffer too.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kernel.h>
#include <sys/kprintf.h>
#include <sys/lwp.h>
#include <sys/msgbuf.h>
#include <sys/reboot.h>
#include <sys/syslog.h>
#include <sys/atomic.h>

#include "kern_lib.h"

const char *panicstr;

#define	MSGBUF_SIZE	4096
static union {
	struct kern_msgbuf mb;
	char	space[sizeof(struct kern_msgbuf) + MSGBUF_SIZE];
} msgbuf_space;
struct kern_msgbuf *msgbufp = &msgbuf_space.mb;
int msgbufenabled;

/* Output happens without a hypercall that could switch: a spin is short. */
static volatile unsigned kprintf_busy;
static volatile unsigned aprint_errors;
static volatile unsigned panicking;

/* What the formatter gives its pieces to. */
typedef void kput_t(const char *, size_t, void *);
static int kvformat(kput_t *, void *, const char *, va_list);

struct kbuf {
	char	*kb_buf;
	size_t	 kb_size;
	size_t	 kb_len;	/* what it would be without an end */
};

static void
kbuf_put(const char *s, size_t len, void *arg)
{
	struct kbuf *kb = arg;

	if (kb->kb_len + 1 < kb->kb_size)
		memcpy(kb->kb_buf + kb->kb_len, s, MIN(len, kb->kb_size - 1 - kb->kb_len));
	kb->kb_len += len;
}

void
initmsgbuf(void *buf, size_t bufsize)
{
	struct kern_msgbuf *mbp = buf;

	if (bufsize <= sizeof(*mbp))
		return;
	memset(mbp, 0, sizeof(*mbp));
	mbp->msg_magic = MSG_MAGIC;
	mbp->msg_bufs = (long)(bufsize - offsetof(struct kern_msgbuf,
	    msg_bufc));
	msgbufp = mbp;
	msgbufenabled = 1;
}

/* One character into the message buffer; the oldest makes room. */
void
logputchar(int c)
{
	struct kern_msgbuf *mbp = msgbufp;

	if (!logenabled(mbp) || c == '\0')
		return;
	mbp->msg_bufc[mbp->msg_bufx++] = (char)c;
	if (mbp->msg_bufx >= mbp->msg_bufs)
		mbp->msg_bufx = 0;
	if (mbp->msg_bufx == mbp->msg_bufr &&
	    ++mbp->msg_bufr >= mbp->msg_bufs)
		mbp->msg_bufr = 0;
}

/*
 * The same for many, none of them NUL if plain; in one piece if they neither
 * wrap nor meet the oldest.
 */
static void
logput(const char *s, size_t len, bool plain)
{
	struct kern_msgbuf *mbp = msgbufp;
	size_t i, room;

	if (!logenabled(mbp))
		return;
	room = (mbp->msg_bufr > mbp->msg_bufx ? mbp->msg_bufr : mbp->msg_bufs) - mbp->msg_bufx;
	if (plain && len < room) {
		memcpy(mbp->msg_bufc + mbp->msg_bufx, s, len);
		mbp->msg_bufx += len;
		return;
	}
	for (i = 0; i < len; i++)
		logputchar(s[i]);
}

void
kprintf_lock(void)
{

	while (panicstr == NULL &&
	    __atomic_exchange_n(&kprintf_busy, 1, __ATOMIC_ACQUIRE) != 0)
		continue;
}

void
kprintf_unlock(void)
{

	__atomic_store_n(&kprintf_busy, 0, __ATOMIC_RELEASE);
}

/* Before the first message. */
void
kprintf_init(void)
{

	initmsgbuf(&msgbuf_space, sizeof(msgbuf_space));
}

static void
kputs(int flags, const char *s, size_t len, bool plain)
{

	kprintf_lock();
	if ((flags & (TOLOG | TOCONS)) != 0)
		logput(s, len, plain);
	if ((flags & TOCONS) != 0)
		rumpuser_putchars(s, len);
	kprintf_unlock();
}

/*
 * prefix and a formatted message.  What does not fit into a line of the
 * usual size is formatted straight to the console.
 */
static void
kdirect(const char *s, size_t len, void *arg)
{

	kputs(*(int *)arg, s, len, false);
}

void
kmsg(int flags, const char *prefix, const char *fmt, va_list ap)
{
	char buf[512];
	struct kbuf kb = { buf, sizeof(buf), 0 };
	va_list cp;

	if (prefix != NULL)
		kbuf_put(prefix, strlen(prefix), &kb);
	va_copy(cp, ap);
	kvformat(kbuf_put, &kb, fmt, cp);
	va_end(cp);
	if (kb.kb_len < sizeof(buf)) {
		buf[kb.kb_len] = '\0';
		kputs(flags, buf, kb.kb_len, strlen(buf) == kb.kb_len);
		return;
	}
	va_copy(cp, ap);
	kvformat(kdirect, &flags, fmt, cp);
	va_end(cp);
}

#define	KMSG(flags, prefix)						\
	do {								\
		va_list kmsg_ap;					\
									\
		va_start(kmsg_ap, fmt);					\
		kmsg((flags), (prefix), fmt, kmsg_ap);			\
		va_end(kmsg_ap);					\
	} while (0)

void
vprintf_flags(int flags, const char *fmt, va_list ap)
{

	kmsg(flags, NULL, fmt, ap);
}

void
vprintf(const char *fmt, va_list ap)
{

	kmsg(TOCONS | TOLOG, NULL, fmt, ap);
}

void
printf(const char *fmt, ...)
{

	KMSG(TOCONS | TOLOG, NULL);
}

void
printf_flags(int flags, const char *fmt, ...)
{

	KMSG(flags, NULL);
}

void
printf_nolog(const char *fmt, ...)
{

	KMSG(TOCONS, NULL);
}

void
printf_nostamp(const char *fmt, ...)
{

	KMSG(TOCONS | TOLOG, NULL);
}

void
uprintf(const char *fmt, ...)
{

	KMSG(TOCONS | TOLOG, NULL);
}

void
uprintf_locked(const char *fmt, ...)
{

	KMSG(TOCONS | TOLOG, NULL);
}

/* There is no log reader of its own: level is for the reader's eyes only. */
void
vlog(int level, const char *fmt, va_list ap)
{

	kmsg(TOCONS | TOLOG, NULL, fmt, ap);
}

void
log(int level, const char *fmt, ...)
{

	KMSG(TOCONS | TOLOG, NULL);
}

void
addlog(const char *fmt, ...)
{

	KMSG(TOCONS | TOLOG, NULL);
}

void
logpri(int level)
{

	printf("<%d>", level & LOG_PRIMASK);
}

/*
 * aprint(9).  Where a message of each kind goes depends on boothowto; errors
 * are counted.
 */
static int
aprint_normal_flags(void)
{

	return (boothowto & (AB_SILENT | AB_QUIET)) == 0 ?
	    TOCONS | TOLOG : TOLOG;
}

static int
aprint_error_flags(void)
{

	atomic_inc_uint(&aprint_errors);
	return (boothowto & AB_SILENT) == 0 ? TOCONS | TOLOG : TOLOG;
}

static int
aprint_naive_flags(void)
{

	return (boothowto & (AB_SILENT | AB_QUIET | AB_VERBOSE)) == AB_QUIET ?
	    TOCONS : 0;
}

static int
aprint_verbose_flags(void)
{

	return (boothowto & AB_VERBOSE) != 0 ? TOCONS | TOLOG : TOLOG;
}

static int
aprint_debug_flags(void)
{

	return (boothowto & AB_DEBUG) != 0 ? TOCONS | TOLOG : 0;
}

#define	APRINT(kind)							\
int									\
aprint_##kind##_to(void)						\
{									\
									\
	return aprint_##kind##_flags();					\
}									\
									\
void									\
aprint_##kind(const char *fmt, ...)					\
{									\
	const int flags = aprint_##kind##_flags();			\
									\
	if (flags != 0)							\
		KMSG(flags, NULL);					\
}

APRINT(normal)
APRINT(error)
APRINT(naive)
APRINT(verbose)
APRINT(debug)

/* The errors since the last call. */
int
aprint_get_error_count(void)
{

	return (int)atomic_swap_uint(&aprint_errors, 0);
}

/*
 * The end: prints why, and leaves through a report in sanitized builds.
 */
void
vpanic(const char *fmt, va_list ap)
{
	static char msg[512];
	static struct lwp *panicker;

	if (atomic_cas_uint(&panicking, 0, 1) != 0) {
		if (panicker == curlwp)
			rumpuser_exit(RUMPUSER_PANIC);
		/* Whoever came first ends the process. */
		for (;;)
			continue;
	}
	panicker = curlwp;
	panicstr = fmt;
	vsnprintf(msg, sizeof(msg), fmt, ap);
	panicstr = msg;
	printf("panic: %s%s", msg,
	    msg[0] != '\0' && msg[strlen(msg) - 1] == '\n' ? "" : "\n");
#ifdef RUMP_SANITIZE
	rumpuser_report("kernel-panic", "%s", msg);
#else
	rumpuser_exit(RUMPUSER_PANIC);
#endif
}

void
panic(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vpanic(fmt, ap);
}

void
kern_assert(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vpanic(fmt, ap);
}

/*
 * Formatting.
 */

struct kspec {
	bool	alt, left, zero, neg;
	char	sign;
	int	width, prec;
};

static void
kpad(kput_t *put, void *arg, int c, int n)
{
	static const char spaces[] = "                ", zeros[] = "0000000000000000";
	int piece;

	for (; n > 0; n -= piece) {
		piece = MIN(n, (int)sizeof(spaces) - 1);
		(*put)(c == '0' ? zeros : spaces, piece, arg);
	}
}

static int
knumber(kput_t *put, void *arg, uintmax_t v, unsigned base, bool upper,
    const struct kspec *ks)
{
	const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
	char buf[sizeof(uintmax_t) * 8 / 3 + 2];
	char *const end = buf + sizeof(buf), *p = end;
	const char *prefix = "";
	int n, len, zeros, plen;
	char sign;

	if (ks->alt && base == 16 && v != 0)
		prefix = upper ? "0X" : "0x";
	for (; v != 0; v /= base)
		*--p = digits[v % base];
	if (p == end && ks->prec != 0)
		*--p = '0';
	if (ks->alt && base == 8 && (p == end || *p != '0'))
		*--p = '0';
	n = end - p;
	sign = ks->neg ? '-' : ks->sign;
	plen = (int)strlen(prefix) + (sign != '\0');
	zeros = ks->prec > n ? ks->prec - n : 0;
	if (ks->zero && !ks->left && ks->prec < 0 && ks->width > n + plen)
		zeros = ks->width - n - plen;
	len = n + zeros + plen;

	if (!ks->left)
		kpad(put, arg, ' ', ks->width - len);
	if (sign != '\0')
		(*put)(&sign, 1, arg);
	if (*prefix != '\0')
		(*put)(prefix, 2, arg);
	kpad(put, arg, '0', zeros);
	(*put)(p, n, arg);
	if (ks->left)
		kpad(put, arg, ' ', ks->width - len);
	return MAX(len, ks->width);
}

static int
kstring(kput_t *put, void *arg, const char *s, const struct kspec *ks)
{
	int len;

	if (s == NULL)
		s = "(null)";
	len = (int)(ks->prec >= 0 ? strnlen(s, ks->prec) : strlen(s));
	if (!ks->left)
		kpad(put, arg, ' ', ks->width - len);
	(*put)(s, len, arg);
	if (ks->left)
		kpad(put, arg, ' ', ks->width - len);
	return MAX(len, ks->width);
}

#define	KARG(mod, ap)							\
	((mod) == 'l' || (mod) == 'j' || (mod) == 'z' || (mod) == 't' ||	\
	    (mod) == 'q' ? va_arg((ap), unsigned long) :		\
	    (unsigned long)va_arg((ap), unsigned int))

/*
 * Gives the characters of a format (printf(9): no floating point, no %n) to
 * put, in pieces; their number.
 */
static int
kvformat(kput_t *put, void *arg, const char *fmt, va_list ap)
{
	struct kspec ks;
	const char *lit;
	uintmax_t u;
	intmax_t v;
	char c, mod;
	int total = 0;
	bool flag, narrow8, narrow16;

	for (;;) {
		for (lit = fmt; *fmt != '%' && *fmt != '\0'; fmt++)
			continue;
		if (fmt != lit) {
			(*put)(lit, fmt - lit, arg);
			total += fmt - lit;
		}
		if (*fmt++ == '\0')
			return total;
		memset(&ks, 0, sizeof(ks));
		ks.prec = -1;
		mod = '\0';
		narrow8 = narrow16 = false;
		for (flag = true; flag;) {
			switch (*fmt) {
			case '#': ks.alt = true; fmt++; break;
			case '-': ks.left = true; fmt++; break;
			case '0': ks.zero = true; fmt++; break;
			case '+': ks.sign = '+'; fmt++; break;
			case ' ':
				if (ks.sign == '\0')
					ks.sign = ' ';
				fmt++;
				break;
			default: flag = false; break;
			}
		}
		if (*fmt == '*') {
			ks.width = va_arg(ap, int);
			if (ks.width < 0) {
				ks.left = true;
				ks.width = -ks.width;
			}
			fmt++;
		} else {
			while (isdigit(*fmt) && ks.width < 100000)
				ks.width = ks.width * 10 + (*fmt++ - '0');
		}
		if (*fmt == '.') {
			fmt++;
			ks.prec = 0;
			if (*fmt == '*') {
				ks.prec = va_arg(ap, int);
				fmt++;
			} else {
				while (isdigit(*fmt) && ks.prec < 100000)
					ks.prec = ks.prec * 10 +
					    (*fmt++ - '0');
			}
		}
		for (flag = true; flag;) {
			switch (*fmt) {
			case 'h':
				narrow8 = narrow16;
				narrow16 = true;
				fmt++;
				break;
			case 'l': case 'j': case 'z': case 't': case 'q':
				mod = *fmt++;
				break;
			default: flag = false; break;
			}
		}
		switch (c = *fmt++) {
		case 'd':
		case 'i':
			u = KARG(mod, ap);
			v = mod != '\0' ? (intmax_t)u : (int)u;
			if (narrow8)
				v = (signed char)v;
			else if (narrow16)
				v = (short)v;
			ks.neg = v < 0;
			total += knumber(put, arg,
			    v < 0 ? -(uintmax_t)v : (uintmax_t)v, 10, false,
			    &ks);
			break;
		case 'o':
		case 'u':
		case 'x':
		case 'X':
			u = KARG(mod, ap);
			if (narrow8)
				u = (unsigned char)u;
			else if (narrow16)
				u = (unsigned short)u;
			ks.sign = '\0';
			total += knumber(put, arg, u,
			    c == 'o' ? 8 : c == 'u' ? 10 : 16, c == 'X', &ks);
			break;
		case 'p':
			u = (uintptr_t)va_arg(ap, void *);
			ks.alt = true;
			ks.sign = '\0';
			if (u == 0)
				total += kstring(put, arg, "0x0", &ks);
			else
				total += knumber(put, arg, u, 16, false, &ks);
			break;
		case 'c':
			c = (char)va_arg(ap, int);
			if (!ks.left)
				kpad(put, arg, ' ', ks.width - 1);
			(*put)(&c, 1, arg);
			if (ks.left)
				kpad(put, arg, ' ', ks.width - 1);
			total += MAX(1, ks.width);
			break;
		case 's':
			total += kstring(put, arg, va_arg(ap, const char *),
			    &ks);
			break;
		case '\0':
			return total;
		case '%':
			(*put)("%", 1, arg);
			total++;
			break;
		default:
			(*put)("%", 1, arg);
			(*put)(&c, 1, arg);
			total += 2;
			break;
		}
	}
}

int
vsnprintf(char *buf, size_t size, const char *fmt, va_list ap)
{
	struct kbuf kb = { buf, size, 0 };
	va_list cp;

	va_copy(cp, ap);
	kvformat(kbuf_put, &kb, fmt, cp);
	va_end(cp);
	if (size > 0)
		buf[MIN(kb.kb_len, size - 1)] = '\0';
	return (int)kb.kb_len;
}

int
snprintf(char *buf, size_t size, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, size, fmt, ap);
	va_end(ap);
	return n;
}

int
vsprintf(char *buf, const char *fmt, va_list ap)
{

	return vsnprintf(buf, INT_MAX, fmt, ap);
}

int
sprintf(char *buf, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, INT_MAX, fmt, ap);
	va_end(ap);
	return n;
}

/* len bytes as rows of sixteen, through pr. */
void
hexdump(void (*pr)(const char *, ...), const char *msg, const void *base,
    size_t len)
{
	const uint8_t *p = base;
	size_t i, j;

	if (msg != NULL)
		(*pr)("%s: %zu bytes\n", msg, len);
	for (i = 0; i < len; i += 16) {
		(*pr)("%04zx:", i);
		for (j = i; j < i + 16 && j < len; j++)
			(*pr)(" %02x", p[j]);
		(*pr)("\n");
	}
}
