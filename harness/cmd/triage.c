/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rumpfuzz triage: many crash files, few bugs.  Each file is replayed; those
 * with the same finding are one bucket, whose smallest input is minimised and
 * kept with its report.  Two files tell other tools: SARIF 2.1.0, and JUnit's
 * XML with a failed test for each bucket.
 */

#include <errno.h>
#include <ftw.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

#define MAXRUNS	500		/* to minimise one bucket */

struct bucket {
	struct finding f;
	char   *target;
	char   *file;		/* the smallest input seen */
	off_t	size;
	unsigned hits;
	char   *dir;		/* where it is kept, relative to home */
	char   *report;		/* of what is kept */
};

static struct bucket *buckets;
static size_t nbuckets;
static const char *named;
static unsigned nfiles, npassed;

static void
take_file(const char *path, off_t size)
{
	char *target = the_target(named, path);
	struct bucket *b;
	struct finding f;
	size_t i;

	nfiles++;
	if (finding_of(target, path, &f, NULL) != 0) {
		printf("%s: nothing found\n", path);
		npassed++;
		free(target);
		return;
	}
	for (i = 0; i < nbuckets; i++)
		if (buckets[i].f.bucket == f.bucket && strcmp(buckets[i].target, target) == 0)
			break;
	if (i == nbuckets) {
		buckets = xrealloc(buckets, ++nbuckets * sizeof(*buckets));
		buckets[i] = (struct bucket){ .f = f, .target = xstrdup(target), .size = -1 };
	}
	b = &buckets[i];
	b->hits++;
	if (b->size == -1 || size < b->size) {
		free(b->file);
		b->file = xstrdup(path);
		b->size = size;
	}
	free(target);
}

/* Inputs, not the reports that lie beside them. */
static int
visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	size_t len = strlen(path);

	if (type == FTW_F && path[ftw->base] != '.' && S_ISREG(st->st_mode) &&
	    (len < 4 || strcmp(path + len - 4, ".txt") != 0))
		take_file(path, st->st_size);
	return 0;
}

static void
write_file(const char *path, const char *data, size_t len)
{
	int error;

	if ((error = spew(path, data, len)) != 0)
		die("%s: %s", path, strerror(error));
}

static void
keep(struct bucket *b)
{
	char *data, *path;
	size_t len;

	b->dir = strf("out/triage/%s/%s-%08x", b->target, b->f.kind,
	    (unsigned)(b->f.bucket ^ b->f.bucket >> 32));
	mkdirs(strf("%s/%s", home, b->dir));
	if ((data = slurp(b->file, &len)) == NULL)
		die("%s: %s", b->file, strerror(errno));
	(void)minimise(b->target, &b->f, data, &len, MAXRUNS);
	path = strf("%s/%s/input", home, b->dir);
	write_file(path, data, len);
	if (finding_of(b->target, path, &b->f, &b->report) != 0)
		die("%s does not show again what it showed", path);
	write_file(strf("%s/%s/report.txt", home, b->dir), b->report, strlen(b->report));
	printf("%s: %s in %s (%u file%s)\n  %s repro %s\n", b->target, b->f.kind, b->f.where,
	    b->hits, b->hits == 1 ? "" : "s", called(), from_here(path));
	free(data);
	free(path);
}

/* A string of JSON, of printable ASCII. */
static void
str_json(struct str *s, const char *p)
{

	for (; *p != '\0'; p++)
		if (*p == '"' || *p == '\\')
			str_add(s, "\\%c", *p);
		else
			str_add(s, "%c", *p >= ' ' && *p <= '~' ? *p : '?');
}

/* The topmost frame of a report that is in the project's own files: "file:line". */
static int
own_frame(const char *report, char **filep, unsigned *linep)
{
	const char *p = report, *file, *colon;

	while ((p = strstr(p, home)) != NULL) {
		if ((file = own_file(p)) != NULL && (colon = file + strcspn(file, ": \n"))[0] == ':' &&
		    (*linep = strtoul(colon + 1, NULL, 10)) != 0) {
			*filep = strf("%.*s", (int)(colon - file), file);
			return 0;
		}
		p++;
	}
	return -1;
}

/*
 * The file and line of a finding, as the report has them, below home.  A
 * project hears of its own files: it has no others to mend.
 */
static int
place(const struct bucket *b, char **filep, unsigned *linep)
{
	const char *open = strrchr(b->f.where, '('), *at, *from;
	char *key;

	if (is_project() && own_frame(b->report, filep, linep) == 0)
		return 0;
	if (open == NULL)
		return -1;
	key = xstrdup(open + 1);
	key[strcspn(key, ")")] = '\0';
	at = strstr(b->report, key);
	if (at == NULL || strchr(key, ':') == NULL) {
		free(key);
		return -1;
	}
	for (from = at; from > b->report && from[-1] != ' ' && from[-1] != '\n'; from--)
		continue;
	if (below(from, home) != NULL)
		from = below(from, home);
	*filep = strf("%.*s%.*s", (int)(at - from), from, (int)strcspn(key, ":"), key);
	*linep = strtoul(strchr(key, ':') + 1, NULL, 10);
	free(key);
	return 0;
}

static void
sarif(const char *path)
{
	struct str s = {0};
	const struct bucket *b;
	char *file;
	unsigned line;
	size_t i;

	str_add(&s, "{\"version\":\"2.1.0\",\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
	    "\"runs\":[{\"tool\":{\"driver\":{\"name\":\"rumpfuzz\"}},\"results\":[");
	for (i = 0; i < nbuckets; i++) {
		b = &buckets[i];
		str_add(&s, "%s\n{\"ruleId\":\"", i == 0 ? "" : ",");
		str_json(&s, b->f.kind);
		str_add(&s, "\",\"level\":\"error\",\"message\":{\"text\":\"");
		str_json(&s, b->f.kind);
		str_add(&s, " in ");
		str_json(&s, b->f.where);
		str_add(&s, ", found by %s: %s repro ", b->target, is_project() ?
		    "rumpfuzz --project ." : "./rumpfuzz");
		str_json(&s, b->dir);
		str_add(&s, "/input\"},\"partialFingerprints\":{\"rumpfuzzBucket/v1\":\"%016llx\"}",
		    (unsigned long long)b->f.bucket);
		if (place(b, &file, &line) == 0) {
			str_add(&s, ",\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"");
			str_json(&s, file);
			str_add(&s, "\"},\"region\":{\"startLine\":%u}}}]", line != 0 ? line : 1);
			free(file);
		}
		str_add(&s, "}");
	}
	str_add(&s, "\n]}]}\n");
	write_file(path, s.s, s.len);
	free(s.s);
}

static void
junit(const char *path)
{
	struct str s = {0};
	const struct bucket *b;
	size_t i;
	char *p;

	str_add(&s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"rumpfuzz triage\" "
	    "tests=\"%zu\" failures=\"%zu\">\n", nbuckets, nbuckets);
	for (i = 0; i < nbuckets; i++) {
		b = &buckets[i];
		str_add(&s, "<testcase classname=\"%s\" name=\"", b->target);
		str_html(&s, strrchr(b->dir, '/') + 1);
		str_add(&s, "\"><failure type=\"");
		str_html(&s, b->f.kind);
		str_add(&s, "\" message=\"");
		str_html(&s, b->f.where);
		str_add(&s, "\">");
		for (p = b->report; *p != '\0'; p++)
			if (*p != '\n' && *p != '\t' && (*p < ' ' || *p > '~'))
				*p = '?';
		str_html(&s, b->report);
		str_add(&s, "</failure></testcase>\n");
	}
	str_add(&s, "</testsuite>\n");
	write_file(path, s.s, s.len);
	free(s.s);
}

int
cmd_triage(int argc, char **argv)
{
	const char *dir = NULL;
	size_t i;
	int a;

	for (a = 1; a < argc; a++) {
		if (strcmp(argv[a], "--target") == 0 && a + 1 < argc)
			named = argv[++a];
		else if (argv[a][0] == '-')
			die("triage has no option %s, or it lacks its value", argv[a]);
		else if (dir != NULL)
			die("triage takes one directory, not also %s", argv[a]);
		else
			dir = argv[a];
	}
	if (dir == NULL)
		die("which crash files? usage: rumpfuzz triage DIR [--target T]");
	if (nftw(dir, visit, 16, FTW_PHYS) == -1)
		die("%s: %s", dir, strerror(errno));
	mkdirs(strf("%s/out/triage", home));
	for (i = 0; i < nbuckets; i++)
		keep(&buckets[i]);
	sarif(strf("%s/out/triage/findings.sarif", home));
	junit(strf("%s/out/triage/findings.xml", home));
	printf("%u files: %zu bugs, %u files without a finding; see %s/out/triage\n", nfiles, nbuckets,
	    npassed, home);
	return nbuckets != 0 ? EXIT_FOUND : 0;
}
