/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * A device that lies: on top of any model, what the kernel gets from it is
 * replaced where a script says so, and left alone where it does not.
 *
 * The layer wraps a bus of models (pci.h) as a backend, for configuration
 * space and registers, and sits in its hooks, for memory and interrupts; a
 * model has only to say by tags what it moves.  A script is a list of records
 * of HOSTILE_RECORD bytes, followed by loose bytes that records may refer to:
 *
 *	u8 kind, u8 how, le16 where, le16 nth, u8 count, u8 width,
 *	le32 off, le64 val
 *
 * A record strikes at the nth (0: the first) event of its kind that matches
 * where, and at the count (255: all) events after it.  Bytes of zero are a
 * record that does nothing.
 *
 * Everything here is created anew by hostile_begin() and gone after
 * hostile_end().
 */

#ifndef HARNESS_MODEL_HOSTILE_H
#define HARNESS_MODEL_HOSTILE_H

#include <stddef.h>
#include <stdint.h>

struct pcim_bus;

#define HOSTILE_RECORD	20
#define HOSTILE_MAXREC	64
#define HOSTILE_ANY	0xffffu		/* where: anywhere */

enum hostile_kind {
	HOSTILE_NONE,
	HOSTILE_CONF,		/* a read of configuration space; where: the register */
	HOSTILE_REG,		/* a read of a register; where: the address's low 12 bits */
	HOSTILE_STORE,		/* the device writes memory; where: the tag */
	HOSTILE_FETCH,		/* the device reads memory; where: the tag */
	HOSTILE_INTR,		/* the device raises an interrupt; where: HOSTILE_ANY or 0 */
	/* What follows happens by itself. */
	HOSTILE_SCRIBBLE,	/* before the nth completion, region where at off is overwritten */
	HOSTILE_SPURIOUS,	/* at the nth access, bound line number where is asserted */
	HOSTILE_UNPLUG,		/* at the nth access the device is gone */
	HOSTILE_SILENT,		/* from the nth access on the device completes nothing; val ns */
	HOSTILE_NKIND
};

/* How the value of CONF, REG, STORE and FETCH changes. */
enum hostile_how {
	HOSTILE_SET,		/* to val */
	HOSTILE_XOR,
	HOSTILE_ADD,
	HOSTILE_ONES,		/* to all ones */
	HOSTILE_DROP,		/* a store or an interrupt does not happen; a read is 0 */
	HOSTILE_TWICE,		/* a store or an interrupt happens two times */
	HOSTILE_SHORT,		/* only off bytes are stored or fetched */
	HOSTILE_BYTES,		/* width * 8 bytes (0: all) come from the loose bytes at val */
	HOSTILE_LATE,		/* an interrupt comes val ns later */
	HOSTILE_COHERENT,	/* as SET, and the CPU sees it without a sync */
	HOSTILE_LESS,		/* only off bytes are stored, and the device says how few */
	HOSTILE_NHOW
};

struct hostile_record {
	uint8_t	 hr_kind, hr_how;
	uint16_t hr_where, hr_nth;
	uint8_t	 hr_count, hr_width;
	uint32_t hr_off;
	uint64_t hr_val;
};

static inline void
hostile_decode(struct hostile_record *hr, const uint8_t *p)
{
	unsigned i;

	hr->hr_kind = p[0] % HOSTILE_NKIND;
	hr->hr_how = p[1] % HOSTILE_NHOW;
	hr->hr_where = p[2] | p[3] << 8;
	hr->hr_nth = p[4] | p[5] << 8;
	hr->hr_count = p[6];
	hr->hr_width = p[7];
	hr->hr_off = p[8] | p[9] << 8 | p[10] << 16 | (uint32_t)p[11] << 24;
	hr->hr_val = 0;
	for (i = 8; i-- > 0;)
		hr->hr_val = hr->hr_val << 8 | p[12 + i];
}

static inline void
hostile_encode(const struct hostile_record *hr, uint8_t *p)
{
	unsigned i;

	p[0] = hr->hr_kind;
	p[1] = hr->hr_how;
	p[2] = hr->hr_where;
	p[3] = hr->hr_where >> 8;
	p[4] = hr->hr_nth;
	p[5] = hr->hr_nth >> 8;
	p[6] = hr->hr_count;
	p[7] = hr->hr_width;
	for (i = 0; i < 4; i++)
		p[8 + i] = hr->hr_off >> (8 * i);
	for (i = 0; i < 8; i++)
		p[12 + i] = hr->hr_val >> (8 * i);
}

/*
 * Attaches the bus as the backend of the device hypercalls, with this layer
 * in between (in its hooks, too).  script[0..len) stays the caller's until
 * hostile_end(); its first nrec records count.  Without any the bus is
 * attached as it is.  unplug takes the device off its bus; it is called from
 * within an access to it, and may be NULL.
 */
void	hostile_begin(struct pcim_bus *, const uint8_t *script, size_t len, unsigned nrec,
	    void (*unplug)(void *arg), void *arg);

/* Takes it out again.  Harmless when there is none. */
void	hostile_end(void);

/* Nothing has been tampered with since hostile_begin(): the device is right. */
int	hostile_clean(void);

/*
 * The device did less than it was asked for and said so, and nothing else:
 * what it did not do must not be taken for done.
 */
int	hostile_honest(void);

/*
 * Accesses of the kernel so far (configuration space, registers), with a
 * script; after hostile_end(): in all.
 */
unsigned hostile_accesses(void);

/*
 * For models: the device completes nothing now; ask again at the time given
 * (UINT64_MAX: never again).
 */
int	hostile_silent(uint64_t *until);

/*
 * Tags of pcim_dma_read() and pcim_dma_write(): each family of models has its
 * own numbers.
 */
#define HOSTILE_TAG(family, n)	((family) << 12 | (n))
/* The model tells how many of these bytes it stored: see hostile_withheld(). */
#define HOSTILE_TAG_COUNTED	0x800
#define HOSTILE_TAG_VIRTIO	1
#define HOSTILE_TAG_NVME	2
#define HOSTILE_TAG_AHCI	3
#define HOSTILE_TAG_SCSI	4
#define HOSTILE_TAG_OTHER	14

/*
 * For models: memory that the driver gave to the device (a ring), to be
 * scribbled over; len 0 forgets it.  Slots are the model's own numbers.
 */
#define HOSTILE_NREGION	64
void	hostile_region(unsigned slot, uint64_t mach, size_t len);

/*
 * For models: bytes not stored by HOSTILE_LESS, to be taken off what is told;
 * told is 0 where a driver need not believe that number.
 */
size_t	hostile_withheld(int told);

/* For models: a request is about to be completed. */
void	hostile_completion(void);

#endif /* HARNESS_MODEL_HOSTILE_H */
