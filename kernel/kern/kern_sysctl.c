/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The tree of variables: sysctl(9).
 *
 * The children of a node are an array sorted by number, so that they are
 * found by bisection; when it moves, the children's children learn of their
 * father's new place.  The lock is a reader/writer lock: reading a variable
 * reads, changing the tree or a variable writes.  Handlers that sleep long
 * drop it (sysctl_unlock, sysctl_relock).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/rwlock.h>
#include <sys/sysctl.h>

struct sysctllog {
	struct sysctllog *log_next;
	int	log_num[CTL_MAXNAME];
	u_int	log_depth;
};

struct sysctlnode sysctl_root = {
	.sysctl_flags = SYSCTL_VERSION | CTLFLAG_ROOT | CTLFLAG_PERMANENT |
	    CTLFLAG_READWRITE | CTLTYPE_NODE,
	.sysctl_num = 0,
	.sysctl_size = sizeof(struct sysctlnode),
	.sysctl_name = "(root)",
};

static krwlock_t sysctl_treelock;
static bool sysctl_ready;
static uint32_t sysctl_version = 1;
static struct sysctl_setup *setups;
static struct sysctl_setup **setups_tail = &setups;

void
sysctl_setup_add(struct sysctl_setup *ss)
{

	ss->ss_next = NULL;
	*setups_tail = ss;
	setups_tail = &ss->ss_next;
}

/* Runs the setup functions that were announced since the last time. */
void
sysctl_setup_run(void)
{
	struct sysctl_setup *ss;

	if (!sysctl_ready)
		return;
	while ((ss = setups) != NULL) {
		if ((setups = ss->ss_next) == NULL)
			setups_tail = &setups;
		if (!ss->ss_done) {
			ss->ss_done = true;
			(*ss->ss_func)(NULL);
		}
	}
}

void
sysctl_init(void)
{

	rw_init(&sysctl_treelock);
	sysctl_ready = true;
	sysctl_basenode_init();
}

/* After this what is permanent stays; nothing depends on it here. */
void
sysctl_finalize(void)
{

	sysctl_setup_run();
}

void
sysctl_lock(bool write)
{

	rw_enter(&sysctl_treelock, write ? RW_WRITER : RW_READER);
	if (write)
		curlwp->l_pflag |= LP_SYSCTLWRITE;
	else
		curlwp->l_pflag &= ~LP_SYSCTLWRITE;
}

void
sysctl_relock(void)
{

	rw_enter(&sysctl_treelock,
	    (curlwp->l_pflag & LP_SYSCTLWRITE) != 0 ? RW_WRITER : RW_READER);
}

void
sysctl_unlock(void)
{

	rw_exit(&sysctl_treelock);
}

/* Memory of a caller: the kernel's own if there is no lwp to answer to. */
int
sysctl_copyin(struct lwp *l, const void *uaddr, void *kaddr, size_t len)
{

	if (l == NULL) {
		memcpy(kaddr, uaddr, len);
		return 0;
	}
	return copyin(uaddr, kaddr, len);
}

int
sysctl_copyout(struct lwp *l, const void *kaddr, void *uaddr, size_t len)
{

	if (l == NULL) {
		memcpy(uaddr, kaddr, len);
		return 0;
	}
	return copyout(kaddr, uaddr, len);
}

int
sysctl_copyinstr(struct lwp *l, const void *uaddr, void *kaddr, size_t len,
    size_t *done)
{

	if (l == NULL)
		return copystr(uaddr, kaddr, len, done);
	return copyinstr(uaddr, kaddr, len, done);
}

/*
 * The tree.
 */

static int	sysctl_describe(SYSCTLFN_PROTO);

/* The index of the child with this number, or where it belongs. */
static u_int
child_index(const struct sysctlnode *pnode, int num)
{
	u_int lo = 0, hi = pnode->sysctl_clen, mid;

	while (lo < hi) {
		mid = (lo + hi) / 2;
		if (pnode->sysctl_child[mid].sysctl_num < num)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct sysctlnode *
child_find(const struct sysctlnode *pnode, int num)
{
	const u_int i = child_index(pnode, num);

	if (i < pnode->sysctl_clen && pnode->sysctl_child[i].sysctl_num == num)
		return &pnode->sysctl_child[i];
	return NULL;
}

static struct sysctlnode *
child_named(const struct sysctlnode *pnode, const char *name)
{
	u_int i;

	for (i = 0; i < pnode->sysctl_clen; i++)
		if (strcmp(pnode->sysctl_child[i].sysctl_name, name) == 0)
			return &pnode->sysctl_child[i];
	return NULL;
}

/* The children of children in the array from i on have a new father. */
static void
reparent(struct sysctlnode *pnode, u_int i)
{
	struct sysctlnode *node;
	u_int j;

	for (; i < pnode->sysctl_clen; i++) {
		node = &pnode->sysctl_child[i];
		if (SYSCTL_TYPE(node->sysctl_flags) != CTLTYPE_NODE)
			continue;
		for (j = 0; j < node->sysctl_clen; j++)
			node->sysctl_child[j].sysctl_parent = node;
	}
}

/* Marks a change in node and all above it. */
static void
touch(struct sysctlnode *node)
{

	sysctl_version++;
	for (; node != NULL; node = node->sysctl_parent)
		node->sysctl_ver = sysctl_version;
}

static bool
is_node(const struct sysctlnode *node)
{

	return SYSCTL_TYPE(node->sysctl_flags) == CTLTYPE_NODE;
}

/*
 * Walks down from *rnode (NULL: the root) as far as there are nodes without
 * a handler of their own.  *nip is the count of numbers used, *rnode where
 * they lead.  0, ENOTDIR, ENOENT, EPERM.
 */
int
sysctl_locate(struct lwp *l, const int *name, u_int namelen,
    const struct sysctlnode **rnode, int *nip)
{
	const struct sysctlnode *node, *pnode;
	int alias;
	u_int ni;
	int error = 0;

	pnode = rnode != NULL && *rnode != NULL ? *rnode : &sysctl_root;
	for (ni = 0; ni < namelen && pnode->sysctl_func == NULL; ni++) {
		if (!is_node(pnode)) {
			error = ENOTDIR;
			break;
		}
		if (name[ni] < 0)
			break;
		/* A private node is the superuser's. */
		if (l != NULL && (pnode->sysctl_flags & CTLFLAG_PRIVATE) != 0 &&
		    (error = kauth_authorize_system(l->l_cred,
		    KAUTH_SYSTEM_SYSCTL, KAUTH_REQ_SYSTEM_SYSCTL_PRVT, NULL,
		    NULL, NULL)) != 0)
			break;
		node = child_find(pnode, name[ni]);
		if (node != NULL &&
		    (node->sysctl_flags & CTLFLAG_ALIAS) != 0) {
			alias = node->sysctl_alias;
			node = child_find(pnode, alias);
		}
		if (node == NULL && pnode->sysctl_clen == 1 &&
		    (pnode->sysctl_child[0].sysctl_flags &
		    CTLFLAG_ANYNUMBER) != 0)
			node = &pnode->sysctl_child[0];
		if (node == NULL) {
			error = ENOENT;
			break;
		}
		pnode = node;
	}
	if (nip != NULL)
		*nip = (int)ni;
	if (rnode != NULL)
		*rnode = pnode;
	return error;
}

/*
 * One request: finds the node and calls its handler, or the default one.
 * The lock is held.
 */
int
sysctl_dispatch(SYSCTLFN_ARGS)
{
	sysctlfn fn;
	size_t dummy = 0;
	int error, ni;

	if (rnode != NULL && SYSCTL_VERS(rnode->sysctl_flags) !=
	    SYSCTL_VERSION)
		return EINVAL;
	if (oldlenp == NULL)
		oldlenp = &dummy;
	error = sysctl_locate(l, name, namelen, &rnode, &ni);

	if (rnode->sysctl_func != NULL)
		fn = rnode->sysctl_func;
	else if (error == 0) {
		if (ni < (int)namelen) {
			switch (name[ni]) {
			case CTL_QUERY:
				fn = sysctl_query;
				break;
			case CTL_CREATE:
			case CTL_CREATESYM:
				fn = sysctl_create;
				break;
			case CTL_DESTROY:
				fn = sysctl_destroy;
				break;
			case CTL_DESCRIBE:
				fn = sysctl_describe;
				break;
			default:
				fn = NULL;
				error = EOPNOTSUPP;
				break;
			}
		} else if (is_node(rnode)) {
			fn = NULL;
			error = EISDIR;
		} else
			fn = sysctl_lookup;
	} else
		fn = NULL;
	if (fn == NULL)
		return error;
	return (*fn)(name + ni, namelen - ni, oldp, oldlenp, newp, newlen,
	    name, l, rnode);
}

/*
 * The system call.  *retval is what there was room for, as the length in
 * *oldlenp, which is what there is.
 */
int
sysctl_syscall(struct lwp *l, const int *uname, u_int namelen, void *oldp,
    size_t *uoldlenp, const void *newp, size_t newlen, register_t *retval)
{
	int name[CTL_MAXNAME];
	size_t oldlen = 0, given;
	int error, error2;

	if (namelen > CTL_MAXNAME || namelen < 1)
		return EINVAL;
	error = copyin(uname, name, namelen * sizeof(int));
	if (error != 0)
		return error;
	if (uoldlenp != NULL) {
		error = copyin(uoldlenp, &oldlen, sizeof(oldlen));
		if (error != 0)
			return error;
	}
	given = oldp == NULL ? 0 : oldlen;

	sysctl_lock(newp != NULL);
	error = sysctl_dispatch(name, namelen, oldp, &oldlen, newp, newlen,
	    name, l, NULL);
	sysctl_unlock();

	if (uoldlenp != NULL) {
		error2 = copyout(&oldlen, uoldlenp, sizeof(oldlen));
		if (error == 0)
			error = error2;
	}
	if (error == 0 && oldp != NULL && given < oldlen)
		error = ENOMEM;
	if (error == 0 && retval != NULL)
		*retval = (register_t)oldlen;
	return error;
}

/*
 * Reads and writes plain variables.  Values have the size of the node; of a
 * string up to that.
 */
int
sysctl_lookup(SYSCTLFN_ARGS)
{
	union {
		bool	b;
		int	i;
		u_quad_t q;
	} v;
	size_t sz, len;
	void *d;
	char *str;
	int error = 0;

	if (namelen != 0) {
		printf("%s: something below %s\n", __func__,
		    rnode->sysctl_name);
		return EINVAL;
	}
	if (l != NULL && newp != NULL) {
		if ((rnode->sysctl_flags & CTLFLAG_READWRITE) == 0)
			return EPERM;
		if ((rnode->sysctl_flags & CTLFLAG_ANYWRITE) == 0 &&
		    (error = kauth_authorize_system(l->l_cred,
		    KAUTH_SYSTEM_SYSCTL, KAUTH_REQ_SYSTEM_SYSCTL_MODIFY,
		    __UNCONST(rnode), NULL, NULL)) != 0)
			return error;
	}
	if (l != NULL && (rnode->sysctl_flags & CTLFLAG_PRIVATE) != 0 &&
	    (error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL,
	    KAUTH_REQ_SYSTEM_SYSCTL_PRVT, __UNCONST(rnode), NULL, NULL)) != 0)
		return error;

	/* Where the value is. */
	if ((rnode->sysctl_flags & CTLFLAG_IMMEDIATE) != 0) {
		switch (SYSCTL_TYPE(rnode->sysctl_flags)) {
		case CTLTYPE_BOOL:
			d = __UNCONST(&rnode->sysctl_bdata);
			break;
		case CTLTYPE_INT:
			d = __UNCONST(&rnode->sysctl_idata);
			break;
		case CTLTYPE_QUAD:
			d = __UNCONST(&rnode->sysctl_qdata);
			break;
		default:
			return EINVAL;
		}
	} else
		d = rnode->sysctl_data;

	sz = rnode->sysctl_size;
	if (SYSCTL_TYPE(rnode->sysctl_flags) == CTLTYPE_STRING) {
		if (d == NULL)
			return EINVAL;
		sz = sz == 0 ? strlen(d) + 1 : strnlen(d, sz - 1) + 1;
	} else if (sz != 0 && d == NULL)
		return EINVAL;

	if (oldp != NULL) {
		error = sysctl_copyout(l, d, oldp, MIN(sz, *oldlenp));
		if (error != 0)
			return error;
	}
	*oldlenp = sz;

	if (newp == NULL)
		return 0;
	if ((rnode->sysctl_flags & CTLFLAG_READWRITE) == 0)
		return EPERM;
	switch (SYSCTL_TYPE(rnode->sysctl_flags)) {
	case CTLTYPE_BOOL:
	case CTLTYPE_INT:
	case CTLTYPE_QUAD:
		if (newlen != rnode->sysctl_size || newlen > sizeof(v))
			return EINVAL;
		error = sysctl_copyin(l, newp, &v, newlen);
		if (error != 0)
			return error;
		if (SYSCTL_TYPE(rnode->sysctl_flags) == CTLTYPE_BOOL &&
		    *(unsigned char *)&v > 1)
			return EINVAL;
		memcpy(d, &v, newlen);
		break;
	case CTLTYPE_STRING:
		len = rnode->sysctl_size;
		if (len == 0)
			return EPERM;
		if (newlen > len)
			return EINVAL;
		str = kmem_zalloc(len + 1, KM_SLEEP);
		error = sysctl_copyin(l, newp, str, newlen);
		/* One that fills the room must bring its end. */
		if (error == 0 && newlen == len && str[len - 1] != '\0')
			error = EINVAL;
		if (error == 0)
			strlcpy(d, str, len);
		kmem_free(str, len + 1);
		break;
	case CTLTYPE_STRUCT:
		if (newlen != rnode->sysctl_size)
			return EINVAL;
		str = kmem_alloc(newlen, KM_SLEEP);
		error = sysctl_copyin(l, newp, str, newlen);
		if (error == 0)
			memcpy(d, str, newlen);
		kmem_free(str, newlen);
		break;
	default:
		return EINVAL;
	}
	return error;
}

/* A node as others see it: no addresses, version of the interface. */
static void
export(struct sysctlnode *out, const struct sysctlnode *node)
{
	const uint32_t flags = node->sysctl_flags;

	memset(out, 0, sizeof(*out));
	out->sysctl_flags = SYSCTL_VERSION | (flags & ~SYSCTL_VERS_MASK);
	out->sysctl_num = node->sysctl_num;
	memcpy(out->sysctl_name, node->sysctl_name, sizeof(out->sysctl_name));
	out->sysctl_ver = node->sysctl_ver;
	out->sysctl_size = node->sysctl_size;
	if ((flags & CTLFLAG_ALIAS) != 0)
		out->sysctl_alias = node->sysctl_alias;
	else if (is_node(node)) {
		out->sysctl_csize = node->sysctl_clen;
		out->sysctl_clen = node->sysctl_clen;
	} else if ((flags & CTLFLAG_IMMEDIATE) != 0)
		out->sysctl_qdata = node->sysctl_qdata;
}

/* CTL_QUERY: the children of a node. */
int
sysctl_query(SYSCTLFN_ARGS)
{
	struct sysctlnode out;
	size_t left = oldp == NULL ? 0 : *oldlenp, total = 0;
	uint32_t vers;
	u_int i;
	int error;

	if (!is_node(rnode))
		return ENOTDIR;
	if (namelen != 1 || name[0] != CTL_QUERY)
		return EINVAL;
	if (newp != NULL) {
		/* The caller's node says which version it speaks. */
		if (newlen != sizeof(out))
			return EINVAL;
		error = sysctl_copyin(l, newp, &out, sizeof(out));
		if (error != 0)
			return error;
		vers = SYSCTL_VERS(out.sysctl_flags);
		if (vers != SYSCTL_VERSION)
			return EINVAL;
	}
	if (l != NULL && (rnode->sysctl_flags & CTLFLAG_PRIVATE) != 0 &&
	    (error = kauth_authorize_system(l->l_cred, KAUTH_SYSTEM_SYSCTL,
	    KAUTH_REQ_SYSTEM_SYSCTL_PRVT, NULL, NULL, NULL)) != 0)
		return error;
	for (i = 0; i < rnode->sysctl_clen; i++) {
		export(&out, &rnode->sysctl_child[i]);
		total += sizeof(out);
		if (left < sizeof(out))
			continue;
		error = sysctl_copyout(l, &out, oldp, sizeof(out));
		if (error != 0)
			return error;
		oldp = (char *)oldp + sizeof(out);
		left -= sizeof(out);
	}
	*oldlenp = total;
	return 0;
}

static int
describe_one(struct lwp *l, const struct sysctlnode *node, char **outp,
    size_t *leftp, size_t *totalp)
{
	const char *desc = node->sysctl_desc == NULL ? "" : node->sysctl_desc;
	struct sysctldesc head;
	const size_t len = strlen(desc) + 1;
	const size_t need = __sysc_desc_len(len);
	const size_t off = offsetof(struct sysctldesc, descr_str);
	int error;

	*totalp += need;
	if (*leftp < need)
		return 0;
	head.descr_num = node->sysctl_num;
	head.descr_ver = node->sysctl_ver;
	head.descr_len = (uint32_t)len;
	error = sysctl_copyout(l, &head, *outp, off);
	if (error == 0)
		error = sysctl_copyout(l, desc, *outp + off, len);
	*outp += need;
	*leftp -= need;
	return error;
}

/* CTL_DESCRIBE: descriptions of the children, or of one named in newp. */
static int
sysctl_describe(SYSCTLFN_ARGS)
{
	struct sysctlnode in, *node;
	char *out = oldp;
	size_t left = oldp == NULL ? 0 : *oldlenp, total = 0;
	u_int i;
	int error;

	if (!is_node(rnode))
		return ENOTDIR;
	if (namelen != 1 || name[0] != CTL_DESCRIBE)
		return EINVAL;
	if (newp != NULL) {
		if (newlen != sizeof(in))
			return EINVAL;
		error = sysctl_copyin(l, newp, &in, sizeof(in));
		if (error != 0)
			return error;
		if (SYSCTL_VERS(in.sysctl_flags) != SYSCTL_VERSION)
			return EINVAL;
		/* Setting a description is for the kernel alone. */
		if (in.sysctl_desc != NULL)
			return EPERM;
		if ((node = child_find(rnode, in.sysctl_num)) == NULL)
			return ENOENT;
		error = describe_one(l, node, &out, &left, &total);
	} else {
		error = 0;
		for (i = 0; error == 0 && i < rnode->sysctl_clen; i++)
			error = describe_one(l, &rnode->sysctl_child[i], &out,
			    &left, &total);
	}
	*oldlenp = total;
	return error;
}

static bool
name_ok(const char *s)
{
	size_t i;

	for (i = 0; i < SYSCTL_NAMELEN && s[i] != '\0'; i++)
		if (!(isalpha((unsigned char)s[i]) || s[i] == '_' ||
		    (i > 0 && (isdigit((unsigned char)s[i]) || s[i] == '-'))))
			return false;
	return i > 0 && i < SYSCTL_NAMELEN;
}

/*
 * Puts a copy of new under pnode.  Its number may be CTL_CREATE: any.  *outp
 * is the node, also with EEXIST, the one that is there.
 */
static int
node_add(struct sysctlnode *pnode, const struct sysctlnode *new,
    struct sysctlnode **outp)
{
	struct sysctlnode *node, *array;
	u_int i, size;
	int num = new->sysctl_num;

	if (!is_node(pnode))
		return ENOTDIR;
	if (num == CTL_CREATE || num == CTL_CREATESYM) {
		num = pnode->sysctl_clen == 0 ? 0 :
		    pnode->sysctl_child[pnode->sysctl_clen - 1].sysctl_num + 1;
		if (num < CREATE_BASE)
			num = CREATE_BASE;
		node = NULL;
	} else
		node = child_find(pnode, num);
	if (node == NULL)
		node = child_named(pnode, new->sysctl_name);
	if (node != NULL) {
		*outp = node;
		return EEXIST;
	}
	if (num < 0 || num == INT_MAX)
		return EINVAL;

	if (pnode->sysctl_clen == pnode->sysctl_csize) {
		size = pnode->sysctl_csize == 0 ? SYSCTL_DEFSIZE :
		    2 * pnode->sysctl_csize;
		array = kmem_zalloc(size * sizeof(*array), KM_SLEEP);
		if (pnode->sysctl_clen != 0) {
			memcpy(array, pnode->sysctl_child,
			    pnode->sysctl_clen * sizeof(*array));
			kmem_free(pnode->sysctl_child,
			    pnode->sysctl_csize * sizeof(*array));
		}
		pnode->sysctl_child = array;
		pnode->sysctl_csize = size;
		reparent(pnode, 0);
	}
	i = child_index(pnode, num);
	memmove(&pnode->sysctl_child[i + 1], &pnode->sysctl_child[i],
	    (pnode->sysctl_clen - i) * sizeof(*array));
	node = &pnode->sysctl_child[i];
	*node = *new;
	node->sysctl_num = num;
	node->sysctl_parent = pnode;
	pnode->sysctl_clen++;
	reparent(pnode, i);
	touch(node);
	*outp = node;
	return 0;
}

/* Frees what a node owns, and all below it. */
static void
node_clear(struct sysctlnode *node)
{
	u_int i;

	if (is_node(node) && (node->sysctl_flags & CTLFLAG_ALIAS) == 0) {
		for (i = 0; i < node->sysctl_clen; i++)
			node_clear(&node->sysctl_child[i]);
		if (node->sysctl_csize != 0)
			kmem_free(node->sysctl_child,
			    node->sysctl_csize * sizeof(*node));
		node->sysctl_child = NULL;
		node->sysctl_csize = node->sysctl_clen = 0;
	} else if ((node->sysctl_flags & CTLFLAG_OWNDATA) != 0 &&
	    (node->sysctl_flags & CTLFLAG_IMMEDIATE) == 0 &&
	    node->sysctl_data != NULL) {
		kmem_free(node->sysctl_data, node->sysctl_size);
		node->sysctl_data = NULL;
	}
	if ((node->sysctl_flags & CTLFLAG_OWNDESC) != 0) {
		kmem_strfree(__UNCONST(node->sysctl_desc));
		node->sysctl_desc = NULL;
	}
}

static void
node_remove(struct sysctlnode *node)
{
	struct sysctlnode *pnode = node->sysctl_parent;
	const u_int i = (u_int)(node - pnode->sysctl_child);

	node_clear(node);
	memmove(node, node + 1, (pnode->sysctl_clen - i - 1) * sizeof(*node));
	if (--pnode->sysctl_clen == 0) {
		kmem_free(pnode->sysctl_child,
		    pnode->sysctl_csize * sizeof(*node));
		pnode->sysctl_child = NULL;
		pnode->sysctl_csize = 0;
	} else
		reparent(pnode, i);
	touch(pnode);
}

/* Frees a whole tree. */
void
sysctl_free(struct sysctlnode *rnode)
{

	if (rnode == NULL)
		rnode = &sysctl_root;
	node_clear(rnode);
}

/* CTL_CREATE by a user: a variable that keeps its own data. */
int
sysctl_create(SYSCTLFN_ARGS)
{
	struct sysctlnode in, new, out, *node;
	size_t len = 0;
	int error, type, flags;

	if (namelen != 1 ||
	    (name[0] != CTL_CREATE && name[0] != CTL_CREATESYM))
		return EINVAL;
	if (newp == NULL || newlen != sizeof(in))
		return EINVAL;
	if (l != NULL && (error = kauth_authorize_system(l->l_cred,
	    KAUTH_SYSTEM_SYSCTL, KAUTH_REQ_SYSTEM_SYSCTL_ADD, NULL, NULL,
	    NULL)) != 0)
		return error;
	error = sysctl_copyin(l, newp, &in, sizeof(in));
	if (error != 0)
		return error;
	if (SYSCTL_VERS(in.sysctl_flags) != SYSCTL_VERSION)
		return EINVAL;
	/* No kernel addresses or symbols from outside. */
	if (name[0] == CTL_CREATESYM || in.sysctl_func != NULL)
		return EPERM;
	if ((rnode->sysctl_flags & CTLFLAG_READWRITE) == 0 &&
	    rnode != &sysctl_root)
		return EPERM;
	type = SYSCTL_TYPE(in.sysctl_flags);
	flags = SYSCTL_FLAGS(in.sysctl_flags);
	if ((flags & ~SYSCTL_USERFLAGS) != 0 || !name_ok(in.sysctl_name))
		return EINVAL;

	memset(&new, 0, sizeof(new));
	memcpy(new.sysctl_name, in.sysctl_name, sizeof(new.sysctl_name));
	new.sysctl_num = in.sysctl_num;
	new.sysctl_flags = SYSCTL_VERSION | (uint32_t)(flags | type);
	switch (type) {
	case CTLTYPE_NODE:
		if (in.sysctl_csize != 0 || in.sysctl_child != NULL)
			return EINVAL;
		new.sysctl_flags &= ~(CTLFLAG_OWNDATA | CTLFLAG_IMMEDIATE);
		new.sysctl_size = sizeof(new);
		break;
	case CTLTYPE_BOOL:
		new.sysctl_size = sizeof(bool);
		break;
	case CTLTYPE_INT:
		new.sysctl_size = sizeof(int);
		break;
	case CTLTYPE_QUAD:
		new.sysctl_size = sizeof(u_quad_t);
		break;
	case CTLTYPE_STRING:
	case CTLTYPE_STRUCT:
		if ((flags & CTLFLAG_IMMEDIATE) != 0 ||
		    in.sysctl_size == 0 || in.sysctl_size > PAGE_SIZE)
			return EINVAL;
		new.sysctl_size = in.sysctl_size;
		break;
	default:
		return EINVAL;
	}
	if (type != CTLTYPE_NODE) {
		if ((flags & CTLFLAG_IMMEDIATE) != 0) {
			new.sysctl_flags &= ~CTLFLAG_OWNDATA;
			new.sysctl_qdata = in.sysctl_qdata;
		} else {
			new.sysctl_flags |= CTLFLAG_OWNDATA;
			len = new.sysctl_size;
			new.sysctl_data = kmem_zalloc(len, KM_SLEEP);
			if (in.sysctl_data != NULL)
				error = sysctl_copyin(l, in.sysctl_data,
				    new.sysctl_data, len);
			if (error == 0 && type == CTLTYPE_STRING)
				((char *)new.sysctl_data)[len - 1] = '\0';
		}
	}
	if (error == 0)
		error = node_add(__UNCONST(rnode), &new, &node);
	else
		node = NULL;
	if (error != 0 && len != 0)
		kmem_free(new.sysctl_data, len);
	if (error != 0 && error != EEXIST)
		return error;
	export(&out, node);
	if (oldp != NULL) {
		const int error2 = sysctl_copyout(l, &out, oldp,
		    MIN(sizeof(out), *oldlenp));

		if (error == 0)
			error = error2;
	}
	*oldlenp = sizeof(out);
	return error;
}

/* CTL_DESTROY: the child that newp describes. */
int
sysctl_destroy(SYSCTLFN_ARGS)
{
	struct sysctlnode in, out, *node;
	int error;

	if (namelen != 1 || name[0] != CTL_DESTROY)
		return EINVAL;
	if (newp == NULL || newlen != sizeof(in))
		return EINVAL;
	if (l != NULL && (error = kauth_authorize_system(l->l_cred,
	    KAUTH_SYSTEM_SYSCTL, KAUTH_REQ_SYSTEM_SYSCTL_DELETE, NULL, NULL,
	    NULL)) != 0)
		return error;
	error = sysctl_copyin(l, newp, &in, sizeof(in));
	if (error != 0)
		return error;
	if (SYSCTL_VERS(in.sysctl_flags) != SYSCTL_VERSION)
		return EINVAL;
	if (!is_node(rnode))
		return ENOTDIR;
	if ((node = child_find(rnode, in.sysctl_num)) == NULL)
		return ENOENT;
	if (in.sysctl_name[0] != '\0' &&
	    strncmp(in.sysctl_name, node->sysctl_name, SYSCTL_NAMELEN) != 0)
		return EINVAL;
	if ((node->sysctl_flags & CTLFLAG_PERMANENT) != 0)
		return EPERM;
	if (l != NULL && (node->sysctl_flags & CTLFLAG_READWRITE) == 0 &&
	    (node->sysctl_flags & CTLFLAG_OWNDATA) == 0 && !is_node(node))
		return EPERM;
	if (is_node(node) && node->sysctl_clen != 0)
		return ENOTEMPTY;
	export(&out, node);
	node_remove(node);
	if (oldp != NULL)
		error = sysctl_copyout(l, &out, oldp,
		    MIN(sizeof(out), *oldlenp));
	*oldlenp = sizeof(out);
	return error;
}

/* Handlers that are no handlers. */
int
sysctl_needfunc(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	int v = 0;

	printf("sysctl: %s has no handler\n", rnode->sysctl_name);
	node.sysctl_data = &v;
	if (SYSCTL_TYPE(node.sysctl_flags) == CTLTYPE_INT)
		return sysctl_lookup(SYSCTLFN_CALL(&node));
	return EOPNOTSUPP;
}

int
sysctl_notavail(SYSCTLFN_ARGS)
{

	return EOPNOTSUPP;
}

int
sysctl_null(SYSCTLFN_ARGS)
{

	return 0;
}

/* Remembers a node that was made, for sysctl_teardown(). */
static void
log_node(struct sysctllog **logp, const struct sysctlnode *node)
{
	struct sysctllog *sl;
	u_int depth = 0;
	int nums[CTL_MAXNAME];

	for (; node != &sysctl_root && node != NULL && depth < CTL_MAXNAME;
	    node = node->sysctl_parent)
		nums[depth++] = node->sysctl_num;
	sl = kmem_zalloc(sizeof(*sl), KM_SLEEP);
	sl->log_depth = depth;
	while (depth != 0) {
		depth--;
		sl->log_num[sl->log_depth - 1 - depth] = nums[depth];
	}
	sl->log_next = *logp;
	*logp = sl;
}

/*
 * Makes a node, whose place the numbers after newlen give, CTL_EOL at the
 * end; under *rnode unless NULL.  The last number may be CTL_CREATE.  *cnode
 * becomes the node.  EEXIST for the same node again is no error.
 */
int
sysctl_createv(struct sysctllog **logp, int cflags,
    const struct sysctlnode **rnode, const struct sysctlnode **cnode,
    int flags, int type, const char *namep, const char *descr,
    sysctlfn func, u_quad_t qv, void *newp, size_t newlen, ...)
{
	struct sysctlnode new, *node, *pnode;
	const struct sysctlnode *where;
	int name[CTL_MAXNAME];
	u_int namelen = 0;
	va_list ap;
	int error, ni;

	va_start(ap, newlen);
	for (; namelen < CTL_MAXNAME; namelen++) {
		name[namelen] = va_arg(ap, int);
		if (name[namelen] == CTL_EOL)
			break;
	}
	va_end(ap);
	if (namelen == 0 || (namelen == CTL_MAXNAME))
		return EINVAL;

	memset(&new, 0, sizeof(new));
	if (strlcpy(new.sysctl_name, namep, sizeof(new.sysctl_name)) >=
	    sizeof(new.sysctl_name) || namep[0] == '\0')
		return EINVAL;
	flags = SYSCTL_FLAGS(flags);
	/* Both may be the same variable. */
	where = rnode != NULL && *rnode != NULL ? *rnode : &sysctl_root;
	if (cnode != NULL)
		*cnode = NULL;
	if (func == NULL && type != CTLTYPE_NODE && newp == NULL &&
	    (flags & (CTLFLAG_IMMEDIATE | CTLFLAG_ALIAS)) == 0)
		func = sysctl_needfunc;
	new.sysctl_num = name[namelen - 1];
	new.sysctl_func = func;
	new.sysctl_size = newlen;
	new.sysctl_desc = descr;
	if ((flags & CTLFLAG_ALIAS) != 0)
		new.sysctl_alias = (int32_t)qv;
	else if (type == CTLTYPE_NODE)
		new.sysctl_size = sizeof(new);
	else if ((flags & CTLFLAG_IMMEDIATE) != 0) {
		switch (type) {
		case CTLTYPE_BOOL: new.sysctl_bdata = qv != 0; break;
		case CTLTYPE_INT: new.sysctl_idata = (int32_t)qv; break;
		default: new.sysctl_qdata = qv; break;
		}
	} else
		new.sysctl_data = newp;
	if (new.sysctl_size == 0) {
		switch (type) {
		case CTLTYPE_BOOL: new.sysctl_size = sizeof(bool); break;
		case CTLTYPE_INT: new.sysctl_size = sizeof(int); break;
		case CTLTYPE_QUAD: new.sysctl_size = sizeof(u_quad_t); break;
		case CTLTYPE_STRING:
			/* Then it is read only: as long as it is. */
			if (newp != NULL)
				new.sysctl_size = strlen(newp) + 1;
			break;
		}
	}
	if ((flags & CTLFLAG_OWNDATA) != 0 && newp != NULL &&
	    (flags & CTLFLAG_IMMEDIATE) == 0 && type != CTLTYPE_NODE) {
		new.sysctl_data = kmem_alloc(new.sysctl_size, KM_SLEEP);
		memcpy(new.sysctl_data, newp, new.sysctl_size);
	}
	if ((flags & CTLFLAG_OWNDESC) != 0 && descr != NULL)
		new.sysctl_desc = kmem_strdup(descr, KM_SLEEP);
	new.sysctl_flags = SYSCTL_VERSION | (uint32_t)(flags | type);

	sysctl_lock(true);
	error = sysctl_locate(NULL, name, namelen - 1, &where, &ni);
	if (error == 0 && ni != (int)namelen - 1)
		error = ENOENT;
	if (error == 0) {
		pnode = __UNCONST(where);
		error = node_add(pnode, &new, &node);
		if (error == 0) {
			if (logp != NULL)
				log_node(logp, node);
			if (cnode != NULL)
				*cnode = node;
		} else {
			if (error == EEXIST && cnode != NULL)
				*cnode = node;
			/* The same node once more is fine. */
			if (error == EEXIST && is_node(node) &&
			    type == CTLTYPE_NODE &&
			    strcmp(node->sysctl_name, namep) == 0)
				error = 0;
			if ((flags & CTLFLAG_OWNDESC) != 0)
				kmem_strfree(__UNCONST(new.sysctl_desc));
			if ((flags & CTLFLAG_OWNDATA) != 0 && newp != NULL &&
			    (flags & CTLFLAG_IMMEDIATE) == 0 &&
			    type != CTLTYPE_NODE)
				kmem_free(new.sysctl_data, new.sysctl_size);
		}
	}
	sysctl_unlock();
	if (error != 0 && error != EEXIST)
		printf("sysctl: %s was not made, error %d\n", namep, error);
	return error;
}

/* Removes the node that the numbers after rnode give, CTL_EOL at the end. */
int
sysctl_destroyv(struct sysctlnode *rnode, ...)
{
	const struct sysctlnode *where = rnode;
	int name[CTL_MAXNAME];
	u_int namelen = 0;
	va_list ap;
	int error, ni;

	va_start(ap, rnode);
	for (; namelen < CTL_MAXNAME; namelen++) {
		name[namelen] = va_arg(ap, int);
		if (name[namelen] == CTL_EOL)
			break;
	}
	va_end(ap);
	if (namelen == 0 || namelen == CTL_MAXNAME)
		return EINVAL;
	sysctl_lock(true);
	error = sysctl_locate(NULL, name, namelen, &where, &ni);
	if (error == 0 && ni != (int)namelen)
		error = ENOENT;
	if (error == 0 && (where->sysctl_flags & CTLFLAG_PERMANENT) != 0)
		error = EPERM;
	if (error == 0 && is_node(where) && where->sysctl_clen != 0)
		error = ENOTEMPTY;
	if (error == 0)
		node_remove(__UNCONST(where));
	sysctl_unlock();
	return error;
}

/* Removes what was made with this log, last first, if nothing is below. */
void
sysctl_teardown(struct sysctllog **logp)
{
	struct sysctlnode *node;
	struct sysctllog *sl;
	u_int i;

	sysctl_lock(true);
	while ((sl = *logp) != NULL) {
		*logp = sl->log_next;
		node = &sysctl_root;
		for (i = 0; node != NULL && i < sl->log_depth; i++)
			node = is_node(node) ?
			    child_find(node, sl->log_num[i]) : NULL;
		if (node != NULL && node != &sysctl_root &&
		    !(is_node(node) && node->sysctl_clen != 0) &&
		    (node->sysctl_flags & CTLFLAG_PERMANENT) == 0)
			node_remove(node);
		kmem_free(sl, sizeof(*sl));
	}
	sysctl_unlock();
}
