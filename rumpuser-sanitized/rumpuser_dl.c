/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Finding components: goes over the loaded objects in link order, hands
 * their link sets (rump_components, evcnts, modules) to the kernel, and
 * gives it one symbol table with all that begins with "rump", for modules
 * that it may load.
 *
 * Link sets are found by the linker's __start_ and __stop_ symbols, in the
 * dynamic symbol table of a shared object, and by weak references for what
 * is linked into the same program.
 */

#include "rumpuser_int.h"

#include <elf.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

struct object {
	uintptr_t ob_base;
	const Elf64_Sym *ob_sym;
	const char *ob_str;
	size_t	ob_nsym;
};

struct linkset {
	const void *const *ls_start;
	const void *const *ls_stop;
};

/* In a program that has no such set these are null. */
#define	WEAKSET(set)							\
	extern const void *const __start_link_set_##set[]		\
	    __attribute__((__weak__, __visibility__("hidden")));	\
	extern const void *const __stop_link_set_##set[]		\
	    __attribute__((__weak__, __visibility__("hidden")))

WEAKSET(modules);
WEAKSET(rump_components);
WEAKSET(evcnts);

struct symtab {
	Elf64_Sym *st_sym;
	size_t	st_nsym, st_maxsym;
	char	*st_str;
	size_t	st_strlen, st_maxstr;
	bool	st_failed;
};

static rump_modinit_fn dl_modinit;
static rump_compload_fn dl_compload;
static rump_evcntattach_fn dl_evcntattach;

/* Symbols in a GNU hash table: one past the last index of any chain. */
static size_t
gnu_hash_count(const uint32_t *h)
{
	uint32_t nbucket = h[0], offset = h[1], bloom = h[2], i, last = 0;
	const uint32_t *bucket = h + 4 + bloom * 2, *chain;

	chain = bucket + nbucket;
	for (i = 0; i < nbucket; i++)
		if (bucket[i] > last)
			last = bucket[i];
	if (last < offset)
		return offset;
	while ((chain[last - offset] & 1) == 0)
		last++;
	return last + 1;
}

/* Dynamic addresses are relocated in most objects, but not in the vdso. */
static const void *
dyn_addr(const struct link_map *map, Elf64_Addr a)
{

	return (const void *)(a < map->l_addr ? a + map->l_addr : a);
}

static bool
object_open(const struct link_map *map, struct object *ob)
{
	const Elf64_Dyn *d;

	memset(ob, 0, sizeof(*ob));
	ob->ob_base = map->l_addr;
	if (map->l_ld == NULL)
		return false;
	for (d = map->l_ld; d->d_tag != DT_NULL; d++) {
		switch (d->d_tag) {
		case DT_SYMTAB:
			ob->ob_sym = dyn_addr(map, d->d_un.d_ptr);
			break;
		case DT_STRTAB:
			ob->ob_str = dyn_addr(map, d->d_un.d_ptr);
			break;
		case DT_HASH:
			ob->ob_nsym = ((const uint32_t *)
			    dyn_addr(map, d->d_un.d_ptr))[1];
			break;
		case DT_GNU_HASH:
			if (ob->ob_nsym == 0)
				ob->ob_nsym = gnu_hash_count(
				    dyn_addr(map, d->d_un.d_ptr));
			break;
		}
	}
	return ob->ob_sym != NULL && ob->ob_str != NULL && ob->ob_nsym != 0;
}

static const void *
object_sym(const struct object *ob, const char *name)
{
	size_t i;

	for (i = 1; i < ob->ob_nsym; i++)
		if (ob->ob_sym[i].st_shndx != SHN_UNDEF &&
		    strcmp(ob->ob_str + ob->ob_sym[i].st_name, name) == 0)
			return (const void *)(ob->ob_base +
			    ob->ob_sym[i].st_value);
	return NULL;
}

static void
set_components(const struct linkset *ls)
{
	const void *const *p;

	for (p = ls->ls_start; p < ls->ls_stop; p++)
		(*dl_compload)(*p);
}

static void
set_evcnts(const struct linkset *ls)
{
	const void *const *p;

	for (p = ls->ls_start; p < ls->ls_stop; p++)
		(*dl_evcntattach)((struct evcnt *)__UNCONST(*p));
}

static void
set_modules(const struct linkset *ls)
{

	(*dl_modinit)((const struct modinfo *const *)ls->ls_start,
	    ls->ls_stop - ls->ls_start);
}

static bool
object_set(const struct object *ob, const char *start, const char *stop,
    struct linkset *ls)
{

	ls->ls_start = object_sym(ob, start);
	ls->ls_stop = object_sym(ob, stop);
	return ls->ls_start != NULL && ls->ls_stop > ls->ls_start;
}

static void
object_sets(const struct object *ob)
{
	struct linkset ls;

	/* What is in our own object came by the weak references already. */
	if (dl_compload != NULL && object_set(ob,
	    "__start_link_set_rump_components",
	    "__stop_link_set_rump_components", &ls) &&
	    ls.ls_start != __start_link_set_rump_components)
		set_components(&ls);
	if (dl_evcntattach != NULL && object_set(ob,
	    "__start_link_set_evcnts", "__stop_link_set_evcnts", &ls) &&
	    ls.ls_start != __start_link_set_evcnts)
		set_evcnts(&ls);
	if (dl_modinit != NULL && object_set(ob,
	    "__start_link_set_modules", "__stop_link_set_modules", &ls) &&
	    ls.ls_start != __start_link_set_modules)
		set_modules(&ls);
}

static void
symtab_add(struct symtab *st, const struct object *ob, const Elf64_Sym *sym)
{
	const char *name = ob->ob_str + sym->st_name;
	size_t len = strlen(name) + 1;
	void *p;

	if (st->st_nsym == st->st_maxsym) {
		st->st_maxsym = st->st_maxsym ? st->st_maxsym * 2 : 4096;
		p = realloc(st->st_sym, st->st_maxsym * sizeof(*st->st_sym));
		if (p == NULL)
			goto fail;
		st->st_sym = p;
	}
	if (st->st_maxstr - st->st_strlen < len) {
		st->st_maxstr = (st->st_maxstr + len) * 2 + 65536;
		p = realloc(st->st_str, st->st_maxstr);
		if (p == NULL)
			goto fail;
		st->st_str = p;
		st->st_str[0] = '\0';
		if (st->st_strlen == 0)
			st->st_strlen = 1;
	}
	st->st_sym[st->st_nsym] = *sym;
	st->st_sym[st->st_nsym].st_name = st->st_strlen;
	st->st_sym[st->st_nsym].st_value += ob->ob_base;
	st->st_nsym++;
	memcpy(st->st_str + st->st_strlen, name, len);
	st->st_strlen += len;
	return;
 fail:
	st->st_failed = true;
}

static void
object_symbols(const struct object *ob, struct symtab *st)
{
	const Elf64_Sym *sym;
	size_t i;

	for (i = 1; i < ob->ob_nsym && !st->st_failed; i++) {
		sym = &ob->ob_sym[i];
		if (sym->st_shndx == SHN_UNDEF || sym->st_shndx == SHN_ABS ||
		    strncmp(ob->ob_str + sym->st_name, "rump", 4) != 0)
			continue;
		symtab_add(st, ob, sym);
	}
}

/*
 * Hands over all that is loaded.  The kernel keeps the symbol table, so it
 * is never freed.  Any function may be NULL.
 */
void
rumpuser_dl_bootstrap(rump_modinit_fn domodinit, rump_symload_fn symload,
    rump_compload_fn compload, rump_evcntattach_fn doevcntattach)
{
	struct symtab st = { 0 };
	struct link_map *map;
	struct linkset ls;
	struct object ob;

	dl_modinit = domodinit;
	dl_compload = compload;
	dl_evcntattach = doevcntattach;

	if (symload != NULL) {
		for (map = _r_debug.r_map; map != NULL; map = map->l_next)
			if (object_open(map, &ob))
				object_symbols(&ob, &st);
		if (st.st_nsym != 0 && !st.st_failed)
			(*symload)(st.st_sym,
			    st.st_nsym * sizeof(*st.st_sym), st.st_str,
			    st.st_strlen);
		else {
			free(st.st_sym);
			free(st.st_str);
		}
	}

	ls.ls_start = __start_link_set_rump_components;
	ls.ls_stop = __stop_link_set_rump_components;
	if (dl_compload != NULL && ls.ls_start != ls.ls_stop)
		set_components(&ls);
	ls.ls_start = __start_link_set_evcnts;
	ls.ls_stop = __stop_link_set_evcnts;
	if (dl_evcntattach != NULL && ls.ls_start != ls.ls_stop)
		set_evcnts(&ls);
	ls.ls_start = __start_link_set_modules;
	ls.ls_stop = __stop_link_set_modules;
	if (dl_modinit != NULL && ls.ls_start != ls.ls_stop)
		set_modules(&ls);

	for (map = _r_debug.r_map; map != NULL; map = map->l_next)
		if (object_open(map, &ob))
			object_sets(&ob);
}
