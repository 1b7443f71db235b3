/* SPDX-License-Identifier: BSD-2-Clause */

/* What all properties have in common: prop_object(3). */

#ifndef _PROPLIB_PROP_OBJECT_H_
#define	_PROPLIB_PROP_OBJECT_H_

#include <sys/types.h>

struct _prop_object;
typedef struct _prop_object	*prop_object_t;
typedef struct _prop_object	*prop_bool_t;
typedef struct _prop_object	*prop_number_t;
typedef struct _prop_object	*prop_string_t;
typedef struct _prop_object	*prop_data_t;
typedef struct _prop_object	*prop_array_t;
typedef struct _prop_object	*prop_dictionary_t;
typedef struct _prop_object	*prop_dictionary_keysym_t;
typedef struct _prop_object_iterator *prop_object_iterator_t;

typedef enum {
	PROP_TYPE_UNKNOWN	= 0x00000000,
	PROP_TYPE_BOOL		= 0x626f6f6c,
	PROP_TYPE_NUMBER	= 0x6e626d72,
	PROP_TYPE_STRING	= 0x73746e67,
	PROP_TYPE_DATA		= 0x64617461,
	PROP_TYPE_ARRAY		= 0x61726179,
	PROP_TYPE_DICTIONARY	= 0x64696374,
	PROP_TYPE_DICT_KEYSYM	= 0x646b6579
} prop_type_t;

__BEGIN_DECLS
void	prop_object_retain(prop_object_t);
void	prop_object_release(prop_object_t);
prop_type_t prop_object_type(prop_object_t);
bool	prop_object_equals(prop_object_t, prop_object_t);
prop_object_t prop_object_iterator_next(prop_object_iterator_t);
void	prop_object_iterator_reset(prop_object_iterator_t);
void	prop_object_iterator_release(prop_object_iterator_t);
__END_DECLS

#endif /* !_PROPLIB_PROP_OBJECT_H_ */
