/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The base of the tree of variables: what kind of system this is, sysctl(7).
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/kernel.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/msgbuf.h>
#include <sys/proc.h>
#include <sys/sysctl.h>
#include <sys/time.h>

#include <uvm/uvm_extern.h>
#include <uvm/uvm_km.h>

const char ostype[] = "NetBSD";
const char osrelease[] = "10.0";
const char version[] = "NetBSD 10.0 (RUMPFUZZ)\n";
const char kernel_ident[] = "RUMPFUZZ";
const char buildinfo[] = "rumpfuzz";
const char copyright[] = "";
const char machine[] = MACHINE;
const char machine_arch[] = MACHINE_ARCH;
int physmem = 65536;

/* A string of the kernel's with a fixed room, and its length elsewhere. */
static int
sysctl_kern_name(SYSCTLFN_ARGS)
{
	const bool host = rnode->sysctl_num == KERN_HOSTNAME;
	struct sysctlnode node = *rnode;
	int error;

	node.sysctl_data = host ? hostname : domainname;
	error = sysctl_lookup(SYSCTLFN_CALL(&node));
	if (error != 0 || newp == NULL)
		return error;
	if (host)
		hostnamelen = (int)strlen(hostname);
	else
		domainnamelen = (int)strlen(domainname);
	return 0;
}

static int
sysctl_kern_clockrate(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	struct clockinfo ci = {
		.hz = hz, .tick = 1000000 / hz, .tickadj = 0,
		.stathz = hz, .profhz = hz,
	};

	node.sysctl_data = &ci;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

static int
sysctl_kern_boottime(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	struct timespec ts;

	getnanoboottime(&ts);
	node.sysctl_data = &ts;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

static int
sysctl_kern_ticks(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	int t = getticks();

	node.sysctl_data = &t;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

/* The messages, oldest first. */
static int
sysctl_kern_msgbuf(SYSCTLFN_ARGS)
{
	const struct kern_msgbuf *mbp = msgbufp;
	char *out = oldp;
	long beg, len;
	size_t left, n;
	int error = 0;

	if (!logenabled(mbp))
		return ENXIO;
	if (newp != NULL)
		return EPERM;
	if (oldp == NULL) {
		*oldlenp = (size_t)mbp->msg_bufs;
		return 0;
	}
	left = *oldlenp;
	*oldlenp = 0;
	beg = mbp->msg_bufr;
	/* From the first to the end of the ring, then from its beginning. */
	while (error == 0 && beg != mbp->msg_bufx && left != 0) {
		len = mbp->msg_bufx >= beg ? mbp->msg_bufx - beg :
		    mbp->msg_bufs - beg;
		n = MIN((size_t)len, left);
		error = sysctl_copyout(l, &mbp->msg_bufc[beg], out, n);
		out += n;
		left -= n;
		*oldlenp += n;
		beg = (beg + (long)n) % mbp->msg_bufs;
	}
	return error;
}

static int
sysctl_hw_mem(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	uint64_t limit = rump_mem_limit(), v;
	int i;

	v = limit == UINT64_MAX ? (uint64_t)physmem * PAGE_SIZE : limit;
	if (SYSCTL_TYPE(rnode->sysctl_flags) == CTLTYPE_INT) {
		i = v > INT_MAX ? INT_MAX : (int)v;
		node.sysctl_data = &i;
		return sysctl_lookup(SYSCTLFN_CALL(&node));
	}
	node.sysctl_data = &v;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

static int
sysctl_vm_used(SYSCTLFN_ARGS)
{
	struct sysctlnode node = *rnode;
	uint64_t v = rump_mem_used();

	node.sysctl_data = &v;
	return sysctl_lookup(SYSCTLFN_CALL(&node));
}

#define	NODE(num, name, desc)						\
	sysctl_createv(NULL, 0, NULL, NULL, CTLFLAG_PERMANENT,		\
	    CTLTYPE_NODE, (name), (desc), NULL, 0, NULL, 0, (num), CTL_EOL)
#define	STRING(top, num, name, str)					\
	sysctl_createv(NULL, 0, NULL, NULL, CTLFLAG_PERMANENT,		\
	    CTLTYPE_STRING, (name), NULL, NULL, 0, __UNCONST(str), 0,	\
	    (top), (num), CTL_EOL)
#define	NUMBER(top, num, name, val)					\
	sysctl_createv(NULL, 0, NULL, NULL,				\
	    CTLFLAG_PERMANENT | CTLFLAG_IMMEDIATE, CTLTYPE_INT, (name),	\
	    NULL, NULL, (u_quad_t)(val), NULL, 0, (top), (num), CTL_EOL)
#define	HANDLED(top, num, type, name, fn, size, flags)			\
	sysctl_createv(NULL, 0, NULL, NULL, CTLFLAG_PERMANENT | (flags), \
	    (type), (name), NULL, (fn), 0, NULL, (size), (top), (num),	\
	    CTL_EOL)
#define	VARIABLE(top, num, name, var, flags)				\
	sysctl_createv(NULL, 0, NULL, NULL, CTLFLAG_PERMANENT | (flags), \
	    CTLTYPE_INT, (name), NULL, NULL, 0, (var), 0, (top), (num),	\
	    CTL_EOL)

static void
kern_nodes(void)
{

	STRING(CTL_KERN, KERN_OSTYPE, "ostype", ostype);
	STRING(CTL_KERN, KERN_OSRELEASE, "osrelease", osrelease);
	NUMBER(CTL_KERN, KERN_OSREV, "osrevision", __NetBSD_Version__);
	STRING(CTL_KERN, KERN_VERSION, "version", version);
	NUMBER(CTL_KERN, KERN_ARGMAX, "argmax", ARG_MAX);
	HANDLED(CTL_KERN, KERN_HOSTNAME, CTLTYPE_STRING, "hostname",
	    sysctl_kern_name, MAXHOSTNAMELEN, CTLFLAG_READWRITE);
	HANDLED(CTL_KERN, KERN_DOMAINNAME, CTLTYPE_STRING, "domainname",
	    sysctl_kern_name, MAXHOSTNAMELEN, CTLFLAG_READWRITE);
	HANDLED(CTL_KERN, KERN_CLOCKRATE, CTLTYPE_STRUCT, "clockrate",
	    sysctl_kern_clockrate, sizeof(struct clockinfo), 0);
	HANDLED(CTL_KERN, KERN_BOOTTIME, CTLTYPE_STRUCT, "boottime",
	    sysctl_kern_boottime, sizeof(struct timespec), 0);
	HANDLED(CTL_KERN, KERN_HARDCLOCK_TICKS, CTLTYPE_INT,
	    "hardclock_ticks", sysctl_kern_ticks, sizeof(int), 0);
	HANDLED(CTL_KERN, KERN_MSGBUF, CTLTYPE_STRUCT, "msgbuf",
	    sysctl_kern_msgbuf, 0, 0);
	NUMBER(CTL_KERN, KERN_MSGBUFSIZE, "msgbufsize", msgbufp->msg_bufs);
	NUMBER(CTL_KERN, KERN_POSIX1, "posix1version", 200112);
	NUMBER(CTL_KERN, KERN_NGROUPS, "ngroups", NGROUPS_MAX);
	NUMBER(CTL_KERN, KERN_JOB_CONTROL, "job_control", 1);
	NUMBER(CTL_KERN, KERN_SAVED_IDS, "saved_ids", 1);
	NUMBER(CTL_KERN, KERN_MAXPARTITIONS, "maxpartitions", 16);
	NUMBER(CTL_KERN, KERN_RAWPARTITION, "rawpartition", 3);
	NUMBER(CTL_KERN, KERN_FSYNC, "fsync", 200112);
	NUMBER(CTL_KERN, KERN_SYNCHRONIZED_IO, "synchronized_io", 200112);
	NUMBER(CTL_KERN, KERN_IOV_MAX, "iov_max", IOV_MAX);
	NUMBER(CTL_KERN, KERN_LOGIN_NAME_MAX, "login_name_max",
	    LOGIN_NAME_MAX);
	NUMBER(CTL_KERN, KERN_MAXPHYS, "maxphys", MAXPHYS);
	NUMBER(CTL_KERN, KERN_MONOTONIC_CLOCK, "monotonic_clock", 200112);
}

static void
hw_nodes(void)
{

	STRING(CTL_HW, HW_MACHINE, "machine", machine);
	STRING(CTL_HW, HW_MODEL, "model", cpu_model);
	VARIABLE(CTL_HW, HW_NCPU, "ncpu", &ncpu, 0);
	VARIABLE(CTL_HW, HW_NCPUONLINE, "ncpuonline", &ncpu, 0);
	NUMBER(CTL_HW, HW_BYTEORDER, "byteorder", BYTE_ORDER);
	HANDLED(CTL_HW, HW_PHYSMEM, CTLTYPE_INT, "physmem", sysctl_hw_mem,
	    sizeof(int), 0);
	HANDLED(CTL_HW, HW_USERMEM, CTLTYPE_INT, "usermem", sysctl_hw_mem,
	    sizeof(int), 0);
	HANDLED(CTL_HW, HW_PHYSMEM64, CTLTYPE_QUAD, "physmem64",
	    sysctl_hw_mem, sizeof(uint64_t), 0);
	HANDLED(CTL_HW, HW_USERMEM64, CTLTYPE_QUAD, "usermem64",
	    sysctl_hw_mem, sizeof(uint64_t), 0);
	NUMBER(CTL_HW, HW_PAGESIZE, "pagesize", PAGE_SIZE);
	NUMBER(CTL_HW, HW_ALIGNBYTES, "alignbytes", ALIGNBYTES);
	STRING(CTL_HW, HW_MACHINE_ARCH, "machine_arch", machine_arch);
}

/* The top of the tree; the rest hangs itself below. */
void
sysctl_basenode_init(void)
{

	NODE(CTL_KERN, "kern", "High kernel");
	NODE(CTL_VM, "vm", "Virtual memory");
	NODE(CTL_VFS, "vfs", "Filesystem");
	NODE(CTL_NET, "net", "Networking");
	NODE(CTL_DEBUG, "debug", "Debugging");
	NODE(CTL_HW, "hw", "Generic CPU, I/O");
	NODE(CTL_MACHDEP, "machdep", "Machine dependent");
	NODE(CTL_DDB, "ddb", "In-kernel debugger");
	NODE(CTL_PROC, "proc", "Per-process");
	NODE(CTL_VENDOR, "vendor", "Vendor specific");
	kern_nodes();
	hw_nodes();
	HANDLED(CTL_VM, CTL_CREATE, CTLTYPE_QUAD, "kmem_used",
	    sysctl_vm_used, sizeof(uint64_t), 0);
	sysctl_createv(NULL, 0, NULL, NULL, CTLFLAG_PERMANENT, CTLTYPE_NODE,
	    "generic", "Non-specific vfs related information", NULL, 0, NULL,
	    0, CTL_VFS, VFS_GENERIC, CTL_EOL);
}
