/* SPDX-License-Identifier: BSD-2-Clause */

/* Counters of events: evcnt(9). */

#ifndef _SYS_EVCNT_H_
#define	_SYS_EVCNT_H_

#include <sys/types.h>
#include <sys/queue.h>

struct evcnt {
	uint64_t	ev_count;
	TAILQ_ENTRY(evcnt) ev_list;
	unsigned char	ev_type;
	unsigned char	ev_grouplen;
	unsigned char	ev_namelen;
	char		ev_pad1;
	const struct evcnt *ev_parent;
	const char	*ev_group;
	const char	*ev_name;
};
TAILQ_HEAD(evcntlist, evcnt);

#define	EVCNT_STRING_MAX	255

#define	EVCNT_TYPE_ANY		(-1)
#define	EVCNT_TYPE_MISC		0
#define	EVCNT_TYPE_INTR		1
#define	EVCNT_TYPE_TRAP		2

#define	EVCNT_INITIALIZER(type, parent, group, name)			\
	{								\
		.ev_type = (type),					\
		.ev_parent = (parent),					\
		.ev_group = (group),					\
		.ev_name = (name),					\
	}

/* Attaches a static counter before main. */
#define	EVCNT_ATTACH_STATIC(ev)						\
	static void __attribute__((__constructor__))			\
	__evcnt_ctor_##ev(void)						\
	{								\
									\
		evcnt_attach_static(&ev);				\
	}
#define	EVCNT_ATTACH_STATIC2(ev, n)					\
	static void __attribute__((__constructor__))			\
	__evcnt_ctor_##ev##_##n(void)					\
	{								\
									\
		evcnt_attach_static(&ev[n]);				\
	}

extern struct evcntlist allevents;

/* As they pass sysctl(7)'s kern.evcnt. */
#define	KERN_EVCNT_COUNT_ANY	0
#define	KERN_EVCNT_COUNT_NONZERO	1
struct evcnt_sysctl {
	uint64_t	ev_count;
	uint64_t	ev_addr;
	uint64_t	ev_parent;
	uint8_t		ev_type;
	uint8_t		ev_grouplen;
	uint8_t		ev_namelen;
	uint8_t		ev_len;
	uint32_t	ev_pad;
	char		ev_strings[];
};

__BEGIN_DECLS
void	evcnt_init(void);
void	evcnt_attach_static(struct evcnt *);
void	evcnt_attach_dynamic(struct evcnt *, int, const struct evcnt *,
	    const char *, const char *);
void	evcnt_attach_dynamic_nozero(struct evcnt *, int,
	    const struct evcnt *, const char *, const char *);
void	evcnt_detach(struct evcnt *);
__END_DECLS

#endif /* !_SYS_EVCNT_H_ */
