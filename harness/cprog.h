/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A run as a C program: what was called on an image, with what each call
 * returned, as a program against rump(3).  Text goes to cprog_file, which is
 * a whole program after each function here; the call that did not return is
 * its last.  All of them do nothing while cprog_file is NULL.
 */

#ifndef HARNESS_CPROG_H
#define HARNESS_CPROG_H

#include <stdio.h>

struct fsdev;
struct fsinput;

extern FILE *cprog_file;

/* The program's head: the image as the device has it, which is dev to the kernel. */
void	cprog_begin(const char *target, const char *type, const char *dev, struct fsdev *,
	    const struct fsinput *);
/* A line that is there whatever becomes of it. */
void	cprog_line(const char *fmt, ...) __attribute__((__format__(__printf__, 1, 2)));
/* A call is made, without its rump_sys_: "close(fd[3])" ... */
void	cprog_call(const char *call);
/* ... and returned; error is the kernel's number.  isfd: a descriptor, or -1. */
void	cprog_result(long long rv, int error, int isfd);

#endif /* HARNESS_CPROG_H */
