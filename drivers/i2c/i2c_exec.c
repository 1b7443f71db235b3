/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Transfers: by the controller's own function, or byte by byte with the five
 * of a controller that has only these.  SMBus 2.0, 5.5, are the shapes that
 * iic_smbus_*() ask for; block lengths come from the device and are checked.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/errno.h>
#include <sys/mutex.h>

#define	_I2C_PRIVATE
#include <dev/i2c/i2cvar.h>

#define	SMBUS_BLOCK_MAX	32

void
iic_tag_init(i2c_tag_t tag)
{

	memset(tag, 0, sizeof(*tag));
	mutex_init(&tag->ic_bus_lock, MUTEX_DEFAULT, IPL_NONE);
}

void
iic_tag_fini(i2c_tag_t tag)
{

	mutex_destroy(&tag->ic_bus_lock);
}

int
iic_acquire_bus(i2c_tag_t tag, int flags)
{
	int error = 0;

	if ((flags & I2C_F_POLL) != 0) {
		if (!mutex_tryenter(&tag->ic_bus_lock))
			return EBUSY;
	} else
		mutex_enter(&tag->ic_bus_lock);
	if (tag->ic_acquire_bus != NULL &&
	    (error = (*tag->ic_acquire_bus)(tag->ic_cookie, flags)) != 0)
		mutex_exit(&tag->ic_bus_lock);
	return error;
}

void
iic_release_bus(i2c_tag_t tag, int flags)
{

	if (tag->ic_release_bus != NULL)
		(*tag->ic_release_bus)(tag->ic_cookie, flags);
	mutex_exit(&tag->ic_bus_lock);
}

/* Whether a part of the transfer is its last: it gets the stop condition. */
static int
stop_flag(i2c_op_t op, bool last)
{

	return last && I2C_OP_STOP_P(op) ? I2C_F_STOP : 0;
}

static int
write_bytes(i2c_tag_t tag, i2c_op_t op, const uint8_t *p, size_t len, bool last, int flags)
{
	size_t i;
	int error;

	for (i = 0; i < len; i++) {
		error = iic_write_byte(tag, p[i],
		    flags | stop_flag(op, last && i + 1 == len));
		if (error != 0)
			return error;
	}
	return 0;
}

static int
read_bytes(i2c_tag_t tag, i2c_op_t op, uint8_t *p, size_t len, int flags)
{
	size_t i;
	int error, f;

	for (i = 0; i < len; i++) {
		f = flags;
		if (i + 1 == len)
			f |= I2C_F_LAST | stop_flag(op, true);
		if ((error = iic_read_byte(tag, &p[i], f)) != 0)
			return error;
	}
	return 0;
}

int
iic_exec(i2c_tag_t tag, i2c_op_t op, i2c_addr_t addr, const void *cmd, size_t cmdlen, void *buf,
    size_t buflen, int flags)
{
	int error;

	if ((flags & I2C_F_PEC) != 0 && tag->ic_exec == NULL)
		return EOPNOTSUPP;
	if (tag->ic_exec != NULL)
		return (*tag->ic_exec)(tag->ic_cookie, op, addr, cmd, cmdlen, buf, buflen, flags);
	/* Blocks have a length that only controllers of SMBus deal with. */
	if (I2C_OP_BLKMODE_P(op))
		return EOPNOTSUPP;

	error = 0;
	if (cmdlen != 0 || I2C_OP_WRITE_P(op)) {
		/* Nothing at all to write: the address is the message. */
		error = iic_initiate_xfer(tag, addr, flags | I2C_F_WRITE |
		    stop_flag(op, I2C_OP_WRITE_P(op) && cmdlen + buflen == 0));
		if (error == 0)
			error = write_bytes(tag, op, cmd, cmdlen,
			    I2C_OP_WRITE_P(op) && buflen == 0, flags);
		if (error == 0 && I2C_OP_WRITE_P(op))
			error = write_bytes(tag, op, buf, buflen, true, flags);
	}
	if (error == 0 && I2C_OP_READ_P(op)) {
		error = iic_initiate_xfer(tag, addr, flags | I2C_F_READ |
		    stop_flag(op, buflen == 0));
		if (error == 0)
			error = read_bytes(tag, op, buf, buflen, flags);
	}
	if (error != 0)
		(void)iic_send_stop(tag, flags);
	return error;
}

int
iic_smbus_write_byte(i2c_tag_t tag, i2c_addr_t addr, uint8_t cmd, uint8_t val, int flags)
{

	return iic_exec(tag, I2C_OP_WRITE_WITH_STOP, addr, &cmd, 1, &val, 1, flags);
}

int
iic_smbus_write_word(i2c_tag_t tag, i2c_addr_t addr, uint8_t cmd, uint16_t val, int flags)
{
	uint8_t b[2] = { val & 0xff, val >> 8 };

	return iic_exec(tag, I2C_OP_WRITE_WITH_STOP, addr, &cmd, 1, b, 2, flags);
}

int
iic_smbus_read_byte(i2c_tag_t tag, i2c_addr_t addr, uint8_t cmd, uint8_t *valp, int flags)
{

	return iic_exec(tag, I2C_OP_READ_WITH_STOP, addr, &cmd, 1, valp, 1, flags);
}

int
iic_smbus_read_word(i2c_tag_t tag, i2c_addr_t addr, uint8_t cmd, uint16_t *valp, int flags)
{
	uint8_t b[2];
	int error;

	error = iic_exec(tag, I2C_OP_READ_WITH_STOP, addr, &cmd, 1, b, 2, flags);
	if (error == 0)
		*valp = b[0] | b[1] << 8;
	return error;
}

int
iic_smbus_receive_byte(i2c_tag_t tag, i2c_addr_t addr, uint8_t *valp, int flags)
{

	return iic_exec(tag, I2C_OP_READ_WITH_STOP, addr, NULL, 0, valp, 1, flags);
}

int
iic_smbus_send_byte(i2c_tag_t tag, i2c_addr_t addr, uint8_t val, int flags)
{

	return iic_exec(tag, I2C_OP_WRITE_WITH_STOP, addr, NULL, 0, &val, 1, flags);
}

int
iic_smbus_quick_read(i2c_tag_t tag, i2c_addr_t addr, int flags)
{

	return iic_exec(tag, I2C_OP_READ_WITH_STOP, addr, NULL, 0, NULL, 0, flags);
}

int
iic_smbus_quick_write(i2c_tag_t tag, i2c_addr_t addr, int flags)
{

	return iic_exec(tag, I2C_OP_WRITE_WITH_STOP, addr, NULL, 0, NULL, 0, flags);
}

int
iic_smbus_block_read(i2c_tag_t tag, i2c_addr_t addr, uint8_t cmd, uint8_t *buf, size_t len,
    int flags)
{

	if (len > SMBUS_BLOCK_MAX)
		return EINVAL;
	return iic_exec(tag, I2C_OP_READ_BLOCK, addr, &cmd, 1, buf, len, flags);
}

int
iic_smbus_block_write(i2c_tag_t tag, i2c_addr_t addr, uint8_t cmd, uint8_t *buf, size_t len,
    int flags)
{

	if (len > SMBUS_BLOCK_MAX)
		return EINVAL;
	return iic_exec(tag, I2C_OP_WRITE_BLOCK, addr, &cmd, 1, buf, len, flags);
}
