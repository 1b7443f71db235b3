/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * What every kernel source wants: messages, panic, copies to and from user
 * memory, the kernel lock, hash tables, hooks.
 */

#ifndef _SYS_SYSTM_H_
#define	_SYS_SYSTM_H_

#include <sys/types.h>
#include <sys/param.h>
#include <sys/stdarg.h>
#include <sys/endian.h>
#include <sys/device_if.h>
#include <sys/lock.h>
#include <lib/libkern/libkern.h>

struct clockframe;
struct lwp;
struct proc;
struct sysent;
struct timeval;
struct uio;
struct vnode;
struct vmspace;

extern const char *panicstr;	/* what the kernel panicked of, or NULL */
extern int	boothowto;	/* RB_* and AB_* flags of reboot(2) */
extern const char copyright[];
extern char	cpu_model[];
extern const char machine[];
extern const char machine_arch[];
extern const char osrelease[];
extern const char ostype[];
extern const char kernel_ident[];
extern const char version[];
extern const char buildinfo[];
extern int	physmem;	/* pages */
extern dev_t	dumpdev;
extern dev_t	rootdev;
extern device_t	root_device;
extern struct vnode *rootvp;
extern time_t	rootfstime;	/* when the root file system was last in use */
void	setrootfstime(time_t);
extern const char *rootspec;
extern bool	root_is_mounted;
extern int	cold;		/* nonzero until boot is done */
extern int	ncpu;
extern int	ncpuonline;

/*
 * printf(9).  Every message is one or more whole lines to the console.
 */
#define	TOCONS		0x01
#define	TOTTY		0x02
#define	TOLOG		0x04
#define	TOBUFONLY	0x08
#define	TODDB		0x10
#define	NOLOCK		0x1000

void	kprintf_init(void);
void	kprintf_lock(void);
void	kprintf_unlock(void);
void	printf(const char *, ...) __printflike(1, 2);
int	sprintf(char *, const char *, ...) __printflike(2, 3);
int	snprintf(char *, size_t, const char *, ...) __printflike(3, 4);
void	vprintf(const char *, va_list) __printflike(1, 0);
void	vprintf_flags(int, const char *, va_list) __printflike(2, 0);
int	vsprintf(char *, const char *, va_list) __printflike(2, 0);
int	vsnprintf(char *, size_t, const char *, va_list) __printflike(3, 0);
void	printf_nolog(const char *, ...) __printflike(1, 2);
void	printf_nostamp(const char *, ...) __printflike(1, 2);
void	printf_flags(int, const char *, ...) __printflike(2, 3);
void	uprintf(const char *, ...) __printflike(1, 2);
void	uprintf_locked(const char *, ...) __printflike(1, 2);
void	log(int, const char *, ...) __printflike(2, 3);
void	vlog(int, const char *, va_list) __printflike(2, 0);
void	addlog(const char *, ...) __printflike(1, 2);
void	logpri(int);

/* aprint(9): messages of autoconfiguration. */
void	aprint_normal(const char *, ...) __printflike(1, 2);
void	aprint_error(const char *, ...) __printflike(1, 2);
void	aprint_naive(const char *, ...) __printflike(1, 2);
void	aprint_verbose(const char *, ...) __printflike(1, 2);
void	aprint_debug(const char *, ...) __printflike(1, 2);
void	aprint_normal_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_error_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_naive_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_verbose_dev(device_t, const char *, ...) __printflike(2, 3);
void	aprint_debug_dev(device_t, const char *, ...) __printflike(2, 3);
void	device_printf(device_t, const char *, ...) __printflike(2, 3);
int	aprint_get_error_count(void);

int	format_bytes(char *, size_t, uint64_t);
int	humanize_number(char *, size_t, uint64_t, const char *, int);
int	snprintb(char *, size_t, const char *, uint64_t);
int	snprintb_m(char *, size_t, const char *, uint64_t, size_t);
void	hexdump(void (*)(const char *, ...) __printflike(1, 2),
	    const char *, const void *, size_t);

void	panic(const char *, ...) __dead __printflike(1, 2);
void	vpanic(const char *, va_list) __dead __printflike(1, 0);

/*
 * copy(9), fetch(9) and store(9): user memory.  0 or EFAULT.
 */
int	copystr(const void *, void *, size_t, size_t *);
int	copyin(const void *, void *, size_t);
int	copyout(const void *, void *, size_t);
int	copyinstr(const void *, void *, size_t, size_t *);
int	copyoutstr(const void *, void *, size_t, size_t *);
int	kcopy(const void *, void *, size_t);
int	ioctl_copyin(int, const void *, void *, size_t);
int	ioctl_copyout(int, const void *, void *, size_t);

int	ufetch_8(const uint8_t *, uint8_t *);
int	ufetch_16(const uint16_t *, uint16_t *);
int	ufetch_32(const uint32_t *, uint32_t *);
int	ufetch_64(const uint64_t *, uint64_t *);
int	ufetch_char(const unsigned char *, unsigned char *);
int	ufetch_short(const unsigned short *, unsigned short *);
int	ufetch_int(const unsigned int *, unsigned int *);
int	ufetch_long(const unsigned long *, unsigned long *);
int	ufetch_ptr(const void **, void **);
int	ustore_8(uint8_t *, uint8_t);
int	ustore_16(uint16_t *, uint16_t);
int	ustore_32(uint32_t *, uint32_t);
int	ustore_64(uint64_t *, uint64_t);
int	ustore_char(unsigned char *, unsigned char);
int	ustore_short(unsigned short *, unsigned short);
int	ustore_int(unsigned int *, unsigned int);
int	ustore_long(unsigned long *, unsigned long);
int	ustore_ptr(void **, void *);
int	ucas_32(volatile uint32_t *, uint32_t, uint32_t, uint32_t *);
int	ucas_64(volatile uint64_t *, uint64_t, uint64_t, uint64_t *);
int	ucas_int(volatile unsigned int *, unsigned int, unsigned int,
	    unsigned int *);
int	ucas_ptr(volatile void *, void *, void *, void *);

/* Operations that do nothing, fail, or must not be reached. */
int	nullop(void *);
void	voidop(void);
int	enodev(void);
int	enosys(void);
int	enoioctl(void);
int	enxio(void);
int	eopnotsupp(void);

/* hash(9) tables of list heads. */
enum hashtype {
	HASH_LIST,
	HASH_SLIST,
	HASH_TAILQ,
	HASH_PSLIST
};
void	*hashinit(u_int, enum hashtype, bool, u_long *);
void	hashdone(void *, enum hashtype, u_long);

/*
 * Hooks: called at shutdown, mountroot, and the life of processes.
 */
void	*shutdownhook_establish(void (*)(void *), void *);
void	shutdownhook_disestablish(void *);
void	doshutdownhooks(void);
void	*mountroothook_establish(void (*)(device_t), device_t);
void	mountroothook_disestablish(void *);
void	mountroothook_destroy(void);
void	domountroothook(device_t);
void	*exechook_establish(void (*)(struct proc *, void *), void *);
void	exechook_disestablish(void *);
void	doexechooks(struct proc *);
void	*exithook_establish(void (*)(struct proc *, void *), void *);
void	exithook_disestablish(void *);
void	doexithooks(struct proc *);
void	*forkhook_establish(void (*)(struct proc *, struct proc *));
void	forkhook_disestablish(void *);
void	doforkhooks(struct proc *, struct proc *);
void	*powerhook_establish(const char *, void (*)(int, void *), void *);
void	powerhook_disestablish(void *);
void	dopowerhooks(int);
#define	PWR_RESUME	0
#define	PWR_SUSPEND	1
#define	PWR_STANDBY	2
#define	PWR_SOFTRESUME	3
#define	PWR_SOFTSUSPEND	4
#define	PWR_SOFTSTANDBY	5
#define	PWR_NAMES							\
	"resume", "suspend", "standby",					\
	"softresume", "softsuspend", "softstandby"

/* Boot and machine. */
void	cpu_reboot(int, char *) __dead;
void	kern_reboot(int, char *) __dead;
void	delay(unsigned int);
#define	DELAY(n)	delay(n)

/* Sleeping is allowed here; a report if it is not. */
void	assert_sleepable(void);
#ifdef DEBUG
#define	ASSERT_SLEEPABLE()	assert_sleepable()
#else
#define	ASSERT_SLEEPABLE()	do { } while (0)
#endif

#endif /* !_SYS_SYSTM_H_ */
