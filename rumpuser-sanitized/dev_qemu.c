/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The backend of devices which are QEMU's models.
 *
 * QEMU runs a q35 machine whose only processor executes a halt from a ROM of
 * our own.  Over the qtest socket we do what that processor would do: read
 * and write ports, registers and configuration space (by the machine's
 * memory-mapped window, which is opened at the start).  Reads wait for their
 * answer; writes do not, so that a doorbell costs one system call.  Guest
 * memory is a file shared by both processes: the device's view of DMA memory.
 *
 * Interrupts: the I/O APIC's inputs are intercepted and come as lines on the
 * qtest socket.  A message (MSI, MSI-X) is a write to guest memory, so each
 * vector gets a word of its own there, which is looked at while all threads
 * sleep: without a pause at first, then less and less often.
 *
 * See qtest.c and docs/interop/qmp-spec in QEMU for both protocols.
 */

#include "dev_int.h"

#include <rump/rumpuser_qemu.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define	RAM_SIZE	((size_t)256 << 20)
#define	ROM_SIZE	65536U

/* Guest memory: holes for old devices, words for messages, then DMA. */
#define	MSI_BASE	0x100000U
#define	MSI_WORDS	RUMPUSER_NIRQ
#define	SPARE		(MSI_BASE + MSI_WORDS * 4U)	/* a byte that nobody reads */
#define	DMA_BASE	0x200000U

/* The machine's map, as far as we make it. */
#define	ECAM_BASE	0xb0000000U
#define	MEM_BASE	0xc0000000U
#define	MEM_LEN		0x3c000000U
#define	MEM64_BASE	UINT64_C(0x800000000)
#define	MEM64_LEN	UINT64_C(0x800000000)
#define	IO_BASE		0x2000U
#define	IO_LEN		0xe000U

#define	POST_PORT	0x80		/* where firmware says how far it is */
#define	MCH_PCIEXBAR	0x60		/* of function 0:0.0 */
#define	GSI_PCI		16		/* interrupts 16 to 23 are PCI's */
#define	GSI_NPCI	8

#define	MSI_DATA	0x5250U		/* what a message writes; never 0 */
#define	POSTED_MAX	64		/* writes without an answer yet */
#define	SPIN_NS		200000		/* look all the time for that long, */
#define	DRAIN_NS	10000
#define	NAP_MIN		20000		/* then with pauses that grow */
#define	NAP_MAX		500000

struct intx {
	uint32_t ix_bdf;
	unsigned ix_pin;
	unsigned ix_irq;
};

static struct qemu {
	pid_t	q_pid;
	int	q_qtest, q_qmp;
	bool	q_dead;
	bool	q_shared;		/* has the one processor that we have */
	char	*q_ram;
	unsigned q_posted;
	char	q_in[4096];		/* qtest, not yet parsed */
	size_t	q_inlen;
	char	q_out[4096];		/* qtest, not yet sent */
	size_t	q_outlen;
	char	q_letter;		/* of writes to registers: out or write */
	char	q_ahead;		/* sent ahead of its command; 0: none */
	unsigned q_gsi;			/* PCI interrupts that are high */
	struct intx q_intx[64];
	unsigned q_nintx;
	uint8_t	q_msi[MSI_WORDS];	/* bound */
	unsigned q_nmsi;
	uint64_t q_active;		/* when something happened last */
	uint64_t q_nap;
	uint64_t q_drained;		/* when the socket was looked at */
} q = { .q_qtest = -1, .q_qmp = -1 };

static int
gone(const char *what)
{

	if (!q.q_dead) {
		q.q_dead = true;
		ru_print("rumpuser: QEMU is gone (%s); its devices read as absent\n", what);
	}
	return NB_EIO;
}

/*
 * qtest.
 */

/* Sends q_out without its first off bytes. */
static int
qtest_flush(size_t off)
{
	ssize_t n;

	while (off < q.q_outlen) {
		n = send(q.q_qtest, q.q_out + off, q.q_outlen - off, MSG_NOSIGNAL);
		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return gone("qtest socket closed");
		off += n;
	}
	q.q_outlen = 0;
	return 0;
}

/* More bytes for q_in; EAGAIN if there are none and wait is false. */
static int
qtest_fill(bool wait)
{
	ssize_t n;

	if (q.q_inlen == sizeof(q.q_in))
		return gone("a line without an end on the qtest socket");
	do
		n = recv(q.q_qtest, q.q_in + q.q_inlen, sizeof(q.q_in) - q.q_inlen,
		    wait ? 0 : MSG_DONTWAIT);
	while (n == -1 && errno == EINTR);
	if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return NB_EAGAIN;
	if (n <= 0)
		return gone("qtest socket closed");
	q.q_inlen += n;
	return 0;
}

/* Functions with a pin bound follow all of PCI's interrupts together. */
static void
level_all(void)
{
	unsigned i;

	for (i = 0; i < q.q_nintx; i++)
		rumpuser_intr_level(q.q_intx[i].ix_bdf, q.q_intx[i].ix_pin, q.q_gsi != 0);
}

static void
irq_line(const char *s)
{
	unsigned n, was = q.q_gsi;
	char word[8];

	if (sscanf(s, "IRQ %7s %u", word, &n) != 2 || n < GSI_PCI || n >= GSI_PCI + GSI_NPCI)
		return;
	if (strcmp(word, "raise") == 0)
		q.q_gsi |= 1U << (n - GSI_PCI);
	else
		q.q_gsi &= ~(1U << (n - GSI_PCI));
	if ((was != 0) != (q.q_gsi != 0))
		level_all();
}

enum answer { ANSWER_NONE, ANSWER_OK, ANSWER_VALUE };

/*
 * One line off q_in, if it is complete: what the answer to a command is, and
 * its value.  Interrupts are taken on the way.
 */
static enum answer
qtest_line(uint64_t *valuep)
{
	char *nl;
	size_t len;
	enum answer got = ANSWER_NONE;

	while (got == ANSWER_NONE && (nl = memchr(q.q_in, '\n', q.q_inlen)) != NULL) {
		*nl = '\0';
		len = nl + 1 - q.q_in;
		if (strncmp(q.q_in, "IRQ ", 4) == 0)
			irq_line(q.q_in);
		else {
			if (strncmp(q.q_in, "OK", 2) != 0)
				ru_print("rumpuser: QEMU answers \"%s\"\n", q.q_in);
			got = strncmp(q.q_in, "OK 0x", 5) == 0 ? ANSWER_VALUE : ANSWER_OK;
			if (got == ANSWER_VALUE)
				*valuep = strtoull(q.q_in + 3, NULL, 16);
		}
		q.q_inlen -= len;
		memmove(q.q_in, q.q_in + len, q.q_inlen);
	}
	return got;
}

/* Answers come in order; this one is a write's, if one waits, and has no value. */
static int
qtest_posted(enum answer got)
{

	if (q.q_posted == 0 || got != ANSWER_OK)
		return gone("its answers are of other commands");
	q.q_posted--;
	return 0;
}

/* Takes what has come, and waits until at most left writes have no answer. */
static int
qtest_drain(unsigned left)
{
	enum answer got;
	uint64_t v;
	int error;

	for (;;) {
		while ((got = qtest_line(&v)) != ANSWER_NONE)
			if ((error = qtest_posted(got)) != 0)
				return error;
		error = qtest_fill(q.q_posted > left);
		if (error == NB_EAGAIN)
			return 0;
		if (error != 0)
			return error;
	}
}

/*
 * QEMU has sent a message and is about to sleep, and the doorbell that follows
 * is some microseconds away: waking it would take longer than all the rest of
 * a request.  The first letter of a command has it look at the socket again.
 */
static void
qtest_ahead(void)
{

	if (q.q_ahead == 0 && q.q_letter != 0 && !q.q_dead &&
	    send(q.q_qtest, &q.q_letter, 1, MSG_NOSIGNAL | MSG_DONTWAIT) == 1)
		q.q_ahead = q.q_letter;
}

static int	qtest_put(const char *, va_list) __printflike(1, 0);

/* Sends a command; one that begins with another letter than went ahead comes after a vain one. */
static int
qtest_put(const char *fmt, va_list ap)
{
	const size_t skip = q.q_ahead != 0 && q.q_ahead == fmt[0];
	int n;

	if (q.q_dead)
		return NB_EIO;
	if (q.q_ahead != 0 && !skip) {
		q.q_outlen = snprintf(q.q_out, sizeof(q.q_out), q.q_ahead == 'o' ?
		    "utb 0x%x 0x0\n" : "riteb 0x%x 0x0\n", q.q_ahead == 'o' ? POST_PORT : SPARE);
		q.q_posted++;
	}
	q.q_ahead = 0;
	n = vsnprintf(q.q_out + q.q_outlen, sizeof(q.q_out) - q.q_outlen, fmt, ap);
	if (n < 0 || (size_t)n >= sizeof(q.q_out) - q.q_outlen)
		return NB_EINVAL;
	q.q_outlen += n;
	return qtest_flush(skip);
}

static int	qtest_post(const char *, ...) __printflike(1, 2);

/* Sends a command whose answer says nothing. */
static int
qtest_post(const char *fmt, ...)
{
	va_list ap;
	int error;

	va_start(ap, fmt);
	error = qtest_put(fmt, ap);
	va_end(ap);
	if (error != 0)
		return error;
	q.q_posted++;
	return q.q_posted > POSTED_MAX ? qtest_drain(POSTED_MAX / 2) : 0;
}

static int	qtest_ask(enum answer, uint64_t *, const char *, ...) __printflike(3, 4);

/* Sends a command and waits for its answer, of the kind that is wanted; ANSWER_NONE: of any. */
static int
qtest_ask(enum answer want, uint64_t *valuep, const char *fmt, ...)
{
	enum answer got;
	va_list ap;
	int error;

	va_start(ap, fmt);
	error = qtest_put(fmt, ap);
	va_end(ap);
	if (error != 0)
		return error;
	for (;;) {
		while ((got = qtest_line(valuep)) != ANSWER_NONE) {
			if (q.q_posted == 0 && (got == want || want == ANSWER_NONE))
				return 0;
			if ((error = qtest_posted(got)) != 0)
				return error;
		}
		if ((error = qtest_fill(true)) != 0)
			return error;
	}
}

/*
 * The backend.
 */

static char
letter(unsigned width)
{

	return width == 1 ? 'b' : width == 2 ? 'w' : width == 4 ? 'l' : 'q';
}

static uint32_t
qemu_confread(void *ctx, uint32_t bdf, unsigned reg, unsigned width)
{
	uint64_t v;

	if (bdf > 0xffff || qtest_ask(ANSWER_VALUE, &v, "read%c 0x%llx\n", letter(width),
	    (unsigned long long)(ECAM_BASE + ((uint64_t)bdf << 12) + reg)) != 0)
		return UINT32_MAX;
	return v;
}

static void
qemu_confwrite(void *ctx, uint32_t bdf, unsigned reg, unsigned width, uint32_t val)
{

	/* The window we speak through stays where it is. */
	if (bdf > 0xffff || (bdf == 0 && reg + width > MCH_PCIEXBAR && reg < MCH_PCIEXBAR + 8))
		return;
	(void)qtest_post("write%c 0x%llx 0x%x\n", letter(width),
	    (unsigned long long)(ECAM_BASE + ((uint64_t)bdf << 12) + reg), val);
}

static uint64_t
qemu_read(void *ctx, int space, uint64_t addr, unsigned width)
{
	uint64_t v;

	if (space == RUMPUSER_SPACE_IO) {
		if (addr + width > 0x10000 || width > 4 ||
		    qtest_ask(ANSWER_VALUE, &v, "in%c 0x%llx\n", letter(width),
		    (unsigned long long)addr) != 0)
			return UINT64_MAX;
	} else if (qtest_ask(ANSWER_VALUE, &v, "read%c 0x%llx\n", letter(width),
	    (unsigned long long)addr) != 0)
		return UINT64_MAX;
	return v;
}

static void
qemu_write(void *ctx, int space, uint64_t addr, unsigned width, uint64_t val)
{

	q.q_letter = space == RUMPUSER_SPACE_IO ? 'o' : 'w';
	if (space == RUMPUSER_SPACE_IO) {
		if (addr + width <= 0x10000 && width <= 4)
			(void)qtest_post("out%c 0x%llx 0x%llx\n", letter(width),
			    (unsigned long long)addr, (unsigned long long)val);
	} else
		(void)qtest_post("write%c 0x%llx 0x%llx\n", letter(width),
		    (unsigned long long)addr, (unsigned long long)val);
	/* It may have made a device do something. */
	q.q_active = rumpuser_dev_now();
	q.q_nap = 0;
}

static int
qemu_window(void *ctx, int space, int prefetch64, uint64_t *startp, uint64_t *lenp)
{

	if (space == RUMPUSER_SPACE_IO) {
		*startp = IO_BASE;
		*lenp = IO_LEN;
	} else if (prefetch64) {
		*startp = MEM64_BASE;
		*lenp = MEM64_LEN;
	} else {
		*startp = MEM_BASE;
		*lenp = MEM_LEN;
	}
	return 0;
}

static volatile uint32_t *
msi_word(unsigned irq)
{

	return (volatile uint32_t *)(q.q_ram + MSI_BASE) + irq;
}

static int
qemu_intr_bind(void *ctx, uint32_t bdf, int how, unsigned idx, unsigned irq, uint64_t *addrp,
    uint32_t *datap)
{

	if (how == 0) {
		if (q.q_nintx == __arraycount(q.q_intx))
			return NB_ENOSPC;
		q.q_intx[q.q_nintx++] = (struct intx){ bdf, idx, irq };
		return 0;
	}
	/* Vectors of MSI (not MSI-X) share an address, so there is one. */
	if (how == RUMPUSER_INTR_MSI && idx != 0)
		return NB_EOPNOTSUPP;
	*msi_word(irq) = 0;
	q.q_msi[irq] = 1;
	q.q_nmsi++;
	*addrp = MSI_BASE + irq * sizeof(uint32_t);
	*datap = MSI_DATA;
	return 0;
}

static void
qemu_intr_unbind(void *ctx, unsigned irq)
{
	unsigned i, n;

	if (q.q_msi[irq] != 0) {
		q.q_msi[irq] = 0;
		q.q_nmsi--;
	}
	for (i = n = 0; i < q.q_nintx; i++)
		if (q.q_intx[i].ix_irq != irq)
			q.q_intx[n++] = q.q_intx[i];
	q.q_nintx = n;
}

/* The driver has read the cause: a line may have fallen by that.  A message has none. */
static void
qemu_intr_eoi(void *ctx, unsigned irq)
{

	if (!q.q_dead && q.q_msi[irq] == 0)
		(void)qtest_drain(UINT32_MAX);
}

static int
qemu_dma_memory(void *ctx, void **basep, uint64_t *machp, size_t *lenp)
{

	*basep = q.q_ram + DMA_BASE;
	*machp = DMA_BASE;
	*lenp = RAM_SIZE - DMA_BASE;
	return 0;
}

static uint64_t
qemu_next(void *ctx)
{

	if (q.q_dead || (q.q_nmsi == 0 && q.q_nintx == 0))
		return UINT64_MAX;
	return rumpuser_dev_now() + q.q_nap;
}

static void
qemu_run(void *ctx, uint64_t now)
{
	unsigned irq, left = q.q_nmsi;
	bool any = false;

	for (irq = 0; left != 0 && irq < MSI_WORDS; irq++) {
		if (q.q_msi[irq] == 0)
			continue;
		left--;
		if (*msi_word(irq) == 0)
			continue;
		__atomic_exchange_n(msi_word(irq), 0, __ATOMIC_ACQUIRE);
		rumpuser_intr_assert(irq);
		any = true;
	}
	if (any && !q.q_shared)
		qtest_ahead();
	/*
	 * Lines come through the socket, messages do not.  Not each time:
	 * QEMU's thread wants its end, too.
	 */
	if (!q.q_dead && (q.q_nap != 0 || (q.q_nintx != 0 && now - q.q_drained > DRAIN_NS))) {
		unsigned was = q.q_gsi;

		q.q_drained = now;
		(void)qtest_drain(UINT32_MAX);
		any |= q.q_gsi != was;
	}
	if (any) {
		q.q_active = now;
		q.q_nap = 0;
	} else if (now - q.q_active <= SPIN_NS) {
		if (q.q_shared)
			sched_yield();
	} else {
		q.q_nap = q.q_nap == 0 ? NAP_MIN : q.q_nap + q.q_nap / 4;
		if (q.q_nap > NAP_MAX)
			q.q_nap = NAP_MAX;
	}
}

static const struct rumpuser_dev_backend backend = {
	.db_name = "qemu",
	.db_confread = qemu_confread,
	.db_confwrite = qemu_confwrite,
	.db_read = qemu_read,
	.db_write = qemu_write,
	.db_window = qemu_window,
	.db_intr_bind = qemu_intr_bind,
	.db_intr_unbind = qemu_intr_unbind,
	.db_intr_eoi = qemu_intr_eoi,
	.db_dma_memory = qemu_dma_memory,
	.db_next = qemu_next,
	.db_run = qemu_run,
};

/*
 * QMP.
 */

/* Reads one line of JSON, which waits for QEMU at most ten seconds. */
static int
qmp_line(char *buf, size_t len)
{
	struct pollfd pfd = { .fd = q.q_qmp, .events = POLLIN };
	size_t n = 0;
	ssize_t got;
	char c;

	for (;;) {
		if (poll(&pfd, 1, 10000) <= 0)
			return gone("no answer on the monitor");
		got = read(q.q_qmp, &c, 1);
		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			return gone("monitor closed");
		if (c == '\n')
			break;
		if (n + 1 < len)
			buf[n++] = c;
	}
	if (len != 0)
		buf[n] = '\0';
	return 0;
}

static int
qmp_ask(const char *json, char *buf, size_t len)
{
	struct pollfd pfd = { .fd = q.q_qmp, .events = POLLOUT };
	size_t off = 0, all = strlen(json);
	ssize_t n;
	int error;

	while (off < all) {
		if (poll(&pfd, 1, 10000) <= 0)
			return gone("monitor does not read");
		n = send(q.q_qmp, json + off, all - off, MSG_NOSIGNAL);
		if (n <= 0)
			return gone("monitor closed");
		off += n;
	}
	if (send(q.q_qmp, "\n", 1, MSG_NOSIGNAL) != 1)
		return gone("monitor closed");
	/* Events may come first. */
	do
		if ((error = qmp_line(buf, len)) != 0)
			return error;
	while (strncmp(buf, "{\"return\"", 9) != 0 && strncmp(buf, "{\"error\"", 8) != 0);
	return 0;
}

int
rumpuser_qemu_command(const char *json, char *buf, unsigned long len)
{
	char own[1024];
	int error;

	if (q.q_pid == 0 || q.q_dead)
		return NB_ENXIO;
	ru_dev_enter();
	/* What was written before is done before. */
	if ((error = qtest_drain(0)) == 0)
		error = len > 16 ? qmp_ask(json, buf, len) : qmp_ask(json, own, sizeof(own));
	ru_dev_exit();
	return error;
}

int
rumpuser_qemu_qtest(const char *command, unsigned long long *valuep)
{
	uint64_t v = 0;
	int error;

	if (q.q_pid == 0 || q.q_dead)
		return NB_ENXIO;
	ru_dev_enter();
	error = qtest_ask(ANSWER_NONE, &v, "%s\n", command);
	ru_dev_exit();
	*valuep = v;
	return error;
}

/*
 * Start and end.
 */

/* A file in memory of the given length; -1 and errno. */
static int
memory_file(const char *name, size_t len)
{
	int fd = memfd_create(name, 0);

	if (fd != -1 && ftruncate(fd, len) == -1) {
		int e = errno;

		close(fd);
		errno = e;
		return -1;
	}
	return fd;
}

static void __dead
exec_qemu(const char *path, char *const args[], int qtest, int qmp, int ram, int rom)
{
	static const char *const machine[] = {
		"-machine", "q35,memory-backend=mem,usb=off,vmport=off,pit=off,hpet=off",
		"-accel", "tcg", "-display", "none", "-nodefaults", "-no-user-config",
		"-serial", "none", "-parallel", "none",
	};
	/* A doorbell is answered while it is written, not in another round of QEMU's loop. */
	static const char *const globals[] = {
		"virtio-blk-pci-base.ioeventfd=off", "virtio-scsi-pci-base.ioeventfd=off",
		"virtio-serial-pci-base.ioeventfd=off", "virtio-net-pci-base.ioeventfd=off",
		"virtio-rng-pci-base.ioeventfd=off",
	};
	char qt[64], qm[64], mem[128], bios[64];
	const char **argv;
	size_t n = 0, i, nargs;
	bool iothread = false;
	int fds[] = { qtest, qmp, ram, rom };

	/* It must not outlive us, whatever ends us. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	for (i = 0; i < __arraycount(fds); i++)
		fcntl(fds[i], F_SETFD, 0);
	for (nargs = 0; args[nargs] != NULL; nargs++)
		iothread |= strstr(args[nargs], "iothread") != NULL;
	if ((argv = calloc(nargs + 48, sizeof(*argv))) == NULL)
		_exit(127);
	argv[n++] = path;
	for (i = 0; i < __arraycount(machine); i++)
		argv[n++] = machine[i];
	snprintf(mem, sizeof(mem), "memory-backend-file,id=mem,size=%zuM,share=on,"
	    "mem-path=/proc/self/fd/%d", RAM_SIZE >> 20, ram);
	snprintf(bios, sizeof(bios), "/proc/self/fd/%d", rom);
	snprintf(qt, sizeof(qt), "socket,id=qtest,fd=%d", qtest);
	snprintf(qm, sizeof(qm), "socket,id=qmp,fd=%d", qmp);
	argv[n++] = "-m";
	argv[n++] = "256M";
	argv[n++] = "-object";
	argv[n++] = mem;
	argv[n++] = "-bios";
	argv[n++] = bios;
	argv[n++] = "-chardev";
	argv[n++] = qt;
	argv[n++] = "-qtest";
	argv[n++] = "chardev:qtest";
	argv[n++] = "-qtest-log";
	argv[n++] = "none";
	argv[n++] = "-chardev";
	argv[n++] = qm;
	argv[n++] = "-mon";
	argv[n++] = "chardev=qmp,mode=control";
	/* A thread of its own for a device's queues is told of doorbells by an event. */
	for (i = 0; !iothread && i < __arraycount(globals); i++) {
		argv[n++] = "-global";
		argv[n++] = globals[i];
	}
	for (i = 0; i < nargs; i++)
		argv[n++] = args[i];
	argv[n] = NULL;
	execvp(path, (char *const *)argv);
	dprintf(2, "rumpuser: %s: %s\n", path, strerror(errno));
	_exit(127);
}

/* Ends the process and forgets everything about it. */
static void
cleanup(void)
{

	if (q.q_pid > 0) {
		kill(q.q_pid, SIGKILL);
		while (waitpid(q.q_pid, NULL, 0) == -1 && errno == EINTR)
			continue;
	}
	if (q.q_qtest != -1)
		close(q.q_qtest);
	if (q.q_qmp != -1)
		close(q.q_qmp);
	if (q.q_ram != NULL)
		munmap(q.q_ram, RAM_SIZE);
	memset(&q, 0, sizeof(q));
	q.q_qtest = q.q_qmp = -1;
}

/* What a processor's firmware would do: opens the configuration window. */
static int
machine_setup(void)
{
	char buf[1024];
	uint64_t v;
	int error;

	/* The greeting of the monitor comes without being asked for. */
	if ((error = qmp_line(buf, sizeof(buf))) != 0 ||
	    (error = qmp_ask("{\"execute\":\"qmp_capabilities\"}", buf, sizeof(buf))) != 0)
		return error;
	if ((error = qtest_ask(ANSWER_OK, &v, "irq_intercept_in ioapic\n")) != 0 ||
	    (error = qtest_ask(ANSWER_OK, &v, "outl 0xcf8 0x%x\n", 0x80000000U | MCH_PCIEXBAR)) != 0 ||
	    (error = qtest_ask(ANSWER_OK, &v, "outl 0xcfc 0x%x\n", ECAM_BASE | 1)) != 0)
		return error;
	if ((uint16_t)qemu_confread(NULL, 0, 0, 2) != 0x8086)
		return gone("its host bridge is not there");
	return 0;
}

int
rumpuser_qemu_start(char *const args[])
{
	const char *path = getenv("QEMU");
	int qt[2] = { -1, -1 }, qm[2] = { -1, -1 }, ram = -1, rom = -1, error = NB_EIO;
	cpu_set_t cpus;
	static const uint8_t reset[] = { 0xfa, 0xf4, 0xeb, 0xfd };	/* cli; 1: hlt; jmp 1b */
	void *p;

	if (q.q_pid != 0)
		return NB_EBUSY;
	if (path == NULL || *path == '\0')
		path = "qemu-system-x86_64";
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qt) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, qm) == -1 ||
	    (ram = memory_file("rumpuser-ram", RAM_SIZE)) == -1 ||
	    (rom = memory_file("rumpuser-rom", ROM_SIZE)) == -1 ||
	    pwrite(rom, reset, sizeof(reset), ROM_SIZE - 16) != sizeof(reset)) {
		ru_print("rumpuser: QEMU's memory and sockets: %s\n", strerror(errno));
		goto out;
	}
	p = mmap(NULL, RAM_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, ram, 0);
	if (p == MAP_FAILED) {
		ru_print("rumpuser: QEMU's memory: %s\n", strerror(errno));
		goto out;
	}
	q.q_ram = p;
	q.q_pid = fork();
	if (q.q_pid == 0)
		exec_qemu(path, args, qt[1], qm[1], ram, rom);
	if (q.q_pid == -1) {
		q.q_pid = 0;
		ru_print("rumpuser: %s: %s\n", path, strerror(errno));
		goto out;
	}
	q.q_qtest = qt[0];
	q.q_qmp = qm[0];
	qt[0] = qm[0] = -1;
	close(qt[1]);
	close(qm[1]);
	qt[1] = qm[1] = -1;
	if ((error = machine_setup()) != 0) {
		int status = 0;

		usleep(100000);
		if (waitpid(q.q_pid, &status, WNOHANG) == q.q_pid) {
			if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
				error = NB_ENOENT;
			q.q_pid = 0;
		}
		ru_print("rumpuser: %s did not start%s\n", path, error == NB_ENOENT ?
		    "; is it installed (Debian's package qemu-system-x86)?" : "");
		goto out;
	}
	q.q_shared = sched_getaffinity(0, sizeof(cpus), &cpus) == 0 && CPU_COUNT(&cpus) == 1;
	rumpuser_clock_mode(RUMPUSER_CLOCK_HOST);
	rumpuser_dev_attach(&backend, NULL);
	error = 0;
 out:
	if (error != 0)
		cleanup();
	if (ram != -1)
		close(ram);
	if (rom != -1)
		close(rom);
	if (qt[0] != -1) {
		close(qt[0]);
		close(qt[1]);
	}
	if (qm[0] != -1) {
		close(qm[0]);
		close(qm[1]);
	}
	return error;
}

int
rumpuser_qemu_start_string(const char *args)
{
	char *copy = strdup(args), *p, *next, **argv;
	size_t n = 0, i;
	int error;

	if (copy == NULL)
		return NB_ENOMEM;
	for (p = copy, n = 1; *p != '\0'; p++)
		if (*p == '\n')
			n++;
	if ((argv = calloc(n + 1, sizeof(*argv))) == NULL) {
		free(copy);
		return NB_ENOMEM;
	}
	for (i = 0, p = copy; p != NULL; p = next) {
		if ((next = strchr(p, '\n')) != NULL)
			*next++ = '\0';
		if (*p != '\0')
			argv[i++] = p;
	}
	error = rumpuser_qemu_start(argv);
	free(argv);
	free(copy);
	return error;
}

void
rumpuser_qemu_stop(void)
{

	if (q.q_pid == 0)
		return;
	rumpuser_dev_attach(NULL, NULL);
	cleanup();
}
