/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * sysmon_envsys(9): devices with sensors, and /dev/sysmon to read them.
 *
 * Locks: sysmon_lock (the list of devices), then a device's sme_mtx (its
 * sensors).  Both are held while a driver refreshes a sensor, so it stays.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/queue.h>

#include <rump-sys/dev.h>

#include <dev/sysmon/sysmonvar.h>

static kmutex_t sysmon_lock;
static LIST_HEAD(, sysmon_envsys) devices = LIST_HEAD_INITIALIZER(devices);	/* sysmon_lock */
static u_int next_sensor;							/* sysmon_lock */

struct sysmon_envsys *
sysmon_envsys_create(void)
{
	struct sysmon_envsys *sme = kmem_zalloc(sizeof(*sme), KM_SLEEP);

	TAILQ_INIT(&sme->sme_sensors_list);
	LIST_INIT(&sme->sme_events_list);
	mutex_init(&sme->sme_mtx, MUTEX_DEFAULT, IPL_NONE);
	mutex_init(&sme->sme_work_mtx, MUTEX_DEFAULT, IPL_NONE);
	cv_init(&sme->sme_condvar, "sysmon");
	return sme;
}

/* Takes a sensor off its device, which is locked or not known to others. */
static void
sensor_remove(struct sysmon_envsys *sme, envsys_data_t *edata)
{

	TAILQ_REMOVE(&sme->sme_sensors_list, edata, sensors_head);
	sme->sme_nsensors--;
	if (edata->flags & ENVSYS_FHAS_ENTROPY)
		rnd_detach_source(&edata->rnd_src);
}

void
sysmon_envsys_destroy(struct sysmon_envsys *sme)
{
	envsys_data_t *edata;

	while ((edata = TAILQ_FIRST(&sme->sme_sensors_list)) != NULL)
		sensor_remove(sme, edata);
	cv_destroy(&sme->sme_condvar);
	mutex_destroy(&sme->sme_work_mtx);
	mutex_destroy(&sme->sme_mtx);
	kmem_free(sme, sizeof(*sme));
}

int
sysmon_envsys_sensor_attach(struct sysmon_envsys *sme, envsys_data_t *edata)
{
	envsys_data_t *other;
	char name[sizeof(edata->desc) + 16];
	uint32_t number = 0;

	if (sme == NULL || edata == NULL)
		return EINVAL;
	mutex_enter(&sme->sme_mtx);
	TAILQ_FOREACH(other, &sme->sme_sensors_list, sensors_head) {
		if (strncmp(other->desc, edata->desc, sizeof(edata->desc)) == 0) {
			mutex_exit(&sme->sme_mtx);
			return EEXIST;
		}
		number = MAX(number, other->sensor + 1);
	}
	edata->sensor = number;
	edata->upropset = 0;
	if (edata->state == 0)
		edata->state = ENVSYS_SINVALID;
	if (edata->flags & ENVSYS_FHAS_ENTROPY) {
		snprintf(name, sizeof(name), "%s-%.*s",
		    sme->sme_name == NULL ? "sysmon" : sme->sme_name,
		    (int)sizeof(edata->desc), edata->desc);
		rnd_attach_source(&edata->rnd_src, name, RND_TYPE_ENV, RND_FLAG_DEFAULT);
	}
	TAILQ_INSERT_TAIL(&sme->sme_sensors_list, edata, sensors_head);
	sme->sme_nsensors++;
	mutex_exit(&sme->sme_mtx);
	return 0;
}

int
sysmon_envsys_sensor_detach(struct sysmon_envsys *sme, envsys_data_t *edata)
{
	envsys_data_t *other;

	if (sme == NULL || edata == NULL)
		return EINVAL;
	mutex_enter(&sme->sme_mtx);
	TAILQ_FOREACH(other, &sme->sme_sensors_list, sensors_head)
		if (other == edata)
			break;
	if (other != NULL)
		sensor_remove(sme, edata);
	mutex_exit(&sme->sme_mtx);
	return other == NULL ? EINVAL : 0;
}

void
sysmon_envsys_refresh_sensor(struct sysmon_envsys *sme, envsys_data_t *edata)
{

	if ((sme->sme_flags & SME_DISABLE_REFRESH) == 0)
		(*sme->sme_refresh)(sme, edata);
	if ((edata->flags & ENVSYS_FHAS_ENTROPY) != 0 && edata->state != ENVSYS_SINVALID &&
	    edata->value_prev != edata->value_cur)
		rnd_add_uint32(&edata->rnd_src, edata->value_cur);
	edata->value_prev = edata->value_cur;
}

int
sysmon_envsys_register(struct sysmon_envsys *sme)
{
	struct sysmon_envsys *other;
	envsys_data_t *edata;

	if (sme == NULL || sme->sme_name == NULL ||
	    (sme->sme_refresh == NULL && (sme->sme_flags & SME_DISABLE_REFRESH) == 0))
		return EINVAL;
	mutex_enter(&sysmon_lock);
	LIST_FOREACH(other, &devices, sme_list) {
		if (strcmp(other->sme_name, sme->sme_name) == 0) {
			mutex_exit(&sysmon_lock);
			return EEXIST;
		}
	}
	mutex_enter(&sme->sme_mtx);
	TAILQ_FOREACH(edata, &sme->sme_sensors_list, sensors_head) {
		if (sme->sme_get_limits != NULL && (edata->flags & ENVSYS_FMONLIMITS) != 0)
			(*sme->sme_get_limits)(sme, edata, &edata->limits, &edata->upropset);
		if ((sme->sme_flags & SME_INIT_REFRESH) != 0)
			sysmon_envsys_refresh_sensor(sme, edata);
	}
	sme->sme_fsensor = next_sensor;
	next_sensor += sme->sme_nsensors;
	mutex_exit(&sme->sme_mtx);
	LIST_INSERT_HEAD(&devices, sme, sme_list);
	mutex_exit(&sysmon_lock);
	return 0;
}

void
sysmon_envsys_unregister(struct sysmon_envsys *sme)
{
	struct sysmon_envsys *other;

	KASSERT(sme != NULL);
	mutex_enter(&sysmon_lock);
	LIST_REMOVE(sme, sme_list);
	/* Numbers are used again when no later device has any. */
	next_sensor = 0;
	LIST_FOREACH(other, &devices, sme_list) {
		mutex_enter(&other->sme_mtx);
		next_sensor = MAX(next_sensor, other->sme_fsensor + other->sme_nsensors);
		mutex_exit(&other->sme_mtx);
	}
	mutex_exit(&sysmon_lock);
	sysmon_envsys_destroy(sme);
}

void
sysmon_envsys_foreach_sensor(sysmon_envsys_callback_t cb, void *arg, bool refresh)
{
	struct sysmon_envsys *sme;
	envsys_data_t *edata;
	bool more = true;

	mutex_enter(&sysmon_lock);
	LIST_FOREACH(sme, &devices, sme_list) {
		mutex_enter(&sme->sme_mtx);
		TAILQ_FOREACH(edata, &sme->sme_sensors_list, sensors_head) {
			if (refresh)
				sysmon_envsys_refresh_sensor(sme, edata);
			if (!(more = (*cb)(sme, edata, arg)))
				break;
		}
		mutex_exit(&sme->sme_mtx);
		if (!more)
			break;
	}
	mutex_exit(&sysmon_lock);
}

struct max_value {
	bool	(*mv_predicate)(const envsys_data_t *);
	uint32_t mv_value;
};

static bool
max_value(const struct sysmon_envsys *sme, const envsys_data_t *edata, void *arg)
{
	struct max_value *mv = arg;

	if ((*mv->mv_predicate)(edata) && edata->state == ENVSYS_SVALID)
		mv->mv_value = MAX(mv->mv_value, (uint32_t)edata->value_cur);
	return true;
}

uint32_t
sysmon_envsys_get_max_value(bool (*predicate)(const envsys_data_t *), bool refresh)
{
	struct max_value mv = { .mv_predicate = predicate };

	sysmon_envsys_foreach_sensor(max_value, &mv, refresh);
	return mv.mv_value;
}

/*
 * The node.
 */

/* A program's question: a number, and where the answer goes. */
struct question {
	u_int		q_sensor;
	envsys_tre_data_t *q_data;
	envsys_basic_info_t *q_info;
};

static bool
answer(const struct sysmon_envsys *sme, const envsys_data_t *edata, void *arg)
{
	const struct question *q = arg;
	envsys_tre_data_t *d = q->q_data;
	envsys_basic_info_t *b = q->q_info;

	if (sme->sme_fsensor + edata->sensor != q->q_sensor)
		return true;
	if (b != NULL) {
		b->units = edata->units;
		b->rpms = edata->rpms;
		strlcpy(b->desc, edata->desc, MIN(sizeof(b->desc), sizeof(edata->desc)));
		b->validflags = ENVSYS_FVALID;
		return false;
	}
	sysmon_envsys_refresh_sensor(__UNCONST(sme), __UNCONST(edata));
	d->units = edata->units;
	d->cur.data_s = edata->value_cur;
	d->max.data_s = edata->value_max;
	d->min.data_s = edata->value_min;
	d->warnflags = ENVSYS_WARN_OK;
	d->validflags = ENVSYS_FVALID;
	if (edata->state != ENVSYS_SINVALID)
		d->validflags |= ENVSYS_FCURVALID;
	if (edata->flags & ENVSYS_FPERCENT)
		d->validflags |= ENVSYS_FFRACVALID;
	if (edata->flags & ENVSYS_FVALID_MAX)
		d->validflags |= ENVSYS_FMAXVALID;
	if (edata->flags & ENVSYS_FVALID_MIN)
		d->validflags |= ENVSYS_FMINVALID;
	return false;
}

static int
sysmonioctl(dev_t dev, u_long cmd, void *data, int flags, struct lwp *l)
{
	struct question q = { 0 };

	switch (cmd) {
	case ENVSYS_GTREDATA:
		q.q_data = data;
		q.q_sensor = q.q_data->sensor;
		q.q_data->validflags = 0;
		break;
	case ENVSYS_GTREINFO:
		q.q_info = data;
		q.q_sensor = q.q_info->sensor;
		q.q_info->validflags = 0;
		break;
	default:
		return ENOTTY;
	}
	sysmon_envsys_foreach_sensor(answer, &q, false);
	return 0;
}

static const struct cdevsw sysmon_cdevsw = {
	.d_open = nullopen,
	.d_close = nullclose,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = sysmonioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_flag = D_OTHER | D_MPSAFE,
};

RUMP_COMPONENT(RUMP_COMPONENT_DEV)
{

	mutex_init(&sysmon_lock, MUTEX_DEFAULT, IPL_NONE);
	rump_dev_node("sysmon", &sysmon_cdevsw);
}
