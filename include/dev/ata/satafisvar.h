/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Making and reading frame information structures.
 */

#ifndef _DEV_ATA_FISVAR_H_
#define	_DEV_ATA_FISVAR_H_

#include <dev/ata/atavar.h>

/* A register FIS of RHD_FISLEN bytes that carries a command. */
void	satafis_rhd_construct_cmd(struct ata_command *, uint8_t *);
void	satafis_rhd_construct_bio(struct ata_xfer *, uint8_t *);
void	satafis_rhd_construct_atapi(struct ata_xfer *, uint8_t *);

/* Status and error of one that came back, as ATACH_ERR_ST(); its registers. */
int	satafis_rdh_parse(struct ata_channel *, const uint8_t *);
void	satafis_rdh_cmd_readreg(struct ata_command *, const uint8_t *);

#endif /* !_DEV_ATA_FISVAR_H_ */
