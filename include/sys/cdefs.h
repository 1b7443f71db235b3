/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Compiler and language helpers that every other header leans on.
 */

#ifndef _SYS_CDEFS_H_
#define	_SYS_CDEFS_H_

#ifdef __GNUC__
#define	__GNUC_PREREQ__(x, y)						\
	((__GNUC__ == (x) && __GNUC_MINOR__ >= (y)) || (__GNUC__ > (x)))
#else
#define	__GNUC_PREREQ__(x, y)	0
#endif

#ifdef __cplusplus
#define	__BEGIN_DECLS	extern "C" {
#define	__END_DECLS	}
#define	__CAST(t, e)	static_cast<t>(e)
#else
#define	__BEGIN_DECLS
#define	__END_DECLS
#define	__CAST(t, e)	((t)(e))
#endif
#define	__CASTV(t, e)	__CAST(t, __CAST(void *, e))
#define	__CASTCV(t, e)	__CAST(t, __CAST(const void *, e))

#define	__P(protos)	protos
#define	__CONCAT1(x, y)	x ## y
#define	__CONCAT(x, y)	__CONCAT1(x, y)
#define	___CONCAT(x, y)	__CONCAT1(x, y)
#define	__CONCAT3(a, b, c)	a ## b ## c
#define	__CONCAT4(a, b, c, d)	a ## b ## c ## d
#define	__STRING(x)	#x
#define	___STRING(x)	__STRING(x)
#define	__const		const
#define	__signed	signed
#ifndef __volatile
#define	__volatile	volatile
#endif

/* Identification strings are not kept. */
#define	__KERNEL_RCSID(n, s)
#define	__KERNEL_COPYRIGHT(n, s)
#define	__RCSID(s)
#define	__SCCSID(s)
#define	__COPYRIGHT(s)
#define	__FBSDID(s)

/* Attributes. */
#define	__dead			__attribute__((__noreturn__))
#define	__pure			__attribute__((__pure__))
#define	__constfunc		__attribute__((__const__))
#define	__noinline		__attribute__((__noinline__))
#ifndef __always_inline
#define	__always_inline		__attribute__((__always_inline__))
#endif
#define	__unused		__attribute__((__unused__))
#define	__used			__attribute__((__used__))
#define	__packed		__attribute__((__packed__))
#define	__aligned(x)		__attribute__((__aligned__(x)))
#define	__section(x)		__attribute__((__section__(x)))
#define	__weak			__attribute__((__weak__))
#define	__noprofile		__attribute__((__no_instrument_function__))
#define	__returns_twice		__attribute__((__returns_twice__))
#define	__noclone
#define	__malloc_like		__attribute__((__malloc__))
#define	__warn_unused_result	__attribute__((__warn_unused_result__))
#define	__alloc_size(x)		__attribute__((__alloc_size__(x)))
#define	__alloc_size2(x, y)	__attribute__((__alloc_size__(x, y)))
#define	__printflike(f, v)	__attribute__((__format__(__printf__, f, v)))
#define	__scanflike(f, v)	__attribute__((__format__(__scanf__, f, v)))
#define	__strftimelike(f)	__attribute__((__format__(__strftime__, f, 0)))
#define	__sysloglike(f, v)	__printflike(f, v)
#define	__format_arg(f)		__attribute__((__format_arg__(f)))
#if defined(__has_attribute)
#if __has_attribute(__fallthrough__)
#define	__fallthrough		__attribute__((__fallthrough__))
#endif
#if __has_attribute(__nonstring__)
#define	__nonstring		__attribute__((__nonstring__))
#endif
#endif
#ifndef __fallthrough
#define	__fallthrough		do { } while (0)
#endif
#ifndef __nonstring
#define	__nonstring
#endif

#define	__dso_public	__attribute__((__visibility__("default")))
#define	__dso_hidden	__attribute__((__visibility__("hidden")))
#define	__BEGIN_PUBLIC_DECLS	_Pragma("GCC visibility push(default)") __BEGIN_DECLS
#define	__END_PUBLIC_DECLS	__END_DECLS _Pragma("GCC visibility pop")
#define	__BEGIN_HIDDEN_DECLS	_Pragma("GCC visibility push(hidden)") __BEGIN_DECLS
#define	__END_HIDDEN_DECLS	__END_DECLS _Pragma("GCC visibility pop")

#define	__noasan	__attribute__((__no_sanitize__("address")))
#ifdef __clang__
#define	__nocsan	__attribute__((__no_sanitize__("thread")))
#define	__nomsan	__attribute__((__no_sanitize__("memory")))
#define	__noubsan	__attribute__((__no_sanitize__("undefined")))
#else
#define	__nocsan	__attribute__((__no_sanitize_thread__))
#define	__nomsan
#define	__noubsan	__attribute__((__no_sanitize_undefined__))
#endif

#define	__predict_true(exp)	__builtin_expect((exp) != 0, 1)
#define	__predict_false(exp)	__builtin_expect((exp) != 0, 0)
#define	__insn_barrier()	__asm__ __volatile__("" : : : "memory")
#define	__unreachable()		__builtin_unreachable()

#ifndef __inline
#define	__inline	inline
#endif
#define	__c99inline	inline

/* Data placement is the linker's business here. */
#define	__read_mostly
#define	__cacheline_aligned	__aligned(64)

#ifdef DIAGNOSTIC
#define	__diagused
#else
#define	__diagused	__unused
#endif
#ifdef DEBUG
#define	__debugused
#else
#define	__debugused	__unused
#endif

/* Symbol aliases; name and sym are in the same file. */
#define	__strong_alias(alias, sym)					\
	extern __typeof__(sym) alias __attribute__((__alias__(#sym)));
#define	__weak_alias(alias, sym)					\
	extern __typeof__(sym) alias					\
	    __attribute__((__weak__, __alias__(#sym)));
#define	__RENAME(x)	__asm__(___STRING(x))

/*
 * Link sets: pointers to objects of any file of a component, in a section of
 * its library.  The linker gives the section's bounds, or NULL when it is
 * empty.
 */
#define	__link_set_make_entry(set, sym)					\
	static void const *const __link_set_##set##_sym_##sym		\
	    __used __section("link_set_" #set) = (const void *)&sym
#define	__link_set_make_entry2(set, sym, n)				\
	static void const *const __link_set_##set##_sym_##sym##_##n	\
	    __used __section("link_set_" #set) = (const void *)&sym[n]
#define	__link_set_add_text(set, sym)	__link_set_make_entry(set, sym)
#define	__link_set_add_rodata(set, sym)	__link_set_make_entry(set, sym)
#define	__link_set_add_data(set, sym)	__link_set_make_entry(set, sym)
#define	__link_set_add_bss(set, sym)	__link_set_make_entry(set, sym)
#define	__link_set_add_text2(set, sym, n)				\
	__link_set_make_entry2(set, sym, n)
#define	__link_set_add_rodata2(set, sym, n)				\
	__link_set_make_entry2(set, sym, n)
#define	__link_set_add_data2(set, sym, n)				\
	__link_set_make_entry2(set, sym, n)
#define	__link_set_add_bss2(set, sym, n)				\
	__link_set_make_entry2(set, sym, n)
#define	__link_set_start(set)	(__start_link_set_##set)
#define	__link_set_end(set)	(__stop_link_set_##set)
#define	__link_set_decl(set, ptype)					\
	extern ptype *const __link_set_start(set)[] __weak __dso_hidden; \
	extern ptype *const __link_set_end(set)[] __weak __dso_hidden
#define	__link_set_count(set)						\
	((size_t)(__link_set_end(set) - __link_set_start(set)))

/* Dropping qualifiers without a cast warning. */
#define	__UNCONST(a)	((void *)(unsigned long)(const void *)(a))
#define	__UNVOLATILE(a)	((void *)(unsigned long)(volatile void *)(a))
#define	__FPTRCAST(t, f)	((t)(void *)(f))

#ifndef __arraycount
#define	__arraycount(a)	(sizeof(a) / sizeof(*(a)))
#endif
#define	__nothing	((void)0)
#define	__USE(a)	((void)(a))

/* Compile-time assertions, usable at file and block scope. */
#ifdef __cplusplus
#define	__CTASSERT(x)	static_assert(x, #x)
#else
#define	__CTASSERT(x)	_Static_assert(x, #x)
#endif
#define	__static_assert(x, m)	_Static_assert(x, m)

/* Bit n of a word, and bits m to n; the word is 64 bits wide. */
#define	__BIT(n)							\
	(((__UINTMAX_TYPE__)(n) >= 64) ? 0 :				\
	    ((__UINTMAX_TYPE__)1 << (__UINTMAX_TYPE__)((n) & 63)))
#define	__MASK(n)	(__BIT(n) - 1)
#define	__BITS(m, n)							\
	((__BIT((m) > (n) ? (m) + 1 : (n) + 1) - 1) ^			\
	    (__BIT((m) > (n) ? (n) : (m)) - 1))
#define	__LOWEST_SET_BIT(mask)	((((mask) - 1) & (mask)) ^ (mask))
#define	__PRIuBIT	"ju"
#define	__PRIuBITS	"ju"
#define	__PRIxBIT	"jx"
#define	__PRIxBITS	"jx"
#define	__SHIFTOUT(x, mask)	(((x) & (mask)) / __LOWEST_SET_BIT(mask))
#define	__SHIFTIN(x, mask)	((x) * __LOWEST_SET_BIT(mask))
#define	__SHIFTOUT_MASK(mask)	__SHIFTOUT((mask), (mask))

/* Limits of integer types, by type. */
#define	__type_is_signed(t)						\
	(/*LINTED*/__CAST(t, -1) + __CAST(t, 1) <= __CAST(t, 0) &&	\
	    !(__CAST(t, -1) > __CAST(t, 0)))
#define	__type_mask(t)							\
	(sizeof(t) == sizeof(__INTMAX_TYPE__) ?				\
	    (~__CAST(__UINTMAX_TYPE__, 0)) :				\
	    ((__CAST(__UINTMAX_TYPE__, 1) << (sizeof(t) * 8)) - 1))
#define	__zeroll()	(0LL)
#define	__negative_p(x)	(!((x) > 0) && ((x) != 0))
#define	__type_min_s(t)	((t)(1ULL << (sizeof(t) * 8 - 1)))
#define	__type_max_s(t)	((t)~(1ULL << (sizeof(t) * 8 - 1)))
#define	__type_min_u(t)	((t)0ULL)
#define	__type_max_u(t)	((t)~0ULL)
#define	__type_min(t)							\
	(__type_is_signed(t) ? __type_min_s(t) : __type_min_u(t))
#define	__type_max(t)							\
	(__type_is_signed(t) ? __type_max_s(t) : __type_max_u(t))
#define	__type_fit_u(t, a)						\
	(/*LINTED*/!__negative_p(a) &&					\
	    (__UINTMAX_TYPE__)((a) + __zeroll()) <=			\
	    (__UINTMAX_TYPE__)__type_max_u(t))
#define	__type_fit_s(t, a)						\
	(/*LINTED*/__negative_p(a) ?					\
	    ((__INTMAX_TYPE__)((a) + __zeroll()) >=			\
	    (__INTMAX_TYPE__)__type_min_s(t)) :				\
	    ((__INTMAX_TYPE__)((a) + __zeroll()) >= 0 &&		\
	    (__INTMAX_TYPE__)((a) + __zeroll()) <=			\
	    (__INTMAX_TYPE__)__type_max_s(t)))
#define	__type_fit(t, a)						\
	(__type_is_signed(t) ? __type_fit_s(t, a) : __type_fit_u(t, a))

#endif /* !_SYS_CDEFS_H_ */
