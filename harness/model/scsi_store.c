/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Medium contents of the SCSI target model: pages of 4 KiB in an open
 * addressed table, or an image's functions.  A page that is not there reads
 * as zero.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "scsi_impl.h"

#define STORE_MAX	16384u		/* pages: 64 MiB written at most */
#define CHUNK		16u		/* pages taken from the host at a time */

static struct store_ent *
find(struct scsim_lun *sl, uint64_t page)
{
	size_t h = (size_t)((page + 1) * 0x9e3779b97f4a7c15ull >> 32) & (sl->sl_room - 1);

	while (sl->sl_store[h].se_page != 0 && sl->sl_store[h].se_page != page + 1)
		h = (h + 1) & (sl->sl_room - 1);
	return &sl->sl_store[h];
}

static int
grow(struct scsim_lun *sl)
{
	struct store_ent *old = sl->sl_store;
	size_t i, room = sl->sl_room;

	if ((sl->sl_store = calloc(room ? room * 2 : 64, sizeof(*old))) == NULL) {
		sl->sl_store = old;
		return ENOSPC;
	}
	sl->sl_room = room ? room * 2 : 64;
	for (i = 0; i < room; i++)
		if (old[i].se_page != 0)
			*find(sl, old[i].se_page - 1) = old[i];
	free(old);
	return 0;
}

static uint8_t *
take_page(struct scsim_lun *sl)
{
	uint8_t *p;

	if (sl->sl_chunkleft == 0) {
		uint8_t **chunks = realloc(sl->sl_chunks, (sl->sl_nchunks + 1) * sizeof(*chunks));

		if (chunks == NULL)
			return NULL;
		sl->sl_chunks = chunks;
		if ((p = malloc(CHUNK * STORE_PAGE)) == NULL)
			return NULL;
		sl->sl_chunks[sl->sl_nchunks++] = p;
		sl->sl_chunk = p;
		sl->sl_chunkleft = CHUNK;
	}
	p = sl->sl_chunk;
	sl->sl_chunk += STORE_PAGE;
	sl->sl_chunkleft--;
	memset(p, 0, STORE_PAGE);
	return p;
}

/* The page to write to, made when it is not there; NULL: no room. */
static uint8_t *
write_page(struct scsim_lun *sl, uint64_t page)
{
	struct store_ent *se;

	if (sl->sl_used * 2 >= sl->sl_room && grow(sl) != 0)
		return NULL;
	se = find(sl, page);
	if (se->se_page == 0) {
		uint8_t *p;

		if (sl->sl_used == STORE_MAX || (p = take_page(sl)) == NULL)
			return NULL;
		se->se_page = page + 1;
		se->se_data = p;
		sl->sl_used++;
	}
	return se->se_data;
}

int
scsi_store_read(struct scsim_lun *sl, uint64_t off, void *vbuf, size_t len)
{
	uint8_t *buf = vbuf;

	if (sl->sl_cf.sm_image != NULL)
		return sl->sl_cf.sm_image->io_read(sl->sl_cf.sm_cookie, buf, len, off);
	while (len != 0) {
		size_t at = off % STORE_PAGE, n = STORE_PAGE - at < len ? STORE_PAGE - at : len;
		const struct store_ent *se = sl->sl_room ? find(sl, off / STORE_PAGE) : NULL;

		if (se != NULL && se->se_page != 0)
			memcpy(buf, se->se_data + at, n);
		else
			memset(buf, 0, n);
		buf += n;
		off += n;
		len -= n;
	}
	return 0;
}

int
scsi_store_write(struct scsim_lun *sl, uint64_t off, const void *vbuf, size_t len)
{
	const uint8_t *buf = vbuf;

	if (sl->sl_cf.sm_image != NULL)
		return sl->sl_cf.sm_image->io_write != NULL ?
		    sl->sl_cf.sm_image->io_write(sl->sl_cf.sm_cookie, buf, len, off) : EROFS;
	while (len != 0) {
		size_t at = off % STORE_PAGE, n = STORE_PAGE - at < len ? STORE_PAGE - at : len;
		uint8_t *p = write_page(sl, off / STORE_PAGE);

		if (p == NULL)
			return ENOSPC;
		memcpy(p + at, buf, n);
		buf += n;
		off += n;
		len -= n;
	}
	return 0;
}

int
scsi_store_zero(struct scsim_lun *sl, uint64_t off, uint64_t len)
{
	static const uint8_t zero[STORE_PAGE];
	uint64_t end = off + len;
	size_t i;
	int error;

	if (sl->sl_cf.sm_image != NULL) {
		/* Bounded: what a command names may be far larger than any image. */
		if (len > SCSIM_XFER_MAX)
			return ENOSPC;
		for (; off < end; off += i) {
			i = end - off < STORE_PAGE ? end - off : STORE_PAGE;
			if ((error = scsi_store_write(sl, off, zero, i)) != 0)
				return error;
		}
		return 0;
	}
	for (i = 0; i < sl->sl_room; i++) {
		const struct store_ent *se = &sl->sl_store[i];
		uint64_t lo = (se->se_page - 1) * STORE_PAGE, hi = lo + STORE_PAGE;

		if (se->se_page == 0 || hi <= off || lo >= end)
			continue;
		if (lo < off)
			lo = off;
		if (hi > end)
			hi = end;
		memset(se->se_data + lo % STORE_PAGE, 0, hi - lo);
	}
	return 0;
}

void
scsi_store_free(struct scsim_lun *sl)
{
	size_t i;

	for (i = 0; i < sl->sl_nchunks; i++)
		free(sl->sl_chunks[i]);
	free(sl->sl_chunks);
	free(sl->sl_store);
}
