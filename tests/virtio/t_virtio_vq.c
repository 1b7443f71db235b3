/* SPDX-License-Identifier: BSD-2-Clause */

/* virtio(9) from a driver's side: bodies that run in the kernel, in vq_body.c. */

#include "vt.h"
#include "../kern/kerntest.h"

static void
run(const char *name, struct virtiom_params vp)
{

	vp.vp_qsize = 8;
	vt_boot();
	vt_plug(virtiom_rng_create(&vp, 0));
	ATF_REQUIRE(vt_has("vqt0"));
	ATF_CHECK_EQ(rump_kerntest_run(name), 0);
	vt_end();
}

#define	BODY(name, ...)								\
ATF_TC_WITHOUT_HEAD(name);							\
ATF_TC_BODY(name, tc)								\
{										\
	run("vq_" #name, (struct virtiom_params){ __VA_ARGS__ });		\
}
BODY(room, .vp_without = 1u << 28)
BODY(soft_ends, 0)
BODY(stop_waits, 0)
BODY(stopped, 0)

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, room);
	ATF_TP_ADD_TC(tp, soft_ends);
	ATF_TP_ADD_TC(tp, stop_waits);
	ATF_TP_ADD_TC(tp, stopped);
	return atf_no_error();
}
