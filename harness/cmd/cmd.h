/* SPDX-License-Identifier: BSD-2-Clause */

/* The rumpfuzz command: what its parts share. */

#ifndef CMD_H
#define CMD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define EXIT_FOUND	1	/* something was found */
#define EXIT_USAGE	2	/* usage or set-up */

extern const char *top;		/* the source tree */
/*
 * Where the targets come from and what was found goes to: the source tree, or
 * a project of its own with find_package(rumpfuzz), whose builds and findings
 * are below its out/.
 */
extern const char *home;
int	is_project(void);
/* How this command was called, for hints: "./rumpfuzz", or with --project. */
const char *called(void);

/* Says what is wrong and exits with EXIT_USAGE. */
void	die(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2), __noreturn__));
/* "top/fmt..." and the like; malloc'd, never NULL. */
char   *strf(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
void   *xmalloc(size_t);
void   *xrealloc(void *, size_t);
char   *xstrdup(const char *);
/* mkdir -p; dies if it can't. */
void	mkdirs(const char *path);
/* The whole file, NUL-terminated, malloc'd; NULL with errno. */
char   *slurp(const char *path, size_t *lenp);
/* Writes to a temporary name and renames; 0 or an errno, nothing left behind. */
int	spew(const char *path, const void *data, size_t len);
/* Monotonic seconds. */
double	now(void);
int	exists(const char *path);

/* Growing strings. */
struct str {
	char   *s;
	size_t	len, room;
};
void	str_add(struct str *, const char *fmt, ...) __attribute__((__format__(__printf__, 2, 3)));
void	str_addn(struct str *, const char *, size_t);
/* The same with <, >, &, " made harmless. */
void	str_html(struct str *, const char *);

/* Sorted names in a directory, without those that begin with a dot. */
struct names {
	char  **v;
	size_t	n;
};
int	names_read(struct names *, const char *dir);
void	names_free(struct names *);

/* The fuzz targets of the tree, or of the project, by name; paths are NULL where there is nothing. */
struct target {
	const char *name, *source, *seeds, *dict;
};
const struct target *targets(size_t *np);
const struct target *find_target(const char *name);	/* NULL: there is none */
/* First sentence of the target's head comment; malloc'd. */
char   *target_about(const char *name);
int	is_target(const char *name);
const char *project_name(void);
/* What follows home in the path of a project's own file, or NULL: it is none. */
const char *own_file(const char *path);
/*
 * A source file's name below the project or the source tree, where it is; the
 * project's begin with its name.  NULL: it is of neither.  malloc'd.
 */
char   *source_name(const char *file);
/* What follows dir in a path that lies below it, or NULL. */
const char *below(const char *path, const char *dir);
/* A path as it is reached from the working directory; malloc'd. */
char   *from_here(const char *path);
/* The program of a target in the build of a preset; dies if it isn't there. */
char   *target_program(const char *preset, const char *name);
/* The target an input belongs to, by its path: .../<target>/...; NULL if none. */
char   *target_of(const char *path);
/* The same, or named if that is not NULL; dies if there is none. */
char   *the_target(const char *named, const char *path);

/*
 * Runs a program and waits; its output goes to outfile (NULL: ours).
 * Returns the wait status, or dies if it can't be started.
 */
int	run(const char *outfile, char *const argv[]);
/* Starts it with stdout and stderr in a pipe; *fdp is the reading end. */
pid_t	start(char *const argv[], char *const addenv[], int *fdp);
/* "exit 1", "signal 6" for a wait status. */
const char *status_text(int status);

/* What a report says, reduced to what names a bug. */
struct finding {
	char	kind[64];	/* heap-use-after-poison, not-returned, timeout, ... */
	char	where[272];	/* function and place of the topmost frame of ours */
	char	frames[512];	/* top frames, "a < b < c" */
	uint64_t bucket;	/* hash of kind and frames */
};
/* Reads a sanitizer's or the kernel's report; 0, or -1 if text has none. */
int	finding_parse(struct finding *, const char *text);
/* Runs one input; 0 with its finding and, unless NULL, its report (malloc'd), or -1. */
int	finding_of(const char *target, const char *file, struct finding *, char **reportp);
/*
 * Takes bytes of data away, in halves, then smaller and smaller pieces, and
 * turns what is left to zeroes, as long as the bucket stays the same.  A piece
 * is cut out only where the size may change; else it is zeroed, so that the
 * structure after it keeps its place.  At most max runs; returns how many.
 */
size_t	minimise(const char *target, const struct finding *, char *data, size_t *lenp, size_t max);

/* The result of fuzzing one target, for table and page. */
struct sample {
	double	 t;
	unsigned edges, corpus;
	uint64_t execs;
};
struct crash {
	struct finding f;
	char   *path;		/* the input */
	char   *report;		/* its report, a file */
	unsigned hits;
};
struct result {
	const char *name;
	double	seconds;
	uint64_t execs;
	unsigned edges, corpus;
	struct sample *samples;
	size_t	nsamples;
	struct crash *crashes;
	size_t	ncrashes;
	char   *log;
	char   *cover;		/* file with the edges that were run, or NULL */
	int	broken;		/* the target could not run */
};
/* Writes the page; returns its path (malloc'd). */
char   *report_html(const struct result *, size_t n, const char *dir, const char *engine);

int	cmd_fuzz(int argc, char **argv);
int	cmd_repro(int argc, char **argv);
int	cmd_list(int argc, char **argv);
int	cmd_min(int argc, char **argv);
int	cmd_merge(int argc, char **argv);
int	cmd_triage(int argc, char **argv);
int	cmd_cov(int argc, char **argv);

#endif /* CMD_H */
