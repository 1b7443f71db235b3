/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Search, attach, detach, and what is put off.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kernel.h>
#include <sys/lwp.h>
#include <sys/proc.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/vnode.h>

#include <miscfs/specfs/specdev.h>

#include "kerntest.h"
#include "ac_bus.h"

#define	CHECK_LOG(expected)						\
do {									\
	if (strcmp(tlog, (expected)) != 0) {				\
		printf("%s:%d: log is\n%snot\n%s", __func__, __LINE__,	\
		    tlog, (expected));					\
		return 1;						\
	}								\
	tlog[0] = '\0';							\
} while (0)

/* The bus came at boot, through mainbus, and has its name and parent. */
KERNTEST(boot_tree)
{
	device_t bus = tbus_device();

	CHECK(bus != NULL);
	CHECK(device_parent(bus) != NULL);
	CHECK(device_is_a(device_parent(bus), "mainbus"));
	CHECK(device_parent(device_parent(bus)) == NULL);
	CHECK_EQ(device_class(bus), DV_BUS);
	CHECK(device_cfdriver(bus) == &tbus_cd);
	CHECK(device_attached_to_iattr(bus, "mainbus"));
	CHECK(!device_attached_to_iattr(bus, "pcibus"));
	CHECK(device_is_active(bus));
	CHECK(!cold);
	CHECK(root_is_mounted);
	return 0;
}

/* The best match wins; a line with a locator wants that one alone. */
KERNTEST(search_best)
{

	tbus_slot[1] = 1;		/* tdev alone says yes */
	tbus_slot[2] = 2;		/* tbetter says 10, tdev 1 */
	tbus_slot[4] = TKIND_NODRIVER;
	CHECK_EQ(tbus_scan(), 0);
	CHECK_LOG("attach tdev0 at tbus0\nattach tbetter0 at tbus0\nno driver at tbus0 slot 4\n");
	/* Nothing new. */
	tbus_slot[4] = 0;
	CHECK_EQ(tbus_scan(), 0);
	CHECK_LOG("");
	tbus_slot[5] = 2;
	CHECK_EQ(tbus_scan(), 0);
	CHECK_LOG("attach tbetter1 at tbus0\n");
	CHECK_EQ(device_locator(device_lookup(&tbetter_cd, 1), 0), 5);
	CHECK_EQ(device_unit(device_lookup(&tbetter_cd, 1)), 1);
	tbus_clean();
	CHECK(device_lookup(&tdev_cd, 0) == NULL);
	CHECK(device_find_by_xname("tbetter0") == NULL);
	/* In slot 3 the one that is fixed there says 20. */
	tbus_slot[3] = 2;
	CHECK_EQ(tbus_scan(), 0);
	CHECK_LOG("attach tspec0 at tbus0\n");
	/* It has no detach. */
	CHECK_EQ(config_detach(device_lookup(&tspec_cd, 0), 0), EOPNOTSUPP);
	CHECK(device_lookup(&tspec_cd, 0) != NULL);
	return 0;
}

static device_t slot_dev;

static int
no_search(device_t parent, cfdata_t cf, const int *locs, void *aux)
{

	(*(int *)aux)++;
	if (locs[0] == 7 && strcmp(cf->cf_name, "tdev") == 0)
		slot_dev = config_attach(parent, cf, &(struct tbus_attach_args){ 7, 1 }, NULL,
		    CFARGS(.locators = locs));
	return 0;
}

/* Indirect configuration: the search function sees each line of the bus. */
KERNTEST(search_function)
{
	const int locs[] = { 7 };
	int n = 0;

	KERNEL_LOCK(1, NULL);
	CHECK(config_search(tbus_device(), &n, CFARGS(.search = no_search, .iattr = "tbus",
	    .locators = locs)) == NULL);
	CHECK_EQ(n, 3);
	n = 0;
	CHECK(config_search(tbus_device(), &n, CFARGS(.search = no_search, .iattr = "other",
	    .locators = locs)) == NULL);
	CHECK_EQ(n, 0);
	CHECK(slot_dev != NULL);
	CHECK_EQ(device_locator(slot_dev, 0), 7);
	CHECK_EQ(config_detach(slot_dev, 0), 0);
	KERNEL_UNLOCK_ONE(NULL);
	return 0;
}

/* A unit that is fixed exists once, and again after its detach. */
KERNTEST(units)
{
	device_t d[6];
	int i;

	for (i = 0; i < 6; i++)
		tbus_slot[i] = 1;
	CHECK_EQ(tbus_scan(), 0);
	for (i = 0; i < 6; i++) {
		d[i] = device_lookup(&tdev_cd, i);
		CHECK(d[i] != NULL);
		CHECK_EQ(device_unit(d[i]), i);
		CHECK(device_lookup_private(&tdev_cd, i) == device_private(d[i]));
	}
	CHECK(device_lookup(&tdev_cd, 6) == NULL);
	CHECK(device_lookup(&tdev_cd, -1) == NULL);
	CHECK(device_lookup(&tdev_cd, INT_MAX) == NULL);
	CHECK(device_find_by_driver_unit("tdev", 3) == d[3]);
	CHECK(device_find_by_driver_unit("averyveryverylongname", 3) == NULL);
	CHECK_EQ(config_detach(d[3], 0), 0);
	CHECK_EQ(config_detach(d[1], 0), 0);
	tlog[0] = '\0';
	/* The first hole is filled first. */
	CHECK_EQ(tbus_scan(), 0);
	CHECK_LOG("attach tdev1 at tbus0\nattach tdev3 at tbus0\n");
	CHECK_EQ(device_locator(device_lookup(&tdev_cd, 1), 0), 1);
	tbus_clean();
	CHECK_EQ(tdev_cd.cd_ndevs, 0);
	return 0;
}

/* Children go first; a device that refuses stays unless it is forced. */
KERNTEST(detach_order)
{
	struct tdev_softc *sc;
	device_t dev;

	tbus_slot[0] = TKIND_PARENT;
	CHECK_EQ(tbus_scan(), 0);
	CHECK_LOG("attach tsub0 at tdev0\nattach tdev0 at tbus0\n");
	dev = device_lookup(&tdev_cd, 0);
	sc = device_private(dev);
	CHECK_EQ(sc->sc_children, 1);
	sc->sc_busy = 1;
	CHECK_EQ(config_detach(dev, 0), EBUSY);
	CHECK(device_lookup(&tsub_cd, 0) != NULL);
	CHECK(device_is_enabled(dev));
	CHECK_EQ(config_deactivate(dev), EBUSY);
	CHECK(device_is_enabled(dev));
	sc->sc_busy = 0;
	CHECK_EQ(config_deactivate(dev), 0);
	CHECK(!device_is_enabled(dev));
	CHECK(!device_has_power(dev));
	CHECK_EQ(config_deactivate(dev), 0);
	CHECK_EQ(config_deactivate(tbus_device()), EOPNOTSUPP);
	sc->sc_busy = 1;
	CHECK_EQ(config_detach(dev, DETACH_FORCE), 0);
	CHECK_LOG("deactivate tdev0\ndetach tsub0 1\ntdev0 lost tsub0\n"
	    "detach tdev0 1\ntbus0 lost tdev0\n");
	CHECK(device_lookup(&tsub_cd, 0) == NULL);
	tbus_clean();
	return 0;
}

/* At shutdown those go that say they can, leaves first. */
KERNTEST(detach_all)
{

	tbus_slot[0] = TKIND_PARENT;
	tbus_slot[1] = 2;
	CHECK_EQ(tbus_scan(), 0);
	tlog[0] = '\0';
	CHECK(config_detach_all(0));
	CHECK_LOG("detach tsub0 6\ntdev0 lost tsub0\ndetach tdev0 6\ntbus0 lost tdev0\n");
	CHECK(device_lookup(&tbetter_cd, 0) != NULL);
	CHECK(!config_detach_all(0));
	CHECK(!config_detach_all(RB_NOSYNC));
	tbus_clean();
	return 0;
}

static int thread_error;

static void
detach_thread(void *arg)
{

	thread_error = config_detach(arg, 0);
}

/* Two detach a device at the same time: it goes once, and both are told so. */
KERNTEST(detach_twice)
{
	struct lwp *a, *b;
	device_t dev;
	int i;

	tbus_slot[0] = 1;
	CHECK_EQ(tbus_scan(), 0);
	dev = device_lookup(&tdev_cd, 0);
	tlog[0] = '\0';
	tdev_slow_detach = true;
	tdev_go = false;
	thread_error = -1;
	a = kt_thread(detach_thread, dev);
	while (!tdev_waiting)
		kt_settle();
	b = kt_thread(detach_thread, dev);
	for (i = 0; i < 3; i++)
		kt_settle();
	CHECK_EQ(thread_error, -1);
	tdev_go = true;
	kt_join(a);
	CHECK_EQ(thread_error, 0);
	kt_join(b);
	CHECK_EQ(thread_error, 0);
	CHECK_LOG("detach tdev0 0\ntbus0 lost tdev0\n");
	tbus_clean();
	return 0;
}

static void
scan_thread(void *arg)
{

	thread_error = tbus_scan();
}

/* <autoconf_impl.h> */
int	config_rescan(device_t, const char *, const int *);

static int rescans;

static void
rescan_thread(void *arg)
{

	KERNEL_LOCK(1, NULL);
	if (config_rescan(arg, "tbus", NULL) == 0)
		rescans++;
	KERNEL_UNLOCK_ONE(NULL);
}

/* A bus does not go while somebody lets it look for children, and one at a time does. */
KERNTEST(rescan_detach)
{
	device_t bus = tbus_device(), mainbus = device_parent(bus);
	struct lwp *first, *second, *det;
	int i;

	tdev_go = false;
	tbus_slot[0] = TKIND_SLOW;
	tbus_slot[1] = TKIND_PAUSE;
	rescans = 0;
	thread_error = -1;
	first = kt_thread(rescan_thread, bus);
	while (!tdev_waiting)
		kt_settle();
	second = kt_thread(rescan_thread, bus);
	kt_settle();
	det = kt_thread(detach_thread, bus);
	for (i = 0; i < 3; i++)
		kt_settle();
	CHECK_EQ(rescans, 0);
	CHECK_EQ(thread_error, -1);
	tdev_go = true;
	kt_join(first);
	kt_join(second);
	kt_join(det);
	CHECK(rescans >= 1);
	CHECK_EQ(thread_error, 0);
	CHECK(tbus_device() == NULL);
	CHECK(device_lookup(&tdev_cd, 0) == NULL);
	tbus_slot[0] = tbus_slot[1] = 0;
	KERNEL_LOCK(1, NULL);
	CHECK_EQ(config_rescan(mainbus, "mainbus", NULL), 0);
	KERNEL_UNLOCK_ONE(NULL);
	CHECK(tbus_device() != NULL);
	tbus_clean();
	return 0;
}

static device_t acquired;
static int acquire_done;

static void
acquire_thread(void *arg)
{

	acquired = device_lookup_acquire(&tdev_cd, 0);
	acquire_done = 1;
}

/* A reference waits for the attach to end, and the detach for the reference. */
KERNTEST(acquire)
{
	struct lwp *scan, *acq, *det;
	device_t dev;
	int i;

	CHECK(device_lookup_acquire(&tdev_cd, 0) == NULL);
	tdev_go = false;
	tbus_slot[0] = TKIND_SLOW;
	scan = kt_thread(scan_thread, NULL);
	while (!tdev_waiting)
		kt_settle();
	CHECK(device_lookup(&tdev_cd, 0) != NULL);
	acquire_done = 0;
	acq = kt_thread(acquire_thread, NULL);
	for (i = 0; i < 3; i++)
		kt_settle();
	CHECK_EQ(acquire_done, 0);
	tdev_go = true;
	kt_join(acq);
	kt_join(scan);
	dev = device_lookup(&tdev_cd, 0);
	CHECK(acquired == dev && dev != NULL);

	/* With our reference it can't go, and nobody else gets one. */
	thread_error = -1;
	det = kt_thread(detach_thread, dev);
	for (i = 0; i < 3; i++)
		kt_settle();
	CHECK_EQ(thread_error, -1);
	CHECK(device_lookup_acquire(&tdev_cd, 0) == NULL);
	device_release(dev);
	kt_join(det);
	CHECK_EQ(thread_error, 0);
	CHECK(device_lookup_acquire(&tdev_cd, 0) == NULL);
	tbus_clean();
	return 0;
}

static dev_t tdev_number;
static int open_error;

static void
open_thread(void *arg)
{

	open_error = cdev_open(tdev_number, FREAD, S_IFCHR, curlwp);
}

/* An open in the driver keeps the unit; afterwards there is none to open. */
KERNTEST(open_holds)
{
	struct lwp *opener, *det;
	device_t dev;
	int i;

	tdev_number = makedev(devsw_name2chr("tdev", NULL, 0), 0);
	CHECK_EQ(cdev_open(tdev_number, FREAD, S_IFCHR, curlwp), ENXIO);
	tbus_slot[0] = 1;
	CHECK_EQ(tbus_scan(), 0);
	dev = device_lookup(&tdev_cd, 0);
	tdev_go = false;
	open_error = thread_error = -1;
	opener = kt_thread(open_thread, NULL);
	while (!tdev_waiting)
		kt_settle();
	det = kt_thread(detach_thread, dev);
	for (i = 0; i < 3; i++)
		kt_settle();
	CHECK_EQ(thread_error, -1);
	CHECK_EQ(cdev_open(tdev_number, FREAD, S_IFCHR, curlwp), ENXIO);
	tdev_go = true;
	kt_join(opener);
	kt_join(det);
	CHECK_EQ(open_error, 0);
	CHECK_EQ(thread_error, 0);
	CHECK_EQ(cdev_open(tdev_number, FREAD, S_IFCHR, curlwp), ENXIO);
	tbus_clean();
	return 0;
}

static struct vnode *tdev_vp;
static int gone;

static void
close_thread(void *arg)
{

	open_error = vn_close(tdev_vp, FREAD, curlwp->l_cred);
}

static void
gone_thread(void *arg)
{

	vdevgone(major(tdev_number), 0, 0, VCHR);
	gone = 1;
}

/* A device is gone when nobody is in its driver any more, closers too. */
KERNTEST(gone_waits)
{
	struct lwp *closer, *goer;
	int i;

	tdev_number = makedev(devsw_name2chr("tdev", NULL, 0), 0);
	tbus_slot[0] = 1;
	CHECK_EQ(tbus_scan(), 0);
	CHECK_EQ(cdevvp(tdev_number, &tdev_vp), 0);
	CHECK_EQ(vn_lock(tdev_vp, LK_EXCLUSIVE), 0);
	CHECK_EQ(VOP_OPEN(tdev_vp, FREAD, curlwp->l_cred), 0);
	VOP_UNLOCK(tdev_vp);
	tdev_slow_close = true;
	tdev_go = false;
	tdev_closes = gone = 0;
	closer = kt_thread(close_thread, NULL);
	while (!tdev_waiting)
		kt_settle();
	goer = kt_thread(gone_thread, NULL);
	for (i = 0; i < 3; i++)
		kt_settle();
	CHECK_EQ(gone, 0);
	CHECK_EQ(tdev_closes, 0);
	tdev_go = true;
	kt_join(goer);
	CHECK_EQ(tdev_closes, 1);
	kt_join(closer);
	CHECK_EQ(open_error, 0);
	CHECK_EQ(tdev_closes, 1);
	tbus_clean();
	return 0;
}

static void
late_open_thread(void *arg)
{

	open_error = vn_lock(tdev_vp, LK_EXCLUSIVE);
	if (open_error == 0) {
		open_error = VOP_OPEN(tdev_vp, FREAD, curlwp->l_cred);
		VOP_UNLOCK(tdev_vp);
	}
}

/*
 * While somebody opens it, who had it open closes it: the driver hears of that
 * when the open has failed, and only then.
 */
KERNTEST(close_under_open)
{
	struct lwp *opener;
	int fail;

	for (fail = 0; fail < 2; fail++) {
		tdev_number = makedev(devsw_name2chr("tdev", NULL, 0), 0);
		tbus_slot[0] = 1;
		CHECK_EQ(tbus_scan(), 0);
		CHECK_EQ(cdevvp(tdev_number, &tdev_vp), 0);
		CHECK_EQ(vn_lock(tdev_vp, LK_EXCLUSIVE), 0);
		CHECK_EQ(VOP_OPEN(tdev_vp, FREAD, curlwp->l_cred), 0);
		VOP_UNLOCK(tdev_vp);
		vref(tdev_vp);
		tdev_go = false;
		tdev_closes = 0;
		opener = kt_thread(late_open_thread, NULL);
		while (!tdev_waiting)
			kt_settle();
		CHECK_EQ(vn_close(tdev_vp, FREAD, curlwp->l_cred), 0);
		CHECK_EQ(tdev_closes, 0);
		tdev_fail_open = fail;
		tdev_go = true;
		kt_join(opener);
		CHECK_EQ(open_error, fail ? EIO : 0);
		CHECK_EQ(tdev_closes, fail);
		if (fail)
			vrele(tdev_vp);
		else
			CHECK_EQ(vn_close(tdev_vp, FREAD, curlwp->l_cred), 0);
		CHECK_EQ(tdev_closes, 1);
		tbus_clean();
	}
	return 0;
}

/* What was put off until the parent is attached runs when it is. */
KERNTEST(defer)
{

	tbus_slot[0] = TKIND_DEFER;
	tbus_slot[1] = 1;
	CHECK_EQ(tbus_scan(), 0);
	CHECK_LOG("attach tdev0 at tbus0\ndeferred tdev0\nattach tdev1 at tbus0\n");
	tbus_clean();

	/* The bus itself attaches: after all its children. */
	KERNEL_LOCK(1, NULL);
	CHECK_EQ(config_detach(tbus_device(), 0), 0);
	tbus_slot[0] = TKIND_DEFER;
	tbus_slot[1] = 1;
	CHECK_EQ((*device_cfattach(device_find_by_xname("mainbus0"))->ca_rescan)(
	    device_find_by_xname("mainbus0"), "mainbus", NULL), 0);
	KERNEL_UNLOCK_ONE(NULL);
	CHECK_LOG("attach tdev0 at tbus0\nattach tdev1 at tbus0\ndeferred tdev0\n");
	tbus_clean();
	return 0;
}

static int put_off;

static void
put_off_func(device_t dev)
{

	put_off++;
}

static int
final_func(device_t dev)
{

	return put_off-- > 0;
}

/* Interrupts work and the root is there: nothing waits. */
KERNTEST(late)
{

	config_interrupts(tbus_device(), put_off_func);
	config_mountroot(tbus_device(), put_off_func);
	CHECK_EQ(put_off, 2);
	CHECK_EQ(config_finalize_register(tbus_device(), final_func), 0);
	CHECK_EQ(put_off, -1);
	put_off = 0;

	/* As during boot. */
	cold = 1;
	config_interrupts(tbus_device(), put_off_func);
	CHECK_EQ(put_off, 0);
	cold = 0;
	config_create_interruptthreads();
	CHECK_EQ(put_off, 1);

	/* Who goes before its time is not called. */
	tbus_slot[0] = 1;
	CHECK_EQ(tbus_scan(), 0);
	cold = 1;
	config_interrupts(device_lookup(&tdev_cd, 0), put_off_func);
	cold = 0;
	CHECK_EQ(config_detach(device_lookup(&tdev_cd, 0), 0), 0);
	config_create_interruptthreads();
	CHECK_EQ(put_off, 1);
	tbus_clean();
	return 0;
}

static void
pending_thread(void *arg)
{

	(void)kpause("pending", false, 5, NULL);
	thread_error = 5;
	config_pending_decr(arg);
}

/* Finalising waits for what is pending. */
KERNTEST(pending)
{
	struct lwp *l;

	thread_error = 0;
	config_pending_incr(tbus_device());
	config_pending_incr(tbus_device());
	l = kt_thread(pending_thread, tbus_device());
	config_pending_decr(tbus_device());
	config_finalize_mountroot();
	CHECK_EQ(thread_error, 5);
	kt_join(l);
	return 0;
}

/*
 * Tables that come and go.
 */

static CFDRIVER_DECL(late1, DV_DULL, NULL);
static CFDRIVER_DECL(late2, DV_DULL, NULL);

static int
late_match(device_t parent, cfdata_t cf, void *aux)
{
	struct tbus_attach_args *ta = aux;

	return ta->ta_kind == TKIND_NODRIVER ? 50 : 0;
}

static void
late_attach(device_t parent, device_t self, void *aux)
{

	tlogf("attach %s", device_xname(self));
}

static int
late_detach(device_t self, int flags)
{

	return 0;
}

static CFATTACH_DECL_NEW(late1, 0, late_match, late_attach, late_detach, NULL);
static CFATTACH_DECL_NEW(late2, 0, late_match, late_attach, late_detach, NULL);

static struct cfdriver * const cfdriver_late[] = { &late1_cd, &late2_cd, NULL };
static struct cfattach * const list_late1[] = { &late1_ca, NULL };
static struct cfattach * const list_late2[] = { &late2_ca, NULL };
static struct cfattach * const list_twice[] = { &late1_ca, &late1_ca, NULL };
static const struct cfattachinit cfattach_late[] = {
	{ "late1", list_late1 }, { "late2", list_late2 }, { NULL, NULL }
};
static const struct cfattachinit cfattach_bad[] = {
	{ "late2", list_late2 }, { "late1", list_twice }, { NULL, NULL }
};
static const struct cfattachinit cfattach_nodriver[] = {
	{ "late1", list_late1 }, { "nobody", list_late2 }, { NULL, NULL }
};
static struct cfdriver * const cfdriver_twice[] = { &late1_cd, &tdev_cd, NULL };
static const struct cfparent at_tbus = { "tbus", "tbus", 0 };
static int loc_any[] = { -1 };
static struct cfdata cfdata_late[] = {
	{ "late1", "late1", 0, FSTATE_STAR, loc_any, 0, &at_tbus },
	{ NULL, NULL, 0, FSTATE_NOTFOUND, NULL, 0, NULL }
};

/* A component that is loaded finds its hardware waiting, and can go again. */
KERNTEST(component)
{

	tbus_slot[2] = TKIND_NODRIVER;
	CHECK_EQ(tbus_scan(), 0);
	CHECK_LOG("no driver at tbus0 slot 2\n");

	/* What fails leaves nothing behind. */
	CHECK_EQ(config_init_component(cfdriver_late, cfattach_bad, cfdata_late), EEXIST);
	CHECK(config_cfdriver_lookup("late1") == NULL);
	CHECK_EQ(config_init_component(cfdriver_late, cfattach_nodriver, cfdata_late), ESRCH);
	CHECK(config_cfdriver_lookup("late2") == NULL);
	CHECK_EQ(config_init_component(cfdriver_twice, cfattach_late, cfdata_late), EEXIST);
	CHECK(config_cfdriver_lookup("late1") == NULL);
	CHECK(config_cfdriver_lookup("tdev") == &tdev_cd);

	CHECK_EQ(config_init_component(cfdriver_late, cfattach_late, cfdata_late), 0);
	CHECK_LOG("attach late10\n");
	CHECK(config_cfattach_lookup("late1", "late1") == &late1_ca);
	CHECK(config_cfattach_lookup("late1", "late2") == NULL);
	CHECK_EQ(config_cfattach_detach("late1", &late1_ca), EBUSY);
	CHECK_EQ(config_cfdriver_detach(&late1_cd), EBUSY);
	CHECK_EQ(config_fini_component(cfdriver_late, cfattach_late, cfdata_late), 0);
	CHECK(device_find_by_xname("late10") == NULL);
	CHECK_EQ(config_cfdriver_detach(&late1_cd), ESRCH);
	tbus_clean();

	/* A pseudo device has no parent. */
	CHECK_EQ(config_cfdriver_attach(&late2_cd), 0);
	CHECK_EQ(config_cfattach_attach("late2", &late2_ca), 0);
	static struct cfdata pseudo = { "late2", "late2", 4, FSTATE_NOTFOUND, NULL, 0, NULL };
	device_t dev = config_attach_pseudo(&pseudo);

	CHECK(dev != NULL);
	CHECK_EQ(strcmp(device_xname(dev), "late24"), 0);
	CHECK(device_parent(dev) == NULL);
	CHECK(config_attach_pseudo(&pseudo) == NULL);
	CHECK_EQ(config_detach(dev, 0), 0);
	CHECK_EQ(pseudo.cf_fstate, FSTATE_NOTFOUND);
	CHECK_EQ(config_cfattach_detach("late2", &late2_ca), 0);
	CHECK_EQ(config_cfdriver_detach(&late2_cd), 0);
	tlog[0] = '\0';
	return 0;
}
