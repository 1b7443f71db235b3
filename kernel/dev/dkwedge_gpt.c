/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Wedges from a GUID partition table: UEFI specification, chapter 5.3.
 *
 * The header in the second sector is tried first, then the backup in the last
 * one.  A table counts only if the CRCs of its header and of all its entries
 * are right.  Its size is bounded, each entry must lie in the usable sectors.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/disk.h>
#include <sys/disklabel_gpt.h>
#include <sys/endian.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/uuid.h>

#define	GPT_TABLE_MAX	(256 * 1024)	/* bytes of entries */

static const struct {
	struct uuid	ptype_guid;
	const char	*ptype_str;
} gpt_ptypes[] = {
	{ GPT_ENT_TYPE_EFI,		DKW_PTYPE_FAT },
	{ GPT_ENT_TYPE_NETBSD_SWAP,	DKW_PTYPE_SWAP },
	{ GPT_ENT_TYPE_FREEBSD_SWAP,	DKW_PTYPE_SWAP },
	{ GPT_ENT_TYPE_LINUX_SWAP,	DKW_PTYPE_SWAP },
	{ GPT_ENT_TYPE_NETBSD_FFS,	DKW_PTYPE_FFS },
	{ GPT_ENT_TYPE_FREEBSD_UFS,	DKW_PTYPE_FFS },
	{ GPT_ENT_TYPE_NETBSD_LFS,	DKW_PTYPE_LFS },
	{ GPT_ENT_TYPE_NETBSD_RAIDFRAME, DKW_PTYPE_RAIDFRAME },
	{ GPT_ENT_TYPE_NETBSD_CCD,	DKW_PTYPE_CCD },
	{ GPT_ENT_TYPE_NETBSD_CGD,	DKW_PTYPE_CGD },
	{ GPT_ENT_TYPE_APPLE_HFS,	DKW_PTYPE_APPLEHFS },
	{ GPT_ENT_TYPE_APPLE_UFS,	DKW_PTYPE_APPLEUFS },
	{ GPT_ENT_TYPE_MS_BASIC_DATA,	DKW_PTYPE_NTFS },
	{ GPT_ENT_TYPE_LINUX_DATA,	DKW_PTYPE_EXT2FS },
	{ GPT_ENT_TYPE_FREEBSD_ZFS,	DKW_PTYPE_ZFS },
};

/* The fields of a header that passed its checks, in host order. */
struct gpt {
	uint64_t g_first, g_last;	/* usable sectors */
	uint64_t g_table;		/* first sector of the entries */
	uint32_t g_entries;
	uint32_t g_entsz;
	uint32_t g_crc;
};

static const char *
gpt_ptype(const struct uuid *guid)
{
	size_t i;

	for (i = 0; i < __arraycount(gpt_ptypes); i++) {
		if (memcmp(&gpt_ptypes[i].ptype_guid, guid,
		    sizeof(*guid)) == 0)
			return gpt_ptypes[i].ptype_str;
	}
	return DKW_PTYPE_UNKNOWN;
}

/*
 * A name of UTF-16 little endian as UTF-8, at most dstlen with the NUL.  What
 * is not a character becomes U+FFFD.
 */
static void
gpt_name(const uint16_t *src, size_t n, uint8_t *dst, size_t dstlen)
{
	size_t i, o = 0, len;
	uint32_t c, lo;

	for (i = 0; i < n; i++) {
		c = le16toh(src[i]);
		if (c == 0)
			break;
		if (c >= 0xd800 && c < 0xe000) {
			lo = i + 1 < n ? le16toh(src[i + 1]) : 0;
			if (c < 0xdc00 && lo >= 0xdc00 && lo < 0xe000) {
				c = 0x10000 + ((c - 0xd800) << 10) +
				    (lo - 0xdc00);
				i++;
			} else
				c = 0xfffd;
		}
		len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
		if (o + len >= dstlen)
			break;
		switch (len) {
		case 1:
			dst[o++] = c;
			break;
		case 2:
			dst[o++] = 0xc0 | c >> 6;
			dst[o++] = 0x80 | (c & 0x3f);
			break;
		case 3:
			dst[o++] = 0xe0 | c >> 12;
			dst[o++] = 0x80 | (c >> 6 & 0x3f);
			dst[o++] = 0x80 | (c & 0x3f);
			break;
		default:
			dst[o++] = 0xf0 | c >> 18;
			dst[o++] = 0x80 | (c >> 12 & 0x3f);
			dst[o++] = 0x80 | (c >> 6 & 0x3f);
			dst[o++] = 0x80 | (c & 0x3f);
			break;
		}
	}
	dst[o] = '\0';
}

/*
 * Checks the header in a sector that was read from blkno.  ESRCH: there is
 * none; EINVAL: it is wrong.
 */
static int
gpt_header(struct disk *pdk, const void *sector, uint32_t secsize,
    uint64_t blkno, struct gpt *g)
{
	const uint64_t total = pdk->dk_geom.dg_secperunit;
	struct gpt_hdr hdr;
	uint8_t *copy;
	uint32_t size, crc;
	uint64_t bytes;

	memcpy(&hdr, sector, sizeof(hdr));
	if (memcmp(hdr.hdr_sig, GPT_HDR_SIG, sizeof(hdr.hdr_sig)) != 0)
		return ESRCH;
	size = le32toh(hdr.hdr_size);
	if (le32toh(hdr.hdr_revision) != GPT_HDR_REVISION ||
	    size < GPT_HDR_SIZE || size > secsize) {
		printf("%s: GPT header of %u bytes, limits %u and %u\n",
		    pdk->dk_name, size, GPT_HDR_SIZE, secsize);
		return EINVAL;
	}
	copy = kmem_alloc(secsize, KM_SLEEP);
	memcpy(copy, sector, secsize);
	memset(copy + offsetof(struct gpt_hdr, hdr_crc_self), 0,
	    sizeof(hdr.hdr_crc_self));
	crc = crc32(0, copy, size);
	kmem_free(copy, secsize);
	if (crc != le32toh(hdr.hdr_crc_self)) {
		printf("%s: GPT header at %" PRIu64 ": checksum %08x, not "
		    "%08x\n", pdk->dk_name, blkno, le32toh(hdr.hdr_crc_self),
		    crc);
		return EINVAL;
	}
	if (le64toh(hdr.hdr_lba_self) != blkno) {
		printf("%s: GPT header at %" PRIu64 " says %" PRIu64 "\n",
		    pdk->dk_name, blkno, le64toh(hdr.hdr_lba_self));
		return EINVAL;
	}
	g->g_first = le64toh(hdr.hdr_lba_start);
	g->g_last = le64toh(hdr.hdr_lba_end);
	g->g_table = le64toh(hdr.hdr_lba_table);
	g->g_entries = le32toh(hdr.hdr_entries);
	g->g_entsz = le32toh(hdr.hdr_entsz);
	g->g_crc = le32toh(hdr.hdr_crc_table);
	if (g->g_first > g->g_last || g->g_last >= total) {
		printf("%s: GPT usable sectors %" PRIu64 " to %" PRIu64
		    " of %" PRIu64 "\n", pdk->dk_name, g->g_first, g->g_last,
		    total);
		return EINVAL;
	}
	if (g->g_entsz < sizeof(struct gpt_ent) || g->g_entsz % 8 != 0 ||
	    g->g_entries == 0 || g->g_entsz > GPT_TABLE_MAX ||
	    g->g_entries > GPT_TABLE_MAX / g->g_entsz) {
		printf("%s: GPT of %u entries of %u bytes, limit %u bytes\n",
		    pdk->dk_name, g->g_entries, g->g_entsz, GPT_TABLE_MAX);
		return EINVAL;
	}
	bytes = roundup((uint64_t)g->g_entries * g->g_entsz, secsize);
	if (g->g_table >= total || bytes / secsize > total - g->g_table) {
		printf("%s: GPT entries at %" PRIu64 " of %" PRIu64
		    " sectors\n", pdk->dk_name, g->g_table, total);
		return EINVAL;
	}
	return 0;
}

/* False: the entry makes no wedge; with tell the log says why. */
static bool
gpt_addwedge(struct disk *pdk, const struct gpt *g, const void *entry,
    unsigned idx, bool tell)
{
	static const struct uuid unused = GPT_ENT_TYPE_UNUSED;
	struct dkwedge_info dkw;
	struct gpt_ent ent;
	struct uuid type, guid;
	uint16_t name[GPT_ENT_NAMESZ];
	uint64_t start, end;
	int error;

	memcpy(&ent, entry, sizeof(ent));
	uuid_dec_le(ent.ent_type, &type);
	if (memcmp(&type, &unused, sizeof(type)) == 0)
		return true;
	start = le64toh(ent.ent_lba_start);
	end = le64toh(ent.ent_lba_end);
	if (start > end || start < g->g_first || end > g->g_last) {
		if (tell)
			printf("%s: GPT entry %u: sectors %" PRIu64 " to %"
			    PRIu64 ", usable are %" PRIu64 " to %" PRIu64
			    "\n", pdk->dk_name, idx, start, end, g->g_first,
			    g->g_last);
		return false;
	}
	memset(&dkw, 0, sizeof(dkw));
	strlcpy(dkw.dkw_parent, pdk->dk_name, sizeof(dkw.dkw_parent));
	dkw.dkw_offset = start;
	dkw.dkw_size = end - start + 1;
	strlcpy(dkw.dkw_ptype, gpt_ptype(&type), sizeof(dkw.dkw_ptype));
	memcpy(name, ent.ent_name, sizeof(name));
	gpt_name(name, GPT_ENT_NAMESZ, dkw.dkw_wname, sizeof(dkw.dkw_wname));
	uuid_dec_le(ent.ent_guid, &guid);
	if (dkw.dkw_wname[0] == '\0')
		uuid_snprintf((char *)dkw.dkw_wname, sizeof(dkw.dkw_wname),
		    &guid);
	error = dkwedge_add(&dkw);
	if (error == EEXIST) {
		/* Names need not differ; GUIDs should. */
		uuid_snprintf((char *)dkw.dkw_wname, sizeof(dkw.dkw_wname),
		    &guid);
		error = dkwedge_add(&dkw);
	}
	if (error && tell)
		printf("%s: GPT entry %u: cannot add wedge, error %d\n",
		    pdk->dk_name, idx, error);
	return error == 0;
}

static int
dkwedge_discover_gpt(struct disk *pdk, struct vnode *vp)
{
	const uint32_t secsize = DEV_BSIZE << pdk->dk_blkshift;
	const uint64_t total = pdk->dk_geom.dg_secperunit;
	struct gpt g;
	uint8_t *sector, *table = NULL;
	size_t bytes = 0;
	uint64_t blkno;
	unsigned bad = 0, i;
	int error = ESRCH, which;
	bool found = false;

	if (total < 3)
		return ESRCH;
	sector = kmem_alloc(secsize, KM_SLEEP);
	for (which = 0; which < 2 && table == NULL; which++) {
		blkno = which == 0 ? GPT_HDR_BLKNO : total - 1;
		error = dkwedge_read(pdk, vp, blkno, sector, secsize);
		if (error)
			continue;
		error = gpt_header(pdk, sector, secsize, blkno, &g);
		if (error != ESRCH)
			found = true;
		if (error)
			continue;
		bytes = roundup((size_t)g.g_entries * g.g_entsz, secsize);
		table = kmem_alloc(bytes, KM_SLEEP);
		error = dkwedge_read(pdk, vp, g.g_table, table, bytes);
		if (error == 0 && crc32(0, table,
		    (size_t)g.g_entries * g.g_entsz) != g.g_crc) {
			printf("%s: GPT entries at %" PRIu64 ": bad "
			    "checksum\n", pdk->dk_name, g.g_table);
			error = EINVAL;
		}
		if (error) {
			kmem_free(table, bytes);
			table = NULL;
		}
	}
	if (table != NULL) {
		for (i = 0; i < g.g_entries; i++) {
			if (!gpt_addwedge(pdk, &g, table +
			    (size_t)i * g.g_entsz, i, bad == 0))
				bad++;
		}
		if (bad > 1)
			printf("%s: GPT: %u entries without a wedge\n",
			    pdk->dk_name, bad);
		kmem_free(table, bytes);
		error = 0;
	}
	kmem_free(sector, secsize);
	return error == 0 ? 0 : found ? error : ESRCH;
}

DKWEDGE_DISCOVERY_METHOD_DECL(GPT, 0, dkwedge_discover_gpt);
