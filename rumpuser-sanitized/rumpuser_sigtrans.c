/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The host's signal for one of NetBSD.
 */

#include "rumpuser_int.h"

#include <signal.h>

int
ru_sigtrans(int sig)
{
	static const int host[] = {
		[1] = SIGHUP, [2] = SIGINT, [3] = SIGQUIT, [4] = SIGILL,
		[5] = SIGTRAP, [6] = SIGABRT, [8] = SIGFPE, [9] = SIGKILL,
		[10] = SIGBUS, [11] = SIGSEGV, [12] = SIGSYS, [13] = SIGPIPE,
		[14] = SIGALRM, [15] = SIGTERM, [16] = SIGURG, [17] = SIGSTOP,
		[18] = SIGTSTP, [19] = SIGCONT, [20] = SIGCHLD,
		[21] = SIGTTIN, [22] = SIGTTOU, [23] = SIGIO, [24] = SIGXCPU,
		[25] = SIGXFSZ, [26] = SIGVTALRM, [27] = SIGPROF,
		[28] = SIGWINCH, [30] = SIGUSR1, [31] = SIGUSR2,
		[32] = SIGPWR,
	};

	if (sig <= 0 || sig >= (int)__arraycount(host) || host[sig] == 0)
		return -1;
	return host[sig];
}
