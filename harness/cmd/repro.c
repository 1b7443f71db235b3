/* SPDX-License-Identifier: BSD-2-Clause */

/* rumpfuzz repro, min, merge, cov: what one does with inputs. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"

char *
the_target(const char *named, const char *path)
{
	char *t;

	if (named != NULL) {
		if (!is_target(named))
			die("no target is called '%s'; `rumpfuzz list` shows them", named);
		return xstrdup(named);
	}
	if ((t = target_of(path)) == NULL)
		die("%s: which target? Its path names none; say --target NAME", path);
	return t;
}

static void
need_file(const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1)
		die("%s: %s", path, strerror(errno));
	if (!S_ISREG(st.st_mode))
		die("%s is no file", path);
	if (access(path, R_OK) == -1)
		die("%s: %s", path, strerror(errno));
}

/* What a run has written, however it ended: nothing, if the input has no such form. */
static void
keep_program(const char *tmp, const char *prog, const char *target)
{
	struct stat st;

	if (stat(tmp, &st) == -1)
		die("%s could not be written", tmp);
	if (st.st_size == 0) {
		unlink(tmp);
		die("inputs of %s are a device's doing: they have no form as calls alone", target);
	}
	if (rename(tmp, prog) == -1)
		die("rename %s to %s: %s", tmp, prog, strerror(errno));
	printf("%s: the calls as a program\n", prog);
}

int
cmd_repro(int argc, char **argv)
{
	const char *file = NULL, *named = NULL, *prog = NULL;
	char *target, *tmp = NULL, *av[12];
	int i, a = 0, trace = 0, gdb = 0, status;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--target") == 0 && i + 1 < argc)
			named = argv[++i];
		else if (strcmp(argv[i], "--trace") == 0)
			trace = 1;
		else if (strcmp(argv[i], "--gdb") == 0)
			gdb = 1;
		else if (strcmp(argv[i], "--c") == 0 && i + 1 < argc)
			prog = argv[++i];
		else if (argv[i][0] == '-')
			die("repro has no option %s, or it lacks its value", argv[i]);
		else if (file != NULL)
			die("repro takes one file, not also %s", argv[i]);
		else
			file = argv[i];
	}
	if (file == NULL)
		die("which input? usage: rumpfuzz repro FILE [--target T] [--trace] [--gdb] [--c PROGRAM.c]");
	if (gdb && prog != NULL)
		die("repro takes --gdb or --c, not both");
	need_file(file);
	target = the_target(named, file);
	if (gdb) {
		av[a++] = "gdb";
		av[a++] = "-q";
		av[a++] = "-x";
		av[a++] = strf("%s/harness/rumpfuzz-gdb.py", top);
		av[a++] = "-ex";
		av[a++] = "rumpfuzz-run";
		av[a++] = "--args";
	}
	av[a++] = target_program("dev", target);
	if (trace || !gdb)
		av[a++] = "--trace";
	if (prog != NULL) {
		tmp = strf("%s.%d.tmp", prog, (int)getpid());
		av[a++] = "--c";
		av[a++] = tmp;
	}
	av[a++] = (char *)file;
	av[a] = NULL;
	if (gdb) {
		fflush(NULL);
		execvp(av[0], av);
		die("can't start gdb: %s; install it: apt-get install gdb", strerror(errno));
	}
	status = run(NULL, av);
	if (prog != NULL)
		keep_program(tmp, prog, target);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0) {
		printf("%s: ran to its end, nothing found\n", file);
		return 0;
	}
	printf("%s: ended with %s\n", file, status_text(status));
	return EXIT_FOUND;
}

int
finding_of(const char *target, const char *file, struct finding *f, char **reportp)
{
	char *av[] = { target_program("fuzz", target), "--replay", (char *)file, NULL };
	char *out = strf("%s/out/work/min.%d.log", home, (int)getpid()), *text;
	int rc = -1, status;

	mkdirs(strf("%s/out/work", home));
	status = run(out, av);
	if ((!WIFEXITED(status) || WEXITSTATUS(status) != 0) && (text = slurp(out, NULL)) != NULL) {
		rc = finding_parse(f, text);
		if (rc == 0 && reportp != NULL)
			*reportp = text;
		else
			free(text);
	}
	unlink(out);
	free(out);
	return rc;
}

size_t
minimise(const char *target, const struct finding *want, char *data, size_t *lenp, size_t max)
{
	char *try = xmalloc(*lenp + 1), *tmp = strf("%s/out/work/min.%d.input", home, (int)getpid());
	size_t len = *lenp, piece, off, tries = 0;
	struct finding got;
	int error;

	for (piece = len / 2; piece >= 1 && tries < max; piece /= 2) {
		for (off = 0; off < len && tries < max;) {
			size_t n = piece < len - off ? piece : len - off, k;
			int kept = 0;

			/* Cut from the end only: everything else has its place. */
			if (off + n == len && len > n) {
				tries++;
				if ((error = spew(tmp, data, len - n)) != 0)
					die("%s: %s", tmp, strerror(error));
				if (finding_of(target, tmp, &got, NULL) == 0 &&
				    got.bucket == want->bucket) {
					len -= n;
					kept = 1;
				}
			}
			for (k = 0; k < n && data[off + k] == 0; k++)
				continue;
			if (!kept && k < n) {
				tries++;
				memcpy(try, data, len);
				memset(try + off, 0, n);
				if ((error = spew(tmp, try, len)) != 0)
					die("%s: %s", tmp, strerror(error));
				if (finding_of(target, tmp, &got, NULL) == 0 &&
				    got.bucket == want->bucket)
					memcpy(data, try, len);
			}
			off += n;
		}
		if (isatty(1))
			printf("\r%zu bytes, pieces of %zu, %zu runs ", len, piece, tries);
		fflush(stdout);
	}
	if (isatty(1))
		printf("\n");
	unlink(tmp);
	free(tmp);
	free(try);
	*lenp = len;
	return tries;
}

int
cmd_min(int argc, char **argv)
{
	const char *file = NULL, *named = NULL;
	struct finding want;
	char *target, *data, *out;
	size_t len, off, left, tries;
	int i, error;

	for (i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--target") == 0 && i + 1 < argc)
			named = argv[++i];
		else if (argv[i][0] == '-')
			die("min has no option %s, or it lacks its value", argv[i]);
		else if (file != NULL)
			die("min takes one file, not also %s", argv[i]);
		else
			file = argv[i];
	}
	if (file == NULL)
		die("which input? usage: rumpfuzz min FILE [--target T]");
	need_file(file);
	target = the_target(named, file);
	if (finding_of(target, file, &want, NULL) != 0)
		die("%s ran to its end: there is no finding to keep", file);
	if ((data = slurp(file, &len)) == NULL)
		die("%s: %s", file, strerror(errno));
	printf("%s in %s, %zu bytes\n", want.kind, want.where, len);
	tries = minimise(target, &want, data, &len, 3000);
	out = strf("%s.min", file);
	if ((error = spew(out, data, len)) != 0)
		die("%s: %s", out, strerror(error));
	for (off = 0, left = 0; off < len; off++)
		left += data[off] != 0;
	printf("%s: %zu bytes, %zu of them not zero, after %zu runs\n", out, len, left, tries);
	return 0;
}

int
cmd_merge(int argc, char **argv)
{
	const char *named = NULL;
	char *into, *work, **av = xmalloc((argc + 12) * sizeof(*av));
	struct names nm;
	int i, a = 0, dirs = 0, status;
	size_t k, kept = 0;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--target") == 0 && i + 1 < argc)
			named = argv[++i];
		else if (argv[i][0] == '-')
			die("merge has no option %s, or it lacks its value", argv[i]);
	for (i = 1; i < argc && named == NULL; i++)
		named = target_of(argv[i]);
	if (named == NULL)
		die("merge of which target? No path names one; say --target NAME");
	if (!is_target(named))
		die("no target is called '%s'; `rumpfuzz list` shows them", named);
	into = strf("%s/out/corpus/%s", home, named);
	work = strf("%s/out/work/merge.%d", home, (int)getpid());
	mkdirs(work);
	av[a++] = target_program("fuzz", named);
	av[a++] = "-merge=1";
	av[a++] = "-max_len=1048576";
	av[a++] = work;
	for (i = 1; i < argc; i++) {
		struct stat st;

		if (strcmp(argv[i], "--target") == 0) {
			i++;
			continue;
		}
		if (stat(argv[i], &st) == -1 || !S_ISDIR(st.st_mode))
			die("%s: %s", argv[i], errno ? strerror(errno) : "no directory");
		av[a++] = argv[i];
		dirs++;
	}
	if (dirs == 0)
		die("merge what? usage: rumpfuzz merge DIR... [--target T]");
	if (exists(into))
		av[a++] = into;
	av[a] = NULL;
	status = run(strf("%s/out/work/merge.log", home), av);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		die("the engine's merge ended with %s; see %s/out/work/merge.log", status_text(status),
		    home);
	mkdirs(into);
	if (names_read(&nm, work) == 0) {
		for (k = 0; k < nm.n; k++) {
			char *from = strf("%s/%s", work, nm.v[k]), *to = strf("%s/%s", into, nm.v[k]);

			if (rename(from, to) == -1)
				die("rename %s to %s: %s", from, to, strerror(errno));
			kept++;
			free(from);
			free(to);
		}
		names_free(&nm);
	}
	rmdir(work);
	printf("%s: %zu inputs hold all that the directories cover\n", into, kept);
	return 0;
}
