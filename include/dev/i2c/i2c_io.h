/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Transfers on an I2C bus, for drivers and, at /dev/iicN, for programs.
 */

#ifndef _DEV_I2C_I2C_IO_H_
#define	_DEV_I2C_I2C_IO_H_

#include <sys/types.h>
#include <sys/ioccom.h>

/* 7 bits, or 10. */
typedef uint16_t i2c_addr_t;

/* What follows the command bytes; bit 0: a stop condition comes after it. */
typedef enum {
	I2C_OP_READ = 0,
	I2C_OP_READ_WITH_STOP = 1,
	I2C_OP_WRITE = 2,
	I2C_OP_WRITE_WITH_STOP = 3,
	I2C_OP_READ_BLOCK = 5,		/* SMBus: the device says how much */
	I2C_OP_WRITE_BLOCK = 7,
} i2c_op_t;

#define	I2C_OP_READ_P(x)	(((int)(x) & 2) == 0)
#define	I2C_OP_WRITE_P(x)	(!I2C_OP_READ_P(x))
#define	I2C_OP_STOP_P(x)	(((int)(x) & 1) != 0)
#define	I2C_OP_BLKMODE_P(x)	(((int)(x) & 4) != 0)

#define	I2C_EXEC_MAX_CMDLEN	256
#define	I2C_EXEC_MAX_BUFLEN	256

typedef struct i2c_ioctl_exec {
	i2c_op_t	iie_op;
	i2c_addr_t	iie_addr;
	const void	*iie_cmd;	/* user's */
	size_t		iie_cmdlen;
	void		*iie_buf;	/* user's */
	size_t		iie_buflen;
} i2c_ioctl_exec_t;

#define	I2C_IOCTL_EXEC	_IOW('I', 0, i2c_ioctl_exec_t)

#endif /* !_DEV_I2C_I2C_IO_H_ */
