/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Reports to findings.  Two reports are the same bug when their kind, their
 * three topmost frames in the kernel, a driver or a target, and what our own
 * reports say besides agree; addresses, line numbers and other numbers don't
 * count.  What was not returned is told by its names and by the stack that
 * allocated it, since the check that misses it is always the same.  What a
 * device's model has seen its driver do is told by the model's frames, too,
 * but the driver's are shown.
 */

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cmd.h"

#define NFRAMES	3

/* Frames which tell how a bug was noticed, not where it is. */
static const char *const noticing[] = {
	"__asan", "__interceptor_", "__sanitizer", "__ubsan", "__lsan", "__tsan", "fuzzer::",
	"rumpuser_report", "rumpuser_obj_", "rumpuser_step", "rumpuser_cv_", "rumpuser_mutex_",
	"rumpuser_clock_sleep", "rumpuser__", "report_", "obj_", "memcpy",
	"memmove", "memset", "memcmp", "strlen", "strcmp", "strncmp", "panic", "vpanic",
	"kern_assert", "raise", "abort", "gsignal", "__pthread_kill", "pthread_kill", "MemcmpInterceptorCommon",
	"fiber_", "kmem_free", "kmem_alloc", "kmem_zalloc", "pool_put", "pool_get", "pool_cache_put",
	"pool_cache_get", "lockdebug_", "mtx_alive", "pick", "switch_to", "hang", "ru_", "wq_block",
	"park_wait", "cv_sleep", "sync_misuse", "bus_dmamap_",
};

static int
is_noticing(const char *fn)
{
	size_t i;

	for (i = 0; i < sizeof(noticing) / sizeof(noticing[0]); i++)
		if (strncmp(fn, noticing[i], strlen(noticing[i])) == 0)
			return 1;
	return 0;
}

/* Whether a frame is of the hardware: a device's model, or the layer that reaches it. */
static int
is_hardware(const char *path)
{

	return strstr(path, "/harness/model/") != NULL || strstr(path, "/rumpuser-sanitized/") != NULL;
}

/*
 * "#3 0x55 in fn dir/file:line:col" to fn, "file:line" and the path as it is;
 * 0 if it is no frame.
 */
static int
frame(const char *line, size_t len, char *fn, size_t fnlen, char *place, size_t placelen, char *path,
    size_t pathlen)
{
	const char *end = line + len, *p = line, *q, *base;

	while (p < end && *p == ' ')
		p++;
	if (p == end || *p != '#' || !isdigit((unsigned char)p[1]))
		return 0;
	for (p++; p < end && isdigit((unsigned char)*p); p++)
		continue;
	for (; p < end && strncmp(p, " in ", 4) != 0; p++)
		continue;
	if (p >= end)
		return 0;
	p += 4;
	if (strncmp(p, "rumpns_", 7) == 0)
		p += 7;
	for (q = p; q < end && *q != ' '; q++)
		continue;
	snprintf(fn, fnlen, "%.*s", (int)(q - p), p);
	while (q < end && *q == ' ')
		q++;
	for (base = p = q; p < end && *p != ' ' && *p != ')'; p++)
		if (*p == '/')
			base = p + 1;
	snprintf(path, pathlen, "%.*s", (int)(p - q), q);
	/* Of file:line:column, the column is noise. */
	for (q = base; q < p && *q != ':'; q++)
		continue;
	if (q < p)
		for (q++; q < p && isdigit((unsigned char)*q); q++)
			continue;
	snprintf(place, placelen, "%.*s", (int)(q - base), base);
	return 1;
}

static uint64_t
hash(uint64_t h, const char *s)
{

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3ull;
	return h;
}

/* The rest of a line, without its numbers. */
static uint64_t
hash_words(uint64_t h, const char *s)
{

	for (; *s != '\0' && *s != '\n'; s++)
		if (!isdigit((unsigned char)*s))
			h = (h ^ (unsigned char)*s) * 0x100000001b3ull;
	return h;
}

/* Each line of text that starts with head. */
static uint64_t
hash_lines(uint64_t h, const char *text, const char *head)
{
	const char *p;

	for (p = text; (p = strstr(p, head)) != NULL;) {
		p += strlen(head);
		h = hash_words(h, p);
	}
	return h;
}

static void
kind_word(struct finding *f, const char *p)
{
	size_t n = 0;

	while (*p == ' ')
		p++;
	for (; *p != '\0' && *p != '\n' && *p != ':' && n < sizeof(f->kind) - 1; p++) {
		if (*p == ' ' && (p[1] == 'o' || p[1] == '(' || n > 24))
			break;		/* "... on address", "... (exceeds" */
		if (isdigit((unsigned char)*p)) {
			if (n == 0 || f->kind[n - 1] != '#')
				f->kind[n++] = '#';
		} else
			f->kind[n++] = *p == ' ' ? '-' : tolower((unsigned char)*p);
	}
	f->kind[n] = '\0';
}

/* The nth frame that is shown. */
static void
add_frame(struct finding *f, unsigned n, const char *fn, const char *place)
{

	if (n == 0)
		snprintf(f->where, sizeof(f->where), "%s (%s)", fn, place);
	else
		strncat(f->frames, " < ", sizeof(f->frames) - strlen(f->frames) - 1);
	strncat(f->frames, fn, sizeof(f->frames) - strlen(f->frames) - 1);
}

int
finding_parse(struct finding *f, const char *text)
{
	static const char *const heads[] = {
		"ERROR: rumpfuzz: ", "ERROR: AddressSanitizer: ", "ERROR: libFuzzer: ",
		"WARNING: ThreadSanitizer: ", "ERROR: LeakSanitizer: ",
	};
	const char *p = NULL, *q, *line;
	char fn[128], place[128], path[1024];
	unsigned n = 0, told = 0, i;
	int by_model;

	memset(f, 0, sizeof(*f));
	for (i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		if ((q = strstr(text, heads[i])) != NULL && (p == NULL || q < p)) {
			p = q;
			kind_word(f, q + strlen(heads[i]));
		}
	}
	if ((q = strstr(text, ": runtime error: ")) != NULL && (p == NULL || q < p)) {
		p = q;
		kind_word(f, q + strlen(": runtime error: "));
		memmove(f->kind + 6, f->kind, sizeof(f->kind) - 6);
		memcpy(f->kind, "ubsan-", 6);
		f->kind[sizeof(f->kind) - 1] = '\0';
	}
	if (p == NULL)
		return -1;
	f->bucket = hash(0xcbf29ce484222325ull, f->kind);
	line = p;
	by_model = strcmp(f->kind, "device-protocol") == 0 || strncmp(f->kind, "dma-", 4) == 0;
	if (strncmp(p, heads[0], strlen(heads[0])) == 0) {
		f->bucket = hash_words(f->bucket, p);
		if (strcmp(f->kind, "not-returned") == 0) {
			f->bucket = hash_lines(f->bucket, text, "rumpfuzz: not returned: ");
			if ((q = strstr(text, "rumpfuzz: still allocated: ")) != NULL)
				line = strchr(q, '\n');
		}
	}
	for (; line != NULL && (n < NFRAMES || told < NFRAMES); ) {
		q = strchr(line, '\n');
		if (frame(line, q != NULL ? (size_t)(q - line) : strlen(line), fn, sizeof(fn), place,
		    sizeof(place), path, sizeof(path))) {
			if (!is_noticing(fn)) {
				/* When a model looks at what it got is no matter of the bug. */
				if (told < NFRAMES) {
					f->bucket = hash(told != 0 ? hash(f->bucket, " < ") : f->bucket, fn);
					told++;
				}
				if (n < NFRAMES && !(by_model && is_hardware(path)))
					add_frame(f, n++, fn, place);
			}
		} else if (told != 0 && (q == NULL || q - line < 2))
			break;		/* an empty line ends the first stack */
		line = q != NULL ? q + 1 : NULL;
	}
	return 0;
}
