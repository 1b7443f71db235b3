/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * Property lists: proplib(3).  Objects are counted and live in the kernel's
 * memory; there is no form of them as text.
 */

#ifndef _PROPLIB_PROPLIB_H_
#define	_PROPLIB_PROPLIB_H_

#include <prop/prop_object.h>
#include <prop/prop_bool.h>
#include <prop/prop_number.h>
#include <prop/prop_string.h>
#include <prop/prop_data.h>
#include <prop/prop_array.h>
#include <prop/prop_dictionary.h>

#endif /* !_PROPLIB_PROPLIB_H_ */
