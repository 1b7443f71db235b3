/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * I2C and SMBus for drivers of controllers and of chips: iic(9).  Interrupts
 * by SMBus alert are not there.
 */

#ifndef _DEV_I2C_I2CVAR_H_
#define	_DEV_I2C_I2CVAR_H_

#include <sys/device.h>
#include <sys/mutex.h>

#include <dev/i2c/i2c_io.h>
#include <prop/proplib.h>

/* Flags of transfers. */
#define	I2C_F_WRITE	0x00
#define	I2C_F_READ	0x01
#define	I2C_F_LAST	0x02	/* the last byte of a read: answered by NACK */
#define	I2C_F_STOP	0x04	/* a stop condition after the byte */
#define	I2C_F_POLL	0x08	/* may not sleep */
#define	I2C_F_PEC	0x10	/* with SMBus's packet error code */
#define	I2C_F_SPEED	0x20	/* not the bus's own speed */

/* Properties of the bus's device: how chips are looked for. */
#define	I2C_PROP_INDIRECT_PROBE_STRATEGY	"i2c-indirect-probe-strategy"
#define	I2C_PROBE_STRATEGY_QUICK_WRITE		"smbus-quick-write"
#define	I2C_PROBE_STRATEGY_RECEIVE_BYTE		"smbus-receive-byte"
#define	I2C_PROBE_STRATEGY_NONE			"none"

/*
 * A controller.  It gives ic_exec, which carries out a whole transfer, or the
 * five functions below it.  Each returns an errno.
 */
typedef struct i2c_controller {
	void	*ic_cookie;			/* the controller's */

	/* Takes the wires from others who use them, NULL: nobody does. */
	int	(*ic_acquire_bus)(void *, int flags);
	void	(*ic_release_bus)(void *, int flags);

	int	(*ic_exec)(void *, i2c_op_t, i2c_addr_t, const void *cmd, size_t cmdlen,
		    void *buf, size_t buflen, int flags);

	int	(*ic_send_start)(void *, int flags);
	int	(*ic_send_stop)(void *, int flags);
	int	(*ic_initiate_xfer)(void *, i2c_addr_t, int flags);
	int	(*ic_read_byte)(void *, uint8_t *, int flags);
	int	(*ic_write_byte)(void *, uint8_t, int flags);

	kmutex_t ic_bus_lock;			/* held from acquire to release */
} *i2c_tag_t;

#define	I2C_TYPE_SMBUS	1

/* For the bus, from its controller. */
struct i2cbus_attach_args {
	i2c_tag_t	iba_tag;
	int		iba_type;		/* I2C_TYPE_SMBUS or 0 */
	prop_array_t	iba_child_devices;	/* not looked at */
};

/* For a chip, from the bus. */
struct i2c_attach_args {
	i2c_tag_t	ia_tag;
	i2c_addr_t	ia_addr;
	int		ia_size;		/* the locator's; EEPROMs */
	int		ia_type;
	const char	*ia_name;		/* with direct configuration */
	int		ia_ncompat;
	const char	**ia_compat;
	prop_dictionary_t ia_prop;
	uintptr_t	ia_cookie;
};

/* Before a controller's first use, and after its last. */
void	iic_tag_init(i2c_tag_t);
void	iic_tag_fini(i2c_tag_t);

int	iicbus_print(void *, const char *);

/*
 * For drivers of chips.  Transfers are made between acquire and release;
 * acquire sleeps, or gives EBUSY with I2C_F_POLL.
 */
int	iic_acquire_bus(i2c_tag_t, int flags);
void	iic_release_bus(i2c_tag_t, int flags);
int	iic_exec(i2c_tag_t, i2c_op_t, i2c_addr_t, const void *cmd, size_t cmdlen, void *buf,
	    size_t buflen, int flags);

int	iic_smbus_write_byte(i2c_tag_t, i2c_addr_t, uint8_t cmd, uint8_t, int flags);
int	iic_smbus_write_word(i2c_tag_t, i2c_addr_t, uint8_t cmd, uint16_t, int flags);
int	iic_smbus_read_byte(i2c_tag_t, i2c_addr_t, uint8_t cmd, uint8_t *, int flags);
int	iic_smbus_read_word(i2c_tag_t, i2c_addr_t, uint8_t cmd, uint16_t *, int flags);
int	iic_smbus_receive_byte(i2c_tag_t, i2c_addr_t, uint8_t *, int flags);
int	iic_smbus_send_byte(i2c_tag_t, i2c_addr_t, uint8_t, int flags);
int	iic_smbus_quick_read(i2c_tag_t, i2c_addr_t, int flags);
int	iic_smbus_quick_write(i2c_tag_t, i2c_addr_t, int flags);
int	iic_smbus_block_read(i2c_tag_t, i2c_addr_t, uint8_t cmd, uint8_t *, size_t, int flags);
int	iic_smbus_block_write(i2c_tag_t, i2c_addr_t, uint8_t cmd, uint8_t *, size_t, int flags);

/*
 * How well a chip that the bus knows by name fits a table: a value for match,
 * or 0; its entry, or NULL.  iic_use_direct_match() is false where the bus
 * only guesses, else *match_resultp is what match has to return.
 */
int	iic_compatible_match(const struct i2c_attach_args *,
	    const struct device_compatible_entry *);
const struct device_compatible_entry *iic_compatible_lookup(const struct i2c_attach_args *,
	    const struct device_compatible_entry *);
bool	iic_use_direct_match(const struct i2c_attach_args *, const cfdata_t,
	    const struct device_compatible_entry *, int *match_resultp);

#define	I2C_MATCH_ADDRESS_ONLY		1
#define	I2C_MATCH_ADDRESS_AND_PROBE	2
#define	I2C_MATCH_DIRECT_COMPATIBLE	10
#define	I2C_MATCH_DIRECT_COMPATIBLE_MAX	99
#define	I2C_MATCH_DIRECT_SPECIFIC	100

#ifdef _I2C_PRIVATE
#define	iic_send_start(ic, flags)					\
	(*(ic)->ic_send_start)((ic)->ic_cookie, (flags))
#define	iic_send_stop(ic, flags)					\
	(*(ic)->ic_send_stop)((ic)->ic_cookie, (flags))
#define	iic_initiate_xfer(ic, addr, flags)				\
	(*(ic)->ic_initiate_xfer)((ic)->ic_cookie, (addr), (flags))
#define	iic_read_byte(ic, bytep, flags)					\
	(*(ic)->ic_read_byte)((ic)->ic_cookie, (bytep), (flags))
#define	iic_write_byte(ic, byte, flags)					\
	(*(ic)->ic_write_byte)((ic)->ic_cookie, (byte), (flags))
#endif

#endif /* !_DEV_I2C_I2CVAR_H_ */
