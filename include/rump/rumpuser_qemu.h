/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * QEMU's device models under this rump kernel: QEMU runs without a guest, its
 * registers are reached over the qtest socket, and its guest memory is shared
 * with us, so that DMA is real.  There is at most one.
 */

#ifndef _RUMP_RUMPUSER_QEMU_H_
#define _RUMP_RUMPUSER_QEMU_H_

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Starts QEMU with the machine we need and these further arguments
 * ("-device", "virtio-blk-pci,drive=d", ...; ended by NULL), and attaches it
 * as the backend of devices.  The clock becomes the host's, since devices
 * outside of the process have their own.  To be called before rump_init().
 * The program is $QEMU, or qemu-system-x86_64.  QEMU ends with the process.
 *
 * 0, or an errno with NetBSD's numbers after saying on the standard error
 * what is wrong: ENOENT without QEMU, EBUSY when it runs already, EIO when it
 * does not speak.
 */
int	rumpuser_qemu_start(char *const args[]);

/*
 * The same with the arguments in one string, separated by newlines.  Done by
 * rumpuser_init() with $RUMP_QEMU, so that any program can have devices.
 */
int	rumpuser_qemu_start_string(const char *args);

/* Ends QEMU and takes the backend out; nothing to do when none runs. */
void	rumpuser_qemu_stop(void);

/*
 * A command of QEMU's machine protocol, as JSON text; its answer is waited
 * for and written to buf, ended by a NUL byte, cut to len.  EIO, ENXIO
 * without QEMU.
 */
int	rumpuser_qemu_command(const char *json, char *buf, unsigned long len);

/*
 * One command of the qtest protocol as QEMU's own tests give it, such as
 * "readl 0xfebf0000", for measuring what that costs.  The answer's value.
 */
int	rumpuser_qemu_qtest(const char *command, unsigned long long *valuep);

#ifdef __cplusplus
}
#endif

#endif /* _RUMP_RUMPUSER_QEMU_H_ */
