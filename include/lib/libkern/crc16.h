/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The CRC of Modbus and of ext4's group descriptors: polynomial 0x8005,
 * reflected.  crc is what to begin with, or the last result.
 */

#ifndef _LIB_LIBKERN_CRC16_H_
#define	_LIB_LIBKERN_CRC16_H_

#include <sys/types.h>

uint16_t	crc16(uint16_t crc, const uint8_t *data, size_t len);

static __inline uint16_t
crc16_byte(uint16_t crc, const uint8_t b)
{

	return crc16(crc, &b, 1);
}

#endif /* !_LIB_LIBKERN_CRC16_H_ */
