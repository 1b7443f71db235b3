/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * NetBSD's error numbers: what rump_pub_*() return, and what errno is after
 * a system call has failed.
 */

#ifndef _RUMP_RUMPERR_H_
#define _RUMP_RUMPERR_H_

#define	RUMP_EPERM		1
#define	RUMP_ENOENT		2
#define	RUMP_ESRCH		3
#define	RUMP_EINTR		4
#define	RUMP_EIO		5
#define	RUMP_ENXIO		6
#define	RUMP_E2BIG		7
#define	RUMP_ENOEXEC		8
#define	RUMP_EBADF		9
#define	RUMP_ECHILD		10
#define	RUMP_EDEADLK		11
#define	RUMP_ENOMEM		12
#define	RUMP_EACCES		13
#define	RUMP_EFAULT		14
#define	RUMP_ENOTBLK		15
#define	RUMP_EBUSY		16
#define	RUMP_EEXIST		17
#define	RUMP_EXDEV		18
#define	RUMP_ENODEV		19
#define	RUMP_ENOTDIR		20
#define	RUMP_EISDIR		21
#define	RUMP_EINVAL		22
#define	RUMP_ENFILE		23
#define	RUMP_EMFILE		24
#define	RUMP_ENOTTY		25
#define	RUMP_ETXTBSY		26
#define	RUMP_EFBIG		27
#define	RUMP_ENOSPC		28
#define	RUMP_ESPIPE		29
#define	RUMP_EROFS		30
#define	RUMP_EMLINK		31
#define	RUMP_EPIPE		32
#define	RUMP_EDOM		33
#define	RUMP_ERANGE		34
#define	RUMP_EAGAIN		35
#define	RUMP_EINPROGRESS	36
#define	RUMP_EALREADY		37
#define	RUMP_ENOTSOCK		38
#define	RUMP_EDESTADDRREQ	39
#define	RUMP_EMSGSIZE		40
#define	RUMP_EPROTOTYPE		41
#define	RUMP_ENOPROTOOPT	42
#define	RUMP_EPROTONOSUPPORT	43
#define	RUMP_ESOCKTNOSUPPORT	44
#define	RUMP_EOPNOTSUPP		45
#define	RUMP_EPFNOSUPPORT	46
#define	RUMP_EAFNOSUPPORT	47
#define	RUMP_EADDRINUSE		48
#define	RUMP_EADDRNOTAVAIL	49
#define	RUMP_ENETDOWN		50
#define	RUMP_ENETUNREACH	51
#define	RUMP_ENETRESET		52
#define	RUMP_ECONNABORTED	53
#define	RUMP_ECONNRESET		54
#define	RUMP_ENOBUFS		55
#define	RUMP_EISCONN		56
#define	RUMP_ENOTCONN		57
#define	RUMP_ESHUTDOWN		58
#define	RUMP_ETOOMANYREFS	59
#define	RUMP_ETIMEDOUT		60
#define	RUMP_ECONNREFUSED	61
#define	RUMP_ELOOP		62
#define	RUMP_ENAMETOOLONG	63
#define	RUMP_EHOSTDOWN		64
#define	RUMP_EHOSTUNREACH	65
#define	RUMP_ENOTEMPTY		66
#define	RUMP_EPROCLIM		67
#define	RUMP_EUSERS		68
#define	RUMP_EDQUOT		69
#define	RUMP_ESTALE		70
#define	RUMP_EREMOTE		71
#define	RUMP_EBADRPC		72
#define	RUMP_ERPCMISMATCH	73
#define	RUMP_EPROGUNAVAIL	74
#define	RUMP_EPROGMISMATCH	75
#define	RUMP_EPROCUNAVAIL	76
#define	RUMP_ENOLCK		77
#define	RUMP_ENOSYS		78
#define	RUMP_EFTYPE		79
#define	RUMP_EAUTH		80
#define	RUMP_ENEEDAUTH		81
#define	RUMP_EIDRM		82
#define	RUMP_ENOMSG		83
#define	RUMP_EOVERFLOW		84
#define	RUMP_EILSEQ		85
#define	RUMP_ENOTSUP		86
#define	RUMP_ECANCELED		87
#define	RUMP_EBADMSG		88
#define	RUMP_ENODATA		89
#define	RUMP_ENOSR		90
#define	RUMP_ENOSTR		91
#define	RUMP_ETIME		92
#define	RUMP_ENOATTR		93
#define	RUMP_EMULTIHOP		94
#define	RUMP_ENOLINK		95
#define	RUMP_EPROTO		96
#define	RUMP_EOWNERDEAD		97
#define	RUMP_ENOTRECOVERABLE	98
#define	RUMP_EWOULDBLOCK	RUMP_EAGAIN
#define	RUMP_ELAST	98

#ifndef _KERNEL
/* What an error number of the rump kernel means. */
static inline const char *
rump_strerror(int error)
{
	static const char *const text[] = {
		"no error",
		"operation not permitted",
		"no such file or directory",
		"no such process",
		"interrupted system call",
		"input/output error",
		"device not configured",
		"argument list too long",
		"not an executable",
		"bad file descriptor",
		"no child processes",
		"deadlock avoided",
		"out of memory",
		"permission denied",
		"bad address",
		"not a block device",
		"busy",
		"file exists",
		"link across devices",
		"operation not supported by device",
		"not a directory",
		"is a directory",
		"invalid argument",
		"too many open files in system",
		"too many open files",
		"inappropriate ioctl",
		"text file busy",
		"file too large",
		"no space left on device",
		"illegal seek",
		"read-only file system",
		"too many links",
		"broken pipe",
		"argument out of domain",
		"result out of range",
		"resource temporarily unavailable",
		"operation now in progress",
		"operation already in progress",
		"not a socket",
		"destination address required",
		"message too long",
		"wrong protocol type for socket",
		"protocol option not available",
		"protocol not supported",
		"socket type not supported",
		"operation not supported",
		"protocol family not supported",
		"address family not supported",
		"address in use",
		"address not available",
		"network down",
		"network unreachable",
		"connection dropped by network",
		"connection aborted",
		"connection reset",
		"no buffer space",
		"already connected",
		"not connected",
		"socket shut down",
		"too many references",
		"timed out",
		"connection refused",
		"too many symbolic links",
		"name too long",
		"host down",
		"no route to host",
		"directory not empty",
		"too many processes",
		"too many users",
		"quota exceeded",
		"stale file handle",
		"too many levels of remote",
		"bad RPC structure",
		"wrong RPC version",
		"no RPC program",
		"wrong RPC program version",
		"bad RPC procedure",
		"no locks available",
		"no such system call",
		"wrong file type or format",
		"authentication error",
		"authentication needed",
		"identifier removed",
		"no message",
		"value too large",
		"illegal byte sequence",
		"not supported",
		"canceled",
		"corrupt message",
		"no message available",
		"no stream resources",
		"not a stream",
		"stream timeout",
		"no such attribute",
		"multihop attempted",
		"link severed",
		"protocol error",
		"owner died",
		"state not recoverable",
	};

	if (error < 0 || error > RUMP_ELAST)
		return "unknown error";
	return text[error];
}
#endif

#endif /* _RUMP_RUMPERR_H_ */
