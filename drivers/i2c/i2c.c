/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * iic(4): the bus of a controller.  Nothing on I2C says what it is, so the
 * configuration names chips and addresses ("foo* at iic? addr 0x50"); where
 * something answers, that driver's match decides.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/conf.h>
#include <sys/device.h>
#include <sys/errno.h>
#include <sys/fcntl.h>
#include <sys/kmem.h>
#include <sys/mutex.h>
#include <sys/queue.h>
#include <sys/vnode.h>

#include <dev/i2c/i2cvar.h>

#include "locators.h"

#define	I2C_MAX_ADDR	0x3ff	/* 10 bits */

struct iic_child {
	SLIST_ENTRY(iic_child) ch_link;
	device_t	ch_dev;		/* big lock; NULL until it is attached */
	i2c_addr_t	ch_addr;
};

struct iic_softc {
	device_t	sc_dev;
	i2c_tag_t	sc_tag;
	int		sc_type;
	kmutex_t	sc_lock;
	SLIST_HEAD(, iic_child) sc_children;	/* sc_lock */
};

extern struct cfdriver iic_cd;
extern const struct cdevsw iic_cdevsw;

static int	iic_rescan(device_t, const char *, const int *);

int
iicbus_print(void *aux, const char *pnp)
{

	if (pnp != NULL)
		aprint_normal("iic at %s", pnp);
	return UNCONF;
}

static int
iic_print(void *aux, const char *pnp)
{
	const struct i2c_attach_args *ia = aux;

	if (ia->ia_addr != (i2c_addr_t)-1)
		aprint_normal(" addr 0x%x", ia->ia_addr);
	return UNCONF;
}

/* 0 if something answers at an address, or if the bus is not to be asked. */
static int
iic_probe(struct iic_softc *sc, i2c_addr_t addr)
{
	const char *how = NULL;
	uint8_t byte;
	int error;

	(void)prop_dictionary_get_string(device_properties(device_parent(sc->sc_dev)),
	    I2C_PROP_INDIRECT_PROBE_STRATEGY, &how);
	if (how != NULL && strcmp(how, I2C_PROBE_STRATEGY_NONE) == 0)
		return 0;
	if ((error = iic_acquire_bus(sc->sc_tag, 0)) != 0)
		return error;
	/* EEPROMs take a quick write for the start of one and forget where they were. */
	if ((how != NULL && strcmp(how, I2C_PROBE_STRATEGY_RECEIVE_BYTE) == 0) ||
	    (how == NULL && ((addr >= 0x30 && addr <= 0x37) || (addr >= 0x50 && addr <= 0x5f))))
		error = iic_smbus_receive_byte(sc->sc_tag, addr, &byte, 0);
	else
		error = iic_smbus_quick_write(sc->sc_tag, addr, 0);
	iic_release_bus(sc->sc_tag, 0);
	return error;
}

static bool
iic_taken(struct iic_softc *sc, i2c_addr_t addr)
{
	const struct iic_child *ch;

	mutex_enter(&sc->sc_lock);
	SLIST_FOREACH(ch, &sc->sc_children, ch_link)
		if (ch->ch_addr == addr)
			break;
	mutex_exit(&sc->sc_lock);
	return ch != NULL;
}

static void
iic_child_remove(struct iic_softc *sc, struct iic_child *ch)
{

	mutex_enter(&sc->sc_lock);
	SLIST_REMOVE(&sc->sc_children, ch, iic_child, ch_link);
	mutex_exit(&sc->sc_lock);
	kmem_free(ch, sizeof(*ch));
}

/* For each line of the configuration that could be on this bus. */
static int
iic_search(device_t self, cfdata_t cf, const int *locs, void *aux)
{
	struct iic_softc *sc = device_private(self);
	struct i2c_attach_args ia;
	struct iic_child *ch;
	int loc[IICCF_NLOCS];

	memset(&ia, 0, sizeof(ia));
	ia.ia_tag = sc->sc_tag;
	ia.ia_type = sc->sc_type;
	ia.ia_size = cf->cf_loc[IICCF_SIZE];
	/* Where it is not said there is no telling who would answer. */
	if (cf->cf_loc[IICCF_ADDR] < 0 || cf->cf_loc[IICCF_ADDR] > I2C_MAX_ADDR)
		return 0;
	ia.ia_addr = cf->cf_loc[IICCF_ADDR];
	if (iic_taken(sc, ia.ia_addr) || iic_probe(sc, ia.ia_addr) != 0 ||
	    config_probe(self, cf, &ia) == 0)
		return 0;
	loc[IICCF_ADDR] = ia.ia_addr;
	loc[IICCF_SIZE] = ia.ia_size;
	/* It is the driver's from its attach on, and may go as soon as that has ended. */
	ch = kmem_zalloc(sizeof(*ch), KM_SLEEP);
	ch->ch_addr = ia.ia_addr;
	mutex_enter(&sc->sc_lock);
	SLIST_INSERT_HEAD(&sc->sc_children, ch, ch_link);
	mutex_exit(&sc->sc_lock);
	ch->ch_dev = config_attach(self, cf, &ia, iic_print, CFARGS(.locators = loc));
	if (ch->ch_dev == NULL)
		iic_child_remove(sc, ch);
	return 0;
}

static int
iic_match(device_t parent, cfdata_t cf, void *aux)
{

	return 1;
}

static void
iic_attach(device_t parent, device_t self, void *aux)
{
	struct iic_softc *sc = device_private(self);
	const struct i2cbus_attach_args *iba = aux;

	aprint_naive("\n");
	aprint_normal(": I2C bus\n");
	sc->sc_dev = self;
	sc->sc_tag = iba->iba_tag;
	sc->sc_type = iba->iba_type;
	SLIST_INIT(&sc->sc_children);
	mutex_init(&sc->sc_lock, MUTEX_DEFAULT, IPL_NONE);
	(void)pmf_device_register(self, NULL, NULL);
	(void)iic_rescan(self, NULL, NULL);
}

static int
iic_rescan(device_t self, const char *ifattr, const int *locs)
{

	config_search(self, NULL, CFARGS(.search = iic_search));
	return 0;
}

static void
iic_child_detach(device_t self, device_t child)
{
	struct iic_softc *sc = device_private(self);
	struct iic_child *ch;

	mutex_enter(&sc->sc_lock);
	SLIST_FOREACH(ch, &sc->sc_children, ch_link)
		if (ch->ch_dev == child)
			break;
	mutex_exit(&sc->sc_lock);
	if (ch != NULL)
		iic_child_remove(sc, ch);
}

static int
iic_detach(device_t self, int flags)
{
	struct iic_softc *sc = device_private(self);
	const int unit = device_unit(self);
	const int maj = cdevsw_lookup_major(&iic_cdevsw);
	int error;

	if ((error = config_detach_children(self, flags)) != 0)
		return error;
	vdevgone(maj, unit, unit, VCHR);
	pmf_device_deregister(self);
	mutex_destroy(&sc->sc_lock);
	return 0;
}

CFATTACH_DECL3_NEW(iic, sizeof(struct iic_softc), iic_match, iic_attach, iic_detach, NULL,
    iic_rescan, iic_child_detach, DVF_DETACH_SHUTDOWN);

/*
 * Chips that are known by name.
 */

const struct device_compatible_entry *
iic_compatible_lookup(const struct i2c_attach_args *ia, const struct device_compatible_entry *dce)
{

	return device_compatible_lookup(ia->ia_compat, ia->ia_ncompat, dce);
}

int
iic_compatible_match(const struct i2c_attach_args *ia, const struct device_compatible_entry *dce)
{
	int rank = device_compatible_match(ia->ia_compat, ia->ia_ncompat, dce);

	if (rank == 0)
		return 0;
	return MIN(I2C_MATCH_DIRECT_COMPATIBLE + rank - 1, I2C_MATCH_DIRECT_COMPATIBLE_MAX);
}

bool
iic_use_direct_match(const struct i2c_attach_args *ia, const cfdata_t cf,
    const struct device_compatible_entry *dce, int *match_resultp)
{

	if (ia->ia_name != NULL && strcmp(ia->ia_name, cf->cf_name) == 0) {
		*match_resultp = I2C_MATCH_DIRECT_SPECIFIC;
		return true;
	}
	if (ia->ia_ncompat > 0 && ia->ia_compat != NULL) {
		*match_resultp = iic_compatible_match(ia, dce);
		return true;
	}
	return false;
}

/*
 * /dev/iicN.
 */

static int
iic_open(dev_t dev, int flags, int mode, struct lwp *l)
{

	return device_lookup(&iic_cd, minor(dev)) == NULL ? ENXIO : 0;
}

static int
iic_close(dev_t dev, int flags, int mode, struct lwp *l)
{

	return 0;
}

static int
iic_ioctl_exec(struct iic_softc *sc, const i2c_ioctl_exec_t *iie)
{
	uint8_t *cmd, *buf = NULL;
	int error;

	switch (iie->iie_op) {
	case I2C_OP_READ:
	case I2C_OP_READ_WITH_STOP:
	case I2C_OP_WRITE:
	case I2C_OP_WRITE_WITH_STOP:
	case I2C_OP_READ_BLOCK:
	case I2C_OP_WRITE_BLOCK:
		break;
	default:
		return EINVAL;
	}
	if (iie->iie_addr > I2C_MAX_ADDR || iie->iie_cmdlen > I2C_EXEC_MAX_CMDLEN ||
	    iie->iie_buflen > I2C_EXEC_MAX_BUFLEN)
		return EINVAL;
	/* A driver has it. */
	if (iic_taken(sc, iie->iie_addr))
		return EBUSY;
	cmd = kmem_zalloc(I2C_EXEC_MAX_CMDLEN + I2C_EXEC_MAX_BUFLEN, KM_SLEEP);
	buf = cmd + I2C_EXEC_MAX_CMDLEN;
	error = copyin(iie->iie_cmd, cmd, iie->iie_cmdlen);
	if (error == 0 && I2C_OP_WRITE_P(iie->iie_op))
		error = copyin(iie->iie_buf, buf, iie->iie_buflen);
	if (error == 0 && (error = iic_acquire_bus(sc->sc_tag, 0)) == 0) {
		error = iic_exec(sc->sc_tag, iie->iie_op, iie->iie_addr, cmd, iie->iie_cmdlen,
		    buf, iie->iie_buflen, 0);
		iic_release_bus(sc->sc_tag, 0);
		/* What a controller means by one of less than 0 is its own affair. */
		if (error < 0)
			error = EIO;
	}
	if (error == 0 && I2C_OP_READ_P(iie->iie_op))
		error = copyout(buf, iie->iie_buf, iie->iie_buflen);
	kmem_free(cmd, I2C_EXEC_MAX_CMDLEN + I2C_EXEC_MAX_BUFLEN);
	return error;
}

static int
iic_ioctl(dev_t dev, u_long cmd, void *data, int flags, struct lwp *l)
{
	struct iic_softc *sc = device_lookup_private(&iic_cd, minor(dev));

	if (sc == NULL)
		return ENXIO;
	if (cmd != I2C_IOCTL_EXEC)
		return ENOTTY;
	if ((flags & FWRITE) == 0)
		return EBADF;
	return iic_ioctl_exec(sc, data);
}

const struct cdevsw iic_cdevsw = {
	.d_open = iic_open,
	.d_close = iic_close,
	.d_read = noread,
	.d_write = nowrite,
	.d_ioctl = iic_ioctl,
	.d_stop = nostop,
	.d_tty = notty,
	.d_poll = nopoll,
	.d_mmap = nommap,
	.d_kqfilter = nokqfilter,
	.d_discard = nodiscard,
	.d_cfdriver = &iic_cd,
	.d_devtounit = dev_minor_unit,
	.d_flag = D_OTHER,
};
