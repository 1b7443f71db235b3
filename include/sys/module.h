/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Modules: module(9).  All of them are linked in; one announces itself with
 * MODULE() before main and is initialised at boot, after what it requires.
 */

#ifndef _SYS_MODULE_H_
#define	_SYS_MODULE_H_

#include <sys/types.h>
#include <sys/param.h>
#include <sys/cdefs.h>
#include <sys/queue.h>
#include <sys/uio.h>
#include <sys/mutex.h>

#define	MAXMODNAME	32
#define	MAXMODDEPS	10

typedef enum modclass {
	MODULE_CLASS_ANY,
	MODULE_CLASS_MISC,
	MODULE_CLASS_VFS,
	MODULE_CLASS_DRIVER,
	MODULE_CLASS_EXEC,
	MODULE_CLASS_SECMODEL,
	MODULE_CLASS_BUFQ,
	MODULE_CLASS_MAX
} modclass_t;

typedef enum modsrc {
	MODULE_SOURCE_KERNEL,
	MODULE_SOURCE_BOOT,
	MODULE_SOURCE_FILESYS,
	MODULE_SOURCE_MAX
} modsrc_t;

typedef enum modcmd {
	MODULE_CMD_INIT,
	MODULE_CMD_FINI,
	MODULE_CMD_STAT,
	MODULE_CMD_AUTOUNLOAD,
} modcmd_t;

#define	MODFLG_MUST_FORCE	0x00000001
#define	MODFLG_AUTO_LOADED	0x00000002

typedef struct modinfo {
	u_int		mi_version;
	modclass_t	mi_class;
	int		(*mi_modcmd)(modcmd_t, void *);
	const char	*mi_name;
	const char	*mi_required;	/* names with commas, or NULL */
} const modinfo_t;

typedef struct module {
	u_int		mod_refcnt;
	int		mod_flags;
	const struct modinfo *mod_info;
	TAILQ_ENTRY(module) mod_chain;
	struct module	*mod_required[MAXMODDEPS];
	u_int		mod_nrequired;
	modsrc_t	mod_source;
} module_t;

/* What MODULE() puts on the list of those that are linked in. */
struct module_builtin {
	modinfo_t	*mb_info;
	struct module_builtin *mb_next;
};

/*
 * All modules of a program or shared object: what a host program that loads
 * one gives to rump_pub_module_init().
 */
extern modinfo_t *const __start_link_set_modules[] __attribute__((__weak__));
extern modinfo_t *const __stop_link_set_modules[] __attribute__((__weak__));

#define	MODULE(class, name, required)					\
	static int name##_modcmd(modcmd_t, void *);			\
	static const modinfo_t name##_modinfo = {			\
		.mi_version = __NetBSD_Version__,			\
		.mi_class = (class),					\
		.mi_modcmd = name##_modcmd,				\
		.mi_name = __STRING(name),				\
		.mi_required = (required),				\
	};								\
	static struct module_builtin name##_modbuiltin = {		\
		.mb_info = &name##_modinfo,				\
	};								\
	static modinfo_t *const name##_modset				\
	    __attribute__((__used__, __section__("link_set_modules"))) = \
	    &name##_modinfo;						\
	/* The linker makes the set's bounds for those who ask. */	\
	static const void *const name##_modbounds[]			\
	    __attribute__((__used__)) =					\
	    { __start_link_set_modules, __stop_link_set_modules };	\
	static void __attribute__((__constructor__))			\
	name##_modctor(void)						\
	{								\
									\
		module_builtin_announce(&name##_modbuiltin);		\
	}								\
	struct module_builtin

TAILQ_HEAD(modlist, module);

extern u_int		module_count;
extern struct modlist	module_list;
extern struct modlist	module_builtins;
extern u_int		module_gen;

__BEGIN_DECLS
void	module_builtin_announce(struct module_builtin *);
void	module_init(void);
void	module_init_class(modclass_t);
bool	module_compatible(int, int);
int	module_builtin_add(modinfo_t * const *, size_t, bool);
int	module_builtin_remove(modinfo_t *, bool);
int	module_autoload(const char *, modclass_t);
int	module_load(const char *, int, void *, modclass_t);
int	module_unload(const char *);
void	module_hold(module_t *);
void	module_rele(module_t *);
module_t *module_lookup(const char *);
const char *module_name(struct module *);
modsrc_t module_source(struct module *);
__END_DECLS

/* modctl(2) */
typedef struct modctl_load {
	const char	*ml_filename;
	int		 ml_flags;
#define	MODCTL_LOAD_FORCE	0x1
#define	MODCTL_NO_PROP		0x2
	const char	*ml_props;
	size_t		 ml_propslen;
} modctl_load_t;

enum modctl {
	MODCTL_LOAD,
	MODCTL_UNLOAD,
	MODCTL_OSTAT,
	MODCTL_EXISTS,
	MODCTL_STAT
};

typedef struct modstat {
	char		ms_name[MAXMODNAME];
	uint64_t	ms_addr;
	modsrc_t	ms_source;
	modclass_t	ms_class;
	u_int		ms_size;
	u_int		ms_refcnt;
	u_int		ms_flags;
	u_int		ms_reqoffset;
	char		ms_reserved[32];
} modstat_t;

#ifdef _KERNEL
int	kern_modctl(int, void *);
#endif

#endif /* !_SYS_MODULE_H_ */
