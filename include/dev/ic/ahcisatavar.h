/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The AHCI driver: what its bus attachments fill in and call.  See
 * ahcisata(4).
 */

#ifndef _DEV_IC_AHCISATAVAR_H_
#define	_DEV_IC_AHCISATAVAR_H_

#include <sys/bus.h>
#include <dev/ata/atavar.h>
#include <dev/ic/ahcisatareg.h>

struct ahci_softc {
	struct atac_softc sc_atac;	/* first */

	/* From the bus attachment. */
	bus_space_tag_t	sc_ahcit;
	bus_space_handle_t sc_ahcih;
	bus_size_t	sc_ahcis;
	bus_dma_tag_t	sc_dmat;
	int		sc_atac_capflags;
	int		sc_ahci_quirks;
#define	AHCI_PCI_QUIRK_FORCE	__BIT(0)	/* attach whatever the class */
#define	AHCI_PCI_QUIRK_BAD64	__BIT(1)	/* no 64-bit DMA */
#define	AHCI_QUIRK_BADPMP	__BIT(2)
#define	AHCI_QUIRK_BADNCQ	__BIT(3)	/* no queued commands */
#define	AHCI_QUIRK_EXTRA_DELAY	__BIT(4)	/* wait after a reset */
#define	AHCI_QUIRK_SKIP_RESET	__BIT(5)	/* no soft reset of drives */
#define	AHCI_PCI_QUIRK_ONEMSI	__BIT(6)
	/* Optional: a port has an interrupt of its own. */
	int		(*sc_intr_establish)(struct ahci_softc *, int);
	/* Optional: no handler runs any more, and none will. */
	void		(*sc_intr_quiesce)(struct ahci_softc *);
	/* Optional: around the start of a port. */
	void		(*sc_channel_start)(struct ahci_softc *,
			    struct ata_channel *);
	void		(*sc_channel_stop)(struct ahci_softc *,
			    struct ata_channel *);

	/* Command lists and received FIS of all ports. */
	void		*sc_cmd_hdr;
	bus_dmamap_t	sc_cmd_hdrd;
	bus_dma_segment_t sc_cmd_hdr_seg;
	int		sc_cmd_hdr_nseg;

	uint32_t	sc_ahci_cap;
	int		sc_ncmds;	/* slots of a port */
	uint32_t	sc_ahci_ports;	/* mask of ports with a channel */
	struct ata_channel *sc_chanarray[AHCI_MAX_PORTS];
	struct ahci_channel {
		struct ata_channel ata_channel;	/* first */
		bus_space_handle_t ahcic_scontrol;
		bus_space_handle_t ahcic_sstatus;
		bus_space_handle_t ahcic_serror;
		struct ahci_r_fis *ahcic_rfis;
		bus_addr_t	ahcic_bus_rfis;
		struct ahci_cmd_header *ahcic_cmdh;
		bus_addr_t	ahcic_bus_cmdh;
		bus_dmamap_t	ahcic_cmd_tbld;
		bus_dma_segment_t ahcic_cmd_tbl_seg;
		int		ahcic_cmd_tbl_nseg;
		struct ahci_cmd_tbl *ahcic_cmd_tbl[AHCI_MAX_CMDS];
		bus_addr_t	ahcic_bus_cmd_tbl[AHCI_MAX_CMDS];
		bus_dmamap_t	ahcic_datad[AHCI_MAX_CMDS];
		void		*ahcic_tbl_kva;	/* command tables */
		uint32_t	ahcic_active;	/* ch_lock: slots issued */
		uint32_t	ahcic_missed;	/* ch_lock: interrupts while it recovered */
		int		ahcic_polled;	/* ch_lock: slot of who polls */
		uint32_t	ahcic_loaded;	/* ch_lock: slots with data */
		uint32_t	ahcic_writes;	/*  which go to the device */
		void		*ahcic_bounce[AHCI_MAX_CMDS];	/* instead of data */
		size_t		ahcic_bounce_size[AHCI_MAX_CMDS];
		int		ahcic_storm_start;	/* ticks */
		int		ahcic_storm;	/* recoveries since */
		bool		ahcic_running;	/* ST is set */
		bool		ahcic_broken;	/* ch_lock: does not stop, or is gone */
	} sc_channels[AHCI_MAX_PORTS];

	bool		sc_ghc_mrsm;
	u_int		sc_gone;	/* atomic: reads as all ones */
	bool		sc_attached;
	bool		sc_save_init_data;
	struct {
		uint32_t cap;
		uint32_t cap2;
		uint32_t ports;
	} sc_init_data;			/* as the BIOS set them */
};

/* A driver file with AHCI_DEBUG has the mask, of what is printed. */
#ifdef AHCI_DEBUG
#define	DEBUG_INTR	0x01
#define	DEBUG_XFERS	0x02
#define	DEBUG_STATUS	0x04
#define	DEBUG_FUNCS	0x08
#define	DEBUG_PROBE	0x10
#define	DEBUG_DETACH	0x20
extern int ahcidebug_mask;
#define	AHCIDEBUG_PRINT(args, level)	do {				\
	if (ahcidebug_mask & (level))					\
		printf args;						\
} while (0)
#else
#define	AHCIDEBUG_PRINT(args, level)	do { } while (0)
#endif

#define	AHCINAME(sc)	(device_xname((sc)->sc_atac.atac_dev))
#define	AHCI_CH2SC(chp)	((struct ahci_softc *)((chp)->ch_atac))

#define	AHCI_CMDH_SYNC(sc, achp, cmd, op)				\
	bus_dmamap_sync((sc)->sc_dmat, (sc)->sc_cmd_hdrd,		\
	    (char *)&(achp)->ahcic_cmdh[(cmd)] - (char *)(sc)->sc_cmd_hdr, \
	    sizeof(struct ahci_cmd_header), (op))
#define	AHCI_RFIS_SYNC(sc, achp, op)					\
	bus_dmamap_sync((sc)->sc_dmat, (sc)->sc_cmd_hdrd,		\
	    (char *)(achp)->ahcic_rfis - (char *)(sc)->sc_cmd_hdr,	\
	    AHCI_RFIS_SIZE, (op))
#define	AHCI_CMDTBL_SYNC(sc, achp, cmd, op)				\
	bus_dmamap_sync((sc)->sc_dmat, (achp)->ahcic_cmd_tbld,		\
	    AHCI_CMDTBL_SIZE * (cmd), AHCI_CMDTBL_SIZE, (op))
#define	AHCI_READ(sc, reg)						\
	bus_space_read_4((sc)->sc_ahcit, (sc)->sc_ahcih, (reg))
#define	AHCI_WRITE(sc, reg, val)					\
	bus_space_write_4((sc)->sc_ahcit, (sc)->sc_ahcih, (reg), (val))

/*
 * Attachment.  A failed one says why and is ended by ahci_detach(), which
 * accepts any prefix.  With DETACH_FORCE everything outstanding ends first.
 */
void	ahci_attach(struct ahci_softc *);
int	ahci_detach(struct ahci_softc *, int);
void	ahci_childdetached(struct ahci_softc *, device_t);
void	ahci_resume(struct ahci_softc *);

/* Interrupts: of the adapter (softc), of a port (its ahci_channel). */
int	ahci_intr(void *);
int	ahci_intr_port(void *);

#endif /* !_DEV_IC_AHCISATAVAR_H_ */
