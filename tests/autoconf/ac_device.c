/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Iteration, properties, handles, compatibility.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>

#include "kerntest.h"
#include "ac_bus.h"

static int
position(const char *name, deviter_flags_t flags)
{
	deviter_t di;
	device_t dev;
	int n = 0, pos = -1;

	for (dev = deviter_first(&di, flags); dev != NULL; dev = deviter_next(&di), n++) {
		if (strcmp(device_xname(dev), name) == 0) {
			if (pos >= 0)
				return -2;
			pos = n;
		}
	}
	deviter_release(&di);
	return pos;
}

KERNTEST(iterate)
{
	deviter_t di;
	device_t dev;
	int seen = 0;

	tbus_slot[0] = TKIND_PARENT;
	tbus_slot[1] = 1;
	CHECK_EQ(tbus_scan(), 0);
	CHECK(position("mainbus0", DEVITER_F_ROOT_FIRST) < position("tbus0",
	    DEVITER_F_ROOT_FIRST));
	CHECK(position("tbus0", DEVITER_F_ROOT_FIRST) < position("tdev1", DEVITER_F_ROOT_FIRST));
	CHECK(position("tdev1", DEVITER_F_ROOT_FIRST) < position("tsub0", DEVITER_F_ROOT_FIRST));
	CHECK(position("tsub0", DEVITER_F_LEAVES_FIRST) < position("tdev1",
	    DEVITER_F_LEAVES_FIRST));
	CHECK(position("tdev1", DEVITER_F_SHUTDOWN) < position("tbus0", DEVITER_F_SHUTDOWN));
	CHECK(position("tbus0", 0) >= 0);
	CHECK_EQ(position("none0", 0), -1);

	/* Those that go are not visited, nor those that come. */
	for (dev = deviter_first(&di, DEVITER_F_RW); dev != NULL; dev = deviter_next(&di)) {
		if (dev == tbus_device()) {
			CHECK_EQ(config_detach(device_lookup(&tdev_cd, 0), 0), 0);
			CHECK_EQ(tbus_scan(), 0);
		}
		if (device_is_a(dev, "tdev"))
			seen++;
		CHECK(!device_is_a(dev, "tsub"));
	}
	deviter_release(&di);
	CHECK_EQ(seen, 1);
	CHECK(deviter_next(&di) == NULL);
	tbus_clean();
	return 0;
}

KERNTEST(properties)
{
	prop_dictionary_t dict;
	const char *s;
	uint16_t unit;
	bool b;

	dict = device_properties(tbus_device());
	CHECK(dict != NULL);
	CHECK(device_properties(tbus_device()) == dict);
	CHECK(prop_dictionary_get_string(dict, "device-driver", &s));
	CHECK_EQ(strcmp(s, "tbus"), 0);
	CHECK(prop_dictionary_get_string(dict, "device-parent", &s));
	CHECK_EQ(strcmp(s, "mainbus0"), 0);
	CHECK(prop_dictionary_get_uint16(dict, "device-unit", &unit));
	CHECK_EQ(unit, 0);
	CHECK(prop_dictionary_set_bool(dict, "mine", true));
	CHECK(prop_dictionary_get_bool(device_properties(tbus_device()), "mine", &b));
	return 0;
}

static int ncalls;

static int
call_a(device_t dev, devhandle_t handle, void *arg)
{

	ncalls++;
	*(int *)arg = (int)handle.integer;
	return 0;
}

static device_call_t
lookup_super(devhandle_t handle, const char *name, devhandle_t *hp)
{

	return strcmp(name, "a") == 0 ? call_a : NULL;
}

static device_call_t
lookup_none(devhandle_t handle, const char *name, devhandle_t *hp)
{

	return NULL;
}

KERNTEST(handles)
{
	static const struct devhandle_impl super = {
		DEVHANDLE_TYPE_PRIVATE, NULL, lookup_super
	};
	static struct devhandle_impl impl;
	devhandle_t handle, other;
	struct device_call_generic call;
	int got = 0;

	CHECK(!devhandle_is_valid(device_handle(tbus_device())));
	call.name = "a";
	call.args = &got;
	CHECK_EQ(device_call_generic(tbus_device(), &call), ENOTSUP);
	devhandle_impl_inherit(&impl, &super);
	impl.lookup_device_call = lookup_none;
	memset(&handle, 0, sizeof(handle));
	handle.impl = &impl;
	handle.integer = 42;
	device_set_handle(tbus_device(), handle);
	CHECK(devhandle_is_valid(device_handle(tbus_device())));
	CHECK_EQ(devhandle_type(handle), DEVHANDLE_TYPE_PRIVATE);
	CHECK_EQ(device_call_generic(tbus_device(), &call), 0);
	CHECK_EQ(got, 42);
	call.name = "b";
	CHECK_EQ(device_call_generic(tbus_device(), &call), ENOTSUP);
	CHECK_EQ(device_enumerate_children(tbus_device(), NULL, NULL), ENOTSUP);
	other = handle;
	CHECK_EQ(devhandle_compare(handle, other), 0);
	other.integer = 43;
	CHECK(devhandle_compare(handle, other) < 0);
	CHECK(devhandle_compare(devhandle_invalid(), other) < 0);
	device_set_handle(tbus_device(), devhandle_invalid());
	return 0;
}

KERNTEST(compatible)
{
	static const struct device_compatible_entry table[] = {
		{ .compat = "vendor,old", .value = 1 },
		{ .compat = "vendor,new*", .value = 2 },
		DEVICE_COMPAT_EOL
	};
	static const struct device_compatible_entry ids[] = {
		{ .id = 7, .value = 70 }, { .id = 8, .value = 80 }, { .id = 0 }
	};
	static const char list[] = "vendor,new2\0vendor,mid\0vendor,old";
	const char *strings[] = { "vendor,new2", "vendor,mid", "vendor,old" };

	/* The more special string weighs more. */
	CHECK_EQ(device_compatible_match(strings, 3, table), 1);
	CHECK_EQ(device_compatible_pmatch(strings, 3, table), 3);
	CHECK_EQ(device_compatible_match(strings, 2, table), 0);
	CHECK_EQ(device_compatible_lookup(strings, 3, table)->value, 1);
	CHECK_EQ(device_compatible_plookup(strings, 3, table)->value, 2);
	CHECK(device_compatible_lookup(strings, 2, table) == NULL);
	CHECK_EQ(device_compatible_match_strlist(list, sizeof(list), table), 1);
	CHECK_EQ(device_compatible_pmatch_strlist(list, sizeof(list), table), 3);
	CHECK_EQ(device_compatible_lookup_strlist(list, sizeof(list), table)->value, 1);
	CHECK_EQ(device_compatible_plookup_strlist(list, sizeof(list), table)->value, 2);
	/* A list without its last NUL ends before the string that lacks it. */
	CHECK_EQ(device_compatible_match_strlist(list, sizeof(list) - 1, table), 0);
	CHECK_EQ(device_compatible_match_strlist(list, 0, table), 0);
	CHECK_EQ(device_compatible_match_strlist(NULL, 9, table), 0);
	CHECK_EQ(device_compatible_match_id(8, 0, ids), 1);
	CHECK_EQ(device_compatible_lookup_id(8, 0, ids)->value, 80);
	CHECK(device_compatible_lookup_id(9, 0, ids) == NULL);
	CHECK(device_compatible_lookup_id(0, 0, ids) == NULL);
	return 0;
}

static int activity;

static void
active_a(device_t dev, devactive_t type)
{

	activity |= 1 << type;
}

static void
active_b(device_t dev, devactive_t type)
{

	activity |= 0x10 << type;
}

KERNTEST(activity_handlers)
{
	device_t dev = tbus_device();

	CHECK(!device_active(dev, DVA_SYSTEM));
	CHECK(device_active_register(dev, active_a));
	CHECK(device_active_register(dev, active_b));
	CHECK(device_active(dev, DVA_HARDWARE));
	CHECK_EQ(activity, 0x22);
	device_active_deregister(dev, active_a);
	activity = 0;
	CHECK(device_active(dev, DVA_SYSTEM));
	CHECK_EQ(activity, 0x10);
	device_active_deregister(dev, active_b);
	return 0;
}
