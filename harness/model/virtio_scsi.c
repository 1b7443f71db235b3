/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The virtio SCSI host (5.6): a control queue for task management, an event
 * queue, and one request queue, in front of targets of scsi.h.
 *
 * A command that its target answers later or never is held; task management
 * gives it back.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "scsi.h"
#include "virtio_impl.h"

#define SCSI_F_INOUT	(1ull << 0)
#define SCSI_F_HOTPLUG	(1ull << 1)
#define SCSI_F_CHANGE	(1ull << 2)

enum { Q_CONTROL, Q_EVENT, Q_REQUEST, NQUEUES };

/* Responses (5.6.6.1.1, 5.6.6.2). */
enum {
	R_OK = 0, R_ABORTED = 2, R_BAD_TARGET = 3, R_RESET = 4, R_COMPLETE = 0, R_SUCCEEDED = 10,
	R_REJECTED = 11, R_INCORRECT_LUN = 12
};

#define EVENTS_MISSED	0x80000000u

#define REQ_HEAD	19u		/* of a request, before the CDB */
#define RESP_HEAD	12u		/* of a response, before the sense data */
#define MAXEVENTS	32u
#define MAXCDB		32u

struct held {
	uint16_t h_head;
	uint64_t h_id;
	unsigned h_target, h_lun;
};

struct scsi {
	struct virtiom_scsi_params s_p;
	struct listener {
		struct virtiom *vm;
		unsigned target;
	}	s_listener[VIRTIOM_NTARGETS];
	unsigned s_nheld, s_maxheld;
	struct held *s_held;
	unsigned s_nevent;
	struct event {
		uint32_t event, reason;
		unsigned target, lun;
	}	s_event[MAXEVENTS];
	int	s_missed;
};

/* Data of a command; of no meaning between two. */
static uint8_t scratch[65536];

static uint32_t
cdb_size(const struct virtiom *vm)
{

	return get_le(vm->vm_cfg + 24, 4);
}

static uint32_t
sense_size(const struct virtiom *vm)
{

	return get_le(vm->vm_cfg + 20, 4);
}

/* The target and unit of an 8-byte LUN, or NULL. */
static struct scsim_target *
address(struct virtiom *vm, const uint8_t *p, unsigned *targetp, unsigned *lunp)
{
	struct scsi *s = vm->vm_priv;

	if (p[0] != 1 || p[1] >= VIRTIOM_NTARGETS || s->s_p.sp_target[p[1]] == NULL)
		return NULL;
	if ((p[2] & 0xc0) != 0x40 && p[2] != 0)
		return NULL;
	*targetp = p[1];
	*lunp = (p[2] & 0x3f) << 8 | p[3];
	return s->s_p.sp_target[p[1]];
}

static void
response(struct virtiom *vm, struct vm_chain *c, const struct scsim_cmd *sc, uint32_t resid,
    unsigned code)
{
	uint8_t r[RESP_HEAD + 252];
	uint32_t n = sense_size(vm), len = sc != NULL ? sc->sc_senselen : 0;

	if (n > sizeof(r) - RESP_HEAD)
		n = sizeof(r) - RESP_HEAD;
	memset(r, 0, RESP_HEAD + n);
	if (len > n)
		len = n;
	put_le(r, 4, len);
	put_le(r + 4, 4, resid);
	r[10] = sc != NULL ? sc->sc_status : 0;
	r[11] = code;
	if (len != 0)
		memcpy(r + RESP_HEAD, sc->sc_sense, len);
	vm_put(vm, c, 0, r, RESP_HEAD + n, VIRTIOM_F_STATUS);
}

static int
hold(struct virtiom *vm, const struct vm_chain *c, uint64_t id, unsigned target, unsigned lun)
{
	struct scsi *s = vm->vm_priv;

	if (s->s_nheld == s->s_maxheld) {
		unsigned n = s->s_maxheld ? 2 * s->s_maxheld : 16;
		struct held *h = realloc(s->s_held, n * sizeof(*h));

		if (h == NULL) {
			virtiom_need_reset(vm);
			return 0;
		}
		s->s_held = h;
		s->s_maxheld = n;
	}
	s->s_held[s->s_nheld++] = (struct held){ c->c_head, id, target, lun };
	return 1;
}

static uint32_t
command(struct virtiom *vm, struct vm_chain *c)
{
	uint32_t cdbsize = cdb_size(vm), resphead = RESP_HEAD + sense_size(vm), resid;
	uint64_t outlen, inlen, id, want;
	uint8_t head[REQ_HEAD], cdb[MAXCDB], *data = scratch;
	unsigned target, lun;
	struct scsim_target *st;
	struct scsim_cmd sc = { .sc_cdb = cdb };
	uint32_t done = 0;

	if (c->c_outlen < REQ_HEAD + cdbsize || c->c_inlen < resphead) {
		vm_violation(vm, "request with %llu bytes to read and %llu to write",
		    (unsigned long long)c->c_outlen, (unsigned long long)c->c_inlen);
		return 0;
	}
	outlen = c->c_outlen - REQ_HEAD - cdbsize;
	inlen = c->c_inlen - resphead;
	if (outlen != 0 && inlen != 0) {
		vm_violation(vm, "data in both directions");
		return 0;
	}
	if (vm_get(vm, c, 0, head, sizeof(head), VIRTIOM_F_OUT) != sizeof(head) ||
	    vm_get(vm, c, REQ_HEAD, cdb, cdbsize, VIRTIOM_F_OUT) != cdbsize)
		return 0;
	if ((st = address(vm, head, &target, &lun)) == NULL || lun >= SCSIM_NLUNS) {
		response(vm, c, NULL, outlen + inlen, R_BAD_TARGET);
		return resphead;
	}
	id = get_le(head + 8, 8);
	want = outlen + inlen < SCSIM_XFER_MAX ? outlen + inlen : SCSIM_XFER_MAX;
	if (want > sizeof(scratch) && (data = malloc(want)) == NULL) {
		virtiom_need_reset(vm);
		return 0;
	}
	if (outlen != 0 && vm_get(vm, c, REQ_HEAD + cdbsize, data, want, VIRTIOM_F_OUT) != want)
		goto out;
	sc.sc_lun = lun;
	sc.sc_cdblen = cdbsize < MAXCDB ? cdbsize : MAXCDB;
	sc.sc_data = data;
	sc.sc_datalen = want;
	sc.sc_out = outlen != 0;
	scsim_execute(st, &sc);
	if (inlen != 0 && sc.sc_done != 0)
		done = vm_put(vm, c, resphead, data, sc.sc_done, VIRTIOM_F_IN);
	resid = outlen + inlen - sc.sc_done;
	response(vm, c, &sc, resid, R_OK);
	done += resphead;
	if (sc.sc_delay == SCSIM_NEVER)
		done = hold(vm, c, id, target, lun) ? VM_HELD : 0;
	else if (sc.sc_delay != 0) {
		vm_later(vm, c->c_q, c->c_head, done, rumpuser_dev_now() + sc.sc_delay);
		done = VM_HELD;
	}
out:
	if (data != scratch)
		free(data);
	return done;
}

/* Gives held commands back: those of a unit, or one. */
static unsigned
give_back(struct virtiom *vm, unsigned target, unsigned lun, int all, uint64_t id, unsigned code)
{
	struct scsi *s = vm->vm_priv;
	struct vm_chain *c;
	unsigned i, n = 0;

	if ((c = malloc(sizeof(*c))) == NULL)
		return 0;
	for (i = 0; i < s->s_nheld;) {
		struct held h = s->s_held[i];

		if (h.h_target != target || (h.h_lun != lun && all < 2) || (!all && h.h_id != id)) {
			i++;
			continue;
		}
		memmove(&s->s_held[i], &s->s_held[i + 1], (--s->s_nheld - i) * sizeof(h));
		if (vm_walk(vm, Q_REQUEST, h.h_head, c)) {
			response(vm, c, NULL, 0, code);
			vm_push(vm, c, RESP_HEAD + sense_size(vm));
		}
		n++;
	}
	free(c);
	vm_signal(vm, Q_REQUEST);
	return n;
}

/* Task management (5.6.6.2): abort, abort set, clear set, I_T nexus, LUN reset ... */
static unsigned
manage(struct virtiom *vm, const uint8_t *m)
{
	unsigned subtype = get_le(m + 4, 4), target, lun;
	struct scsim_target *st = address(vm, m + 8, &target, &lun);
	uint64_t id = get_le(m + 16, 8);

	if (st == NULL)
		return R_BAD_TARGET;
	if (subtype != 3 && (lun >= SCSIM_NLUNS || scsim_lun(st, lun) == NULL))
		return R_INCORRECT_LUN;
	switch (subtype) {
	case 0:		/* ABORT_TASK */
		give_back(vm, target, lun, 0, id, R_ABORTED);
		return R_COMPLETE;
	case 1:		/* ABORT_TASK_SET */
	case 2:		/* CLEAR_ACA */
	case 4:		/* CLEAR_TASK_SET */
		if (subtype != 2)
			give_back(vm, target, lun, 1, 0, R_ABORTED);
		return R_COMPLETE;
	case 3:		/* I_T_NEXUS_RESET */
		scsim_nexus_loss(st, 0);
		give_back(vm, target, lun, 2, 0, R_RESET);
		return R_COMPLETE;
	case 5:		/* LOGICAL_UNIT_RESET */
		scsim_reset(st, lun);
		give_back(vm, target, lun, 1, 0, R_RESET);
		return R_COMPLETE;
	default:	/* QUERY_TASK, QUERY_TASK_SET */
		return subtype <= 7 ? R_COMPLETE : R_REJECTED;
	}
}

static uint32_t
control(struct virtiom *vm, struct vm_chain *c)
{
	uint8_t m[24] = { 0 }, r[5] = { 0 };
	unsigned q = c->c_q, type, n;
	uint16_t head = c->c_head;
	size_t len = c->c_outlen < sizeof(m) ? c->c_outlen : sizeof(m);

	if (len < 4 || c->c_inlen < 1) {
		vm_violation(vm, "control request with %llu bytes to read and %llu to write",
		    (unsigned long long)c->c_outlen, (unsigned long long)c->c_inlen);
		return 0;
	}
	if (vm_get(vm, c, 0, m, len, VIRTIOM_F_OUT) != len)
		return 0;
	type = get_le(m, 4);
	if (type == 0 && len == 24)
		r[0] = manage(vm, m);
	else if ((type == 1 || type == 2) && len >= 16 && c->c_inlen >= 5)
		r[4] = R_OK;		/* no asynchronous notification of that kind */
	else {
		vm_violation(vm, "control request of type %u with %zu bytes", type, len);
		return 0;
	}
	n = type == 0 ? 1 : 5;
	c->c_q = q;
	c->c_head = head;
	return vm_put(vm, c, 0, r, n, VIRTIOM_F_STATUS);
}

static uint32_t
scsi_request(struct virtiom *vm, struct vm_chain *c)
{

	return c->c_q == Q_CONTROL ? control(vm, c) : command(vm, c);
}

static void
deliver(struct virtiom *vm, unsigned q)
{
	struct scsi *s = vm->vm_priv;
	struct vm_chain *c;
	uint8_t b[16];

	if (s->s_nevent == 0 || (c = malloc(sizeof(*c))) == NULL)
		return;
	while (s->s_nevent != 0 && vm_pop(vm, Q_EVENT, c)) {
		const struct event *e = &s->s_event[0];

		memset(b, 0, sizeof(b));
		put_le(b, 4, e->event | (s->s_missed ? EVENTS_MISSED : 0));
		b[4] = 1;
		b[5] = e->target;
		b[6] = 0x40 | e->lun >> 8;
		b[7] = e->lun;
		put_le(b + 12, 4, e->reason);
		memmove(&s->s_event[0], &s->s_event[1], --s->s_nevent * sizeof(*e));
		s->s_missed = 0;
		vm_push(vm, c, vm_put(vm, c, 0, b, sizeof(b), VIRTIOM_F_IN));
	}
	free(c);
	vm_signal(vm, Q_EVENT);
}

void
virtiom_scsi_event(struct virtiom *vm, uint32_t event, unsigned target, unsigned lun,
    uint32_t reason)
{
	struct scsi *s = vm->vm_priv;

	if (s->s_nevent == MAXEVENTS) {
		s->s_missed = 1;
		return;
	}
	s->s_event[s->s_nevent++] = (struct event){ event, reason, target, lun };
	if (virtiom_running(vm))
		deliver(vm, Q_EVENT);
}

/* What a target tells: units that came, went, changed. */
static void
heard(void *arg, unsigned lun, enum scsim_event ev, unsigned asc, unsigned ascq)
{
	struct listener *l = arg;
	struct virtiom *vm = l->vm;

	switch (ev) {
	case SCSIM_EV_ATTACH:
	case SCSIM_EV_DETACH:
		if ((vm->vm_accepted & SCSI_F_HOTPLUG) != 0)
			virtiom_scsi_event(vm, 1, l->target, lun, ev == SCSIM_EV_ATTACH ? 1 : 2);
		break;
	case SCSIM_EV_CHANGE:
		if ((vm->vm_accepted & SCSI_F_CHANGE) != 0)
			virtiom_scsi_event(vm, 3, l->target, lun, asc | ascq << 8);
		break;
	case SCSIM_EV_RESET:
		break;
	}
}

static int
scsi_keeps(struct virtiom *vm, unsigned q)
{

	return q == Q_EVENT;
}

static void
scsi_reset(struct virtiom *vm)
{
	struct scsi *s = vm->vm_priv;

	s->s_nheld = s->s_nevent = 0;
	s->s_missed = 0;
	put_le(vm->vm_cfg + 20, 4, 96);
	put_le(vm->vm_cfg + 24, 4, 32);
}

static void
scsi_config(struct virtiom *vm, unsigned off, unsigned width)
{

	/* sense_size and cdb_size are the driver's (5.6.4). */
	if (width != 4 || (off != 20 && off != 24))
		vm_violation(vm, "configuration written at %u, %u bytes: not the driver's", off, width);
	if (sense_size(vm) > 252)
		put_le(vm->vm_cfg + 20, 4, 252);
	if (cdb_size(vm) > MAXCDB)
		put_le(vm->vm_cfg + 24, 4, MAXCDB);
}

static void
scsi_free(struct virtiom *vm)
{
	struct scsi *s = vm->vm_priv;
	unsigned i;

	for (i = 0; i < VIRTIOM_NTARGETS; i++)
		scsim_destroy(s->s_p.sp_target[i]);
	free(s->s_held);
	free(s);
}

static const struct vm_class scsi_class = {
	.vc_name = "scsi",
	.vc_id = 8,
	.vc_legacy = 0x1004,
	.vc_pciclass = 0x01,
	.vc_pcisubclass = 0x00,
	.vc_reset = scsi_reset,
	.vc_start = NULL,
	.vc_keeps = scsi_keeps,
	.vc_notify = deliver,
	.vc_request = scsi_request,
	.vc_config = scsi_config,
	.vc_free = scsi_free,
};

struct virtiom *
virtiom_scsi_create(const struct virtiom_params *vp, const struct virtiom_scsi_params *sp)
{
	struct scsi *s = calloc(1, sizeof(*s));
	struct virtiom *vm = s != NULL ? vm_create(&scsi_class, vp, NQUEUES,
	    SCSI_F_INOUT | SCSI_F_HOTPLUG | SCSI_F_CHANGE, s) : NULL;
	unsigned i, qsize;
	uint8_t *c;

	if (vm == NULL) {
		free(s);
		return NULL;
	}
	s->s_p = *sp;
	for (i = 0; i < VIRTIOM_NTARGETS; i++) {
		s->s_listener[i].vm = vm;
		s->s_listener[i].target = i;
		if (sp->sp_target[i] != NULL)
			scsim_listen(sp->sp_target[i], heard, &s->s_listener[i]);
	}
	qsize = vm->vm_q[0].vq_max;
	c = vm->vm_cfg;
	vm->vm_cfglen = 36;
	put_le(c, 4, 1);		/* request queues */
	put_le(c + 4, 4, sp->sp_seg_max != 0 ? sp->sp_seg_max : qsize > 2 ? qsize - 2 : 1);
	put_le(c + 8, 4, sp->sp_max_sectors != 0 ? sp->sp_max_sectors : 65535);
	put_le(c + 12, 4, sp->sp_cmd_per_lun != 0 ? sp->sp_cmd_per_lun : 128);
	put_le(c + 16, 4, 16);		/* bytes of an event */
	put_le(c + 28, 2, 0);		/* channels */
	put_le(c + 30, 2, VIRTIOM_NTARGETS - 1);
	put_le(c + 32, 4, sp->sp_max_lun != 0 ? sp->sp_max_lun : 16383);
	return vm;
}
