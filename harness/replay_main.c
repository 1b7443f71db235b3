/* SPDX-License-Identifier: BSD-2-Clause */

/* A target without an engine is its replayer. */

#include "rig.h"

int
main(int argc, char **argv)
{

	return rig_replay(argc, argv, NULL);
}
