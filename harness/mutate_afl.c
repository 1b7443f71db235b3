/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The mutator of a target as a library for AFL++
 * (AFL_CUSTOM_MUTATOR_LIBRARY).  RUMPFUZZ_MUTATOR names the target's program;
 * it runs beside AFL++ and mutates what it is sent.  Without it AFL++ is told
 * that there is no such mutator.
 */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <unistd.h>

#include "rig.h"

#define FORKSRV_FD	198		/* AFL++'s, and the next one */

struct state {
	pid_t	 pid;
	FILE	*to, *from;
	uint8_t	*buf;
	size_t	 room;
	unsigned seed;
};

void   *afl_custom_init(void *afl, unsigned seed);
void	afl_custom_deinit(void *data);
size_t	afl_custom_fuzz(void *data, uint8_t *buf, size_t len, uint8_t **out, uint8_t *add,
	    size_t addlen, size_t max);

/* In the child: nothing of AFL++ that would make the target its own. */
static void
run(const char *program, int in, int out)
{

	dup2(in, STDIN_FILENO);
	dup2(out, STDOUT_FILENO);
	close(in);
	close(out);
	close(FORKSRV_FD);
	close(FORKSRV_FD + 1);
	unsetenv("__AFL_SHM_ID");
	unsetenv("__AFL_SHM_FUZZ_ID");
	unsetenv("LD_PRELOAD");
	/* AFL++'s driver takes a single option for a number of its own. */
	execl(program, program, "--mutate", "-", NULL);
	_exit(127);
}

void *
afl_custom_init(void *afl, unsigned seed)
{
	const char *program = getenv("RUMPFUZZ_MUTATOR");
	struct state *s;
	int to[2], from[2];

	if (program == NULL || (s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	if (pipe2(to, O_CLOEXEC) == -1 || pipe2(from, O_CLOEXEC) == -1 || (s->pid = fork()) == -1) {
		perror("rumpfuzz: mutator");
		free(s);
		return NULL;
	}
	if (s->pid == 0)
		run(program, to[0], from[1]);
	close(to[0]);
	close(from[1]);
	s->to = fdopen(to[1], "w");
	s->from = fdopen(from[0], "r");
	s->seed = seed;
	return s;
}

void
afl_custom_deinit(void *data)
{
	struct state *s = data;

	fclose(s->to);
	fclose(s->from);
	waitpid(s->pid, NULL, 0);
	free(s->buf);
	free(s);
}

size_t
afl_custom_fuzz(void *data, uint8_t *buf, size_t len, uint8_t **out, uint8_t *add, size_t addlen,
    size_t max)
{
	struct state *s = data;
	struct rig_mutate_request rq;
	uint32_t got;
	uint8_t *n;

	memset(&rq, 0, sizeof(rq));
	rq.rq_seed = ++s->seed;
	rq.rq_max = max;
	rq.rq_len = len < max ? len : max;
	if (add != NULL && addlen <= max && s->seed % 8 == 0)
		rq.rq_addlen = addlen;
	if (s->room < max) {
		if ((n = realloc(s->buf, max)) == NULL)
			return 0;
		s->buf = n;
		s->room = max;
	}
	if (fwrite(&rq, sizeof(rq), 1, s->to) != 1 ||
	    fwrite(buf, 1, rq.rq_len, s->to) != rq.rq_len ||
	    (rq.rq_addlen != 0 && fwrite(add, 1, rq.rq_addlen, s->to) != rq.rq_addlen) || fflush(s->to) != 0 ||
	    fread(&got, sizeof(got), 1, s->from) != 1 || got > max ||
	    fread(s->buf, 1, got, s->from) != got) {
		fprintf(stderr, "rumpfuzz: the target does not mutate any more\n");
		return 0;
	}
	*out = s->buf;
	return got;
}
