/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Names of devices and matching of their INQUIRY data.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>

#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipiconf.h>

#include "scsipi_impl.h"

/*
 * The type of a device in a word.
 */
const char *
scsipi_dtype(int type)
{
	static const char *const names[] = {
		[T_DIRECT] = "disk",
		[T_SEQUENTIAL] = "tape",
		[T_PRINTER] = "printer",
		[T_PROCESSOR] = "processor",
		[T_WORM] = "worm",
		[T_CDROM] = "cdrom",
		[T_SCANNER] = "scanner",
		[T_OPTICAL] = "optical",
		[T_CHANGER] = "changer",
		[T_COMM] = "communication",
		[T_IT8_1] = "graphic arts pre-press",
		[T_IT8_2] = "graphic arts pre-press",
		[T_STORARRAY] = "storage array",
		[T_ENCLOSURE] = "enclosure services",
		[T_SIMPLE_DIRECT] = "simplified direct",
		[T_OPTIC_CARD_RW] = "optical card r/w",
		[T_OBJECT_STORED] = "object-based storage",
	};

	if (type == T_NODEVICE)
		return "no device";
	if (type < 0 || type >= (int)__arraycount(names) || names[type] == NULL)
		return "unknown";
	return names[type];
}

/*
 * Copies a string of a device's: stops at its end, drops blanks there, and
 * writes what is no printable ASCII as "\ooo".  Always ends with a NUL.
 */
void
scsipi_strvis(char *dst, size_t dlen, const char *src, size_t slen)
{
	size_t n = 0;
	u_char c;

	while (slen > 0 && (src[slen - 1] == ' ' || src[slen - 1] == '\0' ||
	    (u_char)src[slen - 1] == 0xff))
		slen--;
	for (; slen > 0 && n + 1 < dlen; src++, slen--) {
		c = (u_char)*src;
		if (c < ' ' || c >= 0x7f || c == '\\') {
			if (n + 5 > dlen)
				break;
			dst[n++] = '\\';
			dst[n++] = (char)('0' + (c >> 6));
			dst[n++] = (char)('0' + (c >> 3 & 7));
			dst[n++] = (char)('0' + (c & 7));
		} else
			dst[n++] = (char)c;
	}
	if (dlen > 0)
		dst[n] = '\0';
}

/*
 * The best match of a table of nmatches entries, each matchsize bytes long
 * and starting with a struct scsipi_inquiry_pattern.  Type and removability
 * have to agree, strings have to start with the pattern's; the longer what
 * agrees the better.  *bestpriority is its value, 0 with NULL for none.
 */
const void *
scsipi_inqmatch(struct scsipi_inquiry_pattern *inqbuf, const void *base, size_t nmatches,
    size_t matchsize, int *bestpriority)
{
	const struct scsipi_inquiry_pattern *match;
	const void *bestmatch = NULL;
	size_t vlen, plen, rlen;
	int priority;

	*bestpriority = 0;
	for (; nmatches > 0; nmatches--, base = (const char *)base + matchsize) {
		match = base;
		if (match->type != inqbuf->type || match->removable != inqbuf->removable)
			continue;
		vlen = strlen(match->vendor);
		plen = strlen(match->product);
		rlen = strlen(match->revision);
		if (strncmp(inqbuf->vendor, match->vendor, vlen) != 0 ||
		    strncmp(inqbuf->product, match->product, plen) != 0 ||
		    strncmp(inqbuf->revision, match->revision, rlen) != 0)
			continue;
		priority = 2 + (int)(vlen + plen + rlen);
		if (priority > *bestpriority) {
			*bestpriority = priority;
			bestmatch = base;
		}
	}
	return bestmatch;
}
