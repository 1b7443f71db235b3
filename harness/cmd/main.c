/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The rumpfuzz command, as the script of that name starts it: the script has
 * installed and built what a subcommand needs.
 */

#include <stdlib.h>
#include <string.h>

#include "cmd.h"

const char *top, *home;

int
cmd_list(int argc, char **argv)
{
	const struct target *t;
	size_t n;

	if (argc > 1)
		die("list takes no arguments");
	for (t = targets(&n); n > 0; t++, n--) {
		char *about = target_about(t->name);

		printf("%-21s %s\n", t->name, about);
		free(about);
	}
	return 0;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int	  (*fn)(int, char **);
	} cmds[] = {
		{ "fuzz", cmd_fuzz }, { "repro", cmd_repro }, { "list", cmd_list }, { "min", cmd_min },
		{ "merge", cmd_merge }, { "triage", cmd_triage }, { "cov", cmd_cov },
	};
	size_t i;

	if ((top = getenv("RUMPFUZZ_TOP")) == NULL)
		die("start it through the script ./rumpfuzz");
	if ((home = getenv("RUMPFUZZ_PROJECT")) == NULL || *home == '\0')
		home = top;
	if (argc < 2)
		die("no command");
	for (i = 0; i < sizeof(cmds) / sizeof(cmds[0]); i++)
		if (strcmp(argv[1], cmds[i].name) == 0)
			return cmds[i].fn(argc - 1, argv + 1);
	die("no command is called '%s'", argv[1]);
}
