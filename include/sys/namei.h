/* SPDX-License-Identifier: BSD-2-Clause */
/* From path names to vnodes: namei(9), pathbuf(9) and namecache(9). */
#ifndef _SYS_NAMEI_H_
#define _SYS_NAMEI_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/mutex.h>

#ifdef _KERNEL
#include <sys/kauth.h>
#include <sys/pool.h>
#include <sys/rwlock.h>
#include <sys/uio.h>

struct lwp;
struct mount;
struct vnode;

/*
 * A path name.  It outlives the nameidata that points to it: destroy it after
 * the last use of ni_cnd.
 */
struct pathbuf;

struct pathbuf *pathbuf_create(const char *);
struct pathbuf *pathbuf_assimilate(char *);
int	pathbuf_copyin(const char *, struct pathbuf **);
int	pathbuf_maybe_copyin(const char *, enum uio_seg, struct pathbuf **);
void	pathbuf_destroy(struct pathbuf *);
void	pathbuf_copystring(const struct pathbuf *, char *, size_t);
const char *pathbuf_stringcopy_get(struct pathbuf *);
void	pathbuf_stringcopy_put(struct pathbuf *, const char *);

/* What VOP_LOOKUP and the operations after it know of a component. */
struct componentname {
	uint32_t	cn_nameiop;	/* LOOKUP, CREATE, DELETE or RENAME */
	uint32_t	cn_flags;
	kauth_cred_t	cn_cred;
	const char	*cn_nameptr;	/* not terminated */
	size_t		cn_namelen;
};

struct nameidata {
	struct vnode	*ni_atdir;	/* where to start, NULL: cwd */
	struct pathbuf	*ni_pathbuf;
	char		*ni_pnbuf;	/* the path name inside ni_pathbuf */
	struct vnode	*ni_rootdir;	/* root for this lookup */
	struct vnode	*ni_erootdir;	/* emulation root */
	struct vnode	*ni_vp;		/* result */
	struct vnode	*ni_dvp;	/* its directory */
	size_t		ni_pathlen;	/* what is left, with its NUL */
	const char	*ni_next;	/* what is left */
	unsigned int	ni_loopcnt;	/* symbolic links so far */
	struct componentname ni_cnd;
};

/* cn_nameiop */
#define LOOKUP		0
#define CREATE		1
#define DELETE		2
#define RENAME		3
#define OPMASK		3

/* cn_flags: asked for by the caller of namei() */
#define LOCKLEAF	0x00000004	/* lock the result */
#define LOCKPARENT	0x00000008	/* return its directory, locked */
#define TRYEMULROOT	0x00000010	/* emulation root first */
#define NOCACHE		0x00000020	/* don't leave it in the cache */
#define FOLLOW		0x00000040	/* follow a symbolic link at the end */
#define NOFOLLOW	0x00000000
#define EMULROOTSET	0x00000080	/* ni_erootdir is set */
#define LOCKSHARED	0x00000100	/* shared locks will do */
#define NOCHROOT	0x01000000	/* real root for absolute paths */
#define NONEXCLHACK	0x02000000	/* open without O_EXCL */
#define MODMASK		0x030001fc

/* cn_flags: state of the lookup */
#define NOCROSSMOUNT	0x00000800
#define RDONLY		0x00001000	/* refuse to change anything */
#define ISDOTDOT	0x00002000
#define MAKEENTRY	0x00004000	/* to be entered in the cache */
#define ISLASTCN	0x00008000
#define ISWHITEOUT	0x00020000
#define DOWHITEOUT	0x00040000
#define REQUIREDIR	0x00080000
#define CREATEDIR	0x00200000	/* trailing slashes are all right */
#define PARAMASK	0x002ef800

#define NDINIT(ndp, op, flags, pathbuf) do {				\
	(ndp)->ni_cnd.cn_nameiop = (op);				\
	(ndp)->ni_cnd.cn_flags = (flags);				\
	(ndp)->ni_atdir = NULL;						\
	(ndp)->ni_pathbuf = (pathbuf);					\
	(ndp)->ni_cnd.cn_cred = kauth_cred_get();			\
} while (0)

#define NDAT(ndp, dir) do {						\
	(ndp)->ni_atdir = (dir);					\
} while (0)

extern pool_cache_t pnbuf_cache;
#define PNBUF_GET()	((char *)pool_cache_get(pnbuf_cache, PR_WAITOK))
#define PNBUF_PUT(pnb)	pool_cache_put(pnbuf_cache, (void *)(pnb))

/* A type of their own, so that nobody mixes them up with the flags above. */
struct namei_simple_flags_type;
typedef const struct namei_simple_flags_type *namei_simple_flags_t;
extern const namei_simple_flags_t
	NSM_NOFOLLOW_NOEMULROOT,
	NSM_NOFOLLOW_TRYEMULROOT,
	NSM_FOLLOW_NOEMULROOT,
	NSM_FOLLOW_TRYEMULROOT;

int	namei_simple_kernel(const char *, namei_simple_flags_t,
	    struct vnode **);
int	namei_simple_user(const char *, namei_simple_flags_t, struct vnode **);
int	nameiat_simple_kernel(struct vnode *, const char *,
	    namei_simple_flags_t, struct vnode **);
int	nameiat_simple_user(struct vnode *, const char *,
	    namei_simple_flags_t, struct vnode **);
int	nameiat_simple(struct vnode *, struct pathbuf *, namei_simple_flags_t,
	    struct vnode **);

int	namei(struct nameidata *);
uint32_t namei_hash(const char *, const char **);
int	lookup_for_nfsd(struct nameidata *, struct vnode *, int);
int	lookup_for_nfsd_index(struct nameidata *, struct vnode *);
int	relookup(struct vnode *, struct vnode **, struct componentname *, int);

#define PURGE_PARENTS	1
#define PURGE_CHILDREN	2
#define cache_purge(vp)	\
	cache_purge1((vp), NULL, 0, PURGE_PARENTS | PURGE_CHILDREN)
void	cache_purge1(struct vnode *, const char *, size_t, int);
bool	cache_lookup(struct vnode *, const char *, size_t, uint32_t, uint32_t,
	    int *, struct vnode **);
bool	cache_lookup_linked(struct vnode *, const char *, size_t,
	    struct vnode **, krwlock_t **, kauth_cred_t);
int	cache_revlookup(struct vnode *, struct vnode **, char **, char *,
	    bool, int);
int	cache_diraccess(struct vnode *, int);
void	cache_enter(struct vnode *, struct vnode *, const char *, size_t,
	    uint32_t);
void	cache_enter_id(struct vnode *, mode_t, uid_t, gid_t, bool);
bool	cache_have_id(struct vnode *);
void	cache_vnode_init(struct vnode *);
void	cache_vnode_fini(struct vnode *);
void	cache_purgevfs(struct mount *);
void	namecache_count_pass2(void);
void	namecache_count_2passes(void);
void	nchinit(void);
void	namecache_print(struct vnode *,
	    void (*)(const char *, ...) __printflike(1, 2));

/* What the name cache was worth, vfs.namecache_stats. */
struct nchstats {
	uint64_t	ncs_goodhits;
	uint64_t	ncs_neghits;
	uint64_t	ncs_badhits;
	uint64_t	ncs_falsehits;
	uint64_t	ncs_miss;
	uint64_t	ncs_long;
	uint64_t	ncs_pass2;
	uint64_t	ncs_2passes;
	uint64_t	ncs_revhits;
	uint64_t	ncs_revmiss;
	uint64_t	ncs_denied;
};

int	getcwd_common(struct vnode *, struct vnode *, char **, char *, int,
	    int, struct lwp *);
#define GETCWD_CHECK_ACCESS	0x0001
int	vnode_to_path(char *, size_t, struct vnode *, struct lwp *,
	    struct proc *);
#endif

#endif
