/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The console: characters of the kernel go out by lines, to the sink of a
 * harness or to standard output; debug prints to standard error.
 */

#include "rumpuser_int.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define	LINE_MAX_LEN	512

static char line[LINE_MAX_LEN] RU_STATE = { 0 };
static size_t line_len RU_STATE = 0;

static void (*sink)(const char *, size_t, void *);
static void *sink_arg;

static void
out(int fd, const char *buf, size_t len)
{
	ssize_t n;

	if (sink != NULL) {
		(*sink)(buf, len, sink_arg);
		return;
	}
	while (len != 0) {
		n = write(fd, buf, len);
		if (n <= 0)
			return;
		buf += n;
		len -= n;
	}
}

/* Takes the line so far out under the lock, prints it without. */
static void
line_flush(void)
{
	char copy[LINE_MAX_LEN];
	size_t n;

	ru_lock();
	n = line_len;
	memcpy(copy, line, n);
	line_len = 0;
	ru_unlock();
	if (n != 0)
		out(STDOUT_FILENO, copy, n);
}

void
rumpuser_putchars(const char *s, size_t len)
{
	const char *nl;
	size_t n;
	bool full;

	while (len != 0) {
		ru_lock();
		n = sizeof(line) - line_len;
		if (n > len)
			n = len;
		if ((nl = memchr(s, '\n', n)) != NULL)
			n = nl + 1 - s;
		memcpy(line + line_len, s, n);
		line_len += n;
		full = nl != NULL || line_len == sizeof(line);
		ru_unlock();
		if (full)
			line_flush();
		s += n;
		len -= n;
	}
}

void
rumpuser_putchar(int c)
{
	char ch = c;

	rumpuser_putchars(&ch, 1);
}

void
rumpuser_dprintf(const char *fmt, ...)
{
	char buf[1024];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(buf, sizeof(buf), fmt, ap);
	va_end(ap);
	if (n < 0)
		return;
	if ((size_t)n >= sizeof(buf))
		n = sizeof(buf) - 1;
	line_flush();
	out(STDERR_FILENO, buf, n);
}

void
rumpuser_console_sink(void (*fn)(const char *, size_t, void *), void *arg)
{

	line_flush();
	sink = fn;
	sink_arg = arg;
}
