/* SPDX-License-Identifier: BSD-2-Clause */

/* Strings, files, child processes for the rumpfuzz command. */

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "cmd.h"

void
die(const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "rumpfuzz: ");
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	exit(EXIT_USAGE);
}

void *
xrealloc(void *p, size_t n)
{

	if ((p = realloc(p, n)) == NULL)
		die("out of memory (%zu bytes)", n);
	return p;
}

void *
xmalloc(size_t n)
{

	return memset(xrealloc(NULL, n), 0, n);
}

char *
xstrdup(const char *s)
{

	return strcpy(xmalloc(strlen(s) + 1), s);
}

char *
strf(const char *fmt, ...)
{
	va_list ap;
	char *s;

	va_start(ap, fmt);
	if (vasprintf(&s, fmt, ap) == -1)
		die("out of memory");
	va_end(ap);
	return s;
}

void
mkdirs(const char *path)
{
	char *p = xstrdup(path), *s;

	for (s = p + 1; *s != '\0'; s++) {
		if (*s != '/')
			continue;
		*s = '\0';
		mkdir(p, 0777);
		*s = '/';
	}
	if (mkdir(p, 0777) == -1 && errno != EEXIST)
		die("can't make the directory %s: %s", path, strerror(errno));
	free(p);
}

char *
slurp(const char *path, size_t *lenp)
{
	struct str s = {0};
	char buf[65536];
	ssize_t n;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd == -1)
		return NULL;
	str_addn(&s, "", 0);
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		str_addn(&s, buf, n);
	if (n == -1) {
		int e = errno;

		free(s.s);
		close(fd);
		errno = e;
		return NULL;
	}
	close(fd);
	if (lenp != NULL)
		*lenp = s.len;
	return s.s;
}

int
spew(const char *path, const void *data, size_t len)
{
	char *tmp = strf("%s.tmp%d", path, (int)getpid());
	const char *p = data;
	int fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666), error = 0;

	if (fd == -1) {
		error = errno;
		free(tmp);
		return error;
	}
	while (len != 0 && error == 0) {
		ssize_t n = write(fd, p, len);

		if (n == -1 && errno != EINTR)
			error = errno;
		else if (n > 0) {
			p += n;
			len -= n;
		}
	}
	if (close(fd) == -1 && error == 0)
		error = errno;
	if (error == 0 && rename(tmp, path) == -1)
		error = errno;
	if (error != 0)
		unlink(tmp);
	free(tmp);
	return error;
}

double
now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

int
exists(const char *path)
{

	return access(path, F_OK) == 0;
}

void
str_addn(struct str *s, const char *p, size_t n)
{

	if (s->len + n + 1 > s->room) {
		s->room = 2 * (s->len + n + 1);
		s->s = xrealloc(s->s, s->room);
	}
	memcpy(s->s + s->len, p, n);
	s->len += n;
	s->s[s->len] = '\0';
}

void
str_add(struct str *s, const char *fmt, ...)
{
	va_list ap;
	char *t;
	int n;

	va_start(ap, fmt);
	if ((n = vasprintf(&t, fmt, ap)) == -1)
		die("out of memory");
	va_end(ap);
	str_addn(s, t, n);
	free(t);
}

void
str_html(struct str *s, const char *p)
{

	for (; *p != '\0'; p++) {
		switch (*p) {
		case '<':
			str_addn(s, "&lt;", 4);
			break;
		case '>':
			str_addn(s, "&gt;", 4);
			break;
		case '&':
			str_addn(s, "&amp;", 5);
			break;
		case '"':
			str_addn(s, "&quot;", 6);
			break;
		default:
			if ((unsigned char)*p >= ' ' || *p == '\n' || *p == '\t')
				str_addn(s, p, 1);
		}
	}
}

int
names_read(struct names *nm, const char *dir)
{
	struct dirent **list;
	int i, n = scandir(dir, &list, NULL, alphasort);

	nm->v = NULL;
	nm->n = 0;
	if (n == -1)
		return errno;
	nm->v = xmalloc((n + 1) * sizeof(*nm->v));
	for (i = 0; i < n; i++) {
		if (list[i]->d_name[0] != '.')
			nm->v[nm->n++] = xstrdup(list[i]->d_name);
		free(list[i]);
	}
	free(list);
	return 0;
}

void
names_free(struct names *nm)
{

	while (nm->n > 0)
		free(nm->v[--nm->n]);
	free(nm->v);
	nm->v = NULL;
}

int
is_project(void)
{

	return home != top;
}

const char *
called(void)
{
	const char *how = getenv("RUMPFUZZ_CALLED");

	return how != NULL && *how != '\0' ? how : "./rumpfuzz";
}

static char *
build_dir(const char *preset)
{

	return is_project() ? strf("%s/out/build/%s", home, preset) : strf("%s/build/%s", top, preset);
}

static struct target *table;
static size_t ntable;

static void
add_target(char *name, char *source, char *seeds, char *dict)
{

	table = xrealloc(table, (ntable + 1) * sizeof(*table));
	table[ntable++] = (struct target){ name, source, seeds, dict };
}

static char *
if_exists(char *path)
{

	if (exists(path))
		return path;
	free(path);
	return NULL;
}

/* The source tree's: each has its files where its name says. */
static void
tree_targets(void)
{
	char *dir = strf("%s/fuzz-targets", top), *name;
	struct names all;
	size_t i, l;

	if (names_read(&all, dir) != 0)
		die("%s: %s: is this a rumpfuzz source tree?", dir, strerror(errno));
	for (i = 0; i < all.n; i++) {
		l = strlen(all.v[i]);
		if (l <= 7 || strncmp(all.v[i], "fuzz_", 5) != 0 || strcmp(all.v[i] + l - 2, ".c") != 0)
			continue;
		name = strf("%.*s", (int)l - 2, all.v[i]);
		add_target(name, strf("%s/%s", dir, all.v[i]), if_exists(strf("%s/corpus/%s", top, name)),
		    if_exists(strf("%s/%s.dict", dir, name)));
	}
	names_free(&all);
	free(dir);
}

static int
by_name(const void *a, const void *b)
{

	return strcmp(((const struct target *)a)->name, ((const struct target *)b)->name);
}

/* A project's: its build has a line for each, with empty words for what there is not. */
static void
project_targets(void)
{
	const char *preset = getenv("RUMPFUZZ_PRESET");
	char *dir = build_dir(preset != NULL ? preset : "fuzz"), *path = strf("%s/rumpfuzz-targets", dir);
	char *text = slurp(path, NULL), *rest = text, *line, *word[4];
	unsigned i;

	if (text == NULL)
		die("%s: %s: %s has no rumpfuzz_target() in its CMakeLists.txt", path, strerror(errno), home);
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		for (i = 0; i < 4; i++) {
			word[i] = strsep(&line, "|");
			word[i] = word[i] != NULL && *word[i] != '\0' ? xstrdup(word[i]) : NULL;
		}
		add_target(word[0], word[1], word[2], word[3]);
	}
	qsort(table, ntable, sizeof(*table), by_name);
	free(text);
	free(path);
	free(dir);
}

const struct target *
targets(size_t *np)
{

	if (table == NULL) {
		if (is_project())
			project_targets();
		else
			tree_targets();
	}
	*np = ntable;
	return table;
}

const struct target *
find_target(const char *name)
{
	const struct target *t;
	size_t n;

	for (t = targets(&n); n > 0; t++, n--)
		if (strcmp(t->name, name) == 0)
			return t;
	return NULL;
}

int
is_target(const char *name)
{

	return find_target(name) != NULL;
}

char *
target_about(const char *name)
{
	char *text = slurp(find_target(name)->source, NULL), *p, *q;
	struct str s = {0};

	str_addn(&s, "", 0);
	/* The second comment: the first is the licence line. */
	if (text != NULL && (p = strstr(text, "*/")) != NULL && (p = strstr(p, "/*")) != NULL &&
	    (q = strstr(p, "*/")) != NULL) {
		*q = '\0';
		for (p += 2; *p != '\0'; p++) {
			if (*p == '\n' || *p == '\t' || *p == ' ' || *p == '*') {
				if (s.len != 0 && s.s[s.len - 1] != ' ')
					str_addn(&s, " ", 1);
			} else
				str_addn(&s, p, 1);
			if (*p == '.' && isspace((unsigned char)p[1]))
				break;
		}
	}
	free(text);
	return s.s;
}

char *
target_program(const char *preset, const char *name)
{
	char *dir = build_dir(preset), *p = strf("%s/bin/%s", dir, name);

	free(dir);
	if (access(p, X_OK) == -1 && is_project())
		die("%s is not built; run: cmake --build %s/out/build/%s", p, home, preset);
	if (access(p, X_OK) == -1)
		die("%s is not built; run: cmake --preset %s && cmake --build --preset %s", p, preset,
		    preset);
	return p;
}

const char *
below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && path[n] == '/' ? path + n + 1 : NULL;
}

const char *
project_name(void)
{
	const char *slash = strrchr(home, '/');

	return slash != NULL ? slash + 1 : home;
}

const char *
own_file(const char *path)
{
	const char *rest = is_project() ? below(path, home) : NULL;

	/* The source tree may lie in the project. */
	return rest != NULL && below(top, home) != NULL && below(path, top) != NULL ? NULL : rest;
}

char *
source_name(const char *file)
{
	const char *rest;

	if ((rest = own_file(file)) != NULL)
		return strf("%s/%s", project_name(), rest);
	return (rest = below(file, top)) != NULL ? xstrdup(rest) : NULL;
}

char *
from_here(const char *path)
{
	char *cwd = getcwd(NULL, 0);
	const char *rest = cwd != NULL ? below(path, cwd) : NULL;
	char *p = xstrdup(rest != NULL ? rest : path);

	free(cwd);
	return p;
}

char *
target_of(const char *path)
{
	char *copy = realpath(path, NULL), *p, *save = NULL;

	if (copy == NULL)
		return NULL;
	for (p = strtok_r(copy, "/", &save); p != NULL; p = strtok_r(NULL, "/", &save)) {
		if (is_target(p)) {
			p = xstrdup(p);
			break;
		}
	}
	free(copy);
	return p;
}

const char *
status_text(int status)
{
	static char buf[64];

	if (WIFEXITED(status))
		snprintf(buf, sizeof(buf), "exit %d", WEXITSTATUS(status));
	else
		snprintf(buf, sizeof(buf), "signal %d", WTERMSIG(status));
	return buf;
}

static void __attribute__((__noreturn__))
child(char *const argv[], char *const addenv[])
{
	sigset_t none;

	for (; addenv != NULL && *addenv != NULL; addenv++)
		putenv(*addenv);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	execvp(argv[0], argv);
	fprintf(stderr, "rumpfuzz: can't run %s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int
run(const char *outfile, char *const argv[])
{
	int status, fd;
	pid_t pid;

	fflush(NULL);
	if ((pid = fork()) == -1)
		die("fork: %s", strerror(errno));
	if (pid == 0) {
		if (outfile != NULL) {
			fd = open(outfile, O_WRONLY | O_CREAT | O_TRUNC, 0666);
			if (fd == -1 || dup2(fd, 1) == -1 || dup2(fd, 2) == -1) {
				fprintf(stderr, "rumpfuzz: %s: %s\n", outfile, strerror(errno));
				_exit(127);
			}
		}
		child(argv, NULL);
	}
	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			die("waitpid: %s", strerror(errno));
	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		die("%s could not be run", argv[0]);
	return status;
}

pid_t
start(char *const argv[], char *const addenv[], int *fdp)
{
	int p[2];
	pid_t pid;

	fflush(NULL);
	if (pipe2(p, O_CLOEXEC) == -1 || (pid = fork()) == -1)
		die("can't start %s: %s", argv[0], strerror(errno));
	if (pid == 0) {
		/* A group of its own: the terminal's Ctrl-C is ours to pass on. */
		setpgid(0, 0);
		if (dup2(p[1], 1) == -1 || dup2(p[1], 2) == -1)
			_exit(127);
		child(argv, addenv);
	}
	close(p[1]);
	fcntl(p[0], F_SETFL, O_NONBLOCK);
	*fdp = p[0];
	return pid;
}
