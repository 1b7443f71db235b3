/* SPDX-License-Identifier: BSD-2-Clause */

/* Reports to buckets: the same bug gets the same one, another bug another. */

#include <string.h>

#include <atf-c.h>

#include "cmd.h"

static const char asan1[] =
    "==12==ERROR: AddressSanitizer: use-after-poison on address 0x200000001234 at pc 0x1 bp 0x2 sp 0x3\n"
    "READ of size 4 at 0x200000001234 thread T0\n"
    "    #0 0x4711 in __asan_memcpy (/x/y+0x1)\n"
    "    #1 0x5555 in rumpns_fat_read /src/drivers/fs/msdos/fat.c:10:3\n"
    "    #2 0x6666 in rumpns_lookup /src/drivers/fs/msdos/lookup.c:20:3\n"
    "    #3 0x7777 in VOP_LOOKUP /src/kernel/vfs/vnode_if.c:30:3\n"
    "    #4 0x8888 in main /src/m.c:1:1\n\n"
    "allocated by:\n    #0 0x1 in rumpns_other /src/o.c:1:1\n";
/* The same, elsewhere in memory and after an edit of the file above it. */
static const char asan2[] =
    "noise before\n==99==ERROR: AddressSanitizer: use-after-poison on address 0x20000000ffff at pc 0x9 bp 0x8 sp 0x7\n"
    "READ of size 1 at 0x20000000ffff thread T0\n"
    "    #0 0x5000 in fat_read /src/drivers/fs/msdos/fat.c:12:9\n"
    "    #1 0x6000 in lookup /src/drivers/fs/msdos/lookup.c:22:3\n"
    "    #2 0x7000 in VOP_LOOKUP /src/kernel/vfs/vnode_if.c:30:3\n\n";
static const char asan3[] =
    "==12==ERROR: AddressSanitizer: use-after-poison on address 0x200000001234 at pc 0x1 bp 0x2 sp 0x3\n"
    "    #0 0x5555 in rumpns_fat_write /src/drivers/fs/msdos/fat.c:90:3\n"
    "    #1 0x6666 in rumpns_lookup /src/drivers/fs/msdos/lookup.c:20:3\n"
    "    #2 0x7777 in VOP_LOOKUP /src/kernel/vfs/vnode_if.c:30:3\n\n";
static const char ubsan[] =
    "/src/drivers/fs/msdos/bpb.c:77:5: runtime error: shift exponent 40 is too large for 32-bit type 'int'\n"
    "    #0 0x5 in rumpns_bpb_check /src/drivers/fs/msdos/bpb.c:77:5\n\n";
static const char hang[] =
    "==7==ERROR: rumpfuzz: hang: more than 1000 steps\n"
    "    #0 0x5 in rumpuser_step /src/r.c:1\n    #1 0x6 in rumpns_getblk /src/kernel/vfs/vfs_bio.c:100:1\n\n";

ATF_TC_WITHOUT_HEAD(same_bug_same_bucket);
ATF_TC_BODY(same_bug_same_bucket, tc)
{
	struct finding a, b, c;

	ATF_REQUIRE_EQ(finding_parse(&a, asan1), 0);
	ATF_REQUIRE_EQ(finding_parse(&b, asan2), 0);
	ATF_REQUIRE_EQ(finding_parse(&c, asan3), 0);
	ATF_CHECK_STREQ(a.kind, "use-after-poison");
	ATF_CHECK_STREQ(a.where, "fat_read (fat.c:10)");
	ATF_CHECK_STREQ(a.frames, "fat_read < lookup < VOP_LOOKUP");
	ATF_CHECK_EQ(a.bucket, b.bucket);
	ATF_CHECK(a.bucket != c.bucket);
}

/* The check that notices is the same, the bugs are not. */
#define	HELD(where, line)							\
	"==7==ERROR: rumpfuzz: lock-held: lock made at vnode.c:" line " (vcache_alloc), taken at "	\
	where ".c:" line ", is held on the way out of the kernel (1 in all)\n"	\
	"    #0 0x5 in rumpns_lockdebug_check_user_return /src/l.c:1\n"		\
	"    #1 0x6 in rumpns_syscall_leave /src/s.c:100:1\n\n"
#define	LOST(size, func)							\
	"rumpfuzz: not returned: kmem: 0 before, " size " after\n"		\
	"rumpfuzz: still allocated: " size " bytes of kmem\n"			\
	"allocated by thread main here:\n"					\
	"    #0 0x5 in rumpns_kmem_alloc /src/k.c:1\n    #1 0x6 in rumpns_" func " /src/f.c:100:1\n"	\
	"==7==ERROR: rumpfuzz: not-returned: 1 kinds of things were not given back\n"	\
	"    #0 0x6 in check /src/rig.c:100:1\n\n"
ATF_TC_WITHOUT_HEAD(same_check_other_bug);
ATF_TC_BODY(same_check_other_bug, tc)
{
	struct finding a, b, c;

	ATF_REQUIRE_EQ(finding_parse(&a, HELD("lookup", "10")), 0);
	ATF_REQUIRE_EQ(finding_parse(&b, HELD("lookup", "12")), 0);
	ATF_REQUIRE_EQ(finding_parse(&c, HELD("rename", "10")), 0);
	ATF_CHECK_EQ(a.bucket, b.bucket);
	ATF_CHECK(a.bucket != c.bucket);
	ATF_CHECK_STREQ(a.frames, "syscall_leave");
	ATF_REQUIRE_EQ(finding_parse(&a, LOST("64", "fat_read")), 0);
	ATF_REQUIRE_EQ(finding_parse(&b, LOST("32", "fat_read")), 0);
	ATF_REQUIRE_EQ(finding_parse(&c, LOST("64", "dir_read")), 0);
	ATF_CHECK_STREQ(a.kind, "not-returned");
	ATF_CHECK_STREQ(a.where, "fat_read (f.c:100)");
	ATF_CHECK_EQ(a.bucket, b.bucket);
	ATF_CHECK(a.bucket != c.bucket);
}

/* A model is where it was noticed; the bug is its driver's.  Elsewhere a model's frames count. */
#define	BY_MODEL(kind, where)							\
	"==7==ERROR: rumpfuzz: " kind ": DMA of 0xc8 bytes\nthread \"main\":\n"	\
	"    #0 0x1 in violation /src/harness/model/pci.c:268:2\n"		\
	"    #1 0x2 in dma_run /src/harness/model/foo.c:58:3\n"			\
	"    #2 0x3 in rumpuser_bus_write /src/rumpuser-sanitized/rumpuser_dev.c:266:3\n"	\
	"    #3 0x4 in rumpns_" where " /own/foo.c:211:2\n"			\
	"    #4 0x5 in foo_rw /own/foo.c:257:16\n\n"
ATF_TC_WITHOUT_HEAD(seen_by_a_model);
ATF_TC_BODY(seen_by_a_model, tc)
{
	struct finding f, later;

	ATF_REQUIRE_EQ(finding_parse(&f, BY_MODEL("device-protocol", "foo_dma")), 0);
	ATF_CHECK_STREQ(f.where, "foo_dma (foo.c:211)");
	ATF_CHECK_STREQ(f.frames, "foo_dma < foo_rw");
	/* When the model looked is not another bug. */
	ATF_REQUIRE_EQ(finding_parse(&later, BY_MODEL("device-protocol", "foo_wait")), 0);
	ATF_CHECK_STREQ(later.where, "foo_wait (foo.c:211)");
	ATF_CHECK_EQ(later.bucket, f.bucket);
	ATF_REQUIRE_EQ(finding_parse(&f, BY_MODEL("hang", "foo_dma")), 0);
	ATF_CHECK_STREQ(f.where, "violation (pci.c:268)");
}

ATF_TC_WITHOUT_HEAD(kinds);
ATF_TC_BODY(kinds, tc)
{
	struct finding f;

	ATF_REQUIRE_EQ(finding_parse(&f, ubsan), 0);
	ATF_CHECK_STREQ(f.frames, "bpb_check");
	ATF_CHECK_EQ(strncmp(f.kind, "ubsan-shift-exponent", 20), 0);
	ATF_REQUIRE_EQ(finding_parse(&f, hang), 0);
	ATF_CHECK_STREQ(f.kind, "hang");
	ATF_CHECK_STREQ(f.frames, "getblk");
	ATF_CHECK_EQ(finding_parse(&f, "Done 10 runs in 1 second(s)\n"), -1);
	ATF_CHECK_EQ(finding_parse(&f, ""), -1);
}

ATF_TP_ADD_TCS(tp)
{

	ATF_TP_ADD_TC(tp, same_bug_same_bucket);
	ATF_TP_ADD_TC(tp, same_check_other_bug);
	ATF_TP_ADD_TC(tp, seen_by_a_model);
	ATF_TP_ADD_TC(tp, kinds);
	return atf_no_error();
}
