/* SPDX-License-Identifier: BSD-2-Clause */

/* What drivers give to the entropy pool: rnd(9). */

#ifndef _SYS_RNDSOURCE_H_
#define	_SYS_RNDSOURCE_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/rndio.h>

typedef struct krndsource {
	LIST_ENTRY(krndsource) list;
	char		name[16];
	uint64_t	time_samples;
	uint64_t	value_samples;
	uint32_t	total;		/* estimated bits */
	uint32_t	type;
	uint32_t	flags;
	void		(*get)(size_t, void *);
	void		*getarg;
	void		(*enable)(struct krndsource *, bool);
} krndsource_t;

void	rndsource_setcb(struct krndsource *, void (*)(size_t, void *), void *);
void	rnd_attach_source(struct krndsource *, const char *, uint32_t,
	    uint32_t);
void	rnd_detach_source(struct krndsource *);
void	rnd_add_data(struct krndsource *, const void *, uint32_t, uint32_t);
void	rnd_add_data_intr(struct krndsource *, const void *, uint32_t,
	    uint32_t);
void	rnd_add_data_sync(struct krndsource *, const void *, uint32_t,
	    uint32_t);
void	rnd_add_uint32(struct krndsource *, uint32_t);
void	_rnd_add_uint32(struct krndsource *, uint32_t);
void	_rnd_add_uint64(struct krndsource *, uint64_t);
/* Asks the sources with a callback for nbytes; their number. */
unsigned rnd_request(size_t);

#define	RND_ENABLED(rp)							\
	(((rp)->flags & RND_FLAG_NO_COLLECT) == 0 &&			\
	    ((rp)->flags & (RND_FLAG_COLLECT_VALUE |			\
	    RND_FLAG_COLLECT_TIME)) != 0)

#endif /* !_SYS_RNDSOURCE_H_ */
