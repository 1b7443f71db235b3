/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rumpfuzz cov: line coverage of the kernel and its drivers by the corpora,
 * from clang's source-based coverage (preset cov) and llvm-cov.
 */

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd.h"

/* llvm-cov of the compiler's own version; Debian puts the number in the name. */
static char *
llvm_tool(const char *name)
{
	static const char *const versions[] = { "-19", "-16", "-15", "-14", "" };
	const char *want = getenv("RUMPFUZZ_LLVM");	/* "-19", by the script */
	char *path = getenv("PATH"), *copy, *dir, *save, *p;
	size_t i;

	for (i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		const char *v = i == 0 && want != NULL ? want : versions[i];

		copy = xstrdup(path != NULL ? path : "/usr/bin:/bin");
		for (dir = strtok_r(copy, ":", &save); dir != NULL; dir = strtok_r(NULL, ":", &save)) {
			p = strf("%s/%s%s", dir, name, v);
			if (access(p, X_OK) == 0) {
				free(copy);
				return p;
			}
			free(p);
		}
		free(copy);
	}
	die("%s is not installed: apt-get install llvm-19", name);
}

int
cmd_cov(int argc, char **argv)
{
	size_t nall, n = 0, i;
	const struct target *all = targets(&nall);
	const char *html = NULL, **chosen = xmalloc((nall + argc) * sizeof(*chosen));
	char *dir, *out, *merged;
	char **prof, **show;
	int a, pa = 0, sa = 0, status;

	for (a = 1; a < argc; a++) {
		if (strcmp(argv[a], "--html") == 0 && a + 1 < argc)
			html = argv[++a];
		else if (argv[a][0] == '-')
			die("cov has no option %s, or it lacks its value", argv[a]);
		else if (!is_target(argv[a]))
			die("no target is called '%s'; `rumpfuzz list` shows them", argv[a]);
		else
			chosen[n++] = argv[a];
	}
	if (n == 0)
		for (i = 0; i < nall; i++)
			chosen[n++] = all[i].name;
	dir = strf("%s/out/cov", home);
	mkdirs(dir);
	prof = xmalloc((n + 8) * sizeof(*prof));
	prof[pa++] = llvm_tool("llvm-profdata");
	prof[pa++] = "merge";
	prof[pa++] = "-sparse";
	merged = strf("%s/merged.profdata", dir);
	prof[pa++] = "-o";
	prof[pa++] = merged;
	for (i = 0; i < n; i++) {
		const char *seeds = find_target(chosen[i])->seeds;
		char *av[6];
		char *corpus = strf("%s/out/corpus/%s", home, chosen[i]);
		char *raw = strf("%s/%s.profraw", dir, chosen[i]);
		int k = 0;

		av[k++] = target_program("cov", chosen[i]);
		if (seeds != NULL)
			av[k++] = (char *)seeds;
		if (exists(corpus))
			av[k++] = corpus;
		av[k] = NULL;
		if (k == 1) {
			printf("%s has neither seeds nor a corpus\n", chosen[i]);
			continue;
		}
		setenv("LLVM_PROFILE_FILE", raw, 1);
		out = strf("%s/%s.log", dir, chosen[i]);
		status = run(out, av);
		if (!WIFEXITED(status) || WEXITSTATUS(status) > 1 || !exists(raw))
			die("%s ended with %s; see %s", chosen[i], status_text(status), out);
		prof[pa++] = raw;
	}
	prof[pa] = NULL;
	if (pa == 5)
		die("no target has an input");
	status = run(strf("%s/profdata.log", dir), prof);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		die("llvm-profdata ended with %s; see %s/profdata.log", status_text(status), dir);

	show = xmalloc((2 * n + 20) * sizeof(*show));
	show[sa++] = llvm_tool("llvm-cov");
	show[sa++] = html != NULL ? "show" : "report";
	if (html != NULL) {
		show[sa++] = "-format=html";
		show[sa++] = strf("-output-dir=%s", html);
		show[sa++] = "-show-line-counts-or-regions";
	}
	show[sa++] = strf("-instr-profile=%s", merged);
	if (!is_project())
		show[sa++] = "-ignore-filename-regex=/(harness|fuzz-targets|rumpuser-sanitized|include|hostinclude|cmake)/";
	else if (below(top, home) != NULL)
		show[sa++] = strf("-ignore-filename-regex=^%s/", top);
	show[sa++] = target_program("cov", chosen[0]);
	for (i = 1; i < n; i++)
		show[sa++] = strf("-object=%s", target_program("cov", chosen[i]));
	/* Of a project's, its own files. */
	if (is_project())
		show[sa++] = (char *)home;
	show[sa] = NULL;
	status = run(NULL, show);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		die("llvm-cov ended with %s", status_text(status));
	if (html != NULL)
		printf("%s/index.html\n", html);
	return 0;
}
