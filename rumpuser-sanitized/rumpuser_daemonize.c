/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Going to the background.  begin forks; the parent waits for the error that
 * the child passes to done, and exits with it, so that a shell sees whether
 * the start went well.
 */

#include "rumpuser_int.h"

#include <sys/socket.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int done_fd = -1;
static pid_t begun_by;

int
rumpuser_daemonize_begin(void)
{
	int error, fd[2];
	ssize_t n;

	/* A second start in the same process has nothing to fork. */
	if (begun_by == getpid())
		return 0;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fd) == -1)
		return ru_errtrans(errno);
	switch (fork()) {
	case 0:
		close(fd[0]);
		done_fd = fd[1];
		begun_by = getpid();
		setsid();
		return 0;
	case -1:
		error = ru_errtrans(errno);
		close(fd[0]);
		close(fd[1]);
		return error;
	default:
		close(fd[1]);
		do
			n = read(fd[0], &error, sizeof(error));
		while (n == -1 && errno == EINTR);
		if (n != sizeof(error))
			error = ECHILD;
		if (error != 0)
			ru_print("rump kernel start failed: error %d\n",
			    error);
		_exit(error != 0);
	}
}

int
rumpuser_daemonize_done(int error)
{
	int nullfd, rv = 0;

	if (done_fd == -1)
		return 0;
	if (error == 0) {
		if ((nullfd = open("/dev/null", O_RDWR)) == -1)
			error = rv = ru_errtrans(errno);
		else {
			dup2(nullfd, STDIN_FILENO);
			dup2(nullfd, STDOUT_FILENO);
			dup2(nullfd, STDERR_FILENO);
			if (nullfd > STDERR_FILENO)
				close(nullfd);
		}
	}
	if (send(done_fd, &error, sizeof(error), MSG_NOSIGNAL) !=
	    (ssize_t)sizeof(error))
		rv = NB_EIO;
	close(done_fd);
	done_fd = -1;
	return rv;
}
