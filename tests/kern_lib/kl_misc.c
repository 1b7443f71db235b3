/* SPDX-License-Identifier: BSD-2-Clause */

/* copy(9), uiomove(9), evcnt(9), cprng(9), rnd(9), kcpuset(9), hooks, link sets. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cprng.h>
#include <sys/evcnt.h>
#include <sys/kcpuset.h>
#include <sys/kmem.h>
#include <sys/proc.h>
#include <sys/rnd.h>
#include <sys/uio.h>

#include <rump/rumpuser_fuzz.h>

#include "kerntest.h"

KERNTEST(copy_basic)
{
	char a[16] = "0123456789", b[16];
	size_t done;
	uint32_t v = 0, old;

	CHECK_EQ(copyin(a, b, 5), 0);
	CHECK(memcmp(a, b, 5) == 0);
	CHECK_EQ(copyin(NULL, b, 1), EFAULT);
	CHECK_EQ(copyin((void *)(uintptr_t)4095, b, 1), EFAULT);
	CHECK_EQ(copyin(NULL, b, 0), 0);
	CHECK_EQ(copyout(b, NULL, 1), EFAULT);
	CHECK_EQ(copyout(b, (void *)(UINTPTR_MAX - 3), 16), EFAULT);
	CHECK_EQ(kcopy(NULL, b, 1), EFAULT);
	CHECK_EQ(copyinstr(a, b, sizeof(b), &done), 0);
	CHECK_EQ(done, 11);
	CHECK_EQ(copyinstr(a, b, 10, &done), ENAMETOOLONG);
	CHECK_EQ(copyinstr(NULL, b, 10, &done), EFAULT);
	CHECK_EQ(copyoutstr("abc", b, 4, &done), 0);
	CHECK_EQ(done, 4);
	CHECK_EQ(copyoutstr("abc", b, 3, &done), ENAMETOOLONG);
	CHECK_EQ(ustore_32(&v, 0x12345678), 0);
	CHECK_EQ(ufetch_32(&v, &old), 0);
	CHECK_EQ(old, 0x12345678);
	CHECK_EQ(ufetch_32(NULL, &old), EFAULT);
	CHECK_EQ(ucas_32(&v, 0x12345678, 7, &old), 0);
	CHECK(v == 7 && old == 0x12345678);
	CHECK_EQ(ucas_32(&v, 1, 2, &old), 0);
	CHECK(v == 7 && old == 7);
	return 0;
}

KERNTEST(copy_fault)
{
	char a[4] = "abc", b[4];

	rumpuser_fault_set(RUMPUSER_FAULT_COPY, 2, 0, EFAULT);
	CHECK_EQ(copyin(a, b, 4), 0);
	CHECK_EQ(copyin(a, b, 4), EFAULT);
	CHECK_EQ(copyout(a, b, 4), 0);
	rumpuser_fault_set(RUMPUSER_FAULT_COPY, 0, 0, 0);
	return 0;
}

KERNTEST(uio_moves)
{
	char a[8], b[8], src[16] = "abcdefghijklmno", out[4];
	struct iovec iov[4] = {
		{ a, 3 }, { NULL, 0 }, { b, 5 }, { NULL, 4 },
	};
	struct uio uio = {
		.uio_iov = iov, .uio_iovcnt = 4, .uio_resid = 12,
		.uio_offset = 2, .uio_rw = UIO_READ,
		.uio_vmspace = curproc->p_vmspace,
	};
	struct iovec k = { src, 8 };
	struct uio kuio = {
		.uio_iov = &k, .uio_iovcnt = 1, .uio_resid = 8,
		.uio_rw = UIO_WRITE,
	};

	CHECK_EQ(uiopeek(src, 4, &uio), 0);
	CHECK_EQ(uio.uio_resid, 12);
	CHECK_EQ(uiomove(src, 4, &uio), 0);
	CHECK(memcmp(a, "abc", 3) == 0 && b[0] == 'd');
	CHECK_EQ(uio.uio_offset, 6);
	CHECK_EQ(uiomove_frombuf(src, 8, &uio), 0);
	CHECK(b[1] == 'g' && b[2] == 'h');
	CHECK_EQ(uiomove_frombuf(src, 8, &uio), 0);
	CHECK_EQ(ureadc('!', &uio), 0);
	CHECK(b[3] == '!');
	uioskip(1, &uio);
	CHECK_EQ(uio.uio_resid, 4);
	CHECK_EQ(uiomove(src, 4, &uio), EFAULT);
	CHECK_EQ(uio.uio_resid, 4);

	UIO_SETUP_SYSSPACE(&kuio);
	kuio.uio_offset = INT64_MAX;
	CHECK(UIO_VMSPACE_ISSYS(kuio.uio_vmspace));
	CHECK_EQ(uiomove(out, 4, &kuio), 0);
	CHECK(memcmp(out, "abcd", 4) == 0);
	CHECK_EQ(kuio.uio_resid, 4);
	return 0;
}

static struct evcnt ev_static =
    EVCNT_INITIALIZER(EVCNT_TYPE_MISC, NULL, "klib", "static");
EVCNT_ATTACH_STATIC(ev_static)

KERNTEST(evcnt_attach)
{
	struct evcnt ev, *it;
	int seen = 0;

	evcnt_attach_dynamic(&ev, EVCNT_TYPE_INTR, NULL, "klib", "dynamic");
	TAILQ_FOREACH(it, &allevents, ev_list) {
		if (strcmp(it->ev_group, "klib") == 0) {
			CHECK_EQ(it->ev_grouplen, 4);
			seen++;
		}
	}
	CHECK_EQ(seen, 2);
	evcnt_detach(&ev);
	TAILQ_FOREACH(it, &allevents, ev_list)
		CHECK(it != &ev);
	return 0;
}

static int asked_for;

static void
rng_get(size_t n, void *arg)
{

	asked_for += (int)n;
	rnd_add_data(arg, "entropy", 7, 56);
}

KERNTEST(cprng_rnd)
{
	krndsource_t rs;
	uint64_t a, b;
	char buf[100];
	cprng_strong_t *c;

	a = cprng_strong64();
	b = cprng_strong64();
	CHECK(a != b);
	CHECK(cprng_fast32() != 0 || cprng_fast32() != 0);
	memset(buf, 0, sizeof(buf));
	c = cprng_strong_create("test", IPL_NONE, CPRNG_INIT_ANY);
	CHECK_EQ(cprng_strong(c, buf, sizeof(buf), 0), sizeof(buf));
	CHECK(buf[0] != 0 || buf[50] != 0 || buf[99] != 0);
	cprng_strong_destroy(c);

	memset(&rs, 0, sizeof(rs));
	rndsource_setcb(&rs, rng_get, &rs);
	rnd_attach_source(&rs, "test", RND_TYPE_RNG,
	    RND_FLAG_DEFAULT | RND_FLAG_HASCB);
	CHECK_EQ(asked_for, 32);
	CHECK_EQ(rs.total, 56);
	CHECK_EQ(rnd_request(8), 1);
	CHECK_EQ(asked_for, 40);
	rnd_add_uint32(&rs, 1);
	CHECK_EQ(rs.value_samples, 3);
	rnd_detach_source(&rs);
	CHECK_EQ(rnd_request(8), 0);
	return 0;
}

KERNTEST(kcpuset_basic)
{
	kcpuset_t *a, *b;

	kcpuset_create(&a, true);
	CHECK(kcpuset_iszero(a));
	kcpuset_set(a, 3);
	kcpuset_atomic_set(a, 5);
	CHECK_EQ(kcpuset_countset(a), 2);
	CHECK_EQ(kcpuset_ffs(a), 4);
	kcpuset_clone(&b, a);
	CHECK(kcpuset_match(a, b));
	kcpuset_clear(b, 3);
	CHECK(kcpuset_intersecting_p(a, b));
	kcpuset_remove(a, b);
	CHECK(!kcpuset_isset(a, 5) && kcpuset_isset(a, 3));
	CHECK(kcpuset_isotherset(a, 5) && !kcpuset_isotherset(a, 3));
	kcpuset_destroy(a);
	kcpuset_destroy(b);
	return 0;
}

static char order[8];

static void
hook(void *arg)
{

	strlcat(order, arg, sizeof(order));
}

KERNTEST(hooks_run)
{
	void *a, *b;

	a = shutdownhook_establish(hook, __UNCONST("a"));
	b = shutdownhook_establish(hook, __UNCONST("b"));
	shutdownhook_disestablish(a);
	a = shutdownhook_establish(hook, __UNCONST("c"));
	(void)b;
	doshutdownhooks();
	CHECK(strcmp(order, "cb") == 0);
	doshutdownhooks();
	CHECK(strcmp(order, "cb") == 0);
	return 0;
}

static const char one[] = "one", two[] = "two", both[2][4] = { "3", "4" };

__link_set_decl(kl_words, const char);
__link_set_decl(kl_nothing, const char);
__link_set_add_rodata(kl_words, one);
__link_set_add_rodata(kl_words, two);
__link_set_add_rodata2(kl_words, both, 1);

KERNTEST(link_sets)
{
	const char *const *w;
	char all[16] = "";

	CHECK_EQ(__link_set_count(kl_words), 3);
	CHECK_EQ(__link_set_count(kl_nothing), 0);
	for (w = __link_set_start(kl_words); w < __link_set_end(kl_words); w++)
		strlcat(all, *w, sizeof(all));
	CHECK_EQ(strlen(all), 7);
	CHECK(strstr(all, "one") && strstr(all, "two") && strchr(all, '4'));
	CHECK_EQ(__CONCAT3(1, 2, 3) + __CONCAT4(4, 5, 6, 7), 123 + 4567);
	return 0;
}
