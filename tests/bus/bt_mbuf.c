/* SPDX-License-Identifier: BSD-2-Clause */

/* mbuf(9). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/mbuf.h>

#include "kerntest.h"

/* A packet of n bytes that count up from b, in mbufs of at most piece. */
static struct mbuf *
packet(int n, int piece, uint8_t b)
{
	struct mbuf *top = m_gethdr(M_WAIT, MT_DATA), *m = top;
	int i;

	top->m_pkthdr.len = n;
	for (;; m = m->m_next) {
		if (MIN(n, piece) > (m == top ? MHLEN : MLEN))
			MCLGET(m, M_WAIT);
		m->m_len = MIN(n, piece);
		for (i = 0; i < m->m_len; i++)
			mtod(m, uint8_t *)[i] = b++;
		n -= m->m_len;
		if (n == 0)
			break;
		m->m_next = m_get(M_WAIT, MT_DATA);
	}
	m_verify_packet(top);
	return top;
}

static bool
is(struct mbuf *m, int n, uint8_t b)
{
	uint8_t *p;
	bool same = true;
	int i;

	if (m->m_pkthdr.len != n || (int)m_length(m) != n)
		return false;
	m_verify_packet(m);
	if (n == 0)
		return true;
	p = kmem_alloc(n, KM_SLEEP);
	m_copydata(m, 0, n, p);
	for (i = 0; i < n; i++)
		same = same && p[i] == (uint8_t)(b + i);
	kmem_free(p, n);
	return same;
}

KERNTEST(mbuf_shape)
{
	struct mbuf *m, *n;
	uint8_t b[8] = { 1, 2, 3, 4, 5, 6, 7, 8 };
	int off;

	m = packet(5000, 300, 0);
	CHECK(is(m, 5000, 0));
	m_adj(m, 10);
	CHECK(is(m, 4990, 10));
	m_adj(m, -990);
	CHECK(is(m, 4000, 10));
	m = m_pullup(m, MHLEN);
	CHECK(m != NULL);
	CHECK(m->m_len >= MHLEN);
	CHECK(is(m, 4000, 10));
	n = m_split(m, 1234, M_WAIT);
	CHECK(is(m, 1234, 10));
	CHECK(is(n, 4000 - 1234, (uint8_t)(10 + 1234)));
	m_copyback(m, 1230, 8, b);
	CHECK_EQ(m->m_pkthdr.len, 1238);
	m_copydata(m, 1230, 8, b + 0);
	CHECK_EQ(b[7], 8);
	CHECK(m_getptr(m, 1238, &off) != NULL);
	CHECK(m_getptr(m, 1239, &off) == NULL);
	m_freem(m);
	m = m_defrag(n, M_WAIT);
	CHECK(m == n);
	CHECK(is(m, 4000 - 1234, (uint8_t)(10 + 1234)));
	CHECK(m->m_next->m_next == NULL || m->m_next->m_next->m_next == NULL);
	M_PREPEND(m, 14, M_WAIT);
	CHECK(m != NULL);
	CHECK_EQ(m->m_pkthdr.len, 4000 - 1234 + 14);
	m_verify_packet(m);
	m_freem(m);
	return 0;
}

KERNTEST(mbuf_copies)
{
	struct mbuf *m, *s, *d;
	struct m_tag *t;

	m = packet(4000, 2000, 7);
	t = m_tag_get(42, 4, M_WAIT);
	memcpy(t + 1, "tag", 4);
	m_tag_prepend(m, t);
	s = m_copypacket(m, M_WAIT);
	d = m_dup(m, 0, M_COPYALL, M_WAIT);
	CHECK(is(s, 4000, 7));
	CHECK(is(d, 4000, 7));
	CHECK(mtod(s, char *) == mtod(m, char *));
	CHECK(mtod(d, char *) != mtod(m, char *));
	CHECK(M_READONLY(m));
	CHECK(!M_READONLY(d));
	CHECK_EQ(M_TRAILINGSPACE(m), 0);
	CHECK(m_tag_find(s, 42) != NULL && m_tag_find(s, 42) != t);
	CHECK(m_tag_find(d, 41) == NULL);
	/* The storage's first user goes before the second. */
	m_freem(m);
	CHECK(is(s, 4000, 7));
	CHECK(!M_READONLY(s));
	m = m_copym(s, 1990, 20, M_WAIT);
	CHECK_EQ(m_length(m), 20);
	CHECK_EQ(*mtod(m, uint8_t *), (uint8_t)(7 + 1990));
	m_freem(s);
	CHECK_EQ(*mtod(m->m_next, uint8_t *), (uint8_t)(7 + 2000));
	m_freem(m);
	m_cat(d, m_get(M_WAIT, MT_DATA));
	m_freem(d);
	return 0;
}

static int freed;

static void
ext_free(struct mbuf *m, void *buf, size_t size, void *arg)
{

	freed += size == 100 && arg == &freed;
	kmem_free(buf, size);
	if (m != NULL)
		pool_cache_put(mb_cache, m);
}

KERNTEST(mbuf_external)
{
	struct mbuf *m, *s;

	m = m_gethdr(M_WAIT, MT_DATA);
	MEXTADD(m, kmem_alloc(100, KM_SLEEP), 100, M_DEVBUF, ext_free, &freed);
	m->m_len = m->m_pkthdr.len = 100;
	memset(mtod(m, char *), 1, 100);
	s = m_copypacket(m, M_WAIT);
	m_freem(m);
	CHECK_EQ(freed, 0);
	m_freem(s);
	CHECK_EQ(freed, 1);
	return 0;
}
