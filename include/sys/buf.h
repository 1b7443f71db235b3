/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The buffer: one block I/O request, and one block in the buffer cache.
 * See buffercache(9), bufferio(9).
 *
 * Who may touch a member: "b" whoever holds the buffer busy, "q" the bufq or
 * driver while the buffer is queued, "c" bufcache_lock, "o" *b_objlock.
 */

#ifndef _SYS_BUF_H_
#define	_SYS_BUF_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/mutex.h>
#include <sys/condvar.h>
#if defined(_KERNEL)
#include <sys/pool.h>
#include <sys/rbtree.h>
#include <sys/workqueue.h>
#endif

struct buf;
struct cpu_info;
struct mount;
struct vnode;
struct kauth_cred;
struct uio;
struct proc;

typedef struct buf buf_t;

#define	NOLIST	((struct buf *)0x87654321)

extern kmutex_t bufcache_lock;	/* the buffer cache's lists and BC_ flags */
extern kmutex_t buffer_lock;	/* completion lock of buffers without object */

struct buf {
	union {
		TAILQ_ENTRY(buf) u_actq;	/* q: driver's queue */
		rb_node_t	u_rbnode;	/* q: sorted queue */
		struct work	u_work;		/* o: deferred completion */
	} b_u;
#define	b_actq	b_u.u_actq
#define	b_work	b_u.u_work
	void	(*b_iodone)(struct buf *);	/* b: call at completion */
	int	b_error;		/* b: errno, 0 for none */
	int	b_resid;		/* b: bytes not transferred */
	u_int	b_flags;		/* b: B_* */
	int	b_prio;			/* b: BPRIO_* */
	int	b_bufsize;		/* b: bytes allocated */
	int	b_bcount;		/* b: bytes valid or to transfer */
	dev_t	b_dev;			/* b: device, or NODEV */
	void	*b_data;		/* b: the bytes */
	daddr_t	b_blkno;		/* b: DEV_BSIZE block on b_dev */
	daddr_t	b_rawblkno;		/* b: the same, of the whole disk */
	struct proc *b_proc;		/* b: owner of user memory, or NULL */
	void	*b_saveaddr;		/* b: saved b_data of physio */

	void	*b_private;		/* b: for whoever issued the I/O */
	off_t	b_dcookie;		/* b: directory offset cookie */

	kcondvar_t b_busy;		/* c: waiting for !BC_BUSY */
	void	*b_unused;
	LIST_ENTRY(buf) b_hash;		/* c: hash chain */
	LIST_ENTRY(buf) b_vnbufs;	/* c: vnode's clean or dirty list */
	TAILQ_ENTRY(buf) b_freelist;	/* c: LRU or AGE queue, if not busy */
	TAILQ_ENTRY(buf) b_wapbllist;	/* c: journal transaction */
	daddr_t	b_lblkno;		/* c: logical block of b_vp */
	int	b_freelistindex;	/* c: queue it is on, or -1 */
	u_int	b_cflags;		/* c: BC_* */
	struct vnode *b_vp;		/* c: whose block this is */

	kcondvar_t b_done;		/* o: waiting for BO_DONE */
	u_int	b_oflags;		/* o: BO_* */
	kmutex_t *b_objlock;		/* o: b_vp's v_interlock or buffer_lock */

	struct cpu_info *b_ci;		/* b: where dksubr got it, else NULL */
};

/* disksort's cylinder shared this member with the residual count. */
#define	b_cylinder b_resid

/* b_cflags */
#define	BC_AGE		0x00000001	/* goes to the AGE queue */
#define	BC_BUSY		0x00000010	/* owned by somebody */
#define	BC_INVAL	0x00002000	/* holds nothing of value */
#define	BC_NOCACHE	0x00008000	/* forget it at release */
#define	BC_WANTED	0x00800000	/* somebody waits for it */
#define	BC_VFLUSH	0x04000000	/* being flushed */

/* b_oflags */
#define	BO_DELWRI	0x00000080	/* dirty, write later */
#define	BO_DONE		0x00000200	/* I/O is complete */

/* b_flags */
#define	B_WRITE		0x00000000	/* not B_READ */
#define	B_ASYNC		0x00000004	/* nobody waits for it */
#define	B_COWDONE	0x00000400	/* copy-on-write hooks have run */
#define	B_GATHERED	0x00001000	/* LFS: in a segment */
#define	B_LOCKED	0x00004000	/* must not be written or reused */
#define	B_PHYS		0x00040000	/* user memory */
#define	B_RAW		0x00080000	/* from physio */
#define	B_READ		0x00100000	/* device to memory */
#define	B_TAPE		0x00200000	/* magnetic tape */
#define	B_DEVPRIVATE	0x02000000	/* for the driver's use */
#define	B_MEDIA_FUA	0x08000000	/* write through the device's cache */
#define	B_MEDIA_DPO	0x10000000	/* the device need not cache it */

#define	BUF_FLAGBITS \
    "\20\1AGE\3ASYNC\5BUSY\10DELWRI\12DONE\13COWDONE\15GATHERED" \
    "\16INVAL\17LOCKED\20NOCACHE\23PHYS\24RAW\25READ\26TAPE\30WANTED" \
    "\32DEVPRIVATE\33VFLUSH\34MEDIAFUA\35MEDIADPO"

/* Which flags make the media flags of a write that must be durable. */
#define	B_MEDIA_FLAGS	(B_MEDIA_FUA | B_MEDIA_DPO)

/* Flags of VOP_BALLOC-like allocators. */
#define	B_CLRBUF	0x01		/* return it zeroed */
#define	B_SYNC		0x02		/* allocate synchronously */
#define	B_METAONLY	0x04		/* indirect blocks only */
#define	B_CONTIG	0x08		/* contiguous if possible */

/* Flag of bread(): the caller will modify it. */
#define	B_MODIFY	0x1

#define	BUF_ISREAD(bp)	(((bp)->b_flags & B_READ) == B_READ)
#define	BUF_ISWRITE(bp)	(((bp)->b_flags & B_READ) == B_WRITE)

/* b_prio */
#define	BPRIO_NPRIO		3
#define	BPRIO_TIMECRITICAL	2
#define	BPRIO_TIMELIMITED	1
#define	BPRIO_TIMENONCRITICAL	0
#define	BPRIO_DEFAULT		BPRIO_TIMELIMITED

#define	BIO_GETPRIO(bp)		((bp)->b_prio)
#define	BIO_SETPRIO(bp, prio)	((bp)->b_prio = (prio))
#define	BIO_COPYPRIO(bp1, bp2)	BIO_SETPRIO(bp1, BIO_GETPRIO(bp2))

#ifdef _KERNEL

extern u_int nbuf;
extern u_int bufpages;
extern u_long bufmem_valimit;

__BEGIN_DECLS
int	allocbuf(struct buf *, int, int);
void	bawrite(struct buf *);
void	bdwrite(struct buf *);
void	biodone(struct buf *);
int	biowait(struct buf *);
int	bread(struct vnode *, daddr_t, int, int, struct buf **);
int	breadn(struct vnode *, daddr_t, int, daddr_t *, int *, int,
	    int, struct buf **);
void	brelse(struct buf *, int);
void	brelsel(struct buf *, int);
void	bremfree(struct buf *);
void	bufinit(void);
void	bufinit2(void);
int	bwrite(struct buf *);
void	clrbuf(struct buf *);
struct buf *getblk(struct vnode *, daddr_t, int, int, int);
struct buf *geteblk(int);
struct buf *getnewbuf(int, int, int);
struct buf *incore(struct vnode *, daddr_t);
int	bbusy(struct buf *, bool, int, kmutex_t *);
u_int	buf_nbuf(void);
void	binvalbuf(struct vnode *, daddr_t);

void	minphys(struct buf *);
void	brelvp(struct buf *);
void	reassignbuf(struct buf *, struct vnode *);
void	bgetvp(struct vnode *, struct buf *);
int	buf_syncwait(void);
u_long	buf_memcalc(void);
int	buf_drain(int);
int	buf_setvalimit(vsize_t);

void	buf_init(struct buf *);
void	buf_destroy(struct buf *);
struct buf *getiobuf(struct vnode *, bool);
void	putiobuf(struct buf *);

void	nestiobuf_iodone(struct buf *);
void	nestiobuf_setup(struct buf *, struct buf *, int, size_t);
void	nestiobuf_done(struct buf *, int, int);

int	physio(void (*)(struct buf *), struct buf *, dev_t, int,
	    void (*)(struct buf *), struct uio *);
__END_DECLS

#endif /* _KERNEL */

#endif /* !_SYS_BUF_H_ */
