/* SPDX-License-Identifier: BSD-2-Clause */

/* Values in strings of "key=value" words: optstr(9). */

#include <sys/param.h>
#include <sys/optstr.h>
#include <lib/libkern/libkern.h>

static const char *
find(const char *opts, const char *key)
{
	const size_t len = strlen(key);

	while (*opts != '\0') {
		opts += strspn(opts, " \t");
		if (strncmp(opts, key, len) == 0 && opts[len] == '=')
			return opts + len + 1;
		opts += strcspn(opts, " \t");
	}
	return NULL;
}

/* The value of key into buf; false if it is not there or does not fit. */
bool
optstr_get(const char *opts, const char *key, char *buf, size_t size)
{
	const char *v = find(opts, key);
	size_t len;

	if (v == NULL)
		return false;
	len = strcspn(v, " \t");
	if (len >= size)
		return false;
	memcpy(buf, v, len);
	buf[len] = '\0';
	return true;
}

/* Where the value begins; it ends at white space. */
bool
optstr_get_string(const char *opts, const char *key, const char **result)
{
	const char *v = find(opts, key);

	if (v == NULL)
		return false;
	*result = v;
	return true;
}

static bool
number(const char *opts, const char *key, int base, unsigned long *result)
{
	const char *v = find(opts, key);
	char *end;
	unsigned long n;

	if (v == NULL || !isxdigit((unsigned char)*v))
		return false;
	n = strtoul(v, &end, base);
	if (*end != '\0' && !isblank((unsigned char)*end))
		return false;
	*result = n;
	return true;
}

bool
optstr_get_number(const char *opts, const char *key, unsigned long *result)
{

	return number(opts, key, 10, result);
}

bool
optstr_get_number_hex(const char *opts, const char *key, unsigned long *result)
{

	return number(opts, key, 16, result);
}

bool
optstr_get_number_binary(const char *opts, const char *key,
    unsigned long *result)
{

	return number(opts, key, 2, result);
}
