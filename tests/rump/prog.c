/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A program on a rump kernel as a user has it: t_program.sh compiles it
 * against an installed tree, as C and as C++, and links it in each way.
 *
 *	prog linked IMAGE	the components are there
 *	prog load IMAGE		they are loaded before boot
 *	prog late IMAGE		the file system is loaded into the running kernel
 *	prog missing		there is no file system
 *	prog bare		there are no files at all
 *	prog two IMAGE IMAGE	a kernel in this process, and one in its child
 */

#include <sys/types.h>
#include <sys/wait.h>
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumperrno2host.h>

#define	DEV	"/dev/image"

/* What is loaded can't be linked with. */
#ifdef LOADED
#define	rump_boot_etfs_register(eb)					\
	(*(void (*)(struct rump_boot_etfs *))				\
	    dlsym(RTLD_DEFAULT, "rump_boot_etfs_register"))(eb)
#endif

#define	OK(x)	check((x) != -1, __LINE__, #x, errno)
#define	ZERO(x)	do {							\
	const int e_ = (x);						\
	check(e_ == 0, __LINE__, #x, e_);				\
} while (0)
#define	FAILS(err, x)	do {						\
	errno = 0;							\
	check((x) == -1 && errno == (err), __LINE__, #x, errno);	\
} while (0)

static void
check(int good, int line, const char *what, int error)
{

	if (good)
		return;
	fprintf(stderr, "prog.c:%d: %s: %s\n", line, what, rump_strerror(error));
	exit(1);
}

static void *
load(const char *name)
{
	void *handle = dlopen(name, RTLD_LAZY | RTLD_GLOBAL);

	if (handle == NULL) {
		fprintf(stderr, "%s\n", dlerror());
		exit(1);
	}
	return handle;
}

static int
mount_image(void)
{
	struct rump_msdosfs_args args;
	char dev[] = DEV;

	memset(&args, 0, sizeof(args));
	args.fspec = dev;
	args.version = RUMP_MSDOSFSMNT_VERSION;
	args.mask = args.dirmask = 0755;
	return rump_sys_mount(RUMP_MOUNT_MSDOS, "/mnt", 0, &args, sizeof(args));
}

static void
boot(const char *image)
{
	static struct rump_boot_etfs eb;

	if (image != NULL) {
		eb.eb_key = DEV;
		eb.eb_hostpath = image;
		eb.eb_type = RUMP_ETFS_BLK;
		eb.eb_size = RUMP_ETFS_SIZE_ENDOFF;
		rump_boot_etfs_register(&eb);
	}
	ZERO(rump_init());
	if (image != NULL)
		ZERO(eb.eb_status);
	OK(rump_sys_mkdir("/mnt", 0755));
}

static void
write_and_read(const char *text)
{
	struct rump_stat st;
	char buf[100];
	int fd;

	OK(mount_image());
	OK(fd = rump_sys_open("/mnt/file", RUMP_O_RDWR | RUMP_O_CREAT | RUMP_O_TRUNC, 0644));
	OK(rump_sys_write(fd, text, strlen(text)));
	FAILS(RUMP_EBUSY, rump_sys_unmount("/mnt", 0));
	OK(rump_sys_close(fd));
	OK(rump_sys_unmount("/mnt", 0));
	FAILS(RUMP_ENOENT, rump_sys_stat("/mnt/file", &st));
	OK(mount_image());
	OK(rump_sys_stat("/mnt/file", &st));
	check(st.st_size == (int64_t)strlen(text), __LINE__, "size", 0);
	OK(fd = rump_sys_open("/mnt/file", RUMP_O_RDONLY));
	memset(buf, 0, sizeof(buf));
	OK(rump_sys_read(fd, buf, sizeof(buf) - 1));
	check(strcmp(buf, text) == 0, __LINE__, "contents", 0);
	OK(rump_sys_close(fd));
	OK(rump_sys_unmount("/mnt", 0));
}

static void
late(void)
{
	const struct modinfo *const *first, *const *last;
	void *handle;
	int round;

	FAILS(RUMP_ENODEV, mount_image());
	handle = load("librumpfs_msdos.so");
	first = (const struct modinfo *const *)dlsym(handle, "__start_link_set_modules");
	last = (const struct modinfo *const *)dlsym(handle, "__stop_link_set_modules");
	check(first != NULL && last - first == 1, __LINE__, "the set of modules", 0);
	for (round = 0; round < 2; round++) {
		ZERO(rump_pub_module_init(first, last - first));
		check(rump_pub_module_init(first, last - first) == RUMP_EEXIST, __LINE__,
		    "the second time", 0);
		write_and_read("late");
		OK(mount_image());
		check(rump_pub_module_fini(*first) == RUMP_EBUSY, __LINE__, "in use", 0);
		OK(rump_sys_unmount("/mnt", 0));
		ZERO(rump_pub_module_fini(*first));
		check(rump_pub_module_fini(*first) == RUMP_ENOENT, __LINE__, "gone", 0);
		FAILS(RUMP_ENODEV, mount_image());
	}
	check(dlclose(handle) == 0, __LINE__, "dlclose", 0);
	FAILS(RUMP_ENODEV, mount_image());
}

int
main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	const char *image = argc > 2 ? argv[2] : NULL;
	int status;

	if (strcmp(mode, "linked") == 0) {
		boot(image);
		write_and_read("linked");
	} else if (strcmp(mode, "load") == 0) {
		load("librumpvfs.so");
		load("librumpfs_msdos.so");
		boot(image);
		write_and_read("loaded");
	} else if (strcmp(mode, "late") == 0) {
		load("librumpvfs.so");
		boot(image);
		late();
	} else if (strcmp(mode, "missing") == 0) {
		load("librumpvfs.so");
		boot(NULL);
		FAILS(RUMP_ENODEV, mount_image());
		check(rump_errno2host(errno) == ENODEV, __LINE__, "the host's number", 0);
	} else if (strcmp(mode, "bare") == 0) {
		ZERO(rump_init());
		FAILS(RUMP_ENOSYS, rump_sys_mkdir("/mnt", 0755));
		check(rump_errno2host(errno) == ENOSYS, __LINE__, "the host's number", 0);
	} else if (strcmp(mode, "two") == 0 && argc > 3) {
		if (fork() == 0) {
			boot(argv[3]);
			write_and_read("child");
			exit(0);
		}
		boot(image);
		write_and_read("parent");
		check(wait(&status) > 0 && status == 0, __LINE__, "the child", 0);
	} else {
		fprintf(stderr, "usage: prog linked|load|late IMAGE\n");
		return 2;
	}
	printf("%s: ok\n", mode);
	return 0;
}
