/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Network memory: mbuf(9).
 *
 * External storage is described in the mbuf that got it first (m_ext_ref of
 * all that share it).  When that one is freed while others still use the
 * storage, it stays allocated until the last of them goes.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/errno.h>
#include <sys/intr.h>
#include <sys/kmem.h>
#include <sys/mbuf.h>
#include <sys/pool.h>
#include <sys/rump_audit.h>

#include "net_impl.h"

pool_cache_t mb_cache;
static pool_cache_t mcl_cache;
static int64_t mbufs;

CTASSERT(sizeof(struct mbuf) <= MSIZE);

static int64_t
count_mbufs(void *arg)
{

	return atomic_load_relaxed(&mbufs);
}
RUMP_AUDIT(mbuf_audit, "mbufs", count_mbufs, NULL)

void
mbuf_init(void)
{

	mb_cache = pool_cache_init(MSIZE, 0, 0, 0, "mbpl", NULL, IPL_VM, NULL, NULL, NULL);
	mcl_cache = pool_cache_init(MCLBYTES, 0, 0, 0, "mclpl", NULL, IPL_VM, NULL, NULL, NULL);
}

static inline int
pool_flags(int how)
{

	return how == M_WAIT ? PR_WAITOK : PR_NOWAIT;
}

/*
 * An mbuf without data.  NULL only with M_DONTWAIT.
 */
struct mbuf *
m_get(int how, int type)
{
	struct mbuf *m;

	KASSERT(type != MT_FREE);
	m = pool_cache_get(mb_cache, pool_flags(how));
	if (m == NULL)
		return NULL;
	__atomic_fetch_add(&mbufs, 1, __ATOMIC_RELAXED);
	m->m_next = NULL;
	m->m_nextpkt = NULL;
	m->m_data = m->m_dat;
	m->m_owner = NULL;
	m->m_len = 0;
	m->m_flags = 0;
	m->m_paddr = 0;
	m->m_type = type;
	return m;
}

/* The same as the head of a packet. */
struct mbuf *
m_gethdr(int how, int type)
{
	struct mbuf *m;

	m = m_get(how, type);
	if (m == NULL)
		return NULL;
	m->m_data = m->m_pktdat;
	m->m_flags = M_PKTHDR;
	memset(&m->m_pkthdr, 0, sizeof(m->m_pkthdr));
	SLIST_INIT(&m->m_pkthdr.tags);
	return m;
}

/* Gives external storage to an mbuf that has none; free NULL: free(9). */
void
m_ext_add(struct mbuf *m, char *buf, size_t size,
    void (*free_func)(struct mbuf *, void *, size_t, void *), void *arg)
{

	KASSERT((m->m_flags & M_EXT) == 0);
	m->m_flags = (m->m_flags & ~M_EXTCOPYFLAGS) | M_EXT;
	m->m_ext_ref = m;
	m->m_ext.ext_refcnt = 1;
	m->m_ext.ext_buf = buf;
	m->m_ext.ext_size = size;
	m->m_ext.ext_free = free_func;
	m->m_ext.ext_arg = arg;
	m->m_ext.ext_paddr = 0;
	m->m_data = buf;
}

/* Adds a cluster; without memory the mbuf stays as it is (no M_EXT). */
void
m_clget(struct mbuf *m, int how)
{
	char *buf;

	buf = pool_cache_get(mcl_cache, pool_flags(how));
	if (buf == NULL)
		return;
	m_ext_add(m, buf, MCLBYTES, NULL, NULL);
	m->m_flags |= M_EXT_CLUSTER | M_EXT_RW;
}

/* An mbuf, or with M_PKTHDR in flags the head of a packet, with a cluster. */
struct mbuf *
m_getcl(int how, int type, int flags)
{
	struct mbuf *m;

	m = (flags & M_PKTHDR) != 0 ? m_gethdr(how, type) : m_get(how, type);
	if (m == NULL)
		return NULL;
	m_clget(m, how);
	if ((m->m_flags & M_EXT) == 0) {
		m_free(m);
		return NULL;
	}
	return m;
}

static void
mbuf_put(struct mbuf *m)
{

	m->m_type = MT_FREE;
	__atomic_fetch_sub(&mbufs, 1, __ATOMIC_RELAXED);
	pool_cache_put(mb_cache, m);
}

/* Lets external storage go; false if m has to stay for those that share it. */
static bool
ext_release(struct mbuf *m)
{
	struct mbuf *home = m->m_ext_ref;

	if (atomic_dec_uint_nv(&home->m_ext.ext_refcnt) != 0)
		return home != m;
	if ((m->m_flags & M_EXT_CLUSTER) != 0)
		pool_cache_put(mcl_cache, home->m_ext.ext_buf);
	else if (home->m_ext.ext_free != NULL) {
		/* It may keep or free this mbuf, but not touch the storage's home. */
		(*home->m_ext.ext_free)(NULL, home->m_ext.ext_buf, home->m_ext.ext_size,
		    home->m_ext.ext_arg);
	} else
		free(home->m_ext.ext_buf, M_DEVBUF);
	if (home != m)
		mbuf_put(home);
	return true;
}

/* Shares m's storage with n, which has none. */
static void
ext_share(struct mbuf *n, struct mbuf *m)
{

	atomic_inc_uint(&m->m_ext.ext_refcnt);
	n->m_flags |= m->m_flags & M_EXTCOPYFLAGS;
	n->m_ext_ref = m->m_ext_ref;
	n->m_data = m->m_data;
}

/* Frees one mbuf; returns the next of its packet. */
struct mbuf *
m_free(struct mbuf *m)
{
	struct mbuf *n = m->m_next;

	KASSERT(m->m_type != MT_FREE);
	if ((m->m_flags & M_PKTHDR) != 0)
		m_tag_delete_chain(m);
	m->m_next = NULL;
	if ((m->m_flags & M_EXT) == 0 || ext_release(m))
		mbuf_put(m);
	return n;
}

/* Frees a packet; NULL is one, too. */
void
m_freem(struct mbuf *m)
{

	while (m != NULL)
		m = m_free(m);
}

/*
 * Lengths and positions.
 */

/* The mbuf that byte loc of the packet is in, and where; its end is one. */
struct mbuf *
m_getptr(struct mbuf *m, int loc, int *off)
{

	while (loc >= 0) {
		if (m->m_len > loc) {
			*off = loc;
			return m;
		}
		loc -= m->m_len;
		if (m->m_next == NULL) {
			if (loc != 0)
				return NULL;
			*off = m->m_len;
			return m;
		}
		m = m->m_next;
	}
	return NULL;
}

/* Calls f for each piece of [off, off + len) until it returns nonzero. */
int
m_apply(struct mbuf *m, int off, int len, int (*f)(void *, void *, unsigned int), void *arg)
{
	int n, rv;

	KASSERT(off >= 0 && len >= 0);
	for (; off > 0 && off >= m->m_len; m = m->m_next) {
		off -= m->m_len;
		KASSERT(m->m_next != NULL || len == 0);
		if (m->m_next == NULL)
			return 0;
	}
	for (; len > 0; m = m->m_next, off = 0) {
		KASSERT(m != NULL);
		n = MIN(m->m_len - off, len);
		if (n == 0)
			continue;
		rv = (*f)(arg, mtod(m, char *) + off, n);
		if (rv != 0)
			return rv;
		len -= n;
	}
	return 0;
}

static int
copy_piece(void *arg, void *data, unsigned int len)
{
	char **to = arg;

	memcpy(*to, data, len);
	*to += len;
	return 0;
}

/* Copies len bytes from off on, which the packet has, to cp. */
void
m_copydata(struct mbuf *m, int off, int len, void *cp)
{
	char *to = cp;

	(void)m_apply(m, off, len, copy_piece, &to);
}

/*
 * Copies len bytes from cp into the packet at off, which grows if need be, as
 * far as there is memory.  The data is the caller's to write.
 */
void
m_copyback(struct mbuf *m0, int off, int len, const void *cp)
{
	const char *from = cp;
	struct mbuf *m = m0, *n;
	int at = 0, end = off + len, total = 0, skip, copy;

	for (;;) {
		if (m->m_next == NULL && at + m->m_len < end) {
			/* In the last one: use its room, then add another. */
			m->m_len += MIN(M_TRAILINGSPACE(m), end - at - m->m_len);
		}
		skip = MAX(off - at, 0);
		if (skip < m->m_len && from != NULL && at < end) {
			copy = MIN(m->m_len - skip, end - at - skip);
			memcpy(mtod(m, char *) + skip, from, copy);
			from += copy;
		}
		at += m->m_len;
		total = at;
		if (at >= end)
			break;
		if (m->m_next == NULL) {
			n = m_get(M_DONTWAIT, m->m_type);
			if (n == NULL)
				break;
			memset(n->m_dat, 0, MLEN);
			m->m_next = n;
		}
		m = m->m_next;
	}
	for (m = m->m_next; m != NULL; m = m->m_next)
		total += m->m_len;
	if ((m0->m_flags & M_PKTHDR) != 0)
		m0->m_pkthdr.len = total;
}

/*
 * Copies.
 */

/* A copy of m's header for n, a new mbuf, tags included.  0 without memory. */
static int
pkthdr_dup(struct mbuf *n, struct mbuf *m)
{

	n->m_pkthdr = m->m_pkthdr;
	n->m_flags = (n->m_flags & M_EXTCOPYFLAGS) | (m->m_flags & M_COPYFLAGS);
	SLIST_INIT(&n->m_pkthdr.tags);
	return m_tag_copy_chain(n, m);
}

static struct mbuf *
copy_chain(struct mbuf *m, int off, int len, int how, bool deep)
{
	struct mbuf *top = NULL, **np = &top, *n, *m0 = m;
	const bool hdr = off == 0 && (m->m_flags & M_PKTHDR) != 0;
	int piece, total = 0;

	KASSERT(off >= 0 && (len >= 0 || len == M_COPYALL));
	while (off > 0 && off >= m->m_len) {
		off -= m->m_len;
		m = m->m_next;
		KASSERT(m != NULL || (off == 0 && len == M_COPYALL));
		if (m == NULL)
			return NULL;
	}
	while ((len > 0 || len == M_COPYALL) && m != NULL) {
		piece = m->m_len - off;
		if (len != M_COPYALL)
			piece = MIN(piece, len);
		n = hdr && top == NULL ? m_gethdr(how, m->m_type) : m_get(how, m->m_type);
		if (n == NULL)
			goto fail;
		*np = n;
		np = &n->m_next;
		if (n == top && hdr && !pkthdr_dup(n, m0))
			goto fail;
		if ((m->m_flags & M_EXT) != 0 && !deep) {
			ext_share(n, m);
			n->m_data += off;
		} else {
			if (piece > (n == top && hdr ? MHLEN : MLEN)) {
				m_clget(n, how);
				if ((n->m_flags & M_EXT) == 0)
					goto fail;
				piece = MIN(piece, MCLBYTES);
			}
			memcpy(mtod(n, char *), mtod(m, char *) + off, piece);
		}
		n->m_len = piece;
		total += piece;
		if (len != M_COPYALL)
			len -= piece;
		off += piece;
		if (off == m->m_len) {
			off = 0;
			m = m->m_next;
		}
	}
	KASSERT(len == 0 || len == M_COPYALL);
	if (hdr && top != NULL)
		top->m_pkthdr.len = total;
	return top;
 fail:
	m_freem(top);
	return NULL;
}

/* A copy of [off, off + len), or from off on; external storage is shared. */
struct mbuf *
m_copym(struct mbuf *m, int off, int len, int how)
{

	return copy_chain(m, off, len, how, false);
}

struct mbuf *
m_copypacket(struct mbuf *m, int how)
{

	return copy_chain(m, 0, M_COPYALL, how, false);
}

/* The same with a copy of all data. */
struct mbuf *
m_dup(struct mbuf *m, int off, int len, int how)
{

	return copy_chain(m, off, len, how, true);
}

/* The header of from for to as well, which has no tags yet. */
void
m_copy_pkthdr(struct mbuf *to, struct mbuf *from)
{

	KASSERT((to->m_flags & M_PKTHDR) == 0);
	KASSERT((from->m_flags & M_PKTHDR) != 0);
	if ((to->m_flags & M_EXT) == 0)
		to->m_data = to->m_pktdat;
	(void)pkthdr_dup(to, from);
}

/* The header of from becomes to's. */
void
m_move_pkthdr(struct mbuf *to, struct mbuf *from)
{

	KASSERT((to->m_flags & M_EXT) == 0);
	KASSERT((to->m_flags & M_PKTHDR) == 0 || SLIST_EMPTY(&to->m_pkthdr.tags));
	KASSERT((from->m_flags & M_PKTHDR) != 0);
	to->m_pkthdr = from->m_pkthdr;
	to->m_flags = from->m_flags & M_COPYFLAGS;
	to->m_data = to->m_pktdat;
	from->m_flags &= ~M_PKTHDR;
}

void
m_remove_pkthdr(struct mbuf *m)
{

	KASSERT((m->m_flags & M_PKTHDR) != 0);
	m_tag_delete_chain(m);
	m->m_flags &= ~M_PKTHDR;
	memset(&m->m_pkthdr, 0, sizeof(m->m_pkthdr));
}

/*
 * Changes of shape.
 */

/* A new first mbuf with len bytes; frees the packet without memory. */
struct mbuf *
m_prepend(struct mbuf *m, int len, int how)
{
	struct mbuf *n;

	KASSERT(len <= MHLEN);
	n = m_get(how, m->m_type);
	if (n == NULL) {
		m_freem(m);
		return NULL;
	}
	if ((m->m_flags & M_PKTHDR) != 0)
		m_move_pkthdr(n, m);
	n->m_next = m;
	m_align(n, len);
	n->m_len = len;
	return n;
}

/* Puts the (no) data of m so that len bytes end where the room ends. */
void
m_align(struct mbuf *m, int len)
{

	MRESETDATA(m);
	KASSERT(len >= 0 && (size_t)len <= M_BUFSIZE(m));
	m->m_data += (M_BUFSIZE(m) - len) & ~(sizeof(long) - 1);
}

/* Takes len bytes off the front, or -len off the end. */
void
m_adj(struct mbuf *m0, int len)
{
	struct mbuf *m;
	int n, keep;

	if (len >= 0) {
		for (m = m0; m != NULL && len > 0; m = m->m_next) {
			n = MIN(len, m->m_len);
			m->m_data += n;
			m->m_len -= n;
			len -= n;
			if ((m0->m_flags & M_PKTHDR) != 0)
				m0->m_pkthdr.len -= n;
		}
		return;
	}
	for (keep = 0, m = m0; m != NULL; m = m->m_next)
		keep += m->m_len;
	keep = MAX(keep + len, 0);
	if ((m0->m_flags & M_PKTHDR) != 0)
		m0->m_pkthdr.len = keep;
	for (m = m0; m != NULL; m = m->m_next) {
		m->m_len = MIN(m->m_len, keep);
		keep -= m->m_len;
	}
}

/* Adds the mbufs of n to those of m; n's header, if any, means no more. */
void
m_cat(struct mbuf *m, struct mbuf *n)
{

	while (m->m_next != NULL)
		m = m->m_next;
	while (n != NULL) {
		if (M_READONLY(m) || n->m_len > M_TRAILINGSPACE(m)) {
			m->m_next = n;
			return;
		}
		memcpy(mtod(m, char *) + m->m_len, mtod(n, char *), n->m_len);
		m->m_len += n->m_len;
		n = m_free(n);
	}
}

/* The same, as it is. */
struct mbuf *
m_add(struct mbuf *c, struct mbuf *m)
{
	struct mbuf *n;

	if (c == NULL)
		return m;
	for (n = c; n->m_next != NULL; n = n->m_next)
		;
	n->m_next = m;
	return c;
}

/* The first len bytes in one mbuf; NULL, and the packet freed, if not. */
struct mbuf *
m_pullup(struct mbuf *m, int len)
{
	struct mbuf *n = m;
	int room, count;

	if (m->m_len >= len)
		return m;
	if ((m->m_flags & M_EXT) == 0 && M_TRAILINGSPACE(m) >= len - m->m_len &&
	    m->m_next != NULL) {
		m = n->m_next;
		len -= n->m_len;
	} else {
		if (len > MHLEN)
			goto fail;
		n = m_get(M_DONTWAIT, m->m_type);
		if (n == NULL)
			goto fail;
		if ((m->m_flags & M_PKTHDR) != 0)
			m_move_pkthdr(n, m);
	}
	room = M_TRAILINGSPACE(n);
	while (len > 0 && m != NULL) {
		count = MIN(MIN(room, MAX(len, 0)), m->m_len);
		memcpy(mtod(n, char *) + n->m_len, mtod(m, char *), count);
		len -= count;
		n->m_len += count;
		room -= count;
		m->m_data += count;
		m->m_len -= count;
		if (m->m_len == 0)
			m = m_free(m);
	}
	n->m_next = m;
	if (len > 0) {
		m = n;
		goto fail;
	}
	return n;
 fail:
	m_freem(m);
	return NULL;
}

/* Cuts the packet at len0; returns what follows, or NULL without memory. */
struct mbuf *
m_split(struct mbuf *m0, int len0, int how)
{
	struct mbuf *m, *n, *tail;
	int len = len0, rest;

	for (m = m0; m != NULL && len > m->m_len; m = m->m_next)
		len -= m->m_len;
	if (m == NULL)
		return NULL;
	rest = m->m_len - len;
	tail = m->m_next;
	n = NULL;
	if (rest > 0 || (m0->m_flags & M_PKTHDR) != 0) {
		n = (m0->m_flags & M_PKTHDR) != 0 ? m_gethdr(how, m0->m_type) :
		    m_get(how, m->m_type);
		if (n == NULL)
			return NULL;
		if (rest > 0 && (m->m_flags & M_EXT) != 0) {
			ext_share(n, m);
			n->m_data += len;
		} else if (rest > 0) {
			if (rest > M_TRAILINGSPACE(n)) {
				/* It was inside of an mbuf without a header. */
				m_clget(n, how);
				if ((n->m_flags & M_EXT) == 0) {
					m_free(n);
					return NULL;
				}
			}
			memcpy(mtod(n, char *), mtod(m, char *) + len, rest);
		}
		n->m_len = rest;
		n->m_next = tail;
	} else
		n = tail;
	m->m_len = len;
	m->m_next = NULL;
	if ((m0->m_flags & M_PKTHDR) != 0) {
		n->m_pkthdr.rcvif = m0->m_pkthdr.rcvif;
		n->m_pkthdr.len = m0->m_pkthdr.len - len0;
		m0->m_pkthdr.len = len0;
	}
	return n;
}

/*
 * The packet in as few mbufs as can be; m0 stays the first.  NULL without
 * memory, and the packet is as it was.
 */
struct mbuf *
m_defrag(struct mbuf *m0, int how)
{
	struct mbuf *top = NULL, **np = &top, *n;
	int off, len;

	KASSERT((m0->m_flags & M_PKTHDR) != 0);
	if (m0->m_next == NULL)
		return m0;
	for (off = m0->m_len; off < m0->m_pkthdr.len; off += len) {
		len = MIN(m0->m_pkthdr.len - off, MCLBYTES);
		n = m_get(how, m0->m_type);
		if (n == NULL)
			goto fail;
		*np = n;
		np = &n->m_next;
		if (len > MLEN) {
			m_clget(n, how);
			if ((n->m_flags & M_EXT) == 0)
				goto fail;
		}
		m_copydata(m0, off, len, mtod(n, char *));
		n->m_len = len;
	}
	m_freem(m0->m_next);
	m0->m_next = top;
	return m0;
 fail:
	m_freem(top);
	return NULL;
}

/* Panics if the packet is not what a packet must be. */
void
m_verify_packet(struct mbuf *m0)
{
	const struct mbuf *m;
	int len = 0;

	if (m0->m_type == MT_FREE)
		panic("mbuf: the packet is free");
	for (m = m0; m != NULL; m = m->m_next) {
		if (m->m_type == MT_FREE)
			panic("mbuf: one of the packet is free");
		if (m != m0 && (m->m_flags & M_PKTHDR) != 0)
			panic("mbuf: a header inside of a packet");
		if (m->m_len < 0 || mtod(m, char *) < M_BUFADDR(m) ||
		    mtod(m, char *) + m->m_len > M_BUFADDR(m) + M_BUFSIZE(m))
			panic("mbuf: data outside of its room, length %d", m->m_len);
		len += m->m_len;
	}
	if ((m0->m_flags & M_PKTHDR) != 0 && m0->m_pkthdr.len != len)
		panic("mbuf: %d bytes in a packet of %d", len, m0->m_pkthdr.len);
}

/*
 * Tags.
 */

/* A tag with room for len bytes after it; NULL without memory. */
struct m_tag *
m_tag_get(int type, int len, int how)
{
	struct m_tag *t;

	if (len < 0 || len > UINT16_MAX)
		return NULL;
	t = kmem_intr_alloc(sizeof(*t) + len, how == M_WAIT ? KM_SLEEP : KM_NOSLEEP);
	if (t == NULL)
		return NULL;
	t->m_tag_id = type;
	t->m_tag_len = len;
	return t;
}

void
m_tag_free(struct m_tag *t)
{

	kmem_intr_free(t, sizeof(*t) + t->m_tag_len);
}

void
m_tag_prepend(struct mbuf *m, struct m_tag *t)
{

	SLIST_INSERT_HEAD(&m->m_pkthdr.tags, t, m_tag_link);
}

void
m_tag_unlink(struct mbuf *m, struct m_tag *t)
{

	SLIST_REMOVE(&m->m_pkthdr.tags, t, m_tag, m_tag_link);
}

void
m_tag_delete(struct mbuf *m, struct m_tag *t)
{

	m_tag_unlink(m, t);
	m_tag_free(t);
}

void
m_tag_delete_chain(struct mbuf *m)
{
	struct m_tag *t;

	while ((t = SLIST_FIRST(&m->m_pkthdr.tags)) != NULL) {
		SLIST_REMOVE_HEAD(&m->m_pkthdr.tags, m_tag_link);
		m_tag_free(t);
	}
}

struct m_tag *
m_tag_find(const struct mbuf *m, int type)
{
	struct m_tag *t;

	SLIST_FOREACH(t, &m->m_pkthdr.tags, m_tag_link)
		if (t->m_tag_id == type)
			return t;
	return NULL;
}

struct m_tag *
m_tag_copy(struct m_tag *t)
{
	struct m_tag *n;

	n = m_tag_get(t->m_tag_id, t->m_tag_len, M_DONTWAIT);
	if (n != NULL)
		memcpy(n + 1, t + 1, t->m_tag_len);
	return n;
}

/* Copies of from's tags for to, in their order; 0 without memory. */
int
m_tag_copy_chain(struct mbuf *to, struct mbuf *from)
{
	struct m_tag *t, *n, *last = NULL;

	m_tag_delete_chain(to);
	SLIST_FOREACH(t, &from->m_pkthdr.tags, m_tag_link) {
		if ((n = m_tag_copy(t)) == NULL) {
			m_tag_delete_chain(to);
			return 0;
		}
		if (last == NULL)
			SLIST_INSERT_HEAD(&to->m_pkthdr.tags, n, m_tag_link);
		else
			SLIST_INSERT_AFTER(last, n, m_tag_link);
		last = n;
	}
	return 1;
}
