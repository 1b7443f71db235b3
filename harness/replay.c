/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Runs inputs from files, without an engine:
 *
 *	TARGET [--trace] [--runs N] [--hash] [--fork] [--cover FILE] [--c FILE] PATH...
 *
 * A directory stands for the files in it, in the order of their names.
 * --hash prints a hash of the coverage map and one of the kernel's log for
 * each run, --cover writes which edges all the inputs together have run,
 * --fork gives each input a child of the booted process instead of a reset,
 * --c writes the one input's calls as a C program.
 */

#include <dirent.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cprog.h"
#include "rig.h"

extern uint8_t __start___sancov_cntrs[] __attribute__((__weak__));
extern uint8_t __stop___sancov_cntrs[] __attribute__((__weak__));
extern const uintptr_t __start___sancov_pcs[] __attribute__((__weak__));
extern const uintptr_t __stop___sancov_pcs[] __attribute__((__weak__));
void	__sanitizer_symbolize_pc(void *, const char *, char *, size_t) __attribute__((__weak__));

static int opt_hash, opt_fork;
static unsigned long opt_runs = 1;
static const char *opt_cover, *opt_c;
static uint8_t *covered;
static unsigned long nrun, nfailed;

static void __attribute__((__noreturn__))
usage(const char *why, const char *what)
{

	fprintf(stderr, "%s: %s%s\nusage: %s [--trace] [--runs N] [--hash] [--fork] "
	    "[--cover FILE] [--c FILE] PATH...\n", rig_target.rt_name, why, what, rig_target.rt_name);
	exit(2);
}

static size_t
ncounters(void)
{

	return __start___sancov_cntrs != NULL ? __stop___sancov_cntrs - __start___sancov_cntrs : 0;
}

static uint64_t
fnv(const void *vp, size_t n)
{
	const uint8_t *p = vp;
	uint64_t h = 0xcbf29ce484222325ull;

	while (n-- > 0)
		h = (h ^ *p++) * 0x100000001b3ull;
	return h;
}

/* The whole file in malloc'd memory, or NULL after saying why. */
static uint8_t *
slurp(const char *path, size_t *lenp)
{
	uint8_t *buf = NULL;
	size_t len = 0, room = 0, n;
	FILE *f = fopen(path, "rb");

	if (f == NULL) {
		fprintf(stderr, "%s: %s: %s\n", rig_target.rt_name, path, strerror(errno));
		return NULL;
	}
	do {
		if (len == room) {
			uint8_t *nbuf = realloc(buf, room = room ? 2 * room : 65536);

			if (nbuf == NULL) {
				fprintf(stderr, "%s: %s: out of memory at %zu bytes\n",
				    rig_target.rt_name, path, len);
				goto fail;
			}
			buf = nbuf;
		}
		n = fread(buf + len, 1, room - len, f);
		len += n;
	} while (n != 0);
	if (ferror(f)) {
		fprintf(stderr, "%s: %s: %s\n", rig_target.rt_name, path, strerror(errno));
		goto fail;
	}
	fclose(f);
	*lenp = len;
	return buf;
fail:
	fclose(f);
	free(buf);
	return NULL;
}

static void
run_once(const uint8_t *data, size_t len, const char *path)
{
	size_t n = ncounters(), i, loglen;
	const char *log;

	if (n != 0)
		memset(__start___sancov_cntrs, 0, n);
	rig_run(data, len);
	if (covered != NULL)
		for (i = 0; i < n; i++)
			covered[i] |= __start___sancov_cntrs[i] != 0;
	if (opt_hash) {
		log = rig_log(&loglen);
		printf("cov=%016llx log=%016llx %s\n",
		    (unsigned long long)fnv(__start___sancov_cntrs, n),
		    (unsigned long long)fnv(log, loglen), path);
		fflush(stdout);
	}
}

static void
run_file(const char *path)
{
	size_t len;
	/* An exact copy, so that reading past the input is seen. */
	uint8_t *buf = slurp(path, &len), *data = NULL;
	unsigned long i;
	int status;
	pid_t pid;

	if (buf == NULL || (data = malloc(len ? len : 1)) == NULL) {
		nfailed++;
		free(buf);
		return;
	}
	memcpy(data, buf, len);
	free(buf);
	for (i = 0; i < opt_runs; i++) {
		nrun++;
		if (!opt_fork) {
			run_once(data, len, path);
			continue;
		}
		fflush(NULL);
		if ((pid = fork()) == 0) {
			run_once(data, len, path);
			fflush(NULL);
			_exit(0);
		}
		if (pid == -1 || waitpid(pid, &status, 0) == -1) {
			fprintf(stderr, "%s: fork: %s\n", rig_target.rt_name, strerror(errno));
			exit(2);
		}
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
			fprintf(stderr, "%s: %s: the child ended with status 0x%x\n",
			    rig_target.rt_name, path, status);
			nfailed++;
		}
	}
	free(data);
}

static void
run_path(const char *path)
{
	struct dirent **list;
	struct stat st;
	char sub[4096];
	int i, n;

	if (stat(path, &st) == -1) {
		fprintf(stderr, "%s: %s: %s\n", rig_target.rt_name, path, strerror(errno));
		nfailed++;
		return;
	}
	if (!S_ISDIR(st.st_mode)) {
		run_file(path);
		return;
	}
	if ((n = scandir(path, &list, NULL, alphasort)) == -1) {
		fprintf(stderr, "%s: %s: %s\n", rig_target.rt_name, path, strerror(errno));
		nfailed++;
		return;
	}
	for (i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.') {
			snprintf(sub, sizeof(sub), "%s/%s", path, list[i]->d_name);
			run_path(sub);
		}
		free(list[i]);
	}
	free(list);
}

/* One line for each edge: run or not, first of its function or not, where. */
static void
write_cover(void)
{
	size_t n = ncounters(), i;
	char where[1024], tmp[4096];
	FILE *f;

	if (n == 0 || __start___sancov_pcs == NULL || __sanitizer_symbolize_pc == NULL) {
		fprintf(stderr, "%s: this build has no edge table; --cover needs clang and ASan\n",
		    rig_target.rt_name);
		exit(2);
	}
	snprintf(tmp, sizeof(tmp), "%s.tmp", opt_cover);
	if ((f = fopen(tmp, "w")) == NULL) {
		fprintf(stderr, "%s: %s: %s\n", rig_target.rt_name, tmp, strerror(errno));
		exit(2);
	}
	for (i = 0; i < n; i++) {
		uintptr_t pc = __start___sancov_pcs[2 * i];

		__sanitizer_symbolize_pc((void *)(pc + 1), "%f\t%s\t%l", where, sizeof(where));
		fprintf(f, "%d\t%d\t%s\n", covered[i], (int)(__start___sancov_pcs[2 * i + 1] & 1),
		    where);
	}
	if (ferror(f) | fclose(f) || rename(tmp, opt_cover) == -1) {
		fprintf(stderr, "%s: %s: %s\n", rig_target.rt_name, opt_cover, strerror(errno));
		unlink(tmp);
		exit(2);
	}
}

/*
 * Starts the program again without address randomisation, so that a report
 * names the same addresses each time.  Where that is refused, it goes on.
 */
static void
fixed_addresses(int argc, char **argv, const char *first)
{
	int now = personality(0xffffffff), i, n = 0;
	char **av;

	if (now == -1 || (now & ADDR_NO_RANDOMIZE) != 0 ||
	    personality(now | ADDR_NO_RANDOMIZE) == -1)
		return;
	if ((av = calloc(argc + 2, sizeof(*av))) == NULL)
		return;
	av[n++] = argv[0];
	if (first != NULL)
		av[n++] = (char *)(uintptr_t)first;
	for (i = 1; i < argc; i++)
		av[n++] = argv[i];
	fflush(NULL);
	execv("/proc/self/exe", av);
	free(av);
}

int
rig_replay(int argc, char **argv, const char *first)
{
	char *end;
	int i, paths = 0;

	fixed_addresses(argc, argv, first);

	for (i = 1; i < argc && strncmp(argv[i], "--", 2) == 0; i++) {
		if (strcmp(argv[i], "--trace") == 0)
			rig_trace_file = stdout;
		else if (strcmp(argv[i], "--hash") == 0)
			opt_hash = 1;
		else if (strcmp(argv[i], "--fork") == 0)
			opt_fork = 1;
		else if (strcmp(argv[i], "--runs") == 0 && i + 1 < argc) {
			opt_runs = strtoul(argv[++i], &end, 10);
			if (*end != '\0' || opt_runs == 0)
				usage("--runs takes a number from 1 up, not ", argv[i]);
		} else if (strcmp(argv[i], "--cover") == 0 && i + 1 < argc)
			opt_cover = argv[++i];
		else if (strcmp(argv[i], "--c") == 0 && i + 1 < argc)
			opt_c = argv[++i];
		else
			usage("unknown option, or one without its value: ", argv[i]);
	}
	if (i == argc)
		usage("no input named", "");
	if ((opt_hash || opt_cover != NULL) && ncounters() == 0)
		usage("this build counts no edges: --hash and --cover need clang and ASan", "");
	if (opt_cover != NULL && (covered = calloc(ncounters(), 1)) == NULL) {
		fprintf(stderr, "%s: out of memory\n", rig_target.rt_name);
		return 2;
	}
	if (opt_c != NULL && (i + 1 != argc || opt_runs != 1 || opt_fork))
		usage("--c takes one input, and runs it once", "");
	rig_boot();
	if (opt_c != NULL && (cprog_file = fopen(opt_c, "w")) == NULL) {
		fprintf(stderr, "%s: %s: %s\n", rig_target.rt_name, opt_c, strerror(errno));
		return 2;
	}
	for (; i < argc; i++, paths++)
		run_path(argv[i]);
	if (opt_cover != NULL)
		write_cover();
	if (opt_c != NULL && (cprog_file == NULL || ferror(cprog_file) | fclose(cprog_file))) {
		fprintf(stderr, "%s: %s: %s\n", rig_target.rt_name, opt_c, strerror(errno));
		return 2;
	}
	if (!opt_hash)
		printf("%s: %lu inputs run, %lu failed\n", rig_target.rt_name, nrun, nfailed);
	return nfailed != 0;
}
