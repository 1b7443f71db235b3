/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What cd9660 makes of broken images: an error, one line, nothing lost.
 */

#include "isotest.h"

/* Where ".." is wrong, the way back is the way there. */
ATF_TC_WITHOUT_HEAD(wrong_parent);
ATF_TC_BODY(wrong_parent, tc)
{

	iso_seed("self-parent", 0);
	iso_says(MNT "/sub/BLOCK", "block", 2048);
	iso_says(MNT "/sub/../sub/deeper/../../one", "one", 100);
	iso_done();
}

ATF_TC_WITHOUT_HEAD(directory_in_itself);
ATF_TC_BODY(directory_in_itself, tc)
{

	iso_seed("dir-in-itself", 0);
	FAILS(EINVAL, rump_sys_open(MNT "/sub", RUMP_O_RDONLY));
	ATF_CHECK_EQ(iso_logged("extent of a directory in itself"), 1);
	ATF_CHECK_STREQ(iso_names(MNT, 4096), ". .. more.txt nothing one sub");
	iso_done();
}

ATF_TC_WITHOUT_HEAD(continuation_loop);
ATF_TC_BODY(continuation_loop, tc)
{

	iso_seed("ce-loop", 0);
	FAILS(EINVAL, rump_sys_open(MNT "/one", RUMP_O_RDONLY));
	FAILS(EINVAL, rump_sys_open(MNT "/one", RUMP_O_RDONLY));
	ATF_CHECK_EQ(iso_logged("number of continuation areas"), 1);
	iso_says(MNT "/more.txt", "more", 5000);
	iso_done();
}

ATF_TC_WITHOUT_HEAD(sparse);
ATF_TC_BODY(sparse, tc)
{

	iso_seed("sparse", 0);
	ATF_CHECK_EQ(iso_stat(MNT "/one").st_size, 100);
	FAILS(EOPNOTSUPP, rump_sys_open(MNT "/one", RUMP_O_RDONLY));
	iso_done();
}

/* Sets bytes of an image in memory and mounts it. */
static uint8_t image[1 << 20];
static size_t imagelen;

static void
load(const char *seed)
{
	char path[512];
	FILE *f;

	snprintf(path, sizeof(path), "%s%s", SEEDS, seed);
	ATF_REQUIRE((f = fopen(path, "r")) != NULL);
	imagelen = fread(image, 1, sizeof(image), f);
	fclose(f);
	ATF_REQUIRE_EQ(rumpuser_image_add_mem("/image", image, imagelen, 0), 0);
	iso_boot();
}

static int
try(int flags)
{

	iso_device("/image");
	if (iso_mount(flags) == 0)
		return 0;
	ATF_REQUIRE_EQ(rump_pub_etfs_remove(DEV), 0);
	return -1;
}

ATF_TC_WITHOUT_HEAD(descriptors);
ATF_TC_BODY(descriptors, tc)
{
	static const unsigned sizes[] = { 0, 1, 256, 2047, 2049, 4096, 32768, 65535 };
	unsigned i;

	load("rr");
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		image[32768 + 128] = sizes[i] & 0xff;
		image[32768 + 129] = sizes[i] >> 8;
		FAILS(EINVAL, try(0));
	}
	image[32768 + 128] = 0;
	image[32768 + 129] = 8;
	/* The root: not a directory, not on the device, not a directory's block. */
	image[32768 + 181] = 0;
	FAILS(EINVAL, try(0));
	image[32768 + 181] = 2;
	image[32768 + 160] = 1;
	FAILS(EINVAL, try(0));
	image[32768 + 160] = 0;
	image[32768 + 158] = 17;
	FAILS(EINVAL, try(0));
	image[32768 + 1] = 'X';
	FAILS(EINVAL, try(0));
}

/*
 * Each byte of the root directory in turn is made something else, and
 * everything is looked at: an answer must come, and the next mount must work.
 */
static void
look(const char *path, unsigned depth)
{
	char buf[2048], sub[1024];
	struct rump_stat sb;
	ssize_t got, off;
	int fd;

	if ((fd = rump_sys_open(path, RUMP_O_RDONLY | RUMP_O_NONBLOCK)) == -1)
		return;
	(void)rump_sys_pread(fd, buf, sizeof(buf), 0);
	while ((got = rump_sys_getdents(fd, buf, sizeof(buf))) > 0) {
		for (off = 0; off < got;) {
			const struct rump_dirent *d = (const void *)(buf + off);

			off += d->d_reclen;
			ATF_REQUIRE(memchr(d->d_name, '/', d->d_namlen) == NULL);
			snprintf(sub, sizeof(sub), "%s/%s", path, d->d_name);
			(void)rump_sys_lstat(sub, &sb);
			(void)rump_sys_readlink(sub, buf + sizeof(buf) - 100, 0);
			if (depth < 3 && d->d_name[0] != '.')
				look(sub, depth + 1);
		}
	}
	OK(rump_sys_close(fd));
}

static void
every_byte(const char *seed, int flags, const char *one)
{
	static const uint8_t values[] = { 0, 0xff, 0x80, 1 };
	unsigned root, i, v;

	load(seed);
	root = image[32768 + 158] + (flags & RUMP_ISOFSMNT_NORRIP ? image[34816 + 158] -
	    image[32768 + 158] : 0);
	for (i = 0; i < 420; i++) {
		const uint8_t was = image[root * 2048 + i];

		for (v = 0; v < sizeof(values); v++) {
			image[root * 2048 + i] = values[v] == 1 ? was ^ 1 : values[v];
			if (try(flags) == 0) {
				look(MNT, 0);
				iso_done();
			}
		}
		image[root * 2048 + i] = was;
		kloglen = 0;
	}
	OK(try(flags));
	iso_says(one, "one", 100);
	iso_done();
}

ATF_TC_WITHOUT_HEAD(every_byte_rr);
ATF_TC_BODY(every_byte_rr, tc)
{

	every_byte("both", 0, MNT "/one");
}

ATF_TC_WITHOUT_HEAD(every_byte_joliet);
ATF_TC_BODY(every_byte_joliet, tc)
{

	every_byte("both", RUMP_ISOFSMNT_NORRIP, MNT "/one");
}

ATF_TC_WITHOUT_HEAD(every_byte_plain);
ATF_TC_BODY(every_byte_plain, tc)
{

	every_byte("plain", RUMP_ISOFSMNT_GENS, MNT "/ONE.;1");
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, wrong_parent);
	ATF_TP_ADD_TC(tp, directory_in_itself);
	ATF_TP_ADD_TC(tp, continuation_loop);
	ATF_TP_ADD_TC(tp, sparse);
	ATF_TP_ADD_TC(tp, descriptors);
	ATF_TP_ADD_TC(tp, every_byte_rr);
	ATF_TP_ADD_TC(tp, every_byte_joliet);
	ATF_TP_ADD_TC(tp, every_byte_plain);
	return atf_no_error();
}
