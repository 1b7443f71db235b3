/* SPDX-License-Identifier: BSD-2-Clause */

/* A virtio SCSI host with units; see devops_virtio_scsi.h. */

#include <errno.h>

#include "devops_scsi.h"
#include "devops_virtio_scsi.h"

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
	devops_scsi_ioctls_of(d);
	devops_virtio_params(d, &vp);
	disk.sm_flags = input_u8(&d->dv_knobs) & ~SCSIM_ATAPI;
	more = input_u8(&d->dv_knobs);
	d->dv_readonly = (disk.sm_flags & SCSIM_READONLY) != 0;
	/* Without a medium there is nothing to be read. */
	d->dv_tampered |= (disk.sm_flags & SCSIM_NOMEDIUM) != 0;
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

void
devops_virtio_scsi_event(struct devops *d, const struct devop *op)
{

	devops_scsi_unit_event(d, d->dv_aux, op);
}
