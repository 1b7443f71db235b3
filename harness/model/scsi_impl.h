/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What the files of the SCSI target model share; users include scsi.h.
 *
 * A type of unit is a table of commands by opcode and a few functions; what
 * the table lacks is looked for in the table of commands that all have.
 */

#ifndef HARNESS_MODEL_SCSI_IMPL_H
#define HARNESS_MODEL_SCSI_IMPL_H

#include <stdint.h>

#include "scsi.h"

#define NUA		8
#define NKEYS		8		/* initiators with persistent registrations */
#define MODEBYTES	512u
#define MAXELEM		256u		/* of a changer, of an enclosure */
#define TAPE_MAXRECS	65536u

/* Properties of a command. */
#define C_NOUA		0x01	/* does not report unit attentions */
#define C_NORESV	0x02	/* is served whoever holds a reservation */
#define C_MEDIUM	0x04	/* needs a medium that is ready */
#define C_WRITE		0x08	/* and one that is not protected */
#define C_MODERN	0x10	/* absent with SCSIM_OLD */
#define C_NOATAPI	0x20
#define C_THIN		0x40	/* only with SCSIM_THIN */
#define C_CACHE		0x80	/* absent with SCSIM_NOCACHE */

struct scsi_op {
	const char *op_name;
	void	  (*op_fn)(struct scsim_lun *, struct scsim_cmd *);
	unsigned    op_flags;
};

struct scsi_unit {
	const struct scsi_op *su_ops;	/* 256 of them */
	const char *su_product;
	/* After sl_cf is set and sl is zeroed; 0 or an errno. */
	int	(*su_init)(struct scsim_lun *);
	void	(*su_fini)(struct scsim_lun *);
	/* State as after power-on, except for the medium. */
	void	(*su_reset)(struct scsim_lun *);
	/* Puts the mode pages, one after the other; returns their length. */
	unsigned (*su_modes)(struct scsim_lun *, uint8_t *cur, uint8_t *mask);
	/* Device specific byte of a mode parameter header. */
	uint8_t	(*su_devspec)(struct scsim_lun *);
	/* Eight bytes of block descriptor (16 if longlba); 0: has none. */
	unsigned (*su_blkdesc)(struct scsim_lun *, uint8_t *, int longlba);
	/* Takes a block descriptor from MODE SELECT; 0, or -1: not possible. */
	int	(*su_setdesc)(struct scsim_lun *, const uint8_t *, unsigned len);
	/* Medium came or went. */
	void	(*su_medium)(struct scsim_lun *, int there);
	/* VPD page beyond the common ones: its length from byte 4, or -1. */
	int	(*su_vpd)(struct scsim_lun *, unsigned page, uint8_t *);
};

struct disk {
	uint32_t d_newblk;		/* block size that FORMAT UNIT will give */
	uint64_t d_blocks;		/* at attach */
};

struct tape_rec {
	uint8_t	 *tr_data;		/* NULL: a file mark */
	uint32_t  tr_len;
	uint64_t  tr_end;		/* bytes of tape up to and with it */
};

struct tape {
	struct tape_rec *t_recs;
	uint32_t t_nrecs, t_room;
	uint32_t t_pos;			/* next record */
	uint32_t t_blksize;		/* 0: variable */
	uint8_t	 t_density;
	uint8_t	 t_bufmode;
};

struct cdrom {
	uint8_t	 c_audio;		/* audio status of READ SUB-CHANNEL */
	uint32_t c_pos, c_end;		/* playing from, to */
	uint8_t	 c_event;		/* pending media event */
	uint8_t	 c_open;		/* tray */
};

struct element {
	uint16_t e_addr;
	uint8_t	 e_type;		/* 1 picker 2 slot 3 portal 4 drive */
	uint8_t	 e_full;
	uint8_t	 e_inverted;
	uint16_t e_from;		/* storage element it came from, 0: unknown */
	char	 e_tag[32];
};

struct changer {
	struct element ch_e[MAXELEM];
	unsigned ch_n;
};

struct enclosure {
	uint8_t	 en_types[16], en_count[16];
	unsigned en_ntypes, en_n;
	uint8_t	 en_status[MAXELEM + 16][4];	/* as page 2 has them */
	uint8_t	 en_over;		/* overall status bits */
	uint32_t en_gen;
	uint8_t	 en_text[64];
};

#define STORE_PAGE	4096u
struct store_ent {
	uint64_t se_page;		/* number + 1 */
	uint8_t	*se_data;
};

struct scsim_lun {
	struct scsim_target *sl_target;
	unsigned sl_no;
	const struct scsi_unit *sl_unit;
	struct scsim_config sl_cf;	/* strings are those below */
	char	 sl_vendor[8], sl_product[16], sl_revision[4], sl_serial[20];

	uint16_t sl_ua[NUA];
	unsigned sl_nua;
	int	 sl_desc;		/* descriptor sense (D_SENSE) */
	int	 sl_medium;		/* there is one */
	int	 sl_stopped;
	int	 sl_prevent;
	int	 sl_wp;

	int	 sl_resv;		/* RESERVE: initiator + 1 */
	uint32_t sl_prgen;
	uint64_t sl_key[NKEYS];		/* registered, by initiator; 0: not */
	int	 sl_prholder;		/* initiator + 1 */
	uint8_t	 sl_prtype;

	uint8_t	 sl_mode[MODEBYTES], sl_mask[MODEBYTES], sl_default[MODEBYTES];
	unsigned sl_modelen;

	uint8_t	 sl_sense[SCSIM_SENSE_MAX];	/* kept for REQUEST SENSE (ATAPI) */
	unsigned sl_senselen;

	struct scsim_fault sl_fault[SCSIM_NFAULTS];
	unsigned sl_nfaults;
	struct scsim_stats sl_stats;

	struct store_ent *sl_store;
	size_t	 sl_room, sl_used;
	uint8_t *sl_chunk;
	size_t	 sl_chunkleft;
	uint8_t **sl_chunks;
	size_t	 sl_nchunks;
	uint8_t	*sl_buf;		/* READ/WRITE BUFFER */

	union {
		struct disk	 disk;
		struct tape	 tape;
		struct cdrom	 cd;
		struct changer	*ch;
		struct enclosure *en;
	} u;
};

struct scsim_target {
	struct scsim_lun *st_lun[SCSIM_NLUNS];
	unsigned st_nluns;
	void   (*st_listen)(void *, unsigned, enum scsim_event, unsigned, unsigned);
	void	*st_listenarg;
	scsim_filter_fn st_filter;
	void	*st_filterarg;
};

extern const struct scsi_unit scsi_disk_unit, scsi_cd_unit, scsi_tape_unit, scsi_ses_unit,
    scsi_changer_unit, scsi_processor_unit;

extern const struct scsi_op scsi_common_ops[256];

static inline uint32_t
be16(const uint8_t *p)
{

	return (uint32_t)p[0] << 8 | p[1];
}

static inline uint32_t
be24(const uint8_t *p)
{

	return (uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2];
}

static inline uint32_t
be32(const uint8_t *p)
{

	return (uint32_t)p[0] << 24 | be24(p + 1);
}

static inline uint64_t
be64(const uint8_t *p)
{

	return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static inline void
put16(uint8_t *p, uint32_t v)
{

	p[0] = v >> 8;
	p[1] = v;
}

static inline void
put24(uint8_t *p, uint32_t v)
{

	p[0] = v >> 16;
	put16(p + 1, v);
}

static inline void
put32(uint8_t *p, uint32_t v)
{

	p[0] = v >> 24;
	put24(p + 1, v);
}

static inline void
put64(uint8_t *p, uint64_t v)
{

	put32(p, v >> 32);
	put32(p + 4, v);
}

/* Ends a command with data-in: len bytes at buf, of which alloc are wanted. */
void	scsi_in(struct scsim_cmd *, const void *buf, size_t len, uint64_t alloc);
/*
 * The parameter list of want bytes, or NULL after PARAMETER LIST LENGTH
 * ERROR when fewer came.  An empty list is a pointer, too.
 */
const uint8_t *scsi_out(struct scsim_lun *, struct scsim_cmd *, size_t want);

/* Flags of a sense that is more than key and code. */
#define S_INFO		0x01
#define S_FILEMARK	0x80
#define S_EOM		0x40
#define S_ILI		0x20
#define S_DEFERRED	0x02
void	scsi_sense_full(const struct scsim_lun *, struct scsim_cmd *, unsigned key, unsigned asc,
	    unsigned ascq, unsigned flags, uint64_t info);
/* ILLEGAL REQUEST: INVALID FIELD IN CDB or in the parameter list. */
void	scsi_badcdb(const struct scsim_lun *, struct scsim_cmd *, unsigned byte);
void	scsi_badparam(const struct scsim_lun *, struct scsim_cmd *, unsigned byte);

/* Appends a mode page of len bytes at cur + at; returns the new end. */
unsigned scsi_page(uint8_t *cur, uint8_t *mask, unsigned at, const uint8_t *page,
	    const uint8_t *pmask, unsigned len);
/* Current values of a mode page, or NULL. */
uint8_t *scsi_modepage(struct scsim_lun *, unsigned code);

/* REPORT LUNS, asked of a unit or of a number without one (NULL). */
void	scsi_report_luns(struct scsim_target *, struct scsim_lun *, struct scsim_cmd *);

/* Medium contents: 0, or an errno (image) or ENOSPC (memory). */
int	scsi_store_read(struct scsim_lun *, uint64_t off, void *, size_t);
int	scsi_store_write(struct scsim_lun *, uint64_t off, const void *, size_t);
/* Makes whole pages of the range zero. */
int	scsi_store_zero(struct scsim_lun *, uint64_t off, uint64_t len);
void	scsi_store_free(struct scsim_lun *);

/* START STOP UNIT and PREVENT ALLOW, for those with media. */
void	scsi_op_startstop(struct scsim_lun *, struct scsim_cmd *);
void	scsi_op_prevent(struct scsim_lun *, struct scsim_cmd *);
void	scsi_op_good(struct scsim_lun *, struct scsim_cmd *);
void	scsi_op_synccache(struct scsim_lun *, struct scsim_cmd *);
void	scsi_op_read(struct scsim_lun *, struct scsim_cmd *);
void	scsi_op_readcap(struct scsim_lun *, struct scsim_cmd *);
void	scsi_op_seek(struct scsim_lun *, struct scsim_cmd *);
/* First block and number of blocks of a CDB that has them; 0 or -1. */
int	scsi_cdb_range(const struct scsim_cmd *, uint64_t *lba, uint64_t *n);

#endif /* HARNESS_MODEL_SCSI_IMPL_H */
