/* SPDX-License-Identifier: BSD-2-Clause */

/* Counters of events: evcnt(9), and kern.evcnt. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/evcnt.h>
#include <sys/kauth.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/sysctl.h>

struct evcntlist allevents = TAILQ_HEAD_INITIALIZER(allevents);
static kmutex_t evcnt_lock;
static bool evcnt_ready;
static uint32_t evcnt_generation;

void
evcnt_init(void)
{

	mutex_init(&evcnt_lock, MUTEX_DEFAULT, IPL_NONE);
	evcnt_ready = true;
}

static void
evcnt_enter(void)
{

	if (evcnt_ready)
		mutex_enter(&evcnt_lock);
}

static void
evcnt_exit(void)
{

	if (evcnt_ready)
		mutex_exit(&evcnt_lock);
}

/* Adds a counter that was initialised statically; from constructors too. */
void
evcnt_attach_static(struct evcnt *ev)
{
	const size_t group = strlen(ev->ev_group), name = strlen(ev->ev_name);

	if (group == 0 || group > EVCNT_STRING_MAX || name == 0 ||
	    name > EVCNT_STRING_MAX)
		return;
	ev->ev_grouplen = (unsigned char)group;
	ev->ev_namelen = (unsigned char)name;
	evcnt_enter();
	TAILQ_INSERT_TAIL(&allevents, ev, ev_list);
	evcnt_generation++;
	evcnt_exit();
}

/* The same for one in dynamic memory, whose count goes on. */
void
evcnt_attach_dynamic_nozero(struct evcnt *ev, int type,
    const struct evcnt *parent, const char *group, const char *name)
{
	const uint64_t count = ev->ev_count;

	memset(ev, 0, sizeof(*ev));
	ev->ev_count = count;
	ev->ev_type = (unsigned char)type;
	ev->ev_parent = parent;
	ev->ev_group = group;
	ev->ev_name = name;
	evcnt_attach_static(ev);
}

void
evcnt_attach_dynamic(struct evcnt *ev, int type, const struct evcnt *parent,
    const char *group, const char *name)
{

	ev->ev_count = 0;
	evcnt_attach_dynamic_nozero(ev, type, parent, group, name);
}

void
evcnt_detach(struct evcnt *ev)
{

	evcnt_enter();
	TAILQ_REMOVE(&allevents, ev, ev_list);
	evcnt_generation++;
	evcnt_exit();
}

/* kern.evcnt.TYPE.COUNT: records of struct evcnt_sysctl, 8 bytes aligned. */
static int
sysctl_evcnt(SYSCTLFN_ARGS)
{
	union {
		struct evcnt_sysctl head;
		char	space[sizeof(struct evcnt_sysctl) +
			    2 * (EVCNT_STRING_MAX + 1) + 8];
	} rec;
	struct evcnt *ev;
	size_t len, left, total = 0;
	int error = 0;

	if (newp != NULL)
		return EPERM;
	if (namelen != 2 || name[0] < EVCNT_TYPE_ANY ||
	    name[0] > EVCNT_TYPE_TRAP ||
	    (name[1] != KERN_EVCNT_COUNT_ANY &&
	    name[1] != KERN_EVCNT_COUNT_NONZERO))
		return EINVAL;
	left = oldp == NULL ? 0 : *oldlenp;
	sysctl_unlock();
	evcnt_enter();
	TAILQ_FOREACH(ev, &allevents, ev_list) {
		if (name[0] != EVCNT_TYPE_ANY && ev->ev_type != name[0])
			continue;
		if (name[1] == KERN_EVCNT_COUNT_NONZERO && ev->ev_count == 0)
			continue;
		memset(&rec, 0, sizeof(rec));
		rec.head.ev_count = ev->ev_count;
		rec.head.ev_type = ev->ev_type;
		rec.head.ev_grouplen = ev->ev_grouplen;
		rec.head.ev_namelen = ev->ev_namelen;
		memcpy(rec.head.ev_strings, ev->ev_group, ev->ev_grouplen + 1);
		memcpy(rec.head.ev_strings + ev->ev_grouplen + 1, ev->ev_name,
		    ev->ev_namelen + 1);
		len = roundup2(offsetof(struct evcnt_sysctl, ev_strings) +
		    ev->ev_grouplen + 1 + ev->ev_namelen + 1, 8UL);
		rec.head.ev_len = (uint8_t)(len / 8);
		total += len;
		if (oldp == NULL)
			continue;
		if (left < len) {
			error = ENOMEM;
			break;
		}
		/* A counter's owner may not go away meanwhile: no sleep. */
		error = sysctl_copyout(l, &rec, oldp, len);
		if (error != 0)
			break;
		oldp = (char *)oldp + len;
		left -= len;
	}
	evcnt_exit();
	sysctl_relock();
	*oldlenp = total;
	return error;
}

SYSCTL_SETUP(sysctl_evcnt_setup, "event counters")
{

	sysctl_createv(clog, 0, NULL, NULL, CTLFLAG_PERMANENT, CTLTYPE_NODE,
	    "evcnt", "Kernel evcnt information", sysctl_evcnt, 0, NULL, 0,
	    CTL_KERN, KERN_EVCNT, CTL_EOL);
}
