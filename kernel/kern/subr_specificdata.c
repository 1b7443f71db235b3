/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Data that subsystems hang on lwps and processes, by key.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/cpu.h>
#include <sys/kmem.h>
#include <sys/lwp.h>
#include <sys/mutex.h>
#include <sys/proc.h>
#include <sys/specificdata.h>

#include "rump_private.h"

#define	NKEY		16

struct specificdata_container {
	void	*sc_data[NKEY];
};

struct domain {
	bool	used[NKEY];
	specificdata_dtor_t dtor[NKEY];
};

static struct domain lwp_domain, proc_domain;

/*
 * Keys are made and deleted by subsystems as they come and go, with
 * proc_lock.
 */
static int
key_create(struct domain *sd, specificdata_key_t *keyp,
    specificdata_dtor_t dtor)
{
	u_int i;

	mutex_enter(&proc_lock);
	for (i = 0; i < NKEY && sd->used[i]; i++)
		continue;
	if (i == NKEY) {
		mutex_exit(&proc_lock);
		return EAGAIN;
	}
	sd->used[i] = true;
	sd->dtor[i] = dtor;
	mutex_exit(&proc_lock);
	*keyp = i;
	return 0;
}

static void
slot_clear(struct domain *sd, specificdata_reference *ref, u_int key)
{
	struct specificdata_container *sc = ref->specdataref_container;
	void *data;

	if (sc == NULL || (data = sc->sc_data[key]) == NULL)
		return;
	sc->sc_data[key] = NULL;
	if (sd->dtor[key] != NULL)
		(*sd->dtor[key])(data);
}

static void
ref_fini(struct domain *sd, specificdata_reference *ref)
{
	u_int i;

	if (ref->specdataref_container == NULL)
		return;
	for (i = 0; i < NKEY; i++)
		slot_clear(sd, ref, i);
	kmem_free(ref->specdataref_container,
	    sizeof(struct specificdata_container));
	ref->specdataref_container = NULL;
}

static void *
ref_get(specificdata_reference *ref, specificdata_key_t key)
{
	struct specificdata_container *sc = ref->specdataref_container;

	KASSERT(key < NKEY);
	return sc != NULL ? sc->sc_data[key] : NULL;
}

static void
ref_set(specificdata_reference *ref, specificdata_key_t key, void *data)
{

	KASSERT(key < NKEY);
	if (ref->specdataref_container == NULL)
		ref->specdataref_container = kmem_zalloc(
		    sizeof(struct specificdata_container), KM_SLEEP);
	ref->specdataref_container->sc_data[key] = data;
}

/* A key for data of lwps; dtor is called when an lwp that has some ends. */
int
lwp_specific_key_create(specificdata_key_t *keyp, specificdata_dtor_t dtor)
{

	return key_create(&lwp_domain, keyp, dtor);
}

/* Deletes a key, and with dtor what all lwps have. */
void
lwp_specific_key_delete(specificdata_key_t key)
{
	struct lwp *l;

	mutex_enter(&proc_lock);
	LIST_FOREACH(l, &alllwp, l_list)
		slot_clear(&lwp_domain, &l->l_specdataref, key);
	lwp_domain.used[key] = false;
	mutex_exit(&proc_lock);
}

/* The calling lwp's data, NULL at first. */
void *
lwp_getspecific(specificdata_key_t key)
{

	return ref_get(&curlwp->l_specdataref, key);
}

void
lwp_setspecific(specificdata_key_t key, void *data)
{

	ref_set(&curlwp->l_specdataref, key, data);
}

void
lwp_finispecific(struct lwp *l)
{

	ref_fini(&lwp_domain, &l->l_specdataref);
}

/* The same for processes. */
int
proc_specific_key_create(specificdata_key_t *keyp, specificdata_dtor_t dtor)
{

	return key_create(&proc_domain, keyp, dtor);
}

void
proc_specific_key_delete(specificdata_key_t key)
{
	struct proc *p;

	mutex_enter(&proc_lock);
	LIST_FOREACH(p, &allproc, p_list)
		slot_clear(&proc_domain, &p->p_specdataref, key);
	proc_domain.used[key] = false;
	mutex_exit(&proc_lock);
}

void *
proc_getspecific(struct proc *p, specificdata_key_t key)
{

	return ref_get(&p->p_specdataref, key);
}

void
proc_setspecific(struct proc *p, specificdata_key_t key, void *data)
{

	ref_set(&p->p_specdataref, key, data);
}

void
proc_finispecific(struct proc *p)
{

	ref_fini(&proc_domain, &p->p_specdataref);
}
