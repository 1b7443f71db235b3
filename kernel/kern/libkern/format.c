/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Numbers for people: snprintb(3), humanize_number(9), format_bytes(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <lib/libkern/libkern.h>

/* A bounded buffer, and for snprintb_m where its line began. */
struct out {
	char	*buf;
	size_t	 size, len, line;
};

static void
put(struct out *o, char c)
{

	if (o->len + 1 < o->size)
		o->buf[o->len] = c;
	o->len++;
}

static void
puts_n(struct out *o, const char *s, size_t n)
{

	while (n-- != 0)
		put(o, *s++);
}

static void
put_number(struct out *o, const char *fmt, uint64_t v)
{
	char tmp[32];
	const int n = snprintf(tmp, sizeof(tmp), fmt, v);

	puts_n(o, tmp, MIN((size_t)n, sizeof(tmp) - 1));
}

/* Begins an entry of the list in <>; a new line if it does not fit. */
static void
put_sep(struct out *o, char *sep, size_t l_max, size_t need, uint64_t v)
{

	if (l_max != 0 && o->len - o->line + need + 2 > l_max &&
	    *sep == ',') {
		put(o, '>');
		put(o, '\0');
		o->line = o->len;
		put_number(o, "%#" PRIx64, v);
		*sep = '<';
	}
	put(o, *sep);
	*sep = ',';
}

/* Old format: numbers from 1 (least significant), names up to a control. */
static void
bits_old(struct out *o, const char *fmt, uint64_t v, size_t l_max)
{
	char sep = '<';
	const char *name;
	int bit;

	while ((bit = (unsigned char)*fmt++) != '\0') {
		name = fmt;
		while ((unsigned char)*fmt > ' ')
			fmt++;
		if (bit <= 64 && (v & (UINT64_C(1) << (bit - 1))) != 0) {
			put_sep(o, &sep, l_max, fmt - name, v);
			puts_n(o, name, fmt - name);
		}
	}
	if (sep == ',')
		put(o, '>');
}

/* New format: b bit, f field, = and : values of the field, F whole field. */
static void
bits_new(struct out *o, const char *fmt, uint64_t v, size_t l_max)
{
	char sep = '<';
	uint64_t field = 0;
	bool matched = false;
	const char *name;
	int type, bit, width;
	size_t len;

	while ((type = (unsigned char)*fmt++) != '\0') {
		switch (type) {
		case 'b':
			bit = (unsigned char)*fmt++;
			name = fmt;
			len = strlen(name);
			fmt += len + 1;
			if (bit < 64 && (v & (UINT64_C(1) << bit)) != 0) {
				put_sep(o, &sep, l_max, len, v);
				puts_n(o, name, len);
			}
			break;
		case 'f':
		case 'F':
			bit = (unsigned char)*fmt++;
			width = (unsigned char)*fmt++;
			field = bit < 64 ? v >> bit : 0;
			if (width < 64)
				field &= (UINT64_C(1) << width) - 1;
			matched = false;
			if (type == 'F') {
				/* Its name follows, and is not shown. */
				fmt += strlen(fmt) + 1;
				break;
			}
			name = fmt;
			len = strlen(name);
			fmt += len + 1;
			put_sep(o, &sep, l_max, len + 20, v);
			puts_n(o, name, len);
			put(o, '=');
			put_number(o, "%#" PRIx64, field);
			break;
		case '=':
		case ':':
			bit = (unsigned char)*fmt++;
			name = fmt;
			len = strlen(name);
			fmt += len + 1;
			if (field != (uint64_t)bit)
				break;
			matched = true;
			if (type == '=')
				put(o, '=');
			else
				put_sep(o, &sep, l_max, len, v);
			puts_n(o, name, len);
			break;
		case '*':
			len = strlen(fmt);
			name = fmt;
			fmt += len + 1;
			if (!matched) {
				char tmp[64];

				snprintf(tmp, sizeof(tmp), "%.*s",
				    (int)MIN(len, sizeof(tmp) - 1), name);
				put_sep(o, &sep, l_max, len, v);
				puts_n(o, tmp, strlen(tmp));
			}
			break;
		default:
			fmt += strlen(fmt) + 1;
			break;
		}
	}
	if (sep == ',')
		put(o, '>');
}

/*
 * v, and the names of its bits by the format of snprintb(3).  Lines of at
 * most l_max characters (0: one line), each ended by NUL, the last by two.
 */
int
snprintb_m(char *buf, size_t size, const char *fmt, uint64_t v, size_t l_max)
{
	struct out o = { buf, size, 0, 0 };
	bool new = false;
	int base;

	base = (unsigned char)*fmt++;
	if (base == 0177) {
		new = true;
		base = (unsigned char)*fmt++;
	}
	switch (base) {
	case 8:
		put_number(&o, "%#" PRIo64, v);
		break;
	case 10:
		put_number(&o, "%" PRIu64, v);
		break;
	case 16:
		put_number(&o, "%#" PRIx64, v);
		break;
	default:
		if (size != 0)
			buf[0] = '\0';
		return -1;
	}
	if (new)
		bits_new(&o, fmt, v, l_max);
	else
		bits_old(&o, fmt, v, l_max);
	if (size != 0) {
		buf[MIN(o.len, size - 1)] = '\0';
		if (l_max != 0 && size > 1)
			buf[MIN(o.len + 1, size - 1)] = '\0';
	}
	return (int)(o.len + (l_max != 0));
}

int
snprintb(char *buf, size_t size, const char *fmt, uint64_t v)
{

	return snprintb_m(buf, size, fmt, v, 0);
}

/*
 * bytes in at most len - 1 characters, with a prefix of K, M ... and suffix;
 * divisor is 1000 or 1024.  Its length, or -1 if it can't be.
 */
int
humanize_number(char *buf, size_t len, uint64_t bytes, const char *suffix,
    int divisor)
{
	const char *prefixes = divisor == 1024 ? " KMGTPE" : " kMGTPE";
	const size_t slen = strlen(suffix);
	uint64_t max, div = 1;
	unsigned i;
	size_t room;

	if (len > 0)
		buf[0] = '\0';
	/* digits, a space, the prefix, the suffix, NUL */
	if (len < slen + 4)
		return -1;
	room = len - slen - 3;
	for (max = 1; room-- != 0 && max < UINT64_MAX / 10;)
		max *= 10;
	for (i = 0; bytes / div >= max && i < 6; i++)
		div *= divisor;
	return snprintf(buf, len, "%" PRIu64 "%s%.*s%s", bytes / div,
	    i > 0 || slen > 0 ? " " : "", i > 0, &prefixes[i], suffix);
}

int
format_bytes(char *buf, size_t len, uint64_t bytes)
{

	return humanize_number(buf, len, bytes, "B", 1024);
}
