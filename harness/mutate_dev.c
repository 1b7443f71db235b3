/* SPDX-License-Identifier: BSD-2-Clause */

/* Mutation of inputs for devices (devops.h): each part by its own rules. */

#include <stdint.h>
#include <string.h>

#include "devops.h"

#define MAXLOOSE	4096u

/* An input taken apart; put together again by join(). */
struct parts {
	uint8_t	head[DEVOPS_HEADER];
	unsigned nops, nrec;
	uint8_t	ops[DEVOPS_MAXOPS][DEVOP_SIZE];
	uint8_t	rec[HOSTILE_MAXREC][HOSTILE_RECORD];
	size_t	nloose;
	uint8_t	loose[MAXLOOSE];
	uint64_t rand;
};

static const struct devmut_hints none;

static uint32_t
rnd(void *arg, uint32_t n)
{
	struct parts *p = arg;
	uint64_t x = p->rand;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	p->rand = x;
	return (uint32_t)(x >> 32) % n;
}

static void
seed_rand(struct parts *p, unsigned seed)
{

	p->rand = (seed + 1) * 0x9e3779b97f4a7c15ull;
	rnd(p, 2);
}

static void
split(struct parts *p, const uint8_t *data, size_t len)
{
	struct input in;

	input_init(&in, data, len);
	input_bytes(&in, p->head, sizeof(p->head));
	p->nops = p->head[0] <= DEVOPS_MAXOPS ? p->head[0] : DEVOPS_MAXOPS;
	if (p->nops > in.in_left / DEVOP_SIZE)
		p->nops = in.in_left / DEVOP_SIZE;
	input_bytes(&in, p->ops, p->nops * DEVOP_SIZE);
	p->nrec = p->head[1] <= HOSTILE_MAXREC ? p->head[1] : HOSTILE_MAXREC;
	if (p->nrec > in.in_left / HOSTILE_RECORD)
		p->nrec = in.in_left / HOSTILE_RECORD;
	input_bytes(&in, p->rec, p->nrec * HOSTILE_RECORD);
	p->nloose = in.in_left < MAXLOOSE ? in.in_left : MAXLOOSE;
	input_bytes(&in, p->loose, p->nloose);
}

/* Its length; what does not fit goes, loose bytes first. */
static size_t
join(struct parts *p, uint8_t *out, size_t max)
{
	size_t at = DEVOPS_HEADER;

	if (max < DEVOPS_HEADER) {
		memcpy(out, p->head, max);
		return max;
	}
	while (at + p->nops * DEVOP_SIZE > max)
		p->nops--;
	while (at + p->nops * DEVOP_SIZE + p->nrec * HOSTILE_RECORD > max)
		p->nrec--;
	p->head[0] = p->nops;
	p->head[1] = p->nrec;
	memcpy(out, p->head, DEVOPS_HEADER);
	memcpy(out + at, p->ops, p->nops * DEVOP_SIZE);
	at += p->nops * DEVOP_SIZE;
	memcpy(out + at, p->rec, p->nrec * HOSTILE_RECORD);
	at += p->nrec * HOSTILE_RECORD;
	if (p->nloose > max - at)
		p->nloose = max - at;
	memcpy(out + at, p->loose, p->nloose);
	return at + p->nloose;
}

static void
random_op(struct parts *p, uint8_t *op)
{
	static const uint8_t common[] = {
		DEVOP_OPEN, DEVOP_OPEN, DEVOP_OPEN, DEVOP_CLOSE, DEVOP_READ, DEVOP_READ, DEVOP_READ,
		DEVOP_WRITE, DEVOP_WRITE, DEVOP_IOCTL, DEVOP_IOCTL, DEVOP_IOCTL, DEVOP_FSYNC,
		DEVOP_DELAY, DEVOP_STREAM, DEVOP_STREAM, DEVOP_EVENT, DEVOP_EVENT,
	};
	unsigned i;

	memset(op, 0, DEVOP_SIZE);
	op[0] = rnd(p, 3) ? common[rnd(p, sizeof(common))] : rnd(p, DEVOP_N);
	op[1] = rnd(p, 3) ? rnd(p, 4) : rnd(p, 256);
	op[2] = rnd(p, 8);
	op[3] = rnd(p, 4);
	op[4] = rnd(p, 256);
	op[5] = rnd(p, 64);
	for (i = 6; i < DEVOP_SIZE; i++)
		op[i] = rnd(p, 4) ? 0 : rnd(p, 256);
	if (rnd(p, 2))
		op[7] = op[10] = op[11] = op[14] = op[15] = 0;
}

static void
mutate_ops(struct parts *p)
{
	unsigned n = p->nops, at = n ? rnd(p, n) : 0, k;
	uint8_t tmp[DEVOP_SIZE];

	switch (n == 0 ? 0 : rnd(p, 8)) {
	case 0:
	case 1:			/* insert, anew or a copy */
	case 2:
		if (n == DEVOPS_MAXOPS)
			break;
		memcpy(tmp, p->ops[at], DEVOP_SIZE);
		at = rnd(p, n + 1);
		memmove(p->ops + at + 1, p->ops + at, (n - at) * DEVOP_SIZE);
		if (n != 0 && rnd(p, 4) == 0)
			memcpy(p->ops[at], tmp, DEVOP_SIZE);
		else
			random_op(p, p->ops[at]);
		p->nops++;
		break;
	case 3:			/* delete some */
		k = 1 + rnd(p, n - at < 4 ? n - at : 4);
		memmove(p->ops + at, p->ops + at + k, (n - at - k) * DEVOP_SIZE);
		p->nops -= k;
		break;
	case 4:			/* swap two */
		k = rnd(p, n);
		memcpy(tmp, p->ops[at], DEVOP_SIZE);
		memcpy(p->ops[at], p->ops[k], DEVOP_SIZE);
		memcpy(p->ops[k], tmp, DEVOP_SIZE);
		break;
	case 5:
	case 6:			/* one field */
		p->ops[at][rnd(p, DEVOP_SIZE)] = rnd(p, 256);
		break;
	default:
		random_op(p, p->ops[at]);
	}
}

static uint16_t
pick16(struct parts *p, const uint16_t *list)
{
	unsigned n = 0;

	while (list != NULL && list[n] != HOSTILE_ANY)
		n++;
	return n == 0 || rnd(p, 16) == 0 ? HOSTILE_ANY : list[rnd(p, n)];
}

static uint64_t
pick_value(struct parts *p, const struct devmut_hints *mh)
{
	unsigned n = 0;

	while (mh->mh_values != NULL && mh->mh_values[n] != 0)
		n++;
	switch (rnd(p, 9)) {
	case 0:
		return 0;
	case 1:
		return 1 + rnd(p, 3);
	case 2:
		return rnd(p, 64);
	case 3:
		return 1ull << rnd(p, 64);
	case 4:
		return (1ull << rnd(p, 64)) - 1;
	case 5:
		return UINT64_MAX - rnd(p, 4);
	case 6:
		return rnd(p, 0x10000);
	case 7:
		if (n != 0)
			return mh->mh_values[rnd(p, n)];
		/* FALLTHROUGH */
	default:
		return (uint64_t)rnd(p, UINT32_MAX) << (rnd(p, 2) ? 32 : 0) | rnd(p, UINT32_MAX);
	}
}

/* Small ones mostly. */
static uint32_t
pick_nth(struct parts *p, unsigned max)
{

	return rnd(p, 1u << rnd(p, max));
}

static void
random_record(struct parts *p, const struct devmut_hints *mh, uint8_t *out)
{
	static const uint8_t kinds[] = {
		HOSTILE_CONF, HOSTILE_CONF, HOSTILE_REG, HOSTILE_REG, HOSTILE_REG, HOSTILE_REG,
		HOSTILE_STORE, HOSTILE_STORE, HOSTILE_STORE, HOSTILE_STORE, HOSTILE_STORE,
		HOSTILE_STORE, HOSTILE_STORE, HOSTILE_FETCH, HOSTILE_INTR, HOSTILE_INTR,
		HOSTILE_SCRIBBLE, HOSTILE_SCRIBBLE, HOSTILE_SPURIOUS, HOSTILE_UNPLUG, HOSTILE_SILENT,
	};
	struct hostile_record hr = {
		.hr_kind = kinds[rnd(p, sizeof(kinds))], .hr_where = HOSTILE_ANY, .hr_nth = pick_nth(p, 6),
		.hr_val = pick_value(p, mh),
	};

	hr.hr_how = rnd(p, 2) ? HOSTILE_SET : rnd(p, HOSTILE_NHOW);
	if (rnd(p, 5) == 0) {
		/* A neighbour of what it was. */
		hr.hr_how = HOSTILE_ADD;
		hr.hr_val = rnd(p, 2) ? 1 + rnd(p, 4) : UINT64_MAX - rnd(p, 4);
	}
	hr.hr_count = rnd(p, 4) ? 0 : rnd(p, 2) ? 255 : rnd(p, 8);
	hr.hr_width = rnd(p, 2) ? 0 : 1 << rnd(p, 4);
	switch (hr.hr_kind) {
	case HOSTILE_CONF:
		hr.hr_where = pick16(p, mh->mh_conf);
		/* The same at each look, mostly: configuration space stands still. */
		if (rnd(p, 2)) {
			hr.hr_nth = 0;
			hr.hr_count = 255;
		}
		break;
	case HOSTILE_REG:
		hr.hr_where = pick16(p, mh->mh_regs);
		break;
	case HOSTILE_STORE:
	case HOSTILE_FETCH:
		hr.hr_where = pick16(p, mh->mh_tags);
		hr.hr_off = rnd(p, 2) ? 0 : pick_nth(p, 10);
		if ((hr.hr_where & HOSTILE_TAG_COUNTED) != 0 && rnd(p, 3) == 0)
			hr.hr_how = HOSTILE_LESS;
		break;
	case HOSTILE_INTR:
		hr.hr_how = HOSTILE_DROP + rnd(p, HOSTILE_NHOW - HOSTILE_DROP);
		break;
	case HOSTILE_SCRIBBLE:
		hr.hr_where = mh->mh_regions != NULL ? pick16(p, mh->mh_regions) : rnd(p, HOSTILE_NREGION);
		hr.hr_off = pick_nth(p, 9);
		hr.hr_how = rnd(p, 3) ? HOSTILE_COHERENT : rnd(p, HOSTILE_NHOW);
		if (rnd(p, 2)) {
			/* A 16-bit field: flags, the next descriptor. */
			hr.hr_off = rnd(p, 8) * 16 + (rnd(p, 2) ? 14 : 12);
			hr.hr_width = 2;
			hr.hr_val = rnd(p, 24);
		}
		break;
	case HOSTILE_SPURIOUS:
	case HOSTILE_UNPLUG:
	case HOSTILE_SILENT:
		hr.hr_where = rnd(p, 4);
		hr.hr_nth = pick_nth(p, 10);
		break;
	}
	hostile_encode(&hr, out);
}

static void
mutate_field(struct parts *p, const struct devmut_hints *mh, uint8_t *rec)
{
	struct hostile_record hr, other;
	uint8_t b[HOSTILE_RECORD];

	hostile_decode(&hr, rec);
	switch (rnd(p, 7)) {
	case 0:
		hr.hr_how = rnd(p, HOSTILE_NHOW);
		break;
	case 1:
		hr.hr_nth = rnd(p, 2) ? pick_nth(p, 8) : hr.hr_nth + rnd(p, 5) - 2;
		break;
	case 2:
		hr.hr_count = rnd(p, 2) ? 255 : rnd(p, 8);
		break;
	case 3:
		hr.hr_width = rnd(p, 2) ? 0 : 1 << rnd(p, 4);
		hr.hr_off = pick_nth(p, 10);
		break;
	case 4:
		/* Where another of this kind would go. */
		random_record(p, mh, b);
		hostile_decode(&other, b);
		if (other.hr_kind == hr.hr_kind)
			hr.hr_where = other.hr_where;
		break;
	case 5:
		hr.hr_val += rnd(p, 9) - 4u;
		break;
	default:
		hr.hr_val = pick_value(p, mh);
	}
	hostile_encode(&hr, rec);
}

/* Adds records that make one lie together. */
static void
add_group(struct parts *p, const struct devmut_hints *mh)
{
	struct hostile_record hr[DEVMUT_GROUP];
	unsigned i, n;

	memset(hr, 0, sizeof(hr));
	n = mh->mh_group(hr, rnd, p);
	for (i = 0; i < n && p->nrec < HOSTILE_MAXREC; i++)
		hostile_encode(&hr[i], p->rec[p->nrec++]);
}

static void
mutate_records(struct parts *p, const struct devmut_hints *mh)
{
	unsigned n = p->nrec, at = n ? rnd(p, n) : 0;

	switch (n == 0 ? 0 : rnd(p, 8)) {
	case 0:
	case 1:
	case 2:
		if (n == HOSTILE_MAXREC)
			break;
		if (mh->mh_group != NULL && rnd(p, 6) == 0) {
			add_group(p, mh);
			break;
		}
		random_record(p, mh, p->rec[n]);
		p->nrec++;
		break;
	case 3:
		memmove(p->rec + at, p->rec + at + 1, (n - at - 1) * HOSTILE_RECORD);
		p->nrec--;
		break;
	case 4:
		random_record(p, mh, p->rec[at]);
		break;
	default:
		mutate_field(p, mh, p->rec[at]);
	}
}

static void
mutate_head(struct parts *p, const struct devmut_hints *mh)
{
	uint8_t *knobs = p->head + DEVOPS_HEADER - DEVOPS_KNOBS;
	uint32_t delay;

	switch (rnd(p, 6)) {
	case 0:
		p->head[2] = rnd(p, 2) ? rnd(p, 256) : 0;
		break;
	case 1:
		p->head[3] ^= 1 << rnd(p, 3);
		break;
	case 2:
		delay = rnd(p, 2) ? 0 : pick_nth(p, 25);
		p->head[4] = delay;
		p->head[5] = delay >> 8;
		p->head[6] = delay >> 16;
		p->head[7] = delay >> 24;
		break;
	default:
		if (mh->mh_knobs != NULL)
			mh->mh_knobs(knobs, rnd, p);
		else
			knobs[rnd(p, DEVOPS_KNOBS)] = rnd(p, 2) ? 0 : rnd(p, 256);
	}
}

static void
mutate_loose(struct parts *p, rig_mutate_fn base)
{
	size_t i, n;

	if (p->nloose == 0 || rnd(p, 8) == 0) {
		n = 8u << rnd(p, 6);
		if (n > MAXLOOSE - p->nloose)
			n = MAXLOOSE - p->nloose;
		for (i = 0; i < n; i++)
			p->loose[p->nloose++] = rnd(p, 3) ? 0 : rnd(p, 256);
		return;
	}
	p->nloose = base(p->loose, p->nloose, MAXLOOSE);
}

size_t
devmut_mutate(const struct devmut_hints *mh, uint8_t *data, size_t len, size_t max, unsigned seed,
    rig_mutate_fn base)
{
	static struct parts p;
	unsigned k, rounds;

	if (mh == NULL)
		mh = &none;
	seed_rand(&p, seed);
	split(&p, data, len);
	rounds = 1 + rnd(&p, 4);
	for (k = 0; k < rounds; k++) {
		switch (rnd(&p, 12)) {
		case 0:
		case 1:
		case 2:
		case 3:
			mutate_ops(&p);
			break;
		case 4:
			mutate_head(&p, mh);
			break;
		case 5:
			mutate_loose(&p, base);
			break;
		default:
			if (mh->mh_answers)
				mutate_loose(&p, base);
			else
				mutate_records(&p, mh);
		}
	}
	return join(&p, data, max);
}

/* The device and the first operations of one, the rest and the lies of the other. */
size_t
devmut_cross(const uint8_t *a, size_t alen, const uint8_t *b, size_t blen, uint8_t *out, size_t max,
    unsigned seed)
{
	static struct parts pa, pb;
	unsigned na, nb, n;

	seed_rand(&pa, seed);
	split(&pa, a, alen);
	split(&pb, b, blen);
	na = rnd(&pa, pa.nops + 1);
	nb = rnd(&pa, pb.nops + 1);
	n = pb.nops - nb;
	if (n > DEVOPS_MAXOPS - na)
		n = DEVOPS_MAXOPS - na;
	memcpy(pa.ops + na, pb.ops + nb, n * DEVOP_SIZE);
	pa.nops = na + n;
	if (rnd(&pa, 2)) {
		na = rnd(&pa, pa.nrec + 1);
		n = pb.nrec < HOSTILE_MAXREC - na ? pb.nrec : HOSTILE_MAXREC - na;
		memcpy(pa.rec + na, pb.rec, n * HOSTILE_RECORD);
		pa.nrec = na + n;
		pa.nloose = pb.nloose;
		memcpy(pa.loose, pb.loose, pb.nloose);
	}
	return join(&pa, out, max);
}
