/* SPDX-License-Identifier: BSD-2-Clause */

/* A file system on a disk that may lie; see stackops.h. */

#include <errno.h>
#include <string.h>
#include <time.h>

#include <rump/rump.h>
#include <rump/rump_syscalls.h>
#include <rump/rumpuser_dev.h>
#include <rump/rumpuser_fuzz.h>

#include "devops.h"
#include "model/pci.h"
#include "mutate.h"
#include "stackops.h"

/* One input while it runs. */
static struct {
	const struct stackops *so;
	struct devops d;
	int	plugged;
	uint8_t	script[HOSTILE_MAXREC * HOSTILE_RECORD];
} st;

static const uint8_t knobs[DEVOPS_KNOBS];

/* The file system and an empty bus that devices are plugged into. */
int
stackops_boot(void)
{
	int error;

	error = fsops_boot();
	return error != 0 ? error : devops_boot_bus();
}

static void
unplug(void *arg)
{

	if (!st.plugged)
		return;
	st.plugged = 0;
	st.d.dv_tampered = 1;
	if (st.so->so_dev->dd_unplug != NULL)
		st.so->so_dev->dd_unplug(&st.d);
}

static void
rescan(void)
{
	int error = rump_pub_dev_rescan(st.d.dv_bus, st.d.dv_attr, NULL);

	rump_pub_dev_settle();
	rig_trace("rescan %s: %d", st.d.dv_bus, error);
}

static void
record(struct hostile_record *hr, const struct fsop *op)
{

	memset(hr, 0, sizeof(*hr));
	hr->hr_kind = op->op - STACKOP_RECORD;
	hr->hr_how = op->flags & 0x7f;
	hr->hr_where = op->path | op->path2 << 8;
	hr->hr_nth = op->mode;
	hr->hr_count = op->fd;
	hr->hr_width = op->buf;
	hr->hr_off = op->off;
	hr->hr_val = op->len | (op->flags & 0x80 ? (uint64_t)op->len << 32 : 0);
}

static const char *
attach(const struct rumpuser_image_ops *ops, void *cookie, const struct fsinput *fi)
{
	const struct devops_dev *dd = st.so->so_dev;
	const struct devops_node *dn;
	struct hostile_record hr;
	struct fsop op;
	unsigned i;
	int error;

	st.d.dv_dev = dd;
	st.d.dv_bus = dd->dd_bus;
	st.d.dv_attr = dd->dd_attr;
	st.d.dv_ops = ops;
	st.d.dv_cookie = cookie;
	st.d.dv_size = fi->fi_size;
	st.d.dv_blksize = 512;
	input_init(&st.d.dv_knobs, knobs, sizeof(knobs));
	for (i = 0; i < fi->fi_nops && st.d.dv_nrec < HOSTILE_MAXREC; i++) {
		fsinput_op(fi, i, &op);
		if (op.op < STACKOP_RECORD)
			continue;
		record(&hr, &op);
		hostile_encode(&hr, st.script + st.d.dv_nrec++ * HOSTILE_RECORD);
	}
	st.d.dv_script = st.script;
	st.d.dv_scriptlen = st.d.dv_nrec * HOSTILE_RECORD;
	rig_trace("%u records", st.d.dv_nrec);
	if ((st.d.dv_pci = pcim_bus_create()) == NULL || (error = dd->dd_create(&st.d)) != 0)
		return NULL;
	st.plugged = 1;
	hostile_begin(st.d.dv_pci, st.script, st.d.dv_scriptlen, st.d.dv_nrec, unplug, NULL);
	rescan();
	for (dn = dd->dd_nodes; dn->dn_path != NULL; dn++) {
		if (dn->dn_flags & DEVOPS_BLOCK)
			return dn->dn_path;
	}
	return NULL;
}

static void
event(const struct fsop *op)
{
	const struct devops_dev *dd = st.so->so_dev;
	struct devop dop;
	struct timespec ts;

	switch (op->op) {
	case STACKOP_UNPLUG:
		rig_trace("unplug");
		unplug(NULL);
		break;
	case STACKOP_PLUG:
		if (!st.plugged && dd->dd_plug != NULL)
			st.plugged = dd->dd_plug(&st.d) == 0;
		rescan();
		break;
	case STACKOP_DELAY:
		ts.tv_sec = op->len % 65536 / 1000;
		ts.tv_nsec = op->len % 1000 * 1000000;
		rig_trace("%u milliseconds", op->len % 65536);
		rump_sys_nanosleep(&ts, NULL);
		break;
	case STACKOP_EVENT:
		memset(&dop, 0, sizeof(dop));
		dop.flags = op->flags;
		dop.idx = op->path;
		dop.buf = op->buf;
		dop.mode = op->mode;
		dop.off = op->off;
		dop.len = op->len;
		st.d.dv_tampered = 1;
		if (dd->dd_event != NULL)
			dd->dd_event(&st.d, &dop);
		rump_pub_dev_settle();
		break;
	}
}

/* The device on the bus that input made: the last one of depth 2. */
static int
note_top(const struct rump_devinfo *di, void *arg)
{

	if (strcmp(di->di_parent, st.d.dv_bus) == 0 && strlen(di->di_name) < 16)
		strcpy(arg, di->di_name);
	return 0;
}

static void
detach(void)
{
	const struct devops_dev *dd = st.so->so_dev;
	char name[16];
	int error;

	for (;;) {
		name[0] = '\0';
		rump_pub_dev_list(note_top, name);
		if (name[0] == '\0')
			break;
		error = rump_pub_dev_detach(name, 0);
		rig_trace("detach %s: %d", name, error);
		if (error == 0)
			continue;
		if (devops_clean(&st.d))
			rumpuser_report("detach-failed", "detach of %s without users: error %d", name,
			    error);
		error = rump_pub_dev_detach(name, RUMP_DETACH_FORCE);
		if (error != 0)
			rumpuser_report("device-left", "%s is left after a detach by force: error %d",
			    name, error);
	}
	rump_pub_dev_settle();
	if (st.d.dv_pci == NULL)
		return;
	if (st.d.dv_model != NULL && dd->dd_destroy != NULL)
		dd->dd_destroy(&st.d);
	unplug(NULL);
	hostile_end();
	rescan();
	pcim_bus_destroy(st.d.dv_pci);
}

const struct fsops_stack stackops_stack = {
	.sk_attach = attach, .sk_event = event, .sk_detach = detach,
};

void
stackops_run(const struct stackops *so, const uint8_t *data, size_t len)
{

	memset(&st, 0, sizeof(st));
	st.so = so;
	fsops_run(&so->so_fs, data, len);
}

/*
 * Mutation: as a file system's, and one of its operations becomes an event or
 * a record that hits something.
 */

static void
random_event(struct fsmut *fm, const struct devmut_hints *mh, struct fsop *op)
{
	static const uint8_t kinds[] = { HOSTILE_REG, HOSTILE_STORE, HOSTILE_STORE, HOSTILE_STORE,
		HOSTILE_FETCH, HOSTILE_INTR, HOSTILE_SCRIBBLE, HOSTILE_SPURIOUS, HOSTILE_UNPLUG,
		HOSTILE_SILENT };
	const uint16_t *where = NULL;
	unsigned n;

	memset(op, 0, sizeof(*op));
	if (mut_rand(fm, 4) == 0) {
		op->op = STACKOP_UNPLUG + mut_rand(fm, 4);
		op->flags = mut_rand(fm, 256);
		op->path = mut_rand(fm, 16);
		op->mode = mut_rand(fm, 64);
		op->len = mut_rand(fm, 40000);
		return;
	}
	n = kinds[mut_rand(fm, sizeof(kinds))];
	op->op = STACKOP_RECORD + n;
	op->flags = mut_rand(fm, HOSTILE_NHOW);
	op->mode = mut_rand(fm, 3) ? mut_rand(fm, 64) : mut_rand(fm, 2000);
	op->fd = mut_rand(fm, 4) ? 0 : mut_rand(fm, 256);
	op->buf = mut_rand(fm, 5);
	op->off = mut_rand(fm, 3) ? mut_rand(fm, 64) : mut_rand(fm, 4096);
	op->len = mut_value(fm, 0, 0x10000, 4);
	where = n == HOSTILE_REG ? mh->mh_regs : n == HOSTILE_STORE || n == HOSTILE_FETCH ?
	    mh->mh_tags : n == HOSTILE_SCRIBBLE ? mh->mh_regions : NULL;
	op->path = op->path2 = 0xff;
	if (where == NULL)
		return;
	for (n = 0; where[n] != HOSTILE_ANY; n++)
		continue;
	n = where[mut_rand(fm, n + 1)];
	op->path = n;
	op->path2 = n >> 8;
}

size_t
stackops_mutate(const struct stackops *so, uint8_t *data, size_t len, size_t max, unsigned seed,
    rig_mutate_fn base)
{
	static struct fsinput fi;
	struct fsmut fm = { .fm_rand = (seed + 7) * 0x9e3779b97f4a7c15ull };
	struct fsop op;

	len = fsmut_mutate(&so->so_fs, data, len, max, seed, base);
	mut_rand(&fm, 2);
	fsinput_parse(&fi, data, len);
	if (fi.fi_nops != 0 && mut_rand(&fm, 2) == 0) {
		random_event(&fm, so->so_dev->dd_hints, &op);
		fsop_encode(&op, data + (fi.fi_ops - data) + mut_rand(&fm, fi.fi_nops) * FSOP_SIZE);
	}
	return len;
}
