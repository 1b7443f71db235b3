/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Files of a cd9660 file system in memory: made from directory records,
 * found by key in the vnode cache, gone with their vnodes.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/buf.h>
#include <sys/kmem.h>
#include <sys/lockf.h>
#include <sys/mount.h>
#include <sys/pool.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/fifofs/fifo.h>
#include <miscfs/genfs/genfs.h>
#include <miscfs/genfs/genfs_node.h>
#include <miscfs/specfs/specdev.h>

#include <fs/cd9660/iso.h>
#include <fs/cd9660/cd9660_extern.h>
#include <fs/cd9660/cd9660_mount.h>

static struct pool cd9660_node_pool;

const struct genfs_ops cd9660_genfsops = {
	.gop_size = genfs_size,
	.gop_putrange = genfs_gop_putrange,
};

/* Makes the pool of nodes; before the first mount. */
void
cd9660_node_init(void)
{

	pool_init(&cd9660_node_pool, sizeof(struct iso_node), 0, 0, 0,
	    "cd9660nopl", NULL, IPL_NONE);
}

void
cd9660_node_fini(void)
{

	pool_destroy(&cd9660_node_pool);
}

/* Frees a node that no vnode points to. */
static void
node_free(struct iso_node *ip)
{

	if (ip->i_key != &ip->i_keybuf.kb_key)
		kmem_free(ip->i_key, CD9660_KEYLEN(ip->i_key->ck_depth));
	if (ip->i_target != NULL)
		kmem_free(ip->i_target, ip->i_targetlen);
	if (ip->i_sect != NULL && ip->i_sect != &ip->i_sect0)
		kmem_free(ip->i_sect, ip->i_nsect * sizeof(*ip->i_sect));
	pool_put(&cd9660_node_pool, ip);
}

/* One section out of a record; EINVAL for what can't be read. */
static int
section_set(struct iso_mnt *imp, const struct iso_directory_record *rec,
    uint64_t first, struct iso_section *is)
{

	is->is_first = first;
	is->is_start = cd9660_rec_start(imp, rec);
	is->is_size = cd9660_733(imp, rec->size, "file size");
	is->is_unit = isonum_711(rec->file_unit_size);
	is->is_gap = isonum_711(rec->interleave);
	if (is->is_unit == 0 && is->is_gap != 0) {
		cd9660_complain(imp, ISO_BAD_INTERLEAVE,
		    "interleave gap without a unit size", is->is_gap, 0);
		return EINVAL;
	}
	if (is->is_unit != 0 &&
	    isonum_711(rec->ext_attr_length) > is->is_unit) {
		cd9660_complain(imp, ISO_BAD_INTERLEAVE,
		    "attribute record of an interleaved file",
		    isonum_711(rec->ext_attr_length), is->is_unit);
		return EINVAL;
	}
	return 0;
}

/*
 * Collects the sections of a file whose first record sc is at; the last one
 * is without MULTIEXTENT.  All but the last fill their blocks, else blocks of
 * the file would be parts of two of the disk.
 */
static int
sections_load(struct iso_node *ip, struct iso_scan *sc)
{
	struct iso_mnt *imp = ip->i_mnt;
	struct iso_section *sect = NULL, *bigger;
	unsigned n = 0, cap = 0;
	uint64_t blocks = 0;
	int error;

	ip->i_size = 0;
	error = section_set(imp, &sc->sc_rec, 0, &ip->i_sect0);
	if (error != 0)
		return error;
	ip->i_sect = &ip->i_sect0;
	ip->i_nsect = 1;
	ip->i_size = ip->i_sect0.is_size;
	if (!sc->sc_lastmore)
		return 0;

	for (;;) {
		if (n == cap) {
			if (cap >= ISO_MAXSECTIONS) {
				cd9660_complain(imp, ISO_BAD_NSECTIONS,
				    "number of sections of a file", n + 1,
				    ISO_MAXSECTIONS);
				error = EFBIG;
				break;
			}
			bigger = kmem_alloc((cap + 16) * sizeof(*sect),
			    KM_SLEEP);
			if (sect != NULL) {
				memcpy(bigger, sect, n * sizeof(*sect));
				kmem_free(sect, cap * sizeof(*sect));
			}
			sect = bigger;
			cap += 16;
		}
		error = section_set(imp, &sc->sc_rec, blocks, &sect[n]);
		if (error != 0)
			break;
		ip->i_size = lblktosize(imp, blocks) + sect[n].is_size;
		blocks += ((uint64_t)sect[n].is_size + imp->im_bmask) >>
		    imp->im_bshift;
		n++;
		if (!sc->sc_lastmore)
			break;
		if ((sect[n - 1].is_size & imp->im_bmask) != 0) {
			cd9660_complain(imp, ISO_BAD_SECTION,
			    "size of a file section that is not the last",
			    sect[n - 1].is_size,
			    sect[n - 1].is_size & ~imp->im_bmask);
			error = EINVAL;
			break;
		}
		error = cd9660_scan_next(sc);
		if (error == ENOENT) {
			cd9660_complain(imp, ISO_BAD_NSECTIONS,
			    "number of the last section of a file", n, n + 1);
			error = EINVAL;
		}
		if (error != 0)
			break;
	}
	if (error == 0 && n != cap) {
		/* Kept at its exact size. */
		bigger = kmem_alloc(n * sizeof(*sect), KM_SLEEP);
		memcpy(bigger, sect, n * sizeof(*sect));
		kmem_free(sect, cap * sizeof(*sect));
		sect = bigger;
		cap = n;
	}
	if (error != 0) {
		if (sect != NULL)
			kmem_free(sect, cap * sizeof(*sect));
		return error;
	}
	ip->i_sect = sect;
	ip->i_nsect = n;
	return 0;
}

/* Owner, mode and times out of the file's extended attribute record. */
static int
attrs_xar(struct iso_node *ip, const struct iso_directory_record *rec)
{
	static const struct {
		uint16_t deny;
		uint16_t mode;
	} perms[] = {
		{ 0x0010, S_IRUSR }, { 0x0040, S_IXUSR },
		{ 0x0100, S_IRGRP }, { 0x0400, S_IXGRP },
		{ 0x1000, S_IROTH }, { 0x4000, S_IXOTH }
	};
	struct iso_mnt *imp = ip->i_mnt;
	struct iso_extended_attributes *xa;
	uint16_t deny;
	int error;

	xa = kmem_alloc(sizeof(*xa), KM_SLEEP);
	error = cd9660_read_bytes(imp, lblktosize(imp,
	    isonum_733(rec->extent)), xa, sizeof(*xa));
	if (error == 0 && isonum_711(xa->version) != 1) {
		/* Not one: the defaults will do. */
		cd9660_complain(imp, ISO_BAD_XAR,
		    "version of an extended attribute record",
		    isonum_711(xa->version), 1);
	} else if (error == 0) {
		deny = isonum_722(xa->perm);
		ip->inode.iso_mode &= S_IFMT;
		for (size_t i = 0; i < __arraycount(perms); i++)
			if ((deny & perms[i].deny) == 0)
				ip->inode.iso_mode |= perms[i].mode;
		ip->inode.iso_uid = isonum_723(xa->owner);
		ip->inode.iso_gid = isonum_723(xa->group);
		cd9660_tstamp_conv17(xa->ctime, &ip->inode.iso_btime);
		cd9660_tstamp_conv17(xa->mtime, &ip->inode.iso_mtime);
		ip->inode.iso_ctime = ip->inode.iso_mtime;
		ip->inode.iso_atime = ip->inode.iso_mtime;
	}
	kmem_free(xa, sizeof(*xa));
	return error;
}

/*
 * All attributes of a node out of its record, a copy; no buffer is held.
 * isdir is what the record says the file is.
 */
static int
attrs_load(struct iso_node *ip, const struct iso_directory_record *rec,
    bool isdir)
{
	struct iso_mnt *imp = ip->i_mnt;
	int error;

	/* What a plain volume means. */
	ip->inode.iso_mode = (isdir ? S_IFDIR : S_IFREG) |
	    S_IRUSR | S_IXUSR | S_IRGRP | S_IXGRP | S_IROTH | S_IXOTH;
	ip->inode.iso_links = 1;
	cd9660_tstamp_conv7(rec->date, &ip->inode.iso_mtime);
	ip->inode.iso_atime = ip->inode.iso_ctime = ip->inode.iso_btime =
	    ip->inode.iso_mtime;

	if (imp->iso_ftype != ISO_FTYPE_RRIP) {
		if ((imp->im_flags & ISOFSMNT_EXTATT) != 0 &&
		    isonum_711(rec->ext_attr_length) != 0)
			return attrs_xar(ip, rec);
		return 0;
	}
	error = cd9660_rrip_attrs(ip, rec);
	if (error != 0)
		return error;
	if ((ip->inode.iso_mode & S_IFMT) == 0)
		ip->inode.iso_mode |= isdir ? S_IFDIR : S_IFREG;
	if (S_ISDIR(ip->inode.iso_mode) != isdir ||
	    IFTOVT(ip->inode.iso_mode) == VNON ||
	    IFTOVT(ip->inode.iso_mode) == VBAD) {
		cd9660_complain(imp, ISO_BAD_TYPE,
		    isdir ? "mode of a directory" :
		    "mode of what is not a directory", ip->inode.iso_mode,
		    isdir ? S_IFDIR : S_IFREG);
		return EINVAL;
	}
	if (ip->i_sparse)
		cd9660_complain(imp, ISO_BAD_SPARSE,
		    "sparse file that can't be read, size", ip->i_size, 0);
	return 0;
}

/*
 * Loads a directory from its "." record.  What ".." says is not needed, but
 * somebody may want to know that it is wrong.  (libisofs makes Joliet's ".."
 * name the directory itself.)
 */
static int
node_load_dir(struct iso_node *ip, struct iso_scan *sc)
{
	struct iso_mnt *imp = ip->i_mnt;
	const struct cd9660_key *key = ip->i_key;
	const uint32_t start = (uint32_t)(key->ck_ino >> imp->im_bshift);
	uint32_t parent;
	uint64_t size;
	int error;

	if ((key->ck_ino & imp->im_bmask) != 0 ||
	    key->ck_ino >> imp->im_bshift >= imp->im_limit)
		return ESTALE;
	error = cd9660_dir_head(imp, start, sc, &size);
	cd9660_scan_done(sc);
	if (error != 0)
		return error;
	ip->i_size = size;
	ip->i_sect0.is_first = 0;
	ip->i_sect0.is_start = start;
	ip->i_sect0.is_size = (uint32_t)size;
	ip->i_sect0.is_unit = ip->i_sect0.is_gap = 0;
	ip->i_sect = &ip->i_sect0;
	ip->i_nsect = 1;
	error = attrs_load(ip, &sc->sc_rec, true);
	if (error != 0 || key->ck_depth == 0)
		return error;
	error = cd9660_dir_parent(imp, start, &parent);
	if (error == 0 && parent != start &&
	    parent != key->ck_chain[key->ck_depth - 1])
		cd9660_complain(imp, ISO_BAD_DOTDOT,
		    "extent of a directory's \"..\"", parent,
		    key->ck_chain[key->ck_depth - 1]);
	return error == EIO ? EIO : 0;
}

/* Loads any other file from its record in its directory. */
static int
node_load_file(struct iso_node *ip, struct iso_scan *sc)
{
	struct iso_mnt *imp = ip->i_mnt;
	const struct cd9660_key *key = ip->i_key;
	union {
		struct iso_directory_record rec;
		uint8_t bytes[ISO_RECORD_MAX + 1];
	} u;
	uint64_t size, off;
	uint32_t dirblock;
	int error;

	if (key->ck_depth == 0)
		return ESTALE;
	dirblock = key->ck_chain[key->ck_depth - 1];
	if (dirblock >= imp->im_limit ||
	    key->ck_ino < lblktosize(imp, dirblock))
		return ESTALE;
	off = key->ck_ino - lblktosize(imp, dirblock);
	error = cd9660_dir_head(imp, dirblock, sc, &size);
	if (error == 0 && off >= size)
		error = ESTALE;
	if (error == 0)
		error = cd9660_scan_seek(sc, off);
	if (error == 0)
		error = cd9660_scan_next(sc);
	if (error == 0 && (sc->sc_recoff != off || sc->sc_more ||
	    (sc->sc_rec.flags[0] & ISO_FLAG_DIRECTORY)))
		error = ESTALE;
	if (error == 0) {
		/* Reading the other sections overwrites the record. */
		memcpy(u.bytes, sc->sc_bytes, sizeof(u.bytes));
		error = sections_load(ip, sc);
	}
	cd9660_scan_done(sc);
	if (error == ENOENT)
		error = ESTALE;
	if (error == 0)
		error = attrs_load(ip, &u.rec, false);
	return error;
}

/*
 * vfsops(9): makes the node for a key of the vnode cache.  ESTALE if the key
 * is of nothing on this volume, EINVAL if its record is bad, EIO.
 */
int
cd9660_loadvnode(struct mount *mp, struct vnode *vp, const void *key,
    size_t key_len, const void **new_key)
{
	struct iso_mnt *imp = VFSTOISOFS(mp);
	struct iso_scan sc;
	struct iso_node *ip;
	int error;

	ip = pool_get(&cd9660_node_pool, PR_WAITOK);
	memset(ip, 0, sizeof(*ip));
	if (key_len <= sizeof(ip->i_keybuf))
		ip->i_key = &ip->i_keybuf.kb_key;
	else
		ip->i_key = kmem_alloc(key_len, KM_SLEEP);
	memcpy(ip->i_key, key, key_len);
	KASSERT(key_len == CD9660_KEYLEN(ip->i_key->ck_depth));
	ip->i_vnode = vp;
	ip->i_mnt = imp;
	ip->i_number = ip->i_key->ck_ino;

	sc.sc_bp = NULL;
	if (ip->i_key->ck_isdir)
		error = node_load_dir(ip, &sc);
	else
		error = node_load_file(ip, &sc);
	if (error != 0) {
		node_free(ip);
		return error;
	}

	vp->v_tag = VT_ISOFS;
	vp->v_op = cd9660_vnodeop_p;
	vp->v_data = ip;
	vp->v_type = IFTOVT(ip->inode.iso_mode);
	genfs_node_init(vp, &cd9660_genfsops);
	switch (vp->v_type) {
	case VCHR:
	case VBLK:
		ip->i_size = 0;
		vp->v_op = cd9660_specop_p;
		spec_node_init(vp, ip->inode.iso_rdev);
		break;
	case VFIFO:
		ip->i_size = 0;
		vp->v_op = cd9660_fifoop_p;
		break;
	case VSOCK:
		ip->i_size = 0;
		break;
	case VLNK:
		ip->i_size = ip->i_targetlen;
		break;
	default:
		break;
	}
	if (ip->i_key->ck_depth == 0)
		vp->v_vflag |= VV_ROOT;
	uvm_vnp_setsize(vp, ip->i_size);
	*new_key = ip->i_key;
	return 0;
}

/* A key with room for depth directories: the one given, or an allocated one. */
static struct cd9660_key *
key_get(union cd9660_keybuf *kb, uint32_t depth)
{

	return depth <= CD9660_KEYINLINE ? &kb->kb_key :
	    kmem_alloc(CD9660_KEYLEN(depth), KM_SLEEP);
}

/* Gets the vnode of the key and frees that. */
static int
key_vnode(struct mount *mp, union cd9660_keybuf *kb, struct cd9660_key *key,
    struct vnode **vpp)
{
	const size_t len = CD9660_KEYLEN(key->ck_depth);
	int error;

	error = vcache_get(mp, key, len, vpp);
	if (key != &kb->kb_key)
		kmem_free(key, len);
	return error;
}

/* Loads the root directory; referenced and not locked. */
int
cd9660_getroot(struct mount *mp, struct vnode **vpp)
{
	struct iso_mnt *imp = VFSTOISOFS(mp);
	union cd9660_keybuf kb;

	kb.kb_key.ck_ino = lblktosize(imp, imp->root_extent);
	kb.kb_key.ck_isdir = 1;
	kb.kb_key.ck_depth = 0;
	return key_vnode(mp, &kb, &kb.kb_key, vpp);
}

/* The directory above dvp, referenced and not locked; the root's is itself. */
int
cd9660_getparent(struct vnode *dvp, struct vnode **vpp)
{
	const struct cd9660_key *dkey = VTOI(dvp)->i_key;
	union cd9660_keybuf kb;
	struct cd9660_key *key;
	uint32_t depth;

	if (dkey->ck_depth <= 1) {
		*vpp = VTOI(dvp)->i_mnt->im_root;
		vref(*vpp);
		return 0;
	}
	depth = dkey->ck_depth - 1;
	key = key_get(&kb, depth);
	key->ck_ino = lblktosize(VTOI(dvp)->i_mnt, dkey->ck_chain[depth]);
	key->ck_isdir = 1;
	key->ck_depth = depth;
	memcpy(key->ck_chain, dkey->ck_chain, depth * sizeof(uint32_t));
	return key_vnode(dvp->v_mount, &kb, key, vpp);
}

/*
 * A file in the directory dvp, referenced and not locked.  ELOOP for a
 * directory too deep, EINVAL for one that is above itself.
 */
int
cd9660_getchild(struct vnode *dvp, uint64_t ino, bool isdir,
    struct vnode **vpp)
{
	struct iso_node *dp = VTOI(dvp);
	struct iso_mnt *imp = dp->i_mnt;
	const struct cd9660_key *dkey = dp->i_key;
	const uint32_t depth = dkey->ck_depth + 1;
	union cd9660_keybuf kb;
	struct cd9660_key *key;
	uint32_t i;

	if (depth > ISO_MAXDEPTH) {
		cd9660_complain(imp, ISO_BAD_DEPTH,
		    "depth of a directory", depth, ISO_MAXDEPTH);
		return ELOOP;
	}
	key = key_get(&kb, depth);
	key->ck_ino = ino;
	key->ck_isdir = isdir;
	key->ck_depth = depth;
	memcpy(key->ck_chain, dkey->ck_chain,
	    dkey->ck_depth * sizeof(uint32_t));
	key->ck_chain[depth - 1] = (uint32_t)(dkey->ck_ino >> imp->im_bshift);
	for (i = 0; isdir && i < depth; i++) {
		if (key->ck_chain[i] == ino >> imp->im_bshift) {
			cd9660_complain(imp, ISO_BAD_DIREXTENT,
			    "extent of a directory in itself",
			    key->ck_chain[i], 0);
			if (key != &kb.kb_key)
				kmem_free(key, CD9660_KEYLEN(depth));
			return EINVAL;
		}
	}
	return key_vnode(dvp->v_mount, &kb, key, vpp);
}

/* vnodeops(9): the last reference is gone; there is nothing to write. */
int
cd9660_inactive(void *v)
{
	struct vop_inactive_v2_args /* {
		struct vnode *a_vp;
		bool *a_recycle;
	} */ *ap = v;

	*ap->a_recycle = false;
	return 0;
}

/* vnodeops(9): the vnode is going away. */
int
cd9660_reclaim(void *v)
{
	struct vop_reclaim_v2_args /* {
		struct vnode *a_vp;
	} */ *ap = v;
	struct vnode *vp = ap->a_vp;
	struct iso_node *ip = VTOI(vp);

	VOP_UNLOCK(vp);
	lf_purge(&ip->i_lockf);
	genfs_node_destroy(vp);
	vp->v_data = NULL;
	node_free(ip);
	return 0;
}
