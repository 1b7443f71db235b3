/* SPDX-License-Identifier: BSD-2-Clause */

/* Targets of the SCSI model as an adapter; see scsi_host.h. */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scsi_host.h"

/* EINPROGRESS and ESRCH, in the kernel's numbers. */
#define KEPT	36
#define UNKNOWN	3

struct rec {
	struct hostile_record hr;
	unsigned left;			/* strikes left; UINT_MAX: for ever */
	unsigned wait;			/* matching commands before the first */
};

struct scsi_host {
	struct rumpuser_scsi_setup sh_setup;
	unsigned sh_adapter;
	int	 sh_plugged;
	struct scsim_target *sh_target[SCSI_HOST_MAXTARGETS];
	struct listener {
		struct scsi_host *l_host;
		unsigned l_target;
	}	 sh_listener[SCSI_HOST_MAXTARGETS];

	struct rec *sh_rec;
	unsigned sh_nrec;
	const uint8_t *sh_loose;
	size_t	 sh_nloose;
	uint64_t sh_delay;
	uint64_t sh_silent;		/* 0, or ns; UINT64_MAX: for ever */
	int	 sh_struck, *sh_tampered;

	/*
	 * Without autosense: what REQUEST SENSE to a unit will say; by LUN, NULL
	 * until a target has said something.
	 */
	struct waiting {
		uint8_t	 w_sense[SCSIM_SENSE_MAX];
		unsigned w_len;
	}	*sh_waiting[SCSI_HOST_MAXTARGETS];

	/* Commands that are kept, oldest first. */
	struct rumpuser_scsi_cmd **sh_kept;
	unsigned sh_nkept, sh_room;
	unsigned sh_commands;
	void   (*sh_trace)(const char *, ...) __attribute__((__format__(__printf__, 1, 2)));
};

static uint64_t
le(const uint8_t *p, unsigned n)
{
	uint64_t v = 0;

	while (n-- > 0)
		v = v << 8 | p[n];
	return v;
}

/*
 * The script.
 */

/* Whether a record that matches strikes now; counts it. */
static int
due(struct rec *r)
{

	if (r->left == 0)
		return 0;
	if (r->wait > 0) {
		r->wait--;
		return 0;
	}
	if (r->left != UINT32_MAX)
		r->left--;
	return 1;
}

static int
strikes(struct rec *r, unsigned where)
{

	return (r->hr.hr_where == HOSTILE_ANY || r->hr.hr_where == where) && due(r);
}

static uint64_t
change(const struct hostile_record *hr, uint64_t now)
{

	switch (hr->hr_how) {
	case HOSTILE_XOR:
		return now ^ hr->hr_val;
	case HOSTILE_ADD:
		return now + hr->hr_val;
	case HOSTILE_ONES:
		return UINT64_MAX;
	case HOSTILE_DROP:
		return 0;
	default:
		return hr->hr_val;
	}
}

/* Changes bytes of buf[0..len): data to the kernel, or sense. */
static void
change_bytes(const struct scsi_host *sh, const struct hostile_record *hr, uint8_t *buf, size_t len)
{
	size_t off = hr->hr_off, n = hr->hr_width ? hr->hr_width : 1, i;
	uint64_t now, v;

	if (off >= len)
		off = len ? off % len : 0;
	if (hr->hr_how == HOSTILE_BYTES) {
		size_t from = hr->hr_val < sh->sh_nloose ? hr->hr_val : sh->sh_nloose;

		n = hr->hr_width ? hr->hr_width * 8u : len;
		for (i = 0; i < n && off + i < len; i++)
			buf[off + i] = from + i < sh->sh_nloose ? sh->sh_loose[from + i] : 0;
		return;
	}
	if (n > 8)
		n = 8;
	if (n > len - off)
		n = len - off;
	now = le(buf + off, n);
	v = change(hr, now);
	for (i = 0; i < n; i++)
		buf[off + i] = v >> 8 * i;
}

static void
set_field(struct rumpuser_scsi_cmd *cmd, const struct hostile_record *hr)
{

	switch (hr->hr_where % SCSI_HOST_NFIELD) {
	case SCSI_HOST_STATUS:
		cmd->sc_status = change(hr, cmd->sc_status);
		break;
	case SCSI_HOST_RESID:
		cmd->sc_resid = change(hr, cmd->sc_resid);
		break;
	case SCSI_HOST_HOST:
		cmd->sc_host = change(hr, cmd->sc_host);
		break;
	case SCSI_HOST_SENSELEN:
		cmd->sc_senselen = change(hr, cmd->sc_senselen);
		break;
	case SCSI_HOST_DELAY:
		cmd->sc_delay = change(hr, cmd->sc_delay);
		break;
	}
}

static void
set_sense(struct rumpuser_scsi_cmd *cmd, uint64_t val)
{
	unsigned bits = val >> 24 & 0xff, top = bits & 0xe0;
	uint8_t *s = cmd->sc_sense;
	uint32_t info = val >> 32;

	memset(s, 0, 32);
	cmd->sc_status = SCSIM_CHECK;
	cmd->sc_resid = cmd->sc_datalen;
	s[0] = (bits & SCSI_HOST_SDESC ? 0x72 : 0x70) | ((bits & SCSI_HOST_SDEFERRED) != 0);
	if (bits & SCSI_HOST_SDESC) {
		s[1] = val & 0x0f;
		s[2] = val >> 8;
		s[3] = val >> 16;
		cmd->sc_senselen = 8;
		if (bits & SCSI_HOST_SINFO) {
			s[9] = 0x0a;
			s[10] = 0x80;
			s[16] = info >> 24;
			s[17] = info >> 16;
			s[18] = info >> 8;
			s[19] = info;
			cmd->sc_senselen = 20;
		}
		s[7] = cmd->sc_senselen - 8;
		return;
	}
	s[0] |= bits & SCSI_HOST_SINFO ? 0x80 : 0;
	s[2] = top | (val & 0x0f);
	s[3] = info >> 24;
	s[4] = info >> 16;
	s[5] = info >> 8;
	s[6] = info;
	s[7] = 10;
	s[12] = val >> 8;
	s[13] = val >> 16;
	cmd->sc_senselen = 18;
}

static void
send_event(struct scsi_host *sh, const struct rumpuser_scsi_cmd *cmd, const struct hostile_record *hr)
{
	struct rumpuser_scsi_event ev = {
		.ev_type = hr->hr_where % (RUMPUSER_SCSI_EV_UNPLUG + 1),
		.ev_channel = cmd->sc_channel, .ev_target = cmd->sc_target, .ev_lun = cmd->sc_lun,
		.ev_arg = hr->hr_val,
	};

	if (hr->hr_how == HOSTILE_ONES) {
		ev.ev_channel = hr->hr_val >> 8;
		ev.ev_target = hr->hr_val >> 16;
		ev.ev_lun = hr->hr_off;
	}
	rumpuser_scsi_event(sh->sh_adapter, &ev);
}

/* What the script does before the command is executed. */
static void
script_before(struct scsi_host *sh, struct rumpuser_scsi_cmd *cmd)
{
	unsigned i;

	for (i = 0; i < sh->sh_nrec; i++) {
		struct rec *r = &sh->sh_rec[i];

		switch (r->hr.hr_kind) {
		case HOSTILE_UNPLUG:
			if (strikes(r, cmd->sc_lun)) {
				struct scsim_target *st = scsi_host_target(sh, cmd->sc_target);

				*sh->sh_tampered = 1;
				if (st != NULL)
					scsim_remove(st, cmd->sc_lun);
			}
			break;
		case HOSTILE_SILENT:
			if (due(r)) {
				*sh->sh_tampered = 1;
				sh->sh_silent = r->hr.hr_val != 0 ? r->hr.hr_val : UINT64_MAX;
			}
			break;
		}
	}
}

/* What it does to the result; 1: the command is never completed. */
static int
script_after(struct scsi_host *sh, struct rumpuser_scsi_cmd *cmd)
{
	unsigned i, op = cmd->sc_cdb[0];
	int never = 0;

	for (i = 0; i < sh->sh_nrec; i++) {
		struct rec *r = &sh->sh_rec[i];
		const struct hostile_record *hr = &r->hr;

		switch (hr->hr_kind) {
		case HOSTILE_CONF:
			if (!due(r))
				continue;
			set_field(cmd, hr);
			break;
		case HOSTILE_REG:
			if (!strikes(r, op))
				continue;
			set_sense(cmd, hr->hr_val);
			break;
		case HOSTILE_STORE:
			if (cmd->sc_dir != RUMPUSER_SCSI_IN ||
			    !strikes(r, HOSTILE_TAG(HOSTILE_TAG_SCSI, op)))
				continue;
			if (hr->hr_how == HOSTILE_SHORT || hr->hr_how == HOSTILE_DROP) {
				size_t keep = hr->hr_how == HOSTILE_DROP ? 0 : hr->hr_off;

				if (keep < cmd->sc_datalen)
					cmd->sc_resid = cmd->sc_datalen - keep;
			} else if (cmd->sc_datalen != 0)
				change_bytes(sh, hr, cmd->sc_data, cmd->sc_datalen);
			break;
		case HOSTILE_INTR:
			if (!strikes(r, op))
				continue;
			if (hr->hr_how == HOSTILE_DROP)
				never = 1;
			else
				cmd->sc_delay += hr->hr_val;
			break;
		case HOSTILE_SCRIBBLE:
			if (!strikes(r, op))
				continue;
			change_bytes(sh, hr, cmd->sc_sense, sizeof(cmd->sc_sense));
			if (cmd->sc_senselen == 0)
				cmd->sc_senselen = 18;
			cmd->sc_status = SCSIM_CHECK;
			break;
		case HOSTILE_SPURIOUS:
			if (!due(r))
				continue;
			send_event(sh, cmd, hr);
			break;
		default:
			continue;
		}
		*sh->sh_tampered = 1;
	}
	if (sh->sh_silent == UINT64_MAX)
		never = 1;
	else
		cmd->sc_delay += sh->sh_silent;
	return never;
}

void
scsi_host_script(struct scsi_host *sh, const uint8_t *script, size_t len, unsigned nrec)
{
	unsigned i;

	free(sh->sh_rec);
	sh->sh_rec = NULL;
	sh->sh_nrec = 0;
	if (nrec > HOSTILE_MAXREC)
		nrec = HOSTILE_MAXREC;
	if (nrec > len / HOSTILE_RECORD)
		nrec = len / HOSTILE_RECORD;
	sh->sh_nloose = 0;
	if (len == 0)
		return;
	sh->sh_loose = script + nrec * HOSTILE_RECORD;
	sh->sh_nloose = len - nrec * HOSTILE_RECORD;
	if (nrec == 0 || (sh->sh_rec = calloc(nrec, sizeof(*sh->sh_rec))) == NULL)
		return;
	sh->sh_nrec = nrec;
	for (i = 0; i < nrec; i++) {
		struct rec *r = &sh->sh_rec[i];

		hostile_decode(&r->hr, script + i * HOSTILE_RECORD);
		r->wait = r->hr.hr_nth;
		r->left = r->hr.hr_count == 255 ? UINT32_MAX : r->hr.hr_count + 1u;
	}
}

/*
 * Commands.
 */

static void
keep(struct scsi_host *sh, struct rumpuser_scsi_cmd *cmd)
{

	if (sh->sh_nkept == sh->sh_room) {
		unsigned room = sh->sh_room ? sh->sh_room * 2 : 16;
		struct rumpuser_scsi_cmd **p = realloc(sh->sh_kept, room * sizeof(*p));

		if (p == NULL)
			abort();
		sh->sh_kept = p;
		sh->sh_room = room;
	}
	sh->sh_kept[sh->sh_nkept++] = cmd;
}

static void
trace_cmd(struct scsi_host *sh, const struct rumpuser_scsi_cmd *cmd, int never)
{
	struct scsim_target *st = scsi_host_target(sh, cmd->sc_target);
	struct scsim_lun *sl = st != NULL && cmd->sc_lun < SCSIM_NLUNS ?
	    scsim_lun(st, cmd->sc_lun) : NULL;
	const char *name = scsim_opname(sl != NULL ? scsim_lun_type(sl) : SCSIM_DISK, cmd->sc_cdb[0]);
	char cdb[3 * 16 + 1] = "", sense[40] = "";
	unsigned i;

	for (i = 0; i < cmd->sc_cdblen && i < 16; i++)
		snprintf(cdb + 3 * i, 4, " %02x", cmd->sc_cdb[i]);
	if (cmd->sc_status == SCSIM_CHECK && cmd->sc_senselen >= 8)
		snprintf(sense, sizeof(sense), " %x %02x/%02x",
		    cmd->sc_sense[(cmd->sc_sense[0] & 0x7f) >= 0x72 ? 1 : 2] & 0xf,
		    cmd->sc_sense[(cmd->sc_sense[0] & 0x7f) >= 0x72 ? 2 : 12],
		    cmd->sc_sense[(cmd->sc_sense[0] & 0x7f) >= 0x72 ? 3 : 13]);
	sh->sh_trace("  scsi %u:%llu%s (%s) %s %zu -> host %d status %02x%s resid %zu%s", cmd->sc_target,
	    (unsigned long long)cmd->sc_lun, cdb, name != NULL ? name : "?",
	    cmd->sc_dir == RUMPUSER_SCSI_IN ? "in" : cmd->sc_dir == RUMPUSER_SCSI_OUT ? "out" : "none",
	    cmd->sc_datalen, cmd->sc_host, cmd->sc_status, sense, cmd->sc_resid,
	    never ? " never completed" : "");
}

/*
 * An adapter without autosense: the sense data of a unit's last command that
 * failed wait for REQUEST SENSE to it; any other command there ends that.
 * Nonzero: the command was that REQUEST SENSE.
 */
static int
waiting_sense(struct scsi_host *sh, struct rumpuser_scsi_cmd *cmd)
{
	struct waiting *w;
	size_t n;

	if ((w = sh->sh_waiting[cmd->sc_target]) == NULL || cmd->sc_lun >= SCSIM_NLUNS)
		return 0;
	w += cmd->sc_lun;
	if ((n = w->w_len) == 0)
		return 0;
	w->w_len = 0;
	if (cmd->sc_cdb[0] != 0x03 || cmd->sc_dir != RUMPUSER_SCSI_IN)
		return 0;
	if (n > cmd->sc_cdb[4])
		n = cmd->sc_cdb[4];
	if (n > cmd->sc_datalen)
		n = cmd->sc_datalen;
	if (n > 0)
		memcpy(cmd->sc_data, w->w_sense, n);
	cmd->sc_resid = cmd->sc_datalen - n;
	return 1;
}

static void
wait_sense(struct scsi_host *sh, const struct rumpuser_scsi_cmd *cmd, const struct scsim_cmd *sc)
{
	struct waiting **wp = &sh->sh_waiting[cmd->sc_target], *w;

	if (*wp == NULL && (*wp = calloc(SCSIM_NLUNS, sizeof(**wp))) == NULL)
		abort();
	w = &(*wp)[cmd->sc_lun];
	w->w_len = sc->sc_senselen;
	memcpy(w->w_sense, sc->sc_sense, sc->sc_senselen);
}

static int
submit(void *ctx, struct rumpuser_scsi_cmd *cmd)
{
	struct scsi_host *sh = ctx;
	struct scsim_target *st;
	struct scsim_cmd sc;
	int never = 0;

	sh->sh_commands++;
	if (sh->sh_nrec != 0)
		script_before(sh, cmd);
	st = cmd->sc_channel == 0 ? scsi_host_target(sh, cmd->sc_target) : NULL;
	cmd->sc_senselen = 0;
	cmd->sc_status = SCSIM_GOOD;
	cmd->sc_resid = cmd->sc_datalen;
	cmd->sc_delay = sh->sh_delay;
	if (st == NULL) {
		cmd->sc_host = RUMPUSER_SCSI_NODEV;
	} else if (waiting_sense(sh, cmd)) {
		cmd->sc_host = RUMPUSER_SCSI_OK;
	} else {
		sc.sc_lun = cmd->sc_lun < SCSIM_NLUNS ? cmd->sc_lun : SCSIM_NLUNS;
		sc.sc_initiator = 0;
		sc.sc_cdblen = cmd->sc_cdblen;
		sc.sc_cdb = cmd->sc_cdb;
		sc.sc_data = cmd->sc_data;
		sc.sc_datalen = cmd->sc_dir == RUMPUSER_SCSI_NONE ? 0 : cmd->sc_datalen;
		sc.sc_out = cmd->sc_dir == RUMPUSER_SCSI_OUT;
		scsim_execute(st, &sc);
		cmd->sc_host = RUMPUSER_SCSI_OK;
		cmd->sc_status = sc.sc_status;
		cmd->sc_resid = cmd->sc_datalen - sc.sc_done;
		if (!(sh->sh_setup.su_flags & RUMPUSER_SCSI_NOSENSE)) {
			cmd->sc_senselen = sc.sc_senselen;
			memcpy(cmd->sc_sense, sc.sc_sense, sc.sc_senselen);
		} else if (sc.sc_status == SCSIM_CHECK && sc.sc_senselen > 0 &&
		    cmd->sc_lun < SCSIM_NLUNS)
			wait_sense(sh, cmd, &sc);
		if (sc.sc_delay == SCSIM_NEVER)
			never = 1;
		else
			cmd->sc_delay += sc.sc_delay;
	}
	if (sh->sh_nrec != 0 || sh->sh_silent != 0)
		never |= script_after(sh, cmd);
	if (sh->sh_trace != NULL)
		trace_cmd(sh, cmd, never);
	if (never) {
		keep(sh, cmd);
		return KEPT;
	}
	return 0;
}

static void
forget(struct scsi_host *sh, unsigned i)
{

	memmove(sh->sh_kept + i, sh->sh_kept + i + 1, (sh->sh_nkept - i - 1) * sizeof(*sh->sh_kept));
	sh->sh_nkept--;
}

static int
tmf(void *ctx, enum rumpuser_scsi_tmf how, unsigned channel, unsigned target, uint64_t lun,
    struct rumpuser_scsi_cmd *cmd)
{
	struct scsi_host *sh = ctx;
	struct scsim_target *st = channel == 0 ? scsi_host_target(sh, target) : NULL;
	unsigned i, n = sh->sh_nkept;

	if (sh->sh_trace != NULL)
		sh->sh_trace("  scsi task management %d at %u:%llu", (int)how, target,
		    (unsigned long long)lun);
	for (i = 0; i < sh->sh_nkept;) {
		const struct rumpuser_scsi_cmd *k = sh->sh_kept[i];

		if (how == RUMPUSER_SCSI_ABORT ? k == cmd : k->sc_channel == channel &&
		    (how == RUMPUSER_SCSI_BUSRESET || (k->sc_target == target &&
		    (how == RUMPUSER_SCSI_TARGETRESET || k->sc_lun == lun))))
			forget(sh, i);
		else
			i++;
	}
	switch (how) {
	case RUMPUSER_SCSI_ABORT:
		return n != sh->sh_nkept ? 0 : UNKNOWN;
	case RUMPUSER_SCSI_LURESET:
		if (st == NULL || lun >= SCSIM_NLUNS || scsim_lun(st, lun) == NULL)
			return UNKNOWN;
		scsim_reset(st, lun);
		return 0;
	case RUMPUSER_SCSI_TARGETRESET:
		if (st == NULL)
			return UNKNOWN;
		scsim_reset(st, -1);
		return 0;
	case RUMPUSER_SCSI_BUSRESET:
		for (i = 0; i < SCSI_HOST_MAXTARGETS; i++)
			if (sh->sh_target[i] != NULL)
				scsim_reset(sh->sh_target[i], -1);
		return 0;
	}
	return UNKNOWN;
}

static const struct rumpuser_scsi_ops host_ops = { .so_submit = submit, .so_tmf = tmf };

/* What happened at a target, told to the kernel. */
static void
heard(void *arg, unsigned lun, enum scsim_event what, unsigned asc, unsigned ascq)
{
	const struct listener *l = arg;
	struct rumpuser_scsi_event ev = { .ev_target = l->l_target, .ev_lun = lun };

	if (what != SCSIM_EV_ATTACH && what != SCSIM_EV_DETACH)
		return;
	ev.ev_type = what == SCSIM_EV_ATTACH ? RUMPUSER_SCSI_EV_PLUG : RUMPUSER_SCSI_EV_UNPLUG;
	if (l->l_host->sh_plugged)
		rumpuser_scsi_event(l->l_host->sh_adapter, &ev);
}

struct scsi_host *
scsi_host_create(const struct rumpuser_scsi_setup *su)
{
	struct scsi_host *sh = calloc(1, sizeof(*sh));

	if (sh == NULL)
		return NULL;
	sh->sh_setup = *su;
	sh->sh_tampered = &sh->sh_struck;
	if (scsi_host_replug(sh) != 0) {
		free(sh);
		return NULL;
	}
	return sh;
}

int
scsi_host_replug(struct scsi_host *sh)
{
	int error;

	if (sh->sh_plugged)
		return 0;
	error = rumpuser_scsi_attach(&sh->sh_setup, &host_ops, sh, &sh->sh_adapter);
	sh->sh_plugged = error == 0;
	return error;
}

void
scsi_host_unplug(struct scsi_host *sh)
{

	if (!sh->sh_plugged)
		return;
	sh->sh_plugged = 0;
	sh->sh_nkept = 0;
	rumpuser_scsi_detach(sh->sh_adapter);
}

void
scsi_host_destroy(struct scsi_host *sh)
{
	unsigned i;

	if (sh == NULL)
		return;
	scsi_host_unplug(sh);
	for (i = 0; i < SCSI_HOST_MAXTARGETS; i++) {
		scsim_destroy(sh->sh_target[i]);
		free(sh->sh_waiting[i]);
	}
	free(sh->sh_rec);
	free(sh->sh_kept);
	free(sh);
}

unsigned
scsi_host_adapter(const struct scsi_host *sh)
{

	return sh->sh_adapter;
}

int
scsi_host_plug(struct scsi_host *sh, unsigned target, struct scsim_target *st, int announce)
{
	struct rumpuser_scsi_event ev = { .ev_type = RUMPUSER_SCSI_EV_PLUG, .ev_target = target,
		.ev_lun = UINT64_MAX };

	if (target >= SCSI_HOST_MAXTARGETS)
		return EINVAL;
	if (sh->sh_target[target] != NULL)
		return EEXIST;
	sh->sh_target[target] = st;
	sh->sh_listener[target].l_host = sh;
	sh->sh_listener[target].l_target = target;
	scsim_listen(st, heard, &sh->sh_listener[target]);
	if (announce && sh->sh_plugged)
		rumpuser_scsi_event(sh->sh_adapter, &ev);
	return 0;
}

struct scsim_target *
scsi_host_target(struct scsi_host *sh, unsigned target)
{

	return target < SCSI_HOST_MAXTARGETS ? sh->sh_target[target] : NULL;
}

void
scsi_host_delay(struct scsi_host *sh, uint64_t ns)
{

	sh->sh_delay = ns;
}

void
scsi_host_tampered(struct scsi_host *sh, int *flag)
{

	sh->sh_tampered = flag;
}

unsigned
scsi_host_commands(const struct scsi_host *sh)
{

	return sh->sh_commands;
}

unsigned
scsi_host_outstanding(const struct scsi_host *sh)
{

	return sh->sh_nkept;
}

int
scsi_host_complete(struct scsi_host *sh)
{
	struct rumpuser_scsi_cmd *cmd;

	if (sh->sh_nkept == 0)
		return 0;
	cmd = sh->sh_kept[0];
	forget(sh, 0);
	rumpuser_scsi_done(cmd);
	return 1;
}

void
scsi_host_trace(struct scsi_host *sh, void (*fn)(const char *, ...))
{

	sh->sh_trace = fn;
}
