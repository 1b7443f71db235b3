/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * ISO 9660 (ECMA-119) on the disk, and Joliet's part of it.
 *
 * A volume is an array of logical blocks (512, 1024 or 2048 bytes).  From
 * sector 16 of a session on there are 2048-byte volume descriptors: primary,
 * supplementary (Joliet is one), terminator.  A descriptor holds the record of its
 * root directory.  A directory is an extent of records, none of which crosses
 * a 2048-byte sector; the rest of a sector is zero.  Records "." (name byte
 * 0) and ".." (name byte 1) come first.
 *
 * Numbers are named after the clauses: 711 one byte, 721/722 two bytes
 * little/big endian, 723 both, 731/732/733 the same with four bytes.  Of a
 * both-endian number the little-endian half is used; a difference is logged.
 */

#ifndef _ISOFS_CD9660_ISO_H_
#define _ISOFS_CD9660_ISO_H_

#include <sys/types.h>

#define	ISO_DEFAULT_BLOCK_SHIFT	11
#define	ISO_DEFAULT_BLOCK_SIZE	(1 << ISO_DEFAULT_BLOCK_SHIFT)
#define	ISO_FIRST_DESCRIPTOR	16	/* sector, in the session */

#define	ISO_VD_BOOT		0
#define	ISO_VD_PRIMARY		1
#define	ISO_VD_SUPPLEMENTARY	2
#define	ISO_VD_PARTITION	3
#define	ISO_VD_END		255

#define	ISO_STANDARD_ID		"CD001"

struct iso_volume_descriptor {
	unsigned char	type[1];
	unsigned char	id[5];
	unsigned char	version[1];
	unsigned char	data[2041];
};

/* ECMA-119 8.4; the supplementary one (8.5) has escape_sequences and flags. */
struct iso_primary_descriptor {
	unsigned char	type[1];
	unsigned char	id[5];
	unsigned char	version[1];
	unsigned char	flags[1];		/* supplementary only */
	unsigned char	system_id[32];
	unsigned char	volume_id[32];
	unsigned char	unused2[8];
	unsigned char	volume_space_size[8];	/* 733, blocks */
	unsigned char	escape[32];		/* supplementary only */
	unsigned char	volume_set_size[4];	/* 723 */
	unsigned char	volume_sequence_number[4]; /* 723 */
	unsigned char	logical_block_size[4];	/* 723 */
	unsigned char	path_table_size[8];	/* 733 */
	unsigned char	type_l_path_table[4];	/* 731 */
	unsigned char	opt_type_l_path_table[4];
	unsigned char	type_m_path_table[4];	/* 732 */
	unsigned char	opt_type_m_path_table[4];
	unsigned char	root_directory_record[34];
	unsigned char	volume_set_id[128];
	unsigned char	publisher_id[128];
	unsigned char	preparer_id[128];
	unsigned char	application_id[128];
	unsigned char	copyright_file_id[37];
	unsigned char	abstract_file_id[37];
	unsigned char	bibliographic_file_id[37];
	unsigned char	creation_date[17];
	unsigned char	modification_date[17];
	unsigned char	expiration_date[17];
	unsigned char	effective_date[17];
	unsigned char	file_structure_version[1];
	unsigned char	unused4[1];
	unsigned char	application_data[512];
	unsigned char	unused5[653];
};
#define	iso_supplementary_descriptor	iso_primary_descriptor

/* ECMA-119 9.1; name is followed by a zero byte if its length is even. */
struct iso_directory_record {
	unsigned char	length[1];		/* 711 */
	unsigned char	ext_attr_length[1];	/* 711, blocks */
	unsigned char	extent[8];		/* 733 */
	unsigned char	size[8];		/* 733 */
	unsigned char	date[7];
	unsigned char	flags[1];		/* ISO_FLAG_* */
	unsigned char	file_unit_size[1];	/* 711, blocks */
	unsigned char	interleave[1];		/* 711, blocks */
	unsigned char	volume_sequence_number[4]; /* 723 */
	unsigned char	name_len[1];		/* 711 */
	unsigned char	name[1];
};
#define	ISO_DIRECTORY_RECORD_SIZE	33	/* without the name */
#define	ISO_RECORD_MAX			255

#define	ISO_FLAG_HIDDEN		0x01
#define	ISO_FLAG_DIRECTORY	0x02
#define	ISO_FLAG_ASSOCIATED	0x04
#define	ISO_FLAG_RECORD		0x08
#define	ISO_FLAG_PROTECTION	0x10
#define	ISO_FLAG_MULTIEXTENT	0x80

/* ECMA-119 9.5, at the start of an extent with ext_attr_length. */
struct iso_extended_attributes {
	unsigned char	owner[4];		/* 723 */
	unsigned char	group[4];		/* 723 */
	unsigned char	perm[2];		/* 722, 0 bits permit */
	unsigned char	ctime[17];
	unsigned char	mtime[17];
	unsigned char	xtime[17];
	unsigned char	ftime[17];
	unsigned char	recfmt[1];
	unsigned char	recattr[1];
	unsigned char	reclen[4];
	unsigned char	system_id[32];
	unsigned char	system_use[64];
	unsigned char	version[1];
	unsigned char	len_esc[1];
	unsigned char	reserved[64];
	unsigned char	len_au[4];		/* 723 */
};

/* What names look like. */
enum ISO_FTYPE {
	ISO_FTYPE_DEFAULT,	/* lower case, no version */
	ISO_FTYPE_9660,		/* as on the disk */
	ISO_FTYPE_RRIP,
	ISO_FTYPE_JOLIET
};

#define	ASSOCCHAR	'='	/* before the name of an associated file */

static inline unsigned
isonum_711(const unsigned char *p)
{

	return p[0];
}

static inline int
isonum_712(const unsigned char *p)
{

	return (signed char)p[0];
}

static inline uint16_t
isonum_721(const unsigned char *p)
{

	return (uint16_t)(p[0] | p[1] << 8);
}

static inline uint16_t
isonum_722(const unsigned char *p)
{

	return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint16_t
isonum_723(const unsigned char *p)
{

	return isonum_721(p);
}

static inline uint32_t
isonum_731(const unsigned char *p)
{

	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

static inline uint32_t
isonum_732(const unsigned char *p)
{

	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static inline uint32_t
isonum_733(const unsigned char *p)
{

	return isonum_731(p);
}

/* Do the halves of a both-endian number agree? */
static inline bool
isonum_723_ok(const unsigned char *p)
{

	return isonum_721(p) == isonum_722(p + 2);
}

static inline bool
isonum_733_ok(const unsigned char *p)
{

	return isonum_731(p) == isonum_732(p + 4);
}

#endif /* _ISOFS_CD9660_ISO_H_ */
