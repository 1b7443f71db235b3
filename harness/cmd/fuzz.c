/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rumpfuzz fuzz: runs targets under an engine, shows one line for each while
 * they run, then a table and a page.
 *
 * The engine writes into a work directory; what it found is moved by rename
 * into the corpus and into crashes/, so neither ever holds half a file.  A
 * crash ends the engine: it is filed under its bucket, and the engine is
 * started again with the time that is left.  A seed that crashes by itself
 * is left out then.
 */

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../rigstat.h"
#include "cmd.h"

#define MAXRESTARTS	200

struct job {
	struct result	res;
	enum { WAITING, RUNNING, DONE } state;
	pid_t		pid;
	int		fd;
	double		began, left_at_start, launched;
	uint64_t	execs_before;
	double		rate;
	double		rate_t;
	uint64_t	rate_execs;
	unsigned	restarts, runs;
	struct str	line, out;	/* partial line; output of this run */
	char	       *corpus, *work, *crashdir, *stats_path;
	struct rigstat *stats;
	FILE	       *logf;
	int		inited;		/* this run is through with the inputs there were */
	int		sifting;	/* sift() runs, not the engine */
	uint64_t       *skip;		/* those that ended it, by their content */
	size_t		nskip;
};

static struct {
	double		seconds;
	unsigned	jobs;
	const char     *engine;
	const char     *seeds;
	const char     *corpus;
} opt = { .seconds = 60, .engine = "libfuzzer" };

static struct job *jobs;
static size_t njobs;
static volatile sig_atomic_t interrupted;
static int tty, drawn;

static void
on_int(int sig)
{

	interrupted = 1;
}

static double
number(const char *flag, const char *s)
{
	char *end;
	double v = strtod(s, &end);

	if (end != s && *end == 'm')
		v *= 60, end++;
	else if (end != s && *end == 'h')
		v *= 3600, end++;
	else if (end != s && *end == 's')
		end++;
	if (end == s || *end != '\0' || !(v > 0) || v > 1e9)
		die("%s takes a positive number, not '%s'", flag, s);
	return v;
}

static void
sample(struct job *j)
{
	struct result *r = &j->res;

	r->samples = xrealloc(r->samples, (r->nsamples + 1) * sizeof(*r->samples));
	r->samples[r->nsamples++] = (struct sample){ now() - j->began, r->edges, r->corpus,
		r->execs };
}

static int
is_afl(void)
{

	return strcmp(opt.engine, "afl") == 0;
}

/* AFL++ keeps its figures in a file of its own. */
static void
afl_figures(struct job *j)
{
	char *path = strf("%s/default/fuzzer_stats", j->work), *text = slurp(path, NULL), *line, *save;
	unsigned long long v;
	unsigned edges = j->res.edges;

	free(path);
	if (text == NULL)
		return;
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		if (sscanf(line, "execs_done : %llu", &v) == 1)
			j->res.execs = v;
		else if (sscanf(line, "edges_found : %llu", &v) == 1)
			j->res.edges = v;
		else if (sscanf(line, "corpus_count : %llu", &v) == 1)
			j->res.corpus = v;
	}
	free(text);
	if (j->res.edges != edges)
		sample(j);
}

static void
update_execs(struct job *j)
{
	double t = now();

	if (is_afl())
		afl_figures(j);
	else
		j->res.execs = __atomic_load_n(&j->stats->rs_execs, __ATOMIC_RELAXED);
	if (t - j->rate_t >= 1.0) {
		j->rate = (j->res.execs - j->rate_execs) / (t - j->rate_t);
		j->rate_t = t;
		j->rate_execs = j->res.execs;
	}
}

static uint64_t
content_hash(const char *path)
{
	size_t len, i;
	char *data = slurp(path, &len);
	uint64_t h = 0xcbf29ce484222325ull;

	for (i = 0; data != NULL && i < len; i++)
		h = (h ^ (unsigned char)data[i]) * 0x100000001b3ull;
	free(data);
	return h;
}

/* A name for an input from its content, as AFL++'s own say how it came about. */
static char *
content_name(const char *path)
{

	return strf("afl-%016llx", (unsigned long long)content_hash(path));
}

static int
is_skipped(const struct job *j, uint64_t content)
{
	size_t i;

	for (i = 0; i < j->nskip; i++)
		if (j->skip[i] == content)
			return 1;
	return 0;
}

static void
skip(struct job *j, uint64_t content)
{

	if (is_skipped(j, content))
		return;
	j->skip = xrealloc(j->skip, (j->nskip + 1) * sizeof(*j->skip));
	j->skip[j->nskip++] = content;
}

/* Moves what the engine wrote in dir to the corpus; each file is whole when it gets there. */
static void
import(struct job *j, const char *dir, int rename_by_content)
{
	struct names nm;
	char *from, *to;
	struct stat st;
	size_t i;

	if (names_read(&nm, dir) != 0)
		return;
	for (i = 0; i < nm.n; i++) {
		from = strf("%s/%s", dir, nm.v[i]);
		to = strf("%s/%s", j->corpus, rename_by_content ? content_name(from) : nm.v[i]);
		if (stat(from, &st) == 0 && S_ISREG(st.st_mode) && st.st_size != 0 &&
		    strncmp(nm.v[i], "crash-", 6) != 0 && strncmp(nm.v[i], "timeout-", 8) != 0 &&
		    strncmp(nm.v[i], "oom-", 4) != 0 && strncmp(nm.v[i], "slow-unit-", 10) != 0) {
			if (rename(from, to) == -1 && errno == EXDEV) {
				size_t len;
				char *data = slurp(from, &len);

				if (data != NULL && spew(to, data, len) == 0)
					unlink(from);
				free(data);
			}
		}
		free(from);
		free(to);
	}
	names_free(&nm);
}

static void
parse_line(struct job *j, const char *line)
{
	const char *p;
	unsigned v;

	if (line[0] == '#' && strstr(line, "\tINITED") != NULL)
		j->inited = 1;
	if (line[0] == '#' && (p = strstr(line, " cov: ")) != NULL) {
		if (sscanf(p, " cov: %u", &v) == 1 && v > j->res.edges)
			j->res.edges = v;
		if ((p = strstr(line, " corp: ")) != NULL && sscanf(p, " corp: %u", &v) == 1)
			j->res.corpus = v;
		sample(j);
	}
}

static void
take_output(struct job *j)
{
	char buf[16384];
	ssize_t n, i;

	while ((n = read(j->fd, buf, sizeof(buf))) > 0) {
		fwrite(buf, 1, n, j->logf);
		/* The whole output of a run is kept for its report, in reason. */
		if (j->out.len > 4u << 20) {
			memmove(j->out.s, j->out.s + j->out.len / 2, j->out.len - j->out.len / 2);
			j->out.len -= j->out.len / 2;
		}
		str_addn(&j->out, buf, n);
		for (i = 0; i < n; i++) {
			if (buf[i] != '\n') {
				if (j->line.len < 4096)
					str_addn(&j->line, &buf[i], 1);
				continue;
			}
			if (j->line.s != NULL)
				parse_line(j, j->line.s);
			j->line.len = 0;
		}
	}
}

/* The engine died: file what it left behind. */
static void
take_crash(struct job *j, int status)
{
	struct finding f;
	struct names nm;
	const char *start_of_report;
	char *from = NULL, *dir;
	size_t i;
	int error;

	if (names_read(&nm, j->work) == 0) {
		for (i = 0; i < nm.n && from == NULL; i++)
			if (strncmp(nm.v[i], "crash-", 6) == 0 || strncmp(nm.v[i], "timeout-", 8) == 0 ||
			    strncmp(nm.v[i], "oom-", 4) == 0)
				from = strf("%s/%s", j->work, nm.v[i]);
		names_free(&nm);
	}
	if (from == NULL) {
		fprintf(stderr, "%srumpfuzz: %s stopped (%s) and left no input; its output is in %s\n",
		    tty && drawn ? "\n" : "", j->res.name, status_text(status), j->res.log);
		j->res.broken = 1;
		j->restarts = MAXRESTARTS;
		return;
	}
	if (!j->inited && !is_afl())
		skip(j, content_hash(from));
	if (finding_parse(&f, j->out.s != NULL ? j->out.s : "") != 0) {
		snprintf(f.kind, sizeof(f.kind), "died");
		snprintf(f.where, sizeof(f.where), "%s", status_text(status));
	}
	for (i = 0; i < j->res.ncrashes; i++)
		if (j->res.crashes[i].f.bucket == f.bucket)
			break;
	if (i < j->res.ncrashes) {
		j->res.crashes[i].hits++;
		unlink(from);
		free(from);
		return;
	}
	dir = strf("%s/%s-%08x", j->crashdir, f.kind, (unsigned)(f.bucket ^ f.bucket >> 32));
	mkdirs(dir);
	j->res.crashes = xrealloc(j->res.crashes, (i + 1) * sizeof(*j->res.crashes));
	j->res.crashes[i] = (struct crash){ f, strf("%s/input", dir), strf("%s/report.txt", dir), 1 };
	j->res.ncrashes++;
	if (rename(from, j->res.crashes[i].path) == -1)
		die("can't keep the crash: rename %s to %s: %s", from, j->res.crashes[i].path,
		    strerror(errno));
	start_of_report = j->out.s != NULL ? strstr(j->out.s, "==") : NULL;
	if (start_of_report == NULL)
		start_of_report = j->out.s != NULL ? j->out.s : "";
	error = spew(j->res.crashes[i].report, start_of_report, strlen(start_of_report));
	if (error != 0)
		fprintf(stderr, "rumpfuzz: %s: %s\n", j->res.crashes[i].report, strerror(error));
	free(from);
	free(dir);
}

/* A crash that came from elsewhere than a run of libFuzzer: what it shows when it is replayed. */
static void
take_replayed(struct job *j, char *path)
{
	char *log = strf("%s/crash.log", j->work), *text;
	char *av[] = { target_program("fuzz", j->res.name), "--replay", path, NULL };
	size_t len;
	int status = run(log, av);

	j->out.len = 0;
	if ((text = slurp(log, &len)) != NULL)
		str_addn(&j->out, text, len);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		fprintf(stderr, "rumpfuzz: %s: a crash that does not replay; kept as %s/unreproduced\n",
		    j->res.name, j->crashdir);
		rename(path, strf("%s/unreproduced", j->crashdir));
	} else
		take_crash(j, status);
	unlink(log);
	free(log);
	free(text);
	free(av[0]);
}

static void
empty_dir(const char *dir)
{
	struct names nm;
	size_t i;

	if (names_read(&nm, dir) != 0)
		return;
	for (i = 0; i < nm.n; i++) {
		char *path = strf("%s/%s", dir, nm.v[i]);

		unlink(path);
		free(path);
	}
	names_free(&nm);
	rmdir(dir);
}

/*
 * All that an engine starts from, but what is skipped, in one directory; AFL++
 * follows no symbolic links.
 */
static char *
gather(struct job *j)
{
	char *in = strf("%s.in", j->work);
	const char *dirs[] = { find_target(j->res.name)->seeds, j->corpus, opt.seeds };
	struct names nm;
	size_t d, i, n = 0;

	empty_dir(in);
	mkdirs(in);
	for (d = 0; d < 3; d++) {
		if (dirs[d] == NULL || names_read(&nm, dirs[d]) != 0)
			continue;
		for (i = 0; i < nm.n; i++) {
			char *from = strf("%s/%s", dirs[d], nm.v[i]), *to = strf("%s/%zu-%s", in, n, nm.v[i]);
			char *data = NULL;
			size_t len;
			int error;

			if (j->nskip != 0 && is_skipped(j, content_hash(from))) {
				free(from);
				free(to);
				continue;
			}
			if (link(from, to) == -1 && ((data = slurp(from, &len)) == NULL ||
			    (error = spew(to, data, len)) != 0))
				die("can't copy %s to %s: %s", from, to, strerror(data ? error : errno));
			n++;
			free(data);
			free(from);
			free(to);
		}
		names_free(&nm);
	}
	if (n == 0 && is_afl() && spew(strf("%s/empty", in), "", 1) != 0)
		die("%s: can't be written", in);
	return in;
}

/* What a report without symbols says, in reason: its kind and the addresses of its first stack. */
static uint64_t
sift_key(const char *text)
{
	struct finding f;
	const char *p = strstr(text, "ERROR: ");
	uint64_t h = 0;
	unsigned n;

	if (finding_parse(&f, text) == 0)
		h = f.bucket;
	for (n = 0; p != NULL && n < 8 && (p = strstr(p, "    #")) != NULL; n++)
		for (p += 5; *p != '\0' && *p != '\n' && *p != '('; p++)
			h = (h ^ (unsigned char)*p) * 0x100000001b3ull;
	return h;
}

/*
 * In a process of its own: runs all inputs of before, in few processes, and
 * writes the names of those that end them to the file list, and a copy of the
 * first of each kind to dir.  Half of the time that is left is the limit;
 * those that were not reached then end the engine one by one.
 */
static void
sift(struct job *j, const char *list, const char *dir)
{
	const double until = (now() + j->began + opt.seconds) / 2;
	char *in = gather(j), *out = strf("%s.sift", j->work), *prog = target_program("fuzz", j->res.name);
	char *av[256], *text, *p, *data;
	struct str names = {0};
	uint64_t keys[64], key;
	size_t from, n, i, nkeys = 0, len;
	struct names nm;
	int a, status;

	str_addn(&names, "", 0);
	if (names_read(&nm, in) != 0)
		return;
	for (from = 0; from < nm.n && now() < until && !interrupted; from += n) {
		a = 0;
		av[a++] = "sh";
		av[a++] = "-c";
		/* Without symbols it is faster.  What does not end is ended. */
		av[a++] = "ulimit -t 60; ASAN_OPTIONS=$ASAN_OPTIONS:symbolize=0; export ASAN_OPTIONS; exec \"$@\"";
		av[a++] = "sift";
		av[a++] = prog;
		av[a++] = "--replay";
		av[a++] = "--hash";
		for (i = from; i < nm.n && i < from + 200; i++)
			av[a++] = strf("%s/%s", in, nm.v[i]);
		av[a] = NULL;
		status = run(out, av);
		if (interrupted || (text = slurp(out, NULL)) == NULL)
			break;
		/* A line for each that ran to its end, in their order. */
		for (n = 0, p = text; (p = strstr(p, "cov=")) != NULL; p += 4)
			n += p == text || p[-1] == '\n';
		if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0) && from + n < i) {
			p = av[7 + n++];
			str_add(&names, "%016llx\n", (unsigned long long)content_hash(p));
			key = sift_key(text);
			for (i = 0; i < nkeys && keys[i] != key; i++)
				continue;
			if (i == nkeys && nkeys < 64 && (data = slurp(p, &len)) != NULL) {
				keys[nkeys++] = key;
				(void)spew(strf("%s/%zu", dir, nkeys), data, len);
				free(data);
			}
		} else
			n = i - from;
		free(text);
		while (a > 7)
			free(av[--a]);
	}
	unlink(out);
	empty_dir(in);
	(void)spew(list, names.s, names.len);
}

static void
launch_sift(struct job *j)
{
	char *list = strf("%s.sifted", j->work), *dir = strf("%s.sift.d", j->work);

	mkdirs(dir);
	fflush(NULL);
	if ((j->pid = fork()) == -1)
		die("fork: %s", strerror(errno));
	if (j->pid == 0) {
		setpgid(0, 0);
		sift(j, list, dir);
		_exit(0);
	}
	j->fd = -1;
	j->sifting = 1;
	free(list);
	free(dir);
}

/* Takes what sift() has found: each kind is a crash of its own. */
static void
take_sift(struct job *j)
{
	char *list = strf("%s.sifted", j->work), *dir = strf("%s.sift.d", j->work);
	char *text = slurp(list, NULL), *line, *save = NULL;
	struct names nm;
	size_t i;

	j->sifting = 0;
	for (line = text != NULL ? strtok_r(text, "\n", &save) : NULL; line != NULL;
	    line = strtok_r(NULL, "\n", &save))
		skip(j, strtoull(line, NULL, 16));
	if (names_read(&nm, dir) == 0) {
		for (i = 0; i < nm.n; i++) {
			char *from = strf("%s/%s", dir, nm.v[i]), *to = strf("%s/crash-sift", j->work);

			if (rename(from, to) == 0)
				take_replayed(j, to);
			free(from);
			free(to);
		}
		names_free(&nm);
	}
	unlink(list);
	empty_dir(dir);
	free(text);
	free(list);
	free(dir);
}

static void
launch_afl(struct job *j)
{
	char *argv[24], *env[16];
	int a = 0, e = 0;

	argv[a++] = "afl-fuzz";
	argv[a++] = "-i";
	argv[a++] = gather(j);
	argv[a++] = "-o";
	argv[a++] = j->work;
	argv[a++] = "-V";
	argv[a++] = strf("%d", (int)(opt.seconds + 0.5));
	argv[a++] = "-m";
	argv[a++] = "none";
	argv[a++] = "-t";
	argv[a++] = "10000";
	argv[a++] = "--";
	argv[a++] = target_program("afl", j->res.name);
	argv[a] = NULL;
	env[e++] = "AFL_SKIP_CPUFREQ=1";
	env[e++] = "AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1";
	env[e++] = "AFL_NO_UI=1";
	env[e++] = "AFL_NO_AFFINITY=1";
	env[e++] = "AFL_AUTORESUME=1";
	env[e++] = strf("AFL_CUSTOM_MUTATOR_LIBRARY=%s/build/afl/lib/librumpfuzz_mutator.so", top);
	env[e++] = strf("RUMPFUZZ_MUTATOR=%s", target_program("afl", j->res.name));
	env[e] = NULL;
	j->launched = now();
	j->runs++;
	j->pid = start(argv, env, &j->fd);
	j->state = RUNNING;
}

static void
launch(struct job *j)
{
	const struct target *t = find_target(j->res.name);
	char *argv[24], *env[12];
	double left = opt.seconds - (now() - j->began);
	int a = 0, e = 0;

	if (left < 1)
		left = 1;
	argv[a++] = target_program("fuzz", j->res.name);
	argv[a++] = strf("-max_total_time=%d", (int)(left + 0.5));
	argv[a++] = strf("-artifact_prefix=%s/", j->work);
	argv[a++] = "-timeout=30";
	argv[a++] = "-rss_limit_mb=4096";
	argv[a++] = "-max_len=1048576";
	argv[a++] = "-len_control=0";
	argv[a++] = "-print_final_stats=0";
	argv[a++] = "-reload=0";
	if (t->dict != NULL)
		argv[a++] = strf("-dict=%s", t->dict);
	argv[a++] = j->work;
	if (j->nskip != 0)
		argv[a++] = gather(j);
	else {
		argv[a++] = j->corpus;
		if (t->seeds != NULL)
			argv[a++] = (char *)t->seeds;
		if (opt.seeds != NULL)
			argv[a++] = (char *)opt.seeds;
	}
	argv[a] = NULL;
	j->inited = 0;
	env[e++] = strf("RUMPFUZZ_STATS=%s", j->stats_path);
	env[e] = NULL;
	j->out.len = j->line.len = 0;
	j->runs++;
	j->launched = now();
	j->pid = start(argv, env, &j->fd);
	j->state = RUNNING;
}

static void
begin(struct job *j)
{
	struct result *r = &j->res;
	char *out = strf("%s/out", home);
	int fd;

	j->corpus = opt.corpus != NULL ? (njobs == 1 ? xstrdup(opt.corpus) :
	    strf("%s/%s", opt.corpus, r->name)) : strf("%s/corpus/%s", out, r->name);
	j->work = strf("%s/work/%s", out, r->name);
	j->crashdir = strf("%s/crashes/%s", out, r->name);
	j->stats_path = strf("%s/work/%s.stats", out, r->name);
	r->log = strf("%s/log/%s.log", out, r->name);
	mkdirs(j->corpus);
	mkdirs(j->work);
	mkdirs(j->crashdir);
	mkdirs(strf("%s/log", out));
	import(j, j->work, 0);	/* what an earlier run, killed, left */
	fd = open(j->stats_path, O_RDWR | O_CREAT | O_TRUNC, 0666);
	if (fd == -1 || ftruncate(fd, sizeof(struct rigstat)) == -1 ||
	    (j->stats = mmap(NULL, sizeof(struct rigstat), PROT_READ | PROT_WRITE, MAP_SHARED, fd,
	    0)) == MAP_FAILED)
		die("%s: %s", j->stats_path, strerror(errno));
	close(fd);
	if ((j->logf = fopen(r->log, "w")) == NULL)
		die("%s: %s", r->log, strerror(errno));
	j->began = j->rate_t = now();
	if (is_afl())
		launch_afl(j);
	else
		launch(j);
}

/* AFL++ goes on after a crash: what it found is looked at when it has ended. */
static void
take_afl(struct job *j)
{
	char *dir = strf("%s/default/crashes", j->work), *queue = strf("%s/default/queue", j->work);
	struct names nm;
	size_t i;

	update_execs(j);
	empty_dir(strf("%s.in", j->work));
	import(j, queue, 1);
	if (names_read(&nm, dir) == 0) {
		for (i = 0; i < nm.n; i++) {
			char *from = strf("%s/%s", dir, nm.v[i]), *to = strf("%s/crash-afl", j->work);

			if (strncmp(nm.v[i], "id", 2) == 0 && rename(from, to) == 0)
				take_replayed(j, to);
		}
		names_free(&nm);
	}
	free(dir);
	free(queue);
}

static void
end(struct job *j)
{

	if (is_afl())
		take_afl(j);
	else
		import(j, j->work, 0);
	update_execs(j);
	j->res.seconds = now() - j->began;
	sample(j);
	fclose(j->logf);
	unlink(j->stats_path);
	rmdir(j->work);
	j->state = DONE;
}

static void
reap(struct job *j)
{
	size_t had;
	int status;

	if (waitpid(j->pid, &status, WNOHANG) != j->pid)
		return;
	if (j->sifting) {
		take_sift(j);
		if (!interrupted && opt.seconds - (now() - j->began) > 1)
			launch(j);
		else
			end(j);
		return;
	}
	take_output(j);
	close(j->fd);
	if (is_afl()) {
		if (j->res.execs == 0 && !interrupted) {
			update_execs(j);
			if (j->res.execs == 0) {
				fprintf(stderr, "rumpfuzz: %s: afl-fuzz ran nothing (%s); see %s\n",
				    j->res.name, status_text(status), j->res.log);
				j->res.broken = 1;
			}
		}
		end(j);
		return;
	}
	if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0) && !interrupted) {
		had = j->nskip;
		take_crash(j, status);
		import(j, j->work, 0);
		if (had == 0 && j->nskip != 0) {
			launch_sift(j);
			return;
		}
		if (++j->restarts < MAXRESTARTS && opt.seconds - (now() - j->began) > 1) {
			launch(j);
			return;
		}
	} else if (!(WIFEXITED(status) && WEXITSTATUS(status) == 0) &&
	    finding_parse(&(struct finding){0}, j->out.s != NULL ? j->out.s : "") == 0)
		take_crash(j, status);
	end(j);
}

static const char *
count(char *buf, size_t len, double v)
{

	if (v >= 1e6)
		snprintf(buf, len, "%.2fM", v / 1e6);
	else if (v >= 1e4)
		snprintf(buf, len, "%.1fk", v / 1e3);
	else
		snprintf(buf, len, "%.0f", v);
	return buf;
}

static void
line_of(const struct job *j, char *buf, size_t len)
{
	char a[32], b[32];
	double left = opt.seconds - (now() - j->began);

	if (j->state == WAITING)
		snprintf(buf, len, "%-21s waits for its turn", j->res.name);
	else if (j->sifting)
		snprintf(buf, len, "%-21s %4.0fs left, runs the inputs of before: some end it", j->res.name,
		    left < 0 ? 0 : left);
	else
		snprintf(buf, len, "%-21s %4.0fs left %8s exec/s %8s execs %6u edges %5u corpus %3zu crashes",
		    j->res.name, j->state == DONE || left < 0 ? 0 : left,
		    count(a, sizeof(a), j->state == DONE ? j->res.execs / (j->res.seconds + 1e-9) : j->rate),
		    count(b, sizeof(b), j->res.execs), j->res.edges, j->res.corpus, j->res.ncrashes);
}

static void
draw(void)
{
	static double last;
	struct winsize ws;
	char buf[256];
	size_t i;
	int width = 80;

	if (!tty) {
		if (drawn && now() - last < 10)
			return;
		last = now();
		drawn = 1;
		for (i = 0; i < njobs; i++) {
			if (jobs[i].state != RUNNING)
				continue;
			line_of(&jobs[i], buf, sizeof(buf));
			printf("%s\n", buf);
		}
		fflush(stdout);
		return;
	}
	if (ioctl(1, TIOCGWINSZ, &ws) == 0 && ws.ws_col > 20)
		width = ws.ws_col;
	if (drawn)
		printf("\033[%zuA", njobs);
	for (i = 0; i < njobs; i++) {
		line_of(&jobs[i], buf, sizeof(buf));
		printf("\r\033[K%.*s\n", width - 1, buf);
	}
	drawn = 1;
	fflush(stdout);
}

static void
loop(void)
{
	size_t i, running, next = 0;
	struct pollfd *pfd = xmalloc(njobs * sizeof(*pfd));
	int told = 0;

	for (;;) {
		running = 0;
		for (i = 0; i < njobs; i++)
			running += jobs[i].state == RUNNING;
		while (running < opt.jobs && next < njobs && !interrupted) {
			begin(&jobs[next++]);
			running++;
		}
		if (running == 0)
			break;
		if (interrupted && !told) {
			told = 1;
			for (i = 0; i < njobs; i++)
				if (jobs[i].state == RUNNING)
					kill(-jobs[i].pid, SIGINT);
		}
		for (i = 0; i < njobs; i++) {
			pfd[i].fd = jobs[i].state == RUNNING ? jobs[i].fd : -1;
			pfd[i].events = POLLIN;
		}
		poll(pfd, njobs, 200);
		for (i = 0; i < njobs; i++) {
			struct job *j = &jobs[i];

			if (j->state != RUNNING)
				continue;
			if (!j->sifting)
				take_output(j);
			update_execs(j);
			/* The engine's own clock can fail to stop a stuck input. */
			if (now() - j->began > opt.seconds + 60)
				kill(-j->pid, SIGKILL);
			reap(j);
		}
		draw();
	}
	draw();
	free(pfd);
}

/* Which edges the corpus and the seeds run, by the target itself. */
static void
cover(struct job *j)
{
	const char *seeds = find_target(j->res.name)->seeds;
	char *argv[10], *log, *in = NULL;
	int a = 0, status;

	j->res.cover = strf("%s/out/work/%s.cover", home, j->res.name);
	log = strf("%s/out/log/%s.cover.log", home, j->res.name);
	unlink(j->res.cover);
	argv[a++] = target_program("fuzz", j->res.name);
	argv[a++] = "--replay";
	argv[a++] = "--cover";
	argv[a++] = j->res.cover;
	if (j->nskip != 0)
		argv[a++] = in = gather(j);
	else {
		if (seeds != NULL)
			argv[a++] = (char *)seeds;
		argv[a++] = j->corpus;
	}
	argv[a] = NULL;
	status = run(log, argv);
	if (in != NULL)
		empty_dir(in);
	free(in);
	if (!exists(j->res.cover)) {
		fprintf(stderr, "rumpfuzz: %s: no coverage for the page (%s), see %s\n", j->res.name,
		    status_text(status), log);
		free(j->res.cover);
		j->res.cover = NULL;
	}
	free(log);
}

int
cmd_fuzz(int argc, char **argv)
{
	struct sigaction sa = { .sa_handler = on_int };
	const struct target *all;
	struct result *res;
	char *page, a[32], b[32];
	size_t nall, i, k, found = 0;
	int broken = 0;

	all = targets(&nall);
	jobs = xmalloc((nall + argc) * sizeof(*jobs));
	for (i = 1; i < (size_t)argc; i++) {
		const char *v = i + 1 < (size_t)argc ? argv[i + 1] : NULL;

		if (argv[i][0] != '-') {
			if (!is_target(argv[i]))
				die("no target is called '%s'; `rumpfuzz list` shows them", argv[i]);
			jobs[njobs++].res.name = argv[i];
			continue;
		}
		if (v == NULL)
			die("%s needs a value, or is no option of fuzz", argv[i]);
		if (strcmp(argv[i], "--time") == 0)
			opt.seconds = number("--time", v);
		else if (strcmp(argv[i], "--jobs") == 0) {
			double n = number("--jobs", v);

			if (n != (unsigned)n || n > 1024)
				die("--jobs takes a whole number from 1 to 1024, not '%s'", v);
			opt.jobs = n;
		} else if (strcmp(argv[i], "--engine") == 0) {
			if (strcmp(v, "libfuzzer") != 0 && strcmp(v, "afl") != 0)
				die("--engine is libfuzzer or afl, not '%s'", v);
			opt.engine = v;
		} else if (strcmp(argv[i], "--seeds") == 0) {
			if (!exists(v))
				die("--seeds %s: %s", v, strerror(errno));
			opt.seeds = realpath(v, NULL);
		} else if (strcmp(argv[i], "--corpus") == 0) {
			mkdirs(v);
			opt.corpus = realpath(v, NULL);
		} else
			die("fuzz has no option %s", argv[i]);
		i++;
	}
	if (njobs == 0)
		for (i = 0; i < nall; i++)
			jobs[njobs++].res.name = all[i].name;
	if (njobs == 0)
		die("there are no targets in %s", home);
	for (i = 0; i < njobs; i++)
		for (k = 0; k < i; k++)
			if (strcmp(jobs[i].res.name, jobs[k].res.name) == 0)
				die("%s is named twice", jobs[i].res.name);
	if (opt.jobs == 0)
		opt.jobs = sysconf(_SC_NPROCESSORS_ONLN) > 0 ? sysconf(_SC_NPROCESSORS_ONLN) : 1;

	sigaction(SIGINT, &sa, NULL);
	sigaction(SIGTERM, &sa, NULL);
	signal(SIGPIPE, SIG_IGN);
	tty = isatty(1) && getenv("CI") == NULL;
	printf("fuzzing %zu target%s for %.0f s each, %u at a time, engine %s%s\n", njobs,
	    njobs == 1 ? "" : "s", opt.seconds, opt.jobs, opt.engine,
	    tty ? " (Ctrl-C stops and keeps everything)" : "");
	loop();

	printf("\n%-21s %9s %9s %8s %8s %8s %8s\n", "target", "time", "execs", "exec/s", "edges",
	    "corpus", "crashes");
	res = xmalloc(njobs * sizeof(*res));
	for (i = 0; i < njobs; i++) {
		struct result *r = &jobs[i].res;

		if (jobs[i].state == DONE)
			cover(&jobs[i]);
		res[i] = *r;
		printf("%-21s %8.0fs %9s %8s %8u %8u %8zu%s\n", r->name, r->seconds,
		    count(a, sizeof(a), r->execs), count(b, sizeof(b), r->execs / (r->seconds + 1e-9)),
		    r->edges, r->corpus, r->ncrashes, r->broken ? "  did not run" :
		    jobs[i].state == WAITING ? "  not started" : "");
		found += r->ncrashes;
		broken |= r->broken;
	}
	for (i = 0; i < njobs; i++)
		for (k = 0; k < res[i].ncrashes; k++)
			printf("\n%s: %s in %s (%u time%s)\n  %s repro %s\n", res[i].name,
			    res[i].crashes[k].f.kind, res[i].crashes[k].f.where,
			    res[i].crashes[k].hits, res[i].crashes[k].hits == 1 ? "" : "s",
			    called(), res[i].crashes[k].path);
	for (i = 0; i < njobs; i++)
		if (jobs[i].nskip != 0)
			printf("\n%s: %zu input%s of before end%s it by %s: left out of the rest\n",
			    res[i].name, jobs[i].nskip, jobs[i].nskip == 1 ? "" : "s",
			    jobs[i].nskip == 1 ? "s" : "", jobs[i].nskip == 1 ? "itself" : "themselves");
	page = report_html(res, njobs, strf("%s/out/report", home), opt.engine);
	printf("\nreport: %s\n", page);
	if (interrupted)
		printf("stopped early; everything found is kept in %s/out\n", home);
	return broken ? EXIT_USAGE : found != 0 ? EXIT_FOUND : 0;
}
