/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Counters of disks and tapes.  See iostat(9) users: disk(9).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/iostat.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/time.h>

static TAILQ_HEAD(, io_stats) iostatlist =
    TAILQ_HEAD_INITIALIZER(iostatlist);
static kmutex_t iostatlist_lock;

/* Once, at boot. */
void
iostat_init(void)
{

	mutex_init(&iostatlist_lock, MUTEX_DEFAULT, IPL_NONE);
}

/*
 * Counters for a device of that name.  Sleeps.
 */
struct io_stats *
iostat_alloc(int32_t type, void *parent, const char *name)
{
	struct io_stats *stats;

	stats = kmem_zalloc(sizeof(*stats), KM_SLEEP);
	stats->io_type = type;
	stats->io_parent = parent;
	strlcpy(stats->io_name, name, sizeof(stats->io_name));
	getmicrouptime(&stats->io_attachtime);
	mutex_enter(&iostatlist_lock);
	TAILQ_INSERT_TAIL(&iostatlist, stats, io_link);
	mutex_exit(&iostatlist_lock);
	return stats;
}

void
iostat_free(struct io_stats *stats)
{

	mutex_enter(&iostatlist_lock);
	TAILQ_REMOVE(&iostatlist, stats, io_link);
	mutex_exit(&iostatlist_lock);
	kmem_free(stats, sizeof(*stats));
}

void
iostat_rename(struct io_stats *stats, const char *name)
{

	mutex_enter(&iostatlist_lock);
	strlcpy(stats->io_name, name, sizeof(stats->io_name));
	mutex_exit(&iostatlist_lock);
}

struct io_stats *
iostat_find(const char *name)
{
	struct io_stats *stats;

	mutex_enter(&iostatlist_lock);
	TAILQ_FOREACH(stats, &iostatlist, io_link) {
		if (strcmp(stats->io_name, name) == 0)
			break;
	}
	mutex_exit(&iostatlist_lock);
	return stats;
}

/*
 * The calls below are made under the driver's lock.
 */

static void
add_since(struct timeval *sum, struct timeval *stamp, const struct timeval *t)
{
	struct timeval diff;

	timersub(t, stamp, &diff);
	timeradd(sum, &diff, sum);
	*stamp = *t;
}

/* A transfer was queued. */
void
iostat_wait(struct io_stats *stats)
{
	struct timeval t;

	getmicrouptime(&t);
	if (stats->io_wait++ == 0)
		stats->io_waitstamp = t;
	else
		add_since(&stats->io_waittime, &stats->io_waitstamp, &t);
}

/* A transfer has started. */
void
iostat_busy(struct io_stats *stats)
{
	struct timeval t;

	getmicrouptime(&t);
	if (stats->io_wait > 0) {
		add_since(&stats->io_waittime, &stats->io_waitstamp, &t);
		stats->io_wait--;
	}
	if (stats->io_busy++ == 0)
		stats->io_busystamp = stats->io_timestamp = t;
	else
		add_since(&stats->io_busytime, &stats->io_busystamp, &t);
}

/* A transfer of count bytes has ended; read is non-zero for a read. */
void
iostat_unbusy(struct io_stats *stats, long count, int read)
{
	struct timeval t;

	KASSERT(stats->io_busy > 0);
	getmicrouptime(&t);
	add_since(&stats->io_busytime, &stats->io_busystamp, &t);
	add_since(&stats->io_time, &stats->io_timestamp, &t);
	stats->io_busy--;
	if (count > 0) {
		if (read) {
			stats->io_rbytes += count;
			stats->io_rxfer++;
		} else {
			stats->io_wbytes += count;
			stats->io_wxfer++;
		}
	}
}

bool
iostat_isbusy(struct io_stats *stats)
{

	return stats->io_busy != 0;
}

void
iostat_seek(struct io_stats *stats)
{

	stats->io_seek++;
}
