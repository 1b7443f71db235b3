/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * rumpfuzz-bench-dev [NAME...]: what devices cost, on one core; see
 * bench_util.h.  Whole inputs (attach, input and output, detach, restore) in
 * sanitized builds; single reads in others; and what is left of the speed of
 * QEMU's own model when a driver and a kernel are on top of it.
 */

#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <rump/rump.h>
#include <rump/rump_fuzz.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpdefs.h>
#include <rump/rumpdev_if_pub.h>
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>
#include <rump/rumpuser_qemu.h>

#include "bench_dev.h"
#include "bench_util.h"
#include "devops_scsi.h"
#include "devops_virtio_ld.h"
#include "model/scsi_host.h"

static void
quiet(const char *buf, size_t len, void *arg)
{

}

static void
boot(void)
{

	rumpuser_console_sink(quiet, NULL);
	must(rump_init() == 0, "rump_init");
	must(rump_pub_lwproc_rfork(RUMP_RFCFDG) == 0, "process");
	rump_pub_dev_settle();
}

/*
 * Each figure is made in a process of its own, since each boots.
 */
static void
apart(const char *name, void (*fn)(const char *name))
{
	int status = 1;
	pid_t pid;

	if (!wanted(name))
		return;
	fflush(NULL);
	if ((pid = fork()) == 0) {
		fn(name);
		fflush(NULL);
		_exit(0);
	}
	must(pid != -1 && waitpid(pid, &status, 0) == pid, "fork");
	if (status != 0) {
		fprintf(stderr, "rumpfuzz bench: %s did not finish\n", name);
		exit(2);
	}
}

/*
 * Whole inputs.
 */

static const struct devops_dev *input_dev;
static const uint8_t *input;
static size_t inputlen;

static void
do_input(unsigned n)
{

	must(bench_dev(input_dev, input, inputlen, n) == 0, "an input did not give everything back");
}

static void
inputs(const char *name, double bar)
{
	struct rumpuser_reset_stats rs;

	bench_pin();
	boot();
	must(devops_boot() == 0, "boot of the target");
	rump_pub_drain();
	rump_pub_audit_mark();
	rumpuser_obj_mark();
	must(rumpuser_snapshot() == 0, "snapshot");
	do_input(1);
	print(name, rate(do_input, 20), "per s", SANITIZED ? bar : 0, 1);
	rumpuser_reset_stats(&rs);
	print("  copied by its restore", rs.rs_copied_bytes / 1024.0, "KiB", 0, 0);
	print("  rewound by it", rs.rs_rewound_bytes / 1024.0, "KiB", 0, 0);
}

static void
hostile_block(const char *name)
{

	input_dev = &devops_virtio_ld;
	input = bench_dev_hostile;
	inputlen = bench_dev_hostile_len;
	inputs(name, 8000);
}

static void
scsi_disk(const char *name)
{

	input_dev = &devops_scsi_disk;
	input = bench_scsi_disk;
	inputlen = bench_scsi_disk_len;
	inputs(name, 5000);
}

/*
 * Reads of 512 bytes.
 */

static int disk;

static void
do_read(unsigned n)
{
	static char buf[512];

	while (n-- > 0)
		must(rump_sys_pread(disk, buf, sizeof(buf), (off_t)(n % 128) * 512) == 512, "read");
}

static void
scsi_read(const char *name)
{
	static const struct rumpuser_scsi_setup setup = {
		.su_name = "bench", .su_bustype = RUMPUSER_SCSI_SCSI, .su_nchannels = 1,
		.su_ntargets = 4, .su_nluns = 8, .su_id = -1, .su_openings = 16, .su_perperiph = 8,
		.su_maxxfer = 65536, .su_flags = RUMPUSER_SCSI_TAGS,
	};
	struct scsim_config sm = { .sm_type = SCSIM_DISK, .sm_blksize = 512, .sm_nblocks = 8192 };
	struct scsim_target *t = scsim_create();
	struct scsi_host *h = scsi_host_create(&setup);

	bench_pin();
	must(t != NULL && h != NULL && scsim_add(t, 0, &sm) == 0 && scsi_host_plug(h, 0, t, 0) == 0,
	    "a SCSI disk");
	boot();
	must((disk = rump_sys_open("/dev/rsd0d", RUMP_O_RDONLY)) != -1, "/dev/rsd0d");
	print(name, rate(do_read, 500) / 1e6, "M per s", SANITIZED ? 0 : 1.0, 1);
}

/*
 * QEMU: a driver of a few lines (legacy virtio, no interrupts, the ring
 * looked at all the time) against ours, one request at a time, a doorbell
 * each, on the same QEMU.
 *
 * Two processes that wake one another are slowed down by whatever else runs,
 * so it is done in rounds which are shorter than a slice, in turn, and what
 * counts is the round that 19 of 20 are slower than, of each.
 */

static uint64_t io;
static unsigned qsize;
static uint8_t *ring;
static uint64_t ring_mach, data_mach;
static uint16_t avail_idx;

struct desc {
	uint64_t addr;
	uint32_t len;
	uint16_t flags, next;
};

static int
find_virtio1(uint32_t *bdfp)
{
	uint32_t bdf, seen = 0;

	for (bdf = 0; bdf < 0x100; bdf++)
		if (rumpuser_pci_confread(bdf, 0, 4) == 0x10011af4 && seen++ == 1) {
			*bdfp = bdf;
			return 0;
		}
	return -1;
}

static void
bare_setup(void)
{
	void *view;
	uint32_t bdf = 0;

	must(rump_pub_dev_detach("virtio1", 0) == 0, "detach");
	must(find_virtio1(&bdf) == 0, "the second disk");
	io = rumpuser_pci_confread(bdf, 0x10, 4) & ~3u;
	rumpuser_pci_confwrite(bdf, 4, 2, 7);
	rumpuser_bus_write(RUMPUSER_SPACE_IO, io + 18, 1, 0);
	rumpuser_bus_write(RUMPUSER_SPACE_IO, io + 18, 1, 3);
	rumpuser_bus_write(RUMPUSER_SPACE_IO, io + 4, 4, 0);
	rumpuser_bus_write(RUMPUSER_SPACE_IO, io + 14, 2, 0);
	qsize = rumpuser_bus_read(RUMPUSER_SPACE_IO, io + 12, 2);
	must(qsize >= 4 && qsize <= 256, "queue size");
	must(rumpuser_dma_alloc(16384, 4096, 0, 0, UINT32_MAX, &ring_mach, &view) == 0, "ring");
	ring = view;
	memset(ring, 0, 16384);
	data_mach = ring_mach + 12288;
	struct desc *d = (struct desc *)ring;
	d[0] = (struct desc){ data_mach, 16, 1, 1 };
	d[1] = (struct desc){ data_mach + 512, 512, 3, 2 };
	d[2] = (struct desc){ data_mach + 1024, 1, 2, 0 };
	((uint16_t *)(ring + qsize * 16))[0] = 1;	/* no interrupts */
	rumpuser_bus_write(RUMPUSER_SPACE_IO, io + 8, 4, ring_mach >> 12);
	rumpuser_bus_write(RUMPUSER_SPACE_IO, io + 18, 1, 7);
}

static void
do_bare(unsigned n)
{
	volatile uint16_t *avail = (uint16_t *)(ring + qsize * 16);
	volatile uint16_t *used = (uint16_t *)(ring + ((qsize * 16 + 6 + qsize * 2 + 4095) & ~4095u));
	uint64_t sector;

	while (n-- > 0) {
		sector = n % 128;
		memset(ring + 12288, 0, 8);
		memcpy(ring + 12288 + 8, &sector, 8);
		avail[2 + avail_idx % qsize] = 0;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		avail[1] = ++avail_idx;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		rumpuser_bus_write(RUMPUSER_SPACE_IO, io + 16, 2, 0);
		while (used[1] != avail_idx)
			__builtin_ia32_pause();
		must(ring[12288 + 1024] == 0, "a bare read");
	}
}

#define QEMU_BATCH	20	/* requests in a round, ... */
#define QEMU_WARM	5	/* ... after some that are not timed */
#define QEMU_ROUNDS	4000
#define QEMU_LEAST	200
#define QEMU_SECONDS	10

static int
cmp_double(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

/* Rates of each of two functions; see above. */
static void
rates(void (*const fn[2])(unsigned n), double per_s[2])
{
	static double took[2][QEMU_ROUNDS];
	double t, until = now() + QEMU_SECONDS;
	unsigned i, n;

	for (n = 0; n < QEMU_ROUNDS && (n < QEMU_LEAST || now() < until); n++)
		for (i = 0; i < 2; i++) {
			(*fn[i])(QEMU_WARM);
			t = now();
			(*fn[i])(QEMU_BATCH);
			took[i][n] = now() - t;
		}
	for (i = 0; i < 2; i++) {
		qsort(took[i], n, sizeof(took[i][0]), cmp_double);
		per_s[i] = QEMU_BATCH / took[i][n / 20];
	}
}

static void
qemu(const char *name)
{
	static void (*const fn[2])(unsigned n) = { do_bare, do_read };
	char image[] = "/tmp/rumpfuzz-bench.XXXXXX", args[1024];
	double per_s[2];
	int fd = mkstemp(image), error;

	must(fd != -1 && ftruncate(fd, 1 << 20) == 0, "a file in /tmp");
	snprintf(args, sizeof(args), "-drive\nfile=%s,if=none,id=a,format=raw\n-device\n"
	    "virtio-blk-pci,drive=a,addr=3,disable-modern=on\n-drive\nfile=%s,if=none,id=b,format=raw,"
	    "readonly=on,file.locking=off\n-device\nvirtio-blk-pci,drive=b,addr=4,disable-modern=on", image, image);
	error = rumpuser_qemu_start_string(args);
	unlink(image);
	if (error == RUMP_ENOENT) {
		printf("%-24s left out: no QEMU here\n", name);
		return;
	}
	must(error == 0, "QEMU");
	bench_pin();
	boot();
	must((disk = rump_sys_open("/dev/rld0d", RUMP_O_RDONLY)) != -1, "/dev/rld0d");
	bare_setup();
	rates(fn, per_s);
	print("qemu-bare-read", per_s[0], "per s", 0, 1);
	print("qemu-read", per_s[1], "per s", 0, 1);
	print(name, per_s[1] / per_s[0], "of bare", SANITIZED ? 0 : 0.8, 1);
	rumpuser_qemu_stop();
}

int
main(int argc, char **argv)
{

	only = argv + 1;
	nonly = argc - 1;
	if (nonly > 0 && only[0][0] == '-') {
		fprintf(stderr, "usage: %s [NAME...]\n", argv[0]);
		return 2;
	}
	printf("%s build, backend %s, devices\n", SANITIZED ? "ASan" : "plain", rumpuser_backend());
	apart("hostile-block-input", hostile_block);
	apart("scsi-disk-input", scsi_disk);
	apart("scsi-read-512", scsi_read);
	apart("qemu-read-ratio", qemu);
	return 0;
}
