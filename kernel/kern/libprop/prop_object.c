/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Property lists: proplib(3).
 *
 * One structure serves all types.  Numbers, booleans, key symbols and most
 * strings never change, so that a copy is one reference more.  Containers
 * keep arrays; that of a dictionary is sorted by key.  Changing a container
 * excludes other users of it, which is the callers' business, as everywhere
 * with counted objects; the counts themselves are atomic.
 */

#include <sys/param.h>
#include <sys/systm.h>
#include <sys/atomic.h>
#include <sys/kmem.h>
#include <sys/malloc.h>

#include <prop/proplib.h>

struct _prop_object {
	prop_type_t	po_type;
	volatile u_int	po_refs;
	bool		po_fixed;	/* may not be changed */
	bool		po_borrowed;	/* po_bytes is the caller's */
	bool		po_unsigned;
	uintmax_t	po_number;	/* and booleans */
	char		*po_bytes;	/* strings (with NUL), data, keys */
	size_t		po_len;		/* of them; of strings without NUL */
	/* Containers: values, and for dictionaries their keys. */
	struct prop_item *po_items;
	u_int		po_count, po_capacity;
	u_int		po_version;	/* changes, for iterators */
};

struct prop_item {
	prop_object_t	pi_key;
	prop_object_t	pi_value;
};

struct _prop_object_iterator {
	prop_object_t	pi_obj;
	u_int		pi_index;
	u_int		pi_version;
};

/* How deep containers may be compared. */
#define	PROP_MAXDEPTH	32

static prop_object_t
create(prop_type_t type)
{
	prop_object_t po = kmem_zalloc(sizeof(*po), KM_SLEEP);

	po->po_type = type;
	po->po_refs = 1;
	return po;
}

static bool
is(prop_object_t po, prop_type_t type)
{

	return po != NULL && po->po_type == type;
}

void
prop_object_retain(prop_object_t po)
{

	atomic_inc_uint(&po->po_refs);
}

static void
destroy(prop_object_t po)
{
	const size_t extra = po->po_type != PROP_TYPE_DATA;
	u_int i;

	for (i = 0; i < po->po_count; i++) {
		if (po->po_items[i].pi_key != NULL)
			prop_object_release(po->po_items[i].pi_key);
		prop_object_release(po->po_items[i].pi_value);
	}
	if (po->po_capacity != 0)
		kmem_free(po->po_items, po->po_capacity * sizeof(*po->po_items));
	if (po->po_bytes != NULL && !po->po_borrowed)
		kmem_free(po->po_bytes, po->po_len + extra);
	kmem_free(po, sizeof(*po));
}

void
prop_object_release(prop_object_t po)
{

	membar_release();
	if (atomic_dec_uint_nv(&po->po_refs) != 0)
		return;
	membar_acquire();
	destroy(po);
}

prop_type_t
prop_object_type(prop_object_t po)
{

	return po == NULL ? PROP_TYPE_UNKNOWN : po->po_type;
}

static prop_object_t
another(prop_object_t po, prop_type_t type)
{

	if (!is(po, type))
		return NULL;
	prop_object_retain(po);
	return po;
}

static bool
equals(prop_object_t a, prop_object_t b, unsigned depth)
{
	u_int i;

	if (a == b)
		return true;
	if (a == NULL || b == NULL || a->po_type != b->po_type ||
	    depth == 0)
		return false;
	switch (a->po_type) {
	case PROP_TYPE_BOOL:
		return a->po_number == b->po_number;
	case PROP_TYPE_NUMBER:
		/* Equal bits are equal numbers unless one is negative. */
		return a->po_number == b->po_number &&
		    (a->po_unsigned == b->po_unsigned ||
		    (intmax_t)a->po_number >= 0);
	case PROP_TYPE_STRING:
	case PROP_TYPE_DATA:
	case PROP_TYPE_DICT_KEYSYM:
		return a->po_len == b->po_len &&
		    (a->po_len == 0 ||
		    memcmp(a->po_bytes, b->po_bytes, a->po_len) == 0);
	case PROP_TYPE_ARRAY:
	case PROP_TYPE_DICTIONARY:
		if (a->po_count != b->po_count)
			return false;
		for (i = 0; i < a->po_count; i++) {
			if (!equals(a->po_items[i].pi_key,
			    b->po_items[i].pi_key, depth - 1) ||
			    !equals(a->po_items[i].pi_value,
			    b->po_items[i].pi_value, depth - 1))
				return false;
		}
		return true;
	default:
		return false;
	}
}

bool
prop_object_equals(prop_object_t a, prop_object_t b)
{

	return equals(a, b, PROP_MAXDEPTH);
}

static bool
equals_as(prop_object_t a, prop_object_t b, prop_type_t type)
{

	return is(a, type) && is(b, type) && prop_object_equals(a, b);
}

/*
 * Booleans and numbers.
 */

prop_bool_t
prop_bool_create(bool v)
{
	prop_object_t po = create(PROP_TYPE_BOOL);

	po->po_number = v;
	return po;
}

prop_bool_t
prop_bool_copy(prop_bool_t po)
{

	return another(po, PROP_TYPE_BOOL);
}

bool
prop_bool_true(prop_bool_t po)
{

	return is(po, PROP_TYPE_BOOL) && po->po_number != 0;
}

bool
prop_bool_value(prop_bool_t po)
{

	return prop_bool_true(po);
}

prop_number_t
prop_number_create_signed(intmax_t v)
{
	prop_object_t po = create(PROP_TYPE_NUMBER);

	po->po_number = (uintmax_t)v;
	return po;
}

prop_number_t
prop_number_create_unsigned(uintmax_t v)
{
	prop_object_t po = create(PROP_TYPE_NUMBER);

	po->po_number = v;
	po->po_unsigned = true;
	return po;
}

prop_number_t
prop_number_create_integer(int64_t v)
{

	return prop_number_create_signed(v);
}

prop_number_t
prop_number_create_unsigned_integer(uint64_t v)
{

	return prop_number_create_unsigned(v);
}

prop_number_t
prop_number_copy(prop_number_t po)
{

	return another(po, PROP_TYPE_NUMBER);
}

bool
prop_number_unsigned(prop_number_t po)
{

	return is(po, PROP_TYPE_NUMBER) && po->po_unsigned;
}

/* The bits that the value needs: 8, 16, 32 or 64; 0 if po is no number. */
int
prop_number_size(prop_number_t po)
{
	int bits;

	if (!is(po, PROP_TYPE_NUMBER))
		return 0;
	for (bits = 8; bits < 64; bits *= 2) {
		if (po->po_unsigned) {
			if (po->po_number >> bits == 0)
				break;
		} else if ((intmax_t)po->po_number >= -(INTMAX_C(1) <<
		    (bits - 1)) &&
		    (intmax_t)po->po_number < INTMAX_C(1) << (bits - 1))
			break;
	}
	return bits;
}

intmax_t
prop_number_signed_value(prop_number_t po)
{

	return is(po, PROP_TYPE_NUMBER) ? (intmax_t)po->po_number : 0;
}

uintmax_t
prop_number_unsigned_value(prop_number_t po)
{

	return is(po, PROP_TYPE_NUMBER) ? po->po_number : 0;
}

int64_t
prop_number_integer_value(prop_number_t po)
{

	return prop_number_signed_value(po);
}

uint64_t
prop_number_unsigned_integer_value(prop_number_t po)
{

	return prop_number_unsigned_value(po);
}

/* The value if it lies within the bounds. */
bool
prop_number_signed_value_bounded(prop_number_t po, intmax_t min, intmax_t max,
    intmax_t *vp)
{
	intmax_t v;

	if (!is(po, PROP_TYPE_NUMBER) ||
	    (po->po_unsigned && po->po_number > INTMAX_MAX))
		return false;
	v = (intmax_t)po->po_number;
	if (v < min || v > max)
		return false;
	*vp = v;
	return true;
}

bool
prop_number_unsigned_value_bounded(prop_number_t po, uintmax_t min,
    uintmax_t max, uintmax_t *vp)
{

	if (!is(po, PROP_TYPE_NUMBER) ||
	    (!po->po_unsigned && (intmax_t)po->po_number < 0) ||
	    po->po_number < min || po->po_number > max)
		return false;
	*vp = po->po_number;
	return true;
}

bool
prop_number_equals(prop_number_t a, prop_number_t b)
{

	return equals_as(a, b, PROP_TYPE_NUMBER);
}

bool
prop_number_equals_signed(prop_number_t po, intmax_t v)
{
	intmax_t mine;

	return prop_number_signed_value_bounded(po, INTMAX_MIN, INTMAX_MAX,
	    &mine) && mine == v;
}

bool
prop_number_equals_unsigned(prop_number_t po, uintmax_t v)
{
	uintmax_t mine;

	return prop_number_unsigned_value_bounded(po, 0, UINTMAX_MAX, &mine) &&
	    mine == v;
}

bool
prop_number_equals_integer(prop_number_t po, int64_t v)
{

	return prop_number_equals_signed(po, v);
}

bool
prop_number_equals_unsigned_integer(prop_number_t po, uint64_t v)
{

	return prop_number_equals_unsigned(po, v);
}

/*
 * Strings and data.
 */

static prop_object_t
create_bytes(prop_type_t type, const void *p, size_t len, bool borrow)
{
	const size_t extra = type != PROP_TYPE_DATA;
	prop_object_t po = create(type);

	po->po_len = len;
	po->po_fixed = true;
	if (borrow) {
		po->po_bytes = __UNCONST(p);
		po->po_borrowed = true;
	} else if (len + extra != 0) {
		po->po_bytes = kmem_alloc(len + extra, KM_SLEEP);
		memcpy(po->po_bytes, p, len);
		if (extra)
			po->po_bytes[len] = '\0';
	}
	return po;
}

prop_string_t
prop_string_create_copy(const char *s)
{

	return create_bytes(PROP_TYPE_STRING, s, strlen(s), false);
}

prop_string_t
prop_string_create_nocopy(const char *s)
{

	return create_bytes(PROP_TYPE_STRING, s, strlen(s), true);
}

prop_string_t
prop_string_create_format(const char *fmt, ...)
{
	prop_object_t po = create(PROP_TYPE_STRING);
	va_list ap;

	va_start(ap, fmt);
	po->po_bytes = kmem_vasprintf(fmt, ap);
	va_end(ap);
	po->po_len = strlen(po->po_bytes);
	po->po_fixed = true;
	return po;
}

/* An empty string that can grow. */
prop_string_t
prop_string_create(void)
{
	prop_object_t po = create_bytes(PROP_TYPE_STRING, "", 0, false);

	po->po_fixed = false;
	return po;
}

prop_string_t
prop_string_create_cstring(const char *s)
{
	prop_object_t po = prop_string_create_copy(s);

	po->po_fixed = false;
	return po;
}

prop_string_t
prop_string_create_cstring_nocopy(const char *s)
{

	return prop_string_create_nocopy(s);
}

prop_string_t
prop_string_copy(prop_string_t po)
{

	if (!is(po, PROP_TYPE_STRING))
		return NULL;
	if (po->po_fixed)
		return another(po, PROP_TYPE_STRING);
	return create_bytes(PROP_TYPE_STRING, po->po_bytes, po->po_len, false);
}

prop_string_t
prop_string_copy_mutable(prop_string_t po)
{

	return is(po, PROP_TYPE_STRING) ?
	    prop_string_create_cstring(po->po_bytes) : NULL;
}

size_t
prop_string_size(prop_string_t po)
{

	return is(po, PROP_TYPE_STRING) ? po->po_len : 0;
}

bool
prop_string_mutable(prop_string_t po)
{

	return is(po, PROP_TYPE_STRING) && !po->po_fixed;
}

const char *
prop_string_value(prop_string_t po)
{

	return is(po, PROP_TYPE_STRING) ? po->po_bytes : NULL;
}

/* Copies into buf, with the NUL; the length without, or -1. */
int
prop_string_copy_value(prop_string_t po, void *buf, size_t size)
{

	if (!is(po, PROP_TYPE_STRING))
		return -1;
	strlcpy(buf, po->po_bytes, size);
	return (int)po->po_len;
}

/* A copy, the caller's, from malloc(9). */
char *
prop_string_cstring(prop_string_t po)
{
	char *s;

	if (!is(po, PROP_TYPE_STRING))
		return NULL;
	s = malloc(po->po_len + 1, M_TEMP, M_WAITOK);
	memcpy(s, po->po_bytes, po->po_len + 1);
	return s;
}

const char *
prop_string_cstring_nocopy(prop_string_t po)
{

	return prop_string_value(po);
}

bool
prop_string_append_cstring(prop_string_t po, const char *s)
{
	const size_t n = strlen(s);
	char *p;

	if (!prop_string_mutable(po))
		return false;
	p = kmem_alloc(po->po_len + n + 1, KM_SLEEP);
	memcpy(p, po->po_bytes, po->po_len);
	memcpy(p + po->po_len, s, n + 1);
	kmem_free(po->po_bytes, po->po_len + 1);
	po->po_bytes = p;
	po->po_len += n;
	return true;
}

bool
prop_string_append(prop_string_t po, prop_string_t src)
{

	return is(src, PROP_TYPE_STRING) &&
	    prop_string_append_cstring(po, src->po_bytes);
}

bool
prop_string_equals(prop_string_t a, prop_string_t b)
{

	return equals_as(a, b, PROP_TYPE_STRING);
}

bool
prop_string_equals_string(prop_string_t po, const char *s)
{

	return is(po, PROP_TYPE_STRING) && strcmp(po->po_bytes, s) == 0;
}

bool
prop_string_equals_cstring(prop_string_t po, const char *s)
{

	return prop_string_equals_string(po, s);
}

int
prop_string_compare_string(prop_string_t po, const char *s)
{

	return is(po, PROP_TYPE_STRING) ? strcmp(po->po_bytes, s) : -666;
}

int
prop_string_compare(prop_string_t a, prop_string_t b)
{

	if (!is(b, PROP_TYPE_STRING))
		return -666;
	return prop_string_compare_string(a, b->po_bytes);
}

prop_data_t
prop_data_create_copy(const void *p, size_t len)
{

	return create_bytes(PROP_TYPE_DATA, p, len, false);
}

prop_data_t
prop_data_create_nocopy(const void *p, size_t len)
{

	return create_bytes(PROP_TYPE_DATA, p, len, true);
}

prop_data_t
prop_data_create_data(const void *p, size_t len)
{

	return prop_data_create_copy(p, len);
}

prop_data_t
prop_data_create_data_nocopy(const void *p, size_t len)
{

	return prop_data_create_nocopy(p, len);
}

prop_data_t
prop_data_copy(prop_data_t po)
{

	return another(po, PROP_TYPE_DATA);
}

size_t
prop_data_size(prop_data_t po)
{

	return is(po, PROP_TYPE_DATA) ? po->po_len : 0;
}

const void *
prop_data_value(prop_data_t po)
{

	return is(po, PROP_TYPE_DATA) ? po->po_bytes : NULL;
}

const void *
prop_data_data_nocopy(prop_data_t po)
{

	return prop_data_value(po);
}

/* A copy, the caller's, from malloc(9). */
void *
prop_data_data(prop_data_t po)
{
	void *p;

	if (!is(po, PROP_TYPE_DATA) || po->po_len == 0)
		return NULL;
	p = malloc(po->po_len, M_TEMP, M_WAITOK);
	memcpy(p, po->po_bytes, po->po_len);
	return p;
}

bool
prop_data_copy_value(prop_data_t po, void *buf, size_t size)
{

	if (!is(po, PROP_TYPE_DATA) || size < po->po_len)
		return false;
	memcpy(buf, po->po_bytes, po->po_len);
	return true;
}

bool
prop_data_equals(prop_data_t a, prop_data_t b)
{

	return equals_as(a, b, PROP_TYPE_DATA);
}

bool
prop_data_equals_data(prop_data_t po, const void *p, size_t len)
{

	return is(po, PROP_TYPE_DATA) && po->po_len == len &&
	    (len == 0 || memcmp(po->po_bytes, p, len) == 0);
}

/*
 * Containers.
 */

static bool
reserve(prop_object_t po, u_int capacity)
{
	struct prop_item *items;

	if (capacity <= po->po_capacity)
		return true;
	items = kmem_zalloc(capacity * sizeof(*items), KM_SLEEP);
	if (po->po_capacity != 0) {
		memcpy(items, po->po_items, po->po_count * sizeof(*items));
		kmem_free(po->po_items, po->po_capacity * sizeof(*items));
	}
	po->po_items = items;
	po->po_capacity = capacity;
	return true;
}

/* Makes room for an item at index i; the caller fills it. */
static struct prop_item *
make_room(prop_object_t po, u_int i)
{

	if (po->po_count == po->po_capacity)
		reserve(po, po->po_capacity == 0 ? 8 : 2 * po->po_capacity);
	memmove(&po->po_items[i + 1], &po->po_items[i],
	    (po->po_count - i) * sizeof(*po->po_items));
	po->po_count++;
	po->po_version++;
	return &po->po_items[i];
}

static void
take_out(prop_object_t po, u_int i)
{
	struct prop_item it = po->po_items[i];

	memmove(&po->po_items[i], &po->po_items[i + 1],
	    (po->po_count - i - 1) * sizeof(it));
	po->po_count--;
	po->po_version++;
	if (it.pi_key != NULL)
		prop_object_release(it.pi_key);
	prop_object_release(it.pi_value);
}

static prop_object_t
copy_container(prop_object_t po, prop_type_t type, bool fixed)
{
	prop_object_t new;
	u_int i;

	if (!is(po, type))
		return NULL;
	new = create(type);
	new->po_fixed = fixed;
	if (po->po_count != 0)
		reserve(new, po->po_count);
	for (i = 0; i < po->po_count; i++) {
		new->po_items[i] = po->po_items[i];
		if (po->po_items[i].pi_key != NULL)
			prop_object_retain(po->po_items[i].pi_key);
		prop_object_retain(po->po_items[i].pi_value);
	}
	new->po_count = po->po_count;
	return new;
}

static prop_object_iterator_t
iterator(prop_object_t po, prop_type_t type)
{
	prop_object_iterator_t it;

	if (!is(po, type))
		return NULL;
	it = kmem_zalloc(sizeof(*it), KM_SLEEP);
	prop_object_retain(po);
	it->pi_obj = po;
	it->pi_version = po->po_version;
	return it;
}

/* The next value of an array or key of a dictionary; NULL if it changed. */
prop_object_t
prop_object_iterator_next(prop_object_iterator_t it)
{
	prop_object_t po = it->pi_obj;
	const struct prop_item *item;

	if (it->pi_version != po->po_version || it->pi_index >= po->po_count)
		return NULL;
	item = &po->po_items[it->pi_index++];
	return item->pi_key != NULL ? item->pi_key : item->pi_value;
}

void
prop_object_iterator_reset(prop_object_iterator_t it)
{

	it->pi_index = 0;
	it->pi_version = it->pi_obj->po_version;
}

void
prop_object_iterator_release(prop_object_iterator_t it)
{

	prop_object_release(it->pi_obj);
	kmem_free(it, sizeof(*it));
}

prop_array_t
prop_array_create(void)
{

	return create(PROP_TYPE_ARRAY);
}

prop_array_t
prop_array_create_with_capacity(unsigned int capacity)
{
	prop_object_t po = create(PROP_TYPE_ARRAY);

	reserve(po, capacity);
	return po;
}

prop_array_t
prop_array_copy(prop_array_t po)
{

	return copy_container(po, PROP_TYPE_ARRAY,
	    is(po, PROP_TYPE_ARRAY) && po->po_fixed);
}

prop_array_t
prop_array_copy_mutable(prop_array_t po)
{

	return copy_container(po, PROP_TYPE_ARRAY, false);
}

unsigned int
prop_array_capacity(prop_array_t po)
{

	return is(po, PROP_TYPE_ARRAY) ? po->po_capacity : 0;
}

unsigned int
prop_array_count(prop_array_t po)
{

	return is(po, PROP_TYPE_ARRAY) ? po->po_count : 0;
}

bool
prop_array_ensure_capacity(prop_array_t po, unsigned int capacity)
{

	return is(po, PROP_TYPE_ARRAY) && reserve(po, capacity);
}

void
prop_array_make_immutable(prop_array_t po)
{

	if (is(po, PROP_TYPE_ARRAY))
		po->po_fixed = true;
}

bool
prop_array_mutable(prop_array_t po)
{

	return is(po, PROP_TYPE_ARRAY) && !po->po_fixed;
}

prop_object_iterator_t
prop_array_iterator(prop_array_t po)
{

	return iterator(po, PROP_TYPE_ARRAY);
}

prop_object_t
prop_array_get(prop_array_t po, unsigned int i)
{

	return is(po, PROP_TYPE_ARRAY) && i < po->po_count ?
	    po->po_items[i].pi_value : NULL;
}

/* Replaces item i, or adds one behind the last. */
bool
prop_array_set(prop_array_t po, unsigned int i, prop_object_t v)
{
	prop_object_t old;

	if (!prop_array_mutable(po) || v == NULL || i > po->po_count)
		return false;
	if (i == po->po_count)
		return prop_array_add(po, v);
	prop_object_retain(v);
	old = po->po_items[i].pi_value;
	po->po_items[i].pi_value = v;
	po->po_version++;
	prop_object_release(old);
	return true;
}

bool
prop_array_add(prop_array_t po, prop_object_t v)
{
	struct prop_item *it;

	if (!prop_array_mutable(po) || v == NULL)
		return false;
	it = make_room(po, po->po_count);
	prop_object_retain(v);
	it->pi_key = NULL;
	it->pi_value = v;
	return true;
}

/* The same, and the caller's reference goes in any case. */
bool
prop_array_add_and_rel(prop_array_t po, prop_object_t v)
{
	bool ok;

	if (v == NULL)
		return false;
	ok = prop_array_add(po, v);
	prop_object_release(v);
	return ok;
}

void
prop_array_remove(prop_array_t po, unsigned int i)
{

	if (prop_array_mutable(po) && i < po->po_count)
		take_out(po, i);
}

bool
prop_array_equals(prop_array_t a, prop_array_t b)
{

	return equals_as(a, b, PROP_TYPE_ARRAY);
}

prop_dictionary_t
prop_dictionary_create(void)
{

	return create(PROP_TYPE_DICTIONARY);
}

prop_dictionary_t
prop_dictionary_create_with_capacity(unsigned int capacity)
{
	prop_object_t po = create(PROP_TYPE_DICTIONARY);

	reserve(po, capacity);
	return po;
}

prop_dictionary_t
prop_dictionary_copy(prop_dictionary_t po)
{

	return copy_container(po, PROP_TYPE_DICTIONARY,
	    is(po, PROP_TYPE_DICTIONARY) && po->po_fixed);
}

prop_dictionary_t
prop_dictionary_copy_mutable(prop_dictionary_t po)
{

	return copy_container(po, PROP_TYPE_DICTIONARY, false);
}

unsigned int
prop_dictionary_count(prop_dictionary_t po)
{

	return is(po, PROP_TYPE_DICTIONARY) ? po->po_count : 0;
}

bool
prop_dictionary_ensure_capacity(prop_dictionary_t po, unsigned int capacity)
{

	return is(po, PROP_TYPE_DICTIONARY) && reserve(po, capacity);
}

void
prop_dictionary_make_immutable(prop_dictionary_t po)
{

	if (is(po, PROP_TYPE_DICTIONARY))
		po->po_fixed = true;
}

bool
prop_dictionary_mutable(prop_dictionary_t po)
{

	return is(po, PROP_TYPE_DICTIONARY) && !po->po_fixed;
}

prop_object_iterator_t
prop_dictionary_iterator(prop_dictionary_t po)
{

	return iterator(po, PROP_TYPE_DICTIONARY);
}

prop_array_t
prop_dictionary_all_keys(prop_dictionary_t po)
{
	prop_array_t keys;
	u_int i;

	if (!is(po, PROP_TYPE_DICTIONARY))
		return NULL;
	keys = prop_array_create_with_capacity(po->po_count);
	for (i = 0; i < po->po_count; i++)
		prop_array_add(keys, po->po_items[i].pi_key);
	return keys;
}

/* The index of key, or where it belongs. */
static u_int
key_index(prop_object_t po, const char *key, bool *found)
{
	u_int lo = 0, hi = po->po_count, mid;
	int d;

	*found = false;
	while (lo < hi) {
		mid = (lo + hi) / 2;
		d = strcmp(po->po_items[mid].pi_key->po_bytes, key);
		if (d == 0) {
			*found = true;
			return mid;
		}
		if (d < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

prop_object_t
prop_dictionary_get(prop_dictionary_t po, const char *key)
{
	bool found;
	u_int i;

	if (!is(po, PROP_TYPE_DICTIONARY))
		return NULL;
	i = key_index(po, key, &found);
	return found ? po->po_items[i].pi_value : NULL;
}

bool
prop_dictionary_set(prop_dictionary_t po, const char *key, prop_object_t v)
{
	struct prop_item *it;
	prop_object_t keysym;
	bool found;
	u_int i;

	if (!prop_dictionary_mutable(po) || v == NULL)
		return false;
	prop_object_retain(v);
	i = key_index(po, key, &found);
	if (found) {
		prop_object_t old = po->po_items[i].pi_value;

		po->po_items[i].pi_value = v;
		prop_object_release(old);
		return true;
	}
	keysym = create_bytes(PROP_TYPE_DICT_KEYSYM, key, strlen(key), false);
	it = make_room(po, i);
	it->pi_key = keysym;
	it->pi_value = v;
	return true;
}

bool
prop_dictionary_set_and_rel(prop_dictionary_t po, const char *key,
    prop_object_t v)
{
	bool ok;

	if (v == NULL)
		return false;
	ok = prop_dictionary_set(po, key, v);
	prop_object_release(v);
	return ok;
}

void
prop_dictionary_remove(prop_dictionary_t po, const char *key)
{
	bool found;
	u_int i;

	if (!prop_dictionary_mutable(po))
		return;
	i = key_index(po, key, &found);
	if (found)
		take_out(po, i);
}

const char *
prop_dictionary_keysym_value(prop_dictionary_keysym_t po)
{

	return is(po, PROP_TYPE_DICT_KEYSYM) ? po->po_bytes : NULL;
}

const char *
prop_dictionary_keysym_cstring_nocopy(prop_dictionary_keysym_t po)
{

	return prop_dictionary_keysym_value(po);
}

bool
prop_dictionary_keysym_equals(prop_dictionary_keysym_t a,
    prop_dictionary_keysym_t b)
{

	return equals_as(a, b, PROP_TYPE_DICT_KEYSYM);
}

prop_object_t
prop_dictionary_get_keysym(prop_dictionary_t po, prop_dictionary_keysym_t key)
{

	return is(key, PROP_TYPE_DICT_KEYSYM) ?
	    prop_dictionary_get(po, key->po_bytes) : NULL;
}

bool
prop_dictionary_set_keysym(prop_dictionary_t po, prop_dictionary_keysym_t key,
    prop_object_t v)
{

	return is(key, PROP_TYPE_DICT_KEYSYM) &&
	    prop_dictionary_set(po, key->po_bytes, v);
}

void
prop_dictionary_remove_keysym(prop_dictionary_t po,
    prop_dictionary_keysym_t key)
{

	if (is(key, PROP_TYPE_DICT_KEYSYM))
		prop_dictionary_remove(po, key->po_bytes);
}

bool
prop_dictionary_equals(prop_dictionary_t a, prop_dictionary_t b)
{

	return equals_as(a, b, PROP_TYPE_DICTIONARY);
}
