/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Tape drives on a SCSI bus: st(4)'s attachment, and the operations that
 * ATAPI does otherwise.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/device.h>
#include <sys/errno.h>

#include <dev/scsipi/scsi_all.h>
#include <dev/scsipi/scsi_spc.h>
#include <dev/scsipi/scsi_tape.h>
#include <dev/scsipi/scsipi_all.h>
#include <dev/scsipi/scsipiconf.h>
#include <dev/scsipi/stvar.h>

static int	st_scsibus_match(device_t, cfdata_t, void *);
static void	st_scsibus_attach(device_t, device_t, void *);
static int	st_scsibus_ops(struct st_softc *, int, int);

CFATTACH_DECL_NEW(st_scsibus, sizeof(struct st_softc), st_scsibus_match, st_scsibus_attach,
    stdetach, NULL);

static const struct scsipi_inquiry_pattern st_scsibus_patterns[] = {
	{ T_SEQUENTIAL, T_REMOV, "", "", "" },
};

static int
st_scsibus_match(device_t parent, cfdata_t match, void *aux)
{
	struct scsipibus_attach_args *sa = aux;
	int priority;

	if (SCSIPI_BUSTYPE_TYPE(scsipi_periph_bustype(sa->sa_periph)) != SCSIPI_BUSTYPE_SCSI)
		return 0;
	(void)scsipi_inqmatch(&sa->sa_inqbuf, st_scsibus_patterns,
	    sizeof(st_scsibus_patterns) / sizeof(st_scsibus_patterns[0]),
	    sizeof(st_scsibus_patterns[0]), &priority);
	return priority;
}

static void
st_scsibus_attach(device_t parent, device_t self, void *aux)
{
	struct st_softc *sc = device_private(self);

	sc->ops = st_scsibus_ops;
	stattach(parent, self, aux);
}

/* The answer to MODE SENSE that is asked for: header, descriptor, page. */
struct st_mode {
	struct scsi_mode_parameter_header_6 header;
	struct scsi_general_block_descriptor blk_desc;
	u_char	page[MAX_PAGE_0_SIZE];
} __packed;

#define	ST_MODE_LEN(sc)							\
	((int)(sizeof(struct scsi_mode_parameter_header_6) +		\
	    sizeof(struct scsi_general_block_descriptor)) + (int)(sc)->page_0_size)

static int
st_scsibus_read_block_limits(struct st_softc *sc, int flags)
{
	struct scsi_block_limits cmd = { .opcode = READ_BLOCK_LIMITS };
	struct scsi_block_limits_data limits;
	int error, lo, hi;

	memset(&limits, 0, sizeof(limits));
	error = scsipi_command(sc->sc_periph, (void *)&cmd, sizeof(cmd), (void *)&limits,
	    sizeof(limits), ST_RETRIES, ST_CTL_TIME, NULL, flags | XS_CTL_DATA_IN);
	if (error != 0)
		return error;
	lo = (int)_2btol(limits.min_length);
	hi = (int)_3btol(limits.max_length);
	if (hi != 0 && lo > hi) {
		aprint_error_dev(sc->sc_dev, "blocks of at least %d bytes, at most %d\n", lo, hi);
		return EIO;
	}
	sc->blkmin = lo;
	sc->blkmax = hi;
	return 0;
}

static int
st_scsibus_mode_sense(struct st_softc *sc, int flags)
{
	struct st_mode mode;
	int error, size;

	memset(&mode, 0, sizeof(mode));
	error = scsipi_mode_sense(sc->sc_periph, 0, 0, &mode.header, ST_MODE_LEN(sc), flags,
	    ST_RETRIES, ST_CTL_TIME);
	if (error != 0)
		return error;
	if (mode.header.blk_desc_len >= sizeof(mode.blk_desc)) {
		sc->numblks = _3btol(mode.blk_desc.nblocks);
		size = (int)_3btol(mode.blk_desc.blklen);
		sc->media_density = mode.blk_desc.density;
	} else {
		sc->numblks = 0;
		size = 0;
		sc->media_density = 0;
	}
	sc->media_blksize = size;
	memcpy(sc->sense_data, mode.page, sc->page_0_size);
	mutex_enter(chan_mtx(sc->sc_periph->periph_channel));
	if (mode.header.dev_spec & SMH_DSP_WRITE_PROT)
		sc->flags |= ST_READONLY;
	else
		sc->flags &= ~ST_READONLY;
	sc->flags |= ST_INFO_VALID;
	mutex_exit(chan_mtx(sc->sc_periph->periph_channel));
	return 0;
}

int
st_mode_select(struct st_softc *sc, int flags)
{
	struct st_mode mode;

	/* A drive with one mode does not like to be told which. */
	if (sc->quirks & ST_Q_UNIMODAL)
		return 0;
	memset(&mode, 0, sizeof(mode));
	mode.header.blk_desc_len = sizeof(mode.blk_desc);
	if ((sc->flags & ST_DONTBUFFER) == 0)
		mode.header.dev_spec |= SMH_DSP_BUFF_MODE_ON;
	mode.blk_desc.density = sc->density;
	if (sc->flags & ST_FIXEDBLOCKS)
		_lto3b((u_int32_t)sc->blksize, mode.blk_desc.blklen);
	memcpy(mode.page, sc->sense_data, sc->page_0_size);
	return scsipi_mode_select(sc->sc_periph, 0, &mode.header, ST_MODE_LEN(sc), flags,
	    ST_RETRIES, ST_CTL_TIME);
}

/* Compression by the data compression page, or by the configuration page. */
static int
st_scsibus_cmprss(struct st_softc *sc, int on, int flags)
{
	struct {
		struct scsi_mode_parameter_header_6 header;
		struct scsi_general_block_descriptor blk_desc;
		union {
			struct scsi_tape_dev_conf_page conf;
			struct scsi_tape_dev_compression_page comp;
		} page;
	} __packed mode;
	static const int pages[] = { 0x0f, 0x10 };
	int i, error = EIO;

	for (i = 0; i < 2; i++) {
		memset(&mode, 0, sizeof(mode));
		error = scsipi_mode_sense(sc->sc_periph, 0, pages[i], &mode.header, sizeof(mode),
		    flags | XS_CTL_SILENT, ST_RETRIES, ST_CTL_TIME);
		if (error != 0)
			continue;
		if (mode.header.blk_desc_len != sizeof(mode.blk_desc) ||
		    (mode.page.comp.pagecode & PGCODE_MASK) != pages[i] ||
		    mode.page.comp.pagelength != sizeof(mode.page) - 2) {
			aprint_error_dev(sc->sc_dev, "mode page 0x%02x of %d bytes, expected 0x%02x "
			    "of %d\n", mode.page.comp.pagecode & PGCODE_MASK,
			    mode.page.comp.pagelength, pages[i], (int)sizeof(mode.page) - 2);
			error = EIO;
			continue;
		}
		if (pages[i] == 0x0f) {
			if ((mode.page.comp.dce_dcc & DCP_DCC) == 0)
				return EINVAL;
			mode.page.comp.dce_dcc &= ~DCP_DCE;
			mode.page.comp.dde_red &= ~DCP_DDE;
			if (on) {
				mode.page.comp.dce_dcc |= DCP_DCE;
				mode.page.comp.dde_red |= DCP_DDE;
			}
		} else
			mode.page.conf.sel_comp_alg = on ? SMT_COMP_DEFAULT : SMT_COMP_NONE;
		mode.page.comp.pagecode &= PGCODE_MASK;
		mode.header.data_length = 0;
		mode.header.medium_type = 0;
		mode.header.dev_spec = sc->flags & ST_DONTBUFFER ? 0 : SMH_DSP_BUFF_MODE_ON;
		return scsipi_mode_select(sc->sc_periph, SMS_PF, &mode.header, sizeof(mode), flags,
		    ST_RETRIES, ST_CTL_TIME);
	}
	return error;
}

static int
st_scsibus_ops(struct st_softc *sc, int op, int flags)
{

	switch (op) {
	case ST_OPS_RBL:
		return st_scsibus_read_block_limits(sc, flags);
	case ST_OPS_MODESENSE:
		return st_scsibus_mode_sense(sc, flags);
	case ST_OPS_MODESELECT:
		return st_mode_select(sc, flags);
	case ST_OPS_CMPRSS_ON:
	case ST_OPS_CMPRSS_OFF:
		return st_scsibus_cmprss(sc, op == ST_OPS_CMPRSS_ON, flags);
	}
	return EINVAL;
}
