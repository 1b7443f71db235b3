/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Messages: MSI and MSI-X.  See pci_msi(9).
 *
 * What a capability says of itself (how many messages, where the table is)
 * is checked when messages are allocated and kept; the table's place is a bus
 * address then, and is not believed again.  A message is bound to a line and
 * written to the function when its handler is established.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/bitops.h>
#include <sys/kmem.h>

#include <rump/rumpuser_dev.h>

#include "pci_impl.h"

/* Lines are few; a function that has a table of thousands gets these. */
#define	MSIX_ENOUGH	64

struct message {
	u_int		m_index;	/* table entry; MSI: message */
	bool		m_on;
	uint64_t	m_addr;
	uint32_t	m_data;
};

/* A function with messages; big lock. */
struct msi_func {
	LIST_ENTRY(msi_func) mf_list;
	pcitag_t	mf_tag;
	pci_intr_type_t	mf_type;
	int		mf_off;		/* of the capability */
	pcireg_t	mf_ctl;		/* its first word, at the allocation */
	uint64_t	mf_table;	/* MSI-X: bus address */
	int		mf_n;
	int		mf_on;		/* messages with a handler */
	struct message	mf_msg[];
};

static LIST_HEAD(, msi_func) msi_funcs = LIST_HEAD_INITIALIZER(msi_funcs);

int
pci_msi_count(pci_chipset_tag_t pc, pcitag_t tag)
{
	pcireg_t reg;
	int off;

	if (pci_get_capability(pc, tag, PCI_CAP_MSI, &off, &reg) == 0)
		return 0;
	/* 6 and 7 are reserved. */
	return PCI_MSI_CTL_MMC(reg) > 5 ? 1 : 1 << PCI_MSI_CTL_MMC(reg);
}

int
pci_msix_count(pci_chipset_tag_t pc, pcitag_t tag)
{
	pcireg_t reg;
	int off;

	if (pci_get_capability(pc, tag, PCI_CAP_MSIX, &off, &reg) == 0)
		return 0;
	return PCI_MSIX_CTL_TBLSIZE(reg);
}

static struct msi_func *
msi_lookup(uint32_t bdf)
{
	struct msi_func *mf;

	LIST_FOREACH(mf, &msi_funcs, mf_list) {
		if (mf->mf_tag.pt_bdf == bdf)
			break;
	}
	return mf;
}

/*
 * Notes that a function uses n messages; indexes NULL: the first ones.  The
 * handles go to *ihps.
 */
static int
msi_take(const struct pci_attach_args *pa, pci_intr_type_t type, int off, pcireg_t ctl,
    uint64_t table, const u_int *indexes, int n, pci_intr_handle_t **ihps)
{
	pci_intr_handle_t *ih;
	struct msi_func *mf;
	int i;

	if (msi_lookup(pa->pa_tag.pt_bdf) != NULL)
		return EBUSY;
	mf = kmem_zalloc(sizeof(*mf) + n * sizeof(mf->mf_msg[0]), KM_SLEEP);
	ih = kmem_zalloc(n * sizeof(*ih), KM_SLEEP);
	mf->mf_tag = pa->pa_tag;
	mf->mf_type = type;
	mf->mf_off = off;
	mf->mf_ctl = ctl;
	mf->mf_table = table;
	mf->mf_n = n;
	for (i = 0; i < n; i++) {
		mf->mf_msg[i].m_index = indexes != NULL ? indexes[i] : (u_int)i;
		ih[i] = __SHIFTIN((uint64_t)type, PIH_TYPE) |
		    __SHIFTIN((uint64_t)mf->mf_msg[i].m_index, PIH_INDEX) |
		    __SHIFTIN((uint64_t)pa->pa_tag.pt_bdf, PIH_BDF);
	}
	LIST_INSERT_HEAD(&msi_funcs, mf, mf_list);
	*ihps = ih;
	return 0;
}

static int
msi_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *countp, bool exact)
{
	pcireg_t ctl;
	int off, n, max;

	if (ihps == NULL || countp == NULL || *countp < 1)
		return EINVAL;
	if ((pa->pa_flags & PCI_FLAGS_MSI_OKAY) == 0 ||
	    pci_get_capability(pa->pa_pc, pa->pa_tag, PCI_CAP_MSI, &off, &ctl) == 0)
		return ENODEV;
	max = PCI_MSI_CTL_MMC(ctl) > 5 ? 1 : 1 << PCI_MSI_CTL_MMC(ctl);
	n = *countp;
	if (exact && (n > max || !powerof2(n)))
		return EINVAL;
	if (n > max)
		n = max;
	while (!powerof2(n))
		n--;
	*countp = n;
	return msi_take(pa, PCI_INTR_TYPE_MSI, off, ctl, 0, NULL, n, ihps);
}

/* Where the table is, on the bus. */
static int
msix_table(const struct pci_attach_args *pa, int off, int entries, uint64_t *addrp)
{
	pcireg_t reg = pci_conf_read(pa->pa_pc, pa->pa_tag, off + PCI_MSIX_TBLOFFSET), type;
	int bar = PCI_BAR(__SHIFTOUT(reg, PCI_MSIX_TBLBIR_MASK));
	uint64_t at = reg & PCI_MSIX_TBLOFFSET_MASK;
	uint64_t len = (uint64_t)entries * PCI_MSIX_TABLE_ENTRY_SIZE;
	bus_addr_t base;
	bus_size_t size;

	if (bar >= PCI_MAPREG_END ||
	    pci_mapreg_probe(pa->pa_pc, pa->pa_tag, bar, &type) == 0 ||
	    PCI_MAPREG_TYPE(type) != PCI_MAPREG_TYPE_MEM ||
	    pci_mapreg_info(pa->pa_pc, pa->pa_tag, bar, type, &base, &size, NULL) != 0) {
		pci_complain(pa->pa_tag, "MSI-X table in register 0x%x, which maps no memory", bar);
		return EINVAL;
	}
	if (len > size || at > size - len) {
		pci_complain(pa->pa_tag, "MSI-X table of %d entries at 0x%llx, in 0x%llx bytes",
		    entries, (unsigned long long)at, (unsigned long long)size);
		return EINVAL;
	}
	*addrp = base + at;
	return 0;
}

static int
msix_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, const u_int *indexes,
    int *countp, bool exact)
{
	uint64_t table;
	pcireg_t ctl;
	int error, i, j, max, n, off;

	if (ihps == NULL || countp == NULL || *countp < 1)
		return EINVAL;
	if ((pa->pa_flags & PCI_FLAGS_MSIX_OKAY) == 0 ||
	    pci_get_capability(pa->pa_pc, pa->pa_tag, PCI_CAP_MSIX, &off, &ctl) == 0)
		return ENODEV;
	max = PCI_MSIX_CTL_TBLSIZE(ctl);
	n = *countp;
	if (exact && n > max)
		return EINVAL;
	if (!exact)
		n = MIN(n, MIN(max, MSIX_ENOUGH));
	for (i = 0; indexes != NULL && i < n; i++) {
		if (indexes[i] >= (u_int)max)
			return EINVAL;
		for (j = 0; j < i; j++) {
			if (indexes[i] == indexes[j])
				return EINVAL;
		}
	}
	if ((error = msix_table(pa, off, max, &table)) != 0)
		return error;
	*countp = n;
	return msi_take(pa, PCI_INTR_TYPE_MSIX, off, ctl, table, indexes, n, ihps);
}

int
pci_msi_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *count)
{

	return msi_alloc(pa, ihps, count, false);
}

int
pci_msi_alloc_exact(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int count)
{

	return msi_alloc(pa, ihps, &count, true);
}

int
pci_msix_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *count)
{

	return msix_alloc(pa, ihps, NULL, count, false);
}

int
pci_msix_alloc_exact(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int count)
{

	return msix_alloc(pa, ihps, NULL, &count, true);
}

int
pci_msix_alloc_map(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, u_int *indexes,
    int count)
{

	return msix_alloc(pa, ihps, indexes, &count, true);
}

int
pci_intx_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihp)
{
	pci_intr_handle_t *ih;

	if (ihp == NULL)
		return EINVAL;
	ih = kmem_zalloc(sizeof(*ih), KM_SLEEP);
	if (pci_intr_map(pa, ih) != 0) {
		kmem_free(ih, sizeof(*ih));
		return EINVAL;
	}
	*ihp = ih;
	return 0;
}

int
pci_intr_alloc(const struct pci_attach_args *pa, pci_intr_handle_t **ihps, int *counts,
    pci_intr_type_t max_type)
{
	int want[PCI_INTR_TYPE_SIZE] = { 1, 1, 1 };
	int error = EINVAL, type;

	if (counts == NULL)
		max_type = PCI_INTR_TYPE_MSIX;
	else if ((unsigned)max_type >= PCI_INTR_TYPE_SIZE)
		return EINVAL;
	for (type = 0; counts != NULL && type < PCI_INTR_TYPE_SIZE; type++) {
		want[type] = type <= (int)max_type ? counts[type] : 0;
		counts[type] = 0;
	}
	if (want[PCI_INTR_TYPE_MSIX] < 0)
		want[PCI_INTR_TYPE_MSIX] = MIN(pci_msix_count(pa->pa_pc, pa->pa_tag),
		    MSIX_ENOUGH);
	if (want[PCI_INTR_TYPE_MSI] < 0)
		want[PCI_INTR_TYPE_MSI] = pci_msi_count(pa->pa_pc, pa->pa_tag);
	if (want[PCI_INTR_TYPE_INTX] != 0)
		want[PCI_INTR_TYPE_INTX] = 1;

	for (type = (int)max_type; type >= 0; type--) {
		if (want[type] == 0)
			continue;
		if (type == PCI_INTR_TYPE_MSIX)
			error = pci_msix_alloc_exact(pa, ihps, want[type]);
		else if (type == PCI_INTR_TYPE_MSI)
			error = pci_msi_alloc_exact(pa, ihps, want[type]);
		else
			error = pci_intx_alloc(pa, ihps);
		if (error == 0) {
			if (counts != NULL)
				counts[type] = want[type];
			break;
		}
	}
	return error;
}

void
pci_intr_release(pci_chipset_tag_t pc, pci_intr_handle_t *pih, int count)
{
	struct msi_func *mf;

	if (pih == NULL)
		return;
	if (pci_intr_type(pc, pih[0]) != PCI_INTR_TYPE_INTX &&
	    (mf = msi_lookup(__SHIFTOUT(pih[0], PIH_BDF))) != NULL) {
		KASSERT(mf->mf_on == 0);
		LIST_REMOVE(mf, mf_list);
		kmem_free(mf, sizeof(*mf) + mf->mf_n * sizeof(mf->mf_msg[0]));
	}
	kmem_free(pih, count * sizeof(*pih));
}

/*
 * The registers.
 */

static void
msix_entry_write(const struct msi_func *mf, const struct message *m, bool masked)
{
	uint64_t at = mf->mf_table + (uint64_t)m->m_index * PCI_MSIX_TABLE_ENTRY_SIZE;

	rumpuser_bus_write(RUMPUSER_SPACE_MEM, at + PCI_MSIX_TABLE_ENTRY_VECTCTL, 4,
	    PCI_MSIX_VECTCTL_MASK);
	if (masked)
		return;
	rumpuser_bus_write(RUMPUSER_SPACE_MEM, at + PCI_MSIX_TABLE_ENTRY_ADDR_LO, 4,
	    (uint32_t)m->m_addr);
	rumpuser_bus_write(RUMPUSER_SPACE_MEM, at + PCI_MSIX_TABLE_ENTRY_ADDR_HI, 4,
	    (uint32_t)(m->m_addr >> 32));
	rumpuser_bus_write(RUMPUSER_SPACE_MEM, at + PCI_MSIX_TABLE_ENTRY_DATA, 4, m->m_data);
	rumpuser_bus_write(RUMPUSER_SPACE_MEM, at + PCI_MSIX_TABLE_ENTRY_VECTCTL, 4, 0);
}

/* Address and data of message 0, and how many there are. */
static void
msi_write(pci_chipset_tag_t pc, const struct msi_func *mf, const struct message *m)
{
	uint32_t data = m->m_data & ~(uint32_t)(mf->mf_n - 1);
	uint32_t mask = 0;
	int i;

	pci_conf_write(pc, mf->mf_tag, mf->mf_off + PCI_MSI_MADDR, (uint32_t)m->m_addr);
	if ((mf->mf_ctl & PCI_MSI_CTL_64BIT_ADDR) != 0) {
		pci_conf_write(pc, mf->mf_tag, mf->mf_off + PCI_MSI_MADDR64_HI,
		    (uint32_t)(m->m_addr >> 32));
		pci_conf_write(pc, mf->mf_tag, mf->mf_off + PCI_MSI_MDATA64, data);
	} else
		pci_conf_write(pc, mf->mf_tag, mf->mf_off + PCI_MSI_MDATA, data);
	if ((mf->mf_ctl & PCI_MSI_CTL_PERVEC_MASK) == 0)
		return;
	for (i = 0; i < mf->mf_n; i++) {
		if (!mf->mf_msg[i].m_on)
			mask |= 1U << i;
	}
	pci_conf_write(pc, mf->mf_tag, mf->mf_off +
	    ((mf->mf_ctl & PCI_MSI_CTL_64BIT_ADDR) != 0 ? PCI_MSI_MASK64 : PCI_MSI_MASK), mask);
}

static void
control_write(pci_chipset_tag_t pc, const struct msi_func *mf, bool on)
{
	pcireg_t ctl;

	if (mf->mf_type == PCI_INTR_TYPE_MSIX) {
		ctl = mf->mf_ctl & ~(PCI_MSIX_CTL_ENABLE | PCI_MSIX_CTL_FUNCMASK);
		if (on)
			ctl |= PCI_MSIX_CTL_ENABLE;
	} else {
		ctl = mf->mf_ctl & ~(PCI_MSI_CTL_MSI_ENABLE | PCI_MSI_CTL_MME_MASK);
		if (on)
			ctl |= PCI_MSI_CTL_MSI_ENABLE |
			    __SHIFTIN((pcireg_t)ilog2(mf->mf_n), PCI_MSI_CTL_MME_MASK);
	}
	pci_conf_write(pc, mf->mf_tag, mf->mf_off, ctl);
}

static struct message *
msi_message(struct msi_func *mf, pci_intr_handle_t pih)
{
	int i;

	for (i = 0; mf != NULL && i < mf->mf_n; i++) {
		if (mf->mf_msg[i].m_index == __SHIFTOUT(pih, PIH_INDEX))
			return &mf->mf_msg[i];
	}
	return NULL;
}

/* Binds the message of a handler to its line and turns it on.  EBUSY when it has one. */
int
pci_msi_intr_enable(pci_chipset_tag_t pc, struct pci_intrhand *ph)
{
	struct msi_func *mf = msi_lookup(__SHIFTOUT(ph->ph_pih, PIH_BDF));
	struct message *m = msi_message(mf, ph->ph_pih);
	int error, i;

	if (m == NULL)
		return EINVAL;
	if (m->m_on)
		return EBUSY;
	error = rumpuser_intr_bind_msi(mf->mf_tag.pt_bdf,
	    mf->mf_type == PCI_INTR_TYPE_MSIX ? RUMPUSER_INTR_MSIX : RUMPUSER_INTR_MSI,
	    m->m_index, ph->ph_irq, &m->m_addr, &m->m_data);
	if (error != 0)
		return error;
	if (mf->mf_type == PCI_INTR_TYPE_MSI) {
		/* The function knows one address, and makes the data from its number. */
		for (i = 0; i < mf->mf_n; i++) {
			if (mf->mf_msg[i].m_on && (mf->mf_msg[i].m_addr != m->m_addr ||
			    (mf->mf_msg[i].m_data ^ (uint32_t)i) !=
			    (m->m_data ^ (uint32_t)m->m_index))) {
				rumpuser_intr_unbind(ph->ph_irq);
				return EINVAL;
			}
		}
	}
	m->m_on = true;
	mf->mf_on++;
	if (mf->mf_type == PCI_INTR_TYPE_MSIX)
		msix_entry_write(mf, m, false);
	else
		msi_write(pc, mf, m);
	if (mf->mf_on == 1)
		control_write(pc, mf, true);
	return 0;
}

void
pci_msi_intr_disable(pci_chipset_tag_t pc, struct pci_intrhand *ph)
{
	struct msi_func *mf = msi_lookup(__SHIFTOUT(ph->ph_pih, PIH_BDF));
	struct message *m = msi_message(mf, ph->ph_pih);

	KASSERT(m != NULL && m->m_on);
	m->m_on = false;
	if (--mf->mf_on == 0)
		control_write(pc, mf, false);
	if (mf->mf_type == PCI_INTR_TYPE_MSIX)
		msix_entry_write(mf, m, true);
	else if (mf->mf_on != 0)
		msi_write(pc, mf, m);
}

void
pci_msi_restore(pci_chipset_tag_t pc, pcitag_t tag)
{
	struct msi_func *mf = msi_lookup(tag.pt_bdf);
	int i;

	if (mf == NULL || mf->mf_on == 0)
		return;
	for (i = 0; i < mf->mf_n; i++) {
		if (!mf->mf_msg[i].m_on)
			continue;
		if (mf->mf_type == PCI_INTR_TYPE_MSIX)
			msix_entry_write(mf, &mf->mf_msg[i], false);
		else
			msi_write(pc, mf, &mf->mf_msg[i]);
	}
	control_write(pc, mf, true);
}
