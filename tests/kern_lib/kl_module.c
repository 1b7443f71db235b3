/* SPDX-License-Identifier: BSD-2-Clause */

/* module(9): four that are linked in, two of them broken. */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/module.h>
#include <sys/sysctl.h>

#include "kerntest.h"

/* Linked before what it requires. */
MODULE(MODULE_CLASS_MISC, klib_second, "klib_first");
MODULE(MODULE_CLASS_DRIVER, klib_first, NULL);
MODULE(MODULE_CLASS_MISC, klib_fails, NULL);
MODULE(MODULE_CLASS_MISC, klib_orphan, "klib_missing");

static char history[64];

static int
klib_first_modcmd(modcmd_t cmd, void *arg)
{

	strlcat(history, cmd == MODULE_CMD_INIT ? "1" : "-1",
	    sizeof(history));
	return 0;
}

static int
klib_second_modcmd(modcmd_t cmd, void *arg)
{

	strlcat(history, cmd == MODULE_CMD_INIT ? "2" : "-2",
	    sizeof(history));
	return 0;
}

static int
klib_fails_modcmd(modcmd_t cmd, void *arg)
{

	strlcat(history, "f", sizeof(history));
	return cmd == MODULE_CMD_INIT ? EIO : 0;
}

static int
klib_orphan_modcmd(modcmd_t cmd, void *arg)
{

	return 0;
}

static bool setup_ran;
SYSCTL_SETUP(sysctl_klib_setup, "setup")
{

	setup_ran = true;
}

KERNTEST(module_builtins_init)
{
	module_t *mod;

	CHECK(setup_ran);
	CHECK(strcmp(history, "12f") == 0);
	CHECK(module_lookup("klib_fails") == NULL);
	CHECK(module_lookup("klib_orphan") == NULL);
	mod = module_lookup("klib_second");
	CHECK(mod != NULL && mod->mod_nrequired == 1);
	CHECK(strcmp(module_name(mod->mod_required[0]), "klib_first") == 0);

	CHECK_EQ(module_unload("klib_first"), EBUSY);
	CHECK_EQ(module_unload("klib_second"), 0);
	CHECK_EQ(module_unload("klib_first"), 0);
	CHECK_EQ(module_unload("klib_first"), ENOENT);
	CHECK_EQ(module_autoload("klib_second", MODULE_CLASS_ANY), 0);
	CHECK_EQ(module_autoload("klib_second", MODULE_CLASS_ANY), EEXIST);
	CHECK_EQ(module_autoload("klib_first", MODULE_CLASS_VFS), EEXIST);
	CHECK_EQ(module_autoload("nothing", MODULE_CLASS_ANY), ENOENT);
	CHECK_EQ(module_load("klib_fails", 0, NULL, MODULE_CLASS_ANY), EIO);
	CHECK_EQ(module_load("klib_orphan", 0, NULL, MODULE_CLASS_ANY),
	    ENOENT);
	CHECK(strcmp(history, "12f-2-112f") == 0);
	return 0;
}

static int
late_modcmd(modcmd_t cmd, void *arg)
{

	strlcat(history, cmd == MODULE_CMD_INIT ? "L" : "-L",
	    sizeof(history));
	return 0;
}

KERNTEST(module_late)
{
	static modinfo_t late = {
		.mi_version = __NetBSD_Version__,
		.mi_class = MODULE_CLASS_MISC,
		.mi_modcmd = late_modcmd,
		.mi_name = "klib_late",
	}, wrong = {
		.mi_version = 900000000,
		.mi_class = MODULE_CLASS_MISC,
		.mi_modcmd = late_modcmd,
		.mi_name = "klib_wrong",
	};
	modinfo_t *mi = &late;

	history[0] = '\0';
	CHECK_EQ(module_builtin_add(&mi, 1, true), 0);
	CHECK_EQ(module_builtin_add(&mi, 1, true), EEXIST);
	CHECK(module_lookup("klib_late") != NULL);
	CHECK_EQ(module_builtin_remove(mi, false), EBUSY);
	CHECK_EQ(module_builtin_remove(mi, true), 0);
	CHECK_EQ(module_builtin_remove(mi, true), ENOENT);
	CHECK(strcmp(history, "L-L") == 0);
	mi = &wrong;
	CHECK_EQ(module_builtin_add(&mi, 1, true), EPROGMISMATCH);
	CHECK_EQ(module_builtin_remove(mi, false), 0);
	return 0;
}

/* modctl(2), with addresses of our own as the user's. */
KERNTEST(module_ctl)
{
	modctl_load_t ml = { .ml_filename = "klib_late" };
	struct iovec iov = { NULL, 0 };
	const size_t room = 16384;
	char *buf, *req;
	modstat_t *ms;
	int n, i, seen = 0;

	CHECK_EQ(kern_modctl(MODCTL_LOAD, &ml), ENOENT);
	ml.ml_filename = "klib_first";
	CHECK_EQ(kern_modctl(MODCTL_LOAD, &ml), EEXIST);
	CHECK_EQ(kern_modctl(MODCTL_LOAD, NULL), EFAULT);
	ml.ml_filename = "a name that is longer than any module's name is";
	CHECK_EQ(kern_modctl(MODCTL_LOAD, &ml), ENAMETOOLONG);
	CHECK_EQ(kern_modctl(MODCTL_UNLOAD, __UNCONST("klib_first")), EBUSY);
	CHECK_EQ(kern_modctl(99, NULL), EINVAL);
	CHECK_EQ(kern_modctl(MODCTL_EXISTS, NULL), 0);

	/* First how much, then all of it. */
	CHECK_EQ(kern_modctl(MODCTL_STAT, &iov), 0);
	CHECK(iov.iov_len > 2 * sizeof(*ms) && iov.iov_len < room);
	iov.iov_base = buf = kmem_zalloc(room, KM_SLEEP);
	iov.iov_len = room;
	CHECK_EQ(kern_modctl(MODCTL_STAT, &iov), 0);
	memcpy(&n, buf, sizeof(n));
	req = buf + sizeof(n) + (size_t)n * sizeof(*ms);
	ms = kmem_alloc(sizeof(*ms), KM_SLEEP);
	for (i = 0; i < n; i++) {
		memcpy(ms, buf + sizeof(n) + (size_t)i * sizeof(*ms),
		    sizeof(*ms));
		if (strcmp(ms->ms_name, "klib_second") == 0) {
			CHECK(strcmp(req + ms->ms_reqoffset,
			    "klib_first") == 0);
			seen++;
		}
		if (strcmp(ms->ms_name, "klib_first") == 0) {
			CHECK_EQ(ms->ms_refcnt, 1);
			CHECK_EQ(ms->ms_class, MODULE_CLASS_DRIVER);
			seen++;
		}
	}
	CHECK_EQ(seen, 2);
	kmem_free(ms, sizeof(*ms));
	kmem_free(buf, room);
	return 0;
}
