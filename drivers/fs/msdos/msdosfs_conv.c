/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names and times of FAT.
 *
 * Inside the driver a name is a row of UTF-16 units, as in the long name
 * slots.  Programs see UTF-8, or ISO 8859-1 without MSDOSFSMNT_UTF8.  The
 * 8.3 name is in code page 850.  Upper and lower case are the same letter.
 */
#include <sys/param.h>
#include <sys/systm.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/time.h>

#include <fs/msdosfs/direntry.h>

/* Code page 850, from 0x80. */
static const uint16_t cp850[128] = {
	0x00c7, 0x00fc, 0x00e9, 0x00e2, 0x00e4, 0x00e0, 0x00e5, 0x00e7,
	0x00ea, 0x00eb, 0x00e8, 0x00ef, 0x00ee, 0x00ec, 0x00c4, 0x00c5,
	0x00c9, 0x00e6, 0x00c6, 0x00f4, 0x00f6, 0x00f2, 0x00fb, 0x00f9,
	0x00ff, 0x00d6, 0x00dc, 0x00f8, 0x00a3, 0x00d8, 0x00d7, 0x0192,
	0x00e1, 0x00ed, 0x00f3, 0x00fa, 0x00f1, 0x00d1, 0x00aa, 0x00ba,
	0x00bf, 0x00ae, 0x00ac, 0x00bd, 0x00bc, 0x00a1, 0x00ab, 0x00bb,
	0x2591, 0x2592, 0x2593, 0x2502, 0x2524, 0x00c1, 0x00c2, 0x00c0,
	0x00a9, 0x2563, 0x2551, 0x2557, 0x255d, 0x00a2, 0x00a5, 0x2510,
	0x2514, 0x2534, 0x252c, 0x251c, 0x2500, 0x253c, 0x00e3, 0x00c3,
	0x255a, 0x2554, 0x2569, 0x2566, 0x2560, 0x2550, 0x256c, 0x00a4,
	0x00f0, 0x00d0, 0x00ca, 0x00cb, 0x00c8, 0x0131, 0x00cd, 0x00ce,
	0x00cf, 0x2518, 0x250c, 0x2588, 0x2584, 0x00a6, 0x00cc, 0x2580,
	0x00d3, 0x00df, 0x00d4, 0x00d2, 0x00f5, 0x00d5, 0x00b5, 0x00fe,
	0x00de, 0x00da, 0x00db, 0x00d9, 0x00fd, 0x00dd, 0x00af, 0x00b4,
	0x00ad, 0x00b1, 0x2017, 0x00be, 0x00b6, 0x00a7, 0x00f7, 0x00b8,
	0x00b0, 0x00a8, 0x00b7, 0x00b9, 0x00b3, 0x00b2, 0x25a0, 0x00a0,
};

/* Days before each month of a leap year. */
static const uint16_t monthdays[13] = {
	0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366
};

#define DOS_EPOCH	315532800LL	/* 1980-01-01 */
#define DOS_LAST	4354819199LL	/* 2107-12-31 23:59:59 */
#define DAY_21000229	43889		/* the leap day that 2100 lacks */

/*
 * Seconds since 1970 to DOS date, time and hundredths (each unless NULL).
 * What FAT can't express becomes the nearest that it can.
 */
void
unix2dostime(const struct timespec *tsp, int gmtoff, uint16_t *datep,
    uint16_t *timep, uint8_t *hunp)
{
	int64_t t = tsp->tv_sec;
	uint32_t days, secs, year, mon;
	uint32_t nsec = (uint32_t)tsp->tv_nsec;

	if (t < DOS_EPOCH - INT32_MAX)
		t = DOS_EPOCH;
	else if (t > DOS_LAST + INT32_MAX)
		t = DOS_LAST;
	else
		t += gmtoff;
	if (t < DOS_EPOCH) {
		t = DOS_EPOCH;
		nsec = 0;
	} else if (t > DOS_LAST)
		t = DOS_LAST;
	t -= DOS_EPOCH;
	days = (uint32_t)(t / 86400);
	secs = (uint32_t)(t % 86400);
	if (timep != NULL)
		*timep = (uint16_t)((secs / 3600) << DT_HOURS_SHIFT |
		    (secs / 60 % 60) << DT_MINUTES_SHIFT | (secs % 60) / 2);
	if (hunp != NULL)
		*hunp = (uint8_t)((secs & 1) * 100 + nsec / 10000000 % 100);
	if (datep == NULL)
		return;
	/* With that day counted, each fourth year is a leap year. */
	if (days >= DAY_21000229)
		days++;
	year = days / 1461 * 4;
	days %= 1461;
	if (days >= 366) {
		year += 1 + (days - 366) / 365;
		days = (days - 366) % 365;
		if (days >= 59)
			days++;		/* skip 29 February */
	}
	for (mon = 1; days >= monthdays[mon]; mon++)
		continue;
	days -= monthdays[mon - 1];
	*datep = (uint16_t)(year << DD_YEAR_SHIFT | mon << DD_MONTH_SHIFT |
	    (days + 1) << DD_DAY_SHIFT);
}

/*
 * DOS date, time and hundredths to seconds since 1970.  No date is 1970;
 * fields out of range count as the nearest in it.
 */
void
dos2unixtime(uint16_t date, uint16_t dtime, uint8_t hun, int gmtoff,
    struct timespec *tsp)
{
	uint32_t year, mon, day, days, hour, min, sec;

	tsp->tv_sec = 0;
	tsp->tv_nsec = 0;
	if (date == 0)
		return;
	year = (date & DD_YEAR_MASK) >> DD_YEAR_SHIFT;
	mon = (date & DD_MONTH_MASK) >> DD_MONTH_SHIFT;
	day = (date & DD_DAY_MASK) >> DD_DAY_SHIFT;
	mon = MIN(MAX(mon, 1), 12);
	day = MAX(day, 1);
	hour = MIN((dtime & DT_HOURS_MASK) >> DT_HOURS_SHIFT, 23);
	min = MIN((dtime & DT_MINUTES_MASK) >> DT_MINUTES_SHIFT, 59);
	sec = MIN((dtime & DT_2SECONDS_MASK) * 2, 58);
	hun = MIN(hun, 199);

	days = year * 365 + (year + 3) / 4 + monthdays[mon - 1] + day - 1;
	if (year % 4 != 0 && mon > 2)
		days--;
	if (days > DAY_21000229)
		days--;
	tsp->tv_sec = DOS_EPOCH + (int64_t)days * 86400 + hour * 3600 +
	    min * 60 + sec + hun / 100 - (int64_t)gmtoff;
	tsp->tv_nsec = (hun % 100) * 10000000;
}

/* Checksum by which long name slots know their 8.3 name. */
uint8_t
winChksum(const uint8_t *name)
{
	uint8_t s = 0;
	int i;

	for (i = 0; i < 11; i++)
		s = (uint8_t)((s >> 1 | s << 7) + name[i]);
	return s;
}

/* The upper case letter of a unit, where Unicode has one at a fixed place. */
static uint16_t
upcase(uint16_t c)
{

	if (c < 0x80)
		return c >= 'a' && c <= 'z' ? c - 0x20 : c;
	if (c >= 0xe0 && c <= 0xfe)
		return c != 0xf7 ? c - 0x20 : c;
	if (c == 0xff)
		return 0x178;
	if (c >= 0x100 && c <= 0x17e) {
		if (c == 0x131 || c == 0x138 || c == 0x149)
			return c;
		if ((c >= 0x139 && c <= 0x148) || c >= 0x179)
			return c & 1 ? c : c - 1;
		return c & 1 ? c - 1 : c;
	}
	if (c == 0x3ac)
		return 0x386;
	if (c >= 0x3ad && c <= 0x3af)
		return c - 37;
	if (c >= 0x3b1 && c <= 0x3cb)
		return c != 0x3c2 ? c - 0x20 : c;
	if (c >= 0x430 && c <= 0x44f)
		return c - 0x20;
	if (c >= 0x450 && c <= 0x45f)
		return c - 0x50;
	if (c >= 0x460 && c <= 0x481)
		return c & 1 ? c - 1 : c;
	if (c >= 0x561 && c <= 0x586)
		return c - 0x30;
	if (c >= 0xff41 && c <= 0xff5a)
		return c - 0x20;
	return c;
}

/* Length without the blanks and dots at the end, which don't count. */
static size_t
fixlen(const uint16_t *u, size_t n)
{

	while (n > 0 && (u[n - 1] == ' ' || u[n - 1] == '.'))
		n--;
	return n;
}

/*
 * A program's name in units; u has room for WIN_MAXLEN.  EINVAL if it can't
 * be a name here, ENAMETOOLONG if it is too long.
 */
int
unix2win(const char *name, size_t len, bool utf8, uint16_t *u, size_t *np)
{
	const uint8_t *p = (const uint8_t *)name, *end = p + len;
	size_t n = 0;

	while (p < end) {
		uint32_t c = *p++;

		if (utf8 && c >= 0x80) {
			uint32_t min;
			int more;

			if (c >= 0xf0 && c <= 0xf4) {
				more = 3;
				min = 0x10000;
				c &= 0x07;
			} else if (c >= 0xe0 && c < 0xf0) {
				more = 2;
				min = 0x800;
				c &= 0x0f;
			} else if (c >= 0xc2 && c < 0xe0) {
				more = 1;
				min = 0x80;
				c &= 0x1f;
			} else
				return EINVAL;
			for (; more > 0; more--) {
				if (p == end || (*p & 0xc0) != 0x80)
					return EINVAL;
				c = c << 6 | (*p++ & 0x3f);
			}
			if (c < min || c > 0x10ffff ||
			    (c >= 0xd800 && c <= 0xdfff))
				return EINVAL;
		}
		if (n + (c >= 0x10000 ? 2 : 1) > WIN_MAXLEN)
			return ENAMETOOLONG;
		if (c >= 0x10000) {
			c -= 0x10000;
			u[n++] = (uint16_t)(0xd800 | c >> 10);
			u[n++] = (uint16_t)(0xdc00 | (c & 0x3ff));
		} else
			u[n++] = (uint16_t)c;
	}
	n = fixlen(u, n);
	if (n == 0)
		return EINVAL;
	*np = n;
	return 0;
}

/*
 * Units to a program's name, with a NUL; *lenp is without it.  EILSEQ if the
 * character set has no such character, ENAMETOOLONG if size is too small.
 */
int
win2unix(const uint16_t *u, size_t n, bool utf8, char *name, size_t size,
    size_t *lenp)
{
	size_t i, len = 0;

	for (i = 0; i < n; i++) {
		uint32_t c = u[i];
		uint8_t b[4];
		u_int nb, k;

		if (c >= 0xdc00 && c <= 0xdfff)
			return EILSEQ;
		if (c >= 0xd800 && c <= 0xdbff) {
			if (i + 1 == n || (u[i + 1] & 0xfc00) != 0xdc00)
				return EILSEQ;
			c = 0x10000 + ((c & 0x3ff) << 10 | (u[++i] & 0x3ff));
		}
		nb = 1;
		if (!utf8) {
			if (c > 0xff)
				return EILSEQ;
			b[0] = (uint8_t)c;
		} else if (c < 0x80) {
			b[0] = (uint8_t)c;
		} else if (c < 0x800) {
			b[0] = (uint8_t)(0xc0 | c >> 6);
			nb = 2;
		} else if (c < 0x10000) {
			b[0] = (uint8_t)(0xe0 | c >> 12);
			nb = 3;
		} else {
			b[0] = (uint8_t)(0xf0 | c >> 18);
			nb = 4;
		}
		for (k = 1; k < nb; k++)
			b[k] = (uint8_t)(0x80 | (c >> 6 * (nb - 1 - k) & 0x3f));
		if (len + nb >= size)
			return ENAMETOOLONG;
		memcpy(name + len, b, nb);
		len += nb;
	}
	if (size == 0)
		return ENAMETOOLONG;
	name[len] = '\0';
	*lenp = len;
	return 0;
}

/* May this be in a long name? */
static bool
winchar(uint16_t c)
{

	return c >= 0x20 && c != '"' && c != '*' && c != '/' && c != ':' &&
	    c != '<' && c != '>' && c != '?' && c != '\\' && c != '|' &&
	    c != 0x7f && c != 0xffff;
}

/* Is this a name that may be given to a file? */
bool
winlegal(const uint16_t *u, size_t n)
{
	size_t i;

	if (n == 0 || n > WIN_MAXLEN)
		return false;
	for (i = 0; i < n; i++)
		if (!winchar(u[i]))
			return false;
	return true;
}

/* The same name, but for case and blanks and dots at the end? */
bool
winequal(const uint16_t *a, size_t an, const uint16_t *b, size_t bn)
{
	size_t i;

	an = fixlen(a, an);
	bn = fixlen(b, bn);
	if (an != bn)
		return false;
	for (i = 0; i < an; i++)
		if (a[i] != b[i] && upcase(a[i]) != upcase(b[i]))
			return false;
	return true;
}

/* Where unit i of a long name slot is. */
static const uint8_t winoff[WIN_CHARS] = {
	1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30
};

/* Makes part cnt (from 1) of the slots of a long name. */
void
unix2winfn(const uint16_t *u, size_t n, struct winentry *wep, u_int cnt,
    uint8_t chksum)
{
	uint8_t *p = (uint8_t *)wep;
	size_t at = (cnt - 1) * WIN_CHARS;
	u_int i;

	memset(wep, 0, sizeof(*wep));
	wep->weCnt = (uint8_t)cnt;
	if (at + WIN_CHARS >= n)
		wep->weCnt |= WIN_LAST;
	wep->weAttributes = ATTR_WIN95;
	wep->weChksum = chksum;
	for (i = 0; i < WIN_CHARS; i++, at++)
		le16enc(p + winoff[i], at < n ? u[at] : at == n ? 0 : 0xffff);
}

/*
 * Puts the units of a long name slot where they belong in u, which has room
 * for WIN_MAXSUBENTRIES * WIN_CHARS; the last part sets *np.  EINVAL if the
 * slot does not make sense.
 */
int
win2unixfn(const struct winentry *wep, uint16_t *u, size_t *np)
{
	const uint8_t *p = (const uint8_t *)wep;
	u_int cnt = wep->weCnt & WIN_CNT, i;
	bool last = (wep->weCnt & WIN_LAST) != 0;
	size_t at;

	if (cnt == 0 || cnt > WIN_MAXSUBENTRIES)
		return EINVAL;
	at = (cnt - 1) * WIN_CHARS;
	for (i = 0; i < WIN_CHARS; i++) {
		uint16_t c = le16dec(p + winoff[i]);

		if (c == 0) {
			if (!last)
				return EINVAL;
			break;
		}
		/* What would break a path name makes the name unusable. */
		if (c < 0x20 || c == '/' || c == 0xffff)
			return EINVAL;
		u[at + i] = c;
	}
	if (last) {
		if (at + i > WIN_MAXLEN || at + i == 0)
			return EINVAL;
		*np = at + i;
	}
	return 0;
}

/* Can't be shown as it is? */
static bool
oddbyte(uint8_t c)
{

	return c < 0x20 || c == '/' || c == 0x7f;
}

/* Does an 8.3 name have bytes that dos2unixfn() replaces? */
bool
dosfn_odd(const uint8_t *dn)
{
	int i;

	for (i = 0; i < 11; i++)
		if (oddbyte(dn[i]) && !(i == 0 && dn[i] == SLOT_E5))
			return true;
	return dn[0] == '.';
}

static uint16_t
dos2unit(uint8_t c, bool lower)
{
	uint16_t u;

	if (oddbyte(c))
		return '_';
	if (c < 0x80)
		return lower && c >= 'A' && c <= 'Z' ? c + 0x20 : c;
	u = cp850[c - 0x80];
	if (lower && u >= 0xc0 && u <= 0xde && u != 0xd7)
		u += 0x20;
	return u;
}

/* An 8.3 name in units (12 at most), with the cases that lcase says. */
void
dos2unixfn(const uint8_t *dn, uint8_t lcase, uint16_t *u, size_t *np)
{
	size_t n = 0;
	int i, base = 8, ext = 3;

	while (base > 1 && dn[base - 1] == ' ')
		base--;
	while (ext > 0 && dn[8 + ext - 1] == ' ')
		ext--;
	for (i = 0; i < base; i++) {
		uint8_t c = dn[i];

		if (i == 0 && c == SLOT_E5)
			c = SLOT_DELETED;
		/* Only the two entries that every directory has begin so. */
		if (i == 0 && c == '.')
			c = 0;
		u[n++] = dos2unit(c, (lcase & LCASE_BASE) != 0);
	}
	if (ext > 0) {
		u[n++] = '.';
		for (i = 0; i < ext; i++)
			u[n++] = dos2unit(dn[8 + i], (lcase & LCASE_EXT) != 0);
	}
	*np = n;
}

/* A unit as a byte of an 8.3 name, 0 if there is none. */
static uint8_t
unit2dos(uint16_t c)
{
	int i;

	c = upcase(c);
	if (c < 0x80) {
		if (c < 0x20 || c == 0x7f || strchr("\"*+,./:;<=>?[\\]|", c))
			return 0;
		return (uint8_t)c;
	}
	for (i = 0; i < 128; i++)
		if (cp850[i] == c)
			return (uint8_t)(0x80 + i);
	return 0;
}

/*
 * Is this an 8.3 name as it stands, but for case?  Then dn is that name and
 * *samep says whether the short name alone is enough to keep it: upper case
 * and ASCII, since not everybody has our code page, and no blank inside.
 */
bool
dosfn_exact(const uint16_t *u, size_t n, uint8_t *dn, bool *samep)
{
	size_t i, j = 0, max = 8;
	bool same = true;

	n = fixlen(u, n);
	if (n == 0 || n > 12)
		return false;
	memset(dn, ' ', 11);
	for (i = 0; i < n; i++) {
		uint8_t c;

		if (u[i] == '.') {
			if (j == 0 || max == 11 || u[i - 1] == ' ')
				return false;
			j = 8;
			max = 11;
			continue;
		}
		c = unit2dos(u[i]);
		if (c == 0 || j == max || (c == ' ' && (j == 0 || j == 8)))
			return false;
		if (upcase(u[i]) != u[i] || u[i] >= 0x80 || c == ' ')
			same = false;
		dn[j++] = c;
	}
	if (dn[0] == SLOT_DELETED)
		dn[0] = SLOT_E5;
	*samep = same;
	return true;
}

/* The 8.3 name nearest to a long name; a tail is to make it unique. */
void
dosfn_basis(const uint16_t *u, size_t n, uint8_t *dn)
{
	size_t i, j, dot;

	memset(dn, ' ', 11);
	n = fixlen(u, n);
	for (i = 0; i < n && (u[i] == '.' || u[i] == ' '); i++)
		continue;
	for (dot = n; dot > i && u[dot - 1] != '.'; dot--)
		continue;
	if (dot == i)
		dot = n + 1;		/* no extension */
	for (j = 0; i < dot - 1 && j < 8; i++) {
		uint8_t c;

		if (u[i] == ' ' || u[i] == '.')
			continue;
		if ((c = unit2dos(u[i])) == 0)
			c = '_';
		dn[j++] = c;
	}
	if (j == 0)
		dn[0] = '_';
	for (j = 8; dot < n && j < 11; dot++) {
		uint8_t c;

		if (u[dot] == ' ')
			continue;
		if ((c = unit2dos(u[dot])) == 0)
			c = '_';
		dn[j++] = c;
	}
	if (dn[0] == SLOT_DELETED)
		dn[0] = SLOT_E5;
}

/* dn = basis with the tail ~num, num in 1..999999. */
void
dosfn_tail(uint8_t *dn, const uint8_t *basis, u_int num)
{
	u_int digits = 1, v, i, len = 8;

	for (v = num; v >= 10; v /= 10)
		digits++;
	memmove(dn, basis, 11);
	while (len > 0 && dn[len - 1] == ' ')
		len--;
	if (len > 8 - digits - 1)
		len = 8 - digits - 1;
	memset(dn + len, ' ', 8 - len);
	dn[len] = '~';
	for (v = num, i = digits; i > 0; i--, v /= 10)
		dn[len + i] = (uint8_t)('0' + v % 10);
}

/* Is dn what dosfn_tail() makes of basis and some number *nump? */
bool
dosfn_istail(const uint8_t *dn, const uint8_t *basis, u_int *nump)
{
	uint8_t want[11];
	u_int len = 8, i, num = 0;

	while (len > 0 && dn[len - 1] == ' ')
		len--;
	for (i = len; i > 0 && dn[i - 1] >= '0' && dn[i - 1] <= '9'; i--)
		continue;
	if (i == 0 || i == len || len - i > 6 || dn[i - 1] != '~' ||
	    dn[i] == '0')
		return false;
	for (; i < len; i++)
		num = num * 10 + dn[i] - '0';
	dosfn_tail(want, basis, num);
	if (memcmp(want, dn, 11) != 0)
		return false;
	*nump = num;
	return true;
}
