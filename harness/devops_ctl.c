/* SPDX-License-Identifier: BSD-2-Clause */

/* Controllers without hardware, and what programs ask; see devops_ctl.h. */

#include <stdint.h>
#include <string.h>

#include <rump/rumpdev_if_pub.h>

#include "ctl_tour.h"
#include "devops_ctl.h"
#include "devops_pci.h"
#include "userbuf.h"

/* Set anew for each input. */
static unsigned present;
static int pci;

int
devops_ctl_create(struct devops *d)
{
	static const uint8_t topology[] = { 3, 0, 0, 0, 1, 1, 0, DEVOPS_PCI_IO | DEVOPS_PCI_MSI };
	const size_t records = d->dv_nrec * HOSTILE_RECORD;
	const unsigned bits = input_u8(&d->dv_knobs);
	struct ctltour ct = { .ct_answers = d->dv_script + records,
	    .ct_nanswers = d->dv_scriptlen - records };
	unsigned i;

	for (i = 0; i < CTLTOUR_UNITS; i++) {
		ct.ct_unit[i].cu_flags = input_u8(&d->dv_knobs);
		ct.ct_unit[i].cu_sensors = input_u8(&d->dv_knobs);
		ct.ct_unit[i].cu_kinds = input_u8(&d->dv_knobs);
	}
	ct.ct_present = present = (bits & DEVOPS_CTL_NONE ? 0 : 1) | (bits & DEVOPS_CTL_SECOND ? 2 : 0) |
	    (bits & DEVOPS_CTL_THIRD ? 4 : 0);
	rump_ctltour_setup(&ct);
	/* Answers may be refusals. */
	d->dv_tampered |= ct.ct_nanswers != 0;
	if ((pci = (bits & DEVOPS_CTL_PCI) != 0) == 0)
		return 0;
	/* These are found here, what is on the other bus when it is ready. */
	rump_pub_dev_rescan("mainbus0", "mainbus", NULL);
	d->dv_bus = "pci0";
	d->dv_attr = "pci";
	input_init(&d->dv_knobs, topology, sizeof(topology));
	return devops_pci_create(d);
}

void
devops_ctl_unplug(struct devops *d)
{

	rump_ctltour_present(0);
	if (pci)
		devops_pci_unplug(d);
}

int
devops_ctl_plug(struct devops *d)
{

	rump_ctltour_present(present);
	return pci ? devops_pci_plug(d) : 0;
}

void
devops_ctl_event(struct devops *d, const struct devop *op)
{
	const unsigned what = op->idx % (CTLTOUR_NEVENT + 3);
	struct devop ev = *op;

	d->dv_tampered = 1;
	ev.idx = what - CTLTOUR_NEVENT;
	if (what < CTLTOUR_NEVENT)
		rump_ctltour_event(what, op->buf, op->off);
	else if (pci)
		devops_pci_event(d, &ev);
}

/* Nobody is found any more when the rig looks a last time. */
void
devops_ctl_destroy(struct devops *d)
{

	rump_ctltour_present(0);
}

static void
mutate_knobs(uint8_t *k, uint32_t (*rnd)(void *, uint32_t), void *arg)
{
	const unsigned i = rnd(arg, 1 + 3 * CTLTOUR_UNITS);

	k[i] ^= 1 << rnd(arg, i == 0 ? 4 : 8);
}

const struct devmut_hints devops_ctl_hints = { .mh_knobs = mutate_knobs, .mh_answers = 1 };

/*
 * ioctls.  What an argument points to is as long as it says and not a byte
 * longer, as far as the kernel would take it.
 */

#define NAMELEN	16

/* A field of NAMELEN bytes: one of those, or the operation's own bytes, or no NUL. */
static void
put_name(char *p, unsigned i)
{
	static const char *const names[] = {
		"ctl0", "ctl1", "ctl2", "iic0", "iic1", "ctlchip0", "ctlchip1", "ctlchip2", "pcitour0", "ppb0",
		"", "ctl9", "a name with 15 c", "pci1", "mainbus0", "pci0",
	};
	const unsigned n = sizeof(names) / sizeof(names[0]);

	if (i % (n + 1) == n)
		return;
	memset(p, 0, NAMELEN);
	memcpy(p, names[i % (n + 1)], strnlen(names[i % (n + 1)], NAMELEN));
}

/* The same where the harness would miss those it had before: the last two. */
static void
put_victim(char *p, unsigned i)
{

	put_name(p, i);
	if (strncmp(p, "mainbus", 7) == 0 || strncmp(p, "pci0", 5) == 0)
		p[0] = '\0';
}

/* A cookie: the first that is given out, unless the operation says. */
static void
fill_cookie(const struct devop *op, void *arg)
{

	*(uint64_t *)arg = 1 + op->buf;
}

static void
fill_locate(const struct devop *op, void *arg)
{
	struct {
		uint64_t cookie;
		char	*name;
	} *bl = arg;

	bl->name = op->flags & 1 ? NULL : devops_given(NAMELEN);
	if (bl->name == NULL)
		return;
	userbuf_fill((uint8_t *)bl->name, NAMELEN, op->buf);
	put_name(bl->name, op->off);
}

/* struct i2c_ioctl_exec: a read of one byte, from a place where no driver is. */
static void
fill_exec(const struct devop *op, void *arg)
{
	static const uint8_t ops[] = { 1, 0, 2, 3, 5, 7 };
	const size_t most = 256;
	struct {
		int32_t	op;
		uint16_t addr;
		void	*cmd;
		size_t	cmdlen;
		void	*buf;
		size_t	buflen;
	} *e = arg;

	e->op = op->flags & 1 ? (int32_t)op->off : ops[op->off % sizeof(ops)];
	e->addr = op->mode != 0 ? op->mode : 0x20;
	e->cmdlen = op->flags & 2 ? SIZE_MAX - op->buf : (op->flags & 4 ? most : 0) + op->buf;
	e->buflen = op->flags & 8 ? (size_t)op->len << 32 : op->len != 0 ? op->len % (2 * most) : 1;
	e->cmd = e->buf = NULL;
	if ((op->flags & 16) != 0)
		return;
	e->cmd = devops_given(e->cmdlen < most ? e->cmdlen : most);
	e->buf = devops_given(e->buflen < most ? e->buflen : most);
}

/* struct devdetachargs */
static void
fill_detach(const struct devop *op, void *arg)
{

	put_victim(arg, op->mode);
}

/* struct devpmargs */
static void
fill_power(const struct devop *op, void *arg)
{
	struct {
		char	name[NAMELEN];
		uint32_t flags;
	} *pm = arg;

	put_name(pm->name, op->mode);
	pm->flags = op->buf;
}

/* struct devlistargs: the number of mainbus0's children, or as many as there is room for. */
static void
fill_list(const struct devop *op, void *arg)
{
	const unsigned most = 64;	/* more than there are */
	struct {
		char	name[NAMELEN];
		char	(*children)[NAMELEN];
		size_t	n;
	} *l = arg;

	put_name(l->name, op->mode != 0 ? op->mode - 1 : 14);
	l->n = op->flags & 1 ? SIZE_MAX - op->len : op->len;
	l->children = l->n == 0 || op->flags & 2 ? NULL : devops_given((l->n < most ? l->n : most) * NAMELEN);
}

/* struct devrescanargs: all of mainbus0 */
static void
fill_rescan(const struct devop *op, void *arg)
{
	static const char *const attrs[] = {
		"", "mainbus", "pcibus", "i2cbus", "iic", "pci", "none", "an attribute of 1",
	};
	const char *attr = attrs[op->buf % (sizeof(attrs) / sizeof(attrs[0]))];
	const unsigned most = 100;
	unsigned i;
	struct {
		char	name[NAMELEN], attr[NAMELEN];
		unsigned n;
		int	*locs;
	} *r = arg;

	put_name(r->name, op->mode != 0 ? op->mode - 1 : 14);
	memset(r->attr, 0, NAMELEN);
	memcpy(r->attr, attr, strnlen(attr, NAMELEN));
	r->n = op->len;
	if ((r->locs = op->flags & 1 ? NULL : devops_given((r->n < most ? r->n : most) * sizeof(int))) == NULL)
		return;
	for (i = 0; i < r->n && i < most; i++)
		r->locs[i] = (int)op->off - 1;
}

/* bus, device, function, register, value: first what there always is. */
static void
fill_function(const struct devop *op, void *arg)
{
	const uint32_t v[5] = { op->buf, (op->mode + 3u) & 0xffff, op->flags & 15, op->off, op->len };

	memcpy(arg, v, sizeof(v));
}

/* struct pciio_drvname: its first two. */
static void
fill_drvname(const struct devop *op, void *arg)
{
	const uint32_t v[2] = { (op->mode + 3u) & 0xffff, op->flags & 15 };

	memcpy(arg, v, sizeof(v));
}

/* A request that nobody knows: of another size or direction than one that is known. */
static unsigned long
make_unknown(const struct devop *op)
{
	const unsigned long known = devops_ctl_ioctls[op->buf % 22].di_cmd;
	const unsigned long cmd = (known & 0xffff) | (op->mode & 0x1ffful) << 16 |
	    (op->flags & 7ul) << 29;

	return cmd != known ? cmd : cmd ^ 1 << 16;
}

const struct devops_ioctl devops_ctl_ioctls[] = {
	{ 0xc0104200, "BIOCLOCATE", fill_locate, 0, 0, NULL },
	{ 0xc0204220, "BIOCINQ", fill_cookie, 0, 0, NULL },
	{ 0xc0804221, "BIOCDISK", fill_cookie, 0, 0, NULL },
	{ 0xc0806226, "BIOCDISK_NOVOL", fill_cookie, 0, 0, NULL },
	{ 0xc0604222, "BIOCVOL", fill_cookie, 0, 0, NULL },
	{ 0xc0104223, "BIOCALARM", fill_cookie, 0, 0, NULL },
	{ 0xc0104224, "BIOCBLINK", fill_cookie, 0, 0, NULL },
	{ 0xc0184225, "BIOCSETSTATE", fill_cookie, 0, 0, NULL },
	{ 0xc0304227, "BIOCVOLOPS", fill_cookie, 0, 0, NULL },
	{ 0xc0204502, "ENVSYS_GTREDATA", NULL, 0, 0, NULL },
	{ 0xc0344504, "ENVSYS_GTREINFO", NULL, 0, 0, NULL },
	{ 0x80284900, "I2C_IOCTL_EXEC", fill_exec, 0, 0, NULL },
	{ 0x8010447b, "DRVDETACHDEV", fill_detach, 0, 0, NULL },
	{ 0x8030447c, "DRVRESCANBUS", fill_rescan, 0, 0, NULL },
	{ 0x8014447e, "DRVRESUMEDEV", fill_power, 0, 0, NULL },
	{ 0xc020447f, "DRVLISTDEV", fill_list, 0, 0, NULL },
	{ 0x80144481, "DRVSUSPENDDEV", fill_power, 0, 0, NULL },
	{ 0xc0145002, "PCI_IOC_BDF_CFGREAD", fill_function, 0, 0, NULL },
	{ 0x80145003, "PCI_IOC_BDF_CFGWRITE", fill_function, 0, 0, NULL },
	{ 0x40085004, "PCI_IOC_BUSINFO", NULL, 0, 0, NULL },
	{ 0xc0185005, "PCI_IOC_DRVNAME", fill_drvname, 0, 0, NULL },
	{ 0xc01c5006, "PCI_IOC_DRVNAMEONBUS", fill_function, 0, 0, NULL },
	{ 0x20000000, "something else", NULL, 0, 0, make_unknown },
	{ 0xc0085000, "PCI_IOC_CFGREAD", NULL, 0, 0, NULL },
	{ 0x80085001, "PCI_IOC_CFGWRITE", NULL, 0, 0, NULL },
	{ 0, NULL, NULL, 0, 0, NULL },
};
