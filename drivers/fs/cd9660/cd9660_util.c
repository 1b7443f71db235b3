/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Small things of the cd9660 file system: complaints, blocks, times, names.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/buf.h>
#include <sys/mount.h>
#include <sys/time.h>
#include <sys/vnode.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/cd9660_extern.h>
#include <fs/cd9660/cd9660_mount.h>

/*
 * Says that the image is broken: which field, its value, and the limit that
 * it exceeds (or what was expected).  Each kind once for a mount.
 */
void
cd9660_complain(struct iso_mnt *imp, enum iso_complaint kind,
    const char *field, uint64_t value, uint64_t limit)
{
	const uint64_t bit = (uint64_t)1 << kind;

	CTASSERT(ISO_NCOMPLAINTS <= 64);
	if (imp->im_complained & bit)
		return;
	atomic_or_64(&imp->im_complained, bit);
	printf("cd9660: %s is %#jx, limit %#jx\n", field, (uintmax_t)value,
	    (uintmax_t)limit);
}

/*
 * Reads logical block blk of the volume.  EIO past the end of the device.
 */
int
cd9660_bread(struct iso_mnt *imp, uint64_t blk, struct buf **bpp)
{

	*bpp = NULL;
	if (blk >= imp->im_limit) {
		cd9660_complain(imp, ISO_BAD_BLOCK, "block number", blk,
		    imp->im_limit);
		return EIO;
	}
	return bread(imp->im_devvp,
	    (daddr_t)(blk << (imp->im_bshift - DEV_BSHIFT)),
	    imp->logical_block_size, 0, bpp);
}

/* Copies len bytes from byte address addr of the volume; holds no buffer. */
int
cd9660_read_bytes(struct iso_mnt *imp, uint64_t addr, void *buf, size_t len)
{
	uint8_t *dst = buf;
	struct buf *bp;
	int error;

	while (len > 0) {
		const size_t in = addr & imp->im_bmask;
		const size_t n = MIN(len, imp->logical_block_size - in);

		error = cd9660_bread(imp, addr >> imp->im_bshift, &bp);
		if (error != 0)
			return error;
		memcpy(dst, (const uint8_t *)bp->b_data + in, n);
		brelse(bp, 0);
		dst += n;
		addr += n;
		len -= n;
	}
	return 0;
}

/* A both-endian number: the little-endian half, with a word if they differ. */
uint32_t
cd9660_733(struct iso_mnt *imp, const unsigned char *p, const char *field)
{

	if (!isonum_733_ok(p))
		cd9660_complain(imp, ISO_BAD_ENDIAN, field,
		    isonum_731(p), isonum_732(p + 4));
	return isonum_731(p);
}

/*
 * Times.
 */

/* Days from 1970-01-01; the proleptic Gregorian calendar, years 1 to 9999. */
static int64_t
days_from_civil(int year, int month, int day)
{
	/* Years that begin in March have the leap day last. */
	const int y = month <= 2 ? year - 1 : year;
	const int m = month <= 2 ? month + 9 : month - 3;

	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 +
	    (m * 153 + 2) / 5 + day - 1 - 719468;
}

/* Zero time for what is not a date. */
static void
tstamp_set(int year, int month, int day, int hour, int min, int sec,
    int tz, long nsec, struct timespec *ts)
{

	ts->tv_sec = 0;
	ts->tv_nsec = 0;
	if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31 ||
	    hour > 23 || min > 59 || sec > 61)
		return;
	/* The zone counts quarters of an hour, and reaches from -48 to 52. */
	if (tz < -48 || tz > 52)
		tz = 0;
	ts->tv_sec = ((days_from_civil(year, month, day) * 24 + hour) * 60 +
	    min - tz * 15) * 60 + sec;
	ts->tv_nsec = nsec;
}

/* ECMA-119 9.1.5 */
void
cd9660_tstamp_conv7(const unsigned char *p, struct timespec *ts)
{

	tstamp_set(p[0] + 1900, p[1], p[2], p[3], p[4], p[5],
	    isonum_712(p + 6), 0, ts);
}

/* n digits, or 0 if one of them is none. */
static int
digits(const unsigned char *p, int n)
{
	int v = 0;

	while (n-- > 0) {
		if (*p < '0' || *p > '9')
			return 0;
		v = v * 10 + *p++ - '0';
	}
	return v;
}

/* ECMA-119 8.4.26.1 */
void
cd9660_tstamp_conv17(const unsigned char *p, struct timespec *ts)
{

	tstamp_set(digits(p, 4), digits(p + 4, 2), digits(p + 6, 2),
	    digits(p + 8, 2), digits(p + 10, 2), digits(p + 12, 2),
	    isonum_712(p + 16), digits(p + 14, 2) * 10000000L, ts);
}

/*
 * Names.
 */

/* Where the version of a plain name starts (the ';'), or its length. */
static size_t
version_start(const unsigned char *name, size_t len)
{
	size_t i = len;

	while (i > 0 && name[i - 1] >= '0' && name[i - 1] <= '9')
		i--;
	if (i > 0 && name[i - 1] == ';')
		return i - 1;
	return len;
}

static char
lower(char c)
{

	return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
}

/*
 * The name of a record as a plain ISO 9660 reader shows it: by default
 * without version and final dot, in lower case.  Returns its length; name
 * has room for ISO_MAXNAMLEN bytes and a NUL.
 */
size_t
cd9660_iso_name(struct iso_mnt *imp, const struct iso_directory_record *rec,
    char *name)
{
	const unsigned char *src = rec->name;
	size_t len = isonum_711(rec->name_len), n = 0, i;

	if (imp->iso_ftype == ISO_FTYPE_9660) {
		if (rec->flags[0] & ISO_FLAG_ASSOCIATED)
			name[n++] = ASSOCCHAR;
	} else {
		len = version_start(src, len);
		/* A name that is nothing but a version keeps it. */
		if (len == 0)
			len = isonum_711(rec->name_len);
		if (len > 1 && src[len - 1] == '.')
			len--;
	}
	for (i = 0; i < len && n < ISO_MAXNAMLEN; i++) {
		char c = (char)src[i];

		if (c == '/' || c == '\0') {
			cd9660_complain(imp, ISO_BAD_NAME,
			    "byte in a file name", (unsigned char)c, '/');
			c = '_';
		}
		if (imp->iso_ftype != ISO_FTYPE_9660 &&
		    (imp->im_flags & ISOFSMNT_NOCASETRANS) == 0)
			c = lower(c);
		name[n++] = c;
	}
	name[n] = '\0';
	return n;
}

/* UTF-8 of a code point; 1 to 4 bytes. */
static size_t
utf8_put(uint32_t c, char *out)
{

	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xc0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3f));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xe0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3f));
		out[2] = (char)(0x80 | (c & 0x3f));
		return 3;
	}
	out[0] = (char)(0xf0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3f));
	out[2] = (char)(0x80 | (c >> 6 & 0x3f));
	out[3] = (char)(0x80 | (c & 0x3f));
	return 4;
}

/*
 * The name of a Joliet record in UTF-8, without its version.  What can't be
 * in a name becomes '_', a lone surrogate U+FFFD.  Names that are longer
 * than users can write are cut between two characters.
 */
size_t
cd9660_joliet_name(struct iso_mnt *imp, const struct iso_directory_record *rec,
    char *name)
{
	const unsigned char *src = rec->name;
	size_t units = isonum_711(rec->name_len) / 2, n = 0, i, end, k;
	char u[4];

	/* ";" and digits, as in plain names */
	end = units;
	if ((imp->im_flags & ISOFSMNT_GENS) == 0) {
		while (end > 0 && isonum_722(src + 2 * (end - 1)) >= '0' &&
		    isonum_722(src + 2 * (end - 1)) <= '9')
			end--;
		if (end > 1 && isonum_722(src + 2 * (end - 1)) == ';')
			end--;
		else
			end = units;
	}
	for (i = 0; i < end; i++) {
		uint32_t c = isonum_722(src + 2 * i);

		if (c >= 0xd800 && c < 0xdc00 && i + 1 < end) {
			const uint32_t d = isonum_722(src + 2 * (i + 1));

			if (d >= 0xdc00 && d < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (d - 0xdc00);
				i++;
			}
		}
		if (c >= 0xd800 && c < 0xe000) {
			c = 0xfffd;
		} else if (c == '/' || c == 0) {
			cd9660_complain(imp, ISO_BAD_JOLIET,
			    "character in a Joliet name", c, '/');
			c = '_';
		}
		k = utf8_put(c, u);
		if (n + k > ISO_MAXNAMLEN)
			break;
		memcpy(name + n, u, k);
		n += k;
	}
	if (n == 0)
		name[n++] = '_';
	name[n] = '\0';
	return n;
}

/*
 * Is this what a user asks for?  Plain names match in any case, and with or
 * without their version.
 */
bool
cd9660_name_equal(struct iso_mnt *imp, const struct iso_entry *e,
    const struct iso_directory_record *rec, const char *name, size_t len)
{
	const bool fold = imp->iso_ftype == ISO_FTYPE_DEFAULT ?
	    (imp->im_flags & ISOFSMNT_NOCASETRANS) == 0 :
	    imp->iso_ftype == ISO_FTYPE_RRIP &&
	    (imp->im_flags & ISOFSMNT_RRCASEINS) != 0;
	size_t i, v;

	if (imp->iso_ftype == ISO_FTYPE_DEFAULT && len > e->e_namelen) {
		const unsigned char *n = (const unsigned char *)name;
		const size_t reclen = isonum_711(rec->name_len);
		size_t rv = version_start(rec->name, reclen);

		/* "name;2" is that version only. */
		v = version_start(n, len);
		if (v == len || len - v != reclen - rv ||
		    memcmp(n + v, rec->name + rv, len - v) != 0)
			return false;
		len = v;
		if (len == e->e_namelen + 1 && name[len - 1] == '.')
			len--;
	}
	if (len != e->e_namelen)
		return false;
	if (!fold)
		return memcmp(name, e->e_name, len) == 0;
	for (i = 0; i < len; i++)
		if (lower(name[i]) != lower(e->e_name[i]))
			return false;
	return true;
}
