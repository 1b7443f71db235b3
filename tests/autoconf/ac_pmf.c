/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * pmf(9) on a small tree: tdev0 with tsub0 below it.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/proc.h>

#include "kerntest.h"
#include "ac_bus.h"

static bool refuse;

static bool
suspend(device_t dev, const pmf_qual_t *q)
{

	if (refuse && device_is_a(dev, "tdev"))
		return false;
	tlogf("suspend %s", device_xname(dev));
	return true;
}

static bool
resume(device_t dev, const pmf_qual_t *q)
{

	tlogf("resume %s", device_xname(dev));
	return true;
}

static bool
shutdown(device_t dev, int how)
{

	tlogf("shutdown %s", device_xname(dev));
	return true;
}

static bool
bus_suspend(device_t dev, const pmf_qual_t *q)
{

	tlogf("bus suspend %s", device_xname(dev));
	return true;
}

static bool
bus_resume(device_t dev, const pmf_qual_t *q)
{

	tlogf("bus resume %s", device_xname(dev));
	return true;
}

static bool
class_suspend(device_t dev, const pmf_qual_t *q)
{

	tlogf("class suspend %s", device_xname(dev));
	return true;
}

static bool
class_resume(device_t dev, const pmf_qual_t *q)
{

	tlogf("class resume %s", device_xname(dev));
	return true;
}

static void
deregister(device_t dev)
{

	tlogf("deregister %s", device_xname(dev));
}

#define	CHECK_LOG(expected)						\
do {									\
	if (strcmp(tlog, (expected)) != 0) {				\
		printf("%s:%d: log is\n%snot\n%s", __func__, __LINE__,	\
		    tlog, (expected));					\
		return 1;						\
	}								\
	tlog[0] = '\0';							\
} while (0)

static void
tree(device_t *devp, device_t *subp)
{

	tbus_slot[0] = TKIND_PARENT;
	(void)tbus_scan();
	*devp = device_lookup(&tdev_cd, 0);
	*subp = device_lookup(&tsub_cd, 0);
	(void)pmf_device_register1(*devp, suspend, resume, shutdown);
	(void)pmf_device_register(*subp, suspend, resume);
	tlog[0] = '\0';
}

/* Class, driver, bus go to sleep in this order, and wake in the other. */
KERNTEST(pmf_levels)
{
	device_t dev, sub;

	tree(&dev, &sub);
	device_pmf_bus_register(dev, dev, bus_suspend, bus_resume, NULL, deregister);
	device_pmf_class_register(dev, NULL, class_suspend, class_resume, deregister);
	CHECK(device_pmf_bus_private(dev) == dev);
	CHECK(device_pmf_class_private(dev) == NULL);
	CHECK(pmf_device_suspend(dev, PMF_Q_DRVCTL));
	CHECK_LOG("class suspend tdev0\nsuspend tdev0\nbus suspend tdev0\n");
	CHECK(!device_is_active(dev));
	CHECK(!device_has_power(dev));
	CHECK(device_is_enabled(dev));
	CHECK(pmf_device_suspend(dev, PMF_Q_DRVCTL));
	CHECK_LOG("");
	CHECK(pmf_device_resume(dev, PMF_Q_DRVCTL));
	CHECK_LOG("bus resume tdev0\nresume tdev0\nclass resume tdev0\n");
	CHECK(device_is_active(dev));

	/* Of itself it puts the driver and the bus to sleep, not its class. */
	CHECK(pmf_device_suspend(dev, PMF_Q_SELF));
	CHECK_LOG("suspend tdev0\nbus suspend tdev0\n");
	CHECK(pmf_device_resume(dev, PMF_Q_SELF));
	CHECK_LOG("bus resume tdev0\nresume tdev0\n");
	CHECK(device_is_active(dev));
	pmf_device_deregister(dev);
	CHECK_LOG("deregister tdev0\nderegister tdev0\n");
	CHECK(!pmf_device_suspend(dev, PMF_Q_DRVCTL));
	tbus_clean();
	return 0;
}

/* It sleeps as long as anyone wants it to. */
KERNTEST(pmf_suspensors)
{
	device_suspensor_t mine;
	pmf_qual_t qual;
	device_t dev, sub;

	tree(&dev, &sub);
	pmf_self_suspensor_init(dev, &mine, &qual);
	CHECK_EQ(strcmp(mine.ds_name, "tdev0-self"), 0);
	CHECK(pmf_device_suspend(dev, PMF_Q_DRVCTL));
	CHECK(pmf_device_suspend(dev, &qual));
	CHECK_LOG("suspend tdev0\n");
	CHECK(pmf_device_resume(dev, PMF_Q_DRVCTL));
	CHECK_LOG("");
	CHECK(!device_is_active(dev));
	CHECK(pmf_device_resume(dev, &qual));
	CHECK_LOG("resume tdev0\n");
	CHECK(pmf_device_suspend(dev, &qual));
	CHECK(pmf_device_subtree_release(dev, &qual));
	CHECK(!device_is_active(dev));
	tbus_clean();
	return 0;
}

KERNTEST(pmf_trees)
{
	device_t dev, sub;

	tree(&dev, &sub);
	CHECK(pmf_device_recursive_suspend(dev, PMF_Q_DRVCTL));
	CHECK_LOG("suspend tsub0\nsuspend tdev0\n");
	CHECK(pmf_device_recursive_resume(sub, PMF_Q_DRVCTL));
	CHECK_LOG("resume tdev0\nresume tsub0\n");
	CHECK(pmf_device_recursive_suspend(dev, PMF_Q_DRVCTL));
	tlog[0] = '\0';
	CHECK(pmf_device_subtree_resume(dev, PMF_Q_DRVCTL));
	CHECK_LOG("resume tdev0\nresume tsub0\n");

	/* A refusal leaves the tree usable. */
	refuse = true;
	CHECK(!pmf_device_recursive_suspend(dev, PMF_Q_DRVCTL));
	refuse = false;
	CHECK_LOG("suspend tsub0\n");
	CHECK(pmf_device_subtree_resume(dev, PMF_Q_DRVCTL));
	CHECK(device_is_active(dev));
	CHECK(device_is_active(sub));
	tlog[0] = '\0';

	/* The whole system: children first, parents first. */
	CHECK(pmf_system_suspend(PMF_Q_NONE));
	CHECK_LOG("suspend tsub0\nsuspend tdev0\n");
	CHECK(!device_is_active(tbus_device()));
	CHECK(pmf_system_bus_resume(PMF_Q_NONE));
	CHECK(pmf_system_resume(PMF_Q_NONE));
	CHECK_LOG("resume tdev0\nresume tsub0\n");
	CHECK(device_is_active(tbus_device()));
	pmf_system_shutdown(0);
	CHECK_LOG("shutdown tdev0\n");

	/* A device without support keeps the system awake. */
	pmf_device_deregister(sub);
	CHECK(!pmf_system_suspend(PMF_Q_NONE));
	tbus_clean();
	return 0;
}

static void
event(device_t dev)
{

	tlogf("event %s", device_xname(dev));
}

KERNTEST(pmf_events)
{
	device_t dev, sub;

	tree(&dev, &sub);
	CHECK(pmf_event_register(dev, PMFE_DISPLAY_ON, event, false));
	CHECK(pmf_event_register(sub, PMFE_DISPLAY_ON, event, true));
	CHECK(pmf_event_inject(dev, PMFE_DISPLAY_ON));
	kt_settle();
	CHECK_LOG("event tdev0\nevent tsub0\n");
	CHECK(pmf_event_inject(NULL, PMFE_DISPLAY_ON));
	CHECK(pmf_event_inject(dev, PMFE_DISPLAY_OFF));
	kt_settle();
	CHECK_LOG("event tsub0\n");
	pmf_event_deregister(sub, PMFE_DISPLAY_ON, event, true);
	CHECK(pmf_event_inject(NULL, PMFE_DISPLAY_ON));
	kt_settle();
	CHECK_LOG("");
	CHECK(pmf_set_platform("system-vendor", "nobody"));
	CHECK_EQ(strcmp(pmf_get_platform("system-vendor"), "nobody"), 0);
	CHECK(pmf_get_platform("system-product") == NULL);
	/* Handlers go with their device. */
	tbus_clean();
	CHECK(pmf_event_inject(dev, PMFE_DISPLAY_ON));
	kt_settle();
	CHECK_LOG("");
	return 0;
}
