/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Network memory: mbuf(9).
 *
 * An mbuf has MSIZE bytes with its header; data is inside, or in external
 * storage (M_EXT), which several mbufs may share.  m_next links the data of
 * one packet, m_nextpkt packets.
 */

#ifndef _SYS_MBUF_H_
#define	_SYS_MBUF_H_

#include <sys/types.h>
#include <sys/param.h>
#include <sys/queue.h>
#ifdef _KERNEL
#include <sys/malloc.h>
#include <sys/pool.h>
#include <sys/systm.h>

struct ifnet;
struct mbuf;
struct mowner;

typedef unsigned short if_index_t;

/* Something that is told about a packet. */
struct m_tag {
	SLIST_ENTRY(m_tag) m_tag_link;
	uint16_t	m_tag_id;
	uint16_t	m_tag_len;	/* of what follows */
};

struct m_hdr {
	struct mbuf	*mh_next;
	struct mbuf	*mh_nextpkt;
	char		*mh_data;	/* first byte of data */
	struct mowner	*mh_owner;
	int		mh_len;		/* bytes of data in this mbuf */
	int		mh_flags;	/* M_* */
	paddr_t		mh_paddr;
	short		mh_type;	/* MT_* */
};

/* In the first mbuf of a packet, with M_PKTHDR. */
struct pkthdr {
	union {
		void	*ctx;
		if_index_t index;
	} rcvif;			/* where it came in */
	SLIST_HEAD(packet_tags, m_tag) tags;
	int		len;		/* of the whole packet */
	int		csum_flags;	/* M_CSUM_* */
	uint32_t	csum_data;
	u_int		segsz;
	uint16_t	ether_vtag;
	uint16_t	pkt_flags;
	int		pattr_af;
	void		*pattr_class;
	void		*pattr_hdr;
};

#define	M_CSUM_TCPv4		0x00000001
#define	M_CSUM_UDPv4		0x00000002
#define	M_CSUM_TCP_UDP_BAD	0x00000004
#define	M_CSUM_DATA		0x00000008
#define	M_CSUM_TCPv6		0x00000010
#define	M_CSUM_UDPv6		0x00000020
#define	M_CSUM_IPv4		0x00000040
#define	M_CSUM_IPv4_BAD		0x00000080
#define	M_CSUM_TSOv4		0x00000100
#define	M_CSUM_TSOv6		0x00000200
#define	M_CSUM_BLANK		0x40000000
#define	M_CSUM_NO_PSEUDOHDR	0x80000000

#define	M_CSUM_DATA_IPv4_IPHL(x)	((x) >> 16)
#define	M_CSUM_DATA_IPv4_OFFSET(x)	((x) & 0xffff)
#define	M_CSUM_DATA_IPv6_IPHL(x)	((x) >> 16)
#define	M_CSUM_DATA_IPv6_OFFSET(x)	((x) & 0xffff)

/* External storage, in the mbuf that got it first. */
struct _m_ext_storage {
	unsigned int	ext_refcnt;	/* mbufs that use it */
	char		*ext_buf;
	void		(*ext_free)(struct mbuf *, void *, size_t, void *);
	void		*ext_arg;
	size_t		ext_size;
	paddr_t		ext_paddr;
};

struct _m_ext {
	struct mbuf	*ext_ref;	/* the mbuf which has the storage */
	struct _m_ext_storage ext_storage;
};

#define	MBUF_DEFINE(name, mhlen, mlen)					\
	struct name {							\
		struct m_hdr m_hdr;					\
		union {							\
			struct {					\
				struct pkthdr MH_pkthdr;		\
				union {					\
					struct _m_ext MH_ext;		\
					char MH_databuf[(mhlen)];	\
				} MH_dat;				\
			} MH;						\
			char M_databuf[(mlen)];				\
		} M_dat;						\
	}

#define	m_next		m_hdr.mh_next
#define	m_len		m_hdr.mh_len
#define	m_data		m_hdr.mh_data
#define	m_owner		m_hdr.mh_owner
#define	m_type		m_hdr.mh_type
#define	m_flags		m_hdr.mh_flags
#define	m_nextpkt	m_hdr.mh_nextpkt
#define	m_paddr		m_hdr.mh_paddr
#define	m_pkthdr	M_dat.MH.MH_pkthdr
#define	m_ext_storage	M_dat.MH.MH_dat.MH_ext.ext_storage
#define	m_ext_ref	M_dat.MH.MH_dat.MH_ext.ext_ref
#define	m_ext		m_ext_ref->m_ext_storage
#define	m_pktdat	M_dat.MH.MH_dat.MH_databuf
#define	m_dat		M_dat.M_databuf

/* The same without room for data, to know how much there is. */
MBUF_DEFINE(_mbuf_dummy, 1, 1);
#define	MLEN	((int)(MSIZE - offsetof(struct _mbuf_dummy, m_dat)))
#define	MHLEN	((int)(MSIZE - offsetof(struct _mbuf_dummy, m_pktdat)))
#define	MINCLSIZE	(MHLEN + MLEN + 1)
#define	M_MAXCOMPRESS	(MHLEN / 2)

MBUF_DEFINE(mbuf, MHLEN, MLEN);

/* m_flags */
#define	M_EXT		0x00000001
#define	M_PKTHDR	0x00000002
#define	M_EOR		0x00000004
#define	M_PROTO1	0x00000008
#define	M_AUTHIPHDR	0x00000010
#define	M_DECRYPTED	0x00000020
#define	M_LOOP		0x00000040
#define	M_BCAST		0x00000100
#define	M_MCAST		0x00000200
#define	M_CANFASTFWD	0x00000400
#define	M_ANYCAST6	0x00000800
#define	M_LINK0		0x00001000
#define	M_LINK1		0x00002000
#define	M_LINK2		0x00004000
#define	M_LINK3		0x00008000
#define	M_LINK4		0x00010000
#define	M_LINK5		0x00020000
#define	M_LINK6		0x00040000
#define	M_LINK7		0x00080000
#define	M_VLANTAG	0x00100000

#define	M_EXT_FLAGS	0xff000000
#define	M_EXT_CLUSTER	0x01000000
#define	M_EXT_PAGES	0x02000000
#define	M_EXT_ROMAP	0x04000000
#define	M_EXT_RW	0x08000000

#define	M_COPYFLAGS							\
	(M_PKTHDR | M_EOR | M_BCAST | M_MCAST | M_CANFASTFWD | M_ANYCAST6 | \
	M_LINK0 | M_LINK1 | M_LINK2 | M_AUTHIPHDR | M_DECRYPTED | M_LOOP | \
	M_VLANTAG)
#define	M_EXTCOPYFLAGS	(M_EXT | M_EXT_FLAGS)

/* m_type */
#define	MT_FREE		0
#define	MT_DATA		1
#define	MT_HEADER	2
#define	MT_SONAME	3
#define	MT_SOOPTS	4
#define	MT_FTABLE	5
#define	MT_CONTROL	6
#define	MT_OOBDATA	7

/* How to allocate. */
#define	M_DONTWAIT	M_NOWAIT
#define	M_WAIT		M_WAITOK

#define	M_COPYALL	-1

#define	mtod(m, t)	((t)((m)->m_data))

#define	MGET(m, how, type)	((m) = m_get((how), (type)))
#define	MGETHDR(m, how, type)	((m) = m_gethdr((how), (type)))
#define	MCLGET(m, how)		m_clget((m), (how))
#define	MCHTYPE(m, t)		((void)((m)->m_type = (t)))
#define	MCLAIM(m, mo)		((void)(mo))

/* No data yet, and all of the room behind. */
#define	MRESETDATA(m)							\
do {									\
	if (((m)->m_flags & M_EXT) != 0)				\
		(m)->m_data = (m)->m_ext.ext_buf;			\
	else if (((m)->m_flags & M_PKTHDR) != 0)			\
		(m)->m_data = (m)->m_pktdat;				\
	else								\
		(m)->m_data = (m)->m_dat;				\
} while (0)

/* Gives the mbuf storage of the caller's; free gets it back, or free(9). */
#define	MEXTADD(m, buf, size, type, free, arg)				\
	m_ext_add((m), (char *)(buf), (size), (free), (arg))

/* Whether the data is not the owner's alone to write. */
#define	M_READONLY(m)							\
	(((m)->m_flags & M_EXT) != 0 &&					\
	(((m)->m_flags & (M_EXT_ROMAP | M_EXT_RW)) != M_EXT_RW ||	\
	(m)->m_ext.ext_refcnt > 1))
#define	M_UNWRITABLE(m, len)	((m)->m_len < (len) || M_READONLY(m))

#define	M_BUFADDR(m)							\
	(((m)->m_flags & M_EXT) != 0 ? (m)->m_ext.ext_buf :		\
	((m)->m_flags & M_PKTHDR) != 0 ? (m)->m_pktdat : (m)->m_dat)
#define	M_BUFSIZE(m)							\
	(((m)->m_flags & M_EXT) != 0 ? (m)->m_ext.ext_size :		\
	((m)->m_flags & M_PKTHDR) != 0 ? (size_t)MHLEN : (size_t)MLEN)
#define	M_LEADINGSPACE(m)						\
	(M_READONLY(m) ? 0 : (int)((m)->m_data - M_BUFADDR(m)))
#define	M_TRAILINGSPACE(m)						\
	(M_READONLY(m) ? 0 : (int)(M_BUFADDR(m) + M_BUFSIZE(m) -	\
	((m)->m_data + (m)->m_len)))

/* Room for plen bytes in front; *(m) is NULL if there is no memory. */
#define	M_PREPEND(m, plen, how)						\
do {									\
	if (M_LEADINGSPACE(m) >= (plen)) {				\
		(m)->m_data -= (plen);					\
		(m)->m_len += (plen);					\
	} else								\
		(m) = m_prepend((m), (plen), (how));			\
	if ((m) != NULL && ((m)->m_flags & M_PKTHDR) != 0)		\
		(m)->m_pkthdr.len += (plen);				\
} while (0)

/* Puts data of this length at the end of the room. */
#define	M_ALIGN(m, len)		m_align((m), (len))
#define	MH_ALIGN(m, len)	m_align((m), (len))

#define	M_MOVE_PKTHDR(to, from)	m_move_pkthdr((to), (from))
#define	M_COPY_PKTHDR(to, from)	m_copy_pkthdr((to), (from))

/* Mbufs themselves, for an ext_free that gets one. */
extern pool_cache_t mb_cache;

struct mbuf *m_get(int, int);
struct mbuf *m_gethdr(int, int);
struct mbuf *m_getcl(int, int, int);
void	m_clget(struct mbuf *, int);
struct mbuf *m_free(struct mbuf *);
void	m_freem(struct mbuf *);
void	m_copydata(struct mbuf *, int, int, void *);
void	m_copyback(struct mbuf *, int, int, const void *);
struct mbuf *m_copym(struct mbuf *, int, int, int);
struct mbuf *m_copypacket(struct mbuf *, int);
struct mbuf *m_dup(struct mbuf *, int, int, int);
struct mbuf *m_prepend(struct mbuf *, int, int);
struct mbuf *m_pullup(struct mbuf *, int);
struct mbuf *m_split(struct mbuf *, int, int);
struct mbuf *m_defrag(struct mbuf *, int);
struct mbuf *m_getptr(struct mbuf *, int, int *);
int	m_apply(struct mbuf *, int, int, int (*)(void *, void *, unsigned int), void *);
void	m_adj(struct mbuf *, int);
void	m_cat(struct mbuf *, struct mbuf *);
struct mbuf *m_add(struct mbuf *, struct mbuf *);
void	m_align(struct mbuf *, int);
void	m_copy_pkthdr(struct mbuf *, struct mbuf *);
void	m_move_pkthdr(struct mbuf *, struct mbuf *);
void	m_remove_pkthdr(struct mbuf *);
void	m_verify_packet(struct mbuf *);

struct m_tag *m_tag_get(int, int, int);
void	m_tag_free(struct m_tag *);
void	m_tag_prepend(struct mbuf *, struct m_tag *);
void	m_tag_unlink(struct mbuf *, struct m_tag *);
void	m_tag_delete(struct mbuf *, struct m_tag *);
void	m_tag_delete_chain(struct mbuf *);
struct m_tag *m_tag_find(const struct mbuf *, int);
struct m_tag *m_tag_copy(struct m_tag *);
int	m_tag_copy_chain(struct mbuf *, struct mbuf *);

/* Not called by their names outside of the macros above. */
void	m_ext_add(struct mbuf *, char *, size_t,
	    void (*)(struct mbuf *, void *, size_t, void *), void *);

/* Bytes in the chain. */
static __inline unsigned int
m_length(const struct mbuf *m)
{
	const struct mbuf *m0;
	unsigned int len = 0;

	if ((m->m_flags & M_PKTHDR) != 0)
		return m->m_pkthdr.len;
	for (m0 = m; m0 != NULL; m0 = m0->m_next)
		len += m0->m_len;
	return len;
}
#endif /* _KERNEL */

#endif /* !_SYS_MBUF_H_ */
