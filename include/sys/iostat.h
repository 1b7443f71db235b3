/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Counters of a disk's or tape's transfers.  See iostat(8), disk(9).
 */

#ifndef _SYS_IOSTAT_H_
#define	_SYS_IOSTAT_H_

#include <sys/types.h>
#include <sys/queue.h>
#include <sys/time.h>

#define	IOSTATNAMELEN	16

enum io_type {
	IOSTAT_DISK,
	IOSTAT_TAPE,
	IOSTAT_NFS
};

#ifdef _KERNEL

struct io_stats {
	char		io_name[IOSTATNAMELEN];
	void		*io_parent;
	enum io_type	io_type;
	struct timeval	io_attachtime;
	int		io_busy;	/* transfers under way */
	int		io_wait;	/* transfers queued */
	uint64_t	io_rxfer;	/* reads done */
	uint64_t	io_wxfer;
	uint64_t	io_seek;
	uint64_t	io_rbytes;
	uint64_t	io_wbytes;
	struct timeval	io_waitstamp;
	struct timeval	io_waittime;
	struct timeval	io_waitsum;
	struct timeval	io_busystamp;
	struct timeval	io_busytime;
	struct timeval	io_busysum;
	struct timeval	io_timestamp;
	struct timeval	io_time;	/* time spent busy */
	TAILQ_ENTRY(io_stats) io_link;
};

void	iostat_init(void);
void	iostat_wait(struct io_stats *);
void	iostat_busy(struct io_stats *);
void	iostat_unbusy(struct io_stats *, long, int);
bool	iostat_isbusy(struct io_stats *);
struct io_stats *iostat_find(const char *);
struct io_stats *iostat_alloc(int32_t, void *, const char *);
void	iostat_free(struct io_stats *);
void	iostat_rename(struct io_stats *, const char *);
void	iostat_seek(struct io_stats *);

#endif /* _KERNEL */

#endif /* !_SYS_IOSTAT_H_ */
