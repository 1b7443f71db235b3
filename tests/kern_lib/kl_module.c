/* SPDX-License-Identifier: BSD-2-Clause */

/* module(9): four that are linked in, two of them broken. */

#include <sys/param.h>
#include <sys/systm.h>
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
