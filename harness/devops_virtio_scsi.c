/* SPDX-License-Identifier: BSD-2-Clause */

/* A virtio SCSI host with units; see devops_virtio_scsi.h. */

#include <errno.h>

#include "devops_virtio_scsi.h"
#include "model/scsi.h"

static int
add(struct scsim_target *t, unsigned lun, enum scsim_type type)
{

	return scsim_add(t, lun, &(struct scsim_config){ .sm_type = type, .sm_nblocks = 1024 });
}

int
devops_virtio_scsi_create(struct devops *d)
{
	struct virtiom_scsi_params sp = { 0 };
	struct virtiom_params vp;
	struct scsim_config disk = {
		.sm_type = SCSIM_DISK, .sm_image = d->dv_ops, .sm_cookie = d->dv_cookie,
		.sm_nblocks = d->dv_size / 512,
	};
	struct scsim_target *t;
	struct virtiom *vm;
	uint8_t more;
	int error;

	if ((t = scsim_create()) == NULL)
		return ENOMEM;
	d->dv_aux = t;
	devops_virtio_params(d, &vp);
	disk.sm_flags = input_u8(&d->dv_knobs);
	more = input_u8(&d->dv_knobs);
	d->dv_readonly = (disk.sm_flags & SCSIM_READONLY) != 0;
	/* Without a medium there is nothing to be read. */
	d->dv_tampered = (disk.sm_flags & SCSIM_NOMEDIUM) != 0;
	if ((error = scsim_add(t, 0, &disk)) == 0 && more & 1)
		error = add(t, 1, SCSIM_CDROM);
	if (error == 0 && more & 2)
		error = add(t, 2, SCSIM_TAPE);
	if (error == 0 && more & 4)
		error = add(t, 3, SCSIM_PROCESSOR);
	if (error == 0 && more & 8)
		error = add(t, 4, SCSIM_DISK);
	if (error != 0) {
		scsim_destroy(t);
		return error;
	}
	sp.sp_target[0] = t;
	if ((vm = virtiom_scsi_create(&vp, &sp)) == NULL)
		scsim_destroy(t);
	return devops_virtio_attach(d, &vp, vm);
}

static void
fault(struct scsim_lun *sl, const struct devop *op)
{
	struct scsim_fault f = {
		.sf_opcode = op->flags & 4 ? SCSIM_ANY : SCSIM_MEDIUM, .sf_instead = op->flags & 1,
		.sf_status = op->flags & 2 ? SCSIM_BUSY : SCSIM_CHECK, .sf_key = op->off & 15,
		.sf_asc = op->off >> 8, .sf_ascq = op->off >> 16, .sf_deferred = op->flags >> 3 & 1,
		.sf_delay = op->flags & 16 ? SCSIM_NEVER : 0, .sf_short = op->len, .sf_nth = 1 + op->buf % 8,
		.sf_times = 1 + (op->off >> 24),
	};

	scsim_fault(sl, &f);
}

void
devops_virtio_scsi_event(struct devops *d, const struct devop *op)
{
	static const enum scsim_type types[] = {
		SCSIM_DISK, SCSIM_CDROM, SCSIM_TAPE, SCSIM_PROCESSOR, SCSIM_ENCLOSURE, SCSIM_CHANGER,
	};
	struct scsim_target *t = d->dv_aux;
	unsigned lun = op->mode % 8;
	struct scsim_lun *sl = scsim_lun(t, lun);

	d->dv_tampered = 1;
	if (op->idx % 8 == 0)
		add(t, lun, types[op->off % 6]);
	if (sl == NULL)
		return;
	switch (op->idx % 8) {
	case 1:
		scsim_remove(t, lun);
		break;
	case 2:
		scsim_attention(sl, op->off & 0xff, op->off >> 8 & 0xff);
		break;
	case 3:
		fault(sl, op);
		break;
	case 4:
		if (scsim_lun_type(sl) == SCSIM_DISK)
			scsim_resize(sl, op->off % 2048);
		break;
	case 5:
		scsim_eject(sl);
		break;
	case 6:
		scsim_insert(sl);
		break;
	case 7:
		scsim_steal(sl, 1, op->flags & 1);
		break;
	}
}
