/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Directories of ISO 9660 (ECMA-119 6.8 and 9.1): records one after the
 * other, checked before anyone looks into them.
 *
 * A record lies inside a 2048-byte sector of the volume; a zero where a
 * record's length is expected means that the next one is in the next logical
 * block.  A directory that has ISO_MAXZEROSECTORS blocks of nothing ends
 * there, whatever its length field says.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/cd9660_extern.h>
#include <fs/cd9660/cd9660_mount.h>

/* Starts a walk over the directory of size bytes at block start. */
void
cd9660_scan_init(struct iso_scan *sc, struct iso_mnt *imp, uint32_t start,
    uint64_t size)
{

	sc->sc_imp = imp;
	sc->sc_start = start;
	sc->sc_size = size;
	sc->sc_off = 0;
	sc->sc_recoff = 0;
	sc->sc_more = false;
	sc->sc_lastmore = false;
	sc->sc_zeros = 0;
	sc->sc_bp = NULL;
	sc->sc_bpblk = 0;
}

/* Gives back the buffer that the walk holds; the record copy stays. */
void
cd9660_scan_pause(struct iso_scan *sc)
{

	if (sc->sc_bp != NULL) {
		brelse(sc->sc_bp, 0);
		sc->sc_bp = NULL;
	}
}

/* Holds the block of the directory that has byte off. */
static int
scan_block(struct iso_scan *sc, uint64_t off)
{
	struct iso_mnt *imp = sc->sc_imp;
	const uint64_t blk = off >> imp->im_bshift;

	if (sc->sc_bp != NULL && sc->sc_bpblk == blk)
		return 0;
	cd9660_scan_pause(sc);
	sc->sc_bpblk = blk;
	return cd9660_bread(imp, sc->sc_start + blk, &sc->sc_bp);
}

/* Copies n bytes of the directory, which may be in two blocks. */
static int
scan_copy(struct iso_scan *sc, uint64_t off, uint8_t *dst, size_t n)
{
	struct iso_mnt *imp = sc->sc_imp;
	int error;

	while (n > 0) {
		const size_t in = off & imp->im_bmask;
		const size_t k = MIN(n, imp->logical_block_size - in);

		error = scan_block(sc, off);
		if (error != 0)
			return error;
		memcpy(dst, (const uint8_t *)sc->sc_bp->b_data + in, k);
		dst += k;
		off += k;
		n -= k;
	}
	return 0;
}

/*
 * Copies the next record to sc_rec.  ENOENT at the end of the directory,
 * EINVAL at a record that can't be one (the walk can't go on), EIO.
 */
int
cd9660_scan_next(struct iso_scan *sc)
{
	struct iso_mnt *imp = sc->sc_imp;
	size_t len, namelen, insector;
	uint64_t off;
	int error;

	for (;;) {
		off = sc->sc_off;
		if (off >= sc->sc_size)
			return ENOENT;
		error = scan_block(sc, off);
		if (error != 0)
			return error;
		len = ((const uint8_t *)sc->sc_bp->b_data)
		    [off & imp->im_bmask];
		if (len != 0)
			break;
		if ((off & imp->im_bmask) == 0 &&
		    ++sc->sc_zeros >= ISO_MAXZEROSECTORS)
			return ENOENT;
		sc->sc_off = (off | imp->im_bmask) + 1;
	}
	sc->sc_zeros = 0;

	if (len < ISO_DIRECTORY_RECORD_SIZE + 1) {
		cd9660_complain(imp, ISO_BAD_RECLEN,
		    "length of a directory record", len,
		    ISO_DIRECTORY_RECORD_SIZE + 1);
		return EINVAL;
	}
	if (len > sc->sc_size - off) {
		cd9660_complain(imp, ISO_BAD_RECORDEND,
		    "directory record's end", off + len, sc->sc_size);
		return EINVAL;
	}
	insector = (lblktosize(imp, sc->sc_start) + off) &
	    (ISO_DEFAULT_BLOCK_SIZE - 1);
	if (insector + len > ISO_DEFAULT_BLOCK_SIZE) {
		cd9660_complain(imp, ISO_BAD_CROSSING,
		    "directory record's end in its sector", insector + len,
		    ISO_DEFAULT_BLOCK_SIZE);
		return EINVAL;
	}
	error = scan_copy(sc, off, sc->sc_bytes, len);
	if (error != 0)
		return error;
	namelen = isonum_711(sc->sc_rec.name_len);
	if (namelen == 0 || namelen > len - ISO_DIRECTORY_RECORD_SIZE) {
		cd9660_complain(imp, ISO_BAD_NAMELEN,
		    "length of a name in a directory record", namelen,
		    len - ISO_DIRECTORY_RECORD_SIZE);
		return EINVAL;
	}
	/* Nobody sees bytes of an earlier, longer record. */
	memset(sc->sc_bytes + len, 0, sizeof(sc->sc_bytes) - len);
	sc->sc_recoff = off;
	sc->sc_off = off + len;
	sc->sc_more = sc->sc_lastmore;
	sc->sc_lastmore = (sc->sc_rec.flags[0] & ISO_FLAG_MULTIEXTENT) != 0;
	return 0;
}

/*
 * Goes to the first record at or after byte off, so that sc_more is right:
 * the walk starts one block earlier.  Errors as for cd9660_scan_next(); the
 * record is left to it.
 */
int
cd9660_scan_seek(struct iso_scan *sc, uint64_t off)
{
	struct iso_mnt *imp = sc->sc_imp;
	uint64_t first, step = MAX(imp->logical_block_size,
	    ISO_DEFAULT_BLOCK_SIZE);
	const uint64_t base = lblktosize(imp, sc->sc_start) & (step - 1);
	int error = 0;

	/* The start of a sector of the volume is the start of a record. */
	first = rounddown(base + off, step);
	first = first >= base + step ? first - step - base : 0;
	sc->sc_off = first;
	sc->sc_more = sc->sc_lastmore = false;
	sc->sc_zeros = 0;
	while (error == 0 && sc->sc_off < off) {
		error = cd9660_scan_next(sc);
		if (error == 0 && sc->sc_recoff >= off) {
			/* Only zeros were before it: take the step back. */
			sc->sc_off = sc->sc_recoff;
			sc->sc_lastmore = sc->sc_more;
			break;
		}
	}
	return error;
}

bool
cd9660_rec_isdot(const struct iso_directory_record *rec)
{

	return rec->name_len[0] == 1 && rec->name[0] == 0;
}

bool
cd9660_rec_isdotdot(const struct iso_directory_record *rec)
{

	return rec->name_len[0] == 1 && rec->name[0] == 1;
}

/* The first block with data of a record: its attribute record comes before. */
uint32_t
cd9660_rec_start(struct iso_mnt *imp, const struct iso_directory_record *rec)
{
	const uint32_t extent = cd9660_733(imp, rec->extent, "extent");
	uint32_t xar = isonum_711(rec->ext_attr_length);

	/* Interleaved, it has the first unit for itself. */
	if (xar != 0 && isonum_711(rec->file_unit_size) != 0)
		xar = isonum_711(rec->file_unit_size) +
		    isonum_711(rec->interleave);
	return extent > UINT32_MAX - xar ? UINT32_MAX : extent + xar;
}

/*
 * Fills *e with what the record at hand is as an entry of the directory dp.
 * EIO.
 */
int
cd9660_rec_entry(struct iso_scan *sc, struct iso_node *dp,
    struct iso_entry *e)
{
	struct iso_mnt *imp = sc->sc_imp;
	const struct iso_directory_record *rec = &sc->sc_rec;
	const struct cd9660_key *dkey = dp->i_key;
	int error;

	e->e_hidden = sc->sc_more;	/* a later part of a file */
	e->e_isdir = (rec->flags[0] & ISO_FLAG_DIRECTORY) != 0;
	e->e_type = e->e_isdir ? DT_DIR : DT_REG;
	e->e_dirblock = cd9660_rec_start(imp, rec);
	e->e_ino = 0;

	/* The first two are known, whatever is in their records. */
	if (cd9660_rec_isdot(rec) || cd9660_rec_isdotdot(rec)) {
		e->e_namelen = cd9660_rec_isdot(rec) ? 1 : 2;
		memcpy(e->e_name, "..", 3);
		e->e_name[e->e_namelen] = '\0';
		e->e_isdir = true;
		e->e_type = DT_DIR;
		e->e_ino = e->e_namelen == 1 || dkey->ck_depth == 0 ?
		    dkey->ck_ino :
		    lblktosize(imp, dkey->ck_chain[dkey->ck_depth - 1]);
		return 0;
	}

	if (imp->iso_ftype == ISO_FTYPE_RRIP) {
		error = cd9660_rrip_entry(sc, e);
		if (error != 0)
			return error;
	} else if (imp->iso_ftype == ISO_FTYPE_JOLIET) {
		e->e_namelen = cd9660_joliet_name(imp, rec, e->e_name);
	} else {
		e->e_namelen = cd9660_iso_name(imp, rec, e->e_name);
	}
	if ((rec->flags[0] & ISO_FLAG_ASSOCIATED) &&
	    imp->iso_ftype != ISO_FTYPE_9660)
		e->e_hidden = true;
	if (e->e_name[0] == '.' && (e->e_namelen == 1 ||
	    (e->e_namelen == 2 && e->e_name[1] == '.'))) {
		cd9660_complain(imp, ISO_BAD_NAME,
		    "length of a name of dots", e->e_namelen, 0);
		e->e_hidden = true;
	}
	e->e_name[e->e_namelen] = '\0';
	if (e->e_isdir)
		e->e_ino = lblktosize(imp, e->e_dirblock);
	else if (e->e_ino == 0)
		e->e_ino = dkey->ck_ino + sc->sc_recoff;
	return 0;
}

/*
 * Reads the "." record of the directory at block start into *sc, which walks
 * over the whole directory from there, and checks that it is one.  *sizep is
 * the size that it has.  The caller ends the walk, also on error.
 */
int
cd9660_dir_head(struct iso_mnt *imp, uint32_t start, struct iso_scan *sc,
    uint64_t *sizep)
{
	const struct iso_directory_record *rec = &sc->sc_rec;
	uint32_t size;
	int error;

	cd9660_scan_init(sc, imp, start, imp->logical_block_size);
	error = cd9660_scan_next(sc);
	if (error == ENOENT)
		error = EINVAL;
	if (error != 0)
		return error;
	if (sc->sc_recoff != 0 || !cd9660_rec_isdot(rec) ||
	    (rec->flags[0] & ISO_FLAG_DIRECTORY) == 0) {
		cd9660_complain(imp, ISO_BAD_DOT,
		    "first name of a directory", rec->name[0], 0);
		return EINVAL;
	}
	if (cd9660_rec_start(imp, rec) != start) {
		cd9660_complain(imp, ISO_BAD_DIREXTENT,
		    "extent of a directory's \".\"",
		    cd9660_rec_start(imp, rec), start);
		return EINVAL;
	}
	size = cd9660_733(imp, rec->size, "directory size");
	if (size < sc->sc_off) {
		cd9660_complain(imp, ISO_BAD_RECORDEND, "directory size",
		    size, sc->sc_off);
		return EINVAL;
	}
	sc->sc_size = *sizep = size;
	return 0;
}

/*
 * The block of the parent of the directory at block start: what Rock Ridge
 * says for a relocated directory, else what ".." says.
 */
int
cd9660_dir_parent(struct iso_mnt *imp, uint32_t start, uint32_t *parentp)
{
	struct iso_scan sc;
	uint64_t size;
	int error;

	error = cd9660_dir_head(imp, start, &sc, &size);
	if (error == 0)
		error = cd9660_scan_next(&sc);
	if (error == ENOENT)
		error = EINVAL;
	if (error == 0 && !cd9660_rec_isdotdot(&sc.sc_rec)) {
		cd9660_complain(imp, ISO_BAD_DOTDOT,
		    "second name of a directory", sc.sc_rec.name[0], 1);
		error = EINVAL;
	}
	if (error == 0) {
		*parentp = cd9660_rec_start(imp, &sc.sc_rec);
		if (imp->iso_ftype == ISO_FTYPE_RRIP) {
			uint32_t parent;

			error = cd9660_rrip_parent(&sc, &parent);
			if (error == 0)
				*parentp = parent;
			else if (error == ENOENT)
				error = 0;
		}
	}
	cd9660_scan_done(&sc);
	return error;
}
