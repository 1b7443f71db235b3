/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The ioctls of every disk (dkio(4)) and every terminal (tty(4)), with
 * arguments that make sense.  Host code does not see the kernel's headers, so
 * their numbers stand here.
 */

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "devops.h"

/* struct dkwedge_info: device, name, parent, le64 offset, le64 size, type. */
#define DKW_WNAME	16
#define DKW_OFFSET	160
#define DKW_SIZE	168
#define DKW_PTYPE	176

static void
add_wedge(const struct devop *op, void *arg)
{
	uint8_t *p = arg;
	uint64_t off = op->off, size = op->len;

	memset(p, 0, DKW_OFFSET);
	snprintf((char *)p + DKW_WNAME, 16, "wedge %u", op->idx);
	memcpy(p + DKW_OFFSET, &off, sizeof(off));
	memcpy(p + DKW_SIZE, &size, sizeof(size));
	memset(p + DKW_PTYPE, 0, 32);
	strcpy((char *)p + DKW_PTYPE, op->flags & 1 ? "msdos" : "");
}

static void
del_wedge(const struct devop *op, void *arg)
{

	memset(arg, 0, DKW_OFFSET);
	snprintf(arg, 16, "dk%u", op->off % 8);
}

/* struct dkwedge_list: pointer, its bytes, two counts. */
static void
list_wedges(const struct devop *op, void *arg)
{
	static uint8_t room[4 * 208];
	struct {
		void	*buf;
		size_t	size;
	} *l = arg;

	l->buf = room;
	l->size = op->len % (sizeof(room) + 1);
}

/* struct atareq: a command that changes nothing on a disk, as a program makes it. */
static void
ata_command(const struct devop *op, void *arg)
{
	static const struct {
		uint8_t	command, sectors, flags;
	} known[] = {
		{ 0xec, 1, 1 }, { 0xe5, 0, 4 }, { 0xc8, 1, 9 }, { 0xc8, 8, 9 }, { 0xe7, 0, 0 }, { 0xa1, 1, 1 },
		{ 0x2f, 1, 1 }, { 0xfe, 0, 4 },
	};
	static uint8_t room[8 * 512];
	struct {
		uint64_t flags;
		uint8_t	command, features, count, sector, head;
		uint16_t cylinder;
		void	*buf;
		uint64_t len;
		int	timeout;
		uint8_t	retsts, error;
	} *r = arg;
	unsigned i = op->buf % (sizeof(known) / sizeof(known[0]));

	memset(r, 0, sizeof(*r));
	r->flags = known[i].flags;
	r->command = known[i].command;
	r->count = known[i].sectors;
	r->sector = op->off;
	r->cylinder = op->off >> 8;
	r->buf = room;
	/* Room for what the command moves, at the least: else it is the program that lies. */
	r->len = known[i].sectors * 512 + (op->flags & 1 ? (uint64_t)op->len : 0);
	r->timeout = op->flags & 2 ? 0 : 1000 + op->mode;
}

const struct devops_ioctl devops_disk_ioctls[] = {
	{ 0x40086484, "DIOCGMEDIASIZE", NULL, 0 },
	{ 0x40046485, "DIOCGSECTORSIZE", NULL, 0 },
	{ 0x41986465, "DIOCGDINFO", NULL, 0 },
	{ 0x80046476, "DIOCCACHESYNC", NULL, 0 },
	{ 0x81986466, "DIOCSDINFO", NULL, 0x41986465 },
	{ 0x81986467, "DIOCWDINFO", NULL, 0x41986465 },
	{ 0x41986472, "DIOCGDEFLABEL", NULL, 0 },
	{ 0x20006473, "DIOCCLRLABEL", NULL, 0 },
	{ 0x80046477, "DIOCKLABEL", NULL, 0 },
	{ 0x8004646d, "DIOCWLABEL", NULL, 0 },
	{ 0x80206468, "DIOCGPARTINFO", NULL, 0 },
	{ 0x80046470, "DIOCEJECT", NULL, 0 },
	{ 0x80046471, "DIOCLOCK", NULL, 0 },
	{ 0x40046474, "DIOCGCACHE", NULL, 0 },
	{ 0x80046475, "DIOCSCACHE", NULL, 0 },
	{ 0xc0d06479, "DIOCAWEDGE", add_wedge, 0 },
	{ 0x40d0647a, "DIOCGWEDGEINFO", NULL, 0 },
	{ 0x80d0647b, "DIOCDWEDGE", del_wedge, 0 },
	{ 0xc018647c, "DIOCLWEDGES", list_wedges, 0 },
	{ 0x40046483, "DIOCMWEDGES", NULL, 0 },
	{ 0x40046486, "DIOCRMWEDGES", NULL, 0 },
	{ 0x4030647d, "DIOCGSTRATEGY", NULL, 0 },
	{ 0x8030647e, "DIOCSSTRATEGY", NULL, 0x4030647d },
	{ 0x40046480, "DIOCTUR", NULL, 0 },
	{ 0x40086487, "DIOCGSECTORALIGN", NULL, 0 },
	{ 0xc0285108, "ATAIOCCOMMAND", ata_command, 0 },
	{ 0, NULL, NULL, 0 },
};

/* FIONBIO turns it on, never off: a read would wait for a line that nobody speaks on. */
static void
nonblocking(const struct devop *op, void *arg)
{

	*(uint8_t *)arg |= 1;
}

const struct devops_ioctl devops_tty_ioctls[] = {
	{ 0x402c7413, "TIOCGETA", NULL, 0 },
	{ 0x802c7414, "TIOCSETA", NULL, 0x402c7413 },
	{ 0x802c7415, "TIOCSETAW", NULL, 0x402c7413 },
	{ 0x802c7416, "TIOCSETAF", NULL, 0x402c7413 },
	{ 0x40087468, "TIOCGWINSZ", NULL, 0 },
	{ 0x80087467, "TIOCSWINSZ", NULL, 0 },
	{ 0x4004667f, "FIONREAD", NULL, 0 },
	{ 0x40047473, "TIOCOUTQ", NULL, 0 },
	{ 0x2000746f, "TIOCSTOP", NULL, 0 },
	{ 0x2000746e, "TIOCSTART", NULL, 0 },
	{ 0x2000747b, "TIOCSBRK", NULL, 0 },
	{ 0x2000747a, "TIOCCBRK", NULL, 0 },
	{ 0x20007479, "TIOCSDTR", NULL, 0 },
	{ 0x20007478, "TIOCCDTR", NULL, 0 },
	{ 0x2000745e, "TIOCDRAIN", NULL, 0 },
	{ 0x80047410, "TIOCFLUSH", NULL, 0 },
	{ 0x2000740d, "TIOCEXCL", NULL, 0 },
	{ 0x2000740e, "TIOCNXCL", NULL, 0 },
	{ 0x4004746a, "TIOCMGET", NULL, 0 },
	{ 0x8004746d, "TIOCMSET", NULL, 0 },
	{ 0x80017472, "TIOCSTI", NULL, 0 },
	{ 0x8004667e, "FIONBIO", nonblocking, 0 },
	{ 0x8004667d, "FIOASYNC", NULL, 0 },
	{ 0, NULL, NULL, 0 },
};
