/* SPDX-License-Identifier: BSD-2-Clause */

/* sysctl(9). */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/evcnt.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/sysctl.h>

#include "kerntest.h"

static int var = 5;
static char str[16] = "first";

static int
ask(const int *name, u_int n, void *oldp, size_t *oldlenp, const void *newp,
    size_t newlen)
{
	int error;

	sysctl_lock(newp != NULL);
	error = sysctl_dispatch(name, n, oldp, oldlenp, newp, newlen, name,
	    NULL, NULL);
	sysctl_unlock();
	return error;
}

KERNTEST(sysctl_base)
{
	int name[3] = { CTL_KERN, KERN_OSTYPE };
	char buf[64];
	size_t len = sizeof(buf);
	int v;

	CHECK_EQ(ask(name, 2, buf, &len, NULL, 0), 0);
	CHECK_EQ(len, 7);
	CHECK(strcmp(buf, "NetBSD") == 0);
	name[1] = KERN_OSRELEASE;
	len = 3;
	CHECK_EQ(ask(name, 2, buf, &len, NULL, 0), 0);
	CHECK_EQ(len, 5);
	CHECK(memcmp(buf, "10.", 3) == 0);
	name[0] = CTL_HW;
	name[1] = HW_PAGESIZE;
	len = sizeof(v);
	CHECK_EQ(ask(name, 2, &v, &len, NULL, 0), 0);
	CHECK_EQ(v, 4096);
	CHECK_EQ(ask(name, 2, &v, &len, &v, sizeof(v)), EPERM);
	CHECK_EQ(ask(name, 1, &v, &len, NULL, 0), EISDIR);
	name[1] = 999;
	CHECK_EQ(ask(name, 2, &v, &len, NULL, 0), ENOENT);
	name[1] = HW_PAGESIZE;
	CHECK_EQ(ask(name, 3, &v, &len, NULL, 0), ENOTDIR);
	return 0;
}

static int
double_it(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	int v = var * 2, error;

	node.sysctl_data = &v;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	if (error == 0 && newp != NULL)
		var = v / 2;
	return error;
}

KERNTEST(sysctl_create_destroy)
{
	const struct sysctlnode *top, *leaf;
	struct sysctllog *clog = NULL;
	int name[4] = { CTL_DEBUG };
	char buf[32];
	size_t len;
	unsigned i;
	int v;

	CHECK_EQ(sysctl_createv(&clog, 0, NULL, &top, CTLFLAG_READWRITE,
	    CTLTYPE_NODE, "klib", NULL, NULL, 0, NULL, 0, CTL_DEBUG,
	    CTL_CREATE, CTL_EOL), 0);
	CHECK_EQ(sysctl_createv(&clog, 0, &top, &leaf, CTLFLAG_READWRITE,
	    CTLTYPE_INT, "var", "a variable", NULL, 0, &var, 0, CTL_CREATE,
	    CTL_EOL), 0);
	name[1] = top->sysctl_num;
	name[2] = leaf->sysctl_num;
	CHECK(name[1] >= CREATE_BASE);
	len = sizeof(v);
	CHECK_EQ(ask(name, 3, &v, &len, NULL, 0), 0);
	CHECK_EQ(v, 5);
	v = 6;
	CHECK_EQ(ask(name, 3, NULL, NULL, &v, sizeof(v)), 0);
	CHECK_EQ(var, 6);
	CHECK_EQ(ask(name, 3, NULL, NULL, &v, 1), EINVAL);

	CHECK_EQ(sysctl_createv(&clog, 0, &top, &leaf, CTLFLAG_READWRITE,
	    CTLTYPE_INT, "twice", NULL, double_it, 0, NULL, 0, CTL_CREATE,
	    CTL_EOL), 0);
	name[2] = leaf->sysctl_num;
	CHECK_EQ(ask(name, 3, &v, &len, NULL, 0), 0);
	CHECK_EQ(v, 12);
	v = 10;
	CHECK_EQ(ask(name, 3, NULL, NULL, &v, sizeof(v)), 0);
	CHECK_EQ(var, 5);

	CHECK_EQ(sysctl_createv(&clog, 0, &top, &leaf, CTLFLAG_READWRITE,
	    CTLTYPE_STRING, "str", NULL, NULL, 0, str, sizeof(str),
	    CTL_CREATE, CTL_EOL), 0);
	name[2] = leaf->sysctl_num;
	CHECK_EQ(ask(name, 3, NULL, NULL, "second", 7), 0);
	CHECK(strcmp(str, "second") == 0);
	CHECK_EQ(ask(name, 3, NULL, NULL, "0123456789abcdef", 16), EINVAL);
	CHECK_EQ(ask(name, 3, NULL, NULL, "0123456789abcdefg", 17), EINVAL);

	/* Many children, so that the array moves, and below one of them. */
	for (i = 0; i < 40; i++) {
		snprintf(buf, sizeof(buf), "n%u", i);
		CHECK_EQ(sysctl_createv(&clog, 0, &top, &leaf, 0,
		    CTLTYPE_NODE, buf, NULL, NULL, 0, NULL, 0,
		    i % 2 == 0 ? CTL_CREATE : (int)(500 - i), CTL_EOL), 0);
		CHECK_EQ(sysctl_createv(&clog, 0, &leaf, &leaf,
		    CTLFLAG_IMMEDIATE, CTLTYPE_QUAD, "q", NULL, NULL, i,
		    NULL, 0, CTL_CREATE, CTL_EOL), 0);
		CHECK(strcmp(leaf->sysctl_parent->sysctl_name, buf) == 0);
	}
	name[2] = 500 - 7;
	name[3] = CREATE_BASE;
	uint64_t q;
	len = sizeof(q);
	CHECK_EQ(ask(name, 4, &q, &len, NULL, 0), 0);
	CHECK_EQ(q, 7);
	/* The same name or number again. */
	CHECK_EQ(sysctl_createv(NULL, 0, &top, NULL, 0, CTLTYPE_INT, "var",
	    NULL, NULL, 0, &var, 0, CTL_CREATE, CTL_EOL), EEXIST);
	CHECK_EQ(sysctl_createv(NULL, 0, NULL, NULL, 0, CTLTYPE_INT, "x",
	    NULL, NULL, 0, &var, 0, CTL_DEBUG, 77777, CTL_CREATE, CTL_EOL),
	    ENOENT);

	sysctl_teardown(&clog);
	CHECK(clog == NULL);
	CHECK_EQ(ask(name, 3, &v, &len, NULL, 0), ENOENT);
	return 0;
}

KERNTEST(sysctl_query_describe)
{
	struct sysctlnode *nodes, in;
	struct sysctldesc *d;
	int name[3] = { CTL_HW, CTL_QUERY };
	size_t len = 0, i, n;
	bool seen = false;
	char *buf;

	CHECK_EQ(ask(name, 2, NULL, &len, NULL, 0), 0);
	CHECK(len != 0 && len % sizeof(*nodes) == 0);
	n = len / sizeof(*nodes);
	nodes = kmem_alloc(len, KM_SLEEP);
	memset(&in, 0, sizeof(in));
	in.sysctl_flags = SYSCTL_VERSION;
	CHECK_EQ(ask(name, 2, nodes, &len, &in, sizeof(in)), 0);
	for (i = 0; i < n; i++) {
		if (nodes[i].sysctl_num == HW_NCPU)
			seen = strcmp(nodes[i].sysctl_name, "ncpu") == 0;
		CHECK(nodes[i].sysctl_func == NULL);
		CHECK(i == 0 ||
		    nodes[i - 1].sysctl_num < nodes[i].sysctl_num);
	}
	CHECK(seen);
	kmem_free(nodes, n * sizeof(*nodes));

	in.sysctl_flags = SYSCTL_VERS_0;
	CHECK_EQ(ask(name, 2, NULL, &len, &in, sizeof(in)), EINVAL);

	name[0] = CTL_DESCRIBE;
	len = 0;
	CHECK_EQ(ask(name, 1, NULL, &len, NULL, 0), 0);
	CHECK(len > 0 && len < 4096);
	n = len;
	buf = kmem_zalloc(n, KM_SLEEP);
	CHECK_EQ(ask(name, 1, buf, &len, NULL, 0), 0);
	d = (void *)buf;
	CHECK_EQ(d->descr_num, CTL_KERN);
	CHECK(strcmp(d->descr_str, "High kernel") == 0);
	kmem_free(buf, n);
	return 0;
}

/* A user makes a variable of its own, and may not make others. */
KERNTEST(sysctl_user_nodes)
{
	struct sysctlnode in, out;
	int name[3] = { CTL_VENDOR, CTL_CREATE };
	size_t len;
	int v;

	memset(&in, 0, sizeof(in));
	in.sysctl_flags = SYSCTL_VERSION | CTLFLAG_READWRITE |
	    CTLFLAG_IMMEDIATE | CTLTYPE_INT;
	in.sysctl_num = CTL_CREATE;
	in.sysctl_idata = 17;
	strlcpy(in.sysctl_name, "mine", sizeof(in.sysctl_name));
	name[0] = CTL_CREATE;
	len = sizeof(out);
	CHECK_EQ(ask(name, 1, &out, &len, &in, sizeof(in)), 0);
	name[0] = out.sysctl_num;
	len = sizeof(v);
	CHECK_EQ(ask(name, 1, &v, &len, NULL, 0), 0);
	CHECK_EQ(v, 17);
	name[0] = CTL_DESTROY;
	len = sizeof(out);
	CHECK_EQ(ask(name, 1, &out, &len, &out, sizeof(out)), 0);

	name[0] = CTL_CREATE;
	in.sysctl_func = sysctl_null;
	CHECK_EQ(ask(name, 1, &out, &len, &in, sizeof(in)), EPERM);
	in.sysctl_func = NULL;
	in.sysctl_name[0] = '9';
	CHECK_EQ(ask(name, 1, &out, &len, &in, sizeof(in)), EINVAL);
	in.sysctl_flags = SYSCTL_VERSION | CTLTYPE_STRING;
	in.sysctl_name[0] = 'm';
	in.sysctl_size = 1UL << 61;
	CHECK_EQ(ask(name, 1, &out, &len, &in, sizeof(in)), EINVAL);
	name[0] = CTL_DESTROY;
	memset(&in, 0, sizeof(in));
	in.sysctl_flags = SYSCTL_VERSION;
	in.sysctl_num = CTL_KERN;
	CHECK_EQ(ask(name, 1, &out, &len, &in, sizeof(in)), EPERM);
	return 0;
}

static struct evcnt ev = EVCNT_INITIALIZER(EVCNT_TYPE_MISC, NULL, "klsys",
    "sysctl");
EVCNT_ATTACH_STATIC(ev)

KERNTEST(sysctl_evcnt_msgbuf)
{
	int name[4] = { CTL_KERN, KERN_EVCNT, EVCNT_TYPE_MISC,
	    KERN_EVCNT_COUNT_NONZERO };
	struct evcnt_sysctl *es;
	size_t len = 0, off, room;
	bool seen = false;
	char *buf;

	ev.ev_count = 77;
	CHECK_EQ(ask(name, 4, NULL, &len, NULL, 0), 0);
	CHECK(len >= sizeof(*es));
	room = len;
	buf = kmem_zalloc(room, KM_SLEEP);
	CHECK_EQ(ask(name, 4, buf, &len, NULL, 0), 0);
	for (off = 0; off < len; off += es->ev_len * 8) {
		es = (void *)(buf + off);
		CHECK(es->ev_len != 0);
		if (strcmp(es->ev_strings, "klsys") == 0) {
			CHECK_EQ(es->ev_count, 77);
			CHECK(strcmp(es->ev_strings + es->ev_grouplen + 1,
			    "sysctl") == 0);
			seen = true;
		}
	}
	CHECK(seen);
	len = 1;
	CHECK_EQ(ask(name, 4, buf, &len, NULL, 0), ENOMEM);
	name[2] = 9;
	CHECK_EQ(ask(name, 4, NULL, &len, NULL, 0), EINVAL);
	kmem_free(buf, room);

	/* The last thing that was said is at the end of the messages. */
	for (off = 0; off < 300; off++)
		printf_flags(TOLOG, "line %zu of the ring\n", off);
	name[1] = KERN_MSGBUF;
	room = 8192;
	len = room;
	buf = kmem_zalloc(room, KM_SLEEP);
	CHECK_EQ(ask(name, 2, buf, &len, NULL, 0), 0);
	CHECK(len > 3000 && len < room);
	CHECK(strcmp(buf + len - 21, "line 299 of the ring\n") == 0);
	CHECK(memmem(buf, len, "line 0 of", 9) == NULL);
	kmem_free(buf, room);
	return 0;
}
