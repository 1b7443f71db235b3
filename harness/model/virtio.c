/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * The virtio device: status, features, split virtqueues (2.7), interrupts.
 *
 * What the driver gives is looked at once, as a device would, and every rule
 * that the standard has for drivers and that can be seen from here is
 * checked; see vm_violation().
 */

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pci.h"
#include "virtio_impl.h"

/* The request being run; of no meaning between two. */
static struct vm_chain chain;

struct virtiom *
vm_create(const struct vm_class *vc, const struct virtiom_params *vp, unsigned nq,
    uint64_t features, void *priv)
{
	static const struct virtiom_params plain;
	struct virtiom *vm = calloc(1, sizeof(*vm) + nq * sizeof(vm->vm_q[0]));
	unsigned i;

	if (vm == NULL)
		return NULL;
	vm->vm_class = vc;
	vm->vm_p = vp != NULL ? *vp : plain;
	vm->vm_priv = priv;
	vm->vm_chain = &chain;
	vm->vm_nq = nq;
	features |= F_INDIRECT | F_EVENT_IDX;
	if (vm->vm_p.vp_transport != VIRTIOM_LEGACY && vm->vm_p.vp_transport != VIRTIOM_MMIO_LEGACY)
		features |= F_VERSION_1;
	else
		features |= F_ANY_LAYOUT | F_NOTIFY_ON_EMPTY;
	vm->vm_offered = features & ~vm->vm_p.vp_without;
	for (i = 0; i < nq; i++)
		vm->vm_q[i].vq_max = vm->vm_p.vp_qsize != 0 ? vm->vm_p.vp_qsize : VIRTIOM_QSIZE;
	vm->vm_cfgvector = NO_VECTOR;
	vm->vm_pagesize = vm->vm_align = 4096;
	vm_reset(vm);
	return vm;
}

int
virtiom_plug(struct virtiom *vm, struct pcim_bus *bus, unsigned dev)
{

	if (vm->vm_pci != NULL) {
		vm->vm_gone = 0;
		vm_reset(vm);
		return pcim_plug(vm->vm_pci, vm->vm_p.vp_bridge, dev, 0);
	}
	if (vm->vm_p.vp_transport == VIRTIOM_MMIO || vm->vm_p.vp_transport == VIRTIOM_MMIO_LEGACY)
		return vm_mmio_plug(vm, bus);
	return vm_pci_plug(vm, bus, dev);
}

void
virtiom_delay(struct virtiom *vm, unsigned us)
{

	vm->vm_p.vp_delay = us;
}

void
virtiom_unplug(struct virtiom *vm)
{

	if (vm == NULL || vm->vm_gone)
		return;
	vm->vm_gone = 1;
	vm->vm_npend = 0;
	if (vm->vm_pci != NULL && pcim_plugged(vm->vm_pci))
		pcim_unplug(vm->vm_pci);
	else if (vm->vm_plat != NULL)
		pcim_plat_unplug(vm->vm_plat);
}

void
virtiom_destroy(struct virtiom *vm)
{

	if (vm == NULL)
		return;
	if (vm->vm_class->vc_free != NULL)
		vm->vm_class->vc_free(vm);
	free(vm->vm_pend);
	free(vm);
}

int
virtiom_running(const struct virtiom *vm)
{

	return (vm->vm_status & (S_DRIVER_OK | S_NEEDS_RESET)) == S_DRIVER_OK;
}

void
virtiom_need_reset(struct virtiom *vm)
{

	if (vm->vm_gone || (vm->vm_status & S_NEEDS_RESET) != 0)
		return;
	vm->vm_npend = 0;
	vm->vm_status |= S_NEEDS_RESET;
	if ((vm->vm_status & S_DRIVER_OK) != 0)
		vm_config_changed(vm);
}

void
vm_violation(struct virtiom *vm, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	if (vm->vm_pci != NULL && !pcim_bus_trusted(pcim_bus(vm->vm_pci)))
		goto out;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (vm->vm_pci != NULL)
		pcim_violation(vm->vm_pci, "%s", text);
	else if (vm->vm_plat != NULL)
		pcim_plat_violation(vm->vm_plat, "%s", text);
out:
	virtiom_need_reset(vm);
}

/* Memory: 0 or an errno, which a device answers by wanting a reset. */
static int
mem_read(struct virtiom *vm, uint64_t mach, void *buf, size_t len, unsigned q, unsigned field)
{
	unsigned tag = VIRTIOM_TAG(q, field);

	return vm->vm_pci != NULL ? pcim_dma_read(vm->vm_pci, mach, buf, len, tag) :
	    pcim_plat_dma_read(vm->vm_plat, mach, buf, len, tag);
}

static int
mem_write(struct virtiom *vm, uint64_t mach, const void *buf, size_t len, unsigned q,
    unsigned field)
{
	unsigned tag = VIRTIOM_TAG(q, field);

	return vm->vm_pci != NULL ? pcim_dma_write(vm->vm_pci, mach, buf, len, tag) :
	    pcim_plat_dma_write(vm->vm_plat, mach, buf, len, tag);
}

static int
read16(struct virtiom *vm, uint64_t mach, unsigned q, unsigned field, uint16_t *v)
{
	uint8_t b[2];
	int error = mem_read(vm, mach, b, sizeof(b), q, field);

	*v = error == 0 ? b[0] | b[1] << 8 : 0;
	return error;
}

static int
write16(struct virtiom *vm, uint64_t mach, unsigned q, unsigned field, uint16_t v)
{
	uint8_t b[2] = { v, v >> 8 };

	return mem_write(vm, mach, b, sizeof(b), q, field);
}

void
vm_reset(struct virtiom *vm)
{
	unsigned i;

	for (i = 0; i < vm->vm_nq; i++) {
		struct vm_queue *vq = &vm->vm_q[i];
		uint16_t max = vq->vq_max;

		if (vq->vq_enabled) {
			hostile_region(VIRTIOM_REGION(i, VIRTIOM_R_DESC), 0, 0);
			hostile_region(VIRTIOM_REGION(i, VIRTIOM_R_AVAIL), 0, 0);
			hostile_region(VIRTIOM_REGION(i, VIRTIOM_R_USED), 0, 0);
		}
		memset(vq, 0, sizeof(*vq));
		vq->vq_max = vq->vq_num = max;
		vq->vq_vector = NO_VECTOR;
	}
	vm->vm_status = 0;
	vm->vm_accepted = 0;
	vm->vm_devsel = vm->vm_drvsel = vm->vm_qsel = 0;
	vm->vm_cfgvector = NO_VECTOR;
	vm->vm_npend = 0;
	vm_isr_ack(vm, 0xff);
	if (vm->vm_class->vc_reset != NULL)
		vm->vm_class->vc_reset(vm);
}

static int
is_modern(const struct virtiom *vm)
{

	return (vm->vm_accepted & F_VERSION_1) != 0;
}

void
vm_status_write(struct virtiom *vm, uint8_t status)
{
	uint8_t old = vm->vm_status & ~S_NEEDS_RESET, new;

	if (status == 0) {
		vm_reset(vm);
		return;
	}
	status &= ~S_NEEDS_RESET;
	new = status & ~old;
	if ((old & ~status) != 0)
		vm_violation(vm, "status 0x%02x written over 0x%02x: bits go by a reset alone",
		    status, old);
	if ((new & S_FEATURES_OK) != 0) {
		if ((status & (S_ACKNOWLEDGE | S_DRIVER)) != (S_ACKNOWLEDGE | S_DRIVER))
			vm_violation(vm, "FEATURES_OK with status 0x%02x: no ACKNOWLEDGE and DRIVER",
			    status);
		/* What can't be served is answered by not taking the bit. */
		if ((vm->vm_accepted & ~vm->vm_offered) != 0)
			status &= ~S_FEATURES_OK;
		if (!is_modern(vm) && (vm->vm_offered & F_VERSION_1) != 0 &&
		    vm->vm_p.vp_transport != VIRTIOM_TRANSITIONAL)
			status &= ~S_FEATURES_OK;
	}
	if ((new & S_DRIVER_OK) != 0) {
		if (is_modern(vm) && (old & S_FEATURES_OK) == 0)
			vm_violation(vm, "DRIVER_OK without FEATURES_OK");
		if ((status & S_DRIVER) == 0)
			vm_violation(vm, "DRIVER_OK without DRIVER");
	}
	vm->vm_status |= status;
	if ((new & S_DRIVER_OK) != 0 && vm->vm_class->vc_start != NULL)
		vm->vm_class->vc_start(vm);
}

uint32_t
vm_feature_read(const struct virtiom *vm, unsigned sel)
{

	return sel < 2 ? vm->vm_offered >> (32 * sel) : 0;
}

void
vm_feature_write(struct virtiom *vm, unsigned sel, uint32_t v)
{

	if (sel >= 2) {
		if (v != 0)
			vm_violation(vm, "features 0x%x of word %u accepted, which were not offered",
			    v, sel);
		return;
	}
	if ((vm->vm_status & S_FEATURES_OK) != 0)
		vm_violation(vm, "features written after FEATURES_OK");
	if ((v & ~vm_feature_read(vm, sel)) != 0)
		vm_violation(vm, "features 0x%x of word %u accepted, offered were 0x%x", v, sel,
		    vm_feature_read(vm, sel));
	vm->vm_accepted = (vm->vm_accepted & ~(0xffffffffull << (32 * sel))) |
	    (uint64_t)v << (32 * sel);
}

static void
tell_regions(unsigned q, const struct vm_queue *vq)
{

	hostile_region(VIRTIOM_REGION(q, VIRTIOM_R_DESC), vq->vq_desc, 16u * vq->vq_num);
	hostile_region(VIRTIOM_REGION(q, VIRTIOM_R_AVAIL), vq->vq_avail, 6u + 2u * vq->vq_num);
	hostile_region(VIRTIOM_REGION(q, VIRTIOM_R_USED), vq->vq_used, 6u + 8u * vq->vq_num);
}

void
vm_queue_enable(struct virtiom *vm, unsigned q)
{
	struct vm_queue *vq = &vm->vm_q[q];

	if (vq->vq_enabled)
		return;
	if ((vm->vm_status & S_FEATURES_OK) == 0)
		vm_violation(vm, "queue %u enabled before FEATURES_OK", q);
	if (vq->vq_num == 0 || vq->vq_num > vq->vq_max || vq->vq_num > MAXQSIZE ||
	    (vq->vq_num & (vq->vq_num - 1)) != 0) {
		vm_violation(vm, "queue %u enabled with size %u, limit %u", q, vq->vq_num,
		    vq->vq_max);
		return;
	}
	if (vq->vq_desc % 16 != 0 || vq->vq_avail % 2 != 0 || vq->vq_used % 4 != 0)
		vm_violation(vm, "queue %u: a part is not aligned: +%u, +%u, +%u", q,
		    (unsigned)(vq->vq_desc % 16), (unsigned)(vq->vq_avail % 2),
		    (unsigned)(vq->vq_used % 4));
	vq->vq_enabled = 1;
	tell_regions(q, vq);
}

void
vm_queue_legacy(struct virtiom *vm, unsigned q, uint64_t addr, uint32_t align)
{
	struct vm_queue *vq = &vm->vm_q[q];

	if (addr == 0) {
		vq->vq_enabled = 0;
		return;
	}
	if (vq->vq_enabled)
		vm_violation(vm, "queue %u moved without a reset", q);
	if (vq->vq_num == 0 || vq->vq_num > MAXQSIZE || (vq->vq_num & (vq->vq_num - 1)) != 0 ||
	    align == 0 || (align & (align - 1)) != 0) {
		vm_violation(vm, "queue %u placed with size %u, alignment %u", q, vq->vq_num, align);
		return;
	}
	vq->vq_desc = addr;
	vq->vq_avail = addr + 16u * vq->vq_num;
	vq->vq_used = (vq->vq_avail + 6u + 2u * vq->vq_num + align - 1) & ~(uint64_t)(align - 1);
	vq->vq_last = vq->vq_idx = vq->vq_told = 0;
	memset(vq->vq_out, 0, sizeof(vq->vq_out));
	vq->vq_enabled = 1;
	tell_regions(q, vq);
}

uint32_t
vm_config_read(struct virtiom *vm, unsigned off, unsigned width)
{

	if (width > 4) {
		vm_violation(vm, "configuration read at %u with width %u", off, width);
		return 0;
	}
	if (off > vm->vm_cfglen || width > vm->vm_cfglen - off)
		return 0;
	return get_le(vm->vm_cfg + off, width);
}

void
vm_config_write(struct virtiom *vm, unsigned off, unsigned width, uint32_t val)
{

	if (width > 4 || off > vm->vm_cfglen || width > vm->vm_cfglen - off ||
	    vm->vm_class->vc_config == NULL) {
		vm_violation(vm, "configuration written at %u, %u bytes: nothing is there", off, width);
		return;
	}
	put_le(vm->vm_cfg + off, width, val);
	vm->vm_class->vc_config(vm, off, width);
}

/*
 * Interrupts.
 */

static void
raise(struct virtiom *vm, uint8_t isr, uint16_t vector)
{

	if (vm->vm_gone)
		return;
	if (vm->vm_plat != NULL) {
		vm->vm_isr |= isr;
		pcim_plat_level(vm->vm_plat, 1);
	} else if (vm->vm_pci == NULL)
		return;
	else if (pcim_intr_mode(vm->vm_pci) == PCIM_INTR_MSIX) {
		if (vector != NO_VECTOR)
			pcim_message(vm->vm_pci, vector);
	} else {
		vm->vm_isr |= isr;
		pcim_intx(vm->vm_pci, 1);
	}
}

void
vm_isr_ack(struct virtiom *vm, uint8_t bits)
{
	int was = vm->vm_isr != 0;

	vm->vm_isr &= ~bits;
	if (!was || vm->vm_isr != 0 || vm->vm_gone)
		return;
	if (vm->vm_plat != NULL)
		pcim_plat_level(vm->vm_plat, 0);
	else if (vm->vm_pci != NULL)
		pcim_intx(vm->vm_pci, 0);
}

uint8_t
vm_isr_read(struct virtiom *vm)
{
	uint8_t isr = vm->vm_isr;

	vm_isr_ack(vm, 0xff);
	return isr;
}

void
vm_config_changed(struct virtiom *vm)
{

	vm->vm_generation++;
	if ((vm->vm_status & S_DRIVER_OK) != 0)
		raise(vm, ISR_CONFIG, vm->vm_cfgvector);
}

void
vm_signal(struct virtiom *vm, unsigned q)
{
	struct vm_queue *vq = &vm->vm_q[q];
	uint16_t old = vq->vq_told, event, flags;

	if (old == vq->vq_idx || !vq->vq_enabled)
		return;
	vq->vq_told = vq->vq_idx;
	if ((vm->vm_accepted & F_EVENT_IDX) != 0) {
		if (read16(vm, vq->vq_avail + 4 + 2u * vq->vq_num, q, VIRTIOM_F_AVAIL_IDX, &event) != 0)
			return;
		if ((uint16_t)(vq->vq_idx - event - 1) >= (uint16_t)(vq->vq_idx - old))
			return;
	} else {
		if (read16(vm, vq->vq_avail, q, VIRTIOM_F_AVAIL_IDX, &flags) != 0)
			return;
		if ((flags & 1) != 0)
			return;
	}
	raise(vm, ISR_QUEUE, vq->vq_vector);
}

/*
 * Queues.
 */

/* The next head of a queue; 0: none. */
static int
next_head(struct virtiom *vm, unsigned q, uint16_t *headp)
{
	struct vm_queue *vq = &vm->vm_q[q];
	uint16_t idx, head, ahead;

	if (!vq->vq_enabled || vm->vm_gone || (vm->vm_status & S_NEEDS_RESET) != 0)
		return 0;
	if (read16(vm, vq->vq_avail + 2, q, VIRTIOM_F_AVAIL_IDX, &idx) != 0)
		goto fail;
	ahead = idx - vq->vq_last;
	if (ahead == 0) {
		if ((vm->vm_accepted & F_EVENT_IDX) != 0)
			write16(vm, vq->vq_used + 4 + 8u * vq->vq_num, q, VIRTIOM_F_AVAIL_EVENT,
			    vq->vq_last);
		return 0;
	}
	if (ahead > vq->vq_num) {
		vm_violation(vm, "queue %u: avail.idx %u is %u ahead, queue size %u", q, idx, ahead,
		    vq->vq_num);
		return 0;
	}
	if (read16(vm, vq->vq_avail + 4 + 2u * (vq->vq_last & (vq->vq_num - 1)), q,
	    VIRTIOM_F_AVAIL_RING, &head) != 0)
		goto fail;
	vq->vq_last++;
	if (head >= vq->vq_num) {
		vm_violation(vm, "queue %u: head %u available, queue size %u", q, head, vq->vq_num);
		return 0;
	}
	if ((vq->vq_out[head / 8] & 1 << head % 8) != 0) {
		vm_violation(vm, "queue %u: head %u available, and the device still has it", q, head);
		return 0;
	}
	vq->vq_out[head / 8] |= 1 << head % 8;
	*headp = head;
	return 1;
fail:
	virtiom_need_reset(vm);
	return 0;
}

/* One descriptor of a chain; 0, or why not. */
static const char *
take_seg(struct vm_chain *c, uint64_t addr, uint32_t len, uint16_t flags)
{
	struct vm_seg *s = &c->c_seg[c->c_nout + c->c_nin];

	if (c->c_nout + c->c_nin == VIRTIOM_MAXSEG)
		return "the chain is longer than the queue";
	s->s_addr = addr;
	s->s_len = len;
	if ((flags & D_WRITE) != 0) {
		c->c_nin++;
		c->c_inlen += len;
	} else {
		if (c->c_nin != 0)
			return "a buffer to read after one to write";
		c->c_nout++;
		c->c_outlen += len;
	}
	return c->c_inlen + c->c_outlen > 1ull << 32 ? "more than 4 GiB" : NULL;
}

int
vm_walk(struct virtiom *vm, unsigned q, uint16_t head, struct vm_chain *c)
{
	struct vm_queue *vq = &vm->vm_q[q];
	uint64_t table = vq->vq_desc, addr;
	unsigned size = vq->vq_num, n, field = VIRTIOM_F_DESC;
	uint16_t i = head, flags;
	const char *why = NULL;
	uint8_t d[16];
	uint32_t len;

	c->c_q = q;
	c->c_head = head;
	c->c_nout = c->c_nin = 0;
	c->c_outlen = c->c_inlen = 0;
	for (n = 0;; n++) {
		if (i >= size || n == size) {
			why = i >= size ? "a next past the table" : "a loop";
			break;
		}
		if (mem_read(vm, table + 16u * i, d, sizeof(d), q, field) != 0) {
			virtiom_need_reset(vm);
			return 0;
		}
		addr = get_le(d, 8);
		len = get_le(d + 8, 4);
		flags = get_le(d + 12, 2);
		i = get_le(d + 14, 2);
		if ((flags & D_INDIRECT) != 0) {
			if ((vm->vm_accepted & F_INDIRECT) == 0)
				why = "an indirect table, and the feature was not accepted";
			else if (field == VIRTIOM_F_INDIRECT)
				why = "an indirect table in an indirect table";
			else if ((flags & D_NEXT) != 0)
				why = "an indirect table with a next";
			else if (len == 0 || len % 16 != 0)
				why = "an indirect table of no whole number of entries";
			if (why != NULL)
				break;
			table = addr;
			/* Longer than the queue is against the rules (2.7.5.3.1). */
			size = len / 16;
			if (size > vq->vq_num && size > VIRTIOM_MAXSEG) {
				why = "an indirect table longer than the queue";
				break;
			}
			field = VIRTIOM_F_INDIRECT;
			i = 0;
			n = -1u;
			continue;
		}
		if ((why = take_seg(c, addr, len, flags)) != NULL)
			break;
		if ((flags & D_NEXT) == 0)
			return 1;
	}
	vm_violation(vm, "queue %u: descriptors of head %u: %s", q, head, why);
	return 0;
}

int
vm_pop(struct virtiom *vm, unsigned q, struct vm_chain *c)
{
	uint16_t head;
	uint64_t until;

	if (!virtiom_running(vm) || hostile_silent(&until))
		return 0;
	return next_head(vm, q, &head) && vm_walk(vm, q, head, c);
}

void
vm_push(struct virtiom *vm, const struct vm_chain *c, uint32_t len)
{
	struct vm_queue *vq = &vm->vm_q[c->c_q];
	uint64_t at = vq->vq_used + 4 + 8u * (vq->vq_idx & (vq->vq_num - 1));
	uint8_t id[4] = { c->c_head, c->c_head >> 8 }, l[4];
	size_t less = hostile_withheld(is_modern(vm));
	uint16_t idx;

	if (vm->vm_gone || !vq->vq_enabled || (vm->vm_status & S_NEEDS_RESET) != 0)
		return;
	if (read16(vm, vq->vq_used + 2, c->c_q, VIRTIOM_F_USED_FLAGS, &idx) != 0)
		goto fail;
	if (idx != vq->vq_idx)
		vm_violation(vm, "queue %u: used.idx is %u in memory and was %u: it is the device's to "
		    "write", c->c_q, idx, vq->vq_idx);
	put_le(l, 4, len > less ? len - less : 0);
	vq->vq_out[c->c_head / 8] &= ~(1 << c->c_head % 8);
	if (mem_write(vm, at, id, sizeof(id), c->c_q, VIRTIOM_F_USED_ID) != 0 ||
	    mem_write(vm, at + 4, l, sizeof(l), c->c_q, VIRTIOM_F_USED_LEN) != 0)
		goto fail;
	hostile_completion();
	if (write16(vm, vq->vq_used + 2, c->c_q, VIRTIOM_F_USED_IDX, ++vq->vq_idx) != 0)
		goto fail;
	return;
fail:
	virtiom_need_reset(vm);
}

static size_t
transfer(struct virtiom *vm, const struct vm_chain *c, unsigned first, unsigned n, uint64_t off,
    uint8_t *buf, size_t len, int in, unsigned field)
{
	const struct vm_seg *s = &c->c_seg[first];
	size_t done = 0, k;

	for (; n != 0 && len != 0; n--, s++) {
		if (off >= s->s_len) {
			off -= s->s_len;
			continue;
		}
		k = s->s_len - off < len ? s->s_len - off : len;
		if ((in ? mem_write(vm, s->s_addr + off, buf + done, k, c->c_q, field) :
		    mem_read(vm, s->s_addr + off, buf + done, k, c->c_q, field)) != 0) {
			virtiom_need_reset(vm);
			break;
		}
		done += k;
		len -= k;
		off = 0;
	}
	return done;
}

size_t
vm_get(struct virtiom *vm, const struct vm_chain *c, uint64_t off, void *buf, size_t len,
    unsigned field)
{

	return transfer(vm, c, 0, c->c_nout, off, buf, len, 0, field);
}

size_t
vm_put(struct virtiom *vm, const struct vm_chain *c, uint64_t off, const void *buf, size_t len,
    unsigned field)
{

	return transfer(vm, c, c->c_nout, c->c_nin, off, (uint8_t *)(uintptr_t)buf, len, 1, field);
}

uint64_t
vm_next(struct virtiom *vm)
{
	uint64_t t = UINT64_MAX, until;
	unsigned i;

	if (vm->vm_npend == 0)
		return t;
	for (i = 0; i < vm->vm_npend; i++)
		if (vm->vm_pend[i].p_when < t)
			t = vm->vm_pend[i].p_when;
	if (hostile_silent(&until) && until > t)
		t = until;
	return t;
}

/* The request that is next, of those that are due; -1: none. */
static int
due(const struct virtiom *vm, uint64_t now)
{
	int best = -1;
	unsigned i;

	for (i = 0; i < vm->vm_npend; i++)
		if (vm->vm_pend[i].p_when <= now && (best == -1 || vm->vm_p.vp_reorder))
			best = i;
	return best;
}

void
vm_run(struct virtiom *vm, uint64_t now)
{
	uint64_t touched = 0, until;
	struct vm_pend p;
	uint32_t len;
	unsigned q;
	int i;

	if (vm->vm_busy || hostile_silent(&until))
		return;
	vm->vm_busy = 1;
	while (virtiom_running(vm) && (i = due(vm, now)) != -1) {
		p = vm->vm_pend[i];
		vm->vm_npend--;
		memmove(&vm->vm_pend[i], &vm->vm_pend[i + 1], (vm->vm_npend - i) * sizeof(p));
		len = p.p_len;
		if (p.p_done) {
			vm->vm_chain->c_q = p.p_q;
			vm->vm_chain->c_head = p.p_head;
		} else if (!vm_walk(vm, p.p_q, p.p_head, vm->vm_chain) ||
		    (len = vm->vm_class->vc_request(vm, vm->vm_chain)) == VM_HELD)
			continue;
		vm_push(vm, vm->vm_chain, len);
		touched |= 1ull << p.p_q;
	}
	for (q = 0; touched != 0; q++, touched >>= 1)
		if ((touched & 1) != 0)
			vm_signal(vm, q);
	vm->vm_busy = 0;
}

/* 0: no memory, which a device answers by wanting a reset. */
static int
add_pend(struct virtiom *vm, const struct vm_pend *pend)
{

	if (vm->vm_npend == vm->vm_maxpend) {
		unsigned n = vm->vm_maxpend ? 2 * vm->vm_maxpend : 16;
		struct vm_pend *p = realloc(vm->vm_pend, n * sizeof(*p));

		if (p == NULL) {
			virtiom_need_reset(vm);
			return 0;
		}
		vm->vm_pend = p;
		vm->vm_maxpend = n;
	}
	vm->vm_pend[vm->vm_npend++] = *pend;
	return 1;
}

void
vm_later(struct virtiom *vm, unsigned q, uint16_t head, uint32_t len, uint64_t when)
{

	add_pend(vm, &(struct vm_pend){ when, q, head, 1, len });
}

void
vm_notify(struct virtiom *vm, unsigned q)
{
	uint64_t when;
	uint16_t head;

	if (vm->vm_gone)
		return;
	if (q >= vm->vm_nq || !vm->vm_q[q].vq_enabled) {
		vm_violation(vm, "queue %u notified, which is not in use", q);
		return;
	}
	if ((vm->vm_status & S_DRIVER_OK) == 0) {
		vm_violation(vm, "queue %u notified before DRIVER_OK", q);
		return;
	}
	if (vm->vm_class->vc_keeps != NULL && vm->vm_class->vc_keeps(vm, q)) {
		if (vm->vm_class->vc_notify != NULL)
			vm->vm_class->vc_notify(vm, q);
		return;
	}
	when = rumpuser_dev_now() + vm->vm_p.vp_delay * 1000ull;
	while (next_head(vm, q, &head))
		if (!add_pend(vm, &(struct vm_pend){ when, q, head, 0, 0 }))
			return;
	if (vm->vm_p.vp_delay == 0)
		vm_run(vm, when);
}
