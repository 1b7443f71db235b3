/* SPDX-License-Identifier: BSD-2-Clause */

/* A device that has sensors and volumes, as RAID controllers do. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/errno.h>

#include <dev/biovar.h>
#include <dev/sysmon/sysmonvar.h>

#include "kerntest.h"

static struct sysmon_envsys *sme;
static envsys_data_t sensor[3];
static int refreshed, cookie;

static void
refresh(struct sysmon_envsys *s, envsys_data_t *edata)
{

	if (s->sme_cookie != &cookie)
		return;
	refreshed++;
	edata->state = ENVSYS_SVALID;
	edata->value_cur = 100 * (edata->sensor + 1) + refreshed;
}

static bool
any(const envsys_data_t *edata)
{

	return edata->units != ENVSYS_DRIVE;
}

static bool
count(const struct sysmon_envsys *s, const envsys_data_t *edata, void *arg)
{

	return ++*(int *)arg < 2;
}

/* What is refused; numbers; refreshing; what stays is for the program. */
KERNTEST(sensors)
{
	struct sysmon_envsys *other = sysmon_envsys_create();
	envsys_data_t same = { .units = ENVSYS_INTEGER };
	int n = 0;

	sme = sysmon_envsys_create();
	strlcpy(sensor[0].desc, "temperature", sizeof(sensor[0].desc));
	sensor[0].units = ENVSYS_STEMP;
	sensor[0].flags = ENVSYS_FHAS_ENTROPY;
	strlcpy(sensor[1].desc, "volume 0", sizeof(sensor[1].desc));
	sensor[1].units = ENVSYS_DRIVE;
	sensor[1].flags = ENVSYS_FPERCENT | ENVSYS_FVALID_MAX;
	sensor[1].value_max = 7;
	CHECK_EQ(sysmon_envsys_sensor_attach(sme, NULL), EINVAL);
	CHECK_EQ(sysmon_envsys_sensor_attach(sme, &sensor[0]), 0);
	CHECK_EQ(sysmon_envsys_sensor_attach(sme, &sensor[1]), 0);
	strlcpy(same.desc, "volume 0", sizeof(same.desc));
	CHECK_EQ(sysmon_envsys_sensor_attach(sme, &same), EEXIST);
	CHECK_EQ(sysmon_envsys_sensor_detach(sme, &same), EINVAL);
	CHECK_EQ(sme->sme_nsensors, 2);
	CHECK_EQ(sensor[1].sensor, 1);
	CHECK_EQ(sensor[1].state, ENVSYS_SINVALID);
	CHECK_EQ(sysmon_envsys_register(sme), EINVAL);
	sme->sme_name = "raid0";
	CHECK_EQ(sysmon_envsys_register(sme), EINVAL);
	sme->sme_refresh = refresh;
	sme->sme_cookie = &cookie;
	sme->sme_flags = SME_INIT_REFRESH;
	CHECK_EQ(sysmon_envsys_register(sme), 0);
	CHECK_EQ(refreshed, 2);
	CHECK_EQ(sensor[0].state, ENVSYS_SVALID);

	other->sme_name = "raid0";
	other->sme_flags = SME_DISABLE_REFRESH;
	CHECK_EQ(sysmon_envsys_register(other), EEXIST);
	other->sme_name = "raid1";
	strlcpy(sensor[2].desc, "temperature", sizeof(sensor[2].desc));
	sensor[2].units = ENVSYS_STEMP;
	sensor[2].state = ENVSYS_SVALID;
	sensor[2].value_cur = 1000;
	CHECK_EQ(sysmon_envsys_sensor_attach(other, &sensor[2]), 0);
	CHECK_EQ(sysmon_envsys_register(other), 0);
	CHECK_EQ(other->sme_fsensor, 2);
	CHECK_EQ(SME_SENSOR_IDX(other, 2), 0);
	CHECK_EQ(sysmon_envsys_get_max_value(any, false), 1000);
	sysmon_envsys_foreach_sensor(count, &n, false);
	CHECK_EQ(n, 2);
	sysmon_envsys_unregister(other);
	CHECK_EQ(sysmon_envsys_get_max_value(any, true), 103);
	return 0;
}

KERNTEST(sensors_gone)
{

	CHECK_EQ(sysmon_envsys_sensor_detach(sme, &sensor[1]), 0);
	CHECK_EQ(sme->sme_nsensors, 1);
	sysmon_envsys_unregister(sme);
	CHECK_EQ(sysmon_envsys_get_max_value(any, false), 0);
	return 0;
}

static int asked;

static int
raid_ioctl(device_t dev, u_long cmd, void *data)
{
	struct bioc_vol *bv = data;

	if (cmd != BIOCVOL)
		return ENOTTY;
	asked++;
	if (bv->bv_volid != 3)
		return EINVAL;
	bv->bv_level = 5;
	strlcpy(bv->bv_dev, device_xname(dev), sizeof(bv->bv_dev));
	asked++;
	return 0;
}

KERNTEST(volumes)
{

	CHECK_EQ(bio_register(device_find_by_xname("mainbus0"), raid_ioctl), 0);
	return 0;
}

KERNTEST(volumes_gone)
{

	CHECK_EQ(asked, 3);
	bio_unregister(device_find_by_xname("mainbus0"));
	bio_unregister(device_find_by_xname("mainbus0"));
	return 0;
}
