/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Rock Ridge (RRIP 1.09, 1.10, IEEE P1282) on SUSP 1.12.
 *
 * Each length is checked before the field behind it is read; the number of
 * continuation areas of a record and of entries in them is bounded, so that
 * a chain that bites its tail ends.  A continuation area is copied, as it
 * may lie in a block that somebody holds.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/dirent.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/iso_rrip.h>
#include <fs/cd9660/cd9660_extern.h>
#include <fs/cd9660/cd9660_mount.h>

#define	SUSP_HDRLEN	sizeof(ISO_SUSP_HEADER)

static uint16_t
susp_sig(const uint8_t *e)
{

	return ISO_SUSP_SIG(e[0], e[1]);
}

/*
 * Starts a walk over the entries of rec, a copy whose length is checked.
 * The first skip bytes of the system use field are something else's.  sc, if
 * any, is a walk that gives its buffer up when another block is read.
 */
void
cd9660_susp_init(struct iso_susp *su, struct iso_mnt *imp,
    const struct iso_directory_record *rec, unsigned skip,
    struct iso_scan *sc)
{
	const size_t len = isonum_711(rec->length);
	size_t start = ISO_DIRECTORY_RECORD_SIZE + isonum_711(rec->name_len);

	/* A name of even length is padded to make the record even. */
	start += (start & 1) + skip;
	su->su_imp = imp;
	su->su_scan = sc;
	su->su_ptr = (const uint8_t *)rec + start;
	su->su_left = len > start ? len - start : 0;
	su->su_ce = false;
	su->su_nce = 0;
	su->su_nentries = 0;
	su->su_other = false;
	su->su_buf = NULL;
	su->su_buflen = 0;
}

/* Ends a walk. */
void
cd9660_susp_done(struct iso_susp *su)
{

	if (su->su_buf != NULL) {
		kmem_free(su->su_buf, su->su_buflen);
		su->su_buf = NULL;
	}
}

/* Notes where a CE entry points to; the last one of an area counts. */
static int
susp_note_ce(struct iso_susp *su, const uint8_t *e)
{
	const ISO_RRIP_CONT *ce = (const ISO_RRIP_CONT *)e;
	struct iso_mnt *imp = su->su_imp;

	if (isonum_711(ce->h.length) < sizeof(*ce)) {
		cd9660_complain(imp, ISO_BAD_CE, "length of a CE",
		    isonum_711(ce->h.length), sizeof(*ce));
		return EINVAL;
	}
	su->su_ceblock = cd9660_733(imp, ce->location, "block of a CE");
	su->su_ceoff = cd9660_733(imp, ce->offset, "offset of a CE");
	su->su_celen = cd9660_733(imp, ce->len, "area length of a CE");
	if (su->su_ceoff >= ISO_DEFAULT_BLOCK_SIZE ||
	    su->su_celen > ISO_DEFAULT_BLOCK_SIZE - su->su_ceoff) {
		cd9660_complain(imp, ISO_BAD_CE,
		    "end of a continuation area",
		    (uint64_t)su->su_ceoff + su->su_celen,
		    ISO_DEFAULT_BLOCK_SIZE);
		return EINVAL;
	}
	su->su_ce = su->su_celen != 0;
	return 0;
}

/* Goes on in the continuation area that was noted. */
static int
susp_follow_ce(struct iso_susp *su)
{
	struct iso_mnt *imp = su->su_imp;

	if (++su->su_nce > ISO_SUSP_MAXCE) {
		cd9660_complain(imp, ISO_BAD_NCE,
		    "number of continuation areas of a record", su->su_nce,
		    ISO_SUSP_MAXCE);
		return EINVAL;
	}
	cd9660_susp_done(su);
	if (su->su_scan != NULL)
		cd9660_scan_pause(su->su_scan);
	su->su_buflen = su->su_celen;
	su->su_buf = kmem_alloc(su->su_buflen, KM_SLEEP);
	su->su_ptr = su->su_buf;
	su->su_left = su->su_buflen;
	su->su_ce = false;
	return cd9660_read_bytes(imp,
	    lblktosize(imp, su->su_ceblock) + su->su_ceoff, su->su_buf,
	    su->su_buflen);
}

/*
 * The next entry, with all its bytes there, that is SUSP's or Rock Ridge's;
 * valid until the next call.  ENOENT at the end, EINVAL, EIO.
 */
int
cd9660_susp_next(struct iso_susp *su, const uint8_t **ep)
{
	struct iso_mnt *imp = su->su_imp;
	const uint8_t *e;
	size_t len;
	int error;

	for (;;) {
		/* What is too short for an entry, or zero, is padding. */
		if (su->su_left < SUSP_HDRLEN || su->su_ptr[0] == 0) {
			if (!su->su_ce)
				return ENOENT;
			error = susp_follow_ce(su);
			if (error != 0)
				return error;
			continue;
		}
		e = su->su_ptr;
		len = e[2];
		if (len < SUSP_HDRLEN || len > su->su_left) {
			cd9660_complain(imp, ISO_BAD_SUSPLEN,
			    "length of a system use entry", len, su->su_left);
			return EINVAL;
		}
		if (++su->su_nentries > ISO_SUSP_MAXENTRIES) {
			cd9660_complain(imp, ISO_BAD_NCE,
			    "number of system use entries of a record",
			    su->su_nentries, ISO_SUSP_MAXENTRIES);
			return EINVAL;
		}
		su->su_ptr += len;
		su->su_left -= len;

		switch (susp_sig(e)) {
		case ISO_SUSP_SIG('C', 'E'):
			error = susp_note_ce(su, e);
			if (error != 0)
				return error;
			continue;
		case ISO_SUSP_SIG('S', 'T'):
			/* Ends this area and all after it. */
			su->su_left = 0;
			su->su_ce = false;
			continue;
		case ISO_SUSP_SIG('P', 'D'):
			continue;
		case ISO_SUSP_SIG('E', 'S'):
			if (len > SUSP_HDRLEN)
				su->su_other = imp->rr_id >= 0 &&
				    e[SUSP_HDRLEN] != imp->rr_id;
			continue;
		default:
			if (su->su_other)
				continue;
			*ep = e;
			return 0;
		}
	}
}

/* Is there room for n bytes of fields behind the header of e? */
static bool
susp_has(struct iso_mnt *imp, const uint8_t *e, size_t n)
{

	if (e[2] >= SUSP_HDRLEN + n)
		return true;
	cd9660_complain(imp, ISO_BAD_SUSPFIELD,
	    "length of a Rock Ridge entry", e[2], SUSP_HDRLEN + n);
	return false;
}

/*
 * Looks for Rock Ridge in the root's "." record, which sc has just read:
 * SP must be the first entry, alone or behind 14 bytes of CD-ROM XA, and
 * some Rock Ridge entry or name must follow.  Sets iso_ftype and rr_*.
 */
void
cd9660_rrip_probe(struct iso_mnt *imp, struct iso_scan *sc)
{
	static const unsigned skips[] = { 0, 14 };
	static const char *const ids[] = {
		"RRIP_1991A", "IEEE_P1282", "IEEE_1282"
	};
	struct iso_susp su;
	const uint8_t *e;
	bool found = false;
	int ner = 0;
	size_t i, j, idlen;

	for (i = 0; i < __arraycount(skips); i++) {
		const ISO_SUSP_OFFSET *sp;

		cd9660_susp_init(&su, imp, &sc->sc_rec, skips[i], sc);
		if (su.su_left < sizeof(*sp))
			continue;
		sp = (const ISO_SUSP_OFFSET *)su.su_ptr;
		if (susp_sig(su.su_ptr) == ISO_SUSP_SIG('S', 'P') &&
		    isonum_711(sp->h.length) >= sizeof(*sp) &&
		    sp->check[0] == 0xbe && sp->check[1] == 0xef) {
			imp->rr_skip0 = skips[i];
			imp->rr_skip = isonum_711(sp->skip);
			break;
		}
	}
	if (i == __arraycount(skips))
		return;

	imp->rr_id = -1;
	while (cd9660_susp_next(&su, &e) == 0) {
		switch (susp_sig(e)) {
		case ISO_SUSP_SIG('E', 'R'):
			/* len_id, len_des, len_src, version */
			if (e[2] < SUSP_HDRLEN + 4)
				break;
			idlen = e[4];
			if (idlen > e[2] - SUSP_HDRLEN - 4)
				break;
			for (j = 0; j < __arraycount(ids); j++)
				if (idlen == strlen(ids[j]) &&
				    memcmp(e + SUSP_HDRLEN + 4, ids[j],
				    idlen) == 0) {
					imp->rr_id = ner;
					found = true;
				}
			ner++;
			break;
		case ISO_SUSP_SIG('P', 'X'):
		case ISO_SUSP_SIG('R', 'R'):
		case ISO_SUSP_SIG('T', 'F'):
			found = true;
			break;
		}
	}
	cd9660_susp_done(&su);
	if (found)
		imp->iso_ftype = ISO_FTYPE_RRIP;
}

/* Adds the bytes of an NM entry; what does not fit is cut off. */
static void
nm_append(const uint8_t *e, struct iso_entry *ent)
{
	const size_t have = e[2] - SUSP_HDRLEN - 1;
	const size_t n = MIN(have, ISO_MAXNAMLEN - ent->e_namelen);

	memcpy(ent->e_name + ent->e_namelen, e + SUSP_HDRLEN + 1, n);
	ent->e_namelen += n;
}

/* Is what NM entries made of it a name? */
static bool
nm_valid(struct iso_mnt *imp, const struct iso_entry *ent)
{
	size_t i;

	for (i = 0; i < ent->e_namelen; i++) {
		if (ent->e_name[i] == '/' || ent->e_name[i] == '\0') {
			cd9660_complain(imp, ISO_BAD_NAME,
			    "byte in a Rock Ridge name",
			    (unsigned char)ent->e_name[i], '/');
			return false;
		}
	}
	return ent->e_namelen != 0;
}

/*
 * Name, kind and whereabouts of the record at hand as Rock Ridge says.  The
 * plain name stands in where there is no good other one.  EIO.
 */
int
cd9660_rrip_entry(struct iso_scan *sc, struct iso_entry *ent)
{
	struct iso_mnt *imp = sc->sc_imp;
	struct iso_susp su;
	const uint8_t *e;
	bool nmdone = false;
	int error;

	ent->e_namelen = 0;
	cd9660_susp_init(&su, imp, &sc->sc_rec, imp->rr_skip, sc);
	while ((error = cd9660_susp_next(&su, &e)) == 0) {
		switch (susp_sig(e)) {
		case ISO_SUSP_SIG('N', 'M'):
			if (nmdone || !susp_has(imp, e, 1))
				break;
			/* "." and ".." are named by their records. */
			if (e[4] & (ISO_SUSP_CFLAG_CURRENT |
			    ISO_SUSP_CFLAG_PARENT | ISO_SUSP_CFLAG_HOST))
				break;
			nm_append(e, ent);
			nmdone = (e[4] & ISO_SUSP_CFLAG_CONTINUE) == 0;
			break;
		case ISO_SUSP_SIG('P', 'X'):
			if (!susp_has(imp, e, ISO_RRIP_ATTR_SIZE -
			    SUSP_HDRLEN))
				break;
			if (!ent->e_isdir) {
				const ISO_RRIP_ATTR *px =
				    (const ISO_RRIP_ATTR *)e;
				const mode_t fmt = isonum_733(px->mode) &
				    S_IFMT;

				if (fmt != 0)
					ent->e_type = IFTODT(fmt);
				if (e[2] >= sizeof(*px) &&
				    isonum_733(px->ino) != 0)
					ent->e_ino = (uint64_t)1 << 48 |
					    isonum_733(px->ino);
			}
			break;
		case ISO_SUSP_SIG('R', 'E'):
			ent->e_hidden = true;
			break;
		case ISO_SUSP_SIG('C', 'L'):
			if (!susp_has(imp, e, 8))
				break;
			ent->e_isdir = true;
			ent->e_type = DT_DIR;
			ent->e_dirblock = cd9660_733(imp, e + SUSP_HDRLEN,
			    "block of a CL");
			break;
		}
	}
	cd9660_susp_done(&su);
	if (error == EIO)
		return error;
	if (!nm_valid(imp, ent))
		ent->e_namelen = cd9660_iso_name(imp, &sc->sc_rec,
		    ent->e_name);
	return 0;
}

/*
 * The parent of a relocated directory, from its ".." record, which is at
 * hand.  ENOENT if it is where it should be.
 */
int
cd9660_rrip_parent(struct iso_scan *sc, uint32_t *parentp)
{
	struct iso_mnt *imp = sc->sc_imp;
	struct iso_susp su;
	const uint8_t *e;
	uint32_t parent = 0;
	bool found = false;
	int error;

	cd9660_susp_init(&su, imp, &sc->sc_rec, imp->rr_skip, sc);
	while ((error = cd9660_susp_next(&su, &e)) == 0) {
		if (susp_sig(e) == ISO_SUSP_SIG('P', 'L') &&
		    susp_has(imp, e, 8)) {
			parent = cd9660_733(imp, e + SUSP_HDRLEN,
			    "block of a PL");
			found = true;
		}
	}
	cd9660_susp_done(&su);
	if (error == EIO)
		return error;
	if (!found)
		return ENOENT;
	*parentp = parent;
	return 0;
}

/*
 * Attributes.
 */

static int
rrip_px(struct iso_node *ip, const uint8_t *e)
{
	struct iso_mnt *imp = ip->i_mnt;
	const ISO_RRIP_ATTR *px = (const ISO_RRIP_ATTR *)e;

	if (!susp_has(imp, e, ISO_RRIP_ATTR_SIZE - SUSP_HDRLEN))
		return EINVAL;
	ip->inode.iso_mode = cd9660_733(imp, px->mode, "mode of a PX");
	ip->inode.iso_links = cd9660_733(imp, px->links, "links of a PX");
	ip->inode.iso_uid = cd9660_733(imp, px->uid, "uid of a PX");
	ip->inode.iso_gid = cd9660_733(imp, px->gid, "gid of a PX");
	if (e[2] >= sizeof(*px) && isonum_733(px->ino) != 0 &&
	    (ip->inode.iso_mode & S_IFMT) != S_IFDIR)
		ip->i_number = (uint64_t)1 << 48 | isonum_733(px->ino);
	return 0;
}

static int
rrip_pn(struct iso_node *ip, const uint8_t *e, bool *have)
{
	struct iso_mnt *imp = ip->i_mnt;
	const ISO_RRIP_DEVICE *pn = (const ISO_RRIP_DEVICE *)e;
	uint32_t high, low;

	if (!susp_has(imp, e, sizeof(*pn) - SUSP_HDRLEN))
		return EINVAL;
	high = cd9660_733(imp, pn->dev_t_high, "high half of a PN");
	low = cd9660_733(imp, pn->dev_t_low, "low half of a PN");
	/* Some writers put all of it in the low half. */
	if (high == 0)
		ip->inode.iso_rdev = makedev(major(low), minor(low));
	else
		ip->inode.iso_rdev = makedev(high, minor(low));
	*have = true;
	return 0;
}

/* A symbolic link's target while it grows out of SL entries. */
struct slink {
	char	*sl_buf;		/* MAXPATHLEN bytes, or NULL */
	size_t	sl_len;
	bool	sl_cont;		/* component goes on: no '/' before */
	bool	sl_done;
};

static int
slink_append(struct iso_mnt *imp, struct slink *sl, const void *p, size_t n)
{

	if (n > MAXPATHLEN - 1 - sl->sl_len) {
		cd9660_complain(imp, ISO_BAD_SYMLINK,
		    "length of a symbolic link", sl->sl_len + n,
		    MAXPATHLEN - 1);
		return ENAMETOOLONG;
	}
	memcpy(sl->sl_buf + sl->sl_len, p, n);
	sl->sl_len += n;
	return 0;
}

static int
slink_component(struct iso_mnt *imp, struct slink *sl, unsigned flags,
    const uint8_t *name, size_t len)
{
	const char *where;
	int error;

	if (flags & ISO_SUSP_CFLAG_ROOT) {
		/* An absolute path starts over. */
		sl->sl_len = 0;
		sl->sl_cont = false;
		return slink_append(imp, sl, "/", 1);
	}
	if (flags & ISO_SUSP_CFLAG_VOLROOT) {
		where = imp->im_mountp->mnt_stat.f_mntonname;
		sl->sl_len = 0;
		sl->sl_cont = false;
		return slink_append(imp, sl, where, strlen(where));
	}
	if (!sl->sl_cont && sl->sl_len > 0 &&
	    sl->sl_buf[sl->sl_len - 1] != '/') {
		error = slink_append(imp, sl, "/", 1);
		if (error != 0)
			return error;
	}
	if (flags & ISO_SUSP_CFLAG_CURRENT)
		error = slink_append(imp, sl, ".", 1);
	else if (flags & ISO_SUSP_CFLAG_PARENT)
		error = slink_append(imp, sl, "..", 2);
	else if (flags & ISO_SUSP_CFLAG_HOST)
		error = slink_append(imp, sl, hostname, strlen(hostname));
	else if (memchr(name, '\0', len) != NULL) {
		cd9660_complain(imp, ISO_BAD_SYMLINK,
		    "byte in a symbolic link", 0, 1);
		error = EINVAL;
	} else
		error = slink_append(imp, sl, name, len);
	sl->sl_cont = (flags & ISO_SUSP_CFLAG_CONTINUE) != 0;
	return error;
}

static int
rrip_sl(struct iso_node *ip, const uint8_t *e, struct slink *sl)
{
	struct iso_mnt *imp = ip->i_mnt;
	const uint8_t *p = e + SUSP_HDRLEN + 1;
	size_t left, clen;
	int error;

	if (sl->sl_done)
		return 0;
	if (!susp_has(imp, e, 1))
		return EINVAL;
	if (sl->sl_buf == NULL)
		sl->sl_buf = kmem_alloc(MAXPATHLEN, KM_SLEEP);
	left = e[2] - SUSP_HDRLEN - 1;
	while (left >= ISO_RRIP_SLSIZ) {
		clen = p[1];
		if (clen > left - ISO_RRIP_SLSIZ) {
			cd9660_complain(imp, ISO_BAD_SYMLINK,
			    "length of a symbolic link's component", clen,
			    left - ISO_RRIP_SLSIZ);
			return EINVAL;
		}
		error = slink_component(imp, sl, p[0], p + ISO_RRIP_SLSIZ,
		    clen);
		if (error != 0)
			return error;
		p += ISO_RRIP_SLSIZ + clen;
		left -= ISO_RRIP_SLSIZ + clen;
	}
	if ((e[SUSP_HDRLEN] & ISO_SUSP_CFLAG_CONTINUE) == 0)
		sl->sl_done = true;
	return 0;
}

static int
rrip_tf(struct iso_node *ip, const uint8_t *e)
{
	struct iso_mnt *imp = ip->i_mnt;
	struct timespec *const field[] = {
		&ip->inode.iso_btime, &ip->inode.iso_mtime,
		&ip->inode.iso_atime, &ip->inode.iso_ctime
	};
	const uint8_t *p = e + SUSP_HDRLEN + 1;
	size_t left, size, i;
	unsigned flags;

	if (!susp_has(imp, e, 1))
		return EINVAL;
	flags = e[SUSP_HDRLEN];
	size = (flags & ISO_SUSP_TSTAMP_FORM17) ? 17 : 7;
	left = e[2] - SUSP_HDRLEN - 1;
	for (i = 0; i < __arraycount(field); i++) {
		if ((flags & 1u << i) == 0)
			continue;
		if (left < size) {
			cd9660_complain(imp, ISO_BAD_SUSPFIELD,
			    "bytes left for a time stamp", left, size);
			return EINVAL;
		}
		if (size == 17)
			cd9660_tstamp_conv17(p, field[i]);
		else
			cd9660_tstamp_conv7(p, field[i]);
		p += size;
		left -= size;
	}
	return 0;
}

/*
 * Fills the attributes of a node from the Rock Ridge entries of rec, a copy;
 * no buffer may be held.  What is not said stays as it is.  EINVAL, EIO,
 * ENAMETOOLONG.
 */
int
cd9660_rrip_attrs(struct iso_node *ip, const struct iso_directory_record *rec)
{
	struct iso_mnt *imp = ip->i_mnt;
	struct slink sl = { NULL, 0, false, false };
	struct iso_susp su;
	const uint8_t *e;
	bool havedev = false, isroot;
	int error;

	/* The root's "." has SP, with what comes before it. */
	isroot = cd9660_rec_isdot(rec) &&
	    cd9660_rec_start(imp, rec) == imp->root_extent;
	cd9660_susp_init(&su, imp, rec, isroot ? imp->rr_skip0 : imp->rr_skip,
	    NULL);
	while ((error = cd9660_susp_next(&su, &e)) == 0) {
		switch (susp_sig(e)) {
		case ISO_SUSP_SIG('P', 'X'):
			error = rrip_px(ip, e);
			break;
		case ISO_SUSP_SIG('P', 'N'):
			error = rrip_pn(ip, e, &havedev);
			break;
		case ISO_SUSP_SIG('S', 'L'):
			error = rrip_sl(ip, e, &sl);
			break;
		case ISO_SUSP_SIG('T', 'F'):
			error = rrip_tf(ip, e);
			break;
		case ISO_SUSP_SIG('S', 'F'):
			ip->i_sparse = true;
			break;
		}
		if (error != 0)
			break;
	}
	cd9660_susp_done(&su);
	if (error == ENOENT)
		error = 0;

	if (error == 0 && (S_ISCHR(ip->inode.iso_mode) ||
	    S_ISBLK(ip->inode.iso_mode)) && !havedev) {
		cd9660_complain(imp, ISO_BAD_DEVICE,
		    "mode of a device without a PN", ip->inode.iso_mode, 0);
		error = EINVAL;
	}
	if (error == 0 && S_ISLNK(ip->inode.iso_mode)) {
		if (sl.sl_len == 0) {
			cd9660_complain(imp, ISO_BAD_SYMLINK,
			    "length of a symbolic link", 0, 1);
			error = EINVAL;
		} else {
			ip->i_target = kmem_alloc(sl.sl_len, KM_SLEEP);
			memcpy(ip->i_target, sl.sl_buf, sl.sl_len);
			ip->i_targetlen = sl.sl_len;
		}
	}
	if (sl.sl_buf != NULL)
		kmem_free(sl.sl_buf, MAXPATHLEN);
	return error;
}
