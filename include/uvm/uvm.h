/* SPDX-License-Identifier: BSD-2-Clause */

/*
 * All of virtual memory's headers.
 */

#ifndef _UVM_UVM_H_
#define	_UVM_UVM_H_

#include <uvm/uvm_extern.h>
#include <uvm/uvm_object.h>
#include <uvm/uvm_page.h>
#include <uvm/uvm_page_array.h>
#include <uvm/uvm_pager.h>
#include <uvm/uvm_pglist.h>
#include <uvm/uvm_stat.h>

#endif /* !_UVM_UVM_H_ */
