/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The page after a run: what was found, edges over time, coverage for each
 * component and function.  One file, nothing loaded from elsewhere.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd.h"

struct fn {
	char   *name, *file;	/* file by its source_name() */
	unsigned line;
	unsigned run, total;
};

struct fns {
	struct fn *v;
	size_t	n;
};

static const char style[] =
    ":root{--bg:#fff;--fg:#1b1f24;--dim:#667;--line:#d8dde3;--bar:#2a7ae2;--rest:#e6eaef;--bad:#c22f2f;--ok:#23834a}"
    "@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e4e7eb;--dim:#98a2ad;--line:#2d343c;--bar:#5a9bf0;"
    "--rest:#262c33;--bad:#ff7b72;--ok:#56c98a}}"
    "body{background:var(--bg);color:var(--fg);font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "h1{font-size:1.5rem;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem;border-bottom:1px solid var(--line)}"
    "table{border-collapse:collapse;width:100%}th{text-align:left;font-weight:600;color:var(--dim);font-size:.85rem}"
    "td,th{padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);vertical-align:top}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}code,pre{font:13px/1.45 ui-monospace,monospace}"
    "pre{overflow:auto;max-height:26rem;background:var(--rest);padding:.7rem;border-radius:4px}"
    ".dim{color:var(--dim)}.bad{color:var(--bad);font-weight:600}.ok{color:var(--ok);font-weight:600}"
    ".meter{display:inline-block;width:8rem;height:.6rem;background:var(--rest);border-radius:3px;overflow:hidden}"
    ".meter i{display:block;height:100%;background:var(--bar)}summary{cursor:pointer;padding:.3rem 0}"
    "svg{width:100%;height:auto}svg text{fill:var(--dim);font:11px system-ui,sans-serif}"
    "svg .grid{stroke:var(--line)}svg .curve{fill:none;stroke:var(--bar);stroke-width:2}";

static int
fn_cmp(const void *va, const void *vb)
{
	const struct fn *a = va, *b = vb;
	int c = strcmp(a->file, b->file);

	if (c == 0)
		c = strcmp(a->name, b->name);
	return c;
}

/* Adds the edges of a cover file; functions outside the tree don't count. */
static void
cover_read(struct fns *fs, const char *path)
{
	char *text = slurp(path, NULL), *line, *save = NULL, *f[5], *p, *file;
	size_t room = 0, i;
	struct fns in = {0};

	if (text == NULL)
		return;
	for (line = strtok_r(text, "\n", &save); line != NULL; line = strtok_r(NULL, "\n", &save)) {
		struct fn *fn;

		for (i = 0, p = line; i < 5 && p != NULL; i++) {
			f[i] = p;
			if ((p = strchr(p, '\t')) != NULL)
				*p++ = '\0';
		}
		if (i < 5 || (file = source_name(f[3])) == NULL)
			continue;
		if (strncmp(file, "cmake/", 6) == 0) {
			free(file);
			continue;
		}
		if (in.n == room)
			in.v = xrealloc(in.v, (room = room ? 2 * room : 1024) * sizeof(*in.v));
		fn = &in.v[in.n++];
		fn->name = xstrdup(strncmp(f[2], "rumpns_", 7) == 0 ? f[2] + 7 : f[2]);
		fn->file = file;
		fn->line = f[1][0] == '1' ? strtoul(f[4], NULL, 10) : 0;
		fn->run = f[0][0] == '1';
		fn->total = 1;
	}
	free(text);
	if (in.n == 0)
		return;
	/* Edges of one function, inlined copies included, become one line. */
	qsort(in.v, in.n, sizeof(*in.v), fn_cmp);
	for (i = 0; i < in.n; i++) {
		if (fs->n != 0 && fn_cmp(&fs->v[fs->n - 1], &in.v[i]) == 0) {
			fs->v[fs->n - 1].run += in.v[i].run;
			fs->v[fs->n - 1].total++;
			if (in.v[i].line != 0)
				fs->v[fs->n - 1].line = in.v[i].line;
			continue;
		}
		fs->v = xrealloc(fs->v, (fs->n + 1) * sizeof(*fs->v));
		fs->v[fs->n++] = in.v[i];
	}
	free(in.v);
}

static void
meter(struct str *s, unsigned run, unsigned total)
{

	str_add(s, "<td class=n>%u / %u</td><td class=n>%.0f %%</td><td><span class=meter><i style=\"width:%.1f%%\"></i></span></td>",
	    run, total, total ? 100.0 * run / total : 0, total ? 100.0 * run / total : 0);
}

/* "drivers/fs/msdos/msdosfs_fat.c" to its directory. */
static size_t
dirlen(const char *file)
{
	const char *slash = strrchr(file, '/');

	return slash != NULL ? (size_t)(slash - file) : 0;
}

/* The functions of a directory, which stand together in the list. */
struct component {
	size_t	first, n;
	size_t	dirlen;
	bool	driver;
	unsigned run, total, fnrun;
};

static double
percent(const struct component *c)
{

	return c->total ? 100.0 * c->run / c->total : 0;
}

/* Drivers, or a project's own files, go first, and what ran most of its code before the rest. */
static int
component_cmp(const void *va, const void *vb)
{
	const struct component *a = va, *b = vb;

	if (a->driver != b->driver)
		return a->driver ? -1 : 1;
	if (percent(a) != percent(b))
		return percent(a) > percent(b) ? -1 : 1;
	return a->first < b->first ? -1 : 1;
}

static struct component *
components(const struct fns *fs, size_t *np)
{
	char *own = is_project() ? strf("%s/", project_name()) : xstrdup("drivers/");
	struct component *cs = NULL, *c = NULL;
	size_t i, n = 0;

	for (i = 0; i < fs->n; i++) {
		const char *file = fs->v[i].file;

		if (c == NULL || dirlen(file) != c->dirlen ||
		    strncmp(file, fs->v[c->first].file, c->dirlen) != 0) {
			cs = xrealloc(cs, (n + 1) * sizeof(*cs));
			c = &cs[n++];
			*c = (struct component){ .first = i, .dirlen = dirlen(file),
			    .driver = strncmp(file, own, strlen(own)) == 0 };
		}
		c->n++;
		c->run += fs->v[i].run;
		c->total += fs->v[i].total;
		c->fnrun += fs->v[i].run != 0;
	}
	free(own);
	qsort(cs, n, sizeof(*cs), component_cmp);
	*np = n;
	return cs;
}

static void
coverage(struct str *s, const char *path)
{
	struct component *cs, *c;
	struct fns fs = {0};
	size_t i, n;

	cover_read(&fs, path);
	if (fs.n == 0) {
		str_add(s, "<p class=dim>No edge was counted.</p>");
		return;
	}
	cs = components(&fs, &n);
	for (c = cs; c < cs + n; c++) {
		str_add(s, "<details%s><summary><b>%.*s</b> <span class=dim>%u of %zu functions, %u of %u edges (%.0f %%)</span></summary><table><tr><th>function<th>file<th class=n>edges<th class=n><th></tr>",
		    c == cs ? " open" : "", (int)c->dirlen, fs.v[c->first].file, c->fnrun, c->n,
		    c->run, c->total, percent(c));
		for (i = c->first; i < c->first + c->n; i++) {
			str_add(s, "<tr><td><code>");
			str_html(s, fs.v[i].name);
			str_add(s, "</code></td><td class=dim>");
			str_html(s, fs.v[i].file + c->dirlen + 1);
			if (fs.v[i].line != 0)
				str_add(s, ":%u", fs.v[i].line);
			str_add(s, "</td>");
			meter(s, fs.v[i].run, fs.v[i].total);
			str_add(s, "</tr>");
		}
		str_add(s, "</table></details>");
	}
	free(cs);
	free(fs.v);
}

static void
plot(struct str *s, const struct result *r)
{
	const int w = 900, h = 220, left = 56, bottom = 26, topm = 10;
	double tmax = r->seconds > 1 ? r->seconds : 1;
	unsigned emax = r->edges ? r->edges : 1, step, e;
	size_t i;

	str_add(s, "<svg viewBox=\"0 0 %d %d\" role=img aria-label=\"edges over time\">", w, h);
	for (step = 1; emax / step > 5; step *= step % 3 == 1 ? 5 : 2)
		continue;
	for (e = 0; e <= emax; e += step) {
		double y = topm + (h - topm - bottom) * (1 - (double)e / emax);

		str_add(s, "<line class=grid x1=%d x2=%d y1=%.1f y2=%.1f /><text x=%d y=%.1f text-anchor=end>%u</text>",
		    left, w, y, y, left - 6, y + 4, e);
	}
	str_add(s, "<text x=%d y=%d>0 s</text><text x=%d y=%d text-anchor=end>%.0f s</text>", left, h - 6,
	    w, h - 6, tmax);
	str_add(s, "<polyline class=curve points=\"%d,%d", left, h - bottom);
	for (i = 0; i < r->nsamples; i++) {
		double x = left + (w - left) * (r->samples[i].t / tmax);
		double y = topm + (h - topm - bottom) * (1 - (double)r->samples[i].edges / emax);
		double py = i ? topm + (h - topm - bottom) *
		    (1 - (double)r->samples[i - 1].edges / emax) : h - bottom;

		str_add(s, " %.1f,%.1f %.1f,%.1f", x, py, x, y);
	}
	str_add(s, "\"/></svg>");
}

static void
crash(struct str *s, const struct crash *c)
{
	char *text = slurp(c->report, NULL);

	str_add(s, "<h3><span class=bad>");
	str_html(s, c->f.kind);
	str_add(s, "</span> in <code>");
	str_html(s, c->f.where);
	str_add(s, "</code></h3><p class=dim>bucket %08x, seen %u time%s; stack: <code>",
	    (unsigned)(c->f.bucket ^ c->f.bucket >> 32), c->hits, c->hits == 1 ? "" : "s");
	str_html(s, c->f.frames);
	str_add(s, "</code></p><p>Replay: <code>");
	str_html(s, called());
	str_add(s, " repro ");
	str_html(s, c->path);
	str_add(s, "</code><br>In gdb: <code>");
	str_html(s, called());
	str_add(s, " repro --gdb ");
	str_html(s, c->path);
	str_add(s, "</code></p><details><summary>the report</summary><pre>");
	if (text != NULL) {
		if (strlen(text) > 60000)
			text[60000] = '\0';
		str_html(s, text);
	}
	str_add(s, "</pre></details>");
	free(text);
}

char *
report_html(const struct result *res, size_t n, const char *dir, const char *engine)
{
	struct str s = {0};
	char *path = strf("%s/index.html", dir), when[64];
	size_t i, k, found = 0;
	time_t t = time(NULL);
	int error;

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M", localtime(&t));
	for (i = 0; i < n; i++)
		found += res[i].ncrashes;
	str_add(&s, "<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content=\"width=device-width\">"
	    "<title>rumpfuzz report</title><style>%s</style><h1>rumpfuzz</h1><p class=dim>%s, engine %s</p>",
	    style, when, engine);
	str_add(&s, "<p class=%s>%zu finding%s</p><table><tr><th>target<th class=n>time<th class=n>inputs run<th class=n>per second<th class=n>edges<th class=n>corpus<th class=n>findings</tr>",
	    found ? "bad" : "ok", found, found == 1 ? "" : "s");
	for (i = 0; i < n; i++)
		str_add(&s, "<tr><td><a href=\"#%s\">%s</a>%s</td><td class=n>%.0f s</td><td class=n>%llu</td><td class=n>%.0f</td><td class=n>%u</td><td class=n>%u</td><td class=\"n%s\">%zu</td></tr>",
		    res[i].name, res[i].name, res[i].broken ? " <span class=bad>did not run</span>" : "",
		    res[i].seconds, (unsigned long long)res[i].execs,
		    res[i].execs / (res[i].seconds + 1e-9), res[i].edges, res[i].corpus,
		    res[i].ncrashes ? " bad" : "", res[i].ncrashes);
	str_add(&s, "</table>");
	for (i = 0; i < n; i++) {
		char *about = target_about(res[i].name);

		str_add(&s, "<h2 id=\"%s\">%s</h2><p class=dim>", res[i].name, res[i].name);
		str_html(&s, about);
		str_add(&s, "</p>");
		free(about);
		for (k = 0; k < res[i].ncrashes; k++)
			crash(&s, &res[i].crashes[k]);
		str_add(&s, "<h3>Edges over time</h3>");
		plot(&s, &res[i]);
		str_add(&s, "<h3>Coverage</h3><p class=dim>Edges run by the seeds and the corpus, each input once. They include the branches that sanitizers and assertions add, which run only when something is wrong; lines are what <code>");
		str_html(&s, called());
		str_add(&s, " cov</code> shows.</p>");
		if (res[i].cover != NULL)
			coverage(&s, res[i].cover);
		else
			str_add(&s, "<p class=dim>Not available for this run.</p>");
	}
	str_add(&s, "</html>\n");
	mkdirs(dir);
	if ((error = spew(path, s.s, s.len)) != 0)
		die("can't write the page %s: %s", path, strerror(error));
	free(s.s);
	return path;
}
